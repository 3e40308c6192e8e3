"""The shortest way through the whole importer: bytes, suggested mapping, accepted rows and issues."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from lib.intake import PRELOAD, Checked, Intake, ReadReport, Worker, read_issues, suggest, with_answer, write_known
from tests.intake.files import SPANISH_TIME, accounts, projects


@pytest.fixture(scope="module")
def intake() -> Intake:
    worker = Worker(preload=PRELOAD)
    yield Intake(worker)
    worker.close()


def test_a_spanish_time_sheet_becomes_rows_and_issues(intake: Intake, tmp_path: Path) -> None:
    file = tmp_path / "upload"
    file.write_bytes(SPANISH_TIME.encode("cp1252"))
    report = intake.read(file, "horas.csv", tmp_path)
    assert isinstance(report, ReadReport)
    assert (report.reading.encoding, report.reading.delimiter, report.reading.line_end) == ("cp1252", ";", "crlf")
    best = suggest(report)[0]
    assert best.table == "time_entries"
    assert best.mapping.columns == {
        "date": "Fecha", "person_id": "Usuario", "project_id": "Proyecto",
        "hours": "Horas", "billable": "Facturable", "note": "Descripción",
    }  # fmt: skip
    known = write_known({"accounts": accounts(), "projects": projects()}, tmp_path)
    checked = intake.check(report, replace(best.mapping, source="horas"), tmp_path, known)
    assert isinstance(checked, Checked)
    assert checked.records == 5
    assert (checked.accepted_rows, checked.rejected_rows) == (3, 2)
    assert checked.counts == {"not_a_number": 1, "unknown_reference": 1}
    assert checked.references["project_id"] == {"by_name": 4, "unknown": 1}
    rows = pl.read_ipc(checked.accepted)
    assert rows["hours"].to_list() == [7.5, 1.25, 8.0]
    assert rows["date"].cast(pl.String).to_list() == ["2026-03-02", "2026-03-13", "2026-03-13"]
    assert [issue.line for issue in read_issues(checked)] == [4, 6]


def test_an_ambiguous_date_is_asked_and_then_read_as_answered(intake: Intake, tmp_path: Path) -> None:
    file = tmp_path / "upload"
    file.write_text("Date,Client,Project,User,Hours\n03/04/2026,Acme,Web,Ana,2.5\n05/06/2026,Acme,Web,Ana,1\n")
    report = intake.read(file, "time.csv", tmp_path)
    mapping = suggest(report)[0].mapping
    asked = intake.check(report, mapping, tmp_path)
    assert [(question.kind, question.column, question.blocking) for question in asked.questions] == [("date_order", "date", True)]
    assert not asked.ready
    readings = {choice.value: choice.samples[0] for choice in asked.questions[0].choices}
    assert readings == {"dmy": ("03/04/2026", "2026-04-03"), "mdy": ("03/04/2026", "2026-03-04")}
    checked = intake.check(report, with_answer(mapping, "date_order", "date", "mdy"), tmp_path)
    assert checked.ready
    assert checked.first_day == {"date": "2026-03-04"}
