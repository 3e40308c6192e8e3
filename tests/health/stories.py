"""One account of worked example 1, as far as delivery and budget go: small enough to follow by hand. As of Friday 27 March 2026.

    project   plan (Mon-Fri)                       hours  cost   done   ES  AT   worked  at 10  EAC = BAC · AC / EV
    site      Mon 5 Jan, 20 weeks = 100 days       300    6 000  57 %   57  60   359.1   3 591  6 300
    shop      Mon 16 Feb, 12 weeks = 60 days       100    2 000  50 %   30  30   105     1 050  2 100

    SPI(t)      (300 · 57 + 100 · 30) / (300 · 60 + 100 · 30) = 20 100 / 21 000
    milestones  10 due in the 90 days, 9 by their day
    overdue     12 of 240 open hours
    margin      AGI 10 500 + (4 000 − 500) = 14 000, EAC 8 400: 40 % against 42 %
    overrun     8 400 / 8 000 − 1 = 5 %
    unapproved  6 h of 400 h
    over-servicing  a retainer that says no hours: missing
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import combinations
from typing import Any

import polars as pl
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from lib.health.readings import Sight
from lib.portfolio import Portfolio
from tests.measures.rows import book_of

AS_OF = date(2026, 3, 27)
Rows = list[dict[str, Any]]


def ago(days: int) -> date:
    return AS_OF - timedelta(days=days)


def example_tables() -> dict[str, Rows]:
    site = {
        "project_id": "site", "account_id": "a", "name": "Site", "billing": "fixed", "baseline_start": date(2026, 1, 5),
        "baseline_due": date(2026, 5, 22), "start": date(2026, 1, 5), "due": date(2026, 5, 22), "percent_complete": 57.0,
        "budget_hours": 300.0, "budget_cost": 6000.0, "budget_amount": 10_500.0, "target_margin": 0.42,
    }  # fmt: skip
    shop = {
        "project_id": "shop", "account_id": "a", "name": "Shop", "billing": "fixed", "baseline_start": date(2026, 2, 16),
        "baseline_due": date(2026, 5, 8), "percent_complete": 50.0, "budget_hours": 100.0, "budget_cost": 2000.0,
        "budget_amount": 4000.0, "pass_through_budget": 500.0, "target_margin": 0.42,
    }  # fmt: skip
    marks = [
        {
            "task_id": f"m{number}", "project_id": "site", "kind": "milestone" if number % 2 else "deliverable", "status": "done",
            "baseline_finish": date(2026, 3, number), "finished_on": date(2026, 3, number),
        }
        for number in range(1, 10)
    ]  # fmt: skip
    late = {"task_id": "m10", "kind": "milestone", "status": "done", "baseline_finish": date(2026, 3, 10), "finished_on": date(2026, 3, 11)}
    tasks = [
        {"task_id": "late", "project_id": "site", "estimate_hours": 12.0, "due": date(2026, 3, 26)},
        {"task_id": "next", "project_id": "site", "estimate_hours": 168.0, "due": date(2026, 3, 27), "status": "in_progress"},
        {"task_id": "shop", "project_id": "shop", "estimate_hours": 60.0, "due": date(2026, 4, 30), "status": "blocked"},
    ]
    return {
        "people": [{"person_id": "ana", "cost_rate": 10.0}],
        "projects": [site, shop],
        "tasks": [*marks, late | {"project_id": "site"}, *tasks],
        "time_entries": [
            {"date": date(2026, 2, 20), "project_id": "site", "hours": 359.1},
            {"date": date(2026, 3, 20), "project_id": "shop", "hours": 105.0},
        ],
        "contracts": [{"contract_id": "k", "account_id": "a", "kind": "retainer", "start": date(2025, 1, 1), "hours_included": None}],
        "change_requests": [
            {"change_id": "c1", "project_id": "site", "status": "logged", "raised_on": ago(25), "hours": 6.0, "started_on": ago(24)},
            {"change_id": "c2", "project_id": "shop", "status": "proposed", "raised_on": ago(25), "hours": 50.0},
        ],
    }  # fmt: skip


def sight_of(tables: dict[str, Rows] | Portfolio, *days: date, basis: Any = "invoiced") -> Sight:
    portfolio = tables if isinstance(tables, Portfolio) else book_of(**tables)
    return Sight(portfolio, days or (AS_OF,), basis, "EUR")


def reading(made: pl.DataFrame, metric: str, day: date = AS_OF, account: str = "a") -> tuple[str, float | None, str | None]:
    """state, value and why of one reading."""
    rows = made.filter(pl.col("metric") == metric, pl.col("day") == day, pl.col("account_id") == account)
    assert rows.height == 1, rows
    return rows.select("state", "value", "why").row(0)


def same_readings(made: pl.DataFrame, other: pl.DataFrame) -> None:
    """Equal readings, in any order; values to the last bits that a sum in another order may differ in."""
    keys = ["account_id", "day", "metric"]
    assert_frame_equal(made.sort(keys), other.sort(keys), abs_tol=1e-12, rel_tol=1e-12)


Cell = tuple[str, int, str]
"""A table, the place of a row in it (−1: all rows) and a column."""


def copies(tables: dict[str, Rows], losses: list[tuple[Cell, ...]]) -> tuple[dict[str, Rows], list[str]]:
    """One book of many accounts: the account of `tables` once for each of `losses`, without those cells; and the accounts' names.

    Keys are made the copy's own; people are shared.
    """
    book: dict[str, Rows] = {"people": tables["people"]}
    names = [f"a{number}" for number in range(len(losses))]
    for name, lost in zip(names, losses, strict=True):
        for table, rows in tables.items():
            if table == "people":
                continue
            for place, row in enumerate(rows):
                own = {column: f"{name} {value}" if _is_key(column) and value else value for column, value in row.items()}
                gone = dict.fromkeys((column for of, at, column in lost if of == table and at in (place, -1)), None)
                book.setdefault(table, []).append(own | ({"account_id": name} if "account_id" in row else {}) | gone)
    return book, names


def _is_key(column: str) -> bool:
    return column.endswith("_id") and column != "person_id"


def no_better(before: tuple[Any, ...], after: tuple[Any, ...], higher_is_better: bool) -> bool:
    """Whether a reading with less known is missing, or known and no better than before."""
    state, value, _ = after
    if state != "known":
        return state == "missing" or before[0] == "not_applicable"
    if before[0] != "known":
        return False
    difference = (value - before[1]) * (1 if higher_is_better else -1)
    return bool(difference <= 1e-9)


def never_flattered(tables: dict[str, Rows], losses: list[tuple[Cell, ...]], read: Any, metrics: dict[str, bool], **sight: Any) -> None:
    """Each of `losses` leaves every one of `metrics` (whether higher is better) of `read` missing or no better than with all known."""
    book, names = copies(tables, [(), *losses])
    made = read(sight_of(book, **sight))
    rows = {(row["account_id"], row["metric"]): (row["state"], row["value"], row["why"]) for row in made.iter_rows(named=True)}
    for name, lost in zip(names[1:], losses, strict=True):
        for metric, higher in metrics.items():
            before, after = rows[names[0], metric], rows[name, metric]
            assert no_better(before, after, higher), (metric, lost, before, after)


def all_losses(tables: dict[str, Rows], columns: list[tuple[str, str]]) -> list[tuple[Cell, ...]]:
    """Each cell of `columns` (table and column), each of them whole, and every two of them whole."""
    whole = [(table, -1, column) for table, column in columns]
    cells = [((table, place, column),) for table, column in columns for place in range(len(tables[table]))]
    return [*cells, *((one,) for one in whole), *combinations(whole, 2)]


def losses_of(tables: dict[str, Rows], columns: list[tuple[str, str]]) -> st.SearchStrategy[tuple[Cell, ...]]:
    """Two to four cells of `columns`, each alone or whole."""
    cells = st.sampled_from([(table, place, column) for table, column in columns for place in range(-1, len(tables[table]))])
    return st.lists(cells, min_size=2, max_size=4, unique=True).map(tuple)


def without_what_came_after(frames: dict[str, pl.DataFrame], day: date) -> Portfolio:
    """The tables as they would have stood at the close of `day`: no row and no fact dated later, and states as before those facts.

    Expenses stay: those to come are planned ones.
    """
    dated = {"time_entries": "date", "progress": "date", "invoices": "issued", "change_requests": "raised_on"}
    then = frames | {name: frames[name].filter(pl.col(column) <= day) for name, column in dated.items()}
    facts = {"tasks": ("started_on", "finished_on", "accepted_on"), "projects": ("finished_on",)}
    facts |= {"change_requests": ("decided_on", "started_on")}
    before = {"tasks": ("finished_on", "done", "in_progress"), "projects": ("finished_on", "done", "active")}
    for name, (fact, now, earlier) in before.items():
        undone = (pl.col(fact) > day).fill_null(False) & (pl.col("status") == now)
        then[name] = then[name].with_columns(pl.when(undone).then(pl.lit(earlier)).otherwise("status").alias("status"))
    undecided = (pl.col("decided_on") > day).fill_null(False)
    then["change_requests"] = then["change_requests"].with_columns(
        pl.when(undecided).then(pl.lit("proposed")).otherwise("status").alias("status")
    )
    begun_later, ended_later = ((pl.col(fact) > day).fill_null(False) for fact in ("started_on", "finished_on"))
    done = pl.when(begun_later).then(0.0).when(ended_later).then(None).otherwise("percent_complete")
    then["tasks"] = then["tasks"].with_columns(
        done.alias("percent_complete"), pl.when(begun_later).then(pl.lit("open")).otherwise("status").alias("status")
    )
    for name, columns in facts.items():
        then[name] = then[name].with_columns(pl.when(pl.col(column) <= day).then(column).alias(column) for column in columns)
    return Portfolio.of(1, **then)
