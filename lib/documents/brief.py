"""An account in one page, for the minute before a call: a frozen value, and its words in their places. It computes and draws nothing.

Figures and sentences come formatted from whoever builds the value, in one language; days come as dates. `lib.documents.brief_pdf`
writes it, in the document worker.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any, Literal

from lib.columns import N_
from lib.formats import ABSENT, Language
from lib.text import clean_text

Status = Literal["risk", "watch", "ok", "none"]
"""The shape and colour beside a word: ■ ▲ ● ○."""
MOST_LETTERS, MOST_CAPS = 400, 3
"""What a page shows at most of one text, and how many caps; it cuts and leaves out more where that has no room, and says so."""


@dataclass(frozen=True)
class PromiseLine:
    text: str
    due: date | None
    status: Status
    state: str
    who: str = ""


@dataclass(frozen=True)
class ProjectLine:
    """`spi_t` and `sv_t` as people read them: 0.90, −9 days; "—" where there is none."""

    name: str
    spi_t: str
    sv_t: str
    due: date | None
    status: Status
    state: str


@dataclass(frozen=True)
class BurnLine:
    """Hours of a contract or retainer: `used` of `included` over `months` (Jul–Sep). `share` 0-1 draws the bar, None none."""

    name: str
    used: str
    included: str
    months: str
    share: float | None = None
    status: Status | None = None
    state: str = ""


@dataclass(frozen=True)
class InvoiceLine:
    """`days_late` counts from the due date; 0 or less is not late yet."""

    number: str
    amount: str
    days_late: int | None
    note: str = ""


@dataclass(frozen=True)
class FeedbackLine:
    """`score` with its scale: NPS 3 of 10."""

    day: date
    score: str
    who: str
    comment: str


@dataclass(frozen=True)
class ContactLine:
    day: date
    kind: str
    who: str
    summary: str


@dataclass(frozen=True)
class RiskLine:
    """`figure`: how large, as 4 × 5 = 20 or a word."""

    title: str
    figure: str
    owner: str = ""
    status: Status | None = None
    state: str = ""


@dataclass(frozen=True)
class OpportunityLine:
    name: str
    amount: str
    chance: str
    closes: date | None


@dataclass(frozen=True)
class DateLine:
    day: date
    what: str
    note: str = ""
    status: Status | None = None


@dataclass(frozen=True)
class AccountBrief:
    """All of an account that one page holds; rows in their order of attention, as many as there are.

    `score`, `low`, `high`, `was` (13 weeks before) and `limits` (amber, green) are points; `band` is the word of `status`. `firmness`,
    `range_words`, `coverage_words`, `change_words`, `reason` and `caps` (and a band that somebody set) are sentences; empty ones are left
    out. `unloaded` names sections (SECTIONS) whose tables hold nothing yet: their place says what to import.
    """

    name: str
    tier: str
    manager: str
    as_of: date
    score: float | None
    low: float | None
    high: float | None
    status: Status
    band: str
    firmness: str = ""
    range_words: str = ""
    coverage_words: str = ""
    change_words: str = ""
    reason: str = ""
    caps: tuple[str, ...] = ()
    was: float | None = None
    limits: tuple[float, float] = (50.0, 75.0)
    promises: tuple[PromiseLine, ...] = ()
    projects: tuple[ProjectLine, ...] = ()
    burn: tuple[BurnLine, ...] = ()
    invoices: tuple[InvoiceLine, ...] = ()
    feedback: tuple[FeedbackLine, ...] = ()
    contacts: tuple[ContactLine, ...] = ()
    risks: tuple[RiskLine, ...] = ()
    opportunities: tuple[OpportunityLine, ...] = ()
    dates: tuple[DateLine, ...] = ()
    unloaded: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if unknown := self.unloaded - set(SECTIONS):
            raise ValueError(f"no section of a brief: {', '.join(sorted(unknown))}")

    @property
    def digest(self) -> str:
        """The same for the same brief: names a file before its bytes exist."""
        plain = asdict(self) | {"unloaded": sorted(self.unloaded)}
        return hashlib.sha256(json.dumps(plain, default=str, sort_keys=True).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Section:
    title: str
    none: str
    unloaded: str
    most: int = 12


SECTIONS: dict[str, Section] = {
    "promises": Section(N_("What we promised"), N_("No promise is open"), N_("Record promises in a review to see them here")),
    "projects": Section(N_("Projects"), N_("No project is open"), N_("Import projects and tasks with baseline dates to see them here")),
    "burn": Section(N_("Hours of contracts and retainers"), N_("No contract or retainer with hours is in force"),
                    N_("Import contracts and time entries to see them here")),
    "invoices": Section(N_("Open invoices"), N_("No invoice is open"), N_("Import invoices to see them here")),
    "feedback": Section(N_("Latest feedback"), N_("Nobody has answered yet"), N_("Import feedback to see it here"), most=4),
    "contacts": Section(N_("Last contacts"), N_("No contact is known"), N_("Import meetings and calls to see them here"), most=5),
    "risks": Section(N_("Open risks and issues"), N_("No risk is open"), N_("Import risks to see them here")),
    "opportunities": Section(N_("Opportunities"), N_("No opportunity is open"), N_("Import opportunities to see them here")),
    "dates": Section(N_("Next dates"), N_("No date ahead"), N_("Import contracts, tasks and goals to see their dates here"), most=8),
}  # fmt: skip
"""Section -> its title, what stands there when it is empty, what to import where nothing is loaded, and the most rows it shows."""
COLUMNS = (("promises", "projects", "burn", "invoices", "dates"), ("feedback", "contacts", "risks", "opportunities"))


def page_of(brief: AccountBrief, t: Language) -> dict[str, Any]:
    """Every word of the page in its place, as JSON: what the template lays out. All texts are clean and of one line."""
    return {
        "lang": t.code,
        "date": [brief.as_of.year, brief.as_of.month, brief.as_of.day],
        "title": t("Account brief: {name}", name=_line(brief.name)),
        "kicker": t("Account brief"),
        "internal": t("Internal, not for the client"),
        "as_of": t("Data as of {day}", day=t.day(brief.as_of)),
        "name": _line(brief.name) or ABSENT,
        "about": " · ".join(filter(None, [_line(brief.tier), _line(brief.manager)])),
        "score": _score(brief, t),
        "reason": _line(brief.reason),
        "caps": [_line(cap) for cap in brief.caps[:MOST_CAPS]],
        "more_caps": _more(len(brief.caps) - MOST_CAPS, t),
        "columns": [[_section(brief, key, t) for key in column] for column in COLUMNS],
    }


def _score(brief: AccountBrief, t: Language) -> dict[str, Any]:
    said = (brief.range_words, brief.coverage_words, brief.change_words)
    return {
        "shown": t.number(None if brief.score is None else round(brief.score + 1e-9, 1), 1),
        **{name: getattr(brief, name) for name in ("score", "low", "high", "was", "status")},
        "band": _line(brief.band),
        "firmness": _line(brief.firmness),
        "said": [line for line in map(_line, said) if line],
        "limits": [{"at": limit, "shown": t.number(limit)} for limit in brief.limits],
    }


def _section(brief: AccountBrief, key: str, t: Language) -> dict[str, Any]:
    rows = getattr(brief, key)
    section = SECTIONS[key]
    shown = rows[: section.most]
    return {
        "title": t(section.title),
        "rows": [_row(**_ROWS[key](row, brief, t)) for row in shown],
        "more": [_more(len(rows) - count, t) for count in range(len(shown) + 1)],
        "absent": f"— {t(section.unloaded if key in brief.unloaded else section.none)}",
    }


def _more(count: int, t: Language) -> str:
    return t.plural("and {n} more", "and {n} more", count) if count > 0 else ""


def _row(main: str, right: str = "", detail: Iterable[str] = (), status: Status | None = None, word: str = "", share: float | None = None,
         lines: int = 1) -> dict[str, Any]:  # fmt: skip
    """One row: `main` (up to two lines) and `right` above; `detail` (grey, up to `lines`) and the shape with its `word` below."""
    return {
        "main": _line(main), "right": _line(right), "detail": " · ".join(filter(None, map(_line, detail))), "status": status,
        "word": _line(word), "share": None if share is None else max(0.0, share), "lines": lines,
    }  # fmt: skip


def _line(text: str) -> str:
    clean = clean_text(text, lines=False)
    return clean if len(clean) <= MOST_LETTERS else clean[: MOST_LETTERS - 1] + "…"


def _promise(row: PromiseLine, brief: AccountBrief, t: Language) -> dict[str, Any]:
    return {"main": row.text, "right": t.day(row.due, near=brief.as_of), "detail": [row.who], "status": row.status, "word": row.state}


def _project(row: ProjectLine, brief: AccountBrief, t: Language) -> dict[str, Any]:
    detail = [f"SPI(t) {row.spi_t}", f"SV(t) {row.sv_t}"]
    return {"main": row.name, "right": t.day(row.due, near=brief.as_of), "detail": detail, "status": row.status, "word": row.state}


def _burn(row: BurnLine, brief: AccountBrief, t: Language) -> dict[str, Any]:
    figure = t("{used} of {included}", used=row.used, included=row.included)
    return {"main": row.name, "right": figure, "detail": [row.months], "status": row.status, "word": row.state, "share": row.share}


def _invoice(row: InvoiceLine, brief: AccountBrief, t: Language) -> dict[str, Any]:
    if row.days_late is None:
        return {"main": row.number, "right": row.amount, "detail": [row.note], "word": t("no due date")}
    late = row.days_late > 0
    status: Status = "risk" if row.days_late > 30 else "watch" if late else "ok"
    word = t("{days} late", days=t.days(row.days_late)) if late else t("not due yet")
    return {"main": row.number, "right": row.amount, "detail": [row.note], "status": status, "word": word}


def _feedback(row: FeedbackLine, brief: AccountBrief, t: Language) -> dict[str, Any]:
    about = [t.day(row.day, near=brief.as_of), row.who]
    return {"main": " · ".join(filter(None, about)), "right": row.score, "detail": [row.comment], "lines": 3}


def _contact(row: ContactLine, brief: AccountBrief, t: Language) -> dict[str, Any]:
    about = [t.day(row.day, near=brief.as_of), row.kind, row.who]
    return {"main": " · ".join(filter(None, about)), "detail": [row.summary], "lines": 2}


def _risk(row: RiskLine, brief: AccountBrief, t: Language) -> dict[str, Any]:
    return {"main": row.title, "right": row.figure, "detail": [row.owner], "status": row.status, "word": row.state}


def _opportunity(row: OpportunityLine, brief: AccountBrief, t: Language) -> dict[str, Any]:
    detail = [row.chance, t("closes {day}", day=t.day(row.closes, near=brief.as_of)) if row.closes else t("no close date")]
    return {"main": row.name, "right": row.amount, "detail": detail}


def _date(row: DateLine, brief: AccountBrief, t: Language) -> dict[str, Any]:
    return {"main": row.what, "right": t.day(row.day, near=brief.as_of), "status": row.status, "word": row.note if row.status else "",
            "detail": [] if row.status else [row.note]}  # fmt: skip


_ROWS: dict[str, Callable[[Any, AccountBrief, Language], dict[str, Any]]] = {
    "promises": _promise, "projects": _project, "burn": _burn, "invoices": _invoice, "feedback": _feedback, "contacts": _contact,
    "risks": _risk, "opportunities": _opportunity, "dates": _date,
}  # fmt: skip
assert set(_ROWS) == set(SECTIONS) <= {one.name for one in fields(AccountBrief)}
