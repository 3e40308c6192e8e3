"""A firm whose accounts are scored on half of what could be known, and of which as many were lost as a test asks for.

Every account: three active contacts, of whom a decision maker came to a meeting every two weeks; a yearly contract; all invoices paid; an
NPS answer. Those that stay answered 9 (`kept02` and on) or 1 (`kept01`); those that are lost answered 0. It was all imported in 2025.

By hand, on the as-of: contact, contacts, sponsor, notice, receivables and delay score 100 at 5 points each = 30; delivery 20, budget 20,
risks 5, revenue trend 5 and goals 5 are missing and count half = 27.5; satisfaction has 15 points. A 9 of 150 days ago scores
50 + 40 · (270 − 150)/180 = 76.67: 30 + 27.5 + 11.5 = 69.0. A 1 scores 10: 30 + 27.5 + 1.5 = 59.0. Known: 45 %.
Under WEIGHTS: payment 11 and notice 5 in full = 16; 24 points of satisfaction; the other 60 count half = 30. `kept01` falls to
2.4 + 46 = 48.4, the others to 18.4 + 46 = 64.4. Known: 40 %.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from lib.store import Merge, Store
from tests.measures.rows import book_of

AS_OF = date(2026, 3, 27)
LINK = {"as_of": AS_OF.isoformat()}
IMPORTED = datetime(2025, 1, 2, 9, tzinfo=UTC)
KEPT = 12
WEIGHTS = {"delivery": 25.0, "budget": 25.0, "relationship": 0.0, "commercial": 15.0, "satisfaction": 24.0, "payment": 11.0}


def ago(days: int) -> date:
    return AS_OF - timedelta(days=days)


def made(folder: Path, lost: int) -> Path:
    """A store with `KEPT` accounts that stay and `lost` ones that left 30 days before the as-of."""
    store = Store.open(folder, at=IMPORTED)
    names = [*(f"kept{n:02}" for n in range(1, KEPT + 1)), *(f"gone{n:02}" for n in range(1, lost + 1))]
    book = book_of(
        accounts=[_account(name) for name in names],
        contacts=[
            {"contact_id": f"{name}-{n}", "account_id": name, "name": f"C{n}", "role": "decision_maker", "active": True}
            for name in names
            for n in range(3)
        ],
        contracts=[
            {"contract_id": f"k-{name}", "account_id": name, "start": ago(700), "end": ago(-300), "notice_days": 0} for name in names
        ],
        touchpoints=[
            {"touchpoint_id": f"t-{name}-{n}", "account_id": name, "date": ago(14 * n), "contact_ids": [f"{name}-0"]}
            for name in names
            for n in range(20)
        ],
        feedback=[
            {"feedback_id": f"f-{name}", "account_id": name, "contact_id": f"{name}-1", "date": ago(150), "score": _answer(name)}
            for name in names
        ],
        invoices=[
            {"invoice_id": f"i-{name}-{n}", "account_id": name, "contract_id": f"k-{name}", "amount": 1000.0, "tax": 0.0,
             "issued": ago(30 * n), "due": ago(30 * n - 15), "paid_on": ago(30 * n - 15) if 30 * n >= 15 else None}
            for name in names
            for n in range(1, 12)
        ],
    )  # fmt: skip
    store.commit({name: Merge(book[name].collect(), "") for name in book.loaded}, author="Ana", at=IMPORTED)
    return folder


def _account(name: str) -> dict[str, Any]:
    gone = name.startswith("gone")
    tier = "key" if name == "kept12" else "standard"
    return {
        "account_id": name, "name": name.capitalize(), "tier": tier, "industry": "energy", "manager": "Lola", "since": ago(900),
        "status": "lost" if gone else "active", "lost_on": ago(30) if gone else None,
    }  # fmt: skip


def _answer(name: str) -> float:
    return 0.0 if name.startswith("gone") else 1.0 if name == "kept01" else 9.0
