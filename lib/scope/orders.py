"""What an approval writes: a request decided, its work among the tasks and links of a project, as rows of their tables. It stores nothing.

Where definitions are silent. Hours of an altered task are what remains, so its estimate becomes what is logged on it and that, and its ends
move in the same proportion: the plan made of the rows is then the plan that was priced. The committed date moves only to the day that is
agreed. A later phase is a project of its own, without a committed date: its fee is the order's price, its baseline the work as agreed, and
the request goes with it, where it changes nothing more; so neither date, budget nor margin of the first project moves.

Own expense and pass-through become expenses on the day planned for the finish, so that cost at completion holds them: what nobody pays for
is all our own, and so is what people who are not there yet cost over the median of their role, for a task has no rate. They stand for bills
to come: whoever imports the bill puts them to 0. A rate that was typed is in no table: the cost of the change alone holds it. Percentiles
are drawn anew, since chance goes by the ids of tasks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from lib.columns import NAME_BYTES
from lib.measures.begun_requests import later_phase_id
from lib.measures.project_costs import ordered_expense_id
from lib.measures.project_outlook import clients_part
from lib.schedule.assumptions import Rates
from lib.scope.answer import Answer, Finish, OptionKey
from lib.scope.ask import Altered, Ask, task_id_of
from lib.scope.changed import bridged
from lib.tables import TABLES
from lib.text import clean_text

SOURCE = "cartera"
DECIDED = ("approved", "rejected", "implemented", "withdrawn")
ORDER_PREFIX = "CO-"
ORDER_DIGITS = 4
_LONGEST_NUMBER = 6
"""Digits that a running number may have: longer ones are dates or somebody else's ids."""


@dataclass(frozen=True)
class Dated:
    """When a task is done if the change is made, and without it; a new one goes by `lib.scope.ask.task_id_of`. None: not known."""

    task_id: str
    start: date | None = None
    finish: date | None = None
    before_start: date | None = None
    before_finish: date | None = None


@dataclass(frozen=True)
class Approval:
    """A change of scope as it is agreed on. Money of `currency`: `price` is all that is asked for, pass-through at cost with it, of which
    a client who shares pays `client_share`. `version`: of the data it was worked out on, as of `as_of`.

    `finish_on`: the day for which the finish is planned (of a later phase, its own), to which its expenses are dated.
    `rate_factor`: what new work costs over the median of its role.
    `held`: new work is a later phase and does not begin before its date. `promise_on`: the committed date from now on; None: as it was.
    `scenario_id`: the authored scenario that it ends.
    """

    ask: Ask
    option: OptionKey
    as_of: date
    version: int
    decided_on: date
    currency: str
    account_id: str | None = None
    hours: float | None = None
    cost: float | None = None
    price: float | None = None
    pass_through: float | None = None
    delay_days: float | None = None
    paid_by: str = "client"
    client_share: float | None = None
    dates: tuple[Dated, ...] = ()
    finish_on: date | None = None
    rate_factor: float = 1.0
    held: bool = False
    promise_on: date | None = None
    scenario_id: int | None = None


def approval_of(
    answer: Answer, key: OptionKey, decided_on: date, *, price: float | None = None, paid_by: str | None = None,
    client_share: float | None = None, promise_on: date | None = None, scenario_id: int | None = None,
) -> Approval:  # fmt: skip
    """One option of an answer, agreed on `decided_on`, in the answer's base currency. What is absorbed has its pass-through in its cost.

    `price`: what was agreed, else the option's fee; without either we pay. `paid_by`: client, shared (with `client_share`) or us.
    `delay_days`: Monday to Friday between the P80 days with and without it, else between the days planned. ValueError for a refused option.
    """
    option = answer.option(key)
    if option.refused is not None:
        raise ValueError(f"the option can't be had: {option.refused}")
    fee = option.fee if price is None else price
    payer = paid_by or ("us" if fee is None else "client")
    assumed = dict(option.assumed)
    finish_on = assumed.get("later_phase", {}).get("planned_on") or option.finish.planned_on
    factor = assumed.get("extra_rate", {}).get("factor", 1.0)
    return Approval(
        ask=option.ask, option=key, as_of=answer.as_of, version=answer.version, decided_on=decided_on, currency=answer.base,
        account_id=answer.account_id, hours=option.cost.hours, cost=option.cost.likely, price=0.0 if payer == "us" else fee,
        pass_through=None if key == "absorb" else option.ask.pass_through or None,
        delay_days=delay_between(answer.before, option.finish), paid_by=payer,
        client_share=client_share if payer == "shared" else None, dates=dates_of(option.tasks),
        finish_on=finish_on, rate_factor=factor, held=key == "defer", promise_on=promise_on,
        scenario_id=scenario_id,
    )  # fmt: skip


def dates_of(tasks: pl.DataFrame) -> tuple[Dated, ...]:
    """The dates in `tasks` of an option or answer."""
    named = ("start", "finish", "before_start", "before_finish")
    present = [pl.col(name).cast(pl.Date) for name in named if name in tasks.columns]
    return tuple(Dated(**row) for row in tasks.select("task_id", *present).iter_rows(named=True))


def delay_between(before: Finish, after: Finish) -> float | None:
    """Working days, Monday to Friday, from one finish to the other: of their P80 days, else of the days planned; None without both."""
    for name in ("p80_on", "planned_on"):
        was, now = getattr(before, name), getattr(after, name)
        if was is not None and now is not None:
            return float(np.busday_count(was, now))
    return None


def next_order_number(known: Iterable[str | None]) -> str:
    """The next number of a change order: one more than the greatest running number at the end of any that is `known`, of any pattern."""
    endings = (re.search(r"(\d+)\D*$", number) for number in known if number)
    found = [int(ending.group(1)) for ending in endings if ending and len(ending.group(1)) <= _LONGEST_NUMBER]
    return f"{ORDER_PREFIX}{max(found, default=0) + 1:0{ORDER_DIGITS}}"


def kind_of(ask: Ask) -> str:
    """added, removed or modified: the kind of a change request."""
    grows, shrinks = bool(ask.added), bool(ask.removed)
    if ask.altered or ask.linked or ask.unlinked or (grows and shrinks):
        return "modified"
    return "removed" if shrinks else "added"


def new_task_id(change_id: str, key: str) -> str:
    """The id of a task that a change adds."""
    return f"{change_id}:{key}"


def new_work_in(approval: Approval, change_id: str) -> str:
    """The id of the project that new work belongs to: the ask's, or the one that a later phase becomes."""
    return later_phase_id(approval.ask.project_id, change_id) if approval.held else approval.ask.project_id


def phase_row(approval: Approval, project: Mapping[str, Any], change_id: str, title: str) -> dict[str, Any]:
    """The project that a later phase becomes, of the `project` that it follows: sold for the client's part of the price, from its first
    day to no promised one.
    """
    days = [row for row in with_new_ids(approval, change_id).dates if row.task_id.startswith(f"{change_id}:")]
    starts, ends = ([day for row in days if (day := getattr(row, end)) is not None] for end in ("start", "finish"))
    first, last = min(starts, default=None), max(ends, default=None)
    kept = ("account_id", "contract_id", "billing", "manager", "ev_technique")
    part = clients_part(1.0, approval.paid_by, approval.client_share)
    return {name: project[name] for name in kept} | {
        "project_id": new_work_in(approval, change_id), "name": clean_text(f"{project['name']} · {title}", False, NAME_BYTES),
        "status": "planned", "start": first, "baseline_start": first, "baseline_due": last, "budget_hours": approval.hours,
        "currency": approval.currency, "budget_amount": None if approval.price is None else approval.price * part,
        "pass_through_budget": approval.pass_through if part else None, "target_margin": _target(approval, project),
    }  # fmt: skip


def _target(approval: Approval, project: Mapping[str, Any]) -> float | None:
    stated: float | None = project["target_margin"]
    return approval.ask.target_margin if stated is None else stated


def with_new_ids(approval: Approval, change_id: str) -> Approval:
    """The same with the ids that its new tasks get in the tables."""
    names = {task_id_of(approval.ask, row.key): new_task_id(change_id, row.key) for row in approval.ask.added}
    return replace(approval, dates=tuple(replace(row, task_id=names.get(row.task_id, row.task_id)) for row in approval.dates))


def request_row(approval: Approval, request: Mapping[str, Any] | None, change_id: str, order_number: str) -> dict[str, Any]:
    """The row of change_requests as it is approved: what `request` says, if it was logged, and what was agreed."""
    ask = approval.ask
    said = {
        "title": ask.title, "raised_by": ask.raised_by, "raised_on": ask.raised_on, "description": ask.description, "reason": ask.reason,
        "acceptance_criteria": ask.acceptance_criteria, "in_scope": ask.in_scope,
    }  # fmt: skip
    row = dict(request or {"change_id": change_id}) | {"project_id": new_work_in(approval, change_id)}
    row |= {name: value for name, value in said.items() if value not in (None, "")}
    row.setdefault("raised_on", approval.decided_on)
    row["title"] = row.get("title") or order_number
    money = (approval.cost, approval.price, approval.pass_through)
    return row | {
        "status": "approved", "order_number": order_number, "decided_on": approval.decided_on, "kind": kind_of(ask),
        "hours": approval.hours, "cost": approval.cost, "price": approval.price, "pass_through": approval.pass_through,
        "currency": approval.currency if any(amount is not None for amount in money) else row.get("currency"),
        "delay_days": approval.delay_days, "paid_by": approval.paid_by, "client_share": approval.client_share,
    }  # fmt: skip


def task_rows(approval: Approval, tasks: pl.DataFrame, spent: Mapping[str, float], change_id: str) -> pl.DataFrame:
    """The tasks that are added or no longer as they are in `tasks`, the table. `spent`: hours logged on each.

    New ones have no baseline, but for a later phase; altered ones keep theirs; removed ones, and all below a removed summary, are cancelled
    and stay. Where the change is nothing but removal, they name it, so that only what is not done of them leaves the budget.
    """
    ask, rows = approval.ask, {row["task_id"]: row for row in tasks.iter_rows(named=True)}
    changed = {change.task_id: _altered(rows[change.task_id], change, spent.get(change.task_id, 0.0)) for change in ask.altered}
    for task_id in below(tasks, ask.removed):
        row = rows[task_id] | {"status": "cancelled"}
        changed[task_id] = row | ({"change_id": row["change_id"] or change_id} if kind_of(ask) == "removed" else {})
    dates = {row.task_id: row for row in with_new_ids(approval, change_id).dates}
    for added in ask.added:
        task_id = new_task_id(change_id, added.key)
        dated = dates.get(task_id, Dated(task_id))
        changed[task_id] = {
            "task_id": task_id, "project_id": new_work_in(approval, change_id), "name": added.name or added.key, "kind": "task",
            "status": "open", "assignee_id": added.person_id, "role": added.role,
            "estimate_hours": added.hours, "remaining_hours": added.hours, "optimistic_hours": added.optimistic_hours,
            "pessimistic_hours": added.pessimistic_hours, "start": dated.start, "finish": dated.finish,
        } | (_agreed_on(added.hours, dated) if approval.held else {"change_id": change_id})  # fmt: skip
    return pl.DataFrame(list(changed.values()), schema=TABLES["tasks"].polars_schema)


def _agreed_on(hours: float, dated: Dated) -> dict[str, Any]:
    """What work of a later phase has beside: it is the baseline of its own project, and no change of it."""
    return {
        "not_before": dated.start, "baseline_hours": hours, "baseline_start": dated.start, "baseline_finish": dated.finish,
    }  # fmt: skip


def dearer(approval: Approval, rates: Rates) -> float:
    """What new work costs over `rates`, those of the day in the approval's currency, since people who are not there yet do it."""
    labour = sum(added.hours * (rates.of(added.person_id, added.role) or 0.0) for added in approval.ask.added)
    return labour * (approval.rate_factor - 1.0)


def expense_rows(approval: Approval, change_id: str, dearer: float = 0.0) -> pl.DataFrame:
    """Own expense and pass-through of the change as expenses to come: columns of their table, no row for what is nothing.

    Pass-through that the client pays, or a part of, is billed on; else it is our own cost, in the one row of it with what work is `dearer`.
    """
    ask, day = approval.ask, approval.as_of + timedelta(days=1)
    day = max(day, approval.finish_on or day)
    through = 0.0 if approval.paid_by == "us" else approval.pass_through or 0.0
    own = ask.expense + ask.pass_through - through + dearer
    cells = {"project_id": new_work_in(approval, change_id), "date": day, "currency": approval.currency}
    own_id = f"{SOURCE}:{change_id}:own" if approval.held else ordered_expense_id(change_id)  # of a phase, part of its first budget
    rows = [
        cells | {"expense_id": own_id, "amount": own, "pass_through": False},
        cells | {"expense_id": f"{SOURCE}:{change_id}:pass_through", "amount": through, "pass_through": True},
    ]
    return pl.DataFrame([row for row in rows if row["amount"]], schema=TABLES["expenses"].polars_schema)


def _altered(row: Mapping[str, Any], change: Altered, spent: float) -> dict[str, Any]:
    made = dict(row)
    if change.person_id is not None:
        made["assignee_id"] = change.person_id
    before, left = row["estimate_hours"], change.hours if change.hours is not None else row["remaining_hours"]
    if change.hours is not None:
        made["remaining_hours"], made["estimate_hours"] = change.hours, max(0.0, spent) + change.hours
    whole = made["estimate_hours"]
    for end in ("optimistic_hours", "pessimistic_hours"):
        stated = getattr(change, end)
        if stated is not None:
            made[end] = stated * whole / left if left and whole else stated
        elif row[end] is not None and change.hours is not None:
            made[end] = row[end] * whole / before if before and whole else None
    return made


def below(tasks: pl.DataFrame, names: Iterable[str]) -> list[str]:
    """These tasks and all below them, in the order found."""
    children: dict[str, list[str]] = {}
    for task_id, parent in tasks.select("task_id", "parent_id").drop_nulls().iter_rows():
        children.setdefault(parent, []).append(task_id)
    found = dict.fromkeys(names)
    waiting = list(found)
    while waiting:
        for child in children.get(waiting.pop(), ()):
            if child not in found:
                found[child] = None
                waiting.append(child)
    return list(found)


def link_rows(approval: Approval, tasks: pl.DataFrame, links: pl.DataFrame, change_id: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(links that are added, links that go): those asked for, and past removed work those that it stood between.

    Links of cancelled tasks stay with them: a plan leaves them out. A later phase waits for the last tasks of its first project too.
    """
    ask, schema = approval.ask, TABLES["links"].polars_schema
    names = {added.key: new_task_id(change_id, added.key) for added in ask.added}
    gone = links.filter(pl.struct("predecessor_id", "successor_id").is_in([dict(zip(_ENDS, pair, strict=True)) for pair in ask.unlinked]))
    if not ask.unlinked:
        gone = links.clear()
    cancelled = below(tasks, ask.removed)
    left = links.join(gone, on=TABLES["links"].key, how="anti")
    known = left.select(*_ENDS, "kind", pl.col("lag_hours").fill_null(0.0), pl.col("elapsed").fill_null(False)).rows()
    there = {link[:3] for link in known}
    made = {link[:3]: link for link in bridged(known, cancelled) if link[:3] not in there} if cancelled else {}
    pairs = [*ask.linked, *((first, row.key) for row in ask.added for first in row.after)]
    pairs += [(row.key, then) for row in ask.added for then in row.before]
    if approval.held:
        waiting = {then for _, then in pairs}
        pairs += [(last, row.key) for row in ask.added if row.key not in waiting for last in _last(tasks, known)]
    for first, then in pairs:
        ends = names.get(first, first), names.get(then, then)
        if (*ends, "FS") not in there:
            made.setdefault((*ends, "FS"), (*ends, "FS", 0.0, False))
    return pl.DataFrame(list(made.values()), schema=schema, orient="row"), gone.select(TABLES["links"].key)


def _last(tasks: pl.DataFrame, links: Iterable[tuple[Any, ...]]) -> list[str]:
    """The open tasks without any below them that no other open one waits for."""
    parents = set(tasks["parent_id"].drop_nulls())
    done = pl.col("status").is_in(["done", "cancelled"]) | pl.col("finished_on").is_not_null() | (pl.col("kind") == "summary")
    still = [task for task in tasks.filter(~done)["task_id"] if task not in parents]
    waited_for = {link[0] for link in links if link[1] in set(still)}
    return [task for task in still if task not in waited_for]


_ENDS = ("predecessor_id", "successor_id")
