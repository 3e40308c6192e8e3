"""What open opportunities may bring: their expected value and the exact spread around it. Pure arithmetic of frames; it draws no chance.

Formulas: definitions § Revenue. Deals are taken to be won or lost independently of each other, so the spread is the least there can be.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import NormalDist
from typing import Literal

import numpy as np
import polars as pl

from lib.measures.exchange import with_stock_rates
from lib.measures.figure import total
from lib.portfolio import Portfolio

WINDOW_DAYS = 120
EXACT_DEALS = 30
LARGE_SHARE = 0.10
CELLS = 1 << 17
CENTS = 100
SLACK = 1e-12
"""Sums of probabilities are floats: a share that misses its percentile by less has reached it."""
APART = ("past", "no_date", "without_probability", "unrated")
Method = Literal["exact", "grid", "normal"]
DEALS = (
    "opportunity_id", "account_id", "name", "kind", "service", "stage", "created_on", "expected_close", "probability", "amount", "currency",
    "worth", "state",
)  # fmt: skip


@dataclass(frozen=True)
class Distribution:
    """How the sum of deals won is distributed: `sure` cents for certain and independent parts on top of it.

    exact: two lists of sums (cents) with their shares, one of which is added to one of the other; no sum is rounded. grid: one list, of
    amounts rounded to a step; a percentile is at most `error_cents` off. normal: mean and deviation alone, kept between least and most.
    """

    method: Method
    sure: int
    halves: tuple[tuple[np.ndarray, np.ndarray], ...]
    normal: tuple[float, float, int] | None = None
    error_cents: int = 0

    @property
    def least(self) -> int:
        return self.sure

    @property
    def most(self) -> int:
        if self.normal is not None:
            return self.sure + self.normal[2]
        return self.sure + sum(int(sums[-1]) for sums, _ in self.halves)

    def share_up_to(self, amount: int) -> float:
        """The chance that no more than `amount` cents are won."""
        if amount >= self.most:
            return 1.0
        if amount < self.least:
            return 0.0
        if self.normal is not None:
            mean, deviation, _ = self.normal
            return NormalDist(mean, deviation).cdf(amount - self.sure)
        (first, shares), (second, others) = self.halves
        reached = np.concatenate(([0.0], np.cumsum(others)))[np.searchsorted(second, amount - self.sure - first, side="right")]
        return float(shares @ reached)

    def percentile(self, share: float) -> int:
        """The smallest sum in cents that is not exceeded with a chance of at least `share` (inverted_cdf)."""
        if self.normal is not None:
            mean, deviation, _ = self.normal
            return self.sure + round(min(max(NormalDist(mean, deviation).inv_cdf(share), 0.0), self.normal[2]))
        low, high = self.least - 1, self.most
        while high - low > 1:
            middle = (low + high) // 2
            if self.share_up_to(middle) >= share - SLACK:
                high = middle
            else:
                low = middle
        return high


@dataclass(frozen=True)
class Pipeline:
    """Open deals that close from the day after `as_of` until `until`. Money in `base`, None where no deal of them has a probability.

    `deals`: columns of DEALS with expected = probability · worth, the greatest first. `apart`: a row for each of APART that occurs: state,
    deals, worth (of those with a rate). `expected` = Σ a·p, `whole` = Σ a. `method` says how P10, P50 and P90 were found, `error` how far
    off they can be (None for a normal approximation, whose error has no bound here).
    """

    as_of: date
    until: date
    base: str
    deals: pl.DataFrame
    apart: pl.DataFrame
    whole: float
    expected: float | None
    p10: float | None
    p50: float | None
    p90: float | None
    method: Method
    error: float | None
    distribution: Distribution | None

    def bins(self, count: int = 20) -> pl.DataFrame:
        """low, high (money in base) and share: the chance that at least low and less than high is won, over steps of 1, 2 or 5 of money.

        About `count` of them lie between P0.5 and P99.5, at most four times as many in all. The shares add up to 1. No rows without a
        distribution.
        """
        spread = self.distribution
        if spread is None:
            return pl.DataFrame(schema={"low": pl.Float64, "high": pl.Float64, "share": pl.Float64})
        middle = (spread.percentile(0.995) - spread.percentile(0.005)) / count
        step = _round_step(max(middle, (spread.most - spread.least) / (4 * count)))
        edges = [edge * step for edge in range(spread.least // step, spread.most // step + 2)]
        below = [0.0, *(spread.share_up_to(edge - 1) for edge in edges[1:])]
        rows = {
            "low": [edge / CENTS for edge in edges[:-1]], "high": [edge / CENTS for edge in edges[1:]],
            "share": [after - before for before, after in pairwise(below)],
        }  # fmt: skip
        return pl.DataFrame(rows, schema={"low": pl.Float64, "high": pl.Float64, "share": pl.Float64})


def open_deals(portfolio: Portfolio, as_of: date, base: str, window_days: int = WINDOW_DAYS) -> pl.DataFrame:
    """Opportunities that are open at the close of `as_of`, soonest first: DEALS, with worth (amount in `base` at the as-of rate).

    Open: created by then (or on no stated day) and not closed by then; without a day of closing its status, as known, decides. state, the
    first that holds: unrated (no rate for its currency), past (should have closed by `as_of`), no_date, later (closes after the window),
    without_probability, in_window. Internal accounts are left out.
    """
    rows = (
        portfolio["opportunities"]
        .join(portfolio["accounts"].filter(~pl.col("internal").fill_null(False)).select("account_id"), on="account_id", how="semi")
        .filter(pl.col("created_on").fill_null(as_of) <= as_of)
        .filter((pl.col("closed_on") > as_of).fill_null(pl.col("status") == "open"))
        .collect()
    )
    closes, until = pl.col("expected_close"), as_of + timedelta(days=window_days)
    state = (
        pl.when(pl.col("fx").is_null()).then(pl.lit("unrated"))
        .when(closes <= as_of).then(pl.lit("past"))
        .when(closes.is_null()).then(pl.lit("no_date"))
        .when(closes > until).then(pl.lit("later"))
        .when(pl.col("probability").is_null()).then(pl.lit("without_probability"))
        .otherwise(pl.lit("in_window"))
    )  # fmt: skip
    rated = with_stock_rates(rows, portfolio["fx_rates"].collect(), base, as_of)
    return (
        rated.with_columns((pl.col("amount") * pl.col("fx")).alias("worth"), state.alias("state"))
        .select(DEALS)
        .sort("expected_close", "opportunity_id", nulls_last=True)
    )


def pipeline(deals: pl.DataFrame, as_of: date, base: str, window_days: int = WINDOW_DAYS) -> Pipeline:
    """The pipeline of `deals`, rows of `open_deals` for the same day and window (all, or those of some accounts).

    P10, P50 and P90 are exact to the cent up to 30 uncertain deals; above, a normal approximation where none is over 10 % of the uncertain
    total, else a convolution on a grid of money whose greatest error is stated.
    """
    counted = deals.filter(pl.col("state") == "in_window").with_columns((pl.col("worth") * pl.col("probability")).alias("expected"))
    counted = counted.sort("expected", "opportunity_id", descending=[True, False])
    apart = (
        pl.DataFrame({"state": APART}, schema={"state": pl.String})
        .join(deals.group_by("state").agg(pl.len().cast(pl.Int64).alias("deals"), pl.col("worth").sum()), on="state", maintain_order="left")
    )  # fmt: skip
    until, whole = as_of + timedelta(days=window_days), total(counted, "worth")
    if counted.is_empty():
        return Pipeline(as_of, until, base, counted, apart, whole, None, None, None, None, "exact", None, None)
    spread = sum_of(counted["worth"].to_list(), counted["probability"].to_list())
    p10, p50, p90 = (spread.percentile(share) / CENTS for share in (0.1, 0.5, 0.9))
    error = None if spread.method == "normal" else spread.error_cents / CENTS
    return Pipeline(as_of, until, base, counted, apart, whole, total(counted, "expected"), p10, p50, p90, spread.method, error, spread)


def sum_of(amounts: list[float], chances: list[float]) -> Distribution:
    """The distribution of Σ a·X over independent X, each 1 with its chance and else 0. Amounts are rounded to cents."""
    pairs = [(round(amount * CENTS), chance) for amount, chance in zip(amounts, chances, strict=True)]
    sure = sum(cents for cents, chance in pairs if chance >= 1)
    unsure = sorted(((cents, chance) for cents, chance in pairs if cents > 0 and 0 < chance < 1), reverse=True)
    if len(unsure) <= EXACT_DEALS:
        return Distribution("exact", sure, (_sums(unsure[::2]), _sums(unsure[1::2])))
    whole = sum(cents for cents, _ in unsure)
    if unsure[0][0] <= LARGE_SHARE * whole:
        mean = sum(cents * chance for cents, chance in unsure)
        deviation = sum(cents**2 * chance * (1 - chance) for cents, chance in unsure) ** 0.5
        return Distribution("normal", sure, (), (mean, deviation, whole))
    step = max(1, -(-whole // CELLS))
    on_grid = [((cents + step // 2) // step, chance) for cents, chance in unsure]
    error = sum(abs(cents - cells * step) for (cents, _), (cells, _) in zip(unsure, on_grid, strict=True))
    shares = np.zeros(sum(cells for cells, _ in on_grid) + 1)
    shares[0], top = 1.0, 0
    for cells, chance in on_grid:
        won = chance * shares[: top + 1]
        shares[: top + 1] *= 1 - chance
        shares[cells : cells + top + 1] += won
        top += cells
    return Distribution("grid", sure, ((np.arange(shares.size, dtype=np.int64) * step, shares), _sums([])), error_cents=error)


def _sums(deals: list[tuple[int, float]]) -> tuple[np.ndarray, np.ndarray]:
    """Every distinct sum of some of `deals` (cents, chance), ascending, with its chance: at most 2^15 of 15 deals."""
    sums: np.ndarray = np.zeros(1, np.int64)
    shares: np.ndarray = np.ones(1)
    for cents, chance in deals:
        both, weights = np.concatenate((sums, sums + cents)), np.concatenate((shares * (1 - chance), shares * chance))
        sums, places = np.unique(both, return_inverse=True)
        shares = np.bincount(places, weights)
    return sums, shares


def _round_step(cents: float) -> int:
    """The least of 1, 2, 5, 10, 20, 50 … units of money that is not below `cents`."""
    step = CENTS
    while True:
        for factor in (1, 2, 5):
            if step * factor >= cents:
                return step * factor
        step *= 10
