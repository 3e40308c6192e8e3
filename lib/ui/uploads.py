"""The files a person has brought and not yet loaded: the only unsaved state. It parses, checks and saves nothing itself."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import uuid4

import polars as pl
import streamlit as st

from lib.intake import PRELOAD, Checked, Intake, Mapping, Reading, ReadReport, Refused, Worker, suggest_for
from lib.intake.values import Region
from lib.portfolio import Portfolio
from lib.store import Prepared
from lib.tables import TABLES, referred_first
from lib.ui import profiles, session
from lib.ui.file_limits import limits

_STATE = "intake.files"
FITS_LEAST = 45.0
FORGOTTEN_SECONDS = 24 * 3600
LARGE_BYTES, LARGE_ROWS = 1_500_000, 50_000


@dataclass
class Upload:
    """One file on its way in; `outcome` is None until it was read, which obeys `asked`.

    `checked` belongs to `checked_for`, the mapping and everything else the check rested on; `prepared`, `gone` (how many rows of the
    same tool would be removed: of its "period", or "all") and `overruled` (corrections made by hand) to `prepared_for`. `first_seen` is the
    fingerprint that it had before anybody corrected how it is read. `halted`: somebody stopped its check. `part`: one of several tables in
    a file, found by itself; `beside`: the tables of the file that are not read, because they seem to fit nothing.
    """

    name: str
    digest: str
    path: Path
    folder: Path
    outcome: ReadReport | Refused | None
    mapping: Mapping | None = None
    remembered: bool = False
    included: bool = True
    checked: Checked | Refused | None = None
    checked_for: str = ""
    prepared: Prepared | None = None
    prepared_for: str = ""
    gone: dict[str, int] = field(default_factory=dict)
    overruled: pl.DataFrame | None = None
    tables: list[str] = field(default_factory=list)
    fits: float = 0.0
    copy: int = 0
    asked: Reading = field(default_factory=Reading)
    first_seen: str = ""
    halted: bool = False
    part: bool = False
    beside: tuple[Region, ...] = ()

    @property
    def ready(self) -> bool:
        return isinstance(self.checked, Checked) and self.checked.ready and not self.fits_nothing and not self.halted

    @property
    def rows(self) -> int:
        """Rows that would be loaded."""
        return self.checked.accepted_rows if isinstance(self.checked, Checked) and self.checked.ready else 0

    @property
    def fits_nothing(self) -> bool:
        """Whether its columns look like none of the tables, and nobody has picked one."""
        return isinstance(self.outcome, ReadReport) and self.fits < FITS_LEAST

    @property
    def rejected(self) -> int:
        """Rows of the file that stay out."""
        return self.checked.rejected_rows if isinstance(self.checked, Checked) else 0

    @property
    def questions(self) -> int:
        """Questions without whose answer nothing can be loaded."""
        asking = isinstance(self.checked, Checked) and not self.fits_nothing
        return sum(question.blocking for question in self.checked.questions) if asking else 0  # type: ignore[union-attr]

    @property
    def large(self) -> bool:
        """Whether to work on it takes so long that it can be watched and stopped, and uses a worker of its own."""
        if isinstance(self.outcome, ReadReport) and self.outcome.records >= LARGE_ROWS:
            return True
        return self.path.exists() and self.path.stat().st_size >= LARGE_BYTES

    @property
    def id(self) -> str:
        """Unique to the file and, where it fills several tables, to its copy."""
        return f"{self.digest[:12]}{self.copy or ''}"

    @property
    def key(self) -> str:
        """For widgets."""
        return f"intake.{self.id}"


@st.cache_resource(show_spinner=False)
def _workers() -> tuple[Worker, Worker]:
    """The limited processes for small and for large files, so that small ones need not wait behind large ones."""
    small, large = Worker(preload=PRELOAD), Worker(preload=PRELOAD)
    small.warm()
    _clear_forgotten()
    return small, large


def intake() -> Intake:
    """The reader of files, within the limits of Settings."""
    return Intake(_workers()[0], *limits())


def large_intake() -> Intake:
    """The reader of large files."""
    return Intake(_workers()[1], *limits())


def _clear_forgotten() -> None:
    """Files that a closed session left waiting, a day later."""
    for folder in (session.data_folder() / "uploads").glob("*"):
        if session.now().timestamp() - folder.stat().st_mtime > FORGOTTEN_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)


def waiting() -> dict[str, Upload]:
    """The files of this session, by id, in the order they came."""
    return st.session_state.setdefault(_STATE, {})


def own_folder() -> Path:
    """Where this session's files are until they are loaded or put aside."""
    if "intake.folder" not in st.session_state:
        st.session_state["intake.folder"] = session.data_folder() / "uploads" / uuid4().hex
    folder: Path = st.session_state["intake.folder"]
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def bring_all(files: Iterable[tuple[str, bytes | memoryview]]) -> None:
    """Put uploaded files aside to be read; the drop zone is then emptied, so that a file put aside does not come back by itself."""
    for name, content in files:
        digest = hashlib.sha256(content).hexdigest()
        if not any(upload.digest == digest for upload in waiting().values()):
            folder = own_folder() / digest[:16]
            folder.mkdir(exist_ok=True)
            (folder / "upload").write_bytes(content)
            upload = Upload(name, digest, folder / "upload", folder, None)
            waiting()[upload.id] = upload
    st.session_state["intake.round"] = st.session_state.get("intake.round", 0) + 1


def read_again(upload: Upload, reading: Reading) -> None:
    """Read a file anew as a person corrected it; its mapping starts over."""
    upload.asked, upload.outcome, upload.mapping, upload.checked, upload.checked_for = reading, None, None, None, ""


def choose_table(upload: Upload, table: str) -> None:
    """Start the mapping over for another table, or as it was when such a file filled it the last time."""
    if isinstance(upload.outcome, ReadReport):
        known = [one for one in profiles.recalled(upload.outcome, upload.name, session.store()) if one.table == table]
        upload.mapping = known[0] if known else suggest_for(upload.outcome, table).mapping
        upload.remembered, upload.fits, upload.halted = bool(known), 100.0, False


def copied(upload: Upload, number: int) -> Upload:
    """The same file once more, with a folder of its own, as copy `number`."""
    folder = upload.folder.with_name(f"{upload.digest[:16]}-{number}")
    shutil.copytree(upload.folder, folder)
    outcome = upload.outcome
    if isinstance(outcome, ReadReport):
        frame, issues = (str(folder / Path(path).name) for path in (outcome.frame, outcome.issues))
        outcome = replace(outcome, source=str(folder / upload.path.name), frame=frame, issues=issues)
    return replace(
        upload, copy=number, path=folder / upload.path.name, folder=folder, outcome=outcome, checked=None, checked_for="", prepared=None,
        prepared_for="", gone={},
    )  # fmt: skip


def part_of(upload: Upload, region: Region, number: int) -> Upload:
    """Another table of the same file, to be read as copy `number`."""
    assert isinstance(upload.outcome, ReadReport)
    folder = upload.folder.with_name(f"{upload.digest[:16]}-{number}")
    folder.mkdir(exist_ok=True)
    shutil.copyfile(upload.path, folder / upload.path.name)
    place = region.sheet or f"{region.header_line}"
    place += f" {column_letters(region.columns)}" if region.columns else ""
    asked = region.picked(upload.outcome.reading)
    return Upload(f"{upload.name} · {place}", upload.digest, folder / upload.path.name, folder, None, copy=number, asked=asked, part=True)


def column_letters(columns: tuple[int, int]) -> str:
    """Columns as a sheet names them: "A–C"."""
    return "–".join(_letters(number) for number in columns)


def _letters(number: int) -> str:
    letters = ""
    while number > 0:
        number, last = divmod(number - 1, 26)
        letters = chr(65 + last) + letters
    return letters


def read_beside(upload: Upload, region: Region) -> None:
    """Read one of the tables that stand beside this one, although it seems to fit nothing."""
    again = part_of(upload, region, next_copy(waiting(), upload))
    again.part = False
    upload.beside = tuple(one for one in upload.beside if one != region)
    waiting()[again.id] = again


def next_copy(files: dict[str, Upload], upload: Upload) -> int:
    """A number that no other upload of the same bytes has."""
    return 1 + max((other.copy for other in files.values() if other.digest == upload.digest), default=0)


def use_again(upload: Upload) -> None:
    """Let the same file fill another table too: a time sheet names clients, projects and people."""
    same = [other for other in waiting().values() if other.digest == upload.digest]
    again = copied(upload, next_copy(waiting(), upload))
    taken = {other.mapping.table for other in same if other.mapping}
    choose_table(again, next((table for table in again.tables if table not in taken), again.tables[0]))
    waiting()[again.id] = again


def discard(id: str) -> None:
    """Let one file go, with everything that was made from it."""
    forget(waiting(), id)


def forget(files: dict[str, Upload], id: str) -> None:
    """As `discard`, outside the page."""
    upload = files.pop(id, None)
    if upload:
        shutil.rmtree(upload.folder, ignore_errors=True)


def in_order(uploads: Iterable[Upload]) -> list[Upload]:
    """Files whose rows others refer to first."""
    order = {name: place for place, name in enumerate(referred_first())}
    return sorted(uploads, key=lambda upload: order.get(upload.mapping.table, len(order)) if upload.mapping else len(order))


def named_rows(table: str, uploads: Iterable[Upload], portfolio: Portfolio) -> pl.DataFrame:
    """Keys and names of the rows of `table` that a reference may mean: those stored and those about to be."""
    names = [name for name in (*TABLES[table].key, "name", "title", "email", "order_number") if name in TABLES[table].columns]
    rows = [portfolio[table].select(names).collect()]
    rows += [pl.read_ipc(upload.checked.accepted, columns=names) for upload in uploads if isinstance(upload.checked, Checked)]
    return pl.concat(rows).unique(TABLES[table].key, keep="last", maintain_order=True)


def known_names(table: str) -> dict[str, str]:
    """key -> name of the rows that a reference to `table` may mean: those stored and those about to be."""
    ready = [
        upload for upload in waiting().values() if upload.ready and upload.included and upload.mapping and upload.mapping.table == table
    ]
    rows = named_rows(table, ready, session.portfolio())
    shown = "name" if "name" in rows.columns else "title" if "title" in rows.columns else TABLES[table].key[0]
    return dict(rows.sort(shown).select(pl.col(TABLES[table].key[0]).alias("key"), pl.col(shown).alias("shown")).iter_rows())
