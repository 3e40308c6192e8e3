"""One line of text as work: «20 h design after Wireframes». It asks where it could be read in two ways, and guesses nothing.

English and Spanish alike. Parts are separated by ; or by line ends. A part begins with hours ("20 h", "20-40 h", "20-30-45 h"), then says
what it is, who does it ("by Ana", "(Ana)", or nothing else than a name), and where it stands ("after Wireframes", "before Launch").
"+8 h Wireframes" and "-8 h Wireframes" change a task that there is; "remove Wireframes" takes it out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

from lib.columns import N_
from lib.scope.ask import Added, Altered

MOST_HOURS = 100_000.0
LONGEST = 4000
NAME = "·name"
"""The reading that a word is no more than a name."""

QUESTIONS: dict[str, str] = {
    "no_hours": N_("Say first how many hours: {said}"),
    "no_work": N_("{said} has no hours that can be counted"),
    "days": N_("Say it in hours, for people's days differ: {said}"),
    "number": N_("Which number is {said}?"),
    "order": N_("The least comes first: {said}"),
    "task": N_("Which task is {said}?"),
    "no_task": N_("No task of this project is called {said}"),
    "person": N_("Who is {said}?"),
    "whose": N_("Is {said} a name, or who does it?"),
    "no_more": N_("{said} has fewer hours left than that"),
    "no_left": N_("{said} has no hours left to change"),
    "one_number": N_("Change {said} by one number of hours"),
}
"""Kind of question -> what is asked. Those without readings are answered by writing the line anew."""


@dataclass(frozen=True)
class Known:
    """What a line may refer to: tasks (id or key of the ask -> name), people (id -> name), roles; `remaining`: task -> hours left."""

    tasks: Mapping[str, str]
    people: Mapping[str, str] = field(default_factory=dict)
    roles: Sequence[str] = ()
    remaining: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Question:
    """What can't be read in one way only. `readings`: (value, what it would mean); none: no way to read it."""

    kind: str
    said: str
    readings: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> str:
        return f"{self.kind}:{plain(self.said)}"


@dataclass(frozen=True)
class Line:
    """What a line says, and what it leaves open. Only a line without `questions` is whole. `middles`: names whose likely hours are the
    middle of the range that was given."""

    added: tuple[Added, ...] = ()
    altered: tuple[Altered, ...] = ()
    removed: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    middles: tuple[str, ...] = ()


_NUMBER = r"\d+(?:[.,]\d+)*"
_BETWEEN = r"\s*(?:-|–|—|to|a|hasta)\s*"
_HOURS = re.compile(
    rf"^\s*(?P<sign>[+\-−])?\s*(?P<first>{_NUMBER})(?:{_BETWEEN}(?P<second>{_NUMBER}))?(?:{_BETWEEN}(?P<third>{_NUMBER}))?\s*"
    r"(?P<unit>hours?|hrs?|horas?|hs?|days?|d[ií]as?|jornadas?|d)\b\.?\s*(?:(?:of|de)\b(?!\s*$))?\s*(?P<rest>.*)$",
    re.IGNORECASE | re.DOTALL,
)
_REMOVE = re.compile(r"^\s*(?:remove|drop|without|quita(?:r|mos)?|elimina(?:r|mos)?|sin)\s+(?P<rest>.+)$", re.IGNORECASE | re.DOTALL)
_PLACE = re.compile(r"(?:^|[\s,])(?P<word>after|before|despu[eé]s\s+del?|antes\s+del?|tras)\s+", re.IGNORECASE)
_AFTER = re.compile(r"^(?:after|tras|despu)", re.IGNORECASE)
_DOER = re.compile(r"(?:^|\s)(?:by|por|@)\s*(?P<who>\S.*)$", re.IGNORECASE)
_BRACKETED = re.compile(r"\((?P<who>[^()]+)\)\s*$")
_ARTICLE = re.compile(r"^(?:the|el|la|los|las)\s+", re.IGNORECASE)
_AND = re.compile(r"\s*,\s*|\s+(?:and|y|e)\s+", re.IGNORECASE)
_UNCERTAIN = re.compile(r"^\d{1,3}[.,]\d{3}$")
_THOUSANDS = re.compile(r"^\d{1,3}(?:([.,])\d{3})(?:\1\d{3})+$")


def parse(text: str, known: Known, chosen: Mapping[str, str] | None = None, unnamed: str = "", taken: Iterable[str] = ()) -> Line:
    """The work that `text` asks for. `chosen`: key of a question -> the reading that a person chose. `unnamed`: what work without a name
    is called. `taken`: keys that the ask has already; rows of the line may refer to rows before them."""
    reader = _Reader(known, dict(chosen or {}), unnamed, set(taken))
    for part in re.split(r"[;\n]", unicodedata.normalize("NFC", text[:LONGEST])):
        if part.strip():
            reader.read(part.strip())
    return reader.line


def plain(text: str) -> str:
    """Text without case, accents and doubled spaces: how names are compared."""
    bare = "".join(one for one in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(one))
    return " ".join(bare.split())


def called(text: str, names: Mapping[str, str]) -> list[str]:
    """Keys of the names that `text` may mean: those equal to it, else those that hold its words, else those whose words begin so."""
    wanted = plain(text)
    if not wanted:
        return []
    written = {key: plain(name) for key, name in names.items()}
    if equal := [key for key, name in written.items() if name == wanted]:
        return equal
    words = _words(wanted)
    if not words:
        return []
    if holding := [key for key, name in written.items() if set(words) <= set(_words(name))]:
        return holding
    return [key for key, name in written.items() if all(any(own.startswith(word) for own in _words(name)) for word in words)]


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


class _Reader:
    """Reads one part after the other into `line`."""

    def __init__(self, known: Known, chosen: dict[str, str], unnamed: str, taken: set[str]) -> None:
        self.known, self.chosen, self.unnamed, self.taken = known, chosen, unnamed, taken
        self.tasks = dict(known.tasks)
        self.line = Line()

    def read(self, part: str) -> None:
        if removing := _REMOVE.match(part):
            if (task := self._task(removing["rest"], self.known.tasks)) is not None:
                self.line = replace(self.line, removed=(*self.line.removed, task))
            return
        found = _HOURS.match(part)
        if found is None:
            self._ask("no_hours", part)
            return
        if found["unit"].lower().startswith(("d", "j")):
            self._ask("days", part)
            return
        hours = [self._number(found[name]) for name in ("first", "second", "third") if found[name]]
        if None in hours:
            return
        given = [hour for hour in hours if hour is not None]
        least, most = given[0], given[-1]
        if given != sorted(given):
            self._ask("order", part[: found.start("rest")].strip())
        elif not 0 < most <= MOST_HOURS or given[len(given) // 2] <= 0:
            self._ask("no_work", part[: found.start("rest")].strip() or part)
        elif found["sign"]:
            self._alter(given, -1 if found["sign"] != "+" else 1, found["rest"], part)
        else:
            self._add(given, least, most, found["rest"])

    def _alter(self, given: list[float], sign: int, rest: str, part: str) -> None:
        task = self._task(rest, self.known.tasks)
        if task is None:
            return
        hours = self.known.remaining.get(task, -1.0) + sign * given[0]
        if task not in self.known.remaining or len(given) > 1:
            self._ask("no_left" if len(given) == 1 else "one_number", self.tasks[task])
        elif hours < 0:
            self._ask("no_more", self.tasks[task])
        elif hours == 0:
            self.line = replace(self.line, removed=(*self.line.removed, task))
        else:
            self.line = replace(self.line, altered=(*self.line.altered, Altered(task, hours)))

    def _add(self, given: list[float], least: float, most: float, rest: str) -> None:
        phrase, after, before, doers = self._placed(rest)
        name, doer = self._named(phrase)
        person, role = doer or next(iter(doers), (None, None))
        likely = given[1] if len(given) == 3 else (least + most) / 2
        key = self._key()
        name = (name[:1].upper() + name[1:]) or self.unnamed or key
        ends = (least, most) if len(given) > 1 else (None, None)
        row = Added(key, name, likely, ends[0], ends[1], person, role, tuple(after), tuple(before))
        self.line = replace(self.line, added=(*self.line.added, row))
        if len(given) == 2:
            self.line = replace(self.line, middles=(*self.line.middles, name))
        self.tasks[key] = name

    def _key(self) -> str:
        number = 1
        while str(number) in self.taken or str(number) in self.tasks:
            number += 1
        self.taken.add(str(number))
        return str(number)

    def _number(self, text: str) -> float | None:
        """20, 7.5 and 7,5; what may be thousands is asked."""
        if _UNCERTAIN.match(text):
            small, large = text.replace(",", "."), re.sub("[.,]", "", text)
            value = self._chosen("number", text, [(small, str(float(small))), (large, large)])
            return None if value is None else float(value)
        if _THOUSANDS.match(text):
            return float(re.sub("[.,]", "", text)[:12])
        if len(re.findall("[.,]", text)) > 1:
            self._ask("no_work", text)
            return None
        return float(text.replace(",", ".")[:12])

    def _placed(self, rest: str) -> tuple[str, list[str], list[str], list[tuple[str | None, str | None]]]:
        """What stands before the first place, what it comes after and before, and who is named among the places."""
        first = _PLACE.search(rest)
        after, before, doers = list[str](), list[str](), list[tuple[str | None, str | None]]()
        phrase, at = (rest[: first.start()] if first else rest), first
        while at is not None:
            tail = rest[at.end() :]
            following = None if _is_called(tail, self.tasks) else _PLACE.search(tail)
            said = tail[: following.start()] if following else tail
            found, who = self._tasks_in(said)
            (after if _AFTER.match(at["word"]) else before).extend(found)
            doers += who
            rest, at = tail, following
        return phrase.strip(" ,.:"), after, before, doers

    def _tasks_in(self, said: str) -> tuple[list[str], list[tuple[str | None, str | None]]]:
        said = said.strip(" ,.:")
        doers = list[tuple[str | None, str | None]]()
        if not called(_bare(said), self.tasks):
            for ending in (_BRACKETED, _DOER):
                if (found := ending.search(said)) and (doer := self._doer(found["who"])):
                    doers.append(doer)
                    said = said[: found.start()].strip(" ,.:")
                    break
        if called(_bare(said), self.tasks) or not _AND.search(said):
            task = self._task(said, self.tasks)
            return ([] if task is None else [task]), doers
        tasks = list[str]()
        for piece in filter(None, _AND.split(said)):
            if not called(_bare(piece), self.tasks) and (doer := self._certain_doer(piece)):
                doers.append(doer)
            elif (task := self._task(piece, self.tasks)) is not None:
                tasks.append(task)
        return tasks, doers

    def _task(self, said: str, tasks: Mapping[str, str]) -> str | None:
        said = said.strip(" ,.:«»\"'")
        found = called(said, tasks) or called(_bare(said), tasks)
        if len(found) == 1:
            return found[0]
        if found:
            return self._chosen("task", said, _told_apart(found, tasks))
        near = get_close_matches(plain(said), [plain(name) for name in tasks.values()], n=3)
        keys = [key for key, name in tasks.items() if plain(name) in near]
        if keys:
            return self._chosen("task", said, _told_apart(keys, tasks))
        self._ask("no_task", said)
        return None

    def _named(self, phrase: str) -> tuple[str, tuple[str | None, str | None] | None]:
        """The name of the work, and who does it: (person, role)."""
        for marked in (_BRACKETED, _DOER):
            if found := marked.search(phrase):
                doer = self._doer(found["who"])
                return (phrase[: found.start()].strip(" ,.:"), doer) if doer else (phrase, None)
        if "," in phrase:
            head, _, tail = phrase.rpartition(",")
            if doer := self._certain_doer(tail):
                return head.strip(" ,.:"), doer
        people, roles = self._people(phrase), self._roles(phrase)
        if phrase and (people or roles):
            if len(people) == 1 and not roles and self._are_spoken(phrase, people, []):
                return "", (people[0], None)
            if not people and any(plain(role) == plain(phrase) for role in roles):
                return phrase, (None, next(role for role in roles if plain(role) == plain(phrase)))
            return phrase, self._who("person" if self._are_spoken(phrase, people, []) and people else "whose", phrase, people, roles)
        words = phrase.split()
        for piece in (" ".join(words[-2:]), " ".join(words[-1:]), " ".join(words[:2]), " ".join(words[:1])):
            spoken = set(_words(plain(piece)))
            inside = [key for key in self._people(piece) if spoken <= set(_words(plain(self.known.people[key])))]
            if len(inside) == 1 and len(spoken) > 1 and plain(self.known.people[inside[0]]) == plain(piece) and len(words) > 2:
                return " ".join(phrase.replace(piece, " ", 1).split()), (inside[0], None)  # a whole name can't be the work's
            if inside and len(words) > len(piece.split()):
                doer = self._who("whose", piece, inside, [])
                return (phrase if doer is None else " ".join(phrase.replace(piece, " ", 1).split())), doer
        return phrase, None

    def _people(self, said: str) -> list[str]:
        return called(said, self.known.people)

    def _are_spoken(self, said: str, people: Sequence[str], roles: Sequence[str]) -> bool:
        """Whether each of them is called so by whole words: the beginning of a name is not enough to be sure."""
        words, same = set(_words(plain(said))), all(plain(role) == plain(said) for role in roles)
        return same and all(words <= set(_words(plain(self.known.people[key]))) for key in people)

    def _roles(self, said: str) -> list[str]:
        return called(said, {role: role for role in self.known.roles})

    def _certain_doer(self, said: str) -> tuple[str | None, str | None] | None:
        """Who is meant, where only one can be; several of a name are asked about."""
        people, roles = self._people(said), [role for role in self._roles(said) if plain(role) == plain(said)]
        if not people:
            return (None, roles[0]) if roles else None
        if len(people) == 1 and not roles and self._are_spoken(said, people, []):
            return people[0], None
        return self._who("person", said, people, roles)

    def _doer(self, said: str) -> tuple[str | None, str | None] | None:
        """Who was said to do it: a person or a role; asked where that is not certain."""
        said = said.strip(" ,.:")
        people, roles = self._people(said), self._roles(said)
        if len(people) + len(roles) == 1 and self._are_spoken(said, people, roles):
            return (people[0], None) if people else (None, roles[0])
        if not people and not roles:
            near = get_close_matches(plain(said), [plain(name) for name in self.known.people.values()], n=3)
            people = [key for key, name in self.known.people.items() if plain(name) in near]
        return self._who("person", said, people, roles)

    def _who(self, kind: str, said: str, people: Sequence[str], roles: Sequence[str]) -> tuple[str | None, str | None] | None:
        """The person or role that was chosen; None where it is only a name, or while nobody has chosen."""
        readings = _told_apart(people, self.known.people) + [(f"·{role}", role) for role in roles]
        value = self._chosen(kind, said, [*readings, (NAME, said)])
        if value is None or value == NAME:
            return None
        return (None, value.removeprefix("·")) if value.startswith("·") else (value, None)

    def _chosen(self, kind: str, said: str, readings: list[tuple[str, str]]) -> str | None:
        question = Question(kind, said, tuple(readings))
        value = self.chosen.get(question.key)
        if value in {one for one, _ in readings}:
            return value
        self.line = replace(self.line, questions=(*self.line.questions, question))
        return None

    def _ask(self, kind: str, said: str) -> None:
        self.line = replace(self.line, questions=(*self.line.questions, Question(kind, said)))


def _bare(said: str) -> str:
    """Without the article that Spanish and English put before a name."""
    return _ARTICLE.sub("", said.strip(" ,.:«»\"'"))


def _is_called(said: str, tasks: Mapping[str, str]) -> bool:
    return plain(_bare(said)) in {plain(name) for name in tasks.values()}


def _told_apart(keys: Sequence[str], names: Mapping[str, str]) -> list[tuple[str, str]]:
    """(key, name); where names are equal, with the key."""
    shown = [names[key] for key in keys]
    return [(key, name if shown.count(name) == 1 else f"{name} ({key})") for key, name in zip(keys, shown, strict=True)]
