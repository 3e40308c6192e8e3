"""What became of a margin: by hand, adding up whatever happened, and as the sample tells it."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.health import budget
from lib.health.readings import Sight
from lib.portfolio import Portfolio
from lib.sample import SAMPLE_AS_OF
from lib.scope.ledger import STEPS, WHY, Ledger, account_ledger, ledger, ledgers
from tests.gallery import sample_portfolio
from tests.measures.rows import book_of

TODAY = date(2026, 3, 27)
Row = dict[str, Any]


def book(*requests: Row, project: Row | None = None, **tables: list[Row]) -> Portfolio:
    """Project j: fee 10 000 with 1 000 passed through, to cost 100 h · 50 € = 5 000; 40 h are done and 60 h to come."""
    plain = {
        "project_id": "j", "account_id": "a", "billing": "fixed", "budget_amount": 10_000.0, "pass_through_budget": 1_000.0,
        "target_margin": 0.4, "start": date(2026, 1, 5), "percent_complete": 40.0, "ev_technique": "percent_complete",
    }  # fmt: skip
    task = {
        "task_id": "t", "assignee_id": "ana", "baseline_hours": 100.0, "baseline_start": date(2026, 1, 5),
        "baseline_finish": date(2026, 5, 29), "estimate_hours": 100.0, "remaining_hours": 60.0, "status": "in_progress",
        "started_on": date(2026, 1, 5), "percent_complete": 40.0,
    }  # fmt: skip
    rows = [{"change_id": f"c{number}", "raised_on": date(2026, 1, 20)} | request for number, request in enumerate(requests)]
    given = {
        "projects": [plain | (project or {})], "people": [{"person_id": "ana", "cost_rate": 50.0}], "tasks": [task],
        "time_entries": [{"date": date(2026, 2, 2), "hours": 40.0, "task_id": "t"}], "change_requests": rows,
    }  # fmt: skip
    return book_of(**(given | tables))


def steps(made: Ledger) -> list[tuple[str, str | None, float]]:
    assert made.why is None, made.why
    return made.steps.select("step", "change_id", pl.col("amount").round(9)).rows()


def of(*requests: Row, **more: Any) -> Ledger:
    return ledger(book(*requests, **more), "j", TODAY, "EUR")


PAID = {"status": "approved", "paid_by": "client", "decided_on": date(2026, 2, 10), "price": 2000.0, "pass_through": 400.0, "cost": 700.0}


def test_without_changes_it_is_what_was_sold_and_the_drift() -> None:
    made = of()
    # sold 9 000 − 5 000; EAC 40 h + 60 h at 50 = 5 000
    assert steps(made) == [("sold", None, 4000), ("drift", None, 0), ("today", None, 4000)]
    assert (made.margin_sold, made.margin, made.target_margin) == (pytest.approx(4 / 9), pytest.approx(4 / 9), 0.4)


def test_an_order_brings_its_fee_less_pass_through_less_cost() -> None:
    # 2 000 − 400 − 700 = 900; today 9 000 + 1 600 − 5 000 = 5 600, so the 700 are not spent yet
    assert steps(of(PAID)) == [("sold", None, 4000), ("change_order", "c0", 900), ("drift", None, 700), ("today", None, 5600)]


def test_of_a_shared_order_the_client_pays_a_part_and_all_of_it_costs_us() -> None:
    shared = PAID | {"paid_by": "shared", "client_share": 0.5}
    assert steps(of(shared))[1] == ("change_order", "c0", 2000 * 0.5 - 400 - 700)


def test_what_we_pay_for_is_absorbed_and_so_is_what_nobody_approved() -> None:
    ours = {"status": "implemented", "paid_by": "us", "decided_on": date(2026, 2, 10), "cost": 300.0}
    begun = {"status": "logged", "hours": 4.0, "started_on": date(2026, 2, 1), "raised_on": date(2026, 1, 30)}
    made = of(ours, begun, PAID)
    assert steps(made) == [
        ("sold", None, 4000), ("change_order", "c2", 900), ("absorbed", "c0", -300), ("absorbed", "c1", -200), ("drift", None, 1200),
        ("today", None, 5600),
    ]  # fmt: skip


def test_orders_come_in_the_order_of_their_decisions_and_only_once_decided() -> None:
    later, next_month = PAID | {"decided_on": date(2026, 2, 9)}, PAID | {"decided_on": date(2026, 4, 1)}
    assert [change for step, change, _ in steps(of(PAID, later, next_month)) if step == "change_order"] == ["c1", "c0"]


def test_passing_on_more_than_was_agreed_is_a_cost_of_today() -> None:
    spent = {"date": date(2026, 3, 2), "amount": 1500.0, "pass_through": True}
    made = of(PAID, expenses=[spent | {"expense_id": "x"}])
    assert (made.agi, steps(made)[-1]) == (10_500.0, ("today", None, 5500.0))  # 1 500, and 1 400 were agreed on
    made = of(expenses=[spent])
    assert (made.agi, steps(made)[-1]) == (8_500.0, ("today", None, 3500.0))


def test_today_has_the_range_of_what_it_may_cost() -> None:
    task = {
        "task_id": "t", "assignee_id": "ana", "baseline_hours": 100.0, "baseline_start": date(2026, 1, 5), "baseline_finish": TODAY,
        "remaining_hours": 80.0, "estimate_hours": 120.0, "status": "in_progress", "started_on": date(2026, 1, 5), "percent_complete": 40.0,
    }  # fmt: skip
    today = of(tasks=[task]).steps.row(-1, named=True)
    # bottom-up 2 000 + 80 · 50 = 6 000; AC + (BAC − EV) = 2 000 + 3 000; BAC / CPI = 5 000; by SPI: 2 000 + 3 000 · 2.5 = 9 500
    assert (today["amount"], today["low"], today["high"]) == (3000.0, pytest.approx(-500), pytest.approx(4000))


@pytest.mark.parametrize(
    ("project", "why"),
    [
        ({"billing": "time_materials"}, "not_fixed"), ({"budget_amount": None}, "no_fee"), ({"currency": "GBP"}, "no_exchange_rate"),
        ({"status": "cancelled"}, "cancelled"),
    ],
)  # fmt: skip
def test_why_there_is_none(project: Row, why: str) -> None:
    made = of(project=project)
    assert (made.why, made.steps.height) == (why, 0)
    assert why in WHY
    assert ledger(book(), "nobody", TODAY, "EUR").why == "unknown_project"
    assert of(tasks=[], project={"target_margin": None}).why == "no_budget"


def test_of_a_finished_project_it_is_what_was_spent() -> None:
    made = of(project={"status": "done", "finished_on": date(2026, 3, 20)})
    assert (made.eac, made.margin, made.steps["low"].null_count()) == (2000.0, pytest.approx(7 / 9), 3)


REQUEST = st.fixed_dictionaries({
    "status": st.sampled_from(["logged", "proposed", "approved", "implemented", "rejected", "withdrawn"]),
    "paid_by": st.sampled_from(["client", "shared", "us", None]), "client_share": st.sampled_from([None, 0.0, 0.3]),
    "decided_on": st.sampled_from([None, date(2026, 2, 10), date(2026, 4, 10)]), "started_on": st.sampled_from([None, date(2026, 2, 1)]),
    "price": st.sampled_from([None, 500.0, -300.0]), "pass_through": st.sampled_from([None, 120.0]),
    "cost": st.sampled_from([None, 333.3, -100.1]), "hours": st.sampled_from([None, 7.7, -2.0]),
})  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(st.lists(REQUEST, max_size=5), st.sampled_from([0.0, 900.0, 1700.0]))
def test_the_steps_add_up_whatever_happened(requests: list[Row], passed: float) -> None:
    spent = [{"date": date(2026, 3, 2), "amount": passed, "pass_through": True}]
    made = of(*requests, expenses=spent)
    moved = made.steps.filter(pl.col("step") != "today")
    today = made.steps.row(-1, named=True)
    assert made.agi is not None
    assert made.eac is not None
    assert abs(moved["amount"].sum() - today["amount"]) < 1e-9
    assert abs(today["amount"] - (made.agi - made.eac)) < 1e-9
    assert moved["total"][-1] == pytest.approx(today["total"], abs=1e-9)
    assert set(made.steps["step"]) <= set(STEPS)


# An account, and the sample


def test_an_account_is_the_sum_of_its_fixed_prices() -> None:
    two = [{"project_id": "j"}, {"project_id": "k", "budget_amount": None}, {"project_id": "r", "billing": "retainer"}]
    plain = book().frames["projects"].collect().row(0, named=True)
    whole = book(PAID, projects=[plain | more for more in two])
    made = account_ledger(whole, "a", TODAY, "EUR")
    assert steps(made) == [("sold", None, 4000), ("change_order", "c0", 900), ("drift", None, 700), ("today", None, 5600)]
    assert made.left_out.rows() == [("k", "Site", "no_fee")]


@cache
def sample_ledgers() -> dict[str, Ledger]:
    ids = sample_portfolio()["projects"].select("project_id").sort("project_id").collect()["project_id"].to_list()
    return ledgers(sample_portfolio(), ids, SAMPLE_AS_OF, "EUR")


def test_small_requests_eat_the_margin_of_the_booking_engine() -> None:
    made = sample_ledgers()["BER-01"]
    crept = made.steps.filter(pl.col("step") == "absorbed")
    assert (crept.height, made.target_margin) == (25, 0.35)
    # sold at 33 %, today at 10 %; more than a third of what is lost are favours
    assert (round(made.margin_sold or 0, 2), round(made.margin or 0, 2)) == (0.33, 0.10)
    lost = made.steps["amount"][0] + 1336 - made.steps["amount"][-1]  # OC-BER-01-39: 3 520 − 2 184
    assert -crept["amount"].sum() > lost / 3


def test_the_ledger_ends_at_the_margin_that_account_health_reads() -> None:
    sight = Sight(sample_portfolio(), (SAMPLE_AS_OF,), "invoiced", "EUR")
    for account in ("bermeja", "ferralia", "almagre"):
        rows = budget.evidence(sight, account, SAMPLE_AS_OF, "margin_gap").drop_nulls("project_id")
        for project, margin in rows.select("project_id", "margin").rows():
            assert sample_ledgers()[project].margin == pytest.approx(margin, abs=1e-12), project


def test_the_steps_of_every_project_of_the_sample_add_up() -> None:
    whole = {project: made for project, made in sample_ledgers().items() if made.why is None}
    assert len(whole) > 20
    for project, made in whole.items():
        assert abs(made.steps.filter(pl.col("step") != "today")["amount"].sum() - made.steps["amount"][-1]) < 1e-9, project


def test_the_sample_s_account_is_the_sum_of_its_projects() -> None:
    made = account_ledger(sample_portfolio(), "bermeja", SAMPLE_AS_OF, "EUR")
    projects = [sample_ledgers()[name] for name in ("BER-01", "BER-03")]
    for step in STEPS:
        assert made.steps.filter(pl.col("step") == step)["amount"].sum() == pytest.approx(
            sum(one.steps.filter(pl.col("step") == step)["amount"].sum() for one in projects), abs=1e-9
        )
    assert made.agi == sum(one.agi or 0 for one in projects)
