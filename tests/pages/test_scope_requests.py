"""The part "Requests" of scope change: a request is logged, bundled, rejected and taken back; what was begun without an order leads."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from lib.store import Merge, Store
from lib.store.change_requests import KIND_REQUEST
from lib.tables import TABLES
from tests.pages.app import ROOT, opened, plain, table, texts, whole
from tests.pages.conftest import AT

DAY = date(2024, 6, 28)
LINK = {"as_of": DAY.isoformat(), "scope": "requests", "project": "web"}
SMALL = {"project_id": "web", "kind": "added", "status": "logged", "raised_on": date(2024, 6, 3), "raised_by": "Noa"}
FIRM: dict[str, list[dict[str, Any]]] = {
    "accounts": [{"account_id": "a", "name": "Alba", "manager": "Ana", "status": "active", "currency": "EUR", "since": date(2020, 1, 1)},
                 {"account_id": "b", "name": "Brezo", "manager": "Bea", "status": "active", "currency": "EUR", "since": date(2020, 1, 1)}],
    "people": [{"person_id": "ana", "name": "Ana", "weekly_hours": 40.0, "cost_rate": 50.0, "rate_currency": "EUR"}],
    "projects": [
        {"project_id": "web", "account_id": "a", "name": "Web", "status": "active", "billing": "fixed", "currency": "EUR",
         "budget_amount": 10_000.0, "target_margin": 0.5, "start": date(2024, 6, 3), "due": date(2024, 7, 12),
         "baseline_start": date(2024, 6, 3), "baseline_due": date(2024, 7, 12)},
        {"project_id": "app", "account_id": "b", "name": "App", "status": "active", "billing": "fixed", "currency": "EUR",
         "start": date(2024, 6, 3)},
    ],
    "tasks": [{"task_id": "t", "project_id": "web", "name": "Build", "kind": "task", "status": "in_progress", "assignee_id": "ana",
               "baseline_hours": 80.0, "remaining_hours": 40.0, "baseline_start": date(2024, 6, 3), "baseline_finish": date(2024, 7, 12),
               "started_on": date(2024, 6, 3), "percent_complete": 50.0}],
    "time_entries": [{"entry_id": "1", "date": date(2024, 6, 4), "person_id": "ana", "project_id": "web", "task_id": "t", "hours": 40.0,
                      "billable": True}],
    "change_requests": [
        SMALL | {"change_id": "r1", "title": "A new banner", "hours": 9.0},
        SMALL | {"change_id": "r2", "title": "Another font", "hours": 9.0, "started_on": date(2024, 6, 10)},
        SMALL | {"change_id": "r3", "title": "A shorter form", "hours": 9.0},
        SMALL | {"change_id": "r4", "project_id": "app", "title": "Dark mode", "hours": 30.0},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def made_firm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("requests") / "data"
    changes = {name: Merge(pl.DataFrame(rows, schema=TABLES[name].polars_schema), "") for name, rows in FIRM.items()}
    Store.open(folder, at=AT).commit(changes, author="Ana", at=AT)
    return folder


@pytest.fixture
def firm(over: Callable[[Path | None], Path], made_firm: Path) -> Path:
    return over(made_firm)


def page(**link: str) -> AppTest:
    return opened("scope", **{**LINK, **link})


def requests(folder: Path) -> dict[str, dict[str, Any]]:
    rows = Store(folder).portfolio()["change_requests"].collect().iter_rows(named=True)
    return {row["change_id"]: row for row in rows}


def log(app: AppTest, title: str, hours: float | None = None, author: str = "Noa") -> AppTest:
    app.text_input(key="scope.log_title").set_value(title)
    if hours is not None:
        app.number_input(key="scope.log_hours").set_value(hours)
    if author:
        app.text_input(key="scope.log_author").set_value(author)
    app.button(key="scope.log_now").click().run()
    return whole(app)


def open_one(app: AppTest, change_id: str) -> AppTest:
    app.selectbox(key="scope.open_one").set_value(change_id).run()
    return whole(app)


def test_work_begun_without_an_order_leads(firm: Path) -> None:
    app = page()
    assert plain(app.title[0].value) == "One request took 9 h of Web without an order"  # r2 alone is begun
    said = texts(app)
    assert "4 open, 57 h of work; 1 begun without approval, 9 h." in said  # 9 + 9 + 9 + 30
    assert "3 small requests of Web add up to 27 h: one order" in said
    # 27 h at 50 are 1350; at a margin of 50 % that is 1350 / 0.5.
    assert "3 requests, 27 h, the oldest waits 25 days, one is begun, cost €1,350, at least €2,700 without contingency" in said


def test_the_shared_filters_narrow_it(firm: Path) -> None:
    app = page(manager="Bea")
    assert plain(app.title[0].value) == "One request waits for a decision, 30 h of work"
    assert "1 of 2 accounts: Bea." in texts(app)
    nobody = page(manager="Zoe")
    assert "No account matches Zoe." in texts(nobody)


def test_one_line_and_enter_log_a_request_and_the_name_is_asked_once(firm: Path) -> None:
    app = log(page(), "  Prices with tax ", 6.0)
    [new] = [row for key, row in requests(firm).items() if key not in ("r1", "r2", "r3", "r4")]
    assert (new["project_id"], new["title"], new["hours"], new["status"]) == ("web", "Prices with tax", 6.0, "logged")
    assert "5 open, 63 h of work" in texts(page(as_of="2024-06-30"))  # it is in sight at once: 57 h and 6 h
    commit = Store(firm).commits()[0]
    assert (commit.kind, commit.author) == (KIND_REQUEST, "Noa")
    assert "Logged: Prices with tax" in texts(app)
    assert [box.key for box in app.text_input if box.key == "scope.log_author"] == []
    log(app, "Cookies", author="")
    assert len(requests(firm)) == 6


def test_nothing_is_logged_without_words_or_a_name(firm: Path) -> None:
    assert "Write what is asked for." in texts(log(page(), "   "))
    assert "Write your name" in texts(log(page(), "Cookies", author=""))
    assert len(requests(firm)) == 4


def test_small_requests_become_one_and_undo_parts_them(firm: Path) -> None:
    app = page()
    app.button(key="scope.bundle_now.web").click().run()
    app.text_input(key="scope.bundle_author").set_value("Ana").run()
    app.button(key="scope.bundle_write").click().run()
    rows = requests(firm)
    [made] = [row for key, row in rows.items() if key not in ("r1", "r2", "r3", "r4")]
    assert (made["hours"], made["title"], made["status"]) == (27.0, "3 small requests", "assessed")
    assert {key: rows[key]["status"] for key in ("r1", "r2", "r3")} == dict.fromkeys(("r1", "r2", "r3"), "withdrawn")
    assert "add up to" not in texts(whole(app))
    whole(app.run()).button(key="scope.undo").click().run()
    assert {row["status"] for row in requests(firm).values()} == {"logged"}
    assert "3 small requests of Web add up to 27 h: one order" in texts(whole(app))


def test_a_request_is_edited_in_its_drawer(firm: Path) -> None:
    app = open_one(page(), "r1")
    assert "Waits for" in {row[0] for row in table(app, "What is known of the request")}
    app.selectbox(key="scope.edit_priority.r1").set_value("must")
    app.selectbox(key="scope.edit_payer.r1").set_value("client")
    app.text_input(key="scope.edit_author.r1").set_value("Ana")
    app.button(key="scope.edit_save.r1").click().run()
    row = requests(firm)["r1"]
    assert (row["priority"], row["paid_by"], row["title"], row["hours"]) == ("must", "client", "A new banner", 9.0)
    assert Store(firm).commits()[0].author == "Ana"


def test_a_rejection_needs_a_reason_and_can_be_taken_back(firm: Path) -> None:
    app = open_one(page(), "r3")
    app.button(key="scope.request_reject").click().run()
    app.text_input(key="scope.ending_author").set_value("Ana").run()
    app.button(key="scope.end_now").click().run()
    assert requests(firm)["r3"]["status"] == "logged"
    assert "Say why: the reason stays beside the request." in texts(app)
    app.text_area(key="scope.why").set_value("Out of scope").run()
    app.button(key="scope.end_now").click().run()
    assert requests(firm)["r3"]["status"] == "rejected"
    app = page()
    assert "Rejected: A shorter form" in texts(app)
    app.button(key="scope.undo").click().run()
    assert requests(firm)["r3"]["status"] == "logged"


def test_a_request_is_answered_from_its_drawer(firm: Path) -> None:
    app = open_one(page(), "r1")
    app.button(key="scope.request_answer").click().run()
    app = whole(app.run())
    assert app.session_state["scope"] == "answer"
    assert "A new banner" in texts(app)


def test_the_ledger_says_why_there_is_none(firm: Path) -> None:
    assert "The project has no fee." in texts(page(project="app"))
    # Sold 10,000 − 80 h × 50 = 6,000; r2 absorbed at 9 h × 50 = 450; today 10,000 − (40 + 40) h × 50 = 6,000: drift is +450.
    steps = table(page(), "Steps of the margin")
    assert [[cell.replace("\u2060", "") for cell in row] for row in steps] == [
        ["Sold", "€6,000", "€6,000"], ["Absorbed creep  \nAnother font", "−€450", "€5,550"], ["Estimate drift", "+€450", "€6,000"],
        ["Today", "€6,000", "€6,000"],
    ]  # fmt: skip


def test_no_data_is_said_in_a_sentence(empty: Path) -> None:
    assert "No portfolio yet" in texts(opened("scope", scope="requests"))


def test_the_sample_leads_with_the_project_that_small_requests_eat(sample: Path) -> None:
    with (ROOT / "data" / "sample" / "change_requests.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["project_id"] == "BER-01"]
    begun = [row for row in rows if row["started_on"] and row["status"] in ("logged", "assessed", "proposed", "rejected")]
    hours = sum(float(row["hours"]) for row in begun)
    app = opened("scope", scope="requests", project="BER-01")
    assert plain(app.title[0].value) == f"{len(begun)} requests took {hours:.0f} h of Nuevo motor de reservas without an order"
    assert (len(begun), hours) == (25, 149)
