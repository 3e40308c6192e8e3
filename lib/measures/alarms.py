"""The four findings that no score makes up for: notice given, sponsor gone, invoice long overdue, gravest issue open. On many days at once.

The signals of a review and the caps of account health both come from here. It neither grades nor decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import polars as pl

from lib.measures.contract_ends import with_ends
from lib.measures.exchange import rates_on
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
    return _first_of_each(on_days(spans, days)).select("account_id", "day", "on", "contract_id")


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
    return _first_of_each(alone).select("account_id", "day", "name", pl.col("left_on").alias("on"))


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
    return _first_of_each(on_days(spans, days)).select("account_id", "day", "title", pl.col("first").alias("on"))


def overdue_invoices(portfolio: Portfolio, days: Days, base: str, minimum: float = 0) -> pl.DataFrame:
    """Accounts with an invoice at least 61 days past due on a day and more than `minimum` (in `base`, tax included) of it open.

    The one furthest past due: account_id, day, invoice_id, on (due), days_late, open (in `base`; null without a rate, and then it counts
    whatever the minimum: what can't be told is no relief), disputed. What is open on a day is as in `receivables.open_invoices`.
    """
    gross = pl.col("amount") + pl.col("tax").fill_null(0)
    paid_after = pl.when(pl.col("paid_on").is_null()).then(pl.col("paid_amount").fill_null(0)).otherwise(pl.coalesce("paid_amount", gross))
    late_from = pl.max_horizontal("issued", pl.col("due") + pl.duration(days=OVERDUE_FROM_DAYS))
    invoices = (
        portfolio["invoices"]
        .filter(pl.col("kind") == "invoice", pl.col("status").ne_missing("void"), pl.col("issued") <= max(days))
        .join(portfolio["accounts"].filter(~pl.col("internal").fill_null(False)).select("account_id"), on="account_id", how="semi")
        .with_columns(late_from.alias("late_from"), gross.round(6).alias("gross"), (gross - paid_after).round(6).alias("rest"))
    )
    facts = ("account_id", "invoice_id", "due", "currency", "status")
    before = invoices.filter(pl.col("paid_on") > min(days)).select(
        *facts, pl.col("gross").alias("rest"), pl.col("late_from").alias("first"), (pl.col("paid_on") - pl.duration(days=1)).alias("last")
    )
    after = invoices.select(*facts, "rest", pl.max_horizontal("late_from", "paid_on").alias("first"), pl.lit(None, pl.Date).alias("last"))
    spans = pl.concat([before, after]).filter(pl.col("rest") > 0).sort("due", "invoice_id").collect()
    late = on_days(spans, days)
    pairs = late.select("currency", pl.col("day").alias("date")).unique()
    rates = rates_on(pairs, portfolio["fx_rates"].collect(), base).rename({"date": "day"})
    rows = (
        late.join(rates, on=["currency", "day"], how="left", maintain_order="left")
        .with_columns((pl.col("rest") * pl.col("fx")).alias("open"))
        .filter((pl.col("open") > minimum).fill_null(True))
    )
    return _first_of_each(rows).select(
        "account_id", "day", "invoice_id", pl.col("due").alias("on"),
        (pl.col("day") - pl.col("due")).dt.total_days().alias("days_late"), "open",
        (pl.col("status") == "disputed").fill_null(False).alias("disputed"),
    )  # fmt: skip


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


def _first_of_each(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.unique(["account_id", "day"], keep="first", maintain_order=True)
