"""A network of tasks as whole numbers: an order in which each comes after what it waits for, or a cycle. Knows neither time nor names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Ints: TypeAlias = NDArray[Any]


@dataclass(frozen=True)
class Problem:
    """What a person has to put right: a kind (cycle, dangling_link, negative_duration …), its tasks and, if it has any, its resources."""

    kind: str
    task_ids: tuple[str, ...]
    resource_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Problems:
    """Why there is no answer; returned, not raised."""

    found: tuple[Problem, ...]


def order_of(count: int, sources: Ints, targets: Ints) -> list[int] | None:
    """The numbers 0 to count − 1, each after those it waits for (Kahn 1962); None where links form a cycle.

    `sources`, `targets`: the two ends of each link.
    """
    order, _ = _ordered(count, sources, targets)
    return order if len(order) == count else None


def successors(count: int, sources: Ints, targets: Ints) -> tuple[list[int], list[int]]:
    """`first`, `after`: those that wait for task t are after[first[t] : first[t + 1]]."""
    by_source = np.argsort(sources, kind="stable")
    first = np.concatenate([[0], np.cumsum(np.bincount(sources, minlength=count))]).tolist()
    return first, np.asarray(targets)[by_source].tolist()


def cycle_of(count: int, sources: Ints, targets: Ints) -> list[int]:
    """The tasks on one cycle, each waiting for the one before; empty where there is none. Of those at hand, a short one."""
    _, waiting = _ordered(count, sources, targets)
    rest = {task for task, links in enumerate(waiting) if links}
    if not rest:
        return []
    back, before = successors(count, targets, sources)
    seen: dict[int, int] = {}
    path: list[int] = []
    task = min(rest)
    while task not in seen:
        seen[task] = len(path)
        path.append(task)
        task = next(earlier for earlier in before[back[task] : back[task + 1]] if earlier in rest)
    loop = path[seen[task] :][::-1]
    start = loop.index(min(loop))
    return loop[start:] + loop[:start]


def _ordered(count: int, sources: Ints, targets: Ints) -> tuple[list[int], list[int]]:
    """Those that can be ordered, and for how many each task still waits once they are gone."""
    waiting = np.bincount(targets, minlength=count).tolist()
    first, after = successors(count, sources, targets)
    order = [task for task, links in enumerate(waiting) if not links]
    for task in order:  # the list grows while it is walked
        for successor in after[first[task] : first[task + 1]]:
            waiting[successor] -= 1
            if not waiting[successor]:
                order.append(successor)
    return order, waiting


def numbers_of(ids: Sequence[Any]) -> dict[Any, int]:
    """The place of each id."""
    return {task_id: number for number, task_id in enumerate(ids)}
