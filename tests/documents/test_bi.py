"""What docs/bi.md promises other tools holds: its Python runs, the head is the newest state, and every table reads with version 1."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from deltalake import DeltaTable

from lib.sample import read_sample
from lib.store import Merge, Store
from lib.tables import TABLES

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "docs" / "bi.md").read_text(encoding="utf-8")
AT = datetime(2026, 10, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    made = Store.open(tmp_path_factory.mktemp("firm") / "data", at=AT)
    made.commit({name: Merge(rows, "") for name, rows in read_sample(ROOT / "data" / "sample").items()}, author="Ana", at=AT)
    return made


def test_the_python_of_the_page_runs_on_a_portfolio(store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    printed = re.findall(r"```python\n(.*?)```", DOCUMENT, flags=re.DOTALL)
    assert len(printed) == 2
    monkeypatch.chdir(store.folder.parent)
    for code in printed:
        exec(code, {})  # noqa: S102  what a reader would run
    assert "account_id" in capsys.readouterr().out


def test_both_languages_print_the_same_code() -> None:
    fences = [re.findall(r"```.*?```", text, flags=re.DOTALL) for text in (DOCUMENT, (ROOT / "docs" / "es" / "bi.md").read_text("utf-8"))]
    assert fences[0] == fences[1]
    assert len(fences[0]) == 6


def test_every_table_reads_with_version_1_and_has_the_columns_we_name(store: Store) -> None:
    for name, table in TABLES.items():
        delta = DeltaTable(str(store.folder / "tables" / name))
        assert (delta.protocol().min_reader_version, delta.protocol().reader_features, delta.metadata().partition_columns) == (1, None, [])
        assert [field.name for field in delta.schema().fields] == [*table.columns, "_source", "_import"]
    lists = {column for table in TABLES.values() for column, kind in table.polars_schema.items() if isinstance(kind, pl.List)}
    assert lists == set(re.findall(r"`(\w+)`", DOCUMENT.split("and lists in")[1].split(".")[0]))


def test_the_head_is_the_newest_state_and_what_was_undone_is_not_in_it(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "data", at=AT)
    accounts = read_sample(ROOT / "data" / "sample")["accounts"]
    store.commit({"accounts": Merge(accounts.head(3), "")}, author="Ana", at=AT)
    second = store.commit({"accounts": Merge(accounts, "")}, author="Ana", at=AT)
    folder = store.folder / "tables" / "accounts"
    assert pl.read_delta(str(folder)).height == accounts.height
    store.undo(second.number, author="Ana", at=AT)
    assert pl.read_delta(str(folder)).height == 3
    assert pl.read_parquet(folder / "part-*.parquet").height > 3, "the page warns of files of older states"


def test_a_copied_folder_is_a_table(store: Store, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(store.folder / "tables" / "invoices", tmp_path / "elsewhere")
    assert pl.read_delta(str(tmp_path / "elsewhere")).height == store.portfolio().rows["invoices"]
