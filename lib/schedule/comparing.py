"""Two forecasts on the same streams, trial by trial: what a change moves and costs. Draws nothing: a change of nothing is exactly zero.

"P80 moves from X to Y" compares two percentiles; "costs you P80 days" is a percentile of the differences, trial by trial. They are two
figures with two names, and differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from lib.schedule.axis import NEVER
from lib.schedule.forecasting import Forecast
from lib.schedule.spread import Array, percentile

RIPPLE_DAYS = 1.0
"""Working days by which the P80 of another project must move to be told."""


def compared(before: Forecast, after: Forecast) -> Comparison:
    """The same trials before and after a change. ValueError where seed, number of trials, as-of or correlation differ: those are others."""
    for one, other in (
        (before.trials, after.trials),
        (before.seed, after.seed),
        (before.plan.as_of, after.plan.as_of),
        (before.model.assumptions.rho_project, after.model.assumptions.rho_project),
        (before.model.assumptions.rho_person, after.model.assumptions.rho_person),
    ):
        if one != other:
            raise ValueError(f"forecasts of {one} and of {other} are not the same trials")
    return Comparison(before, after)


@dataclass(frozen=True, eq=False)
class Comparison:
    """Differences after − before, of the projects that both forecasts know."""

    before: Forecast
    after: Forecast

    def days(self, project_id: str) -> Array:
        """Working days of the project by which each trial finishes later; not a number where one of the two never finishes."""
        first, second = self.before.finishes[project_id], self.after.finishes[project_id]
        if first is second:
            return np.zeros(len(first))
        days = np.where(first == second, 0.0, np.nan)
        differs = (first != second) & (first < NEVER) & (second < NEVER)
        model = self.after.model
        calendar = model.project_calendars[model.project_ids.index(project_id)]
        days[differs] = np.round(calendar.days_before(second[differs]) - calendar.days_before(first[differs]), 9)
        return days

    def costs(self, project_id: str) -> Array:
        """What each trial costs more."""
        return self.after.costs[project_id] - self.before.costs[project_id]

    @cached_property
    def projects(self) -> pl.DataFrame:
        """One row a project with open work before or after, in the order of the plan after, then of the one before.

        project_id, account_id; p80_before_on, p80_after_on and p80_moved_days (working days between the instants); p50_days, p80_days:
        percentiles of the paired difference; promise_before_share, promise_after_share; p50_cost, p80_cost: of the paired difference
        of cost, and contingency_cost = P80 − P50 of it; likely_cost: its difference without chance. Null where one of the two has none.
        """
        models = (self.after.model, self.before.model)
        with_work = dict.fromkeys(model.project_ids[place] for model in models for place in model.projects)
        return pl.DataFrame([self._row(project) for project in with_work], schema=_PROJECTS)

    def ripple(self, project_ids: tuple[str, ...] = ()) -> pl.DataFrame:
        """Rows of `projects` whose P80 moves by a working day or more, but for those asked about."""
        moved = self.projects.filter(pl.col("p80_moved_days").abs() >= RIPPLE_DAYS - 1e-6)
        return moved.filter(~pl.col("project_id").is_in(list(project_ids)))

    @cached_property
    def _accounts(self) -> Mapping[str, str]:
        """Of each project; as the plan after has it."""
        return dict(pl.concat([one.plan.tasks.select("project_id", "account_id") for one in (self.before, self.after)]).rows())

    def _row(self, project: str) -> dict[str, object]:
        both = [forecast for forecast in (self.before, self.after) if project in forecast.finishes]
        row: dict[str, object] = {"project_id": project, "account_id": self._accounts[project]}
        for name, forecast in (("before", self.before), ("after", self.after)):
            if forecast in both:
                promise = forecast.model.assumptions.promises.get(project)
                row[f"p80_{name}_on"] = forecast.finish(project, 0.8)
                row[f"promise_{name}_share"] = None if promise is None else forecast.chance(project, promise)
        if len(both) < 2:
            return row
        ends = [forecast.percentile("finishes", project, 0.8) for forecast in both]
        if max(ends) < NEVER:
            calendar = self.after.calendar(project)
            row["p80_moved_days"] = round(float(calendar.days_before(int(ends[1])) - calendar.days_before(int(ends[0]))), 9)
        row |= _middle_and_high("days", self.days(project) if self._moves("finishes", project) else None)
        if all(forecast.cost(project, 0.5) is not None for forecast in both):
            row |= _middle_and_high("cost", self.costs(project) if self._moves("costs", project) else None)
            row["likely_cost"] = self.after.likely_costs[project] - self.before.likely_costs[project]
        return row

    def _moves(self, kind: str, project: str) -> bool:
        """Whether the trials are others: forecasts that build on each other share what has not changed."""
        return getattr(self.before, kind)[project] is not getattr(self.after, kind)[project]


def _middle_and_high(unit: str, differences: Array | None) -> dict[str, float]:
    """p50 and p80 of paired differences, of cost with the contingency between them; zero where there are none, nothing where some are not
    known."""
    if differences is not None and np.isnan(differences).any():
        return {}
    middle, high = (0.0, 0.0) if differences is None else (percentile(differences, 0.5), percentile(differences, 0.8))
    return {f"p50_{unit}": middle, f"p80_{unit}": high, **({"contingency_cost": high - middle} if unit == "cost" else {})}


_PROJECTS = {
    "project_id": pl.String, "account_id": pl.String, "p80_before_on": pl.Date, "p80_after_on": pl.Date,
    **dict.fromkeys(("p80_moved_days", "p50_days", "p80_days", "promise_before_share", "promise_after_share"), pl.Float64),
    **dict.fromkeys(("likely_cost", "p50_cost", "p80_cost", "contingency_cost"), pl.Float64),
}  # fmt: skip
