"""What two models have in common, so that it need not be drawn and dated again. Compares; draws and dates nothing.

What is alike has the very same inputs, not nearly the same ones: so a forecast that takes over what another one found is the forecast made
from scratch, to the last bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lib.schedule.graph import numbers_of
from lib.schedule.model import Model
from lib.schedule.spread import Spread


@dataclass(frozen=True, eq=False)
class Alike:
    """Places in another model, −1 where there is none.

    `tasks`: the task of the same name. `dated`: the same, where links, bounds and calendars are the same too, so that with the same work,
    after the same finishes, it has the same dates. `projects`: the project whose tasks are all drawn, priced and at risk in the same way,
    so that after the same finishes it has the same end.
    """

    tasks: Sequence[int]
    dated: Sequence[int]
    projects: Sequence[int]


def alike(model: Model, other: Model) -> Alike:
    """What `model` has in common with `other`. Seed, trials and the shares of variance are the caller's to compare."""
    places = numbers_of(other.task_ids)
    tasks = [places.get(task, -1) for task in model.task_ids]
    hung = model.hung, other.hung
    dated = [
        place if place >= 0 and (task in hung[0]) == (place in hung[1]) and _dating(model, task) == _dating(other, place) else -1
        for task, place in enumerate(tasks)
    ]
    return Alike(tasks, dated, _projects(model, other))


def _projects(model: Model, other: Model) -> list[int]:
    if model.spreads is other.spreads and model.risks is other.risks:  # the same model in another order of work
        return list(range(len(model.project_ids)))
    projects = numbers_of(other.project_ids)
    mine, theirs = _drawing(model), _drawing(other)
    same = model.assumptions.rates.everybody == other.assumptions.rates.everybody
    return [
        place if same and place >= 0 and _same(mine[project], theirs[place]) else -1
        for project, place in enumerate(projects.get(project, -1) for project in model.project_ids)
    ]


def _dating(model: Model, task: int) -> tuple[object, ...]:
    """All that a task's dates rest on, but for its work and what comes before it. One calendar has one lookup."""
    links = {(model.task_ids[link.other], link.from_finish, link.to_finish, link.lag, link.calendar) for link in model.before[task]}
    own = model.calendars[task], model.project_calendars[model.projects[task]]
    return model.opens[task], model.closes[task], *own, links


def _drawing(model: Model) -> list[list[tuple[Spread | None, tuple[object, ...]]]]:
    """For each project, all that its tasks' work, its cost and its end rest on, in the order in which they are added up."""
    found: list[list[tuple[Spread | None, tuple[object, ...]]]] = [[] for _ in model.project_ids]
    columns = (model.projects, model.spreads, model.task_ids, model.hours, model.waits, model.rates, model.shared)
    for project, spread, *rest in zip(*columns, strict=True):
        found[project].append((spread, tuple(rest)))
    for project, (calendar, ended) in enumerate(zip(model.project_calendars, model.ended, strict=True)):
        found[project].append((None, (calendar, ended)))
    for risk, task, project in model.risks:
        found[project].append((None, (risk, None if task is None else model.task_ids[task])))
    return found


def _same(one: list[tuple[Spread | None, tuple[object, ...]]], other: list[tuple[Spread | None, tuple[object, ...]]]) -> bool:
    return len(one) == len(other) and all(
        mine == theirs and (spread is like or (spread is not None and like is not None and _same_spread(spread, like)))
        for (spread, mine), (like, theirs) in zip(one, other, strict=True)
    )


def _same_spread(one: Spread, other: Spread) -> bool:
    if (one.source, one.triple) != (other.source, other.triple):
        return False
    if one.ratios is None or other.ratios is None:
        return one.ratios is other.ratios
    return one.ratios is other.ratios or np.array_equal(one.ratios, other.ratios)
