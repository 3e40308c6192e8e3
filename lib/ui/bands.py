"""Revenue and accounts of the book by the band of their score, as a small table. It draws scores that lib.health has made."""

from __future__ import annotations

import polars as pl
import streamlit as st

from lib.formats import Language
from lib.measures.book import Book
from lib.ui import session
from lib.ui.frame import small_table, status
from lib.ui.health_list import status_of
from lib.ui.health_reading import health_asked, the_health, with_overrides

BANDS: tuple[str | None, ...] = ("red", "amber", "green", None)


def show_bands(book: Book, account_ids: pl.Series, version: int, t: Language) -> None:
    """A line a band: how many accounts, their AGI of the last 12 months and its share. Nothing where no account has a score."""
    found = the_health(health_asked(version, book.as_of))
    scored = with_overrides(found.accounts(), book.as_of).filter(pl.col("account_id").is_in(account_ids.implode()))
    if scored.is_empty():
        return
    worth = scored.join(book.accounts.select("account_id", pl.col("agi").clip(lower_bound=0)), on="account_id", how="left")
    whole = float(worth["agi"].sum())
    rows = []
    for band in BANDS:
        own = worth.filter(pl.col("shown").eq_missing(pl.lit(band, pl.String)))
        if own.height:
            agi = float(own["agi"].sum())
            money = f"**{t.money(agi, book.base)}** :gray[{t.share(agi / whole)}]" if book.has_revenue and whole > 0 else "—"
            rows.append(
                {"band": status(status_of(band), t), "accounts": t.plural("{n} account", "{n} accounts", own.height), "agi": money}
            )
    small_table(rows, t, alt=t("Revenue by band"), right=["accounts", "agi"])
    link = {"health": "book", "as_of": book.as_of.isoformat(), "lang": t.code}
    st.page_link(session.ROOT / "pages" / "account_health.py", label=t("Account health"), query_params=link)
