"""Draws a chart value with Altair, for pages and pictures. It takes every figure and word from the value."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import altair as alt

from lib.charts import ledger, matrices, scorecards, spans, timelines
from lib.charts.chart import Chart, Kind
from lib.charts.places import LABEL_LIMIT, names_down, text_width, vega_day
from lib.charts.theme import BLUE, GREY, MARK, SHAPE
from lib.formats import Language

ROW_HEIGHT, HEIGHT = 26, timelines.HEIGHT
STEPS: dict[Kind, int] = {"gantt": 32, "tornado": 28, "grid": 31, "matrix": 31, "bridge": 30, "progress": 28, "finishes": spans.STEP}


def drawn(chart: Chart, t: Language, width: int | None = None) -> alt.LayerChart:
    """The Altair chart of `chart`; its data is `chart.rows`. On a page as wide as its place, in a picture `width` pixels for the marks."""
    wide = "width" if width is None else str(width)
    layers = _DRAWERS[chart.kind](chart, wide)
    if width is not None:
        layers = layers.properties(width=width)
    return layers.properties(height=_height(chart, wide)).configure(locale=alt.Locale(**t.vega()))


def _height(chart: Chart, width: str) -> int | alt.Step:
    if chart.kind in ("curve", "distribution"):
        return HEIGHT
    if chart.kind == "amounts":
        return ledger.AMOUNTS_HEIGHT
    if chart.kind == "band":
        return scorecards.BAND_HEIGHT
    if chart.kind == "history":
        return scorecards.HISTORY_HEIGHT + scorecards.LINE * scorecards.lanes_of(chart)
    return alt.Step(scorecards.row_height(chart, width) if chart.kind in ("waterfall", "lost") else STEPS.get(chart.kind, ROW_HEIGHT))


def _bars(chart: Chart, width: str) -> alt.LayerChart:
    rows = chart.rows
    room_for_label = alt.Scale(rangeMin=0, rangeMax={"expr": f"max(60, {width} - {text_width(rows['label'])})"}, zero=True)
    base = alt.Chart(rows).encode(y=names_down(rows), x=alt.X("value:Q", axis=None, scale=room_for_label))
    bars = base.mark_bar(height=14).encode(color=alt.condition("datum.strong", alt.value(BLUE), alt.value(GREY)))
    return bars + base.mark_text(align="left", dx=6, limit=LABEL_LIMIT).encode(text="label:N")


def _days(chart: Chart, width: str) -> alt.LayerChart:
    rows = chart.rows
    first, last = rows["day"].min(), rows["day"].max()
    assert isinstance(first, date)
    assert isinstance(last, date)
    margin = timedelta(days=max(3, (last - first).days // 20))
    scale = alt.Scale(
        domain=[vega_day(first - margin), vega_day(last + margin)],
        rangeMax={"expr": f"max(120, {width} - {text_width(rows['label']) + 14})"},
    )
    axis = alt.Axis(format="%b", tickCount="month", grid=True)
    base = alt.Chart(rows).encode(y=names_down(rows), x=alt.X("day:T", title=None, scale=scale, axis=axis))
    statuses = list(MARK)
    colours = alt.Scale(domain=statuses, range=[MARK[status] for status in statuses])
    points = base.mark_point(filled=True, opacity=1, strokeWidth=1.8).encode(
        size=alt.Size("value:Q", legend=None, scale=alt.Scale(range=[40, 380], zero=True)),
        color=alt.Color("status:N", legend=None, scale=colours),
        stroke=alt.Stroke("status:N", legend=None, scale=colours),
        fillOpacity=alt.condition("datum.status == 'none'", alt.value(0), alt.value(1)),
        shape=alt.Shape("status:N", legend=None, scale=alt.Scale(domain=statuses, range=[SHAPE[status] for status in statuses])),
    )
    return points + base.mark_text(align="left", dx=13, limit=LABEL_LIMIT).encode(text="label:N")


_DRAWERS: dict[Kind, Callable[[Chart, str], alt.LayerChart]] = {
    "bars": _bars, "days": _days, "gantt": timelines.gantt, "curve": timelines.curve, "distribution": timelines.distribution,
    "tornado": matrices.tornado, "grid": matrices.grid, "waterfall": scorecards.waterfall, "lost": scorecards.lost,
    "band": scorecards.band, "history": scorecards.history, "heat": scorecards.heat, "stack": scorecards.stack, "moves": scorecards.moves,
    "bridge": ledger.bridge, "matrix": ledger.matrix, "progress": ledger.progress, "amounts": ledger.amounts,
    "finishes": spans.finishes,
}  # fmt: skip
