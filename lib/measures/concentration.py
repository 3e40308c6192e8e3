"""How much of the book hangs on few clients. Shares are over the whole book, by parent account."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from lib.definitions import CONCENTRATION_LIMITS, RATED_HOURS_LEAST, UNAVOIDABLE_BELOW
from lib.measures.figure import total
from lib.portfolio import Portfolio


@dataclass(frozen=True)
class Concentration:
    """Shares 0-1 of the positive total; None where the total is not positive.

    `clients`: account_id (of the top parent), name, amount, share, largest first. `negative`: the sum of amounts below zero, left out of
    the shares where `positive_only`; `negative_clients`: of how many. `unknown`: accounts whose amount can't be said, in no share, and
    `unknown_agi` what they bring.
    """

    clients: pl.DataFrame
    top1: float | None
    top3: float | None
    hhi: float | None
    negative: float
    negative_clients: int = 0
    unknown: int = 0
    unknown_agi: float = 0.0

    @property
    def effective_clients(self) -> float | None:
        return 10_000 / self.hhi if self.hhi else None

    @property
    def flags(self) -> dict[str, bool]:
        """Which of CONCENTRATION_LIMITS is passed."""
        values = {"top1": self.top1, "top3": self.top3, "hhi": self.hhi}
        return {key: value is not None and value > CONCENTRATION_LIMITS[key] for key, value in values.items()}

    @property
    def unavoidable(self) -> bool:
        """Too few clients for the index to stay below its limit."""
        return self.clients.height < UNAVOIDABLE_BELOW


def parents(portfolio: Portfolio) -> pl.DataFrame:
    """account_id and the top parent_id above it (itself where it has none); a circle of parents is one client, its first id on top."""
    above = dict(portfolio["accounts"].select("account_id", "parent_id").collect().iter_rows())
    tops = {}
    for account in above:
        way = [account]
        while (parent := above.get(way[-1])) in above and parent not in way:
            way.append(parent)
        tops[account] = min(way[way.index(parent) :]) if parent in way else way[-1]
    return pl.DataFrame({"account_id": list(tops), "top_id": list(tops.values())}, schema={"account_id": pl.String, "top_id": pl.String})


def concentration(amounts: pl.DataFrame, tops: pl.DataFrame, names: pl.DataFrame, positive_only: bool = False) -> Concentration:
    """Concentration of `amounts` (account_id, amount) over top parents; `tops` from `parents`, `names` account_id, name.

    HHI = Σ (share in %)² (Herfindahl–Hirschman). With `positive_only` the shares are over amounts above zero (for margins).
    """
    clients = (
        amounts.join(tops, on="account_id")
        .group_by("top_id")
        .agg(pl.col("amount").sum())
        .join(names.rename({"account_id": "top_id"}), on="top_id", how="left")
        .select(pl.col("top_id").alias("account_id"), "name", "amount")
        .filter(pl.col("amount") != 0)
        .sort("amount", "account_id", descending=[True, False])
    )
    below = clients.filter(pl.col("amount") < 0)
    negative = total(below, "amount")
    counted = clients.filter(pl.col("amount") > 0) if positive_only else clients
    whole = total(counted, "amount")
    if not whole > 0:
        return Concentration(counted.with_columns(pl.lit(None, pl.Float64).alias("share")), None, None, None, negative, below.height)
    counted = counted.with_columns((pl.col("amount") / whole).alias("share"))
    shares = counted["share"]
    hhi = sum((100 * share) ** 2 for share in shares)
    return Concentration(counted, shares[0], total(counted.head(3), "share"), hhi, negative, below.height)


def margin_concentration(accounts: pl.DataFrame, tops: pl.DataFrame) -> Concentration:
    """Concentration on delivery margin (AGI − delivery cost in money), over positive margins of top parents; negative ones as a sum beside.

    accounts: account_id, name, agi, delivery_cost, hours, rated_hours (`Book.accounts` has them). An account whose hours carry a cost rate
    for less than 90 %, or that has AGI but no hour, has no margin that can be said: it is left out and counted in `unknown`.
    """
    asked = accounts.filter((pl.col("agi") != 0) | (pl.col("delivery_cost") != 0) | (pl.col("hours") != 0))
    said = (pl.col("hours") > 0) & (pl.col("rated_hours") >= RATED_HOURS_LEAST * pl.col("hours"))
    known, unknown = asked.filter(said), asked.filter(~said)
    amounts = known.select("account_id", (pl.col("agi") - pl.col("delivery_cost")).alias("amount"))
    spread = concentration(amounts, tops, accounts.select("account_id", "name"), positive_only=True)
    return replace(spread, unknown=unknown.height, unknown_agi=total(unknown, "agi"))
