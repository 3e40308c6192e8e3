"""What the house wrote down in its review meetings: reviews, promises, decisions and actions. This file only lists them."""

from __future__ import annotations

from typing import Any


def _rows(columns: str, *rows: tuple[Any, ...]) -> list[dict[str, Any]]:
    return [dict(zip(columns.split(), row, strict=True)) for row in rows]


REVIEWS = _rows(
    "review_id account_id date quarter attendees rating summary",
    ("RV-ALM-2026Q2", "almenara", "2026-07-15", "2026-Q2", ["Dr. Eduardo Sanchís Roig", "Pilar Montesinos", "Óscar Villalba", "Marta Iglesias", "Elena Castaño", "Pablo Urrutia"], 4,
     "Buen trimestre: la telemedicina se entrega en fecha y las citas en línea pasan del 45 %. Piden ver urgencias por hora antes del invierno."),
    ("RV-2026Q2", None, "2026-07-20", "2026-Q2", ["Elena Castaño", "Richard Holloway", "Marta Iglesias", "Javier Orduña", "Sophie Bennett", "Daniel Achebe", "Ximena Robledo"], None,
     "Revisión de la cartera del segundo trimestre: margen estable, demasiado peso de una cuenta y cobros lentos en construcción."),
)  # fmt: skip

# status: kept (finished by the due date), late (finished after it or still open past it), dropped
PROMISES = _rows(
    "promise_id account_id review_id text owner due metric target finished_on status",
    ("PR-01", "almenara", "RV-ALM-2026Q2", "Entregar cita previa y telemedicina antes del 31 de julio", "Pablo Urrutia", "2026-07-31", "Puesta en producción", "1 publicación", "2026-07-31", "kept"),
    ("PR-02", "almenara", "RV-ALM-2026Q2", "Llegar al 50 % de citas pedidas en línea", "Marta Iglesias", "2026-09-30", "Citas en línea", "50 %", "2026-09-30", "kept"),
    ("PR-03", "almenara", "RV-ALM-2026Q2", "Enviar cada informe mensual en los primeros cinco días hábiles", "Marta Iglesias", "2026-09-07", "Informes en plazo", "3 de 3", "2026-09-07", "kept"),
    ("PR-04", "almenara", "RV-ALM-2026Q2", "Mostrar los indicadores de urgencias por hora en los siete hospitales", "Irene Cárcamo", "2026-09-11", "Hospitales con cuadro de mando", "7 hospitales", None, "late"),
    ("PR-05", "almenara", "RV-ALM-2026Q2", "Formar a las supervisoras de planta en el portal", "Pablo Urrutia", "2026-08-28", "Personas formadas", "60 personas", "2026-09-16", "late"),
    ("PR-06", "almenara", "RV-ALM-2026Q2", "Estudiar un asistente por voz para la centralita", "Guillem Casanovas", "2026-09-18", None, None, None, "dropped"),
    ("PR-07", "cantueso", "RV-2026Q2", "Presentar el plan de seguridad de la app de empresas", "Javier Orduña", "2026-08-14", None, None, "2026-08-12", "kept"),
    ("PR-08", "northgate", "RV-2026Q2", "Send the claims portal results to the board", "Sophie Bennett", "2026-08-07", "Self-service claims", "40 %", "2026-08-05", "kept"),
    ("PR-09", "penalba", "RV-2026Q2", "Firmar un plan de pagos de las facturas vencidas", "Javier Orduña", "2026-08-31", "Facturas vencidas", "0 facturas", None, "late"),
)  # fmt: skip

DECISIONS = _rows(
    "decision_id review_id account_id date text decided_by reason",
    ("DE-01", "RV-ALM-2026Q2", "almenara", "2026-07-15", "Los indicadores de urgencias por hora se hacen como orden de cambio, a medias", "Pilar Montesinos", "Los necesita el plan de invierno y no estaban en el alcance"),
    ("DE-02", "RV-ALM-2026Q2", "almenara", "2026-07-15", "El cuadro de farmacia sale del proyecto", "Óscar Villalba", "Lo cubrirá otra aplicación"),
    ("DE-03", "RV-ALM-2026Q2", "almenara", "2026-07-15", "Se abandona el asistente por voz este año", "Dr. Eduardo Sanchís Roig", "Prioridad al portal del paciente"),
    ("DE-04", "RV-2026Q2", None, "2026-07-20", "Ninguna cuenta nueva de más del 20 % del año sin pasar por dirección", "Elena Castaño", "Concentración de ingresos"),
    ("DE-05", "RV-2026Q2", "penalba", "2026-07-20", "No se empieza trabajo nuevo para Peñalba hasta tener plan de pagos", "Elena Castaño", "Facturas vencidas a más de sesenta días"),
    ("DE-06", "RV-2026Q2", "bermeja", "2026-07-20", "Las peticiones pequeñas del motor de reservas se agrupan en una orden de cambio", "Javier Orduña", "Se están comiendo el margen"),
)  # fmt: skip

ACTIONS = _rows(
    "action_id review_id account_id text owner due status done_on",
    ("AC-01", "RV-ALM-2026Q2", "almenara", "Enviar la orden de cambio de urgencias", "Pablo Urrutia", "2026-07-22", "done", "2026-07-21"),
    ("AC-02", "RV-ALM-2026Q2", "almenara", "Proponer fechas de formación por hospital", "Marta Iglesias", "2026-07-31", "done", "2026-07-30"),
    ("AC-03", "RV-ALM-2026Q2", "almenara", "Preparar la renovación de la iguala 2027", "Marta Iglesias", "2026-10-02", "open", None),
    ("AC-04", "RV-2026Q2", "penalba", "Llamar a tesorería y acordar calendario de cobro", "Javier Orduña", "2026-07-31", "open", None),
    ("AC-05", "RV-2026Q2", "bermeja", "Reunir las peticiones sin presupuesto y ponerles precio", "Cristina Belmonte", "2026-09-04", "open", None),
    ("AC-06", "RV-2026Q2", "duero", "Preparar la propuesta del portal de antiguos alumnos", "Marta Iglesias", "2026-10-09", "open", None),
    ("AC-07", "RV-2026Q2", "ashdown", "Invitar a un segundo contacto a las reuniones", "Daniel Achebe", "2026-08-28", "done", "2026-09-02"),
    ("AC-08", "RV-2026Q2", None, "Buscar dos desarrolladores para 2027", "Elena Castaño", "2026-10-30", "open", None),
    ("AC-09", "RV-2026Q2", "willowbrook", "Agree cover for Iker and Hannah in November", "Rachel Okonkwo", "2026-09-18", "open", None),
)  # fmt: skip

ROWS: dict[str, list[dict[str, Any]]] = {"reviews": REVIEWS, "promises": PROMISES, "decisions": DECISIONS, "actions": ACTIONS}
