"""Writes an account's brief as one PDF page with typst. Only for the document worker; it knows no word of the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lib.documents.orders import ANSWER
from lib.documents.typesetting import FONTS, TEMPLATES, typeset, written

__all__ = ["FONTS", "TEMPLATES", "brief_job", "brief_pdf", "written"]


def brief_pdf(page: dict[str, Any]) -> bytes:
    """The PDF of `lib.documents.brief.page_of`. The same page gives the same bytes."""
    return typeset("brief", page)


def brief_job(folder: str, page: dict[str, Any]) -> dict[str, Any]:
    """Write the page as a PDF into `folder`."""
    (Path(folder) / ANSWER).write_bytes(brief_pdf(page))
    return {}
