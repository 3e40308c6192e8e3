"""Words, numbers, money, hours and dates as people read them, in one language. Pages, axes, slides and workbooks all write through it.

No-break spaces stand between a number and its unit and inside dates; a minus is U+2212; what is absent is an em dash.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_decimal, get_currency_symbol

from lib.language import LANGUAGES, translations

NBSP = "\u00a0"
MINUS = "\u2212"
ABSENT = "—"


@dataclass(frozen=True)
class Language:
    """One language of `LANGUAGES`: call it with a message to translate it, with named values for its {placeholders}."""

    code: str

    def __post_init__(self) -> None:
        if self.code not in LANGUAGES:
            raise UnknownLocaleError(self.code)

    @property
    def locale(self) -> Locale:
        return Locale("en", "GB") if self.code == "en" else Locale("es", "ES")

    def __call__(self, message: str, /, **values: Any) -> str:
        translated = translations(self.code).gettext(message) if message else ""
        return translated.format(**values) if values else translated

    def plural(self, one: str, many: str, count: int, /, **values: Any) -> str:
        """`one` or `many` by `count`, which is also the value {n}, written as a number."""
        chosen = translations(self.code).ngettext(one, many, count)
        return chosen.format(n=self.number(count), **values)

    def join(self, parts: list[str]) -> str:
        """a, b and c."""
        if len(parts) < 2:
            return "".join(parts)
        joined = self("{most} and {last}", most=", ".join(parts[:-1]), last=parts[-1])
        if self.code == "es" and re.match(r"(?i)h?[ií](?![aeo])", parts[-1]):
            joined = joined.replace(f" y {parts[-1]}", f" e {parts[-1]}")
        return joined

    def number(self, value: float | None, decimals: int = 0, sign: bool = False) -> str:
        if value is None:
            return ABSENT
        rounded = round(value, decimals)
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        digits = format_decimal(abs(rounded), format=pattern, locale=self.locale)
        return (MINUS if rounded < 0 else "+" if sign and rounded > 0 else "") + digits

    def share(self, value: float | None, decimals: int = 0, sign: bool = False) -> str:
        """A share 0-1 as a percentage: 82%, «82 %»."""
        if value is None:
            return ABSENT
        return self.number(100 * value, decimals, sign) + (NBSP if self.code == "es" else "") + "%"

    def points(self, value: float | None, decimals: int = 1) -> str:
        """A difference of two shares, in percentage points."""
        return ABSENT if value is None else self.number(100 * value, decimals, sign=True) + NBSP + self("pts")

    def hours(self, value: float | None, decimals: int = 0) -> str:
        return ABSENT if value is None else self.number(value, decimals) + NBSP + "h"

    def days(self, count: int) -> str:
        return self.plural("{n} day", "{n} days", count).replace(" ", NBSP)

    def money(self, value: float | None, currency: str, sign: bool = False) -> str:
        """To the unit under 100,000, then €412k and €3.31m; «412 k€», «3,31 M€»."""
        if value is None:
            return ABSENT
        size = abs(value)
        if round(size) < 100_000:
            digits, scale = self.number(size), ""
        elif round(size / 1000) < 1000:
            digits, scale = self.number(size / 1000), "k"
        else:
            digits, scale = self.number(size / 1e6, 2), "m"
        symbol = self.symbol(currency)
        before = MINUS if value < 0 and round(size) else "+" if sign and round(size) else ""
        if self.code == "en":
            return f"{before}{symbol}{digits}{scale}"
        scale = "M" if scale == "m" else scale
        return f"{before}{digits}{NBSP}{scale}{NBSP if scale and symbol[0].isalpha() else ''}{symbol}"

    def symbol(self, currency: str) -> str:
        """€, £, US$; the code itself where the language has no sign for it."""
        return "£" if currency == "GBP" else get_currency_symbol(currency, locale=self.locale)

    def amount(self, value: float | None, currency: str) -> str:
        """Money to the cent, for rows of documents."""
        if value is None:
            return ABSENT
        symbol, digits = self.symbol(currency), self.number(abs(value), 2)
        before = MINUS if value < 0 else ""
        return f"{before}{symbol}{digits}" if self.code == "en" else f"{before}{digits}{NBSP}{symbol}"

    def day(self, value: date | None, near: date | None = None, weekday: bool = False) -> str:
        """2 Oct 2026; the year is left out when it is that of `near`."""
        if value is None:
            return ABSENT
        pattern = ("EEE " if weekday else "") + ("d MMM" if near and near.year == value.year else "d MMM y")
        written = format_date(value, pattern, locale=self.locale)
        return written.replace("Sept", "Sep").replace("sept", "sep").replace(".", "").replace(" ", NBSP)

    def moment(self, value: datetime, near: date | None = None) -> str:
        return f"{self.day(value.date(), near)},{NBSP}{value:%H:%M}"

    def span(self, first: date, last: date, near: date | None = None) -> str:
        """2–13 Nov, 26 Oct–13 Nov."""
        if (first.year, first.month) == (last.year, last.month):
            return f"{first.day}–{self.day(last, near)}"
        return f"{self.day(first, near if first.year == last.year else None)}–{self.day(last, near)}"

    def month(self, value: date) -> str:
        return (
            format_date(value, "MMM y", locale=self.locale)
            .replace("Sept", "Sep")
            .replace("sept", "sep")
            .replace(".", "")
            .replace(" ", NBSP)
        )

    def month_name(self, number: int) -> str:
        return str(self.locale.months["stand-alone"]["wide"][number])

    def quarter(self, value: date, first_month: int = 1) -> str:
        """Q3 2026, «T3 2026»: of the fiscal year that begins in `first_month`, named by the year it ends in."""
        passed = (value.month - first_month) % 12
        year = value.year + (1 if first_month > 1 and value.month >= first_month else 0)
        return f"{'Q' if self.code == 'en' else 'T'}{passed // 3 + 1}{NBSP}{year}"

    def vega(self) -> dict[str, Any]:
        """Number and time words for charts (d3 locale)."""
        names = self.locale
        shorten = {"sept": "sep", "Sept": "Sep"}
        months = [names.months["format"]["abbreviated"][index].replace(".", "") for index in range(1, 13)]
        week = [6, 0, 1, 2, 3, 4, 5]
        wide, short = names.days["format"]["wide"], names.days["format"]["abbreviated"]
        decimal, thousands = (".", ",") if self.code == "en" else (",", ".")
        return {
            "number": {"decimal": decimal, "thousands": thousands, "grouping": [3], "currency": ["", ""], "minus": MINUS},
            "time": {
                "dateTime": "%A, %e %B %Y, %X", "date": "%d/%m/%Y", "time": "%H:%M:%S", "periods": ["AM", "PM"],
                "days": [wide[index] for index in week],
                "shortDays": [short[index].replace(".", "") for index in week],
                "months": [names.months["format"]["wide"][index] for index in range(1, 13)],
                "shortMonths": [shorten.get(month, month) for month in months],
            },
        }  # fmt: skip
