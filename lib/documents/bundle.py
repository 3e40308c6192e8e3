"""The whole portfolio as files that come back through our own importer: Parquet in a ZIP, and a workbook. It opens no store.

Columns keep the names of `lib.tables`, so that no file needs a mapping. `lay_out` streams the tables into a folder as Parquet, of which
`bundle` makes one file. Workbooks of any size are made by `workbook_job` in a worker process, so that other sessions are not held up.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from lib.columns import facts
from lib.documents.workbook import Sheet, refuse_too_large, write_workbook
from lib.formats import Language
from lib.intake.messages import EXPLAINED
from lib.intake.templates import columns_of
from lib.portfolio import Portfolio
from lib.tables import TABLES

MANIFEST = "cartera-manifest.json"
_WHEN = (1980, 1, 1, 0, 0, 0)  # equal portfolios give equal files
_BLOCK = 1 << 20


def sizes(portfolio: Portfolio) -> dict[str, tuple[int, int]]:
    """Table -> (rows, columns), of the tables that hold rows, in the order of `lib.tables`."""
    return {name: (portfolio.rows[name], len(table.columns)) for name, table in TABLES.items() if name in portfolio.loaded}


def refuse_large_portfolio(portfolio: Portfolio, t: Language) -> None:
    """Raise `TooLarge` if no workbook holds the portfolio."""
    refuse_too_large({t(TABLES[name].title): size for name, size in sizes(portfolio).items()}, t)


def lay_out(portfolio: Portfolio, folder: Path) -> list[str]:
    """Write each table that holds rows into `folder` as <table>.parquet, in pieces, and return their names."""
    names = list(sizes(portfolio))
    for name in names:
        portfolio[name].select(TABLES[name].columns.keys()).sink_parquet(folder / f"{name}.parquet", compression="zstd")
    return names


def bundle(folder: Path, tables: Sequence[str], described: Mapping[str, Any]) -> Path:
    """A ZIP of the tables laid out in `folder`, with a manifest: `described` (version, when made …), each file's rows and digest."""
    packed = folder / "cartera.zip"
    files = {}
    with zipfile.ZipFile(packed, "w") as archive:
        for name in tables:
            path = folder / f"{name}.parquet"
            files[path.name] = {"rows": pl.scan_parquet(path).select(pl.len()).collect().item(), "sha256": _add(archive, path)}
        manifest = json.dumps({**described, "files": files}, ensure_ascii=False, indent=1, sort_keys=True)
        archive.writestr(zipfile.ZipInfo(MANIFEST, _WHEN), manifest)
    return packed


def _add(archive: zipfile.ZipFile, path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as content, archive.open(zipfile.ZipInfo(path.name, _WHEN), "w", force_zip64=True) as entry:
        while block := content.read(_BLOCK):
            digest.update(block)
            entry.write(block)
    return digest.hexdigest()


def described(sheet: Sheet, file: str) -> dict[str, Any]:
    """A sheet as `workbook_job` takes it, its rows in the Parquet file called `file`."""
    return {
        "file": file, "name": sheet.name, "headings": dict(sheet.headings), "formats": dict(sheet.formats), "notes": list(sheet.notes),
    }  # fmt: skip


def workbook_job(folder: str, sheets: list[dict[str, Any]], language: str, about: list[list[str]]) -> dict[str, Any]:
    """In a worker: the sheets, as `described` and with their rows in `folder`, as one workbook. Returns {"file": its name}."""
    place = Path(folder)
    made = [
        Sheet(one["name"], pl.read_parquet(place / one["file"]), one["headings"], one["formats"], tuple(one["notes"])) for one in sheets
    ]
    write_workbook(place / "cartera.xlsx", made, Language(language), [(what, words) for what, words in about])
    return {"file": "cartera.xlsx"}


def portfolio_sheets(folder: Path, tables: Sequence[str], t: Language) -> list[dict[str, Any]]:
    """The tables laid out in `folder` for `workbook_job`, each under its own column names, and a sheet that explains the columns."""
    sheets = [table_sheet(name, TABLES[name].empty(), t) for name in tables]
    explained = dictionary(tables, t)
    explained.rows.write_parquet(folder / "columns.parquet")
    return [*(described(sheet, f"{sheet.name}.parquet") for sheet in sheets), described(explained, "columns.parquet")]


def table_sheet(name: str, rows: pl.DataFrame, t: Language) -> Sheet:
    """A table under its own column names, as the importer knows them."""
    columns = TABLES[name].columns
    return Sheet(name, rows, {column: column for column in columns}, _looks(name), (t(TABLES[name].about),))


def _looks(name: str) -> dict[str, str]:
    looks = {}
    for column, declared in TABLES[name].columns.items():
        kind, unit = facts(declared)["kind"], facts(declared).get("unit", "")
        if kind == "number":
            looks[column] = {"money": "money", "h": "hours"}.get(unit, "plain")  # a share too: 0.5 has to read as 0.5
        elif kind in ("day", "whole", "flag"):
            looks[column] = kind
    return looks


def dictionary(tables: Sequence[str], t: Language) -> Sheet:
    """Every column of the tables: what it is called, what it holds, how it is written."""
    rows = [{"table": name, **column} for name in tables for column in columns_of(name, t)]
    words = {name: t(EXPLAINED[name]) for name in ("name", "label", "about", "form", "needed")}
    headings = {"table": t("Table"), **words}
    return Sheet(t(EXPLAINED["sheet"]), pl.DataFrame(rows, schema=dict.fromkeys(headings, pl.String)), headings)
