"""Bookings on days: counted, lost, or nobody's yet."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from lib.measures.bookings import booked_by_day, unmet_demand
from lib.measures.remaining import remaining_work
from tests.measures.rows import book_of

AS_OF = date(2026, 5, 10)  # a Sunday
MON = date(2026, 5, 11)
DAYS = [MON + timedelta(days=index) for index in range(7)]
LAST = date(2026, 12, 31)


def week_of(contracted: list[float], capacity: list[float]) -> pl.DataFrame:
    return pl.DataFrame({"person_id": "ana", "date": DAYS, "contracted": contracted, "capacity": capacity})


def booked(days: pl.DataFrame, *bookings: dict[str, Any], **more: list[dict[str, Any]]) -> pl.DataFrame:
    rows = [{"person_id": "ana", "start": MON, "end": DAYS[-1]} | booking for booking in bookings]
    return booked_by_day(book_of(bookings=rows, **more), days, AS_OF)


def test_a_booking_counts_on_the_days_of_the_week_and_is_lost_where_nothing_is_left_of_one():
    rows = booked(week_of([8, 8, 8, 0, 8, 0, 0], [8, 0, 3, 0, 8, 0, 0]), {"hours_per_day": 5.0})
    assert rows.filter(~pl.col("lost"))["date"].to_list() == [DAYS[0], DAYS[2], DAYS[4]]
    assert rows.filter(~pl.col("lost"))["hours"].to_list() == [5, 5, 5]  # more than Wednesday's 3: over, and shown
    assert rows.filter("lost")["date"].to_list() == [DAYS[1]]


def test_hours_booked_after_somebody_left_are_lost_and_not_forgotten():
    rows = booked(week_of([8, 8, 0, 0, 0, 0, 0], [8, 8, 0, 0, 0, 0, 0]), {}, people=[{"person_id": "ana", "end": DAYS[1]}])
    assert rows.filter("lost")["date"].to_list() == DAYS[2:5]  # not the weekend
    rows = booked(week_of([0, 0, 0, 0, 8, 0, 0], [0, 0, 0, 0, 8, 0, 0]), {}, people=[{"person_id": "ana", "start": DAYS[4]}])
    assert (rows.filter("lost")["date"].to_list(), rows.filter(~pl.col("lost"))["date"].to_list()) == (DAYS[:4], [DAYS[4]])


def test_a_tentative_booking_goes_with_its_lost_deal():
    deal = {"account_id": "a", "opportunity_id": "o", "status": "lost", "closed_on": AS_OF}
    tentative = {"opportunity_id": "o", "status": "tentative"}
    days = week_of([8] * 7, [8] * 7)
    assert booked(days, tentative, opportunities=[deal]).height == 0
    assert booked(days, tentative, opportunities=[deal | {"closed_on": MON}]).height == 7
    assert booked(days, tentative | {"status": "confirmed"}, opportunities=[deal]).height == 7


def unmet(**tables: list[dict[str, Any]]) -> pl.DataFrame:
    portfolio = book_of(projects=[{"project_id": "j", "account_id": "a"}], **tables)
    rows = unmet_demand(portfolio, remaining_work(portfolio, AS_OF), AS_OF, LAST)
    return rows.group_by("role", "source").agg(pl.col("confirmed_hours", "expected_hours", "possible_hours").sum(), pl.len()).sort("source")


@pytest.mark.parametrize(
    ("booking", "hours"),
    [
        ({}, (40, 40, 40)),
        ({"status": "tentative", "probability": 0.25}, (0, 10, 40)),
        ({"status": "tentative"}, (0, 0, 40)),  # of unknown probability: only in the third
        ({"start": date(2026, 5, 1)}, (40, 40, 40)),  # what has passed is no demand
        ({"person_id": "ana"}, None),
    ],
)
def test_a_placeholder_is_demand_from_monday_to_friday(booking: dict[str, Any], hours: tuple[float, ...] | None):
    rows = unmet(bookings=[{"role": "designer", "start": MON, "end": DAYS[-1]} | booking])
    assert rows.rows() == ([] if hours is None else [("designer", "booking", *hours, 5)])


def test_a_deal_counts_once_by_its_own_booking():
    deal = {"account_id": "a", "opportunity_id": "o", "probability": 0.5, "role": "designer"}
    deal |= {"hours": 100.0, "expected_start": MON, "weeks": 2.0}
    assert unmet(opportunities=[deal]).rows() == [("designer", "opportunity", 0, 50, 100, 10)]
    booking = {"role": "developer", "opportunity_id": "o", "start": MON, "end": MON, "status": "tentative", "probability": 0.8}
    assert unmet(opportunities=[deal], bookings=[booking]).rows() == [("developer", "booking", 0, 6.4, 8, 1)]
    named = booking | {"person_id": "ana"}
    assert unmet(opportunities=[deal], bookings=[named]).height == 0
    assert unmet(opportunities=[deal | {"status": "won"}]).height == 0
    assert unmet(opportunities=[deal | {"hours": None}]).height == 0


def test_a_task_without_assignee_is_demand_unless_a_placeholder_holds_it():
    task = {"role": "designer", "estimate_hours": 30.0, "due": date(2026, 5, 15)}
    assert unmet(tasks=[task]).rows() == [("designer", "task", 30, 30, 30, 5)]
    placeholder = {"role": "designer", "start": MON, "end": MON}
    assert unmet(tasks=[task], bookings=[placeholder]).rows() == [("designer", "booking", 8, 8, 8, 1)]
    assert unmet(tasks=[task], bookings=[placeholder | {"status": "tentative"}]).height == 2
    assert unmet(tasks=[task | {"due": AS_OF}]).height == 0  # overdue: shown apart
