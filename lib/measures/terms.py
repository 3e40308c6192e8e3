"""How long a contract runs, as far as it is known at the close of a day: its terms, renewals and notice. Pure dates of contracts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import polars as pl

from lib.periods import add_months


def term_ends(contract: Mapping[str, Any]) -> Iterator[date]:
    """The last day of each term, the first one first: one if it does not renew by itself, else without end.

    A next term is renewal_months long, else as long as the first, counted from the first so that ends of months stay where they are.
    """
    end: date = contract["end"]
    yield end
    if not contract["auto_renew"]:
        return
    after = end + timedelta(days=1)
    months = contract["renewal_months"] or max(1, round((after - contract["start"]).days / (365.25 / 12)))
    term = 1
    while True:
        yield add_months(after, months * term) - timedelta(days=1)
        term += 1


def last_day(contract: Mapping[str, Any], as_of: date) -> date | None:
    """The last day of `contract` as known at the close of `as_of`; None where it has none (open-ended, or renewing without notice so far).

    Notice ends a contract that renews by itself at the close of the first term whose notice date (end − notice_days) it was in time for.
    """
    if contract["end"] is None:
        return None
    given = contract["notice_given_on"]
    if not contract["auto_renew"]:
        return contract["end"]
    if given is None or given > as_of:
        return None
    notice = timedelta(days=contract["notice_days"] or 0)
    return next(end for end in term_ends(contract) if end - notice >= given)


def with_last_day(contracts: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """`contracts` with `last_day`, as above."""
    days = [last_day(contract, as_of) for contract in contracts.iter_rows(named=True)]
    return contracts.with_columns(pl.Series("last_day", days, pl.Date))
