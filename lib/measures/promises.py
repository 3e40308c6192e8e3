"""What was promised, graded at the close of a day: kept, late, dropped or not due yet."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

SCHEMA = {
    "account_id": pl.String, "text": pl.String, "owner": pl.String, "due": pl.Date, "done_on": pl.Date, "dropped_on": pl.Date,
    "review_id": pl.String, "state": pl.String, "days_late": pl.Int64,
}  # fmt: skip


def graded(rows: list[dict[str, Any]], as_of: date) -> pl.DataFrame:
    """Promises of authored `rows` (account_id, text, owner, due, done_on?, dropped_on?, review_id?), the latest first.

    state: kept (done ≤ due at the close of the day), late (done after due, or due passed and not done), dropped, open. days_late counts to
    done_on, else to `as_of`.
    """
    facts = [{name: row.get(name) for name in SCHEMA if name not in ("state", "days_late")} for row in rows]
    promises = pl.DataFrame(facts, schema={name: SCHEMA[name] for name in SCHEMA if name not in ("state", "days_late")})
    done = pl.col("done_on") <= as_of
    late = pl.when(done).then(pl.col("done_on") > pl.col("due")).otherwise(pl.col("due") < as_of)
    return promises.with_columns(
        pl.when((pl.col("dropped_on") <= as_of).fill_null(False)).then(pl.lit("dropped"))
        .when(late.fill_null(False)).then(pl.lit("late"))
        .when(done.fill_null(False)).then(pl.lit("kept"))
        .otherwise(pl.lit("open")).alias("state"),
        (pl.when(done.fill_null(False)).then("done_on").otherwise(pl.lit(as_of)) - pl.col("due")).dt.total_days().clip(lower_bound=0).alias("days_late"),
    ).sort("days_late", "due", descending=[True, False])  # fmt: skip
