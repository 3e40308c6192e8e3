"""A chart's menu, as a person uses it: every file of one chart, its definition, with the keyboard alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from lib.documents.orders import KINDS
from tests.browser.screen import keyed, plain, settled, tab_to, visit
from tests.browser.serving import Server
from tests.documents.opened import behind, cells, formulas, lines, native_chart, number

VIEW = "as_of=2026-09-30&quarter=2026-07-01&lang=en"
BEGINS = {"png": b"\x89PNG", "svg": b"<svg", "pdf": b"%PDF", "pptx": b"PK", "xlsx": b"PK", "csv": b"\xef\xbb\xbf", "json": b"{"}


def open_menu(page: Page, chart: str) -> None:
    """Open the menu of a chart's card."""
    button = keyed(page, f"{chart}.details").get_by_role("button").first
    button.scroll_into_view_if_needed()
    button.click()
    expect(keyed(page, f"{chart}.definition").get_by_role("button")).to_be_visible()
    settled(page)


def downloaded(page: Page, chart: str, kind: str) -> tuple[str, bytes]:
    """The name and the bytes of one file of an open menu."""
    with page.expect_download() as waiting:
        keyed(page, f"{chart}.{kind}").get_by_role("button").click()
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


def cents(rows: Sequence[tuple[Any, ...]]) -> list[tuple[str, float]]:
    """Name and figure of each row; a workbook keeps sixteen digits of a figure, a CSV all of them."""
    return [(row[0], round(row[1], 6)) for row in rows]


def test_every_file_of_a_chart_holds_what_the_page_shows(sample_server: Server, page: Page) -> None:
    visit(page, f"{sample_server.url}/?{VIEW}")
    title = plain(keyed(page, "card.clients_by_agi").locator("strong").first.inner_text())
    open_menu(page, "clients_by_agi")
    files = {kind: downloaded(page, "clients_by_agi", kind) for kind in KINDS}
    assert all(content.startswith(BEGINS[kind]) for kind, (_, content) in files.items())
    assert len({name for name, _ in files.values()}) == len(KINDS)
    assert all(name.startswith("clients_by_agi-") and name.endswith(kind) for kind, (name, _) in files.items())
    rows = lines(files["csv"][1])[1:]
    named = [(row[0], number(row[1])) for row in rows]
    assert cents(cells(files["xlsx"][1])[1:]) == cents(behind(files["pptx"][1])[1:]) == cents(named)
    assert list(native_chart(files["pptx"][1]).chart.plots[0].categories) == [name for name, _ in named]
    (drawn,) = json.loads(files["json"][1])["datasets"].values()
    assert [(row["name"], row["value"]) for row in drawn] == named
    assert plain(" ".join(json.loads(files["json"][1])["title"]["text"])) == title
    for label in (row[2] for row in rows):
        expect(keyed(page, "card.clients_by_agi").get_by_text(label).first).to_be_attached()
        assert label in files["svg"][1].decode()
    assert formulas(files["pptx"][1]) == formulas(files["xlsx"][1]) == []


def test_a_filtered_chart_is_another_file_and_says_its_filter(sample_server: Server, page: Page) -> None:
    visit(page, f"{sample_server.url}/?{VIEW}")
    open_menu(page, "receivables")
    whole = downloaded(page, "receivables", "svg")
    visit(page, f"{sample_server.url}/?{VIEW}&manager=Sophie+Bennett")
    open_menu(page, "receivables")
    filtered = downloaded(page, "receivables", "svg")
    assert filtered[0] != whole[0]
    assert "Sophie Bennett" in filtered[1].decode()
    assert "Sophie Bennett" not in whole[1].decode()


def test_the_menu_works_with_the_keyboard_alone(sample_server: Server, page: Page) -> None:
    visit(page, f"{sample_server.url}/?{VIEW}")
    keyed(page, "receivables.details").get_by_role("button").first.focus()
    page.keyboard.press("Enter")
    expect(keyed(page, "receivables.csv").get_by_role("button")).to_be_visible()
    tab_to(page, "CSV", most=20)
    with page.expect_download() as waiting:
        page.keyboard.press("Enter")
    assert waiting.value.suggested_filename.endswith(".csv")
    page.keyboard.press("Escape")
    expect(keyed(page, "receivables.csv")).to_have_count(0)
