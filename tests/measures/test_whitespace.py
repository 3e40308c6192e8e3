"""Which services each account has bought: won, open, never, and what can't be told."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from lib.measures.whitespace import Whitespace, whitespace
from tests.measures.rows import book_of

AS_OF = date(2026, 6, 30)
PAST = date(2026, 3, 1)


def deal(account: str, service: str | None, status: str = "won", **more: Any) -> dict[str, Any]:
    closed = None if status == "open" else PAST
    return {"account_id": account, "service": service, "status": status, "closed_on": closed, "created_on": date(2026, 1, 1)} | more


def grid(*deals: dict[str, Any], **tables: Any) -> Whitespace:
    return whitespace(book_of(opportunities=list(deals), **tables), AS_OF, "EUR")


def states(made: Whitespace) -> dict[tuple[str, str], str]:
    return {(row["account_id"], row["service"]): row["state"] for row in made.cells.iter_rows(named=True)}


def test_a_service_is_won_open_or_was_never_sold() -> None:
    made = grid(deal("a", "Web"), deal("a", "Data", "open", amount=500.0), deal("b", "Web", "lost"), deal("b", "Data"))
    assert states(made) == {("a", "Web"): "won", ("a", "Data"): "open", ("b", "Web"): "never", ("b", "Data"): "won"}
    assert made.accounts.select("account_id", "won", "open", "never", "unknown").rows() == [("a", 1, 1, 0, 0), ("b", 1, 0, 1, 0)]
    assert made.services.rows() == [("Data", 1, 1, 0, 0), ("Web", 1, 0, 1, 0)]
    assert made.cells.filter(service="Data", account_id="a")["open_worth"].to_list() == [500]


def test_what_was_won_stays_bought_while_more_of_it_is_open() -> None:
    made = grid(deal("a", "Web"), deal("a", "Web", "open"), deal("a", "Web", closed_on=date(2026, 5, 5)))
    assert made.cells.select("state", "deals", "last_on").rows() == [("won", 3, date(2026, 5, 5))]


@pytest.mark.parametrize(
    ("closed_on", "status", "state"),
    [
        (AS_OF, "won", "won"), (AS_OF + timedelta(1), "won", "open"), (AS_OF + timedelta(1), "lost", "open"), (AS_OF, "lost", "never"),
        (None, "won", "won"), (None, "open", "open"),
    ],
)  # fmt: skip
def test_nothing_after_the_day_is_seen(closed_on: date | None, status: str, state: str) -> None:
    assert states(grid(deal("a", "Web", status, closed_on=closed_on)))["a", "Web"] == state


def test_a_deal_opened_later_is_not_there() -> None:
    assert grid(deal("a", "Web", created_on=AS_OF + timedelta(1))).cells.is_empty()


def test_capitals_make_no_second_service_and_the_usual_spelling_stands() -> None:
    made = grid(deal("a", "Web design"), deal("b", "Web design"), deal("c", " web Design "))
    assert made.services["service"].to_list() == ["Web design"]
    assert set(states(made).values()) == {"won"}


@pytest.mark.parametrize(
    ("tables", "deals", "state"),
    [
        ({}, [], "never"),  # a client of whom nothing bought is known: nothing is unexplained
        ({"contracts": [{"account_id": "a", "start": PAST}]}, [], "unknown"),
        ({"contracts": [{"account_id": "a", "start": AS_OF + timedelta(1)}]}, [], "never"),
        ({"invoices": [{"account_id": "a", "issued": PAST, "amount": 5.0}]}, [], "unknown"),
        ({"invoices": [{"account_id": "a", "issued": PAST, "amount": 5.0, "status": "void"}]}, [], "never"),
        ({"contracts": [{"account_id": "a", "start": PAST}]}, [deal("a", "Web")], "never"),  # a won deal explains it
        ({}, [deal("a", "Web"), deal("a", None)], "unknown"),  # and one that names no service does not
        ({}, [deal("a", None, "lost")], "never"),
        ({}, [deal("a", None, None)], "unknown"),  # it may have been won
    ],
)
def test_never_needs_everything_bought_to_be_explained(tables: Any, deals: list[dict[str, Any]], state: str) -> None:
    accounts = [{"account_id": "a"}, {"account_id": "b"}]
    assert states(grid(deal("b", "Data"), *deals, accounts=accounts, **tables))["a", "Data"] == state


def test_deals_without_a_service_are_counted() -> None:
    made = grid(deal("a", None), deal("a", None, "open"), deal("a", None, "lost"), deal("b", "Web"))
    assert made.unnamed == 2
    assert dict(made.accounts.select("account_id", "unnamed").iter_rows()) == {"a": 2, "b": 0}


def test_lost_clients_and_the_own_house_are_not_there_and_prospects_are() -> None:
    gone, own = {"account_id": "gone", "lost_on": AS_OF}, {"account_id": "own", "internal": True}
    accounts = [gone, own, {"account_id": "new", "status": "prospect"}]
    made = grid(deal("gone", "Web"), deal("own", "Data"), deal("new", "Web", "open"), accounts=accounts)
    assert made.accounts["account_id"].to_list() == ["new"]
