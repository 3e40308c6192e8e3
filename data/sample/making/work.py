"""Tasks of the sample's projects, who does them, and the hours logged on them day by day. Pure: everything follows from plan, cast and seed."""

from __future__ import annotations

import calendar
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from making.cast import ACCOUNT, AS_OF, PEOPLE, PERSON
from making.days import DAYS, FIRST, HISTORY, INDEX, LAST, rng
from making.plan import AM, DE, DV, JOB, JOBS, PM, QA, SERVICES, STAGES, Job

HORIZON = date(2027, 3, 31)
NOW = INDEX[AS_OF]
EURO = {"EUR": 1.0, "GBP": 1.155, "USD": 0.89, "MXN": 0.0475}  # rough, for planning only; fx_rates has the real ones
COST = {"ES": 41.0, "GB": 46.0, "MX": 25.0}
SOLD = {"ES": 66.0, "GB": 73.0, "MX": 38.0}
MONTH_ES = {8: 0.5, 12: 0.8, 7: 0.95, 10: 1.1, 11: 1.1, 3: 1.05}
MONTH_EN = {8: 0.85, 12: 0.75, 10: 1.05, 3: 1.05}
PHASES = {
    "web": ("Descubrimiento", "Diseño", "Desarrollo", "Salida"), "app": ("Descubrimiento", "Diseño", "Desarrollo", "Publicación"),
    "bim": ("Arranque", "Modelado", "Coordinación", "Entrega"), "campaign": ("Estrategia", "Producción", "Difusión"),
    "data": ("Indicadores", "Datos", "Cuadros de mando"), "learning": ("Plan docente", "Diseño", "Plataforma", "Apertura"),
    "en": ("Discovery", "Design", "Build", "Launch"),
}  # fmt: skip


@dataclass
class Work:
    """One task: what was agreed (b_), what really happens (a_), and the hours logged so far."""

    id: str
    job: str
    name: str
    kind: str
    role: str | None = None
    person: str | None = None
    estimate: float | None = None
    b_start: date | None = None
    b_end: date | None = None
    a_start: date | None = None
    a_end: date | None = None
    hours: float = 0.0
    due: date | None = None
    parent: str | None = None
    change: str | None = None
    billable: bool = True
    baselined: bool = True
    cut: date | None = None  # work stops that day: on hold or cancelled
    logged: float = 0.0
    first: date | None = None
    last: date | None = None

    @property
    def done(self) -> bool:
        if self.a_end is None or self.a_end > AS_OF or (self.cut and self.a_end > self.cut):
            return False
        return JOB[self.job].status == "done" or self.hours - self.logged <= max(4.0, 0.2 * self.hours)

    @property
    def remaining(self) -> float:
        return 0.0 if self.done else max(1.0, round((self.hours - self.logged) * 2) / 2)


def language(job: Job) -> str:
    return str(ACCOUNT[job.account]["language"])


def _snap(day: date, forward: bool = False) -> date:
    while day.weekday() > 4:
        day += timedelta(days=1 if forward else -1)
    return day


def _months(first: date, last: date) -> list[tuple[date, date]]:
    spans, day = [], first.replace(day=1)
    while day <= last:
        end = day.replace(day=calendar.monthrange(day.year, day.month)[1])
        spans.append((max(day, first), min(end, last)))
        day = end + timedelta(days=1)
    return spans


class Crew:
    """Picks the least loaded person of a role, and remembers the load it has handed out."""

    def __init__(self, capacity: dict[str, np.ndarray]) -> None:
        self.capacity = capacity
        self.load = {who: np.zeros(len(DAYS)) for who in capacity}
        self.chosen: dict[tuple[str, str, int], str] = {}

    def take(self, job: Job, role: str, slot: int, first: date, last: date, hours: float) -> str:
        low, high = max(0, INDEX.get(max(first, FIRST), 0)), INDEX[min(max(last, first), LAST)] + 1
        named = job.team.get(role)
        mine = self.chosen.get((job.id, role, slot)) or (named[slot % len(named)] if named else None)
        if mine and self._price(mine, job, low, high, hours) < 1.0:
            who = mine
        else:
            who = min((p["person_id"] for p in PEOPLE if p["role"] == role), key=lambda person: self._price(person, job, low, high, hours))
        self.chosen.setdefault((job.id, role, slot), who)
        free = self.capacity[who][low:high]
        self.load[who][low:high] += hours * free / max(1.0, free.sum())
        return who

    def _price(self, who: str, job: Job, low: int, high: int, hours: float) -> float:
        free = self.capacity[who][low:high]
        room = float(free.sum())
        if room < hours:
            return 99.0
        home, wanted = PERSON[who]["country"], ACCOUNT[job.account]["country"]
        strange = 0.0 if home == wanted else (0.08 if {home, wanted} == {"ES", "MX"} else 0.16)
        weeks = max(1, round((high - low) / 7))
        held = [part.sum() for part in np.array_split(self.load[who][low:high], weeks)]
        can = [max(6.0, part.sum()) for part in np.array_split(free, weeks)]
        ratios = (np.array(held) + hours / weeks) / np.array(can)
        return float(np.mean(ratios**3) ** (1 / 3)) + strange


def _fixed(job: Job, crew: Crew) -> list[Work]:
    draw = rng(f"tasks {job.id}")
    account = ACCOUNT[job.account]
    spanish = language(job) == "es"
    hours = job.fee * EURO[account["currency"]] * (1 - job.margin) / COST[account["country"]]
    hours /= 1.11  # the two standing tasks below come on top
    total = (job.due - job.start).days
    cut = {"HAR-02": date(2026, 3, 6), "LIN-01": date(2026, 6, 12)}.get(job.id)
    works: list[Work] = []

    def real(day: date) -> date:
        return _snap(job.start + timedelta(days=round((day - job.start).days * job.stretch)))

    begin = 0.0
    number = 0
    for step, (_, end, marker, tasks) in enumerate(STAGES[job.work]):
        p_start = _snap(job.start + timedelta(days=round(total * begin)), forward=True)
        p_end = _snap(job.start + timedelta(days=round(total * end)))
        phase = Work(f"{job.id}-P{step + 1}", job.id, PHASES[job.work if spanish else "en"][step], "summary", b_start=p_start, b_end=p_end, a_start=real(p_start), a_end=real(p_end))
        works.append(phase)
        span = (p_end - p_start).days
        for place, (es, en, role, share) in enumerate(tasks):
            late = place / len(tasks)
            t_start = _snap(p_start + timedelta(days=round(span * 0.45 * late)), forward=True)
            t_end = _snap(p_end - timedelta(days=round(span * 0.4 * (1 - (place + 1) / len(tasks)))))
            estimate = hours * share
            parts = max(1, round(estimate / max(60.0, (t_end - t_start).days * 0.62 * 6.0) + 0.25))
            for part in range(parts):
                number += 1
                name = (es if spanish else en) + (f", {'parte' if spanish else 'part'} {part + 1}" if parts > 1 else "")
                mine = max(4.0, round(estimate / parts * 2) / 2)
                spent = mine * job.overrun * float(draw.lognormal(0, 0.12))
                slot = part if len(tasks) < 2 else part + (place if role == DV else 0)
                who = crew.take(job, role, slot, real(t_start), real(t_end), spent) if job.status != "planned" else None
                works.append(Work(
                    f"{job.id}-{number:02d}", job.id, name, "task", role, who, mine, t_start, t_end, real(t_start), real(t_end), spent,
                    parent=phase.id, due=t_end if job.stretch >= 1.08 else real(t_end), cut=cut,
                ))  # fmt: skip
        works.append(Work(
            f"{job.id}-H{step + 1}", job.id, marker[0 if spanish else 1], "deliverable" if step == 1 else "milestone",
            b_start=p_end, b_end=p_end, a_start=real(p_end), a_end=real(p_end), due=p_end if job.stretch >= 1.08 else real(p_end), parent=phase.id, cut=cut,
        ))  # fmt: skip
        begin = end
    for place, (es, en, role, share) in enumerate((("Coordinación y seguimiento", "Coordination and follow-up", PM, 0.07), ("Atención a la cuenta", "Account care", AM, 0.04))):
        spent = max(4.0, round(hours * share * 2) / 2)
        who = crew.take(job, role, 0, job.start, real(job.due), spent) if job.status != "planned" else None
        works.append(Work(f"{job.id}-C{place + 1}", job.id, es if spanish else en, "task", role, who, spent, job.start, _snap(job.due), job.start, real(job.due),
                          spent * job.overrun, due=_snap(job.due) if job.stretch >= 1.08 else real(job.due), cut=cut))  # fmt: skip
    return works


def _monthly_hours(job: Job, month: date, draw: np.random.Generator) -> float:
    account = ACCOUNT[job.account]
    season = (MONTH_ES if account["language"] == "es" else MONTH_EN).get(month.month, 1.0)
    if job.id == "BRI-02":
        return 120 * {7: 1.30, 8: 1.27, 9: 1.36}.get(month.month, 1.03)
    if job.included:
        return job.included * season * float(draw.uniform(0.88, 1.04))
    return job.fee * EURO[account["currency"]] / SOLD[account["country"]] * season * float(draw.uniform(0.93, 1.07))


def _running(job: Job, crew: Crew) -> list[Work]:
    """Level of effort: one task a role and quarter (month for the retainer whose months must come out exact), and a monthly report."""
    draw = rng(f"tasks {job.id}")
    spanish = language(job) == "es"
    first, last = max(job.start, HISTORY), min(job.due, HORIZON)
    works, number = [], 0
    months = _months(first, last)
    by_period: dict[str, list[tuple[date, date, float]]] = defaultdict(list)
    for begin, end in months:
        part = (end - begin).days / 30
        label = f"{begin.month:02d}/{begin.year}" if job.id.startswith("BRI") else f"{'T' if spanish else 'Q'}{(begin.month + 2) // 3} {begin.year}"
        by_period[label].append((begin, end, _monthly_hours(job, begin, draw) * min(1.0, part)))
    for label, spans in by_period.items():
        hours = sum(span[2] for span in spans)
        begin, end = _snap(spans[0][0], forward=True), _snap(spans[-1][1])
        for place, (es, en, role, share) in enumerate(SERVICES[job.work]):
            mine = hours * share
            parts = max(1, int(np.ceil(mine / (len(spans) * 95)))) if role != DV or job.fee > 4000 else 1
            for part in range(parts):
                number += 1
                spent = mine / parts
                who = crew.take(job, role, part + (place if role == DV else 0), begin, end, spent)
                name = f"{es if spanish else en} · {label}" + (f" ({part + 1})" if parts > 1 else "")
                estimate = max(1.0, round(spent / float(draw.lognormal(0, 0.08)) * 2) / 2)
                works.append(Work(f"{job.id}-{number:03d}", job.id, name, "task", role, who, estimate, None, None, begin, end, spent, due=end, baselined=False))
    if job.billing == "retainer" and job.work != "support":
        for begin, end in months:
            number += 1
            due = _snap(end + timedelta(days=6), forward=True)
            slow = int(draw.choice([-2, -1, 0, 0, 0, 1])) if job.account != "duero" else -1
            if job.account in ("thornbury", "harbour"):
                slow = int(draw.choice([0, 2, 5, 8]))
            name = f"{'Informe de' if spanish else 'Report for'} {begin.month:02d}/{begin.year}"
            works.append(Work(f"{job.id}-{number:03d}", job.id, name, "deliverable", None, None, None, due, due, due, _snap(due + timedelta(days=slow)), due=due))
    return works


# Lucía's autumn: more than her days hold
_AUTUMN = [
    ("BER-01", "Rediseño del flujo de pago", 56, "2026-10-16"), ("ALM-05", "Cuadros para dirección médica", 48, "2026-10-23"),
    ("TUR-02", "Páginas de producto y casos de éxito", 44, "2026-10-23"), ("ALM-03", "Componentes accesibles del portal", 60, "2026-10-30"),
    ("KES-02", "Stand and presentation screens", 34, "2026-10-28"),
]  # fmt: skip
_SHARED = [
    ("CAN-01", "Integración con la pasarela de pagos", DV, "izubiaurre", "2026-10-01", "2026-11-06", 90), ("WIL-01", "Care records integration", DV, "izubiaurre", "2026-11-02", "2026-11-20", 72),
    ("CAN-01", "Pantallas de firma por lotes", DE, "hosei", "2026-10-01", "2026-10-23", 64), ("WIL-01", "Accessible family screens", DE, "hosei", "2026-10-19", "2026-11-13", 70),
]  # fmt: skip


def tasks(capacity: dict[str, np.ndarray]) -> list[Work]:
    """Every task of every client project, with the people chosen in the order in which projects begin."""
    crew = Crew(capacity)
    works: list[Work] = []
    for job in sorted(JOBS, key=lambda job: (not job.team, job.start, job.id)):
        works += _fixed(job, crew) if job.billing == "fixed" else _running(job, crew)
    for place, (job_id, name, hours, due) in enumerate(_AUTUMN, 1):
        works.append(Work(f"{job_id}-L{place}", job_id, name, "task", DE, "lferrandez", float(hours), None, None, date(2026, 10, 1), date.fromisoformat(due), float(hours),
                          due=date.fromisoformat(due), baselined=False))  # fmt: skip
    # two clients' projects that hang on the same two people
    for place, (job_id, name, role, who, begin, due, hours) in enumerate(_SHARED, 1):
        works.append(Work(f"{job_id}-S{place}", job_id, name, "task", role, who, float(hours), date.fromisoformat(begin), date.fromisoformat(due), date.fromisoformat(begin),
                          date.fromisoformat(due), float(hours), due=date.fromisoformat(due), baselined=False))  # fmt: skip
    # open work that nobody estimated
    for place, (job_id, name, role, who) in enumerate([("ALM-03", "Revisión de textos legales", QA, "cvillena"), ("LAR-01", "Dark theme audit", DE, "hosei"),
                                                       ("CAN-02", "Propuesta de avisos por huella", DE, "mvidal"), ("IXT-01", "Limpieza de bitácoras", DV, "asolis")], 1):  # fmt: skip
        works.append(Work(f"{job_id}-U{place}", job_id, name, "task", role, who, None, None, None, date(2026, 10, 5), date(2026, 10, 30), 0.0,
                          due=date(2026, 10, 30), baselined=False))  # fmt: skip
    return works


@dataclass
class Entry:
    """Hours of one person on one task and day."""

    day: int
    person: str
    job: str
    task: str | None
    hours: float
    billable: bool


def entries(works: list[Work], capacity: dict[str, np.ndarray]) -> list[Entry]:
    """Hours logged up to as-of: each task's hours spread over its assignee's free days, what doesn't fit a week moves to the next."""
    by_person: dict[str, list[Work]] = defaultdict(list)
    for work in works:
        if work.person and work.hours and work.a_start and work.a_start <= AS_OF:
            by_person[work.person].append(work)
    logged: list[Entry] = []
    for person in PEOPLE:
        who = person["person_id"]
        logged += _weeks(who, by_person[who], capacity[who])
    return logged


def count(works: list[Work], logged: list[Entry]) -> None:
    """Note on each task its logged hours and the first and last day worked."""
    by_task: dict[str, list[Entry]] = defaultdict(list)
    for entry in logged:
        if entry.task:
            by_task[entry.task].append(entry)
    for work in works:
        mine = by_task.get(work.id)
        if mine:
            work.logged = sum(entry.hours for entry in mine)
            work.first, work.last = DAYS[min(entry.day for entry in mine)], DAYS[max(entry.day for entry in mine)]


def _demand(work: Work, free: np.ndarray) -> np.ndarray:
    assert work.a_start is not None
    assert work.a_end is not None
    spanish = language(JOB[work.job]) == "es"
    shape = np.zeros(len(DAYS))
    for step in range(max(0, INDEX.get(work.a_start, 0)), INDEX[min(work.a_end, LAST)] + 1):
        season = 1.0 if work.baselined else (MONTH_ES if spanish else MONTH_EN).get(DAYS[step].month, 1.0)
        shape[step] = free[step] * season
    total = shape.sum()
    if total == 0:
        return shape
    shape *= work.hours / total
    if work.cut:
        shape[INDEX[work.cut] :] = 0
    return shape


def _weeks(who: str, works: list[Work], free: np.ndarray) -> list[Entry]:
    draw = rng(f"hours {who}")
    demands = [_demand(work, free) for work in works]
    waiting = np.zeros(len(works))
    order = sorted(range(len(works)), key=lambda place: (works[place].job != "BRI-02", works[place].a_end, works[place].id))
    logged: list[Entry] = []
    favourite = ["INT-01", "INT-02", "INT-03"]
    for start in range(0, NOW + 1, 7):
        stop = min(start + 7, NOW + 1)
        room = free[start:stop].sum()
        wanted = waiting + np.array([demand[start:stop].sum() for demand in demands]) if works else waiting
        if room <= 0:
            waiting = wanted
            continue
        give = np.zeros(len(works))
        rest = float(room) * 1.05
        for place in order:  # what ends first goes first
            give[place] = min(wanted[place], rest)
            rest -= float(give[place])
        waiting = wanted - give
        for place, work in enumerate(works):  # what is delivered stays delivered, with fewer hours
            if work.a_end and DAYS[start] >= work.a_end and (JOB[work.job].status == "done" or waiting[place] < 0.2 * work.hours):
                waiting[place] = 0
        hours = {(work.job, work.id, work.billable and JOB[work.job].billing != "internal"): float(amount) for work, amount in zip(works, give, strict=True) if amount > 0.05}
        spare = room * float(draw.uniform(0.94, 0.99)) - give.sum()
        if spare > 0.5:
            house = "INT-04" if DAYS[start] >= date(2026, 5, 4) and PERSON[who]["role"] in (DE, DV) and draw.random() < 0.4 else favourite[int(draw.integers(0, 3))]
            hours[(house, "", False)] = float(spare)
        logged += _pour(who, hours, free[start:stop], start, draw)
    return logged


def _pour(who: str, hours: dict[tuple[str, str, bool], float], free: np.ndarray, start: int, draw: np.random.Generator) -> list[Entry]:
    """A week's hours into its days, in pieces of a quarter of an hour, few tasks a day."""
    total, room = sum(hours.values()), free.sum()
    left = dict(hours)
    got: dict[tuple[int, tuple[str, str, bool]], float] = defaultdict(float)
    owed = 0.0
    for step, free_hours in enumerate(free):
        if free_hours <= 0:
            continue
        owed += total * free_hours / room
        today = np.floor(owed * 4) / 4
        owed -= today
        pieces = 0
        while today > 0.2 and left:
            keys = list(left)
            weights = np.array([left[key] for key in keys])
            key = keys[int(draw.choice(len(keys), p=weights / weights.sum()))]
            piece = min(today, max(0.25, round(left[key] * 4) / 4), float(draw.choice([2.0, 3.0, 4.0, 5.0, 6.0, 8.0])))
            if pieces >= 3:
                piece = min(today, max(0.25, round(left[key] * 4) / 4))
            got[(start + step, key)] += piece
            today -= piece
            left[key] -= piece
            pieces += 1
            if left[key] < 0.125:
                del left[key]
    return [Entry(day, who, key[0], key[1] or None, value, key[2]) for (day, key), value in got.items()]

