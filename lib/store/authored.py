"""Rows that people write in the app: what each table holds, and how its values are kept. Imported rows never come here."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from sqlite_utils import Database

from lib.columns import N_
from lib.store.catalogue import moment_text, signed
from lib.store.changes import BadRows, NotFound

COLUMNS: Final[Mapping[str, Mapping[str, str]]] = {
    "settings": {"key": "text", "value": "json"},
    "aliases": {"table_name": "text", "source": "text", "alias": "text", "target": "text"},
    "mapping_profiles": {"source": "text", "table_name": "text", "name": "text", "mapping": "json"},
    "reviews": {
        "scope": "text", "account_id": "text", "title": "text", "date": "day", "quarter": "text", "as_of": "day", "version": "number",
        "attendees": "json", "snapshot": "json", "rating": "number", "notes": "text", "status": "text",
    },
    "commentary": {
        "review_id": "number", "account_id": "text", "subject": "text", "language": "text", "text": "text", "figures": "json",
    },
    "decisions": {
        "review_id": "number", "account_id": "text", "project_id": "text", "text": "text", "decided_on": "day", "details": "json",
    },
    "actions": {
        "review_id": "number", "decision_id": "number", "account_id": "text", "project_id": "text", "text": "text", "owner": "text",
        "due": "day", "status": "text", "done_on": "day", "details": "json",
    },
    "promises": {
        "review_id": "number", "account_id": "text", "project_id": "text", "text": "text", "owner": "text", "due": "day",
        "metric": "text", "target": "number", "status": "text", "kept_on": "day",
    },
    "scenarios": {
        "account_id": "text", "project_id": "text", "name": "text", "as_of": "day", "version": "number", "plan": "json",
        "result": "json", "status": "text",
    },
    "overrides": {"account_id": "text", "band": "text", "reason": "text", "expires_on": "day"},
    "score_profiles": {"name": "text", "valid_from": "day", "profile": "json"},
}  # fmt: skip
AUDIT: Final[Mapping[str, str]] = {"action": "text", "table_name": "text", "row_id": "number", "before": "json", "after": "json"}
# Writing a row whose natural key is known replaces it.
NATURAL_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "settings": ("key",),
    "aliases": ("table_name", "source", "alias"),
    "mapping_profiles": ("source", "table_name", "name"),
}
_DEFAULTS: Final[Mapping[str, Mapping[str, str]]] = {"aliases": {"source": ""}, "mapping_profiles": {"name": ""}}


def kinds(table: str, reading: bool = False) -> Mapping[str, str]:
    """Column -> kind (text, number, day, json) of an authored table. Raises `NotFound`; the audit log can only be read."""
    if reading and table == "audit":
        return AUDIT
    if table not in COLUMNS:
        raise NotFound(N_("There is no authored table {table}"), table=table)
    return COLUMNS[table]


def write(db: Database, table: str, row: Mapping[str, Any], author: str, at: datetime, key: int | None = None) -> int:
    """Insert `row`, or change the given columns of row `key` or of the row with the same natural key; audit it. Returns the row's id.

    Raises `NotFound` for an unknown table, column or key, `BadRows` if a required value or the row that it refers to is missing.
    """
    try:
        return _write(db, table, row, author, at, key)
    except sqlite3.IntegrityError as error:
        raise BadRows(N_("The row does not fit {table}: {reason}"), table=table, reason=str(error)) from error


def _write(db: Database, table: str, row: Mapping[str, Any], author: str, at: datetime, key: int | None) -> int:
    cells = {column: _kept(_kind(table, column), value) for column, value in row.items()}
    if key is None and table in NATURAL_KEYS:
        cells = {**_DEFAULTS.get(table, {}), **cells}
        same = [f"{column} = :{column}" for column in NATURAL_KEYS[table]]
        found = db.conn.execute(f"SELECT id FROM {table} WHERE {' AND '.join(same)}", cells).fetchone()
        key = found[0] if found else None
    before = None if key is None else _one(db, table, key)
    stamped = {**cells, "author": signed(author), "at": moment_text(at)}
    if key is None:
        row_id = _unused_id(db, table)
        numbered = {"id": row_id, **stamped}
        marks = ", ".join(f":{column}" for column in numbered)
        db.conn.execute(f"INSERT INTO {table} ({', '.join(numbered)}) VALUES ({marks})", numbered)
    else:
        row_id = key
        changes = ", ".join(f"{column} = :{column}" for column in stamped)
        db.conn.execute(f"UPDATE {table} SET {changes} WHERE id = :row_id", {**stamped, "row_id": row_id})
    audit(db, "change" if before else "add", table, row_id, before, _one(db, table, row_id), author, at)
    return row_id


def _unused_id(db: Database, table: str) -> int:
    """An id that no row of `table` has or ever had: what was removed may come back by an undo."""
    standing = db.conn.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()[0]
    ever = db.conn.execute("SELECT coalesce(max(row_id), 0) FROM audit WHERE table_name = ?", [table]).fetchone()[0]
    return int(max(standing, ever)) + 1


def remove(db: Database, table: str, key: int, author: str, at: datetime) -> None:
    """Delete row `key`; the audit log keeps it. Raises `NotFound`."""
    kinds(table)
    before = _one(db, table, key)
    db.conn.execute(f"DELETE FROM {table} WHERE id = ?", [key])
    audit(db, "remove", table, key, before, None, author, at)


def rows(db: Database, table: str, equal: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rows in the order they were first written, with id, author and at; only those whose columns equal `equal`."""
    columns = {**kinds(table, reading=True), "id": "number", "author": "text"}
    for column in equal:
        if column not in columns:
            raise NotFound(N_("{table} has no column {column}"), table=table, column=column)
    kept = {column: _kept(columns[column], value) for column, value in equal.items()}
    where = " AND ".join(f"{column} IS :{column}" for column in kept) or "1"
    return [_read(table, row) for row in db.query(f"SELECT * FROM {table} WHERE {where} ORDER BY id", kept)]


def audit(
    db: Database, action: str, table: str, row_id: int | None, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None,
    author: str, at: datetime,
) -> None:  # fmt: skip
    """Add a line to the audit log, which nothing changes or removes."""
    db.conn.execute(
        "INSERT INTO audit (action, table_name, row_id, before, after, author, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [action, table, row_id, before and json.dumps(before), after and json.dumps(after), signed(author), moment_text(at)],
    )


def _one(db: Database, table: str, key: int) -> dict[str, Any]:
    for row in db.query(f"SELECT * FROM {table} WHERE id = ?", [key]):
        return row
    raise NotFound(N_("{table} has no row {key}"), table=table, key=key)


def _kind(table: str, column: str) -> str:
    columns = kinds(table)
    if column not in columns:
        raise NotFound(N_("{table} has no column {column}"), table=table, column=column)
    return columns[column]


def _kept(kind: str, value: Any) -> Any:
    if value is None:
        return None
    if kind == "json":
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    if kind == "day":
        if not isinstance(value, date) or isinstance(value, datetime):
            raise TypeError(f"a date is needed, not {value!r}")
        return value.isoformat()
    if not isinstance(value, str if kind == "text" else int | float):
        raise TypeError(f"a {kind} is needed, not {value!r}")
    return value


def _read(table: str, row: Mapping[str, Any]) -> dict[str, Any]:
    columns = kinds(table, reading=True)
    cells: dict[str, Any] = {}
    for column, value in row.items():
        kind = columns.get(column)
        if value is not None and kind == "json":
            value = json.loads(value)
        elif value is not None and kind == "day":
            value = date.fromisoformat(value)
        elif column == "at":
            value = datetime.fromisoformat(value)
        cells[column] = value
    return cells
