"""What the catalogue holds at one moment, read in one go, and how to see at once that nothing was written since. It only reads."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from sqlite_utils import Database

from lib.store import authored, catalogue
from lib.store.changes import Commit
from lib.store.store import Store


class Moment(NamedTuple):
    """One state of a catalogue: the number of its newest commit, and of the last line of its audit log; 0 for none.

    Everything that is written leaves a line there. A restored backup has a log of its own, but with it comes a commit whose number is new.
    """

    version: int
    line: int


@dataclass(frozen=True, eq=False)
class Held:
    """Commits, newest first, and rows that people wrote. Sessions share it: nobody changes it in place."""

    moment: Moment
    commits: tuple[Commit, ...]
    written: Mapping[str, Sequence[Mapping[str, Any]]]

    @property
    def version(self) -> int:
        """Number of the newest commit; 0 if nothing was committed yet."""
        return self.moment.version

    def rows(self, table: str, **equal: Any) -> list[dict[str, Any]]:
        """`Store.rows` of what was read. Raises KeyError for a table that was not, or for an unknown column."""
        return [dict(row) for row in self.written[table] if all(row[column] == value for column, value in equal.items())]

    def digest(self, table: str) -> str:
        """Tells one content of a table from another, for keys of caches."""
        if table not in self._digests:
            self._digests[table] = hashlib.sha256(repr(self.written[table]).encode()).hexdigest()
        return self._digests[table]

    @cached_property
    def _digests(self) -> dict[str, str]:
        return {}


def moment(store: Store) -> Moment:
    """The state that the store is in now, whichever process or session brought it there."""
    with store.catalogue.reading() as db:
        return _moment(db)


def held(store: Store, wanted: Mapping[str, Mapping[str, Any]]) -> Held:
    """All commits, and of each `wanted` authored table (or `audit`) the rows whose columns equal its values: all of one moment."""
    with store.catalogue.snapshot() as db:
        written = {table: authored.rows(db, table, equal) for table, equal in wanted.items()}
        return Held(_moment(db), tuple(catalogue.all_commits(db)), written)


def _moment(db: Database) -> Moment:
    found = db.conn.execute("SELECT (SELECT max(number) FROM commits), (SELECT max(id) FROM audit)").fetchone()
    return Moment(found[0] or 0, found[1] or 0)
