"""Which projects are looked at on which days, and the facts of each on its day. It computes no budget, cost or progress.

Everything below `lib.measures.project_values` is made for many (project, day) pairs at once; a pair goes by its number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lib.measures.exchange import rates_on
from lib.measures.flows import BILLED_BY_CONTRACT
from lib.portfolio import Portfolio

Basis = Literal["cost", "hours"]
Numbers = NDArray[Any]
NEVER, EVER = 10**7, -(10**7)
"""Numbers of days after and before all others."""


@dataclass(frozen=True, eq=False)
class ProjectDays:
    """Pairs of a project and a day, by day and project_id.

    `rows`: pair, project_id, day, the project's columns of `lib.tables`, billing (from the contract where it has none), finished (a day not
    after the pair's, null for a cancelled project) and over (finished, or done without a day). Of each pair: `project`, its place in
    `projects` (ids, ascending), and `number`, the place of its day in `days`, which ascend. `facts`: the columns of each of `projects`.
    """

    rows: pl.DataFrame
    facts: pl.DataFrame
    days: tuple[date, ...]
    project: Numbers
    number: Numbers

    @property
    def size(self) -> int:
        return self.rows.height

    @property
    def projects(self) -> pl.Series:
        return self.facts["project_id"]

    @cached_property
    def day_numbers(self) -> Numbers:
        """Days since 1970 of each of `days`."""
        return pl.Series(self.days, dtype=pl.Date).to_physical().to_numpy()

    @cached_property
    def day(self) -> Numbers:
        """Days since 1970 of each pair."""
        return self.day_numbers[self.number]

    def placed(self, project_ids: pl.Series) -> Numbers:
        """The place in `projects` of each id, −1 for one that isn't there."""
        return project_ids.cast(self._ids, strict=False).to_physical().cast(pl.Int64).fill_null(-1).to_numpy()

    @cached_property
    def _ids(self) -> pl.Enum:
        return pl.Enum(self.projects)


def project_days(
    portfolio: Portfolio, days: Sequence[date], projects: pl.LazyFrame | None = None, recent_days: int | None = None
) -> ProjectDays:
    """All projects on all of `days`, or those wanted; parameters as of `lib.measures.project_values.values_on`."""
    asked = tuple(sorted(set(days)))
    contracts = portfolio["contracts"].select(
        "contract_id", pl.col("kind").replace_strict(BILLED_BY_CONTRACT, default=None, return_dtype=pl.String).alias("by_contract")
    )
    first, cancelled = pl.min_horizontal("start", "baseline_start"), pl.col("status").eq_missing("cancelled")
    known = portfolio["projects"]
    keys = [] if projects is None else projects.collect_schema().names()
    if projects is not None:
        known = known.join(projects.select("project_id"), on="project_id", how="semi")
    facts = (
        known.join(contracts, on="contract_id", how="left")
        .with_columns(pl.coalesce("billing", "by_contract").alias("billing"), first.alias("first"), cancelled.alias("cancelled"))
        .drop("by_contract")
        .sort("project_id")
        .with_row_index("project")
        .collect()
    )
    dated = pl.LazyFrame({"day": asked}, {"day": pl.Date}).with_row_index("number")
    if projects is not None and "day" in keys:
        named = facts.lazy().select("project_id", "project")
        pairs = projects.select("project_id", "day").join(named, on="project_id").select("project", "day").unique().join(dated, on="day")
    else:
        pairs = facts.lazy().select("project").join(dated, how="cross")
    if recent_days is not None:
        wanted = facts.lazy().select("project", "first", "finished_on", "cancelled", (pl.col("status") == "done").alias("done"))
        begun = (pl.col("first") <= pl.col("day")).fill_null(True)
        recent = pl.coalesce(pl.col("finished_on") >= pl.col("day") - pl.duration(days=recent_days), ~pl.col("done"), pl.lit(True))
        pairs = pairs.join(wanted, on="project").filter(~pl.col("cancelled"), begun, recent)
    chosen = pairs.select("project", "day", "number").sort("number", "project").with_row_index("pair").collect()
    ended = pl.when((pl.col("finished_on") <= pl.col("day")) & ~pl.col("cancelled")).then("finished_on")
    done = pl.col("finished_on").is_null() & (pl.col("status") == "done")
    rows = (
        pl.concat([chosen.select("pair", "day"), facts[chosen["project"]]], how="horizontal")
        .with_columns(ended.alias("finished"))
        .with_columns((pl.col("finished").is_not_null() | done.fill_null(False)).alias("over"))
    )
    project, number = (chosen[name].cast(pl.Int64).to_numpy() for name in ("project", "number"))
    return ProjectDays(rows.drop("project", "first", "cancelled"), facts, asked, project, number)


@dataclass(frozen=True, eq=False)
class StockRates:
    """What one unit of each currency is worth on each of some days, for stocks and for both sides of a comparison."""

    currencies: dict[str, int]
    worth: Numbers

    @classmethod
    def of(cls, portfolio: Portfolio, days: Sequence[date], base: str) -> StockRates:
        """The rates of all currencies that the portfolio has rates of, and of `base`. `worth`: [currency, day], NaN without a rate."""
        fx_rates = portfolio["fx_rates"].collect()
        named = sorted({base, *fx_rates["currency"].unique().to_list()})
        currencies = pl.DataFrame({"currency": named}).with_row_index("place")
        pairs = currencies.join(pl.DataFrame({"date": days}, {"date": pl.Date}), how="cross")
        rates = rates_on(pairs, fx_rates, base).sort("place", "date")["fx"].fill_null(float("nan")).to_numpy()
        without = np.full((1, len(days)), np.nan)
        return cls({name: place for place, name in enumerate(named)}, np.concatenate([rates.reshape(len(named), len(days)), without]))

    def placed(self, currencies: pl.Series) -> Numbers:
        """The place in `worth` of each currency; that of nothing but NaN for null and currencies without rates."""
        last = len(self.currencies)
        return currencies.replace_strict(self.currencies, default=last, return_dtype=pl.Int64).fill_null(last).to_numpy()
