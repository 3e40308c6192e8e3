"""How much of each project is done by the close of each of many days, by the technique that it names. Knows no money.

Formula: definitions § Earned value. Leaves only. Where the definitions are silent: milestones weigh their baseline hours if each of them
has some, else the same; tasks without baseline hours weigh their estimate.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from lib.measures.project_days import Numbers, ProjectDays
from lib.measures.project_tasks import DEFAULT_TECHNIQUE, MARKS, TaskDays
from lib.portfolio import Portfolio

PROGRESS: tuple[str, ...] = ("tasks", "milestones", "readings", "stated")
"""Where a share done comes from: the project's tasks or milestones, its dated readings, or its own undated percentage."""


def readings(portfolio: Portfolio) -> pl.DataFrame:
    """project_id, date and `read`, the share (0-1) of each dated reading of percent complete, in order of project and day."""
    read = portfolio["progress"].select("project_id", "date", (pl.col("percent_complete") / 100).alias("read"))
    return read.sort("project_id", "date", "read").collect()


def project_progress(asked: ProjectDays, tasks: TaskDays, weight: Numbers, read: pl.DataFrame) -> pl.DataFrame:
    """One row a pair: pair, technique, technique_assumed, done_by (one of PROGRESS), done (share 0-1; null where nothing tells), and
    `weighed`: tasks or milestones that were weighed.

    `weight` of each task day in the baseline; `read` of `readings`. Percent complete goes by the tasks of the baseline where each tells how
    far it is, else by the latest reading, else by the project's own percentage, else by tasks that have estimates. `done` by readings is
    of the scope as it was on the day of the reading.
    """
    by_milestones = pl.col("technique") == "weighted_milestones"
    mark = pl.col("kind").is_in(MARKS) & by_milestones
    all_weigh = (pl.col("baseline_hours") > 0).fill_null(False).all().over("project_id", mark)
    mark_weight = pl.when(mark).then(pl.when(all_weigh).then("baseline_hours").otherwise(1.0))
    guess_weight = pl.when(~by_milestones & (pl.col("kind") == "task")).then("estimate_hours")
    sources = {
        "baselined": np.where(tasks.of_task(by_milestones), np.nan, weight),
        "estimated": tasks.of_task(guess_weight),
        "marked": tasks.of_task(mark_weight),
    }
    latest = asked.rows.select("pair", "project_id", "day").join_asof(
        read.sort("date"), left_on="day", right_on="date", by="project_id", strategy="backward", check_sortedness=False
    )
    percent = (pl.col("percent_complete") / 100).alias("stated")
    rows = asked.rows.select("pair", pl.col("ev_technique").fill_null(DEFAULT_TECHNIQUE).alias("technique"), "ev_technique", percent)
    rows = rows.with_columns(latest["read"])
    for name, heavy in sources.items():
        share, many = _weighed(tasks, heavy)
        rows = rows.with_columns(pl.Series(name, share).fill_nan(None), pl.Series(f"{name}_count", many).replace(0, None))
    by_percent = pl.col("technique") == "percent_complete"
    found = [
        ("milestones", by_milestones, "marked"),
        ("tasks", ~by_milestones, "baselined"),
        ("readings", by_percent, "read"),
        ("stated", by_percent, "stated"),
        ("tasks", ~by_milestones, "estimated"),
    ]
    told = [pl.when(holds & pl.col(column).is_not_null()).then(pl.lit(name)) for name, holds, column in found]
    shares = [pl.when(holds).then(column) for _, holds, column in found]
    counted = pl.coalesce("marked_count", "baselined_count", "estimated_count").fill_null(0).alias("weighed")
    assumed = pl.col("ev_technique").is_null().alias("technique_assumed")
    return rows.select("pair", "technique", assumed, pl.coalesce(told).alias("done_by"), pl.coalesce(shares).alias("done"), counted)


def _weighed(tasks: TaskDays, weight: Numbers) -> tuple[Numbers, Numbers]:
    """Of each pair: the weighed share done, NaN where a task that weighs does not tell or none weighs, and how many weigh."""
    heavy = np.flatnonzero(weight > 0)
    pair, weight, done = tasks.pair[heavy], weight[heavy], tasks.done[heavy]
    many, whole = np.bincount(pair, minlength=tasks.asked.size), np.bincount(pair, weight, tasks.asked.size)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.bincount(pair, weight * done, tasks.asked.size) / whole
    return share, many
