"""The SQLite file that says which Delta versions are the portfolio, and who committed them when. It never opens a Delta table.

One connection per use, and one way to write: `Catalogue.writing`, a BEGIN IMMEDIATE transaction.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from lib.columns import N_
from lib.store.changes import BadStore, CannotUndo, Commit, Counts, StoreBusy

BUSY_MILLISECONDS = 10_000
PRAGMAS = (f"busy_timeout={BUSY_MILLISECONDS}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "trusted_schema=OFF")
UNDOABLE = ("import", "correction", "merge", "undo", "sample", "empty", "change_request", "change_order")


@dataclass(frozen=True)
class Pin:
    """Where one table stands: its Delta `version`, rows in it, the number of its newest schema migration, and two commits.

    `commit` put it there; `standing` is the import whose result it is, which differs after an undo.
    """

    version: int
    rows: int
    schema: int
    commit: int
    standing: int
    counts: Counts


def moment_text(at: datetime) -> str:
    """UTC in a form whose alphabetical order is that of time. Raises ValueError without a time zone."""
    if at.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


@dataclass(frozen=True)
class Catalogue:
    """The catalogue at `path`. Holds no connection, so that threads and sessions can share it."""

    path: Path

    @contextmanager
    def reading(self) -> Iterator[Database]:
        """A connection for reading, closed at the end."""
        try:
            db = connect(self.path)
        except sqlite3.DatabaseError as error:
            raise BadStore(N_("The catalogue {path} cannot be read: {reason}"), path=str(self.path), reason=str(error)) from error
        try:
            yield db
        finally:
            db.close()

    @contextmanager
    def snapshot(self) -> Iterator[Database]:
        """A connection whose queries all see one state."""
        with self.reading() as db:
            db.conn.execute("BEGIN")
            try:
                yield db
            finally:
                db.rollback()

    @contextmanager
    def writing(self) -> Iterator[Database]:
        """The only way to write: all of the block or, if it raises, none of it.

        IMMEDIATE takes the write lock at once, where the busy timeout applies; a plain BEGIN fails at its first write under contention.
        Raises `StoreBusy` if the lock can't be had in time.
        """
        with self.reading() as db:
            try:
                db.conn.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                raise StoreBusy(N_("The catalogue is busy. Try again.")) from error
            try:
                yield db
            except BaseException:
                db.rollback()
                raise
            db.commit()


def connect(path: Path, create: bool = False) -> Database:
    """A connection of our settings. Raises sqlite3.OperationalError if the file is absent and `create` is not asked."""
    mode = "rwc" if create else "rw"
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=BUSY_MILLISECONDS / 1000)
    try:
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
    except sqlite3.Error:
        connection.close()
        raise
    return Database(connection, execute_plugins=False)


def newest(db: Database) -> int:
    """Number of the newest commit, 0 if there is none."""
    return int(db.conn.execute("SELECT coalesce(max(number), 0) FROM commits").fetchone()[0])


def newest_in(path: Path) -> int:
    """Number of the newest commit of the catalogue at `path`, 0 if there is none or it is damaged."""
    try:
        with Catalogue(path).reading() as db:
            return newest(db)
    except (BadStore, sqlite3.DatabaseError):
        return 0


def newest_until(db: Database, moment: str) -> int:
    """Number of the newest commit made before `moment`, 0 if there is none."""
    return int(db.conn.execute("SELECT coalesce(max(number), 0) FROM commits WHERE at < ?", [moment]).fetchone()[0])


def exists(db: Database, number: int) -> bool:
    return db.conn.execute("SELECT 1 FROM commits WHERE number = ?", [number]).fetchone() is not None


def pins_at(db: Database, number: int) -> dict[str, Pin]:
    """Table -> its newest pin, at commit `number`."""
    found = db.query(
        """SELECT pins.* FROM pins
        JOIN (SELECT table_name, max(commit_number) AS newest FROM pins WHERE commit_number <= ? GROUP BY table_name) AS last
        ON pins.table_name = last.table_name AND pins.commit_number = last.newest ORDER BY pins.table_name""",
        [number],
    )
    return {row["table_name"]: _pin(row) for row in found}


def all_pins(db: Database) -> list[tuple[str, int, int]]:
    """Table, Delta version and number of rows, of every version that any commit pins."""
    return list(db.conn.execute("SELECT DISTINCT table_name, version, rows FROM pins ORDER BY table_name, version"))


def _pin(row: Mapping[str, Any]) -> Pin:
    counts = Counts(row["added"], row["changed"], row["removed"], row["unchanged"])
    return Pin(row["version"], row["rows"], row["schema"], row["commit_number"], row["standing"], counts)


def heads(db: Database) -> dict[str, int]:
    """Table -> the Delta version that is its head and equals its pin."""
    return {row["table_name"]: row["version"] for row in db.query("SELECT table_name, version FROM heads ORDER BY table_name")}


def set_head(db: Database, table: str, version: int) -> None:
    db["heads"].upsert({"table_name": table, "version": version}, pk="table_name")  # type: ignore[union-attr]


def fact(db: Database, key: str) -> int:
    """A number the catalogue keeps about itself."""
    found = db.conn.execute("SELECT value FROM facts WHERE key = ?", [key]).fetchone()
    return int(found[0]) if found else 0


def set_fact(db: Database, key: str, value: int) -> None:
    db["facts"].upsert({"key": key, "value": value}, pk="key")  # type: ignore[union-attr]


def signed(author: str) -> str:
    """The author's name. Raises ValueError if it is empty: nothing is written by nobody."""
    if not author.strip():
        raise ValueError("an author is needed")
    return author


def add_commit(db: Database, commit: Commit, pins: Mapping[str, Pin], new_heads: Mapping[str, int]) -> None:
    """Record `commit` and move its tables to `pins`. This, inside its transaction, is the commit."""
    db.conn.execute(
        "INSERT INTO commits (number, kind, author, at, note, details, undoes) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [commit.number, commit.kind, signed(commit.author), moment_text(commit.at), commit.note, json.dumps(commit.details), commit.undoes],
    )
    for table, pin in pins.items():
        counts = pin.counts
        db.conn.execute(
            """INSERT INTO pins (commit_number, table_name, version, rows, schema, standing, added, changed, removed, unchanged)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            [
                commit.number, table, pin.version, pin.rows, pin.schema, pin.standing,
                counts.added, counts.changed, counts.removed, counts.unchanged,
            ],
        )  # fmt: skip
    for table, version in new_heads.items():
        set_head(db, table, version)


def all_commits(db: Database) -> list[Commit]:
    """Every commit, newest first, with what was undone by what and what `undo` would accept."""
    pins: dict[int, dict[str, Pin]] = {}
    for row in db.query("SELECT * FROM pins ORDER BY commit_number, table_name"):
        pins.setdefault(row["commit_number"], {})[row["table_name"]] = _pin(row)
    current = pins_at(db, newest(db))
    undone_by: dict[int, int] = {}
    commits = []
    for row in db.query("SELECT * FROM commits ORDER BY number DESC"):
        commit = _commit(row, pins.get(row["number"], {}))
        if commit.undoes is not None and commit.number not in undone_by:
            undone_by[commit.undoes] = commit.number
        possible = commit.kind in UNDOABLE and not blocking(commit.number, commit.counts, current)
        commits.append(replace(commit, undone_by=undone_by.get(commit.number), undo_possible=possible))
    return commits


def refuse_undo(undone: Commit, commits: Mapping[int, Commit], current: Mapping[str, Pin]) -> None:
    """Raise `CannotUndo` if `undone` can't be taken back, or not before later ones."""
    if undone.kind not in UNDOABLE:
        raise CannotUndo(N_("Version {number} is not an import and cannot be undone"), number=undone.number)
    if blocked := blocking(undone.number, undone.counts, current):
        later = commits[max(blocked.values())]
        raise CannotUndo(
            N_("Version {number} cannot be undone at once: version {later} came after it on {tables}"),
            later_commit=later, number=undone.number, tables=", ".join(sorted(blocked)), later=later.number,
        )  # fmt: skip


def blocking(number: int, tables: Mapping[str, Counts], current: Mapping[str, Pin]) -> dict[str, int]:
    """Table -> the later commit that stands where commit `number` left it. Empty if `number` can be undone at once.

    A table stands as `number` left it if `number` was the last to move it, or if all that came later on it was undone.
    """
    last = {table: current[table].commit for table in tables if current[table].commit != number}
    standing = {table: current[table].commit for table in tables if current[table].standing != number}
    return last and standing


def _commit(row: Mapping[str, Any], pins: Mapping[str, Pin]) -> Commit:
    return Commit(
        number=row["number"],
        kind=row["kind"],
        author=row["author"],
        at=datetime.fromisoformat(row["at"]),
        note=row["note"],
        counts={table: pin.counts for table, pin in pins.items()},
        details=json.loads(row["details"]),
        undoes=row["undoes"],
    )
