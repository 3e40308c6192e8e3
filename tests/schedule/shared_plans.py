"""Plans of people who share projects: tasks by hand, everybody 8 hours Monday to Friday; the scope change of the worked examples."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import polars as pl

from lib.schedule.calendars import Calendar
from lib.schedule.plan import LINK_SCHEMA, TASK_SCHEMA, Plan

FRIDAY = date(2026, 2, 27)
MONDAY = date(2026, 3, 2)
OFFICE = Calendar.of_days(date(2026, 1, 5), [8, 8, 8, 8, 8, 0, 0] * 60)
PLAIN: dict[str, Any] = {"project_id": "P", "kind": "task", "work_hours": 0.0, "estimated": True}


def plan_of_rows(
    tasks: Mapping[str, Mapping[str, Any]],
    links: list[tuple] | tuple = (),
    calendars: Mapping[str, Calendar] | None = None,
    as_of: date = FRIDAY,
) -> Plan:
    """task -> the columns that matter; links (from, to), (from, to, kind, lag hours), or those and elapsed."""
    rows = [{"task_id": task} | PLAIN | dict(given) for task, given in tasks.items()]
    people = {row["person_id"]: OFFICE for row in rows if row.get("person_id")}
    full = [(*link, *("FS", 0.0, False)[len(link) - 2 :]) for link in links]
    return Plan(
        pl.DataFrame([{name: row.get(name) for name in TASK_SCHEMA} for row in rows], TASK_SCHEMA),
        pl.DataFrame(full, LINK_SCHEMA, orient="row"),
        {"": OFFICE, **people, **(calendars or {})},
        as_of,
        {},
    )


def of(person: str | None, hours: float, **more: Any) -> dict[str, Any]:
    return {"person_id": person, "work_hours": float(hours)} | more


def work_day(number: int) -> date:
    """The day on which work day `number` lies; day 1 is MONDAY."""
    return MONDAY + timedelta(days=number - 1 + 2 * ((number - 1) // 5))


# A ─┬─ B ─┬─ D ─┬─ E ─┬─ F        Ana: A B D F, Ben: C E G
#    ├─ C ─│─────┘     │
#          └─ G ───────┘           G, and a longer F, are the change
BEFORE = {"A": of("ana", 16), "B": of("ana", 24), "C": of("ben", 40), "D": of("ana", 32), "E": of("ben", 24), "F": of("ana", 16)}
LINKS = [("A", "B"), ("A", "C"), ("B", "D"), ("C", "E"), ("D", "E"), ("E", "F")]


def after_the_change(released: int = 0) -> Plan:
    """With G, which cannot begin before the end of work day `released`."""
    change = {"F": of("ana", 24), "G": of("ben", 24, not_before=work_day(released + 1))}
    return plan_of_rows(BEFORE | change, [*LINKS, ("B", "G"), ("G", "F")])
