"""A portfolio fills what is absent, refuses what it does not know, and forgets what was not known yet."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from lib.portfolio import Portfolio, as_known
from lib.tables import TABLES, UNDATED


def accounts(**statuses: str) -> pl.DataFrame:
    """One account for each keyword, with its status."""
    rows = [{"account_id": name, "name": name.upper(), "currency": "EUR", "status": status} for name, status in statuses.items()]
    return pl.DataFrame(rows, schema_overrides={"status": pl.String})


def statuses(portfolio: Portfolio) -> dict[str, str | None]:
    return dict(portfolio["accounts"].select("account_id", "status").collect().iter_rows())


def test_absent_tables_are_empty_and_not_loaded():
    portfolio = Portfolio.of(accounts=accounts(a="active"), invoices=TABLES["invoices"].empty())
    assert set(portfolio.frames) == set(TABLES)
    assert portfolio["invoices"].collect().height == 0
    assert portfolio["projects"].collect_schema() == TABLES["projects"].polars_schema
    assert portfolio.loaded == {"accounts"}


def test_absent_columns_are_null_and_all_stand_in_the_tables_order():
    portfolio = Portfolio.of(accounts=accounts(a="active"))
    assert portfolio["accounts"].collect_schema() == TABLES["accounts"].polars_schema
    assert portfolio["accounts"].collect()["manager"].to_list() == [None]


@pytest.mark.parametrize("frames", [{"acounts": accounts(a="active")}, {"accounts": accounts(a="active").rename({"name": "nmae"})}])
def test_a_table_or_column_nobody_declared_is_refused(frames: dict[str, pl.DataFrame]):
    with pytest.raises(ValueError, match=r"acounts|nmae"):
        Portfolio.of(**frames)


def test_as_known_takes_undated_columns_of_the_older_version_and_all_else_of_the_newer():
    then = Portfolio.of(1, accounts=accounts(a="active", gone="active"))
    now = Portfolio.of(2, accounts=accounts(a="paused", fresh="active").with_columns(notice_given_on=pl.lit(date(2026, 5, 1))))
    known = as_known(now, then)
    assert statuses(known) == {"a": "active", "fresh": None}
    assert known["accounts"].collect()["notice_given_on"].to_list() == [date(2026, 5, 1)] * 2
    assert known.version == 2
    assert known.rows == now.rows


def test_before_the_first_import_nothing_undated_is_known():
    known = as_known(Portfolio.of(2, accounts=accounts(a="paused")), None)
    assert statuses(known) == {"a": None}
    assert known["accounts"].collect()["name"].to_list() == ["A"]


def test_an_undated_column_of_every_table_is_forgotten():
    known = as_known(Portfolio.of(2, accounts=accounts(a="paused")), None)
    for table, schema in TABLES.items():
        frame = known[table].collect_schema()
        assert {name: frame[name] for name in schema.columns} == dict(schema.polars_schema), table
    one_row = {name: pl.DataFrame([{}], schema=TABLES[name].polars_schema).with_columns(
        pl.lit("x" if TABLES[name].polars_schema[column] == pl.String else 1).cast(TABLES[name].polars_schema[column]).alias(column)
        for column in (*UNDATED[name], *TABLES[name].key)
    ) for name in UNDATED}  # fmt: skip
    forgotten = as_known(Portfolio.of(1, **one_row), None)
    for table, columns in UNDATED.items():
        assert forgotten[table].select(columns).collect().null_count().row(0) == (1,) * len(columns), table


@given(st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(["active", "prospect", "paused", "lost"]), min_size=1))
def test_as_known_at_the_same_version_is_the_same_portfolio(by_account: dict[str, str]):
    now = Portfolio.of(3, accounts=accounts(**by_account))
    known = as_known(now, Portfolio.of(3, accounts=accounts(**by_account)))
    assert known is now


@given(st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(["active", "prospect", "paused", "lost"]), min_size=1))
def test_as_known_in_an_older_version_with_the_same_rows_changes_nothing(by_account: dict[str, str]):
    now = Portfolio.of(3, accounts=accounts(**by_account))
    known = as_known(now, Portfolio.of(2, accounts=accounts(**by_account)))
    assert_frame_equal(known["accounts"].collect(), now["accounts"].collect(), check_row_order=False, check_column_order=False)
