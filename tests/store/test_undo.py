"""Undo: a new commit that pins earlier versions, at once only for the newest import of its tables."""

from __future__ import annotations

import pytest

from lib.store import CannotUndo, Clear, Counts, Merge, Store, UnknownVersion
from tests.store.samples import BY_ANA, accounts, assert_same, frozen, names, time_entries


def _three(store: Store) -> None:
    for name in ("Alfa", "Beta", "Gamma"):
        store.commit({"accounts": Merge(accounts(a=name), "")}, **BY_ANA)


def test_undo_brings_back_the_portfolio_of_before(store: Store) -> None:
    store.commit({"accounts": Merge(accounts(a="Alfa"), ""), "time_entries": Merge(time_entries(0, 5), "")}, **BY_ANA)
    before = frozen(store.portfolio())
    store.commit({"accounts": Merge(accounts(a="Alpha", b="Beta"), ""), "time_entries": Clear()}, **BY_ANA)
    undo = store.undo(2, author="Bo", at=BY_ANA["at"])
    assert (undo.number, undo.kind, undo.author, undo.undoes) == (3, "undo", "Bo", 2)
    assert undo.counts == {"accounts": Counts(changed=1, removed=1), "time_entries": Counts(added=5)}
    assert_same(store.portfolio(), before)
    assert store.portfolio().rows == {"accounts": 1, "time_entries": 5}
    assert store.check() == []


def test_other_tools_see_the_undone_table_too(store: Store) -> None:
    _three(store)
    store.undo(3, **BY_ANA)
    delta = store.delta("accounts")
    assert delta.files(delta.head()) == delta.files(2)


def test_the_first_import_can_be_undone(store: Store) -> None:
    store.commit({"accounts": Merge(accounts(a="Alfa"), "sample")}, kind="sample", **BY_ANA)
    store.undo(1, **BY_ANA)
    assert store.portfolio().loaded == frozenset()
    store.commit({"accounts": Merge(accounts(b="Beta"), "")}, **BY_ANA)
    assert names(store) == {"b": "Beta"}
    assert store.check() == []


def test_an_undo_can_be_undone_and_that_too(store: Store) -> None:
    _three(store)
    for number, expected in ((3, "Beta"), (4, "Gamma"), (5, "Beta")):
        store.undo(number, **BY_ANA)
        assert names(store) == {"a": expected}


def test_imports_can_be_undone_one_after_another(store: Store) -> None:
    _three(store)
    store.undo(3, **BY_ANA)
    store.undo(2, **BY_ANA)
    assert names(store) == {"a": "Alfa"}
    assert [commit.number for commit in store.commits() if commit.undo_possible] == [5, 1]
    assert {commit.number: commit.undone_by for commit in store.commits()} == {5: None, 4: None, 3: 4, 2: 5, 1: None}


def test_after_an_undone_undo_the_import_stands_again(store: Store) -> None:
    _three(store)
    store.undo(3, **BY_ANA)
    store.undo(4, **BY_ANA)
    assert {commit.number: commit.undone_by for commit in store.commits()} == {5: None, 4: 5, 3: None, 2: None, 1: None}


def test_an_older_import_is_refused_naming_the_later_one(store: Store) -> None:
    _three(store)
    with pytest.raises(CannotUndo, match="version 3 came after it on accounts") as refusal:
        store.undo(2, **BY_ANA)
    assert refusal.value.later_commit is not None
    assert refusal.value.later_commit.number == 3
    assert store.version() == 3


def test_a_later_import_that_changed_nothing_stands_in_the_way_too(store: Store) -> None:
    _three(store)
    store.commit({"accounts": Merge(accounts(a="Gamma"), "")}, **BY_ANA)
    with pytest.raises(CannotUndo):
        store.undo(3, **BY_ANA)


def test_imports_of_other_tables_do_not_stand_in_the_way(store: Store) -> None:
    store.commit({"accounts": Merge(accounts(a="Alfa"), "")}, **BY_ANA)
    store.commit({"time_entries": Merge(time_entries(0, 5), "")}, **BY_ANA)
    store.undo(1, **BY_ANA)
    assert store.portfolio().rows == {"accounts": 0, "time_entries": 5}


def test_an_import_that_was_undone_cannot_be_undone_again(store: Store) -> None:
    _three(store)
    store.undo(3, **BY_ANA)
    with pytest.raises(CannotUndo):
        store.undo(3, **BY_ANA)


def test_an_unknown_commit_is_refused(store: Store) -> None:
    with pytest.raises(UnknownVersion):
        store.undo(7, **BY_ANA)


def test_what_undo_says_is_possible_is_what_it_accepts(store: Store) -> None:
    _three(store)
    store.commit({"accounts": Clear(), "time_entries": Merge(time_entries(0, 2), "")}, **BY_ANA)
    store.undo(4, **BY_ANA)
    store.undo(3, **BY_ANA)
    for commit in store.commits():
        if not commit.undo_possible:
            with pytest.raises(CannotUndo):
                store.undo(commit.number, **BY_ANA)
    possible = [commit.number for commit in store.commits() if commit.undo_possible]
    assert possible == [6, 2]
    for number in possible[::-1][:1]:
        store.undo(number, **BY_ANA)
    assert names(store) == {"a": "Alfa"}
