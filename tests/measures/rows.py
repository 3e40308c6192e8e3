"""Portfolios from rows that say only what a test is about; everything else required has a plain value."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Any

import polars as pl

from lib.portfolio import Portfolio
from lib.tables import TABLES

PLAIN: dict[str, dict[str, Any]] = {
    "accounts": {"currency": "EUR", "status": "active"},
    "contacts": {"name": "Nora"},
    "contracts": {"kind": "retainer", "value": 1000.0, "value_per": "month", "currency": "EUR"},
    "people": {"name": "Ana", "weekly_hours": 40.0, "rate_currency": "EUR"},
    "person_terms": {"weekly_hours": 40.0},
    "projects": {"name": "Site", "status": "active", "currency": "EUR"},
    "tasks": {"project_id": "j", "name": "Write", "kind": "task", "status": "open"},
    "links": {"kind": "FS", "lag_hours": 0.0, "elapsed": False},
    "bookings": {"project_id": "j", "hours_per_day": 8.0, "status": "confirmed"},
    "absences": {"person_id": "ana", "status": "approved"},
    "closures": {"name": "Closed"},
    "time_entries": {"person_id": "ana", "project_id": "j", "billable": True},
    "invoices": {"kind": "invoice", "status": "sent", "currency": "EUR"},
    "expenses": {"project_id": "j", "currency": "EUR", "pass_through": False},
    "feedback": {"kind": "nps"},
    "touchpoints": {"kind": "meeting"},
    "risks": {"kind": "issue", "title": "Outage", "internal": False, "impact": 5, "status": "open"},
    "change_requests": {
        "project_id": "j", "title": "More", "kind": "added", "status": "approved", "raised_on": date(2025, 1, 1), "currency": "EUR",
    },
    "opportunities": {"name": "Again", "kind": "renewal", "stage": "talks", "amount": 1.0, "currency": "EUR", "status": "open"},
}  # fmt: skip
_numbers = count(1)


def book_of(**tables: list[dict[str, Any]]) -> Portfolio:
    """A portfolio of rows, each over the plain values of its table; a single text key that is not given is numbered.

    Accounts that rows name but `accounts` does not are there too, as plain ones.
    """
    named = {row["account_id"] for rows in tables.values() for row in rows if row.get("account_id")}
    known = {row["account_id"] for row in tables.get("accounts", [])}
    tables = {"accounts": [*tables.get("accounts", []), *({"account_id": name} for name in sorted(named - known))]} | {
        name: rows for name, rows in tables.items() if name != "accounts"
    }
    return Portfolio.of(1, **{name: _frame(name, rows) for name, rows in tables.items()})


def _frame(name: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    table = TABLES[name]
    filled = []
    for row in rows:
        full = PLAIN.get(name, {}) | row
        if name == "accounts":
            full.setdefault("name", full["account_id"].upper())
        if name == "invoices":
            full.setdefault("due", full["issued"])
        if len(table.key) == 1:
            full.setdefault(table.key[0], f"{name} {next(_numbers)}")
        assert set(full) <= set(table.columns), set(full) - set(table.columns)
        filled.append(full)
    return pl.DataFrame(filled, schema=table.polars_schema)


def first_row(rows: pl.DataFrame) -> dict[str, Any]:
    """The only row of a frame, by column."""
    assert rows.height == 1, rows
    return rows.row(0, named=True)
