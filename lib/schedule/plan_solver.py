"""Asks CP-SAT in which order people should do the tasks of a plan. The dates are the serial scheme's own, laid in the order that it finds.

Each task begins at a point of its calendar's working time, on a grid: the greatest that works, lags and working hours lie on, at least a
quarter of an hour, and more where the tables would be long (ENTRIES). A link between two calendars is such a table: for each point of the
one, the point of the other that it holds to, rounded down; tasks with hours a day compete with nobody here. So the model asks for no more
than the plan does, and its bound is one of the plan, unless work had to be rounded up to the grid; then only its order is used.
"""

from __future__ import annotations

from math import gcd

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python import cp_model

from lib.schedule.calendars import NEVER, TICKS_PER_HOUR, Calendar
from lib.schedule.lanes import Place
from lib.schedule.shared_people import LATE, Bound, Work, cost, placed, unlimited
from lib.schedule.solver import Search, solved

QUARTER = TICKS_PER_HOUR // 4
ENTRIES = 1_500_000
"""Entries of all tables together, at most, as far as a grid of two working days allows."""
COARSEST = 16 * TICKS_PER_HOUR

Points = NDArray[np.int64]


def cheaper(work: Work, places: list[Place], bound: int, search: Search) -> tuple[list[Place], int]:
    """Places of less cost if there are any and they are found in time, and the cost below which none is."""
    known = cost(work, places)
    if known <= bound or search.seconds <= 0 or any(place.finish >= NEVER for place in places):
        return places, min(known, bound)
    model = _Model(work, places)
    answer = solved(model.model, list(model.start.values()), known, bound, search)
    if answer.values is not None:
        at = {task: model.instant(task, point) for task, point in zip(model.start, answer.values, strict=True)}
        found = placed(work, [(at.get(task, place.start), place.start) for task, place in enumerate(model.early)])
        if cost(work, found) < known:
            places, known = found, cost(work, found)
    return places, min(known, max(bound, answer.bound)) if model.asks_no_more else bound


class _Model:
    """The plan as variables: the `start` of each task that is not finished, in grid steps of working time after the plan's start."""

    def __init__(self, work: Work, places: list[Place]) -> None:
        self.work, self.early, self.known = work, unlimited(work), cost(work, places)
        self.origin = work.plan.start
        self.tasks = [task for task, fixed in enumerate(work.fixed) if fixed is None]
        self.ends = self._ends()
        self.grid = self._grid()
        self.long = {task: self._steps(work.work[task]) for task in self.tasks}
        self.asks_no_more = all(self.long[task] * self.grid <= work.work[task] for task in self.tasks)
        self.model = cp_model.CpModel()
        self.start: dict[int, cp_model.IntVar] = {}
        for task in self.tasks:
            least = self._point(task, self.early[task].start)
            self.start[task] = self.model.new_int_var(least, max(least, self._last(task)), "")
            self.model.add_hint(self.start[task], self._point(task, places[task].start))
        for task in self.tasks:
            for link in work.before[task]:
                self._link(task, link)
        self._people()
        self._objective()

    def instant(self, task: int, point: int) -> int:
        """When a task begins that begins at a point."""
        clock = self.work.clock[task]
        return clock.next_working(clock.finish(self.origin, point * self.grid))

    def _ends(self) -> list[int]:
        """For each project, the instant by which it ends in any schedule that costs no more than the known one."""
        least = [0] * len(self.work.project_promise)
        for task in self.tasks:
            project = self.work.project[task]
            least[project] = max(least[project], self.early[task].finish - self.origin)
        return [self.origin + self.known - sum(least) + own for own in least]

    def _grid(self) -> int:
        work = self.work
        clocks = {id(clock): clock for clock in [*work.clock, *work.lag_clock]}.values()
        grid = gcd(*(int(ticks) for clock in clocks for ticks in np.unique(clock.ends - clock.starts)))
        grid = gcd(grid, *(work.work[task] for task in self.tasks), *(abs(link.lag) for task in self.tasks for link in work.before[task]))
        grid = max(grid, QUARTER)
        tables = sum(1 + len(work.before[task]) for task in self.tasks)
        longest = max((self._worked(clock, max(self.ends)) for clock in clocks), default=0)
        while tables * longest > ENTRIES * grid and grid < COARSEST:
            grid *= 2
        return grid

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

    def _people(self) -> None:
        """Whoever has a task without hours a day does it alone."""
        by_person: dict[str, list[int]] = {}
        for task in self.tasks:
            person = self.work.person[task]
            if person is not None and self.work.cap[task] is None and self.long[task]:
                by_person.setdefault(person, []).append(task)
        for tasks in by_person.values():
            self.model.add_no_overlap([self.model.new_fixed_size_interval_var(self.start[task], self.long[task], "") for task in tasks])

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
