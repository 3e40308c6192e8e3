"""How a retainer's hours burn, month by month, with rollover. Formula: definitions § Team workload, retainer burn."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import polars as pl

from lib.measures.contract_ends import with_ends
from lib.measures.worked import Numbers, Worked, day_number, worked
from lib.periods import add_months
from lib.portfolio import Portfolio

SCHEMA = {
    "contract_id": pl.String, "account_id": pl.String, "month": pl.Date, "included": pl.Float64, "carried_in": pl.Float64,
    "used": pl.Float64, "over": pl.Float64, "complete": pl.Boolean,
}  # fmt: skip
OVER = {"account_id": pl.String, "day": pl.Date, "over": pl.Float64, "included": pl.Float64, "share": pl.Float64}


def retainer_burn(portfolio: Portfolio, as_of: date, months: int = 12, entries: Worked | None = None) -> pl.DataFrame:
    """One row a retainer with included hours and month up to `as_of`, the last `months` of them.

    available = included × days in force / days of the month + carried in; over = max(0, used − available); what is left is carried, up to
    the cap, and lapses after rollover_months. Used: hours on projects under the contract, and on the account's retainer projects that name
    none where it has one retainer only. Hours after the last day, in its month too, are over whatever is left. Without rollover_months
    nothing is carried; with a cap, and among hours still usable, the oldest go first. `entries`: of `worked(portfolio)`, if at hand.
    """
    given = (pl.col("notice_given_on") <= as_of).fill_null(False)
    ways = _retainers(portfolio, as_of).with_columns(
        pl.when(given).then("end_by_notice").otherwise("end_before_notice").alias("last_day"), (pl.col("retainers") == 1).alias("nameless")
    )
    return (
        _burnt(portfolio, ways, as_of, entries)
        .filter(pl.col("month") >= add_months(as_of.replace(day=1), 1 - months))
        .with_columns((pl.col("month").dt.month_end() <= as_of).alias("complete"))
        .select(list(SCHEMA))
    )


def over_servicing_on(portfolio: Portfolio, days: Sequence[date], entries: Worked | None = None) -> pl.DataFrame:
    """Rows of OVER: for each of `days` what `over_servicing` says of that day's `retainer_burn`. `entries` as there.

    Of whole months only one thing depends on the day they are seen on: whose the hours on projects without a contract are, which go to an
    account's only retainer until a second one starts. Such a retainer burns in two ways, each true on its own days. Notice ends no month
    that was over when it was given.
    """
    if not days:
        return pl.DataFrame(schema=OVER)
    retainers = _retainers(portfolio, max(days)).with_columns(pl.col("end_by_notice").alias("last_day"))
    alone = retainers.filter("earliest").with_columns(pl.lit(True).alias("nameless"), pl.col("second").alias("until"))
    beside = retainers.filter(pl.col("second").is_not_null()).with_columns(
        pl.lit(False).alias("nameless"), pl.when("earliest").then("second").alias("since")
    )
    ways = pl.concat([alone, beside], how="diagonal")
    next_months = [add_months((day + timedelta(days=1)).replace(day=1), -back) for day in days for back in (1, 2, 3)]
    asked = pl.DataFrame({"day": [day for day in days for _ in range(3)], "month": next_months}, {"day": pl.Date, "month": pl.Date})
    true = (pl.col("since") <= pl.col("day")).fill_null(True) & (pl.col("day") < pl.col("until")).fill_null(True)
    return (
        _burnt(portfolio, ways, max(days), entries)
        .join(asked, on="month")
        .filter(true)
        .group_by("account_id", "day")
        .agg(pl.col("over", "included").sum())
        .filter(pl.col("included") > 0)
        .with_columns((pl.col("over") / pl.col("included")).alias("share"))
        .select(list(OVER))
        .sort("day", "account_id")
    )


def over_servicing(burn: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """account_id, over, included, share = Σ over / Σ included, over the last 3 complete months of its retainers."""
    newest = burn.filter("complete")["month"].max()
    first = add_months(newest if isinstance(newest, date) else as_of, -2)
    return (
        burn.filter(pl.col("complete"), pl.col("month") >= first)
        .group_by("account_id")
        .agg(pl.col("over", "included").sum())
        .filter(pl.col("included") > 0)
        .with_columns((pl.col("over") / pl.col("included")).alias("share"))
        .sort("account_id")
    )


def over_servicing_league(portfolio: Portfolio, burn: pl.DataFrame) -> pl.DataFrame:
    """Retainers by what their hours over are worth: contract_id, account_id, over, rate, price, currency, rated; the dearest first.

    `burn`: months of `retainer_burn`, all of which count. rate: the contract's overage rate; without one its value a month by hours
    included, which `rated` calls "included" ("overage" otherwise); neither, or a value in total: null, and so is the price. Prices are in
    each contract's currency and ranked as they stand where these differ.
    """
    months = pl.col("value_per").replace_strict({"month": 1.0, "quarter": 3.0, "year": 12.0}, default=None, return_dtype=pl.Float64)
    monthly = pl.col("value") / months / pl.when(pl.col("hours_included") > 0).then(pl.col("hours_included"))
    rates = portfolio["contracts"].select(
        "contract_id",
        pl.coalesce("overage_rate", monthly).alias("rate"),
        pl.when(pl.col("overage_rate").is_not_null()).then(pl.lit("overage")).when(monthly.is_not_null()).then(pl.lit("included")).alias("rated"),
        "currency",
    )
    return (
        burn.lazy()
        .group_by("contract_id", "account_id")
        .agg(pl.col("over").sum())
        .filter(pl.col("over") > 0)
        .join(rates, on="contract_id", how="left")
        .with_columns((pl.col("over") * pl.col("rate")).alias("price"))
        .select("contract_id", "account_id", "over", "rate", "price", "currency", "rated")
        .sort("price", "over", "contract_id", descending=[True, True, False], nulls_last=True)
        .collect()
    )


def _retainers(portfolio: Portfolio, as_of: date) -> pl.DataFrame:
    """Retainers with included hours begun by `as_of`, with both ends of `with_ends`; how many `retainers` their account has, whether it is
    the `earliest`, and when the account's `second` one starts.
    """
    kinds = (pl.col("kind") == "retainer", pl.col("hours_included").is_not_null(), pl.col("start") <= as_of)
    return with_ends(portfolio["contracts"].filter(*kinds).collect()).with_columns(
        pl.len().over("account_id").alias("retainers"),
        (pl.col("start").rank("ordinal").over("account_id") == 1).alias("earliest"),
        pl.col("start").sort().get(1, null_on_oob=True).over("account_id").alias("second"),
    )


def _burnt(portfolio: Portfolio, ways: pl.DataFrame, as_of: date, entries: Worked | None) -> pl.DataFrame:
    """Each month of each of `ways` (a retainer with `last_day` and whether it has the account's `nameless` hours) in order, its columns
    beside contract_id, account_id, month, included, carried_in, used, over.
    """
    if ways.is_empty():
        return ways.with_columns(month=pl.lit(None, pl.Date), **dict.fromkeys(("included", "carried_in", "used", "over"), pl.lit(0.0)))
    months = pl.date_range(min(ways["start"].to_list()).replace(day=1), as_of.replace(day=1), "1mo", eager=True)
    begins, closes = months.to_physical().to_numpy(), months.dt.month_end().to_physical().to_numpy()
    start = ways["start"].to_physical().to_numpy()
    ends = ways["last_day"].to_physical().fill_null(day_number(date.max)).to_numpy()
    hours = ways["hours_included"].to_numpy()
    usable = ways["rollover_months"].fill_null(0).to_numpy()
    most = ways["rollover_cap_hours"].fill_null(float("inf")).to_numpy()
    within, after = _used(portfolio, ways, months, as_of, entries or worked(portfolio))
    ages = np.arange(min(int(usable.max()), len(months)) + 1)
    left = np.zeros((ways.height, len(ages)))
    made = []
    for month, (begin, close) in enumerate(zip(begins, closes, strict=True)):
        left[:, 1:] = left[:, :-1].copy()
        left[:, 0] = 0
        left[ages > usable[:, None]] = 0
        in_force = np.minimum(close, ends) - np.maximum(begin, start) + 1
        included = hours * np.maximum(0, in_force) / (close - begin + 1)
        carried = np.where(in_force > 0, left.sum(axis=1), 0.0)
        over = np.maximum(0.0, within[:, month] - included - carried) + after[:, month]
        left[:, 0] = included
        _take(left, within[:, month])
        _take(left, np.maximum(0.0, left.sum(axis=1) - most))
        sums = {"included": included, "carried_in": carried, "used": within[:, month] + after[:, month], "over": over}
        rows = pl.DataFrame({"way": np.arange(ways.height), **sums}).filter(pl.Series(start <= close))
        made.append(rows.with_columns(pl.lit(months[month]).alias("month")))
    numbered = ways.with_row_index("way").with_columns(pl.col("way").cast(pl.Int64))
    return pl.concat(made).sort("way", "month").join(numbered, on="way", maintain_order="left")


def _take(left: Numbers, hours: Numbers) -> None:
    """Take `hours` of each row from `left`, whose columns are by age in months: the oldest first."""
    oldest_first = left[:, ::-1]
    older = np.cumsum(np.pad(oldest_first[:, :-1], ((0, 0), (1, 0))), axis=1)
    oldest_first -= np.clip(hours[:, None] - older, 0.0, oldest_first)


def _used(portfolio: Portfolio, ways: pl.DataFrame, months: pl.Series, as_of: date, entries: Worked) -> tuple[Numbers, Numbers]:
    """Hours of each of `ways` (row) and month by `as_of`: to its last day, and after it."""
    projects = portfolio["projects"].select("project_id", "account_id", "contract_id", "billing").collect()
    silent = projects.filter(pl.col("billing") == "retainer", pl.col("contract_id").is_null()).drop("contract_id")
    numbered = ways.select("contract_id", "account_id", "nameless", "last_day").with_row_index("way")
    burning = pl.concat([
        projects.join(numbered.drop("account_id"), on="contract_id").select("project_id", "way", "last_day"),
        silent.join(numbered.filter("nameless"), on="account_id").select("project_id", "way", "last_day"),
    ])  # fmt: skip
    own = burning.unique("project_id", maintain_order=True).with_row_index("own")
    known = pl.DataFrame({"project_id": entries.project_ids}).join(own, on="project_id", how="left", maintain_order="left")
    place = known["own"].cast(pl.Int64).fill_null(-1).to_numpy()
    ends = known["last_day"].to_physical().fill_null(day_number(date.max)).to_numpy()
    rows = np.flatnonzero((place >= 0)[entries.project])
    rows = rows[(entries.day[rows] <= day_number(as_of)) & (entries.day[rows] >= day_number(months[0]))]
    project, day = entries.project[rows], entries.day[rows]
    month = np.searchsorted(months.to_physical().to_numpy(), np.arange(day_number(months[0]), day_number(as_of) + 1), side="right") - 1
    late = day > ends[project]
    code = (place[project] * len(months) + month[day - day_number(months[0])]) * 2 + late
    sums = np.bincount(code, entries.hours[rows], own.height * len(months) * 2).reshape(own.height, len(months), 2)
    made = np.zeros((ways.height, len(months), 2))
    pairs = burning.join(own.select("project_id", "own"), on="project_id")
    np.add.at(made, pairs["way"].to_numpy(), sums[pairs["own"].to_numpy()])
    return made[:, :, 0], made[:, :, 1]
