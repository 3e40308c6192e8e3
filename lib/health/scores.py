"""Scores of accounts on days, from readings and profiles: points, range, coverage, bands. Formulas: definitions § Account health.

Where definitions are silent: a metric whose applicability can't be told any more stays not applicable if that was the last thing known of
it. A present metric that is set to its prior for "rests on" has its own score as the last known one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lib.health.metrics import COMPONENTS, METRIC_KEYS, METRICS
from lib.health.profile import Array, Profile

Flags = NDArray[np.bool_]
BANDS = ("red", "amber", "green")
PRIOR = 50.0
BOOK_LEAST = 5
"""Accounts that must have a metric before its median says anything."""
NEVER_GREEN_BELOW, NO_BAND_BELOW = 70.0, 40.0
FLAT = 3.0

_COMPONENT_OF = np.array([list(COMPONENTS).index(METRICS[key].component) for key in METRIC_KEYS])
_EXACT = 1e-9


@dataclass(frozen=True, eq=False)
class Grid:
    """Readings as arrays (day, account, metric). `values`: NaN unless known. `last`: what was last known before, NaN if never.

    `known`, `missing`, `applies`: flags of the same shape. `scored`: whether an account has a score on a day (day, account).
    """

    days: tuple[date, ...]
    accounts: pl.DataFrame  # account_id, tier, industry: one row an account, in order
    scored: Flags
    values: Array
    last: Array
    known: Flags
    applies: Flags

    @property
    def missing(self) -> Flags:
        return self.applies & ~self.known

    def of_days(self, places: Sequence[int]) -> Grid:
        """The same on some of the days."""
        chosen = list(places)
        days = tuple(self.days[place] for place in chosen)
        return Grid(
            days, self.accounts, self.scored[chosen], self.values[chosen], self.last[chosen], self.known[chosen], self.applies[chosen]
        )


def grid(
    accounts: pl.DataFrame, readings: pl.DataFrame, before: pl.DataFrame | None = None, days: Sequence[date] | None = None
) -> Grid:
    """`accounts` as in `Sight.accounts`, `readings` of READING. A reading that isn't there, or isn't finite, is missing.

    `before`: account_id, metric, state, value: the last that was known of metrics before the first day. `days`: those of `accounts` if not
    given, in order.
    """
    days = sorted(set(accounts["day"])) if days is None else list(days)
    clients = accounts.select("account_id", "tier", "industry").unique("account_id", keep="last").sort("account_id")
    shape = (len(days), clients.height, len(METRIC_KEYS))
    day_at = pl.DataFrame({"day": days}, {"day": pl.Date}).with_row_index("d")
    account_at = clients.select("account_id").with_row_index("a")
    scored = np.zeros(shape[:2], bool)
    there = accounts.select("day", "account_id").join(day_at, on="day").join(account_at, on="account_id")
    scored[there["d"].to_numpy(), there["a"].to_numpy()] = True
    values, excluded = np.full(shape, np.nan), np.zeros(shape, bool)
    rows = placed(readings, clients["account_id"]).join(day_at, on="day")
    at = rows["d"].to_numpy(), rows["a"].to_numpy(), rows["m"].to_numpy()
    values[at] = rows.select(pl.when(pl.col("state") == "known").then("value").cast(pl.Float64).fill_null(np.nan)).to_series().to_numpy()
    excluded[at] = (rows["state"] == "not_applicable").fill_null(False).to_numpy()
    values[~np.isfinite(values)] = np.nan
    last, was_out = np.full(shape[1:], np.nan), np.zeros(shape[1:], bool)
    if before is not None:
        rows = placed(before, clients["account_id"])
        at2 = rows["a"].to_numpy(), rows["m"].to_numpy()
        last[at2] = rows.select(pl.when(pl.col("state") == "known").then("value").cast(pl.Float64).fill_null(np.nan)).to_series().to_numpy()
        was_out[at2] = (rows["state"] == "not_applicable").fill_null(False).to_numpy()
    lasts, applies = np.empty(shape), np.empty(shape, bool)
    for place in range(shape[0]):  # days in order: each stands on the one before
        known = ~np.isnan(values[place])
        lasts[place] = last
        was_out = np.where(known, False, np.where(excluded[place], True, was_out))
        applies[place] = ~was_out
        last = np.where(known, values[place], last)
    return Grid(tuple(days), clients, scored, values, lasts, ~np.isnan(values), applies)


def placed(rows: pl.DataFrame, account_ids: pl.Series) -> pl.DataFrame:
    """`rows` of those accounts, with the places of their account (a) and metric (m)."""
    account = pl.col("account_id").cast(pl.Enum(account_ids), strict=False).to_physical().cast(pl.Int64)
    metric = pl.col("metric").cast(pl.Enum(METRIC_KEYS)).to_physical().cast(pl.Int64)
    return rows.with_columns(account.alias("a"), metric.alias("m")).filter(pl.col("a").is_not_null())


@dataclass(frozen=True, eq=False)
class Scores:
    """What a profile makes of a grid; arrays (day, account, metric) unless said.

    `weights`: points, Σ 100 where something applies. `own`: score of the reading, NaN unless known. `priors`: what it counts at while
    missing. `counted`: what it counts at. `caps`: whether something keeps the account below green (day, account).
    """

    grid: Grid
    profiles: tuple[Profile, ...]  # of each day
    weights: Array
    own: Array
    priors: Array
    counted: Array
    caps: Flags

    @cached_property
    def point(self) -> Array:
        return _sum(self.weights, self.counted)

    @cached_property
    def low(self) -> Array:
        return _sum(self.weights, np.where(self.grid.known, self.counted, 0.0))

    @cached_property
    def high(self) -> Array:
        return _sum(self.weights, np.where(self.grid.known, self.counted, 100.0))

    @cached_property
    def coverage(self) -> Array:
        """Points of weight whose metric is known, of 100."""
        return np.where(self.grid.known, self.weights, 0.0).sum(axis=-1)

    @cached_property
    def thin(self) -> Flags:
        """Too little is known for a band, or too little applies."""
        few = (self.weights > 0).sum(axis=-1) * np.array([profile.most for profile in self.profiles])[:, None] < 100 - _EXACT
        return (self.coverage < NO_BAND_BELOW - _EXACT) | few

    @cached_property
    def bands(self) -> NDArray[np.int8]:
        """Place in BANDS after caps, −1 where there is none (day, account)."""
        return np.where(self.thin | ~self.grid.scored, -1, self._band(self.point)).astype(np.int8)

    @cached_property
    def uncapped(self) -> NDArray[np.int8]:
        """The band by the number alone."""
        return np.where(self.thin | ~self.grid.scored, -1, self._plain(self.point)).astype(np.int8)

    @cached_property
    def rests_on(self) -> Flags:
        """Metrics without whose reading the band would be another."""
        without = self.point[..., None] - self.weights * (self.counted - np.minimum(self.priors, self.counted)) / 100
        another = (self._band(without) != self._band(self.point)[..., None]) & (self.bands >= 0)[..., None]
        return self.grid.known & (self.weights > 0) & another

    @cached_property
    def firm(self) -> Flags:
        same = (self._band(self.low) == self.bands) & (self._band(self.high) == self.bands)
        return (self.bands >= 0) & same & ~self.rests_on.any(axis=-1)

    def accounts(self) -> pl.DataFrame:
        """One row an account and day that has a score: day, account_id, tier, industry, point, low, high, coverage (share), band (null
        where too little is known), by_number (the band before caps), capped, firm, rests_on (metrics, the heaviest first)."""
        at = np.nonzero(self.grid.scored)
        days = pl.Series("day", self.grid.days, pl.Date).gather(at[0])
        words = pl.Series([*BANDS, None], dtype=pl.String)
        rests = self.rests_on[at]
        return pl.DataFrame(
            {
                "day": days,
                **{name: self.grid.accounts[name].gather(at[1]) for name in ("account_id", "tier", "industry")},
                **{name: getattr(self, name)[at] for name in ("point", "low", "high")},
                "coverage": self.coverage[at] / 100,
                "band": words.gather(np.where(self.bands[at] < 0, 3, self.bands[at])),
                "by_number": words.gather(np.where(self.uncapped[at] < 0, 3, self.uncapped[at])),
                "capped": self.caps[at],
                "firm": self.firm[at],
                "rests_on": _named(rests, self.weights[at]),
            }
        )

    def metrics(self) -> pl.DataFrame:
        """One row for each of `accounts` and metric: day, account_id, component, metric, state, value, score (null unless known),
        counted (null where it doesn't apply), weight, points (weight · counted / 100), lost (weight − points)."""
        at = np.nonzero(self.grid.scored)
        rows, width = len(at[0]), len(METRIC_KEYS)
        flat = {name: getattr(self, name)[at].reshape(-1) for name in ("weights", "own", "counted")}
        state = np.where(self.grid.known[at], 0, np.where(self.grid.applies[at], 1, 2)).reshape(-1)
        points = flat["weights"] * flat["counted"] / 100
        day = pl.Series("day", self.grid.days, pl.Date).gather(np.repeat(at[0], width))
        keys = np.tile(np.arange(width), rows)
        return pl.DataFrame(
            {
                "day": day,
                "account_id": self.grid.accounts["account_id"].gather(np.repeat(at[1], width)),
                "component": pl.Series(list(COMPONENTS)).gather(_COMPONENT_OF[keys]),
                "metric": pl.Series(METRIC_KEYS).gather(keys),
                "state": pl.Series(["known", "missing", "not_applicable"]).gather(state),
                "value": self.grid.values[at].reshape(-1),
                "score": flat["own"],
                "counted": np.where(state == 2, np.nan, flat["counted"]),
                "weight": flat["weights"],
                "points": points,
                "lost": flat["weights"] - points,
            }
        ).with_columns(pl.col("value", "score", "counted").fill_nan(None))

    def _plain(self, points: Array) -> NDArray[np.int64]:
        extra = (1,) * (points.ndim - 1)
        amber, green = (np.array([getattr(profile, name) for profile in self.profiles]).reshape(-1, *extra) for name in ("amber", "green"))
        rounded = graded(points)
        return (rounded >= amber - _EXACT).astype(np.int64) + (rounded >= green - _EXACT)

    def _band(self, points: Array) -> NDArray[np.int64]:
        """The band after caps of points (day, account) or (day, account, …)."""
        held = (self.caps | (self.coverage < NEVER_GREEN_BELOW - _EXACT)).reshape(*self.caps.shape, *(1,) * (points.ndim - 2))
        return np.where(held, np.minimum(self._plain(points), 1), self._plain(points))


def graded(points: Array) -> Array:
    """Scores as bands see them, and as people do: rounded to one decimal."""
    return np.round(points + _EXACT, 1)


def _named(flags: Flags, weights: Array) -> pl.Series:
    """Of each row the metrics that are flagged, the heaviest first."""
    row, metric = np.nonzero(flags)
    order = np.lexsort((metric, -weights[row, metric], row))
    flat = pl.DataFrame({"row": row[order], "name": pl.Series(METRIC_KEYS).gather(metric[order])})
    lists = flat.group_by("row", maintain_order=True).agg("name")
    rows = pl.DataFrame({"row": np.arange(len(flags))}).join(lists, on="row", how="left", maintain_order="left")
    return rows["name"].fill_null(pl.lit([], pl.List(pl.String)))


def scored(found: Grid, profiles: Sequence[Profile], caps: Flags | None = None, medians: Array | None = None) -> Scores:
    """Scores of a grid under the profile of each of its days. `caps` (day, account): whether the account can't be green.

    `medians` (day, metric), NaN where too few have it: of the book if not given.
    """
    shape = found.values.shape
    weights, own = np.zeros(shape), np.full(shape, np.nan)
    of_last = np.full(shape, np.nan)
    kinds = found.accounts.select("tier", "industry").unique().sort("tier", "industry").rows()
    group = found.accounts.select("tier", "industry").rows()
    for profile in {id(one): one for one in profiles}.values():
        chosen = np.array([one is profile for one in profiles], bool)
        for kind in kinds:
            members = np.array([one == kind for one in group], bool)
            part = np.ix_(chosen, members)
            parameters = profile.parameters(*kind)
            own[part] = parameters.scores(found.values[part])
            of_last[part] = parameters.scores(found.last[part])
            weights[part] = _weights(parameters.weights, found.applies[part], profile.most)
    known = found.known & found.scored[..., None]
    if medians is None:
        medians = book_medians(own, known)
    priors = np.fmin(np.fmin(PRIOR, medians[:, None, :]), of_last)
    counted = np.where(found.known, own, priors)
    caps = np.zeros(shape[:2], bool) if caps is None else caps
    return Scores(found, tuple(profiles), weights, own, priors, counted, caps)


def book_medians(own: Array, known: Flags) -> Array:
    """Median score of each metric over the accounts that have it (day, metric); NaN below BOOK_LEAST of them."""
    counted = np.where(known, own, np.nan)
    enough = known.sum(axis=1) >= BOOK_LEAST
    medians = np.full(enough.shape, np.nan)
    ordered = np.sort(counted, axis=1)  # NaN last
    many = known.sum(axis=1)
    for offset in (0, 1):
        place = np.clip((many - 1 + offset) // 2, 0, None)
        half = np.take_along_axis(ordered, place[:, None, :], axis=1)[:, 0, :]
        medians = half if offset == 0 else (medians + half) / 2
    return np.where(enough, medians, np.nan)


def _sum(weights: Array, scores: Array) -> Array:
    """Σ w·s / 100; what has no weight counts for nothing."""
    return (weights * np.where(weights > 0, scores, 0.0)).sum(axis=-1) / 100


def _weights(base: Array, applies: Flags, most: float) -> Array:
    """Points of each metric where only some apply (day, account, metric)."""
    flat = applies.reshape(-1, applies.shape[-1])
    # One number a pattern: numbers are told apart in a tenth of the time that rows of flags take.
    _, example, which = np.unique(flat @ (1 << np.arange(flat.shape[-1])), return_index=True, return_inverse=True)
    found = np.array([weights_where(base, flat[row], most) for row in example]).reshape(-1, flat.shape[-1])
    return found[which.reshape(-1)].reshape(applies.shape)


def weights_where(base: Array, applies: Flags, most: float) -> Array:
    """Points of the metrics that apply, Σ 100: what does not apply gives its weight to its component, then to all.

    `base`: points of all (Σ 100). None gets more than `most`, as far as there are enough to share.
    """
    own = np.where(applies, base, 0.0)
    if not own.sum() > 0:
        return np.zeros(len(base))
    weights = np.zeros(len(base))
    for component in range(len(COMPONENTS)):
        inside = np.equal(_COMPONENT_OF, component)
        if own[inside].sum() > 0:
            weights[inside] = own[inside] * base[inside].sum() / own[inside].sum()
    weights *= 100 / weights.sum()
    full = np.zeros(len(base), bool)
    while True:
        over = weights > most + _EXACT
        if not over.any() or ((weights > 0) & ~full & ~over).sum() == 0:
            return weights * 100 / weights.sum()
        excess = np.where(over, weights - most, 0.0)
        weights = np.where(over, most, weights)
        full |= over
        rest = 0.0
        for component in set(_COMPONENT_OF[over].tolist()):
            own_component = np.equal(_COMPONENT_OF, component)
            inside = own_component & (weights > 0) & ~full
            given = excess[own_component].sum()
            if inside.any():
                weights[inside] += given * weights[inside] / weights[inside].sum()
            else:
                rest += given
        free = (weights > 0) & ~full
        weights[free] += rest * weights[free] / weights[free].sum()
