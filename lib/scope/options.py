"""The five ways to answer an ask, side by side, on the same trials: what each does and what it would be sold for. It recommends none.

Charge and extend is the ask as it stands; absorb is the same without a fee, so that both are worked out once. Formulas: definitions §
Schedule and scope change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import polars as pl

from lib.schedule.graph import Problems
from lib.scope.answer import OPTIONS, Cost, Option, OptionKey, Terms
from lib.scope.ask import Ask
from lib.scope.changed import plan_with
from lib.scope.effects import Changed, Effects, effects_of
from lib.scope.ground import Ground, Stop
from lib.scope.money import bill_rates, change_of, fee_of, margin_with, prices_of
from lib.scope.people import over_hours
from lib.scope.ways import Taken, by_more_people, later_phase, new_work, priced_apart, to_take_out

Assumed = tuple[str, Mapping[str, Any]]


def options(ground: Ground, terms: Terms, asked: Effects, taken: Taken, stop: Stop = None) -> Iterator[Option]:
    """One by one, in the order of OPTIONS. `asked`: the effects of the ask as it stands.

    A way that can't be had is there with what the ask itself does, and `refused` says why: nothing_to_add (no new work), nothing_to_swap,
    or the engine's kind of problem. Codes of `assumed`: extra_people (hours, roles), ramp_up (share), extra_rate (factor); taken_out
    (tasks, hours, asked_hours), taken_out_committed (days), pass_through_billed (amount); later_phase (planned_on, p80_on),
    later_phase_only_work; we_pay (amount).
    """
    for key in OPTIONS:
        if asked.ask.is_empty or key == "extend":
            yield _charged(ground, key, asked, terms)
        elif key == "absorb":
            yield _absorbed(asked, terms)
        else:
            yield _other(ground, key, terms, asked, taken, stop)


def _other(ground: Ground, key: OptionKey, terms: Terms, asked: Effects, taken: Taken, stop: Stop) -> Option:
    ask = asked.ask
    if not new_work(ground.plan, ask)[0]:
        return replace(_charged(ground, key, asked, terms), refused="nothing_to_add", fee=None, margin=None)
    made = {"add_people": _more_people, "swap": _swapped, "defer": _later}[key](ground, ask, taken)
    found = made if isinstance(made, str) else effects_of(ground, made[0], terms, stop)
    if isinstance(found, str | Problems):
        code = found if isinstance(found, str) else found.found[0].kind
        return replace(_charged(ground, key, asked, terms), refused=code, fee=None, margin=None)
    assumed = () if isinstance(made, str) else made[1]
    if key == "swap":
        return _exchanged(ground, key, found, terms, assumed)
    if key == "defer":
        assumed = (_phase(found), *assumed)
    return replace(_charged(ground, key, found, terms), assumed=assumed)


def _more_people(ground: Ground, ask: Ask, taken: Taken) -> tuple[Changed, tuple[Assumed, ...]] | str:
    roles = {person: role for person, (_, role) in ground.people.items()}
    other = by_more_people(ground.plan, ask, roles, taken)
    plan = plan_with(ground.plan, other)
    if isinstance(plan, Problems):
        return plan.found[0].kind
    priced, assumptions = priced_apart(plan, other, ground.assumptions, taken)
    named = tuple(dict.fromkeys(row.role for row in other.added if row.role))
    assumed: tuple[Assumed, ...] = (
        ("extra_people", {"hours": sum(row.hours for row in other.added), "roles": named}),
        ("ramp_up", {"share": taken.ramp_up_share}),
        ("extra_rate", {"factor": taken.rate_factor}),
    )
    return Changed(other, plan, priced, assumptions), assumed


def _swapped(ground: Ground, ask: Ask, taken: Taken) -> tuple[Changed, tuple[Assumed, ...]] | str:
    starts = dict(ground.schedule.tasks.select("task_id", "start").rows())
    gone = to_take_out(ground.plan, starts, ask, ground.changed_tasks)
    if not gone:
        return "nothing_to_swap"
    other = replace(ask, removed=tuple(dict.fromkeys((*ask.removed, *gone))))
    plan = plan_with(ground.plan, other)
    if isinstance(plan, Problems):
        return plan.found[0].kind
    rows = ground.plan.tasks.filter(pl.col("task_id").is_in(gone))
    hours, wanted = float(rows["work_hours"].sum()), sum(row.hours for row in new_work(ground.plan, ask)[0])
    assumed: list[Assumed] = [("taken_out", {"tasks": tuple(rows["name"]), "hours": hours, "asked_hours": wanted})]
    if rows["due"].null_count() < rows.height:
        assumed.append(("taken_out_committed", {"days": tuple(rows["due"].drop_nulls().sort())}))
    if ask.pass_through:
        assumed.append(("pass_through_billed", {"amount": ask.pass_through}))
    return Changed(other, plan), tuple(assumed)


def _later(ground: Ground, ask: Ask, taken: Taken) -> tuple[Changed, tuple[Assumed, ...]] | str:
    made = later_phase(ground.plan, ask)
    if isinstance(made, Problems):
        return made.found[0].kind
    only, plan, later = made
    rest: tuple[Assumed, ...] = (("later_phase_only_work", {}),) if ask.removed or ask.linked or ask.unlinked else ()
    return Changed(only, plan, later=later), rest


def _phase(found: Effects) -> Assumed:
    later, after = found.project_ids[-1], found.outcome.after
    rows = after.projects.filter(pl.col("project_id") == later).select("planned_on", "p80_on").rows(named=True)
    return "later_phase", dict(rows[0]) if rows else {"planned_on": None, "p80_on": None}


def _charged(ground: Ground, key: OptionKey, found: Effects, terms: Terms) -> Option:
    """At its own floor, or at bill rates."""
    change = change_of(found.cost, found.ask)
    fee = fee_of(prices_of(terms, change), bill_rates(ground, terms, change, found.outcome.plan, found.project_ids))
    return _option(key, found, found.cost, fee, None if fee is None else margin_with(terms, change, fee))


def _exchanged(ground: Ground, key: OptionKey, found: Effects, terms: Terms, assumed: tuple[Assumed, ...]) -> Option:
    """Nothing is paid but what is billed on at cost; by the hour, what the hours more or less come to."""
    change, fee = change_of(found.cost, found.ask), found.ask.pass_through or None
    by_hour = bill_rates(ground, terms, change, found.outcome.plan, found.project_ids)
    fee = fee if by_hour is None else by_hour.fee
    margin = margin_with(terms, change, fee or 0.0)
    return replace(_option(key, found, found.cost, fee, margin), assumed=assumed)


def _absorbed(asked: Effects, terms: Terms) -> Option:
    """Nothing is paid at all: what would be billed on is our cost."""
    margin = margin_with(terms, change_of(asked.cost, asked.ask), None)
    through = asked.ask.pass_through
    assumed: tuple[Assumed, ...] = (("we_pay", {"amount": through}),) if through else ()
    return replace(_option("absorb", asked, absorbed_cost(asked.cost, through), None, margin), assumed=assumed)


def absorbed_cost(cost: Cost, through: float) -> Cost:
    """What a change truly costs if nobody pays: the pass-through too, and nothing is put by."""
    if cost.likely is None or cost.p50 is None or cost.p80 is None:
        return cost
    return Cost(cost.hours, cost.likely + through, cost.p50 + through, cost.p80 + through, cost.labour, cost.other + through, 0.0)


def _option(key: OptionKey, found: Effects, cost: Cost, fee: float | None, margin: float | None) -> Option:
    return Option(
        key, found.ask, found.finish, cost, fee, margin, over_hours(found.people), found.ripple, found.tasks, found.people
    )  # fmt: skip
