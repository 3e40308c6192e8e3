"""What drives a project's finish: tasks and risks, one at a time, over the trials that were made. Draws nothing that was not drawn.

Two of the field's measures beside each other. The rank correlation of a task's hours with the finish (Spearman; "duration sensitivity"
in schedule risk analysis). And the swing: P80 of the finish in the tenth of the trials in which the task took least, and in the tenth in
which it took most, against P80 of all (as risk tools bin an input; of a risk: trials without and with it). Nothing is held fixed, so that
what a task shares with its project and person moves with it, as it would.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy.stats import rankdata

from lib.schedule.axis import NEVER
from lib.schedule.calendars import Calendar
from lib.schedule.lookup import Ticks
from lib.schedule.model import Model
from lib.schedule.spread import Array, percentile
from lib.schedule.trials import copula_of, drawn_hours, fires

TENTH, SHARE = 0.1, 0.8


def tornado_of(model: Model, trials: int, seed: int, finishes: Ticks, project: int, calendar: Calendar) -> pl.DataFrame:
    """One row for each task and risk that can reach the finish and varies.

    driver ("task" or "risk"), id, correlation (−1 to 1), low_days and high_days (working days of `calendar` by which P80 moves where it is
    at its least and most; null where no trial is of that kind or is never finished); ordered by the size of the correlation, then by id.
    """
    ranks = rankdata(finishes)
    copula = copula_of(model, seed, 0, trials)
    usual = percentile(finishes, SHARE)
    upstream = _upstream(model, project)
    rows = []
    for task in sorted(upstream):
        if model.hours[task] > 0 and model.spreads[task].source != "constant":
            drawn = drawn_hours(model, task, copula)
            low, high = percentile(drawn, TENTH), percentile(drawn, 1 - TENTH)
            rows.append(("task", model.task_ids[task], drawn, drawn <= low, drawn >= high))
    for risk, hit, where in model.risks:
        if where == project or hit in upstream:
            happens = fires(risk, seed, 0, trials)
            rows.append(("risk", risk.risk_id, happens.astype(float), ~happens, happens))
    found = [
        (kind, name, _correlation(rankdata(drawn), ranks), *(_moved(finishes[held], usual, calendar) for held in (least, most)))
        for kind, name, drawn, least, most in rows
    ]
    schema = {"driver": pl.String, "id": pl.String, "correlation": pl.Float64, "low_days": pl.Float64, "high_days": pl.Float64}
    return pl.DataFrame(found, schema=schema, orient="row").sort(pl.col("correlation").abs(), "id", descending=[True, False])


def _upstream(model: Model, project: int) -> set[int]:
    """The tasks of a project and all that they wait for."""
    reached = {task for task, where in enumerate(model.projects) if where == project}
    for task in reversed(model.order):
        if task in reached:
            reached.update(bound.other for bound in model.before[task])
    return reached


def _correlation(one: Array, other: Array) -> float:
    """Pearson's; 0 where one does not vary."""
    one, other = one - one.mean(), other - other.mean()
    size = float(np.sqrt((one @ one) * (other @ other)))
    return float(one @ other) / size if size else 0.0


def _moved(finishes: Ticks, usual: float, calendar: Calendar) -> float | None:
    if not len(finishes) or max(there := percentile(finishes, SHARE), usual) >= NEVER:
        return None
    return round(float(calendar.days_before(int(there)) - calendar.days_before(int(usual))), 9)
