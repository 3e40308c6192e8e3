"""How the bytes of one file were read, and the way to correct it. It draws, and asks for the file to be read again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from lib.columns import N_
from lib.formats import Language
from lib.intake import ReadReport
from lib.intake.messages import LEFT_OUT
from lib.intake.values import Region
from lib.ui import uploads
from lib.ui.frame import clip, md, small_table
from lib.ui.loading import is_part
from lib.ui.uploads import Upload

ENCODINGS = (
    "utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp850", "mac-roman",
    "shift_jis", "euc_kr", "big5", "gb18030",
)  # fmt: skip
DELIMITERS = (",", ";", "\t", "|")
MOST_LINES = 1_048_576
MERGED = {
    None: N_("Words and days hold for all of them"),
    True: N_("Numbers too hold for all of them"),
    False: N_("They hold for the first alone"),
}


def show_reading(upload: Upload, report: ReadReport, t: Language) -> None:
    """Encoding, separator, sheet and lines as they were found; where the mapping comes from; what else the file holds."""
    reading = report.reading
    if reading.kind == "csv":
        separator = t("tab") if reading.delimiter == "\t" else reading.delimiter
        parts = [
            md(str(reading.encoding).upper()),
            t("separated by {sign}", sign=md(separator)),
            t("lines end in {kind}", kind=str(reading.line_end).upper()),
        ]
    else:
        parts = [t("sheet {name}", name=md(reading.sheet)) if reading.sheet else md(str(reading.kind).title())]
    if reading.header_line:
        parts.append(t("columns named in line {n}", n=t.number(reading.header_line)))
    if reading.columns and any(reading.columns):
        parts.append(t("columns {letters}", letters=uploads.column_letters(reading.columns)))
    parts.append(t.plural("{n} record", "{n} records", report.records))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f":gray[{' · '.join(parts)}]", width="content")
        if reading.kind not in ("parquet", "project"):
            with st.popover(t("Correct"), key=f"{upload.key}.reading", type="tertiary"):
                _correct(upload, report, t)
    if is_part(upload):
        st.markdown(f":gray[{t('Rejected rows that come back: nothing else is removed by loading them.')}]")
    if upload.remembered:
        st.markdown(f":gray[{t('Mapped as the last time a file with these columns was loaded.')}]")
    perhaps = [] if reading.columns == (0, 0) else [one for one in report.regions if not one.sure and one.columns != (0, 0)]
    if perhaps:
        place = md(clip(f"{_place(perhaps[-1], t)}: {', '.join(perhaps[-1].headers)}", 90))
        st.markdown(f":orange[▲] :gray[{t('Another table may stand in this one ({place}). If so, pick it under Correct.', place=place)}]")
    for told in _merged(report, t):
        st.markdown(f":gray[{told}]")
    if upload.beside:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f":gray[{t('Also in this file, and not read, as no table of Cartera looks like it:')}]", width="content")
            for number, region in enumerate(upload.beside):
                label = clip(_place(region, t), 60)
                st.button(
                    md(label), type="tertiary", key=f"{upload.key}.beside.{number}", on_click=uploads.read_beside, args=(upload, region)
                )


def _merged(report: ReadReport, t: Language) -> list[str]:
    """What became of merged cells."""
    filled, numbers, across = (report.merged.get(what, 0) for what in ("filled", "numbers", "across"))
    said = {
        "filled": t.plural("{n} cell took the value merged over its row.", "{n} cells took the value merged over their rows.", filled),
        "numbers": t.plural(
            "{n} number merged over rows counts for the first alone: it may be a sum.",
            "{n} numbers merged over rows count for the first alone: they may be sums.", numbers,
        ),
        "across": t.plural(
            "{n} cell is merged across columns: its value is in the first.",
            "{n} cells are merged across columns: their values are in the first.", across,
        ),
    }  # fmt: skip
    return [said[what] for what in said if report.merged.get(what)]


def _place(region: Region, t: Language) -> str:
    where = t("line {n}", n=t.number(region.header_line))
    if region.columns:
        letters = uploads.column_letters(region.columns) if any(region.columns) else ""
        where += ", " + (t("columns {letters}", letters=letters) if letters else t("all as one table"))
    return f"{region.sheet}, {where}" if region.sheet else where


def _correct(upload: Upload, report: ReadReport, t: Language) -> None:
    """What can be said about the reading; only what a person changes is held against the next file of this kind."""
    reading, key = report.reading, f"{upload.key}.read"
    tables = [one for one in report.regions if one.header_line]
    if len(tables) > 1:
        now = next((number for number, one in enumerate(tables) if one.is_read_by(reading)), None)
        picked = st.selectbox(
            t("Table in this file"), range(len(tables)), index=now,
            key=f"{key}.region.{reading.sheet}.{reading.header_line}.{reading.columns}",
            format_func=lambda n: clip(f"{_place(tables[n], t)}: {', '.join(tables[n].headers)}", 70),
        )  # fmt: skip
        if picked is not None and picked != now:
            one = tables[picked]
            uploads.read_again(upload, one.picked(upload.asked))
            st.rerun()
    with st.form(f"{key}.form", border=False):
        chosen: dict[str, Any] = {}
        if reading.kind == "csv":
            encodings = sorted({*ENCODINGS, str(reading.encoding)})
            chosen["encoding"] = st.selectbox(t("Encoding"), encodings, index=encodings.index(str(reading.encoding)), key=f"{key}.encoding")
            signs = list(dict.fromkeys([*DELIMITERS, str(reading.delimiter)]))
            chosen["delimiter"] = st.selectbox(
                t("Separator"), signs, index=signs.index(str(reading.delimiter)), key=f"{key}.delimiter",
                format_func=lambda sign: t("tab") if sign == "\t" else sign,
            )  # fmt: skip
        elif report.sheets:
            place = report.sheets.index(str(reading.sheet)) if reading.sheet in report.sheets else 0
            chosen["sheet"] = st.selectbox(t("Sheet"), report.sheets, index=place, key=f"{key}.sheet")
        chosen["header_line"] = int(
            st.number_input(t("Line that names the columns"), 0, MOST_LINES, int(reading.header_line or 0), key=f"{key}.header")
        )
        if report.merged.keys() & {"filled", "numbers"} or reading.merged is not None:
            ways = list(MERGED)
            chosen["merged"] = ways[
                st.selectbox(
                    t("Cells merged over several rows"), range(len(ways)), index=ways.index(reading.merged), key=f"{key}.merged",
                    format_func=lambda n: t(MERGED[ways[n]]),
                )
            ]  # fmt: skip
        if report.left_out.keys() & {"total", "header"} or reading.totals is False:
            count = st.checkbox(t("Lines with totals are no records"), reading.totals is not False, key=f"{key}.totals")
            chosen["totals"] = reading.totals if count == (reading.totals is not False) else count
        _lines([(line, " | ".join(cells)) for line, cells in report.top[:6]], t("The first lines of the file"), t)
        if report.left_lines:
            st.markdown(f":gray[{t('Left out, as they are no records')}]")
            left = [(line, f"{t(LEFT_OUT[why]) if why in LEFT_OUT else why}: {text}") for line, why, text in report.left_lines[:6]]
            _lines(left, t("Lines left out"), t)
        if st.form_submit_button(t("Read again"), key=f"{key}.submit"):
            _again(upload, {name: value for name, value in chosen.items() if value != getattr(reading, name)})


def _lines(lines: list[tuple[int, str]], alt: str, t: Language) -> None:
    small_table([{"line": str(line), "cells": md(clip(text, 90))} for line, text in lines], t, alt=alt)


def _again(upload: Upload, said: dict[str, Any]) -> None:
    if "sheet" in said and "header_line" not in said:
        said["header_line"] = None  # it names the columns of another sheet
    if said.keys() & {"sheet", "header_line"}:
        said["columns"] = None
    uploads.read_again(upload, replace(upload.asked, **said))
    st.rerun()
