"""Figures of account health lead to their definitions: the menu of each chart, and the rows behind a metric."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from lib.health.defined import HEALTH
from tests.pages.app import opened, plain, texts, whole
from tests.pages.scored_firm import LINK, made


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("defined") / "data", 1)


def links(app: AppTest) -> set[str]:
    """Parameters of the links to other pages."""
    return {one.proto.query_string for one in app.get("page_link")}


def defined(app: AppTest, chart: str) -> AppTest:
    """The page after a click on the definition in the chart's menu."""
    app.session_state[f"{chart}.details"] = True
    app.run().button(key=f"{chart}.definition").click().run()
    return whole(app)


@pytest.mark.parametrize(
    ("part", "chart", "figure", "columns"),
    [
        ("one", "health.moved", "score_moved", ["name", "label", "reason"]),
        ("one", "health.history", "score", ["day", "value", "low", "high"]),
        ("one", "health.lost", "score_lost", ["name", "value", "reason"]),
        ("check", "health.spread", "book_by_band", ["name", "status", "value", "amount"]),
    ],
)
def test_the_menu_of_a_chart_opens_what_its_figure_means_and_its_rows(
    over: Callable[[Path | None], Path], firm: Path, part: str, chart: str, figure: str, columns: list[str]
) -> None:
    over(firm)
    app = opened("health", health=part, account="kept02", **LINK)
    assert plain(HEALTH[figure].formula) not in texts(app)
    app = defined(app, chart)
    assert plain(HEALTH[figure].formula) in texts(app)
    assert f"figure={figure}&lang=en" in links(app)
    (rows,) = (one.value for one in app.dataframe if list(one.value.columns) == columns)
    assert len(rows) > 0


def test_the_rows_behind_a_metric_lead_to_its_definition(
    over: Callable[[Path | None], Path], firm: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    over(firm)
    monkeypatch.setattr(st, "menu_button", lambda *_, **__: "contacts_known")  # what a click on the menu gives
    app = opened("health", account="kept02", **LINK)
    assert plain(HEALTH["metric_contacts_known"].formula) in texts(app)
    assert "figure=metric_contacts_known&lang=en" in links(app)
