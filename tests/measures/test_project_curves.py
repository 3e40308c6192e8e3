"""Plans by working day and what decided changes do to them: against day-by-day brute force, and what must hold whatever is decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from math import ceil, nan
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.measures.project_curves import Budgets, Changes, Progress, Readings, Shapes, changed_budgets
from lib.measures.project_plans import WorkingDays
from lib.measures.project_values import values_on
from lib.schedule.calendars import Calendar
from tests.measures.rows import book_of

MONDAY = date(2026, 3, 2)
WEEK = (8.0, 8.0, 8.0, 8.0, 8.0, 0.0, 0.0)
days_from_start = st.integers(0, 40).map(lambda days: MONDAY + timedelta(days=days))
DAYS = WorkingDays.of([Calendar.of_days(MONDAY, [WEEK[day % 7] for day in range(60)], WEEK, WEEK)])


def number(day: date) -> int:
    return (day - date(1970, 1, 1)).days


def by(day: date) -> int:
    """Working days from the first Monday to the close of a day."""
    one = np.zeros(1, np.int64)
    return int((DAYS.before(one, np.array([number(day) + 1])) - DAYS.before(one, np.array([number(MONDAY)])))[0])


# Plans


@st.composite
def spans(draw: st.DrawFn) -> list[tuple[date, date, float]]:
    made = draw(st.lists(st.tuples(days_from_start, st.integers(0, 20), st.integers(1, 90)), min_size=1, max_size=5))
    return [(start, start + timedelta(days=length), float(weight)) for start, length, weight in made]


def planned_by_hand(parts: list[tuple[date, date, float]], off: frozenset[int]) -> dict[date, float]:
    """What is planned on each calendar day, one day after the other; work without a working day falls on the next."""

    def works(day: date) -> bool:
        return day.weekday() < 5 and (day - MONDAY).days not in off

    planned: dict[date, float] = {}
    for start, finish, weight in parts:
        span = [start + timedelta(days=n) for n in range((finish - start).days + 1)]
        open_days = [day for day in span if works(day)]
        while not open_days:
            finish += timedelta(days=1)
            open_days = [finish] if works(finish) else []
        for day in open_days:
            planned[day] = planned.get(day, 0.0) + weight / len(open_days)
    return planned


@settings(max_examples=40, deadline=None)
@given(spans(), st.frozensets(st.integers(0, 40), max_size=8))
def test_work_is_spread_evenly_over_its_working_days(parts: list[tuple[date, date, float]], off: frozenset[int]):
    columns = ("baseline_start", "baseline_finish", "baseline_hours")
    book = book_of(
        projects=[{"project_id": "j", "account_id": "x", "billing": "fixed"}],
        tasks=[dict(zip(columns, part, strict=True)) for part in parts],
        closures=[{"date": MONDAY + timedelta(days=day)} for day in sorted(off)],
    )
    days = [MONDAY + timedelta(days=n) for n in range(-3, 75)]
    planned = planned_by_hand(parts, off)
    values = values_on(book, days, "hours")
    assert values["bac"].to_list() == [pytest.approx(sum(planned.values()))] * len(days)
    for day, value in values.select("day", "pv").iter_rows():
        assert value == pytest.approx(sum(amount for other, amount in planned.items() if other <= day))
    first = min(start for start, _, _ in parts)
    worked = [day for day in days if day >= first and day.weekday() < 5 and (day - MONDAY).days not in off]
    assert values["pd"].to_list() == [sum(day <= max(planned) for day in worked)] * len(days)


def test_days_count_from_the_close_of_the_first():
    assert [by(MONDAY + timedelta(days=n)) for n in (-3, -1, 0, 4, 5, 6, 7)] == [0, 0, 1, 5, 5, 5, 6]
    assert by(MONDAY - timedelta(days=8)) == -5
    assert by(MONDAY - timedelta(days=7)) == -4
    assert [by(MONDAY + timedelta(days=7 * week)) for week in (-100, 8, 9, 100)] == [-499, 41, 46, 501]


def test_a_share_between_knots_lies_on_the_straight_line_and_after_the_last_it_is_all():
    # The first shape: 30 over days 1 to 3 and 10 over day 6; the second: all of it on days 3 and 4.
    shapes = Shapes.of(np.array([0, 1, 0]), np.array([0, 2, 5]), np.array([3, 4, 6]), np.array([30.0, 7.0, 10.0]), 2)
    assert shapes.at(np.zeros(8, int), np.arange(8)) == pytest.approx([0, 0.25, 0.5, 0.75, 0.75, 0.75, 1, 1])
    assert shapes.at(np.ones(6, int), np.arange(6)) == pytest.approx([0, 0, 0, 0.5, 1, 1])
    assert shapes.last.tolist() == [6, 4]


# Changes, on 10 days from Monday with 100 a day


@dataclass(frozen=True)
class Change:
    decided_on: date
    amount: float
    delay_days: float = 0.0
    start: date | None = None
    finish: date | None = None
    done: float = 0.0


@dataclass(frozen=True)
class Read:
    share: float | None = None
    readings: tuple[tuple[date, float], ...] = ()
    finished: bool = False


TEN = Shapes.of(np.array([0]), np.array([0]), np.array([10]), np.array([1.0]), 1)
THURSDAY = MONDAY + timedelta(days=3)
LAST_DAY = number(MONDAY) + 400


def budgets_of(cases: Sequence[tuple[Sequence[Change], Read]], planned: bool = True) -> Budgets:
    """All of `cases` at once."""
    rows: list[tuple[Any, ...]] = []
    readings: list[tuple[int, int, float]] = []
    for project, (changes, read) in enumerate(cases):
        for change in sorted(changes, key=lambda change: change.decided_on):
            after, until = by(change.start) - 1 if change.start else nan, by(change.finish) if change.finish else nan
            decided = number(change.decided_on), change.amount, change.done, by(change.decided_on)
            rows.append((project, *decided, change.delay_days, after, until))
        readings += [(project, number(day), share) for day, share in sorted(read.readings)]
    project, day, amount, done, decided, delay, after, until = np.array(rows, np.float64).reshape(-1, 8).T
    owner, on, share = np.array(readings, np.float64).reshape(-1, 3).T
    whole = np.full(len(cases), LAST_DAY)
    own = np.array([nan if read.share is None else read.share for _, read in cases])
    finished = np.array([read.finished for _, read in cases])
    progress = Progress(whole, own, Readings(owner.astype(int), on.astype(int), share), np.arange(len(cases)), whole * nan, finished)
    changes = Changes(project.astype(int), day.astype(int), amount, done, decided.astype(int), delay, after, until)
    return changed_budgets(np.full(len(cases), 1000.0), TEN, np.full(len(cases), 0 if planned else -1), changes, progress)


def planned_values(budgets: Budgets, project: int = 0) -> np.ndarray:
    times = np.arange(budgets.last[project] + 1)
    return budgets.planned(np.full(times.size, project), times)


def budget_of(*changes: Change, read: Read | None = None) -> Budgets:
    return budgets_of([(changes, read or Read(0.0))])


def duration(budgets: Budgets) -> float:
    return float(budgets.curves(np.zeros(1, np.int64)).durations[0])


def test_added_scope_is_planned_from_its_decision_to_the_planned_end():
    after = budget_of(Change(THURSDAY, 600.0))
    assert planned_values(after) == pytest.approx([0, 100, 200, 300, 400, 600, 800, 1000, 1200, 1400, 1600])
    assert planned_values(budget_of(Change(THURSDAY, 600.0, delay_days=2))) == pytest.approx(
        [0, 100, 200, 300, 400, 575, 750, 925, 1100, 1275, 1450, 1525, 1600]
    )
    dated = Change(THURSDAY, 600.0, start=MONDAY + timedelta(days=7), finish=MONDAY + timedelta(days=9))
    assert planned_values(budget_of(dated)) == pytest.approx([0, 100, 200, 300, 400, 500, 800, 1100, 1400, 1500, 1600])


def test_scope_added_after_the_planned_end_gets_a_day_of_its_own():
    late = budget_of(Change(MONDAY + timedelta(days=21), 50.0))
    assert duration(late) == 17
    assert planned_values(late)[10:] == pytest.approx([1000] * 7 + [1050])


def test_scope_removed_before_any_of_it_was_planned_leaves_the_past():
    after = budget_of(Change(THURSDAY, -300.0))
    assert planned_values(after) == pytest.approx([0, 100, 200, 300, 400, 450, 500, 550, 600, 650, 700])
    cut = budget_of(Change(THURSDAY, -800.0))
    assert (cut.totals[0], planned_values(cut).max(), duration(cut)) == (pytest.approx(200), pytest.approx(200), 2)


def test_more_than_is_left_cannot_be_removed():
    half = budget_of(Change(THURSDAY, -900.0), read=Read(0.5))
    assert (half.totals[0], half.earned[0]) == pytest.approx((500, 500))
    read = budget_of(Change(THURSDAY, -900.0), read=Read(readings=((MONDAY, 0.3), (THURSDAY, 0.5))))
    assert (read.totals[0], read.earned[0]) == pytest.approx((300, 150))  # 300 was earned when 900 were removed


def test_readings_are_of_the_scope_of_their_day():
    readings = ((MONDAY, 0.2), (THURSDAY, 0.3))
    assert budget_of(Change(THURSDAY, 500.0), read=Read(readings=readings[:1])).earned[0] == pytest.approx(200)
    assert budget_of(Change(THURSDAY, 500.0), read=Read(readings=readings)).earned[0] == pytest.approx(450)


def test_a_reading_on_the_day_of_a_decision_is_of_the_scope_with_it():
    # Half of 2000 is earned when as much is to be removed: 1000 of it can be.
    after = budget_of(Change(THURSDAY, 1000.0), Change(MONDAY + timedelta(days=7), -2000.0), read=Read(readings=((THURSDAY, 0.5),)))
    assert (after.totals[0], after.earned[0]) == pytest.approx((1000, 1000))


def test_a_budget_without_a_plan_still_takes_changes():
    after = budgets_of([([Change(MONDAY, 200.0), Change(THURSDAY, -100.0)], Read(0.25))], planned=False)
    assert (after.totals[0], after.earned[0]) == pytest.approx((1100, 250))


def day_by_day(changes: Sequence[Change], read: Read) -> tuple[float, list[float], float | None]:
    """Budget, planned value by working day and EV of one project, one change and one day after the other."""
    total, values, earned = 1000.0, [100.0 * n for n in range(11)], 0.0
    own = None if read.share is None else read.share * 1000.0 + sum(change.amount * change.done for change in changes if change.amount > 0)
    left = sorted(read.readings)
    for change in sorted(changes, key=lambda change: change.decided_on):
        while left and left[0][0] < change.decided_on:
            earned = left.pop(0)[1] * total
        decided, known = max(by(change.decided_on), 0), earned if own is None else own
        if change.amount >= 0:
            after, until = decided, max(len(values) - 1, decided) + ceil(change.delay_days)
            if change.start and change.finish:
                after, until = max(by(change.start) - 1, decided), by(change.finish)
            until = max(until, after + 1)
            values += [values[-1]] * (until + 1 - len(values))
            values = [value + change.amount * min(max((time - after) / (until - after), 0), 1) for time, value in enumerate(values)]
            total += change.amount
            continue
        rest = total - min(-change.amount, max(0.0, total - known))
        reached = values[min(decided, len(values) - 1)]
        if rest <= reached or total <= reached:
            values = [min(value, rest) for value in values]
        else:
            kept = (rest - reached) / (total - reached)
            values = [value if time <= decided else reached + (value - reached) * kept for time, value in enumerate(values)]
        total = rest
    for _, share in left:
        earned = share * total
    if read.finished:
        return total, values, total
    return total, values, min(earned if own is None else own, total) if own is not None or read.readings else None


def schedule_by_hand(values: list[float], total: float, earned: float, at: float) -> float:
    """Earned schedule of a curve by days, going through them one by one."""
    near = total * 1e-9
    if earned >= total - near:
        return next(float(time) for time, value in enumerate(values) if value >= total - near)
    same = [time for time, value in enumerate(values) if abs(value - earned) <= near]
    if same:
        return float(min(max(at, same[0]), same[-1]))
    before = max(time for time, value in enumerate(values) if value < earned)
    return before + (earned - values[before]) / (values[before + 1] - values[before])


parts_done = st.sampled_from([0.0, 0.5, 1.0])
dated = st.tuples(days_from_start, st.integers(0, 9)).map(lambda span: (span[0], span[0] + timedelta(days=span[1])))
one_change = st.builds(
    lambda day, amount, delay, span, done: Change(day, amount, delay, *span, done),
    days_from_start, st.integers(-900, 900).filter(bool).map(float), st.integers(0, 6).map(float), st.one_of(st.just((None, None)), dated),
    parts_done,
)  # fmt: skip
changes = st.lists(one_change, max_size=4)
progress = st.one_of(
    st.floats(0, 1).map(Read),
    st.lists(st.tuples(days_from_start, st.floats(0, 1)), max_size=4).map(lambda read: Read(readings=tuple(read))),
    st.just(Read(finished=True)),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(changes, progress), min_size=1, max_size=5))
def test_many_projects_at_once_are_what_each_is_day_by_day(cases: list[tuple[list[Change], Read]]):
    found = budgets_of(cases)
    for project, (decided, read) in enumerate(cases):
        total, values, earned = day_by_day(decided, read)
        assert found.totals[project] == pytest.approx(total)
        assert planned_values(found, project) == pytest.approx(values)
        assert found.earned[project] == pytest.approx(nan if earned is None else earned, nan_ok=True)
        if earned is not None and total > 1:
            schedule = found.curves(np.array([project])).earned_schedule(np.zeros(1, np.int64), [earned], [7.0])[0]
            assert schedule == pytest.approx(schedule_by_hand(values, total, earned, 7.0), abs=1e-5)


@settings(max_examples=150, deadline=None)
@given(changes, progress)
def test_whatever_is_decided_the_plan_rises_to_the_budget_and_covers_what_is_earned(decided: list[Change], read: Read):
    after = budget_of(*decided, read=read)
    planned, total, earned = planned_values(after), float(after.totals[0]), float(after.earned[0])
    assert all(first <= second + 1e-9 for first, second in pairwise(planned))
    assert planned[-1] == pytest.approx(total, abs=1e-6)
    assert total >= -1e-9
    if not np.isnan(earned):
        assert 0 <= earned <= total + 1e-9
    if total > 1 and not np.isnan(earned):
        schedule = after.curves(np.zeros(1, np.int64)).earned_schedule(np.zeros(1, np.int64), [earned], [7.0])[0]
        assert 0 <= schedule <= duration(after)


@settings(max_examples=80, deadline=None)
@given(changes, progress, days_from_start, st.floats(1, 500))
def test_added_scope_never_touches_what_was_planned_before_nor_what_is_earned(
    decided: list[Change], read: Read, day: date, amount: float
):
    # Decided last, so that nothing else hangs on it.
    last = max([day, *(change.decided_on for change in decided)])
    before, after = budget_of(*decided, read=read), budget_of(*decided, Change(last, amount), read=read)
    assert after.totals[0] == pytest.approx(before.totals[0] + amount)
    until = min(by(last), int(before.last[0]))
    assert planned_values(after)[: until + 1] == pytest.approx(planned_values(before)[: until + 1])
    if not read.finished and not any(on >= last for on, _ in read.readings):
        assert after.earned[0] == pytest.approx(before.earned[0], nan_ok=True)
