"""What a change costs and what it may be sold for: the outcome's costs with the ask's own, through `lib.measures.change_price`.

It draws nothing and knows no option.
"""

from __future__ import annotations

from math import nan

import numpy as np
import polars as pl

from lib.measures.change_price import Before, Change, ChangePrices, Refusal, change_prices, margin_absorbed, margin_after
from lib.schedule.forecasting import RATED_LEAST
from lib.schedule.plan import Plan
from lib.schedule.spread import percentile
from lib.scope.answer import AtBillRate, Cost, Terms
from lib.scope.ask import Ask
from lib.scope.ground import Ground
from lib.scope.outcome import Outcome, open_work
from lib.scope.people import added_hours
from lib.scope.terms import BY_THE_HOUR, at_bill_rate


def cost_of(before: Plan, found: Outcome, ask: Ask, terms: Terms, project_ids: tuple[str, ...]) -> Cost:
    """Δcost of the project (with a later phase, where there is one): labour of the outcome, and the ask's own expense.

    A fixed price has a contingency of P80 − P50 of the paired differences; work by the hour, and work for nobody, has none.
    """
    wanted = pl.col("project_id").is_in(project_ids)
    had, has = (open_work(plan).filter(wanted)["work_hours"].sum() for plan in (before, found.plan))
    hours = float(has) - float(had)
    after, first = found.after, found.compared.before
    known = [project for project in project_ids if project in after.costs]
    if any(forecast.rated_share(project) < RATED_LEAST for forecast in (first, after) for project in known if project in forecast.costs):
        return Cost(hours, other=ask.expense)
    paired = np.zeros(after.trials)
    for one in known:
        paired += after.costs[one] - first.costs.get(one, 0.0)
    labour = sum(after.likely_costs[one] - first.likely_costs.get(one, 0.0) for one in known)
    middle, high = (percentile(paired, share) for share in (0.5, 0.8))
    sure = terms.billing in (*BY_THE_HOUR, "internal")
    return Cost(
        hours, labour + ask.expense, middle + ask.expense, high + ask.expense, labour, ask.expense, 0.0 if sure else high - middle
    )


def change_of(cost: Cost, ask: Ask) -> Change | None:
    """The change as `lib.measures.change_price` wants it; None where its cost is not known."""
    return None if cost.likely is None else Change(cost.likely, ask.pass_through, cost.contingency)


def before_of(terms: Terms) -> Before:
    """The project before; not a number where it is not known, so that what rests on it is None."""
    known = terms.agi is not None and terms.eac is not None
    return Before(terms.agi, terms.eac) if known else Before(nan, nan)  # type: ignore[arg-type]


def prices_of(terms: Terms, change: Change | None) -> ChangePrices | None:
    """All prices; None where the cost of the change is not known, or nobody pays."""
    if change is None or terms.billing == "internal":
        return None
    return change_prices(before_of(terms), change, terms.target_margin)


def bill_rates(
    ground: Ground, terms: Terms, change: Change | None, plan: Plan, project_ids: tuple[str, ...], before: Plan | None = None
) -> AtBillRate | None:
    """What the hours that `plan` adds to `before` (else to the ground's plan) bring at bill rates; None where they are not sold so."""
    return None if change is None else at_bill_rate(ground, terms, change, added_hours(before or ground.plan, plan, project_ids))


def fee_of(prices: ChangePrices | None, at_bill_rate: AtBillRate | None) -> float | None:
    """What a change is offered at: at bill rates by the hour, else at the floor."""
    if at_bill_rate is not None:
        return at_bill_rate.fee
    return None if prices is None or isinstance(prices.floor, Refusal) else prices.floor


def margin_with(terms: Terms, change: Change | None, fee: float | None) -> float | None:
    """Margin of the project after the change at `fee`; without one, what would be billed on is cost too."""
    if change is None:
        return None
    return margin_absorbed(before_of(terms), change) if fee is None else margin_after(before_of(terms), change, fee)
