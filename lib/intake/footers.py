"""Lines of a table that are no records: totals, repeated headers, notes below. They are counted and listed, and a person can keep them.

Nothing is left out for looking odd: a total says so in a word, a note says so or stands apart at the end, a header is one again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from lib.intake.layout import LOOKS_LIKE_VALUE
from lib.intake.values import Reading

_WORDS = r"(?:(?:sub[ -]?|grand |sum |overall |gran )?(?:totals?|totales)|suma(?: total)?|sum|(?:sub)?total general|overall|gesamt|summe)"
_OF = r"(?: (?:hours|horas|amount|importe))?"
_TOTAL = re.compile(rf"^\W*{_WORDS}{_OF}\W*$", re.IGNORECASE)
_TOTAL_OF = re.compile(rf"^\W*(?:{_WORDS}{_OF}|(?:sub|grand )?total\b.*|.*\b(?:sub)?total)\W*$", re.IGNORECASE)
_MAY_BE_TOTAL = r"(?i)\b(?:sub)?total|^\W*(?:suma?|overall|gesamt|summe|gran)\b"
_NOTE = re.compile(
    r"^#(?:[\s=-]|$)|^\W*(?:\*|©|exported|export date|generated|created (?:on|by|with|at)|printed|downloaded"
    r"|report (?:generated|created|date)|page \d"
    r"|data as of|as of|sources?:|notes?:|applied filters|filters applied|no filters|confidential|copyright|end of"
    r"|\d+ (?:rows|records|entries|filas|registros)\b"
    r"|exportad[oa]|generad[oa]|cread[oa] (?:el|por|con)|impres[oa]|descargad[oa]|informe (?:generado|creado)|página \d|datos a\b"
    r"|fecha de exportación|fuentes?:|notas?:|filtros aplicados|confidencial|fin del? )",
    re.IGNORECASE,
)
_AMOUNT_WORD = re.compile(r"^(?:[A-Z]{3}|\d+ ?h(?: ?\d+ ?m(?:in)?)?|[\d.,]+ ?(?:h|hours|horas|[A-Z]{3}))$")
_TRAILING = 40  # lines at the end among which notes are looked for
_FILLED = 0.9
_FEW = 1000
_SHOWN, _SHOWN_LETTERS = 50, 200


@dataclass(frozen=True)
class Separated:
    """`frame` and `found` without the lines that are no records; how many of these by reason, and the first as (line, reason, text)."""

    frame: pl.DataFrame
    found: pl.DataFrame
    counts: dict[str, int]
    lines: tuple[tuple[int, str, str], ...]


@dataclass(frozen=True)
class _Line:
    number: int
    cells: list[str]
    whole: bool  # has as many fields as there are columns

    @property
    def filled(self) -> list[str]:
        return [cell.strip() for cell in self.cells if cell.strip()]


def without_footers(frame: pl.DataFrame, found: pl.DataFrame, headers: Sequence[str], asked: Reading, delimiter: str = "") -> Separated:
    """Records without totals, repeated headers and notes. frame: `_line` and text columns; found: issues of the file so far.

    delimiter: for a text, where a cell may take several lines and a record may have another width; "" for a sheet.
    `asked.totals` False keeps totals and headers as records, `asked.last_line` ends the table there (0: nowhere).
    """
    names = [name for name in frame.columns if name != "_line"]
    if not names:
        return Separated(frame, found, {}, ())
    out: dict[int, tuple[str, str]] = {}
    if asked.last_line:
        below = frame.filter(pl.col("_line") > asked.last_line)
        out |= {line: ("below", _joined(cells)) for line, *cells in below.iter_rows()}
        misshapen = _misshapen(found).filter(pl.col("line") > asked.last_line)
        out |= {line: ("below", value) for line, value in misshapen.select("line", "value").iter_rows()}
    if asked.last_line is None and len(names) > 1:
        out |= _notes(frame, found, names, any(headers), asked.totals is not False, delimiter)
    if asked.totals is not False and len(names) > 1:
        out |= _totals(frame.filter(~pl.col("_line").is_in(list(out))) if out else frame, names, headers)
    if not out:
        return Separated(frame, found, {}, ())
    counts: dict[str, int] = {}
    for reason, _ in out.values():
        counts[reason] = counts.get(reason, 0) + 1
    gone = pl.Series(list(out), dtype=pl.Int64).implode()
    shown = tuple((line, *out[line]) for line in sorted(out)[:_SHOWN])
    return Separated(frame.filter(~pl.col("_line").is_in(gone)), found.filter(~pl.col("line").is_in(gone)), counts, shown)


def says_total(cell: str) -> bool:
    """Whether a cell says that it begins a line with sums."""
    return bool(_TOTAL_OF.match(cell.strip()))


def counted_with(counts: dict[str, int], told: Sequence[tuple[int, str, str]]) -> dict[str, int]:
    """`counts` by reason with further lines (line, reason, text)."""
    more = dict(counts)
    for _, reason, _ in told:
        more[reason] = more.get(reason, 0) + 1
    return more


def _totals(frame: pl.DataFrame, names: list[str], headers: Sequence[str]) -> dict[int, tuple[str, str]]:
    """Rows that say "total" where records say who or what, and rows equal to the header."""
    first = pl.col(names[0])
    likely = frame.filter(first.str.contains(_MAY_BE_TOTAL) | (first == "") | (first == headers[0]))
    if likely.height > _FEW:  # most of them begin with a blank: their first word decides
        filled = [pl.when(pl.col(name).str.strip_chars() != "").then(pl.col(name)) for name in names]
        named = next((header.strip() for header in headers if header.strip()), "")
        lead = pl.coalesce(filled).str.strip_chars()
        likely = likely.filter(lead.str.contains(_MAY_BE_TOTAL) | (lead == named))
    if likely.height == 0:
        return {}
    said: list[_Line] = []
    out = {}
    for number, *cells in likely.iter_rows():
        line = _Line(number, cells, True)
        if len(line.filled) > 1 and [cell.strip() for cell in cells] == [header.strip() for header in headers]:
            out[number] = ("header", _joined(cells))
        elif line.filled and _TOTAL_OF.match(line.filled[0]):
            said.append(line)
    if said:
        always, last = _always_filled(frame, names, [line.number for line in said]), frame["_line"][-1]
        for line in said:
            is_word, is_sum = bool(_TOTAL.match(line.filled[0])), _values_only(line.filled[1:])
            emptier = any(not line.cells[at].strip() for at in always)
            if (is_word and emptier) or (is_sum and (emptier or (is_word and line.number == last))):
                out[line.number] = ("total", _joined(line.cells))
    return out


def _values_only(cells: list[str]) -> bool:
    """Whether there are cells, all of them numbers, hours or a currency."""
    return bool(cells) and all(LOOKS_LIKE_VALUE.match(cell) or _AMOUNT_WORD.match(cell) for cell in cells)


def _always_filled(frame: pl.DataFrame, names: list[str], besides: list[int]) -> list[int]:
    """Positions of the columns that nearly every record fills; lines in `besides` and those with one cell do not count."""
    is_filled = [pl.col(name).str.strip_chars() != "" for name in names]
    records = frame.filter(~pl.col("_line").is_in(besides)).select(is_filled).filter(pl.sum_horizontal(names) > 1)
    shares = records.mean().row(0)
    return [at for at, share in enumerate(shares) if share is not None and share >= _FILLED]


def _notes(
    frame: pl.DataFrame, found: pl.DataFrame, names: list[str], headed: bool, totals: bool, delimiter: str
) -> dict[int, tuple[str, str]]:
    """Lines at the very end with one or two cells that say what the file is, or stand apart from the records."""
    tail = _last_lines(frame, found, delimiter)
    out: dict[int, tuple[str, str]] = {}
    pending: list[_Line] = []  # cells without a word for what they are: notes only if they stand apart from the records
    apart: list[_Line] = []
    wrong = set(found.filter(pl.col("column") != "")["line"])  # an error stands there, so it is a record
    for at in range(len(tail) - 1, -1, -1):
        line = tail[at]
        few = len(line.filled) == 1 or (len(line.filled) == 2 and len(names) > 3)
        is_total = totals and bool(line.filled) and bool(_TOTAL.match(line.filled[0]))
        if line.number in wrong:
            return out | {note.number: ("footer", _joined(note.cells)) for note in apart}
        if is_total:  # a whole one is looked at with all the others
            out |= {} if line.whole else {line.number: ("total", _joined(line.cells))}
        elif few and _NOTE.match(line.filled[0]):
            out[line.number] = ("footer", _joined(line.cells))
        elif headed and len(line.filled) == 1 and len(names) > 2:
            pending.append(line)
        else:  # a record
            return out | {note.number: ("footer", _joined(note.cells)) for note in apart}
        if at and _stand_apart(tail[at - 1], line, delimiter):
            apart, pending = [*apart, *pending], []
    return out


def _last_lines(frame: pl.DataFrame, found: pl.DataFrame, delimiter: str) -> list[_Line]:
    """The last records and misshapen lines, by number. An issue's value holds the fields of its line."""
    tail = [_Line(number, cells, True) for number, *cells in frame.tail(_TRAILING).iter_rows()]
    if delimiter:
        misshapen = _misshapen(found).tail(_TRAILING).select("line", "value").iter_rows()
        tail += [_Line(line, value.split(delimiter), False) for line, value in misshapen]
    return sorted(tail, key=lambda line: line.number)[-_TRAILING:]


def _stand_apart(above: _Line, below: _Line, delimiter: str) -> bool:
    """Whether a blank line is between them; in a text, a cell may take several lines."""
    taken = 1 + (sum(cell.count("\n") for cell in above.cells) if delimiter else 0)
    return above.number + taken < below.number


def _misshapen(found: pl.DataFrame) -> pl.DataFrame:
    return found.filter(pl.col("rejects") & (pl.col("column") == ""))


def _joined(cells: Sequence[str]) -> str:
    return " | ".join(cell.strip() for cell in cells if cell.strip())[:_SHOWN_LETTERS]
