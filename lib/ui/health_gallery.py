"""The book in pictures, in groups of cards and tables, each with the rows behind it. It draws what health_pictures has made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

import pandas as pd
import polars as pl
import polars.selectors as cs
import streamlit as st

from lib.charts.account_grids import SOLD
from lib.charts.chart import Chart
from lib.charts.drawing import ROW_HEIGHT, STEPS
from lib.charts.ledger import AMOUNTS_HEIGHT
from lib.charts.theme import GLYPH
from lib.choices import CHOICES
from lib.columns import N_
from lib.documents.workbook import Sheet
from lib.formats import NBSP, Language
from lib.health.metrics import COMPONENTS
from lib.ui.frame import chart_card, clip, md, or_dash, rows_table
from lib.ui.health_pictures import Picture, Pictures
from lib.ui.table_downloads import about_view, table_downloads

GROUPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "components": (N_("Components"), ("heat",)),
    "revenue": (N_("Renewals and revenue"), ("renewals", "pipeline", "agi", "margin", "receivables", "retention")),
    "people": (N_("People and services"), ("people", "services")),
    "goals": (N_("Goals and risks"), ("goals", "risks")),
}
"""Which pictures stand together: all of them at once would be a page nobody reads to its end, and a dozen charts to wait for."""
CHOSEN = "health.pictures"
WIDE = ("heat", "people", "services", "goals", "risks")
HEADINGS = {
    "account": N_("Account"), "name": N_("Name"), "title": N_("Title"), "contract_id": N_("Contract"), "invoice_id": N_("Invoice"),
    "service": N_("Service"), "component": N_("Component"), "kind": N_("Kind"), "role": N_("Role"), "metric": N_("Indicator"),
    "value": N_("Value"), "target": N_("Target"), "met": N_("Met"), "past": N_("Last 12"), "date": N_("Of"), "worth": N_("Amount"),
    "probability": N_("Probability"), "impact": N_("Impact"), "exposure": N_("Exposure"), "expected_close": N_("Closes"),
    "state": N_("State"), "notice_date": N_("Notice date"), "end": N_("End"), "renewal_open": N_("Renewal open"), "agi": N_("AGI"),
    "margin": N_("Delivery margin"), "share": N_("Share"), "issued": N_("Issued"), "due": N_("Due"), "days_late": N_("Days late"),
    "open": N_("Open"), "before": N_("12 months before"), "last": N_("Last 12 months"), "change": N_("Change"),
    "contacts": N_("People known"), "last_contact": N_("Last contact"), "days": N_("Days since"),
    "single_threaded": N_("Hangs on one person"), "active": N_("Still there"), "deals": N_("Deals"), "last_on": N_("Last bought"),
    "open_worth": N_("In open deals"), "baseline": N_("Baseline"), "actual": N_("Actual"), "unit": N_("Unit"), "progress": N_("Progress"),
    "status": N_("Status"), "owner": N_("Owner"), "score": N_("Score"), "weight": N_("Weight"), "points": N_("Points"),
    "lost": N_("Points lost"), "opened": N_("Opened"), "mitigation": N_("Mitigation"),
}  # fmt: skip
OTHER = {("heat", "share"): N_("Weight with data"), ("kpis", "before"): N_("Before"), ("people", "met"): N_("Met in 90 days")}
WORDS = CHOICES | {
    "in_window": N_("counted"), "past": N_("past its date"), "no_date": N_("without a date"), "later": N_("later"),
    "without_probability": N_("without a probability"), "unrated": N_("without an exchange rate"), "expansion": N_("expansion"),
    "contraction": N_("contraction"), "churn": N_("churn"), "same": N_("same"), **{key: words for key, (words, _, _) in SOLD.items()},
    **{key: one.name for key, one in COMPONENTS.items()},
}  # fmt: skip
WORDED = ("kind", "state", "status", "change", "role", "component")
MONEY = ("agi", "margin", "worth", "open", "before", "last", "open_worth")
TALL, ROW, KPIS = 396, 36, 10
MOST = 500
"""Rows of a table on the page: each is written out again at every rerun. Its files have all of them."""
DECIMALS = 6


def choose_group(t: Language) -> str:
    """The group of pictures looked at."""
    group = st.session_state.setdefault(CHOSEN, next(iter(GROUPS)))
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.subheader(t("The book in pictures"), anchor=False, width="content")
        st.segmented_control(
            t("Pictures"), list(GROUPS), format_func=lambda key: t(GROUPS[key][0]), key=CHOSEN, label_visibility="collapsed",
            persist_state="session", required=True, width="content",
        )  # fmt: skip
    return group if group in GROUPS else next(iter(GROUPS))


def show_pictures(made: Pictures, base: str, as_of: date, population: str, t: Language) -> None:
    """Cards in two columns, grids over the whole width, tables of people and indicators below theirs; then what can't be drawn, and why."""
    narrow: list[tuple[float, Callable[[], None]]] = []
    for one in made.charts.values():
        draw = partial(_card, one, base, as_of, population, t)
        if one.chart is not None and one.key not in WIDE:
            narrow.append((_height(one.chart), draw))
            continue
        draw()
        if one.key == "people" and made.people.height:
            _people(made, base, as_of, population, t)
        if one.key == "goals" and made.kpis.height:
            _kpis(made, base, as_of, population, t)
    _two_columns(narrow)
    absent = [(one.name, one.absent) for one in made.charts.values() if one.chart is None]
    if "goals" in made.charts and not made.kpis.height:
        absent.append((t("Indicators"), t("No indicator has a value.") if made.has_kpis else t("Import KPI values to see them.")))
    if absent:
        st.markdown("  \n".join(f":gray[— {md(name)}: {md(why)}]" for name, why in absent))


def _two_columns(cards: Sequence[tuple[float, Callable[[], None]]]) -> None:
    """Cards of some height in two columns; a single one has the whole width."""
    if len(cards) < 2:
        for _, draw in cards:
            draw()
        return
    for side, own in zip(st.columns(2, gap="medium"), halves([height for height, _ in cards]), strict=True):
        with side:
            for place in own:
                cards[place][1]()


def halves(heights: Sequence[float]) -> tuple[list[int], list[int]]:
    """Places of cards in the left and in the right column: each goes to the one that is shorter so far."""
    left: list[int] = []
    right: list[int] = []
    reached = [0.0, 0.0]
    for place, height in enumerate(heights):
        side = 0 if reached[0] <= reached[1] else 1
        (left, right)[side].append(place)
        reached[side] += height
    return left, right


def _height(chart: Chart) -> float:
    """About how high a card stands, in pixels."""
    lines = AMOUNTS_HEIGHT if chart.kind == "amounts" else chart.rows["name"].n_unique() * STEPS.get(chart.kind, ROW_HEIGHT)
    return 130.0 + lines + 20 * (len(chart.subtitle) // 80)


def _card(picture: Picture, base: str, as_of: date, population: str, t: Language) -> None:
    if picture.chart is not None and chart_card(picture.chart, t):
        st.dialog(picture.name, width=720, position="right")(_drawer)(picture, base, as_of, population, t)


def _drawer(picture: Picture, base: str, as_of: date, population: str, t: Language) -> None:
    with st.container(key="definition"):
        st.markdown(f":gray[{md(population or t('All accounts'))}]")
        st.markdown(f"**{t('How it is computed')}**  \n{md(picture.how)}")
        if picture.rows.height:
            st.markdown(f"**{t('Rows')}**")
            _rows(picture.key, picture.rows, base, t, "health.rows", picture.name, TALL if picture.rows.height > 9 else None)
            _downloads(picture.key, picture.rows, picture.name, base, as_of, population, t, key="health.rows")


def _kpis(made: Pictures, base: str, as_of: date, population: str, t: Language) -> None:
    known = made.kpis.filter(pl.col("met").is_not_null())
    met = int(known["met"].sum())
    said = t("Newest value of each indicator, with its target and what came before")
    with st.container(border=True, key="card.health.kpis", gap="xsmall"):
        title = t.plural(
            "{met} of {n} indicator is at its target", "{met} of {n} indicators are at their targets", known.height, met=t.number(met)
        )
        if not known.height:
            title = t.plural(
                "One indicator, no target to hold it against", "{n} indicators, no target to hold them against", made.kpis.height
            )
        st.markdown(f"**{title}**  \n:small[:gray[{md(said)}]]")
        rows = made.kpis.iter_rows(named=True)
        frame = pd.DataFrame([
            {
                "account": clip(row["account"] or "", 40), "metric": clip(row["metric"], 40), "value": row["value"], "past": row["past"],
                "target": row["target"], "unit": row["unit"] or "", "met": _met(row["met"], t), "date": row["date"],
            }
            for row in rows
        ])  # fmt: skip
        number = lambda value: t.number(value, _places(value))  # noqa: E731
        written = {"value": number, "target": number, "date": lambda day: t.day(day, near=as_of)}
        style = frame.style.format({name: or_dash(how) for name, how in written.items()}, na_rep="—")
        config: dict[str, Any] = {name: st.column_config.Column(_heading("kpis", name, t)) for name in frame.columns}
        config["past"] = st.column_config.ImageColumn(_heading("kpis", "past", t), width=92)
        st.dataframe(
            style, hide_index=True, column_config=config, key="health.kpis", alt=title, placeholder="—", row_height=ROW,
            height=ROW * (min(len(frame), KPIS) + 1) + 2,
        )  # fmt: skip
        _downloads("kpis", made.kpis.drop("past"), t("Indicators"), base, as_of, population, t, key="health.kpi_rows")


def _people(made: Pictures, base: str, as_of: date, population: str, t: Language) -> None:
    """Everybody we know there, who was never met or longest ago first."""
    hung = made.hung
    said = []
    if hung.agi and hung.share is not None:
        said.append(
            t("{money} of AGI, {share} of that of these accounts, hangs on one person at most.", money=t.money(hung.agi, base),
              share=t.share(hung.share))
        )  # fmt: skip
    if hung.unknown:
        said.append(
            t.plural("Of one account with {money} it is not known.", "Of {n} accounts with {money} it is not known.", hung.unknown,
                     money=t.money(hung.unknown_agi, base))
        )  # fmt: skip
    st.markdown(f"**{t('People, roles and last contact')}**" + (f"  \n:gray[{md(' '.join(said))}]" if said else ""))
    rows = made.people.select("account", "name", "role", "last_contact", "days", "active")
    alt = t("People, roles and last contact")
    _rows("contacts", rows, base, t, "health.people_rows", alt, ROW * (min(rows.height, 8) + 1) + 2)
    _downloads("contacts", rows, t("People"), base, as_of, population, t, key="health.people_files")


def _rows(picture: str, rows: pl.DataFrame, base: str, t: Language, key: str, alt: str, height: int | None) -> None:
    flags = cs.boolean().replace_strict({True: t("yes"), False: t("no")}, default=None, return_dtype=pl.String)
    shown = _in_words(rows.head(MOST), t).with_columns(flags).with_columns(_clipped(60))
    headings = {name: _heading(picture, name, t) for name in rows.columns}
    rows_table(shown, headings, _written(rows.schema, base, t), key, alt, height)
    if rows.height > MOST:
        st.caption(t("The first {n} rows of {all}; the files below have all of them.", n=t.number(MOST), all=t.number(rows.height)))


def _clipped(length: int) -> pl.Expr:
    """Texts cut to `length` with an ellipsis."""
    words = cs.string()
    return pl.when(words.str.len_chars() > length).then(words.str.slice(0, length - 1) + "…").otherwise(words)


def _written(schema: Mapping[str, pl.DataType], base: str, t: Language) -> dict[str, Callable[[Any], str]]:
    forms: dict[str, Callable[[Any], str]] = {}
    for name, dtype in schema.items():
        if dtype == pl.Date:
            forms[name] = lambda day: t.day(day.date() if hasattr(day, "date") else day)
        elif name in MONEY:
            forms[name] = lambda amount: t.money(amount, base)
        elif name in ("share", "progress") or (name == "probability" and dtype.is_float()):
            forms[name] = t.share
        elif dtype.is_numeric():
            forms[name] = lambda value: t.number(value, _places(value))
    return forms


def _downloads(
    picture: str, rows: pl.DataFrame, name: str, base: str, as_of: date, population: str, t: Language, key: str
) -> None:
    formats = {column: f"money:{base}" for column in rows.columns if column in MONEY and rows.schema[column].is_float()}
    formats |= {column: "share" for column in ("share", "progress") if column in rows.columns}
    full = _in_words(rows, t).with_columns(cs.float().round(DECIMALS))
    sheet = Sheet(name, full, {column: _heading(picture, column, t) for column in rows.columns}, formats)
    table_downloads(sheet, t, key=key, file=f"health.{picture}", about=about_view(t, name, as_of, population))


def _in_words(rows: pl.DataFrame, t: Language) -> pl.DataFrame:
    words = {key: t(word) for key, word in WORDS.items()}
    return rows.with_columns(pl.col(name).replace(words) for name in rows.columns if name in WORDED and rows.schema[name] == pl.String)


def _heading(picture: str, column: str, t: Language) -> str:
    return t(OTHER.get((picture, column)) or HEADINGS[column])


def _met(met: bool | None, t: Language) -> str:
    return "" if met is None else f"{GLYPH['ok']}{NBSP}{t('yes')}" if met else f"{GLYPH['watch']}{NBSP}{t('no')}"


def _places(value: float) -> int:
    """A decimal only where a number is small and has one."""
    return 0 if abs(value) >= 100 or value == round(value) else 1
