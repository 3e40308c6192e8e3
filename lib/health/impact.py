"""What other rules would do to the book on one day: who changes band, and with how much revenue. It publishes nothing."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from lib.health.scores import BANDS


@dataclass(frozen=True)
class Impact:
    """`changed`: accounts in another band, those with the most revenue first: account_id, name, point, band, other_point, other_band,
    revenue. `accounts`, `revenue`: of the whole book; None where no revenue is known. `rises`, `falls`: accounts to a better, to a worse
    band; those that gain or lose a band are in neither. `unknown`: changed accounts whose revenue is not known."""

    accounts: int
    revenue: float | None
    rises: int
    falls: int
    unknown: int
    changed: pl.DataFrame = field(compare=False)

    @property
    def changed_revenue(self) -> float | None:
        """Revenue of the accounts that change band, of those where it is known; None where it is of none."""
        return None if self.unknown == self.changed.height > 0 else float(self.changed["revenue"].sum())

    def sums(self) -> pl.DataFrame:
        """A row for each pair of bands, the most accounts first: band, other_band, accounts, revenue (null where none is known)."""
        revenue = pl.when(pl.col("revenue").count() > 0).then(pl.col("revenue").sum()).alias("revenue")
        found = self.changed.group_by("band", "other_band", maintain_order=True).agg(pl.len().alias("accounts"), revenue)
        return found.sort("accounts", "revenue", descending=True, nulls_last=True, maintain_order=True)


def compared(published: pl.DataFrame, other: pl.DataFrame, revenue: pl.DataFrame) -> pl.DataFrame:
    """Every account under both: account_id, name, point, band, other_point, other_band, revenue (null: not known), in the order given.

    `published`: account_id, name, point, band; `other`: account_id, point, band; `revenue`: account_id, revenue.
    """
    then = other.select("account_id", pl.col("point").alias("other_point"), pl.col("band").alias("other_band"))
    own = published.select("account_id", "name", "point", "band")
    return own.join(then, on="account_id", how="inner", maintain_order="left").join(
        revenue.select("account_id", "revenue"), on="account_id", how="left", maintain_order="left"
    )


def impact(both: pl.DataFrame) -> Impact:
    """What changes in a book of `compared`."""
    changed = both.filter(pl.col("band").ne_missing(pl.col("other_band"))).sort(
        pl.col("revenue"), pl.col("name"), descending=[True, False], nulls_last=True
    )
    place = {band: number for number, band in enumerate(BANDS)}
    before, after = (changed[name].replace_strict(place, default=None, return_dtype=pl.Int64) for name in ("band", "other_band"))
    known = both["revenue"].count() > 0
    return Impact(
        accounts=both.height,
        revenue=float(both["revenue"].sum()) if known else None,
        rises=int((after > before).sum()),
        falls=int((after < before).sum()),
        unknown=changed["revenue"].null_count(),
        changed=changed,
    )
