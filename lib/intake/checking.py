"""The dry run: text cells through a mapping to rows of one table, and everything that is wrong as issues. Runs in a worker; saves nothing.

Every record of the file ends in exactly one of accepted, rejected and left out, and that is asserted.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from copy import copy
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import dataframely as dy
import polars as pl

from lib.columns import facts
from lib.intake import issues
from lib.intake.keys import made_key
from lib.intake.mapping import JOIN, Mapping
from lib.intake.numbers import currencies_said
from lib.intake.reading import frame_of
from lib.intake.references import KNOWN, as_renamed, known_otherwise, known_rows, prefixed, resolve
from lib.intake.typing import Typed, typed_column
from lib.intake.values import Checked, Question, ReadReport
from lib.tables import TABLES, Table
from lib.text import clean_texts, strip_neutralised_texts
from lib.workers import Refusal, tell, told

_THREADS = 4
_STRIPPED = ("text", "words")  # kinds whose typing takes our apostrophe away itself


@dataclass
class _Draft:
    """What is known so far about the rows that will be checked."""

    columns: dict[str, pl.Series] = field(default_factory=dict)
    rejected: list[pl.Series] = field(default_factory=list)
    found: list[pl.DataFrame] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    references: dict[str, dict[str, int]] = field(default_factory=dict)
    readings: dict[str, dict[str, str]] = field(default_factory=dict)
    cleaned: dict[str, int] = field(default_factory=dict)
    failed: dict[str, pl.Series] = field(default_factory=dict)

    def add(self, ours: str, typed: Typed) -> None:
        self.columns[ours] = typed.values.alias(ours)
        self.questions += typed.questions
        if typed.found.height:
            self.found.append(typed.found)
        if typed.rejected.any():
            self.reject(ours, typed.rejected)
        if typed.reading:
            self.readings[ours] = typed.reading
        if typed.cleaned:
            self.cleaned[ours] = typed.cleaned

    def reject(self, ours: str, rows: pl.Series) -> None:
        self.rejected.append(rows)
        self.failed[ours] = self.failed[ours] | rows if ours in self.failed else rows


def check_job(folder: str, report: dict[str, Any], mapping: dict[str, Any], known: dict[str, str]) -> dict[str, Any]:
    """Check a file that was read before; leave accepted.arrow and issues.arrow in `folder`. Returns Checked as JSON.

    known: table -> Arrow IPC file of `references.KNOWN`, the rows that references may name. Raises Refusal if the mapping does
    not belong to the file.
    """
    read, by = ReadReport.of_json(report), Mapping.of_json(mapping)
    rows = {table: pl.read_ipc(path) for table, path in known.items()}
    names = _used_columns(read, by)
    frame = frame_of(read, names)
    misread = pl.read_ipc(read.issues)
    checked, accepted, found = check_rows(read, frame, misread, by, rows)
    issues_path, accepted_path = Path(folder) / "issues.arrow", Path(folder) / "accepted.arrow"
    found.write_ipc(issues_path)
    if accepted is not None:
        accepted.write_ipc(accepted_path)
    return replace(checked, issues=str(issues_path), accepted=str(accepted_path) if accepted is not None else "").to_json()


def check_rows(
    read: ReadReport, frame: pl.DataFrame, misread: pl.DataFrame, mapping: Mapping, known: dict[str, pl.DataFrame]
) -> tuple[Checked, pl.DataFrame | None, pl.DataFrame]:
    """(outcome, accepted rows in the table's schema or None while a blocking question is open, issues)."""
    table = TABLES[mapping.table]
    draft, how = _draft(read, table, frame, mapping, known)
    tell(frame.height, 0.7)
    _reject_error_cells(draft, frame, misread, mapping)
    _reject_other_currencies(draft, table, frame, mapping)
    of_records = misread.filter(pl.col("column") == "")
    blocked = [question for question in draft.questions if question.blocking]
    if blocked:
        found = pl.concat([of_records, *draft.found])
        return _outcome(read, table, draft, how, 0, 0, {}, found), None, found
    rows = pl.DataFrame([frame["_line"], *draft.columns.values()]).select("_line", *table.columns)
    rows = rows.cast(_lined_schema(table)) if rows.drop("_line").schema != table.polars_schema else rows
    rejected = pl.Series("rejected", [False]).new_from_index(0, frame.height) if frame.height else pl.Series("rejected", [], pl.Boolean)
    for failing in draft.rejected:
        rejected = rejected | failing
    own_rows = known.get(table.name, pl.DataFrame(schema=KNOWN))
    otherwise = known_otherwise(table, rows, how, mapping, own_rows)
    rows, rejected = _only(~otherwise, as_renamed(table, rows, mapping, own_rows), rejected, draft)
    repeated = 0
    if mapping.distinct:
        first = rows.select(pl.struct(table.key).is_first_distinct() | pl.any_horizontal(pl.col(table.key).is_null())).to_series()
        repeated = int((~first).sum())
        rows, rejected = _only(first, rows, rejected, draft)
    accepted, ruled = _validated(table, rows, rejected, draft, frame, mapping)
    tell(frame.height, 0.9)
    accepted, orphaned = _without_orphans(table, accepted, known, rows, mapping)
    found = pl.concat([of_records, *draft.found, *ruled, *orphaned]).sort("line", maintain_order=True)
    left_out = {"blank": read.blank, "known": int(otherwise.sum()), "repeated": repeated, **read.left_out}
    rejected_rows = rows.height - accepted.height + read.misshapen
    checked = _outcome(read, table, draft, how, accepted.height, rejected_rows, left_out, found, accepted)
    return checked, accepted.select(table.columns.keys()), found


def _only(staying: pl.Series, rows: pl.DataFrame, rejected: pl.Series, draft: _Draft) -> tuple[pl.DataFrame, pl.Series]:
    """`rows` and `rejected` of the rows that stay; the draft forgets what was wrong with the others."""
    if staying.all():
        return rows, rejected
    lines_left = rows["_line"].filter(~staying)
    draft.found = [one.filter(~pl.col("line").is_in(lines_left.implode())) for one in draft.found]
    draft.failed = {ours: failing.filter(staying) for ours, failing in draft.failed.items()}
    return rows.filter(staying), rejected.filter(staying)


def _lined_schema(table: Table) -> pl.Schema:
    return pl.Schema([("_line", pl.Int64()), *table.polars_schema.items()])


def _outcome(
    read: ReadReport, table: Table, draft: _Draft, how: str, accepted: int, rejected: int, left_out: dict[str, int],
    found: pl.DataFrame, rows: pl.DataFrame | None = None,
) -> Checked:  # fmt: skip
    left_out = {reason: count for reason, count in left_out.items() if count}
    if rows is not None:
        assert accepted + rejected + sum(left_out.values()) == read.records, "a record was lost"
    days = [name for name, column in table.columns.items() if facts(column)["kind"] == "day"]
    first = {day: rows[day].min() for day in days} if rows is not None else {}
    last = {day: rows[day].max() for day in days} if rows is not None else {}
    return Checked(
        file=read.file, table=table.name, records=read.records, accepted_rows=accepted, rejected_rows=rejected, left_out=left_out,
        counts={str(code): count for code, count in found["code"].value_counts(sort=True).iter_rows()},
        questions=tuple(draft.questions), references=draft.references, readings=draft.readings, key=how, cleaned=draft.cleaned,
        accepted="", issues="",
        first_day={day: str(value) for day, value in first.items() if value is not None},
        last_day={day: str(value) for day, value in last.items() if value is not None},
    )  # fmt: skip


def _used_columns(read: ReadReport, mapping: Mapping) -> list[str]:
    there = {column.name for column in read.columns}
    used: dict[str, None] = {}
    for ours, theirs in mapping.columns.items():
        if mapping.table not in TABLES or ours not in TABLES[mapping.table].columns:
            raise Refusal("mapping_unknown_column", column=ours)
        parts = [theirs] if theirs in there else theirs.split(JOIN)
        for part in parts:
            if part not in there:
                raise Refusal("mapping_misses_column", column=part)
            used[part] = None
    if mapping.also in there:
        used[mapping.also] = None
    return list(used)


def _cells(frame: pl.DataFrame, theirs: str) -> pl.Series:
    if theirs in frame.columns:
        return frame[theirs]
    return frame.select(pl.concat_str(theirs.split(JOIN), separator=" ").str.strip_chars()).to_series()


def _draft(read: ReadReport, table: Table, frame: pl.DataFrame, mapping: Mapping, known: dict[str, pl.DataFrame]) -> tuple[_Draft, str]:
    """All columns typed, references resolved, keys made; and how the key came."""
    draft, how = _Draft(), "column"
    types = {column.name: column.typed for column in read.columns}
    own_key = table.key[0] if len(table.key) == 1 and facts(table.columns[table.key[0]])["kind"] == "text" else ""
    later = []
    typed = _typed_columns(table, frame, types, mapping)
    for ours, declared in table.columns.items():
        if ours == own_key:
            continue
        if table.references.get(ours) == table.name:
            later.append(ours)
            continue
        _take_column(draft, ours, declared, frame, typed, mapping, known)
    if own_key in mapping.columns:
        values = typed[own_key].values
        if mapping.source:
            values = pl.DataFrame({"cell": values}).select(prefixed(pl.col("cell"), mapping.source)).to_series()
        draft.add(own_key, replace(typed[own_key], values=values))
    elif own_key and not any(question.blocking for question in draft.questions):
        draft.columns[own_key], how = made_key(
            table.name, own_key, pl.DataFrame(list(draft.columns.values())), mapping.source, mapping.distinct
        )
    for ours in later:
        within = pl.DataFrame(list(draft.columns.values())) if own_key in draft.columns else table.empty()
        there = [known_rows(table.name, within.drop_nulls(own_key))] if own_key in within.columns else []
        if mapping.also and own_key in within.columns:
            there.append(within.select(pl.col(own_key).alias("key"), clean_key(_cells(frame, mapping.also)).alias("name")).drop_nulls())
        all_known = {**known, table.name: pl.concat([known.get(table.name, pl.DataFrame(schema=KNOWN)), *there])}
        _take_column(draft, ours, table.columns[ours], frame, typed, mapping, all_known)
    return draft, how


def _typed_columns(table: Table, frame: pl.DataFrame, types: dict[str, str], mapping: Mapping) -> dict[str, Typed]:
    """Every column of ours that is mapped or declared, typed; several at once, since each keeps one core busy."""

    def typed(ours: str) -> Typed:
        theirs = mapping.columns.get(ours)
        if theirs is not None:
            cells = _cells(frame, theirs)
            if facts(table.columns[ours])["kind"] not in _STRIPPED:  # "'-12,50 €" comes out of our own files
                cells = strip_neutralised_texts(cells)
        else:
            cells = pl.repeat(mapping.constants[ours], frame.height, dtype=pl.String, eager=True).alias(ours)
        return typed_column(cells, frame["_line"], ours, table.columns[ours], theirs or "", mapping, types.get(theirs or "", ""))

    wanted = [ours for ours in table.columns if ours in mapping.columns or mapping.constants.get(ours, "") != ""]
    with ThreadPoolExecutor(max_workers=_THREADS) as threads:
        done = told(range(len(wanted)), frame.height, 0.1, 0.6, every=1)
        return {wanted[number]: column for number, column in zip(done, threads.map(typed, wanted), strict=True)}


def _take_column(
    draft: _Draft,
    ours: str,
    declared: dy.Column,
    frame: pl.DataFrame,
    typed: dict[str, Typed],
    mapping: Mapping,
    known: dict[str, pl.DataFrame],
) -> None:
    """Put one column into the draft, with its references resolved; a required one that is nowhere is asked for."""
    if ours not in typed:
        draft.columns[ours] = pl.repeat(None, frame.height, dtype=declared.dtype, eager=True).alias(ours)
        if not declared.nullable and frame.height:
            draft.questions.append(Question("constant", ours, "", True))
        return
    theirs, lines = mapping.columns.get(ours), frame["_line"]
    draft.add(ours, typed[ours])
    table = facts(declared).get("ref")
    if table and facts(declared)["kind"] == "text":
        _resolve(draft, ours, theirs or "", lines, known.get(table, pl.DataFrame(schema=KNOWN)), mapping)
    elif table:
        _resolve_lists(draft, ours, theirs or "", lines, known.get(table, pl.DataFrame(schema=KNOWN)), mapping)


def _resolve(draft: _Draft, ours: str, header: str, lines: pl.Series, known: pl.DataFrame, mapping: Mapping) -> None:
    cells = draft.columns[ours]
    found = resolve(cells, ours, header, known, mapping.source, mapping.values.get(ours, {}), ours in mapping.keep_unknown)
    draft.columns[ours] = found.values.alias(ours)
    draft.references[ours] = found.ways
    draft.questions += found.questions
    for rows, code in ((found.unknown, "unknown_reference"), (found.ambiguous, "ambiguous_reference")):
        if rows.any():
            draft.reject(ours, rows)
            draft.found.append(issues.of_cells(lines.filter(rows), cells.filter(rows), header, ours, code))


def _resolve_lists(draft: _Draft, ours: str, header: str, lines: pl.Series, known: pl.DataFrame, mapping: Mapping) -> None:
    """Like `_resolve`, for every item of lists."""
    items = pl.DataFrame({"row": pl.int_range(lines.len(), eager=True), "cell": draft.columns[ours], "line": lines}).drop_nulls("cell")
    items = items.explode("cell", empty_as_null=True, keep_nulls=True)
    found = resolve(items["cell"], ours, header, known, mapping.source, mapping.values.get(ours, {}), ours in mapping.keep_unknown)
    draft.references[ours] = found.ways
    draft.questions += found.questions
    wrong = found.unknown | found.ambiguous
    if wrong.any():
        rows = pl.Series(range(lines.len())).is_in(items["row"].filter(wrong).implode())
        draft.reject(ours, rows)
        draft.found.append(issues.of_cells(items["line"].filter(wrong), items["cell"].filter(wrong), header, ours, "unknown_reference"))
    grouped = items.with_columns(found.values.alias("cell")).group_by("row", maintain_order=True).agg(pl.col("cell").drop_nulls())
    back = pl.DataFrame({"row": pl.int_range(lines.len(), eager=True)}).join(grouped, on="row", how="left", maintain_order="left")["cell"]
    draft.columns[ours] = back.set(back.list.len() == 0, None).alias(ours) if (back.list.len() == 0).any() else back.alias(ours)


def _reject_error_cells(draft: _Draft, frame: pl.DataFrame, misread: pl.DataFrame, mapping: Mapping) -> None:
    """Error cells of a sheet (#N/A) matter only in columns that are used."""
    for ours, theirs in mapping.columns.items():
        wrong = misread.filter((pl.col("column") == theirs) & (pl.col("column") != ""))
        if wrong.height:
            draft.reject(ours, frame["_line"].is_in(wrong["line"].implode()))
            draft.found.append(wrong.with_columns(pl.lit(ours).alias("field")))


def _reject_other_currencies(draft: _Draft, table: Table, frame: pl.DataFrame, mapping: Mapping) -> None:
    """Amounts whose own sign contradicts the currency of their row: "12 USD" in a row in euros."""
    own = [name for name, column in table.columns.items() if facts(column)["kind"] == "currency"]
    if len(own) != 1 or own[0] not in draft.columns:
        return
    for ours, theirs in mapping.columns.items():
        if facts(table.columns[ours]).get("unit") != "money":
            continue
        cells = _cells(frame, theirs)
        both = pl.DataFrame({"said": currencies_said(cells), "own": draft.columns[own[0]]})
        wrong = both.select((pl.col("said") != "") & ~pl.col("said").str.contains(pl.col("own"), literal=True)).to_series().fill_null(False)
        if wrong.any():
            draft.reject(ours, wrong)
            draft.found.append(issues.of_cells(frame["_line"].filter(wrong), cells.filter(wrong), theirs, ours, "other_currency"))


def _validated(
    table: Table, rows: pl.DataFrame, rejected: pl.Series, draft: _Draft, frame: pl.DataFrame, mapping: Mapping
) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """(rows that pass every rule and had no bad cell, issues of the rules)."""
    result, failure = _lined(table, rows).filter(rows)
    accepted: pl.DataFrame = result
    if rejected.any():
        accepted = accepted.filter(~pl.col("_line").is_in(rows["_line"].filter(rejected).implode()))
    if not len(failure):
        return accepted, []
    details, found = failure.details(), []
    for rule in failure.counts():
        ours, _, name = rule.rpartition("|")
        code = name.removeprefix("inner_").removeprefix("check__")
        lines = details.filter(pl.col(rule) == "invalid")["_line"]
        if not ours and code != "primary_key" and rejected.any():  # a rule can't be judged where a cell could not be read
            lines = lines.filter(~lines.is_in(rows["_line"].filter(rejected).implode()))
        if ours in draft.failed:
            lines = lines.filter(~lines.is_in(rows["_line"].filter(draft.failed[ours]).implode()))
        if not lines.len():
            continue
        shown = ours or _about(table, rule, mapping)
        theirs = mapping.columns.get(shown, "")
        values = _cells(frame.filter(pl.col("_line").is_in(lines.implode())), theirs) if theirs else pl.repeat("", lines.len(), eager=True)
        found.append(issues.of_cells(lines.sort(), values, theirs, shown, code))
    return accepted, found


def _lined(table: Table, rows: pl.DataFrame) -> Any:
    """The table's schema with `_line`; where the key plainly ascends, without the costly search for keys that occur twice."""
    columns: dict[str, Any] = {"_line": dy.Int64(nullable=False)}
    if len(table.key) == 1 and rows.height > 1 and not rows[table.key[0]].has_nulls():
        key = rows[table.key[0]]
        if (key.slice(1) > key.slice(0, key.len() - 1)).all():
            columns[table.key[0]] = unkeyed = copy(table.columns[table.key[0]])
            unkeyed.primary_key = False
    return type(f"Lined{table.schema.__name__}", (table.schema,), columns)


def _about(table: Table, rule: str, mapping: Mapping) -> str:
    """The column that a rule over several is shown at: the last one it names that the file has."""
    named = table.schema._validation_rules(with_cast=False)[rule].expr.meta.root_names()
    return next((name for name in reversed(named) if name in mapping.columns), named[-1] if len(named) == 1 else "")


def _without_orphans(
    table: Table, accepted: pl.DataFrame, known: dict[str, pl.DataFrame], rows: pl.DataFrame, mapping: Mapping
) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """Rows whose parent in the same file was rejected go too, until none is left."""
    found: list[pl.DataFrame] = []
    own = [name for name, other in table.references.items() if other == table.name]
    if not own or accepted.height == rows.height:
        return accepted, found
    elsewhere = known[table.name]["key"] if table.name in known else pl.Series("key", [], pl.String)
    key, parent = table.key[0], own[0]
    while True:
        there = pl.concat([accepted[key], elsewhere.alias(key)])
        lost = accepted.filter(
            pl.col(parent).is_not_null() & ~pl.col(parent).is_in(there.implode()) & pl.col(parent).is_in(rows[key].implode())
        )
        if lost.is_empty():
            return accepted, found
        found.append(issues.of_cells(lost["_line"], lost[parent], mapping.columns.get(parent, ""), parent, "parent_rejected"))
        accepted = accepted.filter(~pl.col("_line").is_in(lost["_line"].implode()))


def clean_key(cells: pl.Series) -> pl.Series:
    """Keys as a check makes them, before the source's name."""
    return clean_texts(strip_neutralised_texts(cells), lines=False)
