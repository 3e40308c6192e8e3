"""Five ways to answer the worked change, each worked out by hand, and how they hang together with prices."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import polars as pl
import pytest

from lib.measures.change_price import Change, break_even, margin_after, price_floor
from lib.scope.answer import OPTIONS, Answer
from lib.scope.answering import answer
from lib.scope.ask import Added, Altered, Ask
from lib.scope.ground import Ground, ground
from lib.scope.money import before_of
from lib.scope.ways import Taken, to_take_out
from tests.schedule.shared_plans import of, plan_of_rows, work_day
from tests.scope.worked_example import AS_OF, ASK, portfolio


@cache
def base() -> Ground:
    return ground(portfolio(), AS_OF, "EUR", trials=40)


def answered(ask: Ask = ASK, of: Ground | None = None, taken: Taken | None = None) -> Answer:
    found = answer(of or base(), ask, taken=taken or Taken())
    assert isinstance(found, Answer), found
    return found


def test_all_five_stand_in_their_order() -> None:
    assert tuple(option.key for option in answered().options) == OPTIONS


def test_charge_and_extend_is_the_ask_at_its_floor() -> None:
    found, way = answered(), answered().option("extend")
    assert (way.finish, way.cost, way.fee) == (found.after, found.cost, pytest.approx(2_400.0))
    assert way.margin == pytest.approx(4_900 / 12_000)
    assert (way.over_hours, way.refused) == (8.0, None)


def test_more_people_keep_the_date_and_cost_more() -> None:
    way = answered().option("add_people")
    # G 24 h and 8 h of F, and a fifth more of both; 30 · 1.25 and 40 · 1.25 an hour: 28.8 · 37.5 + 9.6 · 50 = 1 560
    assert (way.cost.hours, way.cost.labour) == (pytest.approx(38.4), pytest.approx(1_560.0))
    assert way.fee == pytest.approx(1_620 / 0.55 + 400)
    # nobody waits for them: G 5-8.6 has time to day 12, the extra hours of F 12-13.2 lie beside it
    assert (way.finish.planned_on, way.over_hours) == (work_day(14), 0.0)
    assert way.people.filter(pl.col("person_id").is_null())["role"].to_list() == ["Development", "Design"]
    assert [(row.key, row.person_id, row.role) for row in way.ask.added] == [("G", None, "Development"), ("more:F", None, "Design")]
    assert way.ask.altered == ()


def test_what_more_people_are_taken_to_need_can_be_changed() -> None:
    way = answered(taken=Taken(ramp_up_share=0.0, rate_factor=1.0)).option("add_people")
    # 24 · 30 + 8 · 40
    assert (way.cost.hours, way.cost.labour) == (pytest.approx(32.0), pytest.approx(1_040.0))
    assert [code for code, _ in way.assumed] == ["extra_people", "ramp_up", "extra_rate"]


def test_a_swap_takes_out_equal_work_and_only_bills_on() -> None:
    way = answered().option("swap")
    # 32 h come; D has 32 and is the only one not spoken of with so many: −32 · 40
    assert way.ask.removed == ("D",)
    assert (way.cost.hours, way.cost.likely, way.fee) == (0.0, 1_100.0 - 1_280.0, 400.0)
    assert way.margin == pytest.approx((10_000 - 6_000 + 180) / 10_000)
    assert dict(way.assumed)["taken_out"] == {"tasks": ("D",), "hours": 32.0, "asked_hours": 32.0}


def test_a_later_phase_leaves_the_promise_as_it_was() -> None:
    found = answered()
    way = found.option("defer")
    assert replace(way.finish, restored_on=None) == found.before
    # after F on day 14: G for Ben until day 17, F's 8 h for Ana on day 15
    assert dict(way.assumed)["later_phase"] == {"planned_on": work_day(17), "p80_on": work_day(17)}
    assert (way.cost.likely, way.fee, way.over_hours) == (1_100.0, pytest.approx(2_400.0), 0.0)
    assert way.tasks.filter(pl.col("new"))["start"].to_list() == [work_day(15), work_day(15)]
    assert [(row.key, row.after, row.before) for row in way.ask.added] == [("G", ("F",), ()), ("more:F", ("F",), ())]


def test_within_a_later_phase_rows_still_wait_for_each_other() -> None:
    rows = (Added("a", "a", 8.0, person_id="ana", after=("B",)), Added("b", "b", 8.0, person_id="ana", after=("a", "B"), before=("F",)))
    way = answered(Ask("P", added=rows)).option("defer")
    assert [(row.key, row.after, row.before) for row in way.ask.added] == [("a", ("F",), ()), ("b", ("a",), ())]
    assert way.tasks.filter(pl.col("new"))["start"].to_list() == [work_day(15), work_day(16)]


def test_absorbing_costs_what_would_have_been_billed_on_too() -> None:
    found, way = answered(), answered().option("absorb")
    assert (way.finish, way.fee, way.cost.likely) == (found.after, None, 1_500.0)
    assert way.margin == pytest.approx(0.25)


@pytest.mark.parametrize("ask", [ASK, replace(ASK, pass_through=0.0), Ask("P", added=(Added("N", "N", 12.0, person_id="ana"),))])
def test_fees_and_margins_are_those_of_the_arithmetic_of_prices(ask: Ask) -> None:
    found = answered(ask)
    before = before_of(found.terms)
    for way in found.options:
        if way.key == "absorb" or way.cost.likely is None or way.refused:
            continue
        change = Change(way.cost.likely, ask.pass_through, way.cost.contingency)
        if way.key != "swap":
            assert way.fee == price_floor(change, 0.45)
            assert way.fee >= break_even(change)  # type: ignore[operator]
        assert way.margin == margin_after(before, change, way.fee or 0.0)


def test_a_change_without_new_work_has_nothing_to_add_to() -> None:
    found = answered(Ask("P", removed=("D",)))
    assert [option.refused for option in found.options] == [None, "nothing_to_add", "nothing_to_add", "nothing_to_add", None]


def test_without_work_of_about_the_size_there_is_no_swap() -> None:
    found = answered(Ask("P", added=(Added("N", "N", 2.0, person_id="ben"),)))
    assert found.option("swap").refused == "nothing_to_swap"


# What is taken out

#  ana: done, begun, T1 8, T2 8, T3 8, milestone, T4 (another project waits), T5 (a change order brought it), T6 16
ROWS = {
    "begun": of("ana", 16, started_on=work_day(1)),
    "T1": of("ana", 8), "T2": of("ana", 8), "T3": of("ana", 8),
    "M": of(None, 0, kind="milestone"), "D": of("ana", 16, kind="deliverable"),
    "T4": of("ana", 16), "T5": of("ana", 16), "Q": of("ben", 8, project_id="Q"),
}  # fmt: skip


def taken_out(hours: float, agreed: tuple[str, ...] = ("T5",), **rows: dict) -> tuple[str, ...]:
    plan = plan_of_rows({**ROWS, **rows}, [("T4", "Q")])
    starts = {task: number for number, task in enumerate(plan.tasks["task_id"])}
    return to_take_out(plan, starts, Ask("P", added=(Added("N", "N", hours),)), agreed)


def test_the_last_work_of_about_as_many_hours_goes() -> None:
    assert taken_out(8.0) == ("T3",)
    assert taken_out(16.0) == ("T2", "T3")
    assert taken_out(15.0) == ("T2", "T3")


def test_one_task_goes_rather_than_two() -> None:
    assert taken_out(16.0, T6=of("ana", 16)) == ("T6",)


def test_work_that_is_begun_agreed_awaited_or_a_deliverable_stays() -> None:
    assert taken_out(24.0) == ("T1", "T2", "T3")
    assert taken_out(100.0) == ()


def test_work_with_a_committed_date_goes_only_where_there_is_no_other() -> None:
    due = {name: of("ana", 8, due=work_day(5)) for name in ("T2", "T3")}
    assert taken_out(8.0, **due) == ("T1",)
    assert taken_out(16.0, **due) == ("T2", "T3")


def test_what_the_ask_speaks_of_stays() -> None:
    plan = plan_of_rows(ROWS)
    starts = {task: number for number, task in enumerate(plan.tasks["task_id"])}
    ask = Ask("P", added=(Added("N", "N", 8.0, after=("T3",)),), altered=(Altered("T2", person_id="ana"),), linked=(("T4", "T5"),))
    assert to_take_out(plan, starts, ask) == ("T1",)


def test_by_the_hour_a_swap_bills_the_hours_that_differ() -> None:
    found = answered(of=ground(portfolio(billing="time_materials"), AS_OF, "EUR", trials=20))
    # 24 · 75 + 8 · 100 come and 32 · 100 go, 400 are billed on
    assert found.option("swap").fee == 1_800.0 + 800.0 - 3_200.0 + 400.0
    assert found.option("extend").fee == 3_000.0
