"""What keeps an account from green whatever its number says, on many days, with the facts of its sentence. It bands nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lib.columns import N_
from lib.formats import Language
from lib.health.readings import Sight
from lib.measures.alarms import notices_given, open_issues, sponsors_left
from lib.measures.receivables import long_overdue

SCHEMA = {
    "account_id": pl.String, "day": pl.Date, "cap": pl.String, "who": pl.String, "what": pl.String, "on": pl.Date, "days": pl.Int64,
    "money": pl.Float64, "disputed": pl.Boolean,
}  # fmt: skip


@dataclass(frozen=True)
class Cap:
    """`sentence` says it with its facts; `without` where the fact named there is null, `disputed` where the client objects."""

    name: str
    sentence: str
    rule: str
    tables: tuple[str, ...]
    without: tuple[str, str] | None = None
    disputed: str = ""


CAPS: dict[str, Cap] = {
    "notice_given": Cap(
        N_("Notice given"), N_("Notice was given on {day} for contract {what}."),
        N_("The account, or a contract of it that is in force, gave notice by the day."), ("accounts", "contracts"),
        without=("what", N_("Notice was given on {day}.")),
    ),
    "sponsor_left": Cap(
        N_("Sponsor left"), N_("The sponsor, {who}, left on {day} and is not replaced."),
        N_("Every sponsor of the account has left or is no longer active."), ("contacts",),
        without=("on", N_("The sponsor, {who}, is no longer active and is not replaced.")),
    ),
    "invoice_overdue": Cap(
        N_("Invoice overdue"), N_("Invoice {what} is {days} late ({money})."),
        N_("An invoice is more than 60 days past due, with more than the minimum set in Settings still open. Disputed ones count."),
        ("invoices",),
        without=("money", N_("Invoice {what} is {days} late.")),
        disputed=N_("Invoice {what}, which the client disputes, is {days} late ({money})."),
    ),
    "open_issue": Cap(
        N_("Open issue"), N_("An issue of the highest impact is open since {day}: {what}."),
        N_("An issue with an impact of 5 is open."), ("risks",),
    ),
}  # fmt: skip
"""Cap -> its words, in the order in which several are named."""


def caps(sight: Sight, invoice_minimum: float = 0) -> pl.DataFrame:
    """A row for each account, day and kind of cap that holds at the close of the day, of SCHEMA; sorted by day, account and CAPS.

    `invoice_minimum`: an overdue invoice counts from more than this open, in the base currency. Facts are those of the gravest: the
    earliest notice, the last sponsor to leave, the invoice furthest past due (`on` is its due date, `money` in the base currency, null
    without a rate), the oldest issue. Only accounts and days of `sight.accounts`.
    """
    days = sight.days
    found = {
        "notice_given": notices_given(sight.portfolio, days).select("account_id", "day", "on", pl.col("contract_id").alias("what")),
        "sponsor_left": sponsors_left(sight.portfolio, days).select("account_id", "day", "on", pl.col("name").alias("who")),
        "invoice_overdue": long_overdue(sight.unsettled, invoice_minimum).select(
            "account_id", "day", "on", "disputed", pl.col("invoice_id").alias("what"), pl.col("days_late").alias("days"),
            pl.col("open").alias("money"),
        ),
        "open_issue": open_issues(sight.portfolio, days).select("account_id", "day", "on", pl.col("title").alias("what")),
    }  # fmt: skip
    order = pl.col("cap").replace_strict({name: place for place, name in enumerate(CAPS)}, return_dtype=pl.Int64)
    rows = [pl.DataFrame(schema=SCHEMA), *(kind.with_columns(pl.lit(name).alias("cap")) for name, kind in found.items())]
    return (
        pl.concat(rows, how="diagonal_relaxed")
        .with_columns(pl.col("disputed").fill_null(False))
        .select(pl.col(name).cast(dtype) for name, dtype in SCHEMA.items())
        .join(sight.accounts, on=["account_id", "day"], how="semi")
        .sort("day", "account_id", order)
    )


def capped(found: pl.DataFrame, days: Sequence[date], account_ids: Sequence[str]) -> NDArray[np.bool_]:
    """Flags (day, account): whether a row of `caps` holds there. Rows of other days or accounts are passed over."""
    day_at = pl.DataFrame({"day": days}, {"day": pl.Date}).with_row_index("d")
    account_at = pl.DataFrame({"account_id": account_ids}, {"account_id": pl.String}).with_row_index("a")
    places = found.select("account_id", "day").join(day_at, on="day").join(account_at, on="account_id")
    flags = np.zeros((len(days), len(account_ids)), bool)
    flags[places["d"].to_numpy(), places["a"].to_numpy()] = True
    return flags


def sentence(cap: Mapping[str, Any], t: Language, as_of: date, currency: str, quote: Callable[[str], str] = str) -> str:
    """A row of `caps` in words. `quote` makes names from data safe for where the sentence is shown."""
    words = CAPS[cap["cap"]]
    message = words.without[1] if words.without and cap[words.without[0]] is None else words.sentence
    if cap["disputed"] and words.disputed:
        message = words.disputed
    return t(
        message,
        who=quote(cap["who"] or ""),
        what=quote(cap["what"] or ""),
        day=t.day(cap["on"], near=as_of),
        days=t.days(cap["days"] or 0),
        money=t.money(cap["money"], currency),
    )
