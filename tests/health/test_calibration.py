"""Whether a score foresaw losses: the sample, the figures by hand, and when there is none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu

from lib.health import events
from lib.health.calibration import Backtest, Distribution, auc, backtest, distribution, distributions, what_if

UNTIL = date(2026, 6, 30)
SCORES = {"account_id": pl.String, "day": pl.Date, "point": pl.Float64, "band": pl.String, "capped": pl.Boolean}
Losses = dict[str, date | None]
REVENUE = {"account_id": pl.String, "day": pl.Date, "revenue": pl.Float64}


def ago(days: int) -> date:
    return UNTIL - timedelta(days=days)


def score(account: str, day: date, point: float | None = 80.0, band: str | None = "green", capped: bool = False) -> dict[str, Any]:
    return {"account_id": account, "day": day, "point": point, "band": band, "capped": capped}


def scores_of(rows: Iterable[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=SCORES)


def losses_of(days: dict[str, date | None]) -> pl.DataFrame:
    return pl.DataFrame([(account, day, "lost") for account, day in days.items()], schema=events.SCHEMA, orient="row")


def revenue_of(rows: dict[tuple[str, date], float | None]) -> pl.DataFrame:
    return pl.DataFrame([(*key, worth) for key, worth in rows.items()], schema=REVENUE, orient="row")


def outcome(rows: Iterable[dict[str, Any]], lost: Losses, worth: dict[tuple[str, date], float | None] | None = None) -> Backtest:
    return backtest(scores_of(rows), losses_of(lost), revenue_of(worth or {}), UNTIL)


def sampled(test: Backtest) -> set[tuple[str, date, bool]]:
    """(account, day of its score, whether it was lost)."""
    return {(row["account_id"], row["scored_on"], row["lost_on"] is not None) for row in test.sample.rows(named=True)}


# AUC


def area(*days: tuple[list[float], list[float]]) -> float | None:
    """AUC of (points of the lost, points of those who stayed) of each day."""
    rows = [
        {"scored_on": ago(7 * n), "point": float(point), "lost_on": UNTIL if lost else None}
        for n, pair in enumerate(days) for lost, points in ((True, pair[0]), (False, pair[1])) for point in points
    ]  # fmt: skip
    return auc(pl.DataFrame(rows, schema={"scored_on": pl.Date, "point": pl.Float64, "lost_on": pl.Date}))


def test_auc_is_the_share_of_pairs_in_order_with_ties_half() -> None:
    # 10 < 20, 10 < 40, 20 = 20 (half), 20 < 40, 30 > 20 (none), 30 < 40: 4.5 of 6
    assert area(([10, 20, 30], [20, 40])) == 0.75


def test_auc_compares_within_a_day() -> None:
    # 4.5 of 6 on one day and 1 of 2 on another, on which everybody scores higher
    assert area(([10, 20, 30], [20, 40]), ([80], [70, 90])) == pytest.approx(5.5 / 8, abs=1e-15)
    assert area(([10], [20]), ([5], [])) == 1.0


def test_auc_of_all_in_order_is_1_against_it_0_and_of_no_difference_a_half() -> None:
    low, high = [1.0, 2.0], [3.0, 4.0, 5.0]
    assert (area((low, high)), area((high, low)), area((low, low))) == (1.0, 0.0, 0.5)
    assert (area((low, [])), area(([], high)), area((low, []), ([], high)), area()) == (None,) * 4


MANY = st.lists(st.integers(0, 12), min_size=1, max_size=40)


@given(MANY, MANY)
@settings(max_examples=60, deadline=None)
def test_auc_of_a_day_is_scipys_u_over_all_pairs(lost: list[float], stayed: list[float]) -> None:
    u = mannwhitneyu(stayed, lost, method="asymptotic").statistic
    assert area((lost, stayed)) == pytest.approx(u / (len(lost) * len(stayed)), abs=1e-12)


def test_how_sure_an_auc_is_by_hand() -> None:
    # A = 0.75 of 10 lost and 30 that stayed: Q1 = 0.75/1.25 = 0.6, Q2 = 1.125/1.75 = 0.642857, A² = 0.5625,
    # SE² = (0.1875 + 9·0.0375 + 29·0.080357)/300 = 2.855357/300, SE = 0.097559; 1.96 of it are 0.191212
    test = replace(outcome(*a_book()), auc=0.75)
    assert test.auc_range == pytest.approx((0.558788, 0.941212), abs=2e-6)
    assert replace(test, auc=0.95, scored=11).auc_range[1] == 1.0  # type: ignore[index]
    assert replace(test, auc=None).auc_range is None


# The sample


@pytest.mark.parametrize(
    ("scored", "expected"),
    [
        ([59], None),
        ([60], 60),
        ([90], 90),
        ([91], None),
        ([57, 64, 71, 78, 85, 92], 64),  # the latest of those 60 to 90 days before
    ],
)
def test_a_loss_is_sampled_60_to_90_days_before(scored: list[int], expected: int | None) -> None:
    lost_on = ago(40)
    test = outcome([score("a", lost_on - timedelta(days=days)) for days in scored], {"a": lost_on})
    assert sampled(test) == (set() if expected is None else {("a", lost_on - timedelta(days=expected), True)})
    assert (test.events, test.scored) == (1, 0 if expected is None else 1)


def test_a_sample_day_needs_the_90_days_after_it() -> None:
    # Lost 10 days ago. Of the scores 66, 73, 80 and 87 days before, the first two are 76 and 83 days old: less than 90.
    test = outcome([score("a", ago(10 + days)) for days in (66, 73, 80, 87)], {"a": ago(10)})
    assert sampled(test) == {("a", ago(90), True)}


def test_those_who_stayed_are_sampled_on_the_same_days_only() -> None:
    lost_on, day = ago(50), ago(50 + 65)
    rows = [score("a", day), *(score("b", day + timedelta(weeks=weeks)) for weeks in range(-3, 4))]
    assert sampled(outcome(rows, {"a": lost_on})) == {("a", day, True), ("b", day, False)}


@pytest.mark.parametrize(
    ("lost_after", "stays"),
    [(None, True), (91, True), (90, False), (60, False), (59, False), (1, False), (0, False), (-1, False)],
)
def test_who_is_lost_within_90_days_or_was_before_did_not_stay(lost_after: int | None, stays: bool) -> None:
    day = ago(200)
    lost = {"a": day + timedelta(days=70)} | ({} if lost_after is None else {"b": day + timedelta(days=lost_after)})
    test = outcome([score("a", day), score("b", day)], lost)
    assert (("b", day, False) in sampled(test)) == stays


def test_who_is_lost_on_an_unknown_day_is_neither_and_who_has_no_score_is_counted() -> None:
    day = ago(200)
    test = outcome([score("a", day), score("b", day), score("c", day, point=None)], {"a": day + timedelta(days=70), "b": None, "d": ago(9)})
    assert sampled(test) == {("a", day, True)}
    assert (test.events, test.scored, test.undated, test.stayed) == (2, 1, 1, 0)


def test_a_loss_after_the_day_is_not_known_yet() -> None:
    day = ago(95)
    test = outcome([score("a", day), score("b", day)], {"a": ago(30), "b": ago(-1)})
    assert sampled(test) == {("a", day, True), ("b", day, False)}
    assert test.events == 1


LOST = st.dictionaries(st.sampled_from("abcdef"), st.none() | st.integers(-20, 300), max_size=6)


@given(LOST, st.sets(st.tuples(st.sampled_from("abcdef"), st.integers(0, 45)), max_size=60))
@settings(max_examples=100, deadline=None)
def test_the_sample_is_the_one_found_score_by_score(lost: dict[str, int | None], scored: set[tuple[str, int]]) -> None:
    on = {account: None if back is None else ago(back) for account, back in lost.items()}
    days = [(account, ago(7 * week)) for account, week in scored]
    over = [(account, day) for account, day in days if day + timedelta(days=90) <= UNTIL]
    expected: set[tuple[str, date, bool]] = set()
    for account, gone in on.items():
        if gone and gone <= UNTIL:
            near = [day for of, day in over if of == account and 60 <= (gone - day).days <= 90]
            expected |= {(account, max(near), True)} if near else set()
    for day in {day for _, day, _ in expected}:
        for account in {of for of, at in over if at == day}:
            gone = on.get(account, date.max)
            if gone and (gone > UNTIL or gone > day + timedelta(days=90)):
                expected.add((account, day, False))
    assert sampled(outcome([score(*one) for one in days], on)) == expected


# Figures


DAY = ago(100)
"""Ten accounts are lost 70 days after it, thirty stay."""


def a_book(red_lost: int = 4, amber_lost: int = 3, red_stayed: int = 2, lost: int = 10) -> tuple[list[dict[str, Any]], Losses]:
    bands = ["red"] * red_lost + ["amber"] * amber_lost + ["green"] * (lost - red_lost - amber_lost)
    rows = [score(f"lost {n}", DAY, point=40.0 + n, band=band, capped=band == "amber") for n, band in enumerate(bands)]
    rows += [score(f"stays {n}", DAY, point=45.0 + n, band="red" if n < red_stayed else "green") for n in range(30)]
    return rows, {f"lost {n}": DAY + timedelta(days=70) for n in range(lost)}


def test_the_figures_by_hand() -> None:
    rows, lost = a_book()
    worth = {(row["account_id"], DAY): 300.0 if row["account_id"] in ("lost 0", "stays 0") else 100.0 for row in rows}
    test = outcome(rows, lost, worth)
    assert (test.events, test.scored, test.stayed, test.stayed_accounts, test.days, test.enough) == (10, 10, 30, 30, 1, True)
    # Lost 40 … 49, stayed 45 … 74. Above 40-44 all 30; 45 ties one and is below 29: 29.5; 46: 28.5; 47: 27.5; 48: 26.5; 49: 25.5.
    assert test.auc == pytest.approx((5 * 30 + 29.5 + 28.5 + 27.5 + 26.5 + 25.5) / 300, abs=1e-15)
    assert test.rates
    # Red: 4 lost, 2 stayed: 4/6 lost. All: 10 of 40.
    assert test.rates.lift == pytest.approx((4 / 6) / (10 / 40), abs=1e-15)
    # Revenue of red: 300 + 3·100 lost, 300 + 100 stayed: 600/1000. All: 9·100 + 300 lost of 38·100 + 2·300 = 4400.
    assert test.rates.revenue_lift == pytest.approx((600 / 1000) / (1200 / 4400), abs=1e-15)
    assert (test.caught, test.caught_capped) == (0.7, 3)
    assert (test.lift_reached, test.caught_reached) == (False, True)  # 2.2 < 3; 0.7 ≥ 2/3


def test_nine_losses_give_their_number_and_no_figure() -> None:
    rows, lost = a_book(lost=9)
    test = outcome(rows, lost)
    assert (test.events, test.scored, test.enough) == (9, 9, False)
    assert (test.auc, test.rates, test.caught, test.caught_capped, test.lift_reached, test.caught_reached) == (None,) * 6


def test_ten_losses_of_which_one_had_no_score_are_nine() -> None:
    rows, lost = a_book(lost=9)
    test = outcome(rows, lost | {"new": DAY + timedelta(days=70)})
    assert (test.events, test.scored, test.auc) == (10, 9, None)


def test_without_anybody_who_stayed_there_is_no_figure() -> None:
    rows, lost = a_book()
    assert outcome(rows[:10], lost).auc is None


def test_without_red_accounts_or_revenue_there_is_no_lift() -> None:
    rows, lost = a_book(red_lost=0, red_stayed=0)
    test = outcome(rows, lost)
    assert test.rates
    assert (test.rates.lift, test.rates.revenue_lift, test.rates.revenue_unknown, test.lift_reached) == (None, None, 40, None)


def test_too_little_data_is_not_below_green() -> None:
    rows, lost = a_book(lost=11)  # 4 red, 3 amber, 4 green
    rows = [row | {"band": None} if row["account_id"] == "lost 0" else row for row in rows]
    test = outcome(rows, lost)
    assert (test.caught, test.without_band) == (6 / 11, 1)


def test_fewer_than_ten_losses_with_a_band_give_no_figure_that_rests_on_bands() -> None:
    rows, lost = a_book()
    rows = [row | {"band": None} if row["account_id"] == "lost 0" else row for row in rows]
    test = outcome(rows, lost)
    assert (test.rates, test.caught, test.caught_capped, test.caught_reached, test.without_band) == (None,) * 4 + (1,)
    assert test.auc == outcome(*a_book()).auc


def test_a_credit_is_nothing_at_stake_and_unknown_revenue_is_counted() -> None:
    rows, lost = a_book()
    test = outcome(rows, lost, {("lost 0", DAY): 100.0, ("lost 1", DAY): None, ("stays 0", DAY): -50.0, ("stays 9", DAY): 100.0})
    assert test.rates
    assert (test.rates.revenue, test.rates.revenue_lost, test.rates.revenue_red, test.rates.revenue_unknown) == (200.0, 100.0, 100.0, 37)


def test_scores_that_differ_by_rounding_are_equal() -> None:
    rows, lost = a_book()
    apart = [row | {"point": row["point"] + (1e-12 if row["account_id"] == "lost 5" else 0)} for row in rows]
    assert outcome(apart, lost).auc == outcome(rows, lost).auc


def test_what_people_overrode_is_not_looked_at() -> None:
    rows, lost = a_book()
    plain = scores_of(rows)
    overridden = plain.with_columns(pl.lit("green").alias("override"))
    arguments = losses_of(lost), revenue_of({}), UNTIL
    assert backtest(overridden, *arguments) == backtest(plain, *arguments)


# Distribution


def book_on(bands: list[str | None], worth: list[float | None]) -> Distribution:
    rows = [score(str(n), DAY, band=band) for n, band in enumerate(bands)]
    found = distribution(scores_of(rows), revenue_of({(str(n), DAY): money for n, money in enumerate(worth)}), DAY)
    assert found
    return found


def test_the_book_by_band_is_shared_out_by_number_and_by_revenue() -> None:
    book = book_on(["green", "green", "amber", None], [100.0, None, 200.0, 100.0])
    assert book.slices.rows() == [
        ("red", 0, 0.0, 0.0, 0.0), ("amber", 1, 200.0, 0.25, 0.5), ("green", 2, 100.0, 0.5, 0.25), ("none", 1, 100.0, 0.25, 0.25),
    ]  # fmt: skip
    assert (book.accounts, book.revenue, book.revenue_unknown) == (4, 400.0, 1)


@pytest.mark.parametrize(
    ("greens", "others", "worth_of_others", "too_green"),
    [(4, 1, 1.0, False), (41, 10, 2.0, True), (1, 1, 0.3, False), (1, 1, 0.2, True)],  # 80.0 %, 80.4 %; by revenue 76.9 %, 83.3 %
)
def test_more_than_80_percent_green_is_too_green(greens: int, others: int, worth_of_others: float, too_green: bool) -> None:
    book = book_on(["green"] * greens + ["red"] * others, [1.0] * greens + [worth_of_others] * others)
    assert book.too_green == too_green


def test_without_revenue_the_book_is_counted_only() -> None:
    book = book_on(["green", "red"], [None, None])
    assert (book.revenue, book.share("green"), book.share("green", "revenue"), book.too_green) == (None, 0.5, None, False)


def test_each_day_has_its_own_book_and_one_without_scores_none() -> None:
    scores = scores_of([score("a", DAY), score("a", UNTIL, band="red")])
    rows = distributions(scores, revenue_of({}), [DAY, ago(50), UNTIL])
    assert rows.filter(pl.col("accounts") > 0).select("day", "band").rows() == [(DAY, "green"), (UNTIL, "red")]
    assert rows.height == 8
    assert distribution(scores, revenue_of({}), ago(50)) is None
    assert distributions(scores.clear(), revenue_of({}), []).height == 0


# What if


def test_other_weights_stand_beside_the_published_ones() -> None:
    rows, lost = a_book()
    better = [row | ({"point": 10.0, "band": "red"} if row["account_id"].startswith("lost") else {}) for row in rows]
    now = [score("stays 0", UNTIL, band="green"), score("stays 1", UNTIL, band=None)]
    then = [score("stays 0", UNTIL, band="amber"), score("stays 1", UNTIL, band=None)]
    both = what_if(scores_of(rows + now), scores_of(better + then), losses_of(lost), revenue_of({}), UNTIL)
    assert both.published.auc == outcome(rows, lost).auc
    assert (both.other.auc, both.other.caught, both.changed) == (1.0, 1.0, 1)
    assert both.published_book
    assert both.other_book
    assert (both.published_book.share("green"), both.other_book.share("green")) == (0.5, 0.0)
