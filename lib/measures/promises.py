"""What was promised, graded at the close of a day: kept, late, dropped or not due yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import polars as pl

FACTS = {
    "account_id": pl.String,
    "text": pl.String,
    "owner": pl.String,
    "due": pl.Date,
    "kept_on": pl.Date,
    "status": pl.String,
    "review_id": pl.Int64,
}


def graded(rows: Iterable[Mapping[str, Any]], as_of: date) -> pl.DataFrame:
    """Promises of authored `rows`, the latest first: FACTS, state and days_late.

    state: kept (kept_on ≤ due, both at the close of the day), late (kept after due, or due has passed), dropped (status), open. days_late
    counts to kept_on, else to `as_of`.
    """
    promises = pl.DataFrame([{name: row.get(name) for name in FACTS} for row in rows], schema=FACTS)
    done = (pl.col("kept_on") <= as_of).fill_null(False)
    overdue = pl.when(done).then(pl.col("kept_on") > pl.col("due")).otherwise(pl.col("due") < as_of).fill_null(False)
    state = (
        pl.when(pl.col("status") == "dropped").then(pl.lit("dropped"))
        .when(overdue).then(pl.lit("late"))
        .when(done).then(pl.lit("kept"))
        .otherwise(pl.lit("open"))
    )  # fmt: skip
    reached = pl.when(done).then("kept_on").otherwise(pl.lit(as_of))
    days_late = (reached - pl.col("due")).dt.total_days().clip(lower_bound=0)
    return promises.with_columns(state.alias("state"), days_late.alias("days_late")).sort("days_late", "due", descending=[True, False])


def of_accounts(promises: pl.DataFrame, account_ids: pl.Series) -> pl.DataFrame:
    """Those of `promises` that were made to one of the accounts."""
    return promises.filter(promises["account_id"].is_in(account_ids.implode()))
