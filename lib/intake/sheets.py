"""Excel workbooks (.xlsx) to a frame of text cells with row numbers. Cell by cell, each with its own type; runs no formula.

Sizes are checked in the ZIP's directory and in the sheet's XML before anything is unpacked whole, because the reader aborts the
process on a sheet with one cell at its far corner. Error cells (#N/A) read as blank there, so they are looked up in the XML.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import polars as pl

from lib.intake import issues
from lib.intake.delimited import MOST_COLUMNS, Records
from lib.intake.layout import HEADER_LETTERS, column_names, header_row
from lib.intake.limits import SheetLimits
from lib.intake.values import Reading
from lib.workers import Refusal

_TOP = 30
# Writers differ in prefixes and quotes. A formula whose result was never computed reads as blank too; an empty text is a result.
_ERROR_CELL = re.compile(rb"""<(?:\w+:)?c\s(?=[^>]*\bt\s*=\s*["']e["'])[^>]*>""")
_UNCOMPUTED_CELL = re.compile(
    rb"""<(?:\w+:)?c(?:\s(?![^>]*\bt\s*=\s*["'](?:e|str)["'])[^>]*)?>\s*<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"""
)
_ERROR, _FORMULA = re.compile(rb"""["']e["']"""), re.compile(rb"[<:]f[\s/>]")
_PLACE = re.compile(rb"""\sr\s*=\s*["']([A-Z]+)(\d+)["']""")


def read_sheet(raw: bytes, asked: Reading, limits: SheetLimits = SheetLimits()) -> Records:  # noqa: B008  (frozen)
    """The records of one sheet: the one asked for, or the first visible one with cells. Raises Refusal beyond the limits."""
    from python_calamine import CalamineError, SheetTypeEnum, SheetVisibleEnum, load_workbook

    book_parts = _check_archive(raw, limits)
    try:
        book = load_workbook(io.BytesIO(raw))
    except (CalamineError, OSError, ValueError) as error:
        raise Refusal("broken_workbook", error=type(error).__name__) from None
    sheets = [sheet for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    names = [sheet.name for sheet in sheets]
    if not names:
        raise Refusal("no_sheet")
    if asked.sheet is not None and asked.sheet not in names:
        raise Refusal("no_such_sheet", sheet=asked.sheet)
    visible = [sheet.name for sheet in sheets if sheet.visible == SheetVisibleEnum.Visible] or names
    chosen = asked.sheet or _first_with_cells(raw, book_parts, visible)
    errors = _check_sheet(raw, book_parts.get(chosen), limits)
    try:
        rows = book.get_sheet_by_name(chosen).to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError) as error:
        raise Refusal("broken_workbook", error=type(error).__name__) from None
    return _records(rows, errors, replace(asked, kind="xlsx", sheet=chosen, encoding="", line_end="", delimiter="", quote=""), tuple(names))


def _check_archive(raw: bytes, limits: SheetLimits) -> dict[str, str]:
    """Sheet name -> its part in the archive. Raises Refusal for what is no .xlsx or too large to unpack."""
    if len(raw) > limits.file_bytes:
        raise Refusal("file_too_large", megabytes=limits.file_bytes // 1_000_000)
    try:
        archive = zipfile.ZipFile(io.BytesIO(raw))
        entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise Refusal("broken_workbook", error="zip") from None
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > limits.entries or unpacked > limits.unpacked_bytes or unpacked > limits.ratio * max(len(raw), 10_000):
        raise Refusal("unpacks_too_large")
    names = {entry.filename for entry in entries}
    if "xl/workbook.bin" in names or "content.xml" in names:
        raise Refusal("old_workbook")
    if "xl/workbook.xml" not in names:
        raise Refusal("binary_file", kind="ZIP")
    try:
        for part in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels"):
            if part in names and re.search(rb"<!(DOCTYPE|ENTITY)", archive.read(part)):
                raise Refusal("broken_workbook", error="doctype")
        return _parts(archive, names)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError):
        raise Refusal("broken_workbook", error="zip") from None


def _parts(archive: zipfile.ZipFile, names: set[str]) -> dict[str, str]:
    from defusedxml import ElementTree

    try:
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"), forbid_dtd=True)
        links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"), forbid_dtd=True)
    except Exception as error:
        if isinstance(error, (zipfile.BadZipFile, OSError)):
            raise
        raise Refusal("broken_workbook", error=type(error).__name__) from None
    targets = {link.get("Id"): str(link.get("Target")).removeprefix("/") for link in links}
    parts = {}
    for sheet in book.iter():
        if sheet.tag.rpartition("}")[2] != "sheet":
            continue
        ids = [value for name, value in sheet.attrib.items() if name.endswith("}id")]
        target = targets.get(ids[0], "") if ids else ""
        part = target if target.startswith("xl/") else f"xl/{target}"
        if part in names:
            parts[str(sheet.get("name"))] = part
    return parts


def _chunks(raw: bytes, part: str) -> Iterator[bytes]:
    """The part's XML in pieces that end after a row, so that no cell is cut."""
    rest = b""
    with zipfile.ZipFile(io.BytesIO(raw)).open(part) as stream:
        while piece := stream.read(4_000_000):
            piece = rest + piece
            cut = piece.rfind(b"row>") + 4
            cut = cut if cut > 3 else piece.rfind(b"<")
            rest = piece[cut:] if cut > 0 else b""
            yield piece[:cut] if cut > 0 else piece
    yield rest


def _first_with_cells(raw: bytes, parts: dict[str, str], names: list[str]) -> str:
    for name in names:
        if name in parts and any(b"<v>" in piece or b"<is>" in piece or b"<v " in piece for piece in _chunks(raw, parts[name])):
            return name
    return names[0]


def _check_sheet(raw: bytes, part: str | None, limits: SheetLimits) -> list[tuple[int, int, str]]:
    """(row, column, code) of every cell that reads as blank though it is not, from 0. Raises Refusal if a cell stands too far out."""
    errors: list[tuple[int, int, str]] = []
    if part is None:
        return errors
    last_row, widest = 0, 0
    try:
        for piece in _chunks(raw, part):
            if re.search(rb"<!(DOCTYPE|ENTITY)", piece):
                raise Refusal("broken_workbook", error="doctype")
            if re.search(rb'<c [^>]*r="[A-Z]{3,}\d', piece):
                raise Refusal("too_many_columns", columns=703, most=MOST_COLUMNS)
            at = piece.rfind(b"<row ")
            if at >= 0 and (row := re.search(rb'[ ]r="(\d{1,9})"', piece[at : at + 200])):
                last_row = max(last_row, int(row[1]))
                cells = re.findall(rb'<c [^>]*r="([A-Z]{1,2})\d', piece[at:])
                first_cells = re.findall(rb'<c [^>]*r="([A-Z]{1,2})\d', piece[:20_000])
                widest = max([widest, *(_column(cell) + 1 for cell in (*cells, *first_cells))])
            found = [("error_cell", cell[0]) for cell in _ERROR_CELL.finditer(piece)] if _ERROR.search(piece) else []
            found += [("uncomputed_cell", cell[0]) for cell in _UNCOMPUTED_CELL.finditer(piece)] if _FORMULA.search(piece) else []
            for code, cell in found:
                place = _PLACE.search(cell)
                if place is None:
                    raise Refusal("broken_workbook", error="cell")
                errors.append((int(place[2]) - 1, _column(place[1]), code))
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, RuntimeError, NotImplementedError):
        raise Refusal("broken_workbook", error="zip") from None
    except Exception as error:
        if isinstance(error, Refusal):
            raise
        raise Refusal("broken_workbook", error=type(error).__name__) from None
    if last_row > limits.rows or last_row * widest > limits.cells:
        raise Refusal("too_many_rows", rows=last_row)
    return errors


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def _records(rows: list[list[Any]], errors: list[tuple[int, int, str]], asked: Reading, names: tuple[str, ...]) -> Records:
    width = max((len(row) for row in rows), default=0)
    if width > MOST_COLUMNS:
        raise Refusal("too_many_columns", columns=width, most=MOST_COLUMNS)
    beginning = [[cell_text(cell)[:HEADER_LETTERS] for cell in row] for row in rows[:60]]
    if asked.header_line is None:
        found = header_row(beginning)
        start = 0 if found is None else found + 1
    else:
        start = asked.header_line
        if start > len(rows):
            raise Refusal("no_header_line", line=start)
    headers = [cell_text(cell)[:HEADER_LETTERS] for cell in rows[start - 1]] if start else [""] * width
    while headers and not headers[-1] and all(_is_blank(row[len(headers) - 1 :]) for row in rows[start:]):
        headers.pop()
    if not headers:
        raise Refusal("empty_file")
    body = rows[start:]
    shown = column_names(headers)
    typed = [_type_of(body, column) for column in range(len(headers))]
    columns = {"_line": pl.Series("_line", range(start + 1, start + 1 + len(body)), pl.Int64)}
    for position, name in enumerate(shown):
        columns[name] = pl.Series(name, [cell_text(row[position]) for row in body], pl.String)
    frame = pl.DataFrame(columns)
    wrong = [(row, column, code) for row, column, code in errors if row >= start and column < len(shown)]
    found_issues = issues.of_cells(
        pl.Series([row + 1 for row, _, _ in wrong], dtype=pl.Int64), pl.Series(["#"] * len(wrong), dtype=pl.String), "", "", "error_cell"
    )
    found_issues = found_issues.with_columns(
        pl.Series("column", [shown[column] for _, column, _ in wrong], pl.String),
        pl.Series("code", [code for _, _, code in wrong], pl.String),
    )
    is_blank = pl.all_horizontal(pl.col(shown).str.strip_chars() == "") & ~pl.col("_line").is_in([row + 1 for row, _, _ in wrong])
    kept = frame.filter(~is_blank)
    top = [(number, [cell[:200] for cell in row]) for number, row in enumerate(beginning[:_TOP], start=1)]
    return Records(replace(asked, header_line=start), headers, typed, kept, found_issues, frame.height - kept.height, top, names)


def _is_blank(cells: list[Any]) -> bool:
    return all(cell == "" for cell in cells)


def _type_of(rows: list[list[Any]], column: int) -> str:
    """What every cell of the column is, if they are all the same."""
    kinds = {_kind(row[column]) for row in rows} - {""}
    return kinds.pop() if len(kinds) == 1 else ""


def _kind(cell: object) -> str:
    if isinstance(cell, bool):
        return "bool"
    if isinstance(cell, (int, float)):
        return "number"
    if isinstance(cell, date):
        return "date"
    return "" if cell == "" else "text"


def cell_text(cell: object) -> str:
    """One cell as canonical text: ISO dates, numbers with a dot, TRUE and FALSE, hours as h:mm:ss."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(" ") if cell.time() != time() else cell.date().isoformat()
    if isinstance(cell, timedelta):
        seconds = round(cell.total_seconds())
        sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
        return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return cell.isoformat() if isinstance(cell, (date, time)) else str(cell)
