"""A small project at its end, worked out by hand: what closing reports and case studies are tested with. Holds no test."""

from __future__ import annotations

from datetime import date

import polars as pl

from lib.documents.closing_report_rows import Typed
from lib.portfolio import Portfolio

AS_OF = date(2026, 10, 2)
TYPED = Typed(summary="It went live in two stages.", lessons=("Texts come before the build.",), inside_lessons=("CANARIO de lecciones",))


def day(month: int, number: int) -> date:
    return date(2026, month, number)


def portfolio(billing: str = "fixed") -> Portfolio:
    """One project of 10 000 €, sold for 100 h at 40 €; done in 120 h, a day late. One order of 1 500 €, one we paid for.

    Tasks with estimate and hours: T1 40 → 50 (1.25), T2 40 → 40 (1.0), T3 20 → 30 (1.5): 120 against 100, median 1.25, 2 of 3 within ¼.
    """
    return Portfolio.of(
        accounts=pl.DataFrame({"account_id": ["x", "y", "o"], "name": ["Acme", "Asteria Bank", "Studio Norte"],
                               "internal": [False, False, True]}),
        contacts=pl.DataFrame({"contact_id": ["c"], "account_id": ["x"], "name": ["Ines Aalders"]}),
        people=pl.DataFrame({"person_id": ["p"], "name": ["Ben Canario"], "weekly_hours": [40.0], "cost_rate": [40.0],
                             "rate_currency": ["EUR"]}),
        projects=pl.DataFrame({
            "project_id": ["J"], "account_id": ["x"], "name": ["Site"], "status": ["done"], "currency": ["EUR"], "billing": [billing],
            "budget_amount": [10_000.0], "budget_hours": [100.0], "budget_cost": [4_000.0], "baseline_start": [day(3, 2)],
            "baseline_due": [day(6, 29)], "due": [day(6, 30)], "start": [day(3, 2)], "finished_on": [day(6, 30)],
        }),
        tasks=pl.DataFrame({
            "task_id": ["T1", "T2", "T3", "M1", "M2"], "project_id": ["J"] * 5, "name": ["Design", "Build", "Test", "Beta", "Launch"],
            "kind": ["task"] * 3 + ["milestone"] * 2, "status": ["done"] * 5, "estimate_hours": [40.0, 40.0, 20.0, None, None],
            "baseline_finish": [day(4, 1), day(5, 1), day(6, 1), day(5, 4), day(6, 29)],
            "finished_on": [day(4, 1), day(5, 1), day(6, 1), day(5, 4), day(6, 30)], "accepted_on": [None] * 4 + [day(7, 2)],
        }),
        time_entries=pl.DataFrame({
            "entry_id": ["1", "2", "3"], "date": [day(3, 4), day(4, 6), day(5, 6)], "person_id": ["p"] * 3, "project_id": ["J"] * 3,
            "task_id": ["T1", "T2", "T3"], "hours": [50.0, 40.0, 30.0],
        }),
        change_requests=pl.DataFrame({
            "change_id": ["a", "b"], "project_id": ["J"] * 2, "order_number": ["CO-1", None], "raised_on": [day(4, 1)] * 2,
            "title": ["Login", "Favour"], "kind": ["added"] * 2, "status": ["approved", "implemented"], "price": [1_500.0, None],
            "cost": [600.0, 200.0], "currency": ["EUR"] * 2, "decided_on": [day(4, 8), day(4, 9)], "paid_by": ["client", "us"],
        }),
        feedback=pl.DataFrame({"feedback_id": ["f"], "account_id": ["x"], "project_id": ["J"], "contact_id": ["c"], "date": [day(7, 10)],
                               "kind": ["nps"], "score": [9.0], "comment": ["We would do it again."]}),
        risks=pl.DataFrame({"risk_id": ["1"], "account_id": ["x"], "title": ["They may not pay"], "internal": [True]}),
    )  # fmt: skip
