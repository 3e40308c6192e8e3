"""The folder as one file and back. An archive is believed only after every byte of it was verified; nothing here changes a portfolio."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final

from lib.columns import N_
from lib.store import catalogue
from lib.store.catalogue import Catalogue
from lib.store.changes import BadArchive

FORMAT = 1
MANIFEST = "manifest.json"
CATALOGUE = "cartera.sqlite"
MAX_ENTRIES = 1_000_000
MAX_MANIFEST_BYTES = 256 * 2**20
MAX_RATIO = 200  # of unpacked to packed bytes, for files above a megabyte
_BLOCK = 2**20
_ENTRY: Final = re.compile(r"cartera\.sqlite|tables/[a-z_]{1,64}/(?:part-\d{8}\.parquet|_delta_log/\d{20}(?:\.json|\.checkpoint\.parquet))")


def pack(folder: Path, owner: Catalogue, target: Path, at: datetime) -> None:
    """Write the newest commit and all history of it into `target`, a ZIP file, while others read and write.

    The catalogue is copied first, by SQLite's own online backup; whatever it names is never changed or removed afterwards.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as work:
        copied = Path(work) / CATALOGUE
        copy_catalogue(owner.path, copied)
        with Catalogue(copied).reading() as db:
            heads = catalogue.heads(db)
            db.conn.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
        packed = Path(work) / "archive.zip"
        when = at.astimezone(UTC).timetuple()[:6]
        files: dict[str, dict[str, Any]] = {}
        with zipfile.ZipFile(packed, "w", allowZip64=True) as archive:
            for name, path in [(CATALOGUE, copied), *_table_files(folder / "tables", heads)]:
                files[name] = _add(archive, name, path, when)
            manifest = {"format": FORMAT, "made_at": catalogue.moment_text(at), "files": files}
            archive.writestr(zipfile.ZipInfo(MANIFEST, when), json.dumps(manifest), zipfile.ZIP_DEFLATED)
        with packed.open("rb+") as written:
            os.fsync(written.fileno())
        os.replace(packed, target)


def _table_files(tables: Path, heads: dict[str, int]) -> Iterator[tuple[str, Path]]:
    """Every file of every version up to its head; what a running import writes beyond that is left out."""
    for table, head in sorted(heads.items()):
        for path in sorted([*(tables / table).glob("part-*.parquet"), *(tables / table / "_delta_log").iterdir()]):
            number = re.search(r"\d+", path.name)
            name = path.relative_to(tables.parent).as_posix()
            if number and int(number[0]) <= head and _ENTRY.fullmatch(name):
                yield name, path


def _add(archive: zipfile.ZipFile, name: str, path: Path, when: Any) -> dict[str, Any]:
    entry = zipfile.ZipInfo(name, when)
    entry.compress_type = zipfile.ZIP_STORED if name.endswith(".parquet") else zipfile.ZIP_DEFLATED
    entry.file_size = path.stat().st_size
    with path.open("rb") as source, archive.open(entry, "w") as sink:
        size, digest = _copy(source, sink)
    return {"bytes": size, "sha256": digest}


def _copy(source: IO[bytes], sink: IO[bytes], limit: int | None = None) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    while block := source.read(_BLOCK):
        size += len(block)
        if limit is not None and size > limit:
            raise BadArchive(N_("The backup is not whole: {reason}"), reason="an entry is larger than it says")
        digest.update(block)
        sink.write(block)
    return size, digest.hexdigest()


def copy_catalogue(source: Path, target: Path) -> None:
    """Copy a catalogue that may be in use, into one that may be in use; all of it at once for those who read the target."""
    reader, writer = catalogue.connect(source), catalogue.connect(target, create=True)
    try:
        reader.conn.backup(writer.conn)
    finally:
        writer.close()
        reader.close()


def unpack(packed: Path, folder: Path, max_bytes: int) -> None:
    """Unpack an archive into the empty `folder`, verifying names, sizes and digests.

    Raises `BadArchive`: not a ZIP, a name that is not one of ours (so none can lead outside), something missing, added or altered, more
    than `max_bytes` or than the disk holds, or packed more tightly than honest data is.
    """
    try:
        with zipfile.ZipFile(packed) as archive:
            files = _verified_directory(archive, min(max_bytes, shutil.disk_usage(folder).free))
            for name, facts in files.items():
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(name) as source, path.open("xb") as sink:
                    found = _copy(source, sink, limit=facts["bytes"])
                    os.fsync(sink.fileno())
                if found != (facts["bytes"], facts["sha256"]):
                    raise BadArchive(N_("The backup is not whole: {reason}"), reason=f"{name} was altered")
    except (zipfile.BadZipFile, OSError, ValueError, KeyError, TypeError, NotImplementedError, EOFError, RuntimeError) as error:
        raise BadArchive(N_("The backup is not whole: {reason}"), reason=str(error)) from error


def _verified_directory(archive: zipfile.ZipFile, max_bytes: int) -> dict[str, dict[str, Any]]:
    entries = {entry.filename: entry for entry in archive.infolist()}
    if len(entries) != len(archive.infolist()) or len(entries) > MAX_ENTRIES or MANIFEST not in entries:
        raise BadArchive(N_("The file is not a Cartera backup"))
    packed_tightly = [entry for entry in entries.values() if entry.file_size > max(_BLOCK, MAX_RATIO * entry.compress_size)]
    if packed_tightly or entries[MANIFEST].file_size > MAX_MANIFEST_BYTES or sum(entry.file_size for entry in entries.values()) > max_bytes:
        raise BadArchive(N_("The backup is too large when unpacked"))
    manifest = json.loads(archive.read(MANIFEST))
    if manifest["format"] != FORMAT:
        raise BadArchive(N_("The backup was written by a newer Cartera. Update the app to open it."))
    files: dict[str, dict[str, Any]] = manifest["files"]
    if set(files) != set(entries) - {MANIFEST} or CATALOGUE not in files or not all(_ENTRY.fullmatch(name) for name in files):
        raise BadArchive(N_("The backup holds files that are not a portfolio's"))
    return files


# The swap: a restored portfolio waits whole in `restoring/`; from the moment the marker stands, opening the store ends the swap.


def waiting(folder: Path) -> Path:
    return folder / "restoring"


def marker(folder: Path) -> Path:
    return folder / "restoring.ready"


def swap(folder: Path) -> None:
    """Put what waits in `restoring/` in the place of the portfolio, which goes to `replaced/`; can be broken off and repeated.

    The caller holds the locks for opening and importing. Does nothing but tidy if no marker stands.
    """
    ready, replaced = waiting(folder), folder / "replaced"
    if not marker(folder).exists():
        if ready.exists():
            shutil.rmtree(ready)
        return
    replaced.mkdir(exist_ok=True)
    if (ready / "tables").exists():
        if (folder / "tables").exists():
            os.replace(folder / "tables", replaced / "tables")
        os.replace(ready / "tables", folder / "tables")
    if (ready / CATALOGUE).exists():
        _swap_catalogue(ready / CATALOGUE, folder / CATALOGUE, replaced / CATALOGUE)
    shutil.rmtree(ready)
    marker(folder).unlink()


def _swap_catalogue(ready: Path, standing: Path, replaced: Path) -> None:
    try:
        if standing.exists() and not replaced.exists():
            copy_catalogue(standing, replaced)
        copy_catalogue(ready, standing)
    except sqlite3.DatabaseError:  # the standing one is damaged, which may be why a backup is restored
        for suffix in ("-wal", "-shm"):
            standing.with_name(standing.name + suffix).unlink(missing_ok=True)
        if standing.exists():
            os.replace(standing, replaced)
        copy_catalogue(ready, standing)
