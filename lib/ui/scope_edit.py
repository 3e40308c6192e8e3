"""The drawer in which an ask is written in full: rows of work, tasks that change or go, money, words of the order. It saves nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from lib.formats import Language
from lib.scope.ask import Added, Altered, Ask
from lib.scope.ways import Taken
from lib.ui.frame import md
from lib.ui.scope_ask import Choices, hours_text, put_ask, put_taken
from lib.ui.scope_reading import ScopeAsked

ROWS, MOST_ROWS = "scope.edit.rows", 30
NOBODY = ""
SCOPE = (None, True, False)


def open_editor(ask: Ask, may: Choices, has_target: bool, has_rate: bool, asked: ScopeAsked, t: Language) -> None:
    """Open the drawer on the ask as it is. `has_target`: the project itself says which margin it aims at; `has_rate`: somebody has a
    cost rate.
    """
    st.session_state[ROWS] = [row.key for row in ask.added] or ["1"]
    st.dialog(t("Edit the ask"), width=720, position="right")(_drawer)(ask, may, has_target, has_rate, asked, t)


def _drawer(ask: Ask, may: Choices, has_target: bool, has_rate: bool, asked: ScopeAsked, t: Language) -> None:
    with st.container(key="scope.editor"):
        title = st.text_input(t("What it is about"), ask.title, key="scope.edit.title", max_chars=120)
        st.markdown(f"**{t('New work')}**")
        added = [one for key in list(st.session_state[ROWS]) if (one := _row(key, ask, may, t)) is not None]
        if len(st.session_state[ROWS]) < MOST_ROWS:
            st.button(t("Add a row"), key="scope.edit.more", on_click=_more)
        altered, removed = _existing(ask, may, t)
        money = _money(ask, has_target, t) | _rate(ask, has_rate, asked, t)
        taken = _people(asked.taken, t)
        words = _words(ask, t)
        lacking = [one for one in added if one.hours <= 0]
        nameless = [one for one in added if not one.name]
        if lacking or nameless:
            st.markdown(f":orange[▲] {t('Each row of new work needs a name and hours.')}")
        if st.button(t("Answer it"), key="scope.edit.apply", type="primary", disabled=bool(lacking or nameless)):
            put_ask(replace(ask, title=title.strip(), added=_standing(added, may), altered=altered, removed=removed, **money, **words))
            put_taken(ask.project_id, taken)
            st.rerun()


def _standing(added: list[Added], may: Choices) -> tuple[Added, ...]:
    """The rows, waiting for nothing that was dropped."""
    there = {*may.known.tasks, *(one.key for one in added)}
    return tuple(
        replace(one, after=tuple(key for key in one.after if key in there), before=tuple(key for key in one.before if key in there))
        for one in added
    )


def _more() -> None:
    rows = st.session_state[ROWS]
    number = 1
    while str(number) in rows:
        number += 1
    st.session_state[ROWS] = [*rows, str(number)]


def _less(key: str) -> None:
    st.session_state[ROWS] = [one for one in st.session_state[ROWS] if one != key]


def _row(key: str, ask: Ask, may: Choices, t: Language) -> Added | None:
    """One row of new work; None while it is empty."""
    was = next((one for one in ask.added if one.key == key), Added(key, "", 0.0))
    doers = {NOBODY: t("nobody named"), **may.known.people, **{f"·{role}": role for role in may.known.roles}}
    doer = was.person_id or (f"·{was.role}" if was.role else NOBODY)
    doers.setdefault(doer, doer.removeprefix("·"))
    places = {**may.known.tasks, **{one.key: one.name for one in ask.added if one.key != key}}
    at = f"scope.edit.{key}"
    with st.container(border=True, gap="xsmall"):
        name, likely, least, most, drop = st.columns([3.2, 1.1, 1.1, 1.1, 0.9], vertical_alignment="bottom", gap="small")
        said = name.text_input(t("Work"), was.name, key=f"{at}.name", max_chars=120)
        hours = likely.number_input(t("Hours"), 0.0, None, was.hours, 1.0, key=f"{at}.hours", format="%g")
        low = least.number_input(t("Least"), 0.0, None, was.optimistic_hours, 1.0, key=f"{at}.low", format="%g", placeholder="—")
        high = most.number_input(t("Most"), 0.0, None, was.pessimistic_hours, 1.0, key=f"{at}.high", format="%g", placeholder="—")
        drop.button(t("Drop"), key=f"{at}.drop", on_click=_less, args=(key,), type="tertiary")
        who, after, before = st.columns([1.4, 1.5, 1.5], gap="small")
        done_by = who.selectbox(
            t("Who"), list(doers), index=list(doers).index(doer), format_func=lambda one: doers.get(one, one), key=f"{at}.who"
        )
        left = after.multiselect(
            t("After"), list(places), [one for one in was.after if one in places], format_func=lambda one: places.get(one, one),
            key=f"{at}.after", placeholder=t("any time"),
        )  # fmt: skip
        right = before.multiselect(
            t("Before"), list(places), [one for one in was.before if one in places], format_func=lambda one: places.get(one, one),
            key=f"{at}.before", placeholder=t("the end"),
        )  # fmt: skip
    if not said.strip() and not hours:
        return None
    role = done_by.removeprefix("·") if done_by.startswith("·") else None
    person = None if role or done_by == NOBODY else done_by
    return Added(key, said.strip(), float(hours), low, high, person, role, tuple(left), tuple(right))


def _existing(ask: Ask, may: Choices, t: Language) -> tuple[tuple[Altered, ...], tuple[str, ...]]:
    """Tasks of the plan that change or go."""
    st.markdown(f"**{t('Work that there is')}**")
    open_tasks = {key: name for key, name in may.known.tasks.items() if key in may.known.remaining}
    was = {one.task_id: one for one in ask.altered}
    chosen = st.multiselect(
        t("Tasks whose hours or person change"), list(open_tasks), [key for key in was if key in open_tasks], key="scope.edit.altered",
        format_func=lambda one: open_tasks.get(one, one), placeholder=t("none"),
    )  # fmt: skip
    altered = []
    for task in chosen:
        before = was.get(task, Altered(task))
        hours, who = st.columns([1, 1.6], gap="small")
        now = may.known.remaining[task] if before.hours is None else before.hours
        left = hours.number_input(
            t("{task}: hours left", task=md(open_tasks[task])), 0.0, None, now, 1.0, key=f"scope.edit.{task}.hours", format="%g",
            help=t("{hours} now", hours=hours_text(may.known.remaining[task], t)),
        )  # fmt: skip
        people = {NOBODY: t("as it is"), **may.known.people}
        doer = before.person_id if before.person_id in people else NOBODY
        given = who.selectbox(
            t("Done by"), list(people), index=list(people).index(doer), format_func=lambda one: people.get(one, one),  # noqa: B023
            key=f"scope.edit.{task}.who",
        )  # fmt: skip
        altered.append(replace(before, hours=float(left), person_id=given or None))
    removed = st.multiselect(
        t("Tasks that go"), list(open_tasks), [key for key in ask.removed if key in open_tasks], key="scope.edit.removed",
        format_func=lambda one: open_tasks.get(one, one), placeholder=t("none"),
    )  # fmt: skip
    return tuple(one for one in altered if one.task_id not in removed), tuple(removed)


def _money(ask: Ask, has_target: bool, t: Language) -> dict[str, Any]:
    own, passed, aim = st.columns(3, gap="small")
    expense = own.number_input(t("Own expenses"), 0.0, None, ask.expense, 100.0, key="scope.edit.expense", format="%g")
    through = passed.number_input(
        t("Passed through, at cost"), 0.0, None, ask.pass_through, 100.0, key="scope.edit.pass_through", format="%g"
    )
    target = None
    if not has_target:
        percent = aim.number_input(
            t("Margin aimed at, %"), 0.0, 99.0, None if ask.target_margin is None else 100 * ask.target_margin, 1.0,
            key="scope.edit.target", format="%g", placeholder="—", help=t("The project states none: without it there is no least price."),
        )  # fmt: skip
        target = None if percent is None else percent / 100
    return {"expense": float(expense), "pass_through": float(through), "target_margin": target}


def _rate(ask: Ask, has_rate: bool, asked: ScopeAsked, t: Language) -> dict[str, Any]:
    """What an hour costs, asked for only where nobody's rate is known."""
    if has_rate:
        return {}
    rate = st.number_input(
        t("Cost of an hour, {currency}", currency=asked.base), 0.0, None, ask.cost_rate, 1.0, key="scope.edit.cost_rate", format="%g",
        placeholder="—", help=t("Nobody's cost rate is known: without one there is neither cost nor price."),
    )  # fmt: skip
    return {"cost_rate": rate}


def _people(taken: Taken, t: Language) -> Taken:
    """What «Charge and add people» takes for granted."""
    with st.expander(t("If people are added"), key="scope.edit.people"):
        left, right = st.columns(2, gap="small")
        more = left.number_input(
            t("More hours to get into the work, %"), 0.0, 400.0, 100 * taken.ramp_up_share, 5.0, key="scope.edit.ramp_up", format="%g"
        )
        factor = right.number_input(
            t("Their cost, % of the median of the role"), 1.0, 1000.0, 100 * taken.rate_factor, 5.0, key="scope.edit.factor", format="%g"
        )
    return Taken(round(more / 100, 6), round(factor / 100, 6))


def _words(ask: Ask, t: Language) -> Mapping[str, Any]:
    """Who asks and when, and what the change order will say."""
    with st.expander(t("Who asks, why, and when it is accepted"), key="scope.edit.words"):
        who, when, inside = st.columns(3, gap="small")
        raised_by = who.text_input(t("Who asks"), ask.raised_by or "", key="scope.edit.raised_by", max_chars=120)
        raised_on = when.date_input(t("Asked on"), ask.raised_on, key="scope.edit.raised_on", format="DD/MM/YYYY")
        names = {None: t("not said"), True: t("in scope"), False: t("out of scope")}
        in_scope = inside.selectbox(
            t("Scope"), SCOPE, index=SCOPE.index(ask.in_scope), format_func=names.__getitem__, key="scope.edit.in_scope"
        )
        described = st.text_area(t("Description"), ask.description or "", key="scope.edit.description", max_chars=2000, height=80)
        reason = st.text_area(t("Reason"), ask.reason or "", key="scope.edit.reason", max_chars=2000, height=80)
        criteria = st.text_area(t("Accepted when"), ask.acceptance_criteria or "", key="scope.edit.criteria", max_chars=2000, height=80)
    return {
        "raised_by": raised_by.strip() or None, "raised_on": raised_on or None, "in_scope": in_scope,
        "description": described.strip() or None, "reason": reason.strip() or None, "acceptance_criteria": criteria.strip() or None,
    }  # fmt: skip
