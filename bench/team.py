"""Measures a team's workload against one look at the same rows: the grid and all figures of a large team, over two years of weeks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl

from bench.invented import DAYS, FIRST, LAST, at, ids, picked
from bench.measure import Measure, medians, tell
from bench.portfolios import SEED, portfolio, typed
from lib.measures.workload import Workload, workload
from lib.portfolio import Portfolio
from lib.store import Snapshot, Store
from lib.team.figures import By, Team
from lib.team.strain import cells, strained

AT = datetime(2026, 1, 2, 9, tzinfo=UTC)
ENTRIES, BOOKINGS, PEOPLE, ACCOUNTS = 3_000_000, 100_000, 400, 1000
WEEKS, AHEAD = 104, 26
"""Weeks of the grid, and how many of them are after the as-of date."""
BEGIN = LAST - timedelta(days=LAST.weekday()) - timedelta(weeks=WEEKS - AHEAD - 1)
END = BEGIN + timedelta(weeks=WEEKS) - timedelta(days=1)
GRAINS: tuple[By | None, ...] = ("person_id", "role", "team", "account_id", "project_id", None)
LIMIT, ROUNDS = 3.0, 5


def measure(folder: Path, quick: bool) -> list[Measure]:
    """The grid and every figure by person, role, team, account and project for 400 people × 104 weeks, from 3 000 000 entries and 100 000
    bookings (a tenth of all three if quick).
    """
    part = 10 if quick else 1
    entries, bookings, people = ENTRIES // part, BOOKINGS // part, PEOPLE // part
    tell(f"team: making {entries:,} time entries and {bookings:,} bookings of {people} people")
    book = _stored(folder, entries, bookings, people)
    made = _figures(book)
    if made != people * WEEKS:
        raise RuntimeError(f"a grid of {made} cells")
    tell(f"team: {ROUNDS} rounds of the grid and all figures")
    ours, look = medians(ROUNDS, partial(_figures, book), partial(_look, book))
    only, again = medians(ROUNDS, partial(_workload, book), partial(_look, book))
    name = f"team of {people}, {WEEKS} weeks, {entries:,} entries"
    beside = "one group-by of the same rows"
    return [
        Measure(name, ours, "s", beside, look, LIMIT, f"median of {ROUNDS} in turns; grid, strain and figures at {len(GRAINS)} grains"),
        Measure("  of it, workload and proof", only, "s", beside, again),
    ]


def _workload(book: Portfolio) -> Workload:
    return workload(book, LAST, BEGIN, END)


def _figures(book: Portfolio) -> int:
    """How many cells the grid has."""
    made = _workload(book)
    team = Team(book, made, "invoiced", "EUR")
    for by in GRAINS:
        team.figures(by, "1w")
    strained(made)
    return cells(book, made).height


def _look(book: Portfolio) -> list[pl.DataFrame]:
    """Hours, billable hours and what they cost at the entries' own rates, by person, project and week; booked hours and amounts likewise:
    one scan and group-by of each table that figures are made of, with no join, no capacity and no day that a booking is spread over.
    """
    week, who = pl.col("date").dt.truncate("1w"), ("person_id", "project_id")
    billable, cost = pl.col("hours").filter("billable").sum().alias("billable"), (pl.col("hours") * pl.col("cost_rate")).sum().alias("cost")
    hours = book["time_entries"].group_by(*who, week).agg(pl.col("hours").sum(), billable, cost)
    booked = book["bookings"].group_by(*who, pl.col("start").dt.truncate("1w")).agg(pl.col("hours_per_day").sum())
    amounts = book["invoices"].group_by("account_id", pl.col("issued").dt.truncate("1w")).agg(pl.col("amount").sum())
    return [hours.collect(), booked.collect(), amounts.collect()]


def _stored(folder: Path, entries: int, bookings: int, people: int) -> Portfolio:
    """A portfolio as a store gives it: in files."""
    store = Store.open(folder, at=AT)
    tables = portfolio(entries, ACCOUNTS, people) | _planned(bookings, people)
    store.commit({name: Snapshot(rows, "") for name, rows in tables.items()}, author="bench", at=AT)
    return store.portfolio()


def _planned(bookings: int, people: int) -> dict[str, pl.DataFrame]:
    """Bookings of a day to three weeks on the projects that people work on, a sixth of them tentative, and absences; in all the weeks."""
    rng = np.random.default_rng(SEED + 2)
    first, last = (BEGIN - FIRST).days, DAYS + AHEAD * 7
    project = rng.integers(0, ACCOUNTS * 3, bookings)
    begin, tentative = rng.integers(first, last - 21, bookings), rng.integers(0, 6, bookings) == 0
    booked = pl.DataFrame({
        "booking_id": ids("B", np.arange(bookings)), "person_id": ids("P", (project * 7 + rng.integers(0, 6, bookings)) % people),
        "project_id": ids("J", project), "start": at(begin), "end": at(begin + rng.integers(0, 21, bookings)),
        "hours_per_day": rng.integers(1, 5, bookings) / 4, "status": picked(("confirmed", "tentative"), tentative.astype(int)),
        "probability": pl.Series(np.where(tentative, 0.5, np.nan)).fill_nan(None),
    })  # fmt: skip
    count = people * 6
    begin = rng.integers(first, last - 10, count)
    away = pl.DataFrame({
        "absence_id": ids("V", np.arange(count)), "person_id": ids("P", np.arange(count) % people), "start": at(begin),
        "end": at(begin + rng.integers(0, 10, count)), "status": picked(("approved",), np.zeros(count, int)),
    })  # fmt: skip
    return {"bookings": typed("bookings", booked), "absences": typed("absences", away)}
