"""Summary tasks: which leaves lie below each, and what a link on a summary means for them. Dates nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from lib.schedule.graph import Problem


def leaves_of(task_ids: Sequence[str], parents: Mapping[str, str]) -> dict[str, tuple[str, ...]] | Problem:
    """The leaves below each task, in the order of `task_ids`; a leaf has itself. Problem parent_cycle where a task lies below itself."""
    leaves: dict[str, list[str]] = {task: [] for task in task_ids}
    above = set(parents.values())
    for task in task_ids:
        path = [task]
        while path[-1] in parents:
            path.append(parents[path[-1]])
            if len(path) > len(leaves):
                start = path.index(path[-1])
                return Problem("parent_cycle", tuple(path[start:-1][: path[start + 1 :].index(path[-1]) + 1]))
        if task not in above:
            for summary in path:
                leaves[summary].append(task)
    return {task: tuple(below) for task, below in leaves.items()}


def leaf_links(links: pl.DataFrame, leaves: Mapping[str, tuple[str, ...]]) -> pl.DataFrame:
    """The same links between leaves.

    A summary starts with the first of its leaves and finishes with the last: a link *from its start* is one from those leaves that wait for
    none of the others, any other link is one from or to all of them (a link *to its finish*: to those for which none of the others waits).
    """
    summaries = {task for task, below in leaves.items() if below != (task,)}
    rows = []
    inner = _inner(links, leaves) if summaries else {}
    for before, after, kind, *lag in links.select("predecessor_id", "successor_id", "kind", "lag_hours", "elapsed").iter_rows():
        sources, targets = leaves[before], leaves[after]
        if before in summaries and kind in ("SS", "SF"):
            sources = tuple(leaf for leaf in sources if not inner[leaf][0] & set(sources)) or sources
        if after in summaries and kind in ("FF", "SF"):
            targets = tuple(leaf for leaf in targets if not inner[leaf][1] & set(targets)) or targets
        rows += [(source, target, kind, *lag) for source in sources for target in targets]
    return pl.DataFrame(rows, schema=links.select("predecessor_id", "successor_id", "kind", "lag_hours", "elapsed").schema, orient="row")


def _inner(links: pl.DataFrame, leaves: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[set[str], set[str]]]:
    """For each leaf, those that it waits for and those that wait for it, by links between leaves."""
    found: dict[str, tuple[set[str], set[str]]] = {leaf: (set(), set()) for leaf, below in leaves.items() if below == (leaf,)}
    for before, after in links.select("predecessor_id", "successor_id").iter_rows():
        if before in found and after in found:
            found[after][0].add(before)
            found[before][1].add(after)
    return found
