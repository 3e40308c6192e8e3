"""Contracts, rates, invoices, payments and expenses of the sample. Pure: everything follows from the plan, the hours and the seed."""

from __future__ import annotations

import calendar
from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from making.cast import ACCOUNT, ACCOUNTS, AS_OF, HOUSE
from making.days import DAYS, rng
from making.plan import JOB, JOBS, Job
from making.work import Entry, Work

BOOKS_FROM = date(2024, 10, 1)
KIND = {"fixed": "fixed_price", "time_materials": "time_materials", "retainer": "retainer"}
TAX = {"EUR": 0.21, "GBP": 0.20, "MXN": 0.16, "USD": 0.0}
PAYMENT_DAYS = {"penalba": 45, "penalba-ferro": 45, "almenara": 30, "duero": 30, "lindes": 45}
BOOKED_RATE = {"IXT-01": 900.0}  # a rate of the contract's own, in the account's currency


def fx_rates() -> list[dict[str, Any]]:
    """Weekly euros per unit, a slow walk around the year's level."""
    rows = []
    for currency, level, step in (("GBP", 1.158, 0.004), ("MXN", 0.0472, 0.0005), ("USD", 0.884, 0.0055)):
        draw, rate, day = rng(f"fx {currency}"), level, date(2024, 9, 30)
        while day <= AS_OF:
            rows.append({"currency": currency, "date": day, "rate": round(rate, 5)})
            rate += 0.08 * (level - rate) + step * float(draw.normal())
            day += timedelta(days=7)
    return rows


class Rates:
    """Looks up euros per unit of a currency on a day."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self.by: dict[str, list[tuple[date, float]]] = defaultdict(list)
        for row in rows:
            self.by[row["currency"]].append((row["date"], row["rate"]))

    def euros(self, currency: str, day: date) -> float:
        if currency == "EUR":
            return 1.0
        return [rate for since, rate in self.by[currency] if since <= day][-1]


def person_rates(changes: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    by: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for change in changes:
        by[change["person_id"]].append(change)
    return by


def rate_on(changes: dict[str, list[dict[str, Any]]], who: str, day: date) -> dict[str, Any]:
    fitting = [change for change in changes[who] if change["from"] <= day.isoformat()]
    return (fitting or changes[who])[-1 if fitting else 0]


def gross_fee(job: Job) -> float:
    """The agreed amount, a month or in all, with the media and print that are billed on at cost."""
    months = 1 if job.billing == "retainer" else round((job.due - job.start).days / 30.4)
    return job.fee + job.media * months


def contracts() -> list[dict[str, Any]]:
    """One contract a client project, by its billing."""
    rows = []
    for job in JOBS:
        if job.status == "planned" and job.account == "ocana":
            continue
        draw = rng(f"contract {job.id}")
        kind = "subscription" if job.work == "support" or job.id == "APE-02" else KIND[job.billing]
        end = job.closes or job.due
        currency = ACCOUNT[job.account]["currency"]
        hourly = {"EUR": 85, "GBP": 78, "MXN": 900, "USD": 95}[currency]
        rows.append({
            "contract_id": f"C-{job.id}", "account_id": job.account, "kind": kind, "start": job.start, "end": end,
            "signed_on": job.start - timedelta(days=int(draw.integers(8, 40))) if job.id not in ("BAJ-01",) else None,
            "notice_days": job.notice, "notice_given_on": {"THO-01": date(2026, 9, 11), "HAR-01": date(2026, 1, 29)}.get(job.id),
            "auto_renew": None if job.billing == "fixed" else job.renews is not None, "renewal_months": job.renews,
            "value": gross_fee(job) if job.billing != "time_materials" else round(job.fee * max(1, round((job.due - job.start).days / 30.4)), -3),
            "value_per": "month" if job.billing == "retainer" else "total", "currency": currency,
            "hours_included": job.included, "rollover_months": job.rollover[0] if job.rollover else (0 if job.included and kind == "retainer" else None),
            "rollover_cap_hours": job.rollover[1] if job.rollover else None, "overage_rate": hourly if job.included else None,
            "payment_days": PAYMENT_DAYS.get(job.account, 30),
        })  # fmt: skip
    return rows


def expenses() -> list[dict[str, Any]]:
    """Media and print bought for clients (passed on), and our own travel, licences and freelancers."""
    rows = []
    for job in JOBS:
        draw = rng(f"expenses {job.id}")
        currency = ACCOUNT[job.account]["currency"]
        first, last = max(job.start, date(2025, 4, 1)), min(job.due, AS_OF)
        if job.id == "LIN-01":
            last = date(2026, 6, 12)
        if job.id in ("HAR-02", "BAJ-01") or first > last:
            continue
        for begin, end in _spans(first, last):
            if job.media and (end - begin).days > 12:
                season = {8: 0.6, 12: 1.2, 11: 1.15}.get(begin.month, 1.0)
                rows.append(_expense(job, end - timedelta(days=int(draw.integers(1, 5))), round(job.media * season * float(draw.uniform(0.85, 1.12)), 2), currency, True))
            if draw.random() < 0.42:
                rows.append(_expense(job, begin + timedelta(days=int(draw.integers(0, (end - begin).days + 1))), round(float(draw.gamma(2.0, 170.0)), 2), "EUR", False))
    for job_id, day, amount in (("ALM-04", date(2026, 1, 30), 7200.0), ("ALM-04", date(2026, 3, 31), 6400.0), ("MER-01", date(2026, 3, 27), 5800.0), ("FER-01", date(2026, 8, 28), 4900.0)):
        rows.append(_expense(JOB[job_id], day, amount, "EUR", False))
    rows.append({"project_id": "INT-04", "date": date(2026, 6, 19), "amount": 1450.0, "currency": "EUR", "pass_through": False})
    rows.append(_expense(JOB["LAR-02"], date(2026, 7, 14), -260.0, "EUR", False))  # a refund
    rows.sort(key=lambda row: (row["date"], row["project_id"], row["amount"]))
    return [{"expense_id": f"EX-{number:04d}"} | row for number, row in enumerate(rows, 1)]


def _expense(job: Job, day: date, amount: float, currency: str, passed: bool) -> dict[str, Any]:
    return {"project_id": job.id, "date": day, "amount": amount, "currency": currency, "pass_through": passed}


def _spans(first: date, last: date) -> list[tuple[date, date]]:
    spans, day = [], first
    while day <= last:
        end = day.replace(day=calendar.monthrange(day.year, day.month)[1])
        spans.append((day, min(end, last)))
        day = end + timedelta(days=1)
    return spans


def invoices(works: list[Work], logged: list[Entry], spent: list[dict[str, Any]], changes: list[dict[str, Any]], orders: list[dict[str, Any]], rates: Rates) -> list[dict[str, Any]]:
    """Every invoice issued to as-of: monthly for retainers and hours, by milestone for fixed prices, with its payment."""
    rows = _monthly_invoices(logged, spent, changes, rates) + _milestone_invoices(works, spent) + _order_invoices(orders)
    rows += _older_invoices(rows)
    rows += [
        {"account_id": "merindades", "project_id": "MER-01", "contract_id": "C-MER-01", "kind": "credit_note", "issued": date(2026, 5, 13), "amount": 6000.0, "pass_through": 0.0},
        {"account_id": "thornbury", "project_id": "THO-02", "contract_id": "C-THO-02", "kind": "credit_note", "issued": date(2026, 7, 22), "amount": 1800.0, "pass_through": 0.0},
    ]
    rows.sort(key=lambda row: (row["issued"], row["account_id"], row.get("contract_id") or "", row["amount"]))
    numbers: dict[int, int] = defaultdict(int)
    done = []
    for row in rows:
        numbers[row["issued"].year] += 1
        done.append(_settled(row, f"F{row['issued'].year}-{numbers[row['issued'].year]:04d}"))
    return done


def _monthly_invoices(logged: list[Entry], spent: list[dict[str, Any]], changes: list[dict[str, Any]], rates: Rates) -> list[dict[str, Any]]:
    by_rates = person_rates(changes)
    worked: dict[tuple[str, int, int], float] = defaultdict(float)
    for entry in logged:
        job = JOB.get(entry.job)
        if job and job.billing == "time_materials" and entry.billable:
            day, currency = DAYS[entry.day], ACCOUNT[job.account]["currency"]
            rate = rate_on(by_rates, entry.person, day)
            price = BOOKED_RATE[job.id] if job.id in BOOKED_RATE else rate["bill_rate"] * rates.euros(rate["currency"], day) / rates.euros(currency, day)
            worked[job.id, day.year, day.month] += entry.hours * price
    rows = []
    for job in JOBS:
        if job.billing == "fixed" or job.id == "BAJ-01":
            continue
        for begin, end in _spans(max(job.start, BOOKS_FROM), min(job.due, AS_OF)):
            month_end = end.replace(day=calendar.monthrange(end.year, end.month)[1])
            if month_end > AS_OF:
                continue
            passed = sum(row["amount"] for row in spent if row["project_id"] == job.id and row["pass_through"] and begin <= row["date"] <= end)
            if begin < date(2025, 4, 1):
                passed = job.media
            fee = job.fee if job.billing == "retainer" else round(worked[job.id, begin.year, begin.month], 2)
            if fee == 0:
                continue
            rows.append({"account_id": job.account, "project_id": job.id, "contract_id": f"C-{job.id}", "issued": month_end, "amount": round(fee + passed, 2),
                         "pass_through": round(passed, 2), "period_start": begin, "period_end": end})  # fmt: skip
    return rows


def _milestone_invoices(works: list[Work], spent: list[dict[str, Any]]) -> list[dict[str, Any]]:
    rows = []
    for job in JOBS:
        if job.billing != "fixed" or job.status == "planned":
            continue
        marks = [work for work in works if work.job == job.id and work.kind in ("milestone", "deliverable")]
        part = round(job.fee * 0.8 / len(marks), 2)
        dates = [(job.start + timedelta(days=4), round(job.fee * 0.2, 2))]
        dates += [(mark.a_end + timedelta(days=3), part) for mark in marks if mark.a_end and not (mark.cut and mark.a_end > mark.cut)]
        before = date(2000, 1, 1)
        for issued, amount in dates:
            if issued > AS_OF:
                break
            passed = sum(row["amount"] for row in spent if row["project_id"] == job.id and row["pass_through"] and before < row["date"] <= issued)
            rows.append({"account_id": job.account, "project_id": job.id, "contract_id": f"C-{job.id}", "issued": issued, "amount": round(amount + passed, 2), "pass_through": round(passed, 2)})
            before = issued
    return rows


def _order_invoices(orders: list[dict[str, Any]]) -> list[dict[str, Any]]:
    rows = []
    for order in orders:
        if order["status"] in ("approved", "implemented") and order["price"] and JOB[order["project_id"]].billing == "fixed":
            issued = order["decided_on"] + timedelta(days=12)
            share = order["client_share"] if order["paid_by"] == "shared" else 1.0
            if issued <= AS_OF and order["paid_by"] in ("client", "shared"):
                job = JOB[order["project_id"]]
                rows.append({"account_id": job.account, "project_id": job.id, "contract_id": f"C-{job.id}", "issued": issued, "amount": round(abs(order["price"]) * share, 2), "pass_through": 0.0,
                             "kind": "invoice" if order["price"] > 0 else "credit_note"})  # fmt: skip
    return rows


def _older_invoices(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Half a year before the hours begin, by account, so that two full years of revenue can be compared."""
    older = []
    for account in ACCOUNTS:
        who = account["account_id"]
        if who == HOUSE or not account["since"] or account["since"] > "2024-10-01":
            continue
        draw = rng(f"older {who}")
        last = _net(rows, who, date(2025, 10, 1), AS_OF)
        grew = {"almenara": 0.84, "merindades": 1.35, "harbour": 1.5, "lindes": 1.6, "thornbury": 1.1, "atalaya": 1.12}.get(who, float(draw.uniform(0.84, 1.04)))
        wanted = last * grew - _net(rows, who, BOOKS_FROM, date(2025, 9, 30))
        for month in (10, 11, 12, 1, 2, 3):
            amount = round(wanted / 6 * float(draw.uniform(0.8, 1.2)), -1)
            if amount > 400:
                older.append({"account_id": who, "issued": date(2024 if month > 3 else 2025, month, 27), "amount": amount, "pass_through": 0.0})
    return older


def _net(rows: list[dict[str, Any]], who: str, first: date, last: date) -> float:
    return float(sum(row["amount"] - row["pass_through"] for row in rows if row["account_id"] == who and first <= row["issued"] <= last))


def _settled(row: dict[str, Any], number: str) -> dict[str, Any]:
    """An invoice row with tax, due date and what was paid by as-of."""
    account = ACCOUNT[row["account_id"]]
    draw = rng(f"payment {number} {row['account_id']}")
    issued = row["issued"]
    tax = round(row["amount"] * TAX[account["currency"]], 2)
    due = issued + timedelta(days=PAYMENT_DAYS.get(row["account_id"], 30))
    late = float(draw.normal(account["late"], 1.0 if account["late"] <= 0 else 4.0))
    if row["account_id"] == "penalba":  # pays later every month
        months = max(0.0, (issued - date(2025, 4, 15)).days / 30.4)
        late = 4 + 1.5 * months + 0.0045 * months**4 + float(draw.normal(0, 2.0))
    paid_on: date | None = due + timedelta(days=max(-9, round(late)))
    status, kind = "sent", row.get("kind", "invoice")
    if row["account_id"] == "harbour" and issued >= date(2026, 4, 1):
        status, paid_on = "disputed", None
    if paid_on and paid_on > AS_OF:
        paid_on = None
    paid: float | None = round(row["amount"] + tax, 2) if paid_on else None
    if kind == "credit_note":
        due, paid_on, paid = issued, issued, round(row["amount"] + tax, 2)
    if row["account_id"] == "lindes" and issued >= date(2026, 5, 1):
        paid_on, paid = date(2026, 7, 31), round(0.4 * (row["amount"] + tax), 2)  # stopped paying when the works stopped
    if row.get("contract_id") == "C-IXT-02" and issued < date(2025, 12, 31):
        status, paid_on, paid = "void", None, None
    return {"invoice_id": number, "account_id": row["account_id"], "project_id": row.get("project_id"), "contract_id": row.get("contract_id"), "kind": kind, "status": status,
            "issued": issued, "due": due, "paid_on": paid_on, "paid_amount": paid, "amount": row["amount"], "tax": tax, "currency": account["currency"],
            "pass_through": row["pass_through"] or None, "period_start": row.get("period_start"), "period_end": row.get("period_end")}  # fmt: skip
