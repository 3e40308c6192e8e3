"""The drawer behind a metric of one account: its reading, how it scores, and the rows it came from. It computes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import polars.selectors as cs
import streamlit as st

from lib.choices import CHOICES
from lib.columns import N_
from lib.documents.workbook import Sheet
from lib.formats import Language
from lib.health.book import READERS, WHY, Health, evidence_of
from lib.health.defined import metric_key
from lib.health.metric_words import figure_text, question_text
from lib.health.metrics import COMPONENTS, METRICS
from lib.health.profile import Parameters
from lib.health.readings import Sight
from lib.health.sentences import absence_text, score_text
from lib.tables import TABLES
from lib.ui import session
from lib.ui.frame import md, rows_table, small_table
from lib.ui.table_downloads import about_view, table_downloads

TALL = 360


def show_metric_rows(
    found: Health, sight: Sight, row: Mapping[str, Any], metrics: pl.DataFrame, metric: str, base: str, t: Language
) -> None:
    """Open the drawer of one metric of one account."""
    drawer = st.dialog(t(METRICS[metric].name), width=620, position="right")
    drawer(_contents)(found, sight, row, metrics, metric, base, t)


def _contents(found: Health, sight: Sight, row: Mapping[str, Any], metrics: pl.DataFrame, metric: str, base: str, t: Language) -> None:
    own = metrics.row(by_predicate=pl.col("metric") == metric, named=True)
    declared = METRICS[metric]
    about = t("{account}, {day}", account=row["name"], day=t.day(found.as_of))
    with st.container(key="health.rows"):
        st.metric(md(about), figure_text(metric, own["value"], t))
        st.markdown(f"**{t('How it is computed')}**  \n{md(t(declared.formula))}")
        rules = found.version.profile.parameters(row["tier"], row["industry"])
        small_table(_scoring(own, metric, rules, t), t, alt=t("How it scores"), right=["value"])
        if own["state"] != "known":
            st.markdown(f":gray[— {absence_text(own['state'], own['why'], t, WHY).rstrip('.')}.]")
        if own["state"] == "missing":
            st.markdown(f"{md(question_text(metric, t, sight.portfolio.loaded))}.")
        definitions = session.ROOT / "pages" / "definitions.py"
        st.page_link(definitions, label=t("See it in Definitions"), query_params={"figure": metric_key(metric), "lang": t.code})
        rows = evidence_of(sight, row["account_id"], metric)
        if rows.is_empty():
            return
        st.markdown(f"**{t('Rows')}**")
        shown = in_words(rows, t)
        if metric == "margin_gap":  # everything that is not at a fixed price is one line
            shown = shown.with_columns(pl.col("project").fill_null(t("All other work")))
        headings = headings_of(rows, t, metric)
        shown = shown.select(list(headings))
        height = TALL if rows.height > 8 else None
        rows_table(shown, headings, forms(shown, base, t, metric), "health.rows.table", t("Rows"), height=height)
        kept = shown.with_columns(cs.float().round(6))
        sheet = Sheet(t(declared.name), kept, headings, {}, (t(declared.formula),))
        table_downloads(sheet, t, key="health.rows", file=metric, about=about_view(t, t(declared.name), found.as_of, row["name"]))


def _scoring(own: Mapping[str, Any], metric: str, rules: Parameters, t: Language) -> list[dict[str, str]]:
    """Thresholds, score, weight and points, a line each."""
    place = list(METRICS).index(metric)
    worst, best = float(rules.worst[place]), float(rules.best[place])
    ends = t("{worst} scores 0, {best} scores 100", worst=figure_text(metric, worst, t), best=figure_text(metric, best, t))
    lines = [(t("Scale"), ends)]
    if own["state"] == "known":
        lines.append((t("Score of the reading"), score_text(own["score"], t)))
    elif own["state"] == "missing":
        lines.append((t("Counts at, while it is not known"), score_text(own["counted"], t)))
    lines.append((t("Weight, of 100"), t.number(own["weight"], 1)))
    if own["state"] != "not_applicable":
        lines.append((t("Points, of its weight"), f"{t.number(own['points'], 1)} / {t.number(own['weight'], 1)}"))
    lines.append((t("Component"), t(COMPONENTS[own["component"]].name)))
    return [{"name": f":gray[{name}]", "value": value} for name, value in lines]


EVIDENCE: dict[str, str] = {
    "name": N_("Name"), "what": N_("What"), "who": N_("Who"), "days_late": N_("Days late"), "open": N_("Open"), "share": N_("Share"),
} | {name: words for reader in READERS.values() for name, words in getattr(reader, "HEADINGS", {}).items()}  # fmt: skip
"""What columns of evidence are called that no table has."""


SUMS: dict[str, tuple[str, str]] = {
    "spi_t": (N_("BAC · earned days"), N_("BAC · days passed")), "milestones_met": (N_("Met"), N_("Due")),
    "overdue_tasks": (N_("Hours overdue"), N_("Hours open")), "margin_gap": (N_("Above or below target"), N_("AGI that counts")),
    "overrun": (N_("EAC"), N_("BAC")), "over_servicing": (N_("Hours over"), N_("Hours that count")),
    "unapproved_scope": (N_("Hours unapproved"), N_("Budget hours")),
}  # fmt: skip
"""What the last two columns of evidence are called where a metric is the sum of one by the sum of the other."""
OF_SUMS: dict[str, str] = {
    "project": N_("Project"), "task": N_("Task"), "title": N_("Request"), "planned_start": N_("Planned start"), "due": N_("Due"),
    "planned_finish": N_("Planned finish"), "finished": N_("Finished"), "bac_hours": N_("Budget hours"), "es_days": N_("Earned days"),
    "at_days": N_("Days passed"), "spi_t": N_("SPI(t)"), "baseline_finish": N_("Baseline finish"), "finished_on": N_("Finished on"),
    "assignee_id": N_("Assignee"), "agi": N_("AGI"), "cost": N_("Cost"), "target": N_("Target"), "margin": N_("Margin"),
    "eac_by": N_("Forecast by"), "contract_id": N_("Contract id"), "month": N_("Month"), "included": N_("Hours included"),
    "carried_in": N_("Hours carried in"), "used": N_("Hours used"), "state_known": N_("State"), "raised_on": N_("Raised on"),
    "started": N_("Started"), "decided_on": N_("Decided on"), "unit": N_("Unit"), "why": N_("What is not known"),
}  # fmt: skip
FORECASTS = {"bottom_up": N_("remaining hours"), "cpi": N_("cost so far"), "plan": N_("plan"), "cost": N_("Cost"), "hours": N_("Hours")}


def headings_of(rows: pl.DataFrame, t: Language, metric: str = "") -> dict[str, str]:
    """What the columns of evidence are called: by the words of their metric, as their tables call them, or the words of EVIDENCE."""
    if metric in SUMS:
        words = OF_SUMS | dict(zip(("over", "under"), SUMS[metric], strict=True))
        told = [name for name in rows.columns if name in words and (name != "why" or rows["why"].null_count() < rows.height)]
        firsts: tuple[str, ...] = ("contract_id", "month", "task", "title")
        lead = [name for name in firsts if name in told] or ["project"]
        order = [*lead, "over", "under", *(name for name in told if name not in (*lead, "over", "under"))]
        return {name: t(words[name]) for name in order}
    named = {name: column.metadata["label"] for table in TABLES.values() for name, column in table.columns.items() if column.metadata}
    return {name: t(EVIDENCE.get(name) or named[name]) for name in rows.columns if name in EVIDENCE or name in named}


def in_words(rows: pl.DataFrame, t: Language) -> pl.DataFrame:
    """Rows with the words of their choices in the language."""
    words = {word: t(message) for word, message in (WHY | CHOICES | FORECASTS).items()}
    coded = ("kind", "status", "role", "stage", "billing", "state", "says", "why", "eac_by", "state_known", "unit")
    chosen = [name for name in rows.columns if name in coded]
    listed = cs.list().cast(pl.List(pl.String)).list.join(", ")
    return rows.with_columns(pl.col(name).replace(words) for name in chosen).with_columns(listed)


def forms(rows: pl.DataFrame, base: str, t: Language, metric: str = "") -> dict[str, Any]:
    """How each column is written."""
    found: dict[str, Any] = {}
    money = {"over", "under"} if metric == "margin_gap" else set()
    for name, dtype in rows.schema.items():
        if metric == "margin_gap" and name in ("margin", "target"):
            found[name] = lambda share: t.share(share, 1)
        elif name in money:
            found[name] = lambda amount: t.money(amount, base)
        elif name == "month":
            found[name] = lambda day: t.month(day)
        elif dtype == pl.Date:
            found[name] = lambda day: t.day(day.date() if hasattr(day, "date") else day)
        elif dtype == pl.Boolean:
            found[name] = lambda flag: t("yes") if flag else t("no")
        elif name.endswith("share"):
            found[name] = lambda share: t.share(share, 1)
        elif name.startswith(("money", "agi", "open", "cost")):
            found[name] = lambda amount: t.money(amount, base)
        elif dtype.is_float():
            found[name] = lambda number: t.number(number, 0 if number == round(number) else 2)
        elif dtype.is_integer():
            found[name] = lambda number: t.number(number)
    return found
