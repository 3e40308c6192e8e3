"""Sums of accounts in windows that close on many days: by hand, and against the flows of each day alone."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.measures.flows import Basis, comparable_flows, daily_flows
from lib.measures.stretches import Window
from lib.measures.sums import SUMS, days_back, sums_on
from lib.periods import Period, twelve_months
from lib.portfolio import Portfolio
from lib.sample import SAMPLE_AS_OF, read_sample
from tests.measures.rows import book_of

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample"
AS_OF = date(2026, 6, 30)
WINDOWS: dict[str, Window] = {"year": twelve_months} | {f"{back} back": days_back(91, back) for back in range(5)}
COMPARED = ("revenue", "pass_through", "agi", "labour_cost", "own_expenses", "delivery_cost", "hours", "rated_hours", "unrated")


def summed(portfolio: Portfolio, *days: date, basis: Basis = "invoiced", **more: Any) -> pl.DataFrame:
    return sums_on(portfolio, days or (AS_OF,), more.pop("windows", {"year": twelve_months}), basis, "EUR", **more)


def differences(portfolio: Portfolio, days: list[date], basis: Basis, level: bool) -> list[tuple[Any, ...]]:
    """Sums that are not those of the flows of their day."""
    rows = sums_on(portfolio, days, WINDOWS, basis, "EUR", level=level).group_by("account_id", "day", "window").agg(pl.col(COMPARED).sum())
    found = []
    for day in days:
        flows = (comparable_flows if level else daily_flows)(portfolio, day, basis, "EUR")
        for name, window in WINDOWS.items():
            expected = flows.by_account(window(day)).rename({"unrated_flows": "unrated"}).select("account_id", *COMPARED)
            made = rows.filter(pl.col("day") == day, pl.col("window") == name)
            both = expected.join(made, on="account_id", how="full", coalesce=True).fill_null(0)
            for column in COMPARED:
                wrong = both.filter((pl.col(column) - pl.col(f"{column}_right")).abs() > 1e-6)
                found += [(day, name, column, *row) for row in wrong.select("account_id", column, f"{column}_right").rows()]
    return found


@pytest.mark.parametrize("level", [False, True], ids=["own rates", "one rate"])
@pytest.mark.parametrize("basis", ["invoiced", "earned"])
def test_the_samples_sums_are_those_of_its_flows_on_every_day(basis: Basis, level: bool):
    days = [SAMPLE_AS_OF - timedelta(days=back) for back in (400, 201, 91, 60, 7, 1, 0)]
    assert differences(Portfolio.of(1, **read_sample(SAMPLE)), days, basis, level) == []


days_of_life = st.dates(date(2024, 10, 1), date(2026, 7, 31))
amounts = st.integers(1, 9).map(lambda number: number * 100.0)
currencies = st.sampled_from(["EUR", "EUR", "USD", "XXX"])
maybe = st.booleans()


@st.composite
def any_book(draw: st.DrawFn) -> Portfolio:
    """Two clients and the firm itself, with everything that money or hours come from."""
    contracts = [
        {"contract_id": f"k{number}", "account_id": draw(st.sampled_from("ab")), "start": draw(days_of_life), "value": draw(amounts),
         "kind": draw(st.sampled_from(["retainer", "subscription", "fixed_price", "time_materials"])),
         "value_per": draw(st.sampled_from(["month", "year", "total"])), "currency": draw(currencies), "auto_renew": draw(maybe),
         "notice_days": 30}
        for number in range(3)
    ]  # fmt: skip
    for row in contracts:
        if draw(maybe):
            row["end"] = row["start"] + timedelta(days=draw(st.integers(20, 400)))
            row["notice_given_on"] = draw(st.none() | days_of_life)
    projects = [
        {"project_id": f"j{number}", "account_id": "firm" if number == 4 else draw(st.sampled_from("ab")), "currency": draw(currencies),
         "billing": draw(st.sampled_from([None, "fixed", "time_materials", "retainer"])), "budget_amount": draw(amounts),
         "contract_id": draw(st.sampled_from([None, "k0", "k1", "k2"])), "finished_on": draw(st.none() | days_of_life)}
        for number in range(5)
    ]  # fmt: skip
    project = st.sampled_from([f"j{number}" for number in range(5)])
    invoices = [
        {"account_id": draw(st.sampled_from("ab")), "amount": draw(amounts), "issued": draw(days_of_life), "currency": draw(currencies),
         "kind": draw(st.sampled_from(["invoice", "invoice", "credit_note"])), "status": draw(st.sampled_from(["sent", "sent", "void"])),
         "pass_through": draw(st.sampled_from([None, 50.0])), "project_id": draw(st.none() | project)}
        for _ in range(draw(st.integers(0, 6)))
    ]  # fmt: skip
    for row in invoices:
        if draw(maybe):
            row["period_start"] = row["issued"] + timedelta(days=draw(st.integers(-400, 60)))
            row["period_end"] = row["period_start"] + timedelta(days=draw(st.integers(0, 400)))
    entries = [
        {"project_id": draw(project), "person_id": draw(st.sampled_from(["ana", "ben", "stranger"])), "date": draw(days_of_life),
         "hours": draw(amounts) / 100, "billable": draw(st.sampled_from([True, True, False, None])),
         "bill_rate": draw(st.sampled_from([None, None, 90.0])), "cost_rate": draw(st.sampled_from([None, None, 45.0])),
         "currency": draw(st.sampled_from([None, "EUR", "USD", "XXX"]))}
        for _ in range(draw(st.integers(0, 8)))
    ]  # fmt: skip
    return book_of(
        accounts=[{"account_id": "a"}, {"account_id": "b", "lost_on": draw(st.none() | days_of_life)},
                  {"account_id": "firm", "internal": True}],
        contracts=contracts,
        projects=projects,
        invoices=invoices,
        time_entries=entries,
        people=[{"person_id": "ana", "cost_rate": 40.0, "bill_rate": 80.0},
                {"person_id": "ben", "cost_rate": 30.0, "rate_currency": "USD"}],
        person_terms=[{"person_id": draw(st.sampled_from(["ana", "ben"])), "from": draw(days_of_life), "cost_rate": 50.0,
                       "currency": "EUR"}],
        expenses=[{"project_id": draw(project), "date": draw(days_of_life), "amount": draw(amounts), "currency": draw(currencies),
                   "pass_through": draw(maybe)} for _ in range(draw(st.integers(0, 2)))],
        progress=[{"project_id": draw(project), "date": draw(days_of_life), "percent_complete": draw(amounts) / 10}
                  for _ in range(draw(st.integers(0, 3)))],
        change_requests=[{"project_id": draw(project), "price": 500.0, "paid_by": "client", "decided_on": draw(st.none() | days_of_life),
                          "currency": draw(currencies)}],
        fx_rates=[{"currency": "USD", "date": date(2025, 1, 1) + timedelta(days=20 * number), "rate": 0.8 + number / 100}
                  for number in range(20)],
    )  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(any_book(), st.lists(days_of_life, min_size=1, max_size=3, unique=True), st.sampled_from(["invoiced", "earned"]), maybe)
def test_sums_of_any_book_are_those_of_its_flows_on_every_day(portfolio: Portfolio, days: list[date], basis: Basis, level: bool):
    assert differences(portfolio, days, basis, level) == []


def test_an_invoice_for_days_gone_by_counts_once_it_is_issued():
    # 900 for April to June (91 days), issued on 10 July: on 30 June nothing is known; on 31 July April's 30 days are 30/91 of it.
    portfolio = book_of(
        invoices=[
            {"account_id": "a", "amount": 910.0, "issued": date(2026, 7, 10), "period_start": date(2026, 4, 1), "period_end": AS_OF},
        ]
    )
    april: dict[str, Window] = {"april": lambda _: Period(date(2026, 4, 1), date(2026, 4, 30))}
    made = summed(portfolio, AS_OF, date(2026, 7, 9), date(2026, 7, 10), date(2026, 7, 31), windows=april)
    assert made.select("day", "revenue").rows() == [(date(2026, 7, 10), pytest.approx(300)), (date(2026, 7, 31), pytest.approx(300))]


def test_a_window_holds_nothing_after_its_day():
    portfolio = book_of(
        invoices=[
            {"account_id": "a", "amount": 3000.0, "issued": date(2026, 6, 1), "period_start": date(2026, 6, 16),
             "period_end": date(2026, 7, 15)},
            {"account_id": "a", "amount": 70.0, "issued": date(2026, 7, 1)},
        ]
    )  # fmt: skip
    whole: dict[str, Window] = {"year": lambda _: Period(date(2026, 1, 1), date(2026, 12, 31))}
    assert summed(portfolio, windows=whole)["revenue"].to_list() == [pytest.approx(1500)]  # 15 of 30 days


def test_work_is_at_a_fixed_price_by_its_project_else_its_contract_and_else_nobody_knows():
    portfolio = book_of(
        contracts=[
            {"contract_id": "fixed", "account_id": "a", "kind": "fixed_price", "start": date(2026, 1, 1)},
            {"contract_id": "hourly", "account_id": "a", "kind": "time_materials", "start": date(2026, 1, 1)},
        ],
        projects=[
            {"project_id": "says fixed", "account_id": "a", "billing": "fixed", "contract_id": "hourly"},
            {"project_id": "under fixed", "account_id": "a", "contract_id": "fixed"},
            {"project_id": "says hourly", "account_id": "a", "billing": "time_materials", "contract_id": "fixed"},
            {"project_id": "silent", "account_id": "a"},
        ],
        invoices=[
            {"account_id": "a", "issued": AS_OF, "amount": 1.0, "project_id": "says fixed"},
            {"account_id": "a", "issued": AS_OF, "amount": 2.0, "project_id": "under fixed", "contract_id": "hourly"},
            {"account_id": "a", "issued": AS_OF, "amount": 4.0, "project_id": "silent", "contract_id": "fixed"},
            {"account_id": "a", "issued": AS_OF, "amount": 8.0, "contract_id": "fixed"},
            {"account_id": "a", "issued": AS_OF, "amount": 16.0, "project_id": "says hourly", "contract_id": "fixed"},
            {"account_id": "a", "issued": AS_OF, "amount": 32.0, "contract_id": "hourly"},
            {"account_id": "a", "issued": AS_OF, "amount": 64.0, "project_id": "silent"},
            {"account_id": "a", "issued": AS_OF, "amount": 128.0},
        ],
        time_entries=[
            {"project_id": "says fixed", "date": AS_OF, "hours": 1.0},
            {"project_id": "says hourly", "date": AS_OF, "hours": 2.0},
            {"project_id": "silent", "date": AS_OF, "hours": 4.0},
        ],
    )  # fmt: skip
    made = summed(portfolio).select("fixed", "revenue", "hours").rows()
    assert made == [(False, 48.0, 2.0), (True, 15.0, 1.0), (None, 192.0, 4.0)]


def test_each_flow_has_its_own_days_rate_or_all_the_closing_days():
    portfolio = book_of(
        invoices=[
            {"account_id": "a", "amount": 100.0, "issued": date(2026, 6, 1), "currency": "USD"},
            {"account_id": "a", "amount": 100.0, "issued": date(2026, 6, 20), "currency": "USD"},
            {"account_id": "a", "amount": 100.0, "issued": date(2026, 6, 20), "currency": "GBP"},
        ],
        fx_rates=[
            {"currency": "USD", "date": date(2026, 6, 1), "rate": 0.8},
            {"currency": "USD", "date": date(2026, 6, 15), "rate": 0.9},
        ],
    )
    # On 14 June the one invoice so far is worth 80 at either rate; on 30 June 80 + 90, or 90 + 90; pounds have no rate and are left out.
    days = (date(2026, 6, 14), AS_OF)
    assert summed(portfolio, *days).select("revenue", "unrated").rows() == [(80, 0), (170, 1)]
    assert summed(portfolio, *days, level=True).select("revenue", "unrated").rows() == [(80, 0), (180, 1)]


def test_notice_given_later_ends_nothing_before():
    # 310 a month, renewing each month; notice of 20 May ends it on 31 May. On 15 May, 15 of May's 31 days are earned; by June all of May.
    contract = {
        "account_id": "a", "start": date(2026, 4, 1), "end": date(2026, 4, 30), "value": 310.0, "auto_renew": True, "renewal_months": 1,
        "notice_days": 0, "notice_given_on": date(2026, 5, 20),
    }  # fmt: skip
    may: dict[str, Window] = {"since may": lambda day: Period(date(2026, 5, 1), day)}
    days = (date(2026, 5, 15), date(2026, 5, 31), date(2026, 6, 30))
    assert summed(book_of(contracts=[contract]), *days, windows=may, basis="earned")["revenue"].to_list() == pytest.approx([150, 310, 310])


def test_without_costs_there_is_revenue_only():
    portfolio = book_of(
        projects=[{"project_id": "j", "account_id": "a", "billing": "time_materials"}],
        people=[{"person_id": "ana", "cost_rate": 30.0, "bill_rate": 70.0}],
        time_entries=[{"date": AS_OF, "hours": 2.0}],
        expenses=[{"date": AS_OF, "amount": 5.0}, {"date": AS_OF, "amount": 7.0, "pass_through": True}],
    )
    columns = ("revenue", "pass_through", "delivery_cost", "hours")
    assert summed(portfolio, basis="earned").select(columns).rows() == [(140, 7, 65, 2)]
    assert summed(portfolio, basis="earned", costs=False).select(columns).rows() == [(140, 7, 0, 0)]


def test_windows_of_days_lie_beside_each_other():
    assert days_back(91)(AS_OF) == Period(date(2026, 4, 1), AS_OF)
    assert days_back(91, 1)(AS_OF) == Period(date(2025, 12, 31), date(2026, 3, 31))


def test_no_day_no_window_and_no_row_are_no_sums():
    nothing = book_of(accounts=[{"account_id": "a"}])
    assert sums_on(nothing, [], WINDOWS, "invoiced", "EUR").height == 0
    made = sums_on(nothing, [AS_OF], WINDOWS, "earned", "EUR")
    assert (made.height, dict(made.schema)) == (0, SUMS)
    assert sums_on(nothing, [AS_OF], {}, "earned", "EUR").schema == SUMS
