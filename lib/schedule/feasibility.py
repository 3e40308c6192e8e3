"""Proves whether work fits the hours there are: earliest due first, by day. It may not decide what counts as work or as capacity.

The method is in `deadlines.py`. Infeasible is proof; feasible is not, for it knows nothing of other people's predecessors.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from lib.schedule.deadlines import Deadlines, Ints

EPOCH = date(1970, 1, 1)
UNITS_PER_HOUR = 3_600_000_000
"""Hours are rounded to a microsecond: decimals of seven places and whole seconds are exact, and 0.1 h + 0.2 h fit 0.3 h."""
LEAST_UNITS = UNITS_PER_HOUR // 1_000_000
"""If no more than this (3.6 ms) of all that a person has to do does not fit, it is the rounding of hours, and everything fits."""


OVERDUE = ("person_id", "job_id", "hours", "release", "due")


@dataclass(frozen=True)
class Fit:
    """What `hours_that_do_not_fit` found.

    `total`: hours that cannot be placed. `window`: first and last day of the interval of greatest demand − capacity, the shortest, then
    the earliest of several; None where everything fits. `jobs`: job_id, hours, release (as counted), due, fits_hours,
    does_not_fit_hours, in the order given. `overdue`: job_id, hours, release, due of the jobs due by `as_of`, which are nowhere else.
    """

    total: float
    window: tuple[date, date] | None
    jobs: pl.DataFrame
    overdue: pl.DataFrame


@dataclass(frozen=True)
class Fits:
    """What `unplaced_hours` found: `jobs` and `overdue` as in `Fit`, with person_id in front.

    `people`: person_id, unplaced_hours, window_start, window_end, demand_hours and capacity_hours of that window (null where everything
    fits), overdue_hours; one row for everyone in the jobs or the capacity, by person_id.
    """

    people: pl.DataFrame
    jobs: pl.DataFrame
    overdue: pl.DataFrame


def hours_that_do_not_fit(jobs: pl.DataFrame, capacity: pl.DataFrame, as_of: date) -> Fit:
    """How much of one person's work cannot be done between its release and its due, and of which jobs. The plan begins on as_of + 1.

    `jobs`: job_id, hours, release, due; both days count whole. No release, or one in the past, is as_of + 1. No due: it always fits and
    holds nothing else up (both columns may be absent). Due by as_of: overdue, shown apart. A release after the due leaves no day: none
    of it fits. Jobs of one due are served in the order given. `capacity`: date, hours; several rows of a day add up, a day without a row
    has none. Null or negative hours are none. Days are dates, datetimes or ISO texts. Raises polars errors for an absent column or one of
    no such type.
    """
    nobody = pl.lit("").alias("person_id")
    found = unplaced_hours(jobs.with_columns(nobody), capacity.with_columns(nobody), as_of)
    total, first, last = 0.0, None, None
    if found.people.height:
        total, first, last = found.people.select("unplaced_hours", "window_start", "window_end").row(0)
    window = None if first is None or last is None else (first, last)
    return Fit(total, window, found.jobs.drop("person_id"), found.overdue.drop("person_id"))


def unplaced_hours(jobs: pl.DataFrame, capacity: pl.DataFrame, as_of: date) -> Fits:
    """`hours_that_do_not_fit` for many people at once: both frames carry person_id. Rows without a person are nobody's and left out."""
    first = as_of + timedelta(days=1)
    planned, overdue = _planned(jobs, first)
    working = _working(capacity, first)
    people = pl.concat([frame["person_id"].unique() for frame in (capacity, jobs)]).unique().drop_nulls().sort()
    person, worked_by = _numbered(planned["person_id"], people), _numbered(working["person_id"], people)
    units, due = _ints(planned["units"]), _ints(planned["due_day"])
    bound = np.flatnonzero((due >= 0) & (units > 0))
    work = Deadlines(
        people.len(), person[bound], _ints(planned["release_day"])[bound], due[bound], units[bound],
        worked_by, _ints(working["day"]), _ints(working["units"]),
    )  # fmt: skip
    missed = np.zeros_like(units)
    missed[bound] = work.missed()
    total = np.zeros(people.len(), np.int64)
    np.add.at(total, person, missed)
    missed[total[person] <= LEAST_UNITS] = 0
    total[total <= LEAST_UNITS] = 0
    placed = planned.select(
        "person_id", "job_id", "hours", "release", "due",
        pl.Series("fits_hours", (units - missed) / UNITS_PER_HOUR),
        pl.Series("does_not_fit_hours", missed / UNITS_PER_HOUR),
    )  # fmt: skip
    return Fits(_people(people, total, work, overdue, first), placed, overdue)


def _planned(jobs: pl.DataFrame, first: date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Jobs still to be placed with their days counted from `first` (no due: -1) and their units, and those overdue."""
    known = (
        jobs.lazy()
        .select(
            "person_id",
            "job_id",
            pl.col("hours").cast(pl.Float64).fill_nan(0).fill_null(0).clip(lower_bound=0),
            _date(jobs, "release").fill_null(first).clip(lower_bound=first),
            _date(jobs, "due"),
        )
        .filter(pl.col("person_id").is_not_null())
        .with_columns(_units("hours"), _day("release", first).alias("release_day"), _day("due", first).fill_null(-1).alias("due_day"))
        .with_columns((pl.col("due") < first).fill_null(False).alias("late"))
        .collect()
    )
    if not known["late"].any():
        return known, known.clear().select(OVERDUE)
    return known.filter(~pl.col("late")), known.filter("late").select(OVERDUE)


def _working(capacity: pl.DataFrame, first: date) -> pl.DataFrame:
    """person_id, day (from `first`) and units."""
    return (
        capacity.lazy()
        .select(
            "person_id",
            _day(_date(capacity, "date"), first).alias("day"),
            _units(pl.col("hours").cast(pl.Float64).fill_nan(0).fill_null(0).clip(lower_bound=0)),
        )
        .filter(pl.col("person_id").is_not_null(), pl.col("day") >= 0)
        .collect()
    )


def _people(people: pl.Series, total: Ints, work: Deadlines, overdue: pl.DataFrame, first: date) -> pl.DataFrame:
    found = work.windows(np.flatnonzero(total))
    columns = {"window_start": found.first, "window_end": found.last, "demand_hours": found.demand, "capacity_hours": found.capacity}
    filled = {name: np.zeros(people.len(), np.int64) for name in columns}
    for name, numbers in columns.items():
        filled[name][found.people] = numbers
    late = overdue.lazy().group_by("person_id").agg(pl.col("hours").sum().alias("overdue_hours"))
    day = pl.col("window_start", "window_end") + (first - EPOCH).days
    has = pl.col("unplaced_hours") > 0
    return (
        pl.LazyFrame({"person_id": people, "unplaced_hours": total / UNITS_PER_HOUR} | filled)
        .with_columns(
            pl.when(has).then(day.cast(pl.Int32).cast(pl.Date)).name.keep(),
            pl.when(has).then(pl.col("demand_hours", "capacity_hours") / UNITS_PER_HOUR).name.keep(),
        )
        .join(late, on="person_id", how="left", maintain_order="left")
        .with_columns(pl.col("overdue_hours").fill_null(0.0))
        .collect()
    )


def _date(rows: pl.DataFrame, column: str) -> pl.Expr:
    if column not in rows.columns:
        return pl.lit(None, pl.Date).alias(column)
    return pl.col(column).str.to_date() if rows.schema[column] == pl.String else pl.col(column).cast(pl.Date)


def _units(hours: pl.Expr | str) -> pl.Expr:
    """Hours as a whole number of units."""
    column = pl.col(hours) if isinstance(hours, str) else hours
    return (column * UNITS_PER_HOUR).round().cast(pl.Int64).alias("units")


def _day(day: pl.Expr | str, first: date) -> pl.Expr:
    """Days since `first`."""
    column = pl.col(day) if isinstance(day, str) else day
    return (column.to_physical() - (first - EPOCH).days).cast(pl.Int64)


def _ints(numbers: pl.Series) -> Ints:
    return numbers.to_numpy().astype(np.int64, copy=False)


def _numbered(ids: pl.Series, people: pl.Series) -> Ints:
    """The place of each id in `people`."""
    if ids.dtype == pl.String:
        return _ints(ids.cast(pl.Enum(people)).to_physical())
    return _ints(ids.replace_strict(people, pl.int_range(people.len(), eager=True), return_dtype=pl.Int64))
