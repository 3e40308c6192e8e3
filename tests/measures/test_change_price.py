"""What a change must cost and what became of a margin: the worked example to the last digit, and what must hold for any change."""

from __future__ import annotations

from math import nan

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.measures.change_price import (
    REFUSALS,
    Before,
    Change,
    Refusal,
    break_even,
    change_prices,
    margin_absorbed,
    margin_after,
    margin_keeping,
    margin_ledger,
    price_floor,
    unspent,
)

# The scope change of the worked example: revenue 12 000 with 2 000 passed through, EAC 6 000; 1 040 of labour and 60 of expenses more.
BEFORE = Before(agi=12_000 - 2_000, eac=5_440 + 560)
ASK = Change(cost=24 * 30 + 8 * 40 + 60, pass_through=400)


def test_the_worked_example_to_the_last_digit():
    prices = change_prices(BEFORE, ASK, 0.45)
    assert ASK.cost == 1100
    assert prices.floor == pytest.approx(2400)
    assert prices.margin_before == 0.4
    assert round(100 * (prices.margin_at_floor or 0), 4) == 40.8333
    assert prices.absorbed == 0.25
    assert prices.break_even == 1500
    assert round(100 * (prices.margin_at_break_even or 0), 4) == 36.0360
    assert round(prices.keeping, 2) == 2233.33  # type: ignore[arg-type]
    assert prices.margin_at_keeping == pytest.approx(0.4)
    assert prices.largest_credit is None
    assert price_floor(Change(1100, 400, contingency=1320 - 1100), 0.45) == pytest.approx(2800)


@pytest.mark.parametrize(
    ("margin", "kind"),
    [(None, "no_target"), (nan, "no_target"), (1.0, "target_out_of_range"), (-0.01, "target_out_of_range"), (45.0, "target_out_of_range")],
)
def test_a_target_that_is_none_is_refused(margin: float | None, kind: str):
    assert price_floor(ASK, margin) == Refusal(kind)
    prices = change_prices(BEFORE, ASK, margin)
    assert (prices.margin_at_floor, prices.break_even) == (None, 1500)
    assert kind in REFUSALS


def test_a_target_of_nothing_is_break_even():
    assert price_floor(ASK, 0.0) == break_even(ASK)


def test_without_a_margin_before_there_is_none_to_keep():
    assert margin_keeping(Before(0.0, 100.0), ASK) == Refusal("no_margin_before")
    assert margin_keeping(Before(100.0, 0.0), ASK) == Refusal("no_margin_before")
    assert margin_after(Before(0.0, 0.0), Change(10.0), 0.0) is None
    assert margin_keeping(Before(100.0, 150.0), Change(30.0)) == pytest.approx(20)  # a loss stays a loss of half


def test_removed_work_has_a_largest_credit_of_what_is_not_spent():
    gone = Change(cost=unspent(planned_cost=1500, spent=400), pass_through=-100)
    assert gone.cost == -1100
    prices = change_prices(BEFORE, gone, 0.45)
    assert prices.largest_credit == pytest.approx(1100 / 0.55 + 100)
    assert margin_after(BEFORE, gone, -2100) == pytest.approx((10_000 - 2_000 - 4_900) / 8_000)
    assert unspent(100, 400) == 0
    assert change_prices(BEFORE, Change(-10.0, contingency=40.0), 0.2).largest_credit == 0


@settings(max_examples=150, deadline=None)
@given(
    st.floats(1000, 1e6), st.floats(0.05, 1.5), st.floats(1, 1e5), st.floats(0, 1e5), st.floats(0, 1e4), st.floats(0, 0.9), st.floats(0, 1)
)
def test_prices_leave_what_they_promise(agi: float, spent: float, cost: float, through: float, spare: float, target: float, tip: float):
    before, change = Before(agi, agi * spent), Change(cost, through, spare)
    floor, keeping = price_floor(change, target), margin_keeping(before, change)
    assert not isinstance(floor, Refusal)
    assert not isinstance(keeping, Refusal)
    assert margin_after(before, change, keeping) == pytest.approx(before.margin, abs=1e-9)
    assert floor >= break_even(change) - 1e-6
    # At the floor the change itself earns the target with its contingency spent.
    assert (floor - through - cost - spare) == pytest.approx(target * (floor - through), abs=1e-5)
    more, less = margin_after(before, change, floor + 1 + tip * floor), margin_after(before, change, floor)
    assert more is not None
    assert less is not None
    assert more >= less - 1e-12
    absorbed = margin_absorbed(before, change)
    assert absorbed is not None
    assert absorbed < (before.margin or 0)


# The ledger


def ledger(eac: float, low: float | None = None, high: float | None = None) -> pl.DataFrame:
    orders = pl.DataFrame(
        [("c1", 2400.0, 400.0, 1100.0), ("c2", 500.0, None, 450.0)], schema=["change_id", "fee", "pass_through", "cost"], orient="row"
    )
    return margin_ledger(BEFORE, orders, pl.DataFrame({"change_id": ["c3"], "cost": [300.0]}), eac, low, high)


def test_the_steps_of_a_margin_add_up_to_today():
    steps = ledger(eac=8_200, low=8_000, high=8_500)
    assert steps.select("step", "change_id", "amount", "total").rows() == [
        ("sold", None, 4000, 4000),
        ("change_order", "c1", 900, 4900),
        ("change_order", "c2", 50, 4950),
        ("absorbed", "c3", -300, 4650),
        ("drift", None, -350, 4300),  # 6 000 + 1 100 + 450 + 300 = 7 850 was to be expected
        ("today", None, 4300, 4300),
    ]
    assert steps.select("low", "high").row(-1) == (12_500 - 8_500, 12_500 - 8_000)
    assert steps["low"].null_count() == 5


def test_a_project_without_changes_has_drift_alone():
    none = pl.DataFrame(schema={"change_id": pl.String, "fee": pl.Float64, "pass_through": pl.Float64, "cost": pl.Float64})
    steps = margin_ledger(BEFORE, none, none.select("change_id", "cost"), 6_500)
    assert steps.select("step", "amount").rows() == [("sold", 4000), ("drift", -500), ("today", 3500)]
    assert steps["high"].null_count() == 3
