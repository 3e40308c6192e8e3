"""One imported table on disk: a Delta table whose files are added and removed, never vacuumed. It knows no catalogue and no meaning.

Rows are written as Parquet by Polars and committed to Delta's log by their paths, so that a change rewrites only the files it touches.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal

import polars as pl
from deltalake import DeltaTable, Schema
from deltalake.schema import Field
from deltalake.transaction import AddAction, RemoveAction

from lib.store.differences import FILE, STAMPS

CONFIGURATION: Final = {
    "delta.logRetentionDuration": "interval 36500 days",
    "delta.deletedFileRetentionDuration": "interval 36500 days",
    "delta.enableExpiredLogCleanup": "false",
    "delta.checkpointInterval": "20",  # opening a version replays at most so many log entries
}
SMALL_ROWS = 20_000
SMALL_FILES = 8  # so many small files are folded into the next one that is written
_TYPES: Final[Mapping[object, str]] = {pl.String: "string", pl.Date: "date", pl.Float64: "double", pl.Int64: "long", pl.Boolean: "boolean"}


def delta_schema(columns: Mapping[str, pl.DataType]) -> Schema:
    """The Delta schema of Polars columns, all nullable."""
    return Schema.from_json(json.dumps({"type": "struct", "fields": [_field(name, dtype) for name, dtype in columns.items()]}))


def _field(name: str, dtype: pl.DataType) -> dict[str, object]:
    kind: object
    if isinstance(dtype, pl.List):
        kind = {"type": "array", "elementType": _TYPES[dtype.inner.base_type()], "containsNull": True}
    else:
        kind = _TYPES[dtype.base_type()]
    return {"name": name, "type": kind, "nullable": True, "metadata": {}}


@dataclass(frozen=True)
class DeltaFolder:
    """The folder of one Delta table. Only the holder of the import lock calls what writes."""

    path: Path

    @property
    def exists(self) -> bool:
        return self._log(0).exists()

    def _log(self, version: int) -> Path:
        return self.path / "_delta_log" / f"{version:020d}.json"

    def is_head(self, version: int) -> bool:
        """True if no version newer than `version` was written; one look at the folder."""
        return self._log(version).exists() and not self._log(version + 1).exists()

    def head(self) -> int:
        """The newest version."""
        return int(self._table().version())

    def _table(self, version: int | None = None) -> DeltaTable:
        return DeltaTable(self.path.absolute().as_uri(), version=version)

    def ensure(self, columns: Mapping[str, pl.DataType]) -> int:
        """Make the table if it is absent, declare those of `columns` that it lacks, and return the head."""
        return int(self._ensured(columns).version())

    def _ensured(self, columns: Mapping[str, pl.DataType]) -> DeltaTable:
        if not self.exists:
            self.path.mkdir(parents=True, exist_ok=True)
            self._declare(columns, mode="error")
            return self._table()
        table = self._table()
        present = {field.name for field in table.schema().fields}
        lacking = [Field.from_json(json.dumps(_field(name, dtype))) for name, dtype in columns.items() if name not in present]
        if lacking:
            table.alter.add_columns(lacking)
            self._settle(table.version())
            table = self._table()
        return table

    def _declare(self, columns: Mapping[str, pl.DataType], mode: Literal["error", "overwrite"]) -> None:
        schema = delta_schema({**columns, **STAMPS})
        table = DeltaTable.create(self.path.absolute().as_uri(), schema, mode=mode, configuration=CONFIGURATION)
        self._settle(table.version())

    def columns(self, version: int) -> list[str]:
        """Names of the columns at `version`."""
        return [field.name for field in self._table(version).schema().fields]

    def files(self, version: int) -> dict[str, int]:
        """Full path -> number of rows, of the files that make up `version`, oldest first."""
        return self._files_of(self._table(version))

    def _files_of(self, table: DeltaTable) -> dict[str, int]:
        actions = pl.DataFrame(table.get_add_actions())
        rows = dict(zip(actions["path"].to_list(), actions["num_records"].to_list(), strict=True)) if actions.height else {}
        return {str(self.path / name): rows[name] for name in sorted(rows)}

    def scan(self, version: int, columns: Mapping[str, pl.DataType], with_file: bool = False) -> pl.LazyFrame:
        """The rows of `version`: `columns` (null where a file lacks one), `_source`, `_import`, and `_file` if asked."""
        return self._scan_files(self._known_files(version), columns, with_file)

    def _known_files(self, version: int) -> Iterable[str]:
        """The paths of `files`, remembered as long as the version's log entry is the same file on disk."""
        try:
            entry = self._log(version).stat()
        except FileNotFoundError:  # only its checkpoint is left
            return self.files(version)
        return _files_once(self, version, (entry.st_ino, entry.st_mtime_ns, entry.st_size))

    def no_rows(self, columns: Mapping[str, pl.DataType], with_file: bool = False) -> pl.LazyFrame:
        """What `scan` gives for a version without rows; looks at nothing."""
        return self._scan_files([], columns, with_file)

    def _scan_files(self, files: Iterable[str], columns: Mapping[str, pl.DataType], with_file: bool = False) -> pl.LazyFrame:
        schema = pl.Schema({**columns, **STAMPS})
        paths = list(files)
        if not paths:
            return pl.LazyFrame(schema={**schema, FILE: pl.String()} if with_file else schema)
        return pl.scan_parquet(
            paths,
            schema=schema,
            glob=False,
            hive_partitioning=False,
            missing_columns="insert",
            extra_columns="ignore",
            include_file_paths=FILE if with_file else None,
        )

    def change(self, written: pl.DataFrame, gone: pl.DataFrame, key: list[str], columns: Mapping[str, pl.DataType], at: datetime) -> int:
        """Write `written` (declared columns, `_source`, `_import`) and drop the rows of `gone` (key, `_file`), as one new version.

        Only files that hold a row of `gone` are rewritten. Returns the new version.
        """
        table = self._ensured(columns)
        files = self._files_of(table)
        replaced = self._replaced(files, {Path(path).name for path in gone.get_column(FILE).unique()})
        count = sum(files[path] for path in replaced) - gone.height + written.height
        new_rows = written.lazy().select(*columns, *STAMPS)
        if replaced:
            stayed = self._scan_files(replaced, columns).join(gone.lazy().select(key), on=key, how="anti", maintain_order="left")
            new_rows = pl.concat([stayed, new_rows])
        return self._write(table, new_rows, count, replaced, at)

    def rewrite(self, rows: pl.LazyFrame, count: int, columns: Mapping[str, pl.DataType], at: datetime) -> int:
        """Replace everything by `rows`, `count` of them, with other columns than before. Returns the new version."""
        self._declare(columns, mode="overwrite")
        return self._write(self._table(), rows.select(*columns, *STAMPS), count, [], at)

    def restore(self, version: int) -> int:
        """Make the head equal `version`, by a new version. Returns the new head."""
        if self.is_head(version):
            return version
        table = self._table()
        table.restore(version)
        self._settle(table.version())
        return int(table.version())

    def _replaced(self, files: Mapping[str, int], touched: set[str]) -> list[str]:
        small = [path for path, rows in files.items() if rows <= SMALL_ROWS]
        folded = set(small) if len(small) >= SMALL_FILES else set()
        return [path for path in files if Path(path).name in touched or path in folded]

    def _write(self, table: DeltaTable, rows: pl.LazyFrame, count: int, replaced: list[str], at: datetime) -> int:
        version = int(table.version()) + 1
        moment = int(at.timestamp() * 1000)
        actions: list[AddAction | RemoveAction] = [RemoveAction(Path(path).name, True, moment) for path in replaced]
        if count:
            # Named by the version it is for: a crash leaves at worst an unreferenced file, which the next attempt overwrites.
            path = self.path / f"part-{version:08d}.parquet"
            rows.sink_parquet(path, compression="zstd", compression_level=1)
            _flush(path)
            actions.append(AddAction(path.name, path.stat().st_size, {}, moment, True, json.dumps({"numRecords": count})))
        if not actions:
            return version - 1
        table.create_write_transaction(actions, "append", table.schema())
        self._settle(version)
        return version

    def _settle(self, version: int) -> None:
        """Ask the operating system to put the log entry on the disk before the catalogue names it."""
        _flush(self._log(version))
        for folder in (self.path / "_delta_log", self.path):
            _flush(folder)


@lru_cache(maxsize=4096)
def _files_once(delta: DeltaFolder, version: int, entry: tuple[int, int, int]) -> tuple[str, ...]:
    return tuple(delta.files(version))


def _flush(path: Path) -> None:
    if os.name == "nt" and path.is_dir():
        return  # Windows has no handle of a folder to flush
    handle = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
