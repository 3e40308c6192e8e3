"""Measures the critical path, both ways with all floats, on a large random network against networkx's longest path on the same graph."""

from __future__ import annotations

from functools import partial

import networkx as nx
import numpy as np
import polars as pl

from bench.measure import Measure, medians, tell
from lib.schedule.network import critical_path

TASKS, LINKS = 100_000, 200_000
LIMIT, ROUNDS = 2.0, 5


def paths(quick: bool) -> Measure:
    """100 000 tasks of 1 to 20 periods (a tenth if quick), 200 000 finish-to-start links between any two, none twice."""
    count, links = (TASKS // 10, LINKS // 10) if quick else (TASKS, LINKS)
    tell(f"critical path: {count:,} tasks, {links:,} links")
    rng = np.random.default_rng(1)
    ends = np.sort(rng.integers(0, count, (2 * links, 2)), axis=1)
    ends = np.unique(ends[ends[:, 0] < ends[:, 1]], axis=0)
    ends = rng.permutation(ends)[:links]
    durations = rng.integers(1, 20, count)
    ids = pl.Series([f"task {number}" for number in range(count)])
    tasks = pl.DataFrame({"task_id": ids, "duration": durations})
    linked = pl.DataFrame({"predecessor_id": ids.gather(ends[:, 0]), "successor_id": ids.gather(ends[:, 1]), "kind": "FS", "lag": 0})
    graph = nx.DiGraph()
    graph.add_nodes_from(range(count))
    graph.add_weighted_edges_from((int(before), int(after), int(durations[before])) for before, after in ends)
    ours, floor = medians(ROUNDS, partial(critical_path, tasks, linked), partial(nx.dag_longest_path, graph))
    name = f"critical path of {count:,} tasks and {len(ends):,} links"
    return Measure(name, ours * 1000, "ms", "networkx dag_longest_path", floor * 1000, LIMIT, f"median of {ROUNDS}, both ways, from frames")
