"""The part "Whole book" of account health: every account in one table, and the pictures of the book. It draws what measures have made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import polars as pl
import streamlit as st

from lib.charts.cells import sparkline_svg
from lib.charts.theme import GLYPH, WORD
from lib.formats import NBSP, Language
from lib.health.book import Health
from lib.health.metric_words import metric_name
from lib.health.sentences import band_text, main_metric, shown
from lib.measures.book import Book
from lib.measures.figure import margin_of
from lib.ui.frame import clip
from lib.ui.health_list import CHOSEN, changed, range_cell, status_of
from lib.ui.health_reading import HealthAsked
from lib.wording import capitalised, count_word

ROW_HEIGHT, LISTED = 38, 18


def book_headline(accounts: pl.DataFrame, t: Language) -> str:
    """Two accounts at risk, five to watch, one lacks data."""
    counts = dict(accounts.group_by("shown").len().iter_rows())
    risk, watch, none = (counts.get(band, 0) for band in ("red", "amber", None))
    parts = [
        t.plural("one account at risk", "{many} accounts at risk", risk, many=count_word(risk, t)) if risk else "",
        t.plural("one to watch", "{many} to watch", watch, many=count_word(watch, t)) if watch else "",
        t.plural("one lacks data", "{many} lack data", none, many=count_word(none, t)) if none else "",
    ]
    said = ", ".join(part for part in parts if part)
    return capitalised(said) if said else t("Every account is on track")


def show_whole_book(
    found: Health, asked: HealthAsked, accounts: pl.DataFrame, book: Book, population: str, t: Language
) -> None:
    """The table of all accounts, then the book in pictures."""
    _table(found, accounts, book, t)


def book_rows(found: Health, accounts: pl.DataFrame, book: Book, t: Language) -> list[dict[str, Any]]:
    """One row an account: what the table shows, as values."""
    clients = {row["account_id"]: row for row in book.accounts.iter_rows(named=True)}
    metrics = found.metrics().partition_by("account_id", as_dict=True)
    rows = []
    for row in accounts.iter_rows(named=True):
        client: Mapping[str, Any] = clients.get(row["account_id"], {})
        main = main_metric(metrics[row["account_id"],].iter_rows(named=True))
        sums = (client.get(name, 0.0) for name in ("agi", "delivery_cost", "hours", "rated_hours"))
        margin, at_most = margin_of(*sums)
        rows.append(row | {
            "score": None if row["band"] is None else shown(row["point"]), "change": changed(row, 13),
            "firmness": "" if row["band"] is None else t("firm") if row["firm"] else t("soft"),
            "reason": metric_name(main["metric"], t) if main else "", "agi": client.get("agi"), "margin": margin, "at_most": at_most,
            "notice": client.get("next_notice"),
        })  # fmt: skip
    return rows


def _table(found: Health, accounts: pl.DataFrame, book: Book, t: Language) -> None:
    profile = found.version.profile
    rows = book_rows(found, accounts, book, t)
    weeks = _recent(found, accounts).partition_by("account_id", as_dict=True)
    past = {account: own["point"].to_list() for (account,), own in weeks.items()}
    frame = pd.DataFrame({
        "name": [clip(row["name"], 32) for row in rows],
        "status": [f"{GLYPH[status_of(row['shown'])]}{NBSP}{t(WORD[status_of(row['shown'])])}" for row in rows],
        "firm": [row["firmness"] for row in rows],
        "range": [range_cell(row, (profile.amber, profile.green)) for row in rows],
        "score": [row["score"] for row in rows],
        "change": [row["change"] for row in rows],
        "weeks": [sparkline_svg(past.get(row["account_id"], [])) for row in rows],
        "coverage": [row["coverage"] for row in rows],
        "reason": [row["reason"] for row in rows],
        "agi": [row["agi"] for row in rows],
        "margin": [row["margin"] for row in rows],
        "notice": [row["notice"] for row in rows],
        "manager": [clip(row["manager"] or "", 18) for row in rows],
    })  # fmt: skip
    written = {
        "score": lambda value: t.number(value, 1), "change": lambda value: t.number(value, 1, sign=True), "coverage": t.share,
        "agi": lambda value: t.money(value, book.base) if book.has_revenue else "—", "margin": lambda value: t.share(value, 1),
        "notice": t.day,
    }  # fmt: skip
    style = frame.style.format({name: _or_dash(how) for name, how in written.items()}, na_rep="—")
    titles = {
        "name": t("Account"), "status": t("Band"), "firm": t("Sure"), "range": t("Range 0–100"), "score": t("Score"), "change": t("13 wk"),
        "weeks": t("26 weeks"), "coverage": t("Data"), "reason": t("Main reason"), "agi": t("AGI"), "margin": t("Margin"),
        "notice": t("Notice"), "manager": t("Manager"),
    }  # fmt: skip
    widths = {"name": 190, "status": 122, "firm": 50, "range": 122, "score": 54, "change": 56, "weeks": 92, "coverage": 54, "reason": 132}
    kinds = {"range": st.column_config.ImageColumn, "weeks": st.column_config.ImageColumn}
    config = {name: kinds.get(name, st.column_config.Column)(title, width=widths.get(name)) for name, title in titles.items()}
    ids = accounts["account_id"].to_list()

    def open_one() -> None:
        picked = st.session_state["health.book"].selection.rows
        if picked:
            st.session_state[CHOSEN] = st.session_state["health.listed"] = ids[picked[0]]
            st.session_state["health"] = "one"

    words = ", ".join(dict.fromkeys(band_text(row["shown"], t) for row in rows))
    st.dataframe(
        style, hide_index=True, column_config=config, key="health.book", row_height=ROW_HEIGHT, on_select=open_one, placeholder="—",
        selection_mode="single-row", height=ROW_HEIGHT * (min(len(rows), LISTED) + 1) + 2, alt=t("Accounts by score: {words}", words=words),
    )  # fmt: skip
    st.caption(t("Select a row to open the account. Range: the weight without data, at 0 and at 100. Marks at {amber} and {green}.",
                 amber=t.number(profile.amber), green=t.number(profile.green)))  # fmt: skip


def _recent(found: Health, accounts: pl.DataFrame, weeks: int = 26) -> pl.DataFrame:
    """Scores of the last weeks, null where too little was known: account_id, day, point; a row for each account and week."""
    days = found.days[-weeks - 1 :]
    every = accounts.select("account_id").join(pl.DataFrame({"day": days}, {"day": pl.Date}), how="cross")
    scores = found.scores.accounts().select("account_id", "day", pl.when(pl.col("band").is_not_null()).then("point").alias("point"))
    return every.join(scores, on=["account_id", "day"], how="left").sort("account_id", "day")


def _or_dash(how: Any) -> Any:
    return lambda value: "—" if value is None or pd.isna(value) else how(value)
