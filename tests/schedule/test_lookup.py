"""Answers read from tables are the calendar's own, to the tick, inside the table and outside."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.schedule.calendars import TICKS_PER_DAY, Calendar, instant
from lib.schedule.lookup import Lookup

MONDAY = date(2026, 3, 2)
CALENDARS = {
    "half days and gaps": Calendar.of_days(MONDAY, [8, 4, 0, 8, 7.5, 0, 0, 0, 0, 0, 0, 0, 2, 8, 8]),
    "mornings and afternoons": Calendar.of_week([[(8, 12), (13, 17)]] * 5 + [[]] * 2, {date(2026, 3, 4): [(8, 10)], date(2026, 3, 9): []}),
    "until somebody leaves": Calendar.of_days(MONDAY, [8.0] * 30, [8] * 5 + [0, 0], [0] * 7),
    "at most three hours": Calendar.of_days(MONDAY, [8, 0, 24, 24, 1] * 6).capped(3),
    "never": Calendar.of_days(MONDAY, [0.0] * 10),
    "a minute here and there": Calendar.of_intervals([(datetime(2026, 3, 2, 9, at), datetime(2026, 3, 2, 9, at + 1)) for at in (0, 2, 9)]),
}


@pytest.mark.parametrize("name", CALENDARS)
@settings(max_examples=25, deadline=None)
@given(st.data())
def test_tables_answer_as_the_calendar_does(name: str, data: st.DataObject) -> None:
    calendar = CALENDARS[name]
    lookup = Lookup(calendar, instant(date(2026, 6, 1)))
    edges = [int(tick) for tick in (*calendar.starts, *calendar.ends)] or [0]
    near = st.builds(lambda edge, by: edge + by, st.sampled_from(edges), st.integers(-2, 2))
    anywhere = st.integers(instant(date(2026, 1, 1)), instant(date(2027, 1, 1)))
    ticks = np.array(data.draw(st.lists(near | anywhere, min_size=1, max_size=12)), np.int64)
    amounts = st.integers(-5_000, 200_000) | st.integers(1, 100) | st.just(0)
    work = np.array(data.draw(st.lists(amounts, min_size=len(ticks), max_size=len(ticks))))
    for many in (work, np.abs(work) + 1, np.full(len(ticks), 4_800)):
        assert lookup.finish(ticks, many).tolist() == calendar.finish(ticks, many).tolist()
        assert lookup.start(ticks, many).tolist() == calendar.start(ticks, many).tolist()
    assert lookup.next_working(ticks).tolist() == calendar.next_working(ticks).tolist()
    assert lookup.previous_working(ticks).tolist() == calendar.previous_working(ticks).tolist()
    assert lookup.days_before(ticks).tolist() == pytest.approx(calendar.days_before(ticks).tolist(), abs=1e-9)
    assert (lookup.work_before(ticks) - calendar.work_before(ticks)).tolist() == [0] * len(ticks)


def test_intervals_too_short_for_a_table_are_searched() -> None:
    shifts = [(tick, tick + 1) for tick in range(0, 40, 2)] + [(300 * TICKS_PER_DAY, 300 * TICKS_PER_DAY + 600)]
    calendar = Calendar.of_intervals(shifts)
    lookup = Lookup(calendar, 301 * TICKS_PER_DAY)
    assert lookup._starting.at is None
    ticks = np.arange(0, 60)
    assert lookup.finish(ticks, ticks + 1).tolist() == calendar.finish(ticks, ticks + 1).tolist()
    assert lookup.start(ticks, ticks + 1).tolist() == calendar.start(ticks, ticks + 1).tolist()
