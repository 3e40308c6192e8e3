"""Drawings of scores on 0-100: what moved them, their band, weeks and components. Every figure is the value's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import altair as alt
import polars as pl

from lib.charts.chart import Chart, Status
from lib.charts.places import LABEL_LIMIT, days_across, layered, line_width, names_down, text_width, vega_day, wrapped
from lib.charts.theme import BLUE, GREY, INK, MARK, SHAPE

BAND_HEIGHT, HISTORY_HEIGHT, ROW, LINE = 76, 190, 26, 16
MOST_REASON_LINES = 3
PAGE_LETTERS = 40  # of a reason on the narrowest card
HEAT_CELL, HEAD_LETTERS, HEAD_LINE = 92, 13, 15
HEAT = {"deep": 0.36, "risk": 0.26, "watch": 0.26, "ok": 0.10, "full": 0.19, "none": 0.07}
DEEP, FULL = 25, 90
_STATUSES: list[Status] = ["risk", "watch", "ok", "none"]
_BADLY: list[Status] = ["risk", "watch"]


def waterfall(chart: Chart, width: str) -> alt.LayerChart:
    """A floating bar a row, the signed points beside the bars and the reason beside them; scores are upright ticks."""
    rows = chart.rows
    base, room = _with_reasons(chart, width)
    least, most = _span([*rows["low"], *rows["high"]])
    scale = alt.Scale(domain=[least, most], nice=False, rangeMin=4, rangeMax={"expr": _left_of(width, room)})
    across = alt.X("low:Q", axis=None, scale=scale)
    colour = _colour(rows, ["risk", "ok", "none"])
    steps = base.transform_filter("!datum.total")
    filled = steps.transform_filter("datum.strong").mark_bar(height=14).encode(x=across, x2="high:Q", color=colour)
    hollow = steps.transform_filter("!datum.strong").mark_bar(height=13, fillOpacity=0.18, strokeWidth=1.5)
    stroked = hollow.encode(x=alt.X("low:Q"), x2="high:Q", color=colour, stroke=_stroke(["risk", "ok", "none"]))
    ticks = base.transform_filter("datum.total").mark_tick(thickness=3, size=18, color=INK, opacity=1, orient="vertical")
    return layered(filled, stroked, ticks.encode(x=alt.X("low:Q")), *_figures(base, rows, _left_of(width, room)))


def lost(chart: Chart, width: str) -> alt.LayerChart:
    """Points at stake in grey, points lost over them, the figure and the reading beside; what has no data is outlined."""
    rows = chart.rows
    base, room = _with_reasons(chart, width)
    most = max([0.0, *(value for name in ("value", "most") for value in rows[name] if value is not None)]) or 1.0
    scale = alt.Scale(domain=[0, most], nice=False, rangeMin=0, rangeMax={"expr": _left_of(width, room)})
    stake = base.mark_bar(height=14, color=GREY, opacity=0.22).encode(x=alt.X("most:Q", axis=None, scale=scale))
    known = base.transform_filter("datum.strong").mark_bar(height=14, color=BLUE).encode(x=alt.X("value:Q"))
    prior = base.transform_filter("!datum.strong").mark_bar(height=13, color=BLUE, fillOpacity=0.18, stroke=BLUE, strokeWidth=1.5)
    return layered(stake, known, prior.encode(x=alt.X("value:Q")), *_figures(base, rows, _left_of(width, room)))


def row_height(chart: Chart, width: str) -> int:
    """Pixels from row to row of a chart with reasons: room for the lines of the longest."""
    return ROW + LINE * (max((len(lines) for lines in _broken(chart, width).values()), default=1) - 1)


def _with_reasons(chart: Chart, width: str) -> tuple[alt.Chart, int]:
    """(the rows with their reasons broken into lines, the pixels that figures and reasons need at the right)."""
    lines = _broken(chart, width)
    widest = max((line_width(line) for broken in lines.values() for line in broken), default=0)
    figures = text_width(chart.rows["label"])
    room = figures + (round(widest) + 14 if widest else 4)
    rows = alt.Chart(chart.rows).transform_calculate(lines=f"{json.dumps(lines)}[datum.name]")
    return rows.encode(y=names_down(chart.rows)), room


def _broken(chart: Chart, width: str) -> dict[str, list[str]]:
    """The reason of each name in at most `MOST_REASON_LINES` lines: in a picture by its width, on a page for the narrowest card."""
    letters = max(int(width) // 16, 24) if width.isdigit() else PAGE_LETTERS
    lines: dict[str, list[str]] = {}
    for name, reason in chart.rows.select("name", "reason").iter_rows():
        broken = wrapped(reason or "", letters)
        if len(broken) > MOST_REASON_LINES:
            broken = [*broken[: MOST_REASON_LINES - 1], broken[MOST_REASON_LINES - 1].rstrip() + "…"]
        lines[name or ""] = broken or [""]
    return lines


def _figures(base: alt.Chart, rows: pl.DataFrame, left: str) -> list[alt.Chart]:
    """The label of each row, right-aligned and bold, and the lines of its reason."""
    edge = text_width(rows["label"])
    labels = base.mark_text(align="right", fontWeight=600).encode(x=_at(f"{left} + {edge}"), text="label:N")
    reasons = base.mark_text(align="left", opacity=0.82, lineHeight=LINE).encode(x=_at(f"{left} + {edge + 12}"), text="lines:N")
    return [labels, reasons]


def _left_of(width: str, room: int) -> str:
    return f"max(80, {width} - {room})"


def _span(values: list[float | None]) -> tuple[float, float]:
    """The least and most of some values with a little room, at least four points wide."""
    known = [value for value in values if value is not None] or [0.0]
    least, most = min(known), max(known)
    margin = max(0.04 * (most - least), (4 - (most - least)) / 2, 0.3)
    return least - margin, most + margin


def band(chart: Chart, width: str) -> alt.LayerChart:
    """The scale in its zones with their words above; the range as a bar, the score as its band's shape, the one before hollow below."""
    rows = chart.rows
    compared = "before" in set(rows["part"])
    middle, below = ("19 + (height - 19) * 0.3", "19 + (height - 19) * 0.76") if compared else ("19 + (height - 19) * 0.5", "0")
    ends = sorted({*rows.filter(pl.col("part") == "zone")["low"], *rows.filter(pl.col("part") == "zone")["high"]})
    scale = alt.Scale(domain=[0, 100], nice=False, rangeMin=6, rangeMax={"expr": f"{width} - 12"})
    across = alt.X("low:Q", title=None, scale=scale, axis=alt.Axis(values=ends, grid=False, format=",.0f"))
    base = alt.Chart(rows)
    zones = base.transform_filter("datum.part == 'zone'").transform_calculate(middle="(datum.low + datum.high) / 2")
    colour = _colour(rows, _STATUSES)
    score = base.transform_filter("datum.part == 'score'")
    before = base.transform_filter("datum.part == 'before'")
    shape = _shape()
    early, late = before.transform_filter("datum.value <= 80"), before.transform_filter("datum.value > 80")
    at = alt.X("value:Q")
    right = score.transform_filter("datum.high <= 85").mark_text(align="left", dx=9, fontWeight=600)
    left = score.transform_filter("datum.high > 85").mark_text(align="right", dx=-9, fontWeight=600)
    layers = [
        zones.mark_rect(opacity=0.12, stroke=None).encode(x=across, x2="high:Q", y=alt.value(19), y2=_at("height"), color=colour),
        zones.mark_text(baseline="top", opacity=0.78).encode(x=alt.X("middle:Q"), y=alt.value(1), text="label:N"),
        score.mark_bar(height=11, cornerRadius=5.5, opacity=0.45).encode(x=alt.X("low:Q"), x2="high:Q", y=_at(middle), color=colour),
        score.transform_filter("datum.status != 'none'").mark_point(filled=True, size=150, opacity=1).encode(
            x=alt.X("value:Q"), y=_at(middle), color=colour, shape=shape
        ),
        score.transform_filter("datum.status == 'none'").mark_point(filled=False, size=130, opacity=1, strokeWidth=1.8).encode(
            x=alt.X("value:Q"), y=_at(middle), color=colour, shape=shape
        ),
        right.transform_calculate(end="max(datum.high, datum.value + 1.5)").encode(x=alt.X("end:Q"), y=_at(middle), text="label:N"),
        left.transform_calculate(end="min(datum.low, datum.value - 1.5)").encode(x=alt.X("end:Q"), y=_at(middle), text="label:N"),
        before.mark_point(filled=False, size=80, color=GREY, strokeWidth=1.8, opacity=1).encode(x=at, y=_at(below), shape=shape),
        early.mark_text(align="left", dx=9, opacity=0.82).encode(x=at, y=_at(below), text="label:N"),
        late.mark_text(align="right", dx=-9, opacity=0.82).encode(x=at, y=_at(below), text="label:N"),
    ]  # fmt: skip
    return layered(*layers)


def history(chart: Chart, width: str) -> alt.LayerChart:
    """The line of the weeks in its range over the zones, their words at the right; dashed uprights with words above where a mark stands."""
    rows = chart.rows
    scores, zones = rows.filter(pl.col("part") == "score"), rows.filter(pl.col("part") == "zone")
    first, last = scores["day"][0], scores["day"][-1]
    assert isinstance(first, date)
    assert isinstance(last, date)
    said, words = text_width(scores["label"]), text_width(zones["label"])
    room = said + words + 8
    end = max(last, first + timedelta(7))
    scale = alt.Scale(domain=[vega_day(first), vega_day(end)], rangeMin=6, rangeMax={"expr": f"max(120, {width} - {room})"})
    across = alt.X("day:T", title=None, scale=scale, axis=days_across(first, end))
    lanes = lanes_of(chart)
    top = 100 + 100 * LINE * lanes / HISTORY_HEIGHT
    ends = sorted({*zones["low"], *zones["high"]})
    up = alt.Y("value:Q", title=None, scale=alt.Scale(domain=[0, top], nice=False), axis=alt.Axis(values=ends, format=",.0f"))
    base = alt.Chart(rows)
    weeks = base.transform_filter("datum.part == 'score'")
    tint = base.transform_filter("datum.part == 'zone'")
    alone = weeks.transform_window(
        was="lag(value)", next="lead(value)", sort=[alt.SortField("day")]
    ).transform_filter("isValid(datum.value) && !isValid(datum.was) && !isValid(datum.next)")  # fmt: skip
    ended = weeks.transform_filter("datum.label != ''")
    each = (top - 100) / max(lanes, 1)
    marks = base.transform_filter("datum.part == 'marker'")
    marks = marks.transform_calculate(foot="0", place=f"isValid(datum.lane) ? 100 + {each} * (datum.lane + 0.5) : 100")
    high = marks.transform_filter("datum.label != ''")
    broken: dict[str, Any] = {"invalid": "break-paths-show-path-domains"}
    layers = [
        tint.mark_rect(opacity=0.09, stroke=None).encode(
            x=alt.value(0), x2=_at(f"max(120, {width} - {room})"), y=alt.Y("low:Q"), y2="high:Q", color=_colour(rows, _STATUSES)
        ),
        weeks.mark_area(color=BLUE, opacity=0.20, **broken).encode(x=across, y=alt.Y("low:Q"), y2="high:Q"),
        weeks.mark_line(color=BLUE, strokeWidth=2.4, **broken).encode(x=across, y=up),
        alone.mark_point(filled=True, size=26, color=BLUE, opacity=1).encode(x=alt.X("day:T"), y=alt.Y("value:Q")),
        marks.mark_rule(strokeDash=[4, 3], strokeWidth=1.2, opacity=0.7).encode(x=alt.X("day:T"), y=alt.Y("foot:Q"), y2="place:Q"),
        high.transform_filter("!datum.left").mark_text(align="left", dx=5).encode(x=alt.X("day:T"), y=alt.Y("place:Q"), text="label:N"),
        high.transform_filter("datum.left").mark_text(align="right", dx=-5).encode(x=alt.X("day:T"), y=alt.Y("place:Q"), text="label:N"),
        ended.mark_point(filled=True, size=110, opacity=1).encode(
            x=alt.X("day:T"), y=alt.Y("value:Q"), color=_colour(rows, _STATUSES), shape=_shape()
        ),
        ended.mark_text(align="left", dx=10, fontWeight=600).encode(x=alt.X("day:T"), y=alt.Y("value:Q"), text="label:N"),
        tint.transform_calculate(middle="(datum.low + datum.high) / 2").mark_text(align="left", opacity=0.78, limit=LABEL_LIMIT).encode(
            x=_at(f"max(120, {width} - {room}) + {said + 14}"), y=alt.Y("middle:Q"), text="label:N"
        ),
    ]  # fmt: skip
    return layered(*layers)


def lanes_of(chart: Chart) -> int:
    """How many lines of words stand above the plot."""
    return max((lane + 1 for lane in chart.rows["lane"] if lane is not None), default=0)


def heat(chart: Chart, width: str) -> alt.LayerChart:
    """A cell an account and component, its tint the band; below a band's limit a shape says so too. What has no score is almost blank."""
    rows = chart.rows
    components = rows["component"].unique(maintain_order=True).to_list()
    broken = {name: wrapped(name or "", HEAD_LETTERS)[:3] for name in components}
    lines = max((len(head) for head in broken.values()), default=1)
    heads = {name: [" "] * (lines - len(head)) + head for name, head in broken.items()}  # they all end just above the cells
    axis = alt.Axis(
        orient="top", labelAngle=0, labelPadding=4 + HEAD_LINE * (lines - 1), labelOverlap=False, labelLimit=0, labelLineHeight=HEAD_LINE,
        labelBaseline="bottom", labelExpr=f"{json.dumps(heads)}[datum.label]",
    )  # fmt: skip
    across = alt.X("component:O", sort=components, title=None, scale=alt.Scale(paddingInner=0.03, paddingOuter=0), axis=axis)
    down = names_down(rows, alt.Scale(paddingInner=0.1))
    shade = (
        f"datum.status == 'none' ? {HEAT['none']} : datum.status == 'risk' ? (datum.value < {DEEP} ? {HEAT['deep']} : {HEAT['risk']}) : "
        f"datum.status == 'watch' ? {HEAT['watch']} : datum.value < {FULL} ? {HEAT['ok']} : {HEAT['full']}"
    )
    base = alt.Chart(rows).transform_calculate(shade=shade).encode(y=down, x=across)
    cells = base.mark_rect(cornerRadius=3, stroke=None).encode(
        color=_colour(rows, _STATUSES), opacity=alt.Opacity("shade:Q", legend=None, scale=None)
    )
    marked = base.transform_filter("datum.status == 'risk' || datum.status == 'watch'")
    shapes = marked.mark_point(filled=True, size=42, opacity=1, xOffset=-16).encode(shape=_shape(_BADLY), color=_colour(rows, _STATUSES))
    plain = base.transform_filter("datum.status != 'risk' && datum.status != 'watch'").mark_text(dx=6).encode(text="label:N")
    return layered(cells, shapes, plain, marked.mark_text(dx=6).encode(text="label:N"))


def heat_tint(row: Mapping[str, Any]) -> tuple[str, float]:
    """The ink of a cell and how strong it is."""
    status, value = row["status"], row["value"] or 0.0
    level = {"risk": "deep" if value < DEEP else "risk", "ok": "ok" if value < FULL else "full"}.get(status, status)
    return MARK.get(status, GREY), HEAT[level]


def heat_width(chart: Chart) -> int:
    """The pixels that the cells need for their heads to be readable in a picture."""
    return int(chart.rows["component"].n_unique()) * HEAT_CELL


def stack(chart: Chart, width: str) -> alt.LayerChart:
    """A bar a line in pieces by band; at the right the share of each with its shape, in columns."""
    rows = chart.rows
    column = 24 + text_width(rows["label"])
    room = 4 * column + 8
    scale = alt.Scale(domain=[0, 1], nice=False, rangeMax={"expr": _left_of(width, room)})
    base = alt.Chart(rows).encode(y=names_down(rows))
    colour = _colour(rows, _STATUSES)
    layers = [base.mark_bar(height=15).encode(x=alt.X("low:Q", axis=None, scale=scale), x2="high:Q", color=colour)]
    for number, status in enumerate(_STATUSES):
        own = base.transform_filter(f"datum.status == '{status}'")
        at = f"{_left_of(width, room)} + {14 + number * column}"
        mark = {"filled": False, "strokeWidth": 1.8, "size": 60} if status == "none" else {"filled": True, "size": 70}
        layers.append(own.mark_point(shape=SHAPE[status], color=MARK[status], opacity=1, **mark).encode(x=_at(at)))
        layers.append(own.mark_text(align="left", dx=10).encode(x=_at(at), text="label:N"))
    return layered(*layers)


def moves(chart: Chart, width: str) -> alt.LayerChart:
    """A hollow shape before, a full one after, a line between; both figures at the right."""
    rows = chart.rows
    room = text_width(rows["label"]) + 6
    scale = alt.Scale(domain=[0, 100], nice=False, rangeMin=8, rangeMax={"expr": _left_of(width, room)})
    across = alt.X("value:Q", title=None, scale=scale, axis=alt.Axis(values=[0, 50, 75, 100], format=",.0f"))
    base = alt.Chart(rows).encode(y=names_down(rows))
    was = alt.Shape("before_status:N", legend=None, scale=alt.Scale(domain=_STATUSES, range=[SHAPE[status] for status in _STATUSES]))
    now = base.transform_filter("datum.status != 'none'").mark_point(filled=True, size=110, opacity=1)
    none = base.transform_filter("datum.status == 'none'").mark_point(filled=False, size=110, strokeWidth=1.8, opacity=1)
    return layered(
        base.mark_rule(color=GREY, strokeWidth=2, opacity=0.6).encode(x=alt.X("before:Q"), x2="value:Q"),
        base.mark_point(filled=False, size=70, color=GREY, strokeWidth=1.8, opacity=1).encode(x=alt.X("before:Q"), shape=was),
        now.encode(x=across, color=_colour(rows, _STATUSES), shape=_shape()),
        none.encode(x=alt.X("value:Q"), color=_colour(rows, _STATUSES)),
        base.mark_text(align="right").encode(x=_at(f"{_left_of(width, room)} + {room - 2}"), text="label:N"),
    )


def _colour(rows: pl.DataFrame, statuses: list[Status]) -> alt.Color:
    return alt.Color("status:N", legend=None, scale=alt.Scale(domain=statuses, range=[MARK[status] for status in statuses]))


def _stroke(statuses: list[Status]) -> alt.Stroke:
    return alt.Stroke("status:N", legend=None, scale=alt.Scale(domain=statuses, range=[MARK[status] for status in statuses]))


def _shape(statuses: list[Status] | None = None) -> alt.Shape:
    shown = statuses or _STATUSES
    return alt.Shape("status:N", legend=None, scale=alt.Scale(domain=shown, range=[SHAPE[status] for status in shown]))


def _at(expression: str) -> Any:
    return alt.value({"expr": expression})
