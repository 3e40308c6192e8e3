"""The whole portfolio leaves as a workbook and as Parquet files, and comes back unchanged through our own importer into an empty store."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import python_calamine
from polars.testing import assert_frame_equal

from lib.documents import workbook as workbooks
from lib.documents.bundle import MANIFEST, bundle, lay_out, portfolio_sheets, refuse_large_portfolio, sizes, workbook_job
from lib.documents.workbook import TooLarge
from lib.formats import Language
from lib.intake import PRELOAD, Checked, Intake, Reading, ReadReport, suggest, write_known
from lib.portfolio import Portfolio
from lib.sample import read_sample
from lib.store import Merge, Store
from lib.tables import TABLES, referred_first
from lib.workers import Worker
from tests.documents.spreadsheets import live_parts

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample"
AT = datetime(2026, 10, 1, 9, tzinfo=UTC)
EN, ES = Language("en"), Language("es")


@pytest.fixture(scope="module")
def intake() -> Iterator[Intake]:
    made = Intake(Worker(preload=PRELOAD))
    yield made
    made.worker.close()


@pytest.fixture(scope="module")
def sample() -> Portfolio:
    return Portfolio.of(**read_sample(SAMPLE))


@pytest.fixture(scope="module")
def laid_out(sample: Portfolio, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    folder = tmp_path_factory.mktemp("laid_out")
    return folder, lay_out(sample, folder)


@pytest.fixture(scope="module")
def whole_workbook(laid_out: tuple[Path, list[str]]) -> Path:
    folder, tables = laid_out
    return folder / workbook_job(str(folder), portfolio_sheets(folder, tables, ES), "es", [["Título", "Cartera"]])["file"]


def imported(intake: Intake, files: list[tuple[str, Path, Reading]], folder: Path) -> Portfolio:
    """An empty store after our importer read these files with the mappings it suggests, with no person's help."""
    read = []
    for place, (name, path, reading) in enumerate(files):
        own = folder / str(place)
        own.mkdir()
        report = intake.read(path, name, own, reading)
        assert isinstance(report, ReadReport), (name, report)
        read.append((suggest(report)[0].mapping, report, own))
    order = {name: place for place, name in enumerate(referred_first())}
    read.sort(key=lambda one: order[one[0].table])
    accepted: dict[str, pl.DataFrame] = {}
    for mapping, report, own in read:
        known = write_known({other: accepted.get(other, TABLES[other].empty()) for other in TABLES[mapping.table].references.values()}, own)
        checked = intake.check(report, mapping, own, known)
        assert isinstance(checked, Checked), (mapping.table, checked)
        assert checked.ready, (mapping.table, checked.questions)
        assert checked.rejected_rows == 0
        accepted[mapping.table] = pl.read_ipc(checked.accepted)
    store = Store.open(folder / "store", at=AT)
    store.commit({table: Merge(rows, "") for table, rows in accepted.items()}, author="Ana", at=AT)
    return store.portfolio()


def assert_same(found: Portfolio, expected: Portfolio, **tolerance: Any) -> None:
    assert found.loaded == expected.loaded
    for name in expected.loaded:
        columns = list(TABLES[name].columns)
        one, other = (half[name].select(columns).collect().sort(TABLES[name].key) for half in (found, expected))
        assert_frame_equal(one, other, **tolerance)


def test_a_bundle_comes_back_unchanged_into_an_empty_store(
    intake: Intake, sample: Portfolio, laid_out: tuple[Path, list[str]], tmp_path: Path
) -> None:
    packed = bundle(*laid_out, {"version": 3})
    members = intake.unpack(packed, "cartera.zip", tmp_path)
    assert isinstance(members, tuple)
    assert [member for member in members if member.refused] == [], "the manifest is no file that was left out"
    files = [(member.name, member.path, Reading()) for member in members]
    assert len(files) == len(sample.loaded) == len(TABLES)
    assert_same(imported(intake, files, tmp_path), sample)


def test_a_workbook_comes_back_unchanged_into_an_empty_store(
    intake: Intake, sample: Portfolio, whole_workbook: Path, tmp_path: Path
) -> None:
    files = [(f"{name}.xlsx", whole_workbook, Reading(sheet=name)) for name in sample.loaded]
    back = imported(intake, files, tmp_path)
    assert_same(back, sample, check_exact=False, rel_tol=1e-14, abs_tol=0)  # a workbook keeps fifteen digits


def test_a_bundle_holds_every_cell_with_its_type(sample: Portfolio, laid_out: tuple[Path, list[str]], tmp_path: Path) -> None:
    with zipfile.ZipFile(bundle(*laid_out, {})) as archive:
        archive.extractall(tmp_path)
    frames = {name: pl.read_parquet(tmp_path / f"{name}.parquet") for name in laid_out[1]}
    assert {name: rows.schema for name, rows in frames.items()} == {name: TABLES[name].polars_schema for name in frames}
    assert_same(Portfolio.of(**frames), sample)


def test_a_changed_cell_would_be_seen(sample: Portfolio) -> None:
    changed = dict(sample.frames) | {"invoices": sample["invoices"].with_columns(pl.col("amount") * (1 + 1e-12))}
    with pytest.raises(AssertionError):
        assert_same(Portfolio(0, changed, sample.rows), sample, check_exact=False, rel_tol=1e-14, abs_tol=0)


def test_the_manifest_says_what_is_in_the_bundle(sample: Portfolio, laid_out: tuple[Path, list[str]]) -> None:
    with zipfile.ZipFile(bundle(*laid_out, {"version": 3, "format": 1})) as archive:
        manifest = json.loads(archive.read(MANIFEST))
        assert (manifest["version"], manifest["format"]) == (3, 1)
        assert set(archive.namelist()) == {*manifest["files"], MANIFEST}
        for name, facts in manifest["files"].items():
            assert facts["rows"] == sample.rows[name.removesuffix(".parquet")]
            assert facts["sha256"] == hashlib.sha256(archive.read(name)).hexdigest()


def test_equal_portfolios_give_equal_files(tmp_path: Path) -> None:
    small = {name: rows for name, rows in read_sample(SAMPLE).items() if name in ("accounts", "contracts", "people")}
    made = []
    for place in (tmp_path / "one", tmp_path / "two"):
        place.mkdir()
        tables = lay_out(Portfolio.of(**small), place)
        workbook_job(str(place), portfolio_sheets(place, tables, EN), "en", [])
        made.append((bundle(place, tables, {}).read_bytes(), (place / "cartera.xlsx").read_bytes()))
    assert made[0] == made[1]


def test_tables_without_rows_are_no_files(tmp_path: Path) -> None:
    accounts = TABLES["accounts"].empty()
    assert lay_out(Portfolio.of(accounts=accounts), tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_the_workbook_has_a_sheet_a_table_its_columns_explained_and_nothing_live(whole_workbook: Path) -> None:
    assert live_parts(whole_workbook.read_bytes()) == {}
    book = python_calamine.load_workbook(whole_workbook)
    assert book.sheet_names == [*TABLES, "Columnas", ES("About this file")]
    assert book.get_sheet_by_name("accounts").to_python(nrows=1)[0] == list(TABLES["accounts"].columns)
    explained = {(row[0], row[1]) for row in book.get_sheet_by_name("Columnas").to_python()[1:]}
    assert explained == {(name, column) for name, table in TABLES.items() for column in table.columns}


def test_a_portfolio_that_no_workbook_holds_is_refused_before_any_work(sample: Portfolio) -> None:
    refuse_large_portfolio(sample, EN)
    large = Portfolio(0, sample.frames, dict(sample.rows) | {"time_entries": 3_000_000})
    with pytest.raises(TooLarge) as refused:
        refuse_large_portfolio(large, EN)
    assert "3,000,000 rows" in EN(refused.value.message, **refused.value.values)
    many = Portfolio(0, sample.frames, dict(sample.rows) | {"time_entries": workbooks.MOST_ROWS})
    with pytest.raises(TooLarge, match="cells"):
        refuse_large_portfolio(many, EN)
    assert sum(rows * columns for rows, columns in sizes(many).values()) > workbooks.MOST_CELLS
