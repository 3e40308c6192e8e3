"""What open deals may bring: by hand, against every one of 2^n outcomes, and against closed forms."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from itertools import product
from math import comb
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.measures.pipeline import Pipeline, open_deals, pipeline, sum_of
from tests.measures.rows import book_of

AS_OF = date(2026, 6, 30)
SOON = date(2026, 8, 1)


def deal(amount: float, probability: float | None, closes: date | None = SOON, **more: Any) -> dict[str, Any]:
    return {"account_id": "a", "amount": amount, "probability": probability, "expected_close": closes, "kind": "upsell"} | more


def made(*deals: dict[str, Any], window_days: int = 120, **tables: Any) -> Pipeline:
    found = open_deals(book_of(opportunities=list(deals), **tables), AS_OF, "EUR", window_days)
    return pipeline(found, AS_OF, "EUR", window_days)


def states(*deals: dict[str, Any], **tables: Any) -> dict[str, str]:
    found = open_deals(book_of(opportunities=list(deals), **tables), AS_OF, "EUR")
    return dict(found.select("opportunity_id", "state").iter_rows())


def outcomes(amounts: list[int], tenths: list[int]) -> dict[int, Fraction]:
    """Every sum with its exact chance, by going through all 2^n outcomes. Chances in tenths."""
    sums: dict[int, Fraction] = {}
    for won in product((0, 1), repeat=len(amounts)):
        chance = Fraction(1)
        for one, tenth in zip(won, tenths, strict=True):
            chance *= Fraction(tenth if one else 10 - tenth, 10)
        value = sum(amount for one, amount in zip(won, amounts, strict=True) if one)
        sums[value] = sums.get(value, Fraction(0)) + chance
    return sums


def inverted(sums: dict[int, Fraction], share: Fraction) -> int:
    """The smallest sum whose cumulative chance is at least `share`."""
    reached = Fraction(0)
    for value in sorted(sums):
        reached += sums[value]
        if reached >= share:
            return value
    raise AssertionError


def test_two_deals_by_hand() -> None:
    # 100 at 50 % and 300 at 20 %: 0 with 0.40, 100 with 0.40, 300 with 0.10, 400 with 0.10.
    found = made(deal(100.0, 0.5), deal(300.0, 0.2))
    assert (found.expected, found.whole) == (pytest.approx(110), 400)
    assert (found.p10, found.p50, found.p90) == (0, 100, 300)  # 0.40; 0.80; exactly 0.90
    assert (found.method, found.error) == ("exact", 0)


def test_certain_deals_shift_and_hopeless_ones_do_nothing() -> None:
    found = made(deal(1000.0, 1.0), deal(500.0, 0.0), deal(100.0, 0.5))
    # 1 000 with 0.5, 1 100 with 0.5.
    assert (found.expected, found.p10, found.p50, found.p90) == (1050, 1000, 1000, 1100)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 10)), min_size=1, max_size=10))
@settings(max_examples=40, deadline=None)
def test_percentiles_are_those_of_all_outcomes(deals: list[tuple[int, int]]) -> None:
    amounts, tenths = [amount for amount, _ in deals], [tenth for _, tenth in deals]
    sums = outcomes(amounts, tenths)
    spread = sum_of([float(amount) for amount in amounts], [tenth / 10 for tenth in tenths])
    for share in (Fraction(1, 10), Fraction(1, 2), Fraction(9, 10)):
        assert spread.percentile(float(share)) == 100 * inverted(sums, share)
    for value in sums:
        assert spread.share_up_to(100 * value) == pytest.approx(float(sum(chance for at, chance in sums.items() if at <= value)))


def test_twelve_deals_of_odd_cents_against_4096_outcomes() -> None:
    cents = [1999, 34950, 120001, 77777, 5, 99999, 250050, 31337, 40404, 61803, 27182, 14142]
    tenths = [1, 9, 5, 3, 7, 2, 6, 4, 8, 5, 1, 9]
    sums = outcomes(cents, tenths)
    spread = sum_of([cent / 100 for cent in cents], [tenth / 10 for tenth in tenths])
    assert [spread.percentile(share) for share in (0.1, 0.5, 0.9)] == [inverted(sums, Fraction(n, 10)) for n in (1, 5, 9)]


def test_thirty_equal_deals_are_a_binomial_and_still_exact() -> None:
    # 30 deals of 7 at 30 %: the smallest k with Σ C(30, i)·0.3^i·0.7^(30−i) ≥ q.
    reached, percentiles = Fraction(0), {}
    for k in range(31):
        reached += comb(30, k) * Fraction(3, 10) ** k * Fraction(7, 10) ** (30 - k)
        for share in (Fraction(1, 10), Fraction(1, 2), Fraction(9, 10)):
            if reached >= share:
                percentiles.setdefault(share, 7.0 * k)
    found = made(*[deal(7.0, 0.3) for _ in range(30)])
    assert [found.p10, found.p50, found.p90] == list(percentiles.values())
    assert found.method == "exact"


def test_thirty_different_deals_are_exact_by_the_tree_of_halves() -> None:
    # Powers of two of cents: each outcome is its own sum, uniform over 0 … 2^30 − 1, so P50 is the (2^29 − 1)th cent.
    found = sum_of([2**n / 100 for n in range(30)], [0.5] * 30)
    assert found.percentile(0.5) == 2**29 - 1
    assert found.percentile(0.1) == -(-(2**30) // 10) - 1  # ⌈2^30/10⌉ − 1
    assert found.method == "exact"


def test_above_thirty_deals_with_a_large_one_the_grid_says_how_far_off_it_is() -> None:
    # 40 of 1 000 at 50 % and one of 20 000 (a third of all) at 50 %: half a binomial, half the same 20 000 higher.
    found = made(*[deal(1000.0, 0.5) for _ in range(40)], deal(20_000.0, 0.5))
    reached, share = Fraction(0), {}
    mass = [Fraction(comb(40, k), 2**40) for k in range(41)]
    for thousand in range(61):
        reached += (mass[thousand] if thousand <= 40 else 0) / 2 + (mass[thousand - 20] if thousand >= 20 else 0) / 2
        for q in (1, 5, 9):
            if reached >= Fraction(q, 10):
                share.setdefault(q, 1000.0 * thousand)
    assert found.method == "grid"
    assert found.error is not None
    assert found.error <= 0.005 * found.whole
    for q, value in ((1, found.p10), (5, found.p50), (9, found.p90)):
        assert value == pytest.approx(share[q], abs=found.error + 1e-9)


def test_above_thirty_small_deals_a_normal_curve_does() -> None:
    # 400 of 100 at 50 %: mean 20 000, sd √(400·100²·0.25) = 1 000; P90 = mean + 1.281552 sd.
    found = made(*[deal(100.0, 0.5) for _ in range(400)])
    assert (found.method, found.error) == ("normal", None)
    assert (found.p10, found.p50, found.p90) == (pytest.approx(18718.45, abs=0.01), 20_000, pytest.approx(21281.55, abs=0.01))
    # 40 at 1 %: the curve would go below nothing.
    assert made(*[deal(100.0, 0.01) for _ in range(40)]).p10 == 0


def test_the_window_begins_the_day_after_and_holds_its_last_day() -> None:
    days = {"on": AS_OF, "next": AS_OF + timedelta(1), "last": AS_OF + timedelta(120), "after": AS_OF + timedelta(121), "never": None}
    found = states(*[deal(1.0, 0.5, day, opportunity_id=name) for name, day in days.items()])
    assert found == {"on": "past", "next": "in_window", "last": "in_window", "after": "later", "never": "no_date"}


def test_deals_without_a_chance_a_date_or_a_rate_stand_apart_with_their_sums() -> None:
    found = made(
        deal(100.0, 0.5), deal(10.0, None), deal(20.0, None), deal(40.0, None, AS_OF), deal(80.0, 0.9, AS_OF - timedelta(9)),
        deal(160.0, 0.5, None), deal(320.0, 0.5, currency="USD"), deal(640.0, 0.5, date(2027, 1, 1)),
    )  # fmt: skip
    assert (found.expected, found.whole) == (50, 100)
    assert found.apart.rows() == [("past", 2, 120.0), ("no_date", 1, 160.0), ("without_probability", 2, 30.0), ("unrated", 1, 0.0)]


def test_only_deals_without_a_chance_give_no_expected_value_rather_than_nothing() -> None:
    found = made(deal(100.0, None))
    assert (found.expected, found.p10, found.p50, found.p90, found.distribution) == (None,) * 5
    assert found.bins().is_empty()


@pytest.mark.parametrize(
    ("more", "open_"),
    [
        ({"closed_on": AS_OF, "status": "won"}, False),
        ({"closed_on": AS_OF + timedelta(1), "status": "won"}, True),  # it was open on the day
        ({"status": "won"}, False),
        ({"status": None}, False),  # what is not known to be open does not count
        ({"closed_on": AS_OF + timedelta(1), "status": None}, True),
        ({"created_on": AS_OF}, True),
        ({"created_on": AS_OF + timedelta(1)}, False),
    ],
)
def test_open_is_by_the_days_of_opening_and_closing(more: dict[str, Any], open_: bool) -> None:
    assert bool(states(deal(1.0, 0.5, opportunity_id="x", **more))) is open_


def test_deals_of_the_own_house_are_no_pipeline() -> None:
    assert states(deal(1.0, 0.5), accounts=[{"account_id": "a", "internal": True}]) == {}


def test_amounts_convert_at_the_rate_of_the_day_asked() -> None:
    rates = [{"currency": "USD", "date": AS_OF, "rate": 0.5}, {"currency": "USD", "date": SOON, "rate": 9.0}]
    assert made(deal(100.0, 0.5, currency="USD"), fx_rates=rates).expected == 25


@given(st.lists(st.tuples(st.integers(0, 90_000), st.integers(0, 10)), min_size=1, max_size=12))
@settings(max_examples=30, deadline=None)
def test_bins_are_few_and_their_shares_add_up_and_agree_with_all_outcomes(deals: list[tuple[int, int]]) -> None:
    amounts, tenths = [amount for amount, _ in deals], [tenth for _, tenth in deals]
    found = made(*[deal(float(amount), tenth / 10) for amount, tenth in deals])
    bins = found.bins()
    assert bins["share"].sum() == pytest.approx(1)
    assert bins.height <= 82
    assert bins["low"][1:].to_list() == bins["high"][:-1].to_list()
    sums = outcomes(amounts, tenths)
    for low, high, share in bins.iter_rows():
        assert share == pytest.approx(float(sum(chance for at, chance in sums.items() if low <= at < high)), abs=1e-9)


def test_of_chosen_accounts_only_their_deals_count() -> None:
    found = open_deals(book_of(opportunities=[deal(100.0, 0.5), deal(300.0, 0.5, account_id="b")]), AS_OF, "EUR")
    assert pipeline(found.filter(pl.col("account_id") == "b"), AS_OF, "EUR").expected == 150
