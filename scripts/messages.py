"""Keeps lib/locale/es.po in step with the messages in the code: adds new ones, drops unused ones, keeps translations. `python -m scripts.messages`"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
CATALOGUE = ROOT / "lib" / "locale" / "es.po"
KEYWORDS = {"t": None, "N_": None, "plural": (1, 2)}


def used() -> Iterator[str | tuple[str, str]]:
    """Every message of lib/ and pages/, a pair for a plural, in the order of files and lines."""
    for path in [*sorted((ROOT / "lib").rglob("*.py")), *sorted((ROOT / "pages").rglob("*.py"))]:
        for _, message, _, _ in extract_from_file("python", path, keywords=KEYWORDS):
            yield message


def catalogue() -> Catalog:
    with CATALOGUE.open("rb") as lines:
        return read_po(lines, locale="es")


def updated() -> Catalog:
    """The catalogue with exactly the messages in use."""
    known, fresh = catalogue(), Catalog(locale="es", charset="utf-8", header_comment="# Spanish messages of Cartera. `make messages` keeps it in step.")
    for message in used():
        one = message[0] if isinstance(message, tuple) else message
        kept = known.get(one)
        fresh.add(message, kept.string if kept and isinstance(kept.id, tuple) == isinstance(message, tuple) else "")
    return fresh


def without_translation(messages: Catalog) -> list[str]:
    """Messages that lack a translation, or one of its plural forms."""
    missing = []
    for message in messages:
        if message.id:
            forms = message.string if isinstance(message.string, tuple | list) else (message.string,)
            if not forms or not all(forms):
                missing.append(message.id[0] if isinstance(message.id, tuple) else message.id)
    return missing


def main() -> int:
    messages = updated()
    with CATALOGUE.open("wb") as target:
        write_po(target, messages, width=140, omit_header=False, no_location=True, sort_output=True)
    missing = without_translation(messages)
    print(f"{len(messages)} messages, {len(missing)} without a translation")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
