"""One changed plan through the engine: in the order frozen before, under the same chance, compared with what was. It prices nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from lib.schedule.assumptions import Assumptions
from lib.schedule.axis import NEVER, day_of
from lib.schedule.comparing import Comparison, compared
from lib.schedule.forecasting import PERCENTILES, Forecast, forecast
from lib.schedule.graph import Problems
from lib.schedule.insertion import Inserted, inserted
from lib.schedule.plan import Plan
from lib.scope.answer import Finish
from lib.scope.ground import Ground, Stop

RIPPLE: dict[str, pl.DataType | type[pl.DataType]] = {
    "project_id": pl.String, "project": pl.String, "account_id": pl.String, "account": pl.String, "people": pl.List(pl.String),
    "p80_before_on": pl.Date, "p80_after_on": pl.Date, "moved_days": pl.Float64, "promise_on": pl.Date,
    "promise_before_share": pl.Float64, "promise_after_share": pl.Float64, "past": pl.Boolean,
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a changed plan comes to. `order`: its tasks as dated and who does what after what; nothing of what was there is reordered."""

    plan: Plan
    order: Inserted
    after: Forecast
    compared: Comparison


def outcome(ground: Ground, plan: Plan, assumptions: Assumptions | None = None, stop: Stop = None) -> Outcome | Problems:
    """The outcome of `plan`, a changed `ground.plan`; `assumptions` where others than the ground's hold.

    What the change leaves as it was is taken from the forecast before. Problems: those of the engine. `forecasting.Stopped` where `stop`
    says so.
    """
    order = inserted(ground.plan, ground.schedule, plan, ground.before)
    if isinstance(order, Problems):
        return order
    after = forecast(plan, order, ground.trials, ground.seed, assumptions or ground.assumptions, known=ground.before, stop=stop)
    if isinstance(after, Problems):
        return after
    return Outcome(plan, order, after, compared(ground.before, after))


def finish_before(ground: Ground, project_id: str) -> Finish:
    """When the project is finished without the change."""
    return _finish(ground.before, project_id)


def finish_after(ground: Ground, found: Outcome, project_id: str) -> Finish:
    """When it is finished with it, and the first day that has the chance which the promise had before."""
    share = finish_before(ground, project_id).promise_share
    restored = found.after.finish(project_id, share) if share and project_id in found.after.finishes else None
    return _finish(found.after, project_id, restored)


def _finish(forecast: Forecast, project_id: str, restored_on: date | None = None) -> Finish:
    promise = forecast.model.assumptions.promises.get(project_id)
    ids = forecast.model.project_ids
    if project_id not in ids or ids.index(project_id) not in set(forecast.model.projects):
        return Finish(promise_on=promise)
    planned = forecast.planned[project_id]
    p10_on, p50_on, p80_on, p90_on = (forecast.finish(project_id, share) for share in PERCENTILES.values())
    return Finish(
        None if planned >= NEVER else day_of(planned, finish=True), p10_on, p50_on, p80_on, p90_on,
        promise, None if promise is None else forecast.chance(project_id, promise), restored_on,
    )  # fmt: skip


def ripple_of(ground: Ground, found: Outcome, project_id: str) -> pl.DataFrame:
    """Other projects whose P80 moves by a working day or more, the most moved first; columns of `Answer.ripple`.

    `people`: those who work on it and whose work the change touches; where there are none, those it shares with another project that moves.
    """
    moved = found.compared.ripple((project_id,)).filter(pl.col("project_id").is_in(list(ground.projects)))
    after = _workers(found.plan)
    touched = _touched(ground.plan, found.plan)
    through = {*moved["project_id"], project_id}
    rows = []
    for row in moved.sort(pl.col("p80_moved_days").abs(), "project_id", descending=[True, False]).iter_rows(named=True):
        project, own = ground.projects[row["project_id"]], after.get(row["project_id"], set())
        others = set().union(*(after.get(one, set()) for one in through - {row["project_id"]}))
        people = sorted(ground.people.get(person, (person, None))[0] for person in (own & touched or own & others))
        promise = ground.assumptions.promises.get(row["project_id"])
        late = row["p80_after_on"] is None or (promise is not None and promise < row["p80_after_on"])
        rows.append((
            row["project_id"], project["name"], project["account_id"], project["account"], people,
            row["p80_before_on"], row["p80_after_on"], row["p80_moved_days"], promise,
            row["promise_before_share"], row["promise_after_share"], promise is not None and late,
        ))  # fmt: skip
    return pl.DataFrame(rows, schema=RIPPLE, orient="row")


def open_work(plan: Plan) -> pl.DataFrame:
    """The tasks still to do that take hours."""
    return plan.tasks.filter(pl.col("finished_on").is_null(), pl.col("work_hours") > 0)


def _workers(plan: Plan) -> dict[str, set[str]]:
    pairs = open_work(plan).select("project_id", "person_id").drop_nulls().unique().rows()
    found: dict[str, set[str]] = {}
    for project, person in pairs:
        found.setdefault(project, set()).add(person)
    return found


def _touched(before: Plan, after: Plan) -> set[str]:
    """People with work that is new, other or gone."""
    one, two = (set(open_work(plan).select("task_id", "person_id", "work_hours").rows()) for plan in (before, after))
    return {person for _, person, _ in one ^ two if person is not None}
