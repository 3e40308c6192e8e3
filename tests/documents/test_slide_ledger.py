"""Charts of the book on slides: native where PowerPoint has them, with the chart's own figures and words; no name does harm."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

import polars as pl
import pytest
from pptx.enum.chart import XL_CHART_TYPE

from lib.charts import account_grids, accounts, theme
from lib.charts.chart import Chart
from lib.documents.chart_files import chart_file
from lib.documents.slide_ledger import GOALS_SHOWN, PALE
from lib.formats import Language
from lib.measures.goals import goals
from lib.measures.retention import retention_bridge
from lib.measures.whitespace import whitespace
from tests.account_frames import extremes, words
from tests.documents.opened import behind, formulas, native_chart, slide_of
from tests.documents.payloads import LIVE
from tests.documents.test_chart_texts import assert_opens
from tests.gallery import of_book
from tests.measures.rows import book_of

EN = Language("en")
AS_OF = date(2026, 9, 30)


@cache
def slide(name: str) -> tuple[Chart, bytes]:
    chart = (extremes(EN) if "-" in name else of_book(EN))[name]
    assert chart is not None
    return chart, chart_file(chart, EN, "pptx")


def plot_of(file: bytes) -> Any:
    (plot,) = native_chart(file).chart.plots
    return plot


@pytest.mark.parametrize("name", ["retention_bridge", "retention_bridge-below", "retention_bridge-1"])
def test_a_bridge_is_stacked_bars_that_end_where_the_value_says(name: str) -> None:
    chart, file = slide(name)
    assert native_chart(file).chart.chart_type == XL_CHART_TYPE.BAR_STACKED
    plot = plot_of(file)
    assert list(plot.categories) == chart.rows["name"].to_list()
    foot, *pieces, room = plot.series
    for place, (low, high) in enumerate(chart.rows.select("low", "high").iter_rows()):
        drawn = [list(one.values)[place] or 0 for one in pieces]
        above = max(list(foot.values)[place], 0) + sum(value for value in drawn if value > 0)
        below = min(list(foot.values)[place], 0) + sum(value for value in drawn if value < 0)
        assert (above if high > 0 else 0) == pytest.approx(max(high, 0))
        assert (below if low < 0 else 0) == pytest.approx(min(low, 0))
    said = [room.points[place].data_label.text_frame.text for place in range(chart.rows.height)]
    assert said == chart.rows["label"].to_list()
    assert formulas(file) == []
    assert len(behind(file)) == chart.rows.height + 1


def test_a_bridge_that_falls_below_nothing_crosses_zero_in_two_pieces() -> None:
    # 1 000 before; one client of 900 is now at −500 (credit notes), the other of 100 at 100: 1 000 − 1 400 = −400.
    steps = retention_bridge(pl.DataFrame({"before": [900.0, 100.0], "last": [-500.0, 100.0]}))
    chart = accounts.retention_bridge(steps, EN, words("k"), "EUR")
    assert chart is not None
    assert chart.rows.select("low", "high").rows()[3:] == [(-400, 1000), (-400, 0)]
    series = {one.name: list(one.values) for one in plot_of(chart_file(chart, EN, "pptx")).series}
    assert (series["Less"][3], series["Less, below zero"][3], series["Now, below zero"][4]) == (1000, -400, -400)


def test_chances_are_columns_of_which_those_between_p10_and_p90_are_full() -> None:
    chart, file = slide("pipeline")
    bins, marks = chart.rows.filter(pl.col("part") == "bin"), chart.rows.filter(pl.col("part") != "bin")
    assert native_chart(file).chart.chart_type == XL_CHART_TYPE.COLUMN_CLUSTERED
    (series,) = plot_of(file).series
    assert list(series.values) == pytest.approx(bins["value"].to_list())
    assert f"#{series.format.fill.fore_color.rgb}" == PALE
    full = [place for place, strong in enumerate(bins["strong"]) if strong]
    assert {f"#{series.points[place].format.fill.fore_color.rgb}" for place in full} == {theme.BLUE}
    said = " ".join(node.text or "" for node in native_chart(file).chart._chartSpace.iter("{*}t"))
    assert all(label in said for label in marks["label"])
    assert formulas(file) == []


def test_goals_are_bars_beside_their_words_and_those_left_out_are_said() -> None:
    chart, file = slide("goals-60")
    value, elapsed = plot_of(file).series
    assert list(value.values) == pytest.approx(chart.rows["value"].head(GOALS_SHOWN).to_list())
    assert list(elapsed.values) == pytest.approx(chart.rows["elapsed"].head(GOALS_SHOWN).to_list())
    (table,) = (shape.table for shape in slide_of(file).shapes if shape.has_table)
    cells = [row.cells[1].text_frame.text for row in table.rows][1:]
    for cell, status in zip(cells, chart.rows["status"].head(GOALS_SHOWN), strict=True):
        assert cell.startswith(theme.GLYPH[status])
    texts = [shape.text_frame.text for shape in slide_of(file).shapes if shape.has_text_frame]
    assert f"The first {GOALS_SHOWN} of 40; the notes hold all." in texts


@pytest.mark.parametrize("name", ["stakeholder_map", "whitespace", "risk_matrix"])
def test_a_matrix_is_a_table_whose_cells_say_by_shape_what_their_tint_says(name: str) -> None:
    chart, file = slide(name)
    (table,) = (shape.table for shape in slide_of(file).shapes if shape.has_table)
    rows = [[cell.text_frame.text for cell in row.cells] for row in table.rows]
    parts = chart.rows["part"].unique(maintain_order=True).to_list()
    assert rows[0][1 : 1 + len(parts)] == parts
    names = chart.rows["name"].unique(maintain_order=True).to_list()
    for row, name_ in zip(rows[1:], names, strict=False):
        own = {one["part"]: one for one in chart.rows.filter(pl.col("name") == name_).iter_rows(named=True)}
        for part, cell in zip(parts, row[1:], strict=False):
            glyph = {"risk": "■ ", "watch": "▲ "}.get(own[part]["status"], "") if own[part]["label"] else ""
            assert cell == glyph + own[part]["label"]
    notes = slide_of(file).notes_slide.notes_text_frame.text
    assert all(state in notes for state in set(chart.rows["state"]))


@pytest.mark.parametrize("kind", ["pptx", "xlsx", "csv"])
def test_no_name_of_a_client_service_or_goal_is_live_in_any_file(kind: str) -> None:
    every = range(0, len(LIVE), GOALS_SHOWN * (3 if kind == "pptx" else 1))  # slides are slow
    for live in [LIVE[start : start + GOALS_SHOWN] for start in every]:
        ids = [(f"a{number}", text) for number, text in enumerate(live)]
        book = book_of(
            accounts=[{"account_id": account, "name": text} for account, text in ids],
            opportunities=[{"account_id": account, "service": text, "status": "won", "closed_on": AS_OF} for account, text in ids],
            goals=[
                {"account_id": account, "title": text, "unit": text, "status": "met", "baseline": 0.0, "target": 2.0, "actual": 1.0}
                for account, text in ids
            ],
        )
        for chart in (
            account_grids.whitespace(whitespace(book, AS_OF, "EUR"), EN, words("k"), "EUR"),
            account_grids.goals(goals(book, AS_OF), EN, words("k")),
        ):
            assert chart is not None
            assert_opens(kind, chart_file(chart, EN, kind))


@pytest.mark.parametrize("name", ["pipeline-30", "pipeline-1", "whitespace-60", "stakeholder_map-1", "risk_matrix-1", "goals-1"])
def test_crowds_and_single_rows_are_slides_too(name: str) -> None:
    assert_opens("pptx", slide(name)[1])
