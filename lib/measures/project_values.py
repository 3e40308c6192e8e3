"""Earned value of projects from the tables: budget, plan, progress and cost on any days. It computes no health and knows no page.

Formulas: definitions § Earned value, § Earned schedule. `lib.measures.earned_value` has the figures; this file says what goes into them.
Undated columns (percent complete, status, remaining hours) are taken as they stand in the portfolio: give one that is `as_known`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial

import numpy as np
import polars as pl

from lib.measures.earned_value import REASONS, with_figures
from lib.measures.project_budgets import Weights, original_budgets
from lib.measures.project_changes import decided_changes
from lib.measures.project_costs import Logged, OwnExpenses, actual_costs, own_expenses, remaining_costs
from lib.measures.project_days import NEVER, Basis, Numbers, ProjectDays, StockRates, project_days
from lib.measures.project_plans import Calendars, Plans, project_plans, undated_budgets
from lib.measures.project_progress import Told
from lib.measures.project_rates import HourCosts, hour_costs
from lib.measures.project_tasks import TaskDays
from lib.measures.worked import Worked, worked
from lib.portfolio import Portfolio

TASK_DAYS_AT_ONCE = 2_000_000
"""Tasks × days that are worked out at once: more days go one block after the other, so that memory stays below a gigabyte."""
UNDATED = frozenset({
    "project_id", "day", "account_id", "bac", "ev", "hours", "ac", "ac_at_least", "cv", "eac", "eac_by", "why_cv", "why_eac",
})  # fmt: skip
"""Columns that no date of a plan bears on: whoever wants none but these is spared the plans, which take as long as all the rest."""
_FACTS = ("pair", "project_id", "day", "account_id", "name", "status", "billing", "finished", "over", "budget_cost", "budget_amount")


def project_values(portfolio: Portfolio, as_of: date, basis: Basis = "cost", base: str = "EUR") -> pl.DataFrame:
    """One row a project at the close of `as_of`, by project_id: what went into its earned value, and every figure or its reason.

    Columns and rules are those of `values_on`, without `day`.
    """
    return values_on(portfolio, [as_of], basis, base).drop("day")


def values_on(
    portfolio: Portfolio, days: Sequence[date], basis: Basis = "cost", base: str = "EUR", projects: pl.LazyFrame | None = None,
    recent_days: int | None = None, entries: Worked | None = None, columns: Sequence[str] | None = None,
) -> pl.DataFrame:  # fmt: skip
    """One row a project and day, by day and project_id, at the close of each of `days`: each day's rows are what that day alone would give.

    `projects`: those wanted, by project_id, or by project_id and day. `recent_days`: of each day only projects whose first day has come,
    that are not cancelled, and are not over or were finished no more than so many days before. `entries`: the portfolio's `worked`, from
    whoever has it at hand. `columns`: those wanted (of many rows, a few take a tenth of the memory of all).

    Amounts are hours, or money of `base` at the rate of the day; times are working days of the project's calendar from the baseline's
    start. Columns: project_id, day, account_id, name, status, billing, finished; technique and technique_assumed; bac_original, bac_by (of
    `BUDGETS`), done_by (of `PROGRESS`, or "finished"), plan_by (of `PLANS`), planned_start, planned_finish; hours (all logged), ac_at_least
    (hours without a rate: the true cost is higher); remaining_stated (share of the open hours that carry remaining_hours; null without open
    hours); changes_left_out (decided ones that state no amount); bac, pv, ev, ac, and what `with_figures` adds.
    Retainers, and time and materials without a budget, are level of effort: hours and cost alone; so are cancelled projects. Projects
    on hold (as known in the portfolio) have no figures of time. Approved scope counts by the part that the client pays, from its decision
    on.
    """
    return values_in({basis: columns}, portfolio, days, base, projects, recent_days, entries)[basis]


def values_in(
    columns: Mapping[Basis, Sequence[str] | None], portfolio: Portfolio, days: Sequence[date], base: str = "EUR",
    projects: pl.LazyFrame | None = None, recent_days: int | None = None, entries: Worked | None = None,
) -> dict[Basis, pl.DataFrame]:  # fmt: skip
    """`values_on` in each basis of `columns`, those wanted there (None: all); what is the same in all of them is made once."""
    asked = sorted(set(days))
    at_once = max(1, TASK_DAYS_AT_ONCE // max(1, portfolio["tasks"].select(pl.len()).collect().item()))
    known = worked(portfolio) if entries is None else entries
    blocks = [asked[first : first + at_once] for first in range(0, len(asked), at_once)] or [asked]
    made: dict[Basis, list[pl.DataFrame]] = {basis: [] for basis in columns}
    for block in blocks:
        ground = Ground(portfolio, project_days(portfolio, block, projects, recent_days), base, known).prepared()
        with ThreadPoolExecutor(max(1, len(made))) as threads:
            for values, rows in zip(made.values(), threads.map(partial(_values, ground), made, columns.values()), strict=True):
                values.append(rows)
    return {basis: pl.concat(values) for basis, values in made.items()}


def _values(ground: Ground, basis: Basis, columns: Sequence[str] | None) -> pl.DataFrame:
    costed = ground.costed(basis)
    planned = _undated(ground, costed) if columns is not None and UNDATED.issuperset(columns) else _planned(ground.planned(costed))
    rows = costed.rows.join(planned, on="pair", how="left", maintain_order="left")
    done_by = pl.when("over").then(pl.lit("finished")).otherwise("done_by")
    rows = rows.with_columns(done_by.alias("done_by"))
    if columns is not None:
        return with_figures(rows, columns)
    left_out = ("pair", "over", "fx", "budget_cost", "budget_amount", "done", "weighed", "planned_hours", "labour")
    return with_figures(rows).select(pl.exclude(*left_out))


@dataclass(frozen=True, eq=False)
class Sources:
    """What earned value is made of: one row a pair of `asked`, with its budget, cost, progress and reasons; the decided changes; plans."""

    asked: ProjectDays
    rows: pl.DataFrame
    plans: Plans
    changes: pl.DataFrame


@dataclass(frozen=True, eq=False)
class Costed:
    """What of the sources is known before any plan: `rows` as there, `changes` of `decided_changes`, `weight` of each task day."""

    rows: pl.DataFrame
    changes: pl.DataFrame
    weight: Numbers


@dataclass(frozen=True, eq=False)
class Ground:
    """What the sources of `asked` rest on, in hours and in cost alike."""

    portfolio: Portfolio
    asked: ProjectDays
    base: str
    entries: Worked

    def prepared(self) -> Ground:
        """Itself, with all that both bases need made: they may then be worked out beside each other."""
        _ = self.tasks, self.rates, self.expenses, self.logged, self.told
        return self

    @cached_property
    def tasks(self) -> TaskDays:
        return TaskDays.of(self.portfolio, self.asked)

    @cached_property
    def rates(self) -> StockRates:
        return StockRates.of(self.portfolio, self.asked.days, self.base)

    @cached_property
    def expenses(self) -> OwnExpenses:
        return own_expenses(self.portfolio, self.asked, self.rates)

    @cached_property
    def logged(self) -> Logged | None:
        return Logged.of(self.entries, self.asked, self.rates) if "time_entries" in self.portfolio.loaded else None

    @cached_property
    def told(self) -> Told:
        return Told.of(self.portfolio, self.asked, self.tasks)

    @cached_property
    def calendars(self) -> Calendars:
        return Calendars.of(self.portfolio, self.asked, self.tasks)

    def costed(self, basis: Basis) -> Costed:
        asked, tasks, rates, expenses = self.asked, self.tasks, self.rates, self.expenses
        whole = np.ones(tasks.task.size)
        costs = hour_costs(self.portfolio, tasks, rates) if basis == "cost" else HourCosts(whole, whole)
        weights = Weights.of(tasks, costs.planned)
        budgets = original_budgets(asked, tasks, weights.planned, expenses.whole, rates, basis)
        changes = decided_changes(self.portfolio, asked, tasks.tasks, budgets, rates, basis)
        left_out = changes.filter(pl.col("amount").is_null()).group_by("pair").agg(pl.len().cast(pl.Int64).alias("changes_left_out"))
        parts = [
            asked.rows.select(_FACTS),
            self.told.progress(weights.weight),
            budgets,
            actual_costs(asked, self.logged, expenses, basis),
            remaining_costs(tasks, costs.now, expenses, basis),
        ]
        # One row a pair each, in order.
        rows = pl.concat([parts[0], *(part.drop("pair") for part in parts[1:])], how="horizontal")
        rows = rows.join(left_out, on="pair", how="left", maintain_order="left")
        return Costed(_with_reasons(rows, basis).with_columns(pl.col("changes_left_out").fill_null(0)), changes, weights.weight)

    def planned(self, costed: Costed) -> Sources:
        plans = project_plans(
            self.calendars, costed.rows, self.asked, self.tasks, costed.weight, costed.changes, self.told.readings
        )  # fmt: skip
        return Sources(self.asked, costed.rows, plans, costed.changes)


def sources_of(portfolio: Portfolio, days: Sequence[date], basis: Basis, base: str) -> Sources:
    """The sources of the values of all projects on `days`."""
    ground = Ground(portfolio, project_days(portfolio, days), base, worked(portfolio))
    return ground.planned(ground.costed(basis))


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


def _with_reasons(rows: pl.DataFrame, basis: Basis) -> pl.DataFrame:
    """`rows` with the reasons that overrule."""
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
    unread = pl.when((pl.col("technique") == "weighted_milestones") & (pl.col("weighed") == 0)).then(pl.lit("no_milestones"))
    return rows.with_columns(
        withheld.alias("withheld"), untimed.alias("time_withheld"), unread.alias("lacks_ev"), pl.lit("no_dates").alias("lacks_pv")
    )


def _undated(ground: Ground, costed: Costed) -> pl.DataFrame:
    """pair, bac and ev as `_planned` has them; nothing of time."""
    pairs, budgets = undated_budgets(costed.rows, ground.asked, costed.changes, ground.told.readings)
    amounts = {"bac": pl.Series(budgets.totals).fill_nan(None), "ev": pl.Series(budgets.earned).fill_nan(None)}
    of_time = dict.fromkeys(("pv", "at", "es", "pd"), pl.lit(None, pl.Float64))
    return pl.DataFrame({"pair": pl.Series(pairs).cast(pl.UInt32), **amounts}).with_columns(**of_time)


def _planned(sources: Sources) -> pl.DataFrame:
    """pair, bac, pv, ev, at, es, pd and the plan's days of each pair that has a plan."""
    plans, budgets = sources.plans, sources.plans.budgets()
    mine = np.flatnonzero(plans.timed & (budgets.totals > 0))
    curves, each = budgets.curves(mine), np.arange(mine.size)
    day = sources.asked.day[plans.pairs].astype(np.int64)
    finished = sources.rows["finished"].to_physical().cast(pl.Int64).fill_null(NEVER).to_numpy()[plans.pairs]
    at = plans.until(mine, np.minimum(day, finished)[mine])
    times = {
        "pv": curves.planned_by(each, plans.until(mine, day[mine])),
        "at": at,
        "es": curves.earned_schedule(each, budgets.earned[mine], np.maximum(at, 0)),
        "pd": curves.durations,
    }
    columns = {"bac": budgets.totals, "ev": budgets.earned}
    for name, values in times.items():
        columns[name] = np.full(plans.pairs.size, np.nan)
        columns[name][mine] = values
    rows = plans.spans.with_columns(pl.Series("pair", plans.pairs).cast(pl.UInt32), *(pl.Series(*item) for item in columns.items()))
    return rows.with_columns(pl.col(*columns).fill_nan(None))
