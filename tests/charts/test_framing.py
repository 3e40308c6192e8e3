"""A picture that stands alone says what it shows, where from and as of when, in our own colours; a chart's digest knows every cell."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from lib.charts.chart import Chart
from lib.charts.framing import bare, cleaned, clipped, framed
from lib.charts.places import wrapped
from lib.formats import Language
from tests.gallery import gallery

EN, ES = Language("en"), Language("es")


@pytest.mark.parametrize("t", [EN, ES], ids=["en", "es"])
@pytest.mark.parametrize("name", sorted(gallery(EN)))
def test_a_picture_says_its_finding_unit_source_and_day(name: str, t: Language) -> None:
    chart = gallery(t)[name]
    picture = framed(chart, t)
    assert " ".join(picture["title"]["text"]) == chart.title
    assert " ".join(picture["title"]["subtitle"]) == chart.subtitle
    assert picture["description"] == chart.alt
    foot = picture["vconcat"][0]["title"]["text"]
    assert foot[0] == chart.source
    assert t.day(chart.as_of) in foot[-1]
    assert {picture["title"]["anchor"], picture["vconcat"][0]["title"]["anchor"]} == {"start"}
    assert "currentColor" not in json.dumps(picture)
    (rows,) = picture["datasets"].values()
    assert [row["value"] for row in rows] == chart.rows["value"].to_list()


def test_a_picture_of_days_has_a_key_of_its_shapes_in_words() -> None:
    legend = bare(gallery(ES)["renewals"], ES)["layer"][0]["encoding"]["shape"]["legend"]
    assert "En riesgo" in json.loads(legend["labelExpr"].removesuffix("[datum.label]")).values()
    assert set(legend["values"]) == set(gallery(ES)["renewals"].rows["status"])


def test_a_name_that_looks_like_our_colour_stays_a_name() -> None:
    chart = gallery(EN)["clients_by_agi"]
    named = replace(chart, rows=chart.rows.with_columns(pl.lit("currentColor").alias("label")))
    (rows,) = framed(named, EN)["datasets"].values()
    assert {row["label"] for row in rows} == {"currentColor"}


def test_lines_break_between_words_and_no_break_spaces_hold() -> None:
    assert wrapped("one two three", 7) == ["one two", "three"]
    assert wrapped("worth 2,81\u00a0M€ of it", 12) == ["worth", "2,81\u00a0M€ of", "it"]
    assert wrapped("abcdefghij", 4) == ["abcd", "efgh", "ij"]
    assert wrapped("漢字漢字", 4) == ["漢字", "漢字"]
    assert wrapped("", 4) == []


def test_a_long_name_is_clipped_and_told_apart_from_its_like() -> None:
    chart = gallery(EN)["clients_by_agi"]
    long = "Cooperativa Agrícola Valdemora del Jarama y Vecinos"
    (rows,) = framed(replace(chart, rows=chart.rows.with_columns(pl.lit(long).alias("name"))), EN)["datasets"].values()
    names = [row["name"] for row in rows]
    assert names[0].endswith("…")
    assert long.startswith(names[0][:-1])
    assert len(set(names)) == chart.rows.height
    assert clipped("short", 5) == "short"
    assert clipped("漢字漢字", 5) == "漢字…"


def test_cleaning_leaves_no_sign_that_a_file_cannot_hold() -> None:
    rows = pl.DataFrame({"name": ["a\x00b\ufffe", None], "value": [1.0, 2.0], "label": ["x\ny", ""], "strong": [True, False]})
    chart = cleaned(Chart("k", "bars", rows, "t\x1bitle", "s", "s", "a\r\nb", date(2026, 9, 30)))
    assert chart.rows.select("name", "label").rows() == [("ab", "x y"), (None, "")]
    assert (chart.title, chart.alt) == ("title", "a b")


@pytest.mark.parametrize("column", ["name", "value", "label", "strong"])
@pytest.mark.parametrize("line", range(8))
def test_the_digest_changes_with_every_cell(column: str, line: int) -> None:
    chart = gallery(EN)["clients_by_agi"]
    cell = chart.rows[column][line]
    other = {"strong": lambda: not cell, "value": lambda: cell + 0.01}.get(column, lambda: cell + "x")()
    cells = chart.rows[column].to_list()
    cells[line] = other
    edited = replace(chart, rows=chart.rows.with_columns(pl.Series(column, cells)))
    assert edited.digest != chart.digest
    assert replace(chart).digest == chart.digest


@pytest.mark.parametrize("change", [{"title": "x"}, {"source": "x"}, {"as_of": date(2026, 9, 29)}, {"currency": "USD"}, {"headings": {}}])
def test_the_digest_changes_with_every_word(change: dict[str, object]) -> None:
    chart = gallery(EN)["receivables"]
    assert replace(chart, **change).digest != chart.digest  # type: ignore[arg-type]
