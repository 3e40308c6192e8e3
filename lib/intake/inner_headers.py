"""Where another table begins within one, without a blank line between them. It looks at lines of words and at what stands around them.

A line of names is one for certain if what stands beneath it is of other types or in other columns than what stands above; a name that
other tools use for a column counts for it. The same names again are no table but a repeated header (`footers.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache

import polars as pl

from lib.columns import facts
from lib.intake.footers import says_total
from lib.intake.layout import HEADER_LETTERS, LOOKS_LIKE_VALUE, shown_cells
from lib.intake.mapping import MISSING_WORDS, plain_name
from lib.intake.records import records
from lib.intake.regions import ALL_COLUMNS, Found
from lib.intake.synonyms import names_of
from lib.tables import TABLES

_AROUND, _NAME_LETTERS = 20, 60
_MOST = 200  # words among the values of a long table: with more, it is just written so
_MOST_CELLS = 100_000  # of lines of words: a table with more holds nothing else
SMALL_ROWS = 5_000  # up to here each line is looked at, else only those with a word where the first rows have values
HEAD_ROWS = 60
_BEGINS_LIKE_VALUE = r"^[\s€$£]*[-+(]?[.,' ]*\d"

Written = Callable[[int, int], list[list[str]]]


def value_columns(rows: Sequence[Sequence[str]]) -> list[int]:
    """Columns that hold a number or date in most of the rows, at most three of them: where a name stands out."""
    return [at for at, kind in _kinds(rows).items() if kind == "value"][:3]


def tables_within(one: Found, lines: Sequence[int] | pl.Series, height: int, candidates: Sequence[int], written: Written) -> list[Found]:
    """`one` and the tables that begin within it; with more than one, also all of it in ALL_COLUMNS, as what a person may ask for.

    lines: the line of each record; written(first, end): the cells of records from 0, without `end`; candidates: those that may be names.
    """
    if height < 3 or len(candidates) > (_MOST if height > SMALL_ROWS else SMALL_ROWS):
        return [one]
    found, start = [one], 0
    names = list(_naming(one, candidates, height, written))
    for number, (at, sure) in enumerate(names):
        if at <= start and number:
            continue
        head = shown_cells(written(at, at + 1)[0])
        titled = sure and at > start + 1 and _cells(written(at - 1, at)[0]) == 1
        first = at - 1 if titled else at
        inner = replace(
            one, first=lines[first], header_line=lines[at], header_rows=1, head=tuple(head), valued=_is_valued(at, height, written),
            sure=sure, inner=True,
        )  # fmt: skip
        if sure:
            found = [replace(other, end=min(other.end, lines[first] - 1)) if other.sure else other for other in found]
            start = at + 1
        found.append(inner)
    if any(other.inner and other.sure for other in found) and one.columns is None:
        found.append(replace(one, columns=ALL_COLUMNS, sure=False))
    return found


def tables_within_records(one: Found, frame: pl.DataFrame) -> list[Found]:
    """`one` and the tables within it. frame: its records, `_line` and columns of text."""
    if frame.height == 0:
        return [one]
    one = replace(one, end=max(one.end, int(frame["_line"][-1])))
    cells = frame.drop("_line")
    lines = frame["_line"]
    rows: list[tuple[str, ...]] = cells.rows() if frame.height <= SMALL_ROWS else []

    def written(first: int, end: int) -> list[list[str]]:
        part = rows[first:end] if rows else cells.slice(first, end - first).rows()
        return [[cell[:HEADER_LETTERS] for cell in row] for row in part]

    if frame.height <= SMALL_ROWS:
        valued = pl.any_horizontal(pl.all().str.contains(_BEGINS_LIKE_VALUE))
        return tables_within(one, lines, frame.height, cells.select((~valued).arg_true()).to_series().to_list(), written)
    names = [cells.columns[at] for at in value_columns(written(0, HEAD_ROWS))]
    worded = [(pl.col(name) != "") & ~pl.col(name).str.contains("[0-9]") for name in names]
    candidates = cells.select(pl.any_horizontal(worded).arg_true()).to_series().to_list() if worded else []
    return tables_within(one, lines, frame.height, candidates, written)


def tables_of_other_width(one: Found, frame: pl.DataFrame, wrong: pl.DataFrame, body: bytes, marks: tuple[bytes, bytes]) -> list[Found]:
    """`one` and the table of another number of fields below it, to the end of the text. wrong: the issues of its misshapen records."""
    misshapen = wrong.filter(pl.col("code").is_in(["too_few_fields", "too_many_fields"]))["line"].unique().sort()
    last = int(frame["_line"][-1]) if frame.height else one.header_line
    tail = misshapen.filter(misshapen > last)
    if not 2 <= tail.len() <= SMALL_ROWS or frame.height == 0:
        return [one]
    start, wanted = int(tail[0]), set(tail)
    lines = body.split(b"\n")
    rows: list[list[str]] = []
    for record in records(lines[start - 1 :], *marks, most=SMALL_ROWS):
        cells = [field.decode(errors="replace")[:HEADER_LETTERS] for field in record.fields]
        if record.start + start in wanted and (not rows or len(cells) == len(rows[0])):
            rows.append(cells)
    if len(rows) < 2:
        return [one]
    names = shown_cells(rows[0])
    is_valued = any(kind == "value" and at < len(names) for at, kind in _kinds(rows[1 : 1 + _AROUND]).items())
    is_named = len(rows[0]) == len(names) and all(names) and _may_name(names)
    if not is_named or not (_share_known(names) >= 0.5 or (is_valued and len(rows) > 3)):
        return [one]
    inner = replace(one, first=start, header_line=start, header_rows=1, head=tuple(names), valued=is_valued, inner=True)
    return [replace(one, end=last), inner, replace(one, columns=ALL_COLUMNS, sure=False)]


def _naming(one: Found, candidates: Sequence[int], height: int, written: Written) -> Iterator[tuple[int, bool]]:
    """(record, whether it is certain) of the records that name columns of another table."""
    head, start = list(one.head), 0
    likely = [at for at in candidates if _may_name(written(at, at + 1)[0])]
    known = [at for at in likely if _share_known(written(at, at + 1)[0]) >= 0.5]
    if len(likely) * len(head) > _MOST_CELLS:
        return
    names_at = {at: shown_cells(written(at, at + 1)[0]) for at in likely}
    heads = Counter(map(tuple, names_at.values()))
    last_head = max((at for at, names in names_at.items() if names == head), default=-1)
    told: set[tuple[str, ...]] = set()
    stops = known if len(likely) * 2 > height else likely  # where most rows are words, only known names stand out
    for at in stops:
        if at + 1 >= height or at < start or (at == start and start == 0):
            continue
        names = names_at[at]
        if names in (head, list(one.head)) or tuple(names) in told:
            continue
        until = next((stop for stop in stops if stop > at), height)
        above = written(max(start, at - _AROUND), at)
        beneath = written(at + 1, min(until, at + 1 + _AROUND))
        if not beneath or not any(map(_cells, above)):
            continue
        verdict = _verdict(names, head, above, beneath)
        if verdict is None:
            continue
        verdict = verdict and heads[tuple(names)] == 1 and at > last_head  # else it goes on below: these are lines between its rows
        yield at, verdict
        told.add(tuple(names))
        if verdict:
            head, start = names, at + 1


def _verdict(names: list[str], head: list[str], above: list[list[str]], beneath: list[list[str]]) -> bool | None:
    """Whether `names` are those of another table: True, perhaps (False), or no (None)."""
    before, after = _kinds(above), _kinds(beneath)
    filled = [at for at, name in enumerate(names) if name]
    valued = [at for at, kind in before.items() if kind == "value"]
    in_values = [at for at in valued if at in filled]
    named = [at for at in filled if after.get(at) == "value"]
    turned = [at for at in set(before) & set(after) if {before[at], after[at]} == {"value", "word"}]
    known = _share_known(names)
    other_width = _other_width(names, head, above, beneath)
    if in_values and named and (turned or other_width):
        return True
    if known >= 0.5 and ((turned and named) or other_width or (in_values and turned)):
        return True
    if (known == 1 and len(filled) > 1) or (len(in_values) > 1 and len(in_values) == len(valued) and named):
        return False
    return None


def _other_width(names: list[str], head: list[str], above: list[list[str]], beneath: list[list[str]]) -> bool:
    """Whether the rows beneath fill just the columns that are named here, and those above just those named there, and these differ."""
    if len(names) == len(head):
        return False
    reaches = [[len(shown_cells(row)) for row in rows if _cells(row)] for rows in (above, beneath)]
    if len(names) > len(head):
        return max(reaches[0]) <= len(head) < max(reaches[1]) <= len(names)
    return max(reaches[1]) <= len(names) and min(reaches[0]) > len(names)


def _is_valued(at: int, height: int, written: Written) -> bool:
    names = shown_cells(written(at, at + 1)[0])
    kinds = _kinds(written(at + 1, min(height, at + 1 + _AROUND)))
    return any(kind == "value" and column < len(names) and names[column] for column, kind in kinds.items())


def _kinds(rows: Sequence[Sequence[str]]) -> dict[int, str]:
    """"value" or "word" for each column whose filled cells are nearly all one of these."""
    kinds = {}
    for column in range(max((len(row) for row in rows), default=0)):
        cells = [row[column].strip() for row in rows if column < len(row) and row[column].strip()]
        cells = [cell for cell in cells if cell.casefold() not in MISSING_WORDS]
        values = sum(bool(LOOKS_LIKE_VALUE.match(cell)) for cell in cells)
        if cells and (values * 5 >= len(cells) * 4 or values * 5 <= len(cells)):
            kinds[column] = "value" if values * 5 >= len(cells) * 4 else "word"
    return kinds


def _may_name(row: Sequence[str]) -> bool:
    """Whether a row holds several different short words and no value."""
    cells = [cell.strip() for cell in row if cell.strip()]
    return (
        len(cells) > 1
        and len({cell.casefold() for cell in cells}) == len(cells)
        and all(len(cell) <= _NAME_LETTERS and cell.casefold() not in MISSING_WORDS and not LOOKS_LIKE_VALUE.match(cell) for cell in cells)
        and not says_total(cells[0])
    )


def _share_known(row: Sequence[str]) -> float:
    """How many of the filled cells are what some tool calls a column, as a share; 0 for a single one."""
    cells = [plain_name(cell) for cell in row if cell.strip()]
    known = sum(cell in _column_names() for cell in cells)
    return known / len(cells) if known > 1 else 0.0


def _cells(row: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in row)


@cache
def _column_names() -> frozenset[str]:
    names = {
        plain_name(name)
        for table in TABLES.values()
        for ours, declared in table.columns.items()
        for name in (ours, facts(declared)["label"], *names_of(table.name, ours))
    }
    return frozenset(filter(None, names))
