"""What is wrong in one file: a table of rows with what to do, and the rejected rows as a file to mend. It draws what a check found."""

from __future__ import annotations

import polars as pl
import streamlit as st

from lib.formats import NBSP, Language
from lib.intake import Checked, ReadReport, read_issues
from lib.intake.messages import MESSAGES
from lib.tables import TABLES
from lib.ui import uploads, work
from lib.ui.downloads import download
from lib.ui.file_questions import column_label
from lib.ui.frame import clip, md, rows_table
from lib.ui.loading import rejects_name
from lib.ui.uploads import Upload

SHOWN = 100


def show_issues(upload: Upload, checked: Checked, report: ReadReport, t: Language) -> None:
    """The rows that fail or were changed: line, column, value, reason, what to do; and all that are rejected, to download."""
    total = sum(checked.counts.values())
    if not total:
        return
    by_code = " · ".join(f"{t.number(count)} {t(MESSAGES[code].wrong)}" for code, count in checked.counts.items() if code in MESSAGES)
    colour = "red" if checked.rejected_rows or not checked.ready else "orange"
    sign = "■" if colour == "red" else "▲"
    st.markdown(f":{colour}[{sign}]{NBSP}**{t.plural('One thing to look at', '{n} things to look at', total)}** :gray[{md(by_code)}]")
    found = list(read_issues(checked, count=SHOWN))
    rows = pl.DataFrame(
        {
            "line": [issue.line for issue in found],
            "column": [issue.column or _field(checked.table, issue.field, t) for issue in found],
            "value": [clip(issue.value, 80) for issue in found],
            "wrong": [t(MESSAGES[issue.code].wrong) if issue.code in MESSAGES else issue.code for issue in found],
            "todo": [t(MESSAGES[issue.code].todo) if issue.code in MESSAGES else "" for issue in found],
        },
        schema={"line": pl.Int64, "column": pl.String, "value": pl.String, "wrong": pl.String, "todo": pl.String},
    )
    headings = {"line": t("Line"), "column": t("Column"), "value": t("Value"), "wrong": t("Reason"), "todo": t("What to do")}
    rows_table(rows, headings, {}, f"{upload.key}.issues", t("Rows that need a look"), height=min(36 * (rows.height + 1) + 4, 330))
    if total > SHOWN:
        st.caption(t("The first {n} of {all}.", n=t.number(SHOWN), all=t.number(total)))
    if checked.rejected_rows and checked.accepted:
        _offer_rejects(upload, checked, report, t)


def _offer_rejects(upload: Upload, checked: Checked, report: ReadReport, t: Language) -> None:
    """All rejected rows as a file like the one they came from; made on the click."""
    reader, reasons = uploads.large_intake() if upload.large else uploads.intake(), work.reasons_in(t)

    def made() -> bytes:
        written = reader.rejects(report, checked, upload.folder, reasons)
        return written if isinstance(written, bytes) else b""

    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        label = t.plural("Download the rejected row", "Download the {n} rejected rows", checked.rejected_rows)
        download(label, made, rejects_name(upload), (upload.checked_for, t.code), key=f"{upload.key}.rejects")
        what = t("With line and reason, and as the file is otherwise. Mend the rows in it and load it here.")
        st.markdown(f":gray[{what}]", width="content")


def _field(table: str, field: str, t: Language) -> str:
    return column_label(table, field, t) if field in TABLES[table].columns else ""
