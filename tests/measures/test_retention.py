"""How much of last year's money is still here: of contracts, and of all billing, by hand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.measures.flows import comparable_flows, daily_flows
from lib.measures.retention import (
    ClientRetention,
    Recurring,
    client_retention,
    days_of_history,
    reaches_back,
    recurring_retention,
    retention_bridge,
)
from lib.portfolio import Portfolio
from tests.measures.rows import book_of

AS_OF = date(2026, 6, 30)
THEN = date(2025, 6, 30)  # twelve months before


def contract(account: str, value: float, start: date = date(2024, 1, 1), end: date | None = None, **more: Any) -> dict[str, Any]:
    return {"account_id": account, "value": value, "start": start, "end": end} | more


def recurring(*contracts: dict[str, Any], **tables: Any) -> Recurring:
    return recurring_retention(book_of(contracts=list(contracts), **tables), AS_OF, "EUR")


def test_net_counts_growth_and_gross_does_not():
    made = recurring(
        contract("grew", 1000.0, end=date(2025, 12, 31)), contract("grew", 1500.0, start=date(2026, 1, 1)),
        contract("shrank", 1000.0, end=date(2025, 12, 31)), contract("shrank", 600.0, start=date(2026, 1, 1)),
        contract("left", 500.0, end=date(2026, 3, 31)),
        contract("same", 500.0),
        contract("new", 9000.0, start=date(2026, 1, 1)),
    )  # fmt: skip
    # Start 1 000 + 1 000 + 500 + 500 = 3 000. Now 1 500 + 600 + 0 + 500 = 2 600; kept 1 000 + 600 + 0 + 500 = 2 100.
    assert made.nrr == pytest.approx(2600 / 3000)
    assert made.grr == pytest.approx(2100 / 3000)


def test_values_count_by_account_not_by_contract():
    # One contract of the account ended, another grew: 1 000 + 1 000 → 2 000, nothing lost.
    made = recurring(contract("a", 1000.0, end=date(2025, 12, 31)), contract("a", 1000.0), contract("a", 1000.0, start=date(2026, 1, 1)))
    assert (made.nrr, made.grr) == (1, 1)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (THEN, None, 1.0),  # began on the first day compared
        (THEN + timedelta(days=1), None, None),  # a day later there was no start
        (date(2024, 1, 1), AS_OF, 1.0),  # in force through its last day
        (date(2024, 1, 1), AS_OF - timedelta(days=1), 0.0),
        (date(2024, 1, 1), THEN - timedelta(days=1), None),
    ],
)
def test_in_force_means_from_the_first_to_the_last_day(start: date, end: date | None, expected: float | None):
    assert recurring(contract("a", 1000.0, start, end)).nrr == expected


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, 0.0),
        ({"auto_renew": True}, 1.0),
        ({"auto_renew": True, "notice_given_on": date(2025, 12, 1)}, 0.0),  # in time for 31 December
        ({"auto_renew": True, "notice_given_on": date(2025, 12, 2)}, 1.0),  # late: runs through 2026
        ({"auto_renew": True, "notice_given_on": date(2026, 5, 1)}, 1.0),  # given in the renewed term: in force to its end
        ({"auto_renew": True, "notice_given_on": date(2025, 12, 2), "renewal_months": 3}, 0.0),  # to 31 March 2026
    ],
)
def test_a_contract_that_renews_by_itself_is_in_force_until_notice_ends_it(more: dict[str, Any], expected: float):
    made = recurring(contract("a", 1000.0, date(2025, 1, 1), date(2025, 12, 31), notice_days=30, **more))
    assert made.nrr == expected


@pytest.mark.parametrize(("lost_on", "expected"), [(AS_OF, 0.0), (AS_OF + timedelta(days=1), 1.0), (THEN, None)])
def test_a_lost_account_has_no_recurring_value_from_that_day(lost_on: date, expected: float | None):
    made = recurring(contract("a", 1000.0), accounts=[{"account_id": "a", "status": "lost", "lost_on": lost_on}])
    assert made.nrr == expected


def test_only_retainers_and_subscriptions_recur_and_never_of_internal_accounts():
    made = recurring(
        contract("a", 1000.0, kind="fixed_price"),
        contract("a", 1000.0, kind="time_materials"),
        contract("own", 1000.0),
        accounts=[{"account_id": "own", "internal": True}],
    )
    assert (made.nrr, made.grr, made.accounts.height) == (None, None, 0)


def test_both_sides_convert_at_the_as_of_rate_so_that_a_currency_is_no_growth():
    rates = [{"currency": "USD", "date": THEN, "rate": 0.5}, {"currency": "USD", "date": AS_OF, "rate": 0.9}]
    made = recurring(contract("a", 1000.0, currency="USD"), contract("b", 100.0), fx_rates=rates)
    assert made.nrr == 1
    assert made.accounts.rows() == [("a", 900.0, 900.0), ("b", 100.0, 100.0)]


def test_a_contract_without_a_rate_is_counted_out():
    made = recurring(contract("a", 1000.0, currency="USD"), contract("b", 100.0))
    assert (made.nrr, made.unrated) == (1, 2)  # once then, once now


@st.composite
def any_contract(draw: st.DrawFn) -> dict[str, Any]:
    start = draw(st.dates(date(2024, 1, 1), AS_OF))
    end = draw(st.none() | st.integers(0, 900).map(lambda days: start + timedelta(days=days)))
    return contract(
        draw(st.sampled_from("abc")), float(draw(st.integers(1, 5000))), start, end,
        auto_renew=draw(st.booleans()), notice_given_on=draw(st.none() | st.dates(date(2024, 1, 1), AS_OF)),
    )  # fmt: skip


@given(st.lists(any_contract(), min_size=1, max_size=8))
def test_gross_lies_between_nothing_and_net_or_one(contracts: list[dict[str, Any]]):
    made = recurring(*contracts)
    if made.nrr is None or made.grr is None:
        assert made.nrr is None
        assert made.grr is None
    else:
        assert 0 <= made.grr <= min(1, made.nrr) + 1e-9


# All billing. The years compared: 1 July 2024 - 30 June 2025 and 1 July 2025 - 30 June 2026.

LAST, BEFORE, LONG_AGO = date(2026, 1, 15), date(2025, 1, 15), date(2024, 6, 30)


def bill(account: str, amount: float, issued: date, **more: Any) -> dict[str, Any]:
    return {"account_id": account, "amount": amount, "issued": issued} | more


def clients(*invoices: dict[str, Any], **tables: Any) -> ClientRetention:
    portfolio = book_of(invoices=list(invoices), **tables)
    return client_retention(portfolio, daily_flows(portfolio, AS_OF, "invoiced", "EUR"), AS_OF)


def since(*accounts: str) -> list[dict[str, Any]]:
    return [{"account_id": account, "since": date(2020, 1, 1)} for account in accounts]


def test_retention_of_clients_splits_into_what_grew_shrank_and_went():
    made = clients(
        bill("grew", 1000.0, BEFORE), bill("grew", 1300.0, LAST),
        bill("shrank", 1000.0, BEFORE), bill("shrank", 400.0, LAST),
        bill("went", 500.0, BEFORE),
        bill("same", 500.0, BEFORE), bill("same", 500.0, LAST),
        accounts=since("grew", "shrank", "went", "same"),
    )  # fmt: skip
    # Before 3 000; now 1 300 + 400 + 0 + 500 = 2 200.
    assert made.retention == pytest.approx(2200 / 3000)
    assert made.expansion == pytest.approx(300 / 3000)
    assert made.contraction == pytest.approx(-600 / 3000)
    assert made.churn == pytest.approx(-500 / 3000)
    assert made.returned == pytest.approx(3 / 4)
    assert 1 + made.expansion + made.contraction + made.churn == pytest.approx(made.retention)


def test_only_clients_of_before_those_24_months_are_compared():
    made = clients(
        bill("old", 1.0, LONG_AGO), bill("old", 100.0, BEFORE), bill("old", 100.0, LAST),
        bill("young", 100.0, LONG_AGO + timedelta(days=1)), bill("young", 900.0, LAST),
        bill("said", 100.0, BEFORE), bill("said", 100.0, LAST),
        bill("said young", 1.0, LONG_AGO), bill("said young", 100.0, BEFORE),
        accounts=[{"account_id": "said", "since": LONG_AGO}, {"account_id": "said young", "since": LONG_AGO + timedelta(days=1)}],
    )  # fmt: skip
    assert made.accounts["account_id"].to_list() == ["old", "said"]


@pytest.mark.parametrize(("credit", "change"), [(100.0, "churn"), (120.0, "churn"), (99.0, "contraction")])
def test_a_client_with_nothing_left_after_credit_notes_has_churned(credit: float, change: str):
    made = clients(bill("a", 500.0, BEFORE), bill("a", 100.0, LAST), bill("a", credit, LAST, kind="credit_note"), accounts=since("a"))
    assert made.accounts["change"].to_list() == [change]


def test_a_client_billed_only_what_was_passed_through_was_billed_again_though_its_agi_is_gone():
    made = clients(bill("a", 500.0, BEFORE), bill("a", 100.0, LAST, pass_through=100.0), accounts=since("a"))
    assert (made.retention, made.returned) == (0, 1)


def test_the_years_meet_at_their_days():
    made = clients(
        bill("a", 1.0, date(2024, 7, 1)), bill("a", 10.0, date(2025, 6, 30)), bill("a", 100.0, date(2025, 7, 1)), bill("a", 1000.0, AS_OF),
        bill("a", 7.0, AS_OF + timedelta(days=1)), bill("a", 7.0, LONG_AGO), accounts=since("a"),
    )  # fmt: skip
    assert made.accounts.select("before", "last").rows() == [(11.0, 1100.0)]


def test_nobody_to_compare_gives_no_share():
    made = clients(bill("a", 100.0, LAST), accounts=since("a"))
    assert (made.retention, made.expansion, made.contraction, made.churn, made.returned) == (None,) * 5


def test_a_currency_is_no_growth_of_a_client():
    portfolio = book_of(
        invoices=[bill("a", 100.0, BEFORE, currency="USD"), bill("a", 100.0, LAST, currency="USD")],
        accounts=since("a"),
        fx_rates=[{"currency": "USD", "date": day, "rate": rate} for day, rate in ((BEFORE, 0.5), (LAST, 1.0), (AS_OF, 0.8))],
    )
    assert client_retention(portfolio, comparable_flows(portfolio, AS_OF, "invoiced", "EUR"), AS_OF).retention == 1


def history(portfolio: Portfolio, basis: str) -> tuple[int, bool]:
    made = daily_flows(portfolio, AS_OF, basis, "EUR")  # type: ignore[arg-type]
    return days_of_history(made, AS_OF), reaches_back(made, AS_OF)


@pytest.mark.parametrize(
    ("first", "enough"), [(date(2024, 7, 1), True), (date(2024, 7, 8), True), (date(2024, 7, 9), False), (AS_OF, False)]
)
def test_two_years_of_invoices_are_needed_but_for_a_week(first: date, enough: bool):
    assert history(book_of(invoices=[bill("a", 1.0, first)]), "invoiced") == ((AS_OF - first).days + 1, enough)


def test_no_flow_is_no_history():
    assert history(book_of(accounts=since("a")), "invoiced") == (0, False)


def test_old_contracts_do_not_lend_their_history_to_young_hours():
    portfolio = book_of(
        contracts=[contract("a", 1000.0, date(2020, 1, 1))],
        projects=[{"project_id": "j", "account_id": "a", "billing": "time_materials"}],
        time_entries=[{"date": AS_OF - timedelta(days=9), "hours": 1.0}],
    )
    assert history(portfolio, "earned") == (10, False)
    assert history(book_of(contracts=[contract("a", 1000.0, date(2020, 1, 1))]), "earned")[1]


def test_the_bridge_goes_from_before_to_now_step_by_step():
    made = clients(
        bill("grew", 1000.0, BEFORE), bill("grew", 1300.0, LAST),
        bill("shrank", 1000.0, BEFORE), bill("shrank", 400.0, LAST),
        bill("went", 500.0, BEFORE),
        bill("same", 500.0, BEFORE), bill("same", 500.0, LAST),
        accounts=since("grew", "shrank", "went", "same"),
    )  # fmt: skip
    steps = retention_bridge(made.accounts)
    assert steps.select("step", "amount", "accounts").rows() == [
        ("start", 3000.0, 4), ("expansion", 300.0, 1), ("contraction", -600.0, 1), ("churn", -500.0, 1), ("now", 2200.0, 3),
    ]  # fmt: skip
    assert steps["share"].to_list() == pytest.approx([1, 0.1, -0.2, -1 / 6, 2200 / 3000])


def test_the_bridge_of_contracts_leaves_new_ones_out():
    made = recurring(
        contract("grew", 1000.0, end=date(2025, 12, 31)), contract("grew", 1500.0, start=date(2026, 1, 1)),
        contract("left", 500.0, end=date(2026, 3, 31)), contract("new", 9000.0, start=date(2026, 1, 1)),
    )  # fmt: skip
    steps = dict(retention_bridge(made.accounts, "start", "now").select("step", "amount").iter_rows())
    assert steps == {"start": 1500, "expansion": 500, "contraction": 0, "churn": -500, "now": 1500}
    assert made.nrr == steps["now"] / steps["start"]


@given(st.lists(st.tuples(st.floats(-1e6, 1e7), st.floats(-1e6, 1e7)), max_size=30))
def test_the_bridge_adds_up_and_ends_at_what_is_left(pairs: list[tuple[float, float]]):
    accounts = pl.DataFrame(pairs, schema={"before": pl.Float64, "last": pl.Float64}, orient="row")
    steps = dict(retention_bridge(accounts).select("step", "amount").iter_rows())
    assert steps["start"] + steps["expansion"] + steps["contraction"] + steps["churn"] == steps["now"]
    assert steps["now"] == pytest.approx(sum(last for before, last in pairs if before > 0), abs=1e-6)
    assert steps["expansion"] >= 0 >= steps["contraction"]
    assert steps["churn"] <= 0
