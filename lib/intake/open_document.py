"""What the XML of an OpenDocument sheet (.ods) says before its cells are read: how far they reach, and which hold errors. Reads no value.

A few bytes can repeat a cell a million times; the reader of cells would unpack them all, for every sheet at once.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field
from xml.parsers import expat

from lib.intake.limits import SheetLimits
from lib.workers import Refusal

_PIECE, _MOST_ERRORS = 1 << 20, 1_000_000
_CELLS = ("table:table-cell", "table:covered-table-cell")
_ERRORS = ("#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!", "Err:")


@dataclass
class SheetFacts:
    """`rows` and `columns` to the last cell with a value; `errors` are (row, column, code) from 0; `spans` the first and the last cell of
    merged ones.
    """

    rows: int = 0
    columns: int = 0
    errors: list[tuple[int, int, str]] = field(default_factory=list)
    spans: list[tuple[tuple[int, int], tuple[int, int]]] = field(default_factory=list)


def check_sheets(archive: zipfile.ZipFile, limits: SheetLimits, most_columns: int) -> dict[str, SheetFacts]:
    """Sheet name -> how far it reaches. Raises Refusal beyond the limits, and for XML that is damaged, encrypted or declares entities."""
    parser = expat.ParserCreate()
    reader = _Reader(parser, limits, most_columns)
    parser.StartElementHandler = reader.start
    parser.StartDoctypeDeclHandler = _refuse_declarations
    parser.buffer_text = True
    try:
        with archive.open("content.xml") as stream:
            while piece := stream.read(_PIECE):
                parser.Parse(piece, False)
            parser.Parse(b"", True)
    except expat.ExpatError:
        raise Refusal("broken_workbook", error="xml") from None
    reader.end_row()
    if not reader.facts:
        raise Refusal("no_sheet")
    return reader.facts


def _refuse_declarations(*_: object) -> None:
    raise Refusal("broken_workbook", error="doctype")


class _Reader:
    """Follows the elements of content.xml as they begin, since each call costs; a cell ends where the next one, or a row, begins."""

    def __init__(self, parser: expat.XMLParserType, limits: SheetLimits, most_columns: int) -> None:
        self.facts: dict[str, SheetFacts] = {}
        self.parser, self.limits, self.most_columns = parser, limits, most_columns
        self.sheet = SheetFacts()
        self.row = self.column = self.reach = self.repeated = 0
        self.repeated_rows = 1
        self.formula: dict[str, str] | None = None
        self.letters = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name in _CELLS:
            if self.formula is not None:
                self._end_formula(self.formula)
            self.column += self.repeated
            written = attributes.get("table:number-columns-repeated")
            self.repeated = 1 if written is None else _count(written)
            if "table:number-rows-spanned" in attributes or "table:number-columns-spanned" in attributes:
                self._note_span(attributes)
            if "table:formula" in attributes:
                self.formula, self.letters = attributes, ""
                self.parser.CharacterDataHandler = self._text
            if "office:value-type" in attributes or self.formula is not None:
                self.reach = self.column + self.repeated
        elif name == "text:p":
            if self.repeated:
                self.reach = self.column + self.repeated
        elif name == "table:table-row":
            self.end_row()
            self.repeated_rows = _count(attributes.get("table:number-rows-repeated"))
        elif name == "table:table":
            self.end_row()
            self.sheet, self.row, self.repeated_rows = SheetFacts(), 0, 0
            self.facts[attributes.get("table:name", "")] = self.sheet

    def end_row(self) -> None:
        """Note how far the row reached that ends here."""
        if self.formula is not None:
            self._end_formula(self.formula)
        if self.reach:
            self.sheet.rows, self.sheet.columns = self.row + self.repeated_rows, max(self.sheet.columns, self.reach)
            self._check()
        self.row += self.repeated_rows
        self.column = self.reach = self.repeated = 0

    def _note_span(self, attributes: dict[str, str]) -> None:
        down, right = (_count(attributes.get(f"table:number-{name}-spanned")) - 1 for name in ("rows", "columns"))
        if (down or right) and len(self.sheet.spans) < _MOST_ERRORS:
            self.sheet.spans.append(((self.row, self.column), (self.row + down, self.column + right)))

    def _text(self, letters: str) -> None:
        if len(self.letters) < 20:
            self.letters += letters

    def _end_formula(self, attributes: dict[str, str]) -> None:
        self.formula, self.parser.CharacterDataHandler = None, None
        is_error = attributes.get("calcext:value-type") == "error" or self.letters.strip().startswith(_ERRORS)
        code = "error_cell" if is_error else "" if "office:value-type" in attributes else "uncomputed_cell"
        if not code:
            return
        if len(self.sheet.errors) + self.repeated * self.repeated_rows > _MOST_ERRORS:
            raise Refusal("too_many_rows", rows=self.row + self.repeated_rows)
        self.sheet.errors += [
            (self.row + down, self.column + right, code) for down in range(self.repeated_rows) for right in range(self.repeated)
        ]

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
