"""Texts, cells and descriptions of a slide, in our fonts and inks. It knows no chart; only for the document worker."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from lxml import etree
from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Inches, Pt

from lib.charts.chart import Chart
from lib.charts.framing import INK
from lib.formats import Language
from lib.text import clean_text

HAIR = "#D5D9DE"
LEFT, TOP, WIDTH, BODY_TOP, FOOT = 0.667, 0.5, 12.0, 1.95, 6.93
TITLE_FONT, FONT = "Georgia", "Arial"
NAME_BYTES, TITLE_BYTES = 120, 250
NO_STYLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"


def write(slide: Any, place: tuple[float, float, float, float], words: Sequence[tuple[str, str, bool]], size: float, t: Language) -> None:
    """A text box at left, top, width, height in inches."""
    fill(slide.shapes.add_textbox(*map(Inches, place)).text_frame, words, size, t)


def fill(
    frame: Any, words: Sequence[tuple[str, str, bool]], size: float, t: Language, font: str = FONT, align: Any = PP_ALIGN.LEFT
) -> None:
    """Put runs of (text, colour, bold) into a frame without margins."""
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    paragraph = frame.paragraphs[0]
    paragraph.alignment = align
    for said, ink, bold in words:
        run = paragraph.add_run()
        run.text = said
        run.font.size, run.font.bold, run.font.name = Pt(size), bold, font
        run.font.color.rgb = colour(ink)
        run._r.get_or_add_rPr().set("lang", "es-ES" if t.code == "es" else "en-GB")


def fill_label(frame: Any, words: str) -> None:
    frame.text = words
    for run in frame.paragraphs[0].runs:
        run.font.size, run.font.name = Pt(12), FONT
        run.font.color.rgb = colour(INK)


def fill_cell(cell: Any, words: Sequence[tuple[str, str, bool]], column: int, t: Language, size: float = 11) -> None:
    cell.fill.background()
    fill(cell.text_frame, words, size, t, align=PP_ALIGN.RIGHT if column else PP_ALIGN.LEFT)
    cell.margin_left = cell.margin_right = 0
    cell.margin_top = cell.margin_bottom = Pt(2)
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    properties = cell._tc.get_or_add_tcPr()
    line = etree.SubElement(properties, qn("a:lnB"), w="7620")
    etree.SubElement(etree.SubElement(line, qn("a:solidFill")), qn("a:srgbClr"), val=HAIR[1:])
    properties.insert(0, line)  # borders come before the fill


def plain_table(
    slide: Any, chart: Chart, lines: int, widths: Sequence[float], place: tuple[float, float, float, float], most: float = 0.36
) -> tuple[Any, float]:
    """(a table without style at left, top, width, most height in inches; the height of its lines). `widths` are shares of its width."""
    left, top, width, high = place
    height = min(most, high / lines)
    shape = slide.shapes.add_table(lines, len(widths), Inches(left), Inches(top), Inches(width), Inches(height * lines))
    describe(shape, chart)
    properties = shape._element.graphic.graphicData.tbl.tblPr
    properties.attrib.clear()
    properties.set("firstRow", "1")
    properties.find(qn("a:tableStyleId")).text = NO_STYLE
    for column, share in enumerate(widths):
        shape.table.columns[column].width = Inches(width * share)
    return shape.table, height


def describe(shape: Any, chart: Chart) -> None:
    about = shape._element.xpath("./p:nvGraphicFramePr/p:cNvPr | ./p:nvPicPr/p:cNvPr")[0]
    about.set("descr", chart.alt)
    about.set("title", short(chart.title, TITLE_BYTES))


def decorative(shape: Any) -> None:
    shape._element.xpath("./p:nvSpPr/p:cNvPr")[0].set("descr", "")


def short(text: str | None, most: int = NAME_BYTES) -> str:
    return clean_text(text or "", lines=False, most_bytes=most)


def clipped(text: str, letters: int) -> str:
    return text if len(text) <= letters else text[: letters - 1].rstrip() + "…"


def finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def colour(code: str) -> RGBColor:
    return RGBColor.from_string(code.lstrip("#"))
