"""Exported workbooks as another program opens them: openpyxl and calamine for workbooks. Holds no test."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date, datetime
from typing import Any

import openpyxl
import python_calamine


def by_openpyxl(raw: bytes) -> dict[str, list[list[Any]]]:
    """Sheet -> rows of cells; blank cells are None, days are dates."""
    book = openpyxl.load_workbook(io.BytesIO(raw))
    return {sheet.title: [[_plain(cell.value) for cell in row] for row in sheet.iter_rows()] for sheet in book}


def by_calamine(raw: bytes) -> dict[str, list[list[Any]]]:
    """Sheet -> rows of cells; blank cells are None, days are dates."""
    book = python_calamine.load_workbook(io.BytesIO(raw))
    return {
        name: [[_plain(cell) for cell in row] for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False)]
        for name in book.sheet_names
    }


def _plain(cell: Any) -> Any:
    if isinstance(cell, datetime) and not (cell.hour or cell.minute or cell.second):
        return cell.date()
    if isinstance(cell, (bool, date, datetime)):
        return cell
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    return None if cell == "" else cell


def live_parts(raw: bytes) -> dict[str, list[str]]:
    """Part of a document -> what of it would run or call out: formulas, links to elsewhere, embedded programs. {} for a dead one."""
    found: dict[str, list[str]] = {}
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        for name in archive.namelist():
            content = archive.read(name)
            if name.endswith((".xlsx", ".xlsm")):
                found.update({f"{name}!{part}": live for part, live in live_parts(content).items()})
                continue
            if re.search(r"(?i)vba|activex|externallink|\.bin$", name):
                found.setdefault(name, []).append("program")
            text = content.decode("utf-8", errors="replace")
            found.setdefault(name, []).extend(re.findall(r"<(?:\w+:)?f[ >/]|TargetMode=\"External\"|<(?:\w+:)?hyperlink\b|<ddeLink", text))
    return {name: live for name, live in found.items() if live}
