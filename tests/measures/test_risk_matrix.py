"""Open risks by probability and impact, on a day and 13 weeks before it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from lib.measures.risk_matrix import RiskMatrix, open_risks, risk_matrix
from lib.portfolio import Portfolio, as_known
from tests.measures.rows import book_of

DAY = date(2026, 6, 30)
BEFORE = DAY - timedelta(91)


def risk(probability: int | None = 3, impact: int | None = 4, opened: date = date(2026, 1, 1), **more: Any) -> dict[str, Any]:
    return {"account_id": "a", "kind": "risk", "probability": probability, "impact": impact, "opened": opened} | more


def matrix(*risks: dict[str, Any], **tables: Any) -> RiskMatrix:
    return risk_matrix(book_of(risks=list(risks), **tables), DAY)


def cells(made: RiskMatrix) -> dict[tuple[int, int], tuple[int, int]]:
    """(probability, impact) -> (open, before), where there is one."""
    counts = made.cells.select("probability", "impact", "open", "before")
    return {(p, i): (now, then) for p, i, now, then in counts.iter_rows() if now or then}


def test_each_open_risk_stands_in_its_cell() -> None:
    made = matrix(risk(3, 4), risk(3, 4), risk(1, 2), risk(5, 5, closed_on=DAY, status="closed"))
    assert cells(made) == {(3, 4): (2, 2), (1, 2): (1, 1), (5, 5): (0, 1)}
    assert made.cells.height == 25
    assert made.exposure == 12 + 12 + 2
    assert made.exposure_before == 12 + 12 + 2 + 25
    assert dict(made.cells.filter(pl.col("exposure") > 0).select("exposure", "change").iter_rows()) == {24: 0, 2: 0}


def test_an_issue_has_happened_whatever_its_probability() -> None:
    made = matrix(risk(None, 4, kind="issue"), risk(1, 3, kind="issue"))
    assert cells(made) == {(5, 4): (1, 1), (5, 3): (1, 1)}
    assert made.exposure == 35


@pytest.mark.parametrize(
    ("more", "now", "before"),
    [
        ({"opened": DAY}, 1, 0), ({"opened": DAY + timedelta(1)}, 0, 0),
        ({"opened": BEFORE}, 1, 1), ({"opened": BEFORE + timedelta(1)}, 1, 0),
        ({"closed_on": DAY, "status": "closed"}, 0, 1), ({"closed_on": DAY + timedelta(1), "status": "closed"}, 1, 1),
        ({"closed_on": BEFORE, "status": "closed"}, 0, 0), ({"closed_on": BEFORE + timedelta(1), "status": "closed"}, 0, 1),
        ({"status": "closed"}, 0, 0), ({"status": None}, 1, 1),
    ],
)  # fmt: skip
def test_open_then_and_now_by_the_days_of_opening_and_closing(more: dict[str, Any], now: int, before: int) -> None:
    assert cells(matrix(risk(**more))).get((3, 4), (0, 0)) == (now, before)


def test_how_many_came_and_went_since_and_of_how_many_it_is_not_known() -> None:
    made = matrix(
        risk(opened=DAY), risk(opened=BEFORE), risk(opened=BEFORE + timedelta(1), closed_on=DAY), risk(closed_on=BEFORE),
        risk(status="closed"), risk(status="closed", opened=DAY),
    )  # fmt: skip
    assert (made.opened, made.closed, made.undated) == (3, 1, 1)


def test_a_risk_without_a_probability_has_no_cell_and_takes_the_sum_with_it() -> None:
    made = matrix(risk(3, 4), risk(None, 5))
    assert cells(made) == {(3, 4): (1, 1)}
    assert (made.exposure, made.exposure_before, made.unplaced, made.unplaced_before) == (None, None, 1, 1)
    assert made.risks["impact"].to_list() == [5, 4]  # the unknown first: nobody has yet said that it is small


def test_no_risk_is_an_exposure_of_nothing() -> None:
    assert matrix().exposure == 0


def test_what_it_was_then_is_taken_from_the_version_known_then() -> None:
    now = book_of(risks=[risk(5, 5, risk_id="r")])
    then = book_of(risks=[risk(2, 2, risk_id="r")])
    assert cells(risk_matrix(now, DAY, then=as_known(now, Portfolio(0, then.frames)))) == {(5, 5): (1, 0), (2, 2): (0, 1)}
    unknown = risk_matrix(now, DAY, then=as_known(now, None))
    assert (unknown.exposure, unknown.exposure_before, unknown.unplaced_before) == (25, None, 1)


def test_of_chosen_accounts_only() -> None:
    book = book_of(risks=[risk(), risk(1, 1, account_id="b", closed_on=DAY)])
    made = risk_matrix(book, DAY, pl.Series(["b"]))
    assert (cells(made), made.closed) == ({(1, 1): (0, 1)}, 1)


def test_lost_clients_and_the_own_house_have_no_open_risk() -> None:
    accounts = [{"account_id": "a", "lost_on": DAY}, {"account_id": "own", "internal": True}]
    book = book_of(risks=[risk(), risk(account_id="own")], accounts=accounts)
    assert open_risks(book, DAY).is_empty()
    assert open_risks(book, DAY - timedelta(1)).height == 1
