"""A file of rejected rows: like the file it came from, harmless to open, and loaded through the same mapping once it is mended."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from python_calamine import load_workbook

from lib.intake import PRELOAD, Checked, Intake, Mapping, ReadReport, Worker, fingerprint, suggest, write_known
from lib.intake.mapping import fitted, holds_rejects
from lib.intake.messages import MESSAGES
from tests.intake.files import SPANISH_TIME, accounts, projects

REASONS = {code: message.wrong for code, message in MESSAGES.items()}


@pytest.fixture(scope="module")
def intake() -> Iterator[Intake]:
    worker = Worker(preload=PRELOAD)
    yield Intake(worker)
    worker.close()


def read(intake: Intake, folder: Path, name: str, content: bytes) -> ReadReport:
    folder.mkdir(exist_ok=True)
    (folder / "upload").write_bytes(content)
    report = intake.read(folder / "upload", name, folder)
    assert isinstance(report, ReadReport)
    return report


def check(intake: Intake, report: ReadReport, mapping: Mapping, folder: Path) -> Checked:
    checked = intake.check(report, mapping, folder, write_known({"accounts": accounts(), "projects": projects()}, folder))
    assert isinstance(checked, Checked)
    return checked


def rejects(intake: Intake, report: ReadReport, mapping: Mapping, folder: Path) -> bytes:
    written = intake.rejects(report, check(intake, report, mapping, folder), folder, REASONS)
    assert isinstance(written, bytes)
    return written


def test_rejects_stand_in_the_files_own_dialect_with_line_and_reason(intake: Intake, tmp_path: Path) -> None:
    report = read(intake, tmp_path / "first", "horas.csv", SPANISH_TIME.encode("cp1252"))
    written = rejects(intake, report, suggest(report)[0].mapping, tmp_path / "first").decode("cp1252")
    header, bad_hours, bad_project, end = written.split("\r\n")
    assert header == "cartera_line;cartera_reason;Fecha;Usuario;Proyecto;Horas;Facturable;Descripción"
    assert bad_hours.startswith("4;Horas: This is not a number in the style of its column;13/03/2026;Luis Gil;Web nueva;ocho;")
    assert bad_project.startswith("6;Proyecto: No row has this key or name;14/03/2026;Luis Gil;Web antigua;2;")
    assert end == ""


def test_mended_rejects_load_through_the_same_mapping_with_nothing_asked(intake: Intake, tmp_path: Path) -> None:
    report = read(intake, tmp_path / "first", "horas.csv", SPANISH_TIME.encode("cp1252"))
    mapping = replace(suggest(report)[0].mapping, source="harvest", values={"billable": {"Sí": "true"}})
    mended = rejects(intake, report, mapping, tmp_path / "first").replace(b"ocho", b"8").replace(b"Web antigua", b"Web nueva")
    again = read(intake, tmp_path / "again", "horas rejected.csv", mended)
    assert holds_rejects(again)
    assert not holds_rejects(report)
    assert fingerprint(again) == fingerprint(report)
    checked = check(intake, again, fitted(mapping, again), tmp_path / "again")
    assert (checked.accepted_rows, checked.rejected_rows, checked.questions, checked.counts) == (2, 0, (), {})
    assert pl.read_ipc(checked.accepted)["hours"].to_list() == [8.0, 2.0]


def test_our_two_columns_are_no_part_of_a_suggestion(intake: Intake, tmp_path: Path) -> None:
    report = read(intake, tmp_path / "first", "horas.csv", SPANISH_TIME.encode("cp1252"))
    mended = rejects(intake, report, suggest(report)[0].mapping, tmp_path / "first").replace(b"ocho", b"8,5")
    again = read(intake, tmp_path / "again", "horas.csv", mended)
    assert suggest(again)[0] == replace(suggest(report)[0], mapping=replace(suggest(report)[0].mapping, reading=again.reading))


def test_cells_of_any_kind_come_back_as_they_stood(intake: Intake, tmp_path: Path) -> None:
    header = 'Project ID,Client,Project,Status,Budget hours,Currency,Labels,Labels,,"Odd, header"\n'
    odd = '"=cmd|\' /C calc\'!A0","-1,5","+34 600 00 00 00","two\nlines ""quoted"""'
    content = header + f"P1,Acme,Web,Active,ten,EUR,{odd}\nP2,Acme,Web 2,Active,-12 %,EUR,'=1,,@x,'\n"
    report = read(intake, tmp_path / "first", "projects.csv", content.encode())
    written = rejects(intake, report, suggest(report)[0].mapping, tmp_path / "first")
    assert b"\"'=cmd|" in written or b"'=cmd|" in written
    again = read(intake, tmp_path / "again", "projects.csv", written)
    assert [column.name for column in again.columns][2:] == [column.name for column in report.columns]
    before, after = (pl.read_ipc(one.frame) for one in (report, again))
    assert after["Labels"].to_list() == ["'=cmd|' /C calc'!A0", "''=1"]
    assert after["Labels (2)"].to_list() == before["Labels (2)"].to_list() == ["-1,5", ""]
    assert after["Odd, header"].to_list() == before["Odd, header"].to_list()
    assert fingerprint(again) == fingerprint(report)


def test_a_neutralised_amount_is_read_as_the_amount_it_was(intake: Intake, tmp_path: Path) -> None:
    content = "Project ID,Client,Project,Status,Budget amount,Currency\nP9,Nobody,Web,Active,-12.50 €,EUR\n"
    report = read(intake, tmp_path / "first", "projects.csv", content.encode())
    mapping = suggest(report)[0].mapping
    written = rejects(intake, report, mapping, tmp_path / "first")
    assert b"'-12.50" in written
    again = read(intake, tmp_path / "again", "projects.csv", written.replace(b"Nobody", b"Acme"))
    checked = check(intake, again, mapping, tmp_path / "again")
    assert "not_a_number" not in checked.counts


def test_records_of_another_width_stand_last_with_all_their_fields(intake: Intake, tmp_path: Path) -> None:
    report = read(intake, tmp_path / "first", "horas.csv", SPANISH_TIME.encode() + b"1;2;3\r\n1;2;3;4;5;6;7;8\r\n")
    written = rejects(intake, report, suggest(report)[0].mapping, tmp_path / "first").decode().split("\r\n")
    assert written[-3] == "7;The record has fewer fields than there are columns;1;2;3"
    assert written[-2] == "8;The record has more fields than there are columns;1;2;3;4;5;6;7;8"
    assert check(intake, report, suggest(report)[0].mapping, tmp_path / "first").rejected_rows == len(written) - 2


def test_rejects_of_a_workbook_are_a_workbook_with_typed_cells_and_no_formula(intake: Intake, tmp_path: Path) -> None:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    sheet = book.add_worksheet("Mayo")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for row, cells in enumerate(
        [["Date", "Person", "Project", "Hours", "Notes"], [None, "Ana", "Nowhere", 7.5, ""], [None, "Ana", "Web nueva", 2, "x"]]
    ):
        for column, cell in enumerate(cells):
            sheet.write(row, column, cell)
    for row in (1, 2):
        sheet.write_datetime(row, 0, date(2026, 3, row), day)
    sheet.write_string(1, 4, "=HYPERLINK(1)")
    book.close()
    report = read(intake, tmp_path / "first", "horas.xlsx", buffer.getvalue())
    mapping = suggest(report)[0].mapping
    written = rejects(intake, report, mapping, tmp_path / "first")
    rows = load_workbook(io.BytesIO(written)).get_sheet_by_name("Mayo").to_python()
    assert not any(b"<f>" in zipfile.ZipFile(io.BytesIO(written)).read(part) for part in zipfile.ZipFile(io.BytesIO(written)).namelist())
    assert rows[0] == ["cartera_line", "cartera_reason", "Date", "Person", "Project", "Hours", "Notes"]
    assert rows[1][0] == "2"
    assert (str(rows[1][2])[:10], rows[1][5], rows[1][6]) == ("2026-03-01", 7.5, "'=HYPERLINK(1)")
    again = read(intake, tmp_path / "again", "horas.xlsx", written)
    checked = check(intake, again, replace(mapping, values={"project_id": {"Nowhere": "P1"}}), tmp_path / "again")
    assert (checked.accepted_rows, checked.rejected_rows) == (1, 0)
    assert pl.read_ipc(checked.accepted).select("date", "hours", "note").rows() == [(date(2026, 3, 1), 7.5, "=HYPERLINK(1)")]


def test_words_that_an_encoding_lacks_make_it_utf_8(intake: Intake, tmp_path: Path) -> None:
    report = read(intake, tmp_path / "first", "horas.csv", SPANISH_TIME.encode("cp1252"))
    mapping = suggest(report)[0].mapping
    checked = check(intake, report, mapping, tmp_path / "first")
    written = intake.rejects(report, checked, tmp_path / "first", {**REASONS, "not_a_number": "не число"})
    assert isinstance(written, bytes)
    assert written.startswith(b"\xef\xbb\xbf")
    assert pl.read_ipc(read(intake, tmp_path / "again", "horas.csv", written).frame)["Descripción"].to_list() == ["Código", "Código"]
