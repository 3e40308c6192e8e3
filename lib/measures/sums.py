"""Money and hours of accounts in windows that close on many days, all at once: what `Flows.by_account` says of each day. It reads no clock.

Formulas: definitions § Revenue.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import polars as pl

from lib.measures.exchange import with_flow_rates
from lib.measures.flows import BILLED_BY_CONTRACT, Basis, billed_projects, clients, counted_invoices, earned_fees, earning_contracts
from lib.measures.stretches import UNRATED, Stretches, Window
from lib.measures.worked import Numbers, Rate, Small, Whole, Worked, day_number, day_of, worked
from lib.periods import Period
from lib.portfolio import Portfolio

SUMS = {
    "account_id": pl.String, "fixed": pl.Boolean, "day": pl.Date, "window": pl.String, "revenue": pl.Float64, "pass_through": pl.Float64,
    "agi": pl.Float64, "labour_cost": pl.Float64, "own_expenses": pl.Float64, "delivery_cost": pl.Float64, "hours": pl.Float64,
    "rated_hours": pl.Float64, "unrated": pl.Int64,
}  # fmt: skip
_SUMMED = ("revenue", "pass_through", "labour_cost", "own_expenses", "hours", "rated_hours", UNRATED)
_FIXED = (False, True, None)
"""What `fixed` may be, by its place in keys: key = account · 3 + place."""
_AT_ONCE = (pl.col("first") == pl.col("issued")) & (pl.col("last") == pl.col("issued"))


def days_back(length: int, back: int = 0) -> Window:
    """The window of `length` days that closes with the day, or `back` such windows earlier."""

    def window(day: date) -> Period:
        last = day - timedelta(days=length * back)
        return Period(last - timedelta(days=length - 1), last)

    return window


@dataclass(frozen=True, eq=False)
class Sources:
    """The rows that sums to the close of the day `newest` are made of, read once whatever the windows; those with `key` have the place of
    their account and of what they are billed as.
    """

    portfolio: Portfolio
    newest: date

    @cached_property
    def accounts(self) -> pl.DataFrame:
        return clients(self.portfolio)

    @cached_property
    def place(self) -> pl.DataFrame:
        return self.accounts.with_columns((pl.int_range(pl.len()) * len(_FIXED)).alias("account"))

    @cached_property
    def projects(self) -> pl.DataFrame:
        billed = billed_projects(self.portfolio, self.accounts)
        return billed.join(self.place, on="account_id").with_columns(_key(pl.col("billing")))

    @cached_property
    def expenses(self) -> pl.DataFrame:
        known = self.portfolio["expenses"].filter(pl.col("date") <= self.newest)
        rows = known.select("project_id", "date", "amount", "currency", "pass_through").collect()
        return rows.join(self.projects.select("project_id", "key"), on="project_id").drop("project_id")

    @cached_property
    def invoices(self) -> pl.DataFrame:
        at_cost = "expenses" in self.portfolio.loaded
        return _billed(self.portfolio, counted_invoices(self.portfolio, self.place, self.newest, at_cost), self.projects)

    @cached_property
    def invoices_at_once(self) -> pl.DataFrame:
        """Those for one day, `date`, that of their issue."""
        columns = ("key", pl.col("issued").alias("date"), "currency", "revenue", "pass_through")
        return self.invoices.lazy().filter(_AT_ONCE).select(columns).collect()

    @cached_property
    def invoices_of_spans(self) -> pl.DataFrame:
        """The others, by issue."""
        return self.invoices.filter(~_AT_ONCE).sort("issued")


def sums_on(
    portfolio: Portfolio,
    days: Sequence[date],
    windows: Mapping[str, Window],
    basis: Basis,
    base: str,
    *,
    level: bool = False,
    costs: bool = True,
    entries: Worked | None = None,
    sources: Sources | None = None,
) -> pl.DataFrame:
    """For each of `days` what was known at its close: rows of SUMS, one for each account, `fixed`, day and window that is not all 0.

    Money in `base`, at the rate of each flow's day (`level`: all at the rates of the day the window closes with). `fixed`: billed at a
    fixed price, by the project's billing, else its contract's kind, else the kind of the contract an invoice names; null where nothing
    says so, as for an invoice that names neither. Over `fixed`, rows add up to `daily_flows(portfolio, day, …).by_account(window(day))`
    (`comparable_flows` if `level`). `unrated`: amounts left out for want of a price or rate. Without `costs` hours and costs are 0, which
    saves the look at time entries on the invoiced basis. `entries`: of `worked(portfolio)`, where it is at hand, and so `sources`, those
    of `portfolio` to the last of `days`.
    """
    if not days or not windows:
        return pl.DataFrame(schema=SUMS)
    newest = max(days)
    found = sources or Sources(portfolio, newest)
    accounts, place, projects = found.accounts, found.place, found.projects
    into = Stretches(accounts.height * len(_FIXED), days, windows, portfolio["fx_rates"].collect(), base, level)
    if costs or basis == "earned":
        _hours(into, entries or worked(portfolio), projects, basis, costs)
    _expenses(into, found.expenses, costs)
    if basis == "invoiced":
        _invoices(into, found)
    else:
        fees = earned_fees(portfolio, projects, newest).join(projects.select("project_id", "key"), on="project_id")
        names = fees["reading"].rank("dense").cast(pl.Int64).to_numpy()
        _add(into, fees.rename({"revenue": "amount"}), {"revenue": pl.col("amount")}, names)
        _contracts(into, earning_contracts(portfolio, accounts, newest).join(place, on="account_id"))
    return _rows(into, accounts["account_id"], tuple(windows))


def _key(billing: pl.Expr) -> pl.Expr:
    """The account's key for what is billed so."""
    return (pl.col("account") + pl.when(billing.is_null()).then(2).when(billing == "fixed").then(1).otherwise(0)).alias("key")


def _numbers(column: pl.Series) -> Whole:
    numbers: Whole = column.to_physical().cast(pl.Int64).to_numpy()
    return numbers


def _add(into: Stretches, rows: pl.DataFrame, measures: Mapping[str, pl.Expr], names: Whole | None = None) -> None:
    """Add `measures` of `rows` with key, date and currency; each row is a name of its own unless `names` says otherwise."""
    amounts = rows.select(**{name: measure.cast(pl.Float64).fill_null(0.0) for name, measure in measures.items()})
    named = np.arange(rows.height) if names is None else names
    values = {name: amounts[name].to_numpy() for name in amounts.columns}
    into.add(values, _numbers(rows["key"]), _numbers(rows["date"]), into.places(rows["currency"]), named)


def _hours(into: Stretches, entries: Worked, projects: pl.DataFrame, basis: Basis, costs: bool) -> None:
    """Hours, those with a rate and their cost; on the earned basis the worth of time and materials."""
    known = pl.DataFrame({"project_id": entries.project_ids}).join(
        projects.select("project_id", "key", (pl.col("billing") == "time_materials").fill_null(False).alias("charged")),
        on="project_id", how="left", maintain_order="left",
    )  # fmt: skip
    key = known["key"].fill_null(into.keys).cast(pl.Int64).to_numpy()
    if costs:
        _costs(into, entries, key)
    if basis == "earned":
        stretch = into.stretch(entries.day)
        code = (key * (into.parts + 1))[entries.project] + stretch
        charged = known["charged"].fill_null(False).to_numpy()
        rows = np.flatnonzero(charged[entries.project] & entries.billable & (stretch < into.parts))
        currency = _worth(into, entries, entries.price, rows, code[rows], ("revenue",))
        # Entries of a person's day that have no price are one amount left out.
        name = entries.person[rows] * np.int64(1_000_000) + entries.day[rows]
        into.leave_out(code[rows] // (into.parts + 1), stretch[rows], currency, name)


def _costs(into: Stretches, entries: Worked, key: Whole) -> None:
    """Hours and cost of projects by their `key`; one by one only where hours cost money of another currency, at the rates of their days."""
    tally = entries.tally(into.edges)
    place = {own: into.places(pl.Series([entries.currencies[own]]))[0] if own >= 0 else -1 for own in tally.costed}
    if not into.level and any(currency > 0 for currency in place.values()):
        code = (key * (into.parts + 1))[entries.project] + into.stretch(entries.day)
        into.tally("hours", code, entries.hours)
        _worth(into, entries, entries.cost, slice(None), code, ("labour_cost", "rated_hours"))
        return
    cells = (key[:, None] * (into.parts + 1) + np.arange(into.parts)).ravel()

    def add(measure: str, sums: Numbers, currency: int | None = None) -> None:
        into.tally(measure, cells, sums[:, 1:-1].ravel(), currency)

    add("hours", tally.hours)
    for own, (hours, cost) in tally.costed.items():
        if place[own] >= 0:
            add("labour_cost", cost, place[own] if into.level else None)
            add("rated_hours", hours, place[own] if into.level else None)


def _worth(into: Stretches, entries: Worked, rate: Rate, rows: Whole | slice, code: Whole, names: tuple[str, ...]) -> Small:
    """Tally the hours of `rows` at `rate`, and where a second name is given those that have one; the currency of each by place."""
    place = np.append(into.places(pl.Series(entries.currencies, dtype=pl.String)), -1).astype(np.int32)
    amount, hours = rate.amount[rows], entries.hours[rows]
    if rate.only is not None and place[rate.only] == 0:
        currency = np.zeros(len(hours), np.int32)
    else:
        currency = place[rate.currency[rows]]
        if not into.level:
            fx = into.own_rates[currency, np.clip(entries.day[rows] - into.begins, 0, into.own_rates.shape[1] - 1)]
            amount = amount * fx
            currency = np.zeros(len(hours), np.int32)
    worth = hours * amount
    lacking = np.isnan(worth)
    if lacking.any():
        currency[lacking] = -1
    for one in range(len(into.currencies) if into.level else 1):
        such = currency == one
        if not such.any():
            continue
        chosen = slice(None) if such.all() else such
        for name, values in zip(names, (worth, hours), strict=False):
            into.tally(name, code[chosen], values[chosen], one if into.level else None)
    return currency


def _expenses(into: Stretches, rows: pl.DataFrame, costs: bool) -> None:
    passed = pl.when("pass_through").then("amount")
    ours = pl.when(~pl.col("pass_through")).then("amount")
    _add(into, rows, {"pass_through": passed} | ({"own_expenses": ours} if costs else {}))


def _billed(portfolio: Portfolio, invoices: pl.DataFrame, projects: pl.DataFrame) -> pl.DataFrame:
    """`invoices` with the key of what they bill."""
    by_contract = pl.col("kind").replace_strict(BILLED_BY_CONTRACT, default=None).alias("by_contract")
    return (
        invoices.join(projects.select("project_id", "billing"), on="project_id", how="left")
        .join(portfolio["contracts"].select("contract_id", by_contract).collect(), on="contract_id", how="left")
        .with_columns(_key(pl.coalesce("billing", "by_contract")))
    )


def _invoices(into: Stretches, found: Sources) -> None:
    """Those for one day, its issue, have a stretch; the days of a service are spread over each window, once the invoice is known."""
    amounts = {"revenue": pl.col("revenue"), "pass_through": pl.col("pass_through")}
    _add(into, found.invoices_at_once, amounts)
    rows = found.invoices_of_spans.filter(pl.col("last") >= day_of(into.begins))
    if rows.is_empty():
        return
    currency = into.places(rows["currency"])
    if not into.level:
        rows = with_flow_rates(rows, into.fx_rates, into.base, day="issued")
        own = rows["fx"].fill_null(float("nan")).to_numpy()
    key, first, last = (_numbers(rows[name]) for name in ("key", "first", "last"))
    known = np.searchsorted(_numbers(rows["issued"]), [day_number(day) for day in into.days], side="right")
    values = {name: rows[name].to_numpy() for name in amounts}
    for column, (closing, begins, ends) in enumerate(zip(into.closing, into.first, into.last, strict=True)):
        now = slice(known[closing])
        share = _overlap(first[now], last[now], begins, ends) / (last[now] - first[now] + 1)
        fx = into.closing_rates[currency[now], closing] if into.level else own[now]
        for name, value in values.items():
            into.column(name)[:, column] += np.bincount(key[now], np.nan_to_num(value[now] * fx) * share, into.keys)
        into.column(UNRATED)[:, column] += np.bincount(key[now], np.isnan(fx) & (share > 0), into.keys)


def _overlap(first: Whole, last: Whole, begins: int, ends: int) -> Whole:
    """How many days two spans share."""
    days: Whole = np.maximum(0, np.minimum(last, ends) - np.maximum(first, begins) + 1)
    return days


def _contracts(into: Stretches, contracts: pl.DataFrame) -> None:
    """The value a month by days in force, of which each is one of its month's."""
    rows = contracts.filter(pl.col("until") >= day_of(into.begins))
    if rows.is_empty():
        return
    days = pl.date_range(day_of(into.begins), max(into.days), eager=True)
    part = 1 / days.dt.days_in_month().cast(pl.Float64).to_numpy()
    rates = np.ones((1, len(days))) if into.level else into.own_rates[:, : len(days)]
    zeros = np.zeros((len(rates), 1))
    worth = np.concatenate([zeros, np.cumsum(np.nan_to_num(rates) * part, axis=1)], axis=1)
    lacks = np.concatenate([zeros, np.cumsum(np.isnan(rates), axis=1)], axis=1)
    key, start, until = (_numbers(rows[name]) for name in ("account", "start", "until"))
    currency = into.places(rows["currency"])
    monthly = rows["monthly"].fill_null(float("nan")).to_numpy()
    row = np.zeros_like(currency) if into.level else currency
    for column, (closing, begins, ends) in enumerate(zip(into.closing, into.first, into.last, strict=True)):
        after = np.minimum(until, ends) + 1 - into.begins
        before = np.minimum(np.maximum(start, begins) - into.begins, after)
        before, after = np.maximum(before, 0), np.maximum(after, 0)
        fx = into.closing_rates[currency, closing] if into.level else 1.0
        value = monthly * fx * (worth[row, after] - worth[row, before])
        left = (before < after) & (np.isnan(monthly * fx) | (lacks[row, after] > lacks[row, before]))
        into.column("revenue")[:, column] += np.bincount(key, np.nan_to_num(value), into.keys)
        into.column(UNRATED)[:, column] += np.bincount(key, left, into.keys)


def _rows(into: Stretches, account_ids: pl.Series, windows: tuple[str, ...]) -> pl.DataFrame:
    """The rows of SUMS that are not all 0."""
    sums = {name: into.sums(name) for name in _SUMMED}
    some = np.zeros(sums[UNRATED].shape, np.bool_)
    for values in sums.values():
        some |= values != 0
    key, column = np.nonzero(some)
    rows = pl.DataFrame({name: values[key, column] for name, values in sums.items()})
    day, window = np.divmod(column, len(windows))
    return rows.select(
        account_ids.gather(key // len(_FIXED)).alias("account_id"),
        pl.Series(_FIXED, dtype=pl.Boolean).gather(key % len(_FIXED)).alias("fixed"),
        pl.Series(into.days, dtype=pl.Date).gather(day).alias("day"),
        pl.Series(windows).gather(window).alias("window"),
        "revenue",
        "pass_through",
        (pl.col("revenue") - pl.col("pass_through")).alias("agi"),
        "labour_cost",
        "own_expenses",
        (pl.col("labour_cost") + pl.col("own_expenses")).alias("delivery_cost"),
        "hours",
        "rated_hours",
        pl.col(UNRATED).cast(pl.Int64),
    )
