"""What a plan holds: remaining work, links between leaves, and what has to be put right first."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from lib.portfolio import Portfolio
from lib.schedule.graph import Problem, Problems
from lib.schedule.plan import Plan, SoundPlan, plan_of, sound_plan_of
from lib.schedule.scheduling import Schedule, schedule
from tests.measures.rows import book_of

AS_OF = date(2026, 2, 27)
OPEN = {"project_id": "p", "name": "Task", "kind": "task", "status": "open"}


def task(name: str, **facts: Any) -> dict[str, Any]:
    return OPEN | {"task_id": name} | facts


def link(text: str) -> dict[str, Any]:
    before, after, *rest = text.split()
    return {"predecessor_id": before, "successor_id": after, "kind": rest[0] if rest else "FS", "lag_hours": 0.0}


def tables(*tasks: dict[str, Any], links: tuple[str, ...] = (), projects: tuple[dict[str, Any], ...] = (), **more: Any) -> Portfolio:
    rows = [{"project_id": "p", "account_id": "a"}, *projects]
    return book_of(projects=rows, tasks=list(tasks), links=[link(text) for text in links], **more)


def planned(*tasks: dict[str, Any], **more: Any) -> Plan:
    plan = plan_of(tables(*tasks, **more), AS_OF)
    assert isinstance(plan, Plan), plan
    return plan


def remaining(**facts: Any) -> dict[str, Any]:
    logged = [{"task_id": "A", "project_id": "p", "date": AS_OF, "hours": 6.0}]
    return planned(task("A", **facts), time_entries=logged).tasks.row(0, named=True)


def pairs(plan: Plan) -> list[str]:
    return [f"{a} {b} {kind}" for a, b, kind in plan.links.select("predecessor_id", "successor_id", "kind").iter_rows()]


@pytest.mark.parametrize(
    ("facts", "work", "estimated"),
    [
        ({"remaining_hours": 5.0, "estimate_hours": 20.0, "percent_complete": 10.0}, 5, True),
        ({"estimate_hours": 20.0, "percent_complete": 10.0}, 18, True),
        ({"estimate_hours": 20.0}, 14, True),
        ({"estimate_hours": 4.0}, 0, False),
        ({}, 0, False),
        ({"kind": "milestone"}, 0, True),
        ({"kind": "milestone", "estimate_hours": 9.0}, 0, True),
        ({"kind": "deliverable"}, 0, True),
        ({"duration_days": 3.0}, 0, True),
    ],
)
def test_remaining_work(facts: dict[str, Any], work: float, estimated: bool) -> None:
    row = remaining(**facts)
    assert (row["work_hours"], row["estimated"]) == (work, estimated)


def test_three_points_shrink_with_the_work() -> None:
    row = remaining(estimate_hours=20.0, remaining_hours=5.0, optimistic_hours=16.0, pessimistic_hours=40.0)
    assert (row["optimistic_hours"], row["work_hours"], row["pessimistic_hours"]) == (4, 5, 10)


def test_a_wait_counts_from_the_day_it_began() -> None:
    assert remaining(duration_days=5.0)["wait_days"] == 5
    assert remaining(duration_days=5.0, started_on=date(2026, 2, 26))["wait_days"] == 3
    assert remaining(duration_days=5.0, started_on=date(2026, 1, 5))["wait_days"] == 0
    assert remaining(duration_days=5.0, estimate_hours=8.0)["wait_days"] is None


def test_only_what_was_a_fact_by_then_is_one() -> None:
    ahead = remaining(started_on=date(2026, 3, 1), finished_on=date(2026, 3, 5), status="done", remaining_hours=3.0)
    assert (ahead["started_on"], ahead["finished_on"], ahead["work_hours"]) == (None, None, 3)
    done = remaining(started_on=date(2026, 2, 1), finished_on=AS_OF, status="done", estimate_hours=30.0)
    assert (done["started_on"], done["finished_on"], done["work_hours"], done["estimated"]) == (date(2026, 2, 1), AS_OF, 0, True)
    assert remaining(status="done", finish=date(2026, 2, 3))["finished_on"] == date(2026, 2, 3)


def test_projects_that_are_done_cancelled_or_held_are_planned_only_by_name() -> None:
    projects = tuple({"project_id": status, "account_id": "a", "status": status} for status in ("planned", "on_hold", "done", "cancelled"))
    every = tables(task("A"), *(task(project["project_id"], project_id=project["project_id"]) for project in projects), projects=projects)
    plan, held = plan_of(every, AS_OF), plan_of(every, AS_OF, projects=["on_hold"])
    assert isinstance(plan, Plan)
    assert isinstance(held, Plan)
    assert (plan.tasks["task_id"].to_list(), held.tasks["task_id"].to_list()) == (["A", "planned"], ["on_hold"])


def test_cancelled_tasks_and_their_links_are_gone() -> None:
    plan = planned(task("A"), task("B", status="cancelled"), task("C"), links=("A B", "B C"))
    assert (plan.tasks["task_id"].to_list(), pairs(plan)) == (["A", "C"], [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("S T", ["A D FS", "B D FS", "C D FS"]), ("S E FF", ["A E FF", "B E FF", "C E FF"]), ("S E SS", ["A E SS", "C E SS"]),
        ("S E SF", ["A E SF", "C E SF"]), ("E S", ["E A FS", "E B FS", "E C FS"]), ("E S SS", ["E A SS", "E B SS", "E C SS"]),
        ("E S FF", ["E B FF", "E C FF"]), ("E S SF", ["E B SF", "E C SF"]),
    ],
)  # fmt: skip
def test_a_link_on_a_summary_is_one_on_its_leaves(text: str, expected: list[str]) -> None:
    # S holds A → B and C; T holds D. A and C begin S, B and C end it.
    tasks = [task("S", kind="summary"), *(task(name, parent_id="S") for name in "ABC"), task("T"), task("D", parent_id="T"), task("E")]
    plan = planned(*tasks, links=("A B", text))
    assert plan.tasks["task_id"].to_list() == ["A", "B", "C", "D", "E"]
    assert pairs(plan) == ["A B FS", *expected]


def test_a_link_to_no_task_is_named_and_one_to_another_project_goes() -> None:
    other = {"project_id": "q", "account_id": "a"}
    assert plan_of(tables(task("A"), links=("A Z",)), AS_OF) == Problems((Problem("dangling_link", ("A", "Z")),))
    crossing = tables(task("A"), task("B", project_id="q"), links=("A B",), projects=(other,))
    both, one = plan_of(crossing, AS_OF), plan_of(crossing, AS_OF, projects=["p"])
    assert isinstance(both, Plan)
    assert isinstance(one, Plan)
    assert (pairs(both), pairs(one)) == (["A B FS"], [])


def test_cycles_are_named_through_summaries_too() -> None:
    assert plan_of(tables(task("A"), task("B"), links=("A B", "B A")), AS_OF) == Problems((Problem("cycle", ("A", "B")),))
    nested = tables(task("S"), task("A", parent_id="S"), task("B"), links=("S B", "B A"))
    assert plan_of(nested, AS_OF) == Problems((Problem("cycle", ("A", "B")),))
    circle = tables(task("A", parent_id="B"), task("B", parent_id="C"), task("C", parent_id="B"))
    assert plan_of(circle, AS_OF) == Problems((Problem("parent_cycle", ("B", "C")),))


def test_numbers_that_cannot_be_are_named() -> None:
    wrong = tables(task("A", estimate_hours=-1.0), task("B", duration_days=-2.0), task("C", optimistic_hours=9.0, estimate_hours=8.0))
    assert plan_of(wrong, AS_OF) == Problems((Problem("negative_duration", ("A", "B")), Problem("unordered_estimates", ("C",))))


def test_work_of_somebody_who_has_left_is_named() -> None:
    people = [{"person_id": "eva", "end": date(2026, 2, 20)}, {"person_id": "ana"}]
    work = {"estimate_hours": 8.0}
    tasks = [task("A", assignee_id="eva", **work), task("B", assignee_id="eva"), task("C", assignee_id="ana", **work)]
    assert plan_of(tables(*tasks, people=people), AS_OF) == Problems((Problem("no_capacity", ("A",)),))


def test_a_milestone_of_somebody_who_has_left_is_reached_when_what_it_waits_for_is_done() -> None:
    people = [{"person_id": "eva", "end": date(2026, 2, 20)}, {"person_id": "ana"}]
    tasks = [task("A", assignee_id="ana", estimate_hours=8.0), task("M", kind="milestone", assignee_id="eva")]
    found = schedule(planned(*tasks, links=("A M",), people=people))
    assert isinstance(found, Schedule)
    assert found.tasks["finish_on"].to_list() == [date(2026, 3, 2), date(2026, 3, 2)]


# A plan of what is sound

SOUND = {"project_id": "good", "estimate_hours": 8.0}


def sound(*tasks: dict[str, Any], links: tuple[str, ...] = (), **more: Any) -> SoundPlan:
    """Of the projects p, q and good, beside a sound task X of the last one."""
    other = tuple({"project_id": name, "account_id": "a"} for name in ("q", "good"))
    return sound_plan_of(tables(*tasks, task("X", **SOUND), links=links, projects=other, **more), AS_OF)


@pytest.mark.parametrize(
    ("tasks", "links", "left_out"),
    [
        ((task("A", estimate_hours=-1.0), task("B")), ("B X",), [("p", Problem("negative_duration", ("A",)))]),
        ((task("A", optimistic_hours=9.0, estimate_hours=8.0),), (), [("p", Problem("unordered_estimates", ("A",)))]),
        ((task("A", parent_id="B"), task("B", parent_id="A")), (), [("p", Problem("parent_cycle", ("B", "A")))]),
        ((task("A"), task("B")), ("A B", "B A", "B X"), [("p", Problem("cycle", ("A", "B")))]),
        ((task("A"), task("B")), ("A Z",), [("p", Problem("dangling_link", ("A", "Z")))]),
        (
            (task("A"), task("B", project_id="q")), ("A B", "B A"),
            [("p", Problem("cycle", ("A", "B"))), ("q", Problem("cycle", ("A", "B")))],
        ),
        (
            (task("A", estimate_hours=-1.0), task("B", estimate_hours=-1.0, project_id="q")), (),
            [("p", Problem("negative_duration", ("A",))), ("q", Problem("negative_duration", ("B",)))],
        ),
        (
            (task("A"), task("B"), task("C", project_id="q"), task("D", project_id="q")), ("A B", "B A", "C D", "D C"),
            [("p", Problem("cycle", ("A", "B"))), ("q", Problem("cycle", ("C", "D")))],
        ),
    ],
)  # fmt: skip
def test_a_wrong_project_leaves_the_plan_alone_and_says_why(
    tasks: tuple[dict[str, Any], ...], links: tuple[str, ...], left_out: list[tuple[str, Problem]]
) -> None:
    found = sound(*tasks, links=links)
    assert list(found.left_out) == left_out
    assert "X" in found.plan.tasks["task_id"].to_list()
    assert not set(found.plan.tasks["project_id"]) & {project for project, _ in left_out}
    assert pairs(found.plan) == []


def test_a_link_that_touches_no_planned_task_is_nobodys_fault() -> None:
    found = sound(task("A"), task("B", status="cancelled"), links=("Y Z", "B Z", "A X"))
    assert (found.left_out, found.plan.tasks["task_id"].to_list(), pairs(found.plan)) == ((), ["A", "X"], ["A X FS"])


def test_work_of_somebody_who_has_left_is_demand_for_the_role_until_another_has_it() -> None:
    people = [{"person_id": "eva", "role": "designer", "end": date(2026, 2, 20)}, {"person_id": "ana", "role": "writer"}]
    work = {"estimate_hours": 8.0}
    tasks = [
        task("A", assignee_id="eva", **work), task("B", assignee_id="eva", role="artist", hours_per_day=4.0, **work),
        task("C", assignee_id="ana", **work), task("D", assignee_id="eva", project_id="q", **work),
    ]  # fmt: skip
    found = sound(*tasks, people=people)
    assert found.left_out == ()
    assert found.unmanned == (
        ("p", Problem("no_capacity", ("A", "B"), ("eva",))),
        ("q", Problem("no_capacity", ("D",), ("eva",))),
    )
    rows = found.plan.tasks.select("task_id", "person_id", "role", "hours_per_day").rows()
    assert rows[:4] == [("A", None, "designer", None), ("B", None, "artist", 4), ("C", "ana", None, None), ("D", None, "designer", None)]


def test_a_sound_portfolio_has_the_plan_that_it_always_had() -> None:
    tasks = [task("S", kind="summary"), task("A", parent_id="S", **{**SOUND, "project_id": "p"}), task("B", parent_id="S", project_id="p")]
    found, plain = sound(*tasks, links=("A B", "B X")), planned(
        *tasks, task("X", **SOUND), links=("A B", "B X"), projects=tuple({"project_id": name, "account_id": "a"} for name in ("q", "good"))
    )
    assert found.plan.tasks.equals(plain.tasks)
    assert found.plan.links.equals(plain.links)
    assert found.plan.parents == plain.parents


def test_an_empty_portfolio_is_an_empty_plan() -> None:
    plan = plan_of(Portfolio.of(), AS_OF)
    assert isinstance(plan, Plan)
    assert (plan.tasks.height, plan.links.height) == (0, 0)
