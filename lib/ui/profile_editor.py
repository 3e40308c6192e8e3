"""Writing a new version of the score profile: what it would change, before it is published. A published one is never edited."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import streamlit as st

from lib.formats import Language
from lib.health.profile import Profile, Version, faults, in_force
from lib.health.profile_words import differences, fault_text, impact_text
from lib.ui import profile_form, session, view
from lib.ui.author import ask_author, show_author
from lib.ui.check_reading import all_versions, publish_impact
from lib.ui.frame import context_row, md
from lib.ui.health_reading import health_asked
from lib.ui.impact_table import show_impact

FIRST, LAST = date(1901, 1, 1), date(2198, 12, 31)
PUBLISHED = "profiles.published"


def editing() -> bool:
    """Whether a new version is being written in this session."""
    return bool(st.session_state.get(profile_form.EDITING))


def show_editor(t: Language) -> None:
    """The page of a new version: its fields, what they would change, and what publishing needs."""
    version, settings = st.session_state["version"], session.settings()
    as_of = view.current(session.default_as_of(version), settings["fiscal_first_month"]).as_of
    portfolio = session.portfolio(version)
    accounts = portfolio["accounts"].select("industry").unique().collect()
    title = st.empty()
    with context_row(t("A new version of the score profile. Published versions stay as they are.")):
        st.button(t("Leave without publishing"), key="profile.leave", on_click=profile_form.end)
    left, right = st.columns([1.45, 1], gap="large")
    with left:
        profile = profile_form.show_form(settings["base_currency"], sorted(accounts["industry"].drop_nulls()), t)
    with right:
        wrong = [fault_text(fault, t) for fault in faults(profile)]
        for reason in wrong:
            st.markdown(f":red[■] {md(reason)}")
        found = ""
        if "accounts" in portfolio.loaded and not wrong:
            found = _impact(profile, version, as_of, settings["base_currency"], t)
        _publish(profile, bool(wrong), as_of, t)
    title.title(t("This profile can't be used") if wrong else found or t("A new score profile"), anchor=False)


def _impact(profile: Profile, version: int, as_of: date, base: str, t: Language) -> str:
    """Who would change band; returns the finding."""
    st.subheader(t("What it would change"), anchor=False)
    found = publish_impact(health_asked(version, as_of), profile)
    st.markdown(impact_text(found, base, t))
    show_impact(found, base, t, "profile.impact")
    st.caption(t("Computed bands on {day}, against the version in force then; revenue is AGI of 12 months.", day=t.day(as_of)))
    if found.changed.is_empty():
        return t("No account would change band")
    return t.plural("One account would change band", "{n} accounts would change band", found.changed.height)


def _publish(profile: Profile, wrong: bool, as_of: date, t: Language) -> None:
    """Name, day and author, and what it changes against the version before. What is `wrong` can't be published."""
    st.subheader(t("Publish"), anchor=False)
    name = st.text_input(t("Name of this version"), key=profile_form.NAME, max_chars=80, persist_state="session").strip()
    chosen = st.date_input(
        t("Valid from"), key=profile_form.FROM, min_value=FIRST, max_value=LAST, format="DD/MM/YYYY", persist_state="session"
    )
    day = chosen if isinstance(chosen, date) else None
    author = ask_author(t, "profile.author")
    changes = _changes(profile, day, as_of, t) if day and not wrong else []
    if day is None:
        st.markdown(f":red[■] {t('A version needs the day from which it holds.')}")
    if changes and not author:
        st.markdown(f":gray[— {t('Your name stands beside what you publish.')}]")
    refused = wrong or not changes or not author
    if st.button(t("Publish this version"), type="primary", key="profile.publish", disabled=refused) and not refused and day:
        session.require("configure", "score_profiles")
        row = {"name": name, "valid_from": day, "profile": replace(profile, name=name).to_json()}
        session.store().write("score_profiles", row, author=author, at=session.now())
        profile_form.end()
        st.session_state[PUBLISHED] = True
        st.rerun()
    show_author(t)


def _changes(profile: Profile, day: date, as_of: date, t: Language) -> list[str]:
    """What differs from the version that it takes over from, said with what follows from its day."""
    versions = all_versions()
    before = in_force(versions, day)
    changes = differences(before.profile, profile, t)
    if not changes:
        st.markdown(t("Nothing differs from the version in force on {day}.", day=t.day(day)))
        return []
    st.markdown("  \n".join(f":gray[●]&nbsp;{md(change)}" for change in changes))
    new = Version(day, profile, max((version.number for version in versions), default=0) + 1)
    if in_force((*versions, new), as_of) is not new:
        said = t("On {day} another version stays in force: what is shown above is as though this one were.", day=t.day(as_of))
        st.markdown(f":orange[▲]&nbsp;{said}")
    elif day < as_of:
        st.caption(t("Scores from {day} on are computed with it, also those of days that are past.", day=t.day(day)))
    return changes
