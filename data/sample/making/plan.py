"""What the sample's people work on: contracts, projects and the kinds of work they are made of. This file only lists them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

AM, PM, ST, DE, DV, QA, MB, SE, DA = (
    "account manager", "project manager", "strategist", "designer", "developer", "QA engineer", "media buyer", "site engineer", "data analyst",
)  # fmt: skip

# phase: first and last part of the duration, milestone (es, en), tasks (es, en, role, share of hours)
Phase = tuple[float, float, tuple[str, str], list[tuple[str, str, str, float]]]

STAGES: dict[str, list[Phase]] = {
    "web": [
        (0.0, 0.18, ("Alcance aprobado", "Scope approved"), [
            ("Entrevistas y requisitos", "Interviews and requirements", PM, 0.05), ("Mapa de contenidos y recorridos", "Content map and journeys", ST, 0.06)]),
        (0.15, 0.42, ("Diseño aprobado", "Design approved"), [
            ("Prototipo navegable", "Clickable prototype", DE, 0.09), ("Diseño de interfaz", "Interface design", DE, 0.11), ("Biblioteca de componentes", "Component library", DE, 0.05)]),
        (0.36, 0.82, ("Versión beta", "Beta release"), [
            ("Arquitectura y entornos", "Architecture and environments", DV, 0.06), ("Maquetación de pantallas", "Screen build", DV, 0.15),
            ("Integraciones con sistemas internos", "Back-office integrations", DV, 0.16), ("Panel de administración", "Admin console", DV, 0.09)]),
        (0.78, 1.0, ("Puesta en producción", "Go-live"), [
            ("Plan y ejecución de pruebas", "Test plan and execution", QA, 0.08), ("Corrección de incidencias", "Defect fixing", DV, 0.05), ("Formación de usuarios", "User training", PM, 0.05)]),
    ],
    "app": [
        (0.0, 0.16, ("Alcance aprobado", "Scope approved"), [
            ("Taller de procesos", "Process workshop", PM, 0.05), ("Investigación con usuarios", "User research", ST, 0.07)]),
        (0.13, 0.38, ("Diseño aprobado", "Design approved"), [
            ("Arquitectura de la información", "Information architecture", DE, 0.07), ("Diseño de pantallas", "Screen design", DE, 0.12)]),
        (0.32, 0.8, ("Versión beta", "Beta release"), [
            ("Servicios y API", "Services and API", DV, 0.17), ("Aplicación móvil", "Mobile client", DV, 0.18),
            ("Identidad y permisos", "Identity and permissions", DV, 0.08), ("Notificaciones", "Notifications", DV, 0.05)]),
        (0.74, 1.0, ("Publicación", "Launch"), [
            ("Pruebas funcionales y de accesibilidad", "Functional and accessibility tests", QA, 0.1), ("Corrección de incidencias", "Defect fixing", DV, 0.06),
            ("Despliegue y formación", "Rollout and training", PM, 0.05)]),
    ],
    "bim": [
        (0.0, 0.2, ("Plan de ejecución BIM firmado", "BIM execution plan signed"), [
            ("Toma de datos en obra", "Site survey", SE, 0.12), ("Plan de ejecución BIM", "BIM execution plan", PM, 0.06)]),
        (0.16, 0.6, ("Modelo federado v1", "Federated model v1"), [
            ("Modelado de estructura", "Structural model", SE, 0.2), ("Modelado de instalaciones", "Services model", SE, 0.18)]),
        (0.5, 0.85, ("Coordinación sin colisiones", "Clash-free coordination"), [
            ("Detección de interferencias", "Clash detection", SE, 0.14), ("Planificación 4D", "4D sequencing", SE, 0.12)]),
        (0.8, 1.0, ("Modelo as-built entregado", "As-built model handed over"), [
            ("Mediciones y presupuesto", "Quantities and cost plan", SE, 0.1), ("Entrega y revisión con la dirección de obra", "Handover with the site team", PM, 0.06)]),
    ],
    "campaign": [
        (0.0, 0.25, ("Concepto aprobado", "Concept approved"), [
            ("Análisis de audiencia", "Audience research", ST, 0.13), ("Concepto creativo", "Creative concept", DE, 0.15)]),
        (0.2, 0.55, ("Piezas aprobadas", "Assets approved"), [
            ("Piezas gráficas y vídeo", "Artwork and video", DE, 0.24), ("Página de aterrizaje", "Landing page", DV, 0.12)]),
        (0.5, 1.0, ("Informe final", "Final report"), [
            ("Compra y optimización de medios", "Media buying and optimisation", MB, 0.24), ("Medición y conclusiones", "Measurement and learnings", DA, 0.07)]),
    ],
    "data": [
        (0.0, 0.22, ("Modelo de indicadores aprobado", "Indicator model approved"), [
            ("Inventario de fuentes", "Source inventory", DA, 0.1), ("Definición de indicadores", "Indicator definitions", ST, 0.08)]),
        (0.18, 0.65, ("Datos cargados", "Data loaded"), [
            ("Canalización de datos", "Data pipeline", DV, 0.24), ("Calidad y conciliación", "Quality and reconciliation", DA, 0.13)]),
        (0.55, 1.0, ("Cuadro de mando en uso", "Dashboards in use"), [
            ("Diseño de cuadros", "Dashboard design", DE, 0.12), ("Construcción de cuadros", "Dashboard build", DV, 0.15),
            ("Pruebas con usuarios", "User acceptance", QA, 0.06), ("Formación y traspaso", "Training and handover", PM, 0.05)]),
    ],
    "learning": [
        (0.0, 0.22, ("Plan docente aprobado", "Learning plan approved"), [
            ("Entrevistas con profesorado", "Interviews with teachers", ST, 0.08), ("Mapa de asignaturas", "Course map", PM, 0.06)]),
        (0.18, 0.5, ("Diseño aprobado", "Design approved"), [
            ("Diseño del aula virtual", "Virtual classroom design", DE, 0.16), ("Plantillas de contenidos", "Content templates", DE, 0.1)]),
        (0.42, 0.85, ("Piloto con un grupo", "Pilot group"), [
            ("Configuración de la plataforma", "Platform set-up", DV, 0.2), ("Integración con matrícula", "Enrolment integration", DV, 0.16)]),
        (0.8, 1.0, ("Apertura de curso", "Start of term"), [
            ("Pruebas y accesibilidad", "Tests and accessibility", QA, 0.09), ("Formación del profesorado", "Teacher training", PM, 0.06)]),
    ],
}  # fmt: skip

# retainers: what a quarter's work is called (es, en, role, share)
SERVICES: dict[str, list[tuple[str, str, str, float]]] = {
    "growth": [("Estrategia y calendario", "Strategy and calendar", ST, 0.16), ("Piezas y creatividades", "Creative production", DE, 0.34), ("Gestión de medios", "Media management", MB, 0.28),
               ("Analítica e informe", "Analytics and reporting", DA, 0.1), ("Coordinación de la cuenta", "Account coordination", AM, 0.12)],
    "social": [("Plan editorial", "Editorial plan", ST, 0.16), ("Contenidos y piezas", "Content and artwork", DE, 0.42), ("Publicación y campañas", "Publishing and campaigns", MB, 0.3),
               ("Coordinación de la cuenta", "Account coordination", AM, 0.12)],
    "product": [("Mejoras de experiencia", "Experience improvements", DE, 0.3), ("Evolutivos", "Enhancements", DV, 0.42), ("Pruebas de versión", "Release tests", QA, 0.12),
                ("Seguimiento y prioridades", "Backlog and follow-up", PM, 0.16)],
    "bim": [("Revisión de modelos", "Model review", SE, 0.5), ("Coordinación de disciplinas", "Discipline coordination", SE, 0.32), ("Seguimiento y actas", "Follow-up and minutes", PM, 0.18)],
    "support": [("Incidencias y parches", "Incidents and patches", DV, 0.62), ("Verificación de parches", "Patch checks", QA, 0.18), ("Informe de servicio", "Service report", PM, 0.2)],
    "squad": [("Desarrollo de servicios", "Service development", DV, 0.32), ("Desarrollo de interfaz", "Interface development", DV, 0.3), ("Diseño de producto", "Product design", DE, 0.18),
              ("Pruebas de iteración", "Sprint tests", QA, 0.1), ("Gestión de iteraciones", "Sprint management", PM, 0.1)],
    "analysts": [("Modelado de datos", "Data modelling", DA, 0.34), ("Canalizaciones", "Pipelines", DV, 0.46), ("Gestión de entregas", "Delivery management", PM, 0.2)],
}  # fmt: skip


@dataclass(frozen=True)
class Job:
    """One project to be: `fee` is a total for fixed work and an amount a month otherwise, in the account's currency."""

    id: str
    account: str
    name: str
    work: str
    billing: str
    start: date
    due: date
    fee: float
    status: str = "active"
    stretch: float = 1.0  # time it really takes over its baseline
    overrun: float = 1.0  # hours it really takes over its estimate
    margin: float = 0.36  # planned delivery margin
    media: float = 0.0  # pass-through cost a month
    notice: int | None = None
    renews: int | None = None  # months, when it renews by itself
    included: float | None = None
    rollover: tuple[int, float] | None = None
    closes: date | None = None  # contract's end where it isn't the project's due date
    team: dict[str, list[str]] = field(default_factory=dict)


def _d(text: str) -> date:
    return date.fromisoformat(text)


def _fixed(id: str, account: str, name: str, work: str, start: str, due: str, fee: float, **more: object) -> Job:
    return Job(id, account, name, work, "fixed", _d(start), _d(due), fee, **more)  # type: ignore[arg-type]  # keyword facts of Job


def _monthly(id: str, account: str, name: str, work: str, start: str, due: str, fee: float, **more: object) -> Job:
    return Job(id, account, name, work, "retainer", _d(start), _d(due), fee, **more)  # type: ignore[arg-type]  # as above


def _hourly(id: str, account: str, name: str, work: str, start: str, due: str, fee: float, **more: object) -> Job:
    return Job(id, account, name, work, "time_materials", _d(start), _d(due), fee, **more)  # type: ignore[arg-type]  # as above


JOBS: list[Job] = [
    _monthly("ALM-01", "almenara", "Iguala de comunicación y captación 2025", "growth", "2025-01-01", "2025-12-31", 15000, status="done", notice=90, included=200, media=6000),
    _monthly("ALM-02", "almenara", "Iguala de comunicación y captación 2026", "growth", "2026-01-01", "2026-12-31", 20000, notice=90, included=225, rollover=(2, 40), media=6500),
    _hourly("ALM-03", "almenara", "Portal del paciente", "squad", "2025-04-01", "2026-12-18", 24000, notice=30, closes=_d("2026-12-31")),
    _fixed("ALM-04", "almenara", "Cita previa y telemedicina", "app", "2025-09-01", "2026-07-31", 260000, status="done", stretch=1.0, overrun=1.04),
    _fixed("ALM-05", "almenara", "Cuadro de mando asistencial", "data", "2026-03-02", "2026-12-18", 155000, stretch=1.0),
    _monthly("ALM-06", "almenara", "Soporte de aplicaciones clínicas", "support", "2024-07-01", "2027-06-30", 5200, notice=60, renews=12, included=60, closes=_d("2026-06-30")),
    _fixed("ALM-07", "almenara", "Señalética digital del Hospital de la Vega", "web", "2025-04-14", "2025-09-19", 58000, status="done", stretch=1.05),
    _fixed("ALM-08", "almenara", "App de seguimiento de crónicos", "app", "2026-11-09", "2027-06-25", 165000, status="planned"),
    _fixed("CAN-01", "cantueso", "App móvil de empresas", "app", "2026-02-02", "2027-02-26", 255000, stretch=0.97, overrun=1.02, team={DV: ["izubiaurre", "stejada"], DE: ["hosei"]}),
    _monthly("CAN-02", "cantueso", "Iguala de producto digital", "product", "2024-10-01", "2026-12-31", 8000, notice=60, included=115, rollover=(3, 60), closes=_d("2026-12-31")),
    _hourly("CAN-03", "cantueso", "Migración del gestor documental", "squad", "2025-05-05", "2026-02-27", 11500, status="done"),
    _fixed("CAN-04", "cantueso", "Accesibilidad de la banca web", "web", "2025-10-06", "2026-03-27", 48000, status="done", stretch=1.02),
    _monthly("NOR-01", "northgate", "Member engagement retainer 2025", "growth", "2025-04-01", "2026-03-31", 7500, status="done", notice=90, included=100, media=4000),
    _monthly("NOR-02", "northgate", "Member engagement retainer 2026", "growth", "2026-04-01", "2027-03-31", 8200, notice=90, included=110, rollover=(1, 15), media=4200),
    _fixed("NOR-03", "northgate", "Claims portal rebuild", "web", "2025-08-04", "2026-06-26", 148000, status="done", stretch=1.0, overrun=1.03),
    _hourly("NOR-04", "northgate", "Data quality programme", "analysts", "2026-01-12", "2026-12-18", 5000, notice=30),
    _monthly("PEN-01", "penalba", "Oficina técnica BIM", "bim", "2024-05-01", "2027-04-30", 6500, notice=60, renews=12, included=105, closes=_d("2027-04-30")),
    _fixed("PEN-02", "penalba", "Portal de subcontratistas", "web", "2025-11-03", "2026-08-28", 78000, status="done", stretch=1.0),
    _fixed("FER-01", "penalba-ferro", "Modelo BIM de la estación de Villaseca", "bim", "2025-11-10", "2026-09-25", 112000, stretch=1.36, overrun=1.16),
    _hourly("FER-02", "penalba-ferro", "Planificación 4D del túnel de Arenales", "bim-hours", "2025-04-01", "2025-12-19", 5000, status="done"),
    _monthly("ATA-01", "atalaya", "Iguala de campañas 2025", "growth", "2025-01-01", "2025-12-31", 6000, status="done", notice=60, included=85, media=5000),
    _monthly("ATA-02", "atalaya", "Iguala de campañas 2026", "growth", "2026-01-01", "2026-12-31", 5400, notice=60, included=75, media=4500),
    _fixed("ATA-03", "atalaya", "Comparador de pólizas", "web", "2025-12-01", "2026-09-04", 94000, status="done", stretch=1.02, overrun=1.06),
    _fixed("APE-01", "atalaya-pensiones", "Simulador de jubilación", "web", "2026-04-13", "2026-12-11", 57000, stretch=0.9),
    _monthly("APE-02", "atalaya-pensiones", "Boletín y relación con partícipes", "social", "2025-02-01", "2027-01-31", 1600, notice=45, included=24, closes=_d("2027-01-31")),
    _hourly("LAR-01", "larkfield", "Design system and product squad", "squad", "2025-04-01", "2026-12-18", 7000, notice=45, closes=_d("2026-12-31")),
    _fixed("LAR-02", "larkfield", "Developer portal", "web", "2026-01-19", "2026-12-04", 46000, stretch=0.92),
    _fixed("KES-01", "kestrel", "Fleet console redesign", "app", "2025-10-13", "2026-04-24", 54000, status="done", stretch=1.0, overrun=0.95),
    _fixed("KES-02", "kestrel", "K2 launch campaign", "campaign", "2026-05-11", "2026-11-20", 48000, media=5500),
    _monthly("DUE-01", "duero", "Iguala de captación de estudiantes", "growth", "2024-09-01", "2027-08-31", 9200, notice=90, renews=12, included=125, closes=_d("2027-08-31"), media=7000),
    _fixed("DUE-02", "duero", "Rediseño del campus virtual", "learning", "2025-12-09", "2026-10-16", 96000, stretch=0.99, overrun=0.97, margin=0.4),
    _fixed("BER-01", "bermeja", "Nuevo motor de reservas", "web", "2025-11-17", "2026-11-13", 96000, stretch=1.08, overrun=1.22, margin=0.35),
    _monthly("BER-02", "bermeja", "Campañas de temporada", "growth", "2024-03-01", "2027-02-28", 5000, notice=60, renews=12, included=70, media=9000, closes=_d("2026-02-28")),
    _fixed("WIL-01", "willowbrook", "Family portal", "web", "2026-01-26", "2027-01-29", 94000, stretch=0.9, team={DV: ["izubiaurre", "arahman"], DE: ["hosei"]}),
    _monthly("WIL-02", "willowbrook", "Recruitment marketing retainer", "social", "2025-06-01", "2027-05-31", 4200, notice=60, included=60, rollover=(1, 10), media=1800),
    _fixed("VAL-01", "valdemora", "Tienda en línea y logística", "web", "2025-09-15", "2026-05-29", 61000, status="done", stretch=1.06, overrun=1.05),
    _monthly("VAL-02", "valdemora", "Marca y contenidos", "social", "2025-02-01", "2027-01-31", 4200, notice=75, included=62, closes=_d("2027-01-31")),
    _monthly("BRI-01", "brisa", "Redes y contenidos 2025", "social", "2025-01-01", "2025-12-31", 6200, status="done", notice=60, included=110),
    _monthly("BRI-02", "brisa", "Redes y contenidos 2026", "social", "2026-01-01", "2026-12-31", 6600, notice=60, included=120, rollover=(1, 12)),
    _fixed("BRI-03", "brisa", "Lanzamiento de la línea Sal Marina", "campaign", "2026-02-16", "2026-06-19", 34000, status="done", stretch=1.0, media=4000),
    _fixed("ASH-01", "ashdown", "Site safety app", "app", "2025-10-20", "2026-07-03", 58000, status="done", stretch=1.03, overrun=1.08),
    _hourly("ASH-02", "ashdown", "Digital engineering support", "bim-hours", "2025-04-01", "2027-03-31", 3900, notice=60),
    _fixed("MER-01", "merindades", "Renovación de la banca en línea", "web", "2025-06-02", "2026-02-27", 118000, status="done", stretch=1.21, overrun=1.13),
    _monthly("MER-02", "merindades", "Mantenimiento de la banca en línea", "support", "2026-05-01", "2027-04-30", 2400, notice=60, included=32),
    _hourly("TUR-01", "turia", "Equipo de datos ampliado", "analysts", "2025-04-07", "2027-01-29", 6400, notice=30),
    _fixed("TUR-02", "turia", "Sitio corporativo", "web", "2026-06-08", "2026-11-27", 29000, stretch=0.86),
    _fixed("QUI-01", "quintanar", "Programa de fidelización", "app", "2026-01-12", "2026-11-20", 63000, stretch=0.93, overrun=1.05),
    _monthly("QUI-02", "quintanar", "Publicidad local", "social", "2025-03-01", "2027-02-28", 2200, notice=60, included=32, media=1500),
    _monthly("THO-01", "thornbury", "Admissions campaign retainer", "growth", "2025-01-01", "2026-12-31", 3800, notice=90, included=52, media=2000),
    _fixed("THO-02", "thornbury", "Learning platform rollout", "learning", "2025-09-01", "2026-06-26", 52000, status="done", stretch=1.1, overrun=1.08),
    _hourly("IXT-01", "ixtlan", "Célula de desarrollo", "squad", "2025-04-01", "2026-12-31", 105000, notice=30, team={DV: ["ezarate", "vmontano"]}),
    _fixed("IXT-02", "ixtlan", "Portal de distribuidores", "web", "2025-12-01", "2026-05-15", 420000, status="done", team={DV: ["vmontano", "rledesma"], DE: ["fcuevas"]}),
    _monthly("HAR-01", "harbour", "E-commerce growth retainer", "growth", "2024-05-01", "2026-04-30", 6000, status="done", notice=90, included=80, media=3500),
    _fixed("HAR-02", "harbour", "Spring catalogue relaunch", "campaign", "2026-01-12", "2026-05-29", 22000, status="cancelled"),
    _fixed("LIN-01", "lindes", "Comercialización de Residencial Los Sauces", "campaign", "2025-09-22", "2026-10-30", 60000, status="on_hold", media=2500),
    _hourly("BAJ-01", "bajio", "Diagnóstico digital", "survey", "2026-08-24", "2026-10-30", 60000),
    _fixed("OCA-01", "ocana", "Web científica y área de investigadores", "web", "2026-11-16", "2027-04-30", 72000, status="planned"),
    _fixed("CAN-05", "cantueso", "Rediseño de la banca privada", "app", "2025-04-07", "2025-11-14", 118000, status="done", stretch=1.0),
    _fixed("NOR-05", "northgate", "Broker portal", "web", "2025-04-14", "2025-10-31", 94000, status="done", stretch=1.02),
    _fixed("LAR-03", "larkfield", "Partner marketplace", "web", "2025-04-07", "2025-12-05", 70000, status="done", stretch=1.0),
    _fixed("DUE-03", "duero", "Buscador de titulaciones", "web", "2025-04-07", "2025-09-12", 62000, status="done", stretch=1.0),
    _fixed("BER-03", "bermeja", "Web de grupos y bodas", "web", "2025-04-22", "2025-10-17", 52000, status="done", stretch=1.03),
    _fixed("TUR-03", "turia", "Catálogo de datos", "data", "2025-04-14", "2025-12-12", 68000, status="done", stretch=1.0),
    _fixed("WIL-03", "willowbrook", "Brand and website refresh", "web", "2025-04-07", "2025-11-28", 64000, status="done", stretch=1.01),
    _fixed("ATA-04", "atalaya", "App de partes de hogar", "app", "2025-04-07", "2025-11-21", 88000, status="done", stretch=1.04),
]  # fmt: skip
JOB = {job.id: job for job in JOBS}

# internal projects of the house: id, name, status, start, due
INTERNAL = [
    ("INT-01", "Operaciones internas", "active", "2025-01-01", None),
    ("INT-02", "Formación y comunidades de práctica", "active", "2025-01-01", None),
    ("INT-03", "Propuestas y concursos", "active", "2025-01-01", None),
    ("INT-04", "Nueva web de la casa", "active", "2026-05-04", "2026-12-18"),
]

SERVICES["bim-hours"] = [("Planificación 4D", "4D planning", SE, 0.6), ("Asistencia técnica a obra", "Site technical support", SE, 0.3), ("Seguimiento y actas", "Follow-up and minutes", PM, 0.1)]
SERVICES["survey"] = [("Entrevistas de diagnóstico", "Diagnostic interviews", AM, 1.0)]
