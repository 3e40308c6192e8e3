"""Draws and dates the open tasks of a plan in many trials at once, over calendars and frozen sequences. Keeps nothing of the trials before.

One NumPy step a task, in an order that keeps all links, on whole ticks. Each piece of trials is drawn from the streams at its place, so
that memory stays bounded and pieces of any size give the same trials.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

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
    """Some trials: work, start and finish of each task in ticks (task, trial), finish and cost of each project (project, trial).

    `undelayed`: the finish before the days that risks add, of the tasks that a risk can delay. `ends` are after them, of projects too.
    """

    work: Ticks
    start: Ticks
    finish: Ticks
    undelayed: Mapping[int, Ticks]
    delays: Mapping[int, Ticks]
    ends: Ticks
    costs: Array


def passes(model: Model, trials: int, seed: int, starts: bool = False) -> Iterator[Pass]:
    """All trials, some at a time, in their order; `starts` as in `forward`."""
    at_once = max(CELLS_AT_ONCE // max(len(model.task_ids), 1), 256) // BLOCK * BLOCK
    for first in range(0, trials, at_once):
        count = min(at_once, trials - first)
        copula = copula_of(model, seed, first, count)
        fired = [fires(risk, seed, first, count) for risk, _, _ in model.risks]
        yield _pass(model, [drawn_hours(model, task, copula) for task in range(len(model.task_ids))], fired, count, starts)


def likely_pass(model: Model) -> Pass:
    """One trial of likely hours in which no risk fires."""
    return _pass(model, [np.array([hours]) for hours in model.hours], [np.zeros(1, bool)] * len(model.risks), 1, True)


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
    model: Model, work: Ticks, delays: Mapping[int, Ticks], starts: bool = False
) -> tuple[Ticks, Ticks, dict[int, Ticks]]:
    """Start and finish of each task (task, trial), and the finish before its delay of each that has one.

    A start is the first instant of work where `starts`, or where a link hangs on it; else the instant from which it may begin.
    What must not finish before some instant begins so much later in its own working time.
    """
    count = work.shape[1]
    hung = {bound.other for bounds in model.before for bound in bounds if not bound.from_finish}
    start, finish, undelayed = np.empty_like(work), np.empty_like(work), {}
    for task in model.order:
        opens, closes = np.full(count, model.opens[task], np.int64), np.full(count, model.closes[task], np.int64)
        held = model.closes[task] > model.opens[task]
        for bound in model.before[task]:
            at = bound.of((finish if bound.from_finish else start)[bound.other])
            held = held or bound.to_finish
            np.maximum(closes if bound.to_finish else opens, at, out=closes if bound.to_finish else opens)
        own, calendar = work[task], model.calendars[task]
        if not own.any():
            start[task] = finish[task] = np.maximum(opens, closes)
        elif held:
            idle = np.maximum(calendar.work_before(np.maximum(closes, opens)) - own - calendar.work_before(opens), 0)
            done = np.where(own > 0, calendar.finish(opens, own + idle), np.maximum(opens, closes))
            start[task] = calendar.start(done, own)
            finish[task] = np.maximum(done, closes)  # held to an instant at which nobody works
        else:
            finish[task] = calendar.finish(opens, own)
            start[task] = calendar.next_working(opens) if starts or task in hung else opens
        if task in delays:
            undelayed[task] = finish[task].copy()
            finish[task] = model.project_calendars[model.projects[task]].finish(finish[task], delays[task])
    return start, finish, undelayed


def _pass(model: Model, hours: Sequence[Array], fired: Sequence[NDArray[np.bool_]], count: int, starts: bool) -> Pass:
    struck = _Struck.of(model, fired, count)
    work, costs = np.zeros((len(hours), count), np.int64), struck.costs
    for task, (drawn, wait, project) in enumerate(zip(hours, model.waits, model.projects, strict=True)):
        drawn = drawn * struck.grown.get(project, 1.0) + struck.added.get(task, 0.0)
        costs[project] += drawn * (model.rates[task] or 0.0)
        work[task] = np.rint(drawn * TICKS_PER_HOUR) + wait
    start, finish, undelayed = forward(model, work, struck.delays, starts)
    ends = np.repeat(np.array(model.ended, np.int64).reshape(-1, 1), count, axis=1)
    for task, project in enumerate(model.projects):
        np.maximum(ends[project], finish[task], out=ends[project])
    for project, ticks in struck.late.items():
        ends[project] = model.project_calendars[project].finish(ends[project], ticks)
    return Pass(work, start, finish, undelayed, struck.delays, ends, costs)


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
