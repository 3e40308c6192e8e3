"""What can be asked of the store and what it answers, as frozen values. Nothing here reads or writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import polars as pl

from lib.columns import N_


@dataclass(frozen=True)
class Merge:
    """Add the rows whose key is new, update those that differ, leave the rest of the table alone."""

    rows: pl.DataFrame
    source: str


@dataclass(frozen=True)
class ReplacePeriod:
    """As `Merge`, and this source's other rows dated `first` to `last`, both included, are removed."""

    rows: pl.DataFrame
    source: str
    date_column: str
    first: date
    last: date


@dataclass(frozen=True)
class Snapshot:
    """As `Merge`, and all other rows of this source are removed."""

    rows: pl.DataFrame
    source: str


@dataclass(frozen=True)
class Clear:
    """Remove all rows, of every source."""


@dataclass(frozen=True)
class Amend:
    """One row, of a source, as it should be: `after`, while it still stands as `before`. Both hold one row with all declared columns."""

    before: pl.DataFrame
    after: pl.DataFrame
    source: str


@dataclass(frozen=True)
class Rework:
    """Rows made from the current ones, each of which keeps its own source: what merging two rows does to a table.

    `work` takes the table's rows (declared columns and `_source`) as they stand when the change is written, and gives the rows to write, in
    the same columns, and the keys of those to remove. It may refuse by raising a `StoreError`.
    """

    work: Callable[[pl.LazyFrame], tuple[pl.DataFrame, pl.DataFrame]]


Change = Merge | ReplacePeriod | Snapshot | Clear | Amend | Rework


@dataclass(frozen=True)
class Counts:
    """How many rows of one table a change adds, changes, removes, and finds as they were."""

    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0

    @property
    def moved(self) -> bool:
        """True if the table is not as it was."""
        return bool(self.added or self.changed or self.removed)


@dataclass(frozen=True)
class SourceFile:
    """A file that an import was read from: its name, the digest of its bytes, the short name of its tool."""

    name: str
    digest: str = ""
    source: str = ""


@dataclass(frozen=True)
class Commit:
    """One step of the portfolio's history.

    `kind` is import, correction, merge, change_request, change_order, undo, sample, empty, restore or migration. `undoes` is the commit
    that this one took back, `undone_by` the one that took this back and still stands. `undo_possible` is true if `Store.undo` would succeed
    now.
    """

    number: int
    kind: str
    author: str
    at: datetime
    note: str = ""
    counts: Mapping[str, Counts] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)
    undoes: int | None = None
    undone_by: int | None = None
    undo_possible: bool = False

    @property
    def files(self) -> tuple[SourceFile, ...]:
        """The files named in `details["files"]`."""
        return tuple(SourceFile(entry["name"], entry.get("digest", ""), entry.get("source", "")) for entry in self.details.get("files", ()))


@dataclass(frozen=True)
class Problem:
    """Something that the integrity check found: a code, the table it is about (or ""), and a message with its values."""

    code: str
    table: str
    message: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.message.format(table=self.table, **self.values)


class StoreError(Exception):
    """A refusal. `message` is an English message id with {placeholders} filled from `values`; it is translated where it is shown."""

    def __init__(self, message: str, **values: Any) -> None:
        super().__init__(message.format(**values))
        self.message = message
        self.values = values


class BadRows(StoreError):
    """The rows do not have the columns, types or keys of their table."""


class RowMoved(StoreError):
    """The row that was to be amended is not as it was when somebody looked at it."""


class ImportBusy(StoreError):
    """Another import holds the store."""


class CannotUndo(StoreError):
    """A later commit, `later_commit`, stands on the one that was to be undone; None if it can never be undone."""

    def __init__(self, message: str, later_commit: Commit | None = None, **values: Any) -> None:
        super().__init__(message, **values)
        self.later_commit = later_commit


class UnknownVersion(StoreError):
    """No commit has that number."""


class NotFound(StoreError):
    """There is no such table, column or row."""


class StoreBusy(StoreError):
    """The catalogue stayed locked longer than the busy timeout."""


class BadStore(StoreError):
    """The folder can't be opened: it is damaged, or a newer Cartera wrote it."""


class BadArchive(StoreError):
    """The file is not a whole and safe backup."""


BUSY = N_("Another import is running. Try again when it has ended.")
