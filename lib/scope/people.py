"""Whose hours a change takes, and who cannot do it all before the days that hold the promises. It moves nobody's work.

Where definitions are silent. Work is released on the early start of the network without people, and due on the latest day that holds the
promise of its project, or the finish that the network alone comes to where that is later: what is told is a lack of hours, not of days.
All work of a person counts, of all projects; projects without promise hold nobody up.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import TypeAlias

import numpy as np
import polars as pl

from lib.schedule.axis import TICKS_PER_DAY, day_of, instant
from lib.schedule.feasibility import unplaced_hours
from lib.schedule.plan import Plan
from lib.scope.ground import Ground
from lib.scope.networks import Network, network_of, timed
from lib.scope.outcome import open_work

PEOPLE = {
    "person_id": pl.String, "name": pl.String, "role": pl.String, "hours_before": pl.Float64, "hours_after": pl.Float64,
    "added_hours": pl.Float64, "over_before_hours": pl.Float64, "over_after_hours": pl.Float64, "over_hours": pl.Float64,
    "window_start": pl.Date, "window_end": pl.Date,
}  # fmt: skip
_FAR = 50 * 366
_JOBS = {"person_id": pl.String, "job_id": pl.String, "hours": pl.Float64, "release": pl.Date, "due": pl.Date}


def people_of(ground: Ground, plan: Plan, network: Network | None, project_ids: tuple[str, ...]) -> pl.DataFrame:
    """Columns of `Answer.people`: one row a person with work left in the project before or after, and one a role with
    work that nobody is named for. `network`: of `plan`.

    Most added hours first, then by name.
    """
    before, after = (hours_of(one, project_ids) for one in (ground.plan, plan))
    names = list(dict.fromkeys([*before, *after]))
    persons = [person for person, _ in names if person is not None]
    had_jobs, had_over = _before(ground)
    has_jobs = jobs_of(network, ground.assumptions.promises)
    changed = [name for name, some in _by_person(has_jobs).items() if name in persons and some != had_jobs.get(name)]
    over = [had_over, had_over | dict.fromkeys(set(persons) - set(_by_person(has_jobs)), _FITS) | _over(plan, has_jobs, changed)]
    rows = []
    for person, role in names:
        name, own = ground.people.get(person, (person, role)) if person is not None else (role, role)
        had, has = before.get((person, role), 0.0), after.get((person, role), 0.0)
        short = [found.get(person or "", _FITS) for found in over]
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


_Jobs: TypeAlias = dict[str, set[tuple[object, ...]]]
_Over: TypeAlias = dict[str, tuple[float, date | None, date | None]]
_FITS: tuple[float, date | None, date | None] = (0.0, None, None)


def network_before(ground: Ground) -> Network | None:
    """The network of the plan before any change, made once."""
    return ground.once("network", lambda: network_of(ground.plan))


def hours_of(plan: Plan, project_ids: tuple[str, ...]) -> dict[tuple[str | None, str | None], float]:
    """Likely hours to go in the project by person, or by role where nobody is named."""
    rows = open_work(plan).filter(pl.col("project_id").is_in(project_ids))
    role = pl.when(pl.col("person_id").is_null()).then("role").alias("role")
    sums = rows.group_by("person_id", role, maintain_order=True).agg(pl.col("work_hours").sum())
    return {(who, role): hours for who, role, hours in sums.rows()}


def _before(ground: Ground) -> tuple[_Jobs, _Over]:
    """Jobs of everybody before any change, and whom they are too much for; made once."""

    def made() -> tuple[_Jobs, _Over]:
        jobs = jobs_of(network_before(ground), ground.assumptions.promises)
        by_person = _by_person(jobs)
        return by_person, _over(ground.plan, jobs, list(by_person))

    return ground.once("over", made)


def _by_person(jobs: pl.DataFrame) -> _Jobs:
    found: _Jobs = {}
    for person, *job in jobs.rows():
        found.setdefault(person, set()).add(tuple(job))
    return found


def _over(plan: Plan, jobs: pl.DataFrame, persons: list[str]) -> _Over:
    """Hours of each of `persons` that can't be done between release and due, with the days of the greatest lack."""
    jobs = jobs.filter(pl.col("person_id").is_in(persons))
    if jobs.is_empty() or jobs["due"].null_count() == jobs.height:
        return dict.fromkeys(persons, _FITS)
    first, last = plan.as_of + timedelta(days=1), jobs["due"].max()
    if not isinstance(last, date) or last < first:
        return dict.fromkeys(persons, _FITS)
    known, days = [person for person in persons if person in plan.calendars], pl.date_range(first, last, "1d", eager=True)
    hours = [plan.calendars[person].hours_between(first, last) for person in known]
    dated = pl.DataFrame({"person_id": known}, {"person_id": pl.String}).join(pl.DataFrame({"date": days}), how="cross")
    capacity = dated.with_columns(pl.Series("hours", np.concatenate([*hours, np.zeros(0)])))
    found = unplaced_hours(jobs, capacity, plan.as_of).people
    return {row[0]: row[1:] for row in found.select("person_id", "unplaced_hours", "window_start", "window_end").rows()}


def jobs_of(network: Network | None, promises: Mapping[str, date]) -> pl.DataFrame:
    """person_id, job_id, hours, release, due of all open work of people: as the network without people has it.

    `due`: null where no promise waits for it.
    """
    if network is None:
        return pl.DataFrame(schema=_JOBS)
    plan = network.plan
    far = plan.start + _FAR * TICKS_PER_DAY
    ends = {project: instant(day + timedelta(days=1)) for project, day in promises.items()}
    times = timed(network, hold=lambda project, finish: max(ends.get(project, far), finish))
    if times is None:
        return pl.DataFrame(schema=_JOBS)
    rows = []
    for number, (task, person, hours, finished) in enumerate(plan.tasks.select("task_id", "person_id", "work_hours", "finished_on").rows()):
        if person is None or finished is not None or not hours:
            continue
        begins = max(day_of(times.starts[number]), plan.as_of + timedelta(days=1))
        bound = times.late_finishes[number] < (far + plan.start) // 2
        rows.append((person, task, hours, begins, times.late_finish_on(number) if bound else None))
    return pl.DataFrame(rows, schema=_JOBS, orient="row")
