"""A ZIP of files to the files in it, each under a name of ours. Runs in a worker only; reads no table and opens no ZIP within a ZIP.

Names in a ZIP are shown and never used as paths. Sizes are taken from its directory before anything is unpacked, and hold while it is:
an entry that gives more than it declared, or whose sum is wrong, is refused.
"""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from lib.intake.limits import ArchiveLimits
from lib.text import clean_text
from lib.workers import Refusal, Refused

ZIP_MARKS = (b"PK\x03\x04", b"PK\x05\x06")
TABLE_SUFFIXES = (".csv", ".tsv", ".tab", ".txt", ".xlsx", ".xlsm", ".ods", ".parquet", ".xml", ".mpp", ".mpx")
_DOCUMENT_PARTS = {"[Content_Types].xml", "content.xml", "xl/workbook.xml", "xl/workbook.bin", "word/document.xml", "META-INF/manifest.xml"}
_WORKBOOKS = (".xlsx", ".xlsm", ".ods")
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the others unpack without a bound
_NO_DATA = re.compile(  # added by systems, and the list in our own bundles
    r"(^|/)(__MACOSX/|\._[^/]*$|\.DS_Store$|Thumbs\.db$|desktop\.ini$)|^cartera-manifest\.json$", re.IGNORECASE
)
_ENCRYPTED, _PIECE, _LEAST_BYTES = 0x1, 1 << 20, 10_000
_NAME_BYTES = 150


@dataclass(frozen=True)
class Member:
    """One file of a ZIP: what to call it, and where its bytes are. If `refused` is set it was left out, and `path` has no file."""

    name: str
    path: Path
    refused: Refused | None = None

    @classmethod
    def of_json(cls, facts: dict[str, Any]) -> Member:
        refused = facts["refused"]
        return cls(facts["name"], Path(facts["path"]), Refused(**refused) if refused else None)


def may_be_archive(file: Path) -> bool:
    """Whether `file` begins as a ZIP does; no more of it is looked at."""
    with file.open("rb") as stream:
        return stream.read(4) in ZIP_MARKS


def unpack_job(folder: str, file: str, name: str, limits: dict[str, int]) -> dict[str, Any]:
    """The members of the ZIP `file`, unpacked into `folder`; for a workbook or another document that is a ZIP just itself."""
    members = unpack(Path(file), name, Path(folder), ArchiveLimits(**limits))
    return {
        "members": [{"name": one.name, "path": str(one.path), "refused": asdict(one.refused) if one.refused else None} for one in members]
    }


def unpack(file: Path, name: str, folder: Path, limits: ArchiveLimits = ArchiveLimits()) -> tuple[Member, ...]:  # noqa: B008  (frozen)
    """The members of a ZIP in the order of its directory. Raises Refusal for one that is damaged, encrypted, empty or too large."""
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            if _DOCUMENT_PARTS & {entry.filename for entry in entries}:
                return (Member(name, file),)
            _check(entries, file.stat().st_size, limits)
            return _members(archive, [entry for entry in entries if _is_file(entry)], folder)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, ValueError, NotImplementedError, EOFError, RuntimeError):
        if name.lower().endswith(_WORKBOOKS):  # it is told as a damaged workbook
            return (Member(name, file),)
        raise Refusal("broken_archive") from None


def _check(entries: list[zipfile.ZipInfo], size: int, limits: ArchiveLimits) -> None:
    if size > limits.file_bytes:
        raise Refusal("file_too_large", megabytes=limits.file_bytes // 1_000_000)
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > limits.entries or unpacked > limits.unpacked_bytes or unpacked > limits.ratio * max(size, _LEAST_BYTES):
        raise Refusal("archive_too_large")
    files = [entry for entry in entries if _is_file(entry)]
    if not files:
        raise Refusal("empty_archive")
    if any(entry.flag_bits & _ENCRYPTED for entry in files):
        raise Refusal("encrypted_archive")
    if sum(_suffix(entry) in TABLE_SUFFIXES for entry in files) > limits.files:
        raise Refusal("too_many_files", most=limits.files)


def _members(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], folder: Path) -> tuple[Member, ...]:
    inside = folder / "members"
    inside.mkdir(exist_ok=True)
    members = []
    for number, (entry, shown) in enumerate(zip(entries, shown_names([entry.orig_filename for entry in entries]), strict=True), start=1):
        path = inside / f"{number:04}"
        refused = _why_left_out(entry) or _unpack_one(archive, entry, path)
        members.append(Member(shown, path, refused))
    return tuple(members)


def _why_left_out(entry: zipfile.ZipInfo) -> Refused | None:
    if stat.S_ISLNK(entry.external_attr >> 16):
        return Refused("link_in_archive")
    if _suffix(entry) == ".zip":
        return Refused("archive_in_archive")
    if _suffix(entry) not in TABLE_SUFFIXES:
        return Refused("no_table_in_archive")
    return None if entry.compress_type in _METHODS else Refused("broken_member")


def _unpack_one(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, path: Path) -> Refused | None:
    """Write one entry to `path`, never more than it declared; a damaged one leaves no file."""
    written = 0
    try:
        with archive.open(entry) as packed, path.open("wb") as out:
            while piece := packed.read(_PIECE):
                written += len(piece)
                if written > entry.file_size:
                    raise zipfile.BadZipFile
                out.write(piece)
        if written == entry.file_size:
            return None
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError, EOFError, RuntimeError):
        pass
    path.unlink(missing_ok=True)
    return Refused("broken_member")


def _is_file(entry: zipfile.ZipInfo) -> bool:
    name = entry.orig_filename.replace("\\", "/")  # the other one ends at a NUL
    return not (name.endswith("/") and entry.file_size == 0) and not _NO_DATA.search(name)


def _suffix(entry: zipfile.ZipInfo) -> str:
    return PurePosixPath(_parts(entry.orig_filename)[-1]).suffix.lower()


def _parts(name: str) -> list[str]:
    """The words of a path that name something, cleaned: no "..", drive or root."""
    words = re.sub(r"^[A-Za-z]:", "", name.replace("\\", "/")).split("/")
    cleaned = [clean_text(word, lines=False, most_bytes=_NAME_BYTES) for word in words]
    return [word for word in cleaned if word and word not in (".", "..")] or ["?"]


def shown_names(names: list[str]) -> list[str]:
    """What to call files of these paths: the last word; where several share it, their folder too; where that is equal, a number."""
    parts = [_parts(name) for name in names]
    last = [words[-1].casefold() for words in parts]
    shown: list[str] = []
    taken: set[str] = set()
    for words in parts:
        base = words[-1] if last.count(words[-1].casefold()) == 1 else " ".join(words[-2:])
        stem, suffix = PurePosixPath(base).stem, PurePosixPath(base).suffix
        name, again = base, 2
        while name.casefold() in taken:
            name, again = f"{stem} ({again}){suffix}", again + 1
        taken.add(name.casefold())
        shown.append(name)
    return shown
