"""Amounts in their own currency to the base currency, by the rate table. A missing or old rate gives null, never 1."""

from __future__ import annotations

from datetime import date

import polars as pl

from lib.definitions import RATE_MAX_AGE_DAYS


def rates_on(pairs: pl.DataFrame, fx_rates: pl.DataFrame, base: str) -> pl.DataFrame:
    """Units of `base` for one unit of each currency on each day.

    `pairs`: currency, date (unique). Returns them with `fx`: 1 for the base, else the newest rate not older than 35 days, else null.
    """
    known = fx_rates.select("currency", "date", pl.col("rate").alias("fx")).sort("date")
    return (
        pairs.sort("date")
        .join_asof(known, on="date", by="currency", strategy="backward", tolerance=f"{RATE_MAX_AGE_DAYS}d", check_sortedness=False)
        .with_columns(pl.when(pl.col("currency") == base).then(1.0).otherwise(pl.col("fx")).alias("fx"))
    )


def with_flow_rates(rows: pl.DataFrame, fx_rates: pl.DataFrame, base: str, currency: str = "currency", day: str = "date") -> pl.DataFrame:
    """`rows` with `fx`, the rate of each row's own `currency` on its own `day`: for flows."""
    pairs = rows.select(pl.col(currency).alias("currency"), pl.col(day).alias("date")).drop_nulls().unique()
    rates = rates_on(pairs, fx_rates, base).rename({"currency": currency, "date": day})
    return rows.join(rates, on=[currency, day], how="left", maintain_order="left")


def with_stock_rates(rows: pl.DataFrame, fx_rates: pl.DataFrame, base: str, as_of: date, currency: str = "currency") -> pl.DataFrame:
    """`rows` with `fx`, the rate of each row's currency at `as_of`: for stocks and for both sides of a comparison."""
    pairs = rows.select(pl.col(currency).alias("currency")).drop_nulls().unique().with_columns(pl.lit(as_of).alias("date"))
    rates = rates_on(pairs, fx_rates, base).drop("date").rename({"currency": currency})
    return rows.join(rates, on=currency, how="left", maintain_order="left")
