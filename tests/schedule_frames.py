"""Small made frames of plans, forecasts and workloads in the shapes that charts take, for the gallery and its tests."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl

AS_OF = date(2026, 9, 30)
MONDAY = date(2026, 10, 5)
TASKS = (
    "Design system", "Booking screens", "Payments", "Sign-in and roles", "Order screens", "Approval flow", "Acceptance tests", "Go-live",
)  # fmt: skip
PEOPLE = ("Lucía Fernández de Arcaute", "Jon Bidegain", "Hanna Lindqvist", "Tomás Quiroga", "Dilip Anand", "Sofía Belmonte Ugarriza")
LONG = "Integración con el sistema de reservas de la Cooperativa Agrícola Valdemora del Jarama y Vecinos, fase {n}"


def tasks(names: tuple[str, ...] = TASKS, before: bool = True) -> pl.DataFrame:
    """A chain: each task begins a few days after the one before; the later half moved, the last one is a milestone."""
    rows = []
    for number, name in enumerate(names):
        start = MONDAY + timedelta(5 * number)
        milestone = number == len(names) - 1 and len(names) > 1
        finish = start if milestone else start + timedelta(7 + number % 5)
        late = timedelta(6) if number >= len(names) // 2 else timedelta(0)
        critical = number >= len(names) // 2
        rows.append({
            "name": name, "start": start + late, "finish": finish + late, "before_start": start if before and number != 3 else None,
            "before_finish": finish if before and number != 3 else None, "float_days": 0.0 if critical else 3.0 + number,
            "float_until": None if critical else finish + timedelta(5 + number), "critical": critical, "milestone": milestone,
        })  # fmt: skip
    types = {"before_start": pl.Date, "before_finish": pl.Date, "float_until": pl.Date}
    return pl.DataFrame(rows, schema_overrides=types)


def curves(weeks: int = 20, close: bool = False) -> pl.DataFrame:
    """Cumulative hours by week: the plan is an S, what is earned lags behind it, and a forecast goes on from the as-of date."""
    rows = []
    for week in range(weeks + 1):
        day = AS_OF + timedelta(7 * (week - weeks // 2))
        share = week / weeks
        plan = 400 * (3 * share**2 - 2 * share**3)
        done = day <= AS_OF
        earned, actual = 0.86 * plan, (0.87 if close else 0.97) * plan
        ahead = 0.86 * 200 + (week - weeks // 2) * 19.0
        rows.append({
            "day": day, "planned": plan, "earned": earned if done else None, "actual": actual if done else None,
            "forecast": min(ahead, 400) if day >= AS_OF else None, "low": min(ahead, 400) * 0.9 if day >= AS_OF else None,
            "high": min(ahead * 1.12, 420) if day >= AS_OF else None,
        })  # fmt: skip
    return pl.DataFrame(rows)


def finishes(trials: int = 2000, spread: float = 9.0) -> pl.Series:
    """Days of finish, skewed to the right, the same at any time."""
    shares = (np.arange(trials) + 0.5) / trials
    days = 20 + spread * (-np.log(1 - shares)) ** 0.8
    return pl.Series("finish", [MONDAY + timedelta(int(day)) for day in days])


def effects(names: tuple[str, ...] = TASKS) -> pl.DataFrame:
    """Days that the finish moves, the widest first but one."""
    rows = [{"name": name, "low": -8.4 / (number + 1), "high": 21.0 / (number + 1)} for number, name in enumerate(names)]
    return pl.DataFrame([*rows[1:2], rows[0], *rows[2:]])


def load(people: tuple[str, ...] = PEOPLE, weeks: int = 13) -> pl.DataFrame:
    """Hours by person and week: the first is over and does not fit in two weeks, the third is away for one."""
    rows = []
    for number, name in enumerate(people):
        for week in range(weeks):
            capacity = 0.0 if (number % 6 == 2 and week == 5) or week == 12 else 40.0
            hours = capacity * max(0.1, 1.18 - 0.09 * number - 0.07 * abs(week - 4))
            unplaced = 17.0 if number == 0 and week in (4, 5) else 0.0
            rows.append({
                "name": name, "week": MONDAY + timedelta(7 * week), "capacity_hours": capacity, "load_hours": hours,
                "unplaced_hours": unplaced,
            })  # fmt: skip
    return pl.DataFrame(rows)
