"""The margin ledger of one project on the page: what became of its margin since it was sold. It draws what lib.scope has made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from lib.charts.schedule import Words
from lib.charts.scope_book import margin_ledger
from lib.formats import Language
from lib.scope.ledger import STEPS, WHY, Ledger, ledger
from lib.ui import session
from lib.ui.frame import card, md, small_table
from lib.ui.health_definition import defined_card
from lib.ui.scope_book import BookAsked

ROWS_SHOWN = 12


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
    if found.why is not None:
        with card(words.key, t, t("No margin ledger"), md(project["name"]), menu=lambda: False):
            st.markdown(f":gray[— {t(WHY[found.why])}]")
        return
    chart = margin_ledger(found.steps, t, words, base)
    if chart is not None:
        defined_card(chart, "scope_ledger", t)
    st.markdown(f":small[:gray[{_margins(found, t)}]]")


def _margins(found: Ledger, t: Language) -> str:
    """The margin as a share, then and now, beside its target."""
    said = t("Margin sold {sold}, today {today}", sold=t.share(found.margin_sold, 1), today=t.share(found.margin, 1))
    if found.target_margin is not None:
        said += t(", target {target}", target=t.share(found.target_margin, 1))
    if found.unstated:
        said += ". " + t.plural("One change says neither cost nor hours and counts without cost",
                                "{n} changes say neither cost nor hours and count without cost", found.unstated)  # fmt: skip
    return said + "."


def show_steps(found: Ledger, base: str, t: Language) -> None:
    """Every step of the ledger in a row, each with the total after it."""
    lines = []
    for step in found.steps.head(ROWS_SHOWN).iter_rows(named=True):
        name = " · ".join(md(part) for part in (step["order_number"], step["title"]) if part)
        lines.append({
            t("Step"): f"{t(STEPS[step['step']])}  \n:gray[{name}]" if name else t(STEPS[step["step"]]),
            t("Amount"): t.money(step["amount"], base, sign=step["step"] not in ("sold", "today")),
            t("Margin then"): t.money(step["total"], base),
        })  # fmt: skip
    small_table(lines, t, alt=t("Steps of the margin"), right=[t("Amount"), t("Margin then")], header=True)
    if found.steps.height > ROWS_SHOWN:
        st.caption(t.plural("and one more step", "and {n} more steps", found.steps.height - ROWS_SHOWN))
