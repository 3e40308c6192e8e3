"""How the scope of projects has grown, month by month: what was approved, what is asked for, what we absorb. It prices nothing.

Where definitions are silent. Each request is in one state as it stands at the as-of: approved (the client pays, at least a share), absorbed
(we pay, or work has begun without approval) or asked (neither decided nor begun); rejected and withdrawn ones that nobody worked on are
none. It counts in the month of its decision, of the beginning of its work, or of its asking; removed work counts less than nothing. The
original budget is that of hours before any change: the baseline's, else the project's.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from lib.columns import N_
from lib.measures.begun_requests import AGREED, is_a_project
from lib.measures.project_fees import paid_share
from lib.measures.project_values import values_on
from lib.portfolio import Portfolio
from lib.scope.register import OPEN

STATES: dict[str, str] = {"approved": N_("Approved"), "asked": N_("Asked for"), "absorbed": N_("Absorbed")}


def with_growth_state(register: pl.DataFrame) -> pl.DataFrame:
    """The rows of a `register` that are part of growth, with `growth` (of STATES) and `grown_on`, the day that they count from."""
    agreed = pl.col("status").is_in(AGREED)
    pays = agreed & (paid_share() > 0)
    state = (
        pl.when(pays).then(pl.lit("approved"))
        .when(agreed | pl.col("unapproved_work")).then(pl.lit("absorbed"))
        .when(pl.col("status").is_in(OPEN)).then(pl.lit("asked"))
    )  # fmt: skip
    on = pl.when(agreed).then("decided_on").when("unapproved_work").then("begun_on").otherwise("raised_on")
    hours = pl.when(pl.col("kind") == "removed").then(-pl.col("hours").abs()).otherwise("hours")
    rows = register.with_columns(state.alias("growth"), pl.coalesce(on, "raised_on").alias("grown_on"), hours.alias("hours"))
    return rows.filter(pl.col("growth").is_not_null(), ~is_a_project())


def growth_by_month(portfolio: Portfolio, register: pl.DataFrame, as_of: date, base: str) -> pl.DataFrame:
    """One row a project, month and state of STATES in which hours came to it, and no gap after: to the month of `as_of`.

    project_id, project, account_id, account, month (its first day), growth, hours (removed work less), requests, without_hours (requests
    that say none), budget_hours (original), share (hours / budget), total_hours and total_share (all months so far); shares are null
    without a budget. From the month of the project's first request on.
    """
    rows = with_growth_state(register).with_columns(pl.col("grown_on").dt.truncate("1mo").alias("month"))
    keys = ["project_id", "project", "account_id", "account"]
    if rows.is_empty():
        return _shaped(rows.select(*keys, "month", "growth"))
    summed = rows.group_by("project_id", "growth", "month").agg(
        pl.col("hours").sum(), pl.len().cast(pl.Int64).alias("requests"), pl.col("hours").null_count().cast(pl.Int64).alias("without_hours")
    )
    last = pl.lit(as_of.replace(day=1))
    months = (
        rows.group_by(keys).agg(pl.col("month").min().alias("first"))
        .with_columns(pl.date_ranges("first", last, "1mo").alias("month")).explode("month").drop("first")
        .join(pl.DataFrame({"growth": list(STATES)}), how="cross")
    )  # fmt: skip
    wanted = rows.lazy().select("project_id").unique()
    budgets = values_on(portfolio, [as_of], "hours", base, projects=wanted, columns=("project_id", "bac_original"))
    grown = (
        months.join(summed, on=["project_id", "growth", "month"], how="left")
        .join(budgets.rename({"bac_original": "budget_hours"}), on="project_id", how="left")
        .with_columns(pl.col("hours").fill_null(0.0), pl.col("requests", "without_hours").fill_null(0))
        .sort("project_id", "growth", "month")
        .with_columns(pl.col("hours").cum_sum().over("project_id", "growth").alias("total_hours"))
    )
    return _shaped(_shares(grown)).sort("project_id", "month", "growth")


def _shares(rows: pl.DataFrame) -> pl.DataFrame:
    budget = pl.when(pl.col("budget_hours") > 0).then("budget_hours")
    return rows.with_columns((pl.col("hours") / budget).alias("share"), (pl.col("total_hours") / budget).alias("total_share"))


def _shaped(rows: pl.DataFrame) -> pl.DataFrame:
    wanted = {
        "project_id": pl.String, "project": pl.String, "account_id": pl.String, "account": pl.String, "month": pl.Date,
        "growth": pl.String, "hours": pl.Float64, "requests": pl.Int64, "without_hours": pl.Int64, "budget_hours": pl.Float64,
        "share": pl.Float64, "total_hours": pl.Float64, "total_share": pl.Float64,
    }  # fmt: skip
    absent = [pl.lit(None, dtype).alias(name) for name, dtype in wanted.items() if name not in rows.columns]
    return rows.with_columns(absent).select(pl.col(name).cast(dtype) for name, dtype in wanted.items())
