"""Money and hours by account and day: what every sum over a window is made of, so that no two figures can disagree.

Formulas: definitions § Revenue. Flows convert at the rate of their own date; a flow without a rate is counted, not assumed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import polars as pl

from lib.measures.exchange import with_flow_rates
from lib.periods import Period
from lib.portfolio import Portfolio

Basis = Literal["invoiced", "earned"]
MEASURED = ("revenue", "pass_through", "labour_cost", "own_expenses", "hours", "rated_hours", "billable_hours", "stated_hours")
SCHEMA = {"account_id": pl.String, "date": pl.Date} | dict.fromkeys(MEASURED, pl.Float64) | {"unrated_flows": pl.Int64}


@dataclass(frozen=True)
class Flows:
    """`daily`: account_id, date, each of MEASURED (money in `base`, hours), unrated_flows: amounts left out for want of an exchange rate."""

    daily: pl.DataFrame
    basis: Basis
    base: str
    pass_through_at_cost: bool

    def by_account(self, window: Period) -> pl.DataFrame:
        """One row an account with a flow in `window`: sums of MEASURED, with agi and delivery_cost."""
        return (
            self.daily.lazy()
            .filter(pl.col("date").is_between(window.first, window.last))
            .group_by("account_id")
            .agg(pl.col(*MEASURED, "unrated_flows").sum())
            .with_columns(agi=pl.col("revenue") - pl.col("pass_through"), delivery_cost=pl.col("labour_cost") + pl.col("own_expenses"))
            .sort("account_id")
            .collect()
        )


def daily_flows(portfolio: Portfolio, as_of: date, basis: Basis, base: str) -> Flows:
    """All flows known at the close of `as_of`, of accounts that are not internal, in the currency `base`."""
    fx_rates = portfolio["fx_rates"].collect()
    accounts = portfolio["accounts"].filter(~pl.col("internal").fill_null(False)).select("account_id").collect()
    projects = _projects(portfolio, accounts)
    hours = _hours(portfolio, projects, fx_rates, base, as_of)
    expenses = _expenses(portfolio, projects, fx_rates, base, as_of)
    at_cost = "expenses" in portfolio.loaded
    parts = [hours, expenses]
    if basis == "invoiced":
        parts.append(_invoiced(portfolio, accounts, fx_rates, base, as_of, at_cost))
    else:
        parts += [_fixed_price(portfolio, projects, fx_rates, base, as_of), _by_contract(portfolio, accounts, fx_rates, base, as_of)]
        hours = hours.with_columns(pl.col("worth").alias("revenue"), (pl.col("unpriced")).alias("unrated_flows"))
        parts[0] = hours
    daily = (
        pl.concat([part.select(pl.col(name) for name in part.columns if name in SCHEMA) for part in parts], how="diagonal")
        .match_to_schema(pl.Schema(SCHEMA), missing_columns="insert", integer_cast="upcast")
        .group_by("account_id", "date")
        .agg(pl.col(*MEASURED, "unrated_flows").sum())
        .sort("date", "account_id")
    )
    return Flows(daily, basis, base, at_cost)


def _projects(portfolio: Portfolio, accounts: pl.DataFrame) -> pl.DataFrame:
    """project_id, account_id, how it is billed (from its contract where it says nothing itself), fee and currency."""
    by_contract = {"fixed_price": "fixed", "time_materials": "time_materials", "retainer": "retainer", "subscription": "retainer"}
    contracts = portfolio["contracts"].select(
        "contract_id", pl.col("kind").replace_strict(by_contract, default=None).alias("billed_by_contract")
    )
    return (
        portfolio["projects"]
        .join(contracts, on="contract_id", how="left")
        .with_columns(pl.coalesce("billing", "billed_by_contract").alias("billing"))
        .select("project_id", "account_id", "billing", "budget_amount", "currency", "finished_on")
        .collect()
        .join(accounts, on="account_id", how="semi")
    )


def rates_of_people(portfolio: Portfolio, days: pl.DataFrame) -> pl.DataFrame:
    """cost_rate, bill_rate and rate_currency in force for each person_id and date of `days`: dated terms first, then the person's own."""
    people = portfolio["people"].select("person_id", "cost_rate", "bill_rate", "rate_currency").collect()
    terms = portfolio["person_terms"].collect().rename({"from": "date"}).sort("date")
    terms = terms.select(
        "person_id",
        "date",
        pl.col("cost_rate").alias("term_cost"),
        pl.col("bill_rate").alias("term_bill"),
        pl.col("currency").alias("term_currency"),
    )
    return (
        days.sort("date")
        .join_asof(terms, on="date", by="person_id", strategy="backward", check_sortedness=False)
        .join(people, on="person_id", how="left")
        .select(
            "person_id",
            "date",
            pl.coalesce("term_cost", "cost_rate").alias("cost_rate"),
            pl.coalesce("term_bill", "bill_rate").alias("bill_rate"),
            pl.coalesce("term_currency", "rate_currency").alias("rate_currency"),
        )
    )


def _hours(portfolio: Portfolio, projects: pl.DataFrame, fx_rates: pl.DataFrame, base: str, as_of: date) -> pl.DataFrame:
    """Hours with their cost and, for time and materials, their worth at bill rate, by account and day."""
    entries = portfolio["time_entries"].filter(pl.col("date") <= as_of)
    grouped = (
        entries.join(projects.lazy().select("project_id", "account_id", "billing"), on="project_id")
        .group_by("account_id", "billing", "person_id", "date", "cost_rate", "bill_rate", "currency", "billable")
        .agg(pl.col("hours").sum())
        .collect()
    )
    rates = rates_of_people(portfolio, grouped.select("person_id", "date").unique())
    priced = grouped.join(rates, on=["person_id", "date"], how="left", suffix="_of_person")
    own_cost, own_price = pl.col("cost_rate").is_not_null(), pl.col("bill_rate").is_not_null()
    priced = priced.with_columns(
        pl.coalesce("cost_rate", "cost_rate_of_person").alias("cost_rate"),
        pl.coalesce("bill_rate", "bill_rate_of_person").alias("bill_rate"),
        pl.when(own_cost).then("currency").otherwise("rate_currency").alias("cost_currency"),
        pl.when(own_price).then("currency").otherwise("rate_currency").alias("price_currency"),
    )
    priced = with_flow_rates(priced, fx_rates, base, "cost_currency").rename({"fx": "cost_fx"})
    priced = with_flow_rates(priced, fx_rates, base, "price_currency").rename({"fx": "price_fx"})
    charged = (pl.col("billing") == "time_materials").fill_null(False) & pl.col("billable").fill_null(False)
    cost = pl.col("cost_rate") * pl.col("cost_fx")
    price = pl.col("bill_rate") * pl.col("price_fx")
    return priced.group_by("account_id", "date").agg(
        pl.col("hours").sum(),
        (pl.col("hours") * cost).sum().alias("labour_cost"),
        pl.col("hours").filter(cost.is_not_null()).sum().alias("rated_hours"),
        pl.col("hours").filter(pl.col("billable").fill_null(False)).sum().alias("billable_hours"),
        pl.col("hours").filter(pl.col("billable").is_not_null()).sum().alias("stated_hours"),
        (pl.col("hours") * price).filter(charged).sum().alias("worth"),
        (charged & price.is_null()).sum().cast(pl.Int64).alias("unpriced"),
    )


def _expenses(portfolio: Portfolio, projects: pl.DataFrame, fx_rates: pl.DataFrame, base: str, as_of: date) -> pl.DataFrame:
    expenses = portfolio["expenses"].filter(pl.col("date") <= as_of).collect()
    expenses = with_flow_rates(expenses.join(projects.select("project_id", "account_id"), on="project_id"), fx_rates, base)
    amount = pl.col("amount") * pl.col("fx")
    return expenses.group_by("account_id", "date").agg(
        amount.filter(pl.col("pass_through")).sum().alias("pass_through"),
        amount.filter(~pl.col("pass_through")).sum().alias("own_expenses"),
        pl.col("fx").is_null().sum().cast(pl.Int64).alias("unrated_flows"),
    )


def _invoiced(portfolio: Portfolio, accounts: pl.DataFrame, fx_rates: pl.DataFrame, base: str, as_of: date, at_cost: bool) -> pl.DataFrame:
    """Net amounts by issue date, or spread evenly over the days of the service period; credit notes count against."""
    invoices = (
        portfolio["invoices"]
        .filter(pl.col("issued") <= as_of, pl.col("status") != "void")
        .collect()
        .join(accounts, on="account_id", how="semi")
    )
    invoices = with_flow_rates(invoices, fx_rates, base, day="issued")
    sign = pl.when(pl.col("kind") == "credit_note").then(-1.0).otherwise(1.0)
    billed_on = pl.lit(0.0) if at_cost else sign * pl.col("pass_through").fill_null(0) * pl.col("fx")
    spread = pl.col("period_start").is_not_null() & pl.col("period_end").is_not_null()
    return (
        invoices.select(
            "account_id",
            (sign * pl.col("amount") * pl.col("fx")).alias("revenue"),
            billed_on.alias("pass_through"),
            pl.col("fx").is_null().cast(pl.Int64).alias("unrated_flows"),
            pl.when(spread).then(pl.date_ranges("period_start", "period_end")).otherwise(pl.concat_list("issued")).alias("date"),
        )
        .with_columns(pl.col("revenue", "pass_through") / pl.col("date").list.len())
        .explode("date")
        .filter(pl.col("date") <= as_of)
    )


def _fixed_price(portfolio: Portfolio, projects: pl.DataFrame, fx_rates: pl.DataFrame, base: str, as_of: date) -> pl.DataFrame:
    """Fee (with approved changes that the client pays) × the rise of percent complete, on the day of each reading."""
    fixed = projects.filter(pl.col("billing") == "fixed", pl.col("budget_amount").is_not_null())
    done = fixed.filter(pl.col("finished_on") <= as_of).select(
        "project_id", pl.col("finished_on").alias("date"), pl.lit(100.0).alias("percent_complete")
    )
    readings = pl.concat([portfolio["progress"].select("project_id", "date", "percent_complete").collect(), done])
    readings = readings.filter(pl.col("date") <= as_of).group_by("project_id", "date").agg(pl.col("percent_complete").max())
    paid = pl.when(pl.col("paid_by") == "shared").then(pl.col("client_share")).otherwise(1.0)
    changes = (
        portfolio["change_requests"]
        .filter(
            pl.col("status").is_in(["approved", "implemented"]),
            pl.col("paid_by").is_in(["client", "shared"]),
            pl.col("decided_on").is_not_null(),
        )
        .select("project_id", pl.col("decided_on").alias("date"), (pl.col("price") * paid).alias("added"))
        .drop_nulls()
        .sort("date")
        .with_columns(pl.col("added").cum_sum().over("project_id"))
        .collect()
    )
    increments = (
        readings.join(fixed, on="project_id")
        .sort("date")
        .with_columns(pl.col("percent_complete").diff().over("project_id").fill_null(pl.col("percent_complete")).alias("rise"))
        .join_asof(changes.sort("date"), on="date", by="project_id", strategy="backward", check_sortedness=False)
    )
    increments = with_flow_rates(increments, fx_rates, base)
    fee = pl.col("budget_amount") + pl.col("added").fill_null(0)
    return increments.select(
        "account_id",
        "date",
        (fee * pl.col("rise") / 100 * pl.col("fx")).alias("revenue"),
        pl.col("fx").is_null().cast(pl.Int64).alias("unrated_flows"),
    )


def monthly_value() -> pl.Expr:
    """A contract's value a month, in its own currency; a total is spread over the months of its term (null without an end)."""
    months = ((pl.col("end") - pl.col("start")).dt.total_days() + 1) / (365.25 / 12)
    per = {"month": pl.lit(1.0), "quarter": pl.lit(3.0), "year": pl.lit(12.0)}
    divisor = months
    for name, value in per.items():
        divisor = pl.when(pl.col("value_per") == name).then(value).otherwise(divisor)
    return pl.col("value") / divisor


def _by_contract(portfolio: Portfolio, accounts: pl.DataFrame, fx_rates: pl.DataFrame, base: str, as_of: date) -> pl.DataFrame:
    """Retainers and subscriptions: value a month by days in force."""
    in_force = (
        portfolio["contracts"]
        .filter(pl.col("kind").is_in(["retainer", "subscription"]), pl.col("start") <= as_of)
        .with_columns(
            monthly_value().alias("monthly"),
            pl.when(pl.col("auto_renew").fill_null(False) & pl.col("notice_given_on").is_null())
            .then(pl.lit(as_of))
            .otherwise(pl.min_horizontal(pl.col("end").fill_null(as_of), pl.lit(as_of)))
            .alias("until"),
        )
        .filter(pl.col("until") >= pl.col("start"))
        .collect()
        .join(accounts, on="account_id", how="semi")
    )
    days = in_force.select("account_id", "currency", "monthly", pl.date_ranges("start", "until").alias("date")).explode("date")
    days = with_flow_rates(days, fx_rates, base)
    return days.select(
        "account_id",
        "date",
        (pl.col("monthly") / pl.col("date").dt.days_in_month() * pl.col("fx")).alias("revenue"),
        (pl.col("fx").is_null() | pl.col("monthly").is_null()).cast(pl.Int64).alias("unrated_flows"),
    )
