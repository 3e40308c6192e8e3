"""Names: unknown ones are asked on one screen, remembered, applied and forgotten; rows are merged, renamed, put under others."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from lib.store import Merge, Store
from lib.tables import TABLES
from lib.ui.frame import spoken
from tests.pages.app import opened, plain, table, texts, whole
from tests.pages.test_data_intake import dropped, headlines, loaded, typed

AT = datetime(2024, 3, 1, 9, tzinfo=UTC)


def rows(name: str, *cells: dict[str, object]) -> pl.DataFrame:
    """Rows of a table; what a row does not say is null."""
    schema = TABLES[name].polars_schema
    return pl.DataFrame([{column: row.get(column) for column in schema} for row in cells], schema=schema)


@pytest.fixture
def house(empty: Path) -> Store:
    """Three clients, two of them the same, and an invoice of each."""
    store = Store.open(empty)
    clients = {"A1": "Norvane Energy", "A2": "NORVANE ENERGY S.L.", "A3": "Boor Logistics"}
    accounts = [{"account_id": key, "name": name, "currency": "EUR", "status": "active"} for key, name in clients.items()]
    bill = {"kind": "invoice", "status": "sent", "issued": AT.date(), "due": AT.date(), "amount": 9.0, "currency": "EUR"}
    invoices = [{"invoice_id": f"I{key}", "account_id": key, **bill} for key in clients]
    changes = {"accounts": Merge(rows("accounts", *accounts), ""), "invoices": Merge(rows("invoices", *invoices), "")}
    store.commit(changes, author="Ana", at=AT)
    store.write("settings", {"key": "author", "value": "Ana"}, author="Ana", at=AT)
    return store


def bill(*clients: str) -> bytes:
    lines = [f'N{place},"{client}",Invoice,Open,2024-02-01,2024-03-01,10.00,EUR' for place, client in enumerate(clients)]
    return "\n".join(["Invoice number,Client,Type,Status,Issue date,Due date,Net amount,Currency", *lines]).encode()


def invoiced(store: Store) -> list[str]:
    """account_id of the invoices N0, N1, …"""
    found = store.portfolio()["invoices"].filter(pl.col("invoice_id").str.contains("N")).sort("invoice_id").collect()
    return found["account_id"].to_list()


def answered(app: AppTest, word: str, option: str) -> AppTest:
    """The page after one name was answered by picking."""
    (box,) = (one for one in app.selectbox if one.label == f"Meaning of {spoken(word)}")
    box.set_value(option)
    app.button(key="names.use").click().run()
    return whole(app)


def words(store: Store) -> dict[str, str]:
    return {row["alias"]: row["target"] for row in store.rows("aliases")}


def test_names_that_are_nearly_the_same_are_accepted_in_bulk_and_known_the_next_time(house: Store) -> None:
    app = dropped(opened("data"), ("bills.csv", bill("Boor Logistics, S.L.", "BOOR Logistic", "Somebody else")))
    said = texts(app)
    assert "3 unknown names in one file: who or what is meant?" in said
    assert "Nothing is near" in said
    app.button(key="names.bulk").click().run()
    assert words(house) == {}  # nothing is saved before the load
    assert "2 names answered" in texts(whole(app))
    loaded(app)
    assert invoiced(house) == ["A3", "A3"]
    assert words(house) == {"Boor Logistics, S.L.": "A3", "BOOR Logistic": "A3"}
    again = dropped(opened("data"), ("bills 2.csv", bill("Boor Logistics, S.L.", "BOOR Logistic", "boor  logistics")))
    assert "who or what is meant" not in texts(again)
    assert headlines(again)["bills 2.csv"] == "3 records · Invoices"


def test_two_rows_that_are_as_near_are_never_accepted_in_bulk(house: Store) -> None:
    app = dropped(opened("data"), ("bills.csv", bill("Norvane Energy SLU")))
    assert "100% alike · one as near" in texts(app)
    assert not [one for one in app.button if one.key == "names.bulk"]


def test_another_row_can_be_picked_and_the_answers_taken_back(house: Store) -> None:
    app = answered(dropped(opened("data"), ("bills.csv", bill("Boor Logistic"))), "Boor Logistic", "row:A1")
    assert "Boor Logistic → Norvane Energy" in texts(app)
    app.button(key="names.again").click().run()
    assert "One unknown name in one file" in texts(whole(app))
    loaded(answered(app, "Boor Logistic", "row:A1"))
    assert invoiced(house) == ["A1"]


def test_names_left_out_stay_out_and_names_kept_are_loaded_unlinked_and_asked_again(house: Store) -> None:
    app = dropped(opened("data"), ("bills.csv", bill("Somebody", "Nobody")))
    app = answered(answered(app, "Somebody", "unlinked"), "Nobody", "out")
    assert "One unknown name" not in texts(app)
    loaded(app)
    assert invoiced(house) == ["Somebody"]
    assert words(house) == {}


def test_a_new_client_is_made_of_the_file_that_names_it_and_only_that_one(house: Store) -> None:
    app = dropped(opened("data"), ("bills.csv", bill("Fresh Foods", "Boor Logistics", "Norvane Enrgy", "Fresh Foods")))
    app = answered(app, "Fresh Foods", "create")
    assert "One name becomes a row once its file below is ready" in texts(app)
    typed(app, "constant.currency.0.value", "EUR")
    (status,) = (one for one in app.selectbox if ".constant.status." in str(one.key) and str(one.key).endswith(".value"))
    status.set_value("active").run()
    assert "1 new · 0 changed · 0 unchanged · 3 left out (2 known under another name, 1 equal to an earlier row)" in texts(whole(app))
    loaded(app)
    names = house.portfolio()["accounts"].collect().sort("account_id").select("account_id", "name").rows()
    assert [name for _, name in names] == ["Norvane Energy", "NORVANE ENERGY S.L.", "Boor Logistics", "Fresh Foods"]
    assert invoiced(house) == ["Fresh Foods", "A3", "Fresh Foods"]
    profiles = {row["table_name"] for row in house.rows("mapping_profiles")}
    assert profiles == {"invoices"}  # the next file asks about its new clients again


def test_a_remembered_name_is_listed_and_forgotten_with_a_trace(house: Store) -> None:
    row = {"table_name": "accounts", "source": "", "alias": "Boor", "target": "A3"}
    house.write("aliases", row, author="Bea", at=AT)
    app = opened("names")
    assert plain(app.title[0].value) == "One name is remembered"
    assert "Boor → Boor Logistics" in texts(app)
    app.button(key=f"names.forget.{house.rows('aliases')[0]['id']}").click().run()
    assert plain(whole(app).title[0].value) == "No name is remembered yet"
    assert [step[1] for step in table(app, "What was said of names")] == ["forgotten", "remembered"]
    assert "unknown name" in texts(dropped(opened("data"), ("bills.csv", bill("Boor"))))


def merging(app: AppTest, gone: str, kept: str) -> AppTest:
    app.selectbox(key="names.kept").set_value(kept)
    app.selectbox(key="names.gone").set_value(gone).run()
    return whole(app)


def test_rows_that_look_alike_are_compared_merged_with_a_reason_and_undone(house: Store) -> None:
    app = opened("names", part="merge")
    assert "One pair looks alike" in texts(app)
    app.button(key="names.pair.A1.A2").click().run()
    said = texts(whole(app))
    assert "One row will name Norvane Energy · A1 Invoices 1" in said
    assert ["Account", "Norvane Energy", "NORVANE ENERGY S.L."] in table(app, "Cells in which the two rows differ")
    assert house.version() == 1
    submit = "names.merge.do"
    app.button(key=submit).click().run()
    assert "Say why" in texts(whole(app))
    app.text_input(key="names.merge.reason").set_value("one client")
    app.button(key=submit).click().run()
    assert "NORVANE ENERGY S.L. · A2 is now Norvane Energy · A1." in texts(whole(app))
    assert words(house) == {"A2": "A1", "NORVANE ENERGY S.L.": "A1"}
    app.button(key="names.undo.2").click().run()
    assert words(house) == {}
    assert "A2" in house.portfolio()["accounts"].collect()["account_id"]


def test_a_merged_client_does_not_come_back_with_the_next_file(house: Store) -> None:
    app = merging(opened("names", part="merge"), "A2", "A1")
    app.text_input(key="names.merge.reason").set_value("one client")
    app.button(key="names.merge.do").click().run()
    whole(app)
    clients = b"Client ID,Client,Status,Currency\nA1,Norvane Energy,Active,EUR\nA2,NORVANE ENERGY S.L.,Active,EUR\nA4,New,Active,EUR\n"
    app = dropped(opened("data"), ("clients.csv", clients), ("bills.csv", bill("A2", "NORVANE ENERGY S.L.")))
    assert "1 new · 0 changed · 1 unchanged · 1 left out (1 known under another name) · 0 rejected" in texts(app)
    loaded(app)
    assert house.portfolio()["accounts"].collect()["account_id"].sort().to_list() == ["A1", "A3", "A4"]
    assert invoiced(house) == ["A1", "A1"]


def test_a_renamed_client_keeps_its_new_name_when_the_old_one_is_loaded_again(house: Store) -> None:
    app = opened("names", part="rename")
    app.selectbox(key="names.row").set_value("A3").run()
    app.text_input(key="names.rename.name").set_value("Boor Group")
    app.text_input(key="names.rename.reason").set_value("new brand")
    app.button(key="names.rename.do").click().run()
    assert "Boor Logistics · A3 is now called Boor Group." in texts(whole(app))
    clients = b"Client ID,Client,Status,Currency\nA3,Boor Logistics,Active,EUR\n"
    loaded(dropped(opened("data"), ("clients.csv", clients), ("bills.csv", bill("Boor Logistics"))))
    assert "Boor Group" in house.portfolio()["accounts"].collect()["name"]
    assert invoiced(house) == ["A3"]


def test_an_account_is_put_under_its_parent_and_never_in_a_circle(house: Store) -> None:
    def put(child: str, parent: str) -> str:
        app = opened("names", part="parent")
        app.selectbox(key="names.child").set_value(child).run()
        app.selectbox(key="names.parent").set_value(parent)
        app.text_input(key="names.under.reason").set_value("group")
        app.button(key="names.under.do").click().run()
        return texts(whole(app))

    assert "has another parent company now" in put("A3", "A1")
    assert "already stands below it" in put("A1", "A3")
    assert house.portfolio()["accounts"].collect().sort("account_id")["parent_id"].to_list() == [None, None, "A1"]


def test_nobody_merges_without_a_name(empty: Path) -> None:
    store = Store.open(empty)
    client = {"currency": "EUR", "status": "active"}
    pair = [{"account_id": key, "name": f"Name {key}", **client} for key in ("X", "Y")]
    store.commit({"accounts": Merge(rows("accounts", *pair), "")}, author="Ana", at=AT)
    app = merging(opened("names", part="merge"), "X", "Y")
    assert app.button(key="names.merge.do").disabled
    typed(app, "names.author", "Bea")
    assert not app.button(key="names.merge.do").disabled
