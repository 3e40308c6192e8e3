"""What each metric reads for each account on each day, before any weight or threshold. It knows no profile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from threading import Lock
from typing import Any, Literal, TypeVar

import polars as pl

from lib.measures.flows import Basis
from lib.measures.receivables import unsettled_on
from lib.measures.sums import Sources
from lib.measures.worked import Worked, day_number, worked
from lib.periods import twelve_months
from lib.portfolio import Portfolio

T = TypeVar("T")

State = Literal["known", "missing", "not_applicable"]
READING = {
    "account_id": pl.String, "day": pl.Date, "metric": pl.String, "state": pl.String, "value": pl.Float64, "why": pl.String,
}  # fmt: skip
"""`value` in the metric's unit, null unless known. `why`: a key of the module's WHY for a missing or inapplicable one; may be null."""


ASKED_OFTEN = (
    "accounts", "contacts", "contracts", "people", "person_terms", "projects", "tasks", "invoices", "change_requests", "opportunities",
    "risks", "fx_rates",
)  # fmt: skip
"""Tables that metrics ask for three times and more."""


@dataclass(frozen=True, eq=False)
class Sight:
    """What readings are made from: one state of knowledge, and the days (ascending) to read it on.

    `portfolio`: undated columns as known then (`lib.portfolio.as_known`); rows after a day are not looked at for that day. Readings of
    several days are what each day alone would give.
    """

    portfolio: Portfolio
    days: tuple[date, ...]
    basis: Basis
    base: str

    _made: dict[str, Any] = field(default_factory=dict, init=False, repr=False)
    _locks: dict[str, Lock] = field(default_factory=dict, init=False, repr=False)

    def at_hand(self) -> Sight:
        """The same with the tables of ASKED_OFTEN in memory, each read once; what is made by either is at hand for both."""
        portfolio = self.portfolio
        read = zip(ASKED_OFTEN, pl.collect_all([portfolio[name] for name in ASKED_OFTEN]), strict=True)
        frames = dict(portfolio.frames) | {name: rows.lazy() for name, rows in read}
        held = replace(self, portfolio=Portfolio(portfolio.version, frames, portfolio.rows))
        vars(held).update(_made=self._made, _locks=self._locks)
        return held

    @property
    def worked(self) -> Worked:
        """The time entries as numbers, read once for all metrics, and counted once for the windows that most of them ask for."""
        return self.once("worked", self._worked)

    def _worked(self) -> Worked:
        made = worked(self.portfolio)
        years = [day_number(twelve_months(day).first) for day in self.days]
        made.tally([*years, *(day_number(day) + 1 for day in self.days)])
        return made

    @property
    def sources(self) -> Sources:
        """What sums of money and hours to the last day are made of."""
        return self.once("sources", lambda: Sources(self.portfolio, self.days[-1]))

    @property
    def unsettled(self) -> pl.DataFrame:
        """What clients owe on each day."""
        return self.once("unsettled", lambda: unsettled_on(self.portfolio, self.days, self.base))

    def once(self, name: str, make: Callable[[], T]) -> T:
        """What `make` gives, made the first time that a metric asks for it by this `name` and kept for the others, also of other threads.

        Whoever asks meanwhile waits for it. `make` may ask for other names, which never ask for this one: so no two wait for each other.
        """
        with self._locks.setdefault(name, Lock()):
            if name not in self._made:
                self._made[name] = make()
            made: T = self._made[name]
        return made

    @property
    def accounts(self) -> pl.DataFrame:
        """Accounts that have a score, a row for each and day: account_id, day, name, tier, industry, manager, status (as known).

        Not internal, not a prospect, not lost by the day, and a client by then (`since` unknown counts).
        """
        return self.once("accounts", self._accounts)

    def _accounts(self) -> pl.DataFrame:
        days = pl.LazyFrame({"day": self.days}, {"day": pl.Date})
        lost = (pl.col("lost_on") <= pl.col("day")).fill_null(pl.col("status").eq_missing("lost"))
        return (
            self.portfolio["accounts"]
            .filter(~pl.col("internal").fill_null(False), pl.col("status").ne_missing("prospect"))
            .join(days, how="cross")
            .filter(~lost, (pl.col("since") <= pl.col("day")).fill_null(True))
            .select("account_id", "day", "name", "tier", "industry", "manager", "status")
            .sort("day", "account_id")
            .collect()
        )
