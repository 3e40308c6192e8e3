"""When projects will be finished and what that will cost, as far as chance lets one say. Frozen values in and out; levels nothing.

Hours are drawn (`spread`, `streams`), work runs on people's calendars in the order that the schedule froze, risks fire, and each trial
gives every project a finish and a cost to go. Percentiles are the smallest value with at least that share of trials at or below it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any, Literal, Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lib.schedule.alike import alike
from lib.schedule.assumptions import Assumptions
from lib.schedule.axis import NEVER, day_of, instant
from lib.schedule.calendars import Calendar
from lib.schedule.criticality import driving_counts, without_float
from lib.schedule.graph import Problems
from lib.schedule.lookup import Ticks
from lib.schedule.model import Model, model_of
from lib.schedule.plan import Plan
from lib.schedule.spread import Array, percentile
from lib.schedule.tornado import tornado_of
from lib.schedule.trials import Known, Pass, likely_pass, passes, passes_after

PERCENTILES = {"p10": 0.1, "p50": 0.5, "p80": 0.8, "p90": 0.9}
KEPT_CELLS = 8_000_000
"""Tasks × trials that are kept at most: 128 MB."""
RATED_LEAST = 0.9
"""Of the hours to go, the share with a rate below which no cost is told (as for margins)."""


class Frozen(Protocol):
    """What is taken of a schedule: `tasks` with task_id, start, finish (instants), and `sequences` with predecessor_id, successor_id."""

    @property
    def tasks(self) -> pl.DataFrame: ...

    @property
    def sequences(self) -> pl.DataFrame: ...


class Stopped(Exception):
    """The forecast was stopped before its trials were made; there is nothing of it."""


def forecast(
    plan: Plan,
    schedule: Frozen | None = None,
    trials: int = 10_000,
    seed: int = 0,
    assumptions: Assumptions | None = None,
    *,
    known: Forecast | None = None,
    keep: bool = False,
    progress: Callable[[float], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Forecast | Problems:
    """Finish and cost to go of each project of `plan` in each of `trials`.

    `schedule`: its sequences are links in all trials; without one, everybody can do any number of tasks at once.
    `keep`: keep all trials of all tasks (16 bytes each, at most KEPT_CELLS of them; else nothing), so that this can be the `known` of
    others. `known`: a kept forecast of a plan much like this one (calendars the very same objects, as `dataclasses.replace` leaves them);
    what the two have in common is taken from it. The answer is the one from scratch, to the last bit; a forecast that can be of no use
    is no error.
    `progress` is told the share of the trials that are made, `stop` asked whether to go on, before the first trial and between pieces.

    Problems: those of `model.model_of`. ValueError for fewer than one trial. Stopped where `stop` says so.
    """
    if trials < 1:
        raise ValueError(f"{trials} trials")
    nothing = pl.DataFrame(schema=dict.fromkeys(("task_id", "predecessor_id", "successor_id"), pl.String))
    lies = nothing.with_columns(start=pl.lit(None, pl.Int64), finish=pl.lit(None, pl.Int64)) if schedule is None else schedule.tasks
    model = model_of(plan, lies, nothing if schedule is None else schedule.sequences, assumptions or Assumptions())
    if isinstance(model, Problems):
        return model
    of_use = known is not None and known.is_of(trials, seed, model.assumptions)
    common = alike(model, known.model) if known is not None and of_use else None
    pieces = passes(model, trials, seed) if common is None or known is None else passes_after(model, seed, common, known.kept)
    keep = keep and trials * len(model.task_ids) <= KEPT_CELLS
    ends, costs, kept, made = [], [], [], 0
    while made < trials:
        if stop is not None and stop():
            raise Stopped
        some = next(pieces)
        ends.append(some.ends)
        costs.append(some.costs)
        kept += [some] if keep else []
        made += some.count
        if progress is not None:
            progress(made / trials)
    likely = likely_pass(model, None if common is None or known is None else Known(common, known.likely))
    planned = dict(zip(model.project_ids, likely.ends[:, 0].tolist(), strict=True)) | _scheduled(lies, plan)
    return Forecast(
        plan, model, trials, seed,
        _by_project(model, ends, {} if known is None else known.finishes),
        _by_project(model, costs, {} if known is None else known.costs),
        planned, dict(zip(model.project_ids, likely.costs[:, 0].tolist(), strict=True)), likely, tuple(kept), known,
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Forecast:
    """What came out, by project_id: `finishes` (instants) and `costs` to go, one number a trial; without chance `planned`, `likely_costs`.

    `planned` is the schedule's finish where there is a schedule. A finish of NEVER or later: somebody has no hours ever again.
    Arrays are not to be written to: forecasts that build on each other share them. `likely`: the one trial of likely hours. `kept`: all
    trials, where they were to be kept. `known`: the forecast that this one builds on.
    """

    plan: Plan
    model: Model
    trials: int
    seed: int
    finishes: Mapping[str, Ticks]
    costs: Mapping[str, Array]
    planned: Mapping[str, int]
    likely_costs: Mapping[str, float]
    likely: Pass
    kept: tuple[Pass, ...] = ()
    known: Forecast | None = None
    _told: dict[tuple[str, str, float], float] = field(default_factory=dict, repr=False)

    def is_of(self, trials: int, seed: int, assumptions: Assumptions) -> bool:
        """Whether its trials were kept and are those of this seed, this number and these shares of variance."""
        own = self.model.assumptions
        shares = (own.rho_project, own.rho_person) == (assumptions.rho_project, assumptions.rho_person)
        return bool(self.kept) and (self.trials, self.seed) == (trials, seed) and shares

    def finish(self, project_id: str, share: float) -> date | None:
        """The day by whose close at least `share` of the trials have finished the project; None if so many never do."""
        return _day(self.percentile("finishes", project_id, share))

    def cost(self, project_id: str, share: float) -> float | None:
        """Cost to go that at least `share` of the trials do not exceed; None where too few of the hours have a rate."""
        return self.percentile("costs", project_id, share) if self.rated_share(project_id) >= RATED_LEAST else None

    def percentile(self, kind: Literal["finishes", "costs"], project_id: str, share: float) -> float:
        """The instant, or the cost, that at least `share` of the trials do not exceed; worked out once."""
        values: NDArray[Any] = getattr(self, kind)[project_id]
        if self.known is not None and getattr(self.known, kind).get(project_id) is values:
            return self.known.percentile(kind, project_id, share)
        if (kind, project_id, share) not in self._told:
            self._told[kind, project_id, share] = percentile(values, share)
        return self._told[kind, project_id, share]

    def chance(self, project_id: str, day: date) -> float:
        """Share of the trials in which the project is finished by the close of `day`."""
        return float(np.mean(self.finishes[project_id] <= instant(day + timedelta(days=1))))

    def rated_share(self, project_id: str) -> float:
        """Share of the likely hours to go that have a rate; 1 where there are none."""
        return self._rated_shares[project_id]

    @cached_property
    def _rated_shares(self) -> Mapping[str, float]:
        total, rated = ([0.0] * len(self.model.project_ids) for _ in range(2))
        for project, hours, rate in zip(self.model.projects, self.model.hours, self.model.rates, strict=True):
            total[project] += hours
            rated[project] += hours if rate is not None else 0.0
        return {name: part / whole if whole else 1.0 for name, part, whole in zip(self.model.project_ids, rated, total, strict=True)}

    @cached_property
    def projects(self) -> pl.DataFrame:
        """One row a project with open work, in the plan's order.

        project_id, account_id; planned_on (the deterministic finish) and planned_share, the share of trials done by its close; p10_on,
        p50_on, p80_on, p90_on (dates); promise_on, promise_share = P(finish ≤ promise), null without promise; likely_cost, p10_cost …
        p90_cost to go (base currency; null where under 90 % of the hours have a rate) and rated_share.
        """
        accounts = dict(self.plan.tasks.select("project_id", "account_id").rows())
        rows = []
        for project in dict.fromkeys(self.model.project_ids[place] for place in self.model.projects):
            planned, promise = _day(self.planned[project]), self.model.assumptions.promises.get(project)
            rated = self.rated_share(project)
            rows.append({
                "project_id": project,
                "account_id": accounts[project],
                "planned_on": planned,
                "planned_share": None if planned is None else self.chance(project, planned),
                **{f"{name}_on": self.finish(project, share) for name, share in PERCENTILES.items()},
                "promise_on": promise,
                "promise_share": None if promise is None else self.chance(project, promise),
                "likely_cost": self.likely_costs[project] if rated >= RATED_LEAST else None,
                **{f"{name}_cost": self.cost(project, share) for name, share in PERCENTILES.items()},
                "rated_share": rated,
            })  # fmt: skip
        return pl.DataFrame(rows, schema=_PROJECTS)

    @cached_property
    def spreads(self) -> pl.DataFrame:
        """task_id, source (three_points, account, book, default, constant), centre (mean of hours over the estimate), done_tasks behind it.

        Of the tasks with work to do. Where the centre is not 1, the spread moves what is to be expected, and the page says so.
        """
        rows = [
            (task, spread.source, spread.centre, spread.done_tasks)
            for task, spread, hours in zip(self.model.task_ids, self.model.spreads, self.model.hours, strict=True)
            if hours
        ]
        schema = {"task_id": pl.String, "source": pl.String, "centre": pl.Float64, "done_tasks": pl.Int64}
        return pl.DataFrame(rows, schema=schema, orient="row")

    @cached_property
    def criticality(self) -> pl.DataFrame:
        """project_id (whose finish), task_id (maybe of another project), forward, backward: shares of the trials (criticality index).

        `forward`: the task is on the chain that drives this finish, through links and people's sequences. `backward`: it has no working
        time to spare before it would move its own project's finish or another one's that waits for it. Rows where forward > 0, and all
        of the project's own tasks.
        """
        forward: dict[tuple[int, int], int] = {(project, task): 0 for task, project in enumerate(self.model.projects)}
        backward = np.zeros(len(self.model.task_ids), np.int64)
        for some in passes(self.model, self.trials, self.seed, starts=True):
            for place, count in driving_counts(self.model, some).items():
                forward[place] = forward.get(place, 0) + count
            backward += without_float(self.model, some)
        rows = [
            (self.model.project_ids[project], self.model.task_ids[task], count / self.trials, int(backward[task]) / self.trials)
            for (project, task), count in sorted(forward.items())
        ]
        schema = {"project_id": pl.String, "task_id": pl.String, "forward": pl.Float64, "backward": pl.Float64}
        return pl.DataFrame(rows, schema=schema, orient="row")

    def tornado(self, project_id: str) -> pl.DataFrame:
        """What drives a project's finish, the strongest first: `tornado.tornado_of`."""
        calendar = self.calendar(project_id)
        return tornado_of(self.model, self.trials, self.seed, self.finishes[project_id], self.model.project_ids.index(project_id), calendar)

    def calendar(self, project_id: str) -> Calendar:
        """The project's calendar, in whose working days its delays are told."""
        return self.plan.calendars.get(f"project:{project_id}", self.plan.calendars[""])


_DAY, _SHARE = pl.Date(), pl.Float64()
_PROJECTS: dict[str, pl.DataType] = {
    "project_id": pl.String(), "account_id": pl.String(), "planned_on": _DAY, "planned_share": _SHARE,
    **{f"{name}_on": _DAY for name in PERCENTILES}, "promise_on": _DAY, "promise_share": _SHARE,
    "likely_cost": _SHARE, **{f"{name}_cost": _SHARE for name in PERCENTILES}, "rated_share": _SHARE,
}  # fmt: skip


def _by_project(model: Model, pieces: Sequence[NDArray[Any]], known: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """The trials of each project; where they are those of a forecast before, that one's own array."""
    rows = dict(zip(model.project_ids, np.concatenate(pieces, axis=1), strict=True))
    return {project: known[project] if project in known and np.array_equal(row, known[project]) else row for project, row in rows.items()}


def _scheduled(lies: pl.DataFrame, plan: Plan) -> dict[str, int]:
    """The schedule's finish of each project whose open tasks it has all dated."""
    tasks = plan.tasks.select("task_id", "project_id").join(lies.select("task_id", "finish"), on="task_id", how="left")
    ends = tasks.group_by("project_id").agg(pl.col("finish").max(), pl.col("finish").is_null().any().alias("open"))
    return dict(ends.filter(~pl.col("open")).select("project_id", "finish").rows())


def _day(tick: float) -> date | None:
    return None if tick >= NEVER else day_of(tick, finish=True)
