"""How bookings follow an approved change: new ones for new work, those of moved work moved with it. It says what it leaves.

Where definitions are silent. A booking that has begun keeps its first day. What was booked for removed work ends with the close of the
as-of day, or goes if it lies ahead. A person's last booking on the project at large is lengthened where the change lets their other work
there end later, and by nothing else. Bookings on other projects stay: their own managers move them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl

from lib.columns import N_
from lib.portfolio import Portfolio
from lib.schedule.working_time import hours_by_person_day
from lib.scope.orders import Approval, Dated, below, new_task_id, new_work_in, with_new_ids
from lib.tables import TABLES

LEFT: dict[str, str] = {
    "no_dates": N_("{task} has no dates, so nothing is booked for it."),
    "no_days": N_("{task} has no working day of {person} between its dates, so nothing is booked for it."),
    "over_day": N_("{task} takes more than 24 hours a day between its dates, so nothing is booked for it."),
    "not_booked": N_("{person} works on the project without a booking, so none is lengthened."),
}
"""Why a booking was left out or as it is -> a sentence; {person} is the name, or the role."""
MOST_HOURS_A_DAY = 24.0


@dataclass(frozen=True, eq=False)
class Rebooked:
    """`rows`: bookings added and changed, columns of their table; `gone`: ids of those that go; `left`: keys of LEFT with their values."""

    rows: pl.DataFrame
    gone: tuple[str, ...] = ()
    left: tuple[tuple[str, Mapping[str, Any]], ...] = ()

    @property
    def is_empty(self) -> bool:
        return self.rows.is_empty() and not self.gone


def rebooked(portfolio: Portfolio, approval: Approval, change_id: str) -> Rebooked:
    """What the approval does to the bookings of its project in `portfolio`, which stands as before it.

    For each new task a booking of its person, else of its role, from its start to its finish at hours / working days a day. A booking of a
    task that the option moves is moved by as many days, its first day only if it lies ahead. The last booking without a task of a person
    whose other work on the project ends later than without the change is lengthened to that day.
    """
    dated = with_new_ids(approval, change_id)
    dates = {row.task_id: row for row in dated.dates}
    mine = pl.col("project_id") == approval.ask.project_id
    bookings = portfolio["bookings"].filter(mine).sort("booking_id").collect()
    tasks = portfolio["tasks"].filter(mine).collect()
    names = dict(portfolio["people"].select("person_id", "name").collect().iter_rows())
    removed = set(below(tasks, approval.ask.removed))
    added, left = _added(portfolio, approval, dates, names, change_id)
    moved: dict[str, dict[str, Any]] = {}
    gone: list[str] = []
    for row in bookings.iter_rows(named=True):
        if row["end"] <= approval.as_of or row["task_id"] is None:
            continue
        if row["task_id"] in removed:
            if row["start"] > approval.as_of:
                gone.append(row["booking_id"])
            else:
                moved[row["booking_id"]] = row | {"end": approval.as_of}
        elif (after := _moved(row, dates.get(row["task_id"]), approval.as_of)) != row:
            moved[row["booking_id"]] = after
    people = _people(tasks.filter(~pl.col("task_id").is_in(list(removed))), approval)
    late, unbooked = _lengthened(bookings, dates, people, approval.as_of, names)
    rows = pl.DataFrame([*added, *(moved | late).values()], schema=TABLES["bookings"].polars_schema)
    return Rebooked(rows, tuple(gone), (*left, *unbooked))


def _added(
    portfolio: Portfolio, approval: Approval, dates: Mapping[str, Dated], names: Mapping[str, str], change_id: str
) -> tuple[list[dict[str, Any]], list[tuple[str, Mapping[str, Any]]]]:
    """Bookings of the new tasks, and what can't be booked."""
    found: list[dict[str, Any]] = []
    left: list[tuple[str, Mapping[str, Any]]] = []
    for work in approval.ask.added:
        task_id = new_task_id(change_id, work.key)
        dated = dates.get(task_id)
        said = {"task": work.name or work.key, "person": names.get(work.person_id or "", work.role or "")}
        if dated is None or dated.start is None or dated.finish is None:
            left.append(("no_dates", said))
            continue
        days = _working_days(portfolio, work.person_id, dated.start, dated.finish)
        if not days:
            left.append(("no_days", said))
        elif work.hours / days > MOST_HOURS_A_DAY:
            left.append(("over_day", said))
        else:
            found.append({
                "booking_id": f"{task_id}:booking", "person_id": work.person_id, "role": None if work.person_id else work.role,
                "project_id": new_work_in(approval, change_id), "task_id": task_id, "start": dated.start, "end": dated.finish,
                "hours_per_day": work.hours / days, "status": "confirmed",
            })  # fmt: skip
    return found, left


def _working_days(portfolio: Portfolio, person_id: str | None, first: date, last: date) -> int:
    """Days on which the person has hours; Monday to Friday for nobody in particular."""
    if person_id is None:
        return _weekdays(first, last)
    people = dict(portfolio.frames) | {"people": portfolio["people"].filter(pl.col("person_id") == person_id)}
    hours = hours_by_person_day(Portfolio(portfolio.version, people, portfolio.rows), first, last)
    return hours.filter(pl.col("capacity") > 0).height


def _weekdays(first: date, last: date) -> int:
    return sum((first + timedelta(days=number)).weekday() < 5 for number in range((last - first).days + 1))


def _moved(booking: dict[str, Any], dated: Dated | None, as_of: date) -> dict[str, Any]:
    """The booking of a task, as many days later or earlier as the task's ends are."""
    if dated is None or dated.start is None or dated.finish is None or dated.before_start is None or dated.before_finish is None:
        return booking
    end = max(booking["end"] + (dated.finish - dated.before_finish), as_of)
    if booking["start"] <= as_of:
        return booking | {"end": end}
    start = max(booking["start"] + (dated.start - dated.before_start), as_of + timedelta(days=1))
    end = max(start, end)
    if not _weekdays(start, end):  # moved onto a weekend: where the task is now
        start, end = dated.start, dated.finish
    return booking | {"start": start, "end": end}


def _people(tasks: pl.DataFrame, approval: Approval) -> dict[str, str]:
    """task_id -> who does it, of the work that was there before and stays."""
    found = dict(tasks.filter(pl.col("assignee_id").is_not_null()).select("task_id", "assignee_id").iter_rows())
    return found | {change.task_id: change.person_id for change in approval.ask.altered if change.person_id is not None}


def _lengthened(
    bookings: pl.DataFrame, dates: Mapping[str, Dated], people: Mapping[str, str], as_of: date, names: Mapping[str, str]
) -> tuple[dict[str, dict[str, Any]], list[tuple[str, Mapping[str, Any]]]]:
    """The last booking on the project at large of everybody whose work there now ends later, and who has none."""
    changed: dict[str, dict[str, Any]] = {}
    left: list[tuple[str, Mapping[str, Any]]] = []
    for person in sorted(set(people.values())):
        mine = [dates[task] for task, who in people.items() if who == person and task in dates]
        now, before = _latest(row.finish for row in mine), _latest(row.before_finish for row in mine)
        if now is None or before is None or now <= before:
            continue
        booked = bookings.filter(pl.col("person_id") == person)
        at_large = booked.filter(pl.col("task_id").is_null()).sort("end", "start", "booking_id")
        if booked.is_empty():
            left.append(("not_booked", {"person": names.get(person, person)}))
        elif at_large.height and at_large["end"][-1] < now and at_large["end"][-1] > as_of:
            last = at_large.row(-1, named=True)
            changed[last["booking_id"]] = last | {"end": now}
    return changed, left


def _latest(days: Iterable[date | None]) -> date | None:
    return max((day for day in days if day is not None), default=None)
