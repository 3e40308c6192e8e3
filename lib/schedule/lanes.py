"""One person's time, taken by tasks one after the other. It knows the person's calendar and nothing of networks.

Most people have a `Lane`: a task needs the whole person from its start to its finish and is not interrupted by other work, only by the gaps
of the calendar. Who has a task with hours a day has a `DayLane`: such a task takes no more than that of each day, other tasks what is left
of the day, so that they run beside each other; a day of which nothing is left would interrupt a task, which then begins after it.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from lib.schedule.calendars import NEVER, TICKS_PER_DAY, Calendar


class Place(NamedTuple):
    """From when to when (instants; NEVER where there is no such time), and where in the lane."""

    start: int
    finish: int
    spans: tuple[tuple[int, int], ...]  # of the person's working time, counted as `Calendar.work_before` does


class Person(Protocol):
    """What a scheduler asks of a person's time."""

    def earliest(self, start: int, work: int, finish: int, cap: int | None) -> Place:
        """Where `work` ticks (> 0) first fit: not begun before `start`, not done before `finish`, at most `cap` ticks a day."""
        ...

    def take(self, place: Place) -> None: ...


@dataclass(frozen=True, eq=False, slots=True)
class Lane:
    """Whole tasks, end to end in working time."""

    calendar: Calendar
    begins: list[int]
    ends: list[int]

    @classmethod
    def of(cls, calendar: Calendar) -> Lane:
        return cls(calendar, [], [])

    def earliest(self, start: int, work: int, finish: int, cap: int | None = None) -> Place:
        calendar, begins, ends = self.calendar, self.begins, self.ends
        before = calendar.work_before(start)
        place = before if finish <= start else max(before, calendar.work_before(finish) - work)
        index = bisect_right(ends, place)
        while index < len(begins) and begins[index] < place + work:
            place = max(place, ends[index])
            index += 1
        done = calendar.finish(start, place - before + work)
        if done >= NEVER:
            return Place(NEVER, NEVER, ())
        return Place(calendar.start(done, work), done, ((place, place + work),))

    def take(self, place: Place) -> None:
        for begin, end in place.spans:
            index = bisect_right(self.begins, begin)
            if index and self.ends[index - 1] == begin:  # goes on where another ended
                self.ends[index - 1] = end
                if index < len(self.begins) and self.begins[index] == end:
                    self.ends[index - 1] = self.ends.pop(index)
                    del self.begins[index]
            else:
                self.begins.insert(index, begin)
                self.ends.insert(index, end)


@dataclass(frozen=True, eq=False, slots=True)
class DayLane:
    """Tasks beside each other: of each day, what is taken is laid from its beginning."""

    calendar: Calendar
    taken: dict[int, int]
    days: dict[int, tuple[int, int]]

    @classmethod
    def of(cls, calendar: Calendar) -> DayLane:
        return cls(calendar, {}, {})

    def earliest(self, start: int, work: int, finish: int, cap: int | None = None) -> Place:
        while True:
            spans = self._spans(start, work, cap)
            if not spans:
                return Place(NEVER, NEVER, ())
            missing = self.calendar.work_before(finish) - spans[-1][1] if finish > start else 0
            if missing <= 0:
                break
            start = self.calendar.next_working(self.calendar.finish(max(start, self._start(spans[0][0])), missing))
        return Place(self._start(spans[0][0]), self._finish(spans[-1][1]), spans)

    def take(self, place: Place) -> None:
        for _, end in place.spans:
            day = (self._finish(end) - 1) // TICKS_PER_DAY
            self.taken[day] = end - self._day(day)[0]

    def _spans(self, start: int, work: int, cap: int | None) -> tuple[tuple[int, int], ...]:
        day, spans, left = start // TICKS_PER_DAY, [], work
        begun = self.calendar.work_before(start)
        while left > 0:
            first, size = self._day(day)
            if not size:
                opens = self.calendar.next_working((day + 1) * TICKS_PER_DAY)
                if opens >= NEVER:
                    return ()
                day = opens // TICKS_PER_DAY
                continue
            used = max(self.taken.get(day, 0), begun - first)
            share = min(size - used, left, size if cap is None else cap)
            if share > 0:
                spans.append((first + used, first + used + share))
                left -= share
            elif used > begun - first and spans:
                spans, left = [], work  # nothing is left of the day: begin after it
            day += 1
        return tuple(spans)

    def _day(self, day: int) -> tuple[int, int]:
        """Work before the day, and in it."""
        found = self.days.get(day)
        if found is None:
            first = self.calendar.work_before(day * TICKS_PER_DAY)
            found = self.days[day] = (first, self.calendar.work_before((day + 1) * TICKS_PER_DAY) - first)
        return found

    def _start(self, work: int) -> int:
        return self.calendar.next_working(self._finish(work))

    def _finish(self, work: int) -> int:
        """The earliest instant with that much work before it."""
        origin = self.calendar.first
        return self.calendar.finish(origin, work - self.calendar.work_before(origin))
