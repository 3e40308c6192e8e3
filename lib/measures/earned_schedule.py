"""How much of its plan a project has earned, in time instead of money. It knows curves of numbers only: no tables, dates or calendars.

Formula: definitions § Earned schedule; Lipke, "Schedule is Different", The Measurable News, March 2003.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

EQUAL_WITHIN = 1e-9
"""Amounts that differ by no more than this share of the budget at completion are one amount: sums of cents differ in their last bits."""

Numbers = NDArray[Any]


@dataclass(frozen=True, eq=False)
class PlannedCurve:
    """Planned value over time, cumulative: `times` rising, `values` at the close of each. Time 0, where nothing is planned, is added.

    Values that fall are held at the highest so far, values over the budget at the budget. `budget` (BAC) is positive.
    """

    times: Numbers
    values: Numbers
    budget: float

    @classmethod
    def of(cls, times: ArrayLike, values: ArrayLike, budget: float) -> PlannedCurve:
        """A curve of points; those without a value (NaN) are passed over, so that the line runs straight between their neighbours."""
        at, planned = np.asarray(times, np.float64), np.asarray(values, np.float64)
        known = np.isfinite(at) & np.isfinite(planned)
        at, planned = at[known], planned[known]
        if not at.size or at[0] > 0:
            at, planned = np.concatenate([[0.0], at]), np.concatenate([[0.0], planned])
        planned = np.maximum.accumulate(np.clip(planned, 0.0, budget))
        planned[planned >= budget * (1 - EQUAL_WITHIN)] = budget
        return cls(at, planned, budget)

    @cached_property
    def duration(self) -> float | None:
        """PD: the first time at which all of the budget is planned; None for a curve that ends before."""
        reached = int(np.searchsorted(self.values, self.budget))
        return float(self.times[reached]) if reached < self.values.size else None

    def planned_by(self, times: ArrayLike) -> Numbers:
        """Planned value at any times, on the straight lines between the points; NaN beyond a curve that never reaches the budget."""
        beyond = np.nan if self.duration is None else self.budget
        return np.interp(np.asarray(times, np.float64), self.times, self.values, right=beyond)

    def earned_schedule(self, earned: ArrayLike, actual_times: ArrayLike) -> Numbers:
        """ES for each earned value (EV) and actual time (AT): the time by which the plan wanted as much as is earned.

        ES = C + (EV − PV_C) / (PV_{C+1} − PV_C), C the last time before PD with PV_C ≤ EV. Where the plan stands still at EV, ES is AT held
        within that stretch. EV = BAC gives PD, and so does more. NaN for EV unknown, or beyond what the curve plans.
        """
        ev = np.clip(np.asarray(earned, np.float64), 0.0, self.budget)
        at = np.broadcast_to(np.asarray(actual_times, np.float64), ev.shape)
        near = self.budget * EQUAL_WITHIN
        times, values = self.times, self.values
        first = np.searchsorted(values, ev - near, side="left")  # the first point that is not below EV
        after = np.searchsorted(values, ev + near, side="right")  # the first point above it
        last = np.clip(after - 1, 0, None)
        following = np.minimum(after, values.size - 1)
        rise = values[following] - values[last]
        with np.errstate(divide="ignore", invalid="ignore"):
            between = times[last] + (ev - values[last]) / rise * (times[following] - times[last])
        flat = np.clip(at, times[np.minimum(first, values.size - 1)], times[last])
        unfinished = np.where(after < values.size, between, np.nan)
        schedule = np.where(first < after, np.where(np.isnan(at), np.nan, flat), unfinished)
        done = ev >= self.budget - near
        finished = np.nan if self.duration is None else self.duration
        return np.where(np.isnan(ev), np.nan, np.where(done, finished, np.clip(schedule, self.times[0], None)))
