"""The forms that make two rows one, give a row another name, or put an account under another. They draw; `lib.store.merging` does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl
import streamlit as st

from lib.columns import N_
from lib.formats import NBSP, Language
from lib.intake.matching import SURE, matches
from lib.intake.references import known_rows
from lib.store import Commit, StoreError
from lib.store.merging import MergePreview, above, merge, preview_merge, put_under, rename
from lib.tables import TABLES
from lib.ui import session
from lib.ui.cells import heading, names_shown, written
from lib.ui.frame import clip, md, small_table
from lib.ui.history import undo

ALIKE_ROWS = 2000
PAIRS_SHOWN = 5
FORM_WIDTH = 640
STEPS_SHOWN = 5
_DONE = "names.done"
_AUTHORED = {
    "reviews": N_("Reviews"), "commentary": N_("Comments"), "decisions": N_("Decisions"), "actions": N_("Actions"),
    "promises": N_("Promises"), "scenarios": N_("Scenarios"), "overrides": N_("Overrides"),
}  # fmt: skip


@st.cache_data(show_spinner=False, max_entries=32)
def labels(folder: str, version: int, table: str) -> dict[str, str]:
    """key -> name and key of every row of `table`, by name."""
    key = TABLES[table].key[0]
    rows = session.portfolio(version)[table].select(pl.col(key).alias("key"), "name").sort(pl.col("name").str.to_lowercase(), "key")
    return {row: name if name == row else f"{name} · {row}" for row, name in rows.collect().iter_rows()}


@st.cache_data(show_spinner=False, max_entries=32)
def alike(folder: str, version: int, table: str) -> list[tuple[str, str, int]]:
    """Pairs of rows whose names are nearly the same, with their score; [] in a table too large to look through."""
    rows = session.portfolio(version)[table].select(TABLES[table].key[0], "name").collect()
    if rows.height > ALIKE_ROWS:
        return []
    known = known_rows(table, rows)
    near = matches(known["name"].to_list(), known, table)
    found = {}
    for key, name in known.iter_rows():
        for match in near[name]:
            if match.key != key and match.score >= SURE:
                found[tuple(sorted((key, match.key)))] = match.score
    return sorted(((one, other, score) for (one, other), score in found.items()), key=lambda pair: (-pair[2], pair[0]))


def _labels(table: str) -> dict[str, str]:
    store = session.store()
    return labels(str(store.folder), store.version(), table)


def _choose(label: str, names: Mapping[str, str], key: str, t: Language) -> str | None:
    if st.session_state.get(key) not in names:
        st.session_state[key] = None
    options = list(names)
    return st.selectbox(label, options, format_func=lambda one: clip(names[one], 60), key=key, placeholder=t("Pick one"), width=FORM_WIDTH)


def _do(work: Callable[[], Commit], said: str, t: Language, *forget: str) -> None:
    """Do what a form asks; its fields are then empty. What the store refuses is said in place."""
    try:
        session.require("import", "tables")
        work()
    except StoreError as problem:
        st.markdown(f":red[■] {md(t(problem.message, **{name: str(value) for name, value in problem.values.items()}))}")
        return
    for key in forget:
        st.session_state.pop(key, None)
    st.session_state[_DONE] = said
    st.rerun()


def show_done() -> None:
    """What the last form did."""
    if done := st.session_state.pop(_DONE, None):
        st.markdown(f":green[●] {done}")


def show_merge(table: str, author: str, t: Language) -> None:
    """Two rows side by side, what a merge would move, a reason, and the button."""
    names = _labels(table)
    _show_alike(table, names, t)
    left, right = st.columns(2, gap="medium")
    with left:
        kept = _choose(t("This row stays"), names, "names.kept", t)
    with right:
        gone = _choose(t("This row goes into it"), names, "names.gone", t)
    if not kept or not gone:
        st.markdown(f":gray[{t('Pick two rows to see what a merge would do. Nothing happens before you confirm it.')}]")
        return
    try:
        preview = preview_merge(session.store(), table, gone, kept)
    except StoreError as problem:
        st.markdown(f":orange[▲] {md(t(problem.message))}")
        return
    _show_both(table, kept, gone, t)
    _show_preview(table, preview, names[kept], t)
    with st.form("names.merge", border=False):
        reason = st.text_input(t("Reason"), key="names.merge.reason", placeholder=t("Such as: one client, loaded from two tools"))
        if st.form_submit_button(t("Merge the two"), key="names.merge.do", type="primary", disabled=not author):
            said = t("{gone} is now {kept}.", gone=md(names[gone]), kept=md(names[kept]))
            _do(lambda: merge(session.store(), table, gone, kept, author=author, at=session.now(), reason=reason), said, t,
                "names.gone", "names.kept", "names.merge.reason")  # fmt: skip


def _show_alike(table: str, names: Mapping[str, str], t: Language) -> None:
    store = session.store()
    pairs = [pair for pair in alike(str(store.folder), store.version(), table) if pair[0] in names and pair[1] in names]
    if not pairs:
        return
    st.markdown(f":orange[▲]{NBSP}{t.plural('One pair looks alike', '{n} pairs look alike', len(pairs))}")
    for one, other, score in pairs[:PAIRS_SHOWN]:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            share = t("{share} alike", share=t.share(score / 100))
            st.button(t("Compare"), key=f"names.pair.{one}.{other}", on_click=_pick, args=(one, other))
            st.markdown(f"{md(clip(names[one], 44))} | {md(clip(names[other], 44))} :gray[{share}]", width="content")


def _pick(kept: str, gone: str) -> None:
    st.session_state["names.kept"], st.session_state["names.gone"] = kept, gone


def _show_both(table: str, kept: str, gone: str, t: Language) -> None:
    """The cells in which the two rows differ."""
    portfolio, key = session.portfolio(), TABLES[table].key[0]
    rows = portfolio[table].filter(pl.col(key).is_in([kept, gone])).collect()
    one, other = (rows.filter(pl.col(key) == wanted) for wanted in (kept, gone))
    names = names_shown(portfolio, table, rows)
    cells = []
    for column in TABLES[table].columns:
        stays, goes = (written(table, column, row[column][0], t, names.get(column)) for row in (one, other))
        if stays != goes:
            both = {t("Stays"): md(clip(stays, 80)), t("Goes"): md(clip(goes, 80))}
            cells.append({t("Column"): f":gray[{md(heading(table, column, t))}]", **both})
    st.markdown(f":gray[{t('Where the two differ, the row that stays keeps its own cells.')}]")
    small_table(cells, t, alt=t("Cells in which the two rows differ"), header=True, middle=False)


def _show_preview(table: str, preview: MergePreview, kept: str, t: Language) -> None:
    parts = [f"{t(TABLES[name].title)} {t.number(moved.rows)}" for name, moved in preview.imported.items() if moved.rows]
    parts += [f"{t(_AUTHORED.get(name, name))} {t.number(count)}" for name, count in preview.authored.items()]
    moves = t.plural("One row will name {kept}", "{n} rows will name {kept}", preview.rows, kept=kept)
    said = f"**{md(moves)}** :gray[{md(', '.join(parts))}]" if parts else md(t("No other row names the one that goes."))
    aliases = t("The next files find it as {names} too.", names=t.join([f"«{word}»" for word in preview.aliases]))
    st.markdown(f"{said}  \n:gray[{md(aliases)}]")
    dropped = sum(moved.dropped for moved in preview.imported.values())
    if dropped:
        said = t.plural("One row goes, because the row that stays has its own for the same day.",
                        "{n} rows go, because the row that stays has its own for the same day.", dropped)  # fmt: skip
        st.markdown(f":orange[▲] {said}")


def show_merged(author: str, t: Language) -> None:
    """The newest merges, each with its undo where that is possible at once."""
    made = [commit for commit in session.store().commits() if commit.kind == "merge"][:STEPS_SHOWN]
    if not made:
        return
    st.subheader(t("Merged so far"), anchor=False)
    for commit in made:
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"names.merged.{commit.number}"):
            gone, kept = (md(clip(str(commit.details[part]["name"]), 40)) for part in ("gone", "kept"))
            about = f"{md(commit.author)} · {t.moment(commit.at.astimezone())} · «{md(clip(commit.note, 80))}»"
            st.markdown(f"**{gone} → {kept}**  \n:small[:gray[{about}]]", width="stretch")
            if commit.undone_by:
                st.markdown(f":gray[{t('undone by {n}', n=t.number(commit.undone_by))}]", width="content")
            elif commit.undo_possible:
                st.button(t("Undo"), key=f"names.undo.{commit.number}", on_click=undo, args=(commit.number, author, t))
            else:
                st.markdown(f":gray[{t('later steps stand on it')}]", width="content")
    if "history.problem" in st.session_state:
        st.markdown(f":red[■] {md(st.session_state.pop('history.problem'))}")


def show_rename(table: str, author: str, t: Language) -> None:
    """Another name for one row; the old one becomes an alias."""
    names = _labels(table)
    row = _choose(t("Row"), names, "names.row", t)
    with st.form("names.rename", border=False, width=FORM_WIDTH):
        name = st.text_input(t("New name"), key="names.rename.name")
        reason = st.text_input(t("Reason"), key="names.rename.reason")
        st.markdown(f":gray[{t('The old name stays known: files that say it find this row, and the next import does not bring it back.')}]")
        if st.form_submit_button(t("Rename it"), key="names.rename.do", type="primary", disabled=not author or not row):
            assert row is not None
            said = t("{old} is now called {new}.", old=md(names[row]), new=md(name))
            _do(lambda: rename(session.store(), table, row, name, author=author, at=session.now(), reason=reason), said, t,
                "names.row", "names.rename.name", "names.rename.reason")  # fmt: skip


def show_parent(author: str, t: Language) -> None:
    """The parent company of an account."""
    names = _labels("accounts")
    account = _choose(t("Account"), names, "names.child", t)
    if account:
        line = [names.get(one, one) for one in above(session.store(), account)]
        now = t("It stands under {parents}.", parents=" ‹ ".join(line)) if line else t("It stands under no other account.")
        st.markdown(f":gray[{md(now)}]")
    with st.form("names.under", border=False, width=FORM_WIDTH):
        options = ["", *(one for one in names if one != account)]
        parent = st.selectbox(
            t("Parent company"), options, format_func=lambda one: clip(names[one], 60) if one else t("None"), index=None,
            key="names.parent", placeholder=t("Pick one"),
        )  # fmt: skip
        reason = st.text_input(t("Reason"), key="names.under.reason")
        if st.form_submit_button(t("Put it there"), key="names.under.do", type="primary", disabled=not author or not account):
            if parent is None:
                st.markdown(f":red[■] {t('Pick a parent company, or None.')}")
                return
            assert account is not None
            said = t("{account} has another parent company now.", account=md(names[account]))
            _do(lambda: put_under(session.store(), account, parent or None, author=author, at=session.now(), reason=reason), said, t,
                "names.child", "names.parent", "names.under.reason")  # fmt: skip

