"""The integrity check: silent on a whole folder, and one code for each way of being broken."""

from __future__ import annotations

import pytest
from deltalake import write_deltalake

from lib.store import Merge, Store
from tests.store.samples import BY_ANA, accounts, time_entries


@pytest.fixture
def full(store: Store) -> Store:
    store.commit({"accounts": Merge(accounts(a="Alfa"), ""), "time_entries": Merge(time_entries(0, 40), "")}, **BY_ANA)
    store.commit({"accounts": Merge(accounts(a="Alpha"), "")}, **BY_ANA)
    store.undo(2, **BY_ANA)
    store.write("decisions", {"text": "Renew"}, **BY_ANA)
    return store


def _codes(store: Store) -> set[str]:
    return {problem.code for problem in store.check()}


def test_a_whole_folder_has_no_problem(full: Store) -> None:
    assert full.check() == []


def test_a_missing_file_is_found_even_if_only_history_needs_it(full: Store) -> None:
    delta = full.delta("accounts")
    (only_of_history,) = set(delta.files(2)) - set(delta.files(1))
    delta.path.joinpath(only_of_history).unlink()
    assert _codes(full) == {"file_unreadable"}
    assert "part-00000002.parquet of accounts" in str(full.check()[0])


def test_a_damaged_file_is_found(full: Store) -> None:
    (path,) = full.delta("time_entries").path.glob("*.parquet")
    content = path.read_bytes()
    path.write_bytes(content[:200] + bytes(100) + content[300:])
    assert _codes(full) == {"file_unreadable"}


def test_a_missing_log_entry_is_found(full: Store) -> None:
    (full.delta("accounts").path / "_delta_log" / f"{1:020d}.json").unlink()
    assert "version_unreadable" in _codes(full)


def test_another_number_of_rows_is_found(full: Store) -> None:
    with full.catalogue.writing() as db:
        db.conn.execute("UPDATE pins SET rows = 41 WHERE table_name = 'time_entries'")
    assert _codes(full) == {"rows_differ"}


def test_a_file_exchanged_for_one_of_other_rows_is_found(full: Store) -> None:
    (path,) = full.delta("time_entries").path.glob("*.parquet")
    full.portfolio()["time_entries"].collect().head(3).write_parquet(path)
    assert _codes(full) == {"file_differs"}


def test_a_head_moved_by_another_tool_is_found_and_the_next_opening_mends_it(full: Store) -> None:
    rows = full.portfolio()["accounts"].collect()
    write_deltalake(str(full.delta("accounts").path), rows, mode="append")
    assert _codes(full) == {"head_differs"}
    assert Store.open(full.folder).check() == []
    assert full.portfolio()["accounts"].collect().height == 1


def test_a_broken_reference_is_found(full: Store) -> None:
    with full.catalogue.reading() as db:
        db.conn.execute("PRAGMA foreign_keys=OFF")
        db.execute("UPDATE decisions SET review_id = 99")
    assert _codes(full) == {"broken_reference"}


def test_a_damaged_catalogue_is_found(full: Store) -> None:
    with full.catalogue.reading() as db:
        db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = full.catalogue.path.read_bytes()
    full.catalogue.path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
    assert _codes(full) == {"catalogue_damaged"}
