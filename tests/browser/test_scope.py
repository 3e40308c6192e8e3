"""The worked change of scope in a browser: a line typed, the answer read, the drawer, another option, a scenario by its link."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from lib.store import Merge, Store
from tests.browser.screen import expect_headline, grid, keyed, pick, plain, settled, table, visit
from tests.browser.serving import Server, running_server
from tests.scope.worked_example import portfolio

IMPORTED = datetime(2026, 2, 28, 9, tzinfo=UTC)
VIEW = "as_of=2026-02-27&lang=en&project=P"


@pytest.fixture
def worked(tmp_path: Path) -> Iterator[Server]:
    """A server of this test's own over the worked plan, without chance: every percentile is the date itself."""
    book = portfolio()
    tables = {name: Merge(book[name].collect(), "") for name in sorted(book.loaded)}
    Store.open(tmp_path / "data", at=IMPORTED).commit(tables, author="Ana", at=IMPORTED)
    with running_server(tmp_path / "data") as server:
        yield server


def figures(page: Page) -> dict[str, str]:
    """Label -> value of the four figures."""
    found = {}
    for one in page.get_by_test_id("stMetric").all():
        label, value = (plain(one.get_by_test_id(part).inner_text()) for part in ("stMetricLabel", "stMetricValue"))
        found[label] = value
    return found


def field(page: Page, key: str) -> Locator:
    return keyed(page, key).locator("input").first


def filled(page: Page, key: str, text: str) -> None:
    """Type into a field and leave it, so that the page has read it."""
    field(page, key).fill(text)
    field(page, key).press("Tab")
    settled(page)


def test_one_line_the_answer_the_drawer_an_option_and_a_scenario_by_link(worked: Server, page: Page) -> None:
    visit(page, f"{worked.url}/scope?{VIEW}")
    expect_headline(page, re.compile("Website is promised for 20.Mar, which is 100% likely"))  # type: ignore[arg-type]

    # Examples 2 but for the money: 24 · 30 + 8 · 40 = 1 040; (1 040) / 0.55 = 1 891.
    field(page, "scope.line").fill("24-24-24 h G by Ben after B before F; +8 h F")
    field(page, "scope.line").press("Enter")
    expect_headline(page, re.compile("G moves the finish to 23.Mar and needs at least €1,891"))  # type: ignore[arg-type]
    assert figures(page) == {"Finish, P80": "23 Mar 2026", "Chance of 20 Mar": "0%", "Cost to us": "€1,040", "Project margin": "40.8%"}
    assert table(page, "Work that is asked for") == [["G Ben · after B, before F", "24 h"], ["F changed", "16 h → 24 h"]]
    expect(field(page, "scope.line")).to_have_value("")

    # The rest of it in the drawer: what it is about, 60 of our own, 400 to bill on.
    keyed(page, "scope.edit").get_by_role("button").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    for key, text in (("title", "Second language"), ("expense", "60"), ("pass_through", "400")):
        filled(page, f"scope.edit.{key}", text)
    keyed(page, "scope.edit.apply").get_by_role("button").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect_headline(page, re.compile("Second language moves the finish to 23.Mar and needs at least €2,400"))  # type: ignore[arg-type]
    assert figures(page) == {"Finish, P80": "23 Mar 2026", "Chance of 20 Mar": "0%", "Cost to us": "€1,100", "Project margin": "40.8%"}
    assert table(page, "What it has to cost the client") == [
        ["Least price", "€2,400", "40.8%"], ["Keeps the margin", "€2,233", "40.0%"], ["Break-even", "€1,500", "36.0%"],
        ["Nobody pays", "—", "25.0%"],
    ]  # fmt: skip
    assert [row[-2:] for row in table(page, "If the client signs later")] == [
        ["23 Mar", "€2,400"], ["23 Mar", "€2,400"], ["25 Mar", "€2,400"], ["6 Apr", "€2,400"],
    ]  # fmt: skip
    expect(page.get_by_text(re.compile("Ben: 8.h more do not fit, 4–17.Mar")).first).to_be_visible()

    # Another option, by the field above its table.
    pick(page, "scope.option", "Absorb it")
    expect(page.get_by_text("We do it and nobody pays: this is what it costs us.")).to_be_visible()
    cells = [cell for row in grid(page, re.compile("Ways to answer")) for cell in row]  # type: ignore[arg-type]
    assert "■ 23 Mar" in {plain(cell) for cell in cells}
    numbers = {round(float(cell), 4) for cell in cells if re.fullmatch(r"[0-9.]+", cell)}  # as the grid tells them to screen readers
    assert {2400, 1500, 0.4083, 0.25} <= numbers

    # Saved with a name and an author, and opened by its link in another visit.
    keyed(page, "scope.scenarios").get_by_role("button").first.click()
    field(page, "scope.save.name").fill("Two languages")
    field(page, "scope.save.author").fill("Eva")
    keyed(page, "scope.save").get_by_role("button").click()
    page.wait_for_url(re.compile("scenario=1"))
    visit(page, f"{worked.url}/scope?lang=en&scenario=1")
    expect_headline(page, re.compile("Second language moves the finish to 23.Mar and needs at least €2,400"))  # type: ignore[arg-type]
    expect(page.get_by_text("by Eva").first).to_be_visible()
    expect(page.get_by_text("We do it and nobody pays: this is what it costs us.")).to_be_visible()


def test_a_question_of_the_line_is_answered_by_a_click(worked: Server, page: Page) -> None:
    visit(page, f"{worked.url}/scope?{VIEW}")
    expect_headline(page, re.compile("Website is promised"))  # type: ignore[arg-type]
    field(page, "scope.line").fill("24 h G Ben after B before F")
    field(page, "scope.line").press("Enter")
    expect(page.get_by_text("Is «Ben» a name, or who does it?")).to_be_visible()
    keyed(page, "scope.reading.0.0").get_by_role("button").click()
    expect_headline(page, re.compile("G moves the finish to"))  # type: ignore[arg-type]
    assert table(page, "Work that is asked for") == [["G Ben · after B, before F", "24 h"]]
