"""Spans of days that figures are asked for: quarters, the last twelve months. Pure dates, no clock."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, order=True)
class Period:
    """The days from `first` to `last`, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def add_months(day: date, months: int) -> date:
    """The same day `months` later, or the last of that month where it has no such day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def twelve_months(as_of: date) -> Period:
    """The twelve months that close with `as_of`."""
    return Period(add_months(as_of + timedelta(days=1), -12), as_of)


def twelve_months_before(as_of: date) -> Period:
    """The twelve months before `twelve_months`."""
    closing = twelve_months(as_of).first - timedelta(days=1)
    return Period(add_months(as_of + timedelta(days=1), -24), closing)


def quarter_of(day: date, first_month: int = 1) -> Period:
    """The fiscal quarter that holds `day`; the fiscal year begins in `first_month`."""
    offset = (day.month - first_month) % 3
    first = add_months(day.replace(day=1), -offset)
    return Period(first, add_months(first, 3) - timedelta(days=1))


def quarters_between(first: date, last: date, first_month: int = 1) -> list[Period]:
    """Every quarter that touches the days from `first` to `last`, newest first."""
    quarters = []
    current = quarter_of(last, first_month)
    while current.last >= first:
        quarters.append(current)
        current = quarter_of(current.first - timedelta(days=1), first_month)
    return quarters
