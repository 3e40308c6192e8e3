"""Earned value of projects from tables, each rule worked by hand on two weeks of work: Mon 2 to Fri 13 March 2026, Ana at 50 an hour."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from lib.measures.earned_value import earned_value, with_figures
from lib.measures.project_history import project_history
from lib.measures.project_values import grouped_values, project_values
from lib.portfolio import Portfolio
from lib.sample import SAMPLE_AS_OF, read_sample
from tests.measures.rows import book_of, first_row

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample"
WEEK_1, WEEK_2 = (date(2026, 3, 2), date(2026, 3, 6)), (date(2026, 3, 9), date(2026, 3, 13))
FRIDAY_1, FRIDAY_2 = WEEK_1[1], WEEK_2[1]
ANA = {"person_id": "ana", "cost_rate": 50.0, "role": "design"}


def task(name: str, week: tuple[date, date] | None = None, hours: float | None = None, **more: Any) -> dict[str, Any]:
    start, finish = week or (None, None)
    plain = {"task_id": name, "project_id": "j", "name": name, "kind": "task", "status": "open", "assignee_id": "ana"}
    return plain | {"baseline_hours": hours, "baseline_start": start, "baseline_finish": finish} | more


def done(day: date) -> dict[str, Any]:
    return {"status": "done", "started_on": day, "finished_on": day, "percent_complete": 100.0}


def worked(day: date, hours: float, **more: Any) -> dict[str, Any]:
    return {"date": day, "hours": hours} | more


TWO = [task("a", WEEK_1, 40.0, **done(FRIDAY_1)), task("b", WEEK_2, 40.0)]
ENTRIES = [worked(WEEK_1[0], 10.0), worked(date(2026, 3, 4), 20.0)]
FIXED = {"project_id": "j", "account_id": "x", "billing": "fixed", "baseline_start": WEEK_1[0], "baseline_due": WEEK_2[1]}


def value_of(as_of: date = FRIDAY_1, basis: Any = "cost", project: dict[str, Any] | None = None, **tables: Any) -> dict[str, Any]:
    """The row of project j."""
    tables = {"people": [ANA], "tasks": TWO, "time_entries": ENTRIES} | tables
    book = book_of(projects=[FIXED | (project or {})], **{name: rows for name, rows in tables.items() if rows})
    return first_row(project_values(book, as_of, basis, "EUR"))


def test_half_done_by_half_time_at_three_quarters_of_the_cost():
    row = value_of()
    assert (row["bac"], row["pv"], row["ev"], row["ac"]) == pytest.approx((4000, 2000, 2000, 1500))
    assert (row["cpi"], row["spi"], row["es"], row["at"], row["pd"], row["spi_t"]) == pytest.approx((4 / 3, 1, 5, 5, 10, 1))
    assert (row["bac_by"], row["plan_by"], row["done_by"]) == ("baseline", "tasks", "tasks")
    assert (row["planned_start"], row["planned_finish"]) == (WEEK_1[0], FRIDAY_2)


def test_the_same_in_hours():
    row = value_of(basis="hours")
    assert (row["bac"], row["pv"], row["ev"], row["ac"], row["hours"]) == pytest.approx((80, 40, 40, 30, 30))
    assert value_of(basis="hours", tasks=[], project={"budget_hours": 100.0, "percent_complete": 40.0})["ev"] == pytest.approx(40)


def test_planned_value_rests_on_weekends_and_closed_days():
    assert value_of(as_of=date(2026, 3, 4))["pv"] == pytest.approx(1200)
    assert value_of(as_of=date(2026, 3, 8))["pv"] == pytest.approx(2000)
    shut = value_of(as_of=date(2026, 3, 4), closures=[{"date": date(2026, 3, 3), "name": "shut"}])
    assert (shut["pv"], shut["at"], shut["pd"]) == pytest.approx((1000, 2, 9))


def test_hours_are_planned_at_the_rate_of_the_baseline_and_cost_that_of_their_day():
    row = value_of(person_terms=[{"person_id": "ana", "from": date(2026, 3, 4), "cost_rate": 60.0, "currency": "EUR"}])
    assert row["bac"] == pytest.approx(40 * 50 + 40 * 60)
    assert row["ac"] == pytest.approx(10 * 50 + 20 * 60)
    unrated = [{"person_id": "ana", "from": date(2026, 3, 4), "weekly_hours": 30.0}]
    assert value_of(person_terms=unrated)["ac"] == pytest.approx(1500)
    own = value_of(time_entries=[*ENTRIES, worked(FRIDAY_1, 1.0, cost_rate=200.0, currency="EUR"), worked(WEEK_2[0], 9.0)])
    assert own["ac"] == pytest.approx(1500 + 200)


def test_a_task_for_nobody_is_planned_at_its_roles_median():
    people = [ANA, {"person_id": "bo", "cost_rate": 70.0, "role": "design"}, {"person_id": "cy", "cost_rate": 10.0, "role": "build"}]
    tasks = [task("a", WEEK_1, 10.0, assignee_id=None, role="design"), task("b", WEEK_1, 10.0, assignee_id=None)]
    assert value_of(tasks=tasks, people=people)["bac"] == pytest.approx(10 * 60 + 10 * 50)


def test_own_expenses_are_budget_and_cost_but_never_what_is_billed_on():
    row = value_of(expenses=[
        {"date": WEEK_1[0], "amount": 100.0}, {"date": WEEK_2[0], "amount": 300.0},
        {"date": WEEK_1[0], "amount": 9000.0, "pass_through": True},
    ])  # fmt: skip
    assert (row["bac"], row["ac"]) == pytest.approx((4400, 1600))
    assert (row["pv"], row["ev"]) == pytest.approx((2200, 2200))


def test_without_a_baseline_of_tasks_the_cost_budget_counts_then_the_fee_less_margin_and_never_the_fee():
    plain = {"percent_complete": 50.0, "budget_amount": 10_000.0, "pass_through_budget": 2000.0}
    given = value_of(tasks=[], project=plain | {"budget_cost": 5000.0, "target_margin": 0.45})
    assert (given["bac_by"], given["plan_by"]) == ("budget_cost", "project")
    assert (given["bac"], given["pv"], given["ev"]) == pytest.approx((5000, 2500, 2500))
    derived = value_of(tasks=[], project=plain | {"target_margin": 0.45})
    assert (derived["bac"], derived["bac_by"]) == (pytest.approx(4400), "derived")
    fee = value_of(tasks=[], project=plain)
    assert (fee["bac"], fee["cpi"], fee["why_cpi"], fee["ac"], fee["hours"]) == (None, None, "no_budget", 1500, 30)
    assert value_of(tasks=[], project=plain | {"budget_cost": 0.0})["why_spi_t"] == "no_budget"


@pytest.mark.parametrize(
    ("technique", "earned"),
    [("zero_hundred", 2000), ("fifty_fifty", 3000), ("percent_complete", 2400), (None, 2400), ("weighted_milestones", 1000)],
)
def test_each_technique_earns_its_own_way(technique: str | None, earned: float):
    tasks = [
        task("a", WEEK_1, 40.0, **done(FRIDAY_1)),
        task("b", WEEK_2, 40.0, status="in_progress", started_on=FRIDAY_1, percent_complete=20.0),
        task("m", kind="milestone", accepted_on=FRIDAY_1), *(task(f"m{number}", kind="deliverable") for number in range(3)),
    ]  # fmt: skip
    row = value_of(tasks=tasks, project={"ev_technique": technique})
    assert row["ev"] == pytest.approx(earned)
    assert (row["technique"], row["technique_assumed"]) == (technique or "percent_complete", technique is None)


def test_milestones_weigh_their_hours_where_all_have_some():
    marks = [task("m", WEEK_1, 30.0, kind="milestone", **done(FRIDAY_1)), task("n", WEEK_2, 10.0, kind="milestone")]
    assert value_of(tasks=marks, project={"ev_technique": "weighted_milestones"})["ev"] == pytest.approx(1500)
    none = value_of(project={"ev_technique": "weighted_milestones"})
    assert (none["ev"], none["why_cpi"], none["why_spi_t"]) == (None, "no_milestones", "no_milestones")


def test_leaves_alone_count():
    summary = task("s", (WEEK_1[0], FRIDAY_2), 80.0, kind="summary", percent_complete=90.0)
    parent = task("p", (WEEK_1[0], FRIDAY_2), 80.0, percent_complete=90.0)
    children = [TWO[0] | {"parent_id": "p"}, TWO[1] | {"parent_id": "p"}]
    assert value_of(tasks=[summary, parent, *children])["bac"] == 4000
    assert value_of(tasks=[summary, parent, *children])["ev"] == pytest.approx(2000)


def test_where_a_task_does_not_tell_the_readings_do():
    silent = [TWO[0], task("b", WEEK_2, 40.0, status="in_progress", started_on=FRIDAY_1)]
    readings = [{"project_id": "j", "date": day, "percent_complete": share} for day, share in ((FRIDAY_1, 60.0), (WEEK_2[0], 99.0))]
    row = value_of(tasks=silent, progress=readings)
    assert (row["ev"], row["done_by"]) == (pytest.approx(2400), "readings")
    assert value_of(tasks=silent, project={"percent_complete": 30.0})["done_by"] == "stated"
    assert value_of(tasks=silent, project={"percent_complete": 30.0}, progress=readings[1:])["done_by"] == "stated"
    falling = [{"project_id": "j", "date": day, "percent_complete": share} for day, share in ((WEEK_1[0], 70.0), (FRIDAY_1, 60.0))]
    assert value_of(tasks=silent, progress=falling)["ev"] == pytest.approx(2400)
    unknown = value_of(tasks=silent)
    assert (unknown["ev"], unknown["why_cpi"], unknown["why_es"], unknown["pv"]) == (None, "no_ev", "no_ev", pytest.approx(2000))


def test_readings_of_percent_are_no_other_technique():
    reading = [{"project_id": "j", "date": FRIDAY_1, "percent_complete": 60.0}]
    row = value_of(tasks=[], progress=reading, project={"ev_technique": "zero_hundred", "budget_cost": 100.0})
    assert (row["ev"], row["done_by"], row["why_cpi"]) == (None, None, "no_ev")


def test_a_task_finished_later_does_not_tell_how_far_it_was():
    later = [TWO[0], task("b", WEEK_2, 40.0, status="done", started_on=WEEK_1[0], finished_on=FRIDAY_2, percent_complete=100.0)]
    assert value_of(tasks=later)["why_cpi"] == "no_ev"
    assert value_of(tasks=later, as_of=FRIDAY_2)["ev"] == pytest.approx(4000)


def test_a_late_project_that_is_done_keeps_its_spi_t():
    end = date(2026, 3, 18)
    over: Any = {"project": {"status": "done", "finished_on": end}, "tasks": [TWO[0], task("b", WEEK_2, 40.0, **done(end))]}
    row = value_of(as_of=date(2026, 6, 30), **over)
    assert (row["spi"], row["es"], row["at"], row["spi_t"]) == pytest.approx((1, 10, 13, 10 / 13))
    assert (row["eac"], row["etc"], row["done_by"]) == (1500, 0, "finished")
    assert value_of(as_of=FRIDAY_2, **over)["at"] == 10


def test_a_project_done_on_an_unknown_day_has_cost_but_no_time():
    row = value_of(project={"status": "done"})
    assert (row["ev"], row["eac"], row["spi_t"], row["why_spi_t"]) == (4000, 1500, None, "no_dates")


def test_work_before_the_planned_start_has_neither_index():
    early = task("a", WEEK_1, 40.0, status="in_progress", started_on=date(2026, 2, 26), percent_complete=10.0)
    row = value_of(as_of=date(2026, 2, 27), tasks=[early])
    assert (row["ev"], row["pv"]) == (pytest.approx(200), 0)
    assert [row[f"why_{name}"] for name in ("spi", "spi_t", "sv_t", "ieac_t")] == ["before_start"] * 4
    weekend = value_of(as_of=date(2026, 2, 28), project={"baseline_start": date(2026, 2, 28)}, tasks=[])
    assert weekend["why_cpi"] == "no_budget"


@pytest.mark.parametrize("billing", ["retainer", "time_materials"])
def test_effort_without_a_plan_is_burn_alone(billing: str):
    row = value_of(tasks=[], project={"billing": billing, "percent_complete": 50.0})
    assert (row["ac"], row["hours"], row["bac"], row["spi"]) == (1500, 30, None, None)
    assert {row[name] for name in row if name.startswith("why_")} == {"level_of_effort"}


def test_time_and_materials_with_a_budget_are_measured_and_retainers_never():
    budget = {"budget_cost": 4000.0, "percent_complete": 50.0}
    assert value_of(tasks=[], project={"billing": "time_materials"} | budget)["spi"] == pytest.approx(1)
    assert value_of(tasks=[], project={"billing": "retainer"} | budget)["why_spi"] == "level_of_effort"
    by_contract = value_of(
        tasks=[], project={"billing": None, "contract_id": "c"} | budget,
        contracts=[{"contract_id": "c", "account_id": "x", "start": WEEK_1[0]}],
    )  # fmt: skip
    assert (by_contract["billing"], by_contract["why_spi"]) == ("retainer", "level_of_effort")


def test_on_hold_leaves_time_and_cancelled_leaves_everything_but_cost():
    held = value_of(project={"status": "on_hold"})
    assert (held["cpi"], held["spi_t"], held["why_spi_t"], held["why_at"]) == (pytest.approx(4 / 3), None, "on_hold", "on_hold")
    dropped = value_of(project={"status": "cancelled", "finished_on": FRIDAY_1})
    assert (dropped["ac"], dropped["ev"], dropped["bac"], dropped["why_cpi"]) == (1500, None, None, "cancelled")


def test_without_a_baseline_the_plan_is_the_straight_line_from_start_to_due():
    dates = {"baseline_start": None, "baseline_due": None, "start": WEEK_1[0], "due": FRIDAY_2}
    straight = dates | {"percent_complete": 30.0, "budget_hours": 100.0}
    row = value_of(basis="hours", tasks=[], project=straight, people=[])
    assert (row["plan_by"], row["pv"], row["ev"], row["spi_t"]) == ("straight", pytest.approx(50), pytest.approx(30), pytest.approx(0.6))
    undated = value_of(basis="hours", tasks=[], project=straight | {"due": None}, people=[])
    assert (undated["ev"], undated["cpi"]) == (pytest.approx(30), pytest.approx(1))
    assert [undated[f"why_{name}"] for name in ("spi", "es", "at", "pd", "spi_t")] == ["no_dates"] * 5


# Changes


def change(day: date = FRIDAY_1, **more: Any) -> dict[str, Any]:
    return {"change_id": "c", "decided_on": day, "raised_on": WEEK_1[0], "paid_by": "client", "cost": 1000.0} | more


def test_scope_the_client_pays_raises_the_budget_from_its_decision_on_and_leaves_the_plan_before_it():
    wednesday = date(2026, 3, 4)
    assert value_of(as_of=wednesday, change_requests=[change()])["bac"] == 4000
    assert value_of(as_of=wednesday, change_requests=[change(day=wednesday)])["pv"] == pytest.approx(1200)
    row = value_of(change_requests=[change()])
    assert (row["bac_original"], row["bac"], row["pv"], row["ev"]) == pytest.approx((4000, 5000, 2000, 2000))
    later = value_of(as_of=date(2026, 3, 11), change_requests=[change()])  # 3 of the 5 days left, with 2000 + 1000 planned on them
    assert later["pv"] == pytest.approx(2000 + 3 / 5 * 3000)
    assert value_of(change_requests=[change(delay_days=5.0)])["pd"] == 15


@pytest.mark.parametrize(
    ("how", "budget"),
    [({"paid_by": "shared", "client_share": 0.4}, 4400), ({"paid_by": "shared"}, 4000), ({"paid_by": "us"}, 4000),
     ({"paid_by": None}, 4000),
     ({"status": "implemented"}, 5000), ({"status": "proposed"}, 4000), ({"status": "rejected"}, 4000), ({"day": FRIDAY_2}, 4000),
     ({"day": None}, 4000), ({"cost": None, "hours": 10.0}, 4500), ({"cost": None}, 4000), ({"kind": "modified"}, 5000)],
)  # fmt: skip
def test_only_what_the_client_pays_and_was_decided_counts(how: dict[str, Any], budget: float):
    assert value_of(change_requests=[change(**how)])["bac"] == pytest.approx(budget)


def test_what_is_decided_after_the_end_is_no_part_of_the_project():
    over = {"status": "done", "finished_on": date(2026, 3, 18)}
    for day, budget in ((date(2026, 3, 18), 5000), (date(2026, 3, 19), 4000)):
        row = value_of(as_of=date(2026, 6, 30), project=over, change_requests=[change(day=day)])
        assert (row["bac"], row["ev"]) == (budget, budget)
    assert row["spi_t"] == pytest.approx(10 / 13)


def test_a_decided_change_without_an_amount_is_counted_out():
    assert value_of(change_requests=[change(cost=None)])["changes_left_out"] == 1
    assert value_of(change_requests=[change(cost=None, kind="removed", paid_by=None)])["changes_left_out"] == 1
    assert value_of(change_requests=[change(currency="GBP")])["changes_left_out"] == 1
    for whole in (change(), change(cost=None, paid_by="us"), change(cost=None, hours=3.0)):
        assert value_of(change_requests=[whole])["changes_left_out"] == 0


def test_in_hours_a_change_counts_its_hours():
    assert value_of(basis="hours", change_requests=[change(hours=12.0, paid_by="shared", client_share=0.5)])["bac"] == 86


def test_tasks_of_a_change_earn_the_change_and_never_the_baseline():
    extra = task("c1", WEEK_2, 10.0, change_id="c", status="in_progress", started_on=FRIDAY_1, percent_complete=50.0)
    row = value_of(tasks=[*TWO, extra], change_requests=[change()])
    assert (row["bac_original"], row["bac"], row["ev"]) == pytest.approx((4000, 5000, 2500))
    absorbed = value_of(tasks=[*TWO, extra], change_requests=[change(paid_by="us")])
    assert (absorbed["bac"], absorbed["ev"]) == pytest.approx((4000, 2000))


def test_approving_scope_does_not_change_what_is_earned():
    silent = [TWO[0], task("b", WEEK_2, 40.0, status="in_progress", started_on=FRIDAY_1)]
    readings = [{"project_id": "j", "date": date(2026, 3, 5), "percent_complete": 60.0}]
    assert value_of(tasks=silent, progress=readings, change_requests=[change()])["ev"] == pytest.approx(2400)
    after = [*readings, {"project_id": "j", "date": FRIDAY_1, "percent_complete": 60.0}]
    assert value_of(tasks=silent, progress=after, change_requests=[change()])["ev"] == pytest.approx(3000)


@pytest.mark.parametrize(("cost", "budget"), [(-500.0, 3500), (500.0, 3500), (-3000.0, 2000)])
def test_removed_scope_takes_out_its_unearned_part_only(cost: float, budget: float):
    row = value_of(change_requests=[change(kind="removed", cost=cost, paid_by=None)])
    assert (row["bac"], row["ev"], row["pv"]) == pytest.approx((budget, 2000, 2000))
    assert row["spi_t"] == pytest.approx(1)


def test_a_removed_task_stays_in_the_baseline_it_was_part_of():
    gone = TWO[1] | {"change_id": "c", "status": "cancelled"}
    row = value_of(tasks=[TWO[0], gone], change_requests=[change(kind="removed", cost=-2000.0)])
    assert (row["bac_original"], row["bac"], row["ev"]) == pytest.approx((4000, 2000, 2000))
    begun = gone | {"started_on": FRIDAY_1, "percent_complete": 40.0}
    half = value_of(tasks=[TWO[0], begun, task("d", WEEK_2, 100.0)], change_requests=[change(kind="removed", cost=-2000.0)])
    assert (half["bac"], half["ev"]) == pytest.approx((9000 - 0.6 * 2000, 2000 + 0.4 * 2000))


# Cost to come, rates, currencies


def test_what_remains_leads_where_four_fifths_of_the_open_hours_state_it():
    b = task("b", WEEK_2, 40.0, remaining_hours=48.0, estimate_hours=40.0)
    assert value_of(tasks=[TWO[0], b, task("c", estimate_hours=12.0)])["eac_bottom_up"] == pytest.approx(1500 + 60 * 50)
    for lacking in (task("c", estimate_hours=12.1), task("c")):  # 48 of 60.1 hours; one of two tasks
        row = value_of(tasks=[TWO[0], b, lacking])
        assert (row["eac_bottom_up"], row["why_eac_bottom_up"], row["eac_by"]) == (None, "too_few_remaining", "cpi")
    every = [TWO[0], task("b", WEEK_2, 40.0, remaining_hours=48.0), *(task(f"c{n}", remaining_hours=2.0) for n in range(3)),
             task("d", estimate_hours=8.0, percent_complete=50.0)]  # fmt: skip
    row = value_of(tasks=every, expenses=[{"date": WEEK_1[0], "amount": 9.0}, {"date": WEEK_2[0], "amount": 70.0}])
    assert row["eac_bottom_up"] == pytest.approx(1500 + 9 + (48 + 6 + 4) * 50 + 70)
    assert (row["eac"], row["eac_by"]) == (row["eac_bottom_up"], "bottom_up")


def test_hours_without_a_rate_make_the_cost_a_lower_limit_and_below_nine_tenths_none():
    people = [ANA, {"person_id": "bo"}]
    few = value_of(people=people, time_entries=[*ENTRIES, worked(FRIDAY_1, 3.0, person_id="bo")])
    assert (few["ac"], few["ac_at_least"]) == (1500, True)
    many = value_of(people=people, time_entries=[*ENTRIES, worked(FRIDAY_1, 4.0, person_id="bo")])
    assert (many["ac"], many["cpi"], many["why_cpi"], many["spi"]) == (None, None, "too_few_rated", 1)


def test_without_any_time_sheets_there_is_no_cost_and_with_some_an_idle_project_cost_nothing():
    assert value_of(time_entries=[])["why_cpi"] == "no_ac"
    idle = value_of(time_entries=[worked(FRIDAY_1, 1.0, project_id="k")])
    assert (idle["ac"], idle["hours"], idle["why_cpi"], idle["eac_plan"]) == (0, 0, "nothing_spent", 2000)


def test_both_sides_convert_at_the_as_of_rate_and_a_missing_rate_is_named():
    rates = [{"currency": "GBP", "date": WEEK_1[0], "rate": 2.0}, {"currency": "GBP", "date": FRIDAY_1, "rate": 1.2}]
    british = {"currency": "GBP", "budget_cost": 3000.0, "percent_complete": 50.0}
    spent = [{"date": WEEK_1[0], "amount": 100.0, "currency": "GBP"}]
    row = value_of(tasks=[], project=british, fx_rates=rates, expenses=spent)
    assert (row["bac"], row["ev"], row["ac"]) == pytest.approx((3600, 1800, 1500 + 120))
    lacking = value_of(tasks=[], project=british, expenses=spent)
    assert (lacking["bac"], lacking["why_spi"], lacking["ac"]) == (None, "no_exchange_rate", None)


# Groups


def test_a_group_is_sum_over_sum_and_spi_t_weighs_by_budget():
    # examples.md, 1: (300·57 + 100·30) / (300·60 + 100·30).
    names = ["account_id", "bac", "pv", "ev", "ac", "es", "at", "pd", "remaining"]
    rows = pl.DataFrame(
        [("x", 300.0, 150.0, 120.0, 100.0, 57.0, 60.0, 100.0, None), ("x", 100.0, 90.0, 80.0, 100.0, 30.0, 30.0, 40.0, 70.0),
         ("y", None, None, None, 7.0, None, None, None, None)], schema=names, orient="row",
    )  # fmt: skip
    values = with_figures(rows)
    whole = first_row(grouped_values(values))
    assert whole["spi_t"] == pytest.approx(20_100 / 21_000)
    assert (whole["cpi"], whole["spi"]) == pytest.approx((200 / 200, 200 / 240))
    assert (whole["projects"], whole["left_out"], whole["projects_in_time"]) == (2, 1, 2)
    assert whole["eac"] == pytest.approx(300 / 1.2 + 100 + 70)
    by_account = grouped_values(values, "account_id")
    assert by_account["account_id"].to_list() == ["x", "y"]
    assert by_account["why_cpi"].to_list() == [None, "no_budget"]
    assert by_account["spi_t"].to_list() == [pytest.approx(20_100 / 21_000), None]


def test_a_group_without_figures_says_what_its_projects_say():
    retainers = [FIXED | {"project_id": name, "billing": "retainer"} for name in "ab"]
    effort = project_values(book_of(projects=retainers, people=[ANA]), FRIDAY_1)
    assert [first_row(grouped_values(effort))[name] for name in ("why_cpi", "why_spi_t")] == ["level_of_effort"] * 2
    mixed = project_values(book_of(projects=[*retainers, FIXED], people=[ANA]), FRIDAY_1)
    assert first_row(grouped_values(mixed))["why_spi"] == "no_budget"
    ahead = {"people": [ANA], "tasks": TWO, "time_entries": ENTRIES, "projects": [FIXED]}
    early = first_row(grouped_values(project_values(book_of(**ahead), date(2026, 2, 27))))
    assert (early["why_spi_t"], early["why_cpi"], early["bac"]) == ("before_start", "nothing_spent", 4000)


def test_no_projects_no_rows_and_a_group_of_none():
    values = project_values(book_of(people=[ANA]), FRIDAY_1)
    assert values.height == 0
    assert first_row(grouped_values(values))["why_cpi"] == "no_budget"
    assert values.columns == project_values(book_of(projects=[FIXED], people=[ANA]), FRIDAY_1).columns


def test_the_whole_of_a_small_book_is_the_same_in_any_order():
    projects = [FIXED | {"project_id": name, "percent_complete": 40.0, "budget_cost": 1000.0} for name in "kj"]
    tables = {"people": [ANA], "tasks": TWO, "time_entries": ENTRIES}
    one = project_values(book_of(projects=projects, **tables), FRIDAY_1)
    other = project_values(book_of(projects=projects[::-1], **{name: rows[::-1] for name, rows in tables.items()}), FRIDAY_1)
    assert one["project_id"].to_list() == ["j", "k"]
    assert one.select(pl.col(pl.Float64).round(9)).equals(other.select(pl.col(pl.Float64).round(9)))


def test_time_goes_on_past_the_planned_end():
    late = FRIDAY_2 + timedelta(days=14)
    row = value_of(as_of=late)
    assert (row["pv"], row["at"], row["pd"], row["spi_t"]) == pytest.approx((4000, 20, 10, 5 / 20))


def test_every_hour_counts_whatever_is_known_of_its_person():
    terms = [{"person_id": "cy", "from": date(2026, 3, 4), "cost_rate": 10.0, "currency": "EUR"}]
    hours = [worked(day, 2.0, person_id=person) for person in ("cy", "di") for day in (WEEK_1[0], date(2026, 3, 4))]
    row = value_of(time_entries=[worked(FRIDAY_1, 100.0), *hours], person_terms=terms)
    assert (row["hours"], row["ac"], row["ac_at_least"]) == (108, 100 * 50 + 2 * 10, True)


# How it came about


def history_of(as_of: date = FRIDAY_1, basis: Any = "cost", **tables: Any) -> pl.DataFrame:
    other = FIXED | {"project_id": "k", "percent_complete": 10.0, "budget_cost": 10.0}
    tables = {"people": [ANA], "tasks": TWO, "time_entries": [*ENTRIES, worked(WEEK_1[0], 5.0, project_id="k")]} | tables
    book = book_of(projects=[FIXED, other], **{name: rows for name, rows in tables.items() if rows})
    return project_history(book, "j", as_of, basis)


def test_the_history_of_a_project_is_the_plan_day_by_day_and_what_is_known_of_it():
    readings = [("j", date(2026, 3, 4), 30.0), ("k", FRIDAY_1, 1.0)]
    read = [{"project_id": project, "date": day, "percent_complete": share} for project, day, share in readings]
    history = history_of(progress=read, expenses=[{"date": date(2026, 3, 3), "amount": 40.0}])
    assert history["period"].to_list() == list(range(1, 11))
    assert history["day"].to_list()[4:6] == [FRIDAY_1, WEEK_2[0]]
    assert history["pv"].to_list() == pytest.approx([404 * n for n in range(1, 11)])
    assert history["ev"].to_list()[:5] == [None, None, pytest.approx(0.3 * 4040), None, pytest.approx(2020)]
    assert history["ac"].to_list() == pytest.approx([500, 540, 1540, 1540, 1540, *[None] * 5])
    assert history["ev"].null_count() == 8


def test_a_history_makes_the_same_figures_as_its_last_day():
    history = history_of(as_of=date(2026, 3, 18))
    assert history.height == 13
    figures = earned_value(history, 4000).row(-1, named=True)
    now = value_of(as_of=date(2026, 3, 18))
    for name in ("pv", "ev", "ac", "es", "at", "pd", "spi_t", "cpi", "ieac_t"):
        assert figures[name] == pytest.approx(now[name]), name
    hours = history_of(basis="hours")
    assert hours["ac"].to_list()[:5] == [10, 10, 30, 30, 30]


def test_a_finished_project_earned_the_last_of_it_on_its_last_day():
    end = date(2026, 3, 17)
    book = book_of(projects=[FIXED | {"status": "done", "finished_on": end}], people=[ANA], tasks=TWO, time_entries=ENTRIES)
    history = project_history(book, "j", date(2026, 3, 31))
    assert history.filter(pl.col("ev").is_not_null()).select("period", "day", "ev").rows() == [(12, end, 4000)]


def test_a_project_without_a_plan_has_no_history():
    assert history_of(tasks=[]).height == 0
    assert project_history(book_of(people=[ANA]), "nobody", FRIDAY_1).columns == ["period", "day", "pv", "ev", "ac"]


# The sample


@pytest.mark.parametrize("basis", ["cost", "hours"])
def test_identities_hold_over_the_sample(basis: Any):
    book = Portfolio.of(1, **read_sample(SAMPLE))
    values = project_values(book, SAMPLE_AS_OF, basis)
    known = values.filter(pl.col("cpi").is_not_null(), pl.col("spi").is_not_null())
    assert known.height >= 20
    assert known.filter((pl.col("es") < 0) | (pl.col("es") > pl.col("pd")) | (pl.col("ev") > pl.col("bac") + 1e-6)).height == 0
    assert (known["eac_plan"] - known["ac"] - known["bac"] + known["ev"]).abs().max() < 1e-6  # type: ignore[operator]
    late = values.filter(pl.col("done_by") == "finished", pl.col("at") > pl.col("pd"))
    assert late.height >= 3
    assert (late["spi_t"] < 1).all()
    assert late["spi"].to_list() == pytest.approx([1.0] * late.height)
    whole = first_row(grouped_values(values))
    counted = values.filter(pl.col("cv").is_not_null(), pl.col("pv").is_not_null())
    assert whole["cpi"] == pytest.approx(counted["ev"].sum() / counted["ac"].sum())
    assert whole["eac"] == pytest.approx(counted["eac"].sum())
