"""Figures of a team by hand: the worked week at every grain, and what leaving, absence, chance and money do to them."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from lib.measures.flows import Basis, daily_flows
from lib.measures.workload import workload
from lib.periods import Period
from lib.portfolio import Portfolio
from lib.sample import SAMPLE_AS_OF, read_sample
from lib.team.figures import Targets, Team
from tests.measures.rows import book_of, first_row
from tests.measures.test_workload import luz_s_week

MON, TUE, WED, THU, FRI = (date(2026, 5, day) for day in range(11, 16))
SUN, LAST_SUN = date(2026, 5, 17), date(2026, 5, 10)
FULL = {"weekly_hours": 40.0, "week_pattern": [8.0] * 5 + [0.0] * 2}


def team(portfolio: Portfolio, as_of: date = MON, first: date = MON, last: date = SUN, basis: Basis = "invoiced", **more: Any) -> Team:
    return Team(portfolio, workload(portfolio, as_of, first, last), basis, "EUR", **more)


def by(rows: pl.DataFrame, key: str, column: str) -> dict[Any, Any]:
    return {name: pytest.approx(value) if value is not None else None for name, value in rows.select(key, column).iter_rows()}


@pytest.fixture(scope="module")
def week() -> Team:
    return team(luz_s_week())


LUZ = {
    "capacity_hours": 15, "capacity_to_date_hours": 6, "confirmed_hours": 13, "expected_hours": 14.6, "possible_hours": 17, "lost_hours": 3,
    "confirmed_share": 0.866667, "expected_share": 0.973333, "possible_share": 1.133333, "client_hours": 13, "utilisation": 0.866667,
    "billable_to_date_hours": 5, "billable_utilisation_to_date": 0.833333, "billable_hours": 11, "billable_utilisation": 0.733333,
    "target_share": 0.75, "target_hours": 11.25,
}  # fmt: skip


@pytest.mark.parametrize("every", [None, "1w", "1mo"])
@pytest.mark.parametrize(("key", "name"), [("person_id", "luz"), ("role", "designer")])
def test_the_worked_week_by_person_and_role(week: Team, key: Any, name: str, every: Any):
    row = first_row(week.figures(key, every).filter(pl.col(key) == name))
    assert {figure: row[figure] for figure in LUZ} == {figure: pytest.approx(value, abs=5e-7) for figure, value in LUZ.items()}


def test_the_worked_week_by_day(week: Team):
    days = week.figures("person_id", "1d").filter(person_id="luz")
    assert days["start"].to_list() == [MON + timedelta(days=n) for n in range(7)]
    assert days["confirmed_hours"].to_list() == [7, 3, 3, 0, 0, 0, 0]
    assert days["confirmed_share"].to_list() == [pytest.approx(7 / 6), 1, 0.5, None, None, None, None]
    assert days["lacks_utilisation"].to_list() == [None, None, None] + ["no_capacity"] * 4
    assert days["lacks_utilisation_to_date"].to_list() == [None] + ["after_as_of"] * 6


def test_a_group_is_sum_over_sum_whatever_the_grain(week: Team):
    # 13 + 30 of 15 + 32 hours; the mean of 86.67 and 93.75 % would be 90.21 %.
    for rows in (week.figures(), week.figures("team"), week.figures("account_id").filter(account_id="a"), week.figures(None, "1mo")):
        row = first_row(rows)
        assert (row["confirmed_hours"], row["capacity_hours"], row["people"]) == (43, 47, 2)
        assert row["confirmed_share"] == pytest.approx(0.914894, abs=5e-7)
        assert row["billable_utilisation"] == pytest.approx(41 / 47)  # all but Monday's two hours
        assert row["target_share"] == 0.75


def test_projects_take_parts_of_everybody_s_hours_that_add_up_to_the_group(week: Team):
    projects = week.figures("project_id")
    assert by(projects, "project_id", "confirmed_hours") == {"P": 11, "Q": 0, "R": 32}
    assert by(projects, "project_id", "expected_hours") == {"P": 11, "Q": 1.6, "R": 32}
    assert by(projects, "project_id", "possible_hours") == {"P": 11, "Q": 4, "R": 32}
    assert by(projects, "project_id", "utilisation") == {"P": 11 / 47, "Q": 0, "R": 32 / 47}
    assert by(projects, "project_id", "lost_hours") == {"P": 3, "Q": 0, "R": 0}
    assert projects["account_id"].to_list() == ["a", "a", "a"]
    of_luz = week.figures("project_id", people={"luz"})
    assert by(of_luz, "project_id", "utilisation") == {"P": 11 / 15, "Q": 0, "R": 2 / 15}


def test_who_leaves_in_mid_week_has_the_hours_until_then():
    person = {"person_id": "ana", "end": WED} | FULL
    booking = {"person_id": "ana", "start": MON, "end": FRI, "hours_per_day": 6.0}
    portfolio = book_of(people=[person], projects=[{"project_id": "j", "account_id": "a"}], bookings=[booking])
    weeks = team(portfolio, LAST_SUN, MON, date(2026, 5, 24)).figures("person_id", "1w")
    assert weeks["capacity_hours"].to_list() == [24, 0]
    assert weeks["confirmed_hours"].to_list() == [18, 0]
    assert weeks["lost_hours"].to_list() == [12, 0]  # of Thursday and Friday
    assert weeks["utilisation"].to_list() == [0.75, None]
    assert weeks["lacks_utilisation"].to_list() == [None, "no_capacity"]


def test_a_week_without_capacity_has_hours_and_no_share_and_its_hours_count_in_the_group():
    portfolio = book_of(
        people=[{"person_id": "ana"} | FULL, {"person_id": "ben"} | FULL],
        projects=[{"project_id": "j", "account_id": "a"}],
        absences=[{"person_id": "ana", "start": MON, "end": FRI}],
        bookings=[{"person_id": "ana", "start": MON, "end": FRI, "hours_per_day": 8.0}],
        time_entries=[{"date": TUE, "hours": 3.0}, {"person_id": "ben", "date": TUE, "hours": 20.0}],
    )
    asked = team(portfolio, SUN)
    row = first_row(asked.figures("person_id", "1w").filter(person_id="ana"))
    assert (row["capacity_hours"], row["confirmed_hours"], row["lost_hours"], row["confirmed_share"]) == (0, 3, 40, None)
    assert row["lacks_billable_utilisation_to_date"] == "no_capacity"
    assert first_row(asked.figures())["utilisation_to_date"] == 23 / 40
    assert first_row(asked.figures("project_id"))["lost_hours"] == 40


def test_a_booking_under_an_absence_counts_in_full_unless_nothing_is_left_of_the_day():
    portfolio = book_of(
        people=[{"person_id": "ana"} | FULL],
        projects=[{"project_id": "j", "account_id": "a"}],
        absences=[{"start": TUE, "end": TUE, "hours_per_day": 3.0}, {"start": WED, "end": WED}],
        bookings=[{"person_id": "ana", "start": TUE, "end": THU, "hours_per_day": 6.0}],
    )
    days = team(portfolio, LAST_SUN, TUE, THU).figures("person_id", "1d")
    assert days["capacity_hours"].to_list() == [5, 0, 8]
    assert days["confirmed_hours"].to_list() == [6, 0, 6]
    assert days["confirmed_share"].to_list() == [1.2, None, 0.75]
    assert days["lost_hours"].to_list() == [0, 6, 0]


def test_a_tentative_booking_counts_by_its_chance_and_without_one_only_in_the_third():
    unsure = {"person_id": "ana", "start": MON, "end": FRI, "status": "tentative"}
    portfolio = book_of(
        people=[{"person_id": "ana"} | FULL],
        projects=[{"project_id": name, "account_id": "a"} for name in "jk"],
        bookings=[
            {"person_id": "ana", "start": MON, "end": FRI, "hours_per_day": 2.0},
            unsure | {"hours_per_day": 4.0, "probability": 0.25},
            unsure | {"project_id": "k", "hours_per_day": 1.0},
        ],
    )
    row = first_row(team(portfolio, LAST_SUN).figures("person_id"))
    # 2 × 5; + 4 × 5 × 0.25; 2 × 5 + 4 × 5 + 1 × 5
    assert (row["confirmed_hours"], row["expected_hours"], row["possible_hours"]) == (10, 15, 35)
    assert row["utilisation"] == 0.25  # of what is confirmed


def billed(basis: Basis = "invoiced", **project: Any) -> Team:
    """Ana worked 10 hours at 100 (cost 40), Ben 10 at 50 (cost 30) and 2 that nobody pays: 1500 at their rates. 1200 were invoiced, 300 of
    them for a printer; 50 were spent on a train.
    """
    rates = [{"person_id": "ana", "bill_rate": 100.0, "cost_rate": 40.0}, {"person_id": "ben", "bill_rate": 50.0, "cost_rate": 30.0}]
    portfolio = book_of(
        people=[FULL | person for person in rates],
        projects=[{"project_id": "j", "account_id": "a", "billing": "fixed"} | project],
        time_entries=[
            {"date": MON, "hours": 10.0}, {"person_id": "ben", "date": TUE, "hours": 10.0},
            {"person_id": "ben", "date": TUE, "hours": 2.0, "billable": False},
        ],
        invoices=[{"account_id": "a", "project_id": "j", "issued": FRI, "amount": 1200.0}],
        expenses=[{"date": TUE, "amount": 300.0, "pass_through": True}, {"date": TUE, "amount": 50.0}],
    )  # fmt: skip
    return team(portfolio, SUN, basis=basis)


@pytest.mark.parametrize("grain", [None, "account_id", "project_id"])
def test_realisation_effective_rate_and_cost_per_hour(grain: Any):
    row = first_row(billed().figures(grain))
    assert (row["worth"], row["agi"], row["delivery_cost"], row["client_to_date_hours"]) == (1500, 900, 810, 22)
    assert (row["realisation"], row["effective_rate"], row["cost_per_hour"]) == (0.6, pytest.approx(900 / 22), pytest.approx(810 / 22))


def test_what_came_in_is_shared_by_what_the_hours_are_worth():
    people = billed().figures("person_id")
    assert by(people, "person_id", "agi") == {"ana": 600, "ben": 300}
    assert by(people, "person_id", "realisation") == {"ana": 0.6, "ben": 0.6}
    assert by(people, "person_id", "effective_rate") == {"ana": 60, "ben": 25}
    assert by(people, "person_id", "cost_per_hour") == {"ana": 40, "ben": 30}  # the train is the project's


def test_hours_inside_the_house_are_load_and_neither_delivered_nor_a_cost_of_it():
    people = [{"person_id": "ana", "bill_rate": 100.0, "cost_rate": 40.0} | FULL]
    projects = [{"project_id": "j", "account_id": "a"}, {"project_id": "in", "account_id": "a", "billing": "internal"}]
    entries = [{"date": MON, "hours": 8.0}, {"date": TUE, "hours": 4.0, "project_id": "in", "billable": False}]
    invoices = [{"account_id": "a", "issued": MON, "amount": 400.0}]
    made = team(book_of(people=people, projects=projects, time_entries=entries, invoices=invoices), SUN)
    row = first_row(made.figures("account_id"))
    assert (row["logged_hours"], row["client_to_date_hours"], row["utilisation"]) == (12, 8, 0.2)
    assert (row["delivery_cost"], row["cost_per_hour"], row["effective_rate"], row["realisation"]) == (320, 40, 50, 0.5)
    # The invoice names no project: it stands beside them, in a row of its own.
    assert by(made.figures("project_id"), "project_id", "revenue") == {"in": 0, "j": 0, None: 400}


def test_on_the_earned_basis_hours_sold_by_time_earn_their_rate():
    row = first_row(billed("earned", billing="time_materials").figures("project_id"))
    assert (row["revenue"], row["agi"], row["realisation"]) == (1500, 1200, 0.8)
    assert first_row(billed("earned").figures("project_id"))["revenue"] == 0  # a fixed price earns by its progress


def lacking(figure: str, *, as_of: date = SUN, **tables: Any) -> str | None:
    people = [{"person_id": "ana", "bill_rate": 100.0, "cost_rate": 40.0} | FULL]
    invoice = [{"account_id": "a", "project_id": "j", "issued": MON, "amount": 800.0}]
    plain = {"people": people, "invoices": invoice, "time_entries": [{"date": MON, "hours": 8.0}]}
    portfolio = book_of(projects=[{"project_id": "j", "account_id": "a"}], **plain | tables)
    row = first_row(team(portfolio, as_of, MON if as_of >= MON else as_of + timedelta(days=1)).figures())
    assert row.get(figure) is None or row[f"lacks_{figure}"] is None
    return row[f"lacks_{figure}"]


BARE = [{"person_id": "ana"} | FULL]
HALF_RATED = [{"date": MON, "hours": 8.0}, {"person_id": "ben", "date": MON, "hours": 1.0}]
IN_POUNDS = [{"account_id": "a", "project_id": "j", "issued": MON, "amount": 800.0, "currency": "GBP"}]
IDLE = [{"date": MON, "hours": 8.0, "billable": False}]


@pytest.mark.parametrize(
    ("figure", "tables", "reason"),
    [
        ("utilisation", {}, None),
        ("utilisation", {"people": []}, "no_people"),
        ("billable_utilisation", {"absences": [{"start": MON, "end": SUN}]}, "no_capacity"),
        ("realisation", {}, None),
        ("realisation", {"invoices": []}, "no_revenue"),
        ("realisation", {"people": BARE}, "too_few_priced"),
        ("realisation", {"time_entries": IDLE}, "no_billable_hours"),
        ("realisation", {"invoices": IN_POUNDS}, "no_exchange_rate"),
        ("realisation", {"time_entries": HALF_RATED}, "too_few_priced"),  # 8 of 9 hours
        ("effective_rate", {"time_entries": IDLE}, None),
        ("effective_rate", {"time_entries": []}, "no_hours"),
        ("cost_per_hour", {"people": BARE}, "too_few_rated"),
        ("cost_per_hour", {"time_entries": []}, "no_hours"),
        ("cost_per_hour", {"as_of": LAST_SUN}, "after_as_of"),
    ],
)
def test_a_figure_that_cannot_be_had_says_why(figure: str, tables: dict[str, Any], reason: str | None):
    assert lacking(figure, **tables) == reason


def test_hours_without_a_rate_make_a_cost_that_is_at_least_so_much():
    entries = [{"date": MON, "hours": 19.0}, {"person_id": "ben", "date": MON, "hours": 1.0}]
    people = [{"person_id": "ana", "bill_rate": 100.0, "cost_rate": 40.0} | FULL]
    row = first_row(team(book_of(people=people, time_entries=entries), SUN).figures("project_id"))
    assert (row["cost_per_hour"], row["cost_at_least"], row["realisation_at_most"]) == (38, True, True)  # 19 × 40 / 20


@pytest.mark.parametrize(
    ("role", "target"),
    [
        ("designer", 0.75), ("Senior Account Manager", 0.35), ("project  manager", 0.35), ("Jefa de proyecto", 0.35), ("QA", 0.8),
        (None, None),
    ],
)  # fmt: skip
def test_a_role_has_a_target(role: str | None, target: float | None):
    assert Targets(by_role={"qa ": 0.8}).of(role) == target


def test_a_target_is_a_share():
    with pytest.raises(ValueError, match="from 0 to 1"):
        Targets(makers=75)


def test_a_group_s_target_is_of_the_hours_of_those_who_have_one():
    people = [{"person_id": name, "role": role} | FULL for name, role in {"a": "designer", "b": "project manager", "c": None}.items()]
    row = first_row(team(book_of(people=people), SUN).figures())
    assert (row["target_hours"], row["with_target_hours"], row["target_share"]) == (44, 80, 0.55)  # 40 × 0.75 + 40 × 0.35


@pytest.mark.parametrize("basis", ["invoiced", "earned"])
@pytest.mark.parametrize("tables", [{}, {"people": BARE}, {"time_entries": [{"date": MON, "hours": 2.0}]}])
def test_whatever_is_lacking_there_are_figures_at_every_grain(tables: dict[str, Any], basis: Basis):
    portfolio = book_of(**tables)
    for as_of in (LAST_SUN, SUN):
        made = team(portfolio, as_of, basis=basis)
        for key in ("person_id", "role", "team", "account_id", "project_id"):
            assert made.figures(key, "1w").filter(pl.col("utilisation").is_nan()).height == 0
            assert made.figures(key, people=set()).height == 0
        whole = first_row(made.figures())
        assert (whole["realisation"], whole["effective_rate"]) == (None, None)
        assert whole["capacity_hours"] == (40 if "people" in tables else 0)


@pytest.fixture(scope="module")
def sample() -> Portfolio:
    return Portfolio.of(1, **read_sample(Path(__file__).parents[2] / "data" / "sample"))


@pytest.mark.parametrize("basis", ["invoiced", "earned"])
def test_what_came_in_and_what_it_cost_are_the_flows_of_the_portfolio(sample: Portfolio, basis: Basis):
    first, last = date(2026, 4, 1), SAMPLE_AS_OF
    made = Team(sample, workload(sample, last, first, last), basis, "EUR").figures("account_id")
    flows = daily_flows(sample, last, basis, "EUR").by_account(Period(first, last))
    both = made.join(flows, on="account_id", suffix="_flow")
    assert both.height == flows.height > 15
    for name in ("revenue", "pass_through", "own_expenses", "labour_cost"):
        assert both[name].to_list() == pytest.approx(both[f"{name}_flow"].to_list()), name


def test_the_sample_s_part_timer_has_her_own_week(sample: Portfolio):
    # Nerea Etxeberria: 40 hours until 2025; since then 6 but on Thursdays. 6 January is a holiday, and a Tuesday.
    figures = Team(sample, workload(sample, SAMPLE_AS_OF, date(2025, 11, 10), date(2026, 1, 18)), "invoiced", "EUR")
    weeks = dict(figures.figures("person_id", "1w").filter(person_id="netxeberria").select("start", "capacity_hours").iter_rows())
    assert weeks[date(2025, 11, 10)] == 40
    days = figures.figures("person_id", "1d").filter(pl.col("start") >= date(2026, 1, 12), person_id="netxeberria")
    assert days["capacity_hours"].to_list() == [6, 6, 6, 0, 6, 0, 0]
    assert weeks[date(2026, 1, 12)] == 24
