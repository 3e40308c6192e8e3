"""Scope change as a person uses it: the worked example on the page, one line with its questions, scenarios, options, stop, little data."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from lib.scope.answering import STOPPED
from lib.store import Merge, Store
from lib.ui import scope_reading
from tests.pages.app import opened, plain, table, texts, whole
from tests.scope.worked_example import ASK, portfolio

IMPORTED = datetime(2026, 2, 28, 9, tzinfo=UTC)
LINE = "24-24-24 h G by Ben after B before F; +8 h F"
"""Three points that are one: hours without chance, as the worked plan has them."""


@pytest.fixture(scope="session")
def made_worked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the worked plan of tests/scope/worked_example.py, without chance: every percentile is the date itself."""
    folder, book = tmp_path_factory.mktemp("scope") / "data", portfolio()
    tables = {name: Merge(book[name].collect(), "") for name in sorted(book.loaded)}
    Store.open(folder, at=IMPORTED).commit(tables, author="Ana", at=IMPORTED)
    return folder


@pytest.fixture
def worked(over: Callable[[Path | None], Path], made_worked: Path) -> Path:
    return over(made_worked)


@pytest.fixture(autouse=True)
def _answers_are_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scope_reading, "PATIENCE_SECONDS", 100.0)


def project(**link: str) -> AppTest:
    return opened("scope", project="P", **link)


def typed(app: AppTest, line: str) -> AppTest:
    app.text_input("scope.line").set_value(line)
    return whole(app.button("scope.add").click().run())


def asked(app: AppTest, **changed: Any) -> AppTest:
    """The app with the worked ask in its session, as the drawer would leave it."""
    app.session_state["scope.asks"] = {"P": replace(ASK, **changed).as_json()}
    return whole(app.run())


def figures(app: AppTest) -> dict[str, tuple[str, str, str]]:
    """Label -> value, change and what stands beside it, of the four figures."""
    return {plain(one.label): (plain(one.value), plain(one.delta), plain(one.proto.delta_description)) for one in app.metric}


def title(app: AppTest) -> str:
    return plain(app.title[0].value)


def test_the_worked_example_to_the_last_digit(worked: Path) -> None:
    app = asked(project())
    # Examples 2: day 16 = Mon 23 Mar, +2; 1 040 of labour and 60 of our own; floor 1 100 / 0.55 + 400; margin (12 000 − 7 100) / 12 000.
    assert title(app) == "Second language moves the finish to 23 Mar and needs at least €2,400"
    assert figures(app) == {
        "Finish, P80": ("23 Mar 2026", "+2 d", "P50 23 Mar"),
        "Chance of 20 Mar": ("0%", "-100 pts", "was 100%"),
        "Cost to us": ("€1,100", "32 h", "P80 €1,100"),
        "Project margin": ("40.8%", "+0.8 pts", "was 40.0%"),
    }
    assert table(app, "What it has to cost the client") == [
        ["Least price", "€2,400", "40.8%"],
        ["Keeps the margin", "€2,233", "40.0%"],  # 1 100 / 0.6 + 400
        ["Break-even", "€1,500", "36.0%"],  # (11 100 − 7 100) / 11 100
        ["Nobody pays", "—", "25.0%"],  # (10 000 − 7 500) / 10 000
    ]
    assert [row[1:] for row in table(app, "Hours per person")] == [["64 h → 88 h", "■ 8 h"], ["88 h → 96 h", "—"]]
    assert table(app, "If the client signs later") == [
        ["today", "23 Mar", "€2,400"],
        ["in 1 week", "23 Mar", "€2,400"],
        ["in 2 weeks", "25 Mar", "€2,400"],
        ["in 4 weeks", "6 Apr", "€2,400"],
    ]
    said = texts(app)
    assert "Ben: 8 h more do not fit, 4–17 Mar." in said
    assert "C loses 2 d of its 2 d of float." in said
    assert "Cost €1,100: labour €1,040, other €60." in said
    assert "With the extra work the promise of 20 Mar falls from 100% to 0%; moving it to 23 Mar restores 100%." in said
    assert "No other client would wait" in said


def test_one_line_is_answered_at_once(worked: Path) -> None:
    app = typed(project(), LINE)
    assert table(app, "Work that is asked for") == [["G  \nBen · after B, before F", "24 h"], ["F  \nchanged", "16 h → 24 h"]]
    assert figures(app)["Finish, P80"][:2] == ("23 Mar 2026", "+2 d")
    assert figures(app)["Cost to us"][:2] == ("€1,040", "32 h")  # 24 · 30 + 8 · 40
    assert app.text_input("scope.line").value == ""
    app = whole(app.button("scope.clear").click().run())
    assert figures(app)["Finish, P80"][:2] == ("19 Mar 2026", "0 d")


def test_a_range_says_that_its_likely_hours_are_its_middle(worked: Path) -> None:
    app = typed(project(), "20-40 h G by Ben; 20-25-40 h H by Ben")
    assert "55 h likely, 40–80 h" in texts(app)  # 30 + 25
    assert "Likely is the middle of the range: G" in texts(app)


def test_what_a_line_leaves_open_is_asked_and_answered_by_a_click(worked: Path) -> None:
    app = typed(project(), "24 h G Ben after B before F")
    assert "▲ Is «Ben» a name, or who does it?" in texts(app)
    assert figures(app)["Cost to us"][0] == "€0"
    app = whole(app.button("scope.reading.0.0").click().run())
    assert table(app, "Work that is asked for") == [["G  \nBen · after B, before F", "24 h"]]
    app = typed(app, "8 h tests after Q")
    assert "▲ No task of this project is called «Q»" in texts(app)
    assert app.text_input("scope.line").value == "8 h tests after Q"


def test_a_change_of_nothing_is_zero_everywhere(worked: Path) -> None:
    app = project()
    assert title(app) == "Website is promised for 20 Mar, which is 100% likely"
    assert [(value, change) for value, change, _ in figures(app).values()] == [
        ("19 Mar 2026", "0 d"), ("100%", "0 pts"), ("€0", "0 h"), ("40.0%", "0.0 pts"),
    ]  # fmt: skip
    assert "Nothing is asked yet" in texts(app)


def test_a_scenario_is_saved_opened_by_link_compared_duplicated_and_withdrawn(worked: Path) -> None:
    app = typed(project(), LINE)
    app.text_input("scope.save.name").set_value("Two languages")
    app.text_input("scope.save.author").set_value("Eva")
    app = whole(app.button("scope.save").click().run())
    (row,) = Store(worked).rows("scenarios")
    assert (row["name"], row["author"], row["status"], row["project_id"], row["version"]) == ("Two languages", "Eva", "draft", "P", 1)
    assert app.query_params["scenario"] == str(row["id"])

    other = opened("scope", scenario=str(row["id"]))
    assert table(other, "Work that is asked for") == table(app, "Work that is asked for")
    assert figures(other) == figures(app)
    assert "Scenario Two languages · by Eva · draft" in texts(other)
    other = typed(other, "8 h tests by Ana after F")
    assert "changed since it was saved" in texts(other)

    other = whole(other.button(f"scope.copy.{row['id']}").click().run())
    copied = Store(worked).rows("scenarios")[1]
    assert (copied["name"], copied["plan"]["ask"]) == ("Two languages, copy", row["plan"]["ask"])
    other = whole(other.multiselect("scope.compared").set_value([row["id"], copied["id"]]).run())
    side_by_side = {line[0]: line[1:] for line in table(other, "Scenarios side by side")}
    assert side_by_side["Finish, P80"] == ["23 Mar", "23 Mar"]
    assert side_by_side["Hours"] == ["32 h", "32 h"]
    other = whole(other.button(f"scope.end.{copied['id']}").click().run())
    assert [row["status"] for row in Store(worked).rows("scenarios")] == ["draft", "withdrawn"]
    assert len(table(other, "Scenarios side by side")[0]) == 2


def test_a_scenario_of_older_data_says_so_and_is_computed_anew(worked: Path) -> None:
    app = typed(project(), LINE)
    app.text_input("scope.save.name").set_value("Before the delay")
    app.text_input("scope.save.author").set_value("Eva")
    whole(app.button("scope.save").click().run())
    tasks = portfolio()["tasks"].collect().with_columns(
        pl.when(pl.col("task_id") == "C").then(80.0).otherwise("remaining_hours").alias("remaining_hours"),
        pl.when(pl.col("task_id") == "C").then(80.0).otherwise("estimate_hours").alias("estimate_hours"),
        pl.when(pl.col("task_id") == "C").then(80.0).otherwise("pessimistic_hours").alias("pessimistic_hours"),
    )  # fmt: skip
    Store(worked).commit({"tasks": Merge(tasks, "")}, author="Eva", at=IMPORTED)
    later = opened("scope", scenario="1")
    assert "computed on data of 27 Feb 2026" in texts(later)
    assert "Its P80 was 23 Mar; below it is computed anew." in texts(later)
    assert figures(later)["Finish, P80"][0] != "23 Mar 2026"


def test_an_approved_scenario_is_not_asked_again(worked: Path) -> None:
    plan = {"ask": ASK.as_json(), "option": "extend", "assumptions": {}}
    row = {"account_id": "client", "project_id": "P", "name": "Agreed", "as_of": IMPORTED.date(), "version": 1, "plan": plan, "result": {},
           "status": "approved"}  # fmt: skip
    number = Store(worked).write("scenarios", row, author="Eva", at=IMPORTED)
    app = opened("scope", scenario=str(number))
    assert "Scenario Agreed · by Eva · approved · it is part of the plan now" in texts(app)
    assert "Nothing is asked yet" in texts(app)


def test_a_link_to_a_scenario_that_is_not_there_shows_the_plan(worked: Path) -> None:
    for scenario in ("7", "none", "-1"):
        assert "Nothing is asked yet" in texts(project(scenario=scenario))


def test_an_option_is_chosen_and_shown(worked: Path) -> None:
    app = asked(project())
    assert app.selectbox("scope.option").options == [
        "Charge and extend", "Charge and add people", "Swap for equal work", "Defer to a later phase", "Absorb it",
    ]  # fmt: skip
    app = whole(app.selectbox("scope.option").set_value("absorb").run())
    assert "We do it and nobody pays: this is what it costs us." in texts(app)
    frame = next(one.value for one in app.dataframe if "cost" in one.value.columns)
    by_name = frame.set_index("name")
    assert by_name.loc["Charge and extend", "price"] == pytest.approx(2400)
    assert by_name.loc["Absorb it", "cost"] == pytest.approx(1500)  # with what nobody pays to pass through
    assert by_name.loc["Absorb it", "margin"] == pytest.approx(0.25)
    assert by_name.loc["Charge and extend", "p80"] == "■\u00a023\u00a0Mar"
    assert by_name.loc["Charge and extend", "band"].startswith("data:image/svg+xml;base64,")


def test_an_ask_that_cannot_be_planned_says_why(worked: Path) -> None:
    app = asked(project(), linked=(("F", "A"),))
    assert title(app) == "This ask can't be answered yet"
    assert "Tasks wait for each other in a circle" in texts(app)


def test_without_a_target_margin_the_price_asks_for_one(worked: Path) -> None:
    rows = portfolio(target_margin=None)["projects"].collect()
    Store(worked).commit({"projects": Merge(rows, "")}, author="Eva", at=IMPORTED)
    app = asked(project())
    assert table(app, "What it has to cost the client")[0] == ["Least price", "—", "—"]
    assert "It can be set in «Edit the ask»." in texts(app)
    assert title(app) == "Second language moves the finish to 23 Mar"
    app = asked(app, target_margin=0.45)
    assert table(app, "What it has to cost the client")[0] == ["Least price", "€2,400", "40.8%"]


def test_long_work_shows_its_progress_and_can_be_stopped(worked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    began, real = threading.Event(), scope_reading.answer

    def endless(ground: Any, ask: Any, progress: Any = None, stop: Any = None, taken: Any = None) -> Any:
        began.set()
        while not stop():
            began.wait(0.01)
        return STOPPED

    app = project()
    monkeypatch.setattr(scope_reading, "answer", endless)
    monkeypatch.setattr(scope_reading, "PATIENCE_SECONDS", 0.05)
    app = typed(app, LINE)
    assert began.wait(10)
    assert title(app) == "Website: what would a change do?"
    assert app.button("scope.stop").label == "Stop"
    monkeypatch.setattr(scope_reading, "PATIENCE_SECONDS", 100.0)
    app = whole(app.button("scope.stop").click().run())
    assert "▲ Stopped. There is no answer yet." in texts(app)
    monkeypatch.setattr(scope_reading, "answer", real)
    app = whole(app.button("scope.again").click().run())
    assert figures(app)["Finish, P80"][0] == "23 Mar 2026"


def test_the_same_in_spanish(worked: Path) -> None:
    app = asked(project(lang="es"))
    assert [value for value, *_ in figures(app).values()] == ["23 mar 2026", "0 %", "1.100 €", "40,8 %"]


def test_a_logged_request_is_answered(sample: Path) -> None:
    app = opened("scope")
    request = app.selectbox("scope.request")
    app = whole(request.set_value(request.proto.raw_data[0] if hasattr(request.proto, "raw_data") else request.options[0]).run())
    assert table(app, "Work that is asked for") != []
    assert any(one.get("change_id") for one in app.session_state["scope.asks"].values())


def test_an_empty_portfolio_says_what_to_load(empty: Path) -> None:
    assert "No portfolio yet" in texts(opened("scope"))


def test_little_data_is_answered_as_far_as_it_goes(small_firm: Path) -> None:
    app = opened("scope")
    assert title(app)
    assert [one for one in texts(app).splitlines() if one.startswith("— ")] != []
    app = typed(app, "20-30-60 h reporting")
    said = texts(app)
    assert figures(app)["Cost to us"][1] == "30 h"
    assert "Other clients are not known" in said
    assert "Without a plan nobody knows who goes over, nor what float is eaten." in said
    assert "Nobody goes over" not in said


def test_the_other_parts_are_there(worked: Path) -> None:
    for part in ("requests", "earned"):
        app = project(scope=part)
        assert title(app)
        assert app.query_params["scope"] == part
