"""How much of its plan a project has earned, in time instead of money. It knows curves of numbers only: no tables, dates or calendars.

Formula: definitions § Earned schedule; Lipke, "Schedule is Different", The Measurable News, March 2003.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

EQUAL_WITHIN = 1e-9
"""Amounts that differ by no more than this share of the budget at completion are one amount: sums of cents differ in their last bits."""

Numbers = NDArray[Any]
At: TypeAlias = Callable[[Numbers, Numbers], Numbers]
"""What is true of each of some curves (by number) at one point of each (by number)."""


@dataclass(frozen=True, eq=False)
class PlannedCurves:
    """Planned value over time of many projects, cumulative: each is known at its points 0 … `last` and straight between them.

    `planned`: value by curve and point, rising; over the budget it is held at the budget. `budgets` (BAC) are positive. `timed`: the time
    of each point, rising; None where points are periods, so that a point's number is its time.
    """

    last: Numbers
    budgets: Numbers
    planned: At
    timed: At | None = None

    @classmethod
    def of(cls, times: ArrayLike, values: ArrayLike, budget: float) -> PlannedCurves:
        """One curve of points; those without a value (NaN) are passed over, so that the line runs straight between their neighbours.

        Time 0, where nothing is planned, is added; values that fall are held at the highest so far.
        """
        at, planned = np.asarray(times, np.float64), np.asarray(values, np.float64)
        known = np.isfinite(at) & np.isfinite(planned)
        at, planned = at[known], planned[known]
        if not at.size or at[0] > 0:
            at, planned = np.concatenate([[0.0], at]), np.concatenate([[0.0], planned])
        rising = np.maximum.accumulate(planned)
        return cls(np.array([at.size - 1]), np.array([budget]), lambda _, points: rising[points], lambda _, points: at[points])

    @cached_property
    def durations(self) -> Numbers:
        """PD: the first time at which all of the budget is planned; NaN for a curve that ends before."""
        curves = np.arange(self.last.size)
        # Most plans end on their last point: from the one before it the search is short.
        before = np.maximum(self.last - 1, 0)
        whole = self.values(curves, before) >= self.budgets
        reached = self._reaching(curves, self.budgets, np.where(whole, 0, before))
        found = self._times(curves, np.minimum(reached, self.last))
        return np.where(reached <= self.last, found, np.nan)

    def values(self, curves: Numbers, points: Numbers) -> Numbers:
        """Planned value at points of curves, within 0 … budget."""
        budgets = self.budgets[curves]
        planned = np.clip(self.planned(curves, points), 0.0, budgets)
        return np.where(planned >= budgets * (1 - EQUAL_WITHIN), budgets, planned)

    def planned_by(self, curves: Numbers, periods: Numbers) -> Numbers:
        """Planned value at the close of periods, before the first point 0; NaN beyond a curve that never reaches its budget."""
        values = np.where(periods < 0, 0.0, self.values(curves, np.clip(periods, 0, self.last[curves])))
        return np.where((periods > self.last[curves]) & np.isnan(self.durations[curves]), np.nan, values)

    def earned_schedule(self, curves: Numbers, earned: ArrayLike, actual_times: ArrayLike) -> Numbers:
        """ES on each of `curves` for its earned value (EV) and actual time (AT): the time by which the plan wanted as much as is earned.

        ES = C + (EV − PV_C) / (PV_{C+1} − PV_C), C the last time before PD with PV_C ≤ EV. Where the plan stands still at EV, ES is AT held
        within that stretch. EV = BAC gives PD, and so does more. NaN for EV unknown, or beyond what the curve plans.
        """
        budgets, end = self.budgets[curves], self.last[curves]
        ev = np.clip(np.asarray(earned, np.float64), 0.0, budgets)
        at = np.broadcast_to(np.asarray(actual_times, np.float64), ev.shape)
        near = budgets * EQUAL_WITHIN
        first = self._reaching(curves, ev - near, np.zeros_like(end))  # the first point that is not below EV
        after = self._reaching(curves, np.nextafter(ev + near, np.inf), first)  # the first point above it
        last, following = np.maximum(after - 1, 0), np.minimum(after, end)
        here, there = self.values(curves, last), self.values(curves, following)
        since, until = self._times(curves, last), self._times(curves, following)
        with np.errstate(divide="ignore", invalid="ignore"):
            between = since + (ev - here) / (there - here) * (until - since)
        flat = np.clip(at, self._times(curves, np.minimum(first, end)), since)
        schedule = np.where(first < after, np.where(np.isnan(at), np.nan, flat), np.where(after <= end, between, np.nan))
        held = np.maximum(schedule, self._times(curves, np.zeros_like(end)))
        return np.where(np.isnan(ev), np.nan, np.where(ev >= budgets - near, self.durations[curves], held))

    def _times(self, curves: Numbers, points: Numbers) -> Numbers:
        return points.astype(np.float64) if self.timed is None else self.timed(curves, points)

    def _reaching(self, curves: Numbers, amounts: Numbers, low: Numbers) -> Numbers:
        """The first point, not before `low`, whose value is not below the amount; one after the last where there is none."""
        low, high = low.copy(), self.last[curves] + 1
        begin = np.flatnonzero(low < high)
        there = self.values(curves[begin], low[begin]) >= amounts[begin]
        high[begin[there]] = low[begin[there]]
        low[begin[~there]] += 1
        searched = begin[~there]
        while searched.size:
            searched = searched[low[searched] < high[searched]]
            middle = (low[searched] + high[searched]) // 2
            short = self.values(curves[searched], middle) < amounts[searched]
            low[searched[short]] = middle[short] + 1
            high[searched[~short]] = middle[~short]
        return low
