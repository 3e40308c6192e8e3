"""The plan of each project on each of many days: its span, its working days, its decided changes. It knows no cost so far.

Formulas: definitions § Earned value; `lib.measures.project_curves` does the arithmetic. Where the definitions are silent: work whose days
are all off falls on the next working day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from lib.measures.project_curves import Budgets, Changes, Progress, Readings, Shapes, changed_budgets
from lib.measures.project_days import EVER, Numbers, ProjectDays
from lib.measures.project_tasks import TaskDays
from lib.portfolio import Portfolio
from lib.schedule.calendars import Calendar
from lib.schedule.working_time import calendars_by_country

PLANS: tuple[str, ...] = ("tasks", "project", "straight")
"""Where the days of a plan come from: the baseline of its tasks, that of the project, or, without any, the straight line start to due."""
_NEAR_DAYS = 3653


@dataclass(frozen=True, eq=False)
class WorkingDays:
    """How many days were worked before any day, on several calendars. `counted`: [calendar, day], days from `first` (since 1970) on, one
    more than `calendar` has; before and after them its first and last seven days repeat.
    """

    first: int
    counted: Numbers

    @classmethod
    def of(cls, calendars: Sequence[Calendar]) -> WorkingDays:
        """Of calendars made for the same days, one at least."""
        counted = [np.concatenate([[0], np.cumsum(calendar.hours > 0)]) for calendar in calendars]
        return cls(int(calendars[0].days[0]), np.stack(counted))

    def before(self, calendars: Numbers, days: Numbers) -> Numbers:
        """Working days of each calendar before each day (since 1970); only differences mean anything."""
        at = np.asarray(days, np.int64) - self.first
        last = self.counted.shape[1] - 1
        weeks = np.where(at > last, -((last - at) // 7), np.where(at < 0, at // 7, 0))
        ordinary = self.counted[:, last] - self.counted[:, last - 7]
        a_week = np.where(weeks > 0, ordinary[calendars], self.counted[calendars, 7])
        return self.counted[calendars, at - 7 * weeks] + weeks * a_week


@dataclass(frozen=True, eq=False)
class Calendars:
    """The calendar of each of some projects (`of_project`: its place in `days`)."""

    of_project: Numbers
    days: WorkingDays

    @classmethod
    def of(cls, portfolio: Portfolio, asked: ProjectDays, tasks: TaskDays) -> Calendars:
        """Of the projects of `asked`, over all the days that their plans name within ten years of the days asked for."""
        named = [
            *(asked.facts[name] for name in ("start", "due", "baseline_start", "baseline_due", "finished_on")),
            *(tasks.tasks[name] for name in ("baseline_start", "baseline_finish")),
        ]
        near = timedelta(days=_NEAR_DAYS)
        days = pl.concat([series.alias("day") for series in named]).drop_nulls()
        low, high = (asked.days[0], asked.days[-1]) if asked.days else (date(1970, 1, 1), date(1970, 1, 1))
        within = days.filter((days >= low - near) & (days <= high + near))
        first, last = within.min(), within.max()
        countries, calendars = calendars_by_country(
            portfolio, min(low, first) if isinstance(first, date) else low, max(high, last) if isinstance(last, date) else high
        )
        places = {country: place for place, country in enumerate(calendars)}
        placed = pl.DataFrame({"country": list(places), "place": list(places.values())}, {"country": pl.String, "place": pl.Int64})
        kept = (
            asked.projects.to_frame("project_id")
            .join(countries, on="project_id", how="left", maintain_order="left")
            .join(placed, on="country", how="left", nulls_equal=True, maintain_order="left")
        )
        return cls(kept["place"].to_numpy(), WorkingDays.of(list(calendars.values())))


@dataclass(frozen=True, eq=False)
class Plans:
    """The plans of `pairs` (numbers of pairs), one each. `start`: first day (since 1970; EVER without dates); `calendar`: place in `days`.

    `spans`: plan_by (of PLANS), planned_start, planned_finish. `timed`: has dates.
    """

    pairs: Numbers
    spans: pl.DataFrame
    timed: Numbers
    start: Numbers
    calendar: Numbers
    days: WorkingDays
    shapes: Shapes
    shape: Numbers
    original: Numbers
    changes: Changes
    progress: Progress

    def until(self, plans: Numbers, days: Numbers) -> Numbers:
        """Working days of each of `plans` from its start to the close of a day (since 1970); negative before the start."""
        return self.days.before(self.calendar[plans], days + 1) - self.days.before(self.calendar[plans], self.start[plans])

    def budgets(self) -> Budgets:
        """The budgets with all changes."""
        return changed_budgets(self.original, self.shapes, self.shape, self.changes, self.progress)


def project_plans(
    calendars: Calendars, rows: pl.DataFrame, asked: ProjectDays, tasks: TaskDays, weight: Numbers, changes: pl.DataFrame, read: Readings
) -> Plans:
    """The plan of each pair of `rows` that has a budget and nothing that overrules it.

    `calendars` of `asked`. `rows`, one a pair in order: pair, bac_original, withheld, technique, done, done_by, over. `weight` of each task
    day, `changes` of `decided_changes`, `read`: the readings of the projects of `asked`.
    """
    wanted, pairs = _budgeted(rows)
    project = asked.project[pairs]
    calendar, days = calendars.of_project, calendars.days
    example, shape = _alike(tasks, weight, pairs, project)
    leaves = _leaves(tasks, weight, pairs[example], shape.max(initial=-1) + 1)
    dates = asked.rows.select("start", "due", "baseline_start", "baseline_due")[pairs[example]]
    spans = _spans(dates, leaves)
    timed = spans["plan_by"].is_not_null().to_numpy()
    start = spans["planned_start"].to_physical().fill_null(EVER).cast(pl.Int64).to_numpy()
    shapes, place = _shapes(spans, leaves, start, calendar[project[example]], days, timed)
    plan_start = start[shape]
    plan_calendar = calendar[project]
    decided = _in_plan(_changes(changes, asked, pairs), plan_start, plan_calendar, days)
    return Plans(
        pairs, spans[shape], timed[shape], plan_start, plan_calendar, days, shapes, place[shape],
        wanted["bac_original"].to_numpy(), _of_rows(decided), _progress(wanted, asked, pairs, read),
    )  # fmt: skip


def undated_budgets(rows: pl.DataFrame, asked: ProjectDays, changes: pl.DataFrame, read: Readings) -> tuple[Numbers, Budgets]:
    """`pairs` and budgets of `project_plans` for whoever asks for no dates: totals and what is earned are the same without any plan."""
    wanted, pairs = _budgeted(rows)
    unplanned = _changes(changes, asked, pairs).with_columns(pl.lit(float("nan")).alias(name) for name in ("decided", "after", "until"))
    original, progress = wanted["bac_original"].to_numpy(), _progress(wanted, asked, pairs, read)
    return pairs, changed_budgets(original, Shapes.none(), np.full(pairs.size, -1), _of_rows(unplanned), progress)


def _budgeted(rows: pl.DataFrame) -> tuple[pl.DataFrame, Numbers]:
    """Those of `rows` that have a budget and nothing that overrules it, and their pairs."""
    wanted = rows.filter(pl.col("bac_original").is_not_null(), pl.col("withheld").is_null())
    return wanted, wanted["pair"].cast(pl.Int64).to_numpy()


def _alike(tasks: TaskDays, weight: Numbers, pairs: Numbers, project: Numbers) -> tuple[Numbers, Numbers]:
    """Plans that have one shape: an example of each shape and the shape of each plan, as places in `pairs`.

    On most days the tasks of a project weigh what they weigh on all others: then it has one shape; else one a day.
    """
    first = np.full(tasks.tasks.height, np.nan)
    first[tasks.task[::-1]] = weight[::-1]
    known = first[tasks.task]
    differs = ~((weight == known) | (np.isnan(weight) & np.isnan(known)))
    unsteady = np.zeros(len(tasks.asked.projects), bool)
    unsteady[tasks.asked.project[tasks.pair[differs]]] = True
    key = np.where(unsteady[project], pairs + len(tasks.asked.projects), project)
    _, example, shape = np.unique(key, return_index=True, return_inverse=True)
    return example, shape


def _leaves(tasks: TaskDays, weight: Numbers, pairs: Numbers, count: int) -> pl.DataFrame:
    """shape, baseline_start, baseline_finish and weight of the tasks that weigh something in the example of each shape."""
    shape_of = np.full(tasks.asked.size, -1)
    shape_of[pairs] = np.arange(count)
    mine = np.flatnonzero((shape_of[tasks.pair] >= 0) & (weight > 0))
    found = tasks.tasks.select("baseline_start", "baseline_finish")[tasks.task[mine]]
    return found.with_columns(pl.Series("shape", shape_of[tasks.pair[mine]]), pl.Series("weight", weight[mine]))


def _spans(dates: pl.DataFrame, leaves: pl.DataFrame) -> pl.DataFrame:
    """One row a shape: plan_by, planned_start, planned_finish, all null without dates."""
    starts = pl.col("baseline_start").min().alias("first"), pl.col("baseline_finish").max().alias("last")
    whole = leaves.group_by("shape").agg(starts)
    rows = dates.with_row_index("shape").cast({"shape": pl.Int64}).join(whole, on="shape", how="left", maintain_order="left")
    kinds = {
        "tasks": (pl.min_horizontal("first", "baseline_start"), pl.col("last"), pl.col("first").is_not_null()),
        "project": (pl.col("baseline_start"), pl.col("baseline_due"), pl.col("baseline_start").is_not_null()),
        "straight": (pl.col("start"), pl.col("due"), pl.col("start").is_not_null()),
    }
    holds = {name: known & finish.is_not_null() for name, (_, finish, known) in kinds.items()}
    return rows.select(
        pl.coalesce(pl.when(holds[name]).then(pl.lit(name)) for name in kinds).alias("plan_by"),
        pl.coalesce(pl.when(holds[name]).then(kinds[name][0]) for name in kinds).alias("planned_start"),
        pl.coalesce(pl.when(holds[name]).then(kinds[name][1]) for name in kinds).alias("planned_finish"),
    )


def _shapes(
    spans: pl.DataFrame, leaves: pl.DataFrame, start: Numbers, calendar: Numbers, days: WorkingDays, timed: Numbers
) -> tuple[Shapes, Numbers]:
    """The shapes with dates and the place of each shape among them, −1 without dates."""
    place = np.where(timed, np.cumsum(timed) - 1, -1)
    numbered = spans.with_row_index("shape").cast({"shape": pl.Int64}).filter(pl.col("plan_by").is_not_null())
    parts = numbered.join(leaves, on="shape", how="left", maintain_order="left").select(
        "shape",
        pl.max_horizontal(pl.coalesce("baseline_start", "planned_start"), "planned_start").to_physical().alias("from"),
        pl.coalesce("baseline_finish", "planned_finish").to_physical().alias("to"),
        pl.col("weight").fill_null(1.0),
    )
    shape = parts["shape"].to_numpy()
    before = days.before(calendar[shape], start[shape])
    after = np.maximum(days.before(calendar[shape], parts["from"].to_numpy()) - before, 0)
    until = np.maximum(days.before(calendar[shape], parts["to"].to_numpy().astype(np.int64) + 1) - before, after + 1)
    return Shapes.of(place[shape], after, until, parts["weight"].to_numpy(), int(timed.sum())), place


def _changes(changes: pl.DataFrame, asked: ProjectDays, pairs: Numbers) -> pl.DataFrame:
    """Those of `changes` that state scope, with `plan`, the place of their pair in `pairs`."""
    plan_of = np.full(asked.size, -1)
    plan_of[pairs] = np.arange(pairs.size)
    rows = changes.filter(pl.col("amount") != 0)
    return rows.with_columns(pl.Series("plan", plan_of[rows["pair"].to_numpy()])).filter(pl.col("plan") >= 0)


def _in_plan(changes: pl.DataFrame, start: Numbers, calendar: Numbers, days: WorkingDays) -> pl.DataFrame:
    """`changes` with decided, after and until: when each was decided, and the span of its work, in the times of its plan (NaN unknown)."""
    plan = changes["plan"].to_numpy()
    before = days.before(calendar[plan], start[plan])

    def counted(name: str, off: int) -> pl.Series:
        number = changes[name].to_physical().cast(pl.Int64)
        times = (days.before(calendar[plan], number.fill_null(0).to_numpy() + off) - before).astype(np.float64)
        return pl.Series(np.where(number.is_null().to_numpy(), np.nan, times))

    return changes.with_columns(decided=counted("decided_on", 1), after=counted("first", 0), until=counted("last", 1))


def _of_rows(changes: pl.DataFrame) -> Changes:
    day, done = changes["decided_on"].to_physical().cast(pl.Int64), changes["done"].fill_null(0.0)
    columns = (changes["plan"], day, changes["amount"], done, *(changes[name] for name in ("decided", "delay_days", "after", "until")))
    return Changes(*(column.to_numpy() for column in columns))


def _progress(wanted: pl.DataFrame, asked: ProjectDays, pairs: Numbers, read: Readings) -> Progress:
    done = wanted["done"].fill_null(float("nan")).to_numpy()
    by_tasks = wanted["done_by"].is_in(["tasks", "milestones"]).fill_null(False).to_numpy()
    stated = wanted["done_by"].eq_missing("stated").to_numpy()
    by_percent = (wanted["technique"] == "percent_complete").to_numpy()
    return Progress(
        asked.day[pairs].astype(np.int64), np.where(by_tasks, done, np.nan), read, np.where(by_percent, asked.project[pairs], -1),
        np.where(stated, done, np.nan), wanted["over"].to_numpy(),
    )  # fmt: skip
