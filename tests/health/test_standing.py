"""Rows on days: one by one and summed, against days counted by hand."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.health.standing import hours_within, on_days, projects_on, summed_on_days
from lib.periods import Period
from tests.health.stories import AS_OF, ago, sight_of

DAYS = (date(2026, 3, 2), date(2026, 3, 9), date(2026, 3, 10))
SCHEMA = {"account_id": pl.String, "from": pl.Date, "until": pl.Date, "hours": pl.Float64}
some_day = st.none() | st.dates(date(2026, 2, 28), date(2026, 3, 12))


def test_a_row_holds_from_its_first_day_until_the_one_before_its_end():
    rows = pl.DataFrame([("a", date(2026, 3, 3), date(2026, 3, 10), 5.0), ("b", None, None, 1.0)], SCHEMA, orient="row")
    made = on_days(rows, DAYS, "from", "until").select("account_id", "day")
    assert made.rows() == [("a", DAYS[1]), ("b", DAYS[0]), ("b", DAYS[1]), ("b", DAYS[2])]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), some_day, some_day, st.none() | st.integers(0, 9).map(float)), max_size=12))
def test_sums_are_those_of_the_rows_of_each_day(rows: list[tuple[str, date | None, date | None, float | None]]):
    frame = pl.DataFrame(rows, SCHEMA, orient="row")
    sums = {(account, day): hours for account, day, hours in summed_on_days(frame, DAYS, "from", "until", ["hours"]).iter_rows()}
    for account in "abc":
        for day in DAYS:
            held = [
                hours or 0.0 for name, first, until, hours in rows
                if name == account and (first is None or first <= day) and (until is None or day < until)
            ]  # fmt: skip
            assert sums.get((account, day), 0.0) == pytest.approx(sum(held))


def test_hours_within_a_window_of_each_day():
    entries = [{"date": ago(back), "hours": hours, "project_id": "j"} for back, hours in ((0, 1.0), (6, 2.0), (7, 4.0), (-1, 8.0))]
    projects = [{"project_id": name, "account_id": "a"} for name in "jk"]
    sight = sight_of({"projects": projects, "time_entries": entries}, ago(7), AS_OF)
    week = hours_within(sight, lambda day: Period(day - timedelta(days=6), day))
    assert week.sort("day").rows() == [("j", ago(7), 4.0), ("j", AS_OF, 3.0)]
    assert hours_within(sight, lambda day: Period(date.min, day)).sort("day")["hours"].to_list() == [4.0, 7.0]


@pytest.mark.parametrize(
    ("facts", "standing"),
    [
        ({}, "open"),
        ({"finished_on": ago(0)}, "over"),
        ({"status": "done", "finished_on": ago(-1)}, "open"),
        ({"status": "done"}, "done"),
        ({"status": "cancelled", "finished_on": ago(5)}, "cancelled"),
        ({"status": "on_hold"}, "on_hold"),
        ({"status": None, "finished_on": ago(5)}, "unclear"),
    ],
)
def test_how_a_project_stands_on_a_day(facts: dict[str, object], standing: str):
    made = projects_on(sight_of({"projects": [{"project_id": "j", "account_id": "a"} | facts]}))
    assert made["standing"].to_list() == [standing]


def test_what_measures_a_project_is_seen_from_its_day_on():
    project = {"project_id": "j", "account_id": "a", "billing": None, "contract_id": "k"}
    contract = {"contract_id": "k", "account_id": "a", "kind": "time_materials", "start": ago(90)}
    read = {"project_id": "j", "date": ago(3), "percent_complete": 5.0}
    made = projects_on(sight_of({"projects": [project], "contracts": [contract], "progress": [read]}, ago(4), ago(3)))
    assert made.select("billing", "measured").rows() == [("time_materials", False), ("time_materials", True)]
