"""What one account's tables say on a day: only its own rows, only what had happened by then, the most urgent first."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from lib.measures.account_rows import STANDS, AccountRows, account_rows
from lib.portfolio import Portfolio
from tests.measures.rows import book_of

AS_OF = date(2026, 3, 31)


def day(month: int, number: int) -> date:
    return date(2026, month, number)


def rows(**tables: list[dict[str, Any]]) -> AccountRows:
    return account_rows(book_of(**tables), "a", AS_OF, "EUR")


def test_an_account_without_rows_has_none() -> None:
    found = account_rows(Portfolio.of(accounts=pl.DataFrame({"account_id": ["a"], "name": ["A"]})), "a", AS_OF, "EUR")
    assert all(getattr(found, name).is_empty() for name in found.__dataclass_fields__)


def project(key: str, **more: Any) -> dict[str, Any]:
    return {"project_id": key, "account_id": "a", "name": key.upper(), "status": "active", **more}


def test_open_projects_are_those_that_are_not_over_by_the_day() -> None:
    found = rows(projects=[
        project("running"), project("held", status="on_hold"), project("later", status="done", finished_on=day(4, 1)),
        project("over", status="done", finished_on=day(3, 31)), project("undated", status="done"), project("off", status="cancelled"),
        project("theirs", account_id="b"),
    ])  # fmt: skip
    assert set(found.projects["project_id"]) == {"running", "held", "later"}


def test_how_a_project_stands_follows_its_due_day_and_its_earned_schedule() -> None:
    """What is due that day is not late yet.

    Ten working days from Mon 16 to Fri 27 March planned as one task of 80 h; on Fri 20, after 5 days, 4, 4.6 or 5 of them are earned.
    """
    plan = {"baseline_start": day(3, 16), "baseline_due": day(3, 27), "due": day(3, 27), "billing": "fixed", "budget_hours": 80.0}
    done = {"far": 40.0, "near": 46.0, "even": 50.0}
    tables: dict[str, list[dict[str, Any]]] = {
        "projects": [
            *(project(key, ev_technique="percent_complete", **plan) for key in done),
            project("late", due=day(3, 19)), project("bare", due=day(3, 20)), project("next", status="planned"),
            project("held", status="on_hold", due=day(3, 1)),
        ],
        "tasks": [
            {"task_id": key, "project_id": key, "baseline_hours": 80.0, "baseline_start": day(3, 16), "baseline_finish": day(3, 27),
             "percent_complete": share}
            for key, share in done.items()
        ],
    }  # fmt: skip
    found = account_rows(book_of(**tables), "a", day(3, 20), "EUR").projects
    stands = dict(found.select("project_id", "stands").iter_rows())
    assert stands == {"late": "past_due", "far": "far_behind", "near": "behind", "even": "on_plan", "held": "on_hold", "next": "not_begun",
                      "bare": "no_plan"}  # fmt: skip
    assert found["project_id"].to_list() == ["late", "far", "near", "even", "held", "next", "bare"]
    earned = dict(zip(found["project_id"], found.select("spi_t", "sv_t").rows(), strict=True))
    assert earned["far"] == pytest.approx((4 / 5, -1.0))  # 40 % of 10 days are 4
    assert earned["near"] == pytest.approx((4.6 / 5, -0.4))
    assert set(stands.values()) == set(STANDS)


def test_hours_of_a_retainer_are_those_of_three_months_and_of_others_since_they_began() -> None:
    found = rows(
        contracts=[
            {"contract_id": "r", "account_id": "a", "start": date(2025, 1, 1), "hours_included": 10.0, "value_per": "month"},
            {"contract_id": "f", "account_id": "a", "kind": "fixed_price", "start": date(2025, 1, 1)},
        ],
        projects=[
            project("care", contract_id="r"), project("site", contract_id="f", budget_hours=40.0),
            project("shop", contract_id="f", budget_hours=60.0), project("alone", budget_hours=8.0),
        ],
        time_entries=[
            {"date": date(2025, 12, 30), "hours": 50.0, "project_id": "care"}, {"date": day(1, 5), "hours": 9.0, "project_id": "care"},
            {"date": day(3, 5), "hours": 3.0, "project_id": "care"}, {"date": day(4, 1), "hours": 7.0, "project_id": "care"},
            {"date": date(2025, 5, 1), "hours": 30.0, "project_id": "site"}, {"date": day(2, 2), "hours": 45.0, "project_id": "shop"},
            {"date": day(2, 2), "hours": 12.0, "project_id": "alone"},
        ],
    ).burn  # fmt: skip
    said = found.select("name", "used", "included", "first", "share").rows()
    # the year before and April stay out: 9 + 3 of 3 · 10; 30 + 45 of 40 + 60; 12 of 8
    assert said == [("ALONE", 12.0, 8.0, None, 1.5), ("f", 75.0, 100.0, None, 0.75), ("CARE", 12.0, 30.0, day(1, 1), 0.4)]


def test_a_contract_that_is_over_burns_nothing_any_more() -> None:
    contract = {"contract_id": "r", "account_id": "a", "start": date(2025, 1, 1), "end": day(3, 30), "hours_included": 10.0}
    assert rows(contracts=[contract], projects=[project("care", contract_id="r")]).burn.is_empty()
    assert rows(contracts=[contract | {"end": day(3, 31)}], projects=[project("care", contract_id="r")]).burn.height == 1


def test_the_latest_invoice_comes_first_and_what_comes_later_is_not_seen() -> None:
    found = rows(invoices=[
        {"invoice_id": "new", "account_id": "a", "issued": day(3, 20), "due": day(4, 19), "amount": 10.0},
        {"invoice_id": "old", "account_id": "a", "issued": day(1, 1), "due": day(1, 31), "amount": 100.0, "status": "disputed"},
        {"invoice_id": "paid", "account_id": "a", "issued": day(1, 1), "due": day(1, 31), "amount": 1.0, "paid_on": day(3, 31)},
        {"invoice_id": "next", "account_id": "a", "issued": day(4, 1), "due": day(5, 1), "amount": 1.0},
        {"invoice_id": "theirs", "account_id": "b", "issued": day(1, 1), "due": day(1, 31), "amount": 1.0},
    ]).invoices  # fmt: skip
    assert found.rows() == [("old", 100.0, 59, True), ("new", 10.0, -19, False)]


def test_feedback_and_contacts_name_who_and_begin_with_the_newest() -> None:
    found = rows(
        contacts=[{"contact_id": "n", "account_id": "a", "name": "Nora"}, {"contact_id": "o", "account_id": "a", "name": "Omar"}],
        feedback=[
            {"account_id": "a", "contact_id": "n", "date": day(1, 1), "score": 9.0, "scale_min": 0.0, "scale_max": 10.0, "comment": "Good"},
            {"account_id": "a", "date": day(3, 31), "score": 2.0}, {"account_id": "a", "contact_id": "n", "date": day(4, 1), "score": 10.0},
        ],
        touchpoints=[
            {"account_id": "a", "date": day(2, 1), "kind": "call", "contact_ids": ["n", "gone", "o"], "summary": "Asked"},
            {"account_id": "a", "date": day(3, 1)}, {"account_id": "a", "date": day(4, 1)}, {"account_id": "b", "date": day(3, 1)},
        ],
    )  # fmt: skip
    said = found.feedback.select("day", "who", "score", "comment").rows()
    assert said == [(day(3, 31), None, 2.0, None), (day(1, 1), "Nora", 9.0, "Good")]
    assert found.contacts.rows() == [(day(3, 1), "meeting", None, None), (day(2, 1), "call", "Nora, Omar", "Asked")]


def test_dates_ahead_are_of_everything_that_is_open() -> None:
    found = rows(
        contracts=[{"contract_id": "r", "account_id": "a", "start": date(2025, 7, 1), "end": day(6, 30), "notice_days": 60}],
        projects=[project("site", due=day(5, 15), contract_id="r"), project("past", due=day(3, 31))],
        tasks=[
            {"task_id": "beta", "project_id": "site", "name": "Beta", "kind": "milestone", "due": day(4, 10)},
            {"task_id": "alpha", "project_id": "site", "name": "Alpha", "kind": "milestone", "due": day(4, 9), "finished_on": day(3, 3)},
            {"task_id": "work", "project_id": "site", "name": "Work", "due": day(4, 10)},
        ],
        goals=[
            {"goal_id": "g", "account_id": "a", "title": "More visits", "due": day(6, 1), "status": "on_track"},
            {"goal_id": "h", "account_id": "a", "title": "Met", "due": day(6, 1), "status": "met"},
        ],
        opportunities=[{"opportunity_id": "o", "account_id": "a", "name": "Phase 2", "kind": "upsell", "expected_close": day(4, 1)}],
    ).dates  # fmt: skip
    # 30 June − 60 days is 1 May
    assert found.rows() == [
        (day(4, 1), "close", "Phase 2"), (day(4, 10), "milestone", "Beta"), (day(5, 1), "notice", "SITE"), (day(5, 15), "project", "SITE"),
        (day(6, 1), "goal", "More visits"),
    ]  # fmt: skip


def test_risks_and_deals_are_the_account_s_own() -> None:
    found = rows(
        risks=[
            {"risk_id": "r", "account_id": "a", "kind": "risk", "opened": day(1, 1), "probability": 2, "impact": 3},
            {"risk_id": "s", "account_id": "b", "opened": day(1, 1)},
        ],
        opportunities=[{"opportunity_id": "o", "account_id": "a"}, {"opportunity_id": "p", "account_id": "b"}],
    )
    assert found.risks["risk_id"].to_list() == ["r"]
    assert found.risks["exposure"].to_list() == [6]
    assert found.deals["opportunity_id"].to_list() == ["o"]
