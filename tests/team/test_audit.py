"""What people's capacity lacks: each gap alone, and nothing of those who lack nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from lib.measures.workload import workload
from lib.team.audit import AUDIT, GAPS, audit
from tests.measures.rows import book_of, first_row

AS_OF, FIRST, LAST = date(2026, 5, 17), date(2026, 5, 1), date(2026, 5, 31)
ANA = {
    "person_id": "ana", "week_pattern": [8.0] * 5 + [0.0] * 2, "cost_rate": 40.0, "bill_rate": 90.0, "country": "ES", "subdivision": "MD",
    "start": date(2024, 1, 8),
}  # fmt: skip
BEN = ANA | {"person_id": "ben"}


def found(ana: dict[str, Any] | None = None, **tables: list[dict[str, Any]]) -> pl.DataFrame:
    """What Ana's and Ben's capacity lacks; both are booked on 4 May and logged it."""
    day = {"start": date(2026, 5, 4), "end": date(2026, 5, 4)}
    plain = {
        "people": [ANA | (ana or {}), BEN],
        "projects": [{"project_id": "j", "account_id": "a"}],
        "bookings": [{"person_id": name} | day for name in ("ana", "ben")],
        "time_entries": [{"person_id": name, "date": day["start"], "hours": 8.0} for name in ("ana", "ben")],
    }
    portfolio = book_of(**plain | tables)
    return audit(portfolio, workload(portfolio, AS_OF, FIRST, LAST))


def test_who_lacks_nothing_is_not_there():
    assert found().height == 0
    assert found().schema == AUDIT


@pytest.mark.parametrize(
    ("lacks", "gap", "detail"),
    [
        ({"country": None, "subdivision": None}, "no_country", None),
        ({"country": "XX"}, "unknown_country", "XX-MD"),
        ({"subdivision": "QQ"}, "unknown_country", "ES-QQ"),
        ({"week_pattern": None}, "no_pattern", None),
        ({"cost_rate": None}, "no_cost_rate", None),
        ({"bill_rate": None}, "no_bill_rate", None),
    ],
)
def test_each_gap_alone(lacks: dict[str, Any], gap: str, detail: str | None):
    row = first_row(found(lacks))
    assert (row["person_id"], row["gap"], row["detail"]) == ("ana", gap, detail)
    if gap.endswith("_rate"):
        assert (row["hours"], row["rows"]) == (8, 1)  # what is logged without it in 28 days


def test_terms_that_state_a_rate_fill_the_gap():
    terms = [{"person_id": "ana", "from": date(2026, 1, 1), "cost_rate": 41.0, "currency": "EUR", "week_pattern": ANA["week_pattern"]}]
    assert found({"cost_rate": None}, person_terms=terms).height == 0


def test_no_hours_in_force_is_no_contract():
    rows = found({"weekly_hours": 0.0, "week_pattern": [0.0] * 7})
    # Nothing can be booked on the days of a person who has none, so that what is logged has no booking either.
    assert rows.select("person_id", "gap").rows() == [("ana", "no_contract"), ("ana", "logs_without_booking")]


def test_what_lies_past_the_end_is_told_with_its_hours():
    task = {"assignee_id": "ana", "due": date(2026, 5, 29), "remaining_hours": 5.0}
    entries = [{"person_id": name, "date": date(2026, 5, 4), "hours": 8.0} for name in ("ana", "ben")]
    entries += [{"person_id": "ana", "date": date(2026, 5, 6), "hours": 2.0}, {"person_id": "ana", "date": date(2026, 5, 5), "hours": 1.0}]
    row = first_row(found({"end": date(2026, 5, 5)}, time_entries=entries, tasks=[task, task | {"status": "done"}]))
    assert (row["gap"], row["hours"], row["rows"], row["detail"]) == ("past_end", 7, 2, "2026-05-05")  # 2 logged, 5 to do
    assert (row["first"], row["last"]) == (date(2026, 5, 6), date(2026, 5, 29))


def test_who_left_before_is_asked_only_about_what_came_after():
    gone = {"country": None, "end": date(2026, 4, 30)}
    rows = found(gone, time_entries=[{"person_id": "ben", "date": date(2026, 5, 4), "hours": 8.0}])
    assert rows.select("gap", "rows").rows() == [("past_end", 1)]  # the booking


def test_hours_before_the_first_day_are_told():
    row = first_row(found({"start": date(2026, 5, 5)}).filter(gap="before_start"))
    assert (row["hours"], row["rows"], row["detail"]) == (16, 2, "2026-05-05")  # 8 logged, 8 booked


def test_logging_without_a_booking_and_the_other_way_round():
    day = date(2026, 5, 4)
    logs = [{"person_id": "ben", "date": day, "hours": 8.0}, {"person_id": "cyd", "date": day, "hours": 3.5}]
    people = [ANA, BEN, ANA | {"person_id": "cyd"}, ANA | {"person_id": "dan"}]
    booked = [{"person_id": name, "start": day, "end": day} for name in ("ana", "ben")]
    rows = found(people=people, bookings=booked, time_entries=[*logs, {"person_id": "dan", "date": day, "hours": 6.0}])
    assert rows.select("person_id", "gap", "hours").rows() == [("dan", "logs_without_booking", 6), ("ana", "booked_without_logging", 8)]
    assert found(bookings=[]).height == 0  # where nobody is booked nobody lacks a booking
    assert found(time_entries=[]).height == 0


def test_an_old_booking_and_an_old_hour_are_no_witness():
    old = date(2026, 4, 19)  # 28 days before
    entries = [{"person_id": "ana", "date": old, "hours": 8.0}, {"person_id": "ben", "date": date(2026, 5, 4), "hours": 8.0}]
    assert first_row(found(time_entries=entries))["gap"] == "booked_without_logging"


def test_who_is_in_no_table_of_people_is_named():
    entries = [{"person_id": name, "date": date(2026, 5, 4), "hours": 8.0} for name in ("ana", "ben", "zoe")]
    row = first_row(found(time_entries=entries))
    assert (row["person_id"], row["gap"], row["hours"]) == ("zoe", "not_in_people", 8)


def test_gaps_come_in_order():
    rows = found({"country": None, "subdivision": None, "cost_rate": None, "week_pattern": None})
    assert rows["gap"].to_list() == ["no_country", "no_pattern", "no_cost_rate"]
    assert set(rows["gap"]) <= set(GAPS)
