"""Earned value of each project and of all together, from the portfolio's tables. It computes no health and knows no page.

Formulas: definitions § Earned value, § Earned schedule. `lib.measures.earned_value` has the figures; this file says what goes into them.
Undated columns (percent complete, status, remaining hours) are taken as they stand in the portfolio: give one that is `as_known`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl

from lib.measures.earned_value import REASONS, with_figures
from lib.measures.project_budgets import Basis, leaf_tasks, original_budgets, project_facts
from lib.measures.project_costs import actual_costs, costs_by_day, remaining_costs
from lib.measures.project_plans import ProjectPlan, decided_changes, project_plans
from lib.measures.project_progress import project_progress
from lib.portfolio import Portfolio

_PLANNED = {"project_id": pl.String, "bac": pl.Float64, "pv": pl.Float64, "ev": pl.Float64, "at": pl.Float64, "es": pl.Float64,
            "pd": pl.Float64, "plan_by": pl.String, "planned_start": pl.Date, "planned_finish": pl.Date}  # fmt: skip
_HISTORY = {"period": pl.Int64, "day": pl.Date, "pv": pl.Float64, "ev": pl.Float64, "ac": pl.Float64}
_BY_PROJECT = ("projects", "tasks", "time_entries", "expenses", "change_requests", "progress")


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
    rows, plans = _rows_and_plans(portfolio, as_of, basis, base)
    rows = rows.join(_planned(plans, rows, as_of), on="project_id", how="left")
    done_by = pl.when("over").then(pl.lit("finished")).otherwise("done_by")
    return with_figures(rows.with_columns(done_by.alias("done_by")).sort("project_id")).select(
        pl.exclude("over", "fx", "budget_cost", "budget_amount", "done", "weighed", "planned_hours", "labour")
    )


def values_on(
    portfolio: Portfolio, days: Sequence[date], basis: Basis = "cost", base: str = "EUR", projects: pl.LazyFrame | None = None,
    recent_days: int | None = None,
) -> pl.DataFrame:  # fmt: skip
    """The rows of `project_values` for each of `days`, with `day`, by day and project_id.

    `projects`: those wanted, by project_id, or by project_id and day. `recent_days`: of each day only projects whose first day has come,
    that are not cancelled, and are not over or were finished no more than so many days before.
    """
    made = [project_values(portfolio, day, basis, base).with_columns(pl.lit(day).alias("day")) for day in sorted(set(days))]
    values = pl.concat(made)
    if projects is not None:
        wanted = projects.collect()
        values = values.join(wanted, on=[name for name in ("project_id", "day") if name in wanted.columns], how="semi")
    if recent_days is not None:
        first = portfolio["projects"].select("project_id", pl.min_horizontal("start", "baseline_start").alias("first")).collect()
        recent = pl.col("finished") >= pl.col("day") - pl.duration(days=recent_days)
        over = pl.col("finished").is_null() & (pl.col("done_by").eq_missing("finished") | (pl.col("status") == "cancelled"))
        begun = (pl.col("first") <= pl.col("day")).fill_null(True)
        values = values.join(first, on="project_id").filter(begun, recent.fill_null(True), ~over).drop("first")
    return values.select("project_id", "day", pl.exclude("project_id", "day")).sort("day", "project_id")


def project_history(portfolio: Portfolio, project_id: str, as_of: date, basis: Basis = "cost", base: str = "EUR") -> pl.DataFrame:
    """How one project was to grow and did: period (working days from the baseline's start), day, and cumulative pv, ev, ac.

    One row a working day from the first to the planned end or `as_of`; rows that `earned_value` takes. `pv` with the changes decided so
    far; `ev` on the days of readings, at the end of the work and at `as_of`, else null; `ac` to `as_of`, null where it can't be had. No
    rows for a project without a budget, without dates, or that is level of effort.
    """
    alone = {name: portfolio[name].filter(pl.col("project_id") == project_id) for name in _BY_PROJECT}
    book = Portfolio(portfolio.version, dict(portfolio.frames) | alone, portfolio.rows)
    rows, plans = _rows_and_plans(book, as_of, basis, base)
    plan = plans.get(project_id)
    if plan is None or plan.days is None:
        return pl.DataFrame(schema=_HISTORY)
    row = rows.row(0, named=True)
    planned = plan.budget.planned
    last = max(planned.size - 1, plan.days.by(as_of))
    days = plan.days.days(last)
    frame = pl.DataFrame({"period": range(1, len(days) + 1), "day": days}, schema={"period": pl.Int64, "day": pl.Date})
    pv = pl.Series("pv", [float(planned[min(period, planned.size - 1)]) for period in frame["period"]], pl.Float64)
    read = {plan.days.by(day): plan.earned_on(day) for day, _ in sorted(plan.progress.readings)}
    now = plan.days.by(min(as_of, row["finished"] or as_of))
    read = {period: earned for period, earned in read.items() if period < now} | {now: plan.budget.earned}
    ev = pl.Series("ev", [read.get(period) for period in frame["period"]], pl.Float64)
    spent = costs_by_day(book, as_of, basis, base)
    frame = frame.with_columns(pv, ev).join_asof(spent, left_on="day", right_on="date", strategy="backward")
    known = (pl.col("day") <= as_of) & pl.lit(row["ac"] is not None)
    return frame.select("period", "day", "pv", "ev", pl.when(known).then(pl.col("ac").fill_null(0.0)).alias("ac"))


def _rows_and_plans(portfolio: Portfolio, as_of: date, basis: Basis, base: str) -> tuple[pl.DataFrame, dict[str, ProjectPlan]]:
    """One row a project with its budget, cost, progress and reasons; and the plans of those that have one."""
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
    changes, unpriced = decided_changes(portfolio, rows, projects, tasks, as_of, basis, base)
    rows = rows.join(unpriced, on="project_id", how="left").with_columns(pl.col("changes_left_out").fill_null(0))
    return rows, project_plans(portfolio, rows, projects, tasks, changes, as_of)


def grouped_values(values: pl.DataFrame, by: str | Sequence[str] = ()) -> pl.DataFrame:
    """Rows of `project_values` summed, all together or `by` columns (sum over sum), with every figure or its reason.

    A project counts where its BAC, PV, EV and AC are known: `projects` of them, `left_out` the others. Its own leading estimate stands for
    what it still costs: eac_bottom_up, and so eac, is Σ EAC. es, at and pd are means weighed by BAC over the projects with an SPI(t)
    (`projects_in_time`): spi_t = Σ BAC·ES / Σ BAC·AT. Where no project counts, the reason is the commonest of theirs that says something is
    missing, else the commonest: a group of retainers is level of effort.
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
        pl.when(~whole.any()).then(_commonest("why_cv")).alias("withheld"),
        pl.when(~timed.any()).then(_commonest("why_spi_t")).alias("time_withheld"),
        *(((pl.col(name).filter(timed) * weight).sum() / weight.sum()).fill_nan(None).alias(name) for name in ("es", "at", "pd")),
    ]
    return with_figures(values.group_by(keys).agg(sums).sort(keys) if keys else values.select(sums))


def _commonest(why: str) -> pl.Expr:
    """The reason that most rows have, one for missing before one for not applicable; the first by name of several."""
    missing = pl.col(why).is_in([reason for reason, (state, _) in REASONS.items() if state == "missing"])
    return pl.coalesce(*(pl.col(why).filter(rows).drop_nulls().mode().sort().first() for rows in (missing, ~missing)))


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


def _planned(plans: dict[str, ProjectPlan], rows: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """bac, pv, ev, at, es, pd and the plan's days of each project that has a plan."""
    finished = dict(rows.select("project_id", "finished").iter_rows())
    made = []
    for project, plan in plans.items():
        budget, days = plan.budget, plan.days
        facts: dict[str, Any] = {"project_id": project, "bac": budget.total, "ev": budget.earned, "plan_by": plan.plan_by}
        if days is not None and budget.total > 0:
            curve, at = budget.curve, days.by(min(as_of, finished[project] or as_of))
            es = None if budget.earned is None else float(curve.earned_schedule([budget.earned], [max(at, 0)])[0])
            facts |= {"pv": float(curve.planned_by([days.by(as_of)])[0]), "at": float(at), "es": es, "pd": curve.duration}
        made.append(facts | {"planned_start": plan.start, "planned_finish": plan.finish})
    return pl.DataFrame(made, schema=_PLANNED)
