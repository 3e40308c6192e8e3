"""What became of one row: who changed which cells when, from the versions of the store and the audit log. It only reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

from lib.store.changes import Commit
from lib.store.corrections import row_of
from lib.store.store import Store

MOST_LOOKS = 200
_NAMING: Mapping[str, tuple[str, ...]] = {"accounts": ("account_id",), "projects": ("project_id",)}


@dataclass(frozen=True)
class CellChange:
    """One cell before and after; None where it was empty."""

    column: str
    before: Any
    after: Any


@dataclass(frozen=True)
class RowChange:
    """What one commit did to the row: added or removed it, or changed `cells`."""

    commit: Commit
    what: Literal["added", "changed", "removed"]
    cells: tuple[CellChange, ...] = ()

    @property
    def reason(self) -> str:
        """Why, where a person corrected a cell."""
        return str(self.commit.details.get("reason", ""))


def history_of_row(store: Store, table: str, key: Mapping[str, Any], version: int | None = None) -> list[RowChange]:
    """Every commit up to `version` that added, changed or removed the row with this key, newest first; at most `MOST_LOOKS` rows are read.

    The row's `_import` stamp says which commit wrote it, so only those are looked at, and those that took something back.
    """
    commits = [
        commit
        for commit in store.commits()
        if (version is None or commit.number <= version) and table in commit.counts and commit.counts[table].moved
    ]
    rows: dict[int, pl.DataFrame] = {0: store.tables[table].empty()}

    def row_at(number: int) -> pl.DataFrame:
        if number not in rows:
            rows[number] = row_of(store.portfolio(number)[table], key)
        return rows[number]

    found: list[RowChange] = []
    for commit, earlier in zip(commits, [*commits[1:], None], strict=True):
        if len(rows) > MOST_LOOKS:
            break
        after = row_at(commit.number)
        if not _may_have(commit, table, after):
            rows.setdefault(earlier.number if earlier else 0, after)
            continue
        before = row_at(earlier.number if earlier else 0)
        if change := _between(commit, before, after, list(store.tables[table].columns)):
            found.append(change)
    return found


def _may_have(commit: Commit, table: str, after: pl.DataFrame) -> bool:
    """Whether `commit`, after which the row is `after`, can have changed it."""
    if commit.undoes is not None:
        return True
    if after.is_empty():
        return commit.counts[table].removed > 0
    return bool(after["_import"][0] == commit.number)


def _between(commit: Commit, before: pl.DataFrame, after: pl.DataFrame, columns: list[str]) -> RowChange | None:
    if before.is_empty() or after.is_empty():
        both = before.is_empty() and after.is_empty()
        return None if both else RowChange(commit, "added" if before.is_empty() else "removed")
    names = [*columns, "_source"]
    was, now = (rows.select(names).row(0, named=True) for rows in (before, after))
    cells = tuple(CellChange(name, was[name], now[name]) for name in names if was[name] != now[name])
    return RowChange(commit, "changed", cells) if cells else None


def written_about(store: Store, table: str, key: str) -> list[dict[str, Any]]:
    """Lines of the audit log about what people wrote of an account or project, newest first, as `Store.rows("audit")` gives them."""
    names = _NAMING.get(table, ())

    def is_about(line: Mapping[str, Any]) -> bool:
        kept = [said for said in (line["before"], line["after"]) if isinstance(said, dict)]
        named = any(said.get(name) == key for said in kept for name in names)
        return named or any(said.get("table_name") == table and said.get("target") == key for said in kept)

    return [line for line in reversed(store.rows("audit")) if is_about(line)]
