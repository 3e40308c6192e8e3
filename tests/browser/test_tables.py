"""One cell put right by a person who looks for it: found by text, selected in the grid, corrected, seen on Portfolio, undone."""

from __future__ import annotations

import re

import polars as pl
from playwright.sync_api import Page, expect

from lib.store import Store
from tests.browser.screen import book, expect_headline, go, keyed, pick, plain, settled, table, visit
from tests.browser.serving import Server


def test_a_cell_is_found_corrected_seen_on_portfolio_and_taken_back(server: Server, page: Page) -> None:
    visit(page, f"{server.url}/?lang=en")
    before = book(page)["Receivables"]
    unpaid = Store(server.data).portfolio()["invoices"].filter(pl.col("paid_on").is_null(), pl.col("kind") == "invoice")
    invoice = unpaid.filter(pl.col("status") == "sent").sort("amount", descending=True).head(1).collect()["invoice_id"][0]

    go(page, "Tables")
    pick(page, "tables.table", "Invoices · 740")
    find = keyed(page, "tables.find").get_by_role("searchbox").or_(keyed(page, "tables.find").get_by_role("textbox")).first
    find.fill(invoice.lower())
    find.press("Enter")
    expect_headline(page, "Invoices: one of 740 rows")
    grid = page.get_by_role("region", name="Rows of Invoices")
    expect(grid).to_be_visible()
    grid.click(position={"x": 16, "y": 54})  # the box before the first row
    expect(keyed(page, "tables.correction")).to_be_visible()
    expect(page).to_have_url(re.compile(f"row={invoice}"))

    pick(page, "tables.column", "Amount")
    value = keyed(page, "tables.value.number").get_by_role("spinbutton")
    value.fill("1")
    keyed(page, "tables.author").get_by_role("textbox").fill("Ana")
    keyed(page, "tables.correct").get_by_role("button").click()
    expect(page.get_by_text("Say why: the reason stays beside the correction.")).to_be_visible()
    keyed(page, "tables.reason").get_by_role("textbox").fill("a typing error")
    keyed(page, "tables.correct").get_by_role("button").click()
    expect(page.get_by_text("Amount is corrected")).to_be_visible()
    settled(page)
    assert ["Amount", "1.00"] in [row[:2] for row in table(page, "Cells of the row")]
    expect(page.get_by_text("«a typing error»")).to_be_visible()

    go(page, "Portfolio")
    assert book(page)["Receivables"] != before
    go(page, "Data")
    expect(page.get_by_text(re.compile("Amount: .* → 1.00"))).to_be_visible()
    go(page, "Tables")
    expect(page).to_have_url(re.compile(f"row={invoice}"))
    step = Store(server.data).version()
    keyed(page, f"tables.undo.{step}").get_by_role("button").click()
    expect(page.get_by_text(f"Step {step} undone")).to_be_visible()
    go(page, "Portfolio")
    assert book(page)["Receivables"] == plain(before)
