"""Time entries as numbers: places of projects and people, days, hours and rates, so that any sum over all of them is one pass.

It converts no currency and sums nothing. Three million entries take as long as reading them and naming two of their columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lib.portfolio import Portfolio

EPOCH = date(1970, 1, 1)
Whole = NDArray[np.int64]
Small = NDArray[np.int32]
Numbers = NDArray[np.float64]


def day_number(day: date) -> int:
    """Days since 1970, as Polars and the arrays of `Worked` count them."""
    return (day - EPOCH).days


def day_of(number: int) -> date:
    """The day with that number."""
    return EPOCH + timedelta(days=int(number))


@dataclass(frozen=True, eq=False)
class Rate:
    """What an hour of each entry costs or is sold at. `amount`: in its own currency, NaN without a rate; `currency`: place in
    `Worked.currencies`, −1 without one; `only`: that of all that have a rate, None where they differ; `whole`: all have one.
    """

    amount: Numbers
    currency: Small
    only: int | None
    whole: bool


@dataclass(frozen=True, eq=False)
class Tally:
    """Hours by project (row, by place) and stretch of days (column): the first lies before the first of `turns` (days since 1970), each
    other begins with one. `entries`: how many there are; `costed`: by place of the cost rate's currency (−1: without a rate) hours, and
    what they cost in it.
    """

    turns: tuple[int, ...]
    entries: Whole
    hours: Numbers
    costed: Mapping[int, tuple[Numbers, Numbers]]

    def of(self, turns: tuple[int, ...]) -> Tally:
        """The same by stretches of some of the turns."""
        if turns == self.turns:
            return self
        begins = np.concatenate([[0], np.searchsorted(self.turns, turns) + 1]).astype(np.int64)

        def joined(sums: Numbers) -> Numbers:
            fewer: Numbers = np.add.reduceat(sums, begins, axis=1)
            return fewer

        costed = {place: (joined(hours), joined(cost)) for place, (hours, cost) in self.costed.items()}
        return Tally(turns, np.add.reduceat(self.entries, begins, axis=1), joined(self.hours), costed)

    def within(self, first: int, last: int) -> slice:
        """The stretches of the days from `first` to `last`; a stretch begins with `first` and with the day after `last`."""
        begin, end = np.searchsorted(self.turns, [first, last + 1], side="right")
        return slice(int(begin), int(end))


@dataclass(frozen=True, eq=False)
class Worked:
    """Entries on projects of the portfolio, in the order they are stored in.

    `project_ids` and `person_ids` by place; of each entry its `project` and `person` (a place, −1 for a person nobody knows), `day`
    (number), `hours`, `billable` and whether it `states` that.
    """

    project_ids: pl.Series
    person_ids: pl.Series
    project: Small
    person: Small
    day: Small
    hours: Numbers
    billable: NDArray[np.bool_]
    states: NDArray[np.bool_]
    currencies: tuple[str, ...]
    _own: pl.DataFrame
    _spans: pl.DataFrame
    _span: Small

    @cached_property
    def cost(self) -> Rate:
        """The entry's own cost rate, else its person's in force that day."""
        return self._rate("cost_rate", "cost_currency")

    @cached_property
    def price(self) -> Rate:
        """The entry's own bill rate, else its person's in force that day."""
        return self._rate("bill_rate", "price_currency")

    def tally(self, turns: Iterable[int]) -> Tally:
        """All entries, counted once for the most `turns` that were asked for first; whoever asks for some of these has them for little."""
        wanted = tuple(sorted(set(turns)))
        for known in self._tallies:
            if set(wanted) <= set(known.turns):
                return known.of(wanted)
        self._tallies.append(self._tallied(wanted))
        return self._tallies[-1]

    @cached_property
    def _tallies(self) -> list[Tally]:
        return []

    def _tallied(self, turns: tuple[int, ...]) -> Tally:
        shape = len(self.project_ids), len(turns) + 1
        if not len(self.day):
            return Tally(turns, np.zeros(shape, np.int64), np.zeros(shape), {})
        first = int(self.day.min())
        stretch = np.searchsorted(np.array(turns, np.int64), np.arange(first, int(self.day.max()) + 1), side="right")
        cell = self.project * np.int64(shape[1]) + stretch[self.day - first]

        def summed(cells: Whole, amounts: Numbers) -> Numbers:
            sums: Numbers = np.bincount(cells, amounts, shape[0] * shape[1]).reshape(shape).astype(np.float64, copy=False)
            return sums

        entries = np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape)
        hours, cost = summed(cell, self.hours), self.cost
        money = self.hours * cost.amount
        if cost.only is not None and cost.whole:
            return Tally(turns, entries, hours, {cost.only: (hours, summed(cell, money))})
        place = np.where(np.isnan(cost.amount), -1, cost.currency)
        kinds = [(int(one), np.flatnonzero(place == one)) for one in np.unique(place)]
        costed = {
            one: (summed(cell[rows], self.hours[rows]), summed(cell[rows], money[rows]) if one >= 0 else np.zeros(shape))
            for one, rows in kinds
        }
        return Tally(turns, entries, hours, costed)

    def _rate(self, rate: str, currency: str) -> Rate:
        spans, own = self._spans, self._own.filter(pl.col(rate).is_not_null())
        amount = spans[rate].to_numpy()[self._span]
        rows = own["row"].to_numpy()
        amount[rows] = own[rate].to_numpy()
        used = pl.concat([spans.filter(pl.col(rate).is_not_nan())[currency], own["currency"]]).unique().to_list()
        if len(used) == 1:
            return Rate(amount, np.broadcast_to(np.int32(used[0]), amount.shape), used[0], not np.isnan(amount).any())
        place = spans[currency].to_numpy()[self._span]
        place[rows] = own["currency"].to_numpy()
        return Rate(amount, place, None, not np.isnan(amount).any())


def worked(portfolio: Portfolio) -> Worked:
    """All time entries of `portfolio` on projects it has, with the rates of its people. One scan."""
    projects = portfolio["projects"].select("project_id").collect()["project_id"]
    people, spans = _spans(portfolio)
    entries, own = pl.collect_all([
        portfolio["time_entries"].select(_place("project_id", projects), _place("person_id", people), "date", "hours", "billable"),
        portfolio["time_entries"]
        .with_row_index("row")
        .select("row", "cost_rate", "bill_rate", "currency")
        .filter(pl.col("cost_rate").is_not_null() | pl.col("bill_rate").is_not_null()),
    ])  # fmt: skip
    if entries["project_id"].null_count():
        entries = entries.with_row_index("row").filter(pl.col("project_id").is_not_null())
        own = own.join(entries.select("row").with_row_index("kept"), on="row").drop("row").rename({"kept": "row"})
    stated = pl.concat([spans["cost_currency"], spans["price_currency"], own["currency"]]).drop_nulls().unique().sort().to_list()
    places = {name: place for place, name in enumerate(stated)}

    def placed(*columns: str) -> list[pl.Expr]:
        return [pl.col(name).replace_strict(places, default=-1, return_dtype=pl.Int32).fill_null(-1) for name in columns]

    person, day = entries["person_id"].fill_null(-1).to_numpy(), entries["date"].to_physical().to_numpy()
    return Worked(
        projects,
        people,
        entries["project_id"].to_numpy(),
        person,
        day,
        entries["hours"].to_numpy(),
        entries["billable"].fill_null(False).to_numpy(),
        entries["billable"].is_not_null().to_numpy(),
        tuple(stated),
        own.with_columns(placed("currency")),
        spans.with_columns(placed("cost_currency", "price_currency")),
        _in_force(spans, len(people), person, day),
    )


def _place(column: str, ids: pl.Series) -> pl.Expr:
    """The place of each id in `ids`, null where it isn't there."""
    return pl.col(column).cast(pl.Enum(ids), strict=False).to_physical().cast(pl.Int32)


def _in_force(spans: pl.DataFrame, people: int, person: Small, day: Small) -> Small:
    """The place in `spans` of each `person` and `day`, looked up in a table of persons by stretches of days without any change."""
    known = spans.head(spans.height - 1)
    turns = known["from"].unique().sort().to_numpy()
    begins = np.zeros((people + 1, max(1, len(turns))), np.int32)
    begins[known["person"].to_numpy(), np.searchsorted(turns, known["from"].to_numpy())] = np.arange(known.height)
    table = np.maximum.accumulate(begins, axis=1)
    table[people] = known.height
    if not len(day):
        return np.zeros(0, np.int32)
    first = int(day.min())
    stretch = np.maximum(np.searchsorted(turns, np.arange(first, int(day.max()) + 1), side="right") - 1, 0)
    # Half as many bytes take half the time, and a table of more than 2³¹ persons by stretches would not fit anyway.
    cell = person * np.int32(table.shape[1])
    cell += stretch.astype(np.int32)[day - first]
    place: Small = table.ravel()[cell]
    return place


def rates_of_people(portfolio: Portfolio, days: pl.DataFrame) -> pl.DataFrame:
    """cost_rate, bill_rate and their currencies (cost_currency, price_currency) in force for each person_id and date of `days`.

    The newest dated terms that state a rate, else the person's own: terms that leave a rate empty (a change of hours) don't change it.
    """
    people = portfolio["people"].select("person_id", "cost_rate", "bill_rate", "rate_currency").collect()
    terms = (
        portfolio["person_terms"]
        .select("person_id", pl.col("from").alias("date"), "cost_rate", "bill_rate", "currency")
        .collect()
        .join(people.select("person_id", "rate_currency"), on="person_id", how="left")
        .sort("date")
    )
    stated = pl.coalesce("currency", "rate_currency")
    terms = terms.select(
        "person_id",
        "date",
        pl.col("cost_rate").forward_fill().over("person_id").alias("term_cost"),
        pl.col("bill_rate").forward_fill().over("person_id").alias("term_bill"),
        pl.when(pl.col("cost_rate").is_not_null()).then(stated).forward_fill().over("person_id").alias("term_cost_currency"),
        pl.when(pl.col("bill_rate").is_not_null()).then(stated).forward_fill().over("person_id").alias("term_bill_currency"),
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
            pl.when(pl.col("term_cost").is_not_null()).then("term_cost_currency").otherwise("rate_currency").alias("cost_currency"),
            pl.when(pl.col("term_bill").is_not_null()).then("term_bill_currency").otherwise("rate_currency").alias("price_currency"),
        )
    )


def _spans(portfolio: Portfolio) -> tuple[pl.Series, pl.DataFrame]:
    """People by place; and for each span of days in which a person's rates stay: person, from (number), rates and their currencies.

    The last span is that of a person nobody knows.
    """
    terms = portfolio["person_terms"].select("person_id", pl.col("from").alias("date"))
    ever = pl.concat([portfolio["people"].select("person_id"), terms.select("person_id")]).unique(maintain_order=True).collect()
    people = ever.with_row_index("person")
    days = pl.concat([ever.with_columns(pl.lit(date.min).alias("date")), terms.collect()]).unique()
    rates = ("cost_rate", "bill_rate", "cost_currency", "price_currency")
    spans = (
        rates_of_people(portfolio, days)
        .join(people, on="person_id")
        .sort("person", "date")
        .select("person", pl.col("date").to_physical().alias("from"), *rates)
        .with_columns(pl.col("cost_rate", "bill_rate").cast(pl.Float64).fill_null(float("nan")))
    )
    nobody = spans.clear(1).with_columns(pl.lit(float("nan")).alias("cost_rate"), pl.lit(float("nan")).alias("bill_rate"))
    return ever["person_id"], pl.concat([spans, nobody])
