"""Merging, renaming and parent companies: what refers follows, and undo brings everything back."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from lib.store import BadRows, CannotUndo, Merge, NotFound, Store
from lib.store.merging import MERGEABLE, Moved, merge, preview_merge, put_under, rename
from lib.tables import TABLES
from tests.store.samples import AT, BY_ANA, DAY, accounts, assert_same, frozen, names

WHY: dict[str, Any] = {"author": "Bea", "at": AT + DAY, "reason": "one client, loaded twice"}
FILLED: Mapping[str, Mapping[str, Any]] = {
    "accounts": {"name": "Somebody", "currency": "EUR", "status": "active"},
    "people": {"name": "Somebody", "weekly_hours": 40.0},
    "contacts": {"name": "A contact"},
    "projects": {"name": "A project", "status": "active", "currency": "EUR"},
    "time_entries": {"date": date(2024, 1, 2), "hours": 1.0},
    "touchpoints": {"date": date(2024, 1, 2), "kind": "call"},
    "tasks": {"name": "A task", "kind": "task", "status": "open"},
    "feedback": {"date": date(2024, 1, 2), "kind": "nps", "score": 9.0},
    "invoices": {
        "kind": "invoice", "status": "sent", "issued": date(2024, 1, 2), "due": date(2024, 2, 2), "amount": 10.0, "currency": "EUR",
    },
    "kpi_values": {"value": 1.0},
    "person_terms": {"weekly_hours": 40.0},
}  # fmt: skip


def rows(table: str, *cells: Mapping[str, Any]) -> pl.DataFrame:
    """Rows of `table` with these cells, and something in its other required columns."""
    schema = {name: dtype for name, dtype in TABLES[table].polars_schema.items() if any(name in row for row in [FILLED[table], *cells])}
    return pl.DataFrame([{**FILLED[table], **row} for row in cells], schema=schema)


def put(store: Store, source: str = "", **tables: list[Mapping[str, Any]]) -> None:
    store.commit({name: Merge(rows(name, *cells), source) for name, cells in tables.items()}, **BY_ANA)


def column(store: Store, table: str, name: str) -> list[Any]:
    """Cells of one column, in the order of the key."""
    return store.portfolio()[table].collect().sort(TABLES[table].key)[name].to_list()


def words(store: Store, table: str = "accounts") -> dict[str, str]:
    """Alias -> what it means."""
    return {row["alias"]: row["target"] for row in store.rows("aliases", table_name=table)}


@pytest.fixture
def book(store: Store) -> Store:
    """Acme twice: a1 and a2, with rows that name both."""
    called = {"a1": "Acme", "a2": "ACME S.L.", "a3": "Boor"}
    put(store, accounts=[{"account_id": key, "name": name} for key, name in called.items()])
    put(store, "crm", contacts=[{"contact_id": "c1", "account_id": "a1"}, {"contact_id": "c2", "account_id": "a2"}])
    put(store, "bill", invoices=[{"invoice_id": f"i{number}", "account_id": f"a{number}"} for number in (1, 2, 3)])
    return store


def test_all_that_named_the_row_that_goes_names_the_one_that_is_kept(book: Store) -> None:
    made = merge(book, "accounts", "a2", "a1", **WHY)
    assert column(book, "accounts", "account_id") == ["a1", "a3"]
    assert column(book, "contacts", "account_id") == ["a1", "a1"]
    assert column(book, "invoices", "account_id") == ["a1", "a1", "a3"]
    assert (made.kind, made.author, made.note) == ("merge", "Bea", "one client, loaded twice")


def test_rows_keep_the_source_they_came_from(book: Store) -> None:
    merge(book, "accounts", "a2", "a1", **WHY)
    assert column(book, "contacts", "_source") == ["crm", "crm"]
    assert column(book, "invoices", "_source") == ["bill", "bill", "bill"]


def test_a_preview_counts_what_a_merge_then_does_and_writes_nothing(book: Store) -> None:
    book.write("promises", {"account_id": "a2", "text": "A plan"}, **BY_ANA)
    before = book.version()
    seen = preview_merge(book, "accounts", "a2", "a1")
    assert book.version() == before
    assert seen.imported == {"contacts": Moved(1), "invoices": Moved(1)}
    assert seen.authored == {"promises": 1}
    assert seen.aliases == ("a2", "ACME S.L.")
    assert seen.rows == 3


def test_undo_of_a_merge_brings_rows_aliases_and_authored_rows_back(book: Store) -> None:
    promise = book.write("promises", {"account_id": "a2", "text": "A plan"}, **BY_ANA)
    book.write("aliases", {"table_name": "accounts", "source": "harvest", "alias": "Acme, old", "target": "a2"}, **BY_ANA)
    before = frozen(book.portfolio())
    made = merge(book, "accounts", "a2", "a1", **WHY)
    assert book.rows("promises", id=promise)[0]["account_id"] == "a1"
    assert words(book) == {"Acme, old": "a1", "a2": "a1", "ACME S.L.": "a1"}
    book.undo(made.number, **BY_ANA)
    assert_same(book.portfolio(), before)
    assert book.rows("promises", id=promise)[0]["account_id"] == "a2"
    assert words(book) == {"Acme, old": "a2"}


def test_what_somebody_wrote_after_the_merge_survives_its_undo(book: Store) -> None:
    promise = book.write("promises", {"account_id": "a2", "text": "A plan"}, **BY_ANA)
    made = merge(book, "accounts", "a2", "a1", **WHY)
    book.write("promises", {"text": "A better plan"}, key=promise, **BY_ANA)
    book.undo(made.number, **BY_ANA)
    kept = book.rows("promises", id=promise)[0]
    assert (kept["text"], kept["account_id"]) == ("A better plan", "a2")


def test_an_alias_removed_after_the_merge_does_not_come_back_by_a_redo(book: Store) -> None:
    made = merge(book, "accounts", "a2", "a1", **WHY)
    book.undo(book.undo(made.number, **BY_ANA).number, **BY_ANA)
    assert words(book) == {"a2": "a1", "ACME S.L.": "a1"}
    assert column(book, "accounts", "account_id") == ["a1", "a3"]


def test_what_others_wrote_between_an_undo_and_its_redo_takes_nobodys_place(book: Store) -> None:
    back = book.undo(merge(book, "accounts", "a2", "a1", **WHY).number, **BY_ANA)
    book.write("aliases", {"table_name": "people", "source": "", "alias": "A. Ruiz", "target": "p1"}, **BY_ANA)
    book.undo(back.number, **BY_ANA)
    assert words(book) == {"a2": "a1", "ACME S.L.": "a1"}
    assert words(book, "people") == {"A. Ruiz": "p1"}


def test_a_name_that_a_third_row_bears_is_no_alias(book: Store) -> None:
    put(book, accounts=[{"account_id": "a4", "name": "acme  s.l."}])
    assert preview_merge(book, "accounts", "a2", "a1").aliases == ("a2",)


def test_of_two_rows_with_the_same_key_the_kept_ones_own_stays_and_the_other_is_counted(book: Store) -> None:
    day = date(2024, 1, 1)
    said = [("a1", day, 1.0), ("a2", day, 2.0), ("a2", day + DAY, 3.0)]
    put(book, kpi_values=[{"account_id": key, "metric": "NPS", "date": on, "value": value} for key, on, value in said])
    assert preview_merge(book, "accounts", "a2", "a1").imported["kpi_values"] == Moved(1, dropped=1)
    merge(book, "accounts", "a2", "a1", **WHY)
    assert column(book, "kpi_values", "value") == [1.0, 3.0]


def test_lists_hold_the_kept_row_once(book: Store) -> None:
    put(book, touchpoints=[{"touchpoint_id": "t1", "account_id": "a1", "contact_ids": ["c1", "c2"]},
                           {"touchpoint_id": "t2", "account_id": "a2", "contact_ids": ["c9", "c2"]}])  # fmt: skip
    assert preview_merge(book, "contacts", "c2", "c1").imported == {"touchpoints": Moved(2)}
    merge(book, "contacts", "c2", "c1", **WHY)
    assert column(book, "touchpoints", "contact_ids") == [["c1"], ["c9", "c1"]]


def test_words_that_look_like_an_id_are_left_alone(store: Store) -> None:
    put(store, people=[{"person_id": "p1", "skills": ["p2"]}, {"person_id": "p2"}])
    put(store, tasks=[{"task_id": "t1", "project_id": "p2", "assignee_id": "p2", "skills": ["p2"], "role": "p2"}])
    merge(store, "people", "p2", "p1", **WHY)
    (task,) = store.portfolio()["tasks"].select("assignee_id", "project_id", "skills", "role").collect().rows()
    assert task == ("p1", "p2", ["p2"], "p2")


@pytest.mark.parametrize(
    ("parents", "gone", "kept", "after"),
    [
        ({"a": None, "b": "a", "c": "b"}, "b", "a", {"a": None, "c": "a"}),
        ({"a": None, "b": "a", "c": "b"}, "a", "b", {"b": None, "c": "b"}),
        ({"a": None, "b": "a", "c": "b"}, "a", "c", {"b": "c", "c": None}),
        ({"z": None, "a": "z", "b": "a", "c": "b"}, "a", "c", {"b": "c", "c": "z", "z": None}),
        ({"a": None, "b": None, "c": "b"}, "b", "a", {"a": None, "c": "a"}),
    ],
)
def test_children_come_under_the_kept_account_and_no_circle_appears(
    store: Store, parents: dict[str, str | None], gone: str, kept: str, after: dict[str, str | None]
) -> None:
    put(store, accounts=[{"account_id": key, "parent_id": parent} for key, parent in parents.items()])
    merge(store, "accounts", gone, kept, **WHY)
    assert dict(store.portfolio()["accounts"].select("account_id", "parent_id").sort("account_id").collect().iter_rows()) == after


def test_a_merge_needs_two_rows_that_are_there_and_a_reason(book: Store) -> None:
    for gone, kept, why, problem in (
        ("a1", "a1", "x", BadRows), ("a9", "a1", "x", NotFound), ("a1", "a9", "x", NotFound), ("a2", "a1", " ", BadRows),
    ):  # fmt: skip
        with pytest.raises(problem):
            merge(book, "accounts", gone, kept, author="Bea", at=AT, reason=why)
    with pytest.raises(NotFound):
        merge(book, "invoices", "i1", "i2", **WHY)
    assert book.version() == 3


def test_an_older_undo_can_not_bring_back_rows_that_name_a_merged_account(book: Store) -> None:
    put(book, "crm", contacts=[{"contact_id": "c2", "account_id": "a1"}])
    merge(book, "accounts", "a2", "a1", **WHY)  # now no contact names a2
    with pytest.raises(CannotUndo):
        book.undo(4, **BY_ANA)


def test_a_renamed_row_keeps_its_old_name_as_an_alias_and_its_undo_takes_both_back(book: Store) -> None:
    made = rename(book, "accounts", "a2", "Acme Iberia", **WHY)
    assert names(book)["a2"] == "Acme Iberia"
    assert words(book) == {"ACME S.L.": "a2"}
    assert made.details["cells"] == [{"table": "accounts", "key": "a2", "column": "name", "before": "ACME S.L.", "after": "Acme Iberia"}]
    book.undo(made.number, **BY_ANA)
    assert names(book)["a2"] == "ACME S.L."
    assert words(book) == {}


def test_a_new_name_must_differ_and_have_a_reason(book: Store) -> None:
    for name, why in (("Acme", "x"), ("  ", "x"), ("Other", "")):
        with pytest.raises(BadRows):
            rename(book, "accounts", "a1", name, author="Bea", at=AT, reason=why)
    assert names(book)["a1"] == "Acme"


def test_an_account_stands_under_another_but_never_under_its_own(book: Store) -> None:
    put_under(book, "a2", "a1", **WHY)
    put_under(book, "a3", "a2", **WHY)
    with pytest.raises(BadRows):
        put_under(book, "a1", "a3", **WHY)
    with pytest.raises(BadRows):
        put_under(book, "a1", "a1", **WHY)
    assert column(book, "accounts", "parent_id") == [None, "a1", "a2"]
    put_under(book, "a3", None, **WHY)
    assert column(book, "accounts", "parent_id") == [None, "a1", None]


def dangling(store: Store) -> list[str]:
    """References that name no row, of every table and list, and authored ones."""
    portfolio, found = store.portfolio(), []
    keys = {name: set(portfolio[name].select(TABLES[name].key[0]).collect().to_series()) for name in MERGEABLE}
    for name, table in TABLES.items():
        frame = portfolio[name].collect()
        for cells, to in table.references.items():
            if to in keys:
                for cell in frame[cells].drop_nulls():
                    found += [f"{name}.{cells}={one}" for one in ([cell] if isinstance(cell, str) else cell) if one not in keys[to]]
    found += [f"promise={row['account_id']}" for row in store.rows("promises") if row["account_id"] not in keys["accounts"]]
    return found + [f"alias={row['target']}" for row in store.rows("aliases") if row["target"] not in keys[row["table_name"]]]


def _play(folder: Path, seed: int, steps: int) -> None:
    rng = random.Random(seed)
    store = Store.open(folder)
    sizes = {"accounts": 7, "people": 5, "contacts": 6, "projects": 5}
    held = {name: [f"{name[:2]}{number}" for number in range(size)] for name, size in sizes.items()}
    day = date(2024, 1, 1)

    def some(table: str, of: Mapping[str, list[str]] = held) -> str:
        return rng.choice(of[table])

    put(
        store,
        accounts=[{"account_id": key, "name": f"Name {key}", "parent_id": f"ac{rng.randrange(place)}" if place else None}
                  for place, key in enumerate(held["accounts"])],
        people=[{"person_id": key, "name": f"Name {key}"} for key in held["people"]],
    )  # fmt: skip
    put(
        store, "crm",
        contacts=[{"contact_id": key, "account_id": some("accounts")} for key in held["contacts"]],
        projects=[{"project_id": key, "account_id": some("accounts")} for key in held["projects"]],
        time_entries=[{"entry_id": f"e{number}", "person_id": some("people"), "project_id": some("projects")} for number in range(20)],
        touchpoints=[{"touchpoint_id": f"t{number}", "account_id": some("accounts"), "contact_ids": rng.sample(held["contacts"], 3)}
                     for number in range(9)],
        kpi_values=[{"account_id": key, "metric": "NPS", "date": day + timedelta(days=number)}
                    for key in held["accounts"] for number in rng.sample(range(4), 2)],
        person_terms=[{"person_id": key, "from": day + timedelta(days=number)}
                      for key in held["people"] for number in rng.sample(range(3), 2)],
    )  # fmt: skip
    for key in held["accounts"]:
        store.write("promises", {"account_id": key, "text": "A plan"}, **BY_ANA)
    first = frozen(store.portfolio())
    merged: dict[int, tuple[str, str]] = {}
    for step in range(steps):
        possible = [commit for commit in store.commits() if commit.undo_possible and commit.number > 2]
        there = {name: column(store, name, TABLES[name].key[0]) for name in MERGEABLE}
        table = rng.choice(MERGEABLE)
        if possible and rng.random() < 0.4:
            store.undo(rng.choice(possible).number, **BY_ANA)
        elif rng.random() < 0.2:
            late = {"entry_id": f"late{step}", "person_id": some("people", there), "project_id": some("projects", there)}
            put(store, "late", time_entries=[late])
        elif len(there[table]) > 1:
            gone, kept = rng.sample(there[table], 2)
            merged[merge(store, table, gone, kept, **WHY).number] = (table, gone)
        assert dangling(store) == []
        now = store.portfolio()
        for name in ("touchpoints", "time_entries"):
            was = set(first[name][TABLES[name].key[0]])
            assert was <= set(now[name].collect()[TABLES[name].key[0]]), f"rows of {name} were lost"
        days = {"kpi_values": "date", "person_terms": "from"}
        for name, dated in days.items():  # of several with one key one stays: no day is without a value
            assert set(first[name][dated]) == set(now[name].collect()[dated])
        for name in MERGEABLE:
            absent = set(held[name]) - set(column(store, name, TABLES[name].key[0]))
            assert absent <= {key for other, key in merged.values() if other == name}
            assert absent <= set(words(store, name)), "a merged row has no alias"
    while possible := [commit for commit in store.commits() if commit.undo_possible and commit.kind == "merge" and not commit.undone_by]:
        store.undo(possible[0].number, **BY_ANA)
    assert store.check() == []


@pytest.mark.parametrize("seed", range(4))
def test_after_any_merges_and_undos_every_reference_resolves_and_no_row_is_lost(tmp_path: Path, seed: int) -> None:
    _play(tmp_path, seed, steps=12)


@pytest.mark.fuzz
@pytest.mark.parametrize("seed", range(100, 120))
def test_after_long_histories_of_merges_and_undos_every_reference_resolves(tmp_path: Path, seed: int) -> None:
    _play(tmp_path, seed, steps=60)


def test_merging_and_undoing_in_turn_gives_the_first_portfolio_back(book: Store) -> None:
    before = frozen(book.portfolio())
    numbers = [merge(book, "accounts", gone, kept, **WHY).number for gone, kept in (("a2", "a3"), ("a3", "a1"))]
    assert accounts(a1="Acme").height == len(names(book))
    for number in reversed(numbers):
        book.undo(number, **BY_ANA)
    assert_same(book.portfolio(), before)
    assert words(book) == {}
