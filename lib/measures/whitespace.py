"""Which services each account has bought, and which not: from won and open opportunities alone. It values nothing that is not there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from lib.measures.exchange import with_stock_rates
from lib.portfolio import Portfolio


@dataclass(frozen=True)
class Whitespace:
    """`cells`: account_id, account, service, state, deals (won or open), last_on (of the last won), open_worth (base, at the as-of rate).

    state: won (bought by the day), open (a deal is open), never (no won or open deal says so), unknown (none does, but the account has
    bought something that no deal explains). `accounts`: account_id, account, won, open, never, unknown (services), unnamed (deals won or
    open without a service). `services`: service, won, open, never, unknown (accounts), the most sold first. `unnamed`: their number.
    """

    cells: pl.DataFrame
    accounts: pl.DataFrame
    services: pl.DataFrame
    unnamed: int


STATES = ("won", "open", "never", "unknown")


def whitespace(portfolio: Portfolio, as_of: date, base: str) -> Whitespace:
    """Services × accounts at the close of `as_of`, for accounts that are neither internal nor lost; services in order of won deals.

    A service is what opportunities created by then are called to sell, however capitals are set; it counts as bought once a deal for it was
    won by then. What an account buys without a won deal is not in the table: with a contract or an invoice and no won deal that names a
    service, or with one that names none, its empty cells are unknown, not never.
    """
    lost = (pl.col("lost_on") <= as_of).fill_null(pl.col("status").eq_missing("lost"))
    clients = portfolio["accounts"].filter(~pl.col("internal").fill_null(False), ~lost)
    accounts = clients.select("account_id", pl.col("name").alias("account")).sort("account", "account_id").collect()
    deals = _deals(portfolio, as_of, base)
    named = deals.filter(pl.col("key").is_not_null())
    services = named.group_by("key").agg(
        pl.col("service").mode().sort().first(), (pl.col("state") == "won").sum().alias("sold"), pl.len().alias("all")
    )
    services = services.sort("sold", "all", "service", descending=[True, True, False])
    counted = named.filter(pl.col("state").is_in(["won", "open"])).group_by("account_id", "key").agg(
        (pl.col("state") == "won").any().alias("won"),
        pl.len().cast(pl.Int64).alias("deals"),
        pl.col("closed_on").filter(pl.col("state") == "won").max().alias("last_on"),
        pl.col("worth").filter(pl.col("state") == "open").sum().alias("open_worth"),
    )  # fmt: skip
    doubt = accounts.join(_doubtful(portfolio, deals, as_of), on="account_id", how="semi")["account_id"]
    empty = pl.when(pl.col("account_id").is_in(doubt.implode())).then(pl.lit("unknown")).otherwise(pl.lit("never"))
    cells = (
        accounts.join(services.select("key", "service"), how="cross")
        .join(counted, on=["account_id", "key"], how="left", maintain_order="left")
        .with_columns(
            state=pl.when(pl.col("won")).then(pl.lit("won")).when(pl.col("won").is_not_null()).then(pl.lit("open")).otherwise(empty),
            deals=pl.col("deals").fill_null(0), open_worth=pl.col("open_worth").fill_null(0.0),
        )
        .select("account_id", "account", "service", "state", "deals", "last_on", "open_worth")
    )  # fmt: skip
    unnamed = deals.filter(pl.col("key").is_null(), pl.col("state").is_in(["won", "open"]))
    counts = [(pl.col("state") == state).sum().cast(pl.Int64).alias(state) for state in STATES]
    by_account = (
        accounts.join(cells.group_by("account_id").agg(counts), on="account_id", how="left")
        .join(unnamed.group_by("account_id").agg(pl.len().cast(pl.Int64).alias("unnamed")), on="account_id", how="left")
        .sort("account", "account_id")
        .with_columns(pl.col(*STATES, "unnamed").fill_null(0))
    )
    by_service = cells.group_by("service", maintain_order=True).agg(counts)
    return Whitespace(cells, by_account, by_service, int(by_account["unnamed"].sum()))


def _deals(portfolio: Portfolio, as_of: date, base: str) -> pl.DataFrame:
    """Opportunities created by `as_of`: account_id, service, key (its name without capitals), closed_on, worth, state then (null: unknown).

    A deal closed after the day was open on it; one that is won without a day of closing was won by then, as far as is known.
    """
    rows = portfolio["opportunities"].filter(pl.col("created_on").fill_null(as_of) <= as_of).collect()
    state = pl.when(pl.col("closed_on") > as_of).then(pl.lit("open")).otherwise("status")
    return with_stock_rates(rows, portfolio["fx_rates"].collect(), base, as_of).select(
        "account_id", "service", pl.col("service").str.to_lowercase().str.strip_chars().alias("key"), "closed_on",
        (pl.col("amount") * pl.col("fx")).alias("worth"), state.alias("state"),
    )  # fmt: skip


def _doubtful(portfolio: Portfolio, deals: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """account_id of accounts that bought by `as_of` what no won deal with a service explains."""
    contracts = portfolio["contracts"].filter(pl.min_horizontal("start", "signed_on") <= as_of).select("account_id")
    invoices = portfolio["invoices"].filter(pl.col("issued") <= as_of, pl.col("status").ne_missing("void")).select("account_id")
    buyers = pl.concat([contracts, invoices]).unique().collect()
    won = deals.filter(pl.col("state").fill_null("won") == "won")  # what is not known to have been lost may have been won
    explained = won.filter(pl.col("key").is_not_null(), pl.col("state").is_not_null()).select("account_id")
    unexplained = won.filter(pl.col("key").is_null() | pl.col("state").is_null()).select("account_id")
    return pl.concat([buyers.join(explained, on="account_id", how="anti"), unexplained]).unique()
