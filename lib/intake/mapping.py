"""How one file's columns and words become ours: a value that a person edits and the store remembers. It reads no file."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from lib.intake.values import FileColumn, Reading, ReadReport

JOIN = " + "  # "First Name + Last Name" maps one column of ours to several of theirs
ABOUT_REJECTS = ("cartera_line", "cartera_reason")  # columns of ours in a file of rejected rows: known, never data
ABSENT = ("", "keep", "period", "all")
MISSING_WORDS = ("", "-", "—", "–", "n/a", "#n/a", "na", "null", "none", "\\n", "_", "nan", "(blank)", "(vacío)", "000000000000000aaa")


@dataclass(frozen=True)
class Mapping:
    """Their names to ours, for one table.

    columns: our column -> name of the file's column (`FileColumn.name`). constants: our column -> text that every row gets where
    no column is mapped. values: our column -> {their word: our word}; for a reference our word is a key; "" means missing.
    number_styles: our column -> "1,234.5" or "1.234,5". date_orders: our column -> "dmy", "mdy", "ymd"
    or, for day numbers, "excel_1900", "excel_1904". scales: our column ->
    "share" (0-1) or "percent" (0-100). units: our hours column -> "h", "min" or "s". missing_words are compared without case;
    they become null and are shown. source is the short name of the tool ("" for our own templates) that ids are prefixed with once.
    century: two-digit years below it are 20xx, the others 19xx. distinct: records with an equal key count once (the first),
    the others are left out as "repeated": so a time sheet can fill accounts. keep_unknown: our reference columns whose unknown keys
    are kept as they are ("unlinked") instead of rejecting the row. also: a file's column that names its own rows as well as the
    key does (Jira's "Issue id" beside "Issue key"), for references within the file. absent: what becomes of rows that the same tool
    brought before and the file no longer has: "keep", or removed those of its days ("period") or "all" of them; "" leaves it to how keys
    are made.
    """

    table: str
    source: str = ""
    reading: Reading = field(default_factory=Reading)
    columns: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    number_styles: dict[str, str] = field(default_factory=dict)
    date_orders: dict[str, str] = field(default_factory=dict)
    scales: dict[str, str] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    missing_words: tuple[str, ...] = MISSING_WORDS
    century: int = 69
    distinct: bool = False
    keep_unknown: tuple[str, ...] = ()
    also: str = ""
    absent: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of_json(cls, facts: dict[str, Any]) -> Mapping:
        lists: dict[str, Any] = {name: tuple(facts[name]) for name in ("missing_words", "keep_unknown") if name in facts}
        return cls(**{**facts, "reading": Reading.of_json(facts.get("reading", {})), **lists})


def fingerprint(report: ReadReport) -> str:
    """A short code that is equal for files with the same headers in any order; remembered mappings are looked up by it."""
    headers = sorted(plain_name(column.name) for column in own_columns(report))
    return hashlib.sha256("\x1f".join(headers).encode()).hexdigest()[:16]


def own_columns(report: ReadReport) -> tuple[FileColumn, ...]:
    """The file's columns without those that we add to a file of rejected rows."""
    return tuple(column for column in report.columns if column.name not in ABOUT_REJECTS)


def holds_rejects(report: ReadReport) -> bool:
    """Whether this is a file of rejected rows, mended: it holds only some of the records of the file that it came from."""
    return set(ABOUT_REJECTS) <= {column.name for column in report.columns}


def fitted(mapping: Mapping, report: ReadReport) -> Mapping:
    """`mapping` for a file whose columns may be spelt a little differently: other case, accents, punctuation."""
    there = {column.name for column in report.columns}
    alike = {plain_name(name): name for name in reversed([column.name for column in own_columns(report)])}

    def found(name: str) -> str:
        return name if name in there else alike.get(plain_name(name), name)

    columns = {ours: theirs if theirs in there else JOIN.join(map(found, theirs.split(JOIN))) for ours, theirs in mapping.columns.items()}
    return replace(mapping, columns=columns, also=found(mapping.also) if mapping.also else "")


def plain_name(name: str) -> str:
    """`name` for comparing: no case, accents, punctuation or double spaces; camelCase is split."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", spaced) if not unicodedata.combining(letter))
    return re.sub(r"[^\w%]+|_", " ", bare.casefold()).strip()
