"""What would go if one client left: money, margin, hours freed, and how concentrated the rest would be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from lib.measures.concentration import Concentration, concentration
from lib.measures.figure import Figure, margin_of, total
from lib.measures.flows import Flows
from lib.periods import twelve_months
from lib.portfolio import Portfolio

WEEKS = 13


@dataclass(frozen=True)
class Departure:
    """Of one top client with the accounts below it: AGI and contribution (AGI − delivery cost) of the last 12 months, in the flows' base.

    `margin_after`: delivery margin of the rest, and
    whether it is only an upper limit; `margin_before`: of the book. `hours_per_person`: name, hours a week freed (mean of the last
    13 weeks), most first. `after`: concentration of the rest.
    """

    agi: float
    contribution: float | None
    margin_before: tuple[float | None, bool]
    margin_after: tuple[float | None, bool]
    hours_per_week: float
    hours_per_person: pl.DataFrame
    before: Concentration
    after: Concentration


def departure(portfolio: Portfolio, flows: Flows, tops: pl.DataFrame, names: pl.DataFrame, account_id: str, as_of: date) -> Departure:
    """What leaves with the top account `account_id`; `tops` from `concentration.parents`, `names`: account_id, name."""
    leaving = tops.filter(pl.col("top_id") == account_id).select("account_id")
    year = flows.by_account(twelve_months(as_of))
    gone, rest = year.join(leaving, on="account_id", how="semi"), year.join(leaving, on="account_id", how="anti")
    weeks = (
        portfolio["time_entries"]
        .filter(pl.col("date").is_between(as_of - timedelta(days=7 * WEEKS - 1), as_of))
        .join(portfolio["projects"].select("project_id", "account_id"), on="project_id")
        .join(leaving.lazy(), on="account_id", how="semi")
        .group_by("person_id")
        .agg((pl.col("hours").sum() / WEEKS).alias("hours"))
        .join(portfolio["people"].select("person_id", "name"), on="person_id", how="left")
        .select(pl.coalesce("name", "person_id").alias("name"), "hours")
        .sort("hours", "name", descending=[True, False])
        .collect()
    )
    amounts = year.select("account_id", pl.col("agi").alias("amount"))
    cost_is_known = "time_entries" in portfolio.loaded and abs(total(gone, "hours") - total(gone, "rated_hours")) < 1e-6
    return Departure(
        agi=total(gone, "agi"),
        contribution=total(gone, "agi") - total(gone, "delivery_cost") if cost_is_known else None,
        margin_before=_margin(year),
        margin_after=_margin(rest),
        hours_per_week=total(weeks, "hours"),
        hours_per_person=weeks,
        before=concentration(amounts, tops, names),
        after=concentration(amounts.join(leaving, on="account_id", how="anti"), tops, names),
    )


def _margin(year: pl.DataFrame) -> tuple[float | None, bool]:
    return margin_of(total(year, "agi"), total(year, "delivery_cost"), total(year, "hours"), total(year, "rated_hours"))


def as_figure(gone: Departure, base: str, has_revenue: bool) -> Figure:
    """The departure as a figure with its definition; its rows are the people whose hours come free."""
    return Figure("lose_client", gone.agi if has_revenue else None, base, rows=gone.hours_per_person)
