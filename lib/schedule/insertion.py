"""New work in a frozen order: who does what after what once a plan has changed. What was there keeps its order; nothing is levelled again.

So a change cannot make anything else earlier: the links of the schedule before stay (through tasks that go, to what came after them), and
each new task, or task of another person than before, is put where its person comes to it first: before the first of the person's tasks that
would not have begun by then. Work taken away, or given to somebody else, may well make others earlier; and so may new links that have a
person do later work first, since that order can't be kept.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from lib.schedule.alike import alike
from lib.schedule.assumptions import Assumptions
from lib.schedule.axis import NEVER, day_of
from lib.schedule.forecasting import Forecast, Frozen
from lib.schedule.graph import Problems
from lib.schedule.model import Model, model_of, paces_of, with_sequences
from lib.schedule.plan import Plan
from lib.schedule.trials import Known, Pass, likely_pass

_SEQUENCES = {"person_id": pl.String, "predecessor_id": pl.String, "successor_id": pl.String}


@dataclass(frozen=True, eq=False)
class Inserted:
    """As a schedule: `tasks` (task_id, project_id, person_id, start, finish, start_on, finish_on; the open ones, null where never;
    pace_hours a day where others lie beside) and `sequences` (person_id, predecessor_id, successor_id)."""

    tasks: pl.DataFrame
    sequences: pl.DataFrame


def inserted(before: Plan, schedule: Frozen, after: Plan, known: Forecast | None = None) -> Inserted | Problems:
    """The changed plan `after` in the order that `schedule` froze for `before`.

    A task that by a new link waits for what came after it is put in anew. `known`: a forecast of `before` in that order, if there is one:
    the answer is the same and comes sooner. Problems: those of `model.model_of`.
    """
    worked = _worked(after)
    kept = {task: person for task, person in _worked(before).items() if worked.get(task) == person}
    pairs = _closed(schedule.sequences.select("predecessor_id", "successor_id").rows(), kept)
    new = [task for task in worked if task not in kept]
    paces = paces_of(before, schedule.tasks)
    lies = schedule.tasks.with_columns(pl.col("task_id").replace_strict(paces, default=None, return_dtype=pl.Float64).alias("pace_hours"))
    bare = model_of(after, lies, pl.DataFrame(schema=_SEQUENCES), Assumptions())
    if isinstance(bare, Problems):
        return bare
    last = None if known is None else (known.model, known.likely)
    taken_out: set[str] = set()
    while True:
        model = with_sequences(bare, pairs)
        if isinstance(model, Problems):
            against = _against(model, pairs)
            if against is None or against in taken_out:
                return model
            taken_out.add(against)
            del kept[against]
            pairs = _closed(pairs, kept)
            new.append(against)
            continue
        likely = likely_pass(model, None if last is None else Known(alike(model, last[0]), last[1]))
        last = model, likely
        if not new:
            tasks = _dated(after, likely).join(lies.select("task_id", "pace_hours"), on="task_id", how="left", maintain_order="left")
            rows = [(worked[then], first, then) for first, then in pairs]
            return Inserted(tasks, pl.DataFrame(rows, schema=_SEQUENCES, orient="row"))
        starts = [min(int(start[0]), NEVER) for start in likely.start]
        rank = {one: (starts[place], place) for place, one in enumerate(model.task_ids)}
        task = min(new, key=rank.__getitem__)
        new.remove(task)
        line = sorted((one for one, person in kept.items() if person == worked[task]), key=rank.__getitem__)
        place = _place(model, task, line, rank)
        pairs += [(line[place - 1], task)] if place else []
        pairs += [(task, line[place])] if place < len(line) else []
        kept[task] = worked[task]


def _worked(plan: Plan) -> dict[str, str]:
    """The person of each open task that takes somebody's hours."""
    rows = plan.tasks.filter(pl.col("finished_on").is_null() & (pl.col("work_hours") > 0) & pl.col("person_id").is_not_null())
    return dict(rows.select("task_id", "person_id").rows())


def _closed(pairs: Sequence[tuple[str, str]], kept: Collection[str]) -> list[tuple[str, str]]:
    """The pairs among those kept; what came before a task that goes comes before what came after it."""
    left = dict.fromkeys(pairs)
    for gone in dict.fromkeys(task for pair in pairs for task in pair if task not in kept):
        earlier = [first for first, then in left if then == gone]
        later = [then for first, then in left if first == gone]
        left = {pair: None for pair in left if gone not in pair} | {(first, then): None for first in earlier for then in later}
    return list(left)


def _against(problems: Problems, pairs: Sequence[tuple[str, str]]) -> str | None:
    """The task that the frozen order puts before one it now waits for; None where the order is not what is wrong."""
    if [problem.kind for problem in problems.found] != ["cycle"]:
        return None
    circle = problems.found[0].task_ids
    return next((first for first, then in zip(circle, (*circle[1:], circle[0]), strict=True) if (first, then) in set(pairs)), None)


def _place(model: Model, task: str, line: Sequence[str], rank: Mapping[str, tuple[int, int]]) -> int:
    """Where in `line` the task comes: before the first that begins no earlier, after all it waits for, before all that wait for it."""
    number = {name: place for place, name in enumerate(model.task_ids)}
    above, below = _reached(model, number[task], back=True), _reached(model, number[task], back=False)
    least = max((place + 1 for place, name in enumerate(line) if number[name] in above), default=0)
    most = min((place for place, name in enumerate(line) if number[name] in below), default=len(line))
    wished = next((place for place, name in enumerate(line) if rank[name][0] >= rank[task][0]), len(line))
    return min(max(wished, least), max(most, least))


def _reached(model: Model, task: int, back: bool) -> set[int]:
    """What the task waits for, or what waits for it."""
    found = {task}
    for one in reversed(model.order) if back else model.order:
        others = [bound.other for bound in model.before[one]]
        if back and one in found:
            found.update(others)
        elif not back and found.intersection(others):
            found.add(one)
    return found - {task}


def _dated(plan: Plan, likely: Pass) -> pl.DataFrame:
    """When each open task starts and finishes with likely hours."""
    starts = [None if tick >= NEVER else tick for tick in (int(start[0]) for start in likely.start)]
    finishes = [None if tick >= NEVER else tick for tick in (int(finish[0]) for finish in likely.finish)]
    first = [None if tick is None else day_of(tick) for tick in starts]
    last = [None if end is None or day is None else max(day_of(end, finish=True), day) for end, day in zip(finishes, first, strict=True)]
    return plan.tasks.filter(pl.col("finished_on").is_null()).select("task_id", "project_id", "person_id").with_columns(
        pl.Series("start", starts, pl.Int64),
        pl.Series("finish", finishes, pl.Int64),
        pl.Series("start_on", first, pl.Date),
        pl.Series("finish_on", last, pl.Date),
    )  # fmt: skip
