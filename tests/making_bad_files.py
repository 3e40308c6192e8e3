"""Writes those of tests/bad_files that no editor can: archives, workbooks, Parquet. `python -m tests.making_bad_files` makes them again."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import xlsxwriter

FOLDER = Path(__file__).parent / "bad_files"
TABLE = b"account_id,name,currency,status\na1,Acme,EUR,active\n"
SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
_LONG_AGO = (2026, 1, 1, 0, 0, 0)
_ENCRYPTED = 0x1


def zipped(parts: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED, attributes: int = 0) -> bytes:
    """A ZIP of `parts`, the same bytes at any time."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, _LONG_AGO)
            entry.external_attr, entry.compress_type = attributes, method
            archive.writestr(entry, content)
    return buffer.getvalue()


def workbook(sheet: str | None = None) -> bytes:
    """A small .xlsx with one row, or with `sheet` as the XML of its sheet."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    page = book.add_worksheet("Entries")
    page.write_row(0, 0, ["entry_id", "date", "person_id", "project_id", "hours", "note"])
    page.write_row(1, 0, ["e1", "2026-03-02", "ana", "web", 7.5, "fine"])
    book.close()
    with zipfile.ZipFile(buffer) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    if sheet is not None:
        parts["xl/worksheets/sheet1.xml"] = sheet.encode()
    return zipped(parts)


def entries(hours: str, note: str) -> bytes:
    """Two time entries in a sheet; `hours` is the XML of the second one's cell E3."""
    rows = [["entry_id", "date", "person_id", "project_id", "hours", "note"], ["e1", "2026-03-02", "ana", "web", "7.5", "fine"]]
    rows.append(["e2", "2026-03-02", "ana", "web", hours, note])
    text = '<c r="{}" t="str"><v>{}</v></c>'
    lines = []
    for number, row in enumerate(rows, start=1):
        cells = (
            text.format(f"{letter}{number}", cell) if not cell.startswith("<") else cell for letter, cell in zip("ABCDEF", row, strict=True)
        )
        lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    return workbook(SHEET.format("".join(lines)))


def only_a_chart() -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    chart = book.add_chart({"type": "bar"})
    chart.add_series({"values": "=Chart1!$A$1:$A$2"})
    book.add_chartsheet("Chart1").set_chart(chart)
    book.close()
    with zipfile.ZipFile(buffer) as archive:
        return zipped({name: archive.read(name) for name in archive.namelist()})


def parquet(rows: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    rows.write_parquet(buffer, compression="zstd", statistics=False)
    return buffer.getvalue()


def changed(raw: bytes, mark: bytes, offset: int, by: bytes) -> bytes:
    """`raw` with bytes replaced after each `mark`."""
    made = bytearray(raw)
    at = made.find(mark)
    while at >= 0:
        made[at + offset : at + offset + len(by)] = by
        at = made.find(mark, at + 4)
    return bytes(made)


def encrypted() -> bytes:
    """The bit that says so in both places where an entry is described."""
    raw = changed(zipped({"a.csv": TABLE}), b"PK\x01\x02", 8, bytes([_ENCRYPTED]))
    return changed(raw, b"PK\x03\x04", 6, bytes([_ENCRYPTED]))


OPEN_DOCUMENT = {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"?"}
MADE: dict[str, Callable[[], bytes]] = {
    "archive_in_archive.zip": lambda: zipped({"inner.zip": zipped({"a.csv": TABLE})}),
    "archive_too_large.zip": lambda: zipped({"a.csv": b"\n" * 3_000_000}),
    "binary_file.csv": lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(64)),
    "broken_archive.zip": lambda: zipped({"a.csv": TABLE})[:-30],
    "broken_member.zip": lambda: zipped({"a.csv": TABLE}, zipfile.ZIP_STORED).replace(b"Acme", b"Acne", 1),
    "broken_parquet.parquet": lambda: parquet(pl.DataFrame({"name": ["Acme"]}))[:-12] + b"PAR1",
    "broken_workbook.xlsx": lambda: workbook()[:900],
    "empty_archive.zip": lambda: zipped({}),
    "empty_file.csv": lambda: b"",
    "encrypted_archive.zip": encrypted,
    "error_cell.xlsx": lambda: entries('<c r="E3" t="e"><v>#N/A</v></c>', "error_cell"),
    "json_file.csv": lambda: b'[{"name": "Acme"}]',
    "link_in_archive.zip": lambda: zipped({"a.csv": b"/etc/hosts"}, attributes=(stat.S_IFLNK | 0o777) << 16),
    "locked_workbook.ods": lambda: zipped({**OPEN_DOCUMENT, "META-INF/manifest.xml": b"<m><encryption-data/></m>"}),
    "markup_file.xls": lambda: b"<html><body><table><tr><td>name</td></tr></table></body></html>",
    "mixed_encodings.csv": lambda: "name;note\nÑandú;1\n".encode() + "Año;2\n".encode("cp1252"),
    "nested_column.parquet": lambda: parquet(pl.DataFrame({"name": [{"first": "Ana"}]})),
    "no_sheet.xlsx": only_a_chart,
    "no_table_in_archive.zip": lambda: zipped({"photo.jpg": b"\xff\xd8\xff"}),
    "old_workbook.xls": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504),
    "project_file.mpp": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + b"MSProject.MPP14",
    "too_many_cells.parquet": lambda: parquet(pl.select(pl.repeat(0, 400_000, dtype=pl.Int8).alias(f"c{n}") for n in range(160))),
    "too_many_columns.csv": lambda: b",".join(b"c%d" % n for n in range(501)) + b"\n",
    "too_many_files.zip": lambda: zipped({f"{n}.csv": b"" for n in range(201)}),
    "too_many_rows.xlsx": lambda: workbook(
        SHEET.format('<row r="1"><c r="ZZ1"><v>1</v></c></row><row r="1048576"><c r="A1048576"><v>1</v></c></row>')
    ),
    "uncomputed_cell.xlsx": lambda: entries('<c r="E3"><f>1+1</f></c>', "uncomputed_cell"),
    "unknown_encoding.csv": lambda: "name,currency\nAcme,EUR\n".encode("utf-32"),
    "unpacks_too_large.xlsx": lambda: workbook(SHEET.format("") + " " * 3_000_000),
    "wrong_encoding.csv": lambda: b"\xff\xfe" + "name,note\nAcme,1\n".encode("utf-16-le") + b"\x00\xd8",
}  # fmt: skip


if __name__ == "__main__":
    for name, made in MADE.items():
        (FOLDER / name).write_bytes(made())
