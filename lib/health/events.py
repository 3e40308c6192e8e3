"""When accounts were lost and what was at stake: what a back-test holds scores against. It looks at no score.

An account is lost at the earliest of: notice given (by the account or under any of its contracts), a contract that ended without a
successor within 90 days, the day it was lost. Where definitions are silent: a contract that is delivered rather than renewed (fixed price
without notice days, see docs/decisions/005-renewals.md) ends without loss; a successor is any other contract of the account, of whatever
kind, that begins within those 90 days, or earlier, and is in force after the end; what renews by itself does not end. Only the earliest
counts: an account that came back later and left again is lost at the first time.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from lib.health.readings import Sight
from lib.measures.contract_ends import with_ends
from lib.measures.sums import sums_on
from lib.periods import twelve_months
from lib.portfolio import Portfolio

SUCCESSOR_DAYS = 90
KINDS = ("notice_given", "contract_ended", "lost")
SCHEMA = {"account_id": pl.String, "day": pl.Date, "kind": pl.String}
_RESTS_ON = {"invoiced": ("invoices",), "earned": ("contracts", "time_entries", "progress")}


def losses(portfolio: Portfolio, until: date) -> pl.DataFrame:
    """The earliest loss of each account that had one by the close of `until`: account_id, day, kind (of KINDS), sorted by day and account.

    A contract's end counts from 90 days after it, once no successor can come. `day` is null for an account that is lost and nothing says
    when: it is no event, and no account that stayed either. Internal accounts and prospects are not there.
    """
    accounts = portfolio["accounts"].filter(~pl.col("internal").fill_null(False), pl.col("status").ne_missing("prospect")).collect()
    contracts = portfolio["contracts"].filter(pl.col("start") <= until).collect()
    lost_undated = pl.col("lost_on").is_null() & (pl.col("status") == "lost")
    found = [  # in the order of KINDS: of the same day the first counts
        _events(accounts.filter(pl.col("notice_given_on") <= until), "notice_given_on", "notice_given"),
        _events(contracts.filter(pl.col("notice_given_on") <= until), "notice_given_on", "notice_given"),
        _events(ended_without_successor(contracts, until), "end", "contract_ended"),
        _events(accounts.filter((pl.col("lost_on") <= until) | lost_undated), "lost_on", "lost"),
    ]
    return (
        pl.concat(found)
        .join(accounts, on="account_id", how="semi")
        .sort("day", nulls_last=True, maintain_order=True)
        .unique("account_id", keep="first", maintain_order=True)
        .sort("day", "account_id", nulls_last=True)
    )


def ended_without_successor(contracts: pl.DataFrame, until: date) -> pl.DataFrame:
    """account_id, contract_id, end: contracts over for 90 days by `until` after which the account had no other in force within 90 days."""
    # Notice given after `until` ends a contract later still, and says nothing here.
    known = with_ends(contracts).rename({"end_by_notice": "last"})
    delivered = (pl.col("kind") == "fixed_price") & pl.col("notice_days").is_null() & ~pl.col("auto_renew").fill_null(False)
    ended = known.filter(~delivered, pl.col("last").is_not_null()).select(
        "account_id", "contract_id", pl.col("last").alias("end"), (pl.col("last") + pl.duration(days=SUCCESSOR_DAYS)).alias("by")
    )
    reach = (
        known.select("account_id", "start", pl.col("last").fill_null(date.max).alias("reaches"))
        .sort("start")
        .with_columns(pl.col("reaches").cum_max().over("account_id"))
        .unique(["account_id", "start"], keep="last", maintain_order=True)
    )
    return (
        ended.filter(pl.col("by") <= until)
        .sort("by")
        .join_asof(reach, left_on="by", right_on="start", by="account_id", strategy="backward", check_sortedness=False)
        .filter((pl.col("reaches") <= pl.col("end")).fill_null(True))
        .select("account_id", "contract_id", "end")
        .sort("end", "contract_id")
    )


def at_stake(sight: Sight) -> pl.DataFrame:
    """Revenue at stake of `sight.accounts`, sorted by day and account: account_id, day, revenue (AGI of the twelve months to the day).

    Null where an amount has no price or rate, and everywhere without the tables that the basis rests on.
    """
    sums = sums_on(sight.portfolio, sight.days, {"year": twelve_months}, sight.basis, sight.base, costs=False, entries=sight.worked)
    years = sums.group_by("account_id", "day").agg(pl.col("agi").sum(), pl.col("unrated").sum())
    known = pl.lit(not sight.portfolio.loaded.isdisjoint(_RESTS_ON[sight.basis])) & (pl.col("unrated").fill_null(0) == 0)
    return (
        sight.accounts.select("account_id", "day")
        .join(years, on=["account_id", "day"], how="left")
        .select("account_id", "day", pl.when(known).then(pl.col("agi").fill_null(0.0)).alias("revenue"))
        .sort("day", "account_id")
    )


def _events(rows: pl.DataFrame, day: str, kind: str) -> pl.DataFrame:
    return rows.select("account_id", pl.col(day).alias("day"), pl.lit(kind).alias("kind"))
