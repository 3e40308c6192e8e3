"""When each task of a plan can start and must finish, people's other work aside: dates, floats, the driving chain. Levels nothing.

Where definitions are silent. Each project's late dates are against its own finish, and so is what is critical. A started task goes on at
as_of + 1 even where a link would have it wait (its start is a fact); a finished one is a constant without float. A finish-to-finish or
start-to-finish link that holds a task past the end of its work moves its finish alone. A float in days counts working days of the task's
own calendar, a short day as a day. A wait's day is 8 hours of the project's calendar.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from lib.schedule.calendars import NEVER, TICKS_PER_DAY, TICKS_PER_HOUR, Calendar, day_of, instant
from lib.schedule.chains import Link, Work, driving, early, late
from lib.schedule.graph import Problem, Problems, cycle_of, numbers_of, order_of
from lib.schedule.plan import DAY_HOURS, Plan

INSTANTS = ("early_start", "early_finish", "late_start", "late_finish")


@dataclass(frozen=True, eq=False)
class Dates:
    """Early and late times of a plan.

    `tasks`, in the plan's order: task_id, project_id; early_start, early_finish, late_start, late_finish (instants; a late finish is the
    end of work); total_float_days, free_float_days (working days of the task's calendar; null once finished), total_float_hours,
    free_float_hours (its working time); critical (on the driving chain of its project, not float 0); promise_float_days (working days from
    early finish to the close of `due`, negative when late; null without due); driver_ids (the tasks that hold its start);
    early_start_on, early_finish_on, late_start_on, late_finish_on (dates).
    `summaries`: the same instants, dates, total floats and critical for each summary: least start, latest finish, least float.
    `projects`: project_id, finish (instant), finish_on.
    """

    tasks: pl.DataFrame
    summaries: pl.DataFrame
    projects: pl.DataFrame


def dates(plan: Plan) -> Dates | Problems:
    """The dates of a plan if nobody had other work.

    Problems: cycle, dangling_link; no_capacity: tasks of people (or projects) that have no hours ever after for the work that remains.
    """
    ids = plan.tasks["task_id"].to_list()
    numbers = numbers_of(ids)
    links = links_of(plan, numbers)
    if isinstance(links, Problems):
        return links
    sources, targets = (np.array([end[place] for end in links], np.int64) for place in (0, 1))
    order = order_of(len(ids), sources, targets)
    if order is None:
        return Problems((Problem("cycle", tuple(ids[number] for number in cycle_of(len(ids), sources, targets))),))
    tasks = works_of(plan)
    into: list[list[Link]] = [[] for _ in ids]
    out: list[list[Link]] = [[] for _ in ids]
    for link in links:
        into[link.target].append(link)
        out[link.source].append(link)
    starts, finishes, drivers = early(tasks, into, order)
    stuck = [number for number in order if finishes[number] >= NEVER and all(finishes[link.source] < NEVER for link in into[number])]
    if stuck:
        return Problems((Problem("no_capacity", tuple(ids[number] for number in sorted(stuck))),))
    ends: dict[str, int] = {}
    for task, finish in zip(tasks, finishes, strict=True):
        ends[task.group] = max(ends.get(task.group, finish), finish)
    late_starts, late_finishes = late(tasks, out, order, ends, finishes)
    total = [slack(task, (starts[n], late_starts[n]), (finishes[n], late_finishes[n])) for n, task in enumerate(tasks)]
    free = [_least(total[n], [_to_next(task, link, tasks, starts, finishes) for link in out[n]]) for n, task in enumerate(tasks)]
    late_ends = [end_of_work(task, finish) for task, finish in zip(tasks, late_finishes, strict=True)]
    found = pl.DataFrame(
        {
            "task_id": ids,
            "project_id": plan.tasks["project_id"],
            **dict(zip(INSTANTS, (starts, finishes, late_starts, late_ends), strict=True)),
            "total_float_days": [slack[0] for slack in total],
            "free_float_days": [slack[0] for slack in free],
            "total_float_hours": [slack[1] for slack in total],
            "free_float_hours": [slack[1] for slack in free],
            "critical": driving(tasks, finishes, drivers, order),
            "promise_float_days": [_to_promise(*row) for row in zip(tasks, finishes, plan.tasks["due"], strict=True)],
            "driver_ids": [[ids[source] for source in held] for held in drivers],
        },
        schema={
            "task_id": pl.String, "project_id": pl.String, **dict.fromkeys(INSTANTS, pl.Int64),
            **dict.fromkeys(("total_float_days", "free_float_days", "total_float_hours", "free_float_hours"), pl.Float64),
            "critical": pl.Boolean, "promise_float_days": pl.Float64, "driver_ids": pl.List(pl.String),
        },
    )  # fmt: skip
    found = _dated(found)
    return Dates(found, _rolled_up(found, plan), _by_project(found))


def works_of(plan: Plan) -> list[Work]:
    """Each task of the plan as its work in ticks on its calendar, in order."""
    found = []
    columns = ("project_id", "work_hours", "wait_days", "not_before", "started_on", "finished_on")
    rows = plan.tasks.select(columns).iter_rows()
    for (project, hours, days, not_before, started, finished), own, project_calendar in zip(
        rows, plan.task_calendars, plan.project_calendars, strict=True
    ):
        waits = not hours and days is not None
        calendar = project_calendar if waits else own
        work = round((days * DAY_HOURS if waits else hours or 0.0) * TICKS_PER_HOUR)
        release = plan.start if not_before is None else max(plan.start, instant(not_before))
        ended = None if finished is None else _close(calendar, finished)
        began = None if started is None else calendar.next_working(instant(started))
        if began is not None:
            began = min(began, instant(started) + TICKS_PER_DAY, plan.start if ended is None else ended)
        found.append(Work(work, calendar, plan.start if began is not None else release, project, began, ended))
    return found


def links_of(plan: Plan, numbers: dict[str, int]) -> list[Link] | Problems:
    """The plan's links by the numbers of their tasks; a lag runs on the calendar of the predecessor's project."""
    found, dangling = [], []
    for before, after, kind, lag, elapsed in plan.links.select(
        "predecessor_id", "successor_id", "kind", "lag_hours", "elapsed"
    ).iter_rows():
        if before not in numbers or after not in numbers:
            dangling.append(Problem("dangling_link", (before, after)))
            continue
        calendar = None if elapsed else plan.project_calendars[numbers[before]]
        found.append(Link(numbers[before], numbers[after], kind, round((lag or 0.0) * TICKS_PER_HOUR), calendar))
    return Problems(tuple(dangling)) if dangling else found


def _close(calendar: Calendar, day: date) -> int:
    """When work on a past day ended: with the day's hours, at midnight where it had none."""
    midnight = instant(day + timedelta(days=1))
    end = calendar.previous_working(midnight)
    return end if end > instant(day) else midnight


def end_of_work(task: Work, finish: int) -> int:
    """The end of work by a late finish."""
    return finish if task.ended is not None or not task.work else task.calendar.previous_working(finish)


def _between(task: Work, start: int, end: int) -> tuple[float, float]:
    """Working days and hours of the task's calendar from one instant to another."""
    days = task.calendar.days_before(end) - task.calendar.days_before(start)
    work = task.calendar.work_before(end) - task.calendar.work_before(start)
    return round(days, 9), work / TICKS_PER_HOUR


def slack(task: Work, start: tuple[int, int], finish: tuple[int, int]) -> tuple[float | None, float | None]:
    """The lesser of start and finish slack; at the finish alone once begun, none once finished."""
    if task.ended is not None:
        return None, None
    at_finish = _between(task, *finish)
    if task.began is not None:
        return at_finish
    at_start = _between(task, *start)
    return min(at_start[0], at_finish[0]), min(at_start[1], at_finish[1])


def _to_next(task: Work, link: Link, tasks: list[Work], starts: list[int], finishes: list[int]) -> tuple[float, float] | None:
    """Slack to one successor; None where nothing of it can be moved any more."""
    after = tasks[link.target]
    if task.ended is not None or after.ended is not None or (after.began is not None and not link.to_finish):
        return None
    if task.began is not None and not link.from_finish:
        return None
    bound = link.before(finishes[link.target] if link.to_finish else starts[link.target])
    return _between(task, finishes[link.source] if link.from_finish else starts[link.source], bound)


def _least(total: tuple[float | None, float | None], slacks: list[tuple[float, float] | None]) -> tuple[float | None, float | None]:
    if total[0] is None or total[1] is None:
        return total
    held = [slack for slack in slacks if slack is not None]
    return max(0.0, min([total[0], *(days for days, _ in held)])), max(0.0, min([total[1], *(hours for _, hours in held)]))


def _to_promise(task: Work, finish: int, due: date | None) -> float | None:
    if due is None or task.ended is not None:
        return None
    return _between(task, finish, instant(due + timedelta(days=1)))[0]


def _dated(frame: pl.DataFrame) -> pl.DataFrame:
    columns = [
        pl.Series(f"{name}_on", [day_of(tick, finish=name.endswith("finish")) for tick in frame[name]], dtype=pl.Date) for name in INSTANTS
    ]
    return frame.with_columns(columns)


def _rolled_up(tasks: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    above = []
    for task in tasks["task_id"]:
        summary = plan.parents.get(task)
        while summary is not None:
            above.append((summary, task))
            summary = plan.parents.get(summary)
    pairs = pl.DataFrame(above, schema={"summary_id": pl.String, "task_id": pl.String}, orient="row")
    least = pl.col("early_start", "late_start", "early_start_on", "late_start_on", "total_float_days", "total_float_hours").min()
    most = pl.col("early_finish", "late_finish", "early_finish_on", "late_finish_on").max()
    return (
        pairs.join(tasks, on="task_id", maintain_order="left")
        .group_by("summary_id", maintain_order=True)
        .agg(pl.col("project_id").first(), least, most, pl.col("critical").any())
        .rename({"summary_id": "task_id"})
    )


def _by_project(tasks: pl.DataFrame) -> pl.DataFrame:
    return tasks.group_by("project_id", maintain_order=True).agg(
        pl.col("early_finish").max().alias("finish"), pl.col("early_finish_on").max().alias("finish_on")
    )
