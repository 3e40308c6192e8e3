"""What may stand in a document for a client: the days, numbers and names of its value, as either language writes them. It opens no file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from itertools import product
from typing import Any

from lib.formats import Language

LANGUAGES = (Language("en"), Language("es"))
Day = tuple[int, int, int | None]
"""Day, month, and year where it is said."""

_NUMBER = re.compile(r"\d+(?:[.,\u00a0\u202f\u2009]\d+)*")
_MONTHS = {
    name.replace(".", "").lower(): number
    for t, width in product(LANGUAGES, ("abbreviated", "wide"))
    for number, name in t.locale.months["format"][width].items()
} | {"sep": 9, "sept": 9}  # fmt: skip
_NAMES = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DAY = re.compile(rf"\b(\d{{1,2}})\s(?:de\s)?({_NAMES})\b(?:\s(?:de\s)?(\d{{4}})\b)?", re.IGNORECASE)
_ISO_DAY = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)(?:T[\d:.]+(?:Z|[+-][\d:]+)?)?")


@dataclass(frozen=True)
class Admitted:
    """What may stand in a file: days, numbers as they are written, and names that are no leak whoever else is called so."""

    days: frozenset[date] = frozenset()
    numbers: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()

    def __or__(self, other: Admitted) -> Admitted:
        return Admitted(self.days | other.days, self.numbers | other.numbers, self.names | other.names)

    def to_json(self) -> dict[str, list[str]]:
        return {"days": sorted(day.isoformat() for day in self.days), "numbers": sorted(self.numbers), "names": sorted(self.names)}

    @classmethod
    def of_json(cls, words: Mapping[str, list[str]]) -> Admitted:
        days = frozenset(date.fromisoformat(day) for day in words["days"])
        return cls(days, frozenset(words["numbers"]), frozenset(words["names"]))


def admitted_by(value: Any, names: Iterable[str] = ()) -> Admitted:
    """Every day and number that a frozen value holds, in its texts too; `names` may stand whoever else is called so.

    Numbers of fields named *_share count in percent. What the value works out in a property is not admitted unless it is held by a field.
    """
    days, numbers = set[date](), set[str]()
    for name, one in _held(value):
        if isinstance(one, bool):
            continue
        if isinstance(one, date):
            days.add(one)
        elif isinstance(one, int | float):
            numbers |= _written(one) | (_written(100 * one) if name.endswith("_share") else set())
        elif isinstance(one, str):
            in_days, in_numbers = numbers_in(one)
            numbers |= in_numbers | {str(part) for day in in_days for part in day if part}
    return Admitted(frozenset(days), frozenset(numbers), frozenset(filter(None, names)))


def numbers_in(text: str) -> tuple[set[Day], set[str]]:
    """The days (day, month, year where it is said) and other numbers that stand in a text."""
    days: set[Day] = set()

    def noted(found: re.Match[str]) -> str:
        days.add((int(found[1]), _MONTHS[found[2].lower()], int(found[3]) if found[3] else None))
        return " "

    def noted_iso(found: re.Match[str]) -> str:
        days.add((int(found[3]), int(found[2]), int(found[1])))
        return " "

    rest = _DAY.sub(noted, _ISO_DAY.sub(noted_iso, text))
    return days, {re.sub(r"[\u00a0\u202f\u2009]", "", number) for number in _NUMBER.findall(rest)}


def _held(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    if is_dataclass(value) and not isinstance(value, type):
        for one in fields(value):
            yield from _held(getattr(value, one.name), one.name)
    elif isinstance(value, tuple | list | frozenset):
        for one in value:
            yield from _held(one, name)
    elif value is not None:
        yield name, value


def _written(value: float) -> set[str]:
    """A number as either language writes it, with and without decimals."""
    return {t.number(abs(value), decimals) for t in LANGUAGES for decimals in (0, 1, 2)}
