"""Reads a finished Word, PowerPoint or PDF file back and finds what its client may not see. Only for the worker; it changes no file.

Two rules: none of the forbidden names stands in any part of the file (texts, tables, notes, comments, properties, attributes, files
inside it), and every number that can be read in it is one that the document's value admitted, as either language writes it.
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Literal

from lxml import etree
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from lib.documents.admitted import Admitted, Day, numbers_in

LEAST_LETTERS = 4
"""Shorter names are looked for nowhere: they are parts of common words."""

_TEXTS = {"t", "delText", "v"}  # of Word, slides, sheets and charts
_LAYOUT = "theme|styles|settings|fontTable|webSettings|numbering|presProps|viewProps|tableStyles|workbook|slideMaster|slideLayout"
_CONTENT = re.compile(rf"(word|ppt|xl)/(?!{_LAYOUT})|docProps/(core|custom)|customXml/item\d*\.xml")
_ACCENTS = re.compile(r"[\u0300-\u036f]")
_NO_SPACE = re.compile(r"\s+")


@dataclass(frozen=True)
class Leak:
    """What stands in a file and may not: a name, or a number that nobody admitted; `where`: part or page."""

    kind: Literal["name", "number", "unreadable"]
    what: str
    where: str


def leaks(kind: Literal["docx", "pptx", "pdf"], file: bytes, admitted: Admitted, forbidden: Collection[str]) -> list[Leak]:
    """What stands in the finished `file` against the two rules, each once and where it was first seen; empty: it may be handed out.

    `forbidden`: names and texts, found in any case, with or without accents, over line breaks, as whole words.
    """
    found: dict[tuple[str, str], Leak] = {}
    wanted = [(name, _folded(name)) for name in forbidden if len(_folded(name)) >= LEAST_LETTERS]
    try:
        for where, text, counts in _pages(file) if kind == "pdf" else _parts(file):
            for leak in (*_names_in(text, where, wanted, admitted), *(_strangers(text, where, admitted) if counts else ())):
                found.setdefault((leak.kind, leak.what), leak)
    except (zipfile.BadZipFile, PyPdfError, etree.XMLSyntaxError, KeyError, ValueError, OSError, RecursionError) as error:
        return [Leak("unreadable", type(error).__name__, "")]
    return list(found.values())


def printed_in(kind: Literal["docx", "pptx", "pdf"], file: bytes) -> Admitted:
    """The numbers that a template prints by itself, as an address does: admitted in what is made of it."""
    days, numbers = set[Day](), set[str]()
    for _, text, counts in _pages(file) if kind == "pdf" else _parts(file):
        if counts:
            in_days, in_numbers = numbers_in(text)
            days |= in_days
            numbers |= in_numbers
    return Admitted(frozenset(date(year, month, day) for day, month, year in days if year), frozenset(numbers))


def _names_in(text: str, where: str, wanted: list[tuple[str, str]], admitted: Admitted) -> Iterator[Leak]:
    folded = _folded(text)
    for name in sorted(admitted.names, key=len, reverse=True):
        if (own := _folded(name)) and own in folded:
            folded = re.sub(_word(own), " ", folded)
    tight = _NO_SPACE.sub("", folded)
    for name, sought in wanted:
        # A name broken by the end of a line or of a run; whole words cannot be told there, so only long ones count.
        broken = len(sought) >= 12 and _NO_SPACE.sub("", sought) in tight
        if broken or (sought in folded and re.search(_word(sought), folded)):
            yield Leak("name", name, where)


def _strangers(text: str, where: str, admitted: Admitted) -> Iterator[Leak]:
    days, numbers = numbers_in(text)
    known = {(day.day, day.month) for day in admitted.days}
    for day, month, year in sorted(days, key=str):
        full = any((one.day, one.month, one.year) == (day, month, year) for one in admitted.days)
        if not full and not (year is None and (day, month) in known) and not _typed(day, year, admitted):
            yield Leak("number", f"{day} {month} {year or ''}".strip(), where)
    for number in sorted(numbers - admitted.numbers):
        yield Leak("number", number, where)


def _typed(day: int, year: int | None, admitted: Admitted) -> bool:
    """Whether a day was written in a text that the value holds."""
    return str(day) in admitted.numbers and (year is None or str(year) in admitted.numbers)


def _parts(file: bytes, inside: str = "", depth: int = 0) -> Iterator[tuple[str, str, bool]]:
    """Part, its text, and whether its numbers count: what people read, and beside it whatever a part says in attributes."""
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        for name in archive.namelist():
            content, where = archive.read(name), f"{inside}{name}"
            if content.startswith(b"PK\x03\x04") and depth < 3:
                yield from _parts(content, f"{where}/", depth + 1)
            elif name.endswith((".xml", ".rels")):
                root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
                if _CONTENT.match(name):
                    yield where, _text_of(root, name), True
                said = dict.fromkeys(value for one in root.iter() if isinstance(one.tag, str) for value in one.attrib.values())
                yield where, "\n".join([*said, *root.itertext()]), False
            else:
                yield where, content.decode("latin-1") + "\n" + content.decode("utf-16-le", errors="replace"), False


def _text_of(root: Any, name: str) -> str:
    """The text of a part as people read it: runs joined within a paragraph or cell."""
    if name.startswith(("docProps", "customXml")):
        return "\n".join(text for one in root.iter() if isinstance(one.tag, str) and not _counted_by_word(one) and (text := one.text))
    pieces: list[str] = []
    for one in root.iter():
        tag = one.tag.partition("}")[2] if isinstance(one.tag, str) else ""
        if tag in ("p", "c", "pt", "si"):
            pieces.append("\n")
        elif tag in ("tab", "br", "cr"):
            pieces.append(" ")
        elif tag in _TEXTS and one.text:
            pieces.append(one.text)
    return "".join(pieces)


def _counted_by_word(one: Any) -> bool:
    return str(one.tag).endswith("}revision")


def _pages(file: bytes) -> Iterator[tuple[str, str, bool]]:
    reader = PdfReader(io.BytesIO(file))
    if reader.is_encrypted:
        raise ValueError("encrypted")
    for key, value in dict(reader.metadata or {}).items():
        yield key, _spaced_days(str(value)), key not in ("/Creator", "/Producer")
    if reader.xmp_metadata is not None:
        yield "xmp", reader.xmp_metadata.stream.get_data().decode(errors="replace"), False
    count = len(reader.pages)
    for number, page in enumerate(reader.pages, start=1):
        text = page.extract_text().replace("\u200b", "")
        yield f"page {number}", text.replace(f"{number} / {count}", " ", 1), True
        for note in page.get("/Annots") or []:
            yield f"page {number}", str(note.get_object()), True
    for name in reader.attachments:
        yield "attachments", str(name), True


def _spaced_days(value: str) -> str:
    """A PDF's time (D:20261002…) as an ISO day."""
    return re.sub(r"^D:(\d{4})(\d\d)(\d\d).*$", r"\1-\2-\3", value)


@cache
def _word(folded: str) -> str:
    return rf"(?<!\w){re.escape(folded)}(?!\w)"


def _folded(text: str) -> str:
    """Lower case, without accents, every space one blank."""
    bare = text if text.isascii() else _ACCENTS.sub("", unicodedata.normalize("NFKD", text))
    return _NO_SPACE.sub(" ", bare.replace("\u200b", "")).casefold().strip()

