"""Whose hours a change takes, and who cannot do it all before the days that hold the promises. It moves nobody's work.

Where definitions are silent. Work is released on the early start of the network without people, and due on the latest day that holds the
promise of its project, or the finish that the network alone comes to where that is later: what is told is a lack of hours, not of days.
All work of a person counts, of all projects; projects without promise hold nobody up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import polars as pl

from lib.schedule.axis import NEVER, day_of, instant
from lib.schedule.chains import Link, early, late
from lib.schedule.dates import links_of, works_of
from lib.schedule.feasibility import unplaced_hours
from lib.schedule.graph import Problems, numbers_of, order_of
from lib.schedule.plan import Plan
from lib.scope.ground import Ground
from lib.scope.outcome import open_work

PEOPLE = {
    "person_id": pl.String, "name": pl.String, "role": pl.String, "hours_before": pl.Float64, "hours_after": pl.Float64,
    "added_hours": pl.Float64, "over_before_hours": pl.Float64, "over_after_hours": pl.Float64, "over_hours": pl.Float64,
    "window_start": pl.Date, "window_end": pl.Date,
}  # fmt: skip
_FAR = 50 * 366
_JOBS = {"person_id": pl.String, "job_id": pl.String, "hours": pl.Float64, "release": pl.Date, "due": pl.Date}


def people_of(ground: Ground, plan: Plan, project_ids: tuple[str, ...]) -> pl.DataFrame:
    """Columns of `Answer.people`: one row a person with work left in the project before or after, and one a role with
    work that nobody is named for.

    Most added hours first, then by name.
    """
    before, after = (hours_of(one, project_ids) for one in (ground.plan, plan))
    names = list(dict.fromkeys([*before, *after]))
    persons = [person for person, _ in names if person is not None]
    promises = ground.assumptions.promises
    jobs = [ground.once("jobs", lambda: jobs_of(ground.plan, promises)), jobs_of(plan, promises)]
    mine = [some.filter(pl.col("person_id").is_in(persons)) for some in jobs]
    over = [_over(one, some, persons) for one, some in zip((ground.plan, plan), mine, strict=True)]
    rows = []
    for person, role in names:
        name, own = ground.people.get(person, (person, role)) if person is not None else (role, role)
        had, has = before.get((person, role), 0.0), after.get((person, role), 0.0)
        short = [found.get(person, _FITS) for found in over]
        rows.append((person, name, own, had, has, has - had, short[0][0], short[1][0], short[1][0] - short[0][0], *short[1][1:]))
    frame = pl.DataFrame(rows, schema=PEOPLE, orient="row")
    return frame.sort("added_hours", "name", descending=[True, False], nulls_last=True, maintain_order=True)


def added_hours(before: Plan, after: Plan, project_ids: tuple[str, ...]) -> pl.DataFrame:
    """person_id, role, hours by which each task of the project takes more (or less) than before; a task that changes hands counts twice."""
    columns = ["task_id", "person_id", "role"]
    sums = [
        open_work(plan).filter(pl.col("project_id").is_in(project_ids)).select(*columns, (sign * pl.col("work_hours")).alias("hours"))
        for sign, plan in ((-1.0, before), (1.0, after))
    ]
    rows = pl.concat(sums).group_by(columns, maintain_order=True).agg(pl.col("hours").sum()).filter(pl.col("hours").abs() > 1e-9)
    return rows.select("person_id", "role", "hours")


def over_hours(people: pl.DataFrame) -> float:
    """Hours that do not fit any more because of the change, of all people who go over by it."""
    return float(people["over_hours"].clip(0.0).sum())


_FITS: tuple[float, date | None, date | None] = (0.0, None, None)


def hours_of(plan: Plan, project_ids: tuple[str, ...]) -> dict[tuple[str | None, str | None], float]:
    """Likely hours to go in the project by person, or by role where nobody is named."""
    rows = open_work(plan).filter(pl.col("project_id").is_in(project_ids))
    role = pl.when(pl.col("person_id").is_null()).then("role").alias("role")
    sums = rows.group_by("person_id", role, maintain_order=True).agg(pl.col("work_hours").sum())
    return {(who, role): hours for who, role, hours in sums.rows()}


def _over(plan: Plan, jobs: pl.DataFrame, persons: list[str]) -> dict[str | None, tuple[float, date | None, date | None]]:
    """Hours of each person that can't be done between release and due, with the days of the greatest lack."""
    if jobs.is_empty() or jobs["due"].null_count() == jobs.height:
        return {}
    first, last = plan.as_of + timedelta(days=1), jobs["due"].max()
    if not isinstance(last, date) or last < first:
        return {}
    days = pl.date_range(first, last, "1d", eager=True)
    capacity = pl.concat([
        pl.DataFrame({"person_id": person, "date": days, "hours": plan.calendars[person].hours_between(first, last)})
        for person in persons if person in plan.calendars
    ])  # fmt: skip
    found = unplaced_hours(jobs, capacity, plan.as_of).people
    return {row[0]: row[1:] for row in found.select("person_id", "unplaced_hours", "window_start", "window_end").rows()}


def jobs_of(plan: Plan, promises: Mapping[str, date]) -> pl.DataFrame:
    """person_id, job_id, hours, release, due of all open work of people: as the network without people has it.

    `due`: null where no promise waits for it.
    """
    plan = trimmed(plan)
    ids = plan.tasks["task_id"].to_list()
    links = links_of(plan, numbers_of(ids))
    empty = pl.DataFrame(schema=_JOBS)
    if isinstance(links, Problems):
        return empty
    order = order_of(len(ids), *(np.array([link[end] for link in links], np.int64) for end in (0, 1)))
    if order is None:
        return empty
    tasks = works_of(plan)
    into: list[list[Link]] = [[] for _ in ids]
    out: list[list[Link]] = [[] for _ in ids]
    for link in links:
        into[link.target].append(link)
        out[link.source].append(link)
    starts, finishes, _ = early(tasks, into, order)
    far = plan.start + _FAR * (instant(date(2000, 1, 2)) - instant(date(2000, 1, 1)))
    ends: dict[str, int] = {}
    for task, finish in zip(tasks, finishes, strict=True):
        held = instant(promises[task.group] + timedelta(days=1)) if task.group in promises else far
        ends[task.group] = max(ends.get(task.group, held), finish if task.ended is None and finish < NEVER else held)
    _, latest = late(tasks, out, order, ends, finishes)
    rows = []
    open_ids = set(open_work(plan)["task_id"])
    for number, (person, hours) in enumerate(plan.tasks.select("person_id", "work_hours").rows()):
        if person is None or ids[number] not in open_ids or starts[number] >= NEVER:
            continue
        begins = max(day_of(starts[number]), plan.as_of + timedelta(days=1))
        bound = latest[number] < (far + plan.start) // 2
        due = day_of(tasks[number].calendar.previous_working(latest[number]), finish=True) if bound else None
        rows.append((person, ids[number], hours, begins, due))
    return pl.DataFrame(rows, schema=_JOBS, orient="row")


def trimmed(plan: Plan) -> Plan:
    """The plan without finished tasks that nothing open waits for: the same dates of all that is open, in less time."""
    open_ids = plan.tasks.filter(pl.col("finished_on").is_null())["task_id"].implode()
    touching = plan.links.filter(pl.col("predecessor_id").is_in(open_ids) | pl.col("successor_id").is_in(open_ids))
    ends = pl.concat([touching["predecessor_id"], touching["successor_id"]]).unique().implode()
    tasks = plan.tasks.filter(pl.col("finished_on").is_null() | pl.col("task_id").is_in(ends))
    return replace(plan, tasks=tasks, links=touching)
