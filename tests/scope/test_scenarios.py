"""What-ifs that are kept: as rows of the authored table and back, duplicated, withdrawn; live data stays as it is."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from lib.measures.change_price import Before, Change, change_prices
from lib.scope.ask import Added, Altered, Ask
from lib.scope.scenarios import STATUSES, TABLE, Scenario, headline, scenario_of, scenarios_of
from lib.store import Store
from tests.scope.answers import answer

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
BY_EVA: dict[str, Any] = {"author": "Eva", "at": AT}
ASK = Ask(
    "P", "Second language", added=(Added("1", "G", 24.0, 20.0, 30.0, "ben", None, ("B",), ("F",)),), altered=(Altered("F", 24.0),),
    removed=("X",), linked=(("A", "C"),), expense=60.0, pass_through=400.0, target_margin=0.45, change_id="c", raised_on=date(2026, 2, 20),
)  # fmt: skip
KEPT = Scenario("With Ben", ASK, date(2026, 2, 27), 7, "client", "extend", {"trials": 10_000, "seed": 0}, {"fee": 2400.0})


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "data")


def only(store: Store) -> Scenario:
    (found,) = scenarios_of(store.rows(TABLE))
    return found


def test_a_scenario_comes_back_as_it_was_kept(store: Store) -> None:
    key = store.write(TABLE, KEPT.as_row(), **BY_EVA)
    found = only(store)
    assert (found.id, found.author, found.at, found.status) == (key, "Eva", AT, "draft")
    assert found.as_row() == KEPT.as_row()
    assert found.ask == ASK
    assert store.version() == 0  # no commit: live data is as it was


def test_a_duplicate_is_a_draft_of_its_own(store: Store) -> None:
    first = store.write(TABLE, KEPT.as_row() | {"status": "proposed"}, **BY_EVA)
    kept = only(store)
    second = store.write(TABLE, kept.duplicate("Without Ben").as_row(), **BY_EVA)
    found = {one.id: one for one in scenarios_of(store.rows(TABLE))}
    assert [found[key].name for key in (first, second)] == ["With Ben", "Without Ben"]
    assert [found[key].status for key in (first, second)] == ["proposed", "draft"]
    assert found[second].ask == ASK


def test_what_is_withdrawn_stays_readable(store: Store) -> None:
    key = store.write(TABLE, KEPT.as_row(), **BY_EVA)
    store.write(TABLE, only(store).withdrawn().as_row(), key=key, **BY_EVA)
    assert (only(store).status, only(store).is_open()) == ("withdrawn", False)
    assert set(STATUSES) == {"draft", "proposed", "approved", "withdrawn"}


def test_scenarios_of_a_project_are_listed_newest_first(store: Store) -> None:
    for name, project in (("one", "P"), ("two", "Q"), ("three", "P")):
        store.write(TABLE, Scenario(name, Ask(project), date(2026, 2, 27), 1).as_row(), **BY_EVA)
    assert [one.name for one in scenarios_of(store.rows(TABLE), "P")] == ["three", "one"]


@pytest.mark.parametrize("plan", [None, {}, {"ask": None}, {"ask": {"nothing": 1}}, {"ask": {"project_id": "P"}, "option": "hope"}])
def test_a_row_that_says_no_scenario_is_left_out(plan: Any) -> None:
    row = KEPT.as_row() | {"plan": plan, "id": 1}
    with pytest.raises(ValueError, match=r"ask|option"):
        scenario_of(row)
    assert scenarios_of([row]) == []


def test_the_headline_is_that_of_the_answer_or_of_one_option() -> None:
    made = answer(prices=change_prices(Before(10_000.0, 6_000.0), Change(1_100.0, 400.0), 0.45))
    whole = headline(made)
    assert (whole["p80_before_on"], whole["p80_on"]) == ("2026-03-20", "2026-03-26")
    assert [whole[name] for name in ("cost", "over_hours", "others", "base")] == [1100.0, 8.0, 2, "EUR"]
    assert whole["fee"] == pytest.approx(2400)
    later, option = headline(made, "defer"), made.option("defer")
    assert (later["p80_on"], later["fee"], later["margin"], later["others"]) == ("2026-03-20", option.fee, option.margin, 0)
    assert headline(answer(prices=None))["fee"] is None
