"""The first start: the sample, labelled; one click empties it, another brings it back."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.screen import book, expect_headline, keyed, visit
from tests.browser.serving import Server


def test_the_sample_is_shown_and_labelled_and_one_click_each_empties_it_and_brings_it_back(server: Server, page: Page) -> None:
    visit(page, f"{server.url}/?as_of=2026-09-30&quarter=2026-07-01")
    expect_headline(page, "Six accounts to discuss first; three promises are late")
    expect(page.get_by_text("Sample portfolio", exact=True)).to_be_visible()
    shown = book(page)
    assert shown["Largest client"] == "24%"
    keyed(page, "sample.empty").get_by_role("button").click()
    expect_headline(page, "No portfolio yet")
    expect(page.get_by_text("Sample portfolio", exact=True)).to_have_count(0)
    page.reload()
    expect_headline(page, "No portfolio yet")
    keyed(page, "empty.sample").get_by_role("button").click()
    expect_headline(page, "Six accounts to discuss first; three promises are late")
    expect(page.get_by_text("Sample portfolio", exact=True)).to_be_visible()
    assert book(page) == shown
