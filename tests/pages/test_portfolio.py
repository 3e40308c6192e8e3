"""The portfolio page: what it says of an empty, a small and a sample portfolio, and that filters, as-of and language change it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from lib.formats import Language
from lib.health.book import health
from lib.health.profile import published
from lib.health.readings import Sight
from lib.measures.book import book as made_book
from lib.measures.promises import graded
from lib.periods import quarter_of
from lib.sample import SAMPLE_AS_OF
from lib.store import Merge, Store
from tests.pages.app import book, go, opened, plain, table, texts, whole
from tests.pages.conftest import AT
from tests.small_firm import AS_OF, BOOK

EN = Language("en")
SAMPLE_LINK = {"as_of": "2026-09-30", "quarter": "2026-07-01"}


def agenda(app: AppTest) -> list[str]:
    """The accounts to discuss, in order: each line's label."""
    return [plain(one.label) for one in app.expander if any(shape in one.label for shape in "■▲●○")]


@pytest.mark.parametrize(
    ("locale", "says", "button"), [("en-GB", "No portfolio yet", "Load files"), ("es-ES", "Aún no hay cartera", "Cargar archivos")]
)
def test_an_empty_portfolio_says_so_and_leads_to_the_upload(empty: Path, locale: str, says: str, button: str) -> None:
    app = opened(locale=locale)
    assert app.title[0].value == says
    assert app.button(key="empty.load").label == button
    assert not app.table
    app.button(key="empty.load").click().run()
    assert len(whole(app).file_uploader) == 1


def test_figures_are_those_worked_by_hand(small_firm: Path) -> None:
    app = opened()
    assert book(app) == BOOK
    assert app.query_params["as_of"] == AS_OF
    assert plain(app.title[0].value) == "One account to discuss first"
    assert agenda(app) == ["Bravo Logística   ○ Not enough data   Invoice F-2 is 77 days late (€6,050)."]


def test_spanish_says_the_same_in_its_own_words_and_numbers(small_firm: Path) -> None:
    app = opened(locale="es-ES")
    shown = book(app, "La cartera, últimos 12 meses")
    assert (shown["Ingresos"], shown["Margen de entrega"], shown["Concentración (HHI)"]) == ("19.654 €", "82,1 %", "4.557")
    assert plain(app.title[0].value) == "Una cuenta que tratar primero"
    assert app.query_params["lang"] == "es"


def test_a_figure_that_cannot_be_computed_says_what_to_import(small_firm: Path) -> None:
    beside = {row[0]: row[2] for row in table(opened(), "The book, last 12 months")}
    assert beside["Net retention"] == "Import contracts to see it."
    assert beside["Client retention"] == "It compares 24 months; the data does not reach back that far."


def test_a_manager_chosen_leaves_only_that_managers_accounts(small_firm: Path) -> None:
    app = opened()
    app.multiselect(key="view.manager").set_value(["Lola Núñez"]).run()
    shown = book(whole(app))
    assert (shown["Revenue"], shown["Receivables"]) == ("€14,654", "€2,794")  # 19,654.40 − 5,000.00; 3,211.82 − 418.18
    assert shown["Largest client"] == BOOK["Largest client"]  # concentration is the whole book's
    assert "2 of 3 accounts: Lola Núñez." in texts(app)
    assert agenda(app) == []
    assert app.query_params["manager"] == "Lola Núñez"


@pytest.mark.parametrize(
    ("name", "value", "says", "revenue"),
    [
        ("industry", "Moda", "2 of 3 accounts: Moda.", "€14,654"),
        ("tier", "growth", "1 of 3 accounts: tier growth.", "€5,000"),
        ("status", "active", "3 of 3 accounts: active.", "€19,654"),
    ],
)
def test_each_filter_takes_its_accounts_and_says_so(small_firm: Path, name: str, value: str, says: str, revenue: str) -> None:
    app = opened()
    app.multiselect(key=f"view.{name}").set_value([value]).run()
    assert says in texts(whole(app))
    assert book(app)["Revenue"] == revenue
    assert app.query_params[name] == value


def test_filters_that_no_account_matches_are_said_and_cleared_with_one_click(small_firm: Path) -> None:
    app = opened(status="lost", manager="Pau Soler")
    assert "No account matches Pau Soler, lost." in texts(app)
    assert book(app) == {}
    app.button(key="portfolio.clear").click().run()
    assert book(whole(app)) == BOOK
    assert "manager" not in app.query_params


def test_as_of_takes_the_book_back_to_that_day(small_firm: Path) -> None:
    app = opened()
    app.date_input(key="view.as_of").set_value(date(2024, 3, 31)).run()
    shown = book(whole(app))
    assert (shown["Revenue"], shown["Receivables"], shown["Delivery margin"]) == ("€17,346", "€6,050", "—")  # no hours before May
    assert "Data as of 31 Mar 2024." in texts(app)
    assert "Statuses and progress of 31 Mar 2024 are not known" in texts(app)
    assert app.query_params["as_of"] == "2024-03-31"


def test_the_quarter_under_review_stands_beside_the_margin(small_firm: Path) -> None:
    def beside(app: AppTest) -> str:
        return {row[0]: row[2] for row in table(app, "The book, last 12 months")}["Delivery margin"]

    assert beside(opened()) == "quarter −52.7%"  # (2,308.80 − 3,525.00) / 2,308.80
    assert beside(opened(as_of=AS_OF, quarter="2024-01-01")) == "quarter —"  # no hours in the first quarter


def test_choosing_a_quarter_closes_the_data_with_it(small_firm: Path) -> None:
    app = opened()
    app.selectbox(key="view.quarter").set_value(date(2024, 1, 1)).run()
    assert book(whole(app))["Revenue"] == "€17,346"  # 12,345.60 + 5,000.00
    assert (app.query_params["quarter"], app.query_params["as_of"]) == ("2024-01-01", "2024-03-31")
    app.selectbox(key="view.quarter").set_value(date(2024, 4, 1)).run()
    assert book(whole(app)) == BOOK


def test_taking_a_client_away_shows_what_goes_with_it(small_firm: Path) -> None:
    app = opened()
    app.selectbox(key="client").set_value("A2").run()
    gone = dict(row[:2] for row in table(whole(app), "If this client left"))
    assert gone["AGI that would go, 12 months"] == "€5,000"
    assert gone["of it, left after delivery cost"] == "€3,725"  # less 50 h × 25.50
    assert gone["Largest client"] == "61% → 82%"  # 12,000.00 of 14,654.40
    assert app.query_params["client"] == "A2"


def test_every_figure_opens_its_definition_with_the_value_on_the_page(small_firm: Path) -> None:
    app = opened()
    names = app.menu_button(key="portfolio.definitions").options
    assert len(names) >= 12
    for name in names:
        app.menu_button(key="portfolio.definitions").click(name).run()
        said = texts(whole(app))
        assert "How it is computed" in said, name
        (metric,) = app.metric
        assert plain(metric.value) == BOOK.get(name, plain(metric.value)), name
        if metric.value == "—":
            assert "Import " in said or "data does not reach back" in said or "nothing to divide by" in said, name
        else:
            assert "Where it comes from" in said, name


def test_a_card_opens_the_definition_of_its_figure(small_firm: Path) -> None:
    app = opened()
    app.session_state["receivables.details"] = True  # the menu is open
    app.run().button(key="receivables.definition").click().run()
    assert plain(app.metric[0].value) == "€8,844"
    (rows,) = (one.value for one in app.dataframe)
    assert sorted(rows["invoice_id"]) == ["F-2", "F-3", "F-4"]


def test_a_link_reopens_the_view_it_was_copied_from(small_firm: Path) -> None:
    sent = opened()
    sent.multiselect(key="view.manager").set_value(["Lola Núñez"]).run()
    sent.date_input(key="view.as_of").set_value(date(2024, 6, 30)).run()
    sent.selectbox(key="client").set_value("A3").run()
    received = opened(locale="es-ES", **sent.query_params)
    assert texts(received) == texts(sent)
    assert received.query_params == sent.query_params


def test_language_changes_words_and_keeps_the_filters(small_firm: Path) -> None:
    app = opened(lang="es", manager="Pau Soler")
    assert "1 de 3 cuentas: Pau Soler." in texts(app)
    app.button_group(key="lang").set_value("en").run()
    assert "1 of 3 accounts: Pau Soler." in texts(whole(app))
    assert (app.query_params["lang"], app.query_params["manager"]) == ("en", "Pau Soler")


def test_a_filter_survives_a_visit_to_another_page(small_firm: Path) -> None:
    app = opened()
    app.multiselect(key="view.manager").set_value(["Pau Soler"]).run()
    for page in ("data", "settings", "portfolio"):
        go(app, page)
    assert app.multiselect(key="view.manager").value == ["Pau Soler"]
    assert "1 of 3 accounts: Pau Soler." in texts(app)


@pytest.mark.parametrize(
    "link",
    [
        {"as_of": "yesterday", "quarter": "Q3", "lang": "xx", "client": "nobody", "version": "12"},
        {"as_of": "9999-12-31"},
        {"as_of": "0001-01-01"},
        {"quarter": "9999-12-31"},
        {"as_of": ""},
        {"version": "9" * 5000},
    ],
)
def test_a_link_that_says_nonsense_opens_the_page_as_it_is(small_firm: Path, link: dict[str, str]) -> None:
    app = opened(**link)
    assert book(app)["Revenue"] == BOOK["Revenue"]
    assert app.query_params["as_of"] == AS_OF


def test_a_filter_of_a_link_that_no_account_has_stays_in_sight_until_it_is_taken_off(small_firm: Path) -> None:
    app = opened(manager="Nobody", tier="gold")
    for _ in range(2):
        assert "No account matches Nobody, tier gold." in texts(app)
        assert (app.multiselect(key="view.manager").value, app.multiselect(key="view.tier").value) == (["Nobody"], ["gold"])
        app.run()
    app.button(key="portfolio.clear").click().run()
    assert book(whole(app)) == BOOK


def test_a_day_before_everything_shows_no_money_instead_of_failing(small_firm: Path) -> None:
    shown = book(opened(as_of="1999-12-31"))
    assert (shown["Revenue"], shown["Largest client"]) == ("—", "—")


def test_the_sample_is_labelled_and_shows_its_figures(sample: Path) -> None:
    app = opened(**SAMPLE_LINK)
    assert "Sample portfolio" in texts(app)
    assert plain(app.title[0].value) == "Six accounts to discuss first; three promises are late"
    assert book(app)["Largest client"] == "24%"  # data/sample/README.md: 23.7 %
    assert book(app)["Three largest"] == "43%"  # 43.2 %
    assert book(app)["Delivery margin"].startswith("36.")


def test_one_click_empties_the_sample_and_another_brings_it_back(sample: Path) -> None:
    app = opened(**SAMPLE_LINK)
    app.button(key="sample.empty").click().run()
    assert whole(app).title[0].value == "No portfolio yet"
    assert Store(sample).portfolio().loaded == frozenset()
    assert Store(sample).rows("promises") == []
    app.button(key="empty.sample").click().run()
    assert "Sample portfolio" in texts(whole(app))
    assert book(app)["Largest client"] == "24%"


def test_as_of_follows_the_data_from_the_sample_to_ones_own_files(sample: Path) -> None:
    app = opened()
    app.button(key="sample.empty").click().run()
    day = date(2024, 2, 1)
    account = {"account_id": "a", "name": "Acme", "currency": "EUR", "status": "active"}
    invoice = {"invoice_id": "1", "account_id": "a", "kind": "invoice", "status": "sent", "issued": day, "due": day, "amount": 100.0}
    rows = {"accounts": pl.DataFrame([account]), "invoices": pl.DataFrame([invoice | {"currency": "EUR"}])}
    Store(sample).commit({name: Merge(frame, "") for name, frame in rows.items()}, author="Ana", at=AT)
    app.run()
    assert "Review of Q1 2024. Data as of 1 Feb 2024." in texts(whole(app))
    assert (app.query_params["as_of"], app.query_params["quarter"]) == ("2024-02-01", "2024-01-01")


def test_a_day_that_a_person_chose_stays_when_data_is_loaded(small_firm: Path) -> None:
    app = opened()
    app.date_input(key="view.as_of").set_value(date(2024, 5, 31)).run()
    newer = pl.DataFrame({"entry_id": ["x"], "date": [date(2024, 7, 1)], "person_id": ["P1"], "project_id": ["J1"], "hours": [1.0]})
    Store(small_firm).commit({"time_entries": Merge(newer, "")}, author="Ana", at=AT)
    app.run()
    assert "Data as of 31 May 2024." in texts(whole(app))


def test_the_sample_in_spanish_leaves_no_english_word(sample: Path) -> None:
    said = texts(opened(locale="es-ES", **SAMPLE_LINK))
    assert "Seis cuentas que tratar primero; tres promesas van tarde" in said
    assert "cumplidas" in said
    assert " kept" not in said


def test_a_name_from_data_is_plain_text_wherever_it_stands(small_firm: Path) -> None:
    hostile = "![x](http://elsewhere.invalid/a) :red[x] <img src=x> $x$ **b**"
    rows = pl.DataFrame(
        {"account_id": ["A2"], "name": [hostile], "currency": ["EUR"], "status": ["active"], "manager": ["[m](http://m.invalid)"]}
    )
    Store(small_firm).commit({"accounts": Merge(rows, "")}, author="Ana", at=AT)
    app = opened(manager="[m](http://m.invalid)")
    label = next(one.label for one in app.expander if "F\\-2" in one.label)
    assert "\\!\\[x\\]\\(http\\:" in label
    written = [one.value for one in app.markdown] + [one.label for one in app.expander]
    assert [text for text in written if "](http" in text or ":red[x" in text or "<img" in text or "$x$" in text] == []


def test_the_agenda_goes_by_revenue_severity_and_points_to_win_and_says_the_band(sample: Path) -> None:
    app = opened(**SAMPLE_LINK)
    asked = reading_of(sample)
    first = asked["ranked"].head(6)
    labels = agenda(app)
    for name, band, label in zip(first["name"], first["account_id"].replace_strict(asked["bands"]), labels, strict=False):
        assert label.startswith(name[:40])
        assert {"red": "■ At risk", "amber": "▲ Watch", "green": "● On track"}[band] in label
    said = texts(app)
    assert "25 points to win, from its cap up" in said  # 100 − 75: the sponsor of Duero left


def test_revenue_by_band_is_the_sum_of_its_accounts(sample: Path) -> None:
    asked = reading_of(sample)
    sums = asked["worth"].group_by("band").agg(pl.len(), pl.col("agi").sum())
    whole_book = asked["worth"]["agi"].sum()
    expected = {
        word: f"{EN.money(agi, 'EUR')} {EN.share(agi / whole_book)}"
        for band, word in (("red", "■ At risk"), ("amber", "▲ Watch"), ("green", "● On track"))
        for agi in sums.filter(pl.col("band") == band)["agi"]
    }
    shown = {row[0]: row[2] for row in table(opened(**SAMPLE_LINK), "Revenue by band")}
    assert {word: shown[word] for word in expected} == expected
    assert len(shown) == sums.height


def reading_of(folder: Path) -> dict[str, Any]:
    """What the page should show of the sample: accounts ranked by AGI × severity × movability, bands, and what each band brings."""
    portfolio = Store(folder).portfolio()
    promises = graded(Store(folder).rows("promises"), SAMPLE_AS_OF)
    made, _ = made_book(portfolio, SAMPLE_AS_OF, quarter_of(SAMPLE_AS_OF), "invoiced", "EUR", promises)
    found = health([Sight(portfolio, (SAMPLE_AS_OF,), "invoiced", "EUR")], published([]))
    scores = found.accounts()
    within = pl.when(pl.col("band").is_null()).then(50.0).when("capped").then(75.0).otherwise(100.0)
    moves = scores.select("account_id", ((100 - pl.min_horizontal("high", within)) / 100).alias("moves"))
    ranked = (
        made.accounts.filter(pl.col("severity") > 0, pl.col("status").is_in(["active", "paused"]))
        .join(moves, on="account_id", how="left")
        .with_columns((pl.col("agi").clip(0) * pl.col("severity") * pl.col("moves").fill_null(1)).alias("order"))
        .sort("order", descending=True)
    )
    worth = scores.select("account_id", "band").join(made.accounts.select("account_id", pl.col("agi").clip(0)), on="account_id")
    return {"ranked": ranked, "bands": dict(scores.select("account_id", "band").rows()), "worth": worth}
