"""What is open on a day, how old it is, and what share of it is late."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.measures.receivables import BUCKETS, ageing, open_invoices, open_invoices_on, overdue_share
from tests.measures.rows import book_of, first_row

AS_OF = date(2026, 6, 30)


def late(days: int, amount: float = 100.0, **more: Any) -> dict[str, Any]:
    """An invoice `days` past due on AS_OF; negative days are still to come."""
    due = AS_OF - timedelta(days=days)
    return {"account_id": "a", "amount": amount, "issued": min(due, AS_OF) - timedelta(days=30), "due": due} | more


def opened(*invoices: dict[str, Any], as_of: date = AS_OF, **tables: Any) -> pl.DataFrame:
    return open_invoices(book_of(invoices=list(invoices), **tables), as_of, "EUR")


@pytest.mark.parametrize(
    ("days", "bucket"),
    [
        (-1, "not_due"), (0, "not_due"), (1, "1_30"), (30, "1_30"), (31, "31_60"), (60, "31_60"), (61, "61_90"), (90, "61_90"),
        (91, "over_90"),
    ],
)
def test_an_invoice_ages_by_the_day(days: int, bucket: str):
    row = first_row(opened(late(days)))
    assert (row["days_late"], row["bucket"]) == (days, bucket)


def test_an_invoice_due_on_the_as_of_is_not_late_and_the_day_after_is():
    assert first_row(opened(late(0)))["days_late"] == 0
    assert first_row(opened(late(0), as_of=AS_OF + timedelta(days=1)))["bucket"] == "1_30"


@pytest.mark.parametrize(
    ("payment", "still_open"),
    [
        ({}, 121.0),
        ({"paid_on": AS_OF}, None),  # in full where no amount is given
        ({"paid_on": AS_OF + timedelta(days=1)}, 121.0),  # tomorrow's payment is not a fact
        ({"paid_on": AS_OF, "paid_amount": 21.0}, 100.0),
        ({"paid_on": AS_OF, "paid_amount": 121.0}, None),
        ({"paid_on": AS_OF, "paid_amount": 130.0}, None),  # paid too much: nothing is owed
        ({"paid_on": AS_OF, "paid_amount": 0.0}, 121.0),
        ({"paid_amount": 50.0}, 71.0),  # a payment without its day is still a payment
    ],
)
def test_what_is_paid_is_no_longer_owed(payment: dict[str, Any], still_open: float | None):
    rows = opened(late(5, amount=100.0, tax=21.0, **payment))
    assert rows["open"].to_list() == ([] if still_open is None else [still_open])


def test_what_is_issued_after_the_as_of_is_not_owed_yet():
    tomorrow = AS_OF + timedelta(days=1)
    rows = opened({"account_id": "a", "amount": 1.0, "issued": AS_OF}, {"account_id": "a", "amount": 2.0, "issued": tomorrow})
    assert rows["open"].to_list() == [1.0]


def test_void_invoices_are_not_owed_and_disputed_ones_and_unknown_ones_are():
    rows = opened(late(1, 1.0, status="void"), late(2, 2.0, status="disputed"), late(3, 4.0, status=None))
    assert sorted(rows["open"]) == [2.0, 4.0]


def test_internal_accounts_owe_nothing():
    assert opened(late(5), accounts=[{"account_id": "a", "internal": True}]).height == 0


def test_stocks_convert_at_the_as_of_rate_and_without_one_stay_open_without_an_amount():
    rates = [{"currency": "USD", "date": AS_OF - timedelta(days=days), "rate": rate} for days, rate in ((60, 0.9), (35, 0.8))]
    rates += [{"currency": "GBP", "date": AS_OF - timedelta(days=36), "rate": 1.2}]
    rows = opened(late(60, currency="USD"), late(5, currency="GBP"), fx_rates=rates)
    assert rows.select("days_late", "open").rows() == [(60, 80.0), (5, None)]


def test_credit_notes_reduce_what_is_owed_and_are_never_late():
    rows = opened(late(40, 500.0), late(50, 200.0, kind="credit_note"))
    assert dict(rows.select("bucket", "open").iter_rows()) == {"31_60": 500.0, "credit": -200.0}
    # Late 500 of 500 − 200 = 300: more is late than is owed in all, which the credit explains.
    assert overdue_share(rows) == pytest.approx(500 / 300)


def test_ageing_shows_every_bucket_in_order():
    table = ageing(opened(late(10, 1.0), late(20, 2.0), late(100, 4.0)))
    assert table["bucket"].to_list() == list(BUCKETS)
    assert table["open"].to_list() == [0, 3, 0, 0, 4, 0]
    assert table["invoices"].to_list() == [0, 2, 0, 0, 1, 0]


@pytest.mark.parametrize(("days", "share"), [(30, 0.0), (31, 0.25)])
def test_a_share_is_late_from_the_thirty_first_day(days: int, share: float):
    assert overdue_share(opened(late(days, 25.0), late(-10, 75.0))) == share


@pytest.mark.parametrize(
    "invoices",
    [[], [late(40, 100.0), late(1, 100.0, kind="credit_note")], [late(40, 100.0), late(1, 150.0, kind="credit_note")]],
)
def test_nothing_owed_in_all_gives_no_share(invoices: list[dict[str, Any]]):
    assert overdue_share(opened(*invoices)) is None


any_invoice = st.builds(
    lambda days, amount, kind: late(days, float(amount), kind=kind),
    st.integers(-50, 150),
    st.integers(1, 10_000),
    st.sampled_from(["invoice", "invoice", "credit_note"]),
)


@given(st.lists(any_invoice, max_size=8))
def test_the_buckets_add_up_to_the_whole(invoices: list[dict[str, Any]]):
    rows = opened(*invoices)
    table = ageing(rows)
    signed = sum(row["amount"] * (-1 if row["kind"] == "credit_note" else 1) for row in invoices)
    assert table["open"].sum() == pytest.approx(signed)
    assert table["invoices"].sum() == len(invoices)


@settings(max_examples=40)
@given(st.lists(st.tuples(any_invoice, st.one_of(st.none(), st.integers(-40, 40))), max_size=6))
def test_days_together_show_what_each_alone_does(invoices: list[tuple[dict[str, Any], int | None]]):
    rows = [row | {"paid_on": None if late is None else row["due"] + timedelta(days=late)} for row, late in invoices]
    rates = [{"currency": "USD", "date": AS_OF - timedelta(days=days), "rate": rate} for days, rate in ((60, 0.9), (10, 0.5))]
    book = book_of(invoices=[row | {"currency": ("EUR", "USD")[place % 2]} for place, row in enumerate(rows)], fx_rates=rates)
    days = [AS_OF - timedelta(days=days) for days in (50, 8, 0)]
    together = open_invoices_on(book, days, "EUR")
    for day in days:
        assert together.filter(pl.col("day") == day).drop("day").equals(open_invoices(book, day, "EUR"))
