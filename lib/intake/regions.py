"""Which tables stand in one sheet or text, and where each begins and ends. Looks at the beginnings of blocks; reads no record.

A block is what stands between blank lines. It goes on with the table above unless its first line names other columns. What is found
here is shown as `ReadReport.regions`, and a person picks another one. `side_by_side.py` looks for tables beside each other.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from lib.intake.layout import LOOKS_LIKE_VALUE, header_row, is_group_row, shown_cells
from lib.intake.mapping import MISSING_WORDS
from lib.intake.records import records

ALL_COLUMNS = (0, 0)  # all cells as one table, whatever else was found
_LOOKED_AT = 60
_MOST_BLOCKS = 200  # a file with more blank lines than that is written so
_HEAD_BYTES = 100_000


@dataclass(frozen=True)
class Block:
    """Lines without a blank one between them: from line `first` to line `last`, and the first of its records as (line, cells)."""

    first: int
    last: int
    rows: tuple[tuple[int, list[str]], ...]

    @property
    def cells(self) -> list[list[str]]:
        return [cells for _, cells in self.rows]

    @property
    def is_text(self) -> bool:
        """Whether no row has more than one cell."""
        return all(sum(bool(cell.strip()) for cell in cells) <= 1 for cells in self.cells)


@dataclass(frozen=True)
class Found:
    """One table: `first` is the first line of its block, `header_line` names its columns (the second of two), `end` is its last line.

    `valued`: numbers or dates stand beneath names. `columns`: (first, last), from 1, where another table stands beside it. `sure` False:
    it may as well be part of a larger one. `inner`: it begins within another, without a blank line between them.
    """

    first: int
    header_line: int
    header_rows: int
    head: tuple[str, ...]
    end: int
    valued: bool
    columns: tuple[int, int] | None = None
    sure: bool = True
    inner: bool = False

    @property
    def size(self) -> int:
        return (self.end - self.header_line) * len(self.head)


def tables_of(blocks: Sequence[Block], main: int | None) -> list[Found]:
    """The tables of one sheet or text, from above. main: the line that names the columns if it is all one table."""
    wide = any(not block.is_text for block in blocks)
    found: list[Found] = []
    body: list[list[str]] = []
    for block in blocks:
        if wide and block.is_text:
            continue
        at = _named_by(block, main) if main is not None and block.first <= main <= block.last else None
        if at is None:
            at = header_row(block.cells) if not found else _other_header(found[-1], body, block)
        if at is not None:
            found.append(_table(block, at))
            body = block.cells[at + 1 :]
        elif found:
            found[-1] = replace(found[-1], end=block.last)
    return found


def offered(found: Sequence[Found], line: int, columns: tuple[int, int] | None = None) -> list[Found]:
    """The tables besides the one at `line`, in `columns`, that hold more than a line about the report."""
    others = [one for one in found if (one.header_line, one.columns) != (line, columns)]
    return [one for one in others if len(one.head) > 1 and one.end - one.header_line > 1 - one.valued]


def largest(found: Sequence[Found], main: int | None) -> Found | None:
    """The table with the most cells; of equal ones the one at `main`, else the first. None where the file begins with values."""
    if main is None:
        return None
    return max((one for one in found if one.sure), key=lambda one: (one.size, one.header_line == main, -one.header_line), default=None)


def _table(block: Block, at: int) -> Found:
    rows = block.cells
    second = at + 1 < len(rows) and is_group_row(rows[at], rows[at + 1], rows[at + 2 :])
    follows = at > 0 and block.rows[at - 1][0] == block.rows[at][0] - 1
    grouped = not second and follows and is_group_row(rows[at - 1], rows[at], rows[at + 1 :])
    place = at + 1 if second else at
    return Found(
        block.first,
        block.rows[place][0],
        2 if second or grouped else 1,
        tuple(shown_cells(rows[place])),
        block.last,
        bool(_value_columns(rows[place + 1 :])),
    )


def _named_by(block: Block, main: int) -> int | None:
    return next((at for at, (line, _) in enumerate(block.rows) if line == main), None)


def _other_header(above: Found, body: Sequence[Sequence[str]], block: Block) -> int | None:
    """Position in `block` of the row that names the columns of another table; None where the table above goes on."""
    rows = block.cells
    at = header_row(rows)
    if at is None:
        return None
    head = shown_cells(rows[at])
    filled = [cell for cell in head if cell]
    if len(filled) < 2 or len(set(filled)) < len(filled) or head == list(above.head):
        return None
    if any(LOOKS_LIKE_VALUE.match(cell) for cell in filled):
        return None
    beneath = rows[at + 1 :]
    named = [column for column in _value_columns(beneath) if column < len(head) and _is_word(head[column])]
    titled = at > 0 and all(sum(bool(cell.strip()) for cell in row) == 1 for row in rows[:at])
    other_width = (
        bool(beneath)
        and all(len(row) == len(rows[at]) for row in beneath)
        and bool(body)
        and all(len(row) != len(rows[at]) for row in body)
    )
    return at if named or titled or other_width else None


def _value_columns(rows: Sequence[Sequence[str]]) -> list[int]:
    """Columns whose filled cells are mostly numbers, dates or times."""
    found = []
    for column in range(max((len(row) for row in rows), default=0)):
        cells = [row[column].strip() for row in rows if column < len(row) and row[column].strip()]
        if cells and sum(bool(LOOKS_LIKE_VALUE.match(cell)) for cell in cells) * 5 >= len(cells) * 4:
            found.append(column)
    return found


def _is_word(cell: str) -> bool:
    return bool(cell) and cell.casefold() not in MISSING_WORDS


def blocks_of_rows(filled: Sequence[bool], written: Callable[[int, int], list[list[str]]]) -> list[Block]:
    """Blocks of a sheet's rows. filled: whether each row has a cell; written(first, end): the text of rows from 0, without `end`."""
    blocks: list[Block] = []
    start: int | None = None
    for at in range(len(filled) + 1):
        blank = at == len(filled) or not filled[at]
        if start is None and not blank:
            start = at
        elif start is not None and blank:
            if len(blocks) == _MOST_BLOCKS:
                blocks[-1] = replace(blocks[-1], last=at)
            else:
                rows = written(start, min(at, start + _LOOKED_AT))
                blocks.append(Block(start + 1, at, tuple(enumerate(rows, start=start + 1))))
            start = None
    return blocks


def blocks_of_text(body: bytes, marks: tuple[bytes, bytes], widths: Collection[int]) -> list[Block]:
    """Blocks of a delimited text with LF or CRLF line ends; blank lines are empty or hold delimiters only, for one of the `widths`."""
    delimiter, quote = marks
    starts, ends = [0], []
    for end, after in _gaps(body, {delimiter * (width - 1) for width in (1, *widths)}, quote):
        ends.append(end)
        starts.append(after)
        if len(starts) == _MOST_BLOCKS:
            break
    ends.append(len(body.rstrip(b"\r\n")))
    blocks = []
    line, at = 1, 0
    for start, end in zip(starts, ends, strict=True):
        line, at = line + body.count(b"\n", at, start), start
        if start >= end:
            continue
        part = body[start : min(end, start + _HEAD_BYTES)]
        lines = part.split(b"\n")
        if start + len(part) < end and len(lines) > 1:
            lines.pop()
        rows = tuple(
            (line + record.start, [field.decode(errors="replace") for field in record.fields])
            for record in records(lines, delimiter, quote, _LOOKED_AT)
        )
        blocks.append(Block(line, line + body.count(b"\n", start, end), rows))
    return blocks


def _gaps(body: bytes, paddings: set[bytes], quote: bytes) -> Iterator[tuple[int, int]]:
    """(where a block ends, where the next one begins) of every run of blank lines outside quotes."""
    end_marks = (b"\r\n",) if b"\r\n" in body[:10_000] else (b"\n",)
    blanks = sorted({b"\n" + pad + mark for pad in paddings for mark in end_marks}, key=len)
    nexts = {blank: body.find(blank) for blank in blanks}
    run = re.compile(b"(?:" + b"|".join(re.escape(blank[1:]) for blank in blanks) + b")*+")
    at, counted, quotes = 0, 0, 0
    has_quotes = bool(quote) and quote in body
    while True:
        there = {blank: place for blank, place in nexts.items() if place >= 0}
        if not there:
            return
        blank, place = min(there.items(), key=lambda item: item[1])
        if place < at:
            nexts[blank] = body.find(blank, at)
            continue
        if has_quotes:
            quotes, counted = quotes + body.count(quote, counted, place), place
        if quotes % 2:
            nexts[blank] = body.find(blank, place + 1)
            continue
        more = run.match(body, place + len(blank))
        after = more.end() if more else place + len(blank)
        yield place, after
        at = after
        nexts[blank] = body.find(blank, after - 1)


def in_columns(found: Sequence[Found], columns: tuple[int, int] | None) -> list[Found]:
    """The tables above and below one in these columns, itself too: where one begins, that above it ends."""
    if columns is None:
        return [one for one in found if one.sure]
    if columns == ALL_COLUMNS:
        return [one for one in found if one.columns == columns or (one.columns is None and not one.inner)]
    own = [one for one in found if one.columns == columns]
    certain = any(one.sure for one in own)
    return [one for one in found if (one.columns == columns and one.sure == certain) or (one.columns is None and one.sure)]


def lone_lines(found: Sequence[Found], header_line: int, end: int | None, last: int) -> range:
    """The lines between a table that ends with line `end` and the next that is offered, from the first that names columns of no record.

    No table has them, so they are to be told. last: the last line of all.
    """
    if end is None:
        return range(0)
    until = min((one.first for one in offered(found, header_line) if one.first > end), default=last + 1)
    lone = [one.first for one in found if end < one.first < until]
    return range(min(lone), until) if lone else range(0)


def region_end(found: Sequence[Found], header_line: int, last_line: int | None) -> int | None:
    """The last line that may belong to the table at `header_line`: before the next table's block, or where a person said; None: the end."""
    if last_line == 0 or header_line == 0:
        return None
    firsts = sorted(one.first for one in found)
    following = bisect_right(firsts, header_line)
    end = firsts[following] - 1 if following < len(firsts) else None
    return end if end is None or last_line is None else max(end, last_line)
