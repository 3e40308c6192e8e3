"""The worked scope change of the examples, as a portfolio and an ask.

Monday to Friday, 8 hours, no holidays; day 1 = Mon 2 Mar 2026, as-of Fri 27 Feb. Ana 40 €/h, Ben 30 €/h.

    A ─┬─ B ─┬─ D ─┬─ E ─┬─ F        Ana: A 16 h, B 24, D 32, F 16;  Ben: C 40, E 24
       ├─ C ─│─────┘     │
             └─ G ───────┘           asked: G 24 h for Ben, F 24 h, 60 € of our own, 400 € to bill on

    cost     88 · 40 + 64 · 30 = 5 440, and 560 of expenses: EAC 6 000
    AGI      12 000 − 2 000 of pass-through = 10 000; margin 40 %; the promise is Fri 20 Mar
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl

from lib.portfolio import Portfolio
from lib.scope.ask import Added, Altered, Ask

AS_OF = date(2026, 2, 27)
MONDAY = date(2026, 3, 2)
PROMISE = date(2026, 3, 20)
WEEK = [8.0, 8.0, 8.0, 8.0, 8.0, 0.0, 0.0]
HOURS = {"A": ("ana", 16.0), "B": ("ana", 24.0), "C": ("ben", 40.0), "D": ("ana", 32.0), "E": ("ben", 24.0), "F": ("ana", 16.0)}
LINKS = [("A", "B"), ("A", "C"), ("B", "D"), ("C", "E"), ("D", "E"), ("E", "F")]

ASK = Ask(
    "P",
    "Second language",
    added=(Added("G", "G", 24.0, 24.0, 24.0, person_id="ben", after=("B",), before=("F",)),),
    altered=(Altered("F", 24.0),),
    expense=60.0,
    pass_through=400.0,
)


def work_day(number: int) -> date:
    """The day on which work day `number` lies; day 1 is MONDAY."""
    return MONDAY + timedelta(days=number - 1 + 2 * ((number - 1) // 5))


def portfolio(low: float = 1.0, high: float = 1.0, **changed: Any) -> Portfolio:
    """The worked plan; hours between `low` and `high` times what is likely (1 and 1: no chance). `changed`: columns of the project."""
    project = {
        "project_id": "P", "account_id": "client", "name": "Website", "status": "active", "billing": "fixed", "currency": "EUR",
        "budget_amount": 12_000.0, "pass_through_budget": 2_000.0, "target_margin": 0.45, "due": PROMISE,
    } | changed  # fmt: skip
    house = {"project_id": "IN", "account_id": "house", "name": "Meetings", "status": "active", "billing": "internal", "currency": "EUR"}
    tasks = [
        {
            "task_id": task, "project_id": "P", "name": task, "kind": "task", "status": "open", "assignee_id": person,
            "estimate_hours": hours, "remaining_hours": hours, "baseline_hours": hours,
            "optimistic_hours": hours * low, "pessimistic_hours": hours * high,
        }
        for task, (person, hours) in HOURS.items()
    ]  # fmt: skip
    people = [
        {"person_id": person, "name": person.title(), "role": role, "weekly_hours": 40.0, "week_pattern": WEEK, "cost_rate": rate,
         "bill_rate": rate * 2.5, "rate_currency": "EUR"}
        for person, role, rate in (("ana", "Design", 40.0), ("ben", "Development", 30.0))
    ]  # fmt: skip
    return Portfolio.of(
        1,
        accounts=pl.DataFrame([
            {"account_id": "client", "name": "Añil", "currency": "EUR", "status": "active", "internal": False},
            {"account_id": "house", "name": "House", "currency": "EUR", "status": "active", "internal": True},
        ]),
        projects=pl.DataFrame([project, house], infer_schema_length=None),
        tasks=pl.DataFrame(tasks),
        links=pl.DataFrame([(*link, "FS", 0.0, False) for link in LINKS],
                           ["predecessor_id", "successor_id", "kind", "lag_hours", "elapsed"], orient="row"),
        people=pl.DataFrame(people),
        time_entries=pl.DataFrame([{
            "entry_id": "1", "date": AS_OF, "person_id": "ana", "project_id": "IN", "hours": 1.0, "billable": False,
        }]),
        expenses=pl.DataFrame([{
            "expense_id": "1", "project_id": "P", "date": date(2026, 3, 6), "amount": 560.0, "currency": "EUR", "pass_through": False,
        }]),
    )  # fmt: skip
