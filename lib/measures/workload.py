"""The whole of a team's workload at the close of a day, from the tables: the one place that joins its measures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import polars as pl

from lib.measures.allocation import Allocation, gaps, over_allocated
from lib.measures.bookings import booked_by_day, unmet_demand
from lib.measures.load import load_by_day, logged_by_pair, planned_by_day, summed, sustained_overload, worked_by_anybody
from lib.measures.remaining import remaining_and_done
from lib.measures.worked import Worked
from lib.portfolio import Portfolio
from lib.schedule.dates import dates
from lib.schedule.graph import Problem, Problems
from lib.schedule.plan import PLANNED, plan_of
from lib.schedule.working_time import hours_by_person_day

FARTHEST = timedelta(days=3 * 365)
"""Due dates and bookings are looked at no farther ahead than this."""


@dataclass(frozen=True)
class Workload:
    """A team's workload from `first` to `last`, facts to `as_of` and plan after.

    `days`: capacity by person and day, from `first` to the last due date or booking, three years ahead at most. `work`, `booked`, `load`,
    `gaps`, `unmet`: as the measures of those names give them, `entries` and `plan` as `lib.measures.load` does; `load` and `lost` from
    first to last only. `problems`: of networks (a cycle, a dangling link ...), in whose projects a task is held to begin no earlier than
    not_before says.
    """

    as_of: date
    first: date
    last: date
    days: pl.DataFrame
    work: pl.DataFrame
    booked: pl.DataFrame
    entries: Worked
    plan: pl.DataFrame
    load: pl.DataFrame
    allocation: Allocation
    gaps: pl.DataFrame
    unmet: pl.DataFrame
    problems: tuple[Problem, ...] = ()

    @cached_property
    def weeks(self) -> pl.DataFrame:
        """Load by person and week (`start`: its Monday)."""
        return summed(self.load, "person_id", every="1w")

    @property
    def lost(self) -> pl.DataFrame:
        """Bookings on holidays and whole absences, by booking and day."""
        return self.booked.filter(pl.col("lost") & pl.col("date").is_between(self.first, self.last)).drop("lost")

    @property
    def overdue(self) -> pl.DataFrame:
        """Open tasks due by as_of, whoever they are assigned to: they are on no day and in no proof."""
        return self.work.filter(pl.col("due") <= self.as_of)

    @property
    def undated(self) -> pl.DataFrame:
        """Open tasks without due or planned finish, on no day unless inside a booking."""
        return self.work.filter(pl.col("due").is_null() & pl.col("finish").is_null())

    @cached_property
    def overloads(self) -> pl.DataFrame:
        """Runs of three weeks or more at 110 % and above."""
        return sustained_overload(self.weeks)

    @property
    def unknown(self) -> pl.DataFrame:
        """person_id, tasks, imputed_tasks, imputed_hours, not_imputed: assigned open tasks whose hours are not known."""
        return (
            self.work.filter(pl.col("unknown").is_not_null() & pl.col("person_id").is_not_null())
            .group_by("person_id")
            .agg(
                pl.len().alias("tasks"),
                pl.col("imputed_hours").count().alias("imputed_tasks"),
                pl.col("imputed_hours").sum(),
                pl.col("imputed_hours").null_count().alias("not_imputed"),
            )
            .sort("person_id")
        )


def early_starts(portfolio: Portfolio, as_of: date) -> tuple[pl.DataFrame | None, tuple[Problem, ...]]:
    """task_id and release, the day on which its network lets a task begin at the earliest, and what is wrong with networks.

    Projects with a problem are left out; None where no task waits for another.
    """
    tasks = portfolio["tasks"].select("task_id", "project_id").collect()
    links = portfolio["links"].collect()
    projects = portfolio["projects"].filter(pl.col("status").is_in(PLANNED)).select("project_id").collect()["project_id"]
    problems: list[Problem] = []
    while links.height and projects.len():
        plan = plan_of(Portfolio(portfolio.version, dict(portfolio.frames) | {"links": links.lazy()}), as_of, projects.to_list())
        made = plan if isinstance(plan, Problems) else dates(plan)
        if not isinstance(made, Problems):
            return made.tasks.select("task_id", pl.col("early_start_on").alias("release")), tuple(problems)
        problems += made.found
        named = pl.Series("task_id", [task for problem in made.found for task in problem.task_ids], pl.String)
        wrong = tasks.filter(pl.col("task_id").is_in(named.implode()))["project_id"].unique()
        inside = tasks.filter(~pl.col("project_id").is_in(wrong.implode()))["task_id"].implode()
        kept = links.filter(pl.col("predecessor_id").is_in(inside) & pl.col("successor_id").is_in(inside))
        left = projects.filter(~projects.is_in(wrong.implode()))
        if kept.height == links.height and left.len() == projects.len():
            break  # nothing more to leave out
        links, projects = kept, left
    return None, tuple(problems)


def workload(portfolio: Portfolio, as_of: date, first: date, last: date, releases: pl.DataFrame | None = None) -> Workload:
    """Everybody's workload from `first` to `last` at the close of `as_of`. `releases`: what `early_starts` gives, if it is at hand.

    `first` may be before as_of, down to where gaps between bookings and logged hours are looked for, and no later than as_of + 1.
    """
    releases, problems = (releases, ()) if releases is not None else early_starts(portfolio, as_of)
    work, done = remaining_and_done(portfolio, as_of, releases)
    ends = [last, work["due"].max(), work["finish"].max(), portfolio["bookings"].select(pl.col("end").max()).collect().item()]
    until = min(max([end for end in ends if isinstance(end, date)]), max(last, as_of + FARTHEST))
    days = hours_by_person_day(portfolio, min(first, as_of + timedelta(days=1)), until)
    booked = booked_by_day(portfolio, days, as_of)
    entries = worked_by_anybody(portfolio)
    plan = planned_by_day(portfolio, days, booked, work, as_of)
    since = booked["date"].min()
    logged = logged_by_pair(entries, since if isinstance(since, date) else as_of, as_of)
    return Workload(
        as_of, first, last, days, work, booked, entries, plan,
        load_by_day(portfolio, days, booked, work, as_of, first, last, entries, plan),
        over_allocated(work, booked, days, as_of),
        gaps(work, booked, done, logged, as_of),
        unmet_demand(portfolio, work, as_of, last),
        problems,
    )  # fmt: skip
