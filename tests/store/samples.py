"""Small portfolios and the assertions that the store's tests share."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from lib.portfolio import Portfolio
from lib.store import Store
from lib.tables import TABLES, Table

AT = datetime(2024, 3, 1, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)
BY_ANA: dict[str, Any] = {"author": "Ana", "at": AT}


def accounts(**names: str) -> pl.DataFrame:
    """Accounts by id and name."""
    return pl.DataFrame(
        {"account_id": list(names), "name": list(names.values()), "currency": "EUR", "status": "active"},
        schema={"account_id": pl.String, "name": pl.String, "currency": pl.String, "status": pl.String},
    )


def time_entries(first: int, count: int, hours: float = 1.5) -> pl.DataFrame:
    """Entries e<first>, e<first + 1>, ... a day each from 2024-01-01."""
    numbers = range(first, first + count)
    return pl.DataFrame(
        {
            "entry_id": [f"e{number}" for number in numbers],
            "date": [date(2024, 1, 1) + timedelta(days=number % 366) for number in numbers],
            "person_id": "p1",
            "project_id": "j1",
            "hours": hours,
        },
        schema_overrides={"person_id": pl.String, "project_id": pl.String, "hours": pl.Float64},
    )


def table_of(rows: pl.LazyFrame, table: Table) -> pl.DataFrame:
    """All cells, in the order of the key."""
    return rows.collect().sort(table.key)


def assert_same(left: Portfolio, right: dict[str, pl.DataFrame], tables: dict[str, Table] | None = None) -> None:
    """Every table of `left` equals the frame of `right`, as `frozen` took it."""
    for name, table in (tables or TABLES).items():
        found = table_of(left[name], table)
        assert found.equals(right[name]), f"{name}: {found.height} rows, not the expected {right[name].height}"


def frozen(portfolio: Portfolio, tables: dict[str, Table] | None = None) -> dict[str, pl.DataFrame]:
    """All cells of all tables, to compare with later."""
    return {name: table_of(portfolio[name], table) for name, table in (tables or TABLES).items()}


def names(store: Store, version: int | None = None) -> dict[str, str]:
    """Account id -> name."""
    rows = store.portfolio(version)["accounts"].collect().sort("account_id")
    return dict(zip(rows["account_id"], rows["name"], strict=True))


def files_below(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
