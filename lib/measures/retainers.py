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
    none where it has one retainer only. Hours after the end are over-servicing.
    """
    retainers = (
        portfolio["contracts"]
        .filter(pl.col("kind") == "retainer", pl.col("hours_included").is_not_null(), pl.col("start") <= as_of)
        .collect()
    )
    used = _used_hours(portfolio, retainers, as_of)
    first_shown = add_months(as_of.replace(day=1), 1 - months)
    rows = []
    for contract in retainers.iter_rows(named=True):
        end = last_day(contract, as_of)
        kept: deque[tuple[int, float]] = deque()
        month, index = contract["start"].replace(day=1), 0
        while month <= as_of:
            closing = add_months(month, 1) - timedelta(days=1)
            in_force = (min(closing, end or closing) - max(month, contract["start"])).days + 1
            included = contract["hours_included"] * max(0, in_force) / monthrange(month.year, month.month)[1]
            while kept and index - kept[0][0] > (contract["rollover_months"] or 0):
                kept.popleft()
            carried = sum(hours for _, hours in kept) if in_force > 0 else 0.0
            spent = used.get((contract["contract_id"], month), 0.0)
            over = max(0.0, spent - included - carried)
            if month >= first_shown:
                rows.append({
                    "contract_id": contract["contract_id"], "account_id": contract["account_id"], "month": month, "included": included,
                    "carried_in": carried, "used": spent, "over": over, "complete": closing <= as_of,
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


def _used_hours(portfolio: Portfolio, retainers: pl.DataFrame, as_of: date) -> dict[tuple[str, date], float]:
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
        .select("project_id", "contract_id")
    )
    sums = (
        portfolio["time_entries"]
        .filter(pl.col("date") <= as_of)
        .join(projects.lazy(), on="project_id")
        .group_by("contract_id", pl.col("date").dt.truncate("1mo").alias("month"))
        .agg(pl.col("hours").sum())
        .collect()
    )
    return {(contract, month): hours for contract, month, hours in sums.iter_rows()}


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
