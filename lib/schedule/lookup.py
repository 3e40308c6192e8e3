"""A calendar's answers for many trials at once, by tables instead of searches. The answers are `Calendar`'s own, to the tick; it adds none.

A calendar's intervals are laid out once up to a horizon. Which interval an instant lies in is read from a table of equal cells, each so
short that at most one interval begins in it. Whatever lies outside the table is asked of the calendar itself.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from lib.schedule.axis import TICKS_PER_DAY, TICKS_PER_WEEK
from lib.schedule.calendars import Calendar

Ticks: TypeAlias = NDArray[np.int64]

CELLS = 1 << 20
"""The longest table; a calendar with shorter intervals is searched."""
_ENDLESS = np.int64(2**60)


class Lookup:
    """`finish` and `start` of one calendar for int64 arrays, fast up to `horizon` (an instant) and right beyond."""

    def __init__(self, calendar: Calendar, horizon: int) -> None:
        self.calendar = calendar
        starts, ends = (np.asarray(ticks, np.int64) for ticks in (calendar.starts, calendar.ends))
        weeks = max(0, -((calendar.until - horizon) // TICKS_PER_WEEK)) if calendar.ever_works else 0
        again = starts >= calendar.until - TICKS_PER_WEEK
        later = (np.arange(1, weeks + 1, dtype=np.int64) * TICKS_PER_WEEK)[:, None]
        self._first, self._until = calendar.first, calendar.until + weeks * TICKS_PER_WEEK
        # An interval without length at the beginning: every instant of the table has one at or before it.
        starts = np.concatenate([[self._first], starts, (starts[again] + later).ravel()])
        ends = np.concatenate([[self._first], ends, (ends[again] + later).ravel()])
        done = np.cumsum(ends - starts)
        self._total = int(done[-1])
        self._ends, self._ahead = ends, done - ends  # work done at an instant inside an interval, less that instant
        self._starting = _Cells(np.append(starts, _ENDLESS), self._first, self._until)
        self._ending = _Cells(np.append(done, _ENDLESS), 0, self._total + 1)

    def work_before(self, instants: Ticks) -> Ticks:
        """Working time before each instant: only differences mean anything."""
        if not self._holds(instants):
            return self.calendar.work_before(instants)
        index = self._starting.not_after(instants)
        return self._ahead.take(index) + np.minimum(instants, self._ends.take(index))

    def finish(self, start: Ticks, work: Ticks | int) -> Ticks:
        """As `Calendar.finish`."""
        if not self._holds(start):
            return self.calendar.finish(start, np.asarray(work))
        done = self.work_before(start) + work
        if not (done.min() > 0 and done.max() <= self._total):
            return self.calendar.finish(start, np.asarray(work))
        found = self._done(done)
        least = np.min(work)
        if least > 0:
            return found
        return np.where(work == 0, start, found) if least == 0 else self.calendar.finish(start, np.asarray(work))

    def start(self, finish: Ticks, work: Ticks | int) -> Ticks:
        """As `Calendar.start`."""
        if self._holds(finish) and np.min(work) > 0:
            left = self.work_before(finish) - work
            if left.min() >= 0 and left.max() < self._total:
                return left - self._ahead.take(self._ending.not_after(left) + 1)
        return self.calendar.start(finish, np.asarray(work))

    def next_working(self, instants: Ticks) -> Ticks:
        """As `Calendar.next_working`."""
        if self._holds(instants):
            done = self.work_before(instants)
            if done.max() < self._total:
                return done - self._ahead.take(self._ending.not_after(done) + 1)
        return self.calendar.next_working(instants)

    def previous_working(self, instants: Ticks) -> Ticks:
        """As `Calendar.previous_working`."""
        if self._holds(instants):
            done = self.work_before(instants)
            if done.min() > 0:
                return self._done(done)
        return self.calendar.previous_working(instants)

    def days_before(self, instants: Ticks) -> NDArray[np.float64]:
        """As `Calendar.days_before`, of instants that are not NEVER."""
        if not len(instants):
            return np.empty(0)
        numbers = instants // TICKS_PER_DAY
        first = int(numbers.min())
        midnights = np.arange(first, int(numbers.max()) + 2, dtype=np.int64) * TICKS_PER_DAY
        done = self.work_before(midnights)
        size = np.diff(done)
        whole = np.concatenate([[0], np.cumsum(size > 0)]) + self.calendar.days_before(int(midnights[0]))
        begun = self.work_before(instants) - done[numbers - first]
        return whole[numbers - first] + begun / np.maximum(size, 1)[numbers - first]

    def _done(self, work: Ticks) -> Ticks:
        """The earliest instant with that `work` before it, of work inside the table."""
        return work - self._ahead.take(self._ending.before(work))

    def _holds(self, instants: Ticks) -> bool:
        return bool(len(instants)) and self._first <= instants.min() and instants.max() < self._until


def lookup_of(calendar: Calendar, horizon: int) -> Lookup:
    """The calendar's lookup up to `horizon`, one and the same each time."""
    if (Lookup, horizon) not in calendar.made:
        calendar.made[Lookup, horizon] = Lookup(calendar, horizon)
    found: Lookup = calendar.made[Lookup, horizon]
    return found


class _Cells:
    """Places among sorted values: how many are below, or not above, each of many numbers in [first, until)."""

    def __init__(self, values: Ticks, first: int, until: int) -> None:
        self.values, self.first = values, first
        gaps = np.diff(values)
        self.width = int(gaps[gaps > 0].min())
        edges = np.arange(first, until + self.width, self.width) if (until - first) // self.width < CELLS else None
        self.below: Any = None if edges is None else np.searchsorted(values, edges, side="left")
        self.at: Any = None if edges is None else np.searchsorted(values, edges, side="right") - 1

    def before(self, numbers: Ticks) -> Ticks:
        """How many values are below each number."""
        if self.below is None:
            return np.searchsorted(self.values, numbers, side="left")
        held = self.below.take((numbers - self.first) // self.width)
        held += self.values.take(held) < numbers
        return held

    def not_after(self, numbers: Ticks) -> Ticks:
        """The place of the last value that is not above each number."""
        if self.at is None:
            return np.searchsorted(self.values, numbers, side="right") - 1
        held = self.at.take((numbers - self.first) // self.width)
        held += self.values.take(held + 1) <= numbers
        return held
