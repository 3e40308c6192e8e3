"""Rows that the app writes into an imported table itself: clean, of the declared types, and held to its rules. It writes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dataframely as dy
import polars as pl

from lib.columns import N_, NAME_BYTES
from lib.store.changes import BadRows
from lib.tables import RULES, TABLES
from lib.text import clean_text


def sourced_rows(table: str, rows: pl.DataFrame, current: pl.DataFrame, source: str) -> pl.DataFrame:
    """`checked_rows` of `rows`, each with the source of the `current` row of the same key; `source` for new ones."""
    key = TABLES[table].key
    known = current.select(*key, "_source")
    sourced = rows.join(known, on=key, how="left", maintain_order="left").with_columns(pl.col("_source").fill_null(source))
    return checked_rows(table, list(sourced.iter_rows(named=True)))


def checked_rows(table: str, rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Rows with `_source`, their text clean, that keep the rules of their table. Raises `BadRows` with the first rule that they break."""
    declared = TABLES[table]
    schema = {**declared.polars_schema, "_source": pl.String()}
    long = {name for name, column in declared.columns.items() if isinstance(column, dy.String) and (column.max_length or 0) > NAME_BYTES}
    cleaned = [{name: _cleaned(row.get(name), name in long) for name in schema} for row in rows]
    try:
        made = pl.DataFrame(cleaned, schema=schema)
    except (TypeError, pl.exceptions.PolarsError) as error:
        raise BadRows(N_("The value is not of the kind this column holds.")) from error
    broken = declared.schema.filter(made.select(list(declared.columns)))[1].counts()
    for rule in broken:
        column, _, name = rule.rpartition("|")
        code = name.removeprefix("inner_").removeprefix("check__")
        raise BadRows(RULES[code], column=column)
    return made


def _cleaned(value: Any, lines: bool) -> Any:
    if isinstance(value, str):
        return clean_text(value, lines) or None
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
