"""Invents the tables about work: people, projects, tasks, hours and what they cost."""

from __future__ import annotations

import numpy as np
import polars as pl

from bench.invented import DAYS, PROJECTS_PER_ACCOUNT, WORK, at, currency, days, ids, picked

TASKS_PER_PROJECT = 4
TEAM = 6
MEAN_HOURS = 2.125


def people(rng: np.random.Generator, count: int) -> pl.DataFrame:
    """The team, all with rates."""
    number = np.arange(count)
    cost = np.round(rng.uniform(22, 60, count), 1)
    return pl.DataFrame(
        {
            "person_id": ids("P", number),
            "name": ids("Person ", number),
            "role": picked(("designer", "developer", "consultant"), number % 3),
            "weekly_hours": np.full(count, 40.0),
            "cost_rate": cost,
            "bill_rate": np.round(cost * 2.1),
            "rate_currency": pl.Series(["EUR"]).new_from_index(0, count),
            "country": picked(("ES", "GB", "MX"), number % 3),
        }
    )


def person_terms(rng: np.random.Generator, people: int) -> pl.DataFrame:
    """A new cost rate for every second person."""
    number = np.arange(0, people, 2)
    return pl.DataFrame(
        {
            "person_id": ids("P", number),
            "from": days(rng, len(number), 200, 600),
            "weekly_hours": np.full(len(number), 40.0),
            "cost_rate": np.round(rng.uniform(25, 65, len(number)), 1),
        }
    )


def projects(rng: np.random.Generator, accounts: int, size: np.ndarray, entries: int) -> pl.DataFrame:
    """Projects of all clients; their budgets in hours suit `entries` time entries in all."""
    number = np.arange(accounts * PROJECTS_PER_ACCOUNT)
    account = number // PROJECTS_PER_ACCOUNT
    expected = np.maximum(8, size[account] * entries / PROJECTS_PER_ACCOUNT * MEAN_HOURS)
    finished = pl.DataFrame({"day": days(rng, len(number), 400), "done": number % 3 == 0})
    start = days(rng, len(number), 0, 100)
    return pl.DataFrame(
        {
            "project_id": ids("J", number),
            "account_id": ids("A", account),
            "contract_id": ids("K", account),
            "name": ids("Project ", number),
            "status": picked(("done", "active", "active"), number % 3),
            "start": start,
            "due": days(rng, len(number), DAYS - 10, DAYS + 300),
            "finished_on": finished.select(pl.when("done").then("day")).to_series(),
            "baseline_start": start,
            "baseline_due": at(DAYS - 60 + number % 240),
            "target_margin": np.full(len(number), 0.3),
            "billing": picked(("retainer", "fixed", "time_materials", "retainer"), account % 4),
            "budget_hours": np.round(expected * rng.uniform(0.97, 1.8, len(number))),
            "budget_amount": np.round(expected * 85, -2),
            "currency": currency(account),
            "percent_complete": np.where(number % 3 == 0, 100.0, 60.0),
        }
    )


def tasks(projects: pl.DataFrame, people: int) -> pl.DataFrame:
    """A few tasks a project, the last of them a milestone, all with a baseline; a fourth are done, some of them late."""
    number = np.arange(projects.height * TASKS_PER_PROJECT)
    kind = (number % TASKS_PER_PROJECT == TASKS_PER_PROJECT - 1).astype(int)
    begin, length = number * 37 % (DAYS - 90), 40 + number % 200
    done = (number // TASKS_PER_PROJECT + number) % 4 == 0
    ended = pl.DataFrame({"day": at(np.minimum(DAYS - 1, begin + length + number % 11 - 7)), "done": done})
    estimate = 8.0 + number % 40
    return pl.DataFrame(
        {
            "task_id": ids("T", number),
            "project_id": ids("J", number // TASKS_PER_PROJECT),
            "name": ids("Task ", number),
            "kind": picked(("task", "milestone"), kind),
            "status": picked(("open", "done", "in_progress"), np.where(done, 1, number % 2 * 2)),
            "assignee_id": ids("P", number // TASKS_PER_PROJECT * 7 % people),
            "estimate_hours": estimate,
            "remaining_hours": np.where(done, 0.0, estimate / 2),
            "baseline_hours": np.where(kind == 1, 0.0, estimate),
            "baseline_start": at(begin),
            "baseline_finish": at(begin + length),
            "due": at(begin + length + 10),
            "finished_on": ended.select(pl.when("done").then("day")).to_series(),
        }
    )


def expenses(rng: np.random.Generator, projects: pl.DataFrame) -> pl.DataFrame:
    """Three expenses a project."""
    number = np.arange(projects.height * 3)
    return pl.DataFrame(
        {
            "expense_id": ids("E", number),
            "project_id": ids("J", number // 3),
            "date": days(rng, len(number)),
            "amount": np.round(rng.lognormal(6, 1, len(number)), 2),
            "currency": picked(("EUR", "EUR", "USD"), number % 3),
            "pass_through": number % 2 == 0,
        }
    )


def change_requests(rng: np.random.Generator, projects: int) -> pl.DataFrame:
    """One request a project; half of them are decided, and work on some has begun."""
    number = np.arange(projects)
    dates = pl.DataFrame({"raised": days(rng, projects, 0, DAYS - 40), "number": number}).with_columns(
        pl.when(pl.col("number") % 4 != 2).then(pl.col("raised") + pl.duration(days=20)).alias("decided"),
        pl.when(pl.col("number") % 3 == 0).then(pl.col("raised") + pl.duration(days=10)).alias("started"),
    )
    return pl.DataFrame(
        {
            "change_id": ids("X", number),
            "project_id": ids("J", number),
            "raised_on": dates["raised"],
            "title": ids("Change ", number),
            "kind": picked(("added",), number * 0),
            "status": picked(("approved", "implemented", "logged", "rejected"), number % 4),
            "hours": np.round(rng.uniform(4, 40, projects)),
            "price": np.round(rng.uniform(400, 4000, projects)),
            "currency": picked(("EUR",), number * 0),
            "paid_by": picked(("client", "us"), number % 2),
            "decided_on": dates["decided"],
            "started_on": dates["started"],
        }
    )


def progress(rng: np.random.Generator, projects: int) -> pl.DataFrame:
    """Six readings a project."""
    readings = 6
    number = np.arange(projects * readings)
    offsets = (number % readings) * (DAYS // readings) + rng.integers(0, 90, len(number))
    return pl.DataFrame(
        {
            "project_id": ids("J", number // readings),
            "date": at(offsets),
            "percent_complete": (number % readings) * 15.0,
        }
    )


def time_entries(rng: np.random.Generator, count: int, size: np.ndarray, people: int) -> pl.DataFrame:
    """Entries in order of day; each project has a team, and large accounts have more of the work."""
    weeks = rng.integers(0, DAYS // 7, count)
    offset = np.sort(weeks * 7 + (rng.integers(0, 5, count) + 1) % 7)  # the first day is a Sunday
    project = rng.choice(len(size), count, p=size) * PROJECTS_PER_ACCOUNT + rng.integers(0, PROJECTS_PER_ACCOUNT, count)
    person = (project * 7 + rng.integers(0, TEAM, count)) % people
    task = project * TASKS_PER_PROJECT + rng.integers(0, TASKS_PER_PROJECT, count)
    kinds = rng.integers(0, 10, count)
    rows = pl.DataFrame(
        {
            "entry_id": pl.Series(np.arange(count)).cast(pl.String).str.zfill(8),
            "date": at(offset),
            "person_id": ids("P", person),
            "project_id": ids("J", project),
            "task_id": ids("T", task),
            "hours": rng.integers(1, 17, count) / 4,
            "billable": kinds < 7,
            "kind": kinds,
            "note": picked(WORK, rng.integers(0, len(WORK), count)) + " " + pl.Series(rng.integers(1, 5000, count)).cast(pl.String),
        }
    )
    own = pl.col("kind") == 0
    return rows.with_columns(
        pl.when(pl.col("kind") < 6).then("task_id").alias("task_id"),
        pl.when(own).then(95.0).alias("bill_rate"),
        pl.when(own).then(pl.lit("EUR")).alias("currency"),
        ("T" + pl.col("entry_id")).alias("entry_id"),
    ).drop("kind")
