"""Bookings as hours on days: what counts, what is lost, demand that has nobody yet. It reads the plan; hours worked are no booking."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from lib.portfolio import Portfolio


def booked_by_day(portfolio: Portfolio, days: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """One row a booking of a person and contracted day of it: booking_id, person_id, project_id, date, status, probability, hours, lost.

    `days`: person_id, date, contracted, capacity (`lib.schedule.working_time.hours_by_person_day`). On a day of the person's week without
    any capacity left (a holiday, a whole absence) the hours are lost and count nowhere; so are those of Monday to Friday before the
    person's start and after the end. A day with less capacity than booked counts in full: that is over 100 %. Tentative bookings for a
    deal lost by as_of are gone.
    """
    first, last = days.select(pl.col("date").min().alias("first"), pl.col("date").max().alias("last")).row(0)
    span = (first, last) if isinstance(first, date) and isinstance(last, date) else (as_of, as_of)
    employed = portfolio["people"].select("person_id", pl.col("start").alias("joins"), pl.col("end").alias("leaves"))
    away = ((pl.col("date") < pl.col("joins")) | (pl.col("date") > pl.col("leaves"))).fill_null(False) & (pl.col("date").dt.weekday() <= 5)
    return (
        _on_days(_alive(portfolio, as_of).filter(pl.col("person_id").is_not_null()), *span)
        .join(days.lazy().select("person_id", "date", "contracted", "capacity"), on=["person_id", "date"])
        .join(employed, on="person_id", how="left")
        .filter((pl.col("contracted") > 0) | away)
        .pipe(_counted)
        .collect()
    )


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


def _on_days(bookings: pl.LazyFrame, first: date, last: date) -> pl.LazyFrame:
    """Every day of each booking from first to last."""
    return (
        bookings.filter(pl.col("start") <= last, pl.col("end") >= first, pl.col("start") <= pl.col("end"))
        .with_columns(pl.max_horizontal("start", pl.lit(first)).alias("start"), pl.min_horizontal("end", pl.lit(last)).alias("end"))
        .with_columns(pl.date_ranges("start", "end").alias("date"))
        .explode("date")
    )


def _counted(booked: pl.LazyFrame) -> pl.LazyFrame:
    return booked.select(
        "booking_id", "person_id", "project_id", "date", "status", "probability",
        pl.col("hours_per_day").alias("hours"), (pl.col("capacity") <= 0).alias("lost"),
    ).sort("person_id", "date", "booking_id")  # fmt: skip
