"""What clients owe: open parts of invoices at the close of many days at once, by age. Stocks convert at the rate of the day asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from lib.measures.alarms import OVERDUE_FROM_DAYS, first_of_each, on_days
from lib.measures.exchange import with_flow_rates
from lib.measures.figure import total
from lib.portfolio import Portfolio

BUCKETS = ("not_due", "1_30", "31_60", "61_90", "over_90", "credit")
_GROSS = pl.col("amount") + pl.col("tax").fill_null(0)


def open_invoices(portfolio: Portfolio, as_of: date, base: str) -> pl.DataFrame:
    """One row an invoice or credit note that is not settled at the close of `as_of`, oldest due first.

    Columns: invoice_id, account_id, kind, status, issued, due, open (in `base`, tax included, credit notes negative, null without a rate),
    days_late (as_of − due, credit notes null), bucket (one of BUCKETS). Void ones are left out. Paid: paid_on ≤ as_of, in full where
    paid_amount is null; an amount paid on no stated day counts as paid.
    """
    return open_invoices_on(portfolio, (as_of,), base).drop("day")


def open_invoices_on(portfolio: Portfolio, days: Sequence[date], base: str) -> pl.DataFrame:
    """The rows of `open_invoices` for each of `days` (ascending), with `day`."""
    rows = unsettled_on(portfolio, days, base).filter(pl.col("rest").is_not_null(), pl.col("issued").is_not_null())
    credit, late = pl.col("kind") == "credit_note", (pl.col("day") - pl.col("due")).dt.total_days()
    bucket = (
        pl.when(credit).then(pl.lit("credit"))
        .when(late > 90).then(pl.lit("over_90"))
        .when(late > 60).then(pl.lit("61_90"))
        .when(late > 30).then(pl.lit("31_60"))
        .when(late > 0).then(pl.lit("1_30"))
        .otherwise(pl.lit("not_due"))
    )  # fmt: skip
    return rows.select(
        "day",
        "invoice_id",
        "account_id",
        "kind",
        "status",
        "issued",
        "due",
        (pl.col("rest") * pl.col("fx") * pl.when(credit).then(-1).otherwise(1)).alias("open"),
        pl.when(credit).then(None).otherwise(late).alias("days_late"),
        bucket.alias("bucket"),
    ).sort("day", "due", "invoice_id")


def unsettled_on(portfolio: Portfolio, days: Sequence[date], base: str) -> pl.DataFrame:
    """Invoices and credit notes that are not void and not settled at the close of each of `days` (ascending), one row for each such day.

    Columns: day, those of the invoice, rest (what is open in its own currency, tax included, credit notes positive), fx (of the day). rest
    is null where the amount is, and a row without `issued` stands on every day: they can't be said to be settled.
    """
    invoices = (
        portfolio["invoices"]
        .filter(pl.col("status").ne_missing("void"), (pl.col("issued") <= max(days)).fill_null(True))
        .select("invoice_id", "account_id", "kind", "status", "issued", "due", "paid_on", "paid_amount", "amount", "tax", "currency")
    )
    paid = pl.when(pl.col("paid_on").is_null()).then(pl.col("paid_amount").fill_null(0)).otherwise(pl.coalesce("paid_amount", _GROSS))
    in_full = pl.col("paid_on").is_not_null() & pl.col("paid_amount").is_null()
    before = invoices.filter(pl.col("paid_on") > min(days), (pl.col("paid_on") > pl.col("issued")).fill_null(True)).with_columns(
        _GROSS.round(6).alias("rest"), pl.col("issued").alias("first"), (pl.col("paid_on") - pl.duration(days=1)).alias("last")
    )
    after = invoices.filter(~in_full).with_columns(
        (_GROSS - paid).round(6).alias("rest"), pl.max_horizontal("issued", "paid_on").alias("first"), pl.lit(None, pl.Date).alias("last")
    )
    clients = portfolio["accounts"].filter(~pl.col("internal").fill_null(False)).select("account_id")
    open_ = pl.concat([before, after]).filter((pl.col("rest") > 0).fill_null(True))
    spans = open_.join(clients, on="account_id", how="semi", maintain_order="left").collect()
    rows = on_days(spans, days).drop("first", "last")
    return with_flow_rates(rows, portfolio["fx_rates"].collect(), base, "currency", "day")


def long_overdue(unsettled: pl.DataFrame, minimum: float = 0) -> pl.DataFrame:
    """Accounts with an invoice at least 61 days past due on a day and more than `minimum` (in the base, tax included) of it open.

    `unsettled` of `unsettled_on`. The one furthest past due: account_id, day, invoice_id, on (due), days_late, open (in the base; null
    without a rate, and then it counts whatever the minimum: what can't be told is no relief), disputed.
    """
    late_from = pl.max_horizontal("issued", pl.col("due") + pl.duration(days=OVERDUE_FROM_DAYS))
    late = unsettled.filter(pl.col("kind") == "invoice", pl.col("issued").is_not_null(), pl.col("rest") > 0, late_from <= pl.col("day"))
    rows = (
        late.with_columns((pl.col("rest") * pl.col("fx")).alias("open"))
        .filter((pl.col("open") > minimum).fill_null(True))
        .sort("due", "invoice_id")
    )
    return first_of_each(rows).select(
        "account_id", "day", "invoice_id", pl.col("due").alias("on"),
        (pl.col("day") - pl.col("due")).dt.total_days().alias("days_late"), "open",
        (pl.col("status") == "disputed").fill_null(False).alias("disputed"),
    )  # fmt: skip


def ageing(invoices: pl.DataFrame) -> pl.DataFrame:
    """One row for each of BUCKETS, in order: bucket, open, invoices (how many)."""
    sums = invoices.group_by("bucket").agg(pl.col("open").sum(), pl.len().cast(pl.Int64).alias("invoices"))
    return (
        pl.DataFrame({"bucket": BUCKETS})
        .join(sums, on="bucket", how="left", maintain_order="left")
        .with_columns(pl.col("open", "invoices").fill_null(0))
    )


def overdue_share(invoices: pl.DataFrame, days: int = 30) -> float | None:
    """Receivables more than `days` past due / all receivables; None where the total is not positive."""
    whole = total(invoices, "open")
    late = total(invoices.filter(pl.col("days_late") > days), "open")
    return late / whole if whole > 0 else None
