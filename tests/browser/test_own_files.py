"""From real files to the page: exports in two styles give one book; undo; what is refused, listed and asked; names that would be code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screen import (
    bring,
    card_of,
    expect_book,
    expect_headline,
    go,
    grid,
    headline,
    keyed,
    line_of,
    load,
    open_definition,
    part,
    settled,
    speak,
    tab_to,
    visit,
)
from tests.browser.serving import Server, running_server
from tests.small_firm import BOOK, ENGLISH, SPANISH

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 8
HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "![x](http://elsewhere.invalid/pixel.png)",
    ":red[x] **b** `c`",
    "$x$ and $$y$$",
    "=1+1",
    "[l](javascript:x) www.elsewhere.invalid",
]


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Server]:
    """A server of this test's own over an empty portfolio."""
    with running_server(tmp_path / "data", CARTERA_FIRST_START="empty") as server:
        yield server


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server over a portfolio that starts empty; each test loads accounts of its own."""
    with running_server(tmp_path_factory.mktemp("shared") / "data", CARTERA_FIRST_START="empty") as server:
        yield server


def test_spanish_files_are_asked_about_loaded_shown_and_taken_back(fresh: Server, page: Page) -> None:
    visit(page, f"{fresh.url}/?lang=es")
    assert headline(page) == "Aún no hay cartera"
    keyed(page, "empty.load").get_by_role("button").click()
    expect_headline(page, "Carga tus exportaciones")
    bring(page, SPANISH)
    expect_headline(page, "5 archivos te esperan; hay 2 preguntas pendientes")
    invoices = card_of(page, "facturas.csv")
    expect(invoices.get_by_text("05/02/2024 → 5 feb 2024")).to_be_visible()
    expect(invoices.get_by_text("05/02/2024 → 2 may 2024")).to_be_visible()
    part(invoices, "date_order.paid_on.0.dmy").get_by_role("button").click()
    expect_headline(page, "5 archivos te esperan; hay una pregunta pendiente")
    currency = part(invoices, "constant.currency.0.value").get_by_role("textbox")
    currency.fill("EUR")
    currency.press("Enter")
    expect_headline(page, "5 archivos te esperan")
    load(page, "30 filas de 5 archivos")
    go(page, "Cartera")
    expect_headline(page, "Una cuenta que tratar primero")
    speak(page, "English")
    expect_book(page, BOOK)

    go(page, "Data")
    keyed(page, "history.undo.1").get_by_role("button").click()
    expect(page.get_by_text("Step 1 undone")).to_be_visible()
    go(page, "Portfolio")
    expect_headline(page, "No portfolio yet")


def test_english_files_give_the_same_book_and_what_is_absent_says_what_to_import(fresh: Server, page: Page) -> None:
    visit(page, f"{fresh.url}/data")
    bring(page, ENGLISH)
    expect_headline(page, "5 files wait for you")
    load(page, "30 rows from 5 files")
    go(page, "Portfolio")
    expect_headline(page, "One account to discuss first")
    expect_book(page, BOOK)
    drawer = open_definition(page, "Net retention")
    expect(drawer.get_by_text("Import contracts to see it.")).to_be_visible()
    expect(drawer.get_by_text("How it is computed")).to_be_visible()


def test_unreadable_files_are_refused_bad_rows_listed_and_the_rest_is_loaded(shared: Server, page: Page) -> None:
    rows = "".join(f"R{number},Client {number},Active,EUR,2020-01-{number:02d}\n" for number in range(1, 10))
    clients = "Client ID,Client,Status,Currency,Client since\n" + rows + "R10,Client 10,Active,EUR,2020-13-45\n"
    visit(page, f"{shared.url}/data")
    bring(page, {"picture.csv": PNG, "broken.xlsx": b"PK\x03\x04" + b"\x14\x00" * 40, "clients.csv": clients.encode()})
    for name in ("picture.csv", "broken.xlsx"):
        expect(line_of(page, name)).to_contain_text("not loaded")
        sentence = card_of(page, name).get_by_test_id("stExpanderDetails").get_by_test_id("stMarkdown")
        expect(sentence).to_have_count(1)
        expect(sentence).to_have_text(re.compile(r"^■ \S.+\.$"))
    expect(line_of(page, "clients.csv")).to_contain_text("10 records · Accounts · one row rejected")
    line_of(page, "clients.csv").click()
    expect(card_of(page, "clients.csv").get_by_text("9 new · 0 changed · 0 unchanged · 0 left out · 1 rejected")).to_be_visible()
    ((line, column, value, reason, todo),) = grid(page, "Rows that need a look")
    assert (line, column, value) == ("11", "Client since", "2020-13-45")
    assert reason.startswith("This is not a date")
    assert todo
    load(page, "9 rows from 1 file")
    expect(line_of(page, "picture.csv")).to_be_visible()


def test_names_that_would_be_code_are_plain_text_on_every_page(shared: Server, page: Page) -> None:
    clients = "Client ID,Client,Account manager,Status,Currency\n" + "".join(
        f'H{number},"{name}","{name}",Active,EUR\n' for number, name in enumerate(HOSTILE)
    )
    invoices = "Invoice number,Client ID,Type,Status,Issue date,Due date,Net amount,Currency\n" + "".join(
        f'"F{number} {name}",H{number},Invoice,Open,2024-01-31,2024-02-28,1000.00,EUR\n' for number, name in enumerate(HOSTILE)
    )
    invoices += "F9,H0,Invoice,Open,2024-06-30,2024-07-30,1.00,EUR\n"  # the day on which the others are overdue
    said: list[str] = []
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    visit(page, f"{shared.url}/data")
    bring(page, {"hostile clients.csv": clients.encode(), "![x](http:elsewhere.invalid).csv": invoices.encode()})
    line_of(page, "hostile clients.csv").click()
    load(page, "13 rows from 2 files")
    go(page, "Portfolio")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("to discuss first$"))
    settled(page)
    for name in HOSTILE:
        expect(page.locator("summary").filter(has_text=name)).to_have_count(1)
    open_definition(page, "AGI")
    assert {row[0] for row in grid(page, "Rows")} >= set(HOSTILE)
    inside = page.locator(".stMain, [role=dialog]")
    assert inside.locator("img[src='x'], img[src*='elsewhere'], a[href*='javascript'], a[href*='elsewhere'], .katex, code").count() == 0
    assert said == []


def test_the_keyboard_alone_reaches_the_button_that_loads_and_presses_it(shared: Server, page: Page) -> None:
    visit(page, f"{shared.url}/data")
    bring(page, {"one more.csv": b"Client ID,Client,Status,Currency\nK1,Keyed,Active,EUR\n"})
    tab_to(page, "Upload")
    if keyed(page, "intake.author").count():
        tab_to(page, "Your name")
        page.keyboard.type("Ana")
        page.keyboard.press("Enter")
        expect(keyed(page, "intake.load").get_by_role("button")).to_be_enabled()
    tab_to(page, "Load 1 row from 1 file")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("stMarkdown").filter(has_text="1 row from 1 file")).to_be_visible()
    expect_headline(page, "Load your exports")
