"""Open risks and issues by probability and impact on a day, and 13 weeks before. It judges no risk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from lib.measures.figure import total
from lib.portfolio import Portfolio

TREND_DAYS = 7 * 13
ISSUE_PROBABILITY = 5
RISKS = (
    "risk_id", "account_id", "project_id", "kind", "title", "internal", "owner", "opened", "closed_on", "probability", "impact", "exposure",
    "mitigation",
)  # fmt: skip


@dataclass(frozen=True)
class RiskMatrix:
    """`cells`: probability, impact (1-5 each, 25 rows), open, before (how many), exposure (Σ probability · impact on the day), change.

    `risks`: those open on `day`, columns of RISKS, the gravest first. exposure and exposure_before: Σ probability · impact; None where one
    of them has no probability or impact, for the sum would look better than it is. unplaced, unplaced_before: how many have none.
    opened, closed: since `before_day`. undated: closed on no stated day, so whether they were open before is not known.
    """

    day: date
    before_day: date
    risks: pl.DataFrame
    cells: pl.DataFrame
    exposure: float | None
    exposure_before: float | None
    unplaced: int
    unplaced_before: int
    opened: int
    closed: int
    undated: int


def open_risks(portfolio: Portfolio, day: date) -> pl.DataFrame:
    """Risks and issues open at the close of `day`, of accounts that are neither internal nor lost: RISKS, the gravest first.

    Open: opened by then and not closed by then; one without a day of closing is open unless its status says closed. An issue has happened:
    its probability counts as 5. exposure = probability · impact, null without either.
    """
    lost = (pl.col("lost_on") <= day).fill_null(pl.col("status").eq_missing("lost"))
    clients = portfolio["accounts"].filter(~pl.col("internal").fill_null(False), ~lost).select("account_id")
    probability = pl.when(pl.col("kind") == "issue").then(pl.lit(ISSUE_PROBABILITY)).otherwise("probability").cast(pl.Int64)
    return (
        portfolio["risks"]
        .filter(pl.col("opened") <= day, (pl.col("closed_on") > day).fill_null(pl.col("status").ne_missing("closed")))
        .join(clients, on="account_id", how="semi")
        .with_columns(probability.alias("probability"))
        .with_columns((pl.col("probability") * pl.col("impact")).alias("exposure"))
        .select(RISKS)
        .sort("exposure", "opened", "risk_id", descending=[True, False, False], nulls_last=False)
        .collect()
    )


def risk_matrix(
    portfolio: Portfolio, day: date, account_ids: pl.Series | None = None, then: Portfolio | None = None, trend_days: int = TREND_DAYS
) -> RiskMatrix:
    """The matrix of `account_ids` (None: all) on `day` and `trend_days` before it.

    What was open before follows from the days of opening and closing. Probability and impact carry no date: `then` is the portfolio as it
    was known before; without it they are taken to have been what they are.
    """
    before_day = day - timedelta(days=trend_days)
    now, before = open_risks(portfolio, day), open_risks(then if then is not None else portfolio, before_day)
    raised = portfolio["risks"].filter(pl.col("opened") <= day).select("account_id", "opened", "closed_on", "status").collect()
    if account_ids is not None:
        now, before, raised = (rows.filter(pl.col("account_id").is_in(account_ids.implode())) for rows in (now, before, raised))
    scale = pl.int_range(1, 6, dtype=pl.Int64, eager=True)
    cells = pl.DataFrame({"probability": scale}).join(pl.DataFrame({"impact": scale}), how="cross")
    place = ["probability", "impact"]
    counts = now.group_by(place).agg(pl.len().cast(pl.Int64).alias("open"), pl.col("exposure").sum())
    cells = (
        cells.join(counts, on=place, how="left", maintain_order="left")
        .join(before.group_by(place).agg(pl.len().cast(pl.Int64).alias("before")), on=place, how="left", maintain_order="left")
        .with_columns(pl.col("open", "before", "exposure").fill_null(0))
        .with_columns((pl.col("open") - pl.col("before")).alias("change"))
        .select("probability", "impact", "open", "before", "exposure", "change")
    )
    within = pl.lit(before_day) < pl.col("opened")
    closed = pl.col("closed_on").is_between(before_day, day, closed="right")
    undated = raised.filter(pl.col("closed_on").is_null(), pl.col("status").eq_missing("closed"), pl.col("opened") <= before_day)
    return RiskMatrix(
        day, before_day, now, cells, _exposure(now), _exposure(before), now["exposure"].null_count(), before["exposure"].null_count(),
        raised.filter(within).height, raised.filter(closed).height, undated.height,
    )  # fmt: skip


def _exposure(risks: pl.DataFrame) -> float | None:
    return None if risks["exposure"].null_count() else total(risks, "exposure")
