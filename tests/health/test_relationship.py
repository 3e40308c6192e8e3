"""How often a client is met, whom one knows there, whether a decision maker was reached, and what risk is open."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.health.relationship import NEVER_DAYS, evidence, readings
from lib.portfolio import Portfolio
from tests.health.read import Reading, as_of, assert_days_agree, assert_no_better, assert_sees_no_later_day, read, sight_of, without
from tests.health.worked_example import TODAY
from tests.health.worked_portfolio import worked_portfolio
from tests.measures.rows import book_of

DAY = date(2026, 6, 30)


def ago(days: int) -> date:
    return DAY - timedelta(days=days)


def met(days: int, *people: str, **more: Any) -> dict[str, Any]:
    return {"account_id": "a", "date": ago(days), "contact_ids": list(people) or None} | more


def person(name: str, role: str | None = "user", **more: Any) -> dict[str, Any]:
    return {"account_id": "a", "contact_id": name, "name": name, "role": role, "active": True} | more


def risk(**more: Any) -> dict[str, Any]:
    return {"account_id": "a", "kind": "risk", "probability": 2, "impact": 3, "opened": ago(10)} | more


def reading(metric: str, *, day: date = DAY, **tables: Any) -> Reading:
    tables.setdefault("accounts", [{"account_id": "a"}])
    return read(readings, book_of(**tables), day, metric)


@pytest.mark.parametrize(("metric", "value"), [("contact_days", 9), ("contacts_known", 3), ("sponsor_reached", 1), ("risk_exposure", 12)])
def test_the_worked_example(metric: str, value: float):
    assert read(readings, worked_portfolio(), TODAY, metric, "A") == Reading("known", value, None)


# Days since contact


@pytest.mark.parametrize("kind", ["meeting", "call", "workshop", "qbr"])
def test_days_since_contact_are_those_since_the_last_real_one(kind: str):
    assert reading("contact_days", touchpoints=[met(40), met(12, kind=kind), met(3, kind="email")]).value == 12


def test_a_contact_of_tomorrow_is_not_one_and_one_of_today_is_no_days_old():
    assert reading("contact_days", touchpoints=[met(-1), met(20)]).value == 20
    assert reading("contact_days", touchpoints=[met(0)]).value == 0


@pytest.mark.parametrize(("seen", "expected"), [(60, Reading("known", 100, None)), (61, Reading("missing", None, "no_touchpoints"))])
def test_silence_counts_only_where_the_book_heard_of_anybody_within_60_days(seen: int, expected: Reading):
    others = {"account_id": "b", "date": ago(seen), "kind": "email"}
    assert reading("contact_days", touchpoints=[met(100), others]) == expected


def test_a_client_never_met_in_a_book_of_meetings_is_at_the_worst():
    never = reading("contact_days", touchpoints=[{"account_id": "b", "date": ago(5)}])
    assert never == Reading("known", NEVER_DAYS, "never_contacted")
    assert reading("contact_days").state == "missing"


# Contacts known


def test_contacts_count_while_they_are_there():
    people = [
        person("here"),
        person("since_today", since=DAY),
        person("since_tomorrow", since=ago(-1)),
        person("left_today", active=False, left_on=DAY),
        person("leaves_tomorrow", active=False, left_on=ago(-1)),  # the day of leaving decides: still there
        person("inactive", active=False),
    ]
    assert reading("contacts_known", contacts=people).value == 3  # here, since today, leaves tomorrow


def test_whoever_may_have_gone_makes_the_count_missing():
    assert reading("contacts_known", contacts=[person("x"), person("y", active=None)]) == Reading("missing", None, "activity_unknown")
    gone = person("y", active=None, left_on=ago(1))
    assert reading("contacts_known", contacts=[person("x"), gone]).value == 1


@pytest.mark.parametrize(
    ("tables", "expected"),
    [
        ({}, Reading("missing", None, "no_contacts")),
        ({"contacts": [person("x", account_id="b")]}, Reading("missing", None, "no_touchpoints")),
        ({"contacts": [person("x", account_id="b", since=ago(60))]}, Reading("known", 0, None)),
        ({"contacts": [person("x", account_id="b", since=ago(61))]}, Reading("missing", None, "no_touchpoints")),
        ({"contacts": [person("x", account_id="b")], "touchpoints": [met(60, kind="email", account_id="b")]}, Reading("known", 0, None)),
    ],
)
def test_no_contacts_is_a_fact_only_where_the_book_was_kept_lately(tables: dict[str, Any], expected: Reading):
    assert reading("contacts_known", **tables) == expected


# A decision maker reached


@pytest.mark.parametrize(("role", "value"), [("sponsor", 1), ("decision_maker", 1), ("champion", 0), ("user", 0)])
def test_decision_makers_and_sponsors_are_reached(role: str, value: int):
    assert reading("sponsor_reached", contacts=[person("x", role)], touchpoints=[met(30, "x")]).value == value


@pytest.mark.parametrize(("days", "value"), [(0, 1), (90, 1), (91, 0)])
def test_reached_is_within_90_days(days: int, value: int):
    people = [person("x", "sponsor"), person("y")]
    assert reading("sponsor_reached", contacts=people, touchpoints=[met(days, "y", "x"), met(5, "y")]).value == value


def test_an_email_or_a_meeting_of_tomorrow_reaches_nobody():
    people = [person("x", "sponsor"), person("y")]
    touchpoints = [met(-1, "x"), met(4, "x", kind="email"), met(6, "y")]
    assert reading("sponsor_reached", contacts=people, touchpoints=touchpoints).value == 0


@pytest.mark.parametrize(
    ("people", "touchpoints", "expected"),
    [
        ([person("x", "sponsor")], [met(5)], ("missing", "nobody_named")),
        ([person("x", "sponsor")], [met(5, "stranger")], ("missing", "nobody_named")),
        ([person("x", None)], [met(5, "x")], ("missing", "nobody_named")),
        ([person("x"), person("y", None)], [met(5, "x", "y")], ("known", None)),  # somebody's part is known, and it decides nothing
        ([person("x", "sponsor")], [met(5, kind="email")], ("known", None)),  # nobody was met, and the book is kept
        ([person("x", "sponsor")], [met(95, "x")], ("missing", "no_touchpoints")),
        ([], [met(5, "x")], ("missing", "no_contacts")),
    ],
)
def test_where_nobody_says_who_took_part_it_is_not_known(people: list[Any], touchpoints: list[Any], expected: tuple[str, str | None]):
    found = reading("sponsor_reached", contacts=people, touchpoints=touchpoints)
    assert (found.state, found.why) == expected
    assert found.value == (0 if found.state == "known" else None)


# Open risk exposure


def test_exposure_adds_probability_times_impact_and_an_issue_counts_as_five():
    # 2·3 + 4·5 + 5·2 (issue) = 36
    risks = [risk(), risk(probability=4, impact=5), risk(kind="issue", probability=None, impact=2)]
    assert reading("risk_exposure", risks=risks).value == 36


@pytest.mark.parametrize(
    ("more", "value"),
    [
        ({"opened": DAY}, 6),
        ({"opened": ago(-1)}, None),  # raised tomorrow: no risk ever
        ({"closed_on": DAY, "status": "closed"}, 0),
        ({"closed_on": ago(-1), "status": "closed"}, 6),  # closed tomorrow
        ({"status": "closed"}, 0),  # closed on no stated day
        ({"status": None}, 6),  # not known whether it is closed
    ],
)
def test_a_risk_is_open_by_its_days(more: dict[str, Any], value: int | None):
    assert reading("risk_exposure", risks=[risk(**more)]).value == value


def test_no_open_risk_needs_a_risk_that_once_was():
    assert reading("risk_exposure", risks=[risk(account_id="b")]) == Reading("missing", None, "no_risks")
    assert reading("risk_exposure", risks=[risk(closed_on=ago(1), status="closed")]).value == 0


@pytest.mark.parametrize("column", ["probability", "impact", "kind"])
def test_an_open_risk_of_unknown_size_makes_the_exposure_missing(column: str):
    whole = book_of(risks=[risk(), risk(opened=ago(90))])
    assert read(readings, whole, DAY, "risk_exposure").value == 12
    assert read(readings, without(whole, "risks", column, [1]), DAY, "risk_exposure") == Reading("missing", None, "risk_incomplete")


# Evidence


def test_evidence_explains_its_reading():
    book = worked_portfolio()
    sight = sight_of(book, TODAY)
    contacts = evidence(sight, "A", TODAY, "contact_days")
    assert contacts.select("days", "kind", "who").rows() == [(9, "call", ["Ivo", "Mar"]), (31, "qbr", ["Sol"])]
    met = evidence(sight, "A", TODAY, "sponsor_reached")
    assert met.select("name", "role", "days", "reached").rows() == [
        ("Sol", "sponsor", 31, True), ("Ivo", "user", 9, False), ("Mar", "finance", 9, False),
    ]  # fmt: skip
    assert evidence(sight, "A", TODAY, "contacts_known")["counts"].to_list() == [True] * 3
    risks = evidence(sight, "A", TODAY, "risk_exposure")
    assert risks.select("title", "exposure").rows() == [("Data late", 12)]


def test_evidence_is_of_one_account_and_day():
    book = book_of(touchpoints=[met(3), met(-1), {"account_id": "b", "date": ago(2)}], risks=[risk(), risk(account_id="b")])
    sight = sight_of(book, ago(-10))
    assert evidence(sight, "a", DAY, "contact_days")["days"].to_list() == [3]
    assert evidence(sight, "a", DAY, "risk_exposure").height == 1


# Whatever the rows

days_ago = st.integers(-20, 130)


@st.composite
def books(draw: st.DrawFn) -> Portfolio:
    """A client's rows as they can be imported, beside another's."""
    names = ("p", "q", "r")
    people = [
        person(name, draw(st.sampled_from(["sponsor", "user"])), active=left is None, left_on=left and ago(left))
        for name, left in zip(names, draw(st.lists(st.one_of(st.none(), st.integers(-5, 5)), min_size=3, max_size=3)), strict=True)
    ]
    touchpoints = [
        met(days, *draw(st.lists(st.sampled_from(names), max_size=2, unique=True)), kind=kind)
        for days, kind in draw(st.lists(st.tuples(days_ago, st.sampled_from(["call", "email"])), max_size=4))
    ]
    risks = []
    for opened, length in draw(st.lists(st.tuples(days_ago, st.one_of(st.none(), st.integers(0, 60))), max_size=3)):
        closed = None if length is None else ago(opened - length)
        numbers = {"probability": draw(st.integers(1, 5)), "impact": draw(st.integers(1, 5))}
        risks.append(risk(opened=ago(opened), closed_on=closed, status="open" if closed is None else "closed", **numbers))
    other = {"account_id": "b", "date": ago(draw(days_ago))}
    return book_of(accounts=[{"account_id": "a"}], contacts=people, touchpoints=[*touchpoints, other], risks=risks)


# A contact of no stated day was always known: `since` is rarely kept. One who left is inactive too, so the day alone changes nothing.
LOSABLE = [
    ("contacts", "active"), ("contacts", "left_on"), ("contacts", "role"), ("touchpoints", "date"), ("touchpoints", "kind"),
    ("touchpoints", "contact_ids"), ("risks", "kind"), ("risks", "opened"), ("risks", "closed_on"), ("risks", "probability"),
    ("risks", "impact"), ("risks", "status"),
]  # fmt: skip


@settings(max_examples=40)
@given(books(), st.sampled_from(LOSABLE), st.one_of(st.none(), st.lists(st.integers(0, 3), max_size=2)))
def test_losing_cells_never_makes_a_client_look_better(book: Portfolio, cell: tuple[str, str], rows: list[int] | None):
    book = as_of(book, DAY)
    assert_no_better(readings, book, without(book, *cell, rows), DAY, (cell, rows))


@settings(max_examples=12)
@given(books())
def test_days_together_read_as_each_alone(book: Portfolio):
    assert_days_agree(readings, book, [ago(70), ago(6), ago(0), ago(-4)])


@settings(max_examples=12)
@given(books())
def test_a_day_sees_nothing_of_the_next(book: Portfolio):
    assert_sees_no_later_day(readings, book, DAY)
