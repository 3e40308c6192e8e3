"""Tasks that share resources: against brute force on small cases, against PSPLIB's optima, and by hand. Every schedule is checked."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.schedule.graph import Problem, Problems
from lib.schedule.leveling import Leveled, level, violations
from lib.schedule.solver import Progress
from tests.schedule.brute_force import shortest
from tests.schedule.psplib_files import Frames, frames_of

PSPLIB = Path(__file__).parents[3] / "shared" / "data" / "reference" / "psplib"
published = pytest.mark.skipif(not PSPLIB.is_dir(), reason="the folder with real data (../shared/data) is not part of the project")


def frames(tasks: dict[Any, Any], links: list[tuple] = [], uses: list[tuple] = [], units: dict[str, Any] = {}) -> Frames:  # noqa: B006 (read only)
    """task -> duration; (from, to) or (from, to, kind, lag); (task, resource, units); resource -> units."""
    ids = pl.Series(list(tasks)).dtype if tasks else pl.String
    full = [(*row, "FS", 0)[:4] if len(row) == 2 else row for row in links]
    return (
        pl.DataFrame({"task_id": pl.Series(list(tasks), dtype=ids), "duration": list(tasks.values())}),
        pl.DataFrame(full, {"predecessor_id": ids, "successor_id": ids, "kind": pl.String, "lag": pl.Float64}, orient="row"),
        pl.DataFrame(uses, {"task_id": ids, "resource_id": pl.String, "units": pl.Float64}, orient="row"),
        pl.DataFrame({"resource_id": list(units), "units": list(units.values())}, {"resource_id": pl.String, "units": pl.Float64}),
    )


def leveled(given: Frames, method: str = "serial", **more: Any) -> Leveled:
    """The schedule, looked at by the checker."""
    found = level(*given, method=method, **more)
    assert isinstance(found, Leveled), found
    assert violations(*given, found.tasks) == ()
    assert found.bound <= found.makespan
    assert found.makespan == (found.tasks["finish"].max() or 0)
    return found


def starts(found: Leveled) -> dict[Any, Any]:
    return dict(found.tasks.select("task_id", "start").rows())


@st.composite
def small_cases(draw: st.DrawFn) -> tuple[dict[str, int], list[tuple], list[tuple], dict[str, int]]:
    names = "ABCDEF"[: draw(st.integers(1, 6))]
    tasks = {name: draw(st.integers(0, 4)) for name in names}
    pairs = draw(st.lists(st.tuples(st.sampled_from(names), st.sampled_from(names)), max_size=5))
    links = [(a, b, draw(st.sampled_from(["FS", "FS", "SS", "FF", "SF"])), draw(st.integers(-2, 3))) for a, b in pairs if a < b]
    units = {"R": 2, "S": 3}
    uses = [(name, resource, used) for name in names for resource in units if (used := draw(st.integers(0, units[resource])))]
    return tasks, links, uses, units


@settings(max_examples=60)
@given(small_cases())
def test_cp_sat_finds_the_optimum_that_brute_force_finds_and_serial_is_never_below_its_bound(case: tuple) -> None:
    best = shortest(*case)
    quick = leveled(frames(*case))
    assert quick.bound <= best <= quick.makespan
    exact = leveled(frames(*case), "cp-sat")
    assert (exact.makespan, exact.bound, exact.status) == (best, best, "optimal")


@pytest.mark.parametrize("method", ["serial", "cp-sat"])
def test_a_small_file_is_twelve_periods_long(method: str) -> None:
    # Jobs 3, 4 and 5 need the one unit of R2 for 2 + 4 + 4 periods; job 6 takes all of R1, of which each of them needs some, for 2 more.
    found = leveled(frames_of(Path(__file__).parent / "psplib" / "small.sm"), method)
    assert (found.makespan, found.status) == (12, "optimal" if method == "cp-sat" else found.status)


@pytest.mark.parametrize(("kind", "lag", "start"), [("FS", 2, 7), ("SS", 2, 2), ("FF", 2, 4), ("SF", 4, 1), ("FS", -7, 0)])
@pytest.mark.parametrize("method", ["serial", "cp-sat"])
def test_each_kind_of_link_holds_with_its_lag(kind: str, lag: int, start: int, method: str) -> None:
    assert starts(leveled(frames({"A": 5, "B": 3}, [("A", "B", kind, lag)]), method)) == {"A": 0, "B": start}


def test_two_tasks_of_one_person_come_one_after_the_other_the_longer_chain_first() -> None:
    # A 2 ─ C 6     Ana does A and B; C needs nobody
    # B 3
    given = frames({"B": 3, "A": 2, "C": 6}, [("A", "C")], [("A", "ana", 1), ("B", "ana", 1)], {"ana": 1})
    assert starts(leveled(given)) == {"A": 0, "B": 2, "C": 2}


def test_half_units_and_half_periods_are_exact() -> None:
    given = frames({"A": 1.5, "B": 2.25, "C": 1.0}, [("A", "C", "FS", 0.5)], [(name, "R", 0.5) for name in "ABC"], {"R": 1.0})
    found = leveled(given, "cp-sat")
    assert (starts(found), found.makespan) == ({"A": 0, "B": 0, "C": 2.0}, 3.0)


def test_periods_without_end_are_kept_to_a_thousandth() -> None:
    given = frames({"A": 1 / 3, "B": 2 / 3}, [], [(name, "R", 1) for name in "AB"], {"R": 1})
    assert leveled(given, "cp-sat").makespan == 1


def test_ids_and_numbers_may_come_as_text_or_with_holes() -> None:
    tasks = pl.DataFrame({"task_id": ["1", "2"], "duration": ["2", "3"]})
    links = pl.DataFrame({"predecessor_id": [1.0], "successor_id": [2.0], "kind": [None], "lag": [None]})
    demands = pl.DataFrame({"task_id": [1, 2], "resource_id": [7, 7], "units": ["1", "1"]})
    found = level(tasks, links, demands, pl.DataFrame({"resource_id": ["7"], "units": [1]}))
    assert isinstance(found, Leveled)
    assert (found.makespan, starts(found)) == (5, {"1": 0, "2": 2})


def test_without_links_or_resources_all_begins_at_once() -> None:
    nothing = pl.DataFrame()
    found = leveled((pl.DataFrame({"task_id": ["A", "B"], "duration": [2, 3]}), nothing, nothing, nothing), "cp-sat")
    assert (starts(found), found.makespan, found.status) == ({"A": 0, "B": 0}, 3, "optimal")


def test_nothing_to_do_takes_no_time() -> None:
    found = leveled(frames({}))
    assert (found.makespan, found.bound, found.status, found.tasks.columns) == (0, 0, "optimal", ["task_id", "start", "finish"])


def test_ids_keep_their_type_and_order() -> None:
    found = leveled(frames({9: 1, 2: 2}, [(2, 9)]))
    assert found.tasks.rows() == [(9, 2, 3), (2, 0, 2)]


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (frames({"A": 1, "B": 1, "C": 1}, [("A", "B"), ("B", "C"), ("C", "B")]), Problem("cycle", ("B", "C"))),
        (frames({"A": 1}, [("A", "A")]), Problem("cycle", ("A",))),
        (frames({"A": 1}, [("A", "Z")]), Problem("dangling_link", ("A", "Z"))),
        (frames({"A": 1, "B": 1}, [("A", "B", "XX", 0)]), Problem("unknown_link_kind", ("A", "B"))),
        (frames({"A": -1}), Problem("negative_duration", ("A",))),
        (frames({"A": None}), Problem("missing_duration", ("A",))),
        (frames({"A": 1}, [], [("A", "R", 3)], {"R": 2}), Problem("demand_over_capacity", ("A",), ("R",))),
        (frames({"A": 1}, [], [("A", "R", 1), ("A", "R", 2)], {"R": 2}), Problem("demand_over_capacity", ("A",), ("R",))),
        (frames({"A": 1}, [], [("A", "Q", 1)], {"R": 2}), Problem("unknown_resource", ("A",), ("Q",))),
        (frames({"A": 1}, [], [("Z", "R", 1)], {"R": 2}), Problem("dangling_demand", ("Z",))),
        (frames({"A": 1}, [], [("A", "R", -1)], {"R": 2}), Problem("negative_units", ("A",), ("R",))),
        (frames({"A": 1}, [], [("A", "R", None)], {"R": 2}), Problem("missing_units", ("A",), ("R",))),
    ],
)  # fmt: skip
def test_what_a_person_has_to_put_right_is_named(given: Frames, problem: Problem) -> None:
    assert level(*given) == Problems((problem,))


def test_a_task_twice_is_named() -> None:
    tasks = pl.DataFrame({"task_id": ["A", "B", "A"], "duration": [1, 1, 1]})
    assert level(tasks, *frames({})[1:]) == Problems((Problem("duplicate_task", ("A",)),))


def test_an_unknown_method_is_refused() -> None:
    with pytest.raises(ValueError, match="guess"):
        level(*frames({"A": 1}), method="guess")


def test_the_checker_sees_what_is_broken() -> None:
    given = frames({"A": 2, "B": 2}, [("A", "B", "SS", 1)], [("A", "R", 1), ("B", "R", 1)], {"R": 1})
    for expected, first, then in (
        ([], (0, 2), (2, 4)),
        (["broken_link"], (2, 4), (0, 2)),
        (["over_capacity"], (0, 2), (1, 3)),
        (["wrong_duration"], (0, 2), (3, 6)),
        (["starts_early"], (-1, 1), (1, 3)),
    ):  # fmt: skip
        scheduled = pl.DataFrame([("A", *first), ("B", *then)], ["task_id", "start", "finish"], orient="row")
        assert [problem.kind for problem in violations(*given, scheduled)] == expected
    assert violations(*given, scheduled.head(1)) == (Problem("missing_task", ("B",)),)


def hard() -> Frames:
    """Three kinds of ten tasks for two resources of ten: easy to schedule, slow to prove."""
    tasks = {f"T{number}": 3 + number * 7 % 8 for number in range(30)}
    uses = [(task, resource, 2 + (number * (5 + place)) % 7) for number, task in enumerate(tasks) for place, resource in enumerate("RS")]
    links = [(f"T{number}", f"T{number + 4}") for number in range(0, 26, 3)]
    return frames(tasks, links, uses, {"R": 10, "S": 10})


def test_progress_is_told_and_a_stop_ends_the_search() -> None:
    told: list[Progress] = []
    asked: list[bool] = []

    def stop() -> bool:
        asked.append(bool(told))
        return asked[-1]

    found = leveled(hard(), "cp-sat", seconds=60, progress=told.append, stop=stop)
    assert told
    assert 1 <= sum(asked) < 100  # it is asked ten times a second, and the search ends soon after it said so
    assert found.status == "feasible"
    assert found.gap == (found.makespan - found.bound) / found.makespan > 0


def test_no_time_gives_the_serial_answer() -> None:
    assert leveled(hard(), "cp-sat", seconds=0).tasks.equals(leveled(hard()).tasks)


def test_the_serial_answer_is_the_same_every_time_and_another_seed_is_allowed_to_differ() -> None:
    assert leveled(hard(), seed=7).tasks.equals(leveled(hard(), seed=7).tasks)
    leveled(hard(), seed=8)


def optima() -> dict[str, tuple[int, int]]:
    """Instance -> critical path, optimum."""
    with (PSPLIB / "j30_expected.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {f"j30{row['par']}_{row['inst']}": (int(row["mpm_time_critical_path"]), int(row["best_known_makespan"])) for row in rows}


@published
def test_the_serial_scheme_is_within_eight_percent_of_the_published_optima() -> None:
    over = []
    for name, (critical, optimum) in optima().items():
        found = leveled(frames_of(PSPLIB / "j30" / f"{name}.sm"))
        assert critical <= found.bound <= optimum <= found.makespan
        over.append(found.makespan / optimum - 1)
    assert len(over) == 48
    assert sum(over) / len(over) <= 0.08


@published
@pytest.mark.parametrize("name", ["j301_1", "j305_1", "j3017_1", "j3033_1", "j3041_1"])
def test_cp_sat_proves_published_optima(name: str) -> None:
    found = leveled(frames_of(PSPLIB / "j30" / f"{name}.sm"), "cp-sat", seconds=30)
    assert (found.makespan, found.status) == (optima()[name][1], "optimal")


@published
@pytest.mark.fuzz
def test_cp_sat_proves_45_of_the_48_in_five_seconds_each() -> None:
    proved = 0
    for name, (_, optimum) in optima().items():
        found = leveled(frames_of(PSPLIB / "j30" / f"{name}.sm"), "cp-sat", seconds=5)
        assert found.bound <= optimum <= found.makespan
        proved += found.status == "optimal"
    assert proved >= 45
