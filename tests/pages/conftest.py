"""Data folders for page tests: empty, the sample, the small firm. The last two are made once and copied; a test may change what it gets.

Tests that only look share a copy, and with it what the app's caches hold of it; after one that wrote, the next gets a new copy.
"""

from __future__ import annotations

import functools
import inspect
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from streamlit.components.v2 import manifest_scanner

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


Files = dict[str, tuple[int, int]]


def files_of(folder: Path) -> Files:
    """File -> its size and when it was last written, without locks and the index that SQLite keeps while somebody reads."""
    kept = [path for path in folder.rglob("*") if path.is_file() and not path.name.endswith((".lock", "-shm"))]
    found = {str(path.relative_to(folder)): (path.stat().st_size, path.stat().st_mtime_ns) for path in kept}
    return {name: seen for name, seen in found.items() if seen[0] or not name.endswith("-wal")}


@pytest.fixture(scope="session")
def looked_at() -> dict[Path, tuple[Path, Files]]:
    """Folder that was made -> its copy which tests looked at so far, and its files as they were copied."""
    return {}


@pytest.fixture
def nothing_kept() -> None:
    """Who asks for it gets a copy of its own, of which caches hold nothing: it sees when something is computed."""


@pytest.fixture
def over(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest,
    looked_at: dict[Path, tuple[Path, Files]],
) -> Callable[[Path | None], Path]:  # fmt: skip
    """Serve a copy of a folder, or an empty portfolio for None; returns the folder served."""
    # A test that replaces a part of the app must neither find what the part made before nor leave behind what its own made.
    alone = "nothing_kept" in request.fixturenames or "monkeypatch" in inspect.signature(request.function).parameters

    def served(made: Path | None) -> Path:
        folder = tmp_path / "data"
        if made and alone:
            shutil.copytree(made, folder)
        elif made:
            folder, as_copied = looked_at.get(made, (folder, {}))
            if not as_copied or files_of(folder) != as_copied:
                folder = shutil.copytree(made, tmp_path_factory.mktemp("served") / "data")
                looked_at[made] = folder, files_of(folder)
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
def _installed_packages_are_scanned_once() -> Iterator[None]:
    """AppTest looks through all of them for components at every app that it opens; they do not change meanwhile."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(manifest_scanner, "scan_component_manifests", functools.cache(manifest_scanner.scan_component_manifests))
        yield


@pytest.fixture(scope="session", autouse=True)
def _no_worker_is_left_over() -> Iterator[None]:
    yield
    for worker in uploads._workers():
        worker.close()
