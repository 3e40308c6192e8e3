"""Working time on hand-made weeks, and the laws that hold for every calendar."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.schedule.calendars import NEVER, TICKS_PER_DAY, TICKS_PER_HOUR, Calendar, day_of, instant, moment

MONDAY = date(2026, 3, 2)
H = TICKS_PER_HOUR
OFFICE = Calendar.of_week([[(8, 12), (13, 17)]] * 5 + [[], []])

few_hours = st.sampled_from([0.0, 0.0, 3.5, 4.0, 6.0, 7.5, 8.0, 24.0])
calendars = st.builds(
    lambda hours, before, after: Calendar.of_days(MONDAY, hours, before, after),
    st.lists(few_hours, max_size=20), st.lists(few_hours, min_size=7, max_size=7), st.lists(few_hours, min_size=7, max_size=7),
)  # fmt: skip
instants = st.integers(instant(date(2026, 1, 20)), instant(date(2026, 5, 1)))
works = st.integers(1, 400 * H)


def at(text: str) -> int:
    return instant(datetime.fromisoformat(text))


def test_an_instant_is_a_tenth_of_a_minute_since_1970() -> None:
    assert instant(date(1970, 1, 2), 0.5) == 24 * 600 + 300
    assert moment(at("2026-03-02T08:30:06")) == datetime(2026, 3, 2, 8, 30, 6)
    assert (day_of(at("2026-03-03")), day_of(at("2026-03-03"), finish=True)) == (date(2026, 3, 3), date(2026, 3, 2))


def test_work_ends_at_the_end_of_an_interval_and_begins_at_the_beginning_of_the_next() -> None:
    friday = at("2026-03-06T13:00")
    assert moment(OFFICE.finish(friday, 4 * H)) == datetime(2026, 3, 6, 17)
    assert moment(OFFICE.next_working(at("2026-03-06T17:00"))) == datetime(2026, 3, 9, 8)
    assert moment(OFFICE.previous_working(at("2026-03-09T08:00"))) == datetime(2026, 3, 6, 17)
    assert moment(OFFICE.start(at("2026-03-09T08:00"), 4 * H)) == datetime(2026, 3, 6, 13)
    assert moment(OFFICE.start(at("2026-03-09T12:00"), 12 * H)) == datetime(2026, 3, 6, 8)


def test_a_lead_goes_back_over_the_lunch_break() -> None:
    assert moment(OFFICE.finish(at("2026-03-03T15:00"), -3 * H)) == datetime(2026, 3, 3, 11)
    assert moment(OFFICE.finish(at("2026-03-03T17:00"), -8 * H)) == datetime(2026, 3, 2, 17)
    assert moment(OFFICE.start(at("2026-03-02T08:00"), -8 * H)) == datetime(2026, 3, 3, 8)


def test_no_work_stays_where_it_is() -> None:
    assert OFFICE.finish(at("2026-03-07T03:00"), 0) == at("2026-03-07T03:00") == OFFICE.start(at("2026-03-07T03:00"), 0)


def test_hours_lie_from_nine_and_before_midnight() -> None:
    calendar = Calendar.of_days(MONDAY, [7.5, 20, 24])
    assert [moment(start).hour for start in calendar.starts if MONDAY <= day_of(start) < date(2026, 3, 5)] == [9, 4, 0]
    assert [calendar.hours_on(day) for day in (MONDAY, date(2026, 3, 3), date(2026, 3, 4), date(2026, 3, 5))] == [7.5, 20, 24, 0]


def test_the_usual_week_goes_on_for_ever_on_both_sides() -> None:
    christmas = [8, 8, 8, 8, 8, 0, 0] * 3 + [8, 8, 0, 0, 0, 0, 0]
    calendar = Calendar.of_days(MONDAY, christmas)
    assert list(calendar.hours_between(date(2031, 3, 3), date(2031, 3, 9))) == [8, 8, 8, 8, 8, 0, 0]
    assert list(calendar.hours_between(date(1999, 3, 1), date(1999, 3, 7))) == [8, 8, 8, 8, 8, 0, 0]
    assert list(calendar.hours_between(date(2026, 3, 23), date(2026, 3, 29))) == [8, 8, 0, 0, 0, 0, 0]
    assert calendar.finish(instant(MONDAY), 40 * H * 52 * 200) > instant(date(2225, 1, 1))


def test_who_never_works_again_never_finishes() -> None:
    leaver = Calendar.of_days(MONDAY, [8] * 5, before=[8] * 5 + [0, 0], after=[0] * 7)
    assert moment(leaver.finish(instant(MONDAY), 40 * H)) == datetime(2026, 3, 6, 17)
    assert leaver.finish(instant(MONDAY), 40 * H + 1) == NEVER == leaver.next_working(instant(date(2026, 3, 7)))
    nobody = Calendar.of_days(MONDAY, [])
    assert (nobody.finish(0, 1), nobody.start(0, 1), nobody.hours_on(MONDAY)) == (NEVER, -NEVER, 0)
    assert (list(nobody.finish(np.array([0]), 1)), list(nobody.start(np.array([0]), 1))) == ([NEVER], [-NEVER])


def test_no_more_than_so_many_hours_a_day() -> None:
    capped = OFFICE.capped(5)
    assert moment(capped.finish(instant(MONDAY), 8 * H)) == datetime(2026, 3, 3, 11)
    assert list(capped.hours_between(MONDAY, date(2026, 3, 8))) == [5, 5, 5, 5, 5, 0, 0]
    assert list(OFFICE.capped(24).hours) == list(OFFICE.hours)


def test_a_night_shift_passes_midnight() -> None:
    night = Calendar.of_intervals([(datetime(2026, 3, 2, 22), datetime(2026, 3, 3, 6)), (datetime(2026, 3, 3, 5), datetime(2026, 3, 3, 7))])
    assert (night.hours_on(MONDAY), night.hours_on(date(2026, 3, 3))) == (2, 7)
    assert moment(night.finish(instant(MONDAY), 3 * H)) == datetime(2026, 3, 3, 1)


def test_a_day_off_stands_in_a_week_that_repeats() -> None:
    easter = Calendar.of_week([[(9, 14)]] * 5 + [[], []], {date(2026, 4, 3): [], date(2026, 4, 4): [(9, 10)]})
    assert list(easter.hours_between(date(2026, 3, 30), date(2026, 4, 6))) == [5, 5, 5, 5, 0, 1, 0, 5]


@pytest.mark.parametrize("hours", [-1.0, 24.5])
def test_a_day_has_24_hours(hours: float) -> None:
    with pytest.raises(ValueError, match="a day of"):
        Calendar.of_days(MONDAY, [hours])


@settings(max_examples=60, deadline=None)
@given(calendars, instants, works)
def test_finish_is_the_first_instant_with_the_work_done(calendar: Calendar, start: int, work: int) -> None:
    finish = calendar.finish(start, work)
    if finish < NEVER:
        done = calendar.work_before(finish) - calendar.work_before(start)
        assert done == work
        assert calendar.work_before(finish - 1) == calendar.work_before(finish) - 1
    else:
        assert calendar.work_before(start + 100 * TICKS_PER_DAY) - calendar.work_before(start) < work


@settings(max_examples=60, deadline=None)
@given(calendars, instants, works)
def test_start_is_the_last_instant_with_the_work_ahead(calendar: Calendar, finish: int, work: int) -> None:
    start = calendar.start(finish, work)
    if start > -NEVER:
        assert calendar.work_before(finish) - calendar.work_before(start) == work
        assert calendar.work_before(start + 1) == calendar.work_before(start) + 1
        assert calendar.finish(start, work) <= finish


@settings(max_examples=60, deadline=None)
@given(calendars, instants, instants, st.integers(-400 * H, 400 * H).filter(bool))
def test_finish_and_start_answer_each_other(calendar: Calendar, start: int, finish: int, work: int) -> None:
    assert (calendar.finish(start, work) <= finish) == (start <= calendar.start(finish, work))


@settings(max_examples=60, deadline=None)
@given(calendars, instants)
def test_working_time_is_what_the_minutes_add_up_to(calendar: Calendar, tick: int) -> None:
    days = calendar.hours_between(date(2026, 1, 20), day_of(tick))
    inside = min(max(0, tick - instant(day_of(tick))), TICKS_PER_DAY)
    since = calendar.work_before(tick) - calendar.work_before(instant(date(2026, 1, 20)))
    assert days[:-1].sum() * H <= since <= days[:-1].sum() * H + inside
    assert calendar.previous_working(tick) <= tick <= calendar.next_working(tick)
    assert calendar.work_before(calendar.next_working(tick)) == calendar.work_before(tick) or calendar.next_working(tick) == NEVER


@settings(max_examples=60, deadline=None)
@given(calendars, st.lists(instants, min_size=1, max_size=8), st.integers(-300 * H, 300 * H))
def test_arrays_and_single_instants_agree(calendar: Calendar, ticks: list[int], work: int) -> None:
    for dtype in (np.int64, np.float64):
        array = np.array(ticks, dtype)
        assert list(calendar.work_before(array)) == [calendar.work_before(tick) for tick in ticks]
        assert list(calendar.finish(array, work)) == [calendar.finish(tick, work) for tick in ticks]
        assert list(calendar.start(array, np.full(len(ticks), work))) == [calendar.start(tick, work) for tick in ticks]
        assert list(calendar.next_working(array)) == [calendar.next_working(tick) for tick in ticks]
        assert list(calendar.previous_working(array)) == [calendar.previous_working(tick) for tick in ticks]


def test_a_short_day_is_a_working_day() -> None:
    part_time = Calendar.of_week([[(9, 15)], [(9, 15)], [(9, 15)], [], [(9, 12)], [], []])
    assert part_time.days_before(at("2026-03-09")) - part_time.days_before(at("2026-03-02")) == 4
    assert part_time.days_before(at("2026-03-06T10:30")) - part_time.days_before(at("2026-03-04T12:00")) == 1
    for monday, next_monday in (("1950-01-02", "1950-01-09"), ("2026-02-23", "2026-03-02"), ("2086-01-07", "2086-01-14")):
        assert part_time.days_before(at(next_monday)) - part_time.days_before(at(monday)) == 4
    several = np.array([at("2026-03-04T12:00"), at("2026-03-06")])
    assert list(part_time.days_before(several) - part_time.days_before(at("2026-03-02"))) == [2.5, 3]
