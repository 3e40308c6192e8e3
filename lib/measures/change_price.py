"""What a change of scope must cost the client, and what a project's margin went through: plain arithmetic. It estimates nothing.

Formulas: definitions § Schedule and scope change. Amounts are money of one currency net of tax, margins shares of AGI.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

import polars as pl

from lib.columns import N_

REFUSALS: dict[str, str] = {
    "no_target": N_("Say which margin is aimed at."),
    "target_out_of_range": N_("A margin to aim at lies between 0 % and less than 100 %."),
    "no_margin_before": N_("There is no margin before the change to keep."),
}
"""Why there is no price -> a sentence."""


@dataclass(frozen=True)
class Refusal:
    """No price, and why: a key of `REFUSALS`."""

    kind: str


@dataclass(frozen=True)
class Before:
    """A project before a change: AGI (revenue less pass-through at cost) and cost at completion."""

    agi: float
    eac: float

    @property
    def margin(self) -> float | None:
        return _share(self.agi - self.eac, self.agi)


@dataclass(frozen=True)
class Change:
    """What a change does: `cost` is Δcost, the change of EAC, negative for removed work (of it, what is not spent: `unspent`).

    `pass_through` at cost; `contingency` = P80 − P50 of Δcost for a fixed price, 0 for time and materials.
    """

    cost: float
    pass_through: float = 0.0
    contingency: float = 0.0

    @property
    def removes(self) -> bool:
        return self.cost < 0


@dataclass(frozen=True)
class ChangePrices:
    """The prices of a change side by side with the margin that each leaves.

    `floor` (target margin), `keeping` (margin before) and `break_even` (no margin) are fees; of removed work they are negative, and
    `largest_credit` is what may be given back at most. `absorbed`: margin if the client pays nothing.
    """

    floor: float | Refusal
    break_even: float
    keeping: float | Refusal
    largest_credit: float | None
    margin_before: float | None
    margin_at_floor: float | None
    margin_at_break_even: float | None
    margin_at_keeping: float | None
    absorbed: float | None


def price_floor(change: Change, target_margin: float | None) -> float | Refusal:
    """The least fee: (Δcost + contingency) / (1 − m) + pass-through. Refused without a target margin m, or one outside [0, 1)."""
    if target_margin is None or not isfinite(target_margin):
        return Refusal("no_target")
    if not 0 <= target_margin < 1:
        return Refusal("target_out_of_range")
    return (change.cost + change.contingency) / (1 - target_margin) + change.pass_through


def break_even(change: Change) -> float:
    """The fee that pays the change and nothing else: Δcost + pass-through."""
    return change.cost + change.pass_through


def margin_keeping(before: Before, change: Change) -> float | Refusal:
    """The fee that leaves the margin as it was: Δcost / (1 − margin before) + pass-through. Refused without cost or AGI before."""
    if before.margin is None or before.margin >= 1:
        return Refusal("no_margin_before")
    return change.cost / (1 - before.margin) + change.pass_through


def margin_after(before: Before, change: Change, fee: float) -> float | None:
    """(AGI + F − PT − EAC − Δcost) / (AGI + F − PT); None where that AGI is not positive."""
    agi = before.agi + fee - change.pass_through
    return _share(agi - before.eac - change.cost, agi)


def margin_absorbed(before: Before, change: Change) -> float | None:
    """The margin if we pay: no fee, and what would be passed through is cost."""
    return _share(before.agi - before.eac - change.cost - change.pass_through, before.agi)


def unspent(planned_cost: float, spent: float) -> float:
    """Δcost of removed work: less of it only what is not spent yet. Never positive."""
    return -max(0.0, planned_cost - max(0.0, spent))


def change_prices(before: Before, change: Change, target_margin: float | None) -> ChangePrices:
    """Every price of a change and the margin at it."""
    floor, keeping, even = price_floor(change, target_margin), margin_keeping(before, change), break_even(change)
    return ChangePrices(
        floor=floor,
        break_even=even,
        keeping=keeping,
        largest_credit=max(0.0, -floor) if change.removes and not isinstance(floor, Refusal) else None,
        margin_before=before.margin,
        margin_at_floor=None if isinstance(floor, Refusal) else margin_after(before, change, floor),
        margin_at_break_even=margin_after(before, change, even),
        margin_at_keeping=None if isinstance(keeping, Refusal) else margin_after(before, change, keeping),
        absorbed=margin_absorbed(before, change),
    )


def margin_ledger(
    sold: Before, orders: pl.DataFrame, absorbed: pl.DataFrame, eac: float, eac_low: float | None = None, eac_high: float | None = None
) -> pl.DataFrame:
    """How a project's margin came from what was sold to what it is today, in steps that add up.

    `sold`: AGI and cost as first agreed. `orders`: change_id, fee, pass_through, cost of each change order, in order; null counts 0.
    `absorbed`: change_id, cost of work done for nothing. Returns step (sold, change_order, absorbed, drift, today), change_id, amount,
    total (after the step), low and high (of today, from the range of EAC; else null). An order's amount is F − PT − C; drift is what
    the estimates moved beside all that; today is AGI − EAC, AGI with the fees of the orders.
    """
    fee, cost = pl.col("fee").fill_null(0.0) - pl.col("pass_through").fill_null(0.0), pl.col("cost").fill_null(0.0)
    signed = orders.select("change_id", fee.alias("fee"), (fee - cost).alias("amount"))
    crept = absorbed.select("change_id", (-cost).alias("amount"))
    agi = sold.agi + float(signed["fee"].sum())
    steps = [("sold", None, sold.agi - sold.eac)]
    steps += [("change_order", change_id, amount) for change_id, amount in signed.select("change_id", "amount").iter_rows()]
    steps += [("absorbed", change_id, amount) for change_id, amount in crept.iter_rows()]
    steps.append(("drift", None, agi - eac - sum(step[2] for step in steps)))
    schema = {"step": pl.String, "change_id": pl.String, "amount": pl.Float64}
    ledger = pl.DataFrame(steps, schema=schema, orient="row").with_columns(pl.col("amount").cum_sum().alias("total"))
    today = pl.DataFrame([("today", None, agi - eac, agi - eac)], schema=schema | {"total": pl.Float64}, orient="row")
    ends = [None if end is None else agi - end for end in (eac_high, eac_low)]
    ranged = today.with_columns(pl.lit(ends[0], pl.Float64).alias("low"), pl.lit(ends[1], pl.Float64).alias("high"))
    return pl.concat([ledger, ranged], how="diagonal")


def _share(over: float, under: float) -> float | None:
    return over / under if under > 0 else None
