"""The largest files that are read: plain values which a settings page may change. They measure and refuse nothing themselves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class SheetLimits:
    """The largest workbook (.xlsx, .xlsm, .ods) that is read; sizes come from its ZIP directory, before anything is unpacked.

    file_bytes: the file as it is. entries: parts within it. unpacked_bytes: all parts together, and at most `ratio` times the file.
    rows: how far down a sheet's last cell may stand; cells: rows times columns of one sheet.
    """

    file_bytes: int = 25_000_000
    entries: int = 2_000
    unpacked_bytes: int = 200_000_000
    ratio: int = 200
    rows: int = 1_048_576
    cells: int = 30_000_000


@dataclass(frozen=True)
class ArchiveLimits:
    """The largest ZIP of files that is unpacked; sizes come from its directory, and unpacking stops where they turn out untrue.

    file_bytes: the ZIP as it is. entries: what its directory lists, folders included. files: those that are tables.
    unpacked_bytes: all entries together, and at most `ratio` times the ZIP.
    """

    file_bytes: int = 25_000_000
    entries: int = 2_000
    files: int = 200
    unpacked_bytes: int = 200_000_000
    ratio: int = 200


@dataclass(frozen=True)
class FileLimits:
    """The largest file that is read, whatever its kind. columns: of one table. cells: rows times columns of a Parquet file.

    A text is bounded by its bytes, and all of them by the memory and time of the worker process.
    """

    file_bytes: int = 200_000_000
    columns: int = 500
    cells: int = 60_000_000
    sheets: SheetLimits = field(default_factory=SheetLimits)

    @classmethod
    def of_json(cls, facts: dict[str, Any]) -> FileLimits:
        return cls(**{**facts, "sheets": SheetLimits(**facts["sheets"])})
