"""When a project without a plan may be finished: its hours left over the hours that are logged on it a week, drawn from its last weeks.

Formula: definitions § With accounts, projects and timesheets only. Where it is silent: a week counts from the first day with hours on, at
most 13 of them and at least 8; the week in which the hours are done counts by its part; five working days are a week. It knows no task.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lib.portfolio import Portfolio
from lib.schedule.spread import percentile
from lib.schedule.streams import BLOCK, uniforms
from lib.scope.answer import Finish

LEAST_WEEKS, MOST_WEEKS = 8, 13
LONGEST = 520
"""Weeks after which it is told that a project never ends."""
DAYS = 5


@dataclass(frozen=True, eq=False)
class Pace:
    """Hours of each of the last weeks, the newest first; `seed` and `trials` of what is drawn from them."""

    project_id: str
    as_of: date
    weeks: tuple[float, ...]
    trials: int
    seed: int

    def taken(self, hours: float) -> NDArray[np.float64]:
        """Weeks until `hours` more are done, in each trial: the same weeks are drawn whatever the hours. Not a number: never."""
        found = np.full(self.trials, np.nan) if hours > 0 else np.zeros(self.trials)
        done, hours_of = np.zeros(self.trials), np.array(self.weeks)
        drawn = -(-self.trials // BLOCK) * BLOCK
        for week in range(LONGEST):
            left = np.isnan(found)
            if not left.any():
                break
            place = (uniforms(self.seed, "pace", f"{self.project_id}:{week}", 0, drawn)[: self.trials] * len(hours_of)).astype(np.int64)
            worked = hours_of[place]
            reached = left & (done + worked >= hours) & (worked > 0)
            found[reached] = week + (hours - done[reached]) / worked[reached]
            done += worked
        return found

    def finish(self, hours: float, promise: date | None, share: float | None = None) -> Finish:
        """When so many hours more are done; `share`: chance of the promise before the change, whose day is looked for."""
        weeks, mean = np.nan_to_num(self.taken(hours), nan=np.inf), float(np.mean(self.weeks))
        days = {name: self._day(percentile(weeks, part)) for name, part in (("p10", 0.1), ("p50", 0.5), ("p80", 0.8), ("p90", 0.9))}
        chance = None if promise is None else float(np.mean([self._before(week, promise) for week in weeks]))
        return Finish(
            self._day(hours / mean), days["p10"], days["p50"], days["p80"], days["p90"], promise, chance,
            self._day(percentile(weeks, share)) if share else None,
        )  # fmt: skip

    def delays(self, hours: float, more: float) -> NDArray[np.float64]:
        """Working days by which `more` hours end later, trial by trial."""
        return (self.taken(max(0.0, hours + more)) - self.taken(hours)) * DAYS

    def _day(self, weeks: float) -> date | None:
        return self.as_of + timedelta(days=int(np.ceil(round(weeks * 7, 6)))) if weeks < LONGEST else None

    def _before(self, weeks: float, day: date) -> bool:
        end = self._day(weeks)
        return end is not None and end <= day


def pace_of(portfolio: Portfolio, project_id: str, as_of: date, trials: int, seed: int) -> Pace | None:
    """The pace of a project; None where fewer than 8 weeks were logged, or nothing in the weeks that count."""
    entries = (
        portfolio["time_entries"]
        .filter(pl.col("project_id") == project_id, pl.col("date") <= as_of)
        .select(((pl.lit(as_of) - pl.col("date")).dt.total_days() // 7).alias("week"), "hours")
        .collect()
    )
    if entries.is_empty():
        return None
    hours = dict(entries.group_by("week").agg(pl.col("hours").sum()).rows())
    known = min(max(hours) + 1, MOST_WEEKS)
    weeks = tuple(max(0.0, hours.get(week, 0.0)) for week in range(known))
    return Pace(project_id, as_of, weeks, trials, seed) if known >= LEAST_WEEKS and sum(weeks) > 0 else None


def hours_left(portfolio: Portfolio, project_id: str, as_of: date, budget_hours: float | None) -> float | None:
    """Hours agreed less hours logged, at least 0; None without a budget in hours."""
    if budget_hours is None:
        return None
    entries = portfolio["time_entries"].filter(pl.col("project_id") == project_id, pl.col("date") <= as_of)
    return max(0.0, budget_hours - float(entries.select(pl.col("hours").sum()).collect().item() or 0.0))
