"""How far each table reaches, and which as-of follows from it. Reads no clock."""

from __future__ import annotations

from datetime import date

import polars as pl

from lib.portfolio import Portfolio

REACHES: dict[str, str] = {
    "time_entries": "date",
    "invoices": "issued",
    "expenses": "date",
    "touchpoints": "date",
    "feedback": "date",
    "progress": "date",
    "change_requests": "raised_on",
    "risks": "opened",
    "kpi_values": "date",
}
"""The column whose newest day says how far a table's facts go."""


def freshness(portfolio: Portfolio, as_of: date) -> pl.DataFrame:
    """One row a table that holds rows, those of REACHES first: table, rows, until (null where undated), age_days."""
    reached = {
        table: portfolio[table].filter(pl.col(column) <= as_of).select(pl.col(column).max()).collect().item()
        for table, column in REACHES.items()
        if table in portfolio.loaded
    }
    order = [*REACHES, *(table for table in portfolio.rows if table not in REACHES)]
    rows = [{"table": table, "rows": portfolio.rows[table], "until": reached.get(table)} for table in order if table in portfolio.loaded]
    fresh = pl.DataFrame(rows, schema={"table": pl.String, "rows": pl.Int64, "until": pl.Date})
    return fresh.with_columns((pl.lit(as_of) - pl.col("until")).dt.total_days().alias("age_days"))


def newest_fact(portfolio: Portfolio, today: date) -> date:
    """The earlier of `today` and the newest dated time entry or invoice; `today` where there is neither."""
    newest = [
        portfolio[table].select(pl.col(REACHES[table]).max()).collect().item()
        for table in ("time_entries", "invoices")
        if table in portfolio.loaded
    ]
    return min(today, max((day for day in newest if day is not None), default=today))


def oldest_fact(portfolio: Portfolio, default: date) -> date:
    """The oldest dated time entry or invoice; `default` where there is neither."""
    oldest = [
        portfolio[table].select(pl.col(REACHES[table]).min()).collect().item()
        for table in ("time_entries", "invoices")
        if table in portfolio.loaded
    ]
    return min((day for day in oldest if day is not None), default=default)
