"""Killed at any moment of import, undo, approval or migration: reopening finds the old portfolio or the new one, imports go on."""

from __future__ import annotations

import random
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from lib.portfolio import Portfolio
from lib.store import Merge, Store
from tests.measures.rows import book_of
from tests.store import jobs
from tests.store.forking import Warm, warm
from tests.store.samples import BY_ANA, accounts, assert_same, frozen, time_entries

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="children are forked and killed by POSIX signals")
JOBS = ("import_three", "undo_newest", "approve_change", "migrate")
PLAN = ("projects", "people", "tasks")
ROUNDS = 20
FUZZ_ROUNDS = 200


@pytest.fixture(scope="module")
def children() -> Iterator[Warm]:
    with warm() as started:
        yield started


@dataclass(frozen=True)
class Scene:
    """A folder before a job, and the portfolio, by table, before and after it."""

    folder: Path
    job: str
    old: dict[str, pl.DataFrame]
    new: dict[str, pl.DataFrame]
    seconds: float


def _open(folder: Path, job: str) -> Store:
    return Store.open(folder, tables=jobs.NOW, steps=jobs.STEPS) if job == "migrate" else Store.open(folder, tables=jobs.THEN)


@pytest.fixture(scope="module")
def scenes(children: Warm, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Scene]:
    base = tmp_path_factory.mktemp("crashes")
    before = base / "before"
    store = Store.open(before, tables=jobs.THEN)
    goals = pl.DataFrame({"goal_id": ["g1", "g2"], "title": ["Grow", "Keep"]})
    contacts = pl.DataFrame({"contact_id": ["c1"], "account_id": ["a"], "name": ["Eva"]})
    store.commit({"accounts": Merge(accounts(a="Alfa", b="Beta"), ""), "goals": Merge(goals, "")}, **BY_ANA)
    plan = {name: Merge(rows.collect(), "jira") for name, rows in _plan().frames.items() if name in PLAN}
    store.commit({"time_entries": Merge(time_entries(0, 5000), "harvest"), "contacts": Merge(contacts, ""), **plan}, **BY_ANA)
    store.write("scenarios", {"project_id": "j1", "name": "n", "plan": {}, "status": "proposed"}, **BY_ANA)
    made = {}
    for job in JOBS:
        start, done = base / job, base / f"{job} done"
        shutil.copytree(before, start)
        if job == "undo_newest":
            jobs.import_three(start)
        shutil.copytree(start, done)
        began = time.monotonic()
        assert children.end(children.start(job, folder=str(done))) == 0
        seconds = time.monotonic() - began
        old = Store(start, jobs.THEN) if job != "migrate" else Store(start, jobs.NOW, jobs.STEPS)
        made[job] = Scene(
            start, job, frozen(old.portfolio(), dict(old.tables)), frozen(_open(done, job).portfolio(), dict(old.tables)), seconds
        )
    return made


def _plan() -> Portfolio:
    """What there is to approve a change of: one task of one project."""
    return book_of(
        projects=[{"project_id": "j1", "account_id": "a", "billing": "fixed", "budget_amount": 9000.0}],
        people=[{"person_id": "p1", "cost_rate": 40.0}],
        tasks=[{"task_id": "t", "project_id": "j1", "assignee_id": "p1", "estimate_hours": 8.0, "remaining_hours": 8.0}],
    )  # fmt: skip


def _assert_old_or_new(folder: Path, scene: Scene) -> bool:
    """Check the folder that a killed child left; true if the job had been committed."""
    store = _open(folder, scene.job)
    committed = store.version() > 2 + (scene.job == "undo_newest")
    assert_same(store.portfolio(), scene.new if committed else scene.old, dict(store.tables))
    assert store.check() == []
    approved = committed and scene.job == "approve_change"
    assert (len(store.rows("decisions")), store.rows("scenarios")[0]["status"]) == ((1, "approved") if approved else (0, "proposed"))
    expected = frozen(store.portfolio(), dict(store.tables))
    store.commit({"accounts": Merge(accounts(z="Zeta"), "")}, **BY_ANA)
    found = frozen(store.portfolio(), dict(store.tables))
    added = found["accounts"].filter(account_id="z")
    assert added.height == 1
    found["accounts"] = found["accounts"].filter(pl.col("account_id") != "z")
    assert all(found[name].equals(expected[name]) for name in found)
    assert store.check() == []
    return committed


def _kill_at_random(children: Warm, scenes: dict[str, Scene], folder: Path, rounds: int, seed: int) -> set[tuple[str, bool]]:
    moments, seen = random.Random(seed), set()
    for number in range(rounds):
        scene = scenes[JOBS[number % len(JOBS)]]
        shutil.copytree(scene.folder, folder)
        child = children.start(scene.job, folder=str(folder))
        time.sleep(moments.uniform(0, scene.seconds * 1.1))
        children.end(child, kill=True)
        seen.add((scene.job, _assert_old_or_new(folder, scene)))
        shutil.rmtree(folder)
    return seen


def test_the_jobs_do_change_the_portfolio(scenes: dict[str, Scene]) -> None:
    for job in ("import_three", "undo_newest"):
        assert not scenes[job].old["time_entries"].equals(scenes[job].new["time_entries"])
        assert not scenes[job].old["accounts"].equals(scenes[job].new["accounts"])
    agreed = scenes["approve_change"]
    for table in ("change_requests", "projects", "tasks", "links", "bookings", "expenses"):
        assert agreed.new[table].height > agreed.old[table].height
    assert scenes["migrate"].new["goals"]["name"].to_list() == ["Grow", "Keep"]
    assert scenes["import_three"].new["contacts"].height == 0


def test_killed_at_random_moments_it_is_the_old_or_the_new_portfolio(children: Warm, scenes: dict[str, Scene], tmp_path: Path) -> None:
    _kill_at_random(children, scenes, tmp_path / "data", ROUNDS, seed=1)


@pytest.mark.fuzz
def test_killed_at_many_random_moments_it_is_the_old_or_the_new_portfolio(children: Warm, scenes: dict[str, Scene], tmp_path: Path) -> None:
    seen = _kill_at_random(children, scenes, tmp_path / "data", FUZZ_ROUNDS, seed=2)
    assert {(job, committed) for job in ("import_three", "undo_newest", "approve_change") for committed in (False, True)} <= seen


@pytest.mark.parametrize("job", JOBS)
def test_killed_at_every_step_it_is_the_old_or_the_new_portfolio(
    children: Warm, scenes: dict[str, Scene], tmp_path: Path, job: str
) -> None:
    committed, step, status = [], 0, -signal.SIGKILL
    while status == -signal.SIGKILL:
        step += 1
        folder = tmp_path / str(step)
        shutil.copytree(scenes[job].folder, folder)
        status = children.end(children.start(job, folder=str(folder), die_at=step))
        committed.append(_assert_old_or_new(folder, scenes[job]))
        shutil.rmtree(folder)
    assert status == 0
    assert step > 10
    if job != "migrate":  # opening the folder again ends a migration
        assert committed == sorted(committed)
        assert not committed[0]
