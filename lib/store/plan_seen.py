"""Whether a project's plan is still what an approval was worked out on, and what is logged on it. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from lib.columns import N_
from lib.portfolio import Portfolio
from lib.scope.orders import Approval
from lib.store.changes import StoreError
from lib.tables import TABLES

_SINCE = N_("{table} of the project changed after this was worked out. Work it out again, then approve it.")


class Outdated(StoreError):
    """What an approval was worked out on has changed since."""


def plan_as_seen(seen: Portfolio, now: Portfolio, project_id: str) -> None:
    """Raise `Outdated` unless the project's own row, its tasks, their links and its bookings are cell by cell what they were."""
    if seen.version == now.version:
        return
    for (name, was), (_, is_now) in zip(_plan_of(seen, project_id), _plan_of(now, project_id), strict=True):
        if not was.equals(is_now):
            raise Outdated(_SINCE, table=TABLES[name].title)


def _plan_of(portfolio: Portfolio, project_id: str) -> Iterator[tuple[str, pl.DataFrame]]:
    mine = pl.col("project_id") == project_id
    for name in ("projects", "tasks", "bookings"):
        yield name, portfolio[name].filter(mine).select(list(TABLES[name].columns)).collect().sort(TABLES[name].key)
    tasks = portfolio["tasks"].filter(mine).select("task_id").collect()["task_id"].implode()
    touching = pl.any_horizontal(pl.col("predecessor_id", "successor_id").is_in(tasks))
    yield "links", portfolio["links"].filter(touching).select(list(TABLES["links"].columns)).collect().sort(TABLES["links"].key)


def spent_hours(portfolio: Portfolio, approval: Approval) -> dict[str, float]:
    """Hours logged by the as-of on the tasks that are altered."""
    wanted = [change.task_id for change in approval.ask.altered]
    entries = portfolio["time_entries"].filter(pl.col("task_id").is_in(wanted), pl.col("date") <= approval.as_of)
    return dict(entries.group_by("task_id").agg(pl.col("hours").sum()).collect().iter_rows())
