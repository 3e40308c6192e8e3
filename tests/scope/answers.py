"""Worked example 2 of the examples as answers made by hand: what sentences and documents are tested with. Nothing is computed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl

from lib.measures.change_price import Before, Change, change_prices
from lib.scope.answer import OPTIONS, Answer, Cost, Finish, Option, SignedLater, Terms
from lib.scope.ask import Added, Altered, Ask

AS_OF, PROMISE = date(2026, 2, 27), date(2026, 3, 20)
THURSDAY, MONDAY = date(2026, 3, 19), date(2026, 3, 23)
ASK = Ask(
    "web", "Supplier portal", added=(Added("1", "G", 24.0, person_id="ben", after=("B",), before=("F",)),),
    altered=(Altered("F", 24.0),), expense=60.0, pass_through=400.0,
)  # fmt: skip
PEOPLE = {
    "person_id": pl.String, "name": pl.String, "role": pl.String, "hours_before": pl.Float64, "hours_after": pl.Float64,
    "added_hours": pl.Float64, "over_before_hours": pl.Float64, "over_after_hours": pl.Float64, "over_hours": pl.Float64,
    "window_start": pl.Date, "window_end": pl.Date,
}  # fmt: skip
FLOATS = {
    "task_id": pl.String, "name": pl.String, "float_before_days": pl.Float64, "float_after_days": pl.Float64, "eaten_days": pl.Float64,
}  # fmt: skip
RIPPLE: dict[str, Any] = {
    "project_id": pl.String, "project": pl.String, "account_id": pl.String, "account": pl.String, "people": pl.List(pl.String),
    "p80_before_on": pl.Date, "p80_after_on": pl.Date, "moved_days": pl.Float64, "promise_on": pl.Date,
    "promise_before_share": pl.Float64, "promise_after_share": pl.Float64, "past": pl.Boolean,
}  # fmt: skip
TASKS = {
    "task_id": pl.String, "name": pl.String, "person": pl.String, "start": pl.Date, "finish": pl.Date, "before_start": pl.Date,
    "before_finish": pl.Date, "float_days": pl.Float64, "float_until": pl.Date, "critical": pl.Boolean, "milestone": pl.Boolean,
    "new": pl.Boolean,
}  # fmt: skip


def march(day: int) -> date:
    return date(2026, 3, day)


def people() -> pl.DataFrame:
    rows = [
        ("ana", "Ana", "design", 88.0, 96.0, 8.0, 0.0, 0.0, 0.0, None, None),
        ("ben", "Ben", "build", 64.0, 88.0, 24.0, 0.0, 8.0, 8.0, march(4), march(17)),
    ]
    return pl.DataFrame(rows, PEOPLE, orient="row")


def tasks() -> pl.DataFrame:
    rows = [
        ("A", "A", "Ana", march(2), march(3), march(2), march(3), 0.0, march(3), True, False, False),
        ("B", "B", "Ana", march(4), march(6), march(4), march(6), 1.0, march(6), False, False, False),
        ("C", "C", "Ben", march(4), march(10), march(4), march(10), 0.0, march(10), True, False, False),
        ("D", "D", "Ana", march(9), march(12), march(9), march(12), 1.0, march(13), False, False, False),
        ("task-G", "G", "Ben", march(11), march(13), None, None, 0.0, march(13), True, False, True),
        ("E", "E", "Ben", march(16), march(18), march(13), march(17), 0.0, march(18), True, False, False),
        ("F", "F", "Ana", march(19), MONDAY, march(18), THURSDAY, 0.0, MONDAY, True, False, False),
    ]
    return pl.DataFrame(rows, TASKS, orient="row")


def ripple() -> pl.DataFrame:
    rows = [
        ("hub", "Data hub", "asteria", "Asteria Bank", ["Ben"], march(18), march(24), 4.0, march(20), 0.9, 0.4, True),
        ("app", "Loyalty app", "maren", "Maren Hotels", ["Ben", "Ana"], march(25), march(26), 1.0, march(31), 0.95, 0.9, False),
    ]
    return pl.DataFrame(rows, RIPPLE, orient="row")


BEFORE = Finish(THURSDAY, march(18), march(19), march(20), march(23), PROMISE, 0.71)
AFTER = Finish(MONDAY, march(19), march(24), march(26), march(31), PROMISE, 0.38, march(30))
COST = Cost(32.0, 1100.0, 1080.0, 1320.0, 1040.0, 60.0, 220.0)
TERMS = Terms("fixed", 10000.0, 6000.0, 0.0, 0.45, 10000.0, 0.4)
PRICES = change_prices(Before(10000.0, 6000.0), Change(1100.0, 400.0, 220.0), 0.45)  # 1 320 / 0.55 + 400 = 2 800


def options() -> tuple[Option, ...]:
    fees = {"extend": 2800.0, "add_people": 3300.0, "swap": None, "defer": 2800.0, "absorb": None}
    margins = {"extend": 0.408333, "add_people": 0.39, "swap": 0.40, "defer": 0.408333, "absorb": 0.25}
    finishes = {"add_people": replace(AFTER, p80_on=march(20), promise_share=0.8), "defer": BEFORE}
    return tuple(
        Option(
            key, ASK, finishes.get(key, AFTER), COST, fees[key], margins[key], 8.0 if key in ("extend", "absorb") else 0.0,
            ripple() if key in ("extend", "absorb") else ripple().clear(), tasks(), people(),
            refused="nothing_to_swap" if key == "swap" else None,
        )
        for key in OPTIONS
    )  # fmt: skip


def answer(**changed: Any) -> Answer:
    """Worked example 2 with chance made up, and two other clients that it never had; other values as given."""
    floats = [("C", "C", 2.0, 0.0, 2.0)]
    made = Answer(
        ASK, AS_OF, 3, "EUR", 10_000, 0, "Website", "acme", "Acme", BEFORE, AFTER, 4.0, 3.0, 5.0, COST, TERMS, PRICES, None, people(),
        pl.DataFrame(floats, FLOATS, orient="row"), ripple(), tasks(), options(), (), {"default": 7},
    )  # fmt: skip
    return replace(made, **changed)


def nothing() -> Answer:
    """An ask for nothing: everything is zero."""
    none = Cost(0.0, 0.0, 0.0, 0.0, 0.0)
    same = replace(BEFORE, restored_on=PROMISE)
    own = tasks().filter(~pl.col("new")).with_columns(pl.col("before_start").alias("start"), pl.col("before_finish").alias("finish"))
    return answer(
        ask=Ask("web"), after=same, moved_days=0.0, delay_p50_days=0.0, delay_p80_days=0.0, cost=none,
        prices=change_prices(Before(10000.0, 6000.0), Change(0.0), 0.45), ripple=ripple().clear(), options=(), tasks=own,
        people=people().with_columns(
            pl.col("hours_before").alias("hours_after"), added_hours=pl.lit(0.0), over_after_hours=pl.lit(0.0), over_hours=pl.lit(0.0)
        ),
        floats=pl.DataFrame(schema=FLOATS),
    )  # fmt: skip


def signed_later() -> tuple[SignedLater, ...]:
    days = [(0, AS_OF, MONDAY), (1, march(6), MONDAY), (2, march(13), march(25)), (4, march(27), date(2026, 4, 6))]
    return tuple(SignedLater(weeks, on, ends, ends, 2800.0) for weeks, on, ends in days)


ANSWERED = answer()
