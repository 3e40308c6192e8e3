"""Delivery: earned schedule, milestones and overdue tasks of accounts, each rule worked by hand as of Friday 27 March 2026."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from lib.health import delivery
from lib.portfolio import Portfolio
from lib.sample import SAMPLE_AS_OF, read_sample
from tests.health.stories import (
    AS_OF,
    Cell,
    Rows,
    ago,
    all_losses,
    example_tables,
    losses_of,
    never_flattered,
    reading,
    same_readings,
    sight_of,
    without_what_came_after,
)

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample"
PLAN = {"baseline_start": date(2026, 1, 5), "baseline_due": date(2026, 5, 22)}  # 100 working days, 60 of them gone


def project(name: str = "j", **more: Any) -> dict[str, Any]:
    plain = {"project_id": name, "account_id": "a", "billing": "fixed", "budget_hours": 100.0, "percent_complete": 30.0}
    return plain | PLAN | more


def task(name: str, **more: Any) -> dict[str, Any]:
    return {"task_id": name, "project_id": "j", "estimate_hours": 10.0, "due": AS_OF + timedelta(days=9)} | more


def milestone(name: str, due: date | None, **more: Any) -> dict[str, Any]:
    return {"task_id": name, "project_id": "j", "kind": "milestone", "baseline_finish": due} | more


def told(metric: str, day: date = AS_OF, **tables: Rows) -> tuple[str, float | None, str | None]:
    return reading(delivery.readings(sight_of(tables, day)), metric, day)


def spi_t(*projects: dict[str, Any], **tables: Rows) -> tuple[str, float | None, str | None]:
    return told("spi_t", projects=list(projects), **tables)


def met(*milestones: dict[str, Any], **tables: Rows) -> tuple[str, float | None, str | None]:
    return told("milestones_met", **({"projects": [project()]} | tables), tasks=list(milestones))


def overdue(*tasks: dict[str, Any], **tables: Rows) -> tuple[str, float | None, str | None]:
    return told("overdue_tasks", **({"projects": [project()]} | tables), tasks=list(tasks))


def test_the_worked_example():
    made = delivery.readings(sight_of(example_tables()))
    assert reading(made, "spi_t") == ("known", pytest.approx(20_100 / 21_000, abs=1e-12), None)
    assert reading(made, "milestones_met") == ("known", 0.9, None)
    assert reading(made, "overdue_tasks") == ("known", 0.05, None)


# --- SPI(t) ---


def test_a_finished_project_keeps_its_time_and_counts_for_90_days():
    # Finished after 80 of 100 days: ES 100, AT 80. The other: ES 30, AT 60. (100 + 30) / (80 + 60).
    finished = project("k", status="done", finished_on=date(2026, 3, 27), baseline_start=date(2025, 12, 8), baseline_due=date(2026, 4, 24))
    assert spi_t(project(), finished)[1] == pytest.approx(130 / 140)
    old = {"status": "done", "baseline_start": date(2025, 7, 21), "baseline_due": date(2025, 12, 5)}
    # 21 July to 26 December: 23 weeks = 115 days for 100.
    assert spi_t(project("k", **old, finished_on=date(2025, 12, 28)))[:2] == ("known", pytest.approx(100 / 115))
    assert spi_t(project("k", **old, finished_on=date(2025, 12, 27))) == ("not_applicable", None, "none_running")


@pytest.mark.parametrize("status", ["planned", "on_hold", "cancelled"])
def test_what_is_not_active_leaves(status: str):
    assert spi_t(project(status=status)) == ("not_applicable", None, "none_running")
    assert spi_t(project(), project("k", status=status, percent_complete=1.0))[1] == pytest.approx(0.5)


def test_a_project_counts_from_a_tenth_of_its_duration():
    # 100 days from Monday 16 March: 10 of them gone by Friday 27 March; from Tuesday 17 March 9.
    tenth = {"baseline_start": date(2026, 3, 16), "baseline_due": date(2026, 7, 31), "percent_complete": 5.0}
    assert spi_t(project(**tenth))[:2] == ("known", pytest.approx(0.5))
    less = tenth | {"baseline_start": date(2026, 3, 17), "baseline_due": date(2026, 8, 3)}
    assert spi_t(project(**less)) == ("not_applicable", None, "none_running")


@pytest.mark.parametrize("billing", ["retainer", "internal"])
def test_billing_without_a_plan_to_keep_leaves(billing: str):
    assert spi_t(project(billing=billing)) == ("not_applicable", None, "none_running")


def test_time_and_materials_that_nothing_measures_leaves_but_not_where_something_says_it_should_be():
    bare = {"project_id": "k", "account_id": "a", "billing": "time_materials"}
    assert spi_t(project(), bare)[1] == pytest.approx(0.5)
    assert spi_t(project(), bare | {"percent_complete": 90.0}) == ("missing", None, "no_budget")


@pytest.mark.parametrize(
    ("lost", "why"),
    [
        ({"status": None}, "status_unknown"),
        ({"billing": None}, "billing_unknown"),
        ({"baseline_due": None}, "no_baseline"),
        ({"budget_hours": None}, "no_budget"),
        ({"percent_complete": None}, "no_ev"),
        ({"status": "done"}, "no_finish_day"),
    ],
)
def test_a_project_of_which_something_is_not_known_makes_it_missing(lost: dict[str, Any], why: str):
    book = {"invoices": [{"account_id": "b", "issued": AS_OF, "amount": 1.0}]}
    bad = project("k", percent_complete=10.0, start=date(2026, 1, 5), due=date(2026, 12, 31)) | lost
    assert spi_t(project(), bad, **book) == ("missing", None, why)


def test_without_a_project_it_is_missing():
    assert told("spi_t", projects=[project(account_id="b")], accounts=[{"account_id": "a"}]) == ("missing", None, "no_projects")
    assert told("spi_t", accounts=[{"account_id": "a"}]) == ("missing", None, "not_loaded")


def test_of_accounts_projects_and_timesheets_alone_a_straight_plan_is_enough_and_named():
    plan = {"start": PLAN["baseline_start"], "due": PLAN["baseline_due"], "baseline_start": None, "baseline_due": None, "billing": None}
    assert spi_t(project(**plan)) == ("known", pytest.approx(0.5), "straight_plan")
    assert spi_t(project(**plan), project("k")) == ("missing", None, "billing_unknown")
    assert spi_t(project(**plan | {"billing": "fixed"}), project("k"))[2] == "no_baseline"
    assert spi_t(project(**plan | {"billing": "fixed"}), tasks=[task("t")])[2] == "no_baseline"


def test_progress_read_after_the_day_is_not_seen():
    read = [{"project_id": "j", "date": ago(1), "percent_complete": 24.0}, {"project_id": "j", "date": ago(-1), "percent_complete": 99.0}]
    assert spi_t(project(), progress=read)[1] == pytest.approx(0.4)
    ended = project(status="done", finished_on=ago(-1))
    assert spi_t(ended)[1] == pytest.approx(0.5)


# --- Milestones ---


def test_milestones_of_the_last_90_days_by_their_baseline():
    on_time = milestone("m", ago(5), finished_on=ago(5), status="done")
    assert met(on_time, milestone("n", ago(0)))[:2] == ("known", 0.5)
    assert met(on_time, milestone("n", ago(89), kind="deliverable"))[1] == 0.5
    assert met(on_time, milestone("n", ago(90)))[1] == 1.0
    assert met(on_time, milestone("n", ago(-1)))[1] == 1.0
    assert met(on_time, milestone("n", ago(5), finished_on=ago(4), status="done"))[1] == 0.5
    assert met(on_time, milestone("n", ago(5), kind="task"))[1] == 1.0


def test_a_milestone_finished_after_the_day_was_not_met_on_it():
    late = milestone("m", ago(5), finished_on=ago(3), status="done")
    assert told("milestones_met", ago(4), projects=[project()], tasks=[late])[1] == 0.0


def test_cancelled_milestones_and_projects_leave():
    kept = milestone("m", ago(5), finished_on=ago(5), status="done")
    assert met(kept, milestone("n", ago(5), status="cancelled"))[1] == 1.0
    gone = project("k", status="cancelled")
    assert met(kept, milestone("n", ago(5), project_id="k"), projects=[project(), gone])[1] == 1.0


@pytest.mark.parametrize(
    ("lost", "why"),
    [
        ({"status": None}, "status_unknown"),
        ({"kind": None}, "task_kind_unknown"),
        ({"baseline_finish": None}, "no_baseline"),
        ({"finished_on": None}, "no_finish_day"),
    ],
)
def test_a_milestone_of_which_something_is_not_known_makes_it_missing(lost: dict[str, Any], why: str):
    late = milestone("n", ago(5), finished_on=ago(4), status="done") | lost
    assert met(milestone("m", ago(5), finished_on=ago(5), status="done"), late) == ("missing", None, why)


def test_a_milestone_without_a_baseline_leaves_where_it_can_not_have_been_missed():
    kept = milestone("m", ago(5), finished_on=ago(5), status="done")
    assert met(kept, milestone("n", None, finished_on=ago(90), status="done"))[1] == 1.0
    assert met(kept, milestone("n", None, change_id="c"))[1] == 1.0
    assert met(kept, milestone("n", None, project_id="k"), projects=[project(), project("k", status="planned")])[1] == 1.0


def test_none_due_is_not_applicable_only_where_the_account_has_baselines():
    assert met(milestone("m", ago(-30))) == ("not_applicable", None, "none_due")
    assert met(task("t")) == ("missing", None, "no_baseline")


# --- Overdue ---


def test_overdue_is_weighed_by_estimates_and_begins_the_day_after():
    assert overdue(task("t", due=ago(1), estimate_hours=5.0), task("u", due=ago(0), estimate_hours=15.0))[:2] == ("known", 0.25)


def test_what_is_done_cancelled_summed_up_or_no_task_is_not_open():
    others: Rows = [
        task("v", due=ago(9), status="done", finished_on=ago(9)),
        task("w", due=ago(9), status="done"),
        task("x", due=ago(9), status="cancelled"),
        task("y", due=ago(9), kind="deliverable", baseline_finish=ago(-9)),
        task("z", due=ago(9), kind="summary"),
        task("p", due=ago(9)),
    ]
    assert overdue(task("t"), task("u", due=ago(1), parent_id="p"), *others)[:2] == ("known", 0.5)
    assert overdue(*others[:2], task("t", status="done")) == ("not_applicable", None, "none_open")


def test_a_task_finished_after_the_day_was_open_on_it():
    done = task("u", due=ago(9), status="done", finished_on=ago(3))
    assert told("overdue_tasks", ago(4), projects=[project()], tasks=[task("t"), done])[1] == 0.5
    assert told("overdue_tasks", ago(3), projects=[project()], tasks=[task("t"), done])[1] == 0.0


def test_tasks_of_a_change_are_there_from_the_day_it_was_raised():
    changes = [{"change_id": "c", "raised_on": ago(2)}]
    tasks = [task("t", due=ago(30)), task("u", change_id="c")]
    made = [told("overdue_tasks", day, projects=[project()], tasks=tasks, change_requests=changes)[1] for day in (ago(3), ago(2))]
    assert made == [1.0, 0.5]


@pytest.mark.parametrize("status", ["planned", "on_hold", "done", "cancelled"])
def test_only_active_projects_have_overdue_tasks(status: str):
    other = project("k", status=status, finished_on=ago(1) if status == "done" else None)
    assert overdue(task("t"), task("u", due=ago(9), project_id="k"), projects=[project(), other])[1] == 0.0


def test_without_a_due_date_the_plans_finish_counts_where_it_is_past():
    assert overdue(task("t", estimate_hours=30.0), task("u", due=None, finish=ago(1)))[:2] == ("known", 0.25)


def test_a_task_without_any_deadline_counts_as_overdue_and_too_many_make_it_missing():
    loose = task("u", due=None, finish=ago(-30))
    assert overdue(task("t", estimate_hours=40.0), loose) == ("known", pytest.approx(0.2), "undated_overdue")
    assert overdue(task("t", estimate_hours=39.0), loose) == ("missing", None, "no_due_date")


def test_an_overdue_task_without_an_estimate_makes_it_missing_and_others_are_left_out():
    assert overdue(task("t"), task("u", due=ago(1), estimate_hours=None)) == ("missing", None, "no_estimate")
    assert overdue(task("t"), task("u", due=ago(1)), task("v", estimate_hours=None))[1] == 0.5
    assert overdue(task("t", estimate_hours=None))[:2] == ("known", 0.0)


@pytest.mark.parametrize("lost", [{"status": None}, {"kind": None}], ids=["status", "kind"])
def test_an_open_task_of_which_something_is_not_known_makes_it_missing(lost: dict[str, Any]):
    assert overdue(task("t"), task("u", due=ago(1)) | lost)[0] == "missing"
    assert overdue(task("t"), task("u", due=ago(1)), projects=[project(status=None)])[0] == "missing"


def test_no_task_at_all_is_missing():
    assert told("overdue_tasks", projects=[project(), project("k", account_id="b")], tasks=[task("t", project_id="k")])[2] == "no_tasks"


# --- All of them ---


def test_readings_of_several_days_are_those_of_each():
    days = tuple(SAMPLE_AS_OF - timedelta(days=91 * step) for step in (3, 2, 1, 0))
    book = Portfolio.of(1, **read_sample(SAMPLE))
    together = delivery.readings(sight_of(book, *days))
    alone = pl.concat([delivery.readings(sight_of(book, day)) for day in days])
    assert (together["state"] == "known").sum() > 100
    same_readings(together, alone)


def test_nothing_after_the_day_is_seen():
    day, frames = SAMPLE_AS_OF - timedelta(days=100), read_sample(SAMPLE)
    made = delivery.readings(sight_of(Portfolio.of(1, **frames), day))
    same_readings(made, delivery.readings(sight_of(without_what_came_after(frames, day), day)))


def test_evidence_adds_up_to_the_reading():
    sight = sight_of(Portfolio.of(1, **read_sample(SAMPLE)), SAMPLE_AS_OF)
    of_three = pl.col("account_id").is_in(["bermeja", "almenara", "penalba-ferro"])
    known = delivery.readings(sight).filter(pl.col("state") == "known", of_three)
    assert known.height == 9
    for account, metric, value in known.select("account_id", "metric", "value").iter_rows():
        rows = delivery.evidence(sight, account, SAMPLE_AS_OF, metric)
        under = rows["under"].sum()
        assert value == pytest.approx(rows["over"].sum() / under), (account, metric)
        assert not rows.filter(pl.col("role") != "counts").height


def test_evidence_names_what_is_lacking_and_refuses_other_metrics():
    tables = example_tables()
    tables["tasks"][9]["finished_on"] = None
    rows = delivery.evidence(sight_of(tables), "a", AS_OF, "milestones_met")
    assert rows.filter(pl.col("role") == "lacks").select("task_id", "why").rows() == [("m10", "no_finish_day")]
    with pytest.raises(ValueError, match="not a metric of delivery"):
        delivery.evidence(sight_of(tables), "a", AS_OF, "overrun")


OF_PROJECTS = ("status", "billing", "baseline_start", "baseline_due", "finished_on", "budget_hours", "percent_complete")
OF_TASKS = ("status", "kind", "baseline_finish", "finished_on", "due", "estimate_hours")
CELLS = [*(("projects", name) for name in OF_PROJECTS), *(("tasks", name) for name in OF_TASKS)]


def worse_story() -> dict[str, Rows]:
    """The worked example with an overdue task more and a project finished late."""
    tables = example_tables()
    late = project("old", status="done", finished_on=ago(9), baseline_start=date(2025, 9, 1), baseline_due=date(2025, 10, 10))
    tables["projects"].append(late)
    tables["tasks"].append(task("more", project_id="shop", due=ago(40), estimate_hours=60.0))
    return tables


HIGHER = {"spi_t": True, "milestones_met": True, "overdue_tasks": False}


def test_losing_a_cell_a_column_or_two_columns_never_flatters():
    never_flattered(worse_story(), all_losses(worse_story(), CELLS), delivery.readings, HIGHER)


@settings(max_examples=4, deadline=None, phases=[Phase.generate])
@given(st.lists(losses_of(worse_story(), CELLS), min_size=30, max_size=30))
def test_losing_several_cells_never_flatters(losses: list[tuple[Cell, ...]]):
    never_flattered(worse_story(), losses, delivery.readings, HIGHER)
