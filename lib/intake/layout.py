"""Which character separates the fields, which line names the columns, and what columns are then called. Guesses to be shown."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from lib.intake.mapping import MISSING_WORDS
from lib.intake.records import Record, records
from lib.text import clean_text

DELIMITERS = ("\t", ";", "|", ",")  # in this order if they do equally well
_LOOKED_AT = 200
HEADER_LETTERS = 200  # longer ones name nothing, and comparing them would take minutes
LOOKS_LIKE_VALUE = re.compile(r"^[\s€$£]*[-+(]?[\d.,' ]*\d[\d.,' ]*\)?\s*[%€$£]?$|^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\b|^\d{1,2}:\d\d")
_YEAR = re.compile(r"^(19|20)\d\d$")


def delimiter_of(lines: list[bytes], quote: str) -> str:
    """The delimiter by which most records have the same number of fields, and many; "," for a file of one column."""
    best, best_score = ",", 0.0
    for delimiter in DELIMITERS:
        found = [record for record in records(lines, delimiter.encode(), quote.encode(), _LOOKED_AT) if not record.blank]
        widths = Counter(len(record.fields) for record in found)
        widths.pop(1, None)
        if not widths:
            continue
        width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
        score = count / len(found) * (1 - 1 / width)
        if score > best_score + 1e-9:
            best, best_score = delimiter, score
    return best


def header_record(found: Sequence[Record]) -> Record | None:
    """The first record as wide as most that holds names rather than values; None if no record names the columns."""
    number = header_row([[_shown(field) for field in record.fields] for record in found])
    return None if number is None else found[number]


def header_row(rows: Sequence[Sequence[str]]) -> int | None:
    """Position of the row that names the columns, or None."""
    trimmed = [_without_blank_tail(row) for row in rows]
    filled = [sum(1 for cell in row if cell) for row in trimmed]
    widths = Counter(len(row) for row in trimmed if row)
    if not widths:
        return None
    several = {width: count for width, count in widths.items() if width > 1} or dict(widths)
    most = max(several.values())
    width = max(size for size, count in several.items() if count * 2 >= most)
    for number, row in enumerate(trimmed):
        if filled[number] < max(1, width * 0.5) or len(row) < width * 0.6:
            continue
        if _names(row):
            return number
        return None
    return None


def _names(row: Sequence[str]) -> bool:
    cells = [cell for cell in row if cell]
    values = sum(1 for cell in cells if LOOKS_LIKE_VALUE.match(cell) and not _YEAR.match(cell))
    return values * 3 <= len(cells) and len(set(cells)) * 2 > len(cells)


def shown_cells(row: Sequence[str]) -> list[str]:
    """Cells of a row as names to compare and show, without the blank ones at its end."""
    return _without_blank_tail([clean_text(cell[: 4 * HEADER_LETTERS], lines=False)[:HEADER_LETTERS] for cell in row])


def is_group_row(upper: Sequence[str], lower: Sequence[str], beneath: Sequence[Sequence[str]]) -> bool:
    """Whether `upper` holds merged cells over the names in `lower`: "Q1" above "Hours" and "Cost". beneath: the records.

    Its blanks stand beside a filled cell and over names; the names repeat, or numbers and dates stand beneath them.
    """
    over, under = shown_cells(upper), shown_cells(lower)
    over += [""] * (len(under) - len(over))
    under += [""] * (len(over) - len(under))
    filled = [cell for cell in over if cell]
    names = [cell for cell in under if cell]
    if any(LOOKS_LIKE_VALUE.match(cell) for cell in names) or len(names) < 2 or not filled or (len(filled) == 1 and over[0]):
        return False
    if any(LOOKS_LIKE_VALUE.match(cell) and not _YEAR.match(cell) for cell in filled):
        return False
    spread = [at for at in range(1, len(over)) if not over[at] and under[at] and under[at - 1] and any(over[:at])]
    joined = join_names(over, under)
    if not spread or len(set(joined)) < len(joined) or not all(joined):
        return False
    valued = [
        at for at in range(len(under))
        if under[at] and any(at < len(row) and LOOKS_LIKE_VALUE.match(row[at].strip()) for row in beneath[:20])
    ]  # fmt: skip
    return len(set(names)) < len(names) or (bool(valued) and all(under[at].casefold() not in MISSING_WORDS for at in valued))


def join_names(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """The names of columns under merged cells: "Q1 / Hours", and each alone where the other is blank."""
    width = max(len(upper), len(lower))
    over, under = [*upper, *[""] * (width - len(upper))], [*lower, *[""] * (width - len(lower))]
    names, group = [], ""
    for above, below in zip(over, under, strict=True):
        group = above or group
        if above and not below:
            names.append(above)
            group = ""
        else:
            names.append(f"{group} / {below}" if group and below else below)
    return names


def _without_blank_tail(row: Sequence[str]) -> list[str]:
    cells = list(row)
    while cells and not cells[-1].strip():
        cells.pop()
    return cells


def _shown(field: bytes) -> str:
    return clean_text(field[: 4 * HEADER_LETTERS].decode(errors="replace")[:HEADER_LETTERS], lines=False)


def column_names(headers: Sequence[str]) -> list[str]:
    """Distinct names to show: blank headers become "Column 5", a repeated one gets "(2)"; `_line` is ours."""
    names: list[str] = []
    taken = {"_line"}
    for number, header in enumerate(headers, start=1):
        base = clean_text(header, lines=False, most_bytes=200) or f"Column {number}"
        name, again = base, 2
        while name in taken:
            name, again = f"{base} ({again})", again + 1
        taken.add(name)
        names.append(name)
    return names
