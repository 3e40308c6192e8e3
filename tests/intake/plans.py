"""Small plans as Microsoft Project writes them, for tests: the elements that it writes, in its order, with the values given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

OFFICE = (("08:00:00", "12:00:00"), ("13:00:00", "17:00:00"))
Fields = Mapping[str, object]


def element(name: str, inside: str) -> str:
    return f"<{name}>{inside}</{name}>"


def leaves(fields: Fields) -> str:
    """`fields` as elements in their order; a list stands for several of the same name, a mapping for an element of elements."""
    parts = []
    for name, value in fields.items():
        for one in value if isinstance(value, list) else [value]:
            parts.append(element(name, leaves(one) if isinstance(one, Mapping) else escape(str(one))))
    return "\n".join(parts)


def day(kind: int, times: Sequence[tuple[str, str]], **more: object) -> Fields:
    """A WeekDay: 1 is Sunday, 0 an exception."""
    working = {"WorkingTimes": {"WorkingTime": [{"FromTime": start, "ToTime": end} for start, end in times]}} if times else {}
    return {"DayType": kind, "DayWorking": int(bool(times)), **more, **working}


def calendar(uid: int, name: str, week: Mapping[int, Sequence[tuple[str, str]]] | None, base: int = -1, **more: object) -> Fields:
    """A calendar whose days of `week` (1 is Sunday) are its own; None for a plain week of offices."""
    chosen = {kind: OFFICE if 2 <= kind <= 6 else () for kind in range(1, 8)} if week is None else week
    days = {"WeekDays": {"WeekDay": [day(kind, times) for kind, times in chosen.items()]}} if chosen else {}
    return {"UID": uid, "Name": name, "IsBaseCalendar": int(base < 0), "BaseCalendarUID": base, **days, **more}


def task(uid: int, name: str, level: int = 1, hours: float = 8, **more: object) -> Fields:
    """A task of `hours` hours of duration and no work, on 2 March 2026."""
    usual = {
        "UID": uid, "ID": uid, "Name": name, "IsNull": 0, "OutlineLevel": level, "Start": "2026-03-02T08:00:00",
        "Finish": "2026-03-02T17:00:00", "Duration": duration(hours), "DurationFormat": 7, "Work": "PT0H0M0S", "Milestone": 0, "Summary": 0,
        "PercentComplete": 0, "RemainingWork": "PT0H0M0S", "ConstraintType": 0,
    }  # fmt: skip
    return {**usual, **more}


def duration(hours: float) -> str:
    """8.5 as PT8H30M0S."""
    minutes = round(hours * 60)
    return f"PT{minutes // 60}H{minutes % 60}M0S"


def link(predecessor: int, kind: int = 1, lag: int = 0, code: int = 7, **more: object) -> Fields:
    """A PredecessorLink; `lag` in tenths of a minute (or percent), `code` its LagFormat."""
    return {"PredecessorUID": predecessor, "Type": kind, "CrossProject": 0, "LinkLag": lag, "LagFormat": code, **more}


def resource(uid: int, name: str, **more: object) -> Fields:
    usual = {"UID": uid, "ID": uid, "Name": name, "Type": 1, "IsNull": 0, "MaxUnits": "1.00", "StandardRate": 0, "CalendarUID": -1}
    return {**usual, **more}


def assignment(uid: int, task_uid: int, resource_uid: int, hours: float, **more: object) -> Fields:
    usual = {
        "UID": uid, "TaskUID": task_uid, "ResourceUID": resource_uid, "Start": "2026-03-02T08:00:00", "Finish": "2026-03-02T17:00:00",
        "Units": 1, "Work": duration(hours),
    }  # fmt: skip
    return {**usual, **more}


def plan(
    tasks: Sequence[Fields] = (), resources: Sequence[Fields] = (), assignments: Sequence[Fields] = (),
    calendars: Sequence[Fields] = (calendar(1, "Standard", None),), summary: Fields | None = None, lead: str = "", **about: object,
) -> bytes:  # fmt: skip
    """A whole file. `summary`: more fields of the task that stands for the project; `lead`: text before the first element."""
    usual = {
        "Name": "site.xml", "Title": "Site", "StartDate": "2026-03-02T08:00:00", "CalendarUID": 1, "CurrencyCode": "EUR",
        "MinutesPerDay": 480,
    }  # fmt: skip
    lists = {
        "Calendars": {"Calendar": list(calendars)},
        "Tasks": {"Task": [task(0, "Site", 0, Summary=1) | dict(summary or {}), *tasks]},
        "Resources": {"Resource": list(resources)},
        "Assignments": {"Assignment": list(assignments)},
    }
    body = leaves({**usual, **about, **lists})
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{lead}<Project xmlns="http://schemas.microsoft.com/project">\n{body}\n</Project>'.encode()
