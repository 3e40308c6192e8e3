"""How far each table reaches on a day, and the as-of that follows."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from lib.measures.freshness import REACHES, freshness, newest_fact, oldest_fact
from lib.tables import TABLES
from tests.measures.rows import book_of

AS_OF = date(2026, 6, 30)


def test_a_table_reaches_its_newest_fact_and_not_beyond_the_as_of():
    portfolio = book_of(
        invoices=[{"account_id": "a", "amount": 1.0, "issued": AS_OF - timedelta(days=10)}],
        time_entries=[{"date": AS_OF, "hours": 1.0}, {"date": AS_OF + timedelta(days=5), "hours": 1.0}],
    )
    rows = freshness(portfolio, AS_OF)
    assert rows.rows() == [
        ("time_entries", 2, AS_OF, 0),
        ("invoices", 1, AS_OF - timedelta(days=10), 10),
        ("accounts", 1, None, None),
    ]


def test_tables_without_rows_are_not_listed():
    assert freshness(book_of(accounts=[{"account_id": "a"}], invoices=[]), AS_OF)["table"].to_list() == ["accounts"]


def test_each_table_reaches_by_a_day_that_it_has():
    for table, column in REACHES.items():
        assert TABLES[table].columns[column].metadata["kind"] == "day"


@pytest.mark.parametrize(
    ("entry", "issued", "newest", "oldest"),
    [
        (AS_OF - timedelta(days=3), AS_OF - timedelta(days=9), AS_OF - timedelta(days=3), AS_OF - timedelta(days=9)),
        (AS_OF - timedelta(days=9), AS_OF - timedelta(days=3), AS_OF - timedelta(days=3), AS_OF - timedelta(days=9)),
        (AS_OF + timedelta(days=9), AS_OF - timedelta(days=3), AS_OF, AS_OF - timedelta(days=3)),  # never after today
    ],
)
def test_the_as_of_is_the_earlier_of_today_and_the_newest_entry_or_invoice(entry: date, issued: date, newest: date, oldest: date):
    portfolio = book_of(
        invoices=[{"account_id": "a", "amount": 1.0, "issued": issued}],
        time_entries=[{"date": entry, "hours": 1.0}],
        touchpoints=[{"account_id": "a", "date": AS_OF}],
    )
    assert newest_fact(portfolio, AS_OF) == newest
    assert oldest_fact(portfolio, AS_OF) == oldest


def test_without_either_today_stands_in():
    portfolio = book_of(touchpoints=[{"account_id": "a", "date": date(2020, 1, 1)}])
    assert newest_fact(portfolio, AS_OF) == AS_OF
    assert oldest_fact(portfolio, AS_OF) == AS_OF
