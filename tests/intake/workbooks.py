"""Workbooks for tests, made by other libraries or by hand: .xlsx by XlsxWriter, .ods from its XML."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import xlsxwriter

_SPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (("office", "office"), ("table", "table"), ("text", "text"), ("style", "style"))
)
_CALC = 'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
_HIDDEN = '<style:style style:name="hidden" style:family="table"><style:table-properties table:display="false"/></style:style>'
EMPTY_TAIL = (
    '<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
)


def xlsx(fill: Callable[[xlsxwriter.Workbook], None], **options: Any) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, options)
    fill(book)
    book.close()
    return buffer.getvalue()


def ods(*sheets: str, lead: str = "", **parts: str) -> bytes:
    """An OpenDocument spreadsheet of these `sheet`s; `parts` are further entries, such as a manifest."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        body = f"<office:body><office:spreadsheet>{''.join(sheets)}</office:spreadsheet></office:body>"
        styles = f"<office:automatic-styles>{_HIDDEN}</office:automatic-styles>"
        packed.writestr("content.xml", f"{lead}<office:document-content {_SPACES} {_CALC}>{styles}{body}</office:document-content>")
        parts.setdefault("META-INF__manifest.xml", "<manifest/>")
        for name, text in parts.items():
            packed.writestr(name.replace("__", "/"), text)
    return buffer.getvalue()


def sheet(name: str, *rows: str, hidden: bool = False) -> str:
    style = ' table:style-name="hidden"' if hidden else ""
    return f'<table:table table:name="{name}"{style}>{"".join(rows)}</table:table>'


def row(*cells: str, times: int = 1) -> str:
    return f'<table:table-row table:number-rows-repeated="{times}">{"".join(cells)}</table:table-row>'


def words(*texts: str) -> str:
    """A row of texts."""
    return row(*(f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>' for text in texts))


def cell(kind: str, value: str, shown: str = "x", more: str = "") -> str:
    attribute = {"date": "date-value", "time": "time-value", "string": "string-value", "boolean": "boolean-value"}.get(kind, "value")
    return f'<table:table-cell office:value-type="{kind}" office:{attribute}="{value}"{more}><text:p>{shown}</text:p></table:table-cell>'
