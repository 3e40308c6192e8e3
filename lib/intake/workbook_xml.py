"""What the XML of an Excel workbook (.xlsx, .xlsm) says before its cells are read: sheets, extents, error cells. Reads no value.

Sizes are checked here because the reader of cells aborts the process on a sheet with one cell at its far corner. Error cells (#N/A)
read as blank there, so they are looked up in the XML. Macros and links are never opened.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator

from lib.intake.limits import SheetLimits
from lib.workers import Refusal

# Writers differ in prefixes and quotes. A formula whose result was never computed reads as blank too; an empty text is a result.
_ERROR_CELL = re.compile(rb"""<(?:\w+:)?c\s(?=[^>]*\bt\s*=\s*["']e["'])[^>]*>""")
_UNCOMPUTED_CELL = re.compile(
    rb"""<(?:\w+:)?c(?:\s(?![^>]*\bt\s*=\s*["'](?:e|str)["'])[^>]*)?>\s*<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"""
)
_ERROR, _FORMULA = re.compile(rb"""["']e["']"""), re.compile(rb"[<:]f[\s/>]")
_PLACE = re.compile(rb"""\sr\s*=\s*["']([A-Z]+)(\d+)["']""")


def _chunks(raw: bytes, part: str) -> Iterator[bytes]:
    """The part's XML in pieces that end after a row, so that no cell is cut. Raises Refusal if it can't be unpacked."""
    rest = b""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)).open(part) as stream:
            while piece := stream.read(4_000_000):
                piece = rest + piece
                cut = piece.rfind(b"row>") + 4
                cut = cut if cut > 3 else piece.rfind(b"<")
                rest = piece[cut:] if cut > 0 else b""
                yield piece[:cut] if cut > 0 else piece
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError, RuntimeError, NotImplementedError):
        raise Refusal("broken_workbook", error="zip") from None
    yield rest


def sheet_parts(archive: zipfile.ZipFile, names: set[str]) -> dict[str, str]:
    """Sheet name -> its part in the archive. Raises Refusal for XML that is damaged or declares entities."""
    from defusedxml import ElementTree

    for part in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels"):
        if part in names and re.search(rb"<!(DOCTYPE|ENTITY)", archive.read(part)):
            raise Refusal("broken_workbook", error="doctype")
    try:
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"), forbid_dtd=True)
        links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"), forbid_dtd=True)
    except Exception as error:
        if isinstance(error, (zipfile.BadZipFile, OSError)):
            raise
        raise Refusal("broken_workbook", error=type(error).__name__) from None
    targets = {link.get("Id"): str(link.get("Target")).removeprefix("/") for link in links}
    parts = {}
    for sheet in book.iter():
        if sheet.tag.rpartition("}")[2] != "sheet":
            continue
        ids = [value for name, value in sheet.attrib.items() if name.endswith("}id")]
        target = targets.get(ids[0], "") if ids else ""
        part = target if target.startswith("xl/") else f"xl/{target}"
        if part in names:
            parts[str(sheet.get("name"))] = part
    return parts


def first_with_cells(raw: bytes, parts: dict[str, str], names: list[str]) -> str:
    """The first of the sheets `names` that holds a value, else the first."""
    for name in names:
        if name in parts and any(b"<v>" in piece or b"<is>" in piece or b"<v " in piece for piece in _chunks(raw, parts[name])):
            return name
    return names[0]


def check_sheet(raw: bytes, part: str | None, limits: SheetLimits, most_columns: int) -> list[tuple[int, int, str]]:
    """(row, column, code) of every cell that reads as blank though it is not, from 0. Raises Refusal if a cell stands too far out."""
    errors: list[tuple[int, int, str]] = []
    if part is None:
        return errors
    last_row, widest = 0, 0
    try:
        for piece in _chunks(raw, part):
            if re.search(rb"<!(DOCTYPE|ENTITY)", piece):
                raise Refusal("broken_workbook", error="doctype")
            if re.search(rb'<c [^>]*r="[A-Z]{3,}\d', piece):
                raise Refusal("too_many_columns", columns=703, most=most_columns)
            at = piece.rfind(b"<row ")
            if at >= 0 and (row := re.search(rb'[ ]r="(\d{1,9})"', piece[at : at + 200])):
                last_row = max(last_row, int(row[1]))
                cells = re.findall(rb'<c [^>]*r="([A-Z]{1,2})\d', piece[at:])
                first_cells = re.findall(rb'<c [^>]*r="([A-Z]{1,2})\d', piece[:20_000])
                widest = max([widest, *(_column(cell) + 1 for cell in (*cells, *first_cells))])
            found = [("error_cell", cell[0]) for cell in _ERROR_CELL.finditer(piece)] if _ERROR.search(piece) else []
            found += [("uncomputed_cell", cell[0]) for cell in _UNCOMPUTED_CELL.finditer(piece)] if _FORMULA.search(piece) else []
            for code, cell in found:
                place = _PLACE.search(cell)
                if place is None:
                    raise Refusal("broken_workbook", error="cell")
                errors.append((int(place[2]) - 1, _column(place[1]), code))
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, RuntimeError, NotImplementedError):
        raise Refusal("broken_workbook", error="zip") from None
    except Exception as error:
        if isinstance(error, Refusal):
            raise
        raise Refusal("broken_workbook", error=type(error).__name__) from None
    if last_row > limits.rows or last_row * widest > limits.cells:
        raise Refusal("too_many_rows", rows=last_row)
    return errors


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
