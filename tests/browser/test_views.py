"""The sample as people look at it: a link reopens a view, filters cross pages, every figure opens its definition, Tab gets there."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.screen import (
    book,
    expect_headline,
    go,
    headline,
    keyed,
    open_definition,
    pick,
    plain,
    settled,
    speak,
    tab_to,
    visit,
)
from tests.browser.serving import Server

VIEW = "as_of=2026-09-30&quarter=2026-07-01&lang=en"


def context_sentence(page: Page) -> str:
    """What the page says it shows."""
    return plain(page.get_by_test_id("stMarkdown").filter(has_text="Data as of").first.inner_text())


def test_a_link_opens_the_same_view_in_another_browser(sample_server: Server, contexts: Callable[..., BrowserContext]) -> None:
    sender = contexts().new_page()
    visit(sender, f"{sample_server.url}/?{VIEW}")
    whole = book(sender)
    pick(sender, "view.manager", "Marta Iglesias")
    expect(sender.get_by_text("accounts: Marta Iglesias.")).to_be_visible()
    pick(sender, "client", "Banca Cantueso")
    expect(sender).to_have_url(re.compile("client=cantueso"))
    sent = book(settled(sender))
    assert sent != whole
    receiver = contexts(locale="es-ES").new_page()
    visit(receiver, sender.url)
    assert book(receiver) == sent
    assert (headline(receiver), context_sentence(receiver)) == (headline(sender), context_sentence(sender))
    assert receiver.get_by_text("Marta Iglesias", exact=True).first.is_visible()
    assert receiver.url == sender.url


def test_a_spanish_link_is_spanish_everywhere_and_keeps_its_filters_in_english(sample_server: Server, page: Page) -> None:
    visit(page, f"{sample_server.url}/?as_of=2026-09-30&quarter=2026-07-01&lang=es&manager=Sophie+Bennett&status=active")
    expect(page.get_by_text(re.compile("cuentas: Sophie Bennett, .*activ"))).to_be_visible()
    spanish = book(page, "La cartera, últimos 12 meses")
    speak(page, "English")
    expect(page.get_by_text("accounts: Sophie Bennett, active.")).to_be_visible()
    assert len(book(page)) == len(spanish)
    expect(page).to_have_url(re.compile("manager=Sophie[+]Bennett"))
    expect(page).to_have_url(re.compile("lang=en"))


def test_a_filter_is_still_set_after_a_visit_to_another_page(sample_server: Server, page: Page) -> None:
    visit(page, f"{sample_server.url}/?{VIEW}")
    pick(page, "view.manager", "Javier Orduña")
    expect(page.get_by_text("accounts: Javier Orduña.")).to_be_visible()
    filtered = book(page)
    go(page, "Data")
    expect(page).to_have_url(re.compile("/data[?].*manager=Javier"))
    go(page, "Portfolio")
    expect(page.get_by_text("accounts: Javier Orduña.")).to_be_visible()
    assert book(page) == filtered


def test_every_figure_opens_its_definition_and_its_rows(sample_server: Server, page: Page) -> None:
    visit(page, f"{sample_server.url}/?{VIEW}")
    shown = book(page)
    keyed(page, "portfolio.definitions").get_by_role("button").click()
    expect(page.get_by_role("menuitem").first).to_be_visible()
    names = [plain(name) for name in page.get_by_role("menuitem").all_inner_texts()]
    page.keyboard.press("Escape")
    assert set(shown) <= set(names)
    for name in [*shown, "Notice dates"]:  # the others: tests/pages, where it takes no time
        drawer = open_definition(page, name)
        expect(drawer.get_by_text("How it is computed")).to_be_visible()
        expect(drawer.get_by_text("Where it comes from")).to_be_visible()
        expect(drawer.get_by_role("region", name="Rows")).to_be_attached()
        value = plain(drawer.get_by_test_id("stMetricValue").inner_text())
        assert value == shown.get(name, value), name
        page.keyboard.press("Escape")
        expect(drawer).to_have_count(0)


def test_a_card_opens_the_definition_of_what_it_shows(sample_server: Server, page: Page) -> None:
    visit(page, f"{sample_server.url}/?{VIEW}")
    for key in ("renewals", "clients_by_agi", "receivables", "lose_client"):
        keyed(page, f"{key}.details").get_by_role("button").click()
        if key != "lose_client":  # a chart's details are a menu
            keyed(page, f"{key}.definition").get_by_role("button").click()
        expect(page.get_by_role("dialog").get_by_text("How it is computed")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)


def test_tab_reaches_the_filters_in_their_order_and_then_the_accounts(sample_server: Server, page: Page) -> None:
    visit(page, f"{sample_server.url}/?{VIEW}")
    expect(keyed(page, "view.manager").get_by_role("combobox")).to_be_visible()
    for name in ("Quarter", "Account manager", "Filters", "Red Hospitalaria Almenara"):
        tab_to(page, name, most=25)
    page.keyboard.press("Enter")
    expect(page.get_by_text("To decide").first).to_be_hidden()


def test_taking_another_client_away_changes_what_would_go(sample_server: Server, page: Page) -> None:
    visit(page, f"{sample_server.url}/?{VIEW}")
    pick(page, "client", "Banca Cantueso")
    expect(page.get_by_role("table", name="If this client left")).to_contain_text("€413k")
    expect_headline(page, "Six accounts to discuss first; three promises are late")
