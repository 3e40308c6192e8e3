"""What many projects were to have earned by each of their working days, and what decided changes do to it. It knows numbers only.

Formula: definitions § Earned value. Time is in working days from the start of the plan: time 1 is the close of the first. Where the
definitions are silent: scope that is added is planned evenly over the baseline dates of its tasks, else from its decision to the planned
end moved by its delay_days (one day at least); removed scope takes its part out of all that was planned after its decision.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lib.measures.earned_schedule import At, PlannedCurves
from lib.measures.project_days import EVER, NEVER, Numbers


@dataclass(frozen=True, eq=False)
class Shapes:
    """The share of a budget that is planned by the close of each working day, from 0 at time 0 to 1 at `last`, straight between knots.

    Flat arrays of knots, by shape and time; `first`: where those of each shape begin, and one more at the end.
    """

    first: Numbers
    times: Numbers
    shares: Numbers

    @classmethod
    def none(cls) -> Shapes:
        """No shape at all."""
        return cls(np.zeros(1, np.int64), np.zeros(0, np.int64), np.zeros(0))

    @classmethod
    def of(cls, shape: Numbers, after: Numbers, until: Numbers, weights: Numbers, count: int) -> Shapes:
        """Of parts, each with its `shape` (0 … count − 1, one part at least of each): its weight is spread evenly over the working days
        after time `after` (not below 0) to time `until` (at least one later).
        """
        a_day = np.asarray(weights, np.float64) / (until - after)
        shapes, times = np.concatenate([np.arange(count), shape, shape]), np.concatenate([np.zeros(count, np.int64), after, until])
        order = np.lexsort((times, shapes))
        shapes, times = shapes[order], times[order]
        new = np.diff(shapes, prepend=-1) > 0
        first = np.append(np.flatnonzero(new), shapes.size)
        slopes = _running(first, np.concatenate([np.zeros(count), a_day, -a_day])[order])
        since = np.where(new, 0, np.diff(times, prepend=0))
        planned = _running(first, np.where(new, 0.0, np.roll(slopes, 1)) * since)
        whole = planned[first[1:] - 1]
        return cls(first, times, np.clip(planned / whole[shapes], 0.0, 1.0))

    @property
    def last(self) -> Numbers:
        """The time of each shape's end."""
        return self.times[self.first[1:] - 1]

    def at(self, shapes: Numbers, times: Numbers) -> Numbers:
        """The share planned by the close of one time of each of `shapes`; times not below 0."""
        low, high = self.first[shapes], self.first[shapes + 1] - 1  # the last knot not after the time lies from low to high
        while (low < high).any():
            middle = (low + high + 1) // 2
            there = self.times[middle] <= times
            low, high = np.where(there, middle, low), np.where(there, high, middle - 1)
        following = np.minimum(low + 1, self.first[shapes + 1] - 1)
        span = np.maximum(self.times[following] - self.times[low], 1)
        return self.shares[low] + (self.shares[following] - self.shares[low]) * np.minimum((times - self.times[low]) / span, 1.0)


def _running(first: Numbers, amounts: Numbers) -> Numbers:
    """Running sums that begin anew at each of `first` (but its last, the end), so that no group leaves a trace in the next one's digits."""
    sums, place, left = amounts.copy(), first[:-1], np.diff(first)
    while (left > 1).any():
        place, left = place[left > 1] + 1, left[left > 1] - 1
        sums[place] += sums[place - 1]
    return sums


@dataclass(frozen=True, eq=False)
class Changes:
    """Decided changes, flat, by project (0 … n − 1) and in the order of their days.

    `day`: of the decision, since 1970; `amount`: scope added, or (negative) removed; `done`: how much of it is done (0-1), 0 if unknown.
    For projects with a plan, in its times: `decided`, `delay`, and `after` and `until`, the span of its work (NaN where that is not known).
    """

    project: Numbers
    day: Numbers
    amount: Numbers
    done: Numbers
    decided: Numbers
    delay: Numbers
    after: Numbers
    until: Numbers

    def steps(self) -> list[Numbers]:
        """The first change of each project that has one, the second of each that has two …"""
        begins = np.searchsorted(self.project, self.project)
        nth = np.arange(self.project.size) - begins
        order = np.argsort(nth, kind="stable")
        return np.split(order, np.cumsum(np.bincount(nth))[:-1]) if nth.size else []


@dataclass(frozen=True, eq=False)
class Readings:
    """Dated readings of the share done, flat, by owner and day (since 1970)."""

    owner: Numbers
    day: Numbers
    share: Numbers

    def before(self, owner: Numbers, day: Numbers) -> tuple[Numbers, Numbers]:
        """Day and share of the last reading of each owner before each day; EVER and NaN where there is none (owner −1: none)."""
        if not self.owner.size:
            return np.full(len(owner), EVER), np.full(len(owner), np.nan)
        keys = self.owner.astype(np.int64) * 2**32 + self.day
        place = np.searchsorted(keys, np.asarray(owner, np.int64) * 2**32 + day) - 1
        found = (place >= 0) & (self.owner[place] == owner)
        return np.where(found, self.day[place], EVER), np.where(found, self.share[place], np.nan)


@dataclass(frozen=True, eq=False)
class Progress:
    """How much of each project is done at the close of `day` (since 1970). `share`: of the original scope; where it is NaN, by the readings
    of `owner`, each of the scope of its day; where there are none, `stated`, of the scope of the day. `finished`: all of it, whatever was
    read.
    """

    day: Numbers
    share: Numbers
    readings: Readings
    owner: Numbers
    stated: Numbers
    finished: Numbers


@dataclass(frozen=True, eq=False)
class _Step:
    """What the next change of some projects does to their planned values; `place`: of each project its row in the others, −1 for none.

    Added scope is a ramp from `after` to `until`. Removed scope, after the time `pivot`, leaves of all that is over `reached` a `part`, and
    nothing over `most`.
    """

    place: Numbers
    added: Numbers
    after: Numbers
    until: Numbers
    pivot: Numbers
    reached: Numbers
    part: Numbers
    most: Numbers

    def applied(self, values: Numbers, projects: Numbers, times: Numbers) -> Numbers:
        place = self.place[projects]
        mine = np.flatnonzero(place >= 0)
        if not mine.size:
            return values
        place, time, before = place[mine], times[mine], values[mine]
        after, reached = self.after[place], self.reached[place]
        now = before + self.added[place] * np.clip((time - after) / (self.until[place] - after), 0.0, 1.0)
        now = np.where(time > self.pivot[place], reached + (now - reached) * self.part[place], now)
        values[mine] = np.minimum(now, self.most[place])
        return values


@dataclass(frozen=True, eq=False)
class Budgets:
    """Scope after its changes: what each project was to cost, and what is earned of it (NaN unknown). Of those with a plan, `last`: the
    time of its end, and `planned`: value by project and time.
    """

    totals: Numbers
    earned: Numbers
    last: Numbers
    planned: At

    def curves(self, projects: Numbers) -> PlannedCurves:
        """The curves of some projects that have a plan and a budget, numbered anew."""
        return PlannedCurves(self.last[projects], self.totals[projects], lambda curves, times: self.planned(projects[curves], times))


def changed_budgets(original: Numbers, shapes: Shapes, shape: Numbers, changes: Changes, progress: Progress) -> Budgets:
    """The budgets after all `changes`, with the planned values and what is earned of them.

    `original`: BAC of each project as first agreed; `shape`: its place in `shapes`, −1 without a plan. Added scope raises the budget from
    its day on; removed scope lowers it by its unearned part only. EV never exceeds the budget, and approving scope never changes what is
    earned. A reading is of the scope at the close of its day.
    """
    total, planned = original.astype(np.float64), shape >= 0
    last = np.zeros(total.size, np.int64)
    last[planned] = shapes.last[shape[planned]]
    steps: list[_Step] = []

    def value(projects: Numbers, times: Numbers) -> Numbers:
        values = shapes.at(shape[projects], times) * original[projects]
        for step in steps:
            values = step.applied(values, projects, times)
        return values

    grown = np.bincount(changes.project, np.where(changes.amount > 0, changes.amount * changes.done, 0.0), total.size)
    own = progress.share * original + grown
    read, previous = np.zeros(total.size), np.full(total.size, EVER)
    for step in changes.steps():
        project, day = changes.project[step], changes.day[step]
        on, share = progress.readings.before(progress.owner[project], day)
        fresh = (on >= previous[project]) & ~np.isnan(share)
        read[project] = np.where(fresh, share * total[project], read[project])
        previous[project] = day
        earned = np.where(np.isnan(own[project]), read[project], own[project])
        amount = changes.amount[step]
        amount = np.where(amount >= 0, amount, -np.minimum(-amount, np.maximum(0.0, total[project] - earned)))
        timed = planned[project]
        if timed.any():
            made = _step(changes, step[timed], amount[timed], total, last, value)
            steps.append(made)
            ends = np.where(changes.amount[step[timed]] >= 0, made.until, 0).astype(np.int64)
            last[project[timed]] = np.maximum(last[project[timed]], ends)
        total[project] += amount
    on, share = progress.readings.before(progress.owner, progress.day + 1)
    read = np.where((on >= previous) & ~np.isnan(share), share * total, read)
    by_reading = np.where(np.isnan(share), progress.stated * total, read)
    earned = np.where(progress.finished, total, np.minimum(np.where(np.isnan(own), by_reading, own), total))
    return Budgets(total, earned, last, value)


def _step(changes: Changes, step: Numbers, amount: Numbers, total: Numbers, last: Numbers, value: At) -> _Step:
    """The changes `step`, each of another project, with `amount` of scope; `total`, `last` and `value` as they were before."""
    project, decided = changes.project[step], np.maximum(changes.decided[step], 0)
    first, final = changes.after[step], changes.until[step]
    dated = ~np.isnan(first) & ~np.isnan(final)
    after = np.where(dated, np.maximum(first, decided), decided)
    until = np.where(dated, final, np.maximum(last[project], decided) + np.ceil(changes.delay[step]))
    adds = changes.amount[step] >= 0
    left = total[project] + amount
    reached = value(project, np.minimum(decided, last[project]))
    cut = ~adds & ((left <= reached) | (total[project] <= reached))
    shrinks = ~adds & ~cut
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.where(shrinks, (left - reached) / (total[project] - reached), 1.0)
    place = np.full(total.size, -1)
    place[project] = np.arange(project.size)
    return _Step(
        place,
        np.where(adds, amount, 0.0),
        after,
        np.maximum(until, after + 1),
        np.where(shrinks, decided, NEVER),
        np.where(shrinks, reached, 0.0),
        part,
        np.where(cut, left, np.inf),
    )
