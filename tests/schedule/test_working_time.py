"""Hours that people can work on a day: a week by hand, and the laws that hold whatever is in the tables."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.portfolio import Portfolio
from lib.schedule.calendars import NEVER, TICKS_PER_HOUR, instant
from lib.schedule.graph import Problem
from lib.schedule.working_time import calendars_of, hours_by_person_day, public_holidays, unknown_holidays
from tests.measures.rows import book_of as portfolio

MONDAY, SUNDAY = date(2026, 5, 11), date(2026, 5, 17)
MADRID = {"country": "ES", "subdivision": "MD", "city": "Madrid"}
LUZ = {"person_id": "luz", "weekly_hours": 24.0, "week_pattern": [6.0, 6, 6, 0, 6, 0, 0]} | MADRID
SAN_ISIDRO = {"closure_id": "c", "date": date(2026, 5, 15), "name": "San Isidro"} | MADRID


def hours(column: str = "capacity", first: date = MONDAY, last: date = SUNDAY, **tables: list[dict[str, Any]]) -> list[float]:
    return hours_by_person_day(portfolio(**tables), first, last)[column].to_list()


def away(start: date, end: date, **more: Any) -> dict[str, Any]:
    return {"absence_id": f"{start}{more}", "person_id": "luz", "start": start, "end": end, "status": "approved"} | more


def test_the_week_of_example_3() -> None:
    tuesday = away(date(2026, 5, 12), date(2026, 5, 12), hours_per_day=3.0)
    tables = {"people": [LUZ], "closures": [SAN_ISIDRO], "absences": [tuesday]}
    assert hours(**tables) == [6, 3, 6, 0, 0, 0, 0]
    assert hours("contracted", **tables) == [6, 6, 6, 0, 6, 0, 0]
    assert (hours("closure", **tables)[4], hours("absence", **tables)[1], hours("assumed", **tables)) == (6, 3, [False] * 7)


def test_without_a_pattern_a_fifth_of_the_week_is_assumed() -> None:
    tables = {"people": [LUZ | {"week_pattern": None}]}
    assert hours(**tables) == pytest.approx([4.8] * 5 + [0, 0])
    assert all(hours("assumed", **tables))


def test_the_terms_in_force_that_day_count() -> None:
    terms = [
        {"person_id": "luz", "from": date(2026, 5, 13), "weekly_hours": 20.0, "week_pattern": None},
        {"person_id": "luz", "from": date(2026, 5, 14), "weekly_hours": 40.0, "week_pattern": [8.0, 8, 8, 8, 8, 0, 0]},
    ]
    assert hours(people=[LUZ], person_terms=terms) == [6, 6, 4, 8, 8, 0, 0]


def test_terms_of_several_people_stay_apart() -> None:
    people = [LUZ, LUZ | {"person_id": "max", "week_pattern": None, "weekly_hours": 20.0}, LUZ | {"person_id": "ana"}]
    terms = [
        {"person_id": name, "from": date(2026, 5, day), "weekly_hours": hours, "week_pattern": None}
        for name, day, hours in (("max", 13, 10.0), ("luz", 12, 15.0), ("ana", 1, 5.0), ("max", 15, 30.0), ("luz", 14, 25.0))
    ]
    found = hours_by_person_day(portfolio(people=people, person_terms=terms), MONDAY, date(2026, 5, 15))
    weeks = {name[0]: days["contracted"].round(9).to_list() for name, days in found.group_by("person_id")}
    assert weeks == {"luz": [6, 3, 3, 5, 5], "max": [4, 4, 2, 2, 6], "ana": [1, 1, 1, 1, 1]}


def test_nobody_works_before_the_start_or_after_the_end() -> None:
    assert hours(people=[LUZ | {"start": date(2026, 5, 12), "end": date(2026, 5, 13)}]) == [0, 6, 6, 0, 0, 0, 0]


def test_overlapping_absences_take_the_day_at_most() -> None:
    both = [away(MONDAY, MONDAY, hours_per_day=4.0), away(MONDAY, date(2026, 5, 12), hours_per_day=4.0)]
    assert hours("absence", people=[LUZ], absences=both)[:2] == [6, 4]
    assert hours(people=[LUZ], absences=both)[:2] == [0, 2]


def test_an_absence_on_a_holiday_takes_nothing() -> None:
    week = away(date(2026, 4, 27), date(2026, 5, 3))  # the first of May is a Friday
    taken = hours("absence", date(2026, 4, 27), date(2026, 5, 3), people=[LUZ], absences=[week])
    assert taken == [6, 6, 6, 0, 0, 0, 0]
    assert hours("holiday", date(2026, 4, 27), date(2026, 5, 3), people=[LUZ], absences=[week]) == [0, 0, 0, 0, 6, 0, 0]


def test_a_requested_absence_takes_nothing_yet_and_a_rejected_one_never() -> None:
    asked = away(MONDAY, MONDAY, status="requested", hours_per_day=2.0)
    refused = away(MONDAY, MONDAY, status="rejected")
    assert hours(people=[LUZ], absences=[asked, refused])[0] == 6
    assert hours("requested", people=[LUZ], absences=[asked, refused])[0] == 2
    assert hours(people=[LUZ], absences=[away(MONDAY, MONDAY, status=None)])[0] == 0


@pytest.mark.parametrize(
    ("where", "closed"),
    [({}, 6), ({"country": "es"}, 6), ({"country": "GB"}, 0), ({"subdivision": "CT"}, 0), ({"city": "madrid "}, 6), ({"city": "Bilbao"}, 0),
     ({"person_id": "luz"}, 6), ({"person_id": "max"}, 0), ({"hours": 4.0}, 4), ({"country": "ES", "city": "Bilbao"}, 0)],
)  # fmt: skip
def test_a_closure_is_for_those_who_match_all_it_names(where: dict[str, Any], closed: float) -> None:
    closure = {"closure_id": "c", "date": MONDAY, "name": "Closed"} | where
    people = [LUZ, {"person_id": "max"}]
    assert hours("closure", people=people, closures=[closure])[0] == closed


@pytest.mark.parametrize(
    ("country", "subdivision", "day", "off"),
    [
        ("ES", "MD", date(2026, 5, 2), True), ("ES", "CT", date(2026, 5, 2), False), ("ES", "CT", date(2026, 9, 11), True),
        ("ES", "AN", date(2028, 2, 28), True), ("ES", None, date(2026, 10, 12), True), ("ES", "es-ct", date(2026, 9, 11), True),
        ("GB", "SCT", date(2026, 11, 30), True), ("GB", "ENG", date(2026, 11, 30), False), ("GB", "ENG", date(2026, 4, 6), True),
        ("MX", "CMX", date(2026, 9, 16), True), ("FR", None, date(2026, 7, 14), True), ("DE", "BY", date(2026, 1, 6), True),
        ("DE", "BE", date(2026, 1, 6), False), ("US", "CA", date(2026, 7, 3), True), (None, None, date(2026, 12, 25), False),
    ],
)  # fmt: skip
def test_public_holidays_of_the_place(country: str | None, subdivision: str | None, day: date, off: bool) -> None:
    assert (day in public_holidays(country, subdivision, date(day.year, 1, 1), date(day.year, 12, 31))) is off


def test_an_unknown_place_is_told_and_its_people_still_have_hours() -> None:
    strangers = {"max": {"country": "XX"}, "kim": {"subdivision": "ZZ"}, "ana": {"country": "MX"}}
    people = [LUZ, *(LUZ | {"person_id": name} | place for name, place in strangers.items())]
    tables = portfolio(people=people)
    assert unknown_holidays(tables) == (Problem("unknown_country", ("max",)), Problem("unknown_subdivision", ("kim",)))
    october = hours_by_person_day(tables, date(2026, 10, 12), date(2026, 10, 12))
    assert dict(october.select("person_id", "capacity").iter_rows()) == {"luz": 0, "max": 6, "kim": 0, "ana": 6}


def test_nobody_and_no_day_are_no_rows() -> None:
    assert hours_by_person_day(Portfolio.of(), MONDAY, SUNDAY).is_empty()
    assert hours(people=[LUZ], first=SUNDAY, last=MONDAY) == []


def test_a_calendar_goes_on_with_the_terms_then_in_force() -> None:
    terms = [{"person_id": "luz", "from": date(2026, 6, 17), "weekly_hours": 10.0, "week_pattern": [2.0, 2, 2, 2, 2, 0, 0]}]
    luz = calendars_of(portfolio(people=[LUZ], person_terms=terms, closures=[SAN_ISIDRO]), MONDAY, SUNDAY)["luz"]
    assert list(luz.hours_between(date(2030, 7, 1), date(2030, 7, 7))) == [2, 2, 2, 2, 2, 0, 0]
    assert [luz.hours_on(day) for day in (date(2026, 5, 15), date(2026, 5, 22), date(2026, 6, 16), date(2026, 6, 17))] == [0, 6, 6, 2]
    assert list(luz.hours_between(date(2020, 7, 6), date(2020, 7, 12))) == [6, 6, 6, 0, 6, 0, 0]


def test_who_leaves_has_no_hours_ever_after() -> None:
    calendars = calendars_of(portfolio(people=[LUZ | {"start": date(2026, 5, 13), "end": date(2027, 1, 29)}]), MONDAY, SUNDAY)
    assert calendars["luz"].hours_on(date(2027, 1, 29)) == 6
    assert calendars["luz"].finish(instant(date(2027, 1, 30)), TICKS_PER_HOUR) == NEVER
    assert calendars["luz"].start(instant(date(2026, 5, 13)), TICKS_PER_HOUR) == -NEVER


def test_a_project_keeps_the_holidays_of_most_of_its_people() -> None:
    people = [{"person_id": name, "country": country} for name, country in (("ana", "ES"), ("eva", "ES"), ("rob", "GB"), ("sue", "GB"))]
    done_by = {"ana": "j", "eva": "j", "rob": "j", "sue": "k"}
    tasks = [{"task_id": name, "project_id": project, "assignee_id": name} for name, project in done_by.items()]
    closures = [{"date": date(2026, 12, 24), "name": "Eve"}, {"date": date(2026, 10, 13), "name": "Fair", "city": "Madrid"}]
    tables = portfolio(people=people, tasks=tasks, projects=[{"project_id": name} for name in "jkl"], closures=closures)
    calendars = calendars_of(tables, date(2026, 10, 1), date(2026, 12, 31))
    columbus, fair, eve, boxing = date(2026, 10, 12), date(2026, 10, 13), date(2026, 12, 24), date(2026, 12, 28)
    days = {name: [calendars[name].hours_on(day) for day in (columbus, fair, eve, boxing)] for name in calendars if name not in done_by}
    assert days == {"": [0, 8, 0, 8], "project:j": [0, 8, 0, 8], "project:k": [8, 8, 0, 0], "project:l": [0, 8, 0, 8]}


day = st.dates(date(2026, 4, 20), date(2026, 5, 25))
states = st.sampled_from(["approved", "requested", "rejected", None])
patterns = st.none() | st.lists(st.sampled_from([0.0, 4.0, 6.5, 8.0]), min_size=7, max_size=7)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(day, day, st.none() | st.sampled_from([2.0, 5.0]), states), max_size=6),
    st.lists(st.tuples(day, st.none() | st.sampled_from([1.0, 7.0])), max_size=4),
    patterns,
    st.lists(st.tuples(day, patterns), max_size=3, unique_by=lambda term: term[0]),
    st.sampled_from(["ES", "GB", "XX", None]),
)
def test_what_is_taken_from_a_day_is_never_more_than_the_day(
    absences: list[Any], closures: list[Any], pattern: Any, terms: list[Any], country: str | None
) -> None:
    tables = portfolio(
        people=[LUZ | {"week_pattern": pattern, "country": country}],
        person_terms=[{"person_id": "luz", "from": start, "weekly_hours": 30.0, "week_pattern": week} for start, week in terms],
        absences=[away(min(a, b), max(a, b), hours_per_day=h, status=s, absence_id=str(n)) for n, (a, b, h, s) in enumerate(absences)],
        closures=[{"closure_id": str(n), "date": on, "name": "Closed", "hours": h} for n, (on, h) in enumerate(closures)],
    )
    first, last = date(2026, 4, 13), date(2026, 6, 1)
    days = hours_by_person_day(tables, first, last)
    assert days["date"].to_list() == [first + timedelta(days=n) for n in range(50)]
    taken = pl.col("holiday") + pl.col("closure") + pl.col("absence") + pl.col("capacity")
    assert days.filter((taken - pl.col("contracted")).abs() > 1e-9).is_empty()
    assert days.filter(pl.any_horizontal(pl.col("holiday", "closure", "absence", "requested", "capacity") < 0)).is_empty()
    assert days.filter(pl.col("requested") > pl.col("capacity") + 1e-9).is_empty()
    assert days.filter((pl.col("holiday") > 0) & (pl.col("absence") > 0)).is_empty()
    calendar = calendars_of(tables, first, last)["luz"]
    assert [round(hours, 9) for hours in calendar.hours_between(first, last)] == [round(hours, 9) for hours in days["capacity"]]
