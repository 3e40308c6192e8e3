"""How much each person has to do on each day, against the hours there are. Facts to the as-of date, plan after; it proposes nothing.

Definitions § Team workload. Load is all hours. After as_of it is the bookings and, on projects without a confirmed booking of the person,
the remaining hours of the person's tasks, spread evenly over the days with capacity up to the due date. Where definitions are silent:
spreading begins at the planned start where that is later than the release; without any due date it ends at the planned finish; without a
day with capacity the hours stand on the last day. A tentative booking adds what it holds beyond the tasks that are there anyway. Planned
hours are the client's, and billable, unless the project is internal (or of an internal account, where it says nothing itself).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lib.measures.bookings import three_numbers
from lib.measures.worked import Numbers, Whole, Worked, day_number, worked
from lib.portfolio import Portfolio

HOURS = (
    "capacity_hours", "capacity_to_date_hours", "logged_hours", "confirmed_hours", "expected_hours", "possible_hours", "imputed_hours",
    "lost_hours", "client_hours", "client_to_date_hours", "billable_hours", "billable_to_date_hours", "unstated_hours",
)  # fmt: skip
PLANNED = ("confirmed_hours", "expected_hours", "possible_hours", "imputed_hours", "lost_hours")
SHARES = {
    "confirmed_share": ("confirmed_hours", "capacity_hours"),
    "expected_share": ("expected_hours", "capacity_hours"),
    "possible_share": ("possible_hours", "capacity_hours"),
    "utilisation": ("client_hours", "capacity_hours"),
    "utilisation_to_date": ("client_to_date_hours", "capacity_to_date_hours"),
    "billable_utilisation": ("billable_hours", "capacity_hours"),
    "billable_utilisation_to_date": ("billable_to_date_hours", "capacity_to_date_hours"),
}
"""Share -> what is divided by what, which is printed beside it."""
OVERLOAD, LEAST_WEEKS = 1.10, 3


def load_by_day(
    portfolio: Portfolio,
    days: pl.DataFrame,
    booked: pl.DataFrame,
    work: pl.DataFrame,
    as_of: date,
    first: date,
    last: date,
    entries: Worked | None = None,
    plan: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """One row a person and day from `first` to `last`: person_id, date, HOURS, assumed. Who is not in `days` has a row where hours are.

    `days`: `lib.schedule.working_time.hours_by_person_day`, up to the last due date for spread hours to be right; `booked`: of
    `lib.measures.bookings`; `work`: of `lib.measures.remaining`; `entries` and `plan`: of `worked_by_anybody` and `planned_by_day`, where
    they are at hand. client, billable and the loads hold facts and confirmed plan; imputed_hours is unknown load, in none of the others;
    lost_hours are booked on holidays and whole absences, in none either; unstated_hours are logged and say neither billable nor not.
    `assumed`: there was no week pattern.
    """
    entries = worked_by_anybody(portfolio) if entries is None else entries
    plan = planned_by_day(portfolio, days, booked, work, as_of) if plan is None else plan
    within = pl.col("date").is_between(first, last)
    capacity, plan = days.filter(within), plan.filter(within)
    facts = facts_of(portfolio, entries, first, min(as_of, last))
    named = [capacity["person_id"].unique(), plan["person_id"].unique(), facts.named()]
    people = pl.concat(named).unique().drop_nulls().sort()
    size = max(0, (last - first).days + 1)

    def summed_into(cells: Whole, amounts: NDArray[Any] | None) -> Numbers:
        sums: Numbers = np.bincount(cells, amounts, people.len() * size).astype(np.float64, copy=False)
        return sums

    def cells_of(rows: pl.DataFrame) -> Whole:
        cells: Whole = places(rows["person_id"], people) * size + rows["date"].to_physical().to_numpy() - day_number(first)
        return cells

    own, logged, planned = cells_of(capacity), facts.cells(people, first, size), cells_of(plan)
    past = np.tile(np.arange(size) <= (as_of - first).days, people.len())
    hours = {"capacity_hours": summed_into(own, capacity["capacity"].to_numpy())}
    hours["capacity_to_date_hours"] = np.where(past, hours["capacity_hours"], 0.0)
    hours |= {name: summed_into(logged, amounts) for name, amounts in facts.hours.items()}
    hours |= {name: summed_into(planned, plan[name].to_numpy()) for name in PLANNED}
    for name in ("confirmed_hours", "expected_hours", "possible_hours"):
        hours[name] = hours[name] + hours["logged_hours"]
    client = summed_into(planned, np.where(plan["client"].to_numpy(), plan["confirmed_hours"].to_numpy(), 0.0))
    hours["client_hours"] = hours["client_to_date_hours"] + client
    hours["billable_hours"] = hours["billable_to_date_hours"] + client
    anything = (summed_into(own, None) + summed_into(logged, None) + summed_into(planned, None)) > 0
    rows = np.flatnonzero(anything)
    return pl.DataFrame({
        "person_id": people.gather(rows // max(1, size)),
        "date": pl.Series((rows % max(1, size) + day_number(first)).astype(np.int32)).cast(pl.Date),
        **{name: hours[name][rows] for name in HOURS},
        "assumed": (summed_into(own, capacity["assumed"].to_numpy()) > 0)[rows],
    })  # fmt: skip


def planned_by_day(portfolio: Portfolio, days: pl.DataFrame, booked: pl.DataFrame, work: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """What is planned after as_of, by person, project and day, several rows of one adding up: person_id, project_id, date, PLANNED, client.

    A tentative booking adds what it holds beyond the known tasks. lost_hours are those of all days, before as_of too. `client`: the project
    is not internal.
    """
    future = booked.filter(pl.col("date") > as_of)
    outside = _outside(work, future)
    keys = ["person_id", "project_id", "date"]
    bookings = _beyond_tasks(future.filter(~pl.col("lost")), outside).group_by(keys).agg(**three_numbers("hours"))
    loads = [pl.col("known_hours").alias(name) for name in ("confirmed_hours", "expected_hours", "possible_hours")]
    tasks = spread(outside, days, as_of).select(*keys, *loads, "imputed_hours")
    lost = booked.filter("lost").select(*keys, pl.col("hours").alias("lost_hours"))
    return (
        pl.concat([bookings, tasks, lost], how="diagonal")
        .join(internal_projects(portfolio), on="project_id", how="left")
        .select(*keys, pl.col(PLANNED).fill_null(0.0), (~pl.col("ours").fill_null(False)).alias("client"))
    )


@dataclass(frozen=True, eq=False)
class Facts:
    """Time entries of some days as arrays: their place in `entries` (`rows`), and hours by name of HOURS."""

    entries: Worked
    rows: Whole
    hours: dict[str, Numbers]

    def named(self) -> pl.Series:
        """Ids of the people who have entries here."""
        return self.entries.person_ids.gather(np.flatnonzero(np.bincount(self.entries.person[self.rows])))

    def cells(self, people: pl.Series, first: date, size: int) -> Whole:
        """person · size + day of each, `people` giving the place of a person and `first` that of a day."""
        place = places(self.entries.person_ids, people)
        cells: Whole = (place * size)[self.entries.person[self.rows]] + (self.entries.day[self.rows] - day_number(first))
        return cells


def facts_of(portfolio: Portfolio, entries: Worked, first: date, last: date) -> Facts:
    """The hours logged from `first` to `last`: all, the client's, billable, and those that don't say."""
    rows = np.flatnonzero((entries.day >= day_number(first)) & (entries.day <= day_number(last)))
    ours = pl.DataFrame({"project_id": entries.project_ids}).join(internal_projects(portfolio), on="project_id", how="left")
    client = ~ours["ours"].fill_null(False).to_numpy()
    hours, states = entries.hours[rows], entries.states[rows]
    return Facts(entries, rows, {
        "logged_hours": hours,
        "client_to_date_hours": hours * client[entries.project[rows]],
        "billable_to_date_hours": hours * entries.billable[rows],
        "unstated_hours": np.zeros_like(hours) if states.all() else hours * ~states,
    })  # fmt: skip


def logged_by_pair(entries: Worked, first: date, last: date) -> pl.DataFrame:
    """person_id, project_id, hours: logged from `first` to `last`."""
    rows = np.flatnonzero((entries.day >= day_number(first)) & (entries.day <= day_number(last)))
    many = np.int64(max(1, len(entries.project_ids)))
    pair, hours = entries.person[rows] * many + entries.project[rows], entries.hours[rows]
    cells = len(entries.person_ids) * int(many)
    if cells <= 4 * len(rows) + 1_000_000:  # a table of all pairs; with more of them than that there is no room for it
        known = np.flatnonzero(np.bincount(pair, minlength=cells))
        sums = np.bincount(pair, hours, cells)[known]
    else:
        known, place = np.unique(pair, return_inverse=True)
        sums = np.bincount(place, hours)
    return pl.DataFrame({
        "person_id": entries.person_ids.gather(known // many), "project_id": entries.project_ids.gather(known % many), "hours": sums,
    })  # fmt: skip


def worked_by_anybody(portfolio: Portfolio) -> Worked:
    """`lib.measures.worked`, with places also for people and projects that only time entries name: their hours are hours."""
    found = worked(portfolio)
    entries = portfolio["time_entries"].select("person_id", "project_id")
    if len(found.day) == entries.select(pl.len()).collect().item() and not (found.person < 0).any():
        return found
    named = entries.unique().collect()
    frames = dict(portfolio.frames)
    for table, key in (("people", "person_id"), ("projects", "project_id")):
        strange = named.select(key).unique(maintain_order=True).lazy().join(frames[table], on=key, how="anti")
        frames[table] = pl.concat([frames[table], strange], how="diagonal")
    return worked(Portfolio(portfolio.version, frames, portfolio.rows))


def places(ids: pl.Series, among: pl.Series) -> Whole:
    """The place of each of `ids` in `among`, −1 for one that isn't there."""
    found: Whole = ids.cast(pl.Enum(among), strict=False).to_physical().cast(pl.Int64).fill_null(-1).to_numpy()
    return found


def summed(load: pl.DataFrame, *by: str, every: Literal["1d", "1w", "1mo"] | None = None) -> pl.DataFrame:
    """HOURS of `load` summed over `by` columns and spans of days (`start`: its Monday or first), with SHARES; sum over sum, null over 0.

    A week holds the hours on days without capacity. `assumed`: for someone in the sum.
    """
    keys = [*by, *(["start"] if every else [])]
    rows = load.with_columns(pl.col("date").dt.truncate(every).alias("start")) if every else load
    totals = [pl.col(HOURS).sum(), pl.col("assumed").any()]
    # Rows lie by person and day: keeping their order takes a third of the time.
    made = rows.group_by(keys, maintain_order=True).agg(totals).sort(keys) if keys else rows.select(totals)
    return with_shares(made)


def with_shares(sums: pl.DataFrame) -> pl.DataFrame:
    """`sums`, rows of HOURS, with SHARES; null over 0."""
    shares = {name: pl.col(over) / pl.when(pl.col(under) > 0).then(pl.col(under)) for name, (over, under) in SHARES.items()}
    return sums.with_columns(**shares)


def sustained_overload(weeks: pl.DataFrame, load: str = "confirmed_hours") -> pl.DataFrame:
    """Runs of three weeks or more in which a person's load is at least 110 % of capacity: person_id, first_week, last_week, weeks, hours.

    `weeks`: `summed` by person_id every week. Weeks without capacity neither count nor break a run; with capacity_hours and share.
    """
    over = pl.col(load) >= pl.col("capacity_hours") * OVERLOAD - 1e-9
    return (
        weeks.filter(pl.col("capacity_hours") > 0)
        .sort("person_id", "start")
        .with_columns(over.alias("over"))
        .with_columns(pl.struct("person_id", "over").rle_id().alias("run"))
        .filter("over")
        .group_by("person_id", "run")
        .agg(
            pl.col("start").min().alias("first_week"),
            pl.col("start").max().alias("last_week"),
            pl.len().alias("weeks"),
            pl.col(load).sum().alias("hours"),
            pl.col("capacity_hours").sum(),
        )
        .filter(pl.col("weeks") >= LEAST_WEEKS)
        .with_columns((pl.col("hours") / pl.col("capacity_hours")).alias("share"))
        .sort("person_id", "first_week")
        .drop("run")
    )


def spread(work: pl.DataFrame, days: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Remaining hours, evenly over the days with capacity to the due: task_id, person_id, project_id, date, known_hours, imputed_hours.

    What is overdue, or has neither due nor finish, is on no day. `days` beyond a due date are not needed; a due date beyond them is cut.
    """
    first, until = as_of + timedelta(days=1), days["date"].max()
    if not isinstance(until, date):
        until = as_of
    end = pl.coalesce("due", "finish")
    held = (
        work.filter(pl.col("person_id").is_not_null(), end >= first, first <= until)
        .with_columns(pl.min_horizontal(end, pl.lit(until)).alias("end"))
        .with_columns(pl.min_horizontal(pl.max_horizontal("release", "start"), "end").alias("begin"))
        .select("task_id", "person_id", "project_id", "begin", "end", pl.col("known_hours", "imputed_hours").fill_null(0.0))
        .filter((pl.col("known_hours") > 0) | (pl.col("imputed_hours") > 0))
    )
    working = days.filter(pl.col("capacity") > 0).select("person_id", "date")
    placed = (
        held.with_columns(pl.date_ranges("begin", "end").alias("date"))
        .explode("date")
        .join(working, on=["person_id", "date"])
        .with_columns(pl.len().over("task_id").alias("days"))
    )
    nowhere = held.join(placed, on="task_id", how="anti").with_columns(pl.col("end").alias("date"), pl.lit(1, pl.UInt32).alias("days"))
    return pl.concat([placed, nowhere], how="diagonal_relaxed").select(
        "task_id", "person_id", "project_id", "date", pl.col("known_hours", "imputed_hours") / pl.col("days")
    )


def internal_projects(portfolio: Portfolio) -> pl.DataFrame:
    """project_id, ours: whether it is internal work."""
    house = portfolio["accounts"].select("account_id", pl.col("internal").fill_null(False).alias("house"))
    return (
        portfolio["projects"]
        .select("project_id", "account_id", "billing")
        .join(house, on="account_id", how="left")
        .select("project_id", pl.coalesce(pl.col("billing") == "internal", "house").fill_null(False).alias("ours"))
        .collect()
    )


def _outside(work: pl.DataFrame, future: pl.DataFrame) -> pl.DataFrame:
    """Tasks on projects that their person has no confirmed booking on after as_of."""
    booked = future.filter(pl.col("status") == "confirmed").select("person_id", "project_id").unique()
    return work.join(booked, on=["person_id", "project_id"], how="anti")


def _beyond_tasks(future: pl.DataFrame, outside: pl.DataFrame) -> pl.DataFrame:
    """`future` bookings with the tentative ones cut to what they hold beyond the known hours of the tasks `outside` bookings."""
    pair = ["person_id", "project_id"]
    held = outside.group_by(pair).agg(pl.col("known_hours").sum().alias("held"))
    unsure = future.filter(pl.col("status") == "tentative").group_by(pair).agg(pl.col("hours").sum().alias("unsure"))
    added = (1 - pl.col("held").fill_null(0.0) / pl.col("unsure")).clip(lower_bound=0)
    return (
        future.join(unsure, on=pair, how="left")
        .join(held, on=pair, how="left")
        .with_columns(pl.when(pl.col("status") == "tentative").then(pl.col("hours") * added).otherwise("hours"))
        .drop("unsure", "held")
    )
