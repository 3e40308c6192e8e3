"""Projects without a plan: cost and price all the same, a finish at the pace of the last weeks, and nothing that isn't known."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from lib.portfolio import Portfolio
from lib.scope.answer import Answer
from lib.scope.answering import Refused, answer
from lib.scope.ask import Added, Altered, Ask
from lib.scope.ground import Ground, ground
from lib.scope.pace import Pace, hours_left, pace_of
from tests.scope.worked_example import AS_OF, portfolio

ROWS = (Added("G", "G", 24.0, 24.0, 24.0, person_id="ben"), Added("H", "H", 8.0, 8.0, 8.0, role="Design"))
ASK = Ask("P", "More", added=ROWS, expense=60.0)


def entries(*hours: float) -> pl.DataFrame:
    """Hours of Ana on the project, one entry a week, the newest on the as-of."""
    rows = [
        {"entry_id": f"w{week}", "date": AS_OF - timedelta(weeks=week), "person_id": "ana", "project_id": "P", "hours": hours_of}
        for week, hours_of in enumerate(hours)
    ]
    return pl.DataFrame(rows)


def only_timesheets(*hours: float, **project: Any) -> Portfolio:
    """The worked project without its tasks, with hours of some weeks."""
    whole = portfolio(**({"budget_hours": 200.0} | project))
    frames = dict(whole.frames)
    logged = [frames["time_entries"].collect(), *([entries(*hours)] if hours else [])]
    frames |= {
        "tasks": frames["tasks"].filter(pl.lit(False)), "links": frames["links"].filter(pl.lit(False)),
        "time_entries": pl.concat(logged, how="diagonal_relaxed").lazy(),
    }  # fmt: skip
    return Portfolio(1, frames, whole.rows)


def answered(base: Portfolio, ask: Ask = ASK) -> Answer:
    found = answer(ground(base, AS_OF, "EUR", trials=200), ask)
    assert isinstance(found, Answer), found
    return found


def test_hours_cost_what_the_person_else_the_role_costs() -> None:
    found = answered(only_timesheets(*[12.0] * 10))
    # 24 · 30 + 8 · 40 (the only designer's), and 60 of our own
    assert (found.cost.labour, found.cost.likely, found.cost.hours) == (1_040.0, 1_100.0, 32.0)
    assert found.prices is not None
    assert found.prices.floor == pytest.approx(1_100 / 0.55)


def test_the_finish_is_hours_left_over_hours_a_week() -> None:
    found = answered(only_timesheets(*[8.0] * 10))
    # 200 − 80 = 120 h at 8 a week: 15 weeks; 32 h more: 4 weeks, 20 working days
    assert found.before.planned_on == found.before.p80_on == AS_OF + timedelta(weeks=15)
    assert found.after.planned_on == AS_OF + timedelta(weeks=19)
    assert (found.moved_days, found.delay_p50_days, found.delay_p80_days) == (20.0, 20.0, 20.0)
    assert "at_the_pace" in found.degraded
    assert "no_plan" in found.degraded


def test_margin_rests_on_the_hours_agreed_at_their_cost_so_far() -> None:
    terms = answered(only_timesheets(*[8.0] * 10)).terms
    # 80 · 40 spent, 120 · 40 to come, 560 of expenses: 8 560 of 10 000
    assert (terms.actual_cost, terms.eac, terms.eac_by, terms.margin) == (3_200.0, 8_560.0, "hours", pytest.approx(0.144))


def test_own_expenses_are_no_part_of_what_an_hour_costs() -> None:
    base = only_timesheets(*[8.0] * 10)
    spent = base["expenses"].with_columns(pl.lit(date(2026, 2, 20)).alias("date"))
    terms = answered(Portfolio(1, dict(base.frames) | {"expenses": spent}, base.rows)).terms
    # 3 200 and 560 spent, 120 · 40 to come
    assert (terms.actual_cost, terms.eac) == (3_760.0, 8_560.0)


def test_nothing_is_said_of_people_other_clients_and_most_options() -> None:
    found = answered(only_timesheets(*[8.0] * 10))
    assert found.people["over_hours"].null_count() == found.people.height == 2
    assert found.ripple.is_empty()
    assert found.tasks.is_empty()
    assert [option.refused for option in found.options] == [None, "no_plan", "no_plan", "no_plan", None]
    assert found.option("absorb").margin == pytest.approx((10_000 - 8_560 - 1_100) / 10_000)


@pytest.mark.parametrize(
    ("base", "code"),
    [
        (only_timesheets(*[8.0] * 7), "too_few_weeks"),
        (only_timesheets(), "too_few_weeks"),
        (only_timesheets(*[8.0] * 10, budget_hours=None), "no_budget_hours"),
        (only_timesheets(*[8.0] * 10, budget_hours=50.0), "no_hours_left"),
        (only_timesheets(*[8.0] * 10, status="on_hold"), "on_hold"),
    ],
)
def test_without_a_pace_there_is_no_finish_and_it_says_why(base: Portfolio, code: str) -> None:
    found = answered(base)
    assert code in found.degraded
    assert (found.before.p80_on, found.after.p80_on, found.after.planned_on) == (None, None, None)
    assert found.cost.likely == 1_100.0


def test_weeks_that_differ_give_a_chance_and_a_change_of_nothing_is_zero() -> None:
    base = only_timesheets(4.0, 12.0, 0.0, 20.0, 8.0, 16.0, 2.0, 10.0, 9.0)
    found, nothing = answered(base), answered(base, Ask("P"))
    assert found.before.p10_on is not None
    assert found.before.p90_on is not None
    assert found.before.p10_on < found.before.p90_on
    assert (nothing.moved_days, nothing.delay_p80_days, nothing.cost.likely) == (0.0, 0.0, 0.0)
    assert nothing.after.p80_on == nothing.before.p80_on
    assert nothing.prices is not None
    assert nothing.prices.floor == 0.0


# A plan that the engine refuses


def broken() -> Ground:
    """The worked plan with a circle."""
    whole = portfolio()
    circle = pl.DataFrame([("F", "A", "FS", 0.0)], ["predecessor_id", "successor_id", "kind", "lag_hours"], orient="row")
    links = pl.concat([whole["links"].collect(), circle], how="diagonal_relaxed")
    return ground(Portfolio(1, dict(whole.frames) | {"links": links.lazy()}, whole.rows), AS_OF, "EUR", trials=40)


def test_a_plan_that_is_refused_leaves_cost_and_price() -> None:
    base = broken()
    assert {problem.kind for problem in base.refused["P"]} == {"cycle"}
    found = answer(base, Ask("P", added=ASK.added, altered=(Altered("F", 24.0),), removed=("D",)))
    assert isinstance(found, Answer)
    # 24 · 30 + 8 · 40 (H), 8 · 40 more of F, 32 · 40 less of D; three points of F are not read
    assert found.cost.labour == pytest.approx(720 + 320 + 320 - 1_280)
    assert "plan_refused" in found.degraded
    assert found.people.filter(pl.col("person_id") == "ana")["added_hours"].item() == -24.0


def test_an_ask_that_is_wrong_is_refused_there_too() -> None:
    found = answer(broken(), Ask("P", altered=(Altered("Z", 1.0),)))
    assert isinstance(found, Refused)
    assert [problem.kind for problem in found.problems] == ["unknown_task"]


# The pace


def test_a_pace_needs_eight_weeks_and_knows_thirteen() -> None:
    assert pace_of(only_timesheets(*[8.0] * 7), "P", AS_OF, 8, 0) is None
    known = pace_of(only_timesheets(*range(1, 20)), "P", AS_OF, 8, 0)
    assert known is not None
    assert known.weeks == tuple(float(week) for week in range(1, 14))


def test_hours_left_are_never_below_none() -> None:
    base = only_timesheets(*[8.0] * 10)
    assert [hours_left(base, "P", AS_OF, agreed) for agreed in (100.0, 50.0, None)] == [20.0, 0.0, None]


def test_hours_that_are_more_never_end_earlier_in_any_trial() -> None:
    pace = Pace("P", date(2026, 1, 1), (3.0, 0.0, 9.0, 5.0, 1.0, 0.0, 7.0, 2.0), 500, 4)
    assert (pace.delays(30.0, 6.0) > 0).all()
    assert np.array_equal(pace.delays(30.0, 0.0), np.zeros(500))


def test_a_pace_that_never_gets_there_ends_never() -> None:
    pace = Pace("P", date(2026, 1, 1), (0.0,) * 7 + (0.001,), 20, 4)
    assert pace.finish(1_000.0, date(2026, 2, 1)).p80_on is None
