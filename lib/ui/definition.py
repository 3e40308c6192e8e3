"""The drawer behind every figure: its value, how it is computed, what it rests on, what was left out, and its rows. It computes nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl
import polars.selectors as cs
import streamlit as st

from lib.charts.chart import Chart
from lib.choices import CHOICES
from lib.columns import N_
from lib.documents.workbook import Sheet
from lib.formats import Language
from lib.measures.figure import Figure
from lib.tables import TABLES
from lib.ui import session
from lib.ui.frame import card, chart_card, md, rows_table, small_table
from lib.ui.table_downloads import about_view, table_downloads

HEADINGS = {
    "name": N_("Account"),
    "invoice_id": N_("Invoice"),
    "contract_id": N_("Contract"),
    "kind": N_("Kind"),
    "revenue": N_("Revenue"),
    "pass_through": N_("Pass-through"),
    "agi": N_("AGI"),
    "agi_before": N_("AGI, 12 months before, at as-of rates"),
    "delivery_cost": N_("Delivery cost"),
    "hours": N_("Hours"),
    "rated_hours": N_("Hours with a rate"),
    "billable_hours": N_("Billable hours"),
    "stated_hours": N_("Hours that say"),
    "amount": N_("AGI"),
    "share": N_("Share"),
    "start": N_("A month, 12 months ago"),
    "now": N_("A month, now"),
    "before": N_("12 months before"),
    "last": N_("Last 12 months"),
    "change": N_("Change"),
    "issued": N_("Issued"),
    "due": N_("Due"),
    "days_late": N_("Days late"),
    "open": N_("Open"),
    "status": N_("Status"),
    "notice_date": N_("Notice date"),
    "end": N_("End"),
    "without_notice_days": N_("No notice days"),
    "renewed": N_("Renewed by itself"),
    "renewal_open": N_("Renewal open"),
}
WORDS = CHOICES | {"expansion": N_("expansion"), "contraction": N_("contraction"), "churn": N_("churn"), "same": N_("same")}
DECIMALS = 6  # sums of cents carry an error in their last digits, which nobody wants to read in a file
BETTER = {"higher": N_("Higher is better."), "lower": N_("Lower is better."), "neither": ""}


def written(figure: Figure, t: Language) -> str:
    """The figure's value as people read it: ≤ before an upper limit, — where there is none."""
    unit = figure.definition.unit
    if figure.value is None:
        return t.number(None)
    forms: dict[str, Callable[[float], str]] = {
        "money": lambda value: t.money(value, figure.currency),
        "share": lambda value: t.share(value, 1 if figure.key == "delivery_margin" else 0),
        "hours": t.hours,
        "days": lambda value: t.days(round(value)),
        "index": t.number,
        "count": lambda value: t.number(value, 1),
    }
    return ("≤\u00a0" if figure.at_most else "") + forms[unit](figure.value)


def why_absent(figure: Figure, t: Language) -> str:
    """What to import, or the reason, where a figure has no value."""
    if figure.needs:
        tables = t.join([t(TABLES[table].title).lower() for table in figure.needs])
        return t("Import {tables} to see it.", tables=tables)
    return t(figure.why) if figure.why else ""


def show_chart(key: str, chart: Chart | None, figures: Mapping[str, Figure], t: Language) -> str | None:
    """A chart in its card, or what to import where there is nothing to draw; returns `key` when the definition was asked for."""
    if chart is not None:
        return key if chart_card(chart, t) else None
    figure = figures[key]
    with card(key, t, md(t(figure.definition.name)), md(t(figure.definition.source))) as opened:
        st.markdown(f":gray[— {why_absent(figure, t) or t('There is nothing to show at this date.')}]")
    return key if opened else None


def show_definition(figure: Figure, t: Language, population: str) -> None:
    """Open the drawer of one figure; `population` says over what and as of when."""
    drawer = st.dialog(t(figure.definition.name), width=560, position="right")
    drawer(_contents)(figure, t, population)


def _contents(figure: Figure, t: Language, population: str) -> None:
    with st.container(key="definition"):
        st.metric(population, written(figure, t))
        if figure.value is None:
            st.markdown(why_absent(figure, t))
        st.markdown(f"**{t('How it is computed')}**  \n{md(t(figure.definition.formula))} {t(BETTER[figure.definition.better])}")
        st.markdown(f":gray[{t('Definition')}: {md(t(figure.definition.source))}]")
        if figure.inputs:
            st.markdown(f"**{t('Where it comes from')}**")
            reached = [
                {
                    "table": t(TABLES[source.table].title),
                    "rows": t.plural("{n} row", "{n} rows", source.rows),
                    "until": t("to {day}", day=t.day(source.until)) if source.until else "",
                }
                for source in figure.inputs
            ]
            small_table(reached, t, alt=t("Where it comes from"), right=["rows"])
        for part in figure.left_out:
            st.markdown(f":orange[▲] {t.plural(part.one, part.many, part.count)}.")
        if figure.rows.height:
            st.markdown(f"**{t('Rows')}**")
            _rows(figure, t)
            about = about_view(t, t(figure.definition.name), population=population, source=t(figure.definition.source))
            table_downloads(rows_sheet(figure, t), t, key="definition", file=figure.key, about=about)
        definitions = session.ROOT / "pages" / "definitions.py"
        st.page_link(definitions, label=t("See it in Definitions"), query_params={"figure": figure.key, "lang": t.code})


def in_language(figure: Figure, t: Language) -> pl.DataFrame:
    """The figure's rows with their words translated."""
    return figure.rows.with_columns(
        pl.col(name).replace({word: t(message) for word, message in WORDS.items()})
        for name in figure.rows.columns
        if name in ("kind", "change", "status")
    )


def rows_sheet(figure: Figure, t: Language) -> Sheet:
    """The figure's rows to take away, with its value, formula and what was left out as notes."""
    rows = in_language(figure, t).with_columns(cs.float().round(DECIMALS))
    formats: dict[str, str] = {}
    for name, dtype in rows.schema.items():
        if name in ("share", "days_late"):
            formats[name] = "share" if name == "share" else "whole"
        elif name.endswith("hours"):
            formats[name] = "hours"
        elif dtype.is_float():
            formats[name] = f"money:{figure.currency}" if figure.currency else "number"
    value = written(figure, t) if figure.value is not None else why_absent(figure, t)
    left_out = [f"{t.plural(part.one, part.many, part.count)}." for part in figure.left_out]
    notes = (f"{t(figure.definition.name)}: {value}", t(figure.definition.formula), *left_out)
    headings = {name: t(HEADINGS[name]) for name in rows.columns if name in HEADINGS}
    return Sheet(t(figure.definition.name), rows, headings, formats, notes)


def _rows(figure: Figure, t: Language) -> None:
    rows = in_language(figure, t)
    forms: dict[str, Callable[[Any], str]] = {}
    for name, dtype in rows.schema.items():
        if dtype == pl.Date:
            forms[name] = lambda day: t.day(day.date() if hasattr(day, "date") else day)
        elif dtype == pl.Boolean:
            forms[name] = lambda flag: t("yes") if flag else t("no")
        elif name == "share":
            forms[name] = lambda share: t.share(share, 1)
        elif name == "days_late":
            forms[name] = lambda days: t.number(days)
        elif name.endswith("hours"):
            forms[name] = lambda hours: t.hours(hours)
        elif dtype.is_numeric():
            forms[name] = lambda amount: t.money(amount, figure.currency) if figure.currency else t.number(amount)
    rows_table(
        rows,
        {name: t(title) for name, title in HEADINGS.items()},
        forms,
        "definition.rows",
        t("Rows"),
        height=360 if rows.height > 8 else None,
    )
