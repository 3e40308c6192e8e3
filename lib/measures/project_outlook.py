"""Where a project's earned value leads: days of forecasts, the line to them, what raised its budget. It draws nothing.

Formulas: definitions § Earned value and § Earned schedule: IEAC(t) = PD / SPI(t) and AT + PD − ES working days of the project's calendar
after the baseline's start.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from lib.measures.project_days import Basis, Numbers, project_days
from lib.measures.project_plans import Calendars
from lib.measures.project_tasks import TaskDays
from lib.measures.project_values import sources_of
from lib.portfolio import Portfolio

FARTHEST = 100 * 366
"""Days after the start from which on a forecast is no date any more: hardly anything is earned."""
_CURVES = {
    "day": pl.Date, "planned": pl.Float64, "earned": pl.Float64, "actual": pl.Float64, "forecast": pl.Float64, "low": pl.Float64,
    "high": pl.Float64,
}  # fmt: skip
_DECIDED = ("approved", "implemented")


def with_finishes(portfolio: Portfolio, values: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """`values` (all projects of `project_values`) with the days of their forecasts.

    Adds ieac_on and at_pd_es_on (the day at whose close so many working days, rounded, are passed; of finished projects the day they were;
    null where the figure is, or beyond a hundred years), due (the committed date) and `lateness`: past (IEAC(t) lies after the committed
    date), later (after the planned finish, but not past it), inside; null without a forecast. A project without a committed date is held to
    its plan.
    """
    asked = project_days(portfolio, [as_of])
    calendars = Calendars.of(portfolio, asked, TaskDays.of(portfolio, asked))
    place = asked.placed(values["project_id"])
    start = values["planned_start"].to_physical().cast(pl.Int64).to_numpy(allow_copy=True).astype(float)
    found = {}
    for figure, name in (("ieac_t", "ieac_on"), ("at_pd_es", "at_pd_es_on")):
        counted = values[figure].fill_null(float("nan")).to_numpy()
        days = _days_reached(calendars, place, start, counted)
        found[name] = pl.Series(name, days).fill_nan(None).cast(pl.Int32).cast(pl.Date)
    due = pl.DataFrame({"project_id": asked.projects, "due": asked.facts["due"]})
    rows = values.with_columns(
        pl.when(pl.col("finished").is_not_null()).then("finished").otherwise(days).alias(name) for name, days in found.items()
    )
    promised = pl.coalesce("due", "planned_finish")
    lateness = (
        pl.when(pl.col("ieac_on").is_null() | promised.is_null()).then(None)
        .when(pl.col("ieac_on") > promised).then(pl.lit("past"))
        .when(pl.col("ieac_on") > pl.col("planned_finish")).then(pl.lit("later"))
        .otherwise(pl.lit("inside"))
    )  # fmt: skip
    return rows.join(due, on="project_id", how="left", maintain_order="left").with_columns(lateness.alias("lateness"))


def _days_reached(calendars: Calendars, place: Numbers, start: Numbers, counted: Numbers) -> Numbers:
    """The first day (since 1970) at whose close so many whole working days are passed, one at least; NaN where none is that near."""
    reached = np.full(place.size, np.nan)
    known = np.flatnonzero((place >= 0) & np.isfinite(start) & np.isfinite(counted) & (counted < FARTHEST))
    calendar, first = calendars.of_project[place[known]], start[known].astype(np.int64)
    wanted = calendars.days.before(calendar, first) + np.maximum(np.round(counted[known]), 1)
    low, high = first.copy(), first + FARTHEST
    while (low < high).any():
        middle = (low + high) // 2
        short = calendars.days.before(calendar, middle + 1) < wanted
        low, high = np.where(short, middle + 1, low), np.where(short, high, middle)
    reached[known] = np.where(low < first + FARTHEST, low, np.nan)
    return reached


def growth(history: pl.DataFrame, value: dict[str, object], as_of: date) -> pl.DataFrame:
    """The curves of one project: day, planned, earned, actual; and forecast with low and high, from what is spent to the range of EAC.

    `history` of `project_history`, `value`: the project's row of `with_finishes`. The forecast runs straight from AC at `as_of` to EAC on
    the day of IEAC(t), else of AT + PD − ES; it is left out for finished projects and where either is not known. No rows for no history.
    """
    if history.is_empty():
        return pl.DataFrame(schema=_CURVES)
    curves = history.select("day", pl.col("pv").alias("planned"), pl.col("ev").alias("earned"), pl.col("ac").alias("actual"))
    none = pl.lit(None, pl.Float64)
    curves = curves.with_columns(none.alias("forecast"), none.alias("low"), none.alias("high"))
    ends = value["ieac_on"] or value["at_pd_es_on"]
    spent, low, leading, high = (value[name] for name in ("ac", "eac_low", "eac", "eac_high"))
    if value["finished"] is not None or not isinstance(ends, date) or ends <= as_of or spent is None or leading is None:
        return curves.select(*_CURVES)
    begins = curves.filter(pl.col("day") <= as_of)["day"].max()
    steps = [(begins if isinstance(begins, date) else as_of, spent, spent, spent), (ends, leading, low, high)]
    line = pl.DataFrame(steps, {"day": pl.Date, "forecast": pl.Float64, "low": pl.Float64, "high": pl.Float64}, orient="row")
    known = curves.drop("forecast", "low", "high")
    return known.join(line, on="day", how="full", coalesce=True).sort("day").select(*_CURVES)


def budget_changes(portfolio: Portfolio, project_id: str, as_of: date, basis: Basis = "cost", base: str = "EUR") -> pl.DataFrame:
    """The changes of one project decided by `as_of`, the earliest first: what each did to its budget.

    change_id, order_number, title, kind, decided_on, paid_by, client_share, amount (what it adds to BAC; negative where it takes away; 0
    for what we pay for; null where it states no amount), bac_after (original and all amounts so far; null without a budget).
    """
    known = ("projects", "tasks", "time_entries", "expenses", "change_requests", "progress")
    alone = {name: portfolio[name].filter(pl.col("project_id") == project_id) for name in known}
    book = Portfolio(portfolio.version, dict(portfolio.frames) | alone, portfolio.rows)
    sources = sources_of(book, [as_of], basis, base)
    amounts = sources.changes.select("change_id", pl.col("amount"), pl.lit(True).alias("counts"))
    stated = ("change_id", "order_number", "title", "kind", "decided_on", "paid_by", "client_share")
    rows = (
        book["change_requests"]
        .filter(pl.col("status").is_in(_DECIDED), pl.col("decided_on") <= as_of)
        .select(stated)
        .collect()
        .join(amounts, on="change_id", how="left")
        .sort("decided_on", "change_id")
    )
    amount = pl.when("counts").then("amount").otherwise(0.0)
    original = sources.rows["bac_original"][0] if sources.rows.height else None
    after = pl.lit(original, pl.Float64) + pl.col("amount").fill_null(0.0).cum_sum()
    return rows.with_columns(amount.alias("amount")).with_columns(after.alias("bac_after")).drop("counts")


def clients_part(amount: float | None, paid_by: str, client_share: float | None) -> float:
    """The client's part of a cost or price, which for a cost is what it adds to BAC: all, the share of what is shared, or nothing."""
    shares = {"client": 1.0, "shared": client_share or 0.0}
    return (amount or 0.0) * shares.get(paid_by, 0.0)
