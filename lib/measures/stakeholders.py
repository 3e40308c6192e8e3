"""Whom the firm knows at each account and when it last met them; and what hangs on a single thread. It knows no score."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from lib.measures.figure import total
from lib.measures.signals import REAL_CONTACT
from lib.portfolio import Portfolio

REACHED_DAYS = 90
WITNESS_DAYS = 60
CONTACTS = ("contact_id", "account_id", "account", "name", "role", "active", "left_on", "last_contact", "days", "reached")
THREADS = (
    "account_id", "account", "contacts", "active", "met", "last_contact", "days", "single_threaded", "why",
)  # fmt: skip


@dataclass(frozen=True)
class SingleThreaded:
    """`accounts`: THREADS and agi, of single-threaded accounts, the largest first. agi: their sum; share: of that of all accounts, None
    without a positive one. unknown: accounts of which it can't be told; unknown_agi: theirs.
    """

    accounts: pl.DataFrame
    agi: float
    share: float | None
    unknown: int
    unknown_agi: float


def stakeholders(portfolio: Portfolio, as_of: date) -> pl.DataFrame:
    """Contacts known at the close of `as_of` of accounts that are clients then, by account and name: CONTACTS.

    active: not marked inactive and not left by then; null where it is not known. last_contact: the last meeting, call, workshop or review
    that names the person; days since. reached: met in the last 90 days; null where the book has no touchpoint in the last 60 days, for then
    it can't be told. People known only since a later day are left out.
    """
    clients = _clients(portfolio, as_of)
    seen = _seen(portfolio, as_of)
    met = seen.explode("contact_ids").group_by(contact_id="contact_ids").agg(pl.col("date").max().alias("last_contact"))
    left = (pl.col("left_on") <= as_of).fill_null(False)
    reached = (pl.col("days") <= REACHED_DAYS).fill_null(False)
    return (
        portfolio["contacts"]
        .filter((pl.col("since") <= as_of).fill_null(True))
        .collect()
        .join(clients.select("account_id", "account"), on="account_id")
        .join(met, on="contact_id", how="left")
        .with_columns(active=pl.when(left).then(False).otherwise("active"), days=(pl.lit(as_of) - pl.col("last_contact")).dt.total_days())
        .with_columns(reached=reached if _witnessed(portfolio, as_of) else pl.lit(None, pl.Boolean))
        .select(CONTACTS)
        .sort("account", "account_id", "name", "contact_id")
    )


def threads(portfolio: Portfolio, as_of: date) -> pl.DataFrame:
    """One row a client at the close of `as_of`, by name: THREADS.

    contacts: people known who have not left; active: those known to be; met: active ones reached in the last 90 days. single_threaded:
    met is at most 1 (definitions § Team workload); null with the reason in why: no_contacts (that table holds none), no_touchpoints (none
    of the book in the last 60 days), unnamed (the account was met in those 90 days, but nobody is ever named) or not_known (it hangs on
    people of whom it is not known whether they are still there). last_contact: the last with the account, named or not; days since.
    """
    clients, people = _clients(portfolio, as_of), stakeholders(portfolio, as_of)
    seen = _seen(portfolio, as_of).with_columns(days=(pl.lit(as_of) - pl.col("date")).dt.total_days())
    contacts = pl.col("active").ne_missing(False)
    reached = pl.col("reached").fill_null(False)
    by_account = people.group_by("account_id").agg(
        contacts.sum().cast(pl.Int64).alias("contacts"),
        (pl.col("active") == True).sum().cast(pl.Int64).alias("active"),  # noqa: E712  null is neither
        (pl.col("active") & reached).fill_null(False).sum().cast(pl.Int64).alias("met"),
        (pl.col("active").is_null() & reached).sum().cast(pl.Int64).alias("perhaps"),
    )
    lately = pl.col("days") <= REACHED_DAYS
    named = pl.col("contact_ids").list.len().fill_null(0) > 0
    meetings = seen.group_by("account_id").agg(
        pl.col("date").max().alias("last_contact"), pl.col("days").min(), (lately & named).any().alias("named"),
        lately.any().alias("lately"),
    )  # fmt: skip
    rows = clients.join(by_account, on="account_id", how="left").join(meetings, on="account_id", how="left")
    rows = rows.with_columns(pl.col("contacts", "active", "met", "perhaps").fill_null(0), pl.col("named", "lately").fill_null(False))
    why = (
        pl.when(pl.lit(not people.height)).then(pl.lit("no_contacts"))
        .when(pl.lit(not _witnessed(portfolio, as_of))).then(pl.lit("no_touchpoints"))
        .when(pl.col("met") > 1).then(None)
        .when(pl.col("lately") & ~pl.col("named")).then(pl.lit("unnamed"))
        .when(pl.col("met") + pl.col("perhaps") > 1).then(pl.lit("not_known"))
    )  # fmt: skip
    single = pl.when(pl.col("why").is_null()).then(pl.col("met") <= 1)
    rows = rows.with_columns(why.cast(pl.String).alias("why")).with_columns(single.alias("single_threaded"))
    return rows.select(THREADS).sort("account", "account_id")


def single_threaded(rows: pl.DataFrame, revenue: pl.DataFrame) -> SingleThreaded:
    """What hangs on single-threaded accounts: rows of `threads` with `revenue` (account_id, agi of the last 12 months, in base).

    An account whose AGI is negative adds nothing, as in what is at stake.
    """
    valued = rows.join(revenue.select("account_id", "agi"), on="account_id", how="left").with_columns(
        pl.col("agi").fill_null(0).clip(lower_bound=0)
    )
    hung = valued.filter(pl.col("single_threaded")).sort("agi", "account_id", descending=[True, False])
    unknown = valued.filter(pl.col("single_threaded").is_null())
    whole, agi = total(valued, "agi"), total(hung, "agi")
    return SingleThreaded(hung, agi, agi / whole if whole > 0 else None, unknown.height, total(unknown, "agi"))


def _clients(portfolio: Portfolio, as_of: date) -> pl.DataFrame:
    """account_id, account: not internal, no prospect, not lost by the day."""
    lost = (pl.col("lost_on") <= as_of).fill_null(pl.col("status").eq_missing("lost"))
    clients = portfolio["accounts"].filter(~pl.col("internal").fill_null(False), pl.col("status").ne_missing("prospect"), ~lost)
    return clients.select("account_id", pl.col("name").alias("account")).collect()


def _seen(portfolio: Portfolio, as_of: date) -> pl.DataFrame:
    """account_id, date, contact_ids of real contacts by the day."""
    real = portfolio["touchpoints"].filter(pl.col("kind").is_in(REAL_CONTACT), pl.col("date") <= as_of)
    return real.select("account_id", "date", "contact_ids").collect()


def _witnessed(portfolio: Portfolio, as_of: date) -> bool:
    """Whether the book has any touchpoint in the last 60 days: without one, silence says nothing."""
    lately = pl.col("date").is_between(pl.lit(as_of).dt.offset_by(f"-{WITNESS_DAYS}d"), as_of)
    return not portfolio["touchpoints"].filter(lately).head(1).collect().is_empty()
