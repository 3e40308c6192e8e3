"""Names: what files call clients and people and what it means; rows that are one are merged, renamed, put under another."""

import streamlit as st

from lib.columns import N_
from lib.store.merging import MERGEABLE
from lib.tables import TABLES
from lib.ui import session, view
from lib.ui.author import ask_author
from lib.ui.frame import context_row, page
from lib.ui.merges import show_done, show_merge, show_merged, show_parent, show_rename
from lib.ui.remembered_names import show_remembered
from lib.ui.states import show_language

session.require("read", "names")
t = session.language()
version = st.session_state["version"]
PARTS = {"remembered": N_("Remembered"), "merge": N_("Merge two"), "rename": N_("Rename"), "parent": N_("Parent company")}
TITLES = {"merge": N_("Make two rows one"), "rename": N_("Give a row another name"), "parent": N_("Put an account under its parent")}

with page():
    title = st.container()
    with context_row(t("Nothing is linked or merged unless somebody says so; all of it can be taken back.")):
        if st.session_state.get("part") not in PARTS:
            st.session_state["part"] = "remembered"
        part = st.segmented_control(
            t("What to do"), list(PARTS), format_func=lambda one: t(PARTS[one]), key="part", label_visibility="collapsed", required=True
        )
    known = len(session.store().rows("aliases"))
    remembered = t.plural("One name is remembered", "{n} names are remembered", known) if known else t("No name is remembered yet")
    title.title(remembered if part == "remembered" else t(TITLES[str(part)]), anchor=False)
    show_done()
    author = ask_author(t, "names.author")
    if author and not session.author():
        session.save_setting("author", author)
    if part == "remembered":
        show_remembered(author, t)
    elif part == "parent":
        show_parent(author, t)
    else:
        table = st.segmented_control(
            t("Table"),
            list(MERGEABLE),
            format_func=lambda name: t(TABLES[name].title),
            key="names.table",
            label_visibility="collapsed",
            default="accounts",
            required=True,
        )
        if part == "merge":
            show_merge(str(table), author, t)
            show_merged(author, t)
        else:
            show_rename(str(table), author, t)
    show_language(t)
    view.write_link(view.current(session.default_as_of(version), session.settings()["fiscal_first_month"]), t, part=str(part))
