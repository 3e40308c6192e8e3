"""Chance that belongs to a name: the same draws whatever stands beside, in any order, in any number of trials."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import kstest, norm

from lib.schedule.streams import Copula, normals, uniforms

TRIALS = 20_000


def drawn(task: str, project: str | None, person: str | None, *, rho_project: float = 0.2, rho_person: float = 0.1) -> np.ndarray:
    return Copula(11, 0, TRIALS, rho_project, rho_person).draws(task, project, person)


def test_a_later_trial_can_be_drawn_without_those_before_it() -> None:
    whole = uniforms(5, "task", "A", 0, 1000)
    assert np.array_equal(uniforms(5, "task", "A", 400, 17), whole[400:417])
    with pytest.raises(ValueError, match="multiple of 4"):
        uniforms(5, "task", "A", 401, 3)


def test_fewer_trials_are_the_first_of_more() -> None:
    assert np.array_equal(normals(5, "task", "A", 0, 10), normals(5, "task", "A", 0, 1000)[:10])


@pytest.mark.parametrize("other", [(6, "task", "A"), (5, "project", "A"), (5, "task", "B"), (51, "task", "A")])
def test_another_seed_kind_or_name_is_another_stream(other: tuple[int, str, str]) -> None:
    one, two = normals(5, "task", "A", 0, TRIALS), normals(*other, 0, TRIALS)
    assert abs(np.corrcoef(one, two)[0, 1]) < 4 / np.sqrt(TRIALS)


def test_uniforms_never_reach_the_ends() -> None:
    draws = uniforms(1, "task", "A", 0, TRIALS)
    assert draws.min() > 0
    assert draws.max() < 1
    assert kstest(draws, "uniform").pvalue > 0.001


@pytest.mark.parametrize(("project", "person"), [("P", "Q"), ("P", None), (None, "Q"), (None, None)])
def test_every_draw_is_standard_normal_with_or_without_project_and_person(project: str | None, person: str | None) -> None:
    assert kstest(drawn("A", project, person, rho_project=0.5, rho_person=0.3), norm.cdf).pvalue > 0.001


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (("P", "Q"), ("P", "Q"), 0.3),
        (("P", "Q"), ("P", "R"), 0.2),
        (("P", "Q"), ("O", "Q"), 0.1),
        (("P", "Q"), ("O", "R"), 0.0),
        (("P", None), ("P", "R"), 0.2),
        ((None, "Q"), (None, "Q"), 0.1),
        ((None, None), (None, None), 0.0),
    ],
)
def test_tasks_share_the_luck_of_their_project_and_their_person(first: tuple, second: tuple, expected: float) -> None:
    assert np.corrcoef(drawn("A", *first), drawn("B", *second))[0, 1] == pytest.approx(expected, abs=4 / np.sqrt(TRIALS))


def test_what_else_is_drawn_before_changes_nothing() -> None:
    busy = Copula(11, 0, TRIALS)
    for other in ("B", "C"):
        busy.draws(other, "P", "R")
    assert np.array_equal(busy.draws("A", "P", "Q"), drawn("A", "P", "Q"))


@pytest.mark.parametrize("shares", [(-0.1, 0.2), (0.2, -0.1), (0.7, 0.4)])
def test_impossible_shares_are_refused(shares: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="shares of variance"):
        Copula(1, 0, 4, *shares)
    assert Copula(1, 0, 4, 0.7, 0.3).draws("A", "P", "Q").shape == (4,)
