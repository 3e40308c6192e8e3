"""The names that people gave a meaning: who said so and when, found by text, taken back one by one. It draws the store's aliases."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from lib.formats import Language
from lib.store import StoreError
from lib.tables import TABLES
from lib.ui import session, uploads
from lib.ui.frame import clip, md, small_table

SHOWN = 10
STEPS_SHOWN = 20


def show_remembered(author: str, t: Language) -> None:
    """Every alias, newest first, with a button that forgets it; then what was said and taken back before."""
    rows = sorted(session.store().rows("aliases"), key=lambda row: (row["at"], row["id"]), reverse=True)
    if not rows:
        nothing = t("Nothing is remembered yet. What you say of unknown names on the Data page is kept here once the file is loaded.")
        st.markdown(f":gray[{nothing}]")
    else:
        called = {table: _called(table, [row["target"] for row in rows if row["table_name"] == table]) for table in TABLES}
        text = st.text_input(
            t("Find"), key="names.find", placeholder=t("Find a name"), label_visibility="collapsed", width=260, type="search"
        ).casefold()
        found = [row for row in rows if text in f"{row['alias']} {called[row['table_name']].get(row['target'], row['target'])}".casefold()]
        pages = max(1, -(-len(found) // SHOWN))
        page = min(int(st.session_state.get("names.remembered.page") or 1), pages)
        for row in found[(page - 1) * SHOWN : page * SHOWN]:
            _show(row, called[row["table_name"]], author, t)
        if not found:
            st.markdown(f":gray[{t('No remembered name matches.')}]")
        if pages > 1:
            st.pagination(pages, key="names.remembered.page")
    _show_past(t)


def _called(table: str, keys: list[str]) -> dict[str, str]:
    """key -> name of rows of `table`."""
    if not keys or "name" not in TABLES[table].columns:
        return {}
    key = TABLES[table].key[0]
    return dict(session.portfolio()[table].filter(pl.col(key).is_in(keys)).select(key, "name").collect().iter_rows())


def _show(row: dict[str, Any], called: dict[str, str], author: str, t: Language) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"names.alias.{row['id']}"):
        source = row["source"] or t("all tools")
        about = f"{t(TABLES[row['table_name']].title)} · {md(source)} · {md(row['author'])} · {t.moment(row['at'].astimezone())}"
        said = f"**{md(clip(row['alias'], 60))}** → {md(clip(_meaning(row, called, t), 60))}"
        st.markdown(f"{said}  \n:small[:gray[{about}]]", width="stretch")
        st.button(
            t("Forget"),
            key=f"names.forget.{row['id']}",
            on_click=_forget,
            args=(row["id"], author, t),
            disabled=not author,
            help=t("The next file that says this name asks again. Rows that are loaded stay as they are."),
        )


def _meaning(row: dict[str, Any], called: dict[str, str], t: Language) -> str:
    if not row["target"]:
        return t("No value")
    return called.get(row["target"]) or t("{key}, which is not there", key=row["target"])


def _forget(id: int, author: str, t: Language) -> None:
    try:
        session.require("import", "aliases")
        session.store().remove("aliases", id, author=author, at=session.now())
    except StoreError as problem:  # another session was faster
        st.session_state["names.done"] = t(str(problem.args[0]))
    for upload in uploads.waiting().values():  # files of this session are checked again without it
        upload.checked_for = ""


def _show_past(t: Language) -> None:
    past = session.store().rows("audit", table_name="aliases")[::-1]
    if not past:
        return
    with st.expander(t.plural("One step so far", "{n} steps so far", len(past)), key="names.past"):
        words = {"add": t("remembered"), "change": t("changed"), "remove": t("forgotten")}
        rows = []
        for step in past[:STEPS_SHOWN]:
            cells = step["after"] or step["before"] or {}
            said = f"{md(clip(cells.get('alias', ''), 60))} → {md(clip(cells.get('target', '') or t('No value'), 40))}"
            who = f"{md(step['author'])} · {t.moment(step['at'].astimezone())}"
            rows.append({"name": said, "what": words.get(step["action"], step["action"]), "who": f":gray[{who}]"})
        small_table(rows, t, alt=t("What was said of names"))
