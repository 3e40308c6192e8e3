"""Cells of imported tables as people read them: headings, words, numbers in their unit, references by name. It computes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from lib.choices import CHOICES
from lib.columns import facts
from lib.formats import ABSENT, NBSP, Language
from lib.measures.browse import NAMES, names_of
from lib.portfolio import Portfolio
from lib.store.corrections import key_text
from lib.tables import TABLES
from lib.ui.frame import clip


def heading(table: str, column: str, t: Language) -> str:
    """What a column is called; a reference that is shown by name is called as the thing, not as its key."""
    declared = facts(TABLES[table].columns[column])
    other = declared.get("ref", "")
    if other in NAMES and column == TABLES[other].key[0]:
        return t(facts(TABLES[other].columns[NAMES[other]])["label"])
    return t(declared["label"])


def number(value: float, unit: str, t: Language) -> str:
    """A number as it stands, with the decimals that it has, at most six, in its unit."""
    scaled = 100 * value if unit == "share" else value
    decimals = next((places for places in range(6) if round(scaled, places) == round(scaled, 6)), 6)
    if unit == "money":
        decimals = max(decimals, 2)
    if unit == "share":
        return t.share(value, decimals)
    written = t.number(scaled, decimals)
    signs = {"h": f"{NBSP}h", "%": (NBSP if t.code == "es" else "") + "%"}
    return written + signs.get(unit, "")


def written(table: str, column: str, value: Any, t: Language, names: Mapping[str, str] | None = None) -> str:
    """A cell as people read it, whole: — where it is empty, a reference by its name."""
    if isinstance(value, pl.Series):
        value = value.to_list()
    if value is None:
        return ABSENT
    declared = facts(TABLES[table].columns[column]) if column in TABLES[table].columns else {"kind": "text"}
    how = declared["kind"]
    if how == "choice":
        return t(CHOICES.get(value, value))
    if how == "flag":
        return t("yes") if value else t("no")
    if how == "day":
        return t.day(value)
    if how in ("number", "whole"):
        return number(value, declared.get("unit", ""), t)
    if how == "week":
        return "; ".join(number(hours, "", t) for hours in value)
    if how == "words":
        return "; ".join((names or {}).get(item, item) for item in value)
    return (names or {}).get(value, str(value))


def names_shown(portfolio: Portfolio, table: str, rows: pl.DataFrame) -> dict[str, dict[str, str]]:
    """Column -> key -> name, of the references in `rows`."""
    shown = {}
    for column, other in TABLES[table].references.items():
        cells = rows[column].explode(empty_as_null=True, keep_nulls=True) if rows.schema[column] == pl.List(pl.String) else rows[column]
        shown[column] = names_of(portfolio, other, cells)
    return shown


def row_labels(portfolio: Portfolio, table: str, rows: pl.DataFrame, t: Language) -> dict[str, str]:
    """key text -> what people call the row: its name and key, else the names its key consists of."""
    names, labels = names_shown(portfolio, table, rows), {}
    known_by = NAMES.get(table)
    for row in rows.iter_rows(named=True):
        key = {part: row[part] for part in TABLES[table].key}
        parts = [written(table, part, value, t, names.get(part)) for part, value in key.items()]
        labels[key_text(key)] = f"{row[known_by]} · {parts[0]}" if known_by else " · ".join(parts)
    return labels


def corrections_said(cells: Sequence[Mapping[str, Any]], t: Language) -> str:
    """The cells that a correction's details list, in words: Accounts acme, Status: active → lost."""
    said = []
    for cell in cells:
        table, column = cell["table"], cell["column"]
        if table not in TABLES or column not in TABLES[table].columns:
            continue
        values = [
            date.fromisoformat(value) if value and TABLES[table].polars_schema[column] == pl.Date else value
            for value in (cell["before"], cell["after"])
        ]
        before, after = (clip(written(table, column, value, t), 60) for value in values)
        said.append(f"{t(TABLES[table].title)} {clip(cell['key'], 40)}, {heading(table, column, t)}: {before} → {after}")
    return "; ".join(said)
