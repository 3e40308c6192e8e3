"""When an account was lost: the earliest sign of it, and what is none."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.health.events import SCHEMA, at_stake, ended_without_successor, losses
from lib.health.readings import Sight
from lib.measures.flows import Basis
from lib.measures.terms import last_day
from lib.portfolio import Portfolio
from tests.measures.rows import book_of

UNTIL = date(2026, 6, 30)
END = date(2026, 1, 31)
BY = date(2026, 5, 1)  # 90 days after it: 28 of February, 31, 30 and 1


def found(portfolio: Portfolio, until: date = UNTIL) -> list[tuple[str, date | None, str]]:
    rows = losses(portfolio, until)
    assert dict(rows.schema) == SCHEMA
    return rows.rows()


def contract(start: date = date(2025, 2, 1), end: date | None = END, **more: Any) -> dict[str, Any]:
    return {"account_id": "a", "start": start, "end": end} | more


def test_nothing_happened() -> None:
    assert found(book_of(accounts=[{"account_id": "a"}], contracts=[contract(end=None)])) == []


@pytest.mark.parametrize(
    ("account", "contracts", "expected"),
    [
        ({"notice_given_on": UNTIL}, [], (UNTIL, "notice_given")),
        ({"notice_given_on": UNTIL + timedelta(days=1)}, [], None),
        ({"lost_on": UNTIL}, [], (UNTIL, "lost")),
        ({"lost_on": UNTIL + timedelta(days=1)}, [], None),
        ({}, [contract(end=None, notice_given_on=date(2026, 3, 1))], (date(2026, 3, 1), "notice_given")),
        ({"lost_on": date(2026, 4, 1), "notice_given_on": date(2026, 3, 1)}, [], (date(2026, 3, 1), "notice_given")),
        ({"lost_on": date(2026, 4, 1)}, [contract()], (END, "contract_ended")),
        ({"lost_on": END}, [contract(notice_given_on=END)], (END, "notice_given")),  # of the same day, the sign that came first
        ({"status": "lost"}, [], (None, "lost")),
        ({"status": "lost"}, [contract()], (END, "contract_ended")),
        ({"status": "prospect", "lost_on": END}, [], None),
        ({"internal": True, "lost_on": END}, [], None),
    ],
)
def test_the_earliest_sign_of_a_loss_counts(account: dict[str, Any], contracts: list[dict[str, Any]], expected: tuple | None) -> None:
    rows = found(book_of(accounts=[{"account_id": "a"} | account], contracts=contracts))
    assert rows == ([] if expected is None else [("a", *expected)])


@pytest.mark.parametrize(
    ("contracts", "ended"),
    [
        ([contract()], True),
        ([contract(), contract(start=BY, end=None)], False),
        ([contract(), contract(start=BY + timedelta(days=1), end=None)], True),
        ([contract(), contract(start=END, end=END + timedelta(days=1))], False),  # what followed is over a day later: lost then
        ([contract(), contract(end=None)], False),  # begun on the same day
        ([contract(), contract()], True),  # both over on the same day
        ([contract(), contract(start=date(2025, 5, 1), end=date(2025, 9, 1))], True),  # over before: no successor
        ([contract(), contract(start=date(2025, 5, 1), end=None)], False),  # one that ran along and goes on
        ([contract(), contract(start=BY, kind="fixed_price", end=UNTIL)], False),  # of whatever kind
        ([contract(), contract(start=BY, account_id="b", end=None)], True),
        ([contract(auto_renew=True)], False),
        ([contract(auto_renew=True, notice_given_on=date(2026, 12, 1))], False),  # notice that nobody knows yet
        ([contract(kind="fixed_price")], False),  # delivered
        ([contract(kind="fixed_price", notice_days=30)], True),
        ([contract(kind="time_materials")], True),
        ([contract(end=None)], False),
    ],
)
def test_an_account_is_lost_with_a_contract_where_nothing_follows_within_90_days(contracts: list[dict[str, Any]], ended: bool) -> None:
    assert (("a", END, "contract_ended") in found(book_of(contracts=contracts))) == ended


def test_an_end_is_no_loss_before_90_days_are_over() -> None:
    book = book_of(contracts=[contract()])
    assert (found(book, BY - timedelta(days=1)), found(book, BY)) == ([], [("a", END, "contract_ended")])


def test_losses_come_in_order_and_those_of_no_known_day_last() -> None:
    book = book_of(accounts=[
        {"account_id": "d", "status": "lost"}, {"account_id": "c", "lost_on": date(2026, 1, 2)},
        {"account_id": "b", "lost_on": date(2026, 1, 1)}, {"account_id": "a", "lost_on": date(2026, 1, 2)},
    ])  # fmt: skip
    assert [row[0] for row in found(book)] == ["b", "a", "c", "d"]


SPANS = st.tuples(
    st.sampled_from(["a", "b"]), st.integers(0, 700), st.none() | st.integers(0, 400), st.booleans(), st.none() | st.integers(0, 900),
    st.sampled_from(["retainer", "fixed_price"]), st.none() | st.integers(0, 60),
)  # fmt: skip


@given(st.lists(SPANS, max_size=10))
@settings(max_examples=100, deadline=None)
def test_ends_without_successor_are_those_found_contract_by_contract(spans: list[tuple]) -> None:
    zero = UNTIL - timedelta(days=800)
    contracts = [
        {"contract_id": str(number), "account_id": of, "start": zero + timedelta(days=start), "auto_renew": renews, "kind": kind,
         "end": None if length is None else zero + timedelta(days=start + length), "notice_days": notice,
         "notice_given_on": None if given_on is None else zero + timedelta(days=given_on)}
        for number, (of, start, length, renews, given_on, kind, notice) in enumerate(spans)
    ]  # fmt: skip
    frame = book_of(contracts=contracts)["contracts"].collect().filter(pl.col("start") <= UNTIL)
    expected = set()
    for one in contracts:
        end = last_day(one | {"renewal_months": None}, UNTIL)
        delivered = one["kind"] == "fixed_price" and one["notice_days"] is None and not one["auto_renew"]
        if end is None or delivered or end + timedelta(days=90) > UNTIL:
            continue
        others = [other for other in contracts if other is not one and other["account_id"] == one["account_id"]]
        if not any(
            other["start"] <= end + timedelta(days=90) and (last_day(other | {"renewal_months": None}, UNTIL) or date.max) > end
            for other in others
        ):
            expected.add((one["contract_id"], end))
    assert set(ended_without_successor(frame, UNTIL).select("contract_id", "end").rows()) == expected


# What was at stake


def invoices(**more: Any) -> list[dict[str, Any]]:
    return [{"account_id": "a", "issued": day, "amount": amount} | more for day, amount in ((date(2025, 7, 1), 100.0), (UNTIL, 50.0))]


def worth(portfolio: Portfolio, *days: date, basis: Basis = "invoiced") -> list[tuple[str, date, float | None]]:
    return at_stake(Sight(portfolio, days, basis, "EUR")).rows()


def test_the_twelve_months_to_each_day_are_at_stake() -> None:
    # The year to 30 June 2026 begins on 1 July 2025; on the day before, the invoice of 30 June is not there yet.
    book = book_of(accounts=[{"account_id": "a"}, {"account_id": "b"}], invoices=invoices())
    day_before, day_after = UNTIL - timedelta(days=1), UNTIL + timedelta(days=1)
    assert worth(book, day_before, UNTIL, day_after) == [
        ("a", day_before, 100.0), ("b", day_before, 0.0),
        ("a", UNTIL, 150.0), ("b", UNTIL, 0.0),
        ("a", day_after, 50.0), ("b", day_after, 0.0),
    ]  # fmt: skip


def test_without_a_rate_or_without_invoices_nobody_knows_what_is_at_stake() -> None:
    assert worth(book_of(invoices=invoices(currency="USD")), UNTIL) == [("a", UNTIL, None)]
    assert worth(book_of(accounts=[{"account_id": "a"}]), UNTIL) == [("a", UNTIL, None)]
    assert worth(book_of(invoices=invoices()), UNTIL, basis="earned") == [("a", UNTIL, None)]
