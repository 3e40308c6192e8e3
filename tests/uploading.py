"""Files brought the way the page brings them: read, suggested, checked and compared beside it, then loaded. No Streamlit is drawn.

`assert_sound` holds what must be true of any file whatever, so that corpora, hostile files and fuzzing share it.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from lib.columns import facts
from lib.intake import Checked, Intake, ReadReport, Refused, with_answer
from lib.intake.messages import MESSAGES, QUESTIONS, REFUSALS
from lib.store import Store
from lib.tables import TABLES
from lib.ui import loading
from lib.ui.checks import Ground, read_and_check
from lib.ui.jobs import Job
from lib.ui.uploads import Upload

AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
DEATHS = {"worker_died", "worker_absent"}
WAIT_SECONDS = 600.0


@dataclass
class Desk:
    """A store and the reader of files before it; `folder` holds what is brought."""

    store: Store
    intake: Intake
    folder: Path

    def bring(self, *files: tuple[str, bytes]) -> list[Upload]:
        """Read, check and compare `files` (name, content) as one drop on the page. What they became, in the page's order."""
        waiting: dict[str, Upload] = {}
        for name, content in files:
            digest = hashlib.sha256(content).hexdigest()
            folder = self.folder / digest[:16]
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "upload").write_bytes(content)
            upload = Upload(name, digest, folder / "upload", folder, None)
            waiting[upload.id] = upload
        return self.check(waiting)

    def check(self, waiting: dict[str, Upload]) -> list[Upload]:
        """Read and check what is not yet, or not since somebody answered a question."""
        ground = Ground(self.store, self.store.portfolio(), self.intake, self.intake)
        _done(Job("check", lambda job: read_and_check(job, waiting, ground)))
        return list(waiting.values())

    def load(self, uploads: Iterable[Upload]) -> int:
        """Commit the files that are ready. Returns how many rows that were."""
        ready = [upload for upload in uploads if upload.ready]
        if not ready:
            return 0
        waiting = {upload.id: upload for upload in ready}
        job = Job("load", lambda job: loading.load(job, ready, waiting, self.store, self.intake, "Ana", lambda: AT, {}))
        _done(job)
        assert isinstance(job.answer, loading.Loaded)
        return job.answer.rows


def _done(job: Job) -> None:
    assert job.ends_within(WAIT_SECONDS), "the work beside the page hangs"
    if job.error is not None:
        raise job.error


def answer(upload: Upload, chance: random.Random) -> bool:
    """Answer what the file asks, anyhow but possibly; whether it asked anything."""
    if upload.mapping is None or not isinstance(upload.outcome, ReadReport) or not isinstance(upload.checked, Checked):
        return False
    upload.fits = 100.0  # somebody picked the table
    for question in upload.checked.questions:
        known = facts(TABLES[upload.mapping.table].columns[question.column])
        options = known.get("options") or ("EUR" if known["kind"] == "currency" else "2026-03-02", "x1", "1")
        if question.kind == "constant":
            column = chance.choice([column.name for column in upload.outcome.columns])
            if chance.random() < 0.3:
                upload.mapping = replace(upload.mapping, columns={**upload.mapping.columns, question.column: column})
            else:
                upload.mapping = with_answer(upload.mapping, "constant", question.column, chance.choice(options))
        elif question.choices:
            upload.mapping = with_answer(upload.mapping, question.kind, question.column, chance.choice(question.choices).value)
        elif question.kind == "reference":
            upload.mapping = replace(upload.mapping, keep_unknown=(*upload.mapping.keep_unknown, question.column))
        else:
            meant = chance.choice(("", *options)) if question.kind == "words" else ""
            for word, _ in question.words:
                upload.mapping = with_answer(upload.mapping, question.kind, question.column, meant, word)
    return bool(upload.checked.questions)


def outcome(upload: Upload) -> str:
    """ "refused: …", "asked" or "loaded"."""
    for answer in (upload.outcome, upload.checked):
        if isinstance(answer, Refused):
            return f"refused: {answer.code}"
    return "loaded" if upload.ready else "asked"


def assert_sound(upload: Upload) -> None:
    """Every record is accounted for, every refusal and issue has words that can be filled, and the worker did not just die."""
    for answer in (upload.outcome, upload.checked):
        if isinstance(answer, Refused):
            assert answer.code in REFUSALS, answer
            assert answer.code not in DEATHS, answer
            assert answer.code != "parser_failed" or answer.args.get("error") == "PanicException", answer
            REFUSALS[answer.code].wrong.format(**answer.args)
            REFUSALS[answer.code].todo.format(**answer.args)
    if isinstance(upload.outcome, ReadReport):
        assert len({column.name for column in upload.outcome.columns}) == len(upload.outcome.columns)
        for path in (upload.outcome.frame, upload.outcome.issues):
            _assert_unicode(path)
    if isinstance(upload.checked, Checked):
        checked = upload.checked
        assert {question.kind for question in checked.questions} <= set(QUESTIONS)
        assert set(checked.counts) <= set(MESSAGES)
        assert bool(checked.accepted) != any(question.blocking for question in checked.questions)
        if checked.accepted:
            assert checked.accepted_rows + checked.rejected_rows + sum(checked.left_out.values()) == checked.records
            accepted = pl.read_ipc(checked.accepted)
            assert accepted.height == checked.accepted_rows
            assert accepted.schema == TABLES[checked.table].polars_schema
            assert TABLES[checked.table].schema.is_valid(accepted)


def _assert_unicode(path: str) -> None:
    """A file that keeps its cells elsewhere is read again when needed; what stands here is text throughout."""
    if Path(path).exists():
        for column in pl.read_ipc(path).iter_columns():
            if column.dtype == pl.String:
                column.to_list()


def print_of(folder: Path) -> dict[str, str]:
    """File -> digest of everything that a store keeps; equal before and after means that nothing was written."""
    return dict(sorted(_prints(folder)))


def _prints(folder: Path) -> Iterator[tuple[str, str]]:
    for path in folder.rglob("*"):
        if path.is_file() and not path.name.endswith(("-wal", "-shm")):
            yield str(path.relative_to(folder)), hashlib.sha256(path.read_bytes()).hexdigest()
