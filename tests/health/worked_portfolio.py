"""The worked example's account as rows: those that Relationship, Commercial and Payment are read from. It has no feedback."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from lib.portfolio import Portfolio
from tests.health.worked_example import TODAY
from tests.measures.rows import book_of

Rows = list[dict[str, Any]]


def ago(days: int) -> date:
    """So many days before TODAY; negative ones after it."""
    return TODAY - timedelta(days=days)


def _invoice(name: str, issued: int, due: int, paid: int | None, amount: float) -> dict[str, Any]:
    dates = {"issued": ago(issued), "due": ago(due), "paid_on": None if paid is None else ago(paid)}
    return {"invoice_id": name, "account_id": "A", "contract_id": "k", "amount": amount, "tax": 0.0} | dates


# Revenue: 60 000 in each of the windows of 91 days that close 91, 182, 273 and 364 days ago; 8 000 + 56 000 + 3 200 = 67 200 in the last:
# 67 200 / 60 000 = 1.12. Open: 8 000 that are 63 days late, and 56 000 not yet due: 8 000/64 000. Late: the last six due 63, 0, 0, 0, 0, 0
# (mean 10.5), the four before them 8, 9, 8, 9 (mean 8.5): +2.
INVOICES: Rows = [
    _invoice("i01", 540, 510, 502, 1.0),
    _invoice("i02", 530, 500, 491, 1.0),
    _invoice("i03", 520, 490, 482, 1.0),
    _invoice("i04", 510, 480, 471, 1.0),
    _invoice("i05", 400, 370, 370, 60_000.0),
    _invoice("i06", 320, 290, 290, 60_000.0),
    _invoice("i07", 230, 200, 200, 60_000.0),
    _invoice("i08", 140, 110, 110, 60_000.0),
    _invoice("i09", 80, 70, 70, 3_200.0),
    _invoice("i10", 90, 63, None, 8_000.0),
    _invoice("i11", 20, -10, None, 56_000.0),
]
TABLES: dict[str, Rows] = {
    "accounts": [{"account_id": "A", "tier": "key", "name": "Faro"}],
    "contacts": [
        {"contact_id": "sol", "account_id": "A", "name": "Sol", "role": "sponsor", "active": True},
        {"contact_id": "ivo", "account_id": "A", "name": "Ivo", "role": "user", "active": True},
        {"contact_id": "mar", "account_id": "A", "name": "Mar", "role": "finance", "active": True},
        {"contact_id": "old", "account_id": "A", "name": "Old", "role": "sponsor", "active": False, "left_on": ago(40)},
    ],
    "touchpoints": [
        {"account_id": "A", "date": ago(9), "kind": "call", "contact_ids": ["ivo", "mar"]},
        {"account_id": "A", "date": ago(31), "kind": "qbr", "contact_ids": ["sol"]},
        {"account_id": "A", "date": ago(2), "kind": "email", "contact_ids": ["sol"]},
    ],
    "risks": [
        {"account_id": "A", "kind": "risk", "title": "Data late", "opened": ago(70), "probability": 3, "impact": 4},
        {"account_id": "A", "kind": "risk", "opened": ago(200), "closed_on": ago(100), "probability": 5, "impact": 5, "status": "closed"},
    ],
    "contracts": [
        {
            "contract_id": "k", "account_id": "A", "start": ago(600), "end": ago(-156), "notice_days": 60, "auto_renew": False,
            "kind": "time_materials",
        },
    ],
    "goals": [
        {"account_id": "A", "title": title, "status": status, "start": ago(100)}
        for title, status in (("a", "on_track"), ("b", "on_track"), ("c", "met"), ("d", "on_track"), ("e", "at_risk"), ("f", "dropped"))
    ],
    "invoices": INVOICES,
}  # fmt: skip


def worked_portfolio(**more: Rows) -> Portfolio:
    """The example's rows with `more` beside them, table by table."""
    return book_of(**{name: [*rows, *more.pop(name, [])] for name, rows in TABLES.items()}, **more)
