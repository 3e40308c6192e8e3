"""Tables of the pages as sheets to take away: figures, agenda, promises, history. The full values behind what is shown, and all rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from lib.charts.chart import Status
from lib.charts.theme import WORD
from lib.columns import N_
from lib.definitions import DEFINITIONS, SIGNALS
from lib.documents.workbook import Sheet
from lib.formats import Language
from lib.measures.book import Book
from lib.measures.figure import Figure
from lib.store import Commit
from lib.tables import TABLES
from lib.ui.definition import DECIMALS, why_absent, written
from lib.wording import sentence

UNITS = {
    "money": "",
    "share": N_("share, 0 to 1"),
    "hours": "h",
    "days": N_("days"),
    "index": N_("index, 0 to 10,000"),
    "count": N_("count"),
}
STATES = {"kept": N_("Kept"), "late": N_("Late"), "dropped": N_("Dropped"), "open": N_("Not due yet")}

FIGURES = {
    "name": N_("Figure"), "value": N_("Value"), "unit": N_("Unit"), "written": N_("As shown"), "missing": N_("Why it is absent"),
    "left_out": N_("Left out"), "formula": N_("How it is computed"), "source": N_("Definition"),
}  # fmt: skip
AGENDA = {
    "place": N_("Place"), "name": N_("Account"), "status": N_("Band"), "reasons": N_("Reasons"), "decide": N_("To decide"),
    "agi": N_("AGI, 12 months"), "hours": N_("Hours, 12 months"), "points": N_("Points to win"),
    "notice": N_("Next notice date"), "manager": N_("Account manager"),
}  # fmt: skip


def figures_sheet(figures: Mapping[str, Figure], t: Language) -> Sheet:
    """One row a figure: its value in full, its unit, as it is written, its definition, what was left out or why it is absent."""
    rows = [
        {
            "name": t(figure.definition.name),
            "value": None if figure.value is None else round(figure.value, DECIMALS),
            "unit": figure.currency if figure.definition.unit == "money" else t(UNITS[figure.definition.unit]),
            "written": written(figure, t),
            "missing": why_absent(figure, t) if figure.value is None else "",
            "left_out": " ".join(f"{t.plural(part.one, part.many, part.count)}." for part in figure.left_out),
            "formula": t(figure.definition.formula),
            "source": t(figure.definition.source),
        }
        for figure in figures.values()
    ]
    headings = {name: t(word) for name, word in FIGURES.items()}
    schema = {name: pl.Float64 if name == "value" else pl.String for name in headings}
    return Sheet(t("Figures"), pl.DataFrame(rows, schema=schema, orient="row"), headings, {"value": "plain"})


def agenda_sheet(book: Book, accounts: pl.DataFrame, bands: Mapping[str, Status], t: Language) -> Sheet:
    """One row an account in the agenda's order: its band, its reasons, what to decide, what is at stake and until when.

    bands: account_id -> its band, "none" for those not named.
    """
    reasons: dict[str, list[str]] = {}
    for signal in book.signals.iter_rows(named=True):
        reasons.setdefault(signal["account_id"], []).append(sentence(signal, t, book.as_of, book.base))
    rows = [
        {
            "place": place,
            "name": account["name"],
            "status": t(WORD[bands.get(account["account_id"], "none")]),
            "reasons": " ".join(reasons.get(account["account_id"], [])),
            "decide": t(SIGNALS[account["key"]].decision),
            "agi": round(account["agi"], DECIMALS) if book.has_revenue else None,
            "hours": round(account["hours"], DECIMALS),
            "points": None if account["movability"] is None else round(100 * account["movability"], DECIMALS),
            "notice": account["next_notice"],
            "manager": account["manager"],
        }
        for place, account in enumerate(accounts.iter_rows(named=True), start=1)
    ]
    headings = {name: t(word) for name, word in AGENDA.items()}
    types = {"place": pl.Int64, "agi": pl.Float64, "hours": pl.Float64, "points": pl.Float64, "notice": pl.Date}
    schema = {name: types.get(name, pl.String) for name in headings}
    notes = tuple(f"{t(DEFINITIONS[key].name)}: {t(DEFINITIONS[key].formula)}" for key in ("agi", "logged_hours"))
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return Sheet(t("Agenda"), frame, headings, {"agi": f"money:{book.base}", "hours": "hours"}, notes)


def promises_sheet(promises: pl.DataFrame, names: Mapping[str, str], t: Language) -> Sheet:
    """One row a promise, as `lib.measures.promises` grades it."""
    rows = promises.select(
        pl.col("account_id").replace_strict(dict(names), default=None, return_dtype=pl.String).alias("account"),
        "text",
        "owner",
        "due",
        "kept_on",
        pl.col("state").replace_strict({state: t(word) for state, word in STATES.items()}, return_dtype=pl.String).alias("state"),
        "days_late",
    )
    headings = {
        "account": t("Account"), "text": t("Promise"), "owner": t("Owner"), "due": t("Due"), "kept_on": t("Kept on"), "state": t("State"),
        "days_late": t("Days late"),
    }  # fmt: skip
    return Sheet(t("Promises"), rows, headings)


def history_sheet(commits: list[Commit], kinds: Mapping[str, str], t: Language) -> Sheet:
    """One row a step and table: who loaded what when, from which files, and what it moved."""
    rows: list[dict[str, Any]] = []
    for commit in commits:
        said = {
            "step": commit.number,
            "what": t("Step {n} undone", n=t.number(commit.undoes)) if commit.undoes else t(kinds.get(commit.kind, commit.kind)),
            "at": commit.at.astimezone().replace(tzinfo=None, microsecond=0),
            "author": commit.author,
            "files": "; ".join(file.name for file in commit.files),
            "note": commit.note,
            "undone_by": commit.undone_by,
        }
        if not commit.counts:
            rows.append(said)
        for table, counts in commit.counts.items():
            moved = {"added": counts.added, "changed": counts.changed, "removed": counts.removed, "unchanged": counts.unchanged}
            rows.append(said | moved | {"table": t(TABLES[table].title)})
    headings = {
        "step": t("Step"), "what": t("What"), "at": t("When"), "author": t("By"), "table": t("Table"), "added": t("New"),
        "changed": t("Changed"), "removed": t("Gone"), "unchanged": t("Unchanged"), "files": t("Files"), "note": t("Note"),
        "undone_by": t("Undone by step"),
    }  # fmt: skip
    whole = {"step", "added", "changed", "removed", "unchanged", "undone_by"}
    schema = {name: pl.Int64 if name in whole else pl.Datetime if name == "at" else pl.String for name in headings}
    return Sheet(t("History"), pl.DataFrame(rows, schema=schema, orient="row"), headings)
