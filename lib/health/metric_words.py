"""Each metric of account health in words: its reading, what would change it, what to find out where it is missing. It computes nothing.

Sentences start small where they stand within another one, and none ends in a full stop.
"""

from __future__ import annotations

from collections.abc import Collection

from lib.columns import N_
from lib.formats import ABSENT, MINUS, Language
from lib.health.commercial import RENEWAL_OPEN_DAYS
from lib.health.metrics import METRICS
from lib.health.relationship import NEVER_DAYS
from lib.tables import TABLES

SHORT: dict[str, str] = {"spi_t": N_("SPI(t)"), "receivables_overdue": N_("Overdue over 30 days")}
"""What a metric is called beside its figure, where that is not its name."""

LEVERS: dict[str, str] = {
    "spi_t": N_("Bring its projects back to plan, to an SPI(t) of {best}"),
    "milestones_met": N_("Meet the next milestones by their baseline dates"),
    "overdue_tasks": N_("Finish the overdue tasks, or plan them anew with the client"),
    "margin_gap": N_("Bring the margin back to its target: fewer hours, or a better price"),
    "overrun": N_("Bring the forecast back within budget, or agree a larger one"),
    "over_servicing": N_("Keep retainers within their hours, or bill what goes beyond"),
    "unapproved_scope": N_("Get the changes approved that have already started"),
    "contact_days": N_("Meet or call them, at least every {best}"),
    "contacts_known": N_("Find and keep {best} active contacts"),
    "sponsor_reached": N_("Meet the sponsor within 90 days"),
    "risk_exposure": N_("Close the open risks, or make them smaller"),
    "notice_days": N_("Open the renewal before the notice date"),
    "revenue_trend": N_("Agree new work, to {best} times the revenue of the year before"),
    "goals_met": N_("Bring its goals back on track"),
    "satisfaction": N_("Settle what they are unhappy with, then ask again"),
    "receivables_overdue": N_("Collect the overdue invoices"),
    "payment_delay": N_("Agree with their finance people when they pay"),
}
"""Metric -> what would take it to its best."""

QUESTIONS: dict[str, str] = {
    "spi_t": N_("Import baseline dates and hours of its projects, and their progress"),
    "milestones_met": N_("Import its milestones and deliverables with their baseline dates"),
    "overdue_tasks": N_("Import its tasks with estimates and due dates"),
    "margin_gap": N_("Import time entries, cost rates and what is billed, and set a target margin"),
    "overrun": N_("Import budgets of its projects, and remaining hours of their tasks"),
    "over_servicing": N_("Import the hours included in its retainers, and the time entries on them"),
    "unapproved_scope": N_("Import its change requests with hours, status and when they started"),
    "contact_days": N_("Import its meetings and calls"),
    "contacts_known": N_("Import its contacts, and say who is active"),
    "sponsor_reached": N_("Say who decides there, and who took part in meetings"),
    "risk_exposure": N_("Import its risks with probability and impact"),
    "notice_days": N_("Ask for the end and the notice period of its contracts"),
    "revenue_trend": N_("Import its invoices of the last 15 months"),
    "goals_met": N_("Agree goals with the client, and say how each one stands"),
    "satisfaction": N_("Ask its contacts for an NPS or CSAT answer; one counts for 270 days"),
    "receivables_overdue": N_("Import its invoices with due dates and payments"),
    "payment_delay": N_("Import at least nine of its invoices with due and payment dates"),
}
"""Metric -> what to find out where it is missing."""


def metric_name(metric: str, t: Language) -> str:
    """The short name that stands beside a figure: SPI(t)."""
    return t(SHORT.get(metric, METRICS[metric].name))


def figure_text(metric: str, value: float | None, t: Language) -> str:
    """A reading in its unit alone: 0.90, 82%, −2 pts, 41 days, yes."""
    if value is None:
        return ABSENT
    unit = METRICS[metric].unit
    if unit == "ratio":
        return t.number(value, 2)
    if unit == "share":
        return share_text(value, t)
    if unit == "points":
        return t.points(value, _decimals(value))
    if word := _word_for(metric, value):
        return t(word)
    if unit == "days":
        return _sign(metric, value) + t.days(abs(round(value)))
    if unit == "yes_no":
        return t("yes") if value >= 0.5 else t("no")
    return t.number(value)


def share_text(share: float, t: Language) -> str:
    """A share 0-1 as a percentage, small ones with a decimal: 82%, 1.5%."""
    return t.share(share, _decimals(share))


def _word_for(metric: str, value: float | None) -> str | None:
    """Days that stand for something else than a count."""
    if value is not None and metric == "notice_days" and value >= RENEWAL_OPEN_DAYS:
        return N_("renewal open")
    return N_("never") if value is not None and metric == "contact_days" and value >= NEVER_DAYS else None


def _sign(metric: str, days: float) -> str:
    return MINUS if round(days) < 0 else "+" if metric == "payment_delay" and round(days) > 0 else ""


def _decimals(share: float) -> int:
    percent = round(100 * share, 1)
    return 0 if abs(percent) >= 10 or percent == round(percent) else 1


def reading_text(metric: str, value: float | None, t: Language) -> str:
    """A known reading as the part of a sentence: 41 days without contact, 13% of receivables over 30 days late.

    `value` in the metric's unit; None is said as no data.
    """
    if value is None:
        return t("no data")
    if _word_for(metric, value):
        return t("a renewal is open") if metric == "notice_days" else t("no contact was ever recorded")
    if value == 0 and metric in _NOTHING:
        return t(_NOTHING[metric])
    if metric in _SHARES:
        return t(_SHARES[metric], share=share_text(value, t))
    if metric == "spi_t":
        return f"SPI(t) {t.number(value, 2)}"
    if metric == "margin_gap":
        return _beside(round(value, 3), t("margin on target"), t("margin {difference} below target"), t("margin {difference} above target"),
                       t.points(abs(value), _decimals(value)).removeprefix("+"))  # fmt: skip
    if metric == "overrun":
        return _beside(round(value, 3), t("forecast on budget"), t("forecast {difference} below budget"),
                       t("forecast {difference} over budget"), share_text(abs(value), t))  # fmt: skip
    if metric == "revenue_trend":
        return _beside(round(value - 1, 3), t("revenue as in the year before"), t("revenue {difference} below the year before"),
                       t("revenue {difference} above the year before"), share_text(abs(value - 1), t))  # fmt: skip
    if metric == "payment_delay":
        return _beside(round(value), t("pays as it always did"), t("pays {difference} sooner than before"),
                       t("pays {difference} later than before"), t.days(abs(round(value))))  # fmt: skip
    return _counted(metric, value, t)


_SHARES = {
    "milestones_met": N_("{share} of milestones on time"),
    "overdue_tasks": N_("{share} of the open work overdue"),
    "over_servicing": N_("retainer hours {share} over those included"),
    "unapproved_scope": N_("unapproved work of {share} of the budget"),
    "goals_met": N_("{share} of goals on track"),
    "receivables_overdue": N_("{share} of receivables over 30 days late"),
}


_NOTHING = {
    "overdue_tasks": N_("no open work overdue"),
    "over_servicing": N_("retainer hours within those included"),
    "unapproved_scope": N_("no unapproved work"),
    "risk_exposure": N_("no open risk"),
    "receivables_overdue": N_("nothing over 30 days late"),
}


def _beside(difference: float, same: str, below: str, above: str, figure: str) -> str:
    return same if difference == 0 else (below if difference < 0 else above).format(difference=figure)


def _counted(metric: str, value: float, t: Language) -> str:
    count = round(value)
    if metric == "contact_days":
        return t("{days} without contact", days=t.days(count)) if count else t("in contact today")
    if metric == "contacts_known":
        return t.plural("{n} active contact", "{n} active contacts", count) if count else t("no active contact")
    if metric == "sponsor_reached":
        return t("decision maker reached within 90 days") if count else t("no decision maker reached in 90 days")
    if metric == "risk_exposure":
        return t("open risks of {figure}", figure=t.number(value))
    if metric == "notice_days":
        return t("{days} to the notice date", days=t.days(count)) if count > 0 else t("notice date reached")
    return t("satisfaction {figure} of 100", figure=t.number(value))


def from_to_text(metric: str, before: float | None, after: float | None, t: Language) -> str:
    """SPI(t) 0.93 → 0.90; a side without a reading is "no data"."""
    sides = [t("no data") if value is None else figure_text(metric, value, t) for value in (before, after)]
    both_days = METRICS[metric].unit == "days" and not _word_for(metric, before) and not _word_for(metric, after)
    if both_days and before is not None and after is not None:  # the unit once: 12 → 41 days
        sides[0] = _sign(metric, before) + t.number(abs(round(before)))
    return f"{metric_name(metric, t)} {sides[0]} → {sides[1]}"


def lever_text(metric: str, t: Language, best: float | None = None) -> str:
    """What would take a metric to its best: Meet the sponsor within 90 days. `best` is that of the account's profile, else the default."""
    best = METRICS[metric].best if best is None else best
    return t(LEVERS[metric], best=figure_text(metric, best, t))


def question_text(metric: str, t: Language, loaded: Collection[str] | None = None) -> str:
    """What to find out about a missing metric: a field to import, or something to ask. `loaded`: names of the tables that hold rows.

    Of the tables without which the metric is missing, those not among `loaded` are named.
    """
    lacking = [] if loaded is None else [name for name in METRICS[metric].tables if name not in loaded]
    question = t(QUESTIONS[metric])
    if not lacking:
        return question
    named = t.join([lowered(t(TABLES[name].title)) for name in lacking])
    return t("{question}; not loaded yet: {tables}", question=question, tables=named)


def lowered(text: str) -> str:
    """With a small first letter, for the inside of a sentence; an abbreviation keeps its capitals."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]
