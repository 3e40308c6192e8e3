"""What clients asked for beyond the agreement, with the tasks it made. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from making.cast import ACCOUNT, AS_OF, CONTACTS
from making.days import rng
from making.plan import DE, DV, JOB
from making.work import Work

# the project eaten by small favours: title, raised, hours, role, status
_SMALL = [
    ("Cambiar el orden de los filtros de búsqueda", "2026-02-10", 4, DE, "logged"), ("Añadir el campo «motivo del viaje»", "2026-02-17", 5, DV, "assessed"),
    ("Segunda versión del calendario", "2026-02-26", 9, DE, "logged"), ("Mostrar el precio por noche y el total", "2026-03-05", 6, DV, "logged"),
    ("Aviso de últimas habitaciones", "2026-03-11", 5, DV, "assessed"), ("Fotos a pantalla completa en el móvil", "2026-03-19", 7, DE, "logged"),
    ("Código promocional por correo", "2026-03-26", 8, DV, "proposed"), ("Traducción al alemán de los textos legales", "2026-04-08", 4, DV, "logged"),
    ("Cuna y cama supletoria en el mismo paso", "2026-04-15", 6, DV, "logged"), ("Icono propio para cada hotel", "2026-04-23", 5, DE, "logged"),
    ("Recordar la última búsqueda", "2026-05-06", 6, DV, "assessed"), ("Comparar hasta tres habitaciones", "2026-05-13", 9, DV, "proposed"),
    ("Modo de tarifas para residentes", "2026-05-21", 8, DV, "logged"), ("Botón de WhatsApp en la reserva", "2026-05-28", 3, DV, "logged"),
    ("Cambiar el tono de los correos", "2026-06-04", 4, DE, "logged"), ("Exportar reservas a la central", "2026-06-11", 9, DV, "assessed"),
    ("Nuevo aviso de política de cancelación", "2026-06-18", 3, DV, "logged"), ("Animación al confirmar", "2026-06-25", 5, DE, "rejected"),
    ("Precio con desayuno por defecto", "2026-07-02", 4, DV, "logged"), ("Mapa de playas cercanas", "2026-07-14", 8, DV, "logged"),
    ("Guardar favoritos sin registrarse", "2026-07-23", 7, DV, "assessed"), ("Retocar la ficha del hotel de Peñíscola", "2026-08-26", 4, DE, "logged"),
    ("Filtro de habitaciones accesibles", "2026-09-02", 6, DV, "logged"), ("Pago en dos plazos", "2026-09-09", 9, DV, "proposed"),
    ("Cambiar la portada por temporada", "2026-09-16", 5, DE, "logged"),
]  # fmt: skip

# project, title, raised, hours, status, decided, paid by, client's share, delay in days, description or reason
_OTHERS: list[tuple[str, str, str, float, str, str | None, str | None, float | None, float, str]] = [
    ("ALM-03", "Acceso de tutores a la historia de menores", "2026-02-03", 120, "implemented", "2026-02-24", "client", None, 8, "Nueva norma de la consejería sobre representantes legales"),
    ("ALM-03", "Aviso de resultados de laboratorio por SMS", "2026-08-31", 64, "approved", "2026-09-14", "client", None, 4, "Lo pide el servicio de análisis clínicos"),
    ("ALM-04", "Videollamada con intérprete", "2026-02-11", 70, "implemented", "2026-03-04", "client", None, 6, "Consultas con pacientes que no hablan español"),
    ("ALM-04", "Recordatorios en el calendario del móvil", "2026-03-24", 18, "implemented", "2026-03-31", "us", None, 0, "Lo dimos por incluido en la oferta"),
    ("ALM-05", "Indicadores de urgencias por hora", "2026-06-09", 85, "approved", "2026-07-01", "shared", 0.6, 9, "La dirección médica los necesita para el plan de invierno"),
    ("ALM-05", "Retirar el cuadro de farmacia", "2026-07-20", -40, "approved", "2026-07-29", "client", None, -4, "Lo cubrirá otra aplicación"),
    ("ALM-05", "Filtro por unidad de enfermería", "2026-09-22", 26, "proposed", None, "client", None, 3, "Pedido en la sesión de validación"),
    ("CAN-01", "Firma de transferencias por lotes", "2026-05-12", 140, "approved", "2026-06-02", "client", None, 12, "Petición de las empresas grandes del piloto"),
    ("CAN-01", "Aviso de vencimiento de líneas de crédito", "2026-09-15", 48, "assessed", None, None, None, 5, "Surge en las pruebas con usuarios"),
    ("CAN-01", "Modo oscuro", "2026-06-22", 36, "rejected", "2026-07-06", None, None, 0, "Se deja para una segunda fase"),
    ("CAN-04", "Guía de lectura fácil", "2026-01-19", 30, "implemented", "2026-02-02", "client", None, 2, "Recomendación de la auditoría externa"),
    ("NOR-03", "Photo evidence upload for motor claims", "2026-01-14", 90, "implemented", "2026-02-05", "client", None, 8, "Loss adjusters asked for it during the pilot"),
    ("NOR-03", "Extra audit trail for the regulator", "2026-04-09", 34, "implemented", "2026-04-20", "shared", 0.5, 3, "New guidance published in March"),
    ("NOR-04", "Address matching for legacy policies", "2026-07-08", 60, "approved", "2026-07-22", "client", None, 5, "Duplicates found in the first load"),
    ("PEN-02", "Carga masiva de certificados", "2026-04-21", 42, "implemented", "2026-05-11", "client", None, 4, "Los subcontratistas envían carpetas enteras"),
    ("FER-01", "Modelar también el paso inferior", "2026-03-10", 96, "approved", "2026-04-14", "shared", 0.5, 14, "Añadido por la administración ferroviaria"),
    ("FER-01", "Nueva base topográfica", "2026-05-19", 70, "implemented", "2026-05-26", "us", None, 10, "Los puntos de referencia de partida eran erróneos"),
    ("FER-01", "Quitar el aparcamiento disuasorio", "2026-08-05", -30, "assessed", None, None, None, -3, "Sale del proyecto constructivo"),
    ("ATA-03", "Comparar pólizas de mascotas", "2026-03-03", 54, "implemented", "2026-03-24", "client", None, 5, "Nuevo producto de la casa"),
    ("ATA-03", "Cambiar el proveedor de pago", "2026-05-25", 28, "withdrawn", None, None, None, 4, "El banco renovó el contrato"),
    ("APE-01", "Simular rescate parcial", "2026-07-15", 38, "approved", "2026-08-03", "client", None, 5, "Pregunta más frecuente en oficinas"),
    ("LAR-02", "Single sign-on for partners", "2026-05-06", 55, "approved", "2026-05-27", "client", None, 6, "Partner programme starts in November"),
    ("LAR-02", "Change log in three languages", "2026-09-03", 22, "proposed", None, "client", None, 2, "Requested by the Madrid sales office"),
    ("KES-01", "Map clustering for large fleets", "2026-02-02", 40, "implemented", "2026-02-16", "client", None, 3, "A fleet of 4,000 units joined the pilot"),
    ("DUE-02", "Aula para tutorías en grupo", "2026-04-15", 44, "implemented", "2026-04-29", "client", None, 3, "Acuerdo con el vicerrectorado"),
    ("WIL-01", "Photo consent form", "2026-05-20", 32, "approved", "2026-06-08", "client", None, 4, "Requested by the data protection officer"),
    ("WIL-01", "Family video calls", "2026-08-18", 88, "proposed", None, "client", None, 12, "Families asked for it in the pilot homes"),
    ("WIL-01", "Large print letters", "2026-09-08", 14, "logged", None, None, None, 1, "Residents' committee"),
    ("VAL-01", "Suscripción a cajas de temporada", "2026-02-09", 46, "implemented", "2026-02-23", "client", None, 6, "Los socios quieren ventas recurrentes"),
    ("ASH-01", "Offline mode for tunnels", "2026-03-16", 60, "implemented", "2026-04-01", "shared", 0.5, 7, "No signal on the northern section"),
    ("MER-01", "Certificado de titularidad en la web", "2025-11-18", 40, "implemented", "2025-12-09", "client", None, 5, "Lo exige el supervisor"),
    ("MER-01", "Rehacer la pantalla de Bizum", "2026-01-27", 58, "implemented", "2026-02-10", "us", None, 12, "No llegó a pasar las pruebas de usabilidad"),
    ("QUI-01", "Cupones por familia de producto", "2026-06-15", 30, "approved", "2026-06-30", "client", None, 4, "Acuerdo con tres laboratorios"),
    ("QUI-01", "Tarjeta en el monedero del móvil", "2026-09-01", 26, "assessed", None, None, None, 3, "Lo usa la competencia"),
    ("TUR-02", "Página de empleo", "2026-08-27", 16, "approved", "2026-09-10", "client", None, 2, "Abren oficina en Alicante"),
    ("THO-02", "Parent sign-in with school codes", "2026-02-25", 36, "implemented", "2026-03-17", "client", None, 5, "Parents' evenings move online"),
    ("IXT-02", "Lista de precios por estado", "2026-02-12", 32, "implemented", "2026-02-27", "client", None, 3, "Impuestos locales distintos"),
    ("LIN-01", "Vídeo aéreo de la segunda fase", "2026-05-05", 20, "rejected", "2026-05-20", None, None, 0, "Obra parada por la licencia"),
    ("BER-01", "Integración con el programa de puntos", "2026-03-02", 52, "implemented", "2026-03-23", "client", None, 5, "Acuerdo con la aerolínea"),
]  # fmt: skip


def change_requests(works: list[Work]) -> tuple[list[dict[str, Any]], list[Work]]:
    """Every request, and the tasks of those that were begun or approved; assignees are people already on the project."""
    rows: list[dict[str, Any]] = []
    made: list[Work] = []
    draw = rng("changes")
    for number, (title, raised, small, role, status) in enumerate(_SMALL, 1):
        hours = float(small)
        day = date.fromisoformat(raised)
        rows.append(_row(f"CR-BER-{number:03d}", "BER-01", title, day, hours, status) | {
            "raised_by": CONTACTS["bermeja"][number % 3][0], "started_on": day + timedelta(days=2), "decided_on": day + timedelta(days=9) if status == "rejected" else None,
            "priority": ("could", "should")[number % 2], "in_scope": False, "kind": "modified" if title.startswith(("Cambiar", "Retocar")) else "added", "reason": "Pedido de palabra en la reunión semanal",
        })  # fmt: skip
        work = _task(rows[-1], works, role, day + timedelta(days=2), hours * float(draw.uniform(1.1, 1.5)), 12)
        work.billable = False
        made.append(work)
    for number, (job_id, title, raised, hours, status, decided, payer, share, delay, reason) in enumerate(_OTHERS, 1):
        job, day = JOB[job_id], date.fromisoformat(raised)
        account = ACCOUNT[job.account]
        currency = account["currency"]
        rate = {"EUR": 42.0, "GBP": 39.0, "MXN": 520.0, "USD": 48.0}[currency]
        row = _row(f"CR-{number:03d}", job_id, title, day, hours, status) | {
            "raised_by": CONTACTS[job.account][number % 2][0], "decided_on": date.fromisoformat(decided) if decided else None, "paid_by": payer, "client_share": share,
            "delay_days": delay, "reason": reason, "priority": ("must", "should", "could")[number % 3] if status != "rejected" else "wont", "in_scope": payer == "us",
            "kind": "removed" if hours < 0 else "added", "cost": round(hours * rate), "price": 0.0 if payer == "us" else round(hours * rate / 0.62, -1), "currency": currency,
            "order_number": f"OC-{job_id}-{number:02d}" if status in ("approved", "implemented", "proposed") else None,
            "acceptance_criteria": ("Probado por dos usuarios y sin incidencias abiertas" if account["language"] == "es" else "Tested by two users with no open defects") if hours > 0 else None,
        }  # fmt: skip
        if status in ("logged", "assessed", "rejected", "withdrawn"):
            row |= {"cost": None, "price": None, "currency": None} if status == "logged" else {}
        if status in ("approved", "implemented") and hours > 0:
            begin = date.fromisoformat(decided or raised) + timedelta(days=5)
            row["started_on"] = begin if begin <= AS_OF else None
            made.append(_task(row, works, DV, begin, hours, max(20, round(hours * 0.6))))
        rows.append(row)
    rows.sort(key=lambda row: (row["raised_on"], row["change_id"]))
    return rows, made


def _row(change: str, project: str, title: str, raised: date, hours: float, status: str) -> dict[str, Any]:
    return {"change_id": change, "project_id": project, "title": title, "raised_on": raised, "hours": float(hours), "status": status, "description": None, "order_number": None,
            "acceptance_criteria": None, "cost": None, "price": None, "currency": None, "delay_days": None, "paid_by": None, "client_share": None, "started_on": None}  # fmt: skip


def _task(row: dict[str, Any], works: list[Work], role: str, begin: date, hours: float, days: int) -> Work:
    team = [work.person for work in works if work.job == row["project_id"] and work.person and work.kind == "task"]
    fitting = [work.person for work in works if work.job == row["project_id"] and work.person and work.role == role] or team
    end = begin + timedelta(days=days)
    if JOB[row["project_id"]].status == "done":
        end = min(end, max(begin, JOB[row["project_id"]].due))
    who = fitting[sum(map(ord, row["change_id"])) % len(fitting)]
    return Work(f"{row['project_id']}-X{row['change_id'][-3:]}", row["project_id"], row["title"], "task", role, who, abs(float(row["hours"])), None, None, begin, end, hours,
                due=end, change=row["change_id"], baselined=False)  # fmt: skip
