"""Hours that do not fit: earliest due first by day, against maximum flow, and day by day by hand."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import networkx as nx
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.schedule.feasibility import Fit, hours_that_do_not_fit, unplaced_hours

AS_OF = date(2026, 5, 11)  # Monday
TUE, WED, THU, FRI = (date(2026, 5, day) for day in (12, 13, 14, 15))
LUZ = pl.DataFrame({"date": [TUE, WED, THU, FRI], "hours": [3.0, 6.0, 0.0, 0.0]})
Jobs = list[tuple[float, int, int]]
Row = tuple[str, float | None, date | None, date | None]


def jobs_of(*rows: Row) -> pl.DataFrame:
    return pl.DataFrame(rows, {"job_id": pl.String, "hours": pl.Float64, "release": pl.Date, "due": pl.Date}, orient="row")


def days_of(*hours: float, first: date = TUE) -> pl.DataFrame:
    return pl.DataFrame(
        {"date": [first + timedelta(days=index) for index in range(len(hours))], "hours": hours}, {"date": pl.Date, "hours": pl.Float64}
    )


def left(found: Fit) -> dict[str, float]:
    return {job: hours for job, hours in found.jobs.select("job_id", "does_not_fit_hours").iter_rows() if hours}


def test_a_part_timer_s_week_is_proved_infeasible_though_it_is_not_full():
    found = hours_that_do_not_fit(jobs_of(("T1", 5, None, WED), ("T2", 5, None, FRI)), LUZ, AS_OF)
    assert found.total == 1
    assert found.window == (TUE, FRI)
    assert found.jobs.rows() == [("T1", 5, TUE, WED, 5, 0), ("T2", 5, TUE, FRI, 4, 1)]


def test_unknown_and_tentative_work_is_added_after_the_known():
    known = [("T1", 5, None, WED), ("T2", 5, None, FRI)]
    unknown = hours_that_do_not_fit(jobs_of(*known, ("T3", 3.5, None, WED)), LUZ, AS_OF)
    assert (unknown.total, left(unknown)) == (4.5, {"T2": 4.5})
    tentative = hours_that_do_not_fit(jobs_of(*known, ("T3", 3.5, None, WED), ("Q", 4, None, WED)), LUZ, AS_OF)
    assert (tentative.total, left(tentative)) == (8.5, {"T2": 5, "Q": 3.5})


def test_the_most_urgent_goes_first_even_when_it_comes_later():
    # 8 h a day. "long" may use Tuesday; on Wednesday "short" is due and goes before it.
    found = hours_that_do_not_fit(jobs_of(("long", 16, TUE, THU), ("short", 8, WED, WED), ("last", 1, THU, THU)), days_of(8, 8, 8), AS_OF)
    assert (found.total, left(found)) == (1, {"last": 1})


def test_what_is_dropped_at_its_due_leaves_its_hours_to_the_next():
    found = hours_that_do_not_fit(jobs_of(("much", 20, TUE, TUE), ("next", 8, TUE, WED)), days_of(8, 8), AS_OF)
    assert (found.total, left(found)) == (12, {"much": 12})
    assert found.window == (TUE, TUE)


def test_two_overfull_intervals_add_up_and_the_window_is_the_worse_one():
    found = hours_that_do_not_fit(jobs_of(("a", 10, TUE, TUE), ("b", 11, THU, THU)), days_of(8, 8, 8), AS_OF)
    assert (found.total, found.window) == (5, (THU, THU))


@pytest.mark.parametrize(
    ("rows", "window"),
    [
        ([("a", 10, TUE, TUE), ("b", 10, THU, THU)], (TUE, TUE)),  # equal: the earlier
        ([("a", 18, TUE, WED), ("b", 10, FRI, FRI)], (FRI, FRI)),  # equal: the shorter
        ([("a", 2, TUE, WED), ("b", 10, WED, WED)], (WED, WED)),  # Tuesday has room for a
        ([("a", 10, WED, WED), ("b", 8, TUE, TUE)], (WED, WED)),  # Tuesday to Wednesday exceed by no more
    ],
)
def test_of_equal_windows_the_shortest_then_the_earliest(rows: list[Row], window: tuple[date, date]):
    assert hours_that_do_not_fit(jobs_of(*rows), days_of(8, 8, 8, 8), AS_OF).window == window


def test_overdue_work_is_apart_and_takes_no_hours():
    found = hours_that_do_not_fit(jobs_of(("old", 9, None, AS_OF), ("new", 8, None, TUE)), days_of(8), AS_OF)
    assert (found.total, found.jobs["job_id"].to_list()) == (0, ["new"])
    assert found.overdue.select("job_id", "hours").rows() == [("old", 9)]


def test_work_without_a_due_always_fits_and_holds_nothing_up():
    found = hours_that_do_not_fit(jobs_of(("some day", 99, None, None), ("new", 8, None, TUE)), days_of(8), AS_OF)
    assert found.total == 0
    assert found.jobs["fits_hours"].to_list() == [99, 8]


def test_work_released_after_its_due_has_no_day_at_all():
    found = hours_that_do_not_fit(jobs_of(("late", 4, THU, WED), ("other", 8, None, WED)), days_of(8, 8, 8), AS_OF)
    assert (found.total, left(found), found.window) == (4, {"late": 4}, (WED, WED))


def test_a_release_in_the_past_is_tomorrow():
    found = hours_that_do_not_fit(jobs_of(("a", 8, date(2026, 1, 1), WED)), days_of(8, 8, 8, first=AS_OF), AS_OF)
    assert found.jobs["release"].to_list() == [TUE]
    assert hours_that_do_not_fit(jobs_of(("a", 20, date(2026, 1, 1), WED)), days_of(8, 8, 8, first=AS_OF), AS_OF).total == 4


def test_days_without_a_row_have_no_hours_and_rows_of_one_day_add_up():
    capacity = pl.DataFrame({"date": [WED, TUE, WED], "hours": [1.0, 2.0, 3.0]})
    assert hours_that_do_not_fit(jobs_of(("a", 9, None, date(2026, 6, 30))), capacity, AS_OF).total == 3


@pytest.mark.parametrize(
    ("hours", "capacity"),
    [([0.1, 0.2], 0.3), ([0.1] * 10, 1.0), ([1 / 7] * 7, 1.0), ([6 / 7] * 7, 6.0), ([2.2, 3.3], 5.5), ([1e-9], 0.0)],
)
def test_the_rounding_of_floats_is_no_hour_that_does_not_fit(hours: list[float], capacity: float):
    found = hours_that_do_not_fit(jobs_of(*((f"{at}", each, None, TUE) for at, each in enumerate(hours))), days_of(capacity), AS_OF)
    assert (found.total, found.window, left(found)) == (0, None, {})


def test_what_does_not_fit_is_exact():
    found = hours_that_do_not_fit(jobs_of(("a", 0.1, None, TUE), ("b", 0.2, None, TUE)), days_of(0.1), AS_OF)
    assert (found.total, left(found)) == (0.2, {"b": 0.2})


def test_nothing_to_do_and_nobody_to_do_it():
    assert hours_that_do_not_fit(jobs_of(), days_of(8), AS_OF).total == 0
    assert hours_that_do_not_fit(jobs_of(), days_of(), AS_OF).window is None
    assert hours_that_do_not_fit(jobs_of(("a", 8, None, WED)), days_of(), AS_OF).total == 8
    nothing = hours_that_do_not_fit(jobs_of(("a", 0, None, WED), ("b", None, None, WED)), days_of(), AS_OF)
    assert (nothing.total, nothing.jobs.height) == (0, 2)


@pytest.mark.parametrize(
    "typed",
    [
        {"job_id": [1, 2], "hours": [5, 5], "release": [None, None], "due": ["2026-05-13", "2026-05-15"]},
        {"job_id": ["1", "2"], "hours": [5, 5], "release": ["2026-05-01", None], "due": [datetime(2026, 5, 13, 18), datetime(2026, 5, 15)]},
    ],
)
def test_ids_of_numbers_whole_hours_texts_and_datetimes_are_understood(typed: dict[str, list[Any]]):
    capacity = pl.DataFrame({"date": ["2026-05-13", "2026-05-12"], "hours": [6, 3]})
    found = hours_that_do_not_fit(pl.DataFrame(typed), capacity, AS_OF)
    assert (found.total, found.window) == (1, (TUE, FRI))


def test_columns_of_days_may_be_absent():
    assert hours_that_do_not_fit(pl.DataFrame({"job_id": ["a"], "hours": [9.0], "due": [TUE]}), LUZ, AS_OF).total == 6
    assert hours_that_do_not_fit(pl.DataFrame({"job_id": ["a"], "hours": [9.0]}), LUZ, AS_OF).total == 0


@pytest.mark.parametrize("share", [1.0, 1.0000001])
def test_years_of_work_of_thousands_of_jobs_keep_their_window(share: float):
    # 4000 days of 500 h, each with as much to do on it, and one more hour on day 3000.
    count = 4000
    days = [TUE + timedelta(days=at) for at in range(count)]
    jobs = pl.DataFrame({"job_id": range(count), "hours": [500.0 * share] * count, "release": days, "due": days})
    jobs = pl.concat([jobs, pl.DataFrame({"job_id": [-1], "hours": [1.0], "release": [days[3000]], "due": [days[3000]]}, jobs.schema)])
    found = hours_that_do_not_fit(jobs, pl.DataFrame({"date": days, "hours": [500.0 * share] * count}), AS_OF)
    assert (found.total, found.window) == (1, (days[3000], days[3000]))


def test_people_do_not_lend_each_other_hours_and_everyone_has_a_row():
    jobs = jobs_of(("a", 9, None, TUE), ("b", 1, None, TUE), ("c", 2, None, AS_OF)).with_columns(person_id=pl.Series(["ana", "ben", "ben"]))
    capacity = pl.DataFrame({"person_id": ["cy", "ben", "ana"], "date": [TUE] * 3, "hours": [8.0] * 3})
    found = unplaced_hours(jobs, capacity, AS_OF)
    assert found.people.select("person_id", "unplaced_hours", "demand_hours", "capacity_hours", "overdue_hours").rows() == [
        ("ana", 1, 9, 8, 0), ("ben", 0, None, None, 2), ("cy", 0, None, None, 0),
    ]  # fmt: skip


job = st.tuples(st.integers(0, 9), st.integers(0, 7), st.integers(0, 7)).map(lambda row: (row[0] / 2, min(row[1:]), max(row[1:])))
week = st.lists(st.integers(0, 8).map(lambda half: half / 2), min_size=8, max_size=8)


def day_by_day(jobs: Jobs, capacity: list[float]) -> list[float]:
    """What each job still lacks at its due when every day serves the most urgent released job first."""
    lacks = [hours for hours, _, _ in jobs]
    for day, free in enumerate(capacity):
        for at in sorted(range(len(jobs)), key=lambda at: jobs[at][2]):
            if jobs[at][1] <= day <= jobs[at][2]:
                done = min(free, lacks[at])
                lacks[at], free = lacks[at] - done, free - done
    return lacks


def most_placed(jobs: Jobs, capacity: list[float]) -> float:
    """Maximum flow from jobs to the days they may be done on, in half hours."""
    flow = nx.DiGraph()
    flow.add_nodes_from(("from", "to"))
    for at, (hours, release, due) in enumerate(jobs):
        flow.add_edge("from", ("job", at), capacity=int(hours * 2))
        for day in range(release, due + 1):
            flow.add_edge(("job", at), day)
    for day, hours in enumerate(capacity):
        flow.add_edge(day, "to", capacity=int(hours * 2))
    return nx.maximum_flow_value(flow, "from", "to") / 2


def worst_window(jobs: Jobs, capacity: list[float]) -> tuple[int, int]:
    """First and last day of the interval of greatest demand − capacity, the shortest, then the earliest."""
    intervals = [(first, last) for first in range(8) for last in range(first, 8)]
    return max(intervals, key=lambda days: (excess(jobs, capacity, *days), days[0] - days[1], -days[0]))


def excess(jobs: Jobs, capacity: list[float], first: int, last: int) -> float:
    return sum(hours for hours, release, due in jobs if first <= release and due <= last) - sum(capacity[first : last + 1])


@settings(max_examples=150)
@given(st.lists(st.tuples(st.lists(job, max_size=9), week), min_size=1, max_size=4))
def test_what_is_left_over_is_what_maximum_flow_leaves_and_what_each_day_drops(people: list[tuple[Jobs, list[float]]]):
    rows = [
        (f"p{who}", at, hours, TUE + timedelta(days=release), TUE + timedelta(days=due))
        for who, (jobs, _) in enumerate(people)
        for at, (hours, release, due) in enumerate(jobs)
    ]
    schema = {"person_id": pl.String, "job_id": pl.Int64, "hours": pl.Float64, "release": pl.Date, "due": pl.Date}
    jobs = pl.DataFrame(rows, schema, orient="row")
    capacity = pl.concat([days_of(*hours).with_columns(person_id=pl.lit(f"p{who}")) for who, (_, hours) in enumerate(people)])
    found = unplaced_hours(jobs, capacity, AS_OF)
    for who, (listed, hours) in enumerate(people):
        total = sum(each[0] for each in listed) - most_placed(listed, hours)
        person = found.people.row(by_predicate=pl.col("person_id") == f"p{who}", named=True)
        assert person["unplaced_hours"] == total
        assert found.jobs.filter(person_id=f"p{who}")["does_not_fit_hours"].to_list() == day_by_day(listed, hours)
        if total:
            window = worst_window(listed, hours)
            assert ((person["window_start"] - TUE).days, (person["window_end"] - TUE).days) == window
            assert person["demand_hours"] - person["capacity_hours"] == excess(listed, hours, *window)
            assert person["capacity_hours"] == sum(hours[window[0] : window[1] + 1])
