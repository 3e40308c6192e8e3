"""The work that open tasks still hold, known and unknown. It reads tasks and logged hours and may not place them on days.

Definitions § Team workload: a task without estimate, or with it used up, is unknown load, imputed at the median logged hours of done tasks.
What remains of the others is as `lib.schedule.plan` says: remaining_hours, else the estimate less the percentage done, else less the hours
logged. Nothing left of a task that is not done is an estimate used up, unless it is 100 % complete. A deliverable without hours is a date.
"""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from lib.portfolio import Portfolio

NOT_WORK = ("summary", "milestone")
CLOSED = ("done", "cancelled")
IDLE_PROJECTS = ("done", "cancelled", "on_hold")
LEAST_DONE = 5
LEAF = (
    "task_id", "project_id", "assignee_id", "role", "kind", "estimate_hours", "remaining_hours", "percent_complete", "logged",
    "not_before", "start", "due", "finish", "finished", "closed",
)  # fmt: skip
"""What is read of a task (a join of text lists, as skills are, panics in Polars 2.1)."""


def remaining_work(portfolio: Portfolio, as_of: date, early_starts: pl.DataFrame | None = None) -> pl.DataFrame:
    """One row an open leaf task at the close of `as_of`, by task_id; those of done, cancelled and held projects are no load.

    task_id, project_id, person_id (null: role demand), role (its own, else the person's), kind, known_hours, imputed_hours, unknown
    ("no_estimate", "used_up" or null), basis ("role_and_kind", "role" or null), done_tasks (how many the median is of), release, start,
    due (its own, else the project's), finish. An unknown one with too few done tasks to go by has neither known nor imputed hours: it is
    to be counted. `early_starts`: task_id, release (days) of the network; without it a task may begin when not_before says. Never before
    as_of + 1.
    """
    return _remaining(portfolio, _leaves(portfolio, as_of), as_of, early_starts).collect()


def remaining_and_done(portfolio: Portfolio, as_of: date, early_starts: pl.DataFrame | None = None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """`remaining_work` and `done_against_estimate`, with the time entries gone through once."""
    tasks = _leaves(portfolio, as_of).select(LEAF).collect().lazy()
    return _remaining(portfolio, tasks, as_of, early_starts).collect(), _done(tasks).collect()


def _remaining(portfolio: Portfolio, tasks: pl.LazyFrame, as_of: date, early_starts: pl.DataFrame | None) -> pl.LazyFrame:
    first = as_of + timedelta(days=1)
    projects = portfolio["projects"].select("project_id", pl.col("status").alias("project_status"), pl.col("due").alias("project_due"))
    working = (
        tasks.filter(~pl.col("closed"))
        .join(projects, on="project_id", how="left")
        .filter(~pl.col("project_status").is_in(IDLE_PROJECTS).fill_null(False))
        .with_columns(pl.coalesce("due", "project_due").alias("due"))
    )
    if early_starts is None:
        working = working.with_columns(pl.lit(None, pl.Date).alias("release"))
    else:
        working = working.join(early_starts.lazy().select("task_id", pl.col("release").cast(pl.Date)), on="task_id", how="left")
    estimate, percent = pl.col("estimate_hours"), pl.col("percent_complete")
    left = pl.coalesce("remaining_hours", estimate * (1 - percent / 100), estimate - pl.col("logged").fill_null(0))
    known = pl.when((percent >= 100).fill_null(False)).then(0.0).when(left > 1e-9).then(left)
    by_kind, by_role = _medians(tasks, "role", "kind"), _medians(tasks, "role")
    unknown = (
        pl.when(pl.col("known_hours").is_not_null()).then(None)
        .when(pl.coalesce("estimate_hours", "remaining_hours").is_null()).then(pl.lit("no_estimate"))
        .otherwise(pl.lit("used_up"))
    )  # fmt: skip
    return (
        working.with_columns(known.alias("known_hours"))
        .filter((pl.col("kind") != "deliverable") | pl.coalesce("estimate_hours", "remaining_hours").is_not_null())
        .with_columns(unknown.alias("unknown"))
        .join(by_kind.rename({"median": "kind_median", "tasks": "kind_tasks"}), on=["role", "kind"], how="left")
        .join(by_role.rename({"median": "role_median", "tasks": "role_tasks"}), on="role", how="left")
        .with_columns(
            pl.when(pl.col("unknown").is_not_null()).then(pl.coalesce("kind_median", "role_median")).alias("imputed_hours"),
            pl.when(pl.col("unknown").is_null()).then(None)
            .when(pl.col("kind_median").is_not_null()).then(pl.lit("role_and_kind"))
            .when(pl.col("role_median").is_not_null()).then(pl.lit("role"))
            .alias("basis"),
            pl.when(pl.col("unknown").is_not_null()).then(pl.coalesce("kind_tasks", "role_tasks")).alias("done_tasks"),
            pl.max_horizontal(pl.coalesce("release", "not_before"), pl.lit(first)).alias("release"),
        )
        .select(
            "task_id", "project_id", pl.col("assignee_id").alias("person_id"), "role", "kind", "known_hours", "imputed_hours", "unknown",
            "basis", "done_tasks", "release", "start", "due", "finish",
        )
        .sort("task_id")
    )  # fmt: skip


def done_against_estimate(portfolio: Portfolio, as_of: date) -> pl.DataFrame:
    """person_id, project_id, estimated_hours, logged_hours, tasks: done tasks of a person that had an estimate and hours logged."""
    return _done(_leaves(portfolio, as_of)).collect()


def _done(tasks: pl.LazyFrame) -> pl.LazyFrame:
    return (
        tasks.filter("finished", pl.col("estimate_hours").is_not_null(), pl.col("logged") > 0, pl.col("assignee_id").is_not_null())
        .group_by(pl.col("assignee_id").alias("person_id"), "project_id")
        .agg(pl.col("estimate_hours").sum().alias("estimated_hours"), pl.col("logged").sum().alias("logged_hours"), pl.len().alias("tasks"))
        .sort("person_id", "project_id")
    )


def _leaves(portfolio: Portfolio, as_of: date) -> pl.LazyFrame:
    """Tasks that are work, with the hours logged on them to `as_of`, and whether they are finished, or closed in any way, by then.

    A day of finishing decides; a status alone does where there is none.
    """
    tasks = portfolio["tasks"]
    parents = tasks.select("parent_id").drop_nulls().unique()
    logged = (
        portfolio["time_entries"]
        .filter(pl.col("date") <= as_of, pl.col("task_id").is_not_null())
        .group_by("task_id")
        .agg(pl.col("hours").sum().alias("logged"))
    )
    people = portfolio["people"].select(pl.col("person_id").alias("assignee_id"), pl.col("role").alias("own_role"))
    dated, status = pl.col("finished_on").is_not_null(), pl.col("status")
    finished_by_now = (pl.col("finished_on") <= as_of).fill_null(False)
    return (
        tasks.filter(~pl.col("kind").is_in(NOT_WORK))
        .join(parents, left_on="task_id", right_on="parent_id", how="anti")
        .join(logged, on="task_id", how="left")
        .join(people, on="assignee_id", how="left")
        .with_columns(
            pl.coalesce("role", "own_role").alias("role"),
            pl.when(dated).then(finished_by_now).otherwise((status == "done").fill_null(False)).alias("finished"),
        )
        .with_columns((pl.col("finished") | (status == "cancelled").fill_null(False)).alias("closed"))
    )


def _medians(tasks: pl.LazyFrame, *by: str) -> pl.LazyFrame:
    """`by`, median logged hours and tasks, where at least LEAST_DONE are done with hours logged."""
    return (
        tasks.filter(pl.col("finished") & (pl.col("logged") > 0) & pl.col("role").is_not_null())
        .group_by(*by)
        .agg(pl.col("logged").median().alias("median"), pl.len().alias("tasks"))
        .filter(pl.col("tasks") >= LEAST_DONE)
    )
