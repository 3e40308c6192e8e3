"""Cells of a sheet that are merged over several rows: what they say holds for each of these. Changes no number's sum unasked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

Ranges = Sequence[tuple[tuple[int, int], tuple[int, int]]]  # (row, column) of the first and the last cell, from 0
_MOST_LOOKED_AT = 5_000_000  # rows; a few bytes can merge a whole sheet, many times over


def filled_down(body: list[list[Any]], ranges: Ranges, top: int, asked: bool | None) -> tuple[list[list[Any]], dict[str, int]]:
    """`body` with the value of each merged cell in all of its rows that have other cells, and counts of what was met.

    body: rows from row `top` of the sheet on; ranges: of the sheet. asked: None fills words and days, since a number merged over rows may
    be their sum; True numbers too; False nothing. Counts: "filled" cells, "numbers" that stay in their first row, cells merged "across"
    columns, whose value stays in the first.
    """
    looked_at = 0
    rows, counts = list(body), {"filled": 0, "numbers": 0, "across": 0}
    for (first, left), (last, right) in ranges:
        if first < top or first - top >= len(rows) or left >= len(rows[first - top]):
            continue
        value = rows[first - top][left]
        if value == "" or not any(cell != "" for at, cell in enumerate(rows[first - top]) if not left <= at <= right):
            continue  # nothing, or a line of its own over the whole width
        counts["across"] += right > left
        if last == first:
            continue
        covered = range(first - top + 1, min(last - top + 1, len(rows)))
        looked_at += len(covered)
        if looked_at > _MOST_LOOKED_AT:
            break
        below = [at for at in covered if rows[at][left] == "" and any(cell != "" for cell in rows[at])]
        is_number = isinstance(value, (int, float, timedelta)) and not isinstance(value, bool)
        if below and is_number and asked is None:
            counts["numbers"] += 1
        elif asked is not False:
            for at in below:
                rows[at] = [*rows[at][:left], value, *rows[at][left + 1 :]]
            counts["filled"] += len(below)
    return rows, {name: count for name, count in counts.items() if count}


def shifted(ranges: Ranges, columns: tuple[int, int]) -> Ranges:
    """The ranges that begin in `columns` (first, last, from 1), as those of a sheet with these columns only."""
    first, last = columns[0] - 1, columns[1] - 1
    within = [one for one in ranges if first <= one[0][1] <= last]
    return [((top, left - first), (bottom, min(right, last) - first)) for (top, left), (bottom, right) in within]
