"""What each project brings at completion on each of many days: its fee and what clients pay for changes, less what is passed through.

Definitions § Revenue, § Schedule and scope change. All at the exchange rate of the day looked at. Where they are silent: what will be
passed on is the budget of it and what approved changes add, or what was spent if that is more; of a shared change the client pays their
share of the price, and all of its pass-through is ours to pay. It knows no cost of delivery.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from lib.measures.begun_requests import AGREED, is_a_project
from lib.measures.exchange import rates_on
from lib.portfolio import Portfolio


def paid_share() -> pl.Expr:
    """The share of a change's price that the client pays: all, the share agreed on, or nothing."""
    return (
        pl.when(pl.col("paid_by") == "client").then(1.0)
        .when(pl.col("paid_by") == "shared").then(pl.col("client_share").fill_null(0.0))
        .otherwise(0.0)
    )  # fmt: skip


def fees_on(portfolio: Portfolio, days: Sequence[date], base: str) -> pl.DataFrame:
    """One row a project and day: project_id, day, fx (of its currency), agi_sold (fee less pass-through as first agreed), paid (for changes
    decided by the day), changes_through (their pass-through), passed (spent by the day), agi, and unpriced (some expense has no rate).

    Money of `base`; fx, agi_sold and agi are null without a fee or an exchange rate.
    """
    dated = pl.DataFrame({"day": sorted(set(days))}, {"day": pl.Date})
    fx_rates = portfolio["fx_rates"].collect()
    projects = portfolio["projects"].select("project_id", "currency", "budget_amount", "pass_through_budget").collect()
    changes = (
        portfolio["change_requests"]
        .filter(pl.col("status").is_in(AGREED), pl.col("paid_by").is_in(["client", "shared"]), pl.col("decided_on").is_not_null())
        .filter(~is_a_project())
        .select("project_id", "currency", pl.col("decided_on").alias("on"), pl.col("price") * paid_share(), "pass_through")
        .collect()
    )
    spent = portfolio["expenses"].filter(pl.col("pass_through").fill_null(False)).select(
        "project_id", "currency", pl.col("date").alias("on"), "amount"
    ).collect()  # fmt: skip

    def with_rates(rows: pl.DataFrame) -> pl.DataFrame:
        pairs = rows.select("currency", pl.col("day").alias("date")).drop_nulls().unique()
        return rows.join(rates_on(pairs, fx_rates, base).rename({"date": "day"}), on=["currency", "day"], how="left")

    keys = ["project_id", "day"]
    by_day = [with_rates(rows.join(dated, how="cross").filter(pl.col("on") <= pl.col("day"))) for rows in (changes, spent)]
    paid = by_day[0].group_by(keys).agg(
        (pl.col("price") * pl.col("fx")).sum().alias("paid"), (pl.col("pass_through") * pl.col("fx")).sum().alias("changes_through")
    )
    passed = by_day[1].group_by(keys).agg(
        (pl.col("amount") * pl.col("fx")).sum().alias("passed"), pl.col("fx").is_null().any().alias("unpriced")
    )
    through = pl.col("pass_through_budget").fill_null(0.0) * pl.col("fx")
    fee = pl.col("budget_amount") * pl.col("fx")
    return (
        with_rates(projects.join(dated, how="cross"))
        .join(paid, on=keys, how="left")
        .join(passed, on=keys, how="left")
        .with_columns(pl.col("paid", "changes_through", "passed").fill_null(0.0), pl.col("unpriced").fill_null(False))
        .select(
            *keys, "fx", (fee - through).alias("agi_sold"), "paid", "changes_through", "passed",
            (fee + pl.col("paid") - pl.max_horizontal(through + pl.col("changes_through"), "passed")).alias("agi"), "unpriced",
        )
        .sort("day", "project_id")
    )  # fmt: skip
