"""Forecasts that build on another one: the same as from scratch, to the last bit, and what is alike is not drawn again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.schedule.alike import alike
from lib.schedule.assumptions import Assumptions, Rates, Risk
from lib.schedule.forecasting import Forecast, Stopped, forecast
from lib.schedule.insertion import Inserted, inserted
from lib.schedule.plan import LINK_SCHEMA, TASK_SCHEMA, Plan
from lib.schedule.spread import History
from tests.schedule.forecasts import RATES, SCOPE, SCOPE_LINKS, forecast_of, plan_for, plans, schedule_of, spread

TWO = [  # Ana does A, then B for another client; Ben does C, D and E for a third
    {"task_id": "A", "assignee_id": "ana", "estimate_hours": 16.0, "due": date(2026, 3, 3)},
    {"task_id": "B", "assignee_id": "ana", "estimate_hours": 24.0, "project_id": "Q"},
    {"task_id": "C", "assignee_id": "ben", "estimate_hours": 24.0, "project_id": "R"},
    {"task_id": "D", "assignee_id": "ben", "estimate_hours": 8.0, "project_id": "R"},
]


def made(plan: Plan, frozen: Any, assumptions: Assumptions, trials: int = 40, **more: Any) -> Forecast:
    found = forecast(plan, frozen, trials, 3, assumptions, **more)
    assert isinstance(found, Forecast), found
    return found


def assert_same(one: Forecast, other: Forecast) -> None:
    assert list(one.finishes) == list(other.finishes)
    for project in one.finishes:
        assert one.finishes[project].tolist() == other.finishes[project].tolist()
        assert one.costs[project].tobytes() == other.costs[project].tobytes()
    assert one.planned == other.planned
    assert one.likely_costs == other.likely_costs
    assert one.projects.equals(other.projects)


def with_hours(plan: Plan, task: str, hours: float) -> Plan:
    """The plan with other hours of one task, between half and twice as much."""
    its = pl.col("task_id") == task
    points = {"work_hours": hours, "optimistic_hours": hours / 2, "pessimistic_hours": hours * 2}
    changed = [pl.when(its).then(value).otherwise(name).alias(name) for name, value in points.items()]
    return replace(plan, tasks=plan.tasks.with_columns(changed))


@st.composite
def changes(draw: st.DrawFn, plan: Plan) -> Plan:
    """The plan with hours, people, days, tasks and links that are others."""
    tasks, links = plan.tasks, plan.links
    ids = tasks["task_id"].to_list()
    for task in draw(st.lists(st.sampled_from(ids), max_size=2)):
        what = draw(st.sampled_from(["hours", "person", "not_before", "gone", "cap"]))
        its = pl.col("task_id") == task
        if what == "hours":
            tasks = with_hours(replace(plan, tasks=tasks), task, float(draw(st.integers(1, 60)))).tasks
        elif what == "gone":
            tasks = tasks.filter(~its)
            links = links.filter((pl.col("predecessor_id") != task) & (pl.col("successor_id") != task))
        else:
            column, value = {
                "person": ("person_id", draw(st.sampled_from(["ana", "ben", None]))),
                "not_before": ("not_before", date(2026, 3, 11)), "cap": ("hours_per_day", 4.0),
            }[what]  # fmt: skip
            tasks = tasks.with_columns(pl.when(its).then(pl.lit(value, TASK_SCHEMA[column])).otherwise(column).alias(column))
    ids = tasks["task_id"].to_list()
    for number in range(draw(st.integers(0, 2))):
        hours = draw(st.integers(1, 40))
        new = {
            "task_id": f"N{number}", "project_id": draw(st.sampled_from(["P", "Q", "new"])), "kind": "task",
            "person_id": draw(st.sampled_from(["ana", "ben", None])), "work_hours": float(hours), "estimated": True,
            "optimistic_hours": draw(st.sampled_from([None, hours / 2])), "pessimistic_hours": hours * 2.0,
        }  # fmt: skip
        first = draw(st.integers(0, tasks.height))
        tasks = pl.concat([tasks[:first], pl.DataFrame([new], schema=TASK_SCHEMA), tasks[first:]])
    pairs = [(first, then) for first in ids for then in ids if first < then]
    kinds = st.sampled_from(["FS", "SS", "FF"])
    chosen = draw(st.lists(st.sampled_from(pairs), max_size=2)) if pairs else []
    rows = [(*pair, draw(kinds), draw(st.sampled_from([0.0, 5.0])), False) for pair in chosen]
    return replace(plan, tasks=tasks, links=pl.concat([links, pl.DataFrame(rows, schema=LINK_SCHEMA, orient="row")]))


RISKS = (
    Risk("R1", "P", "T0", 0.5, days=2),
    Risk("R2", "Q", None, 0.5, hours=30),
    Risk("R3", "P", None, 0.3, days=1),
    Risk("R4", "Q", "T1", 0.5, hours=9),
)


@settings(max_examples=80, deadline=None)
@given(plans(), st.data())
def test_a_changed_plan_on_a_known_forecast_is_the_one_from_scratch(rows: tuple[list[dict], list[tuple]], data: st.DataObject) -> None:
    before = plan_for(*rows)
    frozen = schedule_of(before)
    after = data.draw(changes(before))
    then = inserted(before, frozen, after)
    if not isinstance(then, Inserted):
        return
    risks = data.draw(st.lists(st.sampled_from(RISKS), unique=True).map(tuple))
    assumed = Assumptions(rates=RATES, risks=risks)
    others = Assumptions(
        rates=data.draw(st.sampled_from([RATES, Rates({"ana": 41.0, "ben": 30.0}, {}, 35.0), Rates({"ana": 40.0, "ben": 30.0}, {}, 36.0)])),
        risks=data.draw(st.sampled_from([risks, risks[1:]])),
        history=data.draw(st.sampled_from([History(), History(default=(0.5, 1.0, 3.0)), History(book=np.linspace(0.8, 1.9, 30))])),
    )  # fmt: skip
    known = made(before, frozen, assumed, keep=True)
    sooner = inserted(before, frozen, after, known)
    assert isinstance(sooner, Inserted)
    assert sooner.tasks.equals(then.tasks)
    assert sooner.sequences.equals(then.sequences)
    found = made(after, then, others, known=known, keep=True)
    assert_same(made(after, then, others), found)
    assert_same(made(before, frozen, assumed), made(before, frozen, assumed, known=found))


def test_in_several_pieces_too(monkeypatch: pytest.MonkeyPatch) -> None:
    before = plan_for(spread(TWO))
    frozen, after = schedule_of(before), with_hours(before, "A", 40.0)
    monkeypatch.setattr("lib.schedule.trials.CELLS_AT_ONCE", 4 * 300)
    known = made(before, frozen, Assumptions(), trials=1_000, keep=True)
    assert len(known.kept) == 4
    assert_same(made(after, frozen, Assumptions(), trials=1_000), made(after, frozen, Assumptions(), trials=1_000, known=known))


def with_column(plan: Plan, task: str, column: str, value: Any) -> Plan:
    held = pl.when(pl.col("task_id") == task).then(pl.lit(value, TASK_SCHEMA[column])).otherwise(column)
    return replace(plan, tasks=plan.tasks.with_columns(held.alias(column)))


def with_link(plan: Plan, *link: Any) -> Plan:
    return replace(plan, links=pl.concat([plan.links, pl.DataFrame([link], schema=LINK_SCHEMA, orient="row")]))


@pytest.mark.parametrize(
    ("change", "assumed"),
    [
        (lambda plan: with_hours(plan, "A", 40.0), {}),
        (lambda plan: with_column(plan, "A", "not_before", date(2026, 3, 11)), {}),
        (lambda plan: with_column(plan, "A", "hours_per_day", 4.0), {}),
        (lambda plan: with_column(plan, "A", "person_id", "ben"), {}),
        (lambda plan: with_column(plan, "F", "finished_on", date(2026, 2, 27)), {}),
        (lambda plan: with_link(plan, "C", "A", "SS", 60.0, True), {}),  # now a link hangs on the start of C
        (lambda plan: with_link(plan, "C", "A", "FS", 0.0, False), {}),
        (lambda plan: with_link(plan, "C", "A", "FF", 90.0, False), {}),
        (lambda plan: with_link(plan, "F", "A", "FF", 900.0, True), {}),  # of finished work: no finish before
        (lambda plan: with_link(plan, "F", "A", "FS", 900.0, True), {}),  # of finished work: no start before
        (lambda plan: plan, {"rates": Rates({"ana": 50.0, "ben": 30.0}, {}, 35.0)}),
        (lambda plan: plan, {"rates": Rates({"ana": 40.0, "ben": 30.0}, {}, 99.0)}),  # what an hour of nobody's costs: of a risk
        (lambda plan: plan, {"risks": (Risk("R1", "P", None, 0.5, hours=9),)}),
        (lambda plan: plan, {"risks": (Risk("R1", "P", "A", 0.5, days=9),)}),
        (lambda plan: plan, {"risks": (Risk("R1", "P", None, 0.5, days=9),)}),
        (lambda plan: plan, {"history": History(default=(0.5, 1.0, 3.0))}),
        (lambda plan: plan, {"history": History(book=np.linspace(0.8, 1.9, 30))}),
    ],
)
def test_nothing_that_counts_is_taken_for_alike(change: Any, assumed: dict[str, Any]) -> None:
    """Each of these changes something of the forecast; and a known one does not hide it."""
    more = [
        {"task_id": "M", "kind": "milestone", "project_id": "S", "assignee_id": "ana"},
        {"task_id": "X", "assignee_id": "ana", "estimate_hours": 9.0},
        {"task_id": "F", "finished_on": date(2026, 2, 20), "project_id": "T"},
    ]
    before = plan_for([*spread(TWO), *more])
    usual = {"rates": RATES, "risks": (Risk("R0", "S", None, 0.5, days=1, hours=10),)}
    frozen, after = schedule_of(before), change(before)
    then = inserted(before, frozen, after)
    known = made(before, frozen, Assumptions(**usual), keep=True)
    found = made(after, then, Assumptions(**{**usual, **assumed}), known=known)
    assert_same(made(after, then, Assumptions(**{**usual, **assumed})), found)
    both = [(known.finishes, found.finishes), (known.costs, found.costs)]
    same = [all(one[project] is other[project] for one, other in both) for project in found.finishes]
    assert not all(same)
    assert any(same)


def test_only_what_a_change_reaches_is_drawn_and_dated_again() -> None:
    before = plan_for(spread(TWO))
    frozen, after = schedule_of(before), with_hours(before, "A", 40.0)
    known = made(before, frozen, Assumptions(rates=RATES), keep=True)
    found = made(after, frozen, Assumptions(rates=RATES), known=known, keep=True)
    (first,), (second,) = known.kept, found.kept
    assert [one is other for one, other in zip(first.work, second.work, strict=True)] == [False, True, True, True]
    assert [one is other for one, other in zip(first.finish, second.finish, strict=True)] == [False, False, True, True]
    assert [known.finishes[project] is found.finishes[project] for project in "PQR"] == [False, False, True]
    assert [known.costs[project] is found.costs[project] for project in "PQR"] == [False, True, True]


def test_a_task_that_finishes_as_before_lets_what_waits_for_it_be() -> None:
    # A is done within two weeks, however long it takes; B, which Ana does next, may not begin before the 16th; Z waits for B.
    rows = spread([TWO[0], {**TWO[1], "not_before": date(2026, 3, 16)}, {**TWO[3], "task_id": "Z"}])
    before = plan_for(rows, [("B", "Z")])
    frozen, after = schedule_of(before), with_hours(before, "A", 17.0)
    known = made(before, frozen, Assumptions(), keep=True)
    found = made(after, frozen, Assumptions(), known=known, keep=True)
    assert alike(found.model, known.model).projects == [-1, 1, 2]
    assert [one is other for one, other in zip(found.kept[0].finish, known.kept[0].finish, strict=True)] == [False, False, True]
    assert_same(found, made(after, frozen, Assumptions()))


def test_a_forecast_of_other_trials_or_one_that_kept_nothing_is_of_no_use_and_does_no_harm() -> None:
    plan = plan_for(spread(SCOPE), SCOPE_LINKS)
    frozen, bare = schedule_of(plan), made(plan_for(spread(SCOPE), SCOPE_LINKS), schedule_of(plan), Assumptions())
    for other in (
        forecast_of(plan, trials=40),
        forecast(plan, frozen, 40, 4, Assumptions(), keep=True),
        forecast(plan, frozen, 44, 3, Assumptions(), keep=True),
        forecast(plan, frozen, 40, 3, Assumptions(rho_person=0.3), keep=True),
    ):
        assert isinstance(other, Forecast)
        assert not other.is_of(40, 3, Assumptions())
        assert_same(made(plan, frozen, Assumptions(), known=other), bare)


def test_more_trials_than_can_be_kept_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = plan_for(spread(SCOPE), SCOPE_LINKS)
    monkeypatch.setattr("lib.schedule.forecasting.KEPT_CELLS", 6 * 100)
    assert made(plan, schedule_of(plan), Assumptions(), trials=100, keep=True).kept
    assert made(plan, schedule_of(plan), Assumptions(), trials=104, keep=True).kept == ()


def test_progress_is_told_after_each_piece_and_stop_ends_it_without_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lib.schedule.trials.CELLS_AT_ONCE", 6 * 300)
    plan, told = plan_for(spread(SCOPE), SCOPE_LINKS), []
    made(plan, schedule_of(plan), Assumptions(), trials=1_000, progress=told.append)
    assert told == [0.3, 0.6, 0.9, 1.0]
    told.clear()
    with pytest.raises(Stopped):
        made(plan, schedule_of(plan), Assumptions(), trials=1_000, progress=told.append, stop=lambda: len(told) == 2)
    assert told == [0.3, 0.6]
