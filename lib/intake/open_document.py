"""What the XML of an OpenDocument sheet (.ods) says before its cells are read: how far they reach, and which hold errors. Reads no value.

A few bytes can repeat a cell a million times; the reader of cells would unpack them all, for every sheet at once.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field
from xml.parsers import expat

from lib.intake.limits import SheetLimits
from lib.workers import Refusal

_PIECE = 1 << 20
_CELLS = ("table:table-cell", "table:covered-table-cell")
_ERRORS = ("#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!", "Err:")


@dataclass
class SheetFacts:
    """`rows` and `columns` to the last cell with a value; `errors` are (row, column, code) from 0."""

    rows: int = 0
    columns: int = 0
    errors: list[tuple[int, int, str]] = field(default_factory=list)


def check_sheets(archive: zipfile.ZipFile, limits: SheetLimits, most_columns: int) -> dict[str, SheetFacts]:
    """Sheet name -> how far it reaches. Raises Refusal beyond the limits, and for XML that is damaged, encrypted or declares entities."""
    facts: dict[str, SheetFacts] = {}
    reader = _Reader(facts, limits, most_columns)
    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = _refuse_declarations
    parser.buffer_text = True
    try:
        with archive.open("content.xml") as stream:
            while piece := stream.read(_PIECE):
                parser.Parse(piece, False)
            parser.Parse(b"", True)
    except expat.ExpatError:
        raise Refusal("broken_workbook", error="xml") from None
    if not facts:
        raise Refusal("no_sheet")
    return facts


def _refuse_declarations(*_: object) -> None:
    raise Refusal("broken_workbook", error="doctype")


class _Reader:
    """Follows the elements of content.xml; keeps one cell at a time."""

    def __init__(self, facts: dict[str, SheetFacts], limits: SheetLimits, most_columns: int) -> None:
        self.facts, self.limits, self.most_columns = facts, limits, most_columns
        self.sheet = SheetFacts()
        self.depth = self.row = self.column = self.repeated_rows = self.repeated = self.reach = 0
        self.in_cell = self.formula = self.valued = self.error = False
        self.letters = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "table:table":
            self.depth += 1
            if self.depth == 1:
                self.sheet, self.row = SheetFacts(), 0
                self.facts[attributes.get("table:name", "")] = self.sheet
        elif self.depth != 1:
            return
        elif name == "table:table-row":
            self.repeated_rows, self.column, self.reach = _count(attributes.get("table:number-rows-repeated")), 0, 0
        elif name in _CELLS:
            self.repeated = _count(attributes.get("table:number-columns-repeated"))
            self.in_cell, self.letters = True, ""
            self.formula = "table:formula" in attributes
            self.valued = "office:value-type" in attributes
            self.error = attributes.get("calcext:value-type") == "error"
        elif name == "text:p" and self.in_cell:
            self.reach = max(self.reach, self.column + self.repeated)

    def text(self, letters: str) -> None:
        if self.in_cell and self.formula and len(self.letters) < 20:
            self.letters += letters

    def end(self, name: str) -> None:
        if name == "table:table":
            self.depth -= 1
        elif self.depth != 1:
            return
        elif name in _CELLS:
            self._end_cell()
        elif name == "table:table-row":
            if self.reach:
                self.sheet.rows, self.sheet.columns = self.row + self.repeated_rows, max(self.sheet.columns, self.reach)
                self._check()
            self.row += self.repeated_rows

    def _end_cell(self) -> None:
        if self.valued or self.formula:
            self.reach = max(self.reach, self.column + self.repeated)
            is_error = self.error or (self.formula and self.letters.strip().startswith(_ERRORS))
            code = "error_cell" if is_error else "uncomputed_cell" if self.formula and not self.valued else ""
            if code:
                places = self.repeated * self.repeated_rows
                if len(self.sheet.errors) + places > self.limits.cells:
                    raise Refusal("too_many_rows", rows=self.row + self.repeated_rows)
                self.sheet.errors += [
                    (self.row + down, self.column + right, code) for down in range(self.repeated_rows) for right in range(self.repeated)
                ]
        self.column += self.repeated
        self.in_cell = False

    def _check(self) -> None:
        if self.sheet.columns > self.most_columns:
            raise Refusal("too_many_columns", columns=self.sheet.columns, most=self.most_columns)
        if self.sheet.rows > self.limits.rows or self.sheet.rows * self.sheet.columns > self.limits.cells:
            raise Refusal("too_many_rows", rows=self.sheet.rows)


def _count(written: str | None) -> int:
    if written is None:
        return 1
    if not written.isdecimal() or len(written) > 9:
        raise Refusal("broken_workbook", error="repeated")
    return max(1, int(written))
