"""The files a person has brought and not yet loaded: read, mapped, checked in the worker, then committed. The only unsaved state."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from uuid import uuid4

import polars as pl
import streamlit as st

from lib.intake import (
    PRELOAD,
    Checked,
    Intake,
    Mapping,
    Reading,
    ReadReport,
    Refused,
    Worker,
    fingerprint,
    suggest,
    suggest_for,
    write_known,
)
from lib.store import Change, Commit, Merge, Prepared, ReplacePeriod
from lib.tables import TABLES
from lib.ui import session

_STATE = "intake.files"
FITS_LEAST = 45.0
FORGOTTEN_SECONDS = 24 * 3600
PERIOD_COLUMN = {
    "time_entries": "date",
    "expenses": "date",
    "touchpoints": "date",
    "feedback": "date",
    "absences": "start",
    "invoices": "issued",
}
"""The day by which a file without ids replaces what its source said before."""


@dataclass
class Upload:
    """One file on its way in. `checked` belongs to `checked_for`, the mapping and everything else the check rested on."""

    name: str
    digest: str
    path: Path
    folder: Path
    outcome: ReadReport | Refused
    mapping: Mapping | None = None
    remembered: bool = False
    included: bool = True
    checked: Checked | Refused | None = None
    checked_for: str = ""
    prepared: Prepared | None = None
    tables: list[str] = field(default_factory=list)
    fits: float = 0.0
    copy: int = 0

    @property
    def ready(self) -> bool:
        return isinstance(self.checked, Checked) and self.checked.ready and not self.fits_nothing

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
    def id(self) -> str:
        """Unique to the file and, where it fills several tables, to its copy."""
        return f"{self.digest[:12]}{self.copy or ''}"

    @property
    def key(self) -> str:
        """For widgets."""
        return f"intake.{self.id}"


@st.cache_resource(show_spinner=False)
def intake() -> Intake:
    """The one reader of files, in its own limited process."""
    made = Intake(Worker(preload=PRELOAD))
    made.warm()
    _clear_forgotten()
    return made


def _clear_forgotten() -> None:
    """Files that a closed session left waiting, a day later."""
    for folder in (session.data_folder() / "uploads").glob("*"):
        if session.now().timestamp() - folder.stat().st_mtime > FORGOTTEN_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)


def waiting() -> dict[str, Upload]:
    """The files of this session, by id, in the order they came."""
    return st.session_state.setdefault(_STATE, {})


def _folder() -> Path:
    if "intake.folder" not in st.session_state:
        st.session_state["intake.folder"] = session.data_folder() / "uploads" / uuid4().hex
    folder: Path = st.session_state["intake.folder"]
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def bring(name: str, content: bytes | memoryview) -> None:
    """Take in one uploaded file, unless the same bytes wait already: keep it, read it, suggest or remember its mapping."""
    digest = hashlib.sha256(content).hexdigest()
    if any(upload.digest == digest for upload in waiting().values()):
        return
    folder = _folder() / digest[:16]
    folder.mkdir(exist_ok=True)
    path = folder / "upload"
    path.write_bytes(content)
    upload = Upload(name, digest, path, folder, intake().read(path, name, folder))
    _suggest(upload)
    waiting()[upload.id] = upload


def bring_all(files: Iterable[tuple[str, bytes | memoryview]]) -> None:
    """Take in uploaded files; the drop zone is then emptied, so that a file put aside does not come back by itself."""
    for name, content in files:
        bring(name, content)
    st.session_state["intake.round"] = st.session_state.get("intake.round", 0) + 1


def read_again(upload: Upload, reading: Reading) -> None:
    """Read a file anew as a person corrected it; its mapping starts over."""
    upload.outcome = intake().read(upload.path, upload.name, upload.folder, reading)
    _suggest(upload)


def _suggest(upload: Upload) -> None:
    upload.mapping, upload.remembered, upload.tables = None, False, []
    if not isinstance(upload.outcome, ReadReport):
        return
    suggestions = suggest(upload.outcome)
    upload.tables = [one.table for one in suggestions]
    upload.mapping, upload.fits = suggestions[0].mapping, suggestions[0].score
    remembered = session.store().rows("mapping_profiles", name=fingerprint(upload.outcome))
    if remembered:
        kept = Mapping.of_json(remembered[-1]["mapping"])
        upload.mapping, upload.remembered, upload.fits = replace(kept, reading=upload.outcome.reading), True, 100.0


def choose_table(upload: Upload, table: str) -> None:
    """Start the mapping over for another table."""
    if isinstance(upload.outcome, ReadReport):
        upload.mapping, upload.remembered, upload.fits = suggest_for(upload.outcome, table).mapping, False, 100.0


def use_again(upload: Upload) -> None:
    """Let the same file fill another table too: a time sheet names clients, projects and people."""
    copies = [other.copy for other in waiting().values() if other.digest == upload.digest]
    folder = upload.folder.with_name(f"{upload.digest[:16]}-{max(copies) + 1}")
    shutil.copytree(upload.folder, folder)
    again = replace(upload, copy=max(copies) + 1, path=folder / "upload", folder=folder, checked=None, checked_for="", prepared=None)
    again.outcome = intake().read(
        again.path, again.name, again.folder, upload.outcome.reading if isinstance(upload.outcome, ReadReport) else Reading()
    )
    _suggest(again)
    taken = {other.mapping.table for other in waiting().values() if other.digest == upload.digest and other.mapping}
    choose_table(again, next((table for table in again.tables if table not in taken), again.tables[0]))
    waiting()[again.id] = again


def discard(id: str) -> None:
    """Let one file go, with everything that was made from it."""
    upload = waiting().pop(id, None)
    if upload:
        shutil.rmtree(upload.folder, ignore_errors=True)


def in_order(uploads: Iterable[Upload]) -> list[Upload]:
    """Files whose rows others refer to first."""
    order = {name: place for place, name in enumerate(_dependencies())}
    return sorted(uploads, key=lambda upload: order.get(upload.mapping.table, len(order)) if upload.mapping else len(order))


def _dependencies() -> list[str]:
    """Table names, each after the tables it refers to (circles are cut where they close)."""
    placed: list[str] = []

    def place(name: str, path: tuple[str, ...]) -> None:
        for other in TABLES[name].references.values():
            if other not in (*path, name):
                place(other, (*path, name))
        if name not in placed:
            placed.append(name)

    for name in TABLES:
        place(name, ())
    return placed


def check_all() -> None:
    """Check every included file against the store and the ready files before it; a file is checked anew only when that changed."""
    version = session.store().version()
    before: dict[str, list[Upload]] = {}
    for upload in in_order(waiting().values()):
        if not isinstance(upload.outcome, ReadReport) or upload.mapping is None:
            continue
        others = sorted(set(TABLES[upload.mapping.table].references.values()))
        rest = [(one.id, one.checked_for) for other in others for one in before.get(other, [])]
        wanted = hashlib.sha256(repr((upload.mapping, version, rest)).encode()).hexdigest()
        if upload.checked_for != wanted:
            known = write_known({other: _known(other, before.get(other, [])) for other in others}, upload.folder)
            upload.checked = intake().check(upload.outcome, upload.mapping, upload.folder, known)
            upload.checked_for = wanted
            upload.prepared = session.store().prepare(upload.mapping.table, change(upload)) if upload.ready else None
        if upload.ready and upload.included:
            before.setdefault(upload.mapping.table, []).append(upload)


def _known(table: str, uploads: list[Upload]) -> pl.DataFrame:
    names = [name for name in (*TABLES[table].key, "name", "title", "email", "order_number") if name in TABLES[table].columns]
    rows = [session.portfolio()[table].select(names).collect()]
    rows += [pl.read_ipc(upload.checked.accepted, columns=names) for upload in uploads if isinstance(upload.checked, Checked)]
    return pl.concat(rows).unique(TABLES[table].key, keep="last", maintain_order=True)


def known_names(table: str) -> dict[str, str]:
    """key -> name of the rows that a reference to `table` may mean: those stored and those about to be."""
    ready = [
        upload for upload in waiting().values() if upload.ready and upload.included and upload.mapping and upload.mapping.table == table
    ]
    rows = _known(table, ready)
    shown = "name" if "name" in rows.columns else "title" if "title" in rows.columns else TABLES[table].key[0]
    return dict(rows.sort(shown).select(pl.col(TABLES[table].key[0]).alias("key"), pl.col(shown).alias("shown")).iter_rows())


def change(upload: Upload) -> Change:
    """What loading the file does: merge on the key; where keys were made from rows, its source's rows of the period are replaced."""
    assert isinstance(upload.checked, Checked)
    assert upload.mapping is not None
    rows, source = pl.read_ipc(upload.checked.accepted), upload.mapping.source
    column = PERIOD_COLUMN.get(upload.mapping.table, "")
    if upload.checked.key == "hash" and upload.checked.first_day.get(column):
        first, last = upload.checked.first_day[column], upload.checked.last_day[column]
        return ReplacePeriod(rows, source, column, date.fromisoformat(first), date.fromisoformat(last))
    return Merge(rows, source)


def load(uploads: list[Upload], author: str) -> list[Commit]:
    """Commit the ready files: one commit for all tables, and a further one for each second file of a table. Remembers each mapping."""
    commits = []
    left = in_order(uploads)
    while left:
        batch: dict[str, Upload] = {}
        for upload in list(left):
            assert upload.mapping is not None
            if upload.mapping.table not in batch:
                batch[upload.mapping.table] = upload
                left.remove(upload)
        files = [
            {"name": upload.name, "digest": upload.digest, "source": upload.mapping.source, "rejected": upload.rejected}
            for upload in batch.values()
            if upload.mapping
        ]
        changes = {table: upload.prepared or change(upload) for table, upload in batch.items()}
        commits.append(session.store().commit(changes, author=author, at=session.now(), details={"files": files}))
        for upload in batch.values():
            _remember(upload, author)
            discard(upload.id)
    return commits


def _remember(upload: Upload, author: str) -> None:
    assert upload.mapping is not None
    assert isinstance(upload.outcome, ReadReport)
    profile = {
        "source": upload.mapping.source,
        "table_name": upload.mapping.table,
        "name": fingerprint(upload.outcome),
        "mapping": upload.mapping.to_json(),
    }
    session.store().write("mapping_profiles", profile, author=author, at=session.now())
