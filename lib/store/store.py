"""The folder on disk: commits portfolios, opens them, takes them back, keeps what people write. It computes nothing about clients.

A commit writes its Delta versions first; one SQLite transaction then moves all pins, and that transaction is the commit. Readers open
pinned versions only, so a crash leaves the old portfolio or the new one.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from lib.columns import N_
from lib.portfolio import Portfolio
from lib.store import authored, backup, beside, catalogue
from lib.store.catalogue import Catalogue, Pin
from lib.store.changes import (
    BadArchive,
    BadStore,
    Change,
    Commit,
    Counts,
    ImportBusy,
    NotFound,
    Problem,
    UnknownVersion,
)  # fmt: skip
from lib.store.delta import DeltaFolder
from lib.store.differences import Difference, Prepared, cells, difference
from lib.store.integrity import problems
from lib.store.lock import locked
from lib.store.migrations import (
    TABLE_MIGRATIONS,
    RenameColumn,
    TableMigration,
    as_of_today,
    columns_at,
    migrate_catalogue,
    newest_schema,
)  # fmt: skip
from lib.tables import TABLES, Table

IMPORT_WAIT_SECONDS = 30.0
_DAWN = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Store:
    """A portfolio's folder. It holds no connection or file, so threads and sessions can share it."""

    folder: Path
    tables: Mapping[str, Table] = field(default_factory=lambda: TABLES, compare=False, repr=False)
    steps: Sequence[TableMigration] = field(default=TABLE_MIGRATIONS, compare=False, repr=False)

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        at: datetime | None = None,
        tables: Mapping[str, Table] = TABLES,
        steps: Sequence[TableMigration] = TABLE_MIGRATIONS,
    ) -> Store:
        """Open the store in `folder`, which is made, migrated and recovered from a crash as needed.

        `at` dates a migration; without it, it takes the time of the newest commit. Raises `BadStore`, and `ImportBusy` if a migration
        has to wait for an import.
        """
        store = cls(Path(folder).absolute(), tables, steps)
        if "%" in str(store.folder):  # deltalake decodes %20 in a path and then looks elsewhere
            raise BadStore(N_("The folder {path} has a % in its name, which Delta tables cannot have"), path=str(store.folder))
        store.folder.mkdir(parents=True, exist_ok=True)
        with locked(store.folder / "open.lock", IMPORT_WAIT_SECONDS):
            if backup.marker(store.folder).exists():
                with locked(store._import_lock, IMPORT_WAIT_SECONDS):
                    backup.swap(store.folder)
            store._make()
        # While an import runs there is nothing to mend: it starts with that itself, and readers need only pins.
        with suppress(ImportBusy), locked(store._import_lock, 0):
            store._recover()
        if store._migration_pending():
            with store._changing(IMPORT_WAIT_SECONDS):
                store._migrate(at)
        return store

    @property
    def catalogue(self) -> Catalogue:
        return Catalogue(self.folder / "cartera.sqlite")

    @property
    def _import_lock(self) -> Path:
        return self.folder / "import.lock"

    def delta(self, table: str) -> DeltaFolder:
        """The Delta table that holds `table`."""
        return DeltaFolder(self.folder / "tables" / table)

    # Reading

    def version(self) -> int:
        """Number of the newest commit; 0 if nothing was committed yet."""
        with self.catalogue.reading() as db:
            return catalogue.newest(db)

    def version_known_on(self, day: date) -> int:
        """Number of the newest commit made on or before `day` (UTC); 0 if there was none."""
        midnight = datetime.combine(day + timedelta(days=1), time.min, UTC)
        with self.catalogue.reading() as db:
            return catalogue.newest_until(db, catalogue.moment_text(midnight))

    def commits(self) -> list[Commit]:
        """Every commit, newest first."""
        with self.catalogue.snapshot() as db:
            return catalogue.all_commits(db)

    def portfolio(self, version: int | None = None) -> Portfolio:
        """The portfolio as commit `version` left it, or the newest; reads logs and no rows. Raises `UnknownVersion`."""
        with self.catalogue.snapshot() as db:
            number = catalogue.newest(db) if version is None else version
            if number and not catalogue.exists(db, number):
                raise UnknownVersion(N_("There is no version {version}"), version=number)
            pins = catalogue.pins_at(db, number)
        frames = {name: self._rows(table, pins.get(name)) for name, table in self.tables.items()}
        return Portfolio(number, frames, {name: pin.rows for name, pin in pins.items()})

    def prepare(self, table: str, change: Change) -> Prepared:
        """`change` worked out against `table` as it stands, for `commit` to use if nothing moved meanwhile. Raises `BadRows`."""
        with self.catalogue.snapshot() as db:
            pin = catalogue.pins_at(db, catalogue.newest(db)).get(table)
        return Prepared(change, self._difference(table, change, pin), pin)

    def preview(self, changes: Mapping[str, Change]) -> dict[str, Counts]:
        """Table -> what `commit(changes)` would count now, without writing. Raises `BadRows`."""
        with self.catalogue.snapshot() as db:
            pins = catalogue.pins_at(db, catalogue.newest(db))
        return {name: self._difference(name, change, pins.get(name)).counts for name, change in changes.items()}

    def differences(self, change: Change, table: str, limit: int = 1000) -> pl.DataFrame:
        """What `commit({table: change})` would alter now, cell by cell, without writing.

        One row for each added or removed row and for each changed cell: the key, `change` (added, changed, removed), `column`, `before` and
        `after` as text. At most `limit` rows of each kind of change are looked at. Raises `BadRows`.
        """
        with self.catalogue.snapshot() as db:
            pin = catalogue.pins_at(db, catalogue.newest(db)).get(table)
        found = self._difference(table, change, pin)
        return cells(found, self._rows(self._table(table), pin), self._table(table), limit)

    def _rows(self, table: Table, pin: Pin | None, with_file: bool = False) -> pl.LazyFrame:
        schema = pin.schema if pin else newest_schema(self.steps)
        columns = columns_at(table, schema, self.steps)
        delta = self.delta(table.name)
        rows = delta.scan(pin.version, columns, with_file) if pin and pin.rows else delta.no_rows(columns, with_file)
        return as_of_today(rows, table, schema, self.steps)

    def _difference(self, name: str, change: Change, pin: Pin | None) -> Difference:
        table = self._table(name)
        return difference(self._rows(table, pin, with_file=True), pin.rows if pin else 0, change, table)

    def _still(self, name: str, change: Change | Prepared, pin: Pin | None) -> Difference:
        """The difference that was prepared, if the table is where it was then; else worked out now."""
        if not isinstance(change, Prepared):
            return self._difference(name, change, pin)
        return change.difference if change.pin == pin else self._difference(name, change.change, pin)

    def _table(self, name: str) -> Table:
        if name not in self.tables:
            raise NotFound(N_("There is no table {table}"), table=name)
        return self.tables[name]

    # Committing

    def commit(
        self,
        changes: Mapping[str, Change | Prepared],
        *,
        author: str,
        at: datetime,
        note: str = "",
        kind: str = "import",
        details: Mapping[str, Any] | None = None,
        authored_changes: Sequence[beside.Authored] = (),
        wait_seconds: float = IMPORT_WAIT_SECONDS,
        before_table: Callable[[str], None] = lambda table: None,
    ) -> Commit:
        """Apply `changes`, table -> change, all or none, and return the commit.

        `details` is JSON kept with it; `details["files"]` lists `{name, digest, source}`. `authored_changes` are written in the same
        transaction and taken back by the commit's undo. Raises `BadRows`, `ImportBusy`, and what `before_table` raises, which is called
        before each table is written: nothing is then committed.
        """
        catalogue.moment_text(at)
        kept = json.loads(json.dumps(dict(details or {}), allow_nan=False))
        with self._changing(wait_seconds):
            with self.catalogue.snapshot() as db:
                number = catalogue.newest(db) + 1
                current = catalogue.pins_at(db, number)
            found = {name: self._still(name, change, current.get(name)) for name, change in changes.items()}
            pins, heads = {}, {}
            for name, differences in found.items():
                before_table(name)
                before, counts = current.get(name), differences.counts
                version, rows = (before.version, before.rows) if before else (0, 0)
                if counts.moved or before is None:
                    version = heads[name] = self._write(name, differences, number, at)
                pins[name] = Pin(version, rows + counts.added - counts.removed, newest_schema(self.steps), number, number, counts)
            commit = Commit(number, kind, author, at, note, {name: pin.counts for name, pin in pins.items()}, kept)
            return self._record(commit, pins, heads, authored_changes)

    def undo(self, number: int, *, author: str, at: datetime, wait_seconds: float = IMPORT_WAIT_SECONDS) -> Commit:
        """Take commit `number` back, by a new commit that pins the versions of before it.

        Raises `UnknownVersion`, `ImportBusy`, and `CannotUndo` if a later commit stands on one of its tables.
        """
        with self._changing(wait_seconds):
            with self.catalogue.snapshot() as db:
                commits = {commit.number: commit for commit in catalogue.all_commits(db)}
                current = catalogue.pins_at(db, max(commits, default=0))
                earlier = catalogue.pins_at(db, number - 1)
            if number not in commits:
                raise UnknownVersion(N_("There is no version {version}"), version=number)
            undone = commits[number]
            catalogue.refuse_undo(undone, commits, current)
            new_number = max(commits) + 1
            pins, heads = {}, {}
            for name, counts in undone.counts.items():
                before = earlier.get(name) or Pin(0, 0, current[name].schema, 0, 0, Counts())
                turned = Counts(added=counts.removed, changed=counts.changed, removed=counts.added, unchanged=counts.unchanged)
                pins[name] = replace(before, commit=new_number, counts=turned)
                heads[name] = self.delta(name).restore(before.version)
            commit = Commit(new_number, "undo", author, at, "", {name: pin.counts for name, pin in pins.items()}, {}, undoes=number)
            return self._record(commit, pins, heads, beside.taken_back(undone))

    def _write(self, name: str, differences: Difference, number: int, at: datetime) -> int:
        table, delta = self.tables[name], self.delta(name)
        if not differences.counts.moved:
            return delta.ensure(table.polars_schema)
        written = differences.written.with_columns(pl.lit(number, pl.Int64).alias("_import"))
        return delta.change(written, differences.gone, table.key, table.polars_schema, at)

    def _record(
        self, commit: Commit, pins: Mapping[str, Pin], heads: Mapping[str, int], authored_changes: Sequence[beside.Authored] = ()
    ) -> Commit:
        with self.catalogue.writing() as db:
            commit = beside.written(db, commit, authored_changes)
            catalogue.add_commit(db, commit, pins, heads)
            catalogue.set_fact(db, "schema", newest_schema(self.steps))
            facts = {"kind": commit.kind, "tables": sorted(pins)}
            authored.audit(db, "commit", "commits", commit.number, None, facts, commit.author, commit.at)
            return next(made for made in catalogue.all_commits(db) if made.number == commit.number)

    @contextmanager
    def _changing(self, wait_seconds: float) -> Iterator[None]:
        """Be the only one that writes Delta versions, from heads that equal their pins; leave them so, even after an error."""
        with locked(self._import_lock, wait_seconds):
            self._recover()
            try:
                yield
            except BaseException:
                with suppress(Exception):  # the first error is the one to tell; the next change recovers again
                    self._recover()
                raise

    # Opening

    def _make(self) -> None:
        """The catalogue, made or migrated. Two processes may open a new folder at once: the caller holds the lock for opening."""
        path = self.catalogue.path
        tables = self.folder / "tables"
        if not path.exists() and tables.is_dir() and any(tables.iterdir()):
            raise BadStore(N_("The catalogue {path} is missing, but there are tables. Restore a backup."), path=str(path))
        if not path.exists():
            catalogue.connect(path, create=True).close()
        tables.mkdir(exist_ok=True)
        with self.catalogue.writing() as db:
            migrate_catalogue(db)
            if catalogue.fact(db, "schema") > newest_schema(self.steps):
                raise BadStore(N_("This folder was written by a newer Cartera. Update the app to open it."))
            if not catalogue.newest(db):
                catalogue.set_fact(db, "schema", newest_schema(self.steps))

    def _recover(self) -> None:
        """Take back what an import that crashed left at the heads. The caller holds the import lock."""
        with self.catalogue.reading() as db:
            recorded = catalogue.heads(db)
            pins = catalogue.pins_at(db, catalogue.newest(db))
        restored = {}
        for name in sorted({*self.tables, *recorded}):
            delta, head = self.delta(name), recorded.get(name)
            if delta.exists and (head is None or not delta.is_head(head)):
                # A table that is not pinned was left by a first import that crashed: version 0 has no rows.
                restored[name] = delta.restore(pins[name].version if name in pins else 0)
        if restored:
            with self.catalogue.writing() as db:
                for name, version in restored.items():
                    catalogue.set_head(db, name, version)

    def _migration_pending(self) -> bool:
        with self.catalogue.reading() as db:
            return catalogue.fact(db, "schema") < newest_schema(self.steps)

    def _migrate(self, at: datetime | None) -> None:
        """Bring the newest version of each table to today's schema, as one commit. The caller holds the import lock."""
        if not self._migration_pending():
            return  # another process has done it while this one waited
        with self.catalogue.snapshot() as db:
            standing = catalogue.fact(db, "schema")
            number = catalogue.newest(db) + 1
            current = catalogue.pins_at(db, number)
            newest_at = max((commit.at for commit in catalogue.all_commits(db)), default=_DAWN)
        moment = at or newest_at
        pins, heads = {}, {}
        touched = [step for step in self.steps if step.number > standing and step.table in current]
        for name in sorted({step.table for step in touched}):
            table, pin = self.tables[name], current[name]
            if any(isinstance(step.change, RenameColumn) for step in touched if step.table == name):
                version = self.delta(name).rewrite(self._rows(table, pin), pin.rows, table.polars_schema, moment)
            else:
                version = self.delta(name).ensure(table.polars_schema)
            heads[name] = version
            counts = Counts(unchanged=pin.rows)
            pins[name] = Pin(version, pin.rows, newest_schema(self.steps), number, number, counts)
        self._record(Commit(number, "migration", "Cartera", moment, "", {}, {"steps": [step.number for step in touched]}), pins, heads)

    # Keeping it whole

    def check(self) -> list[Problem]:
        """What is wrong in the folder: the catalogue, every pinned version of every table, the heads. Reads all files once."""
        return problems(self.catalogue, self.delta)

    def backup(self, target: Path, at: datetime) -> None:
        """Write the portfolio, its history and all authored rows into `target` as one ZIP file, while others work."""
        backup.pack(self.folder, self.catalogue, Path(target), at)

    @classmethod
    def restore(cls, archive: Path, folder: Path, *, author: str, at: datetime, max_bytes: int = 100 * 2**30) -> Store:
        """Put the backup `archive` in the place of the portfolio in `folder`, whose former content stays in its folder `replaced`.

        Everything is unpacked aside and checked first; a commit of kind restore, with a number that neither history has, tells the two
        apart. Nobody else should be working meanwhile. Raises `BadArchive`, `BadStore`, `ImportBusy`.
        """
        folder = Path(folder).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        with locked(folder / "open.lock", IMPORT_WAIT_SECONDS), locked(folder / "import.lock", IMPORT_WAIT_SECONDS):
            backup.swap(folder)
            ready = backup.waiting(folder)
            ready.mkdir()
            try:
                backup.unpack(Path(archive), ready, max_bytes)
                aside = cls.open(ready, at=at)
                if found := aside.check():
                    raise BadArchive(N_("The backup is not whole: {reason}"), reason=str(found[0]))
                aside._record_restore(catalogue.newest_in(folder / backup.CATALOGUE), author, at)
                shutil.rmtree(folder / "replaced", ignore_errors=True)
                backup.marker(folder).touch()
            finally:
                backup.swap(folder)
        return cls.open(folder, at=at)

    def _record_restore(self, newest_elsewhere: int, author: str, at: datetime) -> None:
        with self.catalogue.snapshot() as db:
            newest = catalogue.newest(db)
            current = catalogue.pins_at(db, newest)
        number = max(newest, newest_elsewhere) + 1
        pins = {name: replace(pin, commit=number, counts=Counts(unchanged=pin.rows)) for name, pin in current.items()}
        self._record(Commit(number, "restore", author, at, details={"version": newest}), pins, {})

    # What people write

    def write(self, table: str, row: Mapping[str, Any], *, author: str, at: datetime, key: int | None = None) -> int:
        """Add an authored row, or change row `key` (or the one with the same natural key), and return its id.

        Columns of kind JSON take any JSON value, days take `date`. Raises `NotFound`, `BadRows`, `StoreBusy`.
        """
        with self.catalogue.writing() as db:
            return authored.write(db, table, row, author, at, key)

    def remove(self, table: str, key: int, *, author: str, at: datetime) -> None:
        """Delete the authored row `key`; the audit log keeps what it said. Raises `NotFound`."""
        with self.catalogue.writing() as db:
            authored.remove(db, table, key, author, at)

    def rows(self, table: str, **equal: Any) -> list[dict[str, Any]]:
        """Authored rows whose columns equal `equal`, as dictionaries with id, author and at. `audit` can be read too."""
        with self.catalogue.reading() as db:
            return authored.rows(db, table, equal)

