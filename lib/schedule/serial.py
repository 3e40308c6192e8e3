"""The serial generation scheme: tasks that share resources, laid one after the other in whole periods. It reads no frame.

The scheme (Kelley 1963; Kolisch 1996) takes tasks in an order that keeps every link and puts each at the earliest start at which its
links and the free units allow it. Which order: several priority rules, each bettered by backward-forward passes ("justification",
Valls, Ballestín and Quintanilla 2005), then orders shaken by a seed, as many as a fixed amount of work allows, so that the answer is
the same on every machine.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
WORK = 6_000
"""Tasks laid in all passes together, at most (one pass and its justification are always made)."""


@dataclass(frozen=True, eq=False)
class Instance:
    """Tasks 0…n−1 in whole periods; `order` keeps all links.

    `before[j]` holds (i, w): start of j ≥ start of i + w, whatever the kind of link; `needs[j]` holds (resource, units), none for a
    task without duration.
    """

    durations: Sequence[int]
    before: Sequence[Sequence[tuple[int, int]]]
    after: Sequence[Sequence[tuple[int, int]]]
    needs: Sequence[Sequence[tuple[int, int]]]
    capacities: Sequence[int]
    order: Sequence[int]

    @cached_property
    def mirrored(self) -> Instance:
        """The same tasks with time running backwards: an earliest start in it is a latest finish here."""
        long = self.durations
        before = [[(k, w + long[k] - long[j]) for k, w in after] for j, after in enumerate(self.after)]
        after = [[(i, w + long[j] - long[i]) for i, w in before] for j, before in enumerate(self.before)]
        return Instance(long, before, after, self.needs, self.capacities, self.order[::-1])

    @cached_property
    def heads(self) -> list[int]:
        """Earliest starts without resources, none before 0."""
        heads = [0] * len(self.durations)
        for j in self.order:
            for i, w in self.before[j]:
                if heads[i] + w > heads[j]:
                    heads[j] = heads[i] + w
        return heads

    @property
    def tails(self) -> list[int]:
        """Periods from each task's finish to the end, at least."""
        return self.mirrored.heads

    def makespan(self, starts: Sequence[int]) -> int:
        return max((start + long for start, long in zip(starts, self.durations, strict=True)), default=0)

    @cached_property
    def critical(self) -> int:
        """The makespan with resources without end."""
        return self.makespan(self.heads)


class Profile:
    """Units of one resource in use over time; after the last change none are."""

    __slots__ = ("capacity", "times", "used")

    def __init__(self, capacity: int) -> None:
        self.capacity, self.times, self.used = capacity, [0], [0]

    def earliest(self, start: int, long: int, units: int) -> int:
        """The earliest instant from `start` on from which `units` are free for `long` periods (long > 0, units within the capacity)."""
        times, used, most = self.times, self.used, self.capacity - units
        place, last, end = bisect_right(times, start) - 1, len(times), start + long
        while place < last and times[place] < end:
            if used[place] > most:
                start = times[place + 1]
                end = start + long
            place += 1
        return start

    def take(self, start: int, long: int, units: int) -> None:
        times, used = self.times, self.used
        first = bisect_left(times, start)
        if first == len(times) or times[first] != start:
            times.insert(first, start)
            used.insert(first, used[first - 1])
        end = start + long
        last = bisect_left(times, end, first)
        if last == len(times) or times[last] != end:
            times.insert(last, end)
            used.insert(last, used[last - 1])
        for place in range(first, last):
            used[place] += units
        if used[last] == used[last - 1]:
            del times[last], used[last]
        if first and used[first] == used[first - 1]:
            del times[first], used[first]


def laid(instance: Instance, keys: Sequence[float]) -> list[int]:
    """Starts by the serial scheme: of the tasks whose predecessors are laid, always the one of least key (of equal ones, the first)."""
    durations, before, after, needs = instance.durations, instance.before, instance.after, instance.needs
    profiles = [Profile(capacity) for capacity in instance.capacities]
    waiting = [len(links) for links in before]
    ready = [(keys[j], j) for j, links in enumerate(before) if not links]
    heapq.heapify(ready)
    starts = [0] * len(durations)
    while ready:
        _, j = heapq.heappop(ready)
        start, long = 0, durations[j]
        for i, w in before[j]:
            if starts[i] + w > start:
                start = starts[i] + w
        if len(needs[j]) == 1:
            ((resource, units),) = needs[j]
            start = profiles[resource].earliest(start, long, units)
        elif needs[j]:
            start = _common(profiles, needs[j], start, long)
        for resource, units in needs[j]:
            profiles[resource].take(start, long, units)
        starts[j] = start
        for k, _ in after[j]:
            waiting[k] -= 1
            if not waiting[k]:
                heapq.heappush(ready, (keys[k], k))
    return starts


def _common(profiles: Sequence[Profile], needs: Sequence[tuple[int, int]], start: int, long: int) -> int:
    """The earliest start at which all resources have room."""
    while True:
        asked = start
        for resource, units in needs:
            start = profiles[resource].earliest(start, long, units)
        if start == asked:
            return start


def justified(instance: Instance, starts: list[int]) -> list[int]:
    """`starts` pushed to the right and back to the left while that shortens the whole; never longer."""
    back, best, length = instance.mirrored, starts, instance.makespan(starts)
    while True:
        late = laid(back, [-(start + long) for start, long in zip(starts, instance.durations, strict=True)])
        end = back.makespan(late)
        starts = laid(instance, [end - start - long for start, long in zip(late, instance.durations, strict=True)])
        if instance.makespan(starts) >= length:
            return best
        best, length = starts, instance.makespan(starts)


def best(instance: Instance, seed: int = 0, bound: int = 0) -> list[int]:
    """The best starts of all rules and passes; it stops where the makespan is `bound`, below which none can be."""
    found: list[int] = []
    length = -1
    many = max(1, WORK // (4 * max(1, len(instance.durations))))  # a rule is a pass and, mostly, three of justification
    for keys in islice(_rules(instance, seed), many):
        starts = laid(instance, keys)
        if instance.makespan(starts) > bound:
            starts = justified(instance, starts)
        if length < 0 or instance.makespan(starts) < length:
            found, length = starts, instance.makespan(starts)
        if length <= bound:
            break
    return found


def _rules(instance: Instance, seed: int) -> Iterator[Sequence[float]]:
    """Keys, the best rule first: latest finish, latest start, most successors, most work behind; then latest starts that are shaken."""
    count, durations = len(instance.durations), instance.durations
    late_finish = [-tail for tail in instance.tails]
    yield late_finish
    late_start = [-tail - long for tail, long in zip(instance.tails, durations, strict=True)]
    yield late_start
    behind = [0] * count  # a set of tasks as the bits of a number
    for j in reversed(instance.order):
        for k, _ in instance.after[j]:
            behind[j] |= behind[k] | 1 << k
    yield [-bits.bit_count() for bits in behind]
    yield [-durations[j] - sum(durations[k] for k, _ in instance.after[j]) for j in range(count)]
    chance = np.random.default_rng(seed)
    spread = float(np.mean(durations)) if count else 0.0
    while True:
        for base in (late_finish, late_start):
            yield (np.array(base) + chance.uniform(0, 3 * spread, count)).tolist()


def lower_bound(instance: Instance) -> int:
    """A makespan below which none is: the critical path, and for each resource what its tasks need of it between least head and least tail.

    For tasks of one resource with head ≥ h and tail ≥ q: h + ⌈Σ duration·units / capacity⌉ + q; and the same of the tasks that take more
    than half of it, of which no two fit side by side, with one unit of one (Klein and Scholl 1999, LB1 and LB2 with heads and tails).
    """
    bound = instance.critical
    by_resource: dict[int, list[tuple[int, int]]] = {}
    for j, needs in enumerate(instance.needs):
        for resource, units in needs:
            by_resource.setdefault(resource, []).append((j, units))
    heads, tails, durations = instance.heads, instance.tails, instance.durations
    for resource, users in by_resource.items():
        capacity = instance.capacities[resource]
        rows = [(heads[j], tails[j], durations[j] * units) for j, units in users]
        bound = max(bound, _energy(rows, capacity))
        alone = [(heads[j], tails[j], durations[j]) for j, units in users if 2 * units > capacity]
        if capacity > 1 and alone:
            bound = max(bound, _energy(alone, 1))
    return bound


THRESHOLDS = 40


def _energy(rows: list[tuple[int, int, int]], capacity: int) -> int:
    """The most of h + ⌈Σ energy / capacity⌉ + q over pairs of thresholds h, q (all of them up to 40 each, else evenly chosen)."""
    heads, tails, energies = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    at_least, behind = _thresholds(heads), _thresholds(tails)
    sums = np.zeros((len(at_least), len(behind)), np.int64)
    np.add.at(sums, (_last(at_least, heads), _last(behind, tails)), energies)
    sums = sums[::-1, ::-1].cumsum(0).cumsum(1)[::-1, ::-1]  # of all tasks with at least that head and that tail
    spans = at_least[:, None] - (-sums // capacity) + behind[None, :]
    return int(np.where(sums > 0, spans, 0).max(initial=0))


def _last(thresholds: Whole, values: Whole) -> Whole:
    """The place of the greatest threshold not above each value."""
    return np.searchsorted(thresholds, values, side="right") - 1


def _thresholds(values: Whole) -> Whole:
    found = np.unique(values)
    if len(found) <= THRESHOLDS:
        return found
    return found[np.linspace(0, len(found) - 1, THRESHOLDS).astype(int)]
