"""Earned value as all sessions share it, computed once for each version and as-of. Keys are plain values, never frames."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl
import streamlit as st

from lib.measures.project_history import project_history
from lib.measures.project_outlook import budget_changes, growth, with_finishes
from lib.measures.project_values import project_values
from lib.ui import session


@dataclass(frozen=True)
class EarnedAsked:
    """Everything that earned value depends on."""

    version: int
    as_of: date
    base: str


# Frames are shared between sessions and never changed in place: cache_data would copy them at every rerun.
@st.cache_resource(show_spinner=False, max_entries=8)
def _values(folder: str, asked: EarnedAsked) -> pl.DataFrame:
    portfolio, _ = session.known_portfolio(asked.as_of, asked.version)
    values = with_finishes(portfolio, project_values(portfolio, asked.as_of, base=asked.base), asked.as_of)
    accounts = portfolio["accounts"].select("account_id", pl.col("name").alias("account")).collect()
    return values.join(accounts, on="account_id", how="left", maintain_order="left")


@st.cache_resource(show_spinner=False, max_entries=64)
def _grown(folder: str, asked: EarnedAsked, project_id: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    portfolio, _ = session.known_portfolio(asked.as_of, asked.version)
    value = _values(folder, asked).row(by_predicate=pl.col("project_id") == project_id, named=True)
    history = project_history(portfolio, project_id, asked.as_of, base=asked.base)
    return growth(history, value, asked.as_of), budget_changes(portfolio, project_id, asked.as_of, base=asked.base)


def the_values(version: int, as_of: date) -> pl.DataFrame:
    """Earned value of every project at the close of the day, with the days of its forecasts: `with_finishes`, and `account` by name."""
    return _values(str(session.store().folder), EarnedAsked(version, as_of, session.settings()["base_currency"]))


def growth_of(asked: EarnedAsked, project_id: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The curves of one project, and what raised its budget."""
    return _grown(str(session.store().folder), asked, project_id)
