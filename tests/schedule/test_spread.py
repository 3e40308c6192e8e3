"""Spreads against scipy.stats and against history counted by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta, norm, triang

from lib.portfolio import Portfolio
from lib.schedule.spread import (
    DEFAULT_SPREAD,
    History,
    Spread,
    history_of,
    observed_quantiles,
    percentile,
    pert_quantiles,
    triangular_quantiles,
)

Z = np.linspace(-8.29, 8.29, 1001)
AS_OF = date(2026, 9, 30)


def beta_quantiles(alpha: float, z: np.ndarray) -> np.ndarray:
    """scipy's, from the nearer end, where shares keep their digits."""
    return np.where(z < 0, beta.ppf(norm.cdf(z), alpha, 6 - alpha), 1 - beta.ppf(norm.cdf(-z), 6 - alpha, alpha))


@settings(max_examples=40, deadline=None)
@given(st.floats(0, 1))
def test_quantiles_are_those_of_the_beta_distribution(mode: float) -> None:
    ours = pert_quantiles(0.0, mode, 1.0, Z)
    assert np.abs(ours - beta_quantiles(1 + 4 * mode, Z)).max() < 1.5e-5
    assert (np.diff(ours) >= -1e-9).all()
    assert ours.min() >= 0
    assert ours.max() <= 1


@pytest.mark.parametrize("points", [(2, 4, 12), (8, 8, 20), (8, 20, 20), (0, 1, 1.5)])
def test_mean_and_deviation_are_those_of_pert(points: tuple[float, float, float]) -> None:
    low, likely, high = points
    hours = pert_quantiles(low, likely, high, norm.ppf((np.arange(200_000) + 0.5) / 200_000))
    mean = (low + 4 * likely + high) / 6
    assert hours.mean() == pytest.approx(mean, rel=1e-4)
    assert hours.std() == pytest.approx(np.sqrt((mean - low) * (high - mean) / 7), rel=1e-3)


def test_three_equal_points_are_a_constant() -> None:
    assert pert_quantiles(5, 5, 5, Z).tolist() == [5.0] * len(Z)
    assert triangular_quantiles(5, 5, 5, Z).tolist() == [5.0] * len(Z)


@pytest.mark.parametrize("points", [(2, 4, 12), (8, 8, 20), (8, 20, 20)])
def test_triangular_quantiles_are_those_of_scipy(points: tuple[float, float, float]) -> None:
    low, likely, high = points
    z = np.linspace(-4, 4, 201)
    expected = triang.ppf(norm.cdf(z), (likely - low) / (high - low), low, high - low)
    assert np.abs(triangular_quantiles(low, likely, high, z) - expected).max() < 1e-6


@pytest.mark.parametrize(("share", "expected"), [(0.0, 1), (0.25, 1), (0.26, 2), (0.5, 2), (0.51, 3), (0.75, 3), (0.8, 9), (1.0, 9)])
def test_a_percentile_is_the_smallest_value_with_that_share_at_or_below(share: float, expected: float) -> None:
    assert percentile(np.array([9.0, 2.0, 1.0, 3.0]), share) == expected


def test_observed_ratios_come_back_as_often_as_they_were_seen() -> None:
    z = norm.ppf((np.arange(400) + 0.5) / 400)
    values, counts = np.unique(observed_quantiles(np.array([0.8, 1.0, 1.0, 1.5]), z), return_counts=True)
    assert values.tolist() == [0.8, 1.0, 1.5]
    assert counts.tolist() == [100, 200, 100]
    assert observed_quantiles(np.array([0.8, 1.5]), np.array([-9.0, 9.0])).tolist() == [0.8, 1.5]


def history(done: int, of_account: int) -> History:
    """`done` tasks of the book, `of_account` of them of account A at 1.5 times the estimate, the others of B at the estimate."""
    ids = [f"T{number}" for number in range(done)]
    first = [number < of_account for number in range(done)]
    tasks = pl.DataFrame({
        "task_id": ids, "name": ids, "project_id": ["PA" if own else "PB" for own in first], "kind": ["task"] * done,
        "status": ["done"] * done, "estimate_hours": [10.0] * done, "finished_on": [AS_OF] * done,
    })  # fmt: skip
    entries = pl.DataFrame({
        "entry_id": ids, "task_id": ids, "date": [AS_OF] * done, "hours": [15.0 if own else 10.0 for own in first],
    })  # fmt: skip
    projects = pl.DataFrame({"project_id": ["PA", "PB"], "account_id": ["A", "B"]})
    return history_of(Portfolio.of(tasks=tasks, time_entries=entries, projects=projects), AS_OF)


def test_twenty_done_tasks_make_an_account_its_own_measure() -> None:
    spread = history(40, 20).spread("A")
    assert (spread.source, spread.done_tasks, spread.centre) == ("account", 20, 1.5)


def test_with_nineteen_the_book_speaks_and_says_where_its_centre_is() -> None:
    spread = history(38, 19).spread("A")
    assert (spread.source, spread.done_tasks, spread.centre) == ("book", 38, 1.25)


def test_a_short_book_gives_the_stated_default() -> None:
    spread = history(19, 19).spread("A")
    assert (spread.source, spread.done_tasks, spread.triple) == ("default", None, DEFAULT_SPREAD)
    assert spread.centre == pytest.approx((0.67 + 4 + 1.5) / 6)


def test_history_knows_only_what_was_done_and_logged_by_the_day() -> None:
    rows = [  # task, status, finished_on, estimate, logged, logged on
        ("kept", "done", AS_OF, 10.0, 12.0, AS_OF),
        ("finished later", "done", date(2026, 10, 1), 10.0, 90.0, AS_OF),
        ("logged later", "done", AS_OF, 10.0, 80.0, date(2026, 10, 1)),
        ("open", "open", None, 10.0, 70.0, AS_OF),
        ("without estimate", "done", AS_OF, None, 60.0, AS_OF),
        ("estimate 0", "done", AS_OF, 0.0, 50.0, AS_OF),
    ]
    names = [row[0] for row in rows]
    tasks = pl.DataFrame({
        "task_id": names, "name": names, "project_id": ["P"] * 6, "kind": ["task"] * 6, "status": [row[1] for row in rows],
        "finished_on": [row[2] for row in rows], "estimate_hours": [row[3] for row in rows],
    })  # fmt: skip
    entries = pl.DataFrame({"entry_id": names, "task_id": names, "hours": [row[4] for row in rows], "date": [row[5] for row in rows]})
    projects = pl.DataFrame({"project_id": ["P"], "account_id": ["A"]})
    found = history_of(Portfolio.of(tasks=tasks, time_entries=entries, projects=projects), AS_OF)
    assert found.book.tolist() == [1.2]


def test_a_spread_of_three_points_is_theirs() -> None:
    spread = Spread("three_points", (0.5, 1.0, 2.5))
    assert spread.centre == pytest.approx(7 / 6)
    assert np.array_equal(spread.factors(Z), pert_quantiles(0.5, 1.0, 2.5, Z))
