"""Orders files from the document worker and brings them back as bytes. It draws and writes nothing itself."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from lib.charts.chart import Chart
from lib.documents.brief import AccountBrief, page_of
from lib.formats import Language
from lib.workers import Limits, Refused, Worker

KINDS: dict[str, str] = {
    "png": "PNG", "svg": "SVG", "pdf": "PDF", "json": "Vega-Lite", "pptx": "PowerPoint", "xlsx": "Excel", "csv": "CSV",
}  # fmt: skip
"""Every form of a chart as a file, which is also its suffix, and its name in every language."""

# V8 reserves more address space than any limit worth having; time and size hold, and the specifications are our own.
LIMITS = Limits(memory_bytes=0, cpu_seconds=60, wall_seconds=60.0, output_bytes=100_000_000)
PRELOAD = ("lib.documents.heated",)
ROWS, ANSWER = "rows.arrow", "made"


def order(worker: Worker, chart: Chart, t: Language, kind: str, folder: Path) -> bytes | Refused:
    """The chart as a file of `kind`, made in `worker`; `folder` is empty and the caller's to take away."""
    chart.rows.write_ipc(folder / ROWS)
    refused = worker.run("lib.documents.chart_files:chart_file_job", {"chart": said(chart), "language": t.code, "kind": kind}, folder)
    return refused if isinstance(refused, Refused) else (folder / ANSWER).read_bytes()


def order_brief(worker: Worker, brief: AccountBrief, t: Language, folder: Path) -> bytes | Refused:
    """The brief as one PDF page, made in `worker`; `folder` is empty and the caller's to take away."""
    refused = worker.run("lib.documents.brief_pdf:brief_job", {"page": page_of(brief, t)}, folder)
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
