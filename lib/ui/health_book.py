"""The part "Whole book" of account health: every account in one table, then the pictures of the book. It judges nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd
import polars as pl
import streamlit as st

from lib.charts.cells import sparkline_svg
from lib.charts.theme import GLYPH, WORD
from lib.columns import N_
from lib.definitions import RATED_HOURS_FULL, RATED_HOURS_LEAST
from lib.documents.workbook import Sheet
from lib.formats import NBSP, Language
from lib.health.book import Health
from lib.health.metric_words import metric_name, reading_text
from lib.health.metrics import METRIC_KEYS
from lib.health.sentences import band_text, firmness_text, loss_text, shown
from lib.measures.book import Book
from lib.text import capitalised
from lib.ui import session
from lib.ui.frame import clip
from lib.ui.health_gallery import GROUPS, choose_group, show_pictures
from lib.ui.health_list import CHOSEN, changed, range_cell, status_of
from lib.ui.health_pictures import the_pictures
from lib.ui.health_reading import HealthAsked
from lib.ui.table_downloads import about_view, rows_downloads
from lib.wording import count_word

ROW_HEIGHT, LISTED, WEEKS = 34, 20, 26
DECIMALS = 6
SHEET = {
    "name": N_("Account"), "tier": N_("Tier"), "industry": N_("Industry"), "manager": N_("Account manager"), "band": N_("Band"),
    "computed": N_("Band computed"), "set_by": N_("Band set by"), "why": N_("Why it was set"), "expires_on": N_("Set until"),
    "sure": N_("Sure"), "score": N_("Score"), "low": N_("Low"), "high": N_("High"), "coverage": N_("Weight with data"),
    "before_4": N_("Score 4 weeks before"), "before_13": N_("Score 13 weeks before"), "capped": N_("Capped"), "reason": N_("Main reason"),
    "agi": N_("AGI, 12 months"), "margin": N_("Delivery margin"), "at_most": N_("Margin is at most that"), "notice": N_("Next notice date"),
}  # fmt: skip


def book_headline(accounts: pl.DataFrame, t: Language) -> str:
    """Two accounts at risk, five to watch, one lacks data."""
    counts = dict(accounts.group_by("shown").len().iter_rows())
    risk, watch, none = (counts.get(band, 0) for band in ("red", "amber", None))
    watched, silent = count_word(watch, t), count_word(none, t)
    parts = [t.plural("one account at risk", "{many} accounts at risk", risk, many=count_word(risk, t))] if risk else []
    if watch:
        first = t.plural("one account to watch", "{many} accounts to watch", watch, many=watched)
        parts.append(t.plural("one to watch", "{many} to watch", watch, many=watched) if parts else first)
    if none:
        first = t.plural("one account lacks data", "{many} accounts lack data", none, many=silent)
        parts.append(t.plural("one lacks data", "{many} lack data", none, many=silent) if parts else first)
    said = ", ".join(parts)
    return capitalised(said) if said else t("Every account is on track")


@dataclass(frozen=True, eq=False)
class BookTable:
    """rows: one an account, as `book_rows` gives them; frame: the same as cells of a table, values where they are sorted by; words: how
    those are written, column -> value -> text."""

    rows: pl.DataFrame
    frame: pd.DataFrame
    words: dict[str, dict[Any, str]]


PEOPLE = {
    "account_id": pl.String, "shown": pl.String, "set_by": pl.String, "reason": pl.String, "expires_on": pl.Date,
}  # fmt: skip


# Frames are shared between sessions and never changed in place: cache_data would copy them at every rerun.
@st.cache_resource(show_spinner=False, max_entries=16, hash_funcs=session.KEYS)
def _made(
    folder: str, asked: HealthAsked, people: tuple[tuple[Any, ...], ...], code: str, _found: Health, _book: Book, _t: Language
) -> BookTable:
    accounts = pl.DataFrame(people, PEOPLE, orient="row").join(_found.accounts(), on="account_id", how="left", maintain_order="left")
    rows = book_rows(_found, accounts, _book, _t)
    frame = _cells(_found, rows, _t)
    written: dict[str, Callable[[Any], str]] = {
        "score": lambda value: _t.number(value, 1), "change": lambda value: _t.number(value, 1, sign=True),
        "agi": lambda value: _t.money(value, _book.base), "notice": lambda day: _t.day(day, near=_found.as_of),
    }  # fmt: skip
    words = {name: {value: how(value) for value in frame[name].dropna().unique()} for name, how in written.items()}
    return BookTable(rows, frame, words)


def show_whole_book(
    found: Health, asked: HealthAsked, accounts: pl.DataFrame, chosen: pl.Series, book: Book, population: str, t: Language
) -> None:
    """The table of the accounts that have a score, then the book in pictures: of all accounts that match the filters (`chosen`)."""
    people = tuple(accounts.select(*PEOPLE).iter_rows())
    table = _made(str(session.store().folder), asked, people, t.code, found, book, t)
    _table(table, found, t)
    about = about_view(t, t("Accounts by score"), found.as_of, population)
    rows_downloads(
        lambda: book_sheet(table.rows, book, t), (table.rows.height, len(SHEET)), t, key="health.book_rows", file="health.book",
        rests_on=(asked, people), about=about,
    )  # fmt: skip
    said = t("Pictures are of the accounts that match the filters, lost and prospective ones too; concentration is of the whole book.")
    keys = GROUPS[choose_group(t)][1]
    if population:
        st.markdown(f":gray[{said}]")
    made = the_pictures(keys, asked, found, accounts, chosen, book, population, t)
    show_pictures(made, book.base, found.as_of, population, t)


def book_rows(found: Health, accounts: pl.DataFrame, book: Book, t: Language) -> pl.DataFrame:
    """One row an account, in the order of `accounts`: its columns, and change (of the shown score in 13 weeks), main (the metric that lost
    most), short and said (the main reason, short and as a sentence), agi, margin (share of AGI), at_most, notice."""
    place = {key: place for place, key in enumerate(METRIC_KEYS)}
    losing = (
        found.metrics()
        .filter(pl.col("state") != "not_applicable", pl.col("lost") > 1e-9)
        .with_columns(pl.col("metric").replace_strict(place, return_dtype=pl.Int64).alias("place"))
        .sort("lost", "place", descending=[True, False])
        .unique("account_id", keep="first", maintain_order=True)
    )
    reasons = {row["account_id"]: row for row in losing.iter_rows(named=True)}
    main = [reasons.get(account) for account in accounts["account_id"]]
    hours, rated, agi = pl.col("hours"), pl.col("rated_hours"), pl.col("agi")
    known = (agi > 0) & (hours > 0) & (rated >= RATED_HOURS_LEAST * hours) & pl.lit(book.has_revenue)
    money = book.accounts.select(
        "account_id", (agi if book.has_revenue else pl.lit(None, pl.Float64)).alias("agi"),
        pl.when(known).then((agi - pl.col("delivery_cost")) / agi).alias("margin"),
        pl.when(known).then(rated < (RATED_HOURS_FULL - 1e-12) * hours).alias("at_most"), pl.col("next_notice").alias("notice"),
    )  # fmt: skip
    changes = [changed(row, 13) for row in accounts.select("before_13", "band", "point").iter_rows(named=True)]
    return accounts.with_columns(
        pl.Series("change", changes, pl.Float64), pl.Series("main", [row and row["metric"] for row in main], pl.String),
        pl.Series("short", [_short(row, t) if row else "" for row in main], pl.String),
        pl.Series("said", [loss_text(row, t) if row else t("No metric loses a point") for row in main], pl.String),
    ).join(money, on="account_id", how="left", maintain_order="left")  # fmt: skip


def _short(row: dict[str, Any], t: Language) -> str:
    """41 days without contact, or which metric has no data."""
    if row["state"] == "missing":
        return t("{metric}: no data", metric=metric_name(row["metric"], t))
    return capitalised(reading_text(row["metric"], row["value"], t))


def book_sheet(rows: pl.DataFrame, book: Book, t: Language) -> Sheet:
    """The table to take away: every column with its full value, whatever the screen has room for."""
    bands = {band: band_text(band, t) for band in ("red", "amber", "green")}
    firm = rows.select("band", "firm", "rests_on").iter_rows()
    scored = pl.col("band").is_not_null()
    files = rows.select(
        "name", "tier", "industry", "manager",
        pl.col("shown").replace_strict(bands, default=None, return_dtype=pl.String).fill_null(band_text(None, t)).alias("band"),
        pl.col("band").replace_strict(bands, default=None, return_dtype=pl.String).fill_null(band_text(None, t)).alias("computed"),
        "set_by", pl.col("reason").alias("why"), "expires_on",
        pl.Series("sure", [firmness_text(band, sure, rests or [], t) for band, sure, rests in firm], pl.String),
        pl.when(scored).then("point").alias("score"), "low", "high", "coverage", "before_4", "before_13", "capped",
        pl.col("said").alias("reason"), "agi", "margin", "at_most", "notice",
    )  # fmt: skip
    formats = {
        "score": "plain", "low": "plain", "high": "plain", "before_4": "plain", "before_13": "plain", "coverage": "share",
        "margin": "share", "agi": f"money:{book.base}",
    }  # fmt: skip
    rounded = files.with_columns(pl.col(pl.Float64).round(DECIMALS))
    return Sheet(t("Accounts by score"), rounded, {name: t(word) for name, word in SHEET.items()}, formats)


def _cells(found: Health, rows: pl.DataFrame, t: Language) -> pd.DataFrame:
    profile = found.version.profile
    weeks = _recent(found, rows)
    past = dict(weeks.iter_rows())
    values = list(rows.iter_rows(named=True))
    return pd.DataFrame({
        "name": [clip(row["name"], 20) for row in values],
        "status": [f"{GLYPH[status_of(row['shown'])]}{NBSP}{t(WORD[status_of(row['shown'])])}" for row in values],
        "firm": ["" if row["band"] is None else t("firm") if row["firm"] else t("soft") for row in values],
        "range": [range_cell(row, (profile.amber, profile.green)) for row in values],
        "score": [None if row["band"] is None else shown(row["point"]) for row in values],
        "change": rows["change"].to_list(),
        "weeks": [sparkline_svg(past.get(row["account_id"], []), status_of(row["shown"])) for row in values],
        "reason": [clip(row["short"], 26) for row in values],
        "agi": rows["agi"].to_list(),
        "notice": rows["notice"].to_list(),
        "manager": [clip(row["manager"] or "", 15) for row in values],
    })  # fmt: skip


def _table(table: BookTable, found: Health, t: Language) -> None:
    profile, frame = found.version.profile, table.frame
    style = frame.style.format({name: texts.get for name, texts in table.words.items()}, na_rep="—")
    titles = {
        "name": t("Account"), "status": t("Band"), "firm": t("Sure"), "range": t("Range 0–100"), "score": t("Score"), "change": t("13 wk"),
        "weeks": t("26 weeks"), "reason": t("Main reason"), "agi": t("AGI"), "notice": t("Notice"), "manager": t("Manager"),
    }  # fmt: skip
    sure = 22 + 7 * max(len(t("firm")), len(t("soft")))  # found from the first rows it would cut a later word
    widths = {"name": 156, "firm": sure, "range": 118, "weeks": 90}  # the others are as wide as what they hold, in either language
    kinds = {"range": st.column_config.ImageColumn, "weeks": st.column_config.ImageColumn}
    config = {name: kinds.get(name, st.column_config.Column)(title, width=widths.get(name)) for name, title in titles.items()}
    ids = table.rows["account_id"].to_list()

    def open_one() -> None:
        picked = st.session_state["health.book"].selection.rows
        if picked:
            st.session_state[CHOSEN] = st.session_state["health.listed"] = ids[picked[0]]
            st.session_state["health"] = "one"

    alt = t("Accounts by score: {words}", words=", ".join(dict.fromkeys(band_text(band, t) for band in table.rows["shown"])))
    st.dataframe(
        style, hide_index=True, column_config=config, key="health.book", row_height=ROW_HEIGHT, on_select=open_one, placeholder="—",
        selection_mode="single-row", height=ROW_HEIGHT * (min(len(frame), LISTED) + 1) + 2, alt=alt,
    )  # fmt: skip
    st.caption(t("Select a row to open the account. Range: the weight without data, at 0 and at 100. Marks at {amber} and {green}.",
                 amber=t.number(profile.amber), green=t.number(profile.green)))  # fmt: skip


def _recent(found: Health, accounts: pl.DataFrame) -> pl.DataFrame:
    """Scores of the last weeks, null where too little was known: account_id, points (a list, one for each week)."""
    days = found.days[-WEEKS - 1 :]
    every = accounts.select("account_id").join(pl.DataFrame({"day": days}, {"day": pl.Date}), how="cross")
    scores = found.scores.accounts().filter(pl.col("day") >= days[0])
    scores = scores.select("account_id", "day", pl.when(pl.col("band").is_not_null()).then("point").alias("point"))
    joined = every.join(scores, on=["account_id", "day"], how="left").sort("account_id", "day")
    return joined.group_by("account_id", maintain_order=True).agg(pl.col("point"))
