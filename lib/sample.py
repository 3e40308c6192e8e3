"""Reads the sample portfolio that comes with the app, typed as `lib.tables` says. Reads files only; it may not change or store anything."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from lib.tables import TABLES

SAMPLE_AS_OF = date(2026, 9, 30)
AUTHORED = ("reviews", "promises", "decisions", "actions")


def read_sample(folder: Path) -> dict[str, pl.DataFrame]:
    """Every imported table of the sample, by name.

    Columns and types are those of `TABLES[name].polars_schema`, in that order. A table is `<name>.parquet` or `<name>.csv` in `folder`.
    Raises FileNotFoundError for an absent table and polars errors for a cell that is not of its column's type.
    """
    return {name: _table(folder, name) for name in TABLES}


def read_authored(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Rows written in the sample's review meetings: reviews, promises, decisions and actions, dates as ISO text."""
    return {name: json.loads((folder / "authored" / f"{name}.json").read_text(encoding="utf-8")) for name in AUTHORED}


def _table(folder: Path, name: str) -> pl.DataFrame:
    schema = TABLES[name].polars_schema
    parquet = folder / f"{name}.parquet"
    if parquet.exists():
        return pl.read_parquet(parquet).select([pl.col(column).cast(dtype) for column, dtype in schema.items()])
    texts = pl.read_csv(folder / f"{name}.csv", infer_schema=False)
    return texts.select([_typed(column, dtype) for column, dtype in schema.items()])


def _typed(column: str, dtype: pl.DataType) -> pl.Expr:
    cell = pl.col(column)
    if dtype == pl.Boolean:
        return cell.replace_strict({"yes": True, "no": False}, return_dtype=pl.Boolean)
    if isinstance(dtype, pl.List):
        return cell.str.split(";").cast(dtype)
    if dtype == pl.Date:
        return cell.str.to_date("%Y-%m-%d")
    return cell.cast(dtype)
