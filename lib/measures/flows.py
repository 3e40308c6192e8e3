"""Money and hours by account and day: what every sum over a window is made of, so that no two figures can disagree.

Formulas: definitions § Revenue. Flows convert at the rate of their own date (both sides of a comparison at one date's); a flow without a
rate is counted, not assumed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np
import polars as pl

from lib.measures.begun_requests import is_a_project
from lib.measures.exchange import with_flow_rates, with_stock_rates
from lib.measures.terms import with_last_day
from lib.measures.worked import Numbers, Rate, Small, Whole, Worked, day_number, worked
from lib.periods import Period
from lib.portfolio import Portfolio

Basis = Literal["invoiced", "earned"]
MEASURED = ("revenue", "pass_through", "labour_cost", "own_expenses", "hours", "rated_hours", "billable_hours", "stated_hours")
BILLED_BY_CONTRACT = {"fixed_price": "fixed", "time_materials": "time_materials", "retainer": "retainer", "subscription": "retainer"}
"""Kind of a contract -> how a project under it is billed that says nothing itself."""
SCHEMA = {"account_id": pl.String, "date": pl.Date} | dict.fromkeys(MEASURED, pl.Float64) | {"unrated": pl.String}


@dataclass(frozen=True)
class Flows:
    """`daily`: account_id, date, each of MEASURED (money in `base`, hours). `unrated`: account_id, date, unrated: amounts left out for want
    of a price or an exchange rate, named so that one that is spread over many days counts once.
    """

    daily: pl.DataFrame
    unrated: pl.DataFrame
    basis: Basis
    base: str
    pass_through_at_cost: bool

    def by_account(self, window: Period) -> pl.DataFrame:
        """One row an account with a flow in `window`: sums of MEASURED, with agi and delivery_cost, and unrated_flows: amounts left out."""
        within = pl.col("date").is_between(window.first, window.last)
        named = self.unrated.lazy().filter(within).group_by("account_id")
        left_out = named.agg(pl.col("unrated").n_unique().cast(pl.Int64).alias("unrated_flows"))
        return (
            self.daily.lazy()
            .filter(within)
            .group_by("account_id")
            .agg(pl.col(*MEASURED).sum())
            .join(left_out, on="account_id", how="left")
            .with_columns(pl.col("unrated_flows").fill_null(0))
            .with_columns(agi=pl.col("revenue") - pl.col("pass_through"), delivery_cost=pl.col("labour_cost") + pl.col("own_expenses"))
            .sort("account_id")
            .collect()
        )


@dataclass(frozen=True)
class _Rates:
    """What one unit of a currency is worth in `base`: on the row's own day, or on `pinned`."""

    fx_rates: pl.DataFrame
    base: str
    pinned: date | None = None

    def of(self, rows: pl.DataFrame, currency: str = "currency", day: str = "date") -> pl.DataFrame:
        """`rows` with `fx`, null without a rate."""
        if self.pinned is None:
            return with_flow_rates(rows, self.fx_rates, self.base, currency, day)
        return with_stock_rates(rows, self.fx_rates, self.base, self.pinned, currency)


def daily_flows(portfolio: Portfolio, as_of: date, basis: Basis, base: str) -> Flows:
    """All flows known at the close of `as_of`, of accounts that are not internal, in the currency `base`."""
    return _flows(portfolio, as_of, basis, [_Rates(portfolio["fx_rates"].collect(), base)])[0]


def comparable_flows(portfolio: Portfolio, as_of: date, basis: Basis, base: str) -> Flows:
    """As `daily_flows`, but all at the rates of `as_of`: for comparing two windows, so that no exchange rate passes for growth."""
    return _flows(portfolio, as_of, basis, [_Rates(portfolio["fx_rates"].collect(), base, as_of)])[0]


def both_flows(portfolio: Portfolio, as_of: date, basis: Basis, base: str, entries: Worked | None = None) -> tuple[Flows, Flows]:
    """`daily_flows` and `comparable_flows`, with the hours, by far the most rows, gone through once. `entries`: of `worked`, if at hand."""
    fx_rates = portfolio["fx_rates"].collect()
    level_too = [_Rates(fx_rates, base, as_of)] if fx_rates.height else []
    flows, *level = _flows(portfolio, as_of, basis, [_Rates(fx_rates, base), *level_too], entries)
    return flows, level[0] if level else flows


def clients(portfolio: Portfolio) -> pl.DataFrame:
    """Accounts that are not internal: account_id, lost_on."""
    return portfolio["accounts"].filter(~pl.col("internal").fill_null(False)).select("account_id", "lost_on").collect()


def _flows(portfolio: Portfolio, as_of: date, basis: Basis, kinds: list[_Rates], entries: Worked | None = None) -> list[Flows]:
    """The flows at each kind of rates."""
    accounts = clients(portfolio)
    projects = billed_projects(portfolio, accounts)
    at_cost = "expenses" in portfolio.loaded
    made = []
    for rates, hours in zip(kinds, _hours(entries or worked(portfolio), projects, kinds, as_of, basis), strict=True):
        parts = [*hours, _expenses(portfolio, projects, rates, as_of)]
        if basis == "invoiced":
            parts.append(_invoiced(portfolio, accounts, rates, as_of, at_cost))
        else:
            parts += [_fixed_price(portfolio, projects, rates, as_of), _by_contract(portfolio, accounts, rates, as_of)]
        flows = pl.concat(parts, how="diagonal").match_to_schema(pl.Schema(SCHEMA), missing_columns="insert", integer_cast="upcast")
        daily = flows.group_by("account_id", "date").agg(pl.col(*MEASURED).sum()).sort("date", "account_id")
        unrated = flows.select("account_id", "date", "unrated").drop_nulls()
        made.append(Flows(daily, unrated, basis, rates.base, at_cost))
    return made


def billed_projects(portfolio: Portfolio, accounts: pl.DataFrame) -> pl.DataFrame:
    """project_id, account_id, how it is billed (from its contract where it says nothing itself), fee and currency."""
    contracts = portfolio["contracts"].select(
        "contract_id", pl.col("kind").replace_strict(BILLED_BY_CONTRACT, default=None).alias("billed_by_contract")
    )
    return (
        portfolio["projects"]
        .join(contracts, on="contract_id", how="left")
        .with_columns(pl.coalesce("billing", "billed_by_contract").alias("billing"))
        .select("project_id", "account_id", "billing", "status", "budget_amount", "currency", "finished_on")
        .collect()
        .join(accounts, on="account_id", how="semi")
    )


def _hours(entries: Worked, projects: pl.DataFrame, kinds: list[_Rates], as_of: date, basis: Basis) -> list[list[pl.DataFrame]]:
    """For each kind of rates: hours with their cost by account and day and, on the earned basis, the worth at bill rate of time and
    materials; and what of that has no price.
    """
    known = pl.DataFrame({"project_id": entries.project_ids}).join(projects, on="project_id", how="left", maintain_order="left")
    client = known["account_id"].rank("dense").cast(pl.Int64).fill_null(0).to_numpy()
    rows = np.flatnonzero((client[entries.project] > 0) & (entries.day <= day_number(as_of)))
    project, day, hours, billable = entries.project[rows], entries.day[rows], entries.hours[rows], entries.billable[rows]
    sold = (known["billing"] == "time_materials").fill_null(False).to_numpy() & (basis == "earned")
    charged = np.flatnonzero(sold[project] & billable)
    since = day - day.min(initial=day_number(as_of))
    cells = {"client": client[project], "date": day, "hours": hours}
    cells |= {"billable_hours": hours * billable, "stated_hours": hours * entries.states[rows]}
    unpriced = []
    for number, rates in enumerate(kinds):
        fx = _by_currency_and_day(rates, entries.currencies, day)
        cost = hours * _worth(entries.cost, rows, since, fx)
        price = hours[charged] * _worth(entries.price, rows[charged], since[charged], fx)
        cells[f"labour_cost{number}"] = np.nan_to_num(cost)
        cells[f"rated_hours{number}"] = np.where(np.isnan(cost), 0.0, hours)
        cells[f"revenue{number}"] = np.zeros(len(hours))
        cells[f"revenue{number}"][charged] = np.nan_to_num(price)
        unpriced.append(rows[charged[np.isnan(price)]])
    names = pl.DataFrame({"client": client, "account_id": known["account_id"]}).drop_nulls().unique()
    summed = pl.DataFrame(cells).group_by("client", "date").agg(pl.all().sum()).join(names, on="client")
    common = (pl.col("account_id"), pl.col("date").cast(pl.Date), pl.col("hours", "billable_hours", "stated_hours"))
    made = []
    for number, without in enumerate(unpriced):
        own_sums = [pl.col(f"{name}{number}").alias(name) for name in ("labour_cost", "rated_hours", "revenue")]
        lacking = pl.DataFrame({
            "account_id": known["account_id"].gather(entries.project[without]),
            "person": pl.Series(entries.person[without]).cast(pl.String),
            "date": pl.Series(entries.day[without]).cast(pl.Date),
        })  # fmt: skip
        named = pl.concat_str(pl.lit("hours"), "person", "date", separator=" ").alias("unrated")
        made.append([summed.select(*common, *own_sums), lacking.select("account_id", "date", named)])
    return made


def _by_currency_and_day(rates: _Rates, currencies: tuple[str, ...], day: Small) -> Numbers:
    """Units of the base for one of each currency (row; the last is none) on each day from the first of `day` on; NaN without a rate."""
    numbers = range(int(day.min()), int(day.max()) + 1) if len(day) else range(0)
    days = pl.DataFrame({"date": pl.Series(numbers, dtype=pl.Int32).cast(pl.Date)})
    pairs = pl.DataFrame({"currency": currencies}, {"currency": pl.String}).join(days, how="cross", maintain_order="left_right")
    table = np.full((len(currencies) + 1, days.height), np.nan)
    table[:-1] = rates.of(pairs)["fx"].fill_null(float("nan")).to_numpy().reshape(len(currencies), days.height)
    return table


def _worth(rate: Rate, rows: Whole, since: Small, fx: Numbers) -> Numbers:
    """What an hour of each of `rows` is worth by `fx`, whose columns are days that `since` counts; NaN without a rate."""
    worth: Numbers = rate.amount[rows] * (fx[rate.currency[rows], since] if rate.only is None else fx[rate.only][since])
    return worth


def _expenses(portfolio: Portfolio, projects: pl.DataFrame, rates: _Rates, as_of: date) -> pl.DataFrame:
    expenses = portfolio["expenses"].filter(pl.col("date") <= as_of).collect()
    expenses = rates.of(expenses.join(projects.select("project_id", "account_id"), on="project_id"))
    amount = pl.col("amount") * pl.col("fx")
    return expenses.select(
        "account_id",
        "date",
        pl.when("pass_through").then(amount).alias("pass_through"),
        pl.when(~pl.col("pass_through")).then(amount).alias("own_expenses"),
        _unrated("expense_id", pl.col("fx").is_null()),
    )


def _unrated(name: str, lacking: pl.Expr) -> pl.Expr:
    return pl.when(lacking).then(pl.concat_str(pl.lit(name), name, separator=" ")).alias("unrated")


def _invoiced(portfolio: Portfolio, accounts: pl.DataFrame, rates: _Rates, as_of: date, at_cost: bool) -> pl.DataFrame:
    """Net amounts by issue date, or spread evenly over the days of the service period; credit notes count against.

    An invoice whose status was not known then counts: most are not void.
    """
    invoices = rates.of(counted_invoices(portfolio, accounts, as_of, at_cost), day="issued")
    return (
        invoices.select(
            "account_id",
            pl.col("revenue", "pass_through") * pl.col("fx"),
            _unrated("invoice_id", pl.col("fx").is_null()),
            pl.date_ranges("first", "last").alias("date"),
        )
        .with_columns(pl.col("revenue", "pass_through") / pl.col("date").list.len())
        .explode("date")
        .filter(pl.col("date") <= as_of)
    )


def counted_invoices(portfolio: Portfolio, accounts: pl.DataFrame, as_of: date, at_cost: bool) -> pl.DataFrame:
    """Invoices issued by the close of `as_of` that are not void, with revenue and pass_through in their currency (credit notes less than 0,
    pass_through 0 where it counts `at_cost`) and the days they are for: first to last, of the service period where it is given. With the
    columns of `accounts`, their clients.
    """
    sign = pl.when(pl.col("kind") == "credit_note").then(-1.0).otherwise(1.0)
    spread = pl.col("period_start").is_not_null() & pl.col("period_end").is_not_null()
    return (
        portfolio["invoices"]
        .filter(pl.col("issued") <= as_of, pl.col("status").ne_missing("void"))
        .select(
            "invoice_id",
            "account_id",
            "project_id",
            "contract_id",
            "issued",
            "currency",
            (sign * pl.col("amount")).alias("revenue"),
            (pl.lit(0.0) if at_cost else sign * pl.col("pass_through").fill_null(0)).alias("pass_through"),
            pl.when(spread).then("period_start").otherwise("issued").alias("first"),
            pl.when(spread).then("period_end").otherwise("issued").alias("last"),
        )
        .join(accounts.lazy(), on="account_id")
        .collect()
    )


def earned_fees(portfolio: Portfolio, projects: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Fee (with approved changes that the client pays, from their decision on) × the rise of percent complete, on each reading's day.

    project_id, account_id, date, currency, revenue (in it), reading (its name). `projects`: of `billed_projects`.
    """
    fixed = projects.filter(pl.col("billing") == "fixed", pl.col("budget_amount").is_not_null())
    done = fixed.filter(pl.col("finished_on") <= as_of, pl.col("status").ne_missing("cancelled")).select(
        "project_id", pl.col("finished_on").alias("date"), pl.lit(100.0).alias("percent_complete")
    )
    readings = pl.concat([portfolio["progress"].select("project_id", "date", "percent_complete").collect(), done])
    rises = (
        readings.filter(pl.col("date") <= as_of)
        .group_by("project_id", "date")
        .agg(pl.col("percent_complete").max())
        .sort("date")
        .with_columns(pl.col("percent_complete").diff().over("project_id").fill_null(pl.col("percent_complete")).alias("rise"))
        .filter(pl.col("rise") != 0)
    )
    paid = pl.when(pl.col("paid_by") == "shared").then(pl.col("client_share")).otherwise(1.0)
    changes = (
        portfolio["change_requests"]
        .filter(pl.col("status").is_in(["approved", "implemented"]), pl.col("paid_by").is_in(["client", "shared"]), ~is_a_project())
        .select("project_id", "currency", (pl.col("price") * paid).alias("amount"), pl.col("decided_on").alias("since"))
        .drop_nulls()
        .collect()
    )
    fees = fixed.select("project_id", "currency", pl.col("budget_amount").alias("amount"), pl.lit(None, pl.Date).alias("since"))
    return (
        rises.join(pl.concat([fees, changes]), on="project_id")
        .filter((pl.col("since") <= pl.col("date")).fill_null(True))
        .join(fixed.select("project_id", "account_id"), on="project_id")
        .select(
            "project_id",
            "account_id",
            "date",
            "currency",
            (pl.col("amount") * pl.col("rise") / 100).alias("revenue"),
            pl.concat_str("project_id", "date", separator=" ").alias("reading"),
        )
    )


def _fixed_price(portfolio: Portfolio, projects: pl.DataFrame, rates: _Rates, as_of: date) -> pl.DataFrame:
    return rates.of(earned_fees(portfolio, projects, as_of)).select(
        "account_id", "date", pl.col("revenue") * pl.col("fx"), _unrated("reading", pl.col("fx").is_null())
    )


def monthly_value() -> pl.Expr:
    """A contract's value a month, in its own currency; a total is spread over the months of its term (null without an end).

    Months are those of the calendar, parts of one by its days: January to December is 12, whatever the year.
    """
    months = _months_since_zero(pl.col("end") + pl.duration(days=1)) - _months_since_zero(pl.col("start"))
    per = {"month": pl.lit(1.0), "quarter": pl.lit(3.0), "year": pl.lit(12.0)}
    divisor = months
    for name, value in per.items():
        divisor = pl.when(pl.col("value_per") == name).then(value).otherwise(divisor)
    return pl.col("value") / divisor


def _months_since_zero(day: pl.Expr) -> pl.Expr:
    whole = day.dt.year().cast(pl.Float64) * 12 + day.dt.month()
    return whole + (day.dt.day().cast(pl.Float64) - 1) / day.dt.days_in_month()


def earning_contracts(portfolio: Portfolio, accounts: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Retainers and subscriptions begun by `as_of`: contract_id, account_id, currency, monthly (value in it, null where it can't be known),
    and the days they earn on, start to until: to the day before the account was lost at most.
    """
    begun = (
        portfolio["contracts"]
        .filter(pl.col("kind").is_in(["retainer", "subscription"]), pl.col("start") <= as_of)
        .collect()
        .join(accounts, on="account_id")
    )
    return (
        with_last_day(begun, as_of)
        .with_columns(
            monthly_value().alias("monthly"),
            pl.min_horizontal("last_day", pl.col("lost_on") - timedelta(days=1), pl.lit(as_of)).alias("until"),
        )
        .filter(pl.col("until") >= pl.col("start"))
        .select("contract_id", "account_id", "currency", "monthly", "start", "until")
    )


def _by_contract(portfolio: Portfolio, accounts: pl.DataFrame, rates: _Rates, as_of: date) -> pl.DataFrame:
    """Value a month by days in force."""
    days = earning_contracts(portfolio, accounts, as_of).with_columns(pl.date_ranges("start", "until").alias("date"))
    return rates.of(days.explode("date")).select(
        "account_id",
        "date",
        (pl.col("monthly") / pl.col("date").dt.days_in_month() * pl.col("fx")).alias("revenue"),
        _unrated("contract_id", pl.col("fx").is_null() | pl.col("monthly").is_null()),
    )
