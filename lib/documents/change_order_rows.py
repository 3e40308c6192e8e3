"""Makes a change order of an answer: field by field, so that what is not named here cannot enter. It writes no file and computes no price.

Where the definitions are silent. Prices leave the base currency at the rate of the answer's day, and are rounded to the cent; third parties
are what is passed through, our work the rest. The committed date stays while the finish with a margin is inside it, else it becomes the
first day that has the old chance. Hours stand only where the client pays by the hour. An option that we would bear ourselves is never shown
as refused, and of the request only what was typed for the client stands in the order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from lib.documents.change_order import ChangeOrder, Earlier, Item, Later, Moved, RefusedOption, State, Way
from lib.measures.exchange import with_stock_rates
from lib.measures.project_fees import paid_share
from lib.portfolio import Portfolio
from lib.scope.answer import Answer, Option, SignedLater
from lib.scope.ask import task_id_of

BY_THE_HOUR = ("time_materials", "retainer")
FREE: tuple[Way, ...] = ("absorb", "swap")
MOST_MOVED = 12
STANDS: dict[str, State] = {"approved": "approved", "implemented": "approved", "rejected": "rejected", "withdrawn": "withdrawn"}


@dataclass(frozen=True)
class Facts:
    """What the tables say of a project that its client knows. `fx`: units of the base for one of `currency`, None without a rate.

    `contract_total`: fee with the orders approved so far, in `currency`. `task_names`, `remaining_hours`: by task of the project.
    """

    client: str
    project: str
    currency: str
    fx: float | None
    contract: str = ""
    contract_on: date | None = None
    contract_total: float | None = None
    earlier: tuple[Earlier, ...] = ()
    deliverables: frozenset[str] = frozenset()
    task_names: Mapping[str, str] = field(default_factory=dict)
    remaining_hours: Mapping[str, float] = field(default_factory=dict)
    firm: str = ""


@dataclass(frozen=True)
class Typed:
    """What a person says in the order. `price` in the project's currency and `committed_on` replace what the option gives.

    `acceptance`: by key of an added row or id of a task. `refused`: options that the client was shown, with the day it refused.
    """

    number: str
    dated_on: date
    firm: str = ""
    title: str | None = None
    description: str = ""
    reason: str | None = None
    acceptance: Mapping[str, str] = field(default_factory=dict)
    scope_reason: str = ""
    price: float | None = None
    committed_on: date | None = None
    assumptions: tuple[str, ...] = ()
    valid_until: date | None = None
    refused: tuple[tuple[Way, date | None], ...] = ()
    client_signer: str = ""
    firm_signer: str = ""


def facts_of(portfolio: Portfolio, project_id: str, as_of: date, base: str) -> Facts:
    """The facts of a project at the close of `as_of`. KeyError for a project that the portfolio lacks."""
    found = portfolio["projects"].filter(pl.col("project_id") == project_id).collect()
    if found.is_empty():
        raise KeyError(project_id)
    project = found.row(0, named=True)
    accounts = portfolio["accounts"].select("account_id", "name", "internal").collect()
    named_contract = pl.col("contract_id") == pl.lit(project["contract_id"], pl.String)
    contract = portfolio["contracts"].filter(named_contract).select("signed_on", "start").collect()
    tasks = portfolio["tasks"].filter(pl.col("project_id") == project_id).select("task_id", "name", "kind", "remaining_hours").collect()
    rates = portfolio["fx_rates"].collect()
    requests = _requests(portfolio, project_id, as_of)
    rated = with_stock_rates(requests, rates, base, as_of)
    fx = with_stock_rates(pl.DataFrame({"currency": [project["currency"]]}), rates, base, as_of)["fx"].item()
    same = pl.col("currency") == project["currency"]
    rated = rated.with_columns(pl.when(same).then("paid").otherwise(pl.col("paid") * pl.col("fx") / pl.lit(fx, pl.Float64)).alias("paid"))
    approved = rated.filter(pl.col("status").is_in(["approved", "implemented"]), (pl.col("decided_on") <= as_of).fill_null(False))
    unknown = approved.filter(pl.col("owed"), pl.col("paid").is_null()).height
    numbered = rated.filter(pl.col("order_number").is_not_null()).sort("decided_on", "order_number", nulls_last=True)
    fee = project["budget_amount"]
    named = dict(accounts.select("account_id", "name").iter_rows())
    own = accounts.filter(pl.col("internal").fill_null(False))["name"].to_list()
    return Facts(
        client=named.get(project["account_id"], ""), project=project["name"], currency=project["currency"], fx=fx,
        contract=project["contract_id"] or "", contract_on=next((signed or start for signed, start in contract.rows()), None),
        contract_total=None if fee is None or unknown else round(fee + float(approved["paid"].sum()), 2),
        earlier=tuple(
            Earlier(row["order_number"], row["title"], STANDS.get(row["status"], "open"), row["decided_on"], _cents(row["paid"]))
            for row in numbered.iter_rows(named=True)
        ),
        deliverables=frozenset(tasks.filter(pl.col("kind").is_in(["deliverable", "milestone"]))["task_id"]),
        task_names=dict(tasks.select("task_id", "name").iter_rows()),
        remaining_hours=dict(tasks.select("task_id", "remaining_hours").drop_nulls().iter_rows()),
        firm=own[0] if len(own) == 1 else "",
    )  # fmt: skip


def change_order_of(answer: Answer, way: Way, facts: Facts, typed: Typed, later: Iterable[SignedLater] = ()) -> ChangeOrder:
    """The order of one option of an answer. KeyError or StopIteration for an option that the answer lacks."""
    option = answer.option(way)
    by_hour = answer.terms.billing in BY_THE_HOUR
    price = _price(option, facts) if typed.price is None else round(typed.price, 2)
    other = _in_currency(option.ask.pass_through, facts) if price is not None and way != "absorb" and option.ask.pass_through else None
    return ChangeOrder(
        number=typed.number, title=option.ask.title if typed.title is None else typed.title, dated_on=typed.dated_on,
        as_of=answer.as_of, firm=typed.firm or facts.firm,
        client=facts.client, project=facts.project, currency=facts.currency, contract=facts.contract,
        contract_on=facts.contract_on, raised_by=option.ask.raised_by or "", raised_on=option.ask.raised_on,
        earlier=tuple(one for one in facts.earlier if one.number != typed.number), items=_items(option, facts, typed, by_hour),
        description=typed.description, reason=(option.ask.reason or "") if typed.reason is None else typed.reason,
        acceptance=option.ask.acceptance_criteria or "", in_scope=option.ask.in_scope, scope_reason=typed.scope_reason, way=way,
        moved=_moved(option, facts), planned_before_on=answer.before.planned_on, planned_after_on=option.finish.planned_on,
        margin_before_on=answer.before.p80_on, margin_after_on=option.finish.p80_on, committed_before_on=answer.before.promise_on,
        committed_after_on=typed.committed_on or _committed(answer, option), price=price, price_other=other,
        price_work=None if price is None else round(price - (other or 0.0), 2), contract_before=facts.contract_total,
        contract_after=None if price is None or facts.contract_total is None else round(facts.contract_total + price, 2),
        hours=option.cost.hours if by_hour else None, assumptions=typed.assumptions,
        later=tuple(
            Later(one.weeks, one.signed_on, one.p80_on or one.planned_on, _in_currency(one.fee, facts)) for one in later if one.weeks > 0
        ),
        valid_until=typed.valid_until, refused=tuple(_refused(answer, way, facts, typed)), client_signer=typed.client_signer,
        firm_signer=typed.firm_signer,
    )  # fmt: skip


def forbidden_in(answer: Answer) -> frozenset[str]:
    """Names in an answer that its client may not read: the other projects that it moves, their clients, and our people."""
    frames = [answer.ripple, *(option.ripple for option in answer.options)]
    named = [frame[column] for frame in frames for column in ("project", "account") if column in frame.columns]
    named += [frame["name"] for frame in (answer.people, *(option.people for option in answer.options)) if "name" in frame.columns]
    found = {str(name) for names in named for name in names.to_list() if name}
    return frozenset(found - {answer.project, answer.account})


def forbidden_of(portfolio: Portfolio, account_id: str) -> frozenset[str]:
    """Names and texts of a portfolio that this client may not read: other clients, their contacts, and the risks kept internal.

    Its own house (parents and children) is no other client, nor are our own names.
    """
    accounts = portfolio["accounts"].select("account_id", "name", "parent_id", "internal").collect()
    parents = dict(accounts.select("account_id", "parent_id").iter_rows())
    house = {one for one in parents if _top(one, parents) == _top(account_id, parents)}
    others = accounts.filter(~pl.col("account_id").is_in(list(house)), ~pl.col("internal").fill_null(False))
    contacts = portfolio["contacts"].filter(pl.col("account_id").is_in(others["account_id"].to_list())).select("name").collect()
    risks = portfolio["risks"].filter(pl.col("internal")).select("title", "mitigation").collect()
    own = set(accounts.filter(pl.col("account_id").is_in(list(house)))["name"])
    full = {name for name in contacts["name"].to_list() if " " in name}  # first names alone are anybody's
    told = {text for column in risks.get_columns() for text in column.to_list() if text}
    return frozenset((set(others["name"]) | full | told) - own)


def _top(account: str, parents: Mapping[str, str | None]) -> str:
    seen: set[str] = set()
    while (parent := parents.get(account)) is not None and parent not in seen:
        seen.add(account)
        account = parent
    return account


def _requests(portfolio: Portfolio, project_id: str, as_of: date) -> pl.DataFrame:
    """Requests of a project raised by `as_of`, with `paid`, the part of the price that the client bears, and whether it bears any."""
    owed = pl.col("paid_by").is_in(["client", "shared"]).fill_null(False)
    return (
        portfolio["change_requests"]
        .filter(pl.col("project_id") == project_id, (pl.col("raised_on") <= as_of).fill_null(True))
        .select("change_id", "order_number", "title", "status", "decided_on", "currency", owed.alias("owed"),
                pl.when(owed).then(pl.col("price") * paid_share()).alias("paid"))
        .collect()
    )  # fmt: skip


def _price(option: Option, facts: Facts) -> float | None:
    if option.fee is None:
        return 0.0 if option.key in FREE else None
    return _in_currency(option.fee, facts)


def _in_currency(amount: float | None, facts: Facts) -> float | None:
    return None if amount is None or not facts.fx else _cents(amount / facts.fx)


def _cents(amount: float | None) -> float | None:
    return None if amount is None else round(amount, 2)


def _committed(answer: Answer, option: Option) -> date | None:
    promised, margin = answer.before.promise_on, option.finish.p80_on or option.finish.planned_on
    if promised is not None and margin is not None and margin <= promised:
        return promised
    return option.finish.restored_on or margin


def _items(option: Option, facts: Facts, typed: Typed, by_hour: bool) -> tuple[Item, ...]:
    def said(key: str) -> str:
        return typed.acceptance.get(key, "")

    def hours(value: float | None) -> float | None:
        return value if by_hour else None

    ask, left = option.ask, facts.remaining_hours
    items = [Item("added", row.name, said(row.key), hours(row.hours)) for row in ask.added]
    for row in ask.altered:
        more = row.hours - left[row.task_id] if row.hours is not None and row.task_id in left else None
        items.append(Item("modified", facts.task_names.get(row.task_id, ""), said(row.task_id), hours(more)))
    for task in ask.removed:
        items.append(Item("removed", facts.task_names.get(task, ""), said(task), hours(-left[task] if task in left else None)))
    return tuple(items)


def _moved(option: Option, facts: Facts) -> tuple[Moved, ...]:
    """Milestones and deliverables whose planned finish moves, the earliest first."""
    new = [task_id_of(option.ask, row.key) for row in option.ask.added]
    rows = (
        option.tasks.filter(pl.col("milestone").fill_null(False) | pl.col("task_id").is_in(list(facts.deliverables)))
        .filter(~pl.col("task_id").is_in(new))
        .select("name", pl.col("before_finish").cast(pl.Date), pl.col("finish").cast(pl.Date))
        .filter(pl.col("before_finish").ne_missing(pl.col("finish")))
        .sort("finish", "name", nulls_last=True)
    )
    return tuple(Moved(*row) for row in rows.head(MOST_MOVED).rows())


def _refused(answer: Answer, way: Way, facts: Facts, typed: Typed) -> Iterable[RefusedOption]:
    options = {option.key: option for option in answer.options}
    for key, on in typed.refused:
        if key in ("absorb", way) or key not in options:
            continue
        option = options[key]
        finish = None if option.refused else option.finish.p80_on or option.finish.planned_on
        yield RefusedOption(key, finish, None if option.refused else _price(option, facts), on)
