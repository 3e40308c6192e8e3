"""What a schedule of a plan breaks, looked at without the code that made it. It repairs nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl

from lib.schedule.calendars import TICKS_PER_HOUR, Calendar, instant
from lib.schedule.graph import Problem, numbers_of, order_of
from lib.schedule.plan import Plan
from lib.schedule.scheduling import Schedule

NEAR_HOURS = 1 / TICKS_PER_HOUR
"""Hours that differ by less than a tick are the same."""


def checked(schedule: Schedule, plan: Plan) -> tuple[Problem, ...]:
    """Empty for a good schedule.

    Kinds: missing_task, moved_fact, starts_early, broken_link, wrong_hours (of a task in all, or outside its start and finish),
    over_task_day (beyond hours_per_day), over_capacity (a person's day), interrupted, two_at_once, broken_sequence, cycle.
    """
    if schedule.tasks["task_id"].to_list() != plan.tasks["task_id"].to_list():
        return (Problem("missing_task", tuple(plan.tasks["task_id"])),)
    stuck = {task for problem in schedule.problems for task in problem.task_ids}
    times = {task: (start, finish) for task, start, finish in schedule.tasks.select("task_id", "start", "finish").rows()}
    if absent := [task for task, (start, _) in times.items() if start is None and task not in stuck]:
        return (Problem("missing_task", tuple(absent)),)
    known = {task: time for task, time in times.items() if time[0] is not None}
    rows = {row["task_id"]: row for row in plan.tasks.with_columns(calendar=pl.int_range(pl.len())).rows(named=True)}
    facts, links = _facts(rows, known, plan), _links(rows, known, plan)
    return (*facts, *links, *_hours(rows, known, plan, schedule.hours), *_sequences(known, plan, schedule))


Times = dict[str, tuple[int, int]]
Rows = dict[str, dict[str, Any]]


def _facts(rows: Rows, times: Times, plan: Plan) -> Iterator[Problem]:
    for task, (start, finish) in times.items():
        row = rows[task]
        if row["finished_on"] is not None:
            if finish != instant(row["finished_on"] + timedelta(days=1)):
                yield Problem("moved_fact", (task,))
            continue
        free = row["not_before"] is None or row["started_on"] is not None
        if start < (plan.start if free else max(plan.start, instant(row["not_before"]))):
            yield Problem("starts_early", (task,))
        if finish < start:
            yield Problem("wrong_hours", (task,))


def _links(rows: Rows, times: Times, plan: Plan) -> Iterator[Problem]:
    for first, then, kind, lag, elapsed in plan.links.select("predecessor_id", "successor_id", "kind", "lag_hours", "elapsed").rows():
        row = rows[then]
        if first not in times or then not in times or row["finished_on"] is not None or (kind[1] == "S" and row["started_on"] is not None):
            continue
        ticks = round((lag or 0.0) * TICKS_PER_HOUR)
        least, began = times[first][kind[0] == "F"], rows[first]["started_on"]
        if kind[0] == "S" and began is not None:
            least = instant(began)  # a fact, wherever what remains lies
        if ticks:
            least = least + ticks if elapsed else plan.project_calendars[rows[first]["calendar"]].finish(least, ticks)
        if times[then][kind[1] == "F"] < least:
            yield Problem("broken_link", (first, then))


def _calendar(row: dict[str, Any], plan: Plan) -> Calendar:
    calendars = plan.project_calendars if not row["work_hours"] and row["wait_days"] is not None else plan.task_calendars
    return calendars[row["calendar"]]


def _hours(rows: Rows, times: Times, plan: Plan, hours: pl.DataFrame) -> Iterator[Problem]:
    done = dict(hours.group_by("task_id").agg(pl.col("hours").sum()).rows())
    capped = {row["person_id"] for row in rows.values() if row["hours_per_day"] and row["work_hours"]}
    runs: dict[str, list[tuple[int, int, str]]] = {}
    for task, (start, finish) in times.items():
        row = rows[task]
        work = (row["work_hours"] or 0.0) if row["finished_on"] is None else 0.0
        if row["person_id"] is not None and abs(done.get(task, 0.0) - work) > NEAR_HOURS:
            yield Problem("wrong_hours", (task,))
        if not work or row["person_id"] in capped:
            continue
        calendar = _calendar(row, plan)
        if abs(calendar.work_before(finish) - calendar.work_before(start) - work * TICKS_PER_HOUR) > 1:
            yield Problem("interrupted", (task,))
        if row["person_id"] is not None:
            runs.setdefault(row["person_id"], []).append((start, finish, task))
    for person, spans in runs.items():
        for first, then in pairwise(sorted(spans)):
            if then[0] < first[1]:
                yield Problem("two_at_once", (first[2], then[2]), (person,))
    for task, day, worked in hours.group_by("task_id", "date").agg(pl.col("hours").sum()).select("task_id", "date", "hours").rows():
        if (cap := rows[task]["hours_per_day"]) and worked > cap + NEAR_HOURS:
            yield Problem("over_task_day", (task,))
        if not times[task][0] < instant(day + timedelta(days=1)) or not instant(day) < times[task][1]:
            yield Problem("wrong_hours", (task,))
    for task, person, first, last, days in hours.filter(pl.col("person_id").is_in(list(capped))).group_by("task_id", "person_id").agg(
        pl.col("date").min().alias("first"), pl.col("date").max().alias("last"), pl.col("date").n_unique().alias("days")
    ).rows():
        if (plan.calendars.get(person, plan.calendars[""]).hours_between(first, last) > NEAR_HOURS).sum() > days:
            yield Problem("interrupted", (task,))
    for person, day, worked in hours.group_by("person_id", "date").agg(pl.col("hours").sum()).select("person_id", "date", "hours").rows():
        if worked > plan.calendars.get(person, plan.calendars[""]).hours_on(day) + NEAR_HOURS:
            yield Problem("over_capacity", tuple(hours.filter(pl.col("person_id") == person, pl.col("date") == day)["task_id"]), (person,))


def _sequences(times: Times, plan: Plan, schedule: Schedule) -> Iterator[Problem]:
    numbers = numbers_of(plan.tasks["task_id"].to_list())
    pairs = schedule.sequences.select("predecessor_id", "successor_id").rows()
    for first, then in pairs:
        if times[first][1] > times[then][0]:
            yield Problem("broken_sequence", (first, then))
    pairs += plan.links.select("predecessor_id", "successor_id").rows()
    ends = np.array([[numbers[first], numbers[then]] for first, then in pairs], np.int64).reshape(-1, 2)
    if order_of(len(numbers), ends[:, 0], ends[:, 1]) is None:
        yield Problem("cycle", ())
