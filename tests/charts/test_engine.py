"""What the engine finds is what charts of plans are made of: days, floats, trials, effects and loads of a small plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from lib.charts.engine import effects_of, finishes_of, load_of, tasks_of
from lib.charts.schedule import Words, capacity_grid, finish_distribution, gantt
from lib.charts.schedule import tornado as tornado_chart
from lib.formats import Language
from lib.measures.workload import workload
from lib.schedule.dates import Dates, dates
from lib.schedule.forecasting import Forecast, forecast
from lib.schedule.plan import Plan
from lib.schedule.scheduling import Schedule, schedule
from tests.measures.rows import book_of
from tests.schedule.shared_plans import BEFORE, FRIDAY, LINKS, after_the_change, of, plan_of_rows, work_day

EN = Language("en")
WORDS = Words("plan", "Plan", FRIDAY)


def dated(plan: Plan) -> Dates:
    found = dates(plan)
    assert isinstance(found, Dates)
    return found


def named(plan: Plan) -> Plan:
    return replace(plan, tasks=plan.tasks.with_columns(name=pl.col("task_id") + pl.lit("!")))


def test_tasks_lie_where_the_network_or_the_schedule_puts_them() -> None:
    # A 2 days, then C 5 beside B 3; D is after B (4 days), E after C and D: A B D E F is the longest.
    plan = named(plan_of_rows(BEFORE, LINKS))
    rows = {row["name"]: row for row in tasks_of(plan, dated(plan)).iter_rows(named=True)}
    assert (rows["A!"]["start"], rows["A!"]["finish"]) == (work_day(1), work_day(2))
    assert (rows["C!"]["start"], rows["C!"]["finish"]) == (work_day(3), work_day(7))
    assert (rows["C!"]["float_days"], rows["C!"]["float_until"], rows["C!"]["critical"]) == (2.0, work_day(9), False)
    assert (rows["D!"]["float_until"], rows["D!"]["critical"]) == (None, True)
    levelled = schedule(plan)
    assert isinstance(levelled, Schedule)
    assert {row["name"] for row in tasks_of(plan, dated(plan), levelled).iter_rows(named=True)} == set(rows)


def test_before_and_after_of_a_change_is_a_chart_that_says_how_far_the_finish_moves() -> None:
    before, after = named(plan_of_rows(BEFORE, LINKS)), named(after_the_change())
    tasks = tasks_of(after, dated(after), before=dated(before))
    new = tasks.filter(pl.col("name") == "G!").row(0, named=True)
    assert new["before_finish"] is None
    # G runs from day 6 to day 8 beside D, so only the day more of F moves the finish: 14 days become 15.
    chart = gantt(tasks, EN, WORDS, promise=work_day(14))
    assert chart is not None
    assert chart.title == f"The finish moves from {EN.day(work_day(14), FRIDAY)} to {EN.day(work_day(15), FRIDAY)}"
    states = dict(chart.rows.select("name", "status").iter_rows())
    assert (states["A!"], states["F!"]) == ("ok", "risk")


def test_trials_end_on_the_day_by_whose_close_they_end() -> None:
    tasks = {"X": of(None, 8, optimistic_hours=4.0, pessimistic_hours=40.0)}
    plan = plan_of_rows(tasks)
    found = forecast(plan, trials=400, seed=7)
    assert isinstance(found, Forecast)
    days = finishes_of(found, "P").sort()
    p50, p80 = found.finish("P", 0.5), found.finish("P", 0.8)
    assert (days[199], days[319]) == (p50, p80)
    chance = found.chance("P", work_day(3))
    assert chance == (days <= work_day(3)).mean()
    assert p50 is not None
    assert p80 is not None
    chart = finish_distribution(days, p50, p80, EN, WORDS, work_day(3), chance)
    assert chart is not None
    assert chart.rows.filter(pl.col("part") == "bin")["value"].sum() == pytest.approx(1)
    effects = effects_of(found.tornado("P"), {"X": "Draft"})
    drawn = tornado_chart(effects, EN, WORDS)
    assert drawn is not None
    assert drawn.rows["name"].to_list() == ["Draft"]
    assert drawn.rows["low"][0] < 0 < drawn.rows["high"][0]


def test_a_week_that_does_not_hold_its_work_is_marked_and_the_others_are_not() -> None:
    # Ana has 40 hours a week; 60 are due by the end of the first week.
    tables = book_of(
        accounts=[{"account_id": "a", "name": "A", "currency": "EUR", "status": "active"}],
        people=[{"person_id": "ana", "name": "Ana", "weekly_hours": 40.0}],
        projects=[{"project_id": "p", "account_id": "a", "name": "P", "status": "active", "currency": "EUR"}],
        tasks=[{"task_id": "t", "project_id": "p", "name": "T", "kind": "task", "status": "open", "assignee_id": "ana",
                "estimate_hours": 60.0, "due": date(2026, 3, 6)}],
    )  # fmt: skip
    found = workload(tables, FRIDAY, date(2026, 3, 2), date(2026, 3, 15))
    load = load_of(found, {"ana": "Ana"})
    assert load["unplaced_hours"].to_list() == [20.0, 0.0]
    assert load["load_hours"].to_list() == [60.0, 0.0]
    chart = capacity_grid(load, EN, WORDS)
    assert chart is not None
    assert chart.rows.select("label", "status").rows() == [("150", "risk"), ("0", "ok")]
    assert chart.title == "20\u00a0h do not fit before they are due"
