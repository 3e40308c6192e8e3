"""How far clients' goals and indicators are at the close of a day. Undated columns are taken as they are given: as known then."""

from __future__ import annotations

from datetime import date

import polars as pl

from lib.portfolio import Portfolio

HISTORY = 12
GOALS = (
    "goal_id", "account_id", "title", "metric", "unit", "baseline", "actual", "actual_from", "target", "progress", "elapsed", "status",
    "start", "due", "days_left", "overdue", "owner",
)  # fmt: skip


def goals(portfolio: Portfolio, day: date) -> pl.DataFrame:
    """Goals begun by the close of `day` (or on no stated day), soonest due first: GOALS. Internal accounts have none.

    progress = (actual − baseline)/(target − baseline), 1 at the target, unclamped; null where one of them is missing or the target is the
    baseline. It works for goals that go down. actual_from: goal, or kpi where the goal says no actual and its metric has a dated value by
    `day`; null without either. elapsed: share of the time from start to due that has passed, 0-1, null without both. days_left: to due,
    negative after it. overdue: due by then and neither met nor dropped; null where its status is not known.
    """
    latest = latest_kpis(portfolio, day).select("account_id", "metric", "value")
    begun = (
        portfolio["goals"]
        .filter((pl.col("start") <= day).fill_null(True))
        .join(portfolio["accounts"].filter(~pl.col("internal").fill_null(False)).select("account_id"), on="account_id", how="semi")
        .collect()
        .join(latest, on=["account_id", "metric"], how="left")
    )
    span = (pl.col("due") - pl.col("start")).dt.total_days()
    passed = (pl.lit(day) - pl.col("start")).dt.total_days()
    way = pl.col("target") - pl.col("baseline")
    return (
        begun.with_columns(
            actual_from=pl.when(pl.col("actual").is_not_null()).then(pl.lit("goal"))
            .when(pl.col("value").is_not_null()).then(pl.lit("kpi")),
            actual=pl.coalesce("actual", "value"),
        )
        .with_columns(
            progress=pl.when(way != 0).then((pl.col("actual") - pl.col("baseline")) / way),
            elapsed=pl.when(span > 0).then((passed / span).clip(0, 1)),
            days_left=(pl.col("due") - pl.lit(day)).dt.total_days(),
            overdue=(pl.col("due") < day) & ~pl.col("status").is_in(["met", "dropped"]),
        )
        .select(GOALS)
        .sort("due", "account_id", "goal_id", nulls_last=True)
    )  # fmt: skip


def latest_kpis(portfolio: Portfolio, day: date, history: int = HISTORY) -> pl.DataFrame:
    """The newest value of each account's metrics by the close of `day`, with the last ones before it.

    account_id, metric, date, value, target, unit, source (of the newest row; target and unit the last that were stated), before (the value
    before it, or null), days and values (lists, the newest last, at most `history` long), upwards (whether more is better, as far as a goal
    of the same metric tells by its baseline and target; null otherwise), met (value at or beyond target; null without either).
    """
    known = (
        portfolio["kpi_values"]
        .filter(pl.col("date") <= day)
        .join(portfolio["accounts"].filter(~pl.col("internal").fill_null(False)).select("account_id"), on="account_id", how="semi")
        .sort("date")
        .group_by("account_id", "metric")
        .agg(
            pl.col("date").last(),
            pl.col("value").last(),
            pl.col("target", "unit").drop_nulls().last(),
            pl.col("source").last(),
            pl.col("value").shift(1).last().alias("before"),
            pl.col("date").tail(history).alias("days"),
            pl.col("value").tail(history).alias("values"),
        )
    )
    ways = (
        portfolio["goals"]
        .filter(pl.col("target") != pl.col("baseline"))
        .group_by("account_id", "metric")
        .agg((pl.col("target") > pl.col("baseline")).unique().alias("ways"))
        .filter(pl.col("ways").list.len() == 1)  # two goals that disagree say nothing
        .select("account_id", "metric", pl.col("ways").list.first().alias("upwards"))
    )
    value, target = pl.col("value"), pl.col("target")
    met = pl.when(pl.col("upwards")).then(value >= target).when(~pl.col("upwards")).then(value <= target)
    rows = known.join(ways, on=["account_id", "metric"], how="left").with_columns(met=met)
    return rows.sort("account_id", "metric").collect()
