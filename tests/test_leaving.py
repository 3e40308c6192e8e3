"""What leaves the app is dead, whole and named after what it holds (rules 4, 6 and 7): every writer, each with a fault it would show.

Charts as files have the same tests in documents/test_chart_texts, rejected rows in intake/.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable
from datetime import date

import openpyxl
import polars as pl
import pytest
import xlsxwriter
from defusedxml import ElementTree

from lib.documents import workbook as workbooks
from lib.documents.workbook import Sheet, table_csv, workbook
from lib.formats import Language
from lib.intake import templates
from lib.intake.templates import DIALECTS, export_csv, export_xlsx
from lib.text import neutralise
from tests import house_rules as rules
from tests.documents.payloads import LIVE, RUN_BY
from tests.documents.spreadsheets import by_calamine, live_parts
from tests.intake.files import filled
from tests.test_house import APP

T = Language("es")
WRITE_TEXT = {"lib/intake/templates.py", "lib/intake/rejects.py", "lib/documents/workbook.py"}
LIVE_CALLS = {
    "write_excel", "to_excel", "to_csv", "write_formula", "write_array_formula", "write_dynamic_array_formula", "write_url", "write_row",
    "write_column", "write_rich_string", "insert_image", "add_vba_project",
}  # fmt: skip
FORBIDDEN = "".join(map(chr, [*range(9), *range(14, 32), 127, 0xFFFE, 0xFFFF])) + "\ud83d\ude00"[:1]
NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

ACCOUNTS = filled(
    "accounts",
    account_id=[f"A{number}" for number in range(len(LIVE))],
    name=list(LIVE),
    manager=list(reversed(LIVE)),
    currency=["EUR"] * len(LIVE),
    status=["active"] * len(LIVE),
    since=[date(2020, 1, 1)] * len(LIVE),
)
COLUMNS = {name: name for name in ACCOUNTS.columns}
TEXTS: dict[str, Callable[[], tuple[str, str]]] = {
    **{
        dialect: lambda dialect=dialect, form=form: (_text(export_csv("accounts", ACCOUNTS, dialect)), form.separator)
        for dialect, form in DIALECTS.items()
    },
    "table, English": lambda: (_text(table_csv(ACCOUNTS, COLUMNS, Language("en"))), ","),
    "table, Spanish": lambda: (_text(table_csv(ACCOUNTS, COLUMNS, T)), ";"),
}
WORKBOOKS: dict[str, Callable[[], bytes]] = {
    "export": lambda: export_xlsx("accounts", ACCOUNTS, T),
    "table": lambda: workbook([Sheet("Cuentas", ACCOUNTS, COLUMNS)], T),
}


def _text(raw: bytes) -> str:
    return raw.decode("utf-8-sig")


def live_cells(text: str, separator: str) -> list[str]:
    """Cells of a CSV that a spreadsheet would run."""
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    return [cell for row in rows for cell in row if cell and cell[0] in RUN_BY and neutralise(cell) != cell]


@pytest.mark.parametrize("name", TEXTS)
def test_no_cell_of_a_text_file_is_live(name: str) -> None:
    text, separator = TEXTS[name]()
    assert len(text) > 5000
    assert live_cells(text, separator) == []


@pytest.mark.parametrize("name", WORKBOOKS)
def test_no_cell_of_a_workbook_is_live(name: str) -> None:
    raw = WORKBOOKS[name]()
    assert live_parts(raw) == {}
    book = openpyxl.load_workbook(io.BytesIO(raw))
    texts = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]
    assert len(texts) > 4 * len(LIVE)
    assert [text for text in texts if text[0] in RUN_BY and neutralise(text) != text] == []
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)


@pytest.mark.parametrize("name", TEXTS)
def test_a_writer_of_text_that_forgets_to_neutralise_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (workbooks, templates):
        monkeypatch.setattr(module, "neutralised", lambda cell: cell)
    assert len(live_cells(*TEXTS[name]())) > 45


def test_a_workbook_that_makes_formulas_of_text_is_found() -> None:
    book = xlsxwriter.Workbook(buffer := io.BytesIO())
    sheet = book.add_worksheet()
    for row, payload in enumerate(LIVE):
        sheet.write(row, 0, payload)
    book.close()
    assert live_parts(buffer.getvalue())


def loose_writing(source: str, name: str) -> list[str]:
    """Ways of writing a file for spreadsheets past our own writers."""
    found = []
    for call in rules.nodes(source, rules.ast.Call):
        called = rules.dotted(call.func).split(".")[-1] or getattr(call.func, "attr", "")
        if called in LIVE_CALLS or (called in ("write_csv", "Workbook") and name not in WRITE_TEXT):
            found.append(f"{called} (line {call.lineno})")
        if any(word.arg in ("strings_to_formulas", "strings_to_urls") and getattr(word.value, "value", None) for word in call.keywords):
            found.append(f"live strings (line {call.lineno})")
    return found


def test_files_for_spreadsheets_are_written_by_our_own_writers_only() -> None:
    assert {name: found for name, text in APP.items() if (found := loose_writing(text, name))} == {}


@pytest.mark.parametrize(
    "planted",
    ["rows.write_excel(path)", "rows.to_pandas().to_csv()", "f().write_csv()", "sheet.write_formula(0, 0, x)", "xlsxwriter.Workbook(x)"],
)
def test_a_loose_writer_is_found(planted: str) -> None:
    assert loose_writing(planted, "lib/ui/page.py")


def downloads_past_ours(source: str) -> list[str]:
    """Download buttons that do not name their file after what it holds."""
    return [f"line {call.lineno}" for call in rules.nodes(source, rules.ast.Call) if rules.dotted(call.func).endswith("download_button")]


def test_every_download_is_named_after_what_it_holds() -> None:
    found = {name: lines for name, text in APP.items() if (lines := downloads_past_ours(text))}
    assert set(found) == {"lib/ui/downloads.py"}
    assert downloads_past_ours('st.download_button("CSV", data)')


@pytest.mark.parametrize("place", ["cell", "heading", "sheet", "about", "note", "title"])
def test_no_letter_that_xml_forbids_breaks_a_workbook(place: str) -> None:
    hostile = f"a{FORBIDDEN}b" + "x" * (300 if place == "title" else 0)
    given = {name: hostile if place == name else "plain" for name in ("cell", "heading", "sheet", "about", "note", "title")}
    cell = given["cell"].encode(errors="ignore").decode()  # a frame holds no half of a surrogate pair
    sheet = Sheet(given["sheet"], pl.DataFrame({"a": [cell]}), {"a": given["heading"]}, notes=(given["note"],))
    raw = workbook([sheet], T, [(given["about"], given["title"])])
    assert broken_parts(raw) == []
    written = by_calamine(raw)
    assert [row[0] for row in written["ab" if place == "sheet" else "plain"]] == [
        "ab" if place == "heading" else "plain",
        "ab" if place == "cell" else "plain",
    ]
    assert len(openpyxl.load_workbook(io.BytesIO(raw)).properties.title) <= 255


def broken_parts(raw: bytes) -> list[str]:
    """Parts of a document that are no XML, or hold a letter that XML forbids."""
    broken = []
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        for name in archive.namelist():
            content = archive.read(name)
            try:
                ElementTree.fromstring(content, forbid_dtd=True)
            except ElementTree.ParseError:
                broken.append(name)
            if NO_XML.search(content.decode()):  # the parser lets some pass
                broken.append(name)
    return broken


def test_a_part_that_is_no_xml_is_found() -> None:
    with zipfile.ZipFile(buffer := io.BytesIO(), "w") as archive:
        for name, content in {"a.xml": "<a>\ufffe</a>", "b.xml": "<b>\x01</b>", "c.xml": "<c", "d.xml": "<d>ñ</d>"}.items():
            archive.writestr(name, content)
    assert set(broken_parts(buffer.getvalue())) == {"a.xml", "b.xml", "c.xml"}
