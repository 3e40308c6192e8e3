"""The Definitions page: every figure and signal is there with its value or what to import, is found by its words, and opens its rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from lib.definitions import DEFINITIONS, SIGNAL_RULES, SIGNALS
from tests.pages.app import go, opened, plain, texts, whole
from tests.small_firm import BOOK


def test_every_figure_and_signal_stands_there_with_its_anchor(small_firm: Path) -> None:
    app = opened("definitions")
    anchors = {one.proto.anchor: one.value for one in app.subheader}
    assert {key: anchors.get(key) for key in DEFINITIONS} == {key: one.name for key, one in DEFINITIONS.items()}
    assert {key: anchors.get(key) for key in SIGNALS} == {key: rule.name for key, rule in SIGNAL_RULES.items()}
    said = texts(app)
    assert [one.key for one in DEFINITIONS.values() if one.formula not in said] == []
    assert [key for key, rule in SIGNAL_RULES.items() if rule.formula not in said] == []


def test_values_are_those_of_the_portfolio_and_what_is_absent_says_what_to_import(small_firm: Path) -> None:
    app = opened("definitions")
    assert f"**{BOOK['Revenue']}**" in [one.value for one in app.markdown]
    assert "— Import contracts to see it." in texts(app)
    assert plain(app.title[0].value).endswith("of 17 figures can be computed now")


def test_an_empty_portfolio_has_definitions_and_no_values(empty: Path) -> None:
    app = opened("definitions", locale="es-ES")
    assert "— Importa cuentas y facturas" in texts(app)
    assert not any((one.key or "").startswith("definitions.open") for one in app.button)
    assert len(app.subheader) == len(DEFINITIONS) + len(SIGNALS)


@pytest.mark.parametrize(("text", "keys"), [("HERFINDAHL", {"hhi", "effective_clients"}), ("sponsór", {"sponsor_left"}), ("zzz", set())])
def test_definitions_are_found_by_any_of_their_words(small_firm: Path, text: str, keys: set[str]) -> None:
    app = opened("definitions", find=text)
    assert {one.proto.anchor for one in app.subheader} == keys
    assert app.query_params["find"] == text
    assert ("No figure or signal says «zzz»." in texts(app)) == (not keys)


def test_a_link_names_one_figure_and_the_others_are_one_click_away(small_firm: Path) -> None:
    app = opened("definitions", figure="agi")
    assert [one.proto.anchor for one in app.subheader] == ["agi"]
    assert app.query_params["figure"] == "agi"
    app.button(key="definitions.all").click().run()
    assert len(whole(app).subheader) == len(DEFINITIONS) + len(SIGNALS)
    assert "figure" not in app.query_params
    assert len(opened("definitions", figure="nonsense").subheader) == len(DEFINITIONS) + len(SIGNALS)


def test_the_drawer_shows_the_rows_and_offers_them_as_files(small_firm: Path) -> None:
    app = opened("definitions")
    app.button(key="definitions.open.revenue").click().run()
    assert "How it is computed" in texts(whole(app))
    keys = {one.key for one in app.get("download_button")}
    assert {"definition.csv", "definition.xlsx"} <= keys
    go(app, "portfolio")
