"""The schedule of a plan: nobody works more than their hours, over all projects that share people. It reads no table and asks no solver.

The serial generation scheme on calendars. Of the tasks whose predecessors are placed, the first in `_keys` is placed next, at the earliest
instant that its links, its not-before and its person's free time allow:

1. tasks that have begun, 2. tasks that some promise waits for, by the latest start that keeps it, 3. the others, by the latest start that
keeps their project's finish without people. Of equal ones, the one that can begin earlier, then the one that stands first in the plan.

A promise is a task's due date or, for a project, the date in `promises`. Further orders (latest finish first; shaken by the seed) are tried
while a fixed amount of work allows, and the schedule of least cost is kept: the sum over projects of finish and ten times what lies beyond
the promise. A task is not interrupted by other work (`lanes.Lane`); a wait and a task without person compete with nobody.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import islice, pairwise
from typing import NamedTuple

import numpy as np
import polars as pl

from lib.schedule.calendars import NEVER, TICKS_PER_DAY, TICKS_PER_HOUR, TICKS_PER_WEEK, Calendar, day_of, instant
from lib.schedule.graph import Problem, Problems, cycle_of, numbers_of, order_of
from lib.schedule.lanes import DayLane, Lane, Person, Place
from lib.schedule.plan import DAY_HOURS, Plan

LATE = 10
"""What a day beyond a promise weighs against a day of a project's finish."""
WORK = 3_000
"""Tasks placed in all orders together, at most; one order is always tried."""
SPREAD = 2 * TICKS_PER_WEEK
"""Orders are shaken by up to so much of a latest start."""


class Bound(NamedTuple):
    """A link as its successor sees it: from the start or the finish of `task`, to its own start or finish."""

    task: int
    from_finish: bool
    to_finish: bool
    lag: int
    elapsed: bool


@dataclass(frozen=True, eq=False)
class Work:
    """A plan as lists in the order of `plan.tasks`: work in ticks, cap in ticks a day or None, fixed (start, finish) of finished tasks."""

    plan: Plan
    work: list[int]
    cap: list[int | None]
    person: list[str | None]  # whose time it takes; None takes nobody's
    project: list[int]
    earliest: list[int]
    began: list[int | None]
    fixed: list[tuple[int, int] | None]
    promise: list[int]  # instant by which the task should be done; NEVER without
    project_promise: list[int]
    before: list[list[Bound]]
    after: list[list[int]]
    order: list[int]
    clock: list[Calendar]  # the task's own calendar
    lag_clock: list[Calendar]  # of the project: lags and waits

    def lagged(self, at: int, link: Bound) -> int:
        if not link.lag:
            return at
        return at + link.lag if link.elapsed else self.lag_clock[link.task].finish(at, link.lag)

    @cached_property
    def alone(self) -> list[Place]:
        """Where each task would lie if everybody could do any number of tasks at once: no schedule has any earlier."""
        places: list[Place] = [Place(0, 0, ())] * len(self.work)
        for task in self.order:
            places[task] = _place(self, task, places, {})
        return places

    @cached_property
    def stretch(self) -> list[float]:
        """Ticks of the clock for a tick of work, on average; only to compare tasks with."""
        found: dict[int, float] = {}
        for calendar in self.clock:
            if id(calendar) not in found:
                year = 52 * TICKS_PER_WEEK
                worked = calendar.work_before(self.plan.start + year) - calendar.work_before(self.plan.start)
                found[id(calendar)] = year / worked if worked else 1.0
        return [found[id(calendar)] for calendar in self.clock]


def work_of(plan: Plan, promises: Mapping[str, date]) -> Work | Problems:
    """The plan as arrays; Problems (cycle, dangling_link) if it was put together by hand."""
    tasks = plan.tasks
    names = tasks["task_id"].to_list()
    numbers, count = numbers_of(names), tasks.height
    links = plan.links.select("predecessor_id", "successor_id", "kind", "lag_hours", "elapsed").rows()
    if strange := [link[:2] for link in links if link[0] not in numbers or link[1] not in numbers]:
        return Problems(tuple(Problem("dangling_link", ends) for ends in strange))
    sources, targets = (np.array([numbers[link[end]] for link in links], np.int64) for end in (0, 1))
    order = order_of(count, sources, targets)
    if order is None:
        return Problems((Problem("cycle", tuple(names[number] for number in cycle_of(count, sources, targets))),))
    before: list[list[Bound]] = [[] for _ in names]
    after: list[list[int]] = [[] for _ in names]
    for source, target, (_, _, kind, lag, elapsed) in zip(sources.tolist(), targets.tolist(), links, strict=True):
        before[target].append(Bound(source, kind[0] == "F", kind[1] == "F", round((lag or 0.0) * TICKS_PER_HOUR), bool(elapsed)))
        after[source].append(target)
    projects = list(dict.fromkeys(tasks["project_id"]))
    place = {project: number for number, project in enumerate(projects)}
    hours, waits = tasks["work_hours"].fill_null(0.0).to_list(), tasks["wait_days"].to_list()
    waiting = [not hours and wait is not None for hours, wait in zip(hours, waits, strict=True)]
    people = [None if waits or not hours else person for waits, hours, person in zip(waiting, hours, tasks["person_id"], strict=True)]
    own = [other if wait else calendar for wait, calendar, other in zip(waiting, plan.task_calendars, plan.project_calendars, strict=True)]
    lengths = [wait * DAY_HOURS if waits else work for waits, wait, work in zip(waiting, waits, hours, strict=True)]
    caps = tasks["hours_per_day"].to_list()
    ends = {project: instant(day + timedelta(days=1)) for project, day in promises.items()}
    return Work(
        plan=plan,
        work=[round(length * TICKS_PER_HOUR) for length in lengths],
        cap=[round(cap * TICKS_PER_HOUR) if cap and person is not None else None for cap, person in zip(caps, people, strict=True)],
        person=people,
        project=[place[project] for project in tasks["project_id"]],
        earliest=releases(plan),
        began=[None if day is None else instant(day) for day in tasks["started_on"]],
        fixed=[_fixed(*days) for days in tasks.select("started_on", "finished_on").rows()],
        promise=[NEVER if day is None else instant(day + timedelta(days=1)) for day in tasks["due"]],
        project_promise=[ends.get(project, NEVER) for project in projects],
        before=before,
        after=after,
        order=order,
        clock=own,
        lag_clock=plan.project_calendars,
    )  # fmt: skip


def releases(plan: Plan) -> list[int]:
    """The instant before which each task does not begin; a milestone lies where work can begin, not at midnight."""
    found, start = [], plan.start
    rows = plan.tasks.select("not_before", "work_hours", "wait_days", "finished_on").rows()
    for (day, hours, wait, finished), own, project in zip(rows, plan.task_calendars, plan.project_calendars, strict=True):
        if finished is not None:
            found.append(start)
            continue
        at = start if day is None else max(start, instant(day))
        found.append(at if hours or wait else (own if wait is None else project).next_working(at))
    return found


def _fixed(started: date | None, finished: date | None) -> tuple[int, int] | None:
    return None if finished is None else (instant(started or finished), instant(finished + timedelta(days=1)))


def placed(work: Work, keys: Sequence[tuple[float, ...]]) -> list[Place]:
    """Where each task lies when, of those whose predecessors are placed, the one of least key goes first."""
    lanes = lanes_of(work)
    waiting = [len(links) for links in work.before]
    ready = [(keys[task], task) for task, links in enumerate(work.before) if not links]
    heapq.heapify(ready)
    places: list[Place] = [Place(0, 0, ())] * len(work.work)
    while ready:
        _, task = heapq.heappop(ready)
        places[task] = _place(work, task, places, lanes)
        for successor in work.after[task]:
            waiting[successor] -= 1
            if not waiting[successor]:
                heapq.heappush(ready, (keys[successor], successor))
    return places


def lanes_of(work: Work) -> dict[str, Person]:
    """Everybody's time, free still."""
    beside = {person for person, cap in zip(work.person, work.cap, strict=True) if cap is not None}
    people = dict.fromkeys(person for person in work.person if person is not None)
    calendars = work.plan.calendars
    return {person: (DayLane if person in beside else Lane).of(calendars.get(person, calendars[""])) for person in people}


def _place(work: Work, task: int, places: Sequence[Place], lanes: Mapping[str, Person]) -> Place:
    fixed = work.fixed[task]
    if fixed is not None:
        return Place(*fixed, ())
    start, finish = bounds(work, task, places)
    if start >= NEVER or finish >= NEVER:
        return Place(NEVER, NEVER, ())
    long, person = work.work[task], work.person[task]
    if not long:
        return Place(max(start, finish), max(start, finish), ())
    if person is None or person not in lanes:
        return alone(work.clock[task], start, long, finish)
    found = lanes[person].earliest(start, long, finish, work.cap[task])
    lanes[person].take(found)
    return _held(found, finish)


def bounds(work: Work, task: int, places: Sequence[Place]) -> tuple[int, int]:
    """The earliest start and finish that links and not-before allow; 0 for a finish that nothing holds.

    A task that has begun waits for no link to its start: that it could begin is a fact. A link from its start hangs on that fact.
    """
    begun = work.began[task] is not None
    start, finish = (work.plan.start if begun else work.earliest[task]), 0
    for link in work.before[task]:
        other, began = places[link.task], work.began[link.task]
        at = other.finish if link.from_finish else other.start if began is None else began
        if at < NEVER:
            at = work.lagged(at, link)
        if link.to_finish:
            finish = max(finish, at)
        elif not begun:
            start = max(start, at)
    return start, finish


def alone(calendar: Calendar, start: int, work: int, finish: int) -> Place:
    """The earliest place on a calendar that nothing else takes."""
    if finish > start:
        short = calendar.work_before(finish) - work - calendar.work_before(start)
        if short > 0:
            start = calendar.finish(start, short)
    done = calendar.finish(start, work)
    return Place(NEVER, NEVER, ()) if done >= NEVER else _held(Place(calendar.start(done, work), done, ()), finish)


def _held(place: Place, finish: int) -> Place:
    """Held to an instant at which nobody works, its finish alone moves."""
    return place._replace(finish=max(place.finish, finish))


def cost(work: Work, places: Sequence[Place]) -> int:
    """Σ over projects of ticks from the plan's start to the finish, and LATE times those beyond its promise or that of one of its tasks."""
    return sum(project_costs(work, places))


def project_costs(work: Work, places: Sequence[Place]) -> list[int]:
    """What each project adds to the cost; 0 where nothing is to be done."""
    origin = work.plan.start
    finishes, beyond = [origin] * len(work.project_promise), [0] * len(work.project_promise)
    for project, place, promise, fixed in zip(work.project, places, work.promise, work.fixed, strict=True):
        if fixed is None and place.finish < NEVER:
            finishes[project] = max(finishes[project], place.finish)
            beyond[project] = max(beyond[project], place.finish - promise, place.finish - work.project_promise[project])
    return [finish - origin + LATE * late for finish, late in zip(finishes, beyond, strict=True)]


def best(work: Work, seed: int) -> list[Place]:
    """The cheapest of the orders tried; of equal ones the first."""
    many = max(1, WORK // max(1, len(work.work)))
    early = work.alone
    least = cost(work, early)
    found: list[Place] = []
    for keys in islice(_keys(work, early, seed), many):
        places = placed(work, keys)
        if not found or cost(work, places) < cost(work, found):
            found = places
        if cost(work, found) <= least:
            break
    return found


def _keys(work: Work, early: Sequence[Place], seed: int) -> Iterator[list[tuple[float, ...]]]:
    promised = _latest(work, [min(own, work.project_promise[project]) for own, project in zip(work.promise, work.project, strict=True)])
    ends: dict[int, int] = {}
    for project, place in zip(work.project, early, strict=True):
        if place.finish < NEVER:
            ends[project] = max(ends.get(project, 0), place.finish)
    own = _latest(work, [ends.get(project, NEVER) for project in work.project])
    classes = [0 if began is not None else 1 if late < NEVER / 2 else 2 for began, late in zip(work.began, promised, strict=True)]
    late = [first if kind < 2 and first < NEVER / 2 else second for kind, first, second in zip(classes, promised, own, strict=True)]
    long = [ticks * stretch for ticks, stretch in zip(work.work, work.stretch, strict=True)]
    starts = [place.start for place in early]
    yield list(zip(classes, late, starts, strict=True))
    yield [(kind, at + ticks, start) for kind, at, ticks, start in zip(classes, late, long, starts, strict=True)]
    yield [(kind, start, at) for kind, at, start in zip(classes, late, starts, strict=True)]
    chance = np.random.default_rng(seed)
    while True:
        shaken = (np.array(late) + chance.uniform(0, SPREAD, len(late))).tolist()
        yield list(zip(classes, shaken, starts, strict=True))


def _latest(work: Work, deadlines: Sequence[int]) -> list[float]:
    """The latest start of each task that keeps all deadlines it leads to, on an average week; about NEVER where there is none."""
    finish = [float(deadline) for deadline in deadlines]
    start = [0.0] * len(finish)
    for task in reversed(work.order):
        long = work.work[task] * work.stretch[task]
        start[task] = finish[task] - long
        for link in work.before[task]:
            lag = link.lag * (1.0 if link.elapsed else 168 / 40)
            at = (finish[task] if link.to_finish else start[task]) - lag
            own = work.work[link.task] * work.stretch[link.task]
            finish[link.task] = min(finish[link.task], at if link.from_finish else at + own)
    return start


def tasks_frame(work: Work, places: Sequence[Place]) -> pl.DataFrame:
    """task_id, project_id, person_id, start and finish (instants), start_on and finish_on (days); null where there is no such time."""
    known = [place.finish < NEVER for place in places]
    starts = [place.start if there else None for place, there in zip(places, known, strict=True)]
    finishes = [place.finish if there else None for place, there in zip(places, known, strict=True)]
    first = [None if start is None else day_of(start) for start in starts]
    last = [None if end is None or day is None else max(day_of(end, finish=True), day) for end, day in zip(finishes, first, strict=True)]
    frame = work.plan.tasks.select("task_id", "project_id", "person_id")
    columns = {"start": starts, "finish": finishes}
    return frame.with_columns(
        *(pl.Series(name, column, pl.Int64) for name, column in columns.items()),
        pl.Series("start_on", first, pl.Date),
        pl.Series("finish_on", last, pl.Date),
    )


def sequences_frame(work: Work, places: Sequence[Place]) -> pl.DataFrame:
    """person_id, predecessor_id, successor_id: who does what after what. Tasks beside each other have none between them."""
    names = work.plan.tasks["task_id"].to_list()
    by_person: dict[str, list[tuple[int, int, int]]] = {}
    for task, (person, place) in enumerate(zip(work.person, places, strict=True)):
        if person is not None and place.spans:
            by_person.setdefault(person, []).append((place.spans[0][0], place.spans[-1][1], task))
    rows: list[tuple[str, int, int]] = []
    for person, spans in by_person.items():
        spans.sort()
        if all(first[1] <= then[0] for first, then in pairwise(spans)):
            rows += [(person, first[2], then[2]) for first, then in pairwise(spans)]
            continue
        for number, (begin, _, task) in enumerate(spans):
            done = [span for span in spans[:number] if span[1] <= begin]
            latest = max((span[0] for span in done), default=0)  # those done before that one began come before it already
            rows += [(person, span[2], task) for span in done if span[1] > latest]
    named = [(person, names[first], names[then]) for person, first, then in _without_cycles(work, rows)]
    return pl.DataFrame(named, {"person_id": pl.String, "predecessor_id": pl.String, "successor_id": pl.String}, orient="row")


def _without_cycles(work: Work, rows: list[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    """Without those that stand against a link: a task may lie before one that it is linked to with a lead."""
    links = [(link.task, task) for task, before in enumerate(work.before) for link in before]
    while True:
        pairs = np.array([*links, *(row[1:] for row in rows)], np.int64).reshape(-1, 2)
        if order_of(len(work.work), pairs[:, 0], pairs[:, 1]) is not None:
            return rows
        loop = cycle_of(len(work.work), pairs[:, 0], pairs[:, 1])
        steps = set(zip(loop, [*loop[1:], loop[0]], strict=True))
        rows = [row for row in rows if row[1:] not in steps]


def hours_frame(work: Work, places: Sequence[Place]) -> pl.DataFrame:
    """person_id, task_id, date, hours: what each person does on each day."""
    names = work.plan.tasks["task_id"].to_list()
    rows: list[tuple[str, str, date, float]] = []
    for task, (person, place) in enumerate(zip(work.person, places, strict=True)):
        if person is None or not place.spans:
            continue
        calendar = work.plan.calendars.get(person, work.plan.calendars[""])
        for done, end in place.spans:
            while done < end:
                at = calendar.next_working(calendar.finish(place.start, done - place.spans[0][0]))
                until = min(end, calendar.work_before((at // TICKS_PER_DAY + 1) * TICKS_PER_DAY))
                rows.append((person, names[task], day_of(at), (until - done) / TICKS_PER_HOUR))
                done = until
    return pl.DataFrame(rows, {"person_id": pl.String, "task_id": pl.String, "date": pl.Date, "hours": pl.Float64}, orient="row")
