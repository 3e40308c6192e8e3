"""Who is strained, the worst first, which work does not fit, and what a cell of the grid says."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from lib.measures.workload import Workload, workload
from lib.portfolio import Portfolio
from lib.sample import SAMPLE_AS_OF, read_sample
from lib.team.strain import STATUSES, cells, strained, unplaced_work
from tests.measures.rows import book_of, first_row
from tests.measures.test_workload import luz_s_week

LAST_SUN, MON, TUE, WED, THU, FRI, SUN = (date(2026, 5, day) for day in (10, 11, 12, 13, 14, 15, 17))
FULL = {"weekly_hours": 40.0, "week_pattern": [8.0] * 5 + [0.0] * 2}


@pytest.fixture(scope="module")
def week() -> Workload:
    return workload(luz_s_week(), MON, MON, SUN)


def test_the_worked_week_is_proved_with_its_window_and_its_tasks(week: Workload):
    luz = strained(week).row(0, named=True)
    assert (luz["person_id"], luz["proved"], luz["unplaced_hours"]) == ("luz", "known", 1)
    assert (luz["unplaced_with_unknown"], luz["unplaced_with_tentative"]) == (4.5, 8.5)
    assert (luz["window_start"], luz["window_end"], luz["demand_hours"], luz["capacity_hours"]) == (TUE, FRI, 10, 9)
    assert luz["share"] == pytest.approx(6 / 9)  # from Tuesday on
    assert (luz["unknown_tasks"], luz["not_imputed"]) == (1, 0)


@pytest.mark.parametrize(
    ("step", "jobs"),
    [
        ("known", [("T2", "P", "task", 1)]),
        ("with_unknown", [("T2", "P", "task", 4.5)]),
        ("with_tentative", [("T2", "P", "task", 5), (None, "Q", "tentative", 3.5)]),
    ],
)
def test_what_does_not_fit_is_a_task_or_a_booking_of_a_project(week: Workload, step: str, jobs: list[Any]):
    assert unplaced_work(week, step).select("task_id", "project_id", "kind", "does_not_fit_hours").rows() == jobs


def person(name: str, *tasks: dict[str, Any], **more: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    return {"person_id": name} | FULL | more, [{"assignee_id": name, "due": FRI} | task for task in tasks]


def test_who_cannot_do_known_work_comes_before_who_cannot_do_unknown_or_tentative_work():
    done = [{"task_id": f"d{n}", "status": "done", "role": "maker", "assignee_id": "old"} for n in range(5)]
    entries = [{"person_id": "old", "task_id": task["task_id"], "date": LAST_SUN, "hours": 30.0} for task in done]
    people = {
        "busy": [{"estimate_hours": 41.0}],
        "worse": [{"estimate_hours": 44.0}],
        "guess": [{"estimate_hours": 20.0}, {"role": "maker"}],  # 20 + 30 of 40
        "maybe": [{"estimate_hours": 40.0}],
        "calm": [{"estimate_hours": 8.0}],
        "idle": [],
    }
    made = [person(name, *tasks) for name, tasks in people.items()]
    portfolio = book_of(
        people=[one for one, _ in made],
        projects=[{"project_id": name, "account_id": "a"} for name in "jk"],
        tasks=[*done, *(task for _, tasks in made for task in tasks)],
        bookings=[{"person_id": "maybe", "project_id": "k", "start": FRI, "end": FRI, "status": "tentative"}],
        time_entries=entries,
    )
    rows = strained(workload(portfolio, LAST_SUN, MON, SUN)).filter(pl.col("person_id") != "old")
    assert rows.select("person_id", "proved").rows() == [
        ("worse", "known"), ("busy", "known"), ("guess", "with_unknown"), ("maybe", "with_tentative"), ("calm", None), ("idle", None),
    ]  # fmt: skip
    guess = first_row(rows.filter(person_id="guess"))
    assert (guess["demand_hours"], guess["capacity_hours"], guess["unplaced_with_unknown"]) == (50, 40, 10)


def of_ana(every: Any = "1w", as_of: date = LAST_SUN, last: date = SUN, **tables: Any) -> pl.DataFrame:
    plain = {"people": [{"person_id": "ana"} | FULL], "projects": [{"project_id": "j", "account_id": "a"}]}
    portfolio = book_of(**plain | tables)
    return cells(portfolio, workload(portfolio, as_of, MON, last), every)


def booked(hours: float) -> list[dict[str, Any]]:
    return [{"person_id": "ana", "start": MON, "end": FRI, "hours_per_day": hours}]


@pytest.mark.parametrize(
    ("tables", "status", "shape", "share"),
    [
        ({}, "free", "", 0),
        ({"bookings": booked(4.0)}, "free", "", 0.5),
        ({"bookings": booked(5.0)}, "room", "", 0.625),
        ({"bookings": booked(8.0)}, "full", "", 1),
        ({"time_entries": [{"date": MON, "hours": 44.0}], "as_of": SUN}, "over", "▲", 1.1),
        ({"absences": [{"start": MON, "end": SUN}]}, "away", "", None),
        ({"absences": [{"start": MON, "end": SUN}], "time_entries": [{"date": MON, "hours": 2.0}], "as_of": SUN}, "over", "▲", None),
        ({"people": [{"person_id": "ana", "end": LAST_SUN} | FULL]}, "not_here", "", None),
        ({"people": [{"person_id": "ana", "weekly_hours": 0.0}]}, "off", "", None),
        ({"people": [], "time_entries": [{"date": MON, "hours": 2.0}], "as_of": SUN}, "unknown", "", None),
        ({"bookings": booked(9.0)}, "unplaceable", "■", 1.125),
        ({"tasks": [{"assignee_id": "ana", "estimate_hours": 9.0, "due": MON}]}, "unplaceable", "■", 0.225),
    ],
)
def test_a_cell_has_a_word_and_a_shape_besides_its_share(tables: dict[str, Any], status: str, shape: str, share: float | None):
    row = first_row(of_ana(**tables))
    assert (row["status"], row["shape"], row["share"]) == (status, shape, share if share is None else pytest.approx(share))
    assert status in STATUSES


def test_only_the_days_of_the_window_cannot_be_placed():
    task = {"assignee_id": "ana", "estimate_hours": 20.0, "not_before": TUE, "due": WED}
    days = of_ana("1d", tasks=[task])
    assert days["status"].to_list() == ["free", "unplaceable", "unplaceable", "free", "free", "off", "off"]
    assert days["unplaced_hours"].to_list() == [0, 4, 4, 0, 0, 0, 0]


def test_a_week_s_last_day_is_no_later_than_the_last_asked_for():
    assert of_ana(last=WED).select("start", "end").rows() == [(MON, WED)]
    assert of_ana("1mo").select("start", "end").rows() == [(date(2026, 5, 1), SUN)]


def test_the_sample_s_designer_is_found_with_her_hours_and_window():
    # Tasks of 56 + 48 + 44 + 34 + 60 = 242 h due by 30 October in 22 weekdays less the 12th: 168 h, 74 of which fit nowhere. 76 h of a
    # booking beyond its tasks come on top, by 20 November: 104 more hours of hers, less what is booked in them.
    sample = Portfolio.of(1, **read_sample(Path(__file__).parents[2] / "data" / "sample"))
    made = workload(sample, SAMPLE_AS_OF, date(2026, 9, 1), date(2026, 12, 31))
    lucia = first_row(strained(made).filter(person_id="lferrandez"))
    assert lucia["proved"] == "known"
    assert lucia["window_start"] == date(2026, 10, 1)
    assert lucia["demand_hours"] - lucia["capacity_hours"] == lucia["unplaced_hours"]
    jobs = unplaced_work(made).filter(person_id="lferrandez")
    assert jobs.filter(kind="task")["does_not_fit_hours"].sum() == 74
    assert lucia["unplaced_hours"] == jobs["does_not_fit_hours"].sum() >= 74
    assert lucia["overload_weeks"] >= 6
    sure = made.booked.filter(~pl.col("lost"), person_id="lferrandez", status="confirmed")
    october = sure.filter(pl.col("date").is_between(date(2026, 10, 5), date(2026, 11, 13)))
    weeks = october.group_by(pl.col("date").dt.truncate("1w")).agg(pl.col("hours").sum()).sort("date")
    capacity = made.weeks.filter(person_id="lferrandez").select("start", "capacity_hours")
    shares = weeks.join(capacity, left_on="date", right_on="start").select(pl.col("hours") / pl.col("capacity_hours")).to_series()
    assert shares.to_list() == [1.25, 1.25, 1.25, 1.25, 1.125, 1.125]  # six weeks from October
    grid = cells(sample, made).filter(person_id="lferrandez")
    assert grid.filter(pl.col("start").is_between(date(2026, 9, 28), date(2026, 11, 16)))["shape"].unique().to_list() == ["■"]
