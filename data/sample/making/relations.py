"""How clients feel and what they want: contacts, meetings, surveys, risks, deals, goals and indicators. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from making.cast import ACCOUNT, ACCOUNTS, AS_OF, CONTACTS, DOMAINS, HOUSE, short
from making.days import rng
from making.plan import JOBS

HISTORY = date(2025, 4, 1)


def contacts() -> list[dict[str, Any]]:
    rows = []
    for account, people in CONTACTS.items():
        for number, (name, role, since, left) in enumerate(people, 1):
            rows.append({"contact_id": f"{account}-c{number}", "account_id": account, "name": name, "role": role, "email": f"{short(name)}@{DOMAINS[account]}",
                         "active": left is None and account != "harbour", "since": since, "left_on": left})  # fmt: skip
    return rows


_TALK = {
    ("es", 1): ["Repaso del mes: contentos con el ritmo, piden ver resultados por sede.", "Validan la entrega sin cambios y adelantan la siguiente reunión.", "Presentan el plan del próximo semestre y quieren contar con nosotros.",
                "Demostración con dirección; buena acogida.", "Acordamos prioridades de la quincena.", "Nos ponen en contacto con otra área de la casa.", "Revisión de indicadores: por encima del objetivo."],
    ("es", 0): ["Seguimiento semanal, sin novedades.", "Piden más detalle en el informe mensual.", "Repaso de incidencias; quedan tres por cerrar.", "Cambian a la persona que valida los textos.",
                "Preguntan por la fecha de la siguiente entrega.", "Revisamos el calendario; el verano retrasa las validaciones.", "Comentan que facturación aún no ha recibido la orden de compra."],
    ("es", -1): ["Molestos por el retraso de la última entrega; piden un plan.", "Reclaman un interlocutor único.", "Discusión sobre qué entra en el mantenimiento.", "Preguntan por qué el informe llegó tarde.",
                 "Piden bajar el alcance para llegar a la fecha."],
    ("en", 1): ["Monthly catch-up: happy with pace, asked for results by site.", "Signed off the release with no changes.", "Shared next year's plan and want us in it.", "Demo to the board went well.",
                "Agreed the fortnight's priorities.", "Introduced us to another department.", "Reviewed indicators: ahead of target."],
    ("en", 0): ["Weekly follow-up, nothing new.", "Asked for more detail in the monthly report.", "Went through open defects; three left.", "New person will approve copy.",
                "Asked about the date of the next release.", "Reviewed the calendar around school holidays.", "Purchase order still to come."],
    ("en", -1): ["Unhappy with the late report; asked for a recovery plan.", "Want one point of contact.", "Long talk about what support covers.", "Asked for a discount after the delay.",
                 "Need to cut scope to keep the date."],
}  # fmt: skip
_QBR = {"es": "Revisión trimestral: resultados, promesas y plan del trimestre siguiente.", "en": "Quarterly review: results, promises and next quarter's plan."}


def mood(account: str, day: date) -> int:
    """How an account feels on a day: -1, 0 or 1, with the turns that the stories need."""
    base = int(ACCOUNT[account]["mood"])
    if account == "merindades" and day < date(2025, 11, 1):
        return 0
    if account == "thornbury" and day < date(2026, 2, 1):
        return 0
    if account == "harbour" and day < date(2025, 9, 1):
        return 0
    if account == "penalba-ferro" and day > date(2026, 5, 1):
        return -1
    return base


def touchpoints() -> list[dict[str, Any]]:
    """Calls, meetings, workshops and quarterly reviews, at the pace of each account's tier; August is quiet in Spain."""
    rows: list[dict[str, Any]] = []
    for account in ACCOUNTS:
        who = account["account_id"]
        if who in (HOUSE, "bajio"):
            continue
        draw = rng(f"touch {who}")
        pace = {"key": 8, "growth": 12, "standard": 17}[account["tier"]]
        begin = max(HISTORY, date.fromisoformat(account["since"])) if account["since"] else date(2026, 6, 16)
        end = {"harbour": date(2026, 4, 24), "lindes": date(2026, 7, 8), "thornbury": date(2026, 9, 11), "merindades": date(2026, 8, 20)}.get(who, AS_OF - timedelta(days=2))
        if who == "thornbury":
            pace = 24
        day = begin + timedelta(days=int(draw.integers(0, 10)))
        people = [(f"{who}-c{number}", *person) for number, person in enumerate(CONTACTS[who], 1)]
        while day <= end:
            if day.weekday() > 4:
                day += timedelta(days=7 - day.weekday())
                continue
            if not (account["language"] == "es" and day.month == 8 and draw.random() < 0.75):
                kind = str(draw.choice(["call", "meeting", "email", "workshop"], p=[0.4, 0.32, 0.22, 0.06]))
                feel = mood(who, day) if draw.random() < 0.7 else 0
                there = [row[0] for row in people if row[3] <= day.isoformat() and (row[4] is None or row[4] > day.isoformat())]
                if who in ("ashdown", "turia") and len(there) > 1 and (draw.random() < 0.9 or who == "ashdown"):
                    there = there[1:2]
                size = min(len(there), 1 if kind in ("call", "email") else int(draw.integers(1, 4)))
                rows.append({"account_id": who, "date": day, "kind": kind, "contact_ids": sorted(str(one) for one in draw.choice(there, size=size, replace=False)), "owner": account["manager"],
                             "sentiment": round(min(1.0, max(-1.0, 0.45 * feel + float(draw.normal(0.1, 0.18)))), 1), "summary": str(draw.choice(_TALK[account["language"], feel]))})  # fmt: skip
            day += timedelta(days=max(2, round(float(draw.normal(pace, 3)))))
        if account["tier"] in ("key", "growth") and account["status"] == "active":
            for quarter in ((2025, 7), (2025, 10), (2026, 1), (2026, 4), (2026, 7)):
                review = date(*quarter, 15) if who == "almenara" else date(*quarter, int(draw.integers(8, 24)))
                if review < begin:
                    continue
                there = [row[0] for row in people if row[3] <= review.isoformat() and (row[4] is None or row[4] > review.isoformat()) and row[2] != "finance"]
                rows.append({"account_id": who, "date": review, "kind": "qbr", "contact_ids": there, "owner": account["manager"], "sentiment": round(0.2 + 0.3 * mood(who, review), 1),
                             "summary": _QBR[account["language"]]})  # fmt: skip
    rows.sort(key=lambda row: (row["date"], row["account_id"], row["kind"]))
    return [{"touchpoint_id": f"TP-{number:04d}"} | row for number, row in enumerate(rows, 1)]


_SAID = {
    ("es", 1): ["Responden siempre y explican bien.", "El equipo se ha ganado la confianza del comité.", "Repetiríamos sin dudar.", "Muy buena coordinación con nuestro departamento de sistemas.", "Cumplen lo que dicen."],
    ("es", 0): ["Buen trabajo, aunque los informes llegan justos.", "El resultado gusta; el proceso, mejorable.", "Falta un poco de iniciativa.", "Correcto."],
    ("es", -1): ["Demasiados cambios de fecha.", "Esperábamos más después de la primera fase.", "Nos enteramos tarde de los problemas."],
    ("en", 1): ["They answer the phone and explain things clearly.", "Part of our team by now.", "Would choose them again.", "Careful, honest, on time.", "Great with our IT people."],
    ("en", 0): ["Good work, reports arrive a little late.", "Solid, could be bolder.", "We like the result; the process took a lot of meetings.", "Fine."],
    ("en", -1): ["Too many missed dates.", "We heard about problems too late.", "People changed three times this year."],
}  # fmt: skip


def feedback() -> list[dict[str, Any]]:
    """Half-yearly NPS by contact, CSAT when a project is delivered (scale 1-5, 1-10 for Northgate) and a few effort scores."""
    rows: list[dict[str, Any]] = []
    for account in ACCOUNTS:
        who = account["account_id"]
        if who in (HOUSE, "bajio", "ocana", "quintanar"):
            continue
        draw = rng(f"feedback {who}")
        for wave in (date(2025, 5, 20), date(2025, 11, 18), date(2026, 5, 19), date(2026, 9, 15)):
            for number, (_, role, since, left) in enumerate(CONTACTS[who], 1):
                gone = left is not None and left <= wave.isoformat()
                if since > wave.isoformat() or gone or role == "finance" or draw.random() < 0.3 or (who in ("harbour", "lindes") and wave > date(2026, 4, 1)):
                    continue
                if wave == date(2026, 9, 15) and account["tier"] != "key" and draw.random() < 0.5:
                    continue
                feel = mood(who, wave)
                low, middle, high = {1: (8, 8.9, 10), 0: (6, 7.2, 9), -1: (2, 4.6, 6)}[feel]
                score = min(high, max(low, round(float(draw.normal(middle, 0.8)))))
                rows.append(_answer(who, None, f"{who}-c{number}", wave + timedelta(days=int(draw.integers(0, 9))), "nps", score, (0, 10), feel, draw))
        for job in JOBS:
            if job.account == who and job.billing == "fixed" and job.status == "done":
                day = min(AS_OF, job.start + timedelta(days=round((job.due - job.start).days * job.stretch) + 12))
                scale = (1, 10) if who == "northgate" else (1, 5)
                feel = -1 if job.stretch > 1.15 else mood(who, day)
                share = min(1.0, max(0.0, float(draw.normal({1: 0.92, 0: 0.72, -1: 0.4}[feel], 0.08))))
                rows.append(_answer(who, job.id, f"{who}-c2", day, "csat", round(scale[0] + share * (scale[1] - scale[0])), scale, feel, draw))
        if account["tier"] == "key":
            rows.append(_answer(who, None, f"{who}-c3", date(2026, 6, 24), "ces", 6, (1, 7), 1, draw))
    rows.sort(key=lambda row: (row["date"], row["account_id"], row["kind"], row["contact_id"]))
    return [{"feedback_id": f"FB-{number:03d}"} | row for number, row in enumerate(rows, 1)]


def _answer(account: str, project: str | None, contact: str, day: date, kind: str, score: float, scale: tuple[int, int], feel: int, draw: Any) -> dict[str, Any]:
    said = str(draw.choice(_SAID[ACCOUNT[account]["language"], feel])) if draw.random() < 0.6 else None
    return {"account_id": account, "project_id": project, "contact_id": contact, "date": day, "kind": kind, "score": float(score), "scale_min": float(scale[0]), "scale_max": float(scale[1]), "comment": said}


# account, project, kind, title, internal, opened, closed, probability, impact, days, hours, owner, mitigation
_RISKS: list[tuple[Any, ...]] = [
    ("almenara", "ALM-03", "risk", "Cambio de la norma autonómica de historia clínica", False, "2026-06-04", None, 3, 4, 10, 120, "Marta Iglesias", "Reunión mensual con la asesoría jurídica del hospital"),
    ("almenara", "ALM-05", "issue", "Extracción de urgencias con datos incompletos", False, "2026-08-25", None, None, 3, 5, 40, "Irene Cárcamo", "Carga diaria de contraste hasta que sistemas lo corrija"),
    ("almenara", "ALM-04", "issue", "Caída de la pasarela de vídeo", False, "2026-05-11", "2026-05-15", None, 4, 2, 24, "Guillem Casanovas", "Proveedor de reserva contratado"),
    ("almenara", None, "risk", "Concentración: casi la cuarta parte de los ingresos de la casa", True, "2026-01-12", None, 2, 5, None, None, "Elena Castaño", "Abrir dos cuentas clave antes de verano"),
    ("cantueso", "CAN-01", "risk", "El banco aplaza la revisión de seguridad", False, "2026-07-13", None, 3, 3, 8, None, "Javier Orduña", "Fecha reservada con el equipo de seguridad en octubre"),
    ("cantueso", "CAN-01", "risk", "Iker Zubiaurre y Hannah Osei compartidos con el Family portal", True, "2026-08-03", None, 4, 4, 10, 60, "Pablo Urrutia", "Plan de relevo con Beñat Lasa"),
    ("cantueso", "CAN-03", "risk", "Documentos anteriores a 2005 sin índice", False, "2025-07-07", "2026-01-15", 3, 2, 4, 30, "Cristina Belmonte", "Muestra revisada con archivo"),
    ("northgate", "NOR-04", "risk", "Legacy policy extract may be late", False, "2026-08-11", None, 3, 3, 6, None, "Sophie Bennett", "Second extract booked with the vendor"),
    ("northgate", "NOR-02", "risk", "Marketing budget review in November", True, "2026-09-07", None, 2, 3, None, None, "Sophie Bennett", "Prepare results by channel"),
    ("penalba", None, "issue", "Facturas vencidas sin pagar; tesorería aplaza a noviembre", True, "2026-08-17", None, None, 4, None, None, "Javier Orduña", "Plan de pagos pedido a Teresa Olmos"),
    ("penalba", "PEN-01", "risk", "Parada de obra por falta de material", False, "2026-03-16", None, 2, 3, 10, None, "Aitor Mendizabal", "Repartir horas a otra obra"),
    ("penalba-ferro", "FER-01", "issue", "Base topográfica errónea: modelado rehecho", False, "2026-05-19", None, None, 4, 15, 110, "Aitor Mendizabal", "Segundo levantamiento terminado; recuperar plazo en coordinación"),
    ("penalba-ferro", "FER-01", "risk", "Penalización por entrega tardía del modelo", True, "2026-08-24", None, 4, 4, None, None, "Javier Orduña", "Negociar entrega por tramos"),
    ("atalaya", "ATA-02", "risk", "Cambio de responsable de marketing", False, "2026-06-01", None, 3, 2, None, None, "Marta Iglesias", "Primera reunión con Noelia Fuertes hecha"),
    ("atalaya-pensiones", "APE-01", "risk", "Textos fiscales pendientes del regulador", False, "2026-08-06", None, 3, 3, 7, 16, "Cristina Belmonte", "Publicar con texto provisional"),
    ("larkfield", "LAR-02", "risk", "API documentation incomplete", False, "2026-06-15", None, 3, 2, 5, 30, "Rachel Okonkwo", "Two sessions a week with their engineers"),
    ("kestrel", "KES-02", "risk", "Trade fair date may move", False, "2026-08-19", None, 2, 3, 5, None, "Daniel Achebe", "Assets ready two weeks earlier"),
    ("duero", "DUE-02", "risk", "Convivencia con el campus antiguo en enero", False, "2026-07-06", None, 2, 2, 3, 20, "Cristina Belmonte", "Redirecciones probadas con un grupo"),
    ("bermeja", "BER-01", "issue", "Peticiones pequeñas sin presupuesto consumen el margen", True, "2026-07-20", None, None, 4, None, 150, "Cristina Belmonte", "Agrupar en una orden de cambio antes de octubre"),
    ("bermeja", "BER-02", "risk", "Temporada baja: recorte de medios", False, "2026-09-14", None, 3, 2, None, None, "Javier Orduña", "Plan de invierno con paquetes"),
    ("willowbrook", "WIL-01", "risk", "Consent records held on paper", False, "2026-06-22", None, 3, 3, 8, 40, "Rachel Okonkwo", "Scan pilot in two homes"),
    ("willowbrook", "WIL-01", "issue", "Test data contained real names", False, "2026-04-27", "2026-05-04", None, 4, 2, 12, "Hannah Osei", "Data replaced and access reviewed"),
    ("valdemora", "VAL-02", "risk", "Cosecha corta: menos presupuesto de campaña", False, "2026-09-01", None, 3, 2, None, None, "Marta Iglesias", "Mover el lanzamiento del aceite a febrero"),
    ("brisa", "BRI-02", "issue", "Horas por encima de las incluidas tres meses seguidos", True, "2026-09-10", None, None, 3, None, 110, "Javier Orduña", "Proponer un tramo superior en la renovación"),
    ("ashdown", "ASH-02", "risk", "Only one contact attends meetings", True, "2026-06-30", None, 3, 3, None, None, "Daniel Achebe", "Invite Graham Tully to the November review"),
    ("merindades", "MER-02", "issue", "Quejas por la lentitud de la web en nómina", False, "2026-08-31", None, None, 4, 4, 36, "Beñat Lasa", "Ampliar memoria y revisar consultas"),
    ("merindades", "MER-01", "issue", "Entrega ocho semanas tarde", False, "2026-03-02", "2026-04-27", None, 4, 40, 180, "Cristina Belmonte", "Abono acordado"),
    ("turia", "TUR-01", "risk", "Quieren incorporar analistas en plantilla", True, "2026-07-02", None, 3, 3, None, None, "Marta Iglesias", "Ofrecer formación y un contrato más corto"),
    ("quintanar", "QUI-01", "risk", "El programa de caja no admite cupones parciales", False, "2026-05-25", None, 3, 3, 6, 45, "Pablo Urrutia", "Prueba con el fabricante en octubre"),
    ("thornbury", None, "issue", "Notice received for the end of December", True, "2026-09-11", None, None, 4, None, None, "Sophie Bennett", "Exit plan and a call with Dame Judith"),
    ("ixtlan", "IXT-01", "risk", "Tipo de cambio del peso", True, "2026-02-09", None, 3, 2, None, None, "Ximena Robledo", "Revisión semestral de tarifa"),
    ("lindes", "LIN-01", "issue", "Licencia de obra suspendida", False, "2026-06-12", None, None, 5, None, None, "Javier Orduña", "Reanudar cuando resuelva el ayuntamiento"),
    ("harbour", "HAR-01", "issue", "New owner moved marketing in-house", True, "2026-01-29", "2026-04-30", None, 5, None, None, "Sophie Bennett", "Handover finished"),
]  # fmt: skip


def risks() -> list[dict[str, Any]]:
    columns = ("account_id", "project_id", "kind", "title", "internal", "opened", "closed_on", "probability", "impact", "impact_days", "impact_hours", "owner", "mitigation")
    rows = [dict(zip(columns, row, strict=True)) for row in sorted(_RISKS, key=lambda row: (row[5], row[0], row[3]))]
    return [{"risk_id": f"R-{number:02d}", "task_id": "ALM-05-04" if row["title"].startswith("Extracción de urgencias") else None} | row
            | {"status": "closed" if row["closed_on"] else "open"} for number, row in enumerate(rows, 1)]  # fmt: skip


# account, contract, name, kind, service, stage, amount, probability, created, expected close, closed, status, hours, starts, weeks, role
_DEALS: list[tuple[Any, ...]] = [
    ("almenara", "C-ALM-02", "Renovación de la iguala 2027", "renewal", "Comunicación", "Negociación", 246000, 0.85, "2026-08-31", "2026-10-30", None, "open", None, "2027-01-01", 52, None),
    ("almenara", "C-ALM-03", "Portal del paciente 2027", "renewal", "Desarrollo", "Propuesta", 280000, 0.75, "2026-09-07", "2026-11-27", None, "open", 4200, "2027-01-11", 50, "developer"),
    ("almenara", "C-ALM-08", "App de seguimiento de crónicos", "upsell", "Desarrollo", "Negociación", 165000, 0.7, "2026-05-18", "2026-10-23", None, "open", 2500, "2026-11-09", 33, "developer"),
    ("cantueso", "C-CAN-02", "Iguala de producto 2027", "renewal", "Producto", "Propuesta", 99000, 0.8, "2026-09-01", "2026-10-31", None, "open", None, "2027-01-01", 52, None),
    ("cantueso", None, "Firma digital para autónomos", "cross_sell", "Desarrollo", "Propuesta", 88000, 0.45, "2026-07-06", "2026-11-13", None, "open", 1300, "2027-01-18", 22, "developer"),
    ("northgate", "C-NOR-02", "Member engagement retainer 2027", "renewal", "Marketing", "Qualified", 101000, 0.7, "2026-09-21", "2026-12-18", None, "open", None, "2027-04-01", 52, None),
    ("northgate", None, "Broker self-service", "upsell", "Development", "Proposal", 120000, 0.4, "2026-06-11", "2026-11-30", None, "open", 1700, "2027-01-25", 30, "developer"),
    ("penalba", None, "Gemelo digital del polígono Las Eras", "upsell", "BIM", "Contacto", 64000, None, "2026-06-22", "2026-12-11", None, "open", 900, "2027-02-01", 24, "site engineer"),
    ("atalaya", "C-ATA-02", "Iguala de campañas 2027", "renewal", "Comunicación", "Propuesta", 66000, 0.65, "2026-09-10", "2026-11-20", None, "open", None, "2027-01-01", 52, None),
    ("atalaya", None, "Área de mediadores", "cross_sell", "Desarrollo", "Contacto", 72000, 0.25, "2026-04-20", "2026-08-28", None, "open", 1050, "2027-01-11", 26, "developer"),
    ("atalaya-pensiones", "C-APE-02", "Boletín 2027", "renewal", "Contenidos", "Propuesta", 19800, 0.8, "2026-09-14", "2026-12-04", None, "open", None, "2027-02-01", 52, None),
    ("larkfield", "C-LAR-01", "Product squad 2027", "renewal", "Development", "Negotiation", 92000, 0.8, "2026-08-24", "2026-11-06", None, "open", 1150, "2027-01-04", 50, "developer"),
    ("larkfield", None, "Onboarding videos", "cross_sell", "Content", "Qualified", 14000, 0.5, "2026-08-03", "2026-10-16", None, "open", 160, "2026-11-02", 6, "designer"),
    ("kestrel", None, "US dealer site", "upsell", "Development", "Proposal", 58000, 0.5, "2026-07-20", "2026-11-25", None, "open", 640, "2027-01-11", 18, "developer"),
    ("duero", None, "Portal de antiguos alumnos", "upsell", "Desarrollo", "Propuesta", 54000, 0.6, "2026-06-29", "2026-11-06", None, "open", 820, "2027-01-11", 20, "developer"),
    ("bermeja", None, "Tienda de experiencias", "upsell", "Desarrollo", "Contacto", 38000, 0.3, "2026-08-10", "2027-01-15", None, "open", 560, "2027-02-08", 16, "developer"),
    ("willowbrook", None, "Staff rota app", "upsell", "Development", "Qualified", 62000, 0.35, "2026-07-27", "2026-12-15", None, "open", 830, "2027-02-01", 22, "developer"),
    ("valdemora", "C-VAL-02", "Marca y contenidos 2027", "renewal", "Contenidos", "Propuesta", 52000, 0.75, "2026-09-02", "2026-11-13", None, "open", None, "2027-02-01", 52, None),
    ("ashdown", None, "Carbon reporting dashboard", "cross_sell", "Data", "Qualified", 33000, 0.4, "2026-06-08", "2026-11-18", None, "open", 430, "2027-01-18", 14, "data analyst"),
    ("turia", "C-TUR-01", "Equipo de datos 2027", "renewal", "Datos", "Propuesta", 72000, 0.45, "2026-09-04", "2026-12-11", None, "open", 1080, "2027-02-01", 48, "data analyst"),
    ("quintanar", None, "Cuadro de ventas por farmacia", "cross_sell", "Datos", "Contacto", 18000, None, "2026-07-08", "2026-11-30", None, "open", 260, "2027-01-18", 10, "data analyst"),
    ("ixtlan", "C-IXT-01", "Célula de desarrollo 2027", "renewal", "Desarrollo", "Negociación", 1450000, 0.8, "2026-08-17", "2026-11-16", None, "open", 1600, "2027-01-04", 50, "developer"),
    ("ocana", None, "Web científica y área de investigadores", "new", "Desarrollo", "Propuesta", 72000, 0.45, "2026-06-15", "2026-10-30", None, "open", 1000, "2026-11-16", 24, "developer"),
    ("bajio", None, "Plataforma de cursos", "upsell", "Desarrollo", "Contacto", 640000, 0.2, "2026-09-08", "2027-01-29", None, "open", 620, "2027-03-01", 18, "developer"),
    ("almenara", "C-ALM-01", "Renovación de la iguala 2026", "renewal", "Comunicación", "Cerrada", 240000, 1.0, "2025-09-01", "2025-11-28", "2025-11-21", "won", None, "2026-01-01", 52, None),
    ("almenara", None, "Cuadro de mando asistencial", "upsell", "Datos", "Cerrada", 155000, 1.0, "2025-11-10", "2026-02-06", "2026-02-02", "won", 2100, "2026-03-02", 38, "developer"),
    ("cantueso", None, "App móvil de empresas", "upsell", "Desarrollo", "Cerrada", 255000, 1.0, "2025-09-15", "2026-01-16", "2026-01-12", "won", 3900, "2026-02-02", 44, "developer"),
    ("northgate", "C-NOR-01", "Member engagement retainer 2026", "renewal", "Marketing", "Closed", 98400, 1.0, "2025-12-08", "2026-02-27", "2026-02-19", "won", None, "2026-04-01", 52, None),
    ("atalaya", "C-ATA-01", "Iguala de campañas 2026", "renewal", "Comunicación", "Cerrada", 64800, 1.0, "2025-09-22", "2025-11-28", "2025-12-10", "won", None, "2026-01-01", 52, None),
    ("brisa", "C-BRI-01", "Redes y contenidos 2026", "renewal", "Contenidos", "Cerrada", 79200, 1.0, "2025-10-01", "2025-11-28", "2025-11-18", "won", None, "2026-01-01", 52, None),
    ("willowbrook", None, "Family portal", "upsell", "Development", "Closed", 94000, 1.0, "2025-09-29", "2026-01-09", "2025-12-18", "won", 1450, "2026-01-26", 43, "developer"),
    ("harbour", "C-HAR-01", "Growth retainer 2026-27", "renewal", "Marketing", "Closed", 76000, 0.0, "2025-11-17", "2026-02-27", "2026-01-29", "lost", None, "2026-05-01", 52, None),
    ("merindades", None, "Banca para jóvenes", "upsell", "Desarrollo", "Cerrada", 68000, 0.0, "2026-02-16", "2026-06-12", "2026-06-05", "lost", 980, "2026-09-07", 24, "developer"),
    ("thornbury", "C-THO-01", "Admissions retainer 2027", "renewal", "Marketing", "Closed", 47000, 0.0, "2026-07-13", "2026-09-30", "2026-09-11", "lost", None, "2027-01-01", 52, None),
    ("kestrel", None, "K2 launch campaign", "upsell", "Campaign", "Closed", 48000, 1.0, "2026-02-23", "2026-04-24", "2026-04-20", "won", 480, "2026-05-11", 27, "designer"),
    ("lindes", None, "Segunda fase de Los Sauces", "upsell", "Campaña", "Cerrada", 40000, 0.0, "2026-03-09", "2026-07-31", "2026-06-12", "lost", 520, "2026-10-05", 20, "designer"),
]  # fmt: skip


def opportunities() -> list[dict[str, Any]]:
    columns = ("account_id", "contract_id", "name", "kind", "service", "stage", "amount", "probability", "created_on", "expected_close", "closed_on", "status", "hours", "expected_start", "weeks", "role")
    rows = [dict(zip(columns, row, strict=True)) for row in _DEALS]
    return [{"opportunity_id": f"OP-{number:02d}", "currency": ACCOUNT[row["account_id"]]["currency"]} | row for number, row in enumerate(rows, 1)]


# account, title, metric, unit, baseline, target, actual, due, status; the metric's monthly values follow the line from baseline to actual
_GOALS: list[tuple[Any, ...]] = [
    ("almenara", "Más citas pedidas en línea", "Citas en línea", "%", 31, 55, 52, "2026-12-31", "on_track"), ("almenara", "Menos llamadas a la centralita", "Llamadas al mes", "llamadas", 48000, 36000, 37500, "2026-12-31", "on_track"),
    ("almenara", "Espera media en urgencias visible", "Hospitales con cuadro de mando", "hospitales", 0, 7, 4, "2026-11-30", "at_risk"),
    ("cantueso", "Empresas activas en la app", "Empresas activas", "empresas", 0, 12000, 2100, "2027-06-30", "on_track"), ("cantueso", "Accesibilidad AA de la banca web", "Pantallas conformes", "%", 58, 100, 100, "2026-03-31", "met"),
    ("northgate", "Members using self-service", "Self-service claims", "%", 22, 45, 43, "2026-12-31", "on_track"), ("northgate", "Shorter time to first answer", "Hours to first answer", "h", 52, 24, 27, "2026-12-31", "on_track"),
    ("penalba", "Menos interferencias en obra", "Interferencias por planta", "n.º", 46, 15, 19, "2026-12-31", "on_track"), ("penalba", "Subcontratistas dados de alta en el portal", "Altas", "empresas", 0, 300, 214, "2026-12-31", "at_risk"),
    ("penalba-ferro", "Modelo federado entregado en fecha", "Disciplinas coordinadas", "n.º", 0, 9, 5, "2026-09-25", "off_track"),
    ("atalaya", "Coste por póliza contratada", "Coste por póliza", "EUR", 84, 62, 66, "2026-12-31", "on_track"), ("atalaya", "Comparaciones terminadas", "Comparaciones al mes", "n.º", 0, 9000, 3100, "2027-03-31", "at_risk"),
    ("atalaya-pensiones", "Partícipes que abren el boletín", "Apertura", "%", 24, 35, 34, "2026-12-31", "on_track"),
    ("larkfield", "Developers signed up", "Sign-ups", "people", 400, 2500, 2240, "2026-12-31", "on_track"), ("kestrel", "Qualified leads for K2", "Leads", "leads", 0, 600, 385, "2026-12-18", "on_track"),
    ("kestrel", "Fleet console task time", "Seconds per task", "s", 96, 60, 58, "2026-06-30", "met"),
    ("duero", "Matrículas por canal digital", "Matrículas digitales", "n.º", 2900, 4200, 4260, "2026-10-31", "on_track"), ("duero", "Alumnado que usa el campus cada semana", "Uso semanal", "%", 61, 80, 79, "2026-12-18", "on_track"),
    ("duero", "Coste por matrícula", "Coste por matrícula", "EUR", 118, 95, 92, "2026-09-30", "met"),
    ("bermeja", "Reservas directas", "Reserva directa", "%", 28, 40, 33, "2026-12-31", "at_risk"), ("bermeja", "Abandono en el pago", "Abandono", "%", 71, 55, 66, "2026-10-31", "off_track"),
    ("willowbrook", "Families with access", "Families registered", "families", 0, 1800, 640, "2027-03-31", "on_track"), ("willowbrook", "Applications per vacancy", "Applications", "n", 3.2, 6, 5.6, "2026-12-31", "on_track"),
    ("valdemora", "Ventas de la tienda", "Ventas al mes", "EUR", 21000, 60000, 51800, "2026-12-31", "on_track"), ("valdemora", "Socios en el club de temporada", "Socios", "n.º", 0, 1500, 1180, "2026-12-31", "on_track"),
    ("brisa", "Comunidad en redes", "Seguidores", "miles", 84, 130, 127, "2026-12-31", "on_track"), ("brisa", "Ventas atribuidas a contenidos", "Ventas atribuidas", "EUR", 18000, 34000, 33200, "2026-12-31", "on_track"),
    ("ashdown", "Near misses reported", "Reports a month", "n", 14, 60, 38, "2026-12-31", "at_risk"),
    ("merindades", "Clientes digitales", "Clientes digitales", "%", 41, 60, 47, "2026-12-31", "off_track"), ("merindades", "Disponibilidad de la web", "Disponibilidad", "%", 98.9, 99.9, 99.2, "2026-12-31", "at_risk"),
    ("turia", "Tiempo de carga de datos", "Horas de carga", "h", 9, 3, 3.4, "2026-12-31", "on_track"), ("quintanar", "Tarjetas activas", "Tarjetas", "miles", 0, 40, 18, "2027-01-31", "at_risk"),
    ("thornbury", "Applications for September", "Applications", "n", 1450, 1800, 1390, "2026-06-30", "missed"), ("thornbury", "Teachers trained", "Teachers", "n", 0, 260, 171, "2026-09-30", "missed"),
    ("ixtlan", "Entregas por trimestre", "Entregas", "n.º", 3, 8, 8, "2026-12-31", "on_track"), ("harbour", "Online revenue growth", "Online revenue", "kGBP", 410, 520, 395, "2026-04-30", "dropped"),
    ("lindes", "Viviendas reservadas", "Reservas", "n.º", 0, 64, 22, "2026-12-31", "off_track"),
]  # fmt: skip


def goals() -> list[dict[str, Any]]:
    columns = ("account_id", "title", "metric", "unit", "baseline", "target", "actual", "due", "status")
    rows = [dict(zip(columns, row, strict=True)) for row in _GOALS]
    return [{"goal_id": f"G-{number:02d}", "start": "2026-01-01" if number % 3 else "2025-04-01", "owner": ACCOUNT[row["account_id"]]["manager"]} | row for number, row in enumerate(rows, 1)]


def kpi_values() -> list[dict[str, Any]]:
    """Each goal's metric at month's end, from its baseline towards what it is now."""
    rows = []
    ends = {"harbour": date(2026, 3, 31), "lindes": date(2026, 5, 31)}
    for account, _, metric, unit, baseline, target, actual, _, _ in _GOALS:
        draw = rng(f"kpi {account} {metric}")
        months = [date(2025 + (3 + step) // 12, (3 + step) % 12 + 1, 1) + timedelta(days=31) for step in range(18)]
        days = [day.replace(day=1) - timedelta(days=1) for day in months]
        begin = 0 if baseline else 6
        digits = 0 if max(abs(target), abs(actual)) >= 200 else 1
        for step, day in enumerate(days[begin:], 1):
            if day > ends.get(account, AS_OF):
                break
            way = (step / (18 - begin)) ** (1.0 if baseline else 1.4)
            wobble = 0.0 if day == AS_OF else float(draw.normal(0, 0.035))
            value = baseline + (actual - baseline) * min(1.0, max(0.0, way + wobble))
            rows.append({"account_id": account, "metric": metric, "date": day, "value": round(value, digits) + 0.0, "target": float(target), "unit": unit,
                         "source": "Analítica web" if ACCOUNT[account]["language"] == "es" else "Web analytics"})  # fmt: skip
    return rows


