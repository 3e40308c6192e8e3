"""Two rows of a table made one, a row renamed, an account put under another: each one commit with author and reason. It guesses nothing.

What refers to what is read from `lib.tables`. How references, aliases and authored rows follow is decided in docs/decisions/009-names.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from lib.columns import N_
from lib.store import authored, corrections
from lib.store.beside import Authored, Repoint, Write
from lib.store.changes import Amend, BadRows, Commit, NotFound, Rework
from lib.store.store import Store
from lib.tables import TABLES, Table
from lib.text import clean_text

MERGEABLE = ("accounts", "people", "projects", "contacts")
NAMED_BY = ("name", "email")
_AUTHORED_COLUMN = {"accounts": "account_id", "projects": "project_id"}  # people are free text there, which stays


@dataclass(frozen=True)
class Moved:
    """What a merge does to one table: rows that would name the kept row, and rows that go because it has one with the same key."""

    rows: int
    dropped: int = 0


@dataclass(frozen=True)
class MergePreview:
    """What a merge would do, worked out without writing. `aliases` are the words that will mean the kept row from then on."""

    imported: Mapping[str, Moved]
    authored: Mapping[str, int]
    aliases: tuple[str, ...]

    @property
    def rows(self) -> int:
        """Rows that would name the kept row."""
        return sum(moved.rows for moved in self.imported.values()) + sum(self.authored.values())


def preview_merge(store: Store, table: str, gone: str, kept: str) -> MergePreview:
    """What `merge` would do now, without writing. Raises as `merge` does."""
    found = store.preview(_changes(store, table, gone, kept))
    imported = {}
    for name, counts in found.items():
        own = 1 if name == table else 0  # the row that goes
        rows = counts.added + counts.changed
        if rows or counts.removed > own:
            imported[name] = Moved(rows, counts.removed - own - counts.added)
    concerned = {name: len(store.rows(name, **{column: gone})) for name, column in _authored(table)}
    aliases = tuple(change.row["alias"] for change in _alias_writes(store, table, gone, kept))
    return MergePreview(imported, {name: count for name, count in concerned.items() if count}, aliases)


def merge(store: Store, table: str, gone: str, kept: str, *, author: str, at: datetime, reason: str) -> Commit:
    """Make everything that names the row `gone` of `table` name `kept`, and remove `gone`; its id and names become aliases of `kept`.

    One commit of kind merge; `Store.undo` takes all of it back. Raises `NotFound` if one of them is not there, `BadRows` without a reason
    or if both are the same, `ImportBusy`.
    """
    said = _reason(reason)
    changes, beside = _changes(store, table, gone, kept), _beside(store, table, gone, kept)
    rows = {"gone": {"key": gone, "name": _name(store, table, gone)}, "kept": {"key": kept, "name": _name(store, table, kept)}}
    details = {"table": table, **rows, "reason": said}
    return store.commit(changes, author=author, at=at, note=said, kind="merge", details=details, authored_changes=beside)


def rename(store: Store, table: str, key: str, name: str, *, author: str, at: datetime, reason: str) -> Commit:
    """Give the row `key` another name; the old one becomes an alias of it, so that files that still say it find the row.

    Raises `NotFound`, `BadRows` without a reason, or a name that is empty or the same.
    """
    row = _row(store, table, key)
    old, new = row["name"][0], clean_text(name, lines=False)
    for flaw in corrections.flaws(store.portfolio(), store.tables[table], row, "name", new, reason):
        raise BadRows(flaw.message, **flaw.values)
    before, after = row.select(list(store.tables[table].columns)), corrections.corrected(store.tables[table], row, "name", new)
    beside = [Write("aliases", _alias(table, old, key))] if _folded(old) not in _words_of_others(store, table, {key}) else []
    cell = {"table": table, "key": key, "column": "name", "before": old, "after": new}
    details = {"cells": [cell], "reason": clean_text(reason, lines=False), "author": author}
    change = Amend(before, after, row["_source"][0])
    return store.commit({table: change}, author=author, at=at, kind=corrections.KIND, details=details, authored_changes=beside)


def put_under(store: Store, account: str, parent: str | None, *, author: str, at: datetime, reason: str) -> Commit:
    """Make `parent` the parent company of `account`, or nobody. Raises `NotFound`, and `BadRows` for a circle or without a reason."""
    return corrections.correct(store, "accounts", _row(store, "accounts", account), "parent_id", parent, reason, author=author, at=at)


def above(store: Store, account: str) -> list[str]:
    """Parent, its parent and so on, of `account`; a circle that was imported is walked once."""
    parents = dict(store.portfolio()["accounts"].select("account_id", "parent_id").collect().iter_rows())
    return _upwards(parents, account)


def _upwards(parents: Mapping[str, str | None], account: str) -> list[str]:
    found: list[str] = []
    at = parents.get(account)
    while at is not None and at not in found:
        found.append(at)
        at = parents.get(at)
    return found


def _changes(store: Store, table: str, gone: str, kept: str) -> dict[str, Rework]:
    """Every table that can refer to `table`, moved or not: nothing that still names the row that goes may come back by an older undo."""
    if table not in MERGEABLE:
        raise NotFound(N_("There is no table {table}"), table=table)
    if gone == kept:
        raise BadRows(N_("Pick two different rows"))
    changes = {table: _own(TABLES[table], gone, kept)}
    for name, other in store.tables.items():
        columns = [column for column, to in other.references.items() if to == table]
        if name != table and columns:
            changes[name] = _referring(other, columns, gone, kept)
    return changes


def _own(table: Table, gone: str, kept: str) -> Rework:
    """The table itself: `gone` goes, the rows under it come under `kept`, and `kept` takes its place if it stood below it."""
    key = table.key[0]
    parent = next((column for column, to in table.references.items() if to == table.name), None)

    def work(current: pl.LazyFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        there = current.select(key).collect().to_series()
        for wanted in (gone, kept):
            if wanted not in there:
                raise NotFound(N_("{table} has no row {key}"), table=table.name, key=wanted)
        left = current.filter(pl.col(key) == gone).select(key).collect()
        if parent is None:
            return current.clear().collect(), left
        parents = dict(current.select(key, parent).collect().iter_rows())
        below = current.filter((pl.col(parent) == gone) & (pl.col(key) != gone)).with_columns(pl.lit(kept, pl.String).alias(parent))
        rows = below.filter(pl.col(key) != kept).collect()
        if gone in _upwards(parents, kept):
            higher = parents[gone] if parents[gone] != kept and kept not in _upwards(parents, gone) else None
            raised = current.filter(pl.col(key) == kept).with_columns(pl.lit(higher, pl.String).alias(parent)).collect()
            rows = pl.concat([rows, raised])
        return rows, left

    return Rework(work)


def _referring(table: Table, columns: list[str], gone: str, kept: str) -> Rework:
    """A table that names the row: its cells and lists. A row whose key becomes that of another goes, for the other one was kept's own."""
    lists = [column for column in columns if isinstance(table.polars_schema[column], pl.List)]
    plain = [column for column in columns if column not in lists]

    def work(current: pl.LazyFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        holds = [pl.col(column) == gone for column in plain] + [pl.col(column).list.contains(gone) for column in lists]
        old = current.filter(pl.any_horizontal(holds).fill_null(False)).collect()
        new = old.with_columns(pl.col(plain).replace(gone, kept)) if plain else old
        for column in lists:
            new = new.with_columns(pl.col(column).list.eval(pl.element().replace(gone, kept)).list.unique(maintain_order=True))
        if set(plain) & set(table.key):
            stays = current.select(table.key).join(old.lazy().select(table.key), on=table.key, how="anti").collect()
            new = new.join(stays, on=table.key, how="anti").unique(table.key, keep="first", maintain_order=True)
        return new, old.select(table.key).join(new, on=table.key, how="anti")

    return Rework(work)


def _beside(store: Store, table: str, gone: str, kept: str) -> list[Authored]:
    moved: list[Authored] = [Repoint(name, column, gone, kept) for name, column in _authored(table)]
    return [*moved, Repoint("aliases", "target", gone, kept, {"table_name": table}), *_alias_writes(store, table, gone, kept)]


def _authored(table: str) -> list[tuple[str, str]]:
    """Authored tables that name rows of `table`, with the column that does."""
    column = _AUTHORED_COLUMN.get(table)
    return [(name, column) for name, columns in authored.COLUMNS.items() if column is not None and column in columns]


def _alias_writes(store: Store, table: str, gone: str, kept: str) -> list[Write]:
    """The id of the row that goes, and its names unless another row bears them too."""
    others = _words_of_others(store, table, {gone, kept})
    row = _row(store, table, gone)
    names = [row[column][0] for column in NAMED_BY if column in row.columns]
    words = dict.fromkeys([gone, *(name for name in names if name and _folded(name) not in others)])
    return [Write("aliases", _alias(table, word, kept)) for word in words]


def _words_of_others(store: Store, table: str, but: set[str]) -> set[str]:
    """Folded ids and names of all rows of `table` but some."""
    key = TABLES[table].key[0]
    rows = store.portfolio()[table].filter(~pl.col(key).is_in(list(but))).collect()
    columns = [key, *(column for column in NAMED_BY if column in rows.columns)]
    return {_folded(cell) for column in columns for cell in rows[column].drop_nulls()}


def _row(store: Store, table: str, key: str) -> pl.DataFrame:
    found = store.portfolio()[table].filter(pl.col(TABLES[table].key[0]) == key).collect()
    if found.is_empty():
        raise NotFound(N_("{table} has no row {key}"), table=table, key=key)
    return found


def _name(store: Store, table: str, key: str) -> str:
    return str(_row(store, table, key)["name"][0])


def _alias(table: str, word: str, target: str) -> dict[str, Any]:
    return {"table_name": table, "source": "", "alias": word, "target": target}


def _reason(reason: str) -> str:
    if not clean_text(reason):
        raise BadRows(N_("Say why: the reason stays beside the merge."))
    return clean_text(reason, lines=False)


def _folded(word: str) -> str:
    return " ".join(word.split()).casefold()
