"""A rate counts for 35 days, then it is missing; the base currency needs none; nothing is ever assumed to be 1."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest

from lib.measures.exchange import rates_on, with_flow_rates, with_stock_rates

DAY = date(2026, 3, 1)
RATES = pl.DataFrame(
    {"currency": ["USD", "USD", "GBP"], "date": [DAY, DAY + timedelta(days=10), DAY], "rate": [0.9, 0.8, 1.2]},
    schema={"currency": pl.String, "date": pl.Date, "rate": pl.Float64},
)


def rate(currency: str, day: date, base: str = "EUR") -> float | None:
    pairs = pl.DataFrame({"currency": [currency], "date": [day]}, schema={"currency": pl.String, "date": pl.Date})
    return rates_on(pairs, RATES, base)["fx"].item()


@pytest.mark.parametrize(
    ("currency", "days", "expected"),
    [
        ("GBP", 0, 1.2),  # the day of the rate itself
        ("GBP", 35, 1.2),  # 35 days old is still a rate
        ("GBP", 36, None),  # older is missing
        ("GBP", -1, None),  # a rate of tomorrow is not known today
        ("USD", 9, 0.9),
        ("USD", 10, 0.8),  # the newest counts
        ("CHF", 0, None),
        ("EUR", 0, 1.0),
    ],
)
def test_the_newest_rate_not_older_than_35_days_counts(currency: str, days: int, expected: float | None):
    assert rate(currency, DAY + timedelta(days=days)) == expected


def test_the_base_is_1_whatever_the_table_says():
    assert rate("USD", DAY, base="USD") == 1.0
    assert rate("EUR", DAY, base="USD") is None


def test_a_flow_has_the_rate_of_its_day_and_a_stock_that_of_the_as_of():
    rows = pl.DataFrame({"currency": ["USD", "USD", None, "EUR"], "date": [DAY, DAY + timedelta(days=12), DAY, None]})
    rows = rows.cast({"date": pl.Date})
    assert with_flow_rates(rows, RATES, "EUR")["fx"].to_list() == [0.9, 0.8, None, None]
    assert with_stock_rates(rows, RATES, "EUR", DAY + timedelta(days=12))["fx"].to_list() == [0.8, 0.8, None, 1.0]


def test_rows_keep_their_order_and_number():
    rows = pl.DataFrame({"n": range(4), "currency": ["USD", "GBP", "CHF", "USD"], "date": [DAY] * 4})
    assert with_flow_rates(rows, RATES, "EUR")["n"].to_list() == [0, 1, 2, 3]
    assert with_stock_rates(rows, RATES, "EUR", DAY)["n"].to_list() == [0, 1, 2, 3]
