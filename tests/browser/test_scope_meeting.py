"""The meeting: a request is logged, answered, compared, approved; its change order is taken along and read back; then all of it undone."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from docx import Document
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from lib.store import Merge, Store
from tests.browser.screen import expect_headline, grid, keyed, pick, plain, settled, table, visit
from tests.browser.serving import Server, running_server
from tests.browser.test_scope import field, figures, filled
from tests.documents.opened import bare
from tests.scope.worked_example import portfolio

IMPORTED = datetime(2026, 2, 28, 9, tzinfo=UTC)
LINK = "as_of=2026-02-27&lang=en&project=P"
TITLE = "Second language"


@pytest.fixture
def worked(tmp_path: Path) -> Iterator[Server]:
    """A server of this test's own over the worked plan, without chance: every percentile is the date itself."""
    book = portfolio()
    tables = {name: Merge(book[name].collect(), "") for name in sorted(book.loaded)}
    Store.open(tmp_path / "data", at=IMPORTED).commit(tables, author="Ana", at=IMPORTED)
    with running_server(tmp_path / "data") as server:
        yield server


def click(page: Page, key: str) -> None:
    keyed(page, key).get_by_role("button").first.click()
    settled(page)


def expect_figures(page: Page, wanted: dict[str, str]) -> None:
    """The four figures become these."""
    drawn = [re.compile(f"^{re.escape(value).replace(chr(92) + ' ', '.')}$") for value in wanted.values()]
    expect(page.get_by_test_id("stMetricValue")).to_have_text(drawn)
    assert figures(page) == wanted


def among(page: Page, key: str, option: str) -> None:
    """Pick an option where a drawer is or will be open, which Escape would close."""
    keyed(page, key).get_by_role("combobox").click()
    page.get_by_role("option", name=option, exact=True).click()
    page.keyboard.press("Tab")
    settled(page)


def saved(page: Page, name: str, number: int) -> None:
    """Save what is on the page under a name."""
    click(page, "scope.scenarios")
    field(page, "scope.save.name").fill(name)
    keyed(page, "scope.save").get_by_role("button").click()
    page.wait_for_url(re.compile(f"scenario={number}"))
    settled(page)
    page.keyboard.press("Escape")


def taken(page: Page, ending: str) -> bytes:
    with page.expect_download() as waiting:
        page.get_by_role("dialog").get_by_role("button", name={"pdf": "PDF", "docx": "Word"}[ending], exact=True).click()
    assert re.fullmatch(rf"CO-0001_en-[0-9a-f]+[.]{ending}", waiting.value.suggested_filename)
    return Path(waiting.value.path()).read_bytes()


def word_text(file: bytes) -> str:
    document = Document(io.BytesIO(file))
    cells = [cell.text for one in document.tables for row in one.rows for cell in row.cells]
    return "\n".join([*(one.text for one in document.paragraphs), *cells])


def test_a_meeting_from_the_first_word_to_the_signed_order_and_back(worked: Server, page: Page) -> None:
    visit(page, f"{worked.url}/scope?{LINK}")
    expect_headline(page, re.compile("Website is promised for 20.Mar, which is 100% likely"))  # type: ignore[arg-type]
    before = {"Finish, P80": "19 Mar 2026", "Chance of 20 Mar": "100%", "Cost to us": "€0", "Project margin": "40.0%"}
    expect_figures(page, before)

    # Logged: a line, its hours, Enter.
    visit(page, f"{worked.url}/scope?{LINK}&scope=requests")
    field(page, "scope.log_author").fill("Eva")
    field(page, "scope.log_hours").fill("24")
    field(page, "scope.log_title").fill(TITLE)
    field(page, "scope.log_title").press("Enter")
    expect_headline(page, re.compile("One request waits for a decision, 24.h of work"))  # type: ignore[arg-type]

    # Answered: what it is in the plan is one line more; 24 · 30 + 8 · 40 and the drawer's 60 are examples 2.
    among(page, "scope.open_one", f"{TITLE} · Website")
    expect(page.get_by_role("dialog")).to_be_visible()
    click(page, "scope.request_answer")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect_headline(page, re.compile("Second language"))  # type: ignore[arg-type]
    click(page, "scope.edit")
    for key, option in (("who", "Ben"), ("after", "B"), ("before", "F")):
        among(page, f"scope.edit.1.{key}", option)
    filled(page, "scope.edit.1.low", "24")
    filled(page, "scope.edit.1.high", "24")
    filled(page, "scope.edit.expense", "60")
    filled(page, "scope.edit.pass_through", "400")
    click(page, "scope.edit.apply")
    expect(page.get_by_role("dialog")).to_have_count(0)
    field(page, "scope.line").fill("+8 h F")
    field(page, "scope.line").press("Enter")
    expect_headline(page, re.compile("Second language moves the finish to 23.Mar and needs at least €2,400"))  # type: ignore[arg-type]
    expect_figures(
        page, {"Finish, P80": "23 Mar 2026", "Chance of 20 Mar": "0%", "Cost to us": "€1,100", "Project margin": "40.8%"}
    )  # fmt: skip

    # Compared: the same ask by two options, side by side.
    saved(page, "Pays", 1)
    pick(page, "scope.option", "Absorb it")
    expect(page.get_by_text("We do it and nobody pays: this is what it costs us.")).to_be_visible()
    saved(page, "Free", 2)
    click(page, "scope.scenarios")
    pick(page, "scope.compared", "Pays", "Free")
    page.keyboard.press("Escape")
    expect(page.get_by_role("table", name="Scenarios side by side").locator("thead th")).to_have_count(3)
    side = {row[0]: row[1:] for row in table(page, "Scenarios side by side")}
    assert sorted(side["Price"]) == ["—", "€2,400"]
    assert sorted(side["Project margin"]) == ["25.0%", "40.8%"]
    assert side["Finish, P80"] == ["23 Mar", "23 Mar"]

    # Approved: what the client pays for at its cost, 1 100, raises the budget.
    pick(page, "scope.option", "Charge and extend")
    expect(page.get_by_text("The client pays and the date moves.")).to_be_visible()
    settled(page)
    click(page, "scope.approve")
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_text(re.compile("Change order CO-0001, €2,400, decided on 27.Feb"))).to_be_visible()
    expect(drawer.get_by_text("The budget rises by €1,100")).to_be_visible()
    expect(drawer.get_by_text("One task added, one task changed")).to_be_visible()
    keyed(page, "scope.move_promise").locator("label").click()
    expect(drawer.get_by_text(re.compile("The committed date becomes 23.Mar"))).to_be_visible()
    click(page, "scope.approve_now")
    expect(drawer).to_have_count(0)
    expect(page.get_by_text(re.compile("Approved CO-0001"))).to_be_visible()
    expect_headline(page, re.compile("Website is promised for 23.Mar, which is 100% likely"))  # type: ignore[arg-type]

    # Taken along, and read back.
    click(page, "scope.ordered")
    expect(drawer).to_be_visible()
    click(page, "scope.order.make")
    for ending in ("pdf", "docx"):
        file = taken(page, ending)
        text = "\n".join(one.extract_text() for one in PdfReader(io.BytesIO(file)).pages) if ending == "pdf" else word_text(file)
        wanted = ("CO-0001", "Añil", "Website", TITLE, "€2,400", "€2,000", "€400", "€12,000", "€14,400", "19 Mar 2026", "20 Mar 2026",
                  "23 Mar 2026")  # fmt: skip
        assert [one for one in wanted if bare(one) not in bare(text)] == [], ending
        assert [one for one in ("1,100", "1,040", "40.8", "Ben", "Ana") if one in text] == [], ending
    drawer.get_by_role("button", name="Close").click()
    expect(drawer).to_have_count(0)

    # Undone: register and figures as they were.
    click(page, "scope.undo")
    expect_headline(page, re.compile("Website is promised for 20.Mar, which is 100% likely"))  # type: ignore[arg-type]
    expect_figures(page, before)
    visit(page, f"{worked.url}/scope?{LINK}&scope=requests")
    expect_headline(page, re.compile("One request waits for a decision, 24.h of work"))  # type: ignore[arg-type]
    cells = {plain(cell) for row in grid(page, "Change requests") for cell in row}
    assert {TITLE, "24"} <= cells  # as the grid tells them to screen readers
    assert any("Logged" in cell for cell in cells)
    assert {(row["name"], row["status"]) for row in Store(worked.data).rows("scenarios")} == {("Pays", "draft"), ("Free", "draft")}
