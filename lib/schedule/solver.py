"""Asks OR-Tools' CP-SAT for a better order of tasks than the serial scheme found. It knows no frame and no calendar.

One worker and no linear relaxation: on two cores that proves most of PSPLIB's 30-task instances within a second, and a search that ends
before its time limit takes the same way every time. What a search gives that was cut off by the clock may differ from run to run.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ortools.sat.python import cp_model

from lib.schedule.serial import Instance

POLL_SECONDS = 0.1


@dataclass(frozen=True)
class Progress:
    """What a search knows while it runs: the best value yet, and the value below which none is."""

    best: float
    bound: float

    @property
    def gap(self) -> float:
        """(best − bound) / best; 0 where the best is 0."""
        return (self.best - self.bound) / self.best if self.best else 0.0


@dataclass(frozen=True)
class Search:
    """How long and how: seconds at most (0: not at all), seed, workers (more than one is not repeatable), whom to tell, and whom to ask."""

    seconds: float = 5.0
    seed: int = 0
    workers: int = 1
    progress: Callable[[Progress], None] | None = None
    stop: Callable[[], bool] | None = None


@dataclass(frozen=True)
class Answer:
    """Values of the variables asked for (None: nothing better than the hint), the bound, and whether nothing can be better."""

    values: list[int] | None
    bound: int
    proven: bool


def shorter(instance: Instance, starts: Sequence[int], bound: int, search: Search) -> Answer:
    """Starts of a makespan below that of `starts` if there are any and they are found in time."""
    durations, heads, tails = instance.durations, instance.heads, instance.tails
    length = instance.makespan(starts)
    if bound >= length:
        return Answer(None, length, True)
    model = cp_model.CpModel()
    variables = [model.new_int_var(head, length - tail - long, "") for head, tail, long in zip(heads, tails, durations, strict=True)]
    for j, links in enumerate(instance.before):
        for i, w in links:
            model.add(variables[j] >= variables[i] + w)
    users: list[list[tuple[cp_model.IntervalVar, int]]] = [[] for _ in instance.capacities]
    for j, needs in enumerate(instance.needs):
        if needs:
            interval = model.new_fixed_size_interval_var(variables[j], durations[j], "")
            for resource, units in needs:
                users[resource].append((interval, units))
    for capacity, claims in zip(instance.capacities, users, strict=True):
        if not claims:
            continue
        if all(2 * units > capacity for _, units in claims):
            model.add_no_overlap([interval for interval, _ in claims])
        else:
            model.add_cumulative([interval for interval, _ in claims], [units for _, units in claims], capacity)
    makespan = model.new_int_var(bound, length, "")
    for variable, long, tail in zip(variables, durations, tails, strict=True):
        model.add(makespan >= variable + long + tail)
    model.minimize(makespan)
    for variable, start in zip(variables, starts, strict=True):
        model.add_hint(variable, start)
    model.add_hint(makespan, length)
    return solved(model, variables, length, bound, search)


def solved(
    model: cp_model.CpModel, variables: Sequence[cp_model.IntVar], known: int, bound: int, search: Search, whatever: bool = False
) -> Answer:
    """Minimise: `known` is had already, and no value is below `bound`. Values of the variables only if better, or `whatever` they are."""
    if search.seconds <= 0 or (search.stop is not None and search.stop()):
        return Answer(None, bound, False)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = search.seconds
    solver.parameters.random_seed = search.seed
    solver.parameters.num_workers = search.workers
    solver.parameters.linearization_level = 0
    teller = _Teller(known, bound, search.progress)
    solver.best_bound_callback = teller.on_bound
    done = threading.Event()
    watcher = threading.Thread(target=_watch, args=(solver, search.stop, done), daemon=True)
    if search.stop is not None:
        watcher.start()
    try:
        status = solver.solve(model, teller)
    finally:
        done.set()
        if search.stop is not None:
            watcher.join()
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Answer(None, bound, False)
    best = round(solver.objective_value)
    least = max(bound, round(solver.best_objective_bound))
    values = [solver.value(variable) for variable in variables] if best < known or whatever else None
    return Answer(values, least, status == cp_model.OPTIMAL)


def _watch(solver: cp_model.CpSolver, stop: Callable[[], bool] | None, done: threading.Event) -> None:
    while stop is not None and not done.wait(POLL_SECONDS):
        if stop():
            solver.stop_search()


class _Teller(cp_model.CpSolverSolutionCallback):
    """Passes each better value and each better bound on."""

    def __init__(self, best: float, bound: float, progress: Callable[[Progress], None] | None) -> None:
        super().__init__()
        self._best, self._bound, self._progress = best, bound, progress

    def on_solution_callback(self) -> None:
        self._best = min(self._best, self.objective_value)
        self.on_bound(self.best_objective_bound)

    def on_bound(self, bound: float) -> None:
        self._bound = max(self._bound, bound)
        if self._progress is not None:
            self._progress(Progress(self._best, self._bound))
