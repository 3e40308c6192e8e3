"""The widgets that set a view: quarter and manager in the row, the rest in a popover. Their state crosses pages; the link carries it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl
import streamlit as st

from lib.choices import CHOICES
from lib.columns import facts
from lib.formats import Language
from lib.periods import Period, quarter_of
from lib.tables import TABLES
from lib.text import capitalised
from lib.ui.view import View

OPTIONS = {name: list(facts(TABLES["accounts"].columns[name])["options"]) for name in ("tier", "status")}


def quarter_choice(view: View, quarters: Sequence[Period], newest: date, t: Language, first_month: int) -> None:
    """The quarter under review; choosing one moves the as-of to its close, or to the newest data within it."""
    days = [quarter.first for quarter in quarters]
    if view.quarter.first not in days:
        days = sorted([*days, view.quarter.first], reverse=True)
    st.session_state.setdefault("view.quarter", view.quarter.first)
    st.selectbox(
        t("Quarter"),
        days,
        format_func=lambda day: t.quarter(day, first_month),
        key="view.quarter",
        label_visibility="collapsed",
        width=120,
        persist_state="session",
        on_change=_close_quarter,
        args=(newest, first_month),
    )


def _close_quarter(newest: date, first_month: int) -> None:
    quarter = quarter_of(st.session_state["view.quarter"], first_month)
    st.session_state["view.as_of"] = max(quarter.first, min(quarter.last, newest))


def _hold_as_of(first_month: int) -> None:
    """An as-of before the quarter under review makes its own quarter the one under review; a later one leaves it."""
    as_of, quarter = st.session_state["view.as_of"], st.session_state.get("view.quarter")
    if as_of and quarter and as_of < quarter:
        st.session_state["view.quarter"] = quarter_of(as_of, first_month).first


def manager_choice(accounts: pl.DataFrame, t: Language) -> None:
    """One or several account managers."""
    names = _with_chosen("manager", sorted(accounts["manager"].drop_nulls().unique()))
    st.multiselect(
        t("Account manager"),
        names,
        key="view.manager",
        placeholder=t("All managers"),
        label_visibility="collapsed",
        width=230,
        persist_state="session",
    )


def more_filters(view: View, accounts: pl.DataFrame, newest: date, t: Language, first_month: int) -> None:
    """As-of, industry, tier and status behind one button that says how many are set."""
    count = sum(bool(getattr(view, name)) for name in ("industry", "tier", "status"))
    label = t("Filters · {n}", n=count) if count else t("Filters")
    with st.popover(label, key="view.more"):
        st.session_state.setdefault("view.as_of", view.as_of)
        st.date_input(
            t("Data as of the close of"),
            key="view.as_of",
            max_value=max(newest, view.as_of),
            format="DD/MM/YYYY",
            persist_state="session",
            on_change=_hold_as_of,
            args=(first_month,),
        )
        industries = sorted(accounts["industry"].drop_nulls().unique())
        _several("industry", t("Industry"), industries, {name: name for name in industries}, t)
        _several("tier", t("Tier"), OPTIONS["tier"], _words("tier", t), t)
        _several("status", t("Status"), OPTIONS["status"], _words("status", t), t)
        st.button(t("Clear filters"), key="view.clear", on_click=clear)


def _words(name: str, t: Language) -> dict[str, str]:
    return {option: capitalised(t(CHOICES[option])) for option in OPTIONS[name]}


def _with_chosen(name: str, options: Sequence[str]) -> list[str]:
    """`options`, and what a link chose that no account has: it stays in sight until a person takes it off."""
    chosen = st.session_state.setdefault(f"view.{name}", [])
    return [*options, *(value for value in chosen if value not in options)]


def _several(name: str, label: str, options: Sequence[str], words: dict[str, str], t: Language) -> None:
    options = _with_chosen(name, options)
    st.multiselect(
        label, options, format_func=lambda key: words.get(key, key), key=f"view.{name}", placeholder=t("All"), persist_state="session"
    )


def clear() -> None:
    """Take every filter off; as-of and quarter stay."""
    for name in ("manager", "industry", "tier", "status"):
        st.session_state[f"view.{name}"] = []


def in_words(view: View, t: Language) -> str:
    """The filters as a clause for the context sentence, so that a screenshot carries them; empty for none."""
    parts = [*view.manager, *view.industry]
    parts += [t("tier {name}", name=t(CHOICES[key]) if key in OPTIONS["tier"] else key) for key in view.tier]
    parts += [t(CHOICES[key]) if key in OPTIONS["status"] else key for key in view.status]
    return ", ".join(parts)
