"""How far hours may lie from their estimate: three points, or what such estimates became. Turns normal draws into hours; draws nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import betaincinv, ndtr

from lib.portfolio import Portfolio

Array = NDArray[np.float64]

LEAST_DONE_TASKS = 20
DEFAULT_SPREAD = (0.67, 1.0, 1.5)
"""Least, likely and most hours over the estimate where history is too short: the cone of uncertainty once requirements are known (McConnell
2006, table 4-1; Boehm 1981)."""

SHAPES = ("pert", "triangular")
_REACH, _HALF, _SHAPES_HELD = 8.4, 2048, 33  # a stream's draws stay within ±8.3
_STEPS_PER_Z = _HALF / _REACH


def pert_quantiles(optimistic: float, likely: float, pessimistic: float, z: Array) -> Array:
    """Hours of the PERT-beta distribution at the shares Φ(z): α = 1 + 4(m − o)/(p − o), β = 6 − α (Malcolm et al. 1959).

    o = p is a constant. Read from one table over (α, z), within 1.5e-5 of (p − o) for |z| ≤ 8.3. That o ≤ m ≤ p is the caller's to check.
    """
    width = pessimistic - optimistic
    if not width > 0:
        return np.full(len(z), float(likely))
    row = _pert_row(1.0 + 4.0 * (likely - optimistic) / width)
    place = (z + _REACH) * _STEPS_PER_Z
    below = place.astype(np.int32)
    place -= below
    low = row.take(below)
    low += place * (row.take(below + 1) - low)
    low *= width
    low += optimistic
    return low


def triangular_quantiles(optimistic: float, likely: float, pessimistic: float, z: Array) -> Array:
    """Hours of the triangular distribution at the shares Φ(z)."""
    width = pessimistic - optimistic
    if not width > 0:
        return np.full(len(z), float(likely))
    rising = np.sqrt(ndtr(z) * width * (likely - optimistic)) + optimistic
    falling = pessimistic - np.sqrt(ndtr(-z) * width * (pessimistic - likely))
    return np.where(ndtr(z) * width < likely - optimistic, rising, falling)


def observed_quantiles(ratios: Array, z: Array) -> Array:
    """The smallest of the sorted `ratios` with a share of at least Φ(z) at or below it: what was seen, as often as it was seen."""
    place = np.ceil(ndtr(z) * len(ratios)).astype(np.int64) - 1
    return ratios.take(np.clip(place, 0, len(ratios) - 1))


def percentile(values: NDArray[Any], share: float) -> float:
    """The smallest value with a share of values ≤ it of at least `share` (`inverted_cdf`)."""
    return float(np.quantile(values, share, method="inverted_cdf"))


@dataclass(frozen=True, eq=False)
class Spread:
    """How hours lie about an estimate of 1: three points (`triple`), or sorted ratios seen before.

    `source`: three_points, account, book, default, or constant. `centre` is the mean of hours over the estimate: where it is not 1,
    the spread moves the centre too.
    """

    source: str
    triple: tuple[float, float, float] = (1.0, 1.0, 1.0)
    ratios: Array | None = None

    def factors(self, z: Array) -> Array:
        """Hours over the estimate for each draw."""
        return pert_quantiles(*self.triple, z) if self.ratios is None else observed_quantiles(self.ratios, z)

    @property
    def centre(self) -> float:
        """Mean of hours over the estimate; (o + 4m + p)/6 of three points."""
        low, likely, high = self.triple
        return (low + 4 * likely + high) / 6 if self.ratios is None else float(self.ratios.mean())

    @property
    def done_tasks(self) -> int | None:
        """How many done tasks it rests on; None where it rests on none."""
        return None if self.ratios is None else len(self.ratios)


CONSTANT = Spread("constant")


@dataclass(frozen=True, eq=False)
class History:
    """Hours logged over hours estimated, of done tasks, sorted: by account where there are twenty or more, and of the whole book."""

    by_account: Mapping[str, Array] = field(default_factory=dict)
    book: Array = field(default_factory=lambda: np.empty(0))
    default: tuple[float, float, float] = DEFAULT_SPREAD

    def spread(self, account_id: str | None) -> Spread:
        """What one estimate alone is worth: the account's own ratios, else the book's, else the stated default."""
        if account_id is not None and len(own := self.by_account.get(account_id, np.empty(0))) >= LEAST_DONE_TASKS:
            return Spread("account", ratios=own)
        if len(self.book) >= LEAST_DONE_TASKS:
            return Spread("book", ratios=self.book)
        return Spread("default", self.default)


def history_of(portfolio: Portfolio, as_of: date) -> History:
    """Ratios of the tasks done by the close of `as_of`: logged hours to that day over the estimate. Tasks without either are left out."""
    logged = portfolio["time_entries"].filter(pl.col("date") <= as_of).group_by("task_id").agg(pl.col("hours").sum())
    done = portfolio["tasks"].filter((pl.col("status") == "done") & (pl.col("finished_on") <= as_of) & (pl.col("kind") != "summary"))
    ratios = (
        done.filter(pl.col("estimate_hours") > 0)
        .join(logged, on="task_id")
        .join(portfolio["projects"].select("project_id", "account_id"), on="project_id")
        .filter(pl.col("hours") > 0)
        .select("account_id", (pl.col("hours") / pl.col("estimate_hours")).alias("ratio"))
        .sort("ratio")
        .collect()
    )
    by_account = {str(name): rows["ratio"].to_numpy() for (name,), rows in ratios.partition_by("account_id", as_dict=True).items()}
    return History({name: own for name, own in by_account.items() if len(own) >= LEAST_DONE_TASKS}, ratios["ratio"].to_numpy())


@cache
def _pert_table() -> NDArray[Any]:
    """Quantiles of Beta(α, 6 − α): α from 1 to 5 down, z from −reach to reach across, its upper half the mirror of the lower (exact)."""
    alpha = np.linspace(1.0, 5.0, _SHAPES_HELD)[:, None]
    lower = betaincinv(alpha, 6.0 - alpha, ndtr(np.arange(-_HALF, 1) / _STEPS_PER_Z)[None, :])
    return np.hstack([lower, 1.0 - lower[::-1, -2::-1]])


def _pert_row(alpha: float) -> Array:
    """The table's row at α, by cubic interpolation between four rows."""
    table = _pert_table()
    place = (alpha - 1.0) / 4.0 * (_SHAPES_HELD - 1)
    first = int(np.clip(np.floor(place) - 1, 0, _SHAPES_HELD - 4))
    t = place - first
    weights = np.array([
        -(t - 1) * (t - 2) * (t - 3) / 6,
        t * (t - 2) * (t - 3) / 2,
        -t * (t - 1) * (t - 3) / 2,
        t * (t - 1) * (t - 2) / 6,
    ])  # fmt: skip
    row: Array = np.clip(weights @ table[first : first + 4], 0.0, 1.0)
    return row
