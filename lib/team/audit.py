"""What the capacity of people lacks, so that nobody takes an assumption for a fact: one row for each person and gap. It corrects nothing.

Definitions § Team workload; the product's list: people with no calendar, contract or rate, past their end, who log without booking and
are booked without logging. Where they are silent: a person has no calendar where public holidays of the place are unknown or the week
pattern is assumed; no contract where the hours in force are 0; the two about bookings look at the last 28 days and are silent where nobody
is booked or nobody logs, and where it is less than 4 hours.
"""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from lib.columns import N_
from lib.measures.allocation import LEAST_GAP_HOURS
from lib.measures.worked import rates_of_people
from lib.measures.workload import Workload
from lib.portfolio import Portfolio
from lib.schedule.working_time import unknown_holidays

WINDOW = timedelta(days=28)
GAPS = {
    "not_in_people": N_("Named in time entries, bookings or tasks, but in no table of people: there are no hours to divide by."),
    "no_country": N_("No country: no public holiday is taken off."),
    "unknown_country": N_("The public holidays of this country or region are not known: none is taken off, or only the country's."),
    "no_pattern": N_("No week pattern: a fifth of the weekly hours is assumed, Monday to Friday."),
    "no_contract": N_("No contracted hours in force."),
    "no_cost_rate": N_("No cost rate: these hours count in no cost."),
    "no_bill_rate": N_("No bill rate: these hours are worth nothing that can be said."),
    "past_end": N_("Past the last working day, yet with hours logged, bookings or open tasks after it."),
    "before_start": N_("Hours logged or booked before the first working day."),
    "logs_without_booking": N_("Logged hours in the last 28 days without any booking in them."),
    "booked_without_logging": N_("Booked in the last 28 days without a logged hour in them."),
}
"""What may be lacking -> a sentence for it; `hours` and `rows` of `audit` say how much hangs on it."""
AUDIT = {
    "person_id": pl.String, "gap": pl.String, "hours": pl.Float64, "rows": pl.Int64, "first": pl.Date, "last": pl.Date, "detail": pl.String,
}  # fmt: skip


def audit(portfolio: Portfolio, workload: Workload) -> pl.DataFrame:
    """One row for each person and gap (of GAPS, in that order): person_id, gap, hours and rows that hang on it, the days they are from and
    to, detail (country and subdivision as they stand, or the last or first working day).

    People whose last day is before `workload.first` are asked only about what lies after it. Empty without anybody.
    """
    as_of = workload.as_of
    known = portfolio["people"].unique("person_id", keep="first")
    assumed = pl.col("week_pattern").is_null().alias("assumed")
    people = known.select("person_id", "start", "end", "country", "subdivision", assumed).collect()
    here = people.filter((pl.col("end") >= workload.first).fill_null(True))
    named = _named(portfolio, as_of)
    logged = named.filter(pl.col("what") == "logged")
    recent = logged.filter(pl.col("date") > as_of - WINDOW)
    booked = workload.booked.filter(pl.col("status") == "confirmed", ~pl.col("lost")).filter(
        pl.col("date").is_between(as_of - WINDOW, as_of, closed="right")
    )
    parts = [
        _summed(named.join(people, on="person_id", how="anti"), "not_in_people"),
        *_places(portfolio, here),
        _of(here.filter("assumed"), "no_pattern"),
        _no_contract(portfolio, here, workload),
        *_no_rates(portfolio, here, logged, as_of),
        _outside(named, people, "end", "past_end"),
        _outside(named, people, "start", "before_start"),
    ]
    if booked.height and recent.height:
        spans = booked.select("person_id", "hours", "date")
        parts.append(_without(recent.select("person_id", "hours", "date"), spans, here, "logs_without_booking"))
        parts.append(_without(spans, recent, here, "booked_without_logging"))
    order = {gap: place for place, gap in enumerate(GAPS)}
    rows = pl.concat([part.match_to_schema(pl.Schema(AUDIT), missing_columns="insert", integer_cast="upcast") for part in parts])
    return rows.sort(pl.col("gap").replace_strict(order, return_dtype=pl.Int64), pl.col("hours").fill_null(0.0).neg(), "person_id")


def _named(portfolio: Portfolio, as_of: date) -> pl.DataFrame:
    """person_id, date, hours, what: hours logged by as_of by day; days from which and to which people are booked; open tasks' due dates."""
    entries = portfolio["time_entries"].filter(pl.col("date") <= as_of).group_by("person_id", "date").agg(pl.col("hours").sum())
    bookings = portfolio["bookings"].filter(pl.col("person_id").is_not_null(), pl.col("start") <= pl.col("end"))
    daily = pl.col("hours_per_day").alias("hours")
    begin, end = (bookings.select("person_id", pl.col(day).alias("date"), daily) for day in ("start", "end"))
    tasks = (
        portfolio["tasks"]
        .filter(pl.col("assignee_id").is_not_null(), ~pl.col("status").is_in(["done", "cancelled"]))
        .select(
            pl.col("assignee_id").alias("person_id"), pl.coalesce("due", "finish").alias("date"), pl.col("remaining_hours").alias("hours")
        )
        .drop_nulls("date")
    )
    parts = {"logged": entries, "booked": pl.concat([begin, end]).unique(), "task": tasks}
    return pl.concat([part.with_columns(pl.lit(what).alias("what")) for what, part in parts.items()]).collect()


def _summed(rows: pl.DataFrame, gap: str) -> pl.DataFrame:
    return (
        rows.group_by("person_id")
        .agg(
            pl.col("hours").sum(),
            pl.len().cast(pl.Int64).alias("rows"),
            pl.col("date").min().alias("first"),
            pl.col("date").max().alias("last"),
        )
        .with_columns(pl.lit(gap).alias("gap"))
        .select("person_id", "gap", "hours", "rows", "first", "last")
    )


def _of(people: pl.DataFrame, gap: str, detail: pl.Expr | None = None) -> pl.DataFrame:
    said = pl.lit(None, pl.String) if detail is None else detail
    return people.select("person_id", pl.lit(gap).alias("gap"), said.alias("detail"))


def _places(portfolio: Portfolio, people: pl.DataFrame) -> list[pl.DataFrame]:
    strange = [person for problem in unknown_holidays(portfolio) for person in problem.task_ids]
    said = pl.concat_str("country", "subdivision", separator="-", ignore_nulls=True)
    return [
        _of(people.filter(pl.col("country").is_null()), "no_country"),
        _of(people.filter(pl.col("person_id").is_in(strange)), "unknown_country", said),
    ]


def _no_contract(portfolio: Portfolio, people: pl.DataFrame, workload: Workload) -> pl.DataFrame:
    """Those who are here on some day and never have contracted hours."""
    within = workload.days.filter(pl.col("date").is_between(workload.first, workload.last))
    hours = within.group_by("person_id").agg(pl.col("contracted").sum())
    inside = (pl.col("start") <= workload.last).fill_null(True)
    return _of(people.filter(inside).join(hours.filter(pl.col("contracted") <= 0), on="person_id", how="semi"), "no_contract")


def _no_rates(portfolio: Portfolio, people: pl.DataFrame, logged: pl.DataFrame, as_of: date) -> list[pl.DataFrame]:
    """Those without a rate on as_of, with what they logged in the 28 days before."""
    stated = rates_of_people(portfolio, people.select("person_id", pl.lit(as_of).alias("date")))
    recent = _summed(logged.filter(pl.col("date") > as_of - WINDOW), "").drop("gap")
    lacking = {rate: stated.filter(pl.col(rate).is_null()) for rate in ("cost_rate", "bill_rate")}
    return [
        _of(people.join(without, on="person_id", how="semi"), f"no_{rate}").join(recent, on="person_id", how="left")
        for rate, without in lacking.items()
    ]


def _outside(named: pl.DataFrame, people: pl.DataFrame, edge: str, gap: str) -> pl.DataFrame:
    """What is after the person's end, or before the start."""
    dated = named.join(people.select("person_id", edge), on="person_id")
    beyond = pl.col("date") > pl.col("end") if edge == "end" else (pl.col("date") < pl.col("start")) & (pl.col("what") != "task")
    rows = dated.filter(beyond)
    said = rows.select("person_id", pl.col(edge).cast(pl.String).alias("detail")).unique()
    return _summed(rows, gap).join(said, on="person_id", how="left")


def _without(rows: pl.DataFrame, other: pl.DataFrame, people: pl.DataFrame, gap: str) -> pl.DataFrame:
    """People with hours in `rows` and none in `other`."""
    alone = rows.join(other.select("person_id"), on="person_id", how="anti").join(people, on="person_id", how="semi")
    return _summed(alone, gap).filter(pl.col("hours") >= LEAST_GAP_HOURS)
