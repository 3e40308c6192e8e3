"""What clients owe: open parts of invoices at the close of a day, by age. Stocks convert at the as-of rate."""

from __future__ import annotations

from datetime import date

import polars as pl

from lib.measures.exchange import with_stock_rates
from lib.measures.figure import total
from lib.portfolio import Portfolio

BUCKETS = ("not_due", "1_30", "31_60", "61_90", "over_90", "credit")


def open_invoices(portfolio: Portfolio, as_of: date, base: str) -> pl.DataFrame:
    """One row an invoice or credit note that is not settled at the close of `as_of`, oldest due first.

    Columns: invoice_id, account_id, kind, status, issued, due, open (in `base`, tax included, credit notes negative, null without a rate),
    days_late (as_of − due, credit notes null), bucket (one of BUCKETS). Void ones are left out. Paid: paid_on ≤ as_of, in full where
    paid_amount is null; an amount paid on no stated day counts as paid.
    """
    gross = pl.col("amount") + pl.col("tax").fill_null(0)
    credit = pl.col("kind") == "credit_note"
    paid = (
        pl.when(pl.col("paid_on").is_null()).then(pl.col("paid_amount").fill_null(0))
        .when(pl.col("paid_on") <= as_of).then(pl.coalesce("paid_amount", gross))
        .otherwise(0.0)
    )  # fmt: skip
    rows = (
        portfolio["invoices"]
        .filter(pl.col("issued") <= as_of, pl.col("status").ne_missing("void"))
        .join(portfolio["accounts"].filter(~pl.col("internal").fill_null(False)).select("account_id"), on="account_id", how="semi")
        .with_columns((gross - paid).round(6).alias("rest"))
        .filter(pl.col("rest") > 0)
        .collect()
    )
    late = (pl.lit(as_of) - pl.col("due")).dt.total_days()
    bucket = (
        pl.when(credit).then(pl.lit("credit"))
        .when(late > 90).then(pl.lit("over_90"))
        .when(late > 60).then(pl.lit("61_90"))
        .when(late > 30).then(pl.lit("31_60"))
        .when(late > 0).then(pl.lit("1_30"))
        .otherwise(pl.lit("not_due"))
    )  # fmt: skip
    return (
        with_stock_rates(rows, portfolio["fx_rates"].collect(), base, as_of)
        .select(
            "invoice_id",
            "account_id",
            "kind",
            "status",
            "issued",
            "due",
            (pl.col("rest") * pl.col("fx") * pl.when(credit).then(-1).otherwise(1)).alias("open"),
            pl.when(credit).then(None).otherwise(late).alias("days_late"),
            bucket.alias("bucket"),
        )
        .sort("due", "invoice_id")
    )


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
