"""Score profiles in words: what a person types, what two versions differ in, why one is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.formats import Language
from lib.health.metrics import METRIC_KEYS
from lib.health.profile import BUILT_IN, DEFAULT_PROFILE, Profile, Variant, Version, faults
from lib.health.profile_words import differences, fault_text, group_text, meant, typed, variant_text, version_name

EN = Language("en")
WEIGHTS = dict(DEFAULT_PROFILE.weights)


def changed(**parts: object) -> list[str]:
    return differences(DEFAULT_PROFILE, replace(DEFAULT_PROFILE, **parts), EN)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("metric", "value", "written"),
    [("overrun", 0.07, 7.0), ("margin_gap", -0.2, -20.0), ("spi_t", 0.7, 0.7), ("contact_days", 60.0, 60.0), ("risk_exposure", 40.0, 40.0)],
)
def test_a_threshold_is_typed_as_people_write_it(metric: str, value: float, written: float) -> None:
    assert typed(metric, value) == written
    assert meant(metric, written) == value


@given(st.sampled_from(METRIC_KEYS), st.integers(-10_000, 10_000))
def test_what_is_typed_comes_back_as_it_was(metric: str, hundredths: int) -> None:
    assert typed(metric, meant(metric, hundredths / 100)) == hundredths / 100


def test_a_profile_that_is_kept_and_read_again_differs_in_nothing() -> None:
    assert differences(DEFAULT_PROFILE, Profile.of_json(DEFAULT_PROFILE.to_json()), EN) == []
    assert changed(name="Another name") == []


def test_defaults_that_are_said_are_no_difference() -> None:
    said = replace(DEFAULT_PROFILE, shares={"spi_t": 1.0}, thresholds={"spi_t": (0.7, 1.0)})
    assert differences(DEFAULT_PROFILE, said, EN) == []


def test_what_differs_is_said_once_with_both_figures() -> None:
    assert changed(weights=WEIGHTS | {"satisfaction": 12.5}) == ["weight of Satisfaction 15 → 12.5"]
    assert changed(shares={"satisfaction": 0.5, "spi_t": 2.0}) == ["share of SPI(t) 1 → 2", "share of Satisfaction 1 → 0.5"]
    assert changed(thresholds={"overrun": (0.3, 0.0)}) == ["Forecast overrun 25% to 0% → 30% to 0%"]
    assert changed(amber=45.0, invoice_minimum=500.0) == ["where Watch begins 50 → 45", "the invoice minimum 0 → 500"]


def test_variants_that_come_go_or_change_are_named() -> None:
    energy = Variant(industry="energy", weights={"payment": 20.0})
    assert changed(variants=()) == ["variant for key removed"]
    assert changed(variants=(*DEFAULT_PROFILE.variants, energy)) == ["variant for energy added"]
    assert changed(variants=(replace(DEFAULT_PROFILE.variants[0], shares={"spi_t": 0.0}),)) == ["variant for key changed"]
    assert group_text(replace(energy, tier="key"), EN) == "key, energy"
    assert variant_text(energy, EN) == "weight of Payment 20"


def test_a_refused_profile_says_why() -> None:
    # Satisfaction is one metric: 40 of 125 is 32 points, and amber is 75 − 50 wide.
    [fault] = faults(replace(DEFAULT_PROFILE, weights=WEIGHTS | {"satisfaction": 40.0}))
    assert fault_text(fault, EN).startswith("Satisfaction would weigh 32.0 points. Amber is 25 points wide")
    [fault] = faults(replace(DEFAULT_PROFILE, amber=80.0))
    assert fault_text(fault, EN) == "The limits of the bands must rise from 0 to 100."


def test_a_variant_for_nobody_and_two_for_the_same_are_refused() -> None:
    assert [one.kind for one in faults(replace(DEFAULT_PROFILE, variants=(Variant(),)))] == ["for_nobody"]
    twice = replace(DEFAULT_PROFILE, variants=(Variant("key", "energy"), Variant("key"), Variant("key", "energy")))
    assert [fault_text(one, EN) for one in faults(twice)] == ["Two variants are for the same accounts: key, energy."]


def test_a_version_without_a_name_goes_by_its_number() -> None:
    assert version_name(BUILT_IN, EN) == "Built-in score profile"
    assert version_name(Version(date(2026, 1, 1), Profile(), 3), EN) == "Score profile 3"
    assert version_name(Version(date(2026, 1, 1), Profile("Winter"), 3), EN) == "Winter"
