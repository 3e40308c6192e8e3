"""An account's rows and its score as an `AccountBrief`, in the words and figures of one language. It measures nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, cast

import polars as pl

from lib.choices import CHOICES
from lib.columns import N_
from lib.documents import brief as parts
from lib.documents.brief import AccountBrief, Status
from lib.formats import ABSENT, Language
from lib.health.sentences import (
    BAND_STATUS,
    band_text,
    capped_text,
    coverage_text,
    firmness_text,
    main_reason,
    range_text,
    shown_change,
    trend_text,
)  # fmt: skip
from lib.measures.account_rows import STANDS, AccountRows
from lib.text import capitalised

WEEKS = 13
STAND_WORDS: dict[str, str] = {
    "past_due": N_("past its date"), "far_behind": N_("far behind plan"), "behind": N_("behind plan"), "on_plan": N_("on plan"),
    "on_hold": N_("on hold"), "not_begun": N_("not begun"), "no_plan": N_("no plan to compare"),
}  # fmt: skip
PROMISES: dict[str, tuple[Status, str]] = {"late": ("risk", N_("late")), "open": ("none", N_("not due yet"))}
"""State of a promise that still matters -> its status and word; those kept or dropped are left out."""
DATE_WORDS: dict[str, str] = {
    "notice": N_("last day to give notice"), "project": N_("project due"), "milestone": N_("milestone"), "goal": N_("goal due"),
    "close": N_("opportunity closes"),
}  # fmt: skip
TABLES: dict[str, frozenset[str]] = {
    "projects": frozenset({"projects"}), "burn": frozenset({"time_entries"}), "invoices": frozenset({"invoices"}),
    "feedback": frozenset({"feedback"}), "contacts": frozenset({"touchpoints"}), "risks": frozenset({"risks"}),
    "opportunities": frozenset({"opportunities"}), "dates": frozenset({"contracts", "projects", "goals", "opportunities"}),
}  # fmt: skip
"""Section -> tables of which one must hold something for it to say anything."""
GRAVE_RISK, OPEN_RISK = 15, 8
"""Probability · impact from which a risk is red, and from which amber, on the 5 × 5 grid."""


def brief_of(
    account: Mapping[str, Any], metrics: pl.DataFrame, caps: Sequence[str], limits: tuple[float, float], rows: AccountRows,
    promises: pl.DataFrame, loaded: frozenset[str], as_of: date, base: str, t: Language, set_band: str = "",
) -> AccountBrief:  # fmt: skip
    """The brief of one account on `as_of`.

    `account`: a row of `Health.accounts` (name, tier, manager, point, low, high, coverage, band, firm, rests_on, before_13), whose `shown`,
    if it is there, is the band that somebody set; `set_band` says who, why and until when, in a sentence. `metrics`: its rows of
    `Health.metrics`. `caps`: sentences. `limits`: amber and green. `promises`: of `promises.graded`, the account's own. `loaded`: names of
    tables that hold rows.
    """
    band, was = account["band"], account.get("before_13")
    point = account["point"] if band is not None else None
    return AccountBrief(
        name=account["name"], tier=capitalised(t("tier {name}", name=t(CHOICES[account["tier"]]))) if account.get("tier") else "",
        manager=account.get("manager") or t("No account manager"), as_of=as_of, score=point, low=account["low"], high=account["high"],
        was=was if point is not None else None, status=cast(Status, BAND_STATUS[account.get("shown", band)]),
        band=band_text(account.get("shown", band), t), firmness=firmness_text(band, account["firm"], account["rests_on"], t),
        range_words=range_text(account["low"], account["high"], account["coverage"], t),
        coverage_words=coverage_text(account["coverage"], t),
        change_words="" if point is None or was is None else trend_text(shown_change(was, point), WEEKS, t),
        reason=main_reason(metrics.iter_rows(named=True), t), limits=limits,
        caps=tuple(filter(None, [set_band, *(capped_text([cap], t) for cap in caps)])),
        promises=_promises(promises, as_of, t), projects=_projects(rows.projects, t), burn=_burn(rows.burn, as_of, t),
        invoices=_invoices(rows.invoices, base, t), feedback=_feedback(rows.feedback, t), contacts=_contacts(rows.contacts, t),
        risks=_risks(rows.risks, t), opportunities=_opportunities(rows.deals, base, t), dates=_dates(rows.dates, as_of, t),
        unloaded=frozenset(key for key, tables in TABLES.items() if not tables & loaded),
    )  # fmt: skip


def _promises(promises: pl.DataFrame, as_of: date, t: Language) -> tuple[parts.PromiseLine, ...]:
    # A promise kept late is late in the meeting's count, but nothing is left to do about it.
    waiting = promises.filter(pl.col("state").is_in(list(PROMISES)), ~(pl.col("kept_on") <= as_of).fill_null(False))
    found = []
    for row in waiting.iter_rows(named=True):
        status, word = PROMISES[row["state"]]
        said = t("{days} late", days=t.days(row["days_late"])) if row["state"] == "late" else t(word)
        found.append(parts.PromiseLine(row["text"], row["due"], status, said, row["owner"] or ""))
    return tuple(found)


def _projects(projects: pl.DataFrame, t: Language) -> tuple[parts.ProjectLine, ...]:
    return tuple(
        parts.ProjectLine(
            row["name"], t.number(row["spi_t"], 2), _signed_days(row["sv_t"], t), row["due"], cast(Status, STANDS[row["stands"]]),
            t(STAND_WORDS[row["stands"]]),
        )
        for row in projects.iter_rows(named=True)
    )  # fmt: skip


def _signed_days(days: float | None, t: Language) -> str:
    if days is None:
        return ABSENT
    return t.plural("{days} day", "{days} days", round(abs(days)), days=t.number(days, sign=True))


def _burn(burn: pl.DataFrame, as_of: date, t: Language) -> tuple[parts.BurnLine, ...]:
    found = []
    for row in burn.iter_rows(named=True):
        over = row["used"] - row["included"]
        months = t.span(row["first"], row["last"], near=as_of) if row["first"] else t("since it began")
        state = t("{hours} over", hours=t.hours(over)) if round(over) > 0 else ""
        used, included = t.hours(row["used"]), t.hours(row["included"])
        found.append(parts.BurnLine(row["name"], used, included, months, row["share"], "risk" if state else None, state))
    return tuple(found)


def _invoices(invoices: pl.DataFrame, base: str, t: Language) -> tuple[parts.InvoiceLine, ...]:
    return tuple(
        parts.InvoiceLine(row["invoice_id"], t.amount(row["open"], base), row["days_late"], t("disputed") if row["disputed"] else "")
        for row in invoices.iter_rows(named=True)
    )


def _feedback(feedback: pl.DataFrame, t: Language) -> tuple[parts.FeedbackLine, ...]:
    found = []
    for row in feedback.iter_rows(named=True):
        score = t.number(row["score"], 0 if row["score"] is None or row["score"] == round(row["score"]) else 1)
        most = t(" of {most}", most=t.number(row["scale_max"])) if row["scale_max"] is not None else ""
        kind = t(CHOICES[row["kind"]]) if row["kind"] else ""
        found.append(parts.FeedbackLine(row["day"], f"{kind} {score}{most}".strip(), row["who"] or "", row["comment"] or ""))
    return tuple(found)


def _contacts(contacts: pl.DataFrame, t: Language) -> tuple[parts.ContactLine, ...]:
    return tuple(
        parts.ContactLine(row["day"], t(CHOICES[row["kind"]]) if row["kind"] else "", row["who"] or "", row["summary"] or "")
        for row in contacts.iter_rows(named=True)
    )


def _risks(risks: pl.DataFrame, t: Language) -> tuple[parts.RiskLine, ...]:
    found = []
    for row in risks.iter_rows(named=True):
        size = row["exposure"]
        status: Status = "none" if size is None else "risk" if size >= GRAVE_RISK else "watch" if size >= OPEN_RISK else "none"
        figure = f"{t.number(row['probability'])}\u00a0×\u00a0{t.number(row['impact'])}\u00a0=\u00a0{t.number(size)}" if size else ABSENT
        word = t(CHOICES[row["kind"]]) if row["kind"] else ""
        found.append(parts.RiskLine(row["title"], figure, row["owner"] or "", status if word else None, word))
    return tuple(found)


def _opportunities(deals: pl.DataFrame, base: str, t: Language) -> tuple[parts.OpportunityLine, ...]:
    return tuple(
        parts.OpportunityLine(row["name"], t.money(row["worth"], base), t.share(row["probability"]), row["expected_close"])
        for row in deals.iter_rows(named=True)
    )


def _dates(dates: pl.DataFrame, as_of: date, t: Language) -> tuple[parts.DateLine, ...]:
    found = []
    for row in dates.iter_rows(named=True):
        ahead = t("in {days}", days=t.days((row["day"] - as_of).days))
        found.append(parts.DateLine(row["day"], row["name"], f"{t(DATE_WORDS[row['kind']])} · {ahead}"))
    return tuple(found)
