"""Text lines to records of fields, one by one, by RFC 4180 and what real files make of it. Slow and exact; knows no encoding.

`lib.intake.delimited` uses it for the first records of a file, and for all of them only where the fast reader stumbles.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from lib.intake.scanning import Lines

MOST_LINES_IN_A_CELL = 1000
_RUN = {quote: re.compile(re.escape(quote) + b"+") for quote in (b'"', b"'")}


class LinesOf(Protocol):
    """Anything that gives a line by its number."""

    def __len__(self) -> int: ...

    def __getitem__(self, number: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Record:
    """`fields` of the record that begins on line `start` (0 is the first) and takes `lines` lines.

    `stray`: a quote stands where none may stand and was kept as a letter. `unclosed`: a quoted cell never ended, so its quote
    was kept as a letter and the record ends with its first line.
    """

    start: int
    lines: int
    fields: list[bytes]
    stray: bool = False
    unclosed: bool = False

    @property
    def blank(self) -> bool:
        return not any(field.strip() for field in self.fields)


def records(lines: LinesOf, delimiter: bytes, quote: bytes, most: int | None = None) -> Iterator[Record]:
    """The records of `lines` (split at \\n; a last \\r is dropped), blank ones too, at most `most`."""
    start = 0
    while start < len(lines) and (most is None or most > 0):
        record = record_at(lines, start, delimiter, quote)
        yield record
        start += record.lines
        most = None if most is None else most - 1


def record_at(lines: LinesOf, start: int, delimiter: bytes, quote: bytes) -> Record:
    line = lines[start].removesuffix(b"\r")
    if not quote or quote not in line:
        return Record(start, 1, line.split(delimiter))
    text, used, stray, unclosed, fields, at = line, 1, False, False, [], 0
    astray = -1  # where the last quote stands that may open but not close a cell, once none closes the rest of the line
    while True:
        if text.startswith(quote, at):
            end = _run_end(text, at, quote) - 1
            ended = astray >= 0 and (end - at) % 2 == 1 and text[end + 1 : end + 2] in (b"", delimiter)
            if not ended and (astray < 0 or (astray <= at and (end - at) % 2 == 0)):
                text, used, end, ended = _closing_quote(text, at, lines, start, used, delimiter, quote)
                astray = -1 if ended else max(end, at)
            if ended:
                cell = text[at + 1 : end]
                stray = stray or quote in cell.replace(quote * 2, b"")
                fields.append(cell.replace(quote * 2, quote))
                at = end + 1
                if at >= len(text):
                    break
                at += 1
                continue
            stray, unclosed = True, unclosed or not _has_junk_after_quote(text, at, delimiter, quote)
        end = text.find(delimiter, at)
        fields.append(text[at:] if end < 0 else text[at:end])
        stray = stray or quote in fields[-1]
        if end < 0:
            break
        at = end + 1
    return Record(start, used, fields, stray, unclosed)


def _closing_quote(
    text: bytes, opened: int, lines: LinesOf, start: int, used: int, delimiter: bytes, quote: bytes
) -> tuple[bytes, int, int, bool]:
    """(text, lines used, position of the closing quote, whether there is one); text grows by the lines that the cell takes.

    If none closes the cell, the position is that of the last quote on the line that is not doubled, or -1.
    """
    grown, taken, at, lone = text, used, opened + 1, -1
    while True:
        end = grown.find(quote, at)
        if end < 0:
            if lone >= 0 or taken - used >= MOST_LINES_IN_A_CELL or start + taken >= len(lines):
                return text, used, lone if taken == used else -1, False
            at = len(grown)
            last = _next_with(lines, start + taken, quote, MOST_LINES_IN_A_CELL - (taken - used))
            if last < 0:
                return text, used, -1, False
            grown += b"\n" + _between(lines, start + taken, last)
            taken = last + 1 - start
            continue
        run = _run_end(grown, end, quote) - end
        end += run - 1
        after = grown[end + 1 : end + 2]
        if run % 2 == 0:
            at = end + 1
        elif after in (b"", delimiter):
            return grown, taken, end, True
        elif after == b"\r" and end + 2 == len(grown):
            return grown[:-1], taken, end, True
        else:
            at, lone = end + 1, end - run + 1


def _run_end(text: bytes, at: int, quote: bytes) -> int:
    """Where the quotes end that stand at `at`, one beside the other."""
    run = _RUN[quote].match(text, at) if quote in _RUN else None
    return run.end() if run else at + 1


def _next_with(lines: LinesOf, number: int, mark: bytes, most: int) -> int:
    """The first of the `most` lines from `number` on that holds `mark`, or -1."""
    if isinstance(lines, Lines):
        return lines.until(number, mark, most)
    return next((at for at in range(number, min(number + most, len(lines))) if mark in lines[at]), -1)


def _between(lines: LinesOf, first: int, last: int) -> bytes:
    return lines.between(first, last) if isinstance(lines, Lines) else b"\n".join(lines[number] for number in range(first, last + 1))


def _has_junk_after_quote(text: bytes, opened: int, delimiter: bytes, quote: bytes) -> bool:
    """True for `"5 inch" nail`, where the quotes are letters; False where a quoted cell just never ends."""
    return text.find(quote, opened + 1) >= 0


def quoted(fields: list[bytes], delimiter: bytes) -> bytes:
    """One line that any reader splits into `fields` again."""
    return delimiter.join(b'"' + field.replace(b'"', b'""') + b'"' if _needs_quotes(field, delimiter) else field for field in fields)


def _needs_quotes(field: bytes, delimiter: bytes) -> bool:
    return delimiter in field or b'"' in field or b"\n" in field or b"\r" in field
