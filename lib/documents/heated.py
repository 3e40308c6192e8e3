"""Imported by the document worker on its start and by nobody else: what the first picture would wait for is done before it is asked for."""

from __future__ import annotations

import os
from datetime import date

from lib.charts.theme import FONT
from lib.documents import chart_files, client_files, pictures
from lib.documents.brief import AccountBrief, page_of
from lib.documents.brief_pdf import brief_pdf
from lib.formats import Language

__all__ = ["chart_files", "client_files"]

_POINT = {
    "data": {"values": [{"a": 1}]},
    "mark": "point",
    "encoding": {"x": {"field": "a", "type": "quantitative"}},
    "title": {"text": "a", "font": FONT, "fontWeight": 600},
    "config": {"font": FONT},
}
if hasattr(os, "nice"):
    os.nice(5)  # whoever waits for a page goes first
pictures.png(_POINT, {})
pictures.pdf(_POINT)
brief_pdf(page_of(AccountBrief("a", "", "", date(2026, 1, 1), None, None, None, "none", ""), Language("en")))
