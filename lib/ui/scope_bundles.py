"""Small requests that are worth one change order, each project with its button. lib.scope proposes, the store bundles."""

from __future__ import annotations

import polars as pl
import streamlit as st

from lib.formats import Language
from lib.scope.bundling import SMALL_HOURS, Bundle, bundles
from lib.store.change_requests import bundle
from lib.ui import session
from lib.ui.author import ask_author
from lib.ui.frame import clip, md
from lib.ui.scope_decide import say_problem, try_to
from lib.ui.scope_drawers import close_drawer, open_drawer, opened_drawer, show_drawer

SHOWN, TITLES = 4, 12


def show_bundles(register: pl.DataFrame, version: int, base: str, live: bool, t: Language) -> None:
    """The bundles of a register, the most hours first; nothing where there is none."""
    found = bundles(register)
    if not found:
        return
    with st.container(border=True, gap="small", key="scope.bundles"):
        unit = t("Logged or assessed, below {hours} each, of one project", hours=t.hours(SMALL_HOURS))
        st.markdown(f"**{_headline(found, t)}**  \n:small[:gray[{unit}]]")
        for one in found[:SHOWN]:
            with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"scope.bundle.{one.project_id}"):
                st.markdown(_said(one, base, t), width="stretch")
                if live:
                    key = f"scope.bundle_now.{one.project_id}"
                    st.button(t("Bundle"), key=key, on_click=open_drawer, args=("bundle", one.project_id))
        if len(found) > SHOWN:
            st.markdown(f":small[:gray[{t.plural('and one more project', 'and {n} more projects', len(found) - SHOWN)}]]")
    kind, of = opened_drawer()
    wanted = next((one for one in found if one.project_id == of), None)
    if kind == "bundle" and wanted is not None and live:
        show_drawer(t("Bundle into one request"), _asked, wanted, version, base, t)


def _headline(found: list[Bundle], t: Language) -> str:
    if len(found) == 1:
        return t("{n} small requests of {project} add up to {hours}: one order", n=t.number(len(found[0].change_ids)),
                 project=md(clip(found[0].project, 48)), hours=t.hours(found[0].hours))  # fmt: skip
    return t("Small requests of {n} projects add up to {hours}: one order each", n=t.number(len(found)),
             hours=t.hours(sum(one.hours for one in found)))  # fmt: skip


def _said(one: Bundle, base: str, t: Language) -> str:
    """Whose, how many, how many hours, what they cost and what to ask for at least."""
    name = f"**{md(clip(one.project, 40))}** :gray[{md(clip(one.account, 30))}]"
    counted = t("{n} requests, {hours}", n=t.number(len(one.change_ids)), hours=t.hours(one.hours))
    parts = [counted, t("the oldest waits {days}", days=t.days(one.oldest_days))]
    if one.begun:
        parts.append(t.plural("one is begun", "{n} are begun", one.begun))
    if one.cost is not None:
        parts.append(t("cost {money}", money=t.money(one.cost, base)))
    if one.floor is not None:
        parts.append(t("**at least {money}** without contingency", money=t.money(one.floor, base)))
    return f"{name}  \n:small[{', '.join(parts)}]"


def _asked(one: Bundle, version: int, base: str, t: Language) -> None:
    """What is bundled, under which title, by whom."""
    with st.container(key="scope.bundling", gap="small"):
        st.markdown(_said(one, base, t))
        st.markdown("\n".join(f"- {md(title)}" for title in one.titles[:TITLES]))
        if len(one.titles) > TITLES:
            st.markdown(f":gray[{t.plural('and one more', 'and {n} more', len(one.titles) - TITLES)}]")
        st.markdown(f":small[:gray[{t('The small ones are withdrawn and name the new one; its hours are their sum.')}]]")
        proposed = t("{n} small requests", n=t.number(len(one.change_ids)))
        title = st.text_input(t("Title of the one request"), proposed, key="scope.bundle_title", max_chars=300)
        who = ask_author(t, "scope.bundle_author")
        if st.button(t("Bundle them"), type="primary", key="scope.bundle_write", disabled=not who or not title.strip()):
            session.require("decide", "scope")
            store, ids = session.store(), one.change_ids
            if try_to(lambda: bundle(store, ids, title=title.strip(), version=version, author=who, at=session.now()), t) is not None:
                close_drawer()
                st.rerun()
            say_problem()
