"""Rows that people write: kept as given, with author, time and an audit line; no acknowledged write is lost."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date

import pytest

from lib.store import BadRows, NotFound, Store
from lib.store.authored import COLUMNS, NATURAL_KEYS
from lib.store.catalogue import connect
from tests.store.samples import AT, BY_ANA, DAY

ROWS = {
    "settings": {"key": "currency", "value": "EUR"},
    "aliases": {"table_name": "accounts", "source": "jira", "alias": "ACME", "target": "a1"},
    "mapping_profiles": {"source": "harvest", "table_name": "time_entries", "mapping": {"Fecha": "date"}},
    "reviews": {
        "scope": "account", "account_id": "a1", "title": "T1", "date": date(2024, 3, 1), "quarter": "2024Q1", "as_of": date(2024, 2, 29),
        "version": 3, "attendees": ["Ana"], "snapshot": {"score": 71.5}, "rating": 4, "notes": "ok", "status": "open",
    },
    "commentary": {"subject": "scorecard", "text": "Bien", "figures": ["nrr"]},
    "decisions": {"text": "Renew", "decided_on": date(2024, 3, 1)},
    "actions": {"text": "Call", "owner": "Ana", "due": date(2024, 3, 8), "status": "open"},
    "promises": {"account_id": "a1", "text": "Launch", "due": date(2024, 4, 1), "target": 0.95},
    "scenarios": {"name": "Add payments", "plan": {"tasks": []}, "result": {"p80": "2024-05-01"}},
    "overrides": {"account_id": "a1", "band": "red", "reason": "Sponsor left", "expires_on": date(2024, 6, 1)},
    "score_profiles": {"name": "default", "valid_from": date(2024, 1, 1), "profile": {"delivery": 20}},
}  # fmt: skip


def test_the_examples_cover_every_authored_table() -> None:
    assert set(ROWS) == set(COLUMNS)


@pytest.mark.parametrize("table", ROWS)
def test_a_row_comes_back_as_it_was_written(store: Store, table: str) -> None:
    key = store.write(table, ROWS[table], **BY_ANA)
    (row,) = store.rows(table)
    assert {column: row[column] for column in ROWS[table]} == ROWS[table]
    assert (row["id"], row["author"], row["at"], row["at"].tzinfo) == (key, "Ana", AT, UTC)
    assert set(row) == {"id", "author", "at", *COLUMNS[table]}


def test_a_change_keeps_the_other_columns_and_is_audited(store: Store) -> None:
    key = store.write("actions", ROWS["actions"], **BY_ANA)
    assert store.write("actions", {"status": "done"}, key=key, author="Bo", at=AT + DAY) == key
    (row,) = store.rows("actions")
    assert (row["text"], row["status"], row["author"], row["at"]) == ("Call", "done", "Bo", AT + DAY)
    added, changed = store.rows("audit", table_name="actions")
    assert (added["action"], added["before"], added["after"]["status"]) == ("add", None, "open")
    assert (changed["action"], changed["before"]["status"], changed["after"]["status"]) == ("change", "open", "done")
    assert (changed["row_id"], changed["author"], changed["at"]) == (key, "Bo", AT + DAY)


def test_a_removed_row_stays_in_the_audit_log(store: Store) -> None:
    key = store.write("decisions", ROWS["decisions"], **BY_ANA)
    store.remove("decisions", key, author="Bo", at=AT)
    assert store.rows("decisions") == []
    assert store.rows("audit")[-1]["before"]["text"] == "Renew"
    with pytest.raises(NotFound):
        store.remove("decisions", key, **BY_ANA)


@pytest.mark.parametrize("table", ROWS)
def test_the_id_of_a_removed_row_is_never_given_again(store: Store, table: str) -> None:
    first = store.write(table, ROWS[table], **BY_ANA)
    store.remove(table, first, **BY_ANA)
    assert store.write(table, ROWS[table], **BY_ANA) > first


@pytest.mark.parametrize("table", NATURAL_KEYS)
def test_writing_the_same_natural_key_again_changes_the_row(store: Store, table: str) -> None:
    first = store.write(table, ROWS[table], **BY_ANA)
    assert store.write(table, ROWS[table], author="Bo", at=AT) == first
    assert [row["author"] for row in store.rows(table)] == ["Bo"]


def test_rows_are_found_by_equal_columns_null_included(store: Store) -> None:
    store.write("decisions", {"text": "One", "account_id": "a1"}, **BY_ANA)
    store.write("decisions", {"text": "Two", "account_id": None}, **BY_ANA)
    assert [row["text"] for row in store.rows("decisions", account_id="a1")] == ["One"]
    assert [row["text"] for row in store.rows("decisions", account_id=None)] == ["Two"]


@pytest.mark.parametrize("text", ["'; DROP TABLE decisions; --", "ñandú €", "línea\notra", '"quoted"'])
def test_text_is_only_text(store: Store, text: str) -> None:
    store.write("decisions", {"text": text}, **BY_ANA)
    assert [row["text"] for row in store.rows("decisions", text=text)] == [text]


def test_unknown_tables_columns_and_rows_are_refused(store: Store) -> None:
    with pytest.raises(NotFound, match="no authored table commits"):
        store.write("commits", {"number": 1}, **BY_ANA)
    with pytest.raises(NotFound, match="no authored table audit"):
        store.write("audit", {"action": "x"}, **BY_ANA)
    with pytest.raises(NotFound, match="no column colour"):
        store.write("decisions", {"text": "x", "colour": "red"}, **BY_ANA)
    with pytest.raises(NotFound, match="no row 7"):
        store.write("decisions", {"text": "x"}, key=7, **BY_ANA)
    with pytest.raises(NotFound, match="no column colour"):
        store.rows("decisions", colour="red")
    assert store.rows("audit") == []


@pytest.mark.parametrize("row", [{"text": 5}, {"text": "x", "decided_on": "2024-03-01"}, {"text": "x", "decided_on": AT}])
def test_a_value_of_another_kind_is_refused(store: Store, row: dict[str, object]) -> None:
    with pytest.raises(TypeError):
        store.write("decisions", row, **BY_ANA)
    assert store.rows("decisions") == []


def test_nothing_is_written_by_nobody(store: Store) -> None:
    for act in (lambda: store.write("decisions", {"text": "x"}, author=" ", at=AT), lambda: store.commit({}, author="", at=AT)):
        with pytest.raises(ValueError, match="author"):
            act()
    assert (store.rows("decisions"), store.rows("audit"), store.version()) == ([], [], 0)


def test_a_reference_to_a_missing_review_is_refused_and_nothing_is_audited(store: Store) -> None:
    with pytest.raises(BadRows, match="FOREIGN KEY"):
        store.write("decisions", {"text": "x", "review_id": 99}, **BY_ANA)
    with pytest.raises(BadRows, match="NOT NULL"):
        store.write("decisions", {"account_id": "a1"}, **BY_ANA)
    assert store.rows("audit") == []


def test_every_connection_has_our_settings(store: Store) -> None:
    with store.catalogue.reading() as db:
        found = {name: db.conn.execute(f"PRAGMA {name}").fetchone()[0] for name in (
            "journal_mode", "synchronous", "foreign_keys", "busy_timeout", "trusted_schema",
        )}  # fmt: skip
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000, "trusted_schema": 0}


def test_threads_that_write_at_once_lose_nothing(store: Store) -> None:
    def write(number: int) -> int:
        with_read = len(store.rows("decisions", text=f"decision {number}"))  # reading first is what upgrades a lock
        return store.write("decisions", {"text": f"decision {number}"}, **BY_ANA) if not with_read else 0

    with ThreadPoolExecutor(8) as threads:
        keys = list(threads.map(write, range(240)))
    assert len(set(keys)) == 240
    assert sorted(row["text"] for row in store.rows("decisions")) == sorted(f"decision {number}" for number in range(240))
    assert len(store.rows("audit")) == 240


def test_a_failed_write_leaves_nothing(store: Store) -> None:
    def fail() -> None:
        with store.catalogue.writing() as db:
            db.conn.execute("INSERT INTO settings (key, author, at) VALUES ('x', 'Ana', '')")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert store.rows("settings") == []


def test_a_write_takes_its_lock_at_the_start(store: Store) -> None:
    with store.catalogue.writing():
        other = connect(store.catalogue.path)
        other.conn.execute("PRAGMA busy_timeout=0")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.conn.execute("BEGIN IMMEDIATE")
        other.close()
