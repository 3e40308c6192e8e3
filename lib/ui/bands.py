"""Bands of the book on Portfolio: of each account, and revenue by band as a small table. It draws scores that lib.health has made."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import polars as pl
import streamlit as st

from lib.charts.chart import Status
from lib.formats import NBSP, Language
from lib.measures.book import Book
from lib.ui import session
from lib.ui.frame import small_table, status
from lib.ui.health_list import status_of
from lib.ui.health_reading import HealthAsked, the_health, with_overrides

BANDS: tuple[Status, ...] = ("risk", "watch", "ok", "none")


@dataclass(frozen=True, eq=False)
class BookBands:
    """The band of each account that has a score, as pages show it. `capped`: accounts whose score lies above what caps their band.

    `digest` tells one state of the book from another.
    """

    of: dict[str, Status]
    capped: frozenset[str]
    digest: str


# Downloads keep it for as long as a session: sessions share it.
@st.cache_resource(show_spinner=False, max_entries=16)
def _bands(folder: str, asked: HealthAsked, digest: str, _shown: dict[str, Status], _capped: frozenset[str]) -> BookBands:
    return BookBands(_shown, _capped, digest)


def book_bands(asked: HealthAsked) -> BookBands:
    """Bands of all accounts: those that people set, else the computed ones."""
    found = the_health(asked)
    accounts = with_overrides(found.accounts(), asked.as_of)
    shown = {account: status_of(band) for account, band in accounts.select("account_id", "shown").iter_rows()}
    held = accounts.filter(pl.col("band").is_not_null(), pl.col("capped"), pl.col("high") > found.version.profile.green)
    digest = hashlib.sha256(repr(shown).encode()).hexdigest()
    return _bands(str(session.store().folder), asked, digest, shown, frozenset(held["account_id"]))


def show_bands(book: Book, account_ids: pl.Series, bands: BookBands, t: Language) -> None:
    """A line a band: how many accounts, their AGI of the last 12 months and its share. Nothing where no account has a score."""
    banded = pl.DataFrame({"account_id": list(bands.of), "band": list(bands.of.values())}, {"account_id": pl.String, "band": pl.String})
    scored = banded.filter(pl.col("account_id").is_in(account_ids.implode()))
    if scored.is_empty():
        return
    worth = scored.join(book.accounts.select("account_id", pl.col("agi").clip(lower_bound=0)), on="account_id", how="left")
    whole = float(worth["agi"].sum())
    rows = []
    for band in BANDS:
        own = worth.filter(pl.col("band") == band)
        if own.height:
            agi = float(own["agi"].sum())
            money = f"**{t.money(agi, book.base)}**{NBSP}:gray[{t.share(agi / whole)}]" if book.has_revenue and whole > 0 else "—"
            count = t.plural("{n} account", "{n} accounts", own.height).replace(" ", NBSP)
            rows.append({"band": status(band, t), "accounts": count, "agi": money})
    small_table(rows, t, alt=t("Revenue by band"), right=["accounts", "agi"])
    link = {"health": "book", "as_of": book.as_of.isoformat(), "lang": t.code}
    st.page_link(session.ROOT / "pages" / "account_health.py", label=t("Account health"), query_params=link)
