"""Working days of the sample's people: holidays, closures and absences, drawn from a seed."""

from __future__ import annotations

import zlib
from datetime import date, timedelta
from typing import Any

import holidays
import numpy as np

from making.cast import AS_OF, PEOPLE, SEED

FIRST = date(2025, 3, 31)  # the Monday before the first day of hours
HISTORY = date(2025, 4, 1)
LAST = date(2027, 7, 2)
DAYS = [FIRST + timedelta(days=step) for step in range((LAST - FIRST).days + 1)]
INDEX = {day: step for step, day in enumerate(DAYS)}


def rng(name: str) -> np.random.Generator:
    """A stream of its own per name, so that adding one draw elsewhere changes nothing here."""
    return np.random.default_rng([SEED, zlib.crc32(name.encode())])


_CLOSED = [
    ("2025-05-15", "San Isidro", "ES", "MD", "Madrid"), ("2026-05-15", "San Isidro", "ES", "MD", "Madrid"),
    ("2025-11-10", "La Almudena", "ES", "MD", "Madrid"), ("2026-11-09", "La Almudena", "ES", "MD", "Madrid"),
    ("2025-09-24", "La Mercè", "ES", "CT", "Barcelona"), ("2026-09-24", "La Mercè", "ES", "CT", "Barcelona"),
    ("2025-08-22", "Aste Nagusia", "ES", "PV", "Bilbao"), ("2026-08-28", "Aste Nagusia", "ES", "PV", "Bilbao"),
    ("2025-05-07", "Miércoles de Feria", "ES", "AN", "Sevilla"), ("2026-04-22", "Miércoles de Feria", "ES", "AN", "Sevilla"),
    ("2026-04-13", "San Vicente Ferrer", "ES", "VC", "Valencia"), ("2026-01-22", "San Vicente Mártir", "ES", "VC", "Valencia"),
    ("2025-09-15", "Edinburgh autumn holiday", "GB", "SCT", "Edinburgh"), ("2026-09-21", "Edinburgh autumn holiday", "GB", "SCT", "Edinburgh"),
]  # fmt: skip


def closures() -> list[dict[str, Any]]:
    """Local holidays, days the house is closed and one person's fixed afternoon."""
    rows: list[dict[str, Any]] = [{"date": day, "name": name, "country": land, "subdivision": part, "city": city} for day, name, land, part, city in _CLOSED]
    for year in (2025, 2026):
        rows.append({"date": f"{year}-12-24", "name": "Nochebuena / Christmas Eve"})
        rows.append({"date": f"{year}-12-31", "name": "Fin de año / New Year's Eve"})
    rows.append({"date": "2026-06-12", "name": "Día de la casa / Company day"})
    rows.append({"date": "2026-10-02", "name": "Mudanza de la oficina de Valencia", "country": "ES", "subdivision": "VC", "city": "Valencia", "hours": 4.0})
    rows.append({"date": "2026-10-16", "name": "Tribunal de oposición", "person_id": "icarcamo", "hours": 4.0})
    rows.sort(key=lambda row: (row["date"], row["name"]))
    return [{"closure_id": f"CL-{number:02d}"} | row for number, row in enumerate(rows, 1)]


def terms() -> list[dict[str, Any]]:
    """Hours and rates by date: the first day's, the raise of January 2026, and three changes of contract."""
    rows = []
    for person in PEOPLE:
        now = {key: person[key] for key in ("weekly_hours", "week_pattern", "cost_rate", "bill_rate")} | {"currency": person["rate_currency"]}
        before = dict(now, cost_rate=round(now["cost_rate"] / 1.035, 2), bill_rate=float(round(now["bill_rate"] / 1.03)))
        full = [8.0] * 5 + [0.0, 0.0]
        who = person["person_id"]
        if who == "netxeberria":  # reduced her day for family care
            before |= {"weekly_hours": 40.0, "week_pattern": full}
        if who == "cvillena":
            before |= {"weekly_hours": 40.0, "week_pattern": full}
        rows.append({"person_id": who, "from": person["start"]} | (before if person["start"] < "2026-01-01" else now))
        if person["start"] < "2026-01-01":
            first = "2026-01-01"
            if who == "cvillena":
                rows.append({"person_id": who, "from": first} | dict(now, weekly_hours=40.0, week_pattern=full))
                first = "2026-06-01"
            rows.append({"person_id": who, "from": first} | now)
    return rows


def absences() -> list[dict[str, Any]]:
    """Holidays, sickness, training and a long leave; what lies ahead is approved or only asked for."""
    draw = rng("absences")
    rows: list[dict[str, Any]] = []

    def away(who: str, first: date, days: int, kind: str, hours: float | None = None, status: str | None = None) -> None:
        if status is None:
            status = "approved" if first <= AS_OF or draw.random() < 0.7 else "requested"
        rows.append({"person_id": who, "start": first, "end": first + timedelta(days=days - 1), "kind": kind, "hours_per_day": hours, "status": status})

    for person in PEOPLE:
        who, land = person["person_id"], person["country"]
        begin, end = max(person["start"], FIRST.isoformat()), person["end"] or "2027-12-31"
        planned: list[tuple[date, int, str, float | None]] = []
        for year in (2025, 2026):
            if land == "ES":
                planned.append((date(year, 8, int(draw.integers(3, 12))), int(draw.choice([12, 16, 19])), "Vacaciones", None))
                planned.append((date(year, int(draw.choice([6, 7, 9])), int(draw.integers(5, 22))), 5, "Vacaciones", None))
                planned.append((date(year, 12, 26), 5, "Vacaciones", None))
            elif land == "GB":
                planned.append((date(year, int(draw.choice([7, 8])), int(draw.integers(4, 18))), 12, "Annual leave", None))
                planned.append((date(year, int(draw.choice([5, 10])), int(draw.integers(20, 25))), 5, "Annual leave", None))
                planned.append((date(year, 12, 28), 3, "Annual leave", None))
            else:
                planned.append((date(year, int(draw.choice([4, 7])), int(draw.integers(6, 20))), 9, "Vacaciones", None))
                planned.append((date(year, 12, 19), 12, "Vacaciones", None))
            for _ in range(int(draw.integers(0, 3))):
                planned.append((date(year, int(draw.integers(1, 10)), int(draw.integers(1, 28))), int(draw.integers(1, 4)), "Sick leave" if land == "GB" else "Baja médica", None))
            if draw.random() < 0.4:
                planned.append((date(year, int(draw.choice([3, 5, 10])), int(draw.integers(8, 24))), 1, "Training" if land == "GB" else "Formación", 4.0))
        if draw.random() < 0.35:
            planned.append((date(2027, 3, int(draw.integers(15, 25))), 5, "Annual leave" if land == "GB" else "Vacaciones", None))
        if who == "gcasanovas":
            planned.append((date(2025, 10, 6), 56, "Permiso de paternidad", None))
        for first, days, kind, hours in sorted(planned, key=lambda row: row[0]):
            if begin <= first.isoformat() <= end and not (who == "lferrandez" and date(2026, 9, 20) < first < date(2026, 12, 1)):
                away(who, first, days, kind, hours)
    away("barteaga", date(2026, 11, 2), 5, "Vacaciones", status="requested")
    away("jpalacin", date(2026, 8, 31), 2, "Vacaciones", status="rejected")
    rows.sort(key=lambda row: (row["start"], row["person_id"]))
    return [{"absence_id": f"AB-{number:04d}"} | row for number, row in enumerate(rows, 1)]


def capacity(closed: list[dict[str, Any]], away: list[dict[str, Any]], changes: list[dict[str, Any]]) -> dict[str, np.ndarray]:
    """Hours a day each person can work, from FIRST to LAST."""
    free = {}
    years = range(FIRST.year, LAST.year + 1)
    for person in PEOPLE:
        who = person["person_id"]
        part = person["subdivision"] if person["country"] != "MX" else None
        festive = holidays.country_holidays(person["country"], subdiv=part, years=years)
        hours = np.zeros(len(DAYS))
        for change in (row for row in changes if row["person_id"] == who):
            week = change["week_pattern"] or [change["weekly_hours"] / 5] * 5 + [0.0, 0.0]
            for step, day in enumerate(DAYS):
                if day.isoformat() >= change["from"]:
                    hours[step] = week[day.weekday()]
        for step, day in enumerate(DAYS):
            if day in festive or day < HISTORY or (person["end"] and day.isoformat() > person["end"]):
                hours[step] = 0
        for row in closed:
            concerned = all(row.get(key) in (None, person[key]) for key in ("country", "subdivision", "city", "person_id"))
            step = INDEX[date.fromisoformat(row["date"])]
            if concerned:
                hours[step] = max(0.0, hours[step] - row["hours"]) if row.get("hours") else 0.0
        for row in away:
            if row["person_id"] == who and row["status"] == "approved":
                for step in range(max(0, INDEX.get(row["start"], 0)), min(len(DAYS) - 1, INDEX.get(row["end"], len(DAYS) - 1)) + 1):
                    hours[step] = max(0.0, hours[step] - (row["hours_per_day"] or 24.0))
        free[who] = hours
    return free
