"""Who is in the sample: accounts, the people at clients, our own people. All invented; this file only lists them."""

from __future__ import annotations

from datetime import date
from typing import Any

START = date(2025, 4, 1)
AS_OF = date(2026, 9, 30)
SEED = 20260930

HOUSE = "meridiano"


def _accounts() -> list[dict[str, Any]]:
    """Accounts with two facts of their own: the language of their texts, and how many days late they pay."""
    columns = ("account_id", "name", "parent_id", "industry", "tier", "manager", "director", "country", "currency", "since", "status", "language", "late", "mood")
    marta, javier, sophie, daniel, ximena = "Marta Iglesias", "Javier Orduña", "Sophie Bennett", "Daniel Achebe", "Ximena Robledo"
    elena, richard = "Elena Castaño", "Richard Holloway"
    rows = [
        (HOUSE, "Estudio Meridiano", None, None, None, elena, None, "ES", "EUR", "2014-02-03", "active", "es", 0, 0),
        ("almenara", "Red Hospitalaria Almenara", None, "Health", "key", marta, elena, "ES", "EUR", "2019-05-06", "active", "es", 6, 1),
        ("cantueso", "Banca Cantueso", None, "Finance", "key", javier, elena, "ES", "EUR", "2020-09-14", "active", "es", 2, 1),
        ("northgate", "Northgate Mutual", None, "Finance", "key", sophie, richard, "GB", "GBP", "2021-03-01", "active", "en", 4, 1),
        ("penalba", "Constructora Peñalba", None, "Construction", "growth", javier, elena, "ES", "EUR", "2018-11-05", "active", "es", 30, 0),
        ("penalba-ferro", "Peñalba Infraestructuras Ferroviarias", "penalba", "Construction", "standard", javier, elena, "ES", "EUR", "2022-01-10", "active", "es", 8, 0),
        ("atalaya", "Seguros Atalaya", None, "Finance", "growth", marta, elena, "ES", "EUR", "2021-10-04", "active", "es", 3, 0),
        ("atalaya-pensiones", "Atalaya Pensiones", "atalaya", "Finance", "standard", marta, elena, "ES", "EUR", "2023-02-01", "active", "es", 3, 1),
        ("larkfield", "Larkfield Software", None, "Technology", "growth", daniel, richard, "GB", "GBP", "2022-06-13", "active", "en", 1, 1),
        ("kestrel", "Kestrel Robotics", "larkfield", "Technology", "standard", daniel, richard, "GB", "USD", "2024-09-02", "active", "en", 5, 1),
        ("duero", "Universidad Abierta del Duero", None, "Education", "key", marta, elena, "ES", "EUR", "2017-09-11", "active", "es", -3, 1),
        ("bermeja", "Hoteles Costa Bermeja", None, "Digital marketing", "growth", javier, elena, "ES", "EUR", "2022-03-07", "active", "es", 7, 0),
        ("willowbrook", "Willowbrook Care Homes", None, "Health", "growth", sophie, richard, "GB", "GBP", "2023-05-15", "active", "en", 3, 1),
        ("valdemora", "Cooperativa Agrícola Valdemora del Jarama", None, "Digital marketing", "standard", marta, elena, "ES", "EUR", "2023-10-02", "active", "es", 4, 1),
        ("brisa", "Brisa Cosmética Natural", None, "Digital marketing", "growth", javier, elena, "ES", "EUR", "2021-01-18", "active", "es", 2, 1),
        ("ashdown", "Ashdown Civil Engineering", None, "Construction", "standard", daniel, richard, "GB", "GBP", "2024-01-08", "active", "en", 9, 0),
        ("merindades", "Caja Rural de las Merindades", None, "Finance", "standard", javier, elena, "ES", "EUR", "2022-11-07", "active", "es", 3, -1),
        ("turia", "Datos del Turia", None, "Technology", "growth", marta, elena, "ES", "EUR", "2023-04-17", "active", "es", 1, 1),
        ("quintanar", "Farmacias Quintanar", None, "Health", "standard", javier, elena, "ES", "EUR", "2024-02-12", "active", "es", 5, 0),
        ("thornbury", "Thornbury Academy Trust", None, "Education", "standard", sophie, richard, "GB", "GBP", "2023-08-21", "active", "en", 12, -1),
        ("ixtlan", "Tecnologías Ixtlán", None, "Technology", "growth", ximena, richard, "MX", "MXN", "2024-03-04", "active", "es", 6, 1),
        ("harbour", "Harbour & Finch Retail", None, "Digital marketing", "standard", sophie, richard, "GB", "GBP", "2021-07-05", "lost", "en", 15, -1),
        ("lindes", "Promotora Lindes del Henares", None, "Construction", "standard", javier, elena, "ES", "EUR", "2023-06-19", "paused", "es", 14, 0),
        ("bajio", "Instituto Bajío de Oficios", None, "Education", None, ximena, None, "MX", "MXN", None, "active", "es", 0, 0),
        ("ocana", "Laboratorios Ocaña", None, "Health", "standard", marta, elena, "ES", "EUR", None, "prospect", "es", 0, 0),
    ]  # fmt: skip
    accounts = [dict(zip(columns, row, strict=True)) for row in rows]
    for account in accounts:
        account["internal"] = account["account_id"] == HOUSE
        account["lost_on"] = "2026-04-30" if account["account_id"] == "harbour" else None
        account["notice_given_on"] = {"harbour": "2026-01-29", "thornbury": "2026-09-11"}.get(str(account["account_id"]))
    return accounts


ACCOUNTS = _accounts()
ACCOUNT = {account["account_id"]: account for account in ACCOUNTS}

# name, role, since, left_on
CONTACTS: dict[str, list[tuple[str, str, str, str | None]]] = {
    "almenara": [("Dr. Eduardo Sanchís Roig", "sponsor", "2019-05-06", None), ("Pilar Montesinos", "decision_maker", "2021-02-01", None), ("Óscar Villalba", "champion", "2023-01-16", None), ("Beatriz Llorente", "user", "2024-04-08", None), ("Consuelo Nadal", "finance", "2020-03-02", None)],
    "cantueso": [("Ignacio Barrenechea", "sponsor", "2020-09-14", None), ("Laura Escribano", "decision_maker", "2022-05-09", None), ("Sergi Puigdevall", "champion", "2024-01-15", None), ("Amparo Gil", "finance", "2020-09-14", None)],
    "northgate": [("Margaret Ellison", "sponsor", "2021-03-01", None), ("Callum Reid", "decision_maker", "2022-08-01", None), ("Priya Raman", "champion", "2023-11-06", None), ("Derek Oakes", "finance", "2021-03-01", None)],
    "penalba": [("Fernando Peñalba Ruiz", "sponsor", "2018-11-05", None), ("Rosa Mancebo", "decision_maker", "2020-01-13", None), ("Julián Cebrián", "user", "2022-06-06", None), ("Teresa Olmos", "finance", "2019-02-04", None)],
    "penalba-ferro": [("Gonzalo Arrieta", "sponsor", "2022-01-10", None), ("Miriam Casado", "champion", "2022-09-05", None), ("Luis Ángel Prado", "user", "2024-02-19", None)],
    "atalaya": [("Carmen Udaeta", "sponsor", "2021-10-04", None), ("Rubén Salgado", "decision_maker", "2023-03-06", None), ("Inés Carrión", "champion", "2024-06-03", "2026-05-29"), ("Noelia Fuertes", "champion", "2026-06-08", None)],
    "atalaya-pensiones": [("Andrés Mondéjar", "sponsor", "2023-02-01", None), ("Yolanda Prats", "champion", "2023-02-01", None), ("Hugo Serrat", "finance", "2024-01-08", None)],
    "larkfield": [("Oliver Strand", "sponsor", "2022-06-13", None), ("Amelia Whitcombe", "champion", "2023-02-20", None), ("Tariq Aziz", "user", "2024-05-13", None), ("Fiona Drummond", "finance", "2022-06-13", None)],
    "kestrel": [("Dr. Naomi Feldman", "sponsor", "2024-09-02", None), ("Jack Penrose", "champion", "2024-09-02", None), ("Grace Adeyemi", "user", "2025-03-10", None)],
    "duero": [("Dra. Remedios Carvajal", "sponsor", "2018-02-05", "2026-09-18"), ("Tomás Quiroga", "decision_maker", "2020-09-07", None), ("Clara Bustos", "champion", "2021-11-15", None), ("Emilio Zarza", "user", "2023-01-09", None), ("Ángela Redondo", "finance", "2019-09-02", None)],
    "bermeja": [("Marina Salvatierra", "sponsor", "2022-03-07", None), ("Adrián Cots", "champion", "2022-03-07", None), ("Lorena Bisbal", "user", "2024-10-07", None), ("Vicente Aragó", "finance", "2023-01-09", None)],
    "willowbrook": [("Helen Masters", "sponsor", "2023-05-15", None), ("Anthony Boateng", "decision_maker", "2024-03-04", None), ("Lucy Farrant", "champion", "2023-05-15", None)],
    "valdemora": [("Anastasio Herreros", "sponsor", "2023-10-02", None), ("Belén Cifuentes", "champion", "2023-10-02", None), ("Marcos Pinilla", "finance", "2024-01-15", None)],
    "brisa": [("Alba Ferrándiz", "sponsor", "2021-01-18", None), ("Gema Torralba", "champion", "2022-04-04", None), ("Nuria Sempere", "user", "2024-09-16", None)],
    "ashdown": [("Graham Tully", "sponsor", "2024-01-08", None), ("Sian Prosser", "champion", "2024-01-08", None), ("Martin Lovell", "finance", "2024-04-15", None)],
    "merindades": [("Leopoldo Angulo", "sponsor", "2022-11-07", None), ("Susana Ortega Vivanco", "decision_maker", "2023-05-22", None), ("Jaime Rodríguez-Lara", "user", "2024-02-05", None)],
    "turia": [("Vanesa Climent", "sponsor", "2023-04-17", None), ("Pau Ferriol", "champion", "2023-04-17", None), ("Mireia Tormo", "finance", "2024-01-08", None)],
    "quintanar": [("Rodrigo Quintanar", "sponsor", "2024-02-12", None), ("Paloma Heras", "champion", "2024-02-12", None)],
    "thornbury": [("Dame Judith Harcourt", "sponsor", "2023-08-21", None), ("Peter Wainwright", "decision_maker", "2023-08-21", None), ("Zoe Kendall", "user", "2024-09-02", "2026-07-17")],
    "ixtlan": [("Rodolfo Ixtlán Mena", "sponsor", "2024-03-04", None), ("Citlali Navarrete", "champion", "2024-03-04", None), ("Arturo Villaseñor", "finance", "2024-03-04", None)],
    "harbour": [("Rosalind Finch", "sponsor", "2021-07-05", "2025-12-19"), ("Edward Crane", "decision_maker", "2022-02-07", None)],
    "lindes": [("Benito Aldecoa", "sponsor", "2023-06-19", None), ("Raquel Pastrana", "champion", "2023-06-19", None)],
    "ocana": [("Dra. Silvia Ocaña", "decision_maker", "2026-06-15", None), ("Alberto Fonseca", "champion", "2026-06-15", None)],
}  # fmt: skip

DOMAINS = {
    "almenara": "almenara.example", "cantueso": "bancacantueso.example", "northgate": "northgatemutual.example", "penalba": "penalba.example",
    "penalba-ferro": "ferro.penalba.example", "atalaya": "atalaya.example", "atalaya-pensiones": "pensiones.atalaya.example", "larkfield": "larkfield.example",
    "kestrel": "kestrelrobotics.example", "duero": "uaduero.example", "bermeja": "costabermeja.example", "willowbrook": "willowbrook.example",
    "valdemora": "valdemora.example", "brisa": "brisacosmetica.example", "ashdown": "ashdowncivil.example", "merindades": "merindades.example",
    "turia": "datosdelturia.example", "quintanar": "quintanar.example", "thornbury": "thornbury.example", "ixtlan": "ixtlan.example",
    "harbour": "harbourfinch.example", "lindes": "lindes.example", "ocana": "labocana.example",
}  # fmt: skip

CITIES = {
    "Madrid": ("ES", "MD"), "Barcelona": ("ES", "CT"), "Valencia": ("ES", "VC"), "Bilbao": ("ES", "PV"), "Sevilla": ("ES", "AN"),
    "London": ("GB", "ENG"), "Manchester": ("GB", "ENG"), "Edinburgh": ("GB", "SCT"), "Guadalajara": ("MX", "JAL"), "Ciudad de México": ("MX", "CMX"),
}  # fmt: skip
CURRENCY_OF = {"ES": "EUR", "GB": "GBP", "MX": "MXN"}

_AM, _AD, _PM, _ST, _DE, _DV, _QA, _MB, _SE, _DA = (
    "account manager", "account director", "project manager", "strategist", "designer", "developer", "QA engineer", "media buyer", "site engineer", "data analyst",
)  # fmt: skip

# name, role, city, skills, cost an hour today in the country's currency, first day, last day
_PEOPLE: list[tuple[str, str, str, str, float, str, str | None]] = [
    ("Elena Castaño", _AD, "Madrid", "negotiation;strategy", 62, "2014-02-03", None),
    ("Richard Holloway", _AD, "London", "negotiation;strategy", 66, "2019-01-07", None),
    ("Marta Iglesias", _AM, "Madrid", "client care;health", 44, "2016-09-05", None),
    ("Javier Orduña", _AM, "Madrid", "client care;finance", 43, "2018-03-12", None),
    ("Sophie Bennett", _AM, "London", "client care;finance", 47, "2020-06-01", None),
    ("Daniel Achebe", _AM, "Manchester", "client care;technology", 45, "2021-09-06", None),
    ("Ximena Robledo", _AM, "Ciudad de México", "client care;technology", 560, "2023-11-06", None),
    ("Pablo Urrutia", _PM, "Madrid", "scrum;planning", 43, "2017-05-15", None),
    ("Cristina Belmonte", _PM, "Valencia", "planning;e-commerce", 41, "2019-10-07", None),
    ("Aitor Mendizabal", _PM, "Bilbao", "planning;BIM", 42, "2020-02-10", None),
    ("Rachel Okonkwo", _PM, "London", "scrum;planning", 48, "2021-04-19", None),
    ("Gareth Pryce", _DA, "Manchester", "SQL;dashboards", 45, "2025-09-01", None),
    ("Nerea Etxeberria", _ST, "Bilbao", "brand;research", 45, "2018-01-15", None),
    ("Diego Salamanca", _ST, "Madrid", "media planning;research", 44, "2021-06-07", None),
    ("Imogen Clarke", _ST, "London", "brand;research", 49, "2022-02-14", None),
    ("Lucía Ferrández", _DE, "Madrid", "UX;UI;prototyping", 41, "2019-03-04", None),
    ("Álvaro Chamorro", _DE, "Sevilla", "UI;illustration", 36, "2021-01-11", None),
    ("Mireia Vidal", _DE, "Barcelona", "UX;service design", 42, "2018-06-18", None),
    ("Jorge Palacín", _DE, "Valencia", "UI;motion", 37, "2022-09-05", None),
    ("Hannah Osei", _DE, "London", "UX;UI;accessibility", 45, "2020-11-02", None),
    ("Ewan MacAllister", _DE, "Edinburgh", "brand;motion", 43, "2023-02-06", None),
    ("Fernanda Cuevas", _DE, "Guadalajara", "UI;illustration", 440, "2025-09-01", None),
    ("Saray Montoya", _DE, "Sevilla", "brand;content", 34, "2025-05-05", None),
    ("Iker Zubiaurre", _DV, "Bilbao", "backend;integration;Java", 47, "2017-02-06", None),
    ("Noemí Arranz", _DV, "Madrid", "frontend;React", 43, "2020-01-13", None),
    ("Guillem Casanovas", _DV, "Barcelona", "backend;Python;cloud", 48, "2019-09-16", None),
    ("Rocío Benavente", _DV, "Sevilla", "frontend;React;accessibility", 39, "2021-11-08", None),
    ("Samuel Tejada", _DV, "Madrid", "mobile;Kotlin;Swift", 46, "2025-10-13", None),
    ("Beñat Lasa", _DV, "Bilbao", "backend;Java", 42, "2025-09-15", None),
    ("Joshua Merrick", _DV, "London", "backend;Python", 52, "2020-08-17", None),
    ("Aisha Rahman", _DV, "Manchester", "frontend;React", 46, "2022-06-06", None),
    ("Emiliano Zárate", _DV, "Guadalajara", "backend;Node", 520, "2023-08-14", None),
    ("Valeria Montaño", _DV, "Guadalajara", "frontend;React", 490, "2024-02-05", None),
    ("Ricardo Ledesma", _DV, "Ciudad de México", "backend;PHP", 480, "2024-06-03", "2026-02-27"),
    ("Adriana Solís", _DV, "Ciudad de México", "backend;Python", 500, "2026-02-02", None),
    ("Concha Villena", _QA, "Madrid", "testing;accessibility", 36, "2018-10-01", None),
    ("Xabier Otxoa", _QA, "Bilbao", "testing;automation", 38, "2022-01-17", None),
    ("Leah Goddard", _DV, "Manchester", "frontend;testing;automation", 44, "2025-10-06", None),
    ("Sandra Piqueras", _MB, "Valencia", "search;social ads", 37, "2020-05-18", None),
    ("Hugo Marchena", _MB, "Madrid", "programmatic;search", 38, "2025-09-08", None),
    ("Olivia Trent", _MB, "London", "social ads;programmatic", 43, "2023-01-09", None),
    ("Begoña Arteaga", _SE, "Madrid", "BIM;Revit;4D planning", 45, "2019-04-01", None),
    ("Martín Echarri", _SE, "Bilbao", "BIM;Navisworks", 43, "2021-02-15", None),
    ("Owen Llewellyn", _SE, "Manchester", "BIM;site surveys", 47, "2026-01-12", None),
    ("Irene Cárcamo", _DA, "Madrid", "SQL;dashboards;statistics", 44, "2021-05-10", None),
]  # fmt: skip


def short(name: str) -> str:
    """A login: first letter and first surname, without accents."""
    plain = name.translate(str.maketrans("áéíóúñüÁÉÍÓÚÑ", "aeiounuAEIOUN")).lower().replace("-", "")
    words = [word for word in plain.split() if word not in ("dr.", "dra.", "dame")]
    return words[0][0] + words[1].replace("'", "")


def _people() -> list[dict[str, Any]]:
    people = []
    for name, role, city, skills, cost, start, end in _PEOPLE:
        country, subdivision = CITIES[city]
        weekly = {"ES": 40.0, "GB": 37.5, "MX": 40.0}[country]
        pattern: list[float] | None = [weekly / 5] * 5 + [0.0, 0.0]
        if short(name) == "netxeberria":
            weekly, pattern = 24.0, [6.0, 6.0, 6.0, 0.0, 6.0, 0.0, 0.0]
        elif short(name) == "lgoddard":
            weekly, pattern = 30.0, [7.5, 7.5, 7.5, 7.5, 0.0, 0.0, 0.0]
        elif short(name) == "cvillena":
            weekly, pattern = 35.0, [7.0] * 5 + [0.0, 0.0]
        elif short(name) == "asolis":
            pattern = None
        team = {_AM: "Accounts", _AD: "Accounts", _PM: "Delivery", _ST: "Strategy", _DE: "Design", _DV: "Engineering", _QA: "Engineering",
                _MB: "Media", _SE: "Built environment", _DA: "Strategy"}[role]  # fmt: skip
        people.append({
            "person_id": short(name), "name": name, "email": f"{short(name)}@estudiomeridiano.example", "role": role, "team": team, "skills": skills.split(";"),
            "weekly_hours": weekly, "week_pattern": pattern, "cost_rate": float(cost), "bill_rate": float(round(cost * (1.6 if country != "MX" else 1.62))),
            "rate_currency": CURRENCY_OF[country], "start": start, "end": end, "country": country, "subdivision": subdivision, "city": city,
        })  # fmt: skip
    return people


PEOPLE = _people()
PERSON = {person["person_id"]: person for person in PEOPLE}
ROLES = (_AM, _AD, _PM, _ST, _DE, _DV, _QA, _MB, _SE, _DA)
