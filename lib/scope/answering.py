"""From an ask to the full answer: what a change does to date, cost, price, margin, people and other clients, and how else it could be done.

It saves nothing, and nothing of the portfolio is touched. Everything is worked out on the ground's trials, so that a change of nothing is
exactly zero everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import polars as pl

from lib.schedule.forecasting import Stopped
from lib.schedule.graph import Problem, Problems
from lib.schedule.plan import Plan
from lib.scope.answer import OPTIONS, Answer, Option, Terms
from lib.scope.ask import Ask
from lib.scope.changed import plan_with
from lib.scope.effects import Changed, Effects, effects_of
from lib.scope.floats import floats_of, times_before
from lib.scope.ground import Ground
from lib.scope.money import bill_rates, change_of, prices_of
from lib.scope.options import options
from lib.scope.outcome import finish_before
from lib.scope.sketch import sketched
from lib.scope.terms import terms_of
from lib.scope.ways import USUAL, Taken

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
    ground: Ground,
    ask: Ask,
    progress: Callable[[str, float], None] | None = None,
    stop: Callable[[], bool] | None = None,
    taken: Taken = USUAL,
) -> Answer | Refused:
    """The full answer to `ask`, for one seed always the same. `taken`: what the options take for granted.

    `progress` hears a stage of STAGES and the share of all that is done; `stop` is asked now and then, and a yes gives STOPPED.
    Refused for an ask that can't be planned (`lib.scope.changed.faults`, cycle), and for a project that is not known or is over.
    """
    steps, ground = _Steps(progress, stop), ground.at_rate(ask.cost_rate)
    wrong = _no_project(ground, ask)
    if wrong is not None:
        return Refused((wrong,))
    if steps.stops("plan", 0.0):
        return STOPPED
    if not ground.is_planned(ask.project_id):
        return _sketched(ground, ask, steps)
    plan = plan_with(ground.plan, ask)
    if isinstance(plan, Problems):
        return Refused(plan.found)
    if steps.stops("change", 0.1):
        return STOPPED
    try:
        return _answered(ground, ask, plan, taken, steps)
    except Stopped:
        return STOPPED


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


def _sketched(ground: Ground, ask: Ask, steps: _Steps) -> Answer | Refused:
    try:
        found = sketched(ground, ask, steps.stop)
    except Stopped:
        return STOPPED
    return Refused(found.found) if isinstance(found, Problems) else found


def _answered(ground: Ground, ask: Ask, plan: Plan, taken: Taken, steps: _Steps) -> Answer | Refused:
    terms = terms_of(ground, ask)
    found = effects_of(ground, Changed(ask, plan), terms, steps.stop)
    if isinstance(found, Problems):
        return Refused(found.found)
    ways: list[Option] = []
    for option in options(ground, terms, found, taken, steps.stop):
        ways.append(option)
        if steps.stops("options", 0.4 + 0.6 * len(ways) / len(OPTIONS)):
            return STOPPED
    project, facts, change = ask.project_id, ground.projects[ask.project_id], change_of(found.cost, ask)
    row = found.outcome.compared.projects.filter(pl.col("project_id") == project)
    figures = row.row(0, named=True) if row.height else {}
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
        before=finish_before(ground, project),
        after=found.finish,
        moved_days=figures.get("p80_moved_days"),
        delay_p50_days=figures.get("p50_days"),
        delay_p80_days=figures.get("p80_days"),
        cost=found.cost,
        terms=terms,
        prices=prices_of(terms, change),
        at_bill_rate=bill_rates(ground, terms, change, plan, (project,)),
        people=found.people,
        floats=floats_of(times_before(ground), found.times, plan, project),
        ripple=found.ripple,
        tasks=found.tasks,
        options=tuple(ways),
        degraded=tuple(dict.fromkeys(_degraded(ground, found, terms))),
        spreads=_spreads(found.outcome.after.spreads, plan, project),
    )


def _no_project(ground: Ground, ask: Ask) -> Problem | None:
    project = ground.projects.get(ask.project_id)
    if project is None:
        return Problem("unknown_project", (ask.project_id,))
    if project["status"] in ("done", "cancelled"):
        return Problem("project_over", (ask.project_id,))
    return None


def _degraded(ground: Ground, found: Effects, terms: Terms) -> Iterator[str]:
    """Codes of what could not be said, or only in part; words in `lib.scope.refusals`."""
    project = found.ask.project_id
    open_tasks = ground.plan.tasks.filter(pl.col("project_id") == project, pl.col("finished_on").is_null())
    for code, holds in (
        ("no_promise", found.finish.promise_on is None),
        ("no_rates", found.cost.likely is None),
        ("unestimated", not open_tasks["estimated"].all()),
        ("unmanned", project in dict(ground.unmanned)),
        ("left_out", bool(ground.left_out)),
    ):
        if holds:
            yield code
    yield from terms.missing


def _spreads(spreads: pl.DataFrame, plan: Plan, project_id: str) -> dict[str, int]:
    mine = plan.tasks.filter(pl.col("project_id") == project_id).select("task_id")
    counted = spreads.join(mine, on="task_id", how="semi").group_by("source").len().sort("source")
    return {source: int(count) for source, count in counted.rows()}
