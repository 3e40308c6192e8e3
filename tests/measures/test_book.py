"""The whole book: sums over sums, margins that say how sure they are, and what stays unsaid without its inputs."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from lib.definitions import DEFINITIONS
from lib.measures.book import (
    Book,
    book,
    comparisons,
    concentration_of,
    discuss_first,
    figures,
    margin_of,
    receivables_by_age,
    silent,
    upcoming_notices,
)
from lib.measures.figure import Figure, ratio, total
from lib.measures.promises import graded
from lib.periods import Period, quarter_of
from lib.portfolio import Portfolio
from tests.measures.rows import book_of

AS_OF = date(2026, 6, 30)


def ago(days: int) -> date:
    return AS_OF - timedelta(days=days)


def reviewed(portfolio: Portfolio, basis: str = "invoiced", quarter: Period | None = None, as_of: date = AS_OF) -> Book:
    return book(portfolio, as_of, quarter or quarter_of(as_of), basis, "EUR", graded([], as_of))[0]  # type: ignore[arg-type]


def figures_of(portfolio: Portfolio, *account_ids: str, basis: str = "invoiced") -> dict[str, Figure]:
    """Every figure over some accounts, or over all."""
    made = reviewed(portfolio, basis)
    chosen = pl.Series(account_ids, dtype=pl.String) if account_ids else made.accounts["account_id"]
    return figures(made, portfolio, chosen)


def worked(account: str, invoiced: float, hours: float, rate: float | None = 10.0, **more: Any) -> dict[str, list[dict[str, Any]]]:
    """One account: a paid invoice and hours at a cost rate, a hundred days ago."""
    return {
        "accounts": [{"account_id": account} | more],
        "invoices": [{"account_id": account, "amount": invoiced, "issued": ago(100), "paid_on": ago(100)}],
        "projects": [{"project_id": f"j{account}", "account_id": account}],
        "people": [{"person_id": f"p{account}", "cost_rate": rate}],
        "time_entries": [{"project_id": f"j{account}", "person_id": f"p{account}", "date": ago(100), "hours": hours}],
    }


def together(*books: dict[str, list[dict[str, Any]]], **more: Any) -> Portfolio:
    merged: dict[str, list[dict[str, Any]]] = {name: list(rows) for name, rows in more.items()}
    for tables in books:
        for name, rows in tables.items():
            merged[name] = [*merged.get(name, []), *rows]
    return book_of(**merged)


# Margin


def test_a_margin_of_a_group_is_sum_over_sum_and_no_mean():
    made = figures_of(together(worked("a", 1000.0, 50.0), worked("b", 100.0, 9.0)))
    # (1 000 + 100 − 500 − 90)/1 100 = 46.4 %; the mean of 50 % and 10 % would be 30 %.
    assert made["delivery_margin"].value == pytest.approx(510 / 1100)
    assert not made["delivery_margin"].at_most
    assert made["delivery_cost"].value == 590


@pytest.mark.parametrize(
    ("unrated", "value", "at_most"),
    [(0.0, 0.1, False), (0.5, 0.1, True), (10.0, 0.1, True), (10.1, None, False)],  # 90 of 100 h is 90 %, 90 of 100.1 below
)
def test_hours_without_a_rate_make_a_margin_an_upper_limit_and_then_none(unrated: float, value: float | None, at_most: bool):
    entry = {"project_id": "ja", "person_id": "nobody", "date": ago(100), "hours": unrated}
    margin = figures_of(together(worked("a", 1000.0, 90.0), time_entries=[entry]))["delivery_margin"]
    assert margin.value == (None if value is None else pytest.approx(value))
    assert margin.at_most is at_most
    assert bool(margin.why) is (value is None)


@pytest.mark.parametrize(
    ("agi", "cost", "hours", "rated", "expected"),
    [
        (1000.0, 600.0, 10.0, 10.0, (0.4, False)),
        (1000.0, 1600.0, 10.0, 10.0, (-0.6, False)),
        (0.0, 600.0, 10.0, 10.0, (None, False)),
        (-5.0, 600.0, 10.0, 10.0, (None, False)),
        (1000.0, 0.0, 0.0, 0.0, (None, False)),
        (1000.0, 600.0, 10.0, 8.999, (None, False)),
    ],
)
def test_a_margin_needs_income_and_rated_hours(
    agi: float, cost: float, hours: float, rated: float, expected: tuple[float | None, bool]
):
    assert margin_of(agi, cost, hours, rated) == expected


def test_a_book_without_income_has_no_margin():
    portfolio = together(worked("a", 100.0, 5.0), invoices=[{"account_id": "a", "amount": 100.0, "issued": ago(5), "kind": "credit_note"}])
    made = figures_of(portfolio)
    assert (made["revenue"].value, made["delivery_margin"].value) == (0, None)
    assert made["top1"].value is None


# Filters


def test_figures_follow_the_filter_but_concentration_and_the_agenda_of_others_do_not():
    portfolio = together(worked("a", 300.0, 10.0), worked("b", 100.0, 5.0))
    made = figures_of(portfolio, "b")
    assert made["revenue"].value == 100
    assert made["logged_hours"].value == 5
    assert made["top1"].value == 0.75
    assert made["delivery_margin"].value == pytest.approx(0.5)


def test_internal_accounts_are_not_in_the_book():
    portfolio = together(worked("a", 300.0, 10.0), worked("own", 100.0, 50.0, internal=True))
    made = figures_of(portfolio)
    assert reviewed(portfolio).accounts["account_id"].to_list() == ["a"]
    assert (made["revenue"].value, made["logged_hours"].value, made["top1"].value) == (300, 10, 1)


def test_the_year_ends_with_the_as_of_and_the_quarter_is_cut_at_it():
    portfolio = together(invoices=[
        {"account_id": "a", "amount": amount, "issued": issued}
        for amount, issued in ((1.0, date(2025, 6, 30)), (10.0, date(2025, 7, 1)), (100.0, date(2026, 4, 1)), (1000.0, date(2026, 5, 16)))
    ])  # fmt: skip
    row = reviewed(portfolio, as_of=AS_OF).accounts.row(0, named=True)
    assert (row["agi_before"], row["agi"], row["agi_quarter"]) == (1, 1110, 1100)
    row = reviewed(portfolio, as_of=date(2026, 5, 15)).accounts.row(0, named=True)
    assert (row["agi_quarter"], row["agi"]) == (100, 111)


def test_a_quarter_that_has_not_begun_is_empty():
    made = reviewed(together(worked("a", 300.0, 10.0)), quarter=quarter_of(date(2026, 8, 1)))
    assert made.accounts["agi_quarter"].to_list() == [0]


# Not computable


def test_without_any_input_every_figure_names_what_to_import():
    made = figures_of(book_of(accounts=[{"account_id": "a"}]))
    assert set(made) == set(DEFINITIONS) - {"lose_client"}
    for key, figure in made.items():
        assert figure.value is None, key
        assert figure.state == "missing", key
        assert figure.needs, key
        assert set(figure.needs) <= set(DEFINITIONS[key].tables) | {"progress", "people", "contracts"}, key


def test_hours_without_invoices_give_hours_and_no_money():
    tables = worked("a", 1.0, 10.0)
    del tables["invoices"]
    made = figures_of(book_of(**tables))
    assert made["logged_hours"].value == 10
    for key in ("revenue", "agi", "delivery_margin", "top1", "receivables"):
        assert made[key].value is None, key
    assert made["agi"].needs == ("invoices",)


def test_a_figure_says_how_many_amounts_had_no_rate():
    invoices = [{"account_id": "a", "amount": 10.0, "issued": ago(1), "currency": "USD"} for _ in range(2)]
    made = figures_of(together(worked("a", 1000.0, 10.0), invoices=invoices))
    assert [left.count for left in made["revenue"].left_out] == [2]
    assert [left.count for left in made["receivables"].left_out] == [2]


def test_two_years_are_compared_only_where_the_data_reaches_back():
    young = together(worked("a", 1000.0, 10.0, since=date(2020, 1, 1)))
    assert figures_of(young)["client_retention"].value is None
    assert comparisons(reviewed(young), pl.Series(["a"]))["agi_change"] is None
    old = [
        {"account_id": "a", "amount": amount, "issued": issued}
        for amount, issued in ((500.0, date(2024, 7, 1)), (1000.0, date(2025, 7, 1)), (7.0, date(2024, 6, 30)))
    ]
    tables = {"invoices": old, "accounts": [{"account_id": "a", "since": date(2020, 1, 1)}]}
    made = figures_of(book_of(**tables))
    assert made["client_retention"].value == 2
    assert comparisons(reviewed(book_of(**tables)), pl.Series(["a"]))["agi_change"] == 1  # 1,000 against 500: twice, +100 %
    assert made["clients_returned"].value == 1


def test_a_client_without_agi_but_with_revenue_was_billed_again():
    invoices = [
        {"account_id": "a", "amount": 500.0, "issued": date(2024, 7, 1)},
        {"account_id": "a", "amount": 100.0, "pass_through": 100.0, "issued": date(2026, 1, 1)},
        {"account_id": "b", "amount": 500.0, "issued": date(2024, 7, 1)},
    ]
    accounts = [{"account_id": name, "since": date(2020, 1, 1)} for name in "ab"]
    assert figures_of(book_of(invoices=invoices, accounts=accounts))["clients_returned"].value == 0.5


def test_billable_share_is_of_hours_that_say_so():
    entries = [
        {"project_id": "ja", "date": ago(5), "hours": hours, "billable": billable}
        for hours, billable in ((6.0, True), (2.0, False), (50.0, None))
    ]
    tables = worked("a", 1000.0, 0.0) | {"time_entries": entries}
    assert figures_of(book_of(**tables))["billable_share"].value == 0.75
    tables["time_entries"] = entries[2:]
    assert figures_of(book_of(**tables))["billable_share"].value is None


# Retention of contracts, over a filter


def test_recurring_retention_of_a_group_is_sum_over_sum():
    contracts = [
        {"account_id": "a", "start": date(2024, 1, 1), "end": date(2025, 12, 31), "value": 900.0},
        {"account_id": "a", "start": date(2026, 1, 1), "value": 1800.0},
        {"account_id": "b", "start": date(2024, 1, 1), "end": date(2025, 12, 31), "value": 100.0},
    ]
    made = figures_of(book_of(contracts=contracts))
    assert (made["nrr"].value, made["grr"].value) == (1.8, 0.9)  # 1 800/1 000 and 900/1 000; means would be 1.0 and 0.5
    assert figures_of(book_of(contracts=contracts), "b")["nrr"].value == 0


# Agenda


def agenda(portfolio: Portfolio) -> pl.DataFrame:
    made = reviewed(portfolio)
    return discuss_first(made, made.accounts["account_id"])


def late_project(account: str, days: int) -> dict[str, Any]:
    return {"account_id": account, "due": ago(days)}


def test_first_comes_the_most_money_times_the_gravest_signal():
    portfolio = together(
        worked("big", 1000.0, 1.0), worked("small", 500.0, 1.0), worked("calm", 9000.0, 1.0),
        projects=[late_project("big", 1), late_project("small", 60)],
        touchpoints=[{"account_id": "small", "date": ago(99)}, {"account_id": "calm", "date": ago(1)}],
    )  # fmt: skip
    # 1 000 × 0.4 = 400; 500 × 1 = 500; without a signal no place.
    assert agenda(portfolio).select("account_id", "priority", "key").rows() == [
        ("small", 500.0, "project_late"),
        ("big", 400.0, "project_late"),
    ]


def test_of_equals_the_sooner_notice_comes_first_and_none_last():
    contracts = [{"account_id": name, "start": ago(100), "end": ago(-days)} for name, days in (("later", 300), ("sooner", 200))]
    portfolio = book_of(contracts=contracts, projects=[late_project(name, 60) for name in ("none", "later", "sooner")])
    assert agenda(portfolio)["account_id"].to_list() == ["sooner", "later", "none"]


@pytest.mark.parametrize(("status", "listed"), [("active", 1), ("paused", 1), (None, 1), ("lost", 0), ("prospect", 0)])
def test_lost_and_prospective_accounts_are_not_discussed(status: str | None, listed: int):
    portfolio = book_of(accounts=[{"account_id": "a", "status": status}], projects=[late_project("a", 60)])
    assert agenda(portfolio).height == listed


def test_an_account_that_lost_money_has_no_negative_place():
    note = {"account_id": "a", "amount": 100.0, "issued": ago(5), "kind": "credit_note"}
    assert agenda(book_of(invoices=[note], projects=[late_project("a", 60)]))["priority"].to_list() == [0]


def test_silent_accounts_are_active_ones_of_which_nothing_is_known():
    accounts = [{"account_id": "quiet"}, {"account_id": "prospect", "status": "prospect"}, {"account_id": "signalled"}]
    late = [late_project("signalled", 9)]
    portfolio = together(worked("billed", 10.0, 0.0), worked("worked", 0.0, 5.0), accounts=accounts, projects=late)
    made = reviewed(portfolio)
    assert silent(made, made.accounts["account_id"])["account_id"].to_list() == ["quiet"]


# Lists


@pytest.mark.parametrize(("days", "listed"), [(-1, 0), (0, 1), (120, 1), (121, 0)])
def test_notices_are_listed_from_today_to_the_120th_day(days: int, listed: int):
    portfolio = book_of(contracts=[{"account_id": "a", "start": ago(300), "end": ago(-200), "notice_days": 200 - days}])
    made = reviewed(portfolio)
    assert upcoming_notices(made, made.accounts["account_id"]).height == listed


def test_an_account_with_two_notices_is_at_stake_once():
    contracts = [{"account_id": "a", "start": ago(300), "end": ago(-days)} for days in (20, 40)]
    portfolio = together(worked("a", 1000.0, 1.0), contracts=contracts)
    figure = figures_of(portfolio)["renewals"]
    assert (figure.value, figure.rows.height) == (1000, 2)


def test_receivables_follow_the_filter_and_the_buckets_add_up_to_them():
    portfolio = book_of(invoices=[
        {"account_id": "a", "amount": 75.0, "issued": ago(100), "due": ago(40)},
        {"account_id": "a", "amount": 25.0, "issued": ago(5), "due": ago(-25)},
        {"account_id": "b", "amount": 500.0, "issued": ago(5), "due": ago(-25)},
    ])  # fmt: skip
    made = figures_of(portfolio, "a")
    assert (made["receivables"].value, made["overdue_30"].value) == (100, 0.75)
    assert receivables_by_age(reviewed(portfolio), pl.Series(["a"]))["open"].sum() == 100
    assert figures_of(portfolio)["overdue_30"].value == pytest.approx(75 / 600)


def test_concentration_is_by_parent():
    portfolio = together(worked("a", 300.0, 1.0), worked("a2", 300.0, 1.0, parent_id="a"), worked("b", 400.0, 1.0))
    made = concentration_of(reviewed(portfolio))
    assert made.top1 == pytest.approx(0.6)
    assert made.hhi == pytest.approx(5200)


def test_both_bases_are_the_same_book_but_for_the_money():
    portfolio = together(
        worked("a", 1000.0, 10.0), contracts=[{"account_id": "a", "start": date(2026, 6, 1), "value": 300.0}]
    )
    invoiced, earned = figures_of(portfolio), figures_of(portfolio, basis="earned")
    assert (invoiced["revenue"].value, earned["revenue"].value) == (1000, pytest.approx(300))
    assert invoiced["logged_hours"].value == earned["logged_hours"].value


# Arithmetic of figures


@pytest.mark.parametrize(
    ("over", "under", "expected"),
    [(1.0, 2.0, 0.5), (0.0, 2.0, 0.0), (1.0, 0.0, None), (1.0, -2.0, None), (None, 2.0, None), (1.0, None, None)],
)
def test_nothing_is_divided_by_nothing(over: float | None, under: float | None, expected: float | None):
    assert ratio(over, under) == expected


def test_a_total_passes_over_what_is_absent():
    assert total(pl.DataFrame({"x": [1.0, None, 2.0]}), "x") == 3
    assert total(pl.DataFrame(schema={"x": pl.Float64}), "x") == 0


def test_hours_on_projects_that_are_not_loaded_are_said():
    entries = [{"project_id": project, "date": ago(5), "hours": hours} for project, hours in (("ja", 6.0), ("elsewhere", 2.5))]
    made = figures_of(together(worked("a", 1000.0, 0.0) | {"time_entries": entries}))
    assert made["logged_hours"].value == 6
    assert [part.count for part in made["logged_hours"].left_out] == [2]  # 2.5 h, to the even whole hour
