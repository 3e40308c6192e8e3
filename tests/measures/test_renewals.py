"""Until when notice can be given, of contracts that end, renew by themselves, or were given notice."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.measures.renewals import notice_dates, notice_dates_on
from lib.measures.terms import last_day, term_ends
from tests.measures.rows import book_of, first_row

AS_OF = date(2026, 6, 30)


def contract(start: date, end: date | None, **more: Any) -> dict[str, Any]:
    return {"contract_id": "k", "account_id": "a", "start": start, "end": end} | more


def notices(*contracts: dict[str, Any], as_of: date = AS_OF, **tables: Any) -> pl.DataFrame:
    return notice_dates(book_of(contracts=list(contracts), **tables), as_of)


YEAR = (date(2026, 1, 1), date(2026, 12, 31))


def test_notice_is_due_its_days_before_the_end():
    row = first_row(notices(contract(*YEAR, notice_days=90)))
    assert row["notice_date"] == date(2026, 10, 2)  # 31 December less 90 days: 29 left in October after 31 + 30
    assert (row["end"], row["without_notice_days"], row["renewed"]) == (date(2026, 12, 31), False, False)


def test_without_notice_days_the_end_stands_in_and_says_so():
    row = first_row(notices(contract(*YEAR)))
    assert (row["notice_date"], row["without_notice_days"]) == (date(2026, 12, 31), True)
    assert not first_row(notices(contract(*YEAR, notice_days=0)))["without_notice_days"]


@pytest.mark.parametrize(("end", "listed"), [(AS_OF - timedelta(days=1), 0), (AS_OF, 1), (None, 0)])
def test_only_contracts_with_an_end_that_is_not_behind_us_are_listed(end: date | None, listed: int):
    assert notices(contract(date(2025, 1, 1), end)).height == listed


@pytest.mark.parametrize(
    ("start", "signed_on", "listed"),
    [
        (AS_OF, None, 1),
        (AS_OF + timedelta(days=1), None, 0),
        (AS_OF + timedelta(days=60), AS_OF, 1),  # signed today, begins later
        (AS_OF + timedelta(days=60), AS_OF + timedelta(days=1), 0),
    ],
)
def test_a_contract_is_known_once_it_is_signed_or_has_begun(start: date, signed_on: date | None, listed: int):
    assert notices(contract(start, date(2027, 6, 30), signed_on=signed_on)).height == listed


@pytest.mark.parametrize(
    ("as_of", "end", "notice", "renewed"),
    [
        # Ends 31 August with 60 days' notice, due on 2 July.
        (date(2026, 7, 1), date(2026, 8, 31), date(2026, 7, 2), False),
        (date(2026, 7, 2), date(2026, 8, 31), date(2026, 7, 2), False),  # the last day to give it
        (date(2026, 7, 3), date(2027, 8, 31), date(2027, 7, 2), True),  # passed: the next year's date counts
        (date(2028, 7, 3), date(2029, 8, 31), date(2029, 7, 2), True),  # and again, three terms on
    ],
)
def test_a_notice_date_that_passed_rolls_to_the_next_term(as_of: date, end: date, notice: date, renewed: bool):
    row = first_row(notices(contract(date(2025, 9, 1), date(2026, 8, 31), notice_days=60, auto_renew=True), as_of=as_of))
    assert (row["end"], row["notice_date"], row["renewed"]) == (end, notice, renewed)


def test_a_contract_that_does_not_renew_keeps_its_passed_notice_date_until_it_ends():
    row = first_row(notices(contract(date(2025, 9, 1), date(2026, 8, 31), notice_days=90)))
    assert (row["notice_date"], row["renewed"]) == (date(2026, 6, 2), False)


@pytest.mark.parametrize(
    ("end", "months", "as_of", "next_end"),
    [
        # The first term ends 30 January, so the next begin on the 31st, or on the last day of a shorter month.
        (date(2026, 1, 30), 1, date(2026, 2, 1), date(2026, 2, 27)),
        (date(2026, 1, 30), 1, date(2026, 2, 28), date(2026, 3, 30)),
        (date(2026, 1, 30), 1, date(2026, 3, 31), date(2026, 4, 29)),
        (date(2026, 1, 31), 1, date(2026, 2, 1), date(2026, 2, 28)),
        (date(2026, 1, 31), 1, date(2026, 3, 1), date(2026, 3, 31)),
        (date(2026, 2, 28), 12, date(2026, 3, 1), date(2027, 2, 28)),
        (date(2027, 2, 28), 12, date(2027, 3, 1), date(2028, 2, 29)),
    ],
)
def test_terms_keep_to_the_ends_of_months(end: date, months: int, as_of: date, next_end: date):
    row = first_row(notices(contract(date(2025, 1, 1), end, auto_renew=True, renewal_months=months), as_of=as_of))
    assert row["end"] == next_end


def test_without_renewal_months_the_next_term_is_as_long_as_the_first():
    half_year = contract(date(2025, 10, 1), date(2026, 3, 31), auto_renew=True)
    assert first_row(notices(half_year))["end"] == date(2026, 9, 30)


def test_notice_given_is_shown_once_it_is_a_fact():
    row = contract(*YEAR, notice_days=30, notice_given_on=AS_OF)
    assert first_row(notices(row))["notice_given_on"] == AS_OF
    assert first_row(notices(row, as_of=AS_OF - timedelta(days=1)))["notice_given_on"] is None


def test_notice_in_a_renewed_term_ends_that_term():
    # First term 2024, renewed for 2025 and 2026; notice in March 2026 ends it on 31 December 2026.
    row = contract(date(2024, 1, 1), date(2024, 12, 31), notice_days=90, auto_renew=True, notice_given_on=date(2026, 3, 1))
    shown = first_row(notices(row))
    assert (shown["end"], shown["notice_given_on"], shown["renewed"]) == (date(2026, 12, 31), date(2026, 3, 1), True)
    assert notices(row, as_of=date(2027, 1, 1)).height == 0


@pytest.mark.parametrize(
    ("more", "listed"),
    [
        ({"status": "lost", "lost_on": AS_OF}, 0),
        ({"status": "lost"}, 0),
        ({"status": "lost", "lost_on": AS_OF + timedelta(days=1)}, 1),
        ({"status": None}, 1),
        ({"status": "paused"}, 1),
        ({"internal": True}, 0),
    ],
)
def test_lost_and_internal_accounts_have_nothing_to_renew(more: dict[str, Any], listed: int):
    rows = notices(contract(*YEAR, auto_renew=True), accounts=[{"account_id": "a"} | more])
    assert rows.height == listed


@pytest.mark.parametrize(
    ("more", "listed"), [({}, 0), ({"notice_days": 30}, 1), ({"auto_renew": True}, 1), ({"auto_renew": False}, 0)]
)
def test_a_fixed_price_that_is_only_delivered_has_nothing_to_renew(more: dict[str, Any], listed: int):
    assert notices(contract(*YEAR, kind="fixed_price", **more)).height == listed


@pytest.mark.parametrize(
    ("opportunity", "open_"),
    [
        ({"contract_id": "k"}, True),
        ({}, True),  # of the account, naming no contract
        ({"contract_id": "another"}, False),
        ({"account_id": "b"}, False),
        ({"kind": "upsell"}, False),
        ({"status": "lost"}, False),
        ({"created_on": AS_OF}, True),
        ({"created_on": AS_OF + timedelta(days=1)}, False),
        ({"status": "won", "closed_on": AS_OF}, False),
        ({"status": "won", "closed_on": AS_OF + timedelta(days=1)}, True),  # it was still open that day
        ({"status": "open", "closed_on": AS_OF}, False),
    ],
)
def test_a_renewal_is_open_if_an_open_opportunity_says_so(opportunity: dict[str, Any], open_: bool):
    rows = notices(contract(*YEAR), opportunities=[{"account_id": "a"} | opportunity])
    assert first_row(rows)["renewal_open"] is open_


def test_the_soonest_notice_comes_first():
    rows = notices(
        contract(*YEAR, contract_id="late"), contract(*YEAR, contract_id="soon", notice_days=100), contract(*YEAR, contract_id="early")
    )
    assert rows["contract_id"].to_list() == ["soon", "early", "late"]


# The last day of a contract

RENEWING = contract(date(2025, 1, 1), date(2025, 12, 31), notice_days=30, auto_renew=True, renewal_months=12, notice_given_on=None)


@pytest.mark.parametrize(
    ("given_on", "as_of", "expected"),
    [
        (None, date(2030, 1, 1), None),
        (date(2025, 12, 1), date(2025, 11, 30), None),  # not given yet
        (date(2025, 12, 1), date(2025, 12, 1), date(2025, 12, 31)),  # on the last day for it
        (date(2025, 12, 2), date(2025, 12, 2), date(2026, 12, 31)),  # a day late
        (date(2027, 6, 1), date(2027, 6, 1), date(2027, 12, 31)),
    ],
)
def test_notice_ends_the_first_term_it_is_in_time_for(given_on: date | None, as_of: date, expected: date | None):
    assert last_day(RENEWING | {"notice_given_on": given_on}, as_of) == expected


def test_a_contract_that_does_not_renew_ends_at_its_end_and_an_open_one_never():
    assert last_day(RENEWING | {"auto_renew": None, "notice_given_on": date(2025, 1, 1)}, AS_OF) == date(2025, 12, 31)
    assert last_day(RENEWING | {"end": None, "notice_given_on": date(2025, 1, 1)}, AS_OF) is None


@given(st.dates(date(2020, 1, 1), date(2026, 1, 1)), st.integers(0, 700), st.integers(1, 24), st.integers(0, 180), st.integers(0, 3000))
def test_the_notice_date_of_a_renewing_contract_is_the_next_one_to_come(start: date, days: int, months: int, notice: int, later: int):
    end = start + timedelta(days=days)
    as_of = start + timedelta(days=later)
    row = contract(start, end, notice_days=notice, auto_renew=True, renewal_months=months)
    shown = first_row(notices(row, as_of=as_of))
    assert shown["notice_date"] >= as_of
    assert shown["end"] >= end
    assert not shown["renewed"] or (shown["notice_date"] - as_of).days <= 31 * months


# Many days, and terms, at once


def term_in_force(row: dict[str, Any], day: date) -> date | None:
    """One contract, one day, term by term: the end of the term whose notice date still counts; None where it is over."""
    known = last_day(row, day)
    if known is not None:
        return known if known >= day else None
    return next(end for end in term_ends(row) if end - timedelta(days=row["notice_days"] or 0) >= day)


@settings(max_examples=60)
@given(
    st.dates(date(2020, 1, 1), date(2026, 1, 1)), st.integers(0, 700), st.one_of(st.none(), st.integers(1, 24)),
    st.one_of(st.none(), st.integers(0, 180)), st.booleans(), st.one_of(st.none(), st.integers(0, 1500)),
    st.lists(st.integers(0, 3000), min_size=1, max_size=4, unique=True),
)  # fmt: skip
def test_days_together_give_the_term_that_each_day_alone_finds(
    start: date, length: int, months: int | None, notice: int | None, auto: bool, given_after: int | None, later: list[int]
):
    given_on = None if given_after is None else start + timedelta(days=given_after)
    row = contract(
        start, start + timedelta(days=length), notice_days=notice, auto_renew=auto, renewal_months=months, notice_given_on=given_on
    )
    days = [start + timedelta(days=offset) for offset in sorted(later)]
    found = notice_dates_on(book_of(contracts=[row]), days)
    expected = [(day, end) for day in days if (end := term_in_force(row, day))]
    assert found.select("day", "end").rows() == expected


def test_a_renewal_is_open_on_its_days_alone():
    deal = {"account_id": "a", "created_on": AS_OF, "closed_on": AS_OF + timedelta(days=2), "status": "won"}
    days = [AS_OF + timedelta(days=offset) for offset in (-1, 0, 1, 2)]
    found = notice_dates_on(book_of(contracts=[contract(*YEAR)], opportunities=[deal]), days)
    assert found["renewal_open"].to_list() == [False, True, True, False]
