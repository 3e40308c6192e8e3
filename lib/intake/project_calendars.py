"""The calendars of a Microsoft Project plan as working intervals. Pure: it reads the elements that were found and decides no date.

An interval is a pair of instants in ticks (a tenth of a minute, as Project counts) since 1970-01-01 00:00 of the place, as
`lib.schedule.calendars.Calendar.of_intervals` takes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from lib.intake.project_xml import Element, ProjectFile

TICKS_PER_HOUR, TICKS_PER_DAY = 600, 14_400
_EPOCH = date(1970, 1, 1)
FIRST_DAY, LAST_DAY = date(1901, 1, 1), date(2199, 12, 31)
_MORNING, _AFTERNOON = (8 * TICKS_PER_HOUR, 12 * TICKS_PER_HOUR), (13 * TICKS_PER_HOUR, 17 * TICKS_PER_HOUR)
_OFFICE = (_MORNING, _AFTERNOON)
_DAILY, _YEARLY, _MONTHLY, _WEEKLY = 1, 2, 4, 6
_MOST_DAYS = 40_000

Times = tuple[tuple[int, int], ...]
"""Working times of one day: from, to, in ticks after midnight."""


@dataclass(frozen=True)
class Period:
    """What holds from `first` to `last`: the same `times` on each of these days that `falls` on, or a week (Monday is 0) of its own."""

    first: date
    last: date
    times: Times = ()
    week: tuple[Times | None, ...] = ()
    kind: int = _DAILY
    every: int = 1
    month: int = 0
    month_day: int = 0
    weekdays: int = 0

    def falls(self, day: date) -> bool:
        """Whether the exception is about this day; those by position in a month (the second Monday) are not read."""
        if not self.first <= day <= self.last:
            return False
        if self.kind == _YEARLY:
            return (day.month, day.day) == (self.month + 1, self.month_day)
        if self.kind == _MONTHLY:
            return day.day == self.month_day and ((day.year - self.first.year) * 12 + day.month - self.first.month) % self.every == 0
        if self.kind == _WEEKLY:
            sunday = self.first - timedelta((self.first.weekday() + 1) % 7)
            return bool(self.weekdays >> (day.weekday() + 1) % 7 & 1) and (day - sunday).days // 7 % self.every == 0
        return self.kind == _DAILY and (day - self.first).days % self.every == 0


@dataclass(frozen=True)
class PlanCalendar:
    """One calendar: a week whose days are None where `base` says, exceptions, and weeks that hold for a while only."""

    uid: str
    name: str
    base: str
    week: tuple[Times | None, ...]
    exceptions: tuple[Period, ...]
    weeks: tuple[Period, ...]


class Calendars(dict[str, PlanCalendar]):
    """UID -> calendar. It remembers the days that it was asked for, as thousands of assignments lie on the same ones."""

    def __init__(self, calendars: Iterable[PlanCalendar]) -> None:
        super().__init__({one.uid: one for one in calendars})
        self.days: dict[tuple[str, date], Times] = {}


def calendars_of(plan: ProjectFile) -> Calendars:
    """The calendars of a plan."""
    return Calendars(_calendar(one) for one in plan.calendars)


def times_on(calendars: Calendars, uid: str, day: date) -> Times:
    """The working times of one day: the calendar's own exception, its own week, then its base; Project's standard day if nothing says."""
    if (uid, day) not in calendars.days:
        calendars.days[uid, day] = _times_on(calendars, uid, day)
    return calendars.days[uid, day]


def _times_on(calendars: Calendars, uid: str, day: date) -> Times:
    passed: set[str] = set()
    while uid in calendars and uid not in passed:
        passed.add(uid)
        own = calendars[uid]
        for one in own.exceptions:
            if one.falls(day):
                return one.times
        for one in own.weeks:
            if one.first <= day <= one.last and (times := one.week[day.weekday()]) is not None:
                return times
        if (usual := own.week[day.weekday()]) is not None:
            return usual
        uid = own.base
    return _OFFICE if day.weekday() < 5 else ()


def week_of(calendars: Calendars, uid: str) -> list[float]:
    """Hours of the usual week, Monday to Sunday: no exception counts."""
    plain = Calendars(PlanCalendar(one.uid, one.name, one.base, one.week, (), ()) for one in calendars.values())
    return [hours(times_on(plain, uid, date(1970, 1, 5) + timedelta(at))) for at in range(7)]


def hours(times: Times) -> float:
    return sum(end - start for start, end in times) / TICKS_PER_HOUR


def intervals(calendars: Calendars, uid: str, first: date, last: date) -> Iterator[tuple[int, int]]:
    """The working intervals from `first` to `last`, sorted and disjoint; those that touch at midnight are one."""
    pending: tuple[int, int] | None = None
    for number in range((last - first).days + 1):
        day = first + timedelta(number)
        midnight = (day - _EPOCH).days * TICKS_PER_DAY
        for start, end in sorted(times_on(calendars, uid, day)):
            opened, closed = midnight + start, midnight + end
            if pending is not None and opened <= pending[1]:
                pending = pending[0], max(pending[1], closed)
                continue
            if pending is not None:
                yield pending
            pending = opened, closed
    if pending is not None:
        yield pending


def working_days(calendars: Calendars, uid: str, first: date, last: date) -> int:
    """Days with working time from `first` to `last`."""
    count = min((last - first).days + 1, _MOST_DAYS)
    return sum(bool(times_on(calendars, uid, first + timedelta(number))) for number in range(count))


def last_worked(calendars: Calendars, uid: str, day: date, tick: int) -> date:
    """The last day on which there is work before `tick` (after midnight) of `day`: a finish at opening time ended the day before."""
    if any(start < tick for start, _ in times_on(calendars, uid, day)):
        return day
    for number in range(1, 370):
        before = day - timedelta(number)
        if times_on(calendars, uid, before):
            return before
    return day


def tick_of(text: str) -> int | None:
    """Ticks after midnight of 08:00:00, or None."""
    parts = text.split(":")
    if len(parts) not in (2, 3) or not all(part.isdecimal() and len(part) <= 2 for part in parts):
        return None
    hour, minute, second = (*map(int, parts), 0)[:3]
    return hour * TICKS_PER_HOUR + minute * 10 + second // 6


def _calendar(one: Element) -> PlanCalendar:
    week: list[Times | None] = [None] * 7
    exceptions = []
    for day in one.within("WeekDays", "WeekDay"):
        kind = _whole(day.text("DayType"))
        if kind == 0 or day.all("TimePeriod"):
            exceptions += _periods(day, _times(day))
        elif 1 <= kind <= 7:
            week[(kind + 5) % 7] = _times(day)  # 1 is Sunday
    exceptions += [period for exception in one.within("Exceptions", "Exception") for period in _periods(exception, _times(exception))]
    weeks = [period for special in one.within("WorkWeeks", "WorkWeek") for period in _weeks(special)]
    base = one.text("BaseCalendarUID")
    if one.text("IsBaseCalendar") in ("1", "true"):
        week = [times if times is not None else () for times in week] if any(times is not None for times in week) else week
        base = ""
    return PlanCalendar(one.text("UID"), one.text("Name"), base, tuple(week), tuple(exceptions), tuple(weeks))


def _times(day: Element) -> Times:
    if day.text("DayWorking") in ("0", "false", ""):
        return ()
    found = []
    for one in day.within("WorkingTimes", "WorkingTime"):
        start, end = tick_of(one.text("FromTime")), tick_of(one.text("ToTime"))
        if start is not None and end is not None:
            found.append((start, end if end > start else TICKS_PER_DAY))  # 00:00 is the end of the day
    return tuple(sorted(found))


def _periods(one: Element, times: Times) -> list[Period]:
    spans = [(_day(span.text("FromDate")), _day(span.text("ToDate"))) for span in one.all("TimePeriod")]
    kind = _whole(one.text("Type")) or _DAILY
    return [
        Period(
            first, last, times, (), kind, max(1, _whole(one.text("Period"))), _whole(one.text("Month")), _whole(one.text("MonthDay")),
            _whole(one.text("DaysOfWeek")),
        )
        for first, last in spans
        if first and last and last >= first
    ]  # fmt: skip


def _weeks(one: Element) -> list[Period]:
    week: list[Times | None] = [None] * 7
    for day in one.within("WeekDays", "WeekDay"):
        kind = _whole(day.text("DayType"))
        if 1 <= kind <= 7:
            week[(kind + 5) % 7] = _times(day)
    spans = [(_day(span.text("FromDate")), _day(span.text("ToDate"))) for span in one.all("TimePeriod")]
    return [Period(first, last, week=tuple(week)) for first, last in spans if first and last]


def _day(text: str) -> date | None:
    try:
        return min(max(date.fromisoformat(text[:10]), FIRST_DAY), LAST_DAY)
    except ValueError:
        return None


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0
