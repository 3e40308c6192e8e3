"""Time entries as numbers: what each hour costs and is sold at."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.measures.worked import day_number, day_of, rates_of_people, worked
from tests.measures.rows import book_of

FIRST = date(2026, 1, 1)


def test_an_hour_costs_what_its_entry_says_else_what_its_person_costs_that_day():
    portfolio = book_of(
        projects=[{"project_id": "j", "account_id": "a"}, {"project_id": "k", "account_id": "a"}],
        people=[
            {"person_id": "ana", "cost_rate": 40.0},
            {"person_id": "ben", "cost_rate": 30.0, "bill_rate": 60.0, "rate_currency": "USD"},
        ],
        person_terms=[{"person_id": "ana", "from": date(2026, 3, 1), "cost_rate": 44.0, "bill_rate": 99.0}],
        time_entries=[
            {"project_id": "k", "date": date(2026, 2, 28), "hours": 1.0},
            {"date": date(2026, 3, 1), "hours": 2.0, "billable": False},
            {"date": date(2026, 3, 2), "hours": 3.0, "cost_rate": 50.0, "currency": "GBP", "billable": None},
            {"date": date(2026, 3, 3), "hours": 4.0, "person_id": "ben"},
            {"date": date(2026, 3, 3), "hours": 5.0, "person_id": "nobody"},
            {"date": date(2026, 3, 3), "hours": 6.0, "project_id": "unknown"},
        ],
    )
    made = worked(portfolio)
    assert made.project_ids.gather(made.project).to_list() == ["k", "j", "j", "j", "j"]
    assert made.hours.tolist() == [1, 2, 3, 4, 5]
    assert [day_of(day) for day in made.day] == [date(2026, 2, 28), *(date(2026, 3, day) for day in (1, 2, 3, 3))]
    assert (made.billable.tolist(), made.states.tolist()) == ([True, False, False, True, True], [True, True, False, True, True])
    named = (*made.currencies, None)
    np.testing.assert_equal(made.cost.amount, [40, 44, 50, 30, np.nan])
    assert [named[place] for place in made.cost.currency] == ["EUR", "EUR", "GBP", "USD", None]
    np.testing.assert_equal(made.price.amount, [np.nan, 99, 99, 60, np.nan])
    assert named[made.price.currency[3]] == "USD"


days = st.integers(0, 40).map(lambda number: FIRST + timedelta(days=number))
rates = st.none() | st.integers(1, 9).map(float)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("xyz"), days), min_size=1, max_size=20),
    st.lists(st.tuples(st.sampled_from("xyz"), days, rates, rates), max_size=8, unique_by=lambda term: term[:2]),
)
def test_rates_in_force_are_those_of_each_persons_day(entries: list[tuple[str, date]], terms: list[tuple]):
    portfolio = book_of(
        projects=[{"project_id": "j", "account_id": "a"}],
        people=[{"person_id": "x", "cost_rate": 10.0}, {"person_id": "y", "bill_rate": 20.0}],
        person_terms=[{"person_id": who, "from": day, "cost_rate": cost, "bill_rate": price} for who, day, cost, price in terms],
        time_entries=[{"person_id": who, "date": day, "hours": 1.0} for who, day in entries],
    )
    made = worked(portfolio)
    asked = pl.DataFrame(entries, {"person_id": pl.String, "date": pl.Date}, orient="row")
    expected = asked.join(rates_of_people(portfolio, asked.unique()), on=["person_id", "date"], maintain_order="left", how="left")
    np.testing.assert_equal(made.cost.amount, expected["cost_rate"].fill_null(np.nan).to_numpy())
    np.testing.assert_equal(made.price.amount, expected["bill_rate"].fill_null(np.nan).to_numpy())


def test_no_entry_is_no_number():
    made = worked(book_of(people=[{"person_id": "ana"}]))
    assert (len(made.hours), len(made.cost.amount)) == (0, 0)


def test_numbers_of_days_count_from_1970():
    assert (day_number(date(1970, 1, 2)), day_of(day_number(FIRST))) == (1, FIRST)


def test_hours_and_cost_are_tallied_by_stretches_and_again_by_fewer_of_them():
    # Turns at 3 and 5 January: before 3 Jan (1 and 2), 3 to 4 Jan (3), from 5 Jan on (5).
    days = {1: 1.0, 2: 2.0, 3: 4.0, 5: 8.0}
    portfolio = book_of(
        projects=[{"project_id": "j", "account_id": "a"}, {"project_id": "k", "account_id": "a"}],
        people=[{"person_id": "ana", "cost_rate": 10.0}, {"person_id": "dee"}],
        time_entries=[
            *({"project_id": "j", "person_id": "ana", "date": date(2026, 1, day), "hours": hours} for day, hours in days.items()),
            {"project_id": "k", "person_id": "dee", "date": date(2026, 1, 5), "hours": 16.0},
            {"project_id": "k", "person_id": "dee", "date": date(2026, 1, 1), "hours": 0.5, "cost_rate": 2.0, "currency": "USD"},
        ],
    )
    made = worked(portfolio)
    third, fifth = day_number(date(2026, 1, 3)), day_number(date(2026, 1, 5))
    whole = made.tally([fifth, third])
    assert whole.hours.tolist() == [[3, 4, 8], [0.5, 0, 16]]
    named = {(*made.currencies, None)[place]: [sums.tolist() for sums in both] for place, both in whole.costed.items()}
    assert named["EUR"] == [[[3, 4, 8], [0, 0, 0]], [[30, 40, 80], [0, 0, 0]]]
    assert named["USD"] == [[[0, 0, 0], [0.5, 0, 0]], [[0, 0, 0], [1, 0, 0]]]
    assert named[None][0] == [[0, 0, 0], [0, 0, 16]]
    fewer = made.tally([fifth])
    assert fewer.hours.tolist() == [[7, 8], [0.5, 16]]
    assert {place: cost.sum(axis=1).tolist() for place, (_, cost) in fewer.costed.items() if place >= 0} == {
        place: cost.sum(axis=1).tolist() for place, (_, cost) in whole.costed.items() if place >= 0
    }
    assert whole.hours[:, whole.within(third, fifth - 1)].sum(axis=1).tolist() == [4, 0]
