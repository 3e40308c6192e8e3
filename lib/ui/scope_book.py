"""The register of change requests as all sessions share it, made once for each version and day. Keys are plain values, never frames."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl
import streamlit as st

from lib.scope.register import register
from lib.ui import session


@dataclass(frozen=True)
class BookAsked:
    """Everything that the register, its growth and its ledgers depend on."""

    version: int
    as_of: date
    base: str


def book_asked(version: int, as_of: date) -> BookAsked:
    """The key of a view, with the settings it rests on."""
    return BookAsked(version, as_of, session.settings()["base_currency"])


# Frames are shared between sessions and never changed in place: cache_data would copy them at every rerun.
@st.cache_resource(show_spinner=False, max_entries=8)
def _register(folder: str, asked: BookAsked) -> pl.DataFrame:
    portfolio, _ = session.known_portfolio(asked.as_of, asked.version)
    return register(portfolio, asked.as_of, asked.base)


def the_register(asked: BookAsked) -> pl.DataFrame:
    """Every change request raised by the day: `lib.scope.register.COLUMNS`."""
    return _register(str(session.store().folder), asked)


@st.cache_resource(show_spinner=False, max_entries=8)
def _projects(folder: str, asked: BookAsked) -> pl.DataFrame:
    portfolio, _ = session.known_portfolio(asked.as_of, asked.version)
    accounts = portfolio["accounts"].select("account_id", pl.col("name").alias("account"))
    rows = portfolio["projects"].join(accounts, on="account_id", how="left")
    return rows.select("project_id", "name", "account_id", "account", "status").sort("name").collect()


def the_projects(asked: BookAsked) -> pl.DataFrame:
    """Every project, by name: project_id, name, account_id, account, status."""
    return _projects(str(session.store().folder), asked)
