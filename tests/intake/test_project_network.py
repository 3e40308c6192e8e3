"""From the XML of a plan to its dates: tasks and lags in tenths of a minute, calendars as intervals, the passes of the schedule."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import polars as pl
import pytest

from lib.intake.project_calendars import calendars_of, intervals
from lib.intake.project_network import network_of
from lib.intake.project_xml import project_file
from lib.schedule.calendars import Calendar, moment
from lib.schedule.dates import Dates, dates
from lib.schedule.plan import LINK_SCHEMA, TASK_SCHEMA, Plan
from tests.intake.plans import Fields, calendar, link, plan, task

FIRST, LAST = date(2026, 3, 2), date(2026, 12, 31)
FREE = {"TimePeriod": {"FromDate": "2026-03-04T00:00:00", "ToDate": "2026-03-04T23:59:00"}, "Type": 1, "DayWorking": 0}
HALF = {
    **FREE, "TimePeriod": {"FromDate": "2026-03-06T00:00:00", "ToDate": "2026-03-06T23:59:00"}, "DayWorking": 1,
    "WorkingTimes": {"WorkingTime": [{"FromTime": "08:00:00", "ToTime": "12:00:00"}]},
}  # fmt: skip
# Monday 2 March, 08:00. Wednesday the 4th is free, Friday the 6th ends at noon.
OFFICE = calendar(1, "Standard", None, Exceptions={"Exception": [FREE, HALF]})


def dated(*tasks: Fields) -> dict[str, tuple[datetime, datetime]]:
    """UID -> early start and finish as they come from the XML."""
    found = project_file(plan(tasks, calendars=(OFFICE,)))
    rows, links = network_of(found)
    office = Calendar.of_intervals(list(intervals(calendars_of(found), "1", FIRST, LAST)))
    works = rows.filter(~pl.col("summary")).select(
        pl.col("uid").alias("task_id"), pl.lit("p").alias("project_id"), "name", pl.lit("task").alias("kind"),
        (pl.col("duration_ticks") / 600).alias("work_hours"), pl.lit(True).alias("estimated"),
    )  # fmt: skip
    joined = links.select(
        pl.col("predecessor_uid").alias("predecessor_id"), pl.col("successor_uid").alias("successor_id"), "kind",
        (pl.col("lag_ticks") / 600).alias("lag_hours"), "elapsed",
    )  # fmt: skip
    empty = Plan(pl.DataFrame(schema=TASK_SCHEMA), pl.DataFrame(schema=LINK_SCHEMA), {"": office}, date(2026, 3, 1), {})
    whole = replace(empty, tasks=pl.concat([empty.tasks, works], how="diagonal"), links=joined.cast(LINK_SCHEMA))
    answer = dates(whole)
    assert isinstance(answer, Dates)
    return {row["task_id"]: (moment(row["early_start"]), moment(row["early_finish"])) for row in answer.tasks.iter_rows(named=True)}


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute)


def test_work_passes_over_free_days_and_half_days() -> None:
    # 8 h on Monday, 8 on Tuesday, none on Wednesday, 8 on Thursday, 4 on Friday, then Monday until 10:00.
    assert dated(task(1, "A", hours=30))["1"] == (at(2, 8), at(9, 10))


@pytest.mark.parametrize(
    ("how", "start", "finish"),
    [
        (link(1, 1, 0), at(3, 8), at(3, 17)),  # FS: after A, which ends on Monday at 17:00
        (link(1, 1, 4800), at(5, 8), at(5, 17)),  # a working day later: Wednesday is free
        (link(1, 1, -2400), at(2, 13), at(3, 12)),  # four hours before A ends
        (link(1, 1, 14400, 8), at(5, 8), at(5, 17)),  # 24 hours by the clock: Tuesday 17:00
        (link(1, 3, 2400), at(2, 13), at(3, 12)),  # SS: four hours after A begins
        (link(1, 0, 4800), at(3, 8), at(3, 17)),  # FF: ends a working day after A
        (link(1, 1, 50, 19), at(3, 13), at(5, 12)),  # half of A's duration
    ],
)
def test_links_and_lags_of_a_plan(how: Fields, start: datetime, finish: datetime) -> None:
    assert dated(task(1, "A"), task(2, "B", PredecessorLink=[how]))["2"] == (start, finish)


def test_a_link_of_a_lag_that_is_no_number_has_none() -> None:
    _, links = network_of(project_file(plan([task(1, "A"), task(2, "B", PredecessorLink=[link(1) | {"LinkLag": "soon"}])])))
    assert links["lag_ticks"].to_list() == [0]


def test_summaries_inactive_tasks_and_parents_are_as_in_the_plan() -> None:
    tasks, _ = network_of(project_file(plan([task(1, "Phase", Summary=1), task(2, "Part", 2), task(3, "Off", 2, Active=0)])))
    assert tasks.select("uid", "parent_uid", "summary").rows() == [("1", "", True), ("2", "1", False)]
