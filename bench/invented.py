"""Columns of invented rows: ids, words, days. It invents no table."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

FIRST, LAST = date(2023, 10, 1), date(2025, 12, 31)
DAYS = (LAST - FIRST).days + 1
PROJECTS_PER_ACCOUNT = 3
WORK = (
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


def ids(letter: str, numbers: np.ndarray | range) -> pl.Series:
    """Ids such as A00012, one for each of `numbers`."""
    return (pl.Series([letter]).new_from_index(0, len(numbers)) + pl.Series(np.asarray(numbers)).cast(pl.String).str.zfill(5)).alias("id")


def picked(words: tuple[str, ...], which: np.ndarray) -> pl.Series:
    """The words at the places `which`."""
    return pl.Series(words).gather(which)


def days(rng: np.random.Generator, count: int, first: int = 0, last: int = DAYS) -> pl.Series:
    """`count` days of the period, from day number `first` to before `last`."""
    return at(rng.integers(first, last, count))


def at(offsets: np.ndarray) -> pl.Series:
    """The days with these numbers, FIRST being 0."""
    return pl.DataFrame({"day": offsets}).select(pl.lit(FIRST) + pl.duration(days="day")).to_series()


def currency(accounts: np.ndarray) -> pl.Series:
    """The currency of each account number: most in euros."""
    return picked(("EUR", "EUR", "EUR", "EUR", "EUR", "EUR", "EUR", "EUR", "GBP", "USD"), accounts % 10)
