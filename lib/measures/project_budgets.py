"""What each project was to cost before any change: its budget at completion, and the tasks that it is made of. It plans no dates.

Formula: definitions § Earned value. Cost is in the base currency at the as-of rate (budget and cost are two sides of one comparison).
Where the definitions are silent: a task without an assignee who has a rate is planned at the median rate of its role, else of everybody;
a task that came with an added or modified change request is no part of the original baseline; own expenses of the plan are those the
project has, whatever their day.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

import polars as pl

from lib.measures.exchange import with_stock_rates
from lib.measures.flows import BILLED_BY_CONTRACT, rates_of_people
from lib.portfolio import Portfolio

Basis = Literal["cost", "hours"]
BUDGETS: tuple[str, ...] = ("baseline", "budget_cost", "derived", "budget_hours")
"""Where a budget at completion comes from; `derived`: fee net of pass-through × (1 − target margin)."""


def project_facts(portfolio: Portfolio, as_of: date, base: str) -> pl.DataFrame:
    """One row a project: its columns of `lib.tables`, billing (from the contract where it has none), fx (null without a rate), and
    finished (a day not after `as_of`, null for a cancelled project) and over (finished, or done without a day), in the order of project_id.
    """
    contracts = portfolio["contracts"].select(
        "contract_id", pl.col("kind").replace_strict(BILLED_BY_CONTRACT, default=None, return_dtype=pl.String).alias("by_contract")
    )
    ended = (pl.col("finished_on") <= as_of) & pl.col("status").ne_missing("cancelled")
    done = pl.col("finished_on").is_null() & (pl.col("status") == "done")
    projects = (
        portfolio["projects"]
        .join(contracts, on="contract_id", how="left")
        .with_columns(pl.coalesce("billing", "by_contract").alias("billing"), pl.when(ended).then("finished_on").alias("finished"))
        .with_columns((pl.col("finished").is_not_null() | done.fill_null(False)).alias("over"))
        .drop("by_contract")
        .sort("project_id")
        .collect()
    )
    return with_stock_rates(projects, portfolio["fx_rates"].collect(), base, as_of)


def leaf_tasks(portfolio: Portfolio, as_of: date, basis: Basis, base: str) -> pl.DataFrame:
    """Tasks without tasks below them, one row each, summaries left out.

    Beside their own columns: `original` (part of the baseline as first agreed: it has baseline hours and no change request added it),
    `planned` (what its baseline hours cost; hours on the basis of hours; null without a rate), `weight` (its part of the baseline:
    `planned` where every task of the project's baseline has it, else baseline hours; null outside the baseline), `rate_now` (cost of
    one of its hours at `as_of`; 1 on the basis of hours), `change_kind`.
    """
    parents = portfolio["tasks"].select(pl.col("parent_id").alias("task_id")).drop_nulls().unique()
    changes = portfolio["change_requests"].select("change_id", pl.col("kind").alias("change_kind"))
    begins = portfolio["projects"].select("project_id", pl.coalesce("baseline_start", "start").alias("begins"))
    tasks = (
        portfolio["tasks"]
        .filter(pl.col("kind").ne_missing("summary"))
        .join(parents, on="task_id", how="anti")
        .join(changes, on="change_id", how="left")
        .join(begins, on="project_id", how="left")
        .sort("project_id", "task_id")
        .collect()
    )
    added = pl.col("change_id").is_not_null() & (pl.col("change_kind") != "removed").fill_null(True)
    tasks = tasks.with_columns((pl.col("baseline_hours").is_not_null() & ~added).alias("original"))
    if basis == "hours":
        hours = pl.col("baseline_hours").alias("planned"), pl.when("original").then("baseline_hours").alias("weight")
        return tasks.with_columns(*hours, pl.lit(1.0).alias("rate_now")).drop("begins")
    then = pl.coalesce("baseline_start", "begins", pl.lit(as_of))
    tasks = _with_rate(portfolio, tasks, then, as_of, base, "rate_then")
    tasks = _with_rate(portfolio, tasks, pl.lit(as_of), as_of, base, "rate_now")
    tasks = tasks.with_columns((pl.col("baseline_hours") * pl.col("rate_then")).alias("planned"))
    priced = (pl.col("planned").is_not_null() | ~pl.col("original")).all().over("project_id")
    weight = pl.when("original").then(pl.when(priced).then("planned").otherwise("baseline_hours"))
    return tasks.with_columns(weight.alias("weight")).drop("begins", "rate_then")


def original_budgets(
    portfolio: Portfolio, projects: pl.DataFrame, tasks: pl.DataFrame, as_of: date, basis: Basis, base: str
) -> pl.DataFrame:
    """project_id, bac_original (null where nothing gives it), bac_by (one of BUDGETS), planned_hours and labour of the baseline's tasks."""
    whole = (
        tasks.filter("original")
        .group_by("project_id")
        .agg(
            pl.col("baseline_hours").sum().alias("planned_hours"),
            pl.col("planned").sum().alias("labour"),
            (pl.col("planned").is_null() & (pl.col("baseline_hours") > 0)).any().alias("unpriced"),
        )
        .with_columns(pl.when(~pl.col("unpriced") & (pl.col("planned_hours") > 0)).then("labour").alias("labour"))
    )
    rows = projects.join(whole, on="project_id", how="left").join(_own_expenses(portfolio, as_of, base), on="project_id", how="left")
    if basis == "hours":
        sources = {"baseline": pl.col("labour"), "budget_hours": pl.col("budget_hours")}
    else:
        fee = (pl.col("budget_amount") - pl.col("pass_through_budget").fill_null(0.0)) * (1 - pl.col("target_margin"))
        sources = {
            "baseline": pl.col("labour") + pl.col("own_expenses").fill_null(0.0),
            "budget_cost": pl.col("budget_cost") * pl.col("fx"),
            "derived": fee * pl.col("fx"),
        }
    positive = {name: pl.when(amount > 0).then(amount) for name, amount in sources.items()}
    by = pl.coalesce(*(pl.when(amount.is_not_null()).then(pl.lit(name)) for name, amount in positive.items()))
    return rows.select("project_id", pl.coalesce(*positive.values()).alias("bac_original"), by.alias("bac_by"), "planned_hours", "labour")


def _with_rate(portfolio: Portfolio, tasks: pl.DataFrame, day: pl.Expr, as_of: date, base: str, name: str) -> pl.DataFrame:
    """`tasks` with the cost of an hour on `day`: of the assignee, else the median of the role, else of everybody."""
    people = portfolio["people"].select("person_id", "role").collect()
    fx_rates = portfolio["fx_rates"].collect()

    def in_base(days: pl.DataFrame) -> pl.DataFrame:
        rates = with_stock_rates(rates_of_people(portfolio, days), fx_rates, base, as_of, "cost_currency")
        return rates.select("person_id", "date", (pl.col("cost_rate") * pl.col("fx")).alias(name))

    dated = tasks.with_columns(day.alias("date"), pl.col("assignee_id").alias("person_id"))
    own = in_base(dated.select("person_id", "date").drop_nulls().unique())
    usual = in_base(people.select("person_id", pl.lit(as_of).alias("date"))).join(people, on="person_id")
    by_role = usual.drop_nulls("role").group_by("role").agg(pl.col(name).median().alias("of_role"))
    roles = people.rename({"role": "own_role"})
    return (
        dated.join(own, on=["person_id", "date"], how="left", maintain_order="left")
        .join(roles, on="person_id", how="left", maintain_order="left")
        .with_columns(pl.coalesce("role", "own_role").alias("needed"))
        .join(by_role, left_on="needed", right_on="role", how="left", maintain_order="left")
        .with_columns(pl.coalesce(name, "of_role", pl.lit(usual[name].median(), pl.Float64)).alias(name))
        .drop("date", "person_id", "own_role", "needed", "of_role")
    )


def _own_expenses(portfolio: Portfolio, as_of: date, base: str) -> pl.DataFrame:
    expenses = portfolio["expenses"].filter(~pl.col("pass_through").fill_null(False)).collect()
    priced = with_stock_rates(expenses, portfolio["fx_rates"].collect(), base, as_of)
    return priced.group_by("project_id").agg((pl.col("amount") * pl.col("fx")).sum().alias("own_expenses"))
