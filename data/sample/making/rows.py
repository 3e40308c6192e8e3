"""The sample's works and hours as rows of tables: projects, tasks, links, progress, bookings, time entries. Pure."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

import numpy as np

from making.cast import ACCOUNT, AS_OF, HOUSE, PERSON
from making.days import DAYS, INDEX, rng
from making.money import BOOKED_RATE, gross_fee
from making.plan import AM, DA, DE, DV, INTERNAL, JOB, JOBS, MB, PM, QA, SE, ST, Job
from making.work import HORIZON, Entry, Work, language

TOMORROW = AS_OF + timedelta(days=1)
OVERLOADED = "lferrandez"


def replan(works: list[Work], capacity: dict[str, np.ndarray]) -> None:
    """Give unfinished work a current plan that its people can do (but for the overloaded designer, whose tasks don't fit)."""
    for work in works:
        if work.kind == "task" and work.a_end and work.a_end <= AS_OF and work.estimate and not work.done and not work.cut:
            work.a_end = _friday(AS_OF + timedelta(days=7 + round(work.remaining / 4)))
            if JOB[work.job].stretch < 1.08:
                work.due = work.a_end
    by_person: dict[str, list[Work]] = defaultdict(list)
    for work in works:
        if work.person and work.kind == "task" and not work.done and not work.cut and work.estimate and work.person != OVERLOADED:
            by_person[work.person].append(work)
    for who, mine in sorted(by_person.items()):
        for work, missing in unplaced(mine, capacity[who] * 0.93):
            least = 24.0 if "-S" in work.id else 1.0  # the shared people keep their work
            work.hours = max(work.logged + least, work.hours - missing)


def unplaced(works: list[Work], free: np.ndarray) -> list[tuple[Work, float]]:
    """Hours of open tasks that don't fit between release and due, earliest due first by day."""
    left = {work.id: work.remaining for work in works if work.due and work.due > AS_OF}
    for step in range(INDEX[TOMORROW], len(DAYS)):
        room = float(free[step])
        day = DAYS[step]
        for work in sorted(works, key=lambda work: (work.due or day, work.id)):
            if work.id in left and work.due and work.due >= day and (work.a_start or day) <= day and room > 0:
                given = min(room, left[work.id])
                left[work.id] -= given
                room -= given
    return [(work, left[work.id]) for work in works if left.get(work.id, 0) > 0.01]


def _friday(day: date) -> date:
    return day + timedelta(days=(4 - day.weekday()) % 7)


def project_manager(job: Job, works: list[Work]) -> str | None:
    leads = [work.person for work in works if work.job == job.id and work.role == PM and work.person]
    return PERSON[max(sorted(set(leads)), key=leads.count)]["name"] if leads else ACCOUNT[job.account]["manager"]


def finished(work: Work, works: dict[str, list[Work]]) -> date | None:
    """The day a task, milestone or report was done; a milestone waits for its phase."""
    if work.kind == "task":
        if not work.done:
            return None
        if work.first is None or work.last is None or work.a_end is None:
            return work.a_end
        trailing = JOB[work.job].stretch <= 1.0 and work.first <= work.a_end < work.last <= work.a_end + timedelta(days=14)
        return work.a_end if trailing else work.last  # a few hours of goodwill after the handover
    if work.a_end is None or work.a_end > AS_OF or (work.cut and work.a_end > work.cut):
        return None
    if work.parent:
        phase = [other for other in works[work.parent] if other.kind == "task"]
        if not all(other.done for other in phase):
            return None
        return max([work.a_end, *[other.last for other in phase if other.last and JOB[work.job].stretch > 1.0 and other.last <= AS_OF]])
    return work.a_end


def target_margin(job: Job) -> float | None:
    """What the house wants to keep of a job: a third of its retainers and hours, more of its larger fixed prices."""
    if job.billing != "fixed":
        return 0.33
    return 0.4 if job.fee > 120000 else 0.35


def projects(works: list[Work], readings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    rows = []
    latest = {row["project_id"]: row["percent_complete"] for row in readings}
    for job in JOBS:
        draw = rng(f"project {job.id}")
        mine = [work for work in works if work.job == job.id]
        fixed = job.billing == "fixed"
        hours = sum(work.estimate or 0 for work in mine if work.baselined and work.kind == "task")
        months = max(1, round((job.due - job.start).days / 30.4))
        ends = [work.last for work in mine if work.last] + [work.a_end for work in mine if work.kind == "milestone" and work.a_end]
        currency = ACCOUNT[job.account]["currency"]
        costed = fixed and draw.random() < 0.6
        unit = {"EUR": 41.0, "GBP": 40.0, "USD": 46.0, "MXN": 530.0}[currency]
        rows.append({
            "project_id": job.id, "account_id": job.account, "contract_id": None if job.account == "ocana" else f"C-{job.id}", "name": job.name, "status": job.status,
            "manager": project_manager(job, works), "start": job.start, "due": job.due,
            "baseline_start": job.start if fixed else None, "baseline_due": job.due if fixed else None,
            "finished_on": (max(ends) if fixed else job.due) if job.status == "done" else None,
            "billing": job.billing, "budget_hours": hours if fixed else (job.included * months if job.included else None),
            "budget_amount": gross_fee(job) if fixed else None, "budget_cost": round(hours * unit, -2) if costed else None,
            "pass_through_budget": round(job.media * months) if job.media and fixed else None, "currency": currency,
            "percent_complete": latest.get(job.id) if fixed else None, "ev_technique": "percent_complete" if fixed else None,
            "target_margin": target_margin(job),
        })  # fmt: skip
    for project_id, name, status, start, due in INTERNAL:
        rows.append({"project_id": project_id, "account_id": HOUSE, "name": name, "status": status, "manager": "Elena Castaño", "start": start, "due": due, "billing": "internal",
                     "currency": "EUR", "budget_hours": 1400.0 if due else None})  # fmt: skip
    return rows


def tasks(works: list[Work]) -> list[dict[str, Any]]:
    by_phase: dict[str, list[Work]] = defaultdict(list)
    for work in works:
        if work.parent:
            by_phase[work.parent].append(work)
    rows = []
    for work in works:
        draw = rng(f"task {work.id}")
        done_on = finished(work, by_phase) if work.kind != "summary" else None
        if work.kind == "summary":
            ends = [finished(child, by_phase) for child in by_phase[work.id]]
            done_on = max((end for end in ends if end), default=None) if all(ends) else None
            started = min((child.first for child in by_phase[work.id] if child.first), default=None)
        else:
            started = work.first if work.kind == "task" else None
        status = "done" if done_on else "in_progress" if started else "open"
        if work.cut and not done_on:
            status = "cancelled" if JOB[work.job].status == "cancelled" else "blocked"
        measured = work.kind == "task" and work.estimate is not None
        remaining = work.remaining if measured and status != "cancelled" else (0.0 if measured else None)
        share = None
        if work.kind == "task" and (measured or done_on):
            share = 100.0 if done_on else float(round(100 * work.logged / max(0.1, work.logged + (remaining or 0.0))))
        spread = work.kind == "task" and measured and JOB[work.job].billing == "fixed" and draw.random() < 0.55
        low, high = float(draw.uniform(0.7, 0.9)), float(draw.uniform(1.25, 1.9))
        finish = done_on or work.a_end
        start = started or work.a_start
        if finish and finish <= AS_OF and not done_on:
            finish = _friday(AS_OF + timedelta(days=8))
        rows.append({
            "task_id": work.id, "project_id": work.job, "parent_id": work.parent, "name": work.name, "kind": work.kind, "status": status,
            "assignee_id": work.person, "role": work.role if work.kind == "task" else None,
            "skills": {DE: ["UX"], SE: ["BIM"], QA: ["testing"]}.get(work.role or "") if work.kind == "task" and work.person is None else None,
            "estimate_hours": work.estimate, "optimistic_hours": _quarter(work.estimate * low) if spread and work.estimate else None,
            "pessimistic_hours": _quarter(work.estimate * high) if spread and work.estimate else None, "remaining_hours": remaining,
            "baseline_hours": work.estimate if work.baselined and work.kind == "task" else None,
            "baseline_start": work.b_start if work.baselined else None, "baseline_finish": work.b_end if work.baselined else None,
            "start": min(start, finish) if start and finish else start, "finish": finish, "started_on": started, "finished_on": done_on, "due": work.due,
            "not_before": work.a_start if work.role in (MB, QA) and status == "open" and work.baselined else None,
            "duration_days": 0.0 if work.kind == "milestone" else None, "hours_per_day": 4.0 if work.id.endswith("-L4") else None,
            "percent_complete": share, "change_id": work.change,
            "accepted_on": done_on + timedelta(days=3) if done_on and work.kind == "deliverable" and work.parent and done_on + timedelta(days=3) <= AS_OF else None,
        })  # fmt: skip
    return rows


def _quarter(hours: float) -> float:
    return round(hours * 4) / 4


def links(works: list[Work]) -> list[dict[str, Any]]:
    """Tasks of a phase lead to its milestone, which opens the next phase; inside a phase work starts staggered."""
    rows = []
    for job in JOBS:
        if job.billing != "fixed":
            continue
        mine = [work for work in works if work.job == job.id and work.parent]
        phases = sorted({work.parent for work in mine if work.parent})
        marker: Work | None = None
        for phase in phases:
            inside = [work for work in mine if work.parent == phase and work.kind == "task"]
            ending = next(work for work in mine if work.parent == phase and work.kind != "task")
            for place, work in enumerate(inside):
                if marker:
                    rows.append(_link(marker, work, "FS"))
                rows.append(_link(work, ending, "FS", 24.0 if ending.kind == "deliverable" and place == 0 else 0.0, ending.kind == "deliverable" and place == 0))
                if place and work.role == DV and inside[place - 1].role == DV:
                    rows.append(_link(inside[place - 1], work, "SS", 16.0))
                if place and inside[place - 1].role == QA:
                    rows.append(_link(inside[place - 1], work, "FF", 8.0))
            marker = ending
        if marker:
            rows += [_link(work, marker, "FS") for work in works if work.job == job.id and work.id.startswith(f"{job.id}-S")]
    return rows


def _link(first: Work, then: Work, kind: str, lag: float = 0.0, elapsed: bool = False) -> dict[str, Any]:
    return {"predecessor_id": first.id, "successor_id": then.id, "kind": kind, "lag_hours": lag, "elapsed": elapsed}


def progress(works: list[Work], logged: list[Entry]) -> list[dict[str, Any]]:
    """A reading every second Friday of each fixed project, by hours earned."""
    spent: dict[str, np.ndarray] = {}
    for entry in logged:
        if entry.task:
            spent.setdefault(entry.task, np.zeros(len(DAYS)))[entry.day] += entry.hours
    rows: list[dict[str, Any]] = []
    for job in JOBS:
        if job.billing != "fixed" or job.status == "planned":
            continue
        mine = [work for work in works if work.job == job.id and work.baselined and work.kind == "task" and work.estimate]
        weight = sum(work.estimate or 0 for work in mine)
        last_worked: date = max((work.last for work in mine if work.last), default=job.due)
        marks = [work.a_end for work in works if work.job == job.id and work.kind == "milestone" and work.a_end]
        end = min(AS_OF, max([last_worked, *marks]) if job.status == "done" else AS_OF)
        if mine[0].cut:
            end = min(end, mine[0].cut)
        day, best = _friday(job.start + timedelta(days=11)), 0.0
        while day <= end:
            earned = 0.0
            for work in mine:
                curve = spent.get(work.id)
                if curve is not None:
                    earned += (work.estimate or 0) * min(1.0, curve[: INDEX[day] + 1].sum() / max(0.1, work.logged + work.remaining))
            best = max(best, round(100 * earned / weight, 1))
            rows.append({"project_id": job.id, "date": day, "percent_complete": min(best, 100.0)})
            day += timedelta(days=14)
        if job.status == "done":
            rows = [row for row in rows if not (row["project_id"] == job.id and row["date"] >= end)]
            rows.append({"project_id": job.id, "date": end, "percent_complete": 100.0})
    return rows


def bookings(works: list[Work], logged: list[Entry], capacity: dict[str, np.ndarray]) -> list[dict[str, Any]]:
    """People booked on projects by quarter from April 2026, from the hours their tasks took or still need, plus placeholders for what may come."""
    rows: list[dict[str, Any]] = []
    past: dict[tuple[str, str, int], float] = defaultdict(float)
    for entry in logged:
        if entry.job in JOB and DAYS[entry.day] >= date(2026, 4, 1):
            past[entry.person, entry.job, (DAYS[entry.day].month - 1) // 3] += entry.hours
    for (who, job_id, quarter), hours in sorted(past.items()):
        begin, end = date(2026, quarter * 3 + 1, 1), date(2026, quarter * 3 + 3, 30)
        begin, end = max(begin, JOB[job_id].start), min(end, max(begin, JOB[job_id].due if JOB[job_id].stretch <= 1.05 else end))
        days = np.count_nonzero(capacity[who][INDEX[begin] : INDEX[end] + 1])
        rate = round(hours * float(rng(f"booked {who} {job_id}").uniform(0.88, 1.12)) / max(1, int(days)) * 2) / 2
        if 0.5 <= rate <= 9 and days > 9:
            rows.append(_booking(who, job_id, begin, end, rate))
    held: dict[str, np.ndarray] = {who: np.zeros(len(DAYS)) for who in capacity}
    for begin, end in ((TOMORROW, date(2026, 12, 31)), (date(2027, 1, 1), HORIZON)):
        need: dict[tuple[str, str], list[Work]] = defaultdict(list)
        for work in works:
            if work.person and work.kind == "task" and not work.done and not work.cut and work.a_start and work.a_end and work.a_start <= end and work.a_end >= begin:
                need[work.person, work.job].append(work)
        for (who, job_id), mine in sorted(need.items()):
            opens, closes = _span(mine, begin)
            first, last = max(begin, opens), min(end, closes)
            span = slice(INDEX[first], INDEX[last] + 1)
            days = np.count_nonzero(capacity[who][span])
            if days == 0 or who == OVERLOADED:
                continue
            day_hours = PERSON[who]["weekly_hours"] / 5
            rate = round(sum(work.remaining for work in mine) / days * 2) / 2
            rate = min(rate, float(np.floor((0.97 * day_hours - held[who][span].max()) * 2) / 2))
            if rate >= 0.5:
                held[who][span] += rate
                rows.append(_booking(who, job_id, first, last, float(rate)))
    for job_id, end_day, rate in (("ALM-03", "2026-11-20", 4.0), ("BER-01", "2026-11-13", 3.0), ("ALM-05", "2026-11-13", 2.0), ("TUR-02", "2026-10-30", 1.0)):
        rows.append(_booking(OVERLOADED, job_id, TOMORROW, date.fromisoformat(end_day), rate))
    for role, job_id, first_day, end_day, rate, chance, deal in (
        (DV, "ALM-08", "2026-11-09", "2027-03-26", 8.0, 0.7, "OP-03"), (DE, "ALM-08", "2026-11-09", "2027-01-29", 6.0, 0.7, "OP-03"), (QA, "ALM-08", "2027-02-01", "2027-03-31", 4.0, 0.7, "OP-03"),
        (DV, "OCA-01", "2026-12-14", "2027-03-31", 6.0, 0.45, "OP-23"), (ST, "OCA-01", "2026-11-16", "2026-12-11", 3.0, None, "OP-23"),
    ):  # fmt: skip
        rows.append(_booking(None, job_id, date.fromisoformat(first_day), date.fromisoformat(end_day), rate) | {"role": role, "status": "tentative", "probability": chance, "opportunity_id": deal})
    rows.append(_booking(None, "WIL-01", date(2026, 10, 12), date(2026, 11, 20), 5.0) | {"role": QA})
    for who, job_id, first_day, end_day, rate, chance in (("gcasanovas", "ALM-08", "2026-11-09", "2027-03-26", 4.0, 0.7), ("mvidal", "OCA-01", "2026-11-23", "2027-01-22", 3.0, 0.45),
                                                          ("gpryce", "NOR-04", "2026-12-07", "2027-02-26", 3.0, None)):  # fmt: skip
        rows.append(_booking(who, job_id, date.fromisoformat(first_day), date.fromisoformat(end_day), rate) | {"status": "tentative", "probability": chance})
    rows.sort(key=lambda row: (row["start"], row["project_id"], row["person_id"] or ""))
    return [{"booking_id": f"BK-{number:04d}"} | row for number, row in enumerate(rows, 1)]


def _span(works: list[Work], default: date) -> tuple[date, date]:
    return min([work.a_start or default for work in works]), max([work.a_end or default for work in works])


def _booking(who: str | None, job: str, start: date, end: date, rate: float) -> dict[str, Any]:
    return {"person_id": who, "role": PERSON[who]["role"] if who else None, "project_id": job, "start": start, "end": end, "hours_per_day": rate, "status": "confirmed", "probability": None}


_NOTES = {
    (DE, "es"): ["Pantallas de listado", "Ajustes tras la revisión", "Componentes", "Prototipo", "Revisión con el cliente", "Versión móvil"], (DE, "en"): ["List screens", "Changes after review", "Components", "Prototype", "Client review", "Mobile layout"],
    (DV, "es"): ["Servicio de consulta", "Pruebas unitarias", "Corrección de errores", "Revisión de código", "Despliegue en preproducción", "Integración"], (DV, "en"): ["Query service", "Unit tests", "Bug fixing", "Code review", "Staging release", "Integration"],
    (PM, "es"): ["Seguimiento", "Acta y tareas", "Planificación", "Llamada con el cliente"], (PM, "en"): ["Follow-up", "Minutes and actions", "Planning", "Client call"],
    (AM, "es"): ["Reunión mensual", "Presupuesto", "Llamada"], (AM, "en"): ["Monthly meeting", "Estimate", "Call"], (QA, "es"): ["Regresión", "Casos de prueba", "Accesibilidad"], (QA, "en"): ["Regression", "Test cases", "Accessibility"],
    (ST, "es"): ["Entrevistas", "Análisis de competencia", "Plan editorial"], (ST, "en"): ["Interviews", "Competitor review", "Editorial plan"], (MB, "es"): ["Optimización de pujas", "Alta de campaña", "Informe de medios"],
    (MB, "en"): ["Bid optimisation", "Campaign set-up", "Media report"], (SE, "es"): ["Modelo de estructura", "Visita a obra", "Interferencias"], (SE, "en"): ["Structural model", "Site visit", "Clashes"],
    (DA, "es"): ["Consultas", "Conciliación de datos", "Cuadro de mando"], (DA, "en"): ["Queries", "Data reconciliation", "Dashboard"],
}  # fmt: skip
_HOUSE = {"INT-01": ["Reunión de equipo", "Administración", None], "INT-02": ["Curso", "Sesión interna", None], "INT-03": ["Propuesta", "Concurso público", None], "INT-04": ["Maquetas", "Textos", None]}


def time_entries(logged: list[Entry]) -> list[dict[str, Any]]:
    rows = []
    draw = rng("notes")
    for number, entry in enumerate(sorted(logged, key=lambda entry: (entry.day, entry.person, entry.job, entry.task or "")), 1):
        job = JOB.get(entry.job)
        role = PERSON[entry.person]["role"]
        pool: list[Any] = _NOTES.get((role, language(job)), [None]) if job else _HOUSE[entry.job]
        note = pool[int(draw.integers(0, len(pool)))] if draw.random() < 0.6 else None
        rate = BOOKED_RATE.get(entry.job)
        rows.append({"entry_id": f"T{number:05d}", "date": DAYS[entry.day], "person_id": entry.person, "project_id": entry.job, "task_id": entry.task, "hours": entry.hours,
                     "billable": entry.billable, "bill_rate": rate, "currency": "MXN" if rate else None, "note": note})  # fmt: skip
    return rows


def settle(logged: list[Entry], targets: dict[tuple[int, int], float], job_id: str) -> None:
    """Make a retainer's months come out at their hours: trim what is over, or turn its people's house hours into it."""
    for (year, month), wanted in targets.items():
        inside = [entry for entry in logged if (DAYS[entry.day].year, DAYS[entry.day].month) == (year, month)]
        mine = [entry for entry in inside if entry.job == job_id]
        missing = wanted - sum(entry.hours for entry in mine)
        team = {entry.person: entry.task for entry in mine}
        for entry in inside if missing > 0 else []:
            if missing > 0.2 and entry.job.startswith("INT") and entry.person in team and entry.hours <= missing + 0.25:
                entry.job, entry.task, entry.billable = job_id, team[entry.person], True
                missing -= entry.hours
        for entry in mine if missing < 0 else []:
            cut = min(entry.hours - 0.25, float(np.floor(-missing * 4) / 4))
            if cut > 0:
                entry.hours -= cut
                missing += cut




def keep_to_included(logged: list[Entry]) -> None:
    """Other retainers stay near the hours they include: what is over in a month goes to the house."""
    months: dict[tuple[str, int, int], list[Entry]] = defaultdict(list)
    for entry in logged:
        if entry.job in JOB and JOB[entry.job].included and entry.job != "BRI-02":
            months[entry.job, DAYS[entry.day].year, DAYS[entry.day].month].append(entry)
    for (job_id, _, _), mine in sorted(months.items()):
        over = sum(entry.hours for entry in mine) - 1.05 * (JOB[job_id].included or 0)
        for entry in sorted(mine, key=lambda entry: (-entry.day, entry.person, entry.hours)):
            if over > 0:
                over -= entry.hours
                entry.job, entry.task, entry.billable = "INT-01", None, False


def saturdays(logged: list[Entry]) -> None:
    """Hours on days off: the overloaded designer's September."""
    usual = next(entry for entry in reversed(logged) if entry.person == OVERLOADED and entry.billable)
    logged += [Entry(INDEX[date(2026, 9, day)], OVERLOADED, usual.job, usual.task, 3.5, True) for day in (12, 19, 26)]
