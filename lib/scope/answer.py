"""What a change of scope does, as frozen values: dates, cost, prices, margin, people, other clients, options. It computes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

import polars as pl

from lib.measures.change_price import ChangePrices
from lib.scope.ask import Ask

OptionKey = Literal["extend", "add_people", "swap", "defer", "absorb"]
OPTIONS: tuple[OptionKey, ...] = ("extend", "add_people", "swap", "defer", "absorb")
"""Charge and extend; charge and add people; swap for equal work; defer to a later phase; absorb at its true cost."""


@dataclass(frozen=True)
class Finish:
    """When a project is finished: without chance (`planned_on`) and by share of the trials; None: never, or no plan to say so.

    `promise_share`: chance that it is done by the close of `promise_on`, its committed date. `restored_on`: the first day that has the
    chance which the promise had before the change (None before a change, and where there is no promise).
    """

    planned_on: date | None = None
    p10_on: date | None = None
    p50_on: date | None = None
    p80_on: date | None = None
    p90_on: date | None = None
    promise_on: date | None = None
    promise_share: float | None = None
    restored_on: date | None = None


@dataclass(frozen=True)
class Cost:
    """What the change costs us more, in the base currency: likely and by percentile of the paired differences; None: too few rates known.

    `labour` and `other` (own expenses) make `likely`; `contingency` is P80 − P50 for a fixed price, else 0. `hours`: of work, likely.
    """

    hours: float
    likely: float | None = None
    p50: float | None = None
    p80: float | None = None
    labour: float | None = None
    other: float = 0.0
    contingency: float = 0.0


@dataclass(frozen=True)
class Terms:
    """How the project is sold and where its money stands before the change, in the base currency; None: not known, `missing` says why.

    `agi`: fee less pass-through at cost, with the orders approved so far; `agi_sold`, `margin_sold`: as first agreed. `eac`: cost at
    completion (`eac_by`: bottom_up, cpi, plan or hours), `actual_cost` of it spent. `billing`: fixed, time_materials, retainer, internal or
    None. `target_margin` of the project, else of the ask. `missing`: codes of `lib.scope.refusals`, in words there.
    """

    billing: str | None
    agi: float | None
    eac: float | None
    actual_cost: float | None
    target_margin: float | None
    agi_sold: float | None = None
    margin_sold: float | None = None
    missing: tuple[str, ...] = ()
    eac_by: str | None = None

    @property
    def margin(self) -> float | None:
        """(AGI − EAC) / AGI before the change."""
        if self.agi is None or self.eac is None or self.agi <= 0:
            return None
        return (self.agi - self.eac) / self.agi


@dataclass(frozen=True)
class AtBillRate:
    """Time and materials: the added hours at bill rates need no floor; `fee` with pass-through, and the margin that it leaves.

    `unrated_hours` have no bill rate and are left out.
    """

    fee: float
    margin: float | None
    unrated_hours: float = 0.0


@dataclass(frozen=True, eq=False)
class Option:
    """One way to answer. `fee`: what the client would pay (None: nothing to pay, or no price); `margin` of the project with it.

    `over_hours`: hours of our people beyond their hours, more than before. `others`: projects whose P80 moves by a working day or more
    (`ripple`, columns of `Answer.ripple`). `tasks`: columns of `Answer.tasks`. `ask`: the change as this option makes it.
    `assumed`: (code, values) of what it takes for granted, in words by `lib.scope.sentences`. `refused`: why it can't be had, as a code.
    """

    key: OptionKey
    ask: Ask
    finish: Finish
    cost: Cost
    fee: float | None
    margin: float | None
    over_hours: float
    ripple: pl.DataFrame
    tasks: pl.DataFrame
    people: pl.DataFrame
    assumed: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    refused: str | None = None

    @property
    def others(self) -> int:
        return self.ripple.height


@dataclass(frozen=True, eq=False)
class Answer:
    """The full answer to an ask at one as-of, on one version of the data; everything in `base`, everything of our own eyes.

    `moved_days`: working days by which the P80 moves; `delay_p50_days`, `delay_p80_days`: percentiles of the paired differences.
    `people`: person_id, name, role, hours_before, hours_after, added_hours (in the project), over_before_hours, over_after_hours (what does
    not fit before the days that hold the promises), over_hours (the difference), window_start, window_end.
    `floats`: task_id, name, float_before_days, float_after_days, eaten_days, of work that was not critical and lost some.
    `ripple`: project_id, project, account_id, account, people (names, through whom), p80_before_on, p80_after_on, moved_days, promise_on,
    promise_before_share, promise_after_share, past (its promise lies before its new P80).
    `tasks`, for the Gantt: task_id, name, person (name or role), start, finish, before_start, before_finish, float_days, float_until,
    critical, milestone, new.
    `degraded`: codes of what could not be said for want of data (no plan, no rates …); the figures concerned are None.
    """

    ask: Ask
    as_of: date
    version: int
    base: str
    trials: int
    seed: int
    project: str
    account_id: str
    account: str
    before: Finish
    after: Finish
    moved_days: float | None
    delay_p50_days: float | None
    delay_p80_days: float | None
    cost: Cost
    terms: Terms
    prices: ChangePrices | None
    at_bill_rate: AtBillRate | None
    people: pl.DataFrame
    floats: pl.DataFrame
    ripple: pl.DataFrame
    tasks: pl.DataFrame
    options: tuple[Option, ...] = ()
    degraded: tuple[str, ...] = ()
    spreads: Mapping[str, int] = field(default_factory=dict)  # source of spread -> tasks

    def option(self, key: OptionKey) -> Option:
        return next(option for option in self.options if option.key == key)


@dataclass(frozen=True)
class SignedLater:
    """The same answer if the client signs `weeks` later: when, the finish then, and the least fee then (None where there is no price)."""

    weeks: int
    signed_on: date
    planned_on: date | None
    p80_on: date | None
    fee: float | None
