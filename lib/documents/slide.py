"""One chart as a slide of PowerPoint: native where the program has such a chart, else a sharp picture with its data in a table.

It writes the words and figures it is given. The workbook inside a native chart is ours: python-pptx's own would run "=1+1".
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Sequence
from datetime import datetime, time
from typing import Any

import polars as pl
from lxml import etree
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_TICK_LABEL_POSITION, XL_TICK_MARK
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Inches, Pt

from lib.charts import theme
from lib.charts.chart import Chart
from lib.charts.framing import INK, MUTED, bare, footing
from lib.documents.workbook import Sheet, number_format, workbook
from lib.formats import Language
from lib.text import clean_text

HAIR = "#D5D9DE"
LEFT, TOP, WIDTH, BODY_TOP, FOOT = 0.667, 0.5, 12.0, 1.95, 6.93
PICTURE_WIDTH, TABLE_WIDTH, GAP = 7.2, 4.4, 0.4
TITLE_FONT, FONT = "Georgia", "Arial"
NAME_BYTES, TITLE_BYTES = 120, 250
TABLE_ROWS = 12
STATUS_INK = {"risk": "#A6251C", "watch": "#875200", "ok": "#0B6558", "none": MUTED}
_NO_STYLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"
Draw = Callable[[dict[str, Any]], bytes]


def one_chart_slide(chart: Chart, t: Language, draw: Draw) -> bytes:
    """A presentation of one slide: title, subtitle, chart, foot line with source and as-of; its alt text and all its data in the notes.

    `chart` must be clean. `draw` makes a PNG of a specification, for the charts without a native form.
    """
    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(13.333), Inches(7.5)
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    _title(slide, chart.title, t)
    _text(slide, (LEFT, 1.5, WIDTH, 0.3), [(chart.subtitle, INK, False)], 14, t)
    if chart.kind == "bars":
        _bars(slide, chart, t)
    else:
        _picture(slide, chart, t, draw)
        _table(slide, chart, t)
    line = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, Inches(LEFT), Inches(FOOT), Inches(WIDTH), Pt(0.6))
    line.fill.solid()
    line.fill.fore_color.rgb = _colour(HAIR)
    line.line.fill.background()
    line.shadow.inherit = False
    _decorative(line)
    _text(slide, (LEFT, 7.0, WIDTH, 0.25), [(footing(chart, t), MUTED, False)], 10, t)
    slide.notes_slide.notes_text_frame.text = _notes(chart, t)
    _properties(deck, chart, t)
    buffer = io.BytesIO()
    deck.save(buffer)
    return buffer.getvalue()


def _title(slide: Any, words: str, t: Language) -> None:
    title = slide.shapes.title
    title.left, title.top, title.width, title.height = Inches(LEFT), Inches(TOP), Inches(WIDTH), Inches(0.95)
    _fill(title.text_frame, [(words, INK, True)], 24 if len(words) < 100 else 18, t, font=TITLE_FONT)
    title.text_frame.vertical_anchor = MSO_ANCHOR.BOTTOM


def _text(slide: Any, place: tuple[float, float, float, float], words: Sequence[tuple[str, str, bool]], size: float, t: Language) -> None:
    _fill(slide.shapes.add_textbox(*map(Inches, place)).text_frame, words, size, t)


def _fill(
    frame: Any, words: Sequence[tuple[str, str, bool]], size: float, t: Language, font: str = FONT, align: Any = PP_ALIGN.LEFT
) -> None:
    """Put runs of (text, colour, bold) into a frame without margins."""
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    paragraph = frame.paragraphs[0]
    paragraph.alignment = align
    for text, colour, bold in words:
        run = paragraph.add_run()
        run.text = text
        run.font.size, run.font.bold, run.font.name = Pt(size), bold, font
        run.font.color.rgb = _colour(colour)
        run._r.get_or_add_rPr().set("lang", "es-ES" if t.code == "es" else "en-GB")


def _bars(slide: Any, chart: Chart, t: Language) -> None:
    values = [_finite(value) for value in chart.rows["value"]]
    form = number_format(f"money:{chart.currency}" if chart.currency else "number", t)
    data = CategoryChartData(number_format=form)
    data.categories = [_short(name) for name in chart.rows["name"]]
    data.add_series(chart.headings.get("value", "value"), values)
    place = (Inches(LEFT), Inches(BODY_TOP), Inches(WIDTH), Inches(FOOT - BODY_TOP - 0.15))
    framed = slide.shapes.add_chart(XL_CHART_TYPE.BAR_CLUSTERED, *place, data)
    _describe(framed, chart)
    native = framed.chart
    native.part.chart_workbook.update_from_xlsx_blob(_behind(chart, values, t))
    native.has_legend = native.has_title = False
    native.font.size, native.font.name = Pt(12), FONT
    native.font.color.rgb = _colour(INK)
    _axes(native, [value for value in values if value is not None])
    plot = native.plots[0]
    plot.gap_width, plot.vary_by_categories = 70, False
    bars = plot.series[0]
    bars.invert_if_negative = False
    bars.format.fill.solid()
    bars.format.fill.fore_color.rgb = _colour(theme.GREY)
    for place_, (strong, label) in enumerate(chart.rows.select("strong", "label").iter_rows()):
        if strong:
            bars.points[place_].format.fill.solid()
            bars.points[place_].format.fill.fore_color.rgb = _colour(theme.BLUE)
        words = bars.points[place_].data_label
        _fill_label(words.text_frame, _short(label))
        words.position = XL_LABEL_POSITION.OUTSIDE_END


def _behind(chart: Chart, values: Sequence[float | None], t: Language) -> bytes:
    """The workbook that opens with "Edit data": the categories and figures of the chart, in the cells that the chart refers to."""
    rows = pl.DataFrame(
        {"name": [_short(name) for name in chart.rows["name"]], "value": values}, schema={"name": pl.String, "value": pl.Float64}
    )
    headings = {name: chart.headings.get(name) or name for name in ("name", "value")}
    return workbook([Sheet("Sheet1", rows, headings, {"value": f"money:{chart.currency}" if chart.currency else "number"})], t)


def _axes(native: Any, values: Sequence[float]) -> None:
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


def _fill_label(frame: Any, words: str) -> None:
    frame.text = words
    for run in frame.paragraphs[0].runs:
        run.font.size, run.font.name = Pt(12), FONT
        run.font.color.rgb = _colour(INK)


def _picture(slide: Any, chart: Chart, t: Language, draw: Draw) -> None:
    most_high = FOOT - BODY_TOP - 0.15
    picture = slide.shapes.add_picture(
        io.BytesIO(draw(bare(chart, t, width=420))), Inches(LEFT), Inches(BODY_TOP), width=Inches(PICTURE_WIDTH)
    )
    if picture.height > Inches(most_high):
        picture.width, picture.height = round(picture.width * Inches(most_high) / picture.height), Inches(most_high)
    _describe(picture, chart)


def _table(slide: Any, chart: Chart, t: Language) -> None:
    rows = chart.rows.head(TABLE_ROWS)
    titles = [chart.headings.get(name) or name for name in ("name", "label", "value")]
    left = LEFT + PICTURE_WIDTH + GAP
    height = min(0.36, (FOOT - BODY_TOP - 0.2) / (rows.height + 1))
    shape = slide.shapes.add_table(
        rows.height + 1, 3, Inches(left), Inches(BODY_TOP), Inches(TABLE_WIDTH), Inches(height * (rows.height + 1))
    )
    _describe(shape, chart)
    table = shape.table
    properties = shape._element.graphic.graphicData.tbl.tblPr
    properties.attrib.clear()
    properties.set("firstRow", "1")
    properties.find(qn("a:tableStyleId")).text = _NO_STYLE
    for column, width in enumerate((0.56, 0.2, 0.24)):
        table.columns[column].width = Inches(TABLE_WIDTH * width)
    for column, title in enumerate(titles):
        _cell(table.cell(0, column), [(title, MUTED, False)], column, t)
    for line, row in enumerate(rows.iter_rows(named=True), start=1):
        table.rows[line].height = Inches(height)
        glyph, ink = theme.GLYPH[row["status"]], STATUS_INK[row["status"]]
        _cell(table.cell(line, 0), [(f"{glyph} ", ink, False), (_clipped(row["name"] or "", 30), INK, False)], 0, t)
        _cell(table.cell(line, 1), [(row["label"] or "", INK, True)], 1, t)
        _cell(table.cell(line, 2), [(_figure(chart, row["value"], t), INK, False)], 2, t)
    table.rows[0].height = Inches(height)


def _cell(cell: Any, words: Sequence[tuple[str, str, bool]], column: int, t: Language) -> None:
    cell.fill.background()
    _fill(cell.text_frame, words, 11, t, align=PP_ALIGN.RIGHT if column else PP_ALIGN.LEFT)
    cell.margin_left = cell.margin_right = 0
    cell.margin_top = cell.margin_bottom = Pt(2)
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    properties = cell._tc.get_or_add_tcPr()
    line = etree.SubElement(properties, qn("a:lnB"), w="7620")
    etree.SubElement(etree.SubElement(line, qn("a:solidFill")), qn("a:srgbClr"), val=HAIR[1:])
    properties.insert(0, line)  # borders come before the fill


def _notes(chart: Chart, t: Language) -> str:
    lines = [chart.title, chart.subtitle, footing(chart, t), chart.alt, ""]
    words = {name: t(word) for name, word in theme.WORD.items()}
    for row in chart.rows.iter_rows(named=True):
        status = words.get(row.get("status", ""))
        lines.append("\t".join(filter(None, [row["name"], row["label"], _figure(chart, row["value"], t), status])))
    return "\n".join(lines)


def _figure(chart: Chart, value: float | None, t: Language) -> str:
    return t.amount(value, chart.currency) if chart.currency else t.number(value, 2)


def _properties(deck: Any, chart: Chart, t: Language) -> None:
    properties = deck.core_properties
    properties.title, properties.subject = _short(chart.title, TITLE_BYTES), _short(footing(chart, t), TITLE_BYTES)
    properties.author = properties.last_modified_by = "Cartera"
    properties.language = "es-ES" if t.code == "es" else "en-GB"
    properties.created = properties.modified = datetime.combine(chart.as_of, time())  # the clock is not read: equal input, equal file


def _describe(shape: Any, chart: Chart) -> None:
    about = shape._element.xpath("./p:nvGraphicFramePr/p:cNvPr | ./p:nvPicPr/p:cNvPr")[0]
    about.set("descr", chart.alt)
    about.set("title", _short(chart.title, TITLE_BYTES))


def _decorative(shape: Any) -> None:
    shape._element.xpath("./p:nvSpPr/p:cNvPr")[0].set("descr", "")


def _short(text: str | None, most: int = NAME_BYTES) -> str:
    return clean_text(text or "", lines=False, most_bytes=most)


def _clipped(text: str, letters: int) -> str:
    return text if len(text) <= letters else text[: letters - 1].rstrip() + "…"


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _colour(code: str) -> RGBColor:
    return RGBColor.from_string(code.lstrip("#"))
