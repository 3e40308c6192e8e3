"""Two small accounts whose health is worked out by hand, as rows. On Wednesday 30 September 2026; invoiced revenue, in EUR.

`sol` is a retainer, `lun` a fixed price of the key tier. tests/health/test_hand_worked.py says what each metric must read, and why.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from lib.portfolio import Portfolio
from lib.store import Merge, Store
from tests.measures.rows import book_of

TODAY = date(2026, 9, 30)
IMPORTED = datetime(2026, 10, 1, 9, tzinfo=UTC)
Rows = list[dict[str, Any]]


def _invoice(account: str, contract: str, issued: date, due: date, amount: float, paid: date | None, **more: Any) -> dict[str, Any]:
    return {"account_id": account, "contract_id": contract, "issued": issued, "due": due, "amount": amount, "tax": 0.0,
            "paid_on": paid, **more}  # fmt: skip


def _mark(project: str, baseline: date, finished: date | None) -> dict[str, Any]:
    return {"project_id": project, "kind": "milestone", "status": "done" if finished else "open", "baseline_finish": baseline,
            "due": baseline, "finished_on": finished, "estimate_hours": 0.0}  # fmt: skip


ACCOUNTS: Rows = [{"account_id": "sol", "tier": "growth", "name": "Sol"}, {"account_id": "lun", "tier": "key", "name": "Lun"}]
PEOPLE: Rows = [{"person_id": "ana", "cost_rate": 50.0}, {"person_id": "ben", "cost_rate": 20.0}]
CONTRACTS: Rows = [
    {"contract_id": "k-sol", "account_id": "sol", "kind": "retainer", "start": date(2026, 1, 1), "end": date(2026, 12, 31),
     "notice_days": 60, "auto_renew": False, "hours_included": 100.0},
    {"contract_id": "k-lun", "account_id": "lun", "kind": "fixed_price", "start": date(2026, 7, 1), "value": 16_000.0,
     "value_per": "total"},
]  # fmt: skip
PROJECTS: Rows = [
    {"project_id": "p-sol", "account_id": "sol", "contract_id": "k-sol", "billing": "retainer", "target_margin": 0.9,
     "start": date(2026, 1, 1), "due": date(2026, 12, 31)},
    {"project_id": "p-lun", "account_id": "lun", "contract_id": "k-lun", "billing": "fixed", "target_margin": 0.5,
     "start": date(2026, 7, 6), "due": date(2026, 11, 20), "baseline_start": date(2026, 7, 6), "baseline_due": date(2026, 11, 20),
     "percent_complete": 56.0, "budget_hours": 400.0, "budget_cost": 8000.0, "budget_amount": 16_000.0},
]  # fmt: skip
TASKS: Rows = [
    *(_mark("p-sol", date(2026, 9, day), date(2026, 9, day)) for day in (4, 11, 18)),
    _mark("p-sol", date(2026, 9, 25), date(2026, 9, 28)),
    {"project_id": "p-sol", "estimate_hours": 30.0, "due": date(2026, 9, 29)},
    {"project_id": "p-sol", "estimate_hours": 170.0, "due": date(2026, 10, 30)},
    *(_mark("p-lun", date(2026, 8, day), date(2026, 8, day)) for day in (7, 14, 21, 28)),
    _mark("p-lun", date(2026, 9, 4), date(2026, 9, 7)),
    {"project_id": "p-lun", "estimate_hours": 20.0, "due": date(2026, 9, 18)},
    {"project_id": "p-lun", "estimate_hours": 180.0, "due": date(2026, 11, 20)},
]  # fmt: skip
TIME_ENTRIES: Rows = [
    {"person_id": "ana", "project_id": "p-sol", "date": date(2026, 7, 8), "hours": 110.0},
    {"person_id": "ana", "project_id": "p-sol", "date": date(2026, 8, 12), "hours": 120.0},
    {"person_id": "ana", "project_id": "p-sol", "date": date(2026, 9, 9), "hours": 115.0},
    {"person_id": "ben", "project_id": "p-lun", "date": date(2026, 9, 10), "hours": 240.0},
]
CHANGE_REQUESTS: Rows = [
    {"project_id": "p-lun", "status": "logged", "raised_on": date(2026, 8, 3), "started_on": date(2026, 8, 4), "hours": 10.0},
    {"project_id": "p-lun", "status": "approved", "raised_on": date(2026, 8, 3), "decided_on": date(2026, 8, 4), "hours": 40.0,
     "started_on": date(2026, 8, 5)},
]  # fmt: skip
CONTACTS: Rows = [
    {"contact_id": "eva", "account_id": "sol", "role": "user", "active": True},
    {"contact_id": "leo", "account_id": "sol", "role": "finance", "active": True},
    {"contact_id": "sam", "account_id": "sol", "name": "Sam", "role": "sponsor", "active": False, "left_on": date(2026, 9, 1)},
    {"contact_id": "ida", "account_id": "lun", "role": "sponsor", "active": True},
    {"contact_id": "uma", "account_id": "lun", "role": "user", "active": True},
    {"contact_id": "pau", "account_id": "lun", "role": "user", "active": True},
]
TOUCHPOINTS: Rows = [
    {"account_id": "sol", "date": date(2026, 8, 26), "kind": "call", "contact_ids": ["eva"]},
    {"account_id": "lun", "date": date(2026, 9, 14), "kind": "meeting", "contact_ids": ["ida"]},
    {"account_id": "lun", "date": date(2026, 9, 29), "kind": "email", "contact_ids": ["uma"]},
]
RISKS: Rows = [
    {"account_id": "sol", "kind": "risk", "opened": date(2026, 5, 4), "probability": 3, "impact": 4},
    {"account_id": "lun", "kind": "issue", "opened": date(2026, 8, 10), "impact": 3},
]
GOALS: Rows = [
    *({"account_id": "sol", "title": state, "status": state, "start": date(2026, 1, 1)} for state in ("met", "on_track", "at_risk")),
    *({"account_id": "lun", "title": state, "status": state, "start": date(2026, 7, 1)} for state in ("met", "missed")),
]
FEEDBACK: Rows = [
    {"account_id": "sol", "kind": "nps", "date": date(2026, 8, 31), "contact_id": "eva", "score": 9.0},
    {"account_id": "sol", "kind": "csat", "date": date(2026, 4, 3), "contact_id": "leo", "score": 4.0, "scale_min": 1.0, "scale_max": 5.0},
]
INVOICES: Rows = [
    *(_invoice("sol", "k-sol", date(2025, month, 1), date(2025, month, 20), 1000.0, date(2025, month, 25)) for month in (1, 2, 3, 4)),
    _invoice("sol", "k-sol", date(2025, 8, 15), date(2025, 9, 14), 25_000.0, date(2025, 9, 24)),
    _invoice("sol", "k-sol", date(2025, 11, 15), date(2025, 12, 15), 25_000.0, date(2025, 12, 25)),
    _invoice("sol", "k-sol", date(2026, 2, 15), date(2026, 3, 17), 25_000.0, date(2026, 3, 27)),
    _invoice("sol", "k-sol", date(2026, 5, 15), date(2026, 6, 14), 25_000.0, date(2026, 6, 24)),
    _invoice("sol", "k-sol", date(2026, 8, 15), date(2026, 9, 14), 22_500.0, None),
    _invoice("lun", "k-lun", date(2026, 7, 10), date(2026, 8, 9), 3000.0, None, project_id="p-lun"),
    _invoice("lun", "k-lun", date(2026, 9, 10), date(2026, 10, 10), 9000.0, None, project_id="p-lun"),
]
TABLES: dict[str, Rows] = {
    "accounts": ACCOUNTS, "people": PEOPLE, "contracts": CONTRACTS, "projects": PROJECTS, "tasks": TASKS, "time_entries": TIME_ENTRIES,
    "change_requests": CHANGE_REQUESTS, "contacts": CONTACTS, "touchpoints": TOUCHPOINTS, "risks": RISKS, "goals": GOALS,
    "feedback": FEEDBACK, "invoices": INVOICES,
}  # fmt: skip


def hand_worked() -> Portfolio:
    return book_of(**TABLES)


def stored(folder: Path) -> Path:
    """A store with the two accounts."""
    book = hand_worked()
    tables = {name: Merge(book[name].collect(), "") for name in sorted(book.loaded)}
    Store.open(folder, at=IMPORTED).commit(tables, author="Ana", at=IMPORTED)
    return folder
