"""How files of each source were mapped the last time, so that next month's needs no answer. It remembers, recalls and forgets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from lib.intake import Mapping, Reading, ReadReport, fingerprint
from lib.intake.mapping import fitted
from lib.intake.suggesting import guess_source
from lib.store import Store

TABLE = "mapping_profiles"


def remember(
    report: ReadReport, mapping: Mapping, first_seen: str, asked: Reading, store: Store, author: str, at: datetime
) -> None:
    """Keep `mapping` for files with these headers from the same source. `asked` is how a person corrected the reading, if anybody did."""
    kept = replace(mapping, reading=asked).to_json()
    names = dict.fromkeys([fingerprint(report), first_seen or fingerprint(report)])
    for name in names:
        row = {"source": mapping.source, "table_name": mapping.table, "name": name, "mapping": kept}
        store.write(TABLE, row, author=author, at=at)


def recalled(report: ReadReport, file: str, store: Store) -> list[Mapping]:
    """What is remembered of files with these headers, one mapping a table: of the source that the file's name says, else the newest."""
    found: dict[str, dict[str, Any]] = {}
    said = guess_source(file)
    for row in sorted(store.rows(TABLE, name=fingerprint(report)), key=lambda row: (row["source"] == said, row["at"])):
        found[row["table_name"]] = row
    newest = sorted(found.values(), key=lambda row: row["at"], reverse=True)
    return [fitted(replace(Mapping.of_json(row["mapping"]), reading=report.reading), report) for row in newest]


def corrected_reading(report: ReadReport, store: Store) -> Reading:
    """How the bytes of such a file had to be read the last time, if that was corrected."""
    rows = sorted(store.rows(TABLE, name=fingerprint(report)), key=lambda row: row["at"])
    return Mapping.of_json(rows[-1]["mapping"]).reading if rows else Reading()


def saved(store: Store) -> list[dict[str, Any]]:
    """Every remembered way, newest first; the second name of one whose reading was corrected counts once."""
    kept: dict[tuple[str, str, str], dict[str, Any]] = {}
    for row in sorted(store.rows(TABLE), key=lambda row: row["at"]):
        kept[(row["source"], row["table_name"], repr(row["mapping"]))] = row
    return sorted(kept.values(), key=lambda row: row["at"], reverse=True)


def same(row: dict[str, Any], store: Store) -> Iterable[dict[str, Any]]:
    """The rows that say the same as `row`, itself among them."""
    return [one for one in store.rows(TABLE, source=row["source"], table_name=row["table_name"]) if one["mapping"] == row["mapping"]]


def forget(row: dict[str, Any], store: Store, author: str, at: datetime) -> None:
    """Let one remembered way go; the next such file is asked about again."""
    for one in same(row, store):
        store.remove(TABLE, one["id"], author=author, at=at)


def change(row: dict[str, Any], mapping: Mapping, store: Store, author: str, at: datetime) -> None:
    """Put `mapping` in the place of what `row` remembers. Its source may have changed."""
    for one in same(row, store):
        if one["source"] != mapping.source:
            store.remove(TABLE, one["id"], author=author, at=at)
        kept = {"source": mapping.source, "table_name": mapping.table, "name": one["name"], "mapping": mapping.to_json()}
        store.write(TABLE, kept, author=author, at=at)
