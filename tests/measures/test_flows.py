"""Revenue, cost and hours by account and window, worked by hand on both bases."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.measures.flows import Flows, comparable_flows, daily_flows, monthly_value
from lib.periods import Period, quarter_of, twelve_months
from lib.portfolio import Portfolio
from tests.measures.rows import book_of

AS_OF = date(2026, 6, 30)
EVER = Period(date(1990, 1, 1), date(2100, 1, 1))
JUNE = Period(date(2026, 6, 1), date(2026, 6, 30))


def flows(portfolio: Portfolio, basis: str = "invoiced", as_of: date = AS_OF, base: str = "EUR") -> Flows:
    return daily_flows(portfolio, as_of, basis, base)  # type: ignore[arg-type]


def of_a(made: Flows, window: Period = EVER) -> dict[str, Any]:
    """Sums of account a in a window; zeros where it has no flow there."""
    rows = made.by_account(window).filter(pl.col("account_id") == "a")
    return rows.row(0, named=True) if rows.height else dict.fromkeys(rows.columns, 0)


def invoice(amount: float, issued: date, **more: Any) -> dict[str, Any]:
    return {"account_id": "a", "amount": amount, "issued": issued} | more


# Invoiced


def test_credit_notes_count_against_and_void_invoices_not_at_all():
    made = flows(book_of(invoices=[
        invoice(1000.0, date(2026, 6, 1)),
        invoice(300.0, date(2026, 6, 2), kind="credit_note"),
        invoice(500.0, date(2026, 6, 3), status="void"),
        invoice(200.0, date(2026, 6, 4), status="disputed"),
    ]))  # fmt: skip
    assert of_a(made)["revenue"] == 1000 - 300 + 200


def test_an_invoice_whose_status_was_not_known_then_counts():
    assert of_a(flows(book_of(invoices=[invoice(1000.0, date(2026, 6, 1), status=None)])))["revenue"] == 1000


def test_an_invoice_counts_from_the_day_it_is_issued_on():
    portfolio = book_of(invoices=[invoice(1000.0, AS_OF), invoice(1.0, AS_OF + timedelta(days=1))])
    assert of_a(flows(portfolio))["revenue"] == 1000
    assert of_a(flows(portfolio, as_of=AS_OF - timedelta(days=1)))["revenue"] == 0


def test_an_invoice_is_spread_over_its_service_period_and_cut_at_the_as_of():
    # 1 June to 30 July: 60 days at 10 a day; 30 of them lie in June, 15 are over on 15 June.
    portfolio = book_of(invoices=[invoice(600.0, date(2026, 6, 1), period_start=date(2026, 6, 1), period_end=date(2026, 7, 30))])
    assert of_a(flows(portfolio))["revenue"] == pytest.approx(300)
    assert of_a(flows(portfolio, as_of=date(2026, 6, 15)))["revenue"] == pytest.approx(150)
    assert of_a(flows(portfolio, as_of=date(2026, 12, 31)))["revenue"] == pytest.approx(600)


def test_an_invoice_for_days_gone_by_falls_in_those_days():
    portfolio = book_of(invoices=[invoice(310.0, date(2026, 6, 1), period_start=date(2026, 5, 1), period_end=date(2026, 5, 31))])
    assert of_a(flows(portfolio), JUNE)["revenue"] == 0
    assert of_a(flows(portfolio), Period(date(2026, 5, 31), date(2026, 5, 31)))["revenue"] == pytest.approx(10)


def test_half_a_service_period_is_none():
    portfolio = book_of(invoices=[invoice(310.0, date(2026, 6, 1), period_start=date(2026, 5, 1))])
    assert of_a(flows(portfolio), JUNE)["revenue"] == 310


def test_an_amount_converts_at_the_rate_of_its_day_and_one_without_a_rate_is_counted_out():
    # USD: 0.90 on 1 May (good to 5 June), 0.80 from 10 June. 100 × 0.90 + 100 × 0.80 = 170; 9 June has none.
    portfolio = book_of(
        invoices=[
            invoice(100.0, date(2026, 6, 5), currency="USD"),
            invoice(100.0, date(2026, 6, 9), currency="USD"),
            invoice(100.0, date(2026, 6, 10), currency="USD"),
        ],
        fx_rates=[
            {"currency": "USD", "date": date(2026, 5, 1), "rate": 0.9},
            {"currency": "USD", "date": date(2026, 6, 10), "rate": 0.8},
        ],
    )
    assert of_a(flows(portfolio))["revenue"] == pytest.approx(170)
    assert of_a(flows(portfolio))["unrated_flows"] == 1


def test_a_comparison_converts_every_amount_at_the_as_of_rate():
    # At their own days 90 + 80; compared, both at the 0.80 of 30 June.
    portfolio = book_of(
        invoices=[invoice(100.0, date(2026, 5, 1), currency="USD"), invoice(100.0, date(2026, 6, 10), currency="USD")],
        fx_rates=[
            {"currency": "USD", "date": date(2026, 5, 1), "rate": 0.9},
            {"currency": "USD", "date": date(2026, 6, 10), "rate": 0.8},
        ],
    )
    assert of_a(flows(portfolio))["revenue"] == pytest.approx(170)
    assert of_a(comparable_flows(portfolio, AS_OF, "invoiced", "EUR"))["revenue"] == pytest.approx(160)


def test_an_unrated_invoice_over_thirty_days_is_one_amount_left_out():
    portfolio = book_of(invoices=[
        invoice(300.0, date(2026, 6, 1), currency="USD", period_start=date(2026, 6, 1), period_end=date(2026, 6, 30)),
        invoice(300.0, date(2026, 6, 1)),
    ])  # fmt: skip
    assert of_a(flows(portfolio))["unrated_flows"] == 1
    assert of_a(flows(portfolio), Period(date(2026, 6, 20), date(2026, 6, 30)))["unrated_flows"] == 1


def test_internal_accounts_have_no_flows():
    portfolio = book_of(
        accounts=[{"account_id": "a", "internal": True}],
        projects=[{"project_id": "j", "account_id": "a"}],
        invoices=[invoice(100.0, date(2026, 6, 1))],
        time_entries=[{"date": date(2026, 6, 1), "hours": 8.0}],
        expenses=[{"date": date(2026, 6, 1), "amount": 5.0}],
        contracts=[{"account_id": "a", "start": date(2026, 1, 1)}],
    )
    assert flows(portfolio).daily.is_empty()
    assert flows(portfolio, "earned").daily.is_empty()


# Pass-through and cost


def test_pass_through_goes_out_at_cost_so_that_the_mark_up_stays():
    # Billed on at 500, bought at 400: AGI = 1 000 − 400.
    portfolio = book_of(
        projects=[{"project_id": "j", "account_id": "a"}],
        invoices=[invoice(1000.0, date(2026, 6, 1), project_id="j", pass_through=500.0)],
        expenses=[{"date": date(2026, 6, 2), "amount": 400.0, "pass_through": True}],
    )
    made = flows(portfolio)
    assert made.pass_through_at_cost
    assert (of_a(made)["pass_through"], of_a(made)["agi"]) == (400, 600)


def test_without_expenses_the_billed_pass_through_stands_in_and_says_so():
    portfolio = book_of(invoices=[
        invoice(1000.0, date(2026, 6, 1), pass_through=500.0),
        invoice(200.0, date(2026, 6, 2), kind="credit_note", pass_through=100.0),
    ])  # fmt: skip
    made = flows(portfolio)
    assert not made.pass_through_at_cost
    # 1 000 − 200 = 800 revenue, 500 − 100 = 400 of it passed through.
    assert (of_a(made)["pass_through"], of_a(made)["agi"]) == (400, 400)


def test_delivery_cost_is_hours_at_cost_and_own_expenses():
    portfolio = book_of(
        projects=[{"project_id": "j", "account_id": "a"}],
        people=[{"person_id": "ana", "cost_rate": 40.0}],
        time_entries=[{"date": date(2026, 6, 1), "hours": 8.0}, {"date": AS_OF + timedelta(days=1), "hours": 8.0}],
        expenses=[
            {"date": AS_OF, "amount": 30.0},
            {"date": AS_OF, "amount": 500.0, "pass_through": True},
            {"date": AS_OF + timedelta(days=1), "amount": 7.0},
        ],
    )
    # 8 h × 40 = 320, + 30 of our own; the day after the as-of is no fact.
    assert of_a(flows(portfolio))["delivery_cost"] == 350
    assert of_a(flows(portfolio))["hours"] == 8


def test_an_entrys_own_rate_goes_before_the_persons_and_in_its_own_currency():
    portfolio = book_of(
        projects=[{"project_id": "j", "account_id": "a"}],
        people=[{"person_id": "ana", "cost_rate": 40.0}],
        time_entries=[
            {"date": date(2026, 6, 1), "hours": 2.0, "cost_rate": 50.0, "currency": "USD"},
            {"date": date(2026, 6, 1), "hours": 1.0},
        ],
        fx_rates=[{"currency": "USD", "date": date(2026, 6, 1), "rate": 0.8}],
    )
    # 2 × 50 × 0.8 + 1 × 40
    assert of_a(flows(portfolio))["labour_cost"] == pytest.approx(120)


def test_hours_without_a_cost_rate_or_its_exchange_rate_are_logged_but_not_rated():
    portfolio = book_of(
        projects=[{"project_id": "j", "account_id": "a"}],
        people=[
            {"person_id": "ana", "cost_rate": 40.0},
            {"person_id": "ben"},
            {"person_id": "cho", "cost_rate": 30.0, "rate_currency": "JPY"},
        ],
        time_entries=[{"date": date(2026, 6, 1), "hours": 8.0, "person_id": person} for person in ("ana", "ben", "cho", "nobody")],
    )
    made = of_a(flows(portfolio))
    assert (made["hours"], made["rated_hours"], made["labour_cost"]) == (32, 8, 320)


def test_billable_hours_stand_beside_those_whose_entry_says_so_or_not():
    portfolio = book_of(
        projects=[{"project_id": "j", "account_id": "a"}],
        time_entries=[
            {"date": date(2026, 6, 1), "hours": 5.0},
            {"date": date(2026, 6, 1), "hours": 2.0, "billable": False},
            {"date": date(2026, 6, 1), "hours": 1.0, "billable": None},
        ],
    )
    made = of_a(flows(portfolio))
    assert (made["hours"], made["billable_hours"], made["stated_hours"]) == (8, 5, 7)


# Rates of the day


def worked(days: list[date], **more: Any) -> list[dict[str, Any]]:
    return [{"date": day, "hours": 1.0} | more for day in days]


def time_and_materials(**tables: list[dict[str, Any]]) -> Portfolio:
    return book_of(projects=[{"project_id": "j", "account_id": "a", "billing": "time_materials"}], **tables)


def test_terms_count_from_their_first_day():
    # 14 June at 90, 15 and 16 June at 100; cost 40, then 45.
    portfolio = time_and_materials(
        people=[{"person_id": "ana", "cost_rate": 40.0, "bill_rate": 90.0}],
        person_terms=[{"person_id": "ana", "from": date(2026, 6, 15), "cost_rate": 45.0, "bill_rate": 100.0}],
        time_entries=worked([date(2026, 6, 14), date(2026, 6, 15), date(2026, 6, 16)]),
    )
    made = of_a(flows(portfolio, "earned"))
    assert (made["revenue"], made["labour_cost"]) == (290, 130)


def test_terms_that_only_change_the_hours_leave_the_last_rate_as_it_was():
    # Cost 40 at first, 50 from May; the June terms change the week only, so June costs 50, neither 40 nor nothing.
    portfolio = time_and_materials(
        people=[{"person_id": "ana", "cost_rate": 40.0}],
        person_terms=[
            {"person_id": "ana", "from": date(2026, 5, 1), "cost_rate": 50.0},
            {"person_id": "ana", "from": date(2026, 6, 1), "weekly_hours": 20.0},
        ],
        time_entries=worked([date(2026, 4, 30), date(2026, 5, 1), date(2026, 6, 2)]),
    )
    assert of_a(flows(portfolio))["labour_cost"] == 40 + 50 + 50


def test_a_bill_rate_in_another_currency_does_not_move_the_cost_to_it():
    portfolio = time_and_materials(
        people=[{"person_id": "ana", "cost_rate": 40.0, "bill_rate": 90.0}],
        person_terms=[{"person_id": "ana", "from": date(2026, 6, 1), "bill_rate": 100.0, "currency": "USD"}],
        time_entries=worked([date(2026, 6, 2)]),
        fx_rates=[{"currency": "USD", "date": date(2026, 6, 1), "rate": 0.8}],
    )
    made = of_a(flows(portfolio, "earned"))
    assert (made["labour_cost"], made["revenue"]) == (40, pytest.approx(80))


# Earned: time and materials


def test_only_billable_hours_of_time_and_materials_earn():
    portfolio = book_of(
        contracts=[{"contract_id": "k", "account_id": "a", "kind": "time_materials", "start": date(2026, 1, 1), "value": 0.0}],
        projects=[
            {"project_id": "j", "account_id": "a", "billing": "time_materials"},
            {"project_id": "by contract", "account_id": "a", "contract_id": "k"},
            {"project_id": "fixed", "account_id": "a", "billing": "fixed"},
            {"project_id": "said otherwise", "account_id": "a", "contract_id": "k", "billing": "internal"},
            {"project_id": "unsaid", "account_id": "a"},
        ],
        people=[{"person_id": "ana", "bill_rate": 100.0}],
        time_entries=[
            {"date": AS_OF, "hours": 1.0},
            {"date": AS_OF, "hours": 2.0, "project_id": "by contract"},
            {"date": AS_OF, "hours": 4.0, "project_id": "fixed"},
            {"date": AS_OF, "hours": 8.0, "project_id": "said otherwise"},
            {"date": AS_OF, "hours": 16.0, "project_id": "unsaid"},
            {"date": AS_OF, "hours": 3.0, "billable": False},
            {"date": AS_OF, "hours": 3.0, "billable": None},
            {"date": AS_OF + timedelta(days=1), "hours": 5.0},
        ],
    )
    assert of_a(flows(portfolio, "earned"))["revenue"] == 300  # (1 + 2) h × 100
    assert of_a(flows(portfolio))["revenue"] == 0  # hours are no invoice


def test_billable_hours_without_a_price_are_counted_out_on_the_earned_basis_only():
    portfolio = time_and_materials(people=[{"person_id": "ana", "cost_rate": 40.0}], time_entries=worked([date(2026, 6, 1)]))
    assert of_a(flows(portfolio, "earned"))["unrated_flows"] == 1
    assert of_a(flows(portfolio))["unrated_flows"] == 0


# Earned: fixed price


def fixed_price(progress: list[tuple[date, float]], changes: list[dict[str, Any]] | None = None, **project: Any) -> Portfolio:
    return book_of(
        projects=[{"project_id": "j", "account_id": "a", "billing": "fixed", "budget_amount": 10_000.0} | project],
        progress=[{"project_id": "j", "date": day, "percent_complete": percent} for day, percent in progress],
        change_requests=changes or [],
        fx_rates=[{"currency": "USD", "date": date(2026, 6, 1), "rate": 0.8}],
    )


READINGS = [(date(2026, 4, 30), 20.0), (date(2026, 5, 31), 50.0), (date(2026, 6, 30), 60.0), (date(2026, 7, 31), 90.0)]


def test_a_fixed_fee_is_earned_by_the_rise_of_percent_complete():
    made = flows(fixed_price(READINGS), "earned")
    assert of_a(made, Period(date(2026, 4, 1), date(2026, 4, 30)))["revenue"] == 2000
    assert of_a(made, Period(date(2026, 5, 1), date(2026, 5, 31)))["revenue"] == pytest.approx(3000)
    assert of_a(made)["revenue"] == pytest.approx(6000)  # July is not a fact yet


def test_a_corrected_reading_takes_revenue_back():
    made = flows(fixed_price([(date(2026, 5, 31), 50.0), (date(2026, 6, 15), 40.0)]), "earned")
    assert of_a(made, JUNE)["revenue"] == pytest.approx(-1000)


def test_a_finished_project_has_earned_its_whole_fee_on_that_day():
    made = flows(fixed_price([(date(2026, 5, 31), 50.0)], finished_on=date(2026, 6, 20)), "earned")
    assert of_a(made, Period(date(2026, 6, 20), date(2026, 6, 20)))["revenue"] == 5000
    assert of_a(flows(fixed_price([(date(2026, 5, 31), 50.0)], finished_on=date(2026, 7, 1)), "earned"))["revenue"] == 5000


def test_a_cancelled_project_earns_no_more_than_was_done():
    made = flows(fixed_price([(date(2026, 5, 31), 50.0)], finished_on=date(2026, 6, 20), status="cancelled"), "earned")
    assert of_a(made)["revenue"] == 5000


def test_approved_changes_that_the_client_pays_raise_the_fee_from_their_decision_on():
    changes = [
        {"price": 2000.0, "paid_by": "client", "decided_on": date(2026, 5, 31)},
        {"price": 1000.0, "paid_by": "shared", "client_share": 0.4, "decided_on": date(2026, 6, 1), "status": "implemented"},
        {"price": 9000.0, "paid_by": "us", "decided_on": date(2026, 5, 1)},
        {"price": 9000.0, "paid_by": "client", "decided_on": date(2026, 5, 1), "status": "rejected"},
        {"price": 9000.0, "paid_by": "client", "decided_on": date(2026, 7, 1)},
    ]
    made = flows(fixed_price(READINGS, changes), "earned")
    # April 10 000 × 20 %; May (10 000 + 2 000) × 30 %; June (10 000 + 2 000 + 0.4 × 1 000) × 10 %
    assert of_a(made, Period(date(2026, 4, 1), date(2026, 4, 30)))["revenue"] == pytest.approx(2000)
    assert of_a(made, Period(date(2026, 5, 1), date(2026, 5, 31)))["revenue"] == pytest.approx(3600)
    assert of_a(made, JUNE)["revenue"] == pytest.approx(1240)


def test_scope_taken_out_lowers_the_fee():
    changes = [{"price": -2000.0, "kind": "removed", "paid_by": "client", "decided_on": date(2026, 6, 1)}]
    assert of_a(flows(fixed_price(READINGS, changes), "earned"), JUNE)["revenue"] == pytest.approx(800)  # 8 000 × 10 %


def test_a_change_is_priced_in_its_own_currency():
    changes = [{"price": 1000.0, "currency": "USD", "paid_by": "client", "decided_on": date(2026, 6, 1)}]
    # 10 % of 10 000 € and of 1 000 $ at 0.8
    assert of_a(flows(fixed_price(READINGS, changes), "earned"), JUNE)["revenue"] == pytest.approx(1080)


def test_without_a_reading_or_a_fee_a_fixed_price_earns_nothing():
    assert of_a(flows(fixed_price([]), "earned"))["revenue"] == 0
    assert of_a(flows(fixed_price(READINGS, budget_amount=None), "earned"))["revenue"] == 0


# Earned: retainers and subscriptions


def contract(start: date, end: date | None = None, **more: Any) -> dict[str, Any]:
    return {"contract_id": "k", "account_id": "a", "start": start, "end": end} | more


def test_a_retainer_earns_its_month_by_days_in_force():
    # 3 000 a month from 16 June: 15 of 30 days = 1 500. In July 3 100/31 = 100 a day × 10 days.
    portfolio = book_of(contracts=[contract(date(2026, 6, 16), date(2026, 7, 10), value=3100.0)])
    assert of_a(flows(portfolio, "earned"))["revenue"] == pytest.approx(3100 * 15 / 30)
    later = flows(portfolio, "earned", as_of=date(2026, 12, 31))
    assert of_a(later, Period(date(2026, 7, 1), date(2026, 7, 31)))["revenue"] == pytest.approx(1000)


@pytest.mark.parametrize(
    ("value", "value_per", "end"),
    [
        (1000.0, "month", None),
        (3000.0, "quarter", None),
        (12_000.0, "year", None),
        (12_000.0, "total", date(2026, 12, 31)),
        (6000.0, "total", date(2026, 6, 30)),
        (24_000.0, "total", date(2027, 12, 31)),
    ],
)
def test_a_value_per_quarter_year_or_in_all_comes_down_to_a_month(value: float, value_per: str, end: date | None):
    portfolio = book_of(contracts=[contract(date(2026, 1, 1), end, value=value, value_per=value_per)])
    assert of_a(flows(portfolio, "earned"), JUNE)["revenue"] == pytest.approx(1000)


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        (date(2026, 1, 1), date(2026, 12, 31), 12),
        (date(2024, 1, 1), date(2024, 12, 31), 12),  # a leap year is no longer
        (date(2026, 2, 1), date(2026, 2, 28), 1),
        (date(2026, 1, 17), date(2026, 1, 31), 15 / 31),
        (date(2026, 1, 16), date(2026, 4, 15), 16 / 31 + 2 + 15 / 30),
    ],
)
def test_months_of_a_term_are_those_of_the_calendar(start: date, end: date, months: float):
    terms = pl.DataFrame({"start": [start], "end": [end], "value": [1200.0], "value_per": ["total"]})
    assert terms.select(monthly_value()).item() == pytest.approx(1200 / months)


@given(st.dates(date(2020, 1, 1), date(2024, 1, 1)), st.integers(1, 900))
def test_a_total_is_earned_to_the_cent_by_the_end_of_its_term(start: date, days: int):
    portfolio = book_of(contracts=[contract(start, start + timedelta(days=days - 1), value=5000.0, value_per="total")])
    assert of_a(flows(portfolio, "earned"))["revenue"] == pytest.approx(5000)


def test_a_total_without_an_end_earns_nothing_and_is_counted_out_once():
    made = of_a(flows(book_of(contracts=[contract(date(2026, 1, 1), value_per="total")]), "earned"))
    assert (made["revenue"], made["unrated_flows"]) == (0, 1)


@pytest.mark.parametrize(
    ("more", "june"),
    [
        ({}, 0),  # over on 31 March
        ({"auto_renew": True}, 1000),  # nobody gave notice: it went on
        ({"auto_renew": True, "notice_given_on": date(2026, 3, 1)}, 0),  # notice in time (31 March − 30 days = 1 March)
        ({"auto_renew": True, "notice_given_on": date(2026, 3, 2)}, 1000),  # a day late: it ran into its next year
        ({"auto_renew": True, "notice_given_on": date(2026, 7, 1)}, 1000),  # not given yet on 30 June
        ({"auto_renew": True, "notice_given_on": date(2026, 3, 2), "renewal_months": 2}, 0),  # next term April and May
    ],
)
def test_a_contract_that_renews_by_itself_earns_until_notice_ends_it(more: dict[str, Any], june: float):
    portfolio = book_of(contracts=[contract(date(2025, 4, 1), date(2026, 3, 31), notice_days=30, **more)])
    assert of_a(flows(portfolio, "earned"), JUNE)["revenue"] == pytest.approx(june)


def test_a_lost_account_stops_earning():
    portfolio = book_of(
        accounts=[{"account_id": "a", "status": "lost", "lost_on": date(2026, 6, 16)}],
        contracts=[contract(date(2026, 1, 1), date(2026, 3, 31), auto_renew=True)],
    )
    assert of_a(flows(portfolio, "earned"), JUNE)["revenue"] == pytest.approx(500)  # 15 of 30 days


@pytest.mark.parametrize("kind", ["fixed_price", "time_materials"])
def test_other_contracts_earn_through_their_projects_only(kind: str):
    portfolio = book_of(contracts=[contract(date(2026, 1, 1), kind=kind)])
    assert of_a(flows(portfolio, "earned"))["revenue"] == 0


# Windows add up

days = st.dates(date(2025, 1, 1), date(2026, 6, 30))
amounts = st.integers(1, 100_000).map(float)


@st.composite
def any_book(draw: st.DrawFn) -> Portfolio:
    invoices = [
        {"account_id": draw(st.sampled_from("ab")), "amount": draw(amounts), "issued": draw(days),
         "kind": draw(st.sampled_from(["invoice", "credit_note"]))}
        for _ in range(draw(st.integers(1, 6)))
    ]  # fmt: skip
    for row in invoices:
        if draw(st.booleans()):
            row |= {"period_start": row["issued"], "period_end": row["issued"] + timedelta(days=draw(st.integers(0, 400)))}
    contracts = [
        {"account_id": draw(st.sampled_from("ab")), "start": draw(days), "value": draw(amounts),
         "value_per": draw(st.sampled_from(["month", "year"]))}
        for _ in range(draw(st.integers(0, 2)))
    ]  # fmt: skip
    entries = [{"date": draw(days), "hours": 1.0} for _ in range(draw(st.integers(0, 3)))]
    return book_of(
        invoices=invoices, contracts=contracts, time_entries=entries, projects=[{"project_id": "j", "account_id": "a"}],
        people=[{"person_id": "ana", "cost_rate": 40.0}],
    )  # fmt: skip


@settings(max_examples=30)
@given(any_book(), st.sampled_from(["invoiced", "earned"]))
def test_twelve_months_are_the_sum_of_their_quarters(portfolio: Portfolio, basis: str):
    made = flows(portfolio, basis)
    year = twelve_months(AS_OF)
    quarters = [quarter_of(day) for day in (date(2025, 7, 1), date(2025, 10, 1), date(2026, 1, 1), date(2026, 4, 1))]
    assert (quarters[0].first, quarters[-1].last) == (year.first, year.last)
    for column in ("revenue", "agi", "delivery_cost", "hours"):
        assert of_a(made, year)[column] == pytest.approx(sum(of_a(made, quarter)[column] for quarter in quarters), abs=1e-6)


@settings(max_examples=30)
@given(any_book(), st.sampled_from(["invoiced", "earned"]), st.integers(0, 300))
def test_what_was_known_then_is_what_is_known_now_cut_at_that_day(portfolio: Portfolio, basis: str, back: int):
    # Invoices issued later may fall on earlier days of service; without them a past as-of is a plain cut.
    then = AS_OF - timedelta(days=back)
    now = flows(portfolio, basis).daily.filter(pl.col("date") <= then)
    past = flows(portfolio, basis, as_of=then).daily
    if basis == "earned":
        assert past["revenue"].sum() == pytest.approx(now["revenue"].sum())
    assert past["hours"].sum() == pytest.approx(now["hours"].sum())
    assert past["date"].max() is None or past["date"].max() <= then  # type: ignore[operator]
