"""One cell of an imported row put right by a person: checked as an import is, committed with its reason, told before it is overwritten.

It decides nothing about clients and shows nothing. A correction is a commit of kind "correction", undone and listed like an import.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

import dataframely as dy
import polars as pl

from lib.columns import N_, NAME_BYTES
from lib.portfolio import Portfolio
from lib.store.changes import Amend, BadRows, Change, Clear, Commit, Merge, NotFound, ReplacePeriod, Snapshot
from lib.store.store import Store
from lib.tables import RULES, TABLES, Table
from lib.text import clean_text

KIND = "correction"
STANDING: Final = pl.Schema(
    {
        "table": pl.String(), "key": pl.String(), "column": pl.String(), "before": pl.String(), "after": pl.String(),
        "reason": pl.String(), "author": pl.String(), "at": pl.Datetime("us", "UTC"), "commit": pl.Int64(),
    }
)  # fmt: skip


@dataclass(frozen=True)
class Flaw:
    """Why a cell can't be corrected so: a code, and an English message id with its values."""

    code: str
    message: str
    values: Mapping[str, Any] = field(default_factory=dict)


def key_text(key: Mapping[str, Any]) -> str:
    """The key of a row as one text: itself, or a JSON list where it has several parts."""
    parts = [part.isoformat() if isinstance(part, date) else part for part in key.values()]
    return str(parts[0]) if len(parts) == 1 else json.dumps(parts, ensure_ascii=False)


def key_of(table: Table, text: str) -> dict[str, Any]:
    """The inverse of `key_text`. Raises `NotFound` for a text that is no key of the table."""
    try:
        parts = [text] if len(table.key) == 1 else json.loads(text)
        if not isinstance(parts, list) or len(parts) != len(table.key) or not all(isinstance(part, str) for part in parts):
            raise ValueError(text)
        dtypes = [table.polars_schema[name] for name in table.key]
        values = [date.fromisoformat(part) if dtype == pl.Date else part for part, dtype in zip(parts, dtypes, strict=True)]
    except ValueError as error:
        raise NotFound(N_("{table} has no row {key}"), table=table.name, key=text) from error
    return dict(zip(table.key, values, strict=True))


def row_of(rows: pl.LazyFrame, key: Mapping[str, Any]) -> pl.DataFrame:
    """The row with this key, or none: all declared columns, `_source` and `_import`."""
    return rows.filter(*[pl.col(name) == value for name, value in key.items()]).collect()


def corrected(table: Table, row: pl.DataFrame, column: str, value: Any) -> pl.DataFrame:
    """`row` with `value` in `column`, as text is kept: clean, and null where it is empty. Raises TypeError for a value of another kind."""
    dtype = table.polars_schema[column]
    if isinstance(value, str):
        value = clean_text(value, lines=_has_lines(table.columns[column])) or None
    elif isinstance(value, list) and dtype.is_(pl.List(pl.String)):
        value = [text for item in value if (text := clean_text(item, lines=False))] or None
    elif isinstance(value, int) and not isinstance(value, bool) and dtype == pl.Float64:
        value = float(value)
    return row.select(list(table.columns)).with_columns(pl.Series(column, [value], dtype, strict=True))


def _has_lines(column: dy.Column) -> bool:
    return isinstance(column, dy.String) and (column.max_length or 0) > NAME_BYTES


def flaws(portfolio: Portfolio, table: Table, row: pl.DataFrame, column: str, value: Any, reason: str) -> tuple[Flaw, ...]:
    """All that speaks against `value` in `column` of `row`: the rules of the table, what a reference may name, and the reason."""
    found = [] if clean_text(reason) else [Flaw("no_reason", N_("Say why: the reason stays beside the correction."))]
    if column in table.key:
        return (*found, Flaw("key_column", N_("This column identifies the row and stays as it is.")))
    try:
        after = corrected(table, row, column, value)
    except (TypeError, pl.exceptions.PolarsError):
        return (*found, Flaw("other_kind", N_("The value is not of the kind this column holds.")))
    before = row.select(after.columns)
    if after.equals(before):
        return (*found, Flaw("same", N_("That is what the cell holds already.")))
    found += [Flaw(code, RULES[code]) for code in _broken(table, before, after, column)]
    return (*found, *_unknown(portfolio, table, after, column), *_circles(portfolio, table, after, column))


def _broken(table: Table, before: pl.DataFrame, after: pl.DataFrame, column: str) -> list[str]:
    """Codes of the rules that `after` breaks, but for those that `before` broke too and that do not look at `column`."""
    rules = table.schema._validation_rules(with_cast=False)
    broken_before = set(table.schema.filter(before)[1].counts())
    codes: dict[str, None] = {}
    for rule in table.schema.filter(after)[1].counts():
        ours, _, name = rule.rpartition("|")
        if ours == column or (not ours and (rule not in broken_before or column in rules[rule].expr.meta.root_names())):
            codes[name.removeprefix("inner_").removeprefix("check__")] = None
    return list(codes)


def _unknown(portfolio: Portfolio, table: Table, after: pl.DataFrame, column: str) -> list[Flaw]:
    """A reference must name a row; where the other table is empty, it is taken as it is, as an import takes it."""
    other = table.references.get(column)
    if other is None or other not in portfolio.loaded:
        return []
    cell = after[column][0]
    named = [] if cell is None else [cell] if isinstance(cell, str) else list(cell)
    key = TABLES[other].key[0]
    there = portfolio[other].filter(pl.col(key).is_in(named)).select(key).collect()[key].to_list()
    unknown = [name for name in dict.fromkeys(named) if name not in there]
    message = N_("No row of {table} has the key {key}.")
    return [Flaw("unknown_reference", message, {"table": TABLES[other].title, "key": name}) for name in unknown]


def _circles(portfolio: Portfolio, table: Table, after: pl.DataFrame, column: str) -> list[Flaw]:
    """A row may not stand above itself: its own parent is a rule of the table, a longer way round is found here."""
    if table.references.get(column) != table.name or after[column][0] is None:
        return []
    key = table.key[0]
    above = dict(portfolio[table.name].select(key, column).collect().iter_rows())
    start, seen = after[key][0], set[str]()
    step = above.get(after[column][0]) if after[column][0] != start else None
    while step is not None and step not in seen:
        if step == start:
            return [Flaw("circle", N_("The row it would stand below already stands below it."))]
        seen.add(step)
        step = above.get(step)
    return []


def correct(store: Store, table: str, row: pl.DataFrame, column: str, value: Any, reason: str, *, author: str, at: datetime) -> Commit:
    """Put `value` into one cell of `row`, which must still stand as it was read (`row_of`), and return the commit.

    Raises `BadRows` where `flaws` finds one, `RowMoved`, `ImportBusy`.
    """
    declared = store.tables[table]
    for flaw in flaws(store.portfolio(), declared, row, column, value, reason):
        raise BadRows(flaw.message, **flaw.values)
    before, after = row.select(list(declared.columns)), corrected(declared, row, column, value)
    key = before.select(declared.key).row(0, named=True)
    cell = {"table": table, "key": key_text(key), "column": column, "before": _plain(before[column][0]), "after": _plain(after[column][0])}
    details = {"cells": [cell], "reason": clean_text(reason, lines=False), "author": author}
    change = Amend(before, after, row["_source"][0])
    return store.commit({table: change}, author=author, at=at, kind=KIND, details=details)


def _plain(value: Any) -> Any:
    """A cell as JSON holds it."""
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, pl.Series | list) else value


def as_text(cells: pl.Series) -> pl.Series:
    """Cells as `Store.differences` writes them: the items of a list stand with ; between them."""
    if isinstance(cells.dtype, pl.List):
        return cells.cast(pl.List(pl.String)).list.join(";")
    return cells.cast(pl.String)


def standing_corrections(store: Store, only: str | None = None) -> pl.DataFrame:
    """Corrections whose cell still holds what a person put there: `STANDING`, newest first; of table `only`, if it is given.

    `before` and `after` are text as in `Store.differences`, `key` as `key_text` writes it.
    """
    newest: dict[tuple[str, str, str], tuple[Commit, Mapping[str, Any]]] = {}
    for commit in store.commits():
        if commit.kind == KIND and commit.undone_by is None:
            for cell in commit.details["cells"]:
                newest.setdefault((cell["table"], cell["key"], cell["column"]), (commit, cell))
    kept = []
    rows = _current(store, [place for place in newest if only in (None, place[0])])
    for (table, key, column), (commit, cell) in newest.items():
        row = rows.get((table, key))
        if row is None or column not in row.columns:
            continue
        dtype = row.schema[column]
        after = as_text(_series(column, cell["after"], dtype))[0]
        if as_text(row[column])[0] == after:
            before = as_text(_series(column, cell["before"], dtype))[0]
            kept.append((table, key, column, before, after, commit.details["reason"], commit.author, commit.at, commit.number))
    return pl.DataFrame(kept, schema=STANDING, orient="row")


def _series(column: str, value: Any, dtype: pl.DataType) -> pl.Series:
    return pl.Series(column, [date.fromisoformat(value) if dtype == pl.Date and value else value], dtype)


def _current(store: Store, places: list[tuple[str, str, str]]) -> dict[tuple[str, str], pl.DataFrame]:
    """(table, key text) -> the row as it stands, of those that still exist."""
    portfolio, rows = store.portfolio(), dict[tuple[str, str], pl.DataFrame]()
    for name in dict.fromkeys(table for table, _, _ in places if table in store.tables):
        table = store.tables[name]
        keys = [key_of(table, key) for key in dict.fromkeys(key for other, key, _ in places if other == name)]
        wanted = pl.DataFrame(keys, schema={part: table.polars_schema[part] for part in table.key})
        found = portfolio[name].join(wanted.lazy(), on=table.key, how="semi").collect()
        for row in found.iter_slices(1):
            rows[name, key_text(row.select(table.key).row(0, named=True))] = row
    return rows


def corrections_lost(store: Store, table: str, change: Change) -> pl.DataFrame:
    """Standing corrections of `table` that `commit({table: change})` would overwrite: `STANDING` and `incoming`.

    `incoming` is the text that would stand there instead; null if the cell would be emptied, or its row removed, as `removed` says.
    """
    standing = standing_corrections(store, table)
    lost, declared = [], store.tables[table]
    rows = _current(store, list(standing.select("table", "key", "column").iter_rows())) if standing.height else {}
    for place in standing.iter_rows(named=True):
        row = rows[table, place["key"]]
        rows_in = change.rows if isinstance(change, Merge | ReplacePeriod | Snapshot) else declared.empty()
        incoming = row_of(rows_in.lazy(), key_of(declared, place["key"]))
        if incoming.is_empty():
            if _goes(change, row):
                lost.append(place | {"incoming": None, "removed": True})
            continue
        column = place["column"]
        text = as_text(incoming[column])[0] if column in incoming.columns else None
        if text != place["after"]:
            lost.append(place | {"incoming": text, "removed": False})
    return pl.DataFrame(lost, schema={**STANDING, "incoming": pl.String(), "removed": pl.Boolean()})


def _goes(change: Change, row: pl.DataFrame) -> bool:
    """Whether `change`, which does not hold `row`, removes it."""
    if isinstance(change, Clear):
        return True
    if isinstance(change, Snapshot | ReplacePeriod) and row["_source"][0] == change.source:
        return isinstance(change, Snapshot) or bool(row[change.date_column].is_between(change.first, change.last)[0])
    return False
