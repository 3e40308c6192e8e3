"""What a change would do to a table, computed from frames alone. Nothing here reads a clock or writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from lib.columns import N_
from lib.store.catalogue import Pin
from lib.store.changes import Amend, BadRows, Change, Clear, Counts, Merge, NotFound, ReplacePeriod, Rework, RowMoved, Snapshot
from lib.tables import Table

STAMPS: Final = {"_source": pl.String(), "_import": pl.Int64()}
FILE = "_file"  # path of the Parquet file that a current row lies in


@dataclass(frozen=True)
class Difference:
    """`written`: rows added or changed, with `_source`. `gone`: key and `_file` of the current rows that change or go."""

    written: pl.DataFrame
    gone: pl.DataFrame
    counts: Counts


@dataclass(frozen=True)
class Prepared:
    """A change worked out against a table that stood at `pin`; holds the rows that it would write."""

    change: Change
    difference: Difference
    pin: Pin | None

    @property
    def counts(self) -> Counts:
        return self.difference.counts


def conforming(rows: pl.DataFrame, table: Table) -> pl.DataFrame:
    """`rows` with exactly the declared columns of `table`, absent nullable ones as null.

    Raises `BadRows` on an unexpected or absent required column, another type, a null in a required column, or a key that occurs twice.
    """
    declared = table.polars_schema
    if unexpected := [name for name in rows.columns if name not in declared]:
        raise BadRows(N_("{table} has no column {columns}"), table=table.name, columns=", ".join(unexpected))
    if absent := [name for name in table.required if name not in rows.columns]:
        raise BadRows(N_("{table} needs the column {columns}"), table=table.name, columns=", ".join(absent))
    for name, dtype in rows.schema.items():
        if dtype != declared[name]:
            raise BadRows(
                N_("{table}.{column} holds {found} where {expected} is needed"),
                table=table.name, column=name, found=str(dtype), expected=str(declared[name]),
            )  # fmt: skip
    empty = [name for name in table.required if rows.get_column(name).null_count()]
    if empty:
        raise BadRows(N_("{table} needs a value in every row of {columns}"), table=table.name, columns=", ".join(empty))
    keys = rows.select(table.key)
    if not _ascends(keys) and keys.n_unique() != rows.height:
        raise BadRows(N_("A key occurs twice in {table}: {key}"), table=table.name, key=str(keys.filter(keys.is_duplicated()).row(0)))
    missing = [pl.lit(None, dtype).alias(name) for name, dtype in declared.items() if name not in rows.columns]
    return rows.with_columns(missing).select(declared.names())


def _ascends(keys: pl.DataFrame) -> bool:
    """Whether a single key grows from row to row: then none occurs twice. Much cheaper than counting, and what most exports look like."""
    if keys.width != 1 or keys.height < 2:
        return False
    key = keys.to_series()
    return bool((key.slice(1) > key.slice(0, key.len() - 1)).all())


def difference(current: pl.LazyFrame, current_rows: int, change: Change, table: Table) -> Difference:
    """What `change` does to `current`, which holds the declared columns, `_source` and `_file`, one row a key.

    A row whose key is known is changed if any column, or its source, IS DISTINCT FROM the current one (null equals null).
    """
    if isinstance(change, Clear):
        gone = current.select(*table.key, FILE).collect()
        return Difference(_nothing_written(table), gone, Counts(removed=gone.height))
    if isinstance(change, Amend):
        return _amended(current, change, table)
    if isinstance(change, Rework):
        return _reworked(current, change, table)
    incoming = conforming(change.rows, table).with_columns(pl.lit(change.source, pl.String).alias("_source"))
    if not current_rows:
        return Difference(incoming, _nothing_gone(table), Counts(added=incoming.height))

    written = _unlike(incoming, current.select(incoming.columns).collect(), table.key)
    changed = _lying(current, written, table)
    removed = _removed(incoming, current, change, table)
    counts = Counts(
        added=written.height - changed.height,
        changed=changed.height,
        removed=removed.height,
        unchanged=incoming.height - written.height,
    )
    return Difference(written, pl.concat([changed, removed]), counts)


def _amended(current: pl.LazyFrame, change: Amend, table: Table) -> Difference:
    """The one row of `change`, if it stands as it was. Raises `RowMoved`."""
    before, after = conforming(change.before, table), conforming(change.after, table)
    if before.height != 1 or not before.select(table.key).equals(after.select(table.key)):
        raise BadRows(N_("{table}: one row can be amended at a time, and not its key"), table=table.name)
    is_it = [pl.col(name) == value for name, value in before.select(table.key).row(0, named=True).items()]
    there = current.filter(*is_it).collect()
    if not there.select(before.columns).equals(before) or there["_source"].to_list() != [change.source]:
        raise RowMoved(N_("Somebody has changed this row meanwhile. Look at it again."))
    if after.equals(before):
        return Difference(_nothing_written(table), _nothing_gone(table), Counts(unchanged=1))
    written = after.with_columns(pl.lit(change.source, pl.String).alias("_source"))
    return Difference(written, there.select(*table.key, FILE), Counts(changed=1))


def _reworked(current: pl.LazyFrame, change: Rework, table: Table) -> Difference:
    rows, gone = change.work(current.select(*table.polars_schema, "_source"))
    incoming = conforming(rows.drop("_source"), table).with_columns(rows["_source"])
    written = _unlike(incoming, current.select(incoming.columns).collect(), table.key)
    changed = _lying(current, written, table)
    removed = _lying(current, gone.join(incoming, on=table.key, how="anti"), table)
    unchanged = incoming.height - written.height
    counts = Counts(written.height - changed.height, changed.height, removed.height, unchanged)
    return Difference(written, pl.concat([changed, removed]), counts)


def _unlike(incoming: pl.DataFrame, current: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """The rows of `incoming` that do not stand in `current` with all their cells; both have the same columns, and one row a key."""
    both = min(incoming.height, current.height)
    if incoming.head(both).select(key).equals(current.head(both).select(key)):
        # The same export again, perhaps longer: its rows stand in the same order, so the cells can be compared as they stand.
        standing = current.head(both).rename(lambda name: f"current {name}")
        differ = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"current {name}")) for name in incoming.columns)
        changed = pl.concat([incoming.head(both), standing], how="horizontal").filter(differ).select(incoming.columns)
        return pl.concat([changed, incoming.slice(both)])
    # One join on all columns is faster than a join on the key and a comparison column by column.
    return incoming.join(current, on=incoming.columns, how="anti", nulls_equal=True, maintain_order="left")


def _lying(current: pl.LazyFrame, rows: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Key and file of the current rows with a key of `rows`."""
    if not rows.height:
        return _nothing_gone(table)
    return current.select(*table.key, FILE).join(rows.lazy().select(table.key), on=table.key, how="semi").collect()


def _removed(incoming: pl.DataFrame, current: pl.LazyFrame, change: Merge | ReplacePeriod | Snapshot, table: Table) -> pl.DataFrame:
    if isinstance(change, Merge):
        return _nothing_gone(table)
    replaced = current.filter(pl.col("_source") == change.source)
    if isinstance(change, ReplacePeriod):
        if table.polars_schema.get(change.date_column) != pl.Date:
            raise NotFound(N_("{table} has no date column {column}"), table=table.name, column=change.date_column)
        replaced = replaced.filter(pl.col(change.date_column).is_between(change.first, change.last))
    return replaced.select(*table.key, FILE).join(incoming.lazy().select(table.key), on=table.key, how="anti").collect()


def cells(found: Difference, current: pl.LazyFrame, table: Table, limit: int) -> pl.DataFrame:
    """`found` as people read it: key, `change`, `column`, `before`, `after` (text), from at most `limit` rows of each kind of change."""
    key, values = table.key, [name for name in table.polars_schema.names() if name not in table.key]
    gone = found.gone.select(key)
    added = found.written.join(gone, on=key, how="anti").head(limit).select(key)
    removed = gone.join(found.written, on=key, how="anti").head(limit)
    after = found.written.join(gone, on=key, how="semi").head(limit)
    before = current.join(after.lazy().select(key), on=key, how="semi").collect()
    names = [*values, "_source"]
    was, now = (_long(rows, key, names, cell) for rows, cell in ((before, "before"), (after, "after")))
    changed = was.join(now, on=[*key, "column"]).filter(pl.col("before").ne_missing(pl.col("after")))
    none = pl.lit(None, pl.String)
    whole = [
        rows.with_columns(change=pl.lit(change), column=none, before=none, after=none)
        for rows, change in ((added, "added"), (removed, "removed"))
    ]
    parts = [changed.with_columns(change=pl.lit("changed")), *whole]
    listed = pl.concat([part.select(*key, "change", "column", "before", "after") for part in parts])
    return listed.sort("change", *key, "column")


def _long(rows: pl.DataFrame, key: list[str], names: list[str], cell: str) -> pl.DataFrame:
    lists = [name for name in names if isinstance(rows.schema[name], pl.List)]
    plain = [name for name in names if name not in lists]
    text = rows.select(*key, pl.col(plain).cast(pl.String), *(pl.col(name).cast(pl.List(pl.String)).list.join(";") for name in lists))
    return text.unpivot(names, index=key, variable_name="column", value_name=cell)


def _nothing_written(table: Table) -> pl.DataFrame:
    return table.empty().with_columns(pl.lit("", pl.String).alias("_source"))


def _nothing_gone(table: Table) -> pl.DataFrame:
    return table.empty().select(table.key).with_columns(pl.lit("", pl.String).alias(FILE))
