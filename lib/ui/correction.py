"""One row: its cells, what became of them, and one of them put right. It draws; `lib.store.corrections` checks and writes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from lib.choices import CHOICES
from lib.columns import N_, NAME_BYTES, facts
from lib.formats import Language
from lib.measures.browse import NAMES, kind
from lib.portfolio import Portfolio
from lib.store import ImportBusy, NotFound, RowMoved, StoreError
from lib.store.corrections import correct, flaws, key_of, row_of
from lib.store.row_history import RowChange, history_of_row, written_about
from lib.tables import TABLES
from lib.text import capitalised
from lib.ui import session
from lib.ui.author import ask_author, show_author
from lib.ui.cells import heading, names_shown, row_labels, written
from lib.ui.frame import clip, md, small_table
from lib.ui.history import kind_of, undo
from lib.ui.table_browser import offered

STEPS_SHOWN = 8
WRITTEN_SHOWN = 6
LETTERS = 400
ACTIONS = {"add": N_("added"), "change": N_("changed"), "remove": N_("removed")}
WRITTEN = {
    "promises": N_("Promise"), "decisions": N_("Decision"), "actions": N_("Action"), "commentary": N_("Comment"), "reviews": N_("Review"),
    "overrides": N_("Override"), "scenarios": N_("Scenario"), "aliases": N_("Other name"),
}  # fmt: skip


def show_row(portfolio: Portfolio, table: str, text: str, t: Language) -> None:
    """The row whose key is `text`: cells with who changed them last, the form that corrects one, and every step it went through."""
    try:
        key = key_of(TABLES[table], text)
        row = row_of(portfolio[table], key)
    except NotFound:
        row = pl.DataFrame()
    if row.is_empty():
        st.markdown(f":orange[▲] {t('The row {key} is not in {table}.', key=md(clip(text)), table=t(TABLES[table].title))}")
        return
    history = _history(str(session.store().folder), portfolio.version, session.store().version(), table, text)
    names = names_shown(portfolio, table, row)
    st.subheader(md(clip(next(iter(row_labels(portfolio, table, row, t).values())), 90)), anchor=False)
    if done := st.session_state.pop("tables.done", None):
        st.markdown(f":green[●] {done}")
    left, right = st.columns([1.25, 1], gap="large")
    with left:
        _show_cells(table, row, names, history, t)
    with right:
        with st.container(border=True, key="tables.correction"):
            _show_form(portfolio, table, row, text, names, t)
        _show_history(portfolio, table, row, history, t)
        if table in ("accounts", "projects"):
            _show_written(table, text, t)


@st.cache_resource(show_spinner=False, max_entries=64)
def _history(folder: str, version: int, newest: int, table: str, text: str) -> list[RowChange]:
    """`newest` is part of the key: a later undo changes what an earlier step says."""
    del folder, newest
    return history_of_row(session.store(), table, key_of(TABLES[table], text), version)


def _last(history: list[RowChange], column: str) -> RowChange | None:
    """The newest step that wrote the cell."""
    return next((one for one in history if one.what == "added" or any(cell.column == column for cell in one.cells)), None)


def _show_cells(table: str, row: pl.DataFrame, names: Mapping[str, Mapping[str, str]], history: list[RowChange], t: Language) -> None:
    rows = []
    for column in TABLES[table].columns:
        last = _last(history, column)
        value = written(table, column, row[column][0], t, names.get(column))
        key = row[column][0] if column in names and row.schema[column] == pl.String else None
        shown = f"{value} · {key}" if key and value != key else value
        rows.append(
            {
                t("Column"): f":gray[{md(heading(table, column, t))}]",
                t("Value"): md(clip(shown, LETTERS)),
                t("Last changed"): f":small[:gray[{_who(last, t)}]]" if last else "",
            }
        )
    small_table(rows, t, alt=t("Cells of the row"), header=True, middle=False)
    st.caption(t("From the source {source}", source=md(row["_source"][0])) if row["_source"][0] else t("From a source without a name"))


def _who(change: RowChange, t: Language) -> str:
    word = f"**{t('Corrected')}** " if change.reason else ""
    return f"{word}{md(clip(change.commit.author, 24))}, {t.moment(change.commit.at.astimezone())}"


# What became of it


def _show_history(portfolio: Portfolio, table: str, row: pl.DataFrame, history: list[RowChange], t: Language) -> None:
    st.markdown(f"**{t('What became of this row')}**")
    if "history.problem" in st.session_state:
        st.markdown(f":red[■] {md(st.session_state.pop('history.problem'))}")
    for change in history[:STEPS_SHOWN]:
        with st.container(horizontal=True, vertical_alignment="top", gap="small", key=f"tables.step.{change.commit.number}"):
            st.markdown(_step(portfolio, table, change, t), width="stretch")
            _show_undo(row, change, t)
    if len(history) > STEPS_SHOWN:
        with st.expander(t.plural("One older step", "{n} older steps", len(history) - STEPS_SHOWN), key="tables.older"):
            for change in history[STEPS_SHOWN:60]:
                st.markdown(_step(portfolio, table, change, t))


def _show_undo(row: pl.DataFrame, change: RowChange, t: Language) -> None:
    """Take a correction back: at once where nothing came after it, else by a correction of its own, which the form then holds."""
    commit = change.commit
    if not change.reason or commit.undone_by:
        return
    if commit.undo_possible:
        st.button(t("Undo"), key=f"tables.undo.{commit.number}", on_click=undo, args=(commit.number, session.author(), t))
        return
    for cell in change.cells:
        now = row[cell.column][0]
        if (now.to_list() if isinstance(now, pl.Series) else now) == cell.after and cell.column != "_source":
            st.button(t("Put back"), key=f"tables.back.{commit.number}", on_click=_put_back, args=(cell.column, cell.before))


def _put_back(column: str, value: Any) -> None:
    st.session_state["tables.column"], st.session_state["tables.back"] = column, (column, value)
    st.session_state["tables.editing"] = None


def _step(portfolio: Portfolio, table: str, change: RowChange, t: Language) -> str:
    commit = change.commit
    words = {"added": t("came in"), "removed": t("went out"), "changed": ""}
    who = f"{md(clip(commit.author, 40))} · {t.moment(commit.at.astimezone())}"
    lines = [f"**{commit.number} · {kind_of(commit, t)}** {words[change.what]} :gray[{who}]"]
    for cell in change.cells:
        if cell.column == "_source":
            name, before, after = t("Source"), cell.before or "—", cell.after or "—"
        else:
            values = pl.DataFrame({cell.column: [cell.before, cell.after]}, schema={cell.column: TABLES[table].polars_schema[cell.column]})
            names = _names(portfolio, table, cell.column, values)
            name = heading(table, cell.column, t)
            before, after = (written(table, cell.column, value, t, names) for value in (cell.before, cell.after))
        lines.append(f":small[{md(name)}: {md(clip(before, 80))} → **{md(clip(after, 80))}**]")
    if change.reason:
        lines.append(f":small[:gray[«{md(clip(change.reason, 200))}»]]")
    if commit.files:
        lines.append(f":small[:gray[{md(clip(', '.join(file.name for file in commit.files), 80))}]]")
    if commit.undone_by:
        lines.append(f":small[:gray[{t('undone by {n}', n=t.number(commit.undone_by))}]]")
    return "  \n".join(lines)


def _names(portfolio: Portfolio, table: str, column: str, values: pl.DataFrame) -> Mapping[str, str]:
    if column not in TABLES[table].references:
        return {}
    blank = TABLES[table].empty().clear(values.height)
    return names_shown(portfolio, table, blank.with_columns(values[column])).get(column, {})


def _show_written(table: str, text: str, t: Language) -> None:
    lines = written_about(session.store(), table, text)
    if not lines:
        return
    st.markdown(f"**{t('What people wrote about it')}**")
    for line in lines[:WRITTEN_SHOWN]:
        said = line["after"] or line["before"] or {}
        words = next((str(said[name]) for name in ("text", "title", "notes", "name", "alias", "reason") if said.get(name)), "")
        what = f"{t(WRITTEN.get(line['table_name'], line['table_name']))} {t(ACTIONS.get(line['action'], line['action']))}"
        who = f"{md(clip(line['author'], 40))} · {t.moment(line['at'].astimezone())}"
        st.markdown(f":small[**{md(what)}** {md(clip(words, 120))} :gray[{who}]]")
    if len(lines) > WRITTEN_SHOWN:
        older = len(lines) - WRITTEN_SHOWN
        st.caption(t.plural("and one older line in the audit log", "and {n} older lines in the audit log", older))


# Putting one cell right


def _show_form(portfolio: Portfolio, table: str, row: pl.DataFrame, text: str, names: Mapping[str, Mapping[str, str]], t: Language) -> None:
    st.markdown(f"**{t('Correct one cell')}**")
    if portfolio.version != session.store().version():
        st.markdown(f":gray[{t('This is an earlier version of the data. Cells can be corrected in the newest one.')}]")
        return
    columns = [column for column in TABLES[table].columns if column not in TABLES[table].key]
    if st.session_state.get("tables.column") not in columns:
        st.session_state["tables.column"] = columns[0]
    column = st.selectbox(t("Column"), columns, format_func=lambda name: heading(table, name, t), key="tables.column")
    current = row[column][0]
    current = current.to_list() if isinstance(current, pl.Series) else current
    _start(portfolio.version, table, text, column, current)
    declared = TABLES[table].columns[column]
    now = md(clip(written(table, column, current, t, names.get(column)), 120))
    with st.form("tables.correct.form", border=False):
        st.markdown(f":small[:gray[{t('Now: {value}', value=now)} · {md(t(declared.description or ''))}]]")
        value = _ask(portfolio, table, column, current, t)
        if declared.nullable and current is not None and st.checkbox(t("Leave the cell empty"), key="tables.empty"):
            value = None
        reason = st.text_input(t("Reason"), key="tables.reason", placeholder=t("Why the cell was wrong"))
        name = ask_author(t, "tables.author")
        if st.form_submit_button(t("Correct the cell"), key="tables.correct", type="primary"):
            _put(portfolio, table, row, column, value, reason, name, t)
    show_author(t)


def _start(version: int, table: str, text: str, column: str, current: Any) -> None:
    """The form begins with what the cell holds, for each cell anew."""
    editing = (version, table, text, column)
    if st.session_state.get("tables.editing") != editing:
        st.session_state["tables.editing"] = editing
        how = _widget(table, column)
        wanted, before = st.session_state.pop("tables.back", ("", None))
        empty = wanted == column and before is None
        current = before if wanted == column and before is not None else current
        if how in ("words", "week"):
            current = "; ".join(f"{item:g}" if isinstance(item, float) else item for item in current or [])
        st.session_state[f"tables.value.{how}"] = current if current is not None or how not in ("line", "lines", "words", "week") else ""
        st.session_state["tables.reason"], st.session_state["tables.empty"] = "", empty


def _widget(table: str, column: str) -> str:
    """Which widget asks for a new value: day, number, whole, choice, flag, row, words, week, lines or line."""
    how = kind(table, column)
    if how in ("day", "number", "whole", "choice", "flag", "words", "week"):
        return how
    if TABLES[table].references.get(column) in NAMES:
        return "row"
    return "lines" if getattr(TABLES[table].columns[column], "max_length", 0) not in (None, 0, NAME_BYTES) else "line"


def _ask(portfolio: Portfolio, table: str, column: str, current: Any, t: Language) -> Any:
    """The widget for a new value, and what it says."""
    how, label = _widget(table, column), t("New value")
    key = f"tables.value.{how}"
    other = TABLES[table].references.get(column, "")
    if how == "day":
        return st.date_input(label, key=key, format="DD/MM/YYYY", min_value=date(1900, 1, 1), max_value=date(2199, 12, 31))
    if how == "number":
        decimals = len(f"{current or 0:.6f}".rstrip("0").partition(".")[2])
        return st.number_input(label, value=None, key=key, step=0.01, format=f"%0.{max(decimals, 2)}f")
    if how == "whole":
        return st.number_input(label, value=None, key=key, step=1)
    if how == "choice":
        options = list(facts(TABLES[table].columns[column])["options"])
        options += [current] if current is not None and current not in options else []
        return st.selectbox(
            label, options, format_func=lambda one: capitalised(t(CHOICES.get(str(one), str(one)))), key=key, placeholder="—"
        )
    if how == "flag":
        return st.selectbox(label, [True, False], format_func=lambda one: t("yes") if one else t("no"), key=key, placeholder="—")
    if how == "row":
        names = offered(portfolio, other, str(st.session_state.get(key) or ""))
        said = st.selectbox(
            label, list(names), format_func=lambda one: clip(str(names.get(one, one)), 60), key=key, accept_new_options=True,
            placeholder=t("A name or a key"),
        )  # fmt: skip
        return meant(portfolio, other, said) if said else None
    if how in ("words", "week"):
        items = [item.strip() for item in st.text_input(label, key=key, help=t("Separated by ;")).split(";") if item.strip()]
        return (items if how == "words" else _hours(items)) or None
    said = st.text_area(label, key=key) if how == "lines" else st.text_input(label, key=key)
    return said.strip().upper() if kind(table, column) in ("currency", "country") else said


def _hours(items: list[str]) -> list[float] | str:
    try:
        return [float(item.replace(",", ".")) for item in items]
    except ValueError:
        return "; ".join(items)  # no list of numbers: the check says so


def meant(portfolio: Portfolio, table: str, said: str) -> str:
    """The key that a choice or typed words mean: a name of exactly one row is that row; anything else stays as it is."""
    key, name = TABLES[table].key[0], pl.col(NAMES[table])
    if portfolio[table].filter(pl.col(key) == said).select(pl.len()).collect().item():
        return said
    named = portfolio[table].filter(name.str.to_lowercase() == said.strip().lower()).select(key).head(2).collect()[key]
    return str(named[0]) if named.len() == 1 else said


def _put(portfolio: Portfolio, table: str, row: pl.DataFrame, column: str, value: Any, reason: str, author: str, t: Language) -> None:
    """Check, commit, and draw the page anew; or say what speaks against it."""
    session.require("correct", table)
    found = flaws(portfolio, TABLES[table], row, column, value, reason)
    said = [t(flaw.message, **{name: md(t(text) if name == "table" else text) for name, text in flaw.values.items()}) for flaw in found]
    if not author:
        said.append(t("Say who you are: a correction carries its author's name."))
    if said:
        for sentence in said:
            st.markdown(f":red[■] {sentence}")
        return
    try:
        correct(session.store(), table, row, column, value, reason, author=author, at=session.now())
    except ImportBusy:
        st.markdown(f":orange[▲] {t('Somebody else is loading files just now. Try again in a moment.')}")
        return
    except (RowMoved, StoreError) as problem:
        st.markdown(f":red[■] {md(t(problem.message, **problem.values))}")
        return
    if not session.author():
        session.save_setting("author", author)
    st.session_state["tables.done"] = t(
        "{column} is corrected; it shows on every page, and History can undo it.", column=md(heading(table, column, t))
    )
    st.rerun()
