"""From Portfolio to one account: why its score, the rows behind a metric, a band set by hand until it expires, and the brief read back."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from pypdf import PdfReader

from tests.browser.screen import grid, keyed, plain, settled, table, visit
from tests.browser.serving import Server, running_server
from tests.health.hand_worked import stored

VIEW = "as_of=2026-09-30&quarter=2026-07-01&lang=en"


@pytest.fixture
def worked(tmp_path: Path) -> Iterator[Server]:
    """A server of this test's own over the two accounts of tests/health/hand_worked.py."""
    with running_server(stored(tmp_path / "data")) as server:
        yield server


def name_and_band(page: Page) -> Locator:
    return page.get_by_role("heading", level=3).first


def score(page: Page) -> str:
    return plain(page.get_by_test_id("stMetricValue").first.inner_text())


def test_from_portfolio_to_the_reasons_the_rows_a_band_by_hand_and_the_brief(worked: Server, page: Page) -> None:
    # Portfolio names the band of the account; its reasons are one click away.
    visit(page, f"{worked.url}/?{VIEW}")
    first = page.locator("summary").filter(has_text="Sol")
    expect(first).to_contain_text("▲ Watch")
    expect(first).to_contain_text("The sponsor, Sam, left on 1 Sep")
    expect(page.get_by_text("25 points to win").or_(page.get_by_text(re.compile("points to win"))).first).to_be_visible()
    page.get_by_role("link", name="Why this score").first.click()
    page.wait_for_url(re.compile("/health[?].*account=sol"))
    settled(page)
    expect(name_and_band(page)).to_have_text(re.compile("Sol.*▲.*Watch"))
    assert score(page) == "57.6"  # tests/health/test_hand_worked.py
    expect(page.get_by_text("The sponsor, Sam, left on 1 Sep and is not replaced.").first).to_be_visible()

    # The rows behind a metric: 10 + 20 + 15 hours over three times 100.
    menu = keyed(page, "health.metric_rows").get_by_role("button")
    menu.evaluate("button => button.scrollIntoView({block: 'start'})")  # the menu opens downwards
    menu.click()
    page.get_by_role("menuitem", name="Over-servicing", exact=True).click()
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_text("How it is computed")).to_be_visible()
    assert plain(drawer.get_by_test_id("stMetricValue").inner_text()) == "15%"
    rows = grid(page, "Rows")
    assert sorted(float(cell) for row in rows for cell in row if cell in ("10", "15", "20")) == [10, 15, 20]
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)

    # A band set by hand: the score stays.
    keyed(page, "health.override").get_by_role("button").first.click()
    form = page.get_by_role("dialog", name="Set its band")
    expect(form.get_by_role("textbox", name="Reason")).to_be_visible()
    keyed(page, "health.override.band").get_by_text("At risk").click()
    settled(page)
    form.get_by_role("textbox", name="Reason").fill("The new sponsor wants another house")
    day = keyed(page, "health.override.until").get_by_role("spinbutton").first
    day.click()
    page.keyboard.type("01102026")
    page.keyboard.press("Tab")
    keyed(page, "health.override.author").get_by_role("textbox").fill("Eva")
    keyed(page, "health.override.save").get_by_role("button").click()
    expect(name_and_band(page)).to_have_text(re.compile("Sol.*■.*At risk"))
    settled(page)
    assert score(page) == "57.6"
    page.keyboard.press("Escape")
    expect(page.get_by_text(re.compile("Eva set it to at risk until 1.Oct")).first).to_be_visible()

    # The brief says all of it.
    with page.expect_download() as waiting:
        keyed(page, "health.brief").get_by_role("button").click()
    assert re.fullmatch("brief_sol_2026-09-30-[0-9a-f]+[.]pdf", waiting.value.suggested_filename)
    text = " ".join(page_.extract_text() for page_ in PdfReader(io.BytesIO(Path(waiting.value.path()).read_bytes())).pages)
    said = re.sub(r"\s+", " ", plain(text))
    for words in ("Sol", "57.6", "Sam", "another house", "Eva"):
        assert words in said, words

    # On Portfolio it bears the band that was set; past the expiry the computed one.
    visit(page, f"{worked.url}/?{VIEW}")
    expect(page.locator("summary").filter(has_text="Sol")).to_contain_text("■ At risk")
    visit(page, f"{worked.url}/health?as_of=2026-10-01&lang=en&account=sol")
    expect(name_and_band(page)).to_have_text(re.compile("Sol.*■.*At risk"))
    visit(page, f"{worked.url}/health?as_of=2026-10-02&lang=en&account=sol")
    expect(name_and_band(page)).to_have_text(re.compile("Sol.*▲.*Watch"))
    expect(page.get_by_text("Eva set it")).to_have_count(0)


def test_a_row_of_the_list_opens_its_account(sample_server: Server, page: Page) -> None:
    visit(page, f"{sample_server.url}/health?{VIEW}&account=duero")
    expect(name_and_band(page)).to_have_text(re.compile("Universidad Abierta del Duero"))
    rows = page.get_by_role("region", name=re.compile("Accounts by score")).locator("canvas").first
    box = rows.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 16, box["y"] + 60)  # the first row's mark, below the heading
    expect(name_and_band(page)).to_have_text(re.compile("Promotora Lindes del Henares"))
    expect(page).to_have_url(re.compile("account=lindes"))
    assert table(page, "What would change it")
