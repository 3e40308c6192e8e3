"""Names from data do no harm in a file of a chart: no formula, no character that breaks it, nothing fetched or linked from outside."""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import polars as pl
import pytest
import vl_convert
from defusedxml import ElementTree
from hypothesis import given, settings
from hypothesis import strategies as st
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pypdf import PdfReader

from lib.charts.chart import Chart
from lib.documents import pictures
from lib.documents.chart_files import chart_file
from lib.documents.orders import KINDS
from lib.formats import Language
from lib.text import neutralise
from tests.documents.opened import behind, cells, formulas, lines, native_chart, outward, parts, slide_of
from tests.documents.payloads import LIVE

EN = Language("en")
BROKEN = (
    "\x00", "a\x00b", "a\x0bb", "\x1b[31m", "\ufffe", "\uffff", "\ufeffx", "\u202egnp.exe", "\u2028", "a\r\nb", "\t", "", " ",
    "a" * 256, "a" * 40_000, "\U0001f9d1\u200d\U0001f680" * 60, "\u0301" * 300, "<b>&amp;\"'", "]]>", "_x0041_", "{{x}}", "%s",
    "javascript:alert(1)", "http://e.invalid/x.png", "![x](http://e.invalid)", "漢字" * 200, "שלום", "currentColor",
)  # fmt: skip


def chart(names: list[str], kind: str = "bars", title: str = "Title", day: date = date(2026, 9, 30)) -> Chart:
    """A chart with one row a name; the words around it are `title`."""
    height = len(names)
    columns: dict[str, object] = {"name": names, "value": [float(place) for place in range(height)], "label": names}
    columns |= {"strong": [True] * height} if kind == "bars" else {}
    columns |= {"day": [day + timedelta(place) for place in range(height)], "status": ["watch"] * height} if kind == "days" else {}
    headings = dict.fromkeys(columns, title)
    return Chart("planted", "bars" if kind == "bars" else "days", pl.DataFrame(columns), title, title, title, title, day, headings, "EUR")


def assert_opens(kind: str, file: bytes) -> None:
    """Another library reads the whole file, which holds no formula, nothing outward and no forbidden character."""
    if kind in ("pptx", "xlsx"):
        assert zipfile.ZipFile(io.BytesIO(file)).testzip() is None
        for name, content in parts(file):
            if name.endswith((".xml", ".rels")):
                ElementTree.fromstring(content)
        assert formulas(file) == []
        assert outward(file) == []
        assert slide_of(file) if kind == "pptx" else cells(file)
    elif kind == "svg":
        drawing = ElementTree.fromstring(file)
        assert {element.tag.split("}")[1] for element in drawing.iter()} <= {
            "svg",
            "title",
            "desc",
            "rect",
            "g",
            "path",
            "text",
            "tspan",
            "line",
        }
        assert not any("href" in name for element in drawing.iter() for name in element.keys())  # noqa: SIM118  an element is no dict
    elif kind == "pdf":
        assert len(PdfReader(io.BytesIO(file)).pages) == 1
    elif kind == "png":
        assert file.startswith(b"\x89PNG")
        assert struct.unpack(">II", file[16:24]) > (100, 100)
    elif kind == "json":
        vl_convert.vegalite_to_vega(json.loads(file))
    else:
        assert lines(file)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("form", ["bars", "days"])
def test_no_name_from_data_breaks_a_file_or_lives_in_it(kind: str, form: str) -> None:
    assert_opens(kind, chart_file(chart([*BROKEN, *LIVE], form), EN, kind))


@pytest.mark.parametrize("title", ["=1+1", "a\x00b\ufffe", "x" * 5000, "\ud800lone", "\x1b", "漢字" * 300])
@pytest.mark.parametrize("kind", KINDS)
def test_no_title_breaks_a_file(kind: str, title: str) -> None:
    assert_opens(kind, chart_file(chart(["a", "b"], title=title), EN, kind))


def test_a_category_is_text_in_the_workbook_behind_a_slide() -> None:
    file = chart_file(chart(["=1+1", "-10", "Acme"]), EN, "pptx")
    assert list(native_chart(file).chart.plots[0].categories) == ["=1+1", "-10", "Acme"]  # what is read stays as it is
    assert behind(file)[1:] == [("'=1+1", 0), ("-10", 1), ("Acme", 2)]


def test_a_formula_is_found_where_python_pptx_writes_its_own_workbook() -> None:
    deck, data = Presentation(), CategoryChartData()
    data.categories = ["=1+1"]
    data.add_series("value", [1.0])
    deck.slides.add_slide(deck.slide_layouts[5]).shapes.add_chart(XL_CHART_TYPE.BAR_CLUSTERED, 0, 0, 99, 99, data)
    buffer = io.BytesIO()
    deck.save(buffer)
    assert len(formulas(buffer.getvalue())) == 1


def test_rows_as_csv_are_neutralised() -> None:
    rows = lines(chart_file(chart(["=1+1", "@SUM(1)", "-10"]), EN, "csv"))
    assert [row[0] for row in rows[1:]] == ["'=1+1", "'@SUM(1)", "-10"]
    assert [row[0] for row in cells(chart_file(chart(["=1+1", "-10"]), EN, "xlsx"))[1:]] == [neutralise("=1+1"), "-10"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("value", [None, float("nan"), float("inf"), -1e18, 0.0, -5.0])
def test_no_figure_breaks_a_file(kind: str, value: float | None) -> None:
    planted = chart(["a", "b", "c"])
    rows = planted.rows.with_columns(value=pl.Series([1.0, value, -2.0], dtype=pl.Float64))
    assert_opens(kind, chart_file(Chart(**{**vars(planted), "rows": rows}), EN, kind))


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.text(st.characters(codec="utf-8"), max_size=60), min_size=1, max_size=6),
    st.sampled_from(["pptx", "xlsx", "csv", "json", "svg"]),
)
def test_any_names_make_a_file(names: list[str], kind: str) -> None:
    assert_opens(kind, chart_file(chart(names), EN, kind))


@pytest.fixture
def visits() -> Iterator[tuple[str, list[str]]]:
    """The address of a server on this computer, and what it was asked for."""
    asked: list[str] = []

    class Listening(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Listening)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()


def fetching(address: str) -> list[dict[str, object]]:
    """Specifications that ask for what is outside them."""
    x = {"x": {"field": "a", "type": "quantitative"}}
    inline = {"values": [{"a": 1, "u": f"{address}/picture.png"}]}
    return [
        {"data": {"url": f"{address}/rows.csv"}, "mark": "point", "encoding": x},
        {"data": inline, "mark": {"type": "image", "url": f"{address}/a.png"}, "encoding": x},
        {"data": inline, "mark": "image", "encoding": {**x, "url": {"field": "u"}}},
        {"data": inline, "mark": "point", "encoding": {**x, "href": {"field": "u"}}},
        {"data": {"url": "file:///etc/hostname", "format": {"type": "csv"}}, "mark": "point", "encoding": x},
        {"layer": [{"data": {"url": f"{address}/inner.csv"}, "mark": "bar", "encoding": x}]},
    ]


@pytest.mark.parametrize("which", range(6))
def test_a_specification_that_asks_for_what_is_outside_is_refused(which: int, visits: tuple[str, list[str]]) -> None:
    address, asked = visits
    for draw in (lambda spec: pictures.png(spec, {}), lambda spec: pictures.svg(spec, "", ""), pictures.pdf):
        with pytest.raises(ValueError, match="drawn from what it holds"):
            draw(fetching(address)[which])
    assert asked == []


def test_a_fetch_that_our_own_check_overlooked_is_refused_by_the_library(
    visits: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, asked = visits
    monkeypatch.setattr(pictures, "foreign", lambda part: [])
    for specification in fetching(address)[:1] + fetching(address)[5:]:
        with pytest.raises(ValueError, match="not allowed"):
            pictures.png(specification, {})
    assert asked == []
    # The listener hears what is not forbidden. In a process of its own: vl-convert would hold the listener up too.
    code = f"import vl_convert; vl_convert.vegalite_to_png({fetching(address)[0]!r})"
    subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60, check=False)
    assert asked == ["/rows.csv"]
