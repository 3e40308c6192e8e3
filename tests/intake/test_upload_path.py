"""Hostile files on the whole way of an upload: refused plainly, the process lives and stays small, the store is unchanged."""

from __future__ import annotations

import io
import os
import random
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lib.intake import PRELOAD, Intake, Worker
from lib.store import Store
from tests.intake.test_hostile_files import SHEET, entity_bomb, far_corner, far_row, workbook, zip_bomb
from tests.uploading import AT, Desk, assert_sound, outcome, print_of

ACCOUNTS = b"account_id,name,currency,status\na1,Acme,EUR,active\n"
SERVER_BYTES = 512_000_000


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    store = Store.open(tmp_path_factory.mktemp("store") / "data", at=AT)
    with Worker(preload=PRELOAD) as worker:
        desk = Desk(store, Intake(worker), tmp_path_factory.mktemp("uploads"))
        assert desk.load(desk.bring(("accounts.csv", ACCOUNTS))) == 1
        yield desk


def zipped(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def in_shared_strings() -> bytes:
    """An entity bomb in the part that holds the texts of all sheets."""
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 9))
    strings = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "lol">{entities}]><sst><si><t>&a8;</t></si></sst>'
    return workbook(SHEET.format('<row r="1"><c r="A1" t="s"><v>0</v></c></row>'), xl_sharedStrings_xml=strings)


def wide_sheet() -> bytes:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    names = [*letters, *(a + b for a in letters for b in letters), *(a + b + c for a in letters for b in letters for c in letters)][:16_384]
    cells = "".join(f'<c r="{name}1"><v>1</v></c>' for name in names)
    return workbook(SHEET.format(f'<row r="1">{cells}</row>'))


def lying_zip() -> bytes:
    """A ZIP whose directory says that its one file is small."""
    raw = bytearray(zipped(**{"a.csv": b"a,b\n" + b"1,2\n" * 20_000_000}))
    at = raw.rfind(b"PK\x01\x02")
    raw[at + 24 : at + 28] = (10).to_bytes(4, "little")
    return bytes(raw)


def nested_zip() -> bytes:
    inner = zipped(**{"a.csv": ACCOUNTS})
    for _ in range(5):
        inner = zipped(**{"b.zip": inner})
    return inner


HOSTILE: dict[str, tuple[str, Callable[[], bytes]]] = {
    "a workbook with one far cell": ("a.xlsx", far_corner),
    "a workbook with two cells far apart": ("a.xlsx", far_row),
    "an entity bomb in a sheet": ("a.xlsx", entity_bomb),
    "an entity bomb in the shared texts": ("a.xlsx", in_shared_strings),
    "a workbook that unpacks without end": ("a.xlsx", zip_bomb),
    "16 384 columns in a sheet": ("a.xlsx", wide_sheet),
    "16 384 columns in a text": ("a.csv", lambda: b",".join(b"c%d" % n for n in range(16_384)) + b"\n" + b"1," * 16_383 + b"1\n"),
    "a ZIP that says it is small": ("a.zip", lying_zip),
    "a ZIP of 50 MB of blanks": ("a.zip", lambda: zipped(**{"a.csv": b"\n" * 50_000_000})),
    "a ZIP in a ZIP in a ZIP": ("a.zip", nested_zip),
    "a ZIP of 5 000 files": ("a.zip", lambda: zipped(**{f"{n}.csv": ACCOUNTS for n in range(5_000)})),
    "a ZIP cut short": ("a.zip", lambda: zipped(**{"a.csv": ACCOUNTS * 50})[:-60]),
    "an empty ZIP": ("a.zip", lambda: zipped()),
    "100 MB of quotes": ("a.csv", lambda: b'"' * 100_000_000),
    "a header, then 100 MB of quotes": ("a.csv", lambda: b"name,currency\n" + b'"' * 100_000_000),
    "100 MB of lines of one quote": ("a.csv", lambda: b"name,currency\n" + b'"\n' * 50_000_000),
    "100 MB where every fiftieth cell never ends": ("a.csv", lambda: b"name,currency\n" + (b"x,y\n" * 50 + b'"x,y\n') * 480_000),
    "100 MB of quotes and commas": ("a.csv", lambda: b"name,currency\n" + b'",' * 50_000_000),
    "100 MB of separators": ("a.csv", lambda: b"," * 100_000_000),
    "100 MB of one letter": ("a.csv", lambda: b"a" * 100_000_000),
    "noise": ("a.csv", lambda: random.Random(1).randbytes(1_000_000)),
    "noise that calls itself a workbook": ("a.xlsx", lambda: b"PK\x03\x04" + random.Random(2).randbytes(100_000)),
    "zeros": ("a.csv", lambda: bytes(10_000_000)),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_file_is_refused_and_nothing_else_happens(desk: Desk, what: str) -> None:
    name, made = HOSTILE[what]
    raw, before, process = made(), print_of(desk.store.folder), os.getpid()
    _forget_peak()
    start = _peak()
    uploads = desk.bring((name, raw))
    grown = _peak() - start
    assert uploads
    for upload in uploads:
        assert_sound(upload)
        assert outcome(upload).startswith("refused: ")
        assert outcome(upload) not in ("refused: too_slow", "refused: too_much_memory", "refused: parser_failed")
    assert grown < SERVER_BYTES
    assert print_of(desk.store.folder) == before
    assert os.getpid() == process
    next_one = desk.bring(("people.csv", b"person_id,name,weekly_hours\np1,Ana,40\n"))[0]
    assert outcome(next_one) == "loaded"


def _forget_peak() -> None:
    if sys.platform == "linux":
        Path("/proc/self/clear_refs").write_text("5")


def _peak() -> int:
    """Bytes this process held at most since `_forget_peak`; elsewhere than on Linux 0."""
    if sys.platform != "linux":
        return 0
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def test_names_in_a_zip_lead_nowhere(desk: Desk) -> None:
    names = ("../../up.csv", "/abs.csv", "C:\\win.csv", "a/../../b.csv", "..\\c.csv", "con.csv", "x" * 200 + ".csv", "ñ\u202egnp.csv")
    raw = zipped(**{name: ACCOUNTS.replace(b"a1", b"z%d" % number) for number, name in enumerate(names)})
    around = set(desk.folder.parent.rglob("*"))
    for upload in desk.bring(("paths.zip", raw)):
        assert_sound(upload)
        assert desk.folder in upload.path.resolve().parents
        assert "/" not in upload.name.replace("a/../../", "") or ".." not in upload.name
    new = set(desk.folder.parent.rglob("*")) - around
    assert all(desk.folder in path.parents for path in new)
    assert not Path("/abs.csv").exists()


WRONGLY_NAMED = {
    "a text called .xlsx": ("a.xlsx", ACCOUNTS.replace(b"a1", b"n1"), "loaded"),
    "a workbook called .csv": ("a.csv", workbook(), "asked"),
    "a picture called .csv": ("a.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "refused: binary_file"),
    "a web page called .xls": ("a.xls", b"<html><table><tr><td>1</td></tr></table></html>", "refused: markup_file"),
    "no ending": ("accounts", ACCOUNTS.replace(b"a1", b"n2"), "loaded"),
    "a name of dots and letters that turn round": ("..\u202e\u200b", ACCOUNTS.replace(b"a1", b"n3"), "loaded"),
    "no rows": ("a.csv", b"account_id,name,currency,status\n", "asked"),
    "one NUL": ("a.csv", ACCOUNTS.replace(b"Acme", b"Ac\0me"), "refused: binary_file"),
    "half a letter of UTF-8": ("a.csv", ACCOUNTS.replace(b"Acme", b"\xed\xa0\x80"), "loaded"),
    "half a letter of UTF-16": ("a.csv", b"\xff\xfe" + ACCOUNTS.decode().encode("utf-16-le") + b"\x00\xd8", "refused: wrong_encoding"),
}


@pytest.mark.parametrize("what", WRONGLY_NAMED)
def test_what_a_file_is_decides_its_content_not_its_name(desk: Desk, what: str) -> None:
    name, raw, expected = WRONGLY_NAMED[what]
    upload = desk.bring((name, raw))[0]
    assert_sound(upload)
    assert outcome(upload) == expected


def test_letters_that_turn_round_or_are_half_never_reach_a_name(desk: Desk) -> None:
    rows = [("r1", "abc\u202egnp"), ("r2", "\ufeffAna"), ("r3", "a\x1b[31mb"), ("r4", "e\u0301"), ("r5", "x\ufffey")]
    raw = "account_id,name,currency,status\n" + "".join(f"{key},{name},EUR,active\n" for key, name in rows)
    upload = desk.bring(("names.csv", raw.encode()))[0]
    assert outcome(upload) == "loaded"
    desk.load([upload])
    names = dict(desk.store.portfolio()["accounts"].select("account_id", "name").collect().iter_rows())
    assert {key: names[key] for key, _ in rows} == {"r1": "abcgnp", "r2": "Ana", "r3": "a[31mb", "r4": "é", "r5": "xy"}
