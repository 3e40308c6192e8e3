"""Last days of many contracts at once, with and without the notice they got. The rule, one contract at a time: `lib.measures.terms`."""

from __future__ import annotations

import polars as pl

_DAYS_A_MONTH = 365.25 / 12
_TERMS_TRIED = 4
"""Months are of unequal length: a guess by their mean is one term off at most, and starts one early."""


def with_ends(contracts: pl.DataFrame) -> pl.DataFrame:
    """`contracts` with `end_before_notice` and `end_by_notice`: what `terms.last_day` says on days before its notice, and from it on.

    Null where it has no last day. Without notice both are the same.
    """
    renews = pl.col("auto_renew").fill_null(False) & pl.col("end").is_not_null()
    after = pl.col("end") + pl.duration(days=1)
    own_term = ((after - pl.col("start")).dt.total_days() / _DAYS_A_MONTH).round().cast(pl.Int64)
    months = pl.max_horizontal(pl.coalesce(pl.when(pl.col("renewal_months") > 0).then("renewal_months"), own_term), pl.lit(1, pl.Int64))
    needed = pl.col("notice_given_on") + pl.duration(days=pl.col("notice_days").fill_null(0))
    guess = ((needed - pl.col("end")).dt.total_days() / (months * _DAYS_A_MONTH)).floor().cast(pl.Int64) - 1
    # Each of these once, not in each term tried: many ask for contracts, and few of these got notice.
    noticed = contracts.lazy().filter(renews & pl.col("notice_given_on").is_not_null()).select(
        "contract_id", after.alias("after"), months.alias("months"), needed.alias("needed"), guess.clip(0).alias("term")
    )  # fmt: skip
    terms = [pl.format("{}mo", pl.col("months") * (pl.col("term") + later)) for later in range(_TERMS_TRIED)]
    tried = noticed.select("contract_id", "needed", *(
        (pl.col("after").dt.offset_by(term) - pl.duration(days=1)).alias(str(later)) for later, term in enumerate(terms)
    ))  # fmt: skip
    in_time = pl.coalesce(pl.when(pl.col(str(later)) >= pl.col("needed")).then(str(later)) for later in range(_TERMS_TRIED))
    decided = tried.select("contract_id", in_time.alias("end_by_notice"))
    unnoticed = pl.when(~renews).then("end")
    return (
        contracts.lazy().with_columns(unnoticed.alias("end_before_notice"))
        .join(decided, on="contract_id", how="left", maintain_order="left")
        .with_columns(pl.coalesce("end_by_notice", "end_before_notice"))
        .collect()
    )  # fmt: skip
