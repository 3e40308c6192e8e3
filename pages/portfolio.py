"""Portfolio: the meeting's agenda. It reads the book, asks for a view and shows what measures have ranked."""

import streamlit as st

from lib.measures.book import comparisons, concentration_of, tops_of
from lib.measures.departure import as_figure
from lib.ui import filters, reading, view
from lib.ui.agenda import SHOWN, show_agenda, show_last_change, show_promises, unheard
from lib.ui.bands import book_bands, show_bands
from lib.ui.book_table import show_book
from lib.ui.changes import last_change
from lib.ui.definition import show_chart, show_definition
from lib.ui.departure_card import choose_client, filtered_first, show_departure
from lib.ui.frame import card, context_row, md, page
from lib.ui.health_reading import health_asked
from lib.ui.opening import opening, stop_without_accounts
from lib.ui.states import show_footer, show_not_known, show_pinned, show_sample_note
from lib.wording import headline

at = opening("portfolio")
t, version, seen = at.t, at.version, at.seen

with page():
    stop_without_accounts(at)
    asked = reading.asked(version, seen.as_of, seen.quarter)
    book = reading.the_book(asked)
    chosen = seen.chosen(book.accounts)
    agenda, quiet = reading.the_agenda(asked, chosen)
    promises = reading.promises(seen.as_of, chosen if seen.filtered else None)
    late = promises.filter(promises["state"] == "late").height

    st.title(headline(min(agenda.height, SHOWN), late, len(unheard(at.loaded)), t), anchor=False)
    population = filters.in_words(seen, t)
    period = t("Review of {quarter}. Data as of {day}.", quarter=t.quarter(seen.quarter.first, at.first_month), day=t.day(seen.as_of))
    shown = t("{n} of {all} accounts: {filters}.", n=t.number(chosen.len()), all=t.number(book.accounts.height), filters=md(population))
    with context_row(f"{period} {shown}" if population else period):
        filters.quarter_choice(seen, reading.quarters(version, at.newest, at.first_month), at.newest, t, at.first_month)
        filters.manager_choice(book.accounts, t)
        filters.more_filters(seen, book.accounts, at.newest, t, at.first_month)
    show_sample_note(version, t)
    show_pinned(version, t)
    show_not_known(seen.as_of, version, t)

    if chosen.is_empty():
        st.markdown(t("No account matches {filters}.", filters=md(population)))
        st.button(t("Clear filters"), key="portfolio.clear", on_click=filters.clear)
        view.write_link(seen, t)
        st.stop()

    figures = reading.the_figures(asked, chosen)
    opened, rests_on = None, (asked, population)
    left, right = st.columns([2.1, 1], gap="large")
    bands = book_bands(health_asked(version, seen.as_of))
    charts = reading.the_charts(asked, chosen, population, bands, t)
    with left:
        show_agenda(book, agenda, bands, quiet, at.loaded, population, t, rests_on)
        opened = show_chart("renewals", charts["renewals"], figures, t) or opened
    with right:
        if promises.height:
            st.subheader(t("What we promised"), anchor=False)
            show_promises(promises, dict(book.accounts.select("account_id", "name").iter_rows()), seen.as_of, population, t)
        st.subheader(t("The book, last 12 months"), anchor=False)
        opened = show_book(figures, comparisons(book, chosen), book.basis, seen.as_of, population, t, rests_on) or opened
        st.subheader(t("Revenue by band"), anchor=False)
        show_bands(book, chosen, bands, t)
    # Two columns of cards, each as high as what it holds: stretched to equal rows they would be half empty.
    left, right = st.columns(2, gap="medium")
    with left:
        opened = show_chart("top3", charts["top3"], figures, t) or opened
        with st.container(border=True, key="card.changes", gap="xsmall"):
            st.markdown(f"**{t('What changed with the last import')}**")
            show_last_change(*last_change(version, asked, chosen, t), t)
    with right:
        opened = show_chart("receivables", charts["receivables"], figures, t) or opened
        with card("lose_client", t, t("If this client left"), t("What would go with a client and the accounts below it")) as wanted:
            clients = concentration_of(book).clients if book.has_revenue else book.accounts
            client = choose_client(filtered_first(clients, tops_of(book, chosen)) if seen.filtered else clients, t)
            if client:
                gone = reading.the_departure(asked, client)
                figures = figures | {"lose_client": as_figure(gone, book.base, book.has_revenue)}
                show_departure(gone, book.base, book.has_revenue, t)
                opened = "lose_client" if wanted else opened
    view.write_link(seen, t, client=client or "")
    show_footer(book.fresh, version, t)
    if opened:
        show_definition(figures[opened], t, period)
