"""Simulated networks against closed forms: sums of chains, maxima of paths, what correlation may and may not change."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.stats import beta, kstest, triang

from lib.schedule.graph import Problem, Problems
from lib.schedule.simulation import Simulation, forward_pass, simulate

SHARES = (0.1, 0.5, 0.8, 0.9)
POINTS = [(2, 4, 12), (1, 1, 5), (3, 8, 8), (5, 6, 20), (4, 5, 6), (1, 9, 10), (2, 2.5, 9), (6, 6, 6)]


def tasks_of(points: dict[Any, tuple], **columns: list) -> pl.DataFrame:
    rows = list(points.values())
    three = {name: [float(row[place]) for row in rows] for place, name in enumerate(("optimistic", "likely", "pessimistic"))}
    return pl.DataFrame({"task_id": list(points), **three, **columns})


def links_of(*rows: tuple) -> pl.DataFrame:
    """(from, to) or (from, to, kind, lag)."""
    full = [(*row, "FS", 0.0)[:4] if len(row) == 2 else row for row in rows]
    columns = ["predecessor_id", "successor_id", "kind", "lag"]
    schema = None if full else {"predecessor_id": pl.String, "successor_id": pl.String, "kind": pl.String, "lag": pl.Float64}
    return pl.DataFrame({name: [row[place] for row in full] for place, name in enumerate(columns)}, schema=schema)


def run(
    points: dict[Any, tuple], *links: tuple, trials: int = 4_000, seed: int = 3, columns: dict[str, list] | None = None, **how: Any
) -> Simulation:
    found = simulate(tasks_of(points, **columns or {}), links_of(*links), trials, seed, **how)
    assert isinstance(found, Simulation), found
    return found


def pert(points: tuple[float, float, float]) -> Any:
    low, likely, high = points
    return beta(1 + 4 * (likely - low) / (high - low), 1 + 4 * (high - likely) / (high - low), low, high - low)


CHAIN = {f"T{place}": points for place, points in enumerate(POINTS)}
ONE_AFTER_THE_OTHER = [(f"T{place}", f"T{place + 1}") for place in range(len(POINTS) - 1)]


def sum_of(laws: list[Any], share: float) -> float:
    """The quantile of a sum of independent positive durations, by convolution on a grid of a thousandth."""
    step, mass = 1e-3, np.ones(1)
    for law in laws:
        high = law.ppf(1.0)
        steps = np.arange(0, high + 2 * step, step)
        mass = np.maximum(np.fft.irfft(np.fft.rfft(mass, 2**18) * np.fft.rfft(np.diff(law.cdf(steps), prepend=0.0), 2**18), 2**18), 0)
    return float(np.searchsorted(np.cumsum(mass), share)) * step - step * len(laws) / 2


@pytest.mark.parametrize("shape", ["pert", "triangular"])
def test_percentiles_of_an_independent_chain_are_those_of_the_convolution(shape: str) -> None:
    found = run(CHAIN, *ONE_AFTER_THE_OTHER, trials=100_000, rho_project=0, rho_person=0, shape=shape)
    laws = [
        pert(row) if shape == "pert" else triang((row[1] - row[0]) / (row[2] - row[0]), row[0], row[2] - row[0])
        for row in POINTS if row[0] < row[2]
    ]  # fmt: skip
    for share in SHARES:
        assert found.percentile(share) == pytest.approx(6 + sum_of(laws, share), rel=0.01)


def test_percentiles_of_the_later_of_independent_paths_are_those_of_the_product() -> None:
    found = run(CHAIN, trials=100_000, rho_project=0, rho_person=0)
    laws = [pert(row) for row in POINTS if row[0] < row[2]]
    for share in SHARES:
        expected = brentq(lambda x, share=share: np.prod([law.cdf(x) for law in laws]) - share, 6, 20)
        assert found.percentile(share) == pytest.approx(max(expected, 6), rel=0.01)


def test_tasks_of_wholly_shared_luck_add_up_percentile_by_percentile() -> None:
    found = run(CHAIN, *ONE_AFTER_THE_OTHER, trials=100_000, rho_project=1, rho_person=0, columns={"project_id": ["P"] * len(POINTS)})
    for share in SHARES:
        assert found.percentile(share) == pytest.approx(6 + sum(pert(row).ppf(share) for row in POINTS if row[0] < row[2]), rel=0.01)


def test_more_correlation_spreads_wider_about_the_same_mean() -> None:
    people = {"project_id": ["P"] * len(POINTS), "person_id": ["Q"] * len(POINTS)}
    runs = [run(CHAIN, *ONE_AFTER_THE_OTHER, trials=20_000, rho_project=rho, rho_person=0.1, columns=people) for rho in (0, 0.2, 0.5, 0.9)]
    deviations = [found.finishes.std() for found in runs]
    assert deviations == sorted(deviations)
    assert deviations[-1] > 1.8 * deviations[0]
    mean = sum((low + 4 * likely + high) / 6 for low, likely, high in POINTS)
    assert [found.finishes.mean() for found in runs] == pytest.approx([mean] * 4, rel=0.01)


def test_forty_tasks_of_one_project_deviate_three_times_as_far_as_independent_ones() -> None:
    points = {f"T{place}": (2, 4, 12) for place in range(40)}
    links = [(f"T{place}", f"T{place + 1}") for place in range(39)]
    both = {"project_id": ["P"] * 40, "person_id": ["Q"] * 40}
    shared = run(points, *links, trials=20_000, columns=both)
    alone = run(points, *links, trials=20_000, columns=both, rho_project=0, rho_person=0)
    assert shared.finishes.std() / alone.finishes.std() == pytest.approx(np.sqrt(1 + 39 * 0.3), rel=0.05)


@pytest.mark.parametrize(("rho_project", "rho_person"), [(0, 0), (0.2, 0.1), (0.6, 0.4)])
def test_correlation_leaves_every_marginal_as_it_is(rho_project: float, rho_person: float) -> None:
    shared = {"project_id": [*["P"] * 7, None], "person_id": ["Q", None] * 4}
    found = run(CHAIN, trials=20_000, rho_project=rho_project, rho_person=rho_person, columns=shared)
    for task_id, points in CHAIN.items():
        if points[0] < points[2]:
            assert kstest(found.durations(task_id), pert(points).cdf).pvalue > 1e-4, task_id


def test_what_a_task_draws_depends_on_nothing_but_its_name_and_its_people() -> None:
    points = {"A": (2, 4, 12), "B": (1, 2, 6), "C": (3, 4, 5)}
    first = run(points, ("A", "B"), columns={"project_id": ["P"] * 3})
    other = run({"new": (9, 9, 50), "C": (3, 4, 5), "A": (2, 4, 12)}, ("C", "A"), ("A", "new"), columns={"project_id": ["P"] * 3})
    for task_id in ("A", "C"):
        assert np.array_equal(first.durations(task_id), other.durations(task_id))
    assert not np.array_equal(first.durations("A"), run(points, seed=4, columns={"project_id": ["P"] * 3}).durations("A"))


def test_the_same_question_has_the_same_answer_to_the_last_bit() -> None:
    one, two = (run(CHAIN, *ONE_AFTER_THE_OTHER) for _ in range(2))
    assert np.array_equal(one.finishes, two.finishes)
    more = run(CHAIN, *ONE_AFTER_THE_OTHER, trials=5_000)
    assert np.array_equal(more.finishes[:4_000], one.finishes)


def test_trials_taken_in_pieces_are_the_same_trials(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = run(CHAIN, *ONE_AFTER_THE_OTHER)
    finishes, criticality = whole.finishes, whole.criticality
    monkeypatch.setattr("lib.schedule.simulation.CELLS_AT_ONCE", 8 * 999)
    pieces = run(CHAIN, *ONE_AFTER_THE_OTHER)
    assert np.array_equal(pieces.finishes, finishes)
    assert pieces.criticality.drop("mean").equals(criticality.drop("mean"))


#     A 2 ── B 3 ── D 4 ── E 3 ── F 2        the network of a scope change, in days: 14, and A B D E F critical
#      └──── C 5 ───────────┘
SCOPE = {"A": (2, 2, 2), "B": (3, 3, 3), "C": (5, 5, 5), "D": (4, 4, 4), "E": (3, 3, 3), "F": (2, 2, 2)}
SCOPE_LINKS = [("A", "B"), ("A", "C"), ("B", "D"), ("C", "E"), ("D", "E"), ("E", "F")]


def shares(found: Simulation) -> dict[Any, tuple[float, float]]:
    return {row["task_id"]: (row["forward"], row["backward"]) for row in found.criticality.iter_rows(named=True)}


def test_a_network_without_chance_is_the_critical_path() -> None:
    found = run(SCOPE, *SCOPE_LINKS, trials=3)
    assert found.finishes.tolist() == [14, 14, 14]
    assert shares(found) == {"A": (1, 1), "B": (1, 1), "C": (0, 0), "D": (1, 1), "E": (1, 1), "F": (1, 1)}


def test_frozen_sequences_as_links_make_the_change_finish_on_day_16() -> None:
    after = {**SCOPE, "F": (3, 3, 3), "G": (3, 3, 3)}
    alone = run(after, *SCOPE_LINKS, ("B", "G"), ("G", "F"), trials=2)
    assert alone.finishes.tolist() == [15, 15]
    found = run(after, *SCOPE_LINKS, ("B", "G"), ("G", "F"), ("C", "G"), ("G", "E"), trials=2)
    assert found.finishes.tolist() == [16, 16]
    assert {task for task, (forward, _) in shares(found).items() if forward} == {"A", "C", "G", "E", "F"}


@pytest.mark.parametrize(
    ("link", "finish"),
    [
        (("A", "B", "FS", 1), 8),
        (("A", "B", "FS", -2), 5),
        (("A", "B", "SS", 2), 5),
        (("A", "B", "FF", 3), 7),
        (("A", "B", "SF", 6), 6),
        (("A", "B", "SF", 0), 4),
    ],
)
def test_each_kind_of_link_bounds_its_own_end(link: tuple, finish: float) -> None:
    found = run({"A": (4, 4, 4), "B": (3, 3, 3)}, link, trials=1)
    assert found.finishes.tolist() == [finish]


def test_two_like_paths_are_critical_in_half_of_the_trials_each() -> None:
    found = shares(run({"A": (2, 4, 12), "B": (2, 4, 12)}, trials=20_000))
    assert found["A"][0] + found["B"][0] == pytest.approx(1)
    assert found["A"][0] == pytest.approx(0.5, abs=0.015)


def test_criticality_is_the_chance_of_being_the_longer_path() -> None:
    found = shares(run({"A": (2, 4, 12), "B": (3, 5, 9)}, trials=40_000, rho_project=0, rho_person=0))
    grid = np.linspace(2, 12, 20_001)
    expected = np.sum(pert((3, 5, 9)).cdf((grid[1:] + grid[:-1]) / 2) * np.diff(pert((2, 4, 12)).cdf(grid)))
    assert found["A"][0] == pytest.approx(expected, abs=0.01)


@st.composite
def networks(draw: st.DrawFn) -> tuple[dict[str, tuple], list[tuple]]:
    count = draw(st.integers(1, 7))
    tenths = st.integers(0, 60).map(lambda whole: whole / 10)
    points = {f"T{place}": tuple(sorted(draw(st.tuples(tenths, tenths, tenths)))) for place in range(count)}
    pairs = [(first, then) for then in range(count) for first in range(then)]
    chosen = draw(st.lists(st.sampled_from(pairs), max_size=10)) if pairs else []
    kinds = st.sampled_from(["FS", "SS", "FF", "SF"])
    return points, [(f"T{first}", f"T{then}", draw(kinds), draw(st.sampled_from([-1.0, 0.0, 0.7, 2.0]))) for first, then in chosen]


@settings(max_examples=60, deadline=None)
@given(networks())
def test_driving_chains_and_zero_float_find_the_same_tasks(network: tuple[dict[str, tuple], list[tuple]]) -> None:
    found = run(network[0], *network[1], trials=60)
    assert found.criticality["forward"].to_list() == found.criticality["backward"].to_list()
    assert found.criticality["forward"].max() == 1 or len(network[0]) > 1


@settings(max_examples=60, deadline=None)
@given(networks(), st.data())
def test_added_work_never_finishes_earlier(network: tuple[dict[str, tuple], list[tuple]], data: st.DataObject) -> None:
    points, links = network
    before = run(points, *links, trials=60)
    after = {**points, "new": (1.0, 2.0, 4.0)}
    place = data.draw(st.integers(0, len(points)))
    added = [(f"T{data.draw(st.integers(0, place - 1))}", "new")] if place else []
    added += [("new", f"T{data.draw(st.integers(place, len(points) - 1))}")] if place < len(points) else []
    assert (run(after, *links, *added, trials=60).finishes >= before.finishes).all()


@settings(max_examples=60, deadline=None)
@given(networks(), st.data())
def test_no_trial_breaks_a_link(network: tuple[dict[str, tuple], list[tuple]], data: st.DataObject) -> None:
    points, links = network
    found = run(points, *links, trials=20)
    names = list(points)
    start, finish = forward_pass(found.network, np.stack([found.durations(name) for name in names]))
    ends = {"S": start, "F": finish}
    for first, then, kind, lag in links:
        assert (ends[kind[1]][names.index(then)] >= ends[kind[0]][names.index(first)] + lag - 1e-9).all()
    assert (start >= 0).all()


@pytest.mark.parametrize(
    ("points", "links", "expected"),
    [
        ({"A": (1, 1, 1), "B": (1, 1, 1)}, [("A", "B"), ("B", "A")], Problem("cycle", ("A", "B"))),
        ({"A": (1, 1, 1)}, [("A", "A")], Problem("cycle", ("A",))),
        ({"A": (1, 1, 1)}, [("A", "Z")], Problem("dangling_link", ("A", "Z"))),
        ({"A": (-1, 1, 1), "B": (0, 1, 2)}, [], Problem("negative_duration", ("A",))),
        ({"A": (2, 1, 3), "B": (0, 1, 2)}, [], Problem("optimistic_over_likely", ("A",))),
        ({"A": (1, 2, 3), "B": (0, 3, 2)}, [], Problem("likely_over_pessimistic", ("B",))),
        ({"A": (1, float("nan"), 3)}, [], Problem("missing_estimate", ("A",))),
        ({"A": (1, 1, 1), "B": (1, 1, 1)}, [("A", "B", "XX", 0.0)], Problem("unknown_link_kind", ("A", "B"))),
    ],
)
def test_what_a_person_must_put_right_is_a_value_that_names_the_tasks(points: dict, links: list, expected: Problem) -> None:
    assert simulate(tasks_of(points), links_of(*links), 10, 1) == Problems((expected,))


def test_two_tasks_of_one_id_are_a_problem() -> None:
    twice = pl.concat([tasks_of({"A": (1, 1, 1)}), tasks_of({"A": (1, 2, 3)})])
    assert simulate(twice, links_of(), 10, 1) == Problems((Problem("duplicate_task", ("A",)),))


def test_a_task_without_an_id_and_a_lag_that_is_no_number_are_problems() -> None:
    tasks = pl.DataFrame({"task_id": ["A", None, "B"], "optimistic": [1, 1, 1], "likely": [1, 1, 1], "pessimistic": [1, 1, 1]})
    links = pl.DataFrame({"predecessor_id": ["A"], "successor_id": ["B"], "lag": ["soon"]})
    assert simulate(tasks, links, 10, 1) == Problems((Problem("missing_id", ()), Problem("missing_lag", ("A", "B"))))


def test_numbers_as_text_and_kinds_in_small_letters_are_taken() -> None:
    tasks = pl.DataFrame({"task_id": [1, 2], "optimistic": ["2", "3"], "likely": ["2", "3"], "pessimistic": ["2", "3.0"]})
    links = pl.DataFrame({"predecessor_id": ["1"], "successor_id": ["2"], "kind": [" ss"], "lag": [None]})
    found = simulate(tasks, links, 2, 1)
    assert isinstance(found, Simulation)
    assert found.finishes.tolist() == [3.0, 3.0]


def test_a_thousand_tasks_in_a_row_need_no_recursion() -> None:
    points = {f"T{place}": (1, 1, 1) for place in range(3_000)}
    found = run(points, *[(f"T{place}", f"T{place + 1}") for place in range(2_999)], trials=5)
    assert found.finishes.tolist() == [3000] * 5
    assert found.criticality["forward"].sum() == 3000


def test_whole_numbers_as_ids_and_points_are_taken_and_given_back() -> None:
    tasks = pl.DataFrame({"task_id": [7, 8], "optimistic": [1, 2], "likely": [1, 2], "pessimistic": [1, 2], "person_id": [1, None]})
    found = simulate(tasks, pl.DataFrame({"predecessor_id": [7], "successor_id": [8]}), 5, 1)
    assert isinstance(found, Simulation)
    assert found.finishes.tolist() == [3.0] * 5
    assert found.criticality["task_id"].to_list() == [7, 8]
    assert found.durations(8).tolist() == [2.0] * 5
    with pytest.raises(KeyError):
        found.durations(9)


def test_links_without_columns_are_none() -> None:
    found = simulate(tasks_of({"A": (1, 1, 1)}), pl.DataFrame(), 2, 1)
    assert isinstance(found, Simulation)
    assert found.finishes.tolist() == [1.0, 1.0]


def test_no_tasks_finish_at_once() -> None:
    found = run({}, trials=3)
    assert found.finishes.tolist() == [0, 0, 0]
    assert found.criticality.is_empty()
    assert found.frame.to_dict(as_series=False) == {"trial": [0, 1, 2], "finish": [0.0, 0.0, 0.0]}


def test_percentile_and_chance_count_trials() -> None:
    found = run({"A": (2, 4, 12)}, trials=1_000)
    middle = found.percentile(0.5)
    assert found.chance(middle) >= 0.5 > found.chance(np.nextafter(middle, 0))


@pytest.mark.parametrize("how", [{"trials": 0}, {"shape": "normal"}, {"rho_project": 0.9, "rho_person": 0.2}])
def test_impossible_orders_are_refused(how: dict) -> None:
    with pytest.raises(ValueError):
        simulate(tasks_of({"A": (1, 2, 3)}), links_of(), **how)
