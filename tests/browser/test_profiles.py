"""A weight is changed in Settings, its impact seen, the version published, and its marker found in an account's history."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screen import expect_headline, go, keyed, settled, table, visit
from tests.browser.serving import Server, running_server
from tests.pages.scored_firm import LINK, WEIGHTS, made


@pytest.fixture
def scored(tmp_path: Path) -> Iterator[Server]:
    """A server of this test's own over the scored firm."""
    with running_server(made(tmp_path / "data", 0)) as server:
        yield server


def fill(page: Page, key: str, text: str) -> None:
    box = keyed(page, key).locator("input")
    box.fill(text)
    box.press("Enter")
    settled(page)


def test_a_weight_is_changed_seen_published_and_marked_in_history(scored: Server, page: Page) -> None:
    visit(page, f"{scored.url}/settings?as_of={LINK['as_of']}")
    keyed(page, "profiles.new").get_by_role("button").click()
    expect_headline(page, "No account would change band")
    for key, weight in WEIGHTS.items():
        fill(page, f"profile.weight.{key}", f"{weight:g}")
    expect_headline(page, "One account would change band")
    assert table(page, "Accounts that would change band") == [["Kept01", "▲ Watch 59.0", "■ At risk 48.4", "€11,000"]]
    fill(page, "profile.name", "Listen first")
    fill(page, "profile.author", "Ana")
    day = keyed(page, "profile.from").get_by_role("spinbutton").first
    day.click()
    page.keyboard.type("16012026")
    page.keyboard.press("Tab")
    settled(page)
    keyed(page, "profile.publish").get_by_role("button").click()
    expect_headline(page, "Settings every figure rests on")
    expect(page.get_by_text("Published.")).to_be_visible()
    [new, built_in] = table(page, "Versions of the score profile")
    assert (new[0], new[1]) == ("Listen first ● In force on 27 Mar 2026", "16 Jan 2026")
    assert built_in[0] == "Built-in score profile"
    go(page, "Account health")
    history = keyed(page, "card.health.history")
    history.scroll_into_view_if_needed()
    expect(history.locator("svg text", has_text="Listen first").first).to_be_visible()
