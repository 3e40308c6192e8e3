"""Parquet to a frame of text cells with row numbers: each typed column as the text that says exactly the same. Runs in a worker only.

How many rows and columns there are is taken from the file's own description, before any is read.
"""

from __future__ import annotations

import io
from dataclasses import replace

import polars as pl

from lib.intake import issues
from lib.intake.delimited import Records
from lib.intake.layout import HEADER_LETTERS, column_names
from lib.intake.limits import FileLimits
from lib.intake.values import Reading
from lib.workers import Refusal

MARK = b"PAR1"
_SEPARATOR = ";"  # as lists are written in our own CSV and XLSX
_TOP = 30


def read_columns(raw: bytes, asked: Reading, limits: FileLimits = FileLimits()) -> Records:  # noqa: B008  (frozen)
    """The rows of a Parquet file, numbered from 1. Raises Refusal for nested columns, and beyond the limits."""
    try:
        types = pl.read_parquet_schema(io.BytesIO(raw))
        rows = pl.scan_parquet(io.BytesIO(raw)).select(pl.len()).collect().item()
    except (pl.exceptions.PolarsError, OSError, ValueError):
        raise Refusal("broken_parquet") from None
    if len(types) > limits.columns:
        raise Refusal("too_many_columns", columns=len(types), most=limits.columns)
    if rows * max(1, len(types)) > limits.cells:
        raise Refusal("too_many_cells", rows=rows)
    for name, dtype in types.items():
        if not _is_plain(dtype):
            raise Refusal("nested_column", column=name[:HEADER_LETTERS])
    headers = [name[:HEADER_LETTERS] for name in types]
    try:
        found = pl.read_parquet(io.BytesIO(raw))
        cells = [_text(found.to_series(position)).alias(name) for position, name in enumerate(column_names(headers))]
    except (pl.exceptions.PolarsError, OSError, ValueError):
        raise Refusal("broken_parquet") from None
    frame = pl.DataFrame([pl.int_range(1, rows + 1, dtype=pl.Int64, eager=True).alias("_line"), *cells])
    kept = frame.filter(~pl.all_horizontal(pl.exclude("_line").str.strip_chars() == "")) if cells else frame
    top = [(int(row[0]), [str(cell)[:200] for cell in row[1:]]) for row in frame.head(_TOP).iter_rows()]
    reading = replace(asked, kind="parquet", encoding="", line_end="", delimiter="", quote="", header_line=0, sheet=None)
    return Records(reading, headers, [_typed(dtype) for dtype in types.values()], kept, issues.none(), frame.height - kept.height, top)


def _is_plain(dtype: pl.DataType) -> bool:
    if isinstance(dtype, pl.List):
        return not dtype.inner.is_nested()
    return not dtype.is_nested() and dtype != pl.Object


def _typed(dtype: pl.DataType) -> str:
    """What a sheet would call cells of this type, so that no number or date is taken for a text in a local style."""
    if dtype.is_numeric():
        return "number"
    if dtype == pl.Boolean:
        return "bool"
    return "date" if dtype == pl.Date or isinstance(dtype, pl.Datetime) else ""


def _text(cells: pl.Series) -> pl.Series:
    """Each cell as canonical text: ISO dates, numbers with a dot, TRUE and FALSE, hours as h:mm:ss, lists with semicolons; null as ""."""
    dtype, cell = cells.dtype, pl.col("cell")
    if isinstance(dtype, pl.List):
        return _lists(cells)
    if isinstance(dtype, pl.Duration):
        return pl.Series(cells.name, [_hours(value) for value in cells.dt.total_nanoseconds()], pl.String)
    written: pl.Expr = cell.cast(pl.String)
    if dtype == pl.Boolean:
        written = pl.when(cell).then(pl.lit("TRUE")).when(~cell).then(pl.lit("FALSE"))
    elif dtype.is_float():
        whole = (cell == cell.round()) & (cell.abs() < 1e15)
        written = pl.when(whole).then(cell.cast(pl.Int64, strict=False).cast(pl.String)).otherwise(written)
    elif isinstance(dtype, pl.Datetime):
        form = "%Y-%m-%d %H:%M:%S%.f" + ("%:z" if dtype.time_zone else "")
        midnight = pl.lit(dtype.time_zone is None) & (cell.dt.time() == pl.time(0, 0, 0))
        written = pl.when(midnight).then(cell.dt.strftime("%Y-%m-%d")).otherwise(cell.dt.strftime(form))
    return pl.DataFrame({"cell": cells}).select(written.fill_null("")).to_series()


def _lists(cells: pl.Series) -> pl.Series:
    """The items of each cell with semicolons between them. Raises Refusal if an item holds one itself."""
    items = _text(cells.explode(empty_as_null=False, keep_nulls=False))
    if items.str.contains(_SEPARATOR, literal=True).any():
        raise Refusal("nested_column", column=cells.name[:HEADER_LETTERS])
    words, joined, at = items.to_list(), [], 0
    for length in cells.list.len().fill_null(0):
        joined.append(_SEPARATOR.join(words[at : at + length]))
        at += length
    return pl.Series(cells.name, joined, pl.String)


def _hours(nanoseconds: int | None) -> str:
    if nanoseconds is None:
        return ""
    sign, rest = ("-", -nanoseconds) if nanoseconds < 0 else ("", nanoseconds)
    seconds, part = divmod(rest, 1_000_000_000)
    fraction = f".{part:09}".rstrip("0") if part else ""
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}{fraction}"
