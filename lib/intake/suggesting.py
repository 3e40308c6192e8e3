"""Which tables a file may fill, and which of its columns go where. Suggestions for a person to correct, from names and samples."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import dataframely as dy
from rapidfuzz import fuzz, process

from lib.columns import facts
from lib.intake.layout import LOOKS_LIKE_VALUE
from lib.intake.mapping import JOIN, Mapping, own_columns, plain_name
from lib.intake.synonyms import FALSE_WORDS, HEADER_WORDS, TABLE_WORDS, TRUE_WORDS, names_of
from lib.intake.values import FileColumn, ReadReport
from lib.tables import TABLES, Table

_SURE, _LEAST = 100.0, 84.0
_CLOSE = 10.0  # scores as near as this don't decide
_DAY = re.compile(r"\d{1,4}[-/. ](\d{1,2}|[a-zA-Z]{3,})[-/., ]\s*\d|[a-zA-Z]{3,} \d{1,2},? \d{4}|^(19|20)\d{6}$")
_YES_NO = frozenset({"yes", "no", "sí", "si", "true", "false"})
_NAME_PARTS = (("first name", "last name"), ("nombre", "apellidos"), ("firstname", "lastname"))
_DECLARABLE = frozenset(
    {"currency", "kind", "status", "value_per", "weekly_hours", "internal", "pass_through", "scale_max", "stage", "elapsed"}
)
_TOOLS = (
    "harvest", "toggl", "clockify", "kimai", "tempo", "jira", "asana", "trello", "monday", "planner", "msproject", "salesforce", "hubspot",
    "zoho", "holded", "sage", "xero", "quickbooks", "personio", "factorial", "sip", "ravenstack",
)  # fmt: skip


@dataclass(frozen=True)
class Suggestion:
    """A table that the file may fill, 0-100 how well, the mapping to start from, and required columns still without one."""

    table: str
    score: float
    mapping: Mapping
    lacking: tuple[str, ...]


def suggest(report: ReadReport, most: int = 5) -> list[Suggestion]:
    """The tables that the file fits best, best first; always at least one, with a score of 0 if nothing fits."""
    report = replace(report, columns=own_columns(report))
    own = _own_table(report)
    found = [own_suggestion(report, own)] if own else []
    found += [_suggestion(report, table) for table in TABLES.values() if table is not own]
    ranked = sorted(found, key=lambda one: -one.score)
    finer = next((one for one in ranked[1:most] if one.score >= ranked[0].score - _CLOSE and _is_finer(one, ranked[0])), None)
    if finer:
        ranked = [finer, *(one for one in ranked if one is not finer)]
    return ranked[:most]


def _is_finer(one: Suggestion, other: Suggestion) -> bool:
    """Whether the rows of `one` have ids of their own and name those of `other`: a list of work logs repeats its tasks' ids."""
    table, theirs = TABLES[one.table], TABLES[other.table]
    refers = [name for name, named in table.references.items() if named == other.table]
    own, its = one.mapping.columns.get(table.key[0]), other.mapping.columns.get(theirs.key[0])
    return bool(own and its and own != its and any(one.mapping.columns.get(name) == its for name in refers) and not one.lacking)


def suggest_for(report: ReadReport, table: str) -> Suggestion:
    """The mapping to start from when a person has picked the table."""
    chosen, report = TABLES[table], replace(report, columns=own_columns(report))
    if all(column.name in chosen.columns for column in report.columns):
        return own_suggestion(report, chosen)
    return _suggestion(report, chosen)


def _own_table(report: ReadReport) -> Table | None:
    """The table whose template this is: all headers are its column names, key included."""
    names = {column.name for column in report.columns}
    fitting = [table for table in TABLES.values() if names <= set(table.columns) and set(table.key) <= names]
    return max(fitting, key=lambda table: (_hints(report, table), -len(table.columns)), default=None)


def own_suggestion(report: ReadReport, table: Table) -> Suggestion:
    """The mapping of our own template: nothing to translate, so shares are 0-1, percentages 0-100, hours hours."""
    columns = {column.name: column.name for column in report.columns}
    units = {name: facts(column).get("unit") for name, column in table.columns.items()}
    scales = {name: "percent" if unit == "%" else "share" for name, unit in units.items() if unit in ("%", "share")}
    source = "msproject" if report.reading.kind == "project" else ""  # numbers of a plan need a name before them, as any tool's ids
    mapping = Mapping(
        table.name, source, report.reading, columns, scales=scales, units={name: "h" for name, unit in units.items() if unit == "h"},
        missing_words=("",),
    )  # fmt: skip
    return Suggestion(table.name, 100.0, mapping, _lacking(table, columns))


def _suggestion(report: ReadReport, table: Table) -> Suggestion:
    columns = _columns(report, table)
    lacking = _lacking(table, columns)
    fatal = [name for name in lacking if name not in _DECLARABLE and name not in table.key]
    wanted = [name for name in table.required if name not in _DECLARABLE and name not in table.key]
    met = (len(wanted) - len(fatal)) / max(1, len(wanted))
    used = len(columns) / max(1, len(report.columns))
    breadth = min(1.0, len(columns) / 6)
    score = 100 * max(
        0.0, 0.5 * met + 0.25 * used + 0.15 * breadth + 0.1 * _hints(report, table) + 0.15 * _speaks(report, table) - 0.1 * len(fatal)
    )
    source = guess_source(report.file)
    units = {name: unit for name, header in columns.items() if (unit := _unit(table, name, header))}
    constants = _currency_in_header(table, columns)
    lacking = tuple(name for name in lacking if name not in constants)
    mapping = Mapping(table.name, source, report.reading, columns, constants, units=units, also=_other_key(report, table, columns))
    return Suggestion(table.name, round(min(score, 99.0), 1), mapping, lacking)


def _lacking(table: Table, columns: dict[str, str]) -> tuple[str, ...]:
    made = set() if len(table.key) > 1 else set(table.key)
    return tuple(name for name in table.required if name not in columns and name not in made)


@cache
def _names(table: str) -> dict[str, tuple[str, ...]]:
    """Our column -> what it may be called, for comparing."""
    columns = TABLES[table].columns.items()
    return {
        ours: tuple(dict.fromkeys(filter(None, map(plain_name, (ours, facts(declared)["label"], *names_of(table, ours))))))
        for ours, declared in columns
    }


def _columns(report: ReadReport, table: Table) -> dict[str, str]:
    """Our column -> their column; each of theirs at most once, the surest pairs first."""
    headers = [_header(column) for column in report.columns]
    pairs = []
    for order, (ours, declared) in enumerate(table.columns.items()):
        likeness = _likeness(_names(table.name)[ours], headers)
        for place, score in enumerate(likeness):
            if score < _LEAST:
                continue
            theirs = report.columns[place]
            score -= (12 if score >= _SURE else 40) * _contradicts(theirs, declared)  # its exact name outweighs a few odd cells
            if score >= _LEAST:
                emptiness = 0 if theirs.filled else 30
                pairs.append((-(score - emptiness + (2 if not declared.nullable else 0)), order, place, ours, theirs.name))
    columns: dict[str, str] = {}
    taken: set[str] = set()
    for _, _, _, ours, name in sorted(pairs):
        if ours not in columns and name not in taken:
            columns[ours] = name
            taken.add(name)
    return _with_joined_name(columns, report, table)


def _with_joined_name(columns: dict[str, str], report: ReadReport, table: Table) -> dict[str, str]:
    """First and last name in two columns become one."""
    ours = {"time_entries": "person_id", "people": "name", "contacts": "name", "absences": "person_id", "bookings": "person_id"}.get(
        table.name
    )
    by_name = {plain_name(column.header): column.name for column in report.columns}
    for first, last in _NAME_PARTS:
        if ours and first in by_name and last in by_name and not {"user", "usuario", "full name", "name", "person"} & set(by_name):
            return {**columns, ours: by_name[first] + JOIN + by_name[last]}
    return columns


def _header(column: FileColumn) -> str:
    """The header for comparing; a currency or unit in brackets says nothing about the column."""
    plain = plain_name(column.header)
    return re.sub(r"\b(usd|eur|gbp|mxn|id no)\b", "", plain).strip() or plain


def _likeness(names: tuple[str, ...], headers: list[str]) -> list[float]:
    """For each header 100 for an equal name (less a little for later ones), else how alike the letters are, at most 93."""
    place = {name: number for number, name in reversed(list(enumerate(names)))}
    long = [name for name in names if len(name) > 3]
    alike = (
        process.cdist(headers, long, scorer=fuzz.token_sort_ratio, score_cutoff=_LEAST).max(axis=1)
        if long and headers
        else [0.0] * len(headers)
    )
    return [
        _SURE - min(place[header], 12) * 0.5 if header in place else min(float(score), 93.0)
        for header, score in zip(headers, alike, strict=True)
    ]


def _contradicts(column: FileColumn, declared: dy.Column) -> float:
    """Share of samples that can't be what our column holds."""
    about = facts(declared)
    kind, samples = about["kind"], [sample.strip() for sample in column.samples if sample.strip()]
    if not samples:
        return 0.0
    if kind == "day":
        wrong = [sample for sample in samples if not _DAY.search(sample)]
    elif kind in ("number", "whole"):
        wrong = [sample for sample in samples if not re.search(r"\d", sample) or _DAY.search(sample) or len(sample) > 25]
    elif kind == "flag":
        words = TRUE_WORDS | FALSE_WORDS
        wrong = [sample for sample in samples if sample.casefold() not in words] if len(samples) > 3 else []
    elif kind == "currency":
        wrong = [sample for sample in samples if len(sample) > 12 or re.search(r"\d", sample)]
    elif kind == "text" and about.get("ref"):
        wrong = [sample for sample in samples if sample.casefold() in _YES_NO]
    elif kind == "text" and "id" not in str(about["label"]).lower().split():
        wrong = [sample for sample in samples if LOOKS_LIKE_VALUE.match(sample) and len(sample) > 4]
        return len(wrong) / len(samples) * 0.25
    else:
        return 0.0
    return len(wrong) / len(samples)


def _other_key(report: ReadReport, table: Table, columns: dict[str, str]) -> str:
    """Jira names parents by "Issue id" while people speak of "Issue key": the column that is not the key yet."""
    if "parent_id" not in columns or table.name != "tasks":
        return ""
    wanted = {"issue id", "id de la incidencia", "task id"}
    free = [column.name for column in report.columns if plain_name(column.header) in wanted and column.name not in columns.values()]
    return free[0] if free else ""


def _currency_in_header(table: Table, columns: dict[str, str]) -> dict[str, str]:
    """The currency that "Billable Rate (EUR)" or "amount_usd" declares, where the file has no column for it."""
    ours = [name for name, column in table.columns.items() if facts(column)["kind"] == "currency" and name not in table.key]
    if not ours or ours[0] in columns:
        return {}
    found = {
        word.upper()
        for name, header in columns.items()
        if facts(table.columns[name]).get("unit") == "money"
        for word in plain_name(header).split()
        if word in ("eur", "usd", "gbp", "mxn", "cop", "ars", "clp", "pen", "chf")
    }
    return {ours[0]: found.pop()} if len(found) == 1 else {}


def _speaks(report: ReadReport, table: Table) -> float:
    """1 if a header holds a word that is proper to the table."""
    words = HEADER_WORDS.get(table.name, frozenset())
    return 1.0 if any(words & set(plain_name(column.header).split()) for column in report.columns) else 0.0


def _hints(report: ReadReport, table: Table) -> float:
    """1 if the file's or the sheet's name speaks of the table."""
    text = f" {plain_name(re.sub(r'[.][a-z]+$', '', report.file.lower()))} {plain_name(report.reading.sheet or '')} "
    return (
        1.0
        if any(f" {word} " in text for word in (table.name.replace("_", " "), *map(plain_name, TABLE_WORDS[table.name].split("|"))))
        else 0.0
    )


def _unit(table: Table, ours: str, header: str) -> str | None:
    if facts(table.columns[ours]).get("unit") != "h":
        return None
    words = plain_name(header).split()
    if {"seconds", "secs", "segundos", "sec"} & set(words):
        return "s"
    if {"minutes", "mins", "minutos", "min"} & set(words):
        return "min"
    return "h" if {"hours", "h", "horas", "hrs", "decimal", "hoursactual"} & set(words) else None


def guess_source(file: str) -> str:
    """A short name for ids from this file: the tool that its name speaks of, else none, so that files of one house refer to each other."""
    plain = plain_name(file)
    return next((tool for tool in _TOOLS if re.search(f"(?<![a-z]){tool}(?![a-z])", plain)), "")  # "usage" is not Sage


def with_answer(mapping: Mapping, kind: str, column: str, answer: str, word: str = "") -> Mapping:
    """`mapping` with one question answered; for words and references `word` is theirs and `answer` ours."""
    if kind == "missing":
        return replace(mapping, missing_words=(*mapping.missing_words, word.strip().casefold()))
    if kind in ("words", "reference"):
        return replace(mapping, values={**mapping.values, column: {**mapping.values.get(column, {}), word: answer}})
    name = {"number_style": "number_styles", "date_order": "date_orders", "scale": "scales", "unit": "units", "constant": "constants"}[kind]
    answers: Any = {name: {**getattr(mapping, name), column: answer}}
    return replace(mapping, **answers)
