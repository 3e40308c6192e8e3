"""The data page as a person works it: next month in two clicks, a reject mended and brought back, stop, and two who load at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from lib.store import Store
from lib.store.lock import locked
from tests.browser.screen import SLOW, bring, card_of, expect_headline, keyed, line_of, load, part, settled, visit
from tests.browser.serving import Server, running_server

HEADER = "Day;Client;Project;Person;Hours;Billable\n"
MAY = HEADER + "02/05/2024;Acme;Web;Ana;7,5;Yes\n03/05/2024;Acme;Web;Ana;6;No\n"
JUNE = HEADER + "03/06/2024;Acme;Web;Ana;4,25;No\n04/06/2024;Acme;App;Luis;8;Yes\n"


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Server]:
    """A server of this test's own over an empty portfolio."""
    with running_server(tmp_path / "data", CARTERA_FIRST_START="empty") as server:
        yield server


def hours(server: Server) -> list[float]:
    return sorted(Store(server.data).portfolio()["time_entries"].collect()["hours"].to_list())


def clients(*names: str) -> bytes:
    return ("Client ID,Client,Status,Currency\n" + "".join(f"{name},{name},Active,EUR\n" for name in names)).encode()


def first_month(page: Page, server: Server) -> None:
    visit(page, f"{server.url}/data")
    bring(page, {"harvest_may.csv": MAY.encode()})
    part(card_of(page, "harvest_may.csv"), "date_order.date.0.dmy").get_by_role("button").click()
    expect_headline(page, "One file waits for you")
    load(page, "2 rows from 1 file")


def large_files(server: Server) -> list[Path]:
    return [path for path in (server.data / "uploads").rglob("*") if path.is_file() and path.stat().st_size > 1_000_000]


def workers(server: Server) -> set[psutil.Process]:
    """The processes that read files for the server."""
    found = psutil.Process(server.process.pid).children(recursive=True)
    return {one for one in found if "lib.workers.child" in one.cmdline()}


def test_the_second_month_is_two_clicks(fresh: Server, page: Page) -> None:
    first_month(page, fresh)
    bring(page, {"harvest_june.csv": JUNE.encode()})  # the first: the file is dropped
    expect_headline(page, "One file waits for you")
    keyed(page, "intake.load").get_by_role("button", name="Load 2 rows from 1 file").click()  # the second
    expect(page.get_by_test_id("stMarkdown").filter(has_text="2 rows from 1 file")).to_be_visible()
    assert hours(fresh) == [4.25, 6.0, 7.5, 8.0]


def test_a_reject_is_downloaded_mended_and_loaded(fresh: Server, page: Page) -> None:
    first_month(page, fresh)
    bring(page, {"harvest_june.csv": JUNE.replace("4,25", "four").encode()})
    expect(line_of(page, "harvest_june.csv")).to_contain_text("one row rejected")
    load(page, "1 row from 1 file")
    with page.expect_download() as told:
        page.get_by_role("button", name="harvest_june rejected.csv").click()
    written = Path(told.value.path()).read_text()
    assert written.startswith("cartera_line;cartera_reason;Day;Client;")
    mended = written.replace("four", "4,25")
    bring(page, {"mended.csv": mended.encode()})
    expect_headline(page, "One file waits for you")
    load(page, "1 row from 1 file")
    assert hours(fresh) == [4.25, 6.0, 7.5, 8.0]


def test_a_large_file_can_be_stopped_and_leaves_nothing_behind(fresh: Server, page: Page, contexts: Callable[..., BrowserContext]) -> None:
    rows = "".join(f"{1 + i % 28:02d}/{1 + i % 12:02d}/2024;Acme;Web;Person {i % 40};{i % 8 + 1};Yes\n" for i in range(60_000))
    other = contexts().new_page()
    visit(other, f"{fresh.url}/data")
    bring(other, {"first.csv": clients("Zeta")})
    visit(page, f"{fresh.url}/data")
    before = workers(fresh)
    payload = {"name": "large.csv", "mimeType": "text/csv", "buffer": (HEADER + rows).encode()}
    page.locator("input[type=file]").set_input_files([payload])
    expect(page.get_by_role("heading", level=1)).to_have_text("Reading your files")
    deadline = time.monotonic() + SLOW / 1000
    while not (begun := workers(fresh) - before) and time.monotonic() < deadline:  # the process for large files starts with the first
        time.sleep(0.02)
    for at_work in begun:
        at_work.suspend()  # however fast this computer is, the file takes its time
    bring(other, {"clients.csv": clients("Alfa")})  # a small file of somebody else does not wait for it
    expect_headline(other, "2 files wait for you")
    keyed(page, "intake.stop").get_by_role("button").click()
    expect_headline(page, "Load your exports")
    expect(page.get_by_text("Stopped. What was not read is put aside.")).to_be_visible()
    while (left := large_files(fresh)) and time.monotonic() < deadline:  # the page speaks before the folder is emptied
        time.sleep(0.02)
    assert left == []


def test_a_load_waits_visibly_for_another_one_and_then_goes_through(
    fresh: Server, page: Page, contexts: Callable[..., BrowserContext]
) -> None:
    other = contexts().new_page()
    for screen, name in ((page, "Alfa"), (other, "Beta")):
        visit(screen, f"{fresh.url}/data")
        bring(screen, {f"{name}.csv": clients(name)})
        keyed(screen, "intake.author").get_by_role("textbox").fill("Ana")
        keyed(screen, "intake.author").get_by_role("textbox").press("Enter")
    with locked(fresh.data / "import.lock", 10):  # somebody's import that takes its time
        for screen in (page, other):
            button = keyed(screen, "intake.load").get_by_role("button", name="Load 1 row from 1 file")
            expect(button).to_be_enabled()
            button.click()
            expect(screen.get_by_text("Another import is running; yours follows")).to_be_visible()
        keyed(other, "intake.stop").get_by_role("button").click()
        expect(other.get_by_text("Stopped. Nothing was loaded.")).to_be_visible()
        expect(line_of(other, "Beta.csv")).to_be_visible()
    expect(page.get_by_test_id("stMarkdown").filter(has_text="1 row from 1 file")).to_be_visible()
    settled(page)
    assert Store(fresh.data).portfolio()["accounts"].collect()["name"].to_list() == ["Alfa"]
    load(other, "1 row from 1 file")
    assert sorted(Store(fresh.data).portfolio()["accounts"].collect()["name"].to_list()) == ["Alfa", "Beta"]
