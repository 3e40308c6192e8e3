"""What became of a margin, step by step from what was sold to what it is today, for a project or an account. It estimates nothing.

Formula: definitions § Schedule and scope change, by `lib.measures.change_price.margin_ledger`. One definition each: AGI as in
`lib.measures.project_fees`, cost at completion and its range as in `lib.measures.project_values`, creep as in `lib.scope.register`. Where
they are silent: sold is the fee less its pass-through budget against the budget of cost before any change; third-party cost passed on
beyond what was agreed is a cost of today; a change that states no cost costs its hours at a rate of its project; of finished projects the
cost is what was spent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from lib.columns import N_
from lib.measures.begun_requests import AGREED, is_a_project
from lib.measures.change_price import Before, margin_ledger
from lib.measures.flows import BILLED_BY_CONTRACT
from lib.measures.project_fees import fees_on, paid_share
from lib.measures.project_values import values_on
from lib.portfolio import Portfolio
from lib.scope.register import register

WHY: dict[str, str] = {
    "unknown_project": N_("There is no such project."),
    "not_fixed": N_("It is not sold at a fixed price: its margin is that of its hours."),
    "no_fee": N_("The project has no fee."),
    "no_exchange_rate": N_("An exchange rate is missing."),
    "no_budget": N_("Nothing says what it was to cost."),
    "no_eac": N_("Its cost at completion can't be told."),
    "cancelled": N_("The project was cancelled."),
}
"""Why there is no ledger -> a sentence."""
STEPS: dict[str, str] = {
    "sold": N_("Sold"), "change_order": N_("Change orders"), "absorbed": N_("Absorbed creep"), "drift": N_("Estimate drift"),
    "today": N_("Today"),
}  # fmt: skip
RECENT_DAYS = 365
_LEFT_OUT = {"project_id": pl.String, "project": pl.String, "why": pl.String}
_SCHEMA = {
    "step": pl.String, "project_id": pl.String, "change_id": pl.String, "order_number": pl.String, "title": pl.String,
    "amount": pl.Float64, "total": pl.Float64, "low": pl.Float64, "high": pl.Float64,
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Ledger:
    """The steps of one margin, money of the base currency; or, in `why`, a key of WHY.

    `steps`: step (of STEPS), project_id (null for sums of several), change_id, order_number, title, amount, total (after the step; of today
    the amount itself), low and high (of today, null without a range). `agi_sold` with `cost_sold`, and `agi` with `eac`, give the margins.
    `unstated`: changes that say neither cost nor hours, and count without cost.
    """

    steps: pl.DataFrame
    agi_sold: float | None = None
    cost_sold: float | None = None
    agi: float | None = None
    eac: float | None = None
    target_margin: float | None = None
    why: str | None = None
    unstated: int = 0

    @property
    def margin_sold(self) -> float | None:
        return _margin(self.agi_sold, self.cost_sold)

    @property
    def margin(self) -> float | None:
        """(AGI − EAC) / AGI today: what account health reads of the project."""
        return _margin(self.agi, self.eac)


@dataclass(frozen=True, eq=False)
class AccountLedger(Ledger):
    """The ledgers of an account's projects as one; `left_out`: project_id, project, why, of those that have none."""

    left_out: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_LEFT_OUT))


def ledger(portfolio: Portfolio, project_id: str, as_of: date, base: str) -> Ledger:
    """The ledger of one project at the close of `as_of`, in `base`."""
    return ledgers(portfolio, [project_id], as_of, base)[project_id]


def account_ledger(portfolio: Portfolio, account_id: str, as_of: date, base: str) -> AccountLedger:
    """The ledgers of an account's fixed prices, under way or finished in the last year, as one: sold, each change, absorbed, drift, today.

    Absorbed creep is one step a project. The range of today is the sum of the ranges; what is finished has none and counts as it is.
    """
    mine = portfolio["projects"].filter(pl.col("account_id") == account_id, (pl.col("start") <= as_of).fill_null(True))
    recent = pl.col("finished_on").is_null() | (pl.col("finished_on") > as_of - pl.duration(days=RECENT_DAYS))
    known = mine.filter(recent, pl.col("status").ne_missing("cancelled")).select("project_id", "name").sort("project_id").collect()
    made = ledgers(portfolio, known["project_id"].to_list(), as_of, base)
    whole = {project: one for project, one in made.items() if one.why is None}
    names = dict(known.iter_rows())
    without = [(project, names[project], one.why) for project, one in made.items() if one.why not in (None, "not_fixed")]
    left_out = pl.DataFrame(without, schema=_LEFT_OUT, orient="row")
    if not whole:
        why = next((one.why for one in made.values() if one.why != "not_fixed"), "not_fixed")
        return AccountLedger(pl.DataFrame(schema=_SCHEMA), why=why, left_out=left_out)
    steps = pl.concat([one.steps for one in whole.values()])
    parts = [_summed(steps, "sold"), steps.filter(pl.col("step") == "change_order")]
    crept = steps.filter(pl.col("step") == "absorbed").group_by("project_id", maintain_order=True).agg(pl.col("amount").sum())
    parts += [crept.with_columns(step=pl.lit("absorbed")), _summed(steps, "drift")]
    rows = pl.concat(parts, how="diagonal").with_columns(pl.col("amount").cum_sum().alias("total"))
    today = steps.filter(pl.col("step") == "today")
    ranged = pl.lit(today["low"].count() > 0)
    ends = [pl.when(ranged).then(pl.coalesce(end, "amount").sum()).alias(end) for end in ("low", "high")]
    last = today.select(pl.lit("today").alias("step"), pl.col("amount").sum(), pl.col("amount").sum().alias("total"), *ends).head(1)
    rows = pl.concat([rows, last], how="diagonal").select(pl.col(name).cast(dtype) for name, dtype in _SCHEMA.items())
    sums = {name: sum(getattr(one, name) for one in whole.values()) for name in ("agi_sold", "cost_sold", "agi", "eac", "unstated")}
    return AccountLedger(rows, **sums, left_out=left_out)


def ledgers(portfolio: Portfolio, project_ids: Sequence[str], as_of: date, base: str) -> dict[str, Ledger]:
    """The ledger of each of these projects, in their order."""
    one = pl.LazyFrame({"project_id": list(project_ids)}, schema={"project_id": pl.String})
    values = values_on(portfolio, [as_of], "cost", base, projects=one)
    fees = fees_on(portfolio, [as_of], base).drop("day")
    rows = values.join(fees, on="project_id", how="left").join(_sold(portfolio), on="project_id", how="left")
    facts = {row["project_id"]: row for row in rows.iter_rows(named=True)}
    requests = register(portfolio, as_of, base).filter(pl.col("project_id").is_in(list(project_ids)))
    return {project_id: _ledger(facts.get(project_id), requests, project_id) for project_id in project_ids}


def _sold(portfolio: Portfolio) -> pl.DataFrame:
    contracts = portfolio["contracts"].select(
        "contract_id", pl.col("kind").replace_strict(BILLED_BY_CONTRACT, default=None, return_dtype=pl.String).alias("by_contract")
    )
    joined = portfolio["projects"].join(contracts, on="contract_id", how="left")
    fixed = (pl.coalesce("billing", "by_contract") == "fixed").alias("fixed")
    return joined.select("project_id", fixed, "budget_amount", "target_margin").collect()


def _ledger(facts: dict[str, object] | None, requests: pl.DataFrame, project_id: str) -> Ledger:
    nothing = pl.DataFrame(schema=_SCHEMA)
    if facts is None:
        return Ledger(nothing, why="unknown_project")
    target = _number(facts["target_margin"])
    agi_sold, agi, planned = (_number(facts[name]) for name in ("agi_sold", "agi", "bac_original"))
    eac = _number(facts["ac"] if facts["finished"] is not None else facts["eac"])
    why = (
        "cancelled" if facts["status"] == "cancelled"
        else "not_fixed" if facts["fixed"] is False
        else "no_fee" if facts["budget_amount"] is None
        else "no_exchange_rate" if agi_sold is None or agi is None or facts["unpriced"]
        else "no_budget" if planned is None
        else "no_eac" if eac is None
        else None
    )  # fmt: skip
    if why is not None or agi_sold is None or agi is None or planned is None or eac is None:
        return Ledger(nothing, agi_sold, planned, agi, eac, target, why)
    mine = requests.filter(pl.col("project_id") == project_id).with_columns(paid_share().alias("part"))
    cost = pl.col("likely_cost")
    decided = pl.col("status").is_in(AGREED) & pl.col("decided_on").is_not_null()
    agreed = mine.filter(decided, ~is_a_project()).sort("decided_on", "change_id")
    orders = agreed.filter(pl.col("part") > 0).select(
        "change_id", (pl.col("price") * pl.col("part")).fill_null(0.0).alias("fee"), "pass_through", cost.alias("cost")
    )
    # What we pay for, and what was worked before anybody agreed; a change agreed on for nothing costs its pass-through too.
    ours = agreed.filter(pl.col("part") <= 0).select(
        "change_id", (cost.fill_null(0.0) + pl.col("pass_through").fill_null(0.0)).alias("cost"), "raised_on"
    )
    crept = mine.filter("unapproved_work").select("change_id", pl.col("unapproved_cost").fill_null(0.0).alias("cost"), "raised_on")
    absorbed = pl.concat([ours, crept]).sort("raised_on", "change_id").select("change_id", "cost")
    # AGI of the steps is what was agreed; what is passed on beyond it has to be paid like any cost.
    agreed_agi = agi_sold + float((orders["fee"] - orders["pass_through"].fill_null(0.0)).sum())
    beyond = agreed_agi - agi
    low, high = (None if facts["finished"] is not None else _number(facts[name]) for name in ("eac_low", "eac_high"))
    ends = [None if end is None else end + beyond for end in (low, high)]
    made = margin_ledger(Before(agi_sold, planned), orders, absorbed, eac + beyond, *ends)
    named = mine.select("change_id", "order_number", "title")
    steps = (
        made.join(named, on="change_id", how="left", maintain_order="left")
        .with_columns(project_id=pl.lit(project_id))
        .select(pl.col(name).cast(dtype) for name, dtype in _SCHEMA.items())
    )
    unstated = agreed.filter(cost.is_null()).height + mine.filter("unapproved_work", pl.col("unapproved_cost").is_null()).height
    return Ledger(steps, agi_sold, planned, agi, eac, target, None, unstated)


def _summed(steps: pl.DataFrame, step: str) -> pl.DataFrame:
    amount = float(steps.filter(pl.col("step") == step)["amount"].sum())
    return pl.DataFrame({"step": [step], "amount": [amount]})


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _margin(agi: float | None, cost: float | None) -> float | None:
    return (agi - cost) / agi if agi is not None and cost is not None and agi > 0 else None
