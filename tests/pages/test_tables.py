"""The Tables page: every table is shown, searched and filtered by its link; one cell is corrected, shows on Portfolio, and is undone."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from lib.store import Merge, Store
from lib.store.corrections import standing_corrections
from lib.tables import TABLES
from lib.ui.correction import meant
from tests.pages.app import book, go, opened, plain, table, texts, whole
from tests.pages.conftest import AT
from tests.small_firm import BOOK

INVOICE = {"table": "invoices", "row": "F-2"}


def grid(app: AppTest) -> pl.DataFrame:
    (one,) = app.dataframe
    return pl.from_pandas(one.value)


def cells(app: AppTest, alt: str = "Cells of the row") -> dict[str, str]:
    return {row[0]: row[1] for row in table(app, alt)}


def correct(app: AppTest, column: str, how: str, value: Any, reason: str = "the letter says so", author: str = "Ana") -> AppTest:
    """Fill in the form for one cell and send it."""
    app.selectbox(key="tables.column").set_value(column).run()
    kind = {"day": "date_input", "number": "number_input", "whole": "number_input", "line": "text_input", "lines": "text_area"}
    getattr(app, kind.get(how, "text_input" if how in ("words", "week") else "selectbox"))(key=f"tables.value.{how}").set_value(value)
    app.text_input(key="tables.reason").set_value(reason)
    if author and any(one.key == "tables.author" for one in app.text_input):
        app.text_input(key="tables.author").set_value(author)
    app.button(key="tables.correct").click().run()
    return whole(app)


@pytest.mark.parametrize(("locale", "says"), [("en-GB", "Accounts: no rows yet"), ("es-ES", "Cuentas: ")])
def test_an_empty_table_says_what_to_import_and_leads_there(empty: Path, locale: str, says: str) -> None:
    app = opened("tables", locale=locale)
    assert app.title[0].value.startswith(says)
    app.button(key="tables.load").click().run()
    assert len(whole(app).file_uploader) == 1


def test_every_table_of_the_sample_is_shown_with_its_rows_and_headings(sample: Path) -> None:
    app, counted = opened("tables"), Store(sample).portfolio().rows
    for name, declared in TABLES.items():
        app.selectbox(key="tables.table").set_value(name).run()
        assert f"{counted[name]:,} row" in plain(whole(app).title[0].value)
        assert grid(app).height == min(counted[name], 300)
        assert grid(app).columns == list(declared.columns)


def test_the_link_says_what_is_looked_for_and_reopens_it(small_firm: Path) -> None:
    asked = {"table": "time_entries", "find": "ÍÑIGO pena", "sort": "hours", "order": "descending", "by": "date", "from": "2024-01-01"}
    app = opened("tables", **asked)
    hours = grid(app)["hours"].to_list()
    assert hours == sorted(hours, reverse=True)
    assert app.title[0].value.startswith("Time entries: ")
    assert {name: app.query_params[name] for name in asked} == asked
    assert "«ÍÑIGO pena», Date from 1 Jan 2024." in texts(app)


def test_a_text_is_found_whatever_its_accents_and_nothing_found_is_said(small_firm: Path) -> None:
    app = opened("tables")
    app.text_input(key="tables.find").set_value("LOGISTICA").run()
    assert grid(whole(app))["name"].to_list() == ["Bravo Logística"]
    assert plain(app.title[0].value) == "Accounts: one of 3 rows"
    app.text_input(key="tables.find").set_value("no such thing").run()
    assert "No row of Accounts matches «no such thing»." in texts(whole(app))
    app.button(key="tables.clear_all").click().run()
    assert grid(whole(app)).height == 3


def test_a_table_is_narrowed_by_account_status_and_days(small_firm: Path) -> None:
    app = opened("tables", table="invoices")
    account = grid(app)["account_id"][0]
    key = Store(small_firm).portfolio()["invoices"].collect()["account_id"][0]
    app.selectbox(key="tables.account").set_value(key).run()
    assert set(grid(whole(app))["account_id"]) == {account}
    app.multiselect(key="tables.state").set_value(["void"]).run()
    assert "matches" in texts(whole(app))
    app.button(key="tables.clear").click().run()
    app.date_input(key="tables.from").set_value(date(2024, 1, 1)).run()
    assert {day.year for day in grid(whole(app))["issued"]} == {2024}
    assert app.query_params["from"] == "2024-01-01"


@pytest.mark.parametrize(
    "link",
    [
        {"table": "nonsense", "row": "x"},
        {"table": "fx_rates", "row": "{]"},
        {"table": "accounts", "sort": "x", "by": "y", "from": "soon", "to": "0001-01-01", "state": "a,b", "order": "up"},
        {"table": "tasks", "account": ":red[x]", "find": "![x](http://elsewhere.invalid)"},
    ],
)
def test_a_link_of_nonsense_opens_the_page(small_firm: Path, link: dict[str, str]) -> None:
    opened("tables", **link)


def test_words_and_numbers_are_those_of_the_language(small_firm: Path) -> None:
    app = opened("tables", locale="es-ES", **INVOICE)
    shown = cells(app, next(one.proto.alt for one in app.table))
    assert shown["Importe"] == "5.000,00"
    assert shown["Estado"] == "enviada"


def test_a_row_shows_its_cells_and_who_brought_them(small_firm: Path) -> None:
    app = opened("tables", **INVOICE)
    assert cells(app)["Amount"] == "5,000.00"
    assert "1 · Loaded came in Ana · 1 Jul 2024" in texts(app)
    assert app.selectbox(key="tables.pick").value == "F-2"
    app.selectbox(key="tables.pick").set_value("F-1").run()
    assert cells(whole(app))["Invoice id"] == "F-1"
    assert app.query_params["row"] == "F-1"


def test_a_cell_is_corrected_shows_on_portfolio_and_is_undone(small_firm: Path) -> None:
    assert book(opened())["Revenue"] == BOOK["Revenue"]
    app = correct(opened("tables", **INVOICE), "amount", "number", 6000.0)
    assert "Amount is corrected" in texts(app)
    assert cells(app)["Amount"] == "6,000.00"
    assert "2 · Corrected" in texts(app)
    assert "Amount: 5,000.00 → 6,000.00" in texts(app)
    assert "«the letter says so»" in texts(app)
    (found,) = standing_corrections(Store(small_firm)).iter_rows(named=True)
    assert (found["key"], found["before"], found["after"], found["author"]) == ("F-2", "5000.0", "6000.0", "Ana")
    assert book(go(app, "portfolio"))["Revenue"] == "€20,654"
    assert "Invoices F-2, Amount: 5,000.00 → 6,000.00 · «the letter says so»" in texts(go(app, "data"))
    go(app, "tables").button(key="tables.undo.2").click().run()
    assert cells(whole(app))["Amount"] == "5,000.00"
    assert "Step 2 undone" in texts(app)
    assert book(go(app, "portfolio")) == BOOK


def test_an_older_correction_is_put_back_by_one_of_its_own(small_firm: Path) -> None:
    app = correct(opened("tables", **INVOICE), "amount", "number", 6000.0)
    app = correct(app, "paid_on", "day", date(2024, 6, 1), author="")
    assert not any(one.key == "tables.undo.2" for one in app.button)
    app.button(key="tables.back.2").click().run()
    assert whole(app).selectbox(key="tables.column").value == "amount"
    assert app.number_input(key="tables.value.number").value == 5000.0
    app.text_input(key="tables.reason").set_value("it was right")
    app.button(key="tables.correct").click().run()
    assert cells(whole(app))["Amount"] == "5,000.00"
    assert (cells(app)["Paid on"], Store(small_firm).version()) == ("1 Jun 2024", 4)
    assert not any(one.key == "tables.back.2" for one in app.button)


@pytest.mark.parametrize(
    ("column", "how", "value", "reason", "says"),
    [
        ("amount", "number", 6000.0, "", "Say why: the reason stays beside the correction."),
        ("amount", "number", -1.0, "why", "The value is too small"),
        ("due", "day", date(2020, 1, 1), "why", "The due date is before the issue date"),
        ("currency", "line", "", "why", "A value is required here"),
        ("currency", "line", "euros", "why", "The code does not have the right form"),
        ("amount", "number", 5000.0, "why", "That is what the cell holds already."),
    ],
)
def test_what_the_table_forbids_is_said_and_nothing_is_saved(
    small_firm: Path, column: str, how: str, value: Any, reason: str, says: str
) -> None:
    app = correct(opened("tables", **INVOICE), column, how, value, reason)
    assert says in texts(app)
    assert Store(small_firm).version() == 1


def test_a_correction_has_an_author(small_firm: Path) -> None:
    app = correct(opened("tables", **INVOICE), "amount", "number", 6000.0, author="")
    assert "a correction carries its author's name" in texts(app)
    assert Store(small_firm).version() == 1


def test_a_name_typed_whole_is_its_row_and_anything_else_stays_as_typed(small_firm: Path) -> None:
    portfolio = Store(small_firm).portfolio()
    key = portfolio["accounts"].filter(pl.col("name") == "Bravo Logística").collect()["account_id"][0]
    assert [meant(portfolio, "accounts", said) for said in (key, " bravo LOGÍSTICA", "bravo", "*")] == [key, key, "bravo", "*"]


def test_a_cell_can_be_emptied(small_firm: Path) -> None:
    app = opened("tables", **INVOICE)
    app.selectbox(key="tables.column").set_value("tax").run()
    app.checkbox(key="tables.empty").set_value(True)
    app.text_input(key="tables.reason").set_value("exempt")
    app.text_input(key="tables.author").set_value("Ana")
    app.button(key="tables.correct").click().run()
    assert cells(whole(app))["Tax"] == "—"


def test_keys_cannot_be_corrected_and_an_earlier_version_neither(small_firm: Path) -> None:
    app = opened("tables", **INVOICE)
    assert "invoice_id" not in app.selectbox(key="tables.column").options
    assert app.selectbox(key="tables.column").options == [
        "Account", "Project", "Contract id", "Document kind", "Status", "Issued", "Due", "Paid on", "Paid amount", "Amount", "Tax",
        "Currency", "Pass-through", "Period start", "Period end",
    ]  # fmt: skip
    Store(small_firm).write("settings", {"key": "author", "value": "Ana"}, author="Ana", at=AT)
    correct(app, "amount", "number", 6000.0)
    earlier = opened("tables", version="1", **INVOICE)
    assert cells(earlier)["Amount"] == "5,000.00"
    assert "This is an earlier version of the data." in texts(earlier)
    assert not any(one.key == "tables.correct" for one in earlier.button)


WIDGETS = {
    "people": {"week_pattern": "week", "skills": "words", "cost_rate": "number", "start": "day", "team": "line"},
    "tasks": {"kind": "choice", "assignee_id": "row", "finished_on": "day"},
    "risks": {"internal": "flag", "probability": "whole", "mitigation": "lines"},
    "links": {"lag_hours": "number"},
}


def test_every_kind_of_cell_has_its_widget_which_begins_with_what_the_cell_holds(sample: Path) -> None:
    app, before = opened("tables"), Store(sample).version()
    for name, columns in WIDGETS.items():
        app.selectbox(key="tables.table").set_value(name).run()
        app.selectbox(key="tables.pick").select_index(0).run()
        for column, how in columns.items():
            app.selectbox(key="tables.column").set_value(column).run()
            assert f"tables.value.{how}" in {one.key for one in _inputs(app)}, f"{name}.{column}"
            app.text_input(key="tables.reason").set_value("why")
            app.button(key="tables.correct").click().run()
            assert "That is what the cell holds already." in texts(whole(app)), f"{name}.{column}"
    assert Store(sample).version() == before


def _inputs(app: AppTest) -> list[Any]:
    return [one for kind in (app.text_input, app.text_area, app.number_input, app.date_input, app.selectbox) for one in kind]


def test_text_from_data_is_never_markdown(small_firm: Path) -> None:
    hostile = ":red[x] **b** ![x](http://elsewhere.invalid/p.png)"
    store = Store(small_firm)
    rows = store.portfolio()["accounts"].head(1).collect().select(list(TABLES["accounts"].columns))
    store.commit({"accounts": Merge(rows.with_columns(pl.lit(hostile).alias("name")), "")}, author=hostile, at=AT)
    app = opened("tables", row=rows["account_id"][0], find=hostile)
    raw = "\n".join(one.value for kind in (app.title, app.subheader, app.markdown, app.caption) for one in kind)
    assert "![x](" not in raw
    assert ":red[x]" not in raw
    assert hostile in texts(app)
