"""A case study on one page as a frozen value that holds only what anybody may read, and its words in their places. It draws nothing.

Challenge, work and result are typed by a person; a quotation stands only where a person has ticked that it may.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from lib.columns import N_
from lib.documents.change_order import footer, line, text
from lib.formats import ABSENT, Language

MOST_RESULTS, MOST_DATES, MOST_TEXT, MOST_QUOTE, MOST_NAME, MOST_LINES = 5, 6, 450, 260, 70, 5
"""What a page usually has room for; longer texts end in "…". Where even these have none, dates, quotation and table go, in that order."""


@dataclass(frozen=True)
class Result:
    """A goal or indicator of the client: where it stood, where it was to go, where it is."""

    title: str
    unit: str
    before: float | None
    target: float | None
    after: float | None


@dataclass(frozen=True)
class CaseStudy:
    """`dates`: milestones with the day they were done. `quote` of `quoted`, empty unless ticked."""

    client: str
    project: str
    firm: str
    as_of: date
    headline: str = ""
    challenge: str = ""
    done: str = ""
    result: str = ""
    results: tuple[Result, ...] = ()
    start_on: date | None = None
    finish_on: date | None = None
    dates: tuple[tuple[str, date], ...] = ()
    quote: str = ""
    quoted: str = ""

    @property
    def digest(self) -> str:
        """The same for the same study: names a file before its bytes exist."""
        return hashlib.sha256(json.dumps(asdict(self), default=str, sort_keys=True).encode()).hexdigest()[:16]

    @property
    def names(self) -> tuple[str, ...]:
        """Who the study is about: names that may stand in it whoever else is called so."""
        return tuple(filter(None, (self.firm, self.client, self.project, self.quoted)))


def words_of(study: CaseStudy, t: Language) -> dict[str, Any]:
    """Every word of the page in its place, as JSON. Texts are clean and short enough for one page."""
    title = _cut(line(study.headline), MOST_NAME + 40) or _cut(line(study.project), MOST_NAME) or ABSENT
    return {
        "lang": t.code,
        "date": [study.as_of.year, study.as_of.month, study.as_of.day],
        "label": {
            "challenge": t("The challenge"), "done": t("What we did"), "result": t("The result"), "timeline": t("The way"),
            "what": t("What"), "before": t("Before"), "target": t("Target"), "after": t("After"),
        },
        "title": title,
        "kicker": " · ".join(filter(None, [_cut(line(study.client), MOST_NAME), _cut(line(study.project), MOST_NAME)])),
        "firm": _cut(line(study.firm), MOST_NAME),
        "dated": t.day(study.as_of),
        "footer": footer(t("Case study"), study.client, study.as_of, t),
        "challenge": _told(study.challenge, MOST_TEXT),
        "done": _told(study.done, MOST_TEXT),
        "result": _told(study.result, MOST_TEXT),
        "results": [
            {"title": _cut(line(one.title), MOST_NAME),
             **{name: _value(getattr(one, name), one.unit, t) for name in ("before", "target", "after")}}
            for one in study.results[:MOST_RESULTS]
        ],
        "timeline": [{"what": _cut(what, MOST_NAME), "on": t.day(on)} for what, on in _timeline(study, t)],
        "quote": _told(study.quote, MOST_QUOTE),
        "quoted": _cut(line(study.quoted), MOST_NAME),
    }  # fmt: skip


def _timeline(study: CaseStudy, t: Language) -> list[tuple[str, date]]:
    ends = [(t(N_("Start")), study.start_on), (t(N_("Finish")), study.finish_on)]
    named = [*study.dates[:MOST_DATES], *((what, on) for what, on in ends if on is not None)]
    return sorted(((line(what), on) for what, on in named), key=lambda row: row[1])


def _value(value: float | None, unit: str, t: Language) -> str:
    if value is None:
        return ABSENT
    decimals = 0 if value == round(value) else 1 if round(value, 1) == round(value, 2) else 2
    return " ".join(filter(None, [t.number(value, decimals), _cut(line(unit), 12)])).replace(" ", "\u00a0")


def _told(words: str, most: int) -> str:
    """A text cut to `most` letters and MOST_LINES lines of its own; further lines follow on the last."""
    lines = text(words).split("\n")
    return _cut("\n".join([*lines[: MOST_LINES - 1], " ".join(lines[MOST_LINES - 1 :])]).strip(), most)


def _cut(words: str, most: int) -> str:
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"
