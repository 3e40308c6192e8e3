"""What each project has cost by the close of each of many days and what its open tasks still cost, in money or hours. Knows no budget.

Formulas: definitions § Earned value. Hours at the cost rate of their day plus own expenses; all at the exchange rate of the day looked at.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from lib.definitions import RATED_HOURS_FULL, RATED_HOURS_LEAST
from lib.measures.exchange import with_stock_rates
from lib.measures.project_days import Basis, Numbers, ProjectDays, StockRates
from lib.measures.project_tasks import TaskDays
from lib.measures.worked import Worked, worked
from lib.portfolio import Portfolio

REMAINING_STATED_LEAST = 0.80
"""The share of open hours that must say what remains before their sum is an estimate."""
_ORDERED = ("cartera:", ":expense")


def ordered_expense_id(change_id: str) -> str:
    """The id of the own expense that the approval of a change writes: cost of the change, so that no original budget holds it."""
    return f"{_ORDERED[0]}{change_id}{_ORDERED[1]}"


@dataclass(frozen=True, eq=False)
class Amounts:
    """Sums by project, currency and stretch of days: stretch n ends with the n-th of the days asked for, the last lies after all of
    them."""

    asked: ProjectDays
    sums: Numbers

    @classmethod
    def of(
        cls, asked: ProjectDays, project: Numbers, currency: Numbers, day: Numbers, currencies: int, *amounts: Numbers | None
    ) -> tuple[Amounts, ...]:
        """The sums of each of `amounts` (None: how many there are). `project`: places of `asked`, −1 for none of it; `currency`: places,
        `currencies` of them; `day`: since 1970.
        """
        shape = len(asked.projects), currencies, len(asked.days) + 1
        if not len(day):
            return tuple(cls(asked, np.zeros(shape)) for _ in amounts)
        first = int(day.min())
        stretch = np.searchsorted(asked.day_numbers, np.arange(first, int(day.max()) + 1))
        place = (project.astype(np.int64) * currencies + currency) * shape[2] + stretch[day - first]
        known = project >= 0
        if not known.all():
            place, amounts = place[known], tuple(None if amount is None else amount[known] for amount in amounts)
        return tuple(cls(asked, np.bincount(place, amount, math.prod(shape)).reshape(shape)) for amount in amounts)

    def by_day(self) -> Numbers:
        """[pair, currency]: all by the close of the pair's day."""
        return np.cumsum(self.sums, axis=2)[self.asked.project, :, self.asked.number]

    def after_day(self) -> Numbers:
        """[pair, currency]: all after the pair's day."""
        after = np.cumsum(self.sums[:, :, ::-1], axis=2)[:, :, ::-1]
        return after[self.asked.project, :, self.asked.number + 1]

    def whole(self) -> Numbers:
        """[pair, currency]: all, whatever its day."""
        return self.sums.sum(axis=2)[self.asked.project]


@dataclass(frozen=True, eq=False)
class OwnExpenses:
    """Own expenses of each pair, in money of the base: of all days but for those of change orders, by the close of its day, after it; those
    without a rate count nothing.

    `unconverted`: some by its day have no exchange rate.
    """

    whole: Numbers
    by_day: Numbers
    after_day: Numbers
    unconverted: Numbers


def own_expenses(portfolio: Portfolio, asked: ProjectDays, rates: StockRates) -> OwnExpenses:
    """Expenses that are not billed on."""
    own = portfolio["expenses"].filter(~pl.col("pass_through").fill_null(False))
    ordered = pl.col("expense_id").str.starts_with(_ORDERED[0]) & pl.col("expense_id").str.ends_with(_ORDERED[1])
    planned = pl.when(ordered.not_()).then("amount").otherwise(0.0).alias("planned")
    rows = own.select("project_id", "date", "amount", "currency", planned).collect()
    place = asked.placed(rows["project_id"]), rates.placed(rows["currency"]), rows["date"].to_physical().to_numpy()
    sums_of = rows["amount"].to_numpy(), rows["planned"].to_numpy(), None
    amounts, original, counts = Amounts.of(asked, *place, len(rates.worth), *sums_of)
    worth = rates.worth.T[asked.number]
    priced = np.nan_to_num(worth)
    lacking: Numbers = (counts.by_day() > 0) & np.isnan(worth)
    sums = [(amount * priced).sum(axis=1) for amount in (original.whole(), amounts.by_day(), amounts.after_day())]
    return OwnExpenses(sums[0], sums[1], sums[2], np.any(lacking, axis=1))


@dataclass(frozen=True, eq=False)
class Logged:
    """What was logged on each pair by the close of its day: `hours`, of them `rated` (with a cost rate and an exchange rate), and their
    `labour` cost in the base.
    """

    hours: Numbers
    rated: Numbers
    labour: Numbers

    @classmethod
    def of(cls, entries: Worked, asked: ProjectDays, rates: StockRates) -> Logged:
        tally = entries.tally(int(day) + 1 for day in asked.day_numbers)
        own = pl.DataFrame({"project_id": entries.project_ids}).with_row_index("own")
        place = pl.DataFrame({"project_id": asked.projects}).join(own, on="project_id", how="left", maintain_order="left")["own"]
        rows, known = place.fill_null(0).to_numpy().astype(np.int64), place.is_not_null().to_numpy()

        def by_day(sums: Numbers) -> Numbers:
            return np.where(known[:, None], np.cumsum(sums[rows], axis=1), 0.0)[asked.project, asked.number]

        hours = by_day(tally.hours) if len(own) else np.zeros(asked.size)
        rated, labour = np.zeros(asked.size), np.zeros(asked.size)
        for currency, (some, cost) in tally.costed.items():
            name = entries.currencies[currency] if currency >= 0 else None
            worth = rates.worth[rates.currencies.get(name, len(rates.currencies)) if name else len(rates.currencies), asked.number]
            rated += np.where(np.isnan(worth), 0.0, by_day(some))
            labour += by_day(cost) * np.nan_to_num(worth)
        return cls(hours, rated, labour)


def actual_costs(asked: ProjectDays, logged: Logged | None, expenses: OwnExpenses, basis: Basis) -> pl.DataFrame:
    """One row a pair: pair, hours, ac, lacks_ac, ac_at_least; hours and ac null where the portfolio has no time entries at all (`logged`
    None).

    `ac` is null where it can't be had, with the reason in `lacks_ac` (of `lib.measures.earned_value.REASONS`): less than 90 % of the hours
    have a cost rate, or an expense has no exchange rate. `ac_at_least`: some hours have no rate, so that the true cost is higher.
    """
    nothing = np.zeros(asked.size)
    has, made = pl.lit(logged is not None), logged or Logged(nothing, nothing, nothing)
    pairs = pl.DataFrame({"pair": asked.rows["pair"], "hours": made.hours})
    if basis == "hours":
        hours = pl.when(has).then("hours")
        return pairs.select(
            "pair", hours.alias("hours"), hours.alias("ac"), pl.lit(None, pl.String).alias("lacks_ac"), pl.lit(False).alias("ac_at_least")
        )
    stated = pl.when(pl.col("hours") > 0).then(pl.col("rated") / pl.col("hours")).otherwise(1.0)
    lacks = (
        pl.when("unconverted").then(pl.lit("no_exchange_rate"))
        .when(stated < RATED_HOURS_LEAST).then(pl.lit("too_few_rated"))
    )  # fmt: skip
    found = pairs.with_columns(
        pl.Series("rated", made.rated), pl.Series("ac", made.labour + expenses.by_day), pl.Series("unconverted", expenses.unconverted)
    )
    return found.with_columns(lacks.alias("lacks_ac")).select(
        "pair",
        pl.when(has).then("hours").alias("hours"),
        pl.when(has & pl.col("lacks_ac").is_null()).then("ac").alias("ac"),
        "lacks_ac",
        (stated < RATED_HOURS_FULL - 1e-12).alias("ac_at_least"),
    )


def remaining_costs(tasks: TaskDays, now: Numbers, expenses: OwnExpenses, basis: Basis) -> pl.DataFrame:
    """pair, `remaining`: what its open tasks still cost, with own expenses after its day; `remaining_stated`: share of the open hours that
    carry remaining_hours, null where no hours are open.

    `now`: cost of an hour of each task day. Null where less than 80 % of the open hours (or of the open tasks) tell what remains, the
    others counting with the undone part of their estimate, else of their baseline hours; where an open hour has no rate; and without tasks.
    """
    task, stated = tasks.of_task(pl.col("kind").eq_missing("task")), tasks.of_task(pl.col("remaining_hours").is_not_null())
    left = np.where(tasks.open, tasks.of_task("left"), 0.0)
    open_tasks = tasks.open & task
    silent = tasks.count(open_tasks & np.isnan(left))
    open_hours, stated_hours, many = tasks.total(left), tasks.total(np.where(stated, left, 0.0)), tasks.count(open_tasks)
    unpriced = tasks.count(np.isnan(now) & (left > 0)) > 0
    enough = (stated_hours >= REMAINING_STATED_LEAST * open_hours - 1e-9) & (many - silent >= REMAINING_STATED_LEAST * many - 1e-9)
    known = enough & ~unpriced & (tasks.count(np.ones_like(tasks.open)) > 0)
    remaining = tasks.total(left * now) + (expenses.after_day if basis == "cost" else 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(open_hours > 0, stated_hours / open_hours, np.nan)
    columns = {"remaining": np.where(known, remaining, np.nan), "remaining_stated": share}
    return pl.DataFrame({"pair": tasks.asked.rows["pair"]} | columns).with_columns(pl.col(*columns).fill_nan(None))


def costs_by_day(portfolio: Portfolio, as_of: date, basis: Basis, base: str) -> pl.DataFrame:
    """date and `ac`, the cost of all of `portfolio` by the close of each day that has any, in order of date; hours without a rate are 0."""
    entries = worked(portfolio)
    rates = StockRates.of(portfolio, [as_of], base)
    known = entries.day <= pl.Series([as_of]).to_physical()[0]
    worth = 1.0
    if basis == "cost":
        names = pl.Series([*entries.currencies, None], dtype=pl.String)
        worth = np.nan_to_num(entries.cost.amount * rates.worth[rates.placed(names)[entries.cost.currency], 0])[known]
    labour = pl.DataFrame({"date": pl.Series(entries.day[known]).cast(pl.Date), "ac": entries.hours[known] * worth})
    parts = [labour]
    if basis == "cost":
        spent = portfolio["expenses"].filter(pl.col("date") <= as_of, ~pl.col("pass_through").fill_null(False)).collect()
        spent = with_stock_rates(spent, portfolio["fx_rates"].collect(), base, as_of)
        parts.append(spent.select("date", (pl.col("amount") * pl.col("fx")).alias("ac")))
    return pl.concat(parts).group_by("date").agg(pl.col("ac").sum()).sort("date").with_columns(pl.col("ac").cum_sum())
