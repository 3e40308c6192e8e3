"""A plan's tasks as a network to be gone through more than once: alone, and with the order in which people work. It decides nothing.

The passes are those of `lib.schedule.chains`; here they share what all of them need.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import polars as pl

from lib.schedule.axis import NEVER, day_of
from lib.schedule.chains import Link, Work, driving, early, late
from lib.schedule.dates import end_of_work, links_of, slack, works_of
from lib.schedule.graph import Problems, numbers_of, order_of
from lib.schedule.plan import Plan


@dataclass(frozen=True, eq=False)
class Network:
    """The open tasks of a plan with all that they wait for, by number; `plan` has no others."""

    plan: Plan
    numbers: dict[str, int]
    tasks: Sequence[Work]
    links: Sequence[Link]


@dataclass(frozen=True, eq=False)
class Times:
    """Early and late instants by number, and what drives each task."""

    network: Network
    order: Sequence[int]
    starts: Sequence[int]
    finishes: Sequence[int]
    drivers: list[list[int]]
    late_starts: Sequence[int]
    late_finishes: Sequence[int]

    def critical(self) -> list[bool]:
        """Whether each task is on the driving chain of its project."""
        return driving(self.network.tasks, self.finishes, self.drivers, self.order)

    def float_days(self, number: int) -> float | None:
        """Working days of total float; None of finished work."""
        task = self.network.tasks[number]
        return slack(task, (self.starts[number], self.late_starts[number]), (self.finishes[number], self.late_finishes[number]))[0]

    def late_finish_on(self, number: int) -> date:
        """The day of the latest finish."""
        return day_of(end_of_work(self.network.tasks[number], self.late_finishes[number]), finish=True)


def network_of(plan: Plan) -> Network | None:
    """The network of what is open; None for a link to a task that is not there."""
    own = trimmed(plan)
    numbers = numbers_of(own.tasks["task_id"].to_list())
    links = links_of(own, numbers)
    return None if isinstance(links, Problems) else Network(own, numbers, works_of(own), links)


def timed(network: Network, sequences: pl.DataFrame | None = None, hold: Callable[[str, int], int] | None = None) -> Times | None:
    """Times with the pairs of `sequences` as further finish-to-start links; None where these make a circle, or somebody has no hours.

    Late times are against the finish of each project, or against `hold` of its id and that finish.
    """
    numbers, links = network.numbers, list(network.links)
    if sequences is not None:
        pairs = sequences.select("predecessor_id", "successor_id").rows()
        links += [Link(numbers[first], numbers[then], "FS", 0, None) for first, then in pairs if first in numbers and then in numbers]
    count = len(network.tasks)
    order = order_of(count, *(np.array([link[end] for link in links], np.int64) for end in (0, 1)))
    if order is None:
        return None
    into: list[list[Link]] = [[] for _ in range(count)]
    out: list[list[Link]] = [[] for _ in range(count)]
    for link in links:
        into[link.target].append(link)
        out[link.source].append(link)
    starts, finishes, drivers = early(network.tasks, into, order)
    if any(finish >= NEVER for finish in finishes):
        return None
    ends: dict[str, int] = {}
    for task, finish in zip(network.tasks, finishes, strict=True):
        ends[task.group] = max(ends.get(task.group, finish), finish)
    if hold is not None:
        ends = {group: hold(group, finish) for group, finish in ends.items()}
    late_starts, late_finishes = late(network.tasks, out, order, ends, finishes)
    return Times(network, order, starts, finishes, drivers, late_starts, late_finishes)


def trimmed(plan: Plan) -> Plan:
    """The plan without finished tasks that nothing open waits for: the same dates of all that is open, in less time."""
    open_ids = plan.tasks.filter(pl.col("finished_on").is_null())["task_id"].implode()
    touching = plan.links.filter(pl.col("predecessor_id").is_in(open_ids) | pl.col("successor_id").is_in(open_ids))
    ends = pl.concat([touching["predecessor_id"], touching["successor_id"]]).unique().implode()
    tasks = plan.tasks.filter(pl.col("finished_on").is_null() | pl.col("task_id").is_in(ends))
    return replace(plan, tasks=tasks, links=touching)
