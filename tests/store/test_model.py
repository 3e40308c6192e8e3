"""Random histories of changes and undos, beside the same history on plain dictionaries."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from lib.store import Change, Clear, Counts, Merge, ReplacePeriod, Snapshot, Store
from tests.store.samples import BY_ANA

Row = tuple[date, float, str | None, str]  # date, hours, note, source
Rows = dict[str, Row]
FIRST = date(2024, 1, 1)


def _random_rows(rng: random.Random, source: str) -> Rows:
    keys = rng.sample([f"e{number}" for number in range(30)], rng.randint(0, 15))
    return {key: (FIRST + timedelta(days=rng.randint(0, 9)), rng.choice([1.0, 2.0]), rng.choice([None, "x"]), source) for key in keys}


def _frame(rows: Rows) -> pl.DataFrame:
    cells = [(key, day, "p", "j", hours, note) for key, (day, hours, note, _) in rows.items()]
    schema = {
        "entry_id": pl.String,
        "date": pl.Date,
        "person_id": pl.String,
        "project_id": pl.String,
        "hours": pl.Float64,
        "note": pl.String,
    }
    return pl.DataFrame(cells, schema=schema, orient="row")


def _random_change(rng: random.Random, standing: Rows) -> tuple[Change, Rows]:
    """A change, and the rows after it by the words of its definition."""
    source = rng.choice(["harvest", "jira"])
    rows = _random_rows(rng, source)
    kind = rng.choice(["merge", "merge", "period", "period", "snapshot", "clear"])
    if kind == "clear":
        return Clear(), {}
    if kind == "merge":
        return Merge(_frame(rows), source), standing | rows
    if kind == "snapshot":
        return Snapshot(_frame(rows), source), {key: row for key, row in standing.items() if row[3] != source} | rows
    first, last = FIRST + timedelta(days=rng.randint(0, 5)), FIRST + timedelta(days=rng.randint(3, 9))
    left = {key: row for key, row in standing.items() if row[3] != source or not first <= row[0] <= last}
    return ReplacePeriod(_frame(rows), source, "date", first, last), left | rows


def _counts(before: Rows, after: Rows, change: Change) -> Counts:
    given = set() if isinstance(change, Clear) else set(change.rows["entry_id"])
    return Counts(
        added=len(after.keys() - before.keys()),
        changed=sum(before[key] != after[key] for key in before.keys() & after.keys()),
        removed=len(before.keys() - after.keys()),
        unchanged=sum(before.get(key) == after[key] for key in given),
    )


def _found(store: Store, version: int | None = None) -> Rows:
    rows = store.portfolio(version)["time_entries"].select("entry_id", "date", "hours", "note", "_source").collect().rows()
    return {key: (day, hours, note, source) for key, day, hours, note, source in rows}


def _play(folder: Path, seed: int, steps: int) -> None:
    rng = random.Random(seed)
    store = Store.open(folder)
    history: list[Rows] = [{}]
    for _ in range(steps):
        possible = [commit for commit in store.commits() if commit.undo_possible]
        if possible and rng.random() < 0.3:
            undone = rng.choice(possible)
            store.undo(undone.number, **BY_ANA)
            expected = history[undone.number - 1]
        else:
            change, expected = _random_change(rng, history[-1])
            commit = store.commit({"time_entries": change}, **BY_ANA)
            assert commit.counts["time_entries"] == _counts(history[-1], expected, change)
        history.append(expected)
        assert _found(store) == expected
        assert store.portfolio().rows["time_entries"] == len(expected)
    for version, expected in enumerate(history):
        assert _found(store, version) == expected
    assert store.check() == []


@pytest.mark.parametrize("seed", range(4))
def test_a_random_history_is_what_its_words_say(tmp_path: Path, seed: int) -> None:
    _play(tmp_path, seed, steps=20)


@pytest.mark.fuzz
@pytest.mark.parametrize("seed", range(100, 130))
def test_a_long_random_history_is_what_its_words_say(tmp_path: Path, seed: int) -> None:
    _play(tmp_path, seed, steps=60)
