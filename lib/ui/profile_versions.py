"""Every published version of the score profile, with what it changed, and the start of a new one. It edits none of them."""

from __future__ import annotations

from itertools import pairwise

import streamlit as st

from lib.formats import Language
from lib.health.profile import BUILT_IN, Version, in_force
from lib.health.profile_words import differences, group_text, variant_text, version_name
from lib.text import capitalised
from lib.ui import profile_form, session, view
from lib.ui.check_reading import all_versions
from lib.ui.frame import md, small_table
from lib.ui.profile_editor import PUBLISHED

NAMED = 8
START = "profiles.start"


def show_profiles(t: Language) -> None:
    """The versions, the newest first, and a button that starts another from one of them."""
    st.subheader(t("Score profiles"), anchor=False)
    said = t("Weights, thresholds and bands of account health. A change is a new version that holds from a day on.")
    st.markdown(f":gray[{said}]")
    if st.session_state.pop(PUBLISHED, False):
        st.session_state.pop(START, None)
        st.markdown(f":green[●] {t('Published.')}")
    versions = (BUILT_IN, *all_versions())
    version = st.session_state["version"]
    as_of = view.current(session.default_as_of(version), session.settings()["fiscal_first_month"]).as_of
    now = in_force(versions[1:], as_of)
    held = t("In force on {day}", day=t.day(as_of))
    rows = [_row(None, BUILT_IN, "" if now.number else held, t)]
    rows += [_row(before, after, held if after is now else "", t) for before, after in pairwise(versions)]
    small_table(rows[::-1], t, alt=t("Versions of the score profile"), header=True, middle=False)
    by_number = {one.number: one for one in versions}
    numbers = list(by_number)[::-1]
    if st.session_state.get(START) not in by_number:
        st.session_state[START] = in_force(versions[1:], session.today()).number
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        chosen = st.selectbox(
            t("Start from"), numbers, format_func=lambda number: _option(by_number[number], t), key=START, width=340
        )
        start = by_number[chosen].profile
        st.button(t("Write a new version"), key="profiles.new", on_click=profile_form.begin, args=(start, session.today()))


def _option(version: Version, t: Language) -> str:
    name = version_name(version, t)
    return name if not version.number else f"{name}, {t.day(version.valid_from)}"


def _row(before: Version | None, version: Version, held: str, t: Language) -> dict[str, str]:
    holds = f"  \n:green[●]&nbsp;{held}" if held else ""
    if before is None:
        changes = [f"{capitalised(group_text(variant, t))}: {variant_text(variant, t)}" for variant in version.profile.variants]
    else:
        changes = differences(before.profile, version.profile, t)
    said = "; ".join(changes[:NAMED]) or t("Nothing")
    if len(changes) > NAMED:
        said += "; " + t.plural("and {n} more", "and {n} more", len(changes) - NAMED)
    moment = f"  \n:gray[{t.moment(version.at.astimezone())}]" if version.at else ""
    return {
        t("Version"): f"**{md(version_name(version, t))}**{holds}",
        t("Valid from"): t.day(version.valid_from) if version.number else t("always"),
        t("Published by"): (md(version.author) if version.number else "Cartera") + moment,
        t("What it changed"): md(said),
    }
