"""What a forecast takes for granted, gathered from tables written here and from the sample."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from lib.portfolio import Portfolio
from lib.sample import SAMPLE_AS_OF, read_sample
from lib.schedule.assumptions import Risk, assumptions_of, rates_of, risks_of
from lib.schedule.axis import day_of
from lib.schedule.forecasting import Forecast, forecast
from lib.schedule.plan import Plan, plan_of
from lib.schedule.scheduling import Schedule, schedule

AS_OF = date(2026, 9, 30)
SAMPLE = Path(__file__).parents[2] / "data" / "sample"


def risks(*rows: dict) -> list[str]:
    usual = {"account_id": "A", "project_id": "P", "kind": "risk", "title": "t", "internal": False, "opened": date(2026, 9, 1),
             "probability": 3, "impact": 3, "impact_days": 5.0, "status": "open"}  # fmt: skip
    frame = pl.DataFrame([{**usual, "risk_id": f"R{number}", **row} for number, row in enumerate(rows)], infer_schema_length=None)
    return [risk.risk_id for risk in risks_of(Portfolio.of(risks=frame), AS_OF)]


@pytest.mark.parametrize(
    ("row", "fires"),
    [
        ({}, True),
        ({"impact_days": None}, False),
        ({"impact_days": 0.0}, False),
        ({"impact_days": None, "impact_hours": 4.0}, True),
        ({"kind": "issue"}, False),
        ({"probability": None}, False),
        ({"opened": AS_OF}, True),
        ({"opened": date(2026, 10, 1)}, False),
        ({"status": "closed"}, False),
        ({"status": "closed", "closed_on": AS_OF}, False),
        ({"status": "closed", "closed_on": date(2026, 10, 1)}, True),
    ],
)
def test_a_risk_fires_only_open_by_the_day_and_with_an_impact_in_days_or_hours(row: dict, fires: bool) -> None:
    assert risks(row) == (["R0"] if fires else [])


def test_probabilities_from_1_to_5_are_chances_from_10_to_90_percent() -> None:
    frame = pl.DataFrame({
        "risk_id": list("abcde"), "account_id": ["A"] * 5, "project_id": ["P"] * 5, "task_id": [None, "T", None, None, None],
        "kind": ["risk"] * 5, "opened": [AS_OF] * 5, "probability": [1, 2, 3, 4, 5], "impact_days": [2.0, None, 2.0, 2.0, 2.0],
        "impact_hours": [None, 8.0, 4.0, None, None], "status": ["open"] * 5,
    })  # fmt: skip
    found = risks_of(Portfolio.of(risks=frame), AS_OF)
    assert [risk.chance for risk in found] == [0.1, 0.3, 0.5, 0.7, 0.9]
    assert found[1] == Risk("b", "P", "T", 0.3, 0.0, 8.0)
    assert found[2] == Risk("c", "P", None, 0.5, 2.0, 4.0)


def test_rates_are_those_in_force_in_one_currency_and_medians_speak_for_the_others() -> None:
    people = pl.DataFrame({
        "person_id": ["a", "b", "c", "d", "e"], "name": list("abcde"), "role": ["designer", "designer", "designer", "developer", None],
        "cost_rate": [40.0, 50.0, 60.0, None, 100.0], "rate_currency": ["EUR", "EUR", "EUR", None, "USD"],
    })  # fmt: skip
    terms = pl.DataFrame({
        "person_id": ["a", "a"], "from": [date(2026, 1, 1), date(2026, 10, 1)], "weekly_hours": [40.0, 40.0], "cost_rate": [44.0, 99.0],
        "currency": ["EUR", "EUR"],
    })  # fmt: skip
    rates = pl.DataFrame({"currency": ["USD"], "date": [date(2026, 9, 20)], "rate": [0.9]})
    found = rates_of(Portfolio.of(people=people, person_terms=terms, fx_rates=rates), AS_OF, "EUR")
    assert found.by_person == pytest.approx({"a": 44.0, "b": 50.0, "c": 60.0, "e": 90.0})
    assert found.by_role == {"designer": 50.0}
    assert found.everybody == pytest.approx((50 + 60) / 2)
    assert [found.of("a", None), found.of("d", "designer"), found.of("d", "developer"), found.of(None, None)] == [44.0, 50.0, 55.0, 55.0]
    old = rates_of(Portfolio.of(people=people, fx_rates=rates.with_columns(date=date(2026, 1, 1))), AS_OF, "EUR")
    assert "e" not in old.by_person


def test_the_sample_is_forecast_as_it_is_scheduled() -> None:
    portfolio = Portfolio.of(**read_sample(SAMPLE))
    plan = plan_of(portfolio, SAMPLE_AS_OF)
    assert isinstance(plan, Plan)
    frozen = schedule(plan)
    assert isinstance(frozen, Schedule)
    found = forecast(plan, frozen, 400, 1, assumptions_of(portfolio, SAMPLE_AS_OF, "EUR"))
    assert isinstance(found, Forecast)
    ends = dict(frozen.tasks.group_by("project_id").agg(pl.col("finish").max()).rows())
    told = found.projects
    assert told["project_id"].n_unique() == told.height == plan.tasks.filter(pl.col("finished_on").is_null())["project_id"].n_unique()
    assert [day_of(ends[project], finish=True) for project in told["project_id"]] == told["planned_on"].to_list()
    assert told.null_count().drop("promise_on", "promise_share").sum_horizontal().to_list() == [0]
    for first, then in (("p10", "p50"), ("p50", "p80"), ("p80", "p90")):
        assert (told[f"{first}_on"] <= told[f"{then}_on"]).all()
        assert (told[f"{first}_cost"] <= told[f"{then}_cost"]).all()
    assert found.model.unplaced == ()
    assert set(found.spreads["source"]) == {"three_points", "account", "book"}
    again = forecast(plan, frozen, 400, 1, assumptions_of(portfolio, SAMPLE_AS_OF, "EUR"))
    assert isinstance(again, Forecast)
    assert all(np.array_equal(found.finishes[project], again.finishes[project]) for project in found.finishes)
