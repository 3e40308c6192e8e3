"""The hours people have, by week, month or group, and who has some left. It sums days; what a day holds, lib.schedule.working_time says."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

import polars as pl

from lib.periods import twelve_months
from lib.portfolio import Portfolio

CAPACITY = ("contracted", "holiday", "closure", "absence", "capacity")


def capacity_by(days: pl.DataFrame, *by: str, every: Literal["1d", "1w", "1mo"] | None = None) -> pl.DataFrame:
    """CAPACITY hours of `days` summed over `by` columns and spans of days (`start`: its Monday or first), and `assumed` for any of it.

    `days`: `lib.schedule.working_time.hours_by_person_day`, with whatever columns of people joined to it that `by` names.
    """
    keys = [*by, *(["start"] if every else [])]
    rows = days.with_columns(pl.col("date").dt.truncate(every).alias("start")) if every else days
    totals = [pl.col(CAPACITY).sum(), pl.col("assumed").any()]
    return rows.group_by(keys).agg(totals).sort(keys) if keys else rows.select(totals)


def median_week(portfolio: Portfolio, as_of: date, weeks: int = 13) -> pl.DataFrame:
    """person_id, median_hours, weeks: a person's median week of the last whole ones in which anything was logged.

    A line to compare with where nobody's hours are known; it is no capacity.
    """
    end = as_of - timedelta(days=(as_of.weekday() + 1) % 7)  # the last Sunday
    return (
        portfolio["time_entries"]
        .filter(pl.col("date").is_between(end - timedelta(weeks=weeks) + timedelta(days=1), end))
        .group_by("person_id", pl.col("date").dt.truncate("1w"))
        .agg(pl.col("hours").sum())
        .filter(pl.col("hours") > 0)
        .group_by("person_id")
        .agg(pl.col("hours").median().alias("median_hours"), pl.len().alias("weeks"))
        .sort("person_id")
        .collect()
    )


def who_is_free(
    portfolio: Portfolio,
    load: pl.DataFrame,
    as_of: date,
    skill: str | None = None,
    role: str | None = None,
    account_id: str | None = None,
) -> pl.DataFrame:
    """People by how well they could take work on within the days of `load` (`lib.measures.load`) after as_of, the best first.

    person_id, name, role, fits (has the role and the skill asked for, in any case of letters), free_hours (Σ of capacity − confirmed load
    of the days where it is positive: one day's overload takes nothing from another), surely_free_hours (less tentative and unknown load
    too), client_hours and last_client_day (logged for `account_id` in the last 12 months). Who has no capacity in these days is left out.
    """
    ahead = load.filter(pl.col("date") > as_of)
    left, all_of_it = pl.col("capacity_hours"), pl.col("possible_hours") + pl.col("imputed_hours")
    free = ahead.group_by("person_id").agg(
        left.sum().alias("capacity_hours"),
        (left - pl.col("confirmed_hours")).clip(lower_bound=0).sum().alias("free_hours"),
        (left - all_of_it).clip(lower_bound=0).sum().alias("surely_free_hours"),
    )
    year = twelve_months(as_of)
    clients = portfolio["projects"].filter(pl.col("account_id") == pl.lit(account_id, pl.String)).select("project_id")
    history = (
        portfolio["time_entries"]
        .filter(pl.col("date").is_between(year.first, year.last))
        .join(clients, on="project_id", how="semi")
        .group_by("person_id")
        .agg(pl.col("hours").sum().alias("client_hours"), pl.col("date").max().alias("last_client_day"))
    )
    wanted = (pl.lit(True) if role is None else pl.col("role").str.to_lowercase() == role.strip().lower()) & (
        pl.lit(True) if skill is None else pl.col("skills").list.eval(pl.element().str.to_lowercase()).list.contains(skill.strip().lower())
    )
    return (
        portfolio["people"]
        .select("person_id", "name", "role", wanted.fill_null(False).alias("fits"))
        .join(free.lazy().filter(pl.col("capacity_hours") > 0), on="person_id")
        .join(history, on="person_id", how="left")
        .with_columns(pl.col("client_hours").fill_null(0.0))
        .sort("fits", "free_hours", "client_hours", "person_id", descending=[True, True, True, False])
        .drop("capacity_hours")
        .collect()
    )
