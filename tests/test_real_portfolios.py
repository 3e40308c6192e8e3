"""The real portfolios, where the folder with them exists, go in as a person's files do: loaded as declared, or refused with the reason."""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from lib.intake import (
    PRELOAD,
    Checked,
    Intake,
    Mapping,
    Question,
    ReadReport,
    Worker,
    read_issues,
    suggest,
    suggest_for,
    with_answer,
    write_known,
)
from lib.intake.suggesting import guess_source
from lib.store import Store
from lib.tables import TABLES
from lib.ui.loading import change
from lib.ui.uploads import Upload, in_order
from tests.real_portfolios import HUIJGENS, PORTFOLIOS, Load, Refuse

FOLDER = Path(__file__).parents[2] / "shared" / "data" / "portfolio"
AT = datetime(2026, 3, 31, 9, tzinfo=UTC)

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the folder with real portfolios (../shared/data) is not part of the project")


@dataclass
class Brought:
    """A file that went in: its declared fate, what the importer asked at first and said at last, and the upload that is committed."""

    load: Load
    asked: list[Question]
    checked: Checked
    upload: Upload


@dataclass
class Loaded:
    """A portfolio in its own store."""

    store: Store
    files: list[Brought]


@pytest.fixture(scope="module")
def intake() -> Iterator[Intake]:
    with Worker(preload=PRELOAD) as worker:
        yield Intake(worker)


@pytest.fixture(scope="module", params=PORTFOLIOS, name="portfolio")
def _portfolio(request: pytest.FixtureRequest, intake: Intake, tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    folder = tmp_path_factory.mktemp(request.param)
    store = Store.open(folder / "store")
    loads = [fate for fate in PORTFOLIOS[request.param] if isinstance(fate, Load)]
    files = brought(intake, store, loads, folder)
    commit(store, files)
    return Loaded(store, files)


def brought(intake: Intake, store: Store, loads: list[Load], folder: Path) -> list[Brought]:
    """Every file read, mapped and checked against the rows stored and the files before it, as the page does."""
    files: list[Brought] = []
    for number, load in enumerate(loads):
        report = read(intake, load, folder / f"{store.version()}-{number}")
        known = write_known(
            {table: known_rows(store, files, table) for table in set(TABLES[load.table].references.values())}, Path(report.frame).parent
        )
        asked, mapping, checked = answered(intake, report, mapped(report, load), known, load.constants, load.words)
        upload = Upload(report.file, digest_of(load.file), FOLDER / load.file, Path(report.frame).parent, report, mapping, checked=checked)
        files.append(Brought(load, asked, checked, upload))
    return files


def read(intake: Intake, fate: Load | Refuse, folder: Path) -> ReadReport:
    folder.mkdir()
    report = intake.read(FOLDER / fate.file, Path(fate.file).name, folder)
    assert isinstance(report, ReadReport), report
    return report


def mapped(report: ReadReport, fate: Load | Refuse) -> Mapping:
    """The suggestion, with the table, the columns, the tool's name and "count once" as a person sets them on the page."""
    first = suggest(report)[0]
    mapping = first.mapping if first.table == fate.table else suggest_for(report, fate.table).mapping
    mapping = replace(mapping, columns=fate.columns, constants={})
    return replace(mapping, source=fate.source, distinct=fate.distinct) if isinstance(fate, Load) else mapping


def answered(
    intake: Intake,
    report: ReadReport,
    mapping: Mapping,
    known: dict[str, Path],
    constants: dict[str, str],
    words: dict[str, dict[str, str]],
) -> tuple[list[Question], Mapping, Checked]:
    """(what was asked at first, the mapping with the answers, the last check). What is declared must have been asked, if it is required."""
    folder = Path(report.frame).parent
    for ours in set(constants) - set(TABLES[mapping.table].required):
        mapping = with_answer(mapping, "constant", ours, constants[ours])
    asked = checked_by(intake, report, mapping, folder, known).questions
    for question in asked:
        if question.kind == "constant" and question.column in constants:
            mapping = with_answer(mapping, "constant", question.column, constants[question.column])
    missed = set(constants) - set(mapping.constants)
    assert not missed, f"declared but not asked: {missed}"
    for question in checked_by(intake, report, mapping, folder, known).questions:
        for word, _ in question.words if question.kind == "words" else ():
            if word in words.get(question.column, {}):
                mapping = with_answer(mapping, "words", question.column, words[question.column][word], word)
    return list(asked), mapping, checked_by(intake, report, mapping, folder, known)


def checked_by(intake: Intake, report: ReadReport, mapping: Mapping, folder: Path, known: dict[str, Path]) -> Checked:
    checked = intake.check(report, mapping, folder, known)
    assert isinstance(checked, Checked), checked
    return checked


def known_rows(store: Store, files: list[Brought], table: str) -> pl.DataFrame:
    rows = [store.portfolio()[table].select(list(TABLES[table].columns)).collect()]
    rows += [pl.read_ipc(file.checked.accepted) for file in files if file.load.table == table and file.checked.ready]
    return pl.concat(rows).unique(TABLES[table].key, keep="last", maintain_order=True)


def commit(store: Store, files: list[Brought]) -> None:
    """One commit of all tables, whose files come in the order of their references."""
    ordered = in_order([file.upload for file in files])
    if ordered:
        changes = {upload.mapping.table: change(upload) for upload in ordered if upload.mapping}
        assert len(changes) == len(ordered)
        store.commit(changes, author="Eva", at=AT, details={"files": [{"name": upload.name} for upload in ordered]})


def digest_of(file: str) -> str:
    return hashlib.sha256((FOLDER / file).read_bytes()).hexdigest()


def records_by_csv(fate: Load | Refuse) -> tuple[list[dict[str, str]], int]:
    """(records as the csv module reads them, how many with the blank ones)."""
    with (FOLDER / fate.file).open(encoding=fate.encoding, newline="") as lines:
        header, *rows = csv.reader(lines, delimiter=fate.delimiter)
    return [dict(zip(header, row, strict=True)) for row in rows if row], len(rows)


def stored(store: Store, table: str) -> pl.DataFrame:
    return store.portfolio()[table].collect()


def rows_of(rows: pl.DataFrame, columns: list[str]) -> Counter[tuple[Any, ...]]:
    return Counter(rows.select(columns).iter_rows())


def test_every_file_has_a_fate() -> None:
    there = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file()}
    assert there == {fate.file for fates in PORTFOLIOS.values() for fate in fates}


def test_no_record_is_lost(portfolio: Loaded) -> None:
    for file in portfolio.files:
        _, records = records_by_csv(file.load)
        checked = file.checked
        assert checked.records == records, file.load
        assert checked.accepted_rows + checked.rejected_rows + sum(checked.left_out.values()) == records
        assert (checked.accepted_rows, checked.counts, checked.left_out) == (file.load.accepted, file.load.rejected, file.load.left_out)


def test_rejected_records_are_listed_with_their_line_and_value(portfolio: Loaded) -> None:
    for file in portfolio.files:
        found = list(read_issues(file.checked, count=10_000))
        assert Counter(issue.code for issue in found if issue.rejects) == file.load.rejected
        assert len({issue.line for issue in found}) == file.checked.rejected_rows


def test_references_and_readings_are_as_declared(portfolio: Loaded) -> None:
    for file in portfolio.files:
        assert file.checked.references == file.load.references, file.load
        for column, reading in file.load.readings.items():
            assert reading.items() <= file.checked.readings[column].items()


def test_the_store_holds_what_the_csv_module_reads(portfolio: Loaded) -> None:
    for file in portfolio.files:
        load, rows = file.load, stored(portfolio.store, file.load.table)
        records = load.kept(records_by_csv(load)[0])
        columns = list(load.read_back)
        expected = Counter(tuple(load.read_back[column](record) for column in columns) for record in records)
        assert len(records) == rows.height == load.accepted
        assert rows_of(rows, columns) == expected
        assert rows["_source"].unique().to_list() == [load.source]


def test_loading_the_same_files_again_changes_nothing(portfolio: Loaded, intake: Intake, tmp_path: Path) -> None:
    before = {file.load.table: stored(portfolio.store, file.load.table) for file in portfolio.files}
    again = brought(intake, portfolio.store, [file.load for file in portfolio.files], tmp_path)
    for file in again:
        table = file.load.table
        counts = portfolio.store.preview({table: change(file.upload)})[table]
        assert (counts.added, counts.changed, counts.removed, counts.unchanged) == (0, 0, 0, file.load.accepted)
    commit(portfolio.store, again)
    for table, rows in before.items():
        assert stored(portfolio.store, table).sort(TABLES[table].key).equals(rows.sort(TABLES[table].key))


REFUSED = [fate for fates in PORTFOLIOS.values() for fate in fates if isinstance(fate, Refuse)]


@pytest.mark.parametrize("fate", REFUSED, ids=lambda fate: f"{fate.file.rpartition('/')[2]}-{fate.table}")
def test_a_file_that_no_table_can_take_is_refused_with_what_it_lacks(fate: Refuse, intake: Intake, tmp_path: Path) -> None:
    report = read(intake, fate, tmp_path / "upload")
    _, _, checked = answered(intake, report, mapped(report, fate), {}, fate.constants, {})
    assert {question.column for question in checked.questions if question.kind == "constant"} == fate.lacking
    assert not checked.ready
    assert checked.accepted == ""
    assert report.records == records_by_csv(fate)[1]


def test_each_column_decides_its_own_style_of_numbers(intake: Intake, tmp_path: Path) -> None:
    # Costs have "1.100.000" and durations "2,48", which prove the comma; efforts have only "1.130" and "97", which fit both styles.
    # The three are actuals, so they are mapped here to be read, not to be loaded.
    fate = next(fate for fate in PORTFOLIOS["ebspm"] if isinstance(fate, Load) and fate.table == "projects")
    report = read(intake, fate, tmp_path / "upload")
    probe = {
        **fate.columns,
        "budget_cost": "Actual_cost_EUR",
        "budget_amount": "Actual_duration_months",
        "budget_hours": "Actual_effort_hours",
    }
    mapping = replace(mapped(report, fate), columns=probe, constants=fate.constants)
    checked = checked_by(intake, report, mapping, tmp_path / "upload", {})
    assert fate.file == HUIJGENS
    assert [(question.kind, question.column) for question in checked.questions] == [("number_style", "budget_hours")]
    (question,) = checked.questions
    assert {choice.value: dict(choice.samples)["1.130"] for choice in question.choices} == {"1,234.5": "1.13", "1.234,5": "1130.0"}

    told = with_answer(mapping, "number_style", "budget_hours", "1.234,5")
    checked = checked_by(intake, report, told, tmp_path / "upload", {})
    rows = pl.read_ipc(checked.accepted)
    records = fate.kept(records_by_csv(fate)[0])

    def plain(written: str) -> float | None:
        return float(written.replace(".", "").replace(",", ".")) if written else None

    columns = ("Actual_cost_EUR", "Actual_duration_months", "Actual_effort_hours")
    assert rows_of(rows, ["budget_cost", "budget_amount", "budget_hours"]) == Counter(
        tuple(plain(record[column]) for column in columns) for record in records
    )


def test_the_tool_is_a_word_of_the_name_of_the_file() -> None:
    names = [Path(fate.file).name for fate in PORTFOLIOS["ravenstack"]]
    assert {name: guess_source(name) for name in names} == dict.fromkeys(names, "ravenstack")  # "usage" is not Sage


def test_how_often_a_client_pays_is_not_taken_for_the_period_of_the_value(intake: Intake, tmp_path: Path) -> None:
    # monthly revenue, billed monthly or annually: "per year" for the latter would make it twelve times too small
    report = read(intake, PORTFOLIOS["ravenstack"][1], tmp_path / "upload")
    suggested = suggest_for(report, "contracts")
    assert suggested.mapping.columns["value"] == "mrr_amount"
    assert "value_per" in suggested.lacking


def test_shares_that_overshoot_are_not_taken_for_percentages(intake: Intake, tmp_path: Path) -> None:
    # 6 244 shares of time from 0 to 1, and one of 1.02
    report = read(intake, PORTFOLIOS["little"][0], tmp_path / "upload")
    columns = {"project_id": "Project Code", "date": "Week End Date", "percent_complete": "X"}
    mapping = replace(suggest_for(report, "progress").mapping, columns=columns)
    checked = checked_by(intake, report, mapping, tmp_path / "upload", {})
    assert [(question.kind, question.column) for question in checked.questions] == [("scale", "percent_complete")]
    told = checked_by(intake, report, with_answer(mapping, "scale", "percent_complete", "share"), tmp_path / "upload", {})
    assert (told.accepted_rows, told.counts) == (6244, {"max": 1})
