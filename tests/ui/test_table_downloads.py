"""Under a table: a file's name depends on every cell and word of it, and a large workbook is made in a process of its own."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from lib.documents.workbook import Sheet
from lib.formats import Language
from lib.ui import table_downloads
from lib.ui.table_downloads import digest, made_workbook
from tests.documents.spreadsheets import by_openpyxl

EN = Language("en")
ROWS = pl.DataFrame({"name": [f"A{number}" for number in range(300)], "agi": [float(number) for number in range(300)]})
SHEET = Sheet("Accounts", ROWS, {"name": "Name", "agi": "AGI"}, {"agi": "money:EUR"}, ("A note",))


@pytest.mark.parametrize("row", [0, 7, 150, 299])
def test_any_changed_cell_is_another_file(row: int) -> None:
    changed = ROWS.with_columns(pl.when(pl.int_range(300) == row).then(pl.col("agi") + 1e-9).otherwise("agi").alias("agi"))
    assert digest(replace(SHEET, rows=changed)) != digest(SHEET)
    assert digest(replace(SHEET, rows=ROWS.clone())) == digest(SHEET)


@pytest.mark.parametrize("change", [
    {"name": "Clients"}, {"headings": {"name": "Nombre", "agi": "AGI"}}, {"formats": {}}, {"notes": ()}, {"rows": ROWS.reverse()},
    {"rows": ROWS.with_columns(pl.col("agi").cast(pl.Float32))},
])  # fmt: skip
def test_another_word_order_or_type_is_another_file(change: dict) -> None:
    assert digest(replace(SHEET, **change)) != digest(SHEET)


def test_a_large_workbook_is_the_same_made_in_a_process_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    small = made_workbook(SHEET, EN, [("Title", "Accounts")])
    monkeypatch.setattr(table_downloads, "LARGE_CELLS", 10)
    monkeypatch.setattr(table_downloads, "workbook", None)
    large = made_workbook(SHEET, EN, [("Title", "Accounts")])
    assert by_openpyxl(large) == by_openpyxl(small)


def test_a_process_that_fails_gives_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_downloads, "LARGE_CELLS", 10)
    monkeypatch.setattr(table_downloads, "described", lambda sheet, file: {"file": "absent.parquet"})
    with pytest.raises(RuntimeError, match="parser_failed"):
        made_workbook(SHEET, EN, [])
