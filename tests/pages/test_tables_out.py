"""Tables that leave a page: which buttons stand where, and what is said where a file cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lib.documents import workbook
from lib.documents.workbook import Sheet
from lib.formats import Language
from lib.tables import TABLES
from tests.pages.app import opened, texts


def keys(app: AppTest) -> set[str]:
    """Keys of the download buttons, without the element's own prefix."""
    return {one.key for one in app.get("download_button")}


def test_every_table_of_the_home_page_can_be_taken_away(sample: Path) -> None:
    found = keys(opened())
    assert {f"portfolio.{table}.{kind}" for table in ("agenda", "promises", "book") for kind in ("csv", "xlsx")} <= found


def test_the_history_can_be_taken_away(sample: Path) -> None:
    assert {"history.csv", "history.xlsx"} <= keys(opened("data"))


def test_settings_offer_the_whole_portfolio_and_say_where_it_is(small_firm: Path) -> None:
    app = opened("settings")
    assert {"settings.workbook", "settings.bundle", "settings.backup"} <= keys(app)
    assert str(small_firm / "tables") in [one.value for one in app.code]


def test_a_portfolio_that_no_workbook_holds_says_so_and_offers_parquet(small_firm: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 2)
    app = opened("settings")
    assert "settings.workbook" not in keys(app)
    assert "settings.bundle" in keys(app)
    assert "and a sheet of a workbook holds 2." in texts(app)


def test_an_empty_portfolio_has_nothing_to_take_away(empty: Path) -> None:
    app = opened("settings")
    assert not {"settings.workbook", "settings.bundle"} & keys(app)
    assert "There is nothing to take away yet." in texts(app)


def test_the_rows_found_in_a_table_can_be_taken_away(sample: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert {"tables.csv", "tables.xlsx"} <= keys(opened("tables", table="invoices"))
    monkeypatch.setattr(workbook, "MOST_CELLS", 100)
    app = opened("tables", table="invoices")
    assert not {"tables.csv", "tables.xlsx"} & keys(app)
    assert "are too many for a CSV or Excel file" in texts(app)


def test_what_is_taken_away_is_what_was_looked_for(sample: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from lib.measures.browse import Browse
    from lib.ui import session, table_browser

    made: list[Sheet] = []
    monkeypatch.setattr(table_browser, "rows_downloads", lambda make, size, t, **rest: made.append(make()) or sizes.append(size))
    sizes: list[tuple[int, int]] = []
    asked = Browse("invoices", account="almenara", sort="amount", descending=True)
    portfolio = session.portfolio()
    count = table_browser.rows_found(portfolio.version, asked, Language("en")).total
    table_browser.show_downloads(portfolio, asked, count, Language("en"))
    rows = made[0].rows
    assert rows.height == count == sizes[0][0] < portfolio.rows["invoices"]
    assert rows["account_id"].unique().to_list() == ["almenara"]
    assert rows["amount"].is_sorted(descending=True)
    assert made[0].columns == list(TABLES["invoices"].columns)
