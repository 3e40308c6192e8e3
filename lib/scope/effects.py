"""What one changed plan does, whichever option it belongs to: finish, cost, people, other projects, tasks. It names no price."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from lib.schedule.assumptions import Assumptions
from lib.schedule.graph import Problems
from lib.schedule.plan import Plan
from lib.scope.answer import Cost, Finish, Terms
from lib.scope.ask import Ask
from lib.scope.floats import tasks_of, with_people
from lib.scope.ground import Ground, Stop
from lib.scope.money import cost_of
from lib.scope.networks import Times, network_of
from lib.scope.outcome import Outcome, finish_after, outcome, ripple_of
from lib.scope.people import people_of


@dataclass(frozen=True, eq=False)
class Effects:
    """The effects of `ask` as `outcome` has it. `project_ids`: the project, and a later phase of it where there is one. `times`: of
    `lib.scope.floats.with_people`, after the change."""

    ask: Ask
    project_ids: tuple[str, ...]
    outcome: Outcome
    finish: Finish
    cost: Cost
    people: pl.DataFrame
    ripple: pl.DataFrame
    tasks: pl.DataFrame
    times: Times | None


@dataclass(frozen=True, eq=False)
class Changed:
    """A changed plan on its way through the engine. `priced`: the same plan with the roles by which `assumptions` price its work, where
    these are not the roles that people are told."""

    ask: Ask
    plan: Plan
    priced: Plan | None = None
    assumptions: Assumptions | None = None
    later: str | None = None


def effects_of(ground: Ground, changed: Changed, terms: Terms, stop: Stop = None) -> Effects | Problems:
    """What `changed` does to the project of its ask and to the others. Problems: those of the engine."""
    project, plan = changed.ask.project_id, changed.plan
    found = outcome(ground, changed.priced or plan, changed.assumptions, stop)
    if isinstance(found, Problems):
        return found
    found = replace(found, plan=plan)
    both = (project,) if changed.later is None else (project, changed.later)
    network = network_of(plan)
    times = with_people(network, found.order.sequences)
    return Effects(
        changed.ask,
        both,
        found,
        finish_after(ground, found, project),
        cost_of(ground.plan, found, changed.ask, terms, both),
        people_of(ground, plan, network, both),
        ripple_of(ground, found, project),
        tasks_of(ground.schedule.tasks, found, times, both, ground.names),
        times,
    )

