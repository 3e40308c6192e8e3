"""Microsoft Project's XML (MSPDI) to the records that stand in it, with their numbers. Runs in a worker only; it interprets nothing.

The schema is Microsoft's mspdi_pj12.xsd: one `Project` with lists of calendars, tasks, resources and assignments. No document type and
no entity is read, and nothing deeper or larger than a plan can be.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from xml.parsers import expat

from lib.intake.limits import FileLimits
from lib.workers import Refusal

NAMESPACE = "http://schemas.microsoft.com/project"
KIND = "project"
_LISTS = {"Calendars": "Calendar", "Tasks": "Task", "Resources": "Resource", "Assignments": "Assignment"}
_HEAVY = {"TimephasedData", "ExtendedAttribute", "OutlineCode", "Notes", "AvailabilityPeriods", "Rates", "Hyperlink"}
_DEPTH, _LETTERS, _PIECE, _LOOKED_AT = 24, 10_000, 1 << 16, 8_000
_MOST_ELEMENTS = 20_000_000
_ROOT = re.compile(r"<(?:[\w.-]+:)?Project\b[^>]*" + re.escape(NAMESPACE), re.DOTALL)
_MPX = re.compile(rb"(?:\xef\xbb\xbf)?MPX[,;\t]", re.IGNORECASE)
_OLE = b"\xd0\xcf\x11\xe0"
_PROPERTIES = re.compile(b"P\0r\0o\0p\0s\0(?:9|1\0[24])\0")  # a stream that only Project writes
_KEPT = frozenset(
    re.split(
        r"\s+",
        """Name Title GUID UID ID Manager StartDate CalendarUID CurrencyCode MinutesPerDay
        IsBaseCalendar BaseCalendarUID DayType DayWorking FromDate ToDate FromTime ToTime Type Period Month MonthDay DaysOfWeek
        OutlineLevel Summary Milestone IsNull Active ExternalTask IsSubproject Start Finish Duration DurationFormat Work RemainingWork
        PercentComplete ActualStart ActualFinish Deadline ConstraintType ConstraintDate Number Cost PredecessorUID CrossProject LinkLag
        LagFormat EmailAddress Group MaxUnits StandardRate IsGeneric TaskUID ResourceUID BookingType""",
    )
)


@dataclass(slots=True)
class Element:
    """One element: the texts of its plain children by name (the first of each), and its other children in order."""

    name: str
    texts: dict[str, str] = field(default_factory=dict)
    inner: list[Element] = field(default_factory=list)

    def text(self, name: str) -> str:
        return self.texts.get(name, "").strip()

    def all(self, name: str) -> list[Element]:
        return [child for child in self.inner if child.name == name]

    def within(self, outer: str, name: str) -> list[Element]:
        """The elements `name` inside those called `outer`."""
        return [child for one in self.all(outer) for child in one.all(name)]


@dataclass(frozen=True)
class ProjectFile:
    """A plan as it stands: `about` has the texts of the project itself; the lists keep the order of the file."""

    about: Element
    calendars: tuple[Element, ...]
    tasks: tuple[Element, ...]
    resources: tuple[Element, ...]
    assignments: tuple[Element, ...]


def is_project(raw: bytes) -> bool:
    """Whether these bytes begin as Microsoft Project's XML does, in UTF-8, UTF-16 or a code of one byte a letter."""
    lead = raw[:_LOOKED_AT]
    if lead.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _ROOT.search(lead[: len(lead) & ~1].decode("utf-16", errors="replace")) is not None
    return _ROOT.search(lead.decode("latin-1")) is not None


def is_closed_project(raw: bytes, name: str) -> bool:
    """Whether this is a plan in one of Project's own formats: .mpp and .mpt (a compound file), .mpx (a text)."""
    if raw.startswith(_OLE):
        return name.lower().endswith((".mpp", ".mpt")) or b"MSProject.MPP" in raw or _PROPERTIES.search(raw) is not None
    return _MPX.match(raw) is not None


def project_file(raw: bytes, limits: FileLimits = FileLimits()) -> ProjectFile:  # noqa: B008  (frozen)
    """The records of a plan. Raises Refusal for XML that is cut off or damaged (with the line), declares a type, or is too large."""
    if len(raw) > limits.file_bytes:
        raise Refusal("file_too_large", megabytes=limits.file_bytes // 1_000_000)
    found = _Gathering()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = _refuse_declarations
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = found.start, found.end, found.characters
    parser.buffer_text = True
    try:
        parser.Parse(raw, True)
    except expat.ExpatError as error:
        raise Refusal("broken_xml", line=error.lineno) from None
    except (_TooMuch, LookupError, ValueError):  # an encoding that nobody knows is a LookupError or a ValueError
        raise Refusal("broken_xml", line=parser.CurrentLineNumber) from None
    lists = {name: tuple(found.lists[name]) for name in _LISTS}
    return ProjectFile(found.about, lists["Calendars"], lists["Tasks"], lists["Resources"], lists["Assignments"])


def _refuse_declarations(*_: object) -> None:
    raise Refusal("xml_declares_type")


class _TooMuch(Exception):
    """The XML goes deeper, or holds more, than a plan can."""


class _Gathering:
    """Follows the elements of the file ; keeps what is in a list of records and texts of the project itself."""

    def __init__(self) -> None:
        self.about = Element("Project")
        self.lists: dict[str, list[Element]] = {name: [] for name in _LISTS}
        self.depth = self.elements = 0
        self.skipped = 0  # depth at which something of no use to us began
        self.open: list[Element] = []
        self.letters: list[str] = []
        self.length = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        self.elements += 1
        if self.depth > _DEPTH or self.elements > _MOST_ELEMENTS:
            raise _TooMuch
        if self.skipped:
            return
        space, _, word = name.rpartition(" ")
        if self.depth == 1:
            if word != "Project" or not space.startswith(NAMESPACE):
                raise _TooMuch
            self.open = [self.about]
            return
        foreign = not space.startswith(NAMESPACE) or word in _HEAVY
        beside = self.depth == 3 and (_LISTS.get(self.open[-1].name) != word)
        if foreign or beside:
            self.skipped = self.depth
            return
        self.open.append(Element(word))
        self.letters, self.length = [], 0

    def characters(self, content: str) -> None:
        if not self.skipped and self.length < _LETTERS:
            self.letters.append(content)
            self.length += len(content)

    def end(self, name: str) -> None:
        self.depth -= 1
        if self.skipped:
            if self.depth < self.skipped:
                self.skipped = 0
            return
        closed = self.open.pop()
        if not self.open:
            return
        if self.depth == 2 and self.open[-1].name in _LISTS:
            self.lists[self.open[-1].name].append(closed)
        elif closed.texts or closed.inner:
            self.open[-1].inner.append(closed)
        elif closed.name in _KEPT:
            self.open[-1].texts.setdefault(closed.name, "".join(self.letters))
        self.letters, self.length = [], 0
