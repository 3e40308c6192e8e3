"""One chart as a slide of PowerPoint: native where the program has such a chart, else a sharp picture with its data in a table.

It writes the words and figures it is given. The workbook inside a native chart is ours: python-pptx's own would run "=1+1".
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time
from typing import Any

import polars as pl
from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR
from pptx.util import Inches, Pt

from lib.charts import theme
from lib.charts.chart import Chart
from lib.charts.framing import INK, MUTED, bare, footing
from lib.documents import slide_charts, slide_ledger, slide_scores
from lib.documents.slide_parts import (
    BODY_TOP,
    FOOT,
    HAIR,
    LEFT,
    TITLE_BYTES,
    TITLE_FONT,
    TOP,
    WIDTH,
    clipped,
    colour,
    decorative,
    describe,
    fill,
    fill_cell,
    plain_table,
    short,
    write,
)  # fmt: skip
from lib.formats import Language

PICTURE_WIDTH, TABLE_WIDTH, GAP = 7.2, 4.4, 0.4
TABLE_ROWS, PICTURE_ROWS = 12, 14
STATUS_INK = {"risk": "#A6251C", "watch": "#875200", "ok": "#0B6558", "none": MUTED}
Draw = Callable[[dict[str, Any]], bytes]


def one_chart_slide(chart: Chart, t: Language, draw: Draw) -> bytes:
    """A presentation of one slide: title, subtitle, chart, foot line with source and as-of; its alt text and all its data in the notes.

    `chart` must be clean. `draw` makes a PNG of a specification, for the charts without a native form.
    """
    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(13.333), Inches(7.5)
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    _title(slide, chart.title, t)
    write(slide, (LEFT, 1.5, WIDTH, 0.3), [(chart.subtitle, INK, False)], 14 if len(chart.subtitle) < 110 else 11, t)
    native = (slide_charts.NATIVE | slide_scores.NATIVE | slide_ledger.NATIVE).get(chart.kind)
    if native:
        native(slide, chart, t)
    else:
        _picture(slide, chart, t, draw)
        _table(slide, chart, t)
    line = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, Inches(LEFT), Inches(FOOT), Inches(WIDTH), Pt(0.6))
    line.fill.solid()
    line.fill.fore_color.rgb = colour(HAIR)
    line.line.fill.background()
    line.shadow.inherit = False
    decorative(line)
    write(slide, (LEFT, 7.0, WIDTH, 0.25), [(footing(chart, t), MUTED, False)], 10, t)
    slide.notes_slide.notes_text_frame.text = _notes(chart, t)
    _properties(deck, chart, t)
    buffer = io.BytesIO()
    deck.save(buffer)
    return buffer.getvalue()


def _title(slide: Any, words: str, t: Language) -> None:
    title = slide.shapes.title
    title.left, title.top, title.width, title.height = Inches(LEFT), Inches(TOP), Inches(WIDTH), Inches(0.95)
    fill(title.text_frame, [(words, INK, True)], 24 if len(words) < 100 else 18, t, font=TITLE_FONT)
    title.text_frame.vertical_anchor = MSO_ANCHOR.BOTTOM


def _picture(slide: Any, chart: Chart, t: Language, draw: Draw) -> None:
    """As many rows as can be read from a chair; how many there are is said."""
    most_high = FOOT - BODY_TOP - 0.15
    shown = chart
    if chart.kind == "gantt" and chart.rows.height > PICTURE_ROWS:
        shown = replace(chart, rows=chart.rows.head(PICTURE_ROWS))
        most_high -= 0.3
        words = t("The first {n} of {all}; the notes hold all.", n=t.number(PICTURE_ROWS), all=t.number(chart.rows.height))
        write(slide, (LEFT, FOOT - 0.35, PICTURE_WIDTH, 0.25), [(words, MUTED, False)], 11, t)
    picture = slide.shapes.add_picture(
        io.BytesIO(draw(bare(shown, t, width=420))), Inches(LEFT), Inches(BODY_TOP), width=Inches(PICTURE_WIDTH)
    )
    if picture.height > Inches(most_high):
        picture.width, picture.height = round(picture.width * Inches(most_high) / picture.height), Inches(most_high)
    describe(picture, chart)


def _table(slide: Any, chart: Chart, t: Language) -> None:
    """Name, label and value of the first rows; of a distribution, those of its marks."""
    rows = chart.rows.filter(pl.col("part") != "bin") if chart.kind == "distribution" else chart.rows
    rows = rows.head(TABLE_ROWS)
    titles = [chart.headings.get(name) or name for name in ("name", "label", "value")]
    wide = max((len(label or "") for label in rows["label"]), default=0) > 14
    widths = (0.38, 0.37, 0.25) if wide else (0.56, 0.2, 0.24)
    place = (LEFT + PICTURE_WIDTH + GAP, BODY_TOP, TABLE_WIDTH, FOOT - BODY_TOP - 0.2)
    table, height = plain_table(slide, chart, rows.height + 1, widths, place)
    for column, title in enumerate(titles):
        fill_cell(table.cell(0, column), [(title, MUTED, False)], column, t)
    for line, row in enumerate(rows.iter_rows(named=True), start=1):
        table.rows[line].height = Inches(height)
        status = row.get("status")
        mark = [(f"{theme.GLYPH[status]} ", STATUS_INK[status], False)] if status else []
        fill_cell(table.cell(line, 0), [*mark, (clipped(row["name"] or "", 22 if wide else 30), INK, False)], 0, t)
        fill_cell(table.cell(line, 1), [(row["label"] or "", INK, True)], 1, t, 10 if wide else 11)
        fill_cell(table.cell(line, 2), [(_figure(chart, row["value"], t), INK, False)], 2, t)
    table.rows[0].height = Inches(height)


def _notes(chart: Chart, t: Language) -> str:
    lines = [chart.title, chart.subtitle, footing(chart, t), chart.alt, ""]
    words = {name: t(word) for name, word in theme.words(chart.kind).items()}
    for row in chart.rows.iter_rows(named=True):
        status = row.get("state") or words.get(row.get("status", ""))
        across = row["part"] if chart.kind == "matrix" else row.get("component")
        told = [row["name"], across, row["label"], _figure(chart, row["value"], t), status, row.get("reason")]
        lines.append("\t".join(filter(None, told)))
    return "\n".join(lines)


def _figure(chart: Chart, value: float | None, t: Language) -> str:
    if chart.currency:
        return t.amount(value, chart.currency)
    return t.share(value, 1) if chart.unit == "share" else t.number(value, 2)


def _properties(deck: Any, chart: Chart, t: Language) -> None:
    properties = deck.core_properties
    properties.title, properties.subject = short(chart.title, TITLE_BYTES), short(footing(chart, t), TITLE_BYTES)
    properties.author = properties.last_modified_by = "Cartera"
    properties.language = "es-ES" if t.code == "es" else "en-GB"
    properties.created = properties.modified = datetime.combine(chart.as_of, time())  # the clock is not read: equal input, equal file
