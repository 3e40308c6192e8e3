"""The rejected records of a file, written as a file of the same kind that loads cleanly once mended. Runs in a worker; decides nothing.

It has the file's own columns after two of ours, which the importer knows and ignores: the line in the file, and what to do about it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import datetime, time
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from lib.intake.delimited import read_delimited
from lib.intake.encoding import clean_bytes
from lib.intake.mapping import ABOUT_REJECTS
from lib.intake.reading import frame_of
from lib.intake.records import record_at
from lib.intake.values import FileColumn, Reading, ReadReport
from lib.text import neutralise, neutralised
from lib.workers import Refusal

_LINE, _REASON = ABOUT_REJECTS
_LINE_ENDS = {"crlf": "\r\n", "cr": "\r"}
_MOST_SHEET_ROWS = 1_048_575
_FIRST_EXCEL_YEAR = 1901  # Excel believes in 29 February 1900


def rejects_job(folder: str, report: dict[str, Any], issues: str, reasons: dict[str, str]) -> dict[str, Any]:
    """Leave the rejected records of a checked file in `folder`. Returns {"file": path}. reasons: issue code -> words for people."""
    read = ReadReport.of_json(report)
    about = reasons_by_line(pl.read_ipc(issues), reasons)
    rows = frame_of(read, [column.name for column in read.columns]).join(about, on="_line", how="inner", maintain_order="left")
    misshapen = about.filter(~pl.col("_line").is_in(rows["_line"].implode()))
    rows = rows.select(pl.col("_line").cast(pl.String).alias(_LINE), pl.col("reason").alias(_REASON), *(c.name for c in read.columns))
    is_text = read.reading.kind == "csv"
    path = Path(folder) / ("rejects.csv" if is_text else "rejects.xlsx")
    path.write_bytes(_csv(read, rows, misshapen) if is_text else _workbook(read, rows))
    return {"file": str(path)}


def reasons_by_line(found: pl.DataFrame, reasons: Mapping[str, str]) -> pl.DataFrame:
    """`_line` and `reason` of every rejected record: each thing that is wrong, after the name of its column."""
    named = pl.when(pl.col("column") != "").then("column").otherwise("field")
    words = pl.col("code").replace_strict(dict(reasons), default=pl.col("code"), return_dtype=pl.String)
    said = pl.when(named != "").then(pl.concat_str(named, pl.lit(": "), words)).otherwise(words)
    rejecting = found.filter("rejects").select(pl.col("line").alias("_line"), said.alias("reason"))
    return rejecting.group_by("_line", maintain_order=True).agg(pl.col("reason").unique(maintain_order=True).str.join(" · ")).sort("_line")


def _csv(read: ReadReport, rows: pl.DataFrame, misshapen: pl.DataFrame) -> bytes:
    """In the file's own encoding, separator and line ends, if these few rows are then read as they stand; else in plainer ones."""
    reading = read.reading
    own = (str(reading.encoding), reading.delimiter or ",", _LINE_ENDS.get(reading.line_end or "", "\n"))
    odd = _fields(read, misshapen)
    written = b""
    for encoding, separator, line_end in (own, ("utf-8-sig", own[1], "\n"), ("utf-8-sig", ",", "\n")):
        try:
            written = _text(rows, odd, separator, line_end).encode(encoding)
        except (UnicodeEncodeError, LookupError):
            continue
        if _reads_back(written, rows):
            break
    return written


def _text(rows: pl.DataFrame, odd: Sequence[Sequence[str]], separator: str, line_end: str) -> str:
    cells = rows.select(neutralised(pl.col(name)).alias(neutralise(name)) for name in rows.columns)
    text = cells.write_csv(separator=separator, line_terminator=line_end, quote_style="necessary")
    lines = io.StringIO()
    writer = csv.writer(lines, delimiter=separator, lineterminator=line_end)
    writer.writerows([neutralise(cell) for cell in record] for record in odd)
    return text + lines.getvalue()


def _fields(read: ReadReport, misshapen: pl.DataFrame) -> list[list[str]]:
    """Records with too many or too few fields, as they stand in the file."""
    if not misshapen.height:
        return []
    reading = read.reading
    lines = clean_bytes(Path(read.source).read_bytes(), reading.encoding).body.split(b"\n")
    marks = str(reading.delimiter).encode(), (reading.quote or "").encode()
    return [
        [str(line), reason, *(field.decode(errors="replace") for field in record_at(lines, line - 1, *marks).fields)]
        for line, reason in misshapen.iter_rows()
    ]


def _reads_back(written: bytes, rows: pl.DataFrame) -> bool:
    """Whether the importer, left to itself, finds the same cells again."""
    try:
        found = read_delimited(written, Reading()).frame.drop("_line")
    except Refusal:
        return False
    wanted = rows.select(neutralised(pl.col(name)).alias(neutralise(name)) for name in rows.columns)
    return found.columns == wanted.columns and found.equals(wanted)


def _workbook(read: ReadReport, rows: pl.DataFrame) -> bytes:
    """A workbook whose cells have the types that they have in the file."""
    buffer = io.BytesIO()
    plain = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(buffer, plain)
    try:
        sheet = book.add_worksheet(read.reading.sheet or None)
    except xlsxwriter.exceptions.XlsxWriterException:
        sheet = book.add_worksheet()
    formats = {"bold": book.add_format({"bold": True}), "day": book.add_format({"num_format": "yyyy-mm-dd"}),
               "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})}  # fmt: skip
    typed = [FileColumn(name, name, "", 0, ()) for name in ABOUT_REJECTS] + list(read.columns)
    for position, column in enumerate(typed):
        sheet.write_string(0, position, neutralise(column.name), formats["bold"])
        for row, cell in enumerate(rows[column.name].head(_MOST_SHEET_ROWS), start=1):
            if cell:
                _write(sheet, row, position, cell, column.typed, formats)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(typed) - 1, 16)
    sheet.set_column(1, 1, 60)
    book.close()
    return buffer.getvalue()


def _write(sheet: Any, row: int, position: int, cell: str, typed: str, formats: Mapping[str, Any]) -> None:
    if typed == "number":
        sheet.write_number(row, position, float(cell))
    elif typed == "bool":
        sheet.write_boolean(row, position, cell == "TRUE")
    elif typed == "date" and (moment := datetime.fromisoformat(cell)).year >= _FIRST_EXCEL_YEAR:
        sheet.write_datetime(row, position, moment, formats["day" if moment.time() == time() else "moment"])
    else:
        sheet.write_string(row, position, neutralise(cell))
