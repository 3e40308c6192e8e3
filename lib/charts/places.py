"""Where things stand in a drawing: names down the left, room for texts, days on an axis. It draws no mark and knows no figure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import altair as alt
import polars as pl

NAME_LIMIT = 250
LABEL_LIMIT = 320
_LETTER, _SIDE = 7.4, 12  # Plex at 13 px is at most 7.4 a character
_MOST_TICKS = 8
MOST_LINES = 6


def layered(*layers: alt.Chart) -> alt.LayerChart:
    """The layers over each other, the first at the bottom."""
    drawing = alt.layer(*layers)
    assert isinstance(drawing, alt.LayerChart)
    return drawing


def names_down(rows: pl.DataFrame, scale: alt.Scale | None = None) -> alt.Y:
    """The names of `rows` in their order, from above."""
    names = rows["name"].unique(maintain_order=True).to_list()
    axis = alt.Axis(labelLimit=NAME_LIMIT)
    return alt.Y("name:N", sort=names, title=None, axis=axis, scale=scale if scale is not None else alt.Undefined)


def text_width(texts: Iterable[str | None]) -> int:
    """Pixels that the longest of some texts takes, with the gap before it."""
    return min(_SIDE + round(_LETTER * max((len(text or "") for text in texts), default=0)), LABEL_LIMIT)


def vega_day(day: date) -> alt.DateTime:
    return alt.DateTime(year=day.year, month=day.month, date=day.day)


def days_across(first: date, last: date) -> alt.Axis:
    """An axis of days: Mondays, every so many weeks, or months, written whole; its values are given, for Vega's weeks begin on Sunday."""
    weeks = max(1, (last - first).days // 7)
    if (last - first).days < 3 * 7:
        every = 1 + (last - first).days // _MOST_TICKS
        values, form = [first + timedelta(number) for number in range(0, (last - first).days + 1, every)], "%-d %b"
    elif weeks <= 4 * _MOST_TICKS:
        every = next((step for step in (1, 2, 4) if weeks / step <= _MOST_TICKS), 4)
        monday = first + timedelta(-first.weekday() % 7)
        values = [monday + timedelta(7 * every * number) for number in range(weeks // every + 1)]
        form = "%-d %b"
    else:
        months = (last.year - first.year) * 12 + last.month - first.month
        every = next((step for step in (1, 2, 3, 6, 12, 24, 60) if months / step <= _MOST_TICKS), 120)
        values, form = [], "%b %Y" if first.year != last.year else "%b"
        for number in range(0, months + every + 1, every):
            year, month = divmod(first.month + number, 12)
            values.append(date(first.year + year, month + 1, 1))
    shown = [vega_day(day) for day in values if first <= day <= last]
    return alt.Axis(format=form, values=shown, grid=True, labelOverlap="greedy", labelSeparation=10)


def upright(rows: pl.DataFrame, day: date, **mark: Any) -> alt.Chart:
    """One line through the whole drawing at `day`."""
    once = alt.Chart(rows).transform_aggregate(rows="count()")
    return once.mark_rule(**mark).encode(x=alt.XDatum(vega_day(day)))


def wrapped(text: str, letters: int) -> list[str]:
    """The text in lines of at most `letters` Latin letters; a wide letter counts as two, and a word too long for a line is cut."""
    lines: list[str] = []
    line = ""
    for word in re.split("[ \n\t]+", text[: letters * (MOST_LINES + 1)].strip()):  # a no-break space holds
        for piece in _pieces(word, letters):
            longer = f"{line} {piece}" if line else piece
            if line and letters_wide(longer) > letters:
                lines.append(line)
                line = piece
            else:
                line = longer
    lines += [line] if line else []
    return lines if len(lines) <= MOST_LINES else [*lines[: MOST_LINES - 1], lines[MOST_LINES - 1] + "…"]


def _pieces(word: str, letters: int) -> list[str]:
    pieces = [""]
    for letter in word:
        if letters_wide(pieces[-1] + letter) > letters:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def letters_wide(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


_PIXELS = {4.0: " \u00a0iljI.,;:'|", 6.0: "ftr()-·/", 12.0: "mwMW%→—@…"}


def line_width(text: str) -> float:
    """Pixels that a line of Plex at 13 px takes, rather too many than too few."""
    each = {letter: pixels for pixels, letters in _PIXELS.items() for letter in letters}
    return sum(each.get(one, 8.3 if one.isdigit() or one.isupper() else 7.2) * letters_wide(one) for one in text)
