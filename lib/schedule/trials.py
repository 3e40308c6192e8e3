"""Draws and dates the open tasks of a plan in many trials at once, over calendars and frozen sequences. Keeps nothing of the trials before.

One NumPy step a task, in an order that keeps all links, on whole ticks. What another model has in common with this one may be handed in
and is then taken over. Each piece of trials is drawn from the streams at its place, so
that memory stays bounded and pieces of any size give the same trials.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import NDArray

from lib.schedule.alike import Alike
from lib.schedule.assumptions import Risk
from lib.schedule.axis import TICKS_PER_HOUR
from lib.schedule.lookup import Ticks
from lib.schedule.model import Model
from lib.schedule.plan import DAY_HOURS
from lib.schedule.spread import Array
from lib.schedule.streams import BLOCK, Copula, uniforms

CELLS_AT_ONCE = 2_000_000  # tasks × trials held in one array: 16 MB


@dataclass(frozen=True, eq=False)
class Pass:
    """Some trials: work, start and finish of each task in ticks, by trial; finish and cost of each project (project, trial).

    `start`: of all tasks, or only where a link hangs on it, and empty elsewhere. `undelayed`: the finish before the days that risks add, of
    the tasks that a risk can delay. `ends` are after them, of projects too.
    """

    work: Sequence[Ticks]
    start: Sequence[Ticks]
    finish: Sequence[Ticks]
    undelayed: Mapping[int, Ticks]
    delays: Mapping[int, Ticks]
    ends: Ticks
    costs: Array

    @property
    def count(self) -> int:
        return self.ends.shape[1]


@dataclass(frozen=True, eq=False)
class Known:
    """The same trials of another model, and what the two have in common: that is taken over, and not drawn and dated again."""

    alike: Alike
    trials: Pass


def passes(model: Model, trials: int, seed: int, starts: bool = False) -> Iterator[Pass]:
    """All trials, some at a time, in their order; `starts`: of all tasks."""
    at_once = max(CELLS_AT_ONCE // max(len(model.task_ids), 1), 256) // BLOCK * BLOCK
    for first in range(0, trials, at_once):
        yield drawn_pass(model, seed, first, min(at_once, trials - first), starts)


def passes_after(model: Model, seed: int, common: Alike, known: Iterable[Pass]) -> Iterator[Pass]:
    """As `passes`, piece by piece with those of another model: the same numbers as without them."""
    first = 0
    for some in known:
        yield drawn_pass(model, seed, first, some.count, False, Known(common, some))
        first += some.count


def drawn_pass(model: Model, seed: int, first: int, count: int, starts: bool, known: Known | None = None) -> Pass:
    """Trials `first` to `first + count`."""
    fired = [fires(risk, seed, first, count) for risk, _, _ in model.risks]
    return _pass(model, partial(drawn_hours, model, copula=copula_of(model, seed, first, count)), fired, count, starts, known)


def likely_pass(model: Model, known: Known | None = None) -> Pass:
    """One trial of likely hours in which no risk fires, with the starts of all tasks."""
    return _pass(model, lambda task: np.array([model.hours[task]]), [np.zeros(1, bool)] * len(model.risks), 1, True, known)


def copula_of(model: Model, seed: int, first: int, count: int) -> Copula:
    return Copula(seed, first, count, model.assumptions.rho_project, model.assumptions.rho_person)


def drawn_hours(model: Model, task: int, copula: Copula) -> Array:
    """Hours of one task in each trial, before risks."""
    if model.spreads[task].source == "constant":
        return np.full(copula.count, model.hours[task])
    return model.hours[task] * model.spreads[task].factors(copula.draws(model.task_ids[task], *model.shared[task]))


def fires(risk: Risk, seed: int, first: int, count: int) -> NDArray[np.bool_]:
    """Whether the risk happens in each trial."""
    return uniforms(seed, "risk", risk.risk_id, first, count) < risk.chance


def forward(
    model: Model, work: Sequence[Ticks], delays: Mapping[int, Ticks], count: int, starts: bool = False, known: Known | None = None
) -> tuple[list[Ticks], list[Ticks], dict[int, Ticks]]:
    """Start and finish of each task by trial, and the finish before its delay of each that has one.

    A start is the first instant of work; it is empty unless `starts`, or a link hangs on it. What must not finish before some instant
    begins so much later in its own working time. Of `known` the dates are taken of all tasks that have the same work after the same dates.
    """
    none = np.empty(0, np.int64)
    start, finish, undelayed = [none] * len(work), [none] * len(work), {}
    moved = [True] * len(work)
    for task in model.order:
        if known is not None and _stays(model, task, work, delays, moved, known):
            place = known.alike.tasks[task]
            start[task], finish[task], moved[task] = known.trials.start[place], known.trials.finish[place], False
            if task in delays:
                undelayed[task] = known.trials.undelayed[place]
            continue
        opens, closes = np.full(count, model.opens[task], np.int64), np.full(count, model.closes[task], np.int64)
        held = model.closes[task] > model.opens[task]
        for bound in model.before[task]:
            at = bound.of((finish if bound.from_finish else start)[bound.other])
            held = held or bound.to_finish
            np.maximum(closes if bound.to_finish else opens, at, out=closes if bound.to_finish else opens)
        own, calendar = work[task], model.calendars[task]
        begun = opens
        if not own.any():
            begun = finish[task] = np.maximum(opens, closes)
        elif held:
            idle = np.maximum(calendar.work_before(np.maximum(closes, opens)) - own - calendar.work_before(opens), 0)
            done = np.where(own > 0, calendar.finish(opens, own + idle), np.maximum(opens, closes))
            begun = calendar.start(done, own)
            finish[task] = np.maximum(done, closes)  # held to an instant at which nobody works
        else:
            finish[task] = calendar.finish(opens, own)
        if starts or task in model.hung:
            start[task] = begun if held or begun is not opens else calendar.next_working(opens)
        if task in delays:
            undelayed[task] = finish[task]
            finish[task] = model.project_calendars[model.projects[task]].finish(finish[task], delays[task])
        if known is not None and (place := known.alike.tasks[task]) >= 0:
            before = known.trials
            moved[task] = not (np.array_equal(finish[task], before.finish[place]) and np.array_equal(start[task], before.start[place]))
    return start, finish, undelayed


def _stays(
    model: Model, task: int, work: Sequence[Ticks], delays: Mapping[int, Ticks], moved: Sequence[bool], known: Known
) -> bool:
    """Whether the task has the work and the delay that it had, and nothing before it has moved."""
    place = known.alike.dated[task]
    if place < 0 or any(moved[bound.other] for bound in model.before[task]):
        return False
    delay, other = delays.get(task), known.trials.delays.get(place)
    if (delay is None) is not (other is None) or (delay is not None and other is not None and not np.array_equal(delay, other)):
        return False
    return work[task] is known.trials.work[place] or np.array_equal(work[task], known.trials.work[place])


def _pass(
    model: Model, hours: Callable[[int], Array], fired: Sequence[NDArray[np.bool_]], count: int, starts: bool, known: Known | None
) -> Pass:
    struck = _Struck.of(model, fired, count)
    work, costs = [np.empty(0, np.int64)] * len(model.task_ids), struck.costs
    same = [-1] * len(model.project_ids) if known is None else known.alike.projects
    for task, (wait, project) in enumerate(zip(model.waits, model.projects, strict=True)):
        if known is not None and same[project] >= 0:
            work[task] = known.trials.work[known.alike.tasks[task]]
            continue
        drawn = hours(task) * struck.grown.get(project, 1.0) + struck.added.get(task, 0.0)
        costs[project] += drawn * (model.rates[task] or 0.0)
        work[task] = np.rint(drawn * TICKS_PER_HOUR).astype(np.int64) + wait
    if known is not None:
        for project, place in enumerate(same):
            if place >= 0:
                costs[project] = known.trials.costs[place]
    start, finish, undelayed = forward(model, work, struck.delays, count, starts, known)
    ends = np.repeat(np.array(model.ended, np.int64).reshape(-1, 1), count, axis=1)
    moved = set(range(len(same))) if known is None else _moved(model, finish, known)
    for task, project in enumerate(model.projects):
        if project in moved:
            np.maximum(ends[project], finish[task], out=ends[project])
    for project, place in enumerate(same):
        if known is not None and project not in moved:
            ends[project] = known.trials.ends[place]
    for project, ticks in struck.late.items():
        if project in moved:
            ends[project] = model.project_calendars[project].finish(ends[project], ticks)
    return Pass(work, start, finish, undelayed, struck.delays, ends, costs)


def _moved(model: Model, finish: Sequence[Ticks], known: Known) -> set[int]:
    """Projects that are not alike, or of which a task has dates of its own."""
    found = {project for project, place in enumerate(known.alike.projects) if place < 0}
    for task, (project, place) in enumerate(zip(model.projects, known.alike.tasks, strict=True)):
        if place < 0 or finish[task] is not known.trials.finish[place]:
            found.add(project)
    return found


@dataclass
class _Struck:
    """What fired risks add in each trial: hours to tasks, a share to all hours of projects, ticks after tasks and after projects, cost."""

    costs: Array
    added: dict[int, Array] = field(default_factory=dict)
    grown: dict[int, Array] = field(default_factory=dict)
    delays: dict[int, Ticks] = field(default_factory=dict)
    late: dict[int, Ticks] = field(default_factory=dict)

    @classmethod
    def of(cls, model: Model, fired: Sequence[NDArray[np.bool_]], count: int) -> _Struck:
        found = cls(np.zeros((len(model.project_ids), count)))
        likely = np.bincount(np.array(model.projects, np.int64), model.hours, len(model.project_ids))
        for (risk, task, project), happens in zip(model.risks, fired, strict=True):
            days = risk.days
            if risk.hours and not days and task is not None and model.hours[task]:
                found.added[task] = np.add(found.added.get(task, 0.0), happens * risk.hours)
            elif risk.hours and not days and task is None and likely[project] > 0:
                found.grown[project] = np.add(found.grown.get(project, 1.0), happens * (risk.hours / float(likely[project])))
            elif risk.hours:
                days = days or risk.hours / DAY_HOURS
                found.costs[project] += happens * (risk.hours * _rate(model, task, project))
            if days:
                ticks = happens * np.int64(round(days * DAY_HOURS * TICKS_PER_HOUR))
                held, place = (found.late, project) if task is None else (found.delays, task)
                held[place] = held[place] + ticks if place in held else ticks
        return found


def _rate(model: Model, task: int | None, project: int) -> float:
    """Cost of an hour of a task, else the mean of its project's by likely hours, else of everybody."""
    if task is not None:
        return model.rates[task] or 0.0
    rows = zip(model.hours, model.rates, model.projects, strict=True)
    rated = [(hours, rate) for hours, rate, where in rows if where == project and rate is not None and hours > 0]
    total = sum(hours for hours, _ in rated)
    return sum(hours * rate for hours, rate in rated) / total if total else model.assumptions.rates.everybody or 0.0
