"""An answer for a project without a plan: what it costs, and a finish at the pace of its last weeks. It invents no dates of tasks.

Definitions § With accounts, projects and timesheets only. The hours asked for cost what the person, else the role, else everybody costs;
work that the tables have, though it can't be planned, may be altered and removed. Who goes over, floats and other clients are not known.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from lib.schedule.comparing import compared
from lib.schedule.forecasting import Forecast, forecast
from lib.schedule.graph import Problems
from lib.schedule.insertion import Inserted
from lib.schedule.plan import LINK_SCHEMA, TASK_SCHEMA, Plan
from lib.schedule.spread import percentile
from lib.scope.answer import OPTIONS, Answer, Cost, Finish, Option
from lib.scope.ask import Ask
from lib.scope.changed import plan_with
from lib.scope.floats import FLOATS, TASKS
from lib.scope.ground import Ground, Stop
from lib.scope.money import bill_rates, change_of, cost_of, fee_of, margin_with, prices_of
from lib.scope.options import absorbed_cost
from lib.scope.outcome import RIPPLE, Outcome
from lib.scope.pace import DAYS, Pace, hours_left, pace_of
from lib.scope.people import PEOPLE, hours_of
from lib.scope.terms import terms_of

NOTHING = pl.DataFrame(schema={"person_id": pl.String, "predecessor_id": pl.String, "successor_id": pl.String})


def sketched(ground: Ground, ask: Ask, stop: Stop = None) -> Answer | Problems:
    """The answer without dates of tasks; `degraded` says why (no_plan, plan_refused, on_hold) and what its finish rests on.

    Options: extend and absorb; the others are refused as no_plan. Problems: those of the ask.
    """
    before = rough_plan(ground, ask.project_id)
    after = plan_with(before, ask)
    if isinstance(after, Problems):
        return after
    found = _costed(ground, before, after, stop)
    if isinstance(found, Problems):
        return found
    project, facts, terms = ask.project_id, ground.projects[ask.project_id], terms_of(ground, ask)
    cost = cost_of(before, found, ask, terms, (project,))
    change = change_of(cost, ask)
    by_hour = bill_rates(ground, terms, change, after, (project,), before)
    prices = prices_of(terms, change)
    fee = fee_of(prices, by_hour)
    finishes = _Finishes.of(ground, project, cost.hours)
    people = _people(ground, before, after, project)
    options = [
        _option(key, ask, finishes.after, cost, fee, None if fee is None else margin_with(terms, change, fee), people) for key in OPTIONS
    ]
    options[-1] = _option(
        "absorb", ask, finishes.after, absorbed_cost(cost, ask.pass_through), None, margin_with(terms, change, None), people
    )
    options[1:-1] = [replace(option, fee=None, margin=None, refused="no_plan") for option in options[1:-1]]
    codes = [*_why(ground, project), *finishes.codes]
    codes += ["no_promise"] if facts["due"] is None else []
    codes += ["no_rates"] if cost.likely is None else []
    return Answer(
        ask=ask, as_of=ground.as_of, version=ground.portfolio.version, base=ground.base, trials=ground.trials, seed=ground.seed,
        project=facts["name"], account_id=facts["account_id"], account=facts["account"],
        before=finishes.before, after=finishes.after,
        moved_days=finishes.moved_days, delay_p50_days=finishes.delay_days(0.5), delay_p80_days=finishes.delay_days(0.8),
        cost=cost, terms=terms, prices=prices, at_bill_rate=by_hour,
        people=people, floats=pl.DataFrame(schema=FLOATS), ripple=pl.DataFrame(schema=RIPPLE), tasks=pl.DataFrame(schema=TASKS),
        options=tuple(options), degraded=tuple(dict.fromkeys([*codes, *terms.missing])),
    )  # fmt: skip


def rough_plan(ground: Ground, project_id: str) -> Plan:
    """What the tables say is left of the project, as tasks without links; one finished row stands for all that is past."""
    parents = ground.portfolio["tasks"].select(pl.col("parent_id").alias("task_id")).drop_nulls()
    undone = 1 - pl.col("percent_complete").fill_null(0.0).clip(0, 100) / 100
    rows = (
        ground.portfolio["tasks"]
        .filter(pl.col("project_id") == project_id, pl.col("kind") != "summary", ~pl.col("status").is_in(["done", "cancelled"]))
        .filter((pl.col("finished_on") > ground.as_of).fill_null(True))
        .join(parents, on="task_id", how="anti")
        .select(
            "task_id", "project_id", "name", "kind", pl.col("assignee_id").alias("person_id"), "role",
            pl.coalesce("remaining_hours", pl.col("estimate_hours") * undone, 0.0).clip(0.0).alias("work_hours"),
        )
        .collect()
    )  # fmt: skip
    past = {"task_id": f"past:{project_id}", "project_id": project_id, "name": "", "finished_on": ground.as_of, "work_hours": 0.0}
    account = ground.projects[project_id]["account_id"]
    given = [past, *rows.iter_rows(named=True)]
    filled: list[dict[str, Any]] = [{name: row.get(name) for name in TASK_SCHEMA} | {"account_id": account} for row in given]
    tasks = pl.DataFrame(filled, schema=TASK_SCHEMA, orient="row")
    return Plan(tasks, pl.DataFrame(schema=LINK_SCHEMA), ground.plan.calendars, ground.as_of, {})


def _costed(ground: Ground, before: Plan, after: Plan, stop: Stop) -> Outcome | Problems:
    """Both through the engine without anybody's order: only their costs mean anything."""
    made: list[Forecast] = []
    for plan in (before, after):
        found = forecast(plan, None, ground.trials, ground.seed, ground.assumptions, stop=stop)
        if isinstance(found, Problems):
            return found
        made.append(found)
    return Outcome(after, Inserted(after.tasks.clear(), NOTHING), made[1], compared(*made))


class _Finishes:
    """Finish before and after at the pace of the last weeks, and the codes that say so or why not."""

    def __init__(self, pace: Pace | None, hours: float | None, more: float, promise: Any, codes: tuple[str, ...]) -> None:
        self.codes, self.before, self.after = codes, Finish(promise_on=promise), Finish(promise_on=promise)
        self.moved_days: float | None = None
        self._delays = None
        if pace is None:
            return
        left = hours or 0.0
        self._delays = pace.delays(left, more)
        if hours:
            self.before = pace.finish(left, promise)
            self.after = pace.finish(max(0.0, left + more), promise, self.before.promise_share)
            ends = [percentile(np.nan_to_num(pace.taken(max(0.0, left + some)), nan=np.inf), 0.8) for some in (0.0, more)]
            self.moved_days = (ends[1] - ends[0]) * DAYS if max(ends) < np.inf else None

    @classmethod
    def of(cls, ground: Ground, project_id: str, more: float) -> _Finishes:
        facts = ground.projects[project_id]
        if facts["status"] == "on_hold":
            return cls(None, None, more, facts["due"], ())
        pace = pace_of(ground.portfolio, project_id, ground.as_of, ground.trials, ground.seed)
        hours = hours_left(ground.portfolio, project_id, ground.as_of, facts["budget_hours"])
        if pace is None:
            return cls(None, hours, more, facts["due"], ("too_few_weeks",))
        code = "no_budget_hours" if hours is None else "at_the_pace" if hours else "no_hours_left"
        return cls(pace, hours, more, facts["due"], (code,))

    def delay_days(self, share: float) -> float | None:
        """Working days by which the change ends later in that share of the trials at most."""
        if self._delays is None or np.isnan(self._delays).any():
            return None
        return percentile(self._delays, share)


def _why(ground: Ground, project_id: str) -> Iterator[str]:
    if ground.projects[project_id]["status"] == "on_hold":
        yield "on_hold"
    else:
        yield "plan_refused" if project_id in ground.refused else "no_plan"


def _people(ground: Ground, before: Plan, after: Plan, project_id: str) -> pl.DataFrame:
    """Hours in the project by person or role; what does not fit is not known."""
    had, has = (hours_of(plan, (project_id,)) for plan in (before, after))
    rows = []
    for person, role in dict.fromkeys([*had, *has]):
        name, own = ground.people.get(person, (person, role)) if person is not None else (role, role)
        one, two = had.get((person, role), 0.0), has.get((person, role), 0.0)
        rows.append((person, name, own, one, two, two - one, *[None] * 5))
    return pl.DataFrame(rows, schema=PEOPLE, orient="row").sort("added_hours", "name", descending=[True, False], nulls_last=True)


def _option(key: Any, ask: Ask, finish: Finish, cost: Cost, fee: float | None, margin: float | None, people: pl.DataFrame) -> Option:
    return Option(key, ask, finish, cost, fee, margin, 0.0, pl.DataFrame(schema=RIPPLE), pl.DataFrame(schema=TASKS), people)

