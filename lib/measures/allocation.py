"""Who is promised to more work than fits, and where bookings, estimates and logged hours disagree. It finds; it moves nothing.

Definitions § Team workload. Where they are silent: booked hours beyond a project's tasks are one job of the person, from the first day of
the bookings there to the last, so that what is found infeasible is so however the tasks lie inside them; 10 % is of the larger of the two
sides of a gap; the past of *not logging* is what `booked` covers up to as_of.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from lib.schedule.feasibility import Fits, unplaced_hours

LEAST_GAP_HOURS, LEAST_GAP_SHARE = 4.0, 0.10
PAIR = ["person_id", "project_id"]


@dataclass(frozen=True)
class Allocation:
    """Feasibility on known work, then with imputed unknown load, then with tentative bookings too. Job ids: the task's, or "booked:" or
    "tentative:" and the project's."""

    known: Fits
    with_unknown: Fits
    with_tentative: Fits

    @property
    def people(self) -> pl.DataFrame:
        """person_id, unplaced_hours, window_start, window_end, demand_hours, capacity_hours, overdue_hours on known work, and
        unplaced_with_unknown, unplaced_with_tentative. Over-allocated is who has unplaced_hours > 0."""
        more = {"unplaced_with_unknown": self.with_unknown, "unplaced_with_tentative": self.with_tentative}
        people = self.known.people
        for name, fits in more.items():
            people = people.join(fits.people.select("person_id", pl.col("unplaced_hours").alias(name)), on="person_id", how="left")
        return people.sort("person_id")


def over_allocated(work: pl.DataFrame, booked: pl.DataFrame, days: pl.DataFrame, as_of: date) -> Allocation:
    """Whether each person's work can be done by its due dates in the hours of each day, in three steps of certainty.

    `work`: of `lib.measures.remaining`; `booked`: of `lib.measures.bookings`; `days`: person_id, date, capacity, up to the last due date
    and end of a booking. Of one due date, known tasks go first, then bookings, unknown load and tentative bookings.
    """
    capacity = days.select("person_id", "date", pl.col("capacity").alias("hours"))
    ours = work.join(days.select("person_id").unique(), on="person_id", how="semi")  # whose hours nobody knows, nothing is proved of
    known = ours.filter(pl.col("known_hours") > 0).select(
        "person_id", pl.col("task_id").alias("job_id"), pl.col("known_hours").alias("hours"), "release", "due"
    )
    unknown = ours.filter(pl.col("imputed_hours") > 0).select(
        "person_id", pl.col("task_id").alias("job_id"), pl.col("imputed_hours").alias("hours"), "release", "due"
    )
    future = booked.filter((pl.col("date") > as_of) & ~pl.col("lost"))
    by_known = _beyond(future, ours, pl.col("known_hours"))
    by_both = _beyond(future, ours, pl.coalesce("known_hours", "imputed_hours"))
    steps = (
        [known, _jobs(by_known, "booked")],
        [known, _jobs(by_both, "booked"), unknown],
        [known, _jobs(by_both, "booked"), unknown, _jobs(by_both, "tentative")],
    )
    return Allocation(*(unplaced_hours(pl.concat(jobs), capacity, as_of) for jobs in steps))


def gaps(work: pl.DataFrame, booked: pl.DataFrame, done: pl.DataFrame, logged: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Where two figures of a person on a project disagree: person_id, project_id, gap, hours, against_hours, difference_hours, named.

    gap "booking": confirmed bookings after as_of less the known remaining hours of the person's tasks (`with_unknown`: less the imputed
    ones too), where there is a booking; named over_booked or under_booked. "estimate": logged less estimated hours of `done` tasks
    (`lib.measures.remaining`); named under_scoped. "logging": booked less `logged` hours (person_id, project_id, date, hours) to as_of,
    within the days of `booked` (without a date: those are what it holds); named not_logging. Named from 4 hours or 10 % of the larger side
    on, whichever is more; else null.
    """
    sure = booked.filter((pl.col("status") == "confirmed") & ~pl.col("lost"))
    zero = pl.lit(0.0)
    tasks = work.group_by(PAIR).agg(pl.col("known_hours").sum(), pl.col("imputed_hours").sum())
    booking = (
        sure.filter(pl.col("date") > as_of)
        .group_by(PAIR)
        .agg(pl.col("hours").sum())
        .join(tasks, on=PAIR, how="left")
        .select(
            *PAIR, pl.lit("booking").alias("gap"), "hours", pl.col("known_hours").fill_null(0.0).alias("against_hours"),
            pl.col("imputed_hours").fill_null(0.0).alias("unknown_hours"),
        )
    )  # fmt: skip
    estimate = done.select(
        *PAIR, pl.lit("estimate").alias("gap"), pl.col("logged_hours").alias("hours"), pl.col("estimated_hours").alias("against_hours"),
        zero.alias("unknown_hours"),
    )  # fmt: skip
    first = booked["date"].min()
    within = pl.col("date").is_between(first if isinstance(first, date) else as_of, as_of) if "date" in logged.columns else pl.lit(True)
    spent = logged.filter(within).group_by(PAIR)
    logging = (
        sure.filter(pl.col("date") <= as_of)
        .group_by(PAIR)
        .agg(pl.col("hours").sum())
        .join(spent.agg(pl.col("hours").sum().alias("against_hours")), on=PAIR, how="left")
        .select(*PAIR, pl.lit("logging").alias("gap"), "hours", pl.col("against_hours").fill_null(0.0), zero.alias("unknown_hours"))
    )
    difference = pl.col("hours") - pl.col("against_hours")
    least = pl.max_horizontal(pl.lit(LEAST_GAP_HOURS), pl.max_horizontal("hours", "against_hours") * LEAST_GAP_SHARE) - 1e-9
    gap, over, under = pl.col("gap"), difference >= least, -difference >= least
    named = (
        pl.when((gap == "booking") & over).then(pl.lit("over_booked"))
        .when((gap == "booking") & under).then(pl.lit("under_booked"))
        .when((gap == "estimate") & over).then(pl.lit("under_scoped"))
        .when((gap == "logging") & over).then(pl.lit("not_logging"))
    )  # fmt: skip
    return (
        pl.concat([booking, estimate, logging])
        .with_columns(
            difference.alias("difference_hours"), (difference - pl.col("unknown_hours")).alias("with_unknown_hours"), named.alias("named")
        )
        .drop("unknown_hours")
        .sort("person_id", "project_id", "gap")
    )


def _beyond(future: pl.DataFrame, work: pl.DataFrame, hours: pl.Expr) -> pl.DataFrame:
    """For each person and project booked: first and last day, and the booked hours beyond the tasks, confirmed and tentative (`PAIR`)."""
    held = work.group_by(PAIR).agg(hours.sum().alias("held"))
    sure, unsure = pl.col("status") == "confirmed", pl.col("status") == "tentative"
    after = pl.col("sure") - pl.col("held").fill_null(0.0)
    return (
        future.group_by(PAIR)
        .agg(
            pl.col("hours").filter(sure).sum().alias("sure"),
            pl.col("hours").filter(unsure).sum().alias("unsure"),
            pl.col("date").filter(sure).min().alias("booked_release"),
            pl.col("date").filter(sure).max().alias("booked_due"),
            pl.col("date").filter(unsure).min().alias("tentative_release"),
            pl.col("date").filter(unsure).max().alias("tentative_due"),
        )
        .join(held, on=PAIR, how="left")
        .with_columns(after.clip(lower_bound=0).alias("booked_hours"))
        .with_columns(((after + pl.col("unsure")).clip(lower_bound=0) - pl.col("booked_hours")).alias("tentative_hours"))
        .sort(PAIR)
    )


def _jobs(beyond: pl.DataFrame, certainty: str) -> pl.DataFrame:
    return beyond.filter(pl.col(f"{certainty}_hours") > 1e-9).select(
        "person_id",
        (pl.lit(f"{certainty}:") + pl.col("project_id")).alias("job_id"),
        pl.col(f"{certainty}_hours").alias("hours"),
        pl.col(f"{certainty}_release").alias("release"),
        pl.col(f"{certainty}_due").alias("due"),
    )
