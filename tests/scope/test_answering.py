"""An ask and its full answer: the worked scope change to the last digit, changes of nothing, and what holds for any change."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.measures.change_price import Before, Change, change_prices, price_floor
from lib.schedule.dates import Dates, dates
from lib.schedule.plan import Plan
from lib.scope.answer import Answer
from lib.scope.answering import STOPPED, Refused, answer
from lib.scope.ask import Added, Altered, Ask
from lib.scope.changed import plan_with
from lib.scope.ground import Ground, ground
from lib.scope.outcome import Outcome, outcome
from tests.scope.worked_example import AS_OF, ASK, MONDAY, PROMISE, portfolio, work_day

G = "ask:P:G"


@cache
def worked_ground(trials: int = 40, **changed: Any) -> Ground:
    return ground(portfolio(**changed), AS_OF, "EUR", trials=trials, seed=3)


@cache
def chancy_ground() -> Ground:
    return ground(portfolio(0.6, 1.8), AS_OF, "EUR", trials=120, seed=3)


def answered(base: Ground, ask: Ask) -> Answer:
    found = answer(base, ask)
    assert isinstance(found, Answer), found
    return found


def worked() -> Answer:
    return answered(worked_ground(), ASK)


def changed_plan() -> Plan:
    found = plan_with(worked_ground().plan, ASK)
    assert isinstance(found, Plan)
    return found


def network(plan: Plan) -> dict[str, tuple[int, int, float, float]]:
    """Early start and finish as numbers of days from day 0, total and free float, of the network without people."""
    found = dates(plan)
    assert isinstance(found, Dates)
    numbers = {work_day(number): number for number in range(1, 60)}
    columns = ("task_id", "early_start_on", "early_finish_on", "total_float_days", "free_float_days")
    rows = found.tasks.select(columns).rows()
    return {task: (numbers[first] - 1, numbers[last], total, free) for task, first, last, total, free in rows}


# The worked change


def test_the_plan_before_has_the_worked_dates_and_floats() -> None:
    assert network(worked_ground().plan) == {
        "A": (0, 2, 0, 0), "B": (2, 5, 0, 0), "C": (2, 7, 2, 2), "D": (5, 9, 0, 0), "E": (9, 12, 0, 0), "F": (12, 14, 0, 0),
    }  # fmt: skip
    assert worked().before.planned_on == work_day(14) == date(2026, 3, 19)


def test_the_critical_path_alone_would_say_day_15_which_is_the_promise() -> None:
    times = network(changed_plan())
    assert (times[G], times["F"]) == ((5, 8, 4, 4), (12, 15, 0, 0))
    assert work_day(15) == PROMISE


def test_with_people_it_is_day_16_one_working_day_past_the_promise() -> None:
    found = worked()
    assert found.after.planned_on == work_day(16) == date(2026, 3, 23)
    lies = {row[0]: row[1:] for row in found.tasks.select("task_id", "start", "finish").rows()}
    # C 2-7, G 7-10, E 10-13, F 13-16: the day after the first number, to the second one
    assert {task: lies[task] for task in ("C", G, "E", "F")} == {
        "C": (work_day(3), work_day(7)), G: (work_day(8), work_day(10)),
        "E": (work_day(11), work_day(13)), "F": (work_day(14), work_day(16)),
    }  # fmt: skip
    assert (found.moved_days, found.delay_p50_days, found.delay_p80_days) == (2.0, 2.0, 2.0)
    assert (found.before.promise_share, found.after.promise_share, found.after.restored_on) == (1.0, 0.0, work_day(16))


def test_with_people_the_chain_goes_through_ben_and_eats_the_float_of_c() -> None:
    found = worked()
    tasks = {row["task_id"]: row for row in found.tasks.iter_rows(named=True)}
    assert [task for task, row in tasks.items() if row["critical"]] == ["A", "C", G, "E", "F"]
    assert (tasks["B"]["float_days"], tasks["D"]["float_days"], tasks["D"]["float_until"]) == (1.0, 1.0, work_day(10))
    assert found.floats.rows() == [("C", "C", 2.0, 0.0, 2.0)]
    made = outcome(worked_ground(), changed_plan())
    assert isinstance(made, Outcome)
    frozen = made.order.sequences.select(
        "predecessor_id", "successor_id", pl.lit("FS").alias("kind"), pl.lit(0.0).alias("lag_hours"), pl.lit(False).alias("elapsed")
    )
    times = network(replace(made.plan, links=pl.concat([made.plan.links, frozen])))
    assert {task: (total, free) for task, (_, _, total, free) in times.items() if total} == {"B": (1.0, 0.0), "D": (1.0, 1.0)}


def test_ben_has_8_hours_more_than_fit_before_the_day_that_holds_the_promise() -> None:
    ben = worked().people.row(by_predicate=pl.col("person_id") == "ben", named=True)
    # C 40, G 24 and E 24 h between day 3 and day 12 (4-17 March), which have 80
    assert (ben["over_before_hours"], ben["over_after_hours"], ben["over_hours"]) == (0.0, 8.0, 8.0)
    assert (ben["window_start"], ben["window_end"]) == (date(2026, 3, 4), date(2026, 3, 17))
    assert (ben["hours_before"], ben["hours_after"], ben["added_hours"]) == (64.0, 88.0, 24.0)
    ana = worked().people.row(by_predicate=pl.col("person_id") == "ana", named=True)
    assert (ana["hours_before"], ana["hours_after"], ana["over_hours"]) == (88.0, 96.0, 0.0)


def test_cost_and_margin_before_are_the_worked_ones() -> None:
    terms = worked().terms
    # 88 · 40 + 64 · 30 = 5 440, and 560 of expenses; 12 000 − 2 000
    assert (terms.eac, terms.agi, terms.margin, terms.eac_by) == (6_000.0, 10_000.0, 0.40, "bottom_up")


def test_the_change_costs_1_100_and_has_the_worked_prices() -> None:
    found = worked()
    assert (found.cost.labour, found.cost.other, found.cost.likely, found.cost.hours) == (1_040.0, 60.0, 1_100.0, 32.0)
    assert (found.cost.p80, found.cost.contingency) == (1_100.0, 0.0)  # no task of it varies
    prices = found.prices
    assert prices is not None
    assert (prices.floor, prices.break_even) == (pytest.approx(2_400.0), 1_500.0)
    assert prices.keeping == pytest.approx(2_233 + 1 / 3)
    assert prices.margin_at_floor == pytest.approx(4_900 / 12_000)  # (12 000 − 7 100) / 12 000 = 40.8333 %
    assert prices.absorbed == pytest.approx(0.25)  # (10 000 − 7 500) / 10 000
    assert prices.margin_at_break_even == pytest.approx(4_000 / 11_100)  # 36.0360 %
    assert prices.margin_at_keeping == pytest.approx(0.40)


def test_a_fixed_price_whose_cost_may_be_1_320_has_a_floor_of_2_800() -> None:
    # 1 320 / 0.55 + 400: the contingency is what P80 lies over the rest
    assert price_floor(Change(1_100.0, 400.0, 1_320.0 - 1_100.0), 0.45) == pytest.approx(2_800.0)


def test_the_contingency_of_a_fixed_price_is_p80_less_p50_of_the_paired_differences() -> None:
    ask = replace(ASK, added=(replace(ASK.added[0], optimistic_hours=16.0, pessimistic_hours=56.0),))
    found = answered(chancy_ground(), ask)
    assert found.cost.p50 is not None
    assert found.cost.p80 is not None
    assert found.cost.contingency == found.cost.p80 - found.cost.p50 > 0
    plan = plan_with(chancy_ground().plan, ask)
    assert isinstance(plan, Plan)
    made = outcome(chancy_ground(), plan)
    assert isinstance(made, Outcome)
    paired = sorted(made.compared.costs("P") + 60)  # of 120 trials the 60th and the 96th
    assert (found.cost.p50, found.cost.p80) == (paired[59], paired[95])
    assert found.prices is not None
    assert found.prices.floor == pytest.approx((1_100 + found.cost.contingency) / 0.55 + 400)
    assert found.moved_days != found.delay_p80_days


# How it is sold


def test_work_by_the_hour_has_no_contingency_and_a_margin_at_bill_rates() -> None:
    base = ground(portfolio(0.6, 1.8, billing="time_materials"), AS_OF, "EUR", trials=40)
    found = answered(base, ASK)
    # bill rates 100 and 75: 24 · 75 + 8 · 100 + 400 = 3 000; AGI before 88 · 100 + 64 · 75 = 13 600
    assert found.at_bill_rate is not None
    assert (found.at_bill_rate.fee, found.at_bill_rate.unrated_hours) == (3_000.0, 0.0)
    assert found.terms.agi == 13_600.0
    assert found.at_bill_rate.margin == pytest.approx((13_600 + 2_600 - 6_000 - 1_100) / 16_200)
    assert found.cost.contingency == 0.0
    assert found.option("extend").fee == 3_000.0


def test_without_a_target_there_is_no_floor_and_the_ask_may_say_one() -> None:
    base = ground(portfolio(target_margin=None), AS_OF, "EUR", trials=40)
    found = answered(base, ASK)
    assert "no_target" in found.degraded
    assert found.prices is not None
    assert getattr(found.prices.floor, "kind", None) == "no_target"
    assert found.option("extend").fee is None
    told = answered(base, replace(ASK, target_margin=0.45))
    assert told.prices is not None
    assert told.prices.floor == pytest.approx(2_400.0)


def test_a_project_with_a_target_of_its_own_keeps_it() -> None:
    found = answered(worked_ground(), replace(ASK, target_margin=0.1))
    assert found.prices is not None
    assert found.prices.floor == pytest.approx(2_400.0)


def test_without_a_promise_there_is_no_chance_and_nobody_goes_over() -> None:
    found = answered(ground(portfolio(due=None), AS_OF, "EUR", trials=40), ASK)
    assert (found.after.promise_on, found.after.promise_share) == (None, None)
    assert "no_promise" in found.degraded
    assert found.people["over_hours"].to_list() == [0.0, 0.0]
    assert found.after.planned_on == work_day(16)


def test_without_rates_there_are_dates_and_no_money() -> None:
    bare = portfolio()
    frames = dict(bare.frames) | {"people": bare["people"].with_columns(cost_rate=pl.lit(None, pl.Float64))}
    found = answered(ground(type(bare)(1, frames, bare.rows), AS_OF, "EUR", trials=40), ASK)
    assert found.after.planned_on == work_day(16)
    assert (found.cost.likely, found.prices, found.option("extend").fee) == (None, None, None)
    assert "no_rates" in found.degraded
    told = answered(ground(type(bare)(1, frames, bare.rows), AS_OF, "EUR", trials=40), replace(ASK, cost_rate=50.0))
    # 24 h and 8 h more at 50, and 60 of our own
    assert (told.cost.likely, told.cost.hours, told.after.planned_on) == (1_660.0, 32.0, work_day(16))
    assert told.prices is not None
    assert told.prices.floor == pytest.approx(1_660 / 0.55 + 400)
    assert "no_rates" not in told.degraded


def test_a_rate_that_is_said_counts_only_where_none_is_known() -> None:
    assert answered(worked_ground(), replace(ASK, cost_rate=500.0)).cost == worked().cost


def test_removed_work_gives_back_no_more_than_it_would_still_cost() -> None:
    found = answered(worked_ground(), Ask("P", removed=("D",)))
    # 32 h of Ana: −1 280; what may be given back is 1 280 / 0.55
    assert found.cost.likely == -1_280.0
    assert found.prices is not None
    assert found.prices.largest_credit == pytest.approx(1_280 / 0.55)
    assert (found.moved_days or 0.0) <= 0.0


def test_begun_work_that_goes_saves_what_is_left_of_it() -> None:
    begun = portfolio()
    of_d = pl.col("task_id") == "D"
    tasks = begun["tasks"].with_columns(
        pl.when(of_d).then(8.0).otherwise("remaining_hours").alias("remaining_hours"),
        pl.when(of_d).then(date(2026, 2, 20)).otherwise("started_on").alias("started_on"),
    )
    base = ground(type(begun)(1, dict(begun.frames) | {"tasks": tasks}, begun.rows), AS_OF, "EUR", trials=40)
    found = answered(base, Ask("P", removed=("D",)))
    assert found.cost.likely == -320.0  # 8 h are left of 32


# Nothing, and any order


def test_a_change_of_nothing_is_zero_everywhere_in_all_options() -> None:
    found = answered(chancy_ground(), Ask("P"))
    assert (found.moved_days, found.delay_p50_days, found.delay_p80_days) == (0.0, 0.0, 0.0)
    assert (found.cost.likely, found.cost.p50, found.cost.p80, found.cost.contingency, found.cost.hours) == (0.0, 0.0, 0.0, 0.0, 0.0)
    assert found.prices == change_prices(Before(10_000.0, 6_000.0), Change(0.0), 0.45)
    assert replace(found.after, restored_on=None) == found.before
    assert found.people["added_hours"].to_list() == [0.0, 0.0] == found.people["over_hours"].to_list()
    assert found.floats.is_empty()
    assert found.ripple.is_empty()
    for option in found.options:
        assert (option.finish, option.cost, option.over_hours, option.others) == (found.after, found.cost, 0.0, 0)
        assert option.margin == pytest.approx(0.4)
        assert option.refused is None


def test_the_order_of_rows_changes_nothing() -> None:
    rows = (ASK.added[0], Added("H", "H", 8.0, person_id="ana", after=("A",)), Added("I", "I", 6.0, role="Design", after=("H",)))
    alterations = (Altered("F", 24.0), Altered("C", 44.0))
    one = answered(chancy_ground(), replace(ASK, added=rows, altered=alterations))
    two = answered(chancy_ground(), replace(ASK, added=rows[::-1], altered=alterations[::-1]))
    assert (one.after, one.cost, one.moved_days, one.delay_p80_days) == (two.after, two.cost, two.moved_days, two.delay_p80_days)
    assert one.tasks.equals(two.tasks)
    assert one.people.equals(two.people)
    assert [option.finish for option in one.options] == [option.finish for option in two.options]


def test_the_same_seed_gives_the_same_answer() -> None:
    one, two = (answered(ground(portfolio(0.6, 1.8), AS_OF, "EUR", trials=80, seed=9), ASK) for _ in range(2))
    assert (one.after, one.cost, one.prices) == (two.after, two.cost, two.prices)


@settings(max_examples=8, deadline=None)
@given(
    st.integers(1, 60),
    st.sampled_from(["ana", "ben", None]),
    st.sampled_from([(), ("A",), ("B",), ("E",)]),
    st.sampled_from([(), ("F",)]),
)
def test_added_work_never_ends_earlier_and_always_costs(
    hours: int, person: str | None, after: tuple[str, ...], before: tuple[str, ...]
) -> None:
    """No added link here has somebody do later work first, which is the one exception (`lib.schedule.insertion`)."""
    row = Added("N", "New", float(hours), hours / 2, hours * 2.0, person_id=person, role="Design", after=after, before=before)
    found = answered(chancy_ground(), Ask("P", added=(row,)))
    assert found.after.planned_on is not None
    assert found.before.planned_on is not None
    assert found.after.planned_on >= found.before.planned_on
    assert (found.moved_days or 0.0) >= 0.0
    assert (found.delay_p50_days or 0.0) >= 0.0
    assert found.cost.likely is not None
    assert found.cost.p50 is not None
    assert found.cost.likely > 0
    assert found.cost.p50 > 0
    assert (found.after.promise_share or 0.0) <= (found.before.promise_share or 0.0)
    assert "P" not in found.ripple["project_id"]


# Others


def with_neighbour(hours: float = 40.0) -> Ground:
    """The worked portfolio, and a project of another client that waits for Ben."""
    base = portfolio()
    more = {
        "accounts": {"account_id": "other", "name": "Bravo", "currency": "EUR", "status": "active"},
        "projects": {"project_id": "Q", "account_id": "other", "name": "Shop", "status": "active", "billing": "fixed", "currency": "EUR",
                     "due": date(2026, 3, 27)},
        "tasks": {"task_id": "Q1", "project_id": "Q", "not_before": work_day(13), "name": "Build",
                  "kind": "task", "status": "open", "assignee_id": "ben",
                  "estimate_hours": hours, "remaining_hours": hours, "optimistic_hours": hours, "pessimistic_hours": hours},
    }  # fmt: skip
    frames = dict(base.frames)
    for name, row in more.items():
        frames[name] = pl.concat([frames[name].collect(), pl.DataFrame([row])], how="diagonal_relaxed").lazy()
    return ground(type(base)(1, frames, base.rows), AS_OF, "EUR", trials=40)


def test_another_client_that_waits_for_the_same_person_is_told() -> None:
    found = answered(with_neighbour(), ASK)
    row = found.ripple.row(0, named=True)
    assert (row["project"], row["account"], row["people"]) == ("Shop", "Bravo", ["Ben"])
    # Q may begin on day 13, which Ben still gives to E once he has done G
    assert (row["p80_before_on"], row["p80_after_on"]) == (work_day(17), work_day(18))
    assert found.ripple.height == 1
    assert row["promise_on"] == work_day(20)
    assert row["past"] is False


# Stopping and refusing


def test_progress_is_told_and_a_stop_ends_it() -> None:
    told: list[tuple[str, float]] = []
    assert isinstance(answer(worked_ground(), ASK, lambda stage, share: told.append((stage, share))), Answer)
    assert [share for _, share in told] == sorted(share for _, share in told)
    assert list(dict.fromkeys(stage for stage, _ in told)) == ["plan", "change", "options"]
    assert answer(worked_ground(), ASK, stop=lambda: True) is STOPPED
    asked = iter([False, False])
    found = answer(worked_ground(), ASK, stop=lambda: next(asked, True))
    assert isinstance(found, Refused)
    assert found.stopped


def test_what_cannot_be_asked_is_refused_with_its_reason() -> None:
    over = ground(portfolio(status="done"), AS_OF, "EUR", trials=40)
    kinds = [
        (answer(worked_ground(), Ask("nowhere")), "unknown_project"),
        (answer(over, ASK), "project_over"),
        (answer(worked_ground(), Ask("P", linked=(("F", "A"),))), "cycle"),
        (answer(worked_ground(), Ask("P", added=(Added("x", "x", 0.0),))), "hours_not_positive"),
    ]
    for found, kind in kinds:
        assert isinstance(found, Refused)
        assert [problem.kind for problem in found.problems] == [kind]
        assert not found.stopped


def test_monday_is_the_first_day() -> None:
    assert work_day(1) == MONDAY


# What is not known


def with_more(**rows: dict[str, Any]) -> Ground:
    """The worked portfolio with one row more of some tables."""
    base = portfolio()
    frames = dict(base.frames)
    for name, row in rows.items():
        frames[name] = pl.concat([frames[name].collect(), pl.DataFrame([row])], how="diagonal_relaxed").lazy()
    return ground(type(base)(1, frames, base.rows), AS_OF, "EUR", trials=20)


def test_one_wrong_task_elsewhere_keeps_nobody_from_an_answer() -> None:
    wrong = {"task_id": "I1", "project_id": "IN", "name": "Wrong", "kind": "task", "status": "open", "estimate_hours": -4.0}
    base = with_more(tasks=wrong)
    assert [(project, problem.kind) for project, problem in base.left_out] == [("IN", "negative_duration")]
    found = answered(base, ASK)
    assert found.after.planned_on == work_day(16)
    assert "left_out" in found.degraded


def test_tasks_without_an_estimate_are_told() -> None:
    found = answered(with_more(tasks={"task_id": "H", "project_id": "P", "name": "H", "kind": "task", "status": "open"}), ASK)
    assert "unestimated" in found.degraded
    assert "unestimated" not in worked().degraded


def test_work_of_somebody_who_has_left_is_planned_for_nobody_and_told() -> None:
    gone = {"person_id": "eva", "name": "Eva", "role": "Design", "weekly_hours": 40.0, "end": date(2026, 2, 1)}
    task = {"task_id": "H", "project_id": "P", "name": "H", "kind": "task", "status": "open", "assignee_id": "eva", "estimate_hours": 8.0}
    found = answered(with_more(people=gone, tasks=task), ASK)
    assert "unmanned" in found.degraded
    refused = answer(with_more(people=gone), Ask("P", added=(Added("N", "N", 8.0, person_id="eva"),)))
    assert isinstance(refused, Refused)
    assert [(problem.kind, problem.resource_ids) for problem in refused.problems] == [("no_capacity", ("eva",))]
