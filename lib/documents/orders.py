"""Orders files from the document worker and brings them back as bytes. It draws and writes nothing itself."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any, Literal

import polars as pl

from lib.charts.chart import Chart
from lib.documents.admitted import Admitted, admitted_by
from lib.documents.brief import AccountBrief, page_of
from lib.documents.case_study import CaseStudy
from lib.documents.case_study import words_of as study_words
from lib.documents.change_order import ChangeOrder, words_of
from lib.documents.closing_report import ClosingReport, derived
from lib.documents.closing_report import words_of as report_words
from lib.documents.template_faults import Fault
from lib.formats import Language
from lib.workers import Limits, Refused, Worker

KINDS: dict[str, str] = {
    "png": "PNG", "svg": "SVG", "pdf": "PDF", "json": "Vega-Lite", "pptx": "PowerPoint", "xlsx": "Excel", "csv": "CSV",
}  # fmt: skip
"""Every form of a chart as a file, which is also its suffix, and its name in every language."""

# V8 reserves more address space than any limit worth having; time and size hold, and the specifications are our own.
LIMITS = Limits(memory_bytes=0, cpu_seconds=60, wall_seconds=60.0, output_bytes=100_000_000)
PRELOAD = ("lib.documents.heated",)
ROWS, ANSWER, TEMPLATE = "rows.arrow", "made", "template.docx"
Form = Literal["pdf", "docx"]


def order(worker: Worker, chart: Chart, t: Language, kind: str, folder: Path) -> bytes | Refused:
    """The chart as a file of `kind`, made in `worker`; `folder` is empty and the caller's to take away."""
    chart.rows.write_ipc(folder / ROWS)
    refused = worker.run("lib.documents.chart_files:chart_file_job", {"chart": said(chart), "language": t.code, "kind": kind}, folder)
    return refused if isinstance(refused, Refused) else (folder / ANSWER).read_bytes()


def order_brief(worker: Worker, brief: AccountBrief, t: Language, folder: Path) -> bytes | Refused:
    """The brief as one PDF page, made in `worker`; `folder` is empty and the caller's to take away."""
    refused = worker.run("lib.documents.brief_pdf:brief_job", {"page": page_of(brief, t)}, folder)
    return refused if isinstance(refused, Refused) else (folder / ANSWER).read_bytes()


def order_change_order(
    worker: Worker, change: ChangeOrder, t: Language, form: Form, folder: Path, forbidden: Collection[str], template: bytes | None = None
) -> bytes | Refused:
    """A change order for its client as Word file or PDF; refused ("leak") if anything stands in it that its value does not hold.

    `forbidden`: names that the client may not read, of `lib.documents.change_order_rows`. `template`: a person's own Word file, checked
    first ("template_faulty"). `folder` is empty and the caller's to take away.
    """
    admitted = admitted_by(change, change.names)
    return _client_file(worker, "change_order", form, words_of(change, t), admitted, forbidden, folder, template)


def order_closing_report(
    worker: Worker, report: ClosingReport, t: Language, form: Form, folder: Path, forbidden: Collection[str], template: bytes | None = None
) -> bytes | Refused:
    """The closing report as Word file or PDF; with its internal part it is ours and not read back, without it as a change order is."""
    admitted = None if report.internal else admitted_by((report, derived(report)), report.names)
    return _client_file(worker, "closing_report", form, report_words(report, t), admitted, forbidden, folder, template)


def order_case_study(worker: Worker, study: CaseStudy, t: Language, folder: Path, forbidden: Collection[str]) -> bytes | Refused:
    """The case study as one PDF page, read back as a change order is."""
    return _client_file(worker, "case_study", "pdf", study_words(study, t), admitted_by(study, study.names), forbidden, folder)


def order_template_check(worker: Worker, document: str, template: bytes, folder: Path) -> tuple[Fault, ...] | Refused:
    """What is wrong with a person's own Word template of `document` (change_order); usable where no fault is grave."""
    (folder / TEMPLATE).write_bytes(template)
    answer = worker.run("lib.documents.client_files:template_job", {"document": document}, folder)
    return answer if isinstance(answer, Refused) else tuple(Fault(kind, what) for kind, what in answer["faults"])


def shipped_template(document: str) -> bytes:
    """The Word template that ships, for people to edit a copy of."""
    return (Path(__file__).parent / "templates" / f"{document}.docx").read_bytes()


def _client_file(
    worker: Worker, document: str, form: Form, words: dict[str, Any], admitted: Admitted | None, forbidden: Collection[str], folder: Path,
    template: bytes | None = None,
) -> bytes | Refused:  # fmt: skip
    if template is not None:
        (folder / TEMPLATE).write_bytes(template)
    arguments = {
        "document": document, "form": form, "words": words, "admitted": None if admitted is None else admitted.to_json(),
        "forbidden": sorted(forbidden),
    }  # fmt: skip
    refused = worker.run("lib.documents.client_files:client_file_job", arguments, folder)
    return refused if isinstance(refused, Refused) else (folder / ANSWER).read_bytes()


def said(chart: Chart) -> dict[str, Any]:
    """Everything of a chart but its rows, as JSON."""
    words = {one.name: getattr(chart, one.name) for one in fields(chart) if one.name != "rows"}
    return words | {"as_of": chart.as_of.isoformat(), "promise": chart.promise.isoformat() if chart.promise else None}


def chart_of(words: dict[str, Any], rows: pl.DataFrame) -> Chart:
    """The inverse of `said`."""
    promise = words.get("promise")
    dates = {"as_of": date.fromisoformat(words["as_of"]), "promise": date.fromisoformat(promise) if promise else None}
    return Chart(**{**words, **dates, "rows": rows})
