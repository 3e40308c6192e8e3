"""Deciding on the page: what the approve dialog lists is what is then written, its order is made again, and nothing asked is nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from lib.scope.ask import Added, Ask
from lib.scope.ways import Taken
from lib.store import Merge, Store
from lib.store.change_requests import Request, log
from lib.ui import scope_reading
from tests.pages.app import opened, plain, table, texts, whole
from tests.scope.worked_example import ASK, portfolio

AT = datetime(2026, 2, 28, 9, tzinfo=UTC)
MADE = ("tasks", "links", "expenses", "bookings", "projects", "change_requests")


@pytest.fixture(scope="session")
def made_worked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The worked plan, with a request of its client and Ben booked on it until the day that C, E and their like were planned for."""
    folder, book = tmp_path_factory.mktemp("decide") / "data", portfolio()
    tables = {name: Merge(book[name].collect(), "") for name in sorted(book.loaded)}
    booked = {"booking_id": "b1", "person_id": "ben", "project_id": "P", "start": date(2026, 3, 2), "end": date(2026, 3, 17),
              "hours_per_day": 8.0, "status": "confirmed"}  # fmt: skip
    tables["bookings"] = Merge(pl.DataFrame([booked]), "")
    store = Store.open(folder, at=AT)
    store.commit(tables, author="Ana", at=AT)
    log(store, Request("P", "Second language", 24.0, raised_on=date(2026, 2, 26)), author="Ana", at=AT)
    return folder


@pytest.fixture
def worked(over: Callable[[Path | None], Path], made_worked: Path) -> Path:
    return over(made_worked)


@pytest.fixture(autouse=True)
def _answers_are_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scope_reading, "PATIENCE_SECONDS", 100.0)


def rows(folder: Path) -> dict[str, dict[str, dict[str, Any]]]:
    """Table -> key -> row, of what an approval may write."""
    book = Store(folder).portfolio()
    found = {}
    for name in MADE:
        every = book[name].collect().iter_rows(named=True)
        found[name] = {next(iter(row.values())) + (f">{row['successor_id']}" if name == "links" else ""): row for row in every}
    return found


def written(before: Mapping[str, Any], after: Mapping[str, Any], name: str) -> tuple[set[str], set[str], set[str]]:
    """Keys of a table that are new, that changed, and that are gone."""
    was, now = before[name], after[name]
    same = {key for key in was.keys() & now.keys() if {**was[key], "_import": 0} == {**now[key], "_import": 0}}
    return set(now) - set(was), (was.keys() & now.keys()) - same, set(was) - set(now)


def counted(line: str, *words: str) -> list[int]:
    """How many of each the dialog says: «One task added, 2 links added» of («task added», «link added») is 1, 2."""
    said = re.split(", | and ", line.lower())
    found = []
    for word in words:
        noun, end = word.split(" ")
        parts = [part for part in said if part.endswith(end) and noun in part]
        found.append(0 if not parts else 1 if parts[0].startswith("one") else int(parts[0].split()[0]))
    return found


def asked(option: str, **changed: Any) -> AppTest:
    app = opened("scope", project="P")
    app.session_state["scope.asks"] = {"P": replace(ASK, **changed).as_json()}
    app = whole(app.run())
    if option != "extend":
        app = whole(app.selectbox("scope.option").set_value(option).run())
    return whole(app.button("scope.approve").click().run())


def approve(app: AppTest) -> AppTest:
    app.text_input("scope.approve_author").set_value("Eva").run()
    return whole(app.button("scope.approve_now").click().run())


def listed(app: AppTest) -> list[str]:
    """The lines under «What will change»."""
    block = next(one.value for one in app.markdown if plain(one.value).startswith("- Change order"))
    return [plain(line.removeprefix("- ")) for line in block.splitlines()]


@pytest.mark.parametrize(("option", "moves"), [("extend", True), ("extend", False), ("add_people", False), ("absorb", False)])
def test_what_the_dialog_lists_is_what_is_written(worked: Path, option: str, moves: bool) -> None:
    before = rows(worked)
    app = asked(option)
    if moves:
        app.checkbox("scope.move_promise").set_value(True).run()
    lines = listed(app)
    text = "\n".join(lines)
    app = approve(app)
    after = rows(worked)
    made = {name: written(before, after, name) for name in MADE}

    [order] = [row for row in after["change_requests"].values() if row["order_number"]]
    assert lines[0].startswith(f"Change order {order['order_number']}, €{order['price']:,.0f}, ")
    assert (order["price"] == 0) is (option == "absorb")
    assert order["decided_on"] == date(2026, 2, 27)
    assert lines[0].endswith("27 Feb 2026")

    work = next(line for line in lines if "task added" in line.lower() or "task changed" in line.lower() or "tasks added" in line.lower())
    said = counted(work, "task added", "task changed", "task cancelled", "link added", "link gone", "expense added", "expenses added")
    tasks, links = made["tasks"], made["links"]
    cancelled = {key for key in tasks[1] if after["tasks"][key]["status"] == "cancelled"}
    assert said[:3] == [len(tasks[0]), len(tasks[1] - cancelled), len(cancelled)]
    assert said[3:5] == [len(links[0]), len(links[2])]
    assert max(said[5:]) == len(made["expenses"][0])

    booked = made["bookings"]
    if not any(booked):
        assert "No booking moves" in lines
    else:
        line = next(line for line in lines if "booking" in line.lower())
        assert counted(line, "booking added", "booking moved", "booking gone") == [len(booked[0]), len(booked[1]), len(booked[2])]

    due = after["projects"]["P"]["due"]
    day = f"{due.day} {due:%b}"
    assert f"The committed date {'becomes' if moves else 'stays'} {day}" in text
    assert due == (date(2026, 3, 23) if moves else date(2026, 3, 20))
    assert made["projects"] == (set(), {"P"} if moves else set(), set())

    baseline = ("baseline_hours", "baseline_start", "baseline_finish")
    kept = [{name: row[name] for name in baseline} for row in before["tasks"].values()]
    assert kept == [{name: after["tasks"][key][name] for name in baseline} for key in before["tasks"]]
    assert "The baseline as first agreed is kept" in lines
    # What the client pays for at its cost, 1 100 for the worked ask, raises the budget; what we bear does not.
    assert ("The budget stays: work that we pay for shows as overrun" in lines) is (option == "absorb")
    if option == "extend":
        assert "The budget rises by €1,100, what the client pays for at its cost" in lines
        assert order["cost"] == pytest.approx(1100)
    assert "What will change" not in texts(app)


def test_nothing_is_written_before_the_button(worked: Path) -> None:
    before, commits = rows(worked), len(Store(worked).commits())
    app = asked("extend")
    assert listed(app)
    assert (rows(worked), len(Store(worked).commits())) == (before, commits)


def approved_request(folder: Path) -> AppTest:
    [change_id] = rows(folder)["change_requests"]
    return approve(asked("extend", change_id=change_id))


def names_of(app: AppTest) -> list[str]:
    return [name for _, name, content in app.session_state["made.scope.order"][1] if isinstance(content, bytes)]


def test_an_approved_order_is_made_again_later(worked: Path) -> None:
    approved_request(worked)
    [change_id] = rows(worked)["change_requests"]
    later = opened("scope", project="P", scope="requests")  # another visit, which knows nothing of the answer
    later.session_state["scope.shown"] = "decided"
    later = whole(later.run())
    later = whole(later.selectbox("scope.open_one").set_value(change_id).run())
    later = whole(later.button("scope.request_order").click().run())
    later = whole(later.run())
    assert later.text_input("scope.order_title").value == "Second language"
    later.button("scope.order.make").click().run()
    assert names_of(later) == ["CO-0001_en.pdf", "CO-0001_en.docx"]


def test_an_order_that_came_with_the_data_says_why_it_has_no_documents(worked: Path) -> None:
    [change_id] = rows(worked)["change_requests"]
    row = Store(worked).portfolio()["change_requests"].drop("_source", "_import", strict=False).with_columns(
        pl.lit("approved").alias("status"), pl.lit("CR-7").alias("order_number"), pl.lit(date(2026, 2, 27)).alias("decided_on")
    ).collect()  # fmt: skip
    Store(worked).commit({"change_requests": Merge(row, "cartera")}, author="Eva", at=AT)
    app = opened("scope", project="P", scope="requests")
    app.session_state["scope.shown"] = "decided"
    app = whole(whole(app.run()).selectbox("scope.open_one").set_value(change_id).run())
    assert "Its change order was not made here: it came with the data." in texts(app)


def zeros(app: AppTest) -> None:
    """Nothing is asked, and nothing moves anywhere on the page."""
    changes = {plain(one.label): plain(one.delta) for one in app.metric}
    assert [change.replace("+", "") for change in changes.values()] == ["0 d", "0 pts", "0 h", "0.0 pts"], changes
    assert next(plain(one.value) for one in app.metric if plain(one.label) == "Cost to us") == "€0"
    said = texts(app)
    assert "Nothing is asked yet" in said
    assert table(app, "Hours per person") == []
    assert table(app, "If the client signs later") == []
    assert table(app, "What it has to cost the client") == []
    assert [one.key for one in app.button if one.key in ("scope.approve", "scope.order")] == []
    assert "do not fit" not in said


def test_a_change_of_nothing_is_nothing_on_the_worked_plan(worked: Path) -> None:
    zeros(opened("scope", project="P"))


@pytest.mark.parametrize("project", ["BER-01", "ALM-03"])
def test_a_change_of_nothing_is_nothing_on_the_sample(sample: Path, project: str) -> None:
    zeros(opened("scope", project=project))


def test_what_adding_people_takes_for_granted_is_typed_saved_and_opened_again(worked: Path) -> None:
    def people(app: AppTest) -> tuple[float, float]:
        frame = next(one.value for one in app.dataframe if "cost" in one.value.columns).set_index("name")
        return frame.loc["Charge and add people", "cost"], frame.loc["Charge and extend", "cost"]

    app = opened("scope", project="P")
    app.session_state["scope.asks"] = {"P": ASK.as_json()}
    app = whole(app.run())
    # A fifth more of 24 h at 30 and 8 h at 40, a quarter dearer: 1.5 · (720 + 320) + 60; pass-through is the client's.
    assert people(app) == (pytest.approx(1620), pytest.approx(1100))
    app.button("scope.edit").click().run()
    assert (app.number_input("scope.edit.ramp_up").value, app.number_input("scope.edit.factor").value) == (20.0, 125.0)
    assert [one.key for one in app.number_input if one.key == "scope.edit.cost_rate"] == []  # Ana and Ben have theirs
    app.session_state["scope.taken"] = {"P": Taken(0.5, 2.0)}  # as the drawer leaves it
    app = whole(app.run())
    assert people(app) == (pytest.approx(3180), pytest.approx(1100))  # 1.5 · 2 · 1 040 + 60
    app.text_input("scope.save.name").set_value("New faces")
    app.text_input("scope.save.author").set_value("Eva")
    whole(app.button("scope.save").click().run())
    [row] = Store(worked).rows("scenarios")
    assert row["plan"]["assumptions"]["taken"] == {"ramp_up_share": 0.5, "rate_factor": 2.0}
    again = opened("scope", scenario=str(row["id"]))
    assert people(again)[0] == pytest.approx(3180)
    assert "changed since it was saved" not in texts(again)


def test_where_nobody_has_a_cost_rate_one_is_asked_for(over: Callable[[Path | None], Path]) -> None:
    book = portfolio()
    tables = {name: Merge(book[name].collect(), "") for name in sorted(book.loaded)}
    unrated = book["people"].with_columns(pl.lit(None, pl.Float64).alias("cost_rate")).collect()
    folder = over(None)
    Store.open(folder, at=AT).commit(tables | {"people": Merge(unrated, "")}, author="Ana", at=AT)
    app = opened("scope", project="P")
    app.session_state["scope.asks"] = {"P": Ask("P", "More", added=(Added("1", "G", 24.0, 24.0, 24.0, person_id="ben"),)).as_json()}
    app = whole(app.run())
    app.button("scope.edit").click().run()
    assert app.number_input("scope.edit.cost_rate").label == "Cost of an hour, EUR"
    ask = {**app.session_state["scope.asks"]["P"], "cost_rate": 50.0}  # as the drawer leaves it
    app.session_state["scope.asks"] = {"P": ask}
    app = whole(app.run())
    assert next(plain(one.value) for one in app.metric if plain(one.label) == "Cost to us") == "€1,200"  # 24 h at 50
