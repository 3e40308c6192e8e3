"""Spans of days: ends of months, quarters of a fiscal year, and years that meet without a gap."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.periods import Period, add_months, quarter_of, quarters_between, twelve_months, twelve_months_before

days = st.dates(date(1950, 1, 1), date(2150, 12, 31))


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2026, 5, 31), 0, date(2026, 5, 31)),
        (date(2026, 8, 31), -18, date(2025, 2, 28)),
    ],
)
def test_a_month_later_is_the_same_day_or_the_last_of_the_month(day: date, months: int, expected: date):
    assert add_months(day, months) == expected


def test_a_period_counts_both_of_its_ends():
    assert Period(date(2026, 2, 1), date(2026, 2, 28)).days == 28
    assert Period(date(2026, 2, 1), date(2026, 2, 1)).days == 1


@pytest.mark.parametrize(
    ("as_of", "first", "before"),
    [
        (date(2026, 9, 30), date(2025, 10, 1), date(2024, 10, 1)),
        (date(2026, 9, 15), date(2025, 9, 16), date(2024, 9, 16)),
        (date(2024, 2, 29), date(2023, 3, 1), date(2022, 3, 1)),
        (date(2026, 12, 31), date(2026, 1, 1), date(2025, 1, 1)),
    ],
)
def test_the_last_twelve_months_close_with_the_day_asked(as_of: date, first: date, before: date):
    assert twelve_months(as_of) == Period(first, as_of)
    assert twelve_months_before(as_of) == Period(before, first - timedelta(days=1))


@given(days)
def test_two_years_meet_without_a_gap_or_an_overlap(as_of: date):
    last, before = twelve_months(as_of), twelve_months_before(as_of)
    assert last.last == as_of
    assert before.last + timedelta(days=1) == last.first
    assert {last.days, before.days} <= {365, 366}


@pytest.mark.parametrize(
    ("day", "first_month", "first", "last"),
    [
        (date(2026, 5, 20), 1, date(2026, 4, 1), date(2026, 6, 30)),
        (date(2026, 1, 1), 1, date(2026, 1, 1), date(2026, 3, 31)),
        (date(2026, 12, 31), 1, date(2026, 10, 1), date(2026, 12, 31)),
        (date(2026, 4, 30), 2, date(2026, 2, 1), date(2026, 4, 30)),  # a year from February: Feb-Apr
        (date(2026, 1, 15), 2, date(2025, 11, 1), date(2026, 1, 31)),  # Nov-Jan lies in two calendar years
        (date(2026, 1, 15), 12, date(2025, 12, 1), date(2026, 2, 28)),
        (date(2026, 5, 1), 6, date(2026, 3, 1), date(2026, 5, 31)),
    ],
)
def test_a_quarter_follows_the_fiscal_year(day: date, first_month: int, first: date, last: date):
    assert quarter_of(day, first_month) == Period(first, last)


@given(days, st.integers(1, 12))
def test_a_day_lies_in_its_quarter_of_three_whole_months(day: date, first_month: int):
    quarter = quarter_of(day, first_month)
    assert quarter.first <= day <= quarter.last
    assert quarter.first.day == 1
    assert (quarter.first.month - first_month) % 3 == 0
    assert quarter.last + timedelta(days=1) == add_months(quarter.first, 3)


def test_quarters_come_newest_first_and_touch_both_ends():
    assert quarters_between(date(2025, 12, 31), date(2026, 5, 1)) == [
        Period(date(2026, 4, 1), date(2026, 6, 30)),
        Period(date(2026, 1, 1), date(2026, 3, 31)),
        Period(date(2025, 10, 1), date(2025, 12, 31)),
    ]


def test_no_quarter_lies_between_a_later_and_an_earlier_day():
    assert quarters_between(date(2026, 7, 1), date(2026, 5, 1)) == []
