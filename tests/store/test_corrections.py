"""One cell put right by a person: what is refused and why, what is committed, what stands and what an import would overwrite."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from lib.store import BadRows, Clear, Commit, Counts, Merge, NotFound, ReplacePeriod, RowMoved, Snapshot, Store
from lib.store.corrections import correct, corrections_lost, flaws, key_of, key_text, row_of, standing_corrections
from lib.tables import TABLES
from tests.store.samples import AT, BY_ANA, DAY, accounts, names, time_entries

REASON = "the letter says so"


@pytest.fixture
def firm(store: Store) -> Store:
    """Two accounts, and the hours of one person on one project; people and projects are not loaded."""
    changes = {"accounts": Merge(accounts(a1="Acme", a2="Bravo"), "crm"), "time_entries": Merge(time_entries(1, 5), "harvest")}
    store.commit(changes, **BY_ANA)
    return store


def row(store: Store, table: str, key: str) -> pl.DataFrame:
    return row_of(store.portfolio()[table], key_of(TABLES[table], key))


def codes(store: Store, table: str, key: str, column: str, value: Any, reason: str = REASON) -> list[str]:
    return [flaw.code for flaw in flaws(store.portfolio(), TABLES[table], row(store, table, key), column, value, reason)]


def put(store: Store, table: str, key: str, column: str, value: Any, author: str = "Ben") -> Commit:
    return correct(store, table, row(store, table, key), column, value, REASON, author=author, at=AT + DAY)


def test_a_correction_changes_one_cell_and_keeps_the_rest_of_the_row_and_its_source(firm: Store) -> None:
    before = row(firm, "accounts", "a1")
    commit = put(firm, "accounts", "a1", "manager", "Lola")
    after = row(firm, "accounts", "a1")
    assert after.drop("manager", "_import").equals(before.drop("manager", "_import"))
    assert (after["manager"][0], after["_source"][0], after["_import"][0]) == ("Lola", "crm", commit.number)
    assert row(firm, "accounts", "a2")["_import"][0] == 1


def test_it_is_committed_with_what_it_was_what_it_is_and_why(firm: Store) -> None:
    commit = put(firm, "accounts", "a1", "since", date(2020, 1, 2))
    assert (commit.kind, commit.author, commit.counts) == ("correction", "Ben", {"accounts": Counts(changed=1)})
    cell = {"table": "accounts", "key": "a1", "column": "since", "before": None, "after": "2020-01-02"}
    assert commit.details == {"cells": [cell], "reason": REASON, "author": "Ben"}


def test_undoing_it_puts_the_cell_back(firm: Store) -> None:
    commit = put(firm, "accounts", "a1", "name", "Acme & Co")
    assert commit.undo_possible
    firm.undo(commit.number, author="Ana", at=AT + 2 * DAY)
    assert names(firm) == {"a1": "Acme", "a2": "Bravo"}


@pytest.mark.parametrize(
    ("column", "value", "found"),
    [
        ("account_id", "a9", ["key_column"]),
        ("name", "Acme", ["same"]),
        ("name", "\x07 Acme ", ["same"]),
        ("name", "", ["nullability"]),
        ("name", None, ["nullability"]),
        ("name", "x" * 401, ["max_length"]),
        ("status", "asleep", ["not_a_choice"]),
        ("currency", "euro", ["regex"]),
        ("parent_id", "a1", ["parent_of_itself"]),
        ("parent_id", "a9", ["unknown_reference"]),
        ("parent_id", "a2", []),
        ("since", date(1800, 1, 1), ["min"]),
        ("since", "soon", ["other_kind"]),
        ("internal", 3.5, ["other_kind"]),
        ("manager", "Lola", []),
    ],
)
def test_what_the_rules_of_the_table_forbid_is_refused(firm: Store, column: str, value: Any, found: list[str]) -> None:
    assert codes(firm, "accounts", "a1", column, value) == found


def test_a_rule_over_several_columns_is_kept_too(firm: Store) -> None:
    assert codes(firm, "time_entries", "e1", "hours", 25.0) == ["hours_over_day"]
    assert codes(firm, "time_entries", "e1", "bill_rate", 80.0) == ["rate_without_currency"]
    assert codes(firm, "time_entries", "e1", "hours", 2) == []


def test_a_rule_that_was_broken_before_does_not_hold_up_other_cells(firm: Store) -> None:
    broken = time_entries(9, 1).with_columns(pl.lit(30.0).alias("hours"))
    firm.commit({"time_entries": Merge(broken, "harvest")}, **BY_ANA)
    assert codes(firm, "time_entries", "e9", "note", "two people") == []
    assert codes(firm, "time_entries", "e9", "hours", 29.0) == ["hours_over_day"]


def test_a_reference_into_an_empty_table_is_taken_and_into_a_filled_one_must_name_a_row(firm: Store) -> None:
    assert codes(firm, "time_entries", "e1", "person_id", "p7") == []
    people = pl.DataFrame({"person_id": ["p1"], "name": ["Ana"], "weekly_hours": [40.0]})
    firm.commit({"people": Merge(people, "hr")}, **BY_ANA)
    assert codes(firm, "time_entries", "e1", "person_id", "p7") == ["unknown_reference"]


def test_nobody_stands_above_himself_by_a_longer_way(firm: Store) -> None:
    put(firm, "accounts", "a2", "parent_id", "a1")
    assert codes(firm, "accounts", "a1", "parent_id", "a2") == ["circle"]


def test_a_reason_is_required(firm: Store) -> None:
    assert codes(firm, "accounts", "a1", "manager", "Lola", reason=" ") == ["no_reason"]
    with pytest.raises(BadRows, match="Say why"):
        correct(firm, "accounts", row(firm, "accounts", "a1"), "manager", "Lola", "", author="Ben", at=AT)
    assert firm.version() == 1


def test_a_row_that_moved_meanwhile_is_not_overwritten(firm: Store) -> None:
    seen = row(firm, "accounts", "a1")
    put(firm, "accounts", "a1", "manager", "Lola")
    with pytest.raises(RowMoved):
        correct(firm, "accounts", seen, "tier", "key", REASON, author="Ana", at=AT)
    assert (row(firm, "accounts", "a1")["manager"][0], firm.version()) == ("Lola", 2)


@pytest.mark.parametrize(
    ("table", "values", "text"),
    [
        ("accounts", {"account_id": "a|1"}, "a|1"),
        ("links", {"predecessor_id": "t,1", "successor_id": 'a"b', "kind": "FS"}, '["t,1", "a\\"b", "FS"]'),
        ("fx_rates", {"currency": "USD", "date": date(2024, 1, 31)}, '["USD", "2024-01-31"]'),
    ],
)
def test_a_key_is_one_text_and_back(table: str, values: dict[str, Any], text: str) -> None:
    assert key_text(values) == text
    assert key_of(TABLES[table], text) == values


@pytest.mark.parametrize("text", ["USD", '["USD"]', '["USD", "soon"]', '["USD", 3]', "{}", "[[[["])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(NotFound):
        key_of(TABLES["fx_rates"], text)


def test_a_correction_stands_while_its_cell_holds_it(firm: Store) -> None:
    commit = put(firm, "time_entries", "e1", "hours", 2.25)
    (found,) = standing_corrections(firm).iter_rows(named=True)
    assert found == {
        "table": "time_entries", "key": "e1", "column": "hours", "before": "1.5", "after": "2.25",
        "reason": REASON, "author": "Ben", "at": AT + DAY, "commit": commit.number,
    }  # fmt: skip
    firm.commit({"time_entries": Merge(time_entries(1, 5), "harvest")}, author="Ana", at=AT + 2 * DAY)
    assert standing_corrections(firm).is_empty()
    firm.undo(3, author="Ana", at=AT + 2 * DAY)
    assert standing_corrections(firm)["after"].to_list() == ["2.25"]
    firm.undo(2, author="Ana", at=AT + 2 * DAY)
    assert standing_corrections(firm).is_empty()


def test_a_correction_that_was_undone_does_not_stand_even_if_a_file_says_the_same_later(firm: Store) -> None:
    commit = put(firm, "accounts", "a1", "manager", "Lola")
    firm.undo(commit.number, author="Ana", at=AT + 2 * DAY)
    firm.commit({"accounts": Merge(accounts(a1="Acme").with_columns(pl.lit("Lola").alias("manager")), "crm")}, **BY_ANA)
    assert standing_corrections(firm).is_empty()


def test_of_two_corrections_of_a_cell_the_newer_stands(firm: Store) -> None:
    put(firm, "accounts", "a1", "manager", "Lola")
    put(firm, "accounts", "a1", "manager", "Pau")
    put(firm, "accounts", "a1", "tier", "key")
    assert standing_corrections(firm).select("column", "before", "after").rows() == [("tier", None, "key"), ("manager", "Lola", "Pau")]
    assert standing_corrections(firm, "time_entries").is_empty()


def test_lists_and_empty_cells_stand_too(firm: Store) -> None:
    people = pl.DataFrame({"person_id": ["p1"], "name": ["Ana"], "weekly_hours": [40.0], "skills": [["x"]]})
    firm.commit({"people": Merge(people, "hr")}, **BY_ANA)
    put(firm, "people", "p1", "skills", ["css", " copy "])
    put(firm, "people", "p1", "skills", None)
    assert standing_corrections(firm).select("before", "after").rows() == [("css;copy", None)]


def test_a_corrected_row_that_was_removed_or_emptied_out_is_not_standing(firm: Store) -> None:
    put(firm, "accounts", "a1", "manager", "Lola")
    firm.commit({"accounts": Clear()}, **BY_ANA)
    assert standing_corrections(firm).is_empty()


def test_an_import_that_would_overwrite_a_correction_is_found_out(firm: Store) -> None:
    put(firm, "accounts", "a1", "manager", "Lola")

    def lost(change: Any) -> list[tuple[str | None, bool]]:
        return corrections_lost(firm, "accounts", change).select("incoming", "removed").rows()

    rows = accounts(a1="Acme", a2="Bravo")
    assert lost(Merge(rows, "crm")) == [(None, False)]
    assert lost(Merge(rows.with_columns(pl.lit("Pau").alias("manager")), "crm")) == [("Pau", False)]
    assert lost(Merge(rows.with_columns(pl.lit("Lola").alias("manager")), "crm")) == []
    assert lost(Merge(accounts(a2="Bravo"), "crm")) == []
    assert lost(Snapshot(accounts(a2="Bravo"), "crm")) == [(None, True)]
    assert lost(Snapshot(accounts(a2="Bravo"), "other")) == []
    assert lost(Clear()) == [(None, True)]


def test_a_period_replaced_takes_the_corrections_of_its_days_only(firm: Store) -> None:
    put(firm, "time_entries", "e1", "hours", 2.0)  # of 2 January

    def lost(first: date, last: date) -> list[bool]:
        change = ReplacePeriod(time_entries(20, 1), "harvest", "date", first, last)
        return corrections_lost(firm, "time_entries", change)["removed"].to_list()

    assert lost(date(2024, 1, 1), date(2024, 1, 31)) == [True]
    assert lost(date(2024, 1, 3), date(2024, 1, 31)) == []
