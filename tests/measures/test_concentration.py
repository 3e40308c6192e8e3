"""Shares of clients with those they belong to, and the index over them, by hand."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.measures.concentration import Concentration, concentration, margin_concentration, parents
from tests.measures.rows import book_of


def tops(**above: str | None) -> dict[str, str]:
    """Top of each account, given its parent."""
    portfolio = book_of(accounts=[{"account_id": account, "parent_id": parent} for account, parent in above.items()])
    return dict(parents(portfolio).iter_rows())


def spread(amounts: dict[str, float], above: dict[str, str] | None = None, positive_only: bool = False) -> Concentration:
    portfolio = book_of(accounts=[{"account_id": account, "parent_id": (above or {}).get(account)} for account in amounts])
    rows = pl.DataFrame(list(amounts.items()), schema={"account_id": pl.String, "amount": pl.Float64}, orient="row")
    names = portfolio["accounts"].select("account_id", "name").collect()
    return concentration(rows, parents(portfolio), names, positive_only)


def test_an_account_stands_under_the_top_of_its_chain():
    assert tops(a=None, b="a", c="b", d="c") == {"a": "a", "b": "a", "c": "a", "d": "a"}


def test_a_parent_that_is_not_in_the_book_is_no_parent():
    assert tops(a="nobody", b="a") == {"a": "a", "b": "a"}


def test_a_circle_of_parents_is_one_client_with_all_that_hangs_below_it():
    assert tops(b="c", c="d", d="b", x="d") == dict.fromkeys("bcdx", "b")


def test_a_chain_of_a_thousand_has_one_top():
    chain = {f"n{i}": f"n{i - 1}" if i else None for i in range(1000)}
    assert set(tops(**chain).values()) == {"n0"}


def test_shares_index_and_effective_clients_by_hand():
    made = spread({"a": 50.0, "b": 30.0, "c": 15.0, "d": 5.0})
    assert made.clients["share"].to_list() == [0.5, 0.3, 0.15, 0.05]
    assert made.top1 == pytest.approx(0.5)
    assert made.top3 == pytest.approx(0.95)
    assert made.hhi == pytest.approx(50**2 + 30**2 + 15**2 + 5**2)  # 2 500 + 900 + 225 + 25 = 3 650
    assert made.effective_clients == pytest.approx(10_000 / 3650)


def test_a_group_counts_as_one_client():
    made = spread({"a": 20.0, "b": 30.0, "c": 50.0}, above={"b": "a"})
    assert made.clients.select("account_id", "name", "amount").rows() == [("a", "A", 50.0), ("c", "C", 50.0)]
    assert made.hhi == pytest.approx(5000)


def test_equal_clients_count_as_many_as_they_are():
    assert spread({f"c{i}": 10.0 for i in range(8)}).effective_clients == pytest.approx(8)


@pytest.mark.parametrize("amounts", [{}, {"a": 0.0}, {"a": 5.0, "b": -5.0}, {"a": -5.0}])
def test_without_a_positive_whole_there_are_no_shares(amounts: dict[str, float]):
    made = spread(amounts)
    assert (made.top1, made.top3, made.hhi, made.effective_clients) == (None,) * 4
    assert made.flags == {"top1": False, "top3": False, "hhi": False}


def test_of_margins_only_the_positive_ones_share_and_the_others_stand_beside():
    made = spread({"a": 60.0, "b": 20.0, "c": -30.0, "d": -10.0}, positive_only=True)
    assert made.clients["share"].to_list() == [0.75, 0.25]
    assert made.negative == -40


def test_flags_stand_above_their_limits_only():
    # Five of 20 %: top-1 at its limit is no flag; top-3 60 % and HHI 2 000 are.
    assert spread(dict.fromkeys("abcde", 20.0)).flags == {"top1": False, "top3": True, "hhi": True}
    # 20 of 5 %: 15 % and 500.
    assert spread({f"c{i}": 5.0 for i in range(20)}).flags == {"top1": False, "top3": False, "hhi": False}
    # 21 % and 79 of 1 %: 23 % and 441 + 79 = 520.
    assert spread({"a": 21.0} | {f"c{i}": 1.0 for i in range(79)}).flags == {"top1": True, "top3": False, "hhi": False}


@pytest.mark.parametrize(("clients", "unavoidable"), [(6, True), (7, False)])
def test_below_seven_clients_the_index_cannot_be_kept(clients: int, unavoidable: bool):
    made = spread({f"c{i}": 10.0 for i in range(clients)} | {"nothing": 0.0})
    assert made.unavoidable is unavoidable


@given(st.dictionaries(st.sampled_from([f"c{i}" for i in range(12)]), st.integers(-1000, 10_000).map(float), min_size=1), st.booleans())
def test_shares_add_up_to_one(amounts: dict[str, float], positive_only: bool):
    made = spread(amounts, positive_only=positive_only)
    if made.top1 is None:
        assert sum(value for value in amounts.values() if value > 0 or not positive_only) <= 0
        return
    assert made.clients["share"].sum() == pytest.approx(1)
    if positive_only or min(amounts.values()) >= 0:
        assert 0 < made.top1 <= made.top3 <= 1 + 1e-9  # type: ignore[operator]
        assert 1 - 1e-9 <= made.effective_clients <= made.clients.height + 1e-9  # type: ignore[operator]


def margins(**accounts: tuple[float, float, float, float]) -> Concentration:
    """account = (agi, delivery cost, hours, hours with a rate)."""
    portfolio = book_of(accounts=[{"account_id": account} for account in accounts])
    rows = [(account, account.upper(), *figures) for account, figures in accounts.items()]
    columns = ["account_id", "name", "agi", "delivery_cost", "hours", "rated_hours"]
    return margin_concentration(pl.DataFrame(rows, schema=columns, orient="row"), parents(portfolio))


def test_on_margin_the_shares_are_of_what_each_leaves_over():
    # Left over: a 60, b 20, c −30, d −10; shares 75 % and 25 %; 75² + 25² = 6 250.
    made = margins(a=(100.0, 40.0, 10.0, 10.0), b=(80.0, 60.0, 10.0, 10.0), c=(20.0, 50.0, 10.0, 10.0), d=(0.0, 10.0, 1.0, 1.0))
    assert made.clients["share"].to_list() == [0.75, 0.25]
    assert made.hhi == pytest.approx(6250)
    assert (made.negative, made.negative_clients, made.unknown) == (-40, 2, 0)


@pytest.mark.parametrize(("hours", "rated", "unknown"), [(10.0, 9.0, 0), (10.0, 8.9, 1), (0.0, 0.0, 1), (10.0, 0.0, 1)])
def test_a_margin_that_cannot_be_said_is_in_no_share_and_is_counted(hours: float, rated: float, unknown: int):
    made = margins(a=(100.0, 40.0, 10.0, 10.0), b=(80.0, 20.0, hours, rated), idle=(0.0, 0.0, 0.0, 0.0))
    assert (made.unknown, made.unknown_agi) == (unknown, 80.0 * unknown)
    assert made.clients.height == 2 - unknown
