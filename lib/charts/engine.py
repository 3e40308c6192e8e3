"""The engine's results as the frames that charts of plans take. It renames and joins, and computes no date."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import polars as pl

from lib.measures.workload import Workload
from lib.schedule.axis import NEVER
from lib.schedule.calendars import TICKS_PER_DAY
from lib.schedule.dates import Dates
from lib.schedule.forecasting import Forecast
from lib.schedule.plan import Plan
from lib.schedule.scheduling import Schedule

_EPOCH = date(1970, 1, 1)


def spans_of(result: Dates | Schedule) -> pl.DataFrame:
    """task_id, start_on, finish_on: where each task lies, at its earliest (`Dates`) or levelled (`Schedule`)."""
    if isinstance(result, Schedule):
        return result.tasks.select("task_id", "start_on", "finish_on")
    return result.tasks.select("task_id", pl.col("early_start_on").alias("start_on"), pl.col("early_finish_on").alias("finish_on"))


def tasks_of(plan: Plan, dates: Dates, schedule: Schedule | None = None, before: Dates | Schedule | None = None) -> pl.DataFrame:
    """The tasks of `plan` by their start, for `lib.charts.schedule.gantt`.

    Floats and the critical chain are those of `dates`; where each lies is the schedule's if there is one. What never ends is left out.
    """
    now = spans_of(schedule if schedule is not None else dates)
    floats = dates.tasks.select("task_id", "late_finish_on", "critical", pl.col("total_float_days").alias("float_days"))
    was = spans_of(before) if before is not None else now.clear()
    was = was.rename({"start_on": "before_start", "finish_on": "before_finish"})
    rows = plan.tasks.select("task_id", "name", (pl.col("kind") == "milestone").alias("milestone")).join(now, on="task_id")
    rows = rows.join(floats, on="task_id").join(was, on="task_id", how="left", maintain_order="left").drop_nulls(["start_on", "finish_on"])
    later = pl.when(pl.col("late_finish_on") > pl.col("finish_on")).then("late_finish_on")
    return rows.sort("start_on", "finish_on", maintain_order=True).select(
        "name", pl.col("start_on").alias("start"), pl.col("finish_on").alias("finish"), "before_start", "before_finish", "float_days",
        later.alias("float_until"), pl.col("critical").fill_null(False), "milestone",
    )  # fmt: skip


def finishes_of(forecast: Forecast, project_id: str) -> pl.Series:
    """The day on which the project is finished, one a trial; trials in which it never is are left out."""
    ticks = forecast.finishes[project_id]
    ended = ticks[ticks < NEVER]
    return pl.Series("finish", (ended - 1) // TICKS_PER_DAY, pl.Int32).cast(pl.Date)  # by the close of a day is that day


def effects_of(tornado: pl.DataFrame, names: Mapping[str, str]) -> pl.DataFrame:
    """name, low, high in working days, for `lib.charts.schedule.tornado`. names: id of a task or risk -> what it is called."""
    return tornado.select(
        pl.col("id").replace_strict(dict(names), default=pl.col("id"), return_dtype=pl.String).alias("name"),
        pl.col("low_days").alias("low"), pl.col("high_days").alias("high"),
    )  # fmt: skip


def load_of(workload: Workload, names: Mapping[str, str], load: str = "confirmed_hours") -> pl.DataFrame:
    """name, week, capacity_hours, load_hours, unplaced_hours, for `lib.charts.schedule.capacity_grid`.

    Hours that do not fit stand evenly in the weeks of the interval in which they do not, as far as these are shown (else in the first).
    load: which of the three loads of `lib.measures.load` is shown. names: person_id -> name; people without one are left out.
    """
    weeks = workload.weeks.filter(pl.col("person_id").is_in(list(names)))
    shown = sorted(set(weeks["start"]))
    unplaced: list[tuple[str, date, float]] = []
    beyond = workload.allocation.people.filter(pl.col("unplaced_hours") > 0)
    for person, hours, first, last in beyond.select("person_id", "unplaced_hours", "window_start", "window_end").iter_rows():
        within = [week for week in shown if week <= last and week + timedelta(6) >= first] or shown[:1]
        unplaced += [(person, week, hours / len(within)) for week in within]
    schema = {"person_id": pl.String, "start": pl.Date, "unplaced_hours": pl.Float64}
    rows = weeks.join(pl.DataFrame(unplaced, schema, orient="row"), on=["person_id", "start"], how="left", maintain_order="left")
    called = pl.col("person_id").replace_strict(dict(names), return_dtype=pl.String)
    return rows.select(
        called.alias("name"), pl.col("start").alias("week"), "capacity_hours", pl.col(load).alias("load_hours"),
        pl.col("unplaced_hours").fill_null(0.0),
    ).sort("name", "week")  # fmt: skip
