"""Drawings of the book: cells of two choices, money from then to now and with its chances, goals on their way. Figures are the value's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import altair as alt
import polars as pl

from lib.charts.chart import Chart, Status
from lib.charts.places import LABEL_LIMIT, layered, names_down, text_width, wrapped
from lib.charts.theme import BLUE, GREY, INK, MARK, SHAPE

AMOUNTS_HEIGHT, LINE = 260, 17
CELL_WIDTH, HEAD_LETTERS, HEAD_LINES, HEAD_LINE = 84, 12, 3, 15
TINTS: dict[Status, float] = {"risk": 0.26, "watch": 0.24, "none": 0.06}
LIGHT, FULL = 0.06, 0.36
FAR = 1.25  # a goal that is passed by more is drawn no longer
_STATUSES: list[Status] = ["risk", "watch", "ok", "none"]
_BADLY: list[Status] = ["risk", "watch"]


def bridge(chart: Chart, width: str) -> alt.LayerChart:
    """A bar a row: what there was in grey and what there is in blue, from nothing; what came and went floats between."""
    rows = chart.rows
    least, most = min([0.0, *rows["low"]]), max([0.0, *rows["high"]]) or 1.0
    room = text_width(rows["label"])
    scale = alt.Scale(domain=[least, most], nice=False, rangeMin=2, rangeMax={"expr": f"max(80, {width} - {room})"})
    across = alt.X("low:Q", axis=None, scale=scale)
    base = alt.Chart(rows).encode(y=names_down(rows))
    colours = alt.Scale(domain=["before", "now", "more", "less"], range=[GREY, BLUE, MARK["ok"], MARK["risk"]])
    bars = base.mark_bar(height=15).encode(x=across, x2="high:Q", color=alt.Color("part:N", legend=None, scale=colours))
    zero = alt.Chart(rows).transform_aggregate(rows="count()").mark_rule(strokeWidth=1, opacity=0.4).encode(x=alt.XDatum(0))
    texts = base.mark_text(align="left", dx=7, limit=LABEL_LIMIT).encode(x=alt.X("high:Q"), text="label:N")
    return layered(bars, zero, texts)


def matrix(chart: Chart, width: str) -> alt.LayerChart:
    """A cell a row and column: its words, its tint and, where something is wrong, a shape; what is said of the line stands at its end."""
    rows = chart.rows
    heads = {name: _head(name) for name in rows["part"].unique(maintain_order=True)}
    lines = max((len(head) for head in heads.values()), default=1)
    heads = {name: [" "] * (lines - len(head)) + head for name, head in heads.items()}  # lines run down: all end at the cells
    room = verdict_width(rows)
    axis = alt.Axis(
        orient="top", labelAngle=0, labelPadding=4 + HEAD_LINE * (lines - 1), labelOverlap=False, labelLimit=0, labelLineHeight=HEAD_LINE,
        labelBaseline="bottom", labelExpr=f"{json.dumps(heads)}[datum.label]", minExtent=HEAD_LINE * lines + 6,
    )  # fmt: skip
    scale = alt.Scale(paddingInner=0.03, paddingOuter=0, rangeMax={"expr": f"{width} - {room}"})
    across = alt.X("part:O", sort=list(heads), title=None, scale=scale, axis=axis)
    down = names_down(rows, alt.Scale(paddingInner=0.1))
    tint = f"datum.status == 'ok' ? {LIGHT} + {FULL - LIGHT} * clamp(datum.depth, 0, 1) : {json.dumps(TINTS)}[datum.status]"
    base = alt.Chart(rows).transform_calculate(tint=tint).encode(y=down, x=across)
    colours = alt.Scale(domain=_STATUSES, range=[MARK["risk"], MARK["watch"], BLUE, GREY])
    cells = base.mark_rect(cornerRadius=3, stroke=None).encode(
        color=alt.Color("status:N", legend=None, scale=colours), opacity=alt.Opacity("tint:Q", legend=None, scale=None)
    )
    wrong = "datum.label != '' && (datum.status == 'risk' || datum.status == 'watch')"
    shape = alt.Shape("status:N", legend=None, scale=alt.Scale(domain=_BADLY, range=[SHAPE[status] for status in _BADLY]))
    shapes = base.transform_filter(wrong).mark_point(filled=True, size=36, color=INK, opacity=1, xOffset=-22).encode(shape=shape)
    plain = base.transform_filter(f"!({wrong})").mark_text().encode(text="label:N")
    beside = base.transform_filter(wrong).mark_text(dx=6).encode(text="label:N")
    verdicts = alt.Chart(rows).transform_filter("datum.verdict != ''").mark_text(align="left", limit=LABEL_LIMIT)
    at = alt.value({"expr": f"{width} - {room - 10}"})
    return layered(cells, shapes, plain, beside, verdicts.encode(y=down, x=at, text="verdict:N"))


def _head(name: str) -> list[str]:
    lines = wrapped(name, HEAD_LETTERS)
    return lines if len(lines) <= HEAD_LINES else [*lines[: HEAD_LINES - 1], lines[HEAD_LINES - 1] + "…"]


def matrix_tint(row: Mapping[str, Any]) -> tuple[str, float]:
    """The ink of a cell and how strong it is, for drawers that mix it with white."""
    status: Status = row["status"]
    if status == "ok":
        return BLUE, LIGHT + (FULL - LIGHT) * min(max(row["depth"], 0.0), 1.0)
    return MARK[status], TINTS[status]


def verdict_width(rows: pl.DataFrame) -> int:
    """Pixels at the right for what is said of each line; none where nothing is."""
    return text_width(rows["verdict"]) + 8 if (rows["verdict"] != "").any() else 0


def matrix_width(chart: Chart) -> int:
    """The pixels that the cells and verdicts of a matrix need to be readable in a picture."""
    return int(chart.rows["part"].n_unique()) * CELL_WIDTH + verdict_width(chart.rows)


def progress(chart: Chart, width: str) -> alt.LayerChart:
    """A bar a goal from its start to its target, which is the thin line at the right; the tick is how much of its time has passed."""
    rows = chart.rows
    room = text_width(rows["label"]) + 24
    top = max([1.0, *(min(value, FAR) for value in rows["value"] if value is not None)])
    scale = alt.Scale(domain=[0, top], nice=False, rangeMin=2, rangeMax={"expr": f"max(80, {width} - {room})"})
    across = alt.X("done:Q", axis=None, scale=scale)
    base = alt.Chart(rows).transform_calculate(done=f"clamp(datum.value, 0, {FAR})", nothing="0", whole="1").encode(y=names_down(rows))
    track = base.mark_bar(height=13, color=GREY, opacity=0.16).encode(x=alt.X("nothing:Q", axis=None, scale=scale), x2="whole:Q")
    done = base.transform_filter("isValid(datum.value)").mark_bar(height=13, color=BLUE).encode(x=across, x2="nothing:Q")
    target = base.mark_tick(thickness=1, size=13, color=INK, opacity=0.5, orient="vertical").encode(x=alt.X("whole:Q"))
    passed = base.transform_filter("isValid(datum.elapsed)").mark_tick(thickness=2.5, size=21, color=INK, opacity=1, orient="vertical")
    colours = alt.Scale(domain=_STATUSES, range=[MARK[status] for status in _STATUSES])
    shapes = alt.Scale(domain=_STATUSES, range=[SHAPE[status] for status in _STATUSES])
    known = base.transform_filter("datum.status != 'none'").mark_point(filled=True, size=70, opacity=1)
    unknown = base.transform_filter("datum.status == 'none'").mark_point(filled=False, size=60, strokeWidth=1.8, opacity=1, color=GREY)
    at = alt.value({"expr": f"{width} - {room - 14}"})
    marks = known.encode(
        x=at, color=alt.Color("status:N", legend=None, scale=colours), shape=alt.Shape("status:N", legend=None, scale=shapes)
    )
    words = base.mark_text(align="left", limit=LABEL_LIMIT).encode(x=alt.value({"expr": f"{width} - {room - 26}"}), text="label:N")
    return layered(track, done, target, passed.encode(x=alt.X("elapsed:Q")), marks, unknown.encode(x=at), words)


def amounts(chart: Chart, width: str) -> alt.LayerChart:
    """A bar a span of money, those between P10 and P90 full; uprights at P10, what is expected, P50 and P90, each with words of its own."""
    rows = chart.rows
    bins, lines = rows.filter(pl.col("part") == "bin"), rows.filter(pl.col("part") != "bin")
    first, last = min(rows["low"]), max([*bins["high"], *lines["low"]])
    wide = (last - first) or 1.0
    most = max([0.0, *bins["value"]]) or 1.0
    step = most * LINE / (AMOUNTS_HEIGHT - LINE * (lines.height + 1))
    # The lowest amount highest: its words run to the right, over lines that end below them.
    order = lines.sort("low", maintain_order=True)["part"].to_list()
    places = {part: most + step * (lines.height - number) for number, part in enumerate(order)}
    ends = [(max((low - first) / wide, 0.01), text_width([label])) for low, label in lines.select("low", "label").iter_rows()]
    reach = [f"({width} - {needed}) / {share:.5f}" for share, needed in ends]
    scale = alt.Scale(
        domain=[first, first + wide], nice=False, rangeMin=2, rangeMax={"expr": f"max(120, min({', '.join([width, *reach])}))"}
    )
    written = {str(round(low)): label for low, label in bins.select("low", "label").iter_rows() if label}  # bins begin at whole units
    axis = alt.Axis(
        values=[int(low) for low in written], labelExpr=f"{json.dumps(written)}[toString(round(datum.value))]", labelOverlap="greedy",
        labelSeparation=10,
    )  # fmt: skip
    across = alt.X("low:Q", title=None, scale=scale, axis=axis)
    up = alt.Y(
        "value:Q", title=None, scale=alt.Scale(domain=[0, most + step * (lines.height + 0.6)], nice=False),
        axis=alt.Axis(format=".0%" if most >= 0.05 else ".1%", values=[most * share for share in (0.0, 0.5, 1.0)]),
    )  # fmt: skip
    base = alt.Chart(rows).transform_calculate(nothing="0", place=f"{json.dumps(places)}[datum.part]")
    bars = base.transform_filter("datum.part == 'bin'").mark_bar(color=BLUE, stroke=None)
    shade = alt.condition("datum.strong", alt.value(0.6), alt.value(0.25))
    layers = [bars.encode(x=across, x2="high:Q", y=up, y2="nothing:Q", opacity=shade)]
    for part in order:
        dash, thick = ([4, 3] if part == "expected" else [1, 0]), (3 if part == "p50" else 1.5)
        line = base.transform_filter(f"datum.part == '{part}'").mark_rule(strokeDash=dash, strokeWidth=thick)
        layers.append(line.encode(x=alt.X("low:Q"), y=alt.Y("nothing:Q"), y2="place:Q"))
    texts = base.transform_filter("datum.part != 'bin'").mark_text(align="left", dx=6, dy=2, limit=LABEL_LIMIT)
    return layered(*layers, texts.encode(x=alt.X("low:Q"), y=alt.Y("place:Q"), text="label:N"))
