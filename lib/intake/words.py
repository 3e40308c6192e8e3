"""Text cells to words of ours: yes and no, choices, countries, currencies, lists, weeks. Unknown words fail; none is guessed."""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingOf
from functools import cache

import polars as pl

from lib.columns import LIST_SEPARATORS
from lib.intake.converted import Converted, of_values
from lib.intake.mapping import plain_name
from lib.intake.numbers import CURRENCIES, numbers
from lib.intake.synonyms import CHOICE_WORDS, FALSE_WORDS, TRUE_WORDS
from lib.text import clean_text, strip_neutralised

_SHARED_SIGNS = pl.Series([
    "$", "¥", "kr", "kr.", "dollar", "dollars", "dólar", "dólares", "peso", "pesos", "krone", "krona", "corona", "coronas",
])  # fmt: skip


def flags(cells: pl.Series, answers: MappingOf[str, str]) -> Converted:
    """Boolean values of yes and no in several languages; `answers` are the mapping's own words."""

    def meant(word: str) -> bool | None:
        plain = word.strip().casefold()
        return True if plain in TRUE_WORDS else False if plain in FALSE_WORDS else None

    return _by_word(cells, answers, meant, pl.Boolean)


def choices(cells: pl.Series, table: str, options: tuple[str, ...], answers: MappingOf[str, str]) -> Converted:
    """One of `options`: as it is, by a known word in English or Spanish, or by `answers`."""
    known = {plain_name(option): option for option in options}
    for option in options:
        for word in (*CHOICE_WORDS.get(f"{table}.{option}", ()), *CHOICE_WORDS.get(option, ())):
            known.setdefault(plain_name(word), option)
    return _by_word(cells, answers, lambda word: word if word in options else known.get(plain_name(word)), pl.String)


def countries(cells: pl.Series, answers: MappingOf[str, str]) -> Converted:
    """ISO 3166-1 alpha-2 codes, from codes or from names in English or Spanish."""
    names = _country_names()

    def meant(word: str) -> str | None:
        code = word.strip().upper()
        is_code = len(code) == 2 and code.isascii() and code.isalpha()
        return names.get(plain_name(word)) or (code if is_code else None)

    return _by_word(cells, answers, meant, pl.String)


def currencies(cells: pl.Series, answers: MappingOf[str, str]) -> Converted:
    """ISO 4217 codes, from codes, signs that mean one currency only, or texts such as "Euro - EUR" and "USD (US Dollar)"."""
    known = frozenset(CURRENCIES.split("|"))
    signs = {"€": "EUR", "£": "GBP", "euro": "EUR", "euros": "EUR", "us$": "USD"}

    def meant(word: str) -> str | None:
        plain = word.strip()
        if plain.casefold() in signs:
            return signs[plain.casefold()]
        said = [code for code in re.findall(r"\b[A-Z]{3}\b", plain) if code in known]
        if len(said) == 1:
            return str(said[0])
        code = plain.split()[-1].strip("()") if plain else ""
        return code.upper() if code.upper() in _currency_codes() and (code.isupper() or code == plain) else None

    return _by_word(cells, answers, meant, pl.String)


def shared_signs(cells: pl.Series) -> pl.Series:
    """True for cells that hold a sign or name of several currencies, such as "$": the three letters are to be typed."""
    return cells.str.strip_chars().str.to_lowercase().is_in(_SHARED_SIGNS.implode()).fill_null(False)


def _by_word(cells: pl.Series, answers: MappingOf[str, str], meant: object, dtype: type[pl.DataType]) -> Converted:
    """Each distinct word once: the person's answer first ("" is missing), else what it is known to mean."""
    assert callable(meant)
    own = {word.strip().casefold(): answer for word, answer in answers.items()}
    words = cells.drop_nulls().unique()
    read = []
    missing = []
    for word in words:
        answer = own.get(word.strip().casefold(), word)
        missing.append(answer == "" and word != "")
        read.append(None if answer == "" else meant(strip_neutralised(clean_text(answer))))
    if not len(words):
        return of_values(pl.repeat(None, cells.len(), dtype=dtype, eager=True), cells, "unknown_word")
    values = cells.replace_strict(words, pl.Series(read, dtype=dtype), default=None, return_dtype=dtype)
    absent = words.filter(pl.Series(missing, dtype=pl.Boolean))
    failed = values.is_null() & cells.is_not_null() & ~cells.is_in(absent.implode()).fill_null(False)
    return Converted(values, failed, "unknown_word")


@cache
def _currency_codes() -> frozenset[str]:
    from babel import Locale

    return frozenset(Locale("en").currencies)


@cache
def _country_names() -> dict[str, str]:
    from babel import Locale

    names = {
        "uk": "GB",
        "england": "GB",
        "inglaterra": "GB",
        "usa": "US",
        "eeuu": "US",
        "ee uu": "US",
        "u s a": "US",
        "great britain": "GB",
    }
    for language in ("en", "es"):
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha() and code not in ("EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"):
                names.setdefault(plain_name(name), code)
    return names


def lists(cells: pl.Series) -> Converted:
    """Lists of texts split at the first of ; | , that stands in the column; empty items are dropped."""
    separators = [mark for mark in ";|," if cells.str.contains(mark, literal=True).any()]
    separator = separators[0] if separators else ";"
    items = cells.str.split(separator)
    trimmed = pl.DataFrame({"cell": items}).select(
        pl.col("cell").list.eval(pl.element().str.strip_chars().filter(pl.element().str.strip_chars() != "")).alias(cells.name)
    )
    values = trimmed.to_series()
    return of_values(values.set(values.list.len() == 0, None) if (values.list.len() == 0).any() else values, cells, "not_a_list")


def weeks(cells: pl.Series, field: str, header: str, style: str | None) -> Converted:
    """Seven numbers of hours, separated by ; or | or space, or by commas that are no decimal commas."""
    rows = pl.DataFrame({"cell": cells}).with_row_index("row").drop_nulls()
    separators = [
        mark
        for mark in (*LIST_SEPARATORS.replace(",", ""), " ", ",")
        if rows["cell"].str.strip_chars().str.contains(mark, literal=True).any()
    ]
    separator = separators[0] if separators else ";"
    parts = rows.with_columns(pl.col("cell").str.strip_chars().str.split(separator)).explode("cell", empty_as_null=True, keep_nulls=True)
    read = numbers(parts["cell"].str.strip_chars(), field, header, "1,234.5" if separator == "," else style)
    if read.questions:
        return Converted(
            pl.repeat(None, cells.len(), dtype=pl.List(pl.Float64), eager=True), cells.is_null() & False, "", {}, read.questions
        )
    weeks_read = parts.with_columns(hours=read.values).group_by("row", maintain_order=True).agg("hours")
    whole = weeks_read.filter((pl.col("hours").list.len() == 7) & (pl.col("hours").list.eval(pl.element().is_null()).list.any().not_()))
    values = pl.DataFrame({"row": pl.int_range(cells.len(), dtype=pl.UInt32, eager=True)}).join(
        whole, on="row", how="left", maintain_order="left"
    )
    return of_values(values["hours"].alias(cells.name), cells, "not_a_week", **read.reading)
