"""Which projects of an account are under way, over, or in an unknown state on each day, and readings from rows. It measures nothing.

The state of a project is undated and taken as known (`lib.health.readings.Sight`); only its finish has a day. A row of what a metric
rests on `counts`, `lacks` something without which the metric can't be told, or is `out`; so a null can hide nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import polars as pl

from lib.columns import N_
from lib.health.metrics import METRICS
from lib.health.readings import READING, Sight
from lib.measures.flows import BILLED_BY_CONTRACT
from lib.measures.project_budgets import Basis
from lib.measures.project_values import values_in
from lib.measures.stretches import Window
from lib.measures.worked import day_number
from lib.portfolio import Portfolio

WHY: dict[str, str] = {
    "not_loaded": N_("A table that it rests on has not been imported."),
    "no_projects": N_("No project of the account is known."),
    "status_unknown": N_("The status of a project, task or request was not known then."),
    "billing_unknown": N_("Nothing says how a project is billed."),
    "no_finish_day": N_("Something is done, but nothing says since when."),
    "no_budget": N_("A project has no budget."),
    "no_number": N_("A figure that it rests on is not a number."),
}
"""Reasons that several metrics share; each module has its own beside them."""

LEAN = frozenset({"accounts", "projects", "time_entries", "people", "person_terms", "closures", "absences", "fx_rates"})
"""A portfolio of no more than these is one of accounts, projects and timesheets only (definitions, last section)."""

UNDER_WAY = ("open", "on_hold")
RECENT_DAYS = 90
YEAR_DAYS = 365
_COSTS = ("project_id", "day", "bac", "ac", "ac_at_least", "eac", "eac_by", "why_cv", "why_eac")
_VALUES: dict[Basis, tuple[str, ...]] = {
    "hours": (*_COSTS, "plan_by", "planned_start", "planned_finish", "es", "at", "pd", "spi_t", "why_spi_t"),
    "cost": _COSTS,
}


def projects_on(sight: Sight) -> pl.DataFrame:
    """One row a project, day and account that has a score then, in the order of projects: account_id, day, project_id, its columns of
    `lib.tables`, and

    billing (from the contract where it has none); measured (something says that it is to be measured against a plan or budget);
    finished (a day not after `day`); standing: open, on_hold, planned, cancelled, over (finished by the day), done (on an unknown day) or
    unclear (its status was not known).
    """
    return sight.once("projects", lambda: _projects_on(sight))


def _projects_on(sight: Sight) -> pl.DataFrame:
    portfolio = sight.portfolio
    contracts = portfolio["contracts"].select(
        "contract_id", pl.col("kind").replace_strict(BILLED_BY_CONTRACT, default=None, return_dtype=pl.String).alias("by_contract")
    )
    planned = portfolio["tasks"].filter(pl.col("baseline_hours").is_not_null()).select("project_id").unique()
    read = portfolio["progress"].group_by("project_id").agg(pl.col("date").min().alias("first_read"))
    signs = ("budget_hours", "budget_amount", "budget_cost", "baseline_start", "baseline_due", "percent_complete", "ev_technique")
    ended = (pl.col("finished_on") <= pl.col("day")).fill_null(False)
    standing = (
        pl.when(pl.col("status").is_null()).then(pl.lit("unclear"))
        .when(pl.col("status") == "cancelled").then(pl.lit("cancelled"))
        .when(ended).then(pl.lit("over"))
        .when((pl.col("status") == "done") & pl.col("finished_on").is_null()).then(pl.lit("done"))
        .when(pl.col("status").is_in(["active", "done"])).then(pl.lit("open"))
        .otherwise("status")
    )  # fmt: skip
    return (
        portfolio["projects"]
        .join(contracts, on="contract_id", how="left")
        .join(planned.with_columns(pl.lit(True).alias("has_baseline")), on="project_id", how="left")
        .join(read, on="project_id", how="left")
        .with_columns(
            pl.coalesce("billing", "by_contract").alias("billing"),
            pl.any_horizontal(*(pl.col(name).is_not_null() for name in (*signs, "has_baseline"))).alias("measured"),
        )
        .join(sight.accounts.lazy().select("account_id", "day"), on="account_id", maintain_order="left")
        .with_columns(standing.alias("standing"), pl.when(ended).then("finished_on").alias("finished"))
        .with_columns(pl.col("measured") | (pl.col("first_read") <= pl.col("day")).fill_null(False))
        .drop("by_contract", "has_baseline", "first_read")
        .collect()
    )


def is_lean(portfolio: Portfolio) -> bool:
    """Whether there are accounts, projects and timesheets only."""
    return portfolio.loaded <= LEAN


def on_days(rows: pl.DataFrame, days: Sequence[date], first: str, until: str | None = None) -> pl.DataFrame:
    """`rows` once for each of `days` (ascending) from the day in `first` to the one before that in `until`; null: always, never."""
    named = pl.DataFrame({"_at": range(len(days)), "day": list(days)}, {"_at": pl.Int64, "day": pl.Date})
    return (
        _placed(rows, days, first, until)
        .with_columns(pl.int_ranges("_at", "_to").alias("_at"))
        .explode("_at")
        .join(named, on="_at", maintain_order="left")
        .drop("_at", "_to")
    )


def summed_on_days(rows: pl.DataFrame, days: Sequence[date], first: str, until: str, columns: Sequence[str]) -> pl.DataFrame:
    """account_id, day and the sums of `columns` over the rows that `on_days` would give, for each account of `rows` and each day.

    Sums rise and fall where rows begin and end, so that a task open for two years costs no more than one open for a day. Counts are exact;
    amounts to their last bits.
    """
    spans = _placed(rows, days, first, until).with_columns(pl.col("account_id").rank("dense").alias("account"))
    names, width = spans["account_id"].unique().sort(), len(days) + 1
    begin, end = ((spans["account"].cast(pl.Int64) - 1) * width + spans[column] for column in ("_at", "_to"))
    size = len(names) * width
    made = pl.DataFrame({"account_id": names}).join(pl.DataFrame({"day": list(days)}, {"day": pl.Date}), how="cross", maintain_order="left")
    sums = []
    for column in columns:
        amounts = spans[column].cast(pl.Float64).fill_null(0.0).to_numpy()
        steps = np.bincount(begin.to_numpy(), amounts, size) - np.bincount(end.to_numpy(), amounts, size)
        sums.append(pl.Series(column, steps.reshape(-1, width)[:, :-1].cumsum(axis=1).ravel(), pl.Float64))
    return made.with_columns(sums)


def _placed(rows: pl.DataFrame, days: Sequence[date], first: str, until: str | None) -> pl.DataFrame:
    """Those of `rows` that hold on any of `days`, with the places in them of the first (_at) and of the one after the last (_to)."""

    def place(column: str | None, otherwise: date) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        known = rows[column].fill_null(otherwise) if column else pl.repeat(otherwise, rows.height, dtype=pl.Date, eager=True)
        return np.searchsorted(np.array(days, "datetime64[D]"), known.to_numpy().astype("datetime64[D]"), side="left")

    at, to = (pl.Series(name, place(*bound), pl.Int64) for name, bound in {"_at": (first, date.min), "_to": (until, date.max)}.items())
    return rows.with_columns(at, to).filter(pl.col("_at") < pl.col("_to"))


def hours_within(sight: Sight, window: Window) -> pl.DataFrame:
    """project_id, day, hours: those worked within the `window` of each day; rows that are not 0. `date.min` begins with the first entry."""
    worked = sight.worked
    if not len(worked.day):
        return pl.DataFrame(schema={"project_id": pl.String, "day": pl.Date, "hours": pl.Float64})
    begins = int(worked.day.min())
    spans = [(max(day_number(span.first), begins), day_number(span.last)) for span in map(window, sight.days)]
    # What begins no later than the first entry needs no turn.
    tally = worked.tally(turn for first, last in spans for turn in ((first, last + 1) if first > begins else (last + 1,)))
    summed = np.stack([tally.hours[:, tally.within(first, last)].sum(axis=1) for first, last in spans])
    day, project = np.nonzero(summed)
    return pl.DataFrame(
        {
            "project_id": worked.project_ids.gather(project),
            "day": pl.Series(sight.days, dtype=pl.Date).gather(day),
            "hours": summed[day, project],
        }
    )


def is_effort() -> pl.Expr:
    """Whether a project of `projects_on` is paid by effort, with no plan or budget that it could be measured against."""
    return pl.col("billing").is_in(["retainer", "internal"]) | ((pl.col("billing") == "time_materials") & ~pl.col("measured"))


def fixed_prices(projects: pl.DataFrame) -> pl.DataFrame:
    """Those of `projects` (of `projects_on`) that a margin at completion counts for, or may count for."""
    recent = (pl.col("finished") > pl.col("day") - pl.duration(days=YEAR_DAYS)).fill_null(True)
    fixed = (pl.col("billing") == "fixed") | pl.col("billing").is_null()
    return projects.filter(fixed, pl.col("standing").is_in([*UNDER_WAY, "over", "done", "unclear"]), recent)


def values_of(sight: Sight, basis: Basis, wanted: pl.DataFrame) -> pl.DataFrame:
    """_VALUES of `values_on` of the projects and days of `wanted` (project_id, day), as far as any metric needs them: those under way,
    those finished in the last 90 days, and fixed prices; not those paid by effort.
    """
    made = sight.once("values", lambda: _values(sight))[basis]
    return made.join(wanted.select("project_id", "day"), on=["project_id", "day"], how="semi")


def _values(sight: Sight) -> dict[Basis, pl.DataFrame]:
    projects = projects_on(sight).filter(~is_effort().fill_null(False))
    lately = projects.filter(pl.col("standing").is_in(UNDER_WAY) | ((pl.col("standing") == "over") & within("finished", RECENT_DAYS)))
    wanted = pl.concat([some.select("project_id", "day") for some in (lately, fixed_prices(projects))])
    return values_in(_VALUES, sight.portfolio, sight.days, sight.base, wanted.lazy(), entries=sight.worked)


def with_role(rows: pl.DataFrame, out: Sequence[pl.Expr], lacks: Mapping[str, pl.Expr], after: Sequence[pl.Expr] = ()) -> pl.DataFrame:
    """`rows` with `role` and `why`: out where one of `out` holds, else lacking the first of `lacks` that holds, else out by `after`."""
    why = pl.coalesce(*(pl.when(holds).then(pl.lit(name)) for name, holds in lacks.items()), pl.lit(None, pl.String))
    off, later = (pl.any_horizontal(*(holds.fill_null(False) for holds in some), pl.lit(False)) for some in (out, after))
    role = (
        pl.when(off).then(pl.lit("out"))
        .when(why.is_not_null()).then(pl.lit("lacks"))
        .when(later).then(pl.lit("out"))
        .otherwise(pl.lit("counts"))
    )  # fmt: skip
    return rows.with_columns(role.alias("role")).with_columns(pl.when(pl.col("role") == "lacks").then(why).alias("why"))


def ratios(sight: Sight, metric: str, rows: pl.DataFrame, *, none: str, no_rows: str, notes: str | None = None) -> pl.DataFrame:
    """READING rows for each account and day of `sight`: Σ over / Σ under of the `rows` that count.

    `rows`: account_id, day, role, why, over, under. Missing where a row lacks something (the commonest reason; of several the first by
    name), where there are no rows (`no_rows`), or Σ under is not positive ("no_budget"). Not applicable where there are rows and each is
    out (`none`). `notes`: a column of `rows` whose first value stands beside a known figure.
    """
    counts, lacking = pl.col("role") == "counts", pl.col("role") == "lacks"
    keys = ["account_id", "day"]
    # The commonest of a group is dear to find, and few rows lack anything.
    commonest = rows.filter(lacking).group_by(keys).agg(pl.col("why").mode().sort().first().alias("lacking"))
    note = pl.when(counts).then(notes).alias("note") if notes else pl.lit(None, pl.String).alias("note")
    told = (
        rows.select(*keys, note, counts.alias("counted"), *(pl.when(counts).then(name).alias(name) for name in ("over", "under")))
        .group_by(keys)
        .agg(pl.col("over", "under").sum(), pl.col("note").min(), pl.col("counted").any())
        .join(commonest, on=keys, how="left")
        .with_columns((pl.col("over") / pl.col("under")).alias("value"), (pl.col("under") > 0).alias("divides"))
    )
    verdict = (
        pl.when(pl.col("lacking").is_not_null()).then(pl.lit("missing"))
        .when(~pl.col("counted")).then(pl.lit("not_applicable"))
        .when("divides").then(pl.lit("known"))
        .otherwise(pl.lit("missing"))
    )  # fmt: skip
    why = (
        pl.when(pl.col("lacking").is_not_null()).then("lacking")
        .when(~pl.col("counted")).then(pl.lit(none))
        .when("divides").then("note")
        .otherwise(pl.lit("no_budget"))
    )  # fmt: skip
    return told_of(sight, metric, told.with_columns(verdict.alias("state"), why.alias("why")), no_rows)


def told_of(sight: Sight, metric: str, told: pl.DataFrame, otherwise: str) -> pl.DataFrame:
    """READING rows for each account and day of `sight` from `told`: account_id, day, state, value, why.

    Missing where `told` has no row (`otherwise`), and for all of them where a table is not loaded that `metric` rests on.
    """
    loaded = pl.lit(set(METRICS[metric].tables) <= sight.portfolio.loaded)
    no_number = (pl.col("state") == "known") & ~pl.col("value").is_finite().fill_null(False)
    absent = (
        pl.when(~loaded).then(pl.lit("not_loaded"))
        .when(pl.col("state").is_null()).then(pl.lit(otherwise))
        .when(no_number).then(pl.lit("no_number"))
    )  # fmt: skip
    return (
        sight.accounts.select("account_id", "day")
        .join(told.select("account_id", "day", "state", "value", "why"), on=["account_id", "day"], how="left")
        .with_columns(absent.alias("absent"), pl.lit(metric).alias("metric"))
        .with_columns(
            pl.when(pl.col("absent").is_null()).then("state").otherwise(pl.lit("missing")).alias("state"),
            pl.when(pl.col("absent").is_null()).then("why").otherwise("absent").cast(pl.String).alias("why"),
        )
        .with_columns(pl.when(pl.col("state") == "known").then("value").cast(pl.Float64).alias("value"))
        .select(READING.keys())
        .cast(pl.Schema(READING))
    )


def narrowed(sight: Sight, account_id: str, day: date) -> Sight:
    """`sight` of one account and day: the rows of other accounts left out, what is loaded kept as it is."""
    portfolio = sight.portfolio
    projects = portfolio["projects"].filter(pl.col("account_id") == account_id)
    mine = projects.select("project_id")
    frames = dict(portfolio.frames)
    for name, frame in portfolio.frames.items():
        columns = frame.collect_schema().names()
        if "account_id" in columns:
            frames[name] = frame.filter(pl.col("account_id") == account_id)
        elif "project_id" in columns:
            frames[name] = frame.join(mine, on="project_id", how="semi")
    return replace(sight, portfolio=Portfolio(portfolio.version, frames, portfolio.rows), days=(day,))


def within(column: str, days: int) -> pl.Expr:
    """Whether a day lies in the `days` that close with `day`."""
    return (pl.col(column) <= pl.col("day")) & (pl.col(column) > pl.col("day") - timedelta(days=days))
