"""Score profiles in words: thresholds as people write them, what differs between two of them, why one is refused. It decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from lib.choices import CHOICES
from lib.columns import N_
from lib.formats import ABSENT, Language
from lib.health.impact import Impact
from lib.health.metric_words import figure_text, metric_name
from lib.health.metrics import COMPONENTS, METRIC_KEYS, METRICS, Unit
from lib.health.profile import WRONG, Fault, Profile, Variant, Version

_SCALES: Mapping[Unit, float] = {"share": 100.0, "points": 100.0}
UNITS: Mapping[Unit, str] = {
    "ratio": N_("ratio"), "share": "%", "points": N_("pts"), "days": N_("days"), "count": N_("number"), "index": N_("0–100"),
    "yes_no": N_("yes or no"), "exposure": N_("prob. × impact"),
}  # fmt: skip
"""What a threshold is typed in."""
_OTHERS = {"amber": N_("where Watch begins"), "green": N_("where On track begins"), "invoice_minimum": N_("the invoice minimum")}


def typed(metric: str, value: float) -> float:
    """A threshold as it is typed: 15 for a share of 0.15."""
    return round(value * _SCALES.get(METRICS[metric].unit, 1.0), 9)


def meant(metric: str, typed_value: float) -> float:
    """The threshold that was typed, in the metric's unit: 0.15 for 15."""
    return round(typed_value / _SCALES.get(METRICS[metric].unit, 1.0), 11)


def named(what: str, t: Language) -> str:
    """A component, a metric or another number of a profile, as people call it."""
    if what in COMPONENTS:
        return t(COMPONENTS[what].name)
    return metric_name(what, t) if what in METRICS else t(_OTHERS[what]) if what in _OTHERS else what


def fault_text(fault: Fault, t: Language) -> str:
    """Why a profile is refused, as a sentence."""
    what = named(fault.what, t)
    if fault.kind == "twice":
        what = ", ".join(t(CHOICES.get(part, part)) for part in fault.what.split(", "))
    return t(WRONG[fault.kind], what=what[:1].upper() + what[1:] if WRONG[fault.kind].startswith("{what}") else what,
             weight=t.number(fault.weight, 1), width=t.number(fault.width, 0 if fault.width == round(fault.width) else 1))  # fmt: skip


def group_text(variant: Variant, t: Language) -> str:
    """Whom a variant is for: Key, energy."""
    tier = [t(CHOICES.get(variant.tier, variant.tier))] if variant.tier else []
    return ", ".join([*tier, *([variant.industry] if variant.industry else [])]) or ABSENT


def version_name(version: Version, t: Language) -> str:
    """What a version is called: its name, else its number."""
    if not version.number:
        return t("Built-in score profile")
    return version.profile.name or t("Score profile {n}", n=version.number)


def differences(before: Profile, after: Profile, t: Language) -> list[str]:
    """What a profile says differently than another one, a part of a sentence each; its name is no difference. Empty for equal ones."""
    found = list(_numbers(COMPONENTS, before.weights, after.weights, N_("weight of {what} {before} → {after}"), 0.0, t))
    found += _numbers(METRICS, before.shares, after.shares, N_("share of {what} {before} → {after}"), 1.0, t)
    for key in METRIC_KEYS:
        if before.limits(key) != after.limits(key):
            old, new = (_limits_text(key, profile.limits(key), t) for profile in (before, after))
            found.append(f"{named(key, t)} {old} → {new}")
    for key in _OTHERS:
        old_number, new_number = getattr(before, key), getattr(after, key)
        if old_number != new_number:
            found.append(f"{named(key, t)} {_plain(old_number, t)} → {_plain(new_number, t)}")
    return found + _variants(before, after, t)


def _variants(before: Profile, after: Profile, t: Language) -> list[str]:
    old, new = ({(one.tier, one.industry): one for one in profile.variants} for profile in (before, after))
    found = [t("variant for {group} added", group=group_text(one, t)) for key, one in new.items() if key not in old]
    found += [t("variant for {group} removed", group=group_text(one, t)) for key, one in old.items() if key not in new]
    both = [one for key, one in new.items() if key in old and old[key] != one]
    return found + [t("variant for {group} changed", group=group_text(one, t)) for one in both]


def variant_text(variant: Variant, t: Language) -> str:
    """What a variant says: weight of Payment 20, Days since contact 30 days to 7 days."""
    parts = [t("weight of {what} {figure}", what=named(key, t), figure=_plain(value, t)) for key, value in variant.weights.items()]
    parts += [t("share of {what} {figure}", what=named(key, t), figure=_plain(value, t)) for key, value in variant.shares.items()]
    parts += [f"{named(key, t)} {_limits_text(key, pair, t)}" for key, pair in variant.thresholds.items()]
    return "; ".join(parts)


def impact_text(found: Impact, base: str, t: Language) -> str:
    """How many accounts would change band, with how much of the revenue, as sentences."""
    count = found.changed.height
    if not count:
        return t.plural("The one account keeps its band.", "None of the {n} accounts changes band.", found.accounts)
    said = t.plural("{n} of {all} accounts changes band", "{n} of {all} accounts change band", count, all=t.number(found.accounts))
    if found.changed_revenue is not None and found.revenue is not None:
        revenue, whole = (t.money(amount, base) for amount in (found.changed_revenue, found.revenue))
        said += ", " + t("with {revenue} of {all} in 12 months", revenue=revenue, all=whole)
    said += ". " + t("{falls} to a worse band, {rises} to a better one.", falls=t.number(found.falls), rises=t.number(found.rises))
    if found.unknown:
        said += " " + t.plural("The revenue of {n} is not known.", "The revenue of {n} is not known.", found.unknown)
    return said


def _numbers(
    keys: Iterable[str], before: Mapping[str, float], after: Mapping[str, float], said: str, default: float, t: Language
) -> Iterator[str]:
    for key in keys:
        old, new = before.get(key, default), after.get(key, default)
        if old != new:
            yield t(said, what=named(key, t), before=_plain(old, t), after=_plain(new, t))


def _limits_text(metric: str, limits: tuple[float, float], t: Language) -> str:
    worst, best = (figure_text(metric, value, t) for value in limits)
    return t("{worst} to {best}", worst=worst, best=best)


def _plain(value: float, t: Language) -> str:
    return t.number(value, next(digits for digits in range(10) if abs(value - round(value, digits)) < 1e-9 or digits == 9))
