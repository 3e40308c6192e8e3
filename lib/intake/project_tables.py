"""A Microsoft Project plan as tables of ours: text cells with our own column names, one table at a time. Runs in a worker only.

| in Project | here |
|---|---|
| the project and its summary task (UID 0) | `projects`, one row; the client is asked |
| work resources | `people`, named by their name so that other files that name them link up; generic ones are roles |
| tasks | `tasks`; hours on leaves only, a task without work has its duration in days; its main resource is the assignee |
| predecessor links | `links`; a lag in percent becomes hours of the predecessor |
| assignments | `bookings` |
| baseline 0 | `baseline_*` |

A record that has no place is counted in `left_out`; a part of a record that has none is an issue `not_kept` that says which.
`_line` counts the records of a list, as the row numbers of Project do.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import polars as pl

from lib.intake import issues
from lib.intake import project_values as texts
from lib.intake.delimited import Records
from lib.intake.limits import FileLimits
from lib.intake.project_calendars import calendars_of, last_worked, week_of, working_days
from lib.intake.project_xml import KIND, Element, ProjectFile, project_file
from lib.intake.values import Reading, Region
from lib.workers import Refusal

_SHOWN, _SHOWN_LETTERS = 50, 200
_NOBODY = "-65535"
_WORK = ("1", "")  # of resources; 0 is material, 2 cost


@dataclass
class _Rows:
    """The rows of one table so far: (number, cells), and what has no place."""

    columns: tuple[str, ...]
    rows: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)
    told: list[tuple[int, str, str]] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)
    left_lines: list[tuple[int, str, str]] = field(default_factory=list)
    blank: int = 0

    def add(self, number: int, **cells: str) -> None:
        self.rows.append((number, tuple(cells.get(name, "") for name in self.columns)))

    def tell(self, number: int, *words: str) -> None:
        self.told.append((number, "not_kept", " ".join(filter(None, words))))

    def leave(self, number: int, reason: str, text: str) -> None:
        self.left_out[reason] = self.left_out.get(reason, 0) + 1
        if len(self.left_lines) < _SHOWN:
            self.left_lines.append((number, reason, text[:_SHOWN_LETTERS]))


def read_project(raw: bytes, asked: Reading, limits: FileLimits = FileLimits()) -> Records:  # noqa: B008  (frozen)
    """One table of a plan, the tasks unless `asked.sheet` names another; the others are its regions. Raises Refusal."""
    tables = tables_of(project_file(raw, limits))
    found = {name: rows for name, rows in tables.items() if rows.rows}
    for name, rows in tables.items():
        if name not in found:  # a table that would be empty is no table to load, but what was left out of it is told
            for reason, count in rows.left_out.items():
                tables["projects"].tell(1, name, f"{count}", reason)
    if asked.sheet is not None and asked.sheet not in found:
        raise Refusal("no_such_sheet", sheet=asked.sheet)
    chosen = asked.sheet or ("tasks" if "tasks" in found else next(iter(found)))
    rows = found[chosen]
    if len(rows.rows) * len(rows.columns) > limits.cells:
        raise Refusal("too_many_cells", rows=len(rows.rows))
    columns = _filled(rows)
    numbers = pl.Series("_line", [number for number, _ in rows.rows], pl.Int64)
    cells = [pl.Series(name, [row[at] for _, row in rows.rows], pl.String) for at, name in columns]
    frame = pl.DataFrame([numbers, *cells])
    typed = ["number" if _is_number(frame[name]) else "" for _, name in columns]
    regions = tuple(Region(name, 0, 0, tuple(column for _, column in _filled(other))) for name, other in found.items())
    top = [(number, [cell[:200] for cell in row]) for number, row in rows.rows[:30]]
    return Records(
        replace(asked, kind=KIND, encoding="", line_end="", delimiter="", quote="", header_line=0, sheet=chosen),
        [name for _, name in columns], typed, frame, issues.of_rows(rows.told, rejects=False), rows.blank, top,
        sheets=tuple(found), regions=regions, left_out=rows.left_out, left_lines=tuple(rows.left_lines),
    )  # fmt: skip


def _filled(rows: _Rows) -> list[tuple[int, str]]:
    """The columns that a row fills; a required one that the plan never says is asked for instead of being empty."""
    filled = {at for _, row in rows.rows for at, cell in enumerate(row) if cell}
    return [(at, name) for at, name in enumerate(rows.columns) if at in filled] or list(enumerate(rows.columns))


def _is_number(cells: pl.Series) -> bool:
    present = cells.filter(cells != "")
    return present.len() > 0 and present.cast(pl.Float64, strict=False).null_count() == 0


class Plan:
    """What the tables of one plan share."""

    def __init__(self, plan: ProjectFile) -> None:
        self.plan = plan
        about = plan.about
        self.summary = next((task for task in plan.tasks if task.text("UID") == "0"), Element("Task"))
        stem = re.sub(r"\.(xml|mpp|mpt|mpx)$", "", about.text("Name"), flags=re.IGNORECASE)
        self.name = about.text("Title") or stem or self.summary.text("Name") or "Project"
        self.calendars = calendars_of(plan)
        self.calendar = about.text("CalendarUID")
        minutes = texts.number(about.text("MinutesPerDay"))
        self.day_hours = minutes / 60 if minutes else 8.0
        self.people: dict[str, str] = {}
        self.roles: dict[str, str] = {}
        taken: dict[str, int] = {}
        for resource in plan.resources:
            name, uid = resource.text("Name"), resource.text("UID")
            if not name or resource.text("Type") not in _WORK or texts.is_set(resource, "IsNull"):
                continue
            if texts.is_set(resource, "IsGeneric"):
                self.roles[uid] = name
                continue
            taken[name] = taken.get(name, 0) + 1
            self.people[uid] = name if taken[name] == 1 else f"{name} #{taken[name]}"
        self.assigned: dict[str, list[Element]] = {}
        for assignment in plan.assignments:
            self.assigned.setdefault(assignment.text("TaskUID"), []).append(assignment)
        self.kept = {task.text("UID") for task in plan.tasks if not self.why_left_out(task)} - {"", "0"}

    def why_left_out(self, task: Element) -> str:
        """Why this task is no row of ours: "" if it is one, "blank" for an empty line of the plan."""
        if texts.is_set(task, "IsNull"):
            return "blank"
        if task.text("Active") in ("0", "false"):
            return "inactive"
        return "other_project" if texts.is_set(task, "ExternalTask") else ""

    def id_of(self, uid: str) -> str:
        return f"{self.name}/{uid}"

    def finish(self, element: Element, name: str, calendar: str = "") -> str:
        """The last day with work before an instant of the file; an instant that is none stays as it is written."""
        written = element.text(name)
        day, tick = texts.moment(written)
        if day is None or tick is None:
            return written
        own = calendar if calendar in self.calendars else self.calendar
        return last_worked(self.calendars, own, day, tick).isoformat()


def tables_of(plan: ProjectFile) -> dict[str, _Rows]:
    """Table name -> its rows, referred tables first."""
    shared = Plan(plan)
    makers: dict[str, Callable[[Plan], _Rows]] = {
        "projects": _projects, "people": _people, "tasks": _tasks, "links": _links, "bookings": _bookings,
    }  # fmt: skip
    return {name: make(shared) for name, make in makers.items()}


def _projects(shared: Plan) -> _Rows:
    rows = _Rows((
        "project_id", "name", "status", "manager", "start", "baseline_start", "baseline_due", "finished_on", "budget_hours", "budget_cost",
        "currency", "percent_complete",
    ))  # fmt: skip
    about, summary = shared.plan.about, shared.summary
    leaves = [task for task in shared.plan.tasks if task.text("UID") in shared.kept and not texts.is_set(task, "Summary")]
    begun = [task for task in leaves if task.text("ActualStart") or texts.number(task.text("PercentComplete"))]
    done = bool(leaves) and all(texts.number(task.text("PercentComplete")) == 100 for task in leaves)
    baseline = _baseline(summary, rows, 1)
    cost = texts.number(baseline.text("Cost")) or 0
    rows.add(
        1, project_id=shared.name, name=shared.name, status="done" if done else "active" if begun else "planned",
        manager=about.text("Manager"), start=texts.day(about.text("StartDate") or summary.text("Start")),
        baseline_start=texts.day(baseline.text("Start")), baseline_due=shared.finish(baseline, "Finish"),
        finished_on=texts.day(summary.text("ActualFinish")) if done else "", budget_hours=texts.hours(baseline.text("Work"), zero=False),
        budget_cost=texts.written(cost / 100) if cost > 0 else "", currency=about.text("CurrencyCode"),
        percent_complete=summary.text("PercentComplete"),
    )  # fmt: skip
    for calendar in shared.calendars.values():
        if calendar.exceptions or calendar.weeks:
            rows.tell(1, "Calendar", calendar.name or calendar.uid, f"Exceptions {len(calendar.exceptions) + len(calendar.weeks)}")
    return rows


def _people(shared: Plan) -> _Rows:
    rows = _Rows(("person_id", "name", "email", "team", "weekly_hours", "week_pattern", "cost_rate", "rate_currency"))
    currency = shared.plan.about.text("CurrencyCode")
    for number, resource in enumerate(shared.plan.resources, start=1):
        uid, name = resource.text("UID"), resource.text("Name")
        if uid not in shared.people:
            if texts.is_set(resource, "IsNull") or not name:
                rows.blank += 1
            else:
                rows.leave(number, "no_person", name)
            continue
        own = resource.text("CalendarUID")
        week = week_of(shared.calendars, own if own in shared.calendars else shared.calendar)
        units = texts.number(resource.text("MaxUnits")) or 1.0
        if max(week) * units > 24:
            rows.tell(number, name, "MaxUnits", resource.text("MaxUnits"))
            units = 1.0
        week = [round(hours * units, 4) for hours in week]
        rate = texts.number(resource.text("StandardRate")) or 0
        rows.add(
            number, person_id=shared.people[uid], name=name, email=resource.text("EmailAddress"), team=resource.text("Group"),
            weekly_hours=texts.written(sum(week)), week_pattern=";".join(map(texts.written, week)),
            cost_rate=texts.written(rate) if rate > 0 and currency else "", rate_currency=currency if rate > 0 else "",
        )  # fmt: skip
        if rate > 0 and not currency:
            rows.tell(number, name, "StandardRate", resource.text("StandardRate"))
    return rows


def _tasks(shared: Plan) -> _Rows:
    rows = _Rows((
        "task_id", "project_id", "parent_id", "name", "kind", "status", "assignee_id", "role", "estimate_hours", "remaining_hours",
        "baseline_hours", "baseline_start", "baseline_finish", "start", "finish", "started_on", "finished_on", "due", "not_before",
        "duration_days", "hours_per_day", "percent_complete",
    ))  # fmt: skip
    above: list[tuple[int, str]] = []  # (outline level, uid) of the rows that this one may stand below
    number = 0
    for task in shared.plan.tasks:
        uid = task.text("UID")
        if uid == "0":
            continue
        number += 1
        if reason := shared.why_left_out(task):
            if reason == "blank":
                rows.blank += 1
            else:
                rows.leave(number, reason, task.text("Name"))
            continue
        level = int(texts.number(task.text("OutlineLevel")) or 1)
        while above and above[-1][0] >= level:
            above.pop()
        parent = shared.id_of(above[-1][1]) if above else ""
        above.append((level, uid))
        cells = {"parent_id": parent, **_task_cells(shared, task, rows, number)}
        rows.add(number, task_id=shared.id_of(uid), project_id=shared.name, **cells)
    return rows


def _task_cells(shared: Plan, task: Element, rows: _Rows, number: int) -> dict[str, str]:
    summary, milestone = texts.is_set(task, "Summary"), texts.is_set(task, "Milestone")
    percent = texts.number(task.text("PercentComplete")) or 0
    begun = percent > 0 or bool(task.text("ActualStart"))
    baseline, own = _baseline(task, rows, number), task.text("CalendarUID")
    length, work = texts.duration(task.text("Duration")), texts.duration(task.text("Work"))
    cells = {
        "name": task.text("Name") or shared.id_of(task.text("UID")),
        "kind": "summary" if summary else "milestone" if milestone else "task",
        "status": "done" if percent >= 100 or task.text("ActualFinish") else "in_progress" if begun else "open",
        "baseline_start": texts.day(baseline.text("Start")),
        "baseline_finish": _finish_of(shared, baseline, own),
        "start": texts.day(task.text("Start")),
        "finish": texts.day(task.text("Finish")) if length == 0 else shared.finish(task, "Finish", own),
        "started_on": texts.day(task.text("ActualStart")),
        "finished_on": texts.day(task.text("ActualFinish")) if length == 0 else shared.finish(task, "ActualFinish", own),
        "due": texts.day(task.text("Deadline")),
        "percent_complete": task.text("PercentComplete"),
    }
    _constraint(task, cells, rows, number)
    if texts.is_set(task, "IsSubproject"):
        rows.tell(number, "IsSubproject", cells["name"])
    if not summary:
        cells |= {"baseline_hours": texts.hours(baseline.text("Work"), zero=False)}
        _who(shared, task, cells, rows, number)
        if work:
            cells |= {"estimate_hours": texts.written(work), "remaining_hours": texts.hours(task.text("RemainingWork"))}
            _pace(shared, task, cells, work, length)
        else:
            cells["duration_days"] = _days(shared, task, cells, rows, number, length)
    return cells


def _finish_of(shared: Plan, baseline: Element, calendar: str) -> str:
    """The last day of a baseline; that of a milestone is its day, whatever the hour."""
    written = baseline.text("Finish")
    return texts.day(written) if baseline.text("Start") == written else shared.finish(baseline, "Finish", calendar)


def _constraint(task: Element, cells: dict[str, str], rows: _Rows, number: int) -> None:
    """Start no earlier than (4) is kept; must start on (2) too, as far as it says so; of the others it is told that they are not."""
    kind, on = task.text("ConstraintType"), texts.day(task.text("ConstraintDate"))
    if kind in ("4", "2"):
        cells["not_before"] = on
    if kind not in ("", "0", "4"):
        rows.tell(number, cells["name"], "ConstraintType", kind, on)


def _who(shared: Plan, task: Element, cells: dict[str, str], rows: _Rows, number: int) -> None:
    """The resource with the most work does it, the first of equals; the others have bookings, and it is told who they are."""
    given = [one for one in shared.assigned.get(task.text("UID"), []) if one.text("ResourceUID") in shared.people]
    given.sort(key=lambda one: -(texts.duration(one.text("Work")) or 0))
    if given:
        first, *others = dict.fromkeys(shared.people[one.text("ResourceUID")] for one in given)
        cells["assignee_id"] = first
        for other in others:
            rows.tell(number, cells["name"], "Assignment", other)
        return
    roles = [shared.roles[uid] for one in shared.assigned.get(task.text("UID"), []) if (uid := one.text("ResourceUID")) in shared.roles]
    cells["role"] = roles[0] if roles else ""


def _pace(shared: Plan, task: Element, cells: dict[str, str], work: float, length: float | None) -> None:
    """Hours a day, where one person's work is spread thinner than over full days."""
    given = shared.assigned.get(task.text("UID"), [])
    if len(given) == 1 and length and texts.code(task, "DurationFormat") not in texts.ELAPSED:
        pace = work / (length / shared.day_hours)
        if pace < shared.day_hours - 1e-6:
            cells["hours_per_day"] = texts.written(round(pace, 4))


def _days(shared: Plan, task: Element, cells: dict[str, str], rows: _Rows, number: int, length: float | None) -> str:
    """The duration of a task without work, in working days; one that runs around the clock is told and taken from its dates."""
    if length is None:
        return task.text("Duration")
    if texts.code(task, "DurationFormat") in texts.ELAPSED and length:
        rows.tell(number, cells["name"], "DurationFormat", task.text("DurationFormat"), task.text("Duration"))
        first, last = texts.moment(task.text("Start"))[0], texts.moment(task.text("Finish"))[0]
        if first and last and first <= last:
            return str(working_days(shared.calendars, shared.calendar, first, last))
        return texts.written(length / 24)
    return texts.written(round(length / shared.day_hours, 6))


def _links(shared: Plan) -> _Rows:
    rows = _Rows(("predecessor_id", "successor_id", "kind", "lag_hours", "elapsed"))
    durations = {task.text("UID"): texts.duration(task.text("Duration")) or 0.0 for task in shared.plan.tasks}
    number = 0
    for task in shared.plan.tasks:
        for link in task.all("PredecessorLink"):
            number += 1
            before, after = link.text("PredecessorUID"), task.text("UID")
            shown = f"{before} → {after}"
            if texts.is_set(link, "CrossProject") or before not in shared.kept or after not in shared.kept:
                rows.leave(number, "other_project" if texts.is_set(link, "CrossProject") else "missing_task", shown)
                continue
            lag, elapsed = texts.lag_of(link, durations[before])
            kind = link.text("Type")
            rows.add(
                number, predecessor_id=shared.id_of(before), successor_id=shared.id_of(after),
                kind=texts.LINK_KINDS.get(kind or "1", kind), lag_hours=lag, elapsed="TRUE" if elapsed else "FALSE",
            )  # fmt: skip
    return rows


def _bookings(shared: Plan) -> _Rows:
    rows = _Rows(("booking_id", "person_id", "role", "project_id", "task_id", "start", "end", "hours_per_day", "status"))
    summaries = {task.text("UID") for task in shared.plan.tasks if texts.is_set(task, "Summary")}
    for number, one in enumerate(shared.plan.assignments, start=1):
        uid, task, work = one.text("ResourceUID"), one.text("TaskUID"), texts.duration(one.text("Work"))
        who = shared.people.get(uid) or shared.roles.get(uid)
        shown = f"{who or uid}, {task}"
        if who is None or uid == _NOBODY:
            rows.leave(number, "unassigned" if uid in (_NOBODY, "") else "no_person", shown)
            continue
        if not work or task not in shared.kept or task in summaries:
            rows.leave(number, "missing_task" if task not in shared.kept else "without_work", shown)
            continue
        first, last = texts.moment(one.text("Start"))[0], texts.moment(shared.finish(one, "Finish"))[0]
        pace = ""
        if first and last:
            days = working_days(shared.calendars, shared.calendar, first, max(first, last)) or 1
            pace = texts.written(round(work / days, 4))
        rows.add(
            number, booking_id=shared.id_of(f"a{one.text('UID')}"), person_id=shared.people.get(uid, ""), role=shared.roles.get(uid, ""),
            project_id=shared.name, task_id=shared.id_of(task), start=texts.day(one.text("Start")),
            end=max(texts.day(one.text("Start")), shared.finish(one, "Finish")), hours_per_day=pace,
            status="tentative" if one.text("BookingType") in ("1", "2") else "confirmed",
        )  # fmt: skip
    return rows


def _baseline(element: Element, rows: _Rows, number: int) -> Element:
    """Baseline 0, which is the one that Project compares with; of the others it is told that they are not kept."""
    found = {one.text("Number") or "0": one for one in element.all("Baseline")}
    others = sorted((name for name in found if name != "0"), key=lambda name: (len(name), name))
    if others:
        rows.tell(number, element.text("Name"), "Baseline", ", ".join(others))
    return found.get("0", Element("Baseline"))
