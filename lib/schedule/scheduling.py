"""A plan becomes a schedule: who does what from when to when, over all projects that share people. It decides nothing itself.

Which task goes first: `lib.schedule.shared_people`. What OR-Tools betters: `lib.schedule.plan_solver`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import polars as pl

from lib.schedule.calendars import NEVER
from lib.schedule.graph import Problem, Problems
from lib.schedule.lanes import Place
from lib.schedule.plan import Plan
from lib.schedule.plan_solver import cheaper
from lib.schedule.shared_people import Work, best, cost, hours_frame, sequences_frame, tasks_frame, work_of
from lib.schedule.solver import Progress, Search

METHODS = ("serial", "cp-sat")


@dataclass(frozen=True, eq=False)
class Schedule:
    """`tasks`, in the plan's order: task_id, project_id, person_id, start, finish (instants), start_on, finish_on (days).

    Finished tasks are as they were; of one that has begun, what remains. Null: it never can be done (`problems` says why).

    `cost` is what was made small (`shared_people.cost`); none is below `bound`. `status`: "optimal" where the two meet, else "feasible".
    """

    tasks: pl.DataFrame
    cost: int
    bound: int
    status: str
    problems: tuple[Problem, ...]
    _work: Work = field(repr=False)
    _places: tuple[Place, ...] = field(repr=False)

    @property
    def gap(self) -> float:
        """(cost − bound) / cost; 0 where nothing is to be done."""
        return (self.cost - self.bound) / self.cost if self.cost else 0.0

    @cached_property
    def sequences(self) -> pl.DataFrame:
        """person_id, predecessor_id, successor_id: who does what after what, as finish-to-start links without a cycle with the plan's own.

        Tasks beside each other (hours a day) have none between them.
        """
        return sequences_frame(self._work, self._places)

    @cached_property
    def hours(self) -> pl.DataFrame:
        """person_id, task_id, date, hours: what each person does on each day. Tasks without a person and waits are no one's."""
        return hours_frame(self._work, self._places)


def schedule(
    plan: Plan,
    method: str = "serial",
    seconds: float = 5.0,
    seed: int = 0,
    promises: Mapping[str, date] | None = None,
    *,
    workers: int = 1,
    progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Schedule | Problems:
    """Dates for all tasks of a plan in which nobody works more than their hours of any day, over all its projects.

    `promises`: the day by which a project should be done, beside the tasks' own due dates. `method` "serial": at once, the same answer
    always. "cp-sat": OR-Tools goes on from there for `seconds` at most, tells `progress` of each better cost and bound, ends soon after
    `stop` says so, and never gives a dearer schedule than the serial one; the same every time where it ends with status "optimal".

    A task whose person has no hours ever again has no dates, nor has what waits for it: problem no_capacity, with both. Problems: those
    of `work_of`. ValueError for an unknown method.
    """
    if method not in METHODS:
        raise ValueError(f"no method is called {method!r}; there are {', '.join(METHODS)}")
    work = work_of(plan, promises or {})
    if isinstance(work, Problems):
        return work
    places = best(work, seed)
    bound = cost(work, work.alone)
    if method == "cp-sat" and places:
        places, bound = cheaper(work, places, bound, Search(seconds, seed, workers, progress, stop))
    return _schedule(work, places, bound)


def _schedule(work: Work, places: list[Place], bound: int) -> Schedule:
    dear = cost(work, places)
    names = work.plan.tasks["task_id"].to_list()
    never = [task for task, place in enumerate(places) if place.finish >= NEVER]
    people = dict.fromkeys(person for task in never if (person := work.person[task]) is not None)
    problems = (Problem("no_capacity", tuple(names[task] for task in never), tuple(people)),) if never else ()
    status = "optimal" if dear <= bound else "feasible"
    return Schedule(tasks_frame(work, places), dear, min(bound, dear), status, problems, work, tuple(places))
