"""The shared filters above the register and the earned value of scope change, with the sentence that says what is shown."""

from __future__ import annotations

import polars as pl
import streamlit as st

from lib.formats import Language
from lib.measures.book import Book
from lib.ui import filters, session, view
from lib.ui.frame import md


def show_filters(version: int, book: Book, accounts: pl.Series, population: str, t: Language) -> None:
    """Managers and the rest of the filters; on the left, of which accounts the rows below are."""
    first_month, newest = session.settings()["fiscal_first_month"], session.default_as_of(version)
    seen = view.current(newest, first_month)
    said = t("All {n} accounts.", n=t.number(book.accounts.height))
    if population:
        every = t.number(book.accounts.height)
        said = t("{n} of {all} accounts: {filters}.", n=t.number(accounts.len()), all=every, filters=md(population))
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="scope.filters"):
        st.markdown(f":gray[{said}]", width="content")
        with st.container(horizontal=True, width="content", gap="xsmall", vertical_alignment="center"):
            filters.manager_choice(book.accounts, t)
            filters.more_filters(seen, book.accounts, newest, t, first_month)


def show_no_match(population: str, t: Language) -> None:
    """That no account matches the filters, and the way out."""
    st.markdown(t("No account matches {filters}.", filters=md(population)))
    st.button(t("Clear filters"), key="scope.clear_filters", on_click=filters.clear)
