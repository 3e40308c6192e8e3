"""The plan as an ask would have it: work added, altered, removed and linked in one project. It dates nothing, and touches no table.

Where definitions are silent. What waited for removed work waits for what that waited for, with both lags. New hours of a task with three
points move its ends in the same proportion, unless the ask states them. A link to a summary is one to all tasks below it. The order of the
ask's rows changes nothing: they go into the plan in the order of their keys.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from lib.schedule.calendars import NEVER, TICKS_PER_HOUR
from lib.schedule.graph import Problem, Problems, cycle_of, numbers_of, order_of
from lib.schedule.plan import LINK_SCHEMA, TASK_SCHEMA, Plan
from lib.scope.ask import Added, Ask, task_id_of

_Link = tuple[str, str, str, float, bool]  # predecessor, successor, kind, lag in hours, elapsed


def plan_with(plan: Plan, ask: Ask, not_before: date | None = None) -> Plan | Problems:
    """`plan` with the change: added rows have the ids of `task_id_of` and don't begin before `not_before`.

    Problems: those of `faults`, and cycle (the tasks of a circle that its links would close).
    """
    wrong = tuple(faults(plan, ask))
    if wrong:
        return Problems(wrong)
    if ask.is_empty:
        return plan
    known = _Tasks.of(plan, ask)
    gone = known.leaves(ask.removed)
    links = [link for link in _links_of(plan) if link[:2] not in known.pairs(ask.unlinked)]
    links = bridged(links, gone)
    links += _new_links(links, known, ask)
    tasks = _altered(plan.tasks, ask).filter(~pl.col("task_id").is_in(list(gone)))
    tasks = pl.concat([tasks, _added(plan, ask, not_before)])
    changed = replace(plan, tasks=tasks, links=pl.DataFrame(links, schema=LINK_SCHEMA, orient="row"))
    circle = _circle(changed)
    return Problems((circle,)) if circle is not None else changed


def faults(plan: Plan, ask: Ask) -> Iterator[Problem]:
    """What is wrong with an ask, by kind with the tasks, keys or people concerned.

    unknown_project, duplicate_key, unknown_task, unknown_link, finished_task (altered or removed), removed_and_used, link_to_itself,
    hours_not_positive (added), negative_hours (altered), points_unordered (least > likely or likely > most), unknown_person, no_capacity
    (a person without hours ever again), negative_money, target_out_of_range.
    """
    tasks = plan.tasks.filter(pl.col("project_id") == ask.project_id)
    if tasks.is_empty():
        yield Problem("unknown_project", (ask.project_id,))
        return
    known, keys = _Tasks.of(plan, ask), [row.key for row in ask.added]
    finished = set(tasks.filter(pl.col("finished_on").is_not_null())["task_id"])
    changed = [*(row.task_id for row in ask.altered), *known.leaves(ask.removed)]
    own = [*(row.task_id for row in ask.altered), *ask.removed]
    named = [one for row in ask.added for one in (*row.after, *row.before)] + [one for pair in (*ask.linked, *ask.unlinked) for one in pair]
    inside = set(tasks["task_id"]) | known.summaries
    gone = known.leaves(ask.removed)
    pairs = {link[:2] for link in _links_of(plan)}
    yield from _told("duplicate_key", [key for key in dict.fromkeys(keys) if keys.count(key) > 1])
    yield from _told("unknown_task", [one for one in own if one not in inside] + [one for one in named if not known.has(one)])
    yield from _told("finished_task", [task for task in changed if task in finished])
    yield from _told("removed_and_used", [one for one in (*named, *(row.task_id for row in ask.altered)) if {*known.leaves((one,))} & gone])
    yield from _told("link_to_itself", [first for first, then in ask.linked if {*known.leaves((first,))} & {*known.leaves((then,))}])
    for pair in ask.unlinked:
        if not known.pairs((pair,)) & pairs:
            yield Problem("unknown_link", pair)
    yield from _told("hours_not_positive", [row.name or row.key for row in ask.added if not row.hours > 0])
    yield from _told("negative_hours", [row.task_id for row in ask.altered if row.hours is not None and not row.hours >= 0])
    yield from _told("points_unordered", [*_unordered(ask.added), *_unordered_altered(plan, ask)])
    yield from _people(plan, ask)
    if not (ask.expense >= 0 and ask.pass_through >= 0 and (ask.cost_rate is None or ask.cost_rate >= 0)):
        yield Problem("negative_money", ())
    if ask.target_margin is not None and not 0 <= ask.target_margin < 1:
        yield Problem("target_out_of_range", ())


def bridged(links: Sequence[_Link], gone: Collection[str]) -> list[_Link]:
    """`links` without the tasks `gone`: what waited for one waits for what that waited for.

    A way leads through a task from its start to either end, and from its finish to its finish. Lags add up; where one runs on the clock and
    the other in working hours, the second counts alone.
    """
    left = list(dict.fromkeys(links))
    for task in sorted(gone):
        into, out = [link for link in left if link[1] == task], [link for link in left if link[0] == task]
        left = [link for link in left if task not in link[:2]]
        for first, _, kind, lag, elapsed in into:
            for _, then, next_kind, next_lag, next_elapsed in out:
                if first == then or (kind[1] == "F" and next_kind[0] == "S"):
                    continue
                both = lag + next_lag if elapsed == next_elapsed or not lag or not next_lag else next_lag
                runs = next_elapsed if next_lag else elapsed
                left.append((first, then, kind[0] + next_kind[1], both, runs))
    return list(dict.fromkeys(left))


@dataclass(frozen=True)
class _Tasks:
    """What a name in the ask may mean: a key of the ask, a task of the plan, or a summary of it."""

    ids: frozenset[str]
    keys: Mapping[str, str]
    below: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, plan: Plan, ask: Ask) -> _Tasks:
        below: dict[str, list[str]] = {}
        for task in plan.tasks["task_id"]:
            above = plan.parents.get(task)
            while above is not None:
                below.setdefault(above, []).append(task)
                above = plan.parents.get(above)
        keys = {row.key: task_id_of(ask, row.key) for row in ask.added}
        return cls(frozenset(plan.tasks["task_id"]), keys, {name: tuple(tasks) for name, tasks in below.items()})

    @property
    def summaries(self) -> frozenset[str]:
        return frozenset(self.below)

    def has(self, name: str) -> bool:
        return name in self.keys or name in self.ids or name in self.below

    def leaves(self, names: Collection[str]) -> frozenset[str]:
        """The tasks of the changed plan that are meant."""
        found: set[str] = set()
        for name in names:
            found.update((self.keys[name],) if name in self.keys else (name,) if name in self.ids else self.below.get(name, ()))
        return frozenset(found)

    def pairs(self, links: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
        return {(one, two) for first, then in links for one in self.leaves((first,)) for two in self.leaves((then,))}


def _told(kind: str, names: Sequence[str]) -> Iterator[Problem]:
    if names:
        yield Problem(kind, tuple(dict.fromkeys(names)))


def _unordered(rows: Sequence[Added]) -> Iterator[str]:
    for row in rows:
        low, high = row.optimistic_hours, row.pessimistic_hours
        if (low is not None and not 0 <= low <= row.hours) or (high is not None and not high >= row.hours):
            yield row.name or row.key


def _unordered_altered(plan: Plan, ask: Ask) -> Iterator[str]:
    now = dict(plan.tasks.select("task_id", "work_hours").rows())
    for row in ask.altered:
        hours = now.get(row.task_id, 0.0) if row.hours is None else row.hours
        low, high = row.optimistic_hours, row.pessimistic_hours
        if (low is not None and not 0 <= low <= hours) or (high is not None and not high >= hours):
            yield row.task_id


def _people(plan: Plan, ask: Ask) -> Iterator[Problem]:
    rows = [(row.person_id, row.hours) for row in ask.added] + [(row.person_id, row.hours or 0.0) for row in ask.altered]
    named = [(person, hours) for person, hours in rows if person is not None]
    unknown = [person for person, _ in named if person not in plan.calendars]
    if unknown:
        yield Problem("unknown_person", (), tuple(dict.fromkeys(unknown)))
    worked = [(person, hours) for person, hours in named if person in plan.calendars and 0 < hours < float("inf")]
    idle = [person for person, hours in worked if plan.calendars[person].finish(plan.start, round(hours * TICKS_PER_HOUR)) >= NEVER]
    if idle:
        yield Problem("no_capacity", (), tuple(dict.fromkeys(idle)))


def _links_of(plan: Plan) -> list[_Link]:
    rest = (pl.col("lag_hours").fill_null(0.0), pl.col("elapsed").fill_null(False))
    return plan.links.select("predecessor_id", "successor_id", "kind", *rest).rows()


def _new_links(links: Sequence[_Link], known: _Tasks, ask: Ask) -> list[_Link]:
    wanted = known.pairs(ask.linked)
    for row in ask.added:
        wanted |= known.pairs([(one, row.key) for one in row.after]) | known.pairs([(row.key, one) for one in row.before])
    there = {link[:3] for link in links}
    return [(first, then, "FS", 0.0, False) for first, then in sorted(wanted) if (first, then, "FS") not in there]


def _added(plan: Plan, ask: Ask, not_before: date | None) -> pl.DataFrame:
    accounts = dict(plan.tasks.select("project_id", "account_id").rows())
    rows: list[dict[str, Any]] = [
        {
            "task_id": task_id_of(ask, row.key),
            "project_id": ask.project_id,
            "account_id": accounts.get(ask.project_id),
            "name": row.name,
            "kind": "task",
            "person_id": row.person_id,
            "role": row.role,
            "work_hours": float(row.hours),
            "optimistic_hours": row.optimistic_hours,
            "pessimistic_hours": row.pessimistic_hours,
            "not_before": not_before,
            "estimated": True,
        }
        for row in sorted(ask.added, key=lambda row: row.key)
    ]
    filled = [{name: row.get(name) for name in TASK_SCHEMA} for row in rows]
    return pl.DataFrame(filled, schema=TASK_SCHEMA, orient="row")


def _altered(tasks: pl.DataFrame, ask: Ask) -> pl.DataFrame:
    rows = tasks.rows(named=True)
    altered = {row.task_id: row for row in ask.altered}
    for row in rows:
        change = altered.get(row["task_id"])
        if change is None:
            continue
        if change.person_id is not None:
            row["person_id"] = change.person_id
        if change.hours is not None:
            before = row["work_hours"]
            for end in ("optimistic_hours", "pessimistic_hours"):
                row[end] = row[end] / before * change.hours if row[end] is not None and before else None
            row["work_hours"], row["estimated"] = float(change.hours), True
            row["wait_days"] = None if change.hours > 0 else row["wait_days"]
        for end in ("optimistic_hours", "pessimistic_hours"):
            stated = getattr(change, end)
            row[end] = row[end] if stated is None else float(stated)
    return pl.DataFrame(rows, schema=tasks.schema, orient="row")


def _circle(plan: Plan) -> Problem | None:
    ids = plan.tasks["task_id"].to_list()
    numbers = numbers_of(ids)
    ends = [np.array([numbers[task] for task in plan.links[name]], np.int64) for name in ("predecessor_id", "successor_id")]
    if order_of(len(ids), *ends) is not None:
        return None
    return Problem("cycle", tuple(ids[number] for number in cycle_of(len(ids), *ends)))
