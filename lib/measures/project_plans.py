"""The plan of each project at the close of a day: its days, its decided changes, how much of it is done. It knows no cost so far.

Formulas: definitions § Earned value; `lib.measures.project_curves` does the arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any, TypeAlias

import polars as pl

from lib.measures.exchange import with_stock_rates
from lib.measures.project_budgets import Basis
from lib.measures.project_curves import Budget, Change, Days, Progress, WorkingDays, planned_shares, with_changes
from lib.measures.project_progress import change_progress
from lib.portfolio import Portfolio
from lib.schedule.calendars import Calendar
from lib.schedule.working_time import project_calendars

PLANS: tuple[str, ...] = ("tasks", "project", "straight")
"""Where the days of a plan come from: the baseline of its tasks, that of the project, or, without any, the straight line start to due."""

_Leaf: TypeAlias = tuple[date | None, date | None, float]  # baseline start and finish, weight


@dataclass(frozen=True, eq=False)
class ProjectPlan:
    """One project's plan. `shares` (of `original`, its budget before changes) and `days` are None without dates."""

    original: float
    shares: Days | None
    days: WorkingDays | None
    changes: tuple[Change, ...]
    progress: Progress
    plan_by: str | None
    start: date | None
    finish: date | None

    @cached_property
    def budget(self) -> Budget:
        """The budget with all changes."""
        return with_changes(self.original, self.shares, self.days, self.changes, self.progress)

    def earned_on(self, day: date) -> float | None:
        """What was earned by the close of a day by the readings, of the scope that was decided by then; None before the first."""
        decided = tuple(change for change in self.changes if change.decided_on <= day)
        known = tuple(reading for reading in self.progress.readings if reading[0] <= day)
        return with_changes(self.original, None, None, decided, Progress(readings=known)).earned


def project_plans(
    portfolio: Portfolio, rows: pl.DataFrame, projects: pl.DataFrame, tasks: pl.DataFrame, changes: dict[str, list[Change]], as_of: date
) -> dict[str, ProjectPlan]:
    """The plan of each project of `rows` that has a budget and nothing that overrules it.

    `rows`: project_id, bac_original, withheld, technique, done, done_by, over. `projects` of `project_facts`, `tasks` of `leaf_tasks`,
    `changes` of `decided_changes`.
    """
    wanted = rows.filter(pl.col("bac_original").is_not_null(), pl.col("withheld").is_null())
    baseline = tasks.filter("original", pl.col("weight") > 0).join(wanted, on="project_id", how="semi")
    leaves = {
        str(key[0]): part.select("baseline_start", "baseline_finish", "weight").rows()
        for key, part in baseline.group_by("project_id", maintain_order=True)
    }
    readings: dict[str, list[tuple[date, float]]] = {}
    dated = portfolio["progress"].filter(pl.col("date") <= as_of).select("project_id", "date", pl.col("percent_complete") / 100).collect()
    for project, day, share in dated.iter_rows():
        readings.setdefault(project, []).append((day, share))
    dates = {row["project_id"]: row for row in projects.iter_rows(named=True)}
    calendars = _calendars(portfolio, projects, tasks, as_of)
    plans = {}
    for row in wanted.iter_rows(named=True):
        project = row["project_id"]
        start, finish, spans, plan_by = _span(dates[project], leaves.get(project, []))
        share = row["done"] if row["done_by"] in ("tasks", "milestones") else None
        stated = [(as_of, row["done"])] if row["done_by"] == "stated" else []
        read = readings.get(project, []) if row["technique"] == "percent_complete" else []
        progress = Progress(share, (*read, *stated), row["over"])
        days = shares = None
        if start is not None and finish is not None:
            days = WorkingDays(calendars.get(f"project:{project}", calendars[""]), start)
            starts, finishes, weights = zip(*spans, strict=True)
            shares = planned_shares(days, starts, finishes, weights)
        decided = tuple(changes.get(project, []))
        plans[project] = ProjectPlan(row["bac_original"], shares, days, decided, progress, plan_by, start, finish)
    return plans


def decided_changes(
    portfolio: Portfolio, rows: pl.DataFrame, projects: pl.DataFrame, tasks: pl.DataFrame, as_of: date, basis: Basis, base: str
) -> tuple[dict[str, list[Change]], pl.DataFrame]:
    """Decided changes by project, as far as they bear on the budget; and project_id, changes_left_out: how many lack an amount.

    Scope that the client pays counts whole, shared scope times client_share, what we pay for not at all; scope removed counts whoever
    pays, but of tasks that are known only what is not done. A change that states hours alone costs the baseline's mean rate. What was
    decided after the project was finished, or on an unknown day (as in revenue), counts for nothing.
    """
    stated = (
        portfolio["change_requests"]
        .filter(pl.col("status").is_in(["approved", "implemented"]), pl.col("decided_on") <= as_of)
        .sort("decided_on", "change_id")
        .collect()
    )
    priced = with_stock_rates(stated, portfolio["fx_rates"].collect(), base, as_of)
    priced = priced.join(rows.select("project_id", "labour", "planned_hours", "finished"), on="project_id")
    priced = priced.filter((pl.col("decided_on") <= pl.col("finished")).fill_null(True))
    mean_rate = pl.when(pl.col("planned_hours") > 0).then(pl.col("labour") / pl.col("planned_hours"))
    cost = pl.when(pl.col("cost").is_not_null()).then(pl.col("cost") * pl.col("fx")).otherwise(pl.col("hours") * mean_rate)
    whole = pl.col("hours") if basis == "hours" else cost
    removed = (pl.col("kind") == "removed") | (whole < 0).fill_null(False)
    paid = (
        pl.when(pl.col("paid_by") == "client").then(1.0)
        .when(pl.col("paid_by") == "shared").then(pl.col("client_share").fill_null(0.0))
        .otherwise(0.0)
    )  # fmt: skip
    spans = (
        tasks.filter(pl.col("change_id").is_not_null(), ~pl.col("original"))
        .group_by("change_id")
        .agg(pl.col("baseline_start").min().alias("first"), pl.col("baseline_finish").max().alias("last"))
    )
    done = change_progress(projects, tasks, as_of)
    rows = (
        priced.join(spans, on="change_id", how="left")
        .join(done, on="change_id", how="left")
        .with_columns(pl.when(removed).then(-whole.abs() * (1 - pl.col("done").fill_null(0.0))).otherwise(whole * paid).alias("amount"))
        .with_columns(pl.coalesce("done", (pl.col("status") == "implemented").cast(pl.Float64)).alias("done"))
    )
    known = rows.filter(pl.col("amount") != 0)
    lacking = rows.filter(pl.col("amount").is_null(), removed | (paid > 0))
    found: dict[str, list[Change]] = {}
    for row in known.select("project_id", "decided_on", "amount", "delay_days", "first", "last", "done").iter_rows():
        project, decided_on, amount, delay, first, last, share = row
        found.setdefault(project, []).append(Change(decided_on, amount, max(delay or 0.0, 0.0), first, last, share))
    return found, lacking.group_by("project_id").agg(pl.len().cast(pl.Int64).alias("changes_left_out"))


def _span(project: dict[str, Any], leaves: list[_Leaf]) -> tuple[date | None, date | None, list[tuple[date, date, float]], str | None]:
    """The plan's first and last day, the spans of its parts with their weights, and where it comes from; None without dates."""
    first, last, by = project["baseline_start"], project["baseline_due"], "project"
    starts, finishes = [leaf[0] for leaf in leaves if leaf[0]], [leaf[1] for leaf in leaves if leaf[1]]
    if starts and finishes:
        first, last, by = min([*starts, *([first] if first else [])]), max(finishes), "tasks"
    elif first is None or last is None:
        first, last, by = project["start"], project["due"], "straight"
    if first is None or last is None:
        return None, None, [], None
    spans = [(max(start or first, first), finish or last, weight) for start, finish, weight in leaves] or [(first, last, 1.0)]
    return first, last, spans, by


def _calendars(portfolio: Portfolio, projects: pl.DataFrame, tasks: pl.DataFrame, as_of: date) -> dict[str, Calendar]:
    """The calendars of projects over all the days that their plans name."""
    named: Iterable[pl.Series] = [
        *(projects[name] for name in ("start", "due", "baseline_start", "baseline_due", "finished_on")),
        *(tasks[name] for name in ("baseline_start", "baseline_finish")),
    ]
    days = pl.concat([series.alias("day") for series in named]).drop_nulls().to_list()
    near = timedelta(days=3653)
    within = [day for day in days if as_of - near <= day <= as_of + near]
    return project_calendars(portfolio, min([as_of, *within]), max([as_of, *within]))
