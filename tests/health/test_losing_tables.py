"""Nobody gains by losing data: tables and columns of the hand-worked book taken away, for all of it or for one account.

What was read before is what was last known, as `lib.health.scores` takes it from the weeks before.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import combinations
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.health.book import readings_of
from lib.health.caps import capped, caps
from lib.health.metrics import METRIC_KEYS
from lib.health.profile import DEFAULT_PROFILE
from lib.health.readings import Sight
from lib.health.scores import Scores, grid, scored
from lib.portfolio import Portfolio
from lib.tables import TABLES
from tests.health.hand_worked import TABLES as BOOK
from tests.health.hand_worked import TODAY, Rows
from tests.measures.rows import PLAIN, book_of

ACCOUNTS = ("sol", "lun")
Loss = tuple[str, str | None]
"""A table and one of its columns; None: the whole table."""


def nullable(table: str) -> list[str]:
    columns = TABLES[table].columns.items()
    return [name for name, column in columns if column.nullable and name not in TABLES[table].key]


LOSSES: list[Loss] = [
    *((table, None) for table in BOOK if table != "accounts"), *((table, name) for table in BOOK for name in nullable(table)),
]  # fmt: skip


def scores_of(portfolio: Portfolio, before: pl.DataFrame | None = None) -> Scores:
    """Scores of a book on the day; without the medians of a book, which this one is too small for."""
    sight = Sight(portfolio, (TODAY,), "invoiced", "EUR")
    found = grid(sight.accounts, readings_of(sight), before)
    flags = capped(caps(sight, 0.0), found.days, found.accounts["account_id"].to_list())
    return scored(found, [DEFAULT_PROFILE], flags, np.full((1, len(METRIC_KEYS)), np.nan))


def struck(portfolio: Portfolio, losses: Sequence[Loss]) -> Portfolio:
    """The book without these tables and columns."""
    frames, gone = dict(portfolio.frames), {table for table, column in losses if column is None}
    for table, column in losses:
        if column is not None:
            frames[table] = frames[table].with_columns(pl.lit(None, TABLES[table].polars_schema[column]).alias(column))
    kept = {table: frame.collect() for table, frame in frames.items() if table in portfolio.loaded and table not in gone}
    return Portfolio.of(1, **kept)


OTHER_RULES: set[Loss] = {("accounts", "tier"), ("accounts", "industry")}
"""Not data that a metric reads: they say which rules hold for the account (a key account is called sooner), so other rules hold without."""
SAYS_NOTHING_HAPPENED: dict[Loss, str] = {
    ("change_requests", "started_on"): "a request without the day on which it was started is one that waits: nothing begun unapproved",
}
"""Columns whose emptiness is itself a plain fact that no reader can tell from a loss, with what it says."""
OPEN_ENDED: set[Loss] = {("contracts", "end"), ("contracts", "notice_days")}
"""Both at once say a contract without an end, to which the notice date does not apply (definitions.md); each alone does not."""
TOLD = [loss for loss in LOSSES if loss not in OTHER_RULES and loss not in SAYS_NOTHING_HAPPENED]
SEVERAL = st.lists(st.sampled_from(TOLD), min_size=2, max_size=6, unique=True).filter(lambda losses: not set(losses) >= OPEN_ENDED)


@cache
def whole() -> tuple[Portfolio, pl.DataFrame, Scores]:
    book = book_of(**BOOK)
    return book, readings_of(Sight(book, (TODAY,), "invoiced", "EUR")), scores_of(book)


def assert_no_gain(after: Scores, before: Scores, about: Any) -> None:
    """Accounts of `after`, in the order of `before`: no higher point, no more coverage, and a point inside its bounds."""
    assert after.point[0] == pytest.approx(np.minimum(after.point[0], before.point[0]), abs=1e-9), about
    assert after.coverage[0] == pytest.approx(np.minimum(after.coverage[0], before.coverage[0]), abs=1e-9), about
    assert (after.low <= after.point + 1e-9).all(), about
    assert (after.point <= after.high + 1e-9).all(), about


@pytest.mark.parametrize("table", [table for table in BOOK if table != "accounts"])
def test_a_book_without_a_table(table: str) -> None:
    book, before, scores = whole()
    assert_no_gain(scores_of(struck(book, [(table, None)]), before), scores, table)


@settings(max_examples=14, deadline=None)
@given(st.sampled_from([loss for loss in TOLD if loss[1] is not None]))
def test_a_book_without_one_column(loss: Loss) -> None:
    book, before, scores = whole()
    assert_no_gain(scores_of(struck(book, [loss]), before), scores, loss)


@settings(max_examples=10, deadline=None)
@given(SEVERAL)
def test_a_book_without_several_tables_and_columns(losses: list[Loss]) -> None:
    book, before, scores = whole()
    assert_no_gain(scores_of(struck(book, losses), before), scores, losses)


def copies(losses: Sequence[Sequence[Loss]]) -> Portfolio:
    """One book of many: both accounts once for each of `losses`, without those columns of their own rows. People are shared.

    A whole table that is lost is one in which the account has no row.
    """
    book: dict[str, Rows] = {table: [] for table in BOOK} | {"people": BOOK["people"]}
    numbered = {table: [_numbered(table, place, row) for place, row in enumerate(rows)] for table, rows in BOOK.items()}
    for number, lost in enumerate(losses):
        for table, rows in numbered.items():
            if table == "people" or (table, None) in lost:
                continue
            gone = {column: None for of, column in lost if of == table and column is not None}
            book[table] += [_own(row, number) | gone for row in rows]
    return book_of(**book)


def _numbered(table: str, place: int, row: dict[str, Any]) -> dict[str, Any]:
    key = TABLES[table].key
    return (PLAIN.get(table, {}) | row) if len(key) > 1 or key[0] in row else {key[0]: f"{table}{place}"} | row


def _own(row: dict[str, Any], number: int) -> dict[str, Any]:
    """The row with keys of the copy's own, so that copies share nothing but people."""
    made = {}
    for name, value in row.items():
        if name.endswith("_id") and name != "person_id" and value is not None:
            value = f"{value}.{number}"
        elif name == "contact_ids":
            value = [f"{one}.{number}" for one in value]
        made[name] = value
    return made


def assert_no_account_gains(losses: Sequence[Sequence[Loss]]) -> None:
    """Each copy against the one that lost nothing, which is what each had before."""
    book = copies([(), *losses])
    clean = copies([()] * (len(losses) + 1))
    before = readings_of(Sight(clean, (TODAY,), "invoiced", "EUR"))
    found = scores_of(book, before)
    places = {account: place for place, account in enumerate(found.grid.accounts["account_id"])}
    for number, lost in enumerate(losses, start=1):
        for account in ACCOUNTS:
            old, new = places[f"{account}.0"], places[f"{account}.{number}"]
            assert found.point[0, new] <= found.point[0, old] + 1e-9, (account, lost)
            assert found.coverage[0, new] <= found.coverage[0, old] + 1e-9, (account, lost)
            assert found.low[0, new] - 1e-9 <= found.point[0, new] <= found.high[0, new] + 1e-9, (account, lost)


NO_HOURS: Loss = ("time_entries", None)
"""Of one account while others have hours: see the last test."""
OWN = [loss for loss in TOLD if loss[0] not in ("people", "accounts") and loss != NO_HOURS]


def test_one_account_without_a_column() -> None:
    assert_no_account_gains([[loss] for loss in OWN if loss[1] is not None])


def test_one_account_without_every_two_columns_of_a_table() -> None:
    columns = [loss for loss in OWN if loss[1] is not None]
    assert_no_account_gains([pair for pair in combinations(columns, 2) if pair[0][0] == pair[1][0] and set(pair) != OPEN_ENDED])


@settings(max_examples=3, deadline=None)
@given(st.lists(SEVERAL.map(lambda losses: [loss for loss in losses if loss in OWN]), min_size=40, max_size=40))
def test_one_account_without_several_columns(losses: list[list[Loss]]) -> None:
    assert_no_account_gains(losses)


@pytest.mark.parametrize("losses", [*([loss] for loss in SAYS_NOTHING_HAPPENED), [("accounts", "tier")], sorted(OPEN_ENDED)])
def test_the_exceptions_are_ones(losses: list[Loss]) -> None:
    """Each is needed: without it an account's point rises. One that no longer does is taken off the list."""
    book, before, scores = whole()
    after = scores_of(struck(book, losses), before)
    assert (after.point[0] > scores.point[0] + 1e-9).any()


def test_one_account_without_any_hours() -> None:
    assert_no_account_gains([[NO_HOURS]])
