"""Both languages and both themes on all pages: nothing runs off to the side, no English is left on Spanish pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from scripts.messages import catalogue
from tests.browser.screen import bring, keyed, open_definition, plain, settled, visit
from tests.browser.serving import Server
from tests.small_firm import SPANISH

PAGES = ("/", "/scope", "/data", "/settings")
VIEW = "as_of=2026-09-30&quarter=2026-07-01"
GROUND = {"light": "rgb(255, 255, 255)", "dark": "rgb(13, 16, 20)"}


LOOKS = [("en", "light", 1280), ("es", "dark", 1280), ("es", "light", 1920), ("en", "dark", 1920)]


@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_no_page_scrolls_sideways(
    sample_server: Server, contexts: Callable[..., BrowserContext], language: str, theme: str, width: int
) -> None:
    page = contexts(viewport={"width": width, "height": 1000}, color_scheme=theme).new_page()
    for address in PAGES:
        visit(page, f"{sample_server.url}{address}?{VIEW}&lang={language}")
        page.wait_for_load_state("networkidle")
        assert page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor") == GROUND[theme]
        assert page.evaluate(_TOO_WIDE) == [], address


_TOO_WIDE = """
    [document.scrollingElement, ...document.querySelectorAll('.stApp, .stMain, .stMainBlockContainer, [role=table], .stMarkdown')]
    .filter(box => box.scrollWidth > box.clientWidth + 1)
    .map(box => [box.className, box.scrollWidth, box.clientWidth, box.innerText.slice(0, 80)])
"""


def test_what_runs_off_to_the_side_is_noticed(sample_server: Server, page: Page) -> None:
    visit(page, f"{sample_server.url}/settings?{VIEW}")
    page.evaluate("document.querySelector('.stMain').insertAdjacentHTML('beforeend', '<p style=width:3000px>x</p>')")
    assert page.evaluate(_TOO_WIDE) != []


def english_sentences() -> Iterator[re.Pattern[str]]:
    """A pattern for each English message of two words or more whose Spanish differs."""
    for message in catalogue():
        sources = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
        for source in sources:
            bare = re.sub(r"\{\w+\}", "", source)
            if source and source not in strings and len(re.findall(r"[A-Za-z]{2,}", bare)) >= 2:
                yield re.compile(re.sub(r"\\\{\w+\\\}", ".+", re.escape(plain(source))))


def lines(page: Page) -> set[str]:
    return {plain(line) for line in page.locator("body").inner_text().splitlines() if plain(line)}


def test_no_english_sentence_is_left_on_the_spanish_pages(sample_server: Server, contexts: Callable[..., BrowserContext]) -> None:
    page = contexts(viewport={"width": 1280, "height": 3000}).new_page()
    seen: set[str] = set()
    visit(page, f"{sample_server.url}/?{VIEW}&lang=es")
    expect(keyed(page, "portfolio.definitions").get_by_role("button")).to_be_visible()
    expect(page.get_by_role("table")).to_have_count(4)
    seen |= lines(page)
    keyed(page, "view.more").get_by_role("button").click()
    expect(keyed(page, "view.clear")).to_be_visible()
    seen |= lines(page)
    page.keyboard.press("Escape")
    open_definition(page, "Margen de entrega")
    seen |= lines(page)
    for part in ("one", "book", "check"):
        visit(page, f"{sample_server.url}/health?{VIEW}&lang=es&health={part}")
        settled(page)
        seen |= lines(page)
    visit(page, f"{sample_server.url}/data?lang=es")
    bring(page, {name: SPANISH[name] for name in ("facturas.csv", "clientes.csv")})
    settled(page)
    seen |= lines(page)
    visit(page, f"{sample_server.url}/settings?lang=es")
    seen |= lines(page)
    assert len(seen) > 100
    english = list(english_sentences())
    assert len(english) > 200
    assert sorted(line for line in seen if any(pattern.fullmatch(line) for pattern in english)) == []


def test_an_english_sentence_would_be_noticed(sample_server: Server, page: Page) -> None:
    visit(page, f"{sample_server.url}/settings?lang=en")
    english = list(english_sentences())
    assert [line for line in lines(page) if any(pattern.fullmatch(line) for pattern in english)] != []
