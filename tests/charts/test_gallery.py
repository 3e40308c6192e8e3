"""Every chart once: its drawing holds exactly the value's rows, its words are of one language, a few become pictures in a worker."""

from __future__ import annotations

import inspect
from pathlib import Path

import polars as pl
import pytest

from lib.charts import portfolio
from lib.charts.chart import Chart
from lib.charts.drawing import drawn
from lib.formats import Language
from lib.workers import Worker
from lib.workers.limits import Limits
from tests.gallery import gallery

EN, ES = Language("en"), Language("es")
NAMES = sorted(gallery(EN))


def makers() -> set[str]:
    """Public functions of lib.charts.portfolio that make a chart."""
    functions = inspect.getmembers(portfolio, inspect.isfunction)
    return {
        name
        for name, function in functions
        if function.__module__ == portfolio.__name__ and "Chart" in str(function.__annotations__.get("return"))
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
    assert [row["value"] for row in rows] == pytest.approx(chart.rows["value"].to_list())
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


@pytest.mark.parametrize("name", ["clients_by_agi", "notices"])
def test_a_chart_becomes_a_picture_in_a_worker(name: str, tmp_path: Path) -> None:
    limits = Limits(memory_bytes=0)  # vl-convert's V8 reserves more address space than any limit worth having
    with Worker(limits, packages=("tests",)) as worker:
        answer = worker.run(
            "tests.gallery:png_job", {"specification": drawn(gallery(EN)[name], EN).properties(width=560).to_dict()}, tmp_path
        )
    assert answer == {}
    picture = (tmp_path / "picture.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    width, height = int.from_bytes(picture[16:20]), int.from_bytes(picture[20:24])
    assert width > 1100
    assert height > 2 * 26 * gallery(EN)[name].rows.height


def test_a_chart_without_the_columns_of_its_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="bars needs the columns"):
        Chart("x", "bars", pl.DataFrame({"name": ["a"]}), "", "", "", "")
