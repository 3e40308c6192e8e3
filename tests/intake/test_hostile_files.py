"""Every file is loaded, asked about or refused with a plain reason; the process lives, and the next file is read."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from lib.intake import PRELOAD, Intake, Reading, ReadReport, Refused, Worker, suggest
from lib.intake.encoding import clean_bytes
from lib.intake.layout import HEADER_LETTERS
from lib.intake.messages import MESSAGES
from lib.intake.templates import export_csv, export_xlsx
from tests.intake.files import accounts

SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'


@pytest.fixture(scope="module")
def intake() -> Iterator[Intake]:
    with Worker(preload=PRELOAD) as worker:
        yield Intake(worker)


def read(intake: Intake, folder: Path, name: str, raw: bytes, reading: Reading | None = None) -> ReadReport | Refused:
    file = folder / "upload"
    file.write_bytes(raw)
    return intake.read(file, name, folder, reading or Reading())


def workbook(sheet: str | None = None, **parts: str | bytes) -> bytes:
    """A small .xlsx whose first sheet's XML, or other parts, are replaced."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    book.add_worksheet("A").write_row(0, 0, ["name", "value"])
    book.close()
    out = io.BytesIO()
    with zipfile.ZipFile(buffer) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            body: str | bytes = old.read(entry)
            if entry == "xl/worksheets/sheet1.xml" and sheet is not None:
                body = sheet
            new.writestr(entry, parts.pop(entry.replace("/", "_").replace(".", "_"), body))
        for name, body in parts.items():
            new.writestr(name, body)
    return out.getvalue()


def far_corner() -> bytes:
    return workbook(SHEET.format('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'))


def far_row() -> bytes:
    return workbook(SHEET.format('<row r="1"><c r="ZZ1"><v>1</v></c></row><row r="1048576"><c r="A1048576"><v>1</v></c></row>'))


def entity_bomb() -> bytes:
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 9))
    return workbook(f'<!DOCTYPE x [<!ENTITY a0 "lol">{entities}]>' + SHEET.format('<row r="1"><c r="A1" t="str"><v>&a8;</v></c></row>'))


def zip_bomb() -> bytes:
    return workbook(SHEET.format("") + " " * 60_000_000)


PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4
REFUSED = {
    "a cell at the far corner": (far_corner(), "too_many_columns"),
    "two cells far apart": (far_row(), "too_many_rows"),
    "an entity bomb": (entity_bomb(), "broken_workbook"),
    "a zip bomb": (zip_bomb(), "unpacks_too_large"),
    "a cut workbook": (workbook()[:700], "broken_workbook"),
    "a zip that is no workbook": (b"PK\x03\x04" + b"\0" * 50, "broken_workbook"),
    "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old_workbook"),
    "a picture": (PNG, "binary_file"),
    "zeros": (b"a,b\n1,\x00\n", "binary_file"),
    "zeros far below": (b"a,b\n" + b"1,2\n" * 100_000 + b"1,\x00\n", "binary_file"),
    "noise": (random.Random(1).randbytes(5000), "binary_file"),
    "nothing": (b"", "empty_file"),
    "blank lines": (b"\r\n\r\n  \n", "empty_file"),
    "a mark alone": (b"\xef\xbb\xbf", "empty_file"),
    "a web page": (b"<!DOCTYPE html><html><body>Sign in</body></html>", "markup_file"),
    "a table of a web page": (b"<table><tr><td>name</td><td>1</td></tr></table>", "markup_file"),
    "a comment, then a web page": (b"<!-- export -->\n<html></html>", "markup_file"),
    "JSON under another name": (b'[{"name": "a", "value": 1}]', "json_file"),
    "deep JSON": (b"[" * 100_000, "json_file"),
    "one endless line": (b"x" * 6_000_000, "endless_line"),
    "a million short records": (b"a,b\n" + b"1\n" * 1_000_001, "too_many_odd_lines"),
    "lines in two encodings": ("name,value\nñandú,1\n".encode() + "ñandú,2\n".encode("cp1252"), "mixed_encodings"),
    "600 columns": (b",".join(b"c%d" % n for n in range(600)) + b"\n", "too_many_columns"),
    "half a letter of UTF-16": (b"\xff\xfea\x00,\x00b\x00\n\x00\x00\xd8", "wrong_encoding"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_table_is_refused_with_its_reason(intake: Intake, tmp_path: Path, what: str) -> None:
    raw, code = REFUSED[what]
    answer = read(intake, tmp_path, "data.csv", raw)
    assert isinstance(answer, Refused)
    assert answer.code == code
    MESSAGES[code].wrong.format(**answer.args)
    MESSAGES[code].todo.format(**answer.args)


LOADED = {
    "CR only": (b"name,value\ra,1\rb,2\r", 2, 0),
    "mixed line ends": (b"name,value\r\na,1\nb,2\r\n", 2, 0),
    "no end of line": (b"name,value\na,1", 1, 0),
    "a header only": (b"name,value\n", 0, 0),
    "a header without line end": (b"name,value", 0, 0),
    "UTF-16": ("name\tvalue\nñ\t1\n".encode("utf-16"), 1, 0),
    "UTF-16 big endian": (b"\xfe\xff" + "name;value\nñ;1\n".encode("utf-16-be"), 1, 0),
    "a lone quote": (b'name,value\n5" nail,1\nb,2\n', 2, 0),
    "a lone quote at the start": (b'name,value\n"a,1\nb,2\nc,3\n', 3, 1),
    "lone quotes on two lines": (b'name,value\na,5"\n7" b,2\nc,3\n', 3, 0),
    "lines within quotes": (b'name,value\n"a\nb",1\n"c\r\nd",2\ne,3\n', 3, 0),
    "doubled quotes": (b'name,value\n"a ""b""",1\n"""",2\n', 2, 0),
    "short, long and blank records": (b"name,value\na\nb,1,2\n\nc,3\n", 4, 2),
    "a trailing separator on every record": (b"name,value\na,1,\nb,2,\n", 2, 0),
    "equal and blank headers": (b"a,b,,a\n1,2,3,4\n", 1, 0),
    "a header called _line": (b"_line,value\nx,1\n", 1, 0),
    "a long cell": (b"name,value\n" + b"x" * 3_000_000 + b",1\n", 1, 0),
    "a header of half a megabyte": (b"n" * 500_000 + b",value\na,1\n", 1, 0),
    "junk above the header": (b"Report of May\n\nname,value,more\na,1,2\nb,2,3\n", 2, 0),
}


@pytest.mark.parametrize("what", LOADED)
def test_odd_tables_are_read_and_every_record_counted(intake: Intake, tmp_path: Path, what: str) -> None:
    raw, records, misshapen = LOADED[what]
    report = read(intake, tmp_path, "data.csv", raw)
    assert isinstance(report, ReadReport)
    assert (report.records, report.misshapen) == (records, misshapen)
    assert len({column.name for column in report.columns}) == len(report.columns)
    assert suggest(report)


def test_a_header_that_never_ends_is_cut_so_that_comparing_it_takes_no_time(intake: Intake, tmp_path: Path) -> None:
    for raw in (
        ("\ufdfa" * 300_000 + ",value\na,1\n").encode(),
        workbook(SHEET.format(f'<row r="1"><c r="A1" t="str"><v>{"n" * 300_000}</v></c></row>')),
    ):
        report = read(intake, tmp_path, "data", raw)
        assert isinstance(report, ReadReport)
        assert len(report.columns[0].header) == HEADER_LETTERS


@pytest.mark.parametrize(("text", "encoding"), [
    ("όνομα;τιμή\nΕλληνική εταιρεία;1\nΜακεδονία και Θράκη;2\n", "cp1253"), ("имя;сумма\nЗАО Ромашка и партнёры;1\n", "cp1251"),
    ("Año;Día\nÑ;ñ\nÁÉÍÓÚ;ñññ\n", "cp1252"), ("name;value\nSão Tomé;1\nNÃO, IRMÃ;2\n", "cp1252"), ("é", "cp1252"),
])  # fmt: skip
def test_letters_of_eight_bits_are_read_as_they_were_written(text: str, encoding: str) -> None:
    assert clean_bytes(text.encode(encoding)).body.decode() == text


@pytest.mark.parametrize("cut", range(40))
def test_a_file_cut_or_damaged_anywhere_is_read_or_refused(intake: Intake, tmp_path: Path, cut: int) -> None:
    chance = random.Random(cut)
    whole = export_xlsx("accounts", accounts(), str) if cut % 2 else export_csv("accounts", accounts(), "semicolon")
    raw = bytearray(whole[: chance.randrange(1, len(whole))] if cut % 4 < 2 else whole)
    for _ in range(cut % 7):
        raw[chance.randrange(len(raw))] = chance.randrange(256)
    answer = read(intake, tmp_path, "data", bytes(raw))
    assert isinstance(answer, ReadReport) or answer.code in MESSAGES


@pytest.mark.parametrize("reading", [
    Reading(encoding="no-such-encoding"), Reading(encoding="ascii"), Reading(header_line=99), Reading(sheet="nowhere"),
    Reading(delimiter="x"),
    Reading(quote=""), Reading(header_line=0), Reading(delimiter="§"),
], ids=str)  # fmt: skip
def test_a_wrong_correction_is_refused_or_obeyed_never_fatal(intake: Intake, tmp_path: Path, reading: Reading) -> None:
    answer = read(intake, tmp_path, "data.csv", "name,value\nñ,1\n".encode(), reading)
    assert isinstance(answer, ReadReport) or answer.code in MESSAGES


def test_without_quotes_a_quote_is_a_letter(intake: Intake, tmp_path: Path) -> None:
    report = read(intake, tmp_path, "data.csv", b'name,value\n"a,1\nb",2,\nc,3\n"x","y"\n', Reading(quote=""))
    assert isinstance(report, ReadReport)
    assert pl.read_ipc(report.frame).rows() == [(2, '"a', "1"), (3, 'b"', "2"), (4, "c", "3"), (5, '"x"', '"y"')]


def test_a_workbook_s_error_cells_are_issues_not_blanks(intake: Intake, tmp_path: Path) -> None:
    rows = '<row r="1"><c r="A1" t="str"><v>name</v></c><c r="B1" t="str"><v>value</v></c></row>'
    rows += '<row r="2"><c r="A2" t="str"><v>a</v></c><c r="B2" t="e"><v>#N/A</v></c></row>'
    report = read(intake, tmp_path, "data.xlsx", workbook(SHEET.format(rows)))
    assert isinstance(report, ReadReport)
    assert (report.records, report.misshapen) == (1, 0)
    assert pl.read_ipc(report.issues).select("line", "column", "code").rows() == [(2, "value", "error_cell")]


@pytest.mark.parametrize(("cell", "code"), [
    ('<c t="e" r="B2"><v>#N/A</v></c>', "error_cell"), ("<c r='B2' t='e'><v>#N/A</v></c>", "error_cell"),
    ('<x:c r="B2" t="e"><x:v>#REF!</x:v></x:c>', "error_cell"), ('<c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v></c>', "error_cell"),
    ('<c r="B2"><f>1+1</f></c>', "uncomputed_cell"), ('<c r="B2" s="3"><f t="shared" si="0"/><v></v></c>', "uncomputed_cell"),
    ('<c r="B2"><f>1+1</f><v>2</v></c>', ""), ('<c r="B2" t="str"><f>""</f><v></v></c>', ""),
    ('<c r="B2" s="1"/><c r="C2" t="e"><v>#N/A</v></c>', ""),
])  # fmt: skip
def test_cells_without_a_value_are_issues_however_they_are_written(intake: Intake, tmp_path: Path, cell: str, code: str) -> None:
    rows = '<row r="1"><c r="A1" t="str"><v>name</v></c><c r="B1" t="str"><v>value</v></c></row>'
    sheet = SHEET.format(rows + '<row r="2"><c r="A2" t="str"><v>a</v></c>' + cell + "</row>").replace(
        "<worksheet ", f'<worksheet xmlns:x="{SPREADSHEET}" '
    )
    report = read(intake, tmp_path, "data.xlsx", workbook(sheet))
    assert isinstance(report, ReadReport)
    found = pl.read_ipc(report.issues).filter(pl.col("column") == "value")
    assert found.select("line", "code").rows() == ([(2, code)] if code else [])
