"""A chart as a file: picture, slide, workbook, rows, specification. Runs in the document worker; it knows no figure but the chart's."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from lib.charts import theme
from lib.charts.chart import Chart
from lib.charts.framing import as_of_words, cleaned, footing, framed
from lib.documents import pictures
from lib.documents.orders import ANSWER, ROWS, chart_of
from lib.documents.slide import one_chart_slide
from lib.documents.workbook import Sheet, table_csv, workbook
from lib.formats import Language

SLIDE_SCALE = 3.0


def chart_file(chart: Chart, t: Language, kind: str) -> bytes:
    """The chart as a file of one of `lib.documents.orders.KINDS`."""
    makers: dict[str, Callable[[Chart, Language], bytes]] = {
        "png": _png, "svg": _svg, "pdf": _pdf, "pptx": _pptx, "xlsx": _xlsx, "csv": _csv, "json": _json,
    }  # fmt: skip
    return makers[kind](cleaned(chart), t)


def chart_file_job(folder: str, chart: dict[str, Any], language: str, kind: str) -> dict[str, Any]:
    """Write the chart, whose rows lie in `folder`, as a file beside them."""
    rows = pl.read_ipc((Path(folder) / ROWS).read_bytes())
    (Path(folder) / ANSWER).write_bytes(chart_file(chart_of(chart, rows), Language(language), kind))
    return {}


def plain_rows(chart: Chart, t: Language) -> pl.DataFrame:
    """The rows as data: what is drawn, its statuses in words; where `state` says them already, without what only tints a cell."""
    if "state" in chart.rows.columns:
        return chart.rows.drop("status", "depth", strict=False)
    words = {status: t(word) for status, word in theme.words(chart.kind).items()}
    return chart.rows.with_columns(pl.col(name).replace(words) for name in ("status", "before_status") if name in chart.rows.columns)


def _png(chart: Chart, t: Language) -> bytes:
    return pictures.png(framed(chart, t), {"Title": chart.title, "Description": chart.alt, "Source": footing(chart, t)})


def _svg(chart: Chart, t: Language) -> bytes:
    return pictures.svg(framed(chart, t), chart.title, chart.alt)


def _pdf(chart: Chart, t: Language) -> bytes:
    return pictures.pdf(framed(chart, t))


def _pptx(chart: Chart, t: Language) -> bytes:
    return one_chart_slide(chart, t, partial(pictures.png, words={"Description": chart.alt}, scale=SLIDE_SCALE))


def _xlsx(chart: Chart, t: Language) -> bytes:
    money = {"value": f"money:{chart.currency}"} if chart.currency else {}
    about = [
        (t("Title"), chart.title),
        (t("What it shows"), chart.subtitle),
        (t("Source"), chart.source),
        (t("As of"), as_of_words(chart, t)),
        (t("In words"), chart.alt),
    ]
    return workbook([Sheet(t("Data"), plain_rows(chart, t), chart.headings, money)], t, about)


def _csv(chart: Chart, t: Language) -> bytes:
    return table_csv(plain_rows(chart, t), chart.headings, t)


def _json(chart: Chart, t: Language) -> bytes:
    return json.dumps(framed(chart, t), ensure_ascii=False, allow_nan=False, indent=1).encode()
