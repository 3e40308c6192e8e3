"""One file per reason in tests/bad_files: the code is the file's name, and stands as a word on every line that must have that issue."""

from __future__ import annotations

import tempfile
from pathlib import Path

import polars as pl
import pytest

from lib.intake import suggest
from lib.intake.checking import check_rows
from lib.intake.messages import MESSAGES
from lib.intake.reading import _report, records_of
from lib.intake.values import Reading
from lib.tables import RULES

FOLDER = Path(__file__).parents[1] / "bad_files"
FILES = sorted(FOLDER.glob("*.csv"))
# Conversion reports these first, under a name of its own, or no text can cause them; error_cell needs a sheet.
UNREACHABLE = {"min_length", "inf", "nan", "not_a_choice", "separator_in_item", "regex"}
ELSEWHERE = {"error_cell", "uncomputed_cell", "text_cut", "not_a_list"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_bad_line_has_the_issue_and_the_others_have_none(file: Path) -> None:
    code = file.stem
    found = records_of(file.read_bytes(), file.name, Reading())
    with tempfile.TemporaryDirectory() as folder:
        report = _report(file.name, found, Path(folder))
        misread = pl.read_ipc(report.issues)
    checked, accepted, issues = check_rows(report, found.frame, misread, suggest(report)[0].mapping, {})
    assert accepted is not None, checked.questions
    expected = [number for number, line in enumerate(file.read_text().splitlines(), start=1) if code in line and number > 1]
    assert issues.filter(pl.col("code") == code)["line"].to_list() == expected
    allowed = {code} | ({"unknown_word"} if code == "parent_rejected" else set())
    assert set(issues["code"]) == allowed
    rejects = issues.filter(pl.col("rejects"))["line"].n_unique()
    assert (checked.rejected_rows, checked.accepted_rows) == (rejects, checked.records - rejects)


def test_every_reason_has_a_file() -> None:
    from lib.intake.messages import REFUSALS

    assert {file.stem for file in FILES} == set(MESSAGES) - set(REFUSALS) - UNREACHABLE - ELSEWHERE


def test_every_rule_of_the_tables_has_words() -> None:
    assert set(RULES) <= set(MESSAGES)
