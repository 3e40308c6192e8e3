"""A ZIP gives the tables in it under names of ours; what is left out says why; nothing in it chooses a path or fills the disk."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from lib.intake import ArchiveLimits, Intake, Member, Refused, Worker
from lib.intake.archives import shown_names
from lib.intake.messages import MESSAGES
from lib.intake.templates import export_xlsx
from tests.intake.files import accounts

CSV = b"name,value\na,1\n"


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with Worker(preload=("lib.intake.archives",)) as worker:
        yield worker


def archive(*entries: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as packed:
        for name, body in entries:
            packed.writestr(zipfile.ZipInfo(name), body, method)
    return buffer.getvalue()


def unpack(worker: Worker, folder: Path, raw: bytes, limits: ArchiveLimits | None = None) -> tuple[Member, ...] | Refused:
    upload = folder / "upload"
    upload.write_bytes(raw)
    return Intake(worker, archives=limits or ArchiveLimits()).unpack(upload, "May.zip", folder)


def outcome(answer: tuple[Member, ...] | Refused) -> list[tuple[str, str]] | str:
    """(name, why it was left out) of the members, or why all of it was refused."""
    if isinstance(answer, Refused):
        assert answer.code in MESSAGES
        return answer.code
    for member in answer:
        assert member.path.is_file() is (member.refused is None)
    return [(member.name, member.refused.code if member.refused else "") for member in answer]


def encrypted() -> bytes:
    """Both flags of the first entry say that it is encrypted."""
    raw = bytearray(archive(("a.csv", CSV)))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(mark) + offset] |= 1
    return bytes(raw)


def lying(declared: int) -> bytes:
    """One entry of three megabytes whose directory and header say `declared`."""
    raw = bytearray(archive(("a.csv", b"x" * 3_000_000)))
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", raw, raw.index(mark) + offset, declared)
    return bytes(raw)


def link() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        entry = zipfile.ZipInfo("passwords.csv")
        entry.create_system, entry.external_attr = 3, 0o120777 << 16
        packed.writestr(entry, "/etc/passwd")
    return buffer.getvalue()


def test_a_zip_gives_its_tables_and_says_what_it_leaves_out(worker: Worker, tmp_path: Path) -> None:
    raw = archive(
        ("may/", b""), ("may/hours.csv", CSV), ("may/read me.pdf", b"%PDF"), ("more.zip", archive(("b.csv", CSV))),
        ("accounts.xlsx", export_xlsx("accounts", accounts(), str)), ("__MACOSX/may/._hours.csv", b"\0"), ("may/.DS_Store", b"\0"),
    )  # fmt: skip
    answer = unpack(worker, tmp_path, raw)
    assert outcome(answer) == [
        ("hours.csv", ""), ("read me.pdf", "no_table_in_archive"), ("more.zip", "archive_in_archive"), ("accounts.xlsx", ""),
    ]  # fmt: skip
    assert not isinstance(answer, Refused)
    assert answer[0].path.read_bytes() == CSV


@pytest.mark.parametrize(
    "raw", [CSV, b"", b"\x89PNG", export_xlsx("accounts", accounts(), str), archive(("content.xml", b"<x/>"))],
    ids=["csv", "nothing", "picture", "workbook", "without tables"],
)
def test_what_is_no_zip_of_files_gives_just_itself(worker: Worker, tmp_path: Path, raw: bytes) -> None:
    assert unpack(worker, tmp_path, raw) == (Member("May.zip", tmp_path / "upload"),)


def test_a_damaged_workbook_is_left_to_the_reader_of_workbooks(worker: Worker, tmp_path: Path) -> None:
    cut = tmp_path / "upload"
    cut.write_bytes(export_xlsx("accounts", accounts(), str)[:500])
    assert Intake(worker).unpack(cut, "accounts.xlsx", tmp_path) == (Member("accounts.xlsx", cut),)
    assert outcome(Intake(worker).unpack(cut, "accounts.zip", tmp_path)) == "broken_archive"


@pytest.mark.parametrize("name", [
    "../../escape.csv", "/escape.csv", "C:\\Users\\escape.csv", "..\\escape.csv", "a/\x00/escape.csv", "./../escape.csv",
    "x/\x1b\u202eescape.csv",
])  # fmt: skip
def test_a_path_in_a_zip_is_only_a_name_to_show(worker: Worker, tmp_path: Path, name: str) -> None:
    inside = tmp_path / "a" / "b"
    inside.mkdir(parents=True)
    answer = unpack(worker, inside, archive((name.replace("\x00", "~"), CSV)).replace(b"~", b"\x00"))
    assert not isinstance(answer, Refused)
    assert outcome(answer) == [("escape.csv", "")]
    assert [member.path.parent for member in answer] == [inside / "members"]
    assert sum(path.is_file() for path in tmp_path.rglob("*")) == 2


def test_files_of_one_name_stay_apart() -> None:
    assert shown_names(["2026-05/h.csv", "2026-06/H.csv", "h.csv", "h.csv", "x.csv", "../x2.csv"]) == [
        "2026-05 h.csv", "2026-06 H.csv", "h.csv", "h (2).csv", "x.csv", "x2.csv",
    ]  # fmt: skip


REFUSED = {
    "a bomb": (archive(("a.csv", b"0" * 40_000_000)), "archive_too_large"),
    "too many entries": (archive(*[(f"{n}.csv", b"") for n in range(2_001)]), "archive_too_large"),
    "too many tables": (archive(*[(f"{n}.csv", CSV) for n in range(201)]), "too_many_files"),
    "an encrypted file": (encrypted(), "encrypted_archive"),
    "an empty zip": (archive(), "empty_archive"),
    "only folders": (archive(("a/", b"")), "empty_archive"),
    "a cut zip": (archive(("a.csv", CSV))[:40], "broken_archive"),
    "a zip of zeros": (b"PK\x03\x04" + b"\0" * 60, "broken_archive"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_zip_that_can_not_be_unpacked_is_refused_whole(worker: Worker, tmp_path: Path, what: str) -> None:
    raw, code = REFUSED[what]
    assert outcome(unpack(worker, tmp_path, raw)) == code
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "upload"]


@pytest.mark.parametrize(("what", "raw", "code"), [
    ("says less than it holds", lying(1_000), "broken_member"), ("says more than it holds", lying(3_500_000), "broken_member"),
    ("unpacks without a bound", archive(("a.csv", CSV), method=zipfile.ZIP_LZMA), "broken_member"),
    ("is a link", link(), "link_in_archive"),
    ("has a wrong sum", archive(("a.csv", CSV), method=zipfile.ZIP_STORED).replace(b"a,1", b"a,2"), "broken_member"),
])  # fmt: skip
def test_a_file_in_a_zip_that_is_not_what_it_says_is_left_out(worker: Worker, tmp_path: Path, what: str, raw: bytes, code: str) -> None:
    answer = unpack(worker, tmp_path, raw, ArchiveLimits(ratio=100_000))
    assert not isinstance(answer, Refused), what
    assert [member.refused.code if member.refused else "" for member in answer] == [code]
    assert not any((tmp_path / "members").iterdir())


def test_limits_are_settings(worker: Worker, tmp_path: Path) -> None:
    raw = archive(("a.csv", CSV), ("b.csv", CSV))
    for limits, code in (
        (ArchiveLimits(file_bytes=100), "file_too_large"), (ArchiveLimits(entries=1), "archive_too_large"),
        (ArchiveLimits(unpacked_bytes=20), "archive_too_large"), (ArchiveLimits(ratio=0), "archive_too_large"),
        (ArchiveLimits(files=1), "too_many_files"),
    ):  # fmt: skip
        assert outcome(unpack(worker, tmp_path, raw, limits)) == code
