"""Cells that name a row of another table, resolved to that row's key: by alias, by key, by name. Unknown ones are told, not dropped."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from dataclasses import dataclass

import polars as pl

from lib.intake.converted import counted
from lib.intake.values import Question
from lib.tables import TABLES

KNOWN = pl.Schema({"key": pl.String, "name": pl.String})
_NAMES = {
    "accounts": ("name",), "projects": ("name",), "people": ("name", "email"), "tasks": ("name",), "contacts": ("name", "email"),
    "opportunities": ("name",), "change_requests": ("title", "order_number"), "contracts": (),
}  # fmt: skip


@dataclass(frozen=True)
class Resolved:
    """Keys of ours, cells that name no row or several, how many rows came by which way, and what is asked."""

    values: pl.Series
    unknown: pl.Series
    ambiguous: pl.Series
    ways: dict[str, int]
    questions: tuple[Question, ...]


def known_rows(table: str, rows: pl.DataFrame) -> pl.DataFrame:
    """`key`, `name` of every row: what a reference to `table` may say. One row per name; the name is null if there is none."""
    key = TABLES[table].key[0]
    names = [column for column in _NAMES.get(table, ()) if column in rows.columns]
    parts = [rows.select(pl.col(key).alias("key"), pl.col(name).alias("name")) for name in names]
    parts = parts or [rows.select(pl.col(key).alias("key"), pl.lit(None, pl.String).alias("name"))]
    return pl.concat(parts).cast(KNOWN).unique(maintain_order=True)


def folded(name: pl.Expr) -> pl.Expr:
    """For comparing names: no case, single spaces."""
    return name.str.strip_chars().str.replace_all(r"\s+", " ").str.to_lowercase()


def prefixed(cells: pl.Expr, source: str) -> pl.Expr:
    """Ids with the source's short name before them, once."""
    return cells if not source else pl.when(cells.str.starts_with(f"{source}:")).then(cells).otherwise(pl.lit(f"{source}:") + cells)


def _all_keys(words: pl.Series, known: pl.DataFrame, source: str) -> bool:
    """Whether every word, with its prefix, is a key."""
    own = pl.DataFrame({"cell": words}).select(prefixed(pl.col("cell"), source)).to_series()
    return bool(words.len()) and bool(own.is_in(known["key"].implode()).all())


def resolve(
    cells: pl.Series, field: str, header: str, known: pl.DataFrame, source: str, aliases: MappingOf[str, str], keep_unknown: bool = False
) -> Resolved:
    """Every distinct cell once: a person's alias, then our key with and without prefix, then a name that one row has.

    If `known` is empty, or a person said `keep_unknown`, the others are taken as they are ("unlinked"): their table may come later.
    """
    if known.is_empty() and not aliases:
        taken = pl.DataFrame({"cell": cells}).select(prefixed(pl.col("cell"), source)).to_series()
        none = pl.repeat(False, cells.len(), eager=True)
        return Resolved(taken.alias(cells.name), none, none, {"unlinked": cells.len() - cells.null_count()}, ())
    words = cells.drop_nulls().unique(maintain_order=True)
    if not aliases and _all_keys(words, known, source):  # the usual case: no row needs to be looked up
        taken = pl.DataFrame({"cell": cells}).select(prefixed(pl.col("cell"), source)).to_series()
        none = pl.repeat(False, cells.len(), eager=True)
        return Resolved(taken.alias(cells.name), none, none, {"by_key": cells.len() - cells.null_count()}, ())
    found = pl.DataFrame({"cell": words}).with_columns(
        prefixed(pl.col("cell"), source).alias("own"), folded(pl.col("cell")).alias("folded")
    )
    keys = known.select("key").unique().with_columns(pl.lit(True).alias("there"))
    names = known.drop_nulls("name").with_columns(folded(pl.col("name")).alias("folded"))
    names = names.group_by("folded").agg(pl.col("key").unique(), pl.col("key").n_unique().alias("rows"))
    names = names.select("folded", pl.when(pl.col("rows") == 1).then(pl.col("key").list.first()).alias("named"), "rows")
    own_words = {word.strip().casefold(): key for word, key in aliases.items()}
    found = found.with_columns(
        pl.Series("alias", [own_words.get(word.strip().casefold()) for word in words], pl.String),
    )
    found = (
        found.join(keys.rename({"there": "own_there"}), left_on="own", right_on="key", how="left")
        .join(keys.rename({"there": "cell_there"}), left_on="cell", right_on="key", how="left")
        .join(names, on="folded", how="left")
    )
    free = known.is_empty() or keep_unknown
    way = (
        pl.when(pl.col("alias") == "").then(pl.lit("left_empty"))
        .when(pl.col("alias").is_not_null()).then(pl.lit("by_alias"))
        .when(pl.col("own_there") | pl.col("cell_there")).then(pl.lit("by_key"))
        .when(pl.col("named").is_not_null()).then(pl.lit("by_name"))
        .when(pl.col("rows") > 1).then(pl.lit("ambiguous"))
        .when(pl.lit(free)).then(pl.lit("unlinked"))
        .otherwise(pl.lit("unknown"))
    )  # fmt: skip
    key = (
        pl.when(pl.col("alias") == "").then(None)
        .when(pl.col("alias").is_not_null()).then("alias")
        .when(pl.col("own_there")).then("own")
        .when(pl.col("cell_there")).then("cell")
        .when(pl.col("named").is_not_null()).then("named")
        .when(pl.lit(free) & (pl.col("rows").fill_null(0) < 2)).then("own")
    )  # fmt: skip
    found = found.select("cell", way.alias("way"), key.alias("key"))
    rows = pl.DataFrame({"cell": cells}).join(found, on="cell", how="left", maintain_order="left")
    ways = {str(name): count for name, count in rows["way"].drop_nulls().value_counts().iter_rows()}
    unknown = (rows["way"] == "unknown").fill_null(False)
    ambiguous = (rows["way"] == "ambiguous").fill_null(False)
    questions: tuple[Question, ...] = ()
    if unknown.any() or ambiguous.any():
        questions = (Question("reference", field, header, False, (), counted(cells.filter(unknown | ambiguous))),)
    return Resolved(rows["key"].alias(cells.name), unknown, ambiguous, ways, questions)
