"""Which band set by hand is in force on a day, also after it was withdrawn."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from lib.health.overrides import LACKS, SCHEMA, Override, in_force, lacking, recorded, standing
from lib.store import Store

DAY = date(2026, 6, 10)
MADRID = timezone(timedelta(hours=2))
ROW: dict[str, Any] = {"account_id": "a", "band": "red", "reason": "They told me", "expires_on": date(2026, 6, 20)}


def at(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 6, day, hour, tzinfo=UTC)


def override(**more: Any) -> Override:
    return Override(**({"id": 1, "author": "Eva", "at": at(10)} | ROW | more))


def days_held(*overrides: Override, zone: timezone = UTC) -> dict[int, str]:
    """Day of June -> band of account a."""
    days = [date(2026, 6, day) for day in range(1, 31)]
    rows = in_force(overrides, days, zone)
    assert dict(rows.schema) == SCHEMA
    return {row["day"].day: row["band"] for row in rows.rows(named=True) if row["account_id"] == "a"}


def test_it_holds_from_the_day_it_was_written_through_its_expiry() -> None:
    assert list(days_held(override())) == list(range(10, 21))
    assert days_held() == {}


def test_the_day_it_was_written_is_the_local_one() -> None:
    late = override(at=at(10, 23))  # 1 in the morning of the 11th in Madrid
    assert (min(days_held(late)), min(days_held(late, zone=MADRID))) == (10, 11)


def test_the_newest_wins_and_an_older_one_that_still_runs_comes_back() -> None:
    short = override(id=2, band="amber", at=at(12), expires_on=date(2026, 6, 13))
    same_day = override(id=3, band="green", at=at(12, 13), expires_on=date(2026, 6, 12))
    held = days_held(same_day, override(), short)
    assert [held[day] for day in (11, 12, 13, 14, 20)] == ["red", "green", "amber", "red", "red"]


def test_the_newest_is_the_one_written_or_changed_last() -> None:
    assert days_held(override(at=at(12, 13)), override(id=2, band="amber", at=at(12, 12)))[12] == "red"


def test_each_account_has_its_own() -> None:
    rows = in_force([override(), override(id=2, account_id="b", band="green")], [DAY], UTC)
    assert rows.select("account_id", "band").rows() == [("a", "red"), ("b", "green")]
    assert rows.filter(account_id="a").row(0, named=True) == {
        "account_id": "a", "day": DAY, "band": "red", "reason": "They told me", "expires_on": date(2026, 6, 20), "author": "Eva",
        "written_on": DAY, "id": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"band": "purple"}, "band"),
        ({"band": ""}, "band"),
        ({"reason": " "}, "reason"),
        ({"author": ""}, "author"),
        ({"expires_on": None}, "expires_on"),
        ({"expires_on": date(2026, 6, 9)}, "over"),
    ],
)
def test_one_that_lacks_something_is_refused_and_never_in_force(more: dict[str, Any], expected: str) -> None:
    one = override(**more)
    assert lacking(one.band, one.reason, one.author, one.expires_on, DAY) == (expected,)
    assert days_held(one) == {}
    assert expected in LACKS


def test_a_good_one_lacks_nothing_even_if_it_expires_today() -> None:
    assert lacking("amber", "They told me", "Eva", DAY, DAY) == ()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "store")


def test_one_that_was_withdrawn_held_until_the_day_before(store: Store) -> None:
    number = store.write("overrides", ROW, author="Eva", at=at(10))
    assert days_held(*standing(store.rows("overrides"))) == dict.fromkeys(range(10, 21), "red")
    store.remove("overrides", number, author="Eva", at=at(15))
    assert days_held(*standing(store.rows("overrides"))) == {}
    assert days_held(*recorded(store.rows("audit", table_name="overrides"))) == dict.fromkeys(range(10, 15), "red")


def test_one_that_was_changed_said_before_what_it_said_then(store: Store) -> None:
    number = store.write("overrides", ROW, author="Eva", at=at(10))
    store.write("overrides", {"band": "amber"}, author="Otto", at=at(12), key=number)
    before, after = recorded(store.rows("audit", table_name="overrides"))
    assert (before.author, before.ended, after.author, after.ended) == ("Eva", at(12), "Otto", None)
    assert days_held(before, after) == dict.fromkeys((10, 11), "red") | dict.fromkeys(range(12, 21), "amber")


def test_one_that_was_withdrawn_and_brought_back_was_away_in_between() -> None:
    written = ROW | {"id": 1, "expires_on": "2026-06-20", "author": "Eva"}
    lines = [
        {"row_id": 1, "before": None, "after": written, "at": at(10)},
        {"row_id": 1, "before": written, "after": None, "at": at(12)},
        {"row_id": 1, "before": None, "after": written, "at": at(15)},
    ]
    assert list(days_held(*recorded(lines))) == [10, 11, *range(15, 21)]


def test_an_account_that_was_merged_keeps_its_override_under_its_new_name(store: Store) -> None:
    number = store.write("overrides", ROW | {"account_id": "old"}, author="Eva", at=at(10))
    store.write("overrides", {"account_id": "a"}, author="Otto", at=at(15), key=number)
    assert days_held(*recorded(store.rows("audit", table_name="overrides"))) == dict.fromkeys(range(10, 21), "red")


def test_what_stands_and_what_was_recorded_agree_while_nothing_was_taken_back(store: Store) -> None:
    for day, band in ((10, "red"), (12, "green")):
        store.write("overrides", ROW | {"band": band}, author="Eva", at=at(day))
    assert recorded(store.rows("audit", table_name="overrides")) == standing(store.rows("overrides"))
