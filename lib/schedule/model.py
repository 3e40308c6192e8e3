"""A plan prepared for many trials: the open tasks as numbers, with all that stays the same in every trial. Draws and dates nothing.

The rules of `shared_people` hold here too, so that a trial of likely hours is the schedule: a task that has begun waits for no link to its
start, and a link from its start hangs on that fact; a wait of d days is 8·d hours of the project's calendar; lags run on the predecessor's
project calendar or on the clock.
A task without hours a day of its own, beside others of its person, goes on at its pace in the schedule: its hours over the days it lies on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property, partial

import numpy as np
import polars as pl

from lib.schedule.assumptions import Assumptions, Risk
from lib.schedule.axis import TICKS_PER_DAY, TICKS_PER_HOUR, instant
from lib.schedule.calendars import Calendar
from lib.schedule.graph import Problem, Problems, cycle_of, numbers_of, order_of
from lib.schedule.lookup import Lookup, Ticks, lookup_of
from lib.schedule.plan import DAY_HOURS, Plan
from lib.schedule.shared_people import releases
from lib.schedule.spread import CONSTANT, History, Spread

LOOKED_UP = 6 * 365 * TICKS_PER_DAY  # what lies further off than that is asked of the calendars themselves
LONG_AGO = -(2**40)


@dataclass(frozen=True, eq=False)
class Bound:
    """A link from task `other`; its lag in ticks, of the clock without a `calendar`."""

    other: int
    from_finish: bool
    to_finish: bool
    lag: int = 0
    calendar: Lookup | None = None

    def of(self, end: Ticks) -> Ticks:
        """The instant that the link allows, from the end that it hangs on."""
        if not self.lag:
            return end
        return end + self.lag if self.calendar is None else self.calendar.finish(end, np.full(len(end), self.lag))

    def back(self, end: Ticks) -> Ticks:
        """The latest end that it may hang on, from the instant that it must allow."""
        if not self.lag:
            return end
        return end - self.lag if self.calendar is None else self.calendar.start(end, np.full(len(end), self.lag))


@dataclass(frozen=True, eq=False)
class Model:
    """Open tasks 0…n − 1 in the order of the plan, and projects in theirs; instants and work in ticks, `hours` likely and remaining.

    `opens`, `closes`: no work before, no finish before. `waits`: work of waits, 0 else.
    `ended`: the latest finish of each project's finished tasks. `unplaced`: risks whose task is done or whose project is not planned.
    """

    task_ids: Sequence[str]
    order: Sequence[int]
    before: Sequence[Sequence[Bound]]
    opens: Sequence[int]
    closes: Sequence[int]
    calendars: Sequence[Lookup]
    waits: Sequence[int]
    hours: Sequence[float]
    spreads: Sequence[Spread]
    shared: Sequence[tuple[str, str | None]]
    rates: Sequence[float | None]
    project_ids: Sequence[str]
    projects: Sequence[int]
    project_calendars: Sequence[Lookup]
    ended: Sequence[int]
    risks: Sequence[tuple[Risk, int | None, int]]  # with the task, if it hits one, and the project
    unplaced: tuple[str, ...]
    assumptions: Assumptions

    @cached_property
    def hung(self) -> frozenset[int]:
        """The tasks from whose start a link hangs."""
        return frozenset(bound.other for bounds in self.before for bound in bounds if not bound.from_finish)


def model_of(plan: Plan, scheduled: pl.DataFrame, sequences: pl.DataFrame, assumptions: Assumptions) -> Model | Problems:
    """The open tasks of `plan`, with the `sequences` of a schedule as further links and the paces of its tasks (`scheduled`).

    Three points of a task count where optimistic and pessimistic are both given; else history speaks.
    Problems: optimistic_over_likely, likely_over_pessimistic, negative_duration, dangling_link, cycle.
    """
    tasks = plan.tasks.filter(pl.col("finished_on").is_null())
    rows = numbers_of(plan.tasks["task_id"].to_list())
    places = numbers_of(tasks["task_id"].to_list())
    points = tasks.select("work_hours", "optimistic_hours", "pessimistic_hours", "account_id").rows()
    spreads = [_spread(likely, low, high, account, assumptions.history) for likely, low, high, account in points]
    links = _links(plan, sequences)
    problems = [*_faults(tasks), *(Problem("dangling_link", link[:2]) for link in links if link[0] not in rows or link[1] not in rows)]
    if problems:
        return Problems(tuple(problems))
    laid = partial(lookup_of, horizon=plan.start + LOOKED_UP)
    project_ids = plan.tasks["project_id"].unique(maintain_order=True).to_list()
    numbers = numbers_of(project_ids)
    projects = [numbers[project] for project in tasks["project_id"]]
    of_project = [laid(plan.calendars.get(f"project:{project}", plan.calendars[""])) for project in project_ids]
    before: list[list[Bound]] = [[] for _ in places]
    opens, closes = _opens(plan, tasks), [LONG_AGO] * len(places)
    facts = _Facts.of(plan)
    begun = set(tasks.filter(pl.col("started_on").is_not_null())["task_id"])
    for first, then, kind, lag, elapsed, frozen in links:
        if then not in places or (kind[1] == "S" and not frozen and then in begun):
            continue
        ticks = round(lag * TICKS_PER_HOUR)
        clock = None if elapsed or not ticks else of_project[numbers[plan.tasks["project_id"][rows[first]]]]
        bound = Bound(places.get(first, -1), kind[0] == "F", kind[1] == "F", ticks, clock)
        fact = facts.finish(first) if bound.from_finish else facts.start(first)
        if fact is None:
            before[places[then]].append(bound)
        else:
            at, held = int(bound.of(np.array([fact]))[0]), closes if bound.to_finish else opens
            held[places[then]] = max(held[places[then]], at)
    order = _ordered(list(places), before)
    if isinstance(order, Problems):
        return order
    hours = tasks["work_hours"].fill_null(0.0).to_list()
    waits = [0 if work else round((days or 0.0) * DAY_HOURS * TICKS_PER_HOUR) for days, work in zip(tasks["wait_days"], hours, strict=True)]
    clocks = _clocks(plan, tasks, paces_of(plan, scheduled))
    risks, unplaced = _hits(assumptions.risks, places, facts.finished, numbers, projects)
    ended = dict(plan.tasks.group_by("project_id").agg(pl.col("finished_on").max()).drop_nulls().rows())
    return Model(
        list(places), order, before, opens, closes,
        [laid(clock) if work else of_project[project] for clock, work, project in zip(clocks, hours, projects, strict=True)],
        waits, hours, spreads, tasks.select("project_id", "person_id").rows(),
        [assumptions.rates.of(person, role) for person, role in tasks.select("person_id", "role").rows()],
        project_ids, projects, of_project,
        [instant(ended[project] + timedelta(days=1)) if project in ended else LONG_AGO for project in project_ids],
        risks, unplaced, assumptions,
    )  # fmt: skip


def with_sequences(model: Model, pairs: Sequence[tuple[str, str]]) -> Model | Problems:
    """`model` with pairs of its tasks in sequence, as `model_of` has them. Problems: cycle."""
    places = numbers_of(model.task_ids)
    before = [list(bounds) for bounds in model.before]
    for first, then in pairs:
        before[places[then]].append(Bound(places[first], True, False))
    order = _ordered(model.task_ids, before)
    return order if isinstance(order, Problems) else replace(model, before=before, order=order)


def _ordered(task_ids: Sequence[str], before: Sequence[Sequence[Bound]]) -> list[int] | Problems:
    ends = np.array([(bound.other, task) for task, bounds in enumerate(before) for bound in bounds], np.int64).reshape(-1, 2).T
    order = order_of(len(task_ids), *ends)
    if order is None:
        return Problems((Problem("cycle", tuple(task_ids[place] for place in cycle_of(len(task_ids), *ends))),))
    return order


def _spread(likely: float | None, low: float | None, high: float | None, account_id: str | None, history: History) -> Spread:
    if not likely:
        return CONSTANT
    if low is None or high is None:
        return history.spread(account_id)
    return Spread("three_points", (low / likely, 1.0, high / likely)) if low < high else CONSTANT


def _faults(tasks: pl.DataFrame) -> Iterator[Problem]:
    low, likely, high = pl.col("optimistic_hours"), pl.col("work_hours"), pl.col("pessimistic_hours")
    numbers = ("work_hours", "wait_days", "optimistic_hours")
    least = 1 + 1e-9  # remaining hours are shares of the estimate: the last digit may differ
    for kind, wrong in (
        ("negative_duration", pl.any_horizontal(pl.col(numbers) < 0)),
        ("optimistic_over_likely", (low > likely * least) & (likely > 0)),
        ("likely_over_pessimistic", (likely > high * least) & (likely > 0)),
    ):
        found = tasks.filter(wrong)["task_id"].to_list()
        if found:
            yield Problem(kind, tuple(found))


def _links(plan: Plan, sequences: pl.DataFrame) -> list[tuple[str, str, str, float, bool, bool]]:
    """predecessor, successor, kind, lag in hours, elapsed, and whether it is a sequence."""
    rest = (pl.col("lag_hours").fill_null(0.0), pl.col("elapsed").fill_null(False))
    given = [(*row, False) for row in plan.links.select("predecessor_id", "successor_id", "kind", *rest).rows()]
    return given + [(first, then, "FS", 0.0, False, True) for first, then in sequences.select("predecessor_id", "successor_id").rows()]


def _opens(plan: Plan, tasks: pl.DataFrame) -> list[int]:
    released = dict(zip(plan.tasks["task_id"].to_list(), releases(plan), strict=True))
    start, rows = plan.start, tasks.select("task_id", "started_on").rows()
    return [released[task] if started is None else start for task, started in rows]


@dataclass(frozen=True)
class _Facts:
    """The days on which tasks began and were finished, where these are past."""

    started: Mapping[str, date]
    finished: Mapping[str, date]

    @classmethod
    def of(cls, plan: Plan) -> _Facts:
        started = plan.tasks.select("task_id", pl.coalesce("started_on", "finished_on")).drop_nulls()
        return cls(dict(started.rows()), dict(plan.tasks.select("task_id", "finished_on").drop_nulls().rows()))

    def start(self, task: str) -> int | None:
        """The beginning of the first day."""
        day = self.started.get(task)
        return None if day is None else instant(day)

    def finish(self, task: str) -> int | None:
        """The close of the last day."""
        day = self.finished.get(task)
        return None if day is None else instant(day + timedelta(days=1))


def _clocks(plan: Plan, tasks: pl.DataFrame, paces: Mapping[str, float]) -> list[Calendar]:
    """The calendar of each task: the plan's, at most so many hours a day as its pace."""
    own = dict(zip(plan.tasks["task_id"].to_list(), plan.task_calendars, strict=True))
    slower: dict[tuple[int, float], Calendar] = {}
    found = []
    for task in tasks["task_id"].to_list():
        calendar, pace = own[task], paces.get(task)
        if pace is not None:
            key = (id(calendar), pace)
            calendar = slower[key] if key in slower else slower.setdefault(key, calendar.capped(pace))
        found.append(calendar)
    return found


def paces_of(plan: Plan, scheduled: pl.DataFrame) -> dict[str, float]:
    """Hours a day that a schedule leaves to tasks without hours a day of their own, where their person does others beside them."""
    if "pace_hours" in scheduled.columns:
        return dict(scheduled.select("task_id", "pace_hours").drop_nulls().rows())
    capped = pl.col("hours_per_day") > 0
    beside = set(plan.tasks.filter(capped, pl.col("work_hours") > 0)["person_id"].drop_nulls())
    rows = plan.tasks.filter(~capped.fill_null(False), pl.col("person_id").is_in(list(beside)), pl.col("work_hours") > 0)
    lies = rows.join(scheduled.select("task_id", "start", "finish"), on="task_id").drop_nulls(["start", "finish"])
    found = {}
    for task, person, hours, start, finish in lies.select("task_id", "person_id", "work_hours", "start", "finish").rows():
        calendar = plan.calendars.get(person, plan.calendars[""])
        if calendar.work_before(finish) - calendar.work_before(start) > hours * TICKS_PER_HOUR:
            days = np.ceil(calendar.days_before(finish)) - np.floor(calendar.days_before(start))
            found[task] = hours / float(days)
    return found


def _hits(
    risks: Sequence[Risk], places: Mapping[str, int], past: Collection[str], numbers: Mapping[str, int], projects: Sequence[int]
) -> tuple[list[tuple[Risk, int | None, int]], tuple[str, ...]]:
    """Each risk with the open task that it hits, else with its project; and the ids of those that can hit nothing any more."""
    found: list[tuple[Risk, int | None, int]] = []
    unplaced = []
    going = set(projects)
    for risk in risks:
        if risk.task_id is not None and risk.task_id in places:
            found.append((risk, places[risk.task_id], projects[places[risk.task_id]]))
        elif risk.task_id not in past and risk.project_id is not None and numbers.get(risk.project_id, -1) in going:
            found.append((risk, None, numbers[risk.project_id]))
        else:
            unplaced.append(risk.risk_id)
    return found, tuple(unplaced)
