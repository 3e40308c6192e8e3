"""What is the same for every ask of one day: the plan of all projects, its schedule, what is assumed, the forecast before any change.

Frozen, and good for any number of asks and people. It answers nothing by itself and knows no ask.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from threading import RLock
from typing import Any, TypeAlias, TypeVar

import polars as pl

from lib.measures.flows import BILLED_BY_CONTRACT
from lib.measures.project_fees import fees_on
from lib.measures.project_values import values_on
from lib.portfolio import Portfolio
from lib.schedule.assumptions import Assumptions, Rates, assumptions_of
from lib.schedule.forecasting import Forecast, forecast
from lib.schedule.graph import Problem, Problems
from lib.schedule.plan import Plan, sound_plan_of
from lib.schedule.scheduling import Schedule, schedule

TRIALS = 10_000
_VALUES = ("project_id", "hours", "ac", "remaining", "bac_original", "eac", "eac_by")
Stop: TypeAlias = Callable[[], bool] | None
"""Asked now and then whether to stop."""
Made = TypeVar("Made")


@dataclass(frozen=True, eq=False)
class Ground:
    """The portfolio at the close of `as_of`, planned from the next day on, before any change; money in `base`.

    `left_out`: projects that can't be planned, each with the Problem to put right; the others are planned without them. `unmanned`: work of
    people who have no hours for it, planned as work that nobody is named for.
    """

    portfolio: Portfolio
    as_of: date
    base: str
    trials: int
    seed: int
    plan: Plan
    schedule: Schedule
    assumptions: Assumptions
    before: Forecast
    left_out: tuple[tuple[str, Problem], ...] = ()
    unmanned: tuple[tuple[str, Problem], ...] = ()
    _made: dict[str, Any] = field(default_factory=dict, repr=False)
    _lock: RLock = field(default_factory=RLock, repr=False)

    @cached_property
    def projects(self) -> Mapping[str, Mapping[str, Any]]:
        """The columns of each project by its id, with `billing` (its contract's where it has none) and `account`, the account's name."""
        accounts = self.portfolio["accounts"].select("account_id", pl.col("name").alias("account"))
        contracts = self.portfolio["contracts"].select(
            "contract_id", pl.col("kind").replace_strict(BILLED_BY_CONTRACT, default=None, return_dtype=pl.String).alias("by_contract")
        )
        rows = (
            self.portfolio["projects"]
            .join(accounts, on="account_id", how="left")
            .join(contracts, on="contract_id", how="left")
            .with_columns(pl.coalesce("billing", "by_contract").alias("billing"), pl.coalesce("account", "account_id").alias("account"))
            .collect()
        )
        return {row["project_id"]: row for row in rows.iter_rows(named=True)}

    @cached_property
    def people(self) -> Mapping[str, tuple[str, str | None]]:
        """Name and role of each person by id."""
        rows = self.portfolio["people"].select("person_id", "name", "role").collect().rows()
        return {person: (name, role) for person, name, role in rows}

    @cached_property
    def names(self) -> Mapping[str, str]:
        """The name of each person by id."""
        return {person: name for person, (name, _) in self.people.items()}

    @cached_property
    def refused(self) -> Mapping[str, tuple[Problem, ...]]:
        """What has to be put right before each of the projects left out can be planned."""
        found: dict[str, tuple[Problem, ...]] = {}
        for project, problem in self.left_out:
            found[project] = (*found.get(project, ()), problem)
        return found

    @cached_property
    def changed_tasks(self) -> frozenset[str]:
        """Tasks that came with a change request."""
        return frozenset(self.portfolio["tasks"].filter(pl.col("change_id").is_not_null()).select("task_id").collect()["task_id"])

    @cached_property
    def task_names(self) -> Mapping[str, str]:
        """The name of each task by id, of all projects."""
        return dict(self.portfolio["tasks"].select("task_id", "name").collect().rows())

    def is_planned(self, project_id: str) -> bool:
        """Whether the plan has tasks of the project."""
        return project_id in self._planned

    @cached_property
    def _planned(self) -> frozenset[str]:
        return frozenset(self.plan.tasks["project_id"])

    def values(self, project_id: str) -> Mapping[str, Any]:
        """The project's row of `lib.measures.project_values` in cost at the close of `as_of`: the same figures as anywhere else."""
        one = pl.LazyFrame({"project_id": [project_id]})

        def made() -> Mapping[str, Any]:
            rows = values_on(self.portfolio, [self.as_of], "cost", self.base, projects=one, columns=_VALUES)
            return rows.row(0, named=True) if rows.height else {}

        return self.once(f"values {project_id}", made)

    def fees(self, project_id: str) -> tuple[float | None, float | None]:
        """AGI at completion of a project at a fixed price at the close of `as_of`, and as first agreed: of `lib.measures.project_fees`."""

        def made() -> Mapping[str, tuple[float | None, float | None]]:
            rows = fees_on(self.portfolio, [self.as_of], self.base).select("project_id", "agi", "agi_sold").rows()
            return {project: (agi, sold) for project, agi, sold in rows}

        return self.once("fees", made).get(project_id, (None, None))

    def at_rate(self, cost_rate: float | None) -> Ground:
        """This ground with every hour at `cost_rate`, where no rate of anybody is known; else itself."""
        rates = self.assumptions.rates
        if cost_rate is None or rates.everybody is not None:
            return self

        def made() -> Ground:
            assumptions = replace(self.assumptions, rates=Rates(rates.by_person, rates.by_role, cost_rate))
            found = forecast(self.plan, self.schedule, self.trials, self.seed, assumptions, keep=True)
            return self if isinstance(found, Problems) else replace(self, assumptions=assumptions, before=found, _made={})

        return self.once(f"rate {cost_rate}", made)

    def once(self, name: str, make: Callable[[], Made]) -> Made:
        """What `make` makes, made once for all who ask for it under this name."""
        with self._lock:
            if name not in self._made:
                self._made[name] = make()
            found: Made = self._made[name]
            return found


def ground(
    portfolio: Portfolio, as_of: date, base: str, trials: int = TRIALS, seed: int = 0,
    progress: Callable[[str, float], None] | None = None, stop: Stop = None,
) -> Ground:  # fmt: skip
    """Plans and simulates the whole portfolio as it is. `progress` hears the stages plan and before, each with the share done.

    What the engine refuses is left out, project by project, and told in `left_out`: it never keeps the others from an answer.
    `lib.schedule.forecasting.Stopped` where `stop` says so.
    """
    tell = progress or _silent
    tell("plan", 0.0)
    sound = sound_plan_of(portfolio, as_of)
    plan, left_out = sound.plan, list(sound.left_out)
    assumptions = assumptions_of(portfolio, as_of, base)
    tell("before", 0.3)
    while True:
        scheduled = schedule(plan, promises=assumptions.promises)
        found = scheduled if isinstance(scheduled, Problems) else forecast(
            plan, scheduled, trials, seed, assumptions, keep=True, stop=stop
        )
        if not isinstance(found, Problems) and not isinstance(scheduled, Problems):
            break
        gone = _blamed(plan, found)
        left_out += gone
        plan = without_projects(plan, {project for project, _ in gone})
    tell("before", 1.0)
    return Ground(portfolio, as_of, base, trials, seed, plan, scheduled, assumptions, found, tuple(left_out), sound.unmanned)


def without_projects(plan: Plan, projects: set[str]) -> Plan:
    """The plan without the tasks of some projects and their links."""
    tasks = plan.tasks.filter(~pl.col("project_id").is_in(list(projects)))
    kept = tasks["task_id"].implode()
    return replace(plan, tasks=tasks, links=plan.links.filter(pl.col("predecessor_id").is_in(kept), pl.col("successor_id").is_in(kept)))


def _blamed(plan: Plan, found: Problems | Any) -> list[tuple[str, Problem]]:
    own = dict(plan.tasks.select("task_id", "project_id").rows())
    pairs = [(own[task], problem) for problem in found.found for task in problem.task_ids if task in own]
    return list(dict.fromkeys(pairs)) or [(project, problem) for project in dict.fromkeys(own.values()) for problem in found.found]


def _silent(stage: str, share: float) -> None:
    return None
