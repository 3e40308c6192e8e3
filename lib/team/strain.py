"""Who cannot do all that is theirs, the worst first, and what each cell of the grid says. It proves nothing itself and moves nothing.

Definitions § Team workload: over-allocated is who has hours that cannot be placed (`lib.measures.allocation`). Where they are silent:
strain is by hours that don't fit on known work, then with unknown load, then with tentative bookings, then by the most weeks of an
overload, then by the share of capacity that is taken; a cell cannot be placed where it holds capacity or load after as_of, touches the
interval of greatest demand, and the person has hours that don't fit.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

import polars as pl

from lib.columns import N_
from lib.measures.load import SHARES, summed
from lib.measures.workload import Workload
from lib.portfolio import Portfolio

Load = Literal["confirmed_hours", "expected_hours", "possible_hours"]
Every = Literal["1d", "1w", "1mo"]
STEPS = {"known": "unplaced_hours", "with_unknown": "unplaced_with_unknown", "with_tentative": "unplaced_with_tentative"}
"""Step of certainty (fields of `lib.measures.allocation.Allocation`) -> its hours that don't fit, as `strained` names them."""
STATUSES = {
    "unplaceable": N_("cannot be placed"),
    "over": N_("over 100 %"),
    "full": N_("full"),
    "room": N_("has room"),
    "free": N_("free"),
    "away": N_("away"),
    "off": N_("day off"),
    "not_here": N_("not employed"),
    "unknown": N_("hours not known"),
}
"""What a cell may be -> the word for it."""
SHAPES = {"unplaceable": "■", "over": "▲"}
FULL, ROOM = 0.85, 0.60
"""From these shares of capacity on a cell is full, and has room."""


def strained(workload: Workload) -> pl.DataFrame:
    """One row for everyone whose hours are known (in the table of people), the most strained first.

    person_id, unplaced_hours, unplaced_with_unknown, unplaced_with_tentative, `proved` (the first of STEPS at which hours don't fit, or
    null: nothing is proved, which is no proof that all fits), window_start, window_end, demand_hours, capacity_hours (of the window at that
    step), overdue_hours, overload_weeks (the most weeks running at 110 % or more), share (confirmed load / capacity after as_of),
    unknown_tasks, not_imputed.
    """
    allocation = workload.allocation
    people = allocation.people.drop("window_start", "window_end", "demand_hours", "capacity_hours")
    proved = pl.coalesce(*(pl.when(pl.col(hours) > 0).then(pl.lit(step)) for step, hours in STEPS.items()))
    windows = pl.concat([
        getattr(allocation, step).people.select(
            "person_id", pl.lit(step).alias("proved"), "window_start", "window_end", "demand_hours", "capacity_hours"
        )
        for step in STEPS
    ])  # fmt: skip
    runs = workload.overloads.group_by("person_id").agg(pl.col("weeks").max().alias("overload_weeks"))
    ahead = summed(workload.load.filter(pl.col("date") > workload.as_of), "person_id")
    unknown = workload.unknown.select("person_id", pl.col("tasks").alias("unknown_tasks"), "not_imputed")
    return (
        people.with_columns(proved.alias("proved"))
        .join(windows, on=["person_id", "proved"], how="left")
        .join(runs, on="person_id", how="left")
        .join(ahead.select("person_id", pl.col("confirmed_share").alias("share")), on="person_id", how="left")
        .join(unknown, on="person_id", how="left")
        .with_columns(pl.col("overload_weeks", "unknown_tasks", "not_imputed").fill_null(0))
        .sort(*STEPS.values(), "overload_weeks", "share", "person_id", descending=[True] * 5 + [False], nulls_last=True)
    )


def unplaced_work(workload: Workload, step: str = "known") -> pl.DataFrame:
    """What cannot be placed at a `step` of STEPS, a row a job: person_id, job_id, task_id and project_id (of a booking: the project alone),
    kind ("task", "unknown", "booked" or "tentative"), hours, does_not_fit_hours, release, due; the most first.
    """
    jobs = getattr(workload.allocation, step).jobs.filter(pl.col("does_not_fit_hours") > 0)
    kind, own = pl.col("job_id").str.extract(r"^(booked|tentative):"), pl.col("job_id").str.strip_prefix("booked:")
    tasks = workload.work.select(pl.col("task_id").alias("job_id"), pl.col("project_id").alias("task_project"), "unknown")
    named = jobs.join(tasks, on="job_id", how="left").with_columns(kind=pl.when(pl.col("task_project").is_null()).then(kind))
    of_booking = own.str.strip_prefix("tentative:")
    return named.select(
        "person_id",
        "job_id",
        pl.when(pl.col("kind").is_null()).then("job_id").alias("task_id"),
        pl.when(pl.col("kind").is_null()).then("task_project").otherwise(of_booking).alias("project_id"),
        pl.coalesce("kind", pl.when(pl.col("unknown").is_null()).then(pl.lit("task")).otherwise(pl.lit("unknown"))).alias("kind"),
        "hours",
        "does_not_fit_hours",
        "release",
        "due",
    ).sort("does_not_fit_hours", "person_id", "job_id", descending=[True, False, False])


def cells(
    portfolio: Portfolio, workload: Workload, every: Every = "1w", load: Load = "confirmed_hours", step: str = "known"
) -> pl.DataFrame:
    """One row a person and span: person_id, start, end, capacity_hours, load_hours, share (null over no capacity), imputed_hours,
    lost_hours, logged_hours, unplaced_hours (of the person at `step`, where the cell touches its window), status (of STATUSES), shape.

    "unplaceable" goes before "over"; "away" is a span of contracted days without any capacity left, "off" one without contracted days,
    "not_here" one before the person's start or after the end. Hours on days without capacity count in the span's load; a span of only such
    days has hours, no share, and is over.
    """
    days = workload.days.filter(pl.col("date").is_between(workload.first, workload.last))
    contracted = (
        days.group_by("person_id", pl.col("date").dt.truncate(every).alias("start"))
        .agg(pl.col("contracted").sum())
        .with_columns(pl.lit(True).alias("known"))
    )
    employed = portfolio["people"].select("person_id", pl.col("start").alias("joins"), pl.col("end").alias("leaves"))
    proved = getattr(workload.allocation, step).people.filter(pl.col("unplaced_hours") > 0)
    windows = proved.select("person_id", "unplaced_hours", "window_start", "window_end")
    rows = (
        (workload.weeks if every == "1w" else summed(workload.load, "person_id", every=every))
        .join(contracted, on=["person_id", "start"], how="left")
        .join(windows, on="person_id", how="left")
        .join(employed.collect(), on="person_id", how="left")
        .with_columns(_end(every, workload.last).alias("end"), pl.col(load).alias("load_hours"))
    )
    share = next(name for name, (over, _) in SHARES.items() if over == load)
    touches = (pl.col("window_start") <= pl.col("end")) & (pl.col("window_end") >= pl.col("start"))
    inside = touches.fill_null(False) & (pl.col("end") > workload.as_of) & ((pl.col("capacity_hours") > 0) | (pl.col("load_hours") > 0))
    over, full, room = (pl.col(share) > 1 + 1e-9, pl.col(share) >= FULL, pl.col(share) >= ROOM)
    nothing, some = pl.col("capacity_hours") <= 0, pl.col("load_hours") > 0
    elsewhere = ((pl.col("end") < pl.col("joins")) | (pl.col("start") > pl.col("leaves"))).fill_null(False)
    status = (
        pl.when(inside).then(pl.lit("unplaceable"))
        .when(nothing & pl.col("known").is_null()).then(pl.lit("unknown"))
        .when(nothing & some).then(pl.lit("over"))
        .when(nothing & (pl.col("contracted") > 0)).then(pl.lit("away"))
        .when(nothing & elsewhere).then(pl.lit("not_here"))
        .when(nothing).then(pl.lit("off"))
        .when(over).then(pl.lit("over")).when(full).then(pl.lit("full")).when(room).then(pl.lit("room")).otherwise(pl.lit("free"))
    )  # fmt: skip
    return rows.with_columns(status.alias("status")).select(
        "person_id", "start", "end", "capacity_hours", "load_hours", pl.col(share).alias("share"), "imputed_hours", "lost_hours",
        "logged_hours", pl.when(inside).then("unplaced_hours").otherwise(0.0).alias("unplaced_hours"), "status",
        pl.col("status").replace_strict(SHAPES, default="", return_dtype=pl.String).alias("shape"),
    ).sort("person_id", "start")  # fmt: skip


def _end(every: Every, last: date) -> pl.Expr:
    """The last day of the span that begins with `start`, `last` at the latest."""
    return pl.min_horizontal(pl.col("start").dt.offset_by(every) - timedelta(days=1), pl.lit(last))
