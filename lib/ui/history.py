"""What was loaded when and by whom, with undo. It draws the store's commits."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from lib.columns import N_
from lib.formats import Language
from lib.store import CannotUndo, Commit, StoreError
from lib.store.change_requests import ACTIONS, KIND_ORDER, KIND_REQUEST
from lib.tables import TABLES
from lib.ui import session
from lib.ui.cells import corrections_said
from lib.ui.frame import clip, md, small_table
from lib.ui.sheets import history_sheet
from lib.ui.table_downloads import about_view, table_downloads

SHOWN = 8
KINDS = {
    "import": N_("Loaded"),
    "undo": N_("Undone"),
    "sample": N_("Sample opened"),
    "empty": N_("Emptied"),
    "restore": N_("Restored"),
    "correction": N_("Corrected"),
    "merge": N_("Merged"),
    KIND_REQUEST: N_("Change request"),
    KIND_ORDER: N_("Change order"),
    "migration": N_("Migrated"),
}


def show_history(commits: list[Commit], author: str, t: Language) -> None:
    """The newest commits with their counts; the ones that can be undone at once have a button."""
    again = {commit.number: commit.undoes for commit in commits if commit.undoes}  # steps that took another back
    for commit in commits[:SHOWN]:
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"history.{commit.number}"):
            st.markdown(f"{_line(commit, t, again)}  \n:small[:gray[{_counts(commit, t)}]]", width="stretch")
            if commit.undone_by:
                by = t.number(commit.undone_by)
                said = t("taken back by step {n}", n=by) if commit.undoes else t("undone by {n}", n=by)
                st.markdown(f":gray[{said}]", width="content")
            elif commit.undo_possible:
                label = t("Load step {n} again", n=t.number(commit.undoes)) if commit.undoes and commit.undoes not in again else t("Undo")
                st.button(label, key=f"history.undo.{commit.number}", on_click=undo, args=(commit.number, author, t))
    if "history.problem" in st.session_state:
        st.markdown(f":red[■] {md(st.session_state.pop('history.problem'))}")
    sheet = history_sheet(commits, KINDS, t)
    table_downloads(sheet, t, key="history", file=t("history"), about=about_view(t, t("What was loaded when and by whom")))
    older = commits[SHOWN:]
    if older:
        with st.expander(t.plural("One older step", "{n} older steps", len(older)), key="history.older"):
            small_table([{"what": _line(commit, t, again), "counts": _counts(commit, t)} for commit in older[:50]], t, alt=t("Older steps"))


def undo(number: int, author: str, t: Language) -> None:
    """Take a step back, or leave what stands against it for the page to say."""
    try:
        session.require("undo", "import")
        session.store().undo(number, author=author or t("Somebody"), at=session.now())
    except CannotUndo:
        st.session_state["history.problem"] = t("A later import changed the same tables. Undo that one first.")
    except StoreError as problem:
        st.session_state["history.problem"] = t(str(problem.args[0]))


def kind_of(commit: Commit, t: Language) -> str:
    """What a step is called."""
    return t("Step {n} undone", n=t.number(commit.undoes)) if commit.undoes else t(KINDS[commit.kind])


def _line(commit: Commit, t: Language, again: Mapping[int, int]) -> str:
    files = t.join([md(clip(file.name, 40)) for file in commit.files][:4])
    stands = again.get(commit.undoes or 0)
    kind = t("Step {n} loaded again", n=t.number(stands)) if stands else kind_of(commit, t)
    what = f"**{commit.number} · {kind}**"
    return f"{what} {files} :gray[{md(commit.author)} · {t.moment(commit.at.astimezone())}]"


def _counts(commit: Commit, t: Language) -> str:
    parts = [
        f"{t(TABLES[table].title)} "
        + " ".join(
            f"{sign}{t.number(count)}" for sign, count in (("+", counts.added), ("±", counts.changed), ("−", counts.removed)) if count
        )
        for table, counts in commit.counts.items()
        if counts.moved
    ]
    shown = ", ".join(parts[:8]) + (" …" if len(parts) > 8 else "")
    if commit.kind == "correction":
        shown = f"{corrections_said(commit.details.get('cells', ()), t)} · «{clip(commit.details.get('reason', ''), 120)}»"
    if commit.kind == "merge":
        gone, kept = (clip(str(commit.details[part]["name"]), 40) for part in ("gone", "kept"))
        shown = f"{gone} → {kept} · «{clip(commit.note, 120)}» · {shown}"
    if commit.kind in (KIND_REQUEST, KIND_ORDER):
        change = commit.details["change"]
        said = [change.get("order_number"), f"«{clip(change['title'], 120)}»", t(ACTIONS[change["action"]]), change.get("reason"), shown]
        shown = " · ".join(clip(part, 160) for part in said if part)
    rejected = sum(entry.get("rejected", 0) for entry in commit.details.get("files", ()))
    if rejected:
        shown += " · " + t.plural("one row rejected", "{n} rows rejected", rejected)
    return md(shown or t("nothing changed"))
