"""A team's workload from the tables: the worked example of a week, to the last digit, and what each rule of it does alone."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from lib.measures.load import summed
from lib.measures.workload import Workload, workload
from lib.portfolio import Portfolio
from lib.sample import SAMPLE_AS_OF, read_sample
from lib.schedule.feasibility import unplaced_hours
from tests.measures.rows import book_of, first_row

MON, TUE, WED, THU, FRI = (date(2026, 5, day) for day in range(11, 16))
AS_OF = MON
LUZ = {"person_id": "luz", "weekly_hours": 24.0, "week_pattern": [6.0, 6.0, 6.0, 0.0, 6.0, 0.0, 0.0], "role": "designer", "city": "Madrid"}
MAX = {"person_id": "max", "weekly_hours": 40.0, "week_pattern": [8.0] * 5 + [0.0] * 2, "role": "developer"}
SAN_ISIDRO = {"date": FRI, "city": "Madrid"}


def luz_s_week(other_hours: dict[str, Any] | None = None) -> Portfolio:
    """Worked example 3; `other_hours`: what the two other hours of Monday were."""
    logged = [2.0, 3.0, 3.5, 4.0, 6.0]
    done = [{"task_id": f"D{at}", "project_id": "old", "status": "done", "assignee_id": "luz"} for at in range(5)]
    entries = [{"person_id": "luz", "project_id": "old", "task_id": f"D{at}", "date": date(2026, 3, 2)} for at in range(5)]
    return book_of(
        accounts=[{"account_id": "us", "internal": True}],
        people=[LUZ, MAX],
        closures=[SAN_ISIDRO],
        absences=[
            {"person_id": "luz", "start": TUE, "end": TUE, "hours_per_day": 3.0},
            {"person_id": "max", "start": MON, "end": MON},
        ],
        projects=[
            {"project_id": name, "account_id": "a", "billing": billing}
            for name, billing in {"P": "fixed", "Q": "fixed", "R": "fixed", "old": "fixed", "house": "internal"}.items()
        ]
        + [{"project_id": "ours", "account_id": "us"}],
        tasks=[
            *done,
            {"task_id": "T1", "project_id": "P", "assignee_id": "luz", "estimate_hours": 5.0, "due": WED},
            {"task_id": "T2", "project_id": "P", "assignee_id": "luz", "estimate_hours": 5.0, "due": FRI},
            {"task_id": "T3", "project_id": "P", "assignee_id": "luz", "due": WED},
        ],
        bookings=[
            {"person_id": "luz", "project_id": "P", "start": MON, "end": FRI, "hours_per_day": 3.0},
            {"person_id": "luz", "project_id": "Q", "start": TUE, "end": WED, "hours_per_day": 2.0, "probability": 0.4}
            | {"status": "tentative"},
            {"person_id": "max", "project_id": "R", "start": TUE, "end": FRI, "hours_per_day": 7.5},
        ],
        time_entries=[
            *(entry | {"hours": hours} for entry, hours in zip(entries, logged, strict=True)),
            {"person_id": "luz", "project_id": "P", "date": MON, "hours": 5.0},
            {"person_id": "luz", "project_id": "R", "date": MON, "hours": 2.0, "billable": False} | (other_hours or {}),
        ],
    )  # fmt: skip


@pytest.fixture(scope="module")
def week() -> Workload:
    return workload(luz_s_week(), AS_OF, MON, date(2026, 5, 17))


def of_luz(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(person_id="luz")


def test_capacity_is_the_pattern_less_holiday_and_absence(week: Workload):
    assert of_luz(week.load)["capacity_hours"].to_list() == [6, 3, 6, 0, 0, 0, 0]
    total = first_row(of_luz(week.weeks))
    assert (total["start"], total["capacity_hours"], total["assumed"]) == (MON, 15, False)


def test_without_a_pattern_a_fifth_of_the_week_is_assumed():
    portfolio = luz_s_week()
    people = portfolio["people"].with_columns(pl.lit(None, pl.List(pl.Float64)).alias("week_pattern"))
    bare = Portfolio(1, dict(portfolio.frames) | {"people": people}, portfolio.rows)
    total = first_row(of_luz(workload(bare, AS_OF, MON, FRI).weeks))
    assert total["capacity_hours"] == pytest.approx(16.2)  # 4.8 a day: Monday, 1.8 on Tuesday, Wednesday, Thursday
    assert total["assumed"]


def test_the_three_loads_of_each_day_and_of_the_week(week: Workload):
    days = of_luz(week.load)
    assert days["confirmed_hours"].to_list() == [7, 3, 3, 0, 0, 0, 0]
    assert days["expected_hours"].to_list() == pytest.approx([7, 3.8, 3.8, 0, 0, 0, 0])
    assert days["possible_hours"].to_list() == [7, 5, 5, 0, 0, 0, 0]
    by_day = summed(days, "person_id", every="1d")["confirmed_share"].to_list()
    assert by_day == [pytest.approx(7 / 6), 1, 0.5, None, None, None, None]
    total = first_row(of_luz(week.weeks))
    assert (total["confirmed_hours"], total["expected_hours"], total["possible_hours"]) == (13, pytest.approx(14.6), 17)
    assert total["confirmed_share"] == pytest.approx(0.866667, abs=5e-7)
    assert total["expected_share"] == pytest.approx(0.973333, abs=5e-7)
    assert total["possible_share"] == pytest.approx(1.133333, abs=5e-7)


def test_hours_booked_on_the_holiday_are_lost_and_listed_and_a_day_off_is_neither(week: Workload):
    assert of_luz(week.lost).select("project_id", "date", "hours").rows() == [("P", FRI, 3)]
    assert of_luz(week.load)["lost_hours"].to_list() == [0, 0, 0, 0, 3, 0, 0]


def test_unknown_work_inside_a_booking_is_no_load_but_is_told(week: Workload):
    assert of_luz(week.unknown).row(0) == ("luz", 1, 1, 3.5, 0)
    assert of_luz(week.load)["imputed_hours"].sum() == 0


def test_billable_utilisation_to_date_and_as_forecast(week: Workload):
    total = first_row(of_luz(week.weeks))
    assert (total["billable_to_date_hours"], total["capacity_to_date_hours"]) == (5, 6)
    assert total["billable_utilisation_to_date"] == pytest.approx(0.833333, abs=5e-7)
    assert (total["billable_hours"], total["capacity_hours"]) == (11, 15)
    assert total["billable_utilisation"] == pytest.approx(0.733333, abs=5e-7)
    assert total["client_hours"] == 13  # the two hours that nobody pays are the client's all the same


@pytest.mark.parametrize("project", ["house", "ours"])
def test_internal_hours_are_load_but_not_client_utilisation(project: str):
    total = first_row(of_luz(workload(luz_s_week({"project_id": project}), AS_OF, MON, FRI).weeks))
    assert (total["confirmed_hours"], total["client_hours"], total["client_to_date_hours"]) == (13, 11, 5)
    assert total["utilisation"] == 11 / 15


def test_one_hour_does_not_fit_though_86_7_per_cent_is_booked(week: Workload):
    luz = first_row(of_luz(week.allocation.people))
    assert (luz["unplaced_hours"], luz["window_start"], luz["window_end"]) == (1, TUE, FRI)
    assert (luz["demand_hours"], luz["capacity_hours"]) == (10, 9)
    assert (luz["unplaced_with_unknown"], luz["unplaced_with_tentative"]) == (4.5, 8.5)


@pytest.mark.parametrize(
    ("step", "left"), [("known", {"T2": 1}), ("with_unknown", {"T2": 4.5}), ("with_tentative", {"T2": 5, "tentative:Q": 3.5})]
)
def test_what_does_not_fit_is_named_by_job(week: Workload, step: str, left: dict[str, float]):
    jobs = of_luz(getattr(week.allocation, step).jobs).filter(pl.col("does_not_fit_hours") > 0)
    assert dict(jobs.select("job_id", "does_not_fit_hours").iter_rows()) == left


def test_the_booking_is_four_hours_short_of_its_tasks(week: Workload):
    gap = first_row(of_luz(week.gaps).filter(project_id="P", gap="booking"))
    assert (gap["hours"], gap["against_hours"], gap["difference_hours"], gap["named"]) == (6, 10, -4, "under_booked")
    assert gap["with_unknown_hours"] == -7.5


def test_a_group_is_sum_over_sum(week: Workload):
    max_s = first_row(week.weeks.filter(person_id="max"))
    assert (max_s["capacity_hours"], max_s["confirmed_hours"]) == (32, 30)
    group = first_row(summed(week.load))
    assert (group["confirmed_hours"], group["capacity_hours"]) == (43, 47)
    assert group["confirmed_share"] == pytest.approx(0.914894, abs=5e-7)


def test_the_same_rows_give_the_same_workload_in_any_order(week: Workload):
    portfolio = luz_s_week()
    turned = Portfolio(1, {name: frame.reverse() for name, frame in portfolio.frames.items()}, portfolio.rows)
    again = workload(turned, AS_OF, MON, date(2026, 5, 17))
    for one, other in ((again.load, week.load), (again.gaps, week.gaps), (again.allocation.people, week.allocation.people)):
        assert one.equals(other)


def test_timesheets_alone_give_hours_and_no_capacity():
    bare = book_of(
        projects=[{"project_id": "j", "account_id": "a"}], time_entries=[{"date": MON, "hours": 7.0}, {"date": TUE, "hours": 1.0}]
    )
    made = workload(bare, AS_OF, MON, FRI)
    total = first_row(made.weeks)
    assert (total["logged_hours"], total["capacity_hours"], total["confirmed_share"], total["utilisation"]) == (7, 0, None, None)
    assert made.allocation.people.height == 0


def test_a_portfolio_of_nothing_has_no_workload():
    made = workload(book_of(), AS_OF, MON, FRI)
    assert (made.load.height, made.weeks.height, made.gaps.height, made.unmet.height, made.overloads.height) == (0, 0, 0, 0, 0)


def chained(*links: dict[str, Any]) -> Workload:
    """Max does 16 hours; what Ben does in 12 is due on Wednesday and waits for it. Another project of Ben's stands for itself."""
    week = {"weekly_hours": 40.0, "week_pattern": [8.0] * 5 + [0.0] * 2}
    sunday = date(2026, 5, 10)
    portfolio = book_of(
        people=[{"person_id": "max"} | week, {"person_id": "ben"} | week],
        projects=[{"project_id": name, "account_id": "a"} for name in "jk"],
        tasks=[
            {"task_id": "first", "assignee_id": "max", "estimate_hours": 16.0},
            {"task_id": "then", "assignee_id": "ben", "estimate_hours": 12.0, "due": WED},
            {"task_id": "k1", "project_id": "k", "assignee_id": "max", "estimate_hours": 8.0},
            {"task_id": "k2", "project_id": "k", "assignee_id": "ben", "estimate_hours": 1.0, "due": WED},
        ],
        links=list(links),
    )
    return workload(portfolio, sunday, MON, FRI)


FIRST_THEN = {"predecessor_id": "first", "successor_id": "then"}


def test_work_cannot_begin_before_what_it_waits_for_is_done():
    assert chained().allocation.people["unplaced_hours"].to_list() == [0, 0]
    waiting = chained(FIRST_THEN)
    assert waiting.work.filter(task_id="then")["release"].to_list() == [WED]  # Max is done on Tuesday
    ben = first_row(waiting.allocation.people.filter(person_id="ben"))
    assert (ben["unplaced_hours"], ben["window_start"], ben["window_end"]) == (4, WED, WED)


def test_what_is_overdue_or_has_no_date_is_told_apart():
    dated = [{"task_id": "old", "due": AS_OF}, {"task_id": "then", "due": TUE}, {"task_id": "planned", "finish": TUE}]
    tasks = [*dated, {"task_id": "some day"}]
    made = workload(book_of(people=[LUZ], projects=[{"project_id": "j", "account_id": "a"}], tasks=tasks), AS_OF, MON, FRI)
    assert (made.overdue["task_id"].to_list(), made.undated["task_id"].to_list()) == (["old"], ["some day"])


def test_a_link_to_nowhere_takes_its_project_s_network_alone():
    found = chained(FIRST_THEN, {"predecessor_id": "nowhere", "successor_id": "k2"})
    assert [(problem.kind, set(problem.task_ids)) for problem in found.problems] == [("dangling_link", {"nowhere", "k2"})]
    assert found.work.filter(task_id="then")["release"].to_list() == [WED]


def test_a_circle_in_one_project_leaves_the_others_their_networks():
    found = chained(FIRST_THEN, {"predecessor_id": "k1", "successor_id": "k2"}, {"predecessor_id": "k2", "successor_id": "k1"})
    assert [(problem.kind, set(problem.task_ids)) for problem in found.problems] == [("cycle", {"k1", "k2"})]
    assert dict(found.work.select("task_id", "release").iter_rows()) == {"first": MON, "then": WED, "k1": MON, "k2": MON}


def test_the_sample_s_overloaded_designer_is_found():
    # Booked 4 + 3 + 2 + 1 hours of 8 in October and 9 to 13 November. Tasks of 56 + 48 + 44 + 34 + 60 = 242 hours are due by 30 October,
    # in 22 weekdays less 12 October: 168 hours. Bookings beyond tasks come on top.
    sample = Portfolio.of(1, **read_sample(Path(__file__).parents[2] / "data" / "sample"))
    made = workload(sample, SAMPLE_AS_OF, date(2026, 8, 31), date(2026, 12, 31))
    lucia = made.booked.filter(~pl.col("lost"), person_id="lferrandez", status="confirmed").filter(pl.col("date") > SAMPLE_AS_OF)
    by_day = lucia.group_by("date").agg(pl.col("hours").sum()).sort("date")
    assert by_day.filter(pl.col("date") <= date(2026, 10, 30))["hours"].unique().to_list() == [10]
    assert by_day.filter(pl.col("date").is_between(date(2026, 11, 2), date(2026, 11, 13)))["hours"].unique().to_list() == [9]
    tasks = made.work.filter(person_id="lferrandez").select("person_id", "release", "due", job_id="task_id", hours="known_hours")
    alone = unplaced_hours(tasks, made.days.select("person_id", "date", hours="capacity"), SAMPLE_AS_OF)
    person = first_row(alone.people.filter(person_id="lferrandez"))
    assert (person["unplaced_hours"], person["demand_hours"], person["capacity_hours"]) == (74, 242, 168)
    assert (person["window_start"], person["window_end"]) == (date(2026, 10, 1), date(2026, 10, 30))
    assert first_row(made.allocation.people.filter(person_id="lferrandez"))["unplaced_hours"] >= 74
    assert made.overloads.filter(person_id="lferrandez")["weeks"].max() >= 6
    saturdays = made.load.filter((pl.col("person_id") == "lferrandez") & (pl.col("date").dt.weekday() == 6) & (pl.col("logged_hours") > 0))
    assert [day.day for day in saturdays["date"]] == [12, 19, 26]
