"""Looking for rows: literal text in any case and accent, over names and words as shown; filters; order; the total beyond the cap."""

from __future__ import annotations

import re
import string
from datetime import date
from typing import Any

import polars as pl
import pytest

from lib.measures.browse import Browse, alike, days_of, found, keys_of, names_of, ways
from lib.portfolio import Portfolio
from lib.tables import TABLES

WORDS = {"active": "activa", "lost": "perdida", "retainer": "iguala"}


@pytest.fixture(scope="module")
def portfolio() -> Portfolio:
    return Portfolio.of(
        accounts=pl.DataFrame(
            {
                "account_id": ["a1", "a2", "a3"],
                "name": ["Ñandú Café", "bravo logística", "Straße [100%] (x)"],
                "manager": ["Lola", None, "Pau"],
                "status": ["active", "lost", "active"],
                "currency": "EUR",
            }
        ),
        projects=pl.DataFrame(
            {"project_id": ["j1", "j2"], "account_id": ["a1", "a2"], "name": ["Zebra", "Alfa"], "status": "active", "currency": "EUR"}
        ),
        people=pl.DataFrame({"person_id": ["p1", "p2"], "name": ["Ana Gil", "Benito"], "weekly_hours": 40.0, "skills": [["css"], None]}),
        time_entries=pl.DataFrame(
            {
                "entry_id": ["e1", "e2", "e3", "e4"],
                "date": [date(2024, 1, 1), date(2024, 2, 1), date(2024, 3, 1), date(2024, 4, 1)],
                "person_id": ["p1", "p2", "p1", "p9"],
                "project_id": ["j1", "j2", "j2", "j9"],
                "hours": [1.0, 3.0, None, 2.0],
                "note": ["Diseño", None, "diseno II", "=1+1"],
            },
            schema_overrides={"note": pl.String},
        ),
        touchpoints=pl.DataFrame(
            {
                "touchpoint_id": ["t1", "t2"], "account_id": ["a1", "a2"], "date": [date(2024, 1, 1)] * 2, "kind": "call",
                "contact_ids": [["c1", "c2"], None],
            }
        ),
        contacts=pl.DataFrame({"contact_id": ["c1", "c2"], "account_id": "a1", "name": ["Iris", "Óscar"]}),
    )  # fmt: skip


def keys(portfolio: Portfolio, table: str, most: int = 100, **asked: Any) -> list[str]:
    rows = found(portfolio, Browse(table, **asked), WORDS, most).rows
    return rows[TABLES[table].key[0]].to_list()


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("cafe", ["a1"]), ("ÑANDU", ["a1"]), ("nandu  cafe", ["a1"]), ("LOGISTICA", ["a2"]), ("strasse", ["a3"]), ("STRAßE", ["a3"]),
        ("[100%] (x)", ["a3"]), (".", []), ("lola", ["a1"]), ("perdida", ["a2"]), ("activa", ["a1", "a3"]), ("a1", ["a1"]), ("zz", []),
        ("  ", ["a1", "a2", "a3"]),
    ],
)  # fmt: skip
def test_text_is_found_literally_in_any_case_and_accent(portfolio: Portfolio, text: str, ids: list[str]) -> None:
    assert keys(portfolio, "accounts", text=text) == ids


@pytest.mark.parametrize(("text", "ids"), [("ana gil", ["e1", "e3"]), ("alfa", ["e2", "e3"]), ("diseño", ["e1", "e3"]), ("p9", ["e4"])])
def test_a_reference_is_found_by_the_name_it_is_shown_as_and_by_its_key(portfolio: Portfolio, text: str, ids: list[str]) -> None:
    assert keys(portfolio, "time_entries", text=text) == ids


def test_the_items_of_a_list_and_their_names_are_found(portfolio: Portfolio) -> None:
    assert keys(portfolio, "people", text="CSS") == ["p1"]
    assert keys(portfolio, "touchpoints", text="oscar") == ["t1"]
    assert keys(portfolio, "touchpoints", text="c2") == ["t1"]


def test_every_sign_is_literal_for_both_kinds_of_pattern() -> None:
    for sign in [*string.punctuation, "a<b>", "\\d", "é", "ø", "\u00a0x"]:
        pattern = alike(sign)
        assert re.search(pattern, f"x{sign}x")
        assert pl.Series([f"x{sign}x", "y"]).str.contains(pattern).to_list() == [True, False], sign


@pytest.mark.parametrize(
    ("asked", "ids"),
    [
        ({"account": "a2"}, ["e2", "e3"]),
        ({"account": "BRAVO"}, ["e2", "e3"]),
        ({"project": "j1"}, ["e1"]),
        ({"project": "nothing"}, []),
        ({"person": "ben"}, ["e2"]),
        ({"day": "date", "first": date(2024, 2, 1)}, ["e2", "e3", "e4"]),
        ({"day": "date", "first": date(2024, 2, 1), "last": date(2024, 3, 1)}, ["e2", "e3"]),
        ({"day": "hours", "first": date(2024, 2, 1)}, ["e1", "e2", "e3", "e4"]),
        ({"statuses": ("active",)}, ["e1", "e2", "e3", "e4"]),
        ({"person": "p1", "text": "diseno", "account": "a2"}, ["e3"]),
    ],
)
def test_each_filter_takes_its_rows(portfolio: Portfolio, asked: dict[str, Any], ids: list[str]) -> None:
    assert keys(portfolio, "time_entries", **asked) == ids


def test_status_is_filtered_where_there_is_one(portfolio: Portfolio) -> None:
    assert keys(portfolio, "accounts", statuses=("lost",)) == ["a2"]


@pytest.mark.parametrize(
    ("table", "sort", "descending", "ids"),
    [
        ("time_entries", "hours", False, ["e1", "e4", "e2", "e3"]),
        ("time_entries", "hours", True, ["e2", "e4", "e1", "e3"]),
        ("time_entries", "project_id", False, ["e2", "e3", "e4", "e1"]),  # Alfa, Alfa, j9, Zebra
        ("accounts", "name", False, ["a2", "a1", "a3"]),
        ("accounts", "status", True, ["a2", "a1", "a3"]),
        ("people", "skills", False, ["p1", "p2"]),
        ("accounts", "no such column", False, ["a1", "a2", "a3"]),
    ],
)
def test_rows_are_ordered_by_what_is_shown_with_empty_cells_last(
    portfolio: Portfolio, table: str, sort: str, descending: bool, ids: list[str]
) -> None:
    assert keys(portfolio, table, sort=sort, descending=descending) == ids


def test_the_total_goes_beyond_the_rows_given(portfolio: Portfolio) -> None:
    few = found(portfolio, Browse("time_entries", text="e", sort="date", descending=True), {}, most=2)
    assert (few.total, few.rows["entry_id"].to_list()) == (4, ["e4", "e3"])
    assert few.rows.columns == list(TABLES["time_entries"].columns)


def test_what_is_meant_is_a_key_before_a_part_of_a_name(portfolio: Portfolio) -> None:
    assert keys_of(portfolio, "accounts", "a1").to_list() == ["a1"]
    assert keys_of(portfolio, "accounts", "a").to_list() == ["a1", "a2", "a3"]
    assert names_of(portfolio, "accounts", pl.Series(["a2", "a9", None])) == {"a2": "bravo logística"}
    assert names_of(portfolio, "contracts", pl.Series(["k1"])) == {}


def test_every_table_can_be_looked_through(portfolio: Portfolio) -> None:
    for table in TABLES:
        asked = Browse(table, "x", "a1", "j1", "p1", ("active",), next(iter(days_of(table)), ""), date(2024, 1, 1), None)
        for sort in TABLES[table].columns:
            assert found(portfolio, Browse(table, sort=sort), WORDS, 5).rows.width == len(TABLES[table].columns)
        assert found(portfolio, asked, WORDS, 5).total == 0
    assert (ways("accounts"), ways("fx_rates")) == ({}, {})
    assert ways("tasks") == {"account": "project_id", "project": "project_id", "person": "assignee_id"}
