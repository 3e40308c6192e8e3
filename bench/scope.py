"""Measures a scope change: from the ask to the full answer on the sample, against the two bare simulations that it contains."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import polars as pl

from bench.measure import Measure, medians, tell
from lib.portfolio import Portfolio
from lib.sample import SAMPLE_AS_OF, read_sample
from lib.schedule.forecasting import Forecast, forecast
from lib.schedule.insertion import Inserted, inserted
from lib.schedule.plan import Plan
from lib.schedule.scheduling import Schedule
from lib.scope.answer import Answer
from lib.scope.answering import answer
from lib.scope.ask import Added, Ask
from lib.scope.changed import plan_with
from lib.scope.ground import Ground, ground
from lib.scope.outcome import open_work

SAMPLE = Path(__file__).parents[1] / "data" / "sample"
BASE, TRIALS, LIMIT = "EUR", 10_000, 2.0
PROJECT = "WIL-01"
ROUNDS = 9


def measure(folder: Path, quick: bool) -> list[Measure]:
    """Nothing is written to `folder`; a tenth of the trials if quick, without a limit: what is no simulation takes as long as ever."""
    trials = TRIALS // 10 if quick else TRIALS
    tell(f"scope: a full answer of {trials:,} trials on the sample")
    portfolio = Portfolio.of(**read_sample(SAMPLE))
    held = ground(portfolio, SAMPLE_AS_OF, BASE, trials)
    ask = _ask(held.plan)
    told = _full(portfolio, trials, ask)
    planned = plan_with(held.plan, ask)
    order = inserted(held.plan, held.schedule, planned) if isinstance(planned, Plan) else planned
    if not isinstance(planned, Plan) or not isinstance(order, Inserted):
        raise RuntimeError(f"no plan with the change: {order}")
    simulate = partial(_simulate, held, (held.plan, held.schedule), (planned, order))
    full, bare, again = medians(ROUNDS, partial(_full, portfolio, trials, ask), simulate, partial(_answer, held, ask))
    name = f"scope change, ask to full answer, {trials:,} trials"
    note = f"{PROJECT}: {len(ask.added)} new tasks, {len(told.options)} options, {told.ripple.height} others moved; nothing at hand"
    beside = "the two simulations alone"
    return [
        Measure(name, full, "s", beside, bare, None if quick else LIMIT, f"{note}; median of {ROUNDS}"),
        Measure("  every further ask of the day", again, "s", beside, bare, None, "plan and forecast before it at hand"),
    ]


def _ask(plan: Plan) -> Ask:
    """New work for the two people with the first work on the project, and for a role, one piece after the other."""
    mine = pl.col("project_id") == PROJECT
    rows = open_work(plan).filter(mine, pl.col("person_id").is_not_null()).unique("person_id", maintain_order=True)
    (first, second), task = rows["person_id"].head(2).to_list(), rows["task_id"][0]
    return Ask(PROJECT, "A second language", added=(
        Added("texts", "Texts", 24.0, 16.0, 40.0, person_id=first, after=(task,)),
        Added("pages", "Pages", 40.0, 24.0, 72.0, person_id=second, after=("texts",)),
        Added("review", "Review", 12.0, role=rows["role"][0], after=("pages",)),
    ))  # fmt: skip


def _full(portfolio: Portfolio, trials: int, ask: Ask) -> Answer:
    return _answer(ground(portfolio, SAMPLE_AS_OF, BASE, trials), ask)


def _answer(held: Ground, ask: Ask) -> Answer:
    found = answer(held, ask)
    if not isinstance(found, Answer):
        raise RuntimeError(f"no answer: {found.problems}")
    return found


def _simulate(held: Ground, *plans: tuple[Plan, Schedule | Inserted]) -> None:
    """Each plan's trials from scratch; plans and orders are at hand."""
    for plan, order in plans:
        if not isinstance(forecast(plan, order, held.trials, held.seed, held.assumptions), Forecast):
            raise RuntimeError("no forecast of the sample")
