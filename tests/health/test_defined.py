"""Definitions of account health: none is left out, none shares its link with another, and their words hold the figures of the code."""

from __future__ import annotations

import pytest

from lib.definitions import DEFINITIONS, HEALTH_FIGURES, SIGNALS
from lib.health import calibration, scores
from lib.health.caps import CAPS
from lib.health.defined import COMPONENT_OF, DEFINED, GROUPS, HEALTH, METRIC_OF, metric_key
from lib.health.levers import WITHOUT_BAND
from lib.health.metrics import COMPONENTS, METRICS
from lib.health.profile import DEFAULT_PROFILE
from lib.measures import pipeline, stakeholders
from lib.tables import TABLES


def test_every_metric_component_and_cap_is_defined_once_with_its_own_words() -> None:
    keys = [one.key for own in DEFINED.values() for one in own]
    assert len(keys) == len(set(keys)) == len(HEALTH)
    assert not set(keys) & (set(DEFINITIONS) | set(SIGNALS))
    assert {metric: HEALTH[metric_key(metric)].formula for metric in METRICS} == {metric: one.formula for metric, one in METRICS.items()}
    assert {cap: HEALTH[f"cap_{cap}"].formula for cap in CAPS} == {cap: one.rule for cap, one in CAPS.items()}
    assert set(COMPONENT_OF.values()) == set(COMPONENTS)
    assert set(METRIC_OF) == {metric_key(metric) for metric in METRICS}
    assert {*HEALTH_FIGURES, "metrics", "caps"} == set(GROUPS)


def test_a_metric_stands_below_its_component_and_says_which_way_is_better() -> None:
    place = [one.key for one in DEFINED["metrics"]]
    assert place[:4] == ["component_delivery", "metric_spi_t", "metric_milestones_met", "metric_overdue_tasks"]
    assert (HEALTH["metric_spi_t"].better, HEALTH["metric_contact_days"].better) == ("higher", "lower")  # 0.7 to 1; 60 to 14 days


@pytest.mark.parametrize("key", HEALTH)
def test_a_definition_names_tables_that_there_are_and_ends_its_sentences(key: str) -> None:
    one = HEALTH[key]
    assert {*one.tables, *one.also} <= set(TABLES)
    assert one.tables
    assert one.formula.endswith(".")
    assert not one.source.endswith(".")


@pytest.mark.parametrize(
    ("key", "figure"),
    [
        ("score_prior", scores.PRIOR),
        ("score_coverage", scores.NEVER_GREEN_BELOW),
        ("score_coverage", scores.NO_BAND_BELOW),
        ("score_band", DEFAULT_PROFILE.amber),
        ("score_band", DEFAULT_PROFILE.green),
        ("score_change", scores.FLAT),
        ("movability", WITHOUT_BAND),
        ("book_by_band", 100 * calibration.GREEN_MOST),
        ("auc", calibration.LEAST_EVENTS),
        ("auc", calibration.NEAREST_DAYS),
        ("auc", calibration.FURTHEST_DAYS),
        ("lift", calibration.LIFT_WANTED),
        ("pipeline", pipeline.WINDOW_DAYS),
        ("pipeline_spread", pipeline.EXACT_DEALS),
        ("pipeline_spread", 100 * pipeline.LARGE_SHARE),
        ("single_threaded", stakeholders.REACHED_DAYS),
        ("single_threaded", stakeholders.WITNESS_DAYS),
    ],
)
def test_limits_in_words_are_those_of_the_code(key: str, figure: float) -> None:
    assert f" {figure:g}" in HEALTH[key].formula


def test_of_the_lost_two_thirds_are_to_be_caught_and_five_accounts_make_a_median() -> None:
    assert calibration.CAUGHT_WANTED == 2 / 3
    assert "two thirds" in HEALTH["caught"].formula
    assert scores.BOOK_LEAST == 5
    assert "five accounts" in HEALTH["score_prior"].formula
