"""Files made worse at random: bytes, lines, cells, parts of archives. Everything follows from the given `random.Random`."""

# ruff: noqa: E501  (one list of tokens)
from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable, Sequence

TOKENS = (
    b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b'"', b'""', b'",', b";", b",", b"\t", b"|", b"\r", b"\n", b"\r\n\r\n", b"=1+1", b"-", b"%",
    b"1.234", b"1,234.5", b"99999999999999999999", b"31/02/2026", b"03/04/2026", b"45413", b"1h 30m", b"12:00 PM", b"NaN", b"inf", b"N/A",
    b"#N/A", b"\xed\xa0\x80", b"\xe2\x80\xae", b"\xc3", b"\xf0\x9f\x92\xa9", b"A" * 5000, b"<!DOCTYPE x>", b"<!ENTITY a 'b'>", b"&a;", b"</row>",
    b'<c r="XFD1048576"><v>1</v></c>', b't="e"', b's="9999"', b"1e308", b"-0", b"\xc2\xa0", b"$", b"true", b"null", b"Total", b"# ----",
)  # fmt: skip
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32", "cp1252", "latin-1", "cp1250", "mac-roman", "utf-7")
SUFFIXES = (".csv", ".txt", ".tsv", ".xlsx", ".xlsm", ".xls", ".ods", ".zip", ".parquet", ".json", "", ".CSV", "\u202evsc.exe")


def worsened(raw: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    """`raw` after one to six changes; `others` lend pieces."""
    for _ in range(chance.randint(1, 6)):
        change = chance.choice(_ARCHIVES if raw.startswith(b"PK\x03\x04") and chance.random() < 0.7 else _CHANGES)
        raw = change(raw, others, chance)[:3_000_000]
    return raw


def a_name(chance: random.Random) -> str:
    """A file name that may say something untrue."""
    return chance.choice(("hours", "Clientes 2026", "../up", "a" * 200, "ñ\u202e", "=1+1", "")) + chance.choice(SUFFIXES)


def _place(raw: bytes, chance: random.Random) -> int:
    return chance.randrange(len(raw) + 1)


def _flip(raw: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    changed = bytearray(raw)
    for _ in range(chance.randint(1, 20)):
        if changed:
            changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _cut(raw: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    return raw[: _place(raw, chance)] if chance.random() < 0.7 else raw[_place(raw, chance) :]


def _without(raw: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    start = _place(raw, chance)
    return raw[:start] + raw[start + chance.randint(1, 200) :]


def _token(raw: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    at = _place(raw, chance)
    return raw[:at] + chance.choice(TOKENS) * chance.choice((1, 1, 1, 3, 100)) + raw[at:]


def _again(raw: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    start = _place(raw, chance)
    piece = raw[start : start + chance.randint(1, 2_000)]
    return raw[:start] + piece * chance.choice((2, 3, 50, 500)) + raw[start:]


def _spliced(raw: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    other = chance.choice(others)
    return raw[: _place(raw, chance)] + other[_place(other, chance) :]


def _cells(raw: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    """Some cells of a delimited text replaced."""
    mark = chance.choice((b",", b";", b"\t"))
    cells = raw.split(mark)
    for _ in range(chance.randint(1, 10)):
        cells[chance.randrange(len(cells))] = chance.choice(TOKENS)
    return mark.join(cells)


def _lines(raw: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    lines = raw.split(b"\n")
    chance.shuffle(lines)
    return chance.choice((b"\n", b"\r\n", b"\r", b"\n\n")).join(lines)


def _delimiter(raw: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    return raw.replace(chance.choice((b",", b";", b"\n", b'"')), chance.choice((b",", b";", b"\t", b"|", b"\r\n", b'"', b" ")))


def _recoded(raw: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    return raw.decode("utf-8", errors="replace").encode(chance.choice(ENCODINGS), errors="replace")


def _zipped(raw: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", chance.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED))) as archive:
        for number in range(chance.randint(1, 3)):
            archive.writestr(chance.choice(("", "../", "a/b/", "/")) + f"{number}.csv", raw if number == 0 else chance.choice(others))
    return buffer.getvalue()


def _part(raw: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    """One part of an archive made worse, and all packed again: what a wrong checksum would otherwise hide."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            parts = {name: archive.read(name)[:3_000_000] for name in archive.namelist()[:50]}
    except Exception:  # it is broken already
        return _flip(raw, others, chance)
    if not parts:
        return raw
    name = chance.choice([*parts, *(name for name in parts if "sheet" in name or "content" in name)])
    parts[name] = chance.choice((_flip, _cut, _without, _token, _again))(parts[name], others, chance)
    if chance.random() < 0.1:
        parts.pop(chance.choice([*parts]))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


_Change = Callable[[bytes, Sequence[bytes], random.Random], bytes]
_CHANGES: tuple[_Change, ...] = (
    _flip, _cut, _without, _token, _token, _again, _spliced, _cells, _cells, _lines, _delimiter, _recoded, _zipped,
)  # fmt: skip
_ARCHIVES: tuple[_Change, ...] = (_part,)
