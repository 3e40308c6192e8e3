"""Briefs of invented accounts: one as most are, one empty, one with far more than a page holds. Holds no test."""

from __future__ import annotations

from datetime import date, timedelta

from lib.documents import brief as parts
from lib.documents.brief import AccountBrief

AS_OF = date(2026, 10, 2)
NBSP = "\u00a0"


def day(month: int, number: int) -> date:
    return date(2026, month, number)


def usual(code: str = "en") -> AccountBrief:
    """Norvane Energy on 2 October 2026."""

    def say(english: str, spanish: str) -> str:
        return english if code == "en" else spanish

    return AccountBrief(
        name="Norvane Energy",
        tier=say("Key account", "Cuenta clave"), manager="Priya Raman", as_of=AS_OF,
        score=42.3, low=38.1, high=49.4, was=56.4, status="risk", band=say("At risk", "En riesgo"),
        firmness=say("firm", "firme"),
        range_words=say("Range 38–49: the 11% of weight without data, at 0 and at 100",
                        f"Rango 38–49: el 11{NBSP}% del peso sin datos, a 0 y a 100"),
        coverage_words=say("89% of the weight has data", f"El 89{NBSP}% del peso tiene datos"),
        change_words=say(f"−14.1 points in 13{NBSP}weeks", f"−14,1 puntos en 13{NBSP}semanas"),
        reason=say(f"41{NBSP}days without contact: 5{NBSP}points lost", f"41{NBSP}días sin contacto: resta 5{NBSP}puntos"),
        caps=(say("Capped below green: the sponsor, Ines Aalders, left on 11 Sep and is not replaced",
                  "Con tope bajo verde: la patrocinadora, Ines Aalders, se fue el 11 sep y no hay sustituta"),),
        promises=(
            parts.PromiseLine(say("Send the recovery plan for payments", "Enviar el plan de recuperación de pagos"), day(9, 18), "risk",
                              say(f"14{NBSP}days late", f"14{NBSP}días tarde"), "Priya Raman"),
            parts.PromiseLine(say("Name a second tester", "Nombrar una segunda persona de pruebas"), day(10, 9), "none",
                              say("open", "abierta"), "Tom Ek"),
        ),
        projects=(
            parts.ProjectLine(say("Booking platform", "Plataforma de citas"), say("0.90", "0,90"), say(f"−9{NBSP}days", f"−9{NBSP}días"),
                              day(11, 12), "watch", say("later, inside the promise", "más tarde, dentro de lo prometido")),
            parts.ProjectLine(say("Meter data hub", "Centro de datos de contadores"), say("0.78", "0,78"),
                              say(f"−21{NBSP}days", f"−21{NBSP}días"), day(10, 30), "risk", say("late", "tarde")),
            parts.ProjectLine(say("Support 2026", "Soporte 2026"), "—", "—", None, "ok", say("on track", "va bien")),
        ),
        burn=(
            parts.BurnLine(say("Support retainer", "Iguala de soporte"), f"141{NBSP}h", f"120{NBSP}h", say("Jul–Sep", "jul–sep"), 1.175,
                           "risk", say(f"21{NBSP}h over", f"21{NBSP}h de más")),
            parts.BurnLine(say("Design retainer", "Iguala de diseño"), f"33{NBSP}h", f"60{NBSP}h", say("Jul–Sep", "jul–sep"), 0.55),
        ),
        invoices=(
            parts.InvoiceLine("2026-0412", say("€18,400.00", f"18.400,00{NBSP}€"), 63, say("disputed", "en disputa")),
            parts.InvoiceLine("2026-0455", say("€9,200.00", f"9.200,00{NBSP}€"), 12),
            parts.InvoiceLine("2026-0471", say("€6,050.50", f"6.050,50{NBSP}€"), -14),
        ),
        feedback=(
            parts.FeedbackLine(day(9, 21), say("NPS 3 of 10", "NPS 3 de 10"), "Jonas Weber",
                               say("We hear of delays from the team, never from you. The people are good; the calendar is fiction.",
                                   "De los retrasos nos enteramos por el equipo. La gente es buena; el calendario, ficción.")),
            parts.FeedbackLine(day(6, 30), say("CSAT 4 of 5", "CSAT 4 de 5"), "Ines Aalders", say("Good workshop.", "Buen taller.")),
        ),
        contacts=(
            parts.ContactLine(day(8, 22), say("call", "llamada"), "Jonas Weber",
                              say("Asked why payments slip again. Promised a plan.", "Preguntó por qué se retrasan otra vez los pagos.")),
            parts.ContactLine(day(7, 9), say("meeting", "reunión"), "Ines Aalders, Jonas Weber",
                              say("Quarterly review: three promises, renewal raised.", "Revisión trimestral: tres promesas.")),
        ),
        risks=(
            parts.RiskLine(say("Payment provider is late with its certificate", "El proveedor de pagos se retrasa con su certificado"),
                           "4 × 5 = 20", "Tom Ek", "risk", say("issue", "incidencia")),
            parts.RiskLine(say("Sponsor not replaced", "Patrocinadora sin sustituta"), "3 × 4 = 12", "Priya Raman"),
        ),
        opportunities=(
            parts.OpportunityLine(say("Renewal of support", "Renovación del soporte"), say("€96,000", f"96.000{NBSP}€"),
                                  say("60%", f"60{NBSP}%"), day(10, 31)),
            parts.OpportunityLine("Smart meters, phase 2", say("€140k", f"140{NBSP}k€"), say("30%", f"30{NBSP}%"), None),
        ),
        dates=(
            parts.DateLine(day(10, 30), say("Meter data hub due", "Entrega del centro de datos"),
                           say("after the promise", "tras lo prometido"), "risk"),
            parts.DateLine(day(10, 31), say("Notice date of the support retainer", "Preaviso de la iguala de soporte"),
                           say(f"29{NBSP}days", f"29{NBSP}días")),
            parts.DateLine(date(2027, 1, 14), say("Quarterly review", "Revisión trimestral")),
        ),
    )  # fmt: skip


def empty() -> AccountBrief:
    """An account of which next to nothing is known."""
    return AccountBrief("Acme", "", "", AS_OF, None, None, None, "none", "Not enough data", unloaded=frozenset({"invoices", "risks"}))


def crowded(text: str, rows: int = 40) -> AccountBrief:
    """Every text of it is `text`, and every section holds `rows` rows."""
    dates = [AS_OF + timedelta(days=number) for number in range(rows)]
    return AccountBrief(
        text, text, text, AS_OF, 42.3, 0.0, 100.0, "watch", text, text, text, text, text, text, (text,) * rows, 99.9,
        promises=tuple(parts.PromiseLine(text, one, "risk", text, text) for one in dates),
        projects=tuple(parts.ProjectLine(text, text, text, one, "watch", text) for one in dates),
        burn=tuple(parts.BurnLine(text, text, text, text, 5.0, "ok", text) for _ in dates),
        invoices=tuple(parts.InvoiceLine(text, text, number, text) for number in range(rows)),
        feedback=tuple(parts.FeedbackLine(one, text, text, text) for one in dates),
        contacts=tuple(parts.ContactLine(one, text, text, text) for one in dates),
        risks=tuple(parts.RiskLine(text, text, text, "risk", text) for _ in dates),
        opportunities=tuple(parts.OpportunityLine(text, text, text, one) for one in dates),
        dates=tuple(parts.DateLine(one, text, text, "risk") for one in dates),
    )
