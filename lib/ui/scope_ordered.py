"""The change order of what was approved, made again on the data it was worked out on: its button and its drawer. It decides nothing."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from lib.formats import NBSP, Language
from lib.scope.kept_orders import kept_order_of
from lib.store import Commit, StoreError
from lib.store.change_requests import KIND_ORDER
from lib.ui.frame import md
from lib.ui.scope_documents import show_order_form
from lib.ui.scope_drawers import open_drawer, opened_drawer, show_drawer
from lib.ui.scope_reading import Answered, ScopeAsked, the_answer

ORDERED = "ordered"
"""Kind of the drawer; it is of a step's number."""
PATIENCE_SECONDS = 120.0


def order_of(commits: Iterable[Commit], change_id: str) -> Commit | None:
    """The approval of a request that still stands; None where it was approved elsewhere."""
    return next(
        (one for one in commits if one.kind == KIND_ORDER and one.undone_by is None and _change(one).get("change_id") == change_id), None
    )


def ordered_button(commit: Commit, key: str, t: Language) -> bool:
    """What opens the drawer again, if the step kept what was asked; returns whether it was clicked."""
    if kept_order_of(_change(commit).get("order")) is None:
        return False
    return st.button(t("Change order"), key=key, help=t("As Word file and PDF, as it was approved"), on_click=open_drawer,
                     args=(ORDERED, str(commit.number)))  # fmt: skip


def show_ordered_drawer(commits: Iterable[Commit], t: Language) -> None:
    """The drawer, where it is open."""
    kind, of = opened_drawer()
    commit = next((one for one in commits if kind == ORDERED and str(one.number) == of and one.undone_by is None), None)
    if commit is not None:
        number = str(_change(commit).get("order_number", ""))
        show_drawer(t("Change order {number}", number=number), _contents, commit, number, t)


def _contents(commit: Commit, number: str, t: Language) -> None:
    order = kept_order_of(_change(commit).get("order"))
    found = None
    if order is not None:
        try:
            with st.spinner(t("Working it out again on the data of {day}", day=t.day(order.as_of))):
                asked = ScopeAsked(order.version, order.as_of, order.base, taken=order.taken)
                found = the_answer(asked, order.ask, PATIENCE_SECONDS)
        except StoreError as problem:
            st.markdown(f":red[■]{NBSP}{md(t(problem.message, **problem.values))}")
    if order is None or not isinstance(found, Answered) or found.answer.option(order.option).refused is not None:
        said = t("It can't be made again: the answer that was approved can't be worked out on the data of that day any more.")
        st.markdown(f":red[■]{NBSP}{said}")
        return
    option = found.answer.option(order.option)
    show_order_form(found.answer, option, number, found.later, order.approval(found.answer), t)


def _change(commit: Commit) -> dict[str, object]:
    return commit.details.get("change") or {}
