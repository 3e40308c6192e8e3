"""Drawings along days: tasks before and after, cumulative curves with a forecast, how a finish spreads. Every figure is the value's."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import altair as alt
import polars as pl

from lib.charts.chart import CURVES, Chart, Status
from lib.charts.places import LABEL_LIMIT, days_across, layered, names_down, text_width, upright, vega_day
from lib.charts.theme import BLUE, GREY, INK, MARK, SHAPE

HEIGHT = 260
LINE = 17  # pixels that a line of text needs
_DAY = 86_400_000
_STYLES: dict[str, dict[str, Any]] = {
    "planned": {"color": GREY, "strokeWidth": 2},
    "earned": {"color": BLUE, "strokeWidth": 3.25},
    "actual": {"color": INK, "strokeWidth": 2},
    "forecast": {"color": BLUE, "strokeWidth": 1.75, "strokeDash": [4, 3]},
}


def gantt(chart: Chart, width: str) -> alt.LayerChart:
    """Before in grey above, after in blue below; float as a thin line, the critical chain outlined, milestones as diamonds.

    What the dates are stands at the right, all in one line down, where no bar can run through it.
    """
    rows = chart.rows
    spans = [rows[name] for name in ("start", "finish", "before_start", "before_finish", "float_until")]
    first, last = _extent([*(day for span in spans for day in span), chart.promise])
    margin = timedelta(days=max(1, (last - first).days // 40))
    told = rows["status"].is_in(["risk", "watch"]).any()
    room = text_width(rows["label"]) + (26 if told else 12)
    scale = alt.Scale(
        domain=[vega_day(first - margin), vega_day(last + margin + timedelta(1))],
        rangeMax={"expr": f"max(120, {width} - {room})"},
    )
    axis = days_across(first - margin, last + margin)
    axis.orient = "top" if rows.height > 14 else "bottom"
    ends = {name: f"datum.{field} == null ? null : toDate(datum.{field}) + {_DAY}" for name, field in _ENDS.items()}
    base = alt.Chart(rows).transform_calculate(**ends).encode(y=names_down(rows))
    across = alt.X("start:T", title=None, scale=scale, axis=axis)
    tasks, marks = base.transform_filter("!datum.milestone"), base.transform_filter("datum.milestone")
    was, is_critical = "datum.before_start != null", "datum.strong"
    shade = alt.condition("datum.moved", alt.value(1), alt.value(0.45))
    diamond: dict[str, Any] = {"shape": "diamond", "opacity": 1}
    floating = base.transform_filter("datum.float_end != null")
    layers = [
        tasks.mark_bar(height=10, yOffset=3, color=BLUE).encode(x=across, x2="until:T", opacity=shade),
        tasks.transform_filter(was).mark_bar(height=6, yOffset=-7, color=GREY).encode(x=alt.X("before_start:T"), x2="before_until:T"),
        tasks.transform_filter(is_critical).mark_bar(height=10, yOffset=3, fillOpacity=0, stroke=INK, strokeWidth=1.6).encode(
            x=alt.X("start:T"), x2="until:T"
        ),
        floating.mark_rule(strokeWidth=1.5, yOffset=3, y2Offset=3, color=BLUE).encode(x=alt.X("until:T"), x2="float_end:T"),
        floating.mark_tick(thickness=1.5, size=9, yOffset=3, color=BLUE, orient="vertical").encode(x=alt.X("float_end:T")),
        marks.transform_filter(was).mark_point(filled=True, size=90, color=GREY, **diamond).encode(x=alt.X("before_start:T")),
        marks.mark_point(filled=True, size=140, color=BLUE, **diamond).encode(x=alt.X("start:T")),
        marks.transform_filter(is_critical).mark_point(filled=False, size=140, color=INK, strokeWidth=1.6, **diamond).encode(
            x=alt.X("start:T")
        ),
        base.mark_text(align="left", limit=LABEL_LIMIT).encode(x=_at(f"{width} - {room - (22 if told else 8)}"), text="label:N"),
        base.transform_filter("datum.status == 'risk' || datum.status == 'watch'").mark_point(filled=True, size=60, opacity=1).encode(
            x=_at(f"{width} - {room - 12}"),
            shape=alt.Shape("status:N", legend=None, scale=alt.Scale(domain=_LATE, range=[SHAPE[late] for late in _LATE])),
            color=alt.Color("status:N", legend=None, scale=alt.Scale(domain=_LATE, range=[MARK[late] for late in _LATE])),
        ),
        *_promised(chart, timedelta(1)),
    ]  # fmt: skip
    return layered(*layers)


_LATE: list[Status] = ["risk", "watch"]
_ENDS = {"until": "finish", "before_until": "before_finish", "float_end": "float_until"}


def curve(chart: Chart, width: str) -> alt.LayerChart:
    """One line a part, the forecast dashed in its band, diamonds where a change was decided; names of lines stand at the right."""
    rows = chart.rows
    first, last = _extent([*rows["day"], chart.promise])
    most = max([0.0, *(value for name in ("value", "high") for value in rows[name] if value is not None)]) or 1.0
    room = text_width(rows["label"]) + 34
    scale = alt.Scale(
        domain=[vega_day(first), vega_day(max(last, first + timedelta(1)))], rangeMax={"expr": f"max(120, {width} - {room})"}
    )
    across = alt.X("day:T", title=None, scale=scale, axis=days_across(first, last))
    up = alt.Y("value:Q", title=None, scale=alt.Scale(domain=[0, most * 1.06], nice=False), axis=alt.Axis(format=_form(most), tickCount=5))
    base = alt.Chart(rows).encode(x=across)
    band = base.transform_filter("datum.part == 'forecast' && datum.low != null").mark_area(color=BLUE, opacity=0.18)
    layers = [band.encode(y=alt.Y("low:Q"), y2="high:Q")]
    parts = [part for part in CURVES if part in set(rows["part"])]
    layers += [
        base.transform_filter(f"datum.part == '{part}' && datum.value != null").mark_line(**_STYLES[part]).encode(y=up) for part in parts
    ]
    places = label_places(rows, most * 1.06)
    written = alt.Chart(rows).transform_filter("datum.label != ''").transform_calculate(place=f"{json.dumps(places)}[datum.part]")
    at = alt.Y("place:Q")
    for part in parts:
        piece = written.transform_filter(f"datum.part == '{part}'").mark_rule(**_STYLES[part])
        layers.append(piece.encode(x=_at(f"{width} - {room - 8}"), x2=_at2(f"{width} - {room - 26}"), y=at))
    layers.append(written.mark_text(align="left", limit=LABEL_LIMIT).encode(x=_at(f"{width} - {room - 32}"), y=at, text="label:N"))
    changed = base.transform_filter("datum.part == 'change'").mark_point(filled=True, shape="diamond", size=90, color=INK, opacity=1)
    layers += [changed.encode(y=up)] if "change" in set(rows["part"]) else []
    layers += [upright(rows, chart.as_of, strokeWidth=1, opacity=0.35), *_promised(chart)]
    return layered(*layers)


def distribution(chart: Chart, width: str) -> alt.LayerChart:
    """A bar a span of days; lines at the close of P50, P80, plan and promise, the words of each on a line of their own above the bars."""
    rows = chart.rows
    bins, lines = rows.filter(pl.col("part") == "bin"), rows.filter(pl.col("part") != "bin")
    closes = [day + timedelta(1) for day in lines["day"]]  # what is finished by a day is finished at its close
    first, last = _extent([*rows["day"], *rows["until"], *closes])
    most = max([0.0, *bins["value"].drop_nulls()]) or 1.0
    step = most * LINE / (HEIGHT - LINE * (lines.height + 1))
    # The earliest highest: its words run to the right, over lines that end below them.
    order = lines.sort("day", maintain_order=True)["part"].to_list()
    places = {part: most + step * (lines.height - number) for number, part in enumerate(order)}
    shares_of_width = [
        (max((close - first) / (last - first), 0.01), text_width([label])) for close, label in zip(closes, lines["label"], strict=True)
    ]
    reach = [f"({width} - {needed}) / {share:.5f}" for share, needed in shares_of_width]
    scale = alt.Scale(domain=[vega_day(first), vega_day(last)], rangeMax={"expr": f"max(120, min({', '.join([width, *reach])}))"})
    across = alt.X("day:T", title=None, scale=scale, axis=days_across(first, last))
    shares = [most * share for share in (0.0, 0.5, 1.0)]
    up = alt.Y(
        "value:Q", title=None, scale=alt.Scale(domain=[0, most + step * (lines.height + 0.6)], nice=False),
        axis=alt.Axis(format=".0%" if most >= 0.05 else ".1%", values=shares),
    )  # fmt: skip
    base = alt.Chart(rows).transform_calculate(
        nothing="0", place=f"{json.dumps(places)}[datum.part]", close=f"toDate(datum.day) + {_DAY}"
    )  # fmt: skip
    bars = base.transform_filter("datum.part == 'bin'").mark_bar(color=BLUE, opacity=0.5, stroke=None)
    layers = [bars.encode(x=across, x2="until:T", y=up, y2="nothing:Q")]
    for part in order:
        dash, thick = ([4, 3] if part == "promise" else [1, 0]), (3 if part == "p80" else 1.5)
        line = base.transform_filter(f"datum.part == '{part}'").mark_rule(strokeDash=dash, strokeWidth=thick)
        layers.append(line.encode(x=alt.X("close:T"), y=alt.Y("nothing:Q"), y2="place:Q"))
    texts = base.transform_filter("datum.part != 'bin'").mark_text(align="left", dx=6, dy=2, limit=LABEL_LIMIT)
    return layered(*layers, texts.encode(x=alt.X("close:T"), y=alt.Y("place:Q"), text="label:N"))


def _extent(days: Iterable[date | None]) -> tuple[date, date]:
    known = [day for day in days if day is not None]
    return min(known), max(known)


def _promised(chart: Chart, after: timedelta = timedelta(0)) -> list[alt.Chart]:
    """The dashed line of the promise; among bars that end with their last day at the close of its day."""
    if chart.promise is None:
        return []
    return [upright(chart.rows, chart.promise + after, strokeDash=[4, 3], strokeWidth=1.5, opacity=0.9)]


def _at(expression: str) -> Any:
    return alt.value({"expr": expression})


_at2 = _at


def _form(most: float) -> str:
    return ",.0f" if most >= 10 else ",.1f"


def label_places(rows: pl.DataFrame, top: float) -> dict[str, float]:
    """Where the name of each line stands: as high as its last point, but never so near to another that both are unreadable."""
    gap = top * LINE / HEIGHT
    ends = rows.filter(pl.col("label") != "").sort("value").select("part", "value").rows()
    places: dict[str, float] = {}
    lowest = gap / 2
    for part, value in ends:
        lowest = max(lowest, value)
        places[part] = lowest
        lowest += gap
    highest = top - gap / 2
    for part, _ in reversed(ends):
        places[part] = min(places[part], highest)
        highest = places[part] - gap
    return places
