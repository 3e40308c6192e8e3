"""The critical path method in plain periods: early and late times, floats, what is critical. Knows no calendar and no people.

Kelley and Walker 1959 for finish-to-start links; start-to-start, finish-to-finish and start-to-finish with lags as bounds between two
starts, after Elmaghraby and Kamburowski 1992. Loops in topological order over arrays prepared once; whole numbers stay whole. Dates are
`lib/schedule/dates.py`'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from lib.schedule.graph import Ints, Problem, Problems, cycle_of, order_of

KINDS = ("FS", "SS", "FF", "SF")
TIMES = ("early_start", "early_finish", "late_start", "late_finish", "total_float", "free_float")
DECIMALS = 6
"""Durations and lags with no more decimals are calculated as whole numbers of the last one, so that 0.1 + 0.2 is 0.3."""


@dataclass(frozen=True)
class Network:
    """Tasks as numbers 0 … n − 1 in the order given, and links as arrays in topological order of their predecessor.

    `durations` and `bounds` are int64, or float64 where decimals do not end: the successor starts no earlier than the predecessor's start
    plus the bound. `scale`: how many of these units make one period.
    """

    durations: Ints
    sources: Ints
    targets: Ints
    bounds: Ints
    scale: int


def critical_path(tasks: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame | Problems:
    """Early and late times of each task, in the order of `tasks`.

    `tasks`: task_id (text or whole number), duration (periods, ≥ 0). `links`: predecessor_id, successor_id, kind (FS, SS, FF, SF;
    without it FS), lag (periods, negative for a lead; without it 0).

    Returns task_id, early_start, early_finish, late_start, late_finish, total_float, free_float (periods; Int64 where durations are
    whole by type and lags by value, else Float64) and critical (total float 0). No start is before 0, whatever the lead. The network's
    finish is its latest early finish; late times and floats are against it. Free float is by how much a task can move without moving
    the early start of any successor, through any kind of link, nor the finish.

    Problems: missing_id, duplicate_task, missing_duration (null, NaN, infinite or no number), negative_duration, unknown_link_kind,
    missing_lag (NaN, infinite), dangling_link (both ends, "" for a null), cycle (the tasks on one, in order).
    """
    network = network_of(tasks, links)
    if isinstance(network, Problems):
        return network
    starts, late_starts, finish = passes(network)
    total = late_starts - starts
    free = finish - starts - network.durations
    if len(network.sources):
        np.minimum.at(free, network.sources, starts[network.targets] - starts[network.sources] - network.bounds)
    # Where decimals do not end, sums of the same numbers in another order differ in the last places.
    least = 0 if network.bounds.dtype.kind == "i" else 1e-9 * max(1.0, abs(float(finish)))
    total, free = np.where(total <= least, 0, total), np.where(free <= least, 0, np.minimum(free, total))
    times = (starts, starts + network.durations, late_starts, late_starts + network.durations, total, free)
    whole = tasks["duration"].dtype.is_integer() and network.scale == 1 and network.bounds.dtype.kind == "i"
    columns = {name: time if whole else time / network.scale for name, time in zip(TIMES, times, strict=True)}
    return pl.DataFrame({"task_id": tasks["task_id"], **columns, "critical": total == 0})


def passes(network: Network) -> tuple[Ints, Ints, Any]:
    """Early starts, late starts and the network's finish, in the network's units."""
    pairs = list(zip(network.sources.tolist(), network.targets.tolist(), network.bounds.tolist(), strict=True))
    durations = network.durations.tolist()
    starts = [0 * duration for duration in durations]
    for source, target, bound in pairs:
        start = starts[source] + bound
        if start > starts[target]:
            starts[target] = start
    finish = max((start + duration for start, duration in zip(starts, durations, strict=True)), default=0)
    late = [finish - duration for duration in durations]
    for source, target, bound in reversed(pairs):
        start = late[target] - bound
        if start < late[source]:
            late[source] = start
    return np.array(starts, network.durations.dtype), np.array(late, network.durations.dtype), finish


def network_of(tasks: pl.DataFrame, links: pl.DataFrame) -> Network | Problems:
    """The frames of `critical_path` as arrays, or what is wrong with them."""
    names = tasks["task_id"].cast(pl.String)
    ids = names.to_list()
    links = _filled(links)
    known = names.unique(maintain_order=True).drop_nulls()
    numbers = pl.Series(np.arange(len(known)))
    ends = [links[name] for name in ("predecessor_id", "successor_id")]
    sources, targets = (end.replace_strict(known, numbers, default=-1, return_dtype=pl.Int64).fill_null(-1).to_numpy() for end in ends)
    (durations, lags), scale = _in_units(tasks["duration"], links["lag"])
    problems = _task_problems(ids, durations)
    wrong = {
        "dangling_link": (sources < 0) | (targets < 0),
        "unknown_link_kind": ~links["kind"].is_in(KINDS).to_numpy(),
        "missing_lag": ~np.isfinite(lags),
    }
    for kind, found in wrong.items():
        problems += [Problem(kind, tuple(end[int(number)] or "" for end in ends)) for number in np.flatnonzero(found)]
    if problems:
        return Problems(tuple(problems))
    order = order_of(len(ids), sources, targets)
    if order is None:
        return Problems((Problem("cycle", tuple(ids[number] for number in cycle_of(len(ids), sources, targets))),))
    after_finish, to_finish = (links["kind"].is_in(kinds).to_numpy() for kinds in (("FS", "FF"), ("FF", "SF")))
    bounds = lags + np.where(after_finish, durations[sources], 0) - np.where(to_finish, durations[targets], 0)
    rank = np.empty(len(ids), np.int64)
    rank[order] = np.arange(len(ids))
    by_rank = np.argsort(rank[sources], kind="stable")
    return Network(durations, sources[by_rank], targets[by_rank], bounds[by_rank], scale)


def _task_problems(ids: list[Any], durations: Ints) -> list[Problem]:
    found = []
    if None in ids:
        found.append(Problem("missing_id", ()))
    if len(set(ids)) < len(ids):
        seen: dict[Any, int] = {}
        for task in ids:
            seen[task] = seen.get(task, 0) + 1
        found.append(Problem("duplicate_task", tuple(str(task) for task, times in seen.items() if times > 1)))
    for kind, wrong in (("missing_duration", ~np.isfinite(durations)), ("negative_duration", durations < 0)):
        if wrong.any():
            found.append(Problem(kind, tuple(str(ids[number]) for number in np.flatnonzero(wrong))))
    return found


def _filled(links: pl.DataFrame) -> pl.DataFrame:
    """predecessor_id, successor_id, kind as text and lag, whichever columns are there."""
    lag = pl.lit(0, pl.Int64).alias("lag")
    if "lag" in links.columns:
        number = pl.col("lag") if links["lag"].dtype.is_numeric() else pl.col("lag").cast(pl.Float64, strict=False)
        lag = pl.when(pl.col("lag").is_not_null()).then(number).otherwise(0)
    kind = pl.col("kind").cast(pl.String) if "kind" in links.columns else pl.lit(None, pl.String).alias("kind")
    if "predecessor_id" not in links.columns and links.is_empty():
        links = pl.DataFrame(schema={"predecessor_id": pl.String, "successor_id": pl.String, "kind": pl.String, "lag": pl.Int64})
    return links.select(
        pl.col("predecessor_id", "successor_id").cast(pl.String),
        kind.str.strip_chars().str.to_uppercase().fill_null("FS"),
        lag,
    )


def _in_units(*columns: pl.Series) -> tuple[list[Ints], int]:
    """Columns of numbers as whole units, with how many make one period; as float64 periods where the decimals of one do not end."""
    given = [column.cast(pl.Float64, strict=False).fill_null(float("nan")).to_numpy() for column in columns]
    if all(column.dtype.is_integer() and not column.null_count() for column in columns):
        return [column.cast(pl.Int64).to_numpy() for column in columns], 1
    for scale in (10**decimals for decimals in range(DECIMALS + 1)):
        units = [np.rint(values * scale) for values in given]
        if all((np.abs(unit) < 2**50).all() and (unit / scale == values).all() for unit, values in zip(units, given, strict=True)):
            return [unit.astype(np.int64) for unit in units], scale
    return given, 1
