"""What the catalogue holds at one moment: the same as the store answers, and every write by anybody is another moment."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lib.store import Clear, Merge, Store, held, moment
from tests.store.samples import AT, BY_ANA, accounts

WANTED: dict[str, dict[str, object]] = {"settings": {}, "actions": {}, "audit": {"table_name": "overrides"}}
BAND = {"account_id": "a", "band": "red", "reason": "Sponsor left", "expires_on": AT.date()}


def test_it_answers_as_the_store_does(store: Store) -> None:
    store.commit({"accounts": Merge(accounts(a="Alfa"), "")}, **BY_ANA)
    store.write("actions", {"account_id": "a", "text": "Call"}, **BY_ANA)
    store.write("actions", {"account_id": "b", "text": "Write"}, **BY_ANA)
    store.write("overrides", BAND, **BY_ANA)
    found = held(store, WANTED)
    assert found.version == store.version() == 1
    assert list(found.commits) == store.commits()
    assert found.rows("actions") == store.rows("actions")
    assert found.rows("actions", account_id="b") == store.rows("actions", account_id="b")
    assert found.rows("audit") == store.rows("audit", table_name="overrides")
    with pytest.raises(KeyError):
        found.rows("promises")


def test_a_row_that_is_changed_by_its_reader_is_not_changed_for_others(store: Store) -> None:
    store.write("actions", {"text": "Call"}, **BY_ANA)
    found = held(store, WANTED)
    found.rows("actions")[0]["text"] = "Shout"
    assert found.rows("actions")[0]["text"] == "Call"


def _undo(store: Store) -> None:
    store.undo(1, **BY_ANA)


WRITES: dict[str, Callable[[Store], object]] = {
    "a setting": lambda store: store.write("settings", {"key": "base_currency", "value": "USD"}, **BY_ANA),
    "the same setting again": lambda store: store.write("settings", {"key": "base_currency", "value": "EUR"}, **BY_ANA),
    "a row": lambda store: store.write("promises", {"account_id": "a", "text": "Launch"}, **BY_ANA),
    "a change of a row": lambda store: store.write("actions", {"status": "done"}, key=1, **BY_ANA),
    "a row that goes": lambda store: store.remove("actions", 1, **BY_ANA),
    "an import": lambda store: store.commit({"accounts": Merge(accounts(b="Beta"), "")}, **BY_ANA),
    "an import of nothing new": lambda store: store.commit({"accounts": Merge(accounts(a="Alfa"), "")}, **BY_ANA),
    "an undo": _undo,
}


@pytest.mark.parametrize("what", WRITES)
def test_every_write_is_another_moment(store: Store, what: str) -> None:
    store.commit({"accounts": Merge(accounts(a="Alfa"), "")}, **BY_ANA)
    store.write("settings", {"key": "base_currency", "value": "EUR"}, **BY_ANA)
    store.write("actions", {"text": "Call"}, **BY_ANA)
    before = moment(store)
    assert moment(store) == before == held(store, WANTED).moment
    WRITES[what](store)
    assert moment(store) != before


def test_a_restored_backup_is_a_moment_that_never_was(store: Store, tmp_path: Path) -> None:
    # The backup is of version 1 with 2 lines of audit. What is there has had, before it is restored, version 1 with 2, then 3 lines.
    store.commit({"accounts": Merge(accounts(a="Alfa"), "")}, **BY_ANA)
    store.write("settings", {"key": "author", "value": "Ana"}, **BY_ANA)
    store.backup(tmp_path / "backup.zip", AT)
    had = {moment(store)}
    store.write("settings", {"key": "author", "value": "Bo"}, **BY_ANA)
    had.add(moment(store))
    for _ in range(2):
        restored = Store.restore(tmp_path / "backup.zip", store.folder, author="Bo", at=AT)
        assert moment(restored) not in had
        had.add(moment(restored))
        assert [row["value"] for row in held(restored, WANTED).rows("settings")] == ["Ana"]


def test_a_digest_is_of_its_own_table_only(store: Store) -> None:
    store.write("actions", {"text": "Call"}, **BY_ANA)
    before = held(store, WANTED)
    store.write("settings", {"key": "author", "value": "Ana"}, **BY_ANA)
    after = held(store, WANTED)
    assert after.digest("actions") == before.digest("actions")
    assert after.digest("settings") != before.digest("settings")


def test_another_process_writing_is_another_moment(store: Store) -> None:
    store.commit({"accounts": Clear()}, **BY_ANA)
    before = moment(store)
    script = (
        "import sys; from pathlib import Path; from datetime import UTC, datetime; from lib.store import Store\n"
        "Store(Path(sys.argv[1])).write('settings', {'key': 'author', 'value': 'Bo'}, author='Bo', at=datetime.now(UTC))"
    )
    subprocess.run([sys.executable, "-c", script, str(store.folder)], check=True, timeout=60)
    assert moment(store) != before
    assert [row["value"] for row in held(store, WANTED).rows("settings")] == ["Bo"]
