"""Charts that PowerPoint has itself, drawn natively: bars, bars to both sides, lines over days; a grid is a table. For the document worker.

The workbook inside each is ours: python-pptx's own would run "=1+1".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl
from lxml import etree
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_TICK_LABEL_POSITION, XL_TICK_MARK
from pptx.enum.dml import MSO_LINE
from pptx.oxml.ns import qn
from pptx.util import Inches, Pt

from lib.charts import theme
from lib.charts.chart import CURVES, Chart, Kind
from lib.charts.framing import INK, MUTED
from lib.charts.matrices import FREE, ROOM, SHADES
from lib.documents.slide_parts import (
    BODY_TOP,
    FONT,
    FOOT,
    HAIR,
    LEFT,
    WIDTH,
    clipped,
    colour,
    describe,
    fill_cell,
    fill_label,
    finite,
    plain_table,
    short,
    write,
)  # fmt: skip
from lib.documents.workbook import Sheet, number_format, workbook
from lib.formats import Language

GRID_PEOPLE, GRID_WEEKS = 12, 13
_LINES: dict[str, tuple[str, float, bool]] = {
    "planned": (theme.GREY, 2, False), "earned": (theme.BLUE, 3.25, False), "actual": (INK, 2, False), "forecast": (theme.BLUE, 1.75, True),
    "low": (theme.BLUE, 1, True), "high": (theme.BLUE, 1, True),
}  # fmt: skip
_ROOM = 0.8  # of the width for the lines; their names stand at the right of it


def _bars(slide: Any, chart: Chart, t: Language) -> None:
    values = [finite(value) for value in chart.rows["value"]]
    form = number_format(f"money:{chart.currency}" if chart.currency else "number", t)
    data = CategoryChartData(number_format=form)
    data.categories = [short(name) for name in chart.rows["name"]]
    data.add_series(chart.headings.get("value", "value"), values)
    native = placed(slide, chart, XL_CHART_TYPE.BAR_CLUSTERED, data)
    rows = pl.DataFrame(
        {"name": [short(name) for name in chart.rows["name"]], "value": values}, schema={"name": pl.String, "value": pl.Float64}
    )
    native.part.chart_workbook.update_from_xlsx_blob(behind(chart, rows, t))
    bar_axes(native, [value for value in values if value is not None])
    plot = native.plots[0]
    plot.gap_width, plot.vary_by_categories = 70, False
    bars = plot.series[0]
    bars.invert_if_negative = False
    bars.format.fill.solid()
    bars.format.fill.fore_color.rgb = colour(theme.GREY)
    for place_, (strong, label) in enumerate(chart.rows.select("strong", "label").iter_rows()):
        if strong:
            bars.points[place_].format.fill.solid()
            bars.points[place_].format.fill.fore_color.rgb = colour(theme.BLUE)
        words = bars.points[place_].data_label
        fill_label(words.text_frame, short(label))
        words.position = XL_LABEL_POSITION.OUTSIDE_END


def bar_axes(native: Any, values: Sequence[float]) -> None:
    """Names from the top down and left of all bars; no scale, as every bar says its figure, with room for that."""
    names, scale = native.category_axis, native.value_axis
    names.reverse_order = True
    names.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    names.major_tick_mark = XL_TICK_MARK.NONE
    names.format.line.fill.background()
    names.has_major_gridlines = scale.has_major_gridlines = False
    scale.visible = False
    most, least = max([*values, 0.0]), min([*values, 0.0])
    room = 0.22 * ((most - least) or 1)
    scale.maximum_scale = most + room if most else room
    scale.minimum_scale = least - room if least else 0


def _tornado(slide: Any, chart: Chart, t: Language) -> None:
    """Two series on the same line: what is earlier in grey, what is later in blue."""
    ends = {name: [finite(value) for value in chart.rows[name]] for name in ("low", "high")}
    data = CategoryChartData(number_format=number_format("number", t))
    data.categories = [short(name) for name in chart.rows["name"]]
    for name, values in ends.items():
        data.add_series(chart.headings.get(name, name), values)
    native = placed(slide, chart, XL_CHART_TYPE.BAR_CLUSTERED, data)
    rows = pl.DataFrame({"name": [short(name) for name in chart.rows["name"]], **ends})
    native.part.chart_workbook.update_from_xlsx_blob(behind(chart, rows, t))
    bar_axes(native, [value for values in ends.values() for value in values if value is not None])
    plot = native.plots[0]
    plot.gap_width, plot.overlap, plot.vary_by_categories = 70, 100, False
    for series, ink in zip(plot.series, (theme.GREY, theme.BLUE), strict=True):
        series.invert_if_negative = False
        series.format.fill.solid()
        series.format.fill.fore_color.rgb = colour(ink)
    for place, label in enumerate(chart.rows["label"]):
        words = plot.series[1].points[place].data_label
        fill_label(words.text_frame, short(label))
        words.position = XL_LABEL_POSITION.OUTSIDE_END


def _curve(slide: Any, chart: Chart, t: Language) -> None:
    """A line a part over an axis of days, each named at its last point; the band of the forecast as two thin dashed lines."""
    days = chart.rows["day"].unique().sort().to_list()
    lines = {part: on_days(chart.rows.filter(pl.col("part") == part), "value", days) for part in CURVES}
    lines |= {name: on_days(chart.rows.filter(pl.col("part") == "forecast"), name, days) for name in ("low", "high")}
    lines = {part: values for part, values in lines.items() if any(value is not None for value in values)}
    names = dict(chart.rows.select("part", "name").unique(maintain_order=True).iter_rows())
    names |= {name: chart.headings.get(name, name) for name in ("low", "high")}
    native = lines_over_days(slide, chart, t, days, lines, names, {part: _LINES[part] for part in lines})
    for series, part in zip(native.plots[0].series, lines, strict=True):
        label = next((word for word in chart.rows.filter(pl.col("part") == part)["label"] if word), "")
        if label:
            last = max(place for place, value in enumerate(lines[part]) if value is not None)
            words = series.points[last].data_label
            fill_label(words.text_frame, short(label))
            # A growing curve leaves room to the left of a point, above it, and to the right, below.
            words.position = XL_LABEL_POSITION.LEFT if part == "actual" and last < len(days) - 1 else XL_LABEL_POSITION.RIGHT
    span = native._chartSpace.chart.find(qn("c:dispBlanksAs"))
    if span is not None:
        span.set("val", "span")


def lines_over_days(
    slide: Any, chart: Chart, t: Language, days: Sequence[date], lines: Mapping[str, Sequence[float | None]], names: Mapping[str, str],
    styles: Mapping[str, tuple[str, float, bool]],
) -> Any:  # fmt: skip
    """A native chart of a line a part over an axis of days, with room for names at the right; styles: colour, points wide, dashed."""
    data = CategoryChartData(number_format=number_format(f"money:{chart.currency}" if chart.currency else "whole", t))
    data.categories = days
    for part, values in lines.items():
        data.add_series(short(names[part]), values)
    native = placed(slide, chart, XL_CHART_TYPE.LINE, data)
    rows = pl.DataFrame({"day": days, **{part: pl.Series(values, dtype=pl.Float64) for part, values in lines.items()}})
    headings = {"day": chart.headings.get("day", "day"), **{part: short(names[part]) for part in lines}}
    native.part.chart_workbook.update_from_xlsx_blob(behind(chart, rows, t, headings))
    _day_axes(native, (days[-1] - days[0]).days, t)
    _narrow(native)
    for series, part in zip(native.plots[0].series, lines, strict=True):
        ink, points, dashed = styles[part]
        series.smooth = False
        series.format.line.width, series.format.line.color.rgb = Pt(points), colour(ink)
        series.format.line.dash_style = MSO_LINE.SQUARE_DOT if dashed else MSO_LINE.SOLID
        series.marker.style = None
        _no_marker(series)
    return native


def on_days(rows: pl.DataFrame, column: str, days: Sequence[date]) -> list[float | None]:
    known = dict(rows.select("day", column).iter_rows())
    return [finite(known.get(day)) for day in days]


def _no_marker(series: Any) -> None:
    marker = series._element.get_or_add_marker()
    for child in list(marker):
        marker.remove(child)
    etree.SubElement(marker, qn("c:symbol")).set("val", "none")


def _narrow(native: Any) -> None:
    """Leave room beside the plot."""
    area = native._chartSpace.chart.plotArea
    for old in area.findall(qn("c:layout")):
        area.remove(old)
    manual = etree.SubElement(etree.Element(qn("c:layout")), qn("c:manualLayout"))
    etree.SubElement(manual, qn("c:layoutTarget")).set("val", "inner")
    for name in ("xMode", "yMode"):
        etree.SubElement(manual, qn(f"c:{name}")).set("val", "edge")
    for name, share in (("x", 0.06), ("y", 0.04), ("w", _ROOM - 0.06), ("h", 0.86)):
        etree.SubElement(manual, qn(f"c:{name}")).set("val", str(share))
    area.insert(0, manual.getparent())


def _day_axes(native: Any, span: int, t: Language) -> None:
    scale, days = native.value_axis, native.category_axis
    scale.has_major_gridlines, days.has_major_gridlines = True, False
    scale.major_gridlines.format.line.width, scale.major_gridlines.format.line.color.rgb = Pt(0.6), colour(HAIR)
    scale.format.line.fill.background()
    scale.minimum_scale = 0
    scale.major_tick_mark = days.major_tick_mark = XL_TICK_MARK.NONE
    days.format.line.color.rgb = colour(HAIR)
    unit = etree.Element(qn("c:majorUnit"))
    unit.set("val", str(max(1, 7 * round(span / 8 / 7)) if span > 14 else max(1, span // 7)))
    of = etree.Element(qn("c:majorTimeUnit"))
    of.set("val", "days")
    before = next(child for name in ("baseTimeUnit", "lblOffset", "auto") if (child := days._element.find(qn(f"c:{name}"))) is not None)
    before.addnext(unit)
    unit.addnext(of)
    days.tick_labels.number_format, days.tick_labels.number_format_is_linked = number_format("day", t).replace(" yyyy", ""), False


def _grid(slide: Any, chart: Chart, t: Language) -> None:
    """A heat table: people down, weeks across, shape and figure in each cell, its tint the fullness, the verdict at the end."""
    weeks = chart.rows.sort("day").select("day", "week").unique(maintain_order=True)["week"].to_list()
    verdicts = dict(chart.rows.filter(pl.col("verdict") != "").select("name", "verdict").iter_rows())
    shown, across = heat_table(slide, chart, t, "week", weeks[:GRID_WEEKS], _shade, verdicts)
    people = chart.rows["name"].n_unique()
    if shown < people or across < len(weeks):
        words = t(
            "The first {n} of {all} people and {weeks} of {every} weeks; the notes hold all.", n=t.number(shown), all=t.number(people),
            weeks=t.number(across), every=t.number(len(weeks)),
        )  # fmt: skip
        write(slide, (LEFT, FOOT - 0.3, WIDTH, 0.25), [(words, MUTED, False)], 11, t)


def heat_table(
    slide: Any, chart: Chart, t: Language, by: str, across: Sequence[str], shade: Callable[[dict[str, Any]], tuple[str, float]],
    verdicts: Mapping[str, str],
) -> tuple[int, int]:  # fmt: skip
    """A table of the first names down and of `by` across, a tint, shape and figure a cell; how many of both it shows."""
    shown = chart.rows["name"].unique(maintain_order=True).to_list()[:GRID_PEOPLE]
    cells = {(row["name"], row[by]): row for row in chart.rows.iter_rows(named=True)}
    says = 0.2 if verdicts else 0.0
    widths = (0.2, *([(0.8 - says) / len(across)] * len(across)), *([says] if says else []))
    place = (LEFT, BODY_TOP + 0.1, WIDTH, FOOT - BODY_TOP - 0.6)
    table, height = plain_table(slide, chart, len(shown) + 1, widths, place)
    for column, head in enumerate(("", *across), start=0):
        fill_cell(table.cell(0, column), [(head, MUTED, False)], column, t, 10)
    for line, name in enumerate(shown, start=1):
        table.rows[line].height = Inches(height)
        fill_cell(table.cell(line, 0), [(clipped(name or "", 30), INK, False)], 0, t)
        for column, head in enumerate(across, start=1):
            row = cells.get((name, head))
            if row is not None:
                glyph = f"{theme.GLYPH[row['status']]} " if row["status"] in ("risk", "watch") and row["label"] else ""
                fill_cell(table.cell(line, column), [(glyph + (row["label"] or ""), INK, bool(glyph))], column, t, 10)
                _tint(table.cell(line, column), *shade(row))
        if says:
            fill_cell(table.cell(line, len(across) + 1), [(verdicts.get(name, ""), INK, False)], 1, t, 10)
    table.rows[0].height = Inches(height)
    return len(shown), len(across)


def _shade(row: dict[str, Any]) -> tuple[str, float]:
    """The ink of a week's cell and how strong it is."""
    status, value = row["status"], row["value"] or 0.0
    level = {"none": "away", "risk": "over", "watch": "over"}.get(status)
    level = level or ("free" if value < FREE else "room" if value < ROOM else "full")
    return {"risk": theme.MARK["risk"], "watch": theme.MARK["watch"], "none": theme.GREY}.get(status, theme.BLUE), SHADES[level]


def _tint(cell: Any, ink: str, shade: float) -> None:
    """The shade of a cell, mixed with white, for tables have no opacity that every program keeps."""
    mixed = [round(255 - shade * (255 - int(ink[at : at + 2], 16))) for at in (1, 3, 5)]
    cell.fill.solid()
    cell.fill.fore_color.rgb = RGBColor(*mixed)


def placed(slide: Any, chart: Chart, kind: Any, data: CategoryChartData, width: float = WIDTH) -> Any:
    """A native chart over the body of the slide, or so many inches of it, without legend and title, in our font."""
    place = (Inches(LEFT), Inches(BODY_TOP), Inches(width), Inches(FOOT - BODY_TOP - 0.15))
    framed = slide.shapes.add_chart(kind, *place, data)
    describe(framed, chart)
    native = framed.chart
    native.has_legend = native.has_title = False
    native.font.size, native.font.name = Pt(12), FONT
    native.font.color.rgb = colour(INK)
    return native


def behind(chart: Chart, rows: pl.DataFrame, t: Language, headings: dict[str, str] | None = None) -> bytes:
    """The workbook that opens with "Edit data": the figures of the chart, in the cells that the chart refers to."""
    titles = headings or {name: chart.headings.get(name) or name for name in rows.columns}
    figure = f"money:{chart.currency}" if chart.currency else "number"
    formats = {name: figure for name, kind in rows.schema.items() if kind.is_numeric()}
    return workbook([Sheet("Sheet1", rows, titles, formats)], t)


NATIVE: dict[Kind, Callable[[Any, Chart, Language], None]] = {"bars": _bars, "curve": _curve, "tornado": _tornado, "grid": _grid}
