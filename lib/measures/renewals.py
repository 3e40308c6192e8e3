"""When contracts must be given notice by, and which of them have a renewal open, on many days at once. Pure dates of contracts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from lib.measures.alarms import on_days
from lib.measures.contract_ends import with_ends
from lib.portfolio import Portfolio

SCHEMA = {
    "contract_id": pl.String, "account_id": pl.String, "kind": pl.String, "end": pl.Date, "notice_date": pl.Date,
    "without_notice_days": pl.Boolean, "renewed": pl.Boolean, "notice_given_on": pl.Date, "renewal_open": pl.Boolean,
}  # fmt: skip
CAN_RENEW = (pl.col("kind") != "fixed_price") | pl.col("notice_days").is_not_null() | pl.col("auto_renew").fill_null(False)
"""Of a contract: whether it can renew at all. A fixed price without notice days does not, it is delivered; null without a kind."""
_A_DAY = pl.duration(days=1)
_DAYS_A_MONTH = 365.25 / 12


def notice_dates(portfolio: Portfolio, as_of: date) -> pl.DataFrame:
    """One row a contract that ends, signed or begun by `as_of` and not over before it, soonest notice first; lost accounts have none.

    notice_date = end − notice_days of the term then in force; the end itself where there are no notice days (`without_notice_days`). A
    contract that renews by itself and whose notice date passed without notice has renewed: its next term's dates count (`renewed`; the
    term is renewal_months long, else as long as the first). A fixed price without notice days does not renew: it is delivered, and not
    here. renewal_open: an open renewal opportunity names the contract, or the account where it names none.
    """
    return notice_dates_on(portfolio, (as_of,)).drop("day")


def notice_dates_on(portfolio: Portfolio, days: Sequence[date]) -> pl.DataFrame:
    """The rows of `notice_dates` for each of `days` (ascending), with `day`."""
    clients = portfolio["accounts"].filter(~pl.col("internal").fill_null(False)).select("account_id", "lost_on", "status")
    contracts = portfolio["contracts"].filter(pl.col("end").is_not_null(), CAN_RENEW).join(clients, on="account_id").collect()
    begun = pl.min_horizontal("start", "signed_on")
    spans = with_ends(contracts).with_columns(begun.alias("first"), pl.col("end_by_notice").alias("last"))
    lost = (pl.col("lost_on") <= pl.col("day")).fill_null(pl.col("status").eq_missing("lost"))
    in_force = on_days(spans.filter(pl.col("first").is_not_null()), days).filter(~lost)
    given = pl.col("notice_given_on") <= pl.col("day")
    rolls = pl.col("auto_renew").fill_null(False) & ~given.fill_null(False)
    notice_days = pl.duration(days=pl.col("notice_days").fill_null(0))
    term_end = pl.when(rolls).then(_first_term_end(pl.col("day") + notice_days)).otherwise("end_by_notice")
    rows = in_force.with_columns(term_end.alias("term_end")).with_columns(
        (pl.col("term_end") > pl.col("end")).alias("renewed"),
        (pl.col("term_end") - notice_days).alias("notice_date"),
        pl.col("notice_days").is_null().alias("without_notice_days"),
        pl.when(given).then("notice_given_on").alias("notice_given_on"),
    )
    return (
        with_open_renewals(rows, portfolio, days)
        .with_columns(pl.col("term_end").alias("end"))
        .select("day", *(pl.col(name).cast(dtype) for name, dtype in SCHEMA.items()))
        .sort("day", "notice_date", "contract_id")
    )


def with_open_renewals(rows: pl.DataFrame, portfolio: Portfolio, days: Sequence[date]) -> pl.DataFrame:
    """`rows` (account_id, contract_id, day) with renewal_open: a renewal open that day names the contract, or the account alone."""
    renewals = (
        portfolio["opportunities"]
        .filter(pl.col("kind") == "renewal", pl.col("closed_on").is_not_null() | (pl.col("status") == "open"))
        .select("account_id", "contract_id", pl.col("created_on").alias("first"), (pl.col("closed_on") - _A_DAY).alias("last"))
        .collect()
    )
    open_ = on_days(renewals, days).select("account_id", "contract_id", "day", pl.lit(True).alias("open"))
    by_contract = open_.filter(pl.col("contract_id").is_not_null()).select("contract_id", "day", "open").unique()
    by_account = open_.filter(pl.col("contract_id").is_null()).select("account_id", "day", pl.col("open").alias("any_open")).unique()
    return (
        rows.join(by_contract, on=["contract_id", "day"], how="left", maintain_order="left")
        .join(by_account, on=["account_id", "day"], how="left", maintain_order="left")
        .with_columns((pl.col("open").fill_null(False) | pl.col("any_open").fill_null(False)).alias("renewal_open"))
        .drop("open", "any_open")
    )


def _first_term_end(needed: pl.Expr) -> pl.Expr:
    """The last day of the first term of a renewing contract that does not end before `needed`: as `terms.term_ends`, for many at once.

    The k-th next term begins in month A + k·months, A that of the day after the first one; only where the day after `needed` lies in that
    very month do days decide.
    """
    after, wanted = pl.col("end") + _A_DAY, needed + _A_DAY
    own_term = ((after - pl.col("start")).dt.total_days() / _DAYS_A_MONTH).round().cast(pl.Int64)
    months = pl.max_horizontal(pl.coalesce(pl.when(pl.col("renewal_months") > 0).then("renewal_months"), own_term), pl.lit(1, pl.Int64))
    apart = _month(wanted) - _month(after)
    terms = pl.max_horizontal((apart + months - 1) // months, pl.lit(0, pl.Int64))
    begin = _months_after(after, months * terms)
    later = pl.when(begin < wanted).then(_months_after(after, months * (terms + 1))).otherwise(begin)
    return later - _A_DAY


def _month(day: pl.Expr) -> pl.Expr:
    return day.dt.year().cast(pl.Int64) * 12 + day.dt.month().cast(pl.Int64)


def _months_after(day: pl.Expr, months: pl.Expr) -> pl.Expr:
    """As `periods.add_months`: the same day of a later month, or its last."""
    return day.dt.offset_by(pl.format("{}mo", months))
