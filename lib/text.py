"""Text as the store keeps it and as spreadsheets may see it: cleaning and neutralising. Knows no table and no file.

`clean_text` and `neutralise` have twins for whole columns that give the same answer cell by cell.
"""

from __future__ import annotations

import re
import unicodedata

import polars as pl

# Controls, surrogates, the byte order mark, noncharacters (XML forbids most of them) and the marks that turn the direction of text,
# with which one name can be made to look like another.
_FORBIDDEN = "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff"
_FORBIDDEN_IN_RUST = r"[\x00-\x08\x0e-\x1f\x7f-\x{84}\x{86}-\x{9f}\x{202a}-\x{202e}\x{2066}-\x{2069}\x{feff}\x{fffe}\x{ffff}]"
_LINE_ENDS = "\r\n?|[\x0b\x0c\x85\u2028\u2029]"
_LINE_ENDS_IN_RUST = r"\r\n?|[\x0b\x0c\x{85}\x{2028}\x{2029}]"

# Printable ASCII and the precomposed Latin letters and signs up to U+024F, which NFC leaves alone; no outer space.
_PLAIN_IN_RUST = r"^[!-~\x{a1}-\x{24f}]([ -~\x{a1}-\x{24f}]*[!-~\x{a1}-\x{24f}])?$"

# A leading apostrophe before one of these also gets one, so that taking one away is the exact inverse.
_LIVE = r"^'*[=+\-@\t\r\x00＝＋－＠]"
_NUMBER = r"^[+-]?(\d+([.,\u00a0 ]\d+)*|[.,]\d+)( ?%)?$"
_NUMBER_IN_RUST = _NUMBER.replace(r"\u00a0", r"\x{a0}").replace(r"\d", "[0-9]")
_PHONE = r"^\+\d[\d ]*(\(\d+\))?[\d ]*$"
_PHONE_IN_RUST = _PHONE.replace(r"\d", "[0-9]")


def clean_text(value: str, lines: bool = True, most_bytes: int | None = None) -> str:
    """`value` without control characters and outer space, in NFC, its line ends as \\n; the empty text means null.

    `lines=False` makes one line of it. `most_bytes` caps its length in UTF-8, never inside a character.
    """
    value = re.sub(_LINE_ENDS, "\n", value)
    value = re.sub(f"[{_FORBIDDEN}\ud800-\udfff]", "", value)
    if not lines:
        value = re.sub(r"\s*[\n\t]\s*", " ", value)
    value = unicodedata.normalize("NFC", value).strip()
    if most_bytes is not None and len(value.encode()) > most_bytes:
        value = value.encode()[:most_bytes].decode(errors="ignore").strip()
    return value


def clean_texts(values: pl.Series, lines: bool = True) -> pl.Series:
    """`clean_text` of every cell of a String column; "" becomes null."""
    plain = values.str.contains(_PLAIN_IN_RUST)
    if plain.all():  # nulls do not count
        return values
    blank = values == ""
    if (plain | blank).all():
        return values.set(blank, None)
    dirty = pl.col("cell").str.replace_all(_LINE_ENDS_IN_RUST, "\n").str.replace_all(_FORBIDDEN_IN_RUST, "")
    if not lines:
        dirty = dirty.str.replace_all(r"\s*[\n\t]\s*", " ")
    dirty = dirty.str.normalize("NFC").str.strip_chars()
    cells = pl.DataFrame({"cell": values, "plain": plain}).with_row_index("row")
    cleaned = cells.filter(~pl.col("plain")).select("row", cell=dirty)
    cleaned = cleaned.with_columns(pl.when(pl.col("cell") != "").then("cell").alias("cell"))
    if cleaned.height == values.len():
        return cleaned["cell"].alias(values.name)
    return values.scatter(cleaned["row"], cleaned["cell"])


def capitalised(text: str) -> str:
    """With a capital first letter; the others stay as they are."""
    return text[:1].upper() + text[1:]


def neutralise(value: str) -> str:
    """`value` with an apostrophe before it if a spreadsheet would run it as a formula; numbers and phones stay as they are."""
    if not re.match(_LIVE, value) or re.match(_NUMBER, value, re.ASCII) or re.match(_PHONE, value, re.ASCII):
        return value
    return "'" + value


def strip_neutralised(value: str) -> str:
    """The inverse of `neutralise`: takes away exactly one apostrophe that it would have put there."""
    return value[1:] if value.startswith("'") and neutralise(value[1:]) == value else value


def _is_live(cell: pl.Expr) -> pl.Expr:
    live = cell.str.contains(_LIVE.replace(r"\x00", r"\x{0}"))
    return live & ~cell.str.contains(_NUMBER_IN_RUST) & ~cell.str.contains(_PHONE_IN_RUST)


def neutralised(cell: pl.Expr) -> pl.Expr:
    """`neutralise` for a String column."""
    return pl.when(_is_live(cell)).then("'" + cell).otherwise(cell)


def strip_neutralised_texts(values: pl.Series) -> pl.Series:
    """`strip_neutralised` for a String column."""
    if not values.str.starts_with("'").any():
        return values
    cell, rest = pl.col("cell"), pl.col("cell").str.slice(1)
    taken = pl.when(cell.str.starts_with("'") & _is_live(rest)).then(rest).otherwise(cell)
    return pl.DataFrame({"cell": values}).select(taken.alias(values.name)).to_series()
