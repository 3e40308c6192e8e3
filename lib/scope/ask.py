"""What a client asks for, as a frozen value: work added, altered, removed and linked in one project's plan. It dates and prices nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Added:
    """New work. `key`: its name within the ask, by which other rows may wait for it. `hours` likely, the least and the most where known.

    Done by a person, or by a role that nobody is named for. `after` and `before`: tasks of the plan, or keys of the ask.
    """

    key: str
    name: str
    hours: float
    optimistic_hours: float | None = None
    pessimistic_hours: float | None = None
    person_id: str | None = None
    role: str | None = None
    after: tuple[str, ...] = ()
    before: tuple[str, ...] = ()


@dataclass(frozen=True)
class Altered:
    """A task of the plan whose remaining hours (likely, and the ends where known) or person become others; None: as they were."""

    task_id: str
    hours: float | None = None
    optimistic_hours: float | None = None
    pessimistic_hours: float | None = None
    person_id: str | None = None


@dataclass(frozen=True)
class Ask:
    """A change of one project's scope. Nothing of it is in the portfolio before somebody approves it.

    `removed`: tasks that go; what waited for them waits for what they waited for. `linked`, `unlinked`: finish-to-start links (predecessor,
    successor). `expense`: third-party cost that we bear; `pass_through`: what is billed on, at cost; both in the base currency.
    `change_id`: the logged request that it answers. `target_margin`: asked for where the project states none; a share of AGI. `cost_rate`:
    what an hour costs, in the base currency, asked for where no rate of anybody is known.
    """

    project_id: str
    title: str = ""
    added: tuple[Added, ...] = ()
    altered: tuple[Altered, ...] = ()
    removed: tuple[str, ...] = ()
    linked: tuple[tuple[str, str], ...] = ()
    unlinked: tuple[tuple[str, str], ...] = ()
    expense: float = 0.0
    pass_through: float = 0.0
    target_margin: float | None = None
    cost_rate: float | None = None
    change_id: str | None = None
    raised_by: str | None = None
    raised_on: date | None = None
    description: str | None = None
    reason: str | None = None
    acceptance_criteria: str | None = None
    in_scope: bool | None = None

    @property
    def is_empty(self) -> bool:
        """Whether it asks for nothing at all: then nothing moves and everything is zero."""
        return not (self.added or self.altered or self.removed or self.linked or self.unlinked or self.expense or self.pass_through)

    def as_json(self) -> dict[str, Any]:
        """As plain values, the inverse of `ask_of`."""
        return asdict(self) | {"raised_on": None if self.raised_on is None else self.raised_on.isoformat()}


def task_id_of(ask: Ask, key: str) -> str:
    """The id that a row of the ask has as a task of the plan: unlike any imported one."""
    return f"ask:{ask.change_id or ask.project_id}:{key}"


def ask_of(words: Mapping[str, Any]) -> Ask:
    """The ask that `as_json` wrote. TypeError, KeyError or ValueError for anything else."""
    given = dict(words)
    day = given.pop("raised_on", None)
    return Ask(
        added=tuple(Added(**{**row, **{side: tuple(row.get(side, ())) for side in ("after", "before")}}) for row in given.pop("added", ())),
        altered=tuple(Altered(**row) for row in given.pop("altered", ())),
        removed=tuple(given.pop("removed", ())),
        linked=tuple((first, then) for first, then in given.pop("linked", ())),
        unlinked=tuple((first, then) for first, then in given.pop("unlinked", ())),
        raised_on=None if day is None else date.fromisoformat(day),
        **given,
    )
