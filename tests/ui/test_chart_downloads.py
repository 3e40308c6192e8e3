"""A chart's file is named after everything its bytes depend on: other figures are never served under an equal name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import product
from unittest.mock import patch

import polars as pl
import pytest

from lib.charts.chart import Chart
from lib.documents.orders import KINDS
from lib.formats import Language
from lib.ui import chart_downloads
from lib.ui.downloads import MIME, named

STATE: dict[str, object] = {}


@pytest.fixture(autouse=True)
def _state() -> Iterator[None]:
    with patch.object(chart_downloads.st, "session_state", STATE):
        STATE.clear()
        yield


def chart(value: float = 1.0, as_of: date = date(2026, 9, 30), key: str = "receivables") -> Chart:
    rows = pl.DataFrame({"name": ["a"] * 40, "value": [0.0] * 20 + [value] + [0.0] * 19, "label": ["x"] * 40, "strong": [True] * 40})
    return Chart(key, "bars", rows, "title", "unit", "source", "alt", as_of, {}, "EUR")


def file(one: Chart, code: str = "en", kind: str = "png", **state: object) -> str:
    STATE.clear()
    STATE.update(state)
    return named(f"{one.key}.{kind}", chart_downloads.rests_on(one, Language(code), kind))


def test_figure_version_day_filters_language_and_format_each_make_another_name() -> None:
    days, filters = (date(2026, 9, 30), date(2026, 9, 29)), ([], ["Ana"], ["Ana", "Eva"])
    names = {
        file(chart(as_of=day, key=key), code, kind, **{"version": version, "view.manager": manager})
        for key, day, version, manager, code, kind in product(("receivables", "renewals"), days, (1, 2), filters, ("en", "es"), KINDS)
    }
    assert len(names) == 2 * 2 * 2 * 3 * 2 * len(KINDS)


def test_a_changed_cell_in_the_middle_makes_another_name_in_the_same_version() -> None:
    assert file(chart(1.0), version=1) != file(chart(2.0), version=1)
    assert file(chart(1.0), version=1) != file(replace(chart(1.0), title="other"), version=1)
    assert file(chart(1.0), version=1) == file(chart(1.0), version=1)


def test_a_name_without_the_figures_is_found() -> None:
    with patch.object(chart_downloads, "rests_on", lambda chart, t, kind: (chart.key, kind)):
        assert file(chart(1.0), version=1) == file(chart(2.0), version=2)  # what the tests above would catch


def test_the_menu_offers_every_kind_once() -> None:
    assert sorted(kind for kinds in chart_downloads.GROUPS.values() for kind in kinds) == sorted(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_says_its_type_to_the_browser(kind: str) -> None:
    assert "/" in MIME[f".{kind}"]
