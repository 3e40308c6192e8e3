"""Invents the tables about clients: who they are, what they agreed, pay, say and want."""

from __future__ import annotations

import numpy as np
import polars as pl

from bench.invented import DAYS, PROJECTS_PER_ACCOUNT, WORK, at, currency, days, ids, picked


def accounts(rng: np.random.Generator, count: int) -> pl.DataFrame:
    """`count` clients, some below another."""
    number = np.arange(count)
    below = (number % 20 == 7) & (number > 20)
    parent = pl.DataFrame({"id": ids("A", number - number % 20), "below": below})
    return pl.DataFrame(
        {
            "account_id": ids("A", number),
            "name": picked(("Clínica", "Norte", "Banco", "Studio", "Obras", "Escuela", "Acme"), number % 7) + " " + ids("", number),
            "parent_id": parent.select(pl.when("below").then("id")).to_series(),
            "industry": picked(("technology", "marketing", "construction", "health", "education", "finance"), number % 6),
            "tier": picked(("key", "growth", "standard", "standard"), number % 4),
            "manager": picked(tuple(f"Manager {one}" for one in range(40)), number % 40),
            "currency": currency(number),
            "since": days(rng, count, 0, 200),
            "status": picked(("active",) * 18 + ("paused", "prospect"), number % 20),
        }
    )


def contacts(rng: np.random.Generator, accounts: int) -> pl.DataFrame:
    """Four people a client, of whom few have left."""
    number = np.arange(accounts * 4)
    left = pl.DataFrame({"day": days(rng, len(number), 700), "gone": (number % 4 == 0) & (number % 160 == 0)})
    return pl.DataFrame(
        {
            "contact_id": ids("C", number),
            "account_id": ids("A", number // 4),
            "name": ids("Contact ", number),
            "role": picked(("sponsor", "decision_maker", "user", "finance"), number % 4),
            "active": pl.Series(number % 160 != 0),
            "left_on": left.select(pl.when("gone").then("day")).to_series(),
        }
    )


def contracts(rng: np.random.Generator, accounts: int, size: np.ndarray) -> pl.DataFrame:
    """One contract a client, with fees after its `size` (shares of the whole)."""
    number = np.arange(accounts)
    kind = number % 4
    fee = np.round(np.maximum(500, size * accounts * 9000), -1)
    return pl.DataFrame(
        {
            "contract_id": ids("K", number),
            "account_id": ids("A", number),
            "kind": picked(("retainer", "fixed_price", "time_materials", "subscription"), kind),
            "start": days(rng, accounts, 0, 120),
            "end": days(rng, accounts, DAYS, DAYS + 700),
            "notice_days": np.full(accounts, 60),
            "auto_renew": number % 2 == 0,
            "renewal_months": np.full(accounts, 12),
            "value": fee,
            "value_per": picked(("month", "total", "year", "quarter"), kind),
            "currency": currency(number),
            "hours_included": np.where(kind == 0, np.round(fee / 80), np.nan),
            "payment_days": np.full(accounts, 30),
        }
    ).with_columns(pl.col("hours_included").fill_nan(None))


def invoices(rng: np.random.Generator, accounts: int, size: np.ndarray, months: int = DAYS // 31) -> pl.DataFrame:
    """An invoice a month for each client, three in any 91 days; one in five for the month before; now and then a small credit note."""
    number = np.arange(accounts * months)
    account, back = number % accounts, number // accounts
    issued = DAYS - 1 - back * 91 // 3 - account % 28
    is_credit = (account + back) % 40 == 39
    amount = np.round(size[account] * accounts * 12000 * rng.uniform(0.9, 1.1, len(number)) * np.where(is_credit, 0.1, 1), 2)
    paid = issued + rng.integers(20, 60, len(number))
    service = pl.DataFrame({"first": at(issued - 31), "last": at(issued - 1), "said": number % 5 == 0})
    settled = pl.DataFrame({"day": at(paid), "gross": np.round(amount * 1.21, 2), "paid": (paid < DAYS) & (number % 397 != 0)})
    return pl.DataFrame(
        {
            "invoice_id": ids("F", number),
            "account_id": ids("A", account),
            "project_id": ids("J", account * PROJECTS_PER_ACCOUNT),
            "kind": picked(("invoice", "credit_note"), is_credit.astype(int)),
            "status": picked(("sent",) * 59 + ("disputed",), (account + back) % 60),
            "issued": at(issued),
            "due": at(issued + 30),
            "paid_on": settled.select(pl.when("paid").then("day")).to_series(),
            "paid_amount": settled.select(pl.when("paid").then("gross")).to_series(),
            "amount": amount,
            "tax": np.round(amount * 0.21, 2),
            "currency": currency(account),
            "period_start": service.select(pl.when("said").then("first")).to_series(),
            "period_end": service.select(pl.when("said").then("last")).to_series(),
        }
    )


def touchpoints(rng: np.random.Generator, accounts: int) -> pl.DataFrame:
    """Meetings, calls and messages with all clients."""
    number = np.arange(accounts * 30)
    return pl.DataFrame(
        {
            "touchpoint_id": ids("M", number),
            "account_id": ids("A", number % accounts),
            "date": days(rng, len(number)),
            "kind": picked(("meeting", "call", "email", "workshop"), number % 4),
            "contact_ids": ids("C", number % accounts * 4 + number // accounts % 4).to_frame().select(pl.concat_list("id")).to_series(),
            "summary": picked(WORK, number % len(WORK)),
        }
    )


def feedback(rng: np.random.Generator, accounts: int) -> pl.DataFrame:
    """An NPS and a CSAT answer a client."""
    number = np.arange(accounts * 2)
    csat = number % 2 == 1
    scale = pl.DataFrame({"csat": csat}).select(pl.when("csat").then(1.0).alias("least"), pl.when("csat").then(5.0).alias("most"))
    return pl.DataFrame(
        {
            "feedback_id": ids("N", number),
            "account_id": ids("A", number // 2),
            "contact_id": ids("C", (number // 2) * 4),
            "date": days(rng, len(number)),
            "kind": picked(("nps", "csat"), csat.astype(int)),
            "score": np.where(csat, rng.integers(1, 6, len(number)), rng.integers(5, 11, len(number))).astype(float),
            "scale_min": scale["least"],
            "scale_max": scale["most"],
        }
    )


def risks(rng: np.random.Generator, accounts: int) -> pl.DataFrame:
    """A risk and an issue a client; two of three are closed."""
    number = np.arange(accounts * 2)
    dates = pl.DataFrame({"opened": days(rng, len(number), 0, DAYS - 60), "closed": number % 3 > 0}).with_columns(
        pl.when("closed").then(pl.col("opened") + pl.duration(days=45)).alias("closed_on")
    )
    return pl.DataFrame(
        {
            "risk_id": ids("R", number),
            "account_id": ids("A", number // 2),
            "kind": picked(("risk", "issue"), number % 2),
            "title": ids("Risk ", number),
            "internal": number % 3 == 0,
            "opened": dates["opened"],
            "closed_on": dates["closed_on"],
            "probability": 1 + number % 5,
            "impact": np.where(number % 90 == 1, 5, 1 + number % 4),
            "status": picked(("open", "closed", "closed"), number % 3),
        }
    )


def opportunities(rng: np.random.Generator, accounts: int) -> pl.DataFrame:
    """One deal a client."""
    number = np.arange(accounts)
    return pl.DataFrame(
        {
            "opportunity_id": ids("O", number),
            "account_id": ids("A", number),
            "contract_id": ids("K", number),
            "name": ids("Deal ", number),
            "kind": picked(("renewal", "upsell"), number % 2),
            "stage": picked(("proposal",), number * 0),
            "amount": np.round(rng.lognormal(9, 1, accounts)),
            "currency": currency(number),
            "created_on": days(rng, accounts),
            "status": picked(("open", "open", "won", "lost"), number % 4),
        }
    )


def goals(rng: np.random.Generator, accounts: int) -> pl.DataFrame:
    """Two goals a client."""
    number = np.arange(accounts * 2)
    return pl.DataFrame(
        {
            "goal_id": ids("G", number),
            "account_id": ids("A", number // 2),
            "title": ids("Goal ", number),
            "start": days(rng, len(number), 0, 400),
            "due": days(rng, len(number), 500, DAYS + 200),
            "status": picked(("on_track", "at_risk", "met", "on_track", "off_track"), number % 5),
        }
    )


def fx_rates() -> pl.DataFrame:
    """Weekly rates of two currencies."""
    weeks = np.arange(0, DAYS + 7, 7)
    rates = [
        pl.DataFrame({"currency": picked((code,), weeks * 0), "date": at(weeks), "rate": np.round(rate + 0.02 * np.sin(weeks / 90), 4)})
        for code, rate in (("GBP", 1.16), ("USD", 0.92))
    ]
    return pl.concat(rates)
