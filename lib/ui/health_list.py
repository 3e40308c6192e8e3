"""The list of accounts beside one account's health, and which of them is chosen. It draws scores that lib.health has made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import polars as pl
import streamlit as st

from lib.charts.cells import range_svg
from lib.charts.chart import Status
from lib.charts.theme import GLYPH, WORD
from lib.formats import NBSP, Language
from lib.health.sentences import BAND_STATUS, shown, shown_change
from lib.ui.frame import clip, or_dash

CHOSEN = "account"
ROW_HEIGHT = 40
LISTED, MOST = 16, 200
_LISTED = "health.listed"


def status_of(band: str | None) -> Status:
    """The shape and colour of a band."""
    return BAND_STATUS[band]  # type: ignore[return-value]


def in_order(accounts: pl.DataFrame) -> pl.DataFrame:
    """Accounts as they are looked at: the lowest score first, equal ones by name."""
    return accounts.sort("point", "name")


def changed(row: Mapping[str, Any], weeks: int) -> float | None:
    """The change of the shown score in so many weeks; None where there was none, or where too little is known for a score."""
    before = row[f"before_{weeks}"]
    return None if before is None or row["band"] is None else shown_change(before, row["point"])


def range_cell(row: Mapping[str, Any], bands: tuple[float, float]) -> str:
    """The score in its range as a picture for a cell."""
    return range_svg(row["low"], row["point"], row["high"], status_of(row["shown"]), row["before_13"], bands)


def choose_account(accounts: pl.DataFrame, t: Language) -> str:
    """The account looked at, by a field that finds by typing; the list's twin for the keyboard."""
    ids = accounts["account_id"].to_list()
    names = dict(accounts.select("account_id", "name").iter_rows())
    if st.session_state.get(CHOSEN) not in names:
        st.session_state[CHOSEN] = ids[0]
    st.session_state.setdefault(_LISTED, st.session_state[CHOSEN])
    st.selectbox(
        t("Account"), ids, format_func=lambda key: names.get(key, key), key=CHOSEN, label_visibility="collapsed", width=230,
        persist_state="session", on_change=_list_anew,
    )  # fmt: skip
    return str(st.session_state[CHOSEN])


def _list_anew() -> None:
    """A list's own selection can't be set from outside: another account chosen here makes another list, with that one selected."""
    st.session_state[_LISTED] = st.session_state[CHOSEN]


def show_list(accounts: pl.DataFrame, chosen: str, bands: tuple[float, float], t: Language) -> None:
    """Name, range, score and change of each account; a click chooses it."""
    ids = accounts["account_id"].to_list()
    lowest = accounts.head(MOST)
    if chosen not in ids[:MOST]:
        lowest = pl.concat([lowest, accounts.filter(pl.col("account_id") == chosen)])
    ids = lowest["account_id"].to_list()
    rows = list(lowest.iter_rows(named=True))
    frame = pd.DataFrame(
        {
            "name": [f"{GLYPH[status_of(row['shown'])]}{NBSP}{clip(row['name'], 20)}" for row in rows],
            "range": [range_cell(row, bands) for row in rows],
            "score": [None if row["band"] is None else shown(row["point"]) for row in rows],
            "change": [changed(row, 13) for row in rows],
        }
    )
    written = {"score": or_dash(lambda value: t.number(value, 1)), "change": or_dash(lambda value: t.number(value, 1, sign=True))}
    style = frame.style.format(written, na_rep="—")
    config = {
        "name": st.column_config.TextColumn(t("Account"), width=168),
        "range": st.column_config.ImageColumn(t("Range 0–100"), width=118),
        "score": st.column_config.Column(t("Score"), width=58),
        "change": st.column_config.Column(t("13 wk"), width=60),
    }

    key = f"health.list.{st.session_state[_LISTED]}"

    def choose() -> None:
        picked = st.session_state[key].selection.rows
        if picked:
            st.session_state[CHOSEN] = ids[picked[0]]

    words = ", ".join(sorted({t(WORD[status_of(row["shown"])]) for row in rows}))
    st.dataframe(
        style, hide_index=True, column_config=config, key=key, row_height=ROW_HEIGHT, on_select=choose,
        selection_mode="single-row-required", selection_default={"selection": {"rows": [ids.index(chosen)]}},
        height=ROW_HEIGHT * (min(len(rows), LISTED) + 1) + 2, placeholder="—",
        alt=t("Accounts by score, the lowest first: {words}", words=words),
    )  # fmt: skip
    if accounts.height > MOST:
        st.caption(t("The {n} lowest of {all}; the field above finds every account.", n=t.number(MOST), all=t.number(accounts.height)))
