"""Parquet, ODS, XLSM, 1904 workbooks and UTF-16 become the same text cells as a CSV of them would; what can't is refused in words."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from lib.intake import FileLimits, Reading, SheetLimits
from lib.intake.delimited import Records
from lib.intake.messages import MESSAGES
from lib.intake.reading import records_of
from lib.workers import Refusal
from tests.intake.workbooks import EMPTY_TAIL, cell, ods, row, sheet, words, xlsx

CALAMINE = Path(__file__).resolve().parents[3] / "shared" / "data" / "badinput" / "calamine" / "tests"
needs_corpus = pytest.mark.skipif(not CALAMINE.is_dir(), reason="calamine's own files are not here")


def read(raw: bytes, asked: Reading = Reading(), limits: FileLimits = FileLimits()) -> Records:  # noqa: B008  (frozen)
    return records_of(raw, "file", asked, limits)


def refusal(raw: bytes, asked: Reading = Reading(), limits: FileLimits = FileLimits()) -> str:  # noqa: B008  (frozen)
    with pytest.raises(Refusal) as refused:
        read(raw, asked, limits)
    MESSAGES[refused.value.code].wrong.format(**refused.value.arguments)
    return refused.value.code


def parquet(**columns: pl.Series | list[object]) -> bytes:
    buffer = io.BytesIO()
    pl.DataFrame(columns).write_parquet(buffer)
    return buffer.getvalue()


TYPED: dict[str, tuple[Any, list[str]]] = {
    "text": (["ñ", "", None], ["ñ", "", ""]),
    "whole": ([1, -2, None], ["1", "-2", ""]),
    "float": ([1.0, 0.1, 1e16], ["1", "0.1", "1e+16"]),
    "small float": (pl.Series([0.1, 2.5, None], dtype=pl.Float32), ["0.1", "2.5", ""]),
    "decimal": ([Decimal("1.10"), Decimal("-0.05"), None], ["1.10", "-0.05", ""]),
    "flag": ([True, False, None], ["TRUE", "FALSE", ""]),
    "day": ([date(2026, 5, 3), None, date(1900, 1, 1)], ["2026-05-03", "", "1900-01-01"]),
    "moment": (
        [datetime(2026, 5, 3), datetime(2026, 5, 3, 23, 59, 58, 120_000), None],
        ["2026-05-03", "2026-05-03 23:59:58.120", ""],
    ),
    "time": ([time(9, 30), None, None], ["09:30:00", "", ""]),
    "hours": ([timedelta(hours=25, minutes=30), timedelta(seconds=-90), None], ["25:30:00", "-0:01:30", ""]),
    "category": (pl.Series(["a", None, "b"], dtype=pl.Categorical), ["a", "", "b"]),
    "bytes": ([b"abc", None, "ñ".encode()], ["abc", "", "ñ"]),
    "list": ([["a", "b"], [], None], ["a;b", "", ""]),
    "week": ([[8.0, 7.5], None, [0.0]], ["8;7.5", "", "0"]),
}


@pytest.mark.parametrize("kind", TYPED)
def test_a_typed_column_is_the_text_that_says_the_same(kind: str) -> None:
    values, texts = TYPED[kind]
    found = read(parquet(key=["a", "b", "c"], value=values))
    assert found.frame.rows() == [(1, "a", texts[0]), (2, "b", texts[1]), (3, "c", texts[2])]


def test_numbers_dates_and_flags_of_a_parquet_file_are_known_to_be_such() -> None:
    found = read(parquet(name=["a"], hours=[1.5], day=[date(2026, 5, 3)], flag=[True]))
    assert found.typed == ["", "number", "date", "bool"]
    assert (found.reading.kind, found.reading.header_line) == ("parquet", 0)


def test_a_zone_stays_with_its_moment() -> None:
    moments = pl.Series([datetime(2026, 5, 3)]).dt.replace_time_zone("Europe/Madrid")
    assert read(parquet(at=moments)).frame["at"].to_list() == ["2026-05-03 00:00:00+02:00"]


def test_blank_rows_of_a_parquet_file_are_counted() -> None:
    found = read(parquet(a=["x", None, ""], b=[1, None, None]))
    assert (found.frame.height, found.blank) == (1, 2)


def test_parquet_that_is_no_table_of_single_values_is_refused() -> None:
    assert refusal(parquet(a=[{"x": 1}])) == "nested_column"
    assert refusal(parquet(a=[[["x"]]])) == "nested_column"
    assert refusal(parquet(a=[["x;y"]])) == "nested_column"
    assert refusal(b"PAR1" + b"\0" * 100) == "broken_parquet"
    assert refusal(parquet(a=[1, 2])[:-5]) == "broken_parquet"
    assert refusal(parquet(a=[b"\xff\xfe"])) == "broken_parquet"


def test_a_parquet_file_that_unpacks_to_millions_of_cells_is_refused_before_it_does() -> None:
    raw = parquet(a=pl.Series(["x"]).new_from_index(0, 1_000_000))
    assert len(raw) < 100_000
    assert refusal(raw, limits=FileLimits(cells=999_999)) == "too_many_cells"
    assert refusal(parquet(a=[1], b=[2]), limits=FileLimits(columns=1)) == "too_many_columns"


def test_cells_of_an_open_document_are_read_by_their_type() -> None:
    values = [
        cell("string", "Acme", "Acme"), cell("float", "1.5", "1,5"), cell("date", "2026-05-03", "3/5/26"),
        cell("percentage", "0.05", "5 %"), cell("time", "PT25H30M00S", "25:30"), cell("boolean", "true", "WAHR"),
        cell("currency", "12.5", "12,50 €"),
    ]  # fmt: skip
    found = read(ods(sheet("S", words("name", "n", "day", "share", "hours", "flag", "money"), row(*values), EMPTY_TAIL)))
    assert found.frame.rows() == [(2, "Acme", "1.5", "2026-05-03", "0.05", "25:30:00", "TRUE", "12.5")]
    assert found.typed[1:4] == ["number", "date", "number"]
    assert found.reading.kind == "ods"


def test_errors_of_an_open_document_are_issues_not_words() -> None:
    error = cell("string", "", "#N/A", ' table:formula="of:=NA()" calcext:value-type="error"')
    old_error = cell("string", "#REF!", "#REF!", ' table:formula="of:=[.#REF!]"')
    uncomputed = '<table:table-cell table:formula="of:=1+1"/>'
    text = cell("string", "#N/A", "#N/A")
    found = read(ods(sheet("S", words("a", "b", "c", "d"), row(error, old_error, uncomputed, text))))
    assert found.frame.rows() == [(2, "", "", "", "#N/A")]
    assert found.found.select("line", "column", "code").rows() == [
        (2, "a", "error_cell"), (2, "b", "error_cell"), (2, "c", "uncomputed_cell"),
    ]  # fmt: skip


def test_a_hidden_sheet_is_marked_and_not_chosen_but_can_be() -> None:
    hidden, shown = sheet("H", words("x", "y"), words("a", "b"), hidden=True), sheet("V", words("name", "role"), words("Ana", "PM"))

    def fill(book: object) -> None:
        for name, rows in (("H", [["x", "y"], ["a", "b"]]), ("V", [["name", "role"], ["Ana", "PM"]])):
            made = book.add_worksheet(name)  # type: ignore[attr-defined]
            for number, cells in enumerate(rows):
                made.write_row(number, 0, cells)
            if name == "H":
                made.hide()
            else:
                made.activate()

    for raw in (ods(hidden, shown), xlsx(fill)):
        found = read(raw)
        assert (found.reading.sheet, found.sheets, found.hidden) == ("V", ("H", "V"), ("H",))
        assert [(region.sheet, region.hidden) for region in found.regions] == [("H", True), ("V", False)]
        asked = read(raw, Reading(sheet="H"))
        assert asked.frame.rows() == [(2, "a", "b")]
        assert [(region.sheet, region.hidden) for region in asked.regions] == [("H", True), ("V", False)]


FAR = {
    "a cell repeated to the right": (
        sheet("S", row(cell("string", "x", more=' table:number-columns-repeated="999999999"'))), "too_many_columns",
    ),
    "a row repeated": (sheet("S", row(cell("float", "1"), times=999_999_999)), "too_many_rows"),
    "a cell far down": (sheet("S", row("<table:table-cell/>", times=999_999_999), words("x")), "too_many_rows"),
    "a cell far down in another sheet": (
        sheet("A", words("x", "y")) + sheet("S", row(cell("float", "1"), times=2_000_000)), "too_many_rows",
    ),
    "a count that is none": (sheet("S", row(cell("float", "1", more=' table:number-columns-repeated="-5"'))), "broken_workbook"),
    "a formula repeated": (
        sheet("S", row('<table:table-cell table:formula="of:=1" table:number-columns-repeated="400"/>', times=900_000)), "too_many_rows",
    ),
    "a cut document": ("<table:table>", "broken_workbook"),
    "no sheet": ("", "no_sheet"),
}  # fmt: skip


@pytest.mark.parametrize("what", FAR)
def test_an_open_document_that_grows_beyond_measure_is_refused_before_it_does(what: str) -> None:
    body, code = FAR[what]
    assert refusal(ods(body)) == code


def test_an_open_document_with_entities_or_a_password_is_refused() -> None:
    assert refusal(ods(sheet("S", words("a")), lead='<!DOCTYPE x [<!ENTITY a "b">]>')) == "broken_workbook"
    assert refusal(ods("", **{"META-INF__manifest.xml": "<m:encryption-data/>"})) == "locked_workbook"


def test_limits_of_workbooks_are_settings() -> None:
    raw = ods(sheet("S", words("a", "b"), words("1", "2")))
    for sheets, code in (
        (SheetLimits(file_bytes=100), "file_too_large"), (SheetLimits(entries=1), "unpacks_too_large"),
        (SheetLimits(unpacked_bytes=100), "unpacks_too_large"), (SheetLimits(ratio=0), "unpacks_too_large"),
        (SheetLimits(rows=1), "too_many_rows"), (SheetLimits(cells=3), "too_many_rows"),
    ):  # fmt: skip
        assert refusal(raw, limits=FileLimits(sheets=sheets)) == code
    assert refusal(raw, limits=FileLimits(columns=1)) == "too_many_columns"
    assert refusal(b"a,b\n1,2\n", limits=FileLimits(columns=1)) == "too_many_columns"


def test_a_workbook_with_macros_is_read_and_its_macros_are_not() -> None:
    buffer = io.BytesIO(xlsx(lambda book: book.add_worksheet("A").write_column(0, 0, ["name", "Acme"])))
    with zipfile.ZipFile(buffer, "a") as packed:
        packed.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0 macros")
    assert read(buffer.getvalue()).frame.rows() == [(2, "Acme")]


@pytest.mark.parametrize("since_1904", [False, True])
def test_days_of_a_workbook_that_counts_from_1904_are_the_same_days(since_1904: bool) -> None:
    def fill(book: object) -> None:
        made = book.add_worksheet("A")  # type: ignore[attr-defined]
        made.write_row(0, 0, ["name", "day"])
        made.write(1, 0, "Acme")
        made.write_datetime(1, 1, datetime(2026, 5, 3), book.add_format({"num_format": "yyyy-mm-dd"}))  # type: ignore[attr-defined]

    assert read(xlsx(fill, date_1904=since_1904)).frame.rows() == [(2, "Acme", "2026-05-03")]


@needs_corpus
@pytest.mark.parametrize("name", ["date_1904.xlsx", "date.xlsx", "date.ods"])
def test_dates_that_others_wrote_are_read(name: str) -> None:
    found = read((CALAMINE / name).read_bytes(), Reading(header_line=0))
    assert found.frame.row(0)[1:] == ("2021-01-01", "15")


@needs_corpus
@pytest.mark.parametrize(("name", "code"), [
    ("issue127.xlsb", "old_workbook"), ("issue127.xls", "old_workbook"), ("pass_protected.ods", "locked_workbook"),
    ("issue_594_dos.ods", "too_many_columns"),
])  # fmt: skip
def test_workbooks_that_can_not_be_read_say_what_to_do(name: str, code: str) -> None:
    assert refusal((CALAMINE / name).read_bytes()) == code


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_a_text_is_read_in_each_encoding_with_and_without_mark(encoding: str, line_end: str) -> None:
    text = line_end.join(["Año;Cliente;Horas", "2026;Peña, Ñuñez & Cía;1,5", "2026;Öztürk;2", ""])
    found = read(text.encode(encoding))
    assert found.frame.rows() == [(2, "2026", "Peña, Ñuñez & Cía", "1,5"), (3, "2026", "Öztürk", "2")]
    assert found.reading.line_end == {"\n": "lf", "\r\n": "crlf", "\r": "cr"}[line_end]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_mark_is_found_in_other_scripts_too_and_shown(encoding: str) -> None:
    raw = "имя;сумма\nРомашка;10\nБаза;20\n".encode(encoding)
    assert read(raw).frame.rows() == [(2, "Ромашка", "10"), (3, "База", "20")]
    assert read(raw).reading.encoding == encoding


def test_zeros_in_a_text_are_not_taken_for_utf_16() -> None:
    for raw in (b"a,b\n1,\x00\n", b"a,b\n" + b"1,\x00\n" * 50, bytes(range(256)) * 20, b"\x00" * 99 + b"a\n"):
        assert refusal(raw) == "binary_file"


def test_of_encodings_that_both_fit_a_person_s_word_goes_first() -> None:
    assert read("name;value\nPeña;1\n".encode("cp1252"), Reading(encoding="latin-1")).reading.encoding == "latin-1"
    assert read(b"name;value\n\x80;1\n", Reading(encoding="cp1252")).frame["name"].to_list() == ["€"]
