"""One file per reason in tests/bad_files: the code is the file's name, and stands as a word on every line that must have that issue."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from lib.intake import PRELOAD, Intake, ReadReport, Refused, Worker, suggest
from lib.intake.checking import check_rows
from lib.intake.messages import MESSAGES, REFUSALS
from lib.store import Store
from lib.tables import RULES
from tests.uploading import AT, Desk, assert_sound

FOLDER = Path(__file__).parents[1] / "bad_files"
FILES = sorted(FOLDER.iterdir())
ISSUES = [file for file in FILES if file.stem not in REFUSALS]
REFUSED = [file for file in FILES if file.stem in REFUSALS]
# Conversion reports these first, under a name of its own, or no text can cause them.
UNREACHABLE = {"min_length", "inf", "nan", "not_a_choice", "separator_in_item", "regex"}
NO_FILE = {
    "no_such_sheet": "a person asks for the sheet",
    "no_header_line": "a person asks for the line",
    "mapping_misses_column": "a mapping asks for the column",
    "mapping_unknown_column": "a mapping names the column",
    "file_too_large": "it would be larger than 200 MB; see test_limits_that_need_large_files",
    "endless_line": "it would be larger than 5 MB; see test_limits_that_need_large_files",
    "too_many_odd_lines": "it would have a million lines; see test_limits_that_need_large_files",
    "stopped": "a person stops it",
    "too_slow": "it depends on the machine; see tests/workers",
    "too_much_memory": "it depends on the machine; see tests/workers",
    "parser_failed": "the fault would be a library's; see tests/workers",
    "worker_died": "no file may do that; see tests/workers",
    "worker_absent": "no file does that; see tests/workers",
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with Worker(preload=PRELOAD) as worker:
        yield Desk(Store.open(tmp_path_factory.mktemp("store") / "data", at=AT), Intake(worker), tmp_path_factory.mktemp("uploads"))


@pytest.mark.parametrize("file", ISSUES, ids=lambda file: file.stem)
def test_the_bad_line_has_the_issue_and_the_others_have_none(desk: Desk, tmp_path: Path, file: Path) -> None:
    code = file.stem
    report = desk.intake.read(file, file.name, tmp_path)
    assert isinstance(report, ReadReport)
    frame, misread = pl.read_ipc(report.frame), pl.read_ipc(report.issues)
    checked, accepted, issues = check_rows(report, frame, misread, suggest(report)[0].mapping, {})
    assert accepted is not None, checked.questions
    assert issues.filter(pl.col("code") == code)["line"].to_list() == expected_lines(file, frame)
    allowed = {code} | ({"unknown_word"} if code == "parent_rejected" else set())
    assert set(issues["code"]) == allowed
    rejects = issues.filter(pl.col("rejects"))["line"].n_unique()
    assert (checked.rejected_rows, checked.accepted_rows) == (rejects, checked.records - rejects)


def expected_lines(file: Path, frame: pl.DataFrame) -> list[int]:
    """The lines that say the file's code: of a text as it stands, of a workbook by its cells."""
    if file.suffix == ".csv":
        return [number for number, line in enumerate(file.read_text().splitlines(), start=1) if file.stem in line and number > 1]
    return [row[0] for row in frame.iter_rows() if file.stem in row[1:]]


@pytest.mark.parametrize("file", REFUSED, ids=lambda file: file.stem)
def test_the_file_is_refused_for_its_reason(desk: Desk, file: Path) -> None:
    uploads = desk.bring((file.name, file.read_bytes()))
    assert [upload.outcome.code for upload in uploads if isinstance(upload.outcome, Refused)] == [file.stem]
    for upload in uploads:
        assert_sound(upload)


LARGE = {
    "endless_line": lambda: b"a" * 5_100_000,
    "too_many_odd_lines": lambda: b"name,currency\n" + b"x\n" * 1_000_001,
    "file_too_large": lambda: b"a,b\n" * 50_000_001,
}


@pytest.mark.parametrize("code", LARGE)
def test_limits_that_need_large_files(desk: Desk, code: str) -> None:
    answer = desk.bring(("large.csv", LARGE[code]()))[0].outcome
    assert isinstance(answer, Refused)
    assert answer.code == code


def test_every_reason_has_a_file_or_says_why_it_has_none() -> None:
    assert {file.stem for file in FILES} == set(MESSAGES) - UNREACHABLE - set(NO_FILE)


def test_every_rule_of_the_tables_has_words() -> None:
    assert set(RULES) <= set(MESSAGES)
