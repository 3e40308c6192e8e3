"""The part "Requests" of scope change: what clients ask for, logged in seconds, what it took, and what was decided. It computes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd
import polars as pl
import streamlit as st

from lib.charts.chart import Status
from lib.charts.theme import GLYPH
from lib.choices import CHOICES
from lib.columns import N_
from lib.documents.workbook import Sheet
from lib.formats import NBSP, Language
from lib.measures.book import Book
from lib.scope.register import OPEN
from lib.store.change_requests import Request, log
from lib.text import capitalised
from lib.ui import session
from lib.ui.author import ask_author, show_author
from lib.ui.frame import clip, md
from lib.ui.scope_book import book_asked, the_projects, the_register
from lib.ui.scope_bundles import show_bundles
from lib.ui.scope_decide import ENDINGS, ask_reason, show_last, try_to
from lib.ui.scope_drawers import open_drawer, opened_drawer
from lib.ui.scope_filters import show_filters, show_no_match
from lib.ui.scope_growth import show_growth
from lib.ui.scope_ledger import show_ledger
from lib.ui.scope_request import open_request
from lib.ui.table_downloads import about_view, table_downloads

ROW_HEIGHT, LISTED = 34, 12
SHOWN = {"open": N_("Open requests"), "begun": N_("Begun without approval"), "decided": N_("Decided"), "all": N_("All")}
STATES: Mapping[str, Status] = {
    "logged": "none", "assessed": "none", "proposed": "watch", "approved": "ok", "implemented": "ok", "rejected": "none",
    "withdrawn": "none",
}  # fmt: skip
SHEET = {
    "change_id": N_("Request id"), "order_number": N_("Change order"), "project": N_("Project"), "account": N_("Account"),
    "title": N_("Request"), "kind": N_("Kind"), "status": N_("Status"), "priority": N_("Priority"), "paid_by": N_("Paid by"),
    "client_share": N_("Client's share"), "hours": N_("Hours"), "likely_cost": N_("Likely cost"), "price": N_("Price"),
    "raised_on": N_("Raised on"), "raised_by": N_("Raised by"), "decided_on": N_("Decided on"), "age_days": N_("Days waited"),
    "begun_on": N_("Work begun on"), "logged_hours": N_("Hours logged"), "unapproved_hours": N_("Hours begun without approval"),
    "unapproved_cost": N_("Cost of them"), "bundled_into": N_("Bundled into"), "reason": N_("Reason"),
}  # fmt: skip


def requests_headline(version: int, as_of: date, accounts: pl.Series, t: Language) -> str:
    """What was begun without an order, by the project that lost most hours to it; else how many requests wait."""
    own = the_register(book_asked(version, as_of)).filter(pl.col("account_id").is_in(accounts.implode()))
    begun = own.filter("unapproved_work")
    if begun.height:
        sums = begun.group_by("project_id", "project").agg(pl.len().alias("n"), pl.col("unapproved_hours").sum().alias("hours"))
        worst = sums.sort("hours", "n", "project", descending=[True, True, False]).row(0, named=True)
        return t.plural(
            "One request took {hours} of {project} without an order", "{n} requests took {hours} of {project} without an order", worst["n"],
            hours=t.hours(worst["hours"]), project=md(clip(worst["project"], 48)),
        )  # fmt: skip
    waiting = own.filter(pl.col("status").is_in(OPEN))
    if waiting.height:
        return t.plural("One request waits for a decision, {hours} of work", "{n} requests wait for a decision, {hours} of work",
                        waiting.height, hours=t.hours(float(waiting["hours"].sum())))  # fmt: skip
    return t("No request waits for a decision")


def show_requests(
    version: int, as_of: date, book: Book, accounts: pl.Series, project_id: str | None, population: str, t: Language
) -> None:
    """Log, last decision, register, bundles, growth and ledger of the projects of some accounts (ids)."""
    asked = book_asked(version, as_of)
    every = the_register(asked)
    mine = every.filter(pl.col("account_id").is_in(accounts.implode()))
    projects = the_projects(asked).filter(pl.col("account_id").is_in(accounts.implode()))
    show_filters(version, book, accounts, population, t)
    if population and accounts.is_empty():
        show_no_match(population, t)
        return
    if projects.is_empty():
        st.markdown(f":gray[— {t('No project of these accounts is known. Import projects to log what their clients ask for.')}]")
        return
    live = version == session.stored().version
    if live:
        _log(projects, project_id, t)
    show_last(t)
    _register(mine, as_of, book.base, population, t)
    show_bundles(mine, version, book.base, live, t)
    show_ledger(asked, _ledger_of(the_projects(asked), mine, project_id), book.base, t)
    show_growth(asked, accounts, population, t)
    _open_drawers(every, version, as_of, book.base, live, t)


def _ledger_of(projects: pl.DataFrame, mine: pl.DataFrame, project_id: str | None) -> dict[str, Any] | None:
    """The project whose ledger is shown: the page's, else the one with most hours begun without approval."""
    known = projects.filter(pl.col("project_id") == project_id)
    if known.is_empty():
        sums = mine.group_by("project_id").agg(pl.col("unapproved_hours").sum().alias("hours")).sort("hours", "project_id", descending=True)
        known = projects.filter(pl.col("project_id").is_in(sums["project_id"].head(1).implode()))
    return known.row(0, named=True) if known.height else None


def _log(projects: pl.DataFrame, project_id: str | None, t: Language) -> None:
    """Project, one line, hours if they are known; Enter writes it down."""
    running = projects.filter(pl.col("status").is_in(["active", "planned", "on_hold"]))
    names = {row["project_id"]: f"{clip(row['name'], 40)} · {clip(row['account'] or '', 24)}" for row in running.iter_rows(named=True)}
    if not names:
        return
    st.session_state.setdefault("scope.log_project", project_id if project_id in names else next(iter(names)))
    if st.session_state["scope.log_project"] not in names:
        st.session_state["scope.log_project"] = next(iter(names))
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="bottom", key="scope.log"):
        st.selectbox(
            t("Log a request for"), list(names), format_func=lambda key: names.get(key, key), key="scope.log_project", width=300,
            persist_state="session",
        )  # fmt: skip
        form = st.form("scope.log_form", clear_on_submit=True, border=False, enter_to_submit=True)
        with form, st.container(horizontal=True, gap="xsmall", vertical_alignment="bottom"):
            title = st.text_input(
                t("What is asked for"), key="scope.log_title", max_chars=300, placeholder=t("One line; Enter logs it"), width="stretch"
            )
            hours = st.number_input(
                t("Hours, if known"), min_value=-9999.0, max_value=9999.0, value=None, step=1.0, format="%g", key="scope.log_hours",
                width=130, placeholder="—",
            )  # fmt: skip
            who = ask_author(t, "scope.log_author")
            sent = st.form_submit_button(t("Log it"), key="scope.log_now")
    if sent:
        _write_down(str(st.session_state["scope.log_project"]), title, hours, who, t)
    show_author(t)


def _write_down(project_id: str, title: str, hours: float | None, who: str, t: Language) -> None:
    """Log it, or say what is missing."""
    if not title.strip():
        st.markdown(f":red[■]{NBSP}{t('Write what is asked for.')}")
        return
    if not who:
        st.markdown(f":red[■]{NBSP}{t('Write your name: it stands beside what you log.')}")
        return
    session.require("decide", "scope")
    if not session.author():
        session.save_setting("author", who)  # asked once
    # Who logs speaks of the data that is there: dated later than what it reaches, the request would be out of sight.
    reached = session.default_as_of(st.session_state["version"])
    request = Request(project_id, title.strip(), hours, raised_on=min(reached, session.today()))
    if try_to(lambda: log(session.store(), request, author=who, at=session.now()), t) is not None:
        st.rerun()


def _register(mine: pl.DataFrame, as_of: date, base: str, population: str, t: Language) -> None:
    """The register: which of it is shown, its table, its files."""
    waits = mine.filter(pl.col("status").is_in(OPEN))
    begun = mine.filter("unapproved_work")
    said = t("{open} open, {hours} of work; {begun} begun without approval, {lost}.", open=t.number(waits.height),
             hours=t.hours(float(waits["hours"].sum())), begun=t.number(begun.height),
             lost=t.hours(float(begun["unapproved_hours"].sum())))  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f"**{t('Register')}**  \n:small[:gray[{said}]]", width="content")
        with st.container(horizontal=True, width="content", gap="xsmall", vertical_alignment="center"):
            names = dict(mine.select("project_id", "project").unique(maintain_order=True).sort("project").iter_rows())
            only = st.multiselect(
                t("Projects of the register"), list(names), format_func=lambda key: clip(str(names.get(key, key)), 30), key="scope.only",
                placeholder=t("All projects"), label_visibility="collapsed", width=230, persist_state="session",
            )  # fmt: skip
            st.session_state.setdefault("scope.shown", "open")
            which = st.segmented_control(
                t("Requests shown"), list(SHOWN), format_func=lambda key: t(SHOWN[key]), key="scope.shown", required=True,
                label_visibility="collapsed", persist_state="session",
            )  # fmt: skip
    rows = _shown(mine.filter(pl.col("project_id").is_in(only)) if only else mine, which or "open")
    if rows.is_empty():
        st.markdown(f":gray[— {t('No request is in this list.')}]")
        return
    _table(rows, as_of, base, t)
    about = about_view(t, t("Change requests"), as_of, population)
    titles = {row["change_id"]: f"{clip(row['title'], 60)} · {clip(row['project'] or '', 30)}" for row in rows.iter_rows(named=True)}
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.selectbox(
            t("Open a request"), list(titles), index=None, format_func=lambda key: titles.get(key, key), key="scope.open_one", width=420,
            placeholder=t("Open a request by its name"), label_visibility="collapsed", on_change=_open_named,
        )  # fmt: skip
        with st.container(width="content"):
            table_downloads(register_sheet(rows, base, t), t, key="scope.register", file=t("requests"), about=about)


def _shown(rows: pl.DataFrame, which: str) -> pl.DataFrame:
    if which == "open":
        return rows.filter(pl.col("status").is_in(OPEN))
    if which == "begun":
        return rows.filter("unapproved_work")
    return rows if which == "all" else rows.filter(~pl.col("status").is_in(OPEN))


def _open_named() -> None:
    if picked := st.session_state["scope.open_one"]:
        open_drawer("request", picked)
    st.session_state["scope.open_one"] = None


def _table(rows: pl.DataFrame, as_of: date, base: str, t: Language) -> None:
    values = list(rows.iter_rows(named=True))
    frame = pd.DataFrame({
        "state": [state_text(row, t) for row in values],
        "title": [clip(row["title"], 36) for row in values],
        "project": [clip(row["project"] or "—", 22) for row in values],
        "raised_on": rows["raised_on"].to_list(),
        "age_days": rows["age_days"].to_list(),
        "priority": [capitalised(t(CHOICES[row["priority"]])) if row["priority"] else "—" for row in values],
        "paid_by": [payer_text(row, t) for row in values],
        "hours": rows["hours"].to_list(),
        "money": [row["price"] if row["price"] is not None else row["likely_cost"] for row in values],
        "flag": [flag_text(row, as_of, t) for row in values],
    })  # fmt: skip
    priced = {place for place, row in enumerate(values) if row["price"] is not None}
    cost = t("cost")
    frame["money"] = [
        "—" if value is None or pd.isna(value) else t.money(value, base) + ("" if place in priced else f" ({cost})")
        for place, value in enumerate(frame["money"])
    ]
    written: dict[str, Any] = {
        "raised_on": lambda day: t.day(day.date() if hasattr(day, "date") else day, near=as_of),
        "age_days": lambda days: t.number(days) + NBSP + t("d"), "hours": lambda hours: t.hours(hours, 0 if hours == round(hours) else 1),
    }  # fmt: skip
    style = frame.style.format(written, na_rep="—")
    titles = {
        "state": t("State"), "title": t("Request"), "project": t("Project"), "raised_on": t("Raised"), "age_days": t("Waits"),
        "priority": t("Priority"), "paid_by": t("Paid by"), "hours": t("Hours"), "money": t("Price"), "flag": t("Without approval"),
    }  # fmt: skip
    widths = {"title": 240, "project": 164, "age_days": 52}
    config = {name: st.column_config.Column(title, width=widths.get(name)) for name, title in titles.items()}
    ids = rows["change_id"].to_list()

    def choose() -> None:
        picked = st.session_state["scope.register_table"].selection.rows
        if picked:
            open_drawer("request", ids[picked[0]])

    st.dataframe(
        style, hide_index=True, column_config=config, key="scope.register_table", row_height=ROW_HEIGHT, on_select=choose,
        selection_mode="single-row", height=ROW_HEIGHT * (min(len(frame), LISTED) + 1) + 2, placeholder="—", alt=t("Change requests"),
    )  # fmt: skip
    st.caption(t("Select a row to open the request. ■ work begun without approval ▲ waits for the client ● agreed. "
                 "Where no price was said, the likely cost stands in its place."))  # fmt: skip


def state_text(row: Mapping[str, Any], t: Language) -> str:
    """■ Logged: the shape of what it needs, then its state as a word."""
    kind: Status = "risk" if row["unapproved_work"] else STATES[row["status"]]
    return f"{GLYPH[kind]}{NBSP}{capitalised(t(CHOICES[row['status']]))}"


def payer_text(row: Mapping[str, Any], t: Language) -> str:
    """Who pays; of shared scope the client's part."""
    if row["paid_by"] == "shared" and row["client_share"] is not None:
        return t("shared {share}", share=t.share(row["client_share"]))
    return capitalised(t(CHOICES[row["paid_by"]])) if row["paid_by"] else "—"


def flag_text(row: Mapping[str, Any], as_of: date, t: Language) -> str:
    """What was begun without approval: its hours, and since when."""
    if not row["unapproved_work"]:
        return ""
    hours = t.hours(row["unapproved_hours"]) if row["unapproved_hours"] is not None else t("hours not said")
    return t("{hours} since {day}", hours=hours, day=t.day(row["begun_on"], near=as_of)) if row["begun_on"] else hours


def register_sheet(rows: pl.DataFrame, base: str, t: Language) -> Sheet:
    """The register to take away, with what the screen has no room for."""
    words = {name: t(message) for name, message in CHOICES.items()}
    kept = rows.select(*SHEET).with_columns(
        *(pl.col(name).replace(words) for name in ("kind", "status", "priority", "paid_by")), pl.col(pl.Float64).round(6)
    )
    formats = dict.fromkeys(("likely_cost", "price", "unapproved_cost"), f"money:{base}") | {"client_share": "share", "age_days": "whole"}
    formats |= dict.fromkeys(("hours", "logged_hours", "unapproved_hours"), "hours")
    return Sheet(t("Change requests"), kept, {name: t(word) for name, word in SHEET.items()}, formats)


def _open_drawers(every: pl.DataFrame, version: int, as_of: date, base: str, live: bool, t: Language) -> None:
    """The drawer of a request that was picked, or the question that one of its buttons asks. One at a time."""
    kind, of = opened_drawer()
    row = next(every.filter(pl.col("change_id") == of).iter_rows(named=True), None)
    if row is not None and kind in ENDINGS and live:
        ask_reason(kind, row, version, as_of, t)
    elif row is not None and kind == "request":
        open_request(row, version, as_of, base, live, t)
