"""Old versions stay readable however old and long the log is, and whatever Delta's own cleaning does."""

from __future__ import annotations

import json
import os
from pathlib import Path

import polars as pl
import pytest
from deltalake import DeltaTable

import lib.store.delta as delta
from lib.store import Merge, Store
from tests.store.samples import AT, BY_ANA, DAY, accounts, assert_same, frozen, time_entries

YEAR_SECONDS = 366 * 86_400


def _commit_many(store: Store, first: int, count: int) -> None:
    for number in range(first, first + count):
        store.commit({"accounts": Merge(accounts(a=f"Alfa {number}"), "")}, author="Ana", at=AT + number * DAY)


def _age(folder: Path) -> None:
    """Make every file, and the moments inside the log, more than a year older."""
    for path in folder.rglob("*"):
        if path.suffix == ".json":
            entries = [json.loads(line) for line in path.read_text().splitlines()]
            for entry in entries:
                for part, moment in (("commitInfo", "timestamp"), ("remove", "deletionTimestamp"), ("add", "modificationTime")):
                    if part in entry and moment in entry[part]:
                        entry[part][moment] -= YEAR_SECONDS * 1000
            path.write_text("\n".join(json.dumps(entry) for entry in entries))
        then = path.stat().st_mtime - YEAR_SECONDS
        os.utime(path, (then, then))


def _clean(folder: Path) -> None:
    """All that Delta itself would ever do to save space."""
    table = DeltaTable(str(folder))
    table.create_checkpoint()
    table.cleanup_metadata()
    table.vacuum(dry_run=False)


def test_version_3_is_readable_after_200_more_and_an_aged_log(store: Store) -> None:
    store.commit({"time_entries": Merge(time_entries(0, 30), "")}, **BY_ANA)
    _commit_many(store, 2, 2)
    third = frozen(store.portfolio(3))
    _commit_many(store, 4, 200)
    for table in ("accounts", "time_entries"):
        _age(store.delta(table).path)
        _clean(store.delta(table).path)
    store = Store.open(store.folder)
    assert store.version() == 203
    assert_same(store.portfolio(3), third)
    assert third["accounts"]["name"].to_list() == ["Alfa 3"]
    for version in (2, 3, 19, 20, 21, 100, 203):  # 20: the log has a checkpoint there
        assert store.portfolio(version)["accounts"].collect()["name"].to_list() == [f"Alfa {version}"]
    _commit_many(store, 204, 2)
    assert_same(store.portfolio(3), third)


def test_without_the_long_retention_the_same_ageing_loses_old_versions(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delta, "CONFIGURATION", {})  # what makes the test above able to fail
    _commit_many(store, 1, 6)
    _age(store.delta("accounts").path)
    _clean(store.delta("accounts").path)
    assert "version_unreadable" in {problem.code for problem in store.check()} or not _readable(store, 3)


def _readable(store: Store, version: int) -> bool:
    try:
        store.portfolio(version)["accounts"].collect()
    except (Exception, pl.exceptions.PanicException):
        return False
    return True


def test_tables_are_made_with_a_retention_of_a_hundred_years(store: Store) -> None:
    _commit_many(store, 1, 1)
    configuration = DeltaTable(str(store.delta("accounts").path)).metadata().configuration
    assert configuration["delta.logRetentionDuration"] == "interval 36500 days"
    assert configuration["delta.deletedFileRetentionDuration"] == "interval 36500 days"
