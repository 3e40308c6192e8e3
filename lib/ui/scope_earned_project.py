"""Earned value of one project: what it rests on, its S-curve, forecasts, every estimate and what raised its budget. It computes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from lib.charts.chart import Status
from lib.charts.schedule import Words, s_curve
from lib.charts.theme import GLYPH
from lib.choices import CHOICES
from lib.columns import N_
from lib.formats import NBSP, Language
from lib.measures.book import Book
from lib.measures.earned_value import REASONS, VARIANTS
from lib.text import capitalised
from lib.ui.frame import clip, md, small_table
from lib.ui.health_definition import defined_card
from lib.ui.scope_closing import show_closing
from lib.ui.scope_definition import ask_definition
from lib.ui.scope_values import EarnedAsked, growth_of

LATENESS: Mapping[str | None, Status] = {"past": "risk", "later": "watch", "inside": "ok", None: "none"}
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
WHO_PAYS = {"client": N_("client"), "shared": N_("shared"), "us": N_("us")}


def show_project(asked: EarnedAsked, row: Mapping[str, Any], book: Book, t: Language) -> None:
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
    curves, changes = growth_of(asked, row["project_id"])
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
            (t("EAC, range"), _figure(row, "eac", eac_range(row, base, t), t)),
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


def eac_range(row: Mapping[str, Any], base: str, t: Language) -> str:
    """The least and the most of the estimates of the cost at completion."""
    low, high = row["eac_low"], row["eac_high"]
    if low is None:
        return "—"
    ends = (t.money(low, base), t.money(high, base))
    return ends[0] if ends[0] == ends[1] else f"{ends[0]} – {ends[1]}"
