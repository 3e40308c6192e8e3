"""Names in waiting files that no row bears: gathered over all files, answered for all at once, remembered as aliases. It draws nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import polars as pl
import streamlit as st

from lib.columns import facts
from lib.intake import Checked, Mapping, with_answer
from lib.intake.matching import Match, matches
from lib.intake.references import OTHERS, known_rows
from lib.store import Store
from lib.tables import TABLES
from lib.ui import session, uploads
from lib.ui.uploads import Upload

_MEMO, _OUT = "names.near", "names.out"


@dataclass(frozen=True)
class Asked:
    """A word that names no row of `table`, or several; `places` are (file's id, our column) where it stands, `rows` how often."""

    table: str
    source: str
    word: str
    rows: int
    places: tuple[tuple[str, str], ...]
    files: tuple[str, ...]
    nullable: bool


@dataclass(frozen=True)
class Answered:
    """What a person said that a word means, not yet saved: a key of `table`, "" for no value, or the word's own key to keep it unlinked."""

    table: str
    word: str
    target: str


def asked_names(waiting: Iterable[Upload]) -> list[Asked]:
    """What the checks of the files ask about names, each word of a source once, those with the most rows first."""
    found: dict[tuple[str, str, str], list[tuple[Upload, str, int]]] = {}
    for upload in waiting:
        if upload.mapping is None or not isinstance(upload.checked, Checked) or upload.fits_nothing or upload.halted:
            continue
        for question in upload.checked.questions:
            table = TABLES[upload.mapping.table].references.get(question.column)
            if question.kind == "reference" and table:
                for word, rows in question.words:
                    found.setdefault((table, upload.mapping.source, word), []).append((upload, question.column, rows))
    names = [_asked(*said, places) for said, places in found.items() if said not in _left_out()]
    return sorted(names, key=lambda one: (list(TABLES).index(one.table), -one.rows, one.word))


def _asked(table: str, source: str, word: str, places: Sequence[tuple[Upload, str, int]]) -> Asked:
    nullable = all(TABLES[upload.mapping.table].columns[column].nullable for upload, column, _ in places if upload.mapping)
    files, where = tuple(dict.fromkeys(one.name for one, _, _ in places)), tuple((one.id, column) for one, column, _ in places)
    return Asked(table, source, word, sum(rows for _, _, rows in places), where, files, nullable)


def near(asked: Sequence[Asked], most: int) -> dict[Asked, list[Match]]:
    """The rows that each word may mean, nearest first; what was said of other words before counts as a name of its row."""
    found: dict[Asked, list[Match]] = {}
    for table in dict.fromkeys(one.table for one in asked):
        words = [one for one in asked if one.table == table]
        ready = [one for one in uploads.waiting().values() if one.ready and one.included and one.mapping and one.mapping.table == table]
        rested = (session.store().version(), tuple(one.checked_for for one in ready), tuple(words), most)
        memo = st.session_state.setdefault(_MEMO, {})
        if memo.get(table, (None,))[0] != rested:
            rows = uploads.named_rows(table, ready, session.portfolio())
            aliases = [(row["target"], row["alias"]) for row in session.store().rows("aliases", table_name=table) if row["target"]]
            said = pl.DataFrame(aliases, schema={"key": pl.String, "name": pl.String}, orient="row")
            known = pl.concat([known_rows(table, rows), said.join(rows, left_on="key", right_on=TABLES[table].key[0], how="semi")])
            memo[table] = (rested, matches([one.word for one in words], known, table, most))
        found.update({one: memo[table][1][one.word] for one in words})
    return found


def key_of(table: str, text: str) -> str | None:
    """The key of the row that `text` names, as a key or as a name that one row bears."""
    names = uploads.known_names(table)
    if text in names:
        return text
    plain = " ".join(text.split()).lower()
    keys = [key for key, name in names.items() if " ".join(str(name).split()).lower() == plain]
    return keys[0] if len(keys) == 1 else None


def answer(asked: Asked, target: str) -> None:
    """Let a word mean the row `target`, or "" for no value, in all files that asked."""
    for id, column in asked.places:
        upload = uploads.waiting()[id]
        assert upload.mapping is not None
        upload.mapping = with_answer(upload.mapping, "reference", column, target, asked.word)


def keep_all(asked: Sequence[Asked]) -> None:
    """Load the rows with these words all the same: what they name may come later. Said of whole columns, and remembered with them."""
    for id, column in {place for one in asked for place in one.places}:
        upload = uploads.waiting()[id]
        assert upload.mapping is not None
        if column not in upload.mapping.keep_unknown:
            upload.mapping = replace(upload.mapping, keep_unknown=(*upload.mapping.keep_unknown, column))


def own_key(source: str, word: str) -> str:
    """The key that a word is kept under when it stays unlinked, or becomes a row."""
    return word if not source or word.startswith(f"{source}:") else f"{source}:{word}"


def leave_out(asked: Asked) -> None:
    """Ask no more about a word: its rows stay among the rejected ones."""
    st.session_state.setdefault(_OUT, set()).add((asked.table, asked.source, asked.word))


def any_left_out() -> bool:
    """Whether somebody said of a name that its rows stay out."""
    return bool(_left_out())


def _left_out() -> set[tuple[str, str, str]]:
    found: set[tuple[str, str, str]] = st.session_state.get(_OUT, set())
    return found


def create(asked: Sequence[Asked]) -> None:
    """Let the files that name these rows fill their table too, with these rows and no others."""
    wanted: dict[tuple[str, str, str], list[str]] = {}
    for one in asked:
        id, column = one.places[0]
        wanted.setdefault((id, column, one.table), []).append(one.word)
    for (id, column, table), words in wanted.items():
        upload = uploads.waiting()[id]
        made = next((one for one in uploads.waiting().values() if one.digest == upload.digest and is_creation(one.mapping, table)), None)
        made = made or _copy(upload, column, table)
        assert made.mapping is not None
        key = TABLES[table].key[0]
        chosen = {word: own_key(made.mapping.source, word) for word in words}
        said = {OTHERS: "", **made.mapping.values.get(key, {}), **chosen}
        made.mapping = replace(made.mapping, values={**made.mapping.values, key: said})


def _copy(upload: Upload, column: str, table: str) -> Upload:
    """The file once more, for `table`, whose names stand where the file says `column`; what else its rows need is asked.

    A column such as Status speaks of the file's own rows, not of those that they name: none is taken unasked.
    """
    assert upload.mapping is not None
    theirs = upload.mapping.columns[column]
    uploads.use_again(upload)
    again = list(uploads.waiting().values())[-1]
    uploads.choose_table(again, table)
    assert again.mapping is not None
    likely, key = again.mapping.columns, TABLES[table].key[0]
    columns = {ours: likely[ours] for ours in (key, "name") if ours in likely} if likely.get(key) == theirs else {"name": theirs}
    again.mapping = Mapping(table, upload.mapping.source, again.mapping.reading, columns, distinct=True)
    return again


def is_creation(mapping: Mapping | None, table: str = "") -> bool:
    """Whether a file is there only to make chosen names rows (of `table`)."""
    return mapping is not None and (not table or mapping.table == table) and OTHERS in mapping.values.get(TABLES[mapping.table].key[0], {})


def to_be_created(asked: Asked) -> bool:
    """Whether a waiting file will make this word a row once it is ready."""
    return any(
        is_creation(one.mapping, asked.table) and asked.word in one.mapping.values[TABLES[asked.table].key[0]]
        for one in uploads.waiting().values()
        if one.mapping
    )


def answered(waiting: Iterable[Upload]) -> list[Answered]:
    """What was said of names in these files and is not saved yet."""
    found: dict[Answered, None] = {}
    for upload in waiting:
        for column, table in TABLES[upload.mapping.table].references.items() if upload.mapping else ():
            assert upload.mapping is not None
            for word, target in upload.mapping.values.get(column, {}).items():
                found[Answered(table, word, target)] = None
    return list(found)


def take_back(waiting: Iterable[Upload]) -> None:
    """Ask about all names of these files again."""
    st.session_state.pop(_OUT, None)
    for upload in waiting:
        if upload.mapping and not is_creation(upload.mapping):
            upload.mapping = _without_names(upload.mapping)
        elif upload.mapping:
            uploads.discard(upload.id)


def remembered(mapping: Mapping, store: Store, author: str, at: datetime) -> Mapping | None:
    """Write what `mapping` says of names as aliases of its source; what is left of it is worth remembering, or None.

    A word that was kept unlinked is no alias: the next file asks again. Raises as the store does.
    """
    portfolio, there = store.portfolio(), {(row["table_name"], row["source"], row["alias"]): row for row in store.rows("aliases")}
    for column, table in TABLES[mapping.table].references.items():
        words = mapping.values.get(column, {})
        key = TABLES[table].key[0]
        keys = set(portfolio[table].filter(pl.col(key).is_in(list(words.values()))).select(key).collect()[key]) if words else set()
        for word, target in words.items():
            known = there.get((table, mapping.source, word))
            if (not target or target in keys) and (known is None or known["target"] != target):
                row = {"table_name": table, "source": mapping.source, "alias": word, "target": target}
                store.write("aliases", row, author=author, at=at)
    return None if is_creation(mapping) else _without_names(mapping)


def _without_names(mapping: Mapping) -> Mapping:
    table = TABLES[mapping.table]
    words = {column: said for column, said in mapping.values.items() if not facts(table.columns[column]).get("ref")}
    words.pop(table.key[0], None)
    return replace(mapping, values=words)
