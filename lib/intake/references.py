"""Cells that name a row of another table, resolved to that row's key: by alias, by key, by name. Unknown ones are told, not dropped."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from lib.intake.converted import counted
from lib.intake.mapping import Mapping
from lib.intake.values import Question
from lib.tables import TABLES, Table

OTHERS = "\0others"  # a word that no cell holds: every word that is not named beside it
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


def tables_asked(mapping: Mapping, aliases: Iterable[MappingOf[str, Any]]) -> list[str]:
    """The tables whose rows a check of `mapping` looks at: those it refers to, and its own where its rows may go by another key."""
    table = TABLES[mapping.table]
    own = "name" in table.columns and (mapping.distinct or any(row["table_name"] == table.name for row in aliases))
    return sorted({*table.references.values(), *([table.name] if own else [])})


def with_aliases(mapping: Mapping, aliases: Iterable[MappingOf[str, Any]], known: MappingOf[str, pl.DataFrame]) -> Mapping:
    """`mapping` with what people said before, of its own source or of all, as answers; what it says itself goes first.

    aliases: rows of the store's table of that name. known: table -> its rows, keys at least; an alias whose target is not there is left
    out. Aliases of the mapping's own table stand at its key: see `known_otherwise` and `as_renamed`.
    """
    table = TABLES[mapping.table]
    there = {name: set(rows[TABLES[name].key[0]]) for name, rows in known.items()}
    said: dict[str, dict[str, str]] = {}
    for row in sorted(aliases, key=lambda row: bool(row["source"])):
        if row["source"] in ("", mapping.source) and (not row["target"] or row["target"] in there.get(row["table_name"], ())):
            said.setdefault(row["table_name"], {})[row["alias"]] = row["target"]
    columns = dict(table.references) | ({table.key[0]: table.name} if len(table.key) == 1 else {})
    answers = {column: {**said[other], **mapping.values.get(column, {})} for column, other in columns.items() if other in said}
    return replace(mapping, values={**mapping.values, **answers})


def known_otherwise(table: Table, rows: pl.DataFrame, how: str, mapping: Mapping, known: pl.DataFrame) -> pl.Series:
    """Which of the table's own `rows` stand for one that has another key: it was merged, or a person said so. They are left out.

    Where the key was made from the name (`how`), names count too, and in a file about something else (`distinct`) those of known rows.
    A word that means "" is one that nobody wants to be made a row; `OTHERS` stands for all that are not named.
    """
    nothing = pl.repeat(False, rows.height, dtype=pl.Boolean, eager=True)
    words = mapping.values.get(table.key[0], {}) if len(table.key) == 1 else {}
    by_name = how == "name"
    if not rows.height or not (words or (by_name and mapping.distinct)):
        return nothing
    key = rows[table.key[0]]
    prefix = f"{mapping.source}:" if mapping.source else ""
    meant = {(_plain(word) if by_name else word): target for word, target in words.items()}
    if by_name and mapping.distinct:
        named = known.drop_nulls("name").with_columns(folded(pl.col("name")).alias("folded"))
        named = named.group_by("folded").agg(pl.col("key").unique()).filter(pl.col("key").list.len() == 1)
        meant = {**{name: keys[0] for name, keys in named.select("folded", "key").iter_rows()}, **meant}
    rest = words.get(OTHERS)
    own = {
        text: meant.get(_plain(bare) if by_name else bare, meant.get(text, rest))
        for text in key.drop_nulls().unique()
        for bare in [text.removeprefix(prefix)]
    }
    other = {text for text, target in own.items() if target is not None and target != text}
    return key.is_in(list(other)).fill_null(False) if other else nothing


def as_renamed(table: Table, rows: pl.DataFrame, mapping: Mapping, known: pl.DataFrame) -> pl.DataFrame:
    """`rows` in which one that still bears the name that a person changed bears its new one."""
    words = mapping.values.get(table.key[0], {}) if len(table.key) == 1 else {}
    if not words or "name" not in table.columns or known.is_empty():
        return rows
    old = pl.DataFrame([(_plain(word), key) for word, key in words.items()], schema={"folded": pl.String, "key": pl.String}, orient="row")
    now = known.drop_nulls("name").group_by("key", maintain_order=True).agg(pl.col("name").first().alias("now"))
    changed = old.unique().join(now, on="key").rename({"key": table.key[0]})
    marked = rows.with_columns(folded(pl.col("name")).alias("folded"))
    joined = marked.join(changed, on=["folded", table.key[0]], how="left", maintain_order="left")
    return joined.with_columns(pl.coalesce("now", "name").alias("name")).select(rows.columns)


def _plain(word: str) -> str:
    return " ".join(word.split()).lower()


def resolve(
    cells: pl.Series, field: str, header: str, known: pl.DataFrame, source: str, aliases: MappingOf[str, str], keep_unknown: bool = False
) -> Resolved:
    """Every distinct cell once: a person's alias, then our key with and without prefix, then a name that one row has.

    aliases: their word, without case, or our key -> our key, or "" for no value; one whose key is the word's own, and no row has it, keeps
    the word as it is. If `known` is empty, or a person said `keep_unknown`, the others are taken so too ("unlinked"): their table may come
    later.
    """
    own_words = {word.strip().casefold(): key for word, key in aliases.items()}
    if own_words:
        said = {text.strip().casefold() for word in cells.drop_nulls().unique() for text in (word, f"{source}:{word}")}
        own_words = {word: key for word, key in own_words.items() if word in said}
    if known.is_empty() and not own_words:
        taken = pl.DataFrame({"cell": cells}).select(prefixed(pl.col("cell"), source)).to_series()
        none = pl.repeat(False, cells.len(), eager=True)
        return Resolved(taken.alias(cells.name), none, none, {"unlinked": cells.len() - cells.null_count()}, ())
    words = cells.drop_nulls().unique(maintain_order=True)
    if not own_words and _all_keys(words, known, source):  # the usual case: no row needs to be looked up
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
    meant = [own_words.get(word.strip().casefold(), own_words.get(f"{source}:{word.strip()}".casefold())) for word in words]
    found = found.with_columns(pl.Series("alias", meant, pl.String))
    found = (
        found.join(keys.rename({"there": "own_there"}), left_on="own", right_on="key", how="left")
        .join(keys.rename({"there": "cell_there"}), left_on="cell", right_on="key", how="left")
        .join(names, on="folded", how="left")
    )
    free = known.is_empty() or keep_unknown
    way = (
        pl.when(pl.col("alias") == "").then(pl.lit("left_empty"))
        .when((pl.col("alias") == pl.col("own")) & pl.col("own_there").is_null()).then(pl.lit("unlinked"))
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
