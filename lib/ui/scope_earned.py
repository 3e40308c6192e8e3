"""The part "Earned value" of scope change: all projects in a table, one with its S-curve, forecasts and estimates. It computes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd
import polars as pl
import streamlit as st

from lib.charts.theme import GLYPH
from lib.choices import CHOICES
from lib.columns import N_
from lib.documents.workbook import Sheet
from lib.formats import NBSP, Language
from lib.measures.book import Book
from lib.measures.earned_value import REASONS
from lib.measures.project_values import grouped_values
from lib.text import capitalised
from lib.ui import session
from lib.ui.frame import clip, or_dash
from lib.ui.scope_earned_project import LATENESS, eac_range, show_project
from lib.ui.scope_filters import show_filters, show_no_match
from lib.ui.scope_projects import OPEN, PROJECT
from lib.ui.scope_values import EarnedAsked, the_values
from lib.ui.table_downloads import about_view, table_downloads
from lib.wording import count_word

_PICKED, _SEEN = "scope.earned_picked", "scope.earned_seen"
ROW_HEIGHT, LISTED = 34, 12
LATE_WORDS = {"past": N_("past its date"), "later": N_("later than planned"), "inside": N_("inside its date")}
SHORT = {"percent_complete": N_("% done"), "weighted_milestones": N_("milestones")}
"""Techniques with names that no column has room for."""
SHEET = {
    "name": N_("Project"), "account": N_("Account"), "state": N_("Status"), "technique": N_("Technique"), "spi_t": N_("SPI(t)"),
    "cpi": N_("CPI"), "bac": N_("BAC"), "ev": N_("EV"), "ac": N_("AC"), "eac": N_("EAC"), "eac_low": N_("EAC, least"),
    "eac_high": N_("EAC, most"), "vac": N_("VAC"), "tcpi": N_("TCPI"), "planned_finish": N_("Planned finish"), "due": N_("Committed date"),
    "ieac_on": N_("Forecast finish"), "hours": N_("Hours"), "why": N_("What is not known"),
}  # fmt: skip


def earned_headline(version: int, as_of: date, accounts: pl.Series, t: Language) -> str:
    """How many open projects are forecast past their date, and what the open ones end over or under their budget."""
    own = _open(the_values(version, as_of).filter(pl.col("account_id").is_in(accounts.implode())))
    budgeted = own.filter(pl.col("vac").is_not_null())
    if budgeted.is_empty():
        return t("No open project has a budget to be measured against")
    late = own.filter(pl.col("lateness") == "past").height
    vac = float(budgeted["vac"].sum())
    money = t.money(abs(vac), session.settings()["base_currency"])
    over = t("the open ones end {money} over budget", money=money) if vac < 0 else t("the open ones end {money} under budget", money=money)
    if not late:
        return t("No project is forecast past its date; {cost}", cost=over)
    said = t.plural("one project is forecast past its date", "{many} projects are forecast past their dates", late,
                    many=count_word(late, t))  # fmt: skip
    return capitalised(t("{dates}; {cost}", dates=said, cost=over))


def _open(values: pl.DataFrame) -> pl.DataFrame:
    return values.filter(pl.col("finished").is_null(), ~pl.col("status").is_in(["done", "cancelled"]))


def show_earned(version: int, as_of: date, book: Book, accounts: pl.Series, project_id: str | None, population: str, t: Language) -> None:
    """The table of projects of some accounts (ids), then the project chosen there or by the page."""
    asked = EarnedAsked(version, as_of, session.settings()["base_currency"])
    values = the_values(version, as_of).filter(pl.col("account_id").is_in(accounts.implode()))
    show_filters(version, book, accounts, population, t)
    if population and accounts.is_empty():
        show_no_match(population, t)
        return
    if values.is_empty():
        st.markdown(f":gray[— {t('No project of these accounts is known. Import projects to see their earned value.')}]")
        return
    st.session_state.setdefault("scope.earned_all", "open")
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(_together(values, book.base, t), width="stretch")
        every = st.segmented_control(
            t("Projects shown"), ["open", "all"], format_func=lambda key: t("Open projects") if key == "open" else t("Finished too"),
            key="scope.earned_all", label_visibility="collapsed", required=True, persist_state="session",
        )  # fmt: skip
    shown = _in_order(values if every == "all" else _open(values))
    if shown.is_empty():
        st.markdown(f":gray[— {t('All projects of these accounts are finished.')}]")
        return
    _table(shown, as_of, book.base, t)
    table_downloads(
        earned_sheet(shown, book.base, t), t, key="scope.earned", file=t("earned value"),
        about=about_view(t, t("Earned value of projects"), as_of, population),
    )  # fmt: skip
    chosen = _chosen(project_id, values["project_id"].to_list()) or shown["project_id"][0]
    show_project(asked, values.row(by_predicate=pl.col("project_id") == chosen, named=True), book, t)


def _chosen(project_id: str | None, ids: list[str]) -> str | None:
    """The project picked in the table, until the page's own choice moves on; else that choice, if it is one of `ids`."""
    if st.session_state.get(_SEEN) != project_id:
        st.session_state[_SEEN] = project_id
        if st.session_state.get(_PICKED) != project_id:
            st.session_state.pop(_PICKED, None)
    picked = st.session_state.get(_PICKED)
    return next((one for one in (picked, project_id) if one in ids), None)


def _together(values: pl.DataFrame, base: str, t: Language) -> str:
    """The sum of the projects with a budget, as a line."""
    whole = grouped_values(values).row(0, named=True)
    if whole["bac"] is None:
        return f":gray[— {t(REASONS[whole['why_cv']][1])}]" if whole["why_cv"] else ""
    said = t(
        "{n} of {all} projects have a budget. Together SPI(t) {spi}, CPI {cpi}, EAC {low} to {high} against BAC {bac}.",
        n=t.number(whole["projects"]), all=t.number(values.height), spi=t.number(whole["spi_t"], 2), cpi=t.number(whole["cpi"], 2),
        low=t.money(whole["eac_low"], base), high=t.money(whole["eac_high"], base), bac=t.money(whole["bac"], base),
    )  # fmt: skip
    return f":gray[{said}]"


def _in_order(values: pl.DataFrame) -> pl.DataFrame:
    """What ends most over budget first; work paid by effort last."""
    return values.sort(pl.col("bac").is_null(), pl.col("vac"), "name", nulls_last=True)


def _technique(row: Mapping[str, Any], t: Language) -> str:
    if row["bac"] is None:
        return t("burn only") if row["why_cv"] == "level_of_effort" else "—"
    return capitalised(t(SHORT.get(row["technique"], CHOICES[row["technique"]])))


def _table(shown: pl.DataFrame, as_of: date, base: str, t: Language) -> None:
    rows = list(shown.iter_rows(named=True))
    frame = pd.DataFrame({
        "name": [f"{GLYPH[LATENESS[row['lateness']]]}{NBSP}{clip(row['name'], 24)}" for row in rows],
        "account": [clip(row["account"] or "", 16) for row in rows],
        "state": [capitalised(t(CHOICES.get(row["status"], row["status"]))) for row in rows],
        **{name: shown[name].to_list() for name in ("spi_t", "cpi", "bac")},
        "range": [eac_range(row, base, t) for row in rows],
        "vac": shown["vac"].to_list(),
        "ieac_on": shown["ieac_on"].to_list(),
        "due": shown["due"].to_list(),
        "technique": [_technique(row, t) for row in rows],
    })  # fmt: skip

    def money(value: float) -> str:
        return t.money(value, base)

    def day(value: Any) -> str:
        return t.day(value.date() if isinstance(value, pd.Timestamp) else value, near=as_of)

    written: dict[str, Any] = {name: lambda value: t.number(value, 2) for name in ("spi_t", "cpi")}
    written |= {"bac": money} | {"vac": lambda value: t.money(value, base, sign=True)}
    written |= dict.fromkeys(("ieac_on", "due"), day)
    style = frame.style.format({name: or_dash(how) for name, how in written.items()}, na_rep="—")
    titles = {
        "name": t("Project"), "account": t("Account"), "state": t("Status"), "spi_t": t("SPI(t)"), "cpi": t("CPI"), "bac": t("BAC"),
        "range": t("EAC range"), "vac": t("VAC"), "ieac_on": t("Forecast"), "due": t("Promised"),
        "technique": t("Technique"),
    }  # fmt: skip
    widths = {"name": 206, "account": 132, "spi_t": 56, "cpi": 50}
    config = {name: st.column_config.Column(title, width=widths.get(name)) for name, title in titles.items()}

    def choose() -> None:
        picked = st.session_state["scope.earned_table"].selection.rows
        if picked:
            row = rows[picked[0]]
            st.session_state[_PICKED] = row["project_id"]
            if row["finished"] is None and row["status"] in OPEN:
                st.session_state[PROJECT] = row["project_id"]

    st.dataframe(
        style, hide_index=True, column_config=config, key="scope.earned_table", row_height=ROW_HEIGHT, on_select=choose, placeholder="—",
        selection_mode="single-row", height=ROW_HEIGHT * (min(len(frame), LISTED) + 1) + 2, alt=t("Earned value of projects"),
    )  # fmt: skip
    words = " ".join(f"{GLYPH[LATENESS[key]]}{NBSP}{t(word)}" for key, word in LATE_WORDS.items())
    said = t("Select a row to see the project. Forecast finish: {words}. At cost, in {currency}.", words=words, currency=base)
    st.caption(said)


def earned_sheet(shown: pl.DataFrame, base: str, t: Language) -> Sheet:
    """The table to take away, with what the screen has no room for."""
    rows = shown.with_columns(
        pl.Series("state", [capitalised(t(CHOICES.get(one, one))) for one in shown["status"]], pl.String),
        pl.Series("technique", [_technique(row, t) for row in shown.iter_rows(named=True)], pl.String),
        pl.Series("why", [t(REASONS[why][1]) if why else "" for why in shown["why_cv"]], pl.String),
    )
    money = dict.fromkeys(("bac", "ev", "ac", "eac", "eac_low", "eac_high", "vac"), f"money:{base}")
    formats = money | {"hours": "hours"} | dict.fromkeys(("spi_t", "cpi", "tcpi"), "number")
    kept = rows.select(*SHEET).with_columns(pl.col(pl.Float64).round(6))
    return Sheet(t("Earned value of projects"), kept, {name: t(word) for name, word in SHEET.items()}, formats)
