"""Account health: what moved an account, why, how sure that is and what would change it. It reads scores and shows them."""

import streamlit as st

from lib.columns import N_
from lib.ui import filters, health_reading, reading, view
from lib.ui.frame import context_row, md, page
from lib.ui.health_book import book_headline, show_whole_book
from lib.ui.health_check import check_headline, show_check
from lib.ui.health_list import choose_account, in_order
from lib.ui.health_one import one_headline, show_one
from lib.ui.opening import opening, stop_without_accounts
from lib.ui.states import show_footer, show_not_known, show_pinned, show_sample_note

PARTS = {"one": N_("One account"), "book": N_("Whole book"), "check": N_("Check the score")}

at = opening("health")
t, version, seen = at.t, at.version, at.seen

with page():
    stop_without_accounts(at)
    book = reading.the_book(reading.asked(version, seen.as_of, seen.quarter))
    asked = health_reading.health_asked(version, seen.as_of)
    found = health_reading.the_health(asked)
    everybody = in_order(health_reading.with_overrides(found.accounts(), seen.as_of))
    chosen = everybody.filter(everybody["account_id"].is_in(seen.chosen(everybody).implode()))
    population = filters.in_words(seen, t)
    part = st.session_state.setdefault("health", "one")
    part = part if part in PARTS else "one"

    title = st.empty()
    shown = t("{n} of {all} accounts: {filters}.", n=t.number(chosen.height), all=t.number(everybody.height), filters=md(population))
    said = t("Data as of {day}.", day=t.day(seen.as_of))
    with context_row(f"{said} {shown}" if population else said):
        st.segmented_control(
            t("View"), list(PARTS), format_func=lambda key: t(PARTS[key]), key="health", label_visibility="collapsed",
            persist_state="session", required=True,
        )  # fmt: skip
        filters.manager_choice(everybody, t)
        filters.more_filters(seen, everybody, at.newest, t, at.first_month)
        account = choose_account(chosen, t) if part == "one" and chosen.height else ""
    show_sample_note(version, t)
    show_pinned(version, t)
    show_not_known(seen.as_of, version, t)

    if chosen.is_empty():
        title.title(t("No account has a score"), anchor=False)
        if population:
            st.markdown(t("No account matches {filters}.", filters=md(population)))
            st.button(t("Clear filters"), key="health.clear", on_click=filters.clear)
        else:
            st.markdown(t("Prospects, lost and internal accounts have none."))
    elif part == "one":
        title.title(one_headline(found, chosen, account, t), anchor=False)
        show_one(found, asked, chosen, account, book, population, t)
    elif part == "book":
        title.title(book_headline(chosen, t), anchor=False)
        show_whole_book(found, asked, chosen, seen.chosen(book.accounts), book, population, t)
    else:
        title.title(check_headline(found, asked, chosen, t), anchor=False)
        show_check(found, asked, chosen, book, population, t)
    view.write_link(seen, t, account=account, health=part if part != "one" else "")
    show_footer(book.fresh, version, t)
