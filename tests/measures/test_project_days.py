"""Earned value on many days at once: what each day alone gives, of the projects that are asked for, with nothing seen before its day."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from lib.measures import project_values as project_values_module
from lib.measures.project_values import project_values, values_on
from lib.measures.worked import worked
from lib.portfolio import Portfolio
from lib.sample import SAMPLE_AS_OF, read_sample
from tests.measures.rows import book_of, first_row

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample"
MONDAY = date(2026, 3, 2)
FRIDAY = MONDAY + timedelta(days=4)
ANA = {"person_id": "ana", "cost_rate": 50.0}


@pytest.mark.parametrize("basis", ["cost", "hours"])
def test_a_year_of_weeks_at_once_is_what_each_day_alone_gives(basis: Any):
    book = Portfolio.of(1, **read_sample(SAMPLE))
    days = [SAMPLE_AS_OF - timedelta(days=7 * week) for week in range(53)]
    at_once = values_on(book, days, basis, entries=worked(book))
    alone = pl.concat([project_values(book, day, basis).with_columns(pl.lit(day).alias("day")) for day in sorted(days)])
    assert_frame_equal(at_once, alone, check_column_order=False, check_exact=False, rel_tol=1e-11, abs_tol=1e-8)
    assert at_once.select("project_id", "day").equals(at_once.select("project_id", "day").sort("day", "project_id"))


def test_of_a_day_no_fact_after_it_is_seen():
    book = Portfolio.of(1, **read_sample(SAMPLE))
    day = SAMPLE_AS_OF - timedelta(days=200)
    dated = {"time_entries": "date", "progress": "date", "fx_rates": "date", "change_requests": "decided_on"}
    before = {name: book[name].filter((pl.col(column) <= day).fill_null(True)) for name, column in dated.items()}
    known = Portfolio(1, dict(book.frames) | before, book.rows)
    later = [SAMPLE_AS_OF, SAMPLE_AS_OF - timedelta(days=1)]
    seen = values_on(book, [day, *later]).filter(pl.col("day") == day)
    assert_frame_equal(seen, values_on(known, [day]), check_exact=False, rel_tol=1e-11, abs_tol=1e-8)


def dated_projects() -> Portfolio:
    """Six projects seen from Friday: running, not begun, finished 90 and 91 days ago, finished on an unknown day, cancelled."""
    facts: list[tuple[str, dict[str, Any]]] = [
        ("running", {"start": MONDAY}),
        ("tomorrow", {"start": FRIDAY + timedelta(days=1)}),
        ("recent", {"status": "done", "finished_on": FRIDAY - timedelta(days=90)}),
        ("past", {"status": "done", "finished_on": FRIDAY - timedelta(days=91)}),
        ("unknown", {"status": "done"}),
        ("cancelled", {"status": "cancelled"}),
    ]
    return book_of(projects=[{"project_id": name, "account_id": "x"} | more for name, more in facts], people=[ANA])


def named(values: pl.DataFrame) -> list[tuple[str, date]]:
    return values.select("project_id", "day").rows()


def test_recent_projects_have_begun_and_are_not_long_over():
    assert named(values_on(dated_projects(), [FRIDAY], recent_days=90)) == [("recent", FRIDAY), ("running", FRIDAY)]
    next_day = FRIDAY + timedelta(days=1)
    both = values_on(dated_projects(), [next_day, FRIDAY, FRIDAY], recent_days=90)
    assert named(both) == [("recent", FRIDAY), ("running", FRIDAY), ("running", next_day), ("tomorrow", next_day)]
    early = FRIDAY - timedelta(days=200)
    assert named(values_on(dated_projects(), [early], recent_days=90)) == [("past", early), ("recent", early)]


def test_projects_can_be_asked_for_by_name_or_each_on_its_own_day():
    names = pl.LazyFrame({"project_id": ["running", "past", "nobody"]})
    assert named(values_on(dated_projects(), [FRIDAY], projects=names)) == [("past", FRIDAY), ("running", FRIDAY)]
    pairs = pl.LazyFrame({"project_id": ["running", "past"], "day": [FRIDAY, MONDAY]})
    assert named(values_on(dated_projects(), [MONDAY, FRIDAY], projects=pairs)) == [("past", MONDAY), ("running", FRIDAY)]
    assert values_on(dated_projects(), [], projects=names).height == 0


def test_many_days_of_many_tasks_go_block_by_block_without_a_trace(monkeypatch: pytest.MonkeyPatch):
    book = Portfolio.of(1, **read_sample(SAMPLE))
    days = [SAMPLE_AS_OF - timedelta(days=30 * month) for month in range(5)]
    whole = values_on(book, days, "hours")
    tasks = book["tasks"].collect().height
    monkeypatch.setattr(project_values_module, "TASK_DAYS_AT_ONCE", 2 * tasks)
    assert_frame_equal(values_on(book, days, "hours"), whole, check_exact=False, rel_tol=1e-11, abs_tol=1e-8)
    assert values_on(book, days, "hours", columns=["day", "spi_t"]).equals(whole.select("day", "spi_t"))


def test_values_do_not_hang_on_who_else_is_asked_for():
    book = Portfolio.of(1, **read_sample(SAMPLE))
    whole = values_on(book, [SAMPLE_AS_OF, SAMPLE_AS_OF - timedelta(days=60)])
    wanted = whole.select("project_id", "day")[::3]
    some = values_on(book, whole["day"].unique().to_list(), projects=wanted.lazy())
    expected = whole.join(wanted, on=["project_id", "day"], how="semi", maintain_order="left")
    assert_frame_equal(some, expected, check_exact=False, rel_tol=1e-11, abs_tol=1e-8)


def test_a_plan_in_two_currencies_moves_with_their_rates():
    # 40 h at 50 EUR in the first week, 40 h at 50 GBP in the second: the pound is worth 1 on Wednesday of the first week and 3 on Friday,
    # so that the first week is a half of the budget, then a quarter.
    wednesday = MONDAY + timedelta(days=2)
    people = [ANA, {"person_id": "bo", "cost_rate": 50.0, "rate_currency": "GBP"}]
    tasks = [
        {"assignee_id": person, "baseline_hours": 40.0, "baseline_start": start, "baseline_finish": start + timedelta(days=4)}
        for person, start in (("ana", MONDAY), ("bo", MONDAY + timedelta(days=7)))
    ]
    rates = [{"currency": "GBP", "date": day, "rate": rate} for day, rate in ((MONDAY, 1.0), (FRIDAY, 3.0))]
    projects = [{"project_id": "j", "account_id": "x", "billing": "fixed"}]
    book = book_of(projects=projects, people=people, tasks=tasks, fx_rates=rates)
    values = values_on(book, [wednesday, FRIDAY])
    assert values["bac"].to_list() == [4000, 8000]
    assert values["pv"].to_list() == pytest.approx([0.6 * 2000, 2000])
    assert values["planned_finish"].to_list() == [MONDAY + timedelta(days=11)] * 2


def test_each_day_has_the_work_and_the_budget_of_its_day():
    # 10 h on Monday, 20 h on Wednesday; a change of 1000 decided on Wednesday; half read on Tuesday, all of it on Friday.
    day = {name: MONDAY + timedelta(days=number) for number, name in enumerate(("mon", "tue", "wed", "thu", "fri"))}
    book = book_of(
        projects=[{"project_id": "j", "account_id": "x", "billing": "fixed", "budget_cost": 4000.0, "start": MONDAY, "due": FRIDAY}],
        people=[ANA],
        time_entries=[{"date": day["mon"], "hours": 10.0}, {"date": day["wed"], "hours": 20.0}],
        change_requests=[{"decided_on": day["wed"], "paid_by": "client", "cost": 1000.0}],
        progress=[{"project_id": "j", "date": day["tue"], "percent_complete": 50.0},
                  {"project_id": "j", "date": day["fri"], "percent_complete": 100.0}],
    )  # fmt: skip
    values = values_on(book, list(day.values()))
    assert values["ac"].to_list() == pytest.approx([500, 500, 1500, 1500, 1500])
    assert values["bac"].to_list() == pytest.approx([4000, 4000, 5000, 5000, 5000])
    assert values["ev"].to_list() == [None, *map(pytest.approx, [2000, 2000, 2000, 5000])]
    # 800 a day; from Wednesday on the other 1000 over Thursday and Friday.
    assert values["pv"].to_list() == pytest.approx([800, 1600, 2400, 3700, 5000])


def test_how_much_of_the_open_hours_says_what_remains():
    tasks = [{"estimate_hours": 12.0}, {"remaining_hours": 48.0, "estimate_hours": 50.0}, {"status": "done", "estimate_hours": 9.0}]
    book = book_of(projects=[{"project_id": "j", "account_id": "x"}], people=[ANA], tasks=tasks)
    assert first_row(values_on(book, [FRIDAY]))["remaining_stated"] == pytest.approx(48 / 60)
    over = book_of(projects=[{"project_id": "j", "account_id": "x"}], people=[ANA], tasks=tasks[2:])
    assert first_row(values_on(over, [FRIDAY]))["remaining_stated"] is None
