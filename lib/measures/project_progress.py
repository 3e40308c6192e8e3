"""How much of each project is done by the close of each of many days, by the technique that it names. Knows no money.

Formula: definitions § Earned value. Leaves only. Where the definitions are silent: milestones weigh their baseline hours if each of them
has some, else the same; tasks without baseline hours weigh their estimate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from lib.measures.project_curves import Readings
from lib.measures.project_days import Numbers, ProjectDays
from lib.measures.project_tasks import DEFAULT_TECHNIQUE, MARKS, TaskDays
from lib.portfolio import Portfolio

PROGRESS: tuple[str, ...] = ("tasks", "milestones", "readings", "stated")
"""Where a share done comes from: the project's tasks or milestones, its dated readings, or its own undated percentage."""


@dataclass(frozen=True, eq=False)
class Told:
    """What tells how far each pair is, whatever its tasks cost.

    `rows`, one a pair in order: pair, technique, ev_technique, stated, read, and by milestones (marked) and by tasks with estimates
    (estimated) the share done and how many weigh (_count). `readings`: those of the projects, by their places.
    """

    tasks: TaskDays
    by_milestones: Numbers
    rows: pl.DataFrame
    readings: Readings

    @classmethod
    def of(cls, portfolio: Portfolio, asked: ProjectDays, tasks: TaskDays) -> Told:
        by_milestones = pl.col("technique") == "weighted_milestones"
        mark = pl.col("kind").is_in(MARKS) & by_milestones
        all_weigh = (pl.col("baseline_hours") > 0).fill_null(False).all().over("project", mark)
        mark_weight = pl.when(mark).then(pl.when(all_weigh).then("baseline_hours").otherwise(1.0))
        guess_weight = pl.when(~by_milestones & (pl.col("kind") == "task")).then("estimate_hours")
        read = _readings(portfolio, asked)
        rows = asked.rows.select(
            "pair",
            pl.col("ev_technique").fill_null(DEFAULT_TECHNIQUE).alias("technique"),
            "ev_technique",
            (pl.col("percent_complete") / 100).alias("stated"),
            pl.Series("read", read.before(asked.project, asked.day + 1)[1]).fill_nan(None),
            *_weighed("marked", tasks, tasks.of_task(mark_weight)),
            *_weighed("estimated", tasks, tasks.of_task(guess_weight)),
        )
        return cls(tasks, tasks.of_task(by_milestones), rows, read)

    def progress(self, weight: Numbers) -> pl.DataFrame:
        """One row a pair: pair, technique, technique_assumed, done_by (one of PROGRESS), done (share 0-1; null where nothing tells), and
        `weighed`: tasks or milestones that were weighed.

        `weight` of each task day in the baseline. Percent complete goes by the tasks of the baseline where each tells how far it is, else
        by the latest reading, else by the project's own percentage, else by tasks that have estimates. `done` by readings is of the scope
        as it was on the day of the reading.
        """
        by_milestones, by_percent = pl.col("technique") == "weighted_milestones", pl.col("technique") == "percent_complete"
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
        rows = self.rows.with_columns(_weighed("baselined", self.tasks, np.where(self.by_milestones, np.nan, weight)))
        return rows.select("pair", "technique", assumed, pl.coalesce(told).alias("done_by"), pl.coalesce(shares).alias("done"), counted)


def _readings(portfolio: Portfolio, asked: ProjectDays) -> Readings:
    """The dated readings of percent complete of the projects of `asked`; of several on one day the greatest is the last."""
    rows = portfolio["progress"].select("project_id", "date", "percent_complete").collect()
    placed = rows.select(
        pl.Series("owner", asked.placed(rows["project_id"]), pl.Int64),
        pl.col("date").to_physical().cast(pl.Int64),
        (pl.col("percent_complete") / 100).fill_null(float("nan")).alias("share"),
    )
    known = placed.filter(pl.col("owner") >= 0).sort("owner", "date", "share")
    return Readings(*(known[name].to_numpy() for name in ("owner", "date", "share")))


def _weighed(name: str, tasks: TaskDays, weight: Numbers) -> tuple[pl.Series, pl.Series]:
    """Of each pair: the weighed share done, null where a task that weighs does not tell or none weighs, and how many weigh (null: none)."""
    heavy = np.flatnonzero(weight > 0)
    pair, weight, done = tasks.pair[heavy], weight[heavy], tasks.done[heavy]
    many, whole = np.bincount(pair, minlength=tasks.asked.size), np.bincount(pair, weight, tasks.asked.size)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.bincount(pair, weight * done, tasks.asked.size) / whole
    return pl.Series(name, share).fill_nan(None), pl.Series(f"{name}_count", many).replace(0, None)
