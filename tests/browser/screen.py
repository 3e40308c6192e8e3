"""What a person sees and does in the app, as the browser tests say it. It finds things by key, role and words, never by position."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, expect

SLOW = 120_000
"""Milliseconds that a page may take on a machine with much else to do: conftest.py sets them for all waiting."""


def visit(page: Page, url: str) -> Page:
    """Open an address and wait until the page has drawn itself."""
    page.goto(url)
    return settled(page)


def settled(page: Page) -> Page:
    """The page once its script has ended and its heading stands."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    return page


def keyed(page: Page, key: str) -> Locator:
    """The widget or container with this key."""
    return page.locator(f".st-key-{_class(key)}")


def part(card: Locator, ending: str) -> Locator:
    """Within a file's card, the widget whose key ends so: the key's beginning is a digest of the file."""
    return card.locator(f"[class*='{_class(ending)} '], [class$='{_class(ending)}']")


def _class(key: str) -> str:
    return re.sub(r"[^a-zA-Z0-9_-]", "-", key.strip())


def expect_headline(page: Page, text: str) -> None:
    """The page's heading becomes this."""
    expect(page.get_by_role("heading", level=1)).to_have_text(text)
    settled(page)


def open_definition(page: Page, name: str) -> Locator:
    """The drawer of one figure, opened from the menu below the book."""
    button = keyed(page, "portfolio.definitions").get_by_role("button")
    button.evaluate("button => button.scrollIntoView({block: 'start'})")  # the menu opens downwards, 500 pixels long
    button.click()
    page.get_by_role("menuitem", name=name, exact=True).click()
    drawer = page.get_by_role("dialog")
    expect(drawer).to_be_visible()
    settled(page)
    return drawer


def tab_to(page: Page, name: str, most: int = 80) -> None:
    """Press Tab until what is called `name` has the focus; fails after `most`."""
    passed = []
    for _ in range(most):
        page.keyboard.press("Tab")
        passed.append(plain(page.evaluate(_FOCUSED)))
        if name in passed[-1] and len(passed[-1]) < 250:
            return
    raise AssertionError(f"{name!r} is not among {passed}")


_FOCUSED = (
    "(e => e.getAttribute('aria-label') || (e.labels && e.labels[0] && e.labels[0].innerText) || e.innerText || '')(document.activeElement)"
)


def headline(page: Page) -> str:
    return plain(page.get_by_role("heading", level=1).inner_text())


def plain(text: str) -> str:
    """Text with ordinary spaces."""
    return re.sub(r"[\s\u00a0]+", " ", text).strip()


def table(page: Page, alt: str) -> list[list[str]]:
    """The cells of the table called `alt`."""
    rows = page.get_by_role("table", name=alt).locator("tbody tr")
    expect(rows.first).to_be_attached()
    texts = rows.evaluate_all("rows => rows.map(row => [...row.cells].map(cell => cell.innerText))")
    return [[plain(cell) for cell in row] for row in texts]


def book(page: Page, alt: str = "The book, last 12 months") -> dict[str, str]:
    """Name -> value of the book's figures."""
    return {row[0]: row[1] for row in table(page, alt)}


def expect_book(page: Page, wanted: Mapping[str, str], alt: str = "The book, last 12 months") -> None:
    """The book's figures, once they are drawn, are these."""
    names = page.get_by_role("table", name=alt).locator("tbody tr")
    expect(names).to_have_count(len(wanted))
    settled(page)
    assert book(page, alt) == dict(wanted)


def grid(page: Page, alt: str) -> list[list[str]]:
    """The cells that stand in sight of the grid called `alt`: it is drawn on a canvas, with a table beside it for screen readers."""
    region = page.get_by_role("region", name=alt)
    region.scroll_into_view_if_needed()
    expect(region.locator("canvas td").first).to_be_attached()
    rows = region.locator("canvas tbody tr")
    return [
        [plain(cell) for cell in row] for row in rows.evaluate_all("rows => rows.map(row => [...row.cells].map(cell => cell.textContent))")
    ]


def pick(page: Page, key: str, *options: str) -> None:
    """Pick options of a select box or multiple choice."""
    for option in options:
        box, wanted = keyed(page, key).get_by_role("combobox"), page.get_by_role("option", name=option, exact=True)
        box.scroll_into_view_if_needed()
        settled(page)
        box.click()
        if not wanted.count():
            box.press("ArrowDown")  # a redrawing page may have closed the list again
        wanted.click()
        page.keyboard.press("Escape")  # a multiple choice stays open, and hides the page from screen readers while it is
        settled(page)


def go(page: Page, name: str) -> Page:
    """Another page, by its name in the navigation."""
    left = urlsplit(page.url).path
    page.get_by_test_id("stTopNavLink").get_by_text(name, exact=True).click()
    page.wait_for_url(lambda url: urlsplit(url).path != left)
    return settled(page)


def speak(page: Page, language: str) -> Page:
    """Change the page's language with its own control."""
    keyed(page, "lang").get_by_text(language, exact=True).click()
    return settled(page)


def bring(page: Page, files: Mapping[str, bytes]) -> None:
    """Put files onto the data page, and wait until each has its line."""
    payload = [{"name": name, "mimeType": "text/csv", "buffer": content} for name, content in files.items()]
    page.locator("input[type=file]").set_input_files(payload)
    for name in files:
        expect(line_of(page, name)).to_be_visible()
    settled(page)


def line_of(page: Page, name: str) -> Locator:
    """The line of one waiting file: its expander's summary."""
    return page.locator("summary").filter(has_text=name)


def card_of(page: Page, name: str) -> Locator:
    """The whole card of one waiting file."""
    return page.get_by_test_id("stExpander").filter(has=line_of(page, name)).first


def load(page: Page, rows: str, author: str = "Ana") -> None:
    """Say who one is, where it is asked, load what is ready and wait until the page says that it is done: `rows` of files."""
    button = keyed(page, "intake.load").get_by_role("button", name=rows)
    expect(button).to_be_visible()
    name = keyed(page, "intake.author")
    if name.count():
        name.get_by_role("textbox").fill(author)
        name.get_by_role("textbox").press("Enter")
    expect(button).to_be_enabled()
    button.click()
    expect(page.get_by_test_id("stMarkdown").filter(has_text=rows)).to_be_visible()
    settled(page)
