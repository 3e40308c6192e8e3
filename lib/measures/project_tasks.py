"""What is known of each task that has none below it, and how it stood at the close of each of many days. Knows no money.

Formula: definitions § Earned value. Leaves only. Where the definitions are silent: a project that names no technique goes by percent
complete; a task that came with an added or modified change request is no part of the original baseline.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from lib.measures.project_days import EVER, NEVER, Numbers, ProjectDays
from lib.portfolio import Portfolio

TECHNIQUES: tuple[str, ...] = ("zero_hundred", "fifty_fifty", "weighted_milestones", "percent_complete")
DEFAULT_TECHNIQUE = "percent_complete"
MARKS = ("milestone", "deliverable")
_COLUMNS = (
    "task_id", "project_id", "kind", "status", "assignee_id", "role", "estimate_hours", "remaining_hours", "baseline_hours",
    "baseline_start", "baseline_finish", "started_on", "finished_on", "percent_complete", "change_id", "accepted_on",
)  # fmt: skip


def leaf_tasks(portfolio: Portfolio, asked: ProjectDays) -> pl.DataFrame:
    """Tasks of some projects without tasks below them, one row each by `project` (its place in `asked`) as they are stored, without
    summaries.

    Beside the columns of their table that count here, numbers of days (since 1970; EVER and NEVER at the ends) from which they are so:
    `ends`, done for progress; `begins`, no longer 0 for progress; `closes`, nothing remains. `meanwhile`: the share done between `begins`
    and `ends`, null where nothing tells; `left`: hours that remain before `closes`, null where nothing tells. `original`: part of the
    baseline as first agreed (it has baseline hours and no change request added it). `technique` of its project; `begun_from`: the first day
    of its project's baseline.

    Done, by technique: 0/100 at its finish; 50/50, half from its start; percent complete, what the task says (nothing before its start, and
    not what it says after a finish that lies ahead). A milestone or deliverable is done when finished or accepted. What remains: its
    remaining hours, else the undone part of its estimate, else of its baseline hours.
    """
    parents = portfolio["tasks"].select(pl.col("parent_id").alias("task_id")).drop_nulls().unique()
    changes = portfolio["change_requests"].select("change_id", pl.col("kind").alias("change_kind"))
    projects = asked.facts.lazy().select(
        "project_id",
        pl.int_range(pl.len()).alias("project"),
        pl.coalesce("baseline_start", "start").alias("begun_from"),
        pl.col("ev_technique").fill_null(DEFAULT_TECHNIQUE).alias("technique"),
    )
    added = pl.col("change_id").is_not_null() & (pl.col("change_kind") != "removed").fill_null(True)
    return (
        portfolio["tasks"]
        .select(_COLUMNS)
        .filter(pl.col("kind").ne_missing("summary"))
        .join(projects, on="project_id", maintain_order="left")
        .join(parents, on="task_id", how="anti", maintain_order="left")
        .join(changes, on="change_id", how="left", maintain_order="left")
        .with_columns((pl.col("baseline_hours").is_not_null() & ~added).alias("original"), *_progress(), *_remaining())
        .sort("project", maintain_order=True)
        .collect()
    )


def _progress() -> tuple[pl.Expr, ...]:
    finished = pl.when(pl.col("finished_on").is_null() & (pl.col("status") == "done").fill_null(False)).then(EVER).otherwise(
        pl.col("finished_on").to_physical().fill_null(NEVER)
    )  # fmt: skip
    accepted = pl.when(pl.col("kind").is_in(MARKS)).then(pl.col("accepted_on").to_physical()).fill_null(NEVER)
    percent = pl.col("percent_complete")
    signs = (pl.col("started_on").is_not_null(), percent > 0, pl.col("status") == "in_progress")
    begun = pl.any_horizontal(sign.fill_null(False) for sign in signs)
    said_later = pl.col("finished_on").is_not_null() & (percent >= 100).fill_null(False)
    by_percent = pl.when(said_later).then(None).when(percent.is_not_null()).then(percent / 100).when(~begun).then(0.0)
    meanwhile = (
        pl.when(pl.col("technique").is_in(["zero_hundred", "weighted_milestones"])).then(0.0)
        .when(pl.col("technique") == "fifty_fifty").then(pl.when(begun).then(0.5).otherwise(0.0))
        .otherwise(by_percent)
    )  # fmt: skip
    ends = pl.min_horizontal(finished, accepted)
    return ends.alias("ends"), pl.col("started_on").to_physical().fill_null(EVER).alias("begins"), meanwhile.alias("meanwhile")


def _remaining() -> tuple[pl.Expr, ...]:
    done = pl.col("status").is_in(["done", "cancelled"]).fill_null(False) & pl.col("finished_on").is_null()
    closed = done | pl.col("status").eq_missing("cancelled")
    closes = pl.when(closed).then(EVER).otherwise(pl.col("finished_on").to_physical().fill_null(NEVER))
    undone = 1 - pl.col("percent_complete").fill_null(0.0) / 100
    guessed = pl.coalesce("estimate_hours", "baseline_hours") * undone
    return closes.alias("closes"), pl.coalesce("remaining_hours", guessed).alias("left")


def done_by(days: Numbers, ends: Numbers, begins: Numbers, meanwhile: Numbers) -> Numbers:
    """The share done by the close of each of `days`, of columns of `leaf_tasks`; NaN where nothing tells."""
    return np.where(ends <= days, 1.0, np.where(begins > days, 0.0, meanwhile))


@dataclass(frozen=True, eq=False)
class TaskDays:
    """The leaf tasks of each pair of `asked`: `task` (its row in `tasks`) and `pair`, by pair; `size` pairs in all."""

    asked: ProjectDays
    tasks: pl.DataFrame
    task: Numbers
    pair: Numbers

    @classmethod
    def of(cls, portfolio: Portfolio, asked: ProjectDays) -> TaskDays:
        tasks = leaf_tasks(portfolio, asked)
        count = np.bincount(tasks["project"].to_numpy(), minlength=len(asked.projects))
        first = np.cumsum(count) - count
        many = count[asked.project]
        pair = np.repeat(np.arange(asked.size), many)
        within = np.arange(pair.size) - np.repeat(np.cumsum(many) - many, many)
        return cls(asked, tasks, first[asked.project][pair] + within, pair)

    @cached_property
    def number(self) -> Numbers:
        """The place of the day."""
        return self.asked.number[self.pair]

    @cached_property
    def day(self) -> Numbers:
        """The day, since 1970."""
        return self.asked.day[self.pair]

    @cached_property
    def done(self) -> Numbers:
        """Share done, NaN where nothing tells."""
        return done_by(self.day, *(self.of_task(name) for name in ("ends", "begins", "meanwhile")))

    @cached_property
    def open(self) -> Numbers:
        """Whether something may remain."""
        return self.of_task("closes") > self.day

    def of_task(self, column: str | pl.Expr) -> Numbers:
        """A column of `tasks` (numbers NaN for null, flags), task day by task day."""
        series = self.tasks[column] if isinstance(column, str) else self.tasks.select(column.alias("it"))["it"]
        return (series.fill_null(float("nan")) if series.dtype.is_float() else series).to_numpy()[self.task]

    def total(self, amounts: Numbers) -> Numbers:
        """Sums by pair; NaN counts nothing."""
        return np.bincount(self.pair, np.where(np.isnan(amounts), 0.0, amounts), self.asked.size)

    def count(self, flags: Numbers) -> Numbers:
        """How many of each pair are so."""
        return np.bincount(self.pair[flags], minlength=self.asked.size)
