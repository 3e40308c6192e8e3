"""The ways of reading files that are remembered: listed, changed answer by answer, forgotten. It draws and edits `lib.ui.profiles`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from lib.columns import N_
from lib.formats import Language
from lib.intake import Mapping
from lib.intake.mapping import ABSENT
from lib.tables import TABLES
from lib.ui import profiles, session
from lib.ui.file_questions import choice_word, column_label
from lib.ui.frame import clip, md

ABSENT_WORDS = {
    "": N_("as the file's ids allow"),
    "keep": N_("are kept"),
    "period": N_("of its days are removed"),
    "all": N_("are removed: each file is the full list"),
}
_STYLES = {
    "number_styles": ("1,234.5", "1.234,5"), "date_orders": ("dmy", "mdy", "ymd", "excel_1900", "excel_1904"),
    "scales": ("share", "percent"), "units": ("h", "min", "s"), "constants": (),
}  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """One thing that a person once said of such files: the field of the mapping, our column, their word if it is about one, the value."""

    field: str
    column: str
    word: str
    value: str


def answers(mapping: Mapping) -> list[Answer]:
    """Everything that `mapping` would not ask again."""
    said = [Answer(name, column, "", value) for name in _STYLES for column, value in getattr(mapping, name).items()]
    return said + [Answer("values", column, word, value) for column, words in mapping.values.items() for word, value in words.items()]


def with_answers(mapping: Mapping, said: list[Answer]) -> Mapping:
    """`mapping` with exactly these answers."""
    plain: dict[str, Any] = {name: {one.column: one.value for one in said if one.field == name} for name in _STYLES}
    values: dict[str, dict[str, str]] = {}
    for one in said:
        if one.field == "values":
            values.setdefault(one.column, {})[one.word] = one.value
    return replace(mapping, **plain, values=values)


def show_saved(author: str, t: Language) -> None:
    """The remembered files behind one button; nothing while there are none."""
    rows = profiles.saved(session.store())
    if not rows:
        return
    with st.popover(t.plural("One remembered file", "{n} remembered files", len(rows)), key="intake.saved"):
        st.markdown(t("Files with the same columns are read like this again, and nothing is asked twice."))
        names = {row["id"]: _line(row, t) for row in rows}
        chosen = st.selectbox(
            t("Remembered file"), list(names), format_func=names.__getitem__, key="intake.saved.chosen", label_visibility="collapsed"
        )
        row = next(row for row in rows if row["id"] == chosen)
        _edit(row, author, t)


def _line(row: dict[str, Any], t: Language) -> str:
    source = row["source"] or t("no tool")
    return clip(f"{t(TABLES[row['table_name']].title)} · {source} · {row['author']}, {t.day(row['at'].astimezone().date())}", 70)


def _edit(row: dict[str, Any], author: str, t: Language) -> None:
    mapping, key = Mapping.of_json(row["mapping"]), f"saved.{row['id']}"
    used = ", ".join(f"{column_label(mapping.table, ours, t)} ← {theirs}" for ours, theirs in mapping.columns.items())
    st.caption(md(clip(used, 500)))
    with st.form(f"{key}.form", border=False):
        source = st.text_input(t("Short name of the tool"), mapping.source, max_chars=20, key=f"{key}.source")
        absent = st.selectbox(
            t("Rows that a file no longer has"), ABSENT, index=ABSENT.index(mapping.absent),
            format_func=lambda value: t(ABSENT_WORDS[value]), key=f"{key}.absent",
        )  # fmt: skip
        kept = [_answer(one, mapping, f"{key}.answer.{number}", t) for number, one in enumerate(answers(mapping))]
        left, right = st.columns(2)
        if left.form_submit_button(t("Save"), key=f"{key}.save", type="primary"):
            session.require("configure", "profiles")
            new = replace(with_answers(mapping, [one for one in kept if one]), source=source.strip(), absent=absent)
            profiles.change(row, new, session.store(), author or t("Somebody"), session.now())
            st.rerun()
        if right.form_submit_button(t("Forget this file"), key=f"{key}.forget"):
            session.require("configure", "profiles")
            profiles.forget(row, session.store(), author or t("Somebody"), session.now())
            st.rerun()


def _answer(one: Answer, mapping: Mapping, key: str, t: Language) -> Answer | None:
    """One answer to keep, change, or (empty) to be asked again."""
    label = column_label(mapping.table, one.column, t) + (f": {one.word}" if one.word else "")
    if options := _STYLES.get(one.field):
        value = st.selectbox(
            md(label), options, index=options.index(one.value) if one.value in options else None,
            format_func=lambda option: choice_word(one.field, option, t), key=key, placeholder=t("Ask again"),
        )  # fmt: skip
        return replace(one, value=value) if value else None
    if one.field == "values" and not one.value:
        return one if st.checkbox(f"{md(label)} = {t('No value')}", True, key=key) else None
    value = st.text_input(md(label), one.value, key=key, placeholder=t("Ask again"))
    return replace(one, value=value.strip()) if value.strip() else None
