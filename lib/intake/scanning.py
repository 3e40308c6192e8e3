"""Which lines of a delimited text are records of the right width by themselves, found for all lines at once. Reads no cell.

Only the other lines (odd quotes, cells of several lines, too few or too many fields) need the slow reader of `lib.intake.records`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lib.workers import Refusal, tell

_FEED, _RETURN = 10, 13
_MOST_QUOTES = 16_000_000  # their places take eight bytes each
MOST_ODD_LINES = 1_000_000  # each takes some 10 microseconds: what is beyond could not be refused in time
_LONGEST_LINE = 1 << 23  # millions of fields in one line would each be made
_PIECE = 1 << 24  # bytes looked at together: places take eight times the memory of what they point at


@dataclass(frozen=True)
class Lines:
    """The lines of `body` (LF line ends) as a sequence; `plain` is True for those that are whole records of the right width."""

    body: bytes
    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]
    plain: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.starts)

    def __getitem__(self, number: int) -> bytes:
        return self.body[self.starts[number] : self.ends[number]]

    def until(self, number: int, mark: bytes, most: int) -> int:
        """The first of the `most` lines from `number` on that holds `mark`, or -1."""
        last = min(number + most, len(self.starts)) - 1
        at = self.body.find(mark, self.starts[number], self.ends[last]) if number <= last else -1
        return int(np.searchsorted(self.starts, at, side="right")) - 1 if at >= 0 else -1

    def between(self, first: int, last: int) -> bytes:
        """The text of the lines from `first` to `last`."""
        return self.body[self.starts[first] : self.ends[last]]

    def runs(self, kept: npt.NDArray[np.bool_]) -> list[bytes]:
        """The text of each run of kept lines, without its last line end."""
        edges = np.flatnonzero(np.diff(np.concatenate([[False], kept, [False]]).astype(np.int8)))
        return [self.body[self.starts[first] : self.ends[last - 1]] for first, last in edges.reshape(-1, 2)]


def refuse_endless_lines(body: bytes) -> None:
    """Raise Refusal if a line is longer than any table has, before a reader takes many times its size for it."""
    at = 0
    while at + _LONGEST_LINE < len(body):
        at = body.rfind(b"\n", at, at + _LONGEST_LINE) + 1
        if at == 0:
            raise Refusal("too_many_odd_lines", lines=1)


def is_well_quoted(body: bytes, start: int, delimiter: bytes, quote: bytes, quotes: int) -> bool:
    """Whether every reader takes the quotes of the text from `start` on in the same way; False also for what only looks doubtful.

    Quotes that stand beside each other are one run. Odd runs open and close cells in turn: an edge (a delimiter, a line end) stands before
    the one and after the other. An even run is quotes within a cell, or else an empty cell between two edges. `quotes`: how many.
    """
    if quotes % 2 or quotes > _MOST_QUOTES:
        return False
    letters = np.frombuffer(body, np.uint8)[start:]
    places = np.flatnonzero(letters == quote[0])
    apart = np.diff(places) > 1
    first, last = places[np.concatenate([[True], apart])], places[np.concatenate([apart, [True]])]
    edges = (delimiter[0], _FEED, _RETURN)
    begins = np.isin(letters[np.maximum(first - 1, 0)], edges) | (first == 0)
    ends = np.isin(letters[np.minimum(last + 1, len(letters) - 1)], edges) | (last == len(letters) - 1)
    odd = (last - first) % 2 == 0
    outside = ~odd & (np.cumsum(odd) % 2 == 0)
    opening, closing = begins[odd][::2], ends[odd][1::2]
    return bool(len(opening) == len(closing) and opening.all() and closing.all() and (begins == ends)[outside].all())


def may_be_too_long(body: bytes, start: int, delimiter: bytes, width: int) -> bool:
    """Whether a line from `start` on ends with more delimiters than `width` fields have; those within quotes count too.

    Polars drops empty fields beyond the last column and fills up short lines: one of each would go unseen.
    """
    ends = [end for end in (b"\n", b"\r\n") if end in body[start : start + 1_000_000]] or [b"\n"]
    if not body.endswith(delimiter) and all(body.find(delimiter + end, start) < 0 for end in ends):
        return False
    for piece in _pieces(body, start):
        letters = np.frombuffer(piece, np.uint8)
        feeds = np.concatenate([np.flatnonzero(letters == _FEED), [len(letters)]])
        before = np.maximum(feeds - 1, 0)
        before = np.where(letters[before] == _RETURN, np.maximum(before - 1, 0), before)
        lines = np.flatnonzero(letters[before] == delimiter[0])
        starts = np.where(lines > 0, feeds[np.maximum(lines - 1, 0)] + 1, 0)
        separators = np.flatnonzero(letters == delimiter[0])
        counts = np.searchsorted(separators, feeds[lines]) - np.searchsorted(separators, starts)
        if (counts >= width).any():
            return True
    return False


def _pieces(body: bytes, start: int) -> Iterator[bytes]:
    """The text from `start` on in pieces of whole lines."""
    while start < len(body):
        end = body.find(b"\n", start + _PIECE) if start + _PIECE < len(body) else -1
        end = len(body) if end < 0 else end
        yield body[start:end]
        start = end + 1


def scan(body: bytes, delimiter: bytes, quote: bytes, width: int, most_odd: int = MOST_ODD_LINES) -> Lines:
    """The lines of `body` and which of them are plain records of `width` fields. A lone quote spoils its own line only.

    Raises Refusal as soon as more than `most_odd` lines are not plain.
    """
    parts: list[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.bool_]]] = []
    start = odd = 0
    total = body.count(b"\n") + 1
    while start <= len(body):
        end = body.find(b"\n", start + _PIECE) if start + _PIECE < len(body) else -1
        end = len(body) if end < 0 else end
        starts, ends, plain = _scan_piece(body[start:end], delimiter, quote, width)
        odd += len(plain) - int(plain.sum())
        if odd > most_odd:
            raise Refusal("too_many_odd_lines", lines=odd)
        parts.append((starts + start, ends + start, plain))
        tell(total, 0.3 + 0.2 * end / max(1, len(body)))
        start = end + 1
    return Lines(body, *(np.concatenate(column) for column in zip(*parts, strict=True)))


def _scan_piece(
    body: bytes, delimiter: bytes, quote: bytes, width: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    letters = np.frombuffer(body, np.uint8)
    feeds = np.flatnonzero(letters == _FEED)
    starts = np.concatenate([[0], feeds + 1])
    ends = np.concatenate([feeds, [len(body)]])
    separators = np.flatnonzero(letters == delimiter[0])
    line_of = np.searchsorted(feeds, separators)
    well_quoted = np.ones(len(starts), np.bool_)
    if quote and quote in body:
        quotes = np.flatnonzero(letters == quote[0])
        first_quote = np.searchsorted(quotes, starts)
        well_quoted = _well_quoted(letters, quotes, first_quote, starts, ends, delimiter[0], quote[0])
        inside = (np.searchsorted(quotes, separators) - first_quote[line_of]) & 1
        line_of = line_of[inside == 0]
    fields = np.bincount(line_of, minlength=len(starts)) + 1
    return starts, ends, well_quoted & (fields == width) & (ends > starts)


def _well_quoted(
    letters: npt.NDArray[np.uint8],
    quotes: npt.NDArray[np.int64],
    first_quote: npt.NDArray[np.int64],
    starts: npt.NDArray[np.int64],
    ends: npt.NDArray[np.int64],
    delimiter: int,
    quote: int,
) -> npt.NDArray[np.bool_]:
    """True for lines whose quotes open at the start of a field, close at its end, and are even in number."""
    line_of = np.searchsorted(starts, quotes, side="right") - 1
    opens = (np.arange(len(quotes)) - first_quote[line_of]) & 1 == 0
    before = letters[np.maximum(quotes - 1, 0)]
    after = letters[np.minimum(quotes + 1, len(letters) - 1)]
    may_open = (quotes == starts[line_of]) | (before == delimiter) | (before == quote)
    may_close = (quotes == ends[line_of] - 1) | (after == delimiter) | (after == quote)
    fine = np.where(opens, may_open, may_close)
    well = np.ones(len(starts), np.bool_)
    well[line_of[~fine]] = False
    counts = np.diff(np.concatenate([first_quote, [len(quotes)]]))
    return well & (counts & 1 == 0)
