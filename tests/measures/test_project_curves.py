"""Plans by working day and what decided changes do to them: against day-by-day brute force, and what must hold whatever is decided."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.measures.project_curves import Budget, Change, Progress, WorkingDays, planned_shares, with_changes
from lib.schedule.calendars import Calendar

MONDAY = date(2026, 3, 2)
WEEK = (8.0, 8.0, 8.0, 8.0, 8.0, 0.0, 0.0)
days_from_start = st.integers(0, 40).map(lambda days: MONDAY + timedelta(days=days))


def working_days(off: frozenset[int] = frozenset()) -> WorkingDays:
    """Mondays to Fridays but those `off`, days after the first Monday."""
    hours = [0.0 if day in off else WEEK[day % 7] for day in range(60)]
    return WorkingDays(Calendar.of_days(MONDAY, hours, WEEK, WEEK), MONDAY)


@st.composite
def spans(draw: st.DrawFn) -> list[tuple[date, date, float]]:
    made = draw(st.lists(st.tuples(days_from_start, st.integers(0, 20), st.integers(1, 90)), min_size=1, max_size=5))
    return [(start, start + timedelta(days=length), float(weight)) for start, length, weight in made]


def by_hand(days: WorkingDays, parts: list[tuple[date, date, float]]) -> dict[date, float]:
    """What is planned on each calendar day, one day after the other; work without a working day falls on the next."""
    planned: dict[date, float] = {}
    for start, finish, weight in parts:
        span = [start + timedelta(days=n) for n in range((finish - start).days + 1)]
        open_days = [day for day in span if days.calendar.hours_on(day) > 0]
        while not open_days:
            finish += timedelta(days=1)
            open_days = [finish] if days.calendar.hours_on(finish) > 0 else []
        for day in open_days:
            planned[day] = planned.get(day, 0.0) + weight / len(open_days)
    return planned


@settings(max_examples=80, deadline=None)
@given(spans(), st.frozensets(st.integers(0, 40), max_size=8))
def test_work_is_spread_evenly_over_its_working_days(parts: list[tuple[date, date, float]], off: frozenset[int]):
    days = working_days(off)
    shares = planned_shares(days, *zip(*parts, strict=True))  # type: ignore[arg-type]
    planned = by_hand(days, parts)
    whole = sum(planned.values())
    for day in planned:
        expected = sum(amount for other, amount in planned.items() if other <= day) / whole
        assert shares[days.by(day)] == pytest.approx(expected)
    assert (shares[0], shares[-1]) == (0.0, pytest.approx(1.0))
    assert shares.size == days.by(max(planned)) + 1


def test_days_count_from_the_close_of_the_first():
    days = working_days()
    counted = [days.by(MONDAY + timedelta(days=n)) for n in (-3, -1, 0, 4, 5, 6, 7)]
    assert counted == [0, 0, 1, 5, 5, 5, 6]
    assert days.by(MONDAY - timedelta(days=8)) == -5
    assert days.by(MONDAY - timedelta(days=7)) == -4
    assert [days.by(MONDAY + timedelta(days=7 * week)) for week in (-100, 8, 9, 100)] == [-499, 41, 46, 501]


# 10 days from Monday, 100 a day, nothing but the plan.
TEN = planned_shares(working_days(), [MONDAY], [MONDAY + timedelta(days=11)], [1.0])
THURSDAY = MONDAY + timedelta(days=3)


def budget_of(*changes: Change, progress: Progress | None = None, shares: np.ndarray = TEN) -> Budget:
    return with_changes(1000.0, shares, working_days(), changes, progress or Progress(0.0))


def test_added_scope_is_planned_from_its_decision_to_the_planned_end():
    after = budget_of(Change(THURSDAY, 600.0))
    assert after.planned == pytest.approx([0, 100, 200, 300, 400, 600, 800, 1000, 1200, 1400, 1600])
    assert budget_of(Change(THURSDAY, 600.0, delay_days=2)).planned == pytest.approx(
        [0, 100, 200, 300, 400, 575, 750, 925, 1100, 1275, 1450, 1525, 1600]
    )
    dated = Change(THURSDAY, 600.0, start=MONDAY + timedelta(days=7), finish=MONDAY + timedelta(days=9))
    assert budget_of(dated).planned == pytest.approx([0, 100, 200, 300, 400, 500, 800, 1100, 1400, 1500, 1600])


def test_scope_added_after_the_planned_end_gets_a_day_of_its_own():
    late = budget_of(Change(MONDAY + timedelta(days=21), 50.0))
    assert late.curve.duration == 17
    assert late.planned[10:] == pytest.approx([1000] * 7 + [1050])


def test_scope_removed_before_any_of_it_was_planned_leaves_the_past():
    after = budget_of(Change(THURSDAY, -300.0))
    assert after.planned == pytest.approx([0, 100, 200, 300, 400, 450, 500, 550, 600, 650, 700])
    cut = budget_of(Change(THURSDAY, -800.0))
    assert (cut.total, cut.planned.max(), cut.curve.duration) == (pytest.approx(200), pytest.approx(200), 2)


def test_more_than_is_left_cannot_be_removed():
    half = budget_of(Change(THURSDAY, -900.0), progress=Progress(0.5))
    assert (half.total, half.earned) == pytest.approx((500, 500))
    read = budget_of(Change(THURSDAY, -900.0), progress=Progress(readings=((MONDAY, 0.3), (THURSDAY, 0.5))))
    assert (read.total, read.earned) == pytest.approx((300, 150))  # 300 was earned when 900 were removed


def test_readings_are_of_the_scope_of_their_day():
    readings = ((MONDAY, 0.2), (THURSDAY, 0.3))
    assert budget_of(Change(THURSDAY, 500.0), progress=Progress(readings=readings[:1])).earned == pytest.approx(200)
    assert budget_of(Change(THURSDAY, 500.0), progress=Progress(readings=readings)).earned == pytest.approx(450)


parts_done = st.sampled_from([0.0, 0.5, 1.0])
one_change = st.builds(Change, days_from_start, st.integers(-900, 900).map(float), st.integers(0, 6).map(float), done=parts_done)
changes = st.lists(one_change, max_size=4)
progress = st.one_of(
    st.floats(0, 1).map(Progress),
    st.lists(st.tuples(days_from_start, st.floats(0, 1)), max_size=4).map(lambda read: Progress(readings=tuple(read))),
    st.just(Progress(finished=True)),
)


@settings(max_examples=150, deadline=None)
@given(changes, progress)
def test_whatever_is_decided_the_plan_rises_to_the_budget_and_covers_what_is_earned(decided: list[Change], read: Progress):
    after = budget_of(*decided, progress=read)
    assert all(first <= second + 1e-9 for first, second in pairwise(after.planned))
    assert after.planned[-1] == pytest.approx(after.total, abs=1e-6)
    assert after.total >= -1e-9
    if after.earned is not None:
        assert 0 <= after.earned <= after.total + 1e-9
    if after.total > 1 and after.earned is not None:
        schedule = after.curve.earned_schedule([after.earned], [7.0])[0]
        assert 0 <= schedule <= (after.curve.duration or 0)


@settings(max_examples=80, deadline=None)
@given(changes, progress, days_from_start, st.floats(1, 500))
def test_added_scope_never_touches_what_was_planned_before_nor_what_is_earned(
    decided: list[Change], read: Progress, day: date, amount: float
):
    # Decided last, so that nothing else hangs on it.
    last = max([day, *(change.decided_on for change in decided)])
    before, after = budget_of(*decided, progress=read), budget_of(*decided, Change(last, amount), progress=read)
    assert after.total == pytest.approx(before.total + amount)
    until = min(working_days().by(last), before.planned.size - 1)
    assert after.planned[: until + 1] == pytest.approx(before.planned[: until + 1])
    if not read.finished and not any(on >= last for on, _ in read.readings):
        assert after.earned == (None if before.earned is None else pytest.approx(before.earned))


@settings(max_examples=50, deadline=None)
@given(changes, progress, days_from_start)
def test_work_that_we_pay_for_changes_nothing(decided: list[Change], read: Progress, day: date):
    absorbed = Change(day, 0.0, delay_days=0.0)
    before, after = budget_of(*decided, progress=read), budget_of(*decided, absorbed, progress=read)
    assert (after.total, after.earned) == (before.total, before.earned)


def test_a_budget_without_a_plan_still_takes_changes():
    after = with_changes(1000.0, None, None, [Change(MONDAY, 200.0), replace(Change(THURSDAY, -100.0))], Progress(0.25))
    assert (after.total, after.earned) == pytest.approx((1100, 250))
