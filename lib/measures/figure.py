"""A figure with where it comes from: its value or why there is none, what it rests on, what was left out, and its rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import polars as pl

from lib.columns import N_
from lib.definitions import DEFINITIONS, RATED_HOURS_FULL, RATED_HOURS_LEAST, Definition
from lib.portfolio import Portfolio

State = Literal["known", "missing", "not_applicable"]

NO_DENOMINATOR = N_("There is nothing to divide by.")
TOO_FEW_RATED = N_("Less than 90 % of the hours have a cost rate.")


@dataclass(frozen=True)
class Input:
    """A table that a figure rests on: how many rows it has and the day they reach."""

    table: str
    rows: int
    until: date | None


@dataclass(frozen=True)
class LeftOut:
    """Rows that a figure could not use: how many, and a message with {n} that says why."""

    count: int
    one: str
    many: str


@dataclass(frozen=True)
class Figure:
    """One figure of `lib.definitions`, in its definition's unit; money in `currency`. `at_most`: the true value is no higher."""

    key: str
    value: float | None
    currency: str = ""
    at_most: bool = False
    state: State = "known"
    needs: tuple[str, ...] = ()
    why: str = ""
    inputs: tuple[Input, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    rows: pl.DataFrame = field(default_factory=pl.DataFrame, compare=False)

    @property
    def definition(self) -> Definition:
        return DEFINITIONS[self.key]


def absent(portfolio: Portfolio, key: str, needs: tuple[str, ...] = (), why: str = "") -> Figure:
    """A figure that can't be computed: the tables to import, or the reason where they are all there."""
    missing = tuple(table for table in needs or DEFINITIONS[key].tables if table not in portfolio.loaded)
    return Figure(key, None, state="missing", needs=missing, why=why if not missing else "")


def ratio(over: float | None, under: float | None) -> float | None:
    """over / under; None where either is absent or `under` is not positive."""
    if over is None or under is None or under <= 0:
        return None
    return over / under


def total(rows: pl.DataFrame, column: str) -> float:
    """The sum of a column; nulls are passed over, no rows give 0."""
    return float(rows.select(pl.col(column).sum()).item())


def margin_of(agi: float, cost: float, hours: float, rated: float) -> tuple[float | None, bool]:
    """Delivery margin and whether it is only an upper limit: below 100 % of hours rated it is, below 90 % there is none."""
    if hours <= 0 or rated / hours < RATED_HOURS_LEAST:
        return None, False
    return ratio(agi - cost, agi), rated / hours < RATED_HOURS_FULL - 1e-12
