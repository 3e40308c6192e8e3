"""The portfolio on disk: Delta tables pinned by a SQLite catalogue, and the rows people write. The only place with SQL."""

from lib.store.changes import (
    Amend,
    BadArchive,
    BadRows,
    BadStore,
    CannotUndo,
    Change,
    Clear,
    Commit,
    Counts,
    ImportBusy,
    Merge,
    NotFound,
    Problem,
    ReplacePeriod,
    Rework,
    RowMoved,
    Snapshot,
    SourceFile,
    StoreBusy,
    StoreError,
    UnknownVersion,
)  # fmt: skip
from lib.store.differences import Prepared
from lib.store.holding import Held, Moment, held, moment
from lib.store.store import Store

__all__ = [
    "Amend", "BadArchive", "BadRows", "BadStore", "CannotUndo", "Change", "Clear", "Commit", "Counts", "Held", "ImportBusy", "Merge",
    "Moment", "NotFound", "Prepared", "Problem", "ReplacePeriod", "Rework", "RowMoved", "Snapshot", "SourceFile", "Store", "StoreBusy",
    "StoreError", "UnknownVersion", "held", "moment",
]  # fmt: skip
