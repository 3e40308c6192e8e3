"""Sets a page of data in one of our typst templates as PDF. Only for the document worker; it knows no word of the page.

Nothing of the data is read as markup, nothing is fetched, and fonts are ours or typst's own, so that a page has the same bytes everywhere.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

import typst

TEMPLATES = Path(__file__).parent / "templates"
FONTS = [Path(__file__).parent / "fonts", Path(__file__).resolve().parents[1] / "charts" / "fonts"]


def typeset(template: str, page: dict[str, Any]) -> bytes:
    """`page` in `template` (<name>.typ) as PDF, as PDF/UA-1 says it for screen readers. The same page gives the same bytes."""
    try:
        return _compiled(template, page, "ua-1")
    except typst.TypstError:  # that standard refuses letters which no font at hand can draw; such a page is written without its promise
        return _compiled(template, page, None)


def _compiled(template: str, page: dict[str, Any], standard: Literal["ua-1"] | None) -> bytes:
    return typst.compile(
        TEMPLATES / f"{template}.typ", root=TEMPLATES, font_paths=FONTS, ignore_system_fonts=True,
        sys_inputs={"page": written(page)}, format="pdf", pdf_standards=standard, package_path=TEMPLATES,
        package_cache_path=TEMPLATES,
    )  # fmt: skip


def written(page: dict[str, Any]) -> str:
    """The page as the templates read it."""
    return json.dumps(page, ensure_ascii=False, allow_nan=False)
