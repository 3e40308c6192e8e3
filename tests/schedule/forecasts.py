"""Small plans for tests of forecasts: people of 8 hours Monday to Friday without holidays, projects, tasks in a line each."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
from hypothesis import strategies as st

from lib.portfolio import Portfolio
from lib.schedule.assumptions import Assumptions, Rates
from lib.schedule.forecasting import Forecast, forecast
from lib.schedule.plan import Plan, plan_of
from lib.schedule.scheduling import Schedule, schedule

FRIDAY = date(2026, 2, 27)
WEEK = [8.0, 8.0, 8.0, 8.0, 8.0, 0.0, 0.0]

# Day 1 = Monday 2 March 2026; Ana 40 €/h, Ben 30 €/h. Hours: least, likely, most.
SCOPE = [
    {"task_id": "A", "assignee_id": "ana", "estimate_hours": 16.0},
    {"task_id": "B", "assignee_id": "ana", "estimate_hours": 24.0},
    {"task_id": "C", "assignee_id": "ben", "estimate_hours": 40.0},
    {"task_id": "D", "assignee_id": "ana", "estimate_hours": 32.0},
    {"task_id": "E", "assignee_id": "ben", "estimate_hours": 24.0},
    {"task_id": "F", "assignee_id": "ana", "estimate_hours": 16.0},
]
SCOPE_LINKS = [("A", "B"), ("A", "C"), ("B", "D"), ("C", "E"), ("D", "E"), ("E", "F")]
CHANGED = [*SCOPE[:5], {**SCOPE[5], "estimate_hours": 24.0}, {"task_id": "G", "assignee_id": "ben", "estimate_hours": 24.0}]
CHANGED_LINKS = [*SCOPE_LINKS, ("B", "G"), ("G", "F")]
RATES = Rates({"ana": 40.0, "ben": 30.0}, {"designer": 50.0}, 35.0)


def exact(rows: list[dict]) -> list[dict]:
    """The same tasks without chance: three equal points."""
    return [{"optimistic_hours": row.get("estimate_hours"), "pessimistic_hours": row.get("estimate_hours"), **row} for row in rows]


def spread(rows: list[dict], low: float = 0.6, high: float = 1.8) -> list[dict]:
    """The same tasks between `low` and `high` times their estimate."""
    return [{**row, "optimistic_hours": row["estimate_hours"] * low, "pessimistic_hours": row["estimate_hours"] * high} for row in rows]


def portfolio_of(tasks: list[dict], links: list[tuple], people: tuple[str, ...] = ("ana", "ben")) -> Portfolio:
    defaults = {"project_id": "P", "kind": "task", "status": "open"}
    rows = [{**defaults, "name": row["task_id"], **row} for row in tasks]
    names = ("predecessor_id", "successor_id", "kind", "lag_hours", "elapsed")
    full = [dict(zip(names, (*row, *("FS", 0.0, False)[len(row) - 2 :]), strict=True)) for row in links]
    projects = sorted({row["project_id"] for row in rows})
    staff = [{"person_id": name, "name": name, "weekly_hours": 40.0, "week_pattern": WEEK} for name in people]
    frames: dict[str, pl.DataFrame] = {
        "tasks": pl.DataFrame(rows, infer_schema_length=None),
        "people": pl.DataFrame(staff),
        "projects": pl.DataFrame({"project_id": projects, "account_id": [f"account of {name}" for name in projects], "status": "active"}),
    }
    if full:
        frames["links"] = pl.DataFrame(full)
    return Portfolio.of(**frames)


def plan_for(tasks: list[dict], links: list[tuple] = (), people: tuple[str, ...] = ("ana", "ben"), as_of: date = FRIDAY) -> Plan:  # type: ignore[assignment]
    plan = plan_of(portfolio_of(tasks, list(links), people), as_of)
    assert isinstance(plan, Plan), plan
    return plan


def schedule_of(plan: Plan) -> Schedule:
    found = schedule(plan)
    assert isinstance(found, Schedule), found
    return found


def forecast_of(plan: Plan, frozen: Any = None, trials: int = 1_000, seed: int = 3, **assumed: Any) -> Forecast:
    found = forecast(plan, schedule_of(plan) if frozen is None else frozen, trials, seed, Assumptions(**{"rates": RATES, **assumed}))
    assert isinstance(found, Forecast), found
    return found


class Bare:
    """Tasks and sequences as a schedule has them, put together by hand."""

    def __init__(self, tasks: pl.DataFrame, sequences: pl.DataFrame) -> None:
        self.tasks, self.sequences = tasks, sequences


@st.composite
def plans(draw: st.DrawFn) -> tuple[list[dict], list[tuple]]:
    count = draw(st.integers(1, 7))
    rows = []
    for place in range(count):
        low, likely, high = sorted(draw(st.tuples(*[st.integers(0, 120).map(lambda tenths: tenths / 2)] * 3)))
        rows.append({
            "task_id": f"T{place}", "project_id": draw(st.sampled_from(["P", "Q"])),
            "assignee_id": draw(st.sampled_from(["ana", "ben", None])), "kind": draw(st.sampled_from(["task"] * 3 + ["milestone"])),
            "estimate_hours": likely, "optimistic_hours": low, "pessimistic_hours": high,
            "not_before": draw(st.sampled_from([None, None, date(2026, 3, 7), date(2026, 3, 12)])),
            "started_on": draw(st.sampled_from([None, None, None, date(2026, 2, 20)])),
            "duration_days": draw(st.sampled_from([None, 3.0])) if likely == 0 else None,
            "finished_on": draw(st.sampled_from([None, None, None, None, date(2026, 2, 25)])),
        })  # fmt: skip
    for row in rows:
        row["started_on"] = row["started_on"] or row["finished_on"]
    pairs = [(first, then) for then in range(count) for first in range(then)]
    chosen = draw(st.lists(st.sampled_from(pairs), max_size=8)) if pairs else []
    kinds, lags = st.sampled_from(["FS", "FS", "SS", "FF", "SF"]), st.sampled_from([0.0, 0.0, -6.0, 10.0])
    links = [(f"T{first}", f"T{then}", draw(kinds), draw(lags), draw(st.booleans())) for first, then in chosen]
    return rows, links
