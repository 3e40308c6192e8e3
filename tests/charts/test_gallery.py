"""Every chart once: its drawing holds exactly the value's rows, and its words are of one language."""

from __future__ import annotations

import inspect
from datetime import date

import polars as pl
import pytest

from lib.charts import account_grids, accounts, health, health_book, portfolio, schedule, scope
from lib.charts.chart import Chart
from lib.charts.drawing import drawn
from lib.formats import Language
from tests.gallery import gallery

EN, ES = Language("en"), Language("es")
NAMES = sorted(gallery(EN))


def makers() -> set[str]:
    """Public functions of the modules of values that make a chart."""
    return {
        name
        for module in (portfolio, schedule, health, health_book, accounts, account_grids, scope)
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and "Chart" in str(function.__annotations__.get("return"))
    }


def test_the_gallery_holds_every_chart() -> None:
    assert set(NAMES) == makers()


@pytest.mark.parametrize("t", [EN, ES], ids=["en", "es"])
@pytest.mark.parametrize("name", NAMES)
def test_a_drawing_holds_exactly_the_rows_of_its_value(name: str, t: Language) -> None:
    chart = gallery(t)[name]
    specification = drawn(chart, t).to_dict()
    (rows,) = specification["datasets"].values()
    assert [row["label"] for row in rows] == chart.rows["label"].to_list()
    assert [row["name"] for row in rows] == chart.rows["name"].to_list()
    assert [row["value"] for row in rows] == [None if value is None else pytest.approx(value) for value in chart.rows["value"]]
    assert set(rows[0]) == set(chart.rows.columns)
    assert specification["config"]["locale"]["number"]["decimal"] == ("." if t is EN else ",")
    assert "url" not in str(specification.get("data", {}))


@pytest.mark.parametrize("name", NAMES)
def test_a_chart_says_its_finding_unit_source_and_text_for_a_screen_reader(name: str) -> None:
    for english, spanish in ((gallery(EN)[name], gallery(ES)[name]),):
        assert english.title != spanish.title
        assert english.subtitle != spanish.subtitle
        assert english.source
        assert english.alt.startswith(english.title)
        assert set(english.headings) == set(english.rows.columns)


def test_a_chart_without_the_columns_of_its_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="bars needs the columns"):
        Chart("x", "bars", pl.DataFrame({"name": ["a"]}), "", "", "", "", date(2026, 9, 30))
