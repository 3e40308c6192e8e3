"""Measures reading one large and wide CSV in the worker: its time against Polars reading it as text, its memory against the file."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import polars as pl
import psutil

from bench.measure import Measure, seconds_of, spread, tell
from lib.intake import PRELOAD, Intake, ReadReport, Worker

ROUNDS = 3
COLUMNS, ROWS = 120, 200_000
LIMIT, MEMORY_LIMIT = 5.0, 6.0
MEGABYTE = 1e6


def measure(folder: Path, quick: bool) -> list[Measure]:
    """200 000 rows (a tenth if quick) of 120 columns: ids, words, numbers, days and notes with quotes."""
    rows = ROWS // 10 if quick else ROWS
    tell(f"wide: making {rows:,} rows of {COLUMNS} columns")
    path = folder / "wide.csv"
    _invented(rows).write_csv(path)
    size = path.stat().st_size
    ours: list[float] = []
    bare: list[float] = []
    peaks: list[float] = []
    for number in range(ROUNDS):
        tell(f"wide: round {number + 1} of {ROUNDS}")
        bare.append(seconds_of(partial(_floor, path)))
        with Worker(preload=PRELOAD) as worker:
            intake = Intake(worker)
            _read(intake, _small(folder), folder)  # so that the process is there and warm
            with _peak_of_children(peaks):
                ours.append(seconds_of(partial(_read, intake, path, folder)))
    name = f"read {rows:,} rows × {COLUMNS} columns ({size / MEGABYTE:.0f} MB)"
    note = f"best of {ROUNDS}; {spread(ours)}, floor {spread(bare)}; warm worker"
    return [
        Measure(name, min(ours), "s", "read_csv as text", min(bare), LIMIT, note),
        Measure("  the worker's peak memory", max(peaks) / MEGABYTE, "MB", "the file", size / MEGABYTE, MEMORY_LIMIT, "resident"),
    ]


def _invented(rows: int) -> pl.DataFrame:
    number = pl.int_range(rows)
    kinds = [
        (pl.lit("T") + number.cast(pl.String).str.zfill(7)),
        ((number * 7919) % 9973 / 100).cast(pl.String),
        (pl.date(2024, 1, 1) + pl.duration(days=number % 700)).cast(pl.String),
        pl.lit("Diseño") + ((number * 31) % 97).cast(pl.String),
        pl.when(number % 50 == 0).then(pl.lit('said "yes", then left')).otherwise(pl.lit("")),
        ((number * 13) % 2 == 0).cast(pl.String),
    ]
    columns = [kinds[place % len(kinds)].alias(f"column {place + 1}") for place in range(COLUMNS)]
    return pl.select(columns)


def _small(folder: Path) -> Path:
    path = folder / "small.csv"
    path.write_text("a,b\n1,2\n")
    return path


def _read(intake: Intake, path: Path, folder: Path) -> None:
    report = intake.read(path, path.name, folder)
    if not isinstance(report, ReadReport):
        raise RuntimeError(f"the file was refused: {report}")


def _floor(path: Path) -> None:
    pl.read_csv(path, infer_schema=False)


@contextmanager
def _peak_of_children(peaks: list[float]) -> Iterator[None]:
    """Append the most bytes that the child processes were seen to hold while the block ran; looked at every few milliseconds."""
    done, seen = threading.Event(), [0]

    def watch() -> None:
        children = psutil.Process().children(recursive=True)
        while not done.is_set():
            seen[0] = max(seen[0], sum(child.memory_info().rss for child in children if child.is_running()))
            time.sleep(0.005)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()
        peaks.append(float(seen[0]))
