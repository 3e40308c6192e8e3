"""How a page about the accounts opens: rights, language, version of the data, view, and what stands there without accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import streamlit as st

from lib.formats import Language
from lib.ui import session, view
from lib.ui.states import show_empty
from lib.ui.view import View


@dataclass(frozen=True)
class Opening:
    """`loaded`: tables that the version has; `first_month`: of the fiscal year; `newest`: the day its data reaches; `seen`: the view."""

    t: Language
    version: int
    loaded: frozenset[str]
    first_month: int
    newest: date
    seen: View


def opening(subject: str) -> Opening:
    """What a page knows that reads `subject`; stops the page for one who may not."""
    session.require("read", subject)
    version, first_month = st.session_state["version"], session.settings()["fiscal_first_month"]
    newest = session.default_as_of(version)
    return Opening(
        session.language(), version, session.portfolio(version).loaded, first_month, newest, view.current(newest, first_month)
    )  # fmt: skip


def stop_without_accounts(at: Opening) -> None:
    """Say what to load and end the page, where there is no table of accounts yet."""
    if "accounts" not in at.loaded:
        show_empty(at.loaded, at.t)
        view.write_link(at.seen, at.t)
        st.stop()
