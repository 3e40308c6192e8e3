"""The closing report of a project as a frozen value, and its words in their places: planned against actual. It computes and draws nothing.

What only we may read stands in `Inside` and nowhere else; `client_edition` leaves it out. Texts of the lessons are typed by a person.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any, Literal

from lib.columns import N_
from lib.documents.change_order import STATES, State, footer, has_cents, line, money, text
from lib.formats import ABSENT, Language

Kept = Literal["kept", "late", "dropped", "open"]
KEPT: dict[Kept, tuple[str, str]] = {
    "kept": ("●", N_("kept")), "late": ("■", N_("late")), "dropped": ("○", N_("given up")), "open": ("○", N_("not done yet")),
}  # fmt: skip
STEPS: dict[str, str] = {
    "sold": N_("Sold"), "change_order": N_("Change order"), "absorbed": N_("Absorbed"), "drift": N_("Estimates that moved"),
    "today": N_("At the end"),
}  # fmt: skip


@dataclass(frozen=True)
class Milestone:
    """A milestone or deliverable: the day of its baseline, the day it was done, the day the client accepted it."""

    name: str
    planned_on: date | None
    done_on: date | None
    accepted_on: date | None = None


@dataclass(frozen=True)
class Change:
    """A change that was asked for; `price` is what the client pays, in the project's currency."""

    number: str
    title: str
    state: State
    decided_on: date | None = None
    price: float | None = None


@dataclass(frozen=True)
class Promise:
    text: str
    due: date | None
    state: Kept


@dataclass(frozen=True)
class Heard:
    """An answer of the client: its kind in capitals, its score and the end of the scale."""

    day: date
    kind: str
    score: float
    most: float | None
    who: str
    comment: str


@dataclass(frozen=True)
class Step:
    """A step of the margin ledger; `about`: number or title of the change."""

    step: str
    about: str
    amount: float
    total: float


@dataclass(frozen=True)
class Estimates:
    """How good the estimates were, over done tasks with both: hours, the median of actual ÷ estimate, the share within a quarter of it."""

    tasks: int
    estimated_hours: float
    actual_hours: float
    median_ratio_share: float
    within_share: float


@dataclass(frozen=True)
class Inside:
    """What only we may read; money in `currency`, the base. Margins are shares of AGI."""

    currency: str
    hours_planned: float | None
    hours_actual: float | None
    cost_planned: float | None
    cost_actual: float | None
    margin_planned_share: float | None
    margin_actual_share: float | None
    ledger: tuple[Step, ...] = ()
    estimates: Estimates | None = None
    absorbed: tuple[str, ...] = ()
    lessons: tuple[str, ...] = ()


@dataclass(frozen=True)
class ClosingReport:
    """A project at its end; amounts in `currency` net of tax. Hours stand only where the client pays by the hour; None: not known."""

    project: str
    client: str
    firm: str
    currency: str
    as_of: date
    start_planned_on: date | None = None
    start_actual_on: date | None = None
    finish_planned_on: date | None = None
    finish_committed_on: date | None = None
    finish_actual_on: date | None = None
    price_agreed: float | None = None
    price_total: float | None = None
    hours_planned: float | None = None
    hours_actual: float | None = None
    summary: str = ""
    milestones: tuple[Milestone, ...] = ()
    changes: tuple[Change, ...] = ()
    promises: tuple[Promise, ...] = ()
    feedback: tuple[Heard, ...] = ()
    lessons: tuple[str, ...] = ()
    internal: Inside | None = None

    @property
    def digest(self) -> str:
        """The same for the same report: names a file before its bytes exist."""
        return hashlib.sha256(json.dumps(asdict(self), default=str, sort_keys=True).encode()).hexdigest()[:16]

    @property
    def names(self) -> tuple[str, ...]:
        """Who the report is between and about: names that may stand in it whoever else is called so."""
        return tuple(filter(None, (self.firm, self.client, self.project, *(one.who for one in self.feedback))))


def client_edition(report: ClosingReport) -> ClosingReport:
    """The report without anything that only we may read."""
    return replace(report, internal=None)


LABELS: dict[str, str] = {
    "client": N_("Client"), "project": N_("Project"), "finished": N_("Finished"), "as_of": N_("Figures as of"),
    "against": N_("Planned and outcome"), "planned": N_("Planned"), "actual": N_("Outcome"), "difference": N_("Difference"),
    "summary": N_("Summary"), "milestones": N_("Milestones and deliverables"), "done": N_("Done"), "accepted": N_("Accepted"),
    "changes": N_("Changes"), "change": N_("Change"), "state": N_("State"), "price": N_("Price"), "ledger": N_("Margin, step by step"),
    "amount": N_("Amount"), "total": N_("Total"), "estimates": N_("Quality of the estimates"), "absorbed": N_("Work done for nothing"),
    "promises": N_("Promises"), "promise": N_("Promise"), "due": N_("Promised for"),
    "feedback": N_("What you told us"), "lessons": N_("Lessons"),
    "inside_lessons": N_("Lessons for us"), "what": N_("What"),
}  # fmt: skip
"""Labels that a template may use as label.<name>."""


def words_of(report: ClosingReport, t: Language) -> dict[str, Any]:
    """Every word of the report in its place, as JSON. Texts are clean."""
    inside = report.internal
    title = t("Closing report")
    return {
        "lang": t.code,
        "date": [report.as_of.year, report.as_of.month, report.as_of.day],
        "label": {name: t(label) for name, label in LABELS.items()},
        "title": title,
        "subtitle": line(report.project),
        "edition": t("Internal edition, not for the client") if inside else "",
        "firm": line(report.firm),
        "dated": t.day(report.as_of),
        "footer": footer(title, report.client, report.as_of, t),
        "client": line(report.client) or ABSENT,
        "project": line(report.project) or ABSENT,
        "finished": t.day(report.finish_actual_on),
        "as_of": t.day(report.as_of),
        "rows": [*_dates(report, t), *_amounts(report, t)],
        "summary": text(report.summary),
        "milestones": [
            {"name": line(one.name), "planned": t.day(one.planned_on), "done": t.day(one.done_on), "accepted": t.day(one.accepted_on)}
            for one in report.milestones
        ],
        "milestones_said": _met(report, t),
        "changes": [
            {"name": " ".join(filter(None, [line(one.number), line(one.title)])),
             "state": " ".join(filter(None, [t(STATES[one.state]), t.day(one.decided_on) if one.decided_on else ""])),
             "price": money(one.price, report.currency, t, has_cents(change.price for change in report.changes))}
            for one in report.changes
        ],
        "ledger": [
            {"step": ": ".join(filter(None, [t(STEPS[one.step]), line(one.about)])), "amount": money(one.amount, inside.currency, t, False),
             "total": money(one.total, inside.currency, t, False)}
            for one in inside.ledger
        ] if inside else [],
        "estimates": _estimates(inside.estimates, t) if inside and inside.estimates else "",
        "absorbed": [line(one) for one in inside.absorbed] if inside else [],
        "promises": [
            {"text": line(one.text), "due": t.day(one.due), "state": f"{KEPT[one.state][0]} {t(KEPT[one.state][1])}"}
            for one in report.promises
        ],
        "promises_said": _promises(report, t),
        "feedback": [_heard(one, t) for one in report.feedback],
        "lessons": [text(one) for one in report.lessons if text(one)],
        "inside_lessons": [text(one) for one in inside.lessons if text(one)] if inside else [],
    }  # fmt: skip


_DAY = date(2026, 1, 1)
_EVERYTHING = ClosingReport(
    "a", "a", "a", "EUR", _DAY, _DAY, _DAY, summary="a", milestones=(Milestone("a", _DAY, _DAY),), changes=(Change("a", "a", "open"),),
    promises=(Promise("a", _DAY, "kept"),), feedback=(Heard(_DAY, "NPS", 1.0, None, "a", "a"),), lessons=("a",),
    internal=Inside("EUR", 1.0, 1.0, 1.0, 1.0, 0.1, 0.1, (Step("sold", "", 1.0, 1.0),), Estimates(1, 1.0, 1.0, 1.0, 1.0), ("a",), ("a",)),
)  # fmt: skip
SPARE = frozenset({"lang", "date", "as_of", "project", "finished"})
"""Fields that a template need not use."""


def everything(t: Language) -> dict[str, Any]:
    """Words with a row in every list: they name the fields that a template may use."""
    return words_of(_EVERYTHING, t)


def derived(report: ClosingReport) -> tuple[float, ...]:
    """What the words work out of the client's part: days between, counts, the difference of the price. Admitted like what it holds."""
    days = [(actual - planned).days for _, planned, actual in _spans(report) if planned and actual]
    due = [one for one in report.milestones if one.planned_on]
    states = [one.state for one in report.promises]
    counts = [len(due), _on_time(due), *(states.count(state) for state in KEPT)]
    more = _less(report.price_total, report.price_agreed)
    hours = _less(report.hours_actual, report.hours_planned)
    return (*map(float, days), *map(float, counts), *(one for one in (more, hours) if one is not None))


def _spans(report: ClosingReport) -> tuple[tuple[str, date | None, date | None], ...]:
    return (
        (N_("Start"), report.start_planned_on, report.start_actual_on),
        (N_("Finish, as first agreed"), report.finish_planned_on, report.finish_actual_on),
        (N_("Finish, as last committed"), report.finish_committed_on, report.finish_actual_on),
    )


def _row(what: str, planned: str, actual: str, difference: str = "") -> dict[str, str]:
    return {"what": what, "planned": planned, "actual": actual, "difference": difference}


def _dates(report: ClosingReport, t: Language) -> list[dict[str, str]]:
    spans = [one for one in _spans(report) if one[1] or one[2]]
    return [_row(t(what), t.day(planned), t.day(actual), _late(planned, actual, t)) for what, planned, actual in spans]


def _late(planned: date | None, actual: date | None, t: Language) -> str:
    if planned is None or actual is None:
        return ABSENT
    days = (actual - planned).days
    if days == 0:
        return t("on the day")
    return t("{days} later", days=t.days(days)) if days > 0 else t("{days} earlier", days=t.days(-days))


def _amounts(report: ClosingReport, t: Language) -> list[dict[str, str]]:
    cents, rows = has_cents((report.price_agreed, report.price_total)), []
    if report.price_agreed is not None or report.price_total is not None:
        more = _less(report.price_total, report.price_agreed)
        rows.append(_row(t("Price with changes, net of tax"), money(report.price_agreed, report.currency, t, cents),
                         money(report.price_total, report.currency, t, cents), money(more, report.currency, t, cents)))  # fmt: skip
    inside = report.internal
    planned, actual = (inside.hours_planned, inside.hours_actual) if inside else (report.hours_planned, report.hours_actual)
    if planned is not None or actual is not None:
        rows.append(_row(t("Hours"), t.hours(planned), t.hours(actual), _signed(_less(actual, planned), t)))
    if inside:
        costs = (inside.cost_planned, inside.cost_actual, _less(inside.cost_actual, inside.cost_planned))
        rows.append(_row(t("Cost"), *(money(cost, inside.currency, t, False) for cost in costs)))
        margins = (inside.margin_planned_share, inside.margin_actual_share)
        rows.append(_row(t("Margin"), t.share(margins[0], 1), t.share(margins[1], 1), t.points(_less(margins[1], margins[0]))))
    return rows


def _less(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one - other


def _signed(hours: float | None, t: Language) -> str:
    return ABSENT if hours is None else t.number(hours, sign=True) + "\u00a0h"


def _met(report: ClosingReport, t: Language) -> str:
    due = [one for one in report.milestones if one.planned_on]
    if not due:
        return ""
    return t("{met} of {all} on the planned day or before", met=t.number(_on_time(due)), all=t.number(len(due)))


def _on_time(milestones: Sequence[Milestone]) -> int:
    return sum(one.done_on is not None and one.planned_on is not None and one.done_on <= one.planned_on for one in milestones)


def _promises(report: ClosingReport, t: Language) -> str:
    if not report.promises:
        return ""
    states = [one.state for one in report.promises]
    said = [f"{t.number(states.count(state))} {t(word)}" for state, (_, word) in KEPT.items() if state in states]
    return ", ".join(said)


def _estimates(one: Estimates, t: Language) -> str:
    return t(
        "{tasks} done tasks took {actual} against {estimated} estimated. The median task took {ratio} of its estimate; {within} of the "
        "tasks stayed within a quarter of it.",
        tasks=t.number(one.tasks), actual=t.hours(one.actual_hours), estimated=t.hours(one.estimated_hours),
        ratio=t.share(one.median_ratio_share), within=t.share(one.within_share),
    )  # fmt: skip


def _heard(one: Heard, t: Language) -> dict[str, str]:
    decimals = 0 if one.score == round(one.score) else 1
    most = t(" of {most}", most=t.number(one.most)) if one.most is not None else ""
    return {"day": t.day(one.day), "score": f"{one.kind} {t.number(one.score, decimals)}{most}", "who": line(one.who),
            "comment": text(one.comment)}  # fmt: skip
