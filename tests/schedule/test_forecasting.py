"""Forecasts over calendars and frozen sequences: the worked scope change, closed forms, and trials dated again one by one."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings

from lib.schedule.assumptions import Assumptions, Rates, Risk
from lib.schedule.axis import TICKS_PER_HOUR, instant
from lib.schedule.forecasting import Forecast, forecast
from lib.schedule.graph import Problem, Problems, order_of
from lib.schedule.lanes import Place
from lib.schedule.plan import Plan
from lib.schedule.shared_people import Work, alone, bounds, work_of
from lib.schedule.simulation import Simulation, simulate
from lib.schedule.spread import History, percentile, pert_quantiles
from lib.schedule.trials import copula_of, drawn_hours, passes
from tests.schedule.forecasts import (
    CHANGED,
    CHANGED_LINKS,
    FRIDAY,
    RATES,
    SCOPE,
    SCOPE_LINKS,
    Bare,
    exact,
    forecast_of,
    plan_for,
    plans,
    schedule_of,
    spread,
)

CERTAIN = 1.1  # a chance that every draw is below


def one_task(**columns: Any) -> list[dict]:
    return [{"task_id": "A", "assignee_id": "ana", "estimate_hours": 40.0, **columns}]


def work_days(found: Forecast, project: str = "P") -> np.ndarray:
    """Working days from the plan's start to each trial's finish, of a week of 8 hours a day."""
    calendar = found.calendar(project)
    return (calendar.work_before(found.finishes[project]) - calendar.work_before(found.plan.start)) / (8 * TICKS_PER_HOUR)


# The worked scope change


def test_without_chance_the_forecast_is_the_schedule_and_its_cost() -> None:
    found = forecast_of(plan_for(exact(SCOPE), SCOPE_LINKS), trials=50, promises={"P": date(2026, 3, 20)})
    row = found.projects.row(0, named=True)
    assert row["planned_on"] == row["p10_on"] == row["p50_on"] == row["p80_on"] == row["p90_on"] == date(2026, 3, 19)
    assert (row["planned_share"], row["promise_on"], row["promise_share"]) == (1.0, date(2026, 3, 20), 1.0)
    assert row["likely_cost"] == row["p10_cost"] == row["p90_cost"] == 88 * 40 + 64 * 30 == 5440
    assert row["account_id"] == "account of P"


def test_without_chance_the_change_with_people_finishes_on_day_16_past_the_promise() -> None:
    found = forecast_of(plan_for(exact(CHANGED), CHANGED_LINKS), trials=50, promises={"P": date(2026, 3, 20)})
    row = found.projects.row(0, named=True)
    assert (row["p80_on"], row["promise_share"], row["p80_cost"]) == (date(2026, 3, 23), 0.0, 5440 + 1040)
    critical = found.criticality.filter(pl.col("forward") == 1)["task_id"].to_list()
    assert critical == ["A", "C", "E", "F", "G"]
    spare = found.criticality.filter(pl.col("backward") == 0)["task_id"].to_list()
    assert spare == ["B", "D"]


def test_without_a_schedule_people_do_any_number_of_tasks_at_once() -> None:
    plan = plan_for(exact(CHANGED), CHANGED_LINKS)
    found = forecast(plan, None, 10, 1, Assumptions())
    assert isinstance(found, Forecast)
    assert found.finish("P", 0.8) == date(2026, 3, 20)
    assert found.cost("P", 0.8) is None  # nobody has a rate
    assert found.projects["rated_share"].to_list() == [0.0]


# Against other ways to the same numbers


def test_a_chain_in_one_calendar_is_the_simulation_in_plain_hours() -> None:
    links = [*((first, then, "FS", 0.0) for first, then in SCOPE_LINKS[:4]), ("D", "E", "SS", 4.0), ("E", "F", "FF", -2.0)]
    found = forecast_of(plan_for(spread([{**row, "assignee_id": None} for row in SCOPE]), links), trials=2_000)
    points = {"optimistic": 0.6, "likely": 1.0, "pessimistic": 1.8}
    tasks = pl.DataFrame({
        "task_id": [row["task_id"] for row in SCOPE], "project_id": ["P"] * 6,
        **{name: [row["estimate_hours"] * by for row in SCOPE] for name, by in points.items()},
    })  # fmt: skip
    plain = simulate(tasks, pl.DataFrame(links, schema=["predecessor_id", "successor_id", "kind", "lag"], orient="row"), 2_000, 3)
    assert isinstance(plain, Simulation)
    assert work_days(found) * 8 == pytest.approx(plain.finishes, abs=6 / TICKS_PER_HOUR)


def again(found: Forecast, trial: int) -> dict[str, int]:
    """One trial dated by the scheduler's own rules, task by task: drawn hours, and each task after those its person does before it."""
    model, plan = found.model, found.plan
    copula = copula_of(model, found.seed, 0, found.trials)
    ticks = {name: round(drawn_hours(model, place, copula)[trial] * TICKS_PER_HOUR) for place, name in enumerate(model.task_ids)}
    names = plan.tasks["task_id"].to_list()
    drawn = pl.Series("work_hours", [ticks.get(name, 0) / TICKS_PER_HOUR for name in names])
    work = work_of(Plan(plan.tasks.with_columns(drawn), plan.links, plan.calendars, plan.as_of, plan.parents), {})
    assert isinstance(work, Work)
    earlier = [(names.index(first), names.index(then)) for _, first, then in schedule_of(plan).sequences.rows()]
    pairs = [*earlier, *((link.task, task) for task, links in enumerate(work.before) for link in links)]
    order = order_of(len(names), *np.array(pairs, np.int64).reshape(-1, 2).T)
    assert order is not None
    places = [Place(0, 0, ())] * len(names)
    for task in order:
        fixed = work.fixed[task]
        start, finish = bounds(work, task, places)
        start = max([start, *(places[first].finish for first, then in earlier if then == task)])
        if fixed is not None:
            places[task] = Place(*fixed, ())
        elif work.work[task]:
            places[task] = alone(work.clock[task], start, work.work[task], finish)
        else:
            places[task] = Place(max(start, finish), max(start, finish), ())
    ends: dict[str, int] = {}
    for project, place in zip(plan.tasks["project_id"], places, strict=True):
        ends[project] = max(ends.get(project, 0), place.finish)
    return ends


@settings(max_examples=40, deadline=None)
@given(plans())
def test_every_trial_is_what_the_scheduler_dates_for_its_hours(rows: tuple[list[dict], list[tuple]]) -> None:
    found = forecast_of(plan_for(*rows), trials=8)
    for trial in range(8):
        expected = again(found, trial)
        assert {project: int(ends[trial]) for project, ends in found.finishes.items()} == expected


@settings(max_examples=30, deadline=None)
@given(plans())
def test_a_trial_of_likely_hours_is_the_schedule(rows: tuple[list[dict], list[tuple]]) -> None:
    plan = plan_for(*rows)
    frozen = schedule_of(plan)
    found = forecast_of(plan, frozen, trials=4)
    ends = dict(frozen.tasks.group_by("project_id").agg(pl.col("finish").max()).rows())
    assert dict(found.planned) == ends
    bare = forecast(plan, Bare(frozen.tasks.clear(), frozen.sequences), 4, 3, Assumptions())
    assert isinstance(bare, Forecast)
    assert dict(bare.planned) == ends


def test_pieces_of_trials_are_the_same_trials(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = plan_for(spread(SCOPE), SCOPE_LINKS)
    risks = (Risk("R", "P", "B", 0.5, days=2), Risk("S", "P", None, 0.5, hours=30))
    whole = forecast_of(plan, risks=risks)
    monkeypatch.setattr("lib.schedule.trials.CELLS_AT_ONCE", 6 * 300)
    pieces = forecast_of(plan, risks=risks)
    assert np.array_equal(whole.finishes["P"], pieces.finishes["P"])
    assert np.array_equal(whole.costs["P"], pieces.costs["P"])
    assert whole.criticality.equals(pieces.criticality)


def finishes(rows: list[dict], links: list[tuple] = ()) -> dict[str, date | None]:  # type: ignore[assignment]
    """The finish of each project without chance."""
    found = forecast_of(plan_for(exact(rows), links), trials=4)
    return {project: found.finish(project, 0.5) for project in found.finishes}


def test_what_must_not_finish_before_begins_later_and_so_does_what_starts_with_it() -> None:
    rows = [
        {"task_id": "A", "assignee_id": "ana", "estimate_hours": 16.0},
        {"task_id": "B", "assignee_id": "ben", "estimate_hours": 8.0, "project_id": "Q"},
        {"task_id": "C", "estimate_hours": 16.0, "project_id": "R"},
    ]
    held = finishes(rows, [("A", "B", "FF", 8.0), ("B", "C", "SS")])
    assert held == {"P": date(2026, 3, 3), "Q": date(2026, 3, 4), "R": date(2026, 3, 5)}


def test_a_link_from_a_start_hangs_on_the_first_hour_of_work_not_on_the_weekend_before() -> None:
    rows = [
        {"task_id": "A", "assignee_id": "ana", "estimate_hours": 8.0, "not_before": date(2026, 3, 7)},
        {"task_id": "B", "estimate_hours": 4.0, "project_id": "Q"},
    ]
    assert finishes(rows, [("A", "B", "SS", 24.0, True)]) == {"P": date(2026, 3, 9), "Q": date(2026, 3, 10)}


def test_a_link_from_the_start_of_what_has_begun_hangs_on_that_day() -> None:
    begun = {"assignee_id": "ana", "estimate_hours": 16.0, "started_on": date(2026, 2, 20)}
    rows = [
        {"task_id": "Z", **begun, "due": date(2026, 3, 3)},
        {"task_id": "A", **begun},
        {"task_id": "B", "estimate_hours": 8.0, "project_id": "Q"},
    ]
    assert finishes(rows, [("A", "B", "SS")]) == {"P": date(2026, 3, 5), "Q": date(2026, 3, 2)}


@pytest.mark.parametrize(
    ("link", "finish"),
    [
        (("done", "B", "FS", 120.0, True), date(2026, 3, 5)),
        (("done", "B", "FF", 120.0, True), date(2026, 3, 4)),
        (("done", "B", "SS", 240.0, True), date(2026, 3, 2)),
        (("done", "B", "FS", 16.0), date(2026, 3, 4)),
        (("done", "B", "FS", 0.0), date(2026, 3, 2)),
    ],
)
def test_a_lag_after_finished_work_still_runs(link: tuple, finish: date) -> None:
    rows = [
        {"task_id": "done", "estimate_hours": 8.0, "started_on": date(2026, 2, 20), "finished_on": date(2026, 2, 27)},
        {"task_id": "B", "assignee_id": "ben", "estimate_hours": 8.0},
    ]
    assert finishes(rows, [link]) == {"P": finish}


def test_what_has_begun_waits_for_no_link_to_its_start_but_for_its_persons_work_before() -> None:
    rows = [
        {"task_id": "A", "assignee_id": "ben", "estimate_hours": 40.0},
        {"task_id": "Z", "assignee_id": "ana", "estimate_hours": 16.0, "started_on": date(2026, 2, 19), "due": date(2026, 3, 3)},
        {"task_id": "B", "assignee_id": "ana", "estimate_hours": 8.0, "started_on": date(2026, 2, 20), "project_id": "Q"},
    ]
    assert finishes(rows, [("A", "B")]) == {"P": date(2026, 3, 6), "Q": date(2026, 3, 4)}


# What is drawn


def test_a_started_task_has_its_remaining_hours_times_sampled_over_likely() -> None:
    points = {"optimistic_hours": 24.0, "pessimistic_hours": 80.0}
    whole = forecast_of(plan_for(one_task(**points)), trials=500)
    begun = forecast_of(plan_for(one_task(**points, remaining_hours=10.0, started_on=date(2026, 2, 20))), trials=500)
    assert work_days(begun) == pytest.approx(work_days(whole) / 4, abs=1e-3)


def test_finished_work_milestones_and_waits_are_constants() -> None:
    rows = [
        {"task_id": "done", "finished_on": date(2026, 2, 20), "estimate_hours": 50.0},
        {"task_id": "wait", "duration_days": 3.0},
        {"task_id": "gate", "kind": "milestone"},
    ]
    found = forecast_of(plan_for(rows, [("done", "wait"), ("wait", "gate")]), trials=20)
    assert set(work_days(found).tolist()) == {3.0}
    assert found.costs["P"].tolist() == [0.0] * 20
    assert found.spreads.is_empty()


def test_one_estimate_alone_spreads_as_the_accounts_own_tasks_did_and_moves_the_centre() -> None:
    ratios = np.array([1.0] * 10 + [1.5] * 10)
    found = forecast_of(plan_for(one_task()), trials=2_000, history=History({"account of P": ratios}, np.full(50, 3.0)))
    values, counts = np.unique(work_days(found), return_counts=True)
    assert values.tolist() == [5.0, 7.5]
    assert counts[0] / 2_000 == pytest.approx(0.5, abs=0.04)
    assert found.spreads.row(0, named=True) == {"task_id": "A", "source": "account", "centre": 1.25, "done_tasks": 20}


def test_a_person_of_four_hours_a_day_takes_twice_as_long_and_costs_the_same() -> None:
    fast = forecast_of(plan_for(one_task(optimistic_hours=30.0, pessimistic_hours=60.0)), trials=200)
    slow = forecast_of(plan_for(one_task(optimistic_hours=30.0, pessimistic_hours=60.0, hours_per_day=4.0)), trials=200)
    assert np.array_equal(fast.costs["P"], slow.costs["P"])
    days = [np.ceil(work_days(found) - 1e-9) for found in (fast, slow)]
    assert ((days[1] == 2 * days[0]) | (days[1] == 2 * days[0] - 1)).all()


def test_luck_shared_within_a_project_widens_its_finish() -> None:
    plan = plan_for(spread(SCOPE), SCOPE_LINKS)
    deviations = [work_days(forecast_of(plan, rho_project=rho, rho_person=0.0)).std() for rho in (0.0, 0.3, 0.9)]
    assert deviations[0] < deviations[1] < deviations[2]


def test_cost_is_hours_times_rate_of_the_person_else_of_the_role_else_of_everybody() -> None:
    rows = [
        {"task_id": "A", "assignee_id": "ana", "estimate_hours": 10.0},
        {"task_id": "B", "role": "designer", "estimate_hours": 10.0},
        {"task_id": "C", "assignee_id": "zoe", "role": "pilot", "estimate_hours": 10.0},
    ]
    found = forecast_of(plan_for(exact(rows), people=("ana", "zoe")), trials=4)
    assert found.costs["P"].tolist() == [10 * 40 + 10 * 50 + 10 * 35] * 4
    part = forecast_of(plan_for(exact(rows), people=("ana", "zoe")), trials=4, rates=Rates({"ana": 40.0}, {"designer": 50.0}))
    assert part.rated_share("P") == pytest.approx(2 / 3)
    assert part.projects.row(0, named=True)["p80_cost"] is None


# Risks


def test_a_risk_fires_as_often_as_its_probability_says_and_costs_its_days() -> None:
    found = forecast_of(plan_for(exact(one_task())), trials=20_000, risks=(Risk("R", "P", "A", 0.3, days=4),))
    values, counts = np.unique(work_days(found), return_counts=True)
    assert values.tolist() == [5.0, 9.0]
    assert counts[1] / 20_000 == pytest.approx(0.3, abs=0.01)
    assert set(found.costs["P"].tolist()) == {1600.0}


@pytest.mark.parametrize(
    ("risk", "days", "cost"),
    [
        (Risk("R", "P", "A", CERTAIN, hours=8), 7, 1840 + 8 * 40),
        (Risk("R", "P", None, CERTAIN, hours=8), 7, (40 + 40 / 6) * 40 + (8 + 8 / 6) * 30),
        (Risk("R", "P", "A", CERTAIN, days=2), 8, 1840),
        (Risk("R", "P", None, CERTAIN, days=2), 8, 1840),
        (Risk("R", "P", "A", CERTAIN, days=2, hours=8), 8, 1840 + 8 * 40),
        (Risk("R", "P", None, CERTAIN, days=2, hours=12), 8, 1840 + 12 * 1840 / 48),
        (Risk("R", "P", "gate", CERTAIN, hours=8), 7, 1840 + 8 * 35),
        (Risk("R", "P", "summary above", CERTAIN, days=2), 8, 1840),
        (Risk("R", "P", "A", 0.0, days=2, hours=8), 6, 1840),
    ],
)
def test_days_take_time_and_hours_take_work(risk: Risk, days: float, cost: float) -> None:
    # A 40 h of Ana at 40 €/h, then B 8 h of Ben at 30 €/h, then a milestone: 6 days, 1840 €.
    rows = [*one_task(), {"task_id": "B", "assignee_id": "ben", "estimate_hours": 8.0}, {"task_id": "gate", "kind": "milestone"}]
    found = forecast_of(plan_for(exact(rows), [("A", "B"), ("B", "gate")]), trials=4, risks=(risk,))
    assert work_days(found).tolist() == [days] * 4
    assert found.costs["P"].tolist() == pytest.approx([cost] * 4)


def test_a_delayed_task_delays_what_waits_for_it_in_another_project() -> None:
    rows = [*one_task(), {"task_id": "B", "assignee_id": "ana", "estimate_hours": 8.0, "project_id": "Q", "not_before": date(2026, 3, 6)}]
    found = forecast_of(plan_for(exact(rows)), trials=4, risks=(Risk("R", "P", "A", CERTAIN, days=2),))
    assert [found.finish(project, 0.5) for project in ("P", "Q")] == [date(2026, 3, 10), date(2026, 3, 11)]


def test_a_risk_of_what_is_done_or_not_planned_hits_nothing_and_is_named() -> None:
    rows = [*one_task(), {"task_id": "Z", "finished_on": date(2026, 2, 20)}]
    where = {"done": ("P", "Z"), "elsewhere": ("X", None), "nowhere": (None, None)}
    risks = tuple(Risk(name, *hit, CERTAIN, days=9) for name, hit in where.items())
    found = forecast_of(plan_for(exact(rows)), trials=4, risks=risks)
    assert work_days(found).tolist() == [5.0] * 4
    assert found.model.unplaced == ("done", "elsewhere", "nowhere")


# What is told


def test_percentiles_and_chances_count_the_trials() -> None:
    found = forecast_of(plan_for(spread(SCOPE), SCOPE_LINKS), trials=997, promises={"P": date(2026, 3, 20)})
    ends = np.sort(found.finishes["P"])
    row = found.projects.row(0, named=True)
    for name, share in (("p10_on", 0.1), ("p50_on", 0.5), ("p80_on", 0.8), ("p90_on", 0.9)):
        at = ends[int(np.ceil(share * 997)) - 1]
        assert instant(row[name]) < at <= instant(row[name]) + 24 * TICKS_PER_HOUR
    assert row["promise_share"] == np.mean(ends <= instant(date(2026, 3, 21)))
    assert row["planned_on"] == date(2026, 3, 19)
    assert row["planned_share"] == np.mean(ends <= instant(date(2026, 3, 20)))


def test_one_tasks_percentiles_are_those_of_its_hours() -> None:
    found = forecast_of(plan_for(one_task(optimistic_hours=20.0, pessimistic_hours=100.0)), trials=20_000)
    for share, z in ((0.1, -1.2815515655), (0.5, 0.0), (0.8, 0.8416212336), (0.9, 1.2815515655)):
        assert percentile(work_days(found) * 8, share) == pytest.approx(pert_quantiles(20, 40, 100, np.array([z]))[0], rel=0.01)


def test_the_tornado_is_led_by_what_varies_most_and_knows_risks() -> None:
    rows = [
        {"task_id": "wide", "assignee_id": "ana", "estimate_hours": 40.0, "optimistic_hours": 10.0, "pessimistic_hours": 120.0},
        {"task_id": "narrow", "assignee_id": "ana", "estimate_hours": 40.0, "optimistic_hours": 36.0, "pessimistic_hours": 48.0},
        {"task_id": "fixed", "assignee_id": "ana", "estimate_hours": 40.0, "optimistic_hours": 40.0, "pessimistic_hours": 40.0},
        {"task_id": "elsewhere", "project_id": "Q", "estimate_hours": 40.0, "optimistic_hours": 1.0, "pessimistic_hours": 400.0},
    ]
    plan = plan_for(rows, [("wide", "narrow"), ("narrow", "fixed")])
    risks = (Risk("R", "P", "fixed", 0.1, days=3), Risk("T", "Q", None, 0.5, days=9))
    told = forecast_of(plan, trials=4_000, rho_project=0.0, rho_person=0.0, risks=risks).tornado("P")
    assert told.row(0)[:2] == ("task", "wide")
    assert sorted(told.select("driver", "id").rows()) == [("risk", "R"), ("task", "narrow"), ("task", "wide")]
    wide, risk = (told.row(by_predicate=pl.col("id") == name, named=True) for name in ("wide", "R"))
    assert wide["correlation"] > 0.9
    assert wide["low_days"] < -3 < 3 < wide["high_days"]
    assert risk["high_days"] == pytest.approx(3, abs=1)
    assert -1 < risk["low_days"] <= 0


def test_the_task_that_decides_is_the_longer_of_two_in_each_trial() -> None:
    rows = [
        {"task_id": "A", "assignee_id": "ana", "estimate_hours": 40.0, "optimistic_hours": 20.0, "pessimistic_hours": 90.0},
        {"task_id": "B", "assignee_id": "ben", "estimate_hours": 45.0, "optimistic_hours": 30.0, "pessimistic_hours": 70.0},
        {"task_id": "end", "kind": "milestone"},
    ]
    found = forecast_of(plan_for(rows, [("A", "end"), ("B", "end")]), trials=3_000)
    (some,) = passes(found.model, 3_000, found.seed)
    longer = some.work[0] > some.work[1]
    shares = {row["task_id"]: (row["forward"], row["backward"]) for row in found.criticality.iter_rows(named=True)}
    assert shares["A"] == pytest.approx((longer.mean(), longer.mean()), abs=2e-3)
    assert shares["end"] == (1.0, 1.0)


def test_a_chain_through_another_project_is_told_under_the_project_it_decides() -> None:
    rows = [*one_task(project_id="Q"), {"task_id": "B", "assignee_id": "ana", "estimate_hours": 8.0, "not_before": date(2026, 3, 5)}]
    found = forecast_of(plan_for(exact(rows)), trials=4)
    assert schedule_of(found.plan).sequences.select("predecessor_id", "successor_id").rows() == [("A", "B")]
    told = found.criticality.select("project_id", "task_id", "forward").rows()
    assert sorted(told) == [("P", "A", 1.0), ("P", "B", 1.0), ("Q", "A", 1.0)]


# What a person must put right, and edges


@pytest.mark.parametrize(
    ("columns", "kind"),
    [
        ({"optimistic_hours": 41.0, "pessimistic_hours": 50.0}, "optimistic_over_likely"),
        ({"optimistic_hours": 30.0, "pessimistic_hours": 39.0}, "likely_over_pessimistic"),
        ({"work_hours": -1.0}, "negative_duration"),
    ],
)
def test_points_out_of_order_are_a_value_that_names_the_task(columns: dict, kind: str) -> None:
    plan = plan_for(one_task())
    tasks = plan.tasks.with_columns(pl.lit(value).alias(name) for name, value in columns.items())
    wrong = Plan(tasks, plan.links, plan.calendars, plan.as_of, {})
    assert forecast(wrong, None, 10, 1) == Problems((Problem(kind, ("A",)),))


def test_sequences_against_the_links_are_a_cycle() -> None:
    plan = plan_for(exact(SCOPE), SCOPE_LINKS)
    frozen = Bare(schedule_of(plan).tasks, pl.DataFrame({"predecessor_id": ["F"], "successor_id": ["A"]}))
    found = forecast(plan, frozen, 10, 1)
    assert isinstance(found, Problems)
    assert found.found[0].kind == "cycle"


def test_a_plan_without_tasks_has_no_projects() -> None:
    plan = plan_for([{"task_id": "done", "finished_on": date(2026, 2, 20)}])
    found = forecast_of(plan, trials=4)
    assert found.projects.is_empty()
    assert found.criticality.is_empty()
    assert found.tornado("P").is_empty()


def test_who_has_no_hours_ever_again_never_finishes() -> None:
    plan = plan_for(exact(one_task()))
    nobody = plan.calendars["ana"].of_days(FRIDAY, [0.0] * 7)
    found = forecast(Plan(plan.tasks, plan.links, {**plan.calendars, "ana": nobody}, plan.as_of, {}), None, 10, 1, Assumptions(rates=RATES))
    assert isinstance(found, Forecast)
    row = found.projects.row(0, named=True)
    assert (row["planned_on"], row["p10_on"], row["p90_on"], row["p80_cost"]) == (None, None, None, 1600.0)
    assert found.tornado("P").is_empty()


def test_fewer_than_one_trial_is_refused() -> None:
    with pytest.raises(ValueError, match="0 trials"):
        forecast(plan_for(one_task()), None, 0, 1)
