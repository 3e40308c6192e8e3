"""What brings an account onto the agenda: when each signal speaks, how gravely, and when it keeps silent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from lib.definitions import SIGNALS
from lib.measures.flows import comparable_flows
from lib.measures.promises import graded
from lib.measures.receivables import open_invoices
from lib.measures.renewals import notice_dates
from lib.measures.signals import SCHEMA, signals
from lib.portfolio import Portfolio
from tests.measures.rows import book_of

AS_OF = date(2026, 6, 30)


def ago(days: int) -> date:
    return AS_OF - timedelta(days=days)


def found(portfolio: Portfolio, promises: list[dict[str, Any]] | None = None) -> pl.DataFrame:
    return signals(
        portfolio,
        comparable_flows(portfolio, AS_OF, "invoiced", "EUR"),
        open_invoices(portfolio, AS_OF, "EUR"),
        notice_dates(portfolio, AS_OF),
        graded(promises or [], AS_OF),
        AS_OF,
    )


def severity(rows: pl.DataFrame, key: str) -> float | None:
    """Severity of account a's signal, rounded as people read it; None where it keeps silent."""
    own = rows.filter(pl.col("key") == key, pl.col("account_id") == "a")
    assert own.height <= 1
    return round(own["severity"].item(), 4) if own.height else None


def fact(rows: pl.DataFrame, key: str, name: str) -> Any:
    return rows.filter(pl.col("key") == key)[name].item()


def test_an_empty_book_has_no_signal():
    rows = found(book_of(accounts=[{"account_id": "a"}]))
    assert rows.height == 0
    assert rows.columns == list(SCHEMA)


# Notice given


@pytest.mark.parametrize(("given_on", "expected"), [(AS_OF, 1.0), (ago(-1), None), (None, None)])
def test_notice_given_by_the_client_is_the_gravest(given_on: date | None, expected: float | None):
    assert severity(found(book_of(accounts=[{"account_id": "a", "notice_given_on": given_on}])), "notice_given") == expected


@pytest.mark.parametrize(
    ("end", "more", "expected"),
    [
        (AS_OF, {}, 1.0),
        (None, {}, 1.0),
        (ago(1), {}, None),  # that contract is over: nothing left to save
        (ago(1), {"auto_renew": True, "notice_days": 0}, 1.0),  # notice on 1 June came after the end in May it was for
    ],
)
def test_notice_given_of_a_contract_speaks_while_it_runs(end: date | None, more: dict[str, Any], expected: float | None):
    if more:
        end = date(2026, 5, 31)
    contract = {"account_id": "a", "start": date(2025, 6, 1), "end": end, "notice_given_on": date(2026, 6, 1)} | more
    assert severity(found(book_of(contracts=[contract])), "notice_given") == expected


# Sponsor


def sponsor(**more: Any) -> dict[str, Any]:
    return {"account_id": "a", "name": "Nora", "role": "sponsor"} | more


@pytest.mark.parametrize(
    ("contacts", "expected"),
    [
        ([sponsor(left_on=AS_OF)], 0.9),
        ([sponsor(left_on=ago(-1))], None),
        ([sponsor(left_on=ago(-1), active=False)], None),  # leaves tomorrow, is still here
        ([sponsor(active=False)], 0.9),
        ([sponsor(active=None)], None),
        ([sponsor(left_on=AS_OF, role="champion")], None),
        ([sponsor(left_on=AS_OF), sponsor(name="Otto")], None),
        ([sponsor(left_on=AS_OF), sponsor(name="Otto", since=ago(-1))], 0.9),  # the new one is not here yet
        ([sponsor(left_on=AS_OF), sponsor(name="Otto", active=False)], 0.9),
        ([sponsor(left_on=AS_OF), sponsor(name="Otto", account_id="b")], 0.9),
        ([], None),
    ],
)
def test_a_sponsor_who_left_speaks_unless_another_is_there(contacts: list[dict[str, Any]], expected: float | None):
    assert severity(found(book_of(contacts=contacts, accounts=[{"account_id": "a"}])), "sponsor_left") == expected


def test_the_last_sponsor_to_leave_is_named():
    rows = found(book_of(contacts=[sponsor(left_on=ago(300), name="First"), sponsor(left_on=ago(3), name="Last")]))
    assert (fact(rows, "sponsor_left", "who"), fact(rows, "sponsor_left", "day")) == ("Last", ago(3))


# Invoices


def overdue(days: int, **more: Any) -> dict[str, Any]:
    return {"account_id": "a", "amount": 100.0, "issued": ago(days + 30), "due": ago(days)} | more


@pytest.mark.parametrize(
    ("days", "expected"),
    [(60, None), (61, 0.6), (150, 1.0), (400, 1.0), (100, round(0.6 + 0.4 * 39 / 89, 4))],  # 39 of the 89 days from 61 to 150
)
def test_an_invoice_speaks_from_61_days_late(days: int, expected: float | None):
    assert severity(found(book_of(invoices=[overdue(days)])), "invoice_overdue") == expected


def test_the_latest_invoice_is_named_disputed_ones_too_and_credit_notes_never():
    rows = found(book_of(invoices=[
        overdue(70, invoice_id="F1"), overdue(90, invoice_id="F2", status="disputed"), overdue(99, invoice_id="F3", status="void"),
        overdue(200, invoice_id="N1", kind="credit_note"),
    ]))  # fmt: skip
    assert (fact(rows, "invoice_overdue", "what"), fact(rows, "invoice_overdue", "days")) == ("F2", 90)


# Issues


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, 0.8),
        ({"impact": 4}, None),
        ({"kind": "risk", "probability": 5}, None),
        ({"opened": AS_OF}, 0.8),
        ({"opened": ago(-1)}, None),
        ({"closed_on": AS_OF, "status": "closed"}, None),
        ({"closed_on": ago(-1), "status": "closed"}, 0.8),  # closed tomorrow: open today
        ({"status": "closed"}, None),
        ({"status": None}, None),  # not known then
    ],
)
def test_an_open_issue_of_the_highest_impact_speaks(more: dict[str, Any], expected: float | None):
    risks = [{"account_id": "a", "opened": ago(10)} | more]
    assert severity(found(book_of(risks=risks)), "open_issue") == expected


# Notice date


@pytest.mark.parametrize(("days", "expected"), [(121, None), (120, 0.5), (60, 0.75), (0, 1.0), (-1, None)])
def test_a_notice_date_speaks_within_120_days_and_louder_as_it_nears(days: int, expected: float | None):
    contract = {"account_id": "a", "start": ago(300), "end": ago(-days) + timedelta(days=30), "notice_days": 30}
    assert severity(found(book_of(contracts=[contract])), "notice_date") == expected


@pytest.mark.parametrize(
    "more",
    [{"opportunities": [{"account_id": "a"}]}, {"given": AS_OF}],
    ids=["a renewal is open", "notice was given already"],
)
def test_a_notice_date_keeps_silent_where_it_is_taken_care_of(more: dict[str, Any]):
    contract = {"account_id": "a", "start": ago(300), "end": ago(-60), "notice_given_on": more.get("given")}
    rows = found(book_of(contracts=[contract], opportunities=more.get("opportunities", [])))
    assert severity(rows, "notice_date") is None


# Retainers


@pytest.mark.parametrize(
    ("used", "expected"),
    [
        (65.9, None),  # 5.9 over 60 included: 9.8 %
        (66.0, 0.4),  # 10 %
        (78.0, 0.7),  # 30 %, half of the way to 50 %
        (90.0, 1.0),  # 50 %
    ],
)
def test_over_servicing_speaks_from_ten_percent_over_three_months(used: float, expected: float | None):
    portfolio = book_of(
        contracts=[{"contract_id": "k", "account_id": "a", "start": date(2026, 1, 1), "hours_included": 20.0}],
        projects=[{"project_id": "j", "account_id": "a", "contract_id": "k"}],
        time_entries=[{"date": date(2026, month, 10), "hours": used / 3} for month in (4, 5, 6)],
    )
    assert severity(found(portfolio), "over_servicing") == expected


# Requests


@pytest.mark.parametrize(
    ("more", "hours", "expected"),
    [
        ({"status": "logged"}, 1.9, None),  # 1.9 % of 100 h
        ({"status": "logged"}, 2.0, 0.4),
        ({"status": "assessed"}, 11.0, 0.7),  # 9 of the 18 points from 2 to 20
        ({"status": "proposed"}, 20.0, 1.0),
        ({"status": "rejected"}, 20.0, 1.0),
        ({"status": "approved"}, 20.0, None),
        ({"status": "implemented"}, 20.0, None),
        ({"status": "withdrawn"}, 20.0, None),
        ({"status": "logged", "started_on": ago(-1)}, 20.0, None),
        ({"status": "logged", "started_on": None}, 20.0, None),
    ],
)
def test_unapproved_work_speaks_once_it_was_started(more: dict[str, Any], hours: float, expected: float | None):
    portfolio = book_of(
        projects=[{"project_id": "j", "account_id": "a", "budget_hours": 100.0}],
        change_requests=[{"started_on": AS_OF, "hours": hours} | more],
    )
    assert severity(found(portfolio), "unapproved_work") == expected


def test_unapproved_work_adds_up_over_a_project_and_needs_its_budget():
    requests = [{"status": "logged", "started_on": AS_OF, "hours": 6.0}, {"status": "logged", "started_on": AS_OF, "hours": 5.0}]
    budgeted = book_of(projects=[{"project_id": "j", "account_id": "a", "budget_hours": 100.0}], change_requests=requests)
    assert fact(found(budgeted), "unapproved_work", "hours") == 11
    for none in (None, 0.0):
        unbudgeted = book_of(projects=[{"project_id": "j", "account_id": "a", "budget_hours": none}], change_requests=requests)
        assert severity(found(unbudgeted), "unapproved_work") is None


# Projects


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"due": AS_OF}, None),
        ({"due": ago(1)}, 0.4),
        ({"due": ago(60)}, 1.0),
        ({"due": ago(31)}, round(0.4 + 0.6 * 30 / 59, 4)),
        ({"due": ago(60), "status": "planned"}, 1.0),
        ({"due": ago(60), "status": "on_hold"}, None),
        ({"due": ago(60), "status": "done"}, None),
        ({"due": ago(60), "status": "cancelled"}, None),
        ({"due": ago(60), "finished_on": AS_OF}, None),
        ({"due": ago(60), "finished_on": ago(-1)}, 1.0),
        ({"due": None}, None),
    ],
)
def test_a_project_speaks_the_day_after_its_committed_date(more: dict[str, Any], expected: float | None):
    assert severity(found(book_of(projects=[{"account_id": "a"} | more])), "project_late") == expected


@pytest.mark.parametrize(
    ("hours", "more", "expected"),
    [
        (100.0, {}, None),
        (120.0, {}, 0.7),
        (140.0, {}, 1.0),
        (140.0, {"status": "done"}, None),
        (140.0, {"billing": "retainer"}, None),  # a retainer burns by the month
        (140.0, {"budget_hours": None}, None),
        (140.0, {"budget_hours": 0.0}, None),
    ],
)
def test_a_project_speaks_once_its_hours_are_used(hours: float, more: dict[str, Any], expected: float | None):
    portfolio = book_of(
        projects=[{"project_id": "j", "account_id": "a", "budget_hours": 100.0} | more],
        time_entries=[{"date": AS_OF, "hours": hours}, {"date": ago(-1), "hours": 50.0}],
    )
    assert severity(found(portfolio), "hours_over_budget") == expected


# Revenue. Five windows of 91 days end on the as-of: the last and four before it.


def windows(last: float, *before: float) -> list[dict[str, Any]]:
    # One invoice on the first day of each window, so that the data reaches back to the first.
    amounts = [last, *before]
    return [{"account_id": "a", "amount": amount, "issued": ago(91 * back + 90)} for back, amount in enumerate(amounts) if amount]


@pytest.mark.parametrize(
    ("last", "expected"),
    [(86.0, None), (85.0, 0.4), (62.5, 0.7), (40.0, 1.0), (0.0, 1.0), (300.0, None)],  # mean before 100: 15 %, 37.5 %, 60 % below
)
def test_falling_revenue_speaks_from_fifteen_percent_below_the_mean_of_four_windows(last: float, expected: float | None):
    assert severity(found(book_of(invoices=windows(last, 50.0, 150.0, 80.0, 120.0))), "revenue_falling") == expected


def test_a_window_without_revenue_counts_in_the_mean():
    # (0 + 200 + 0 + 200)/4 = 100, and 85 lies 15 % below; the mean of the two that were billed would be 200.
    assert severity(found(book_of(invoices=windows(85.0, 0.0, 200.0, 0.0, 200.0))), "revenue_falling") == 0.4


def test_falling_revenue_needs_five_whole_windows():
    invoices = windows(40.0, 100.0, 100.0, 100.0, 100.0)
    assert severity(found(book_of(invoices=invoices)), "revenue_falling") == 1
    invoices[-1]["issued"] += timedelta(days=1)
    assert severity(found(book_of(invoices=invoices)), "revenue_falling") is None


@pytest.mark.parametrize(("fixed_price", "expected"), [(0.5, 1.0), (0.6, None)])
def test_revenue_that_is_mostly_fixed_price_may_fall(fixed_price: float, expected: float | None):
    # Four windows before the last: of 400, a part is billed on a fixed price.
    invoices = [row for whole in windows(0.0, 100.0, 100.0, 100.0, 100.0) for row in (
        whole | {"amount": whole["amount"] * fixed_price, "project_id": "j"}, whole | {"amount": whole["amount"] * (1 - fixed_price)}
    )]  # fmt: skip
    portfolio = book_of(invoices=invoices, projects=[{"project_id": "j", "account_id": "a", "billing": "fixed"}])
    assert severity(found(portfolio), "revenue_falling") == expected


def test_what_is_mostly_fixed_price_is_weighed_in_one_currency():
    # A year of 20 000 yen on a fixed price is 120 €, beside 1 200 € that are not.
    yen = [{"account_id": "a", "amount": 20_000.0, "issued": ago(50), "currency": "JPY", "project_id": "j"}]
    portfolio = book_of(
        invoices=[*windows(0.0, 1000.0, 100.0, 100.0, 100.0), *yen],
        projects=[{"project_id": "j", "account_id": "a", "billing": "fixed"}],
        fx_rates=[{"currency": "JPY", "date": ago(days), "rate": 0.006} for days in (50, 20)],
    )
    assert severity(found(portfolio), "revenue_falling") is not None


def test_a_falling_currency_is_no_falling_revenue():
    rates = [{"currency": "USD", "date": ago(30 * back), "rate": 0.2 + 0.1 * back} for back in range(17)]
    invoices = [row | {"currency": "USD"} for row in windows(100.0, 100.0, 100.0, 100.0, 100.0)]
    assert severity(found(book_of(invoices=invoices, fx_rates=rates)), "revenue_falling") is None


# Contact


@pytest.mark.parametrize(
    ("days", "kind", "expected"),
    [
        (60, "meeting", None),
        (61, "call", round(0.3 + 0.7 / 120, 4)),
        (120, "workshop", 0.65),
        (180, "qbr", 1.0),
        (500, "meeting", 1.0),
    ],
)
def test_an_account_speaks_when_nobody_met_or_called_it_for_60_days(days: int, kind: str, expected: float | None):
    touchpoints = [
        {"account_id": "a", "date": ago(days), "kind": kind},
        {"account_id": "a", "date": ago(1), "kind": "email"},  # not a real contact
        {"account_id": "a", "date": ago(-1), "kind": "meeting"},
        {"account_id": "b", "date": ago(1), "kind": "meeting"},
    ]
    assert severity(found(book_of(touchpoints=touchpoints)), "no_contact") == expected


def test_silence_about_contacts_is_not_silence_to_clients():
    # Nobody has logged a contact in 60 days, so the log is what stopped; nor does an account speak that never had one.
    stopped = [{"account_id": name, "date": ago(60 + index)} for index, name in enumerate("ab")]
    assert severity(found(book_of(touchpoints=stopped)), "no_contact") is None
    assert severity(found(book_of(touchpoints=[{"account_id": "b", "date": ago(1)}], accounts=[{"account_id": "a"}])), "no_contact") is None


# Feedback


def answer(score: float, days: int = 10, **more: Any) -> dict[str, Any]:
    return {"account_id": "a", "contact_id": "nora", "score": score, "date": ago(days)} | more


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([answer(7)], None),
        ([answer(6)], 0.4),
        ([answer(3)], 0.7),
        ([answer(0)], 1.0),
        ([answer(0, days=89)], 1.0),
        ([answer(0, days=90)], None),
        ([answer(0, days=-1)], None),
        ([answer(0, kind="csat", scale_max=5.0)], None),
        ([answer(2, days=20), answer(9, days=10)], None),  # the latest of a respondent counts
        ([answer(9, days=20), answer(2, days=10)], 0.8),
        ([answer(3), answer(9, contact_id="otto")], 0.7),  # each respondent for himself
        ([answer(3, days=20, contact_id=None), answer(9, contact_id=None)], 0.7),  # nobody knows that they are one
    ],
)
def test_a_detractor_speaks_by_the_latest_answer(answers: list[dict[str, Any]], expected: float | None):
    assert severity(found(book_of(feedback=answers)), "detractor") == expected


# Promises


@pytest.mark.parametrize(
    ("promise", "expected"),
    [
        ({"due": AS_OF}, None),
        ({"due": ago(1)}, 0.5),
        ({"due": ago(23)}, 0.75),  # 22 of the 44 days from 1 to 45
        ({"due": ago(45)}, 1.0),
        ({"due": ago(45), "status": "dropped"}, None),
        ({"due": ago(45), "kept_on": ago(45)}, None),
        ({"due": ago(45), "kept_on": ago(20)}, None),  # late, but done: nothing left to decide
        ({"due": ago(45), "kept_on": ago(-1)}, 1.0),
    ],
)
def test_a_promise_speaks_while_it_is_late_and_not_kept(promise: dict[str, Any], expected: float | None):
    rows = found(book_of(accounts=[{"account_id": "a"}]), [{"account_id": "a", "text": "Ship"} | promise])
    assert severity(rows, "promise_late") == expected


# All of them

SPEAKING: dict[str, Callable[[], dict[str, list[dict[str, Any]]]]] = {
    "notice_given": lambda: {"contracts": [{"account_id": "a", "start": ago(9), "notice_given_on": ago(1)}]},
    "sponsor_left": lambda: {"contacts": [sponsor(left_on=ago(1))]},
    "invoice_overdue": lambda: {"invoices": [overdue(70)]},
    "open_issue": lambda: {"risks": [{"account_id": "a", "opened": ago(1)}]},
    "notice_date": lambda: {"contracts": [{"account_id": "a", "start": ago(9), "end": ago(-9)}]},
    "over_servicing": lambda: {
        "contracts": [{"contract_id": "k", "account_id": "a", "start": ago(200), "hours_included": 1.0}],
        "projects": [{"project_id": "j", "account_id": "a", "contract_id": "k"}],
        "time_entries": [{"date": ago(5), "hours": 24.0}],
    },
    "unapproved_work": lambda: {
        "change_requests": [{"status": "logged", "started_on": ago(1), "hours": 50.0}],
        "projects": [{"project_id": "j", "account_id": "a", "budget_hours": 100.0}],
    },
    "project_late": lambda: {"projects": [{"account_id": "a", "due": ago(9)}]},
    "hours_over_budget": lambda: {
        "projects": [{"project_id": "j", "account_id": "a", "budget_hours": 1.0}],
        "time_entries": [{"date": ago(5), "hours": 2.0}],
    },
    "revenue_falling": lambda: {"invoices": windows(0.0, 100.0, 100.0, 100.0, 100.0)},
    "no_contact": lambda: {"touchpoints": [{"account_id": "a", "date": ago(99)}, {"account_id": "b", "date": ago(1)}]},
    "detractor": lambda: {"feedback": [answer(0)]},
}


def test_every_signal_of_the_definitions_is_tried():
    assert set(SPEAKING) | {"promise_late"} == set(SIGNALS)


@pytest.mark.parametrize("key", SPEAKING)
def test_a_signal_needs_its_table(key: str):
    tables = SPEAKING[key]()
    assert severity(found(book_of(**tables)), key) is not None
    for table in tables:
        without = {name: rows for name, rows in tables.items() if name != table}
        assert severity(found(book_of(accounts=[{"account_id": "a"}], **without)), key) is None, f"{key} spoke without {table}"


@pytest.mark.parametrize("key", [key for key, signal in SIGNALS.items() if signal.mild is not None])
def test_a_graded_signal_grows_from_its_least_to_one(key: str):
    signal = SIGNALS[key]
    assert 0 < signal.severity < 1
    assert signal.mild != signal.grave


def test_each_account_has_its_gravest_of_a_kind_and_gravest_first():
    rows = found(book_of(
        invoices=[overdue(70), overdue(150), overdue(61, account_id="b")],
        accounts=[{"account_id": "a", "notice_given_on": ago(1)}],
        projects=[{"account_id": "a", "due": ago(1)}],
    ))  # fmt: skip
    assert rows.select("account_id", "key", "severity").rows() == [
        ("a", "invoice_overdue", 1.0),
        ("a", "notice_given", 1.0),
        ("a", "project_late", 0.4),
        ("b", "invoice_overdue", 0.6),
    ]
