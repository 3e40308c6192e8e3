"""How near two names are: words of a file beside the names of known rows, with a score. It proposes; a person accepts.

Scores go from 0 to 100. 100: equal but for case, accents, punctuation, order and legal form. From `SURE` up, a match that stands alone may
be accepted in bulk. What differs in a number, or in the legal form where both say one, stays below it: "Phase 2" is not "Phase 3".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import polars as pl
from rapidfuzz import fuzz, process

SURE = 90
LEAST = 55
NEAR_POINTS = 5
_DOUBTFUL = SURE - 1
_NUMBERS_DIFFER = 70
_PEOPLE = frozenset({"people", "contacts"})
# Longest first; compared without points and spaces, at the end of a name only.
_LEGAL = (
    "sociedad limitada", "sociedad anonima", "incorporated", "corporation", "limited", "gmbh co kg", "co ltd", "pty ltd", "pte ltd",
    "s coop", "gmbh", "sarl", "sasu", "ltda", "corp", "slne", "slu", "sau", "slp", "srl", "sas", "spa", "llc", "llp", "plc", "ltd", "inc",
    "lda", "aps", "oyj", "mbh", "sl", "sa", "ag", "kg", "ug", "ek", "bv", "nv", "as", "ab", "oy", "se", "co", "lp",
)  # fmt: skip
_SAME_FORM = {
    "limited": "ltd", "co ltd": "ltd", "pty ltd": "ltd", "pte ltd": "ltd", "incorporated": "inc", "corporation": "corp",
    "sociedad limitada": "sl", "slu": "sl", "sociedad anonima": "sa", "sau": "sa", "gmbh co kg": "gmbh", "mbh": "gmbh", "sasu": "sas",
}  # fmt: skip
_TITLES = re.compile(r"^(sr|sra|srta|mr|mrs|ms|dr|dra|don|dona|ing|prof) ")
_ROMAN = {"ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "xi": "11", "xii": "12"}


@dataclass(frozen=True)
class Match:
    """A known row that a word may mean: its key, the name that is near, the score, and whether no other row is about as near."""

    key: str
    name: str
    score: int
    alone: bool

    @property
    def sure(self) -> bool:
        """Whether it may be accepted in bulk."""
        return self.score >= SURE and self.alone


@dataclass(frozen=True)
class _Form:
    """A name as it is compared: its words in order, its legal form, its numbers, and the most that a match with it can score."""

    text: str
    legal: str
    numbers: tuple[str, ...]
    most: int = 100


def matches(words: Sequence[str], known: pl.DataFrame, table: str, most: int = 3) -> dict[str, list[Match]]:
    """Word -> at most `most` rows of `known` that it may mean, the nearest first; [] where none is near enough.

    known: `references.KNOWN` (key, name), several rows a key where a row has several names. Keys are not compared: ids are equal or
    different. `table` is the table that the names are of: people turn their names round, companies carry a legal form.
    """
    named = known.drop_nulls("name").select("key", "name").unique(maintain_order=True)
    forms = [(place, form) for place, name in enumerate(named["name"]) for form in _forms(name, table)]
    found: dict[str, list[Match]] = {word: [] for word in words}
    # Only known names are shortened: were the words too, Ana García would be as near to Alba García as to Ana García López.
    asked = [(word, form) for word in found for form in _forms(word, table)[:1]]
    if not forms or not asked:
        return found
    choices = [form.text for _, form in forms]
    spelt = process.cdist([form.text for _, form in asked], choices, scorer=fuzz.token_sort_ratio, dtype=np.uint8, score_cutoff=LEAST)
    nearest: dict[str, dict[str, tuple[int, str]]] = {word: {} for word in found}
    for row, (word, form) in enumerate(asked):
        for column in np.flatnonzero(spelt[row]):
            place, other = forms[column]
            score = _score(int(spelt[row, column]), form, other)
            key, name = named.row(place)
            if score >= LEAST and score > nearest[word].get(key, (0, ""))[0]:
                nearest[word][key] = (score, name)
    for word, rows in nearest.items():
        order = sorted(rows.items(), key=lambda one: (-one[1][0], one[1][1], one[0]))
        best = order[0][1][0] if order else 0
        rivals = sum(score > best - NEAR_POINTS for _, (score, _) in order)
        found[word] = [Match(key, name, score, rivals == 1 and score == best) for key, (score, name) in order[:most]]
    return found


def _score(spelt: int, one: _Form, other: _Form) -> int:
    """Likeness of two forms, less where they differ in what matters."""
    score = spelt * one.most * other.most // 10_000
    if one.numbers != other.numbers:
        score = score * _NUMBERS_DIFFER // 100
    if one.legal and other.legal and one.legal != other.legal:
        score = min(score, _DOUBTFUL)
    if 2 * min(len(one.text), len(other.text)) < 9 and one.text != other.text:
        score = min(score, _DOUBTFUL)  # one letter of four is another name
    return score


@lru_cache(maxsize=50_000)
def _forms(name: str, table: str) -> tuple[_Form, ...]:
    """How `name` may be written, as it is first; for people also without a second surname and with an initial for the first name."""
    local = _local_part(name)
    if local:
        plain = re.sub(r" *\d+$", "", folded(local)) or folded(local)  # ana.garcia2: a number that makes the address unique
        return (_Form(plain, "", ()), *_shortened(plain))
    plain = folded(_turned(name))
    if table in _PEOPLE:
        plain = _TITLES.sub("", plain)
        return (_Form(plain, "", _numbers(plain)), *_shortened(plain)) if plain else ()
    bare, legal = _without_legal(plain)
    return (_Form(bare, legal, _numbers(bare)),) if bare else ()


def folded(name: str) -> str:
    """`name` for comparing: no case, accents, punctuation or double spaces; "&" and "+" say "and"; S.L. is sl."""
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter)).casefold()
    bare = re.sub(r"\b(?:[^\W\d_]\.)+(?:[^\W\d_]\b)?", lambda points: points.group().replace(".", ""), bare)
    bare = re.sub(r"[&+]", " and ", bare)
    return " ".join(word for word in re.sub(r"[\W_]+", " ", bare).split() if word not in ("and", "y", "e", "und", "et"))


def _turned(name: str) -> str:
    """ "García, Ana" as "Ana García"; the comma of "Acme, S.L." stays what it is."""
    last, comma, first = name.partition(",")
    if not comma or not first.strip() or "," in first or _without_legal(f"x {folded(first)}")[0] == "x":
        return name
    return f"{first} {last}"


def _local_part(name: str) -> str:
    """ana.garcia of ana.garcia@example.com; "" if `name` is no address."""
    found = re.fullmatch(r"([^\s@]+)@[^\s@]+\.[^\s@]+", name.strip())
    return found.group(1).split("+")[0] if found else ""


def _without_legal(plain: str) -> tuple[str, str]:
    """(name without legal forms at its end, the last one's common short form or "")."""
    legal = ""
    while True:
        ending = next((form for form in _LEGAL if plain.endswith(f" {form}")), "")
        if not ending:
            return plain, legal
        plain, legal = plain[: -len(ending) - 1].strip(), legal or _SAME_FORM.get(ending, ending)


def _numbers(plain: str) -> tuple[str, ...]:
    """Numbers in a name, Roman ones too, in order of size as text."""
    words: Iterable[str] = (_ROMAN.get(word, word) for word in plain.split())
    return tuple(sorted(number.lstrip("0") for word in words for number in re.findall(r"\d+", word)))


def _shortened(plain: str) -> tuple[_Form, ...]:
    """"ana garcia", "a garcia" and "agarcia" for "ana garcia lopez": near, but never sure, for Alba García is there too."""
    first, *others = plain.split()
    if not others:
        return ()
    texts = dict.fromkeys((f"{first} {others[0]}", f"{first[0]} {others[0]}", f"{first[0]}{others[0]}"))
    return tuple(_Form(text, "", (), _DOUBTFUL) for text in texts if text != plain)
