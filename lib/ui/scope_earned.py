"""The part "Earned value" of scope change: all projects in a table, one with its S-curve, forecasts and estimates. It computes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
import polars as pl
import streamlit as st

from lib.charts.chart import Status
from lib.charts.schedule import Words, s_curve
from lib.charts.theme import GLYPH
from lib.choices import CHOICES
from lib.columns import N_
from lib.documents.workbook import Sheet
from lib.formats import NBSP, Language
from lib.measures.book import Book
from lib.measures.earned_value import REASONS, VARIANTS
from lib.measures.project_history import project_history
from lib.measures.project_outlook import budget_changes, growth, with_finishes
from lib.measures.project_values import grouped_values, project_values
from lib.text import capitalised
from lib.ui import session
from lib.ui.frame import clip, md, or_dash, small_table
from lib.ui.health_definition import defined_card
from lib.ui.scope_closing import show_closing
from lib.ui.scope_definition import ask_definition
from lib.ui.scope_filters import show_filters, show_no_match
from lib.ui.scope_projects import OPEN, PROJECT
from lib.ui.table_downloads import about_view, table_downloads
from lib.wording import count_word

_PICKED, _SEEN = "scope.earned_picked", "scope.earned_seen"
ROW_HEIGHT, LISTED = 34, 12
LATENESS: Mapping[str | None, Status] = {"past": "risk", "later": "watch", "inside": "ok", None: "none"}
LATE_WORDS = {"past": N_("past its date"), "later": N_("later than planned"), "inside": N_("inside its date")}
BUDGET_BY = {
    "baseline": N_("budget from the baseline's hours"), "budget_cost": N_("budget as stated"),
    "derived": N_("budget derived from fee and target margin"), "budget_hours": N_("budget of hours"),
}  # fmt: skip
DONE_BY = {
    "tasks": N_("progress by its tasks"), "milestones": N_("progress by its milestones"), "readings": N_("progress by dated readings"),
    "stated": N_("progress as the project states it"), "finished": N_("it is finished"),
}  # fmt: skip
PLAN_BY = {
    "tasks": N_("plan from the baseline of its tasks"), "project": N_("plan from the project's baseline"),
    "straight": N_("plan as a straight line from start to due"),
}  # fmt: skip
SHORT = {"percent_complete": N_("% done"), "weighted_milestones": N_("milestones")}
"""Techniques with names that no column has room for."""
WHO_PAYS = {"client": N_("client"), "shared": N_("shared"), "us": N_("us")}
SHEET = {
    "name": N_("Project"), "account": N_("Account"), "state": N_("Status"), "technique": N_("Technique"), "spi_t": N_("SPI(t)"),
    "cpi": N_("CPI"), "bac": N_("BAC"), "ev": N_("EV"), "ac": N_("AC"), "eac": N_("EAC"), "eac_low": N_("EAC, least"),
    "eac_high": N_("EAC, most"), "vac": N_("VAC"), "tcpi": N_("TCPI"), "planned_finish": N_("Planned finish"), "due": N_("Committed date"),
    "ieac_on": N_("Forecast finish"), "hours": N_("Hours"), "why": N_("What is not known"),
}  # fmt: skip


@dataclass(frozen=True)
class EarnedAsked:
    """Everything that earned value depends on."""

    version: int
    as_of: date
    base: str


# Frames are shared between sessions and never changed in place: cache_data would copy them at every rerun.
@st.cache_resource(show_spinner=False, max_entries=8)
def _values(folder: str, asked: EarnedAsked) -> pl.DataFrame:
    portfolio, _ = session.known_portfolio(asked.as_of, asked.version)
    values = with_finishes(portfolio, project_values(portfolio, asked.as_of, base=asked.base), asked.as_of)
    accounts = portfolio["accounts"].select("account_id", pl.col("name").alias("account")).collect()
    return values.join(accounts, on="account_id", how="left", maintain_order="left")


@st.cache_resource(show_spinner=False, max_entries=64)
def _grown(folder: str, asked: EarnedAsked, project_id: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    portfolio, _ = session.known_portfolio(asked.as_of, asked.version)
    value = _values(folder, asked).row(by_predicate=pl.col("project_id") == project_id, named=True)
    history = project_history(portfolio, project_id, asked.as_of, base=asked.base)
    return growth(history, value, asked.as_of), budget_changes(portfolio, project_id, asked.as_of, base=asked.base)


def the_values(version: int, as_of: date) -> pl.DataFrame:
    """Earned value of every project at the close of the day, with the days of its forecasts: `with_finishes`, and `account` by name."""
    return _values(str(session.store().folder), EarnedAsked(version, as_of, session.settings()["base_currency"]))


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
    _one(asked, values.row(by_predicate=pl.col("project_id") == chosen, named=True), book, t)


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
        "range": [_range(row, base, t) for row in rows],
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


def _range(row: Mapping[str, Any], base: str, t: Language) -> str:
    low, high = row["eac_low"], row["eac_high"]
    if low is None:
        return "—"
    ends = (t.money(low, base), t.money(high, base))
    return ends[0] if ends[0] == ends[1] else f"{ends[0]} – {ends[1]}"


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


def _one(asked: EarnedAsked, row: Mapping[str, Any], book: Book, t: Language) -> None:
    """One project: what it rests on, S-curve, figures, every estimate, what raised its budget."""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.subheader(f"{md(row['name'])} &nbsp; :small[:gray[{md(row['account'] or '')}]]", anchor=False, width="content")
        show_closing(row, asked.version, asked.as_of, asked.base, t)
    st.markdown(f":gray[{'. '.join(rests_on(row, t))}.]")
    if row["bac"] is None:
        why = REASONS[row["why_cv"] or "no_budget"][1]
        burn = t("{hours} logged, {money} of cost so far", hours=t.hours(row["hours"]), money=t.money(row["ac"], book.base))
        st.markdown(f"— {t(why)} **{burn}.**")
        return
    curves, changes = _grown(str(session.store().folder), asked, row["project_id"])
    left, right = st.columns([1.5, 1], gap="medium")
    with left:
        source = t("Baseline, time entries and change orders. Data as of {day}.", day=t.day(asked.as_of))
        words = Words("scope.s_curve", source, asked.as_of, row["name"])
        marks = changes.select(pl.coalesce("order_number", "title").alias("name"), pl.col("decided_on").alias("day"))
        chart = s_curve(curves, t, words, "", book.base, row["due"], marks) if curves.height else None
        if chart is not None:
            defined_card(chart, "ev_curves", t)
        else:
            st.markdown(f":gray[— {t(REASONS[row['why_pd'] or 'no_dates'][1])}]")
        _changes(row, changes, asked.as_of, book.base, t)
        _estimates(row, book.base, t)
    with right:
        _schedule(row, asked.as_of, t)
        _cost(row, book.base, t)


def rests_on(row: Mapping[str, Any], t: Language) -> list[str]:
    """What the earned value of a project rests on, each in a clause: technique, budget, progress, plan, and what is short of the truth."""
    if row["bac"] is None:
        return [capitalised(t(CHOICES.get(row["billing"], row["billing"]))) if row["billing"] else t("Billing is not known")]
    technique = t(CHOICES[row["technique"]])
    said = [t("Technique: {technique}, assumed", technique=technique) if row["technique_assumed"]
            else t("Technique: {technique}", technique=technique)]  # fmt: skip
    said += [capitalised(t(words[row[name]])) for name, words in (("bac_by", BUDGET_BY), ("done_by", DONE_BY), ("plan_by", PLAN_BY))
             if row[name]]  # fmt: skip
    if row["ac_at_least"]:
        said.append(t("Some hours have no cost rate: the true cost is higher"))
    if row["changes_left_out"]:
        said.append(t.plural("One change order states no amount and is left out", "{n} change orders state no amount and are left out",
                             row["changes_left_out"]))  # fmt: skip
    return said


def _figure(row: Mapping[str, Any], name: str, written: str, t: Language) -> str:
    """The figure, or why there is none."""
    if row[name] is not None:
        return f"**{written}**"
    return f":gray[— {t(REASONS[row[f'why_{name}']][1])}]" if row[f"why_{name}"] else "—"


def _schedule(row: Mapping[str, Any], as_of: date, t: Language) -> None:
    with st.container(border=True, gap="xsmall", key="scope.earned_schedule"):
        mark = LATENESS[row["lateness"]]
        colour = {"risk": "red", "watch": "orange", "ok": "green", "none": "gray"}[mark]
        head = t("Earned schedule")
        if row["ieac_on"] is not None and row["finished"] is None:
            head = t("It is forecast to finish on {day}", day=t.day(row["ieac_on"], near=as_of))
        elif row["finished"] is not None:
            head = t("It finished on {day}", day=t.day(row["finished"], near=as_of))
        _head(head, t("Working days from the baseline's start"), "scope.earned_schedule",
              ("ev_spi_t", "ev_earned_schedule", "ev_forecast_finish"), t)  # fmt: skip
        late = f":{colour}[{GLYPH[mark]}]{NBSP}" if row["ieac_on"] is not None else ""
        finish, pace = (_figure(row, figure, t.day(row[name], near=as_of), t) if row[name] is not None or row[figure] is None else "—"
                        for figure, name in (("ieac_t", "ieac_on"), ("at_pd_es", "at_pd_es_on")))  # fmt: skip
        lines = [
            (t("SPI(t)"), _figure(row, "spi_t", t.number(row["spi_t"], 2), t)),
            (t("Earned schedule"), _figure(row, "es", t.plural("{n} day", "{n} days", round(row["es"] or 0)), t)),
            (t("Time passed"), _figure(row, "at", t.plural("{n} day", "{n} days", round(row["at"] or 0)), t)),
            (t("Planned duration"), _figure(row, "pd", t.plural("{n} day", "{n} days", round(row["pd"] or 0)), t)),
            (t("Finish at this pace"), f"{late}{finish}"),
            (t("Finish if the rest goes by plan"), pace),
            (t("Planned finish"), t.day(row["planned_finish"], near=as_of)),
            (t("Committed date"), t.day(row["due"], near=as_of)),
        ]
        small_table([{"name": name, "value": value} for name, value in lines], t, alt=t("Earned schedule"), right=["value"])


def _cost(row: Mapping[str, Any], base: str, t: Language) -> None:
    with st.container(border=True, gap="xsmall", key="scope.earned_cost"):
        vac = row["vac"]
        head = t("Cost at completion")
        if vac is not None:
            money = t.money(abs(vac), base)
            head = t("It ends {money} over budget", money=money) if vac < 0 else t("It ends {money} under budget", money=money)
        _head(head, t("At cost in {currency}", currency=base), "scope.earned_cost",
              ("ev_budget", "ev_planned", "ev_earned", "ev_actual", "ev_cpi", "ev_eac", "ev_vac", "ev_tcpi"), t)  # fmt: skip
        budget = t.money(row["bac"], base)
        if abs(row["bac"] - row["bac_original"]) >= 0.5:
            budget = f":gray[{t.money(row['bac_original'], base)} →] {budget}"
        plus = "≥" + NBSP if row["ac_at_least"] else ""
        lines = [
            (t("Budget (BAC)"), budget),
            (t("Planned value (PV)"), t.money(row["pv"], base)),
            (t("Earned value (EV)"), t.money(row["ev"], base)),
            (t("Actual cost (AC)"), plus + t.money(row["ac"], base)),
            (t("CPI"), _figure(row, "cpi", t.number(row["cpi"], 2), t)),
            (t("EAC, range"), _figure(row, "eac", _range(row, base, t), t)),
            (t("Variance (VAC)"), _figure(row, "vac", t.money(vac, base, sign=True), t)),
            (t("TCPI to the budget"), _figure(row, "tcpi", t.number(row["tcpi"], 2), t)),
            (t("TCPI to the EAC"), _figure(row, "tcpi_eac", t.number(row["tcpi_eac"], 2), t)),
        ]
        small_table([{"name": name, "value": value} for name, value in lines], t, alt=t("Cost at completion"), right=["value"])


def _head(title: str, unit: str, key: str, figures: tuple[str, ...], t: Language) -> None:
    """Finding and unit of a card, and its definitions to open."""
    with st.container(horizontal=True, wrap=False, vertical_alignment="top", gap="xsmall"):
        st.markdown(f"**{title}**  \n:small[:gray[{unit}]]", width="stretch")
        ask_definition(figures, f"{key}.definition", t)


def _estimates(row: Mapping[str, Any], base: str, t: Language) -> None:
    """Each way to estimate the cost at completion, or why it can't be had."""
    st.markdown(f"**{t('Every estimate of the cost at completion')}**  \n:small[:gray[{t('Their range is no confidence interval')}]]")
    lines = []
    for variant, name in VARIANTS.items():
        leads = f" {t('(leads)')}" if variant == row["eac_by"] else ""
        if row[f"eac_{variant}"] is None:
            why = row[f"why_eac_{variant}"]
            cells = {"eac": "—", "etc": "—", "vac": "—", "why": f":gray[{t(REASONS[why][1])}]" if why else ""}
        else:
            cells = {
                "eac": f"**{t.money(row[f'eac_{variant}'], base)}**", "etc": t.money(row[f"etc_{variant}"], base),
                "vac": t.money(row[f"vac_{variant}"], base, sign=True), "why": "",
            }  # fmt: skip
        lines.append({t("Estimate"): f"{md(t(name))}{leads}", t("EAC"): cells["eac"], t("Still to spend (ETC)"): cells["etc"],
                      t("VAC"): cells["vac"], t("Why not"): cells["why"]})  # fmt: skip
    if not any(line[t("Why not")] for line in lines):
        lines = [{name: cell for name, cell in line.items() if name != t("Why not")} for line in lines]
    small_table(lines, t, alt=t("Every estimate of the cost at completion"), right=[t("EAC"), t("Still to spend (ETC)"), t("VAC")],
                header=True)  # fmt: skip


def _changes(row: Mapping[str, Any], changes: pl.DataFrame, as_of: date, base: str, t: Language) -> None:
    """The decided changes and what each did to the budget."""
    if changes.is_empty():
        st.markdown(f":small[:gray[{t('No change order was decided: the budget is the one first agreed.')}]]")
        return
    lines = []
    for one in changes.iter_rows(named=True):
        amount = t.money(one["amount"], base, sign=True) if one["amount"] is not None else "—"
        payer = t(WHO_PAYS[one["paid_by"]]) if one["paid_by"] else "—"
        if one["paid_by"] == "shared" and one["client_share"] is not None:
            payer = t("shared, client {share}", share=t.share(one["client_share"]))
        lines.append({
            t("Decided"): t.day(one["decided_on"], near=as_of),
            t("Change order"): f"{md(clip(one['title'], 44))}  \n:gray[{md(one['order_number'] or '')}]",
            t("Paid by"): payer, t("Raises BAC by"): amount, t("BAC then"): t.money(one["bac_after"], base),
        })  # fmt: skip
    small_table(lines, t, alt=t("Changes of the budget"), right=[t("Raises BAC by"), t("BAC then")], header=True)
