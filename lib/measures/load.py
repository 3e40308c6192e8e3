"""How much each person has to do on each day, against the hours there are. Facts to the as-of date, plan after; it proposes nothing.

Definitions § Team workload. Load is all hours. After as_of it is the bookings and, on projects without a confirmed booking of the person,
the remaining hours of the person's tasks, spread evenly over the days with capacity up to the due date. Where definitions are silent:
spreading begins at the planned start where that is later than the release; without any due date it ends at the planned finish; without a
day with capacity the hours stand on the last day. A tentative booking adds what it holds beyond the tasks that are there anyway. Planned
hours are the client's, and billable, unless the project is internal (or of an internal account, where it says nothing itself).
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

import polars as pl

from lib.measures.bookings import three_numbers
from lib.portfolio import Portfolio

HOURS = (
    "capacity_hours", "capacity_to_date_hours", "logged_hours", "confirmed_hours", "expected_hours", "possible_hours", "imputed_hours",
    "lost_hours", "client_hours", "client_to_date_hours", "billable_hours", "billable_to_date_hours", "unstated_hours",
)  # fmt: skip
SHARES = {
    "confirmed_share": ("confirmed_hours", "capacity_hours"),
    "expected_share": ("expected_hours", "capacity_hours"),
    "possible_share": ("possible_hours", "capacity_hours"),
    "utilisation": ("client_hours", "capacity_hours"),
    "utilisation_to_date": ("client_to_date_hours", "capacity_to_date_hours"),
    "billable_utilisation": ("billable_hours", "capacity_hours"),
    "billable_utilisation_to_date": ("billable_to_date_hours", "capacity_to_date_hours"),
}
"""Share -> what is divided by what, which is printed beside it."""
OVERLOAD, LEAST_WEEKS = 1.10, 3


def load_by_day(
    portfolio: Portfolio, days: pl.DataFrame, booked: pl.DataFrame, work: pl.DataFrame, as_of: date, first: date, last: date
) -> pl.DataFrame:
    """One row a person and day from `first` to `last`: person_id, date, HOURS, assumed. Who is not in `days` has a row where hours are.

    `days`: `lib.schedule.working_time.hours_by_person_day`, up to the last due date for spread hours to be right; `booked`: of
    `lib.measures.bookings`; `work`: of `lib.measures.remaining`. client, billable and the loads hold facts and confirmed plan;
    imputed_hours is unknown load, in none of the others; lost_hours are booked on holidays and whole absences, in none either;
    unstated_hours are logged and say neither billable nor not. `assumed`: there was no week pattern.
    """
    ours = _internal(portfolio)
    facts = _facts(portfolio, ours, first, min(as_of, last))
    future = booked.filter(pl.col("date") > as_of)
    outside = _outside(work, future)
    tasks = spread(outside, days, as_of).join(ours, on="project_id", how="left").with_columns(_client())
    plan = (
        _beyond_tasks(future.filter(~pl.col("lost")), outside)
        .join(ours, on="project_id", how="left")
        .with_columns(_client())
        .group_by("person_id", "date")
        .agg(**three_numbers("hours"), client=pl.col("hours").filter(pl.col("client") & (pl.col("status") == "confirmed")).sum())
    )
    spread_out = tasks.group_by("person_id", "date").agg(
        pl.col("known_hours", "imputed_hours").sum(), pl.col("known_hours").filter("client").sum().alias("task_client")
    )
    lost = booked.filter("lost").group_by("person_id", "date").agg(pl.col("hours").sum().alias("lost_hours"))
    past = pl.col("date") <= as_of
    numbers = ["confirmed_hours", "expected_hours", "possible_hours"]
    everything = days.select("person_id", "date", pl.col("capacity").alias("capacity_hours"), "assumed")
    for part in (facts, plan, spread_out, lost):
        everything = everything.join(part, on=["person_id", "date"], how="full", coalesce=True)
    known = [name for name in everything.columns if name not in ("person_id", "date", "assumed")]
    planned_client = pl.col("client") + pl.col("task_client")
    return (
        everything.with_columns(pl.col(known).fill_null(0.0), pl.col("assumed").fill_null(False))
        .with_columns(
            *(pl.col(name) + pl.col("known_hours") + pl.col("logged_hours") for name in numbers),
            pl.when(past).then("capacity_hours").otherwise(0.0).alias("capacity_to_date_hours"),
            (pl.col("client_to_date_hours") + planned_client).alias("client_hours"),
            (pl.col("billable_to_date_hours") + planned_client).alias("billable_hours"),
        )
        .filter(pl.col("date").is_between(first, last))
        .select("person_id", "date", *HOURS, "assumed")
        .sort("person_id", "date")
    )


def summed(load: pl.DataFrame, *by: str, every: Literal["1d", "1w", "1mo"] | None = None) -> pl.DataFrame:
    """HOURS of `load` summed over `by` columns and spans of days (`start`: its Monday or first), with SHARES; sum over sum, null over 0.

    A week holds the hours on days without capacity. `assumed`: for someone in the sum.
    """
    keys = [*by, *(["start"] if every else [])]
    rows = load.with_columns(pl.col("date").dt.truncate(every).alias("start")) if every else load
    totals = [pl.col(HOURS).sum(), pl.col("assumed").any()]
    made = rows.group_by(keys).agg(totals).sort(keys) if keys else rows.select(totals)
    shares = {name: pl.col(over) / pl.when(pl.col(under) > 0).then(pl.col(under)) for name, (over, under) in SHARES.items()}
    return made.with_columns(**shares)


def sustained_overload(weeks: pl.DataFrame, load: str = "confirmed_hours") -> pl.DataFrame:
    """Runs of three weeks or more in which a person's load is at least 110 % of capacity: person_id, first_week, last_week, weeks, hours.

    `weeks`: `summed` by person_id every week. Weeks without capacity neither count nor break a run; with capacity_hours and share.
    """
    over = pl.col(load) >= pl.col("capacity_hours") * OVERLOAD - 1e-9
    return (
        weeks.filter(pl.col("capacity_hours") > 0)
        .sort("person_id", "start")
        .with_columns(over.alias("over"))
        .with_columns(pl.struct("person_id", "over").rle_id().alias("run"))
        .filter("over")
        .group_by("person_id", "run")
        .agg(
            pl.col("start").min().alias("first_week"),
            pl.col("start").max().alias("last_week"),
            pl.len().alias("weeks"),
            pl.col(load).sum().alias("hours"),
            pl.col("capacity_hours").sum(),
        )
        .filter(pl.col("weeks") >= LEAST_WEEKS)
        .with_columns((pl.col("hours") / pl.col("capacity_hours")).alias("share"))
        .sort("person_id", "first_week")
        .drop("run")
    )


def spread(work: pl.DataFrame, days: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Remaining hours, evenly over the days with capacity to the due: task_id, person_id, project_id, date, known_hours, imputed_hours.

    What is overdue, or has neither due nor finish, is on no day. `days` beyond a due date are not needed; a due date beyond them is cut.
    """
    first, until = as_of + timedelta(days=1), days["date"].max()
    if not isinstance(until, date):
        until = as_of
    end = pl.coalesce("due", "finish")
    held = (
        work.filter(pl.col("person_id").is_not_null(), end >= first, first <= until)
        .with_columns(pl.min_horizontal(end, pl.lit(until)).alias("end"))
        .with_columns(pl.min_horizontal(pl.max_horizontal("release", "start"), "end").alias("begin"))
        .select("task_id", "person_id", "project_id", "begin", "end", pl.col("known_hours", "imputed_hours").fill_null(0.0))
        .filter((pl.col("known_hours") > 0) | (pl.col("imputed_hours") > 0))
    )
    working = days.filter(pl.col("capacity") > 0).select("person_id", "date")
    placed = (
        held.with_columns(pl.date_ranges("begin", "end").alias("date"))
        .explode("date")
        .join(working, on=["person_id", "date"])
        .with_columns(pl.len().over("task_id").alias("days"))
    )
    nowhere = held.join(placed, on="task_id", how="anti").with_columns(pl.col("end").alias("date"), pl.lit(1, pl.UInt32).alias("days"))
    return pl.concat([placed, nowhere], how="diagonal_relaxed").select(
        "task_id", "person_id", "project_id", "date", pl.col("known_hours", "imputed_hours") / pl.col("days")
    )


def _internal(portfolio: Portfolio) -> pl.DataFrame:
    """project_id, ours: whether it is internal work."""
    house = portfolio["accounts"].select("account_id", pl.col("internal").fill_null(False).alias("house"))
    return (
        portfolio["projects"]
        .select("project_id", "account_id", "billing")
        .join(house, on="account_id", how="left")
        .select("project_id", pl.coalesce(pl.col("billing") == "internal", "house").fill_null(False).alias("ours"))
        .collect()
    )


def _client() -> pl.Expr:
    return (~pl.col("ours").fill_null(False)).alias("client")


def _facts(portfolio: Portfolio, ours: pl.DataFrame, first: date, last: date) -> pl.DataFrame:
    """Hours logged by person and day: all, the client's, billable, unstated."""
    return (
        portfolio["time_entries"]
        .filter(pl.col("date").is_between(first, last))
        .group_by("person_id", "date", "project_id")
        .agg(
            pl.col("hours").sum(),
            pl.col("hours").filter(pl.col("billable")).sum().alias("billable"),
            pl.col("hours").filter(pl.col("billable").is_null()).sum().alias("unstated_hours"),
        )
        .join(ours.lazy(), on="project_id", how="left")
        .group_by("person_id", "date")
        .agg(
            pl.col("hours").sum().alias("logged_hours"),
            pl.col("hours").filter(~pl.col("ours").fill_null(False)).sum().alias("client_to_date_hours"),
            pl.col("billable").sum().alias("billable_to_date_hours"),
            pl.col("unstated_hours").sum(),
        )
        .collect()
    )


def _outside(work: pl.DataFrame, future: pl.DataFrame) -> pl.DataFrame:
    """Tasks on projects that their person has no confirmed booking on after as_of."""
    booked = future.filter(pl.col("status") == "confirmed").select("person_id", "project_id").unique()
    return work.join(booked, on=["person_id", "project_id"], how="anti")


def _beyond_tasks(future: pl.DataFrame, outside: pl.DataFrame) -> pl.DataFrame:
    """`future` bookings with the tentative ones cut to what they hold beyond the known hours of the tasks `outside` bookings."""
    pair = ["person_id", "project_id"]
    held = outside.group_by(pair).agg(pl.col("known_hours").sum().alias("held"))
    unsure = future.filter(pl.col("status") == "tentative").group_by(pair).agg(pl.col("hours").sum().alias("unsure"))
    added = (1 - pl.col("held").fill_null(0.0) / pl.col("unsure")).clip(lower_bound=0)
    return (
        future.join(unsure, on=pair, how="left")
        .join(held, on=pair, how="left")
        .with_columns(pl.when(pl.col("status") == "tentative").then(pl.col("hours") * added).otherwise("hours"))
        .drop("unsure", "held")
    )
