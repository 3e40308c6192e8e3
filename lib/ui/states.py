"""What a page says when it can't show a figure, or must say where its data stands: empty, sample, stale, not known then."""

from __future__ import annotations

from datetime import date

import polars as pl
import streamlit as st

from lib.formats import NBSP, Language
from lib.language import LANGUAGES
from lib.tables import TABLES
from lib.ui import sample_portfolio, session, view

STALE_DAYS = 10


def show_empty(loaded: frozenset[str], t: Language) -> None:
    """A portfolio without accounts: the first visit, or one where only other tables were loaded."""
    st.title(t("No portfolio yet"), anchor=False)
    if loaded:
        tables = t.join([t(TABLES[table].title).lower() for table in TABLES if table in loaded])
        st.markdown(t("Loaded so far: {tables}. A list of your clients is needed to show them: load a file of accounts.", tables=tables))
    else:
        st.markdown(t("Load your first export, or open the sample portfolio to see how a review looks. Nothing leaves this computer."))
    with st.container(horizontal=True, gap="xsmall"):
        if st.button(t("Load files"), type="primary", key="empty.load"):
            st.switch_page(session.ROOT / "pages" / "data_intake.py")
        if st.button(t("Open the sample portfolio"), key="empty.sample"):
            session.require("import", "sample")
            sample_portfolio.open_sample(session.store(), session.SAMPLE, session.now())
            st.rerun()
    show_language(t)


def show_sample_note(version: int, t: Language) -> None:
    """That this is the sample, and one click to start with one's own."""
    if not session.shows_sample(version):
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="sample.note"):
        st.markdown(f":blue-badge[{t('Sample portfolio')}] :gray[{t('Invented companies and people.')}]", width="content")
        if st.button(t("Start with an empty portfolio"), type="tertiary", key="sample.empty"):
            author = session.require("import", "empty") or sample_portfolio.AUTHOR
            sample_portfolio.empty(session.store(), author, session.now())
            st.rerun()


def show_not_known(as_of: date, version: int, t: Language) -> None:
    """That statuses of a day before the first import are not known."""
    if session.version_known_on(as_of, version) == 0:
        st.markdown(
            f":orange[▲]{NBSP}" + t("Statuses and progress of {day} are not known: nothing had been imported yet.", day=t.day(as_of))
        )


def show_pinned(version: int, t: Language) -> None:
    """That an exact link shows an earlier version of the data."""
    if version == session.stored().version:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="pinned.note"):
        commit = next(commit for commit in session.stored().commits if commit.number == version)
        when = t.moment(commit.at.astimezone())
        st.markdown(
            f":orange[▲]{NBSP}" + t("Data as it was after step {n}, {moment}. Later loads are not in it.", n=version, moment=when),
            width="content",
        )
        st.button(t("Show today's data"), type="tertiary", key="pinned.leave", on_click=view.unpin)


def show_footer(fresh: pl.DataFrame, version: int, t: Language) -> None:
    """How far each source reaches, and the language."""
    dated = fresh.filter(pl.col("until").is_not_null()).head(6)
    reached = [
        t("{table} to {day}", table=t(TABLES[table].title), day=t.day(until)) for table, until in dated.select("table", "until").iter_rows()
    ]
    for table, until, age in dated.select("table", "until", "age_days").iter_rows():
        if table in ("time_entries", "invoices") and age > STALE_DAYS * (1 if table == "time_entries" else 4):
            message = t(
                "{table} end on {day}, {days} before the as-of date. Those days are unknown, not zero.",
                table=t(TABLES[table].title),
                day=t.day(until),
                days=t.days(age),
            )
            st.markdown(f":orange[▲]{NBSP}{message}")
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.caption(". ".join(reached), width="stretch")
        with st.popover(t("Exact link"), type="tertiary", key="footer.link"):
            st.markdown(t("The address above shows this view with the data of the day it is opened. This one keeps today's data too:"))
            st.code(view.exact_link(version), language=None, wrap_lines=True)
        show_language(t)


def show_language(t: Language) -> None:
    """The language of the page."""
    st.session_state["lang"] = t.code  # set anew on every page, else the mark is lost when the page changes
    st.segmented_control(
        t("Language"),
        list(LANGUAGES),
        format_func=LANGUAGES.__getitem__,
        key="lang",
        label_visibility="collapsed",
        persist_state="session",
        required=True,
    )
