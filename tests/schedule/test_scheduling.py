"""Plans whose projects share people: the worked example, by hand, against brute force, against the network. Every schedule is checked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.schedule import plan_solver, shared_people
from lib.schedule.calendars import TICKS_PER_HOUR, Calendar, instant
from lib.schedule.dates import Dates, dates
from lib.schedule.graph import Problem, Problems
from lib.schedule.leveling import checked, schedule
from lib.schedule.plan import Plan
from lib.schedule.scheduling import Schedule
from tests.schedule.brute_force import shortest
from tests.schedule.shared_plans import BEFORE, FRIDAY, LINKS, MONDAY, OFFICE, after_the_change, of, plan_of_rows, work_day

METHODS = ("serial", "cp-sat")
both = pytest.mark.parametrize("method", METHODS)


def scheduled(plan: Plan, method: str = "serial", **more: Any) -> Schedule:
    """The schedule, looked at by the checker."""
    found = schedule(plan, method, **more)
    assert isinstance(found, Schedule), found
    assert checked(found, plan) == ()
    assert 0 <= found.bound <= found.cost
    return found


def days(found: Schedule) -> dict[str, tuple[date, date]]:
    return {task: (start, finish) for task, start, finish in found.tasks.select("task_id", "start_on", "finish_on").rows()}


def by_days(first: int, last: int) -> tuple[date, date]:
    """From the beginning of work day `first` + 1 to the end of work day `last`, as 2-7 in the worked example."""
    return work_day(first + 1), work_day(last)


@both
def test_the_worked_example_before_its_change_ends_on_day_14(method: str) -> None:
    found = scheduled(plan_of_rows(BEFORE, LINKS), method)
    assert days(found)["C"] == by_days(2, 7)
    assert days(found)["F"] == by_days(12, 14)
    assert days(found)["F"][1] == date(2026, 3, 19)


@both
def test_the_worked_example_after_its_change_ends_on_day_16(method: str) -> None:
    found = scheduled(after_the_change(), method, promises={"P": date(2026, 3, 20)})
    ours = {task: span for task, span in days(found).items() if task in "CGEF"}
    assert ours == {"C": by_days(2, 7), "G": by_days(7, 10), "E": by_days(10, 13), "F": by_days(13, 16)}
    assert ours["F"][1] == date(2026, 3, 23)
    order = [("ana", "A", "B"), ("ana", "B", "D"), ("ana", "D", "F"), ("ben", "C", "G"), ("ben", "G", "E")]
    assert sorted(found.sequences.rows()) == order
    assert dict(found.hours.group_by("person_id").agg(pl.col("hours").sum()).rows()) == {"ana": 96, "ben": 88}


def test_cp_sat_proves_that_the_change_takes_16_days_as_brute_force_does() -> None:
    works = {"A": 2, "B": 3, "C": 5, "D": 4, "E": 3, "F": 3, "G": 3}
    links = [(*link, "FS", 0) for link in [*LINKS, ("B", "G"), ("G", "F")]]
    who = {"A": "ana", "B": "ana", "D": "ana", "F": "ana", "C": "ben", "E": "ben", "G": "ben"}
    assert shortest(works, links, [(task, person, 1) for task, person in who.items()], {"ana": 1, "ben": 1}) == 16
    assert scheduled(after_the_change(), "cp-sat").status == "optimal"


@both
@pytest.mark.parametrize(("released", "finish"), [(0, 16), (5, 16), (10, 18), (20, 26)])
def test_deciding_late_moves_the_finish(method: str, released: int, finish: int) -> None:
    assert max(last for _, last in days(scheduled(after_the_change(released), method)).values()) == work_day(finish)


def test_one_person_is_shared_by_two_projects_and_the_nearer_promise_goes_first() -> None:
    plan = plan_of_rows({"late": of("ana", 16, project_id="P"), "soon": of("ana", 16, project_id="Q")})
    found = scheduled(plan, promises={"P": work_day(10), "Q": work_day(2)})
    assert days(found) == {"soon": by_days(0, 2), "late": by_days(2, 4)}
    assert days(scheduled(plan, promises={"P": work_day(2), "Q": work_day(10)}))["late"] == by_days(0, 2)


def test_a_task_due_soon_goes_before_one_that_nobody_waits_for() -> None:
    plan = plan_of_rows({"some day": of("ana", 8, project_id="P"), "due": of("ana", 8, project_id="Q", due=work_day(1))})
    assert days(scheduled(plan))["due"] == by_days(0, 1)


def test_of_equal_tasks_the_first_in_the_plan_goes_first() -> None:
    plan = plan_of_rows({name: of("ana", 8) for name in ("Z", "A", "M")})
    assert [days(scheduled(plan))[name][0] for name in ("Z", "A", "M")] == [work_day(1), work_day(2), work_day(3)]


def test_what_has_begun_goes_on_first_and_what_is_done_stays() -> None:
    done = of("ana", 0, started_on=date(2026, 2, 2), finished_on=date(2026, 2, 20))
    begun = of("ana", 12, started_on=date(2026, 2, 23))
    tasks = {"due": of("ana", 8, due=work_day(1)), "begun": begun, "done": done, "after": of("ben", 8)}
    found = days(scheduled(plan_of_rows(tasks, [("done", "after")])))
    assert found["begun"] == (work_day(1), work_day(2))
    assert found["due"] == (work_day(2), work_day(3))
    assert found["done"] == (date(2026, 2, 2), date(2026, 2, 20))
    assert found["after"] == by_days(0, 1)


def test_a_started_task_waits_for_no_link_to_its_start() -> None:
    plan = plan_of_rows({"A": of("ana", 16), "B": of("ben", 8, started_on=FRIDAY)}, [("A", "B")])
    assert days(scheduled(plan))["B"] == by_days(0, 1)


def test_two_tasks_of_four_hours_a_day_run_beside_each_other_and_a_third_waits() -> None:
    half = {"hours_per_day": 4.0}
    found = scheduled(plan_of_rows({"A": of("ana", 8, **half), "B": of("ana", 8, **half), "C": of("ana", 8, **half)}))
    assert days(found) == {"A": by_days(0, 2), "B": by_days(0, 2), "C": by_days(2, 4)}
    assert sorted(found.sequences.rows()) == [("ana", "A", "C"), ("ana", "B", "C")]


def test_a_task_beside_one_of_two_hours_a_day_has_what_is_left() -> None:
    found = scheduled(plan_of_rows({"support": of("ana", 20, hours_per_day=2.0, due=work_day(10)), "site": of("ana", 24)}))
    assert days(found) == {"support": by_days(0, 10), "site": by_days(0, 4)}
    assert sorted(found.hours.filter(pl.col("task_id") == "site")["hours"]) == [6, 6, 6, 6]


def test_a_day_of_which_nothing_is_left_interrupts_no_task() -> None:
    later = of("ana", 1, hours_per_day=1.0, not_before=work_day(20))  # so that work of a day is shared
    tasks = {"fixed": of("ana", 16, not_before=work_day(3), due=work_day(4)), "long": of("ana", 24), "later": later}
    found = days(scheduled(plan_of_rows(tasks)))
    assert (found["fixed"], found["long"]) == (by_days(2, 4), by_days(4, 7))


def test_hours_a_day_hold_on_a_short_day_too() -> None:
    short = Calendar.of_days(MONDAY, [8, 3, 8, 8, 8, 0, 0] * 10)
    plan = plan_of_rows({"A": of("ana", 12, hours_per_day=4.0), "B": of("ana", 12, hours_per_day=4.0)}, calendars={"ana": short})
    found = scheduled(plan)
    assert dict(found.hours.group_by("date").agg(pl.col("hours").sum()).rows())[work_day(2)] == 3


def test_waits_and_tasks_of_nobody_compete_with_nobody() -> None:
    wait = {"person_id": "ana", "wait_days": 3.0}
    found = scheduled(plan_of_rows({"work": of("ana", 24), "wait": wait, "free": of(None, 24), "free too": of(None, 24)}))
    assert set(days(found).values()) == {by_days(0, 3)}
    assert set(found.hours["task_id"]) == {"work"}


def test_a_holiday_interrupts_and_other_work_does_not() -> None:
    away = Calendar.of_days(MONDAY, [8, 0, 8, 8, 8, 0, 0] + [8, 8, 8, 8, 8, 0, 0] * 8)
    tasks = {"long": of("ana", 16), "fixed": of("ana", 8, not_before=work_day(4), due=work_day(4)), "last": of("ana", 16)}
    expected = {"long": by_days(0, 3), "fixed": by_days(3, 4), "last": by_days(4, 6)}
    assert days(scheduled(plan_of_rows(tasks, calendars={"ana": away}))) == expected


def test_a_milestone_lies_where_its_predecessor_ends() -> None:
    found = scheduled(plan_of_rows({"A": of("ana", 8), "M": {"kind": "milestone"}}, [("A", "M")]))
    assert days(found)["M"] == (work_day(1), work_day(1))


def test_who_never_works_again_has_no_dates_and_the_others_have() -> None:
    gone = Calendar.of_days(MONDAY, [8, 8], after=[0] * 7)
    plan = plan_of_rows({"A": of("ana", 24), "B": of("ben", 8), "C": of("ben", 8)}, [("A", "B")], {"ana": gone})
    found = scheduled(plan)
    assert found.problems == (Problem("no_capacity", ("A", "B"), ("ana", "ben")),)
    assert days(found) == {"A": (None, None), "B": (None, None), "C": by_days(0, 1)}
    assert scheduled(plan, "cp-sat", seconds=1).tasks.equals(found.tasks)


def test_a_plan_by_hand_with_a_cycle_or_a_dangling_link_names_it() -> None:
    tasks = {"A": of("ana", 8), "B": of("ana", 8)}
    assert schedule(plan_of_rows(tasks, [("A", "B"), ("B", "A")])) == Problems((Problem("cycle", ("A", "B")),))
    assert schedule(plan_of_rows(tasks, [("A", "X")])) == Problems((Problem("dangling_link", ("A", "X")),))


def test_nothing_to_do_is_a_schedule() -> None:
    for method in METHODS:
        found = scheduled(plan_of_rows({}), method)
        assert (found.tasks.height, found.sequences.height, found.hours.height, found.status) == (0, 0, 0, "optimal")


def test_a_lead_cannot_make_a_circle_of_frozen_order() -> None:
    # B may lie before A, although A is its predecessor: B → C by person, C → A by link, A → B by lead.
    plan = plan_of_rows(
        {"A": of("ana", 8, not_before=work_day(9)), "B": of("ben", 8), "C": of("ben", 8)}, [("A", "B", "FS", -400.0), ("C", "A")]
    )
    found = scheduled(plan)
    assert found.tasks["finish"].is_not_null().all()


def test_an_unknown_method_is_refused() -> None:
    with pytest.raises(ValueError, match="guess"):
        schedule(plan_of_rows({}), "guess")


@pytest.mark.parametrize(
    ("column", "moved", "kind"),
    [
        ("start", {"D": -8 * 24}, "broken_link"),
        ("start", {"A": -72}, "starts_early"),
        ("finish", {"E": 24}, "interrupted"),
        ("finish", {"C": 24 * 5}, "two_at_once"),
    ],
)  # fmt: skip
def test_the_checker_sees_a_moved_task(column: str, moved: dict[str, int], kind: str) -> None:
    plan = after_the_change()
    good = scheduled(plan)
    shift = pl.col("task_id").replace_strict(moved, default=0, return_dtype=pl.Int64) * TICKS_PER_HOUR
    bad = replace(good, tasks=good.tasks.with_columns(pl.col(column) + shift))
    assert kind in {problem.kind for problem in checked(bad, plan)}


def test_the_checker_sees_a_day_left_out() -> None:
    plan = plan_of_rows({"A": of("ana", 48, hours_per_day=6.0)})
    found = scheduled(plan)
    on_sundays_too = replace(plan, calendars={**plan.calendars, "ana": Calendar.of_week([[(9, 17)]] * 7)})
    assert [problem.kind for problem in checked(found, on_sundays_too)] == ["interrupted"]


def test_the_checker_sees_a_day_with_too_many_hours() -> None:
    plan = plan_of_rows({"A": of("ana", 16), "B": of("ana", 8, hours_per_day=2.0)})
    found = scheduled(plan)
    shorter = replace(plan, calendars={"": OFFICE, "ana": Calendar.of_week([[(9, 14)]] * 5 + [[], []])})
    assert "over_capacity" in {problem.kind for problem in checked(found, shorter)}
    tighter = replace(plan, tasks=plan.tasks.with_columns(pl.when(pl.col("task_id") == "B").then(1.0).alias("hours_per_day")))
    assert "over_task_day" in {problem.kind for problem in checked(found, tighter)}


CALENDARS = {
    "ana": OFFICE,
    "ben": Calendar.of_days(MONDAY, [6, 6, 0, 8, 4, 0, 0] * 20),
    "eva": Calendar.of_days(MONDAY, [8, 8, 8, 8, 8, 0, 0] + [0] * 7 + [7.5, 7.5, 7.5, 7.5, 3.75, 0, 0] * 20),
}


Case = tuple[dict[str, dict[str, Any]], list[tuple]]


@st.composite
def cases(draw: st.DrawFn, capped: bool = True, milestones: bool = True) -> Case:
    names = "ABCDEFG"[: draw(st.integers(1, 7))]
    tasks: dict[str, dict[str, Any]] = {}
    works = [0, 2, 4.5, 8, 20, 40][not milestones :]
    for name in names:
        person = draw(st.sampled_from(["ana", "ben", "eva", None]))
        tasks[name] = of(person, draw(st.sampled_from(works)), project_id=draw(st.sampled_from("PQ")))
        if draw(st.integers(0, 3)) == 0:
            tasks[name]["not_before"] = MONDAY + timedelta(days=draw(st.integers(-3, 12)))
        if draw(st.integers(0, 3)) == 0:
            tasks[name]["due"] = MONDAY + timedelta(days=draw(st.integers(0, 20)))
        if draw(st.integers(0, 5)) == 0:
            tasks[name]["started_on"] = FRIDAY
        if capped and draw(st.integers(0, 3)) == 0:
            tasks[name]["hours_per_day"] = draw(st.sampled_from([1.0, 3.0, 4.0, 9.0]))
        if draw(st.integers(0, 7)) == 0:
            tasks[name] |= {"work_hours": 0.0, "wait_days": draw(st.sampled_from([1.0, 2.5]))}
    links = []
    for first, then in draw(st.lists(st.tuples(st.sampled_from(names), st.sampled_from(names)), max_size=7)):
        if first < then:
            kind = draw(st.sampled_from(["FS", "FS", "FS", "SS", "FF", "SF"]))
            links.append((first, then, kind, draw(st.sampled_from([0.0, 0.0, 8.0, 12.0, -4.0])), draw(st.booleans())))
    return tasks, links


@settings(max_examples=100)
@given(cases())
def test_every_schedule_holds_whatever_the_plan(case: Case) -> None:
    scheduled(plan_of_rows(*case, CALENDARS))


@settings(max_examples=15)
@given(cases())
def test_cp_sat_is_never_dearer_and_never_below_its_bound(case: Case) -> None:
    plan = plan_of_rows(*case, CALENDARS)
    quick, better = scheduled(plan), scheduled(plan, "cp-sat", seconds=1)
    assert quick.bound <= better.bound <= better.cost <= quick.cost


@settings(max_examples=10)
@given(cases())
def test_nor_is_it_for_a_plan_too_long_for_tables(case: Case) -> None:
    plan = plan_of_rows(*case, CALENDARS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan_solver, "ENTRIES", 0)
        assert scheduled(plan, "cp-sat", seconds=0.3).cost <= scheduled(plan).cost


@pytest.mark.parametrize("entries", [0, plan_solver.ENTRIES])
def test_cp_sat_betters_the_first_order(monkeypatch: pytest.MonkeyPatch, entries: int) -> None:
    monkeypatch.setattr(plan_solver, "ENTRIES", entries)  # 0: as if the plan were long
    monkeypatch.setattr(shared_people, "WORK", 0)  # the serial scheme tries one order alone
    plan = plan_of_rows({"long": of("ana", 40, project_id="P", due=work_day(6)), "short": of("ana", 8, project_id="Q", due=work_day(30))})
    assert days(scheduled(plan)) == {"long": by_days(0, 5), "short": by_days(5, 6)}
    assert days(scheduled(plan, "cp-sat")) == {"short": by_days(0, 1), "long": by_days(1, 6)}


def test_an_order_that_is_worse_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan_solver, "ENTRIES", 0)
    monkeypatch.setattr(plan_solver._Average, "instant", lambda self, task, point: -point)  # the last first
    plan = plan_of_rows({"long": of("ana", 40, project_id="P"), "short": of("ana", 8, project_id="Q")})
    assert days(scheduled(plan, "cp-sat")) == {"short": by_days(0, 1), "long": by_days(1, 6)}


@settings(max_examples=60)
@given(cases(capped=False, milestones=False))  # the network lays these where work begins, a schedule at once
def test_with_a_person_for_each_task_the_schedule_is_the_network(case: Case) -> None:
    plan = plan_of_rows(*case, CALENDARS)
    own = {f"{person} {task}": CALENDARS[person] for task, person in plan.tasks.select("task_id", "person_id").rows() if person}
    alone = replace(plan, tasks=plan.tasks.with_columns(pl.col("person_id") + " " + pl.col("task_id")), calendars={**plan.calendars, **own})
    network = dates(alone)
    assert isinstance(network, Dates)
    assert scheduled(alone).tasks["finish"].to_list() == network.tasks["early_finish"].to_list()


def test_a_finish_held_to_an_hour_at_which_nobody_works_is_that_hour() -> None:
    """Ben has 6 hours on Mondays and is done at three; B may not be before A, at five, so that C waits for Tuesday."""
    plan = plan_of_rows(
        {"A": of("ana", 8), "B": of("ben", 2), "C": of("eva", 2)}, [("A", "B", "FF", 0.0, False), ("B", "C", "FS", 0.0, False)], CALENDARS
    )
    assert scheduled(plan).tasks["finish"].to_list() == [instant(MONDAY, 17), instant(MONDAY, 17), instant(work_day(2), 11)]


@settings(max_examples=60)
@given(cases(capped=False, milestones=False))
def test_the_network_with_the_frozen_order_as_links_is_the_schedule(case: Case) -> None:
    plan = plan_of_rows(*case, CALENDARS)
    found = scheduled(plan)
    frozen = found.sequences.select("predecessor_id", "successor_id", kind=pl.lit("FS"), lag_hours=pl.lit(0.0), elapsed=pl.lit(False))
    begun = plan.tasks.filter(pl.col("started_on").is_not_null())["task_id"].to_list()  # in a network these wait for nothing
    frozen = frozen.filter(~pl.col("successor_id").is_in(begun))
    network = dates(replace(plan, links=pl.concat([plan.links, frozen])))
    assert isinstance(network, Dates)
    rows = zip(plan.task_calendars, found.tasks["finish"], network.tasks["early_finish"], plan.tasks["work_hours"], strict=True)
    done = [(calendar.work_before(ours), calendar.work_before(theirs)) for calendar, ours, theirs, hours in rows if hours and not begun]
    assert [pair for pair in done if pair[1] > pair[0]] == []


def test_instants_are_those_of_the_calendar() -> None:
    found = scheduled(plan_of_rows({"A": of("ana", 12)}))
    assert found.tasks.select("start", "finish").rows() == [(instant(MONDAY, 9), instant(work_day(2), 13))]
