"""What holds of every score, whatever the readings, profiles and days: losing an input never helps, and the bars add up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.health.metrics import COMPONENTS, METRIC_KEYS, METRICS
from lib.health.moved import KINDS, moved
from lib.health.profile import DEFAULT_PROFILE, Profile, Variant, faults
from lib.health.readings import READING
from lib.health.scores import Scores, grid, scored, weights_where

DAYS = [date(2026, 6, 26) + timedelta(weeks=week) for week in range(3)]
CLIENTS = [
    ("A", "key", "energy"), ("B", "growth", None), ("C", None, "energy"),
    ("D", "standard", "retail"), ("E", "key", None), ("F", None, None),
]  # fmt: skip
ACCOUNTS = pl.DataFrame(
    [(account, day, tier, industry) for day in DAYS for account, tier, industry in CLIENTS],
    {"account_id": pl.String, "day": pl.Date, "tier": pl.String, "industry": pl.String}, orient="row",
)  # fmt: skip

weights = st.floats(0, 100, allow_nan=False)


@st.composite
def readings(draw: st.DrawFn, days: int = 3) -> pl.DataFrame:
    """For each metric a value on its own thresholds, or why there is none; some readings are not there at all."""
    chance = np.random.default_rng(draw(st.integers(0, 2**32)))
    known, absent = draw(st.sampled_from([0.2, 0.6, 0.95])), draw(st.sampled_from([0.0, 0.1]))
    rows = []
    for day in DAYS[:days]:
        for account, _, _ in CLIENTS:
            for key, metric in METRICS.items():
                value = metric.worst + (metric.best - metric.worst) * chance.uniform(-0.5, 1.5)
                state = "known" if chance.random() < known else ("missing", "not_applicable")[chance.integers(2)]
                if chance.random() >= absent:
                    rows.append((account, day, key, state, value if state == "known" else None, None))
    return pl.DataFrame(rows, READING, orient="row")


@st.composite
def profiles(draw: st.DrawFn) -> Profile:
    changed = draw(st.dictionaries(st.sampled_from(METRIC_KEYS), st.floats(0.1, 2), max_size=4))
    thresholds = {key: (METRICS[key].worst, METRICS[key].best * wide + (METRICS[key].best == 0) * wide) for key, wide in changed.items()}
    thresholds = {key: pair for key, pair in thresholds.items() if pair[0] != pair[1]}
    variant = Variant(tier=draw(st.sampled_from(["key", None])), industry="energy", weights={"payment": draw(weights)})
    return Profile(
        weights={key: draw(weights) + 1 for key in COMPONENTS},
        shares=draw(st.dictionaries(st.sampled_from(METRIC_KEYS), st.floats(0, 3), max_size=3)),
        thresholds=thresholds, variants=(variant,),
    )  # fmt: skip


def of(rows: pl.DataFrame, profile: Profile = DEFAULT_PROFILE, before: pl.DataFrame | None = None, days: int = 3) -> Scores:
    found = grid(ACCOUNTS.filter(pl.col("day").is_in(DAYS[:days])), rows, before)
    return scored(found, [profile] * days)


@settings(max_examples=40, deadline=None)
@given(readings(), profiles())
def test_the_score_lies_in_its_range_and_the_weights_add_up(rows: pl.DataFrame, profile: Profile) -> None:
    found = of(rows, profile)
    applying = found.weights.sum(axis=-1) > 0
    assert np.allclose(found.weights.sum(axis=-1)[applying], 100)
    assert (found.low <= found.point + 1e-9).all()
    assert (found.point <= found.high + 1e-9).all()
    assert (found.low >= -1e-9).all()
    assert (found.high <= 100 + 1e-9).all()
    assert (found.coverage <= 100 + 1e-9).all()
    by_metric = found.metrics().group_by("day", "account_id").agg(pl.col("points").sum())
    both = found.accounts().join(by_metric, on=["day", "account_id"])
    assert both.height == len(DAYS) * len(CLIENTS)
    assert both.filter((pl.col("points") - pl.col("point")).abs() > 1e-9).is_empty()


@settings(max_examples=40, deadline=None)
@given(readings(days=1), profiles(), st.data())
def test_an_account_that_loses_inputs_never_gains_a_point(rows: pl.DataFrame, profile: Profile, data: st.DataObject) -> None:
    """Removed, nulled or corrupted, one or several at a time: what was known of it is what was last known of it."""
    whole = of(rows, profile, days=1)
    lost = data.draw(st.sets(st.sampled_from(METRIC_KEYS), min_size=1, max_size=6))
    how = data.draw(st.sampled_from(["remove", "null", "missing", "nan", "infinite"]))
    hit = (pl.col("account_id") == "A") & pl.col("metric").is_in(list(lost))
    state = {"null": None, "missing": "missing"}.get(how, "known")
    value = {"nan": float("nan"), "infinite": float("inf")}.get(how)
    struck = rows.with_columns(
        pl.when(hit).then(pl.lit(state, pl.String)).otherwise("state").alias("state"),
        pl.when(hit).then(pl.lit(value, pl.Float64)).otherwise("value").alias("value"),
    )
    after = of(rows.filter(~hit) if how == "remove" else struck, profile, rows.drop("day", "why"), days=1)
    place = after.grid.accounts["account_id"].to_list().index("A")
    assert after.point[0, place] <= whole.point[0, place] + 1e-9
    assert after.coverage[0, place] <= whole.coverage[0, place] + 1e-9
    assert after.low[0, place] <= after.point[0, place] + 1e-9 <= after.high[0, place] + 2e-9


@settings(max_examples=40, deadline=None)
@given(readings(), profiles(), profiles())
def test_the_bars_between_two_days_and_profiles_add_up_to_the_change(rows: pl.DataFrame, first: Profile, last: Profile) -> None:
    found = grid(ACCOUNTS, rows)
    bars = moved(found, 0, 2, (first, last))
    assert set(bars["kind"]) <= set(KINDS)
    before, after = scored(found.of_days([0]), [first]).point[0], scored(found.of_days([2]), [last]).point[0]
    sums = dict(bars.group_by("account_id").agg(pl.col("points").sum()).rows())
    for place, account in enumerate(found.accounts["account_id"]):
        assert sums.get(account, 0.0) == pytest.approx(after[place] - before[place], abs=1e-9)


def test_between_equal_days_and_profiles_nothing_moved() -> None:
    same = [(account, day, key, "known", 0.5, None) for account, *_ in CLIENTS for day in DAYS for key in METRIC_KEYS]
    rows = pl.DataFrame(same, READING, orient="row")
    assert moved(grid(ACCOUNTS, rows), 0, 2, (DEFAULT_PROFILE, DEFAULT_PROFILE)).is_empty()


@settings(max_examples=40, deadline=None)
@given(readings(), profiles())
def test_each_day_of_many_is_as_on_its_own_with_what_was_known_before(rows: pl.DataFrame, profile: Profile) -> None:
    together = of(rows, profile).accounts()
    first = of(rows.filter(pl.col("day") == DAYS[0]), profile, days=1).accounts()
    assert together.filter(pl.col("day") == DAYS[0]).equals(first)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.booleans(), min_size=17, max_size=17), profiles())
def test_weights_are_shared_out_within_their_limit(applies: list[bool], profile: Profile) -> None:
    base = profile.parameters().weights
    shared = weights_where(base, np.array(applies), profile.most)
    some = np.array(applies) & (base > 0)
    assert (shared[~some] == 0).all()
    if some.any():
        assert shared.sum() == pytest.approx(100)
        if some.sum() * profile.most >= 100:
            assert shared.max() <= profile.most + 1e-6


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"weights": {**DEFAULT_PROFILE.weights, "payment": -1}}, "negative_weight"),
    ({"weights": {**DEFAULT_PROFILE.weights, "payment": float("nan")}}, "not_a_number"),
    ({"weights": dict.fromkeys(COMPONENTS, 0)}, "no_weight"),
    ({"weights": {**DEFAULT_PROFILE.weights, "satisfaction": 30}}, "too_heavy"),  # 30 of 115: 26 points on one metric
    (
        {"shares": {"spi_t": 1.0, "milestones_met": 0, "overdue_tasks": 0}, "weights": {**DEFAULT_PROFILE.weights, "delivery": 30}},
        "too_heavy",
    ),
    ({"thresholds": {"spi_t": (1.0, 1.0)}}, "equal_thresholds"),
    ({"thresholds": {"speed": (0.0, 1.0)}}, "unknown"),
    ({"amber": 80.0}, "bands"),
    ({"amber": 65.0}, "too_heavy"),  # amber is ten points wide then: satisfaction's 15 would cross it
    ({"variants": (Variant(tier="key", weights={"satisfaction": 40}),)}, "too_heavy"),
]  # fmt: skip


@pytest.mark.parametrize(("changed", "kind"), REFUSED)
def test_an_invalid_profile_is_refused_with_its_reason(changed: dict[str, Any], kind: str) -> None:
    assert [fault.kind for fault in faults(replace(DEFAULT_PROFILE, **changed))][:1] == [kind]


def test_the_built_in_profile_is_sound_and_comes_back_from_its_row() -> None:
    assert faults(DEFAULT_PROFILE) == ()
    assert Profile.of_json(DEFAULT_PROFILE.to_json()) == DEFAULT_PROFILE


def test_a_variant_changes_what_it_names_for_those_it_holds_for() -> None:
    heavy, none = Variant(tier="key", weights={"payment": 30}), Variant(tier="key", industry="energy", weights={"payment": 0})
    profile = Profile(variants=(heavy, none))
    share = {kind: profile.parameters(*kind).weights[-1] for kind in [("key", "retail"), ("key", "energy"), ("growth", "energy")]}
    assert share == pytest.approx({("key", "retail"): 100 * 15 / 120, ("key", "energy"): 0, ("growth", "energy"): 5})
