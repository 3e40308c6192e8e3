"""Scenarios side by side, with the figures they were saved with and the day of their data. It computes nothing."""

from __future__ import annotations

from datetime import date

import streamlit as st

from lib.formats import ABSENT, Language
from lib.scope.scenarios import MOST_COMPARED, Scenario
from lib.scope.sentences import OPTION_NAMES
from lib.ui.frame import clip, md, small_table
from lib.ui.scope_ask import hours_text
from lib.ui.scope_reading import ScopeAsked
from lib.ui.scope_scenarios import COMPARED, is_older, older, scenarios


def show_compared(asked: ScopeAsked, project_id: str, t: Language) -> None:
    """The scenarios that were picked, a column each; nothing where none is picked."""
    picked = st.session_state.get(COMPARED) or []
    kept = [one for one in scenarios(project_id) if one.id in picked][:MOST_COMPARED]
    if not kept:
        return
    st.subheader(t("Scenarios side by side"), anchor=False)
    lines = [
        (t("Option"), "option"), (t("Finish, P80"), "p80_on"), (t("Chance of the promise"), "promise_share"), (t("Hours"), "hours"),
        (t("Cost to us"), "cost"), (t("Price"), "fee"), (t("Project margin"), "margin"), (t("Hours that do not fit"), "over_hours"),
        (t("Other projects that move"), "others"), (t("Data"), "data"),
    ]  # fmt: skip
    names = [f"{md(clip(one.name, 30))}{' ' * place}" for place, one in enumerate(kept)]  # a table's columns need names of their own
    rows = [{"": f":gray[{name}]", **{names[place]: _cell(one, key, asked, t) for place, one in enumerate(kept)}} for name, key in lines]
    small_table(rows, t, alt=t("Scenarios side by side"), right=names, header=True)


def _cell(scenario: Scenario, key: str, asked: ScopeAsked, t: Language) -> str:
    if key == "data":
        return f":orange[▲ {older(scenario, t)}]" if is_older(scenario, asked) else t.day(scenario.as_of)
    if key == "option":
        return t(OPTION_NAMES[scenario.option]) if scenario.option else ABSENT
    value = scenario.result.get(key)
    if value is None:
        return ABSENT
    if key == "p80_on":
        return t.day(date.fromisoformat(value), asked.as_of)
    if key in ("promise_share", "margin"):
        return t.share(value, 0 if key == "promise_share" else 1)
    if key in ("hours", "over_hours"):
        return hours_text(value, t)
    return t.number(value) if key == "others" else t.money(value, scenario.result.get("base") or asked.base)
