"""Charts of scores as PowerPoint has them: stacked bars, lines over days, a heat table. For the document worker.

They state the value's own figures, in the chart and in the workbook behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION
from pptx.util import Inches, Pt

from lib.charts import theme
from lib.charts.chart import Chart, Kind, Status
from lib.charts.framing import INK, MUTED
from lib.charts.scorecards import heat_tint
from lib.documents.slide_charts import bar_axes, behind, heat_table, lines_over_days, on_days, placed
from lib.documents.slide_parts import (
    BODY_TOP,
    FOOT,
    HAIR,
    LEFT,
    WIDTH,
    clipped,
    colour,
    fill_cell,
    fill_label,
    finite,
    plain_table,
    short,
    write,
)  # fmt: skip
from lib.documents.workbook import number_format
from lib.formats import Language

CHART_WIDTH, TABLE_WIDTH, GAP = 7.0, 4.7, 0.3
ROWS_SHOWN, COLUMNS_SHOWN = 11, 8
REASON_LETTERS = 60
_WRITTEN_SHARE = 0.06  # a narrower piece has no room for its figure
_LABELS_APART = 0.2  # of the time shown: nearer ones would be written over each other
_STATUSES: tuple[Status, ...] = ("risk", "watch", "ok", "none")


def _waterfall(slide: Any, chart: Chart, t: Language) -> None:
    """Stacked bars on an unseen foot; what takes points is red, what gives is teal, scores are grey. Reasons stand in a table beside."""
    rows = _first(slide, chart, t)
    least = min([0.0 if value is None else value for value in rows["low"]])
    foot = max(0.0, 10 * (least // 10) - 10)
    names = [short(name) for name in rows["name"]]
    total, value = rows["total"].to_list(), [finite(one) or 0.0 for one in rows["value"]]
    columns: dict[str, list[float | None]] = {
        "low": [None if whole else finite(low) for whole, low in zip(total, rows["low"], strict=True)],
        "none": [one if whole else None for whole, one in zip(total, value, strict=True)],
        "risk": [-one if one < 0 and not whole else None for whole, one in zip(total, value, strict=True)],
        "ok": [one if one >= 0 and not whole else None for whole, one in zip(total, value, strict=True)],
    }
    words = theme.words("waterfall")
    titles = {"low": t("Unseen foot"), "none": t(words["none"]), "risk": t(words["risk"]), "ok": t(words["ok"])}
    native = _stacked(slide, chart, t, names, columns, titles, CHART_WIDTH, "number")
    bar_axes(native, [one for one in rows["high"] if one is not None])
    scale = native.value_axis
    scale.minimum_scale, scale.visible = foot, True
    scale.has_major_gridlines = True
    scale.major_gridlines.format.line.width, scale.major_gridlines.format.line.color.rgb = Pt(0.6), colour(HAIR)
    scale.format.line.fill.background()
    inks = {"none": theme.GREY, "risk": theme.MARK["risk"], "ok": theme.MARK["ok"]}
    for series, part in zip(native.plots[0].series, columns, strict=True):
        if part in inks:
            _fill(series, inks[part])
        else:
            series.format.fill.background()
    _reasons(slide, chart, rows, t)


def _lost(slide: Any, chart: Chart, t: Language) -> None:
    """Points lost in blue, what is still held of the points at stake in pale grey; readings stand in a table beside."""
    rows = _first(slide, chart, t)
    values, most = [finite(one) or 0.0 for one in rows["value"]], [finite(one) or 0.0 for one in rows["most"]]
    columns: dict[str, list[float | None]] = {
        "value": [*values], "most": [max(whole - one, 0.0) for one, whole in zip(values, most, strict=True)],
    }  # fmt: skip
    titles = {"value": chart.headings.get("value", "value"), "most": t("Points kept")}
    native = _stacked(slide, chart, t, [short(name) for name in rows["name"]], columns, titles, CHART_WIDTH, "number")
    bar_axes(native, [*values, *most])
    _fill(native.plots[0].series[0], theme.BLUE)
    _fill(native.plots[0].series[1], HAIR)
    _reasons(slide, chart, rows, t)


def _first(slide: Any, chart: Chart, t: Language) -> pl.DataFrame:
    """The rows that a slide has room for; those left out are said, and those of a waterfall become one bar, so that it still adds up."""
    rows = chart.rows
    if rows.height <= ROWS_SHOWN:
        return rows
    words = t("The first {n} of {all}; the notes hold all.", n=t.number(ROWS_SHOWN), all=t.number(rows.height))
    write(slide, (LEFT, FOOT - 0.3, CHART_WIDTH, 0.25), [(words, MUTED, False)], 11, t)
    if chart.kind != "waterfall":
        return rows.head(ROWS_SHOWN)
    kept, rest = rows.head(ROWS_SHOWN), rows.slice(ROWS_SHOWN, rows.height - ROWS_SHOWN - 1)
    end, points = rows["value"][-1], float(rest["value"].sum() or 0)
    other = rest.head(1).with_columns(
        pl.lit(t("Other changes")).alias("name"), pl.lit(points).alias("value"), pl.lit(t.number(points, 1, sign=True)).alias("label"),
        pl.lit(min(end, end - points)).alias("low"), pl.lit(max(end, end - points)).alias("high"), pl.lit("").alias("reason"),
    )  # fmt: skip
    return pl.concat([kept, other, rows.tail(1)])


def _reasons(slide: Any, chart: Chart, rows: pl.DataFrame, t: Language) -> None:
    """Name, figure and reason of each row, beside the chart."""
    place = (LEFT + CHART_WIDTH + GAP, BODY_TOP + 0.05, TABLE_WIDTH, FOOT - BODY_TOP - 0.3)
    table, height = plain_table(slide, chart, rows.height + 1, (0.33, 0.15, 0.52), place)
    for column, name in enumerate(("name", "value", "reason")):
        fill_cell(table.cell(0, column), [(chart.headings.get(name, name), MUTED, False)], int(column == 1), t, 10)
    table.cell(0, 2).margin_left = Pt(8)
    for line, (name, label, reason) in enumerate(rows.select("name", "label", "reason").iter_rows(), start=1):
        table.rows[line].height = Inches(height)
        fill_cell(table.cell(line, 0), [(clipped(name or "", 28), INK, False)], 0, t, 10)
        fill_cell(table.cell(line, 1), [(label or "", INK, True)], 1, t, 10)
        fill_cell(table.cell(line, 2), [(clipped(reason or "", REASON_LETTERS), INK, False)], 0, t, 10)
        table.cell(line, 2).margin_left = Pt(8)
    table.rows[0].height = Inches(height)


def _stack(slide: Any, chart: Chart, t: Language) -> None:
    """A bar a line in pieces by band, each with its shape and share where there is room."""
    names = chart.rows["name"].unique(maintain_order=True).to_list()
    pieces = chart.rows.select("name", "status", "value", "label").iter_rows()
    cells = {(name, status): (value, label) for name, status, value, label in pieces}
    words = theme.words("stack")
    columns: dict[str, list[float | None]] = {}
    for status in _STATUSES:
        columns[status] = [finite(cells.get((name, status), (None, ""))[0]) for name in names]
    titles: dict[str, str] = {status: t(words[status]) for status in _STATUSES}
    native = _stacked(slide, chart, t, [short(name) for name in names], columns, titles, WIDTH, "share")
    bar_axes(native, [1.0])
    native.value_axis.maximum_scale = 1.0
    for series, status in zip(native.plots[0].series, _STATUSES, strict=True):
        _fill(series, theme.MARK[status])
        for place, name in enumerate(names):
            value, label = cells.get((name, status), (None, ""))
            if value is not None and value >= _WRITTEN_SHARE:
                text = series.points[place].data_label
                fill_label(text.text_frame, f"{theme.GLYPH[status]} {label}")
                text.position = XL_LABEL_POSITION.CENTER
                for run in text.text_frame.paragraphs[0].runs:
                    run.font.size, run.font.color.rgb = Pt(11), colour("#FFFFFF" if status in ("risk", "ok") else INK)


def _stacked(
    slide: Any, chart: Chart, t: Language, names: Sequence[str], columns: Mapping[str, Sequence[float | None]], titles: Mapping[str, str],
    width: float, form: str,
) -> Any:  # fmt: skip
    data = CategoryChartData(number_format=number_format(form, t))
    data.categories = names
    for part, values in columns.items():
        data.add_series(titles[part], values)
    native = placed(slide, chart, XL_CHART_TYPE.BAR_STACKED, data, width)
    rows = pl.DataFrame({"name": names, **{part: pl.Series(part, values, pl.Float64) for part, values in columns.items()}})
    native.part.chart_workbook.update_from_xlsx_blob(behind(chart, rows, t, {"name": chart.headings.get("name", "name"), **titles}))
    plot = native.plots[0]
    plot.gap_width, plot.overlap, plot.vary_by_categories = 60, 100, False
    return native


def _fill(series: Any, ink: str) -> None:
    series.invert_if_negative = False
    series.format.fill.solid()
    series.format.fill.fore_color.rgb = colour(ink)


def _history(slide: Any, chart: Chart, t: Language) -> None:
    """The score over days with its range dashed, a thin line at each limit of a band; changes of the profile are named at their week.

    Of those too near to each other the newest is named; the notes hold all.
    """
    scores = chart.rows.filter(pl.col("part") == "score")
    zones = chart.rows.filter(pl.col("part") == "zone")
    days = scores["day"].to_list()
    lines: dict[str, Sequence[float | None]] = {"value": on_days(scores, "value", days)}
    lines |= {name: on_days(scores, name, days) for name in ("low", "high")}
    limits = {t.number(limit): [limit] * len(days) for limit in zones["low"] if limit}
    lines |= limits
    names = {name: name for name in limits} | {name: chart.headings.get(name, name) for name in ("value", "low", "high")}
    styles = dict.fromkeys(limits, (HAIR, 1.0, False))
    styles |= {"value": (theme.BLUE, 3.25, False), "low": (theme.BLUE, 1.0, True), "high": (theme.BLUE, 1.0, True)}
    native = lines_over_days(slide, chart, t, days, lines, names, styles)
    native.value_axis.maximum_scale = 100
    score, _, top = list(native.plots[0].series)[:3]
    last = max((place for place, value in enumerate(lines["value"]) if value is not None), default=None)
    if last is not None:
        words = score.points[last].data_label
        fill_label(words.text_frame, short(next((label for label in reversed(scores["label"].to_list()) if label), "")))
        words.position = XL_LABEL_POSITION.RIGHT
    apart, before = (days[-1] - days[0]) * _LABELS_APART, None
    marks = chart.rows.filter(pl.col("part") == "marker").sort("day", descending=True).select("day", "name").iter_rows()
    for day, name in marks:
        at = next((place for place, one in enumerate(days) if one >= day and lines["high"][place] is not None), None)
        if at is not None and (before is None or before - day >= apart):
            words, before = top.points[at].data_label, day
            fill_label(words.text_frame, short(f"{t.day(day, chart.as_of)} {clipped(name or '', 18)}"))
            words.position = XL_LABEL_POSITION.ABOVE


def _heat(slide: Any, chart: Chart, t: Language) -> None:
    components = chart.rows["component"].unique(maintain_order=True).to_list()
    shown, across = heat_table(slide, chart, t, "component", components[:COLUMNS_SHOWN], heat_tint, {})
    accounts = chart.rows["name"].n_unique()
    if shown < accounts or across < len(components):
        words = t("The first {n} of {all}; the notes hold all.", n=t.number(shown), all=t.number(accounts))
        write(slide, (LEFT, FOOT - 0.3, WIDTH, 0.25), [(words, MUTED, False)], 11, t)


NATIVE: dict[Kind, Callable[[Any, Chart, Language], None]] = {
    "waterfall": _waterfall, "lost": _lost, "stack": _stack, "history": _history, "heat": _heat,
}  # fmt: skip
