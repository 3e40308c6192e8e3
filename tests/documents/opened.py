"""Files as other programs read them, and what none of them may hold: formulas, links outward, characters that XML forbids."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import openpyxl
from docx import Document
from docx.document import Document as WordDocument
from docx.table import Table
from docx.text.paragraph import Paragraph
from pptx import Presentation
from pypdf import PdfReader


def parts(file: bytes) -> Iterator[tuple[str, bytes]]:
    """Every part of an Office file, with those of the files inside it."""
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        for name in archive.namelist():
            content = archive.read(name)
            yield name, content
            if content.startswith(b"PK\x03\x04"):
                yield from ((f"{name}/{inner}", text) for inner, text in parts(content))


def formulas(file: bytes) -> list[str]:
    """Parts with a cell that is computed. A chart's `c:f` only names the cells it shows."""
    return [name for name, content in parts(file) if name.endswith(".xml") and re.search(rb"<f[\s>/]", content)]


def outward(file: bytes) -> list[str]:
    """Relationships that lead outside the file."""
    return [name for name, content in parts(file) if name.endswith(".rels") and b'TargetMode="External"' in content]


def slide_of(file: bytes) -> Any:
    """The only slide."""
    (slide,) = Presentation(io.BytesIO(file)).slides
    return slide


def native_chart(file: bytes) -> Any:
    """The slide's chart with its frame; None where there is none."""
    return next((shape for shape in slide_of(file).shapes if shape.has_chart), None)


def behind(file: bytes) -> list[tuple[Any, ...]]:
    """The cells of the workbook inside a slide's chart."""
    (workbook,) = (content for name, content in parts(file) if name.endswith(".xlsx"))
    return cells(workbook, "Sheet1")


def cells(workbook: bytes, sheet: str | int = 0) -> list[tuple[Any, ...]]:
    """The cells of one sheet, its heading first."""
    book = openpyxl.load_workbook(io.BytesIO(workbook))
    return list((book[sheet] if isinstance(sheet, str) else book.worksheets[sheet]).values)


def lines(file: bytes) -> list[list[str]]:
    """The cells of a CSV, its heading first, with the separator of its language."""
    text = file.decode("utf-8-sig")
    heading = text.split("\n", 1)[0]
    return list(csv.reader(io.StringIO(text), delimiter=";" if heading.count(";") > heading.count(",") else ","))


def number(cell: str) -> float:
    """A number of a CSV in either language."""
    return float(cell.replace(",", "."))


def word(file: bytes) -> WordDocument:
    """A Word file as python-docx opens it."""
    return Document(io.BytesIO(file))


def word_lines(file: bytes) -> list[str]:
    """Its texts in order: paragraphs, cells of tables, and what stands at the foot."""
    document = word(file)
    found: list[str] = []
    for block in document.iter_inner_content():
        if isinstance(block, Paragraph):
            found.append(block.text)
        elif isinstance(block, Table):
            found += [cell.text for row in block.rows for cell in row.cells]
    return [text for text in [*found, *(one.text for one in document.sections[0].footer.paragraphs)] if text]


def page_text(file: bytes) -> str:
    """The text of all pages of a PDF."""
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(file)).pages)


def bare(text: str) -> str:
    """Without spaces, at which a page breaks its lines."""
    return re.sub(r"[\s\u00a0\u200b]+", "", text)
