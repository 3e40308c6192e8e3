"""How bookings follow an approved change, in the second and third week of March 2026; as of Friday the 6th."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from lib.scope.ask import Added, Altered, Ask, task_id_of
from lib.scope.booking import LEFT, Rebooked, rebooked
from lib.scope.orders import Approval, Dated
from tests.measures.rows import book_of

AS_OF = date(2026, 3, 6)
MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (date(2026, 3, day) for day in range(9, 14))
NEXT_MONDAY, NEXT_TUESDAY, NEXT_FRIDAY = date(2026, 3, 16), date(2026, 3, 17), date(2026, 3, 20)
THREE_DAYS = [8.0, 8.0, 8.0, 0.0, 0.0, 0.0, 0.0]
PEOPLE: list[dict[str, Any]] = [
    {"person_id": "ana", "name": "Ana"}, {"person_id": "ben", "name": "Ben", "week_pattern": THREE_DAYS, "weekly_hours": 24.0},
]  # fmt: skip
OPEN = {"task_id": "t", "assignee_id": "ana"}


def booked(ask: Ask, *dates: Dated, bookings: list[dict[str, Any]] | None = None, tasks: list[dict[str, Any]] | None = None) -> Rebooked:
    book = book_of(
        projects=[{"project_id": "j", "account_id": "a"}], people=PEOPLE, tasks=[OPEN] if tasks is None else tasks, bookings=bookings or []
    )  # fmt: skip
    return rebooked(book, Approval(ask, "extend", AS_OF, 1, AS_OF, "EUR", dates=dates), "c")


def spans(made: Rebooked) -> dict[str, tuple[date, date]]:
    return {name: (start, end) for name, start, end in made.rows.select("booking_id", "start", "end").rows()}


def new(hours: float, person: str | None = "ana", start: date = MONDAY, finish: date = FRIDAY, role: str | None = None) -> Rebooked:
    ask = Ask("j", added=(Added("n", "New", hours, person_id=person, role=role),))
    return booked(ask, Dated(task_id_of(ask, "n"), start, finish))


def test_new_work_is_booked_evenly_over_the_working_days_of_its_person() -> None:
    (row,) = new(30.0).rows.iter_rows(named=True)
    assert (row["person_id"], row["task_id"], row["start"], row["end"], row["status"]) == ("ana", "c:n", MONDAY, FRIDAY, "confirmed")
    assert row["hours_per_day"] == 6.0  # 30 h in 5 days
    assert new(30.0, "ben").rows["hours_per_day"].to_list() == [10.0]  # Monday to Wednesday
    assert new(30.0, "ana", MONDAY, NEXT_TUESDAY).rows["hours_per_day"].to_list() == [pytest.approx(30 / 7)]


def test_work_that_nobody_is_named_for_is_a_placeholder_of_its_role() -> None:
    (row,) = new(30.0, None, role="Design").rows.iter_rows(named=True)
    assert (row["person_id"], row["role"], row["hours_per_day"]) == (None, "Design", 6.0)


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (new(8.0, "ben", THURSDAY, FRIDAY), "no_days"), (new(200.0), "over_day"),
        (booked(Ask("j", added=(Added("n", "New", 1.0),))), "no_dates"),
    ],
)  # fmt: skip
def test_what_cannot_be_booked_is_told(made: Rebooked, why: str) -> None:
    assert made.is_empty
    ((code, values),) = made.left
    assert code == why
    assert values["task"] == "New"
    assert LEFT[code].format(**values)


MOVED = Dated("t", WEDNESDAY, NEXT_MONDAY, MONDAY, THURSDAY)  # two days later, and four at the end


def one(start: date, end: date, **more: Any) -> list[dict[str, Any]]:
    return [{"booking_id": "b", "person_id": "ana", "task_id": "t", "start": start, "end": end} | more]


def test_a_booking_of_a_moved_task_moves_with_it() -> None:
    assert spans(booked(Ask("j"), MOVED, bookings=one(MONDAY, THURSDAY))) == {"b": (WEDNESDAY, NEXT_MONDAY)}


def test_what_has_begun_keeps_its_first_day_and_what_is_over_stays() -> None:
    assert spans(booked(Ask("j"), MOVED, bookings=one(AS_OF, THURSDAY))) == {"b": (AS_OF, NEXT_MONDAY)}
    assert booked(Ask("j"), MOVED, bookings=one(date(2026, 3, 2), AS_OF)).is_empty


def test_a_task_that_ends_earlier_takes_its_booking_along_but_never_into_the_past() -> None:
    sooner = Dated("t", MONDAY, TUESDAY, WEDNESDAY, FRIDAY)
    assert spans(booked(Ask("j"), sooner, bookings=one(WEDNESDAY, FRIDAY))) == {"b": (MONDAY, TUESDAY)}
    # two days before Monday is a Saturday: then where the task is now
    assert spans(booked(Ask("j"), sooner, bookings=one(MONDAY, MONDAY))) == {"b": (MONDAY, TUESDAY)}
    assert spans(booked(Ask("j"), sooner, bookings=one(AS_OF, MONDAY))) == {"b": (AS_OF, AS_OF)}


def test_nothing_moves_where_nothing_moved() -> None:
    same = Dated("t", MONDAY, THURSDAY, MONDAY, THURSDAY)
    assert booked(Ask("j"), same, bookings=one(MONDAY, THURSDAY)).is_empty


AT_LARGE = [
    {"booking_id": "early", "person_id": "ana", "start": date(2026, 3, 2), "end": MONDAY},
    {"booking_id": "last", "person_id": "ana", "start": TUESDAY, "end": FRIDAY},
]


def test_the_last_booking_at_large_is_lengthened_to_where_the_work_ends() -> None:
    assert spans(booked(Ask("j"), MOVED, bookings=AT_LARGE)) == {"last": (TUESDAY, NEXT_MONDAY)}


def test_it_is_not_shortened_and_not_lengthened_for_new_work_which_has_its_own() -> None:
    long = [AT_LARGE[1] | {"end": NEXT_FRIDAY}]
    assert booked(Ask("j"), MOVED, bookings=long).is_empty
    ask = Ask("j", added=(Added("n", "New", 8.0, person_id="ana"),))
    made = booked(ask, Dated(task_id_of(ask, "n"), NEXT_TUESDAY, NEXT_TUESDAY), bookings=AT_LARGE)
    assert spans(made) == {"c:n:booking": (NEXT_TUESDAY, NEXT_TUESDAY)}


def test_who_gets_a_task_of_another_has_the_booking_lengthened() -> None:
    mine = [row | {"person_id": "ben"} for row in AT_LARGE]
    assert spans(booked(Ask("j", altered=(Altered("t", person_id="ben"),)), MOVED, bookings=mine)) == {"last": (TUESDAY, NEXT_MONDAY)}


def test_work_without_any_booking_is_told() -> None:
    assert booked(Ask("j"), MOVED).left == (("not_booked", {"person": "Ana"}),)


def test_what_was_booked_for_removed_work_ends_or_goes() -> None:
    gone = Ask("j", removed=("t",))
    ahead = booked(gone, bookings=one(MONDAY, THURSDAY))
    assert (ahead.gone, ahead.rows.height) == (("b",), 0)
    assert spans(booked(gone, bookings=one(AS_OF, THURSDAY))) == {"b": (AS_OF, AS_OF)}


def test_bookings_on_other_projects_stay() -> None:
    book = [row | {"project_id": "k"} for row in (*one(MONDAY, THURSDAY), *AT_LARGE)]
    assert booked(Ask("j"), MOVED, bookings=book).rows.is_empty()
