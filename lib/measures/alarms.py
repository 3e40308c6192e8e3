"""Findings that no score makes up for, on many days at once: notice given, sponsor gone, gravest issue open; when an invoice is one too.

The signals of a review and the caps of account health both come from here. It neither grades nor decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import polars as pl

from lib.measures.contract_ends import with_ends
from lib.portfolio import Portfolio

OVERDUE_FROM_DAYS = 61
GRAVEST_IMPACT = 5

Days = Sequence[date]


def notices_given(portfolio: Portfolio, days: Days) -> pl.DataFrame:
    """Accounts that gave notice by a day, or under a contract not over by then: account_id, day, on, contract_id (null: the account's own).

    The earliest notice counts.
    """
    by_account = portfolio["accounts"].filter(pl.col("notice_given_on").is_not_null()).collect()
    noticed = with_ends(portfolio["contracts"].filter(pl.col("notice_given_on").is_not_null()).collect())
    spans = pl.concat(
        [
            by_account.select("account_id", pl.col("notice_given_on").alias("first"), pl.lit(None, pl.Date).alias("last"),
                              pl.lit(None, pl.String).alias("contract_id")),
            noticed.select("account_id", pl.col("notice_given_on").alias("first"), pl.col("end_by_notice").alias("last"), "contract_id"),
        ]
    )  # fmt: skip
    spans = spans.with_columns(pl.col("first").alias("on")).sort("on", "contract_id", nulls_last=False)
    return first_of_each(on_days(spans, days)).select("account_id", "day", "on", "contract_id")


def sponsors_left(portfolio: Portfolio, days: Days) -> pl.DataFrame:
    """Accounts whose sponsors have all left by a day, or are no longer active: account_id, day, name, on (null where no day is known).

    The last to leave is named. A sponsor counts from `since` on; one of whom nothing is known is there.
    """
    left_some_day = pl.when(pl.col("left_on").is_null() & ~pl.col("active").fill_null(True)).then(pl.lit(date.min)).otherwise("left_on")
    sponsors = (
        portfolio["contacts"]
        .filter(pl.col("role") == "sponsor")
        .select("contact_id", "account_id", "name", "since", "left_on", left_some_day.alias("gone_from"))
        .collect()
    )
    gone = sponsors.filter(pl.col("gone_from").is_not_null()).with_columns(
        pl.max_horizontal("since", "gone_from").alias("first"), pl.lit(None, pl.Date).alias("last")
    )
    others = sponsors.join(gone, on="account_id", how="semi")
    here = others.filter(pl.col("gone_from").ne_missing(pl.lit(date.min))).with_columns(
        pl.col("since").alias("first"), (pl.col("gone_from") - pl.duration(days=1)).alias("last")
    )
    latest_first = gone.sort("left_on", "contact_id", descending=[True, False], nulls_last=True)
    alone = on_days(latest_first, days).join(
        on_days(here, days).select("account_id", "day"), on=["account_id", "day"], how="anti", maintain_order="left"
    )
    return first_of_each(alone).select("account_id", "day", "name", pl.col("left_on").alias("on"))


def open_issues(portfolio: Portfolio, days: Days) -> pl.DataFrame:
    """Accounts with an issue of the highest impact open on a day, the oldest named: account_id, day, title, on (the day it was raised).

    Without the day it was closed, its status decides; without a status nothing is said.
    """
    spans = (
        portfolio["risks"]
        .filter(pl.col("kind") == "issue", pl.col("impact") == GRAVEST_IMPACT)
        .filter(pl.col("closed_on").is_not_null() | (pl.col("status") == "open"))
        .sort("opened", "risk_id")
        .select("account_id", "title", pl.col("opened").alias("first"), (pl.col("closed_on") - pl.duration(days=1)).alias("last"))
        .collect()
    )
    return first_of_each(on_days(spans, days)).select("account_id", "day", "title", pl.col("first").alias("on"))


def on_days(spans: pl.DataFrame, days: Days) -> pl.DataFrame:
    """A row of `spans` for each of `days` (ascending) from `first` to `last`, both included and null where open, as `day`; in order."""
    ordered = np.array(days, "datetime64[D]")
    firsts = spans["first"].fill_null(date.min).to_numpy().astype("datetime64[D]")
    lasts = spans["last"].fill_null(date.max).to_numpy().astype("datetime64[D]")
    begin = np.searchsorted(ordered, firsts, "left")
    counts = np.clip(np.searchsorted(ordered, lasts, "right") - begin, 0, None)
    row = np.repeat(np.arange(spans.height), counts)
    place = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts) + np.repeat(begin, counts)
    return spans[row].with_columns(pl.Series("day", list(days), pl.Date).gather(place))


def first_of_each(rows: pl.DataFrame) -> pl.DataFrame:
    """The first of `rows` of each account and day."""
    return rows.unique(["account_id", "day"], keep="first", maintain_order=True)
