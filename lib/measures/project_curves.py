"""What each project was to have earned by each of its working days, with the changes that the client pays. Knows nothing of actual cost.

Formula: definitions § Earned value. Time is in working days of the project's calendar (`lib.schedule.working_time`) from the baseline's
start: time 1 is the close of the first. Where the definitions are silent: scope that is added is planned evenly over the baseline dates of
its tasks, else from its decision to the planned end moved by its delay_days (one day at least); work whose days are all off falls on the
next working day; removed scope takes its part out of all that was planned after its decision.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lib.measures.earned_schedule import PlannedCurve
from lib.schedule.calendars import Calendar

_EPOCH = date(1970, 1, 1).toordinal()
Days = NDArray[Any]


@dataclass(frozen=True)
class Change:
    """A decided change as it bears on the budget: scope added (or, `amount` negative, removed) on its day, and how much of it is done."""

    decided_on: date
    amount: float
    delay_days: float = 0.0
    start: date | None = None
    finish: date | None = None
    done: float = 0.0


@dataclass(frozen=True)
class Progress:
    """How much is done: `share` of the original scope at the close of the as-of day, or readings (day, share of the scope of that day).

    `finished`: all of it, whatever was read.
    """

    share: float | None = None
    readings: tuple[tuple[date, float], ...] = ()
    finished: bool = False


@dataclass(frozen=True, eq=False)
class WorkingDays:
    """The working days of one project, counted from its start."""

    calendar: Calendar
    start: date

    def until(self, days: Iterable[date], off: int = 0) -> Days:
        """Working days from the start to the close of each day (`off` days later); negative before the start."""
        numbers = np.array([day.toordinal() + off + 1 for day in days] + [self.start.toordinal()], np.int64)
        at = numbers - _EPOCH - self.calendar.days[0]
        # Beyond the calendar's days its first and last seven repeat.
        last = self._counted.size - 1
        weeks = np.where(at > last, -((last - at) // 7), np.where(at < 0, at // 7, 0))
        a_week = np.where(weeks > 0, self._counted[last] - self._counted[last - 7], self._counted[7])
        counted = self._counted[at - 7 * weeks] + weeks * a_week
        return np.asarray(counted[:-1] - counted[-1], np.int64)

    @cached_property
    def _counted(self) -> Days:
        """Working days before each of the calendar's days, and before the one after them."""
        return np.concatenate([[0], np.cumsum(self.calendar.hours > 0)])

    def days(self, count: int) -> list[date]:
        """The first `count` working days; fewer where the calendar has no more in three years after the last."""
        span = 2 * count + 1096
        days = [self.start + timedelta(days=n) for n in range(span)]
        reached = self.until(days)
        return [day for day, works in zip(days, np.diff(reached, prepend=0) > 0, strict=True) if works][:count]

    def by(self, day: date) -> int:
        """Working days from the start to the close of `day`."""
        return int(self.until([day])[0])


@dataclass(frozen=True, eq=False)
class Budget:
    """A project's scope after its changes: what it was to cost, planned value at the close of each working day from time 0, and EV."""

    total: float
    planned: Days
    earned: float | None

    @property
    def curve(self) -> PlannedCurve:
        return PlannedCurve.of(np.arange(self.planned.size), self.planned, self.total)


def planned_shares(days: WorkingDays, starts: Sequence[date], finishes: Sequence[date], weights: Sequence[float]) -> Days:
    """The share of all weights that is planned by the close of each working day, from 0 at time 0 to 1 at the planned end.

    Each weight is spread evenly over the working days from its start to its finish, both included.
    """
    after, until = np.maximum(days.until(starts, off=-1), 0), days.until(finishes)
    until = np.maximum(until, after + 1)
    a_day = np.asarray(weights, np.float64) / (until - after)
    steps = np.zeros(int(until.max()) + 2)
    np.add.at(steps, after + 1, a_day)
    np.add.at(steps, until + 1, -a_day)
    planned = np.cumsum(np.cumsum(steps))[:-1]
    return np.maximum.accumulate(np.clip(planned / planned[-1], 0.0, 1.0))


def with_changes(original: float, planned: Days | None, days: WorkingDays | None, changes: Sequence[Change], progress: Progress) -> Budget:
    """The budget after all `changes`, in the order of their days, with the planned values and what is earned of it.

    `original`: BAC as first agreed; `planned`: its shares by working day, None without a plan. Added scope raises the budget from its day
    on; removed scope lowers it by its unearned part only. EV never exceeds the budget, and approving scope never changes what is earned.
    """
    total = original
    values = None if planned is None else planned * original
    read = 0.0
    added = sum(change.amount * change.done for change in changes if change.amount > 0)
    own = None if progress.share is None else progress.share * original + added
    readings = sorted(progress.readings, reverse=True)
    for change in sorted(changes, key=lambda change: change.decided_on):
        while readings and readings[-1][0] < change.decided_on:
            read = readings.pop()[1] * total
        earned = read if own is None else own
        amount = change.amount if change.amount >= 0 else -min(-change.amount, max(0.0, total - earned))
        if values is not None and days is not None:
            values = _added(values, days, change, amount) if amount >= 0 else _removed(values, days.by(change.decided_on), total, amount)
        total += amount
    for _, share in reversed(readings):
        read = share * total
    known = progress.share is not None or progress.readings
    earned_now = total if progress.finished else min(own if own is not None else read, total) if known else None
    return Budget(total, np.zeros(1) if values is None else values, earned_now)


def _added(values: Days, days: WorkingDays, change: Change, amount: float) -> Days:
    decided = max(days.by(change.decided_on), 0)
    if change.start is not None and change.finish is not None:
        after, until = (max(int(days.until([change.start], off=-1)[0]), decided), days.by(change.finish))
    else:
        after, until = decided, max(values.size - 1, decided) + max(0, ceil(change.delay_days))
    until = max(until, after + 1)
    longer = np.concatenate([values, np.full(max(0, until + 1 - values.size), values[-1])])
    return longer + amount * np.clip((np.arange(longer.size) - after) / (until - after), 0.0, 1.0)


def _removed(values: Days, decided: int, total: float, amount: float) -> Days:
    """Planned values up to the decision stay; where they are more than what is left, they are cut there."""
    left = total + amount
    reached = values[min(max(decided, 0), values.size - 1)]
    if left <= reached or total <= reached:
        return np.minimum(values, left)
    return np.where(np.arange(values.size) <= decided, values, reached + (values - reached) * (left - reached) / (total - reached))
