"""What is still to be done, as a frozen value: leaf tasks with their remaining work, their links and everybody's calendar. Dates nothing.

Where definitions are silent. Projects that are done, cancelled or on hold are planned only where they are asked for by name, and
cancelled tasks never; links to what is not planned go. Remaining work is remaining_hours; without it the estimate less the percentage done;
without that the estimate less the hours logged to as_of. Hours lead: duration_days counts for a task without hours (a wait, in working days
of the project's calendar). A leaf without hours or duration is done in no time; `estimated` is false where that is not known to be right.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import TypeAlias

import numpy as np
import polars as pl

from lib.portfolio import Portfolio
from lib.schedule.calendars import NEVER, TICKS_PER_HOUR, Calendar, instant
from lib.schedule.graph import Problem, Problems, cycle_of, numbers_of, order_of
from lib.schedule.summaries import leaf_links, leaves_of
from lib.schedule.working_time import calendars_of

__all__ = ["Plan", "Problem", "Problems", "SoundPlan", "plan_of", "sound_plan_of"]

PLANNED = ("planned", "active")
DAY_HOURS = 8.0
HORIZON = timedelta(days=3 * 365)

TASK_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "task_id": pl.String,
    "project_id": pl.String,
    "account_id": pl.String,
    "name": pl.String,
    "kind": pl.String,
    "person_id": pl.String,
    "role": pl.String,
    "work_hours": pl.Float64,
    "optimistic_hours": pl.Float64,
    "pessimistic_hours": pl.Float64,
    "wait_days": pl.Float64,
    "hours_per_day": pl.Float64,
    "not_before": pl.Date,
    "due": pl.Date,
    "started_on": pl.Date,
    "finished_on": pl.Date,
    "estimated": pl.Boolean,
}
LINK_SCHEMA = {"predecessor_id": pl.String, "successor_id": pl.String, "kind": pl.String, "lag_hours": pl.Float64, "elapsed": pl.Boolean}


@dataclass(frozen=True, eq=False)
class Plan:
    """Work from as_of + 1 on.

    `tasks`: one row a leaf, columns of TASK_SCHEMA. work_hours is what remains, likely; optimistic_hours and pessimistic_hours in the same
    proportion, null where not estimated; wait_days is null where there is work; finished tasks have finished_on and no work.
    person_id null is demand for a role: an unlimited person on the project's calendar.
    `links`: columns of LINK_SCHEMA between leaves; lag_hours of the predecessor's project calendar, or of the clock where `elapsed`.
    `calendars`: by person_id, "project:<project_id>", and "" for none.
    `parents`: the summary above each task or summary that has one.
    """

    tasks: pl.DataFrame
    links: pl.DataFrame
    calendars: Mapping[str, Calendar]
    as_of: date
    parents: Mapping[str, str]

    @cached_property
    def start(self) -> int:
        """The first instant of as_of + 1, before which no work is planned."""
        return instant(self.as_of + timedelta(days=1))

    @cached_property
    def task_calendars(self) -> list[Calendar]:
        """The calendar of each task, in the order of `tasks`: the person's, at most hours_per_day a day, or the project's.

        What takes nobody's hours does not wait for somebody who never works again: the project's.
        """
        capped: dict[tuple[str, float], Calendar] = {}
        found = []
        open_work = pl.when(pl.col("finished_on").is_null()).then("work_hours")
        for person, project, hours, work in self.tasks.select("person_id", "project_id", "hours_per_day", open_work).iter_rows():
            name = person if person is not None and person in self.calendars else f"project:{project}"
            calendar = self.calendars.get(name, self.calendars[""])
            if work == 0 and calendar.next_working(self.start) >= NEVER:
                calendar = self.calendars.get(f"project:{project}", self.calendars[""])
            if hours is not None and hours > 0:
                if (name, hours) not in capped:
                    capped[name, hours] = calendar.capped(hours)
                calendar = capped[name, hours]
            found.append(calendar)
        return found

    @cached_property
    def project_calendars(self) -> list[Calendar]:
        """The project's calendar of each task, in the order of `tasks`; lags and waits run on it."""
        projects = self.tasks["project_id"].to_list()
        own = {project: self.calendars.get(f"project:{project}", self.calendars[""]) for project in dict.fromkeys(projects)}
        return [own[project] for project in projects]


@dataclass(frozen=True, eq=False)
class SoundPlan:
    """A plan of what can be planned, and what has to be put right for the rest: project and Problem, of the kinds of `plan_of`.

    `left_out`: projects that are not in `plan` at all. `unmanned`: no_capacity, with tasks and people; those tasks are in `plan`, as work
    of their role that nobody is named for.
    """

    plan: Plan
    left_out: tuple[tuple[str, Problem], ...]
    unmanned: tuple[tuple[str, Problem], ...]


def plan_of(portfolio: Portfolio, as_of: date, projects: Collection[str] | None = None) -> Plan | Problems:
    """The plan of these projects, or of all that are planned or active; as the facts stood at the close of as_of.

    Problems: cycle (its tasks), dangling_link (both ends of a link to a task that is in no table), negative_duration, parent_cycle,
    unordered_estimates (optimistic over likely, or likely over pessimistic), no_capacity (tasks whose person has no hours left for them,
    ever).
    """
    known, every, links = _read(portfolio, projects)
    network = _network(known, links, tuple(_dangling(links, every)))
    if isinstance(network, Problems):
        return network
    plan = _planned(portfolio, as_of, *network)
    left = _without_capacity(plan)
    return Problems((Problem("no_capacity", tuple(left["task_id"])),)) if left.height else plan


def sound_plan_of(portfolio: Portfolio, as_of: date, projects: Collection[str] | None = None) -> SoundPlan:
    """As `plan_of`, without the projects that it would refuse: one wrong row does not keep all others from being planned.

    A project with a wrong number, a cycle (each of its projects) or a link to a task that is in no table goes, with all its tasks and
    links. Work of somebody who has no hours for it any more does not go: somebody has to do it, so it is demand for the task's role, else
    for that person's, until it is given to another.
    """
    known, every, links = _read(portfolio, projects)
    left_out: list[tuple[str, Problem]] = []
    while True:
        own = dict(known.select("task_id", "project_id").iter_rows())
        links = links.filter(_touching(known["task_id"]))
        network = _network(known, links, tuple(_dangling(links, every)))
        if not isinstance(network, Problems):
            break
        found = [blame for problem in network.found for blame in _by_project(problem, own)]
        left_out += found
        gone = pl.col("project_id").is_in([project for project, _ in found])
        links = links.filter(~_touching(known.filter(gone)["task_id"]))
        known = known.filter(~gone)
    plan = _planned(portfolio, as_of, *network)
    left = _without_capacity(plan)
    if left.is_empty():
        return SoundPlan(plan, tuple(left_out), ())
    own = dict(left.select("task_id", "project_id").iter_rows())
    people = dict(left.select("task_id", "person_id").iter_rows())
    unmanned = [
        (project, Problem(problem.kind, problem.task_ids, tuple(dict.fromkeys(people[task] for task in problem.task_ids if people[task]))))
        for project, problem in _by_project(Problem("no_capacity", tuple(own)), own)
    ]
    return SoundPlan(_unmanned(portfolio, plan, left), tuple(left_out), tuple(unmanned))


_Network: TypeAlias = tuple[pl.DataFrame, pl.DataFrame, Mapping[str, str]]
"""Leaves, links between them, and what lies above each."""


def _read(portfolio: Portfolio, projects: Collection[str] | None) -> tuple[pl.DataFrame, pl.Series, pl.DataFrame]:
    """Tasks to plan, with their account; the ids of all tasks; and all links."""
    chosen = portfolio["projects"].select("project_id", "account_id", "status").collect()
    chosen = chosen.filter(pl.col("status").is_in(PLANNED) if projects is None else pl.col("project_id").is_in(list(projects)))
    every = portfolio["tasks"].collect()
    known = every.join(chosen.select("project_id", "account_id"), on="project_id", maintain_order="left").filter(
        pl.col("status").ne_missing("cancelled")
    )
    links = portfolio["links"].collect().with_columns(pl.col("lag_hours").fill_null(0.0), pl.col("elapsed").fill_null(False))
    return known, every["task_id"], links


def _network(known: pl.DataFrame, links: pl.DataFrame, dangling: tuple[Problem, ...]) -> _Network | Problems:
    problems = [*dangling, *_wrong_numbers(known)]
    parents = _parents(known)
    leaves = leaves_of(known["task_id"].to_list(), parents)
    if isinstance(leaves, Problem):
        return Problems((*problems, leaves))
    inside = links.filter(pl.all_horizontal(pl.col("predecessor_id", "successor_id").is_in(known["task_id"].implode())))
    links = leaf_links(inside, leaves).cast(LINK_SCHEMA)  # type: ignore[arg-type]
    tasks = known.filter(pl.col("task_id").is_in([task for task, below in leaves.items() if below == (task,)]))
    problems += _cycles(tasks["task_id"].to_list(), links)
    return Problems(tuple(problems)) if problems else (tasks, links, parents)


def _planned(portfolio: Portfolio, as_of: date, tasks: pl.DataFrame, links: pl.DataFrame, parents: Mapping[str, str]) -> Plan:
    calendars = calendars_of(portfolio, *_span(tasks, as_of))
    return Plan(_remaining(tasks, _logged(portfolio, as_of), calendars, as_of), links, calendars, as_of, parents)


def _by_project(problem: Problem, own: Mapping[str, str]) -> Iterator[tuple[str, Problem]]:
    """The problem as each project has it: a cycle or a link is all of theirs, of other tasks each has its own."""
    for project in dict.fromkeys(own[task] for task in problem.task_ids if task in own):
        mine = tuple(task for task in problem.task_ids if own.get(task) == project)
        yield project, problem if problem.kind in ("cycle", "parent_cycle", "dangling_link") else Problem(problem.kind, mine)


def _unmanned(portfolio: Portfolio, plan: Plan, left: pl.DataFrame) -> Plan:
    """The plan with these tasks as demand for a role, on the project's calendar."""
    roles = dict(portfolio["people"].select("person_id", "role").drop_nulls().collect().iter_rows())
    nobody = pl.col("task_id").is_in(left["task_id"].implode())
    role = pl.coalesce("role", pl.col("person_id").replace_strict(roles, default=None, return_dtype=pl.String))
    tasks = plan.tasks.with_columns(
        pl.when(nobody).then(role).otherwise("role").alias("role"), pl.when(~nobody).then("person_id").alias("person_id")
    )
    return replace(plan, tasks=tasks)


def _remaining(tasks: pl.DataFrame, logged: pl.DataFrame, calendars: Mapping[str, Calendar], as_of: date) -> pl.DataFrame:
    """Facts to as_of, and what is left of each task after it."""
    day = pl.lit(as_of)
    finished = (pl.col("finished_on") <= day).fill_null(False) | (pl.col("status").eq_missing("done") & pl.col("finished_on").is_null())
    by_percent = pl.col("estimate_hours") * (1 - pl.col("percent_complete").clip(0, 100) / 100)
    by_log = (pl.col("estimate_hours") - pl.col("logged").fill_null(0.0)).clip(0)
    hours = pl.coalesce("remaining_hours", by_percent, by_log)
    milestone = pl.col("kind").is_in(["milestone", "deliverable", "summary"])
    left = pl.col("left")
    known = (left > 0) | (pl.col("waits") >= 0) | (left.is_null() & milestone) | pl.col("finished")
    of_estimate = left / pl.when(pl.col("estimate_hours") > 0).then(pl.col("estimate_hours"))
    ahead = pl.when(~pl.col("finished"))
    return (
        tasks.join(logged, on="task_id", how="left", maintain_order="left")
        .with_columns(
            finished.alias("finished"),
            pl.when(pl.col("kind") == "milestone").then(None).otherwise(hours).alias("left"),
            pl.when(pl.col("started_on") <= day).then("started_on").alias("started_on"),
        )
        .with_columns(_waits(tasks, calendars, as_of).alias("waits"))
        .with_columns(pl.when(left.is_null(), pl.col("kind") != "milestone").then("waits").alias("waits"))
        .select(
            "task_id", "project_id", "account_id", "name", "kind", pl.col("assignee_id").alias("person_id"), "role",
            ahead.then(left.fill_null(0.0)).otherwise(0.0).alias("work_hours"),
            ahead.then(pl.col("optimistic_hours") * of_estimate).alias("optimistic_hours"),
            ahead.then(pl.col("pessimistic_hours") * of_estimate).alias("pessimistic_hours"),
            ahead.then("waits").alias("wait_days"),
            "hours_per_day", "not_before", "due", "started_on",
            pl.when("finished").then(pl.min_horizontal(pl.coalesce("finished_on", "finish", "due", day), day)).alias("finished_on"),
            known.fill_null(False).alias("estimated"),
        )
        .cast(TASK_SCHEMA)  # type: ignore[arg-type]
    )  # fmt: skip


def _waits(tasks: pl.DataFrame, calendars: Mapping[str, Calendar], as_of: date) -> pl.Series:
    """Working days still to wait: a wait that has begun counts from the day it began."""
    end = instant(as_of + timedelta(days=1))
    waits = []
    for project, days, started in tasks.select("project_id", "duration_days", "started_on").iter_rows():
        if days is not None and started is not None and started <= as_of:
            calendar = calendars.get(f"project:{project}", calendars[""])
            days = max(0.0, days - (calendar.days_before(end) - calendar.days_before(instant(started))))
        waits.append(days)
    return pl.Series(waits, dtype=pl.Float64)


def _logged(portfolio: Portfolio, as_of: date) -> pl.DataFrame:
    entries = portfolio["time_entries"].filter(pl.col("date") <= as_of, pl.col("task_id").is_not_null())
    return entries.group_by("task_id").agg(pl.col("hours").sum().alias("logged")).collect()


def _span(tasks: pl.DataFrame, as_of: date) -> tuple[date, date]:
    """Days whose holidays and absences are counted one by one; further on, ordinary weeks."""
    dates = pl.concat([tasks["started_on"], tasks["due"], tasks["finish"], tasks["not_before"]]).drop_nulls()
    near = dates.filter(dates.is_between(as_of - HORIZON, as_of + 3 * HORIZON))
    first, last = near.min(), near.max()
    return (
        min(as_of, first) if isinstance(first, date) else as_of,
        max(as_of + HORIZON, last + HORIZON / 3) if isinstance(last, date) else as_of + HORIZON,
    )


def _parents(tasks: pl.DataFrame) -> dict[str, str]:
    """A parent that is not planned is none."""
    held = tasks.filter(pl.col("parent_id").is_in(tasks["task_id"].implode()))
    return dict(held.select("task_id", "parent_id").iter_rows())


def _touching(task_ids: pl.Series) -> pl.Expr:
    """Links from or to one of the tasks."""
    return pl.any_horizontal(pl.col("predecessor_id", "successor_id").is_in(task_ids.implode()))


def _dangling(links: pl.DataFrame, task_ids: pl.Series) -> list[Problem]:
    known = pl.all_horizontal(pl.col("predecessor_id", "successor_id").is_in(task_ids.implode()))
    return [Problem("dangling_link", ends) for ends in links.filter(~known).select("predecessor_id", "successor_id").iter_rows()]


def _wrong_numbers(tasks: pl.DataFrame) -> list[Problem]:
    numbers = ("estimate_hours", "remaining_hours", "optimistic_hours", "pessimistic_hours", "duration_days", "hours_per_day")
    negative = tasks.filter(pl.any_horizontal(pl.col(numbers) < 0))
    unordered = tasks.filter(
        (pl.col("optimistic_hours") > pl.col("estimate_hours"))
        | (pl.col("estimate_hours") > pl.col("pessimistic_hours"))
        | (pl.col("optimistic_hours") > pl.col("pessimistic_hours"))
    )
    wrong = {"negative_duration": negative, "unordered_estimates": unordered}
    return [Problem(kind, tuple(rows["task_id"])) for kind, rows in wrong.items() if not rows.is_empty()]


def _without_capacity(plan: Plan) -> pl.DataFrame:
    """The tasks whose hours no calendar of theirs has, however late."""
    rows = zip(plan.tasks["work_hours"], plan.task_calendars, strict=True)
    never = [hours > 0 and calendar.finish(plan.start, round(hours * TICKS_PER_HOUR)) >= NEVER for hours, calendar in rows]
    return plan.tasks.filter(pl.Series(never, dtype=pl.Boolean))


def _cycles(task_ids: list[str], links: pl.DataFrame) -> list[Problem]:
    numbers = numbers_of(task_ids)
    ends = [np.array([numbers[task] for task in links[column]], np.int64) for column in ("predecessor_id", "successor_id")]
    if order_of(len(task_ids), *ends) is not None:
        return []
    return [Problem("cycle", tuple(task_ids[number] for number in cycle_of(len(task_ids), *ends)))]
