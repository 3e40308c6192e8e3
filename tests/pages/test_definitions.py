"""The Definitions page: every figure and signal is there with its value or what to import, is found by its words, and opens its rows."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from lib.definitions import DEFINITIONS, SIGNAL_RULES, SIGNALS
from lib.health.defined import HEALTH
from lib.health.profile import Profile
from lib.store import Store
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


def test_every_figure_of_account_health_stands_there_with_its_formula(small_firm: Path) -> None:
    app = opened("definitions")
    anchors = {one.proto.anchor: one.value for one in app.subheader}
    assert {key: anchors.get(key) for key in HEALTH} == {key: one.name for key, one in HEALTH.items()}
    said = texts(app)
    assert [key for key, one in HEALTH.items() if one.formula not in said] == []
    assert [one.value for one in app.header][:5] == [
        "Account health: the score", "Account health: components and metrics", "Account health: what keeps from green",
        "Account health: the check of the score", "Account health: the whole book",
    ]  # fmt: skip


def test_a_metric_shows_its_scale_and_weight_and_what_to_import_for_it(small_firm: Path) -> None:
    # Relationship weighs 20 of 100 and has four metrics: 5 each.
    said = plain(texts(opened("definitions", figure="metric_contact_days")))
    assert "60 days → 14 days" in said
    assert "Weight 5.0 of 100" in said
    assert "— Import touchpoints to see it." in said
    assert "Weight 20 of 100" in plain(texts(opened("definitions", figure="component_relationship")))


def test_scale_and_weight_are_those_of_the_profile_in_force_on_the_day(small_firm: Path) -> None:
    # Payment alone counts half as much as it did: 5 of 95; its two metrics share them, 2.6 each.
    weights = {"delivery": 20.0, "budget": 20.0, "relationship": 20.0, "commercial": 15.0, "satisfaction": 15.0, "payment": 5.0}
    profile = Profile(weights=weights, thresholds={"payment_delay": (45.0, 5.0)})
    store = Store.open(small_firm)
    row = {"name": "June", "valid_from": date(2024, 6, 1), "profile": profile.to_json()}
    store.write("score_profiles", row, author="Lola", at=datetime(2024, 6, 1, tzinfo=UTC))
    now = plain(texts(opened("definitions", figure="metric_payment_delay")))
    assert "+45 days → +5 days" in now
    assert "Weight 2.6 of 100" in now
    before = plain(texts(opened("definitions", figure="metric_payment_delay", as_of="2024-05-31")))
    assert "+20 days → 0 days" in before
    assert "Weight 5.0 of 100" in before


def test_values_are_those_of_the_portfolio_and_what_is_absent_says_what_to_import(small_firm: Path) -> None:
    app = opened("definitions")
    assert f"**{BOOK['Revenue']}**" in [one.value for one in app.markdown]
    assert "— Import contracts to see it." in texts(app)
    assert plain(app.title[0].value).endswith("of 17 figures can be computed now")


def test_an_empty_portfolio_has_definitions_and_no_values(empty: Path) -> None:
    app = opened("definitions", locale="es-ES")
    assert "— Importa cuentas y facturas" in texts(app)
    assert not any((one.key or "").startswith("definitions.open") for one in app.button)
    assert len(app.subheader) == len(DEFINITIONS) + len(HEALTH) + len(SIGNALS)


@pytest.mark.parametrize(("text", "keys"), [
        ("HERFINDAHL", {"hhi", "effective_clients", "margin_hhi"}),
        ("sponsór", {"sponsor_left", "cap_sponsor_left", "metric_sponsor_reached"}),
        ("Lipke", {"metric_spi_t", "ev_earned_schedule", "ev_spi_t", "ev_forecast_finish"}),
        ("zzz", set()),
    ],
)
def test_definitions_are_found_by_any_of_their_words(small_firm: Path, text: str, keys: set[str]) -> None:
    app = opened("definitions", find=text)
    assert {one.proto.anchor for one in app.subheader} == keys
    assert app.query_params["find"] == text
    assert ("No figure or signal says «zzz»." in texts(app)) == (not keys)


@pytest.mark.parametrize("key", ["metric_over_servicing", "cap_open_issue", "movability", "priority", "auc", "single_threaded"])
def test_a_link_names_one_figure_of_account_health(small_firm: Path, key: str) -> None:
    app = opened("definitions", figure=key)
    assert [one.proto.anchor for one in app.subheader] == [key]
    assert app.query_params["figure"] == key


def test_a_link_names_one_figure_and_the_others_are_one_click_away(small_firm: Path) -> None:
    app = opened("definitions", figure="agi")
    assert [one.proto.anchor for one in app.subheader] == ["agi"]
    assert app.query_params["figure"] == "agi"
    app.button(key="definitions.all").click().run()
    assert len(whole(app).subheader) == len(DEFINITIONS) + len(HEALTH) + len(SIGNALS)
    assert "figure" not in app.query_params
    assert len(opened("definitions", figure="nonsense").subheader) == len(DEFINITIONS) + len(HEALTH) + len(SIGNALS)


def test_the_drawer_shows_the_rows_and_offers_them_as_files(small_firm: Path) -> None:
    app = opened("definitions")
    app.button(key="definitions.open.revenue").click().run()
    assert "How it is computed" in texts(whole(app))
    keys = {one.key for one in app.get("download_button")}
    assert {"definition.csv", "definition.xlsx"} <= keys
    go(app, "portfolio")
