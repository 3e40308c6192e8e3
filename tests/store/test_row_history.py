"""What became of one row: each commit that touched it, its cells before and after, and what people wrote about it."""

from __future__ import annotations

from typing import Any

import polars as pl

from lib.store import Merge, Snapshot, Store
from lib.store.corrections import correct, key_of, row_of
from lib.store.row_history import history_of_row, written_about
from lib.tables import TABLES
from tests.store.samples import AT, BY_ANA, accounts


def told(store: Store, key: str, version: int | None = None) -> list[tuple[Any, ...]]:
    """(step, what, author, cells as column: before → after) newest first."""
    history = history_of_row(store, "accounts", {"account_id": key}, version)
    return [
        (one.commit.number, one.what, one.commit.author, [f"{cell.column}: {cell.before} → {cell.after}" for cell in one.cells])
        for one in history
    ]


def put(store: Store, key: str, column: str, value: Any, reason: str = "why not") -> None:
    row = row_of(store.portfolio()["accounts"], key_of(TABLES["accounts"], key))
    correct(store, "accounts", row, column, value, reason, author="Ben", at=AT)


def test_every_step_that_touched_the_row_is_told_newest_first(store: Store) -> None:
    store.commit({"accounts": Merge(accounts(a1="Acme", a2="Bravo"), "crm")}, **BY_ANA)
    store.commit({"accounts": Merge(accounts(a2="Bravo Logistics"), "crm")}, **BY_ANA)  # another row
    put(store, "a1", "tier", "key")
    store.commit({"accounts": Merge(accounts(a1="Acme & Co"), "erp")}, author="Cleo", at=AT)
    assert told(store, "a1") == [
        (4, "changed", "Cleo", ["name: Acme → Acme & Co", "tier: key → None", "_source: crm → erp"]),
        (3, "changed", "Ben", ["tier: None → key"]),
        (1, "added", "Ana", []),
    ]
    assert [one.reason for one in history_of_row(store, "accounts", {"account_id": "a1"})] == ["", "why not", ""]
    assert told(store, "a1", version=3)[0][0] == 3


def test_what_was_undone_is_told_with_its_undoing(store: Store) -> None:
    store.commit({"accounts": Merge(accounts(a1="Acme", a2="Bravo"), "crm")}, **BY_ANA)
    put(store, "a1", "tier", "key")
    store.undo(2, author="Cleo", at=AT)
    assert [step[:3] for step in told(store, "a1")] == [(3, "changed", "Cleo"), (2, "changed", "Ben"), (1, "added", "Ana")]
    assert told(store, "a1")[0][3] == ["tier: key → None"]
    assert [step[0] for step in told(store, "a2")] == [1]


def test_a_row_that_went_and_came_back_is_told_whole(store: Store) -> None:
    store.commit({"accounts": Merge(accounts(a1="Acme", a2="Bravo"), "crm")}, **BY_ANA)
    store.commit({"accounts": Snapshot(accounts(a2="Bravo"), "crm")}, **BY_ANA)
    store.commit({"accounts": Merge(accounts(a3="Cobalt"), "crm")}, **BY_ANA)
    store.commit({"accounts": Merge(accounts(a1="Acme"), "crm")}, **BY_ANA)
    assert [step[:2] for step in told(store, "a1")] == [(4, "added"), (2, "removed"), (1, "added")]
    assert told(store, "a9") == []


def test_what_people_wrote_about_an_account_is_found_in_the_audit_log(store: Store) -> None:
    store.commit({"accounts": Merge(accounts(a1="Acme"), "crm")}, **BY_ANA)
    store.write("promises", {"account_id": "a1", "text": "a date"}, **BY_ANA)
    store.write("promises", {"account_id": "a2", "text": "another"}, **BY_ANA)
    store.write("aliases", {"table_name": "accounts", "alias": "ACME SL", "target": "a1"}, **BY_ANA)
    kept = store.write("actions", {"account_id": "a1", "text": "call"}, **BY_ANA)
    store.remove("actions", kept, author="Ben", at=AT)
    about = [(line["action"], line["table_name"]) for line in written_about(store, "accounts", "a1")]
    assert about == [("remove", "actions"), ("add", "actions"), ("add", "aliases"), ("add", "promises")]
    assert written_about(store, "people", "a1") == []


def test_only_the_versions_that_wrote_the_row_are_read(store: Store, monkeypatch: Any) -> None:
    for number in range(12):
        store.commit({"accounts": Merge(accounts(**{f"a{number}": "Acme"}), "crm")}, **BY_ANA)
    read: list[int | None] = []
    whole = Store.portfolio
    monkeypatch.setattr(Store, "portfolio", lambda self, version=None: read.append(version) or whole(self, version))
    assert [step[0] for step in told(store, "a3")] == [4]
    assert read == [12, 3]


def test_lists_are_compared_as_they_are(store: Store) -> None:
    people = pl.DataFrame({"person_id": ["p1"], "name": ["Ana"], "weekly_hours": [40.0], "skills": [["x"]]})
    store.commit({"people": Merge(people, "hr")}, **BY_ANA)
    store.commit({"people": Merge(people.with_columns(pl.Series("skills", [["x", "y"]])), "hr")}, **BY_ANA)
    (cell,) = history_of_row(store, "people", {"person_id": "p1"})[0].cells
    assert (cell.before, cell.after) == (["x"], ["x", "y"])
