"""A person takes tables away: what the browser saves is what the page shows, and the whole portfolio."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import polars as pl
from playwright.sync_api import Page, expect

from lib.sample import read_sample
from lib.tables import TABLES
from tests.browser.serving import Server
from tests.documents.spreadsheets import by_calamine, live_parts

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample"


def saved(page: Page, key: str, folder: Path) -> Path:
    """The file that the button with this key gives."""
    with page.expect_download() as download:
        page.locator(f".st-key-{key.replace('.', '-')} button").click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def test_the_agenda_and_the_figures_leave_as_they_are_shown(sample_server: Server, page: Page, tmp_path: Path) -> None:
    page.goto(sample_server.url)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    agenda = saved(page, "portfolio.agenda.xlsx", tmp_path)
    assert re.fullmatch(r"agenda-[0-9a-f]{8}\.xlsx", agenda.name)
    rows = by_calamine(agenda.read_bytes())
    assert live_parts(agenda.read_bytes()) == {}
    shown = [header.inner_text().split("\n")[0] for header in page.locator("[class*=st-key-portfolio-account-] summary strong").all()]
    assert len(shown) > 3
    assert [row[1] for row in rows["Agenda"][1 : 1 + len(shown)]] == shown
    assert ["Data as of", "30\u00a0Sep\u00a02026"] in rows["About this file"]
    figures = pl.read_csv(saved(page, "portfolio.book.csv", tmp_path).read_bytes(), infer_schema=False)
    for name in ("Revenue", "AGI", "Receivables"):
        written = figures.filter(pl.col("Figure") == name)["As shown"].item()
        expect(page.get_by_role("table").filter(has_text="Delivery margin").first).to_contain_text(written)


def test_the_whole_portfolio_leaves_as_a_workbook_and_as_parquet_files(sample_server: Server, page: Page, tmp_path: Path) -> None:
    page.goto(sample_server.url + "/settings")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    sample = read_sample(SAMPLE)
    with zipfile.ZipFile(saved(page, "settings.bundle", tmp_path)) as archive:
        for name, rows in sample.items():
            assert pl.read_parquet(archive.read(f"{name}.parquet")).sort(TABLES[name].key).equals(rows.sort(TABLES[name].key)), name
    sheets = by_calamine(saved(page, "settings.workbook", tmp_path).read_bytes())
    assert {name: len(sheets[name]) - 1 for name in sample} == {name: rows.height for name, rows in sample.items()}
    page.locator(".st-key-settings-readers summary").click()
    expect(page.locator(".st-key-settings-readers code")).to_have_text(str(sample_server.data / "tables"))
