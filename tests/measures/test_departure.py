"""What would go with one client: its group's money, the hours freed, and what is left, by hand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from lib.measures.concentration import parents
from lib.measures.departure import Departure, as_figure, departure
from lib.measures.flows import daily_flows
from lib.portfolio import Portfolio
from tests.measures.rows import book_of

AS_OF = date(2026, 6, 30)


def ago(days: int) -> date:
    return AS_OF - timedelta(days=days)


def without(account_id: str, portfolio: Portfolio) -> Departure:
    names = portfolio["accounts"].select("account_id", "name").collect()
    flows = daily_flows(portfolio, AS_OF, "invoiced", "EUR")
    return departure(portfolio, flows, parents(portfolio), names, account_id, AS_OF)


def three_clients(**more: Any) -> Portfolio:
    """a with its daughter a2 (600 + 200 of AGI), b (150) and c (50); an hour costs 10."""
    tables: dict[str, Any] = {
        "accounts": [{"account_id": "a"}, {"account_id": "a2", "parent_id": "a"}],
        "projects": [{"project_id": f"j{name}", "account_id": name} for name in ("a", "a2", "b")],
        "people": [{"person_id": "ana", "name": "Ana", "cost_rate": 10.0}, {"person_id": "ben", "name": "Ben", "cost_rate": 10.0}],
        "invoices": [
            {"account_id": name, "amount": amount, "issued": ago(100)}
            for name, amount in (("a", 600.0), ("a2", 200.0), ("b", 150.0), ("c", 50.0))
        ],
        "time_entries": [
            {"date": ago(0), "hours": 13.0, "project_id": "ja"},
            {"date": ago(90), "hours": 13.0, "project_id": "ja2"},  # the first day of 13 weeks
            {"date": ago(91), "hours": 6.0, "project_id": "ja"},
            {"date": ago(1), "hours": 6.5, "project_id": "ja", "person_id": "ben"},
            {"date": ago(1), "hours": 2.0, "project_id": "jb", "person_id": "ben"},
            {"date": ago(-1), "hours": 99.0, "project_id": "ja"},
        ],
    }
    return book_of(**(tables | more))


def test_a_client_takes_its_daughters_along():
    gone = without("a", three_clients())
    # Hours of a and a2 in the year: 13 + 13 + 6 + 6.5 = 38.5 at 10 = 385.
    assert gone.agi == 800
    assert gone.contribution == pytest.approx(800 - 385)


def test_the_margin_of_the_rest_stands_beside_that_of_the_book():
    gone = without("a", three_clients())
    assert gone.margin_before == (pytest.approx((1000 - 405) / 1000), False)  # 40.5 h in all
    assert gone.margin_after == (pytest.approx((200 - 20) / 200), False)


def test_hours_freed_are_the_mean_week_of_the_last_thirteen():
    gone = without("a", three_clients())
    assert gone.hours_per_person.rows() == [("Ana", 2.0), ("Ben", 0.5)]  # 26/13 and 6.5/13; the 91st day is outside
    assert gone.hours_per_week == 2.5


def test_concentration_is_shown_before_and_after():
    gone = without("a", three_clients())
    assert gone.before.top1 == pytest.approx(0.8)
    assert gone.after.top1 == pytest.approx(0.75)  # 150 of 200
    assert gone.after.hhi == pytest.approx(75**2 + 25**2)


def test_the_only_client_leaves_nothing_to_divide_by():
    gone = without("a", book_of(invoices=[{"account_id": "a", "amount": 100.0, "issued": AS_OF}]))
    assert (gone.after.top1, gone.margin_after[0]) == (None, None)


def test_without_time_entries_or_rates_nobody_knows_what_is_left_after_cost():
    assert without("a", three_clients(time_entries=[])).contribution is None
    assert without("a", three_clients(people=[{"person_id": "ana", "cost_rate": 10.0}])).contribution is None


@pytest.mark.parametrize(("unrated", "known"), [(1.0, True), (1.5, False)])
def test_below_ninety_percent_of_rated_hours_there_is_no_margin(unrated: float, known: bool):
    entries = [{"date": AS_OF, "hours": 9.0, "project_id": "ja"}, {"date": AS_OF, "hours": unrated, "project_id": "ja", "person_id": "x"}]
    assert (without("b", three_clients(time_entries=entries)).margin_before[0] is not None) is known


def test_the_figure_carries_the_money_only_where_there_is_revenue():
    gone = without("a", three_clients())
    assert as_figure(gone, "EUR", has_revenue=True).value == 800
    assert as_figure(gone, "EUR", has_revenue=False).value is None
