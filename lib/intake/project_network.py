"""A Microsoft Project plan as frames for a schedule worked out anew, in Project's own measure. Pure; it decides no date.

With `lib.intake.project_calendars.intervals` they are what `lib.schedule` needs to find the dates that Project found.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from lib.intake import project_values as texts
from lib.intake.project_tables import Plan
from lib.intake.project_xml import Element, ProjectFile


def network_of(plan: ProjectFile) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(tasks, links) in Project's own measure, for a schedule worked out anew: all tasks that count, summaries too.

    tasks: uid, name, parent_uid, summary, duration_ticks, elapsed, calendar_uid ("" for the project's), constraint (Project's code),
    constraint_at (ISO instant or ""). links: predecessor_uid, successor_uid, kind, lag_ticks, elapsed. A tick is a tenth of a minute.
    """
    shared = Plan(plan)
    hours = {task.text("UID"): texts.duration(task.text("Duration")) or 0.0 for task in plan.tasks}
    tasks, links = [], []
    above: list[tuple[int, str]] = []
    for task in _counted(shared):
        uid, level = task.text("UID"), int(texts.number(task.text("OutlineLevel")) or 1)
        while above and above[-1][0] >= level:
            above.pop()
        ticks = round((texts.duration(task.text("Duration")) or 0) * texts.TICKS_PER_HOUR)
        own, elapsed = task.text("CalendarUID"), texts.code(task, "DurationFormat") in texts.ELAPSED
        tasks.append((
            uid, task.text("Name"), above[-1][1] if above else "", texts.is_set(task, "Summary"), ticks, elapsed,
            own if own in shared.calendars else "", texts.code(task, "ConstraintType"), task.text("ConstraintDate"),
        ))  # fmt: skip
        above.append((level, uid))
        for link in task.all("PredecessorLink"):
            before = link.text("PredecessorUID")
            if before in shared.kept and not texts.is_set(link, "CrossProject"):
                lag, around = texts.lag_of(link, hours[before])
                kind = texts.LINK_KINDS.get(link.text("Type") or "1", "FS")
                links.append((before, uid, kind, round((texts.number(lag) or 0) * texts.TICKS_PER_HOUR), around))
    task_types = {
        "uid": pl.String, "name": pl.String, "parent_uid": pl.String, "summary": pl.Boolean, "duration_ticks": pl.Int64,
        "elapsed": pl.Boolean, "calendar_uid": pl.String, "constraint": pl.Int64, "constraint_at": pl.String,
    }  # fmt: skip
    link_types = {
        "predecessor_uid": pl.String, "successor_uid": pl.String, "kind": pl.String, "lag_ticks": pl.Int64, "elapsed": pl.Boolean,
    }
    return pl.DataFrame(tasks, schema=task_types, orient="row"), pl.DataFrame(links, schema=link_types, orient="row")


def _counted(shared: Plan) -> Iterable[Element]:
    return (task for task in shared.plan.tasks if task.text("UID") in shared.kept)
