"""What each project was to cost before any change: its budget at completion, and what its tasks weigh in it. It plans no dates.

Formula: definitions § Earned value. Cost is in the base currency at the rate of the day looked at (budget and cost are two sides of one
comparison). Where the definitions are silent: own expenses of the plan are those the project has, whatever their day.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from lib.measures.project_days import Basis, Numbers, ProjectDays, StockRates
from lib.measures.project_tasks import TaskDays

BUDGETS: tuple[str, ...] = ("baseline", "budget_cost", "derived", "budget_hours")
"""Where a budget at completion comes from; `derived`: fee net of pass-through × (1 − target margin)."""


@dataclass(frozen=True, eq=False)
class Weights:
    """Of each task day: `planned`, what its baseline hours cost (hours on the basis of hours; NaN without a rate), and `weight`, its part
    of the baseline: `planned` where every task of the project's baseline has it, else baseline hours; NaN outside the baseline.
    """

    planned: Numbers
    weight: Numbers

    @classmethod
    def of(cls, tasks: TaskDays, planned_rate: Numbers) -> Weights:
        hours, original = tasks.of_task("baseline_hours"), tasks.of_task("original")
        planned = hours * planned_rate
        priced = tasks.count(original & np.isnan(planned)) == 0
        return cls(planned, np.where(original, np.where(priced[tasks.pair], planned, hours), np.nan))


def original_budgets(
    asked: ProjectDays, tasks: TaskDays, planned: Numbers, expenses: Numbers, rates: StockRates, basis: Basis
) -> pl.DataFrame:
    """pair, bac_original (null where nothing gives it), bac_by (one of BUDGETS), planned_hours and labour of the baseline's tasks, fx.

    `planned` of `Weights`; `expenses`: own expenses of each pair.
    """
    original, hours = tasks.of_task("original"), tasks.of_task("baseline_hours")
    unpriced = tasks.count(original & np.isnan(planned) & (hours > 0)) > 0
    planned_hours = tasks.total(np.where(original, hours, 0.0))
    labour = np.where(~unpriced & (planned_hours > 0), tasks.total(np.where(original, planned, 0.0)), np.nan)
    fx = rates.worth[rates.placed(asked.rows["currency"]), asked.number]
    rows = asked.rows.with_columns(
        pl.Series("planned_hours", planned_hours), pl.Series("labour", labour).fill_nan(None), pl.Series("own_expenses", expenses),
        pl.Series("fx", fx).fill_nan(None),
    )  # fmt: skip
    if basis == "hours":
        sources = {"baseline": pl.col("labour"), "budget_hours": pl.col("budget_hours")}
    else:
        fee = (pl.col("budget_amount") - pl.col("pass_through_budget").fill_null(0.0)) * (1 - pl.col("target_margin"))
        sources = {
            "baseline": pl.col("labour") + pl.col("own_expenses"),
            "budget_cost": pl.col("budget_cost") * pl.col("fx"),
            "derived": fee * pl.col("fx"),
        }
    positive = {name: pl.when(amount > 0).then(amount) for name, amount in sources.items()}
    by = pl.coalesce(*(pl.when(amount.is_not_null()).then(pl.lit(name)) for name, amount in positive.items()))
    return rows.select("pair", pl.coalesce(*positive.values()).alias("bac_original"), by.alias("bac_by"), "planned_hours", "labour", "fx")
