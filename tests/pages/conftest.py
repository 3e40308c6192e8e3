"""Data folders for page tests: empty, the sample, the small firm. The last two are made once and copied: a test may change its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from lib.intake import PRELOAD, Checked, Intake, ReadReport, Worker, suggest, write_known
from lib.store import Merge, Store
from lib.ui import uploads, work
from lib.ui.sample_portfolio import open_sample
from tests.pages.app import ROOT
from tests.small_firm import ENGLISH

AT = datetime(2024, 7, 1, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def made_sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample") / "data"
    open_sample(Store.open(folder, at=AT), ROOT / "data" / "sample", AT)
    return folder


@pytest.fixture(scope="session")
def made_small_firm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small_firm") / "data"
    intake, accepted = Intake(Worker(preload=PRELOAD)), dict[str, pl.DataFrame]()
    for name, content in ENGLISH.items():
        place = tmp_path_factory.mktemp("upload")
        (place / "upload").write_bytes(content)
        report = intake.read(place / "upload", name, place)
        assert isinstance(report, ReadReport)
        mapping = suggest(report)[0].mapping
        checked = intake.check(report, mapping, place, write_known(accepted, place))
        assert isinstance(checked, Checked)
        accepted[mapping.table] = pl.read_ipc(checked.accepted)
    intake.worker.close()
    store = Store.open(folder, at=AT)
    store.commit({table: Merge(rows, "") for table, rows in accepted.items()}, author="Ana", at=AT)
    return folder


@pytest.fixture
def over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[Path | None], Path]:
    """Serve a copy of a folder, or an empty portfolio for None; returns the folder served."""

    def served(made: Path | None) -> Path:
        folder = tmp_path / "data"
        if made:
            shutil.copytree(made, folder)
        monkeypatch.setenv("CARTERA_DATA", str(folder))
        monkeypatch.setenv("CARTERA_FIRST_START", "empty")
        return folder

    return served


@pytest.fixture
def empty(over: Callable[[Path | None], Path]) -> Path:
    return over(None)


@pytest.fixture
def small_firm(over: Callable[[Path | None], Path], made_small_firm: Path) -> Path:
    return over(made_small_firm)


@pytest.fixture
def sample(over: Callable[[Path | None], Path], made_sample: Path) -> Path:
    return over(made_sample)


@pytest.fixture(autouse=True)
def _work_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page under test has nobody who would look at its progress again."""
    monkeypatch.setattr(work, "PATIENCE_SECONDS", 100.0)


@pytest.fixture(scope="session", autouse=True)
def _no_worker_is_left_over() -> Iterator[None]:
    yield
    for worker in uploads._workers():
        worker.close()
