"""Orders and cycles of small graphs."""

from __future__ import annotations

import networkx as nx
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.schedule.graph import cycle_of, order_of

edges = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=14)


def ends(links: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([a for a, _ in links], np.int64), np.array([b for _, b in links], np.int64)


def test_each_comes_after_what_it_waits_for() -> None:
    assert order_of(4, *ends([(3, 2), (2, 1), (1, 0)])) == [3, 2, 1, 0]
    assert order_of(3, *ends([])) == [0, 1, 2]
    assert order_of(0, *ends([])) == []


def test_a_cycle_leaves_out_what_only_hangs_on_it() -> None:
    assert cycle_of(5, *ends([(0, 1), (1, 2), (2, 3), (3, 1), (3, 4)])) == [1, 2, 3]
    assert cycle_of(2, *ends([(1, 1)])) == [1]
    assert cycle_of(2, *ends([(0, 1)])) == []


@settings(max_examples=150, deadline=None)
@given(edges)
def test_there_is_an_order_or_a_cycle_as_networkx_says(links: list[tuple[int, int]]) -> None:
    graph = nx.DiGraph(links)
    order, cycle = order_of(8, *ends(links)), cycle_of(8, *ends(links))
    assert (order is not None) == nx.is_directed_acyclic_graph(graph) == (cycle == [])
    if order is not None:
        place = {task: number for number, task in enumerate(order)}
        assert all(place[a] < place[b] for a, b in links)
    assert all((a, b) in links for a, b in zip(cycle, [*cycle[1:], *cycle[:1]], strict=True))
    assert len(set(cycle)) == len(cycle)
