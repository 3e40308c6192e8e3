"""Stories of data/sample/README.md as an ask finds them: a change for one client that another one pays for with its date; BER-01."""

from __future__ import annotations

from functools import cache

import polars as pl
import pytest

from lib.measures.project_values import project_values
from lib.sample import SAMPLE_AS_OF
from lib.scope.answer import Answer
from lib.scope.answering import answer
from lib.scope.ask import Added, Ask
from lib.scope.ground import Ground, ground
from tests.gallery import sample_portfolio


@cache
def base() -> Ground:
    return ground(sample_portfolio(), SAMPLE_AS_OF, "EUR", trials=400)


def answered(ask: Ask) -> Answer:
    found = answer(base(), ask)
    assert isinstance(found, Answer), found
    return found


def test_every_project_of_the_sample_can_be_planned() -> None:
    assert base().left_out == ()


@pytest.mark.parametrize(
    ("person", "hours", "project"), [("izubiaurre", 60.0, "WIL-01"), ("hosei", 60.0, "WIL-02")], ids=["Iker Zubiaurre", "Hannah Osei"]
)
def test_more_work_for_the_bank_moves_the_care_homes(person: str, hours: float, project: str) -> None:
    found = answered(Ask("CAN-01", "More", added=(Added("N", "New work", hours, person_id=person),)))
    rows = {row["project_id"]: row for row in found.ripple.iter_rows(named=True)}
    assert rows[project]["account"] == "Willowbrook Care Homes"
    assert base().people[person][0] in rows[project]["people"]
    assert rows[project]["moved_days"] >= 1.0
    assert "CAN-01" not in rows


def test_small_requests_of_the_hotel_each_leave_less_margin_than_there_was() -> None:
    requests = sample_portfolio()["change_requests"].filter(pl.col("project_id") == "BER-01")
    small = requests.filter(pl.col("hours").is_between(1, 9)).collect()
    assert small.height > 20
    one = answered(Ask("BER-01", "One", added=(Added("1", "One", 6.0, role="developer"),)))
    all_of_them = answered(Ask("BER-01", "All", added=tuple(
        Added(change, title, hours, role="developer") for change, title, hours in small.select("change_id", "title", "hours").rows()
    )))  # fmt: skip
    assert one.terms.margin is not None
    assert one.prices is not None
    assert all_of_them.prices is not None
    assert one.terms.margin < (one.terms.target_margin or 0.0)  # it is below its target already
    assert one.prices.absorbed is not None
    assert all_of_them.prices.absorbed is not None
    assert one.terms.margin > one.prices.absorbed > all_of_them.prices.absorbed
    assert all_of_them.cost.hours == small["hours"].sum()


def test_cost_at_completion_is_the_earned_value_views() -> None:
    values = project_values(sample_portfolio(), SAMPLE_AS_OF, "cost", "EUR")
    eac = dict(values.select("project_id", "eac").rows())
    for project in ("BER-01", "CAN-01", "WIL-01"):
        assert answered(Ask(project)).terms.eac == eac[project]


@pytest.mark.parametrize("billing", ["retainer", "time_materials", "internal", "fixed"])
def test_each_way_of_billing_has_an_answer(billing: str) -> None:
    project = next(
        project for project, row in base().projects.items()
        if row["billing"] == billing and row["status"] == "active" and (base().is_planned(project) or billing == "internal")
    )  # fmt: skip
    found = answered(Ask(project, "More", added=(Added("N", "New work", 20.0, role="designer"),)))
    assert found.cost.likely is not None
    assert found.cost.likely > 0
    assert (found.at_bill_rate is not None) == (billing in ("retainer", "time_materials"))
    assert (found.prices is None) == (billing == "internal")
    assert len(found.options) == 5
