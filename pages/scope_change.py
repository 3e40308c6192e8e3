"""Scope change: what a client's ask does to date, cost, margin, people and other clients. It reads the answer and shows it."""

import polars as pl
import streamlit as st

from lib.columns import N_
from lib.ui import filters, reading, scope_projects, session, view
from lib.ui.frame import clip, context_row, md, page
from lib.ui.scope_ask import taken_of, the_ask
from lib.ui.scope_decide import show_order_button
from lib.ui.scope_earned import earned_headline, show_earned
from lib.ui.scope_options import chosen_option
from lib.ui.scope_part import answer_headline, show_part
from lib.ui.scope_reading import Answered, scope_asked, the_answer
from lib.ui.scope_register import requests_headline, show_requests
from lib.ui.scope_scenarios import follow_scenario, opened, show_scenarios
from lib.ui.states import show_empty, show_footer, show_not_known, show_pinned, show_sample_note

PARTS = {"answer": N_("Answer"), "requests": N_("Requests"), "earned": N_("Earned value")}

session.require("read", "scope")
t = session.language()
version = st.session_state["version"]
portfolio = session.portfolio(version)
newest = session.default_as_of(version)
seen = view.current(newest, session.settings()["fiscal_first_month"])

with page():
    if "accounts" not in portfolio.loaded:
        show_empty(portfolio.loaded, t)
        view.write_link(seen, t)
        st.stop()

    follow_scenario()
    projects = scope_projects.open_projects(version, seen.as_of)
    part = st.session_state.setdefault("scope", "answer")
    part = part if part in PARTS else "answer"
    title = st.empty()
    if projects.is_empty():
        title.title(t("No project is open"), anchor=False)
        st.markdown(t("Import projects and their tasks to see what a change would do. Finished and cancelled projects have no answer."))
        view.write_link(seen, t)
        show_footer(scope_projects.fresh(version, seen.as_of), version, t)
        st.stop()

    chosen = scope_projects.looked_at(projects)
    project = projects.row(by_predicate=pl.col("project_id") == chosen, named=True)
    asked, ask = scope_asked(version, seen.as_of, taken_of(chosen)), the_ask(chosen)
    found = the_answer(asked, ask) if part == "answer" else None
    answer = found.answer if isinstance(found, Answered) else None
    about = f"{md(clip(project['account'], 34))} · {t('data as of {day}', day=t.day(seen.as_of))}"
    with context_row(about):
        st.segmented_control(
            t("View"), list(PARTS), format_func=lambda key: t(PARTS[key]), key="scope", label_visibility="collapsed",
            persist_state="session", required=True,
        )  # fmt: skip
        scope_projects.choose_project(projects, t)
        if part == "answer":
            option = chosen_option(answer) if answer else None
            show_scenarios(answer, option, asked, chosen, t)
            if answer and option and not ask.is_empty:
                show_order_button(answer, option, t)
    show_sample_note(version, t)
    show_pinned(version, t)
    show_not_known(seen.as_of, version, t)
    if part == "answer":
        title.title(answer_headline(found, project["name"], t), anchor=False)
        show_part(found, ask, asked, portfolio, project, t)
    else:
        book = reading.the_book(reading.asked(version, seen.as_of, seen.quarter))
        accounts, population = seen.chosen(book.accounts), filters.in_words(seen, t)
        if part == "requests":
            title.title(requests_headline(version, seen.as_of, accounts, t), anchor=False)
            show_requests(version, seen.as_of, book, accounts, chosen, population, t)
        else:
            title.title(earned_headline(version, seen.as_of, accounts, t), anchor=False)
            show_earned(version, seen.as_of, book, accounts, chosen, population, t)
    kept = opened(ask)
    view.write_link(seen, t, project=chosen, scenario=str(kept.id) if kept else "", scope=part if part != "answer" else "")
    show_footer(scope_projects.fresh(version, seen.as_of), version, t)
