"""How one file's columns and words become ours: a value that a person edits and the store remembers. It reads no file."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import asdict, dataclass, field
from typing import Any

from lib.intake.values import Reading, ReadReport

JOIN = " + "  # "First Name + Last Name" maps one column of ours to several of theirs
MISSING_WORDS = ("", "-", "—", "–", "n/a", "#n/a", "na", "null", "none", "\\n", "_", "nan", "(blank)", "(vacío)", "000000000000000aaa")


@dataclass(frozen=True)
class Mapping:
    """Their names to ours, for one table.

    columns: our column -> name of the file's column (`FileColumn.name`). constants: our column -> text that every row gets where
    no column is mapped. values: our column -> {their word: our word}; for a reference our word is a key; "" means missing.
    number_styles: our column -> "1,234.5" or "1.234,5". date_orders: our column -> "dmy", "mdy" or "ymd". scales: our column ->
    "share" (0-1) or "percent" (0-100). units: our hours column -> "h", "min" or "s". missing_words are compared without case;
    they become null and are shown. source is the short name of the tool ("" for our own templates) that ids are prefixed with once.
    century: two-digit years below it are 20xx, the others 19xx. distinct: records with an equal key count once (the first),
    the others are left out as "repeated": so a time sheet can fill accounts. keep_unknown: our reference columns whose unknown keys
    are kept as they are ("unlinked") instead of rejecting the row. also: a file's column that names its own rows as well as the
    key does (Jira's "Issue id" beside "Issue key"), for references within the file.
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

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of_json(cls, facts: dict[str, Any]) -> Mapping:
        lists: dict[str, Any] = {name: tuple(facts[name]) for name in ("missing_words", "keep_unknown") if name in facts}
        return cls(**{**facts, "reading": Reading.of_json(facts.get("reading", {})), **lists})


def fingerprint(report: ReadReport) -> str:
    """A short code that is equal for files with the same headers in any order; remembered mappings are looked up by it."""
    headers = sorted(plain_name(column.header) for column in report.columns)
    return hashlib.sha256("\x1f".join(headers).encode()).hexdigest()[:16]


def plain_name(name: str) -> str:
    """`name` for comparing: no case, accents, punctuation or double spaces; camelCase is split."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", spaced) if not unicodedata.combining(letter))
    return re.sub(r"[^\w%]+|_", " ", bare.casefold()).strip()
