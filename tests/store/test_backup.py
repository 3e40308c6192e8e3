"""Backup to one file and back: consistent while others write, and nothing is believed that was not verified."""

from __future__ import annotations

import json
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from lib.store import BadArchive, Clear, Merge, Store
from lib.store import backup as backups
from tests.store.samples import AT, BY_ANA, accounts, assert_same, files_below, frozen, names, time_entries


@pytest.fixture
def archive(store: Store, tmp_path: Path) -> Path:
    store.commit({"accounts": Merge(accounts(a="Alfa"), ""), "time_entries": Merge(time_entries(0, 30), "")}, **BY_ANA)
    store.commit({"accounts": Merge(accounts(a="Alpha", b="Beta"), "")}, **BY_ANA)
    store.write("decisions", {"text": "Renew"}, **BY_ANA)
    target = tmp_path / "out" / "backup.zip"
    store.backup(target, AT)
    return target


def _restore(archive: Path, folder: Path) -> Store:
    return Store.restore(archive, folder, author="Bo", at=AT)


def test_a_restored_folder_holds_everything_history_included(store: Store, archive: Path, tmp_path: Path) -> None:
    restored = _restore(archive, tmp_path / "elsewhere")
    for version in (1, 2):
        assert_same(restored.portfolio(version), frozen(store.portfolio(version)))
    assert [row["text"] for row in restored.rows("decisions")] == ["Renew"]
    newest = restored.commits()[0]
    assert (newest.number, newest.kind, newest.author) == (3, "restore", "Bo")
    assert restored.check() == []
    restored.commit({"accounts": Clear()}, **BY_ANA)
    assert files_below(tmp_path / "elsewhere" / "restoring") == []


def test_restoring_takes_the_place_of_what_is_there_and_keeps_that_aside(store: Store, archive: Path) -> None:
    store.commit({"accounts": Merge(accounts(c="Gamma"), "")}, **BY_ANA)
    store.write("decisions", {"text": "Later"}, **BY_ANA)
    restored = _restore(archive, store.folder)
    assert names(restored) == {"a": "Alpha", "b": "Beta"}
    assert [row["text"] for row in restored.rows("decisions")] == ["Renew"]
    replaced = Store.open(store.folder / "replaced")
    assert names(replaced) == {"a": "Alpha", "b": "Beta", "c": "Gamma"}


def test_a_restored_version_number_is_in_neither_history(store: Store, archive: Path) -> None:
    for name in ("Gamma", "Delta", "Epsilon"):
        store.commit({"accounts": Merge(accounts(c=name), "")}, **BY_ANA)
    assert _restore(archive, store.folder).version() == 6
    assert _restore(archive, store.folder).version() == 7


def test_the_newest_import_can_be_undone_after_a_restore(store: Store, archive: Path) -> None:
    restored = _restore(archive, store.folder)
    restored.undo(2, **BY_ANA)
    assert names(restored) == {"a": "Alfa"}


def test_a_damaged_folder_can_be_restored(store: Store, archive: Path) -> None:
    (store.folder / "cartera.sqlite").write_bytes(b"not a database" * 100)
    for suffix in ("-wal", "-shm"):
        (store.folder / f"cartera.sqlite{suffix}").unlink(missing_ok=True)
    restored = _restore(archive, store.folder)
    assert names(restored) == {"a": "Alpha", "b": "Beta"}
    assert restored.check() == []


def test_two_backups_of_one_version_are_equal(store: Store, archive: Path, tmp_path: Path) -> None:
    store.backup(tmp_path / "again.zip", AT)
    with zipfile.ZipFile(archive) as first, zipfile.ZipFile(tmp_path / "again.zip") as second:
        left, right = (json.loads(packed.read("manifest.json"))["files"] for packed in (first, second))
    for files in (left, right):
        del files["cartera.sqlite"]  # its pages hold a change counter
    assert left == right


def test_a_backup_made_during_imports_is_one_of_the_versions(store: Store, tmp_path: Path) -> None:
    store.commit({"accounts": Merge(accounts(a="0"), ""), "time_entries": Merge(time_entries(0, 1), "")}, **BY_ANA)
    stop = threading.Event()

    def keep_importing() -> None:
        for number in range(1, 200):
            if stop.is_set():
                return
            both = {"accounts": Merge(accounts(a=str(number)), ""), "time_entries": Merge(time_entries(number, 1), "")}
            store.commit(both, **BY_ANA)

    importing = threading.Thread(target=keep_importing)
    importing.start()
    try:
        for number in range(3):
            store.backup(tmp_path / f"{number}.zip", AT)
    finally:
        stop.set()
        importing.join()
    for number in range(3):
        restored = _restore(tmp_path / f"{number}.zip", tmp_path / f"restored {number}")
        assert restored.check() == []
        assert restored.portfolio()["time_entries"].collect().height == int(names(restored)["a"]) + 1


def _rewrite(archive: Path, change: Callable[[dict[str, bytes]], None]) -> None:
    with zipfile.ZipFile(archive) as packed:
        entries = {name: packed.read(name) for name in packed.namelist()}
    change(entries)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in entries.items():
            packed.writestr(name, content)


def _listed(entries: dict[str, bytes], name: str, content: bytes) -> None:
    """Add an entry as an attacker would: in the manifest too."""
    manifest = json.loads(entries["manifest.json"])
    manifest["files"][name] = {"bytes": len(content), "sha256": backups.hashlib.sha256(content).hexdigest()}
    entries |= {name: content, "manifest.json": json.dumps(manifest).encode()}


def _altered(entries: dict[str, bytes]) -> None:
    name = next(name for name in entries if name.endswith(".parquet"))
    entries[name] = entries[name][:-1] + b"?"


def _cut(entries: dict[str, bytes]) -> None:
    del entries[next(name for name in entries if name.endswith(".parquet"))]


def _left_out(entries: dict[str, bytes]) -> None:
    name = next(name for name in entries if name.endswith(".parquet"))
    manifest = json.loads(entries["manifest.json"])
    del manifest["files"][name], entries[name]
    entries["manifest.json"] = json.dumps(manifest).encode()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param(_altered, "altered", id="altered"),
        pytest.param(_cut, "not a portfolio's", id="file missing"),
        pytest.param(_left_out, "missing or damaged", id="file left out of the manifest too"),
        pytest.param(lambda entries: entries.pop("manifest.json"), "not a Cartera backup", id="no manifest"),
        pytest.param(lambda entries: entries.update({"manifest.json": b"[1"}), "not whole", id="broken manifest"),
        pytest.param(lambda entries: entries.update({"manifest.json": b"{}"}), "not whole", id="empty manifest"),
        pytest.param(lambda entries: entries.update(extra=b"x"), "not a portfolio's", id="unlisted file"),
        pytest.param(lambda entries: _listed(entries, "../escaped.txt", b"x"), "not a portfolio's", id="path above"),
        pytest.param(lambda entries: _listed(entries, "tables/../../escaped.txt", b"x"), "not a portfolio's", id="path winding above"),
        pytest.param(lambda entries: _listed(entries, "/escaped.txt", b"x"), "not a portfolio's", id="absolute path"),
        pytest.param(lambda entries: _listed(entries, "C:\\escaped.txt", b"x"), "not a portfolio's", id="drive"),
        pytest.param(
            lambda entries: _listed(entries, "tables/accounts/part-00000099.parquet", bytes(50_000_000)), "too large", id="bomb"
        ),
    ],
)  # fmt: skip
def test_a_bad_archive_is_refused_and_the_portfolio_stays(
    store: Store, archive: Path, tmp_path: Path, change: Callable[[dict[str, bytes]], None], reason: str
) -> None:
    store.commit({"accounts": Merge(accounts(c="Gamma"), "")}, **BY_ANA)
    before, standing = files_below(tmp_path), frozen(store.portfolio())
    _rewrite(archive, change)
    with pytest.raises(BadArchive, match=reason):
        _restore(archive, store.folder)
    assert_same(Store.open(store.folder).portfolio(), standing)
    assert set(files_below(tmp_path)) <= {*before, "data/cartera.sqlite-shm", "data/cartera.sqlite-wal"}


def test_a_file_that_is_no_archive_is_refused(store: Store, tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"hello")
    with pytest.raises(BadArchive):
        _restore(tmp_path / "x.zip", store.folder)


def test_an_archive_larger_than_allowed_is_refused(store: Store, archive: Path) -> None:
    with pytest.raises(BadArchive, match="too large"):
        Store.restore(archive, store.folder, author="Bo", at=AT, max_bytes=1000)


@pytest.mark.parametrize("broken_off", ["replace", "copy_catalogue", "rmtree"])
def test_a_swap_that_was_broken_off_is_ended_at_the_next_opening(
    store: Store, archive: Path, monkeypatch: pytest.MonkeyPatch, broken_off: str
) -> None:
    store.commit({"accounts": Merge(accounts(c="Gamma"), "")}, **BY_ANA)
    module = {"replace": backups.os, "rmtree": backups.shutil, "copy_catalogue": backups}[broken_off]
    real, calls = getattr(module, broken_off), []

    def dies(*args: object, **options: object) -> object:
        if backups.marker(store.folder).exists():
            calls.append(args)
            if len(calls) == 2 or broken_off == "rmtree":
                raise KeyboardInterrupt
        return real(*args, **options)

    with monkeypatch.context() as patch:
        patch.setattr(module, broken_off, dies)
        with pytest.raises(KeyboardInterrupt):
            _restore(archive, store.folder)
    assert calls
    reopened = Store.open(store.folder)
    assert names(reopened) == {"a": "Alpha", "b": "Beta"}
    assert (reopened.commits()[0].kind, reopened.check()) == ("restore", [])
    assert names(Store.open(store.folder / "replaced")) == {"a": "Alpha", "b": "Beta", "c": "Gamma"}
