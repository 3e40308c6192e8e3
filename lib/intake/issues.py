"""Frames of issues: one row for one thing that is wrong in a file. Builds and reads them; has no words for people."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from lib.intake.values import Issue

SCHEMA = pl.Schema(
    {"line": pl.Int64, "column": pl.String, "field": pl.String, "code": pl.String, "value": pl.String, "rejects": pl.Boolean}
)
SHOWN_LETTERS = 200


def none() -> pl.DataFrame:
    return pl.DataFrame(schema=SCHEMA)


def of_rows(rows: list[tuple[int, str, str]], rejects: bool = True) -> pl.DataFrame:
    """Issues of whole records, from (line, code, value)."""
    frame = pl.DataFrame(rows, schema={"line": pl.Int64, "code": pl.String, "value": pl.String}, orient="row")
    blank = pl.lit("")
    return frame.select("line", blank.alias("column"), blank.alias("field"), "code", _shown("value"), pl.lit(rejects).alias("rejects"))


def of_cells(lines: pl.Series, values: pl.Series, column: str, field: str, code: str, rejects: bool = True) -> pl.DataFrame:
    """One issue for each pair of line and value as written."""
    return pl.DataFrame({"line": lines.cast(pl.Int64), "value": values.cast(pl.String)}).select(
        "line",
        pl.lit(column).alias("column"),
        pl.lit(field).alias("field"),
        pl.lit(code).alias("code"),
        _shown("value"),
        pl.lit(rejects).alias("rejects"),
    )


def _shown(column: str) -> pl.Expr:
    return pl.col(column).fill_null("").str.slice(0, SHOWN_LETTERS)


def read(path: Path, file: str, first: int = 0, count: int = 100, code: str | None = None) -> Iterator[Issue]:
    """`count` issues of an Arrow IPC file that a check wrote, from number `first` on, of one code or of all."""
    rows = pl.scan_ipc(path)
    if code is not None:
        rows = rows.filter(pl.col("code") == code)
    for row in rows.slice(first, count).collect().iter_rows(named=True):
        yield Issue(file=file, **row)
