"""Charts of the book as PowerPoint has them: a bridge of stacked bars, columns of chances, bars of goals, a table. For the document worker.

They state the value's own figures, in the chart and in the workbook behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_TICK_LABEL_POSITION, XL_TICK_MARK
from pptx.util import Inches, Pt

from lib.charts import theme
from lib.charts.chart import Chart, Kind
from lib.charts.framing import INK, MUTED
from lib.charts.ledger import matrix_tint
from lib.documents.slide_charts import bar_axes, behind, heat_table, placed
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

GOALS_SHOWN, COLUMNS_SHOWN, NAME_LETTERS = 13, 10, 32
CHART_WIDTH, TABLE_WIDTH, GAP = 6.6, 5.1, 0.3
PALE = "#B9D0EF"  # blue at .35 on white
_WORDS_ROOM = 0.4
_INKS = {"before": theme.GREY, "now": theme.BLUE, "more": theme.MARK["ok"], "less": theme.MARK["risk"]}


def _bridge(slide: Any, chart: Chart, t: Language) -> None:
    """Stacked bars on an unseen foot, a series for each thing that a bar means, and at their end an unseen one that carries the words.

    What lies below zero is a series of its own, for a stack grows from zero to either side.
    """
    rows = chart.rows
    ends = list(rows.select("part", "low", "high").iter_rows())
    columns: dict[str, list[float | None]] = {"foot": [low if low > 0 else high if high < 0 else 0.0 for _, low, high in ends]}
    for part in _INKS:
        columns[part] = [max(high, 0.0) - max(low, 0.0) if one == part else None for one, low, high in ends]
    for part in _INKS:
        below = [min(low, 0.0) - min(high, 0.0) if one == part and low < 0 else None for one, low, high in ends]
        if any(value is not None for value in below):
            columns[f"{part}_below"] = below
    most = max([0.0, *rows["high"]]) or 1.0
    columns["words"] = [_WORDS_ROOM * most] * rows.height
    titles = {
        "foot": t("Unseen foot"), "before": t("Before"), "now": t("Now"), "more": t("More"), "less": t("Less"),
        "words": t("Room for words"),
    }  # fmt: skip
    titles |= {name: t("{part}, below zero", part=titles[name.removesuffix("_below")]) for name in columns if name.endswith("_below")}
    native = _bars(slide, chart, t, XL_CHART_TYPE.BAR_STACKED, [short(name) for name in rows["name"]], columns, titles)
    bar_axes(native, [*rows["low"], most * (1 + _WORDS_ROOM / 2)])
    plot = native.plots[0]
    plot.gap_width, plot.overlap = 60, 100
    for series, name in zip(plot.series, columns, strict=True):
        series.invert_if_negative = False
        ink = _INKS.get(name.removesuffix("_below"))
        if ink is None:
            series.format.fill.background()
        else:
            _fill(series.format.fill, ink)
    for place, label in enumerate(rows["label"]):
        words = plot.series[-1].points[place].data_label
        fill_label(words.text_frame, short(label))
        words.position = XL_LABEL_POSITION.INSIDE_BASE


def _amounts(slide: Any, chart: Chart, t: Language) -> None:
    """A column a span of money, those between P10 and P90 full; what is marked is named at the column it lies in."""
    bins, marks = chart.rows.filter(pl.col("part") == "bin"), chart.rows.filter(pl.col("part") != "bin")
    heading = chart.headings.get("value", "value")
    names, chances = [short(name) for name in bins["name"]], {"value": bins["value"].to_list()}
    native = _bars(slide, chart, t, XL_CHART_TYPE.COLUMN_CLUSTERED, names, chances, {"value": heading}, "share")
    spans, scale = native.category_axis, native.value_axis
    spans.has_major_gridlines = scale.has_major_gridlines = scale.visible = False
    spans.major_tick_mark = XL_TICK_MARK.NONE
    spans.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    spans.tick_labels.font.size = Pt(9)
    scale.minimum_scale, scale.maximum_scale = 0, 1.25 * max([0.0, *bins["value"]]) or 1.0
    plot = native.plots[0]
    plot.gap_width = 4
    series = plot.series[0]
    _fill(series.format.fill, PALE)
    for place, (low, high, strong) in enumerate(bins.select("low", "high", "strong").iter_rows()):
        if strong:
            _fill(series.points[place].format.fill, theme.BLUE)
        within = [label for at, label in marks.select("low", "label").iter_rows() if low <= at < high]
        if within:
            words = series.points[place].data_label
            fill_label(words.text_frame, short("\n".join(within)))
            words.position = XL_LABEL_POSITION.OUTSIDE_END


def _progress(slide: Any, chart: Chart, t: Language) -> None:
    """A bar a goal in blue, and in grey how much of its time has passed; what the rest of its words say stands in a table beside."""
    rows = chart.rows.head(GOALS_SHOWN)
    columns = {name: [finite(value) for value in rows[name]] for name in ("value", "elapsed")}
    titles = {name: chart.headings.get(name, name) for name in columns}
    names = [clipped(short(name), NAME_LETTERS) for name in rows["name"]]
    native = _bars(slide, chart, t, XL_CHART_TYPE.BAR_CLUSTERED, names, columns, titles, "share", CHART_WIDTH)
    bar_axes(native, [1.0, *(value for values in columns.values() for value in values if value is not None)])
    plot = native.plots[0]
    plot.gap_width, plot.overlap = 45, 0
    for series, ink in zip(plot.series, (theme.BLUE, HAIR), strict=True):
        series.invert_if_negative = False
        _fill(series.format.fill, ink)
    native.category_axis.tick_labels.font.size = Pt(10)
    for place, value in enumerate(columns["value"]):
        words = plot.series[0].points[place].data_label
        fill_label(words.text_frame, t.share(value))
        words.position = XL_LABEL_POSITION.OUTSIDE_END
    place_ = (LEFT + CHART_WIDTH + GAP, BODY_TOP + 0.05, TABLE_WIDTH, FOOT - BODY_TOP - 0.4)
    table, height = plain_table(slide, chart, rows.height + 1, (0.42, 0.58), place_)
    for column, name in enumerate(("name", "label")):
        fill_cell(table.cell(0, column), [(chart.headings.get(name, name), MUTED, False)], column, t, 9)
    for line, (name, status, label) in enumerate(rows.select("name", "status", "label").iter_rows(), start=1):
        table.rows[line].height = Inches(height)
        fill_cell(table.cell(line, 0), [(clipped(name or "", 26), INK, False)], 0, t, 9)
        fill_cell(table.cell(line, 1), [(f"{theme.GLYPH[status]} {clipped(label or '', 40)}", INK, False)], 1, t, 9)
    table.rows[0].height = Inches(height)
    if rows.height < chart.rows.height:
        said = t("The first {n} of {all}; the notes hold all.", n=t.number(rows.height), all=t.number(chart.rows.height))
        write(slide, (LEFT, FOOT - 0.3, WIDTH, 0.25), [(said, MUTED, False)], 11, t)


def _matrix(slide: Any, chart: Chart, t: Language) -> None:
    across = chart.rows["part"].unique(maintain_order=True).to_list()
    verdicts = dict(chart.rows.filter(pl.col("verdict") != "").select("name", "verdict").iter_rows())
    shown, columns = heat_table(slide, chart, t, "part", across[:COLUMNS_SHOWN], matrix_tint, verdicts)
    lines = chart.rows["name"].n_unique()
    if shown < lines or columns < len(across):
        words = t("The first {n} of {all}; the notes hold all.", n=t.number(shown), all=t.number(lines))
        write(slide, (LEFT, FOOT - 0.3, WIDTH, 0.25), [(words, MUTED, False)], 11, t)


def _bars(
    slide: Any, chart: Chart, t: Language, kind: Any, names: Sequence[str], columns: Mapping[str, Sequence[float | None]],
    titles: Mapping[str, str], form: str = "", width: float = WIDTH,
) -> Any:  # fmt: skip
    """A native chart of one series a column, and its figures in the workbook behind it."""
    data = CategoryChartData(number_format=number_format(form or (f"money:{chart.currency}" if chart.currency else "number"), t))
    data.categories = names
    for part, values in columns.items():
        data.add_series(titles[part], values)
    native = placed(slide, chart, kind, data, width)
    rows = pl.DataFrame({"name": names, **{part: pl.Series(part, values, pl.Float64) for part, values in columns.items()}})
    native.part.chart_workbook.update_from_xlsx_blob(behind(chart, rows, t, {"name": chart.headings.get("name", "name"), **titles}))
    native.plots[0].vary_by_categories = False
    return native


def _fill(fill: Any, ink: str) -> None:
    fill.solid()
    fill.fore_color.rgb = colour(ink)


NATIVE: dict[Kind, Callable[[Any, Chart, Language], None]] = {
    "bridge": _bridge, "amounts": _amounts, "progress": _progress, "matrix": _matrix,
}  # fmt: skip
