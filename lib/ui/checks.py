"""Uploads read and checked, one after another, beside the page. It saves nothing; what is stopped leaves no file behind."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from lib.columns import N_
from lib.intake import Intake, Mapping, Member, Reading, ReadReport, Refused, fingerprint, suggest, write_known
from lib.intake.mapping import fitted
from lib.intake.references import tables_asked, with_aliases
from lib.intake.values import Region
from lib.portfolio import Portfolio
from lib.store import Store
from lib.store.corrections import corrections_lost
from lib.ui import profiles
from lib.ui.jobs import Job, Stopped
from lib.ui.loading import absent, change, choices
from lib.ui.uploads import Upload, copied, forget, in_order, named_rows, next_copy, part_of

T = TypeVar("T")
MOST_PARTS = 40  # tables of one file that are looked at
READING, CHECKING, COMPARING = N_("Reading"), N_("Checking"), N_("Comparing with what is loaded")


@dataclass(frozen=True)
class Ground:
    """What files are read with and checked against."""

    store: Store
    portfolio: Portfolio
    small: Intake
    large: Intake

    def reader(self, upload: Upload, job: Job, last_share: float) -> Intake:
        """The reader of the file, which moves the progress of `job` from where it stands up to `last_share`."""
        return (self.large if upload.large else self.small).until(job.stop, job.listener(last_share))


def is_pending(files: dict[str, Upload], version: int) -> bool:
    """Whether a file waits to be read, checked or compared."""
    return any(upload.outcome is None for upload in files.values()) or bool(_unchecked(files, version) or _uncompared(files, version))


def read_and_check(job: Job, files: dict[str, Upload], ground: Ground) -> None:
    """Bring every one of `files` as far as it can go by itself."""
    try:
        while unread := [upload for upload in files.values() if upload.outcome is None]:
            job.tell(READING, unread[0].name, 0, 0.05 + 0.35 * (1 - len(unread) / len(files)))
            _read(unread[0], files, ground.reader(unread[0], job, 0.05 + 0.35 * (1 - (len(unread) - 1) / len(files))), ground.store)
        while found := _unchecked(files, ground.portfolio.version):
            _check(*found, files, ground, job)
        while upload := _uncompared(files, ground.portfolio.version):
            _compare(upload, files, ground, job)
        job.tell(COMPARING, share=1.0)
    except Exception as error:
        for id, upload in list(files.items()):
            if upload.outcome is None and isinstance(error, Stopped):
                forget(files, id)
            elif upload.outcome is None or (isinstance(upload.outcome, ReadReport) and upload.mapping is None):
                upload.outcome = Refused("parser_failed")
        while found := _unchecked(files, ground.portfolio.version):
            found[0].halted = True
        while upload := _uncompared(files, ground.portfolio.version):
            upload.halted = True
        raise


def _answer(answer: T | Refused) -> T | Refused:
    if isinstance(answer, Refused) and answer.code == "stopped":
        raise Stopped
    return answer


def _read(upload: Upload, files: dict[str, Upload], intake: Intake, store: Store) -> None:
    """Read one file; a ZIP is replaced by the files in it."""
    members = _answer(intake.unpack(upload.path, upload.name, upload.folder))
    if isinstance(members, Refused):
        upload.outcome = members
        return
    if [member.path for member in members] != [upload.path]:
        _put_members(upload, members, files)
        return
    upload.outcome = _answer(intake.read(upload.path, upload.name, upload.folder, upload.asked))
    if not isinstance(upload.outcome, ReadReport):
        return
    if upload.asked == Reading():
        upload.outcome = _as_corrected_before(upload, upload.outcome, intake, store)
    upload.first_seen = upload.first_seen or fingerprint(upload.outcome)
    _suggest(upload, upload.outcome, files, store)
    if upload.part and upload.fits_nothing:
        _leave_beside(upload, upload.outcome, files)
    elif upload.asked == Reading():
        for region in _other_tables(upload.outcome)[:MOST_PARTS]:
            part = part_of(upload, region, next_copy(files, upload))
            files[part.id] = part


def _as_corrected_before(upload: Upload, report: ReadReport, intake: Intake, store: Store) -> ReadReport:
    """The file read as somebody corrected one like it before, if that finds the columns that are remembered."""
    before = profiles.corrected_reading(report, store)
    if before == Reading():
        return report
    again = _answer(intake.read(upload.path, upload.name, upload.folder, before))
    if isinstance(again, ReadReport) and profiles.recalled(again, upload.name, store):
        upload.first_seen, upload.asked = fingerprint(report), before
        return again
    read = _answer(intake.read(upload.path, upload.name, upload.folder, upload.asked))
    return read if isinstance(read, ReadReport) else report


def _other_tables(report: ReadReport) -> list[Region]:
    """The file's other tables that can be seen; those of hidden sheets are read only if asked for."""
    return [one for one in report.regions if one.headers and one.sure and not one.hidden and not one.is_read_by(report.reading)]


def _leave_beside(upload: Upload, report: ReadReport, files: dict[str, Upload]) -> None:
    """A table that fits nothing, such as an explanation beside the data, is told on the card of the file's first table."""
    first = min((one for one in files.values() if one.digest == upload.digest), key=lambda one: one.copy)
    first.beside = (*first.beside, *(one for one in report.regions if one.is_read_by(report.reading)))
    forget(files, upload.id)


def _put_members(upload: Upload, members: Sequence[Member], files: dict[str, Upload]) -> None:
    """The files of a ZIP in its place, each in a folder of its own."""
    kept = [other for other in files.values() if other is not upload]
    digests = {other.digest for other in kept}
    put = []
    for member in members:
        content = Path(member.path).read_bytes() if member.refused is None else member.name.encode()
        digest = hashlib.sha256(content).hexdigest()
        if digest in digests:
            continue
        digests.add(digest)
        folder = upload.folder.with_name(digest[:16])
        folder.mkdir(exist_ok=True)
        if member.refused is None:
            Path(member.path).rename(folder / "upload")
        put.append(Upload(member.name, digest, folder / "upload", folder, member.refused))
    forget(files, upload.id)
    files.update({one.id: one for one in put})


def _suggest(upload: Upload, report: ReadReport, files: dict[str, Upload], store: Store) -> None:
    """The mapping that such a file had before, else the likeliest. One that filled several tables is put there once for each."""
    suggestions = suggest(report)
    upload.tables = [one.table for one in suggestions]
    upload.mapping, upload.fits, upload.remembered = suggestions[0].mapping, suggestions[0].score, False
    if report.reading.kind == "project":  # it says by itself what is what, and the next plan may be another client's
        return
    known = profiles.recalled(report, upload.name, store) or _beside(upload, report, files)
    if known:
        upload.mapping, upload.fits, upload.remembered = known[0], 100.0, True
        for mapping in known[1:]:
            again = copied(upload, next_copy(files, upload))
            again.mapping = mapping
            files[again.id] = again


def _beside(upload: Upload, report: ReadReport, files: dict[str, Upload]) -> list[Mapping]:
    """The mapping of a waiting file with the same headers: next month's, or the one whose rejected rows these are."""
    for other in files.values():
        if other is upload or other.mapping is None or not isinstance(other.outcome, ReadReport) or other.fits_nothing:
            continue
        if fingerprint(other.outcome) == fingerprint(report):
            return [fitted(replace(other.mapping, reading=report.reading), report)]
    return []


def _unchecked(files: dict[str, Upload], version: int) -> tuple[Upload, str, dict[str, list[Upload]]] | None:
    """The first file whose check is not of today's mapping, portfolio and files before it; with what it rests on."""
    before: dict[str, list[Upload]] = {}
    for upload in in_order(files.values()):
        if not isinstance(upload.outcome, ReadReport) or upload.mapping is None or upload.halted:
            continue
        others = tables_asked(upload.mapping, ())
        rest = [(one.id, one.checked_for) for other in others for one in before.get(other, [])]
        wanted = hashlib.sha256(repr((upload.mapping, version, rest)).encode()).hexdigest()
        if upload.checked_for != wanted:
            return upload, wanted, before
        if upload.ready and upload.included:
            before.setdefault(upload.mapping.table, []).append(upload)
    return None


def _check(upload: Upload, wanted: str, before: dict[str, list[Upload]], files: dict[str, Upload], ground: Ground, job: Job) -> None:
    """Check one file against the store and the ready files before it."""
    assert upload.mapping is not None
    assert isinstance(upload.outcome, ReadReport)
    done = sum(bool(other.checked_for) for other in files.values())
    job.tell(CHECKING, upload.name, upload.outcome.records, 0.4 + 0.4 * min(1.0, done / len(files)))
    aliases = ground.store.rows("aliases")
    rows = {other: named_rows(other, before.get(other, []), ground.portfolio) for other in tables_asked(upload.mapping, aliases)}
    mapping, known = with_aliases(upload.mapping, aliases, rows), write_known(rows, upload.folder)
    intake = ground.reader(upload, job, 0.4 + 0.4 * min(1.0, (done + 1) / len(files)))
    upload.checked = _answer(intake.check(upload.outcome, mapping, upload.folder, known))
    upload.checked_for = wanted


def _uncompared(files: dict[str, Upload], version: int) -> Upload | None:
    for upload in files.values():
        if upload.ready and upload.prepared_for != _compared_for(upload, files, version):
            return upload
    return None


def _compared_for(upload: Upload, files: dict[str, Upload], version: int) -> str:
    """What the comparison rests on: the check, and how files of the same source stand beside it."""
    return repr((version, upload.checked_for, absent(upload, files.values())))


def _compare(upload: Upload, files: dict[str, Upload], ground: Ground, job: Job) -> None:
    """What loading the file would do to its table, and how many rows other choices would remove."""
    assert upload.mapping is not None
    job.tell(COMPARING, upload.name, upload.rows, 0.8)
    table, chosen = upload.mapping.table, absent(upload, files.values())
    upload.prepared = ground.store.prepare(table, change(upload, chosen))
    upload.gone = {"keep": 0, chosen: upload.prepared.counts.removed}
    upload.overruled = corrections_lost(ground.store, table, upload.prepared.change)
    if ground.portfolio.rows.get(table):
        for choice in choices(upload):
            if choice not in upload.gone:
                job.tell(COMPARING, upload.name, upload.rows, 0.9)
                upload.gone[choice] = ground.store.preview({table: change(upload, choice)})[table].removed
    upload.prepared_for = _compared_for(upload, files, ground.portfolio.version)
