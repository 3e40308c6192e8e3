"""CSV, TSV and other delimited text to a frame of text cells with line numbers. Loses no record and pads none.

The bulk is read by Polars, and believed only if bytes add up: cells, delimiters, line ends and quotes must be the whole file.
Polars alone pads short records, joins lines at lone quotes and accepts what is no text. Where the sum differs, the file
is read again record by record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from lib.intake import issues
from lib.intake.encoding import clean_bytes
from lib.intake.footers import counted_with, without_footers
from lib.intake.inner_headers import tables_of_other_width, tables_within_records
from lib.intake.layout import HEADER_LETTERS, column_names, delimiter_of, header_record, join_names
from lib.intake.records import Record, quoted, record_at, records
from lib.intake.regions import ALL_COLUMNS, Block, Found, blocks_of_text, in_columns, largest, lone_lines, offered, region_end, tables_of
from lib.intake.scanning import MOST_ODD_LINES, is_well_quoted, may_be_too_long, refuse_endless_lines, scan
from lib.intake.side_by_side import one_at, region_order
from lib.intake.text_columns import Grid, grid_of, part_headers, part_records
from lib.intake.values import Reading, Region
from lib.text import clean_text
from lib.workers import Refusal, tell, told

_BEGINNING = 200_000
_LARGE = 5_000_000  # bytes above which only one of several tables is looked into
_LONGEST_FIRST_LINE = 5_000_000
_MOST_UNCLOSED = 50_000  # the end of each is looked for far down: what is beyond could not be refused in time
_TOP, _MOST_WIDTHS = 30, 8
MOST_COLUMNS = 500


@dataclass(frozen=True)
class Records:
    """What a reader found: text columns and `_line` in `frame`, issues of records that are not in it, and how it was read."""

    reading: Reading
    headers: list[str]
    typed: list[str]
    frame: pl.DataFrame
    found: pl.DataFrame
    blank: int
    top: list[tuple[int, list[str]]]
    sheets: tuple[str, ...] = ()
    regions: tuple[Region, ...] = ()
    hidden: tuple[str, ...] = ()
    left_out: dict[str, int] = field(default_factory=dict)
    left_lines: tuple[tuple[int, str, str], ...] = ()
    merged: dict[str, int] = field(default_factory=dict)

    @property
    def misshapen(self) -> int:
        return self.found.filter(pl.col("rejects") & (pl.col("column") == ""))["line"].n_unique()


@dataclass(frozen=True)
class _Text:
    """A whole text: its first lines and records, separator and quote, and the record that names the columns if it is all one table."""

    body: bytes
    line_end: str
    beginning: list[bytes]
    top: list[Record]
    marks: tuple[bytes, bytes]
    main: Record | None

    @property
    def main_line(self) -> int | None:
        return None if self.main is None else self.main.start + 1


@dataclass(frozen=True)
class _Table:
    """Where one table stands: `line` names its columns (0: none does), records begin after `skipped` lines and end with line `end`."""

    line: int
    header_rows: int
    headers: list[str]
    skipped: int
    end: int | None


def read_delimited(raw: bytes, asked: Reading, most_columns: int = MOST_COLUMNS) -> Records:
    """The records of one table of a delimited text. Raises Refusal for what is no text, empty, or wider than `most_columns`."""
    clean = clean_bytes(raw, asked.encoding)
    quote = '"' if asked.quote is None else asked.quote
    beginning = _beginning(clean.body)
    delimiter = asked.delimiter or delimiter_of(beginning, quote)
    marks = delimiter.encode(), quote.encode()
    top = list(records(beginning, *marks, most=60))
    text = _Text(clean.body, clean.line_end, beginning, top, marks, header_record(top))
    how = replace(asked, kind="csv", encoding=clean.encoding, line_end=clean.line_end, delimiter=delimiter, quote=quote)
    grid = grid_of(clean.body, marks, top, text.main)
    if grid is not None and (part := _part(grid, asked)) is not None:
        return _read_part(text, grid, how, part)
    found = tables_of([_all_one(text)], text.main_line)
    table = _table(text, asked, found, most_columns)
    frame, wrong, blank = _records(text, table)
    if blank or table.line != 1:  # only then may there be other tables
        widths = sorted({len(record.fields) for record in top})[-_MOST_WIDTHS:]
        found = tables_of(blocks_of_text(clean.body, marks, widths), text.main_line)
        if (again := _table(text, asked, found, most_columns)) != table:
            table = again
            frame, wrong, blank = _records(text, table)
    found = _with_inner(text, asked, found, table, (frame, wrong), most_columns)
    if (again := _table(text, asked, found, most_columns)) != table:
        table = again
        frame, wrong, blank = _records(text, table)
    reading = replace(how, header_line=table.line, header_rows=table.header_rows if table.line else None)
    tell(frame.height, 0.7)
    apart = without_footers(frame, wrong, table.headers, asked, delimiter)
    lone = _lone_lines(text, in_columns(found, asked.columns), table)
    regions = _regions([*found, *(grid.parts if grid else ())], table, apart.frame, asked.columns)
    return Records(
        reading, table.headers, [""] * len(table.headers), apart.frame, apart.found, blank, _shown(top),
        regions=regions, left_out=counted_with(apart.counts, lone), left_lines=(*apart.lines, *lone),
    )  # fmt: skip


def _with_inner(
    text: _Text, asked: Reading, found: list[Found], table: _Table, read: tuple[pl.DataFrame, pl.DataFrame], most_columns: int
) -> list[Found]:
    """The tables found, each with those that begin within it. read: records and issues of `table`."""
    out: list[Found] = []
    for one, below in zip(found, [*found[1:], None], strict=False):
        holds_asked = one.header_line < (asked.header_line or 0) and (below is None or (asked.header_line or 0) < below.first)
        whole = _table(text, Reading(header_line=one.header_line), found, most_columns)
        if whole != table and not holds_asked and len(text.body) > _LARGE:  # each would be read for nothing
            out.append(one)
            continue
        frame, wrong = read if whole == table else _records(text, whole)[:2]
        inner = tables_within_records(one, frame)
        out += inner if len(inner) > 1 else tables_of_other_width(inner[0], frame, wrong, text.body, text.marks)
    return out


def _part(grid: Grid, asked: Reading) -> tuple[int, tuple[int, int], Found | None] | None:
    """(line, columns, table) of the table beside others that is to be read; None if the whole is."""
    if asked.header_line is None:
        table = largest(grid.found if asked.columns is None else in_columns(grid.found, asked.columns), 0)
    else:
        table = one_at(grid.found, asked.header_line, asked.columns)
    columns = asked.columns or (table.columns if table else None)
    line = asked.header_line or (table.header_line if table else 0)
    return None if columns is None or columns == ALL_COLUMNS or not line else (line, columns, table)


def _read_part(text: _Text, grid: Grid, how: Reading, part: tuple[int, tuple[int, int], Found | None]) -> Records:
    """The records of one of several tables beside each other."""
    line, columns, table = part
    header_rows = how.header_rows or (table.header_rows if table else 1)
    headers = part_headers(grid, line, header_rows, columns)
    frame, wrong, blank = part_records(grid, line, headers, columns, how.last_line, str(how.delimiter))
    apart = without_footers(frame, wrong, headers, how, str(how.delimiter))
    reading = replace(how, header_line=line, header_rows=header_rows, columns=columns)
    last = int(apart.frame["_line"][-1]) if apart.frame.height else line
    this = Region("", line, last, tuple(column_names(headers)), columns=columns, sure=table is None or table.sure)
    others = [_region(one) for one in offered(grid.found, line, columns)]
    return Records(
        reading, headers, [""] * len(headers), apart.frame, apart.found, blank, _shown(text.top),
        regions=tuple(sorted([this, *others], key=region_order)), left_out=apart.counts, left_lines=apart.lines,
    )  # fmt: skip


def _shown(top: Sequence[Record]) -> list[tuple[int, list[str]]]:
    return [(record.start + 1, [_text(field)[:200] for field in record.fields[:MOST_COLUMNS]]) for record in top[:_TOP]]


def _region(one: Found) -> Region:
    return Region("", one.header_line, one.end, tuple(column_names(one.head)), columns=one.columns, sure=one.sure)


def _lone_lines(text: _Text, found: Sequence[Found], table: _Table) -> list[tuple[int, str, str]]:
    if table.end is None:
        return []
    lines = text.body.split(b"\n")
    numbers = lone_lines(found, table.line, table.end, len(lines))
    return [(number, "below", _text(lines[number - 1])[:200]) for number in numbers if lines[number - 1].strip()]


def _all_one(text: _Text) -> Block:
    return Block(1, len(text.beginning), tuple((record.start + 1, [_text(field) for field in record.fields]) for record in text.top))


def _records(text: _Text, table: _Table) -> tuple[pl.DataFrame, pl.DataFrame, int]:
    body = text.body if table.end is None else text.body[: _start_of_line(text.body, table.end)].rstrip(b"\r\n")
    return _rows(body, column_names(table.headers), text.marks, text.line_end, table.skipped)


def _table(text: _Text, asked: Reading, found: list[Found], most_columns: int) -> _Table:
    """The table asked for, else the largest of those found. Raises Refusal if it is too wide or has no such line."""
    best = largest(found, text.main_line)
    line = asked.header_line
    if line is None:
        line = best.header_line if best else text.main_line or 0
    header = _header(text, line) if line > 0 else None
    if header is None:
        headers, header_rows, skipped = _numbered(text.top), 1, 0
    else:
        headers = [_text(field)[:HEADER_LETTERS] for field in header.fields]
        header_rows = asked.header_rows or next((one.header_rows for one in found if one.header_line == line), 1)
        headers = _under_groups(text, header, headers) if header_rows == 2 else headers
        skipped = header.start + header.lines
    if len(headers) > most_columns:
        raise Refusal("too_many_columns", columns=len(headers), most=most_columns)
    return _Table(max(0, line), header_rows, headers, skipped, region_end(in_columns(found, asked.columns), max(0, line), asked.last_line))


def _header(text: _Text, line: int) -> Record:
    for record in text.top:
        if record.start == line - 1:
            return record
    if line <= len(text.beginning):
        return record_at(text.beginning, line - 1, *text.marks)
    lines = text.body.split(b"\n", line + 1000)
    if line > len(lines):
        raise Refusal("no_header_line", line=line)
    return record_at(lines, line - 1, *text.marks)


def _regions(found: Sequence[Found], table: _Table, frame: pl.DataFrame, columns: tuple[int, int] | None) -> tuple[Region, ...]:
    last = int(frame["_line"][-1]) if frame.height else table.line
    this = Region("", table.line, last, tuple(column_names(table.headers)), columns=columns, sure=columns is None)
    others = [_region(one) for one in offered(found, table.line)]
    return tuple(sorted([this, *others], key=region_order))


def _under_groups(text: _Text, header: Record, headers: list[str]) -> list[str]:
    """The header's names, with the merged cells of the line above it."""
    if header.start == 0:
        return headers
    start = _start_of_line(text.body, header.start - 1)
    above = record_at([text.body[start : text.body.index(b"\n", start)]], 0, *text.marks)
    return join_names([clean_text(_text(field), lines=False)[:HEADER_LETTERS] for field in above.fields], headers)


def _beginning(body: bytes) -> list[bytes]:
    part = body[:_BEGINNING]
    if len(part) < len(body):
        whole = part.rfind(b"\n")
        if whole < 0 and (whole := body.find(b"\n", 0, _LONGEST_FIRST_LINE)) < 0 and len(body) > _LONGEST_FIRST_LINE:
            raise Refusal("endless_line", megabytes=_LONGEST_FIRST_LINE // 1_000_000)
        part = body[: whole + 1] or body
    return part.removesuffix(b"\n").split(b"\n")


def _numbered(top: list[Record]) -> list[str]:
    widths = [len(record.fields) for record in top if not record.blank]
    return [""] * max(set(widths), key=widths.count, default=1)


def _start_of_line(body: bytes, count: int) -> int:
    """Where the line begins that has `count` lines before it."""
    at = 0
    for _ in range(count):
        end = body.find(b"\n", at)
        if end < 0:
            return len(body)
        at = end + 1
    return at


def _rows(body: bytes, names: list[str], marks: tuple[bytes, bytes], line_end: str, skipped: int) -> tuple[pl.DataFrame, pl.DataFrame, int]:
    """(frame, issues, blank records) of the text below the first `skipped` lines."""
    while body.endswith((b"\n\n", b"\n\r\n")):
        body = body.rstrip(b"\r\n") + (b"\r\n" if line_end == "crlf" else b"\n")
    start, first = _start_of_line(body, skipped), skipped + 1
    if not body[start : start + 100].strip(b"\r\n") and not body[start:].strip(b"\r\n"):
        return pl.DataFrame(schema={"_line": pl.Int64} | dict.fromkeys(names, pl.String)), issues.none(), 0
    refuse_endless_lines(body)
    frame = _read_fast(body, names, marks, line_end, skipped)
    if frame is None:
        frame, found, blank = _read_exactly(body[start:].rstrip(b"\r\n"), names, marks, first)
    else:
        lines = _in_pieces_of(frame, _line_numbers(frame, body, start, first, marks[1]))
        frame, found, blank = frame.insert_column(0, lines), issues.none(), 0
    is_blank = pl.all_horizontal(pl.col(names).str.strip_chars() == "")
    if (frame[names[0]].str.strip_chars() == "").any():
        kept = frame.filter(~is_blank)
        frame, blank = kept, blank + frame.height - kept.height
    return frame.select("_line", *names), found, blank


def _read_fast(
    body: bytes, names: list[str], marks: tuple[bytes, bytes], line_end: str, skipped: int = 0, well_quoted: bool = False
) -> pl.DataFrame | None:
    """All cells below the first `skipped` lines by Polars; None if it fails, or if bytes or quotes do not add up.

    `well_quoted`: every quote is known to open, close or be doubled.
    """
    delimiter, quote = marks
    start = _start_of_line(body, skipped)
    quotes = body.count(quote, start) if quote and quote in body else 0
    if line_end == "mixed" or (len(names) == 1 and quotes and not well_quoted):
        return None
    if quotes and not well_quoted and not is_well_quoted(body, start, delimiter, quote, quotes):
        return None  # Polars would drop some of the quotes, or the text after one that never closes
    if may_be_too_long(body, start, delimiter, len(names)):
        return None
    try:
        frame = pl.read_csv(
            body, has_header=False, skip_lines=skipped, separator=delimiter.decode(), quote_char=quote.decode() or None,
            infer_schema=False, schema=dict.fromkeys(names, pl.String), empty_string_is_null=False,
        )  # fmt: skip
    except (pl.exceptions.PolarsError, ValueError):
        return None
    counted = frame.select(pl.sum_horizontal(pl.all().str.len_bytes().cast(pl.Int64).sum())).item()
    if quotes:
        inside = frame.select(pl.sum_horizontal(pl.all().str.count_matches(quote.decode(), literal=True).sum())).item()
        counted += quotes - inside
    end = 2 if line_end == "crlf" else 1
    whole = len(body) - start + (0 if body.endswith(b"\n") else end)
    return frame if counted + (end + len(names) - 1) * frame.height == whole else None


def _line_numbers(frame: pl.DataFrame, body: bytes, start: int, first: int, quote: bytes) -> pl.Series:
    lines = pl.int_range(first, first + frame.height, dtype=pl.Int64, eager=True).alias("_line")
    if not quote or quote not in body or body.count(b"\n", start) + (0 if body.endswith(b"\n") else 1) == frame.height:
        return lines
    inside = frame.select(pl.sum_horizontal(pl.all().str.count_matches("\n", literal=True)).cast(pl.Int64)).to_series()
    return (lines + inside.cum_sum().shift(1, fill_value=0)).alias("_line")


def _in_pieces_of(frame: pl.DataFrame, lines: pl.Series) -> pl.Series:
    """`lines` cut where the columns of `frame` are: beside a column in other pieces Polars copies all of them into one."""
    lengths = frame.to_series().chunk_lengths()
    starts = np.cumsum([0, *lengths]).tolist()
    pieces = [lines.slice(start, length) for start, length in zip(starts, lengths, strict=False)]
    return pl.concat(pieces, rechunk=False) if len(pieces) > 1 else lines


def _read_exactly(body: bytes, names: list[str], marks: tuple[bytes, bytes], first: int) -> tuple[pl.DataFrame, pl.DataFrame, int]:
    """Plain lines all at once, the others record by record: those of the right width are kept, blank ones counted, the rest are issues."""
    delimiter, quote = marks
    width, lines = len(names), scan(body.replace(b"\r\n", b"\n"), delimiter, quote, len(names))
    plain = lines.plain.copy()
    kept: list[bytes] = []
    numbers: list[int] = []
    wrong: list[tuple[int, str, str]] = []
    odd: list[tuple[int, str, str]] = []
    blank = done = unclosed = 0
    for at in told(np.flatnonzero(~lines.plain).tolist(), len(lines), 0.5, 0.7):
        if at < done:
            continue
        record = record_at(lines, at, delimiter, quote)
        fields, done = record.fields, at + record.lines
        plain[at:done] = False
        unclosed += record.unclosed
        if unclosed > _MOST_UNCLOSED:
            raise Refusal("too_many_odd_lines", lines=unclosed)
        if len(fields) > width and not any(fields[width:]):
            fields = fields[:width]
        if record.blank:
            blank += 1
        elif record.unclosed or len(fields) != width:
            code = "unclosed_quote" if record.unclosed else "too_few_fields" if len(fields) < width else "too_many_fields"
            wrong.append((first + at, code, _text(delimiter.join(fields))))
        else:
            kept.append(quoted(fields, delimiter) if quote else delimiter.join(fields))
            numbers.append(first + at)
            if record.stray:
                odd.append((first + at, "stray_quote", _text(delimiter.join(fields))))
    found = pl.concat([issues.of_rows(wrong), issues.of_rows(odd, rejects=False)])
    bulk, bulk_lines = b"\n".join(lines.runs(plain)), pl.Series("_line", np.flatnonzero(plain) + first, pl.Int64)
    empty = pl.DataFrame(schema=dict.fromkeys(names, pl.String))
    parts = [
        _read_kept(None, bulk, names, marks).with_columns(bulk_lines) if bulk_lines.len() else empty.with_columns(bulk_lines),
        _read_kept(kept, b"\n".join(kept), names, marks).with_columns(pl.Series("_line", numbers, pl.Int64)) if kept else None,
    ]
    frame = pl.concat([part for part in parts if part is not None])
    return (frame.sort("_line") if kept else frame), found, blank


def _read_kept(kept: list[bytes] | None, body: bytes, names: list[str], marks: tuple[bytes, bytes]) -> pl.DataFrame:
    """Records (`kept`; None: one a line) known to be well formed. One at a time if Polars still disagrees with RFC 4180 on them."""
    delimiter, quote = marks
    fast = _read_fast(body, names, marks, "lf", well_quoted=True)
    if fast is not None and fast.height == (body.count(b"\n") + 1 if kept is None else len(kept)):
        return fast
    kept = body.split(b"\n") if kept is None else kept
    if len(kept) > MOST_ODD_LINES:
        raise Refusal("too_many_odd_lines", lines=len(kept))
    rows = [[field.decode() for field in record_at([line], 0, delimiter, quote).fields] for line in (_one_line(line) for line in kept)]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    return frame.with_columns(pl.all().str.replace_all("\x00", "\n", literal=True))


def _one_line(line: bytes) -> bytes:
    """NUL can't be in the text, so it may stand for a line end within a cell while the record is split."""
    return line.replace(b"\n", b"\0")


def _text(field: bytes) -> str:
    return field.decode(errors="replace")
