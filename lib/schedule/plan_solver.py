"""Asks CP-SAT in which order people should do the tasks of a plan. The dates are the serial scheme's own, laid in the order that it finds.

`_Exact`: each task begins at a point of its calendar's working time, on a grid: the greatest that works, lags and working hours lie on, at
least a quarter of an hour. A link between two calendars is a table: for each point of the one, the point of the other that it holds to,
rounded down; tasks with hours a day compete with nobody here. So the model asks for no more than the plan does, and its bound is one of
the plan, unless work had to be rounded up to the grid or a schedule that costs no more might end after the grid (ROOM).

`_Average`: where the tables would be long (ENTRIES), all work on the common calendar, each task as long as on an average week of its
own. It has no bound of the plan, and several searchers look for an order, so that two runs may end with different ones.
"""

from __future__ import annotations

from dataclasses import replace
from math import gcd

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python import cp_model

from lib.schedule.calendars import NEVER, TICKS_PER_HOUR, TICKS_PER_WEEK, Calendar
from lib.schedule.lanes import Place
from lib.schedule.shared_people import LATE, Bound, Work, cost, placed, project_costs
from lib.schedule.solver import Progress, Search, solved

QUARTER = TICKS_PER_HOUR // 4
ENTRIES = 200_000
"""Entries of all tables together, at most."""
STEP = TICKS_PER_HOUR
"""The grid of an average week: an hour of the common calendar's work."""
WEEK = 168 / 40
"""Hours of the clock for one of work."""
WORKERS = 4
"""Searchers of a long plan: one alone betters nothing within seconds."""
ROOM = 8 * TICKS_PER_WEEK
"""How much later than the known schedule another may end, at most."""

Points = NDArray[np.int64]


def cheaper(work: Work, places: list[Place], bound: int, search: Search) -> tuple[list[Place], int]:
    """Places of less cost if there are any and they are found in time, and the cost below which none is."""
    known = cost(work, places)
    if known <= bound or search.seconds <= 0 or any(place.finish >= NEVER for place in places):
        return places, min(known, bound)
    exact = entries(work, places) <= ENTRIES
    model: _Exact | _Average = _Exact(work, places) if exact else _Average(work, places)
    if not exact:
        tell = search.progress or (lambda _: None)
        search = replace(search, workers=max(search.workers, WORKERS), progress=lambda at: tell(Progress(min(at.best, known), bound)))
    answer = solved(model.model, list(model.start.values()), known, bound, search, whatever=not exact)
    if answer.values is not None:
        at = {task: model.instant(task, point) for task, point in zip(model.start, answer.values, strict=True)}
        found = placed(work, [(at.get(task, place.start), place.start) for task, place in enumerate(model.early)])
        if cost(work, found) < known:
            places, known = found, cost(work, found)
    return places, min(known, max(bound, answer.bound)) if model.asks_no_more else bound


def entries(work: Work, places: list[Place]) -> int:
    """How many entries the tables of the exact model would have."""
    tables = sum(1 + len(links) for links, fixed in zip(work.before, work.fixed, strict=True) if fixed is None)
    last = max((place.finish for place, fixed in zip(places, work.fixed, strict=True) if fixed is None), default=work.plan.start) + ROOM
    hours = (last - work.plan.start) * 40 / 168
    return round(tables * hours / _grid(work))


def _grid(work: Work) -> int:
    """The grid on which all lies, not finer than QUARTER."""
    clocks = {id(clock): clock for clock in [*work.clock, *work.lag_clock]}.values()
    grid = gcd(*(int(ticks) for clock in clocks for ticks in np.unique(clock.ends - clock.starts)))
    tasks = [task for task, fixed in enumerate(work.fixed) if fixed is None]
    return max(QUARTER, gcd(grid, *(work.work[task] for task in tasks), *(abs(link.lag) for task in tasks for link in work.before[task])))


def _by_person(work: Work) -> list[list[int]]:
    """The tasks of each person that are done alone: those without hours a day."""
    found: dict[str, list[int]] = {}
    for task, (person, cap, fixed) in enumerate(zip(work.person, work.cap, work.fixed, strict=True)):
        if person is not None and cap is None and fixed is None and work.work[task]:
            found.setdefault(person, []).append(task)
    return list(found.values())


class _Exact:
    """The `start` of each task that is not finished, in grid steps of working time after the plan's start."""

    def __init__(self, work: Work, places: list[Place]) -> None:
        self.work, self.places, self.early, self.known = work, places, work.alone, cost(work, places)
        self.origin, self.grid = work.plan.start, _grid(work)
        self.tasks = [task for task, fixed in enumerate(work.fixed) if fixed is None]
        self.ends = self._ends()
        self.long = {task: self._steps(work.work[task]) for task in self.tasks}
        self.asks_no_more &= all(self.long[task] * self.grid <= work.work[task] for task in self.tasks)
        self.model = cp_model.CpModel()
        self.start: dict[int, cp_model.IntVar] = {}
        for task in self.tasks:
            least = self._point(task, self.early[task].start)
            self.start[task] = self.model.new_int_var(least, max(least, self._last(task)), "")
            self.model.add_hint(self.start[task], self._point(task, places[task].start))
        for task in self.tasks:
            for link in work.before[task]:
                self._link(task, link)
        for own in _by_person(work):
            self.model.add_no_overlap([self.model.new_fixed_size_interval_var(self.start[task], self.long[task], "") for task in own])
        self._objective()

    def instant(self, task: int, point: int) -> int:
        """When a task begins that begins at a point."""
        clock = self.work.clock[task]
        return clock.next_working(clock.finish(self.origin, point * self.grid))

    def _ends(self) -> list[int]:
        """The instant by which each project ends in any schedule that costs no more than the known one.

        No later than ROOM after the last task of the known schedule; `asks_no_more` says whether that cuts.
        """
        work, origin = self.work, self.origin
        least = project_costs(work, self.early)
        slack = self.known - sum(least)
        ends = []
        for own, promise in zip(least, work.project_promise, strict=True):
            most = own + slack
            if promise < NEVER and most > promise - origin:
                most = (most + LATE * (promise - origin)) // (1 + LATE)
            ends.append(origin + most)
        last = max((place.finish for place, fixed in zip(self.places, work.fixed, strict=True) if fixed is None), default=origin) + ROOM
        self.asks_no_more = max(ends) <= last
        return [min(end, last) for end in ends]

    def _worked(self, clock: Calendar, until: int) -> int:
        return clock.work_before(until) - clock.work_before(self.origin)

    def _steps(self, ticks: int) -> int:
        return max(1, round(ticks / self.grid)) if ticks else 0

    def _point(self, task: int, at: int) -> int:
        return max(0, self._worked(self.work.clock[task], at)) // self.grid

    def _last(self, task: int) -> int:
        return self._point(task, self.ends[self.work.project[task]]) - self.long[task]

    def _finishes(self, task: int) -> Points:
        """The instant by which a task is done that ends at each point, from 0 to the last."""
        points = np.arange(max(0, self._last(task)) + self.long[task] + 1, dtype=np.int64)
        return self.work.clock[task].finish(self.origin, points * self.grid)

    def _link(self, task: int, link: Bound) -> None:
        work, clock = self.work, self.work.clock[task]
        if work.began[task] is not None and not link.to_finish:
            return
        fixed, began = work.fixed[link.task], work.began[link.task]
        fact = fixed[link.from_finish] if fixed is not None else None if link.from_finish else began
        if fact is not None:
            if link.to_finish:
                least = self._point(task, work.lagged(fact, link))
                self.model.add(self.start[task] + self.long[task] >= least)
            return  # `early` holds the bound on the start
        at = self._finishes(link.task)
        if not link.from_finish and work.work[link.task]:
            at = work.clock[link.task].next_working(at)
        if link.lag:
            at = at + link.lag if link.elapsed else work.lag_clock[link.task].finish(at, np.full(len(at), link.lag, np.int64))
        points = np.maximum(clock.work_before(at) - clock.work_before(self.origin), 0) // self.grid
        place = self.start[link.task] + (self.long[link.task] if link.from_finish else 0)
        held = self.start[task] + (self.long[task] if link.to_finish else 0)
        self.model.add(held >= self._looked_up(points, place))

    def _looked_up(self, points: Points, place: cp_model.LinearExprT) -> cp_model.LinearExprT:
        """points[place], as a sum where the two calendars run alike."""
        first = points - np.arange(len(points))
        if len(points) and (first == first[0]).all():
            return place + int(first[0])
        found = self.model.new_int_var(int(points.min()), int(points.max()), "")
        self.model.add_element(place, points.tolist(), found)
        return found

    def _objective(self) -> None:
        """`shared_people.cost`, in ticks."""
        work, costs = self.work, []
        for project, promise in enumerate(work.project_promise):
            own = [task for task in self.tasks if work.project[task] == project]
            if not own:
                continue
            longest = self.ends[project] - self.origin
            finish, late = self.model.new_int_var(0, longest, ""), self.model.new_int_var(0, self.known, "")
            costs += [finish, LATE * late]
            if promise < NEVER:
                self.model.add(late >= finish - (promise - self.origin))
            for task in own:
                due = work.promise[task]
                if due >= NEVER and self._outlasted(task):
                    continue
                ends = np.clip(self._finishes(task) - self.origin, 0, longest)
                done = self.model.new_int_var(0, longest, "")
                self.model.add_element(self.start[task] + self.long[task], ends.tolist(), done)
                self.model.add(finish >= done)
                if due < NEVER:
                    self.model.add(late >= done - (due - self.origin))
        total = self.model.new_int_var(0, self.known, "")
        self.model.add(total == sum(costs))
        self.model.minimize(total)

    def _outlasted(self, task: int) -> bool:
        """Whether a link says that another task of the same project ends no earlier."""
        work = self.work
        for after in work.after[task]:
            held = work.began[after] is None and work.fixed[after] is None and work.project[after] == work.project[task]
            if held and any(link.task == task and link.from_finish and link.lag >= 0 for link in work.before[after]):
                return True
        return False


class _Average:
    """The `start` of each task that is not finished, in steps of the common calendar's work after the plan's start."""

    asks_no_more = False

    def __init__(self, work: Work, places: list[Place]) -> None:
        self.work, self.early, self.known = work, work.alone, cost(work, places)
        self.origin, self.clock, self.model = work.plan.start, work.plan.calendars[""], cp_model.CpModel()
        tasks = [task for task, fixed in enumerate(work.fixed) if fixed is None]
        self.long = {task: -(-round(work.work[task] * work.stretch[task] / WEEK) // STEP) for task in tasks}
        horizon = self._step(max(places[task].finish for task in tasks) + ROOM)
        first = {task: max(0, self._step(self.early[task].start)) for task in tasks}
        self.start = {task: self.model.new_int_var(step, max(step, horizon), "") for task, step in first.items()}
        for task, start in self.start.items():
            self.model.add_hint(start, self._step(places[task].start))
            for link in work.before[task]:
                self._link(task, link)
        for own in _by_person(work):
            self.model.add_no_overlap([self.model.new_fixed_size_interval_var(self.start[task], self.long[task], "") for task in own])
        costs = [self._cost(project, promise, horizon) for project, promise in enumerate(work.project_promise)]
        self.model.minimize(round(STEP * WEEK) * sum(costs))

    def instant(self, task: int, point: int) -> int:
        """About when a task begins that begins at a point."""
        return self.clock.next_working(self.clock.finish(self.origin, point * STEP))

    def _step(self, at: int) -> int:
        return (self.clock.work_before(at) - self.clock.work_before(self.origin)) // STEP

    def _link(self, task: int, link: Bound) -> None:
        if link.task not in self.start or (self.work.began[task] is not None and not link.to_finish):
            return
        lag = round(link.lag / (WEEK if link.elapsed else 1) / STEP)
        other = self.start[link.task] + (self.long[link.task] if link.from_finish else 0)
        self.model.add(self.start[task] + (self.long[task] if link.to_finish else 0) >= other + lag)

    def _cost(self, project: int, promise: int, horizon: int) -> cp_model.LinearExprT:
        work = self.work
        own = [task for task in self.start if work.project[task] == project]
        longest = 2 * horizon + max(self.long.values())
        finish, late = self.model.new_int_var(0, longest, ""), self.model.new_int_var(0, 100 * longest, "")
        for task in own:
            self.model.add(finish >= self.start[task] + self.long[task])
            due = min(work.promise[task], promise)
            if due < NEVER:
                self.model.add(late >= self.start[task] + self.long[task] - self._step(due))
        return finish + LATE * late
