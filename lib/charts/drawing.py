"""Draws a chart value with Altair, for pages and pictures. It takes every figure and word from the value."""

from __future__ import annotations

from datetime import date, timedelta

import altair as alt
import polars as pl

from lib.charts.chart import Chart
from lib.charts.theme import BLUE, GREY, MARK, SHAPE
from lib.formats import Language

ROW_HEIGHT = 26
NAME_LIMIT = 250
LABEL_LIMIT = 320


def drawn(chart: Chart, t: Language, width: int | None = None) -> alt.LayerChart:
    """The Altair chart of `chart`; its data is `chart.rows`. On a page as wide as its place, in a picture `width` pixels for the marks."""
    layers = {"bars": _bars, "days": _days}[chart.kind](chart.rows, "width" if width is None else str(width))
    if width is not None:
        layers = layers.properties(width=width)
    return layers.properties(height=alt.Step(ROW_HEIGHT)).configure(locale=alt.Locale(**t.vega()))


def _names(rows: pl.DataFrame) -> alt.Y:
    return alt.Y("name:N", sort=rows["name"].to_list(), title=None, axis=alt.Axis(labelLimit=NAME_LIMIT))


def _bars(rows: pl.DataFrame, width: str) -> alt.LayerChart:
    room_for_label = alt.Scale(rangeMin=0, rangeMax={"expr": f"max(60, {width} - {_label_width(rows)})"}, zero=True)
    base = alt.Chart(rows).encode(y=_names(rows), x=alt.X("value:Q", axis=None, scale=room_for_label))
    bars = base.mark_bar(height=14).encode(color=alt.condition("datum.strong", alt.value(BLUE), alt.value(GREY)))
    return bars + base.mark_text(align="left", dx=6, limit=LABEL_LIMIT).encode(text="label:N")


def _days(rows: pl.DataFrame, width: str) -> alt.LayerChart:
    first, last = rows["day"].min(), rows["day"].max()
    assert isinstance(first, date)
    assert isinstance(last, date)
    margin = timedelta(days=max(3, (last - first).days // 20))
    scale = alt.Scale(
        domain=[_vega_day(first - margin), _vega_day(last + margin)], rangeMax={"expr": f"max(120, {width} - {_label_width(rows) + 14})"}
    )
    axis = alt.Axis(format="%b", tickCount="month", grid=True)
    base = alt.Chart(rows).encode(y=_names(rows), x=alt.X("day:T", title=None, scale=scale, axis=axis))
    statuses = list(MARK)
    points = base.mark_point(filled=True, opacity=1).encode(
        size=alt.Size("value:Q", legend=None, scale=alt.Scale(range=[40, 380], zero=True)),
        color=alt.Color("status:N", legend=None, scale=alt.Scale(domain=statuses, range=[MARK[status] for status in statuses])),
        shape=alt.Shape("status:N", legend=None, scale=alt.Scale(domain=statuses, range=[SHAPE[status] for status in statuses])),
    )
    return points + base.mark_text(align="left", dx=13, limit=LABEL_LIMIT).encode(text="label:N")


def _label_width(rows: pl.DataFrame) -> int:
    """Pixels that the longest label beside a mark takes: Plex at 13 px is at most 7.4 a character."""
    return min(12 + round(7.4 * max((len(label or "") for label in rows["label"]), default=0)), LABEL_LIMIT)


def _vega_day(day: date) -> alt.DateTime:
    return alt.DateTime(year=day.year, month=day.month, date=day.day)
