"""What late dates and floats mean, tried out to the tick: a task moved by its float moves nothing, by a tick more it does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.schedule.calendars import TICKS_PER_HOUR, Calendar
from lib.schedule.chains import Link, Work, early, late
from lib.schedule.dates import Dates, dates, links_of, works_of
from lib.schedule.graph import numbers_of, order_of
from lib.schedule.plan import Plan
from tests.schedule.plans import days, plan
from tests.schedule.test_network import networks

weeks = st.lists(st.sampled_from([0.0, 4.0, 8.0]), min_size=7, max_size=7).filter(any)


@dataclass(frozen=True)
class Chains:
    """The numbers of a plan, and its passes."""

    tasks: list[Work]
    links: list[Link]
    order: list[int]

    @classmethod
    def of(cls, made: Plan) -> Chains:
        numbers = numbers_of(made.tasks["task_id"].to_list())
        links = links_of(made, numbers)
        assert isinstance(links, list)
        ends = (np.array([link[place] for link in links], np.int64) for place in (0, 1))
        order = order_of(len(numbers), *ends)
        assert order is not None
        return cls(works_of(made), links, order)

    def early(self, released: dict[int, int] | None = None) -> tuple[list[int], list[int]]:
        tasks = [replace(task, release=(released or {}).get(number, task.release)) for number, task in enumerate(self.tasks)]
        starts, finishes, _ = early(tasks, [[link for link in self.links if link.target == n] for n in range(len(tasks))], self.order)
        return starts, finishes

    def late(self, finishes: list[int]) -> list[int]:
        out = [[link for link in self.links if link.source == n] for n in range(len(self.tasks))]
        return late(self.tasks, out, self.order, {"p": max(finishes)}, finishes)[0]


@st.composite
def chains(draw: st.DrawFn) -> tuple[Plan, Chains]:
    """Several calendars with days off and short days, all kinds of link, lags and leads of the project or of the clock."""
    durations, links = draw(networks())
    calendars = {f"c{n}": Calendar.of_days(date(2026, 3, 2), week) for n, week in enumerate(draw(st.lists(weeks, min_size=1, max_size=3)))}
    named = {f"t{n}": duration for n, duration in enumerate(durations)}
    tasks = [row | {"person_id": draw(st.sampled_from(sorted(calendars)))} for row in days(**named)]
    texts = [f"t{a} t{b} {kind} {8 * lag} {draw(st.sampled_from(['', 'elapsed']))}" for a, b, kind, lag in links]
    made = plan(tasks, *texts, calendars=calendars)
    return made, Chains.of(made)


def test_what_is_held_to_the_end_of_an_interval_begins_with_the_next() -> None:
    """The milestone hangs 48 h after t5's start, between two of its intervals: t4 may not end so late that t5 waits for the next one."""
    week = Calendar.of_days(date(2026, 3, 2), [0, 8, 0, 0, 0, 0, 4])
    tasks = [row | {"person_id": "c0"} for row in days(t2=2, t4=1, t5=1, t7=0)]
    found = Chains.of(plan(tasks, "t2 t5", "t4 t5 FS 16", "t5 t7 SS 48", calendars={"c0": week}))
    _, finishes = found.early()
    starts = found.early()[0]
    for number, latest in enumerate(found.late(finishes)):
        task = found.tasks[number]
        if task.work:
            within = max(starts[number], task.calendar.start(latest, 1))
            assert max(found.early({number: within})[1]) == max(finishes)


@settings(max_examples=70, deadline=None)
@given(chains())
def test_a_task_may_start_late_but_no_tick_later(case: tuple[Plan, Chains]) -> None:
    _, given_chains = case
    starts, finishes = given_chains.early()
    for number, latest in enumerate(given_chains.late(finishes)):
        task = given_chains.tasks[number]
        if task.work:
            # Where the limit lies between two intervals it is reached by every tick before it.
            within, beyond = max(starts[number], task.calendar.start(latest, 1)), task.calendar.next_working(latest) + 1
            assert max(given_chains.early({number: within})[1]) == max(finishes)
            assert max(given_chains.early({number: beyond})[1]) > max(finishes)


@settings(max_examples=70, deadline=None)
@given(chains())
def test_a_task_moved_by_its_free_float_moves_no_other(case: tuple[Plan, Chains]) -> None:
    made, given_chains = case
    found = dates(made)
    assert isinstance(found, Dates)
    starts, finishes = given_chains.early()
    for number, free in enumerate(found.tasks["free_float_hours"]):
        task, ticks = given_chains.tasks[number], round(free * TICKS_PER_HOUR)
        if task.work and ticks:
            moved = given_chains.early({number: task.calendar.finish(starts[number], ticks - 1)})
            changed: list[Any] = [n for n, pair in enumerate(zip(*moved, strict=True)) if n != number and pair != (starts[n], finishes[n])]
            assert changed == []
            assert max(moved[1]) == max(finishes)
