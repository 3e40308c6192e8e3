"""The charts of the book from the sample, and at their extremes: long names, many rows, one row, nothing known."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import Any

import polars as pl

from lib.charts import account_grids, accounts
from lib.charts.chart import Chart, Status
from lib.charts.schedule import Words
from lib.formats import Language
from lib.measures.book import Book, upcoming_notices
from lib.measures.concentration import Concentration, concentration, margin_concentration, parents
from lib.measures.goals import goals
from lib.measures.pipeline import Pipeline, open_deals, pipeline
from lib.measures.retention import retention_bridge
from lib.measures.risk_matrix import risk_matrix
from lib.measures.stakeholders import stakeholders, threads
from lib.measures.whitespace import whitespace
from lib.portfolio import Portfolio
from lib.sample import SAMPLE_AS_OF
from tests.measures.rows import book_of

LONG = "Cooperativa Agrícola Valdemora del Jarama y Vecinos de la Comarca de {n}"
STATUSES = ("on_track", "off_track", "at_risk", None)
BANDS: tuple[Status, ...] = ("risk", "watch", "ok", "none")


def words(key: str, source: str = "Contracts", as_of: date = SAMPLE_AS_OF) -> Words:
    return Words(key, source, as_of)


def of_sample(book: Book, portfolio: Portfolio, t: Language) -> dict[str, Chart | None]:
    """Each chart of `lib.charts.accounts` and `lib.charts.account_grids` by name."""
    notices = upcoming_notices(book, book.accounts["account_id"])
    bands = {account: BANDS[number % 4] for number, account in enumerate(notices["account_id"].unique(maintain_order=True))}
    deals = open_deals(portfolio, book.as_of, book.base)
    names = dict(book.accounts.select("account_id", "name").iter_rows())
    return {
        "renewals": accounts.renewals(notices, bands, t, words("renewals"), book.base),
        "concentration": accounts.concentration(
            margin_concentration(book.accounts, book.tops), t, words("concentration", "Invoices"), book.base, "margin"
        ),
        "retention_bridge": accounts.retention_bridge(retention_bridge(book.retention), t, words("bridge", "Invoices"), book.base),
        "pipeline": accounts.pipeline(pipeline(deals, book.as_of, book.base), t, words("pipeline", "Opportunities")),
        "stakeholder_map": account_grids.stakeholder_map(
            stakeholders(portfolio, book.as_of), threads(portfolio, book.as_of), book.accounts, t, words("people", "Contacts"), book.base
        ),
        "whitespace": account_grids.whitespace(
            whitespace(portfolio, book.as_of, book.base), t, words("whitespace", "Opportunities"), book.base
        ),
        "risk_matrix": account_grids.risk_matrix(risk_matrix(portfolio, book.as_of), t, words("risks", "Risks")),
        "goals": account_grids.goals(goals(portfolio, book.as_of).head(12), t, words("goals", "Goals"), names),
    }


def shares(count: int, name: str = "Client {n}") -> Concentration:
    """Clients of 1, 2, 3 … thousand."""
    portfolio = book_of(accounts=[{"account_id": f"c{n}", "name": name.format(n=n)} for n in range(count)])
    schema = {"account_id": pl.String, "amount": pl.Float64}
    amounts = pl.DataFrame([(f"c{n}", 1000.0 * (n + 1)) for n in range(count)], schema, orient="row")
    return concentration(amounts, parents(portfolio), portfolio["accounts"].select("account_id", "name").collect())


def deals_of(*deals: tuple[float, float | None]) -> Pipeline:
    closes = SAMPLE_AS_OF + timedelta(30)
    rows = [{"account_id": "a", "amount": amount, "probability": chance, "expected_close": closes} for amount, chance in deals]
    return pipeline(open_deals(book_of(opportunities=rows), SAMPLE_AS_OF, "EUR"), SAMPLE_AS_OF, "EUR")


@cache
def crowded() -> Portfolio:
    """60 accounts of long names, each with people, deals, goals and risks; few of them met."""
    every = range(60)
    names = [{"account_id": f"a{n}", "name": LONG.format(n=n % 50)} for n in every]
    people: list[dict[str, Any]] = [
        {"contact_id": f"p{n}-{role}", "account_id": f"a{n}", "role": role, "active": True}
        for n in every
        for role in ("sponsor", "user", None)
    ]
    met = [
        {"account_id": f"a{n}", "date": SAMPLE_AS_OF - timedelta(n), "contact_ids": [f"p{n}-sponsor", f"p{n}-user"][: 1 + n % 2]}
        for n in every
    ]
    deals = [
        {"account_id": f"a{n}", "service": f"{LONG.format(n=n % 14)}", "status": "won" if n % 2 else "open", "amount": 1e5 * (n + 1),
         "probability": 0.5, "expected_close": SAMPLE_AS_OF + timedelta(1 + n), "closed_on": date(2026, 1, 1) if n % 2 else None}
        for n in every
    ]  # fmt: skip
    wanted = [
        {"account_id": f"a{n}", "title": LONG.format(n=n), "unit": "pólizas contratadas al mes", "baseline": 0.0, "target": 1e6,
         "actual": 3e4 * n, "start": date(2026, 1, 1), "due": date(2026, 12, 31), "status": STATUSES[n % 4]}
        for n in every
    ]  # fmt: skip
    risks = [
        {"account_id": f"a{n}", "kind": "risk", "probability": 1 + n % 5, "impact": 1 + n // 5 % 5, "opened": date(2026, 1 + n % 9, 1)}
        for n in every
    ]
    return book_of(accounts=names, contacts=people, touchpoints=met, opportunities=deals, goals=wanted, risks=risks)


def extremes(t: Language) -> dict[str, Chart | None]:
    """Long names and many rows; one row; what is not known."""
    crowd, nobody = crowded(), pl.DataFrame(schema={"account_id": pl.String, "agi": pl.Float64})
    steps = pl.DataFrame({"before": [5e6, 1e5, 3e5], "last": [8e6, -2e4, 0.0]})
    one = pl.DataFrame({"before": [1000.0], "last": [0.0]})
    soon = pl.DataFrame({
        "account_id": [f"a{n}" for n in range(30)], "name": [LONG.format(n=n) for n in range(30)],
        "contract_id": [f"C-{n}" for n in range(30)],
        "notice_date": [SAMPLE_AS_OF + timedelta(n * 4) for n in range(30)], "without_notice_days": [n % 3 == 0 for n in range(30)],
        "agi": [1e4 * n for n in range(30)],
    })  # fmt: skip
    bare = book_of(contacts=[{"account_id": "a", "active": True}], risks=[{"account_id": "a", "opened": date(2026, 1, 1), "kind": "risk"}])
    return {
        "renewals-60": accounts.renewals(soon, {f"a{n}": BANDS[n % 4] for n in range(30)}, t, words("renewals"), "EUR"),
        "renewals-1": accounts.renewals(soon.head(1), {}, t, words("renewals")),
        "concentration-long": accounts.concentration(shares(30, LONG), t, words("concentration"), "EUR"),
        "concentration-1": accounts.concentration(shares(1), t, words("concentration"), "EUR"),
        "retention_bridge-below": accounts.retention_bridge(retention_bridge(steps), t, words("bridge"), "EUR", "recurring"),
        "retention_bridge-1": accounts.retention_bridge(retention_bridge(one), t, words("bridge"), "EUR"),
        "pipeline-30": accounts.pipeline(deals_of(*((13_579.0 * (n + 1), 0.1 + 0.8 * (n % 7) / 6) for n in range(30))), t, words("p")),
        "pipeline-1": accounts.pipeline(deals_of((50_000.0, 0.4), (9000.0, None)), t, words("pipeline")),
        "pipeline-many": accounts.pipeline(deals_of(*((900.0, 0.3) for _ in range(90))), t, words("pipeline")),
        "stakeholder_map-60": account_grids.stakeholder_map(
            stakeholders(crowd, SAMPLE_AS_OF), threads(crowd, SAMPLE_AS_OF), nobody, t, words("stakeholders"), "EUR"
        ),
        "stakeholder_map-1": account_grids.stakeholder_map(
            stakeholders(bare, SAMPLE_AS_OF), threads(bare, SAMPLE_AS_OF), nobody, t, words("stakeholders")
        ),
        "whitespace-60": account_grids.whitespace(whitespace(crowd, SAMPLE_AS_OF, "EUR"), t, words("whitespace"), "EUR"),
        "risk_matrix-60": account_grids.risk_matrix(risk_matrix(crowd, SAMPLE_AS_OF), t, words("risks")),
        "risk_matrix-1": account_grids.risk_matrix(risk_matrix(bare, SAMPLE_AS_OF), t, words("risks")),
        "goals-60": account_grids.goals(goals(crowd, SAMPLE_AS_OF), t, words("goals")),
        "goals-1": account_grids.goals(goals(crowd, SAMPLE_AS_OF).head(1), t, words("goals")),
    }  # fmt: skip
