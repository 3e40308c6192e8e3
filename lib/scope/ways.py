"""Other ways to do what is asked: with more people, in place of other work, in a later phase. An ask and a plan in, others out.

It dates and prices nothing. Where definitions are silent. New work is what the ask adds, and the hours by which it makes a task longer:
these become work of their own, which waits for what that task waits for and holds up what that task holds up. Work to take out in exchange
has not begun, is no milestone or deliverable, is not spoken of in the ask, came with no change order, and nothing outside the project waits
for it; work without a committed date of its own goes first. Of the sets of hours nearest to those asked for it is the one with the fewest
tasks, then the one that begins last.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from lib.schedule.assumptions import Assumptions, Rates
from lib.schedule.graph import Problems
from lib.schedule.plan import Plan
from lib.scope.ask import Added, Altered, Ask, task_id_of
from lib.scope.changed import plan_with

STEPS_PER_HOUR = 4
"""Hours of work to take out are looked at in quarters."""
CANDIDATES = 40
"""So many tasks are looked at for an exchange, those that begin last."""
NEAR = 0.25
"""Of the hours asked for, the share by which work taken out may differ and still be told as about as much."""


@dataclass(frozen=True)
class Taken:
    """What options take for granted, for people to change. `ramp_up_share`: hours more that people new to the work need; `rate_factor`:
    what they cost over the median of their role."""

    ramp_up_share: float = 0.2
    rate_factor: float = 1.25


USUAL = Taken()

def new_work(plan: Plan, ask: Ask) -> tuple[tuple[Added, ...], tuple[Altered, ...]]:
    """The ask's new work, hours by which tasks become longer among it; and what is left of its alterations."""
    rows = {row["task_id"]: row for row in plan.tasks.iter_rows(named=True)}
    added, left = list(ask.added), []
    for change in ask.altered:
        row = rows.get(change.task_id)
        more = 0.0 if change.hours is None or row is None else change.hours - row["work_hours"]
        if row is None or more <= 0:
            left.append(change)
            continue
        before = [first for first, then, kind in _pairs(plan) if then == change.task_id and kind == "FS"]
        after = [then for first, then, kind in _pairs(plan) if first == change.task_id and kind == "FS"]
        low, high = (_share_of(more, end, change, row) for end in ("optimistic_hours", "pessimistic_hours"))
        added.append(Added(
            f"more:{change.task_id}", row["name"], more, low, high,
            change.person_id or row["person_id"], row["role"], tuple(before), tuple(after),
        ))  # fmt: skip
        if change.person_id is not None:
            left.append(Altered(change.task_id, person_id=change.person_id))
    return tuple(added), tuple(left)


def _share_of(more: float, end: str, change: Altered, row: Mapping[str, Any]) -> float | None:
    """What the least or the most hours of a longer task are of the hours added to it: the same share as of the whole."""
    if getattr(change, end) is not None and change.hours:
        return float(getattr(change, end)) / change.hours * more
    return None if row[end] is None or not row["work_hours"] else float(row[end]) / float(row["work_hours"]) * more


def by_more_people(plan: Plan, ask: Ask, roles: Mapping[str, str | None], taken: Taken) -> Ask:
    """The ask with its new work done by people who are not there yet, one for each piece, of the role that would have done it.

    `roles`: of people by id. Hours grow by the ramp-up share.
    """
    added, altered = new_work(plan, ask)
    most = 1 + taken.ramp_up_share

    def longer(hours: float | None) -> float | None:
        return None if hours is None else hours * most

    rows = tuple(
        replace(
            row, hours=row.hours * most, optimistic_hours=longer(row.optimistic_hours), pessimistic_hours=longer(row.pessimistic_hours),
            person_id=None, role=row.role or (roles.get(row.person_id) if row.person_id is not None else None),
        )
        for row in added
    )  # fmt: skip
    return replace(ask, added=rows, altered=altered)


def priced_apart(plan: Plan, ask: Ask, assumptions: Assumptions, taken: Taken) -> tuple[Plan, Assumptions]:
    """The plan with new work under roles of their own, and assumptions in which these cost `rate_factor` times what the roles do."""
    own, rates = {task_id_of(ask, row.key): row.role for row in ask.added}, assumptions.rates
    named = {role: f"extra:{role or ''}" for role in own.values()}
    priced = {name: rate * taken.rate_factor for role, name in named.items() if (rate := rates.of(None, role)) is not None}
    new = {task: named[role] for task, role in own.items()}
    role = pl.col("task_id").replace_strict(new, default=pl.col("role"), return_dtype=pl.String)
    renamed = replace(plan, tasks=plan.tasks.with_columns(role.alias("role")))
    return renamed, replace(assumptions, rates=Rates(rates.by_person, {**rates.by_role, **priced}, rates.everybody))


def to_take_out(plan: Plan, starts: Mapping[str, int | None], ask: Ask, agreed: Collection[str] = ()) -> tuple[str, ...]:
    """Tasks of about as many hours as the ask adds, to be left out for it; none where nothing is near.

    `starts`: instants at which tasks begin as things are. `agreed`: tasks that came with a change order.
    """
    added, _ = new_work(plan, ask)
    wanted = sum(row.hours for row in added)
    if wanted <= 0:
        return ()
    spoken = {name for row in ask.added for name in (*row.after, *row.before)} | {row.task_id for row in ask.altered} | set(ask.removed)
    spoken |= {name for pair in (*ask.linked, *ask.unlinked) for name in pair}
    rows = plan.tasks.filter(
        pl.col("project_id") == ask.project_id,
        pl.col("finished_on").is_null() & pl.col("started_on").is_null(),
        pl.col("kind") == "task",
        pl.col("work_hours") > 0,
    ).filter(~pl.col("task_id").is_in(list({*spoken, *agreed, *_held(plan, ask.project_id)})))
    for free in (rows.filter(pl.col("due").is_null()), rows):
        hours = {task: work for task, work in free.select("task_id", "work_hours").rows() if starts.get(task) is not None}
        latest = sorted(hours, key=lambda task: (-(starts[task] or 0), task))[:CANDIDATES]
        found = _nearest([(task, round(hours[task] * STEPS_PER_HOUR)) for task in latest], round(wanted * STEPS_PER_HOUR))
        if found:
            return found
    return ()


def later_phase(plan: Plan, ask: Ask) -> tuple[Ask, Plan, str] | Problems:
    """The new work as a phase of its own after all of the project: the ask that this is, the plan, and the project id that the phase has in
    it, so that the promise is not its. What the ask alters otherwise, removes or links waits as well, and is not in it."""
    added, _ = new_work(plan, ask)
    keys = {row.key for row in added}
    held = {row.key for row in added if keys.intersection(row.after)} | {one for row in added for one in row.before if one in keys}
    last = _last(plan, ask.project_id)
    rows = tuple(
        replace(
            row, before=tuple(one for one in row.before if one in keys),
            after=tuple(one for one in row.after if one in keys) if row.key in held else last,
        )
        for row in added
    )  # fmt: skip
    only = replace(ask, added=rows, altered=(), removed=(), linked=(), unlinked=())
    changed = plan_with(plan, only)
    if isinstance(changed, Problems):
        return changed
    later, own = f"later:{ask.project_id}", f"project:{ask.project_id}"
    mine = pl.col("task_id").is_in([task_id_of(only, key) for key in keys])
    tasks = changed.tasks.with_columns(pl.when(mine).then(pl.lit(later)).otherwise("project_id").alias("project_id"))
    calendars = {**plan.calendars, **({f"project:{later}": plan.calendars[own]} if own in plan.calendars else {})}
    return only, replace(changed, tasks=tasks, calendars=calendars), later


def _pairs(plan: Plan) -> list[tuple[str, str, str]]:
    return plan.links.select("predecessor_id", "successor_id", "kind").rows()


def _last(plan: Plan, project_id: str) -> tuple[str, ...]:
    """Open tasks of the project that no other open task of it waits for."""
    mine = plan.tasks.filter(pl.col("project_id") == project_id, pl.col("finished_on").is_null())["task_id"]
    held = {first for first, then, _ in _pairs(plan) if then in set(mine)}
    return tuple(task for task in mine if task not in held)


def _held(plan: Plan, project_id: str) -> set[str]:
    """Tasks of the project that something outside it waits for, be it through others."""
    own = dict(plan.tasks.select("task_id", "project_id").rows())
    before: dict[str, list[str]] = {}
    for first, then, _ in _pairs(plan):
        before.setdefault(then, []).append(first)
    found: set[str] = set()
    waiting = [task for task, project in own.items() if project != project_id]
    while waiting:
        for first in before.get(waiting.pop(), ()):
            if first not in found:
                found.add(first)
                waiting.append(first)
    return {task for task in found if own.get(task) == project_id}


def _nearest(tasks: Sequence[tuple[str, int]], wanted: int) -> tuple[str, ...]:
    """Of all sets of `tasks` (name, size; the most wanted first) one whose sizes add up nearest to `wanted`."""
    most = 2 * wanted
    best: dict[int, tuple[tuple[int, int], tuple[str, ...]]] = {0: ((0, 0), ())}
    for rank, (task, size) in enumerate(tasks):
        for total, (worth, chosen) in sorted(best.items(), reverse=True):
            if total + size > most:
                continue
            longer = (worth[0] + 1, worth[1] + rank)
            if total + size not in best or longer < best[total + size][0]:
                best[total + size] = (longer, (*chosen, task))
    total = min((sum for sum in best if sum), key=lambda sum: (abs(sum - wanted), best[sum][0]), default=0)
    return tuple(sorted(best[total][1])) if total and abs(total - wanted) <= NEAR * wanted else ()
