"""What-if on the home page: one client leaves. It draws what `measures.departure` has computed."""

from __future__ import annotations

import polars as pl
import streamlit as st

from lib.formats import Language
from lib.measures.departure import WEEKS, Departure
from lib.ui.frame import clip, md, small_table

PEOPLE_SHOWN = 6
CLIENTS_OFFERED = 30


def at_most(margin: tuple[float | None, bool], t: Language) -> str:
    """A margin, with ≤ before an upper limit."""
    value, limited = margin
    return ("≤\u00a0" if limited else "") + t.share(value, 1)


def filtered_first(clients: pl.DataFrame, wanted: pl.DataFrame) -> pl.DataFrame:
    """`clients` with those of `wanted` (account_id) before the others, each part in its order."""
    is_wanted = pl.col("account_id").is_in(wanted["account_id"].implode())
    return pl.concat([clients.filter(is_wanted), clients.filter(~is_wanted)])


def choose_client(clients: pl.DataFrame, t: Language) -> str | None:
    """The top client to take away: `clients` account_id and name, in the order to offer them."""
    wanted = pl.col("account_id") == str(st.session_state.get("client"))
    # Every session keeps the options: few of them, so that a large book does not cost each one its memory.
    offered = pl.concat([clients.head(CLIENTS_OFFERED), clients.slice(CLIENTS_OFFERED).filter(wanted)])
    names = dict(offered.select("account_id", "name").iter_rows())
    if st.session_state.get("client") not in names:
        st.session_state["client"] = next(iter(names), None)
    return st.selectbox(
        t("Client"),
        list(names),
        format_func=lambda key: clip(names[key], 44),
        key="client",
        label_visibility="collapsed",
        persist_state="session",
    )


def show_departure(gone: Departure, base: str, has_revenue: bool, t: Language) -> None:
    """Money, margin, concentration of the rest, and whose hours come free."""
    rows = []
    if has_revenue:
        rows.append({"name": t("AGI that would go, 12 months"), "value": f"**{t.money(gone.agi, base)}**"})
        rows.append({"name": t("of it, left after delivery cost"), "value": f"**{t.money(gone.contribution, base)}**"})
        rows.append({"name": t("Delivery margin"), "value": f"{at_most(gone.margin_before, t)} → **{at_most(gone.margin_after, t)}**"})
        rows.append({"name": t("Largest client"), "value": f"{t.share(gone.before.top1)} → **{t.share(gone.after.top1)}**"})
        hhi = f"{t.number(gone.before.hhi)} → **{t.number(gone.after.hhi)}**"
        rows.append({"name": t("Concentration (HHI)"), "value": hhi})
    rows.append({"name": t("Hours a week freed"), "value": f"**{t.hours(gone.hours_per_week)}**"})
    small_table(rows, t, alt=t("If this client left"), right=["value"])
    people = [f"{md(name)} {t.hours(hours, 1)}" for name, hours in gone.hours_per_person.head(PEOPLE_SHOWN).iter_rows()]
    if people:
        st.markdown(f":small[:gray[{t('Mean of the last {weeks} weeks', weeks=WEEKS)}: {', '.join(people)}]]")
