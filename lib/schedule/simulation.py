"""How long a network takes when nobody knows how long its tasks take. Plain periods: no calendar or money; no chance without a seed.

`simulate` is the seam for published instances; `lib.schedule.forecasting` does the same over calendars and frozen sequences.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lib.schedule.graph import Problem, Problems, cycle_of, numbers_of, order_of
from lib.schedule.spread import SHAPES, Array, percentile, pert_quantiles, triangular_quantiles
from lib.schedule.streams import BLOCK, RHO_PERSON, RHO_PROJECT, Copula

KINDS = ("FS", "SS", "FF", "SF")
CELLS_AT_ONCE = 2_000_000  # tasks × trials held in one array: 16 MB
_QUANTILES: dict[str, Callable[[float, float, float, Array], Array]] = dict(
    zip(SHAPES, (pert_quantiles, triangular_quantiles), strict=True)
)


def simulate(
    tasks: pl.DataFrame,
    links: pl.DataFrame,
    trials: int = 10_000,
    seed: int = 0,
    *,
    rho_project: float = RHO_PROJECT,
    rho_person: float = RHO_PERSON,
    shape: str = "pert",
) -> Simulation | Problems:
    """The finish of a network in each of `trials`, its tasks' durations drawn from three points.

    `tasks`: task_id, optimistic, likely, pessimistic (periods; the 0 and 100 % ends and the mode), optionally project_id and person_id,
    whose tasks share luck (`streams.Copula`). `links`: predecessor_id, successor_id, kind (FS, SS, FF, SF; FS without the column), lag
    (periods, 0 without it). No task begins before 0. `shape`: pert (PERT-beta) or triangular.

    Problems: missing_id, duplicate_task, missing_estimate, negative_duration, optimistic_over_likely, likely_over_pessimistic (their
    tasks), dangling_link, unknown_link_kind, missing_lag (both ends), cycle (the tasks on one). ValueError for fewer than one trial, an
    unknown shape, or shares of variance outside 0-1.
    """
    if trials < 1:
        raise ValueError(f"{trials} trials")
    if shape not in SHAPES:
        raise ValueError(f"no distribution is called {shape!r}; there are {', '.join(SHAPES)}")
    Copula(seed, 0, 0, rho_project, rho_person)  # refuses impossible shares
    columns = [tasks[name].cast(pl.Float64, strict=False).fill_null(np.nan).to_numpy() for name in ("optimistic", "likely", "pessimistic")]
    points = np.column_stack(columns)
    names = _texts(tasks["task_id"])
    found = [*_faults(names, points)]
    network = _network(names, links)
    if isinstance(network, Problems):
        found += network.found
    if found or isinstance(network, Problems):
        return Problems(tuple(found))
    shared = [_texts(tasks[column]) if column in tasks.columns else [None] * len(names) for column in ("project_id", "person_id")]
    return Simulation(tasks["task_id"], network, points, tuple(zip(*shared, strict=True)), trials, seed, rho_project, rho_person, shape)


@dataclass(frozen=True, eq=False)
class Network:
    """Tasks 0…n−1: an order that keeps all links, and for each task its links as (other task, kind, lag)."""

    order: Sequence[int]
    before: Sequence[Sequence[tuple[int, str, float]]]
    after: Sequence[Sequence[tuple[int, str, float]]]


@dataclass(frozen=True, eq=False)
class Simulation:
    """What `simulate` drew. Durations are not kept: their streams give them again, the same."""

    task_ids: pl.Series
    network: Network
    points: Array
    shared: tuple[tuple[str | None, str | None], ...]
    trials: int
    seed: int
    rho_project: float
    rho_person: float
    shape: str

    @cached_property
    def finishes(self) -> Array:
        """When the whole network is finished, in periods, one number a trial."""
        return np.concatenate([_latest(finish) for _, _, finish in self._passes()])

    @property
    def frame(self) -> pl.DataFrame:
        """trial, finish (periods)."""
        return pl.DataFrame({"trial": np.arange(self.trials), "finish": self.finishes})

    def percentile(self, share: float) -> float:
        """The finish by which at least `share` of the trials are done (`inverted_cdf`)."""
        return percentile(self.finishes, share)

    def chance(self, finish: float) -> float:
        """Share of the trials that are finished by `finish`."""
        return float(np.mean(self.finishes <= finish))

    def durations(self, task_id: object) -> Array:
        """What one task drew, in periods, one number a trial. KeyError for a task that is not there."""
        names = _texts(self.task_ids)
        if str(task_id) not in names:
            raise KeyError(task_id)
        index = names.index(str(task_id))
        return self._durations(index, Copula(self.seed, 0, self.trials, self.rho_project, self.rho_person))

    @cached_property
    def criticality(self) -> pl.DataFrame:
        """task_id, forward, backward, mean: how often a task decides the finish (criticality index, Van Slyke 1963), its mean duration.

        `forward`: share of trials in which the task is on a chain of driving links that ends at the finish. `backward`: share in which its
        total float is 0. In plain periods the two are the same by two ways; over calendars they are not.
        """
        count = len(self.points)
        forward, backward, total = np.zeros(count), np.zeros(count), np.zeros(count)
        for durations, start, finish in self._passes():
            forward += driving(self.network, durations, start, finish).sum(axis=1)
            backward += without_float(self.network, durations, finish).sum(axis=1)
            total += durations.sum(axis=1)
        shares = {"forward": forward / self.trials, "backward": backward / self.trials, "mean": total / self.trials}
        return pl.DataFrame({"task_id": self.task_ids, **shares})

    def _passes(self) -> Iterator[tuple[Array, Array, Array]]:
        """Durations, starts and finishes (task, trial), some trials at a time so that memory stays bounded."""
        names = _texts(self.task_ids)
        at_once = max(CELLS_AT_ONCE // max(len(names), 1), 256) // BLOCK * BLOCK
        for first in range(0, self.trials, at_once):
            copula = Copula(self.seed, first, min(at_once, self.trials - first), self.rho_project, self.rho_person)
            durations = np.empty((len(names), copula.count))
            for index in range(len(names)):
                durations[index] = self._durations(index, copula)
            yield durations, *forward_pass(self.network, durations)

    def _durations(self, index: int, copula: Copula) -> Array:
        low, likely, high = self.points[index].tolist()
        if low == high:
            return np.full(copula.count, likely)
        drawn = copula.draws(self.task_ids[index], *self.shared[index])
        return _QUANTILES[self.shape](low, likely, high, drawn)


def forward_pass(network: Network, durations: Array, out: tuple[Array, Array] | None = None) -> tuple[Array, Array]:
    """Earliest starts and finishes (task, trial), one NumPy step a link: all trials at once; written to `out`, which must not overlap."""
    start, finish = out or (np.empty_like(durations), np.empty_like(durations))
    for task in network.order:
        own, least = start[task], 0.0
        for other, kind, lag in network.before[task]:
            least = np.maximum(least, _bound(kind, lag, start[other], finish[other], durations[task]), out=own)
        if not network.before[task]:
            own.fill(0.0)
        np.add(own, durations[task], out=finish[task])
    return start, finish


def driving(network: Network, durations: Array, start: Array, finish: Array) -> NDArray[np.bool_]:
    """Whether each task is on a chain of links without slack that ends at the latest finish (task, trial)."""
    last = _latest(finish)
    slack = _rounding(last)
    on_chain = finish >= last - slack
    for task in reversed(network.order):
        for other, kind, lag in network.before[task]:
            bound = _bound(kind, lag, start[other], finish[other], durations[task])
            on_chain[other] |= on_chain[task] & (bound >= start[task] - slack)
    return on_chain


def without_float(network: Network, durations: Array, finish: Array) -> NDArray[np.bool_]:
    """Whether each task's total float against the latest finish is 0 (task, trial), by the backward pass."""
    last = _latest(finish)
    late = np.repeat(last[None, :], len(durations), axis=0)  # late finishes
    for task in reversed(network.order):
        for other, kind, lag in network.after[task]:
            bound = late[other] - lag
            if kind[1] == "S":
                bound = bound - durations[other]
            if kind[0] == "S":
                bound = bound + durations[task]
            np.minimum(late[task], bound, out=late[task])
    return late - finish <= _rounding(last)


def _bound(kind: str, lag: float, start: Array, finish: Array, duration: Array) -> Array:
    """The earliest start that one link allows, given its predecessor's start and finish and the successor's duration."""
    bound = finish if kind[0] == "F" else start
    if lag:
        bound = bound + lag
    return bound - duration if kind[1] == "F" else bound


def _latest(finish: Array) -> Array:
    return finish.max(axis=0, initial=0.0)


def _rounding(last: Array) -> Array:
    return np.maximum(last, 1.0) * 1e-9


def _texts(column: pl.Series) -> list[str]:
    return column.cast(pl.String).to_list()


def _faults(names: Sequence[str | None], points: Array) -> Iterator[Problem]:
    """What is wrong with ids and three points, by the names that `lib.tables` gives such rules; of each task the first alone."""
    if None in names:
        yield Problem("missing_id", ())
    low, likely, high = points.T
    times = Counter(names)
    left = np.array([name is not None for name in names], bool)
    for kind, wrong in (
        ("duplicate_task", np.array([times[name] > 1 for name in names], bool)),
        ("missing_estimate", ~np.isfinite(points).all(axis=1)),
        ("negative_duration", points.min(axis=1, initial=0.0) < 0),
        ("optimistic_over_likely", low > likely),
        ("likely_over_pessimistic", likely > high),
    ):
        if (wrong & left).any():
            yield Problem(kind, tuple(dict.fromkeys(str(names[place]) for place in np.flatnonzero(wrong & left).tolist())))
        left &= ~wrong


def _network(names: Sequence[str], links: pl.DataFrame) -> Network | Problems:
    """Tasks in an order that keeps all links, or what forbids one."""
    place = numbers_of(names)
    ends = [_texts(links[column]) if column in links.columns else [] for column in ("predecessor_id", "successor_id")]
    kinds, lags = ["FS"] * links.height, [0.0] * links.height
    if "kind" in links.columns:
        kinds = links["kind"].cast(pl.String).str.strip_chars().str.to_uppercase().fill_null("FS").to_list()
    if "lag" in links.columns:
        lags = links["lag"].fill_null(0).cast(pl.Float64, strict=False).fill_null(np.nan).to_list()
    pairs = [(str(first), str(then)) for first, then in zip(*ends, strict=True)]
    wrong = [
        *(Problem("dangling_link", pair) for pair in pairs if pair[0] not in place or pair[1] not in place),
        *(Problem("unknown_link_kind", pair) for pair, kind in zip(pairs, kinds, strict=True) if kind not in KINDS),
        *(Problem("missing_lag", pair) for pair, lag in zip(pairs, lags, strict=True) if not np.isfinite(lag)),
    ]
    if wrong:
        return Problems(tuple(wrong))
    first, then = (np.array([place[name] for name in column], np.int64) for column in ends)
    order = order_of(len(names), first, then)
    if order is None:
        return Problems((Problem("cycle", tuple(names[task] for task in cycle_of(len(names), first, then))),))
    before: list[list[tuple[int, str, float]]] = [[] for _ in names]
    after: list[list[tuple[int, str, float]]] = [[] for _ in names]
    for earlier, later, kind, lag in zip(first.tolist(), then.tolist(), kinds, lags, strict=True):
        before[later].append((earlier, kind, lag))
        after[earlier].append((later, kind, lag))
    return Network(order, before, after)
