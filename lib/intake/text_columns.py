"""Tables beside each other in one delimited text: found among all its records, and read by their columns. Loses no record and pads none.

Only short texts with a blank column between others come here, so all of it is split record by record.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import polars as pl

from lib.intake import issues
from lib.intake.inner_headers import tables_within
from lib.intake.layout import HEADER_LETTERS, column_names, join_names
from lib.intake.records import Record, records
from lib.intake.regions import ALL_COLUMNS, Found, blocks_of_rows, in_columns, region_end, tables_of
from lib.intake.side_by_side import lines_of, may_stand_beside, record_before, tables_beside
from lib.text import clean_text

MOST_BYTES, MOST_LINES = 4_000_000, 20_000  # a longer text is an export, and none has two tables beside each other


@dataclass(frozen=True)
class Grid:
    """All records of a text with their cells, the lines they begin on, and the tables in it; `width` is that of most records."""

    records: list[Record]
    rows: list[list[str]]
    starts: list[int]
    width: int
    found: list[Found]

    @property
    def parts(self) -> list[Found]:
        """Tables beside each other, certain or not."""
        return [one for one in self.found if one.columns not in (None, ALL_COLUMNS)]


def grid_of(body: bytes, marks: tuple[bytes, bytes], top: list[Record], main: Record | None) -> Grid | None:
    """The text by its columns if tables may stand beside each other in it. main: what names the columns if it is all one table."""
    if not may_stand_beside(top) or len(body) > MOST_BYTES or body.count(b"\n") > MOST_LINES:
        return None
    found = list(records(body.removesuffix(b"\n").split(b"\n"), *marks))
    rows = [[field.decode(errors="replace") for field in record.fields] for record in found]
    starts = [record.start + 1 for record in found]
    ends = [record.start + record.lines for record in found]

    def written(first: int, end: int) -> list[list[str]]:
        return [[cell[:HEADER_LETTERS] for cell in row] for row in rows[first:end]]

    named = None if main is None else record_before(starts, main.start + 1)
    whole = tables_of(blocks_of_rows([not record.blank for record in found], written), named)
    tables = tables_beside(rows, written, whole)
    if all(one.columns is None for one in tables):
        return None
    tables = [table for one in tables for table in (_within(one, rows) if one.columns and one.sure else [one])]
    width = Counter(len(row) for row in rows).most_common(1)[0][0]
    return Grid(found, rows, starts, width, lines_of(tables, starts, ends))


def _within(one: Found, rows: list[list[str]]) -> list[Found]:
    """`one` with the tables that begin within it."""
    left, right = one.columns or (1, 0)
    body = [row[left - 1 : right] for row in rows[one.header_line : one.end]]
    numbers = [number for number, row in enumerate(body) if any(cell.strip() for cell in row)]

    def written(first: int, end: int) -> list[list[str]]:
        return [[cell[:HEADER_LETTERS] for cell in body[number]] for number in numbers[first:end]]

    lines = [one.header_line + 1 + number for number in numbers]
    return tables_within(one, lines, len(numbers), range(len(numbers)), written)


def part_headers(grid: Grid, line: int, header_rows: int, columns: tuple[int, int]) -> list[str]:
    """The names of the part's columns, with the merged cells above them if `header_rows` is 2."""
    at = record_before(grid.starts, line)
    lines = [
        [clean_text(cell[: 4 * HEADER_LETTERS], lines=False)[:HEADER_LETTERS] for cell in row[columns[0] - 1 : columns[1]]]
        for row in grid.rows[max(0, at - header_rows) : at]
    ]
    names = join_names(*lines) if len(lines) == 2 else lines[0] if lines else []
    return [*names, *[""] * (columns[1] - columns[0] + 1 - len(names))]


def part_records(
    grid: Grid, line: int, headers: list[str], columns: tuple[int, int], last_line: int | None, delimiter: str
) -> tuple[pl.DataFrame, pl.DataFrame, int]:
    """(frame, issues, blank records) of the table below `line` in these columns."""
    names = column_names(headers)
    end = region_end(in_columns(grid.found, columns), line, last_line)
    if end is None and last_line != 0:
        known = [one.end for one in grid.found if one.columns == columns]
        end = max([*known, last_line or 0]) if known else None
    until = len(grid.rows) if end is None else record_before(grid.starts, end)
    kept: list[list[str]] = []
    numbers: list[int] = []
    wrong: list[tuple[int, str, str]] = []
    odd: list[tuple[int, str, str]] = []
    blank = 0
    for at in range(record_before(grid.starts, line), until):
        record, row = grid.records[at], grid.rows[at]
        cells, number = row[columns[0] - 1 : columns[1]], grid.starts[at]
        if not any(cell.strip() for cell in cells):
            blank += 1
        elif record.unclosed or any(cell.strip() for cell in row[grid.width :]) or len(cells) < len(names):
            code = "unclosed_quote" if record.unclosed else "too_few_fields" if len(row) < grid.width else "too_many_fields"
            wrong.append((number, code, delimiter.join(row)))
        else:
            kept.append(cells)
            numbers.append(number)
            if record.stray:
                odd.append((number, "stray_quote", delimiter.join(row)))
    frame = pl.DataFrame(kept, schema=dict.fromkeys(names, pl.String), orient="row")
    found = pl.concat([issues.of_rows(wrong), issues.of_rows(odd, rejects=False)])
    return frame.insert_column(0, pl.Series("_line", numbers, pl.Int64)), found, blank
