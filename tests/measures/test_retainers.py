"""A retainer's hours, month by month: included, carried, capped, lapsed, over."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.measures.retainers import over_servicing, over_servicing_league, over_servicing_on, retainer_burn
from lib.measures.terms import last_day
from lib.periods import add_months
from tests.measures.rows import book_of

AS_OF = date(2026, 6, 30)


def retainer(**more: Any) -> dict[str, Any]:
    return {"contract_id": "k", "account_id": "a", "start": date(2026, 1, 1), "hours_included": 20.0} | more


def burn(*used: float, as_of: date = AS_OF, months: int = 12, **more: Any) -> pl.DataFrame:
    """Months of a retainer from January 2026, each with its hours on the 15th."""
    entries = [{"date": date(2026, 1 + index, 15), "hours": hours} for index, hours in enumerate(used) if hours]
    portfolio = book_of(
        contracts=[retainer(**more)], projects=[{"project_id": "j", "account_id": "a", "contract_id": "k"}], time_entries=entries
    )
    return retainer_burn(portfolio, as_of, months)


def test_without_rollover_each_month_stands_alone():
    rows = burn(15.0, 25.0, 20.0)
    assert rows["used"].to_list() == [15, 25, 20, 0, 0, 0]
    assert rows["carried_in"].to_list() == [0] * 6
    assert rows["over"].to_list() == [0, 5, 0, 0, 0, 0]


def test_what_is_left_is_carried_and_used_before_anything_is_over():
    # January leaves 5, so February has 25 for 24; 1 is left. March 20 + 1 for 30: 9 over, nothing left.
    rows = burn(15.0, 24.0, 30.0, 20.0, rollover_months=12)
    assert rows["carried_in"].to_list() == [0, 5, 1, 0, 0, 20]
    assert rows["over"].to_list() == [0, 0, 9, 0, 0, 0]


def test_carried_hours_lapse_after_their_months():
    # January leaves 20, usable in February only with one month, in March too with two.
    assert burn(0.0, 20.0, 30.0, rollover_months=1)["carried_in"].to_list()[:3] == [0, 20, 20]
    assert burn(0.0, 0.0, 0.0, 0.0, rollover_months=1)["carried_in"].to_list() == [0, 20, 20, 20, 20, 20]
    assert burn(0.0, 0.0, 0.0, 0.0, rollover_months=2)["carried_in"].to_list() == [0, 20, 40, 40, 40, 40]


def test_the_oldest_hours_are_used_first():
    # Two months' rollover. January leaves 20; February uses 20 of January's and leaves its own 20;
    # March still has them and uses 40: 0 over. Were the newest used first, January's would have lapsed by April.
    rows = burn(0.0, 20.0, 0.0, 60.0, rollover_months=2)
    assert rows["carried_in"].to_list()[:4] == [0, 20, 20, 40]
    assert rows["over"].to_list()[:4] == [0, 0, 0, 0]


def test_no_more_than_the_cap_is_carried():
    rows = burn(0.0, 0.0, 40.0, rollover_months=12, rollover_cap_hours=8.0)
    assert rows["carried_in"].to_list()[:4] == [0, 8, 8, 0]
    assert rows["over"].to_list()[2] == 40 - 20 - 8
    assert burn(0.0, 40.0, rollover_months=12, rollover_cap_hours=0.0)["over"].to_list()[1] == 20


def test_a_month_in_part_includes_its_part():
    # 17-31 January: 15 of 31 days; 1-10 March: 10 of 31.
    rows = burn(start=date(2026, 1, 17), end=date(2026, 3, 10), hours_included=31.0)
    assert rows["included"].to_list() == pytest.approx([15, 31, 10, 0, 0, 0])


def test_hours_after_the_end_are_over_and_nothing_carried_covers_them():
    rows = burn(0.0, 0.0, 0.0, 7.0, end=date(2026, 3, 31), rollover_months=12)
    assert rows.row(3, named=True) | {"month": None} == {
        "contract_id": "k", "account_id": "a", "month": None, "included": 0.0, "carried_in": 0.0, "used": 7.0, "over": 7.0,
        "complete": True,
    }  # fmt: skip


def test_hours_after_the_end_are_over_in_the_month_of_the_end_too():
    # 1-20 March: 20 of 31 days include 20 hours, and February left 31. 12 hours on the 15th are covered; 5 on the 25th are not.
    portfolio = book_of(
        contracts=[retainer(start=date(2026, 2, 1), end=date(2026, 3, 20), hours_included=31.0, rollover_months=6)],
        projects=[{"project_id": "j", "account_id": "a", "contract_id": "k"}],
        time_entries=[
            {"date": date(2026, 3, 15), "hours": 12.0},
            {"date": date(2026, 3, 20), "hours": 1.0},
            {"date": date(2026, 3, 21), "hours": 2.0},
            {"date": date(2026, 3, 25), "hours": 3.0},
            {"date": date(2026, 4, 2), "hours": 4.0},
        ],
    )
    rows = retainer_burn(portfolio, date(2026, 4, 30)).select("included", "carried_in", "used", "over").rows()
    assert rows == [(31, 0, 0, 0), (20, 31, 18, 5), (0, 0, 4, 4)]


def test_a_retainer_by_hand_with_cap_lapse_and_months_in_part():
    # 30 h a month, two months usable, at most 20 carried. From 16 January (16 of 31 days: 15.4839 h) to 10 June (10 of 30 days: 10 h).
    #   month     included  carried in             available  used  over   left, oldest first              carried out (cap 20)
    #   January   15.4839    0                     15.4839      0    0      J 15.4839                       J 15.4839
    #   February  30        15.4839                45.4839     10    0      J 5.4839, F 30                  F 20 (J and 10 of F go)
    #   March     30        20                     50           5    0      F 15, M 30                      M 20
    #   April     30        20                     50          60   10      nothing                         0
    #   May       30         0                     30          28    0      Y 2                             Y 2
    #   June      10         2                     12          12    0      nothing                         0
    rows = burn(
        0.0, 10.0, 5.0, 60.0, 28.0, 0.0, start=date(2026, 1, 16), end=date(2026, 6, 10), hours_included=30.0, rollover_months=2,
        rollover_cap_hours=20.0,
    )  # fmt: skip
    assert rows["included"].to_list() == pytest.approx([30 * 16 / 31, 30, 30, 30, 30, 10])
    assert rows["carried_in"].to_list() == pytest.approx([0, 30 * 16 / 31, 20, 20, 0, 2])
    assert rows["over"].to_list() == pytest.approx([0, 0, 0, 10, 0, 0])


def test_hours_lapse_even_while_newer_ones_are_kept():
    # Two months. January leaves 20, February 5 of its 20 (15 are used of January's first: 5 + 20 left), March uses nothing.
    rows = burn(0.0, 15.0, 0.0, 0.0, rollover_months=2)
    assert rows["carried_in"].to_list()[:5] == [0, 20, 25, 40, 40]  # April: February's 20 and March's 20; January's 5 have lapsed


def test_the_league_is_priced_at_the_overage_rate_or_by_what_an_included_hour_costs():
    contracts = [
        retainer(contract_id="k", overage_rate=90.0),
        retainer(contract_id="l", account_id="b", value=6000.0, value_per="quarter"),  # 2000 a month for 20 hours
        retainer(contract_id="m", account_id="c", value_per="total"),
        retainer(contract_id="n", account_id="d"),
    ]
    projects = [
        {"project_id": f"on {contract}", "account_id": account, "contract_id": contract}
        for contract, account in zip("klmn", "abcd", strict=True)
    ]
    hours = {"on k": 30.0, "on l": 32.0, "on m": 50.0, "on n": 20.0}
    entries = [{"date": AS_OF, "project_id": project, "hours": worked} for project, worked in hours.items()]
    portfolio = book_of(contracts=contracts, projects=projects, time_entries=entries)
    assert over_servicing_league(portfolio, retainer_burn(portfolio, AS_OF, 1)).rows() == [
        ("l", "b", 12, 100, 1200, "EUR", "included"),
        ("k", "a", 10, 90, 900, "EUR", "overage"),
        ("m", "c", 30, None, None, "EUR", None),
    ]


@pytest.mark.parametrize(
    ("more", "april"),
    [
        ({"auto_renew": False}, 0.0),
        ({"auto_renew": True}, 20.0),
        ({"auto_renew": True, "notice_given_on": date(2026, 3, 31)}, 0.0),
        ({"auto_renew": True, "notice_given_on": date(2026, 7, 1)}, 20.0),  # not given yet on 30 June
        ({"auto_renew": True, "notice_given_on": date(2026, 4, 1)}, 20.0),  # in the next term, which still runs
    ],
)
def test_a_retainer_that_renews_by_itself_goes_on_including_hours(more: dict[str, Any], april: float):
    assert burn(end=date(2026, 3, 31), **more)["included"].to_list()[3] == april


def test_only_facts_are_used_and_the_current_month_is_not_complete():
    rows = burn(0.0, 0.0, 0.0, 0.0, 0.0, 9.0, as_of=date(2026, 6, 14))
    assert (rows["used"].to_list()[-1], rows["complete"].to_list()[-2:]) == (0, [True, False])
    rows = burn(0.0, 0.0, 0.0, 0.0, 0.0, 9.0, as_of=date(2026, 6, 15))
    assert rows["used"].to_list()[-1] == 9
    assert burn(as_of=AS_OF)["complete"].to_list()[-1]


def test_the_last_months_are_shown_with_what_earlier_ones_left():
    rows = burn(0.0, months=2, rollover_months=12)
    assert rows["month"].to_list() == [date(2026, 5, 1), date(2026, 6, 1)]
    assert rows["carried_in"].to_list() == [80, 100]


@pytest.mark.parametrize(
    "more", [{"kind": "subscription"}, {"hours_included": None}, {"start": date(2026, 7, 1)}], ids=["kind", "hours", "start"]
)
def test_what_includes_no_hours_does_not_burn(more: dict[str, Any]):
    assert burn(5.0, **more).height == 0


def test_hours_reach_a_retainer_through_its_projects_or_as_the_accounts_only_one():
    projects = [
        {"project_id": "named", "account_id": "a", "contract_id": "k"},
        {"project_id": "retainer", "account_id": "a", "billing": "retainer"},
        {"project_id": "unsaid", "account_id": "a"},
        {"project_id": "fixed", "account_id": "a", "billing": "fixed"},
        {"project_id": "other", "account_id": "b", "billing": "retainer"},
    ]
    hours = zip(("named", "retainer", "unsaid", "fixed", "other"), (1.0, 2.0, 4.0, 8.0, 16.0), strict=True)
    entries = [{"date": AS_OF, "project_id": project, "hours": worked} for project, worked in hours]
    one = book_of(contracts=[retainer()], projects=projects, time_entries=entries)
    assert retainer_burn(one, AS_OF, 1)["used"].to_list() == [3]
    two = book_of(contracts=[retainer(), retainer(contract_id="l")], projects=projects, time_entries=entries)
    assert sorted(retainer_burn(two, AS_OF, 1)["used"]) == [0, 1]  # of two, nobody says which the nameless hours burn


def test_over_servicing_is_over_against_included_in_the_last_three_complete_months():
    # As of 14 June: March, April, May. Over 0 + 5 + 10 of 60 = 25 %. January's 50 and June's 90 are outside.
    rows = burn(50.0, 0.0, 20.0, 25.0, 30.0, 90.0, as_of=date(2026, 6, 14))
    made = over_servicing(rows, date(2026, 6, 14))
    assert made.rows() == [("a", 15.0, 60.0, 0.25)]


def test_over_servicing_without_an_included_hour_has_no_share():
    assert over_servicing(burn(0.0, 0.0, 0.0, 7.0, 7.0, 7.0, end=date(2026, 1, 31)), AS_OF).height == 0


hours = st.integers(0, 60).map(float)


@given(st.lists(hours, min_size=6, max_size=6), st.integers(0, 4), st.none() | st.integers(0, 50).map(float))
def test_a_month_is_over_by_what_was_not_available_and_carries_within_its_bounds(used: list[float], months: int, cap: float | None):
    rows = burn(*used, rollover_months=months, rollover_cap_hours=cap)
    left = 0.0
    for row in rows.iter_rows(named=True):
        assert row["over"] == pytest.approx(max(0, row["used"] - row["included"] - row["carried_in"]))
        assert row["carried_in"] <= left + 1e-9  # never more than the month before left
        assert row["carried_in"] <= (cap if cap is not None else 20.0 * months) + 1e-9
        assert row["carried_in"] <= 20.0 * months + 1e-9
        left = max(0.0, row["included"] + row["carried_in"] - row["used"])


# Many days and retainers at once


def plainly(contract: dict[str, Any], used: dict[date, float], as_of: date) -> list[tuple[float, float, float]]:
    """included, carried in and over of each month: hour after hour, the oldest bag first."""
    end = last_day(contract, as_of)
    bags: list[tuple[date, float]] = []
    month, made = contract["start"].replace(day=1), []
    while month <= as_of:
        after = add_months(month, 1)
        length = (after - month).days
        days = [month + timedelta(days=number) for number in range(length)]
        running = sum(contract["start"] <= day and (end is None or day <= end) for day in days)
        included = contract["hours_included"] * running / length
        bags = [(since, left) for since, left in bags if add_months(since, contract["rollover_months"] or 0) >= month]
        carried = sum(left for _, left in bags) if running else 0.0
        in_month = {day: hours for day, hours in used.items() if month <= day < after and day <= as_of}
        spent = sum(hours for day, hours in in_month.items() if end is None or day <= end)
        made.append((included, carried, max(0.0, spent - included - carried) + sum(in_month.values()) - spent))
        bags = emptied([*bags, (month, included)], spent)
        cap = contract["rollover_cap_hours"]
        bags = emptied(bags, sum(left for _, left in bags) - cap) if cap is not None else bags
        month = after
    return made


def emptied(bags: list[tuple[date, float]], hours: float) -> list[tuple[date, float]]:
    """`bags` without `hours`, taken from the first ones."""
    left = []
    for since, held in bags:
        taken = min(held, max(0.0, hours))
        hours -= taken
        left.append((since, held - taken))
    return left


starts = st.dates(date(2025, 9, 1), date(2026, 4, 30))


@st.composite
def contract_rows(draw: st.DrawFn, number: int) -> dict[str, Any]:
    """A retainer of account a or b: with an end or none, renewing or not, with notice or without."""
    start = draw(starts)
    renews = draw(st.booleans())
    return {
        "contract_id": f"k{number}", "account_id": draw(st.sampled_from("ab")), "start": start, "auto_renew": renews, "notice_days": 20,
        "end": draw(st.none() | st.integers(10, 200).map(lambda days: start + timedelta(days=days))), "renewal_months": 2,
        "notice_given_on": draw(st.none() | st.integers(0, 250).map(lambda days: start + timedelta(days=days))),
        "hours_included": draw(st.sampled_from([10.0, 31.0])), "rollover_months": draw(st.none() | st.integers(0, 3)),
        "rollover_cap_hours": draw(st.none() | st.sampled_from([0.0, 12.0])),
    }  # fmt: skip


worked_days = st.lists(st.tuples(starts, st.sampled_from([3.0, 25.0])), max_size=8, unique_by=lambda one: one[0]).map(dict)


@settings(max_examples=60, deadline=None)
@given(st.tuples(contract_rows(0), contract_rows(1)), st.tuples(worked_days, worked_days))
def test_retainers_burn_as_they_do_hour_after_hour(contracts: tuple[dict[str, Any], ...], used: tuple[dict[date, float], ...]):
    portfolio = book_of(
        contracts=[retainer(**row) for row in contracts],
        projects=[{"project_id": row["contract_id"]} | {name: row[name] for name in ("account_id", "contract_id")} for row in contracts],
        time_entries=[
            {"project_id": f"k{number}", "date": day, "hours": hours} for number in (0, 1) for day, hours in used[number].items()
        ],
    )
    made = retainer_burn(portfolio, AS_OF)
    for number, contract in enumerate(contracts):
        rows = made.filter(pl.col("contract_id") == f"k{number}").select("included", "carried_in", "over").rows()
        expected = plainly(contract, used[number], AS_OF)[-12:]
        assert rows == [pytest.approx(row, abs=1e-9) for row in expected]


days_seen = st.lists(st.dates(date(2025, 9, 1), date(2026, 6, 30)), min_size=1, max_size=5, unique=True)


@settings(max_examples=60, deadline=None)
@given(st.tuples(contract_rows(0), contract_rows(1), contract_rows(2)), worked_days, worked_days, days_seen)
def test_over_servicing_on_many_days_is_that_of_each(
    contracts: tuple[dict[str, Any], ...], named: dict[date, float], nameless: dict[date, float], days: list[date]
):
    projects = [
        {"project_id": "named", "account_id": contracts[0]["account_id"], "contract_id": "k0"},
        {"project_id": "nameless", "account_id": "a", "billing": "retainer"},
    ]
    entries = [{"project_id": "named", "date": day, "hours": hours} for day, hours in named.items()]
    entries += [{"project_id": "nameless", "date": day, "hours": hours} for day, hours in nameless.items()]
    portfolio = book_of(contracts=[retainer(**row) for row in contracts], projects=projects, time_entries=entries)
    made = over_servicing_on(portfolio, days)
    for day in days:
        expected = over_servicing(retainer_burn(portfolio, day), day).rows()
        assert made.filter(pl.col("day") == day).drop("day").rows() == [pytest.approx(row) for row in expected]


def test_hours_without_a_contract_are_the_only_retainers_until_a_second_one_starts():
    # 26 hours in May on a project that names no contract. Until 19 June they are k's: 6 more than May's 20. From 20 June on there are two
    # retainers and nobody says whose they are.
    contracts = [retainer(start=date(2026, 5, 1)), retainer(contract_id="l", start=date(2026, 6, 20))]
    portfolio = book_of(
        contracts=contracts,
        projects=[{"project_id": "j", "account_id": "a", "billing": "retainer"}],
        time_entries=[{"date": date(2026, 5, 4), "hours": 26.0}],
    )
    days = [date(2026, 5, 30), date(2026, 5, 31), date(2026, 6, 19), date(2026, 6, 20)]
    assert over_servicing_on(portfolio, days).select("day", "over", "included").rows() == [
        (date(2026, 5, 31), 6, 20),
        (date(2026, 6, 19), 6, 20),
        (date(2026, 6, 20), 0, 20),
    ]


def test_no_day_is_no_over_servicing():
    assert over_servicing_on(book_of(contracts=[retainer()]), []).height == 0
    assert over_servicing_on(book_of(accounts=[{"account_id": "a"}]), [AS_OF]).height == 0
