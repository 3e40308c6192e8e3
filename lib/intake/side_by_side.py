"""Which tables stand beside each other in one sheet or text, and in which columns. It compares their beginnings and ends; converts no cell.

Blank columns alone part nothing: many a table has one for looks. Two tables are taken for certain where their records can't be the same:
one begins or ends where the other does not, or both name the same key. Where only looks speak for two, the whole is read and the parts
are offered.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from lib.intake.footers import says_total
from lib.intake.layout import LOOKS_LIKE_VALUE, header_row
from lib.intake.mapping import MISSING_WORDS
from lib.intake.records import Record
from lib.intake.regions import ALL_COLUMNS, Found, blocks_of_rows, tables_of
from lib.intake.values import Region

_MOST_ROWS = 600_000  # of all parts together; looking at more would take seconds
_MOST_PARTS = 20  # a table with more blank columns is written so
_MOST_CELLS = 20_000_000
_HEAD, _DENSE, _MUCH_SHORTER = 60, 0.9, 0.8

Rows = Sequence[Sequence[object]]
Written = Callable[[int, int], list[list[str]]]


@dataclass(frozen=True)
class _Part:
    """Columns from `left` to before `right`, from 0, and the tables in them; `filled` tells which rows have a cell there."""

    left: int
    right: int
    filled: list[bool]
    tables: list[Found]

    @property
    def columns(self) -> tuple[int, int]:
        return self.left + 1, self.right

    @property
    def main(self) -> Found:
        return self.tables[0]


def tables_beside(rows: Rows, written: Written, found: Sequence[Found]) -> list[Found]:
    """The tables `found` one below the other, each in its place those that stand beside each other in it, with their columns.

    rows: the cells of all lines, "" for none; written(first, end): the text of rows from 0, without `end`. What is not certain follows with
    `sure` False: the parts of a whole that may be several tables, and the whole, in ALL_COLUMNS, of parts that are.
    """
    parts = _parted(rows, written, 0, len(rows))
    if parts and parts[0].sure:
        return [*parts, *(replace(one, columns=ALL_COLUMNS, sure=False) for one in found[:1])]
    if len(found) < 2:
        return [*found, *parts]
    out: list[Found] = []
    for one in found:
        parts = _parted(rows, written, one.first - 1, one.end)
        if parts and parts[0].sure:
            one = replace(one, columns=ALL_COLUMNS, sure=False)
        out += [one, *parts]
    return out


def one_at(found: Sequence[Found], line: int, columns: tuple[int, int] | None) -> Found | None:
    """The table whose columns are named in `line`: in those `columns`, or else the largest of several that are certain."""
    there = [one for one in found if one.header_line == line and (one.columns == columns if columns else one.sure)]
    return max(there, key=lambda one: one.size, default=None)


def region_order(region: Region) -> tuple[int, tuple[int, int]]:
    """From above, and from the left."""
    return region.header_line, region.columns or ALL_COLUMNS


def may_stand_beside(top: Sequence[Record]) -> bool:
    """Whether the first records of a text, or those between blank ones, leave a column blank that stands between others."""
    for is_blank, block in groupby(top, key=lambda record: record.blank):
        filled: dict[int, bool] = {}
        for record in () if is_blank else block:
            for at, field in enumerate(record.fields):
                filled[at] = filled.get(at, False) or bool(field.strip())
        there = [at for at, has_cell in filled.items() if has_cell]
        if len(there) > 3 and len(there) <= max(there):
            return True
    return False


def lines_of(found: Sequence[Found], starts: Sequence[int], ends: Sequence[int]) -> list[Found]:
    """Tables found among records, numbered from 1, by the lines that these begin on and end with."""
    return [
        replace(one, first=starts[one.first - 1], header_line=starts[one.header_line - 1], end=ends[one.end - 1]) for one in found
    ]


def record_before(starts: Sequence[int], line: int) -> int:
    """How many records begin on lines up to `line`."""
    return bisect_right(starts, line)


def _parted(rows: Rows, written: Written, top: int, bottom: int) -> list[Found]:
    """Tables beside each other in the rows from `top` to before `bottom`; [] where there is but one."""
    ranges = _ranges(rows, top, bottom)
    if not 2 <= len(ranges) <= _MOST_PARTS or len(ranges) * (bottom - top) > _MOST_ROWS:
        return []
    first = _part(rows, written, *ranges[0], top, bottom)
    for parts_at_all in (_are_apart, _may_be_apart):
        parts = [first]
        for left, right in ranges[1:]:
            one = _part(rows, written, left, right, top, bottom)
            if parts_at_all(parts[-1], one, rows, written):
                parts.append(one)
            else:
                parts[-1] = _part(rows, written, parts[-1].left, right, top, bottom)
        if len(parts) > 1:
            sure = parts_at_all is _are_apart
            return [replace(table, columns=part.columns, sure=sure) for part in parts for table in part.tables]
    return []


def _ranges(rows: Rows, top: int, bottom: int) -> list[tuple[int, int]]:
    """Columns without a blank one between them, as (first, end)."""
    part = rows[top:bottom]
    width = max((len(row) for row in part), default=0)
    if width * len(part) > _MOST_CELLS:
        return []
    ranges: list[tuple[int, int]] = []
    start: int | None = None
    for at in range(width + 1):
        blank = at == width or not any(at < len(row) and _is_filled(row[at]) for row in part)
        if start is None and not blank:
            start = at
        elif start is not None and blank:
            ranges.append((start, at))
            start = None
    return ranges


def _part(rows: Rows, written: Written, left: int, right: int, top: int, bottom: int) -> _Part:
    filled = [top <= number < bottom and any(map(_is_filled, row[left:right])) for number, row in enumerate(rows)]

    def cut(first: int, end: int) -> list[list[str]]:
        return [row[left:right] for row in written(first, end)]

    start = next((number for number, has_cell in enumerate(filled) if has_cell), 0)
    named = header_row(cut(start, min(start + _HEAD, bottom)))
    return _Part(left, right, filled, tables_of(blocks_of_rows(filled, cut), None if named is None else start + named + 1))


def _are_apart(left: _Part, right: _Part, rows: Rows, written: Written) -> bool:
    """Whether no record of the one can belong to the other."""
    if not _are_tables(left, right):
        return False
    if left.main.header_line != right.main.header_line:
        early, late = sorted((left, right), key=lambda part: part.main.header_line)
        beside = any(early.filled[early.main.header_line : late.main.header_line])
        return beside and _is_dense(late, rows) and (_is_named(late, rows) or _has_title(late) or _same_key(left, right, rows))
    if _same_key(left, right, rows):
        return True
    is_list = _is_list(right, rows)
    if _has_title(left) and _has_title(right):
        return is_list
    if left.main.end < right.main.end:
        beyond = range(left.main.end, right.main.end)
        tail = [str(next(filter(_is_filled, rows[number][right.left : right.right]), "")) for number in beyond if right.filled[number]]
        return len(tail) > 1 and not any(map(says_total, tail)) and _is_dense(left, rows) and _is_dense(right, rows)
    shorter = right.main.end - right.main.header_line, left.main.end - left.main.header_line
    return is_list and shorter[0] > 1 and shorter[1] - shorter[0] > 1 and shorter[0] <= _MUCH_SHORTER * shorter[1]


def _may_be_apart(left: _Part, right: _Part, rows: Rows, written: Written) -> bool:
    """Whether the right one could be a table of its own, though each of its rows stands beside one of the left."""
    return _are_tables(left, right) and left.main.header_line == right.main.header_line and _is_list(right, rows)


def _are_tables(left: _Part, right: _Part) -> bool:
    """Whether both name two columns at least, the right one all of its own, and have a row."""
    if not left.tables or not right.tables:
        return False
    named = [[name for name in part.main.head if name] for part in (left, right)]
    return (
        min(map(len, named)) > 1
        and len(named[1]) == right.right - right.left == len(set(named[1]))
        and all(part.main.end > part.main.header_line for part in (left, right))
    )


def _records(part: _Part, rows: Rows) -> list[Sequence[object]]:
    """Rows of the part's first table, blank ones too, up to a few thousand."""
    return [row[part.left : part.right] for row in rows[part.main.header_line : min(part.main.end, part.main.header_line + 5000)]]


def _is_dense(part: _Part, rows: Rows) -> bool:
    """Whether nearly all cells of the part are filled."""
    body = _records(part, rows)
    cells = len(body) * (part.right - part.left)
    return cells - sum(sum(map(_is_filled, row)) for row in body) <= max(1, (1 - _DENSE) * cells)


def _is_list(part: _Part, rows: Rows) -> bool:
    """Whether the part is filled and its first column holds a word for each row, none twice: a key of its own."""
    keys = [str(row[0]).strip().casefold() if row else "" for row in _records(part, rows)]
    return len(set(keys)) == len(keys) and all(key and not LOOKS_LIKE_VALUE.match(key) for key in keys) and _is_dense(part, rows)


def _is_named(part: _Part, rows: Rows) -> bool:
    """Whether numbers or dates stand beneath a word in the line that names the columns."""
    body = _records(part, rows)[:_HEAD]
    for at, name in enumerate(part.main.head):
        cells = [str(row[at]).strip() for row in body if at < len(row) and _is_filled(row[at])]
        if name and name.casefold() not in MISSING_WORDS and cells and all(LOOKS_LIKE_VALUE.match(cell) for cell in cells):
            return True
    return False


def _has_title(part: _Part) -> bool:
    """Whether a line of the part stands above the one that names its columns."""
    return part.main.header_rows == 1 and part.main.first < part.main.header_line


def _same_key(left: _Part, right: _Part, rows: Rows) -> bool:
    """Whether both begin with a column of the same name, and the right one is not all numbers: those may be another quarter's."""
    if not left.main.head[0] or left.main.head[0].casefold() != right.main.head[0].casefold():
        return False
    return any(_is_filled(cell) and not LOOKS_LIKE_VALUE.match(str(cell).strip()) for row in _records(right, rows) for cell in row)


def _is_filled(cell: object) -> bool:
    return cell != "" and not (isinstance(cell, str) and cell.isspace())
