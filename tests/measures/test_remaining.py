"""Hours that open tasks still hold: known, imputed, or only counted."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from lib.measures.remaining import done_against_estimate, remaining_work
from tests.measures.rows import book_of, first_row

AS_OF = date(2026, 5, 11)
PEOPLE = [{"person_id": "ana", "role": "designer"}, {"person_id": "ben", "role": "developer"}]
Rows = list[dict[str, Any]]


def done(*logged: float, role: str | None = "designer", kind: str = "task", **more: Any) -> tuple[Rows, Rows]:
    """Finished tasks with these hours logged on them, and their time entries."""
    names = [f"{role} {kind} {at} of {len(logged)}" for at in range(len(logged))]
    tasks = [{"task_id": name, "status": "done", "role": role, "kind": kind, "assignee_id": "ben"} | more for name in names]
    return tasks, [{"task_id": name, "date": AS_OF, "hours": hours} for name, hours in zip(names, logged, strict=True)]


def work(*tasks: dict[str, Any], before: tuple[Rows, Rows] = ([], []), entries: Rows | None = None, **project: Any) -> pl.DataFrame:
    portfolio = book_of(
        people=PEOPLE,
        projects=[{"project_id": "j", "account_id": "a"} | project],
        tasks=[*({"assignee_id": "ana"} | task for task in tasks), *before[0]],
        time_entries=[*before[1], *(entries or [])],
    )
    return remaining_work(portfolio, AS_OF)


@pytest.mark.parametrize(
    ("task", "known", "unknown"),
    [
        ({"estimate_hours": 10.0}, 7, None),
        ({"estimate_hours": 10.0, "remaining_hours": 9.0}, 9, None),  # said outright
        ({"estimate_hours": 10.0, "percent_complete": 60.0}, 4, None),
        ({"estimate_hours": 3.0}, None, "used_up"),
        ({"estimate_hours": 2.0}, None, "used_up"),
        ({"estimate_hours": 10.0, "remaining_hours": 0.0}, None, "used_up"),  # not done, and nothing left
        ({"estimate_hours": 10.0, "percent_complete": 100.0}, 0, None),
        ({}, None, "no_estimate"),
        ({"remaining_hours": 2.0}, 2, None),
    ],
)
def test_what_remains_is_said_or_the_estimate_less_what_was_done(task: dict[str, Any], known: float | None, unknown: str | None):
    row = first_row(work({"task_id": "t"} | task, entries=[{"task_id": "t", "date": AS_OF, "hours": 3.0}]))
    assert (row["known_hours"], row["unknown"], row["imputed_hours"]) == (known, unknown, None)


def test_hours_logged_after_the_day_are_not_known_on_it():
    tomorrow = [{"task_id": "t", "date": AS_OF + timedelta(days=1), "hours": 3.0}]
    assert first_row(work({"task_id": "t", "estimate_hours": 10.0}, entries=tomorrow))["known_hours"] == 10


@pytest.mark.parametrize(
    ("before", "imputed", "basis", "tasks"),
    [
        (done(2, 3, 3.5, 4, 6), 3.5, "role_and_kind", 5),
        (done(2, 3, 4, 6), None, None, None),  # four are too few
        (done(2, 3, 4, 6, 0), None, None, None),  # hours that nobody logged are no measure
        (done(2, 3, 3.5, 4, 6, kind="deliverable"), 3.5, "role", 5),
        (done(2, 3, 3.5, 4, 6, role="developer"), None, None, None),
        (done(2, 3, 3.5, 4, 6, role=None, assignee_id="ana"), 3.5, "role_and_kind", 5),  # the person's role where the task says none
        (done(1, 2, 4, 8, 16, 32), 6, "role_and_kind", 6),
        (done(2, 3, 3.5, 4, 6, finished_on=AS_OF), 3.5, "role_and_kind", 5),
        (done(2, 3, 3.5, 4, 6, status="cancelled"), None, None, None),
    ],
)
def test_unknown_load_is_the_median_of_five_done_tasks_or_more(
    before: tuple[Rows, Rows], imputed: float | None, basis: str | None, tasks: int | None
):
    row = work({"task_id": "t"}, before=before).filter(task_id="t").row(0, named=True)
    assert (row["known_hours"], row["imputed_hours"], row["basis"], row["done_tasks"]) == (None, imputed, basis, tasks)


def test_the_same_role_and_kind_goes_before_the_role():
    both = tuple(one + other for one, other in zip(done(1, 1, 1, 1, 1), done(9, 9, 9, 9, 9, kind="deliverable"), strict=True))
    assert work({"task_id": "t"}, before=both).filter(task_id="t")["imputed_hours"].to_list() == [1]


@pytest.mark.parametrize(
    ("task", "open_"),
    [
        ({"status": "open"}, True),
        ({"status": "blocked"}, True),
        ({"status": "done"}, False),
        ({"status": "cancelled"}, False),
        ({"status": "done", "finished_on": AS_OF + timedelta(days=1)}, True),  # done since, not then
        ({"status": "open", "finished_on": AS_OF}, False),
        ({"kind": "summary"}, False),
        ({"kind": "milestone"}, False),
        ({"kind": "deliverable"}, True),
        ({"kind": "deliverable", "estimate_hours": None}, False),  # a date, no work
    ],
)
def test_only_open_leaves_that_are_work_count(task: dict[str, Any], open_: bool):
    assert work({"task_id": "t", "estimate_hours": 8.0} | task).height == open_


@pytest.mark.parametrize(("status", "open_"), [("active", 1), ("planned", 1), ("on_hold", 0), ("done", 0), ("cancelled", 0)])
def test_what_stands_still_is_no_load(status: str, open_: int):
    assert work({"estimate_hours": 8.0}, status=status).height == open_


def test_a_task_with_tasks_below_it_is_no_work_of_its_own():
    assert work({"task_id": "above"}, {"task_id": "below", "parent_id": "above"})["task_id"].to_list() == ["below"]


def test_release_and_due_come_from_the_task_then_the_network_and_the_project():
    tomorrow, later, last = AS_OF + timedelta(days=1), date(2026, 5, 20), date(2026, 6, 30)
    tasks = [{"task_id": "a"}, {"task_id": "b", "not_before": later, "due": later}, {"task_id": "c", "not_before": AS_OF}]
    assert work(*tasks, due=last).select("release", "due").rows() == [(tomorrow, last), (later, later), (tomorrow, last)]
    portfolio = book_of(projects=[{"project_id": "j", "account_id": "a"}], tasks=tasks)
    early = pl.DataFrame({"task_id": ["a", "b"], "release": [last, AS_OF]})
    assert remaining_work(portfolio, AS_OF, early)["release"].to_list() == [last, tomorrow, tomorrow]


def test_done_tasks_are_held_against_their_estimates():
    tasks, entries = done(6, 6, estimate_hours=4.0)
    free, logged = done(9)
    portfolio = book_of(people=PEOPLE, tasks=[*tasks, *free], time_entries=[*entries, *logged])
    assert done_against_estimate(portfolio, AS_OF).rows() == [("ben", "j", 8, 12, 2)]
