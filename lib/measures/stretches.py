"""Amounts of many keys in windows that close on many days, counted once into the stretches of days between the windows' edges.

It knows no account and no invoice: keys are whole numbers, currencies places, days numbers. Windows are sums of stretches, never
differences of running totals, so that what was never there is exactly 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lib.measures.exchange import rates_on
from lib.measures.worked import Numbers, Small, Whole, day_number, day_of
from lib.periods import Period

Window = Callable[[date], Period]
"""The days a window holds that closes with a day, such as `lib.periods.twelve_months`; days after it do not count."""
UNRATED = "unrated"
HOURS = ("hours", "rated_hours")


class Stretches:
    """Sums by key (row) and column: each of `windows` for each of `days`, in this order.

    Money comes in its own currency and goes out in `base`: at the rate of its own day or, if `level`, of the day the window closes with.
    What has no rate is left out and its names counted as UNRATED.
    """

    def __init__(
        self, keys: int, days: Sequence[date], windows: Mapping[str, Window], fx_rates: pl.DataFrame, base: str, level: bool
    ) -> None:
        self.keys, self.base, self.level, self.fx_rates = keys, base, level, fx_rates
        self.days = tuple(days)
        periods = [window(day) for day in days for window in windows.values()]
        self.closing = np.repeat(np.arange(len(days)), len(windows))
        self.first = np.array([day_number(period.first) for period in periods])
        closes = np.repeat([day_number(day) for day in days], len(windows))
        self.last = np.minimum([day_number(period.last) for period in periods], closes)
        self._edges = np.unique(np.concatenate([self.first, self.last + 1]))
        self.parts = len(self._edges) - 1
        self.begins = int(self._edges[0])
        self._sums: dict[tuple[str, int | None], Numbers] = {}
        self._columns: dict[str, Numbers] = {}

    @property
    def edges(self) -> list[int]:
        """The days on which a stretch begins, and the one after the last."""
        return [int(day) for day in self._edges]

    @cached_property
    def currencies(self) -> tuple[str, ...]:
        """The base and whatever ever has a rate; any other currency has place −1."""
        others = self.fx_rates["currency"].unique().sort().to_list()
        return (self.base, *(name for name in others if name != self.base))

    def places(self, currency: pl.Series) -> Whole:
        """The place of each currency."""
        found: Whole = currency.cast(pl.Enum(self.currencies), strict=False).to_physical().cast(pl.Int64).fill_null(-1).to_numpy()
        return found

    @cached_property
    def own_rates(self) -> Numbers:
        """Units of the base for one of each currency on each day of any window, NaN without a rate, as all of the last row, of place −1."""
        return self._rates(pl.date_range(day_of(self.begins), day_of(int(self._edges[-1]) - 1), eager=True))

    @cached_property
    def closing_rates(self) -> Numbers:
        """The same on each of the days."""
        return self._rates(pl.Series(self.days, dtype=pl.Date))

    def _rates(self, days: pl.Series) -> Numbers:
        dates = pl.DataFrame({"date": days}).with_row_index("column")
        pairs = pl.DataFrame({"currency": self.currencies}).with_row_index("row").join(dates, how="cross")
        rates = rates_on(pairs, self.fx_rates, self.base).sort("row", "column")["fx"].fill_null(float("nan"))
        nowhere = np.full((1, len(days)), np.nan)
        return np.concatenate([rates.to_numpy().reshape(len(self.currencies), len(days)), nowhere])

    def stretch(self, day: Whole | Small) -> Whole:
        """The stretch each day lies in, `parts` for those in no window; quick for many days of few years."""
        if not len(day):
            return np.zeros(0, np.int64)
        first = int(day.min())
        numbers = np.arange(first, int(day.max()) + 1)
        table = np.searchsorted(self._edges, numbers, side="right") - 1
        return np.where(table < 0, self.parts, table)[day - first]

    def tally(self, measure: str, code: Whole, amount: Numbers | None, currency: int | None = None) -> None:
        """Add amounts at `code` = key · (parts + 1) + stretch; those of key `keys` or stretch `parts` go nowhere."""
        size = (self.keys + 1, self.parts + 1)
        made = np.bincount(code, amount, size[0] * size[1]).reshape(size)[:-1, :-1].astype(np.float64, copy=False)
        known = self._sums.get((measure, currency))
        self._sums[measure, currency] = made if known is None else known + made

    def add(self, measures: Mapping[str, Numbers], key: Whole, day: Whole, currency: Whole, name: Whole) -> None:
        """Add amounts that have a day each, in currencies by place; `name` tells those apart that would be left out."""
        stretch = self.stretch(day)
        inside = stretch < self.parts
        key, day, currency, name, stretch = key[inside], day[inside], currency[inside], name[inside], stretch[inside]
        code = key * (self.parts + 1) + stretch
        if self.level:
            for place in range(len(self.currencies)):
                such = currency == place
                if not such.any():
                    continue
                for measure, amount in measures.items():
                    self.tally(measure, code[such], amount[inside][such], place)
        else:
            fx = self.own_rates[currency, day - self.begins]
            for measure, amount in measures.items():
                self.tally(measure, code, np.nan_to_num(amount[inside] * fx))
            currency = np.where(np.isnan(fx), -1, 0)
        self.leave_out(key, stretch, currency, name)

    def leave_out(self, key: Whole, stretch: Whole, currency: Whole | Small, name: Whole) -> None:
        """Count the names of each key whose currency has no rate; at own rates those of place −1, whatever the currency."""
        for columns, lacking in self._lacking():
            such = lacking[currency]
            if not such.any():
                continue
            rows = pl.DataFrame({"key": key[such], "stretch": stretch[such], "name": name[such]}).unique(["key", "name"])
            code = rows["key"].to_numpy() * (self.parts + 1) + rows["stretch"].to_numpy()
            size = (self.keys + 1, self.parts + 1)
            counts = np.bincount(code, minlength=size[0] * size[1]).reshape(size)[:-1, :-1]
            self.column(UNRATED)[:, columns] += counts @ self.within[:, columns]

    def _lacking(self) -> list[tuple[NDArray[np.intp], NDArray[np.bool_]]]:
        """Columns that close on days on which the same currencies have no rate, and which these are."""
        if not self.level:
            never = np.zeros(len(self.currencies) + 1, np.bool_)
            never[-1] = True
            return [(np.arange(len(self.closing)), never)]
        lacks = np.isnan(self.closing_rates)
        kinds, kind = np.unique(lacks, axis=1, return_inverse=True)
        return [(np.flatnonzero(kind.ravel()[self.closing] == number), kinds[:, number]) for number in range(kinds.shape[1])]

    @cached_property
    def within(self) -> Numbers:
        """1 for each stretch (row) that a window (column) holds."""
        begins = self._edges[:-1, None]
        return ((begins >= self.first) & (begins <= self.last)).astype(np.float64)

    def column(self, measure: str) -> Numbers:
        """The sums of `measure` by key and column that no stretch holds, to be added to."""
        if measure not in self._columns:
            self._columns[measure] = np.zeros((self.keys, len(self.closing)))
        return self._columns[measure]

    def sums(self, measure: str) -> Numbers:
        """Key (row) by column."""
        total = self._columns.get(measure, np.zeros((self.keys, len(self.closing)))).copy()
        for (name, currency), stretches in self._sums.items():
            if name != measure:
                continue
            rows = np.flatnonzero(stretches.any(axis=1))
            held = self.within
            if currency is not None:
                rates = self.closing_rates[currency][self.closing]
                held = held * (~np.isnan(rates) if measure in HOURS else np.nan_to_num(rates))
            total[rows] += stretches[rows] @ held
        return total
