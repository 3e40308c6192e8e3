"""Exact arithmetic in working time, on a line of whole ticks. Knows nothing of people, tasks or holidays: hours come in, instants come out.

Instants are ticks of the axis (`lib/schedule/axis.py`, whose names are found here too); *work* is ticks of working time.
Whole ticks are exact; float64 arrays go through the same functions, exact below 2^53.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from lib.schedule.axis import (
    NEVER,
    TICKS_PER_DAY,
    TICKS_PER_HOUR,
    TICKS_PER_WEEK,
    Shift,
    all_laid,
    day_number,
    day_of,
    instant,
    laid,
    merged,
    moment,
    shifts,
    usual_week,
    weekday,
)

__all__ = ["NEVER", "TICKS_PER_DAY", "TICKS_PER_HOUR", "TICKS_PER_WEEK", "Calendar", "Ticks", "day_of", "instant", "moment"]

Ticks: TypeAlias = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Calendar:
    """Disjoint sorted working intervals [starts, ends), int64 ticks, and the work before each.

    Intervals are given for [first, until); before and after, the first and the last seven days of that span repeat for ever, which the
    constructors make ordinary weeks. Work is counted from `first` and negative before it.
    """

    starts: Ticks
    ends: Ticks
    worked: Ticks
    first: int
    until: int

    @classmethod
    def of_days(
        cls, first: date, hours: Sequence[float], before: Sequence[float] | None = None, after: Sequence[float] | None = None
    ) -> Calendar:
        """Hours of each day from `first` on, laid from 09:00 without a gap (earlier if they would pass midnight).

        `before` and `after`: hours Monday to Sunday of every week outside; without them, what each weekday most often has in `hours`
        (the latest where two are as frequent; none where the weekday does not occur). ValueError for hours outside 0-24.
        """
        number = day_number(first)
        if before is not None and after is not None:
            end = number + len(hours)
            days = [*(before[weekday(number + day)] for day in range(7)), *hours, *(after[weekday(end + day)] for day in range(7))]
            return cls._of_ends(*all_laid(number - 7, days), (number - 7) * TICKS_PER_DAY, (end + 7) * TICKS_PER_DAY)
        weeks = [None if week is None else [laid(day) for day in week] for week in (before, after)]
        return cls._of_shifts(number, [laid(day) for day in hours], weeks[0], weeks[1])

    @classmethod
    def of_intervals(cls, intervals: Iterable[tuple[int | datetime, int | datetime]]) -> Calendar:
        """Working intervals as pairs of instants or datetimes, in any order, overlaps merged; the weeks outside as in `of_days`.

        ValueError for an interval that ends before it begins.
        """
        days: dict[int, list[Shift]] = {}
        for start, end in merged((_tick(start), _tick(end)) for start, end in intervals):
            for number in range(start // TICKS_PER_DAY, (end - 1) // TICKS_PER_DAY + 1):
                midnight = number * TICKS_PER_DAY
                days.setdefault(number, []).append((max(start - midnight, 0), min(end - midnight, TICKS_PER_DAY)))
        first, last = (min(days), max(days)) if days else (0, 0)
        return cls._of_shifts(first, [tuple(days.get(number, ())) for number in range(first, last + 1)])

    @classmethod
    def of_week(
        cls, week: Sequence[Sequence[tuple[float, float]]], exceptions: dict[date, Sequence[tuple[float, float]]] | None = None
    ) -> Calendar:
        """The same week for ever, seven lists of (from, to) o'clock Monday to Sunday, save for the days in `exceptions`."""
        usual = [shifts(day) for day in week]
        given = {day_number(day): shifts(hours) for day, hours in (exceptions or {}).items()}
        first, last = (min(given), max(given)) if given else (0, 0)
        return cls._of_shifts(first, [given.get(day, usual[weekday(day)]) for day in range(first, last + 1)], usual, usual)

    @classmethod
    def _of_shifts(
        cls,
        first: int,
        days: Sequence[tuple[Shift, ...]],
        before: Sequence[tuple[Shift, ...]] | None = None,
        after: Sequence[tuple[Shift, ...]] | None = None,
    ) -> Calendar:
        usual = usual_week(first, days) if before is None or after is None else ()
        before, after = before or usual, after or usual
        end = first + len(days)
        numbered = [
            *((day, before[weekday(day)]) for day in range(first - 7, first)),
            *enumerate(days, first),
            *((day, after[weekday(day)]) for day in range(end, end + 7)),
        ]
        starts = [day * TICKS_PER_DAY + start for day, worked in numbered for start, _ in worked]
        ends = [day * TICKS_PER_DAY + stop for day, worked in numbered for _, stop in worked]
        return cls._of_ends(starts, ends, (first - 7) * TICKS_PER_DAY, (end + 7) * TICKS_PER_DAY)

    @classmethod
    def _of_ends(cls, begins: Sequence[int] | Ticks, stops: Sequence[int] | Ticks, first: int, until: int) -> Calendar:
        starts, ends = np.asarray(begins, np.int64), np.asarray(stops, np.int64)
        return cls(starts, ends, np.concatenate([[0], np.cumsum(ends - starts)[:-1]])[: len(starts)].astype(np.int64), first, until)

    def capped(self, hours: float) -> Calendar:
        """The same calendar with no more than `hours` a day, taken from the beginning of each day's work; one and the same each time."""
        if hours not in self.made:
            self.made[hours] = self._with_less(hours)
        found: Calendar = self.made[hours]
        return found

    @cached_property
    def made(self) -> dict[Any, Any]:
        """What was worked out from this calendar once and for all, by what it was made for."""
        return {}

    def _with_less(self, hours: float) -> Calendar:
        left, day, starts, ends = 0, None, [], []
        for start, end in zip(self._starts, self._ends, strict=True):
            if start // TICKS_PER_DAY != day:
                day, left = start // TICKS_PER_DAY, round(hours * TICKS_PER_HOUR)
            if left > 0:
                starts.append(start)
                ends.append(min(end, start + left))
                left -= end - start
        return Calendar._of_ends(starts, ends, self.first, self.until)

    @overload
    def work_before(self, instants: int) -> int: ...
    @overload
    def work_before(self, instants: Ticks) -> Ticks: ...
    def work_before(self, instants: int | Ticks) -> int | Ticks:
        """Working time before each instant, counted from `first`: only differences mean anything."""
        return self._work_at(instants) if isinstance(instants, int) else self._works_at(np.asarray(instants))

    @overload
    def finish(self, start: int, work: int) -> int: ...
    @overload
    def finish(self, start: Ticks, work: int | Ticks) -> Ticks: ...
    @overload
    def finish(self, start: int, work: Ticks) -> Ticks: ...
    def finish(self, start: int | Ticks, work: int | Ticks) -> int | Ticks:
        """The earliest instant by which `work` is done from `start` on: the end of an interval, not the beginning of the next.

        No work is done at once. Negative work goes back: the earliest instant from which that much is done by `start`. Work that no day has
        hours for: NEVER (−NEVER back). `finish(a, work) ≤ b` exactly where `a ≤ start(b, work)`, unless the work is none.
        """
        if isinstance(start, int) and isinstance(work, int):
            return start if work == 0 else self._end_at(self._work_at(start) + work)
        works = np.asarray(work)
        after = self._ends_at(self._works_at(np.asarray(start)) + works)
        return after if (works > 0).all() else np.where(works == 0, start, after)

    @overload
    def start(self, finish: int, work: int) -> int: ...
    @overload
    def start(self, finish: Ticks, work: int | Ticks) -> Ticks: ...
    @overload
    def start(self, finish: int, work: Ticks) -> Ticks: ...
    def start(self, finish: int | Ticks, work: int | Ticks) -> int | Ticks:
        """The latest instant at which `work` must begin to be done by `finish`; the mirror of `finish`."""
        if isinstance(finish, int) and isinstance(work, int):
            return finish if work == 0 else self._start_at(self._work_at(finish) - work)
        works = np.asarray(work)
        before = self._starts_at(self._works_at(np.asarray(finish)) - works)
        return before if (works > 0).all() else np.where(works == 0, finish, before)

    @overload
    def next_working(self, instants: int) -> int: ...
    @overload
    def next_working(self, instants: Ticks) -> Ticks: ...
    def next_working(self, instants: int | Ticks) -> int | Ticks:
        """The first instant, not earlier, at which work can begin; the end of an interval becomes the beginning of the next."""
        if isinstance(instants, int):
            return self._start_at(self._work_at(instants))
        return self._starts_at(self._works_at(np.asarray(instants)))

    @overload
    def previous_working(self, instants: int) -> int: ...
    @overload
    def previous_working(self, instants: Ticks) -> Ticks: ...
    def previous_working(self, instants: int | Ticks) -> int | Ticks:
        """The last instant, not later, by which work can be done; the beginning of an interval becomes the end of the one before."""
        if isinstance(instants, int):
            return self._end_at(self._work_at(instants))
        return self._ends_at(self._works_at(np.asarray(instants)))

    def hours_on(self, day: date) -> float:
        """Working hours of a day."""
        midnight = instant(date(day.year, day.month, day.day))
        return (self._work_at(midnight + TICKS_PER_DAY) - self._work_at(midnight)) / TICKS_PER_HOUR

    def hours_between(self, first: date, last: date) -> NDArray[np.float64]:
        """Working hours of each day from first to last, both included."""
        midnights = np.arange(instant(first), instant(last) + 2 * TICKS_PER_DAY, TICKS_PER_DAY)
        return np.diff(self._works_at(midnights)) / TICKS_PER_HOUR

    @property
    def days(self) -> NDArray[np.int64]:
        """Days since 1970-01-01 of [first, until)."""
        return np.arange(self.first // TICKS_PER_DAY, self.until // TICKS_PER_DAY)

    @cached_property
    def hours(self) -> NDArray[np.float64]:
        """Working hours of each of `days`."""
        return np.diff(self._works_at(np.arange(self.first, self.until + 1, TICKS_PER_DAY))) / TICKS_PER_HOUR

    @overload
    def days_before(self, instants: int) -> float: ...
    @overload
    def days_before(self, instants: Ticks) -> Ticks: ...
    def days_before(self, instants: int | Ticks) -> float | Ticks:
        """Working days before each instant, counted from `first`: each day with hours counts one, and its hours in proportion."""
        if not isinstance(instants, int):
            return np.array([self.days_before(int(tick)) for tick in np.asarray(instants).flat]).reshape(np.shape(instants))
        weeks = 0
        if instants >= self.until:
            weeks = (instants - self.until) // TICKS_PER_WEEK + 1
        elif instants < self.first:
            weeks = (instants - self.first) // TICKS_PER_WEEK
        inside = instants - weeks * TICKS_PER_WEEK
        index = (inside - self.first) // TICKS_PER_DAY
        before, ticks = self._days[index]
        begun = self._work_inside(inside) - self._work_inside(self.first + index * TICKS_PER_DAY)
        a_week = self._days[-1][0] - self._days[-8][0] if weeks > 0 else self._days[7][0]
        return before + (begun / ticks if ticks else 0) + weeks * a_week

    @cached_property
    def _days(self) -> list[tuple[int, int]]:
        """For each day of the span and the one after it: working days before, and ticks of work on it."""
        ticks = np.append(np.rint(self.hours * TICKS_PER_HOUR), 0).astype(np.int64)
        before = np.concatenate([[0], np.cumsum(ticks[:-1] > 0)])
        return list(zip(before.tolist(), ticks.tolist(), strict=True))

    @property
    def ever_works(self) -> bool:
        """Whether there are hours in every week after the days that were given."""
        return self._week_after > 0

    # Plain lists and bisection answer one question ten times as fast as NumPy does.
    @cached_property
    def _starts(self) -> list[int]:
        return self.starts.tolist()

    @cached_property
    def _ends(self) -> list[int]:
        return self.ends.tolist()

    @cached_property
    def _worked(self) -> list[int]:
        return self.worked.tolist()

    @cached_property
    def _done(self) -> Ticks:
        """Work done by the end of each interval."""
        return self.worked + self.ends - self.starts

    @cached_property
    def _done_list(self) -> list[int]:
        return self._done.tolist()

    @cached_property
    def _total(self) -> int:
        return self._done_list[-1] if len(self.starts) else 0

    @cached_property
    def _week_before(self) -> int:
        return self._work_inside(self.first + TICKS_PER_WEEK)

    @cached_property
    def _week_after(self) -> int:
        return self._total - self._work_inside(self.until - TICKS_PER_WEEK)

    def _work_inside(self, tick: int) -> int:
        index = bisect_right(self._starts, tick) - 1
        return 0 if index < 0 else self._worked[index] + min(tick, self._ends[index]) - self._starts[index]

    def _work_at(self, tick: int) -> int:
        if tick >= self.until:
            weeks = (tick - self.until) // TICKS_PER_WEEK + 1
            return self._work_inside(tick - weeks * TICKS_PER_WEEK) + weeks * self._week_after
        if tick < self.first:
            weeks = -((tick - self.first) // TICKS_PER_WEEK)
            return self._work_inside(tick + weeks * TICKS_PER_WEEK) - weeks * self._week_before
        return self._work_inside(tick)

    def _end_at(self, done: int) -> int:
        """The earliest instant with `done` work before it."""
        weeks = 0
        if done > self._total:
            if not self._week_after:
                return NEVER
            weeks = -((self._total - done) // self._week_after)
            done -= weeks * self._week_after
        elif done <= 0:
            if not self._week_before:
                return -NEVER
            weeks = -(-done // self._week_before + 1)
            done -= weeks * self._week_before
        index = bisect_left(self._done_list, done)
        return self._starts[index] + done - self._worked[index] + weeks * TICKS_PER_WEEK

    def _start_at(self, done: int) -> int:
        """The latest instant with no more than `done` work before it."""
        weeks = 0
        if done >= self._total:
            if not self._week_after:
                return NEVER
            weeks = (done - self._total) // self._week_after + 1
            done -= weeks * self._week_after
        elif done < 0:
            if not self._week_before:
                return -NEVER
            weeks = done // self._week_before
            done -= weeks * self._week_before
        index = bisect_right(self._worked, done) - 1
        return self._starts[index] + done - self._worked[index] + weeks * TICKS_PER_WEEK

    def _works_at(self, ticks: Ticks) -> Ticks:
        if not len(self.starts):
            return np.zeros_like(ticks)
        after = np.where(ticks >= self.until, (ticks - self.until) // TICKS_PER_WEEK + 1, 0)
        before = np.where(ticks < self.first, (ticks - self.first) // TICKS_PER_WEEK, 0)
        inside = ticks - (after + before) * TICKS_PER_WEEK
        index = np.searchsorted(self.starts, inside, side="right") - 1
        held = np.maximum(index, 0)
        done = np.where(index < 0, 0, self.worked[held] + np.minimum(inside, self.ends[held]) - self.starts[held])
        return done + after * self._week_after + before * self._week_before

    def _ends_at(self, done: Ticks) -> Ticks:
        weeks, inside, answer = self._folded(done, done > self._total, done <= 0, ends=True)
        index = np.minimum(np.searchsorted(self._done, inside, side="left"), max(len(self.starts) - 1, 0))
        return self._unfolded(index, inside, weeks, answer)

    def _starts_at(self, done: Ticks) -> Ticks:
        weeks, inside, answer = self._folded(done, done >= self._total, done < 0, ends=False)
        index = np.maximum(np.searchsorted(self.worked, inside, side="right") - 1, 0)
        return self._unfolded(index, inside, weeks, answer)

    def _folded(self, done: Ticks, over: Any, under: Any, ends: bool) -> tuple[Ticks, Ticks, Ticks]:
        """Weeks to add, the work inside the given days, and ±NEVER where there is no such instant."""
        under = under & ~over
        later, sooner = max(self._week_after, 1), max(self._week_before, 1)
        beyond = done - self._total
        weeks_on = -(-beyond // later) if ends else beyond // later + 1
        weeks_back = -(-done // sooner + 1) if ends else done // sooner
        weeks = np.where(over, weeks_on, np.where(under, weeks_back, 0))
        inside = done - np.where(over, weeks * self._week_after, np.where(under, weeks * self._week_before, 0))
        never = np.where(over & (not self._week_after), NEVER, np.where(under & (not self._week_before), -NEVER, 0))
        return weeks, inside, never

    def _unfolded(self, index: Ticks, inside: Ticks, weeks: Ticks, never: Ticks) -> Ticks:
        if not len(self.starts):
            return never
        found = self.starts[index] + inside - self.worked[index] + weeks * TICKS_PER_WEEK
        return np.where(never == 0, found, never)


def _tick(at: int | datetime) -> int:
    return instant(at) if isinstance(at, datetime) else int(at)
