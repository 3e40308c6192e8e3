"""How far goals are on a day, and the newest value of each indicator."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from lib.measures.goals import goals, latest_kpis
from lib.portfolio import as_known
from tests.measures.rows import book_of, first_row

DAY = date(2026, 6, 30)


def goal(**more: Any) -> dict[str, Any]:
    return {"goal_id": "g", "account_id": "a", "title": "More", "status": "on_track", "metric": "Orders"} | more


def value(on: date, amount: float, **more: Any) -> dict[str, Any]:
    return {"account_id": "a", "metric": "Orders", "date": on, "value": amount} | more


def one(**more: Any) -> dict[str, Any]:
    return first_row(goals(book_of(goals=[goal(**more)]), DAY))


@pytest.mark.parametrize(
    ("baseline", "actual", "target", "progress"),
    [
        (20.0, 35.0, 40.0, 0.75),
        (48.0, 39.0, 36.0, 0.75),  # less is better: 9 of 12
        (0.0, 12.0, 10.0, 1.2),
        (10.0, 5.0, 20.0, -0.5),
        (10.0, 10.0, 10.0, None),
        (None, 5.0, 20.0, None), (10.0, None, 20.0, None), (10.0, 5.0, None, None),
    ],
)  # fmt: skip
def test_progress_is_the_way_done(baseline: float | None, actual: float | None, target: float | None, progress: float | None) -> None:
    assert one(baseline=baseline, actual=actual, target=target)["progress"] == (None if progress is None else pytest.approx(progress))


@pytest.mark.parametrize(
    ("start", "due", "elapsed", "left"),
    [
        (DAY - timedelta(30), DAY + timedelta(10), 0.75, 10),
        (DAY - timedelta(30), DAY - timedelta(10), 1.0, -10),
        (DAY, DAY + timedelta(10), 0.0, 10),
        (None, DAY + timedelta(10), None, 10),
        (DAY, None, None, None),
    ],
)
def test_how_much_of_its_time_has_passed(start: date | None, due: date | None, elapsed: float | None, left: int | None) -> None:
    found = one(start=start, due=due)
    assert (found["elapsed"], found["days_left"]) == (elapsed, left)


@pytest.mark.parametrize(
    ("status", "due", "overdue"),
    [
        ("on_track", DAY, False), ("on_track", DAY - timedelta(1), True), ("missed", DAY - timedelta(1), True),
        ("met", DAY - timedelta(1), False), ("dropped", DAY - timedelta(1), False), (None, DAY - timedelta(1), None), (None, DAY, False),
    ],
)  # fmt: skip
def test_overdue_is_due_before_and_not_met(status: str | None, due: date, overdue: bool | None) -> None:
    assert one(status=status, due=due)["overdue"] is overdue


def test_a_goal_that_begins_later_is_not_there_yet() -> None:
    book = book_of(goals=[goal(start=DAY + timedelta(1)), goal(goal_id="h", start=DAY), goal(goal_id="i")])
    assert goals(book, DAY)["goal_id"].sort().to_list() == ["h", "i"]


def test_without_an_actual_the_dated_value_of_its_metric_counts_and_says_so() -> None:
    book = book_of(goals=[goal(baseline=0.0, target=10.0)], kpi_values=[value(DAY, 4.0), value(DAY + timedelta(1), 9.0)])
    found = first_row(goals(book, DAY))
    assert (found["actual"], found["actual_from"], found["progress"]) == (4, "kpi", 0.4)
    stated = book_of(goals=[goal(baseline=0.0, target=10.0, actual=5.0)], kpi_values=[value(DAY, 4.0)])
    assert first_row(goals(stated, DAY).select("actual", "actual_from")) == {"actual": 5.0, "actual_from": "goal"}
    # What the goal says today was not known before its first import; the dated value was.
    before = goals(as_known(stated, None), DAY)
    assert before.select("actual", "actual_from", "status").rows() == [(4.0, "kpi", None)]


def test_the_newest_value_by_the_day_with_those_before_it() -> None:
    days = [DAY - timedelta(30 * number) for number in range(14)]
    book = book_of(
        kpi_values=[value(day, float(100 - number), target=120.0) for number, day in enumerate(days)] + [value(DAY + timedelta(1), 1.0)]
    )
    found = first_row(latest_kpis(book, DAY))
    assert (found["date"], found["value"], found["before"], found["target"]) == (DAY, 100, 99, 120)
    assert found["values"] == [float(89 + number) for number in range(12)]
    assert found["days"] == days[11::-1]
    earlier = first_row(latest_kpis(book, DAY - timedelta(1), history=2))
    assert (earlier["value"], earlier["values"]) == (99, [98, 99])


def test_a_target_or_unit_said_once_holds() -> None:
    book = book_of(kpi_values=[value(DAY - timedelta(9), 1.0, target=5.0, unit="%"), value(DAY, 2.0)])
    assert first_row(latest_kpis(book, DAY).select("target", "unit", "before")) == {"target": 5.0, "unit": "%", "before": 1.0}


@pytest.mark.parametrize(
    ("ways", "upwards", "met"),
    [
        ([(0.0, 5.0)], True, True), ([(9.0, 5.0)], False, False), ([], None, None), ([(0.0, 5.0), (9.0, 5.0)], None, None),
        ([(5.0, 5.0)], None, None),
    ],
)  # fmt: skip
def test_whether_more_is_better_is_told_by_the_goal_of_the_metric(ways: Any, upwards: bool | None, met: bool | None) -> None:
    told = [goal(goal_id=f"g{number}", baseline=baseline, target=target) for number, (baseline, target) in enumerate(ways)]
    book = book_of(goals=told, kpi_values=[value(DAY, 6.0, target=5.0)])
    assert first_row(latest_kpis(book, DAY).select("upwards", "met")) == {"upwards": upwards, "met": met}


def test_the_own_house_has_no_goals_for_clients() -> None:
    book = book_of(accounts=[{"account_id": "a", "internal": True}], goals=[goal()], kpi_values=[value(DAY, 1.0)])
    assert goals(book, DAY).is_empty()
    assert latest_kpis(book, DAY).is_empty()


def test_goals_stand_by_their_due_date() -> None:
    book = book_of(goals=[goal(goal_id=name, due=due) for name, due in (("x", None), ("y", DAY), ("z", DAY - timedelta(1)))])
    assert goals(book, DAY).select(pl.col("goal_id")).to_series().to_list() == ["z", "y", "x"]
