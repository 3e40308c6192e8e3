"""Is the folder whole? Reads everything that the catalogue pins and says what is wrong; it mends nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl

from lib.columns import N_
from lib.store import catalogue
from lib.store.catalogue import Catalogue
from lib.store.changes import BadStore, Problem
from lib.store.delta import DeltaFolder

UNREADABLE = (Exception, pl.exceptions.PanicException)  # a damaged Parquet file can panic Polars, which is not an Exception


def problems(owner: Catalogue, delta: Callable[[str], DeltaFolder]) -> list[Problem]:
    """What is wrong with the catalogue, with any pinned version of any table, and with the heads that other tools see."""
    try:
        with owner.snapshot() as db:
            found = list(_catalogue_problems(db.conn))
            heads = catalogue.heads(db)
            current = catalogue.pins_at(db, catalogue.newest(db))
            pinned = catalogue.all_pins(db)
    except (sqlite3.DatabaseError, BadStore) as error:
        return [Problem("catalogue_damaged", "", N_("The catalogue is damaged: {reason}"), {"reason": str(error)})]
    whole: dict[str, int | None] = {}
    for table, version, rows in pinned:
        found += _pin_problems(delta(table), table, version, rows, whole)
    for table, head in heads.items():
        if not _head_equals(delta(table), head, current[table].version if table in current else 0):
            found.append(Problem("head_differs", table, N_("What other tools see of {table} is not the portfolio's version")))
    return found


def _catalogue_problems(connection: sqlite3.Connection) -> Iterator[Problem]:
    for (line,) in connection.execute("PRAGMA integrity_check").fetchall():
        if line != "ok":
            yield Problem("catalogue_damaged", "", N_("The catalogue is damaged: {reason}"), {"reason": line})
    for child, row, parent, _ in connection.execute("PRAGMA foreign_key_check").fetchall():
        yield Problem("broken_reference", child, N_("Row {row} of {table} names a missing row of {parent}"), {"row": row, "parent": parent})


def _pin_problems(delta: DeltaFolder, table: str, version: int, rows: int, whole: dict[str, int | None]) -> Iterator[Problem]:
    facts = {"version": version}
    try:
        files = delta.files(version)
    except UNREADABLE:
        yield Problem("version_unreadable", table, N_("Version {version} of {table} cannot be read"), facts)
        return
    for path, declared in files.items():
        if path not in whole:
            whole[path] = _rows_in(path)
        if whole[path] is None:
            yield Problem("file_unreadable", table, N_("{file} of {table} is missing or damaged"), {**facts, "file": Path(path).name})
        elif whole[path] != declared:
            yield Problem("file_differs", table, N_("{file} of {table} does not hold its rows"), {**facts, "file": Path(path).name})
    if sum(files.values()) != rows:
        counts = {**facts, "found": sum(files.values()), "expected": rows}
        yield Problem("rows_differ", table, N_("Version {version} of {table} holds {found} rows instead of {expected}"), counts)


def _rows_in(path: str) -> int | None:
    try:
        return pl.read_parquet(path, glob=False, hive_partitioning=False).height
    except UNREADABLE:
        return None


def _head_equals(delta: DeltaFolder, head: int, pinned: int) -> bool:
    try:
        return delta.is_head(head) and delta.files(head) == delta.files(pinned)
    except UNREADABLE:
        return False
