"""A change and its forecast before and after, trial by trial: the worked scope change, changes of nothing, work that is added."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lib.schedule.comparing import Comparison, compared
from lib.schedule.graph import Problems
from lib.schedule.insertion import Inserted, inserted
from lib.schedule.plan import Plan
from lib.schedule.spread import percentile
from tests.schedule.forecasts import CHANGED, CHANGED_LINKS, SCOPE, SCOPE_LINKS, exact, forecast_of, plan_for, plans, schedule_of, spread

PROMISE = {"P": date(2026, 3, 20)}


def frozen_of(before: Plan, after: Plan) -> Inserted:
    found = inserted(before, schedule_of(before), after)
    assert isinstance(found, Inserted), found
    return found


def change(before: Plan, after: Plan, trials: int = 1_000, **assumed: Any) -> Comparison:
    first = schedule_of(before)
    then = inserted(before, first, after)
    assert isinstance(then, Inserted), then
    return compared(forecast_of(before, first, trials=trials, **assumed), forecast_of(after, then, trials=trials, **assumed))


def order_of(frozen: Inserted) -> set[tuple[str, str]]:
    return set(frozen.sequences.select("predecessor_id", "successor_id").rows())


def with_tasks(rows: list[dict], **changed: dict) -> list[dict]:
    return [{**row, **changed.get(row["task_id"], {})} for row in rows]


def a_day_each(*names: str) -> list[dict]:
    """Tasks of a day for Ana, due one after the other."""
    return [
        {"task_id": name, "assignee_id": "ana", "estimate_hours": 8.0, "due": date(2026, 3, day)} for day, name in enumerate(names, 2)
    ]


# The worked scope change


def test_new_work_goes_where_its_person_comes_to_it_and_moves_the_finish_by_two_days() -> None:
    before, after = plan_for(exact(SCOPE), SCOPE_LINKS), plan_for(exact(CHANGED), CHANGED_LINKS)
    frozen = frozen_of(before, after)
    assert {("C", "G"), ("G", "E")} < order_of(frozen)
    starts = dict(frozen.tasks.select("task_id", "start_on").rows())
    assert (starts["C"], starts["G"], starts["E"]) == (date(2026, 3, 4), date(2026, 3, 11), date(2026, 3, 16))
    found = change(before, after, trials=20, promises=PROMISE)
    assert found.projects.row(0, named=True) == {
        "project_id": "P", "account_id": "account of P", "p80_before_on": date(2026, 3, 19), "p80_after_on": date(2026, 3, 23),
        "p80_moved_days": 2.0, "p50_days": 2.0, "p80_days": 2.0, "promise_before_share": 1.0, "promise_after_share": 0.0,
        "likely_cost": 1040.0, "p50_cost": 1040.0, "p80_cost": 1040.0, "contingency_cost": 0.0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("signed", "finish"),
    [
        (None, date(2026, 3, 23)),
        (date(2026, 3, 9), date(2026, 3, 23)),
        (date(2026, 3, 16), date(2026, 3, 25)),
        (date(2026, 3, 30), date(2026, 4, 6)),
    ],
)
def test_signed_later_it_is_finished_later(signed: date | None, finish: date) -> None:
    later = with_tasks(exact(CHANGED), G={"not_before": signed})
    frozen = frozen_of(plan_for(exact(SCOPE), SCOPE_LINKS), plan_for(later, CHANGED_LINKS))
    assert frozen.tasks["finish_on"].max() == finish


def test_what_p80_moves_by_and_what_the_change_costs_in_days_are_two_figures() -> None:
    found = change(plan_for(spread(SCOPE), SCOPE_LINKS), plan_for(spread(CHANGED), CHANGED_LINKS), trials=5_000, promises=PROMISE)
    row = found.projects.row(0, named=True)
    days, costs = found.days("P"), found.costs("P")
    assert (row["p50_days"], row["p80_days"]) == (percentile(days, 0.5), percentile(days, 0.8))
    assert row["p80_days"] != row["p80_moved_days"]
    assert row["contingency_cost"] == percentile(costs, 0.8) - percentile(costs, 0.5) > 0
    assert row["promise_after_share"] < row["promise_before_share"]
    assert row["likely_cost"] == 1040
    ends = [forecast.finishes["P"] for forecast in (found.before, found.after)]
    calendar = found.after.calendar("P")
    moved = calendar.days_before(int(percentile(ends[1], 0.8))) - calendar.days_before(int(percentile(ends[0], 0.8)))
    assert row["p80_moved_days"] == pytest.approx(float(moved))


# Nothing, and more


@settings(max_examples=15, deadline=None)
@given(plans())
def test_a_change_of_nothing_is_exactly_zero(rows: tuple[list[dict], list[tuple]]) -> None:
    plan = plan_for(*rows)
    found = change(plan, plan, trials=12)
    for project in found.before.finishes:
        assert found.days(project).tolist() == [0.0] * 12
        assert found.costs(project).tolist() == [0.0] * 12
    assert found.ripple().is_empty()


@settings(max_examples=35, deadline=None)
@given(plans(), st.data())
def test_added_work_never_finishes_earlier(rows: tuple[list[dict], list[tuple]], data: st.DataObject) -> None:
    """Save where new links have a person do later work first: that order can't be kept, and what is done first then may end earlier."""
    tasks, links = rows
    before, added, more = plan_for(*rows), list(tasks), list(links)
    starts = dict(schedule_of(before).tasks.select("task_id", "start").rows())
    for number in range(data.draw(st.integers(1, 3))):
        hours = data.draw(st.integers(1, 40))
        added.append({
            "task_id": f"N{number}", "project_id": data.draw(st.sampled_from(["P", "Q"])),
            "assignee_id": data.draw(st.sampled_from(["ana", "ben", None])),
            "estimate_hours": float(hours), "optimistic_hours": hours / 2, "pessimistic_hours": hours * 2.0,
            "not_before": data.draw(st.sampled_from([None, date(2026, 3, 10)])), "kind": "task",
        })  # fmt: skip
        place = data.draw(st.integers(0, len(tasks)))
        first = f"T{data.draw(st.integers(0, place - 1))}" if place else None
        then = f"T{data.draw(st.integers(place, len(tasks) - 1))}" if place < len(tasks) else None
        assume(None in (first, then) or (starts[first] or 0) <= (starts[then] or 0))
        more += [(first, f"N{number}", "FS", 0.0, False)] if first else []
        more += [(f"N{number}", then, "FS", 0.0, False)] if then else []
    found = change(before, plan_for(added, more), trials=12)
    for project, ends in found.before.finishes.items():
        assert (found.after.finishes[project] >= ends).all()
        assert (found.costs(project) >= 0).all()


@settings(max_examples=15, deadline=None)
@given(plans(), st.integers(1, 40))
def test_more_hours_never_finish_earlier_where_no_link_holds_a_finish(rows: tuple[list[dict], list[tuple]], more: int) -> None:
    tasks, links = rows
    links = [link for link in links if link[2] in ("FS", "SS")]
    points = ("optimistic_hours", "estimate_hours", "pessimistic_hours")
    grown = [{**tasks[0], **{name: tasks[0][name] + more for name in points}}, *tasks[1:]]
    found = change(plan_for(tasks, links), plan_for(grown, links), trials=12)
    assert all((found.days(project) >= 0).all() for project in found.before.finishes)


# Orders


def test_work_that_goes_leaves_the_order_of_what_was_about_it() -> None:
    rows = a_day_each("A", "B", "C")
    before, after = plan_for(exact(rows)), plan_for(exact([rows[0], rows[2]]))
    assert order_of(frozen_of(before, before)) == {("A", "B"), ("B", "C")}
    assert order_of(frozen_of(before, after)) == {("A", "C")}
    found = change(before, after, trials=4)
    assert found.days("P").tolist() == [-1.0] * 4
    assert found.costs("P").tolist() == [-320.0] * 4


def test_work_given_to_somebody_else_leaves_one_order_and_enters_the_other() -> None:
    before = plan_for(exact(SCOPE), SCOPE_LINKS)
    after = plan_for(exact(with_tasks(SCOPE, D={"assignee_id": "ben"})), SCOPE_LINKS)
    assert order_of(frozen_of(before, after)) == {("A", "B"), ("B", "F"), ("C", "D"), ("D", "E"), ("C", "E")}


def test_a_new_link_against_the_order_puts_its_task_in_anew() -> None:
    rows = a_day_each("A", "B", "C")
    before, after = plan_for(exact(rows)), plan_for(exact(rows), [("C", "A")])
    frozen = frozen_of(before, after)
    assert order_of(frozen) == {("B", "C"), ("C", "A")}
    assert frozen.tasks.sort("start")["task_id"].to_list() == ["B", "C", "A"]


def test_new_work_comes_before_what_must_not_finish_before_it() -> None:
    rows = [{"task_id": "A", "assignee_id": "ana", "estimate_hours": 8.0}, {"task_id": "B", "assignee_id": "ana", "estimate_hours": 40.0}]
    new = {"task_id": "N", "assignee_id": "ana", "estimate_hours": 8.0, "not_before": date(2026, 3, 4)}
    frozen = frozen_of(plan_for(exact(rows), [("A", "B")]), plan_for(exact([*rows, new]), [("A", "B"), ("N", "B", "FF")]))
    assert order_of(frozen) == {("A", "B"), ("A", "N"), ("N", "B")}


def test_a_cycle_of_links_alone_stays_a_problem() -> None:
    before = plan_for(exact(SCOPE), SCOPE_LINKS)
    turned = pl.concat([before.links, before.links.head(1).select(
        pl.lit("F").alias("predecessor_id"), pl.lit("A").alias("successor_id"), "kind", "lag_hours", "elapsed"
    )])  # fmt: skip
    found = inserted(before, schedule_of(before), Plan(before.tasks, turned, before.calendars, before.as_of, before.parents))
    assert isinstance(found, Problems)
    assert found.found[0].kind == "cycle"


def test_work_beside_other_work_keeps_its_pace() -> None:
    rows = exact([
        {"task_id": "slow", "assignee_id": "ana", "estimate_hours": 40.0, "hours_per_day": 4.0},
        {"task_id": "beside", "assignee_id": "ana", "estimate_hours": 20.0},
    ])  # fmt: skip
    before = plan_for(rows)
    frozen = frozen_of(before, before)
    ends = dict(schedule_of(before).tasks.select("task_id", "finish_on").rows())
    assert dict(frozen.tasks.select("task_id", "finish_on").rows()) == ends == {"slow": date(2026, 3, 13), "beside": date(2026, 3, 6)}
    assert change(before, before, trials=8).days("P").tolist() == [0.0] * 8


# Ripples and refusals


def test_other_projects_whose_p80_moves_by_a_day_are_told_with_their_account() -> None:
    rows = [
        {"task_id": "A", "assignee_id": "ana", "estimate_hours": 16.0, "due": date(2026, 3, 3)},
        {"task_id": "B", "assignee_id": "ana", "estimate_hours": 16.0, "project_id": "Q"},
        {"task_id": "C", "assignee_id": "ben", "estimate_hours": 16.0, "project_id": "R"},
    ]
    found = change(plan_for(exact(rows)), plan_for(exact(with_tasks(rows, A={"estimate_hours": 24.0}))), trials=8)
    assert found.projects["p80_moved_days"].to_list() == [1.0, 1.0, 0.0]
    assert found.ripple(("P",)).select("project_id", "account_id", "p80_days").rows() == [("Q", "account of Q", 1.0)]


def test_a_project_that_is_new_has_no_difference() -> None:
    rows = [{"task_id": "A", "assignee_id": "ana", "estimate_hours": 16.0}]
    new = {"task_id": "N", "assignee_id": "ben", "estimate_hours": 8.0, "project_id": "Q"}
    found = change(plan_for(exact(rows)), plan_for(exact([*rows, new])), trials=8)
    told = found.projects.row(by_predicate=pl.col("project_id") == "Q", named=True)
    assert (told["p80_before_on"], told["p80_after_on"], told["p80_days"], told["p50_cost"]) == (None, date(2026, 3, 2), None, None)


def test_forecasts_of_other_trials_are_not_compared() -> None:
    plan = plan_for(spread(SCOPE), SCOPE_LINKS)
    one = forecast_of(plan, trials=40)
    for other in ({"trials": 44}, {"seed": 4}, {"rho_project": 0.5}, {"rho_person": 0.3}):
        with pytest.raises(ValueError, match="not the same trials"):
            compared(one, forecast_of(plan, **{"trials": 40, **other}))
    assert np.array_equal(compared(one, one).days("P"), np.zeros(40))
