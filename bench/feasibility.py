"""Measures whether a team's work fits its hours: 400 people with 50 tasks each, against one sort of those tasks by person and due date."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import numpy as np
import polars as pl

from bench.measure import Measure, medians, tell
from lib.schedule.feasibility import unplaced_hours

PEOPLE, TASKS, DAYS = 400, 50, 130
LIMIT, ROUNDS = 10.0, 21
AS_OF = date(2026, 5, 11)


def feasibility(quick: bool) -> Measure:
    """Tasks of half an hour to fifteen, due one day to forty after their release, in half a year; in two of five cases not all fit."""
    people = PEOPLE // 10 if quick else PEOPLE
    tell(f"feasibility: {people} people with {TASKS} tasks each")
    tasks, capacity = _invented(people)
    unplaced_hours(tasks, capacity, AS_OF)
    ours, floor = medians(ROUNDS, partial(unplaced_hours, tasks, capacity, AS_OF), partial(tasks.sort, "person_id", "due"))
    name = f"feasibility of {people} people with {TASKS} tasks each"
    return Measure(name, ours * 1000, "ms", "Polars sort of the tasks", floor * 1000, LIMIT, f"median of {ROUNDS}, by person and due date")


def _invented(people: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    rng = np.random.default_rng(1)
    count = people * TASKS
    release = rng.integers(0, DAYS - 30, count)
    due = np.minimum(release + rng.integers(1, 40, count), DAYS + 10)
    ids = pl.Series([f"person {number:04}" for number in range(people)])
    first = AS_OF + timedelta(days=1)
    tasks = pl.DataFrame({
        "person_id": ids.gather(np.repeat(np.arange(people), TASKS)),
        "job_id": [f"task {number}" for number in range(count)],
        "hours": rng.integers(1, 30, count) / 2,
        "release": release,
        "due": due,
    }).with_columns((pl.lit(first) + pl.duration(days=pl.col("release", "due"))).name.keep())  # fmt: skip
    days = [first + timedelta(days=number) for number in range(DAYS)]
    capacity = pl.DataFrame({
        "person_id": ids.gather(np.repeat(np.arange(people), DAYS)),
        "date": days * people,
        "hours": [8.0 if day.weekday() < 5 else 0.0 for day in days] * people,
    })  # fmt: skip
    return tasks.sample(fraction=1, shuffle=True, seed=1), capacity
