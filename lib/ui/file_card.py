"""One uploaded file on the page: how it was read, where its columns go, what it asks, what would change. It draws and edits an `Upload`."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from lib.formats import Language
from lib.intake import Checked, Reading, ReadReport, Refused
from lib.intake.mapping import own_columns
from lib.intake.messages import MESSAGES
from lib.tables import TABLES
from lib.ui import uploads
from lib.ui.changed_rows import show_changes, show_overruled
from lib.ui.file_issues import show_issues
from lib.ui.file_outcome import show_outcome, show_preview
from lib.ui.file_questions import ask_all, column_label
from lib.ui.file_reading import show_reading
from lib.ui.frame import clip, md
from lib.ui.uploads import Upload


def headline(upload: Upload, t: Language) -> str:
    """Status, name and what is known of the file, for its line in the list."""
    name = f"**{md(clip(upload.name, 60))}**"
    if isinstance(upload.outcome, Refused):
        return f":red[■] {name} &nbsp; :gray[{t('not loaded')}]"
    if upload.outcome is None:
        return f":gray[○] {name}"
    records = t.plural("{n} record", "{n} records", upload.outcome.records)
    table = t(TABLES[upload.mapping.table].title) if upload.mapping else ""
    if isinstance(upload.checked, Refused):
        return f":red[■] {name} &nbsp; :gray[{records} · {t('can not be checked')}]"
    checked = upload.checked
    if upload.fits_nothing:
        return f":red[■] {name} &nbsp; :gray[{records} · {t('its columns fit no table')}]"
    if upload.halted:
        return f":gray[○] {name} &nbsp; :gray[{records} · {table} · {t('its check was stopped')}]"
    asked = upload.questions
    if asked:
        return f":orange[▲] {name} &nbsp; :gray[{records} · {table} · {t.plural('one question', '{n} questions', asked)}]"
    if checked and checked.ready:
        rejected = " · " + t.plural("one row rejected", "{n} rows rejected", checked.rejected_rows) if checked.rejected_rows else ""
        unlinked = [TABLES[checked.table].references[column] for column, ways in checked.references.items() if ways.get("unlinked")]
        tables = t.join([t(TABLES[other].title).lower() for other in dict.fromkeys(unlinked)])
        linked = f" · {t('names {tables} that are not loaded yet', tables=tables)}" if unlinked else ""
        removed = upload.prepared.counts.removed if upload.prepared else 0
        gone = " · " + t.plural("removes one row", "removes {n} rows", removed) if removed else ""
        mark = ":orange[▲]" if checked.rejected_rows or unlinked or removed else ":green[●]"
        return f"{mark} {name} &nbsp; :gray[{records} · {table}{rejected}{gone}{linked}]"
    return f":red[■] {name} &nbsp; :gray[{records} · {table} · {t('no row can be loaded')}]"


def show_file(upload: Upload, t: Language) -> None:
    """The whole card of one file."""
    if isinstance(upload.outcome, Refused):
        _refusal(upload.outcome, t)
        _discard_button(upload, t)
        return
    if upload.outcome is None or upload.mapping is None:
        return
    show_reading(upload, upload.outcome, t)
    if upload.fits_nothing:
        needs = [
            column_label(upload.mapping.table, name, t)
            for name in TABLES[upload.mapping.table].required
            if name not in upload.mapping.columns
        ]
        table = t(TABLES[upload.mapping.table].title)
        fits = t("Its columns fit none of the tables. As {table} it would lack {columns}. Pick a table, or put it aside.",
                 table=table, columns=", ".join(needs) or "—")  # fmt: skip
        st.markdown(f":red[■] {md(fits)}")
        st.button(
            t("Use it as {table} all the same", table=table),
            key=f"{upload.key}.fits",
            on_click=uploads.choose_table,
            args=(upload, upload.mapping.table),
        )
    _target(upload, t)
    if upload.halted:
        st.button(t("Check it after all"), key=f"{upload.key}.check", on_click=_go_on, args=(upload,))
    if upload.fits_nothing or upload.halted:
        _discard_button(upload, t)
        return
    if isinstance(upload.checked, Refused):
        _refusal(upload.checked, t)
    elif upload.checked:
        ask_all(upload, upload.checked.questions, t)
    _columns(upload, upload.outcome, t)
    if isinstance(upload.checked, Checked):
        show_outcome(upload, upload.checked, t)
        show_overruled(upload, t)
        show_changes(upload, t)
        show_issues(upload, upload.checked, upload.outcome, t)
        show_preview(upload, upload.checked, t)
    _discard_button(upload, t)


def _place(upload: Upload) -> str:
    """Which of the file's tables was read, for the keys of widgets."""
    reading = upload.outcome.reading if isinstance(upload.outcome, ReadReport) else Reading()
    return f"{reading.header_line or 0}" + (f".{reading.columns[0]}" if reading.columns else "")


def _go_on(upload: Upload) -> None:
    upload.halted = False


def _discard_button(upload: Upload, t: Language) -> None:
    with st.container(horizontal=True, gap="small"):
        if isinstance(upload.outcome, ReadReport):
            st.button(
                t("Use this file for another table too"),
                type="tertiary",
                key=f"{upload.key}.again",
                on_click=uploads.use_again,
                args=(upload,),
            )
        st.button(t("Put this file aside"), type="tertiary", key=f"{upload.key}.discard", on_click=uploads.discard, args=(upload.id,))


def _refusal(refused: Refused, t: Language) -> None:
    message = MESSAGES[refused.code]
    values = {name: str(value) for name, value in refused.args.items()}
    st.markdown(f":red[■] {md(t(message.wrong, **values))} {md(t(message.todo))}")


def _target(upload: Upload, t: Language) -> None:
    """The table that the file fills, and the short name of the tool that ids are prefixed with."""
    assert upload.mapping is not None
    tables = [*upload.tables, *(name for name in TABLES if name not in upload.tables)]
    left, right = st.columns([2, 1])
    table = left.selectbox(
        t("This file fills"),
        tables,
        index=tables.index(upload.mapping.table),
        format_func=lambda name: f"{t(TABLES[name].title)}: {t(TABLES[name].about)}",
        key=f"{upload.key}.table.{_place(upload)}",
    )
    if table != upload.mapping.table:
        uploads.choose_table(upload, table)
        st.rerun()
    source = right.text_input(
        t("Short name of the tool"),
        upload.mapping.source,
        max_chars=20,
        key=f"{upload.key}.source.{table}",
        placeholder=t("none: ids stay as they are"),
        help=t("Ids from this file are prefixed with it once, so that two tools can't clash. Use the same name for all files of one tool."),
    )
    distinct = st.checkbox(
        t("Rows with the same id or name count once"),
        upload.mapping.distinct,
        key=f"{upload.key}.distinct.{table}",
        help=t("For a file whose rows are about something else, such as a time sheet that names clients. The first of them counts."),
    )
    if source.strip() != upload.mapping.source or distinct != upload.mapping.distinct:
        upload.mapping = replace(upload.mapping, source=source.strip(), distinct=distinct)
        st.rerun()


def _columns(upload: Upload, report: ReadReport, t: Language) -> None:
    """Where each column goes: ours on the left, theirs (or what holds for every row) on the right, required ones first."""
    assert upload.mapping is not None
    used = set(upload.mapping.columns.values())
    own = own_columns(report)
    unused = [column.name for column in own if column.name not in used]
    label = t("Columns: {mapped} of {all} used", mapped=t.number(len(own) - len(unused)), all=t.number(len(own)))
    columns = st.expander(label, key=f"{upload.key}.columns", on_change="rerun")
    if not columns.open:
        return
    with columns:
        st.markdown(f":gray[{t('Pick a column of the file, or type what holds for every row.')}]")
        if unused:
            st.markdown(f":gray[{t('Not used')}: {md(clip(', '.join(unused), 300))}]")
        edited = _edited_columns(upload, report, t)
    if edited != (upload.mapping.columns, upload.mapping.constants):
        upload.mapping = replace(upload.mapping, columns=edited[0], constants=edited[1])
        st.rerun()


def _edited_columns(upload: Upload, report: ReadReport, t: Language) -> tuple[dict[str, str], dict[str, str]]:
    """(our column -> theirs, our column -> constant) as the widgets say."""
    assert upload.mapping is not None
    table, mapping = TABLES[upload.mapping.table], upload.mapping
    first = [*table.required, *(name for name in table.columns if name in mapping.columns or name in mapping.constants)]
    order = list(dict.fromkeys([*first, *table.columns]))
    headers = [column.name for column in own_columns(report)]
    samples = {column.name: ", ".join(column.samples[:3]) for column in report.columns}
    places = st.columns(2, gap="medium")
    columns: dict[str, str] = {}
    constants: dict[str, str] = {}
    for place, name in enumerate(order):
        now = mapping.columns.get(name) or mapping.constants.get(name)
        options = headers if now is None or now in headers else [*headers, now]
        chosen = places[place % 2].selectbox(
            column_label(table.name, name, t) + ("" if table.columns[name].nullable else " *"),
            options,
            index=options.index(now) if now else None,
            format_func=lambda value: clip(f"{value}: {samples[value]}" if value in samples else t("every row: {value}", value=value), 60),
            placeholder="—",
            accept_new_options=True,
            # The value in the key: an answer given elsewhere makes the widget anew instead of being overruled by it.
            key=f"{upload.key}.map.{table.name}.{name}.{now}",
            help=t(table.columns[name].description or ""),
        )
        if chosen in mapping.columns.values() or chosen in headers:
            columns[name] = str(chosen)
        elif chosen:
            constants[name] = str(chosen)
    return columns, constants
