"""Draws specifications of our own as PNG, SVG and PDF with vl-convert. Only for the document worker: it holds its process up meanwhile.

Nothing is fetched: data stands in the specification, every address is refused, and fonts come from lib/charts/fonts.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import vl_convert

FONTS = Path(__file__).resolve().parents[1] / "charts" / "fonts"
NOWHERE: list[str] = []
_FOREIGN = {"url", "href", "image", "geoshape", "sequence"}

vl_convert.register_font_directory(str(FONTS))


def png(specification: Mapping[str, Any], words: Mapping[str, str], scale: float = 2) -> bytes:
    """The picture at `scale` pixels a point; `words` (Title, Description, Source) stand in it for programs that read pictures aloud."""
    drawn: bytes = vl_convert.vegalite_to_png(_safe(specification), scale=scale, allowed_base_urls=NOWHERE)
    return _with_words(drawn, words)


def svg(specification: Mapping[str, Any], title: str, description: str) -> bytes:
    """The picture in lines and text, with a title and a description for screen readers."""
    drawn: str = vl_convert.vegalite_to_svg(_safe(specification), allowed_base_urls=NOWHERE)
    said = f' role="img" aria-label={quoteattr(title)}><title>{escape(title)}</title><desc>{escape(description)}</desc>'
    opening, _, rest = drawn.partition(">")
    return f"{opening}{said}{rest}".encode()


def pdf(specification: Mapping[str, Any]) -> bytes:
    """The picture as a page of its own size, its text still text."""
    made: bytes = vl_convert.vegalite_to_pdf(_safe(specification), allowed_base_urls=NOWHERE)
    return made


def foreign(part: Any) -> list[str]:
    """Whatever in a specification would reach outside it: data by address, links, pictures. `datasets` hold rows, not orders."""
    if isinstance(part, dict):
        found = [name for name in part if name in _FOREIGN] + [mark for mark in (part.get("mark"), part.get("type")) if mark == "image"]
        return found + [one for name, value in part.items() if name != "datasets" for one in foreign(value)]
    if isinstance(part, list):
        return [one for value in part for one in foreign(value)]
    return []


def _safe(specification: Mapping[str, Any]) -> str:
    if found := foreign(dict(specification)):
        raise ValueError(f"a picture is drawn from what it holds, and not from {', '.join(found)}")
    return json.dumps(specification, allow_nan=False)


def _with_words(picture: bytes, words: Mapping[str, str]) -> bytes:
    """The PNG with international text chunks after its first chunk, which is always 25 bytes long."""
    head = 8 + 25
    return picture[:head] + b"".join(_chunk(name, text) for name, text in words.items()) + picture[head:]


def _chunk(name: str, text: str) -> bytes:
    body = name.encode("latin-1") + b"\0\0\0\0\0" + text.encode()
    return struct.pack(">I", len(body)) + b"iTXt" + body + struct.pack(">I", zlib.crc32(b"iTXt" + body))
