"""Hostile files in one browser, work in another: the first is refused in words, the second does not notice, the portfolio stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from lib.store import Store
from tests.browser.screen import bring, line_of, visit
from tests.browser.serving import Server, running_server
from tests.intake.test_hostile_files import entity_bomb, far_corner, zip_bomb

BOMBS = {"far.xlsx": far_corner(), "entities.xlsx": entity_bomb(), "bomb.xlsx": zip_bomb(), "cut.xlsx": far_corner()[:700]}


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Server]:
    """A server of this test's own over the sample portfolio."""
    with running_server(tmp_path / "data") as server:
        yield server


def test_refused_bombs_hold_nobody_up_and_change_nothing(own: Server, page: Page, contexts: Callable[..., BrowserContext]) -> None:
    other = contexts().new_page()
    visit(other, own.url)
    visit(page, f"{own.url}/data")
    store, server = Store(own.data), psutil.Process(own.process.pid)
    before = store.version()
    bring(page, BOMBS)
    for address in ("definitions", "tables", "settings", ""):  # somebody else goes on clicking
        visit(other, f"{own.url}/{address}")
    for name in BOMBS:
        expect(line_of(page, name)).to_contain_text("not loaded")
    assert own.process.poll() is None
    assert server.memory_info().rss < 1_000_000_000
    assert store.version() == before
