"""Load by day: bookings, tasks inside and outside them, and weeks over their hours."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.measures.bookings import booked_by_day
from lib.measures.load import load_by_day, summed, sustained_overload
from lib.measures.remaining import remaining_work
from tests.measures.rows import book_of

AS_OF = date(2026, 5, 10)  # a Sunday
DAYS = [date(2026, 5, 11) + timedelta(days=index) for index in range(14)]
FULL = ([8.0] * 5 + [0.0] * 2) * 2


def load(capacity: list[float] | None = None, **tables: list[dict[str, Any]]) -> pl.DataFrame:
    """Ana's load on two weeks, contracted 8 hours Monday to Friday."""
    days = pl.DataFrame({"person_id": "ana", "date": DAYS, "contracted": FULL, "capacity": capacity or FULL, "assumed": False})
    tables["tasks"] = [{"assignee_id": "ana"} | task for task in tables.get("tasks", [])]
    tables["bookings"] = [{"person_id": "ana"} | booking for booking in tables.get("bookings", [])]
    portfolio = book_of(projects=[{"project_id": "j", "account_id": "a"}, {"project_id": "k", "account_id": "a"}], **tables)
    booked, work = booked_by_day(portfolio, days, AS_OF), remaining_work(portfolio, AS_OF)
    return load_by_day(portfolio, days, booked, work, AS_OF, DAYS[0], DAYS[-1])


def hours_of(rows: pl.DataFrame, name: str = "confirmed_hours") -> dict[int, float]:
    """Day of May -> hours, where there are any."""
    return {day.day: hours for day, hours in rows.select("date", name).iter_rows() if hours}


def test_remaining_hours_are_spread_over_the_working_days_to_the_due_date():
    rows = load(capacity=[8.0, 0.0, 4.0, 8.0, 8.0, 0.0, 0.0, *FULL[7:]], tasks=[{"estimate_hours": 10.0, "due": DAYS[7]}])
    assert hours_of(rows) == {11: 2, 13: 2, 14: 2, 15: 2, 18: 2}


def test_spreading_begins_where_work_may_and_is_planned_to_begin():
    task = {"estimate_hours": 8.0, "due": DAYS[4]}
    assert hours_of(load(tasks=[task | {"not_before": DAYS[1]}])) == {12: 2, 13: 2, 14: 2, 15: 2}
    assert hours_of(load(tasks=[task | {"start": DAYS[3]}])) == {14: 4, 15: 4}
    assert hours_of(load(tasks=[task | {"start": DAYS[9]}])) == {15: 8}  # planned after its due: on its last day


def test_hours_without_a_day_to_work_them_stand_on_the_last_one_and_in_the_week():
    rows = load(tasks=[{"estimate_hours": 6.0, "not_before": DAYS[5], "due": DAYS[6]}])
    assert hours_of(rows) == {17: 6}
    assert summed(rows, every="1w").select("confirmed_hours", "confirmed_share").rows() == [(6, 0.15), (0, 0)]


@pytest.mark.parametrize("task", [{"due": AS_OF}, {}], ids=["overdue", "no date at all"])
def test_what_has_no_day_ahead_is_on_none(task: dict[str, Any]):
    assert hours_of(load(tasks=[{"estimate_hours": 6.0} | task])) == {}


def test_a_task_without_due_is_spread_to_its_planned_finish():
    assert hours_of(load(tasks=[{"estimate_hours": 6.0, "finish": DAYS[1]}])) == {11: 3, 12: 3}


def test_on_a_project_that_one_is_booked_on_tasks_are_done_inside_the_booking():
    booking = {"start": DAYS[0], "end": DAYS[0], "hours_per_day": 4.0}
    task = {"estimate_hours": 10.0, "due": DAYS[4]}
    assert hours_of(load(tasks=[task], bookings=[booking])) == {11: 4}
    assert hours_of(load(tasks=[task | {"project_id": "k"}], bookings=[booking])) == {11: 6, 12: 2, 13: 2, 14: 2, 15: 2}
    assert hours_of(load(tasks=[task], bookings=[booking | {"person_id": "ben"}])) == {11: 2, 12: 2, 13: 2, 14: 2, 15: 2}


def test_a_tentative_booking_adds_what_it_holds_beyond_the_tasks_that_are_there_anyway():
    tentative = {"start": DAYS[0], "end": DAYS[1], "hours_per_day": 4.0, "status": "tentative", "probability": 0.5}
    rows = load(tasks=[{"estimate_hours": 2.0, "due": DAYS[1]}], bookings=[tentative])
    assert hours_of(rows) == {11: 1, 12: 1}
    assert hours_of(rows, "possible_hours") == {11: 4, 12: 4}  # 8 booked, of which 2 are the task's
    assert hours_of(rows, "expected_hours") == {11: 2.5, 12: 2.5}
    more = load(tasks=[{"estimate_hours": 20.0, "due": DAYS[1]}], bookings=[tentative])
    assert hours_of(more, "possible_hours") == hours_of(more) == {11: 10, 12: 10}
    sure = tentative | {"status": "confirmed", "probability": None}
    both = load(tasks=[{"estimate_hours": 20.0, "due": DAYS[1]}], bookings=[tentative, sure])
    assert (hours_of(both), hours_of(both, "possible_hours")) == ({11: 4, 12: 4}, {11: 8, 12: 8})


def test_without_a_probability_a_tentative_booking_is_only_in_the_third_number():
    rows = load(bookings=[{"start": DAYS[0], "end": DAYS[0], "status": "tentative"}])
    assert (hours_of(rows), hours_of(rows, "expected_hours"), hours_of(rows, "possible_hours")) == ({}, {}, {11: 8})


def test_unknown_load_is_drawn_apart():
    done = [{"task_id": f"d{at}", "role": "designer", "status": "done"} for at in range(5)]
    rows = load(
        tasks=[*done, {"task_id": "t", "role": "designer", "due": DAYS[1]}],
        time_entries=[{"task_id": f"d{at}", "date": date(2026, 4, 1), "hours": 6.0} for at in range(5)],
    )
    assert (hours_of(rows), hours_of(rows, "imputed_hours")) == ({}, {11: 3, 12: 3})


def test_facts_count_to_the_day_and_the_plan_after():
    # The as-of day is Tuesday: what was booked on Monday and Tuesday is no load, what was logged is, on the day off too.
    days = pl.DataFrame({"person_id": "ana", "date": DAYS, "contracted": FULL, "capacity": FULL, "assumed": False})
    entries = [{"date": DAYS[0], "hours": 9.0}, {"date": DAYS[1], "hours": 1.0, "billable": None}, {"date": DAYS[2], "hours": 5.0}]
    portfolio = book_of(
        projects=[{"project_id": "j", "account_id": "a"}],
        bookings=[{"person_id": "ana", "start": DAYS[0], "end": DAYS[2]}],
        time_entries=[*entries, {"date": DAYS[1], "hours": -0.5, "billable": False}],
    )
    booked = booked_by_day(portfolio, days, DAYS[1])
    rows = load_by_day(portfolio, days, booked, remaining_work(portfolio, DAYS[1]), DAYS[1], DAYS[0], DAYS[-1])
    assert hours_of(rows) == {11: 9, 12: 0.5, 13: 8}
    assert hours_of(rows, "billable_hours") == {11: 9, 13: 8}
    assert hours_of(rows, "unstated_hours") == {12: 1}


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.integers(1, 40), st.integers(0, 13), st.integers(0, 13)), max_size=5),
    st.lists(st.sampled_from([0.0, 4.0, 8.0]), min_size=14, max_size=14),
)
def test_spreading_loses_and_invents_no_hour_and_keeps_between_release_and_due(tasks: list[tuple[int, int, int]], capacity: list[float]):
    rows = [{"estimate_hours": float(hours), "not_before": DAYS[at], "due": DAYS[end]} for hours, at, end in tasks]
    made = load(capacity=capacity, tasks=rows)
    assert made["confirmed_hours"].sum() == pytest.approx(sum(hours for hours, _, _ in tasks))
    for day, hours in hours_of(made).items():
        held = [(hours, end) for hours, at, end in tasks if min(at, end) <= day - 11 <= end]
        assert hours <= sum(each for each, _ in held) + 1e-9
        assert capacity[day - 11] > 0 or any(day - 11 == end for _, end in held)


def test_hours_logged_on_days_off_are_in_the_week_s_total():
    days = pl.DataFrame({"person_id": "ana", "date": DAYS, "contracted": FULL, "capacity": FULL, "assumed": False})
    portfolio = book_of(projects=[{"project_id": "j", "account_id": "a"}], time_entries=[{"date": DAYS[5], "hours": 4.0}])
    rows = load_by_day(
        portfolio, days, booked_by_day(portfolio, days, DAYS[13]), remaining_work(portfolio, DAYS[13]), DAYS[13], DAYS[0], DAYS[13]
    )
    assert summed(rows, every="1d").row(5, named=True)["confirmed_share"] is None
    assert summed(rows, every="1w")["confirmed_share"].to_list() == [0.1, 0]


def weeks_of(*loads: float, capacity: tuple[float, ...] | None = None) -> pl.DataFrame:
    """Weeks of ana with these hours, of 40 each where nothing is said."""
    first = date(2026, 1, 5)
    return pl.DataFrame({
        "person_id": "ana", "start": [first + timedelta(weeks=at) for at in range(len(loads))], "confirmed_hours": list(loads),
        "capacity_hours": list(capacity or [40.0] * len(loads)),
    })  # fmt: skip


@pytest.mark.parametrize(
    ("weeks", "runs"),
    [
        (weeks_of(44.0, 44.0, 44.0), [3]),
        (weeks_of(44.0, 44.0), []),
        (weeks_of(44.0, 43.9, 44.0, 44.0), []),
        (weeks_of(50.0, 50.0, 50.0, 30.0, 50.0, 50.0, 50.0, 50.0), [3, 4]),
        (weeks_of(44.0, 44.0, 5.0, 44.0, capacity=(40.0, 40.0, 0.0, 40.0)), [3]),  # a week away breaks nothing, and counts for nothing
        (weeks_of(44.0, 44.0, 5.0, capacity=(40.0, 40.0, 0.0)), []),
    ],
)
def test_three_weeks_at_110_per_cent_are_a_sustained_overload(weeks: pl.DataFrame, runs: list[int]):
    assert sustained_overload(weeks)["weeks"].to_list() == runs
    both = pl.concat([weeks, weeks.with_columns(person_id=pl.lit("ben"))])
    assert sustained_overload(both.reverse())["weeks"].to_list() == runs * 2


def test_an_overload_says_from_when_to_when_and_how_much():
    run = sustained_overload(weeks_of(44.0, 46.0, 5.0, 44.0, 30.0, capacity=(40.0, 40.0, 0.0, 40.0, 40.0))).row(0)
    assert run == ("ana", date(2026, 1, 5), date(2026, 1, 26), 3, 134, 120, 134 / 120)
