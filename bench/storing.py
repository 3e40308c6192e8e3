"""Measures what opening a large portfolio costs: the store's log, and a first look at every time entry."""

from __future__ import annotations

import statistics
from datetime import UTC, datetime
from pathlib import Path

from bench.measure import Measure, seconds_of, tell
from bench.portfolios import portfolio
from lib.store import Merge, Snapshot, Store

AT = datetime(2026, 1, 2, 9, tzinfo=UTC)
LATER = datetime(2026, 1, 9, 9, tzinfo=UTC)
ROUNDS = 5


def fill(folder: Path, entries: int) -> Store:
    """A store with a portfolio of `entries` time entries, in two imports: the second brings the newest hundredth of them."""
    tables = portfolio(entries)
    rows = tables["time_entries"]
    before = rows.height - rows.height // 100
    store = Store.open(folder, at=AT)
    first = {name: Snapshot(table, "") for name, table in tables.items() if name != "time_entries"}
    store.commit({**first, "time_entries": Merge(rows.head(before), "")}, author="bench", at=AT)
    store.commit({"time_entries": Merge(rows.slice(before), "")}, author="bench", at=LATER)
    return store


def measure(folder: Path, quick: bool) -> list[Measure]:
    """For information: opening a portfolio of 3 000 000 entries (300 000 if quick), and reading all their hours."""
    count = 300_000 if quick else 3_000_000
    tell(f"store: making {count:,} time entries")
    store = fill(folder / "store", count)
    opened = [seconds_of(lambda: Store.open(folder / "store", at=LATER)) for _ in range(ROUNDS)]
    pinned = [seconds_of(store.portfolio) for _ in range(ROUNDS)]
    summed = [seconds_of(lambda: store.portfolio()["time_entries"].select("hours").sum().collect()) for _ in range(ROUNDS)]
    return [
        Measure(f"open the store of {count:,} time entries", statistics.median(opened), "s"),
        Measure("  its portfolio, without rows", statistics.median(pinned), "s"),
        Measure("  its portfolio, and the sum of all hours", statistics.median(summed), "s"),
    ]
