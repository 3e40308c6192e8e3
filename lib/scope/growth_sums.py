"""How much scope came to each project, account or month, in one row each, of the rows of `lib.scope.growth`. It decides no state.

Where definitions are silent: shares are sum over sum of what has an original budget of hours; a month counts what came in it, a project or
account everything so far.
"""

from __future__ import annotations

from typing import Literal

import polars as pl

By = Literal["project", "account", "month"]
STATES = ("approved", "asked", "absorbed")


def growth_sums(growth: pl.DataFrame, by: By) -> pl.DataFrame:
    """One row a project, account or month, the most hours first (months in order): key, name (null for months), month (null but for
    months), approved, asked and absorbed (hours, removed work less), hours (their sum), requests, without_hours, budget_hours and share
    (of it; both null without a budget). Keys without a request are left out.
    """
    keys = {"project": ["project_id", "project"], "account": ["account_id", "account"], "month": ["month"]}[by]
    budgets = growth.group_by("project_id").agg(pl.col("budget_hours").first())
    held = growth.select(*dict.fromkeys(["project_id", *keys])).unique().join(budgets, on="project_id", how="left")
    budgeted = held.group_by(keys).agg(
        pl.when(pl.col("budget_hours").is_not_null().any()).then(pl.col("budget_hours").sum()).alias("budget_hours")
    )
    own = [pl.col("hours").filter(pl.col("growth") == state).sum().alias(state) for state in STATES]
    inside = pl.col("hours").filter(pl.col("budget_hours").is_not_null()).sum().alias("inside")
    sums = growth.group_by(keys).agg(*own, pl.col("hours").sum(), pl.col("requests", "without_hours").sum(), inside)
    rows = sums.join(budgeted, on=keys, how="left", nulls_equal=True).filter(pl.col("requests") > 0)
    budget = pl.when(pl.col("budget_hours") > 0).then("budget_hours")
    name = pl.lit(None, pl.String) if by == "month" else pl.col(keys[-1])
    month = pl.col("month") if by == "month" else pl.lit(None, pl.Date)
    shaped = rows.select(
        pl.col(keys[0]).cast(pl.String).alias("key"), name.alias("name"), month.alias("month"), *STATES, "hours", "requests",
        "without_hours", "budget_hours", (pl.col("inside") / budget).alias("share"),
    )  # fmt: skip
    return shaped.sort("month") if by == "month" else shaped.sort("hours", "name", descending=[True, False])
