"""What keeps an account from green, and what it says of it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.formats import Language
from lib.health.caps import CAPS, SCHEMA, capped, caps, sentence
from lib.health.readings import Sight
from lib.measures.receivables import open_invoices
from lib.measures.terms import last_day
from lib.portfolio import Portfolio
from tests.measures.rows import book_of, first_row

TODAY = date(2026, 6, 30)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def found(portfolio: Portfolio, *days: date, minimum: float = 0, base: str = "EUR") -> pl.DataFrame:
    return caps(Sight(portfolio, days or (TODAY,), "invoiced", base), minimum)


def kinds(portfolio: Portfolio, minimum: float = 0) -> list[str]:
    return found(portfolio, minimum=minimum)["cap"].to_list()


def days_capped(portfolio: Portfolio, first: int, last: int) -> list[int]:
    """Of the days from `first` to `last` ago, asked for at once, those on which account a is capped."""
    days = [ago(back) for back in range(first, last - 1, -1)]
    return [(TODAY - day).days for day in found(portfolio, *days)["day"]]


def said(portfolio: Portfolio, language: str = "en") -> str:
    return sentence(first_row(found(portfolio)), Language(language), TODAY, "EUR").replace("\N{NO-BREAK SPACE}", " ")


def test_an_account_without_rows_is_not_capped() -> None:
    rows = found(book_of(accounts=[{"account_id": "a"}]))
    assert rows.height == 0
    assert dict(rows.schema) == SCHEMA


@pytest.mark.parametrize(
    "account",
    [{"internal": True}, {"status": "prospect"}, {"status": "lost"}, {"lost_on": TODAY}, {"since": ago(-1)}],
    ids=["internal", "prospect", "lost", "lost today", "client from tomorrow"],
)
def test_an_account_without_a_score_is_not_capped(account: dict[str, Any]) -> None:
    assert kinds(book_of(accounts=[{"account_id": "a", "notice_given_on": ago(5)} | account])) == []


# Notice


def test_notice_of_the_account_holds_from_its_day_on() -> None:
    assert days_capped(book_of(accounts=[{"account_id": "a", "notice_given_on": ago(2)}]), 4, 0) == [2, 1, 0]


def test_notice_of_a_contract_holds_until_its_last_day() -> None:
    contract = {"account_id": "a", "start": ago(300), "end": ago(1), "notice_given_on": ago(3)}
    assert days_capped(book_of(contracts=[contract]), 5, 0) == [3, 2, 1]


def test_notice_of_a_contract_that_renews_holds_until_the_term_it_was_in_time_for() -> None:
    # Terms end on 31 May and 30 June; notice of 30 days was due by 1 May and 31 May. Given on 2 May, it ends that of 30 June.
    contract = {
        "account_id": "a", "start": date(2026, 5, 1), "end": date(2026, 5, 31), "auto_renew": True, "renewal_months": 1, "notice_days": 30,
        "notice_given_on": date(2026, 5, 2),
    }  # fmt: skip
    asked = (date(2026, 5, 1), date(2026, 5, 2), date(2026, 6, 30), date(2026, 7, 1))
    assert found(book_of(contracts=[contract]), *asked)["day"].to_list() == [date(2026, 5, 2), date(2026, 6, 30)]


def test_the_earliest_notice_is_named_with_its_contract() -> None:
    contracts = [
        {"contract_id": name, "account_id": "a", "start": ago(300), "notice_given_on": ago(days)} for name, days in (("K1", 3), ("K2", 9))
    ]
    assert said(book_of(contracts=contracts)) == "Notice was given on 21 Jun for contract K2."
    assert said(book_of(accounts=[{"account_id": "a", "notice_given_on": ago(9)}], contracts=contracts)) == "Notice was given on 21 Jun."


# Sponsor


def sponsor(**more: Any) -> dict[str, Any]:
    return {"account_id": "a", "name": "Nora", "role": "sponsor"} | more


@pytest.mark.parametrize(
    ("contacts", "expected"),
    [
        ([sponsor(left_on=ago(2))], [2, 1, 0]),
        ([sponsor(left_on=ago(2), active=False)], [2, 1, 0]),
        ([sponsor(left_on=ago(-1), active=False)], []),  # leaves tomorrow
        ([sponsor(active=False)], [4, 3, 2, 1, 0]),  # no longer active, since when nobody knows
        ([sponsor(active=None)], []),
        ([sponsor(active=True)], []),
        ([sponsor(left_on=ago(2), role="decision_maker")], []),
        ([sponsor(left_on=ago(3)), sponsor(name="Otto", since=ago(1))], [3, 2]),  # replaced after two days
        ([sponsor(left_on=ago(3)), sponsor(name="Otto", left_on=ago(1))], [1, 0]),
        ([sponsor(left_on=ago(3)), sponsor(name="Otto", active=False)], [3, 2, 1, 0]),
        ([sponsor(left_on=ago(3)), sponsor(name="Otto", active=None)], []),
        ([sponsor(left_on=ago(3)), sponsor(name="Otto", account_id="b")], [3, 2, 1, 0]),
        ([sponsor(left_on=ago(3)), sponsor(name="Otto", role=None)], [3, 2, 1, 0]),
        ([sponsor(since=ago(2), active=False)], [2, 1, 0]),
        ([], []),
    ],
)
def test_a_sponsor_gone_caps_while_no_other_is_there(contacts: list[dict[str, Any]], expected: list[int]) -> None:
    assert days_capped(book_of(contacts=contacts, accounts=[{"account_id": "a"}]), 4, 0) == expected


def test_the_last_sponsor_to_leave_is_named_and_one_without_a_day_in_other_words() -> None:
    left = [sponsor(left_on=ago(300), name="First"), sponsor(left_on=ago(3), name="Last"), sponsor(active=False, name="Undated")]
    assert said(book_of(contacts=left)) == "The sponsor, Last, left on 27 Jun and is not replaced."
    assert said(book_of(contacts=left[2:])) == "The sponsor, Undated, is no longer active and is not replaced."


# Invoices


def invoice(days_late: int, **more: Any) -> dict[str, Any]:
    return {"invoice_id": "F1", "account_id": "a", "amount": 100.0, "issued": ago(days_late + 30), "due": ago(days_late)} | more


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([invoice(60)], []),
        ([invoice(61)], [0]),
        ([invoice(63)], [2, 1, 0]),
        ([invoice(63, paid_on=ago(0))], [2, 1]),
        ([invoice(63, paid_on=ago(-1))], [2, 1, 0]),  # paid tomorrow
        ([invoice(63, paid_on=ago(1), paid_amount=40.0)], [2, 1, 0]),  # 60 of it still open
        ([invoice(63, paid_amount=100.0)], []),  # paid, when nobody knows
        ([invoice(63, status="void")], []),
        ([invoice(63, status=None)], [2, 1, 0]),  # whether it was void was not known
        ([invoice(63, status="disputed")], [2, 1, 0]),
        ([invoice(63, kind="credit_note")], []),
        ([invoice(63, issued=ago(1))], [1, 0]),  # issued long after it was due
    ],
)
def test_an_invoice_caps_from_61_days_late_until_it_is_paid(rows: list[dict[str, Any]], expected: list[int]) -> None:
    assert days_capped(book_of(invoices=rows, accounts=[{"account_id": "a"}]), 4, 0) == expected


def test_only_more_than_the_minimum_counts_with_tax_and_less_what_was_paid() -> None:
    rows = book_of(invoices=[invoice(70, tax=21.0, paid_on=ago(5), paid_amount=20.0)])  # 121 − 20 = 101
    assert kinds(rows, minimum=101.0) == []
    assert kinds(rows, minimum=100.99) == ["invoice_overdue"]


def test_the_minimum_is_in_the_base_currency_and_an_amount_without_a_rate_is_no_relief() -> None:
    rates = [{"currency": "USD", "date": ago(20), "rate": 0.5}]
    dollars = book_of(invoices=[invoice(70, currency="USD")], fx_rates=rates)
    assert kinds(dollars, minimum=50.0) == []
    assert first_row(found(dollars, minimum=49.0))["money"] == 50.0
    unrated = book_of(invoices=[invoice(70, currency="USD")])
    assert (kinds(unrated, minimum=1e9), said(unrated)) == (["invoice_overdue"], "Invoice F1 is 70 days late.")


def test_the_invoice_furthest_past_due_over_the_minimum_is_named_and_a_dispute_said() -> None:
    rows = book_of(invoices=[
        invoice(70), invoice(90, invoice_id="F2", status="disputed"), invoice(99, invoice_id="F3", amount=10.0),
    ])  # fmt: skip
    row = first_row(found(rows, minimum=10.0))
    assert (row["what"], row["on"], row["days"], row["money"], row["disputed"]) == ("F2", ago(90), 90, 100.0, True)
    assert said(book_of(invoices=[invoice(90, status="disputed")])) == "Invoice F1, which the client disputes, is 90 days late (€100)."


# Issues


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, [2, 1, 0]),
        ({"impact": 4}, []),
        ({"impact": None}, []),
        ({"kind": "risk", "probability": 5}, []),
        ({"closed_on": ago(1), "status": "closed"}, [2]),
        ({"closed_on": ago(-1), "status": "open"}, [2, 1, 0]),
        ({"status": "closed"}, []),
        ({"status": None}, []),  # not known then
    ],
)
def test_an_issue_of_the_highest_impact_caps_while_it_is_open(more: dict[str, Any], expected: list[int]) -> None:
    risks = [{"account_id": "a", "opened": ago(2)} | more]
    assert days_capped(book_of(risks=risks), 4, 0) == expected


def test_the_oldest_issue_is_named() -> None:
    risks = [{"account_id": "a", "opened": ago(days), "title": title} for days, title in ((2, "Young"), (9, "Old"))]
    assert said(book_of(risks=risks)) == "An issue of the highest impact is open since 21 Jun: Old."


# All of them


def test_several_caps_come_in_their_order_and_become_flags() -> None:
    rows = found(
        book_of(
            accounts=[{"account_id": "a"}, {"account_id": "b", "notice_given_on": ago(0)}],
            invoices=[invoice(61)],
            contacts=[sponsor(left_on=ago(1))],
            risks=[{"account_id": "b", "opened": ago(0)}],
        ),
        ago(1), ago(0),
    )  # fmt: skip
    assert rows.select("account_id", "day", "cap").rows() == [
        ("a", ago(1), "sponsor_left"), ("a", ago(0), "sponsor_left"), ("a", ago(0), "invoice_overdue"),
        ("b", ago(0), "notice_given"), ("b", ago(0), "open_issue"),
    ]  # fmt: skip
    assert capped(rows, [ago(1), ago(0)], ["x", "b", "a"]).tolist() == [[False, False, True], [False, True, True]]
    assert capped(rows, [ago(9)], ["a"]).tolist() == [[False]]


def test_names_from_data_are_quoted_and_every_sentence_has_its_facts() -> None:
    row = {"cap": "open_issue", "who": None, "what": "*x*", "on": ago(1), "days": None, "money": None, "disputed": False}
    assert sentence(row, Language("en"), TODAY, "EUR", quote=lambda text: f"<{text}>").endswith(": <*x*>.")
    for cap in CAPS.values():
        for message in (cap.sentence, cap.disputed, cap.without[1] if cap.without else ""):
            message.format(who="", what="", day="", days="", money="")


OFFSETS = st.none() | st.integers(-40, 200)
BOOKS = st.fixed_dictionaries(
    {
        "accounts": st.lists(st.tuples(OFFSETS, OFFSETS), min_size=3, max_size=3),
        "contracts": st.lists(
            st.tuples(st.integers(0, 2), st.integers(60, 400), OFFSETS, OFFSETS, st.booleans(), st.integers(1, 3)), max_size=6
        ),
        "contacts": st.lists(st.tuples(st.integers(0, 2), OFFSETS, OFFSETS, st.none() | st.booleans()), max_size=6),
        "invoices": st.lists(
            st.tuples(st.integers(0, 2), st.integers(0, 250), OFFSETS, st.none() | st.sampled_from([0.0, 60.0, 100.0, 130.0]),
                      st.sampled_from(["EUR", "USD", "GBP"]), st.sampled_from(["sent", "disputed", "void", None])),
            max_size=8,
        ),
        "risks": st.lists(
            st.tuples(st.integers(0, 2), st.integers(-40, 200), OFFSETS, st.sampled_from(["open", "closed", None])), max_size=4
        ),
    }
)  # fmt: skip


def day_of(offset: int | None) -> date | None:
    return None if offset is None else ago(offset)


def any_book(rows: dict[str, list[tuple]]) -> Portfolio:
    names = ["a", "b", "c"]
    return book_of(
        accounts=[
            {"account_id": name, "notice_given_on": day_of(given_on), "lost_on": day_of(lost)}
            for name, (given_on, lost) in zip(names, rows["accounts"], strict=True)
        ],
        contracts=[
            {"account_id": names[of], "start": ago(start), "end": day_of(end), "notice_given_on": day_of(given_on), "auto_renew": renews,
             "renewal_months": months, "notice_days": 30}
            for of, start, end, given_on, renews, months in rows["contracts"] if end is None or end <= start
        ],
        contacts=[
            sponsor(account_id=names[of], since=day_of(since), left_on=day_of(left), active=active)
            for of, since, left, active in rows["contacts"]
        ],
        invoices=[
            {"invoice_id": f"F{number}", "account_id": names[of], "issued": ago(issued), "due": ago(issued - 30), "amount": 100.0,
             "paid_on": day_of(paid), "paid_amount": amount, "currency": currency, "status": status}
            for number, (of, issued, paid, amount, currency, status) in enumerate(rows["invoices"])
        ],
        risks=[{"account_id": names[of], "opened": ago(opened), "closed_on": day_of(closed), "status": status}
               for of, opened, closed, status in rows["risks"]],
        fx_rates=[{"currency": "USD", "date": ago(days), "rate": rate} for days, rate in ((180, 0.9), (60, 0.4), (20, 0.7))],
    )  # fmt: skip


@given(BOOKS, st.sets(st.integers(-30, 190), min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_several_days_are_what_each_alone_gives(rows: dict[str, list[tuple]], backs: set[int]) -> None:
    portfolio = any_book(rows)
    days = sorted(ago(back) for back in backs)
    together = found(portfolio, *days, minimum=45.0)
    alone = pl.concat([found(portfolio, day, minimum=45.0) for day in days])
    assert together.rows() == alone.rows()


@given(BOOKS, st.integers(-30, 190))
@settings(max_examples=60, deadline=None)
def test_accounts_are_capped_as_row_by_row(rows: dict[str, list[tuple]], back: int) -> None:
    portfolio, day = any_book(rows), ago(back)
    tables = {name: portfolio[name].collect().rows(named=True) for name in ("accounts", "contracts", "contacts", "risks")}
    expected: set[tuple[str, str]] = set()
    for account in tables["accounts"]:
        name = account["account_id"]
        own = {table: [row for row in rows if row["account_id"] == name] for table, rows in tables.items()}
        if account["lost_on"] and account["lost_on"] <= day:
            continue
        noticed = [account, *(one for one in own["contracts"] if (last_day(one, day) or date.max) >= day)]
        if any(one["notice_given_on"] and one["notice_given_on"] <= day for one in noticed):
            expected.add((name, "notice_given"))
        sponsors = [one for one in own["contacts"] if not one["since"] or one["since"] <= day]
        gone = [one["left_on"] <= day if one["left_on"] else one["active"] is False for one in sponsors]
        if sponsors and all(gone):
            expected.add((name, "sponsor_left"))
        for one in own["risks"]:
            if one["opened"] <= day and (one["closed_on"] > day if one["closed_on"] else one["status"] == "open"):
                expected.add((name, "open_issue"))
        for one in open_invoices(portfolio, day, "EUR").filter(account_id=name).rows(named=True):
            if one["days_late"] > 60 and (one["open"] is None or one["open"] > 45):
                expected.add((name, "invoice_overdue"))
    assert set(found(portfolio, day, minimum=45.0).select("account_id", "cap").rows()) == expected
