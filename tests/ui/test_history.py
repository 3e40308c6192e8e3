"""What the history says of a step, in words: every kind that can be undone has some, and a change order its number and title."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from lib.formats import Language
from lib.scope.ask import Ask
from lib.scope.orders import Approval
from lib.store import Commit, Merge, Store
from lib.store.catalogue import UNDOABLE
from lib.store.change_requests import Request, approve, change_id_of, log, reject
from lib.ui.history import KINDS, _counts, kind_of
from tests.measures.rows import book_of

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
EN = Language("en")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store.open(tmp_path / "data")
    book = book_of(projects=[{"project_id": "j", "account_id": "a"}])
    made.commit({name: Merge(book[name].collect(), "") for name in ("accounts", "projects")}, author="Ana", at=AT)
    return made


def said(commit: Commit) -> tuple[str, str]:
    return kind_of(commit, EN), _counts(commit, EN)


def test_every_kind_of_step_that_can_be_undone_has_words() -> None:
    assert set(UNDOABLE) <= set(KINDS)


def test_a_request_and_its_order_are_told_by_number_and_title(store: Store) -> None:
    made = log(store, Request("j", "Second *language*"), author="Eva", at=AT)
    assert said(made) == ("Change request", "«Second \\*language\\*» · logged · Change requests \\+1")
    ask = Ask("j", "Second language", change_id=change_id_of(made))
    order = Approval(ask, "extend", date(2026, 3, 2), store.version(), date(2026, 3, 2), "EUR")
    kind, counts = said(approve(store, order, author="Eva", at=AT))
    assert (kind, counts) == ("Change order", "CO\\-0001 · «Second language» · approved · Change requests ±1")


def test_a_rejection_says_why(store: Store) -> None:
    made = log(store, Request("j", "More"), author="Eva", at=AT)
    version = store.version()
    gone = reject(store, change_id_of(made), reason="Not now", decided_on=date(2026, 3, 2), version=version, author="Eva", at=AT)
    assert said(gone)[1] == "«More» · rejected · Not now · Change requests ±1"
