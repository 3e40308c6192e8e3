"""Charts of plans on slides: native where PowerPoint has them, with the chart's own figures; a heat table; no name does harm."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest
from pptx.enum.chart import XL_CHART_TYPE

from lib.charts import theme
from lib.charts.chart import Chart
from lib.charts.schedule import Words, capacity_grid, gantt, tornado
from lib.documents.chart_files import chart_file
from lib.documents.orders import KINDS
from lib.documents.slide import PICTURE_ROWS
from lib.formats import Language
from tests.documents.opened import behind, formulas, native_chart, slide_of
from tests.documents.payloads import LIVE
from tests.documents.test_chart_files import assert_rows
from tests.documents.test_chart_texts import assert_opens
from tests.gallery import extremes, gallery
from tests.schedule_frames import AS_OF, effects, load, tasks

EN = Language("en")


@cache
def slide(name: str) -> tuple[Chart, bytes]:
    chart = (extremes(EN).get(name) or gallery(EN)[name]) if "-" in name else gallery(EN)[name]
    return chart, chart_file(chart, EN, "pptx")


def test_a_curve_is_native_over_an_axis_of_days_with_one_series_a_line() -> None:
    chart, file = slide("s_curve")
    native = native_chart(file).chart
    assert native.chart_type == XL_CHART_TYPE.LINE
    days = chart.rows["day"].unique().sort().to_list()
    (plot,) = native.plots
    assert [date(1899, 12, 30) + timedelta(float(number)) for number in plot.categories] == days
    for part in ("planned", "earned", "actual", "forecast"):
        own = dict(chart.rows.filter(chart.rows["part"] == part).select("day", "value").iter_rows())
        (series,) = (one for one in plot.series if one.name == next(iter(chart.rows.filter(chart.rows["part"] == part)["name"])))
        assert list(series.values) == [own.get(day) for day in days]
    labels = [one.data_label.text_frame.text for series in plot.series for one in points(series)]
    assert labels == [label for label in chart.rows["label"] if label]
    assert formulas(file) == []
    heading, *rows = behind(file)
    assert heading[0] == chart.headings["day"]
    assert [row[0].date() for row in rows] == days


def points(series: Any) -> list[Any]:
    """The points of a native series that have words of their own."""
    numbers = [int(label.find("{*}idx").get("val")) for label in series._element.iter("{*}dLbl")]
    return [series.points[number] for number in numbers]


def test_a_tornado_is_native_bars_to_both_sides() -> None:
    chart, file = slide("tornado")
    (plot,) = native_chart(file).chart.plots
    assert plot.overlap == 100
    assert [list(series.values) for series in plot.series] == [chart.rows["low"].to_list(), chart.rows["high"].to_list()]
    assert [f"#{series.format.fill.fore_color.rgb}" for series in plot.series] == [theme.GREY, theme.BLUE]
    _, *rows = behind(file)
    assert_rows(rows, chart.rows.select("name", "low", "high").rows())


def test_a_grid_is_a_table_whose_cells_say_by_shape_what_their_tint_says() -> None:
    chart, file = slide("capacity_grid")
    (table,) = (shape.table for shape in slide_of(file).shapes if shape.has_table)
    rows = [[cell.text_frame.text for cell in row.cells] for row in table.rows]
    assert rows[0][1:-1] == chart.rows["week"].unique(maintain_order=True).to_list()
    assert [row[0] for row in rows[1:]] == chart.rows["name"].unique(maintain_order=True).to_list()
    shown = {(row[0], week): cell for row in rows[1:] for week, cell in zip(rows[0][1:-1], row[1:-1], strict=True)}
    for row in chart.rows.iter_rows(named=True):
        glyph = {"risk": "■ ", "watch": "▲ "}.get(row["status"], "")
        assert shown[row["name"], row["week"]] == glyph + row["label"]
    assert [row[-1] for row in rows[1:]] == [verdict for verdict in chart.rows["verdict"] if verdict]


def test_what_a_slide_can_not_show_of_many_rows_is_said_and_stands_in_its_notes() -> None:
    chart, file = slide("gantt-60")
    shown = slide_of(file)
    texts = [shape.text_frame.text for shape in shown.shapes if shape.has_text_frame]
    assert f"The first {PICTURE_ROWS} of 60; the notes hold all." in texts
    notes = shown.notes_slide.notes_text_frame.text
    assert all(name in notes for name in chart.rows["name"])
    chart, file = slide("capacity_grid-60")
    texts = [shape.text_frame.text for shape in slide_of(file).shapes if shape.has_text_frame]
    assert any(text.startswith("The first 12 of 60 people") for text in texts)


@pytest.mark.parametrize("name", ["gantt", "finish_distribution"])
def test_what_has_no_native_form_is_a_picture_beside_its_table(name: str) -> None:
    chart, file = slide(name)
    assert native_chart(file) is None
    (table,) = (shape.table for shape in slide_of(file).shapes if shape.has_table)
    labels = [row.cells[1].text_frame.text for row in table.rows][1:]
    assert labels == [label for label in chart.rows["label"] if label]


NAMES = (*LIVE[:12], "a\x00b", "\x1b[31m", "\ufffe", "", "\U0001f9d1\u200d\U0001f680" * 40, "a" * 3000, "]]>", "currentColor", "漢字" * 100)


@pytest.mark.parametrize("kind", KINDS)
def test_no_name_does_harm_in_any_chart_of_plans(kind: str) -> None:
    words = Words("key", "=1+1", AS_OF, "<script>")
    for chart in (gantt(tasks(NAMES), EN, words), tornado(effects(NAMES), EN, words), capacity_grid(load(NAMES, 3), EN, words)):
        assert chart is not None
        assert_opens(kind, chart_file(chart, EN, kind))
