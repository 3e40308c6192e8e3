"""The figures that a signal's rule says in words are where it begins to speak: one short of them it keeps silent, in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from lib.definitions import SIGNAL_RULES
from lib.formats import Language
from tests.measures.rows import book_of
from tests.measures.test_signals import AS_OF, ago, answer, found, overdue, severity, windows

FIGURE = re.compile(r"(?<![\w.])(\d+)(?![\w.]*\d)")


def figures(key: str, language: str = "en") -> list[int]:
    """The figures of a rule's words, as written; "1 − revenue" is no threshold."""
    words = Language(language)(SIGNAL_RULES[key].formula)
    return [int(figure) for figure in FIGURE.findall(re.sub(r"^1 − ", "", words))]


def speaks(key: str, **tables: Any) -> bool:
    return severity(found(book_of(**tables)), key) is not None


def notice_date(days: int) -> dict[str, Any]:
    return {"contracts": [{"account_id": "a", "start": ago(300), "end": ago(-days) + timedelta(days=30), "notice_days": 30}]}


def retainer(over: float) -> dict[str, Any]:
    """A retainer of 20 h a month that ran `over` percent over in three months."""
    return {
        "contracts": [{"contract_id": "k", "account_id": "a", "start": date(2026, 1, 1), "hours_included": 20.0}],
        "projects": [{"project_id": "j", "account_id": "a", "contract_id": "k"}],
        "time_entries": [{"date": date(2026, month, 10), "hours": 20 * (1 + over / 100)} for month in (4, 5, 6)],
    }


def requests(hours: float) -> dict[str, Any]:
    return {
        "projects": [{"project_id": "j", "account_id": "a", "budget_hours": 100.0}],
        "change_requests": [{"started_on": AS_OF, "hours": float(hours), "status": "logged"}],
    }


def logged(hours: float) -> dict[str, Any]:
    return {
        "projects": [{"project_id": "j", "account_id": "a", "budget_hours": 100.0}],
        "time_entries": [{"date": AS_OF, "hours": float(hours)}],
    }


def last_met(days: int, anybody: int = 1) -> dict[str, Any]:
    rows = [{"account_id": "a", "date": ago(days), "kind": "meeting"}, {"account_id": "b", "date": ago(anybody), "kind": "meeting"}]
    return {"touchpoints": rows}


def before(figure: int, window: int, count: int, below: float) -> dict[str, Any]:
    """Revenue of 100 in each of `count` windows of `window` days before the last, which is `below` percent lower."""
    assert (window, count, figure) == (91, 4, 91)
    return {"invoices": windows(100.0 - below, *[100.0] * count)}


# signal -> (its figures -> tables with which it speaks, and tables with which it does not yet)
BOUNDS: dict[str, Callable[..., tuple[list[dict[str, Any]], list[dict[str, Any]]]]] = {
    "invoice_overdue": lambda days: ([{"invoices": [overdue(days + 1)]}], [{"invoices": [overdue(days)]}]),
    "open_issue": lambda impact: (
        [{"risks": [{"account_id": "a", "opened": ago(10), "impact": impact}]}],
        [{"risks": [{"account_id": "a", "opened": ago(10), "impact": impact - 1}]}],
    ),
    "notice_date": lambda days: ([notice_date(days)], [notice_date(days + 1)]),
    "over_servicing": lambda share: ([retainer(share + 0.1)], [retainer(share - 0.1)]),
    "unapproved_work": lambda share: ([requests(share)], [requests(share - 0.1)]),
    "hours_over_budget": lambda share: ([logged(share + 1)], [logged(share)]),
    "revenue_falling": lambda days, window, share: (
        [before(days, window, 4, share + 0.1)], [before(days, window, 4, share - 0.1)],
    ),
    "no_contact": lambda days, recorded: (
        [last_met(days), last_met(days, recorded - 1)], [last_met(days - 1), last_met(days, recorded)],
    ),
    "detractor": lambda window, score: (
        [{"feedback": [answer(score)]}, {"feedback": [answer(score, days=window - 1)]}],
        [{"feedback": [answer(score + 1)]}, {"feedback": [answer(score, days=window)]}],
    ),
}  # fmt: skip


@pytest.mark.parametrize("key", BOUNDS)
def test_a_signal_begins_to_speak_where_its_rule_says(key: str) -> None:
    speaking, silent = BOUNDS[key](*figures(key))
    assert [speaks(key, **tables) for tables in speaking] == [True] * len(speaking)
    assert [speaks(key, **tables) for tables in silent] == [False] * len(silent)


def test_a_rule_with_figures_is_tried_and_a_rule_without_has_none() -> None:
    assert {key for key in SIGNAL_RULES if figures(key)} == BOUNDS.keys()


@pytest.mark.parametrize("key", SIGNAL_RULES)
def test_the_figures_are_the_same_in_every_language(key: str) -> None:
    assert sorted(figures(key, "es")) == sorted(figures(key))
