"""The worked example to the last digit, and what must hold of every score."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import polars as pl
import pytest

from lib.health.levers import flips, gains, movability
from lib.health.metrics import METRIC_KEYS, METRICS
from lib.health.moved import moved
from lib.health.profile import DEFAULT_PROFILE, Profile
from lib.health.scores import Grid, Scores, grid, scored
from tests.health.worked_example import ACCOUNTS, BEFORE, NOW, POINTS, SCORE, TODAY, grid_now, last_known, medians, readings

MEDIANS = {"over_servicing": 62.0, "satisfaction": 44.0}


@pytest.fixture
def today() -> Scores:
    return scored(grid_now(), [DEFAULT_PROFILE], medians=medians(**MEDIANS))


def test_every_metric_of_the_worked_example_has_its_score_and_points(today: Scores) -> None:
    rows = today.metrics()
    assert {row["metric"]: row["counted"] for row in rows.rows(named=True)} == pytest.approx(SCORE, abs=5e-7)
    assert {row["metric"]: row["points"] for row in rows.rows(named=True)} == pytest.approx(POINTS, abs=5e-7)
    components = dict(rows.group_by("component", maintain_order=True).agg(pl.col("points").sum()).rows())
    assert list(components.values()) == pytest.approx([17.195767, 15.25, 18.065217, 13.166667, 6.6, 8.25], abs=5e-7)


def test_the_worked_example_scores_78_5_with_its_range_and_coverage(today: Scores) -> None:
    [row] = today.accounts().rows(named=True)
    assert row["point"] == pytest.approx(float(Fraction(3413597, 43470)), abs=1e-12)
    assert (row["low"], row["high"]) == pytest.approx((69.427651, 89.427651), abs=5e-7)
    assert row["coverage"] == pytest.approx(0.80, abs=1e-12)
    assert (row["band"], row["firm"]) == ("green", False)


def test_its_overdue_invoice_caps_it_and_makes_it_firm() -> None:
    capped = scored(grid_now(), [DEFAULT_PROFILE], np.array([[True]]), medians(**MEDIANS))
    [row] = capped.accounts().rows(named=True)
    assert (row["band"], row["by_number"], row["firm"], row["rests_on"]) == ("amber", "green", True, [])


def test_the_cheapest_lever_on_present_data_is_risk_exposure(today: Scores) -> None:
    first = gains(today.metrics()).filter(pl.col("state") == "known").row(0, named=True)
    assert first["metric"] == "risk_exposure"
    assert first["gain"] == pytest.approx(1.5)


def test_only_satisfaction_flips_it_amber_from_a_weight_of_23_68_points(today: Scores) -> None:
    amber, red = flips(today.metrics(), 50, 75).sort("weight").rows(named=True)
    assert (amber["component"], amber["at"], amber["weight_now"]) == ("satisfaction", 75, pytest.approx(15))
    assert amber["weight"] == pytest.approx(23.684354, abs=5e-7)
    assert (red["component"], red["at"]) == ("satisfaction", 50)
    assert red["weight"] == pytest.approx(100 * (50 - 84.620766) / (44 - 84.620766), abs=5e-6)


def test_the_change_over_13_weeks_is_told_exactly() -> None:
    before = {**NOW, "spi_t": 0.7 + 0.3 * 0.6, "satisfaction": 80.0}  # s = 60
    both = pl.concat([ACCOUNTS.with_columns(pl.lit(BEFORE).alias("day")), ACCOUNTS])
    found = grid(both, pl.concat([readings(BEFORE, before), readings(TODAY, NOW)]))
    heavier = Profile(
        weights=dict(DEFAULT_PROFILE.weights) | {"delivery": 25, "payment": 5}, variants=DEFAULT_PROFILE.variants
    )
    of_book = medians(over_servicing=40.0)[0], medians(**MEDIANS)[0]
    first = scored(found.of_days([0]), [heavier], medians=of_book[0][None])
    last = scored(found.of_days([1]), [DEFAULT_PROFILE], medians=of_book[1][None])
    assert first.point[0, 0] == pytest.approx(float(Fraction(404687, 4968)), abs=1e-12)
    assert last.point[0, 0] == pytest.approx(float(Fraction(3413597, 43470)), abs=1e-12)
    bars = moved(found, 0, 1, (heavier, DEFAULT_PROFILE), of_book)
    sums = dict(bars.group_by("kind").agg(pl.col("points").sum()).rows())
    assert sums == pytest.approx({"data": 1.928571, "appeared": -5.4, "book": 0.5, "rules": 0.040344}, abs=5e-7)
    by_component = dict(bars.filter(pl.col("kind") == "rules").group_by("component").agg(pl.col("points").sum()).rows())
    assert by_component == pytest.approx({"delivery": -4.084656, "payment": 4.125}, abs=5e-7)
    assert bars["points"].sum() == pytest.approx(-2.931085, abs=5e-7)
    assert bars["points"].sum() == pytest.approx(last.point[0, 0] - first.point[0, 0], abs=1e-12)


def test_what_does_not_apply_gives_its_weight_to_its_component_then_to_all() -> None:
    """Budget keeps 20 points over three metrics; of satisfaction's 15 each of the others' 85 points gets 15/85."""
    rows = readings(TODAY, NOW).with_columns(
        pl.when(pl.col("metric").is_in(["over_servicing", "satisfaction"])).then(pl.lit("not_applicable")).otherwise("state").alias("state")
    )
    found = scored(grid(ACCOUNTS, rows), [DEFAULT_PROFILE]).metrics()
    weights = dict(found.select("metric", "weight").rows())
    assert weights["over_servicing"] == weights["satisfaction"] == 0
    assert weights["margin_gap"] == pytest.approx(20 / 3 * 100 / 85)
    assert weights["payment_delay"] == pytest.approx(5 * 100 / 85)
    assert sum(weights.values()) == pytest.approx(100)


def test_no_metric_gets_more_than_24_points() -> None:
    """With payment, goals, satisfaction and two of relationship left, 24 points is all that one may carry; the rest shares the excess."""
    left = {"satisfaction": 90.0, "goals_met": 0.9, "payment_delay": 0.0, "contact_days": 7.0, "contacts_known": 3.0}
    rows = readings(TODAY, NOW | left).with_columns(
        pl.when(~pl.col("metric").is_in(list(left))).then(pl.lit("not_applicable")).otherwise("state").alias("state")
    )
    weights = scored(grid(ACCOUNTS, rows), [DEFAULT_PROFILE]).weights[0, 0]
    # 15, 15, 10 and 10 + 10 of 60: satisfaction and goals 25 each. 2 points too many go to the others, 16.67 each.
    assert {METRIC_KEYS[place]: weight for place, weight in enumerate(weights) if weight} == pytest.approx({
        "contact_days": 52 / 3, "contacts_known": 52 / 3, "goals_met": 24, "satisfaction": 24, "payment_delay": 52 / 3,
    })  # fmt: skip


PERFECT: dict[str, float | None] = {key: metric.best for key, metric in METRICS.items()} | {"contact_days": 7.0}


@pytest.mark.parametrize(
    ("missing", "coverage", "band"),
    [
        (("satisfaction", "notice_days", "revenue_trend"), 75, "green"),
        (("satisfaction", "notice_days", "revenue_trend", "payment_delay", "goals_met"), 65, "amber"),
        (("satisfaction", "notice_days", "revenue_trend", "payment_delay", "goals_met", "margin_gap", "overrun", "over_servicing",
          "unapproved_scope", "risk_exposure", "contacts_known"), 35, None),
    ],
)  # fmt: skip
def test_with_little_known_it_is_never_green_and_then_nothing(missing: tuple[str, ...], coverage: float, band: str | None) -> None:
    """What is missing was perfect until last week in the whole book, and so counts at 50."""
    rows = readings(TODAY, PERFECT | dict.fromkeys(missing))
    [row] = scored(grid(ACCOUNTS, rows), [DEFAULT_PROFILE]).accounts().rows(named=True)
    assert row["point"] == pytest.approx(coverage + (100 - coverage) / 2)
    assert row["coverage"] == pytest.approx(coverage / 100)
    assert row["band"] == band


def test_a_median_counts_only_where_five_accounts_have_it() -> None:
    for many, prior in ((4, 50.0), (5, 20.0)):
        names = [f"B{number}" for number in range(many)]
        accounts = pl.concat([ACCOUNTS, *(ACCOUNTS.with_columns(pl.lit(name).alias("account_id")) for name in names)])
        rows = pl.concat([readings(TODAY, NOW), *(readings(TODAY, NOW | {"satisfaction": 20.0}, name) for name in names)])
        found = scored(grid(accounts, rows), [DEFAULT_PROFILE])
        [own] = found.metrics().filter(pl.col("account_id") == "A", pl.col("metric") == "satisfaction")["counted"]
        assert own == prior


def test_a_score_rests_on_the_metric_without_which_its_band_is_another() -> None:
    """81.9 + ... all present: satisfaction at 100 holds 15 points; at its prior of 50 the score falls under 75."""
    whole = NOW | {"over_servicing": 0.25 * 0.38, "satisfaction": 76.0}  # s = 62 and 76
    [row] = scored(grid(ACCOUNTS, readings(TODAY, whole)), [DEFAULT_PROFILE]).accounts().rows(named=True)
    # 78.527651 − 2.5 − 6.6 + 3.1 + 11.4 = 83.927651; with satisfaction at 50: 80.03: green still
    assert row["point"] == pytest.approx(83.927651, abs=5e-7)
    assert (row["firm"], row["rests_on"]) == (True, [])
    weaker = whole | {"goals_met": 0.30, "revenue_trend": 0.7}  # − 4.166667 − 5 = 74.760985 + … red of commercial
    weaker |= {"risk_exposure": 2.0}  # + 1.25 = 76.010984
    [row] = scored(grid(ACCOUNTS, readings(TODAY, weaker)), [DEFAULT_PROFILE]).accounts().rows(named=True)
    assert row["point"] == pytest.approx(76.010984, abs=5e-6)
    assert row["firm"] is False
    assert row["rests_on"][0] == "satisfaction"  # − 15 · 26 % = 72.1


def test_the_last_thing_known_stays_the_least_it_can_count_at() -> None:
    found: Grid = grid(ACCOUNTS, readings(TODAY, NOW), last_known(satisfaction=30, over_servicing=0.0))
    counted = dict(scored(found, [DEFAULT_PROFILE]).metrics().select("metric", "counted").rows())
    assert (counted["satisfaction"], counted["over_servicing"]) == (30, 50)


def test_movability_is_what_can_be_won_on_data_and_more_where_a_cap_or_a_gap_stands_in_the_way(today: Scores) -> None:
    """89.43 at most: 10.57 points to win. Capped below 75: 25. Without a band: 50."""
    plain = movability(today.accounts(), 75)
    assert plain["movability"].to_list() == pytest.approx([0.10572349], abs=5e-9)
    rows = today.accounts().with_columns(pl.lit(True).alias("capped"))
    assert movability(rows, 75)["movability"].to_list() == [0.25]
    assert movability(rows.with_columns(pl.lit(None, pl.String).alias("band")), 75)["movability"].to_list() == [0.5]


@pytest.mark.parametrize(("point", "band"), [(49.94, "red"), (49.95, "amber"), (74.9499, "amber"), (74.95, "green"), (75.0, "green")])
def test_bands_go_by_the_score_to_one_decimal(point: float, band: str) -> None:
    """All metrics score alike: 49.94 shows 49.9, 49.95 shows 50.0."""
    limits = DEFAULT_PROFILE.parameters("standard")
    values = dict(zip(METRIC_KEYS, (limits.worst + (limits.best - limits.worst) * point / 100).tolist(), strict=True))
    accounts = ACCOUNTS.with_columns(pl.lit("standard").alias("tier"))
    [row] = scored(grid(accounts, readings(TODAY, values)), [DEFAULT_PROFILE]).accounts().rows(named=True)
    assert row["point"] == pytest.approx(point)
    assert row["by_number"] == band
