"""Names from files to the page: accepted in bulk, known the next month; two clients merged and taken apart again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screen import bring, expect_headline, go, keyed, line_of, load, settled, visit
from tests.browser.serving import Server, running_server

CLIENTS = b"""Client ID,Client,Status,Currency
A1,Norvane Energy,Active,EUR
A2,Norvane Energy S.L.,Active,EUR
A3,Boor Logistics,Active,EUR
A4,Quillon Health,Active,EUR
"""


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Server]:
    """A server of this test's own over an empty portfolio."""
    with running_server(tmp_path / "data", CARTERA_FIRST_START="empty") as server:
        yield server


def bills(month: int, *clients: str) -> bytes:
    """Invoices of a month of 2024, one a client."""
    lines = [
        f'B{month}-{number},"{client}",Invoice,Open,2024-{month:02d}-15,2024-{month:02d}-28,1000.00,EUR'
        for number, client in enumerate(clients)
    ]
    return "\n".join(["Invoice number,Client,Type,Status,Issue date,Due date,Net amount,Currency", *lines, ""]).encode()


def choose(page: Page, key: str, option: str) -> None:
    """Pick one option of a box that can be empty: Escape, which `pick` presses, would empty it again."""
    box = keyed(page, key).get_by_role("combobox")
    for _ in range(3):  # on a slow machine the list moves under the pointer while its rows are still being drawn
        settled(page)
        box.click()
        page.get_by_role("option", name=option, exact=True).click()
        settled(page)
        if keyed(page, key).get_by_text(option, exact=True).count() or box.input_value() == option:
            return
    raise AssertionError(f"{option} could not be picked")


def test_names_are_accepted_in_bulk_and_the_next_month_maps_by_itself_then_two_clients_are_merged_and_undone(
    fresh: Server, page: Page
) -> None:
    visit(page, f"{fresh.url}/data")
    bring(page, {"clients.csv": CLIENTS})
    load(page, "4 rows from 1 file")
    bring(page, {"billing may.csv": bills(5, "BOOR LOGISTICS, S.L.", "Quilon Health", "Nobody known")})
    names = keyed(page, "names")
    expect(names).to_contain_text("3 unknown names in one file")
    keyed(page, "names.bulk").get_by_role("button", name="Accept the 2 matches of 90% or more").click()
    expect(names).to_contain_text("One unknown name in one file")
    expect(names).to_contain_text("2 names answered")
    settled(page)
    names.get_by_role("combobox", name="Meaning of Nobody known").click()
    page.get_by_role("option", name="Norvane Energy", exact=True).click()
    keyed(page, "names.use").get_by_role("button").click()
    expect(names).to_contain_text("Every name in these files has an answer.")
    load(page, "3 rows from 1 file")

    bring(page, {"billing june.csv": bills(6, "BOOR LOGISTICS, S.L.", "Quilon Health", "nobody known")})
    expect(line_of(page, "billing june.csv")).to_contain_text("3 records · Invoices")
    expect(keyed(page, "names")).to_have_count(0)
    load(page, "3 rows from 1 file")

    go(page, "Names")
    expect_headline(page, "3 names are remembered")
    keyed(page, "part").get_by_text("Merge two", exact=True).click()
    expect_headline(page, "Make two rows one")
    choose(page, "names.kept", "Norvane Energy S.L. · A2")
    choose(page, "names.gone", "Norvane Energy · A1")
    expect(page.get_by_text("2 rows will name Norvane Energy S.L. · A2")).to_be_visible()
    settled(page)
    keyed(page, "names.merge.reason").get_by_role("textbox").fill("one client")
    keyed(page, "names.merge.do").get_by_role("button").click()
    expect(page.get_by_text("Norvane Energy · A1 is now Norvane Energy S.L. · A2.")).to_be_visible()
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_visible()
    undo.click()
    expect(page.get_by_text("undone by 5")).to_be_visible()
    keyed(page, "part").get_by_text("Remembered", exact=True).click()
    expect_headline(page, "3 names are remembered")
