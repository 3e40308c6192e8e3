"""The fields of a score profile, and the profile that they make. They are the session's own draft: nothing is saved here."""

from __future__ import annotations

from datetime import date

import streamlit as st

from lib.formats import Language
from lib.health.metric_words import metric_name
from lib.health.metrics import COMPONENTS, METRICS, Metric
from lib.health.profile import Profile
from lib.health.profile_words import UNITS, typed
from lib.ui import profile_variants
from lib.ui.profile_fields import limit_fields, number

EDITING, NAME, FROM = "profile.editing", "profile.name", "profile.from"
_WIDTHS = [2.3, 1, 1.15, 1.15, 0.95]


def begin(start: Profile, today: date) -> None:
    """Fill the fields with a profile and open the editor."""
    state = st.session_state
    state[EDITING], state[NAME], state[FROM] = True, "", today
    for key in COMPONENTS:
        state[f"profile.weight.{key}"] = float(start.weights.get(key, 0.0))
    for key in METRICS:
        state[f"profile.share.{key}"] = float(start.share(key))
        worst, best = start.limits(key)
        state[f"profile.worst.{key}"], state[f"profile.best.{key}"] = typed(key, worst), typed(key, best)
    for name in ("amber", "green", "invoice_minimum"):
        state[f"profile.{name}"] = float(getattr(start, name))
    profile_variants.begin(start.variants)


def end() -> None:
    """Close the editor; what was typed is gone."""
    for key in [key for key in st.session_state if str(key).startswith("profile.")]:
        del st.session_state[key]


def show_form(base: str, industries: list[str], t: Language) -> Profile:
    """Every field; the profile as it stands in them, without its name."""
    st.subheader(t("Weights of the components"), anchor=False)
    weights = _weights(t)
    st.subheader(t("Bands"), anchor=False)
    columns = st.columns(3)
    amber = number(columns[0], t("Watch begins at"), "profile.amber", 5.0)
    green = number(columns[1], t("On track begins at"), "profile.green", 5.0)
    said = t("An invoice over 60 days late keeps an account below green only above this open amount.")
    minimum = number(columns[2], t("Invoice minimum, {currency}", currency=base), "profile.invoice_minimum", 500.0, said)
    st.subheader(t("Metrics"), anchor=False)
    said = t("A share is what a metric has of its component's weight, beside the others; 0 leaves it out.")
    said += " " + t("Between worst and best the score is a straight line.")
    st.markdown(f":gray[{said}]")
    shares, thresholds = dict[str, float](), dict[str, tuple[float, float]]()
    for key, component in COMPONENTS.items():
        own = [metric for metric in METRICS.values() if metric.component == key]
        with st.expander(f"{t(component.name)} &nbsp; :gray[{t.plural('{n} metric', '{n} metrics', len(own))}]", key=f"profile.open.{key}"):
            titles = ("", t("Its share"), t("Worst, scores 0"), t("Best, scores 100"), "")
            for place, title in zip(st.columns(_WIDTHS), titles, strict=True):
                place.markdown(f":small[:gray[{title}]]")
            for metric in own:
                shares[metric.key], thresholds[metric.key] = _metric(metric, t)
    st.subheader(t("Variants by tier or industry"), anchor=False)
    so_far = Profile("", weights, shares, thresholds, amber, green, minimum)
    return Profile("", weights, shares, thresholds, amber, green, minimum, profile_variants.show_variants(so_far, industries, t))


def _weights(t: Language) -> dict[str, float]:
    found = {}
    columns = [*st.columns(3), *st.columns(3)]
    for place, (key, component) in zip(columns, COMPONENTS.items(), strict=True):
        found[key] = number(place, t(component.name), f"profile.weight.{key}", 5.0)
    total = sum(found.values())
    if total > 0:
        shares = ", ".join(f"{t(COMPONENTS[key].name)} {t.share(weight / total, 1)}" for key, weight in found.items())
        st.caption(t("They count in proportion: {shares}.", shares=shares))
    return found


def _metric(metric: Metric, t: Language) -> tuple[float, tuple[float, float]]:
    name = metric_name(metric.key, t)
    columns = st.columns(_WIDTHS, vertical_alignment="center")
    columns[0].markdown(name, help=t(metric.formula))
    share = number(columns[1], t("Share of {what}", what=name), f"profile.share.{metric.key}", 1.0, collapsed=True)
    limits = limit_fields(metric.key, f"profile.{{end}}.{metric.key}", (columns[2], columns[3]), t)
    columns[4].markdown(f":small[:gray[{t(UNITS[metric.unit])}]]")
    return share, limits
