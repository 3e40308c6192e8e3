"""The decided changes of each project on each of many days, as far as they bear on its budget. It knows no plan.

Formula: definitions § Earned value. Where the definitions are silent: a change that states hours alone costs the baseline's mean rate.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from lib.measures.begun_requests import is_a_project
from lib.measures.project_days import Basis, ProjectDays, StockRates
from lib.measures.project_tasks import done_by
from lib.portfolio import Portfolio


def decided_changes(
    portfolio: Portfolio, asked: ProjectDays, tasks: pl.DataFrame, budgets: pl.DataFrame, rates: StockRates, basis: Basis
) -> pl.DataFrame:
    """One row a pair and change decided by its day, by pair, decided_on and change_id: these, amount (negative: removed; null
    where it states none), delay_days, first and last (days of its tasks' baseline), done (share of it).

    `tasks` of `leaf_tasks`, `budgets` of `original_budgets`. Scope that the client pays counts whole, shared scope times client_share, what
    we pay for not at all (no row); scope removed counts whoever pays, but of tasks that are known only what is not done. What was decided
    after the project was finished, or on an unknown day (as in revenue), counts for nothing.
    """
    columns = (
        "change_id", "project_id", "kind", "status", "hours", "cost", "currency", "delay_days", "decided_on", "paid_by", "client_share",
    )  # fmt: skip
    agreed = pl.col("status").is_in(["approved", "implemented"]) & ~is_a_project()
    stated = portfolio["change_requests"].filter(agreed).select(columns).collect()
    pairs = asked.rows.select("pair", "project_id", "day", "finished", pl.Series("number", asked.number))
    until = pl.min_horizontal("day", "finished")
    rows = (
        pairs.join(stated, on="project_id")
        .filter(pl.col("decided_on") <= until)
        .join(budgets.select("pair", "labour", "planned_hours"), on="pair", how="left")
        .sort("pair", "decided_on", "change_id")
    )
    fx = rates.worth[rates.placed(rows["currency"]), rows["number"].to_numpy()]
    mean_rate = pl.when(pl.col("planned_hours") > 0).then(pl.col("labour") / pl.col("planned_hours"))
    money = pl.col("cost") * pl.Series("fx", fx).fill_nan(None)
    cost = pl.when(pl.col("cost").is_not_null()).then(money).otherwise(pl.col("hours") * mean_rate)
    whole = pl.col("hours") if basis == "hours" else cost
    paid = (
        pl.when(pl.col("paid_by") == "client").then(1.0)
        .when(pl.col("paid_by") == "shared").then(pl.col("client_share").fill_null(0.0))
        .otherwise(0.0)
    )  # fmt: skip
    spans = (
        tasks.filter(pl.col("change_id").is_not_null(), ~pl.col("original"))
        .group_by("change_id")
        .agg(pl.col("baseline_start").min().alias("first"), pl.col("baseline_finish").max().alias("last"))
    )
    rows = rows.with_columns(whole.alias("whole"), paid.alias("paid"))
    removed = (pl.col("kind") == "removed") | (pl.col("whole") < 0).fill_null(False)
    return (
        rows.with_columns(removed.alias("removed"))
        .join(spans, on="change_id", how="left", maintain_order="left")
        .join(_done(rows, tasks), on=["pair", "change_id"], how="left", maintain_order="left")
        .filter(pl.col("removed") | (pl.col("paid") > 0))
        .select(
            "pair",
            "change_id",
            "decided_on",
            pl.when("removed")
            .then(-pl.col("whole").abs() * (1 - pl.col("done").fill_null(0.0)))
            .otherwise(pl.col("whole") * pl.col("paid"))
            .alias("amount"),
            pl.col("delay_days").fill_null(0.0).clip(0.0),
            "first",
            "last",
            pl.coalesce("done", (pl.col("status") == "implemented").cast(pl.Float64)).alias("done"),
        )
    )


def _done(changes: pl.DataFrame, tasks: pl.DataFrame) -> pl.DataFrame:
    """pair, change_id and `done`: the share done of the tasks that a change adds or removes, by their project's technique.

    Tasks weigh their baseline hours, else their estimate, where each of the change has some; else the same.
    """
    weight = pl.coalesce("baseline_hours", "estimate_hours")
    all_weigh = (weight > 0).fill_null(False).all().over("change_id")
    mine = (
        tasks.filter(pl.col("change_id").is_not_null())
        .with_columns(pl.when(all_weigh).then(weight).otherwise(1.0).alias("weight"))
        .select("change_id", "weight", "ends", "begins", "meanwhile")
    )
    rows = changes.select("pair", "change_id", "day").join(mine, on="change_id")
    days, meanwhile = rows["day"].to_physical().to_numpy(), rows["meanwhile"].fill_null(float("nan")).to_numpy()
    done = np.nan_to_num(done_by(days, rows["ends"].to_numpy(), rows["begins"].to_numpy(), meanwhile))
    share = (pl.col("done") * pl.col("weight")).sum() / pl.col("weight").sum()
    return rows.with_columns(pl.Series("done", done)).group_by("pair", "change_id").agg(share.alias("done"))
