"""Definitions: every figure and signal, how it is computed, what it needs, and its value now. It reads the book and computes nothing."""

import streamlit as st

from lib.definitions import DEFINITIONS
from lib.health.profile import in_force
from lib.ui import definition_list, health_reading, reading, session, view
from lib.ui.definition import show_definition
from lib.ui.frame import context_row, md, page
from lib.ui.states import show_language, show_pinned

session.require("read", "definitions")
t = session.language()
version = st.session_state["version"]
portfolio = session.portfolio(version)
seen = view.current(session.default_as_of(version), session.settings()["fiscal_first_month"])
for part in ("figure", "find"):
    if (linked := st.session_state.pop(part, None)) is not None:
        st.session_state[f"definitions.{part}"] = linked
only = str(st.session_state.get("definitions.figure") or "")
only = only if definition_list.defined(only) else ""

figures, counts = {}, None
if "accounts" in portfolio.loaded:
    asked = reading.asked(version, seen.as_of, seen.quarter)
    book = reading.the_book(asked)
    figures = reading.the_figures(asked, book.accounts["account_id"])
    counts = dict(book.signals.group_by("key").len().iter_rows())

with page():
    computed = sum(figure.value is not None for figure in figures.values())
    st.title(
        t("{n} of {all} figures can be computed now", n=t.number(computed), all=t.number(len(figures) or len(DEFINITIONS))), anchor=False
    )
    population = t("The whole book. Data as of {day}.", day=t.day(seen.as_of))
    with context_row(population):
        if only:
            st.button(
                t("Show all definitions"), key="definitions.all", on_click=lambda: st.session_state.update({"definitions.figure": ""})
            )
        else:
            st.text_input(
                t("Find"),
                key="definitions.find",
                placeholder=t("Find a figure or signal"),
                label_visibility="collapsed",
                width=260,
                type="search",
                persist_state="session",
            )
    show_pinned(version, t)
    looked_for = str(st.session_state.get("definitions.find") or "").strip()
    chosen = definition_list.figures_said(t, looked_for, only)
    health = definition_list.health_said(t, looked_for, only)
    signals = definition_list.signals_said(t, looked_for, only)
    opened = None
    if not chosen and not health and not signals:
        st.markdown(t("No figure or signal says {what}.", what=md(f"«{looked_for}»")))
    for one in chosen:
        if definition_list.show_figure(one, figures.get(one.key), portfolio.loaded, t):
            opened = figures[one.key]
    rules = in_force(health_reading.profile_versions(), seen.as_of).profile.parameters()
    definition_list.show_health(health, portfolio.loaded, rules, t)
    if signals:
        st.header(t("Signals: what brings an account onto the agenda"), anchor="signals")
    for signal in signals:
        count = counts.get(signal.key, 0) if counts is not None else None
        definition_list.show_signal(signal, count, portfolio.loaded, t)
    show_language(t)
    view.write_link(seen, t, figure=only, find="" if only else looked_for)
    if opened:
        show_definition(opened, t, population)
