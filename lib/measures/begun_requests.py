"""When work on each change request began, and whether anybody had approved it by a day: one definition for all who ask. It sums nothing.

Definitions § Account health, unapproved scope. Where they are silent: work began on its own day, or when the first of its tasks did, not
before it was asked for. What was decided after a day was not decided then; rejected work counts once begun, withdrawn work never.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from lib.portfolio import Portfolio

AGREED = ("approved", "implemented")
_LATER = "cartera:"


def later_phase_id(project_id: str, change_id: str) -> str:
    """The id of the project that a change of another one becomes if its work is put off to a later phase."""
    return f"{_LATER}{project_id}:{change_id}"


def is_a_project() -> pl.Expr:
    """Whether the project of a change request was made of it: its price is that project's fee and its cost the budget, so that it changes
    neither.
    """
    own = pl.col("project_id").str.ends_with(pl.concat_str(pl.lit(":"), "change_id"))
    return (pl.col("project_id").str.starts_with(_LATER) & own).fill_null(False)


def begun_requests(portfolio: Portfolio) -> pl.LazyFrame:
    """The columns of change_requests, with `started` (first sign of work), `begins` (that, not before it was raised) and `until` (the day
    it was approved on), null where there is none.
    """
    begun = (
        portfolio["tasks"]
        .filter(pl.col("change_id").is_not_null())
        .group_by("change_id")
        .agg(pl.min_horizontal("started_on", "finished_on").min().alias("first_task"))
    )
    return (
        portfolio["change_requests"]
        .join(begun, on="change_id", how="left")
        .with_columns(pl.min_horizontal("started_on", "first_task").alias("started"))
        .with_columns(
            pl.when(pl.col("started").is_not_null()).then(pl.max_horizontal("started", "raised_on")).alias("begins"),
            pl.when(pl.col("status").is_in(AGREED)).then("decided_on").alias("until"),
        )
        .drop("first_task")
    )


def is_agreed(day: pl.Expr, status: str = "status") -> pl.Expr:
    """Whether a row of `begun_requests` was approved by the close of `day`; approved on an unknown day counts as approved."""
    return pl.col(status).is_in(AGREED) & (pl.col("until").is_null() | (pl.col("until") <= day))


def is_unapproved(day: pl.Expr) -> pl.Expr:
    """Whether work on a row of `begun_requests` had begun by the close of `day` without approval; never null."""
    waits = ~is_agreed(day) & (pl.col("status") != "withdrawn")
    return ((pl.col("begins") <= day) & waits).fill_null(False)


def unapproved_requests(portfolio: Portfolio, as_of: date) -> pl.LazyFrame:
    """Those of `begun_requests` known at the close of `as_of` whose work had begun without approval."""
    return begun_requests(portfolio).filter(pl.col("raised_on") <= as_of, is_unapproved(pl.lit(as_of)))
