"""Whatever satisfies a schema survives export and import: four CSV dialects, XLSX and Parquet, for every table."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from lib.intake import suggest, suggest_for, with_answer
from lib.intake.checking import check_rows
from lib.intake.reading import _report, records_of
from lib.intake.references import known_rows
from lib.intake.templates import DIALECTS, export_csv, export_parquet, export_xlsx, template_csv, template_xlsx
from lib.intake.values import Reading
from lib.tables import TABLES, Table
from lib.text import clean_text

LETTERS = st.characters(codec="utf-8", exclude_categories=("Cs", "Cn", "Co"))
HARD = st.sampled_from(
    ["=1+1", "'=1+1", "''=x", "+34 600 123", "-10", "-x", "@SUM(A1)", "'quoted'", 'say "hi"', '"', "a;b,c|d\te",
     "line\nbreak", "NA", "null", "-",
     "1.234", "03/04/2026", "TRUE", "😀👩‍💻", "שלום", "ﷺ", "é", "\\N", "# no comment", "#N/A", "_", "'", "＝1", "x" * 380, "0012", "1e5"]
)  # fmt: skip
ORDERED = [
    ("start", "end"), ("start", "due"), ("baseline_start", "baseline_due"), ("start", "finish"), ("started_on", "finished_on"),
    ("optimistic_hours", "estimate_hours"), ("estimate_hours", "pessimistic_hours"), ("optimistic_hours", "estimate_hours"),
    ("issued", "due"), ("period_start", "period_end"), ("opened", "closed_on"), ("raised_on", "decided_on"), ("since", "left_on"),
]  # fmt: skip
DAYS = st.dates(date(1900, 1, 1), date(2199, 12, 31))


def texts(lines: bool, most: int) -> st.SearchStrategy[str]:
    raw = HARD | st.text(LETTERS, min_size=1, max_size=12)
    return raw.map(lambda value: clean_text(value, lines=lines, most_bytes=most)).filter(bool)


def cells(column) -> st.SearchStrategy:
    facts, kind = column.metadata, column.metadata["kind"]
    if kind == "choice":
        some = st.sampled_from(facts["options"])
    elif kind == "currency":
        some = st.sampled_from(["EUR", "USD", "MXN", "GBP"])
    elif kind == "country":
        some = st.sampled_from(["ES", "GB", "MX", "US"])
    elif kind == "day":
        some = DAYS
    elif kind == "flag":
        some = st.booleans()
    elif kind == "whole":
        some = st.integers(column.min if column.min is not None else -(2**50), column.max if column.max is not None else 2**50)
    elif kind == "number":
        least = column.min if column.min is not None else -1e12
        most = column.max if column.max is not None else 1e12
        some = st.floats(least, most, allow_nan=False) | st.integers(int(max(least, 0)), int(min(most, 5000))).map(float)
        some = some | st.sampled_from([value for value in (0.25, 1.5, 0.125, 1.234, 0.001) if least <= value <= most] or [least])
        some = some.map(lambda value: value + 0.0)
    elif kind == "words":
        item = texts(False, 100).map(lambda value: clean_text("".join(letter for letter in value if letter not in ";,|"), lines=False))
        some = st.lists(item.filter(lambda value: value and value == clean_text(value)), min_size=1, max_size=3)
    elif kind == "week":
        some = st.lists(st.sampled_from([0.0, 4.0, 7.5, 8.0, 0.1]), min_size=7, max_size=7)
    else:
        some = texts(lines=(column.max_length or 0) > 1000, most=min(column.max_length or 400, 1000))
    return st.none() | some if column.nullable else some


@st.composite
def rows_of(draw, table: Table) -> pl.DataFrame:
    """Up to six rows that satisfy the table's schema."""
    drawn = draw(st.lists(st.fixed_dictionaries({name: cells(column) for name, column in table.columns.items()}), max_size=6))
    for row in drawn:
        if row.get("week_pattern"):
            row["weekly_hours"] = sum(row["week_pattern"])
        for first, second in ORDERED:
            if row.get(first) is not None and row.get(second) is not None and row[first] > row[second]:
                row[first], row[second] = row[second], row[first]
        for money in ("currency", "rate_currency"):
            if money in row and row[money] is None:
                row[money] = "EUR"
        for column, other in table.references.items():
            if other == table.name:
                row[column] = None
    frame = pl.DataFrame(drawn, schema=dict(table.polars_schema), orient="row")
    return table.schema.filter(frame).result


def imported(table: str, name: str, raw: bytes, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows that our own importer accepts of a file, with the mapping it suggests and no person's help."""
    found = records_of(raw, name, Reading())
    with tempfile.TemporaryDirectory() as folder:
        report = _report(name, found, Path(folder))
        misread = pl.read_ipc(report.issues)
    known = {table: known_rows(table, rows)} if len(TABLES[table].key) == 1 else {}
    mapping = suggest_for(report, table).mapping
    checked, accepted, issues = check_rows(report, found.frame, misread, mapping, known)
    if any(question.kind == "date_order" for question in checked.questions):
        mapping = answered_day_first(mapping, checked)
        checked, accepted, issues = check_rows(report, found.frame, misread, mapping, known)
    assert accepted is not None, checked.questions
    assert issues.filter(pl.col("rejects")).is_empty(), issues.rows()
    return accepted


def answered_day_first(mapping, checked):
    for question in checked.questions:
        if question.kind == "date_order":
            mapping = with_answer(mapping, "date_order", question.column, "dmy")
    return mapping


def assert_survives(table: Table, rows: pl.DataFrame) -> None:
    for dialect in DIALECTS:
        back = imported(table.name, f"{table.name}.csv", export_csv(table.name, rows, dialect), rows)
        assert_frame_equal(back, rows)
    back = imported(table.name, f"{table.name}.xlsx", export_xlsx(table.name, rows, str), rows)
    assert_frame_equal(back, rows, check_exact=False, rel_tol=1e-14, abs_tol=0)
    assert_frame_equal(pl.read_parquet(export_parquet(table.name, rows)), rows)


COMMON = {"deadline": None, "suppress_health_check": list(HealthCheck), "derandomize": True, "database": None}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_rows_survive_export_and_import(table: Table) -> None:
    @settings(max_examples=6, **COMMON)
    @given(rows_of(table))
    def survives(rows: pl.DataFrame) -> None:
        assert_survives(table, rows)

    survives()


@pytest.mark.fuzz
@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_many_rows_survive_export_and_import(table: Table) -> None:
    @settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
    @given(rows_of(table))
    def survives(rows: pl.DataFrame) -> None:
        assert_survives(table, rows)

    survives()


@pytest.mark.parametrize("table", TABLES)
def test_an_empty_template_is_recognised_and_holds_no_row(table: str, tmp_path: Path) -> None:
    nothing = TABLES[table].empty()
    report = _report(f"{table}.csv", records_of(template_csv(table), f"{table}.csv", Reading()), tmp_path)
    assert suggest(report)[0].table == table
    for dialect in DIALECTS:
        assert imported(table, f"{table}.csv", template_csv(table, dialect), nothing).is_empty()
    assert imported(table, f"{table}.xlsx", template_xlsx(table, str), nothing).is_empty()


@pytest.mark.parametrize("name", ["Ã±", "¡Ã¡", "â‚¬ 5"])
def test_letters_whose_cp1252_bytes_pass_for_utf8_are_written_with_a_mark(name: str) -> None:
    row = {"account_id": ["a"], "name": [name], "currency": ["EUR"], "status": ["active"]}
    rows = pl.concat([TABLES["accounts"].empty(), pl.DataFrame(row)], how="diagonal")
    assert export_csv("accounts", rows, "excel_es").startswith(b"\xef\xbb\xbf")
    assert_survives(TABLES["accounts"], rows)
