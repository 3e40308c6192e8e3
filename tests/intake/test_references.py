"""What a file's words mean once a person has said so, for one source or all; and rows of a table that go by another key."""

from __future__ import annotations

from typing import Any

import polars as pl

from lib.intake.mapping import Mapping
from lib.intake.references import OTHERS, as_renamed, known_otherwise, known_rows, resolve, with_aliases
from lib.tables import TABLES

ACCOUNTS = pl.DataFrame({"account_id": ["a1", "a2"], "name": ["Norvane", "Boor"]})
KNOWN = known_rows("accounts", ACCOUNTS)


def alias(word: str, target: str, source: str = "", table: str = "accounts") -> dict[str, Any]:
    return {"table_name": table, "source": source, "alias": word, "target": target}


def keys(words: list[str | None], aliases: dict[str, str], source: str = "") -> list[str | None]:
    return resolve(pl.Series("cell", words, pl.String), "account_id", "Client", KNOWN, source, aliases).values.to_list()


def ways(words: list[str], aliases: dict[str, str], source: str = "") -> dict[str, int]:
    return resolve(pl.Series("cell", words, pl.String), "account_id", "Client", KNOWN, source, aliases).ways


def said(mapping: Mapping, *aliases: dict[str, Any], column: str = "account_id") -> dict[str, str]:
    return with_aliases(mapping, aliases, {"accounts": ACCOUNTS}).values.get(column, {})


def test_an_alias_goes_before_keys_and_names_without_regard_to_case() -> None:
    assert keys(["NORVANE, S.L.", "boor", "a1", None], {"norvane, s.l.": "a1", "Boor": "a1"}) == ["a1", "a1", "a1", None]


def test_an_alias_of_an_id_is_found_with_and_without_its_source() -> None:
    assert keys(["9", "crm:9"], {"crm:9": "a2"}, "crm") == ["a2", "a2"]


def test_aliases_of_other_words_change_nothing() -> None:
    assert keys(["a1", "Boor", "x"], {"y": "a1"}) == ["a1", "a2", None]


def test_a_word_may_be_said_to_have_no_value_or_to_stay_as_it_is() -> None:
    assert keys(["internal", "later"], {"internal": "", "later": "h:later"}, "h") == [None, "h:later"]
    assert ways(["internal", "later"], {"internal": "", "later": "h:later"}, "h") == {"left_empty": 1, "unlinked": 1}


def test_aliases_of_its_own_source_go_before_those_of_all_and_other_sources_do_not_count() -> None:
    time = Mapping("invoices", "harvest")
    every = [alias("N", "a1", "harvest"), alias("N", "a2"), alias("B", "a2"), alias("X", "a1", "jira")]
    assert said(time, *every) == {"N": "a1", "B": "a2"}


def test_what_a_person_says_now_goes_before_what_was_said_once() -> None:
    assert said(Mapping("invoices", values={"account_id": {"N": "a2"}}), alias("N", "a1"), alias("B", "a1")) == {"N": "a2", "B": "a1"}


def test_an_alias_of_a_row_that_is_no_more_is_asked_about_again() -> None:
    assert said(Mapping("invoices"), alias("N", "a9")) == {}


def test_an_alias_of_another_table_is_none_here() -> None:
    assert said(Mapping("invoices"), alias("N", "a1", table="people")) == {}


def own(mapping: Mapping, how: str, *rows: tuple[str, str]) -> list[bool]:
    table = TABLES["accounts"]
    frame = pl.DataFrame(list(rows), schema={"account_id": pl.String, "name": pl.String}, orient="row")
    return known_otherwise(table, frame, how, with_aliases(mapping, ALIASES, {"accounts": ACCOUNTS}), KNOWN).to_list()


ALIASES = [alias("a3", "a1"), alias("Norvane SL", "a1"), alias("crm:7", "a2")]


def test_a_merged_row_does_not_come_back_by_its_id() -> None:
    assert own(Mapping("accounts"), "column", ("a1", "Norvane"), ("a3", "Norvane"), ("a4", "Norvane SL")) == [False, True, False]
    assert own(Mapping("accounts", "crm"), "column", ("crm:7", "Boor"), ("crm:8", "Boor")) == [True, False]


def test_a_file_without_ids_knows_merged_rows_by_their_names() -> None:
    assert own(Mapping("accounts", "x"), "name", ("x:norvane sl", "norvane sl"), ("x:Norvane", "Norvane")) == [True, False]


def test_a_file_about_something_else_makes_no_second_row_of_a_known_name() -> None:
    assert own(Mapping("accounts", distinct=True), "name", ("norvane", "norvane"), ("New", "New"), ("a1", "a1")) == [True, False, False]


def test_only_the_words_that_a_person_chose_become_rows() -> None:
    chosen = Mapping("accounts", "x", distinct=True, values={"account_id": {OTHERS: "", "New": "x:New"}})
    assert own(chosen, "name", ("x:New", "New"), ("x:Other", "Other"), ("x:norvane", "norvane")) == [False, True, True]
    assert own(chosen, "column", ("x:New", "A new one"), ("x:Other", "Another")) == [False, True]


def test_nothing_is_left_out_where_nobody_said_anything() -> None:
    table = TABLES["accounts"]
    assert known_otherwise(table, ACCOUNTS, "column", Mapping("accounts"), KNOWN).to_list() == [False, False]


def test_a_renamed_row_keeps_its_new_name_and_another_of_that_name_keeps_its_own() -> None:
    mapping = with_aliases(Mapping("accounts"), [alias("Old Norvane", "a1")], {"accounts": ACCOUNTS})
    rows = pl.DataFrame({"account_id": ["a1", "a5", "a2"], "name": ["OLD Norvane", "Old Norvane", "Boor BV"]})
    assert as_renamed(TABLES["accounts"], rows, mapping, KNOWN)["name"].to_list() == ["Norvane", "Old Norvane", "Boor BV"]
