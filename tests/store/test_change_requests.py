"""Change requests written in the app: logged, bundled, approved, undone; each one step, or none. What is approved is worked example 2."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Thread
from typing import Any

import polars as pl
import pytest

from lib.scope.ask import Added, Altered, Ask, task_id_of
from lib.scope.orders import Approval, Dated
from lib.scope.register import register
from lib.store import BadRows, CannotUndo, Counts, Merge, NotFound, RowMoved, Store
from lib.store.change_requests import (
    Decided,
    Request,
    approve,
    bundle,
    change_id_of,
    edit,
    log,
    reject,
    withdraw,
)
from lib.store.plan_seen import Outdated
from tests.measures.rows import book_of
from tests.scope.worked_example import AS_OF, PROMISE, portfolio
from tests.store.samples import assert_same, frozen

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
BY_EVA: dict[str, Any] = {"author": "Eva", "at": AT}
MONDAY = date(2026, 3, 2)
TABLES = ("accounts", "projects", "tasks", "links", "people", "time_entries", "expenses")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The worked example, with Ben booked on the project at large to Tue 17 Mar, as his work E ends."""
    book = portfolio()
    bookings = book_of(bookings=[
        {"booking_id": "b1", "person_id": "ben", "project_id": "P", "start": date(2026, 3, 4), "end": date(2026, 3, 17)},
        {"booking_id": "b2", "person_id": "ana", "project_id": "P", "task_id": "F", "start": date(2026, 3, 18), "end": date(2026, 3, 19)},
        {"booking_id": "b3", "person_id": "ben", "project_id": "IN", "start": date(2026, 3, 4), "end": date(2026, 3, 30)},
    ])["bookings"].collect()  # fmt: skip
    rows = {name: Merge(book[name].collect(), "jira") for name in TABLES} | {"bookings": Merge(bookings, "float")}
    made: Path = tmp_path_factory.mktemp("requests") / "data"
    Store.open(made).commit(rows, author="Ana", at=AT)
    return made


@pytest.fixture
def worked(folder: Path, tmp_path: Path) -> Store:
    return Store.open(shutil.copytree(folder, tmp_path / "data"))


def requests(store: Store) -> dict[str, dict[str, Any]]:
    return {row["change_id"]: row for row in store.portfolio()["change_requests"].collect().iter_rows(named=True)}


def logged(store: Store, title: str = "More", project: str = "P", **more: Any) -> str:
    return change_id_of(log(store, Request(project, title, **more), **BY_EVA))


def approval(store: Store, change_id: str | None = None, **more: Any) -> Approval:
    """Example 2 at its floor: G for Ben from Wed 11 to Fri 13 Mar, E two days later, F 8 h more and 2 days later; signed on Monday."""
    ask = Ask(
        "P", "Second language", added=(Added("G", "G", 24.0, person_id="ben", after=("B",), before=("F",)),), altered=(Altered("F", 24.0),),
        expense=60.0, pass_through=400.0, change_id=change_id, acceptance_criteria="Both languages proofread",
    )  # fmt: skip
    dates = (
        Dated(task_id_of(ask, "G"), date(2026, 3, 11), date(2026, 3, 13)),
        Dated("E", date(2026, 3, 16), date(2026, 3, 18), date(2026, 3, 13), date(2026, 3, 17)),
        Dated("F", date(2026, 3, 19), date(2026, 3, 23), date(2026, 3, 18), date(2026, 3, 19)),
    )
    given = Approval(
        ask, "extend", AS_OF, store.version(), MONDAY, "EUR", "client", hours=32.0, cost=1100.0, price=2400.0, pass_through=400.0,
        delay_days=2.0, dates=dates,
    )  # fmt: skip
    return replace(given, **more)


# Logging


def test_a_log_needs_a_project_and_a_title(worked: Store) -> None:
    made = log(worked, Request("P", "  Another\nlanguage "), **BY_EVA)
    assert (made.kind, made.author, made.counts) == ("change_request", "Eva", {"change_requests": Counts(added=1)})
    row = requests(worked)["cartera:CR-1"]
    assert [row[name] for name in ("title", "status", "raised_on", "hours")] == ["Another language", "logged", MONDAY, None]
    assert row["_source"] == "cartera"
    assert made.details["change"] == {
        "action": "logged", "project_id": "P", "project": "Website", "title": "Another language", "change_id": "cartera:CR-1",
    }  # fmt: skip


def test_work_that_goes_is_logged_as_removed(worked: Store) -> None:
    gone = logged(worked, hours=-8.0)
    assert requests(worked)[gone]["kind"] == "removed"


@pytest.mark.parametrize(("request_", "error"), [(Request("nowhere", "x"), NotFound), (Request("P", " "), BadRows)])
def test_what_has_no_project_or_title_is_refused(worked: Store, request_: Request, error: type[Exception]) -> None:
    with pytest.raises(error):
        log(worked, request_, **BY_EVA)
    assert requests(worked) == {}


def test_two_at_once_never_get_the_same_number(worked: Store) -> None:
    threads = [Thread(target=lambda who=who: log(worked, Request("P", who), author=who, at=AT)) for who in ("a", "b", "c", "d")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(requests(worked)) == [f"cartera:CR-{number}" for number in (1, 2, 3, 4)]


def test_a_number_that_was_undone_is_not_given_again(worked: Store) -> None:
    made = log(worked, Request("P", "gone"), **BY_EVA)
    worked.undo(made.number, **BY_EVA)
    assert requests(worked) == {}
    assert logged(worked) == "cartera:CR-2"


# Editing, rejecting, withdrawing


def test_state_priority_and_payer_are_edited(worked: Store) -> None:
    one = logged(worked)
    cells = {"status": "proposed", "priority": "must", "paid_by": "shared", "client_share": 0.5}
    edit(worked, one, cells, version=worked.version(), **BY_EVA)
    row = requests(worked)[one]
    assert [row[name] for name in ("status", "priority", "paid_by", "client_share")] == ["proposed", "must", "shared", 0.5]


def test_whoever_looked_at_an_older_row_is_told(worked: Store) -> None:
    one = logged(worked)
    seen = worked.version()
    edit(worked, one, {"priority": "must"}, version=seen, **BY_EVA)
    for late in (lambda: edit(worked, one, {"priority": "could"}, version=seen, **BY_EVA),
                 lambda: approve(worked, replace(approval(worked, one), version=seen), **BY_EVA)):  # fmt: skip
        with pytest.raises(RowMoved):
            late()
    assert requests(worked)[one]["priority"] == "must"


def test_an_edit_decides_nothing_and_keeps_the_rules(worked: Store) -> None:
    one = logged(worked)
    for cells in ({"status": "approved"}, {"cost": 10.0}, {"raised_on": "x"}, {"change_id": "y"}, {"priority": "urgent"}):
        with pytest.raises(BadRows):
            edit(worked, one, cells, version=worked.version(), **BY_EVA)  # a cost needs a currency
    assert requests(worked)[one]["status"] == "logged"


def test_a_rejection_says_why_and_is_a_decision(worked: Store) -> None:
    one = logged(worked)
    with pytest.raises(BadRows):
        reject(worked, one, reason=" ", decided_on=MONDAY, version=worked.version(), **BY_EVA)
    made = reject(worked, one, reason="Not this year", decided_on=MONDAY, version=worked.version(), **BY_EVA)
    assert (requests(worked)[one]["status"], requests(worked)[one]["decided_on"], made.note) == ("rejected", MONDAY, "Not this year")
    (decision,) = worked.rows("decisions")
    assert (decision["account_id"], decision["text"], decision["details"]["reason"]) == ("client", "More", "Not this year")
    worked.undo(made.number, **BY_EVA)
    assert (requests(worked)[one]["status"], worked.rows("decisions")) == ("logged", [])


def test_what_is_decided_is_not_decided_again(worked: Store) -> None:
    one = logged(worked)
    withdraw(worked, one, reason="They changed their mind", version=worked.version(), **BY_EVA)
    assert requests(worked)[one]["decided_on"] is None
    version = worked.version()
    for again in (lambda: withdraw(worked, one, reason="again", version=version, **BY_EVA),
                  lambda: reject(worked, one, reason="again", decided_on=MONDAY, version=version, **BY_EVA),
                  lambda: edit(worked, one, {"status": "logged"}, version=version, **BY_EVA),
                  lambda: approve(worked, approval(worked, one), **BY_EVA)):  # fmt: skip
        with pytest.raises(Decided):
            again()
    assert worked.version() == version


# Bundling


def test_small_ones_are_carried_by_one_and_come_back(worked: Store) -> None:
    begun: dict[str, Any] = {"raised_on": date(2026, 2, 10), "priority": "could", "started_on": date(2026, 2, 20)}
    first = logged(worked, "Button", hours=4.0, raised_by="Nora", **begun)
    second = logged(worked, "Colour", hours=6.5, raised_by="Nora", raised_on=date(2026, 2, 3), priority="should")
    task = worked.portfolio()["tasks"].filter(pl.col("task_id") == "C").select(list(worked.tables["tasks"].columns)).collect()
    own = task.with_columns(pl.lit(second).alias("change_id"), pl.lit(date(2026, 2, 18)).alias("started_on"))
    worked.commit({"tasks": Merge(own, "jira")}, **BY_EVA)
    before = frozen(worked.portfolio())

    made = bundle(worked, [first, second], title="Small things", version=worked.version(), **BY_EVA)
    one = requests(worked)[change_id_of(made)]
    assert (one["hours"], one["raised_on"], one["raised_by"], one["priority"]) == (10.5, date(2026, 2, 3), "Nora", "should")
    assert (one["status"], one["started_on"], one["description"]) == ("assessed", date(2026, 2, 18), "Button (4 h)\nColour (6.5 h)")
    small = [requests(worked)[name] for name in (first, second)]
    assert [(row["status"], row["bundled_into"]) for row in small] == [("withdrawn", one["change_id"])] * 2
    tasks = worked.portfolio()["tasks"].filter(pl.col("change_id") == one["change_id"]).collect()
    assert tasks["task_id"].to_list() == ["C"]

    worked.undo(made.number, **BY_EVA)
    assert_same(worked.portfolio(), before)


def test_work_begun_without_approval_stays_in_sight_when_it_is_bundled(worked: Store) -> None:
    first = logged(worked, "Button", hours=4.0, started_on=date(2026, 2, 20), raised_on=date(2026, 2, 10))
    second = logged(worked, "Colour", hours=6.5, started_on=date(2026, 2, 21), raised_on=date(2026, 2, 11))

    def unapproved() -> list[tuple[str, float]]:
        return register(worked.portfolio(), AS_OF, "EUR").filter("unapproved_work").select("change_id", "unapproved_hours").rows()

    assert sorted(unapproved()) == [(first, 4.0), (second, 6.5)]
    made = bundle(worked, [first, second], title="Small things", version=worked.version(), **BY_EVA)
    assert unapproved() == [(change_id_of(made), 10.5)]


def test_a_bundle_needs_two_of_one_project(worked: Store) -> None:
    one, other = logged(worked), logged(worked, project="IN")
    for ids in ([one], [one, one], [one, other]):
        with pytest.raises(BadRows):
            bundle(worked, ids, title="x", version=worked.version(), **BY_EVA)
    with pytest.raises(NotFound):
        bundle(worked, [one, "nobody"], title="x", version=worked.version(), **BY_EVA)


# Approving


def test_an_approval_numbers_the_order_and_writes_what_was_agreed(worked: Store) -> None:
    one = logged(worked, "Second language", hours=30.0, raised_by="Nora")
    made = approve(worked, approval(worked, one), **BY_EVA)
    row = requests(worked)[one]
    expected = {
        "order_number": "CO-0001", "status": "approved", "decided_on": MONDAY, "kind": "modified", "hours": 32.0, "cost": 1100.0,
        "price": 2400.0, "pass_through": 400.0, "currency": "EUR", "paid_by": "client", "delay_days": 2.0, "raised_by": "Nora",
        "acceptance_criteria": "Both languages proofread", "title": "Second language",
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected
    assert (made.kind, made.details["change"]["order_number"]) == ("change_order", "CO-0001")
    assert set(made.counts) == {"change_requests", "tasks", "links", "bookings", "expenses"}
    (decision,) = worked.rows("decisions")
    assert (decision["text"], decision["project_id"], decision["decided_on"]) == ("CO-0001: Second language", "P", MONDAY)


def test_new_work_has_no_baseline_and_altered_work_keeps_its_own(worked: Store) -> None:
    one = logged(worked)
    approve(worked, approval(worked, one), **BY_EVA)
    tasks = {row["task_id"]: row for row in worked.portfolio()["tasks"].collect().iter_rows(named=True)}
    new, altered = tasks[f"{one}:G"], tasks["F"]
    assert (new["estimate_hours"], new["remaining_hours"], new["assignee_id"], new["change_id"]) == (24.0, 24.0, "ben", one)
    assert (new["start"], new["finish"], new["baseline_hours"], new["_source"]) == (date(2026, 3, 11), date(2026, 3, 13), None, "cartera")
    assert [altered[f"{name}_hours"] for name in ("estimate", "remaining", "baseline")] == [24.0, 24.0, 16.0]
    assert altered["_source"] == "jira"
    assert (altered["optimistic_hours"], altered["pessimistic_hours"]) == (24.0, 24.0)  # 16 of 16 h before, 24 of 24 h now
    links = set(worked.portfolio()["links"].select("predecessor_id", "successor_id").collect().rows())
    assert {("B", f"{one}:G"), (f"{one}:G", "F"), ("E", "F")} <= links


def test_bookings_go_as_the_option_says(worked: Store) -> None:
    one = logged(worked)
    approve(worked, approval(worked, one), **BY_EVA)
    columns = ("booking_id", "start", "end", "hours_per_day", "_source")
    assert worked.portfolio()["bookings"].sort("booking_id").select(columns).collect().rows() == [
        ("b1", date(2026, 3, 4), date(2026, 3, 18), 8.0, "float"),  # Ben's E ends a day later
        ("b2", date(2026, 3, 19), date(2026, 3, 23), 8.0, "float"),  # F: from 18-19 to 19-23
        ("b3", date(2026, 3, 4), date(2026, 3, 30), 8.0, "float"),
        (f"{one}:G:booking", date(2026, 3, 11), date(2026, 3, 13), 8.0, "cartera"),  # 24 h in 3 days
    ]


def test_numbers_go_on_from_those_there_are_and_a_proposed_one_is_kept(worked: Store) -> None:
    theirs = [("x1", "OC-WEB-37", "approved"), ("x2", None, "logged"), ("x3", "OC-12/b", "proposed"), ("x4", "20260101", "rejected")]
    rows = book_of(change_requests=[
        {"change_id": name, "project_id": "IN", "order_number": number, "status": status} for name, number, status in theirs
    ])["change_requests"].collect()  # fmt: skip
    worked.commit({"change_requests": Merge(rows, "jira")}, **BY_EVA)
    approve(worked, approval(worked), **BY_EVA)
    assert requests(worked)["cartera:CR-1"]["order_number"] == "CO-0038"
    proposed = Approval(Ask("IN", "Later", change_id="x3"), "extend", AS_OF, worked.version(), MONDAY, "EUR")
    approve(worked, proposed, **BY_EVA)
    assert requests(worked)["x3"]["order_number"] == "OC-12/b"
    approve(worked, replace(proposed, ask=Ask("IN", "Later", change_id="x2"), version=worked.version()), **BY_EVA)
    assert requests(worked)["x2"]["order_number"] == "CO-0039"


def test_an_ask_that_nobody_logged_is_logged_by_its_approval(worked: Store) -> None:
    made = approve(worked, approval(worked), **BY_EVA)
    assert change_id_of(made) == "cartera:CR-1"
    assert requests(worked)["cartera:CR-1"]["raised_on"] == MONDAY
    tasks = worked.portfolio()["tasks"].filter(pl.col("change_id") == "cartera:CR-1").collect()
    assert tasks["task_id"].to_list() == ["cartera:CR-1:G"]


def test_undo_restores_every_table_and_undoing_that_brings_all_back(worked: Store) -> None:
    scenario = worked.write("scenarios", {"project_id": "P", "name": "n", "plan": {}, "status": "proposed"}, **BY_EVA)
    one = logged(worked)
    before = frozen(worked.portfolio())
    made = approve(worked, approval(worked, one, scenario_id=scenario, promise_on=date(2026, 3, 30)), **BY_EVA)
    after = frozen(worked.portfolio())
    assert worked.rows("scenarios")[0]["status"] == "approved"
    assert worked.portfolio()["projects"].filter(pl.col("project_id") == "P").select("due").collect().item() == date(2026, 3, 30)

    undone = worked.undo(made.number, **BY_EVA)
    assert_same(worked.portfolio(), before)
    assert (worked.rows("scenarios")[0]["status"], worked.rows("decisions")) == ("proposed", [])

    worked.undo(undone.number, **BY_EVA)
    assert_same(worked.portfolio(), after)
    assert (worked.rows("scenarios")[0]["status"], len(worked.rows("decisions"))) == ("approved", 1)
    assert worked.check() == []


def test_a_number_freed_by_undo_is_the_next_one_again(worked: Store) -> None:
    one, other = logged(worked), logged(worked)
    worked.undo(approve(worked, approval(worked, one), **BY_EVA).number, **BY_EVA)
    approve(worked, approval(worked, other), **BY_EVA)
    assert (requests(worked)[one]["order_number"], requests(worked)[other]["order_number"]) == (None, "CO-0001")


def test_two_approvals_at_once_get_two_numbers(worked: Store) -> None:
    one, other = logged(worked), logged(worked, project="IN")
    both = (approval(worked, one), Approval(Ask("IN", "Chairs", change_id=other), "absorb", AS_OF, worked.version(), MONDAY, "EUR"))
    threads = [Thread(target=lambda agreed=agreed: approve(worked, agreed, **BY_EVA)) for agreed in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(str(row["order_number"]) for row in requests(worked).values()) == ["CO-0001", "CO-0002"]


def test_of_two_approvals_of_one_project_the_second_is_worked_out_again(worked: Store) -> None:
    one, other = approval(worked, logged(worked)), approval(worked)
    other = replace(other, version=worked.version())
    approve(worked, replace(one, version=worked.version()), **BY_EVA)
    with pytest.raises(Outdated):
        approve(worked, other, **BY_EVA)


def test_what_is_approved_becomes_implemented_and_keeps_what_was_agreed(worked: Store) -> None:
    one = logged(worked)
    approve(worked, approval(worked, one), **BY_EVA)
    with pytest.raises(Decided):
        edit(worked, one, {"price": 1.0}, version=worked.version(), **BY_EVA)
    edit(worked, one, {"status": "implemented"}, version=worked.version(), **BY_EVA)
    edit(worked, one, {"acceptance_criteria": "Proofread twice"}, version=worked.version(), **BY_EVA)
    row = requests(worked)[one]
    assert [row[name] for name in ("status", "price", "acceptance_criteria")] == ["implemented", 2400.0, "Proofread twice"]


def test_an_approval_under_a_later_step_says_so(worked: Store) -> None:
    made = approve(worked, approval(worked, logged(worked)), **BY_EVA)
    logged(worked)
    with pytest.raises(CannotUndo):
        worked.undo(made.number, **BY_EVA)


def _task(store: Store) -> Merge:
    rows = store.portfolio()["tasks"].filter(pl.col("task_id") == "C").select(list(store.tables["tasks"].columns)).collect()
    return Merge(rows.with_columns(pl.lit(39.0).alias("remaining_hours")), "jira")


def _link(store: Store) -> Merge:
    return Merge(book_of(links=[{"predecessor_id": "A", "successor_id": "F"}])["links"].collect(), "jira")


def _booking(store: Store) -> Merge:
    row = {"booking_id": "b9", "project_id": "P", "person_id": "ana", "start": MONDAY, "end": MONDAY}
    return Merge(book_of(bookings=[row])["bookings"].collect(), "float")


@pytest.mark.parametrize(("table", "change"), [("tasks", _task), ("links", _link), ("bookings", _booking)])
def test_what_was_worked_out_on_other_data_must_be_worked_out_again(worked: Store, table: str, change: Any) -> None:
    one = logged(worked)
    agreed = approval(worked, one)
    worked.commit({table: change(worked)}, **BY_EVA)
    before = frozen(worked.portfolio())
    with pytest.raises(Outdated):
        approve(worked, agreed, **BY_EVA)
    assert_same(worked.portfolio(), before)
    approve(worked, approval(worked, one), **BY_EVA)


def test_other_projects_may_change_meanwhile(worked: Store) -> None:
    agreed = approval(worked, logged(worked))
    logged(worked, project="IN")
    worked.commit({"tasks": Merge(book_of(tasks=[{"task_id": "Z", "project_id": "IN"}])["tasks"].collect(), "jira")}, **BY_EVA)
    assert approve(worked, agreed, **BY_EVA).kind == "change_order"


def test_what_breaks_off_in_the_middle_leaves_nothing(worked: Store) -> None:
    one = logged(worked)
    before, commits = frozen(worked.portfolio()), worked.version()
    for last in ("change_requests", "tasks", "links", "bookings", "expenses", "projects"):

        def stop(table: str, last: str = last) -> None:
            if table == last:
                raise OSError(table)

        with pytest.raises(OSError, match=last):
            approve(worked, approval(worked, one, promise_on=PROMISE.replace(day=30)), before_table=stop, **BY_EVA)
        assert_same(worked.portfolio(), before)
        assert (worked.version(), worked.rows("decisions"), worked.check()) == (commits, [], [])
    made = approve(worked, approval(worked, one, promise_on=PROMISE.replace(day=30)), **BY_EVA)
    assert set(made.counts) == {"change_requests", "tasks", "links", "bookings", "expenses", "projects"}
