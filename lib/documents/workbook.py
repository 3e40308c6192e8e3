"""Tables as files for spreadsheets: workbooks and CSV, in which no cell is live. It writes what it is given and computes nothing.

Cells keep their types and full values; a format only says how they look. Equal input gives equal bytes.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from lib.columns import N_
from lib.formats import NBSP, Language
from lib.intake.templates import number_text
from lib.text import clean_text, clean_texts, neutralise, neutralised

MOST_ROWS = 1_048_575
"""Rows of a sheet below its heading."""
MOST_CELLS = 4_000_000
"""Cells of a workbook: more opens slowly, and our own importer refuses it."""
MOST_LETTERS = 32_767
_SHEET_NAME_LETTERS = 31
_FIRST_EXCEL_DAY = date(1900, 3, 1)  # Excel believes in 29 February 1900
_EXCEL_EPOCH = date(1899, 12, 30)
_EXACT_WHOLE = 10**15  # spreadsheets keep fifteen digits
_SLICE = 10_000
MADE = datetime(2000, 1, 1, tzinfo=UTC)
"""The date that a workbook gives as its own where nobody says one."""


@dataclass(frozen=True, eq=False)
class Sheet:
    """A table of a workbook: `rows`, and for each column of `headings` its title; the others are left out.

    `formats` column -> "money:EUR", "money", "share" (0-1), "hours", "day", "number", "plain", "whole", "flag" or "text"; without one
    it goes by its type. `notes` are sentences for the sheet that explains the workbook.
    """

    name: str
    rows: pl.DataFrame
    headings: Mapping[str, str]
    formats: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def columns(self) -> list[str]:
        return [name for name in self.headings if name in self.rows.columns]


class TooLarge(Exception):
    """What no workbook holds: `message` is an English message with `values` for its placeholders."""

    def __init__(self, message: str, **values: Any) -> None:
        super().__init__(message)
        self.message, self.values = message, values


def refuse_too_large(sizes: Mapping[str, tuple[int, int]], t: Language) -> None:
    """Raise `TooLarge` if a workbook cannot hold tables of these sizes: name -> (rows, columns)."""
    for name, (rows, _) in sizes.items():
        if rows > MOST_ROWS:
            message = N_("{table} has {rows} rows, and a sheet of a workbook holds {most}. Take CSV or Parquet for it.")
            raise TooLarge(message, table=name, rows=t.number(rows), most=t.number(MOST_ROWS))
    cells = sum(rows * columns for rows, columns in sizes.values())
    if cells > MOST_CELLS:
        message = N_("That makes {cells} cells, and a workbook opens well with {most} at most. Take CSV or Parquet instead.")
        raise TooLarge(message, cells=t.number(cells), most=t.number(MOST_CELLS))


def workbook(sheets: Sequence[Sheet], t: Language, about: Sequence[tuple[str, str]] = (), made: datetime = MADE) -> bytes:
    """The sheets as .xlsx, the explaining one last: `about` (what, words) such as title, as-of, source and version, then the notes.

    Raises `TooLarge`.
    """
    buffer = io.BytesIO()
    _write(xlsxwriter.Workbook(buffer, {**_SAFE, "in_memory": True}), sheets, t, about, made)
    return buffer.getvalue()


def write_workbook(path: Path, sheets: Sequence[Sheet], t: Language, about: Sequence[tuple[str, str]] = (), made: datetime = MADE) -> None:
    """`workbook` into the file `path`, row by row, so that memory does not grow with the rows; drafts lie beside it meanwhile."""
    options = {**_SAFE, "constant_memory": True, "tmpdir": str(path.parent)}
    _write(xlsxwriter.Workbook(str(path), options), sheets, t, about, made)


_SAFE = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "nan_inf_to_errors": False}


def _write(book: xlsxwriter.Workbook, sheets: Sequence[Sheet], t: Language, about: Sequence[tuple[str, str]], made: datetime) -> None:
    refuse_too_large({sheet.name: (sheet.rows.height, len(sheet.columns)) for sheet in sheets}, t)
    title = clean_text(about[0][1] if about else sheets[0].name, lines=False)[:255]
    book.set_properties({"title": title, "author": "Cartera", "created": made.astimezone(UTC).replace(tzinfo=None)})
    bold = book.add_format({"bold": True, "bottom": 1, "valign": "top", "text_wrap": True})
    names = sheet_names([sheet.name for sheet in sheets] + [t("About this file")])
    for name, sheet in zip(names, sheets, strict=False):
        _table(book.add_worksheet(name), sheet, _formats(book, sheet, t), bold)
    if about or any(sheet.notes for sheet in sheets):
        _explain(book, names, sheets, about, bold)
    book.close()


def sheet_names(wanted: Sequence[str]) -> list[str]:
    """The names as a workbook allows them: at most 31 letters, none of []:*?/\\, no outer apostrophe, each once."""
    names: list[str] = []
    for one in wanted:
        plain = re.sub(r"[\[\]:*?/\\]", " ", clean_text(one, lines=False))
        plain = _cut(re.sub(r"\s+", " ", plain).strip(" '"), _SHEET_NAME_LETTERS).strip(" '") or "Sheet"
        if plain.casefold() == "history":  # Excel keeps this name to itself
            plain = "History 1"
        name, number = plain, 1
        while name.casefold() in {taken.casefold() for taken in names}:
            number += 1
            name = f"{_cut(plain, _SHEET_NAME_LETTERS - len(str(number)) - 1)} {number}"
        names.append(name)
    return names


def _cut(text: str, letters: int) -> str:
    """At most `letters` of UTF-16, which is how spreadsheets count."""
    return text.encode("utf-16-le")[: 2 * letters].decode("utf-16-le", errors="ignore")


def _table(sheet: Worksheet, table: Sheet, formats: Mapping[str, Format], bold: Format) -> None:
    columns = table.columns
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    if columns:
        sheet.autofilter(0, 0, table.rows.height, len(columns) - 1)
    for position, name in enumerate(columns):
        sheet.set_column(position, position, _width(table, name), formats[name])
    for position, name in enumerate(columns):
        sheet.write_string(0, position, _heading(table.headings[name]), bold)
    looks = [formats[name] for name in columns]
    for line, row in enumerate(_rows(table), start=1):
        for position, value in enumerate(row):
            if value is None:
                continue
            if isinstance(value, str):
                sheet.write_string(line, position, value, looks[position])
            elif isinstance(value, bool):
                sheet.write_boolean(line, position, value, looks[position])
            else:
                sheet.write_number(line, position, value, looks[position])


def _rows(table: Sheet) -> Iterator[tuple[Any, ...]]:
    """The rows as what is written into cells: str, bool, int, float or None."""
    for rows in table.rows.select(table.columns).iter_slices(_SLICE):
        yield from zip(*(_cells(column) for column in rows.get_columns()), strict=True)


def _cells(column: pl.Series) -> list[Any]:
    kind = column.dtype
    if kind == pl.Boolean:
        return column.to_list()
    if kind == pl.Date:
        return [_day(value) for value in column.to_list()]
    if isinstance(kind, pl.Datetime):
        return [_moment(value) for value in column.to_list()]
    if kind.is_float():
        return [value if value is not None and math.isfinite(value) else None for value in column.to_list()]
    if kind.is_integer():
        return [value if value is None or abs(value) < _EXACT_WHOLE else str(value) for value in column.to_list()]
    if kind.is_decimal():
        return column.cast(pl.Float64).to_list()
    dead = clean_texts(as_text(column)).to_frame("cell").select(neutralised(pl.col("cell"))).to_series()
    return [value if value is None or len(value) <= MOST_LETTERS // 2 else _capped(value) for value in dead.to_list()]


def _day(value: date | None) -> float | str | None:
    """Excel's number of a day; text for days before its calendar can be trusted."""
    if value is None:
        return None
    return (value - _EXCEL_EPOCH).days if value >= _FIRST_EXCEL_DAY else value.isoformat()


def _moment(value: datetime | None) -> float | str | None:
    if value is None:
        return None
    if value.date() < _FIRST_EXCEL_DAY:
        return value.isoformat(" ", "seconds")
    since = value.replace(tzinfo=None) - datetime.combine(_EXCEL_EPOCH, time())
    return since.days + since.seconds / 86_400


def _capped(text: str) -> str:
    return text if len(text.encode("utf-16-le")) <= 2 * MOST_LETTERS else _cut(text, MOST_LETTERS - 1) + "…"


def as_text(column: pl.Series) -> pl.Series:
    """A column as String: lists joined by ; and whatever else as Polars writes it."""
    if isinstance(column.dtype, pl.List):
        return column.list.eval(pl.element().cast(pl.String)).list.join(";")
    return column.cast(pl.String)


def _heading(title: str) -> str:
    return neutralise(clean_text(title, lines=False))


def _width(table: Sheet, name: str) -> float:
    """Wide enough for the heading and for most of the first rows."""
    longest = max((len(word) for word in table.headings[name].split()), default=0) + 3  # room for the filter's arrow
    heading = min(len(table.headings[name]) + 3, max(longest, 16))
    column = table.rows[name].head(200)
    if column.dtype.is_numeric() or column.dtype == pl.Date:
        return max(heading, 13)
    letters = as_text(column).str.split("\n").list.eval(pl.element().str.len_chars()).list.max().drop_nulls().sort()
    usual = int(letters[int(letters.len() * 0.95)]) if letters.len() else 0
    return min(max(heading, usual + 2, 9), 60)


def _formats(book: xlsxwriter.Workbook, sheet: Sheet, t: Language) -> dict[str, Format]:
    formats = {}
    for name in sheet.columns:
        look = {"num_format": number_format(sheet.formats.get(name) or _by_type(sheet.rows.schema[name]), t), "valign": "top"}
        formats[name] = book.add_format(look)
    return formats


def _by_type(kind: pl.DataType) -> str:
    if kind == pl.Date:
        return "day"
    if isinstance(kind, pl.Datetime):
        return "moment"
    if kind == pl.Boolean:
        return "flag"
    if kind.is_integer():
        return "whole"
    return "number" if kind.is_numeric() else "text"


def number_format(kind: str, t: Language) -> str:
    """The number format of a cell in the language of the workbook; the reader's own program chooses the separators."""
    spanish = t.code == "es"
    months = "[$-C0A]" if spanish else "[$-809]"
    family, _, currency = kind.partition(":")
    if family == "money" and currency:
        symbol = t.symbol(currency).replace('"', "")
        return f'#,##0.00"{NBSP}{symbol}"' if spanish else f'"{symbol}"#,##0.00'
    formats = {
        "money": "#,##0.00",
        "share": f'0.0"{NBSP}"%' if spanish else "0.0%",
        "hours": f'#,##0.00"{NBSP}h"',
        "day": f"{months}d mmm yyyy",
        "moment": f"{months}d mmm yyyy hh:mm",
        "number": "#,##0.00",
        "whole": "#,##0",
        "plain": "General",
        "flag": "General",
        "text": "@",
    }
    if family not in formats:
        raise ValueError(f"no such format: {kind}")
    return formats[family]


def _explain(
    book: xlsxwriter.Workbook, names: Sequence[str], sheets: Sequence[Sheet], about: Sequence[tuple[str, str]], bold: Format
) -> None:
    sheet = book.add_worksheet(names[-1])
    plain = book.add_format({"valign": "top", "text_wrap": True})
    sheet.set_column(0, 0, 30, plain)
    sheet.set_column(1, 1, 110, plain)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    lines = list(about)
    for name, described in zip(names, sheets, strict=False):
        lines += [(name if place == 0 else "", note) for place, note in enumerate(described.notes)]
    for line, (what, words) in enumerate(lines):
        sheet.write_string(line, 0, _capped(neutralise(clean_text(what))), bold)
        sheet.write_string(line, 1, _capped(neutralise(clean_text(words))), plain)


def table_csv(rows: pl.DataFrame, headings: Mapping[str, str], t: Language) -> bytes:
    """`rows` as CSV for people: UTF-8 with its mark, days as 2026-03-31, yes and no in words, text neutralised, numbers in full.

    In English with commas and decimal points; in Spanish with semicolons and decimal commas, as a Spanish Excel expects. Both come back
    through our own importer. Columns without a heading are left out.
    """
    separator, decimal = (";", ",") if t.code == "es" else (",", ".")
    names = [name for name in headings if name in rows.columns]
    cells = rows.select(_csv_cell(rows[name], decimal, t).alias(str(place)) for place, name in enumerate(names))
    body = cells.write_csv(separator=separator, quote_style="necessary", null_value="", include_header=False) if names else ""
    head = pl.DataFrame([[_heading(headings[name])] for name in names], schema=[str(place) for place in range(len(names))])
    line = head.write_csv(separator=separator, quote_style="necessary", include_header=False) if names else ""
    return (line + body).encode("utf-8-sig")


def _csv_cell(column: pl.Series, decimal: str, t: Language) -> pl.Series:
    if _is_text(column.dtype):
        column = clean_texts(as_text(column))
    return column.to_frame("cell").select(_csv_text(pl.col("cell"), column.dtype, decimal, t)).to_series()


def _is_text(kind: pl.DataType) -> bool:
    return not (kind in (pl.Boolean, pl.Date) or isinstance(kind, pl.Datetime) or kind.is_numeric())


def _csv_text(cell: pl.Expr, kind: pl.DataType, decimal: str, t: Language) -> pl.Expr:
    if kind == pl.Boolean:
        return pl.when(cell).then(pl.lit(t("yes"))).when(~cell).then(pl.lit(t("no")))
    if kind == pl.Date:
        return cell.dt.strftime("%Y-%m-%d")
    if isinstance(kind, pl.Datetime):
        return cell.dt.strftime("%Y-%m-%d %H:%M:%S")
    if kind.is_integer():
        return cell.cast(pl.String)
    if kind.is_numeric():
        number = cell.cast(pl.Float64)
        return pl.when(number.is_finite()).then(number_text(number, decimal))
    return neutralised(cell)
