"""The values that a file passes through on its way in: how it was read, what was found, what is asked. They compute nothing.

All are frozen and go to JSON and back (`to_json`, `of_json`), because a worker process makes them and the store keeps some.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any


@dataclass(frozen=True)
class Reading:
    """How bytes become records. None means: find out. A person may set any field and read the file again.

    `kind` "csv", "xlsx", "ods", "parquet" or "project" (its sheets are our tables); `line_end` "lf", "crlf", "cr" or "mixed"; `quote`
    '"' or "" for none; `header_line` the number of the line (of the row in a sheet) that names the columns, from 1, or 0 when no line
    does; `sheet` the sheet's name. Of several tables in one sheet or text, the one with that header line is read, to where the next one
    begins.

    `header_rows` 2: the line above holds merged cells over the names, which become "Q1 / Hours". `last_line` the last line of the
    table: what stands below is left out; 0 when all lines to the end are records. `totals` False: lines that say "Total" and
    headers that come again are records. `columns` are the (first, last) of one of several tables beside each other, from 1; (0, 0) when
    all cells are one table, whatever looks like another. `merged`: what a cell merged over several rows says holds for all of them, also
    if it is a number (True; None: unless it is one), or for the first alone (False).
    """

    kind: str | None = None
    encoding: str | None = None
    line_end: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    header_line: int | None = None
    sheet: str | None = None
    header_rows: int | None = None
    last_line: int | None = None
    totals: bool | None = None
    columns: tuple[int, int] | None = None
    merged: bool | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of_json(cls, facts: dict[str, Any]) -> Reading:
        return cls(**{**facts, "columns": _pair(facts.get("columns"))})


@dataclass(frozen=True)
class FileColumn:
    """A column of a file. `name` is unique within the file (a blank or repeated header gets a number), `header` is as written.

    `typed` says what a sheet's cells are: "number", "date", "bool", or "" for text and for mixtures. `filled` counts cells that
    are not empty; `samples` are a few different ones.
    """

    name: str
    header: str
    typed: str
    filled: int
    samples: tuple[str, ...]

    @classmethod
    def of_json(cls, facts: dict[str, Any]) -> FileColumn:
        return cls(**{**facts, "samples": tuple(facts["samples"])})


@dataclass(frozen=True)
class Region:
    """One table of a file: pick it with `region.picked(reading)`.

    `headers` are its columns; () with `header_line` 0 for a sheet too large to look into unasked. `hidden`: its sheet is hidden.
    `columns`: (first, last), from 1, where others stand beside it; (0, 0) for all that was parted as one. `sure` False: another way to see
    the same cells, which is read only if a person asks for it.
    """

    sheet: str
    header_line: int
    last_line: int
    headers: tuple[str, ...]
    hidden: bool = False
    columns: tuple[int, int] | None = None
    sure: bool = True

    def picked(self, reading: Reading) -> Reading:
        """`reading` for this table of the same file."""
        return replace(
            reading, sheet=self.sheet or None, header_line=self.header_line, header_rows=None, last_line=None, columns=self.columns
        )

    def is_read_by(self, reading: Reading) -> bool:
        """Whether this is the table that was read."""
        return (self.sheet, self.header_line, self.columns) == (reading.sheet or "", reading.header_line, reading.columns)

    @classmethod
    def of_json(cls, facts: dict[str, Any]) -> Region:
        return cls(**{**facts, "headers": tuple(facts["headers"]), "columns": _pair(facts.get("columns"))})


def _pair(written: Any) -> tuple[int, int] | None:
    return None if written is None else (int(written[0]), int(written[1]))


@dataclass(frozen=True)
class ReadReport:
    """What was found in the file `source`. Its records are in `frame` (Arrow IPC: `_line` and one text column per column), if they are
    not so many that reading `source` again is cheaper.

    `records` counts every record below the header: those in `frame`, those in `issues` (wrong number of fields), blank ones and those
    left out. `left_out` counts lines that are no records by reason: "total", "header" (the header again), "footer" (notes at the end),
    "below" (after `reading.last_line`); `left_lines` are the first of them, (line, reason, text). `regions` are all the tables that
    the file holds, this one included; `hidden` the names of hidden sheets, which are read only if asked for.
    `merged` counts merged cells of a sheet: cells "filled" with what stands above them, "numbers" over several rows that were left alone,
    those "across" columns. `top` is the beginning of the file as it stands, (line, cells), from which a person picks the header line.
    """

    file: str
    reading: Reading
    columns: tuple[FileColumn, ...]
    records: int
    blank: int
    misshapen: int
    sheets: tuple[str, ...]
    top: tuple[tuple[int, tuple[str, ...]], ...]
    source: str
    frame: str
    issues: str
    regions: tuple[Region, ...] = ()
    hidden: tuple[str, ...] = ()
    left_out: dict[str, int] = field(default_factory=dict)
    left_lines: tuple[tuple[int, str, str], ...] = ()
    merged: dict[str, int] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of_json(cls, facts: dict[str, Any]) -> ReadReport:
        return cls(
            **{
                **facts,
                "reading": Reading.of_json(facts["reading"]),
                "columns": tuple(FileColumn.of_json(column) for column in facts["columns"]),
                "sheets": tuple(facts["sheets"]),
                "top": tuple((line, tuple(cells)) for line, cells in facts["top"]),
                "regions": tuple(Region.of_json(region) for region in facts.get("regions", ())),
                "hidden": tuple(facts.get("hidden", ())),
                "left_lines": tuple((line, reason, text) for line, reason, text in facts.get("left_lines", ())),
            }
        )


@dataclass(frozen=True)
class Choice:
    """One way to answer a question: the value that goes into the mapping, and (as written, as it would be read) samples."""

    value: str
    samples: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of_json(cls, facts: dict[str, Any]) -> Choice:
        return cls(facts["value"], tuple((written, read) for written, read in facts["samples"]))


@dataclass(frozen=True)
class Question:
    """Something that a file does not say by itself. While a blocking question is open, nothing is accepted.

    | kind | asks | answer goes to |
    |---|---|---|
    | number_style | is 1.234 a thousand or one and a bit? choices "1,234.5", "1.234,5" | Mapping.number_styles |
    | date_order | is 03/04 March or April? choices "dmy", "mdy", "ymd", "excel_1900", "excel_1904" | Mapping.date_orders |
    | scale | is 1 one percent or all of it? choices "share", "percent" | Mapping.scales |
    | unit | hours, minutes or seconds? choices "h", "min", "s" | Mapping.units |
    | constant | a required column that the file lacks | Mapping.columns or Mapping.constants |
    | words | words that are no choice of ours (not blocking) | Mapping.values |
    | missing | words in a number or date column (not blocking) | Mapping.missing_words |
    | reference | names or keys that no row has (not blocking) | Mapping.values, or import the other table first |

    `column` is ours, `header` theirs; `words` are (word, rows) with the most frequent first, at most 200 of them.
    """

    kind: str
    column: str
    header: str
    blocking: bool
    choices: tuple[Choice, ...] = ()
    words: tuple[tuple[str, int], ...] = ()

    @classmethod
    def of_json(cls, facts: dict[str, Any]) -> Question:
        return cls(
            **{
                **facts,
                "choices": tuple(Choice.of_json(choice) for choice in facts["choices"]),
                "words": tuple((word, rows) for word, rows in facts["words"]),
            }
        )


@dataclass(frozen=True)
class Issue:
    """One thing that is wrong in a file: where, what, and the value as written. `rejects` tells whether its record stays out.

    `column` is the file's name of the column, "" for the whole record; `field` is ours. `lib.intake.messages` has words for `code`.
    """

    file: str
    line: int
    column: str
    field: str
    code: str
    value: str
    rejects: bool


@dataclass(frozen=True)
class Checked:
    """The outcome of a dry run. `accepted` and `issues` are Arrow IPC files in the job's folder; `accepted` is "" while asking.

    records = accepted_rows + rejected_rows + sum of left_out, always. `left_out` counts by reason: "blank", "repeated",
    and those of `ReadReport.left_out`.
    `counts` is issues by code. `references` per column: rows resolved "by_key", "by_name", "by_alias", "unlinked" (the referred
    table is empty), "unknown". `readings` says per column how it was read, such as {"number_style": "1.234,5"}.
    `key` is "column" or how a missing key was made: "name" or "hash". `cleaned` counts text cells that cleaning changed.
    """

    file: str
    table: str
    records: int
    accepted_rows: int
    rejected_rows: int
    left_out: dict[str, int]
    counts: dict[str, int]
    questions: tuple[Question, ...]
    references: dict[str, dict[str, int]]
    readings: dict[str, dict[str, str]]
    key: str
    cleaned: dict[str, int]
    accepted: str
    issues: str
    first_day: dict[str, str] = field(default_factory=dict)
    last_day: dict[str, str] = field(default_factory=dict)

    @property
    def ready(self) -> bool:
        """True if nothing blocks and there is something to commit."""
        return bool(self.accepted) and self.accepted_rows > 0

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of_json(cls, facts: dict[str, Any]) -> Checked:
        return cls(**{**facts, "questions": tuple(Question.of_json(question) for question in facts["questions"])})
