"""Change requests as people write them: logged, edited, bundled, approved, rejected, withdrawn, each one commit that undoes as a whole.

What an approval writes is worked out by `lib.scope.orders` and `lib.scope.booking`; here it is numbered, and seen that nothing moved since.
Numbers are found inside the import lock, so that two people who write at once never get the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import polars as pl

from lib.columns import N_
from lib.portfolio import Portfolio
from lib.schedule.assumptions import assumptions_of
from lib.scope.booking import rebooked
from lib.scope.bundling import bundle_row
from lib.scope.orders import (
    DECIDED,
    SOURCE,
    Approval,
    dearer,
    expense_rows,
    link_rows,
    next_order_number,
    phase_row,
    request_row,
    task_rows,
)
from lib.store.beside import Authored, Repoint, Told, Write
from lib.store.changes import BadRows, Change, Commit, NotFound, Rework, RowMoved, StoreError
from lib.store.checked_rows import checked_rows, sourced_rows
from lib.store.plan_seen import plan_as_seen, spent_hours
from lib.store.store import IMPORT_WAIT_SECONDS, Store
from lib.tables import TABLES
from lib.text import clean_text

KIND_REQUEST = "change_request"
KIND_ORDER = "change_order"
OPEN = ("logged", "assessed", "proposed")
EDITABLE = (
    "title", "description", "kind", "status", "priority", "in_scope", "reason", "acceptance_criteria", "hours", "cost", "price",
    "pass_through", "currency", "delay_days", "paid_by", "client_share", "raised_on", "raised_by", "started_on",
)  # fmt: skip
ACTIONS: dict[str, str] = {
    "logged": N_("logged"), "edited": N_("edited"), "bundled": N_("bundled"), "approved": N_("approved"),
    "rejected": N_("rejected"), "withdrawn": N_("withdrawn"),
}  # fmt: skip
"""What `details["change"]["action"]` of a commit may say -> in words."""
_NUMBERED = re.compile(rf"^{SOURCE}:CR-(\d+)$")


class Decided(StoreError):
    """The request was decided before."""


@dataclass(frozen=True)
class Request:
    """A request as it is logged: in five seconds, a project and a title. `hours` below 0: work removed; `raised_on` None: that day."""

    project_id: str
    title: str
    hours: float | None = None
    raised_by: str | None = None
    raised_on: date | None = None
    priority: str | None = None
    description: str | None = None
    reason: str | None = None
    acceptance_criteria: str | None = None
    in_scope: bool | None = None
    paid_by: str | None = None
    started_on: date | None = None


@dataclass
class _Found:
    """Numbers that are found once the tables stand still."""

    change_id: str = ""
    order_number: str = ""
    title: str = ""
    details: dict[str, Any] = field(default_factory=dict)


def change_id_of(commit: Commit) -> str:
    """The request that a commit of this file is about; of bundling, the one that carries the others."""
    return str(commit.details["change"]["change_id"])


def log(store: Store, request: Request, *, author: str, at: datetime) -> Commit:
    """Write down what a client asks for. Raises `NotFound` for an unknown project, `BadRows`, `ImportBusy`."""
    project = _project(store, request.project_id)
    found = _Found(title=clean_text(request.title, lines=False))

    def work(current: pl.LazyFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        rows = current.collect()
        found.change_id = _next_change_id(store, rows)
        cells = {name: value for name, value in vars(request).items() if value not in (None, "")}
        row = cells | {
            "change_id": found.change_id, "raised_on": request.raised_on or at.date(), "status": "logged",
            "kind": "removed" if (request.hours or 0) < 0 else "added",
        }  # fmt: skip
        return checked_rows("change_requests", [row | {"_source": SOURCE}]), rows.clear().select("change_id")

    details = {"action": "logged", "project_id": request.project_id, "project": project["name"], "title": found.title}
    return _commit(store, {"change_requests": Rework(work)}, found, details, author=author, at=at, kind=KIND_REQUEST, note=found.title)


def edit(store: Store, change_id: str, cells: Mapping[str, Any], *, version: int, author: str, at: datetime) -> Commit:
    """Put `cells` (of EDITABLE) into a request that stands as it did at `version`, when somebody looked at it.

    A status may become logged, assessed or proposed while nothing is decided, and implemented once it is approved. What is decided keeps
    its cells, but for its priority, its acceptance criteria and the day it was started on. Raises `NotFound`, `BadRows`, `Decided`,
    `RowMoved`, `ImportBusy`.
    """
    if strange := [name for name in cells if name not in EDITABLE]:
        raise BadRows(N_("{table} has no column {columns}"), table="change_requests", columns=", ".join(strange))
    asked = cells.get("status")

    def decide(row: Mapping[str, Any]) -> dict[str, Any]:
        if row["status"] in DECIDED:
            done = asked == "implemented" and row["status"] == "approved"
            if not done and not set(cells) <= {"priority", "acceptance_criteria", "started_on"}:
                raise Decided(_TAKEN, title=row["title"], status=row["status"])
        elif asked is not None and asked not in OPEN:
            raise BadRows(N_("A request is approved, rejected or withdrawn by its own step."))
        return dict(cells)

    return _changed(store, change_id, decide, version, "edited", author=author, at=at)


def reject(store: Store, change_id: str, *, reason: str, decided_on: date, version: int, author: str, at: datetime) -> Commit:
    """Say no to a request, and why. Raises as `edit` does, and `BadRows` without a reason."""
    return _ended(store, change_id, {"status": "rejected", "decided_on": decided_on}, reason, version, "rejected", author=author, at=at)


def withdraw(store: Store, change_id: str, *, reason: str, version: int, author: str, at: datetime) -> Commit:
    """Take a request back, and say why: nobody decides it any more. Raises as `reject` does."""
    return _ended(store, change_id, {"status": "withdrawn"}, reason, version, "withdrawn", author=author, at=at)


def bundle(
    store: Store, change_ids: Sequence[str], *, title: str, raised_on: date | None = None, version: int, author: str, at: datetime
) -> Commit:
    """One new request that carries several small ones of a project, which are withdrawn and name it in `bundled_into`.

    Tasks of the small ones become tasks of the new one, so that what is done and logged counts once. Raises `NotFound`, `Decided`,
    `RowMoved`, `BadRows` for fewer than two or of several projects, `ImportBusy`.
    """
    wanted = list(dict.fromkeys(change_ids))
    if len(wanted) < 2:
        raise BadRows(N_("Pick at least two requests to bundle."))
    seen, found = store.portfolio(version), _Found(title=clean_text(title, lines=False))
    project = _project(store, str(_one(seen, wanted[0])["project_id"]))

    def requests(current: pl.LazyFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        rows = current.collect()
        members = [_standing(seen, rows, change_id) for change_id in wanted]
        if len({row["project_id"] for row in members}) > 1:
            raise BadRows(N_("A bundle holds requests of one project."))
        found.change_id = _next_change_id(store, rows)
        made = bundle_row(members, _begun(store.portfolio(), wanted), found.change_id, found.title, raised_on)
        gone = [row | {"status": "withdrawn", "bundled_into": found.change_id} for row in members]
        return checked_rows("change_requests", [made | {"_source": SOURCE}, *gone]), rows.clear().select("change_id")

    def tasks(current: pl.LazyFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        mine = current.filter(pl.col("change_id").is_in(wanted)).collect()
        return mine.with_columns(pl.lit(found.change_id).alias("change_id")), mine.clear().select("task_id")

    changes: dict[str, Change] = {"change_requests": Rework(requests)}  # comes first: it finds the number
    if seen["tasks"].filter(pl.col("change_id").is_in(wanted)).limit(1).collect().height:
        changes["tasks"] = Rework(tasks)
    details = {"action": "bundled", "project_id": project["project_id"], "project": project["name"], "carries": wanted}
    return _commit(store, changes, found, details, author=author, at=at, kind=KIND_REQUEST, note=found.title)


def approve(
    store: Store, approval: Approval, *, author: str, at: datetime, wait_seconds: float = IMPORT_WAIT_SECONDS,
    before_table: Callable[[str], None] = lambda table: None, kept: Mapping[str, Any] | None = None,
) -> Commit:  # fmt: skip
    """Make the change order, all or none: the request numbered, its tasks, links, bookings and expenses, its scenario and a decision.

    `kept`: plain values told under "order" of the step's change, of `lib.scope.kept_orders`.

    Raises `Decided` where the request was decided before, `RowMoved` where it is not as it was, `Outdated` where the project's row,
    tasks, links or bookings are not as they were at the approval's version, `NotFound`, `BadRows`, `ImportBusy`.
    """
    seen, ask, found = store.portfolio(approval.version), approval.ask, _Found()
    project = _project(store, ask.project_id)
    spent = spent_hours(seen, approval)
    moves, more = approval.promise_on not in (None, project["due"]), 0.0
    if approval.rate_factor != 1.0:
        more = dearer(approval, assumptions_of(seen, approval.as_of, approval.currency).rates)

    def requests(current: pl.LazyFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        rows = current.collect()
        request = None if ask.change_id is None else _standing(seen, rows, ask.change_id)
        plan_as_seen(seen, store.portfolio(), ask.project_id)
        found.change_id = ask.change_id or _next_change_id(store, rows)
        found.order_number = _order_number(rows, request)
        row = request_row(approval, request, found.change_id, found.order_number)
        found.title = row["title"]
        source = request["_source"] if request else SOURCE
        return checked_rows("change_requests", [row | {"_source": source}]), rows.clear().select("change_id")

    def tasks(current: pl.LazyFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        mine = current.filter(pl.col("project_id") == ask.project_id).collect()
        return sourced_rows("tasks", task_rows(approval, mine, spent, found.change_id), mine, SOURCE), mine.clear().select("task_id")

    def links(current: pl.LazyFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        every = current.collect()
        mine = store.portfolio(approval.version)["tasks"].filter(pl.col("project_id") == ask.project_id).collect()
        rows, gone = link_rows(approval, mine, every.drop("_source"), found.change_id)
        return sourced_rows("links", rows, every, SOURCE), gone

    def bookings(current: pl.LazyFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        made = rebooked(seen, approval, found.change_id)
        mine = current.filter(pl.col("project_id") == ask.project_id).collect()
        gone = pl.DataFrame({"booking_id": list(made.gone)}, schema={"booking_id": pl.String})
        return sourced_rows("bookings", made.rows, mine, SOURCE), gone

    def expenses(current: pl.LazyFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        none = current.clear().collect()
        return sourced_rows("expenses", expense_rows(approval, found.change_id, more), none, SOURCE), none.select("expense_id")

    def projects(current: pl.LazyFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        mine = current.filter(pl.col("project_id") == ask.project_id).collect()
        rows = mine.clear()
        if moves:
            rows = mine.with_columns(pl.lit(approval.promise_on, pl.Date).alias("due"))
        if approval.held:
            row = phase_row(approval, mine.row(0, named=True), found.change_id, found.title)
            rows = pl.concat([rows, checked_rows("projects", [row | {"_source": SOURCE}])])
        return rows, mine.clear().select("project_id")

    # Only tables that change are part of the commit: another one would keep the steps before from being undone.
    planned = seen["tasks"].filter(pl.col("project_id") == ask.project_id).collect()
    added, gone = link_rows(approval, planned, seen["links"].collect().drop("_source", "_import", strict=False), "?")
    changes: dict[str, Change] = {"change_requests": Rework(requests)}  # comes first: it finds the numbers
    if ask.added or ask.altered or ask.removed:
        changes["tasks"] = Rework(tasks)
    if added.height or gone.height:
        changes["links"] = Rework(links)
    if not rebooked(seen, approval, "?").is_empty:
        changes["bookings"] = Rework(bookings)
    if expense_rows(approval, "?", more).height:
        changes["expenses"] = Rework(expenses)
    if moves or approval.held:
        changes["projects"] = Rework(projects)
    details = {
        "action": "approved", "project_id": ask.project_id, "project": project["name"], "option": approval.option,
        "price": approval.price, "cost": approval.cost, "currency": approval.currency, "paid_by": approval.paid_by,
    }  # fmt: skip
    if kept is not None:
        details["order"] = dict(kept)
    beside: list[Authored] = []
    if approval.scenario_id is not None:
        beside = [Repoint("scenarios", "status", was, "approved", {"id": approval.scenario_id}) for was in ("draft", "proposed")]
    return _commit(
        store, changes, found, details, author=author, at=at, kind=KIND_ORDER, note=clean_text(ask.title, lines=False),
        decided=(approval.account_id or project["account_id"], approval.decided_on), beside=beside, wait_seconds=wait_seconds,
        before_table=before_table,
    )  # fmt: skip


_TAKEN = N_("{title} was decided before.")


def _commit(
    store: Store, changes: Mapping[str, Change], found: _Found, details: Mapping[str, Any], *, author: str, at: datetime, kind: str,
    note: str, decided: tuple[str, date] | None = None, beside: Sequence[Authored] = (), wait_seconds: float = IMPORT_WAIT_SECONDS,
    before_table: Callable[[str], None] = lambda table: None,
) -> Commit:  # fmt: skip
    """One commit whose details tell what was found; with the row of a decision where one was taken (account, day)."""

    def tell() -> tuple[Mapping[str, Any], Sequence[Write]]:
        change = {**details, **found.details, "change_id": found.change_id, "title": found.title}
        if found.order_number:
            change["order_number"] = found.order_number
        if decided is None:
            return {"change": change}, ()
        account, day = decided
        text = ": ".join(part for part in (found.order_number, found.title) if part)
        cells = {"account_id": account, "project_id": details["project_id"], "text": text, "decided_on": day, "details": change}
        return {"change": change}, [Write("decisions", cells)]

    return store.commit(
        changes, author=author, at=at, note=note, kind=kind, authored_changes=[*beside, Told(tell)], wait_seconds=wait_seconds,
        before_table=before_table,
    )  # fmt: skip


def _changed(
    store: Store, change_id: str, decide: Callable[[Mapping[str, Any]], dict[str, Any]], version: int, action: str, *, author: str,
    at: datetime, note: str = "", decided_on: date | None = None,
) -> Commit:  # fmt: skip
    """One request with other cells, while it stands as it did at `version`."""
    seen = store.portfolio(version)
    row = _one(seen, change_id)
    project = _project(store, row["project_id"])
    found = _Found(change_id, title=row["title"])

    def work(current: pl.LazyFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        rows = current.collect()
        standing = _standing(seen, rows, change_id, even_decided=True)
        cells = decide(standing)
        found.title = cells.get("title") or standing["title"]
        return checked_rows("change_requests", [standing | cells]), rows.clear().select("change_id")

    details = {"action": action, "project_id": row["project_id"], "project": project["name"]}
    if note:
        details["reason"] = note
    decided = None if decided_on is None else (project["account_id"], decided_on)
    said = note or row["title"]
    changes: dict[str, Change] = {"change_requests": Rework(work)}
    return _commit(store, changes, found, details, author=author, at=at, kind=KIND_REQUEST, note=said, decided=decided)


def _ended(
    store: Store, change_id: str, cells: dict[str, Any], reason: str, version: int, action: str, *, author: str, at: datetime
) -> Commit:
    said = clean_text(reason, lines=False)
    if not said:
        raise BadRows(N_("Say why: the reason stays beside the request."))

    def decide(row: Mapping[str, Any]) -> dict[str, Any]:
        if row["status"] in DECIDED:
            raise Decided(_TAKEN, title=row["title"], status=row["status"])
        return cells

    decided_on = cells.get("decided_on")
    return _changed(store, change_id, decide, version, action, author=author, at=at, note=said, decided_on=decided_on)


def _standing(seen: Portfolio, rows: pl.DataFrame, change_id: str, even_decided: bool = False) -> dict[str, Any]:
    """The row of a request, with its source, if nobody has decided or changed it since it was `seen`."""
    now = rows.filter(pl.col("change_id") == change_id)
    if now.is_empty():
        raise NotFound(N_("{table} has no row {key}"), table="change_requests", key=change_id)
    row = now.row(0, named=True)
    was = _one(seen, change_id)
    if row["status"] in DECIDED and not even_decided:
        raise Decided(_TAKEN, title=row["title"], status=row["status"])
    if any(was[name] != row[name] for name in TABLES["change_requests"].columns):
        if row["status"] in DECIDED and was["status"] not in DECIDED:
            raise Decided(_TAKEN, title=row["title"], status=row["status"])
        raise RowMoved(N_("Somebody has changed this row meanwhile. Look at it again."))
    return row


def _one(portfolio: Portfolio, change_id: str) -> dict[str, Any]:
    found = portfolio["change_requests"].filter(pl.col("change_id") == change_id).collect()
    if found.is_empty():
        raise NotFound(N_("{table} has no row {key}"), table="change_requests", key=change_id)
    return found.row(0, named=True)


def _project(store: Store, project_id: str) -> dict[str, Any]:
    found = store.portfolio()["projects"].filter(pl.col("project_id") == project_id).collect()
    if found.is_empty():
        raise NotFound(N_("{table} has no row {key}"), table="projects", key=project_id)
    return found.row(0, named=True)


def _begun(portfolio: Portfolio, change_ids: Sequence[str]) -> date | None:
    """The first day on which a task of these requests was begun."""
    mine = portfolio["tasks"].filter(pl.col("change_id").is_in(change_ids))
    first: date | None = mine.select(pl.min_horizontal("started_on", "finished_on").min()).collect().item()
    return first


def _next_change_id(store: Store, rows: pl.DataFrame) -> str:
    """An id of ours that no request has or ever had: a scenario may still name one that was undone."""
    known = [*rows["change_id"], *(str(commit.details.get("change", {}).get("change_id", "")) for commit in store.commits())]
    numbers = [int(match.group(1)) for name in known if (match := _NUMBERED.match(name))]
    return f"{SOURCE}:CR-{max(numbers, default=0) + 1}"


def _order_number(rows: pl.DataFrame, request: Mapping[str, Any] | None) -> str:
    """The number that the request was proposed under, if it is its own; else the next."""
    own = request["order_number"] if request else None
    if own and rows.filter(pl.col("order_number") == own).height == 1:
        return str(own)
    return next_order_number(rows["order_number"])
