"""Colours, shapes and the Altair theme: marks that stand on a light and a dark ground alike, text that takes the page's colour."""

from __future__ import annotations

from typing import Any

import altair as alt

from lib.charts.chart import Kind, Status
from lib.columns import N_

BLUE, GREY, INK = "#3B7DD8", "#848E9B", "currentColor"
FONT = "IBM Plex Sans, Source Sans, sans-serif"
MARK: dict[Status, str] = {"risk": "#C2342B", "watch": "#C28810", "ok": "#168C7E", "none": GREY}
SHAPE: dict[Status, str] = {"risk": "square", "watch": "triangle-up", "ok": "circle", "none": "circle"}
GLYPH: dict[Status, str] = {"risk": "■", "watch": "▲", "ok": "●", "none": "○"}
WORD: dict[Status, str] = {"risk": N_("At risk"), "watch": N_("Watch"), "ok": N_("On track"), "none": N_("Not enough data")}
WORDS: dict[Kind, dict[Status, str]] = {
    "gantt": {"risk": N_("After the promise"), "watch": N_("Later, inside the promise"), "ok": N_("Not later"), "none": N_("No promise")},
    "grid": {"risk": N_("Does not fit"), "watch": N_("Over capacity"), "ok": N_("Fits"), "none": N_("Away")},
    "waterfall": {"risk": N_("Takes points"), "watch": N_("Takes points"), "ok": N_("Gives points"), "none": N_("Score")},
}
"""What a status is called in charts of a kind, where it is not `WORD`."""
TEXT_SIZE = 13


def words(kind: Kind) -> dict[Status, str]:
    """What each status is called in a chart of this kind."""
    return WORDS.get(kind, WORD)


@alt.theme.register("cartera", enable=True)
def _theme() -> Any:
    axis: dict[str, Any] = {
        "labelFont": FONT,
        "titleFont": FONT,
        "labelFontSize": TEXT_SIZE,
        "titleFontSize": TEXT_SIZE,
        "labelColor": INK,
        "labelOpacity": 0.78,
        "titleColor": INK,
        "titleOpacity": 0.78,
        "titleFontWeight": 400,
        "ticks": False,
        "domain": False,
        "gridColor": INK,
        "gridOpacity": 0.10,
        "gridWidth": 1,
        "labelPadding": 6,
        "labelLimit": 240,
        "labelFlush": False,
        "labelBound": False,
    }
    return {
        "padding": {"left": 0, "right": 2, "top": 2, "bottom": 2},
        "usermeta": {"embedOptions": {"renderer": "svg"}},
        "config": {
            "font": FONT,
            "background": "transparent",
            "axis": axis,
            "axisDiscrete": {"grid": False},
            "view": {"stroke": None},
            "text": {"font": FONT, "fontSize": TEXT_SIZE, "color": INK},
            "bar": {"color": BLUE},
            "rule": {"color": INK},
        },
    }
