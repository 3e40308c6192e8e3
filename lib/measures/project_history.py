"""How one project was to grow and did, day by day: the way to what `lib.measures.project_values` says of its last day. It knows no other.

Formulas: definitions § Earned value.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl

from lib.measures.project_costs import costs_by_day
from lib.measures.project_curves import changed_budgets
from lib.measures.project_days import EVER, Basis, Numbers
from lib.measures.project_plans import Plans
from lib.measures.project_values import sources_of
from lib.portfolio import Portfolio

_HISTORY = {"period": pl.Int64, "day": pl.Date, "pv": pl.Float64, "ev": pl.Float64, "ac": pl.Float64}
_BY_PROJECT = ("projects", "tasks", "time_entries", "expenses", "change_requests", "progress")
_YEARS_WITHOUT_WORK = 1096


def project_history(portfolio: Portfolio, project_id: str, as_of: date, basis: Basis = "cost", base: str = "EUR") -> pl.DataFrame:
    """How one project was to grow and did: period (working days from the baseline's start), day, and cumulative pv, ev, ac.

    One row a working day from the first to the planned end or `as_of`; rows that `earned_value` takes. `pv` with the changes decided so
    far; `ev` on the days of readings, at the end of the work and at `as_of`, else null; `ac` to `as_of`, null where it can't be had. No
    rows for a project without a budget, without dates, or that is level of effort.
    """
    alone = {name: portfolio[name].filter(pl.col("project_id") == project_id) for name in _BY_PROJECT}
    book = Portfolio(portfolio.version, dict(portfolio.frames) | alone, portfolio.rows)
    sources = sources_of(book, [as_of], basis, base)
    plans = sources.plans
    if not plans.timed.any():
        return pl.DataFrame(schema=_HISTORY)
    row, budgets = sources.rows.row(0, named=True), plans.budgets()
    today, finished = _number(as_of), _number(row["finished"] or as_of)
    end = max(int(budgets.last[0]), int(plans.until(np.zeros(1, np.int64), np.array([today]))[0]))
    days = _worked_days(plans, end)
    periods = np.arange(1, days.size + 1)
    frame = pl.DataFrame({"period": periods, "day": pl.Series(days).cast(pl.Date)}, schema={"period": pl.Int64, "day": pl.Date})
    pv = budgets.planned(np.zeros_like(periods), np.minimum(periods, budgets.last[0]))
    now = int(plans.until(np.zeros(1, np.int64), np.array([min(today, finished)]))[0])
    ev = np.full(periods.size, np.nan)
    for period, earned in (*_earned_by_readings(plans, today, now), (now, float(budgets.earned[0]))):
        if 0 < period <= periods.size:
            ev[period - 1] = earned
    spent = costs_by_day(book, as_of, basis, base)
    frame = frame.with_columns(pl.Series("pv", pv), pl.Series("ev", ev).fill_nan(None))
    frame = frame.join_asof(spent, left_on="day", right_on="date", strategy="backward")
    known = (pl.col("day") <= as_of) & pl.lit(row["ac"] is not None)
    return frame.select("period", "day", "pv", "ev", pl.when(known).then(pl.col("ac").fill_null(0.0)).alias("ac"))


def _number(day: date) -> int:
    return (day - date(1970, 1, 1)).days


def _worked_days(plans: Plans, count: int) -> Numbers:
    """The first `count` working days of the only plan; fewer where the calendar has no more in three years after the last."""
    days = plans.start[0] + np.arange(2 * max(count, 0) + _YEARS_WITHOUT_WORK)
    reached = plans.until(np.zeros(days.size, np.int64), days)
    return days[np.diff(reached, prepend=0) > 0][: max(count, 0)]


def _earned_by_readings(plans: Plans, today: int, now: int) -> list[tuple[int, float]]:
    """Period and EV of each day with a reading before the period `now`: by the readings, of the scope that was decided by that day."""
    read = plans.progress.readings
    days = np.unique(read.day[(read.owner == plans.progress.owner[0]) & (read.day <= today)])
    many = np.zeros(days.size, np.int64)
    decided = plans.changes.day <= days[:, None]
    place, change = np.nonzero(decided)
    changes = replace(plans.changes, **{name: values[change] for name, values in vars(plans.changes).items()} | {"project": place})
    nothing = np.full(days.size, np.nan)
    progress = replace(plans.progress, day=days, share=nothing, owner=plans.progress.owner[many], stated=nothing, finished=many > 0)
    budgets = changed_budgets(plans.original[many], plans.shapes, many - 1, changes, progress)
    periods = plans.until(many, days)
    return [(int(period), float(earned)) for period, earned in zip(periods, budgets.earned, strict=True) if EVER < period < now]
