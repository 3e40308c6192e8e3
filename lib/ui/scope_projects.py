"""Which project is looked at on Scope change, and what of the data its page names. It computes nothing."""

from __future__ import annotations

from datetime import date

import polars as pl
import streamlit as st

from lib.charts.schedule import Words
from lib.formats import Language
from lib.measures.freshness import freshness
from lib.portfolio import Portfolio
from lib.ui import session
from lib.ui.frame import clip

PROJECT = "project"
OPEN = ("planned", "active", "on_hold")
SCHEMA = {"project_id": pl.String, "name": pl.String, "account_id": pl.String, "account": pl.String, "target_margin": pl.Float64}


@st.cache_resource(show_spinner=False, max_entries=16)
def _projects(folder: str, version: int, as_of: date) -> pl.DataFrame:
    portfolio, _ = session.known_portfolio(as_of, version)
    accounts = portfolio["accounts"].select("account_id", pl.col("name").alias("account"))
    raised = portfolio["change_requests"].filter(pl.col("status").is_in(["logged", "assessed", "proposed"]), pl.col("raised_on") <= as_of)
    asked = raised.group_by("project_id").agg(pl.col("raised_on").max().alias("asked_on"))
    rows = portfolio["projects"].filter(pl.col("status").is_in(OPEN)).join(accounts, on="account_id", how="left")
    found = rows.join(asked, on="project_id", how="left").with_columns(pl.coalesce("account", "account_id").alias("account"))
    return found.sort("account", "name").select(*SCHEMA, "asked_on").collect()


def open_projects(version: int, as_of: date) -> pl.DataFrame:
    """Projects that are not over: project_id, name, account_id, account, target_margin, asked_on (of its newest open request)."""
    return _projects(str(session.store().folder), version, as_of)


@st.cache_resource(show_spinner=False, max_entries=16)
def _fresh(folder: str, version: int, as_of: date) -> pl.DataFrame:
    return freshness(session.portfolio(version), as_of)


def fresh(version: int, as_of: date) -> pl.DataFrame:
    """How far each table reaches."""
    return _fresh(str(session.store().folder), version, as_of)


def looked_at(projects: pl.DataFrame) -> str:
    """The project of this session; at first the one of the newest request that is open."""
    if st.session_state.get(PROJECT) not in set(projects["project_id"]):
        newest = projects.sort("asked_on", descending=True, nulls_last=True, maintain_order=True)
        st.session_state[PROJECT] = newest["project_id"][0]
    return str(st.session_state[PROJECT])


def choose_project(projects: pl.DataFrame, t: Language) -> None:
    """Another project, by a field that finds by typing."""
    labels = {row["project_id"]: f"{clip(row['name'], 44)} · {clip(row['account'], 30)}" for row in projects.iter_rows(named=True)}
    st.selectbox(
        t("Project"), list(labels), format_func=lambda key: labels.get(key, key), key=PROJECT, label_visibility="collapsed", width=230,
        persist_state="session",
    )  # fmt: skip


def words_of(key: str, portfolio: Portfolio, as_of: date, t: Language) -> Words:
    """What stands under a chart of the plan."""
    commit = next((one for one in session.stored().commits if one.number <= portfolio.version), None)
    when = t.day(commit.at.astimezone().date()) if commit else ""
    return Words(key, t("Plan imported {day}", day=when) if when else t("Plan"), as_of)
