"""Tables: every imported table as it stands, searched and filtered; one row's past, and one cell put right. It computes nothing."""

import streamlit as st

from lib.tables import TABLES
from lib.ui import cells, correction, session, view
from lib.ui import table_browser as browser
from lib.ui.frame import context_row, page
from lib.ui.states import show_language, show_pinned

session.require("read", "tables")
t = session.language()
version = st.session_state["version"]
portfolio = session.portfolio(version)
browser.follow_link()
asked = browser.wanted()
title = t(TABLES[asked.table].title)
all_rows = portfolio.rows.get(asked.table, 0)

with page():
    headline = st.container()
    looked_for = browser.in_words(portfolio, asked, t)
    with context_row(f"{t(TABLES[asked.table].about)}. {looked_for and looked_for + '.'}"):
        browser.choose_table(portfolio, t)
        if all_rows:
            browser.choose_text(t)
            browser.choose_filters(portfolio, asked, t)
    show_pinned(version, t)
    if not all_rows:
        headline.title(t("{table}: no rows yet", table=title), anchor=False)
        browser.show_nothing_loaded(asked.table, t)
    else:
        with st.spinner(t("Looking through {n} rows", n=t.number(all_rows)), show_time=True):
            found = browser.rows_found(version, asked, t)
        narrowed = t.plural("{table}: one of {all} rows", "{table}: {n} of {all} rows", found.total, table=title, all=t.number(all_rows))
        everything = t.plural("{table}: one row", "{table}: {n} rows", all_rows, table=title)
        headline.title(everything if found.total == all_rows else narrowed, anchor=False)
        labels = cells.row_labels(portfolio, asked.table, found.rows, t)
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            chosen = browser.choose_row(labels, t)
            with st.container(horizontal=True, width="content", gap="small", vertical_alignment="center"):
                browser.say_shown(found, t)
                browser.choose_order(asked, t)
        if found.total:
            browser.show_grid(portfolio, asked, found.rows, list(labels), t)
            browser.show_downloads(portfolio, asked, found.total, t)
        else:
            st.markdown(t("No row of {table} matches {what}.", table=title, what=looked_for))
            st.button(t("Clear filters"), key="tables.clear_all", on_click=browser.clear)
        if chosen:
            correction.show_row(portfolio, asked.table, chosen, t)
    show_language(t)
    seen = view.current(session.default_as_of(version), session.settings()["fiscal_first_month"])
    view.write_link(seen, t, **browser.link(asked))
