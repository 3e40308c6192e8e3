"""Bookings as hours on days: what counts, what is lost, demand that has nobody yet. It reads the plan; hours worked are no booking."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lib.portfolio import Portfolio

THURSDAY = 3
"""The weekday of the first of January 1970, Monday being 0."""


def booked_by_day(portfolio: Portfolio, days: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """One row a booking of a person and contracted day of it: booking_id, person_id, project_id, date, status, probability, hours, lost.

    `days`: person_id, date, contracted, capacity (`lib.schedule.working_time.hours_by_person_day`). On a day of the person's week without
    any capacity left (a holiday, a whole absence) the hours are lost and count nowhere; so are those of Monday to Friday before the
    person's start and after the end. A day with less capacity than booked counts in full: that is over 100 %. Tentative bookings for a
    deal lost by as_of are gone.
    """
    grid = _Grid.of(days)
    known = _alive(portfolio, as_of).filter(pl.col("person_id").is_in(grid.people.implode()), pl.col("start") <= pl.col("end"))
    employed = portfolio["people"].select("person_id", pl.col("start").alias("joins"), pl.col("end").alias("leaves"))
    columns = ("booking_id", "person_id", "project_id", "status", "probability", "hours_per_day", "start", "end")
    bookings = known.select(columns).join(employed, on="person_id", how="left").sort("person_id", "booking_id").collect()
    begin, end = (bookings[name].to_physical().to_numpy().astype(np.int64) - grid.first for name in ("start", "end"))
    begin, end = np.maximum(begin, 0), np.minimum(end, grid.days - 1)
    many = np.maximum(end - begin + 1, 0)
    row = np.repeat(np.arange(bookings.height), many)
    day = np.arange(len(row)) - np.repeat(np.cumsum(many) - many - begin, many)
    cell = (bookings["person_id"].cast(pl.Enum(grid.people)).to_physical().to_numpy().astype(np.int64) * grid.days)[row] + day
    kept = grid.contracted[cell] > 0
    joins, leaves = ((bookings[name].to_physical() - grid.first).to_numpy() for name in ("joins", "leaves"))  # NaN: not said
    late = np.flatnonzero((joins > begin) | (leaves < end))
    if len(late):
        away = np.isin(row, late) & ((day < joins[row]) | (day > leaves[row])) & ((day + grid.first + THURSDAY) % 7 < 5)
        kept |= away & ~np.isnan(grid.capacity[cell])
    rows = np.flatnonzero(kept)
    rows = rows[np.argsort(cell[rows], kind="stable")]
    return bookings.drop("start", "end", "joins", "leaves")[row[rows]].select(
        "booking_id", "person_id", "project_id", pl.Series("date", (day[rows] + grid.first).astype(np.int32)).cast(pl.Date), "status",
        "probability", pl.col("hours_per_day").alias("hours"), pl.Series("lost", grid.capacity[cell[rows]] <= 0),
    )  # fmt: skip


def unmet_demand(portfolio: Portfolio, work: pl.DataFrame, as_of: date, last: date) -> pl.DataFrame:
    """Hours that nobody is named for, Monday to Friday after as_of to `last`: role, project_id, opportunity_id, date, source, and hours.

    source: "booking" (a placeholder), "opportunity" (open, with hours, start and weeks, spread evenly; not where a booking names it, which
    then counts alone), "task" (known hours of `work` of `lib.measures.remaining` without assignee, spread evenly to the due date; on a
    project and role with a confirmed placeholder they are done inside it). confirmed_hours, expected_hours (+ tentative × probability),
    possible_hours (+ all tentative; what has no probability is only here). A deal is tentative work.
    """
    first = as_of + timedelta(days=1)
    placeholders = _alive(portfolio, as_of).filter(pl.col("person_id").is_null(), pl.col("end") >= first)
    inside = placeholders.filter(pl.col("status") == "confirmed").select("project_id", "role").unique()
    named = portfolio["bookings"].select("opportunity_id").drop_nulls().unique()
    weekdays = pl.business_day_count("start", pl.col("end") + timedelta(days=1))
    deals = (
        portfolio["opportunities"]
        .filter(pl.col("status") == "open", pl.col("hours") > 0, pl.col("weeks") > 0, pl.col("expected_start").is_not_null())
        .join(named, on="opportunity_id", how="anti")
        .with_columns(pl.max_horizontal("expected_start", pl.lit(first)).alias("start"))
        .with_columns((pl.col("start") + pl.duration(days=(pl.col("weeks") * 7).ceil().cast(pl.Int64) - 1)).alias("end"))
        .select(
            "role", pl.lit(None, pl.String).alias("project_id"), "opportunity_id", "start", "end",
            (pl.col("hours") / weekdays.clip(lower_bound=1)).alias("hours"), pl.lit("tentative").alias("status"), "probability",
            pl.lit("opportunity").alias("source"),
        )
    )  # fmt: skip
    tasks = (
        work.lazy()
        .filter(pl.col("person_id").is_null(), pl.col("known_hours") > 0, pl.col("due") >= first)
        .join(inside, on=["project_id", "role"], how="anti", nulls_equal=True)
        .with_columns(pl.min_horizontal("release", "due").alias("start"), pl.col("due").alias("end"))
        .select(
            "role", "project_id", pl.lit(None, pl.String).alias("opportunity_id"), "start", "end",
            (pl.col("known_hours") / weekdays.clip(lower_bound=1)).alias("hours"), pl.lit("confirmed").alias("status"),
            pl.lit(None, pl.Float64).alias("probability"), pl.lit("task").alias("source"),
        )
    )  # fmt: skip
    booked = placeholders.select(
        "role", "project_id", "opportunity_id", "start", "end", pl.col("hours_per_day").alias("hours"), "status", "probability",
        pl.lit("booking").alias("source"),
    )  # fmt: skip
    return (
        pl.concat([booked, deals, tasks])
        .with_columns(pl.max_horizontal("start", pl.lit(first)).alias("start"), pl.min_horizontal("end", pl.lit(last)).alias("end"))
        .filter(pl.col("start") <= pl.col("end"))
        .with_columns(pl.date_ranges("start", "end").alias("date"))
        .explode("date")
        .filter(pl.col("date").dt.weekday() <= 5)
        .group_by("role", "project_id", "opportunity_id", "date", "source")
        .agg(**three_numbers("hours"))
        .sort("date", "role", "source", "project_id", "opportunity_id")
        .collect()
    )


def three_numbers(hours: str) -> dict[str, pl.Expr]:
    """Sums of `hours` by status and probability: confirmed_hours, expected_hours and possible_hours."""
    confirmed = pl.col(hours).filter(pl.col("status") == "confirmed").sum()
    tentative = pl.col(hours).filter(pl.col("status") == "tentative")
    likely = (pl.col(hours) * pl.col("probability").fill_null(0)).filter(pl.col("status") == "tentative").sum()
    return {"confirmed_hours": confirmed, "expected_hours": confirmed + likely, "possible_hours": confirmed + tentative.sum()}


def _alive(portfolio: Portfolio, as_of: date) -> pl.LazyFrame:
    gone = portfolio["opportunities"].filter((pl.col("status") == "lost") & (pl.col("closed_on") <= as_of).fill_null(True))
    tentative = portfolio["bookings"].filter(pl.col("status").ne_missing("confirmed"))
    confirmed = portfolio["bookings"].filter(pl.col("status") == "confirmed")
    return pl.concat([confirmed, tentative.join(gone.select("opportunity_id"), on="opportunity_id", how="anti")]).with_columns(
        pl.col("status").fill_null("tentative")
    )


@dataclass(frozen=True)
class _Grid:
    """Hours of people (rows, by id) on days from `first` on, as one line of numbers each; NaN where nothing is known of a person's day."""

    people: pl.Series
    first: int
    days: int
    contracted: NDArray[np.float64]
    capacity: NDArray[np.float64]

    @classmethod
    def of(cls, days: pl.DataFrame) -> _Grid:
        people = days["person_id"].unique().drop_nulls().sort()
        number = days["date"].to_physical().to_numpy().astype(np.int64)
        first, last = (int(number.min()), int(number.max())) if days.height else (0, -1)
        size = last - first + 1
        cell = days["person_id"].cast(pl.Enum(people)).to_physical().to_numpy().astype(np.int64) * size + number - first
        hours = np.full((2, people.len() * size), np.nan)
        hours[:, cell] = days.select("contracted", "capacity").to_numpy().T
        return cls(people, first, size, hours[0], hours[1])
