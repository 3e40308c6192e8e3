"""A chart as a picture that stands alone: title, subtitle, source and as-of inside, our own colours, no word from elsewhere."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from typing import Any

import polars as pl
import polars.selectors as cs

from lib.charts import theme
from lib.charts.chart import ONE_ROW_A_NAME, Chart, Kind, Status
from lib.charts.drawing import drawn
from lib.charts.ledger import matrix_width
from lib.charts.matrices import grid_width
from lib.charts.places import letters_wide, wrapped
from lib.charts.scorecards import heat_width
from lib.formats import Language
from lib.text import clean_text

INK, MUTED, PAPER = "#15191E", "#57606B", "#FFFFFF"
PLOT_WIDTH = 560
WIDE_PLOTS: dict[Kind, int] = {"gantt": 760, "waterfall": 700, "lost": 700, "history": 760, "stack": 640, "progress": 700, "finishes": 700}
TITLE_LETTERS, SMALL_LETTERS = 78, 104
NAME_LETTERS, LABEL_LETTERS = 42, 48
"""We clip, for vl-convert fails where it would cut a name in the middle of a sign beyond the first 65,536."""


def cleaned(chart: Chart) -> Chart:
    """The chart with every text of it clean and every figure finite or absent: no file format has to meet anything else."""
    words: dict[str, Any] = {one.name: clean_text(str(getattr(chart, one.name)), lines=False) for one in fields(chart) if one.type == "str"}
    words["headings"] = {name: clean_text(title, lines=False) for name, title in chart.headings.items()}
    # Cell by cell: an empty name stays a name.
    texts = [
        pl.Series(name, [None if cell is None else clean_text(cell, lines=False) for cell in chart.rows[name]], pl.String)
        for name, kind in chart.rows.schema.items()
        if kind == pl.String
    ]
    finite = pl.when(cs.float().is_finite()).then(cs.float())
    return replace(chart, rows=chart.rows.with_columns(texts).with_columns(finite), **words)


def footing(chart: Chart, t: Language) -> str:
    """Where the chart comes from and as of when, in one line."""
    return " · ".join(filter(None, [chart.source, as_of_words(chart, t)]))


def as_of_words(chart: Chart, t: Language) -> str:
    """Data as of 30 Sep 2026."""
    return t("Data as of {day}", day=t.day(chart.as_of))


def framed(chart: Chart, t: Language) -> dict[str, Any]:
    """The Vega-Lite specification of the picture, its data inside: title and subtitle above, source and as-of below, all from the left."""
    inner = bare(chart, t)
    outer: dict[str, Any] = {name: inner.pop(name) for name in ("$schema", "config", "datasets") if name in inner}
    inner.pop("padding", None), inner.pop("usermeta", None), inner.pop("background", None)
    inner["title"] = {
        "text": wrapped(chart.source, SMALL_LETTERS) + wrapped(as_of_words(chart, t), SMALL_LETTERS),
        "orient": "bottom", "anchor": "start", "frame": "bounds", "offset": 14,
        "font": theme.FONT, "fontSize": 11, "fontWeight": 400, "lineHeight": 15, "color": MUTED,
    }  # fmt: skip
    title = {
        "text": wrapped(chart.title, TITLE_LETTERS),
        "subtitle": wrapped(chart.subtitle, SMALL_LETTERS),
        "anchor": "start", "frame": "bounds", "offset": 14,
        "font": theme.FONT, "fontSize": 16, "fontWeight": 600, "lineHeight": 21, "color": INK,
        "subtitleFont": theme.FONT, "subtitleFontSize": 13, "subtitleLineHeight": 18, "subtitlePadding": 5, "subtitleColor": MUTED,
    }  # fmt: skip
    return {**outer, "description": chart.alt, "background": PAPER, "padding": 24, "title": title, "vconcat": [inner]}


def bare(chart: Chart, t: Language, width: int | None = None) -> dict[str, Any]:
    """The specification of the marks alone, in the colours of paper, with a key of the shapes where they mean something."""
    width = width or WIDE_PLOTS.get(chart.kind, PLOT_WIDTH)
    needed = {"grid": grid_width, "heat": heat_width, "matrix": matrix_width}.get(chart.kind)
    if needed:
        width = max(width, needed(chart))
    specification: dict[str, Any] = drawn(_clipped(chart), t, width).to_dict()
    for layer in specification["layer"]:
        axis = layer["encoding"].get("y", {}).get("axis")
        if axis and chart.kind not in ("curve", "distribution", "history", "amounts"):
            axis["labelLimit"] = 0
        layer["mark"].pop("limit", None)
    if chart.kind == "days":
        specification["layer"][0]["encoding"]["color"]["legend"] = _key(chart.rows, t)
        specification["layer"][0]["encoding"]["shape"]["legend"] = _key(chart.rows, t)
    specification["description"] = chart.alt
    specification["background"] = PAPER
    inked: dict[str, Any] = _inked(specification)
    return inked


def _clipped(chart: Chart) -> Chart:
    """The chart with names and labels no longer than a picture shows, each name still once."""
    short: dict[str, str] = {}
    names: list[str] = []
    for name in chart.rows["name"]:
        if chart.kind not in ONE_ROW_A_NAME and name in short:
            names.append(short[name])
            continue
        shown, number = clipped(name or "", NAME_LETTERS), 1
        while shown in names:
            number += 1
            shown = f"{clipped(name or '', NAME_LETTERS)} ({number})"
        short[name] = shown
        names.append(shown)
    labels = [clipped(label or "", LABEL_LETTERS) for label in chart.rows["label"]]
    return replace(chart, rows=chart.rows.with_columns(pl.Series("name", names), pl.Series("label", labels)))


def clipped(text: str, letters: int) -> str:
    """The text in at most `letters` Latin letters, an ellipsis among them."""
    if len(text) <= letters and letters_wide(text) <= letters:
        return text
    return wrapped(text.replace(" ", "\u00a0"), letters - 1)[0].replace("\u00a0", " ").rstrip() + "…"


def _key(rows: pl.DataFrame, t: Language) -> dict[str, Any]:
    present = [status for status in theme.WORD if status in set(rows["status"])]
    words: dict[Status, str] = {status: t(theme.WORD[status]) for status in present}
    return {
        "orient": "top", "title": None, "values": present, "labelExpr": f"{json.dumps(words)}[datum.label]",
        "labelFont": theme.FONT, "labelFontSize": 12, "labelColor": INK, "symbolSize": 90, "offset": 8, "columnPadding": 18,
    }  # fmt: skip


def _inked(part: Any) -> Any:
    """`part` with the page's own text colour in place of the one that browsers fill in."""
    if isinstance(part, dict):
        return {name: value if name == "datasets" else _inked(value) for name, value in part.items()}
    if isinstance(part, list):
        return [_inked(value) for value in part]
    return INK if part == theme.INK else part
