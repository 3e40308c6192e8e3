"""What a file asks before it can be loaded: both readings side by side, words, constants. It draws and puts answers into the mapping."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl
import streamlit as st

from lib.choices import CHOICES
from lib.columns import N_, facts
from lib.formats import NBSP, Language
from lib.intake import Question, ReadReport, with_answer
from lib.intake.messages import QUESTIONS
from lib.intake.numbers import CURRENCIES
from lib.tables import TABLES
from lib.ui.frame import clip, md, spoken
from lib.ui.uploads import Upload

WORDS_SHOWN = 12
ALIKE = ("date_order", "number_style")  # kinds that one tool answers alike in all its columns
FLAGS = {"true": N_("yes"), "false": N_("no")}


def ask_all(upload: Upload, questions: Sequence[Question], t: Language) -> None:
    """Every question of a file; where several columns ask the same in the same words, one answer serves them all."""
    grouped: dict[tuple[object, ...], list[tuple[int, Question]]] = {}
    for number, question in enumerate(questions):
        if question.kind == "reference":
            continue  # names are asked for all files at once: names_screen
        choices = tuple(choice.value for choice in question.choices)
        same = (question.kind, choices) if question.kind in ALIKE and choices else (number,)
        grouped.setdefault(same, []).append((number, question))
    for group in grouped.values():
        key = f"{upload.key}.question.{group[0][1].kind}.each"
        if len(group) > 1 and not st.session_state.get(key):
            _ask_together(upload, [question for _, question in group], t)
        else:
            for number, question in group:
                ask(upload, question, number, t)
        if len(group) > 1:
            st.toggle(t("Answer each column on its own"), key=key)


def _ask_together(upload: Upload, questions: Sequence[Question], t: Language) -> None:
    """One answer for several columns; each reading shows a sample of each."""
    assert upload.mapping is not None
    kind, key = questions[0].kind, f"{upload.key}.question.{questions[0].kind}.all"
    columns = t.join([question.header or column_label(upload.mapping.table, question.column, t) for question in questions])
    st.markdown(f":orange[▲]{NBSP}**{md(t(QUESTIONS[kind], header=columns, column=columns))}**")
    with st.container(horizontal=True, gap="small", key=f"{key}.choices"):
        for place, choice in enumerate(questions[0].choices):
            samples = [
                f"{md(clip(question.header, 24))}: {md(written)} → **{md(_read_as(kind, read, t))}**"
                for question in questions[:4]
                for written, read in question.choices[place].samples[:1]
            ]
            with st.container(border=True, width=360, gap="xsmall"):
                st.markdown("  \n".join(samples) or md(choice.value))
                if st.button(choice_word(kind, choice.value, t), key=f"{key}.{choice.value}", help=t("The same for all of these columns")):
                    for question in questions:
                        upload.mapping = with_answer(upload.mapping, kind, question.column, choice.value)
                    st.rerun()


def ask(upload: Upload, question: Question, number: int, t: Language) -> None:
    """One question, both readings side by side; the answer goes into the mapping."""
    assert upload.mapping is not None
    key = f"{upload.key}.question.{question.kind}.{question.column}.{number}"
    label = column_label(upload.mapping.table, question.column, t)
    asked = t(QUESTIONS[question.kind], header=question.header or label, column=label)
    st.markdown(f":orange[▲]{NBSP}**{md(asked)}**")
    if question.kind == "constant":
        _ask_constant(upload, question, key, t)
    elif question.choices:
        with st.container(horizontal=True, gap="small", key=f"{key}.choices"):
            for choice in question.choices:
                samples = "  \n".join(f"{md(written)} → **{md(_read_as(question.kind, read, t))}**" for written, read in choice.samples[:3])
                with st.container(border=True, width=300, gap="xsmall"):
                    st.markdown(samples or md(choice.value))
                    if st.button(choice_word(question.kind, choice.value, t), key=f"{key}.{choice.value}"):
                        upload.mapping = with_answer(upload.mapping, question.kind, question.column, choice.value)
                        st.rerun()
    else:
        _ask_words(upload, question, key, t)


def _read_as(kind: str, read: str, t: Language) -> str:
    if kind == "date_order":
        try:
            return t.day(pl.Series([read]).str.to_date("%Y-%m-%d").item())
        except pl.exceptions.PolarsError:
            return read
    return read


def choice_word(kind: str, value: str, t: Language) -> str:
    words = {
        "dmy": t("day, month, year"),
        "mdy": t("month, day, year"),
        "ymd": t("year, month, day"),
        "excel_1900": t("day numbers of Excel, from 1900"),
        "excel_1904": t("day numbers of old Macs, from 1904"),
        "share": t("0 to 1"),
        "percent": t("0 to 100"),
        "h": t("hours"),
        "min": t("minutes"),
        "s": t("seconds"),
    }
    return words.get(value, value)


def column_label(table: str, column: str, t: Language) -> str:
    return t(facts(TABLES[table].columns[column]).get("label", column))


def _ask_constant(upload: Upload, question: Question, key: str, t: Language) -> None:
    assert upload.mapping is not None
    assert isinstance(upload.outcome, ReadReport)
    column = TABLES[upload.mapping.table].columns[question.column]
    options = facts(column).get("options")
    left, right = st.columns(2)
    header = left.selectbox(
        t("It is in the column"),
        [one.name for one in upload.outcome.columns],
        index=None,
        key=f"{key}.column",
        placeholder=t("Pick a column"),
    )
    if options:
        value = right.selectbox(
            t("or for every row it is"),
            options,
            index=None,
            format_func=lambda option: t(CHOICES[option]),
            key=f"{key}.value",
            placeholder=t("Pick a value"),
        )
    else:
        value = right.text_input(t("or for every row it is"), key=f"{key}.value", placeholder=t(column.description or ""))
    if header:
        upload.mapping = replace(upload.mapping, columns={**upload.mapping.columns, question.column: header})
        st.rerun()
    if value:
        upload.mapping = with_answer(upload.mapping, "constant", question.column, value)
        st.rerun()


def _ask_words(upload: Upload, question: Question, key: str, t: Language) -> None:
    """What unknown words mean: a choice of ours, or no value."""
    assert upload.mapping is not None
    column = TABLES[upload.mapping.table].columns[question.column]
    declared = facts(column)
    if question.kind == "missing":
        words = ", ".join(f"{md(word)} ({t.number(rows)})" for word, rows in question.words[:WORDS_SHOWN])
        st.markdown(words)
        if st.button(t("They mean that there is no value"), key=f"{key}.missing"):
            for word, _ in question.words:
                upload.mapping = with_answer(upload.mapping, "missing", question.column, "", word)
            st.rerun()
        return
    options = list(declared.get("options") or (CURRENCIES.split("|") if facts(column)["kind"] == "currency" else ("true", "false")))
    shown = {option: t({**FLAGS, **CHOICES}.get(option, option)) for option in options}
    if column.nullable:
        options, shown = ["", *options], {"": t("No value"), **shown}
    with st.form(f"{key}.form", border=False):
        answers: dict[str, str | None] = {}
        for place, (word, count) in enumerate(question.words[:WORDS_SHOWN]):
            left, right = st.columns([1, 2], vertical_alignment="center")
            left.markdown(f"{md(word)} :gray[{t.plural('{n} row', '{n} rows', count)}]")
            answers[word] = right.selectbox(
                t("Meaning of {word}", word=spoken(word)),
                options,
                index=None,
                format_func=lambda option: clip(str(shown.get(option, option)), 60),
                key=f"{key}.{place}",
                label_visibility="collapsed",
                placeholder=t("Leave these rows out"),
            )
        if len(question.words) > WORDS_SHOWN:
            st.markdown(f":gray[{t.plural('and one more word', 'and {n} more words', len(question.words) - WORDS_SHOWN)}]")
        if st.form_submit_button(t("Use these meanings"), key=f"{key}.submit"):
            for word, answer in answers.items():
                if answer is not None:
                    upload.mapping = with_answer(upload.mapping, question.kind, question.column, answer, word)
            st.rerun()
