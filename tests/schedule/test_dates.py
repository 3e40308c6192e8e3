"""Dates of small plans by hand, and the laws of floats on calendars."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.portfolio import Portfolio
from lib.sample import SAMPLE_AS_OF, read_sample
from lib.schedule.calendars import TICKS_PER_HOUR, Calendar, moment
from lib.schedule.dates import Dates, dates
from lib.schedule.graph import Problem, Problems
from lib.schedule.network import critical_path
from lib.schedule.plan import Plan, plan_of
from tests.measures.rows import book_of
from tests.schedule.plans import OFFICE, days, plan
from tests.schedule.test_network import LINK, networks

ROOT = Path(__file__).parents[2]
PART_TIME = Calendar.of_week([[(9, 13)]] * 3 + [[], [], [], []])


def dated(given: Plan) -> dict[str, dict[str, Any]]:
    found = dates(given)
    assert isinstance(found, Dates), found
    return {row["task_id"]: row for row in found.tasks.iter_rows(named=True)}


def march(row: dict[str, Any]) -> tuple[str, str, str, str]:
    """Early start and finish, late start and finish as "2 08:00" in March 2026."""
    names = ("early_start", "early_finish", "late_start", "late_finish")
    return tuple(f"{moment(row[name]):%-d %H:%M}" for name in names)  # type: ignore[return-value]


def critical(found: dict[str, dict[str, Any]]) -> str:
    return "".join(name for name, row in found.items() if row["critical"])


def example_2(*extra: dict[str, Any], f: float = 16.0) -> Plan:
    """The plan of example 2, from the tables."""
    hours = {"A": ("ana", 16.0), "B": ("ana", 24.0), "C": ("ben", 40.0), "D": ("ana", 32.0), "E": ("ben", 24.0), "F": ("ana", f)}
    tasks = [
        {"task_id": name, "project_id": "p", "name": name, "kind": "task", "status": "open", "assignee_id": person, "estimate_hours": work,
         "due": date(2026, 3, 20) if name == "F" else None}
        for name, (person, work) in hours.items()
    ]  # fmt: skip
    links = ["AB", "AC", "BD", "CE", "DE", "EF", *(["BG", "GF"] if extra else [])]
    tables = book_of(
        people=[{"person_id": name, "week_pattern": [8.0] * 5 + [0.0, 0.0]} for name in ("ana", "ben")],
        projects=[{"project_id": "p", "account_id": "a"}],
        tasks=[*tasks, *extra],
        links=[{"predecessor_id": a, "successor_id": b, "kind": "FS", "lag_hours": 0.0} for a, b in links],
    )
    made = plan_of(tables, date(2026, 2, 27))
    assert isinstance(made, Plan), made
    return made


def test_the_dates_of_example_2() -> None:
    found = dated(example_2())
    on = ("early_start_on", "early_finish_on", "late_start_on", "late_finish_on")
    assert {name: [row[time].day for time in on] for name, row in found.items()} == {  # day 1 is Mon 2 March
        "A": [2, 3, 2, 3], "B": [4, 6, 4, 6], "C": [4, 10, 6, 12], "D": [9, 12, 9, 12], "E": [13, 17, 13, 17], "F": [18, 19, 18, 19],
    }  # fmt: skip
    floats = {name: (row["total_float_days"], row["free_float_days"]) for name, row in found.items()}
    assert floats == dict.fromkeys("ABDEF", (0, 0)) | {"C": (2, 2)}
    assert (critical(found), found["F"]["promise_float_days"]) == ("ABDEF", 1)


def test_the_change_of_example_2_on_the_critical_path_alone() -> None:
    g = {"task_id": "G", "project_id": "p", "name": "G", "kind": "task", "status": "open", "assignee_id": "ben", "estimate_hours": 24.0}
    found = dated(example_2(g, f=24.0))
    assert (found["G"]["early_start_on"], found["G"]["early_finish_on"]) == (date(2026, 3, 9), date(2026, 3, 11))
    assert (found["G"]["late_start_on"], found["G"]["late_finish_on"]) == (date(2026, 3, 13), date(2026, 3, 17))
    assert (found["G"]["total_float_days"], found["F"]["early_finish_on"], found["F"]["promise_float_days"]) == (4, date(2026, 3, 20), 0)


def test_the_plan_starts_the_day_after_as_of_on_a_working_day() -> None:
    assert march(dated(plan(days(A=1)))["A"]) == ("2 08:00", "2 17:00", "2 08:00", "2 17:00")
    assert march(dated(plan(days(A=1), as_of=date(2026, 3, 3)))["A"])[:2] == ("4 08:00", "4 17:00")


@pytest.mark.parametrize(
    ("link", "of_b"),
    [
        ("A B", ("4 08:00", "4 17:00")), ("A B FS 4", ("4 13:00", "5 12:00")), ("A B FS -8", ("3 08:00", "3 17:00")),
        ("A B FS 24 elapsed", ("5 08:00", "5 17:00")), ("A B SS 4", ("2 13:00", "3 12:00")), ("A B FF 8", ("4 08:00", "4 17:00")),
        ("A B FF -4", ("2 13:00", "3 12:00")), ("A B SF 24", ("4 08:00", "4 17:00")), ("A B FS -160", ("2 08:00", "2 17:00")),
    ],
)  # fmt: skip
def test_links_with_lags_on_the_calendar(link: str, of_b: tuple[str, str]) -> None:
    assert march(dated(plan(days(A=2, B=1), link))["B"])[:2] == of_b


def test_an_elapsed_lag_runs_over_the_weekend() -> None:
    found = dated(plan(days(A=5, B=1, C=1), "A B FS 48 elapsed", "A C FS 48"))
    assert (march(found["B"])[0], march(found["C"])[0]) == ("9 08:00", "17 08:00")
    assert march(found["A"])[3] == "6 17:00"


def test_a_milestone_stands_at_the_end_of_the_work_before_it() -> None:
    found = dated(plan(days(A=5, M=0, B=1), "A M", "M B"))
    assert march(found["M"])[:2] == ("6 17:00", "6 17:00")
    assert (found["M"]["early_finish_on"], critical(found)) == (date(2026, 3, 6), "AMB")
    alone = dated(plan(days(M=0, A=1)))
    assert (march(alone["M"])[:2], alone["M"]["total_float_days"]) == (("2 08:00", "2 08:00"), 1)


def test_a_role_without_a_person_works_on_the_projects_calendar() -> None:
    tasks = [{"task_id": "A", "work_hours": 8.0, "role": "designer"}, {"task_id": "B", "work_hours": 8.0, "person_id": "luz"}]
    found = dated(plan(tasks, calendars={"luz": PART_TIME, "project:p": Calendar.of_week([[(8, 10)]] * 7)}))
    assert (march(found["A"])[1], march(found["B"])[1]) == ("3 10:00", "3 13:00")


def test_no_more_than_hours_per_day_go_into_a_task() -> None:
    assert march(dated(plan([{"task_id": "A", "work_hours": 8.0, "hours_per_day": 2.0}]))["A"])[:2] == ("2 08:00", "5 10:00")


def test_a_wait_runs_in_days_of_the_project() -> None:
    found = dated(plan([{"task_id": "W", "wait_days": 3.0, "person_id": "luz"}], calendars={"luz": PART_TIME}))
    assert march(found["W"])[:2] == ("2 08:00", "4 17:00")


def test_nothing_begins_before_not_before() -> None:
    found = dated(plan([*days(A=1, B=1), {"task_id": "C", "work_hours": 8.0, "not_before": date(2026, 3, 7)}], "A C", "B C"))
    assert march(found["C"])[:2] == ("9 08:00", "9 17:00")
    assert (critical(found), found["A"]["total_float_days"], found["A"]["driver_ids"]) == ("C", 4, [])


def test_a_started_task_goes_on_after_as_of_and_keeps_its_start() -> None:
    begun = date(2026, 2, 20)
    found = dated(plan([{"task_id": "A", "work_hours": 12.0, "started_on": begun}, *days(B=1, Z=5)], "A B", "Z B FF"))
    assert (march(found["A"])[1], found["A"]["early_start_on"], found["A"]["late_start_on"]) == ("3 12:00", begun, begun)
    assert (march(found["B"])[0], found["A"]["total_float_days"], found["A"]["free_float_days"]) == ("6 08:00", 2.5, 2.5)


def test_facts_win_over_links() -> None:
    tasks = [*days(A=3), {"task_id": "B", "work_hours": 8.0, "started_on": date(2026, 2, 26)}]
    found = dated(plan(tasks, "A B"))
    assert march(found["B"])[1] == "2 17:00"
    assert (found["A"]["total_float_days"], found["A"]["free_float_days"], critical(found)) == (0, 0, "A")


def test_a_finished_task_is_a_constant_that_lags_run_from() -> None:
    tasks = [{"task_id": "A", "started_on": date(2026, 2, 23), "finished_on": date(2026, 2, 26)}, *days(B=1, C=1)]
    found = dated(plan(tasks, "A B FS 24", "A C"))
    assert (march(found["B"])[0], march(found["C"])[0]) == ("4 08:00", "2 08:00")
    assert march(dated(plan(tasks, "A B FS 88 elapsed"))["B"])[0] == "2 09:00"  # from the end of work on 26 February
    assert (found["A"]["early_start_on"], found["A"]["late_finish_on"]) == (date(2026, 2, 23), date(2026, 2, 26))
    assert (found["A"]["total_float_days"], found["A"]["critical"], found["B"]["critical"]) == (None, False, True)


def test_the_float_to_the_promise_is_apart_and_may_be_negative() -> None:
    tasks = [{"task_id": "A", "work_hours": 24.0, "due": date(2026, 3, 2)}, {"task_id": "B", "work_hours": 8.0, "due": date(2026, 3, 8)}]
    found = dated(plan(tasks))
    assert {name: (row["total_float_days"], row["promise_float_days"]) for name, row in found.items()} == {"A": (0, -2), "B": (2, 4)}


def test_with_several_calendars_the_driving_chain_is_critical_although_it_has_float() -> None:
    # A (Mon-Wed, mornings) ends on Monday at 13:00, X (office) at 17:00: X drives B, and B drives Y, which ends last.
    a, y = ({"task_id": name, "work_hours": 4.0, "person_id": "luz"} for name in "AY")
    tasks = [a, *days(X=1, B=1), y]
    found = dated(plan(tasks, "A B", "X B", "B Y", calendars={"luz": PART_TIME}))
    assert (march(found["B"])[:2], march(found["Y"])[:2]) == (("3 08:00", "3 17:00"), ("4 09:00", "4 13:00"))
    # B could end on Wednesday at 09:00, an hour of its own time later, yet it is what Y waits for.
    assert (found["B"]["total_float_hours"], found["B"]["critical"], found["B"]["driver_ids"]) == (1, True, ["X"])
    assert critical(found) == "XBY"


def test_a_float_in_days_is_the_lesser_of_start_and_finish() -> None:
    short_tuesday = Calendar.of_week([[(9, 17)], [(9, 13)], [(9, 17)], [], [], [], []])
    tasks = [{"task_id": "A", "work_hours": 4.0, "person_id": "luz"}, *days(Z=2)]
    # Mon 9-13, at the latest Tue 9-13: 1 day at the start, 1.5 at the finish
    row = dated(plan(tasks, calendars={"luz": short_tuesday}))["A"]
    assert (row["total_float_days"], row["free_float_days"], row["total_float_hours"]) == (1, 1, 8)


def test_each_project_has_its_own_finish() -> None:
    tasks = [*days(A=2), {"task_id": "B", "project_id": "q", "work_hours": 80.0}, {"task_id": "C", "project_id": "q", "work_hours": 8.0}]
    found = dated(plan(tasks, "A C"))
    assert {name: row["total_float_days"] for name, row in found.items()} == {"A": 0, "B": 0, "C": 7}
    assert critical(found) == "AB"


def test_summaries_are_rolled_up() -> None:
    parents = {"A": "S", "B": "S", "S": "T", "C": "T"}
    found = dates(plan(days(A=1, B=2, C=4), "A B", parents=parents))
    assert isinstance(found, Dates)
    rows = {row["task_id"]: row for row in found.summaries.iter_rows(named=True)}
    assert {name: (march(row), row["total_float_days"], row["critical"]) for name, row in rows.items()} == {
        "S": (("2 08:00", "4 17:00", "3 08:00", "5 17:00"), 1, False),
        "T": (("2 08:00", "5 17:00", "2 08:00", "5 17:00"), 0, True),
    }


def test_a_person_who_never_works_again_is_a_problem() -> None:
    left = Calendar.of_days(date(2026, 2, 23), [8.0] * 7, after=[0.0] * 7)
    tasks = [{"task_id": "A", "work_hours": 8.0, "person_id": "eva"}, {"task_id": "B", "work_hours": 9.0, "person_id": "eva"}, *days(C=1)]
    assert dates(plan(tasks, "A B", "B C", calendars={"eva": left})) == Problems((Problem("no_capacity", ("B",)),))


def test_cycles_and_links_that_lead_nowhere_are_values() -> None:
    assert dates(plan(days(A=1, B=1), "A B", "B A")) == Problems((Problem("cycle", ("A", "B")),))
    assert dates(plan(days(A=1), "A Z")) == Problems((Problem("dangling_link", ("A", "Z")),))


def test_nothing_to_do_has_no_dates() -> None:
    found = dates(plan([]))
    assert isinstance(found, Dates)
    assert (found.tasks.height, found.summaries.height, found.projects.height) == (0, 0, 0)


def test_links_of_all_kinds_with_lags_in_minutes_as_project_shows_them() -> None:
    """Dates worked out by hand on the same hours: Mon-Fri 8:00-12:00 and 13:00-17:00, from Thu 18 October 2018; Z holds the finish."""
    tasks = [*days(A=1, B=1, C=1, D=1, E=1, F=1, G=1, H=1, I=1, Z=12)]
    links = ("A B FS 16", "A C FS -4", "A D SS 1.5", "A E FF 0.5", "A F SF 16", "A G FS 0.1", "A H SF 12", "A I FF")
    found = dated(plan(tasks, *links, as_of=date(2018, 10, 17)))
    assert {name: [f"{moment(row[time]):%d %H:%M}" for time in ("early_start", "early_finish")] for name, row in found.items()} == {
        "A": ["18 08:00", "18 17:00"], "B": ["23 08:00", "23 17:00"], "C": ["18 13:00", "19 12:00"], "D": ["18 09:30", "19 09:30"],
        "E": ["18 08:30", "19 08:30"], "F": ["19 08:00", "19 17:00"], "G": ["19 08:06", "22 08:06"], "H": ["18 13:00", "19 12:00"],
        "I": ["18 08:00", "18 17:00"], "Z": ["18 08:00", "02 17:00"],
    }  # fmt: skip
    assert {name: found[name]["total_float_hours"] for name in "BGZ"} == {"B": 64, "G": 79.9, "Z": 0}
    assert {name: row["free_float_hours"] for name, row in found.items() if name in "AB"} == {"A": 0, "B": 64}


def test_a_start_to_finish_link_may_show_a_finish_the_next_morning() -> None:
    found = dated(plan([{"task_id": "A", "work_hours": 8.0, "not_before": date(2026, 3, 3)}, *days(B=1)], "A B SF"))
    assert march(found["B"])[:2] == ("2 08:00", "3 08:00")


@settings(max_examples=60, deadline=None)
@given(networks())
def test_on_one_calendar_dates_are_the_critical_path_in_working_days(case: Any) -> None:
    durations, links = case
    rows = [(f"t{a}", f"t{b}", kind, lag) for a, b, kind, lag in links]
    named = {f"t{n}": duration for n, duration in enumerate(durations)}
    made = plan(days(**named), *(f"{a} {b} {kind} {8 * lag}" for a, b, kind, lag in rows))
    tasks = pl.DataFrame({"task_id": list(named), "duration": durations})
    path = critical_path(tasks, pl.DataFrame(rows, schema=LINK, orient="row"))
    assert isinstance(path, pl.DataFrame)
    first = OFFICE.work_before(made.start)
    for row, expected in zip(dated(made).values(), path.iter_rows(named=True), strict=True):
        for name in ("early_start", "early_finish", "late_start", "late_finish"):
            assert (OFFICE.work_before(row[name]) - first) / (8 * TICKS_PER_HOUR) == expected[name], (name, row)
        assert (row["total_float_days"], row["free_float_days"]) == (expected["total_float"], expected["free_float"])
        assert not row["critical"] or expected["critical"]


def test_the_sample_keeps_its_links_and_has_a_driving_chain_in_every_project() -> None:
    made = plan_of(Portfolio.of(**read_sample(ROOT / "data" / "sample")), SAMPLE_AS_OF)
    assert isinstance(made, Plan), made
    found = dated(made)
    ahead = {name: row for name, row in found.items() if row["total_float_days"] is not None}
    assert all(row["total_float_days"] >= row["free_float_days"] >= 0 for row in ahead.values())
    begun = set(made.tasks.drop_nulls("started_on")["task_id"])
    waits = made.links.filter(pl.col("kind") == "FS", pl.col("lag_hours") >= 0, ~pl.col("successor_id").is_in(list(begun)))
    kept = [found[b]["early_start"] >= found[a]["early_finish"] for a, b in waits.select(pl.col("^.*_id$")).iter_rows() if b in ahead]
    assert len(kept) > 50
    assert all(kept)
    for project in {row["project_id"] for row in ahead.values()}:
        rows = [row for row in ahead.values() if row["project_id"] == project]
        assert max(row["early_finish"] for row in rows) in [row["early_finish"] for row in rows if row["critical"]]


weeks = st.lists(st.sampled_from([0.0, 4.0, 8.0]), min_size=7, max_size=7).filter(any)


@settings(max_examples=80, deadline=None)
@given(networks(), st.lists(weeks, min_size=1, max_size=3), st.data())
def test_laws_of_floats_on_several_calendars(case: Any, hours: list[list[float]], data: st.DataObject) -> None:
    durations, links = case
    calendars = {f"c{n}": Calendar.of_days(date(2026, 3, 2), week) for n, week in enumerate(hours)}
    named = {f"t{n}": duration for n, duration in enumerate(durations)}
    tasks = [row | {"person_id": data.draw(st.sampled_from(sorted(calendars)))} for row in days(**named)]
    sequence = [f"t{a} t{b} {kind} {8 * lag} {data.draw(st.sampled_from(['', 'elapsed']))}" for a, b, kind, lag in links]
    found = dated(plan(tasks, *sequence, calendars=calendars))
    finish = max(row["early_finish"] for row in found.values())
    for row in found.values():
        assert row["total_float_days"] >= row["free_float_days"] >= 0
        assert row["early_start"] <= row["late_start"] or row["total_float_hours"] == 0
        assert row["late_finish"] <= finish
    chain = [row for row in found.values() if row["critical"]]
    assert any(row["early_finish"] == finish for row in chain)
    assert any(not row["driver_ids"] for row in chain)
    assert all(found[name]["critical"] for row in chain for name in row["driver_ids"])
    longer = [task | {"work_hours": task["work_hours"] + 8 * (n == 0)} for n, task in enumerate(tasks)]
    later = dated(plan(longer, *(link for link in sequence if "FF" not in link and "SF" not in link), calendars=calendars))
    before = dated(plan(tasks, *(link for link in sequence if "FF" not in link and "SF" not in link), calendars=calendars))
    assert all(later[name]["early_start"] >= before[name]["early_start"] for name in before)
