"""Over-allocation in three steps, and gaps between what is booked, estimated and logged."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from lib.measures.allocation import Allocation, gaps, over_allocated

AS_OF = date(2026, 5, 10)  # a Sunday
DAYS = [date(2026, 5, 11) + timedelta(days=index) for index in range(5)]
WEEK = pl.DataFrame({"person_id": "ana", "date": DAYS, "contracted": 8.0, "capacity": 8.0})
WORK = {
    "task_id": pl.String, "project_id": pl.String, "person_id": pl.String, "known_hours": pl.Float64, "imputed_hours": pl.Float64,
    "release": pl.Date, "due": pl.Date,
}  # fmt: skip
BOOKED = {"person_id": pl.String, "project_id": pl.String, "date": pl.Date, "status": pl.String, "hours": pl.Float64, "lost": pl.Boolean}


def work_of(*tasks: dict[str, Any]) -> pl.DataFrame:
    plain = {"project_id": "j", "person_id": "ana", "release": DAYS[0], "due": DAYS[-1]}
    return pl.DataFrame([{"task_id": f"t{at}"} | plain | task for at, task in enumerate(tasks)], WORK)


def booked_of(*bookings: tuple[int, int, float], status: str = "confirmed", project: str = "j", lost: bool = False) -> pl.DataFrame:
    """Hours a day from one day to another, by number."""
    rows = [("ana", project, DAYS[at], status, hours, lost) for first, last, hours in bookings for at in range(first, last + 1)]
    return pl.DataFrame(rows, BOOKED, orient="row")


def unplaced(work: pl.DataFrame, booked: pl.DataFrame) -> tuple[float, float, float]:
    found: Allocation = over_allocated(work, booked, WEEK, AS_OF)
    return found.people.select("unplaced_hours", "unplaced_with_unknown", "unplaced_with_tentative").row(0)


def test_tasks_with_bookings_beyond_them_are_what_must_fit():
    assert unplaced(work_of({"known_hours": 41.0}), booked_of()) == (1, 1, 1)
    # 16 h booked on Monday and Tuesday, 10 of them for the task: 6 beyond it, due on Tuesday. 12 more by then make 18 of 16.
    booked = booked_of((0, 1, 8.0))
    assert unplaced(work_of({"known_hours": 10.0}), booked) == (0, 0, 0)
    other = {"known_hours": 12.0, "project_id": "k", "due": DAYS[1]}
    assert unplaced(work_of({"known_hours": 10.0}, other), booked) == (2, 2, 2)
    assert unplaced(work_of({"known_hours": 16.0, "due": None}, other), booked) == (0, 0, 0)


def test_unknown_load_fills_a_booking_before_it_adds_to_it():
    booked = booked_of((0, 4, 8.0))
    assert unplaced(work_of({"imputed_hours": 30.0}), booked) == (0, 0, 0)  # 40 h booked, 30 of them for it
    assert unplaced(work_of({"imputed_hours": 44.0}), booked) == (0, 4, 4)


def test_tentative_bookings_come_last():
    booked = pl.concat([booked_of((0, 4, 7.0)), booked_of((0, 0, 9.0), status="tentative", project="k")])
    assert unplaced(work_of(), booked) == (0, 0, 4)
    same = pl.concat([booked_of((0, 4, 7.0)), booked_of((0, 0, 9.0), status="tentative")])
    assert unplaced(work_of({"known_hours": 39.0}), same) == (0, 0, 4)  # 35 + 9 booked, 39 of them the task's: 5 more beside it


def test_bookings_on_a_project_are_one_job_so_that_what_is_infeasible_is_so():
    # 8 h on Monday and 8 on Friday; the task of 8 may take either. Booked "later" it would clash with 8 h due on Monday.
    booked = booked_of((0, 0, 8.0), (4, 4, 8.0))
    other = {"known_hours": 8.0, "project_id": "k", "due": DAYS[0]}
    assert unplaced(work_of({"known_hours": 8.0}, other), booked) == (0, 0, 0)


def test_lost_and_past_bookings_are_nothing_to_do():
    assert unplaced(work_of(), booked_of((0, 4, 12.0), lost=True)) == (0, 0, 0)
    found = over_allocated(work_of(), booked_of((0, 4, 12.0)), WEEK, DAYS[-1])
    assert found.people["unplaced_hours"].to_list() == [0]


def test_of_whom_no_hours_are_known_nothing_is_proved():
    found = over_allocated(work_of({"known_hours": 8.0, "person_id": "ben"}), booked_of(), WEEK, AS_OF)
    assert found.people["person_id"].to_list() == ["ana"]


NO_LOGS = pl.DataFrame(schema={"person_id": pl.String, "project_id": pl.String, "date": pl.Date, "hours": pl.Float64})
NO_DONE = pl.DataFrame(
    schema={"person_id": pl.String, "project_id": pl.String, "estimated_hours": pl.Float64, "logged_hours": pl.Float64, "tasks": pl.UInt32}
)


@pytest.mark.parametrize(
    ("booked", "tasks", "named"),
    [
        (8.0, 4.0, "over_booked"),
        (4.0, 8.0, "under_booked"),
        (8.0, 4.5, None),  # less than 4 hours
        (40.0, 37.0, None),
        (35.0, 40.0, "under_booked"),
        (31.5, 35.5, "under_booked"),
        (40.0, 0.0, "over_booked"),
    ],
)
def test_a_booking_gap_has_a_name_from_four_hours_on(booked: float, tasks: float, named: str | None):
    found = gaps(work_of({"known_hours": tasks}), booked_of((0, 0, booked)), NO_DONE, NO_LOGS, AS_OF)
    assert found.select("gap", "difference_hours", "named").rows() == [("booking", booked - tasks, named)]


def test_a_gap_of_much_work_has_a_name_from_a_tenth_on():
    booked = booked_of((0, 4, 20.0))
    named = {
        tasks: gaps(work_of({"known_hours": tasks}), booked, NO_DONE, NO_LOGS, AS_OF)["named"].item()
        for tasks in (109.0, 111.0, 112.0, 90.0, 91.0)
    }
    assert named == {109.0: None, 111.0: None, 112.0: "under_booked", 90.0: "over_booked", 91.0: None}


def test_done_tasks_that_took_longer_were_under_scoped():
    rows = [("ana", "j", 10.0, 14.0, 2), ("ana", "k", 14.0, 10.0, 1), ("ben", "j", 10.0, 13.0, 1)]
    done = pl.DataFrame(rows, NO_DONE.schema, orient="row")
    found = gaps(work_of(), booked_of(), done, NO_LOGS, AS_OF)
    assert found.select("person_id", "project_id", "gap", "difference_hours", "named").rows() == [
        ("ana", "j", "estimate", 4, "under_scoped"), ("ana", "k", "estimate", -4, None), ("ben", "j", "estimate", 3, None),
    ]  # fmt: skip


def test_booked_and_not_logged_in_the_past_is_not_logging():
    logs = pl.DataFrame([("ana", "j", DAYS[0], 2.0), ("ana", "j", DAYS[3], 9.0), ("ana", "j", AS_OF, 9.0)], NO_LOGS.schema, orient="row")
    found = gaps(work_of(), booked_of((0, 4, 4.0)), NO_DONE, logs, DAYS[1])
    logging = found.filter(gap="logging").row(0, named=True)
    assert (logging["hours"], logging["against_hours"], logging["named"]) == (8, 2, "not_logging")  # of Monday and Tuesday alone
    assert found.filter(gap="booking")["hours"].to_list() == [12]


def test_tentative_and_lost_bookings_make_no_gap():
    assert gaps(work_of(), booked_of((0, 4, 8.0), status="tentative"), NO_DONE, NO_LOGS, AS_OF).height == 0
    assert gaps(work_of(), booked_of((0, 4, 8.0), lost=True), NO_DONE, NO_LOGS, AS_OF).height == 0
