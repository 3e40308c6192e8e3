"""Schedules tasks that share resources, none of which is ever used beyond its capacity. It draws, saves and asks nothing.

`level` works in plain periods. `schedule` (`lib.schedule.scheduling`, from here too) works on a plan's calendars, over all its projects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import gcd, isfinite
from typing import Any

import numpy as np
import polars as pl

from lib.schedule.graph import Problem, Problems, order_of
from lib.schedule.network import network_of
from lib.schedule.schedule_checks import checked
from lib.schedule.scheduling import METHODS, Schedule, schedule
from lib.schedule.serial import Instance, best, lower_bound
from lib.schedule.solver import Progress, Search, shorter

__all__ = ["Leveled", "Schedule", "checked", "level", "schedule", "violations"]

PARTS = 1_000
"""Fractions of periods and units are kept to a thousandth."""


@dataclass(frozen=True, eq=False)
class Leveled:
    """`tasks`: task_id, start, finish in periods, in the order given. No schedule has a makespan below `bound`.

    `status`: "optimal" where makespan = bound is proved, else "feasible".
    """

    tasks: pl.DataFrame
    makespan: float
    bound: float
    status: str

    @property
    def gap(self) -> float:
        """(makespan − bound) / makespan; 0 where nothing takes time."""
        return (self.makespan - self.bound) / self.makespan if self.makespan else 0.0


def level(
    tasks: pl.DataFrame,
    links: pl.DataFrame,
    demands: pl.DataFrame,
    capacities: pl.DataFrame,
    method: str = "serial",
    seconds: float = 5.0,
    seed: int = 0,
    *,
    workers: int = 1,
    progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Leveled | Problems:
    """The shortest schedule found in which no resource is used beyond its capacity; no task is split, none begins before 0.

    `tasks`: task_id, duration (periods). `links`: predecessor_id, successor_id, kind (FS, SS, FF, SF; FS without it), lag (periods, may
    be negative; 0 without it). `demands`: task_id, resource_id, units in use while the task runs (rows of one pair add up).
    `capacities`: resource_id, units. Whole numbers stay whole; with fractions anywhere, times are floats to a thousandth of a period. A
    task without duration uses nothing.

    `method` "serial": the serial generation scheme with several rules and justification (`lib.schedule.serial`), the same answer
    always. "cp-sat": OR-Tools goes on from there for `seconds` at most, tells `progress` of each better makespan and bound, and ends
    soon after `stop` says so; never longer than the serial answer, and the same every time where it ends with status "optimal".

    Problems: those of `critical_path`, and dangling_demand, unknown_resource, missing_units, negative_units, duplicate_resource,
    demand_over_capacity, with tasks and resources. ValueError for an unknown method.
    """
    if method not in METHODS:
        raise ValueError(f"no method is called {method!r}; there are {', '.join(METHODS)}")
    given = _read(tasks, links, demands, capacities)
    if isinstance(given, Problems):
        return given
    instance = given.instance
    bound = lower_bound(instance)
    starts = best(instance, seed, bound)
    if method == "cp-sat":

        def tell(found: Progress) -> None:
            if progress is not None:
                progress(Progress(found.best / given.scale, found.bound / given.scale))

        answer = shorter(instance, starts, bound, Search(seconds, seed, workers, tell, stop))
        starts, bound = answer.values or starts, answer.bound
    makespan = instance.makespan(starts)
    finishes = [start + long for start, long in zip(starts, instance.durations, strict=True)]
    times = {"start": given.periods(starts), "finish": given.periods(finishes)}
    dtype = pl.Int64 if given.scale == 1 else pl.Float64
    frame = pl.DataFrame({"task_id": tasks["task_id"], **{name: pl.Series(column, dtype=dtype) for name, column in times.items()}})
    length, least = given.periods([makespan, bound])
    return Leveled(frame, length, least, "optimal" if makespan <= bound else "feasible")


def violations(
    tasks: pl.DataFrame, links: pl.DataFrame, demands: pl.DataFrame, capacities: pl.DataFrame, scheduled: pl.DataFrame
) -> tuple[Problem, ...]:
    """What a schedule breaks, looked at without the code that made it; empty for a good one.

    `scheduled`: task_id, start, finish. Kinds: missing_task, starts_early (before 0), wrong_duration, broken_link (predecessor and
    successor), over_capacity (the resource, and the tasks that run at that instant). Times that differ by two thousandths are the same.
    """
    near = 2 / PARTS
    names = _ids(tasks["task_id"])
    long = dict(zip(names, _numbers(tasks["duration"]), strict=True))
    times = dict(zip(_ids(scheduled["task_id"]), scheduled.select("start", "finish").rows(), strict=True))
    found: list[Problem] = []
    if absent := [name for name in names if name not in times or None in times[name]]:
        return (Problem("missing_task", tuple(absent)),)
    for name in names:
        start, finish = times[name]
        if start < -near:
            found.append(Problem("starts_early", (name,)))
        if abs(finish - start - long[name]) > near:
            found.append(Problem("wrong_duration", (name,)))
    for earlier, later, kind, lag in _link_rows(links):
        ends = {"FS": (1, 0), "SS": (0, 0), "FF": (1, 1), "SF": (0, 1)}[kind]
        if times[later][ends[1]] < times[earlier][ends[0]] + lag - near:
            found.append(Problem("broken_link", (earlier, later)))
    resource_ids, most_of_each = _columns(capacities, "resource_id", "units")
    room = dict(zip(_ids(resource_ids), _numbers(most_of_each), strict=True))
    task_ids, used_ids, amounts = _columns(demands, "task_id", "resource_id", "units")
    claims = list(zip(_ids(task_ids), _ids(used_ids), _numbers(amounts), strict=True))
    for resource, most in room.items():
        users = [(*times[name], units, name) for name, used, units in claims if used == resource and times[name][1] > times[name][0]]
        for at in sorted({start for start, *_ in users}):
            running = [(units, name) for start, finish, units, name in users if start <= at + near < finish]
            if sum(units for units, _ in running) > most + near:
                found.append(Problem("over_capacity", tuple(name for _, name in running), (resource,)))
    return tuple(found)


@dataclass(frozen=True, eq=False)
class _Given:
    """What was asked, in whole numbers, of which `scale` make a period."""

    instance: Instance
    scale: int

    def periods(self, values: Sequence[int]) -> list[Any]:
        return list(values) if self.scale == 1 else [value / self.scale for value in values]


def _read(tasks: pl.DataFrame, links: pl.DataFrame, demands: pl.DataFrame, capacities: pl.DataFrame) -> _Given | Problems:
    names = _ids(tasks["task_id"])
    place = {name: number for number, name in enumerate(names)}
    resource_ids, units_of_each = _columns(capacities, "resource_id", "units")
    resources, most = _ids(resource_ids), _numbers(units_of_each)
    task_ids, used, amounts = _columns(demands, "task_id", "resource_id", "units")
    claims = list(zip(_ids(task_ids), _ids(used), _numbers(amounts), strict=True))
    network = network_of(_whole_ids(tasks), _whole_ids(links))
    found = [*(network.found if isinstance(network, Problems) else ()), *_resource_faults(claims, place, resources, most)]
    if found or isinstance(network, Problems):
        return Problems(tuple(found))
    scale = network.scale if network.bounds.dtype.kind == "i" and network.durations.dtype.kind == "i" else PARTS
    more = 1 if scale == network.scale else PARTS
    durations, bounds = (np.rint(values * more).astype(np.int64).tolist() for values in (network.durations, network.bounds))
    order = order_of(len(names), network.sources, network.targets)
    before: list[list[tuple[int, int]]] = [[] for _ in names]
    after: list[list[tuple[int, int]]] = [[] for _ in names]
    for i, j, bound in zip(network.sources.tolist(), network.targets.tolist(), bounds, strict=True):
        before[j].append((i, bound))
        after[i].append((j, bound))
    number = {name: k for k, name in enumerate(resources)}
    units = _whole([*most, *(claim[2] for claim in claims)])
    needs: list[dict[int, int]] = [{} for _ in names]
    for (name, resource, _), amount in zip(claims, units[len(resources) :], strict=True):
        j = place[name]
        if amount and durations[j]:
            needs[j][number[resource]] = needs[j].get(number[resource], 0) + amount
    return _Given(Instance(durations, before, after, [list(need.items()) for need in needs], units[: len(resources)], order or []), scale)


def _resource_faults(
    claims: list[tuple[str, str, float]], place: dict[str, int], resources: list[str], most: list[float]
) -> Iterator[Problem]:
    room = dict(zip(resources, most, strict=True))
    if twice := sorted({name for name in resources if resources.count(name) > 1} if len(room) < len(resources) else ()):
        yield Problem("duplicate_resource", (), tuple(twice))
    if strange := sorted({name for name, _, _ in claims if name not in place}):
        yield Problem("dangling_demand", tuple(strange))
    if unknown := [(name, resource) for name, resource, _ in claims if resource not in room]:
        yield Problem("unknown_resource", *_both(unknown))
    for kind, wrong in (("missing_units", lambda units: not isfinite(units)), ("negative_units", lambda units: units < 0)):
        bad = [(name, resource) for name, resource, units in claims if wrong(units)]
        empty = [resource for resource, units in room.items() if wrong(units)]
        if bad or empty:
            of_tasks, of_resources = _both(bad)
            yield Problem(kind, of_tasks, tuple(dict.fromkeys([*of_resources, *empty])))
    asked: dict[tuple[str, str], float] = {}
    for name, resource, units in claims:
        asked[name, resource] = asked.get((name, resource), 0) + units
    if over := [pair for pair, units in asked.items() if units > room.get(pair[1], units) + 1 / (2 * PARTS)]:
        yield Problem("demand_over_capacity", *_both(over))


def _both(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The tasks and the resources of pairs, each once."""
    rows = list(pairs)
    return tuple(dict.fromkeys(name for name, _ in rows)), tuple(dict.fromkeys(resource for _, resource in rows))


def _link_rows(links: pl.DataFrame) -> list[tuple[str, str, str, float]]:
    first, then = (_ids(column) for column in _columns(links, "predecessor_id", "successor_id"))
    kinds = links["kind"].cast(pl.String).str.to_uppercase().fill_null("FS").to_list() if "kind" in links.columns else ["FS"] * links.height
    lags = links["lag"].cast(pl.Float64).fill_null(0.0).to_list() if "lag" in links.columns else [0.0] * links.height
    return list(zip(first, then, kinds, lags, strict=True))


def _ids(column: pl.Series) -> list[str]:
    """Ids as text, whatever their type, so that frames read from different files agree; 7.0 is 7, nothing is ""."""
    if column.dtype.is_float():
        column = column.cast(pl.Int64, strict=False)
    return column.cast(pl.String).fill_null("").to_list()


def _numbers(column: pl.Series) -> list[float]:
    return column.cast(pl.Float64, strict=False).fill_null(float("nan")).to_list()


def _whole_ids(frame: pl.DataFrame) -> pl.DataFrame:
    """Ids that were read as decimals, because one was missing, as the whole numbers that they are."""
    floats = [name for name in frame.columns if name.endswith("_id") and frame[name].dtype.is_float()]
    return frame.with_columns(pl.col(floats).cast(pl.Int64, strict=False)) if floats else frame


def _columns(frame: pl.DataFrame, *names: str) -> list[pl.Series]:
    """Columns of a frame; empty ones of an empty frame that has none."""
    return [pl.Series(name, [], pl.String) if frame.is_empty() and name not in frame.columns else frame[name] for name in names]


def _whole(values: Sequence[float]) -> list[int]:
    """Units as whole numbers: as they are, or in parts of a unit."""
    if all(value.is_integer() for value in values):
        return [int(value) for value in values]
    scaled = [round(value * PARTS) for value in values]
    common = gcd(*scaled) or 1
    return [value // common for value in scaled]
