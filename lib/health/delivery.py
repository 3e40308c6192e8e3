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
from lib.health.standing import WHY as SHARED
from lib.health.standing import is_lean, narrowed, on_days, projects_on, ratios, values_of, with_role, within
from lib.measures.earned_value import REASONS

METRICS = ("spi_t", "milestones_met", "overdue_tasks")
RECENT_DAYS = 90
ELAPSED_LEAST = 0.10
UNDATED_MOST = 0.20
"""Share of the open estimate that may lack a due date: up to it such tasks count as overdue, above it the share is missing."""

WHY: dict[str, str] = SHARED | {reason: sentence for reason, (_, sentence) in REASONS.items()} | {
    "no_baseline": N_("A project or milestone has no baseline."),
    "straight_plan": N_("Against a straight plan from start to due, for want of a baseline."),
    "none_running": N_("No project with a baseline is under way, or was finished in the last 90 days."),
    "none_due": N_("No milestone or deliverable was due in the last 90 days."),
    "kind_unknown": N_("Nothing says whether a task is a milestone."),
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
    timed, marks, tasks = _timed(sight, projects, _Lean.of(sight)), _milestones(sight, projects), _open_tasks(sight, projects)
    return pl.concat([
        ratios(sight, "spi_t", timed, none="none_running", no_rows="no_projects", notes="note"),
        ratios(sight, "milestones_met", marks, none="none_due", no_rows="no_baseline"),
        ratios(sight, "overdue_tasks", tasks, none="none_open", no_rows="no_tasks", notes="note"),
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
        "overdue_tasks": (_open_tasks(alone, projects), _TASK, {"over": True, "due": False, "task_id": False}),
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
    effort = pl.col("billing").is_in(["retainer", "internal"]) | ((pl.col("billing") == "time_materials") & ~pl.col("measured"))
    out = [
        pl.col("standing").is_in(["planned", "on_hold", "cancelled"]),
        pl.col("finished").is_not_null() & ~within("finished", RECENT_DAYS),
        effort,
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
    until = (pl.col("baseline_finish") + timedelta(days=RECENT_DAYS)).alias("until")
    due = on_days(marks.with_columns(until), sight.days, "baseline_finish", "until").join(standing, on=["project_id", "day"])
    # Met 90 days ago or more, it would have been met if it was due now: leaving it out can't flatter.
    settled = (pl.col("finished_on") <= pl.col("day") - timedelta(days=RECENT_DAYS)).fill_null(False)
    past = (pl.col("standing") == "over") & ~within("finished", RECENT_DAYS)
    undated = pl.col("baseline_finish").is_null()
    rows = with_role(
        due,
        [
            pl.col("standing") == "cancelled",
            undated & (pl.col("change_id").is_not_null() | settled | past | (pl.col("standing") == "planned")),
        ],
        {
            "kind_unknown": pl.col("kind").is_null(),
            "no_baseline": undated,
            "status_unknown": pl.col("status").is_null() | (pl.col("standing") == "unclear"),
            "no_finish_day": (pl.col("status") == "done") & pl.col("finished_on").is_null(),
        },
    )
    met = (pl.col("finished_on") <= pl.col("baseline_finish")).fill_null(False).cast(pl.Float64)
    rows = rows.filter(pl.col("role") != "out").with_columns(met.alias("over"), pl.lit(1.0).alias("under"))
    return pl.concat([rows, witness], how="diagonal")


def _open_tasks(sight: Sight, projects: pl.DataFrame) -> pl.DataFrame:
    """Leaf tasks open on each day on projects under way, with their estimate (under) and what of it is overdue (over).

    Overdue: due before the day; a task without a due date goes by the finish of its plan, if that is past; else it is `undated`
    and counts as overdue. One without an estimate makes the share missing, unless it is not overdue: then the others' is no less.
    Tasks of a change request are there from the day it was raised.
    """
    portfolio = sight.portfolio
    parents = portfolio["tasks"].select(pl.col("parent_id").alias("task_id")).drop_nulls().unique()
    raised = portfolio["change_requests"].select("change_id", "raised_on")
    tasks = (
        portfolio["tasks"]
        .filter((pl.col("kind") == "task") | pl.col("kind").is_null(), pl.col("status").ne_missing("cancelled"))
        .join(parents, on="task_id", how="anti")
        .join(raised, on="change_id", how="left")
        .select(
            "task_id", pl.col("name").alias("task"), "project_id", "kind", "status", "due", "finish", "finished_on", "assignee_id",
            pl.col("estimate_hours").alias("estimate"), "raised_on",
        )
        .collect()
    )  # fmt: skip
    over = pl.col("finished").is_not_null().alias("over")
    standing = projects.select("project_id", "day", "account_id", pl.col("name").alias("project"), "standing", over)
    witness = standing.join(tasks.select("project_id").unique(), on="project_id").select("account_id", "day").unique()
    unfinished = on_days(tasks, sight.days, "raised_on", "finished_on").join(standing, on=["project_id", "day"])
    stated = pl.col("due") < pl.col("day")
    by_plan = pl.col("due").is_null() & (pl.col("finish") < pl.col("day")).fill_null(False)
    undated = pl.col("due").is_null() & ~by_plan
    overdue = stated.fill_null(False) | by_plan | undated
    rows = with_role(
        unfinished,
        [
            ~pl.col("standing").is_in(["open", "unclear"]) | pl.col("over"),
            (pl.col("status") == "done") & pl.col("finished_on").is_null(),
        ],
        {
            "status_unknown": pl.col("status").is_null() | (pl.col("standing") == "unclear"),
            "kind_unknown": pl.col("kind").is_null(),
            "no_estimate": overdue & pl.col("estimate").is_null(),
        },
    )
    rows = rows.filter(pl.col("role") != "out").with_columns(
        pl.when(overdue).then(pl.col("estimate").fill_null(0.0)).otherwise(0.0).alias("over"),
        pl.col("estimate").fill_null(0.0).alias("under"),
        (undated & (pl.col("role") == "counts")).alias("undated"),
        pl.coalesce("due", "finish").alias("due"),
    )
    group = ("account_id", "day")
    loose = pl.col("under").filter("undated").sum().over(group) > UNDATED_MOST * pl.col("under").sum().over(group)
    rows = rows.with_columns(
        pl.when(pl.col("undated") & loose).then(pl.lit("lacks")).otherwise("role").alias("role"),
        pl.when(pl.col("undated") & loose).then(pl.lit("no_due_date")).otherwise("why").alias("why"),
        pl.when(pl.col("undated")).then(pl.lit("undated_overdue")).alias("note"),
    )
    # Where nothing is overdue the share is 0, whatever the estimates are.
    nothing_late = pl.col("over").sum().over(group) == 0
    rows = rows.with_columns(pl.when(nothing_late).then(pl.max_horizontal("under", pl.lit(1.0))).otherwise("under").alias("under"))
    return pl.concat([rows, witness.with_columns(pl.lit("out").alias("role"))], how="diagonal")
