"""How a project is sold and where its money stands before a change. It prices no change and draws nothing.

One definition everywhere: cost at completion is that of `lib.measures.project_values`, bottom-up where it can be had, and what a fixed
price brings is that of `lib.measures.project_fees`; so the page, the earned value view, health and the answer agree. Where definitions are
silent. AGI at completion of time and materials, and of a retainer, is the billable hours at their bill rates and the hours to go at those
of the people (else the median of the role, else of everybody). Work without a budget of its own costs what it has cost and what its open
tasks still cost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

import polars as pl

from lib.measures.change_price import Before, Change, margin_after
from lib.measures.exchange import with_flow_rates, with_stock_rates
from lib.measures.worked import rates_of_people
from lib.schedule.assumptions import Rates
from lib.scope.answer import AtBillRate, Terms
from lib.scope.ask import Ask
from lib.scope.ground import Ground
from lib.scope.pace import hours_left

BY_THE_HOUR = ("time_materials", "retainer")


def terms_of(ground: Ground, ask: Ask) -> Terms:
    """The terms of the ask's project; what is not known is None, and `missing` has its code."""
    project = ground.projects[ask.project_id]
    billing, values = project["billing"], ground.values(ask.project_id)
    missing = ["billing_unknown"] if billing is None else ["internal"] if billing == "internal" else []
    agi, sold = None, None
    if billing in BY_THE_HOUR:
        agi = _at_bill_rates(ground, ask.project_id)
        missing += ["no_bill_rate"] if agi is None else []
    elif billing != "internal":
        agi, sold = ground.fees(ask.project_id)
        missing += ["no_fee"] if agi is None else []
    eac = _sum(values.get("ac"), values.get("remaining")) if values.get("eac") is None else values["eac"]
    by = values.get("eac_by") if values.get("eac") is not None else None if eac is None else "bottom_up"
    if eac is None and not ground.is_planned(ask.project_id):
        eac, by = _eac_by_hours(ground, ask.project_id, values), "hours"
    missing += ["no_eac"] if eac is None else [] if by == "bottom_up" else ["eac_by_hours"] if by == "hours" else ["eac_not_bottom_up"]
    target = project["target_margin"] if project["target_margin"] is not None else ask.target_margin
    missing += ["no_target"] if target is None else []
    planned = values.get("bac_original")
    margin_sold = None if sold is None or planned is None or sold <= 0 else (sold - planned) / sold
    return Terms(billing, agi, eac, values.get("ac"), target, sold, margin_sold, tuple(missing), by)


def bill_rates_of(ground: Ground) -> Rates:
    """Bill rates in force on the as-of in the base: of each person, and medians of roles and of everybody."""
    portfolio = ground.portfolio
    people = portfolio["people"].select("person_id", "role").collect()
    stated = rates_of_people(portfolio, people.select("person_id", pl.lit(ground.as_of).alias("date")))
    rated = with_stock_rates(stated, portfolio["fx_rates"].collect(), ground.base, ground.as_of, "price_currency")
    rows = rated.select("person_id", (pl.col("bill_rate") * pl.col("fx")).alias("rate")).drop_nulls().join(people, on="person_id").rows()
    by_role: dict[str, list[float]] = {}
    for _, rate, role in rows:
        by_role.setdefault(role or "", []).append(rate)
    medians = {role: median(rates) for role, rates in by_role.items() if role}
    return Rates({person: rate for person, rate, _ in rows}, medians, median([rate for _, rate, _ in rows]) if rows else None)


def at_bill_rate(ground: Ground, terms: Terms, change: Change, added: pl.DataFrame) -> AtBillRate | None:
    """What the added hours bring at bill rates, with the pass-through; None for other billing, or where no hours are added.

    `added`: person_id, role, hours of each added or altered row.
    """
    if terms.billing not in BY_THE_HOUR:
        return None
    rates = bill_rates_of(ground)
    rows = [(hours, rates.of(person, _role(ground, person, role))) for person, role, hours in added.rows()]
    fee = sum(hours * rate for hours, rate in rows if rate is not None) + change.pass_through
    known = terms.agi is not None and terms.eac is not None
    margin = margin_after(Before(terms.agi, terms.eac), change, fee) if known else None  # type: ignore[arg-type]
    return AtBillRate(fee, margin, sum(hours for hours, rate in rows if rate is None))


def _role(ground: Ground, person: str | None, role: str | None) -> str | None:
    return role if person is None or role is not None else ground.people.get(person, ("", None))[1]


def _eac_by_hours(ground: Ground, project_id: str, values: Mapping[str, Any]) -> float | None:
    """Of a project without tasks: its cost, the hours agreed that are left at the mean cost of an hour so far, and own expenses to come."""
    spent, hours = values.get("ac"), values.get("hours") or 0.0
    left = hours_left(ground.portfolio, project_id, ground.as_of, ground.projects[project_id]["budget_hours"])
    if spent is None or left is None or hours <= 0:
        return None
    own = ground.portfolio["expenses"].filter(pl.col("project_id") == project_id, ~pl.col("pass_through").fill_null(False)).collect()
    rated = with_stock_rates(own, ground.portfolio["fx_rates"].collect(), ground.base, ground.as_of).with_columns(
        (pl.col("amount") * pl.col("fx")).alias("cost")
    )
    before, after = (float(rated.filter(when)["cost"].sum()) for when in (pl.col("date") <= ground.as_of, pl.col("date") > ground.as_of))
    return float(spent) + left * (spent - before) / hours + after


def _sum(spent: float | None, left: float | None) -> float | None:
    return None if spent is None or left is None else spent + left


@dataclass(frozen=True)
class _Billed:
    amount: float
    unrated: float


def _at_bill_rates(ground: Ground, project_id: str) -> float | None:
    """Billable hours so far at the bill rate of their day, and hours to go at bill rates; None where some have none."""
    rates = bill_rates_of(ground)
    open_tasks = ground.plan.tasks.filter(pl.col("project_id") == project_id, pl.col("work_hours") > 0)
    rows = open_tasks.select("person_id", "role", "work_hours").rows()
    to_come = [(hours, rates.of(person, _role(ground, person, role))) for person, role, hours in rows]
    done = _billed(ground, project_id)
    if done.unrated > 0 or any(rate is None for _, rate in to_come):
        return None
    return done.amount + sum(hours * rate for hours, rate in to_come if rate is not None)


def _billed(ground: Ground, project_id: str) -> _Billed:
    entries = (
        ground.portfolio["time_entries"]
        .filter(pl.col("project_id") == project_id, pl.col("date") <= ground.as_of, pl.col("billable").fill_null(False))
        .select("person_id", "date", "hours", pl.col("bill_rate").alias("own"), pl.col("currency").alias("own_currency"))
        .collect()
    )
    if entries.is_empty():
        return _Billed(0.0, 0.0)
    stated = rates_of_people(ground.portfolio, entries.select("person_id", "date").unique())
    rows = entries.join(stated, on=["person_id", "date"], how="left").select(
        "date",
        "hours",
        pl.coalesce("own", "bill_rate").alias("rate"),
        pl.when(pl.col("own").is_not_null()).then("own_currency").otherwise("price_currency").alias("currency"),
    )
    priced = with_flow_rates(rows, ground.portfolio["fx_rates"].collect(), ground.base)
    amount = pl.col("hours") * pl.col("rate") * pl.col("fx")
    return _Billed(
        *priced.select(amount.sum().alias("amount"), pl.col("hours").filter(amount.is_null()).sum().alias("unrated")).row(0)
    )
