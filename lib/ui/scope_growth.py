"""How scope grew, by project, account or month, as a chart and a table. It draws what lib.scope has summed."""

from __future__ import annotations

import polars as pl
import streamlit as st

from lib.charts.schedule import Words
from lib.charts.scope_book import scope_growth
from lib.columns import N_
from lib.documents.workbook import Sheet
from lib.formats import Language
from lib.scope.growth import growth_by_month
from lib.scope.growth_sums import By, growth_sums
from lib.ui import session
from lib.ui.health_definition import defined_card
from lib.ui.scope_book import BookAsked, the_register
from lib.ui.table_downloads import about_view, table_downloads

BY: dict[By, str] = {"project": N_("By project"), "account": N_("By account"), "month": N_("By month")}
SHEET = {
    "name": N_("Name"), "month": N_("Month"), "approved": N_("Hours approved"), "asked": N_("Hours asked for"),
    "absorbed": N_("Hours absorbed"), "hours": N_("Hours"), "budget_hours": N_("Original budget, hours"), "share": N_("Share of budget"),
    "requests": N_("Requests"), "without_hours": N_("Without hours"),
}  # fmt: skip


# Frames are shared between sessions and never changed in place: cache_data would copy them at every rerun.
@st.cache_resource(show_spinner=False, max_entries=8)
def _growth(folder: str, asked: BookAsked) -> pl.DataFrame:
    portfolio, _ = session.known_portfolio(asked.as_of, asked.version)
    return growth_by_month(portfolio, the_register(asked), asked.as_of, asked.base)


def show_growth(asked: BookAsked, accounts: pl.Series, population: str, t: Language) -> None:
    """Hours of scope that came to the projects of some accounts (ids); nothing where none did."""
    growth = _growth(str(session.store().folder), asked).filter(pl.col("account_id").is_in(accounts.implode()))
    if not growth["requests"].sum():
        return
    ways: list[By] = list(BY)
    by: By = st.segmented_control(
        t("Scope growth"), ways, format_func=lambda key: t(BY[key]), key="scope.growth_by", default="project", required=True,
    )  # fmt: skip
    sums = growth_sums(growth, by)
    source = t("Change requests and baselines. Data as of {day}.", day=t.day(asked.as_of))
    chart = scope_growth(sums, by, t, Words("scope.growth", source, asked.as_of, population))
    if chart is not None:
        defined_card(chart, "scope_growth", t)
    kept = [name for name in SHEET if name != ("name" if by == "month" else "month")]
    formats = dict.fromkeys(("approved", "asked", "absorbed", "hours", "budget_hours"), "hours") | {"share": "share"}
    sheet = Sheet(t("Scope growth"), sums.select(kept).with_columns(pl.col(pl.Float64).round(6)), {one: t(SHEET[one]) for one in kept},
                  {name: how for name, how in formats.items() if name in kept})  # fmt: skip
    about = about_view(t, t("Scope growth"), asked.as_of, population)
    table_downloads(sheet, t, key="scope.growth_rows", file=t("scope growth"), about=about)
