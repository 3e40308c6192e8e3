"""How near the next notice date is, which way revenue goes, and whether the client's goals are on course."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.health.commercial import RENEWAL_OPEN_DAYS, evidence, readings
from lib.portfolio import Portfolio
from tests.health.read import Reading, as_of, assert_days_agree, assert_no_better, assert_sees_no_later_day, read, sight_of, without
from tests.health.worked_example import TODAY
from tests.health.worked_portfolio import worked_portfolio
from tests.measures.rows import book_of

DAY = date(2026, 6, 30)


def ago(days: int) -> date:
    return DAY - timedelta(days=days)


def contract(ends_in: int | None = 100, **more: Any) -> dict[str, Any]:
    end = None if ends_in is None else ago(-ends_in)
    row = {"contract_id": "k", "account_id": "a", "start": ago(200), "end": end, "notice_days": 30, "auto_renew": False}
    return row | ({"notice_days": None} if end is None else {}) | more


def reading(metric: str, *, day: date = DAY, **tables: Any) -> Reading:
    tables.setdefault("accounts", [{"account_id": "a"}])
    return read(readings, book_of(**tables), day, metric)


def notice(*contracts: dict[str, Any], **more: Any) -> Reading:
    return reading("notice_days", contracts=list(contracts), **more)


@pytest.mark.parametrize(("metric", "value"), [("notice_days", 96), ("revenue_trend", 1.12), ("goals_met", 0.8)])
def test_the_worked_example(metric: str, value: float):
    found = read(readings, worked_portfolio(), TODAY, metric, "A")
    assert (found.state, found.why) == ("known", None)
    assert found.value == pytest.approx(value, abs=1e-12)


# Days to the next notice date


def test_the_soonest_notice_date_counts():
    assert notice(contract(100), contract(70, contract_id="l", notice_days=10), contract(200, contract_id="m")).value == 60


@pytest.mark.parametrize(("days", "value"), [(30, 0), (29, -1), (0, -30)])
def test_a_passed_notice_date_stays_until_the_contract_ends(days: int, value: int):
    assert notice(contract(days)).value == value
    assert notice(contract(-1)) == Reading("missing", None, "no_contract_in_force")


def test_a_contract_that_renewed_by_itself_counts_with_its_next_term():
    # The term ends in 10 days and notice was due 20 days ago: the next one ends 12 months on, its notice date 30 days before.
    end = ago(-10)
    found = notice(contract(10, auto_renew=True, renewal_months=12))
    assert found.value == (date(end.year + 1, end.month, end.day) - timedelta(days=30) - DAY).days


@pytest.mark.parametrize(
    ("deal", "value"),
    [
        ({"contract_id": "k"}, 150),  # the other contract still counts
        ({}, RENEWAL_OPEN_DAYS),
        ({"contract_id": "k", "created_on": ago(-1)}, 70),
        ({"contract_id": "k", "status": "won", "closed_on": DAY}, 70),
        ({"contract_id": "k", "status": "won", "closed_on": ago(-1)}, 150),
        ({"kind": "upsell"}, 70),
    ],
)
def test_a_renewal_that_is_being_negotiated_is_best(deal: dict[str, Any], value: float):
    found = notice(contract(100), contract(180, contract_id="l"), opportunities=[{"account_id": "a"} | deal])
    assert found.value == value
    assert (found.why == "renewal_open") == (value == RENEWAL_OPEN_DAYS)


def test_with_notice_given_no_day_is_left():
    assert notice(contract(100, notice_given_on=DAY)) == Reading("known", 0.0, "notice_given")
    assert notice(contract(100, notice_given_on=ago(-1))).value == 70
    leaving = [{"account_id": "a", "notice_given_on": DAY}]
    assert notice(contract(100), accounts=leaving).value == 0
    assert notice(contract(100), accounts=leaving, day=ago(1)).value == 71


@pytest.mark.parametrize(
    "only",
    [
        contract(None),
        contract(None, kind="subscription"),
        contract(None, kind="time_materials", auto_renew=None),
        contract(100, kind="fixed_price", notice_days=None, auto_renew=None, value_per="total"),
    ],
)
def test_open_ended_and_delivered_contracts_have_no_notice_to_give(only: dict[str, Any]):
    assert notice(only) == Reading("not_applicable", None, "open_ended")
    assert notice(only, contract(100, contract_id="l")).value == 70


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"ends_in": None, "notice_days": 30}, "term_unknown"),
        ({"ends_in": None, "auto_renew": True}, "term_unknown"),
        ({"ends_in": None, "renewal_months": 12}, "term_unknown"),
        ({"ends_in": None, "value_per": "total"}, "term_unknown"),
        ({"kind": None, "notice_days": None}, "term_unknown"),
        ({"start": None}, "term_unknown"),
        ({"ends_in": -5, "auto_renew": None, "renewal_months": 12}, "term_unknown"),
        ({"notice_days": None}, "notice_unknown"),
    ],
)
def test_a_term_of_which_too_little_is_known_is_missing_whatever_the_others_say(more: dict[str, Any], why: str):
    others = contract(150, contract_id="l"), contract(None, contract_id="m")
    assert notice(contract(**more), *others) == Reading("missing", None, why)
    deal = {"account_id": "a", "contract_id": "k"}
    negotiated = notice(contract(**more), *others, opportunities=[deal])
    assert negotiated.value == 120  # best by itself; the other's 150 − 30


def test_a_contract_that_ended_within_the_year_still_says_that_notice_applies():
    assert notice(contract(None), contract(-100, contract_id="l", start=ago(400))) == Reading("missing", None, "no_contract_in_force")
    assert notice(contract(None), contract(-400, contract_id="l", start=ago(800))).state == "not_applicable"


def test_without_contracts_nothing_is_known():
    assert notice().why == notice(contract(account_id="b")).why == notice(contract(start=ago(-1))).why == "no_contract_in_force"


# Revenue


def billed(window: int, amount: float, **more: Any) -> dict[str, Any]:
    """An invoice in the middle of the window of 91 days that closes `window` windows before DAY."""
    issued = ago(91 * window + 45)
    return {"account_id": "a", "amount": amount, "issued": issued, "paid_on": min(DAY, issued + timedelta(days=20))} | more


YEAR = [billed(4, 100.0), billed(3, 150.0), billed(2, 50.0), billed(1, 100.0)]
LONG_AGO = {"account_id": "b", "amount": 1.0, "issued": ago(500), "paid_on": ago(500)}


def trend(*invoices: dict[str, Any], **more: Any) -> Reading:
    return reading("revenue_trend", invoices=[LONG_AGO, *invoices], **more)


def test_the_last_window_is_compared_with_the_mean_of_four():
    assert trend(*YEAR, billed(0, 80.0)).value == pytest.approx(0.8)  # 80 / (400/4)
    assert trend(*YEAR).value == 0
    assert trend(*YEAR, billed(0, 80.0), billed(0, 30.0, kind="credit_note")).value == pytest.approx(0.5)


@pytest.mark.parametrize(("days", "value"), [(0, 1.2), (90, 1.2), (91, 0.2 / 1.25), (-1, 0.2)])
def test_windows_are_91_days_and_nothing_of_tomorrow(days: int, value: float):
    # 100 more, in the last window (20 + 100 of 100) or in the one before (20 of a mean of 500/4 = 125).
    row = billed(0, 100.0) | {"issued": ago(days), "paid_on": ago(days)}
    assert trend(*YEAR, billed(0, 20.0), row).value == pytest.approx(value)


@pytest.mark.parametrize(("first", "state"), [(454, "known"), (453, "missing")])
def test_455_days_of_the_book_are_needed(first: int, state: str):
    found = reading("revenue_trend", invoices=[*YEAR, billed(0, 50.0), LONG_AGO | {"issued": ago(first), "paid_on": ago(first)}])
    assert (found.state, found.why) == (state, None if state == "known" else "short_history")


def test_without_revenue_before_there_is_no_course():
    assert trend(billed(0, 50.0)) == Reading("missing", None, "no_revenue_before")
    assert trend(billed(0, 50.0), billed(2, 20.0, kind="credit_note")).why == "no_revenue_before"
    assert reading("revenue_trend").why == "short_history"


@pytest.mark.parametrize(("fixed", "state"), [(200.0, "known"), (201.0, "not_applicable")])
def test_revenue_that_is_mostly_fixed_price_has_no_course(fixed: float, state: str):
    contracts = [{"contract_id": "f", "account_id": "a", "kind": "fixed_price", "start": ago(400), "end": ago(-400)}]
    rest = [billed(2, 100.0), billed(1, 300.0 - fixed), billed(4, 999.0)]  # the last lies before the 12 months: 400 in them
    found = trend(billed(0, fixed, contract_id="f"), *rest, contracts=contracts)
    assert found.state == state
    assert found.why == (None if state == "known" else "mostly_fixed")


def test_what_names_no_contract_is_not_taken_for_fixed_price():
    assert trend(*YEAR, billed(0, 80.0), contracts=[]).state == "known"


def test_both_sides_are_at_the_rate_of_the_day():
    rates = [{"currency": "USD", "date": ago(days), "rate": rate} for days, rate in ((480, 5.0), (0, 0.5), (200, 2.0))]
    rows = [row | {"currency": "USD"} for row in (*YEAR, billed(0, 80.0))]
    assert trend(*rows, fx_rates=rates).value == pytest.approx(0.8)
    assert trend(*rows) == Reading("missing", None, "revenue_incomplete")


@pytest.mark.parametrize("column", ["amount", "kind", "issued", "currency"])
def test_an_invoice_that_cannot_be_counted_makes_the_course_missing(column: str):
    whole = book_of(invoices=[*YEAR, LONG_AGO, billed(0, 80.0)])
    assert read(readings, without(whole, "invoices", column, [1]), DAY, "revenue_trend") == Reading("missing", None, "revenue_incomplete")


def test_an_invoice_that_may_be_void_counts_only_once_it_is_paid():
    assert trend(*YEAR, billed(0, 80.0, status=None)).value == pytest.approx(0.8)
    assert trend(*YEAR, billed(0, 80.0, status=None, paid_on=None)).why == "revenue_incomplete"
    assert trend(*YEAR, billed(0, 80.0, status=None, paid_on=ago(-1))).why == "revenue_incomplete"
    assert trend(*YEAR, billed(0, 80.0), billed(0, 9.0, status="void", paid_on=None)).value == pytest.approx(0.8)


def days_of(window: int) -> list[date]:
    return [ago(91 * window + offset) for offset in range(91)]


def test_on_the_earned_basis_hours_and_contracts_are_revenue():
    entries = [{"date": ago(91 * window + 5), "hours": hours} for window, hours in enumerate([6.0, 10.0, 10.0, 10.0, 10.0])]
    book = book_of(
        accounts=[{"account_id": "a"}],
        people=[{"person_id": "ana", "bill_rate": 100.0}],
        projects=[{"project_id": "j", "account_id": "a", "billing": "time_materials"}],
        time_entries=[*entries, {"date": ago(454), "hours": 0.0}],
        contracts=[contract(start=ago(2000))],
    )
    # The contract, a retainer, brings 1 000 a month beside 1 000 of hours in each window before and 600 in the last.
    monthly = [sum(1000 / monthrange(day.year, day.month)[1] for day in days_of(window)) for window in range(5)]
    expected = (monthly[0] + 600) / (sum(monthly[1:]) / 4 + 1000)
    assert read(readings, book, DAY, "revenue_trend", basis="earned").value == pytest.approx(expected)
    assert read(readings, book, ago(1), "revenue_trend", basis="earned").why == "short_history"  # hours reach back 454 days then
    lost = without(book, "people", "bill_rate")
    assert read(readings, lost, DAY, "revenue_trend", basis="earned").why == "revenue_incomplete"


# Goals


def goals(*states: str | None, **more: Any) -> Reading:
    rows = [{"account_id": "a", "title": "Sell", "status": state, "start": ago(30)} | more for state in states]
    return reading("goals_met", goals=rows)


def test_goals_met_or_on_track_are_compared_with_all_but_the_dropped():
    assert goals("met", "on_track", "at_risk", "off_track", "missed", "dropped").value == pytest.approx(0.4)
    assert goals("dropped") == goals() == Reading("missing", None, "no_goals")


@pytest.mark.parametrize(("start", "known"), [(DAY, True), (ago(-1), False), (None, True)])
def test_goals_count_from_their_start(start: date | None, known: bool):
    assert (goals("met", start=start).state == "known") is known


def test_a_goal_of_unknown_state_makes_the_share_missing():
    assert goals("met", None) == Reading("missing", None, "goal_unknown")


# Evidence


def test_evidence_explains_its_reading():
    sight = sight_of(worked_portfolio(), DAY)
    windows = evidence(sight, "A", TODAY, "revenue_trend")
    assert windows["money_revenue"].to_list() == [67_200, 60_000, 60_000, 60_000, 60_000]
    assert windows.row(0)[:2] == (TODAY - timedelta(days=90), TODAY)
    assert windows.row(4)[:2] == (TODAY - timedelta(days=454), TODAY - timedelta(days=364))
    assert evidence(sight, "A", TODAY, "notice_days").select("contract_id", "days_left").rows() == [("k", 96)]
    assert evidence(sight, "A", TODAY, "goals_met")["on_course"].to_list() == [False, True, True, True, True]


def test_evidence_says_which_contracts_count_and_why():
    book = book_of(
        contracts=[
            contract(100, notice_given_on=DAY), contract(90, contract_id="l"), contract(None, contract_id="m"),
            contract(contract_id="n", account_id="b"),
        ],
        opportunities=[{"account_id": "a", "contract_id": "l"}],
    )  # fmt: skip
    rows = evidence(sight_of(book, DAY), "a", DAY, "notice_days").select("contract_id", "days_left", "says").rows()
    assert rows == [("k", 0, "notice_given"), ("l", None, "renewal_open"), ("m", None, "open_ended")]


# Whatever the rows


@st.composite
def books(draw: st.DrawFn) -> Portfolio:
    contracts = []
    for place in range(draw(st.integers(0, 3))):
        kind = draw(st.sampled_from(["retainer", "time_materials", "subscription"]))
        auto = draw(st.booleans())
        months = draw(st.integers(1, 12)) if auto else None
        terms = {"kind": kind, "auto_renew": auto, "notice_days": draw(st.integers(0, 60)), "renewal_months": months}
        given = draw(st.one_of(st.none(), st.none(), st.integers(-30, 60).map(ago)))
        contracts.append(contract(draw(st.integers(-40, 300)), contract_id=f"k{place}", notice_given_on=given, **terms))
    deals = [
        {"account_id": "a", "contract_id": which, "created_on": ago(draw(st.integers(-20, 40))), "closed_on": closed, "status": status}
        for which in draw(st.lists(st.sampled_from(["k0", "k1", None]), max_size=1))
        for closed, status in [draw(st.sampled_from([(None, "open"), (ago(3), "won"), (ago(-3), "lost")]))]
    ]
    invoices = [
        billed(window, float(draw(st.integers(1, 9))), kind=draw(st.sampled_from(["invoice"] * 3 + ["credit_note"])), status=status)
        for window in draw(st.lists(st.integers(0, 4), max_size=6))
        for status in draw(st.sampled_from([["sent"], ["sent"], ["void"]]))[:1]
    ]
    states = draw(st.lists(st.sampled_from(["met", "on_track", "at_risk", "missed", "dropped"]), max_size=3))
    rows = [{"account_id": "a", "title": "Sell", "status": state, "start": ago(draw(st.integers(-10, 300)))} for state in states]
    return book_of(accounts=[{"account_id": "a"}], contracts=contracts, opportunities=deals, invoices=[LONG_AGO, *invoices], goals=rows)


# Not among them: `notice_given_on`, for without it none was given; `start` of a goal and `created_on` of a deal, which are rarely kept.
LOSABLE = [
    ("contracts", "kind"), ("contracts", "start"), ("contracts", "end"), ("contracts", "notice_days"), ("contracts", "auto_renew"),
    ("contracts", "renewal_months"), ("opportunities", "kind"), ("opportunities", "status"), ("opportunities", "closed_on"),
    ("invoices", "kind"), ("invoices", "issued"), ("invoices", "amount"), ("invoices", "currency"), ("goals", "status"), ("goals", "due"),
]  # fmt: skip


@settings(max_examples=40)
@given(books(), st.sampled_from(LOSABLE), st.one_of(st.none(), st.lists(st.integers(0, 6), max_size=2)))
def test_losing_cells_never_makes_a_client_look_better(book: Portfolio, cell: tuple[str, str], rows: list[int] | None):
    book = as_of(book, DAY)
    assert_no_better(readings, book, without(book, *cell, rows), DAY, (cell, rows))


@settings(max_examples=12)
@given(books())
def test_days_together_read_as_each_alone(book: Portfolio):
    assert_days_agree(readings, book, [ago(200), ago(70), ago(0), ago(-4)])


@settings(max_examples=12)
@given(books())
def test_a_day_sees_nothing_of_the_next(book: Portfolio):
    assert_sees_no_later_day(readings, book, DAY)
