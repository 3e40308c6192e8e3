"""What lies between the tasks of a plan with people in it: chains, floats, and how much of them a change eats. It levels nothing.

With the order in which people do their work as links of their own, so that a float is what work can wait before somebody waits for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl

from lib.schedule.plan import Plan
from lib.scope.ground import Ground
from lib.scope.networks import Network, Times, timed
from lib.scope.outcome import Outcome
from lib.scope.people import network_before

FLOATS = {
    "task_id": pl.String, "name": pl.String, "float_before_days": pl.Float64, "float_after_days": pl.Float64, "eaten_days": pl.Float64,
}  # fmt: skip
TASKS = {
    "task_id": pl.String, "name": pl.String, "person": pl.String, "start": pl.Date, "finish": pl.Date, "before_start": pl.Date,
    "before_finish": pl.Date, "float_days": pl.Float64, "float_until": pl.Date, "critical": pl.Boolean, "milestone": pl.Boolean,
    "new": pl.Boolean,
}  # fmt: skip
EATEN = 1e-6


def with_people(network: Network | None, sequences: pl.DataFrame) -> Times | None:
    """Times of what is open, the order of each person's work being links; None where that order and the links make a circle."""
    return None if network is None else timed(network, sequences)


def times_before(ground: Ground) -> Times | None:
    """The same of the plan before any change, made once."""
    return ground.once("times", lambda: with_people(network_before(ground), ground.schedule.sequences))


def floats_of(before: Times | None, after: Times | None, plan: Plan, project_id: str) -> pl.DataFrame:
    """Columns of `Answer.floats`: work of the project that had float and has less of it, the most eaten first."""
    rows = []
    if before is not None and after is not None:
        mine = plan.tasks.filter(pl.col("project_id") == project_id, pl.col("finished_on").is_null()).select("task_id", "name")
        for task, name in mine.rows():
            had, has = (_float_days(times, task) for times in (before, after))
            if had is not None and has is not None and had > EATEN and had - has > EATEN:
                rows.append((task, name, had, has, had - has))
    return pl.DataFrame(rows, schema=FLOATS, orient="row").sort("eaten_days", descending=True, maintain_order=True)


def tasks_of(
    before: pl.DataFrame, found: Outcome, times: Times | None, project_ids: tuple[str, ...], names: Mapping[str, str]
) -> pl.DataFrame:
    """Columns of `Answer.tasks` for the open tasks of the project(s), the earliest first. `before`: tasks of the schedule before.

    `names`: of people by id. `start` and `finish` are days of the order that the outcome has; `float_until` the last day of its float.
    """
    plan = found.plan.tasks.filter(pl.col("project_id").is_in(project_ids), pl.col("finished_on").is_null())
    was = before.select("task_id", pl.col("start_on").alias("before_start"), pl.col("finish_on").alias("before_finish"))
    lies = found.order.tasks.select("task_id", pl.col("start_on").alias("start"), pl.col("finish_on").alias("finish"))
    rows = plan.join(lies, on="task_id", how="left", maintain_order="left").join(was, on="task_id", how="left", maintain_order="left")
    rows = rows.join(_slacks(times, plan["task_id"].to_list()), on="task_id", how="left", maintain_order="left")
    named = pl.col("person_id").replace_strict(names, default=pl.col("person_id"), return_dtype=pl.String)
    return (
        rows.with_columns(
            pl.coalesce(named, "role").alias("person"),
            pl.when(pl.col("float_days") > EATEN).then("late_finish_on").alias("float_until"),
            pl.col("critical").fill_null(False),
            (pl.col("kind") == "milestone").fill_null(False).alias("milestone"),
            ~pl.col("task_id").is_in(before["task_id"].implode()).alias("new"),
        )
        .sort("start", "finish", nulls_last=True, maintain_order=True)
        .select(*TASKS)
        .cast(TASKS)  # type: ignore[arg-type]
    )


def _float_days(times: Times, task: str) -> float | None:
    number = times.network.numbers.get(task)
    return None if number is None else times.float_days(number)


def _slacks(times: Times | None, tasks: Sequence[str]) -> pl.DataFrame:
    """task_id, float_days, late_finish_on, critical of each of `tasks`."""
    rows: list[tuple[str, float | None, date, bool]] = []
    if times is not None:
        numbers, critical = times.network.numbers, times.critical()
        rows = [
            (task, times.float_days(numbers[task]), times.late_finish_on(numbers[task]), critical[numbers[task]])
            for task in tasks if task in numbers
        ]  # fmt: skip
    schema = {"task_id": pl.String, "float_days": pl.Float64, "late_finish_on": pl.Date, "critical": pl.Boolean}
    return pl.DataFrame(rows, schema=schema, orient="row")
