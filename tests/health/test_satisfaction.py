"""What clients answered, on one scale: the latest of each, with good answers fading and bad ones not."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.health.satisfaction import evidence, readings
from lib.portfolio import Portfolio
from tests.health.read import Reading, as_of, assert_days_agree, assert_no_better, assert_sees_no_later_day, read, sight_of, without
from tests.health.worked_example import TODAY
from tests.health.worked_portfolio import worked_portfolio
from tests.measures.rows import book_of

DAY = date(2026, 6, 30)


def nps(score: float, days: int = 10, who: str | None = "x", **more: Any) -> dict[str, Any]:
    return {"account_id": "a", "date": DAY - timedelta(days=days), "kind": "nps", "score": score, "contact_id": who} | more


def csat(score: float, days: int = 10, who: str | None = "x", **more: Any) -> dict[str, Any]:
    return nps(score, days, who, kind="csat", scale_min=1.0, scale_max=5.0) | more


def satisfaction(*answers: dict[str, Any], day: date = DAY) -> Reading:
    return read(readings, book_of(accounts=[{"account_id": "a"}], feedback=list(answers)), day, "satisfaction")


def test_the_worked_example_has_no_answers():
    assert read(readings, worked_portfolio(), TODAY, "satisfaction", "A") == Reading("missing", None, "no_answers")


@pytest.mark.parametrize(("answer", "value"), [(nps(7), 70), (nps(0), 0), (nps(10), 100), (csat(1), 0), (csat(4), 75), (csat(5), 100)])
def test_answers_lie_on_one_scale(answer: dict[str, Any], value: float):
    assert satisfaction(answer) == Reading("known", value, None)


def test_nps_has_its_own_scale_whatever_the_row_says():
    assert satisfaction(nps(8, scale_min=1.0, scale_max=100.0)).value == 80


@pytest.mark.parametrize(
    ("days", "value"),
    # Of 90, 40 are above 50: 50 + 40·(270 − days)/180.
    [(0, 90), (90, 90), (91, 50 + 40 * 179 / 180), (180, 70), (269, 50 + 40 / 180), (270, 50), (271, None), (-1, None)],
)
def test_the_part_above_50_fades_between_90_and_270_days(days: int, value: float | None):
    assert satisfaction(nps(9, days)).value == (value if value is None else pytest.approx(value, abs=1e-12))


@pytest.mark.parametrize(("score", "value"), [(2, 20), (5, 50)])
def test_a_bad_answer_does_not_fade(score: float, value: float):
    assert satisfaction(nps(score, 260)).value == value


def test_the_latest_of_each_respondent_and_kind_counts():
    # Ana's NPS 3 replaces her 10; her CSAT 5 stands beside it, as does Ben's 6: (30 + 100 + 60)/3.
    answers = [nps(10, 60, "ana"), nps(3, 20, "ana"), csat(5, 40, "ana"), nps(6, 80, "ben")]
    assert satisfaction(*answers).value == pytest.approx(190 / 3)


def test_of_two_answers_of_a_day_the_lower_is_the_latest():
    assert satisfaction(nps(9), nps(2)).value == 20


def test_nameless_answers_are_each_a_respondents_own_but_not_beside_named_ones():
    assert satisfaction(nps(10, who=None), nps(4, who=None)).value == 70
    assert satisfaction(nps(10, who=None), nps(4)) == Reading("missing", None, "nameless")
    assert satisfaction(nps(10, who=None), csat(3)).value == 75  # of another kind: (100 + 50)/2


def test_ces_is_not_scored():
    assert satisfaction(nps(1, kind="ces", scale_min=1.0, scale_max=7.0)).why == "no_answers"


@pytest.mark.parametrize(
    "broken",
    [
        {"scale_max": None}, {"scale_min": None}, {"scale_min": 5.0}, {"score": 6.0}, {"score": 0.0}, {"score": None},
        {"score": float("nan")}, {"score": float("inf")}, {"date": None}, {"kind": None},
    ],
)  # fmt: skip
def test_an_answer_that_cannot_be_read_is_not_left_out(broken: dict[str, Any]):
    alone, beside = satisfaction(csat(2) | broken), satisfaction(csat(2) | broken, nps(10, who="other"))
    assert alone == beside == Reading("missing", None, "unreadable")


def test_an_unreadable_answer_that_a_later_one_replaced_does_no_harm():
    assert satisfaction(csat(2, 50, scale_max=None), csat(4, 5)).value == 75


def test_evidence_averages_to_the_reading():
    answers = [nps(9, 180, "ana"), nps(2, 30, "ben"), nps(7, 60, "ben"), csat(1, 3, "eve", account_id="b")]
    book = book_of(feedback=answers, contacts=[{"account_id": "a", "contact_id": "ben", "name": "Ben"}])
    rows = evidence(sight_of(book, TODAY), "a", DAY)
    # Ben's later 2 is 20; Ana's 9 has faded half way from 90 to 50: 70.
    assert rows.select("who", "score_100", "days", "counts_as").rows() == [("Ben", 20, 30, 20), (None, 90, 180, 70)]
    assert read(readings, book, DAY, "satisfaction").value == pytest.approx(rows["counts_as"].mean()) == pytest.approx(45)


answers = st.builds(
    lambda who, days, kind, score: nps(score * 2.5, days, who) if kind == "nps" else csat(1.0 + score, days, who),
    st.sampled_from("xyz"), st.integers(-20, 300), st.sampled_from(["nps", "csat"]), st.integers(0, 4),
)  # fmt: skip
books = st.lists(answers, max_size=5).map(lambda rows: book_of(accounts=[{"account_id": "a"}], feedback=rows))
# Not among them: `contact_id` of all answers at once, which leaves a survey without names.
LOSABLE = ["kind", "date", "score", "scale_min", "scale_max"]


@settings(max_examples=40)
@given(books, st.sampled_from(LOSABLE), st.one_of(st.none(), st.lists(st.integers(0, 4), max_size=2)))
def test_losing_cells_never_makes_a_client_look_better(book: Portfolio, column: str, rows: list[int] | None):
    book = as_of(book, DAY)
    assert_no_better(readings, book, without(book, "feedback", column, rows), DAY, (column, rows))


@settings(max_examples=20)
@given(books)
def test_days_together_read_as_each_alone(book: Portfolio):
    assert_days_agree(readings, book, [DAY - timedelta(days=days) for days in (200, 70, 0, -4)])


@settings(max_examples=20)
@given(books)
def test_a_day_sees_nothing_of_the_next(book: Portfolio):
    assert_sees_no_later_day(readings, book, DAY)
