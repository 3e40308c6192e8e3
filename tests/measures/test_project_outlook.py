"""Where a project's earned value leads, by hand on two weeks of work: Mon 2 to Fri 13 March 2026, 80 hours of Ana at 50 an hour."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from lib.measures.project_history import project_history
from lib.measures.project_outlook import budget_changes, growth, with_finishes
from lib.measures.project_values import project_values
from lib.portfolio import Portfolio
from tests.gallery import sample_portfolio
from tests.measures.rows import book_of, first_row

FRIDAY = date(2026, 3, 6)
ANA = {"person_id": "ana", "cost_rate": 50.0}
FIXED = {
    "project_id": "j", "account_id": "x", "billing": "fixed", "status": "active", "baseline_start": date(2026, 3, 2),
    "baseline_due": date(2026, 3, 13), "currency": "EUR",
}  # fmt: skip


def task(name: str, first: int, last: int, **more: Any) -> dict[str, Any]:
    plain = {"task_id": name, "project_id": "j", "name": name, "kind": "task", "status": "open", "assignee_id": "ana"}
    return plain | {"baseline_hours": 40.0} | {"baseline_start": date(2026, 3, first), "baseline_finish": date(2026, 3, last)} | more


def change(name: str, decided: int, **more: Any) -> dict[str, Any]:
    plain = {"change_id": name, "project_id": "j", "title": name, "kind": "added", "status": "approved", "currency": "EUR"}
    return plain | {"decided_on": date(2026, 3, decided), "paid_by": "client"} | more


def firm(done: float, project: dict[str, Any] | None = None, **tables: Any) -> Portfolio:
    """The first of two tasks is `done` so far; 30 hours are logged."""
    tasks = [task("a", 2, 6, status="in_progress", started_on=date(2026, 3, 2), percent_complete=done), task("b", 9, 13)]
    hours = [{"date": date(2026, 3, 4), "hours": 30.0}]
    return book_of(projects=[FIXED | (project or {})], people=[ANA], tasks=tasks, time_entries=hours, **tables)


def outlook(book: Portfolio, as_of: date = FRIDAY) -> dict[str, Any]:
    return first_row(with_finishes(book, project_values(book, as_of), as_of))


def test_half_the_pace_takes_twice_the_working_days() -> None:
    # EV 1000 of 4000 (half of a) is what the plan wanted by 2.5 of 10 days; AT 5: SPI(t) 0.5, IEAC(t) 10 / 0.5 = 20 working days from Mon
    # 2: Fri 27. If the rest goes by plan: 5 + 10 − 2.5 = 12.5 days, by halves to the even one 12: Tue 17.
    row = outlook(firm(50.0))
    assert row["spi_t"] == pytest.approx(0.5)
    assert (row["ieac_on"], row["at_pd_es_on"]) == (date(2026, 3, 27), date(2026, 3, 17))


@pytest.mark.parametrize(
    ("due", "done", "expected"),
    [
        (date(2026, 3, 13), 50.0, "past"),
        (date(2026, 3, 27), 50.0, "later"),  # inside the promise, after the plan
        (date(2026, 3, 26), 50.0, "past"),
        (date(2026, 3, 13), 100.0, "inside"),
        (None, 50.0, "past"),  # without a promise the plan is held to
    ],
)
def test_a_forecast_is_held_against_the_promise_then_the_plan(due: date | None, done: float, expected: str) -> None:
    assert outlook(firm(done, {"due": due}))["lateness"] == expected


def test_nothing_earned_or_no_plan_is_no_date() -> None:
    row = outlook(firm(0.0))
    assert (row["ieac_on"], row["lateness"]) == (None, None)
    book = book_of(projects=[FIXED | {"baseline_start": None, "baseline_due": None}], people=[ANA])
    assert outlook(book)["ieac_on"] is None


def test_hardly_anything_earned_is_too_far_for_a_date() -> None:
    # 0.001 % of a: ES 0.00005 days of 5, so 10 / 0.00001 = 1 000 000 working days.
    assert outlook(firm(0.001))["ieac_on"] is None


def test_a_finished_project_finished_when_it_did() -> None:
    row = outlook(firm(100.0, {"status": "done", "finished_on": date(2026, 3, 5)}))
    assert (row["ieac_on"], row["lateness"]) == (date(2026, 3, 5), "inside")


def test_the_forecast_runs_from_what_is_spent_to_the_range_of_estimates() -> None:
    book = firm(50.0)
    row = outlook(book)
    curves = growth(project_history(book, "j", FRIDAY), row, FRIDAY)
    line = curves.filter(pl.col("forecast").is_not_null()).select("day", "forecast", "low", "high").rows()
    # AC 30 × 50 = 1500, EV 1000: EAC 4000 / (2/3) = 6000, 1500 + 3000 = 4500, and 1500 + 3000 / (2/3 × 1/2) = 10 500. 20 % and more is
    # earned, and nothing says what remains of b but its 40 hours: bottom-up 1500 + (20 + 40) × 50 = 4500.
    assert line[0] == (FRIDAY, 1500, 1500, 1500)
    assert line[1] == (date(2026, 3, 27), pytest.approx(row["eac"]), pytest.approx(4500), pytest.approx(10_500))
    today = curves.row(by_predicate=pl.col("day") == FRIDAY, named=True)
    assert (today["planned"], today["earned"], today["actual"]) == (2000, 1000, 1500)


def test_a_forecast_begins_on_the_last_working_day() -> None:
    sunday = date(2026, 3, 8)
    book = firm(50.0)
    curves = growth(project_history(book, "j", sunday), outlook(book, sunday), sunday)
    assert curves.filter(pl.col("forecast").is_not_null())["day"][0] == FRIDAY


def test_the_budget_rises_by_what_the_client_pays_for() -> None:
    changes = [
        change("whole", 3, cost=500.0),
        change("half", 4, cost=200.0, paid_by="shared", client_share=0.5),
        change("ours", 5, cost=300.0, paid_by="us"),
        change("unsaid", 5, cost=None, hours=None),
        change("later", 9, cost=700.0),
        change("refused", 4, cost=900.0, status="rejected"),
    ]
    book = firm(50.0, change_requests=changes)
    found = budget_changes(book, "j", FRIDAY).select("change_id", "amount", "bac_after").rows()
    assert found == [("whole", 500, 4500), ("half", 100, 4600), ("ours", 0, 4600), ("unsaid", None, 4600)]
    assert project_values(book, FRIDAY)["bac"].item() == 4600


def test_over_the_sample_the_changes_lead_to_the_budget() -> None:
    book, as_of = sample_portfolio(), date(2026, 9, 30)
    values = project_values(book, as_of).filter(pl.col("bac").is_not_null())
    changed = {row: budget_changes(book, row, as_of) for row in values["project_id"].head(12)}
    ends = {key: rows["bac_after"][-1] for key, rows in changed.items() if rows.height}
    assert len(ends) >= 5
    budgets = dict(values.select("project_id", "bac").iter_rows())
    assert {key: pytest.approx(end) for key, end in ends.items()} == {key: budgets[key] for key in ends}
