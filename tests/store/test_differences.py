"""The two ways in which an import is compared with what stands must say the same."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from lib.store.differences import _unlike

SCHEMA = {"key": pl.String, "amount": pl.Float64, "tags": pl.List(pl.String), "_source": pl.String}
VALUES = st.tuples(
    st.sampled_from([None, 0.0, -0.0, 1.5, float("nan")]), st.sampled_from([None, [], ["a"], ["a", "b"]]), st.sampled_from(["", "jira"])
)


@given(
    st.lists(VALUES, max_size=8), st.lists(VALUES, max_size=8), st.permutations(range(8))
)  # fmt: skip
def test_rows_in_the_same_order_are_compared_as_a_join_would(then: list[tuple], now: list[tuple], order: list[int]) -> None:
    standing = pl.DataFrame([(str(row), *values) for row, values in enumerate(then)], schema=SCHEMA, orient="row")
    incoming = pl.DataFrame([(str(row), *values) for row, values in enumerate(now)], schema=SCHEMA, orient="row")
    shuffled = pl.DataFrame([(str(row), *now[row]) for row in order if row < len(now)], schema=SCHEMA, orient="row")
    aligned, joined = (_unlike(rows, standing, ["key"]) for rows in (incoming, shuffled))
    assert aligned.sort("key").equals(joined.sort("key"))
    said = {key for key, *cells in incoming.iter_rows() if int(key) >= len(then) or not _same(cells, standing.row(int(key))[1:])}
    assert set(aligned["key"]) == said


def _same(cells: list, others: tuple) -> bool:
    return all(one == other or (one != one and other != other) for one, other in zip(cells, others, strict=True))
