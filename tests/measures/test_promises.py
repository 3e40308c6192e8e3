"""A promise is kept up to the close of its day, late from the next, and graded only by what was known then."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from lib.measures.promises import graded
from tests.measures.rows import first_row

DUE = date(2026, 6, 30)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("promise", "as_of", "state", "days_late"),
    [
        ({}, DUE - DAY, "open", 0),
        ({}, DUE, "open", 0),
        ({}, DUE + DAY, "late", 1),
        ({"kept_on": DUE}, DUE, "kept", 0),
        ({"kept_on": DUE + DAY}, DUE, "open", 0),  # kept tomorrow is not known today
        ({"kept_on": DUE + DAY}, DUE + 9 * DAY, "late", 1),  # late for ever, by the day it was kept
        ({"kept_on": DUE - 5 * DAY}, DUE + 9 * DAY, "kept", 0),
        ({"kept_on": DUE + 5 * DAY}, DUE + 2 * DAY, "late", 2),
        ({"status": "dropped"}, DUE + 9 * DAY, "dropped", 9),
        ({"due": None}, DUE, "open", None),
        ({"due": None, "kept_on": DUE}, DUE, "kept", None),
    ],
)
def test_a_promise_is_graded_at_the_close_of_the_day(promise: dict[str, Any], as_of: date, state: str, days_late: int | None):
    row = first_row(graded([{"account_id": "a", "text": "Ship", "due": DUE} | promise], as_of))
    assert (row["state"], row["days_late"]) == (state, days_late)


def test_the_latest_comes_first():
    rows = graded([{"text": "a", "due": DUE - DAY}, {"text": "b", "due": DUE - 9 * DAY}, {"text": "c", "due": DUE}], DUE)
    assert rows["text"].to_list() == ["b", "a", "c"]


def test_no_promise_is_an_empty_table_of_the_same_columns():
    assert graded([], DUE).columns == graded([{"text": "a"}], DUE).columns
