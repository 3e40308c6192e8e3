"""Drawings of rows against a scale or against weeks: what moves a finish most, who is how full when. Every figure is the value's."""

from __future__ import annotations

import altair as alt
import polars as pl

from lib.charts.chart import Chart
from lib.charts.places import LABEL_LIMIT, layered, names_down, text_width
from lib.charts.theme import BLUE, GREY, INK, MARK, SHAPE

FREE, ROOM = 0.6, 0.85
SHADES = {"free": 0.06, "room": 0.17, "full": 0.36, "over": 0.26, "away": 0.12}
CELL_WIDTH = 46


def tornado(chart: Chart, width: str) -> alt.LayerChart:
    """One bar a row to either side of nothing: grey is earlier, blue is later."""
    rows = chart.rows
    least = min([0.0, *rows["low"].drop_nulls(), *rows["high"].drop_nulls()])
    most = max([0.0, *rows["low"].drop_nulls(), *rows["high"].drop_nulls()])
    if least == most:
        most = 1.0
    scale = alt.Scale(domain=[least, most], nice=False, rangeMax={"expr": f"max(80, {width} - {text_width(rows['label'])})"})
    form = "+,.0f" if most - least >= 4 else "+,.1f"
    axis = alt.Axis(labelExpr=f"datum.value == 0 ? '0' : format(datum.value, '{form}')", tickCount=5)
    base = alt.Chart(rows).transform_calculate(nothing="0", edge="max(0, datum.low, datum.high)").encode(y=names_down(rows))
    across = alt.X("low:Q", title=None, scale=scale, axis=axis)
    early = base.transform_filter("datum.low < 0").mark_bar(height=12, color=GREY).encode(x=across, x2="earlier:Q")
    early = early.transform_calculate(earlier="min(0, datum.high)")
    late = base.transform_filter("datum.high > 0").mark_bar(height=12, color=BLUE).encode(x=alt.X("high:Q"), x2="later:Q")
    late = late.transform_calculate(later="max(0, datum.low)")
    texts = base.mark_text(align="left", dx=7, limit=LABEL_LIMIT).encode(x=alt.X("edge:Q"), text="label:N")
    middle = alt.Chart(rows).transform_aggregate(rows="count()").mark_rule(strokeWidth=1.5, opacity=0.6).encode(x=alt.XDatum(0))
    return layered(early, late, middle, texts)


def grid(chart: Chart, width: str) -> alt.LayerChart:
    """A cell a person and week: fuller is stronger; over capacity and what does not fit say so by shape, outline and colour."""
    rows = chart.rows
    weeks = rows.sort("day")["week"].unique(maintain_order=True).to_list()
    room = verdict_width(rows)
    across = alt.X(
        "week:O", sort=weeks, title=None, scale=alt.Scale(paddingInner=0.05, paddingOuter=0, rangeMax={"expr": f"{width} - {room}"}),
        axis=alt.Axis(orient="top", labelAngle=0, labelPadding=4, labelOverlap="greedy"),
    )  # fmt: skip
    down = names_down(rows, alt.Scale(paddingInner=0.1))
    shade = (
        f"datum.status == 'none' ? {SHADES['away']} : datum.status == 'risk' || datum.status == 'watch' ? {SHADES['over']} : "
        f"datum.value < {FREE} ? {SHADES['free']} : datum.value < {ROOM} ? {SHADES['room']} : {SHADES['full']}"
    )
    base = alt.Chart(rows).transform_calculate(shade=shade).encode(y=down, x=across)
    statuses = ["risk", "watch", "ok", "none"]
    colours = alt.Scale(domain=statuses, range=[MARK["risk"], MARK["watch"], BLUE, GREY])
    cells = base.mark_rect(cornerRadius=3, stroke=None).encode(
        color=alt.Color("status:N", legend=None, scale=colours), opacity=alt.Opacity("shade:Q", legend=None, scale=None)
    )
    outlined = base.transform_filter("datum.status == 'risk'").mark_rect(
        cornerRadius=3, fillOpacity=0, stroke=MARK["risk"], strokeWidth=1.8
    )  # fmt: skip
    marked = base.transform_filter("datum.status == 'risk' || datum.status == 'watch'")
    shape = alt.Shape("status:N", legend=None, scale=alt.Scale(domain=["risk", "watch"], range=[SHAPE["risk"], SHAPE["watch"]]))
    shapes = marked.mark_point(filled=True, size=34, color=INK, opacity=1, xOffset=-14).encode(shape=shape)
    plain = base.transform_filter("datum.status != 'risk' && datum.status != 'watch'").mark_text().encode(text="label:N")
    beside = marked.mark_text(dx=6).encode(text="label:N")
    verdicts = alt.Chart(rows).transform_filter("datum.verdict != ''").mark_text(align="left", limit=LABEL_LIMIT)
    return layered(
        cells, outlined, shapes, plain, beside, verdicts.encode(y=down, x=alt.value({"expr": f"{width} - {room - 10}"}), text="verdict:N")
    )


def verdict_width(rows: pl.DataFrame) -> int:
    """Pixels at the right for what is said of each person; none where nothing is."""
    return text_width(rows["verdict"]) + 8 if (rows["verdict"] != "").any() else 0


def grid_width(chart: Chart) -> int:
    """The pixels that the cells and verdicts of a grid need to be readable in a picture."""
    return chart.rows["week"].n_unique() * CELL_WIDTH + verdict_width(chart.rows)
