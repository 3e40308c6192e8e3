"""A chart of account health in its card, with the drawer that says what its figure means and holds its rows. It computes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import streamlit as st

from lib.charts.chart import Chart
from lib.charts.theme import WORD
from lib.formats import Language
from lib.health.defined import HEALTH
from lib.ui import session
from lib.ui.definition import BETTER
from lib.ui.frame import chart_card, md, rows_table

TALL = 360
SHOWN: dict[str, tuple[str, ...]] = {
    "waterfall": ("name", "label", "reason"),
    "bridge": ("name", "value", "label"),
    "bars": ("name", "value", "label"),
    "curve": ("name", "day", "value", "low", "high"),
    "history": ("day", "value", "low", "high"),
    "lost": ("name", "value", "reason"),
    "stack": ("name", "status", "value", "amount"),
    "moves": ("name", "before", "before_status", "value", "status"),
    "finishes": ("name", "p10_on", "p50_on", "p80_on", "p90_on", "value"),
    "gantt": ("name", "start", "finish", "before_start", "before_finish", "value"),
}
"""Kind of chart -> the columns that say what it shows; the others say how it is drawn."""


def defined_card(chart: Chart, figure: str, t: Language) -> None:
    """The chart in its card; when it is asked for, the definition of `figure` (a key of HEALTH) and the chart's rows open in a drawer."""
    if chart_card(chart, t):
        st.dialog(t(HEALTH[figure].name), width=560, position="right")(_contents)(chart, figure, t)


def _contents(chart: Chart, figure: str, t: Language) -> None:
    one = HEALTH[figure]
    with st.container(key="definition"):
        st.markdown(f"**{md(chart.title)}**  \n:small[:gray[{md(chart.subtitle)}]]")
        st.markdown(f"**{t('How it is computed')}**  \n{md(t(one.formula))} {t(BETTER[one.better])}")
        st.markdown(f":gray[{t('Definition')}: {md(t(one.source))}]")
        rows = shown_rows(chart, t)
        if rows.height:
            st.markdown(f"**{t('Rows')}**")
            tall = TALL if rows.height > 8 else None
            rows_table(rows, chart.headings, _written(rows, chart, t), f"{chart.key}.rows", t("Rows"), height=tall)
        definitions = session.ROOT / "pages" / "definitions.py"
        st.page_link(definitions, label=t("See it in Definitions"), query_params={"figure": figure, "lang": t.code})


def shown_rows(chart: Chart, t: Language) -> pl.DataFrame:
    """What the chart shows, a row each, bands in words. Of a history: its weeks, the newest first."""
    rows = chart.rows.filter(pl.col("part") == "score").sort("day", descending=True) if chart.kind == "history" else chart.rows
    words = {status: t(word) for status, word in WORD.items()}
    kept = rows.select(SHOWN[chart.kind])
    return kept.with_columns(pl.col(name).replace(words) for name in kept.columns if name.endswith("status"))


def _written(rows: pl.DataFrame, chart: Chart, t: Language) -> dict[str, Callable[[Any], str]]:
    forms: dict[str, Callable[[Any], str]] = {}
    for name, dtype in rows.schema.items():
        if dtype == pl.Date:
            forms[name] = lambda day: t.day(day.date() if hasattr(day, "date") else day)
        elif name == "value" and chart.unit == "share":
            forms[name] = t.share
        elif dtype.is_numeric() and chart.currency:
            forms[name] = lambda value: t.money(value, chart.currency)
        elif dtype.is_numeric():
            forms[name] = t.number if name == "amount" else lambda value: t.number(value, 1)
    return forms
