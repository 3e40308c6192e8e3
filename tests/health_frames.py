"""Small made frames of scores in the shapes that charts of health take, for the gallery and its tests."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from lib.formats import Language

AS_OF = date(2026, 10, 2)
BEFORE = date(2026, 7, 3)
ACCOUNTS = (
    "Norvane Energy", "Quillon Freight", "Halden & Moor", "Cooperativa Agrícola Valdemora del Jarama y Vecinos", "Brightwater Dental Group",
    "Consorcio de Aguas del Alto Sarela", "Asteria Bank", "Fundación Valle de Orduña", "Ostrava Tooling", "Maren Hotels",
)  # fmt: skip
COMPONENTS = {
    "en": ("Delivery", "Budget and margin", "Relationship", "Commercial and renewal", "Satisfaction", "Payment"),
    "es": ("Entrega", "Presupuesto y margen", "Relación", "Comercial y renovación", "Satisfacción", "Pagos"),
}
REASONS = {
    "en": ("SPI(t) 0.93 → 0.90", "Forecast overrun 9% → 14%", "Sponsor left; last contact 41 days ago", "Renewal not opened",
           "NPS 7 → 8, two answers", "Invoice 74 days late; their habit is 12"),
    "es": ("SPI(t) 0,93 → 0,90", "Desvío previsto 9 % → 14 %", "Sin patrocinadora; 41 días sin contacto", "Renovación sin abrir",
           "NPS 7 → 8, dos respuestas", "Factura con 74 días; su hábito es 12"),
}  # fmt: skip
STEPS = {"component": pl.String, "kind": pl.String, "points": pl.Float64, "reason": pl.String}


def steps(t: Language, every: bool = False, long: bool = False) -> pl.DataFrame:
    """56 to 42; or with every kind of bar in every component, or with reasons that fill three lines."""
    names, reasons = COMPONENTS[t.code], REASONS[t.code]
    points = (-1.2, -2.6, -7.2, -0.6, 2.4, -4.8)
    rows: list[tuple[str, str, float, str | None]] = [
        (name, "data", value, reason) for name, value, reason in zip(names, points, reasons, strict=True)
    ]
    if every:
        others = {"appeared": -2.0, "book": 0.5, "rules": 1.2, "applies": 0.3}
        rows += [(name, kind, value, None) for name in names for kind, value in others.items()]
        rows.append((names[0], "data", 0.01, None))
    else:
        rows[4:4] = [(names[1], "rules", -0.4, None), (names[1], "applies", 0.4, None)]
    if long:
        rows = [(name, kind, value, " ".join([reason or ""] * 4)) for name, kind, value, reason in rows]
    return pl.DataFrame(rows, STEPS, orient="row")


def weeks(count: int = 104) -> pl.DataFrame:
    """Scores by week to the as-of date, three of them without, one alone between gaps."""
    rows = []
    for number in range(count):
        day = AS_OF - timedelta(7 * (count - 1 - number))
        point = 78 - 30 * (number / max(count - 1, 1)) ** 3 + (number % 5) * 0.7
        gone = count > 30 and number in (20, 21, 23)
        rows.append((day, None, None, None) if gone else (day, point, point - 4 - number % 3, point + 5))
    return pl.DataFrame(rows, {"day": pl.Date, "point": pl.Float64, "low": pl.Float64, "high": pl.Float64}, orient="row")


def markers(*days: int, name: str = "Profile {n}") -> pl.DataFrame:
    """Changes of the profile so many days before the as-of date."""
    rows = [(AS_OF - timedelta(day), name.format(n=number)) for number, day in enumerate(days, start=2)]
    return pl.DataFrame(rows, {"day": pl.Date, "name": pl.String}, orient="row")


def cells(t: Language, accounts: tuple[str, ...] = ACCOUNTS) -> pl.DataFrame:
    """Every account and component: from bad to good, some missing, some not applicable."""
    rows = []
    for number, name in enumerate(accounts):
        for place, component in enumerate(COMPONENTS[t.code]):
            state = "missing" if (number + 2 * place) % 11 == 5 else "not_applicable" if (number + place) % 9 == 8 else "known"
            score = min(100.0, 18.0 + 7.7 * number % 83 + 11.0 * ((place * 5 + number) % 6)) if state == "known" else None
            rows.append((f"a{number}", name, component, score, state))
    schema = {"account_id": pl.String, "name": pl.String, "component": pl.String, "score": pl.Float64, "state": pl.String}
    return pl.DataFrame(rows, schema, orient="row")


def bands(moments: tuple[str, ...] = ("2025 Q4", "2026 Q1", "2026 Q2", "2026 Q3"), revenue: bool = True) -> pl.DataFrame:
    """Accounts and revenue by band in each quarter."""
    rows = []
    for number, moment in enumerate(moments):
        counts = (2 + number % 3, 5 + number, 14 - number, 1)
        for status, count, worth in zip(("risk", "watch", "ok", "none"), counts, (260_000.0, 118_000, 97_000, 118_000), strict=True):
            rows.append((moment, status, count, count * worth if revenue else None))
    return pl.DataFrame(rows, {"moment": pl.String, "status": pl.String, "accounts": pl.Int64, "revenue": pl.Float64}, orient="row")


def lost(t: Language, long: bool = False) -> pl.DataFrame:
    """Points lost by metric, one without data, one that loses nothing."""
    readings = REASONS[t.code]
    rows: list[tuple[str, float, float, str | None, str]] = [
        (name, 6.67 - 1.05 * number, 6.67, reading * (4 if long else 1), "missing" if number == 3 else "known")
        for number, (name, reading) in enumerate(zip(COMPONENTS[t.code], readings, strict=True))
    ]
    rows.append((COMPONENTS[t.code][0], 0.0, 5.0, None, "known"))
    return pl.DataFrame(
        rows, {"name": pl.String, "points": pl.Float64, "most": pl.Float64, "reading": pl.String, "state": pl.String}, orient="row"
    )


def moves(accounts: tuple[str, ...] = ACCOUNTS) -> pl.DataFrame:
    """Scores under two profiles; the first falls a band, the second rises one, the third has not enough data."""
    rows = []
    for number, name in enumerate(accounts):
        before = 52.0 - 3.6 * number if number < 2 else min(95.0, 58 + 4.0 * (number % 10))
        after = before + (-9.0, 6.3, 0.0)[number] if number < 3 else min(100, before + (number % 5) - 2)
        states = [("risk" if score < 50 else "watch" if score < 75 else "ok") if number != 2 else "none" for score in (before, after)]
        rows.append((name, before, after, *states))
    schema = {"name": pl.String, "before": pl.Float64, "after": pl.Float64, "before_status": pl.String, "after_status": pl.String}
    return pl.DataFrame(rows, schema, orient="row")
