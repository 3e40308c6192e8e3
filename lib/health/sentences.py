"""What account health says of an account, as sentences of one language: reason, range, band, trend, what moved. It decides nothing.

Figures go as they are: shown scores are rounded to one decimal, ranges and headlines to whole points.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from lib.columns import N_
from lib.formats import ABSENT, Language
from lib.health.metric_words import lowered, metric_name, reading_text, share_text
from lib.health.metrics import COMPONENTS, METRIC_KEYS
from lib.health.scores import FLAT, NEVER_GREEN_BELOW, NO_BAND_BELOW, graded
from lib.text import capitalised

BAND_WORDS: dict[str | None, str] = {
    "red": N_("At risk"), "amber": N_("Watch"), "green": N_("On track"), None: N_("Not enough data"),
}  # fmt: skip
BAND_STATUS: dict[str | None, str] = {"red": "risk", "amber": "watch", "green": "ok", None: "none"}
"""Band -> the status whose shape and colour it has."""

BARS: dict[str, str] = {
    "data": N_("Data moved"),
    "appeared": N_("Data appeared or disappeared"),
    "book": N_("The book moved"),
    "rules": N_("The rules changed"),
    "applies": N_("What applies changed"),
}
"""The five kinds of bar between two scores."""
BAR_MEANINGS: dict[str, str] = {
    "data": N_("Readings that were there on both days and changed"),
    "appeared": N_("Readings that were there on one of the two days only"),
    "book": N_("Readings missing on both days: what they count at until known has moved"),
    "rules": N_("Other weights, thresholds or bands in the profile"),
    "applies": N_("Metrics that began or ceased to apply, and the weight they took or gave"),
}
_BAR_CAUSES: dict[str, str] = {
    "appeared": N_("data that came or went"),
    "book": N_("the rest of the book"),
    "rules": N_("new rules"),
    "applies": N_("what applies"),
}


def shown(score: float) -> float:
    """A score as it is shown and graded: to one decimal."""
    return float(graded(np.array(score)))


def shown_change(before: float, after: float) -> float:
    """The change between two shown scores: 81.46 and 78.53 are 81.5 and 78.5, and so −3.0."""
    return round(shown(after) - shown(before), 1)


def score_text(score: float | None, t: Language) -> str:
    return ABSENT if score is None else t.number(shown(score), 1)


def points_text(points: float, t: Language, decimals: int = 1) -> str:
    """5.4 points; a whole number without its zero; without a sign."""
    size = round(abs(points), decimals)
    number = t.number(size, 0 if size == round(size) else decimals)
    return t.plural("{points} point", "{points} points", 1 if size == 1 else 2, points=number).replace(" ", "\u00a0")


# --- Why the score is what it is ---


def main_metric(metrics: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Of one account's rows of `Scores.metrics`, the one that lost most against 100; None if nothing was lost."""
    losing = [row for row in metrics if row["state"] != "not_applicable" and row["lost"] > 1e-9]
    return max(losing, key=lambda row: (row["lost"], -METRIC_KEYS.index(row["metric"])), default=None)


def main_reason(metrics: Iterable[Mapping[str, Any]], t: Language) -> str:
    """The main reason of a score as a sentence, from one account's rows of `Scores.metrics` (metric, state, value, counted, lost).

    41 days without contact: 8.1 points lost. A missing metric says what it counts at.
    """
    main = main_metric(metrics)
    return loss_text(main, t) if main else t("No metric loses a point")


def loss_text(row: Mapping[str, Any], t: Language) -> str:
    """What one metric took from 100, with its reading: a row of `Scores.metrics`."""
    metric, lost = row["metric"], points_text(row["lost"], t)
    if row["state"] == "not_applicable":
        return t("{metric} does not apply", metric=metric_name(metric, t))
    if row["state"] == "missing":
        return t("{metric}: no data, counts at {score}; {points} lost", metric=metric_name(metric, t), score=score_text(row["counted"], t),
                 points=lost)  # fmt: skip
    reading = capitalised(reading_text(metric, row["value"], t))
    return t("{reading}: {points} lost", reading=reading, points=lost) if row["lost"] > 1e-9 else reading


def absence_text(state: str, why: str | None, t: Language, reasons: Mapping[str, str]) -> str:
    """Why a metric has no reading. `why` is a key of `reasons` (the WHY of the module that reads it), or unknown."""
    if why is not None and why in reasons:
        return t(reasons[why])
    return t("Does not apply to this account") if state == "not_applicable" else t("No data for it yet")


# --- How far it can be relied on ---


def coverage_text(coverage: float, t: Language) -> str:
    """89% of the weight has data; below the limits of definitions it says what follows. `coverage` is a share."""
    said = t("{share} of the weight has data", share=share_text(coverage, t))
    if 100 * coverage < NO_BAND_BELOW - 1e-9:
        return t("{coverage}: below {share} an account has no band", coverage=said, share=t.share(NO_BAND_BELOW / 100))
    if 100 * coverage < NEVER_GREEN_BELOW - 1e-9:
        return t("{coverage}: below {share} an account is never on track", coverage=said, share=t.share(NEVER_GREEN_BELOW / 100))
    return said


def range_text(low: float, high: float, coverage: float, t: Language) -> str:
    """Range 38–49: the 11% of weight without data, at 0 and at 100."""
    if coverage > 1 - 1e-9:
        return t("No range: every metric has data")
    return t("Range {low}–{high}: the {share} of weight without data, at 0 and at 100", low=t.number(low), high=t.number(high),
             share=share_text(1 - coverage, t))  # fmt: skip


def band_text(band: str | None, t: Language) -> str:
    """On track; without a band, Not enough data."""
    return t(BAND_WORDS[band])


def firmness_text(band: str | None, firm: bool, rests_on: Sequence[str], t: Language) -> str:
    """firm; soft; soft, rests on days since contact. Nothing for an account without a band."""
    if band is None:
        return ""
    if firm:
        return t("firm")
    if not rests_on:
        return t("soft")
    return t("soft, rests on {metrics}", metrics=t.join([lowered(metric_name(metric, t)) for metric in rests_on]))


def capped_text(reasons: Sequence[str], t: Language) -> str:
    """Capped below green: the sponsor left on 11 Sep; invoice F-7 is 63 days late. `reasons`: sentences of `lib.health.caps`."""
    return t("Capped below green: {reasons}", reasons="; ".join(lowered(reason.rstrip(".")) for reason in reasons)) if reasons else ""


# --- What moved ---


def is_flat(change: float) -> bool:
    """`change` of shown scores."""
    return abs(round(change, 1)) < FLAT


def trend_text(change: float | None, weeks: int, t: Language) -> str:
    """−14.0 points in 13 weeks; flat in 13 weeks (−2.9 points); "—" without an earlier score. `change` of shown scores."""
    if change is None:
        return ABSENT
    over = t.plural("{n} week", "{n} weeks", weeks).replace(" ", "\u00a0")
    points = t.number(change, 1, sign=True)
    if is_flat(change):
        return t("flat in {weeks} ({points})", weeks=over, points=points)
    return t("{points} points in {weeks}", weeks=over, points=points)


def moved_headline(
    name: str, change: float, weeks: int, parts: Mapping[str, float], t: Language, quote: Callable[[str], str] = str
) -> str:
    """What moved one account: Norvane falls 14 points in 13 weeks, mostly relationship and payment.

    `change` of shown scores; `parts`: points by component, or by kind of bar (BARS) where that is not data; they may have any sign.
    """
    over = t.plural("{n} week", "{n} weeks", weeks)
    points = points_text(change, t, 0 if abs(change) >= FLAT else 1)
    if is_flat(change):
        return t("{name} stays where it was: {points} in {weeks}", name=quote(name), points=t.number(change, 1, sign=True), weeks=over)
    causes = [cause_text(key, t) for key in main_parts(change, parts)]
    said = t("{name} falls {points} in {weeks}") if change < 0 else t("{name} rises {points} in {weeks}")
    said = said.format(name=quote(name), points=points, weeks=over)
    return t("{moved}, mostly {causes}", moved=said, causes=t.join(causes)) if causes else said


def main_parts(change: float, parts: Mapping[str, float]) -> list[str]:
    """What to name: the largest part where it makes up two thirds of all that went the way of `change`, else the two largest where they
    make up half of it, else none."""
    sign = -1 if change < 0 else 1
    same = sorted(((sign * points, key) for key, points in parts.items() if sign * points > 1e-9), key=lambda one: (-one[0], one[1]))
    total = sum(points for points, _ in same)
    for count in (1, 2):
        if same[:count] and sum(points for points, _ in same[:count]) >= (2 / 3 if count == 1 else 1 / 2) * total:
            return [key for _, key in same[:count]]
    return []


def took_text(change: float, parts: Mapping[str, float], t: Language) -> str:
    """Relationship and payment took 12 of the 14 points; empty where no two parts stand out."""
    keys = main_parts(change, parts)
    if not keys:
        return ""
    named = capitalised(t.join([cause_text(key, t) for key in keys]))
    share, whole = t.number(abs(sum(parts[key] for key in keys))), points_text(change, t, 0)
    if change < 0:
        return t("{causes} took {share} of the {points}", causes=named, share=share, points=whole)
    return t("{causes} brought {share} of the {points}", causes=named, share=share, points=whole)


def cause_text(key: str, t: Language) -> str:
    """A component, or a kind of bar, inside a sentence."""
    return lowered(t(COMPONENTS[key].name)) if key in COMPONENTS else t(_BAR_CAUSES.get(key) or BARS[key])


def nothing_moved(weeks: int, t: Language) -> str:
    """The headline where all accounts are flat."""
    return t.plural("No account moved by 3 points or more in {n} week", "No account moved by 3 points or more in {n} weeks", weeks)
