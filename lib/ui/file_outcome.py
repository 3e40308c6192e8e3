"""What loading one file would do, in counts, how its columns were read, and its first rows. It draws; a choice goes into the mapping."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import polars as pl
import streamlit as st

from lib.columns import N_
from lib.formats import NBSP, Language
from lib.intake import Checked
from lib.intake.messages import LEFT_OUT, READINGS
from lib.ui import loading, uploads
from lib.ui.file_questions import choice_word, column_label
from lib.ui.frame import md, rows_table
from lib.ui.uploads import Upload

PREVIEW_ROWS = 8
WAYS: dict[str, str] = {
    "by_key": N_("found by id"),
    "by_name": N_("found by name"),
    "by_alias": N_("as you said"),
    "unlinked": N_("not linked yet"),
    "unknown": N_("unknown"),
    "ambiguous": N_("ambiguous"),
    "left_empty": N_("left empty"),
}


def show_outcome(upload: Upload, checked: Checked, t: Language) -> None:
    """The counts of the dry run, what becomes of rows that the file no longer has, and how its columns were read."""
    if upload.prepared is not None and upload.ready:
        st.markdown(f"**{t('If loaded')}:** {' · '.join(_counts(upload, checked, t))}")
        _absent(upload, t)
    read = [
        f"{column_label(checked.table, column, t)}: {t(READINGS[kind], value=choice_word(kind, value, t))}"
        for column, kinds in checked.readings.items()
        for kind, value in kinds.items()
        if kind in READINGS
    ]
    linked = [
        f"{column_label(checked.table, column, t)}: "
        + ", ".join(f"{t.number(count)} {t(WAYS[way])}" for way, count in ways.items() if way in WAYS)
        for column, ways in checked.references.items()
        if ways
    ]
    linked += [
        f"{column_label(checked.table, column, t)}: {t.plural('{n} text with signs taken off', '{n} texts with signs taken off', count)}"
        for column, count in checked.cleaned.items()
    ]
    if checked.key != "column":
        linked.append(t("Ids made from the rows, because the file has none"))
    if read or linked:
        st.markdown(f":gray[{md(' · '.join([*read, *linked]))}]")


def _counts(upload: Upload, checked: Checked, t: Language) -> list[str]:
    assert upload.prepared is not None
    counts = upload.prepared.counts
    left = [f"{t.number(count)} {t(LEFT_OUT[reason])}" for reason, count in checked.left_out.items()]
    left_out = t.plural("{n} left out", "{n} left out", sum(checked.left_out.values()))
    return [
        t.plural("{n} new", "{n} new", counts.added),
        t.plural("{n} changed", "{n} changed", counts.changed),
        t.plural("{n} unchanged", "{n} unchanged", counts.unchanged),
        f"{left_out} ({', '.join(left)})" if left else left_out,
        t.plural("{n} rejected", "{n} rejected", checked.rejected_rows),
    ]


def _absent(upload: Upload, t: Language) -> None:
    """Rows that the same tool brought before and this file no longer has: kept, unless a person says that the file is the full list."""
    assert upload.mapping is not None
    if not any(upload.gone.values()):
        return
    options, period = [one for one in loading.choices(upload) if one in upload.gone], loading.days(upload)
    words = {"keep": t("keep them")}
    if period:
        words["period"] = t.plural(
            "remove those of its days, {first} to {last}: {n} row",
            "remove those of its days, {first} to {last}: {n} rows",
            upload.gone.get("period", 0), first=t.day(period[0]), last=t.day(period[1]),
        )  # fmt: skip
    words["all"] = t.plural(
        "remove them all, the file is the full list: {n} row", "remove them all, the file is the full list: {n} rows",
        upload.gone.get("all", 0),
    )  # fmt: skip
    wanted, now = loading.wanted(upload), loading.absent(upload, uploads.waiting().values())
    tool = md(upload.mapping.source) if upload.mapping.source else t("files without a tool's name")
    chosen = st.radio(
        t("Rows that {tool} brought before and this file no longer has", tool=tool),
        options,
        index=options.index(wanted),
        format_func=lambda option: words[option],
        key=f"{upload.key}.absent.{upload.mapping.table}",
        horizontal=True,
    )
    if chosen != wanted:
        upload.mapping = replace(upload.mapping, absent=chosen)
        st.rerun()
    if now != wanted:
        st.markdown(f":orange[▲]{NBSP}{t('They are kept: another waiting file speaks of the same days of the same tool.')}")
    if upload.gone.get(now):
        gone = t.plural("{n} row will be removed.", "{n} rows will be removed.", upload.gone[now])
        also = t("Rejected rows count as not in the file: mend them first, or what was loaded of them goes too.") if upload.rejected else ""
        st.markdown(f":orange[▲]{NBSP}{gone} {also}")


def show_preview(upload: Upload, checked: Checked, t: Language) -> None:
    """The first rows as they would be loaded."""
    if not checked.ready:
        return
    rows = pl.read_ipc(checked.accepted).head(PREVIEW_ROWS)
    kept = [name for name in rows.columns if rows[name].null_count() < rows.height]
    forms: dict[str, Callable[[Any], str]] = {}
    for name in kept:
        if rows.schema[name] == pl.Date:
            forms[name] = lambda day: t.day(day.date() if hasattr(day, "date") else day)
        elif rows.schema[name] == pl.Float64:
            forms[name] = lambda number: t.number(number, 2)
        elif rows.schema[name] == pl.Boolean:
            forms[name] = lambda flag: t("yes") if flag else t("no")
        elif isinstance(rows.schema[name], pl.List):
            rows = rows.with_columns(pl.col(name).cast(pl.List(pl.String)).list.join("; "))
    with st.expander(t("The first rows as they would be loaded"), key=f"{upload.key}.preview"):
        rows_table(rows, {name: column_label(checked.table, name, t) for name in kept}, forms, f"{upload.key}.rows", t("Preview"))
