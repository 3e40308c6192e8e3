"""Writes an account's brief as one PDF page with typst. Only for the document worker; it knows no word of the page.

The page comes as data, of which nothing is read as markup. Nothing is fetched; fonts are ours or typst's own, so that a page has the same
bytes everywhere.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

import typst

from lib.documents.orders import ANSWER

TEMPLATES = Path(__file__).parent / "templates"
FONTS = [Path(__file__).parent / "fonts", Path(__file__).resolve().parents[1] / "charts" / "fonts"]


def brief_pdf(page: dict[str, Any]) -> bytes:
    """The PDF of `lib.documents.brief.page_of`, as PDF/UA-1 says it for screen readers. The same page gives the same bytes."""
    try:
        return _compiled(page, "ua-1")
    except typst.TypstError:  # that standard refuses letters which no font at hand can draw; such a page is written without its promise
        return _compiled(page, None)


def _compiled(page: dict[str, Any], standard: Literal["ua-1"] | None) -> bytes:
    return typst.compile(
        TEMPLATES / "brief.typ", root=TEMPLATES, font_paths=FONTS, ignore_system_fonts=True,
        sys_inputs={"page": written(page)}, format="pdf", pdf_standards=standard, package_path=TEMPLATES,
        package_cache_path=TEMPLATES,
    )  # fmt: skip


def written(page: dict[str, Any]) -> str:
    """The page as the template reads it."""
    return json.dumps(page, ensure_ascii=False, allow_nan=False)


def brief_job(folder: str, page: dict[str, Any]) -> dict[str, Any]:
    """Write the page as a PDF into `folder`."""
    (Path(folder) / ANSWER).write_bytes(brief_pdf(page))
    return {}
