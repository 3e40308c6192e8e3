"""What tests of readings share: a reading of rows, its score at the default thresholds, and rows with cells taken away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, NamedTuple

import polars as pl

from lib.health.metrics import METRICS
from lib.health.readings import READING, Sight
from lib.measures.flows import Basis
from lib.portfolio import Portfolio

Reader = Callable[[Sight], pl.DataFrame]


class Reading(NamedTuple):
    state: str
    value: float | None
    why: str | None


def sight_of(portfolio: Portfolio, *days: date, basis: Basis = "invoiced") -> Sight:
    return Sight(portfolio, days, basis, "EUR")


def read_all(reader: Reader, portfolio: Portfolio, day: date, account: str = "a", basis: Basis = "invoiced") -> dict[str, Reading]:
    """The reading of each metric of one account on one day."""
    rows = reader(sight_of(portfolio, day, basis=basis))
    assert dict(rows.schema) == READING
    assert rows.select("account_id", "day", "metric").is_unique().all()
    found = rows.filter(pl.col("account_id") == account, pl.col("day") == day)
    return {row[0]: Reading(*row[1:]) for row in found.select("metric", "state", "value", "why").iter_rows()}


def read(reader: Reader, portfolio: Portfolio, day: date, metric: str, account: str = "a", basis: Basis = "invoiced") -> Reading:
    """The reading of one metric of one account on one day."""
    return read_all(reader, portfolio, day, account, basis)[metric]


def score(metric: str, reading: Reading) -> float | None:
    """0-100 by the default thresholds; None unless known."""
    if reading.value is None:
        return None
    thresholds = METRICS[metric]
    return 100 * min(1, max(0, (reading.value - thresholds.worst) / (thresholds.best - thresholds.worst)))


def without(portfolio: Portfolio, table: str, column: str, rows: Sequence[int] | None = None) -> Portfolio:
    """`portfolio` with the cells of a column empty, in the rows at these places or in all."""
    frame = portfolio[table].collect().with_row_index("at")
    chosen = pl.lit(True) if rows is None else pl.col("at").is_in(list(rows))
    emptied = frame.with_columns(pl.when(~chosen).then(column).alias(column)).drop("at")
    return Portfolio(portfolio.version, {**portfolio.frames, table: emptied.lazy()}, portfolio.rows)


BEGINS = {
    "touchpoints": "date", "risks": "opened", "invoices": "issued", "feedback": "date", "opportunities": "created_on", "goals": "start",
    "contacts": "since",
}  # fmt: skip
ENDS = {"risks": ("closed_on", "status", "open"), "contacts": ("left_on", "active", True), "opportunities": ("closed_on", "status", "open")}
"""Table -> the column that says since when a row is known; and that of its end, with what the row says while there is none."""


def as_of(portfolio: Portfolio, day: date) -> Portfolio:
    """`portfolio` as it could be written down at the close of `day`: no row, end or payment of a later day."""
    frames = dict(portfolio.frames)
    for table, column in BEGINS.items():
        frames[table] = frames[table].filter((pl.col(column) <= day).fill_null(True))
    for table, (column, state, before) in ENDS.items():
        later = pl.col(column) > day
        frames[table] = frames[table].with_columns(
            pl.when(later).then(pl.lit(before)).otherwise(state).alias(state), pl.when(~later).then(column).alias(column)
        )
    later = pl.col("paid_on") > day
    frames["invoices"] = frames["invoices"].with_columns(
        pl.when(~later).then("paid_on").alias("paid_on"), pl.when(later).then(None).otherwise("paid_amount").alias("paid_amount")
    )
    notice = pl.when(pl.col("notice_given_on") <= day).then("notice_given_on").alias("notice_given_on")
    frames["contracts"] = frames["contracts"].filter(pl.min_horizontal("start", "signed_on") <= day).with_columns(notice)
    return Portfolio(portfolio.version, frames, portfolio.rows)


def assert_no_better(reader: Reader, before: Portfolio, after: Portfolio, day: date, about: Any = None, basis: Basis = "invoiced") -> None:
    """Whatever `after` has lost: what was known stays applicable, and is missing or scores no more than it did."""
    old, new = (read_all(reader, book, day, basis=basis) for book in (before, after))
    for metric, was in old.items():
        now = new[metric]
        assert (was.state, now.state) not in {("known", "not_applicable"), ("not_applicable", "known")}, (about, metric, was, now)
        had, has = score(metric, was), score(metric, now)
        assert had is None or has is None or has <= had + 1e-9, (about, metric, was, now)


def assert_sees_no_later_day(reader: Reader, portfolio: Portfolio, day: date, basis: Basis = "invoiced") -> None:
    """A day reads the same whether or not what happened after it is there."""
    assert read_all(reader, portfolio, day, basis=basis) == read_all(reader, as_of(portfolio, day), day, basis=basis)


def assert_days_agree(reader: Reader, portfolio: Portfolio, days: Sequence[date], basis: Basis = "invoiced") -> None:
    """Readings of several days are, for each, what that day alone gives."""
    together = reader(sight_of(portfolio, *days, basis=basis))
    alone = pl.concat([reader(sight_of(portfolio, day, basis=basis)) for day in days])
    key = ["day", "account_id", "metric"]
    together, alone = together.sort(key), alone.sort(key)
    assert together.select(*key, "state", "why").equals(alone.select(*key, "state", "why"))
    gaps = (together["value"] - alone["value"]).abs()
    assert together["value"].is_null().equals(alone["value"].is_null())
    assert gaps.drop_nulls().is_empty() or gaps.max() < 1e-9  # type: ignore[operator]
