"""The health score of the worked example: one account of the key tier, readings as given, today and 13 weeks before."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import numpy as np
import polars as pl

from lib.health.metrics import METRIC_KEYS
from lib.health.profile import Array
from lib.health.readings import READING
from lib.health.scores import Grid, grid

TODAY = date(2026, 10, 2)
BEFORE = TODAY - timedelta(weeks=13)
NOW: dict[str, float | None] = {
    "spi_t": float(Fraction(300 * 57 + 100 * 30, 300 * 60 + 100 * 30)), "milestones_met": 9 / 10, "overdue_tasks": 12 / 240,
    "margin_gap": -0.02, "overrun": 0.05, "unapproved_scope": 6 / 400, "over_servicing": None,
    "contact_days": 9, "contacts_known": 3, "sponsor_reached": 1, "risk_exposure": 3 * 4,
    "notice_days": 96, "revenue_trend": 1.12, "goals_met": 4 / 5, "satisfaction": None,
    "receivables_overdue": 8_000 / 64_000, "payment_delay": 2,
}  # fmt: skip
SCORE = {
    "spi_t": 85.714286, "milestones_met": 88.888889, "overdue_tasks": 83.333333, "margin_gap": 90, "overrun": 80, "unapproved_scope": 85,
    "over_servicing": 50, "contact_days": 91.304348, "contacts_known": 100, "sponsor_reached": 100, "risk_exposure": 70,
    "notice_days": 80, "revenue_trend": 100, "goals_met": 83.333333, "satisfaction": 44, "receivables_overdue": 75, "payment_delay": 90,
}  # fmt: skip
POINTS = {
    "spi_t": 5.714286, "milestones_met": 5.925926, "overdue_tasks": 5.555556, "margin_gap": 4.5, "overrun": 4.0, "unapproved_scope": 4.25,
    "over_servicing": 2.5, "contact_days": 4.565217, "contacts_known": 5, "sponsor_reached": 5, "risk_exposure": 3.5, "notice_days": 4,
    "revenue_trend": 5, "goals_met": 4.166667, "satisfaction": 6.6, "receivables_overdue": 3.75, "payment_delay": 4.5,
}  # fmt: skip
ACCOUNTS = pl.DataFrame({"account_id": "A", "day": [TODAY], "tier": "key", "industry": None}).cast({"industry": pl.String})


def readings(day: date, values: dict[str, float | None], account: str = "A") -> pl.DataFrame:
    rows = [(account, day, metric, "missing" if value is None else "known", value, None) for metric, value in values.items()]
    return pl.DataFrame(rows, READING, orient="row")


def medians(**known: float) -> Array:
    """Of the book (day, metric); NaN where fewer than five accounts have it."""
    return np.array([[known.get(metric, np.nan) for metric in METRIC_KEYS]])


def last_known(**values: float) -> pl.DataFrame:
    rows = [("A", metric, "known", value) for metric, value in values.items()]
    return pl.DataFrame(rows, {"account_id": pl.String, "metric": pl.String, "state": pl.String, "value": pl.Float64}, orient="row")


def grid_now(**changed: Any) -> Grid:
    return grid(ACCOUNTS, readings(TODAY, NOW | changed), last_known(satisfaction=80))
