"""The line of whole ticks that schedules live on, and the shifts of a day. Knows no calendar and no time zone.

An *instant* is a tick: tenths of a minute (as Microsoft Project counts) since 1970-01-01 00:00 of the place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

TICKS_PER_HOUR = 600
TICKS_PER_DAY = 24 * TICKS_PER_HOUR
TICKS_PER_WEEK = 7 * TICKS_PER_DAY
NEVER = 2**52
"""The instant by which work that no day has hours for is done; −NEVER is where it would have had to begin."""

Shift: TypeAlias = tuple[int, int]
"""From and to, in ticks since midnight."""

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 (the axis has no zones)
_EPOCH_ORDINAL = _EPOCH.toordinal()
_OPENS = 9 * TICKS_PER_HOUR


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return day.toordinal() - _EPOCH_ORDINAL


def weekday(number: int) -> int:
    """0 Monday to 6 Sunday of a day since 1970-01-01, which was a Thursday."""
    return (number + 3) % 7


def instant(day: date, hour: float = 0.0) -> int:
    """The tick of `hour` o'clock on a day (a datetime adds its own time of day)."""
    ticks = (day.toordinal() - _EPOCH_ORDINAL) * TICKS_PER_DAY
    if hour:
        ticks += round(hour * TICKS_PER_HOUR)
    if isinstance(day, datetime):
        ticks += round((day.hour * 3600 + day.minute * 60 + day.second) * TICKS_PER_HOUR / 3600)
    return ticks


def day_of(tick: float, finish: bool = False) -> date:
    """The day an instant lies on; with `finish`, midnight belongs to the day that ends."""
    at = int(np.ceil(tick)) - 1 if finish else int(np.floor(tick))
    return date.fromordinal(at // TICKS_PER_DAY + _EPOCH_ORDINAL)


def moment(tick: float) -> datetime:
    """The instant as date and time of the place."""
    return _EPOCH + timedelta(seconds=float(tick) * 3600 / TICKS_PER_HOUR)


def laid(hours: float) -> tuple[Shift, ...]:
    """A day's hours from 09:00 without a gap, earlier if they would pass midnight. ValueError outside 0-24."""
    work = round(hours * TICKS_PER_HOUR)
    if not 0 <= work <= TICKS_PER_DAY:
        raise ValueError(f"a day of {hours} hours")
    opens = min(_OPENS, TICKS_PER_DAY - work)
    return ((opens, opens + work),) if work else ()


def all_laid(first: int, hours: Sequence[float]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Beginnings and ends of the shifts of days in a row from day number `first` on, each as `laid` has it."""
    work = np.rint(np.asarray(hours, np.float64) * TICKS_PER_HOUR)
    if not ((work >= 0) & (work <= TICKS_PER_DAY)).all():
        raise ValueError(f"a day of {min(hours)} or {max(hours)} hours")
    ticks = work.astype(np.int64)
    opens = np.arange(first, first + len(ticks), dtype=np.int64) * TICKS_PER_DAY + np.minimum(_OPENS, TICKS_PER_DAY - ticks)
    worked = ticks > 0
    return opens[worked], (opens + ticks)[worked]


def shifts(hours: Sequence[tuple[float, float]]) -> tuple[Shift, ...]:
    """Shifts of pairs of o'clock."""
    return tuple(merged((round(start * TICKS_PER_HOUR), round(end * TICKS_PER_HOUR)) for start, end in hours))


def merged(intervals: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Sorted disjoint intervals that cover the same ticks. ValueError for one that ends before it begins."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(intervals):
        if end < start:
            raise ValueError(f"an interval from {start} to {end}")
        if end == start:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def usual_week(first: int, days: Sequence[tuple[Shift, ...]]) -> list[tuple[Shift, ...]]:
    """What each weekday most often has, the latest where two are as frequent."""
    week: list[tuple[Shift, ...]] = []
    for day in range(7):
        seen = [worked for number, worked in enumerate(days, first) if weekday(number) == day]
        counts = Counter(reversed(seen))  # the first met wins a tie
        week.append(counts.most_common(1)[0][0] if counts else ())
    return week
