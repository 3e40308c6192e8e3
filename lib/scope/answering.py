"""From an ask to the full answer: what a change does to date, cost, price, margin, people and other clients, and how else it could be done.

It saves nothing, and nothing of the portfolio is touched. Everything is worked out on the ground's trials, so that a change of nothing is
exactly zero everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import polars as pl

from lib.schedule.graph import Problem, Problems
from lib.schedule.plan import Plan
from lib.scope.answer import Answer
from lib.scope.ask import Ask
from lib.scope.changed import plan_with
from lib.scope.floats import floats_of, tasks_of, with_people
from lib.scope.ground import Ground
from lib.scope.money import change_of, cost_of, prices_of
from lib.scope.outcome import finish_after, finish_before, outcome, ripple_of
from lib.scope.people import people_of
from lib.scope.terms import at_bill_rate, terms_of

STAGES = ("plan", "change", "options")


@dataclass(frozen=True)
class Refused:
    """No answer, and what to put right first: problems of the ask or of the changed plan (`lib.scope.refusals` has them in words)."""

    problems: tuple[Problem, ...]

    @property
    def stopped(self) -> bool:
        """Whether nothing is wrong: somebody asked to stop."""
        return any(problem.kind == "stopped" for problem in self.problems)


STOPPED = Refused((Problem("stopped", ()),))


def answer(
    ground: Ground, ask: Ask, progress: Callable[[str, float], None] | None = None, stop: Callable[[], bool] | None = None
) -> Answer | Refused:
    """The full answer to `ask`, for one seed always the same.

    `progress` hears a stage of STAGES and the share of all that is done; `stop` is asked between the steps, and a yes gives STOPPED.
    Refused for an ask that can't be planned (`lib.scope.changed.faults`, cycle), and for a project that is not known or is over.
    """
    steps = _Steps(progress, stop)
    wrong = _no_project(ground, ask)
    if wrong is not None:
        return Refused((wrong,))
    if steps.stops("plan", 0.0):
        return STOPPED
    plan = plan_with(ground.plan, ask)
    if isinstance(plan, Problems):
        return Refused(plan.found)
    if steps.stops("change", 0.1):
        return STOPPED
    return _answered(ground, ask, plan, steps)


@dataclass(frozen=True)
class _Steps:
    progress: Callable[[str, float], None] | None
    stop: Callable[[], bool] | None

    def stops(self, stage: str, share: float) -> bool:
        """Tells the stage; whether to stop before it."""
        if self.stop is not None and self.stop():
            return True
        if self.progress is not None:
            self.progress(stage, share)
        return False


def _answered(ground: Ground, ask: Ask, plan: Plan, steps: _Steps) -> Answer | Refused:
    found = outcome(ground, plan)
    if isinstance(found, Problems):
        return Refused(found.found)
    project, facts = ask.project_id, ground.projects[ask.project_id]
    row = found.compared.projects.filter(pl.col("project_id") == project)
    figures = row.row(0, named=True) if row.height else {}
    terms = terms_of(ground, ask)
    cost = cost_of(ground.plan, found, ask, terms, (project,))
    change = change_of(cost, ask)
    had, has = with_people(ground.plan, ground.schedule.sequences), with_people(plan, found.order.sequences)
    names = {person: name for person, (name, _) in ground.people.items()}
    before, after = finish_before(ground, project), finish_after(ground, found, project)
    return Answer(
        ask=ask,
        as_of=ground.as_of,
        version=ground.portfolio.version,
        base=ground.base,
        trials=ground.trials,
        seed=ground.seed,
        project=facts["name"],
        account_id=facts["account_id"],
        account=facts["account"],
        before=before,
        after=after,
        moved_days=figures.get("p80_moved_days"),
        delay_p50_days=figures.get("p50_days"),
        delay_p80_days=figures.get("p80_days"),
        cost=cost,
        terms=terms,
        prices=prices_of(terms, change),
        at_bill_rate=None if change is None else at_bill_rate(ground, terms, change, added_hours(ground.plan, plan, project)),
        people=people_of(ground, plan, project),
        floats=floats_of(had, has, plan, project),
        ripple=ripple_of(ground, found, project),
        tasks=tasks_of(ground.schedule.tasks, found, has, (project,), names),
        degraded=tuple(dict.fromkeys(_degraded(after.promise_on is None, cost.likely is None, terms.missing))),
        spreads=_spreads(found.after.spreads, plan, project),
    )


def added_hours(before: Plan, after: Plan, project_id: str) -> pl.DataFrame:
    """person_id, role, hours by which each task of the project takes more (or less) than before; a task that changes hands counts twice."""
    columns = ["task_id", "person_id", "role"]
    sums = [
        plan.tasks.filter(pl.col("project_id") == project_id).select(*columns, (sign * pl.col("work_hours")).alias("hours"))
        for sign, plan in ((-1.0, before), (1.0, after))
    ]
    rows = pl.concat(sums).group_by(columns, maintain_order=True).agg(pl.col("hours").sum()).filter(pl.col("hours").abs() > 1e-9)
    return rows.select("person_id", "role", "hours")


def _no_project(ground: Ground, ask: Ask) -> Problem | None:
    project = ground.projects.get(ask.project_id)
    if project is None:
        return Problem("unknown_project", (ask.project_id,))
    if project["status"] in ("done", "cancelled"):
        return Problem("project_over", (ask.project_id,))
    return None


def _degraded(no_promise: bool, no_rates: bool, missing: tuple[str, ...]) -> Iterator[str]:
    if no_promise:
        yield "no_promise"
    if no_rates:
        yield "no_rates"
    yield from missing


def _spreads(spreads: pl.DataFrame, plan: Plan, project_id: str) -> dict[str, int]:
    mine = plan.tasks.filter(pl.col("project_id") == project_id).select("task_id")
    counted = spreads.join(mine, on="task_id", how="semi").group_by("source").len().sort("source")
    return {source: int(count) for source, count in counted.rows()}
