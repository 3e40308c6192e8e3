"""The delivery margin of each account against its target: forecast of fixed prices, last 12 months of other work. It judges nothing.

Formulas: definitions § Account health, § Revenue. Where they are silent: the fixed prices that count are those under way, or finished in
the last 12 months; the fee at completion is net of the pass-through budget, or of what was spent if that is more. Other work's target is
that of its projects, weighed by the hours of those months; a cancelled fixed price is other work, for its cost stays. All of it is summed
before it is divided: gap = Σ (AGI − cost − target · AGI) / Σ AGI.
"""

from __future__ import annotations

import polars as pl

from lib.columns import N_
from lib.definitions import RATED_HOURS_FULL, RATED_HOURS_LEAST
from lib.health.readings import Sight
from lib.health.standing import fixed_prices, hours_within, ratios, with_role
from lib.measures.project_fees import fees_on
from lib.measures.sums import sums_on
from lib.periods import twelve_months
from lib.portfolio import Portfolio

WHY: dict[str, str] = {
    "no_fee": N_("A fixed price has no fee."),
    "no_target": N_("A project has no target margin."),
    "no_agi": N_("There is no income to set the cost against."),
    "unpriced": N_("An amount has no price or exchange rate."),
    "unattributed_revenue": N_("An invoice names neither project nor contract, and the account has fixed prices too."),
    "no_work": N_("No work of the last 12 months is known."),
    "at_least": N_("The true figure is no better: some hours have no cost rate."),
}
_KEYS = ["account_id", "day"]
_MONEY = ("agi", "cost", "target")


def margin_parts(sight: Sight, projects: pl.DataFrame, values: pl.DataFrame) -> pl.DataFrame:
    """What the margins of `projects` (of `projects_on`) are made of: each fixed price, and one row an account and day for all other work.

    `values`: of `values_on` in cost, those of `fixed_prices` among them. Columns:
    account_id, day, project_id and project (null for other work), agi and cost (base currency), target (share), margin, over =
    agi − cost − target · agi, under = agi; role, why, note.
    """
    parts = pl.concat([_at_completion(sight, fixed_prices(projects), values), _other_work(sight, projects)], how="diagonal")
    return parts.with_columns(
        pl.when(pl.col("agi") > 0).then((pl.col("agi") - pl.col("cost")) / pl.col("agi")).alias("margin"),
        (pl.col("agi") - pl.col("cost") - pl.col("target") * pl.col("agi")).alias("over"),
        pl.col("agi").alias("under"),
    )


def margin_gaps(sight: Sight, parts: pl.DataFrame) -> pl.DataFrame:
    """READING rows of margin_gap (points as a share of 1) from `margin_parts`."""
    made = ratios(sight, "margin_gap", parts, none="no_work", no_rows="no_work", notes="note")
    # That nothing was worked is no contract kind: it is missing, never not applicable.
    idle = pl.col("state") == "not_applicable"
    why = pl.when(pl.col("why") == "no_budget").then(pl.lit("no_agi")).otherwise("why")
    untold = (pl.col("role") == "lacks").any()
    lacking = parts.group_by(_KEYS).agg(untold.alias("lacks"))
    return (
        made.join(lacking, on=_KEYS, how="left")
        .with_columns(
            pl.when(pl.col("lacks").fill_null(False)).then("why").otherwise(why).alias("why"),
            pl.when(idle).then(pl.lit("missing")).otherwise("state").alias("state"),
        )
        .drop("lacks")
    )


def _at_completion(sight: Sight, fixed: pl.DataFrame, values: pl.DataFrame) -> pl.DataFrame:
    """A row a fixed price and day: its margin forecast at completion, or the one it ended with."""
    told = values.select("project_id", "day", "eac", "why_eac", "ac", "ac_at_least", "why_cv")
    rows = fixed.join(told, on=["project_id", "day"], how="left")
    rows = rows.join(fees_on(sight.portfolio, sight.days, sight.base), on=["project_id", "day"], how="left")
    cost = pl.when(pl.col("standing") == "over").then("ac").otherwise("eac")
    rows = rows.with_columns(
        cost.alias("cost"),
        pl.col("target_margin").alias("target"),
        pl.when("ac_at_least").then(pl.lit("at_least")).alias("note"),
    )
    rows = with_role(
        rows,
        [],
        {
            "status_unknown": pl.col("standing") == "unclear",
            "billing_unknown": pl.col("billing").is_null(),
            "no_finish_day": pl.col("standing") == "done",
            "no_fee": pl.col("budget_amount").is_null(),
            "unpriced": pl.col("fx").is_null() | pl.col("unpriced").fill_null(False),
            "no_target": pl.col("target").is_null(),
            "no_cost": pl.col("cost").is_null(),
        },
    )
    why = pl.when(pl.col("why") == "no_cost").then(pl.coalesce("why_eac", "why_cv", pl.lit("no_ac"))).otherwise("why")
    return rows.select(*_KEYS, "project_id", pl.col("name").alias("project"), *_MONEY, "role", why.alias("why"), "note")


def _other_work(sight: Sight, projects: pl.DataFrame) -> pl.DataFrame:
    """One row an account and day: AGI, cost and target of the last 12 months of all but fixed prices.

    Revenue that nothing attributes is this account's other work where it has no fixed price, and makes it missing where it has both.
    """
    window = {"year": twelve_months}
    sums = sums_on(sight.portfolio, sight.days, window, sight.basis, sight.base, entries=sight.worked, sources=sight.sources)
    parts = [sums.filter(pl.col("fixed").ne_missing(True)).with_columns(pl.col("fixed").is_null().alias("unsaid"))]
    dropped = projects.filter(pl.col("standing") == "cancelled", pl.col("billing") == "fixed")
    if dropped.height:
        alone = _only(sight.portfolio, dropped.select("project_id").unique())
        parts.append(sums_on(alone, sight.days, window, sight.basis, sight.base))
    kinds = _kinds(sight, projects)
    unsaid = pl.col("unsaid").fill_null(False)
    summed = (
        pl.concat(parts, how="diagonal")
        .join(kinds, on=_KEYS)
        .filter(~(unsaid & pl.col("only_fixed")))
        .group_by(_KEYS)
        .agg(
            pl.col("agi").sum(), pl.col("delivery_cost").sum().alias("cost"), pl.col("hours", "rated_hours", "unrated").sum(),
            (unsaid & pl.col("has_fixed")).any().alias("mixed"),
        )
        .join(_targets(sight, projects), on=_KEYS, how="left")
    )  # fmt: skip
    rated = pl.when(pl.col("hours") > 0).then(pl.col("rated_hours") / pl.col("hours")).otherwise(1.0)
    rows = with_role(
        summed,
        [(pl.col("agi") == 0) & (pl.col("cost") == 0) & (pl.col("hours") == 0) & (pl.col("unrated") == 0)],
        {
            "unattributed_revenue": pl.col("mixed"),
            "too_few_rated": rated < RATED_HOURS_LEAST,
            "unpriced": pl.col("unrated") > 0,
            "no_target": pl.col("target").is_null(),
        },
    )
    note = pl.when(rated < RATED_HOURS_FULL - 1e-12).then(pl.lit("at_least")).alias("note")
    return rows.select(*_KEYS, *_MONEY, "role", "why", note)


def _kinds(sight: Sight, projects: pl.DataFrame) -> pl.DataFrame:
    """account_id, day, has_fixed (a project or contract at a fixed price), only_fixed (and nothing else)."""
    contracts = (
        sight.portfolio["contracts"].select("account_id", (pl.col("kind") == "fixed_price").alias("fixed")).collect()
    )  # fmt: skip
    of_projects = projects.select(*_KEYS, (pl.col("billing") == "fixed").alias("fixed"))
    of_contracts = sight.accounts.select(_KEYS).join(contracts, on="account_id")
    told = pl.concat([of_projects, of_contracts]).group_by(_KEYS).agg(
        pl.col("fixed").fill_null(False).any().alias("has_fixed"), pl.col("fixed").fill_null(False).all().alias("only_fixed")
    )  # fmt: skip
    return sight.accounts.select(_KEYS).join(told, on=_KEYS, how="left").with_columns(pl.col("has_fixed", "only_fixed").fill_null(False))


def _targets(sight: Sight, projects: pl.DataFrame) -> pl.DataFrame:
    """account_id, day, target: of the projects that are other work, weighed by their hours; null where one of them states none."""
    other = projects.filter((pl.col("billing") != "fixed").fill_null(True) | (pl.col("standing") == "cancelled"))
    worked = other.join(hours_within(sight, twelve_months).filter(pl.col("hours") > 0), on=["project_id", "day"])
    whole = pl.col("target_margin").is_not_null().all()
    weighed = (pl.col("target_margin") * pl.col("hours")).sum() / pl.col("hours").sum()
    return worked.group_by(_KEYS).agg(pl.when(whole).then(weighed).alias("target"))


def _only(portfolio: Portfolio, wanted: pl.DataFrame) -> Portfolio:
    """`portfolio` of some projects: their hours, expenses, readings and invoices, and no contract that earns by itself."""
    frames = dict(portfolio.frames)
    for name in ("projects", "time_entries", "expenses", "progress", "change_requests", "invoices"):
        frames[name] = frames[name].join(wanted.lazy(), on="project_id", how="semi")
    frames["contracts"] = frames["contracts"].filter(pl.col("kind") == "fixed_price")
    return Portfolio(portfolio.version, frames, portfolio.rows)
