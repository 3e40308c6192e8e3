"""A fresh server and a real Chromium for browser tests; every page is watched for requests that leave this computer."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.chromium import FLAGS, chromium
from tests.browser.screen import SLOW
from tests.browser.serving import Server, running_server

LOOPBACK = {"127.0.0.1", "localhost"}
WITHOUT_HOST = {"data", "blob", "about"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@dataclass
class Traffic:
    """What a page asked for: addresses of requests and sockets, and what the content security policy forbade."""

    addresses: list[str] = field(default_factory=list)
    forbidden: list[str] = field(default_factory=list)

    @property
    def outside(self) -> list[str]:
        """Addresses of other hosts than this computer."""
        parts = [(address, urlsplit(address)) for address in self.addresses]
        return [address for address, part in parts if part.scheme not in WITHOUT_HOST and part.hostname not in LOOPBACK]

    def watch(self, context: BrowserContext) -> None:
        """Record all that pages of `context` ask for from now on."""
        context.on("request", lambda request: self.addresses.append(request.url))
        context.on("page", lambda page: page.on("websocket", lambda socket: self.addresses.append(socket.url)))
        context.on("console", lambda line: self.forbidden.append(line.text) if "Content Security Policy" in line.text else None)


@pytest.fixture(scope="package")  # not the session: while Playwright runs, no other test could run an event loop
def browser() -> Iterator[Browser]:
    """One headless Chromium for all browser tests. Without one, they fail if REQUIRE_BROWSER is set and are skipped otherwise."""
    path = chromium()
    if path is None:
        reason = "no Chromium found; `make browser` installs one, or set CHROMIUM to its path"
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail(reason)
        pytest.skip(reason)  # a user without a browser can still run the rest; .ci/run sets REQUIRE_BROWSER
    expect.set_options(timeout=SLOW)
    with sync_playwright() as playwright:
        chrome = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chrome
        chrome.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server of this test's own, over an empty data folder."""
    with running_server(tmp_path / "data") as server:
        yield server


@pytest.fixture(scope="module")
def module_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests of a module that do not disturb one another."""
    with running_server(tmp_path_factory.mktemp("served") / "data") as server:
        yield server


@pytest.fixture(scope="package")
def sample_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server over the sample portfolio for all tests that only look at it."""
    with running_server(tmp_path_factory.mktemp("sample") / "data") as server:
        yield server


@pytest.fixture
def traffic() -> Traffic:
    """What `page` asked for so far."""
    return Traffic()


@pytest.fixture
def contexts(browser: Browser, traffic: Traffic) -> Iterator[Callable[..., BrowserContext]]:
    """Opens browsers without cookies or storage, 1280 × 720 and in English unless told; fails if any of their pages asked another host."""
    made: list[BrowserContext] = []

    def fresh(**options: Any) -> BrowserContext:
        made.append(browser.new_context(**{"viewport": {"width": 1280, "height": 720}, "locale": "en-GB", **options}))
        made[-1].set_default_timeout(SLOW)
        traffic.watch(made[-1])
        return made[-1]

    yield fresh
    for context in made:
        context.close()
    assert traffic.outside == []
    assert traffic.forbidden == []


@pytest.fixture
def context(contexts: Callable[..., BrowserContext]) -> BrowserContext:
    """A browser without cookies or storage, 1280 × 720, in English; fails if any of its pages asked another host."""
    return contexts()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A blank page of `context`."""
    return context.new_page()
