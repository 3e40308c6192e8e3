"""A portfolio as measures see it: one lazy frame a table, all of the same committed version. Reads nothing by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from lib.tables import TABLES, UNDATED


@dataclass(frozen=True)
class Portfolio:
    """Every table of `lib.tables` as a LazyFrame, pinned at one version of the store.

    A table that was never imported is an empty frame and is not in `loaded`. Frames carry, beside their declared columns,
    `_source` (short name of the tool) and `_import` (number of the commit that last changed the row).
    """

    version: int
    frames: Mapping[str, pl.LazyFrame]
    rows: Mapping[str, int] = field(default_factory=dict)

    def __getitem__(self, table: str) -> pl.LazyFrame:
        return self.frames[table]

    @property
    def loaded(self) -> frozenset[str]:
        """Names of the tables that hold at least one row."""
        return frozenset(name for name, count in self.rows.items() if count)

    @classmethod
    def of(cls, version: int = 0, **frames: pl.DataFrame) -> Portfolio:
        """A portfolio of frames at hand; absent tables are empty and absent columns null. ValueError for a table or column not declared."""
        strange = [name for name in frames if name not in TABLES]
        for name in set(frames) & set(TABLES):
            strange += [f"{name}.{column}" for column in frames[name].columns if column not in TABLES[name].columns]
        if strange:
            raise ValueError(f"not declared in lib.tables: {', '.join(strange)}")
        filled = {}
        for name, table in TABLES.items():
            given = frames.get(name, table.empty())
            missing = [pl.lit(None, dtype).alias(column) for column, dtype in table.polars_schema.items() if column not in given.columns]
            filled[name] = given.with_columns(missing).select(list(table.columns)).cast(table.polars_schema).lazy()
        return cls(version, filled, {name: frame.height for name, frame in frames.items()})


def as_known(now: Portfolio, then: Portfolio | None) -> Portfolio:
    """`now` with its undated columns (`lib.tables.UNDATED`) as they stood in `then`; null where `then` has no such row, or is None."""
    if then is not None and then.version == now.version:
        return now
    frames = dict(now.frames)
    for name, columns in UNDATED.items():
        undated = [column for column in columns if column not in TABLES[name].key]
        if then is None:
            frames[name] = now[name].with_columns(pl.lit(None, TABLES[name].polars_schema[column]).alias(column) for column in undated)
        else:
            known = then[name].select(*TABLES[name].key, *undated)
            frames[name] = now[name].drop(undated).join(known, on=TABLES[name].key, how="left")
    return Portfolio(now.version, frames, now.rows)
