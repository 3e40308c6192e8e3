"""Text is clean in the store, dead in spreadsheets, and comes back as it was."""

from __future__ import annotations

import unicodedata

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lib.text import clean_text, clean_texts, neutralise, neutralised, strip_neutralised, strip_neutralised_texts

ANY = st.text(max_size=30) | st.text("=+-@'\t\r\n \x00\u00a0\u2028é\u0301＝12.,%", max_size=12)


@pytest.mark.parametrize(("written", "clean"), [
    ("A\u202elfa\u2066 Beta", "Alfa Beta"),
    ("  Acme \u00a0", "Acme"), ("a\r\nb\rc", "a\nb\nc"), ("e\u0301", "é"), ("\x00\x1b[31mred\x7f", "[31mred"), ("\ufeffname", "name"),
    ("\ud83d", ""), ("\x85x\ufffe", "x"), ("👩‍💻", "👩‍💻"), (" \t\n ", ""),
])  # fmt: skip
def test_control_characters_and_outer_space_go(written: str, clean: str) -> None:
    assert clean_text(written) == clean


def test_one_line_is_made_of_several() -> None:
    assert clean_text("Acme\r\n  Spain\tS.L.", lines=False) == "Acme Spain S.L."


def test_the_cap_counts_bytes_and_cuts_no_letter() -> None:
    assert clean_text("ñññ", most_bytes=5) == "ññ"


@given(ANY)
@example("a\u0301\x00\u0302")
def test_cleaning_twice_changes_nothing_and_leaves_nothing_forbidden(value: str) -> None:
    clean = clean_text(value)
    assert clean_text(clean) == clean
    assert unicodedata.is_normalized("NFC", clean)
    assert not any(unicodedata.category(letter) in ("Cc", "Cs") for letter in clean if letter not in "\n\t")


@given(
    st.lists(st.none() | ANY.filter(lambda value: not any(0xD800 <= ord(letter) < 0xE000 for letter in value)), max_size=5), st.booleans()
)
def test_columns_are_cleaned_like_single_texts(values: list[str | None], lines: bool) -> None:
    expected = [None if value is None else clean_text(value, lines) or None for value in values]
    found = clean_texts(pl.Series(values, dtype=pl.String), lines).to_list()
    assert [value or None for value in found] == expected


@pytest.mark.parametrize("value", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "'=1", "''=1", "\t=1", "\r=1", "＝1", "-x", "+34-600"])
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(value: str) -> None:
    assert neutralise(value) == "'" + value


@pytest.mark.parametrize("value", ["-10", "+3,5", "-1.234,50", "-12 %", "+34 600 123 456", "+1 (555) 010 2000", "'tis", "a=1", "", "€ -5"])
def test_numbers_phones_and_harmless_text_stay(value: str) -> None:
    assert neutralise(value) == value


@given(ANY)
def test_the_importer_takes_away_exactly_the_apostrophe_that_was_put(value: str) -> None:
    assert strip_neutralised(neutralise(value)) == value


@given(st.lists(ANY.filter(lambda value: not any(0xD800 <= ord(letter) < 0xE000 for letter in value)), min_size=1, max_size=5))
def test_columns_are_neutralised_like_single_texts(values: list[str]) -> None:
    cells = pl.DataFrame({"cell": values}, schema={"cell": pl.String})
    out = cells.select(neutralised(pl.col("cell"))).to_series()
    assert out.to_list() == [neutralise(value) for value in values]
    assert strip_neutralised_texts(out).to_list() == values
