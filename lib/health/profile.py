"""How a score is made: weights, thresholds and bands as one value that people edit, and what is wrong with one. It scores nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lib.columns import N_
from lib.health.metrics import COMPONENTS, METRIC_KEYS, METRICS

Array = NDArray[np.float64]
Thresholds = Mapping[str, tuple[float, float]]

WRONG: dict[str, str] = {
    "not_a_number": N_("{what} is not a number."),
    "negative_weight": N_("The weight of {what} is below zero."),
    "no_weight": N_("All weights are zero."),
    "equal_thresholds": N_("Worst and best of {what} are the same."),
    "bands": N_("The limits of the bands must rise from 0 to 100."),
    "too_heavy": N_(
        "{what} would weigh {weight} points. Amber is {width} points wide, so that one metric could carry an account from red to green."
    ),
    "too_few": N_("Fewer than five metrics have a weight."),
    "unknown": N_("{what} is not known."),
    "for_nobody": N_("A variant has to name a tier or an industry."),
    "twice": N_("Two variants are for the same accounts: {what}."),
}
"""Why a profile is refused."""


@dataclass(frozen=True)
class Fault:
    """`kind` is a key of WRONG; `what` names a component or metric; `weight` and `width` in points."""

    kind: str
    what: str = ""
    weight: float = 0.0
    width: float = 0.0


@dataclass(frozen=True)
class Variant:
    """What differs for the accounts of a tier, an industry, or of both where both are named."""

    tier: str | None = None
    industry: str | None = None
    weights: Mapping[str, float] = field(default_factory=dict)
    shares: Mapping[str, float] = field(default_factory=dict)
    thresholds: Thresholds = field(default_factory=dict)

    def holds(self, tier: str | None, industry: str | None) -> bool:
        return (self.tier is None or self.tier == tier) and (self.industry is None or self.industry == industry)


@dataclass(frozen=True)
class Profile:
    """`weights`: of components, in any unit. `shares`: of metrics within their component (1 where not named, 0 leaves one out).
    `thresholds`: worst and best of metrics. A score below `amber` is red, from `green` on green. `invoice_minimum`: base currency, below
    which an overdue invoice caps nothing. Of several variants that hold, those that name both tier and industry have the last word.
    """

    name: str = ""
    weights: Mapping[str, float] = field(default_factory=lambda: {key: component.weight for key, component in COMPONENTS.items()})
    shares: Mapping[str, float] = field(default_factory=dict)
    thresholds: Thresholds = field(default_factory=dict)
    amber: float = 50.0
    green: float = 75.0
    invoice_minimum: float = 0.0
    variants: tuple[Variant, ...] = ()

    @property
    def most(self) -> float:
        """Points that one metric can weigh at most: less than amber is wide."""
        return self.green - self.amber - 1

    def share(self, metric: str) -> float:
        """What a metric has of its component, beside the shares of the others."""
        return self.shares.get(metric, 1.0)

    def limits(self, metric: str) -> tuple[float, float]:
        """Worst and best of a metric, where no variant says otherwise."""
        return self.thresholds.get(metric, (METRICS[metric].worst, METRICS[metric].best))

    def parameters(self, tier: str | None = None, industry: str | None = None) -> Parameters:
        """Weights and thresholds for the accounts of a tier and an industry."""
        weights, shares, thresholds = dict(self.weights), dict(self.shares), dict(self.thresholds)
        for variant in sorted(self.variants, key=lambda one: (one.tier is not None) + (one.industry is not None)):
            if variant.holds(tier, industry):
                weights |= variant.weights
                shares |= variant.shares
                thresholds |= variant.thresholds
        share = np.array([shares.get(key, 1.0) for key in METRIC_KEYS])
        own = np.array([weights.get(METRICS[key].component, 0.0) for key in METRIC_KEYS])
        per_component = np.array([sum(shares.get(key, 1.0) for key in METRIC_KEYS if METRICS[key].component == METRICS[one].component)
                                  for one in METRIC_KEYS])  # fmt: skip
        raw = np.divide(own * share, per_component, out=np.zeros(len(METRIC_KEYS)), where=per_component > 0)
        total = raw.sum()
        limits = np.array([thresholds.get(key, (METRICS[key].worst, METRICS[key].best)) for key in METRIC_KEYS])
        return Parameters(100 * raw / total if total > 0 else raw, limits[:, 0], limits[:, 1])

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of_json(cls, stored: Mapping[str, Any]) -> Profile:
        """A profile that was saved; what a later version of Cartera may have added is passed over."""
        known = {name: stored[name] for name in cls.__dataclass_fields__ if name in stored}
        if "thresholds" in known:
            known["thresholds"] = {key: (pair[0], pair[1]) for key, pair in known["thresholds"].items()}
        known["variants"] = tuple(
            Variant(**{**variant, "thresholds": {key: (pair[0], pair[1]) for key, pair in variant.get("thresholds", {}).items()}})
            for variant in stored.get("variants", ())
        )
        return cls(**known)


@dataclass(frozen=True, eq=False)
class Parameters:
    """In the order of METRIC_KEYS: points (Σ 100), worst and best."""

    weights: Array
    worst: Array
    best: Array

    def scores(self, values: Array) -> Array:
        """0-100 of values (…, metric); NaN stays."""
        return 100 * np.clip((values - self.worst) / (self.best - self.worst), 0, 1)


DEFAULT_PROFILE = Profile(variants=(Variant(tier="key", thresholds={"contact_days": (30.0, 7.0)}),))


@dataclass(frozen=True)
class Version:
    """A profile that holds from a day on, written `at` a moment. `number` is that of its row; 0 for the built-in one."""

    valid_from: date
    profile: Profile
    number: int = 0
    author: str = ""
    at: datetime | None = None


BUILT_IN = Version(date.min, DEFAULT_PROFILE)


def published(rows: Iterable[Mapping[str, Any]]) -> tuple[Version, ...]:
    """Versions of authored rows of score_profiles."""
    return tuple(
        Version(row["valid_from"], Profile.of_json(row["profile"]), row["id"], row["author"], row.get("at")) for row in rows
    )


def in_force(versions: Sequence[Version], day: date) -> Version:
    """The newest version that holds on `day`; of several from the same day the one written last; the built-in one before the first."""
    holding = [version for version in versions if version.valid_from <= day]
    return max(holding, key=lambda version: (version.valid_from, version.number), default=BUILT_IN)


def faults(profile: Profile) -> tuple[Fault, ...]:
    """Why a profile can't be used; empty for a good one.

    No metric may weigh as much as amber is wide, for no tier and industry that a variant names.
    """
    found = [*_faults_of_numbers(profile)]
    if found:
        return tuple(found)
    if not 0 < profile.amber < profile.green < 100:
        return (Fault("bands"),)
    found = [*_faults_of_variants(profile)]
    if found:
        return tuple(found)
    tiers = {None, *(variant.tier for variant in profile.variants)}
    industries = {None, *(variant.industry for variant in profile.variants)}
    width = profile.green - profile.amber
    heavy: dict[str, Fault] = {}
    for tier in tiers:
        for industry in industries:
            weights = profile.parameters(tier, industry).weights
            if not weights.sum() > 0:
                return (Fault("no_weight"),)
            if (weights > 0).sum() < 5:
                return (Fault("too_few"),)
            for key, weight in zip(METRIC_KEYS, weights.tolist(), strict=True):
                if weight >= width and weight > (heavy[key].weight if key in heavy else 0):
                    heavy[key] = Fault("too_heavy", key, weight, width)
    return tuple(heavy.values())


def _faults_of_variants(profile: Profile) -> list[Fault]:
    """Variants that nobody or that two name: which of the two has the last word would be chance."""
    groups = [(variant.tier, variant.industry) for variant in profile.variants]
    found = [Fault("for_nobody")] if (None, None) in groups else []
    twice = dict.fromkeys(group for group in groups if groups.count(group) > 1 and group != (None, None))
    return [*found, *(Fault("twice", ", ".join(name for name in group if name)) for group in twice)]


def _faults_of_numbers(profile: Profile) -> list[Fault]:
    found = [Fault("not_a_number", name) for name in ("amber", "green", "invoice_minimum") if not isfinite(getattr(profile, name))]
    if isfinite(profile.invoice_minimum) and profile.invoice_minimum < 0:
        found.append(Fault("negative_weight", "invoice_minimum"))
    parts: list[Profile | Variant] = [profile, *profile.variants]
    for one in parts:
        names_of: list[tuple[Collection[str], Mapping[str, float]]] = [(COMPONENTS, one.weights), (METRICS, one.shares)]
        for names, given in names_of:
            for key, weight in given.items():
                if key not in names:
                    found.append(Fault("unknown", key))
                elif not isfinite(weight):
                    found.append(Fault("not_a_number", key))
                elif weight < 0:
                    found.append(Fault("negative_weight", key))
        for key, (worst, best) in one.thresholds.items():
            if key not in METRICS:
                found.append(Fault("unknown", key))
            elif not (isfinite(worst) and isfinite(best)):
                found.append(Fault("not_a_number", key))
            elif worst == best:
                found.append(Fault("equal_thresholds", key))
    return found
