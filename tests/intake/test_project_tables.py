"""A plan of Microsoft Project becomes projects, people, tasks, links and bookings; what has no place is counted or told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.intake import PRELOAD, Checked, Intake, ReadReport, Worker, suggest, with_answer
from lib.intake.delimited import Records
from lib.intake.project_network import network_of
from lib.intake.project_tables import read_project
from lib.intake.project_values import ELAPSED, PERCENT
from lib.intake.project_xml import project_file
from lib.intake.values import Reading
from lib.store import Store
from lib.workers import Refusal
from tests.intake.plans import Fields, assignment, calendar, duration, link, plan, resource, task
from tests.uploading import AT, Desk, assert_sound

WEEK = {"Start": "2026-03-02T08:00:00", "Finish": "2026-03-06T17:00:00", "Duration": duration(40)}


def rows(raw: bytes, table: str) -> list[dict[str, str]]:
    """The cells that are filled, one mapping a row."""
    frame = read_project(raw, Reading(sheet=table)).frame.drop("_line")
    return [{name: cell for name, cell in row.items() if cell} for row in frame.iter_rows(named=True)]


def told(raw: bytes, table: str) -> list[str]:
    return read_project(raw, Reading(sheet=table)).found["value"].to_list()


def one_task(*calendars: Fields, **more: object) -> dict[str, str]:
    return rows(plan([task(1, "Draft", **more)], calendars=calendars or (calendar(1, "Standard", None),)), "tasks")[0]


def test_a_task_without_work_waits_for_its_duration_in_days_of_the_plan() -> None:
    found = one_task(Duration="PT12H0M0S")
    assert found == {
        "task_id": "Site/1", "project_id": "Site", "name": "Draft", "kind": "task", "status": "open", "start": "2026-03-02",
        "finish": "2026-03-02", "duration_days": "1.5", "percent_complete": "0",
    }  # fmt: skip


def test_a_task_with_work_has_hours_and_no_duration() -> None:
    found = one_task(**WEEK, Work="PT20H30M0S", RemainingWork="PT10H15M0S", PercentComplete=50, ActualStart="2026-03-02T08:00:00")
    assert (found["estimate_hours"], found["remaining_hours"]) == ("20.5", "10.25")
    assert (found["status"], found["started_on"], found["percent_complete"]) == ("in_progress", "2026-03-02", "50")
    assert "duration_days" not in found


def test_one_person_at_half_of_the_day_is_the_pace_of_the_task() -> None:
    raw = plan([task(1, "Draft", **WEEK, Work="PT20H0M0S")], [resource(1, "Ana")], [assignment(1, 1, 1, 20, Units="0.5")])
    found = rows(raw, "tasks")[0]
    assert (found["assignee_id"], found["hours_per_day"]) == ("Ana", "4")
    full = plan([task(1, "Draft", **WEEK, Work="PT40H0M0S")], [resource(1, "Ana")], [assignment(1, 1, 1, 40)])
    assert "hours_per_day" not in rows(full, "tasks")[0]


def test_a_finished_task_is_done_on_its_last_day_with_work() -> None:
    opening = "2026-03-09T08:00:00"
    found = one_task(PercentComplete=100, ActualStart="2026-03-02T08:00:00", ActualFinish=opening, Finish=opening)
    assert (found["status"], found["finish"], found["finished_on"]) == ("done", "2026-03-06", "2026-03-06")


def test_a_milestone_is_on_its_day_at_whatever_hour() -> None:
    found = one_task(Milestone=1, Duration="PT0H0M0S", Start="2026-03-09T08:00:00", Finish="2026-03-09T08:00:00")
    assert (found["kind"], found["start"], found["finish"], found["duration_days"]) == ("milestone", "2026-03-09", "2026-03-09", "0")


def test_outline_levels_are_parents_and_summaries_have_no_hours() -> None:
    raw = plan([
        task(1, "Phase", 1, Summary=1, Work="PT16H0M0S"), task(2, "Part", 2, Summary=1), task(3, "Deep", 3), task(4, "Next", 2),
        task(5, "Last", 1),
    ])  # fmt: skip
    found = {row["name"]: row for row in rows(raw, "tasks")}
    assert {name: row.get("parent_id", "") for name, row in found.items()} == {
        "Phase": "", "Part": "Site/1", "Deep": "Site/2", "Next": "Site/1", "Last": "",
    }  # fmt: skip
    assert found["Phase"]["kind"] == "summary"
    assert "estimate_hours" not in found["Phase"]
    assert "duration_days" not in found["Phase"]


def test_the_baseline_kept_is_number_0_and_others_are_told() -> None:
    baseline = [
        {"Number": 1, "Start": "2026-01-05T08:00:00", "Finish": "2026-01-06T17:00:00", "Work": "PT9H0M0S"},
        {"Number": 0, "Start": "2026-02-02T08:00:00", "Finish": "2026-02-03T17:00:00", "Work": "PT14H30M0S"},
    ]
    raw = plan([task(1, "Draft", Baseline=baseline)])
    found = rows(raw, "tasks")[0]
    assert (found["baseline_start"], found["baseline_finish"], found["baseline_hours"]) == ("2026-02-02", "2026-02-03", "14.5")
    assert told(raw, "tasks") == ["Draft Baseline 1"]


@pytest.mark.parametrize(
    ("kind", "not_before", "told_"),
    [(0, None, []), (4, "2026-03-05", []), (2, "2026-03-05", ["Draft ConstraintType 2 2026-03-05"]),
     (1, None, ["Draft ConstraintType 1 2026-03-05"]), (7, None, ["Draft ConstraintType 7 2026-03-05"])],
)  # fmt: skip
def test_start_no_earlier_than_is_kept_and_other_constraints_are_told(kind: int, not_before: str | None, told_: list[str]) -> None:
    raw = plan([task(1, "Draft") | {"ConstraintType": kind, "ConstraintDate": "2026-03-05T08:00:00", "Deadline": "2026-03-31T17:00:00"}])
    found = rows(raw, "tasks")[0]
    assert found.get("not_before") == not_before
    assert found["due"] == "2026-03-31"
    assert told(raw, "tasks") == told_


def test_a_duration_around_the_clock_is_told_and_counted_in_working_days() -> None:
    raw = plan([task(1, "Dry", Duration="PT72H0M0S", DurationFormat=8, Start="2026-03-06T08:00:00", Finish="2026-03-09T08:00:00")])
    assert rows(raw, "tasks")[0]["duration_days"] == "2"
    assert told(raw, "tasks") == ["Dry DurationFormat 8 PT72H0M0S"]


def test_inactive_null_and_foreign_tasks_are_left_out_and_counted() -> None:
    raw = plan([
        task(1, "Kept"), task(2, "Off", Active=0), task(3, "", IsNull=1), task(4, "Elsewhere", ExternalTask=1),
        task(5, "After", PredecessorLink=[link(2), link(1), link(4), link(9, CrossProject=1)]),
    ])  # fmt: skip
    tasks = read_project(raw, Reading())
    assert [row["name"] for row in rows(raw, "tasks")] == ["Kept", "After"]
    assert tasks.frame["_line"].to_list() == [1, 5]
    assert (tasks.left_out, tasks.blank) == ({"inactive": 1, "other_project": 1}, 1)
    assert tasks.left_lines == ((2, "inactive", "Off"), (4, "other_project", "Elsewhere"))
    links = read_project(raw, Reading(sheet="links"))
    assert [row["predecessor_id"] for row in rows(raw, "links")] == ["Site/1"]
    assert links.left_out == {"missing_task": 2, "other_project": 1}


@pytest.mark.parametrize(("number", "kind"), [(0, "FF"), (1, "FS"), (2, "SF"), (3, "SS")])
def test_kinds_of_links(number: int, kind: str) -> None:
    raw = plan([task(1, "A"), task(2, "B", PredecessorLink=[link(1, number, 4800)])])
    (found,) = rows(raw, "links")
    assert found == {"predecessor_id": "Site/1", "successor_id": "Site/2", "kind": kind, "lag_hours": "8", "elapsed": "FALSE"}


@pytest.mark.parametrize(
    ("lag", "code", "hours", "elapsed"),
    [
        (4800, 7, "8", "FALSE"), (-4800, 7, "-8", "FALSE"), (14400, 8, "24", "TRUE"), (9, 3, "0.015", "FALSE"), (600, 6, "1", "TRUE"),
        (100_800, 10, "168", "TRUE"), (300, 5, "0.5", "FALSE"), (14400, 40, "24", "TRUE"), (4800, 39, "8", "FALSE"),
        (50, 19, "10", "FALSE"), (-25, 20, "-5", "TRUE"), (50, 51, "10", "FALSE"), (50, 52, "10", "TRUE"),
    ],
)  # fmt: skip
def test_lags_are_tenths_of_a_minute_or_percent_of_the_predecessor(lag: int, code: int, hours: str, elapsed: str) -> None:
    raw = plan([task(1, "A", Duration="PT20H0M0S"), task(2, "B", PredecessorLink=[link(1, 1, lag, code)])])
    (found,) = rows(raw, "links")
    assert (found["lag_hours"], found["elapsed"]) == (hours, elapsed)


@given(st.integers(-10**6, 10**6), st.sampled_from([3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 53]))
@settings(max_examples=60, deadline=None)
def test_a_lag_comes_back_in_ticks(lag: int, code: int) -> None:
    raw = plan([task(1, "A"), task(2, "B", PredecessorLink=[link(1, 1, lag, code)])])
    _, links = network_of(project_file(raw))
    assert links.select("lag_ticks", "elapsed").rows() == [(lag, code in ELAPSED)]
    assert not ELAPSED & PERCENT - {20, 52}


def test_people_are_work_resources_with_their_week_rate_and_name() -> None:
    raw = plan(
        [task(1, "A")],
        [
            resource(0, ""), resource(1, "Ana", StandardRate="62.5", EmailAddress="ana@example.test", Group="Design", MaxUnits="0.5"),
            resource(2, "Steel", Type=0), resource(3, "Travel", Type=2), resource(4, "Designer", IsGeneric=1),
            resource(5, "Ana", CalendarUID=3), resource(6, "Crew", MaxUnits="4"),
        ],
        calendars=(calendar(1, "Standard", None), calendar(3, "Ana", {6: []}, base=1)),
    )  # fmt: skip
    found = read_project(raw, Reading(sheet="people"))
    assert rows(raw, "people")[0] == {
        "person_id": "Ana", "name": "Ana", "email": "ana@example.test", "team": "Design", "weekly_hours": "20",
        "week_pattern": "4;4;4;4;4;0;0", "cost_rate": "62.5", "rate_currency": "EUR",
    }  # fmt: skip
    assert [(row["person_id"], row["weekly_hours"]) for row in rows(raw, "people")] == [("Ana", "20"), ("Ana #2", "32"), ("Crew", "40")]
    assert (found.blank, found.left_out) == (1, {"no_person": 3})
    assert told(raw, "people") == ["Crew MaxUnits 4"]


def test_assignments_are_bookings_over_the_working_days_of_the_task() -> None:
    raw = plan(
        [task(1, "Draft", **WEEK, Work="PT50H0M0S"), task(2, "Sum", Summary=1)],
        [resource(1, "Ana"), resource(2, "Bo"), resource(3, "Designer", IsGeneric=1), resource(4, "Steel", Type=0)],
        [
            assignment(11, 1, 1, 20, Finish="2026-03-09T08:00:00"), assignment(12, 1, 2, 30, BookingType=1, Finish="2026-03-06T17:00:00"),
            assignment(13, 1, 3, 8), assignment(14, 1, -65535, 0), assignment(15, 1, 4, 8), assignment(16, 1, 1, 0),
            assignment(17, 2, 1, 8),
        ],
    )  # fmt: skip
    assert rows(raw, "bookings") == [
        {"booking_id": "Site/a11", "person_id": "Ana", "project_id": "Site", "task_id": "Site/1", "start": "2026-03-02",
         "end": "2026-03-06", "hours_per_day": "4", "status": "confirmed"},
        {"booking_id": "Site/a12", "person_id": "Bo", "project_id": "Site", "task_id": "Site/1", "start": "2026-03-02",
         "end": "2026-03-06", "hours_per_day": "6", "status": "tentative"},
        {"booking_id": "Site/a13", "role": "Designer", "project_id": "Site", "task_id": "Site/1", "start": "2026-03-02",
         "end": "2026-03-02", "hours_per_day": "8", "status": "confirmed"},
    ]  # fmt: skip
    assert read_project(raw, Reading(sheet="bookings")).left_out == {"unassigned": 1, "no_person": 1, "without_work": 2}
    assert rows(raw, "tasks")[0]["assignee_id"] == "Bo"  # 30 of the hours
    assert told(raw, "tasks") == ["Draft Assignment Ana"]


def test_a_generic_resource_alone_is_the_role_of_the_task() -> None:
    raw = plan([task(1, "Draft", Work="PT8H0M0S")], [resource(3, "Designer", IsGeneric=1)], [assignment(1, 1, 3, 8)])
    assert rows(raw, "tasks")[0]["role"] == "Designer"


def test_the_project_has_its_dates_baseline_and_state() -> None:
    baseline = {
        "Number": 0, "Start": "2026-02-02T08:00:00", "Finish": "2026-03-02T17:00:00", "Work": "PT120H0M0S", "Cost": 780_050,
    }  # hundredths
    about = {"Baseline": [baseline], "PercentComplete": 40}
    raw = plan([task(1, "A", PercentComplete=100), task(2, "B")], summary=about, Manager="Eva Ruiz")
    assert rows(raw, "projects") == [{
        "project_id": "Site", "name": "Site", "status": "active", "manager": "Eva Ruiz", "start": "2026-03-02",
        "baseline_start": "2026-02-02", "baseline_due": "2026-03-02", "budget_hours": "120", "budget_cost": "7800.5", "currency": "EUR",
        "percent_complete": "40",
    }]  # fmt: skip


def test_exceptions_of_calendars_are_told_as_the_plan_only_keeps_weeks() -> None:
    free = {"TimePeriod": {"FromDate": "2026-03-19T00:00:00", "ToDate": "2026-03-19T23:59:00"}, "Type": 1, "DayWorking": 0}
    raw = plan([task(1, "A")], calendars=(calendar(1, "Standard", None, Exceptions={"Exception": [free]}),))
    assert told(raw, "projects") == ["Calendar Standard Exceptions 1"]


@pytest.mark.parametrize("field", ["Start", "Duration", "Deadline"])
def test_what_cannot_be_read_stays_as_it_is_written_so_that_its_row_is_rejected(field: str) -> None:
    column = {"Start": "start", "Duration": "duration_days", "Deadline": "due"}[field]
    assert one_task(**{field: "soon"})[column] == "soon"


def test_a_table_that_the_plan_does_not_hold_can_not_be_asked_for() -> None:
    with pytest.raises(Refusal, match="no_such_sheet"):
        read_project(plan([task(1, "A")]), Reading(sheet="links"))
    assert read_project(plan(), Reading()).reading.sheet == "projects"


def test_the_first_table_is_the_tasks_and_the_others_are_its_regions() -> None:
    found: Records = read_project(plan([task(1, "A"), task(2, "B", PredecessorLink=[link(1)])], [resource(1, "Ana")]), Reading())
    assert (found.reading.kind, found.reading.sheet) == ("project", "tasks")
    assert [region.sheet for region in found.regions] == ["projects", "people", "tasks", "links"]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with Worker(preload=PRELOAD) as worker:
        yield Desk(Store.open(tmp_path_factory.mktemp("store") / "data", at=AT), Intake(worker), tmp_path_factory.mktemp("uploads"))


def test_a_plan_comes_in_as_five_files_that_ask_only_for_the_client(desk: Desk) -> None:
    raw = plan(
        [task(1, "Draft", **WEEK, Work="PT40H0M0S"), task(2, "Review", Start="2026-03-09T08:00:00", Finish="2026-03-09T17:00:00",
                                                          PredecessorLink=[link(1, 1, -4800)])],
        [resource(1, "Ana Gil")], [assignment(1, 1, 1, 40, Finish="2026-03-06T17:00:00")],
    )  # fmt: skip
    uploads = {upload.mapping.table: upload for upload in desk.bring(("site.xml", raw)) if upload.mapping}
    assert set(uploads) == {"projects", "people", "tasks", "links", "bookings"}
    for upload in uploads.values():
        assert_sound(upload)
        assert upload.mapping is not None
        assert upload.mapping.source == "msproject"
    asked = {table: [question.column for question in upload.checked.questions] for table, upload in uploads.items() if upload.checked}
    assert asked == {"projects": ["account_id"], "people": [], "tasks": [], "links": [], "bookings": []}
    tasks = pl.read_ipc(uploads["tasks"].checked.accepted)
    assert tasks.select("task_id", "project_id", "assignee_id", "estimate_hours", "start").rows() == [
        ("msproject:Site/1", "msproject:Site", "msproject:Ana Gil", 40.0, date(2026, 3, 2)),
        ("msproject:Site/2", "msproject:Site", None, None, date(2026, 3, 9)),
    ]
    links = pl.read_ipc(uploads["links"].checked.accepted)
    assert links.rows() == [("msproject:Site/1", "msproject:Site/2", "FS", -8.0, False)]
    people = pl.read_ipc(uploads["people"].checked.accepted)
    assert people.select("person_id", "weekly_hours", "week_pattern").rows() == [("msproject:Ana Gil", 40.0, [8, 8, 8, 8, 8, 0, 0])]
    bookings = pl.read_ipc(uploads["bookings"].checked.accepted)
    assert bookings.select("booking_id", "person_id", "task_id", "hours_per_day").rows() == [
        ("msproject:Site/a1", "msproject:Ana Gil", "msproject:Site/1", 8.0)
    ]


def test_a_whole_plan_is_loaded_and_the_next_one_is_asked_for_its_own_client(desk: Desk) -> None:
    clients = b"account_id,name,currency,status\na1,Acme,EUR,active\na2,Bolt,EUR,active\n"
    assert desk.load(desk.bring(("clients.csv", clients))) == 2
    shop = plan([task(1, "A"), task(2, "B", PredecessorLink=[link(1)])], Title="Shop")
    waiting = {upload.id: upload for upload in desk.bring(("shop.xml", shop))}
    (project,) = (upload for upload in waiting.values() if upload.mapping and upload.mapping.table == "projects")
    assert project.mapping is not None
    project.mapping = with_answer(project.mapping, "constant", "account_id", "a1")
    assert desk.load(desk.check(waiting)) == 1 + 2 + 1
    tasks = desk.store.portfolio()["tasks"].collect()
    assert tasks["project_id"].unique().to_list() == ["msproject:Shop"]
    later = desk.bring(("bar.xml", plan([task(1, "A")], Title="Bar")))
    (project,) = (upload for upload in later if upload.mapping and upload.mapping.table == "projects")
    assert isinstance(project.checked, Checked)
    assert [question.column for question in project.checked.questions if question.blocking] == ["account_id"]


def test_a_row_that_is_no_good_is_rejected_and_comes_back_as_a_workbook(desk: Desk, tmp_path: Path) -> None:
    raw = plan([task(1, "Draft"), task(2, "Odd", Duration="soon")])
    (tmp_path / "plan.xml").write_bytes(raw)
    report = desk.intake.read(tmp_path / "plan.xml", "plan.xml", tmp_path)
    assert isinstance(report, ReadReport)
    checked = desk.intake.check(report, suggest(report)[0].mapping, tmp_path)
    assert isinstance(checked, Checked)
    assert (checked.accepted_rows, checked.rejected_rows, checked.counts) == (1, 1, {"not_a_number": 1})
    rejects = desk.intake.rejects(report, checked, tmp_path, {"not_a_number": "This is not a number"})
    assert isinstance(rejects, bytes)
    assert rejects.startswith(b"PK")


ODD = (
    "", "-1", "999999999999999999999", "NaN", "inf", "1e400", "0001-01-01T00:00:00", "9999-12-31T23:59:59", "2049-12-31T00:00:00", "PT-5H",
    "PT99999999H0M0S", "PT", "24:00:00", "25:61:00", "true", "ñ" * 50, "=1+1", "5.5",
)  # fmt: skip


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_whatever_stands_in_its_fields_a_plan_is_read_or_refused(data: st.DataObject) -> None:
    baseline = {"Number": 0, "Start": "2026-02-02T08:00:00", "Finish": "2026-02-03T17:00:00", "Work": "PT8H0M0S"}
    free = {"TimePeriod": {"FromDate": "2026-03-19T00:00:00", "ToDate": "2026-03-19T23:59:00"}, "Type": 6, "DaysOfWeek": 4, "DayWorking": 0}
    text = plan(
        [task(1, "A", Baseline=[baseline]), task(2, "B", 2, Work="PT8H0M0S", PredecessorLink=[link(1)])], [resource(1, "Ana")],
        [assignment(1, 2, 1, 8)], (calendar(1, "Standard", None, Exceptions={"Exception": [free]}),),
    ).decode()  # fmt: skip
    fields = list(re.finditer(r">([^<>\n]+)<", text))
    for place in sorted(data.draw(st.sets(st.integers(0, len(fields) - 1), max_size=12)), reverse=True):
        text = text[: fields[place].start(1)] + data.draw(st.sampled_from(ODD)) + text[fields[place].end(1) :]
    raw = text.encode()
    codes = set()
    for table in (None, "projects", "people", "tasks", "links", "bookings"):
        try:
            found = read_project(raw, Reading(sheet=table))
        except Refusal as refusal:
            codes.add(refusal.code)
            continue
        assert found.frame["_line"].is_unique().all()
        assert found.frame["_line"].dtype == pl.Int64
    assert codes <= {"no_such_sheet"}
    network_of(project_file(raw))
