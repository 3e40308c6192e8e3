"""The book's figures as a small table, each behind one button to its definition. It draws figures that measures have made."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any

import streamlit as st

from lib.columns import N_
from lib.definitions import CONCENTRATION_LIMITS, DEFINITIONS, UNAVOIDABLE_BELOW
from lib.formats import NBSP, Language
from lib.measures.figure import Figure
from lib.ui.definition import why_absent, written
from lib.ui.frame import small_table
from lib.ui.sheets import FIGURES, figures_sheet
from lib.ui.table_downloads import about_view, rows_downloads

SHOWN = ("revenue", "agi", "delivery_margin", "nrr", "client_retention", "top1", "top3", "hhi", "receivables")
BASIS = {"invoiced": N_("as invoiced"), "earned": N_("as earned")}
WITHOUT_MONEY = ("logged_hours", "billable_share")


def show_book(
    figures: Mapping[str, Figure],
    sums: Mapping[str, float | None],
    basis: str,
    as_of: date,
    population: str,
    t: Language,
    rests_on: tuple[Any, ...],
) -> str | None:
    """One row a figure: name, value, comparison. Returns the key of the figure whose definition was asked for.

    The download keeps the shared `figures`; rests_on: what they depend on.
    """
    rows = []
    for key in SHOWN if figures["revenue"].value is not None else (*WITHOUT_MONEY, *SHOWN):
        figure = figures[key]
        value = f"**{written(figure, t)}**"
        beside = f":gray[{_beside(key, figures, sums, basis, t)}]" if figure.value is not None else f":gray[{why_absent(figure, t)}]"
        rows.append({"name": t(figure.definition.name), "value": value, "beside": beside})
    small_table(rows, t, alt=t("The book, last 12 months"), right=["value"])
    for part in dict.fromkeys(part for key in ("revenue", "receivables") for part in figures[key].left_out):
        st.markdown(f":orange[▲{NBSP}]:small[{t.plural(part.one, part.many, part.count)}]")
    names = {key: t(DEFINITIONS[key].name) for key in figures if key != "lose_client"}
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        opened = st.menu_button(
            t("Definition and rows"), list(names), format_func=lambda key: names[key], type="tertiary", key="portfolio.definitions"
        )
        about = about_view(t, t("The book, last 12 months"), as_of, population, t(BASIS[basis]))
        make, size = partial(figures_sheet, {key: figures[key] for key in names}, t), (len(names), len(FIGURES))
        rows_downloads(make, size, t, key="portfolio.book", file=t("figures"), rests_on=rests_on, about=about)
    return opened


def _beside(key: str, figures: Mapping[str, Figure], sums: Mapping[str, float | None], basis: str, t: Language) -> str:
    """The comparison that stands beside a figure."""
    if key == "revenue":
        return t(BASIS[basis])
    if key == "agi":
        change = sums["agi_change"]
        return t("{change} on year", change=t.share(change, sign=True)) if change is not None else ""
    if key == "delivery_margin":
        return t("quarter {share}", share=t.share(sums["margin_quarter"], 1))
    if key == "nrr":
        gross = figures["grr"].value
        return t("gross {share}", share=t.share(gross, 1))
    if key == "client_retention":
        billed = figures["clients_returned"].value
        return t("{share} of clients billed again", share=t.share(billed))
    if key in ("top1", "top3"):
        return _limit(key, figures[key], t.share(CONCENTRATION_LIMITS[key]), t)
    if key == "hhi":
        unavoidable = figures["hhi"].rows.height < UNAVOIDABLE_BELOW
        if unavoidable:
            return t("unavoidable with {n} clients", n=t.number(figures["hhi"].rows.height))
        clients = t("like {n} equal clients", n=t.number(figures["effective_clients"].value, 1))
        return f"{_limit(key, figures[key], t.number(CONCENTRATION_LIMITS[key]), t)} · {clients}"
    if key == "receivables":
        return t("{share} over 30 days late", share=t.share(figures["overdue_30"].value))
    if key == "logged_hours":
        return t("last 12 months")
    return t("of hours that say so")


def _limit(key: str, figure: Figure, limit: str, t: Language) -> str:
    over = figure.value is not None and figure.value > CONCENTRATION_LIMITS[key]
    words = t("over the limit of {limit}", limit=limit) if over else t("limit {limit}", limit=limit)
    return f":orange[▲{NBSP}{words}]" if over else words
