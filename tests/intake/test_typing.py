"""Whole columns of ours: issues with the words that help, and questions where a person can say what cells mean."""

from __future__ import annotations

import polars as pl

from lib.intake.mapping import Mapping
from lib.intake.typing import Typed, typed_column
from lib.tables import TABLES


def typed(table: str, ours: str, *written: str, **mapping: object) -> Typed:
    cells = pl.Series("Theirs", written, pl.String)
    lines = pl.int_range(2, len(written) + 2, eager=True)
    return typed_column(cells, lines, ours, TABLES[table].columns[ours], "Theirs", Mapping(table, **mapping))  # type: ignore[arg-type]


def test_a_sign_of_several_currencies_says_what_to_write_and_can_be_answered() -> None:
    read = typed("expenses", "currency", "EUR", "$", "money", "$")
    assert read.found.select("line", "code").rows() == [(3, "shared_sign"), (4, "unknown_word"), (5, "shared_sign")]
    assert [(question.kind, question.words) for question in read.questions] == [("words", (("$", 2), ("money", 1)))]
    answered = typed("expenses", "currency", "EUR", "$", values={"currency": {"$": "USD"}})
    assert answered.values.to_list() == ["EUR", "USD"]
    assert not answered.rejected.any()


def test_the_zero_day_of_a_database_can_be_said_to_be_no_day() -> None:
    read = typed("projects", "start", "2026-03-02", "0000-00-00", "0000-00-00", "2026-02-31")
    assert [(question.kind, question.words) for question in read.questions] == [("missing", (("0000-00-00", 2),))]
    assert read.found["line"].to_list() == [3, 4, 5]
    answered = typed("projects", "start", "2026-03-02", "0000-00-00", missing_words=("", "0000-00-00"))
    assert answered.found.is_empty()


def test_day_numbers_zones_and_lost_digits_are_told_with_the_column() -> None:
    assert typed("projects", "start", "45413", date_orders={"start": "excel_1900"}).reading == {"excel_days": "1 = 1899-12-31"}
    assert typed("projects", "start", "2026-03-02T23:30:00-05:00").reading == {"zone": "-05:00"}
    assert typed("invoices", "amount", "1.12345678901234567").reading["rounded"].startswith("1.12345678901234567 → 1.1234567890123457")


def test_words_for_no_value_are_told() -> None:
    read = typed("projects", "start", "2026-03-02", "_", "N/A", "000000000000000AAA", "\\N")
    assert read.found.is_empty()
    assert read.values.null_count() == 4
    assert read.reading == {"missing": "000000000000000AAA (1), N/A (1), \\N (1)"}
