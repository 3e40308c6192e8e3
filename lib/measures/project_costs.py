"""What each project has cost so far and what its open tasks still cost, in money or hours. Knows no budget.

Formulas: definitions § Earned value. Hours at the cost rate of their day plus own expenses; all at the as-of exchange rate.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from lib.definitions import RATED_HOURS_FULL, RATED_HOURS_LEAST
from lib.measures.exchange import with_stock_rates
from lib.measures.flows import rates_of_people
from lib.measures.project_budgets import Basis
from lib.portfolio import Portfolio

REMAINING_STATED_LEAST = 0.80
"""The share of open hours that must say what remains before their sum is an estimate."""


def actual_costs(portfolio: Portfolio, as_of: date, basis: Basis, base: str) -> pl.DataFrame:
    """One row a project that has hours or own expenses by the close of `as_of`: project_id, hours, ac, lacks_ac, ac_at_least.

    `ac` is null where it can't be had, with the reason in `lacks_ac` (of `lib.measures.earned_value.REASONS`): less than 90 % of the hours
    have a cost rate, or an expense has no exchange rate. `ac_at_least`: some hours have no rate, so that the true cost is higher.
    """
    entries = portfolio["time_entries"].filter(pl.col("date") <= as_of)
    if basis == "hours":
        hours = entries.group_by("project_id").agg(pl.col("hours").sum()).collect()
        nothing = (pl.lit(None, pl.String).alias("lacks_ac"), pl.lit(False).alias("ac_at_least"))
        return hours.with_columns(pl.col("hours").alias("ac"), *nothing)
    fx_rates = portfolio["fx_rates"].collect()
    rated = _labour(portfolio, entries, fx_rates, as_of, base)
    spent = with_stock_rates(portfolio["expenses"].filter(pl.col("date") <= as_of).collect(), fx_rates, base, as_of)
    expenses = (
        spent.filter(~pl.col("pass_through").fill_null(False))
        .group_by("project_id")
        .agg((pl.col("amount") * pl.col("fx")).sum().alias("expenses"), pl.col("fx").is_null().any().alias("unconverted"))
    )
    both = rated.join(expenses, on="project_id", how="full", coalesce=True).with_columns(
        pl.col("hours", "rated_hours", "labour", "expenses").fill_null(0.0), pl.col("unconverted").fill_null(False)
    )
    stated = pl.when(pl.col("hours") > 0).then(pl.col("rated_hours") / pl.col("hours")).otherwise(1.0)
    lacks = (
        pl.when("unconverted").then(pl.lit("no_exchange_rate"))
        .when(stated < RATED_HOURS_LEAST).then(pl.lit("too_few_rated"))
    )  # fmt: skip
    return both.with_columns(lacks.alias("lacks_ac")).select(
        "project_id",
        "hours",
        pl.when(pl.col("lacks_ac").is_null()).then(pl.col("labour") + pl.col("expenses")).alias("ac"),
        "lacks_ac",
        (stated < RATED_HOURS_FULL - 1e-12).alias("ac_at_least"),
    )


def costs_by_day(portfolio: Portfolio, as_of: date, basis: Basis, base: str) -> pl.DataFrame:
    """date and `ac`, the cost of all of `portfolio` by the close of each day that has any, in order of date; hours without a rate are 0."""
    entries = portfolio["time_entries"].filter(pl.col("date") <= as_of)
    if basis == "hours":
        parts = [entries.select("date", pl.col("hours").alias("ac")).collect()]
    else:
        fx_rates = portfolio["fx_rates"].collect()
        spent = with_stock_rates(portfolio["expenses"].filter(pl.col("date") <= as_of).collect(), fx_rates, base, as_of)
        own = spent.filter(~pl.col("pass_through").fill_null(False)).select("date", (pl.col("amount") * pl.col("fx")).alias("ac"))
        parts = [_labour(portfolio, entries, fx_rates, as_of, base, "date").select("date", pl.col("labour").alias("ac")), own]
    return pl.concat(parts).group_by("date").agg(pl.col("ac").sum()).sort("date").with_columns(pl.col("ac").cum_sum())


def remaining_costs(portfolio: Portfolio, tasks: pl.DataFrame, as_of: date, basis: Basis, base: str) -> pl.DataFrame:
    """project_id and `remaining`: what the open ones of `tasks` (of `leaf_tasks`) still cost, with own expenses dated after `as_of`.

    Only where at least 80 % of the open hours carry remaining_hours; the others count with the undone part of their estimate, else of
    their baseline hours. Null where less is stated, or an open hour has no rate; no row for a project without tasks.
    """
    closed = pl.col("status").is_in(["done", "cancelled"]).fill_null(False) & pl.col("finished_on").is_null()
    over = (pl.col("finished_on") <= as_of).fill_null(False) | closed | pl.col("status").eq_missing("cancelled")
    undone = 1 - pl.col("percent_complete").fill_null(0.0) / 100
    guessed = pl.coalesce("estimate_hours", "baseline_hours") * undone
    left = pl.when(over).then(0.0).otherwise(pl.coalesce("remaining_hours", guessed))
    rows = tasks.with_columns(left.alias("left"), (~over & pl.col("remaining_hours").is_not_null()).alias("stated"))
    silent = ~over & pl.col("kind").eq_missing("task") & pl.col("left").is_null()
    summed = rows.group_by("project_id").agg(
        pl.col("left").sum().alias("open_hours"),
        pl.col("left").filter("stated").sum().alias("stated_hours"),
        (pl.col("left") * pl.col("rate_now")).sum().alias("remaining"),
        (pl.col("rate_now").is_null() & (pl.col("left") > 0)).any().alias("unpriced"),
        silent.sum().alias("silent"),
        (~over & (pl.col("kind").eq_missing("task"))).sum().alias("open"),
    )
    enough = (pl.col("stated_hours") >= REMAINING_STATED_LEAST * pl.col("open_hours") - 1e-9) & (
        pl.col("open") - pl.col("silent") >= REMAINING_STATED_LEAST * pl.col("open") - 1e-9
    )
    known = summed.select("project_id", pl.when(enough & ~pl.col("unpriced")).then("remaining").alias("remaining"))
    if basis == "hours":
        return known
    planned = portfolio["expenses"].filter(pl.col("date") > as_of, ~pl.col("pass_through").fill_null(False)).collect()
    coming = with_stock_rates(planned, portfolio["fx_rates"].collect(), base, as_of)
    coming = coming.group_by("project_id").agg((pl.col("amount") * pl.col("fx")).sum().alias("coming"))
    return known.join(coming, on="project_id", how="left").select("project_id", pl.col("remaining") + pl.col("coming").fill_null(0.0))


def _labour(
    portfolio: Portfolio, entries: pl.LazyFrame, fx_rates: pl.DataFrame, as_of: date, base: str, by: str = "project_id"
) -> pl.DataFrame:
    """`by`, hours, rated_hours, labour; an entry's own rate overrules that of its person on its day."""
    own = with_stock_rates(entries.select("currency").unique().collect(), fx_rates, base, as_of).drop_nulls("currency")
    rate = pl.when(pl.col("cost_rate").is_not_null()).then(pl.col("cost_rate") * pl.col("fx")).otherwise("usual")
    within = (pl.col("from").is_null() | (pl.col("date") >= pl.col("from")), pl.col("until").is_null() | (pl.col("date") < pl.col("until")))
    return (
        entries.select("project_id", "person_id", "date", "hours", "cost_rate", "currency")
        .join(_rate_spans(portfolio, fx_rates, as_of, base).lazy(), on="person_id", how="left")
        .filter(*within)
        .join(own.lazy(), on="currency", how="left")
        .with_columns(rate.alias("rate"))
        .group_by(by)
        .agg(
            pl.col("hours").sum(),
            pl.col("hours").filter(pl.col("rate").is_not_null()).sum().alias("rated_hours"),
            (pl.col("hours") * pl.col("rate")).sum().alias("labour"),
        )
        .collect()
    )


def _rate_spans(portfolio: Portfolio, fx_rates: pl.DataFrame, as_of: date, base: str) -> pl.DataFrame:
    """person_id, from, until (both null at the open ends), usual: the cost of an hour while it stays the same.

    Rates change on few days: joining entries to these spans takes a fourth of the time of looking up each person's day.
    """
    terms = portfolio["person_terms"].select("person_id", pl.col("from").alias("date"))
    ever = pl.concat([portfolio["people"].select("person_id"), terms.select("person_id")]).with_columns(pl.lit(date.min).alias("date"))
    days = pl.concat([ever, terms]).unique().collect()
    rates = with_stock_rates(rates_of_people(portfolio, days), fx_rates, base, as_of, "cost_currency")
    changed = pl.col("usual").ne_missing(pl.col("usual").shift(1).over("person_id")) | (pl.col("date") == date.min)
    spans = (
        rates.select("person_id", "date", (pl.col("cost_rate") * pl.col("fx")).alias("usual"))
        .sort("person_id", "date")
        .filter(changed)
        .with_columns(pl.col("date").shift(-1).over("person_id").alias("until"))
    )
    return spans.select("person_id", pl.when(pl.col("date") > date.min).then("date").alias("from"), "until", "usual")
