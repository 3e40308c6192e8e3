"""Bytes of a file to accepted rows and issues. Asks where a file can be read in two ways; never guesses, drops or pads. Saves nothing.

The whole way, from the page's point of view (all parsing happens in the worker's process):

    intake = Intake(Worker(preload=PRELOAD))                 # one per server; call intake.warm() at start
    members = intake.unpack(path, "Mayo.zip", folder)        # tuple[Member, ...] | Refused; what is no ZIP gives just itself
    report = intake.read(path, "Horas mayo.csv", folder)     # ReadReport | Refused; `folder` is this upload's own
    report = intake.read(path, name, folder, replace(report.reading, delimiter=";"))       # a person corrected the reading
    report = intake.read(path, name, folder, region.picked(report.reading))     # a person picked another of report.regions
    first = suggest(report)[0]                               # Suggestion: table, score, mapping, lacking
    mapping = first.mapping                                  # frozen; edit with dataclasses.replace or with_answer
    known = write_known({"accounts": accounts, "projects": projects}, folder)              # rows that references may name
    checked = intake.check(report, mapping, folder, known)   # Checked | Refused: counts, questions, issues, accepted rows
    mapping = with_answer(mapping, "date_order", "date", "dmy")        # answer a Question, then check again
    intake.rejects(report, checked, folder, reasons)         # bytes of a file of the rejected rows, to mend and load
    if checked.ready: rows = pl.read_ipc(checked.accepted)   # exactly the table's schema, for the store
    for issue in read_issues(checked, first=0, count=100): ...          # Issue values; words in lib.intake.messages
    fingerprint(report)                                      # the store remembers mappings under it

`Refused.code` and `Issue.code` have their words in `lib.intake.messages.MESSAGES`. Values go to JSON and back with `to_json`
and `of_json`. Templates and exports are in `lib.intake.templates`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from collections.abc import Mapping as MappingOf
from copy import copy
from dataclasses import asdict
from pathlib import Path

import polars as pl

from lib.intake import issues
from lib.intake.archives import Member, may_be_archive
from lib.intake.limits import ArchiveLimits, FileLimits, SheetLimits
from lib.intake.mapping import MISSING_WORDS, Mapping, fingerprint
from lib.intake.references import known_rows
from lib.intake.suggesting import Suggestion, suggest, suggest_for, with_answer
from lib.intake.values import Checked, Choice, FileColumn, Issue, Question, Reading, ReadReport, Region
from lib.workers import Heard, Refused, Worker

__all__ = [
    "MISSING_WORDS",
    "PRELOAD",
    "ArchiveLimits",
    "Checked",
    "Choice",
    "FileColumn",
    "FileLimits",
    "Intake",
    "Issue",
    "Mapping",
    "Member",
    "Question",
    "ReadReport",
    "Reading",
    "Refused",
    "Region",
    "SheetLimits",
    "Suggestion",
    "Worker",
    "fingerprint",
    "read_issues",
    "suggest",
    "suggest_for",
    "with_answer",
    "write_known",
]  # fmt: skip

PRELOAD = ("lib.intake.archives", "lib.intake.reading", "lib.intake.checking", "python_calamine", "charset_normalizer", "babel")
_SECONDS_AT_LEAST, _BYTES_A_SECOND = 9.0, 3_000_000


class Intake:
    """Reads and checks uploaded files in `worker`. Holds nothing between calls but the worker."""

    def __init__(
        self, worker: Worker, limits: FileLimits = FileLimits(), archives: ArchiveLimits = ArchiveLimits()  # noqa: B008  (frozen)
    ) -> None:  # fmt: skip
        self.worker, self.limits, self.archives = worker, limits, archives
        self.stop: threading.Event | None = None
        self.heard: Heard | None = None

    def until(self, stop: threading.Event, heard: Heard | None = None) -> Intake:
        """The same reader, whose jobs end with the refusal "stopped" once `stop` is set, and tell `heard` how far they have come."""
        stoppable = copy(self)
        stoppable.stop, stoppable.heard = stop, heard
        return stoppable

    def warm(self) -> None:
        """Start the worker without waiting for it."""
        self.worker.warm()

    def unpack(self, file: Path, name: str, folder: Path) -> tuple[Member, ...] | Refused:
        """The files within `file`, unpacked into `folder`/members: those of a ZIP, or just `file` itself for all else, workbooks too.

        A member whose `refused` is set was left out, for that reason; the others are read as files of their own.
        """
        if not may_be_archive(file):
            return (Member(name, file),)
        arguments = {"file": str(file), "name": name, "limits": asdict(self.archives)}
        answer = self.worker.run("lib.intake.archives:unpack_job", arguments, folder, _allowed_seconds(file), self.stop)
        return answer if isinstance(answer, Refused) else tuple(Member.of_json(one) for one in answer["members"])

    def read(self, file: Path, name: str, folder: Path, reading: Reading = Reading()) -> ReadReport | Refused:  # noqa: B008  (frozen)
        """What is in `file`, called `name` by the user; its cells are left in `folder`. Fields of `reading` that are set are obeyed."""
        arguments = {"file": str(file), "name": name, "reading": reading.to_json(), "limits": asdict(self.limits)}
        answer = self.worker.run("lib.intake.reading:read_job", arguments, folder, _allowed_seconds(file), self.stop, self.heard)
        return answer if isinstance(answer, Refused) else ReadReport.of_json(answer)

    def check(self, report: ReadReport, mapping: Mapping, folder: Path, known: MappingOf[str, Path] | None = None) -> Checked | Refused:
        """A dry run of `mapping` over a file that was read into `folder`. known: table -> file from `write_known`."""
        paths = {table: str(path) for table, path in (known or {}).items()}
        arguments = {"report": report.to_json(), "mapping": mapping.to_json(), "known": paths}
        answer = self.worker.run("lib.intake.checking:check_job", arguments, folder, stop=self.stop, heard=self.heard)
        return answer if isinstance(answer, Refused) else Checked.of_json(answer)

    def rejects(self, report: ReadReport, checked: Checked, folder: Path, reasons: MappingOf[str, str]) -> bytes | Refused:
        """The rejected rows of a checked file as a file like it, with their lines and reasons (issue code -> words) before its columns."""
        arguments = {"report": report.to_json(), "issues": checked.issues, "reasons": dict(reasons)}
        answer = self.worker.run("lib.intake.rejects:rejects_job", arguments, folder, stop=self.stop)
        return answer if isinstance(answer, Refused) else Path(answer["file"]).read_bytes()


def write_known(tables: MappingOf[str, pl.DataFrame], folder: Path) -> dict[str, Path]:
    """Write what references may name, for `Intake.check`: keys and names of each table's rows. Returns table -> file."""
    paths = {}
    for table, rows in tables.items():
        paths[table] = folder / f"known_{table}.arrow"
        known_rows(table, rows).write_ipc(paths[table])
    return paths


def read_issues(checked: Checked, first: int = 0, count: int = 100, code: str | None = None) -> Iterator[Issue]:
    """`count` issues from number `first` on, in line order; of one code only if it is given."""
    return issues.read(Path(checked.issues), checked.file, first, count, code)


def _allowed_seconds(file: Path) -> float:
    """Small files that take long are hostile; large ones get their time."""
    return _SECONDS_AT_LEAST + file.stat().st_size / _BYTES_A_SECOND
