"""A worker ends in an answer or a refusal, whatever its job does, and the next job works again."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from lib.workers import Limits, Refused, Worker

MISCHIEF = "tests.workers.mischief"


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    limits = Limits(memory_bytes=2_000_000_000, cpu_seconds=2, wall_seconds=4, output_bytes=10_000_000)
    with Worker(limits, packages=("lib", "tests")) as worker:
        yield worker


def test_a_job_answers_and_its_process_stays_warm(worker: Worker, tmp_path: Path) -> None:
    first = worker.run(f"{MISCHIEF}:fine", {"word": "ñ"}, tmp_path)
    second = worker.run(f"{MISCHIEF}:fine", {}, tmp_path)
    assert isinstance(first, dict)
    assert isinstance(second, dict)
    assert first["word"] == "ñ"
    assert first["pid"] == second["pid"] != os.getpid()


def test_it_stays_warm_beside_a_large_server(worker: Worker, tmp_path: Path) -> None:
    held = bytearray(os.urandom(1) * 900_000_000)  # more than a third of what the worker may hold
    worker.close()
    pids = {worker.run(f"{MISCHIEF}:fine", {}, tmp_path)["pid"] for _ in range(2)}  # type: ignore[index]
    del held
    assert len(pids) == 1


POSIX = [
    ("abort", "too_much_memory"),
    ("crash", "too_much_memory"),
    ("spin", "too_slow"),
    ("fill", "too_much_memory"),
    ("write", "parser_failed"),
]
ANYWHERE = [
    ("sleep", "too_slow"), ("die", "worker_died"), ("panic", "parser_failed"), ("leave", "worker_died"), ("nonsense", "parser_failed"),
    ("text", "worker_died"), ("huge", "worker_died"), ("deep", "parser_failed"), ("absent", "parser_failed"),
]  # fmt: skip


@pytest.mark.parametrize(("job", "code"), ANYWHERE + (POSIX if sys.platform != "win32" else []))
def test_a_job_that_misbehaves_is_refused_and_the_next_one_works(worker: Worker, tmp_path: Path, job: str, code: str) -> None:
    answer = worker.run(f"{MISCHIEF}:{job}", {}, tmp_path)
    assert isinstance(answer, Refused)
    assert answer.code == code
    assert "secret" not in str(answer.args)
    assert isinstance(worker.run(f"{MISCHIEF}:fine", {}, tmp_path), dict)


def test_what_earlier_jobs_used_up_does_not_count_against_the_next(tmp_path: Path) -> None:
    with Worker(packages=("lib", "tests")) as worker:
        first = worker.run(f"{MISCHIEF}:once_used_up", {}, tmp_path)
        second = worker.run(f"{MISCHIEF}:once_used_up", {}, tmp_path)
    assert isinstance(first, dict)
    assert isinstance(second, dict)
    assert first["pid"] != second["pid"]


def test_a_job_outside_the_project_is_refused(worker: Worker, tmp_path: Path) -> None:
    answer = worker.run("os:system", {"command": "true"}, tmp_path)
    assert isinstance(answer, Refused)


def test_the_worker_does_not_inherit_the_server_s_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARTERA_SECRET", "hidden")
    with Worker(packages=("tests",)) as worker:
        seen = worker.run(f"{MISCHIEF}:environment", {}, tmp_path)
    assert isinstance(seen, dict)
    assert "PATH" in seen
    assert "hidden" not in seen.values()


def test_callers_on_several_threads_each_get_their_own_answer(worker: Worker, tmp_path: Path) -> None:
    answers: dict[str, object] = {}

    def call(word: str) -> None:
        answers[word] = worker.run(f"{MISCHIEF}:fine", {"word": word}, tmp_path)

    threads = [threading.Thread(target=call, args=(f"word {number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {word: answer["word"] for word, answer in answers.items()} == {word: word for word in answers}


def test_processor_time_is_counted_per_job(worker: Worker, tmp_path: Path) -> None:
    for _ in range(4):  # more in sum than one job may take
        assert isinstance(worker.run(f"{MISCHIEF}:work", {"seconds": 0.8}, tmp_path), dict)


def test_a_job_that_is_stopped_ends_at_once_and_the_one_that_waits_goes_on(tmp_path: Path) -> None:
    with Worker(Limits(wall_seconds=60), packages=("lib", "tests")) as worker:
        worker.run(f"{MISCHIEF}:fine", {}, tmp_path)
        stop, answers = threading.Event(), {}
        first = threading.Thread(target=lambda: answers.update(first=worker.run(f"{MISCHIEF}:sleep", {}, tmp_path, stop=stop)))
        second = threading.Thread(target=lambda: answers.update(second=worker.run(f"{MISCHIEF}:fine", {}, tmp_path)))
        first.start()
        second.start()
        stop.set()
        first.join(20)
        second.join(60)
        assert answers["first"] == Refused("stopped")
        assert isinstance(answers["second"], dict)


def test_a_job_stopped_before_its_turn_never_begins(tmp_path: Path) -> None:
    stop = threading.Event()
    stop.set()
    with Worker(packages=("lib", "tests")) as worker:
        assert worker.run(f"{MISCHIEF}:fine", {}, tmp_path, stop=stop) == Refused("stopped")


def test_a_job_tells_how_far_it_has_come_and_nobody_need_listen(worker: Worker, tmp_path: Path) -> None:
    heard: list[tuple[int, float]] = []
    answer = worker.run(f"{MISCHIEF}:tells", {}, tmp_path, heard=lambda rows, share: heard.append((rows, share)))
    assert (answer, heard) == ({"told": 3}, [(0, 0.0), (100, 0.5), (200, 1.0)])
    assert worker.run(f"{MISCHIEF}:tells", {"times": 2000}, tmp_path) == {"told": 2000}


def test_what_is_told_between_two_jobs_is_none_of_the_next_one(worker: Worker, tmp_path: Path) -> None:
    heard: list[tuple[int, float]] = []
    worker.run(f"{MISCHIEF}:tells", {}, tmp_path)
    assert isinstance(worker.run(f"{MISCHIEF}:fine", {}, tmp_path, heard=lambda rows, share: heard.append((rows, share))), dict)
    assert heard == []
