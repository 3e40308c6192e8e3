"""Workbooks (.xlsx, .xlsm, .ods) to a frame of text cells with row numbers. Cell by cell, each with its own type; runs no formula.

Sizes are checked in the ZIP's directory and in the sheets' XML before anything is unpacked whole.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

import polars as pl

from lib.intake import issues
from lib.intake.delimited import MOST_COLUMNS, Records
from lib.intake.footers import counted_with, without_footers
from lib.intake.inner_headers import HEAD_ROWS, SMALL_ROWS, tables_within, value_columns
from lib.intake.layout import HEADER_LETTERS, column_names, header_row, join_names
from lib.intake.limits import SheetLimits
from lib.intake.merged_cells import Ranges, filled_down, shifted
from lib.intake.open_document import SheetFacts, check_sheets
from lib.intake.regions import ALL_COLUMNS, Found, blocks_of_rows, in_columns, largest, lone_lines, offered, region_end, tables_of
from lib.intake.side_by_side import one_at, region_order, tables_beside
from lib.intake.values import Reading, Region
from lib.intake.workbook_xml import check_sheet, first_with_cells, sheet_parts
from lib.workers import Refusal, tell

_TOP = 30
_LOOKED_INTO = 30_000_000  # bytes of XML in sheets other than the one read, beyond which they are named only
_DURATION = re.compile(r"(-?)PT(\d{1,6})H(\d{1,4})M(\d{1,4}(?:\.\d+)?)S")
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument."

Rows = list[list[Any]]
Errors = list[tuple[int, int, str]]


@dataclass
class _Book:
    """An open workbook whose directory was checked. `parts`: sheet -> its XML (.xlsx); `errors`, `spans`: sheet -> its error and
    merged cells (.ods).
    """

    kind: str
    raw: bytes
    book: Any
    names: list[str]
    hidden: tuple[str, ...]
    parts: dict[str, str]
    sizes: dict[str, int]
    errors: dict[str, Errors]
    spans: dict[str, Ranges]
    limits: SheetLimits
    most_columns: int

    def merged(self, name: str) -> Ranges:
        """The merged cells of a sheet that can be read."""
        from python_calamine import CalamineError

        try:
            return self.spans.get(name, []) if self.kind == "ods" else self.book.get_sheet_by_name(name).merged_cell_ranges or []
        except (CalamineError, OSError, ValueError) as error:
            raise Refusal("broken_workbook", error=type(error).__name__) from None

    def read(self, name: str) -> tuple[Rows, Errors]:
        """(cells, error cells) of one sheet. Raises Refusal if it is damaged or a cell stands too far out."""
        from python_calamine import CalamineError

        if self.kind == "xlsx":
            errors = check_sheet(self.raw, self.parts.get(name), self.limits, self.most_columns)
        else:
            errors = self.errors.get(name, [])
        try:
            rows = self.book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        except (CalamineError, OSError, ValueError) as error:
            raise Refusal("broken_workbook", error=type(error).__name__) from None
        width = max((len(row) for row in rows), default=0)
        if width > self.most_columns:
            raise Refusal("too_many_columns", columns=width, most=self.most_columns)
        if self.kind == "ods":
            _mend_open_document(rows, errors)
        return rows, errors


def _mend_open_document(rows: Rows, errors: Errors) -> None:
    """Blank what an error says in words; durations of a day and more come as text."""
    for row, column, _ in errors:
        if row < len(rows) and column < len(rows[row]):
            rows[row][column] = ""
    for cells in rows:
        for column, cell in enumerate(cells):
            if isinstance(cell, str) and cell.startswith(("PT", "-PT")) and (found := _DURATION.fullmatch(cell)):
                sign, hours, minutes, seconds = found.groups()
                length = timedelta(hours=int(hours), minutes=int(minutes), seconds=float(seconds))
                cells[column] = -length if sign else length


def read_sheet(
    raw: bytes, asked: Reading, limits: SheetLimits = SheetLimits(), most_columns: int = MOST_COLUMNS  # noqa: B008  (frozen)
) -> Records:  # fmt: skip
    """The records of one table: the one asked for, or the largest of the first visible sheet with cells. Raises Refusal."""
    book = _opened(raw, limits, most_columns)
    if asked.sheet is not None and asked.sheet not in book.names:
        raise Refusal("no_such_sheet", sheet=asked.sheet)
    visible = [name for name in book.names if name not in book.hidden] or book.names
    if book.kind == "xlsx":
        chosen = asked.sheet or first_with_cells(raw, book.parts, visible)
    else:
        chosen = asked.sheet or next((name for name in visible if book.sizes.get(name)), visible[0])
    rows, errors = book.read(chosen)
    tell(len(rows), 0.5)
    reading = replace(asked, kind=book.kind, sheet=chosen, encoding="", line_end="", delimiter="", quote="")
    found, main = _tables(rows)
    records = _records(rows, errors, reading, found, main, book.merged(chosen))
    own = [replace(region, hidden=chosen in book.hidden) for region in records.regions]
    regions = [region for name in book.names for region in (own if name == chosen else _regions_of(book, name, chosen))]
    return replace(records, sheets=tuple(book.names), hidden=book.hidden, regions=tuple(regions))


def _opened(raw: bytes, limits: SheetLimits, most_columns: int) -> _Book:
    from python_calamine import CalamineError, SheetTypeEnum, SheetVisibleEnum, load_workbook

    kind, parts, sizes, facts = _checked(raw, limits, most_columns)
    try:
        book = load_workbook(io.BytesIO(raw))
    except (CalamineError, OSError, ValueError) as error:
        raise Refusal("broken_workbook", error=type(error).__name__) from None
    sheets = [sheet for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    if not sheets:
        raise Refusal("no_sheet")
    hidden = tuple(sheet.name for sheet in sheets if sheet.visible != SheetVisibleEnum.Visible)
    errors: dict[str, Errors] = {name: sheet.errors for name, sheet in facts.items()}
    spans: dict[str, Ranges] = {name: sheet.spans for name, sheet in facts.items()}
    return _Book(kind, raw, book, [sheet.name for sheet in sheets], hidden, parts, sizes, errors, spans, limits, most_columns)


def _checked(raw: bytes, limits: SheetLimits, most_columns: int) -> tuple[str, dict[str, str], dict[str, int], dict[str, SheetFacts]]:
    """(kind, sheet -> part, sheet -> size, sheet -> facts of an .ods). Raises Refusal for what is no workbook or too large to unpack."""
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
    try:
        if "xl/workbook.bin" in names:
            raise Refusal("old_workbook")
        if "xl/workbook.xml" in names:
            parts = sheet_parts(archive, names)
            return "xlsx", parts, {name: archive.getinfo(part).file_size for name, part in parts.items()}, {}
        if "content.xml" in names:
            facts = _open_document(archive, names, limits, most_columns)
            return "ods", {}, {name: sheet.rows * sheet.columns for name, sheet in facts.items()}, facts
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError, RuntimeError, EOFError, KeyError):
        raise Refusal("broken_workbook", error="zip") from None
    raise Refusal("binary_file", kind="ZIP")


def _open_document(archive: zipfile.ZipFile, names: set[str], limits: SheetLimits, most_columns: int) -> dict[str, SheetFacts]:
    """What the XML of an OpenDocument spreadsheet says of each sheet."""
    kind = archive.read("mimetype")[:100].decode(errors="replace").strip() if "mimetype" in names else ""
    if kind.startswith(_OPEN_DOCUMENT) and not kind.startswith(_OPEN_DOCUMENT + "spreadsheet"):
        raise Refusal("binary_file", kind="OpenDocument")
    if "META-INF/manifest.xml" in names and b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise Refusal("locked_workbook")
    return check_sheets(archive, limits, most_columns)


def _regions_of(book: _Book, name: str, chosen: str) -> list[Region]:
    """The tables of a sheet that is not read now; where it is too large to look into, the sheet alone. None if it has no cells."""
    hidden = name in book.hidden
    if not book.sizes.get(name):
        return []
    if book.kind == "xlsx" and sum(size for other, size in book.sizes.items() if other != chosen) > _LOOKED_INTO:
        return [Region(name, 0, 0, (), hidden)]
    try:
        rows, _ = book.read(name)
    except Refusal:
        return [Region(name, 0, 0, (), hidden)]
    found, main = _tables(rows)
    best = largest(found, main) or (found[0] if found else None)
    others = offered(found, best.header_line, best.columns) if best else offered(found, 0)
    shown = [one for one in found if one is best or one in others]
    return [_region(one, rows, name, hidden) for one in shown]


def _region(one: Found, rows: Rows, name: str, hidden: bool) -> Region:
    headers = _headers(_in(rows[: one.header_line], one.columns), one.header_line, one.header_rows)
    while headers and not headers[-1]:
        headers.pop()
    return Region(name, one.header_line, one.end, tuple(column_names(headers)), hidden, one.columns, one.sure)


def _in(rows: Rows, columns: tuple[int, int] | None) -> Rows:
    return [row[columns[0] - 1 : columns[1]] for row in rows] if columns and columns != ALL_COLUMNS else rows


def _tables(rows: Rows) -> tuple[list[Found], int | None]:
    """The tables of a sheet, and the row that names the columns if it is all one table (0: none does)."""
    named = header_row(_written(rows[:60]))
    main = None if named is None else named + 1

    def written(first: int, end: int) -> list[list[str]]:
        return _written(rows[first:end])

    found = tables_of(blocks_of_rows([any(cell != "" for cell in row) for row in rows], written), main)
    found = [table for one in tables_beside(rows, written, found) for table in _within(one, rows)]
    is_parted = any(one.columns and one.sure for one in found)
    return found, 0 if main is None and is_parted else main


def _within(one: Found, rows: Rows) -> list[Found]:
    """`one` with the tables that begin within it."""
    if not one.sure:
        return [one]
    body = _in(rows[one.header_line : one.end], one.columns)
    numbers = [number for number, row in enumerate(body) if not _is_blank(row)]

    def written(first: int, end: int) -> list[list[str]]:
        return _written([body[number] for number in numbers[first:end]])

    if len(numbers) <= SMALL_ROWS:
        candidates = [at for at, number in enumerate(numbers) if all(isinstance(cell, str) for cell in body[number])]
    else:
        valued = value_columns(written(0, HEAD_ROWS))
        candidates = [
            at for at, number in enumerate(numbers) if any(isinstance(cell := body[number][column], str) and cell for column in valued)
        ]  # fmt: skip
    return tables_within(one, [one.header_line + 1 + number for number in numbers], len(numbers), candidates, written)


def _written(rows: Rows) -> list[list[str]]:
    return [[cell_text(cell)[:HEADER_LETTERS] for cell in row] for row in rows]


def _headers(rows: Rows, header_line: int, header_rows: int) -> list[str]:
    lines = _written(rows[max(0, header_line - header_rows) : header_line])
    return join_names(*lines) if len(lines) == 2 else lines[0] if lines else []


def _records(rows: Rows, errors: Errors, asked: Reading, found: Sequence[Found], main: int | None, spans: Ranges) -> Records:
    all_found, whole = found, rows
    if asked.header_line is None:
        table = largest(found if asked.columns is None else in_columns(found, asked.columns), main)
    else:
        table = one_at(found, asked.header_line, asked.columns)
    start = asked.header_line if asked.header_line is not None else table.header_line if table else 0
    if start > len(rows):
        raise Refusal("no_header_line", line=start)
    columns = asked.columns or (table.columns if table else None)
    found, rows = in_columns(found, columns), _in(rows, columns)
    if columns is not None and columns != ALL_COLUMNS:
        errors = [(row, column - columns[0] + 1, code) for row, column, code in errors if columns[0] <= column + 1 <= columns[1]]
        spans = shifted(spans, columns)
    header_rows = asked.header_rows or (table.header_rows if table else 1)
    end = region_end(found, start, asked.last_line)
    body = rows[start:end]
    width = max((len(row) for row in rows), default=0)
    headers = _headers(rows, start, header_rows) if start else [""] * width
    while headers and not headers[-1] and all(_is_blank(row[len(headers) - 1 :]) for row in body):
        headers.pop()
    if not headers:
        raise Refusal("empty_file")
    while body and _is_blank(body[-1]) and (end is not None or columns is not None):
        body.pop()
    body, merged = filled_down(body, spans, start, asked.merged)
    shown = column_names(headers)
    cells = {"_line": pl.Series("_line", range(start + 1, start + 1 + len(body)), pl.Int64)}
    for position, name in enumerate(shown):
        tell(len(body), 0.5 + 0.2 * position / len(shown))
        cells[name] = pl.Series(name, [cell_text(row[position]) for row in body], pl.String)
    frame = pl.DataFrame(cells)
    wrong = [(row + 1, shown[column], code) for row, column, code in errors if start <= row < start + len(body) and column < len(shown)]
    found_issues = _error_issues(wrong)
    is_blank = pl.all_horizontal(pl.col(shown).str.strip_chars() == "") & ~pl.col("_line").is_in([line for line, _, _ in wrong])
    kept = frame.filter(~is_blank)
    apart = without_footers(kept, found_issues, headers, asked)
    kept_rows = [body[line - start - 1] for line in apart.frame["_line"]] if apart.frame.height < frame.height else body
    typed = [_type_of(kept_rows, column) for column in range(len(headers))]
    top = [(number, [cell[:200] for cell in row]) for number, row in enumerate(_written(whole[:_TOP]), start=1)]
    reading = replace(asked, header_line=start, header_rows=header_rows if start else None, columns=columns)
    last = int(apart.frame["_line"][-1]) if apart.frame.height else start
    this = Region(str(asked.sheet), start, last, tuple(shown), columns=columns, sure=table is None or table.sure)
    others = [_region(one, whole, str(asked.sheet), False) for one in offered(all_found, start, columns)]
    regions = tuple(sorted([this, *others], key=region_order))
    written = {number: " | ".join(_written(rows[number - 1 : number])[0]) for number in lone_lines(found, start, end, len(rows))}
    lone = [(number, "below", line[:200]) for number, line in written.items() if line.strip(" |")]
    return Records(
        reading, headers, typed, apart.frame, apart.found, frame.height - kept.height, top,
        regions=regions, left_out=counted_with(apart.counts, lone), left_lines=(*apart.lines, *lone),
        merged=merged,
    )  # fmt: skip


def _error_issues(wrong: Sequence[tuple[int, str, str]]) -> pl.DataFrame:
    lines, signs = pl.Series([line for line, _, _ in wrong], dtype=pl.Int64), pl.Series(["#"] * len(wrong), dtype=pl.String)
    return issues.of_cells(lines, signs, "", "", "error_cell").with_columns(
        pl.Series("column", [column for _, column, _ in wrong], pl.String), pl.Series("code", [code for _, _, code in wrong], pl.String)
    )


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
