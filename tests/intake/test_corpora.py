"""Corpora of broken and hostile files that others collected, brought as the page brings them. Where their folder exists."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from lib.intake import PRELOAD, Intake, ReadReport, Worker
from lib.store import Store
from tests.uploading import AT, Desk, assert_sound, outcome, print_of

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "badinput"
FILES = sorted(file for file in FOLDER.rglob("*") if file.is_file())
SPECTRUM = sorted((FOLDER / "csv-spectrum" / "csvs").glob("*.csv"))

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the corpora (../shared/data/badinput) are not part of the project")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    store = Store.open(tmp_path_factory.mktemp("store") / "data", at=AT)
    with Worker(preload=PRELOAD) as worker:
        yield Desk(store, Intake(worker), tmp_path_factory.mktemp("uploads"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_each_file_is_loaded_asked_about_or_refused_and_nothing_is_saved(desk: Desk, file: Path) -> None:
    before = print_of(desk.store.folder)
    uploads = desk.bring((file.name, file.read_bytes()))
    assert uploads
    for upload in uploads:
        assert_sound(upload)
        assert outcome(upload).startswith(("loaded", "asked", "refused"))
    assert print_of(desk.store.folder) == before


@pytest.mark.parametrize("file", SPECTRUM, ids=lambda file: file.stem)
def test_each_cell_of_the_spectrum_is_what_its_authors_say(desk: Desk, file: Path) -> None:
    expected = json.loads((FOLDER / "csv-spectrum" / "json" / f"{file.stem}.json").read_text())
    report = desk.bring((file.name, file.read_bytes()))[0].outcome
    assert isinstance(report, ReadReport)
    rows = pl.read_ipc(report.frame).drop("_line").to_dicts()
    for row in rows:
        row |= {name: "1234567890" for name in row if name == "Contact Phone Number"}  # their two files differ there
    assert same_lines(rows) == same_lines(expected if isinstance(expected, list) else [expected])


def same_lines(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    return [{name: text.replace("\r\n", "\n") for name, text in row.items()} for row in rows]


def test_naughty_strings_come_through_as_they_were_written(desk: Desk) -> None:
    strings = [text for text in json.loads((FOLDER / "blns" / "blns.json").read_text()) if text.strip()]
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow(["account_id", "name", "currency", "status", "note"])
    table.writerows([f"a{number}", f"Account {number}", "EUR", "active", text] for number, text in enumerate(strings))
    upload = desk.bring(("strings.csv", written.getvalue().encode()))[0]
    assert isinstance(upload.outcome, ReadReport)
    assert pl.read_ipc(upload.outcome.frame)["note"].to_list() == strings
    assert outcome(upload) == "loaded"
    assert upload.rejected == 0
