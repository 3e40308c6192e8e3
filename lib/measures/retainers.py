"""How a retainer's hours burn, month by month, with rollover. Formula: definitions § Team workload, retainer burn."""

from __future__ import annotations

from calendar import monthrange
from collections import deque
from datetime import date, timedelta

import polars as pl

from lib.measures.terms import last_day
from lib.periods import add_months
from lib.portfolio import Portfolio

SCHEMA = {
    "contract_id": pl.String, "account_id": pl.String, "month": pl.Date, "included": pl.Float64, "carried_in": pl.Float64,
    "used": pl.Float64, "over": pl.Float64, "complete": pl.Boolean,
}  # fmt: skip


def retainer_burn(portfolio: Portfolio, as_of: date, months: int = 12) -> pl.DataFrame:
    """One row a retainer with included hours and month up to `as_of`, the last `months` of them.

    available = included × days in force / days of the month + carried in; over = max(0, used − available); what is left is carried, up to
    the cap, and lapses after rollover_months. Used: hours on projects under the contract, and on the account's retainer projects that name
    none where it has one retainer only. Hours after the last day, in its month too, are over whatever is left. Without rollover_months
    nothing is carried; with a cap, and among hours still usable, the oldest go first.
    """
    retainers = (
        portfolio["contracts"]
        .filter(pl.col("kind") == "retainer", pl.col("hours_included").is_not_null(), pl.col("start") <= as_of)
        .collect()
    )
    ends = {contract["contract_id"]: last_day(contract, as_of) for contract in retainers.iter_rows(named=True)}
    used = _used_hours(portfolio, retainers, ends, as_of)
    first_shown = add_months(as_of.replace(day=1), 1 - months)
    rows = []
    for contract in retainers.iter_rows(named=True):
        end = ends[contract["contract_id"]]
        kept: deque[tuple[int, float]] = deque()
        month, index = contract["start"].replace(day=1), 0
        while month <= as_of:
            closing = add_months(month, 1) - timedelta(days=1)
            in_force = (min(closing, end or closing) - max(month, contract["start"])).days + 1
            included = contract["hours_included"] * max(0, in_force) / monthrange(month.year, month.month)[1]
            while kept and index - kept[0][0] > (contract["rollover_months"] or 0):
                kept.popleft()
            carried = sum(hours for _, hours in kept) if in_force > 0 else 0.0
            spent, after = used.get((contract["contract_id"], month), (0.0, 0.0))
            over = max(0.0, spent - included - carried) + after
            if month >= first_shown:
                rows.append({
                    "contract_id": contract["contract_id"], "account_id": contract["account_id"], "month": month, "included": included,
                    "carried_in": carried, "used": spent + after, "over": over, "complete": closing <= as_of,
                })  # fmt: skip
            kept.append((index, included))
            _spend(kept, spent)
            _cap(kept, contract["rollover_cap_hours"] if contract["rollover_cap_hours"] is not None else float("inf"))
            month, index = add_months(month, 1), index + 1
    return pl.DataFrame(rows, schema=SCHEMA)


def over_servicing(burn: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """account_id, over, included, share = Σ over / Σ included, over the last 3 complete months of its retainers."""
    newest = burn.filter("complete")["month"].max()
    first = add_months(newest if isinstance(newest, date) else as_of, -2)
    return (
        burn.filter(pl.col("complete"), pl.col("month") >= first)
        .group_by("account_id")
        .agg(pl.col("over", "included").sum())
        .filter(pl.col("included") > 0)
        .with_columns((pl.col("over") / pl.col("included")).alias("share"))
        .sort("account_id")
    )


def over_servicing_league(portfolio: Portfolio, burn: pl.DataFrame) -> pl.DataFrame:
    """Retainers by what their hours over are worth: contract_id, account_id, over, rate, price, currency, rated; the dearest first.

    `burn`: months of `retainer_burn`, all of which count. rate: the contract's overage rate; without one its value a month by hours
    included, which `rated` calls "included" ("overage" otherwise); neither, or a value in total: null, and so is the price. Prices are in
    each contract's currency and ranked as they stand where these differ.
    """
    months = pl.col("value_per").replace_strict({"month": 1.0, "quarter": 3.0, "year": 12.0}, default=None, return_dtype=pl.Float64)
    monthly = pl.col("value") / months / pl.when(pl.col("hours_included") > 0).then(pl.col("hours_included"))
    rates = portfolio["contracts"].select(
        "contract_id",
        pl.coalesce("overage_rate", monthly).alias("rate"),
        pl.when(pl.col("overage_rate").is_not_null()).then(pl.lit("overage")).when(monthly.is_not_null()).then(pl.lit("included")).alias("rated"),
        "currency",
    )
    return (
        burn.lazy()
        .group_by("contract_id", "account_id")
        .agg(pl.col("over").sum())
        .filter(pl.col("over") > 0)
        .join(rates, on="contract_id", how="left")
        .with_columns((pl.col("over") * pl.col("rate")).alias("price"))
        .select("contract_id", "account_id", "over", "rate", "price", "currency", "rated")
        .sort("price", "over", "contract_id", descending=[True, True, False], nulls_last=True)
        .collect()
    )


def _used_hours(
    portfolio: Portfolio, retainers: pl.DataFrame, ends: dict[str, date | None], as_of: date
) -> dict[tuple[str, date], tuple[float, float]]:
    """Hours of each retainer and month: to its last day, and after it."""
    last_days = pl.DataFrame({"contract_id": list(ends), "last_day": list(ends.values())}, {"contract_id": pl.String, "last_day": pl.Date})
    only = (
        retainers.group_by("account_id")
        .agg(pl.col("contract_id").first().alias("only"), pl.len().alias("retainers"))
        .filter(pl.col("retainers") == 1)
    )
    projects = (
        portfolio["projects"]
        .select("project_id", "account_id", "contract_id", "billing")
        .collect()
        .join(only, on="account_id", how="left")
        .with_columns(
            pl.when(pl.col("billing") == "retainer").then(pl.coalesce("contract_id", "only")).otherwise("contract_id").alias("contract_id")
        )
        .join(retainers.select("contract_id"), on="contract_id", how="semi")
        .join(last_days, on="contract_id", how="left")
        .select("project_id", "contract_id", "last_day")
    )
    after = (pl.col("date") > pl.col("last_day")).fill_null(False)
    sums = (
        portfolio["time_entries"]
        .filter(pl.col("date") <= as_of)
        .join(projects.lazy(), on="project_id")
        .group_by("contract_id", pl.col("date").dt.truncate("1mo").alias("month"))
        .agg(pl.col("hours").filter(~after).sum().alias("within"), pl.col("hours").filter(after).sum().alias("after"))
        .collect()
    )
    return {(contract, month): (within, after) for contract, month, within, after in sums.iter_rows()}


def _spend(kept: deque[tuple[int, float]], hours: float) -> None:
    """Use the oldest hours first."""
    while kept and hours > 0:
        index, left = kept.popleft()
        if left > hours:
            kept.appendleft((index, left - hours))
        hours -= left


def _cap(kept: deque[tuple[int, float]], most: float) -> None:
    """Let the oldest hours go until no more than `most` are carried."""
    over = sum(hours for _, hours in kept) - most
    if over > 0:
        _spend(kept, over)
