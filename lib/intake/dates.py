"""Text cells to days: ISO, day-month-year in either order, month names in English and Spanish, day numbers. Decides only what is certain.

The order of day and month is settled by all cells of a column: one 25/03 is enough. Where every cell fits both orders, it is asked.
"""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from lib.intake.converted import Converted, asking, by_distinct, of_values
from lib.intake.values import Choice, Question

ORDERS = ("dmy", "mdy", "ymd")
_MONTHS = {
    1: "jan january ene enero", 2: "feb february febrero", 3: "mar march marzo", 4: "apr april abr abril", 5: "may mayo",
    6: "jun june junio", 7: "jul july julio", 8: "aug august ago agosto", 9: "sep sept september septiembre setiembre set",
    10: "oct october octubre", 11: "nov november noviembre", 12: "dec december dic diciembre",
}  # fmt: skip
_MONTH_NUMBER = {name: number for number, names in _MONTHS.items() for name in names.split()}
_MONTH_NAME = "(" + "|".join(sorted(_MONTH_NUMBER, key=len, reverse=True)) + r")\.?"
_WEEKDAY = r"^(?:mon|tue|wed|thu|fri|sat|sun|lun|mar|mi[eé]|jue|vie|s[aá]b|dom)[a-záéíóú]*\.?,?\s+"
_HALF = r"\s*[ap]\.?\s?m\.?"
_ZONE = r"(\s*(?:z|utc|gmt|bst|wes?t|cest|cet|[ecmp][sd]t)?(?:\s*[+-][0-9]{1,2}(?::?[0-9]{2})?)?)(?:\s*[(\[][^)\]]*[)\]])?"
_CLOCK = r"[:.h][0-5][0-9](?:[:.](?:[0-5][0-9]|60)(?:[.,][0-9]+)?)?(?:\s*h(?:rs?|oras?)?\.?)?(?:" + _HALF + ")?"
# And no more: "10:00 to 9 May" is no day.
_TIME = r"(?:[\s,]+(?:a las\s+)?|t)(?:[01]?[0-9]|2[0-4])(?:" + _CLOCK + "|h|" + _HALF + ")" + _ZONE + "$"
_COMPACT_TIME = r"^([12][0-9]{7})[\st]?[0-2][0-9][0-5][0-9](?:[0-5][0-9])?" + _ZONE + "$"
_SEP = r"\s*[-/.\s]\s*"
_ISO = r"^([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})$"
_COMPACT = r"^((?:19|20|21)[0-9]{2})([01][0-9])([0-3][0-9])$"
_THREE = r"^([0-9]{1,2})" + _SEP + r"([0-9]{1,2})" + _SEP + r"([0-9]{4}|[0-9]{2})$"
_NAMED_DMY = r"^([0-9]{1,2})(?:st|nd|rd|th|er|ro|[ºª°])?[-/.,\s]*(?:de\s+)?" + _MONTH_NAME + r",?[-/.\s]*(?:del?\s+)?([0-9]{4}|[0-9]{2})$"
_NAMED_MDY = r"^" + _MONTH_NAME + r"[-/.\s]+([0-9]{1,2})(?:st|nd|rd|th)?,?[-/.\s]+([0-9]{4})$"
_NAMED_YMD = r"^([0-9]{4})[-/.,\s]+" + _MONTH_NAME + r"[-/.,\s]+([0-9]{1,2})$"
_SERIAL = r"^([2-6][0-9]{4}|7[0-2][0-9]{3})(?:[.,][0-9]+)?$"  # 1954 to 2099
EPOCHS = {"excel_1900": date(1899, 12, 30), "excel_1904": date(1904, 1, 1)}
"""What the day numbers of Excel count from: its own epoch (shifted by its 29 February 1900), or that of old Macs."""


def days(cells: pl.Series, field: str, header: str, order: str | None, century: int) -> Converted:
    """Date values of text cells (null is missing): the day as written, whatever its time and zone.

    Two-digit years below `century` are 20xx. `order` is one of `ORDERS` or `EPOCHS`, or None to find out. Where every cell is a day
    number, its epoch is asked.
    """
    iso = cells.str.to_date("%Y-%m-%d", strict=False)
    if iso.null_count() == cells.null_count() and cells.str.len_bytes().max() in (10, None):
        return of_values(iso, cells, "not_a_date")
    if order is not None and (epoch := EPOCHS.get(order)):
        counted = by_distinct(cells, lambda some: _counted_days(some, epoch))
        return of_values(counted, cells, "not_a_date", excel_days=_first_day(epoch))
    written = cells.drop_nulls().unique()
    distinct = _bare(written)
    if order is None:
        if distinct.len() and distinct.str.contains(_SERIAL).all():
            return asking(cells, pl.Date, _epoch_question(cells, field, header))
        order = _order_by_proof(distinct)
        if order == "ask":
            return asking(cells, pl.Date, _question(cells, field, header, century))
    values = by_distinct(cells, lambda some: _read(_bare(some), order or "dmy", century))
    found = {"date_order": order} if order else {}
    if distinct.str.contains(_THREE.replace("[0-9]{4}|", "")).any() or distinct.str.contains(_NAMED_DMY.replace("[0-9]{4}|", "")).any():
        found["two_digit_years"] = f"00-{century - 1:02} = 20xx"
    zones = _zones(written)
    if zones:
        found["zone"] = zones
    return of_values(values, cells, "not_a_date", **found)


def excel_days(cells: pl.Series) -> Converted:
    """Date values of a sheet's number cells: days since 30 December 1899, from 1 March 1900 on (before, Excel counts wrongly)."""
    serials = cells.cast(pl.Float64, strict=False)
    fits = serials.is_between(61, 109_938).fill_null(False)
    whole = serials.set(~fits, None).floor().cast(pl.Int32)
    epoch = EPOCHS["excel_1900"]
    return of_values((whole + (epoch - date(1970, 1, 1)).days).cast(pl.Date), cells, "not_a_date", excel_days=_first_day(epoch))


def _first_day(epoch: date) -> str:
    return f"1 = {(epoch + timedelta(days=1)).isoformat()}"


def _counted_days(cells: pl.Series, epoch: date) -> pl.Series:
    """Days of text cells that hold day numbers; a part of a day is dropped."""
    whole = cells.str.strip_chars().str.extract(_SERIAL, 1).cast(pl.Int32, strict=False)
    return (whole + (epoch - date(1970, 1, 1)).days).cast(pl.Date)


def _epoch_question(cells: pl.Series, field: str, header: str) -> Question:
    some = cells.drop_nulls().unique(maintain_order=True).head(5)
    choices = []
    for name, epoch in EPOCHS.items():
        read = _counted_days(some, epoch)
        choices.append(Choice(name, tuple((cell, day.isoformat()) for cell, day in zip(some, read, strict=True))))
    return Question("date_order", field, header, True, tuple(choices))


def _zones(cells: pl.Series) -> str:
    """The time zones that the cells name, as written: a day in one is not always the same day in another."""
    lower = _lower(cells)
    zones = pl.concat([lower.str.extract(_TIME, 1), lower.str.extract(_COMPACT_TIME, 2)]).str.strip_chars()
    named = zones.filter(zones != "").unique().sort()
    return ", ".join(zone.upper() for zone in named.head(3))


def _bare(cells: pl.Series) -> pl.Series:
    """Lower case, without time of day and weekday."""
    bare = _lower(cells)
    if bare.str.contains(r"[0-9][\st,].*[0-9]").any():
        bare = bare.str.replace(_TIME, "").str.replace(_COMPACT_TIME, "$1").str.strip_chars_end(" ,")
    if not bare.str.contains(r"^\pL").any():
        return bare
    kept = bare.str.contains(_NAMED_MDY)  # "mar" is March there, not martes
    rest = bare.str.replace(_WEEKDAY, "")
    return rest.zip_with(~kept, bare)


def _lower(cells: pl.Series) -> pl.Series:
    return cells.str.strip_chars("\t\r\n '\u00a0").str.strip_chars_end(".").str.to_lowercase()


def _order_by_proof(bare: pl.Series) -> str | None:
    """ "dmy" or "mdy" if some cell can be read in that order only, "ask" if none or both, None if no cell needs an order."""
    numeric = bare.filter(bare.str.contains(_THREE))
    if numeric.is_empty():
        return None
    first, second, third = (numeric.str.extract(_THREE, part).cast(pl.Int32) for part in (1, 2, 3))
    short_year = (numeric.str.extract(_THREE, 3).str.len_bytes() == 2).all()
    if short_year and (second < 13).all() and third.is_between(1, 31).all():
        if (first > 31).any():
            return "ymd"
        if first.n_unique() <= third.n_unique():  # 26-01-05, where years seem to stand first
            return "ask"
    day_first = ((first > 12) & (first < 32) & (second < 13)).any()
    month_first = ((second > 12) & (second < 32) & (first < 13)).any()
    if day_first != month_first:
        return "dmy" if day_first else "mdy"
    if not day_first and (first == second).all():
        return "dmy"
    return "ask"


def _question(cells: pl.Series, field: str, header: str, century: int) -> Question:
    some = cells.drop_nulls().unique(maintain_order=True)
    bare = _bare(some)
    numeric = some.filter(bare.str.contains(_THREE)).head(5)
    choices = []
    for order in ORDERS:
        read = _read(_bare(numeric), order, century)
        if order == "ymd" and read.null_count():
            continue
        choices.append(
            Choice(order, tuple((cell, "" if day is None else day.isoformat()) for cell, day in zip(numeric, read, strict=True)))
        )
    return Question("date_order", field, header, True, tuple(choices))


def _read(bare: pl.Series, order: str, century: int) -> pl.Series:
    cell = pl.col("cell")
    iso = bare.str.to_date("%Y-%m-%d", strict=False)
    if iso.null_count() == bare.null_count() and (bare.str.len_bytes() == 10).all():
        return iso

    def part(pattern: str, group: int) -> pl.Expr:
        return cell.str.extract(pattern, group).cast(pl.Int32, strict=False)

    def named(pattern: str, group: int) -> pl.Expr:
        return cell.str.extract(pattern, group).replace_strict(_MONTH_NUMBER, default=None, return_dtype=pl.Int32)

    places = {letter: part(_THREE, position) for position, letter in enumerate(order, start=1)}
    year = pl.coalesce(part(_ISO, 1), part(_COMPACT, 1), places["y"], part(_NAMED_DMY, 3), part(_NAMED_MDY, 3), part(_NAMED_YMD, 1))
    month = pl.coalesce(part(_ISO, 2), part(_COMPACT, 2), places["m"], named(_NAMED_DMY, 2), named(_NAMED_MDY, 1), named(_NAMED_YMD, 2))
    day = pl.coalesce(part(_ISO, 3), part(_COMPACT, 3), places["d"], part(_NAMED_DMY, 1), part(_NAMED_MDY, 2), part(_NAMED_YMD, 3))
    short = ~cell.str.contains("0[0-9]{3}")  # the year 0026 is a mistake, not 2026
    full_year = pl.when(short & (year < century)).then(year + 2000).when(short & (year < 100)).then(year + 1900).otherwise(year)
    parts = pl.DataFrame({"cell": bare}).select(year=full_year, month=month, day=day)
    days_read = [_day(*row) for row in parts.iter_rows()]
    return pl.Series(bare.name, days_read, pl.Date)


def _day(year: int | None, month: int | None, day: int | None) -> date | None:
    if year is None or month is None or day is None:
        return None
    try:
        return date(year, month, day)
    except ValueError:  # 31 February
        return None
