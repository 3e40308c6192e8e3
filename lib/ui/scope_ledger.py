"""The margin ledger of one project on the page: what became of its margin since it was sold. It draws what lib.scope has made."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from lib.charts.schedule import Words
from lib.charts.scope_book import margin_ledger
from lib.columns import N_
from lib.documents.workbook import Sheet
from lib.formats import Language
from lib.scope.ledger import STEPS, WHY, Ledger, ledger
from lib.ui import session
from lib.ui.frame import card, clip, md, small_table
from lib.ui.health_definition import defined_card
from lib.ui.scope_book import BookAsked
from lib.ui.table_downloads import about_view, table_downloads

ROWS_SHOWN = 8
SHEET = {
    "step": N_("Step"), "order_number": N_("Change order"), "change_id": N_("Request id"), "title": N_("Request"), "amount": N_("Amount"),
    "total": N_("Margin then"), "low": N_("Range, least"), "high": N_("Range, most"),
}  # fmt: skip


# Frames are shared between sessions and never changed in place: cache_data would copy them at every rerun.
@st.cache_resource(show_spinner=False, max_entries=64)
def _ledger(folder: str, asked: BookAsked, project_id: str) -> Ledger:
    portfolio, _ = session.known_portfolio(asked.as_of, asked.version)
    return ledger(portfolio, project_id, asked.as_of, asked.base)


def the_ledger(asked: BookAsked, project_id: str) -> Ledger:
    """The ledger of one project."""
    return _ledger(str(session.store().folder), asked, project_id)


def show_ledger(asked: BookAsked, project: Mapping[str, Any] | None, base: str, t: Language) -> None:
    """The steps as a waterfall; a sentence where there is no ledger. `project`: a row of `lib.ui.scope_book.the_projects`."""
    if project is None:
        return
    found = the_ledger(asked, project["project_id"])
    source = t("Fee, change orders and cost at completion. Data as of {day}.", day=t.day(asked.as_of))
    words = Words("scope.ledger", source, asked.as_of, project["name"])
    st.subheader(t("What became of the margin"), anchor=False)
    if found.why is not None:
        with card(words.key, t, t("No margin ledger"), md(project["name"]), menu=lambda: False):
            st.markdown(f":gray[— {t(WHY[found.why])}]")
        return
    chart = margin_ledger(found.steps, t, words, base)
    left, right = st.columns([1.2, 1], gap="medium")
    with left:
        if chart is not None:
            defined_card(chart, "scope_ledger", t)
        st.markdown(f":small[:gray[{_margins(found, t)}]]")
    with right:
        _steps(found, asked.as_of, project["name"], base, t)


def _margins(found: Ledger, t: Language) -> str:
    """The margin as a share, then and now, beside its target."""
    said = t("Margin sold {sold}, today {today}", sold=t.share(found.margin_sold, 1), today=t.share(found.margin, 1))
    if found.target_margin is not None:
        said += t(", target {target}", target=t.share(found.target_margin, 1))
    if found.unstated:
        said += ". " + t.plural("One change says neither cost nor hours and counts without cost",
                                "{n} changes say neither cost nor hours and count without cost", found.unstated)  # fmt: skip
    return said + "."


def _steps(found: Ledger, as_of: date, project: str, base: str, t: Language) -> None:
    """Every step of the ledger in a row, each with the total after it."""
    lines = []
    shown = found.steps if found.steps.height <= ROWS_SHOWN else pl.concat([found.steps.head(ROWS_SHOWN - 2), found.steps.tail(2)])
    for step in shown.iter_rows(named=True):
        name = " · ".join(md(clip(part, 34)) for part in (step["order_number"], step["title"]) if part)
        lines.append({
            t("Step"): f"{t(STEPS[step['step']])}  \n:gray[{name}]" if name else t(STEPS[step["step"]]),
            t("Amount"): _whole(t.money(step["amount"], base, sign=step["step"] not in ("sold", "today"))),
            t("Margin then"): _whole(t.money(step["total"], base)),
        })  # fmt: skip
    small_table(lines, t, alt=t("Steps of the margin"), right=[t("Amount"), t("Margin then")], header=True)
    if found.steps.height > ROWS_SHOWN:
        said = t.plural("One more step between them is in the file", "{n} more steps between them are in the file",
                        found.steps.height - ROWS_SHOWN)  # fmt: skip
        st.caption(said)
    about = about_view(t, t("Margin ledger"), as_of, project)
    table_downloads(_sheet(found, base, t), t, key="scope.ledger_rows", file=t("margin ledger"), about=about)


def _whole(amount: str) -> str:
    """An amount that no line end tears from its sign."""
    return amount.replace("−", "−\u2060")


def _sheet(found: Ledger, base: str, t: Language) -> Sheet:
    """Every step to take away."""
    words = {step: t(name) for step, name in STEPS.items()}
    rows = found.steps.select(*SHEET).with_columns(pl.col("step").replace(words), pl.col(pl.Float64).round(6))
    return Sheet(t("Margin ledger"), rows, {name: t(word) for name, word in SHEET.items()},
                 dict.fromkeys(("amount", "total", "low", "high"), f"money:{base}"))  # fmt: skip
