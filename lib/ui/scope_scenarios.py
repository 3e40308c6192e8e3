"""Saved what-ifs of a project: opened by link or here, saved with name and author, duplicated, withdrawn. They touch no live data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace

import streamlit as st

from lib.formats import NBSP, Language
from lib.scope.answer import Answer, Option
from lib.scope.ask import Ask
from lib.scope.scenarios import MOST_COMPARED, STATUSES, TABLE, Scenario, headline, scenarios_of
from lib.scope.sentences import subject
from lib.scope.ways import USUAL, Taken
from lib.ui import session
from lib.ui.author import ask_author, show_author
from lib.ui.frame import clip, md
from lib.ui.scope_ask import put_ask, put_taken
from lib.ui.scope_options import take_option
from lib.ui.scope_reading import ScopeAsked

LINKED, OPENED, COMPARED = "scenario", "scope.opened", "scope.compared"
APPROVED = "approved"


def scenarios(project_id: str | None = None) -> list[Scenario]:
    """Every scenario that is not withdrawn, the newest first; of one project where it is given."""
    return [one for one in scenarios_of(session.stored().rows(TABLE), project_id) if one.status != "withdrawn"]


def follow_scenario() -> None:
    """Take the scenario that the link names into the session, once: its project, its ask, its option."""
    linked = str(st.session_state.get(LINKED) or "")
    if not linked or linked == st.session_state.get(OPENED):
        return
    found = next((one for one in scenarios_of(session.stored().rows(TABLE)) if str(one.id) == linked), None)
    if found is None:
        st.session_state[LINKED] = ""
    else:
        open_scenario(found)


def open_scenario(scenario: Scenario) -> None:
    """Ask again what the scenario asks; not of an approved one, for its work is in the plan."""
    put_ask(Ask(scenario.project_id) if scenario.status == APPROVED else scenario.ask)
    put_taken(scenario.project_id, taken_by(scenario))
    take_option(scenario.option)
    st.session_state["project"] = scenario.project_id
    st.session_state[LINKED] = st.session_state[OPENED] = str(scenario.id)


def opened(ask: Ask) -> Scenario | None:
    """The scenario that is open, while it is one of this project."""
    linked = str(st.session_state.get(LINKED) or "")
    return next((one for one in scenarios_of(session.stored().rows(TABLE), ask.project_id) if str(one.id) == linked), None)


def taken_by(scenario: Scenario) -> Taken:
    """What its options take for granted; the usual where it does not say."""
    said = scenario.assumptions.get("taken")
    if not isinstance(said, Mapping):
        return USUAL
    return Taken(**{name: float(said.get(name, usual)) for name, usual in asdict(USUAL).items()})


def is_older(scenario: Scenario, asked: ScopeAsked) -> bool:
    """Whether it was computed on other data than the page shows."""
    return (scenario.version, scenario.as_of) != (asked.version, asked.as_of)


def save(name: str, author: str, answer: Answer, option: Option | None, asked: ScopeAsked, key: int | None = None) -> None:
    """Save the ask with its answer, as a new scenario or over `key`, and open it."""
    session.require("decide", "scope")
    chosen = None if option is None or option.refused is not None else option.key
    taken = {"trials": asked.trials, "seed": asked.seed, "base": asked.base, "taken": asdict(asked.taken)}
    made = Scenario(
        name.strip(), answer.ask, asked.as_of, asked.version, answer.account_id, chosen, taken, headline(answer, chosen), id=key
    )
    saved = session.store().write(TABLE, made.as_row(), author=author, at=session.now(), key=key)
    st.session_state[LINKED] = st.session_state[OPENED] = str(saved)


def show_scenarios(answer: Answer | None, option: Option | None, asked: ScopeAsked, project_id: str, t: Language) -> None:
    """The popover: what is saved, and a field to save what is on the page."""
    kept = scenarios(project_id)
    label = t("Scenarios ({n})", n=t.number(len(kept))) if kept else t("Scenarios")
    with st.popover(label, key="scope.scenarios"):
        for one in kept:
            _listed(one, asked, t)
        if kept:
            names = {one.id: one.name for one in kept}
            st.multiselect(
                t("Compare side by side"), list(names), key=COMPARED, format_func=lambda one: clip(names.get(one, str(one)), 40),
                max_selections=MOST_COMPARED, placeholder=t("up to {n}", n=t.number(MOST_COMPARED)),
            )  # fmt: skip
        else:
            st.markdown(f":gray[{t('Nothing is saved for this project yet.')}]")
        if answer is None or answer.ask.is_empty:
            st.markdown(f":small[:gray[{t('Ask for something to save it.')}]]")
        else:
            _save_form(answer, option, asked, kept, t)


def _save_form(answer: Answer, option: Option | None, asked: ScopeAsked, kept: Sequence[Scenario], t: Language) -> None:
    with st.form("scope.save.form", border=False):
        name = st.text_input(t("Save as"), clip(subject(answer.ask, t), 80), key="scope.save.name", max_chars=80)
        author = ask_author(t, "scope.save.author")
        if st.form_submit_button(t("Save the scenario"), key="scope.save", type="primary"):
            if not name.strip() or not author:
                st.markdown(f":red[■] {t('A scenario needs a name and an author.')}")
            else:
                save(name, author, answer, option, asked)
                st.rerun()
    current = opened(answer.ask)
    if (
        current is not None and current.is_open() and (current.ask, taken_by(current)) != (answer.ask, asked.taken) and session.author()
        and st.button(t("Save over {name}", name=md(clip(current.name, 40))), key="scope.save.over")
    ):  # fmt: skip
        save(current.name, session.author(), answer, option, asked, current.id)
        st.rerun()
    show_author(t)


def _listed(one: Scenario, asked: ScopeAsked, t: Language) -> None:
    """One scenario with its author, day and state, and what can be done with it."""
    stale = f" :orange[▲{NBSP}{older(one, t)}]" if is_older(one, asked) else ""
    when = t.day(one.at.date(), near=asked.as_of) if one.at else ""
    said = " · ".join(filter(None, [md(one.author or ""), when, t(STATUSES.get(one.status, one.status))]))
    with st.container(gap=None, key=f"scope.scenario.{one.id}"):
        st.markdown(f"**{md(clip(one.name, 60))}**  \n:small[:gray[{said}]{stale}]")
        with st.container(horizontal=True, gap="small"):
            st.button(t("Open"), key=f"scope.open.{one.id}", type="tertiary", on_click=open_scenario, args=(one,))
            st.button(t("Duplicate"), key=f"scope.copy.{one.id}", type="tertiary", on_click=_duplicate, args=(one, t("{name}, copy")))
            if one.is_open():
                st.button(t("Withdraw"), key=f"scope.end.{one.id}", type="tertiary", on_click=_withdraw, args=(one,))


def older(scenario: Scenario, t: Language) -> str:
    """That a scenario was computed on other data than the page shows."""
    return t("computed on data of {day}", day=t.day(scenario.as_of))


def _duplicate(scenario: Scenario, name: str) -> None:
    who = session.require("decide", "scope") or scenario.author or ""
    again = scenario.duplicate(name.format(name=scenario.name)[:80])
    number = session.store().write(TABLE, again.as_row(), author=who, at=session.now())
    open_scenario(replace(again, id=number))


def _withdraw(scenario: Scenario) -> None:
    who = session.require("decide", "scope") or scenario.author or ""
    session.store().write(TABLE, {"status": "withdrawn"}, author=who, at=session.now(), key=scenario.id)
    if str(st.session_state.get(LINKED)) == str(scenario.id):
        st.session_state[LINKED] = ""
    st.session_state[COMPARED] = [one for one in st.session_state.get(COMPARED, []) if one != scenario.id]
