"""A file's bytes to text cells with line numbers. Runs in a worker only; the caller sees a `ReadReport`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import polars as pl

from lib.intake.columnar import MARK, read_columns
from lib.intake.delimited import Records, read_delimited
from lib.intake.encoding import first_letters, is_markup
from lib.intake.limits import FileLimits, SheetLimits
from lib.intake.project_tables import read_project
from lib.intake.project_xml import is_closed_project, is_project
from lib.intake.sheets import read_sheet
from lib.intake.values import FileColumn, Reading, ReadReport
from lib.workers import Refusal, tell

_SAMPLES = 8
_LOOKED_AT = 5_000
_XML_SUFFIXES = (".xls", ".xlsb", ".ods", ".numbers")
_LARGE = 50_000_000  # bytes of cells: above, the file is read again when needed instead of being written a second time
_ANY = 1 << 62
# For files that were read before, within the limits.
_ADMITTED = FileLimits(_ANY, _ANY, _ANY, SheetLimits(_ANY, _ANY, _ANY, _ANY, _ANY, _ANY))
_last: dict[str, pl.DataFrame] = {}  # the newest frame by its path, so that its check need not read it back
_OLE = b"\xd0\xcf\x11\xe0"
_JSON = re.compile(r'\{\s*["}]|\[\s*[\[{"\]]')


def read_job(folder: str, file: str, name: str, reading: dict[str, Any], limits: dict[str, Any]) -> dict[str, Any]:
    """Read `file` and leave read.arrow and read_issues.arrow in `folder`. Returns a ReadReport as JSON; raises Refusal."""
    path, allowed = Path(file), FileLimits.of_json(limits)
    if path.stat().st_size > allowed.file_bytes:
        raise Refusal("file_too_large", megabytes=allowed.file_bytes // 1_000_000)
    raw = path.read_bytes()
    found = records_of(raw, name, Reading.of_json(reading), allowed)
    report = _report(name, found, Path(folder), file)
    return report.to_json()


def records_of(raw: bytes, name: str, asked: Reading, limits: FileLimits = FileLimits()) -> Records:  # noqa: B008  (frozen)
    """The records of a CSV, TSV, TXT, XLSX, XLSM, ODS, Parquet or Project XML file; what it is decides its content, not its name."""
    if raw.startswith(b"PK\x03\x04"):
        return read_sheet(raw, asked, limits.sheets, limits.columns)
    if raw.startswith(MARK):
        return read_columns(raw, asked, limits)
    if is_closed_project(raw, name):
        raise Refusal("project_file")
    if raw.startswith(_OLE):
        raise Refusal("old_workbook")
    if is_project(raw):
        return read_project(raw, asked, limits)
    if is_markup(raw):
        raise Refusal("markup_file")
    lead = first_letters(raw)
    if _JSON.match(lead) or (lead[:1] in ("{", "[") and name.lower().endswith((".json", ".txt"))):
        raise Refusal("json_file")
    tell(raw.count(b"\n"), 0.1)
    return read_delimited(raw, asked, limits.columns)


def frame_of(report: ReadReport, names: list[str]) -> pl.DataFrame:
    """`_line` and the named columns of a file that was read: from memory if this process read it last, else from disk."""
    kept = _last.get(report.frame)
    if kept is not None:
        return kept.select("_line", *names)
    if Path(report.frame).exists():
        return pl.read_ipc(report.frame, columns=["_line", *names])
    return records_of(Path(report.source).read_bytes(), report.file, report.reading, _ADMITTED).frame.select("_line", *names)


def _report(name: str, found: Records, folder: Path, source: str = "") -> ReadReport:
    tell(found.frame.height, 0.8)
    frame_path, issues_path = folder / "read.arrow", folder / "read_issues.arrow"
    frame_path.unlink(missing_ok=True)
    if found.frame.estimated_size() <= _LARGE:
        found.frame.write_ipc(frame_path)
    _last.clear()
    _last[str(frame_path)] = found.frame
    found.found.write_ipc(issues_path)
    names = [column for column in found.frame.columns if column != "_line"]
    if not names:
        raise Refusal("empty_file")
    filled = found.frame.select((pl.col(names) != "").sum()).row(0) if found.frame.height else (0,) * len(names)
    columns = tuple(
        FileColumn(column, header, typed, count, _samples(found.frame[column]))
        for column, header, typed, count in zip(names, found.headers, found.typed, filled, strict=True)
    )
    return ReadReport(
        file=name,
        reading=found.reading,
        columns=columns,
        records=found.frame.height + found.blank + found.misshapen + sum(found.left_out.values()),
        blank=found.blank,
        misshapen=found.misshapen,
        sheets=found.sheets,
        top=tuple((line, tuple(cells)) for line, cells in found.top),
        source=source,
        frame=str(frame_path),
        issues=str(issues_path),
        regions=found.regions,
        hidden=found.hidden,
        left_out=found.left_out,
        left_lines=found.left_lines,
        merged=found.merged,
    )


def _samples(cells: pl.Series) -> tuple[str, ...]:
    head = cells.head(_LOOKED_AT)
    if cells.len() > 2 * _LOOKED_AT:
        head = head.append(cells.gather_every(cells.len() // _LOOKED_AT))
    different = head.filter(head.str.strip_chars() != "").unique(maintain_order=True)
    return tuple(value[:120] for value in different.head(_SAMPLES))
