"""CSV, TSV and other delimited text to a frame of text cells with line numbers. Loses no record and pads none.

The bulk is read by Polars, and believed only if bytes add up: cells, delimiters, line ends and quotes must be the whole file.
Polars alone pads short records, joins lines at lone quotes and accepts what is no text. Where the sum differs, the file
is read again record by record.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from lib.intake import issues
from lib.intake.encoding import clean_bytes
from lib.intake.layout import HEADER_LETTERS, column_names, delimiter_of, header_record
from lib.intake.records import Record, quoted, record_at, records
from lib.intake.scanning import scan
from lib.intake.values import Reading
from lib.workers import Refusal

_BEGINNING = 200_000
_LONGEST_FIRST_LINE = 5_000_000
_MOST_ODD_LINES = 1_000_000  # each takes some 10 microseconds: what is beyond could not be refused in time
_TOP = 30
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

    @property
    def misshapen(self) -> int:
        return self.found.filter(pl.col("rejects") & (pl.col("column") == ""))["line"].n_unique()


def read_delimited(raw: bytes, asked: Reading) -> Records:
    """The records of a delimited text. Raises Refusal for what is no text, empty, or wider than `MOST_COLUMNS`."""
    clean = clean_bytes(raw, asked.encoding)
    quote = '"' if asked.quote is None else asked.quote
    beginning = _beginning(clean.body)
    delimiter = asked.delimiter or delimiter_of(beginning, quote)
    marks = delimiter.encode(), quote.encode()
    top = list(records(beginning, *marks, most=60))
    header = _header(clean.body, beginning, top, asked.header_line, marks)
    headers = [_text(field)[:HEADER_LETTERS] for field in header.fields] if header else _numbered(top)
    if len(headers) > MOST_COLUMNS:
        raise Refusal("too_many_columns", columns=len(headers), most=MOST_COLUMNS)
    skipped = header.start + header.lines if header else 0
    names = column_names(headers)
    reading = replace(
        asked, kind="csv", encoding=clean.encoding, line_end=clean.line_end, delimiter=delimiter, quote=quote,
        header_line=header.start + 1 if header else 0,
    )  # fmt: skip
    frame, found, blank = _rows(clean.body, names, marks, clean.line_end, skipped)
    shown = [(record.start + 1, [_text(field)[:200] for field in record.fields[:MOST_COLUMNS]]) for record in top[:_TOP]]
    return Records(reading, headers, [""] * len(headers), frame, found, blank, shown)


def _beginning(body: bytes) -> list[bytes]:
    part = body[:_BEGINNING]
    if len(part) < len(body):
        whole = part.rfind(b"\n")
        if whole < 0 and (whole := body.find(b"\n", 0, _LONGEST_FIRST_LINE)) < 0 and len(body) > _LONGEST_FIRST_LINE:
            raise Refusal("endless_line", megabytes=_LONGEST_FIRST_LINE // 1_000_000)
        part = body[: whole + 1] or body
    return part.removesuffix(b"\n").split(b"\n")


def _header(body: bytes, beginning: list[bytes], top: list[Record], line: int | None, marks: tuple[bytes, bytes]) -> Record | None:
    if line is None:
        return header_record(top)
    if line < 1:
        return None
    if line <= len(beginning):
        return record_at(beginning, line - 1, *marks)
    lines = body.split(b"\n", line + 1000)
    if line > len(lines):
        raise Refusal("no_header_line", line=line)
    return record_at(lines, line - 1, *marks)


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
    frame = _read_fast(body, names, marks, line_end, skipped)
    if frame is None:
        frame, found, blank = _read_exactly(body[start:].rstrip(b"\r\n"), names, marks, first)
    else:
        frame, found, blank = frame.with_columns(_line_numbers(frame, body, start, first, marks[1])), issues.none(), 0
    is_blank = pl.all_horizontal(pl.col(names).str.strip_chars() == "")
    if (frame[names[0]].str.strip_chars() == "").any():
        kept = frame.filter(~is_blank)
        frame, blank = kept, blank + frame.height - kept.height
    return frame.select("_line", *names), found, blank


def _read_fast(body: bytes, names: list[str], marks: tuple[bytes, bytes], line_end: str, skipped: int = 0) -> pl.DataFrame | None:
    """All cells below the first `skipped` lines by Polars; None if it fails or if the bytes do not add up."""
    delimiter, quote = marks
    start = _start_of_line(body, skipped)
    quotes = body.count(quote, start) if quote and quote in body else 0
    if line_end == "mixed" or (len(names) == 1 and quotes):
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
        counted += quotes - frame.select(pl.sum_horizontal(pl.all().str.count_matches(quote.decode(), literal=True).sum())).item()
    end = 2 if line_end == "crlf" else 1
    whole = len(body) - start + (0 if body.endswith(b"\n") else end)
    return frame if counted + (end + len(names) - 1) * frame.height == whole else None


def _line_numbers(frame: pl.DataFrame, body: bytes, start: int, first: int, quote: bytes) -> pl.Series:
    lines = pl.int_range(first, first + frame.height, dtype=pl.Int64, eager=True).alias("_line")
    if not quote or quote not in body or body.count(b"\n", start) + (0 if body.endswith(b"\n") else 1) == frame.height:
        return lines
    inside = frame.select(pl.sum_horizontal(pl.all().str.count_matches("\n", literal=True)).cast(pl.Int64)).to_series()
    return (lines + inside.cum_sum().shift(1, fill_value=0)).alias("_line")


def _read_exactly(body: bytes, names: list[str], marks: tuple[bytes, bytes], first: int) -> tuple[pl.DataFrame, pl.DataFrame, int]:
    """Plain lines all at once, the others record by record: those of the right width are kept, blank ones counted, the rest are issues."""
    delimiter, quote = marks
    width, lines = len(names), scan(body.replace(b"\r\n", b"\n"), delimiter, quote, len(names))
    plain = lines.plain.copy()
    if (odd_lines := len(plain) - int(plain.sum())) > _MOST_ODD_LINES:
        raise Refusal("too_many_odd_lines", lines=odd_lines)
    kept: list[bytes] = []
    numbers: list[int] = []
    wrong: list[tuple[int, str, str]] = []
    odd: list[tuple[int, str, str]] = []
    blank = done = 0
    for at in np.flatnonzero(~lines.plain).tolist():
        if at < done:
            continue
        record = record_at(lines, at, delimiter, quote)
        fields, done = record.fields, at + record.lines
        plain[at:done] = False
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
    fast = _read_fast(body, names, marks, "lf")
    if fast is not None and fast.height == (body.count(b"\n") + 1 if kept is None else len(kept)):
        return fast
    kept = body.split(b"\n") if kept is None else kept
    rows = [[field.decode() for field in record_at([line], 0, delimiter, quote).fields] for line in (_one_line(line) for line in kept)]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    return frame.with_columns(pl.all().str.replace_all("\x00", "\n", literal=True))


def _one_line(line: bytes) -> bytes:
    """NUL can't be in the text, so it may stand for a line end within a cell while the record is split."""
    return line.replace(b"\n", b"\0")


def _text(field: bytes) -> str:
    return field.decode(errors="replace")
