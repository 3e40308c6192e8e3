"""Text lines to records of fields, one by one, by RFC 4180 and what real files make of it. Slow and exact; knows no encoding.

`lib.intake.delimited` uses it for the first records of a file, and for all of them only where the fast reader stumbles.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

MOST_LINES_IN_A_CELL = 1000


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
    while True:
        if text.startswith(quote, at):
            text, used, end, ended = _closing_quote(text, at, lines, start, used, delimiter, quote)
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
    """(text, lines used, position of the closing quote, whether there is one); text grows by the lines that the cell takes."""
    grown, taken, at, junk = text, used, opened + 1, False
    while True:
        end = grown.find(quote, at)
        if end < 0:
            if junk or taken - used >= MOST_LINES_IN_A_CELL or start + taken >= len(lines):
                return text, used, -1, False
            at = len(grown)
            grown += b"\n" + lines[start + taken]
            taken += 1
            continue
        after = grown[end + 1 : end + 2]
        if after == quote:
            at = end + 2
        elif after in (b"", delimiter):
            return grown, taken, end, True
        elif after == b"\r" and end + 2 == len(grown):
            return grown[:-1], taken, end, True
        else:
            at, junk = end + 1, True


def _has_junk_after_quote(text: bytes, opened: int, delimiter: bytes, quote: bytes) -> bool:
    """True for `"5 inch" nail`, where the quotes are letters; False where a quoted cell just never ends."""
    return text.find(quote, opened + 1) >= 0


def quoted(fields: list[bytes], delimiter: bytes) -> bytes:
    """One line that any reader splits into `fields` again."""
    return delimiter.join(b'"' + field.replace(b'"', b'""') + b'"' if _needs_quotes(field, delimiter) else field for field in fields)


def _needs_quotes(field: bytes, delimiter: bytes) -> bool:
    return delimiter in field or b'"' in field or b"\n" in field or b"\r" in field
