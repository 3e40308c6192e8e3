"""A plan with an ask in it: work added, altered, taken out and linked; and what an ask may not say."""

from __future__ import annotations

import pytest

from lib.schedule.graph import Problem, Problems
from lib.schedule.plan import Plan
from lib.scope.ask import Added, Altered, Ask, ask_of
from lib.scope.changed import bridged, plan_with
from tests.schedule.shared_plans import BEFORE, LINKS, of, plan_of_rows, work_day
from tests.scope.worked_example import ASK


def plan() -> Plan:
    """The worked network: A ─ B ─ D ─ E ─ F with C beside B and D; Ana A B D F, Ben C E."""
    return plan_of_rows(BEFORE, LINKS)


def changed(ask: Ask, **more: object) -> Plan:
    found = plan_with(plan(), ask, **more)  # type: ignore[arg-type]
    assert isinstance(found, Plan), found
    return found


def refused(ask: Ask) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    found = plan_with(plan(), ask)
    assert isinstance(found, Problems)
    return [(problem.kind, problem.task_ids, problem.resource_ids) for problem in found.found]


def links(of_plan: Plan) -> set[tuple[str, str]]:
    return set(of_plan.links.select("predecessor_id", "successor_id").rows())


def of_task(found: Plan, task: str) -> dict[str, object]:
    return found.tasks.row(found.tasks["task_id"].to_list().index(task), named=True)


def test_an_ask_of_nothing_is_the_plan_itself() -> None:
    same = plan()
    assert plan_with(same, Ask("P")) is same


def test_new_work_has_its_hours_its_person_and_its_place() -> None:
    found = changed(Ask("P", added=ASK.added), not_before=work_day(6))
    row = of_task(found, "ask:P:G")
    assert (row["person_id"], row["work_hours"], row["optimistic_hours"], row["not_before"]) == ("ben", 24.0, 24.0, work_day(6))
    assert links(found) == {*LINKS, ("B", "ask:P:G"), ("ask:P:G", "F")}


def test_rows_of_an_ask_may_wait_for_each_other_in_whatever_order_they_stand() -> None:
    one, two = Added("a", "One", 4.0), Added("b", "Two", 4.0, after=("a",), before=("F",))
    found = [changed(Ask("P", added=rows)) for rows in ((one, two), (two, one))]
    assert ("ask:P:a", "ask:P:b") in links(found[0])
    assert found[0].tasks.equals(found[1].tasks)
    assert found[0].links.equals(found[1].links)


def test_altered_hours_move_the_ends_in_proportion_unless_they_are_stated() -> None:
    three = plan_of_rows({"A": of("ana", 10, optimistic_hours=8.0, pessimistic_hours=20.0)})
    for ask, ends in (
        (Altered("A", 15.0), (12.0, 30.0)),
        (Altered("A", 15.0, 14.0, 16.0), (14.0, 16.0)),
        (Altered("A", person_id="ana"), (8.0, 20.0)),
    ):
        found = plan_with(three, Ask("P", altered=(ask,)))
        assert isinstance(found, Plan)
        row = of_task(found, "A")
        assert (row["optimistic_hours"], row["pessimistic_hours"]) == ends


def test_what_waited_for_removed_work_waits_for_what_that_waited_for() -> None:
    found = changed(Ask("P", removed=("D",)))
    assert "D" not in found.tasks["task_id"].to_list()
    assert links(found) == {("A", "B"), ("A", "C"), ("C", "E"), ("E", "F"), ("B", "E")}


@pytest.mark.parametrize(
    ("into", "out", "left"),
    [
        (("X", "G", "FS", 4.0, False), ("G", "Y", "FS", 2.0, False), ("X", "Y", "FS", 6.0, False)),
        (("X", "G", "SS", 0.0, False), ("G", "Y", "FF", 3.0, False), ("X", "Y", "SF", 3.0, False)),
        (("X", "G", "FF", 1.0, False), ("G", "Y", "FS", 0.0, False), ("X", "Y", "FS", 1.0, False)),
        (("X", "G", "FF", 1.0, False), ("G", "Y", "SS", 0.0, False), None),  # G may begin before X is done, and Y then
        (("X", "G", "FS", 4.0, False), ("G", "Y", "FS", 24.0, True), ("X", "Y", "FS", 24.0, True)),
        (("X", "G", "FS", 4.0, True), ("G", "Y", "FS", 0.0, False), ("X", "Y", "FS", 4.0, True)),
    ],
)
def test_a_way_through_removed_work_keeps_its_ends_and_its_lags(into: tuple, out: tuple, left: tuple | None) -> None:
    assert bridged([into, out], {"G"}) == ([] if left is None else [left])


def test_a_chain_of_removed_work_is_bridged_as_one() -> None:
    assert links(changed(Ask("P", removed=("B", "D")))) == {("A", "C"), ("C", "E"), ("E", "F"), ("A", "E")}


def test_links_come_and_go() -> None:
    found = changed(Ask("P", linked=(("B", "E"),), unlinked=(("C", "E"),)))
    assert links(found) == {*LINKS, ("B", "E")} - {("C", "E")}
    assert changed(Ask("P", linked=(("A", "B"),))).links.height == len(LINKS)  # it is there already


def test_a_summary_stands_for_all_tasks_below_it() -> None:
    below = plan()
    whole = Plan(below.tasks, below.links, below.calendars, below.as_of, {"C": "S", "D": "S"})
    found = plan_with(whole, Ask("P", added=(Added("G", "G", 8.0, after=("S",)),)))
    assert isinstance(found, Plan)
    assert {("C", "ask:P:G"), ("D", "ask:P:G")} < links(found)


def test_a_circle_is_told_with_its_tasks() -> None:
    assert refused(Ask("P", linked=(("F", "D"),))) == [("cycle", ("D", "E", "F"), ())]


@pytest.mark.parametrize(
    ("ask", "problem"),
    [
        (Ask("nowhere"), Problem("unknown_project", ("nowhere",))),
        (Ask("P", added=(Added("a", "x", 1.0), Added("a", "y", 1.0))), Problem("duplicate_key", ("a",))),
        (Ask("P", added=(Added("a", "x", 1.0, after=("Z",)),)), Problem("unknown_task", ("Z",))),
        (Ask("P", altered=(Altered("Z", 1.0),)), Problem("unknown_task", ("Z",))),
        (Ask("P", removed=("Z",)), Problem("unknown_task", ("Z",))),
        (Ask("P", unlinked=(("A", "F"),)), Problem("unknown_link", ("A", "F"))),
        (Ask("P", linked=(("A", "A"),)), Problem("link_to_itself", ("A",))),
        (Ask("P", added=(Added("a", "x", -1.0),)), Problem("hours_not_positive", ("x",))),
        (Ask("P", added=(Added("a", "x", float("nan")),)), Problem("hours_not_positive", ("x",))),
        (Ask("P", altered=(Altered("A", -1.0),)), Problem("negative_hours", ("A",))),
        (Ask("P", added=(Added("a", "x", 4.0, 5.0, 6.0),)), Problem("points_unordered", ("x",))),
        (Ask("P", added=(Added("a", "x", 4.0, 2.0, 3.0),)), Problem("points_unordered", ("x",))),
        (Ask("P", altered=(Altered("A", 4.0, pessimistic_hours=3.0),)), Problem("points_unordered", ("A",))),
        (Ask("P", added=(Added("a", "x", 4.0, person_id="zoe"),)), Problem("unknown_person", (), ("zoe",))),
        (Ask("P", removed=("B",), added=(Added("a", "x", 4.0, after=("B",)),)), Problem("removed_and_used", ("B",))),
        (Ask("P", expense=-1.0), Problem("negative_money", ())),
        (Ask("P", target_margin=1.0), Problem("target_out_of_range", ())),
    ],
)  # fmt: skip
def test_what_an_ask_may_not_say(ask: Ask, problem: Problem) -> None:
    assert refused(ask) == [(problem.kind, problem.task_ids, problem.resource_ids)]


def test_finished_work_is_neither_altered_nor_removed() -> None:
    done = plan_of_rows({**BEFORE, "A": of("ana", 0, finished_on=work_day(1))}, LINKS)
    for ask in (Ask("P", removed=("A",)), Ask("P", altered=(Altered("A", 4.0),))):
        found = plan_with(done, ask)
        assert isinstance(found, Problems)
        assert found.found == (Problem("finished_task", ("A",)),)


def test_an_ask_survives_being_written_down() -> None:
    assert ask_of(ASK.as_json()) == ASK
