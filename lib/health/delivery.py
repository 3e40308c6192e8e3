"""Delivery of each account: earned schedule, milestones, overdue tasks. Reads what the tables say; knows no weight and no threshold.

Formulas: definitions § Account health. Where they are silent: a project of unknown status, billing or baseline makes the figure missing,
for leaving it out could flatter; retainers and internal work have no plan to be measured against, nor has time and materials
that nothing measures; what is planned, on hold or cancelled has none now.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from lib.columns import N_
from lib.health.readings import Sight
from lib.health.standing import (
    RECENT_DAYS,
    is_effort,
    is_lean,
    narrowed,
    on_days,
    projects_on,
    ratios,
    summed_on_days,
    told_of,
    values_of,
    with_role,
    within,
)  # fmt: skip
from lib.health.standing import WHY as SHARED
from lib.measures.earned_value import REASONS

METRICS = ("spi_t", "milestones_met", "overdue_tasks")
ELAPSED_LEAST = 0.10
UNDATED_MOST = 0.20
"""Share of the open estimate that may lack a due date: up to it such tasks count as overdue, above it the share is missing."""

WHY: dict[str, str] = {reason: sentence for reason, (_, sentence) in REASONS.items()} | SHARED | {
    "no_baseline": N_("A project or milestone has no baseline."),
    "straight_plan": N_("Against a straight plan from start to due, for want of a baseline."),
    "none_running": N_("No project with a baseline is under way, or was finished in the last 90 days."),
    "none_due": N_("No milestone or deliverable was due in the last 90 days."),
    "task_kind_unknown": N_("Nothing says whether a task is a milestone."),
    "no_tasks": N_("No task of the account is known."),
    "none_open": N_("No task is open."),
    "no_due_date": N_("Too many open tasks have no due date."),
    "undated_overdue": N_("Open tasks without a due date count as overdue."),
    "no_estimate": N_("An overdue task has no estimate."),
}  # fmt: skip
"""Why a reading is missing or not applicable, or what is to be known beside it -> a sentence."""


def readings(sight: Sight) -> pl.DataFrame:
    """READING rows of spi_t (ratio), milestones_met and overdue_tasks (shares 0-1) for each account and day of `sight`."""
    projects = projects_on(sight)
    timed, marks = _timed(sight, projects, _Lean.of(sight)), _milestones(sight, projects)
    return pl.concat([
        ratios(sight, "spi_t", timed, none="none_running", no_rows="no_projects", notes="note"),
        ratios(sight, "milestones_met", marks, none="none_due", no_rows="no_baseline"),
        _overdue_tasks(sight),
    ])


def evidence(sight: Sight, account_id: str, day: date, metric: str) -> pl.DataFrame:
    """The rows that a metric of one account came from on `day`, what matters most first; `role`: counts, or lacks something (`why`).

    spi_t: project_id, project, status, planned_start, planned_finish, finished, bac_hours, es_days, at_days, spi_t, over = BAC·ES,
    under = BAC·AT. milestones_met: task_id, task, project, baseline_finish, finished_on, over (1 if met), under. overdue_tasks: task_id,
    task, project, due, assignee_id, over (overdue estimate hours), under (estimate hours); due = finish of the plan where none is stated.
    The reading is Σ over / Σ under of the rows that count. ValueError for another metric.
    """
    if metric not in METRICS:
        raise ValueError(f"not a metric of delivery: {metric}")
    alone = narrowed(sight, account_id, day)
    projects = projects_on(alone)
    rows, named, order = {
        "spi_t": (_timed(alone, projects, _Lean.of(sight)), _PROJECT, {"spi_t": False, "project_id": False}),
        "milestones_met": (_milestones(alone, projects), _MILESTONE, {"over": False, "baseline_finish": False, "task_id": False}),
        "overdue_tasks": (_open_tasks(alone), _TASK, {"over": True, "due": False, "task_id": False}),
    }[metric]
    shown = rows.filter(pl.col("role") != "out").select(*named, "over", "under", "role", "why")
    return shown.sort(list(order), descending=list(order.values()), nulls_last=True)


_PROJECT = ("project_id", "project", "status", "planned_start", "planned_finish", "finished", "bac_hours", "es_days", "at_days", "spi_t")
_MILESTONE = ("task_id", "task", "project_id", "project", "baseline_finish", "finished_on")
_TASK = ("task_id", "task", "project_id", "project", "due", "assignee_id")


@dataclass(frozen=True)
class _Lean:
    """What a portfolio of accounts, projects and timesheets only may go without: baselines if it has none, billing if it states none."""

    straight: bool
    unbilled: bool

    @classmethod
    def of(cls, sight: Sight) -> _Lean:
        lean, projects = is_lean(sight.portfolio), sight.portfolio["projects"]
        stated = projects.select(
            (pl.col("baseline_start").is_not_null() | pl.col("baseline_due").is_not_null()).any().alias("baseline"),
            pl.col("billing").is_not_null().any(),
        ).collect()  # fmt: skip
        return cls(lean and not stated["baseline"].item(), lean and not stated["billing"].item())


def _timed(sight: Sight, projects: pl.DataFrame, lean: _Lean) -> pl.DataFrame:
    """One row a project and day, with BAC·ES and BAC·AT where it counts."""
    recent = (pl.col("standing") == "open") | ((pl.col("standing") == "over") & within("finished", RECENT_DAYS))
    values = values_of(sight, "hours", projects.filter(recent))
    told = values.select("project_id", "day", "plan_by", "planned_start", "planned_finish", "bac", "es", "at", "pd", "spi_t", "why_spi_t")
    rows = projects.join(told, on=["project_id", "day"], how="left").with_columns(
        pl.when(pl.col("plan_by") == "straight").then(pl.lit("straight_plan")).alias("note")
    )
    over = pl.col("standing") == "over"
    out = [
        pl.col("standing").is_in(["planned", "on_hold", "cancelled"]),
        pl.col("finished").is_not_null() & ~within("finished", RECENT_DAYS),
        is_effort(),
    ]
    planned = pl.col("plan_by").is_in(["tasks", "project", *(["straight"] if lean.straight else [])]).fill_null(False)
    early = (~over & (pl.col("at") < ELAPSED_LEAST * pl.col("pd"))) | (pl.col("why_spi_t") == "before_start")
    lacks = {
        "status_unknown": pl.col("standing") == "unclear",
        "no_finish_day": pl.col("standing") == "done",
        "billing_unknown": pl.col("billing").is_null() & pl.lit(not lean.unbilled),
        "no_budget": pl.col("bac").is_null(),
        "no_baseline": ~planned,
    }
    rows = with_role(rows, out, lacks, [early])
    untold = (pl.col("role") == "counts") & pl.col("spi_t").is_null()
    counts = (pl.col("role") == "counts") & ~untold
    return rows.with_columns(
        pl.when(untold).then("why_spi_t").otherwise("why").alias("why"),
        pl.when(untold).then(pl.lit("lacks")).otherwise("role").alias("role"),
        pl.when(counts).then(pl.col("bac") * pl.col("es")).alias("over"),
        pl.when(counts).then(pl.col("bac") * pl.col("at")).alias("under"),
    ).rename({"name": "project", "bac": "bac_hours", "es": "es_days", "at": "at_days"})


def _milestones(sight: Sight, projects: pl.DataFrame) -> pl.DataFrame:
    """Milestones and deliverables due by their baseline in the 90 days, a row each and day; one without a baseline could be due.

    Beside them, as a witness that the account plans with baselines, one row that is out for each account and day that has any.
    """
    named = (
        sight.portfolio["tasks"]
        .select("task_id", pl.col("name").alias("task"), "project_id", "kind", "status", "baseline_finish", "finished_on", "change_id")
        .filter(pl.col("status").ne_missing("cancelled"))
        .collect()
    )
    standing = projects.select("project_id", "day", "account_id", pl.col("name").alias("project"), "standing", "finished")
    witness = (
        standing.join(named.filter(pl.col("baseline_finish").is_not_null()).select("project_id").unique(), on="project_id")
        .filter(pl.col("standing") != "cancelled")
        .select("account_id", "day").unique()
        .with_columns(pl.lit("out").alias("role"))
    )  # fmt: skip
    marks = named.filter(pl.col("kind").is_in(["milestone", "deliverable"]) | pl.col("kind").is_null())
    # Met 90 days ago or more, one without a baseline would have been met if it was due now: leaving it out can't flatter.
    until = (pl.coalesce("baseline_finish", "finished_on") + timedelta(days=RECENT_DAYS)).alias("until")
    due = on_days(marks.with_columns(until), sight.days, "baseline_finish", "until").join(standing, on=["project_id", "day"])
    past = (pl.col("standing") == "over") & ~within("finished", RECENT_DAYS)
    undated = pl.col("baseline_finish").is_null()
    rows = with_role(
        due,
        [
            pl.col("standing") == "cancelled",
            undated & (pl.col("change_id").is_not_null() | past | (pl.col("standing") == "planned")),
        ],
        {
            "task_kind_unknown": pl.col("kind").is_null(),
            "no_baseline": undated,
            "status_unknown": pl.col("status").is_null() | (pl.col("standing") == "unclear"),
            "no_finish_day": (pl.col("status") == "done") & pl.col("finished_on").is_null(),
        },
    )
    met = (pl.col("finished_on") <= pl.col("baseline_finish")).fill_null(False).cast(pl.Float64)
    rows = rows.filter(pl.col("role") != "out").with_columns(met.alias("over"), pl.lit(1.0).alias("under"))
    return pl.concat([rows, witness], how="diagonal")


def _open_tasks(sight: Sight) -> pl.DataFrame:
    """The tasks open on each day of `sight`, by their role."""
    roles = pl.when(pl.col("why").is_null()).then(pl.lit("counts")).otherwise(pl.lit("lacks"))
    return on_days(_open_stretches(sight), sight.days, "from", "until").with_columns(roles.alias("role"))


def _overdue_tasks(sight: Sight) -> pl.DataFrame:
    """READING rows of overdue_tasks. Where nothing is overdue the share is 0, whatever the estimates are."""
    stretches = _open_stretches(sight)
    reasons = ("status_unknown", "task_kind_unknown", "no_estimate")
    marks = [(pl.col("why") == why).alias(why) for why in reasons]
    counted = stretches.with_columns(
        *marks,
        pl.lit(1.0).alias("open"),
        (pl.col("over") > 0).alias("late"),
        pl.when("undated").then("under").alias("loose"),
    )
    sums = summed_on_days(counted, sight.days, "from", "until", ("open", "late", "over", "under", "loose", *reasons))
    first = (
        sight.portfolio["tasks"]
        .filter((pl.col("kind") == "task") | pl.col("kind").is_null())
        .join(sight.portfolio["change_requests"].select("change_id", "raised_on"), on="change_id", how="left")
        .group_by("project_id")
        .agg(pl.col("raised_on").fill_null(date.min).min().alias("first"))
        .join(sight.portfolio["projects"].select("project_id", "account_id"), on="project_id")
        .group_by("account_id")
        .agg(pl.col("first").min())
        .collect()
    )
    told = sight.accounts.select("account_id", "day").join(first, on="account_id").filter(pl.col("first") <= pl.col("day"))
    told = told.join(sums, on=["account_id", "day"], how="left").with_columns(pl.col("open", "late", *reasons).fill_null(0.0))
    loose = (pl.col("late") > 0.5) & (pl.col("loose") > UNDATED_MOST * pl.col("under") + 1e-9)
    holds = {name: pl.col(name) > 0.5 for name in reasons} | {"none_open": pl.col("open") < 0.5, "no_due_date": loose}
    why = pl.coalesce(*(pl.when(held).then(pl.lit(name)) for name, held in holds.items()), pl.lit(None, pl.String))
    state = (
        pl.when(pl.col("why").is_null()).then(pl.lit("known"))
        .when(pl.col("why") == "none_open").then(pl.lit("not_applicable"))
        .otherwise(pl.lit("missing"))
    )  # fmt: skip
    note = pl.when((pl.col("loose") > 1e-9) & (pl.col("late") > 0.5)).then(pl.lit("undated_overdue"))
    told = told.with_columns(why.alias("why")).with_columns(
        state.alias("state"),
        pl.when(pl.col("late") < 0.5).then(0.0).otherwise(pl.col("over") / pl.col("under")).alias("value"),
        pl.coalesce("why", note).alias("why"),
    )
    return told_of(sight, "overdue_tasks", told, "no_tasks")


def _open_stretches(sight: Sight) -> pl.DataFrame:
    """Leaf tasks while they are open on projects under way: from a day (null: always) until another (null: for ever), with their estimate
    (under) and what of it is overdue (over); `why`: what makes the share missing.

    Overdue: due before the day; a task without a due date goes by the finish of its plan once that is past; until then, and without
    either, it is `undated` and counts as overdue. One without an estimate makes the share missing where it is overdue; where it is not, the
    share is no less without it. Tasks of a change request are there from the day it was raised.
    """
    portfolio = sight.portfolio
    parents = portfolio["tasks"].select(pl.col("parent_id").alias("task_id")).drop_nulls().unique()
    raised = portfolio["change_requests"].select("change_id", pl.col("raised_on").alias("from"))
    ended = pl.col("project_ended")
    projects = portfolio["projects"].select(
        "project_id", "account_id", pl.col("name").alias("project"), pl.col("status").alias("project_status"),
        pl.col("finished_on").alias("project_ended"),
    )  # fmt: skip
    under_way = (
        pl.col("project_status").is_null()
        | (pl.col("project_status") == "active")
        | ((pl.col("project_status") == "done") & ended.is_not_null())
    )
    closed = (pl.col("status") == "cancelled") | ((pl.col("status") == "done") & pl.col("finished_on").is_null())
    tasks = (
        portfolio["tasks"]
        .filter((pl.col("kind") == "task") | pl.col("kind").is_null(), ~closed.fill_null(False))
        .join(projects.filter(under_way), on="project_id")
        .join(parents, on="task_id", how="anti")
        .join(raised, on="change_id", how="left")
        .select(
            "account_id", "task_id", pl.col("name").alias("task"), "project_id", "project", "kind", "assignee_id", "from",
            pl.min_horizontal("finished_on", ended).alias("until"), "due", "finish", pl.col("estimate_hours").alias("estimate"),
            (pl.col("status").is_null() | pl.col("project_status").is_null()).alias("unclear"),
        )
        .collect()
    )  # fmt: skip
    turns = pl.coalesce("due", "finish") + timedelta(days=1)
    before = tasks.with_columns(
        pl.min_horizontal("until", turns).alias("until"), pl.col("due").is_null().alias("undated"), pl.col("due").is_null().alias("overdue")
    )
    after = tasks.filter(turns.is_not_null()).with_columns(
        pl.max_horizontal("from", turns).alias("from"), pl.lit(False).alias("undated"), pl.lit(True).alias("overdue")
    )
    why = (
        pl.when("unclear").then(pl.lit("status_unknown"))
        .when(pl.col("kind").is_null()).then(pl.lit("task_kind_unknown"))
        .when(pl.col("overdue") & pl.col("estimate").is_null()).then(pl.lit("no_estimate"))
    )  # fmt: skip
    return pl.concat([before, after]).with_columns(
        why.alias("why"),
        pl.when("overdue").then(pl.col("estimate").fill_null(0.0)).otherwise(0.0).alias("over"),
        pl.col("estimate").fill_null(0.0).alias("under"),
        pl.coalesce("due", "finish").alias("due"),
    )
