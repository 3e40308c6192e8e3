"""What becomes of one column of text cells: typed values, the cells that failed, and what has to be asked. A value and two helpers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import polars as pl

from lib.intake.values import Question

_PROBE = 4_000


@dataclass(frozen=True)
class Converted:
    """`values` has the table's type; null where the cell is missing or could not be read. `failed` is True for the latter."""

    values: pl.Series
    failed: pl.Series
    code: str = ""
    reading: dict[str, str] = field(default_factory=dict)
    questions: tuple[Question, ...] = ()


def of_values(values: pl.Series, cells: pl.Series, code: str, **found: str) -> Converted:
    """A conversion that failed wherever a cell is there and its value is not."""
    return Converted(values, values.is_null() & cells.is_not_null(), code, dict(found))


def asking(cells: pl.Series, dtype: pl.DataType | type[pl.DataType], question: Question) -> Converted:
    """No value yet: the question comes first."""
    empty = pl.repeat(None, cells.len(), dtype=dtype, eager=True)
    return Converted(empty, pl.repeat(False, cells.len(), eager=True), "", {}, (question,))


def is_repetitive(cells: pl.Series) -> bool:
    """True if it pays to work on distinct cells only; looked at on a probe."""
    if cells.len() < _PROBE:
        return True
    probe = cells.gather_every(max(1, cells.len() // _PROBE))
    return probe.n_unique() * 2 < probe.len()


def by_distinct(cells: pl.Series, convert: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """`convert` applied to every cell, or to each distinct one where cells repeat."""
    if not is_repetitive(cells):
        return convert(cells)
    distinct = cells.unique()
    return cells.replace_strict(distinct, convert(distinct), return_dtype=None)


def counted(cells: pl.Series, most: int = 200) -> tuple[tuple[str, int], ...]:
    """(word, rows) of the cells that are not null, the most frequent first."""
    counts = cells.drop_nulls().value_counts(sort=True, name="rows").head(most)
    ordered = counts.sort("rows", counts.columns[0], descending=[True, False])
    return tuple((word, rows) for word, rows in ordered.iter_rows())


def missing_to_null(cells: pl.Series, words: tuple[str, ...]) -> pl.Series:
    """Cells that are words for missing become null; compared without case and outer space."""
    variants = {form for word in words for form in (word, word.upper(), word.lower(), word.capitalize(), word.title())}
    known = pl.Series("words", sorted(variants | {""}), pl.String)
    gone = cells.is_in(known.implode())
    if (cells < "!").any() or cells.str.ends_with(" ").any():
        gone = gone | cells.str.strip_chars().is_in(known.implode())
    if not gone.any():
        return cells
    return pl.DataFrame({"cell": cells, "gone": gone}).select(pl.when(~pl.col("gone")).then("cell").alias(cells.name)).to_series()
