"""Sums of a team's figures hold whatever the portfolio: days make weeks and months, people make teams, projects make the group."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lib.measures.load import HOURS, SHARES
from lib.measures.workload import workload
from lib.portfolio import Portfolio
from lib.team.figures import FIGURES, MONEY, Team
from tests.measures.rows import book_of

FIRST = date(2026, 4, 20)  # a Monday
LAST = FIRST + timedelta(days=34)
AS_OF = FIRST + timedelta(days=16)
PEOPLE = ("ana", "ben", "cyd", "zoe")  # nobody knows zoe
PROJECTS = ("j", "k", "inside", "lost")  # nobody knows lost
ROLES = {"ana": ("designer", "one"), "ben": ("project manager", "two"), "cyd": (None, "two")}
ADDED = [name for name in (*HOURS, *MONEY) if name != "unconverted"]

days = st.integers(0, 34).map(lambda n: FIRST + timedelta(days=n))
hours = st.integers(1, 40).map(lambda n: n / 4)
pairs = {"person_id": st.sampled_from(PEOPLE), "project_id": st.sampled_from(PROJECTS)}
entries = st.fixed_dictionaries({**pairs, "date": days, "hours": hours, "billable": st.sampled_from([True, False, None])})
spans = st.tuples(days, st.integers(0, 12)).map(lambda span: {"start": span[0], "end": span[0] + timedelta(days=span[1])})
chances = st.sampled_from([{}, {"status": "tentative"}, {"status": "tentative", "probability": 0.5}])
bookings = st.builds(
    lambda pair, span, chance, many: pair | span | chance | {"hours_per_day": many},
    st.fixed_dictionaries(pairs), spans, chances, st.integers(1, 12).map(float),
)  # fmt: skip
tasks = st.fixed_dictionaries({
    "assignee_id": st.sampled_from(PEOPLE), "project_id": st.sampled_from(PROJECTS), "estimate_hours": st.none() | hours, "due": days,
})  # fmt: skip
absences = st.builds(lambda person, span: {"person_id": person} | span, st.sampled_from(PEOPLE), spans)
amounts = hours.map(lambda n: n * 100)
invoices = st.fixed_dictionaries({
    "account_id": st.sampled_from(["a", "b"]), "project_id": st.sampled_from(["j", None]), "issued": days, "amount": amounts,
})  # fmt: skip
portfolios = st.fixed_dictionaries({
    "time_entries": st.lists(entries, max_size=12), "bookings": st.lists(bookings, max_size=6), "tasks": st.lists(tasks, max_size=5),
    "absences": st.lists(absences, max_size=2), "invoices": st.lists(invoices, max_size=3),
})  # fmt: skip
checked = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def team(tables: dict[str, Any]) -> Team:
    people = [
        {"person_id": name, "role": role, "team": team, "cost_rate": 40.0, "bill_rate": 100.0, "week_pattern": [8.0] * 5 + [0.0] * 2}
        for name, (role, team) in ROLES.items()
    ]
    projects = [
        {"project_id": "j", "account_id": "a"}, {"project_id": "k", "account_id": "b"},
        {"project_id": "inside", "account_id": "a", "billing": "internal"},
    ]  # fmt: skip
    portfolio: Portfolio = book_of(people=people, projects=projects, accounts=[{"account_id": "a"}, {"account_id": "b"}], **tables)
    return Team(portfolio, workload(portfolio, AS_OF, FIRST, LAST), "invoiced", "EUR")


def totals(rows: pl.DataFrame, *keys: str, without: tuple[str, ...] = ()) -> dict[Any, Any]:
    """Of each key the sums of all that adds up."""
    names = [name for name in ADDED if name not in without]
    summed = rows.group_by(keys).agg(pl.col(names).sum()) if keys else rows.select(pl.col(names).sum())
    found = {row[: len(keys)]: row[len(keys) :] for row in summed.select(*keys, *names).iter_rows()}
    return {key: values for key, values in found.items() if any(abs(value) > 1e-9 for value in values)}


def same(one: dict[Any, Any], other: dict[Any, Any]) -> bool:
    return set(one) == set(other) and all(one[key] == pytest.approx(other[key], abs=1e-6) for key in one)


@checked
@given(portfolios)
def test_days_make_weeks_and_months(tables: dict[str, Any]):
    made = team(tables)
    for by in ("person_id", "role", "team", "account_id", "project_id", None):
        key = [by] if by else []
        # Everybody's capacity stands beside a project on the days that it has anything on.
        bare = ("capacity_hours", "capacity_to_date_hours") if by in ("account_id", "project_id") else ()
        by_day = made.figures(by, "1d")
        for every in ("1w", "1mo"):
            spanned = by_day.with_columns(pl.col("start").dt.truncate(every))
            asked = made.figures(by, every)
            assert same(totals(spanned, *key, "start", without=bare), totals(asked, *key, "start", without=bare)), (by, every)
        asked = made.figures(by)
        assert same(totals(by_day, *key, without=bare), totals(asked, *key, without=bare)), by


@checked
@given(portfolios)
def test_people_make_roles_and_teams_and_projects_make_accounts_and_the_group(tables: dict[str, Any]):
    made = team(tables)
    capacity = ("capacity_hours", "capacity_to_date_hours")  # everybody's, in each row of a project
    for every in (None, "1w"):
        span = ["start"] if every else []
        people, projects, whole = (made.figures(by, every) for by in ("person_id", "project_id", None))
        named = people.join(made.portfolio["people"].select("person_id", "role", "team").collect(), on="person_id", how="left")
        for by in ("role", "team"):
            assert same(totals(named, by, *span), totals(made.figures(by, every), by, *span)), by
        assert same(totals(people, *span, without=MONEY), totals(whole, *span, without=MONEY))
        accounts = made.figures("account_id", every)
        assert same(totals(projects, "account_id", *span, without=capacity), totals(accounts, "account_id", *span, without=capacity))
        assert same(totals(projects, *span, without=capacity), totals(whole, *span, without=capacity))
        shares = projects.join(whole, on=span, suffix="_whole") if span else projects.join(whole, how="cross", suffix="_whole")
        assert shares.height == projects.height
        assert shares["capacity_hours"].to_list() == shares["capacity_hours_whole"].to_list()
        of_some = pl.concat(made.figures("project_id", every, people=some) for some in ({"ana", "zoe"}, {"ben", "cyd"}))
        bare = (*capacity, *MONEY)
        assert same(totals(of_some, "project_id", *span, without=bare), totals(projects, "project_id", *span, without=bare))


@checked
@given(portfolios)
def test_every_share_is_a_sum_over_the_sum_beside_it_and_the_three_numbers_are_ordered(tables: dict[str, Any]):
    made = team(tables)
    for by, every in (("person_id", "1d"), ("role", "1w"), ("project_id", "1mo"), (None, None)):
        rows = made.figures(by, every)
        for name, (over, under) in {**SHARES, **FIGURES}.items():
            lacks = pl.col(f"lacks_{name}") if f"lacks_{name}" in rows.columns else pl.when(pl.col(under) <= 0).then(pl.lit("nothing"))
            for row in rows.select(share=name, over=over, under=under, lacks=lacks).iter_rows(named=True):
                assert (row["share"] is None) == (row["lacks"] is not None), (name, row)
                assert row["share"] is None or row["share"] == pytest.approx(row["over"] / row["under"])
        for low, high in (("confirmed_hours", "expected_hours"), ("expected_hours", "possible_hours"), ("logged_hours", "confirmed_hours")):
            assert (rows[high] - rows[low]).min() is None or (rows[high] - rows[low]).min() > -1e-9
        for low, high in (("client_hours", "confirmed_hours"), ("billable_to_date_hours", "logged_hours")):
            assert (rows[high] - rows[low]).min() is None or (rows[high] - rows[low]).min() > -1e-9
