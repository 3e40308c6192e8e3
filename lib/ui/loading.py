"""Checked files to commits: what becomes of rows that a file no longer has, all files of one load, what is remembered of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import polars as pl

from lib.columns import N_
from lib.intake import Checked, Intake, Reading, ReadReport
from lib.intake.mapping import holds_rejects
from lib.store import Change, Commit, ImportBusy, Merge, ReplacePeriod, Snapshot, Store
from lib.tables import TABLES
from lib.ui import naming, profiles
from lib.ui.jobs import Job, Stopped
from lib.ui.uploads import Upload, forget, in_order

QUEUED = N_("Another import is running; yours follows")
WRITING, KEEPING = N_("Writing"), N_("Keeping the rejected rows for you")
_LOOK_SECONDS = 0.3  # how often a load that waits for another looks whether it shall stop
PERIOD_COLUMN = {
    "time_entries": "date",
    "expenses": "date",
    "touchpoints": "date",
    "feedback": "date",
    "absences": "start",
    "invoices": "issued",
}
"""The day by which a file replaces what its source said before."""


@dataclass(frozen=True)
class Kept:
    """The rejected rows of a file that was loaded: what to call them, where they are."""

    name: str
    path: Path


@dataclass(frozen=True)
class Loaded:
    """What a load did."""

    commits: tuple[Commit, ...]
    files: int
    rows: int
    rejected: int
    kept: tuple[Kept, ...]


def days(upload: Upload) -> tuple[date, date] | None:
    """First and last day of the file, if its table goes by days and has any."""
    if upload.mapping is None or not isinstance(upload.checked, Checked):
        return None
    column = PERIOD_COLUMN.get(upload.mapping.table, "")
    if not upload.checked.first_day.get(column):
        return None
    return date.fromisoformat(upload.checked.first_day[column]), date.fromisoformat(upload.checked.last_day[column])


def choices(upload: Upload) -> list[str]:
    """What a person may say becomes of rows that this source brought before and the file no longer has."""
    if is_part(upload):
        return ["keep"]
    return ["keep", "period", "all"] if days(upload) else ["keep", "all"]


def is_part(upload: Upload) -> bool:
    """Whether the file holds the mended rejects of another, and so says nothing about rows that it lacks."""
    return isinstance(upload.outcome, ReadReport) and holds_rejects(upload.outcome)


def wanted(upload: Upload) -> str:
    """"keep", "period" or "all": as a person said; else rows of the period go where keys were made from rows, as those change with them."""
    assert upload.mapping is not None
    assert isinstance(upload.checked, Checked)
    said = upload.mapping.absent or ("period" if upload.checked.key == "hash" else "keep")
    return said if said in choices(upload) else "keep"


def absent(upload: Upload, others: Iterable[Upload] = ()) -> str:
    """`wanted`, but "keep" where another waiting file of the same source speaks of the same rows: neither is then the full list."""
    chosen = wanted(upload)
    return "keep" if chosen != "keep" and any(_overlaps(upload, other, chosen) for other in others) else chosen


def _overlaps(upload: Upload, other: Upload, chosen: str) -> bool:
    if other is upload or not other.ready or not other.included or other.mapping is None or upload.mapping is None:
        return False
    if (other.mapping.table, other.mapping.source) != (upload.mapping.table, upload.mapping.source):
        return False
    own, its = days(upload), days(other)
    return chosen == "all" or own is None or its is None or (own[0] <= its[1] and its[0] <= own[1])


def change(upload: Upload, chosen: str | None = None) -> Change:
    """What loading the file does: merge on the key, and remove rows of its source that it no longer has, as `chosen`."""
    assert isinstance(upload.checked, Checked)
    assert upload.mapping is not None
    chosen = chosen or absent(upload)
    rows, source, period = pl.read_ipc(upload.checked.accepted), upload.mapping.source, days(upload)
    if chosen == "period" and period:
        return ReplacePeriod(rows, source, PERIOD_COLUMN[upload.mapping.table], *period)
    return Snapshot(rows, source) if chosen == "all" else Merge(rows, source)


def load(
    job: Job, uploads: Sequence[Upload], files: dict[str, Upload], store: Store, intake: Intake, author: str,
    now: Callable[[], datetime], reasons: Mapping[str, str],
) -> Loaded:  # fmt: skip
    """Commit the ready files: one commit for all tables, and a further one for each second file of a table. Remembers each mapping.

    While another import runs it waits. When it is stopped, commits that it made are taken back, and the files go on waiting.
    """
    commits: list[Commit] = []
    batches = _batches(uploads)
    try:
        for number, batch in enumerate(batches):
            commits.append(_commit(job, batch, files, store, author, now, number / len(batches)))
        kept = [one for upload in uploads if (one := _rejects(job, upload, intake, reasons))]
    except Stopped:
        _take_back(commits, store, author, now)
        raise
    loaded = Loaded(tuple(commits), len(uploads), sum(one.rows for one in uploads), sum(one.rejected for one in uploads), tuple(kept))
    for upload in uploads:
        assert isinstance(upload.outcome, ReadReport)
        assert upload.mapping is not None
        mapping = naming.remembered(upload.mapping, store, author, now())
        if mapping:
            corrected = Reading() if upload.part else upload.asked
            profiles.remember(upload.outcome, mapping, upload.first_seen, corrected, store, author, now())
        forget(files, upload.id)
    return loaded


def _take_back(commits: Sequence[Commit], store: Store, author: str, now: Callable[[], datetime]) -> None:
    """Nothing of a load that was stopped stays."""
    for commit in reversed(commits):
        store.undo(commit.number, author=author, at=now())


def _batches(uploads: Sequence[Upload]) -> list[dict[str, Upload]]:
    """Table -> file, each table once in a batch, referred tables first."""
    batches, left = [], in_order(uploads)
    while left:
        batch: dict[str, Upload] = {}
        for upload in list(left):
            assert upload.mapping is not None
            if upload.mapping.table not in batch:
                batch[upload.mapping.table] = upload
                left.remove(upload)
        batches.append(batch)
    return batches


def _commit(
    job: Job, batch: dict[str, Upload], files: dict[str, Upload], store: Store, author: str, now: Callable[[], datetime], done: float
) -> Commit:
    described = [
        {"name": upload.name, "digest": upload.digest, "source": upload.mapping.source, "rejected": upload.rejected}
        for upload in batch.values()
        if upload.mapping
    ]
    changes = {table: upload.prepared or change(upload, absent(upload, files.values())) for table, upload in batch.items()}

    def writing(table: str) -> None:
        job.tell(WRITING, TABLES[table].title, batch[table].rows, done)

    while True:
        job.tell(job.progress.stage or WRITING, share=done)
        try:
            return store.commit(
                changes, author=author, at=now(), details={"files": described}, wait_seconds=_LOOK_SECONDS, before_table=writing
            )
        except ImportBusy:
            job.tell(QUEUED, share=done)


def _rejects(job: Job, upload: Upload, intake: Intake, reasons: Mapping[str, str]) -> Kept | None:
    """The file's rejected rows, put beside its folder, which goes once it is loaded."""
    if not upload.rejected or not isinstance(upload.checked, Checked) or not isinstance(upload.outcome, ReadReport):
        return None
    job.tell(KEEPING, upload.name, upload.rejected, 1.0)
    written = intake.rejects(upload.outcome, upload.checked, upload.folder, reasons)
    if not isinstance(written, bytes):
        return None
    path = upload.folder.with_name(f"{upload.folder.name}-rejected")
    path.write_bytes(written)
    return Kept(rejects_name(upload), path)


def rejects_name(upload: Upload) -> str:
    """What the file of its rejected rows is called."""
    kind = upload.outcome.reading.kind if isinstance(upload.outcome, ReadReport) else "csv"
    return f"{Path(upload.name).stem[:60]} rejected{'.csv' if kind == 'csv' else '.xlsx'}"
