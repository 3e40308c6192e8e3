"""Kinds of column that tables are declared with; each is a dataframely column that also carries its label, explanation and unit.

A label and an explanation are English message ids; `lib.formats` translates them. Every kind says how a cell is written in a file
(`Column.metadata["kind"]`), which is what the importer, the templates and the data dictionary go by.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import dataframely as dy
import polars as pl

NAME_BYTES = 400
NOTE_BYTES = 20_000
LIST_SEPARATORS = ";,|"


def N_(message: str) -> str:
    """Mark a message for extraction; it is translated where it is shown."""
    return message


def _facts(kind: str, label: str, about: str, need: bool, **facts: Any) -> dict[str, Any]:
    return {
        "nullable": not need,
        "description": about,
        "metadata": {"kind": kind, "label": label, **facts},
    }


def facts(column: dy.Column) -> dict[str, Any]:
    """kind, label, and by kind unit, options or ref of a declared column; never None."""
    return column.metadata or {}


def key(label: str, about: str) -> dy.String:
    """The table's own identifier, or a part of it."""
    facts = _facts("text", label, about, need=True)
    return dy.String(primary_key=True, min_length=1, max_length=NAME_BYTES, **facts)


def text(label: str, about: str, need: bool = False) -> dy.String:
    """One line: a name, a role, a place."""
    return dy.String(min_length=1, max_length=NAME_BYTES, **_facts("text", label, about, need))


def note(label: str, about: str) -> dy.String:
    """Several lines."""
    return dy.String(min_length=1, max_length=NOTE_BYTES, **_facts("text", label, about, need=False))


def ref(table: str, label: str, about: str, need: bool = False, key: bool = False) -> dy.String:
    """The key of a row of `table`."""
    facts = _facts("text", label, about, need or key, ref=table)
    return dy.String(primary_key=key, min_length=1, max_length=NAME_BYTES, **facts)


def choice(options: tuple[str, ...], label: str, about: str, need: bool = False, key: bool = False) -> dy.String:
    """One of a fixed set of words, stored as a string (a Polars Enum can't be written to Delta)."""
    return dy.String(
        primary_key=key,
        check={"not_a_choice": lambda cell: cell.is_in(options)},
        **_facts("choice", label, about, need or key, options=options),
    )


def code(pattern: str, kind: str, label: str, about: str, need: bool = False, key: bool = False) -> dy.String:
    """A word of fixed form, like a currency."""
    return dy.String(primary_key=key, regex=f"^{pattern}$", **_facts(kind, label, about, need or key))


def currency(label: str, about: str, need: bool = False, key: bool = False) -> dy.String:
    """ISO 4217, three capitals."""
    return code("[A-Z]{3}", "currency", label, about, need, key)


def country(label: str, about: str) -> dy.String:
    """ISO 3166-1 alpha-2, two capitals."""
    return code("[A-Z]{2}", "country", label, about)


def day(label: str, about: str, need: bool = False, key: bool = False) -> dy.Date:
    """A calendar day between 1900 and 2199."""
    return dy.Date(primary_key=key, min=date(1900, 1, 1), max=date(2199, 12, 31), **_facts("day", label, about, need or key))


def number(label: str, about: str, unit: str = "", need: bool = False, least: float | None = None, most: float | None = None) -> dy.Float64:
    """A finite number in `unit`, within `least` and `most` where they are given."""
    return dy.Float64(min=least, max=most, **_facts("number", label, about, need, unit=unit))


def whole(label: str, about: str, unit: str = "", need: bool = False, least: int | None = None, most: int | None = None) -> dy.Int64:
    """A whole number in `unit`."""
    return dy.Int64(min=least, max=most, **_facts("whole", label, about, need, unit=unit))


def hours(label: str, about: str, need: bool = False, least: float | None = 0, most: float | None = None) -> dy.Float64:
    """Hours, as a decimal number."""
    return number(label, about, "h", need, least, most)


def money(label: str, about: str, need: bool = False, least: float | None = 0) -> dy.Float64:
    """An amount in the row's own currency."""
    return number(label, about, "money", need, least)


def share(label: str, about: str, most: float = 1) -> dy.Float64:
    """A share or probability, 0 to 1."""
    return number(label, about, "share", least=0, most=most)


def percent(label: str, about: str, need: bool = False) -> dy.Float64:
    """A percentage, 0 to 100."""
    return number(label, about, "%", need, least=0, most=100)


def flag(label: str, about: str, need: bool = False) -> dy.Bool:
    """Yes or no."""
    return dy.Bool(**_facts("flag", label, about, need))


def words(label: str, about: str, ref: str | None = None) -> dy.List:
    """Several short texts in one cell, separated by ; in a file."""
    item = dy.String(
        nullable=False,
        min_length=1,
        max_length=NAME_BYTES,
        check={"separator_in_item": lambda cell: ~cell.str.contains(f"[{LIST_SEPARATORS}]")},
    )
    return dy.List(item, min_length=1, **_facts("words", label, about, need=False, ref=ref))


def week(label: str, about: str) -> dy.List:
    """Seven numbers of hours, Monday to Sunday, separated by ; in a file."""
    return dy.List(dy.Float64(nullable=False, min=0, max=24), min_length=7, max_length=7, **_facts("week", label, about, False))


def in_order(first: str, second: str) -> pl.Expr:
    """True where `second` is not before `first`, or one of them is absent."""
    return (pl.col(first) <= pl.col(second)).fill_null(True)
