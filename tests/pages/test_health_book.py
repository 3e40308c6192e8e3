"""The part "Whole book" of account health: its table, what opens from it, its pictures under filters, and what it says without data."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from lib.formats import Language
from lib.health.sentences import shown
from lib.store import Merge, Store
from lib.tables import TABLES
from lib.ui import health_book, health_gallery, health_pictures
from lib.ui.health_gallery import GROUPS, halves
from lib.ui.health_pictures import NAMES, on_scale
from lib.ui.table_downloads import made_workbook
from tests.pages.app import opened, plain, texts, whole
from tests.pages.conftest import AT

DAY = date(2024, 6, 30)
FILTERED = "Pictures are of the accounts that match the filters"
ACCOUNTS = [
    {"account_id": "a", "name": "Alba", "manager": "Ana", "status": "active", "currency": "EUR", "since": date(2020, 1, 1)},
    {"account_id": "b", "name": "Brezo", "manager": "Ana", "status": "active", "currency": "EUR", "since": date(2020, 1, 1)},
    {"account_id": "c", "name": "Cala", "manager": "Bea", "status": "active", "currency": "EUR", "since": date(2020, 1, 1)},
]
OPEN = {"kind": "new", "stage": "offer", "status": "open", "currency": "EUR", "created_on": date(2024, 5, 1)}
RETAINER = {"kind": "retainer", "start": date(2023, 1, 1), "currency": "EUR", "value": 100.0, "value_per": "month"}
BOOK: dict[str, list[dict[str, Any]]] = {
    "accounts": ACCOUNTS,
    "invoices": [
        {"invoice_id": f"F-{account}", "account_id": account, "kind": "invoice", "status": "sent", "issued": issued, "due": issued,
         "amount": amount, "currency": "EUR", "paid_on": paid}
        for account, amount, issued, paid in (
            ("a", 6000.0, date(2024, 5, 1), date(2024, 5, 2)), ("b", 3000.0, date(2024, 5, 1), date(2024, 5, 2)),
            ("c", 1000.0, date(2024, 6, 30), None),
        )
    ],
    "contracts": [
        RETAINER | {"contract_id": "K-a", "account_id": "a", "end": date(2024, 9, 30), "notice_days": 30},
        RETAINER | {"contract_id": "K-c", "account_id": "c", "end": date(2024, 10, 15), "notice_days": 30},
    ],
    "opportunities": [
        OPEN | {"opportunity_id": "1", "account_id": "a", "name": "Shop", "service": "Design", "amount": 1000.0, "probability": 0.5,
                "expected_close": date(2024, 8, 1)},
        OPEN | {"opportunity_id": "2", "account_id": "b", "name": "Site", "service": "Design", "amount": 500.0,
                "expected_close": date(2024, 8, 1), "probability": None},
        OPEN | {"opportunity_id": "3", "account_id": "c", "name": "Blog", "service": "Design", "amount": 200.0, "probability": 0.5,
                "expected_close": date(2024, 6, 1)},
    ],
    "contacts": [
        {"contact_id": "1", "account_id": "a", "name": "Iria", "role": "sponsor", "active": True},
        {"contact_id": "2", "account_id": "a", "name": "Noa", "role": "user", "active": True},
        {"contact_id": "3", "account_id": "c", "name": "Uxía", "role": "sponsor", "active": True},
    ],
    "touchpoints": [
        {"touchpoint_id": "1", "account_id": "a", "date": date(2024, 6, 20), "kind": "meeting", "contact_ids": ["1"]},
    ],
    "goals": [
        {"goal_id": "1", "account_id": "a", "title": "More visits", "metric": "visits", "unit": "n", "baseline": 0.0, "target": 100.0,
         "start": date(2024, 1, 1), "due": date(2024, 12, 31), "status": "on_track"},
    ],
    "kpi_values": [
        {"account_id": "a", "metric": "visits", "date": date(2024, 5, 31), "value": 50.0, "target": 100.0, "unit": "n"},
        {"account_id": "a", "metric": "visits", "date": date(2024, 6, 28), "value": 120.0, "target": 100.0, "unit": "n"},
    ],
    "risks": [
        {"risk_id": "1", "account_id": "a", "kind": "risk", "title": "They hire", "probability": 3, "impact": 4,
         "opened": date(2024, 6, 1), "status": "open", "internal": False},
    ],
}  # fmt: skip


def frame(table: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, {name: kind for name, kind in TABLES[table].polars_schema.items() if name in rows[0]})




@pytest.fixture(scope="module")
def made_three(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("three") / "data"
    Store.open(folder, at=AT).commit({name: Merge(frame(name, rows), "") for name, rows in BOOK.items()}, author="Ana", at=AT)
    return folder


@pytest.fixture
def three(over: Callable[[Path | None], Path], made_three: Path) -> Path:
    """Three clients with a little of everything, at the close of DAY."""
    return over(made_three)


@pytest.fixture
def tables(monkeypatch: pytest.MonkeyPatch, nothing_kept: None) -> list[Any]:
    """What the page makes its table of: found, accounts, book, and the rows."""
    made: list[Any] = []
    rows_of = health_book.book_rows

    def seen(*given: Any) -> pl.DataFrame:
        rows = rows_of(*given)
        made.append((*given, rows))
        return rows

    monkeypatch.setattr(health_book, "book_rows", seen)
    return made


@pytest.fixture
def pictures(monkeypatch: pytest.MonkeyPatch) -> list[health_pictures.Pictures]:
    """The pictures that the page shows, the last shown last."""
    made: list[health_pictures.Pictures] = []
    the_pictures = health_book.the_pictures

    def seen(*given: Any) -> health_pictures.Pictures:
        made.append(the_pictures(*given))
        return made[-1]

    monkeypatch.setattr(health_book, "the_pictures", seen)
    return made


def whole_book(group: str = "components", **link: str) -> AppTest:
    """The whole book as of DAY, with one group of its pictures."""
    app = opened("health", **({"health": "book", "as_of": DAY.isoformat()} | link))
    return app if group == "components" else to(app, group)


def to(app: AppTest, group: str) -> AppTest:
    app.button_group(key="health.pictures").set_value(group).run()
    return whole(app)


def listed(app: AppTest) -> list[str]:
    """The names of the table, from top to bottom."""
    return list(app.dataframe(key="health.book").value["name"])


def holding(app: AppTest, column: str) -> pd.DataFrame:
    """The one table that has the column."""
    (found,) = [one.value for one in app.dataframe if column in one.value.columns]
    return found


def test_the_table_has_every_scored_account_with_the_values_of_its_health(sample: Path, tables: list[Any]) -> None:
    app = opened("health", health="book", as_of="2026-09-30")
    found, _, _, _, rows = tables[-1]
    health = {row["account_id"]: row for row in found.accounts().iter_rows(named=True)}
    assert sorted(rows["account_id"]) == sorted(health)
    table = app.dataframe(key="health.book").value
    assert len(table) == len(health) > 10
    for shown_row, row in zip(table.to_dict("records"), rows.iter_rows(named=True), strict=True):
        own = health[row["account_id"]]
        if own["band"] is None:
            assert shown_row["score"] != shown_row["score"]  # no number is shown where too little is known
        else:
            assert shown_row["score"] == shown(own["point"])
        assert row["point"] == own["point"]
    assert rows["point"].to_list() == sorted(rows["point"].to_list())


def test_the_headline_counts_shown_bands_with_those_people_set(three: Path) -> None:
    said = plain(whole_book().title[0].value)
    assert said == "Three accounts lack data"
    for account, band in (("a", "red"), ("b", "amber")):
        row = {"account_id": account, "band": band, "reason": "we know", "expires_on": date(2024, 12, 31)}
        Store(three).write("overrides", row, author="Ana", at=AT)
    app = whole_book(as_of="2024-07-01")
    assert plain(app.title[0].value) == "One account at risk, one to watch, one lacks data"
    status = dict(zip(listed(app), app.dataframe(key="health.book").value["status"], strict=True))
    assert {name: plain(words) for name, words in status.items()} == {"Alba": "■ At risk", "Brezo": "▲ Watch", "Cala": "○ Not enough data"}


def test_an_account_opens_by_the_keyboard_too(three: Path) -> None:
    app = whole_book()
    app.button_group(key="health").set_value("one").run()
    app.selectbox(key="account").set_value("b").run()
    assert "Brezo" in plain(whole(app).title[0].value)


def test_pictures_say_what_the_rows_give_by_hand(three: Path, pictures: list[health_pictures.Pictures]) -> None:
    app = whole_book("revenue")
    titles = {key: one.chart.title for key, one in pictures[-1].charts.items() if one.chart}
    assert titles["renewals"] == "2 notice dates, none of an account at risk"  # 31 Aug and 15 Sep
    assert titles["pipeline"] == "€500 expected; between €0 and €1,000 with a chance of 80%"  # 0.5 · 1,000
    assert "apart: 1 past the date (€200) and 1 without a probability (€500)" in pictures[-1].charts["pipeline"].chart.subtitle  # type: ignore[union-attr]
    assert titles["agi"] == "3 clients bring all of it"
    assert titles["receivables"] == "€1,000 is owed, 0% of it over 30 days late"
    assert pictures[-1].charts["retention"].absent == "It compares 24 months; the data does not reach back that far."
    assert "Concentration on margin: Import time entries and people to see it." in texts(app)
    to(app, "people")
    # Iria was met ten days ago, nobody else was: all three hang on one person at most, 6,000 + 3,000 + 1,000.
    assert pictures[-1].charts["people"].chart.title == "3 accounts with €10,000 of AGI hang on one person at most"  # type: ignore[union-attr]
    assert "€10,000 of AGI, 100% of that of these accounts, hangs on one person at most." in texts(app)
    people = holding(app, "last_contact")
    assert list(people["name"]) == ["Noa", "Uxía", "Iria"]  # never met first
    assert list(people["days"])[-1] == 10
    to(app, "goals")
    assert pictures[-1].charts["goals"].chart.title == "1 of 1 goal is met or on track"  # type: ignore[union-attr]
    assert pictures[-1].charts["risks"].chart.title.startswith("One open risk or issue, exposure 12")  # type: ignore[union-attr]
    assert "1 of 1 indicator is at its target" in texts(app)  # 120 of 100, and its goal goes up
    assert holding(app, "target")[["value", "target"]].to_dict("records") == [{"value": 120.0, "target": 100.0}]


def test_the_band_a_person_set_colours_the_notice_dates(three: Path, pictures: list[health_pictures.Pictures]) -> None:
    row = {"account_id": "a", "band": "red", "reason": "we know", "expires_on": date(2024, 12, 31)}
    Store(three).write("overrides", row, author="Ana", at=AT)
    whole_book("revenue", as_of="2024-07-01")
    chart = pictures[-1].charts["renewals"].chart
    assert chart is not None
    assert chart.title == "2 notice dates; accounts at risk among them bring €6,000 of AGI"
    assert dict(chart.rows.select("name", "status").iter_rows()) == {"Alba": "risk", "Cala": "none"}


def test_filters_narrow_table_and_pictures_and_leave_concentration_whole(three: Path, pictures: list[health_pictures.Pictures]) -> None:
    app = whole_book("revenue", manager="Bea")
    assert listed(app) == ["Cala"]
    assert FILTERED in texts(app)
    charts = pictures[-1].charts
    assert charts["renewals"].chart.rows["name"].to_list() == ["Cala"]  # type: ignore[union-attr]
    assert charts["pipeline"].absent == (
        "No open deal with a probability closes in the next 120 days. Apart: 1 past the date (€200)."
    )
    assert charts["agi"].chart.title == "3 clients bring all of it"  # type: ignore[union-attr]
    assert "whole book" in charts["agi"].chart.subtitle  # type: ignore[union-attr]
    to(app, "people")
    assert list(holding(app, "last_contact")["account"]) == ["Cala"]
    assert pictures[-1].charts["services"].rows["account"].to_list() == ["Cala"]
    to(app, "goals")
    assert "Goals: No goal has begun." in texts(app)
    assert "Risk matrix: No risk and no issue is open." in texts(app)
    assert FILTERED not in texts(whole_book("revenue"))


def test_with_accounts_alone_every_picture_says_what_to_import(over: Callable[[Path | None], Path]) -> None:
    Store.open(over(None), at=AT).commit({"accounts": Merge(frame("accounts", ACCOUNTS), "")}, author="Ana", at=AT)
    app = whole_book()
    assert listed(app) == ["Alba", "Brezo", "Cala"]
    said = texts(app)
    for group in list(GROUPS)[1:]:
        said += texts(to(app, group))
    for line in (
        "Components by account: No component has data yet.", "Notice dates: Import contracts to see it.",
        "Open deals: Import opportunities to see it.", "Concentration on revenue: Import invoices to see it.",
        "Concentration on margin: Import invoices, time entries and people to see it.", "Receivables by age: Import invoices to see it.",
        "Whom we know: Import contacts to see it.", "Goals: Import goals to see it.", "Indicators: Import KPI values to see them.",
        "Risk matrix: Import risks to see it.",
    ):  # fmt: skip
        assert line in said, line


def test_without_accounts_there_is_no_book(empty: Path) -> None:
    assert opened("health", health="book").title[0].value == "No portfolio yet"


def test_the_file_holds_full_values_and_the_whole_reason(three: Path, tables: list[Any]) -> None:
    whole_book()
    _, _, book, _, rows = tables[-1]
    t = Language("en")
    sheet = health_book.book_sheet(rows, book, t)
    cells = list(openpyxl.load_workbook(io.BytesIO(made_workbook(sheet, t, []))).worksheets[0].iter_rows(values_only=True))
    place = next(number for number, row in enumerate(cells) if row[0] == "Account")
    by_name = {row[0]: dict(zip(cells[place], row, strict=True)) for row in cells[place + 1 :]}
    assert sorted(name for name in by_name if name) == ["Alba", "Brezo", "Cala"]
    assert by_name["Alba"]["AGI, 12 months"] == 6000
    assert by_name["Alba"]["Band"] == "Not enough data"
    assert by_name["Alba"]["Score"] is None  # too little is known for one
    assert by_name["Alba"]["Next notice date"].date() == date(2024, 8, 31)
    assert "lost" in by_name["Alba"]["Main reason"]


def test_a_long_name_is_cut_where_it_stands_in_a_cell(three: Path) -> None:
    name = "Compañía Anónima de Ferrocarriles Andaluces y de la Frontera"
    Store(three).commit({"accounts": Merge(frame("accounts", [ACCOUNTS[0] | {"name": name}]), "")}, author="Ana", at=AT)
    (cut,) = [one for one in listed(whole_book()) if one.startswith("Compañía")]
    assert cut.endswith("…")
    assert len(cut) <= 20


def test_each_picture_stands_in_one_group() -> None:
    assert sorted(key for _, keys in GROUPS.values() for key in keys) == sorted(NAMES)


def test_cards_go_into_the_column_that_is_shorter() -> None:
    assert halves([300, 100, 100, 200, 50]) == ([0, 4], [1, 2, 3])  # right reaches 100, 200, 400; then left, at 300, is the shorter


def test_indicators_are_drawn_on_their_own_scale() -> None:
    assert on_scale([10.0, None, 20.0, 15.0]) == [0.0, None, 100.0, 50.0]
    assert on_scale([7.0, 7.0]) == [50.0, 50.0]
    assert on_scale([]) == []


def test_a_long_table_says_that_its_files_have_the_rest(three: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health_gallery, "MOST", 2)
    app = whole_book("people")
    assert list(holding(app, "last_contact")["name"]) == ["Noa", "Uxía"]
    assert "The first 2 rows of 3; the files below have all of them." in texts(app)
