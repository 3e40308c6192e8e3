"""What an hour of each task costs: as it was planned, and on the day. It multiplies no hours.

Cost is in the base currency at the rate of the day looked at. Where the definitions are silent: a task without an assignee who has a rate
is planned at the median rate of its role, else of everybody.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from lib.measures.project_days import Numbers, StockRates
from lib.measures.project_tasks import TaskDays
from lib.measures.worked import rates_of_people
from lib.portfolio import Portfolio


@dataclass(frozen=True, eq=False)
class HourCosts:
    """Cost of an hour of each task day, NaN where nothing tells: `planned`, at the rate of its planned start, and `now`, at that of the
    day.
    """

    planned: Numbers
    now: Numbers


def hour_costs(portfolio: Portfolio, tasks: TaskDays, rates: StockRates) -> HourCosts:
    """The rates of the assignee, else the median of the role, else of everybody."""
    people = portfolio["people"].select("person_id", "role").collect()
    known = pl.concat([people["person_id"], tasks.tasks["assignee_id"].drop_nulls().unique()]).unique(maintain_order=True)
    persons = pl.DataFrame({"person_id": known}).with_row_index("person").join(people, on="person_id", how="left", maintain_order="left")
    usual = _usual(portfolio, persons, tasks, rates)
    roles, of_role, of_all = _medians(people, persons, usual)
    planned_on = pl.coalesce("baseline_start", "begun_from").alias("date")
    dated = (
        tasks.tasks.select(pl.col("assignee_id").alias("person_id"), planned_on, "role")
        .join(persons.rename({"role": "own_role"}), on="person_id", how="left", maintain_order="left")
        .with_columns(pl.coalesce("role", "own_role").replace_strict(roles, default=len(roles), return_dtype=pl.Int64).alias("needed"))
    )
    stated = rates_of_people(portfolio, dated.select("person_id", "date").drop_nulls().unique())
    own = dated.join(stated, on=["person_id", "date"], how="left", maintain_order="left")
    task, number = tasks.task, tasks.number
    person = dated["person"].cast(pl.Int64).fill_null(len(persons)).to_numpy()[task]
    needed = dated["needed"].fill_null(len(roles)).to_numpy()[task]
    now = usual[person, number]
    rate = own["cost_rate"].cast(pl.Float64).fill_null(float("nan")).to_numpy()[task]
    then = rate * rates.worth[rates.placed(own["cost_currency"])[task], number]
    then = np.where(dated["date"].is_null().to_numpy()[task], now, then)
    fallback = of_role[needed, number]
    fallback = np.where(np.isnan(fallback), of_all[number], fallback)
    return HourCosts(np.where(np.isnan(then), fallback, then), np.where(np.isnan(now), fallback, now))


def _usual(portfolio: Portfolio, persons: pl.DataFrame, tasks: TaskDays, rates: StockRates) -> Numbers:
    """[person, day], and a last row of NaN for nobody: the cost of an hour of each person on each day."""
    days = tasks.asked.days
    pairs = persons.select("person", "person_id").join(pl.DataFrame({"date": days}, {"date": pl.Date}), how="cross")
    stated = rates_of_people(portfolio, pairs.select("person_id", "date"))
    rows = pairs.join(stated, on=["person_id", "date"], how="left", maintain_order="left")
    number = np.tile(np.arange(len(days)), persons.height)
    rate = rows["cost_rate"].cast(pl.Float64).fill_null(float("nan")).to_numpy() * rates.worth[rates.placed(rows["cost_currency"]), number]
    return np.concatenate([rate.reshape(persons.height, len(days)), np.full((1, len(days)), np.nan)])


def _medians(people: pl.DataFrame, persons: pl.DataFrame, usual: Numbers) -> tuple[dict[str, int], Numbers, Numbers]:
    """Places of roles, the median [role, day] (a last row of NaN for no role), and that of everybody [day]."""
    mine = persons.join(people.select("person_id"), on="person_id", how="semi", maintain_order="left")
    by_role = mine.drop_nulls("role").group_by("role").agg("person").sort("role")
    made = [_median(usual[rows]) for rows in by_role["person"].to_list()] + [np.full(usual.shape[1], np.nan)]
    return {str(name): place for place, name in enumerate(by_role["role"])}, np.stack(made), _median(usual[mine["person"].to_numpy()])


def _median(rates: Numbers) -> Numbers:
    """The median of each column, of those that are known; NaN where none is."""
    known = np.isfinite(rates).any(axis=0) if rates.size else np.zeros(rates.shape[1], bool)
    middle = np.full(rates.shape[1], np.nan)
    middle[known] = np.nanmedian(rates[:, known], axis=0)
    return middle
