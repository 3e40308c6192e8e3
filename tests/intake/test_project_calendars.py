"""Calendars of a plan as working intervals: weeks, nights, bases, exceptions in both ways that Project writes them, weeks for a while."""

from __future__ import annotations

from datetime import date

import pytest

from lib.intake.project_calendars import Calendars, calendars_of, hours, intervals, last_worked, times_on, week_of, working_days
from lib.intake.project_xml import project_file
from lib.schedule.calendars import Calendar
from tests.intake.plans import OFFICE, Fields, calendar, day, plan

MONDAY = date(2026, 3, 2)
NIGHTS = {
    1: [], 2: [("23:00:00", "00:00:00")], 3: [("00:00:00", "03:00:00"), ("04:00:00", "08:00:00"), ("23:00:00", "00:00:00")],
    4: [("00:00:00", "00:00:00")], 5: [], 6: [], 7: [],
}  # fmt: skip


def span(first: str, last: str) -> Fields:
    return {"TimePeriod": {"FromDate": f"{first}T00:00:00", "ToDate": f"{last}T23:59:00"}}


def exception(first: str, last: str, times: object = (), **more: object) -> Fields:
    times_ = {"WorkingTimes": {"WorkingTime": [{"FromTime": a, "ToTime": b} for a, b in times]}} if times else {}  # type: ignore[attr-defined]
    return {**span(first, last), "Type": 1, "Period": 1, **more, "DayWorking": int(bool(times)), **times_}


def of(*calendars: Fields) -> Calendars:
    return calendars_of(project_file(plan(calendars=calendars)))


def hours_on(found: Calendars, uid: str, *days: str) -> list[float]:
    return [hours(times_on(found, uid, date.fromisoformat(day))) for day in days]


def test_a_plain_week_has_eight_hours_from_monday_to_friday() -> None:
    assert week_of(of(calendar(1, "Standard", None)), "1") == [8, 8, 8, 8, 8, 0, 0]


def test_a_night_runs_up_to_midnight_and_a_day_from_midnight_to_midnight_is_whole() -> None:
    found = of(calendar(2, "Night", NIGHTS))
    assert week_of(found, "2") == [1, 8, 24, 0, 0, 0, 0]
    # Monday 23:00 to Tuesday 03:00 is one interval; so are Tuesday 23:00 and all of Wednesday.
    whole = list(intervals(found, "2", MONDAY, date(2026, 3, 4)))
    assert [end - start for start, end in whole] == [4 * 600, 4 * 600, 25 * 600]


def test_a_resource_takes_the_days_it_does_not_say_from_its_base() -> None:
    found = of(calendar(1, "Standard", None), calendar(3, "Ana", {6: [("09:00:00", "12:00:00")]}, base=1))
    assert week_of(found, "3") == [8, 8, 8, 8, 3, 0, 0]


def test_bases_in_a_circle_and_unknown_ones_end_in_the_standard_week() -> None:
    found = of(calendar(3, "Ana", {}, base=4), calendar(4, "Bo", {}, base=3), calendar(5, "Cy", {}, base=99))
    assert [week_of(found, uid)[0] for uid in ("3", "4", "5")] == [8, 8, 8]


def test_exceptions_are_read_as_days_of_the_week_and_as_a_list() -> None:
    old = calendar(1, "Old", None)
    days = [*old["WeekDays"]["WeekDay"], day(0, [], **span("2026-03-03", "2026-03-04"))]  # type: ignore[index]
    found = of({**old, "WeekDays": {"WeekDay": days}})
    assert hours_on(found, "1", "2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05") == [8, 0, 0, 8]
    half = exception("2026-03-03", "2026-03-03", [("08:00:00", "12:00:00")])
    found = of(calendar(1, "New", None, Exceptions={"Exception": [half, exception("2026-03-07", "2026-03-07", OFFICE)]}))
    assert hours_on(found, "1", "2026-03-02", "2026-03-03", "2026-03-07") == [8, 4, 8]


@pytest.mark.parametrize(
    ("more", "free", "worked"),
    [
        ({"Type": 1, "Period": 2}, ("2026-01-01", "2026-01-05"), ("2026-01-02", "2026-01-06")),
        ({"Type": 2, "Month": 11, "MonthDay": 25}, ("2026-12-25", "2028-12-25"), ("2026-12-24", "2026-11-25")),
        ({"Type": 4, "MonthDay": 15, "Period": 2}, ("2026-01-15", "2026-05-15"), ("2026-06-15", "2026-01-16")),
        ({"Type": 6, "DaysOfWeek": 4, "Period": 2}, ("2026-01-13", "2026-01-27"), ("2026-01-06", "2026-01-14")),  # 4 is Tuesday
    ],
)
def test_exceptions_that_come_again(more: Fields, free: tuple[str, ...], worked: tuple[str, ...]) -> None:
    found = of(calendar(1, "Standard", None, Exceptions={"Exception": [exception("2026-01-01", "2030-12-31", **more)]}))
    assert hours_on(found, "1", *free) == [0, 0]
    assert hours_on(found, "1", *worked) == [8, 8]


def test_a_week_for_a_while_stands_before_the_usual_one_and_behind_exceptions() -> None:
    short = {**span("2026-03-02", "2026-03-08"), "WeekDays": {"WeekDay": [day(kind, [("08:00:00", "15:00:00")]) for kind in range(2, 7)]}}
    free = exception("2026-03-04", "2026-03-04")
    found = of(calendar(1, "Standard", None, WorkWeeks={"WorkWeek": [short]}, Exceptions={"Exception": [free]}))
    assert hours_on(found, "1", "2026-03-02", "2026-03-04", "2026-03-09") == [7, 0, 8]


def test_a_finish_at_opening_time_ended_the_working_day_before() -> None:
    found = of(calendar(1, "Standard", None))
    assert last_worked(found, "1", MONDAY, 8 * 600) == date(2026, 2, 27)
    assert last_worked(found, "1", MONDAY, 8 * 600 + 1) == MONDAY
    assert working_days(found, "1", date(2026, 2, 27), MONDAY) == 2


def test_the_intervals_are_those_of_a_schedule_calendar() -> None:
    found = of(calendar(1, "Standard", None))
    office = Calendar.of_intervals(list(intervals(found, "1", MONDAY, date(2026, 3, 31))))
    monday = (MONDAY - date(1970, 1, 1)).days * 14_400
    # Ten hours from Monday 08:00: eight on Monday, two on Tuesday until 10:00.
    assert office.finish(monday + 8 * 600, 10 * 600) == monday + 14_400 + 10 * 600
