"""Plans from rows that say only what a test is about."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

from lib.schedule.calendars import Calendar
from lib.schedule.plan import LINK_SCHEMA, TASK_SCHEMA, Plan

OFFICE = Calendar.of_week([[(8, 12), (13, 17)]] * 5 + [[], []])
PLAIN = {"project_id": "p", "name": "Task", "kind": "task", "work_hours": 0.0, "estimated": True}


def plan(
    tasks: list[dict[str, Any]], *links: str, as_of: date = date(2026, 2, 27), calendars: Mapping[str, Calendar] | None = None,
    parents: Mapping[str, str] | None = None,
) -> Plan:  # fmt: skip
    """A plan on office hours Monday to Friday; a link is "A B", "A B SS", "A B FF -16" (hours) or "A B FS 24 elapsed"."""
    rows = []
    for link in links:
        before, after, kind, lag, elapsed = (*(parts := link.split()), *("FS", "0", "")[len(parts) - 2 :])
        rows.append((before, after, kind, float(lag), elapsed == "elapsed"))
    return Plan(
        pl.DataFrame([PLAIN | task for task in tasks], schema=TASK_SCHEMA),
        pl.DataFrame(rows, schema=LINK_SCHEMA, orient="row"),
        {"": OFFICE} | dict(calendars or {}),
        as_of,
        dict(parents or {}),
    )


def days(**durations: float) -> list[dict[str, Any]]:
    """Tasks of so many working days of 8 hours."""
    return [{"task_id": name, "work_hours": 8.0 * duration} for name, duration in durations.items()]
