"""Invents portfolios of any size from a seed, with every table that the pages of clients read. It keeps nothing and reads no clock."""

from __future__ import annotations

import numpy as np
import polars as pl

from bench import clients, work
from lib.tables import TABLES

SEED = 20251231


def portfolio(entries: int, accounts: int = 1000, people: int = 1200, seed: int = SEED, months: int = 26) -> dict[str, pl.DataFrame]:
    """Table name -> rows of its schema, which they satisfy: `entries` time entries of `people` for `accounts`, FIRST to LAST, and an
    invoice for each account and each of the last `months`.
    """
    rng = np.random.default_rng(seed)
    size = rng.lognormal(0, 1, accounts)
    size /= size.sum()
    projects = work.projects(rng, accounts, size, entries)
    made = {
        "accounts": clients.accounts(rng, accounts),
        "contacts": clients.contacts(rng, accounts),
        "contracts": clients.contracts(rng, accounts, size),
        "people": work.people(rng, people),
        "person_terms": work.person_terms(rng, people),
        "projects": projects,
        "tasks": work.tasks(projects, people),
        "invoices": clients.invoices(rng, accounts, size, months),
        "expenses": work.expenses(rng, projects),
        "touchpoints": clients.touchpoints(rng, accounts),
        "feedback": clients.feedback(rng, accounts),
        "risks": clients.risks(rng, accounts),
        "change_requests": work.change_requests(rng, projects.height),
        "goals": clients.goals(rng, accounts),
        "opportunities": clients.opportunities(rng, accounts),
        "progress": work.progress(rng, projects.height),
        "fx_rates": clients.fx_rates(),
        "time_entries": work.time_entries(rng, entries, size, people),
    }
    return {name: typed(name, rows) for name, rows in made.items()}


def typed(table: str, rows: pl.DataFrame) -> pl.DataFrame:
    """`rows` with all columns of `table` in their types; raises if they break one of its rules."""
    schema = TABLES[table].polars_schema
    lacking = [pl.lit(None, dtype).alias(name) for name, dtype in schema.items() if name not in rows.columns]
    whole = rows.with_columns(lacking).select(schema.names()).cast(schema)
    return TABLES[table].schema.validate(whole)


def changed(entries: pl.DataFrame, share: float, seed: int = SEED) -> pl.DataFrame:
    """`entries` with other hours and another note in a `share` of its rows."""
    chosen = pl.Series(np.random.default_rng(seed + 1).random(entries.height) < share)
    return entries.with_columns(
        pl.when(chosen).then(pl.col("hours") + 0.25).otherwise("hours").alias("hours"),
        pl.when(chosen).then(pl.col("note") + " (corrected)").otherwise("note").alias("note"),
    )
