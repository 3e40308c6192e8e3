"""The settings page: what is saved is what every page then goes by."""

from __future__ import annotations

from pathlib import Path

from lib.store import Store
from tests.pages.app import book, go, opened, plain, table, texts, whole
from tests.pages.test_data_intake import dropped


def saved(folder: Path) -> dict[str, object]:
    return {row["key"]: row["value"] for row in Store(folder).rows("settings")}


def test_it_opens_in_both_languages_over_an_empty_portfolio(empty: Path) -> None:
    assert opened("settings").title[0].value == "Settings every figure rests on"
    assert opened("settings", locale="es-ES").title[0].value == "Ajustes en los que se apoya cada cifra"


def test_another_revenue_basis_shows_at_once_on_the_portfolio(small_firm: Path) -> None:
    app = opened("settings")
    app.selectbox(key="settings.basis").set_value("earned")
    app.button(key="settings.save_book").click().run()
    assert saved(small_firm) == {"revenue_basis": "earned"}
    assert "Saved." in texts(app)
    assert "Saved." not in texts(app.run())
    go(app, "portfolio")
    assert "as earned" in texts(app) or book(app)["Revenue"] == "—"
    assert book(app)["Revenue"] != "€19,654"


def test_a_base_currency_without_rates_says_so_and_is_no_total(small_firm: Path) -> None:
    app = opened("settings")
    app.text_input(key="settings.base").set_value("gbp")
    app.button(key="settings.save_book").click().run()
    assert saved(small_firm) == {"base_currency": "GBP"}
    go(app, "portfolio")
    assert book(app)["Revenue"] not in ("€19,654", "£19,654")


def test_what_is_no_currency_is_refused_and_nothing_is_saved(small_firm: Path) -> None:
    app = opened("settings")
    app.text_input(key="settings.base").set_value("E1")
    app.button(key="settings.save_book").click().run()
    assert "A currency is three letters, such as EUR." in texts(whole(app))
    assert saved(small_firm) == {}


def test_the_fiscal_year_moves_the_quarter(small_firm: Path) -> None:
    app = opened("settings")
    app.selectbox(key="settings.month").set_value(2)
    app.button(key="settings.save_book").click().run()
    go(app, "portfolio")
    assert "Review of Q2 2025." in texts(app)  # May to July of the year that ends in January 2025
    assert app.query_params["quarter"] == "2024-05-01"


def test_a_name_is_kept_with_its_author_and_stands_beside_what_is_done(small_firm: Path) -> None:
    app = opened("settings")
    app.text_input(key="settings.author").set_value(" Ana :red[x] ")
    app.button(key="settings.save_you").click().run()
    (row,) = Store(small_firm).rows("settings")
    assert (row["key"], row["value"], row["author"]) == ("author", "Ana :red[x]", "Ana :red[x]")
    go(app, "data").button(key="history.undo.1").click().run()
    assert "Step 1 undone Ana :red[x]" in plain(next(one.value for one in whole(app).markdown if "1 undone" in one.value)).replace(
        "  ", " "
    )


def test_the_language_of_a_first_visit_is_saved(small_firm: Path) -> None:
    app = opened("settings")
    app.selectbox(key="settings.language").set_value("es")
    app.button(key="settings.save_you").click().run()
    assert opened().title[0].value == "Una cuenta que tratar primero"
    assert opened(lang="en").title[0].value == "One account to discuss first"


def test_the_book_table_is_not_on_this_page(small_firm: Path) -> None:
    assert table(opened("settings"), "The book, last 12 months") == []


def test_a_lower_limit_of_columns_refuses_a_wider_file(small_firm: Path) -> None:
    wide = (",".join(f"column {number}" for number in range(30)) + "\n" + ",".join("1" * 30) + "\n").encode()
    app = dropped(opened("data"), ("wide.csv", wide))
    assert "not loaded" not in texts(app)
    go(app, "settings")
    app.number_input(key="settings.limit.columns").set_value(20)
    app.button(key="settings.save_limits").click().run()
    assert saved(small_firm)["file_limits"] == {"file": 200, "workbook": 25, "unpacked": 200, "columns": 20}
    go(app, "data")
    assert "not loaded" in texts(dropped(app, ("wider.csv", wide + b"\n")))
