"""Authored rows that change together with a commit, in its transaction, and go back with its undo. It writes no imported row."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlite_utils import Database

from lib.store import authored
from lib.store.changes import Commit

STEPS = "authored"  # where a commit's details keep what was done, as {table, id, before, after}; a row that is absent is null


@dataclass(frozen=True)
class Write:
    """Add a row, or change the one with the same natural key."""

    table: str
    row: Mapping[str, Any]


@dataclass(frozen=True)
class Repoint:
    """Rows whose `column` holds `old` hold `new` instead; only those whose columns equal `where`."""

    table: str
    column: str
    old: str
    new: str
    where: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Return:
    """The row `id` as it was `before` a step that left it as `after`; columns that somebody changed since stay as they are."""

    table: str
    id: int
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


@dataclass(frozen=True)
class Told:
    """What is known only once the tables' rows are worked out, such as a number found there: details of the commit, and rows to write."""

    tell: Callable[[], tuple[Mapping[str, Any], Sequence[Write]]]


Authored = Write | Repoint | Return | Told


def written(db: Database, commit: Commit, changes: Sequence[Authored]) -> Commit:
    """Do `changes` in the caller's transaction, and return `commit` with what was done in its details."""
    told = [change.tell() for change in changes if isinstance(change, Told)]
    for details, _ in told:
        commit = replace(commit, details={**commit.details, **json.loads(json.dumps(details, allow_nan=False))})
    every = [change for change in changes if not isinstance(change, Told)] + [write for _, writes in told for write in writes]
    steps = [step for change in every for step in _done(db, commit, change)]
    return replace(commit, details={**commit.details, STEPS: steps}) if steps else commit


def taken_back(commit: Commit) -> list[Authored]:
    """The changes that take back what `commit` did to authored rows, last one first."""
    return [Return(step["table"], step["id"], step["before"], step["after"]) for step in reversed(commit.details.get(STEPS, []))]


def _done(db: Database, commit: Commit, change: Write | Repoint | Return) -> list[dict[str, Any]]:
    if isinstance(change, Return):
        return _returned(db, commit, change)
    if isinstance(change, Write):
        keys = authored.NATURAL_KEYS.get(change.table, ())
        there = authored.rows(db, change.table, {name: change.row[name] for name in keys}) if keys else []
        before = _now(db, change.table, there[0]["id"]) if there else None
        row_id = authored.write(db, change.table, change.row, commit.author, commit.at)
        return [_step(change.table, row_id, before, _now(db, change.table, row_id))]
    wanted = {**change.where, change.column: change.old}
    steps = []
    for row in authored.rows(db, change.table, wanted):
        before = _now(db, change.table, row["id"])
        authored.write(db, change.table, {change.column: change.new}, commit.author, commit.at, row["id"])
        steps.append(_step(change.table, row["id"], before, _now(db, change.table, row["id"])))
    return steps


def _returned(db: Database, commit: Commit, change: Return) -> list[dict[str, Any]]:
    now = _now(db, change.table, change.id)
    if change.before is None:
        if now is None:
            return []
        authored.remove(db, change.table, change.id, commit.author, commit.at)
        return [_step(change.table, change.id, now, None)]
    if now is None:
        if change.after is not None or _taken(db, change):
            return []  # somebody removed it since, or wrote the same again: that stays
        names = ", ".join(change.before)
        marks = ", ".join(f":{name}" for name in change.before)
        db.conn.execute(f"INSERT INTO {_known(change.table)} ({names}) VALUES ({marks})", dict(change.before))
        authored.audit(db, "add", change.table, change.id, None, change.before, commit.author, commit.at)
        return [_step(change.table, change.id, None, change.before)]
    after = change.after or {}
    cells = {
        name: value for name, value in change.before.items()
        if name not in ("id", "author", "at") and value != after.get(name) and now[name] == after.get(name)
    }  # fmt: skip
    if not cells:
        return []
    sets = ", ".join(f"{name} = :{name}" for name in cells)
    db.conn.execute(f"UPDATE {_known(change.table)} SET {sets} WHERE id = :row_id", {**cells, "row_id": change.id})
    again = _now(db, change.table, change.id)
    authored.audit(db, "change", change.table, change.id, now, again, commit.author, commit.at)
    return [_step(change.table, change.id, now, again)]


def _taken(db: Database, change: Return) -> bool:
    """Whether another row has taken the natural key of the one that should come back."""
    before = change.before or {}
    keys = authored.NATURAL_KEYS.get(change.table, ())
    return bool(keys) and bool(authored.rows(db, change.table, {name: before[name] for name in keys}))


def _known(table: str) -> str:
    authored.kinds(table)
    return table


def _now(db: Database, table: str, row_id: int) -> dict[str, Any] | None:
    return next(iter(db.query(f"SELECT * FROM {_known(table)} WHERE id = ?", [row_id])), None)


def _step(table: str, row_id: int, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> dict[str, Any]:
    return {"table": table, "id": row_id, "before": before, "after": after}
