"""Rows of one table as somebody looks for them: a text, an account, days, an order. Frames in, frames out; it changes and shows nothing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import polars as pl

from lib.columns import facts
from lib.portfolio import Portfolio
from lib.tables import TABLES

NAMES: Mapping[str, str] = {
    "accounts": "name", "contacts": "name", "people": "name", "projects": "name", "tasks": "name", "opportunities": "name",
    "change_requests": "title",
}  # fmt: skip
"""Table -> the column that people know its rows by; a table without one is known by its key."""
_TWO_IN_ONE = {"ss": "ß", "ae": "æ", "oe": "œ"}
_NOT_DECOMPOSED = {"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ı": "i", "ß": "ss", "æ": "ae", "œ": "oe"}


@dataclass(frozen=True)
class Browse:
    """What is looked for in `table`; an empty part asks for nothing.

    `account`, `project` and `person` are a key, or else a part of a name. `first` and `last` bound the column `day`.
    """

    table: str
    text: str = ""
    account: str = ""
    project: str = ""
    person: str = ""
    statuses: tuple[str, ...] = ()
    day: str = ""
    first: date | None = None
    last: date | None = None
    sort: str = ""
    descending: bool = False


@dataclass(frozen=True)
class Found:
    """How many rows match, and the first of them with all their columns."""

    total: int
    rows: pl.DataFrame


def kind(table: str, column: str) -> str:
    """How a cell of the column is written: text, choice, day, number, whole, flag, currency, country, words or week."""
    return str(facts(TABLES[table].columns[column])["kind"])


def days_of(table: str) -> list[str]:
    """The columns that hold days, the one to filter by first."""
    return [column for column in TABLES[table].columns if kind(table, column) == "day"]


def ways(table: str) -> dict[str, str]:
    """account, project, person -> the column they are found by, of those this table can be filtered by.

    A table without accounts is filtered by those of its projects.
    """
    columns = TABLES[table].columns
    found = {}
    if table != "accounts" and "account_id" in columns:
        found["account"] = "account_id"
    elif "project_id" in columns:
        found["account"] = "project_id"
    if table != "projects" and "project_id" in columns:
        found["project"] = "project_id"
    person = next((column for column in ("person_id", "assignee_id") if column in columns), "")
    if person and table != "people":
        found["person"] = person
    return found


def found(portfolio: Portfolio, wanted: Browse, words: Mapping[str, str], most: int) -> Found:
    """At most `most` of the rows that match, in the order asked for, else in that of the store; `words`: choice -> what it is called."""
    rows = portfolio[wanted.table]
    asked = [*_narrowed(portfolio, wanted), *([_says(portfolio, wanted, words)] if wanted.text.strip() else [])]
    matching = rows.filter(*asked) if asked else rows
    total = matching.select(pl.len()).collect().item() if asked else portfolio.rows.get(wanted.table, 0)
    if wanted.sort in TABLES[wanted.table].columns:
        matching = _sorted(matching, portfolio, wanted, words)
    return Found(int(total), matching.head(most).select(rows.collect_schema().names()).collect())


def _sorted(rows: pl.LazyFrame, portfolio: Portfolio, wanted: Browse, words: Mapping[str, str]) -> pl.LazyFrame:
    """`rows` ordered by what a cell is shown as: a reference by its name, a choice by its word; empty cells last."""
    table, cell = TABLES[wanted.table], pl.col(wanted.sort)
    dtype, other = table.polars_schema[wanted.sort], table.references.get(wanted.sort, "")
    shown = cell
    if isinstance(dtype, pl.List):
        shown = cell.cast(pl.List(pl.String)).list.join(";")
    elif kind(wanted.table, wanted.sort) == "choice":
        shown = cell.replace(dict(words))
    elif other in NAMES and other in portfolio.loaded:
        named = portfolio[other].select(pl.col(TABLES[other].key[0]).alias(wanted.sort), pl.col(NAMES[other]).alias("_shown"))
        rows = rows.join(named, on=wanted.sort, how="left")
        shown = pl.coalesce("_shown", cell)
    if isinstance(dtype, pl.String | pl.List):
        shown = shown.str.to_lowercase().str.normalize("NFKD").str.replace_all(r"\p{Mn}", "")  # ñ beside n, not behind z
    return rows.sort(shown, *table.key, descending=[wanted.descending, *(False for _ in table.key)], nulls_last=True)


def _narrowed(portfolio: Portfolio, wanted: Browse) -> list[pl.Expr]:
    by = ways(wanted.table)
    asked: list[pl.Expr] = []
    if wanted.account and "account" in by:
        keys = keys_of(portfolio, "accounts", wanted.account)
        if by["account"] == "project_id":
            owned = portfolio["projects"].filter(pl.col("account_id").is_in(keys.implode())).select("project_id").collect()
            keys = owned["project_id"]
        asked.append(pl.col(by["account"]).is_in(keys.implode()))
    for way, table in (("project", "projects"), ("person", "people")):
        if (said := getattr(wanted, way)) and way in by:
            asked.append(pl.col(by[way]).is_in(keys_of(portfolio, table, said).implode()))
    if wanted.statuses and "status" in TABLES[wanted.table].columns:
        asked.append(pl.col("status").is_in(list(wanted.statuses)))
    if wanted.day in days_of(wanted.table):
        asked += [pl.col(wanted.day) >= wanted.first] if wanted.first else []
        asked += [pl.col(wanted.day) <= wanted.last] if wanted.last else []
    return asked


def keys_of(portfolio: Portfolio, table: str, said: str) -> pl.Series:
    """Keys of the rows that `said` means: the one with this key, else all whose key or name holds it."""
    key = TABLES[table].key[0]
    exact = portfolio[table].filter(pl.col(key) == said).select(key).collect()
    if exact.height:
        return exact[key]
    columns = [key, NAMES[table]] if table in NAMES else [key]
    pattern = alike(said)
    return portfolio[table].filter(pl.any_horizontal(pl.col(columns).str.contains(pattern))).select(key).collect()[key]


def names_of(portfolio: Portfolio, table: str, keys: pl.Series) -> dict[str, str]:
    """key -> name of those rows of `table` that exist and are known by a name."""
    if table not in NAMES:
        return {}
    key = TABLES[table].key[0]
    named = portfolio[table].filter(pl.col(key).is_in(keys.drop_nulls().unique().implode())).select(key, NAMES[table]).collect()
    return dict(named.iter_rows())


def _says(portfolio: Portfolio, wanted: Browse, words: Mapping[str, str]) -> pl.Expr:
    """Whether a cell of the row, as it is shown, holds the text."""
    pattern = alike(wanted.text)
    table = TABLES[wanted.table]
    holds: list[pl.Expr] = []
    for column, dtype in table.polars_schema.items():
        cell = pl.col(column)
        if kind(wanted.table, column) == "choice":
            options = facts(table.columns[column])["options"]
            meant = [option for option in options if re.search(pattern, words.get(option, option)) or re.search(pattern, option)]
            holds += [cell.is_in(meant)] if meant else []
        elif dtype == pl.String:
            holds.append(cell.str.contains(pattern))
        elif dtype == pl.List(pl.String):
            holds.append(cell.list.join("\n").str.contains(pattern))
        other = table.references.get(column, "")
        if other in NAMES and portfolio.rows.get(other, 0):
            keys = _named(portfolio, other, pattern)
            if keys.len():
                holds.append(
                    cell.is_in(keys.implode()) if dtype == pl.String else cell.list.set_intersection(keys.to_list()).list.len() > 0
                )
    return pl.any_horizontal(hold.fill_null(False) for hold in holds) if holds else pl.lit(False)


def _named(portfolio: Portfolio, table: str, pattern: str) -> pl.Series:
    key = TABLES[table].key[0]
    return portfolio[table].filter(pl.col(NAMES[table]).str.contains(pattern)).select(key).collect()[key]


@lru_cache(maxsize=1)
def _letters() -> Mapping[str, str]:
    """Letter without accent -> every letter that is it with one, in both cases."""
    alike: dict[str, list[str]] = {}
    for letter in map(chr, range(0xC0, 0x2000)):
        plain = _plain(letter)
        if len(plain) == 1 and plain != letter:
            alike.setdefault(plain, []).append(letter)
    return {plain: "".join(letters) for plain, letters in alike.items()}


def _plain(text: str) -> str:
    """Text without case and accents."""
    bare = "".join(_NOT_DECOMPOSED.get(letter, letter) for letter in text.casefold())
    return "".join(letter for letter in unicodedata.normalize("NFD", bare) if unicodedata.category(letter) != "Mn")


def alike(text: str) -> str:
    """A pattern for `text` taken literally, whatever its case, accents and the width of its spaces; for Rust's regex and Python's."""
    plain = _plain(" ".join(text.split()))
    pieces, place = [], 0
    while place < len(plain):
        two = plain[place : place + 2]
        if two in _TWO_IN_ONE:
            pieces.append(f"(?:{_letter(two[0])}{_letter(two[1])}|{_TWO_IN_ONE[two]})")
            place += 2
        else:
            pieces.append(_letter(plain[place]))
            place += 1
    return "(?i)" + "".join(pieces)


def _letter(letter: str) -> str:
    if letter == " ":
        return r"\s+"
    others = _letters().get(letter, "")
    return f"[{letter}{others}]" if others else re.escape(letter)
