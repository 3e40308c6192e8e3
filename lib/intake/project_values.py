"""Single values of a Microsoft Project plan: durations, instants, flags and lags, as text cells of ours. It knows no table."""

from __future__ import annotations

import re
from datetime import date

from lib.intake.project_calendars import FIRST_DAY, LAST_DAY, tick_of
from lib.intake.project_xml import Element

LINK_KINDS = {"0": "FF", "1": "FS", "2": "SF", "3": "SS"}
ELAPSED = frozenset({4, 6, 8, 10, 12, 20, 36, 38, 40, 42, 44, 52})
"""Codes of durations and lags that run around the clock (emin, eh, ed, ew, emo, e%), certain and estimated."""
PERCENT = frozenset({19, 20, 51, 52})
TICKS_PER_HOUR = 600.0
_DURATION = re.compile(r"(-?)P(?:(\d{1,6})D)?(?:T(?:(\d{1,9}(?:\.\d+)?)H)?(?:(\d{1,9}(?:\.\d+)?)M)?(?:(\d{1,9}(?:\.\d+)?)S)?)?")
_TRUE = ("1", "true")
_NO_DATE = ("1984", "2049")  # the ends of Project's own calendar: not set


def is_set(element: Element, name: str) -> bool:
    """Whether a flag is 1 or true."""
    return element.text(name).lower() in _TRUE


def code(element: Element, name: str) -> int:
    """A code of Project's; 0 where there is none."""
    text = element.text(name)
    return int(text) if text.isdecimal() and len(text) < 6 else 0


def number(text: str) -> float | None:
    """The number that a text says; None if it says none, or one beyond measure."""
    try:
        found = float(text)
    except ValueError:
        return None
    return found if abs(found) < 1e15 else None


def duration(text: str) -> float | None:
    """Hours of PT8H30M0S; None for what is none."""
    found = _DURATION.fullmatch(text)
    if not found or text.rstrip("T") in ("P", "-P"):
        return None
    sign, days, hours, minutes, seconds = found.groups()
    length = float(days or 0) * 24 + float(hours or 0) + float(minutes or 0) / 60 + float(seconds or 0) / 3600
    return -length if sign else length


def hours(text: str, zero: bool = True) -> str:
    """A duration as decimal hours; what is none as it is written, so that its row is rejected for it."""
    length = duration(text)
    if length is None:
        return text
    return written(round(length, 6)) if length or zero else ""


def written(value: float) -> str:
    """8, 8.5: as few digits as say it."""
    return str(int(value)) if value == int(value) else repr(value)


def moment(text: str) -> tuple[date | None, int | None]:
    """(day, ticks after midnight) of 2026-03-02T17:00:00; None for what is none, or beyond the days that tables hold."""
    day, _, time = text.partition("T")
    try:
        found = date.fromisoformat(day)
    except ValueError:
        return None, None
    return (found, tick_of(time[:8]) or 0) if FIRST_DAY <= found <= LAST_DAY else (None, None)


def day(text: str) -> str:
    """The day of an instant; "" for one that Project means as none, and the text itself if it is no day."""
    if text[:4] in _NO_DATE and text[4:10] in ("-01-01", "-12-31"):
        return ""
    found = moment(text)[0]
    return found.isoformat() if found else text


def lag_of(link: Element, predecessor_hours: float) -> tuple[str, bool]:
    """(lag in hours, whether it runs around the clock): tenths of a minute, or percent of the predecessor's duration."""
    text, form = link.text("LinkLag"), code(link, "LagFormat")
    lag = number(text or "0")
    if lag is None:
        return text, form in ELAPSED
    return written(round(lag / 100 * predecessor_hours if form in PERCENT else lag / TICKS_PER_HOUR, 6)), form in ELAPSED
