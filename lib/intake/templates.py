"""Empty templates and exports of a table as CSV, XLSX and Parquet, which the importer reads back equal. No cell of them is live.

Column names are written as `lib.tables` names them, in every language, so that a file needs no mapping to come back.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
import xlsxwriter

from lib.columns import facts
from lib.intake.encoding import clean_bytes
from lib.intake.messages import EXPLAINED, FORMS
from lib.tables import TABLES, Table
from lib.text import neutralise, neutralised
from lib.workers import Refusal

Translate = Callable[[str], str]
_FIRST_EXCEL_DAY = date(1900, 3, 1)  # Excel believes in 29 February 1900


@dataclass(frozen=True)
class Dialect:
    """How a CSV is written: separator, decimal mark, date format (strftime), encoding."""

    separator: str
    decimal: str
    day: str
    encoding: str


DIALECTS: dict[str, Dialect] = {
    "comma": Dialect(",", ".", "%Y-%m-%d", "utf-8"),
    "semicolon": Dialect(";", ",", "%Y-%m-%d", "utf-8-sig"),
    "tab": Dialect("\t", ".", "%Y-%m-%d", "utf-8"),
    "excel_es": Dialect(";", ",", "%d/%m/%Y", "cp1252"),
}


def columns_of(table: str, t: Translate) -> list[dict[str, str]]:
    """One row per column for people: name, label, what it holds, how it is written, whether it is needed."""
    chosen = TABLES[table]
    rows = []
    for name, column in chosen.columns.items():
        about = facts(column)
        rows.append(
            {
                "name": name,
                "label": t(about["label"]),
                "about": t(column.description or ""),
                "form": _form(about, t),
                "needed": t(EXPLAINED["no" if column.nullable else "yes"]),
            }
        )
    return rows


def _form(about: dict[str, Any], t: Translate) -> str:
    kind = about["kind"]
    if kind == "choice":
        return " | ".join(about["options"])
    return t(FORMS[kind])


def template_csv(table: str, dialect: str = "comma") -> bytes:
    """A CSV that holds the header only."""
    return export_csv(table, TABLES[table].empty(), dialect)


def template_xlsx(table: str, t: Translate) -> bytes:
    """A workbook with an empty sheet to fill in, and one that explains every column in the user's language."""
    return export_xlsx(table, TABLES[table].empty(), t)


def export_csv(table: str, rows: pl.DataFrame, dialect: str = "comma") -> bytes:
    """`rows` of `table` in one of `DIALECTS`. Text is neutralised.

    Letters that cp1252 lacks, or whose bytes would be taken for another encoding ("Â¡" passes for "¡" in UTF-8), make it UTF-8
    with a mark.
    """
    form = DIALECTS[dialect]
    cells = rows.select(_as_text(TABLES[table], form))
    text = cells.write_csv(separator=form.separator, quote_style="necessary", null_value="")
    try:
        encoded = text.encode(form.encoding)
    except UnicodeEncodeError:
        return text.encode("utf-8-sig")
    return encoded if form.encoding != "cp1252" or text.isascii() or _is_read_as("cp1252", encoded) else text.encode("utf-8-sig")


def _is_read_as(encoding: str, raw: bytes) -> bool:
    """Whether our own reader finds `raw` to be in `encoding`."""
    try:
        return clean_bytes(raw).encoding == encoding
    except Refusal:
        return False


def _as_text(table: Table, form: Dialect) -> list[pl.Expr]:
    written = []
    for name, column in table.columns.items():
        cell, kind = pl.col(name), facts(column)["kind"]
        if kind == "day":
            cell = cell.dt.strftime(form.day)
        elif kind == "number":
            cell = number_text(cell, form.decimal)
        elif kind == "week":
            cell = cell.list.eval(number_text(pl.element(), form.decimal)).list.join(";")
        elif kind == "words":
            cell = neutralised(cell.list.join(";"))
        elif kind == "flag":
            cell = pl.when(cell).then(pl.lit("TRUE")).when(~cell).then(pl.lit("FALSE"))
        elif kind == "whole":
            cell = cell.cast(pl.String)
        else:
            cell = neutralised(cell)
        written.append(cell.alias(name))
    return written


def number_text(cell: pl.Expr, decimal: str) -> pl.Expr:
    """The shortest text that is the same number, never with three decimals only: "1.500" could be a thousand and a half."""
    text = cell.cast(pl.String)
    text = pl.when(text.str.contains(r"^-?[0-9]{1,3}\.[0-9]{3}$")).then(text + "0").otherwise(text)
    return text.str.replace(".", decimal, literal=True)


def export_parquet(table: str, rows: pl.DataFrame) -> bytes:
    """`rows` with their types, nothing else."""
    buffer = io.BytesIO()
    rows.select(TABLES[table].columns.keys()).write_parquet(buffer)
    return buffer.getvalue()


def export_xlsx(table: str, rows: pl.DataFrame, t: Translate) -> bytes:
    """A workbook: a sheet of `rows` with typed cells, a sheet that explains the columns. No formulas, no links."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    day_format = book.add_format({"num_format": "yyyy-mm-dd"})
    bold = book.add_format({"bold": True})
    chosen = TABLES[table]
    sheet = book.add_worksheet(table)
    explained = columns_of(table, t)
    for position, column in enumerate(explained):
        sheet.write_string(0, position, column["name"], bold)
        sheet.write_comment(0, position, f"{column['label']}\n{column['about']}\n{column['form']}")
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(explained) - 1, 16)
    for position, name in enumerate(chosen.columns):
        for row, value in enumerate(rows[name].to_list(), start=1):
            _write_cell(sheet, row, position, value, day_format)
    _explain(book, explained, t, bold)
    book.close()
    return buffer.getvalue()


def _write_cell(sheet: xlsxwriter.worksheet.Worksheet, row: int, column: int, value: object, day_format: object) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, (int, float)):
        sheet.write_number(row, column, value)
    elif isinstance(value, date):
        if value < _FIRST_EXCEL_DAY:
            sheet.write_string(row, column, value.isoformat())
        else:
            sheet.write_datetime(row, column, value, day_format)
    elif isinstance(value, list):
        sheet.write_string(row, column, neutralise(";".join(str(item) for item in value)))
    else:
        sheet.write_string(row, column, neutralise(str(value)))


def _explain(book: xlsxwriter.Workbook, explained: list[dict[str, str]], t: Translate, bold: object) -> None:
    sheet = book.add_worksheet(t(EXPLAINED["sheet"])[:31])
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 24)
    sheet.set_column(2, 3, 60)
    for position, heading in enumerate(("name", "label", "about", "form", "needed")):
        sheet.write_string(0, position, t(EXPLAINED[heading]), bold)
        for row, column in enumerate(explained, start=1):
            sheet.write_string(row, position, neutralise(column[heading]))
