"""Keeps lib/locale/es.po in step with the messages in the code: `make messages` adds new ones and drops unused ones."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
CATALOGUE = ROOT / "lib" / "locale" / "es.po"
# A syntax tree, not Babel's tokens: before Python 3.12 those do not see into f-strings.
ONE, PAIR = {"t", "N_", "self"}, {"plural"}


def used() -> Iterator[str | tuple[str, str]]:
    """Every message of lib/ and pages/, a pair for a plural, in the order of files."""
    for path in [*sorted((ROOT / "lib").rglob("*.py")), *sorted((ROOT / "pages").rglob("*.py"))]:
        yield from messages_of(path.read_text(encoding="utf-8"))


def messages_of(code: str) -> Iterator[str | tuple[str, str]]:
    """Literal first arguments of t(…) and N_(…), and the first two of ….plural(…)."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            texts = [argument.value for argument in node.args[:2] if isinstance(argument, ast.Constant) and isinstance(argument.value, str)]
            if name in ONE and node.args and isinstance(node.args[0], ast.Constant) and texts:
                yield texts[0]
            elif name in PAIR and len(texts) == 2:
                yield (texts[0], texts[1])


def catalogue() -> Catalog:
    with CATALOGUE.open("rb") as lines:
        return read_po(lines, locale="es")


def updated() -> Catalog:
    """The catalogue with exactly the messages in use."""
    known, fresh = catalogue(), Catalog(locale="es", charset="utf-8", header_comment="# Spanish messages, kept by `make messages`.")
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
