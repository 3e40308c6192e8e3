"""Links from other pages to a project's scope change: its requests, or its earned value. They carry the day and the language."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl
import streamlit as st

from lib.columns import N_
from lib.formats import Language
from lib.ui import session
from lib.ui.frame import clip, md
from lib.ui.scope_book import book_asked, the_projects, the_register

PARTS = {"unapproved_work": "requests", "hours_over_budget": "earned", "project_late": "earned"}
"""Signal about a project -> the part of the page that says more of it."""
LABELS = {"requests": N_("Requests of {project}"), "earned": N_("Earned value of {project}")}
MOST, LETTERS = 4, 40


def _projects(account_id: str, as_of: date) -> pl.DataFrame:
    return the_projects(book_asked(st.session_state["version"], as_of)).filter(pl.col("account_id") == account_id)


def link_to(project_id: str, name: str, part: str, as_of: date, t: Language) -> None:
    """One link."""
    page = session.ROOT / "pages" / "scope_change.py"
    link = {"project": project_id, "scope": part, "as_of": as_of.isoformat(), "lang": t.code}
    st.page_link(page, label=t(LABELS[part], project=md(clip(name, LETTERS))), query_params=link)


def signal_link(own: pl.DataFrame, as_of: date, t: Language) -> None:
    """The link of the gravest of an account's signals that is about a project; `own`: rows of `lib.measures.signals`, the gravest first."""
    signal = next((row for row in own.iter_rows(named=True) if row["key"] in PARTS), None)
    if signal is None:
        return
    named = _projects(signal["account_id"], as_of).filter(pl.col("name") == signal["what"])
    if named.height:
        link_to(named["project_id"][0], signal["what"], PARTS[signal["key"]], as_of, t)


def project_links(account_id: str, names: Sequence[str], as_of: date, t: Language) -> None:
    """Links to the earned value of an account's projects, by their names; where work began without approval, to their requests."""
    found = _projects(account_id, as_of).filter(pl.col("name").is_in(list(names))).head(MOST)
    if found.is_empty():
        return
    register = the_register(book_asked(st.session_state["version"], as_of))
    begun = set(register.filter("unapproved_work")["project_id"])
    with st.container(horizontal=True, gap="small", key="health.scope_links"):
        for project_id, name in found.select("project_id", "name").iter_rows():
            link_to(project_id, name, "earned", as_of, t)
            if project_id in begun:
                link_to(project_id, name, "requests", as_of, t)
