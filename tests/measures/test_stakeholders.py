"""Who is known and met at each account, and which accounts hang on one person."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from lib.measures.stakeholders import single_threaded, stakeholders, threads
from lib.portfolio import Portfolio
from tests.measures.rows import book_of, first_row

AS_OF = date(2026, 6, 30)


def ago(days: int) -> date:
    return AS_OF - timedelta(days)


def person(name: str, **more: Any) -> dict[str, Any]:
    return {"contact_id": name, "account_id": "a", "name": name, "active": True} | more


def met(days: int, *who: str, **more: Any) -> dict[str, Any]:
    return {"account_id": "a", "date": ago(days), "contact_ids": list(who)} | more


def thread(*contacts: dict[str, Any], touchpoints: list[dict[str, Any]], **tables: Any) -> dict[str, Any]:
    rows = threads(book_of(contacts=list(contacts), touchpoints=touchpoints, **tables), AS_OF)
    return first_row(rows.filter(pl.col("account_id") == "a"))


def test_the_last_real_contact_of_each_person() -> None:
    book = book_of(
        contacts=[person("ana", role="sponsor"), person("bo"), person("cy")],
        touchpoints=[met(40, "ana", "bo"), met(12, "ana", kind="call"), met(2, "ana", "cy", kind="email"), met(-1, "cy")],
    )
    rows = stakeholders(book, AS_OF).select("name", "role", "last_contact", "days", "reached").rows()
    # An email is no real contact, and tomorrow's meeting has not been.
    assert rows == [("ana", "sponsor", ago(12), 12, True), ("bo", None, ago(40), 40, True), ("cy", None, None, None, False)]


@pytest.mark.parametrize(("days", "reached"), [(90, True), (91, False)])
def test_reached_is_within_ninety_days(days: int, reached: bool) -> None:
    rows = stakeholders(book_of(contacts=[person("ana")], touchpoints=[met(days, "ana"), met(5, "nobody")]), AS_OF)
    assert rows["reached"].to_list() == [reached]


@pytest.mark.parametrize(
    ("more", "active"),
    [
        ({}, True), ({"active": False}, False), ({"left_on": AS_OF}, False), ({"left_on": AS_OF + timedelta(1)}, True),
        ({"active": None}, None), ({"active": None, "left_on": AS_OF}, False),
    ],
)  # fmt: skip
def test_active_is_not_left_and_not_marked_so(more: dict[str, Any], active: bool | None) -> None:
    rows = stakeholders(book_of(contacts=[person("ana", **more)], touchpoints=[met(5, "ana")]), AS_OF)
    assert rows["active"].to_list() == [active]


def test_people_known_later_are_not_known_yet() -> None:
    assert stakeholders(book_of(contacts=[person("ana", since=AS_OF + timedelta(1))]), AS_OF).is_empty()


@pytest.mark.parametrize(
    ("people", "meetings", "single"),
    [
        ([person("ana"), person("bo")], [met(5, "ana", "bo")], False),
        ([person("ana"), person("bo")], [met(5, "ana"), met(91, "bo")], True),
        ([person("ana"), person("bo")], [met(5, "ana"), met(90, "bo")], False),
        ([person("ana"), person("bo", active=False)], [met(5, "ana", "bo")], True),
        ([person("ana"), person("bo", left_on=ago(1))], [met(5, "ana", "bo")], True),
        ([person("ana"), person("bo")], [met(5, "ana"), met(5, "bo", kind="email")], True),
        ([person("ana")], [], True),
    ],
)
def test_single_threaded_is_at_most_one_active_person_met(people: Any, meetings: Any, single: bool) -> None:
    assert thread(*people, touchpoints=[*meetings, {"account_id": "b", "date": ago(3)}])["single_threaded"] is single


@pytest.mark.parametrize(
    ("people", "meetings", "why"),
    [
        ([], [met(5, "ana")], "no_contacts"),
        ([person("ana")], [met(61, "ana")], "no_touchpoints"),
        ([person("ana")], [met(5)], "unnamed"),
        ([person("ana"), person("bo", active=None)], [met(5, "ana", "bo")], "not_known"),
        ([person("ana", active=None)], [met(5, "ana")], None),  # one at most, whoever is still there
        ([person("ana"), person("bo"), person("cy", active=None)], [met(5, "ana", "bo", "cy")], None),
        ([person("ana")], [met(5, "ana"), met(4)], None),
    ],
)
def test_what_cannot_be_told_says_why_and_is_no_verdict(people: Any, meetings: Any, why: str | None) -> None:
    found = thread(*people, touchpoints=meetings, accounts=[{"account_id": "a"}])
    assert found["why"] == why
    assert (found["single_threaded"] is None) is (why is not None)


def test_a_person_who_left_is_not_counted_among_the_known() -> None:
    found = thread(person("ana"), person("bo", active=False), person("cy", active=None), touchpoints=[met(5, "ana")])
    assert (found["contacts"], found["active"], found["met"], found["days"]) == (2, 1, 1, 5)


def test_prospects_lost_clients_and_the_own_house_are_no_accounts_to_lose() -> None:
    accounts = [
        {"account_id": "own", "internal": True}, {"account_id": "gone", "lost_on": AS_OF}, {"account_id": "new", "status": "prospect"},
        {"account_id": "stays", "lost_on": AS_OF + timedelta(1)},
    ]  # fmt: skip
    assert threads(book_of(accounts=accounts), AS_OF)["account_id"].to_list() == ["stays"]


def test_the_revenue_that_hangs_on_one_person_in_total() -> None:
    def with_people(*names: str) -> Portfolio:
        contacts = [person(f"{account}-{name}", account_id=account) for account, name in zip("aabbc", names, strict=True)]
        meetings = [met(5, "a-ana", "a-bo"), met(5, "b-ana", account_id="b"), met(5, account_id="c")]
        return book_of(contacts=contacts, touchpoints=meetings)

    rows = threads(with_people("ana", "bo", "ana", "bo", "ana"), AS_OF)
    revenue = pl.DataFrame({"account_id": ["a", "b", "c"], "agi": [500.0, 300.0, 200.0]})
    found = single_threaded(rows, revenue)
    # a is met by two; b by one: 300 of 1 000; of c nobody knows who was met: 200.
    assert (found.accounts["account_id"].to_list(), found.agi, found.share) == (["b"], 300, 0.3)
    assert (found.unknown, found.unknown_agi) == (1, 200)
    below = single_threaded(rows, revenue.with_columns(agi=-pl.col("agi")))
    assert (below.agi, below.share) == (0, None)
