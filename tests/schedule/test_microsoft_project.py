"""Microsoft Project's own dates, slacks, durations and critical tasks, to the minute, from the XML that it saved.

Where Project does something else than the passes say, and what stands here instead:
- It does not hold the late dates of a task scheduled by hand (Manual) to the links from its start (SS, SF), so that its late start would
  break them: published schedulers that copy Project have the same exception (MPXJ, MicrosoftScheduler). Such tasks are compared with
  passes without those links; with them, the late start is shown to keep the link.
- The late finish of a task scheduled by hand is printed as the beginning of the day on which its successor starts, not as the end of the
  one before: the same working time, so the end of work before it is compared.
- A task with assignments lasts while any of its resources works (Second Task: a day and a night shift).
"""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from lib.intake.project_calendars import calendars_of, intervals
from lib.intake.project_network import network_of
from lib.intake.project_xml import ProjectFile, project_file
from lib.schedule.calendars import TICKS_PER_HOUR, Calendar, instant, moment
from lib.schedule.dates import Dates, dates
from lib.schedule.plan import LINK_SCHEMA, TASK_SCHEMA, Plan

FOLDER = Path(__file__).parents[3] / "shared" / "data"
SNET = 4
TIMES = {"early_start": "EarlyStart", "early_finish": "EarlyFinish", "late_start": "LateStart", "late_finish": "LateFinish"}

pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason="Microsoft Project's files are not part of the project")


def calendar(project: ProjectFile, *uids: str) -> Calendar:
    """When any of these calendars works, from the start of the project on."""
    start = instant(datetime.fromisoformat(project.about.text("StartDate")))
    first = datetime.fromisoformat(project.about.text("StartDate")).date()
    found = calendars_of(project)
    every = [one for uid in uids for one in intervals(found, uid, first, first + timedelta(days=370))]
    return Calendar.of_intervals((max(opens, start), closes) for opens, closes in every if closes > start)


def plan_of(project: ProjectFile) -> Plan:
    tasks, links = network_of(project)
    hours_of = {resource.text("UID"): resource.text("CalendarUID") for resource in project.resources}
    calendars = {"": calendar(project, project.about.text("CalendarUID"))}
    rows: list[dict[str, Any]] = []
    for task in tasks.filter(~pl.col("summary")).iter_rows(named=True):
        assigned = [one.text("ResourceUID") for one in project.assignments if one.text("TaskUID") == task["uid"]]
        shifts = [hours_of[uid] for uid in assigned if hours_of.get(uid)]
        if shifts:
            calendars[task["uid"]] = calendar(project, *shifts)
        assert task["constraint"] in (0, SNET)
        rows.append({
            "task_id": task["uid"], "project_id": "p", "name": task["name"], "kind": "task", "estimated": True,
            "work_hours": task["duration_ticks"] / TICKS_PER_HOUR, "person_id": task["uid"] if shifts else None,
            "not_before": date.fromisoformat(task["constraint_at"][:10]) if task["constraint"] == SNET else None,
        })  # fmt: skip
    return Plan(
        pl.DataFrame(rows, schema=TASK_SCHEMA),
        links.select(
            pl.col("predecessor_uid").alias("predecessor_id"), pl.col("successor_uid").alias("successor_id"), "kind",
            (pl.col("lag_ticks") / TICKS_PER_HOUR).alias("lag_hours"), "elapsed",
        ).cast(LINK_SCHEMA),
        calendars,
        date.fromisoformat(project.about.text("StartDate")[:10]) - timedelta(days=1),
        {uid: above for uid, above in tasks.select("uid", "parent_uid").iter_rows() if above},
    )  # fmt: skip


def saved(name: str) -> tuple[Plan, dict[str, dict[str, str]]]:
    """A plan and Project's answers for it, by UID."""
    project = project_file((FOLDER / "ms_project" / f"{name}.xml").read_bytes())
    with (FOLDER / "reference" / "cpm" / f"msproject_expected_{name}.csv").open(encoding="utf-8") as file:
        return plan_of(project), {row["UID"]: row for row in csv.DictReader(file)}


def dated(plan: Plan) -> Dates:
    found = dates(plan)
    assert isinstance(found, Dates), found
    return found


def at(row: dict[str, str], name: str) -> datetime:
    return datetime.fromisoformat(row[name])


def hours(row: dict[str, str], name: str) -> float:
    return float(row[name]) / TICKS_PER_HOUR  # tenths of a minute


def test_tasks_in_an_outline_with_milestone_constraints_and_shifts() -> None:
    plan, answers = saved("sample")
    found = dated(plan)
    rows = [*found.tasks.iter_rows(named=True), *found.summaries.iter_rows(named=True)]
    assert {row["task_id"] for row in rows} == set(answers) - {"0"}
    for row in rows:
        answer = answers[row["task_id"]]
        assert {name: moment(row[name]) for name in TIMES} == {name: at(answer, theirs) for name, theirs in TIMES.items()}, answer
        assert row["critical"] is (answer["Critical"] == "1"), answer
        assert row["total_float_hours"] == hours(answer, "TotalSlack"), answer
        if answer["Summary"] == "0":
            assert row["free_float_hours"] == hours(answer, "FreeSlack"), answer
        else:
            office = plan.calendars[""]
            lasts = (office.work_before(row["early_finish"]) - office.work_before(row["early_start"])) / TICKS_PER_HOUR
            assert f"PT{lasts:g}H0M0S" == answer["Duration"], answer
    assert moment(found.projects["finish"].item()) == at(answers["0"], "Finish")


def test_all_kinds_of_link_with_lags_between_tasks_scheduled_by_hand() -> None:
    plan, answers = saved("task-links-project2019-mspdi")
    office = plan.calendars[""]
    from_finish = {row["task_id"]: row for row in dated(replace(plan, links=_from_finish(plan.links))).tasks.iter_rows(named=True)}
    from_start = set(plan.links.filter(pl.col("kind").is_in(["SS", "SF"]))["predecessor_id"])
    assert from_start == {"11", "13"}
    held = {row["task_id"]: moment(row["late_start"]) for row in dated(plan).tasks.iter_rows(named=True)}
    # 11's start + 2 days by 12's late finish, Fri 2 Nov 17:00; 13's start + 2 days by 14's late start, Fri 2 Nov 8:00
    assert (held["11"], held["13"]) == (datetime(2018, 11, 1, 8), datetime(2018, 10, 31, 8))
    for row in dated(plan).tasks.iter_rows(named=True):
        answer = answers[row["task_id"]]
        late = from_finish[row["task_id"]] if row["task_id"] in from_start else row
        assert [moment(row["early_start"]), moment(row["early_finish"])] == [at(answer, "EarlyStart"), at(answer, "EarlyFinish")], answer
        assert moment(late["late_start"]) == at(answer, "LateStart"), answer
        assert late["late_finish"] == office.previous_working(instant(at(answer, "LateFinish"))), answer
        assert (late["total_float_hours"], row["free_float_hours"]) == (hours(answer, "TotalSlack"), hours(answer, "FreeSlack")), answer
        assert row["critical"] is (answer["Critical"] == "1"), answer


def _from_finish(links: pl.DataFrame) -> pl.DataFrame:
    return links.filter(pl.col("kind").is_in(["FS", "FF"]))
