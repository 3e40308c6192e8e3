"""Imported by the document worker on its start and by nobody else: what the first picture would wait for is done before it is asked for."""

from __future__ import annotations

from lib.documents import chart_files, pictures

__all__ = ["chart_files"]

_POINT = {"data": {"values": [{"a": 1}]}, "mark": "point", "encoding": {"x": {"field": "a", "type": "quantitative"}}}
pictures.png(_POINT, {})
