"""What lies between the tasks of a plan with people in it: chains, floats, and how much of them a change eats. It levels nothing.

With the order in which people do their work as links of their own, so that a float is what work can wait before somebody waits for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from lib.schedule.dates import Dates, dates
from lib.schedule.graph import Problems
from lib.schedule.plan import LINK_SCHEMA, Plan
from lib.scope.ground import Ground
from lib.scope.outcome import Outcome
from lib.scope.people import trimmed

FLOATS = {
    "task_id": pl.String, "name": pl.String, "float_before_days": pl.Float64, "float_after_days": pl.Float64, "eaten_days": pl.Float64,
}  # fmt: skip
TASKS = {
    "task_id": pl.String, "name": pl.String, "person": pl.String, "start": pl.Date, "finish": pl.Date, "before_start": pl.Date,
    "before_finish": pl.Date, "float_days": pl.Float64, "float_until": pl.Date, "critical": pl.Boolean, "milestone": pl.Boolean,
    "new": pl.Boolean,
}  # fmt: skip
EATEN = 1e-6


def with_people(plan: Plan, sequences: pl.DataFrame) -> Dates | None:
    """Dates and floats of what is open, the order of each person's work being links; None where that order and the links make a circle."""
    frozen = sequences.select(
        "predecessor_id", "successor_id", pl.lit("FS").alias("kind"), pl.lit(0.0).alias("lag_hours"), pl.lit(False).alias("elapsed")
    ).cast(LINK_SCHEMA)  # type: ignore[arg-type]
    found = dates(trimmed(replace(plan, links=pl.concat([plan.links, frozen]))))
    return None if isinstance(found, Problems) else found


def times_before(ground: Ground) -> Dates | None:
    """The same of the plan before any change, made once."""
    return ground.once("times", lambda: with_people(ground.plan, ground.schedule.sequences))


def floats_of(before: Dates | None, after: Dates | None, plan: Plan, project_id: str) -> pl.DataFrame:
    """Columns of `Answer.floats`: work of the project that had float and has less of it, the most eaten first."""
    if before is None or after is None:
        return pl.DataFrame(schema=FLOATS)
    mine = plan.tasks.filter(pl.col("project_id") == project_id, pl.col("finished_on").is_null()).select("task_id", "name")
    had = before.tasks.select("task_id", pl.col("total_float_days").alias("float_before_days"))
    has = after.tasks.select("task_id", pl.col("total_float_days").alias("float_after_days"))
    rows = mine.join(had, on="task_id", maintain_order="left").join(has, on="task_id", maintain_order="left")
    eaten = (pl.col("float_before_days") - pl.col("float_after_days")).alias("eaten_days")
    lost = rows.with_columns(eaten).filter(pl.col("float_before_days") > EATEN, pl.col("eaten_days") > EATEN)
    return lost.sort("eaten_days", descending=True, maintain_order=True).select(*FLOATS).cast(FLOATS)  # type: ignore[arg-type]


def tasks_of(
    before: pl.DataFrame, found: Outcome, times: Dates | None, project_ids: tuple[str, ...], names: Mapping[str, str]
) -> pl.DataFrame:
    """Columns of `Answer.tasks` for the open tasks of the project(s), the earliest first. `before`: tasks of the schedule before.

    `names`: of people by id. `start` and `finish` are days of the order that the outcome has; `float_until` the last day of its float.
    """
    plan = found.plan.tasks.filter(pl.col("project_id").is_in(project_ids), pl.col("finished_on").is_null())
    was = before.select("task_id", pl.col("start_on").alias("before_start"), pl.col("finish_on").alias("before_finish"))
    lies = found.order.tasks.select("task_id", pl.col("start_on").alias("start"), pl.col("finish_on").alias("finish"))
    rows = plan.join(lies, on="task_id", how="left", maintain_order="left").join(was, on="task_id", how="left", maintain_order="left")
    known = {"task_id": pl.String, "total_float_days": pl.Float64, "late_finish_on": pl.Date, "critical": pl.Boolean}
    slack = pl.DataFrame(schema=known) if times is None else times.tasks.select(*known)
    rows = rows.join(slack, on="task_id", how="left", maintain_order="left")
    named = pl.col("person_id").replace_strict(names, default=pl.col("person_id"), return_dtype=pl.String)
    return (
        rows.with_columns(
            pl.coalesce(named, "role").alias("person"),
            pl.col("total_float_days").alias("float_days"),
            pl.when(pl.col("total_float_days") > EATEN).then("late_finish_on").alias("float_until"),
            pl.col("critical").fill_null(False),
            (pl.col("kind") == "milestone").fill_null(False).alias("milestone"),
            ~pl.col("task_id").is_in(before["task_id"].implode()).alias("new"),
        )
        .sort("start", "finish", nulls_last=True, maintain_order=True)
        .select(*TASKS)
        .cast(TASKS)  # type: ignore[arg-type]
    )
