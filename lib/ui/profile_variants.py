"""The variants of a score profile in the editor: for whom, and what differs for them. They are part of the draft: nothing is saved here."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lib.choices import CHOICES
from lib.formats import Language
from lib.health.metric_words import metric_name
from lib.health.metrics import COMPONENTS, METRICS
from lib.health.profile import Profile, Variant
from lib.health.profile_words import UNITS, group_text, typed
from lib.text import capitalised
from lib.ui.filters import OPTIONS
from lib.ui.frame import md
from lib.ui.profile_fields import limit_fields, number

NUMBERS = "profile.variants"
EVERY = ""


def begin(variants: Sequence[Variant]) -> None:
    """Fill the fields with variants."""
    st.session_state[NUMBERS] = list(range(1, len(variants) + 1))
    for place, variant in zip(st.session_state[NUMBERS], variants, strict=True):
        state: dict[str, object] = {"tier": variant.tier or EVERY, "industry": variant.industry or EVERY}
        parts = []
        for key, weight in variant.weights.items():
            parts.append(f"weight.{key}")
            state[f"weight.{key}"] = float(weight)
        for key, share in variant.shares.items():
            parts.append(f"share.{key}")
            state[f"share.{key}"] = float(share)
        for key, (worst, best) in variant.thresholds.items():
            parts.append(f"limits.{key}")
            state |= {f"worst.{key}": typed(key, worst), f"best.{key}": typed(key, best)}
        for name, value in {**state, "parts": parts}.items():
            st.session_state[_key(place, name)] = value


def show_variants(base: Profile, industries: Sequence[str], t: Language) -> tuple[Variant, ...]:
    """A block for each variant, and the button that adds one. `base`: the profile that they differ from."""
    said = t("What differs for the accounts of a tier, an industry, or of both.")
    said += " " + t("Where several hold, the one that names both has the last word.")
    st.markdown(f":gray[{said}]")
    found = []
    for place in st.session_state[NUMBERS]:
        tier, industry, parts = (st.session_state[_key(place, name)] for name in ("tier", "industry", "parts"))
        label = capitalised(md(group_text(Variant(tier or None, industry or None), t)))
        with st.expander(label, expanded=not parts, key=_key(place, "open")):
            found.append(_variant(place, base, industries, t))
            st.button(t("Remove this variant"), type="tertiary", key=_key(place, "remove"), on_click=_remove, args=(place,))
    st.button(t("Add a variant"), key="profile.add_variant", on_click=_add)
    return tuple(found)


def _variant(place: int, base: Profile, industries: Sequence[str], t: Language) -> Variant:
    left, right = st.columns(2)
    tier, industry = (str(st.session_state[_key(place, name)]) for name in ("tier", "industry"))
    tier = left.selectbox(
        t("Tier"), list(dict.fromkeys([EVERY, *OPTIONS["tier"], tier])), key=_key(place, "tier"), persist_state="session",
        format_func=lambda one: capitalised(t(CHOICES.get(str(one), str(one)))) if one else t("Every tier"),
    )  # fmt: skip
    industry = right.selectbox(
        t("Industry"), list(dict.fromkeys([EVERY, *industries, industry])), key=_key(place, "industry"), persist_state="session",
        format_func=lambda one: one or t("Every industry"),
    )  # fmt: skip
    names = part_names(t)
    parts = st.multiselect(
        t("What differs"), list(names), format_func=names.__getitem__, key=_key(place, "parts"), persist_state="session",
        placeholder=t("Choose weights or metrics"),
    )  # fmt: skip
    weights, shares, thresholds = dict[str, float](), dict[str, float](), dict[str, tuple[float, float]]()
    for part in parts:
        kind, key = part.split(".")
        columns = st.columns([2.3, 1.2, 1.2, 0.95], vertical_alignment="center")
        columns[0].markdown(names[part])
        if kind == "limits":
            for end, value in zip(("worst", "best"), base.limits(key), strict=True):
                st.session_state.setdefault(_key(place, f"{end}.{key}"), typed(key, value))
            thresholds[key] = limit_fields(key, _key(place, f"{{end}}.{key}"), (columns[1], columns[2]), t)
            columns[3].markdown(f":small[:gray[{t(UNITS[METRICS[key].unit])}]]")
        else:
            st.session_state.setdefault(_key(place, part), float(base.weights.get(key, 0.0) if kind == "weight" else base.share(key)))
            given = number(columns[1], names[part], _key(place, part), 1.0, collapsed=True)
            (weights if kind == "weight" else shares)[key] = given
    return Variant(tier or None, industry or None, weights, shares, thresholds)


def part_names(t: Language) -> dict[str, str]:
    """What can differ: kind.key -> what people call it."""
    return {
        **{f"weight.{key}": t("Weight of {what}", what=t(component.name)) for key, component in COMPONENTS.items()},
        **{f"limits.{key}": t("Worst and best of {what}", what=metric_name(key, t)) for key in METRICS},
        **{f"share.{key}": t("Share of {what}", what=metric_name(key, t)) for key in METRICS},
    }


def _add() -> None:
    numbers = st.session_state[NUMBERS]
    place = max(numbers, default=0) + 1
    st.session_state[NUMBERS] = [*numbers, place]
    for name, value in {"tier": EVERY, "industry": EVERY, "parts": []}.items():
        st.session_state[_key(place, name)] = value


def _remove(place: int) -> None:
    st.session_state[NUMBERS] = [one for one in st.session_state[NUMBERS] if one != place]
    for key in [key for key in st.session_state if str(key).startswith(_key(place, ""))]:
        del st.session_state[key]


def _key(place: int, name: str) -> str:
    return f"profile.variant.{place}.{name}"
