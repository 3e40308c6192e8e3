"""Drawings of when something ends: a line from P10 to P90, a bar from P50 to P80, a tick at P80. Every day is the value's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import altair as alt
import polars as pl

from lib.charts.chart import Chart
from lib.charts.places import LABEL_LIMIT, days_across, layered, names_down, text_width, upright, vega_day
from lib.charts.theme import BLUE, GREY, INK

ENDS = ("p10_on", "p50_on", "p80_on", "p90_on")
STEP = 34


def finishes(chart: Chart, width: str) -> alt.LayerChart:
    """A line a row: grey before, blue after; P50 and P80 as two columns of text at the right; the promise dashed through all."""
    rows = chart.rows
    days = [day for name in ENDS for day in rows[name] if day is not None] + ([chart.promise] if chart.promise else [])
    first, last = min(days), max(days)
    margin = timedelta(days=max(1, (last - first).days // 30))
    wide, beside = text_width(rows["label"]), text_width(rows["beside"])
    room = wide + beside + 10
    scale = alt.Scale(
        domain=[vega_day(first - margin), vega_day(last + margin + timedelta(1))], rangeMax={"expr": f"max(120, {width} - {room})"}
    )
    across = alt.X("p10_on:T", title=None, scale=scale, axis=days_across(first - margin, last + margin))
    shade: Any = alt.Color("part:N", legend=None, scale=alt.Scale(domain=["before", "after"], range=[GREY, BLUE]))
    base = alt.Chart(rows).encode(y=names_down(rows), color=shade)
    layers = [
        base.mark_rule(strokeWidth=2).encode(x=across, x2="p90_on:T"),
        base.mark_bar(height=12, opacity=0.55).encode(x=alt.X("p50_on:T"), x2="p80_on:T"),
        base.mark_tick(thickness=3.5, size=14, orient="vertical", opacity=1).encode(x=alt.X("p80_on:T")),
        _text(rows, f"{width} - {wide}", "beside", fillOpacity=0.82),
        _text(rows, width, "label", fontWeight=600),
    ]
    if chart.promise is not None:
        layers.append(upright(rows, chart.promise, strokeWidth=1.5, strokeDash=[4, 3]))
    return layered(*layers)


def _text(rows: pl.DataFrame, at: str, column: str, **style: Any) -> alt.Chart:
    text = alt.Chart(rows).mark_text(align="right", limit=LABEL_LIMIT, color=INK, **style)
    return text.encode(y=names_down(rows), x=alt.XValue({"expr": at}), text=f"{column}:N")

