"""Each file of a chart is opened by another library, and its figures and words are the chart's own, in both languages."""

from __future__ import annotations

import io
import json
import re
from datetime import datetime
from functools import cache
from typing import Any

import pytest
import vl_convert
from defusedxml import ElementTree
from PIL import Image
from pypdf import PdfReader

from lib.charts import theme
from lib.charts.chart import Chart
from lib.charts.framing import INK
from lib.documents.chart_files import chart_file, plain_rows
from lib.documents.orders import KINDS
from lib.documents.slide import TABLE_ROWS
from lib.formats import Language
from tests.documents.opened import behind, cells, formulas, lines, native_chart, number, outward, slide_of
from tests.gallery import gallery

LANGUAGES = {"en": Language("en"), "es": Language("es")}
NAMES = sorted(gallery(LANGUAGES["en"]))
SIXTEEN_DIGITS = 1e-15  # what a workbook keeps of a number
EVERY = pytest.mark.parametrize(("name", "code"), [(name, code) for name in NAMES for code in LANGUAGES])


@cache
def made(name: str, code: str, kind: str) -> tuple[Chart, bytes]:
    """A chart of the gallery and its file."""
    chart = gallery(LANGUAGES[code])[name]
    return chart, chart_file(chart, LANGUAGES[code], kind)


def said(text: str) -> str:
    """Text without the spaces that a page breaks its lines at."""
    return re.sub(r"[\s\u00a0]+", "", text)


def assert_rows(shown: list[tuple[Any, ...]], wanted: list[tuple[Any, ...]]) -> None:
    """Equal rows, their numbers to the digits that a workbook keeps."""
    assert len(shown) == len(wanted)
    for one, other in zip(shown, wanted, strict=True):
        assert one == tuple(pytest.approx(cell, rel=SIXTEEN_DIGITS) if isinstance(cell, float) else cell for cell in other)


def words_of(chart: Chart, t: Language) -> list[str]:
    """What must stand in every picture."""
    return [chart.title, chart.subtitle, chart.source, t.day(chart.as_of), *chart.rows["label"]]


@EVERY
def test_a_png_is_twice_as_sharp_as_its_drawing_and_says_what_it_shows(name: str, code: str) -> None:
    chart, file = made(name, code, "png")
    drawing = ElementTree.fromstring(made(name, code, "svg")[1])
    with Image.open(io.BytesIO(file)) as picture:
        picture.load()
        assert picture.size == (2 * int(drawing.get("width")), 2 * int(drawing.get("height")))
        assert picture.info["Title"] == chart.title
        assert picture.info["Description"] == chart.alt
        assert chart.source in picture.info["Source"]
        assert picture.convert("RGB").getpixel((1, 1)) == (255, 255, 255)
        coloured = dict.fromkeys(("days", "grid", "waterfall", "band", "heat", "stack", "moves", "bridge", "progress"), theme.MARK["risk"])
        own = (coloured | dict.fromkeys(("distribution", "amounts", "matrix"), INK)).get(chart.kind, theme.BLUE)
        assert tuple(bytes.fromhex(own[1:])) in {colour for _, colour in picture.convert("RGB").getcolors(1 << 24)}


@EVERY
def test_an_svg_holds_its_words_as_text_and_its_alternative_for_screen_readers(name: str, code: str) -> None:
    chart, file = made(name, code, "svg")
    drawing = ElementTree.fromstring(file)
    space = "{http://www.w3.org/2000/svg}"
    assert drawing.find(f"{space}title").text == chart.title
    assert drawing.find(f"{space}desc").text == chart.alt
    assert drawing.get("role") == "img"
    texts = said(" ".join(" ".join(element.itertext()) for element in drawing.iter(f"{space}text")))
    assert [word for word in words_of(chart, LANGUAGES[code]) if said(word) not in texts] == []
    assert b"currentColor" not in file
    assert {address for address in re.findall(rb'https?://[^" ]+', file) if b"www.w3.org" not in address} == set()


@EVERY
def test_a_pdf_is_one_page_with_its_text_as_text_in_our_font(name: str, code: str) -> None:
    chart, file = made(name, code, "pdf")
    (page,) = PdfReader(io.BytesIO(file)).pages
    texts = said(page.extract_text())
    assert [word for word in words_of(chart, LANGUAGES[code]) if said(word) not in texts] == []
    fonts = {str(font.get_object()["/BaseFont"]) for font in page["/Resources"]["/Font"].values()}
    assert {font.split("+")[1].split("-")[0] for font in fonts} == {"IBMPlexSans"}


@EVERY
def test_a_csv_holds_exactly_the_rows(name: str, code: str) -> None:
    chart, file = made(name, code, "csv")
    t = LANGUAGES[code]
    heading, *rows = lines(file)
    columns = plain_rows(chart, t).columns
    assert heading == [chart.headings[column] for column in columns]
    values = [row[columns.index("value")] for row in rows]
    assert [number(cell) if cell else None for cell in values] == chart.rows["value"].to_list()
    assert [row[0] for row in rows] == chart.rows["name"].to_list()
    for column in ("day", "start", "before_start"):
        if column in columns:
            cells_ = [row[columns.index(column)] for row in rows]
            assert cells_ == [day.isoformat() if day else "" for day in chart.rows[column]]
    for column in ("status", "before_status"):
        if column in columns:
            words = theme.words(chart.kind)
            assert [row[columns.index(column)] for row in rows] == [t(words[status]) for status in chart.rows[column]]


@EVERY
def test_a_workbook_holds_exactly_the_rows_and_says_where_they_come_from(name: str, code: str) -> None:
    chart, file = made(name, code, "xlsx")
    t = LANGUAGES[code]
    heading, *rows = cells(file)
    assert list(heading) == [chart.headings[column] for column in plain_rows(chart, t).columns]
    shown = [tuple(cell.date() if isinstance(cell, datetime) else cell for cell in row) for row in rows]
    assert_rows(shown, [tuple(None if cell == "" else cell for cell in row) for row in plain_rows(chart, t).rows()])
    about = dict(row[:2] for row in cells(file, 1))
    assert {chart.title, chart.subtitle, chart.source, chart.alt} <= set(about.values())
    assert any(t.day(chart.as_of) in str(words) for words in about.values())
    assert formulas(file) == []


@EVERY
def test_a_specification_compiles_and_holds_exactly_the_rows(name: str, code: str) -> None:
    chart, file = made(name, code, "json")
    specification = json.loads(file)
    (rows,) = specification["datasets"].values()
    assert [row["value"] for row in rows] == chart.rows["value"].to_list()
    assert specification["description"] == chart.alt
    assert specification["$schema"].endswith(".json")
    compiled = vl_convert.vegalite_to_vega(specification)
    assert " ".join(compiled["title"]["text"]) == chart.title
    assert "url" not in {key for data in compiled["data"] for key in data}


@EVERY
def test_a_slide_says_its_title_unit_source_and_alternative(name: str, code: str) -> None:
    chart, file = made(name, code, "pptx")
    t = LANGUAGES[code]
    slide = slide_of(file)
    assert slide.shapes.title.text_frame.text == chart.title
    texts = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
    assert chart.subtitle in texts
    assert any(chart.source in text and t.day(chart.as_of) in text for text in texts)
    notes = slide.notes_slide.notes_text_frame.text
    assert chart.source in notes
    assert [row for row in chart.rows["label"] if row not in notes] == []
    described = [element.get("descr") for element in slide._element.iter() if element.tag.endswith("}cNvPr") and element.get("descr")]
    assert set(described) == {chart.alt}
    assert formulas(file) == []
    assert outward(file) == []


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("name", ["clients_by_agi", "receivables"])
def test_a_native_chart_and_the_workbook_inside_hold_exactly_the_figures(name: str, code: str) -> None:
    chart, file = made(name, code, "pptx")
    native = native_chart(file).chart
    (plot,) = native.plots
    (series,) = plot.series
    assert list(plot.categories) == chart.rows["name"].to_list()
    assert list(series.values) == chart.rows["value"].to_list()
    assert series.name == chart.headings["value"]
    labels = [series.points[line].data_label.text_frame.text for line in range(chart.rows.height)]
    assert labels == chart.rows["label"].to_list()
    heading, *rows = behind(file)
    assert heading == (chart.headings["name"], chart.headings["value"])
    assert_rows(rows, chart.rows.select("name", "value").rows())
    points = [series.points[line].format.fill for line in range(chart.rows.height)]
    assert [fill.type is not None and f"#{fill.fore_color.rgb}" == theme.BLUE for fill in points] == chart.rows["strong"].to_list()


@pytest.mark.parametrize("code", LANGUAGES)
def test_dates_without_a_native_form_are_a_sharp_picture_beside_their_table(code: str) -> None:
    chart, file = made("renewals", code, "pptx")
    assert native_chart(file) is None
    shapes = list(slide_of(file).shapes)
    (picture,) = (shape for shape in shapes if hasattr(shape, "image"))
    assert picture.image.size[0] / picture.width.inches > 200  # dots an inch
    (table,) = (shape.table for shape in shapes if shape.has_table)
    rows = [[cell.text_frame.text for cell in row.cells] for row in table.rows]
    shown = chart.rows.head(TABLE_ROWS)  # the picture beside it has them all
    assert [row[1] for row in rows[1:]] == shown["label"].to_list()
    assert [row[2] for row in rows[1:]] == [LANGUAGES[code].amount(value, chart.currency) for value in shown["value"]]
    bottom = max(shape.top + shape.height for shape in shapes if hasattr(shape, "image") or shape.has_table)
    assert bottom < min(shape.top for shape in shapes if shape.has_text_frame and chart.source in shape.text_frame.text)


@pytest.mark.parametrize("kind", ["png", "svg", "xlsx", "csv", "json"])
def test_equal_charts_make_equal_files(kind: str) -> None:
    chart, file = made("receivables", "en", kind)
    assert chart_file(chart, LANGUAGES["en"], kind) == file


def test_every_kind_of_file_is_tested() -> None:
    assert set(KINDS) == {"png", "svg", "pdf", "pptx", "xlsx", "csv", "json"}
