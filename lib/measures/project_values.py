"""Earned value of each project and of all together, from the portfolio's tables. It computes no health and knows no page.

Formulas: definitions § Earned value, § Earned schedule. `lib.measures.earned_value` has the figures; this file says what goes into them.
Undated columns (percent complete, status, remaining hours) are taken as they stand in the portfolio: give one that is `as_known`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any, TypeAlias

import polars as pl

from lib.measures.earned_value import with_figures
from lib.measures.exchange import with_stock_rates
from lib.measures.project_budgets import Basis, leaf_tasks, original_budgets, project_facts
from lib.measures.project_costs import actual_costs, remaining_costs
from lib.measures.project_curves import Change, Progress, WorkingDays, planned_shares, with_changes
from lib.measures.project_progress import change_progress, project_progress
from lib.portfolio import Portfolio
from lib.schedule.calendars import Calendar
from lib.schedule.working_time import project_calendars

PLANS: tuple[str, ...] = ("tasks", "project", "straight")
"""Where the days of a plan come from: the baseline of its tasks, that of the project, or, without any, the straight line start to due."""

_Leaf: TypeAlias = tuple[date | None, date | None, float]  # baseline start and finish, weight
_PLANNED = {"project_id": pl.String, "bac": pl.Float64, "pv": pl.Float64, "ev": pl.Float64, "at": pl.Float64, "es": pl.Float64,
            "pd": pl.Float64, "plan_by": pl.String, "planned_start": pl.Date, "planned_finish": pl.Date}  # fmt: skip


def project_values(portfolio: Portfolio, as_of: date, basis: Basis = "cost", base: str = "EUR") -> pl.DataFrame:
    """One row a project at the close of `as_of`, by project_id: what went into its earned value, and every figure or its reason.

    Amounts are hours, or money of `base` at the as-of rate; times are working days of the project's calendar from the baseline's start.
    Columns: project_id, account_id, name, status, billing, finished; technique and technique_assumed; bac_original, bac_by (of `BUDGETS`),
    done_by (of `PROGRESS`, or "finished"), plan_by (of `PLANS`), planned_start, planned_finish; hours (all logged), ac_at_least (hours
    without a rate: the true cost is higher); changes_left_out (decided ones that state no amount); bac, pv, ev, ac, and what
    `with_figures` adds.
    Retainers, and time and materials without a budget, are level of effort: hours and cost alone; so are cancelled projects. Projects
    on hold (as known at `as_of`) have no figures of time. Approved scope counts by the part that the client pays, from its decision on.
    """
    projects = project_facts(portfolio, as_of, base)
    tasks = leaf_tasks(portfolio, as_of, basis, base)
    rows = (
        projects.select("project_id", "account_id", "name", "status", "billing", "finished", "over", "fx", "budget_cost", "budget_amount")
        .join(project_progress(portfolio, projects, tasks, as_of), on="project_id", how="left")
        .join(original_budgets(portfolio, projects, tasks, as_of, basis, base), on="project_id", how="left")
        .join(actual_costs(portfolio, as_of, basis, base), on="project_id", how="left")
        .join(remaining_costs(portfolio, tasks, as_of, basis, base), on="project_id", how="left")
    )
    rows = _with_reasons(rows, portfolio, basis)
    changes, unpriced = _changes(portfolio, rows, projects, tasks, as_of, basis, base)
    rows = rows.join(unpriced, on="project_id", how="left").with_columns(pl.col("changes_left_out").fill_null(0))
    rows = rows.join(_planned(portfolio, rows, projects, tasks, changes, as_of), on="project_id", how="left")
    done_by = pl.when("over").then(pl.lit("finished")).otherwise("done_by")
    return with_figures(rows.with_columns(done_by.alias("done_by")).sort("project_id")).select(
        pl.exclude("over", "fx", "budget_cost", "budget_amount", "done", "weighed", "planned_hours", "labour")
    )


def grouped_values(values: pl.DataFrame, by: str | Sequence[str] = ()) -> pl.DataFrame:
    """Rows of `project_values` summed, all together or `by` columns (sum over sum), with every figure or its reason.

    A project counts where its BAC, PV, EV and AC are known: `projects` of them, `left_out` the others. Its own leading estimate stands for
    what it still costs: eac_bottom_up, and so eac, is Σ EAC. es, at and pd are means weighed by BAC over the projects with an SPI(t)
    (`projects_in_time`): spi_t = Σ BAC·ES / Σ BAC·AT.
    """
    keys = [by] if isinstance(by, str) else list(by)
    whole = pl.all_horizontal(pl.col(name).is_not_null() for name in ("bac", "pv", "ev", "ac")) & pl.col("cv").is_not_null()
    timed = pl.col("spi_t").is_not_null()
    weight = pl.col("bac").filter(timed)
    sums = [
        whole.sum().cast(pl.Int64).alias("projects"),
        (~whole).sum().cast(pl.Int64).alias("left_out"),
        timed.sum().cast(pl.Int64).alias("projects_in_time"),
        *(pl.when(whole.any()).then(pl.col(name).filter(whole).sum()).alias(name) for name in ("bac", "pv", "ev", "ac")),
        pl.when(whole.any()).then(pl.col("etc").filter(whole).sum()).alias("remaining"),
        *(((pl.col(name).filter(timed) * weight).sum() / weight.sum()).fill_nan(None).alias(name) for name in ("es", "at", "pd")),
    ]
    return with_figures(values.group_by(keys).agg(sums).sort(keys) if keys else values.select(sums))


def _with_reasons(rows: pl.DataFrame, portfolio: Portfolio, basis: Basis) -> pl.DataFrame:
    """`rows` with ac and hours where nothing was logged, and the reasons that overrule."""
    logged = "time_entries" in portfolio.loaded
    unpriced = pl.col("fx").is_null() & pl.any_horizontal(pl.col("budget_cost", "budget_amount").is_not_null()) & (basis == "cost")
    effort = (pl.col("billing") == "retainer") | ((pl.col("billing") == "time_materials") & pl.col("bac_original").is_null())
    withheld = (
        pl.when(pl.col("status") == "cancelled").then(pl.lit("cancelled"))
        .when(effort).then(pl.lit("level_of_effort"))
        .when(pl.col("bac_original").is_null() & unpriced).then(pl.lit("no_exchange_rate"))
    )  # fmt: skip
    untimed = (
        pl.when(pl.col("status") == "on_hold").then(pl.lit("on_hold"))
        .when(pl.col("over") & pl.col("finished").is_null()).then(pl.lit("no_dates"))
    )  # fmt: skip
    nothing = pl.col("ac").is_null() & pl.col("lacks_ac").is_null()
    unread = pl.when((pl.col("technique") == "weighted_milestones") & (pl.col("weighed") == 0)).then(pl.lit("no_milestones"))
    return rows.with_columns(
        pl.when(pl.lit(logged)).then(pl.when(nothing).then(0.0).otherwise("ac")).alias("ac"),
        pl.when(pl.lit(logged)).then(pl.col("hours").fill_null(0.0)).alias("hours"),
        pl.col("ac_at_least").fill_null(False),
        withheld.alias("withheld"),
        untimed.alias("time_withheld"),
        unread.alias("lacks_ev"),
        pl.lit("no_dates").alias("lacks_pv"),
    )


def _changes(
    portfolio: Portfolio, rows: pl.DataFrame, projects: pl.DataFrame, tasks: pl.DataFrame, as_of: date, basis: Basis, base: str
) -> tuple[dict[str, list[Change]], pl.DataFrame]:
    """Decided changes by project, as far as they bear on the budget; and project_id, changes_left_out: how many lack an amount.

    Scope that the client pays counts whole, shared scope times client_share, what we pay for not at all; scope removed counts whoever pays.
    A change that states hours alone costs the baseline's mean rate. An undated decision counts for nothing, as in revenue. Of removed scope
    whose tasks are known only what is not done goes.
    """
    stated = (
        portfolio["change_requests"]
        .filter(pl.col("status").is_in(["approved", "implemented"]), pl.col("decided_on") <= as_of)
        .sort("decided_on", "change_id")
        .collect()
    )
    priced = with_stock_rates(stated, portfolio["fx_rates"].collect(), base, as_of)
    priced = priced.join(rows.select("project_id", "labour", "planned_hours"), on="project_id")
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


def _planned(
    portfolio: Portfolio, rows: pl.DataFrame, projects: pl.DataFrame, tasks: pl.DataFrame, changes: dict[str, list[Change]], as_of: date
) -> pl.DataFrame:
    """bac, pv, ev, at, es, pd and the plan's days of each project that has a budget and nothing that overrules."""
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
    made = []
    for row in wanted.iter_rows(named=True):
        project = row["project_id"]
        start, finish, spans, plan_by = _span(dates[project], leaves.get(project, []))
        share = row["done"] if row["done_by"] in ("tasks", "milestones") else None
        read = readings.get(project, []) if row["done_by"] == "readings" else []
        read = [*read, (as_of, row["done"])] if row["done_by"] == "stated" else read
        progress = Progress(share, tuple(read), row["over"])
        days = planned = None
        if start is not None and finish is not None:
            days = WorkingDays(calendars.get(f"project:{project}", calendars[""]), start)
            starts, finishes, weights = zip(*spans, strict=True)
            planned = planned_shares(days, starts, finishes, weights)
        budget = with_changes(row["bac_original"], planned, days, changes.get(project, []), progress)
        facts: dict[str, Any] = {"project_id": project, "bac": budget.total, "ev": budget.earned}
        if days is not None and budget.total > 0:
            curve, at = budget.curve, days.by(min(as_of, row["finished"] or as_of))
            es = None if budget.earned is None else float(curve.earned_schedule([budget.earned], [max(at, 0)])[0])
            facts |= {"pv": float(curve.planned_by([days.by(as_of)])[0]), "at": float(at), "es": es, "pd": curve.duration}
        made.append(facts | {"plan_by": plan_by, "planned_start": start, "planned_finish": finish})
    return pl.DataFrame(made, schema=_PLANNED)


def _span(project: dict[str, Any], leaves: list[_Leaf]) -> tuple[date | None, date | None, list[tuple[date, date, float]], str | None]:
    """The plan's first and last day, the spans of its parts with their weights, and where it comes from; None without dates."""
    first, last, by = project["baseline_start"], project["baseline_due"], "project"
    starts, finishes = [leaf[0] for leaf in leaves if leaf[0]], [leaf[1] for leaf in leaves if leaf[1]]
    if starts and finishes:
        first, last, by = min([*starts, *([first] if first else [])]), max([*finishes, *([last] if last and not starts else [])]), "tasks"
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
