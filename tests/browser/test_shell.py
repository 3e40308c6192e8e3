"""The shell in a real browser: deep links, fonts, favicon and silence towards the outside."""

from __future__ import annotations

import hashlib
import urllib.error
import urllib.request
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Traffic
from tests.browser.serving import Server

STATIC = Path(__file__).resolve().parents[2] / "lib" / "ui" / "static"


@pytest.mark.parametrize("address", ["/data", "/"])
def test_first_visit_to_a_fresh_server_opens_the_page_of_the_link(server: Server, page: Page, address: str) -> None:
    page.goto(server.url + address)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    selected = page.get_by_test_id("stTopNavLink").and_(page.locator("[aria-current=page]"))
    expect(selected).to_have_attribute("href", f"{server.url}{address}")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_the_home_page_is_found_by_its_name_too(module_server: Server, page: Page) -> None:
    page.goto(module_server.url + "/portfolio?lang=es")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_test_id("stTopNavLink").first).to_have_text("Cartera")


def test_no_page_asks_another_host_and_the_server_calls_nobody(module_server: Server, page: Page, traffic: Traffic) -> None:
    page.goto(module_server.url)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    links = page.get_by_test_id("stTopNavLink")
    expect(links).to_have_count(len(list((STATIC.parents[2] / "pages").glob("*.py"))))
    addresses = [link.get_attribute("href") or "" for link in links.all()]
    for address in addresses:
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        page.wait_for_load_state("networkidle")
    assert len(traffic.addresses) > 10
    assert traffic.outside == []
    server = psutil.Process(module_server.process.pid)
    connections = [found for process in (server, *server.children(recursive=True)) for found in process.net_connections()]
    assert {found.raddr.ip for found in connections if found.raddr} <= {"127.0.0.1"}
    assert {found.laddr.ip for found in connections} == {"127.0.0.1"}


def test_favicon_is_our_own(module_server: Server, page: Page) -> None:
    page.goto(module_server.url)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page).to_have_title("Cartera")
    icon = page.locator("link[rel*=icon]").evaluate("link => link.href")
    with urllib.request.urlopen(icon) as answer:
        assert hashlib.sha256(answer.read()).digest() == hashlib.sha256((STATIC / "favicon.png").read_bytes()).digest()


def test_text_is_set_in_the_bundled_font(module_server: Server, page: Page, traffic: Traffic) -> None:
    page.goto(module_server.url)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.evaluate("document.fonts.ready.then(() => true)")
    faces = "[...document.fonts].filter(face => face.family.includes('Plex') && face.status === 'loaded').length"
    page.wait_for_function(f"{faces} >= 1")
    assert any(address.endswith("IBMPlexSans-Regular.woff2") for address in traffic.addresses)
    assert page.evaluate("getComputedStyle(document.body.querySelector('.stApp')).fontFamily").startswith('"IBM Plex Sans"')


def test_every_answer_carries_the_security_headers(module_server: Server) -> None:
    for address in ("/", "/data", "/app/static/logo.svg", "/_stcore/health", "/nothing/here.js"):
        request = urllib.request.Request(module_server.url + address)
        try:
            answer = urllib.request.urlopen(request)
        except urllib.error.HTTPError as refused:
            answer = refused
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe-eval" not in policy
        assert "script-src 'self'" in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"


def test_a_page_that_tries_to_load_from_another_host_is_stopped_and_noticed(browser: Browser, module_server: Server) -> None:
    picture = "new Promise(done => { const i = new Image(); i.onerror = i.onload = done; i.src = 'http://elsewhere.invalid/pixel.png' })"
    watched = Traffic()
    context = browser.new_context()
    watched.watch(context)
    page = context.new_page()
    page.route("http://elsewhere.invalid/**", lambda route: route.abort())
    page.evaluate(picture)
    assert watched.outside == ["http://elsewhere.invalid/pixel.png"]
    page.goto(module_server.url)
    page.evaluate(picture)
    assert any("img-src" in line for line in watched.forbidden)
    context.close()
