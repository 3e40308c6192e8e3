"""Ways to answer an ask side by side, one of which is chosen: on one scale of days, with price, cost and margin. It works out nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pandas as pd
import streamlit as st

from lib.charts.cells import days_svg
from lib.formats import ABSENT, NBSP, Language
from lib.scope.answer import OPTIONS, Answer, Option
from lib.scope.sentences import OPTION_MEANS, OPTION_NAMES, option_verdict
from lib.ui.scope_ask import hours_text

CHOSEN = "scope.option"
_LISTED = "scope.listed"
ROW_HEIGHT = 38


def chosen_option(answer: Answer) -> Option | None:
    """The option that is looked at: the session's choice, else the first that can be had; None where there are none."""
    keys = [option.key for option in answer.options]
    if not keys:
        return None
    if st.session_state.get(CHOSEN) not in keys:
        st.session_state[CHOSEN] = next((option.key for option in answer.options if option.refused is None), keys[0])
    st.session_state.setdefault(_LISTED, st.session_state[CHOSEN])
    return answer.option(st.session_state[CHOSEN])


def take_option(key: str | None) -> None:
    """Look at this option, as a saved scenario did."""
    if key in OPTIONS:
        st.session_state[CHOSEN] = st.session_state[_LISTED] = key


def show_options(answer: Answer, chosen: Option, t: Language) -> None:
    """The table, a row of which chooses; above it the same choice for the keyboard."""
    keys = [option.key for option in answer.options]
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", gap="small"):
        st.markdown(f"**{t('Ways to answer')}**  \n:small[:gray[{t(OPTION_MEANS[chosen.key])}]]", width="content")
        st.selectbox(
            t("Option"), keys, format_func=lambda key: t(OPTION_NAMES[key]), key=CHOSEN, label_visibility="collapsed", width=220,
            on_change=_list_anew, persist_state="session",
        )  # fmt: skip
    promise = answer.before.promise_on
    heading = t("Finish; line: {day}", day=t.day(promise, promise)) if promise else t("Finish")
    first, last = scale(answer)
    frame = pd.DataFrame(
        {
            "name": [t(OPTION_NAMES[key]) for key in keys],
            "band": [_band(option, first, last, promise) for option in answer.options],
            "p80": [option_verdict(option, answer.as_of, t) for option in answer.options],
            "price": [_known(option.fee, option) for option in answer.options],
            "cost": [_known(option.cost.likely, option) for option in answer.options],
            "margin": [_known(option.margin, option) for option in answer.options],
            "over": [_some(option.over_hours, option) for option in answer.options],
            "others": [_some(option.others, option) for option in answer.options],
        }
    )
    frame = frame.astype(dict.fromkeys(("price", "cost", "margin", "over", "others"), "float64"))
    written: dict[str, Callable[[float], str]] = {
        "price": lambda value: t.money(value, answer.base), "cost": lambda value: t.money(value, answer.base),
        "margin": lambda value: t.share(value, 1), "over": lambda value: hours_text(value, t), "others": t.number,
    }  # fmt: skip
    style = frame.style.format({name: _or_dash(how) for name, how in written.items()}, na_rep=ABSENT)
    near = last.year == answer.as_of.year  # else days are written with their year
    config = {
        "name": st.column_config.TextColumn(t("Option"), width=176),
        "band": st.column_config.ImageColumn(heading, width=138),
        "p80": st.column_config.Column("P80", width=84 if near else 110),
        "price": st.column_config.Column(t("Price"), width=74),
        "cost": st.column_config.Column(t("Cost"), width=74),
        "margin": st.column_config.Column(t("Margin"), width=62),
        "over": st.column_config.Column(t("Over"), width=52),
        "others": st.column_config.Column(t("Others"), width=52),
    }
    key = f"scope.options.{st.session_state[_LISTED]}"

    def choose() -> None:
        picked = st.session_state[key].selection.rows
        if picked and key == f"scope.options.{st.session_state[_LISTED]}":  # a table that was replaced may still tell its last row
            st.session_state[CHOSEN] = keys[picked[0]]

    st.dataframe(
        style, hide_index=True, column_config=config, key=key, row_height=ROW_HEIGHT, on_select=choose, placeholder="—",
        selection_mode="single-row-required", selection_default={"selection": {"rows": [keys.index(chosen.key)]}},
        height=ROW_HEIGHT * (len(keys) + 1) + 2, alt=options_alt(answer, t),
    )  # fmt: skip


def _list_anew() -> None:
    """A table's own selection can't be set from outside: another option chosen here makes another table, with that one selected."""
    st.session_state[_LISTED] = st.session_state[CHOSEN]


def scale(answer: Answer) -> tuple[date, date]:
    """The days that all bands are drawn on: from the earliest P10 to the latest P90, the promise among them."""
    days = [answer.before.promise_on]
    for finish in (answer.before, answer.after, *(option.finish for option in answer.options)):
        days += [finish.p10_on, finish.p90_on]
    known = [day for day in days if day is not None]
    return (min(known), max(known)) if known else (answer.as_of, answer.as_of + timedelta(1))


def _band(option: Option, first: date, last: date, promise: date | None) -> str:
    one = option.finish
    ends = (None,) * 4 if option.refused else (one.p10_on, one.p50_on, one.p80_on, one.p90_on)
    return days_svg(ends, first, last, promise)


def _known(value: float | None, option: Option) -> float | None:
    return None if option.refused else value


def _some(amount: float | None, option: Option) -> float | None:
    return amount if amount is not None and amount > 0.005 and option.refused is None else None


def _or_dash(how: Callable[[float], str]) -> Callable[[float], str]:
    return lambda value: ABSENT if pd.isna(value) else how(value)


def options_alt(answer: Answer, t: Language) -> str:
    """What a screen reader says of the table: each option with its date and price."""
    said = [f"{t(OPTION_NAMES[one.key])} {option_verdict(one, answer.as_of, t)}" for one in answer.options]
    return f"{t('Ways to answer')}: {'; '.join(said)}".replace(NBSP, " ")

