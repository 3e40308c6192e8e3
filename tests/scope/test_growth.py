"""How scope grows month by month: each request in one state, cumulated, against the original budget of hours."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from lib.portfolio import Portfolio
from lib.scope.growth import growth_by_month, with_growth_state
from lib.scope.register import register
from tests.measures.rows import book_of

TODAY = date(2026, 3, 27)


def book(*requests: dict[str, Any], **tables: Any) -> Portfolio:
    project = {"project_id": "j", "account_id": "a", "billing": "fixed", "budget_hours": 100.0}
    plain = {"status": "logged", "hours": 5.0, "raised_on": date(2026, 1, 10)}
    rows = [plain | {"change_id": f"c{number}"} | request for number, request in enumerate(requests)]
    return book_of(**({"projects": [project], "change_requests": rows} | tables))


def grown(*requests: dict[str, Any], **tables: Any) -> pl.DataFrame:
    made = book(*requests, **tables)
    return growth_by_month(made, register(made, TODAY, "EUR"), TODAY, "EUR")


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ({}, ("asked", date(2026, 1, 10))),
        ({"status": "proposed"}, ("asked", date(2026, 1, 10))),
        ({"started_on": date(2026, 2, 3)}, ("absorbed", date(2026, 2, 3))),
        ({"status": "approved", "decided_on": date(2026, 2, 9), "paid_by": "client"}, ("approved", date(2026, 2, 9))),
        (
            {"status": "implemented", "decided_on": date(2026, 2, 9), "paid_by": "shared", "client_share": 0.5},
            ("approved", date(2026, 2, 9)),
        ),
        ({"status": "approved", "decided_on": date(2026, 2, 9), "paid_by": "us"}, ("absorbed", date(2026, 2, 9))),
        ({"status": "rejected", "decided_on": date(2026, 2, 9), "started_on": date(2026, 2, 3)}, ("absorbed", date(2026, 2, 3))),
        ({"status": "rejected", "decided_on": date(2026, 2, 9)}, None),
        ({"status": "withdrawn"}, None),
    ],
)
def test_each_request_is_in_one_state_from_one_day_on(request_: dict[str, Any], expected: tuple[str, date] | None) -> None:
    rows = with_growth_state(register(book(request_), TODAY, "EUR")).select("growth", "grown_on").rows()
    assert rows == ([] if expected is None else [expected])


def test_months_without_anything_keep_the_sum_so_far() -> None:
    rows = grown({}, {"hours": 3.0, "raised_on": date(2026, 3, 2)}).filter(pl.col("growth") == "asked")
    assert rows.select("month", "hours", "total_hours", "share", "total_share").rows() == [
        (date(2026, 1, 1), 5.0, 5.0, 0.05, 0.05),
        (date(2026, 2, 1), 0.0, 5.0, 0.0, 0.05),
        (date(2026, 3, 1), 3.0, 8.0, 0.03, 0.08),
    ]


def test_removed_work_counts_less_however_it_is_written() -> None:
    for hours in (-5.0, 5.0):
        last = grown({"hours": 20.0}, {"hours": hours, "kind": "removed"}).filter(pl.col("growth") == "asked")
        assert last["total_hours"].to_list() == [15.0] * 3


def test_the_budget_is_that_of_the_baseline_where_there_is_one() -> None:
    task = {"task_id": "t", "baseline_hours": 50.0, "baseline_start": date(2026, 1, 5), "baseline_finish": date(2026, 2, 5)}
    assert grown({}, tasks=[task])["budget_hours"].unique().to_list() == [50.0]
    bare = grown({}, projects=[{"project_id": "j", "account_id": "a"}])
    assert bare["total_share"].null_count() == bare.height


def test_hours_that_nobody_said_are_counted_apart() -> None:
    rows = grown({"hours": None}, {}).filter(pl.col("growth") == "asked", pl.col("month") == date(2026, 1, 1))
    assert rows.select("hours", "requests", "without_hours").row(0) == (5.0, 2, 1)


def test_nothing_asked_is_nothing_grown() -> None:
    assert grown().is_empty()
