"""Measures account health against one look at the same rows: the scores of a large book, and two years of history of a smaller one."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import polars as pl

from bench.invented import LAST
from bench.measure import Measure, medians, tell
from bench.portfolios import portfolio
from lib.health.book import Health, health, weekly
from lib.health.profile import BUILT_IN
from lib.health.readings import Sight
from lib.measures.retainers import over_servicing_on
from lib.measures.sums import days_back, sums_on
from lib.periods import twelve_months
from lib.portfolio import Portfolio
from lib.store import Snapshot, Store

AT = datetime(2026, 1, 2, 9, tzinfo=UTC)
ENTRIES, ACCOUNTS, MONTHS = 3_000_000, 10_000, 20
SCORES_LIMIT, HISTORY_LIMIT = 3.0, 20.0
ROUNDS = 5


def measure(folder: Path, quick: bool) -> list[Measure]:
    """Scores of 10 000 accounts over 3 000 000 entries and 200 000 invoices (a tenth of all if quick); 104 weeks of a tenth of them."""
    part = 10 if quick else 1
    entries, accounts = ENTRIES // part, ACCOUNTS // part
    tell(f"health: making {entries:,} time entries of {accounts:,} accounts")
    whole = _stored(folder / "whole", entries, accounts)
    return [*_scores(whole, entries, accounts), *_history(_stored(folder / "tenth", entries // 10, accounts // 10), accounts // 10)]


def _stored(folder: Path, entries: int, accounts: int) -> Portfolio:
    """A portfolio as a store gives it: in files."""
    store = Store.open(folder, at=AT)
    tables = portfolio(entries, accounts, months=MONTHS)
    store.commit({name: Snapshot(rows, "") for name, rows in tables.items()}, author="bench", at=AT)
    return store.portfolio()


def _run(book: Portfolio, days: tuple[date, ...]) -> tuple[Health, pl.DataFrame, pl.DataFrame]:
    """Scores on `days`, with bounds, bands and each metric's contribution on the last of them."""
    made = health([Sight(book, days, "invoiced", "EUR")], [BUILT_IN])
    return made, made.accounts(), made.metrics()


def _look(book: Portfolio) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Hours, what they cost at the entries' own rates, and amounts with tax, by account and week: the least that figures of all rows cost.

    Of these rows it sums what the scores sum: hours and cost of time entries; amount, tax and what was paid of invoices. It is one scan and
    group-by of each table, with no join but from project to account: people's rates, which most entries cost at, are left to the scores.
    """
    projects = book["projects"].select("project_id", "account_id")
    worked, billed = pl.col("date").dt.truncate("1w"), pl.col("issued").dt.truncate("1w")
    cost = (pl.col("hours") * pl.col("cost_rate")).sum().alias("cost")
    hours = book["time_entries"].join(projects, on="project_id").group_by("account_id", worked).agg(pl.col("hours").sum(), cost)
    amounts = book["invoices"].group_by("account_id", billed).agg(pl.col("amount", "tax", "paid_amount").sum())
    return hours.collect(), amounts.collect()


def _scores(book: Portfolio, entries: int, accounts: int) -> list[Measure]:
    day = (LAST,)
    made, told, _ = _run(book, day)
    if told["point"].null_count() or told.height < accounts * 0.9:
        raise RuntimeError(f"{told.height} scores of {accounts} accounts")
    tell(f"health: {ROUNDS} rounds of scores")
    ours, look = medians(ROUNDS, partial(_run, book, day), partial(_look, book))
    windows = {"year": twelve_months}
    level = {str(back): days_back(91, back) for back in range(5)}

    def sums() -> None:
        entries = Sight(book, day, "invoiced", "EUR").worked
        sums_on(book, day, windows, "invoiced", "EUR", entries=entries)
        sums_on(book, day, level, "invoiced", "EUR", level=True, costs=False, entries=entries)
        over_servicing_on(book, day, entries)

    part, again = medians(ROUNDS, sums, partial(_look, book))
    note = f"median of {ROUNDS} in turns; {made.readings.filter(pl.col('state') == 'known').height:,} readings are known"
    beside = "hours and amounts by account and week"
    name = f"scores of {accounts:,} accounts over {entries:,} entries"
    return [
        Measure(name, ours, "s", beside, look, SCORES_LIMIT, note),
        Measure("  of it, sums of windows and over-servicing", part, "s", beside, again),
    ]


def _history(book: Portfolio, accounts: int) -> list[Measure]:
    one, many = (LAST,), weekly(LAST)[1:]
    _run(book, one)
    tell(f"health: {len(many)} weeks of {accounts:,} accounts")
    once, weeks = medians(3, partial(_run, book, one), partial(_run, book, many))
    name = f"{len(many)} weeks of history of {accounts:,} accounts"
    return [Measure(name, weeks, "s", "one score run of the same", once, HISTORY_LIMIT, "median of 3 in turns")]
