"""Work beside the page: it can be watched, waited for and stopped; a load that is stopped or fails leaves the portfolio as it was."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from lib.intake import PRELOAD, Checked, Intake, Mapping, Refused, Worker
from lib.store import Store
from lib.store.lock import locked
from lib.tables import TABLES
from lib.ui import loading
from lib.ui.checks import CHECKING, READING, Ground, read_and_check
from lib.ui.jobs import Job, Progress, Stopped
from lib.ui.uploads import Upload

AT = datetime(2024, 7, 1, 9, 30, tzinfo=UTC)
SECONDS = 60


def ended(job: Job) -> Job:
    assert job.ends_within(SECONDS)
    return job


def of_accounts(folder: Path, *names: str, number: int = 0) -> Upload:
    """A checked file of accounts."""
    own = folder / f"upload{number}"
    own.mkdir()
    absent = [pl.lit(None, dtype).alias(name) for name, dtype in TABLES["accounts"].polars_schema.items()]
    rows = pl.select(absent).clear()
    filled = pl.DataFrame({"account_id": names, "name": names, "currency": "EUR", "status": "active"})
    pl.concat([rows, filled], how="diagonal").select(rows.columns).write_ipc(own / "accepted.arrow")
    checked = Checked(
        file="clients.csv", table="accounts", records=len(names), accepted_rows=len(names), rejected_rows=0, left_out={}, counts={},
        questions=(), references={}, readings={}, key="column", cleaned={}, accepted=str(own / "accepted.arrow"), issues="",
    )  # fmt: skip
    name, digest = f"clients{number}.csv", f"{number}" * 8
    return Upload(name, digest, own / "upload", own, Refused("unused"), Mapping("accounts"), checked=checked, fits=100.0)


def load(job: Job, store: Store, *files: Upload) -> list[object]:
    """The commits of a load, without what is remembered of files that were read."""
    waiting = {upload.id: upload for upload in files}
    made: list[object] = []
    batches = loading._batches(files)
    try:
        for number, batch in enumerate(batches):
            made.append(loading._commit(job, batch, waiting, store, "Ana", lambda: AT, number / len(batches)))
    except Stopped:
        loading._take_back(made, store, "Ana", lambda: AT)
        raise
    return made


def test_a_job_tells_where_it_stands_and_answers() -> None:
    go_on = threading.Event()

    def work(job: Job) -> int:
        job.tell("Reading", "may.csv", 50_000, 0.4)
        go_on.wait(SECONDS)
        return 7

    job = Job("read", work)
    assert not job.ends_within(0.05)
    assert job.progress == Progress("Reading", "may.csv", 50_000, 0.4)
    go_on.set()
    assert (ended(job).answer, job.stopped, job.error) == (7, False, None)


def test_a_worker_moves_the_progress_from_where_it_stands_to_the_end_of_its_stage() -> None:
    moved: list[Progress] = []

    def work(job: Job) -> None:
        job.tell("Reading", "may.csv", 0, 0.2)
        heard = job.listener(0.4)
        for rows, share in ((0, 0.0), (1000, 0.5), (0, 1.0)):
            heard(rows, share)
            moved.append(job.progress)

    ended(Job("read", work))
    assert [(one.stage, one.about, one.rows, round(one.share, 6)) for one in moved] == [
        ("Reading", "may.csv", 0, 0.2), ("Reading", "may.csv", 1000, 0.3), ("Reading", "may.csv", 0, 0.4),
    ]  # fmt: skip


def test_a_large_file_shows_its_rows_and_how_much_is_done_while_it_is_read_and_checked(tmp_path: Path) -> None:
    count = 60_000
    lines = "".join(f"Client {number};EUR;active\n" for number in range(count))
    own = tmp_path / "upload"
    own.mkdir()
    (own / "upload").write_text("name;currency;status\n" + lines)
    upload = Upload("clients.csv", "ab" * 32, own / "upload", own, None)
    store = Store.open(tmp_path / "store", at=AT)
    seen: list[Progress] = []

    class Watched(Job):
        """A job that keeps all that it showed."""

        @property
        def progress(self) -> Progress:
            return seen[-1]

        @progress.setter
        def progress(self, now: Progress) -> None:
            seen.append(now)

    with Worker(preload=PRELOAD) as worker:
        ground = Ground(store, store.portfolio(), Intake(worker), Intake(worker))
        job = Watched("read", lambda job: read_and_check(job, {upload.id: upload}, ground))
        ended(job)
    assert job.error is None
    for stage, least, most in ((READING, 0.05, 0.4), (CHECKING, 0.4, 0.8)):
        own_stage = [one for one in seen if one.stage == stage]
        shares = [one.share for one in own_stage]
        assert len(set(shares)) > 3, stage
        assert shares == sorted(shares)
        assert (shares[0], shares[-1] <= most) == (pytest.approx(least), True)
        assert {one.rows for one in own_stage} - {0} <= {count, count + 1}
        assert own_stage[-1].rows == count


def test_a_stopped_job_ends_where_it_tells_its_progress() -> None:
    reached = threading.Event()

    def work(job: Job) -> None:
        reached.wait(SECONDS)
        job.tell("Writing")
        raise AssertionError("it went on")

    job = Job("load", work)
    job.stop.set()
    reached.set()
    assert ended(job).stopped
    assert job.error is None


def test_what_goes_wrong_is_kept_for_the_page() -> None:
    def work(job: Job) -> None:
        raise ValueError("disk full")

    assert isinstance(ended(Job("load", work)).error, ValueError)


def test_a_load_waits_while_another_import_runs_says_so_and_goes_through(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "data", at=AT)
    with locked(store.folder / "import.lock", 5):
        job = Job("load", lambda job: load(job, store, of_accounts(tmp_path, "Alfa")))
        for _ in range(200):
            if job.progress.stage == loading.QUEUED:
                break
            assert not job.ends_within(0.05)
        assert job.progress.stage == loading.QUEUED
        assert store.version() == 0
    assert ended(job).error is None
    assert store.portfolio().rows["accounts"] == 1


def test_a_load_that_waits_can_be_stopped_and_loads_nothing(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "data", at=AT)
    with locked(store.folder / "import.lock", 5):
        job = Job("load", lambda job: load(job, store, of_accounts(tmp_path, "Alfa")))
        job.stop.set()
        assert ended(job).stopped
    assert store.version() == 0


def test_a_load_stopped_between_two_files_takes_the_first_one_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store.open(tmp_path / "data", at=AT)
    commit = Store.commit

    def and_stop(self: Store, *args: object, **named: object) -> object:
        made = commit(self, *args, **named)  # type: ignore[arg-type]
        job.stop.set()
        return made

    monkeypatch.setattr(Store, "commit", and_stop)
    started = threading.Event()
    files = of_accounts(tmp_path, "Alfa"), of_accounts(tmp_path, "Beta", number=1)

    def work(job: Job) -> object:
        started.wait(SECONDS)
        return load(job, store, *files)

    job = Job("load", work)
    started.set()
    assert ended(job).stopped
    assert [commit.kind for commit in store.commits()] == ["undo", "import"]
    assert store.portfolio().loaded == frozenset()


def test_a_commit_given_up_before_its_second_table_writes_nothing(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "data", at=AT)
    seen: list[str] = []

    def stop_at_second(table: str) -> None:
        seen.append(table)
        if len(seen) == 2:
            raise Stopped

    changes = {table: loading.Merge(TABLES[table].empty(), "") for table in ("accounts", "people")}
    with pytest.raises(Stopped):
        store.commit(changes, author="Ana", at=AT, before_table=stop_at_second)
    assert seen == ["accounts", "people"]
    assert store.version() == 0
    assert store.check() == []
