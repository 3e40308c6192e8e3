"""Text cells to numbers: decimal and thousands marks by column, currencies, percentages, durations. Decides only what is certain.

A column's style is settled by all of its cells: "12,5" or "1.234,56" can be read in one way only. Where every cell can be read in
both ways and they differ ("1.234"), the answer is a question.
"""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from lib.intake.converted import Converted, asking, by_distinct, of_values
from lib.intake.values import Choice, Question

_EXACT = 2.0**53
_SAFE_DIGITS = 15  # so many any float keeps
DOT, COMMA = "1,234.5", "1.234,5"
STYLES = (DOT, COMMA)
CURRENCIES = "EUR|USD|GBP|CHF|SEK|NOK|DKK|PLN|CZK|HUF|RON|JPY|CNY|INR|CAD|AUD|NZD|ZAR|MXN|ARS|CLP|COP|PEN|UYU|BRL"
_NOISE = (
    r"[\s\u{a0}\u{202f}]*(?:(?:US|MX|CA|AU|NZ|AR|CL|CO|R)?\$|[€£¥]|\b(?:" + CURRENCIES + r"|eur|usd|gbp|[Ee]uros?|hrs?|hours?|horas?"
    r")\b\.?)[\s\u{a0}\u{202f}]*"
)
_DOLLARS = "USD CAD AUD NZD MXN ARS CLP COP UYU BRL"
_SPACES = r"[\s\u{a0}\u{202f}'’]"
_PLAIN = r"^[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$"
_PROOF_OF_DOT = r"^[+-]?(?:0|[0-9]{4,})\.|\.(?:[0-9]{1,2}|[0-9]{4,})$"
# Sign, digits in groups of three, decimals.
_GROUPED = r"^[+-]?(?:[0-9]+|[1-9][0-9]{0,2}(?:MARK[0-9]{3})+)?(?:POINT[0-9]*)?(?:[eE][+-]?[0-9]+)?$"
_FITS = {
    DOT: _GROUPED.replace("MARK", ",").replace("POINT", r"\."),
    COMMA: _GROUPED.replace("MARK", r"\.").replace("POINT", ","),
}
_HOURS_UNIT = r"\s*h(?:rs?|ours?|oras?)?\.?"
_CLOCK = r"^([+-]?)([0-9]{1,4}):([0-5][0-9])(?::([0-5][0-9])(?:[.,][0-9]+)?)?(?:" + _HOURS_UNIT + ")?$"
_AMOUNT = r"([0-9]+(?:[.,](?:[0-9]{1,2}|[0-9]{4,}))?)\s*"  # "1.234 h" may be thousands: its column decides
_AND = r"(?:\s*,)?\s*(?:(?:and|y)\s+)?"
_SPOKEN_HOURS = "(?:" + _AMOUNT + r"h(?:rs?|ours?|oras?)?\.?)?"
_SPOKEN_MINUTES = "(?:" + _AMOUNT + r"m(?:ins?|inutes?|inutos?)?\.?)?"
_SPOKEN = "^" + _SPOKEN_HOURS + _AND + _SPOKEN_MINUTES + _AND + r"(?:([0-9]+)\s*s(?:ecs?|econds?|egundos?|eg)?\.?)?$"
_BARE_MINUTES = r"^([0-9]+)" + _HOURS_UNIT + r"\s*([0-5][0-9])()$"  # "1h30"
_ISO = r"^PT(?:([0-9.]+)H)?(?:([0-9.]+)M)?(?:([0-9.]+)S)?$"
UNITS = {"h": 1.0, "min": 60.0, "s": 3600.0}


def numbers(cells: pl.Series, field: str, header: str, style: str | None, typed: bool = False, percent: bool = False) -> Converted:
    """Float64 values of text cells (null is missing). `typed` cells come from a sheet and are canonical already.

    A percent sign is read only where `percent` says so. Numbers beyond 2⁵³ fail: a float would change their digits.
    """
    if not percent:
        percentages = cells.str.contains("%", literal=True)
        if percentages.any():
            read = numbers(cells.set(percentages.fill_null(False), None), field, header, style, typed)
            return read if read.questions else of_values(read.values, cells, "not_a_number", **read.reading)
    plain = cells.cast(pl.Float64, strict=False)
    if typed or style in (None, DOT):
        fast = _plain_numbers(cells, plain, settled=typed or style == DOT)
        if fast is not None:
            return fast
    return _styled_numbers(cells, field, header, style)


def _plain_numbers(cells: pl.Series, plain: pl.Series, settled: bool) -> Converted | None:
    """The values if all cells are plain numbers with a dot that can't separate thousands, else None."""
    if plain.null_count() != cells.null_count() or not ((plain.abs() < _EXACT) | plain.is_null()).all():
        return None
    if not settled and cells.str.contains(".", literal=True).any():
        proved = cells.head(2_000).str.contains(_PROOF_OF_DOT).any() or cells.str.contains(_PROOF_OF_DOT).any()
        if not proved:
            return None
    found = {**({"number_style": DOT} if not settled else {}), **(_rounded(cells, cells, plain) if _has_many_digits(cells) else {})}
    return Converted(plain, pl.repeat(False, cells.len(), eager=True), "not_a_number", found)


def _styled_numbers(cells: pl.Series, field: str, header: str, style: str | None) -> Converted:
    distinct = cells.drop_nulls().unique()
    bare = _bare(distinct)
    fits = {name: bare.str.contains(_FITS[name]) & bare.str.contains("[0-9]") for name in STYLES}
    only = {DOT: (fits[DOT] & ~fits[COMMA]), COMMA: (fits[COMMA] & ~fits[DOT])}
    if style is None:
        proof = [name for name in STYLES if only[name].any()]
        marked = bare.str.contains("[.,]")
        if len(proof) == 1:
            style = proof[0]
        elif proof or (marked & fits[DOT]).any():
            disputed = distinct.filter(marked & (fits[DOT] | fits[COMMA]))
            return asking(cells, pl.Float64, _style_question(disputed, field, header))
    chosen = style or DOT
    values = by_distinct(cells, lambda some: _read(_bare(some), chosen))
    found = {"number_style": style} if style else {}
    if _has_many_digits(cells):
        found |= _rounded(cells, _canonical(_bare(cells), chosen), values)
    return of_values(values, cells, "not_a_number", **found)


def _has_many_digits(cells: pl.Series) -> bool:
    return bool((cells.str.len_bytes() > _SAFE_DIGITS).any())


def _rounded(cells: pl.Series, canonical: pl.Series, values: pl.Series) -> dict[str, str]:
    """What is to be shown where a float can't keep all decimals: some cells as written and as kept, and how many they are."""
    some = pl.DataFrame({"cell": cells, "canonical": canonical, "value": values})
    some = some.filter(pl.col("canonical").str.count_matches("[0-9]") > _SAFE_DIGITS)
    some = some.filter(pl.col("canonical") != pl.col("value").cast(pl.String)).drop_nulls()
    lost = [(cell.strip(), value) for cell, text, value in some.iter_rows() if Decimal(text.strip()) != Decimal(repr(value))]
    shown = ", ".join(f"{cell} → {value!r}" for cell, value in lost[:3])
    return {"rounded": f"{shown} ({len(lost)})"} if lost else {}


def _style_question(cells: pl.Series, field: str, header: str) -> Question:
    shown = cells.sort().head(5)
    choices = []
    for style in STYLES:
        read = _read(_bare(shown), style)
        choices.append(Choice(style, tuple((cell, "" if value is None else repr(value)) for cell, value in zip(shown, read, strict=True))))
    return Question("number_style", field, header, True, tuple(choices))


def _bare(cells: pl.Series) -> pl.Series:
    """Cells without currency, unit and space; parentheses and a minus behind become a minus in front; "%" stays off."""
    cell = pl.col("cell").str.replace(r"^\s*'", "").str.replace_all(_NOISE, "").str.replace_all("−", "-", literal=True)
    cell = cell.str.replace(r"^\((.*)\)$", "-$1").str.replace(r"^([^-]*)-$", "-$1").str.replace(r"\s*%$", "")
    grouped = cell.str.contains(r"^[+-]?[0-9]{1,3}(?:" + _SPACES + r"[0-9]{3})+(?:[.,][0-9]*)?$")
    joined = pl.when(grouped).then(cell.str.replace_all(_SPACES, "")).otherwise(cell.str.strip_chars())
    return pl.DataFrame({"cell": cells}).select(joined.str.replace(r"^([+-])\s+", "$1").alias(cells.name)).to_series()


def _read(bare: pl.Series, style: str) -> pl.Series:
    read = _canonical(bare, style).cast(pl.Float64, strict=False)
    return read.set(~(read.abs() < _EXACT).fill_null(True), None)


def _canonical(bare: pl.Series, style: str) -> pl.Series:
    """The cells that are numbers of `style`, as text with a dot and without marks; the others null."""
    mark, point = (",", ".") if style == DOT else (".", ",")
    fits = pl.col("cell").str.contains(_FITS[style]) & pl.col("cell").str.contains("[0-9]")
    text = pl.col("cell").str.replace_all(mark, "", literal=True).str.replace(point, ".", literal=True)
    return pl.DataFrame({"cell": bare}).select(pl.when(fits).then(text).alias(bare.name)).to_series()


def currencies_said(cells: pl.Series) -> pl.Series:
    """The currency codes that an amount may be in by its sign or letters ("USD CAD …" for $), "" where it says none."""
    if not cells.str.contains(r"[€$£¥]|[A-Za-z]{3}").any():
        return pl.repeat("", cells.len(), eager=True)
    cell, code = pl.col("cell"), pl.col("cell").str.extract(r"\b([A-Z]{3})\b")
    said = (
        pl.when(cell.str.contains("US$", literal=True)).then(pl.lit("USD"))
        .when(code.is_in(CURRENCIES.split("|"))).then(code)
        .when(cell.str.contains("€|(?i)euro")).then(pl.lit("EUR"))
        .when(cell.str.contains("£", literal=True)).then(pl.lit("GBP"))
        .when(cell.str.contains("$", literal=True)).then(pl.lit(_DOLLARS))
        .when(cell.str.contains("¥", literal=True)).then(pl.lit("JPY CNY"))
        .otherwise(pl.lit(""))
    )  # fmt: skip
    return pl.DataFrame({"cell": cells}).select(said).to_series()


def durations(cells: pl.Series, field: str, header: str, style: str | None, unit: str | None, typed: bool = False) -> Converted:
    """Hours from "1.5", "1:30", "1:30:00", "1h 30m", "45 min" or PT1H30M; plain numbers are in `unit` ("h" if None)."""
    spoken = by_distinct(cells, _spoken_hours)
    rest = cells.set(spoken.is_not_null(), None)
    if rest.null_count() == rest.len():
        return of_values(spoken, cells, "not_a_number", unit="h:mm")
    plain = numbers(rest.str.replace(r"(?i)" + _HOURS_UNIT + "$", ""), field, header, style, typed)
    if plain.questions:
        return plain
    values = (plain.values / UNITS[unit or "h"]).zip_with(spoken.is_null(), spoken) if spoken.null_count() < cells.len() else plain.values
    if unit in ("min", "s") and spoken.null_count() == cells.len():
        values = plain.values / UNITS[unit]
    found = {**plain.reading, **({"unit": unit} if unit else {})}
    return of_values(values, cells, "not_a_number", **found)


def _spoken_hours(cells: pl.Series) -> pl.Series:
    cell = pl.col("cell").str.strip_chars()
    if not cells.head(200_000).str.contains("[:hmsPHMS]").any() and not cells.str.contains("[:hmsPHMS]").any():
        return pl.repeat(None, cells.len(), dtype=pl.Float64, eager=True)

    def part(pattern: str, group: int) -> pl.Expr:
        return cell.str.to_lowercase().str.extract(pattern, group).str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)

    def total(pattern: str, hours: int) -> pl.Expr:
        return part(pattern, hours).fill_null(0) + part(pattern, hours + 1).fill_null(0) / 60 + part(pattern, hours + 2).fill_null(0) / 3600

    clock = total(_CLOCK, 2) * pl.when(cell.str.starts_with("-")).then(-1).otherwise(1)
    iso = _ISO.lower()
    value = (
        pl.when(cell.str.contains(_CLOCK)).then(clock)
        .when(cell.str.to_lowercase().str.contains(iso) & cell.str.contains("[0-9]")).then(total(iso, 1))
        .when(cell.str.to_lowercase().str.contains(_BARE_MINUTES)).then(total(_BARE_MINUTES, 1))
        .when(cell.str.to_lowercase().str.contains(_SPOKEN) & cell.str.contains("[0-9].*[hmsHMS]")).then(total(_SPOKEN, 1))
    )  # fmt: skip
    return pl.DataFrame({"cell": cells}).select(value.alias(cells.name)).to_series()


def shares(cells: pl.Series, field: str, header: str, style: str | None, scale: str | None, wants_percent: bool, typed: bool) -> Converted:
    """Shares 0-1, or percentages 0-100 if `wants_percent`, from either. "45 %" says its scale itself; for bare numbers the column does.

    A bare value above 1 (in size) means percentages, unless none is above 2 and some lie between 0 and 1: shares that overshoot
    (1.02) look alike, so that is asked. If all are 0 or 1 or between, both scales fit a percent column with a value between 0 and 1,
    and a share column where nothing lies strictly between: that is asked.
    """
    with_sign = cells.str.contains("%", literal=True).fill_null(False)
    read = numbers(cells, field, header, style, typed, percent=True)
    if read.questions:
        return read
    bare = read.values.set(with_sign, None)
    if bare.null_count() < bare.len() and scale is None:
        largest = float(bare.abs().max() or 0)  # type: ignore[arg-type]
        between = ((bare.abs() > 0) & (bare.abs() < 1)).any()
        if largest > 1 and between and largest <= 2:
            return asking(cells, pl.Float64, _scale_question(cells, read.values, field, header, wants_percent))
        if largest > 1:
            scale = "percent"
        elif largest == 0 or (between and not wants_percent):
            scale = "share"
        else:
            return asking(cells, pl.Float64, _scale_question(cells, read.values, field, header, wants_percent))
    value = pl.col("value")
    of_percent = value if wants_percent else (value / 100).round(14)
    of_share = (value * 100).round(10) if wants_percent else value
    bare_value = of_share if scale == "share" else of_percent
    rows = pl.DataFrame({"value": read.values, "sign": with_sign})
    values = rows.select(pl.when("sign").then(of_percent).otherwise(bare_value).alias(cells.name)).to_series()
    found = {**read.reading, **({"scale": scale} if scale else {})}
    return Converted(values, read.failed, read.code, found)


def _scale_question(cells: pl.Series, values: pl.Series, field: str, header: str, wants_percent: bool) -> Question:
    shown = pl.DataFrame({"cell": cells, "value": values}).drop_nulls().unique("cell", maintain_order=True).head(5)
    choices = []
    for scale, factor in (("share", 100.0), ("percent", 1.0)):
        choices.append(Choice(scale, tuple((cell, f"{value * factor:g} %") for cell, value in shown.iter_rows())))
    return Question("scale", field, header, True, tuple(choices))
