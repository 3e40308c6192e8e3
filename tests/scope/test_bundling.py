"""Small requests that together are worth a change order, and the row that carries them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from lib.scope.bundling import Bundle, bundle_row, bundles
from lib.scope.register import register
from tests.measures.rows import book_of

TODAY = date(2026, 3, 27)


def proposed(*hours: float | None, target: float | None = 0.5, small: float = 10.0, enough: float = 24.0, **more: Any) -> list[Bundle]:
    """What is proposed of requests of so many hours each, Ana's at 30 €."""
    book = book_of(
        projects=[{"project_id": "j", "account_id": "a", "target_margin": target}], people=[{"person_id": "ana", "cost_rate": 30.0}],
        change_requests=[
            {"change_id": f"c{number}", "title": "More", "raised_on": date(2026, 3, number), "hours": one, "status": "logged"} | more
            for number, one in enumerate(hours, 1)
        ],
    )  # fmt: skip
    return bundles(register(book, TODAY, "EUR"), small, enough)


def test_small_ones_that_reach_the_threshold_are_proposed_at_their_floor() -> None:
    (bundle,) = proposed(9.0, 8.0, 7.0)
    assert (bundle.change_ids, bundle.hours, bundle.oldest_days, bundle.begun) == (("c1", "c2", "c3"), 24.0, 26, 0)
    assert (bundle.cost, bundle.floor) == (pytest.approx(720), pytest.approx(1440))  # 24 · 30, at half of it


def test_below_the_threshold_nothing_is_proposed() -> None:
    assert proposed(9.0, 8.0, 6.9) == []
    assert proposed(9.0, enough=5.0) == []  # one alone is no bundle


def test_large_unknown_and_removed_work_stays_out() -> None:
    (bundle,) = proposed(9.0, 10.0, None, -3.0, 8.0, 7.0)
    assert bundle.change_ids == ("c1", "c5", "c6")


def test_only_what_nobody_has_proposed_yet_is_bundled() -> None:
    assert proposed(9.0, 9.0, 9.0, status="proposed") == []
    assert len(proposed(9.0, 9.0, 9.0, status="assessed")) == 1


def test_without_a_target_there_is_no_floor() -> None:
    (bundle,) = proposed(9.0, 8.0, 7.0, target=None)
    assert (bundle.cost, bundle.floor) == (pytest.approx(720), None)


def test_work_that_has_begun_is_counted() -> None:
    (bundle,) = proposed(9.0, 8.0, 7.0, started_on=date(2026, 3, 20))
    assert bundle.begun == 3


def member(**more: Any) -> dict[str, Any]:
    return {
        "project_id": "j", "title": "One", "raised_on": date(2026, 3, 2), "raised_by": "Nora", "kind": "added", "priority": None,
        "hours": 2.0, "cost": 80.0, "currency": "EUR", "started_on": None,
    } | more  # fmt: skip


def test_the_one_that_carries_them_sums_what_all_of_them_say() -> None:
    row = bundle_row([member(), member(title="Two", hours=3.5, cost=20.0)], None, "b", "Small")
    assert (row["hours"], row["cost"], row["currency"], row["raised_by"], row["kind"]) == (5.5, 100.0, "EUR", "Nora", "added")
    assert row["description"] == "One (2 h)\nTwo (3.5 h)"


def test_what_one_of_them_does_not_say_is_not_made_up() -> None:
    row = bundle_row([member(), member(hours=None, cost=None, raised_by="Ada", kind="modified")], date(2026, 3, 9), "b", "Small")
    assert [row[name] for name in ("hours", "cost", "currency", "raised_by", "kind")] == [None, None, None, None, "modified"]
    assert row["started_on"] == date(2026, 3, 9)
    other = bundle_row([member(), member(currency="GBP")], None, "b", "Small")
    assert (other["cost"], other["currency"]) == (None, None)
