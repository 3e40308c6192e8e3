"""How folders of earlier Carteras become today's: numbered steps of the SQLite catalogue and of the Delta tables' schemas.

A step that was released is never edited; a new one is added below it. New columns of lib.tables need no step (they read as null);
renamed ones do. A step never changes an old Delta version: it makes a new one, and reading maps the old ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl
from sqlite_utils import Database

from lib.columns import N_
from lib.store.changes import BadStore
from lib.tables import Table


@dataclass(frozen=True)
class AddColumn:
    """A column that rows of before do not have: null there."""

    name: str


@dataclass(frozen=True)
class RenameColumn:
    """A column that was called `old` before."""

    old: str
    new: str


@dataclass(frozen=True)
class TableMigration:
    """Step `number` of all tables' schemas, which is about `table`."""

    number: int
    table: str
    change: AddColumn | RenameColumn


TABLE_MIGRATIONS: tuple[TableMigration, ...] = ()


def newest_schema(steps: Sequence[TableMigration]) -> int:
    """Number of the newest step, 0 if there is none."""
    return max((step.number for step in steps), default=0)


def names_at(table: Table, schema: int, steps: Sequence[TableMigration]) -> dict[str, str]:
    """Column of today -> what it is called in rows written at `schema`."""
    then = {name: name for name in table.polars_schema.names()}
    for step in sorted(steps, key=lambda step: -step.number):
        if step.table == table.name and step.number > schema and isinstance(step.change, RenameColumn):
            then = {now: step.change.old if name == step.change.new else name for now, name in then.items()}
    return then


def columns_at(table: Table, schema: int, steps: Sequence[TableMigration]) -> dict[str, pl.DataType]:
    """Today's columns with the names they have in rows written at `schema`."""
    then = names_at(table, schema, steps)
    return {then[name]: dtype for name, dtype in table.polars_schema.items()}


def as_of_today(rows: pl.LazyFrame, table: Table, schema: int, steps: Sequence[TableMigration]) -> pl.LazyFrame:
    """`rows` read with `columns_at`, under today's names."""
    renamed = {then: now for now, then in names_at(table, schema, steps).items() if then != now}
    return rows.rename(renamed) if renamed else rows


CatalogueStep = Callable[[Database], None]


def _first(db: Database) -> None:
    db.executescript(
        """
        CREATE TABLE facts (key TEXT PRIMARY KEY, value INTEGER NOT NULL);
        CREATE TABLE commits (
            number INTEGER PRIMARY KEY, kind TEXT NOT NULL, author TEXT NOT NULL, at TEXT NOT NULL, note TEXT NOT NULL,
            details TEXT NOT NULL, undoes INTEGER REFERENCES commits (number)
        );
        CREATE INDEX commits_at ON commits (at);
        CREATE TABLE pins (
            commit_number INTEGER NOT NULL REFERENCES commits (number), table_name TEXT NOT NULL, version INTEGER NOT NULL,
            rows INTEGER NOT NULL, schema INTEGER NOT NULL, standing INTEGER NOT NULL, added INTEGER NOT NULL, changed INTEGER NOT NULL,
            removed INTEGER NOT NULL, unchanged INTEGER NOT NULL, PRIMARY KEY (table_name, commit_number)
        );
        CREATE INDEX pins_commit ON pins (commit_number);
        CREATE TABLE heads (table_name TEXT PRIMARY KEY, version INTEGER NOT NULL);
        CREATE TABLE settings (
            id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, value TEXT, author TEXT NOT NULL, at TEXT NOT NULL
        );
        CREATE TABLE aliases (
            id INTEGER PRIMARY KEY, table_name TEXT NOT NULL, source TEXT NOT NULL DEFAULT '', alias TEXT NOT NULL, target TEXT NOT NULL,
            author TEXT NOT NULL, at TEXT NOT NULL, UNIQUE (table_name, source, alias)
        );
        CREATE TABLE mapping_profiles (
            id INTEGER PRIMARY KEY, source TEXT NOT NULL, table_name TEXT NOT NULL, name TEXT NOT NULL DEFAULT '', mapping TEXT,
            author TEXT NOT NULL, at TEXT NOT NULL, UNIQUE (source, table_name, name)
        );
        CREATE TABLE reviews (
            id INTEGER PRIMARY KEY, scope TEXT NOT NULL, account_id TEXT, title TEXT, date TEXT, quarter TEXT, as_of TEXT, version INTEGER,
            attendees TEXT, snapshot TEXT, rating INTEGER, notes TEXT, status TEXT, author TEXT NOT NULL, at TEXT NOT NULL
        );
        CREATE TABLE commentary (
            id INTEGER PRIMARY KEY, review_id INTEGER REFERENCES reviews (id), account_id TEXT, subject TEXT NOT NULL, language TEXT,
            text TEXT NOT NULL, figures TEXT, author TEXT NOT NULL, at TEXT NOT NULL
        );
        CREATE TABLE decisions (
            id INTEGER PRIMARY KEY, review_id INTEGER REFERENCES reviews (id), account_id TEXT, project_id TEXT, text TEXT NOT NULL,
            decided_on TEXT, details TEXT, author TEXT NOT NULL, at TEXT NOT NULL
        );
        CREATE TABLE actions (
            id INTEGER PRIMARY KEY, review_id INTEGER REFERENCES reviews (id), decision_id INTEGER REFERENCES decisions (id),
            account_id TEXT, project_id TEXT, text TEXT NOT NULL, owner TEXT, due TEXT, status TEXT, done_on TEXT, details TEXT,
            author TEXT NOT NULL, at TEXT NOT NULL
        );
        CREATE TABLE promises (
            id INTEGER PRIMARY KEY, review_id INTEGER REFERENCES reviews (id), account_id TEXT NOT NULL, project_id TEXT,
            text TEXT NOT NULL, owner TEXT, due TEXT, metric TEXT, target REAL, status TEXT, kept_on TEXT,
            author TEXT NOT NULL, at TEXT NOT NULL
        );
        CREATE TABLE scenarios (
            id INTEGER PRIMARY KEY, account_id TEXT, project_id TEXT, name TEXT NOT NULL, as_of TEXT, version INTEGER, plan TEXT,
            result TEXT, status TEXT, author TEXT NOT NULL, at TEXT NOT NULL
        );
        CREATE TABLE overrides (
            id INTEGER PRIMARY KEY, account_id TEXT NOT NULL, band TEXT NOT NULL, reason TEXT NOT NULL, expires_on TEXT NOT NULL,
            author TEXT NOT NULL, at TEXT NOT NULL
        );
        CREATE TABLE score_profiles (
            id INTEGER PRIMARY KEY, name TEXT NOT NULL, valid_from TEXT NOT NULL, profile TEXT NOT NULL, author TEXT NOT NULL,
            at TEXT NOT NULL
        );
        CREATE TABLE audit (
            id INTEGER PRIMARY KEY, action TEXT NOT NULL, table_name TEXT NOT NULL, row_id INTEGER, before TEXT, after TEXT,
            author TEXT NOT NULL, at TEXT NOT NULL
        );
        CREATE INDEX audit_row ON audit (table_name, row_id);
        """
    )


CATALOGUE_STEPS: Mapping[int, CatalogueStep] = {1: _first}


def migrate_catalogue(db: Database, steps: Mapping[int, CatalogueStep] = CATALOGUE_STEPS) -> None:
    """Bring the catalogue to the newest step, inside the caller's transaction. Raises `BadStore` if a newer Cartera wrote it."""
    standing = db.conn.execute("PRAGMA user_version").fetchone()[0]
    if standing > max(steps):
        raise BadStore(N_("This folder was written by a newer Cartera. Update the app to open it."))
    for number in sorted(steps):
        if number > standing:
            steps[number](db)
            db.conn.execute(f"PRAGMA user_version = {number:d}")
