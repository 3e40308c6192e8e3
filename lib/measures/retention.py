"""How much of last year's money is still here: recurring (contracts) and of all billing. Formulas: definitions § Revenue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from lib.measures.exchange import with_stock_rates
from lib.measures.figure import ratio, total
from lib.measures.flows import Flows, monthly_value
from lib.measures.terms import with_last_day
from lib.periods import add_months, twelve_months, twelve_months_before
from lib.portfolio import Portfolio


@dataclass(frozen=True)
class Recurring:
    """`accounts`: account_id, start, now (monthly value in base, both at the as-of rate). nrr and grr are shares, None without a start."""

    accounts: pl.DataFrame
    nrr: float | None
    grr: float | None
    unrated: int


def monthly_recurring(portfolio: Portfolio, day: date, rate_day: date, base: str) -> pl.DataFrame:
    """account_id, monthly (value of retainers and subscriptions in force on `day`, at the rate of `rate_day`), contracts, unrated."""
    begun = (
        portfolio["contracts"]
        .filter(pl.col("kind").is_in(["retainer", "subscription"]), pl.col("start") <= day)
        .join(portfolio["accounts"].filter(~pl.col("internal").fill_null(False)).select("account_id"), on="account_id", how="semi")
        .collect()
    )
    in_force = with_last_day(begun, day).filter(pl.col("last_day").is_null() | (pl.col("last_day") >= day))
    lost = portfolio["accounts"].filter(pl.col("lost_on") <= day).select("account_id").collect()
    rated = with_stock_rates(in_force.join(lost, on="account_id", how="anti"), portfolio["fx_rates"].collect(), base, rate_day)
    value = monthly_value() * pl.col("fx")
    return rated.group_by("account_id").agg(
        value.sum().alias("monthly"), pl.len().alias("contracts"), value.is_null().sum().cast(pl.Int64).alias("unrated")
    )


def recurring_retention(portfolio: Portfolio, as_of: date, base: str) -> Recurring:
    """NRR = Σ now / Σ start and GRR = Σ min(start, now) / Σ start, over accounts with a recurring value 12 months before `as_of`."""
    start = monthly_recurring(portfolio, add_months(as_of, -12), as_of, base).rename({"monthly": "start"}).drop("contracts")
    now = monthly_recurring(portfolio, as_of, as_of, base).rename({"monthly": "now"}).drop("contracts")
    accounts = (
        start.join(now, on="account_id", how="full", coalesce=True).sort("account_id").with_columns(pl.col("start", "now").fill_null(0))
    )
    base_year = accounts.filter(pl.col("start") > 0)
    started = total(base_year, "start")
    kept = base_year.select(pl.min_horizontal("start", "now").sum()).item() if base_year.height else 0.0
    unrated = int(total(start, "unrated") + total(now, "unrated"))
    return Recurring(accounts.select("account_id", "start", "now"), ratio(total(base_year, "now"), started), ratio(kept, started), unrated)


@dataclass(frozen=True)
class ClientRetention:
    """`accounts`: account_id, before, last (AGI), billed (revenue in the last 12 months), change: expansion, contraction, churn or same.

    Shares 0-1 of the base year's AGI; returned: of its accounts, those billed again.
    """

    accounts: pl.DataFrame
    retention: float | None
    expansion: float | None
    contraction: float | None
    churn: float | None
    returned: float | None


def client_retention(portfolio: Portfolio, flows: Flows, as_of: date) -> ClientRetention:
    """AGI of the last 12 months over that of the 12 before, for accounts that were clients before those 24 months.

    A client before: `since`, else its first flow of revenue, lies before the 24 months. Churn: now ≤ 0.
    """
    before, last = twelve_months_before(as_of), twelve_months(as_of)
    first_flow = flows.daily.filter(pl.col("revenue") != 0).group_by("account_id").agg(pl.col("date").min().alias("first_flow"))
    clients = (
        portfolio["accounts"]
        .filter(~pl.col("internal").fill_null(False))
        .select("account_id", "since")
        .collect()
        .join(first_flow, on="account_id", how="left")
        .filter(pl.coalesce("since", "first_flow") < before.first)
        .select("account_id")
    )
    accounts = (
        clients.join(flows.by_account(before).select("account_id", pl.col("agi").alias("before")), on="account_id", how="left")
        .join(flows.by_account(last).select("account_id", pl.col("agi").alias("last"), pl.col("revenue")), on="account_id", how="left")
        .with_columns(pl.col("before", "last", "revenue").fill_null(0))
        .filter(pl.col("before") > 0)
        .with_columns(
            (pl.col("revenue") > 0).alias("billed"),
            pl.when(pl.col("last") <= 0).then(pl.lit("churn"))
            .when(pl.col("last") < pl.col("before")).then(pl.lit("contraction"))
            .when(pl.col("last") > pl.col("before")).then(pl.lit("expansion"))
            .otherwise(pl.lit("same")).alias("change"),
        )
        .drop("revenue")
        .sort("account_id")
    )  # fmt: skip
    whole = total(accounts, "before")
    moved = {
        change: ratio(accounts.filter(pl.col("change") == change).select((pl.col("last") - pl.col("before")).sum()).item(), whole)
        for change in ("expansion", "contraction", "churn")
    }
    returned = ratio(total(accounts, "billed"), float(accounts.height))
    retained = ratio(total(accounts, "last"), whole)
    return ClientRetention(accounts, retained, moved["expansion"], moved["contraction"], moved["churn"], returned)


BRIDGE = ("start", "expansion", "contraction", "churn", "now")


def retention_bridge(accounts: pl.DataFrame, before: str = "before", now: str = "last") -> pl.DataFrame:
    """From what clients brought before to what the same clients bring now: a row for each of BRIDGE, in order.

    accounts: `ClientRetention.accounts`, or `Recurring.accounts` with the columns "start" and "now"; those without a positive amount
    before are left out (new business is no retention). Columns: step, amount (of start and now the whole, else what it adds), accounts
    (how many), share (of start, 0-1; null without a start). churn: what went where nothing is left. Now is the start plus the others.
    """
    base = accounts.filter(pl.col(before) > 0).with_columns((pl.col(now) - pl.col(before)).alias("change"))
    gone = pl.col(now) <= 0
    kinds = {"expansion": (pl.col("change") > 0) & ~gone, "contraction": (pl.col("change") < 0) & ~gone, "churn": gone}
    rows = [("start", total(base, before), base.height)]
    for step, holds in kinds.items():
        moved = base.filter(holds)
        rows.append((step, total(moved, "change"), moved.height))
    rows.append(("now", sum(amount for _, amount, _ in rows), base.filter(~gone).height))
    steps = pl.DataFrame(rows, schema={"step": pl.String, "amount": pl.Float64, "accounts": pl.Int64}, orient="row")
    start = rows[0][1]
    return steps.with_columns((pl.col("amount") / start).alias("share") if start > 0 else pl.lit(None, pl.Float64).alias("share"))


def days_of_history(flows: Flows, as_of: date) -> int:
    """Days from the first flow to `as_of`: retention of all billing needs 24 months of them.

    Earned revenue has a history only as long as both its contracts' and its hours': contracts are older than the first hour loaded.
    """
    firsts = [flows.daily.filter(pl.col("revenue") != 0)["date"].min()]
    if flows.basis == "earned":
        firsts.append(flows.daily.filter(pl.col("hours") != 0)["date"].min())
    days = [first for first in firsts if isinstance(first, date)]
    return (as_of - max(days)).days + 1 if isinstance(firsts[0], date) else 0


def reaches_back(flows: Flows, as_of: date) -> bool:
    """Whether the flows cover the 24 months that client retention compares (a week of grace at the start)."""
    return days_of_history(flows, as_of) >= (as_of - twelve_months_before(as_of).first).days + 1 - timedelta(days=7).days
