"""Change requests as a list: state, age, money, and what was begun without approval, as account health and the agenda count it."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import Any

import polars as pl
import pytest

from lib.health import budget
from lib.health.readings import Sight
from lib.measures.begun_requests import unapproved_requests
from lib.sample import SAMPLE_AS_OF
from lib.scope.register import register
from tests.gallery import sample_portfolio
from tests.measures.rows import book_of

TODAY = date(2026, 3, 27)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def row_of(request: dict[str, Any], base: str = "EUR", **tables: list[dict[str, Any]]) -> dict[str, Any]:
    """The row of one request, c, raised 20 days ago on project j of account a, Ana's hour at 30 €."""
    whole = {"change_id": "c", "raised_on": ago(20), "status": "logged", "currency": None} | request
    plain: dict[str, Any] = {"projects": [{"project_id": "j", "account_id": "a"}], "people": [{"person_id": "ana", "cost_rate": 30.0}]}
    given = plain | tables
    rows = register(book_of(change_requests=[whole], **given), TODAY, base)
    assert rows.height == 1
    return rows.row(0, named=True)


def test_a_request_has_its_project_account_and_age() -> None:
    row = row_of({"title": "More", "priority": "must"})
    assert [row[name] for name in ("project", "account", "title", "priority", "age_days")] == ["Site", "A", "More", "must", 20]
    decided = row_of({"status": "rejected", "decided_on": ago(13)})
    assert (decided["status"], decided["age_days"]) == ("rejected", 7)


def test_what_was_decided_later_was_proposed_then() -> None:
    row = row_of({"status": "approved", "decided_on": ago(-1), "order_number": "CO-0001"})
    assert [row[name] for name in ("status", "decided_on", "order_number", "age_days")] == ["proposed", None, None, 20]


def test_what_is_raised_later_is_not_known() -> None:
    assert register(book_of(change_requests=[{"change_id": "c", "raised_on": ago(-1)}]), TODAY, "EUR").is_empty()


def test_money_is_in_the_base_at_the_rate_of_the_day() -> None:
    rates = [{"currency": "GBP", "date": ago(10), "rate": 1.2}]
    request = {"cost": 100.0, "price": 200.0, "pass_through": 50.0, "currency": "GBP"}
    row = row_of(request, fx_rates=rates)
    assert [row[name] for name in ("cost", "price", "pass_through", "likely_cost")] == [120.0, 240.0, 60.0, 120.0]
    assert row_of(request)["price"] is None  # no rate


def test_without_a_cost_it_is_hours_at_the_mean_of_the_project() -> None:
    entries = [{"date": ago(5), "hours": 10.0, "cost_rate": 50.0, "currency": "EUR"}, {"date": ago(5), "hours": 30.0}]
    assert row_of({"hours": 4.0}, time_entries=entries)["likely_cost"] == pytest.approx(4 * 35)  # (500 + 900) / 40
    assert row_of({"hours": 4.0})["likely_cost"] == pytest.approx(4 * 30)


TASK = {"task_id": "t", "change_id": "c"}


@pytest.mark.parametrize(
    ("request_", "tables", "begun"),
    [
        ({}, {}, (None, None, False)),
        ({"started_on": ago(9)}, {}, (ago(9), "request", True)),
        ({"started_on": ago(30)}, {}, (ago(20), "request", True)),  # not before it was asked for
        ({}, {"tasks": [TASK | {"started_on": ago(8)}]}, (ago(8), "task", True)),
        ({}, {"tasks": [TASK], "time_entries": [{"date": ago(7), "hours": 2.0, "task_id": "t"}]}, (ago(7), "hours", True)),
        ({}, {"tasks": [TASK], "time_entries": [{"date": ago(-1), "hours": 2.0, "task_id": "t"}]}, (None, None, False)),
        ({"started_on": ago(-1)}, {}, (None, None, False)),
        ({"status": "approved", "decided_on": ago(3), "started_on": ago(9)}, {}, (ago(9), "request", False)),
        ({"status": "rejected", "decided_on": ago(3), "started_on": ago(9)}, {}, (ago(9), "request", True)),
        ({"status": "withdrawn", "started_on": ago(9)}, {}, (ago(9), "request", False)),
        ({"status": "approved", "decided_on": ago(-1), "started_on": ago(9)}, {}, (ago(9), "request", True)),
    ],
)
def test_what_is_begun_without_approval(request_: dict[str, Any], tables: dict[str, Any], begun: tuple[Any, ...]) -> None:
    row = row_of(request_, **tables)
    assert (row["begun_on"], row["begun_by"], row["unapproved_work"]) == begun


def test_unapproved_work_costs_what_was_logged_else_what_it_may_cost() -> None:
    quiet = row_of({"started_on": ago(9), "hours": 6.0})
    assert (quiet["unapproved_hours"], quiet["unapproved_cost"]) == (6.0, 180.0)
    worked = row_of({"started_on": ago(9), "hours": 6.0}, tasks=[TASK], time_entries=[{"date": ago(7), "hours": 2.5, "task_id": "t"}])
    assert [worked[name] for name in ("logged_hours", "logged_cost", "unapproved_hours", "unapproved_cost")] == [2.5, 75.0, 6.0, 75.0]
    approved = row_of({"status": "approved", "decided_on": ago(3), "started_on": ago(9), "hours": 6.0})
    assert (approved["unapproved_hours"], approved["unapproved_cost"]) == (0.0, 0.0)


def test_small_ones_are_counted_where_they_are_carried() -> None:
    book = book_of(change_requests=[
        {"change_id": "big", "raised_on": ago(1), "status": "assessed"},
        *({"change_id": name, "raised_on": ago(2), "status": "withdrawn", "bundled_into": "big"} for name in "xy"),
    ])  # fmt: skip
    rows = register(book, TODAY, "EUR")
    assert dict(rows.select("change_id", "carries").rows()) == {"big": 2, "x": 0, "y": 0}


# The sample


@cache
def sample() -> pl.DataFrame:
    return register(sample_portfolio(), SAMPLE_AS_OF, "EUR")


def test_the_sample_flags_what_health_and_the_agenda_flag() -> None:
    flagged = sample().filter("unapproved_work")
    assert (flagged.height, flagged["unapproved_hours"].sum()) == (25, 149)
    sight = Sight(sample_portfolio(), (SAMPLE_AS_OF,), "invoiced", "EUR")
    health = budget.evidence(sight, "bermeja", SAMPLE_AS_OF, "unapproved_scope").drop_nulls("change_id")
    agenda = unapproved_requests(sample_portfolio(), SAMPLE_AS_OF).collect()
    assert set(flagged["change_id"]) == set(health["change_id"]) == set(agenda["change_id"])
    assert flagged["unapproved_hours"].sum() == health["over"].sum()


def test_every_request_of_the_sample_is_there_once() -> None:
    every = sample_portfolio()["change_requests"].filter(pl.col("raised_on") <= SAMPLE_AS_OF).collect()
    assert sorted(sample()["change_id"]) == sorted(every["change_id"])
