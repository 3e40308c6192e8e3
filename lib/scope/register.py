"""Change requests as a list at the close of a day: their state, age, money, hours and what was begun without approval. It decides nothing.

Definitions § Schedule and scope change, § Account health (unapproved scope, as `lib.measures.begun_requests` has it). Money is at the
exchange rate of the as-of day, hours at the cost rate of their own day. Where they are silent: a request that says no cost costs its hours
at the mean of an hour of its project so far, else at the median of all people; work that only logged hours tell of is begun on their first
day.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from lib.measures.begun_requests import begun_requests, is_unapproved
from lib.measures.exchange import with_stock_rates
from lib.measures.worked import rates_of_people
from lib.portfolio import Portfolio

OPEN = ("logged", "assessed", "proposed")
COLUMNS = (
    "change_id", "order_number", "project_id", "project", "account_id", "account", "title", "kind", "status", "priority", "paid_by",
    "client_share", "hours", "cost", "price", "pass_through", "likely_cost", "target_margin", "raised_on", "raised_by", "decided_on",
    "age_days", "started_on", "begun_on", "begun_by", "logged_hours", "logged_cost", "unapproved_work", "unapproved_hours",
    "unapproved_cost", "carries", "bundled_into", "delay_days", "in_scope", "reason", "acceptance_criteria", "description",
)  # fmt: skip


def register(portfolio: Portfolio, as_of: date, base: str) -> pl.DataFrame:
    """One row a request raised by the close of `as_of`, the newest first: COLUMNS; money of `base`, null without an exchange rate.

    Beside the columns of their table: status (proposed, where it was decided later), order_number and decided_on (of what was decided by
    then), age_days (to the decision, else to as_of), likely_cost (cost, else hours at a rate), begun_on with begun_by (request, task or
    hours: the first sign of work), logged_hours and logged_cost (of time entries on its tasks), carries (small ones bundled into it).

    unapproved_work: begun without approval, as account health and the agenda count it, or told by logged hours alone; unapproved_hours are
    the request's (null where it says none), unapproved_cost that of the hours logged, else the likely cost.
    """
    day = pl.lit(as_of)
    projects = portfolio["projects"].select("project_id", "account_id", pl.col("name").alias("project"), "target_margin")
    accounts = portfolio["accounts"].select("account_id", pl.col("name").alias("account"))
    known = (
        begun_requests(portfolio)
        .filter(pl.col("raised_on") <= as_of)
        .join(projects, on="project_id", how="left")
        .join(accounts, on="account_id", how="left")
        .collect()
    )
    logged = _logged(portfolio, as_of, base)
    rates = _hour_costs(portfolio, as_of, base)
    carried = known.drop_nulls("bundled_into").group_by("bundled_into").agg(pl.len().cast(pl.Int64).alias("carries"))
    rows = (
        with_stock_rates(known, portfolio["fx_rates"].collect(), base, as_of)
        .join(logged, on="change_id", how="left")
        .join(rates, on="project_id", how="left")
        .join(carried, left_on="change_id", right_on="bundled_into", how="left")
    )
    later = pl.col("status").is_in(["approved", "rejected", "implemented"]) & (pl.col("decided_on") > day).fill_null(False)
    told = pl.col("begins").is_not_null() & (pl.col("begins") <= day)
    by_hours = ~told & (pl.col("logged_hours") > 0).fill_null(False)
    waits = pl.col("status").is_in([*OPEN, "rejected"]) | later
    rows = rows.with_columns(
        is_unapproved(day).alias("_unapproved"),
        (by_hours & waits).alias("_worked"),
        pl.when(told).then("begins").when(by_hours).then("first_entry").alias("begun_on"),
        pl.when(told & (pl.col("started_on") <= pl.col("started")).fill_null(False)).then(pl.lit("request"))
        .when(told).then(pl.lit("task")).when(by_hours).then(pl.lit("hours")).alias("begun_by"),
        *(pl.col(name) * pl.col("fx") for name in ("cost", "price", "pass_through")),
        pl.col("logged_hours", "logged_cost").fill_null(0.0),
        pl.col("carries").fill_null(0),
        pl.when(later).then(pl.lit("proposed")).otherwise("status").alias("status"),
        *(pl.when(~later).then(name).alias(name) for name in ("decided_on", "order_number")),
    )  # fmt: skip
    rows = rows.with_columns(
        (pl.col("_unapproved") | pl.col("_worked")).alias("unapproved_work"),
        pl.coalesce("cost", pl.col("hours") * pl.col("hour_cost")).alias("likely_cost"),
        (pl.coalesce("decided_on", day) - pl.col("raised_on")).dt.total_days().alias("age_days"),
    )
    of_hours = pl.when(pl.col("logged_hours") > 0).then("logged_cost").otherwise(pl.col("likely_cost").clip(0.0))
    rows = rows.with_columns(
        pl.when("unapproved_work").then(pl.col("hours").clip(0.0)).otherwise(0.0).alias("unapproved_hours"),
        pl.when("unapproved_work").then(of_hours).otherwise(0.0).alias("unapproved_cost"),
    )
    return rows.sort("raised_on", "change_id", descending=True).select(COLUMNS)


def _logged(portfolio: Portfolio, as_of: date, base: str) -> pl.DataFrame:
    """change_id, logged_hours, logged_cost (null where an hour has no rate) and first_entry, of time entries on its tasks by the day."""
    tasks = portfolio["tasks"].filter(pl.col("change_id").is_not_null()).select("task_id", "change_id")
    entries = (
        portfolio["time_entries"]
        .filter(pl.col("date") <= as_of)
        .select("task_id", "person_id", "date", "hours", pl.col("cost_rate").alias("own"), pl.col("currency").alias("own_currency"))
        .join(tasks, on="task_id")
        .collect()
    )
    cost = _costed(portfolio, entries, as_of, base)
    whole = pl.col("cost").is_not_null() | (pl.col("hours") == 0)
    return cost.group_by("change_id").agg(
        pl.col("hours").sum().alias("logged_hours"),
        pl.when(whole.all()).then(pl.col("cost").sum()).alias("logged_cost"),
        pl.col("date").filter(pl.col("hours") > 0).min().alias("first_entry"),
    )


def _costed(portfolio: Portfolio, entries: pl.DataFrame, as_of: date, base: str) -> pl.DataFrame:
    """`entries` with `cost` in the base: hours at their own cost rate, else that of their person on their day."""
    stated = rates_of_people(portfolio, entries.select("person_id", "date").unique())
    rows = entries.join(stated.drop("bill_rate", "price_currency"), on=["person_id", "date"], how="left").with_columns(
        pl.coalesce("own", "cost_rate").alias("rate"),
        pl.when(pl.col("own").is_not_null()).then("own_currency").otherwise("cost_currency").alias("currency"),
    )
    rated = with_stock_rates(rows, portfolio["fx_rates"].collect(), base, as_of)
    return rated.with_columns((pl.col("hours") * pl.col("rate") * pl.col("fx")).alias("cost"))


def _hour_costs(portfolio: Portfolio, as_of: date, base: str) -> pl.DataFrame:
    """project_id and hour_cost of each project with requests: what its hours have cost so far in the mean, else the median person's now."""
    asked = portfolio["change_requests"].select("project_id").unique()
    entries = (
        portfolio["time_entries"]
        .filter(pl.col("date") <= as_of)
        .join(asked, on="project_id", how="semi")
        .group_by("project_id", "person_id", "date", pl.col("cost_rate").alias("own"), pl.col("currency").alias("own_currency"))
        .agg(pl.col("hours").sum())
        .collect()
    )
    cost = _costed(portfolio, entries, as_of, base).filter(pl.col("cost").is_not_null())
    sums = cost.group_by("project_id").agg(pl.col("cost").sum(), pl.col("hours").sum())
    mean = sums.select("project_id", pl.when(pl.col("hours") > 0).then(pl.col("cost") / pl.col("hours")).alias("mean"))
    people = portfolio["people"].select("person_id", pl.lit(as_of).alias("date"), pl.lit(1.0).alias("hours")).collect()
    nobody = [pl.lit(None, pl.Float64).alias("own"), pl.lit(None, pl.String).alias("own_currency")]
    usual = _costed(portfolio, people.with_columns(nobody), as_of, base)["cost"].median()
    rows = asked.collect().join(mean, on="project_id", how="left")
    return rows.select("project_id", pl.coalesce("mean", pl.lit(usual, pl.Float64)).alias("hour_cost"))
