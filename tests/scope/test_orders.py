"""What an approval writes, and what follows from it: worked example 2 answered, approved and read again; budgets by who pays, by hand."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from lib.health import budget
from lib.health.readings import Sight
from lib.measures.flows import both_flows, earned_fees
from lib.measures.project_fees import fees_on
from lib.measures.project_values import values_on
from lib.measures.promises import graded
from lib.measures.receivables import open_invoices
from lib.measures.renewals import notice_dates
from lib.measures.signals import signals
from lib.portfolio import Portfolio
from lib.scope.answer import Answer, Finish, OptionKey
from lib.scope.answering import answer
from lib.scope.ask import Added, Altered, Ask, task_id_of
from lib.scope.ground import ground
from lib.scope.growth import growth_by_month
from lib.scope.ledger import account_ledger, ledger
from lib.scope.orders import (
    Approval,
    Dated,
    approval_of,
    below,
    delay_between,
    expense_rows,
    kind_of,
    link_rows,
    next_order_number,
    phase_row,
    task_rows,
)
from lib.scope.register import register
from lib.store import Merge, Store
from lib.store.change_requests import Request, approve, change_id_of, log
from lib.tables import TABLES
from tests.measures.rows import book_of
from tests.scope.worked_example import AS_OF, ASK, portfolio

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
MONDAY = date(2026, 3, 2)


def stored(folder: Path, book: Portfolio) -> None:
    rows = {name: Merge(book[name].collect(), "jira") for name in TABLES if name in book.loaded}
    Store.open(folder).commit(rows, author="Ana", at=AT)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("orders")
    stored(folder / "worked", portfolio())
    stored(folder / "plain", plain())
    return folder


@pytest.fixture
def worked(folders: Path, tmp_path: Path) -> Store:
    return Store.open(shutil.copytree(folders / "worked", tmp_path / "data"))


@pytest.fixture
def site(folders: Path, tmp_path: Path) -> Store:
    return Store.open(shutil.copytree(folders / "plain", tmp_path / "data"))


@cache
def answered() -> Answer:
    found = answer(ground(portfolio(), AS_OF, "EUR", trials=200), ASK)
    assert isinstance(found, Answer)
    return found


# Example 2, from the answer to what the tables say after it


def test_what_is_agreed_on_is_what_the_option_says() -> None:
    agreed = approval_of(answered(), "extend", MONDAY)
    assert (agreed.price, agreed.cost, agreed.hours, agreed.pass_through) == (pytest.approx(2400), pytest.approx(1100), 32, 400)
    assert (agreed.paid_by, agreed.currency, agreed.delay_days) == ("client", "EUR", 2)  # Thu 19 to Mon 23 March
    absorbed = approval_of(answered(), "absorb", MONDAY)
    assert (absorbed.paid_by, absorbed.price, absorbed.cost, absorbed.pass_through) == ("us", 0.0, pytest.approx(1500), None)
    shared = approval_of(answered(), "extend", MONDAY, price=2000.0, paid_by="shared", client_share=0.5)
    assert (shared.price, shared.client_share) == (2000.0, 0.5)


def test_an_option_that_cannot_be_had_is_not_agreed_on() -> None:
    refused = replace(answered().options[0], refused="nothing_to_swap")
    with pytest.raises(ValueError, match="nothing_to_swap"):
        approval_of(replace(answered(), options=(refused, *answered().options[1:])), refused.key, MONDAY)


def test_the_plan_of_the_approved_rows_is_the_plan_that_was_priced(worked: Store) -> None:
    approve(worked, replace(approval_of(answered(), "extend", MONDAY), version=1), author="Eva", at=AT)
    again = ground(worked.portfolio(), AS_OF, "EUR", trials=200)
    mine = again.schedule.tasks.filter(pl.col("task_id").str.starts_with("cartera:") | (pl.col("task_id") == "F"))
    assert dict(mine.select("task_id", "finish_on").rows()) == {"F": date(2026, 3, 23), "cartera:CR-1:G": date(2026, 3, 13)}


@pytest.mark.parametrize("key", ["extend", "add_people", "swap", "defer", "absorb"])
def test_whichever_option_is_approved_the_plan_finishes_when_it_said(worked: Store, key: OptionKey) -> None:
    approve(worked, replace(approval_of(answered(), key, MONDAY), version=1), author="Eva", at=AT)
    again = ground(worked.portfolio(), AS_OF, "EUR", trials=200)
    planned = again.before.projects.filter(pl.col("project_id") == "P")["planned_on"].item()
    assert planned == answered().option(key).finish.planned_on


def test_the_ledger_of_the_approved_change(worked: Store) -> None:
    approve(worked, replace(approval_of(answered(), "extend", AS_OF), version=1), author="Eva", at=AT)
    found = ledger(worked.portfolio(), "P", AS_OF, "EUR")
    # EAC = 96 · 40 + 88 · 30 + 560 + 60 = 7 100; AGI = 10 000 + 2 400 − 400; sold with the 560 alone
    assert found.steps.select("step", pl.col("amount").round(6)).rows() == [
        ("sold", 4000.0), ("change_order", 900.0), ("drift", 0.0), ("today", 4900.0),
    ]  # fmt: skip
    assert (found.agi, found.eac, found.margin_sold) == (pytest.approx(12_000), pytest.approx(7_100), pytest.approx(0.4))


FIGURES: dict[OptionKey, tuple[float, float, float, float]] = {
    # AGI after, EAC after, budget after, budget as first agreed (5 440 of labour and 560)
    "extend": (12_000.0, 7_100.0, 7_100.0, 6_000.0),  # 2 400 − 400 more; G 720, F 320 and 60 more
    # 28.8 h · 37.50 + 9.6 h · 50 = 1 560, and 60; sold at 1 620 / 0.55 = 2 945.45 without pass-through
    "add_people": (10_000 + 1_620 / 0.55, 7_620.0, 7_620.0, 6_000.0),
    "swap": (10_000.0, 5_820.0, 5_820.0, 6_000.0),  # D's 32 h · 40 = 1 280 go for 1 100; 400 are billed on at cost
    "absorb": (10_000.0, 7_500.0, 6_000.0, 6_000.0),  # 1 100 and the 400 that nobody pays; no budget rises
}


@pytest.mark.parametrize("key", list(FIGURES))
def test_what_an_option_promised_is_what_the_tables_say_once_it_is_approved(worked: Store, key: OptionKey) -> None:
    approve(worked, replace(approval_of(answered(), key, AS_OF), version=1), author="Eva", at=AT)
    promised, now = answered().option(key), today(worked)
    agi, eac, bac, original = FIGURES[key]
    assert (now.terms.agi, now.terms.eac) == (pytest.approx(agi, abs=1e-6), pytest.approx(eac, abs=1e-6))
    assert now.terms.margin == pytest.approx(promised.margin, abs=1e-6)
    assert (now.before.planned_on, now.before.p80_on, now.before.promise_share) == (
        promised.finish.planned_on, promised.finish.p80_on, promised.finish.promise_share,
    )  # fmt: skip
    row = values_on(worked.portfolio(), [AS_OF]).filter(pl.col("project_id") == "P").row(0, named=True)
    assert (row["bac"], row["bac_original"]) == (pytest.approx(bac), pytest.approx(original))
    steps = dict(ledger(worked.portfolio(), "P", AS_OF, "EUR").steps.select("step", "amount").rows())
    assert (steps["drift"], steps["today"]) == (pytest.approx(0, abs=1e-6), pytest.approx(agi - eac))


def today(store: Store) -> Answer:
    """The answer to no ask at all, on what the store holds now."""
    found = answer(ground(store.portfolio(), AS_OF, "EUR", trials=200), Ask("P"))
    assert isinstance(found, Answer)
    return found


PHASE = "cartera:P:cartera:CR-1"


def deferred(store: Store) -> Portfolio:
    approve(store, replace(approval_of(answered(), "defer", AS_OF), version=1), author="Eva", at=AT)
    return store.portfolio()


def test_a_later_phase_is_a_project_of_its_own_and_the_first_keeps_date_and_margin(worked: Store) -> None:
    book, promised = deferred(worked), answered().option("defer")
    again = ground(book, AS_OF, "EUR", trials=200)
    first, later = (answer(again, Ask(project)) for project in ("P", PHASE))
    assert isinstance(first, Answer)
    assert isinstance(later, Answer)
    for end in ("planned_on", "p80_on", "promise_on", "promise_share"):
        assert getattr(first.before, end) == getattr(promised.finish, end) == getattr(answered().before, end)
    assert dict(promised.assumed)["later_phase"]["p80_on"] == later.before.p80_on == date(2026, 3, 24)
    assert (later.before.promise_on, later.project) == (None, "Website · Second language")
    # P as it was: 10 000, 6 000. The phase: 2 400 − 400; G 720, F 320 and 60. Both: (12 000 − 7 100) / 12 000 = 40.8333 %
    assert (first.terms.agi, first.terms.eac, later.terms.agi, later.terms.eac) == pytest.approx((10_000, 6_000, 2_000, 1_100))
    assert promised.margin == pytest.approx(4_900 / 12_000, abs=1e-6)


def test_nothing_of_a_later_phase_counts_twice(worked: Store) -> None:
    book, days = deferred(worked), [AS_OF, date(2026, 3, 24)]
    values = values_on(book, days).sort("day", "project_id").filter(pl.col("project_id") != "IN")
    # the budgets stay those first agreed: 6 000, and 1 040 + 60
    assert values["bac"].to_list() == values["bac_original"].to_list() == pytest.approx([6000, 1100] * 2)
    fees = fees_on(book, days, "EUR").sort("day", "project_id").filter(pl.col("project_id") != "IN")
    assert fees["agi"].to_list() == pytest.approx([10_000, 2_000] * 2)  # no 2 400 on top, nor the 400 once spent
    both = account_ledger(book, "client", days[1], "EUR")
    assert both.steps.select("step", pl.col("amount").round(6)).rows() == [("sold", 4900.0), ("drift", 0.0), ("today", 4900.0)]
    requests = register(book, AS_OF, "EUR")
    assert requests.select("project_id", "order_number", "price", "status").rows() == [(PHASE, "CO-0001", 2400.0, "approved")]
    assert growth_by_month(book, requests, AS_OF, "EUR").is_empty()


def test_a_later_phase_earns_its_fee_once(worked: Store) -> None:
    book = deferred(worked)
    progress = pl.DataFrame([{"project_id": PHASE, "date": date(2026, 3, 23), "percent_complete": 50.0, "hours_spent": None}])
    book = Portfolio(book.version, dict(book.frames) | {"progress": progress.lazy()}, book.rows)
    projects = book["projects"].with_columns(pl.lit("fixed").alias("billing")).collect()
    assert earned_fees(book, projects, date(2026, 3, 24))["revenue"].to_list() == [1200.0]  # half of 2 400


def test_what_a_later_phase_is_sold_for_goes_by_who_pays() -> None:
    project = {"name": "x" * 500, "currency": "USD", "target_margin": None} | dict.fromkeys(
        ("account_id", "contract_id", "billing", "manager", "ev_technique")
    )  # fmt: skip
    later = agreed(held=True, pass_through=50.0, paid_by="shared", client_share=0.25)
    row = phase_row(later, project, "c", "More")
    assert (row["budget_amount"], row["pass_through_budget"], row["currency"], row["start"]) == (100.0, 50.0, "EUR", None)  # of 400
    assert len(row["name"].encode()) <= 400
    ours = phase_row(replace(later, paid_by="us", price=0.0), project, "c", "More")
    assert (ours["budget_amount"], ours["pass_through_budget"]) == (0.0, None)


def test_undo_takes_a_later_phase_away(worked: Store) -> None:
    deferred(worked)
    worked.undo(2, author="Eva", at=AT)
    book = worked.portfolio()
    assert sorted(book["projects"].collect()["project_id"]) == ["IN", "P"]
    left = [book[table].filter(pl.col("project_id") == PHASE).collect().height for table in ("tasks", "bookings", "expenses")]
    assert left == [0, 0, 0]
    assert worked.check() == []


def test_expenses_to_come_count_once_when_their_day_has_come(worked: Store) -> None:
    approve(worked, replace(approval_of(answered(), "extend", AS_OF), version=1), author="Eva", at=AT)
    rows = worked.portfolio()["expenses"].filter(pl.col("_source") == "cartera").sort("expense_id").collect()
    monday = date(2026, 3, 23)  # the day that is planned for the finish
    assert rows.select("expense_id", "date", "amount", "pass_through").rows() == [
        ("cartera:cartera:CR-1:expense", monday, 60.0, False), ("cartera:cartera:CR-1:pass_through", monday, 400.0, True),
    ]  # fmt: skip
    agi = fees_on(worked.portfolio(), [AS_OF, monday], "EUR").filter(pl.col("project_id") == "P")["agi"].to_list()
    assert agi == pytest.approx([12_000, 12_000])  # of 2 400 to be passed on 400 are spent: nothing on top
    rows = values_on(worked.portfolio(), [date(2026, 3, 22), monday]).filter(pl.col("project_id") == "P")
    assert (rows["ac"].to_list(), rows["bac_original"].to_list()) == (pytest.approx([560, 620]), pytest.approx([6000, 6000]))


def test_whoever_pays_decides_what_of_the_pass_through_is_our_own(worked: Store) -> None:
    ours = replace(approval_of(answered(), "extend", AS_OF, paid_by="us"), version=1)
    shared = replace(ours, paid_by="shared", client_share=0.5)
    assert expense_rows(ours, "c").select("amount", "pass_through").rows() == [(460.0, False)]
    assert expense_rows(shared, "c").select("amount", "pass_through").rows() == [(60.0, False), (400.0, True)]
    assert expense_rows(replace(ours, ask=replace(ASK, expense=0.0, pass_through=0.0), pass_through=None), "c").is_empty()
    approve(worked, ours, author="Eva", at=AT)
    now = today(worked)
    assert (now.terms.agi, now.terms.eac) == (pytest.approx(10_000), pytest.approx(7_500))  # 6 000 + 1 100 + 400
    assert ledger(worked.portfolio(), "P", AS_OF, "EUR").steps["amount"].to_list() == pytest.approx([4000, -1500, 0, 2500], abs=1e-6)


def test_account_health_reads_the_margin_of_the_approved_change(worked: Store) -> None:
    before = _margin(worked.portfolio())
    approve(worked, replace(approval_of(answered(), "extend", AS_OF), version=1), author="Eva", at=AT)
    # 40 % before, (12 000 − 7 100) / 12 000 = 40.8333 % after, as was promised
    assert (before, _margin(worked.portfolio())) == (pytest.approx(0.4), pytest.approx(4900 / 12_000))


def _margin(book: Portfolio) -> float:
    rows = budget.evidence(Sight(book, (AS_OF,), "invoiced", "EUR"), "client", AS_OF, "margin_gap")
    margin: float = rows.filter(pl.col("project_id") == "P")["margin"].item()
    return margin


# The budget: ten working days of 8 h at 10 €, Mon 5 to Fri 16 January 2026; a change of 20 h for 200 €, decided on Fri 9


def plain() -> Portfolio:
    project = {
        "project_id": "j", "account_id": "a", "name": "Site", "billing": "fixed", "currency": "EUR", "status": "active",
        "baseline_start": date(2026, 1, 5), "baseline_due": date(2026, 1, 16), "due": date(2026, 1, 16), "budget_amount": 2000.0,
        "budget_hours": 80.0, "target_margin": 0.4, "percent_complete": 25.0, "ev_technique": "percent_complete",
    }  # fmt: skip
    task = {
        "task_id": "t", "baseline_hours": 80.0, "baseline_start": date(2026, 1, 5), "baseline_finish": date(2026, 1, 16),
        "assignee_id": "ana", "estimate_hours": 80.0, "remaining_hours": 60.0, "status": "in_progress", "started_on": date(2026, 1, 5),
        "percent_complete": 25.0,
    }  # fmt: skip
    return book_of(
        projects=[project], tasks=[task], people=[{"person_id": "ana", "cost_rate": 10.0}],
        time_entries=[{"date": date(2026, 1, 6), "hours": 20.0, "task_id": "t"}],
    )  # fmt: skip


def agreed(**more: Any) -> Approval:
    ask = Ask("j", "More", added=(Added("m", "More", 20.0, person_id="ana", after=("t",)),))
    return replace(
        Approval(ask, "extend", date(2026, 1, 9), 1, date(2026, 1, 9), "EUR", hours=20.0, cost=200.0, price=400.0, delay_days=3.0), **more
    )


@pytest.mark.parametrize(
    ("payer", "bac"),
    [({"paid_by": "client"}, 1000.0), ({"paid_by": "shared", "client_share": 0.25}, 850.0), ({"paid_by": "us", "price": 0.0}, 800.0)],
)
def test_the_budget_rises_by_what_the_client_pays_and_only_from_then_on(site: Store, payer: dict[str, Any], bac: float) -> None:
    days = [date(2026, 1, day) for day in (7, 8, 9, 12)]
    before = values_on(site.portfolio(), days)
    approve(site, agreed(**payer), author="Eva", at=AT)
    after = values_on(site.portfolio(), days)
    assert before["bac"].to_list() == [800.0] * 4  # 80 h at 10 €
    assert after["bac"].to_list() == pytest.approx([800, 800, bac, bac])
    assert after["bac_original"].to_list() == pytest.approx([800] * 4)
    assert before["pv"].to_list() == pytest.approx([240, 320, 400, 480])  # 80 € a day
    assert after["pv"].to_list()[:2] == pytest.approx([240, 320])


def test_work_that_had_begun_is_no_longer_unapproved(site: Store) -> None:
    begun = Request("j", "More", 20.0, raised_on=date(2026, 1, 6), started_on=date(2026, 1, 7))
    change_id, day = change_id_of(log(site, begun, author="Eva", at=AT)), date(2026, 1, 9)

    def told() -> tuple[float, float | None, list[str]]:
        """Hours in the register, the share that account health reads, and the agenda's signals."""
        book = site.portfolio()
        read = budget.readings(Sight(book, (day,), "invoiced", "EUR")).filter(pl.col("metric") == "unapproved_scope")
        invoices, renewals, promises = open_invoices(book, day, "EUR"), notice_dates(book, day), graded([], day)
        found = signals(book, both_flows(book, day, "invoiced", "EUR")[1], invoices, renewals, promises, day)
        agenda = found.filter(pl.col("key") == "unapproved_work")["account_id"].to_list()
        return register(book, day, "EUR")["unapproved_hours"].sum(), read["value"].item(), agenda

    assert told() == (20.0, 0.25, ["a"])  # 20 of 80 h
    ask = replace(agreed().ask, change_id=change_id)
    made = approve(site, agreed(ask=ask, version=site.version()), author="Eva", at=AT)
    assert told() == (0.0, 0.0, [])
    site.undo(made.number, author="Eva", at=AT)
    assert told() == (20.0, 0.25, ["a"])


def test_work_that_goes_lowers_the_budget_by_what_is_not_earned(site: Store) -> None:
    gone = Ask("j", "Less", removed=("t",))
    approve(site, agreed(ask=gone, hours=-80.0, cost=-800.0, price=None), author="Eva", at=AT)
    row = values_on(site.portfolio(), [date(2026, 1, 12)]).row(0, named=True)
    # a quarter is done: three quarters of 800 leave, whoever pays
    assert (row["bac_original"], row["bac"]) == (800.0, pytest.approx(200.0))
    tasks = site.portfolio()["tasks"].collect()
    assert tasks.select("status", "baseline_hours", "remaining_hours", "change_id").row(0) == ("cancelled", 80.0, 60.0, "cartera:CR-1")
    assert site.portfolio()["time_entries"].select(pl.col("hours").sum()).collect().item() == 20.0


# Rows


def test_the_estimate_of_altered_work_is_what_is_logged_and_what_remains() -> None:
    hours = {"estimate_hours": 20.0, "remaining_hours": 10.0, "optimistic_hours": 10.0, "pessimistic_hours": 40.0, "baseline_hours": 18.0}
    tasks = book_of(tasks=[{"task_id": "t"} | hours])["tasks"].collect()
    rows = task_rows(agreed(ask=Ask("j", altered=(Altered("t", 30.0),))), tasks, {"t": 12.0}, "c")
    # 12 logged and 30 to go: 42, and the ends in the same proportion, 10 · 42 / 20 and 40 · 42 / 20
    assert rows.select("estimate_hours", "remaining_hours", "optimistic_hours", "pessimistic_hours", "baseline_hours").row(0) == (
        42.0, 30.0, 21.0, 84.0, 18.0,
    )  # fmt: skip
    stated = task_rows(agreed(ask=Ask("j", altered=(Altered("t", 30.0, 15.0, 60.0, "ben"),))), tasks, {"t": 12.0}, "c")
    assert stated.select("assignee_id", "optimistic_hours", "pessimistic_hours").row(0) == ("ben", 21.0, 84.0)  # 15 and 60 of 30 to go


def test_what_waited_for_removed_work_waits_for_what_that_waited_for() -> None:
    #   a ── b ── c ── d       b and c go
    tasks = book_of(tasks=[{"task_id": name} for name in "abcd"])["tasks"].collect()
    links = book_of(links=[{"predecessor_id": one, "successor_id": two} for one, two in ("ab", "bc", "cd")])["links"].collect()
    rows, gone = link_rows(agreed(ask=Ask("j", removed=("b", "c"))), tasks, links, "c")
    assert rows.select("predecessor_id", "successor_id", "kind").rows() == [("a", "d", "FS")]
    assert gone.is_empty()


def test_links_are_added_once_and_taken_away() -> None:
    tasks = book_of(tasks=[{"task_id": name} for name in "ab"])["tasks"].collect()
    links = book_of(links=[{"predecessor_id": "a", "successor_id": "b"}])["links"].collect()
    again, none = link_rows(agreed(ask=Ask("j", linked=(("a", "b"),))), tasks, links, "c")
    assert (again.height, none.height) == (0, 0)
    _, gone = link_rows(agreed(ask=Ask("j", unlinked=(("a", "b"),))), tasks, links, "c")
    assert gone.rows() == [("a", "b", "FS")]


def test_a_later_phase_waits_for_the_last_tasks_and_its_own_day() -> None:
    #   a ── b,  c,  d done: b and c are last; then n ── o
    rows = [{"task_id": "a"}, {"task_id": "b"}, {"task_id": "c"}, {"task_id": "d", "status": "done"}]
    tasks = book_of(tasks=rows)["tasks"].collect()
    links = book_of(links=[{"predecessor_id": "a", "successor_id": "b"}])["links"].collect()
    ask = Ask("j", added=(Added("n", "N", 8.0), Added("o", "O", 8.0, after=("n",))))
    day = date(2026, 2, 2)
    later = agreed(ask=ask, held=True, dates=tuple(Dated(task_id_of(ask, key), day, day) for key in "no"))
    added, _ = link_rows(later, tasks, links, "c1")
    assert added.select("predecessor_id", "successor_id").rows() == [("c1:n", "c1:o"), ("b", "c1:n"), ("c", "c1:n")]
    assert task_rows(later, tasks, {}, "c1")["not_before"].to_list() == [day, day]


def test_all_below_a_removed_summary_goes() -> None:
    tasks = book_of(tasks=[{"task_id": "s", "kind": "summary"}, {"task_id": "a", "parent_id": "s"}, {"task_id": "b", "parent_id": "a"},
                           {"task_id": "x"}])["tasks"].collect()  # fmt: skip
    assert sorted(below(tasks, ["s"])) == ["a", "b", "s"]


@pytest.mark.parametrize(
    ("known", "expected"),
    [([], "CO-0001"), ([None, "CO-0009"], "CO-0010"), (["OC-WEB-3", "2026/0041-b"], "CO-0042"), (["20260412", "PO"], "CO-0001"),
     (["CO-9999"], "CO-10000")],
)  # fmt: skip
def test_order_numbers_go_on_from_any_pattern(known: list[str | None], expected: str) -> None:
    assert next_order_number(known) == expected


def test_kinds_of_change() -> None:
    more, less, other = (Added("m", "M", 1.0),), ("t",), (Altered("t", 2.0),)
    asks = (Ask("j", added=more), Ask("j", removed=less), Ask("j", added=more, removed=less), Ask("j", altered=other))
    assert [kind_of(ask) for ask in asks] == ["added", "removed", "modified", "modified"]


def test_a_delay_counts_working_days_between_the_same_two_figures() -> None:
    friday, monday = date(2026, 3, 20), date(2026, 3, 23)
    assert delay_between(Finish(friday, p80_on=friday), Finish(None, p80_on=monday)) == 1
    assert delay_between(Finish(monday), Finish(friday)) == -1
    assert delay_between(Finish(p80_on=friday), Finish(planned_on=monday)) is None
