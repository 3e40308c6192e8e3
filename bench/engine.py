"""Measures the engine: networks, schedules of shared people, simulations and feasibility, each against what it is built upon or a peer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import networkx as nx
import numpy as np
import polars as pl

from bench.feasibility import feasibility
from bench.measure import Measure, seconds_of, tell
from lib.portfolio import Portfolio
from lib.sample import SAMPLE_AS_OF, read_sample
from lib.schedule.assumptions import assumptions_of
from lib.schedule.dates import dates
from lib.schedule.forecasting import Forecast, forecast
from lib.schedule.leveling import Leveled, Schedule, level, schedule
from lib.schedule.network import critical_path
from lib.schedule.plan import Plan, plan_of
from lib.schedule.simulation import Network, Simulation, forward_pass, simulate

SAMPLE = Path(__file__).parents[1] / "data" / "sample"
TRIALS = 10_000
LOOPED = 20
"""Trials that the plain loop really makes; its time is scaled to all of them."""
FORWARD_LIMIT, SAMPLE_LIMIT, PATH_LIMIT, SERIAL_LIMIT = 0.01, 4.0, 2.0, 20.0
CHAINED = 10
"""A task waits for some of the so many before it."""


def measure(folder: Path, quick: bool) -> list[Measure]:
    """Nothing is written to `folder`; a tenth of trials, tasks and people if quick."""
    part = 10 if quick else 1
    results = [_forward(TRIALS // part), *_sample(TRIALS // part), _path(100_000 // part), _serial(60 // part)]
    return [*results, feasibility(quick)]


def _least(rounds: int, *works: Callable[[], object]) -> list[float]:
    """The least seconds of each of `works`, taken in turns: what a busy machine adds is no part of either."""
    taken = [[seconds_of(work) for work in works] for _ in range(rounds)]
    return [min(times) for times in zip(*taken, strict=True)]


def _forward(trials: int, tasks: int = 200) -> Measure:
    tell(f"engine: forward pass of {trials:,} trials on {tasks} tasks")
    network, links = _network(tasks, 2 * tasks, seed=1)
    points = network.select("task_id", optimistic=pl.col("duration") / 2, likely="duration", pessimistic=pl.col("duration") * 2.0)
    simulation = simulate(points, links, trials, 0)
    if not isinstance(simulation, Simulation):
        raise RuntimeError(f"no simulation: {simulation}")
    durations = np.stack([simulation.durations(task) for task in points["task_id"]])
    columns, room = durations[:, :LOOPED].T.tolist(), (np.empty_like(durations), np.empty_like(durations))
    ours, loop = _least(25, partial(forward_pass, simulation.network, durations, room), partial(_loop, simulation.network, columns))
    name, note = f"forward pass, {trials:,} trials × {tasks} tasks", f"the same one by one; {LOOPED} trials of it, scaled; best of 25"
    return Measure(name, ours * 1000, "ms", "a plain loop", loop * 1000 * trials / LOOPED, FORWARD_LIMIT, note)


def _loop(network: Network, trials: list[list[float]]) -> None:
    """The forward pass as one would write it without NumPy."""
    for durations in trials:
        start, finish = [0.0] * len(durations), [0.0] * len(durations)
        for task in network.order:
            least = 0.0
            for other, kind, lag in network.before[task]:
                bound = (finish[other] if kind[0] == "F" else start[other]) + lag
                if kind[1] == "F":
                    bound -= durations[task]
                least = max(least, bound)
            start[task] = least
            finish[task] = least + durations[task]


def _sample(trials: int) -> list[Measure]:
    tell(f"engine: {trials:,} trials over the whole sample")
    portfolio = Portfolio.of(**read_sample(SAMPLE))
    plan, assumptions = plan_of(portfolio, SAMPLE_AS_OF), assumptions_of(portfolio, SAMPLE_AS_OF, "EUR")
    frozen = schedule(plan) if isinstance(plan, Plan) else plan
    if not isinstance(plan, Plan) or not isinstance(frozen, Schedule):
        raise RuntimeError(f"no schedule of the sample: {frozen}")
    found = forecast(plan, frozen, trials, 0, assumptions)
    if not isinstance(found, Forecast):
        raise RuntimeError(f"no forecast of the sample: {found}")
    drawn = sum(spread.source != "constant" for spread in found.model.spreads)
    chance = np.random.default_rng(1)
    draw = partial(_betas, chance, drawn, trials)
    ours, floor = _least(11, partial(forecast, plan, frozen, trials, 0, assumptions), draw)
    name = f"{trials:,} trials over the sample, {drawn} tasks drawn"
    dated, levelled = _least(5, partial(dates, plan), partial(schedule, plan))
    return [
        Measure(name, ours, "s", "NumPy drawing as many betas", floor, SAMPLE_LIMIT, "people shared; best of 11"),
        Measure("  its schedule with people shared", levelled, "s", "its dates without", dated, SERIAL_LIMIT, f"{plan.tasks.height} tasks"),
    ]


def _betas(chance: np.random.Generator, tasks: int, trials: int) -> None:
    for number in range(tasks):
        mode = (number % 19 + 1) / 20
        chance.beta(1 + 4 * mode, 5 - 4 * mode, trials)


def _path(tasks: int) -> Measure:
    tell(f"engine: critical path of {tasks:,} tasks")
    frame, links = _network(tasks, 2 * tasks, seed=2)
    duration = dict(frame.select("task_id", "duration").rows())
    graph = nx.DiGraph()
    graph.add_nodes_from(duration)
    graph.add_weighted_edges_from((first, then, duration[first]) for first, then in links.select("predecessor_id", "successor_id").rows())
    ours, peer = _least(5, partial(critical_path, frame, links), partial(nx.dag_longest_path, graph))
    name = f"critical path both ways, {tasks:,} tasks, {links.height:,} links"
    return Measure(name, ours, "s", "networkx.dag_longest_path", peer, PATH_LIMIT, "frames in and out; best of 5")


def _serial(projects: int, tasks: int = 25, people: int = 45) -> Measure:
    tell(f"engine: serial scheme for {projects} projects")
    chance = np.random.default_rng(3)
    networks = [_network(tasks, 2 * tasks, seed=number, prefix=f"project {number} ") for number in range(projects)]
    frame, links = (pl.concat([network[place] for network in networks]) for place in (0, 1))
    names = [f"person {number}" for number in range(people)]
    demands = pl.DataFrame({
        "task_id": frame["task_id"], "resource_id": [names[number] for number in chance.integers(0, people, frame.height)], "units": 1,
    })  # fmt: skip
    capacities = pl.DataFrame({"resource_id": names, "units": 1})
    found = level(frame, links, demands, capacities)
    if not isinstance(found, Leveled):
        raise RuntimeError(f"no schedule: {found}")
    ours, floor = _least(15, partial(level, frame, links, demands, capacities), partial(critical_path, frame, links))
    name = f"serial scheme, {projects} projects, {frame.height:,} tasks, {people} people"
    note = f"best of 15; {found.makespan} periods, bound {found.bound}"
    return Measure(name, ours * 1000, "ms", "their critical path", floor * 1000, SERIAL_LIMIT, note)


def _network(tasks: int, links: int, seed: int, prefix: str = "task ") -> tuple[pl.DataFrame, pl.DataFrame]:
    """Tasks of 1 to 15 periods, each linked to some of the CHAINED before it."""
    chance = np.random.default_rng(seed)
    then = chance.integers(1, tasks, links)
    first = np.maximum(0, then - 1 - chance.integers(0, CHAINED, links))
    pairs = np.unique(np.stack([first, then]), axis=1)
    ids = pl.Series([f"{prefix}{number}" for number in range(tasks)])
    frame = pl.DataFrame({"task_id": ids, "duration": chance.integers(1, 16, tasks)})
    ends = {"predecessor_id": ids.gather(pairs[0]), "successor_id": ids.gather(pairs[1])}
    return frame, pl.DataFrame(ends).with_columns(kind=pl.lit("FS"), lag=pl.lit(0))
