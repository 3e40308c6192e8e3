"""Critical paths: networks by hand and from textbooks, longest paths by brute force, and the laws of floats."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import networkx as nx
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.schedule.graph import Problem, Problems
from lib.schedule.network import TIMES, critical_path

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "reference" / "cpm"
ENDS = ("predecessor_id", "successor_id")
LINK = {"predecessor_id": pl.String, "successor_id": pl.String, "kind": pl.String, "lag": pl.Int64}


def network(durations: dict[str, Any], *links: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Tasks and links; a link is "A B", "A B SS" or "A B FF -2"."""
    rows = [(*link.split(), "FS", "0")[:4] if len(link.split()) == 2 else (*link.split(), "0")[:4] for link in links]
    tasks = pl.DataFrame({"task_id": list(durations), "duration": list(durations.values())}, strict=False)
    return tasks, pl.DataFrame([(a, b, kind, int(lag)) for a, b, kind, lag in rows], schema=LINK, orient="row")


def times(durations: dict[str, Any], *links: str) -> dict[str, dict[str, Any]]:
    path = critical_path(*network(durations, *links))
    assert isinstance(path, pl.DataFrame), path
    return {row.pop("task_id"): row for row in path.iter_rows(named=True)}


def assert_times(row: dict[str, Any], early: tuple[Any, Any], late: tuple[Any, Any], total: Any, free: Any) -> None:
    assert tuple(row[name] for name in TIMES) == (*early, *late, total, free)
    assert row["critical"] is (total == 0)


def assert_problem(durations: dict[str, Any], *links: str, kind: str, tasks: tuple[str, ...]) -> None:
    assert critical_path(*network(durations, *links)) == Problems((Problem(kind, tasks),))


def test_the_network_of_example_2() -> None:
    #  A 2 ┬─ B 3 ── D 4 ─┬─ E 3 ── F 2
    #      └─ C 5 ────────┘
    found = times({"A": 2, "B": 3, "C": 5, "D": 4, "E": 3, "F": 2}, "A B", "A C", "B D", "C E", "D E", "E F")
    assert_times(found["A"], (0, 2), (0, 2), 0, 0)
    assert_times(found["B"], (2, 5), (2, 5), 0, 0)
    assert_times(found["C"], (2, 7), (4, 9), 2, 2)
    assert_times(found["D"], (5, 9), (5, 9), 0, 0)
    assert_times(found["E"], (9, 12), (9, 12), 0, 0)
    assert_times(found["F"], (12, 14), (12, 14), 0, 0)


def test_the_change_of_example_2_on_the_critical_path_alone() -> None:
    found = times({"A": 2, "B": 3, "C": 5, "D": 4, "E": 3, "F": 3, "G": 3}, "A B", "A C", "B D", "C E", "D E", "E F", "B G", "G F")
    assert_times(found["G"], (5, 8), (9, 12), 4, 4)
    assert_times(found["F"], (12, 15), (12, 15), 0, 0)


def test_the_change_of_example_2_with_bens_sequence() -> None:
    links = ("A B", "A C", "B D", "C E", "D E", "E F", "B G", "G F", "C G", "G E")
    found = times({"A": 2, "B": 3, "C": 5, "D": 4, "E": 3, "F": 3, "G": 3}, *links)
    assert [name for name, row in found.items() if row["critical"]] == ["A", "C", "E", "F", "G"]
    assert (found["B"]["total_float"], found["B"]["free_float"]) == (1, 0)
    assert (found["D"]["total_float"], found["D"]["free_float"]) == (1, 1)
    assert (found["G"]["early_start"], found["E"]["early_start"], found["F"]["early_finish"]) == (7, 10, 16)


# A lasts 4, B 3; Z is 20 long and holds the finish.
@pytest.mark.parametrize(
    ("link", "start_of_b", "late_start_of_a"),
    [
        ("A B FS", 4, 13), ("A B FS 2", 6, 11), ("A B FS -2", 2, 15), ("A B FS -9", 0, 16),
        ("A B SS", 0, 16), ("A B SS 2", 2, 15), ("A B SS -2", 0, 16),
        ("A B FF", 1, 16), ("A B FF 2", 3, 14), ("A B FF -2", 0, 16),
        ("A B SF", 0, 16), ("A B SF 5", 2, 15), ("A B SF -5", 0, 16),
    ],
)  # fmt: skip
def test_each_kind_of_link_with_lag_and_lead(link: str, start_of_b: int, late_start_of_a: int) -> None:
    found = times({"A": 4, "B": 3, "Z": 20}, link)
    assert (found["B"]["early_start"], found["A"]["late_start"]) == (start_of_b, late_start_of_a)
    assert_times(found["Z"], (0, 20), (0, 20), 0, 0)


def test_free_float_is_the_slack_to_the_nearest_successor_or_to_the_finish() -> None:
    #  A 1 ─SS 3─ B 2,  A 1 ── C 1,  D 9 apart
    found = times({"A": 1, "B": 2, "C": 1, "D": 9}, "A B SS 3", "A C")
    assert [found[name]["free_float"] for name in "ABCD"] == [0, 4, 7, 0]
    # D alone holds B, so A could move by 8 without moving B; but A itself would end after the finish, 9
    found = times({"A": 7, "B": 1, "D": 8}, "A B SS", "D B")
    assert_times(found["A"], (0, 7), (2, 9), 2, 2)


def test_a_milestone_takes_no_time() -> None:
    found = times({"A": 3, "M": 0, "B": 2}, "A M", "M B")
    assert_times(found["M"], (3, 3), (3, 3), 0, 0)


def test_tasks_alone_end_with_the_longest() -> None:
    found = times({"A": 3, "B": 5, "C": 0})
    assert_times(found["A"], (0, 3), (2, 5), 2, 2)
    assert_times(found["C"], (0, 0), (5, 5), 5, 5)


def test_a_chain_of_1200_tasks() -> None:
    names = [f"t{number}" for number in range(1200)]
    found = times(dict.fromkeys(names, 1), *(f"{a} {b}" for a, b in zip(names[:0:-1], names[-2::-1], strict=True)))
    assert found["t0"]["early_finish"] == 1200
    assert all(row["critical"] for row in found.values())


def test_decimals_add_up_exactly() -> None:
    found = times({"A": 0.1, "B": 0.2, "C": 0.3, "D": 17.25}, "A B", "B D", "C D")
    assert_times(found["D"], (0.3, 17.55), (0.3, 17.55), 0, 0)
    assert all(row["critical"] for row in found.values())
    thirds = times({"A": 1 / 3, "B": 1 / 3, "C": 1 / 3, "D": 1.0}, "A B", "B C")
    assert all(row["critical"] for row in thirds.values())


def test_whole_numbers_stay_whole() -> None:
    path = critical_path(*network({"A": 2, "B": 3}, "A B"))
    assert isinstance(path, pl.DataFrame)
    assert path.schema == {"task_id": pl.String, **dict.fromkeys(TIMES, pl.Int64), "critical": pl.Boolean}
    assert times({"A": 2**40, "B": 2**40 + 1}, "A B")["B"]["early_finish"] == 2**41 + 1


def test_the_order_is_that_of_the_tasks() -> None:
    assert list(times({"C": 1, "A": 1, "B": 1}, "A B", "B C")) == ["C", "A", "B"]


def test_ids_may_be_numbers_and_columns_may_be_absent() -> None:
    tasks = pl.DataFrame({"task_id": [10, 20], "duration": [2, 3]})
    links = pl.DataFrame({"predecessor_id": [10], "successor_id": [20]})
    path = critical_path(tasks, links)
    assert isinstance(path, pl.DataFrame)
    assert path.select("task_id", "early_finish").rows() == [(10, 2), (20, 5)]
    for none in (links.clear(), pl.DataFrame()):
        alone = critical_path(tasks, none)
        assert isinstance(alone, pl.DataFrame)
        assert alone["total_float"].to_list() == [1, 0]


def test_nulls_in_kind_and_lag_are_finish_to_start_without_lag() -> None:
    tasks, links = network({"A": 2, "B": 3}, "A B SS 4")
    path = critical_path(tasks, links.with_columns(pl.lit(None, pl.String).alias("kind"), pl.lit(None, pl.Float64).alias("lag")))
    assert isinstance(path, pl.DataFrame)
    assert path["early_start"].to_list() == [0, 2]


@pytest.mark.parametrize("dtype", [pl.Int8, pl.UInt32, pl.Int64, pl.Float32, pl.Float64, pl.Decimal(10, 2), pl.String])
def test_numbers_may_be_of_any_type(dtype: Any) -> None:
    tasks, links = network({"A": 2, "B": 3}, "A B FS 4")
    path = critical_path(tasks.cast({"duration": dtype}), links.cast({"lag": dtype}))
    assert isinstance(path, pl.DataFrame)
    assert path["early_finish"].to_list() == [2, 9]
    nothing = critical_path(tasks, links.with_columns(pl.lit(None).alias("lag"), pl.lit(None).alias("kind")))
    assert isinstance(nothing, pl.DataFrame)
    assert nothing["early_finish"].to_list() == [2, 5]


def test_no_tasks_are_no_rows() -> None:
    path = critical_path(pl.DataFrame(schema={"task_id": pl.String, "duration": pl.Int64}), pl.DataFrame(schema=LINK))
    assert isinstance(path, pl.DataFrame)
    assert path.is_empty()


def test_a_cycle_names_the_tasks_on_it() -> None:
    assert_problem({"X": 1, "A": 1, "B": 1, "C": 1, "Y": 1}, "X A", "A B", "B C", "C A", "C Y", kind="cycle", tasks=("A", "B", "C"))
    assert_problem({"A": 1, "B": 1}, "B B", kind="cycle", tasks=("B",))
    assert_problem({"A": 0, "B": 0}, "A B SS", "B A FF", kind="cycle", tasks=("A", "B"))


def test_a_link_that_leads_nowhere_is_named() -> None:
    assert_problem({"A": 1}, "A Z", kind="dangling_link", tasks=("A", "Z"))
    tasks, links = network({"A": 1}, "A A")
    nowhere = critical_path(tasks, links.with_columns(pl.lit(None, pl.String).alias("successor_id")))
    assert nowhere == Problems((Problem("dangling_link", ("A", "")),))


def test_durations_that_cannot_be_are_named() -> None:
    assert_problem({"A": 1, "B": -2, "C": -1}, kind="negative_duration", tasks=("B", "C"))
    assert_problem({"A": 1, "B": None}, kind="missing_duration", tasks=("B",))
    assert_problem({"A": 1.5, "B": float("nan"), "C": float("inf")}, kind="missing_duration", tasks=("B", "C"))
    assert_problem({"A": "one", "B": "2"}, kind="missing_duration", tasks=("A",))


def test_ids_twice_or_missing_are_named() -> None:
    tasks = pl.DataFrame({"task_id": ["A", None, "A"], "duration": [1, 1, 1]})
    found = critical_path(tasks, pl.DataFrame(schema=LINK))
    assert found == Problems((Problem("missing_id", ()), Problem("duplicate_task", ("A",))))


def test_an_unknown_kind_or_lag_is_named() -> None:
    assert_problem({"A": 1, "B": 1}, "A B XX", kind="unknown_link_kind", tasks=("A", "B"))
    tasks, links = network({"A": 1, "B": 1}, "A B")
    found = critical_path(tasks, links.with_columns(pl.lit(float("nan")).alias("lag")))
    assert found == Problems((Problem("missing_lag", ("A", "B")),))
    words = critical_path(tasks, links.with_columns(pl.lit("two").alias("lag")))
    assert words == found


@pytest.mark.skipif(not FOLDER.exists(), reason="published networks are not part of the project")
def test_published_networks_to_the_printed_decimals() -> None:
    for published in json.loads((FOLDER / "textbook_networks.json").read_text(encoding="utf-8")):
        activities, answer = published["activities"], published["published"]
        links = [f"{before} {name}" for name, (_, befores) in activities.items() for before in befores]
        found = times({name: duration for name, (duration, _) in activities.items()}, *links)
        assert max(row["early_finish"] for row in found.values()) == answer["duration"]
        assert sorted(name for name, row in found.items() if row["critical"]) == sorted(answer["critical"])
        assert {name: [found[name][time] for time in TIMES[:5]] for name in found} == answer["ES_EF_LS_LF_TF"]
        for name, free in answer.get("free_float", {}).items():
            assert found[name]["free_float"] == free


@st.composite
def networks(draw: st.DrawFn, plain: bool = False) -> tuple[list[int], list[tuple[int, int, str, int]]]:
    durations = draw(st.lists(st.integers(0, 9), min_size=1, max_size=9))
    order = draw(st.permutations(range(len(durations))))
    kinds, lags = (st.just("FS"), st.just(0)) if plain else (st.sampled_from(["FS", "SS", "FF", "SF"]), st.integers(-8, 8))
    pairs = [(a, b) for place, a in enumerate(order) for b in order[place + 1 :]]
    chosen = draw(st.lists(st.sampled_from(pairs), max_size=14)) if pairs else []
    return durations, [(a, b, draw(kinds), draw(lags)) for a, b in chosen]


def computed(durations: list[int], links: list[tuple[int, int, str, int]]) -> list[dict[str, Any]]:
    tasks = pl.DataFrame({"task_id": range(len(durations)), "duration": durations}, schema={"task_id": pl.Int64, "duration": pl.Int64})
    path = critical_path(tasks, pl.DataFrame(links, schema=LINK | dict.fromkeys(ENDS, pl.Int64), orient="row"))
    assert isinstance(path, pl.DataFrame)
    return path.rows(named=True)


def bound(durations: list[int], link: tuple[int, int, str, int]) -> int:
    """How long after the start of the one the start of the other must be, by the words of the kind."""
    before, after, kind, lag = link
    return {"FS": durations[before], "SS": 0, "FF": durations[before] - durations[after], "SF": -durations[after]}[kind] + lag


def longest(task: int, durations: list[int], links: list[tuple[int, int, str, int]], back: bool) -> int:
    """Every path is walked: from task to its latest end, or from any beginning to task."""
    if back:
        return max([0, *(longest(link[0], durations, links, True) + bound(durations, link) for link in links if link[1] == task)])
    ahead = (bound(durations, link) + longest(link[1], durations, links, False) for link in links if link[0] == task)
    return max([durations[task], *ahead])


@settings(max_examples=150, deadline=None)
@given(networks())
def test_early_and_late_times_are_longest_paths(case: Any) -> None:
    durations, links = case
    found = computed(durations, links)
    finish = max(row["early_finish"] for row in found)
    for task, row in enumerate(found):
        assert row["early_start"] == longest(task, durations, links, back=True)
        assert row["late_start"] == finish - longest(task, durations, links, back=False)


@settings(max_examples=100, deadline=None)
@given(networks(plain=True))
def test_the_finish_is_networkx_longest_path(case: Any) -> None:
    durations, links = case
    graph = nx.DiGraph()
    graph.add_nodes_from(range(len(durations)), weight=0)
    graph.add_weighted_edges_from((a, b, durations[a]) for a, b, _, _ in links)
    graph.add_weighted_edges_from((task, "end", duration) for task, duration in enumerate(durations))
    assert max(row["early_finish"] for row in computed(durations, links)) == nx.dag_longest_path_length(graph)


@settings(max_examples=150, deadline=None)
@given(networks())
def test_laws_of_floats(case: Any) -> None:
    durations, links = case
    found = computed(durations, links)
    finish = max(row["early_finish"] for row in found)
    for row in found:
        assert row["total_float"] >= row["free_float"] >= 0
        assert row["early_start"] <= row["late_start"]
        assert row["late_finish"] <= finish
        assert row["late_start"] - row["early_start"] == row["total_float"] == row["late_finish"] - row["early_finish"]
    for link in links:
        before, after = found[link[0]], found[link[1]]
        assert after["early_start"] >= before["early_start"] + bound(durations, link)
        assert after["late_start"] >= before["late_start"] + bound(durations, link)
        assert before["early_start"] + before["free_float"] + bound(durations, link) <= after["early_start"]


@settings(max_examples=100, deadline=None)
@given(networks())
def test_critical_tasks_lead_from_the_beginning_to_the_finish(case: Any) -> None:
    durations, links = case
    found = computed(durations, links)
    finish = max(row["early_finish"] for row in found)
    reached = {task for task, row in enumerate(found) if row["critical"] and row["early_start"] == 0}
    for _ in found:
        reached |= {
            link[1] for link in links
            if link[0] in reached and found[link[1]]["critical"]
            and found[link[1]]["early_start"] == found[link[0]]["early_start"] + bound(durations, link)
        }  # fmt: skip
    assert any(found[task]["early_finish"] == finish for task in reached)


@settings(max_examples=100, deadline=None)
@given(networks(plain=True), st.data())
def test_a_longer_task_never_finishes_earlier(case: Any, data: st.DataObject) -> None:
    durations, links = case
    task = data.draw(st.sampled_from(range(len(durations))))
    longer = [duration + 3 * (number == task) for number, duration in enumerate(durations)]
    before, after = computed(durations, links), computed(longer, links)
    assert max(row["early_finish"] for row in after) >= max(row["early_finish"] for row in before)
    assert all(later["early_start"] >= row["early_start"] for row, later in zip(before, after, strict=True))


@settings(max_examples=60, deadline=None)
@given(networks())
def test_tenths_give_tenths_of_the_answer(case: Any) -> None:
    durations, links = case
    tenths = critical_path(
        pl.DataFrame({"task_id": [str(n) for n in range(len(durations))], "duration": [duration / 10 for duration in durations]}),
        pl.DataFrame([(str(a), str(b), kind, lag / 10) for a, b, kind, lag in links], schema=LINK | {"lag": pl.Float64}, orient="row"),
    )
    assert isinstance(tenths, pl.DataFrame)
    assert tenths.select(TIMES).rows() == [tuple(row[name] / 10 for name in TIMES) for row in computed(durations, links)]
