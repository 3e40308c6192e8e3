"""Early and late instants of a plan's tasks on their calendars, and what drives each. Works on numbers only; `dates.py` gives them names.

The passes of `network.py`, each bound taken on the calendar it belongs to. Earliest means the earliest instant: a finish is the end of an
interval of work, a start the beginning of one. Late instants follow the links backwards, so that a late finish may be the next morning.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from lib.schedule.calendars import NEVER, Calendar


class Link(NamedTuple):
    """Two tasks by number, the kind of link, its lag in ticks, and the calendar that the lag runs on (None: around the clock)."""

    source: int
    target: int
    kind: str
    lag: int
    calendar: Calendar | None

    @property
    def from_finish(self) -> bool:
        return self.kind in ("FS", "FF")

    @property
    def to_finish(self) -> bool:
        return self.kind in ("FF", "SF")

    def after(self, instant: int) -> int:
        """The bound on the successor that the predecessor's instant makes."""
        return instant + self.lag if self.calendar is None else self.calendar.finish(instant, self.lag)

    def before(self, instant: int) -> int:
        """The latest instant of the predecessor for which the successor's instant still holds."""
        return instant - self.lag if self.calendar is None else self.calendar.start(instant, self.lag)


@dataclass(frozen=True)
class Work:
    """What one task needs. A finished task has both `began` and `ended`; a started one only `began`, and its work is what remains.

    work: ticks on `calendar`, 0 for a milestone. release: no remaining work before. group: tasks whose latest finish late dates hang on.
    """

    work: int
    calendar: Calendar
    release: int
    group: str
    began: int | None = None
    ended: int | None = None


@dataclass(frozen=True)
class Times:
    """Instants by number of the task. `starts`: of all work, a fact where it began; `resumed`: of what remains."""

    starts: list[int]
    finishes: list[int]
    late_starts: list[int]
    late_finishes: list[int]
    drivers: list[list[int]]
    group_finishes: dict[str, int] = field(default_factory=dict)


def early(tasks: Sequence[Work], into: Sequence[Sequence[Link]], order: Sequence[int]) -> tuple[list[int], list[int], list[list[int]]]:
    """Early starts and finishes, and the tasks that drive each: those without which it would start (or, once begun, finish) earlier.

    `into`: the links into each task. A started task goes on at its release, whatever waits before it; facts are never moved.
    """
    starts, finishes = [0] * len(tasks), [0] * len(tasks)
    drivers: list[list[int]] = [[] for _ in tasks]
    for number in order:
        task = tasks[number]
        if task.ended is not None:
            starts[number], finishes[number] = task.ended if task.began is None else task.began, task.ended
            continue
        bounds = [(link, link.after(finishes[link.source] if link.from_finish else starts[link.source])) for link in into[number]]
        to_finish = [bound for link, bound in bounds if link.to_finish]
        if task.began is None:
            sought = [(link.source, task.calendar.start(bound, task.work) if link.to_finish else bound) for link, bound in bounds]
            latest = max([task.release, *(bound for _, bound in sought)])
            start = _workable(task, latest, latest == task.release)
            drivers[number] = [source for source, bound in sought if _same(task, bound, start) and tasks[source].ended is None]
            starts[number], resumed = start, start
        else:
            starts[number], resumed = task.began, task.calendar.next_working(task.release)
        done = task.calendar.finish(resumed, task.work) if resumed < NEVER else NEVER
        finishes[number] = max([done, *to_finish])
        if task.began is not None:
            moved = [link.source for link, bound in bounds if link.to_finish and bound > done and bound == finishes[number]]
            drivers[number] = [source for source in moved if tasks[source].ended is None]
    return starts, finishes, drivers


def late(
    tasks: Sequence[Work], out: Sequence[Sequence[Link]], order: Sequence[int], group_finishes: dict[str, int], finishes: Sequence[int]
) -> tuple[list[int], list[int]]:
    """Late starts and finishes against the finish of each task's group; `out`: the links out of each task. Facts are constants."""
    starts, ends = [0] * len(tasks), [0] * len(tasks)
    for number in reversed(order):
        task = tasks[number]
        if task.ended is not None:
            starts[number], ends[number] = task.ended if task.began is None else task.began, task.ended
            continue
        finish, start = group_finishes[task.group], NEVER
        for link in out[number]:
            after = tasks[link.target]
            if after.ended is not None or (after.began is not None and not link.to_finish):
                continue
            bound = link.before(ends[link.target] if link.to_finish else starts[link.target])
            if link.from_finish:
                finish = min(finish, bound)
            elif task.began is None:
                start = min(start, bound)
        latest = min(start, task.calendar.start(finish, task.work))
        workable = task.calendar.next_working(latest) == latest
        if not workable:
            # Between two intervals the last tick of the one before is the limit: what is held to its end begins with the next, too late.
            latest = task.calendar.start(latest, 1) if task.work else task.calendar.previous_working(latest)
        done = task.calendar.finish(latest, task.work)
        finish = min(finish, task.calendar.next_working(done) if workable and task.work else done)
        starts[number] = latest if task.began is None else task.began
        ends[number] = finish
    return starts, ends


def driving(tasks: Sequence[Work], finishes: Sequence[int], drivers: Sequence[Sequence[int]], order: Sequence[int]) -> list[bool]:
    """Whether each task is on a driving chain: it ends last in its group, or drives a task that is on one."""
    last: dict[str, int] = {}
    for task, finish in zip(tasks, finishes, strict=True):
        if task.ended is None:
            last[task.group] = max(last.get(task.group, -NEVER), finish)
    on = [task.ended is None and finish == last[task.group] for task, finish in zip(tasks, finishes, strict=True)]
    for number in reversed(order):
        if on[number]:
            for source in drivers[number]:
                on[source] = True
    return on


def _workable(task: Work, instant: int, released: bool) -> int:
    """The instant at which a task can start: a milestone stands at the end of work, save where nothing but the plan's start holds it."""
    if task.work or released:
        return task.calendar.next_working(instant)
    return instant if task.calendar.previous_working(instant) == instant else task.calendar.next_working(instant)


def _same(task: Work, bound: int, start: int) -> bool:
    return bound == start or (bound < start and task.calendar.work_before(bound) == task.calendar.work_before(start))
