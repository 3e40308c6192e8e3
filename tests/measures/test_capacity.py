"""Sums of the hours people have, and who has some left."""

from __future__ import annotations

from datetime import date

import polars as pl

from lib.measures.capacity import capacity_by, median_week, who_is_free
from tests.measures.rows import book_of

AS_OF = date(2026, 5, 29)
DAYS = [date(2026, 5, 29), date(2026, 5, 31), date(2026, 6, 1), date(2026, 6, 2)]  # Friday, Sunday, Monday, Tuesday


def test_days_sum_to_weeks_months_and_groups():
    days = pl.DataFrame({
        "person_id": ["ana"] * 4 + ["ben"], "date": [*DAYS, DAYS[0]], "contracted": [8.0, 0.0, 8.0, 8.0, 5.0],
        "holiday": [0.0, 0.0, 8.0, 0.0, 0.0], "closure": 0.0, "absence": [2.0, 0.0, 0.0, 0.0, 0.0], "capacity": [6.0, 0.0, 0.0, 8.0, 5.0],
        "assumed": [False] * 4 + [True],
    })  # fmt: skip
    weeks = capacity_by(days, "person_id", every="1w").select("person_id", "start", "contracted", "capacity", "assumed")
    assert weeks.rows() == [
        ("ana", date(2026, 5, 25), 8, 6, False), ("ana", date(2026, 6, 1), 16, 8, False), ("ben", date(2026, 5, 25), 5, 5, True),
    ]  # fmt: skip
    months = capacity_by(days, every="1mo").select("start", "capacity", "holiday")
    assert months.rows() == [(date(2026, 5, 1), 11, 0), (date(2026, 6, 1), 8, 8)]
    assert capacity_by(days)["capacity"].to_list() == [19]


def test_the_median_week_is_of_whole_weeks_that_were_logged():
    # As of Friday 29 May: the week of the 18th, 8 + 30; of the 11th, 20; of the 4th, none. This week is not over; February is long ago.
    logged = {date(2026, 5, 29): 40.0, date(2026, 5, 24): 8.0, date(2026, 5, 18): 30.0, date(2026, 5, 11): 20.0, date(2026, 2, 22): 90.0}
    rows = book_of(time_entries=[{"date": day, "hours": hours} for day, hours in logged.items()])
    assert median_week(rows, AS_OF).rows() == [("ana", 29, 2)]
    assert median_week(rows, date(2026, 5, 31)).rows() == [("ana", 38, 3)]  # a Sunday closes its week


def load(person: str, *hours: tuple[float, float, float, float]) -> pl.DataFrame:
    """Capacity, confirmed, possible and imputed hours of DAYS."""
    rows = [(person, day, *each) for day, each in zip(DAYS, hours, strict=False)]
    names = ("person_id", "date", "capacity_hours", "confirmed_hours", "possible_hours", "imputed_hours")
    return pl.DataFrame(rows, names, orient="row")


def test_free_are_the_hours_of_each_day_ahead_that_nothing_has_taken():
    # The past is over; Monday's four hours too many take nothing from Tuesday.
    one = load("ana", (8, 0, 0, 0), (0, 0, 0, 0), (8, 12, 12, 0), (8, 2, 5, 1))
    people = book_of(people=[{"person_id": "ana", "name": "Ana", "role": "designer"}, {"person_id": "ben", "name": "Ben"}])
    rows = who_is_free(people, pl.concat([one, load("ben", (8, 0, 0, 0), (0, 0, 0, 0))]), AS_OF)
    assert rows.rows() == [("ana", "Ana", "designer", True, 6, 2, 0, None)]


def test_who_has_the_skill_comes_first_then_who_has_hours_then_who_knows_the_client():
    everyone = pl.concat([
        load(person, (0, 0, 0, 0), (0, 0, 0, 0), (8, taken, taken, 0)) for person, taken in {"ana": 6, "ben": 2, "cy": 0, "di": 2}.items()
    ])  # fmt: skip
    people = book_of(
        people=[
            {"person_id": "ana", "skills": ["SQL", "Excel"], "role": "Analyst"},
            {"person_id": "ben", "skills": ["sql"], "role": "analyst"},
            {"person_id": "cy"},
            {"person_id": "di", "skills": ["sql"], "role": "analyst"},
        ],
        projects=[{"project_id": "j", "account_id": "a"}, {"project_id": "k", "account_id": "b"}],
        time_entries=[
            {"person_id": "di", "date": AS_OF, "hours": 3.0},
            {"person_id": "di", "date": date(2025, 5, 29), "hours": 3.0},  # more than a year ago
            {"person_id": "ben", "date": AS_OF, "hours": 3.0, "project_id": "k"},
        ],
    )
    rows = who_is_free(people, everyone, AS_OF, skill=" Sql", role="analyst", account_id="a")
    assert rows.select("person_id", "fits", "free_hours", "client_hours", "last_client_day").rows() == [
        ("di", True, 6, 3, AS_OF), ("ben", True, 6, 0, None), ("ana", True, 2, 0, None), ("cy", False, 8, 0, None),
    ]  # fmt: skip
