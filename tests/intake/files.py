"""Small files and tables that tests of the importer share."""

from __future__ import annotations

import polars as pl

from lib.tables import TABLES

SPANISH_TIME = (
    "Fecha;Usuario;Proyecto;Horas;Facturable;Descripción\r\n"
    "02/03/2026;Ana Muñoz;Web nueva;7,5;Sí;Diseño\r\n"
    "13/03/2026;Ana Muñoz;web  nueva;1,25;No;Reunión\r\n"
    "13/03/2026;Luis Gil;Web nueva;ocho;Sí;Código\r\n"
    "13/03/2026;Luis Gil;App móvil;8;Sí;Código\r\n"
    "14/03/2026;Luis Gil;Web antigua;2;Sí;Código\r\n"
)


def filled(table: str, **columns: list[object]) -> pl.DataFrame:
    """Rows of a table with the given columns; the others are null."""
    rows = pl.DataFrame(columns)
    absent = [pl.lit(None, dtype).alias(name) for name, dtype in TABLES[table].polars_schema.items() if name not in columns]
    return rows.with_columns(absent).select(TABLES[table].columns.keys()).cast(dict(TABLES[table].polars_schema))


def accounts() -> pl.DataFrame:
    return filled("accounts", account_id=["A1", "A2"], name=["Acme", "Beta"], currency=["EUR", "EUR"], status=["active", "active"])


def projects() -> pl.DataFrame:
    return filled(
        "projects",
        project_id=["P1", "P2"],
        account_id=["A1", "A2"],
        name=["Web nueva", "App móvil"],
        status=["active"] * 2,
        currency=["EUR"] * 2,
    )
