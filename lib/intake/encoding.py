"""Bytes of a text file to clean UTF-8: encoding, byte order mark and line ends. Never lossy: what can't be read is refused."""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass

from lib.workers import Refusal

_MAGIC = {
    b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG", b"GIF8": "GIF", b"%PDF": "PDF", b"\xd0\xcf\x11\xe0": "OLE", b"Rar!": "RAR",
    b"\x1f\x8b": "GZIP", b"7z\xbc\xaf": "7Z", b"PAR1": "Parquet", b"ARROW1": "Arrow", b"SQLite format 3": "SQLite", b"\x7fELF": "ELF",
    b"BZh": "BZIP2", b"{\\rtf": "RTF", b"MZ": "EXE",
}  # fmt: skip
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, ""), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_PIECE = 1 << 18
_LOOKED_AT = 200_000
_LETTER_OF_UTF8 = re.compile(rb"[\xc3\xc4\xc5][\x80-\xbf](?![\x80-\xff])|\xe2\x80[\x90-\xa6]|\xe2\x82\xac")
_NO_TEXT = ("Cc", "Cn", "Cs", "Co")
_WESTERN_SIGNS = "€£¥©®™«»¡¿–—‘’“”…·•°ºª§\u00a0"


_BEGINS_MARKUP = re.compile(r"<(\?[a-z]|!doctype|!--|html|head|body|table|svg|[\w.-]+:[\w.-]+[\s>])", re.IGNORECASE)
_FIRST_TAG = re.compile(r"<([A-Za-z_][\w.:-]*)(?:\s+[\w.:-]+\s*=\s*(?:\"[^\"<]*\"|'[^'<]*'))*\s*(/?)>")
_LEAD = 2000
_LARGE, _LEAST_SHARE, _SEPARATING = 2_000_000, 2000, b"\"',;|\t\r\n \0"  # a table of 500 columns has more than one letter in 2000


@dataclass(frozen=True)
class CleanBytes:
    """UTF-8 without mark, lines ending in \\n or \\r\\n; how it was found; whether any line end stands within a quoted cell is unknown."""

    body: bytes
    encoding: str
    line_end: str


def first_letters(raw: bytes) -> str:
    """The beginning of a text without mark and blanks, whichever Unicode it is in; of anything else, its bytes as letters."""
    return _letters(raw, raw[: 2 * _LEAD]).lstrip("\ufeff \r\n\t")[:_LEAD]


def is_markup(raw: bytes) -> bool:
    """Whether a text is a web page or XML: it begins as one, or all of it stands in one element. A cell may hold tags too."""
    lead = first_letters(raw)
    if _BEGINS_MARKUP.match(lead):
        return True
    first = _FIRST_TAG.match(lead)
    if first is None:
        return False
    last, rest = f"</{first[1]}>", lead[first.end() :]
    if first[2]:
        return not rest.strip()
    if last in rest and rest.partition(last)[2].strip():  # something stands after it
        return False
    ended = _letters(raw, raw[-2 * _LEAD - len(raw) % 2 :]).rstrip("\0 \r\n\t").endswith(last)
    return ended or (last not in rest and rest.lstrip().startswith("<") and "</" in rest)  # cut off


def _letters(raw: bytes, part: bytes) -> str:
    """`part` of `raw` as letters."""
    wide = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}.get(raw[:2], "")
    if not wide and b"\0" in raw[:2]:
        wide = "utf-16-be" if raw[:1] == b"\0" else "utf-16-le"
    return part.decode(wide or "utf-8", errors="replace")


def clean_bytes(raw: bytes, encoding: str | None = None) -> CleanBytes:
    """`raw` as UTF-8 with line ends that end in \\n. Raises Refusal if it is no text or not in `encoding`."""
    if not raw[:4096].strip(b"\0 \r\n\t") and not raw.strip(b"\0 \r\n\t"):
        raise Refusal("empty_file")
    if len(raw) > _LARGE and len(raw.translate(None, _SEPARATING)) * _LEAST_SHARE < len(raw):  # to split it would take minutes
        raise Refusal("empty_file")
    _refuse_binary(raw)
    found = encoding or _encoding(raw)
    body = raw if encoding is None and found == "utf-8" else _decoded(raw, found)  # it has just been decoded, to find that out
    if not body[:4096].strip() and not body.strip():
        raise Refusal("empty_file")
    if b"\0" in body:
        raise Refusal("binary_file", kind="NUL")
    if b"\r" not in body:
        return CleanBytes(body, found, "lf")
    if b"\n" not in body:
        return CleanBytes(body.replace(b"\r", b"\n"), found, "cr")
    pairs = body.count(b"\r\n")
    if pairs == body.count(b"\n") == body.count(b"\r"):
        return CleanBytes(body, found, "crlf")
    return CleanBytes(body, found, "mixed" if pairs else "lf")


def _refuse_binary(raw: bytes) -> None:
    for magic, kind in _MAGIC.items():
        if raw.startswith(magic) and not (kind == "EXE" and raw[:400].isascii() and b"\0" not in raw[:400]):
            raise Refusal("binary_file", kind=kind)


def _encoding(raw: bytes) -> str:
    for mark, name in _MARKS:
        if raw.startswith(mark):
            if not name:
                raise Refusal("unknown_encoding")
            return name
    if b"\0" in raw[:_LOOKED_AT]:
        return _unmarked_utf16(raw)
    return "utf-8" if _is_utf8(raw) else _legacy_encoding(raw)


def _unmarked_utf16(raw: bytes) -> str:
    """Which UTF-16 a text without mark is written in: zeros in every other byte only, many of them. Raises Refusal if in neither."""
    part = raw[:_LOOKED_AT]
    for zeros, others, name in ((part[1::2], part[::2], "utf-16-le"), (part[::2], part[1::2], "utf-16-be")):
        if zeros.count(0) * 10 >= len(zeros) * 3 and len(zeros) > 8 and 0 not in others:
            text = part[: len(part) // 2 * 2].decode(name, errors="replace")[:20_000]
            plain = sum("!" <= letter <= "~" for letter in text)  # a zero before each line end would make other pairs letters too
            odd = any(unicodedata.category(letter) in _NO_TEXT and letter not in "\t\r\n" for letter in text)
            if plain * 10 >= len(text) and not odd:
                return name
    raise Refusal("binary_file", kind="NUL")


def _is_utf8(raw: bytes) -> bool:
    """Whether `raw` is UTF-8 throughout; looked at in pieces, since the whole text would take up to four times its bytes."""
    decoder, view = codecs.getincrementaldecoder("utf-8")(), memoryview(raw)
    try:
        for start in range(0, len(raw), _PIECE):
            decoder.decode(view[start : start + _PIECE])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _legacy_encoding(raw: bytes) -> str:
    """The 8-bit encoding of a file that is not UTF-8; western ones win unless the bytes forbid them."""
    from charset_normalizer import from_bytes

    lines = [line for line in raw[:5_000_000].splitlines() if not line.isascii()]
    odd = b"\n".join(lines)[:_LOOKED_AT]
    if sum(byte < 32 and byte not in (9, 10, 13) for byte in odd[:20_000]) > len(odd[:20_000]) / 50:
        raise Refusal("binary_file", kind="control")
    best = from_bytes(odd).best()
    guess = codecs.lookup(best.encoding).name if best is not None else ""
    letters = odd.decode("cp1252", errors="replace")
    accented = sum(letter.isalpha() and not letter.isascii() for letter in letters)
    foreign = (
        best is not None and accented > 12 and accented * 2 > sum(letter.isalpha() for letter in letters)
    )  # Greek or Cyrillic look so here
    strange = sum(not letter.isascii() and not letter.isalpha() and letter not in _WESTERN_SIGNS for letter in letters)
    western = "\ufffd" not in letters and strange * 2 <= sum(not letter.isascii() for letter in letters) + 4
    if (western and not foreign) or guess in ("", "cp1252", "latin-1", "iso8859-1", "cp1250", "iso8859-15", "mac-roman", "ascii", "utf-8"):
        _refuse_mixture(raw)
        return _first_that_reads(raw, ("cp1252", "latin-1"))
    return _first_that_reads(raw, (guess, "cp1252", "latin-1"))


def _refuse_mixture(raw: bytes) -> None:
    """Letters of UTF-8 in a file that is not UTF-8 would become others ("Ã±" for "ñ"); in western text they stand for nothing else."""
    letter = _LETTER_OF_UTF8.search(raw)
    if letter is not None:
        try:
            raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise Refusal("mixed_encodings", line=raw[: error.start].count(b"\n") + 1) from None


def _first_that_reads(raw: bytes, names: tuple[str, ...]) -> str:
    for name in names:
        try:
            raw.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
        return name
    raise Refusal("unknown_encoding")


def _decoded(raw: bytes, encoding: str) -> bytes:
    if encoding in ("utf-8", "utf-8-sig"):
        body = raw.removeprefix(codecs.BOM_UTF8)
        if body.isascii():
            return body
    try:
        text = raw.decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        line = raw[: error.start].count(b"\n") + 1 if isinstance(error, UnicodeDecodeError) else 0
        raise Refusal("wrong_encoding", encoding=encoding, line=line) from None
    if encoding == "utf-8":
        return raw.removeprefix(codecs.BOM_UTF8)
    return text.removeprefix("\ufeff").encode(errors="replace")
