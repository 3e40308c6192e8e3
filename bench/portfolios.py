"""Invents portfolios of any size from a seed, with every table that the Portfolio page reads. It keeps nothing and reads no clock."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from lib.tables import TABLES

FIRST, LAST = date(2023, 10, 1), date(2025, 12, 31)
SEED = 20251231
PROJECTS_PER_ACCOUNT = 3
TASKS_PER_PROJECT = 4
TEAM = 6
MEAN_HOURS = 2.125
_DAYS = (LAST - FIRST).days + 1
_WORK = (
    "Reunión de seguimiento",
    "Diseño de la página",
    "Design review",
    "Fixing the import, again",
    "Llamada con el cliente",
    'Workshop "discovery"',
    "Copy for the spring campaign",
    "Code review",
    "Informe mensual; versión 2",
    "Site visit",
)


def portfolio(entries: int, accounts: int = 1000, people: int = 1200, seed: int = SEED) -> dict[str, pl.DataFrame]:
    """Table name -> rows of its schema, which they satisfy: `entries` time entries of `people` for `accounts`, FIRST to LAST."""
    rng = np.random.default_rng(seed)
    size = rng.lognormal(0, 1, accounts)
    size /= size.sum()
    projects = _projects(rng, accounts, size, entries)
    made = {
        "accounts": _accounts(rng, accounts),
        "contacts": _contacts(rng, accounts),
        "contracts": _contracts(rng, accounts, size),
        "people": _people(rng, people),
        "person_terms": _person_terms(rng, people),
        "projects": projects,
        "tasks": _tasks(projects),
        "invoices": _invoices(rng, accounts, size),
        "expenses": _expenses(rng, projects),
        "touchpoints": _touchpoints(rng, accounts),
        "feedback": _feedback(rng, accounts),
        "risks": _risks(rng, accounts),
        "change_requests": _change_requests(rng, projects.height),
        "opportunities": _opportunities(rng, accounts),
        "progress": _progress(rng, projects.height),
        "fx_rates": _fx_rates(),
        "time_entries": _time_entries(rng, entries, size, people),
    }
    return {name: typed(name, rows) for name, rows in made.items()}


def typed(table: str, rows: pl.DataFrame) -> pl.DataFrame:
    """`rows` with all columns of `table` in their types; raises if they break one of its rules."""
    schema = TABLES[table].polars_schema
    lacking = [pl.lit(None, dtype).alias(name) for name, dtype in schema.items() if name not in rows.columns]
    whole = rows.with_columns(lacking).select(schema.names()).cast(dict(schema))
    return TABLES[table].schema.validate(whole)


def changed(entries: pl.DataFrame, share: float, seed: int = SEED) -> pl.DataFrame:
    """`entries` with other hours and another note in a `share` of its rows."""
    chosen = pl.Series(np.random.default_rng(seed + 1).random(entries.height) < share)
    return entries.with_columns(
        pl.when(chosen).then(pl.col("hours") + 0.25).otherwise("hours").alias("hours"),
        pl.when(chosen).then(pl.col("note") + " (corrected)").otherwise("note").alias("note"),
    )


def _ids(letter: str, numbers: np.ndarray | range) -> pl.Series:
    return (pl.Series([letter]).new_from_index(0, len(numbers)) + pl.Series(np.asarray(numbers)).cast(pl.String).str.zfill(5)).alias("id")


def _picked(words: tuple[str, ...], which: np.ndarray) -> pl.Series:
    return pl.Series(words).gather(which)


def _days(rng: np.random.Generator, count: int, first: int = 0, last: int = _DAYS) -> pl.Series:
    return _at(rng.integers(first, last, count))


def _at(offsets: np.ndarray) -> pl.Series:
    return pl.select(pl.lit(FIRST) + pl.duration(days=pl.Series(offsets))).to_series()


def _currency(accounts: np.ndarray) -> pl.Series:
    return _picked(("EUR", "EUR", "EUR", "EUR", "EUR", "EUR", "EUR", "EUR", "GBP", "USD"), accounts % 10)


def _accounts(rng: np.random.Generator, count: int) -> pl.DataFrame:
    number = np.arange(count)
    below = (number % 20 == 7) & (number > 20)
    parent = pl.DataFrame({"id": _ids("A", number - number % 20), "below": below})
    return pl.DataFrame(
        {
            "account_id": _ids("A", number),
            "name": _picked(("Clínica", "Norte", "Banco", "Studio", "Obras", "Escuela", "Acme"), number % 7) + " " + _ids("", number),
            "parent_id": parent.select(pl.when("below").then("id")).to_series(),
            "industry": _picked(("technology", "marketing", "construction", "health", "education", "finance"), number % 6),
            "tier": _picked(("key", "growth", "standard", "standard"), number % 4),
            "manager": _picked(tuple(f"Manager {one}" for one in range(40)), number % 40),
            "currency": _currency(number),
            "since": _days(rng, count, 0, 200),
            "status": _picked(("active",) * 18 + ("paused", "prospect"), number % 20),
        }
    )


def _contacts(rng: np.random.Generator, accounts: int) -> pl.DataFrame:
    number = np.arange(accounts * 4)
    left = pl.DataFrame({"day": _days(rng, len(number), 700), "gone": (number % 4 == 0) & (number % 160 == 0)})
    return pl.DataFrame(
        {
            "contact_id": _ids("C", number),
            "account_id": _ids("A", number // 4),
            "name": _ids("Contact ", number),
            "role": _picked(("sponsor", "decision_maker", "user", "finance"), number % 4),
            "active": pl.Series(number % 160 != 0),
            "left_on": left.select(pl.when("gone").then("day")).to_series(),
        }
    )


def _contracts(rng: np.random.Generator, accounts: int, size: np.ndarray) -> pl.DataFrame:
    number = np.arange(accounts)
    kind = number % 4
    fee = np.round(np.maximum(500, size * accounts * 9000), -1)
    return pl.DataFrame(
        {
            "contract_id": _ids("K", number),
            "account_id": _ids("A", number),
            "kind": _picked(("retainer", "fixed_price", "time_materials", "subscription"), kind),
            "start": _days(rng, accounts, 0, 120),
            "end": _days(rng, accounts, _DAYS, _DAYS + 700),
            "notice_days": np.full(accounts, 60),
            "auto_renew": number % 2 == 0,
            "renewal_months": np.full(accounts, 12),
            "value": fee,
            "value_per": _picked(("month", "total", "year", "quarter"), kind),
            "currency": _currency(number),
            "hours_included": np.where(kind == 0, np.round(fee / 80), np.nan),
            "payment_days": np.full(accounts, 30),
        }
    ).with_columns(pl.col("hours_included").fill_nan(None))


def _people(rng: np.random.Generator, count: int) -> pl.DataFrame:
    number = np.arange(count)
    cost = np.round(rng.uniform(22, 60, count), 1)
    return pl.DataFrame(
        {
            "person_id": _ids("P", number),
            "name": _ids("Person ", number),
            "role": _picked(("designer", "developer", "consultant"), number % 3),
            "weekly_hours": np.full(count, 40.0),
            "cost_rate": cost,
            "bill_rate": np.round(cost * 2.1),
            "rate_currency": pl.Series(["EUR"]).new_from_index(0, count),
            "country": _picked(("ES", "GB", "MX"), number % 3),
        }
    )


def _person_terms(rng: np.random.Generator, people: int) -> pl.DataFrame:
    number = np.arange(0, people, 2)
    return pl.DataFrame(
        {
            "person_id": _ids("P", number),
            "from": _days(rng, len(number), 200, 600),
            "weekly_hours": np.full(len(number), 40.0),
            "cost_rate": np.round(rng.uniform(25, 65, len(number)), 1),
        }
    )


def _projects(rng: np.random.Generator, accounts: int, size: np.ndarray, entries: int) -> pl.DataFrame:
    number = np.arange(accounts * PROJECTS_PER_ACCOUNT)
    account = number // PROJECTS_PER_ACCOUNT
    expected = np.maximum(8, size[account] * entries / PROJECTS_PER_ACCOUNT * MEAN_HOURS)
    finished = pl.DataFrame({"day": _days(rng, len(number), 400), "done": number % 3 == 0})
    return pl.DataFrame(
        {
            "project_id": _ids("J", number),
            "account_id": _ids("A", account),
            "contract_id": _ids("K", account),
            "name": _ids("Project ", number),
            "status": _picked(("done", "active", "active"), number % 3),
            "start": _days(rng, len(number), 0, 100),
            "due": _days(rng, len(number), _DAYS - 10, _DAYS + 300),
            "finished_on": finished.select(pl.when("done").then("day")).to_series(),
            "billing": _picked(("retainer", "fixed", "time_materials", "retainer"), account % 4),
            "budget_hours": np.round(expected * rng.uniform(0.97, 1.8, len(number))),
            "budget_amount": np.round(expected * 85, -2),
            "currency": _currency(account),
            "percent_complete": np.where(number % 3 == 0, 100.0, 60.0),
        }
    )


def _tasks(projects: pl.DataFrame) -> pl.DataFrame:
    number = np.arange(projects.height * TASKS_PER_PROJECT)
    return pl.DataFrame(
        {
            "task_id": _ids("T", number),
            "project_id": _ids("J", number // TASKS_PER_PROJECT),
            "name": _ids("Task ", number),
            "kind": _picked(("task",), number * 0),
            "status": _picked(("done", "in_progress", "open", "open"), number % 4),
            "estimate_hours": 8.0 + number % 40,
        }
    )


def _invoices(rng: np.random.Generator, accounts: int, size: np.ndarray) -> pl.DataFrame:
    months = _DAYS // 30
    number = np.arange(accounts * months)
    account, issued = number % accounts, (number // accounts) * 30 + number % 28
    amount = np.round(size[account] * accounts * 12000 * rng.uniform(0.8, 1.2, len(number)), 2)
    paid = issued + rng.integers(20, 60, len(number))
    settled = pl.DataFrame({"day": _at(paid), "gross": np.round(amount * 1.21, 2), "paid": (paid < _DAYS) & (number % 400 != 0)})
    return pl.DataFrame(
        {
            "invoice_id": _ids("F", number),
            "account_id": _ids("A", account),
            "project_id": _ids("J", account * PROJECTS_PER_ACCOUNT),
            "kind": _picked(("invoice",) * 39 + ("credit_note",), number % 40),
            "status": _picked(("sent",) * 59 + ("disputed",), number % 60),
            "issued": _at(issued),
            "due": _at(issued + 30),
            "paid_on": settled.select(pl.when("paid").then("day")).to_series(),
            "paid_amount": settled.select(pl.when("paid").then("gross")).to_series(),
            "amount": amount,
            "tax": np.round(amount * 0.21, 2),
            "currency": _currency(account),
        }
    )


def _expenses(rng: np.random.Generator, projects: pl.DataFrame) -> pl.DataFrame:
    number = np.arange(projects.height * 3)
    return pl.DataFrame(
        {
            "expense_id": _ids("E", number),
            "project_id": _ids("J", number // 3),
            "date": _days(rng, len(number)),
            "amount": np.round(rng.lognormal(6, 1, len(number)), 2),
            "currency": _picked(("EUR", "EUR", "USD"), number % 3),
            "pass_through": number % 2 == 0,
        }
    )


def _touchpoints(rng: np.random.Generator, accounts: int) -> pl.DataFrame:
    number = np.arange(accounts * 20)
    return pl.DataFrame(
        {
            "touchpoint_id": _ids("M", number),
            "account_id": _ids("A", number % accounts),
            "date": _days(rng, len(number)),
            "kind": _picked(("meeting", "call", "email", "workshop"), number % 4),
            "summary": _picked(_WORK, number % len(_WORK)),
        }
    )


def _feedback(rng: np.random.Generator, accounts: int) -> pl.DataFrame:
    number = np.arange(accounts * 2)
    return pl.DataFrame(
        {
            "feedback_id": _ids("N", number),
            "account_id": _ids("A", number // 2),
            "contact_id": _ids("C", (number // 2) * 4),
            "date": _days(rng, len(number)),
            "kind": _picked(("nps",), number * 0),
            "score": rng.integers(5, 11, len(number)).astype(float),
        }
    )


def _risks(rng: np.random.Generator, accounts: int) -> pl.DataFrame:
    number = np.arange(accounts * 2)
    return pl.DataFrame(
        {
            "risk_id": _ids("R", number),
            "account_id": _ids("A", number // 2),
            "kind": _picked(("risk", "issue"), number % 2),
            "title": _ids("Risk ", number),
            "internal": number % 3 == 0,
            "opened": _days(rng, len(number)),
            "probability": 1 + number % 5,
            "impact": np.where(number % 90 == 1, 5, 1 + number % 4),
            "status": _picked(("open", "closed", "closed"), number % 3),
        }
    )


def _change_requests(rng: np.random.Generator, projects: int) -> pl.DataFrame:
    number = np.arange(projects)
    return pl.DataFrame(
        {
            "change_id": _ids("X", number),
            "project_id": _ids("J", number),
            "raised_on": _days(rng, projects),
            "title": _ids("Change ", number),
            "kind": _picked(("added",), number * 0),
            "status": _picked(("approved", "implemented", "logged", "rejected"), number % 4),
            "hours": np.round(rng.uniform(4, 40, projects)),
            "price": np.round(rng.uniform(400, 4000, projects)),
            "currency": _picked(("EUR",), number * 0),
            "paid_by": _picked(("client", "us"), number % 2),
        }
    )


def _opportunities(rng: np.random.Generator, accounts: int) -> pl.DataFrame:
    number = np.arange(accounts)
    return pl.DataFrame(
        {
            "opportunity_id": _ids("O", number),
            "account_id": _ids("A", number),
            "contract_id": _ids("K", number),
            "name": _ids("Deal ", number),
            "kind": _picked(("renewal", "upsell"), number % 2),
            "stage": _picked(("proposal",), number * 0),
            "amount": np.round(rng.lognormal(9, 1, accounts)),
            "currency": _currency(number),
            "created_on": _days(rng, accounts),
            "status": _picked(("open", "open", "won", "lost"), number % 4),
        }
    )


def _progress(rng: np.random.Generator, projects: int) -> pl.DataFrame:
    readings = 6
    number = np.arange(projects * readings)
    offsets = (number % readings) * (_DAYS // readings) + rng.integers(0, 90, len(number))
    return pl.DataFrame(
        {
            "project_id": _ids("J", number // readings),
            "date": _at(offsets),
            "percent_complete": (number % readings) * 15.0,
        }
    )


def _fx_rates() -> pl.DataFrame:
    weeks = np.arange(0, _DAYS + 7, 7)
    rates = [
        pl.DataFrame({"currency": _picked((code,), weeks * 0), "date": _at(weeks), "rate": np.round(rate + 0.02 * np.sin(weeks / 90), 4)})
        for code, rate in (("GBP", 1.16), ("USD", 0.92))
    ]
    return pl.concat(rates)


def _time_entries(rng: np.random.Generator, count: int, size: np.ndarray, people: int) -> pl.DataFrame:
    """Entries in order of day; each project has a team, and large accounts have more of the work."""
    weeks = rng.integers(0, _DAYS // 7, count)
    offset = np.sort(weeks * 7 + (rng.integers(0, 5, count) + 1) % 7)  # the first day is a Sunday
    project = rng.choice(len(size), count, p=size) * PROJECTS_PER_ACCOUNT + rng.integers(0, PROJECTS_PER_ACCOUNT, count)
    person = (project * 7 + rng.integers(0, TEAM, count)) % people
    task = project * TASKS_PER_PROJECT + rng.integers(0, TASKS_PER_PROJECT, count)
    kinds = rng.integers(0, 10, count)
    rows = pl.DataFrame(
        {
            "entry_id": pl.Series(np.arange(count)).cast(pl.String).str.zfill(8),
            "date": _at(offset),
            "person_id": _ids("P", person),
            "project_id": _ids("J", project),
            "task_id": _ids("T", task),
            "hours": rng.integers(1, 17, count) / 4,
            "billable": kinds < 7,
            "kind": kinds,
            "note": _picked(_WORK, rng.integers(0, len(_WORK), count)) + " " + pl.Series(rng.integers(1, 5000, count)).cast(pl.String),
        }
    )
    own = pl.col("kind") == 0
    return rows.with_columns(
        pl.when(pl.col("kind") < 6).then("task_id").alias("task_id"),
        pl.when(own).then(95.0).alias("bill_rate"),
        pl.when(own).then(pl.lit("EUR")).alias("currency"),
        ("T" + pl.col("entry_id")).alias("entry_id"),
    ).drop("kind")
