"""From what a metric found to rows of READING, and the part of the data that one account's evidence needs. It measures nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl

from lib.health.readings import READING, Sight
from lib.portfolio import Portfolio
from lib.tables import TABLES


def stated(metric: str, found: pl.DataFrame) -> pl.DataFrame:
    """Rows of READING of one metric: account_id, day, value and why of `found`; known where the value is finite.

    A column `inapplicable` in `found` (Boolean) says which of the others do not apply; without it they are missing.
    """
    known = pl.col("value").is_finite().fill_null(False)
    excluded = pl.col("inapplicable").fill_null(False) if "inapplicable" in found.columns else pl.lit(False)
    state = pl.when(known).then(pl.lit("known")).when(excluded).then(pl.lit("not_applicable")).otherwise(pl.lit("missing"))
    return found.with_columns(
        pl.lit(metric).alias("metric"), state.alias("state"), pl.when(known).then(pl.col("value").cast(pl.Float64)).alias("value")
    ).select(pl.col(name).cast(dtype) for name, dtype in READING.items())


def pairs(sight: Sight) -> pl.DataFrame:
    """account_id and day of every account that has a score on that day, by day."""
    return sight.accounts.select("account_id", "day").sort("day")


def latest(found: pl.DataFrame, dated: pl.DataFrame, name: str) -> pl.DataFrame:
    """`found` (account_id, day, sorted by day) with the last date by that day that `dated` (account_id, date) has of the account."""
    dates = dated.select("account_id", pl.col("date").alias(name)).drop_nulls()
    if found.height:  # of what lies before the first day only the last counts, which leaves little to sort
        first, last = found["day"][0], found["day"][-1]
        before = dates.filter(pl.col(name) <= first).group_by("account_id").agg(pl.col(name).max())
        if first == last:
            return found.join(before, on="account_id", how="left", maintain_order="left")
        dates = pl.concat([before, dates.filter(pl.col(name) > first, pl.col(name) <= last)])
    known = dates.unique().sort(name)
    return found.join_asof(known, left_on="day", right_on=name, by="account_id", check_sortedness=False, coalesce=False)


def days_since(name: str) -> pl.Expr:
    """Days from the date in column `name` to `day`; null without a date."""
    return (pl.col("day") - pl.col(name)).dt.total_days()


def of_account(sight: Sight, account_id: str, day: date) -> Sight:
    """`sight` on one day, with the rows of one account alone in the tables that name accounts."""
    frames = {
        name: frame.filter(pl.col("account_id") == account_id) if "account_id" in TABLES[name].columns else frame
        for name, frame in sight.portfolio.frames.items()
    }
    return replace(sight, portfolio=Portfolio(sight.portfolio.version, frames, sight.portfolio.rows), days=(day,))
