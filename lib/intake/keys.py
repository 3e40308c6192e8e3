"""Keys for records whose file has none: made from what identifies a record, so that the same file gives the same keys again."""

from __future__ import annotations

import hashlib

import polars as pl

from lib.intake.references import prefixed

_BY_NAME = frozenset({"accounts", "people", "projects"})
_IDENTIFYING = {
    "time_entries": ("date", "person_id", "project_id", "task_id", "note"),
    "bookings": ("person_id", "role", "project_id", "task_id", "start"),
    "absences": ("person_id", "start", "kind"),
    "closures": ("date", "name", "country", "subdivision", "city", "person_id"),
    "contacts": ("account_id", "name", "email"),
    "contracts": ("account_id", "kind", "start"),
    "tasks": ("project_id", "name"),
    "invoices": ("account_id", "kind", "issued", "amount"),
    "expenses": ("project_id", "date", "amount"),
    "feedback": ("account_id", "date", "kind", "contact_id", "score"),
    "touchpoints": ("account_id", "date", "kind", "summary"),
    "risks": ("account_id", "project_id", "title"),
    "change_requests": ("project_id", "raised_on", "title"),
    "opportunities": ("account_id", "name"),
    "goals": ("account_id", "title"),
}


def identifying(table: str) -> tuple[str, ...]:
    """The columns by which people tell rows of `table` apart."""
    return ("name",) if table in _BY_NAME else _IDENTIFYING.get(table, ())


def made_key(table: str, key: str, rows: pl.DataFrame, source: str, once: bool = False) -> tuple[pl.Series, str]:
    """(keys, "name" or "hash") for `rows` of typed columns.

    Clients, people and projects are called by their name, so that other files that name them link up by themselves. All others
    get a hash of their identifying columns. Equal records are told apart by an occurrence number, unless they count `once`.
    """
    if table in _BY_NAME:
        base, how = rows["name"].fill_null(""), "name"
    else:
        columns = [column for column in _IDENTIFYING.get(table, rows.columns) if column in rows.columns]
        text = rows.select(
            pl.concat_str([pl.col(column).cast(pl.String).fill_null("") for column in columns], separator="\x1f")
        ).to_series()
        distinct = text.unique()
        digests = pl.Series([hashlib.blake2b(cell.encode(), digest_size=10).hexdigest() for cell in distinct])
        base, how = text.replace_strict(distinct, digests, return_dtype=pl.String), "hash"
    if once:
        return pl.DataFrame({"base": base}).select(
            pl.when(pl.col("base") != "").then(prefixed(pl.col("base"), source)).alias(key)
        ).to_series(), how
    numbered = pl.DataFrame({"base": base}).with_columns(pl.int_range(1, pl.len() + 1).over("base").alias("occurrence"))
    name = pl.when(pl.col("occurrence") > 1).then(pl.concat_str("base", pl.lit(" #"), "occurrence")).otherwise("base")
    made = pl.when(pl.col("base") != "").then(prefixed(name, source)).alias(key)
    return numbered.select(made).to_series(), how
