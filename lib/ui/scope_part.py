"""The part "Answer" of scope change: the ask beside its answer, the options, the plan, who waits. It lays out and computes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from lib.formats import NBSP, Language
from lib.portfolio import Portfolio
from lib.scope.answer import Answer
from lib.scope.answering import Refused
from lib.scope.ask import Ask
from lib.scope.ground import Ground
from lib.scope.refusals import missing_text, option_refused_text, problem_text
from lib.scope.scenarios import STATUSES
from lib.scope.sentences import OPTION_NAMES, assumed_sentence, headline
from lib.ui.frame import clip, md
from lib.ui.jobs import Job
from lib.ui.scope_answer import show_assumed, show_bands, show_figures, show_people, show_plan, show_price
from lib.ui.scope_ask import Choices, choices, show_ask
from lib.ui.scope_compare import show_compared
from lib.ui.scope_decide import show_decide, show_last
from lib.ui.scope_definition import ask_definition
from lib.ui.scope_edit import open_editor
from lib.ui.scope_options import chosen_option, show_options
from lib.ui.scope_projects import words_of
from lib.ui.scope_reading import Answered, ScopeAsked, ground_of, show_work
from lib.ui.scope_ripple import show_later, show_ripple
from lib.ui.scope_scenarios import APPROVED, is_older, older, opened, taken_by

Found = Answered | Refused | Job | None
ALL = (
    "scope_p80", "scope_chance", "scope_delay", "scope_cost", "scope_floor", "scope_margin", "scope_over", "scope_float", "scope_ripple",
    "scope_later",
)  # fmt: skip


def answer_headline(found: Found, project: str, t: Language) -> str:
    """The page's h1 for what was found so far."""
    if isinstance(found, Answered):
        return headline(found.answer, t, md)
    if isinstance(found, Refused):
        return t("This ask can't be answered yet")
    return t("{project}: what would a change do?", project=md(project))


def show_part(found: Found, ask: Ask, asked: ScopeAsked, portfolio: Portfolio, project: Mapping[str, Any], t: Language) -> None:
    """The ask on the left, its answer beside and below it."""
    base = ground_of(asked)
    may = choices(portfolio, base, ask.project_id, asked.as_of)
    _scenario_note(ask, asked, t)
    show_last(t)
    left, right = st.columns([0.29, 0.71], gap="medium")
    with left:
        if show_ask(ask, may, asked.as_of, t):
            rated = base is None or base.assumptions.rates.everybody is not None
            open_editor(ask, may, project["target_margin"] is not None, rated, asked, t)
    with right:
        if isinstance(found, Answered):
            _beside(found, may, asked, portfolio, t)
        elif isinstance(found, Refused):
            _show_refused(found, may, ask, t)
        else:
            show_work(found, asked, t)
    if isinstance(found, Answered):
        _below(found, portfolio, t)
    show_compared(asked, ask.project_id, t)


def _scenario_note(ask: Ask, asked: ScopeAsked, t: Language) -> None:
    """Which scenario is open, whether the ask moved on since, and whether it was computed on other data."""
    one = opened(ask)
    if one is None:
        return
    said = [t("Scenario {name}", name=f"**{md(clip(one.name, 60))}**"), t("by {author}", author=md(one.author or ""))]
    said.append(t(STATUSES.get(one.status, one.status)))
    if one.status == APPROVED:
        said.append(t("it is part of the plan now"))
    elif (one.ask, taken_by(one)) != (ask, asked.taken):
        said.append(t("changed since it was saved"))
    note = " · ".join(said)
    if is_older(one, asked) and one.status != APPROVED:
        was = one.result.get("p80_on")
        note += f" · :orange[▲{NBSP}{older(one, t)}]"
        if was:
            note += " " + t("Its P80 was {day}; below it is computed anew.", day=t.day(date.fromisoformat(was), near=asked.as_of))
    st.markdown(f":small[{note}]")


def _beside(found: Answered, may: Choices, asked: ScopeAsked, portfolio: Portfolio, t: Language) -> None:
    answer = found.answer
    show_figures(answer, t)
    for said in degraded(answer, ground_of(asked), t):
        st.markdown(f":gray[— {said}]")
    show_bands(answer, words_of("scope.bands", portfolio, answer.as_of, t), t)
    option = chosen_option(answer) if not answer.ask.is_empty else None
    if option is not None:
        show_options(answer, option, t)
        if option.refused is not None:
            names = {**may.names(answer.ask), **may.known.people}
            st.markdown(f":gray[— {t(OPTION_NAMES[option.key])}: {option_refused_text(option.refused, names, t, md)}]")
        kept = opened(answer.ask)
        show_decide(answer, option, None if kept is None or not kept.is_open() else {"id": kept.id}, t, found.later, asked.taken)


def _below(found: Answered, portfolio: Portfolio, t: Language) -> None:
    answer = found.answer
    asks = not answer.ask.is_empty
    option = chosen_option(answer) if asks else None
    usable = option if option is not None and option.refused is None else None
    if not asks:
        agreed = portfolio["tasks"].filter(pl.col("project_id") == answer.ask.project_id)
        first = agreed.select("task_id", "baseline_start", "baseline_finish").collect()
        show_plan(answer, None, words_of("scope.plan", portfolio, answer.as_of, t), t, first)
    else:
        wide, narrow = st.columns([0.62, 0.38], gap="medium")
        with wide:
            show_plan(answer, usable, words_of("scope.plan", portfolio, answer.as_of, t), t)
            show_people(answer, usable, t)
        with narrow:
            show_ripple(answer, usable.ripple if usable else answer.ripple, t)
            show_later(answer, found.later, t)
            show_price(answer, t)
    said = [assumed_sentence(code, values, answer.as_of, answer.base, t, md) for code, values in (option.assumed if option else ())]
    show_assumed(answer, list(filter(None, said)), t)
    ask_definition(ALL, "scope.definitions", t)


def degraded(answer: Answer, ground: Ground | None, t: Language) -> list[str]:
    """What could not be said for want of data, as sentences."""
    left_out = dict.fromkeys(project for project, _ in ground.left_out) if ground else {}
    names = [md(clip(ground.projects[one]["name"], 40)) for one in left_out if ground and one in ground.projects]
    told = names[:3] + ([t("{n} more", n=t.number(len(names) - 3))] if len(names) > 3 else [])
    given = {"projects": t.join(told)} if told else {}
    codes = [*answer.degraded, *(["left_out"] if told else [])]
    return [said for code in dict.fromkeys(codes) if (said := missing_text(code, t, **given))]


def _show_refused(found: Refused, may: Choices, ask: Ask, t: Language) -> None:
    names = {**may.names(ask), **may.known.people}
    for problem in found.problems:
        st.markdown(f":red[■]{NBSP}{problem_text(problem, names, t, md)}")
