"""What metrics share of one sight: made once whoever asks, on whatever thread; tables in memory are read once and stay the same."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier, Event

import polars as pl
import pytest

from lib.health.readings import ASKED_OFTEN, Sight
from lib.portfolio import Portfolio

DAY = date(2026, 3, 31)
ACCOUNTS = pl.DataFrame({"account_id": ["a", "b"], "name": ["Alder", "Birch"], "status": ["active", "prospect"]})


def sight() -> Sight:
    return Sight(Portfolio.of(accounts=ACCOUNTS), (DAY,), "invoiced", "EUR")


def test_a_part_that_two_threads_ask_for_is_made_once() -> None:
    shared, together, asked = sight(), Barrier(2), Event()
    made: list[int] = []

    def make() -> list[int]:
        made.append(1)
        asked.wait(0.2)  # long enough for the other thread to ask meanwhile
        return made

    def ask() -> list[int]:
        together.wait(10)
        return shared.once("part", make)

    with ThreadPoolExecutor(2) as pool:
        first, second = (asking.result(20) for asking in [pool.submit(ask), pool.submit(ask)])
    assert first is second
    assert made == [1]


def test_parts_that_rest_on_each_other_never_wait_for_each_other() -> None:
    shared = sight()

    def whole() -> int:
        return shared.once("half", lambda: 21) * 2

    def halves() -> int:
        return shared.once("half", lambda: 21) + shared.once("whole", whole)

    with ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(job) for job in (lambda: shared.once("whole", whole), halves)]
        assert [one.result(20) for one in asked] == [42, 63]


def test_a_part_that_failed_is_asked_for_again() -> None:
    shared = sight()
    with pytest.raises(ZeroDivisionError):
        shared.once("part", lambda: 1 // 0)
    assert shared.once("part", lambda: 7) == 7


def test_tables_at_hand_are_read_once_and_are_the_same() -> None:
    reads: list[str] = []

    def read(rows: pl.DataFrame) -> pl.DataFrame:
        reads.append("accounts")
        return rows

    given = Portfolio.of(accounts=ACCOUNTS)
    counted = dict(given.frames) | {"accounts": given["accounts"].map_batches(read)}
    one = Sight(Portfolio(0, counted, given.rows), (DAY,), "invoiced", "EUR")
    held = one.at_hand()
    assert all(held.portfolio[name].collect().equals(given[name].collect()) for name in ASKED_OFTEN)
    assert held.portfolio.loaded == one.portfolio.loaded
    assert held.portfolio["accounts"].collect().height == 2
    assert reads == ["accounts"]


def test_what_is_made_from_tables_at_hand_is_there_for_the_sight_they_are_of() -> None:
    one = sight()
    accounts = one.at_hand().accounts
    assert accounts["account_id"].to_list() == ["a"]
    assert one.accounts is accounts
