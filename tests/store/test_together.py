"""Several at once: two processes importing lose nothing, and decisions are written during an import."""

from __future__ import annotations

import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lib.store import ImportBusy, Merge, Store
from lib.store.delta import DeltaFolder
from lib.store.lock import locked
from tests.store.forking import Warm, warm
from tests.store.samples import BY_ANA, accounts, names, time_entries

needs_fork = pytest.mark.skipif(sys.platform == "win32", reason="children are forked and killed by POSIX signals")


@pytest.fixture(scope="module")
def children() -> Iterator[Warm]:
    with warm() as started:
        yield started


@needs_fork
def test_two_processes_importing_at_once_lose_nothing(children: Warm, tmp_path: Path) -> None:
    folder = tmp_path / "data"  # made by whichever comes first
    both = [children.start("import_rounds", folder=str(folder), first=first, rounds=8) for first in (0, 8)]
    assert [children.end(child) for child in both] == [0, 0]
    store = Store.open(folder)
    assert set(names(store)) == {f"a{number}" for number in range(16)}
    assert store.portfolio().rows == {"accounts": 16, "time_entries": 16}
    assert [commit.number for commit in store.commits()] == list(range(16, 0, -1))
    for version in range(17):
        assert store.portfolio(version)["accounts"].collect().height == version
    assert store.check() == []


@needs_fork
def test_the_import_lock_ends_with_its_process(children: Warm, store: Store, tmp_path: Path) -> None:
    holder = children.start("hold_import_lock", folder=str(store.folder), ready=str(tmp_path / "ready"))
    deadline = time.monotonic() + 30
    while not (tmp_path / "ready").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert children.end(children.start("try_import", folder=str(store.folder))) == 7
    children.end(holder, kill=True)
    assert children.end(children.start("try_import", folder=str(store.folder))) == 0
    assert names(store) == {"z": "Zeta"}


def test_a_second_import_in_the_same_process_waits_or_says_busy(store: Store) -> None:
    with locked(store.folder / "import.lock", 0), pytest.raises(ImportBusy, match="Another import is running"):
        store.commit({"accounts": Merge(accounts(a="Alfa"), "")}, wait_seconds=0.05, **BY_ANA)
    store.commit({"accounts": Merge(accounts(a="Alfa"), "")}, wait_seconds=0, **BY_ANA)


@pytest.fixture
def stuck(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[threading.Thread, threading.Event]]:
    """An import that has written one Delta version and then waits for the event."""
    store.commit({"accounts": Merge(accounts(a="Alfa"), ""), "time_entries": Merge(time_entries(0, 5), "")}, **BY_ANA)
    reached, go_on = threading.Event(), threading.Event()
    change = DeltaFolder.change

    def slow(*args: Any) -> int:
        version = change(*args)
        reached.set()
        go_on.wait(30)
        return version

    monkeypatch.setattr(DeltaFolder, "change", slow)
    changes = {"accounts": Merge(accounts(b="Beta"), ""), "time_entries": Merge(time_entries(5, 5), "")}
    importing = threading.Thread(target=lambda: store.commit(changes, **BY_ANA))
    importing.start()
    assert reached.wait(30)
    yield importing, go_on
    go_on.set()
    importing.join()


def test_decisions_are_written_during_an_import(store: Store, stuck: tuple[threading.Thread, threading.Event]) -> None:
    importing, go_on = stuck
    store.write("decisions", {"text": "Renew"}, **BY_ANA)
    assert importing.is_alive()
    assert [row["text"] for row in store.rows("decisions")] == ["Renew"]
    go_on.set()
    importing.join()
    assert store.portfolio().rows == {"accounts": 2, "time_entries": 10}
    assert [row["text"] for row in store.rows("decisions")] == ["Renew"]


def test_readers_and_openers_see_the_old_portfolio_during_an_import(
    store: Store, stuck: tuple[threading.Thread, threading.Event], tmp_path: Path
) -> None:
    importing, go_on = stuck
    opened = Store.open(store.folder)
    assert names(opened) == {"a": "Alfa"}
    assert opened.portfolio()["time_entries"].collect().height == 5
    opened.backup(tmp_path / "backup.zip", BY_ANA["at"])
    assert importing.is_alive()
    with zipfile.ZipFile(tmp_path / "backup.zip") as archive:
        assert not [name for name in archive.namelist() if "00000002" in name]  # what the import has written so far
    go_on.set()
    importing.join()
    assert names(opened) == {"a": "Alfa", "b": "Beta"}
    restored = Store.restore(tmp_path / "backup.zip", tmp_path / "restored", **BY_ANA)
    assert names(restored) == {"a": "Alfa"}
