"""Write the sample portfolio, one file a table, into data/sample or the folder named. The same seed gives the same bytes; it never reads the clock.

Run it as `python data/sample/make.py [folder]`.
"""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE)]

from making import authored, cast, changes, days, money, relations, rows, work  # noqa: E402  (needs the path above)

from lib.tables import TABLES  # noqa: E402  (as above)

BIG = ("time_entries",)  # written as Parquet, for its size


def sample_rows() -> dict[str, list[dict[str, Any]]]:
    """Every table's rows, in the order in which they are written."""
    terms, closed, away = days.terms(), days.closures(), days.absences()
    capacity = days.capacity(closed, away, terms)
    works = work.tasks(capacity)
    orders, made = changes.change_requests(works)
    works += made
    logged = work.entries(works, capacity)
    rows.settle(logged, {(2026, 1): 123.0, (2026, 2): 121.5, (2026, 3): 126.0, (2026, 4): 120.5, (2026, 5): 122.5, (2026, 6): 124.0, (2026, 7): 155.0, (2026, 8): 151.5, (2026, 9): 162.0}, "BRI-02")
    rows.keep_to_included(logged)
    rows.saturdays(logged)
    work.count(works, logged)
    rows.replan(works, capacity)
    spent, fx = money.expenses(), money.fx_rates()
    readings = rows.progress(works, logged)
    return {
        "accounts": cast.ACCOUNTS, "contacts": relations.contacts(), "contracts": money.contracts(), "people": cast.PEOPLE, "person_terms": terms, "closures": closed,
        "projects": rows.projects(works, readings), "tasks": rows.tasks(works), "links": rows.links(works), "time_entries": rows.time_entries(logged),
        "bookings": rows.bookings(works, logged, capacity), "absences": away,
        "invoices": money.invoices(works, logged, spent, terms, orders, money.Rates(fx)), "expenses": spent, "feedback": relations.feedback(),
        "touchpoints": relations.touchpoints(), "risks": relations.risks(), "change_requests": orders, "opportunities": relations.opportunities(), "goals": relations.goals(),
        "kpi_values": relations.kpi_values(), "progress": readings, "fx_rates": fx,
    }  # fmt: skip


def frame(name: str, given: list[dict[str, Any]]) -> pl.DataFrame:
    """Rows as the table's declared columns and types; ISO texts become dates."""
    table = TABLES[name]
    columns = {}
    for column, dtype in table.polars_schema.items():
        cells = [row.get(column) for row in given]
        if dtype == pl.Date:
            cells = [cell.isoformat() if isinstance(cell, date) else cell for cell in cells]
            columns[column] = pl.Series(column, cells, dtype=pl.String).str.to_date("%Y-%m-%d")
        elif dtype == pl.Float64:
            columns[column] = pl.Series(column, [None if cell is None else float(cell) for cell in cells], dtype=pl.Float64).round(5)
        else:
            columns[column] = pl.Series(column, cells, dtype=dtype)
    return pl.DataFrame(columns)


def as_text(table: pl.DataFrame) -> pl.DataFrame:
    """Cells as a person would type them: 7.5 and 8, yes and no, lists joined by ;"""
    cells = []
    for name, dtype in table.schema.items():
        column = pl.col(name)
        if dtype == pl.Boolean:
            column = pl.when(column).then(pl.lit("yes")).when(~column).then(pl.lit("no"))
        elif isinstance(dtype, pl.List):
            column = column.cast(pl.List(pl.String)).list.eval(pl.element().str.strip_suffix(".0")).list.join(";")
        elif dtype == pl.Float64:
            column = column.cast(pl.String).str.strip_suffix(".0")
        cells.append(column.alias(name))
    return table.select(cells)


def write(folder: Path) -> dict[str, pl.DataFrame]:
    """Write every table and the authored rows below `folder`; returns the frames."""
    (folder / "authored").mkdir(parents=True, exist_ok=True)
    frames = {name: frame(name, given) for name, given in sample_rows().items()}
    for name, table in frames.items():
        if name in BIG:
            table.write_parquet(folder / f"{name}.parquet", compression="zstd", compression_level=15)
        else:
            as_text(table).write_csv(folder / f"{name}.csv", line_terminator="\n")
    for name, given in authored.ROWS.items():
        text = json.dumps(given, ensure_ascii=False, indent=1)
        (folder / "authored" / f"{name}.json").write_text(text + "\n", encoding="utf-8", newline="\n")
    return frames


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    for table_name, written in write(target).items():
        print(f"{table_name:16} {written.height:6}")
