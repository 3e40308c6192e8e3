"""The part "Earned value" of scope change, and what an approval moves: earned value, the agenda, account health; and undo takes it back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from lib.measures.project_values import project_values
from lib.sample import SAMPLE_AS_OF
from lib.scope.ask import Ask
from lib.scope.orders import Approval
from lib.store import Commit, Merge, Store
from lib.store.change_requests import approve, bundle
from lib.tables import TABLES
from tests.pages.app import go, opened, plain, table, texts, whole
from tests.pages.conftest import AT

DAY = date(2024, 6, 14)
LINK = {"as_of": DAY.isoformat(), "scope": "earned", "project": "web"}
SPAN = {"baseline_start": date(2024, 6, 3), "baseline_finish": date(2024, 6, 14)}
NEXT = {"baseline_start": date(2024, 6, 17), "baseline_finish": date(2024, 6, 28)}
FIRM: dict[str, list[dict[str, Any]]] = {
    "accounts": [{"account_id": "a", "name": "Alba", "manager": "Ana", "status": "active", "currency": "EUR", "since": date(2020, 1, 1)}],
    "people": [{"person_id": "ana", "name": "Ana", "weekly_hours": 40.0, "cost_rate": 50.0, "rate_currency": "EUR"}],
    "projects": [
        {"project_id": "web", "account_id": "a", "name": "Web", "status": "active", "billing": "fixed", "currency": "EUR",
         "budget_amount": 20_000.0, "due": date(2024, 6, 28), "baseline_start": date(2024, 6, 3), "baseline_due": date(2024, 6, 28),
         "ev_technique": "percent_complete"},
        {"project_id": "next", "account_id": "a", "name": "Next", "status": "planned", "billing": "fixed", "currency": "EUR"},
        {"project_id": "care", "account_id": "a", "name": "Care", "status": "active", "billing": "retainer", "currency": "EUR"},
    ],
    # Two fortnights of 80 h at 50: BAC 8000. On Fri 14 June 4000 was planned; half of the first is done: EV 2000.
    "tasks": [
        {"task_id": "t1", "project_id": "web", "name": "Draw", "kind": "task", "status": "in_progress", "assignee_id": "ana",
         "baseline_hours": 80.0, "remaining_hours": 60.0, "percent_complete": 50.0, "started_on": date(2024, 6, 3)} | SPAN,
        {"task_id": "t2", "project_id": "web", "name": "Build", "kind": "task", "status": "open", "assignee_id": "ana",
         "baseline_hours": 80.0, "remaining_hours": 80.0} | NEXT,
        {"task_id": "t3", "project_id": "next", "name": "Plan", "kind": "task", "status": "open", "assignee_id": "ana",
         "baseline_hours": 10.0, "remaining_hours": 10.0} | NEXT,
    ],
    # 50 h at 50 on the web: AC 2500; 10 h on the retainer: 500.
    "time_entries": [
        {"entry_id": "1", "date": date(2024, 6, 10), "person_id": "ana", "project_id": "web", "task_id": "t1", "hours": 50.0},
        {"entry_id": "2", "date": date(2024, 6, 11), "person_id": "ana", "project_id": "care", "task_id": None, "hours": 10.0},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def made_firm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("earned") / "data"
    changes = {name: Merge(pl.DataFrame(rows, schema=TABLES[name].polars_schema), "") for name, rows in FIRM.items()}
    Store.open(folder, at=AT).commit(changes, author="Ana", at=AT)
    return folder


@pytest.fixture
def firm(over: Callable[[Path | None], Path], made_firm: Path) -> Path:
    return over(made_firm)


def figures(app: AppTest, alt: str) -> dict[str, str]:
    return {row[0]: row[1].replace("\u2060", "") for row in table(app, alt)}


def approved(folder: Path, **more: object) -> Commit:
    """A change of 20 h at 50 that the client pays, approved on the as-of."""
    store = Store(folder)
    values = {"hours": 20.0, "cost": 1000.0, "price": 2000.0} | more
    ask = Ask("web", "A news page")
    return approve(store, Approval(ask, "extend", DAY, store.version(), DAY, "EUR", **values), author="Ana", at=AT)  # type: ignore[arg-type]


def test_figures_of_one_project_by_hand(firm: Path) -> None:
    app = opened("scope", **LINK)
    # CPI 2000 / 2500; bottom-up 2500 + 140 × 50 = 9500; 2500 + 6000 = 8500; 8000 / 0.8 = 10,000; 2500 + 6000 / (0.8 × 0.5) = 17,500.
    assert figures(app, "Cost at completion") == {
        "Budget (BAC)": "€8,000", "Planned value (PV)": "€4,000", "Earned value (EV)": "€2,000", "Actual cost (AC)": "€2,500",
        "CPI": "0.80", "EAC, range": "€8,500 – €17,500", "Variance (VAC)": "−€1,500", "TCPI to the budget": "1.09",
        "TCPI to the EAC": "0.86",
    }  # fmt: skip
    # ES 5 of 20 days, AT 10: SPI(t) 0.5; 40 days from 3 June end on Fri 26 July; 10 + 20 − 5 = 25 days on Fri 5 July.
    assert figures(app, "Earned schedule") == {
        "SPI(t)": "0.50", "Earned schedule": "5 days", "Time passed": "10 days", "Planned duration": "20 days",
        "Finish at this pace": "■ 26 Jul", "Finish if the rest goes by plan": "5 Jul", "Planned finish": "28 Jun",
        "Committed date": "28 Jun",
    }  # fmt: skip
    estimates = {row[0]: row[1] for row in table(app, "Every estimate of the cost at completion")}
    assert list(estimates.values()) == ["€10,000", "€8,500", "€17,500", "€9,500"]
    assert [name for name in estimates if "leads" in name] == ["AC + hours remaining at their rates (leads)"]
    assert "Technique: percent complete. Budget from the baseline's hours. Progress by its tasks." in texts(app)
    assert plain(app.title[0].value) == "One project is forecast past its date; the open ones end €1,500 over budget"


def test_a_retainer_says_burn_only(firm: Path) -> None:
    app = opened("scope", **LINK)
    app.session_state["scope.earned_picked"] = "care"
    said = texts(whole(app.run()))
    assert "It is paid by effort, without a plan to be measured against. 10 h logged, €500 of cost so far." in said
    assert table(app, "Cost at completion") == []


def test_what_cannot_be_computed_says_why(firm: Path) -> None:
    app = opened("scope", **LINK | {"project": "next"})
    assert figures(app, "Earned schedule")["SPI(t)"] == "— The planned start has not come."
    assert figures(app, "Cost at completion")["CPI"] == "— Nothing has been spent yet."
    why = {row[0]: row[-1] for row in table(app, "Every estimate of the cost at completion")}
    assert why["BAC / CPI"] == "Nothing has been spent yet."


def test_an_approved_change_raises_the_budget_by_its_cost_and_undo_takes_it_back(firm: Path) -> None:
    commit = approved(firm)
    app = opened("scope", **LINK)
    assert figures(app, "Cost at completion")["Budget (BAC)"] == "€8,000 → €9,000"
    [row] = table(app, "Changes of the budget")
    assert row == ["14 Jun", f"A news page  \n{commit.details['change']['order_number']}", "client", "+€1,000", "€9,000"]
    Store(firm).undo(commit.number, author="Ana", at=AT)
    app = whole(app.run())
    assert figures(app, "Cost at completion")["Budget (BAC)"] == "€8,000"
    assert "No change order was decided: the budget is the one first agreed." in texts(app)


@pytest.mark.parametrize(("payer", "share", "budget"), [("us", None, "€8,000"), ("shared", 0.25, "€8,000 → €8,250")])
def test_what_we_pay_for_raises_nothing(firm: Path, payer: str, share: float | None, budget: str) -> None:
    approved(firm, paid_by=payer, client_share=share)
    assert figures(opened("scope", **LINK), "Cost at completion")["Budget (BAC)"] == budget


def test_portfolio_and_health_move_when_the_small_requests_are_ordered(sample: Path) -> None:
    unapproved = "of requests were started without approval on Nuevo motor de reservas"
    app = opened("portfolio")
    assert unapproved in texts(app)
    assert ("BER-01", "requests") in links(app)
    before = score_of(go(app, "health"))
    assert {("BER-01", "requests"), ("BER-01", "earned")} <= links(app)
    store = Store(sample)
    waiting = pl.col("status").is_in(["logged", "assessed", "proposed"])
    rows = store.portfolio()["change_requests"].filter(pl.col("project_id") == "BER-01", waiting).collect()
    made = bundle(store, rows["change_id"].to_list(), title="24 requests", version=store.version(), author="Ana", at=AT)
    ask = Ask("BER-01", "24 requests", change_id=str(made.details["change"]["change_id"]))
    order = Approval(ask, "extend", SAMPLE_AS_OF, store.version(), SAMPLE_AS_OF, "EUR", hours=144.0, cost=6000.0, price=9000.0)
    approve(store, order, author="Ana", at=AT)
    app = go(whole(app.run()), "portfolio")
    assert unapproved not in texts(app)
    assert score_of(go(app, "health")) > before
    values = project_values(store.portfolio(), SAMPLE_AS_OF).row(by_predicate=pl.col("project_id") == "BER-01", named=True)
    page = opened("scope", scope="earned", project="BER-01")
    assert f"€{values['bac']:,.0f}" in figures(page, "Cost at completion")["Budget (BAC)"]
    assert values["bac"] == pytest.approx(66_316.21 + 6000)


def links(app: AppTest) -> set[tuple[str, str]]:
    """Project and part of each link to scope change."""
    asked = [parse_qs(one.proto.query_string) for one in app.get("page_link")]
    return {(one["project"][0], one["scope"][0]) for one in asked if "scope" in one}


def score_of(app: AppTest) -> float:
    """The score of the hotel group, which has the project."""
    app.session_state["account"] = "bermeja"
    app = whole(app.run())
    return next(float(one.value) for one in app.metric if one.label == "Score")


def test_lessons_are_kept_with_their_author(firm: Path) -> None:
    app = opened("scope", **LINK)
    app.button(key="scope.closing").click().run()
    app.text_area(key="scope.closing_lessons").set_value("Ask earlier").run()
    app.text_input(key="scope.report_author").set_value("Noa").run()
    app.button(key="scope.report_keep").click().run()
    [row] = Store(firm).rows("commentary", subject="closing")
    assert (row["text"], row["author"], row["figures"]) == ("Ask earlier", "Noa", {"project_id": "web", "field": "lessons"})
    again = opened("scope", **LINK)
    again.button(key="scope.closing").click().run()
    assert whole(again).text_area(key="scope.closing_lessons").value == "Ask earlier"


def test_the_closing_report_of_the_page_is_a_file_for_the_client(firm: Path) -> None:
    app = opened("scope", **LINK)
    app.button(key="scope.closing").click().run()
    app.button(key="scope.closing_files.make").click().run()
    _, made = whole(app).session_state["made.scope.closing_files"]
    assert [content[:4] for _, _, content in made] == [b"%PDF", b"PK\x03\x04"]


def test_projects_alone_say_what_is_missing(over: Callable[[Path | None], Path], tmp_path: Path) -> None:
    store = Store.open(tmp_path / "bare", at=AT)
    bare = {name: Merge(pl.DataFrame(FIRM[name], schema=TABLES[name].polars_schema), "") for name in ("accounts", "projects")}
    store.commit(bare, author="Ana", at=AT)
    over(tmp_path / "bare")
    link = {"as_of": "2024-07-01", "project": "web"}
    app = opened("scope", scope="earned", **link)
    assert plain(app.title[0].value) == "No open project has a budget to be measured against"
    assert "There is no budget." in texts(app)
    app = opened("scope", scope="requests", **link)
    assert plain(app.title[0].value) == "No request waits for a decision"
    assert "No request is in this list." in texts(app)
